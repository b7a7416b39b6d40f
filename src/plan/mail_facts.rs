//! What the mail knows of a record.
//!
//! Takes the environment of a record, gives its [`MailFate`]: mailed with its facts, or suppressed with the rule. Must never know
//! its pages.

use super::mail::{Mail, MailFate, Undeliverable};
use super::mail_address::Said;
use super::mail_suppress;
use crate::base::code;
use crate::kit::expr::{Env, EvalError};
use crate::model::mail::{Country, MailFacts, MatchKeys};
use crate::model::record::Hold;
use crate::postal::address::{Corrected, Correction, Element, Parts, Settled, Undeliverable as Fault, fingerprint};
use crate::postal::matching::Comparable;

/// The address of a record before and after it is settled: what `pressrun address` shows.
#[derive(Debug)]
pub struct Surveyed {
    /// What the record says, or the corrected row in its place.
    pub parts: Parts,
    /// The same in parts, as far as they can be told; the street is not divided from its number unless the record does.
    pub found: Parts,
    /// The country, as far as it can be told.
    pub country: Country,
    /// The fingerprint of what the record says.
    pub original: u64,
    /// The settled address, or why no post delivers to it.
    pub settled: Result<Settled, Fault>,
    /// Its keys.
    pub keys: MatchKeys,
    /// The name it is compared by.
    pub name: String,
    /// The classic short code, where addresses are listed.
    pub short_code: String,
    /// What the barcode says.
    pub routing: String,
}

impl Mail {
    /// What becomes of the record of an environment, which is that of the job's expressions. `record` is its number from 0.
    ///
    /// A record on a list of `[[mail.suppress]]` is suppressed, whether or not a post delivers to its address.
    ///
    /// # Errors
    /// No post delivers to its address and the job holds such records; a row of `corrected` was made from another address; an expression
    /// has no value.
    pub fn facts(&self, env: &Env<'_, '_>, record: u64) -> Result<MailFate, Hold> {
        self.facts_as(env, record, self.undeliverable)
    }

    /// The same with another answer to addresses that no post delivers to: a document that goes by other channels is not held for one.
    ///
    /// # Errors
    /// As [`Mail::facts`].
    pub fn facts_as(&self, env: &Env<'_, '_>, record: u64, undeliverable: Undeliverable) -> Result<MailFate, Hold> {
        let hold = |error: EvalError| Hold::new(&code::RECORD_EXPRESSION, error.to_string());
        let said = self.address.said(env).map_err(hold)?;
        let correction = self.correction(&said, record)?;
        let mut fields = Vec::with_capacity(self.fields.len());
        for (name, template) in self.fields.iter().zip(&self.field_values) {
            let mut text = String::new();
            match correction.as_ref().and_then(|correction| correction.field(name)) {
                Some(coded) => text.push_str(coded),
                None => template.write(env, &mut text).map_err(hold)?,
            }
            fields.push(text);
        }
        let customer = said.customer.clone();
        let surveyed = self.survey_said(said, correction, false);
        if let Some(suppression) = mail_suppress::find(&self.suppressions, &surveyed.keys) {
            return Ok(MailFate::Suppressed { rule: suppression.name.clone(), reason: suppression.reason.clone() });
        }
        let keys = self.shared_keys(&surveyed, &customer, env).map_err(hold)?;
        let mut inserts = 0;
        for (index, insert) in self.inserts.iter().enumerate().take(32) {
            if insert.when.as_ref().map_or(Ok(true), |when| when.test(env)).map_err(hold)? {
                inserts |= 1 << index;
            }
        }
        let facts = MailFacts { name: surveyed.name, keys, inserts, fields, routing: surveyed.routing, ..MailFacts::default() };
        match surveyed.settled {
            Ok(Settled { country, postcode, lines, .. }) => {
                Ok(MailFate::Mailed(Box::new(MailFacts { country: Some(country), postcode, lines, ..facts })))
            }
            Err(reason) => match undeliverable {
                Undeliverable::Hold => Err(Hold::new(&code::RECORD_UNDELIVERABLE, reason.to_string())),
                Undeliverable::Divert => {
                    // Who finds it by hand reads what the record says, and no key unites it with mail that is delivered.
                    let lines = self.address.settler.raw_block(&surveyed.parts);
                    let diverted = Some(reason.to_string());
                    Ok(MailFate::Mailed(Box::new(MailFacts { lines, diverted, keys: MatchKeys::default(), ..facts })))
                }
            },
        }
    }

