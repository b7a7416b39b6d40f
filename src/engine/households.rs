//! Documents that share an envelope.
//!
//! Takes the keys of all documents and the rule of the job, gives who carries whom. Whatever is united is listed with rule and
//! score. Must never leave a document out: it is its own carrier, or that of another.

use super::EngineError;
use super::gather::AllMailed;
use super::order::Small;
use crate::ledger::{Ledger, MergeRow};
use crate::plan::Mail;
use crate::postal::matching::{self, Policy};

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

    /// All documents, those of one carrier together: the carrier first, all else in order.
    pub(super) fn members(&self, count: usize) -> Vec<u32> {
        let mut members: Vec<u32> = (0..count as u32).collect();
        if self.carriers.is_some() {
            members.sort_unstable_by_key(|member| (self.carrier(*member), self.carrier(*member) != *member, *member));
        }
        members
    }
}

/// Finds the documents that share an envelope.
pub(super) fn unite(mail: &Mail, documents: &[Small], all: &AllMailed, ledger: &Ledger) -> Result<United, EngineError> {
    let household = &mail.household;
    let Some(unite) = household.unite else { return Ok(United::default()) };
    let policy = Policy { unite, similarity: household.similarity, sounds_alike: household.sounds_alike };
    let mut failed = None;
    let name = |document: u32| match ledger.mail_of(documents[document as usize].record) {
        Ok(row) => row.map(|row| row.facts.name).unwrap_or_default(),
        Err(error) => {
            failed.get_or_insert(error);
            String::new()
        }
    };
    let found = matching::unite(&all.keys, policy, name);
    if let Some(error) = failed {
        return Err(error.into());
    }
    let mut carriers: Vec<u32> = (0..documents.len() as u32).collect();
    let is_united = !household.is_report;
    let merges = found.into_iter().map(|merge| {
        if is_united {
            carriers[merge.joined as usize] = merge.kept;
        }
        MergeRow {
            record: documents[merge.joined as usize].record,
            carrier: documents[merge.kept as usize].record,
            rule: merge.rule.word().to_string(),
            score: u16::from(merge.score) * 10,
            is_united,
        }
    });
    let mut merges: Vec<MergeRow> = merges.collect();
    merges.sort_unstable_by_key(|merge| merge.record);
    Ok(United { carriers: is_united.then_some(carriers), merges })
}
