//! What recipients want: channels and consent, each valid from a day.
//!
//! Takes a CSV table, gives the preference of a customer, kind of document and day. Must never guess: a customer who is not in the
//! table has no preference.

use std::collections::BTreeMap;

use crate::base::date::Date;
use crate::kit::csv::Field;
use crate::kit::table::{Headed, RowFault};
use crate::model::channel::Channel;

/// Most faults that are told of one table.
const FAULTS_MAX: usize = 20;

/// What a recipient wants, from a day on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Preference {
    /// The channels; none: nothing is to be sent.
    pub channels: Vec<Channel>,
    /// Whether the recipient agreed to advertising.
    pub has_consent: bool,
    /// The first day on which it is valid.
    pub since: Option<Date>,
    /// What the ledger calls it: its row and first day, or what the record says.
    pub version: String,
}

/// The preferences of all recipients.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Preferences {
    /// By customer and kind of document (nothing: all kinds), ascending by the first day.
    rows: BTreeMap<(String, String), Vec<Row>>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Row {
    since: Date,
    until: Option<Date>,
    channels: Vec<Channel>,
    has_consent: bool,
    number: usize,
}

impl Preferences {
    /// Reads a table with the columns `customer`, `channels` (names between spaces, or `none`), `valid-from`, and if wanted `type`,
    /// `valid-until` (the last day) and `consent` (`yes` or `no`). `names` are the channels of the job.
    ///
    /// # Errors
    /// The first faults of the table, with the bytes of its text.
    pub fn read(text: &str, names: &[String]) -> Result<Preferences, Vec<RowFault>> {
        let table = Headed::new(text, &["customer", "channels", "valid-from"])?;
        let at = |name: &str| table.column(name);
        let columns = [at("customer"), at("channels"), at("valid-from"), at("type"), at("valid-until"), at("consent")];
        let (mut preferences, mut faults) = (Preferences::default(), Vec::new());
        for (number, row) in table.enumerate() {
            // Row 1 names the columns.
            match row.and_then(|row| read_row(&row, columns, names, number + 2)) {
                Ok((key, row)) => preferences.rows.entry(key).or_default().push(row),
                Err(fault) => faults.push(fault),
            }
            if faults.len() >= FAULTS_MAX {
                break;
            }
        }
        for rows in preferences.rows.values_mut() {
            // Of two rows with one first day, the later in the file is valid.
            rows.sort_by_key(|row| (row.since, row.number));
        }
        if faults.is_empty() { Ok(preferences) } else { Err(faults) }
    }

