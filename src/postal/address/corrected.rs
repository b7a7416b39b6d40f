//! Addresses that came back from certified correction.
//!
//! Takes the CSV that `pressrun address export` wrote and a licensed program coded, gives the row of a record. Must never apply a row to
//! an address it was not made from: data of yesterday on records of today would send letters to strangers.

use std::ops::Range;

use super::parts::{Element, Parts};
use crate::base::hash::Hasher;
use crate::kit::csv::Rows;
use crate::kit::table::{Headed, RowFault};

/// The columns that are no elements, in the order in which they are written.
pub const CODED: [(&str, &str); 9] = [
    ("plus4", "The four digits behind the ZIP code."),
    ("delivery_point", "The two digits of the delivery point; of Royal Mail, the suffix."),
    ("dpv", "How far the delivery point is confirmed: `Y`, `S`, `D`, `N`."),
    ("dpv_notes", "Its footnotes."),
    ("carrier_route", "The route of the carrier."),
    ("lot", "The line of travel on that route."),
    ("vacant", "`Y` if nobody lives there."),
    ("nco_code", "What the list of moves answered."),
    ("move_date", "Since when."),
];

/// The fingerprint of what a record says of its address. Never 0.
pub fn fingerprint(parts: &Parts) -> u64 {
    let mut hasher = Hasher::new();
    for (_, element) in Element::ALL {
        hasher.update_field(parts.of(element).as_bytes());
    }
    for line in &parts.lines {
        hasher.update_field(line.as_bytes());
    }
    let hash = hasher.finish().0;
    hash[..8].iter().fold(0, |key, byte| key << 8 | u64::from(*byte)).max(1)
}

/// All rows. 16 bytes a row besides the text of the file, so that a million of them cost no more than the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Corrections {
    text: String,
    columns: Vec<String>,
    record: usize,
    original: usize,
    /// The record, from 1, and where its row begins.
    rows: Vec<(u64, u64)>,
}

/// What the file has of a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Corrected {
    /// Nothing: its address stays as it is.
    No,
    /// A row made from its address.
    Row(Correction),
}

/// A corrected address: values by column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Correction(Vec<(String, String)>);

impl Corrections {
    /// Reads a file.
    ///
    /// # Errors
    /// The first faults of the table, with the bytes of its text.
    pub fn read(text: String) -> Result<Corrections, Vec<RowFault>> {
        let (mut rows, mut faults) = (Vec::new(), Vec::new());
        let mut table = Headed::new(&text, &["record", "original"])?;
        let (record, original) = (table.column("record").unwrap_or_default(), table.column("original").unwrap_or_default());
        let columns = table.columns().to_vec();
        loop {
            let at = table.at() as u64;
            let Some(row) = table.next() else { break };
            let read = row.and_then(|row| {
                let field = &row[record];
                let number = field.text.parse::<u64>().ok().filter(|number| *number > 0);
                number.ok_or_else(|| {
                    RowFault::new(field.range.clone(), format!("`{}` is no number of a record", shown(&field.text)), "records count from 1")
                })
            });
            match read {
                Ok(number) => rows.push((number, at)),
                Err(fault) if faults.len() < 20 => faults.push(fault),
                Err(_) => break,
            }
        }
        rows.sort_unstable();
        for pair in rows.windows(2).filter(|pair| pair[0].0 == pair[1].0).take(20usize.saturating_sub(faults.len())) {
            let place = row_range(&text, pair[1].1);
            faults.push(RowFault::new(place, format!("record {} stands here again", pair[1].0), "keep one of its rows"));
        }
        if faults.is_empty() { Ok(Corrections { text, columns, record, original, rows }) } else { Err(faults) }
    }

    /// How many rows it has.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row of a record (from 0) whose address has this fingerprint.
    ///
    /// # Errors
    /// The row was made from another address: the reason in words.
    pub fn find(&self, record: u64, fingerprint: u64) -> Result<Corrected, String> {
        let Ok(found) = self.rows.binary_search_by_key(&(record + 1), |(number, _)| *number) else { return Ok(Corrected::No) };
        let row = Rows::from(&self.text, self.rows[found].1 as usize).next().unwrap_or_default();
        let original = row.get(self.original).map_or("", |field| field.text.as_str());
        if original != format!("{fingerprint:016x}") {
            return Err(format!(
                "the corrected row of record {} was made from another address (`original` is {}, this address has {fingerprint:016x}): export again",
                record + 1,
                shown(original)
            ));
        }
        debug_assert_eq!(row.get(self.record).and_then(|field| field.text.parse().ok()), Some(record + 1));
        let values = self.columns.iter().cloned().zip(row.into_iter().map(|field| unguarded(field.text))).collect();
        Ok(Corrected::Row(Correction(values)))
    }
}

/// A text as spreadsheets may open it: what they would take for a formula stands behind a `'`.
pub fn guarded(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) { format!("'{text}") } else { text.to_string() }
}