    /// The address of a record, settled or not. For lists of addresses: suppression, inserts and fields are not looked at.
    ///
    /// # Errors
    /// A row of `corrected` was made from another address, or an expression has no value.
    pub fn survey(&self, env: &Env<'_, '_>, record: u64) -> Result<Surveyed, Hold> {
        let said = self.address.said(env).map_err(|error| Hold::new(&code::RECORD_EXPRESSION, error.to_string()))?;
        let correction = self.correction(&said, record)?;
        Ok(self.survey_said(said, correction, true))
    }

    /// The rule and reason of the list that a recipient is on, if there is one.
    pub fn suppression(&self, keys: &MatchKeys) -> Option<(&str, &str)> {
        mail_suppress::find(&self.suppressions, keys).map(|found| (found.name.as_str(), found.reason.as_str()))
    }

    fn correction(&self, said: &Said, record: u64) -> Result<Option<Correction>, Hold> {
        let Some(corrections) = &self.address.corrections else { return Ok(None) };
        let stale = |reason: String| Hold::new(&code::RECORD_STALE_ADDRESS, reason);
        match corrections.find(record, fingerprint(&said.parts)) {
            Ok(Corrected::No) => Ok(None),
            Ok(Corrected::Row(correction)) => Ok(Some(correction)),
            Err(reason) => Err(stale(reason)),
        }
    }

    /// `is_listed`: whether the parts of the address and its codes are asked for, too; a run needs only what comes of them.
    fn survey_said(&self, said: Said, correction: Option<Correction>, is_listed: bool) -> Surveyed {
        let original = if is_listed { fingerprint(&said.parts) } else { 0 };
        let settler = &self.address.settler;
        let Said { mut parts, mut routing, customer } = said;
        let (mut found, mut country) = match is_listed || correction.is_some() {
            true => settler.found(parts.clone()),
            false => (Parts::default(), settler.origin),
        };
        if let Some(correction) = correction {
            let known = found.of(Element::Postcode);
            match correction.routing(known) {
                Some(coded) => routing = coded,
                // What the record says of its delivery point belongs to its old postcode.
                None if correction.field("postcode").is_some_and(|postcode| postcode != known) => routing.clear(),
                None => {}
            }
            // A row that was coded but not changed leaves the lines of the record as they were.
            if correction.changes(&found) {
                parts = correction.into_parts(found);
                (found, country) = settler.found(parts.clone());
            }
        }
        let settled = settler.settle(parts.clone());
        let comparable = match &settled {
            Ok(settled) => Comparable::new(settled, &settler.words),
            Err(_) => {
                let (parts, country) = settler.compared(parts.clone());
                Comparable::of_parts(&parts, country, &settler.words)
            }
        };
        let keys = comparable.keys(&customer, "", &settler.words);
        if let Ok(settled) = &settled {
            country = settled.country;
            if routing.is_empty() {
                routing.clone_from(&settled.routing);
            }
        }
        let (name, short_code) = (comparable.name.whole(), if is_listed { comparable.short_code() } else { String::new() });
        Surveyed { parts, found, country, original, keys, name, short_code, routing, settled }
    }

    /// The keys by which a record may share an envelope: none if it has one of its own.
    fn shared_keys(&self, surveyed: &Surveyed, customer: &str, env: &Env<'_, '_>) -> Result<MatchKeys, EvalError> {
        if let Some(apart) = &self.household.apart
            && apart.test(env)?
        {
            return Ok(MatchKeys::default());
        }
        let Some(by) = &self.household.by else { return Ok(surveyed.keys) };
        let mut text = String::new();
        by.write(env, &mut text)?;
        let words = &self.address.settler.words;
        Ok(match &surveyed.settled {
            Ok(settled) => Comparable::new(settled, words).keys(customer, &text, words),
            Err(_) => MatchKeys::default(),
        })
    }
}
