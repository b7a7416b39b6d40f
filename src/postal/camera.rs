//! The result file of an inserter's camera: what became of each piece, row by row.
//!
//! Takes text and the names that a machine gives its columns and words, gives rows in our words. Rows that cannot be read are
//! told with their line and never guessed at. Must never know the pieces of a job.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::span::{FileId, Span};

/// What a machine says of a piece.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Disposition {
    /// It is in its envelope, in the output.
    Ok,
    /// It was completed by hand.
    Manual,
    /// It was put aside.
    Diverted,
    /// It is spoiled.
    Damaged,
    /// It did not come.
    Missing,
    /// It came twice.
    Duplicate,
    /// It was in the machine when that jammed.
    Unknown,
}

/// The words of the format's own `status` column, which a job may translate.
pub const DISPOSITIONS: &[(&str, Disposition)] = &[
    ("OK", Disposition::Ok),
    ("MANUAL", Disposition::Manual),
    ("DIVERTED", Disposition::Diverted),
    ("DAMAGED", Disposition::Damaged),
    ("MISSING", Disposition::Missing),
    ("DUPLICATE", Disposition::Duplicate),
    ("UNKNOWN", Disposition::Unknown),
];

/// The columns: name, whether a file must have it, what it holds.
pub const COLUMNS: &[(&str, bool, &str)] = &[
    ("job_id", false, "The name of the job. Rows of another job are told and left out."),
    ("piece_id", true, "The number of the mailpiece, as the mark on its sheets has it; zeros in front do not matter."),
    ("reprint_no", false, "Which copy: 0 or empty as it was first printed, 1 the first reprint."),
    ("machine", false, "The machine."),
    ("station", false, "The station or output of the machine. The order of pieces is looked at for each machine and station."),
    ("timestamp_utc", false, "When, ISO 8601."),
    ("status", true, "What became of it: `OK`, `MANUAL`, `DIVERTED`, `DAMAGED`, `MISSING`, `DUPLICATE`, `UNKNOWN`."),
    ("reason", false, "Why, in the machine's words."),
    ("set", false, "The envelope that was filled, if there is a row for each sheet: rows that follow each other with one set are one envelope."),
    ("sheet", false, "The number of the sheet that was read, from 1."),
    ("sheets", false, "The sheets that its mark promises."),
    ("inserts", false, "The inserts that were fed, as a number whose bit n stands for insert n."),
];

/// Where in a row a value is.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Column {
    name: String,
    /// The characters of the column that are meant, if not all.
    part: Option<Range<usize>>,
}

/// How the file of a machine is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CameraFormat {
    delimiter: u8,
    /// By the index of [`COLUMNS`].
    columns: Vec<Column>,
    words: Vec<(String, Disposition)>,
}

impl Default for CameraFormat {
    fn default() -> CameraFormat {
        CameraFormat {
            delimiter: b',',
            columns: COLUMNS.iter().map(|(name, ..)| Column { name: name.to_string(), part: None }).collect(),
            words: DISPOSITIONS.iter().map(|(word, disposition)| (word.to_string(), *disposition)).collect(),
        }
    }
}