/// The text that [`guarded`] was made of.
fn unguarded(text: String) -> String {
    match text.strip_prefix('\'') {
        Some(rest) if guarded(rest) == text => rest.to_string(),
        _ => text,
    }
}

fn row_range(text: &str, at: u64) -> Range<usize> {
    let row = Rows::from(text, at as usize).next().unwrap_or_default();
    row.first().map_or(0, |field| field.range.start)..row.last().map_or(0, |field| field.range.end)
}

fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}

impl Correction {
    /// The value of a column that is no element; `None` if there is no such column or nothing in it.
    pub fn field(&self, name: &str) -> Option<&str> {
        let wanted = name.replace('-', "_");
        self.0.iter().find(|(column, _)| column.replace('-', "_") == wanted).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// What the barcode of the post says, if the row is coded: ZIP, plus four and delivery point; or the postcode and its suffix. `known` is
    /// the postcode of the record, for rows that have none.
    pub fn routing(&self, known: &str) -> Option<String> {
        if let Some(routing) = self.field("routing") {
            return Some(routing.to_string());
        }
        let (plus4, point) = (self.field("plus4"), self.field("delivery_point"));
        if plus4.is_none() && point.is_none() {
            return None;
        }
        let postcode = self.field("postcode").unwrap_or(known);
        // A ZIP+4 in the postcode already has what `plus4` repeats.
        let code = if plus4.is_some() { postcode.split('-').next().unwrap_or_default() } else { postcode };
        let signs = [code, plus4.unwrap_or_default(), point.unwrap_or_default()].concat();
        Some(signs.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect())
    }

    /// Whether an element of the row is another than that of the address it was made from.
    pub fn changes(&self, found: &Parts) -> bool {
        self.elements().any(|(element, value)| found.of(element) != value)
    }

    /// The corrected parts: elements that have a column are those of the row, the others stay as they were found.
    pub fn into_parts(self, mut found: Parts) -> Parts {
        for (element, value) in self.elements() {
            *found.of_mut(element) = value.to_string();
        }
        found.lines.clear();
        found
    }

    fn elements(&self) -> impl Iterator<Item = (Element, &str)> {
        self.0.iter().filter_map(|(column, value)| Some((Element::find(column)?, value.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(street: &str) -> Parts {
        Parts::default().with(Element::Recipient, "Jane Doe").with(Element::Street, street).with(Element::Postcode, "22162")
    }

    #[test]
    fn rows_come_back_to_their_records() {
        let print = fingerprint(&address("1 Main St"));
        let text = format!("record,original,street,plus4,delivery_point,postcode,dpv\n7,{print:016x},12 Oak Ave,1010,01,22163,Y\n3,0,x,,,,\n");
        let corrections = Corrections::read(text).expect("rows");
        assert_eq!(corrections.len(), 2);
        assert_eq!(corrections.find(0, print), Ok(Corrected::No));
        let Ok(Corrected::Row(row)) = corrections.find(6, print) else { panic!("no row") };
        assert_eq!(row.routing("22162").as_deref(), Some("22163101001"));
        assert_eq!((row.field("dpv"), row.field("lot")), (Some("Y"), None));
        let coded = format!("record,original,plus4,delivery_point\n7,{print:016x},1010,01\n");
        let Ok(Corrected::Row(coded)) = Corrections::read(coded).expect("rows").find(6, print) else { panic!("no row") };
        assert_eq!(coded.routing("22162").as_deref(), Some("22162101001"));
        let parts = row.into_parts(address("1 Main St"));
        assert_eq!((parts.of(Element::Street), parts.of(Element::Recipient)), ("12 Oak Ave", "Jane Doe"));
        assert!(corrections.find(2, print).is_err_and(|reason| reason.contains("record 3 was made from another address")));
    }

    #[test]
    fn faults_are_told() {
        let told =
            |text: &str| Corrections::read(text.to_string()).err().map(|faults| faults.into_iter().map(|fault| fault.message).collect::<Vec<_>>());
        assert_eq!(told("record\n1\n"), Some(vec!["the table has no column `original`".to_string()]));
        assert_eq!(
            told("record,original\n0,a\n2,b\n2,c\n"),
            Some(vec!["`0` is no number of a record".to_string(), "record 2 stands here again".to_string()])
        );
    }

    #[test]
    fn lines_are_replaced_by_parts() {
        let print = fingerprint(&Parts::of_lines(vec!["a".into(), "b".into()]));
        let corrections = Corrections::read(format!("record,original,street,town,postcode\n1,{print:016x},x,y,1\n")).expect("rows");
        let Ok(Corrected::Row(row)) = corrections.find(0, print) else { panic!("no row") };
        assert!(row.changes(&Parts::default()));
        assert_eq!(row.into_parts(Parts::of_lines(vec!["a".into()])).lines, Vec::<String>::new());
    }

    #[test]
    fn formulas_are_guarded_and_come_back() {
        for text in ["=1+1", "-5", "'quoted", "plain", "", "'=x", "@"] {
            assert_eq!(unguarded(guarded(text)), text);
        }
    }
}
