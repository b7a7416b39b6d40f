//! The addresses of a job for people and for programs that correct them.
//!
//! Takes surveyed records, gives rows of the exchange file and a report of faults, duplicates and households. Must never change an
//! address.

use std::collections::BTreeMap;

use crate::engine::SurveyedRecord;
use crate::kit::csv::quoted;
use crate::model::mail::MatchKeys;
use crate::plan::{Household, Mail, Surveyed};
use crate::postal::address::{CODED, Element, guarded};
use crate::postal::matching::{Merge, Policy, Unite, unite};

/// A column of the exchange file that is neither an element nor coded.
const OWN: [(&str, &str); 8] = [
    ("record", "The number of the record, from 1: a row comes back by it."),
    ("document", "What its document is called."),
    (
        "original",
        "The fingerprint of the address as the record says it: 16 hexadecimal digits. A row comes back only to the address it was made from.",
    ),
    ("household", "The key of family name and address, as lists of `[[mail.suppress]]` take it."),
    ("short", "The classic short code, for people."),
    ("fault", "Why no post delivers to it; empty if one does."),
    ("block", "The address as it is printed, its lines between ` / `."),
    ("routing", "What the barcode of the post says; filled in by who corrects, or left as it is."),
];

/// The columns of the exchange file, in their order, with what is in each.
pub fn columns() -> impl Iterator<Item = (String, String)> {
    let own = OWN.iter().map(|(name, doc)| (name.to_string(), doc.to_string()));
    let elements = Element::ALL.iter().map(|(name, _)| (name.replace('-', "_"), format!("As `{name}` of `[mail.address]`.")));
    let coded = CODED.iter().map(|(name, doc)| (name.to_string(), doc.to_string()));
    own.chain(elements).chain(coded)
}

/// The first row of the exchange file.
pub fn header() -> String {
    columns().map(|(name, _)| name).collect::<Vec<_>>().join(",") + "\n"
}

/// What the exchange file has of a record, in the order of its columns; the coded ones are empty. A record whose data cannot be read has
/// no address and no row.
fn values(record: u64, document: &str, surveyed: &Surveyed) -> Vec<String> {
    let (block, fault) = match &surveyed.settled {
        Ok(settled) => (settled.lines.join(" / "), String::new()),
        Err(fault) => (String::new(), fault.to_string()),
    };
    let key = |key: u64| if key == 0 { String::new() } else { format!("{key:016x}") };
    let mut values = vec![
        (record + 1).to_string(),
        document.to_string(),
        key(surveyed.original),
        key(surveyed.keys.household),
        surveyed.short_code.clone(),
        fault,
        block,
        surveyed.routing.clone(),
    ];
    for (_, element) in Element::ALL {
        values.push(match element {
            Element::Country => surveyed.country.to_string(),
            _ => surveyed.found.of(element).to_string(),
        });
    }
    values
}

/// A row of the exchange file, CSV. Texts that spreadsheets take for formulas stand behind a `'`, which is taken away when they come back.
pub fn csv_row(record: u64, document: &str, surveyed: &Surveyed) -> String {
    let mut row = String::new();
    for (at, value) in values(record, document, surveyed).iter().enumerate() {
        if at > 0 {
            row.push(',');
        }
        row.push_str(&quoted(&guarded(value)));
    }
    row.push_str(&",".repeat(CODED.len()));
    row.push('\n');
    row
}

/// A row of the exchange file, one JSON object.
pub fn json_row(record: u64, document: &str, surveyed: &Surveyed) -> String {
    let names = columns().map(|(name, _)| name);
    let pairs = names.zip(values(record, document, surveyed)).map(|(name, value)| (name, serde_json::Value::from(value)));
    serde_json::Value::Object(pairs.collect()).to_string() + "\n"
}

/// The faults of one kind in one country.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct FaultCount {
    /// How many records have it.
    pub records: u64,
    /// The first of them, from 1, and what is wrong with it.
    pub example: Option<(u64, String)>,
}