impl CameraFormat {
    /// Reads a description: TOML with `delimiter`, `[columns]` from our names to the machine's, and `[statuses]` from the machine's
    /// words to ours. What it does not say is as in the format of our own. Tells every fault.
    pub fn read(text: &str, file: FileId, faults: &mut Faults) -> CameraFormat {
        let mut format = CameraFormat::default();
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let range = error.span().unwrap_or(0..0);
            faults.push(Diagnostic::error(&code::JOB_SYNTAX, Span::new(file, range.start, range.end), error.message().to_string()));
        }
        for (key, value) in table.get_ref() {
            let span = |range: Range<usize>| Span::new(file, range.start, range.end);
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("delimiter", DeValue::String(sign)) if sign.len() == 1 && sign.is_ascii() => format.delimiter = sign.as_bytes()[0],
                ("columns", DeValue::Table(columns)) => format.read_columns(columns, &span, faults),
                ("statuses", DeValue::Table(words)) => format.read_words(words, &span, faults),
                ("delimiter", _) => {
                    faults.push(Diagnostic::error(&code::JOB_VALUE, span(value.span()), "`delimiter` is one sign, such as `;`, or a tab"));
                }
                (name @ ("columns" | "statuses"), _) => {
                    faults.push(Diagnostic::error(&code::JOB_WRONG_TYPE, span(value.span()), format!("`{name}` wants a table")));
                }
                (name, _) => {
                    let fault = Diagnostic::error(&code::JOB_UNKNOWN_KEY, span(key.span()), format!("a camera's format has no key `{name}`"));
                    faults.push(fault.suggest(name, ["delimiter", "columns", "statuses"]));
                }
            }
        }
        format
    }

    fn read_columns(&mut self, columns: &DeTable<'_>, span: &dyn Fn(Range<usize>) -> Span, faults: &mut Faults) {
        for (key, value) in columns {
            let name = key.get_ref().as_ref();
            let Some(index) = COLUMNS.iter().position(|(known, ..)| *known == name) else {
                let fault = Diagnostic::error(&code::JOB_UNKNOWN_KEY, span(key.span()), format!("a camera's file has no column `{name}`"));
                faults.push(fault.suggest(name, COLUMNS.iter().map(|(name, ..)| *name)));
                continue;
            };
            match value.get_ref() {
                DeValue::String(column) => self.columns[index] = Column { name: column.to_string(), part: None },
                DeValue::Table(table) => {
                    let number = |key: &str| {
                        table.iter().find(|(name, _)| name.get_ref() == key).and_then(|(_, value)| match value.get_ref() {
                            DeValue::Integer(number) => number.as_str().parse::<usize>().ok(),
                            _ => None,
                        })
                    };
                    let column = table.iter().find(|(name, _)| name.get_ref() == "column").and_then(|(_, value)| value.get_ref().as_str());
                    match (column, number("start"), number("length")) {
                        (Some(column), Some(start @ 1..), Some(length @ 1..)) => {
                            self.columns[index] = Column { name: column.to_string(), part: Some(start - 1..start - 1 + length) };
                        }
                        _ => faults.push(
                            Diagnostic::error(&code::JOB_VALUE, span(value.span()), format!("`{name}` does not say which part of which column"))
                                .hint("write `{ column = \"CODE\", start = 8, length = 7 }`; characters count from 1"),
                        ),
                    }
                }
                _ => faults.push(Diagnostic::error(&code::JOB_WRONG_TYPE, span(value.span()), format!("`{name}` wants the name of a column"))),
            }
        }
    }

    fn read_words(&mut self, words: &DeTable<'_>, span: &dyn Fn(Range<usize>) -> Span, faults: &mut Faults) {
        for (key, value) in words {
            let ours = value.get_ref().as_str().unwrap_or_default();
            match DISPOSITIONS.iter().find(|(word, _)| word.eq_ignore_ascii_case(ours)) {
                Some((_, disposition)) => self.words.insert(0, (key.get_ref().to_string(), *disposition)),
                None => {
                    let fault = Diagnostic::error(&code::JOB_VALUE, span(value.span()), format!("`{ours}` is no status of a piece"));
                    faults.push(fault.suggest(ours, DISPOSITIONS.iter().map(|(word, _)| *word)));
                }
            }
        }
    }
}

/// A row of a camera's file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CameraRow<'t> {
    /// Its line, from 1.
    pub line: u32,
    /// The job; empty: it is not told.
    pub job: &'t str,
    /// The piece.
    pub piece: u64,
    /// The copy.
    pub copy: u32,
    /// The machine and its station.
    pub machine: (&'t str, &'t str),
    /// When.
    pub at: &'t str,
    /// What became of it.
    pub disposition: Disposition,
    /// Why.
    pub reason: &'t str,
    /// The envelope; empty: a row is one.
    pub set: &'t str,
    /// The sheet and the sheets its mark promises, if a row is a sheet.
    pub sheet: Option<(u32, Option<u32>)>,
    /// The inserts that were fed.
    pub inserts: Option<u32>,
}

