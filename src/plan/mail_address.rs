//! The address of a record, as the job makes it.
//!
//! Takes `[mail.address]` and the tables that `[mail]` names, gives the parts of a record's address and how they are settled. Must never
//! know a format.

use super::keys_mail as keys;
use super::mail::read_template;
use super::mail_files::MailFiles;
use super::read::Table;
use super::template::Template;
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::kit::expr::{Env, EvalError, Scope};
use crate::model::mail::Country;
use crate::postal::address::{Corrections, Element, Parts, Settler};
use crate::postal::matching::Words;

/// How addresses are made of records.
#[derive(Debug)]
pub(super) struct AddressRules {
    /// Templates of parts.
    parts: Vec<(Element, Template)>,
    /// Templates of lines, instead.
    lines: Vec<Template>,
    /// What the barcode of the post says.
    routing: Option<Template>,
    /// What the same customer has in common.
    customer: Option<Template>,
    /// How they are settled.
    pub(super) settler: Settler,
    /// Addresses that came back corrected.
    pub(super) corrections: Option<Corrections>,
}

/// What a record says of its address.
pub(super) struct Said {
    /// The address.
    pub(super) parts: Parts,
    /// What the barcode says; empty if the record does not tell.
    pub(super) routing: String,
    /// The customer.
    pub(super) customer: String,
}

impl AddressRules {
    /// What the record of an environment says.
    pub(super) fn said(&self, env: &Env<'_, '_>) -> Result<Said, EvalError> {
        let text = |template: &Template| -> Result<String, EvalError> {
            let mut text = String::new();
            template.write(env, &mut text)?;
            Ok(text)
        };
        let mut parts = Parts::default();
        for (element, template) in &self.parts {
            template.write(env, parts.of_mut(*element))?;
        }
        for template in &self.lines {
            parts.lines.push(text(template)?);
        }
        let optional = |template: &Option<Template>| template.as_ref().map_or(Ok(String::new()), text);
        Ok(Said { parts, routing: optional(&self.routing)?.trim().to_string(), customer: optional(&self.customer)?.trim().to_string() })
    }
}

/// Reads how addresses are made. The settler is there even if the address is not, so that lists can be read with it.
pub(super) fn read(
    mail: &Table<'_>,
    country: Option<Country>,
    files: &mut MailFiles<'_>,
    mut scope: Option<&mut Scope>,
    faults: &mut Faults,
) -> Option<AddressRules> {
    let settler = read_settler(mail, country, files, faults);
    let corrections = read_corrections(mail, files, faults);
    let Some(table) = mail.table("address", &keys::ADDRESS, faults) else {
        if !mail.has("address") {
            let fault = Diagnostic::error(&code::JOB_MISSING_KEY, mail.span, "`[mail]` lacks `[mail.address]`");
            faults.push(fault.hint("write `[mail.address]`, and below it `recipient = \"{name}\"`, `street`, `postcode`, `town`"));
        }
        return None;
    };
    let mut parts = Vec::new();
    for (name, element) in Element::ALL {
        if let Some(template) = read_template(&table, name, &mut scope, faults) {
            parts.push((element, template));
        }
    }
    let mut lines = Vec::new();
    for text in table.texts("lines", faults).unwrap_or_default() {
        if let Some(scope) = scope.as_deref_mut() {
            lines.push(Template::compile(&text, scope, faults));
        }
    }
    check_kind(&table, faults);
    let routing = read_template(&table, "routing", &mut scope, faults);
    let customer = read_template(&table, "customer", &mut scope, faults);
    Some(AddressRules { parts, lines, routing, customer, settler: settler?, corrections })
}

fn read_settler(mail: &Table<'_>, country: Option<Country>, files: &mut MailFiles<'_>, faults: &mut Faults) -> Option<Settler> {
    // Without a country, which is a fault of its own, the tables are read all the same for theirs.
    let mut settler = Settler::new(country.or_else(|| Country::parse("US"))?);
    if let Some((text, file)) = mail.text("address-formats", faults).and_then(|path| files.read(&path, "address_formats.csv", faults)) {
        files.told(settler.formats.add(&text), file, faults);
    }
    if let Some((text, file)) = mail.text("match-words", faults).and_then(|path| files.read(&path, "match_words.csv", faults))
        && let Some(words) = files.told(Words::read(&text), file, faults)
    {
        settler.words = words;
    }
    settler.is_upper = mail.flag("upper-case", faults).unwrap_or(false);
    settler.line_max = mail.integer("line-max", 10..=200, faults).map(|most| most as usize);
    country.map(|_| settler)
}

fn read_corrections(mail: &Table<'_>, files: &mut MailFiles<'_>, faults: &mut Faults) -> Option<Corrections> {
    let (text, file) = mail.text("corrected", faults).and_then(|path| files.read(&path, "corrected.csv", faults))?;
    files.told(Corrections::read(text), file, faults)
}

/// Elements that lines may be told beside: what a data set has apart from the block.
const BESIDE_LINES: [&str; 4] = ["title", "given", "surname", "country"];

fn check_kind(table: &Table<'_>, faults: &mut Faults) {
    let told: Vec<&str> = Element::ALL.iter().map(|(name, _)| *name).filter(|name| table.has(name)).collect();
    let beside = told.iter().find(|name| !BESIDE_LINES.contains(name));
    match (table.has("lines"), beside) {
        (true, Some(part)) => {
            let fault =
                Diagnostic::error(&code::JOB_MAIL, table.span, format!("an address is told in lines or in parts, not by `lines` and `{part}`"));
            faults.push(fault.hint("beside `lines` may stand `title`, `given`, `surname` and `country`"));
        }
        (false, None) => {
            let fault = Diagnostic::error(&code::JOB_MISSING_KEY, table.span, "`[mail.address]` has neither parts nor `lines`");
            faults.push(fault.hint("write `recipient = \"{name}\"`, `street`, `postcode`, `town`; or `lines = [\"{line1}\", \"{line2}\"]`"));
        }
        (true, None) | (false, Some(_)) => {}
    }
}
