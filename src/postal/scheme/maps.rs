//! Maps: ranges of postcodes and what they belong to.
//!
//! Takes the rows of a `map_NAME.csv`, gives the row of a postcode: the range with the longest `from` that covers it. Must never
//! guess: a postcode in no range has no row.

use super::rows::{Columns, Table};
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::span::{FileId, Span};

/// A map.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Map {
    /// Its name: `aadc` of `map_aadc.csv`.
    pub name: String,
    /// The names of its columns.
    pub columns: Vec<String>,
    /// Ranges by the length of their ends, longest first; those of one length by their first postcode, without overlaps.
    lengths: Vec<(usize, Vec<Range>)>,
}

/// A range of a map.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Range {
    /// First postcode, or the beginning of it.
    pub from: String,
    /// Last postcode, of the same length.
    pub to: String,
    /// What pieces of the range are grouped by.
    pub key: String,
    /// All cells of the row, in the order of [`Map::columns`].
    pub cells: Vec<String>,
    span: Span,
}

const COLUMNS: Columns = Columns { required: &["from", "to", "key"], optional: &["label_name", "label_zip"], is_open: true };

impl Map {
    /// Reads a map and tells all its faults.
    pub(super) fn read(name: &str, text: &str, file: FileId, faults: &mut Faults) -> Map {
        let mut map = Map { name: name.to_string(), columns: Vec::new(), lengths: Vec::new() };
        let Some(table) = Table::read(text, file, &COLUMNS, faults) else { return map };
        map.columns = table.header().to_vec();
        let mut ranges: Vec<Range> = Vec::with_capacity(table.rows.len());
        for row in &table.rows {
            let [from, to, key] = ["from", "to", "key"].map(|column| table.cell(row, column));
            if key.filled(faults).is_none() | from.filled(faults).is_none() {
                continue;
            }
            if from.text.len() != to.text.len() {
                let message = format!("`{}` and `{}` are of different lengths", from.text, to.text);
                let fault = Diagnostic::error(&code::SCHEME_RANGE, to.span, message);
                faults.push(fault.hint("postcodes are compared on the length of both: write `100` to `104`, not `100` to `10499`"));
            } else if from.text > to.text {
                let fault = Diagnostic::error(&code::SCHEME_RANGE, to.span, format!("the range ends at `{}`, before it begins", to.text));
                faults.push(fault.hint(format!("`from` is the smaller of the two: is `{}` to `{}` meant?", to.text, from.text)));
            } else {
                let capitals = |text: &str| text.to_ascii_uppercase();
                let cells = row.texts().map(str::to_string).collect();
                ranges.push(Range { from: capitals(from.text), to: capitals(to.text), key: key.text.to_string(), cells, span: row.span() });
            }
        }
        // Stable: of two equal ranges the later one is the fault.
        ranges.sort_by(|a, b| (b.from.len(), &a.from).cmp(&(a.from.len(), &b.from)));
        for pair in ranges.windows(2) {
            if pair[0].from.len() == pair[1].from.len() && pair[1].from <= pair[0].to {
                let (first, second) = if pair[0].span.start < pair[1].span.start { (&pair[0], &pair[1]) } else { (&pair[1], &pair[0]) };
                let message = format!("`{}` to `{}` overlaps `{}` to `{}`", second.from, second.to, first.from, first.to);
                let fault = Diagnostic::error(&code::SCHEME_RANGE, second.span, message).related(first.span, "the other range of the same length");
                faults.push(fault.hint("cut one of the two, or write the exception with more characters: the longest `from` wins"));
            }
        }
        for range in ranges {
            match map.lengths.last_mut() {
                Some((length, list)) if *length == range.from.len() => list.push(range),
                _ => map.lengths.push((range.from.len(), vec![range])),
            }
        }
        map
    }

    /// The range of a postcode, in capitals.
    pub fn find(&self, postcode: &str) -> Option<&Range> {
        self.lengths.iter().find_map(|(length, ranges)| {
            let start = postcode.get(..*length)?;
            let after = ranges.partition_point(|range| range.from.as_str() <= start);
            let range = &ranges[after.checked_sub(1)?];
            (start <= range.to.as_str()).then_some(range)
        })
    }

    /// The cell of a range in a column.
    pub fn cell<'m>(&self, range: &'m Range, column: &str) -> Option<&'m str> {
        let at = self.columns.iter().position(|name| name == column)?;
        range.cells.get(at).map(String::as_str)
    }

    /// How many ranges it has.
    pub fn len(&self) -> usize {
        self.lengths.iter().map(|(_, ranges)| ranges.len()).sum()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }
}