/// A row that cannot be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RowFault {
    /// Its line, from 1.
    pub line: u32,
    /// What is wrong.
    pub message: String,
}

/// The rows of a file.
pub struct CameraRows<'t, 'f> {
    rest: &'t str,
    line: u32,
    format: &'f CameraFormat,
    /// Which field each column of [`COLUMNS`] is in.
    places: Vec<Option<usize>>,
    width: usize,
    fields: Vec<&'t str>,
}

impl<'t, 'f> CameraRows<'t, 'f> {
    /// Reads the header of a file.
    ///
    /// # Errors
    /// The header lacks a column that must be there.
    pub fn new(text: &'t str, format: &'f CameraFormat) -> Result<CameraRows<'t, 'f>, RowFault> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (header, rest) = text.split_once('\n').unwrap_or((text, ""));
        let mut names = Vec::new();
        split(header.trim_end_matches('\r'), format.delimiter, &mut names);
        let place = |column: &Column| names.iter().position(|name| name.trim() == column.name);
        let places: Vec<Option<usize>> = format.columns.iter().map(place).collect();
        if let Some(((.., column), _)) = COLUMNS
            .iter()
            .zip(&format.columns)
            .zip(&places)
            .map(|((spec, column), place)| ((spec.1, column), place))
            .find(|((must, _), place)| *must && place.is_none())
        {
            let message = format!("the file has no column `{}`; its header is `{}`", column.name, header.trim_end());
            return Err(RowFault { line: 1, message });
        }
        Ok(CameraRows { rest, line: 1, format, places, width: names.len(), fields: Vec::new() })
    }

    /// A column of the row in `fields`, empty if the file does not have it.
    fn value(&self, column: usize) -> &'t str {
        let text = self.places[column].and_then(|place| self.fields.get(place)).map_or("", |field| field.trim());
        match &self.format.columns[column].part {
            None => text,
            Some(part) => text.get(part.start..part.end.min(text.len())).unwrap_or("").trim(),
        }
    }

    fn number(&self, column: usize) -> Result<Option<u32>, String> {
        let text = self.value(column);
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| format!("`{text}` in `{}` is no number", self.format.columns[column].name))
    }

    fn read(&mut self, line: &'t str) -> Result<CameraRow<'t>, String> {
        let mut fields = std::mem::take(&mut self.fields);
        split(line, self.format.delimiter, &mut fields);
        self.fields = fields;
        if self.fields.len() != self.width {
            return Err(format!("the row has {} fields, the header has {}: it is cut short or damaged", self.fields.len(), self.width));
        }
        let piece = self.value(1);
        let piece = piece.parse::<u64>().ok().filter(|piece| *piece > 0).ok_or_else(|| format!("`{piece}` is no number of a piece"))?;
        let status = self.value(6);
        let word = self.format.words.iter().find(|(word, _)| word.eq_ignore_ascii_case(status));
        let (_, disposition) = word.ok_or_else(|| format!("`{status}` is no status"))?;
        Ok(CameraRow {
            line: self.line,
            job: self.value(0),
            piece,
            copy: self.number(2)?.unwrap_or(0),
            machine: (self.value(3), self.value(4)),
            at: self.value(5),
            disposition: *disposition,
            reason: self.value(7),
            set: self.value(8),
            sheet: match self.number(9)? {
                Some(sheet) => Some((sheet, self.number(10)?)),
                None => None,
            },
            inserts: self.number(11)?,
        })
    }
}

