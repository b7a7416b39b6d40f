//! Documents that share an envelope.
//!
//! Takes the keys of all documents and the rule of the job, gives who carries whom. Whatever is united is listed with rule and
//! score. Must never leave a document out: it is its own carrier, or that of another.

use super::EngineError;
use super::gather::Keys;
use crate::ledger::{Ledger, MergeRow};
use crate::plan::Mail;
use crate::postal::matching::{self, Policy, Rule};

/// Who carries whom.
#[derive(Default)]
pub(super) struct United {
    /// The carrier of each document, by its place among them; `None`: each carries itself.
    carriers: Option<Vec<u32>>,
    /// What was united, or would be.
    pub(super) merges: Vec<MergeRow>,
}

impl United {
    /// The carrier of a document.
    pub(super) fn carrier(&self, document: u32) -> u32 {
        self.carriers.as_ref().map_or(document, |carriers| carriers[document as usize])
    }

    /// Leaves who carries whom to the pieces that were made of it.
    pub(super) fn forget_carriers(&mut self) {
        self.carriers = None;
    }

    /// All documents, those of one carrier together: the carrier first, all else in order.
    pub(super) fn members(&self, count: usize) -> Vec<u32> {
        let mut members: Vec<u32> = (0..count as u32).collect();
        if self.carriers.is_some() {
            members.sort_unstable_by_key(|member| (self.carrier(*member), self.carrier(*member) != *member, *member));
        }
        members
    }
}

fn policy(mail: &Mail) -> Option<Policy> {
    let household = &mail.household;
    household.unite.map(|unite| Policy { unite, similarity: household.similarity, sounds_alike: household.sounds_alike })
}

/// The rules by which a job unites documents; none if it does not.
pub(super) fn rules(mail: &Mail) -> &'static [Rule] {
    policy(mail).map_or(&[], |policy| policy.rules())
}

/// Finds the documents that share an envelope. They are told by their records.
pub(super) fn unite(mail: &Mail, records: &[u64], keys: &Keys, ledger: &Ledger) -> Result<United, EngineError> {
    let Some(policy) = policy(mail) else { return Ok(United::default()) };
    let mut failed = None;
    let name = |document: u32| match ledger.mail_of(records[document as usize]) {
        Ok(row) => row.map(|row| row.facts.name).unwrap_or_default(),
        Err(error) => {
            failed.get_or_insert(error);
            String::new()
        }
    };
    let found = matching::unite(records.len(), policy, |rule, document| keys.of(rule, document), name);
    if let Some(error) = failed {
        return Err(error.into());
    }
    let mut carriers: Vec<u32> = (0..records.len() as u32).collect();
    let is_united = !mail.household.is_report;
    let merges = found.into_iter().map(|merge| {
        if is_united {
            carriers[merge.joined as usize] = merge.kept;
        }
        MergeRow {
            record: records[merge.joined as usize],
            carrier: records[merge.kept as usize],
            rule: merge.rule.word().to_string(),
            score: u16::from(merge.score) * 10,
            is_united,
        }
    });
    let mut merges: Vec<MergeRow> = merges.collect();
    merges.sort_unstable_by_key(|merge| merge.record);
    Ok(United { carriers: is_united.then_some(carriers), merges })
}