/// What is said of the addresses of a job.
#[derive(Default)]
pub struct AddressReport {
    /// Records by country, those without a deliverable address too.
    pub countries: BTreeMap<String, u64>,
    /// Faults by country and kind.
    pub faults: BTreeMap<(String, &'static str), FaultCount>,
    /// Records that a list holds back, by the name of the list.
    pub suppressed: BTreeMap<String, u64>,
    /// Records whose data cannot be read or whose corrected row is stale.
    pub unread: FaultCount,
    /// Records with a routing for the barcode of the post.
    pub routed: u64,
    keys: Vec<MatchKeys>,
    documents: Names,
    names: Names,
    records: Vec<u64>,
}

/// Many short texts in one, which costs a third of as many `String`s.
#[derive(Default)]
struct Names {
    text: String,
    ends: Vec<usize>,
}

impl Names {
    fn push(&mut self, name: &str) {
        self.text.push_str(name);
        self.ends.push(self.text.len());
    }

    fn of(&self, index: u32) -> &str {
        let index = index as usize;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[index]]
    }
}

impl AddressReport {
    /// Adds a record.
    pub fn add(&mut self, found: SurveyedRecord, mail: &Mail) {
        let SurveyedRecord { record, document, address } = found;
        let surveyed = match address {
            Ok(surveyed) => surveyed,
            Err(hold) => return count(&mut self.unread, record, || format!("{}: {}", hold.code.id, hold.reason)),
        };
        let country = surveyed.country.to_string();
        *self.countries.entry(country.clone()).or_default() += 1;
        if let Some((rule, _)) = mail.suppression(&surveyed.keys) {
            *self.suppressed.entry(rule.to_string()).or_default() += 1;
            return;
        }
        match &surveyed.settled {
            Err(fault) => count(self.faults.entry((country, fault.kind())).or_default(), record, || fault.to_string()),
            Ok(_) => {
                self.routed += u64::from(!surveyed.routing.is_empty());
                self.keys.push(surveyed.keys);
                self.documents.push(&document);
                self.names.push(&surveyed.name);
                self.records.push(record + 1);
            }
        }
    }

    /// Records without a deliverable address, or none at all.
    pub fn undeliverable(&self) -> u64 {
        self.faults.values().map(|fault| fault.records).sum::<u64>() + self.unread.records
    }

    /// Who goes to the same place, by the rule of the job; by that of households if it unites nobody.
    pub fn merges(&self, household: &Household) -> Vec<Merge> {
        let unite_by = household.unite.unwrap_or(Unite::Household);
        let policy = Policy { unite: unite_by, similarity: household.similarity, sounds_alike: household.sounds_alike };
        unite(self.keys.len(), policy, |rule, index| rule.key(&self.keys[index as usize]), |index| self.names.of(index).to_string())
    }

    /// The merges as CSV: who joins whom, by which rule and how alike.
    pub fn merge_list(&self, merges: &[Merge]) -> String {
        let mut list = String::from("kept_record,kept_document,kept_name,joined_record,joined_document,joined_name,like_record,rule,score\n");
        for merge in merges {
            let (kept, joined) = (merge.kept, merge.joined);
            let other = if merge.pair.1 == joined { merge.pair.0 } else { merge.pair.1 };
            let cell = |text: &str| quoted(&guarded(text)).into_owned();
            let row = [
                self.records[kept as usize].to_string(),
                cell(self.documents.of(kept)),
                cell(self.names.of(kept)),
                self.records[joined as usize].to_string(),
                cell(self.documents.of(joined)),
                cell(self.names.of(joined)),
                self.records[other as usize].to_string(),
                merge.rule.word().to_string(),
                merge.score.to_string(),
            ];
            list.push_str(&row.join(","));
            list.push('\n');
        }
        list
    }
}

fn count(fault: &mut FaultCount, record: u64, reason: impl FnOnce() -> String) {
    fault.records += 1;
    if fault.example.is_none() {
        fault.example = Some((record + 1, reason()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_named_once() {
        let names: Vec<String> = columns().map(|(name, _)| name).collect();
        let mut once = names.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), names.len());
        assert!(header().starts_with("record,document,original,household,") && header().ends_with(",move_date\n"));
    }

    #[test]
    fn names_are_found_by_index() {
        let mut names = Names::default();
        ["a", "", "bcd"].iter().for_each(|name| names.push(name));
        assert_eq!([names.of(0), names.of(1), names.of(2)], ["a", "", "bcd"]);
    }
}