impl<'t> Iterator for CameraRows<'t, '_> {
    type Item = Result<CameraRow<'t>, RowFault>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let (line, rest, is_whole) = match self.rest.split_once('\n') {
                Some((line, rest)) => (line.trim_end_matches('\r'), rest, true),
                None => (self.rest, "", false),
            };
            self.rest = rest;
            self.line += 1;
            if line.trim().is_empty() {
                continue;
            }
            let row = self.read(line).map_err(|message| {
                let message = if is_whole { message } else { format!("the file ends in this row: {message}") };
                RowFault { line: self.line, message }
            });
            return Some(row);
        }
    }
}

/// The fields of a line. A field in quotes may hold the delimiter; doubled quotes inside stay doubled, no column needs them.
fn split<'t>(line: &'t str, delimiter: u8, fields: &mut Vec<&'t str>) {
    fields.clear();
    let mut rest = line;
    loop {
        if let Some(inside) = rest.strip_prefix('"') {
            let bytes = inside.as_bytes();
            let mut end = 0;
            while end < bytes.len() && (bytes[end] != b'"' || bytes.get(end + 1) == Some(&b'"')) {
                end += if bytes[end] == b'"' { 2 } else { 1 };
            }
            let end = end.min(inside.len());
            fields.push(&inside[..end]);
            rest = inside.get(end + 1..).unwrap_or("");
            match rest.as_bytes().iter().position(|byte| *byte == delimiter) {
                Some(next) => rest = &rest[next + 1..],
                None => return,
            }
        } else {
            match rest.as_bytes().iter().position(|byte| *byte == delimiter) {
                Some(next) => {
                    fields.push(&rest[..next]);
                    rest = &rest[next + 1..];
                }
                None => {
                    fields.push(rest);
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_our_own_format_is_read() {
        let text = "job_id,piece_id,reprint_no,machine,station,timestamp_utc,status,reason\r\nJ,0000007,,M1,A,2026-10-01T22:00:00Z,ok,\"torn, taped\"\r\n\r\nJ,8,1,M1,A,,DAMAGED,\n";
        let format = CameraFormat::default();
        let rows: Vec<_> = CameraRows::new(text, &format).expect("a header").map(|row| row.expect("a row")).collect();
        let shown: Vec<_> = rows.iter().map(|row| (row.line, row.piece, row.copy, row.disposition, row.reason)).collect();
        assert_eq!(shown, [(2, 7, 0, Disposition::Ok, "torn, taped"), (4, 8, 1, Disposition::Damaged, "")]);
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line() {
        let text = "piece_id,status\n1,OK\nx,OK\n0,OK\n2,FINE\n3\n4,O";
        let format = CameraFormat::default();
        let faults: Vec<String> = CameraRows::new(text, &format)
            .expect("a header")
            .filter_map(|row| row.err().map(|fault| format!("{}: {}", fault.line, fault.message)))
            .collect();
        assert_eq!(
            faults,
            [
                "3: `x` is no number of a piece",
                "4: `0` is no number of a piece",
                "5: `FINE` is no status",
                "6: the row has 1 fields, the header has 2: it is cut short or damaged",
                "7: the file ends in this row: `O` is no status",
            ]
        );
        assert!(CameraRows::new("piece,status\n", &format).is_err_and(|fault| fault.message.contains("`piece_id`")));
    }

    #[test]
    fn a_machine_has_names_of_its_own() {
        let mut faults = Faults::new();
        let text =
            "delimiter = \";\"\n[columns]\npiece_id = { column = \"CODE\", start = 3, length = 4 }\nstatus = \"DISP\"\n[statuses]\nGOOD = \"OK\"\n";
        let format = CameraFormat::read(text, FileId(0), &mut faults);
        assert!(faults.is_empty());
        let rows: Vec<_> = CameraRows::new("CODE;DISP\nAA0012ZZ;good\n", &format).expect("a header").collect();
        assert!(matches!(rows.as_slice(), [Ok(CameraRow { piece: 12, disposition: Disposition::Ok, .. })]));
        CameraFormat::read("colums = 1\n[columns]\npice_id = \"X\"\nstatus = 3\n[statuses]\nA = \"B\"\n", FileId(0), &mut faults);
        assert_eq!(faults.into_sorted().len(), 4);
    }
}