    /// The preference that is valid on a day: that of the kind of document, or else that for all kinds. The last that began counts.
    pub fn find(&self, customer: &str, document_type: &str, day: Date) -> Option<Preference> {
        let of = |kind: &str| {
            let rows = self.rows.get(&(customer.to_string(), kind.to_string()))?;
            let row = rows.iter().rev().find(|row| row.since <= day)?;
            // One that has ended does not bring back the one before: the recipient then has none.
            row.until.is_none_or(|until| day <= until).then_some(row)
        };
        let row = of(document_type).or_else(|| of(""))?;
        Some(Preference {
            channels: row.channels.clone(),
            has_consent: row.has_consent,
            since: Some(row.since),
            version: format!("row {} of {}", row.number, row.since),
        })
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.values().map(Vec::len).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

type Read = ((String, String), Row);

fn read_row(row: &[Field], columns: [Option<usize>; 6], names: &[String], number: usize) -> Result<Read, RowFault> {
    let field = |at: usize| columns[at].map(|column| &row[column]);
    let text = |at: usize| field(at).map_or("", |field| field.text.trim());
    let fault = |at: usize, message: String, hint: &str| {
        let range = field(at).map(|field| field.range.clone()).unwrap_or_default();
        Err(RowFault::new(range, message, hint))
    };
    if text(0).is_empty() {
        return fault(0, "a row without a customer".into(), "the key that `customer` of `[channels]` makes of a record");
    }
    let channels = match parse_channels(text(1), names) {
        Ok(channels) => channels,
        Err(word) => {
            return fault(
                1,
                format!("the job has no channel `{word}`"),
                &format!("its channels are {}; `none` stands for no mail", names.join(", ")),
            );
        }
    };
    let Some(since) = Date::parse_iso(text(2)) else {
        return fault(2, format!("`{}` is no day", text(2)), "a day is written 2026-10-01");
    };
    let until = match text(4) {
        "" => None,
        written => match Date::parse_iso(written) {
            Some(until) if until >= since => Some(until),
            Some(_) => return fault(4, "it ends before it begins".into(), "`valid-until` is the last day"),
            None => return fault(4, format!("`{written}` is no day"), "a day is written 2026-10-01"),
        },
    };
    let has_consent = match text(5) {
        "yes" => true,
        "no" | "" => false,
        other => return fault(5, format!("`{other}` is neither yes nor no"), "`consent` says whether the recipient agreed to advertising"),
    };
    let document_type = match text(3) {
        "*" => "",
        kind => kind,
    };
    Ok(((text(0).to_string(), document_type.to_string()), Row { since, until, channels, has_consent, number }))
}

/// Reads names of channels between spaces, commas, semicolons or plus signs; `none` and nothing give none.
///
/// # Errors
/// The word that names no channel.
pub fn parse_channels<'t>(text: &'t str, names: &[String]) -> Result<Vec<Channel>, &'t str> {
    let mut channels = Vec::new();
    for word in text.split([' ', ',', ';', '+']).filter(|word| !word.is_empty() && *word != "none") {
        let channel = names.iter().position(|name| name == word).map(|at| Channel(at as u8)).ok_or(word)?;
        if !channels.contains(&channel) {
            channels.push(channel);
        }
    }
    channels.sort_unstable();
    Ok(channels)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        Channel::NAMES.iter().map(|name| name.to_string()).collect()
    }

    fn day(text: &str) -> Date {
        Date::parse_iso(text).expect("a day")
    }

    #[test]
    fn the_last_that_began_is_valid() {
        let text = "customer,type,channels,valid-from,valid-until,consent\n\
                    7,*,email,2026-01-01,,yes\n7,invoice,print email,2026-03-01,,no\n7,*,print,2026-02-01,2026-02-28,\n8,,none,2026-01-01,,\n";
        let all = Preferences::read(text, &names()).expect("a table");
        let found = |customer, kind, on| all.find(customer, kind, day(on)).map(|found| (found.channels, found.version));
        assert_eq!(found("7", "statement", "2025-12-31"), None);
        assert_eq!(found("7", "statement", "2026-01-31"), Some((vec![Channel::EMAIL], "row 2 of 2026-01-01".into())));
        assert_eq!(found("7", "statement", "2026-02-28"), Some((vec![Channel::PRINT], "row 4 of 2026-02-01".into())));
        assert_eq!(found("7", "statement", "2026-03-01"), None, "what has ended does not bring back what it replaced");
        assert_eq!(found("7", "invoice", "2026-03-01"), Some((vec![Channel::PRINT, Channel::EMAIL], "row 3 of 2026-03-01".into())));
        assert_eq!(found("8", "invoice", "2026-03-01").map(|found| found.0), Some(vec![]));
        assert_eq!(found("9", "invoice", "2026-03-01"), None);
    }

    #[test]
    fn faults_are_told_with_their_places() {
        let text = "customer,channels,valid-from,valid-until,consent\n,print,2026-01-01,,\n1,fax,2026-01-01,,\n1,print,01.02.2026,,\n1,print,2026-01-01,2025-01-01,\n1,print,2026-01-01,,maybe\n";
        let faults = Preferences::read(text, &names()).expect_err("faults");
        assert_eq!(faults.len(), 5);
        assert_eq!(&text[faults[1].range.clone()], "fax");
    }
}
