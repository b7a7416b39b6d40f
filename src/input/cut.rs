//! Ranges of records.
//!
//! Takes the boundaries that a format finds in single files, gives ranges over all files of a job, one volume each.
//! Must never look inside a record. A range holds no bytes, only where they are: it is cheap to keep and to send.

use std::ops::Range;
use std::sync::Arc;

use super::{FileFault, InputFault, Opened};
use crate::model::record::Hold;

/// Some consecutive records of the input.
#[derive(Clone, PartialEq, Debug)]
pub struct RecordRange {
    /// The number of the first record, from 0 over all files.
    pub first: u64,
    /// How many records.
    pub count: u64,
    /// Where they are, in order; small files share a range.
    pub parts: Vec<Part>,
}

impl RecordRange {
    /// Bytes of UTF-8 text that the records and their lines take up.
    pub fn bytes(&self) -> usize {
        self.parts.iter().map(|part| part.bytes.len() + part.lines.len()).sum()
    }
}

/// The records of a range that lie in one file.
#[derive(Clone, PartialEq, Debug)]
pub struct Part {
    /// The file, by its place in the input.
    pub file: usize,
    /// How many records.
    pub count: u64,
    /// Their bytes in the UTF-8 text of the file.
    pub bytes: Range<usize>,
    /// Their bytes in the UTF-8 text of the lines file; empty without one.
    pub lines: Range<usize>,
    /// The XML namespaces that are declared around the records.
    pub namespaces: Arc<[(String, String)]>,
    /// If present, the part is one record that is held, whatever is in it: the rest of a broken file.
    pub hold: Option<Hold>,
}

impl Default for Part {
    fn default() -> Part {
        Part { file: 0, count: 0, bytes: 0..0, lines: 0..0, namespaces: Arc::new([]), hold: None }
    }
}

/// Finds the record boundaries of one file.
pub trait FileCutter: Send {
    /// The next records: at most `records_max`, ending with the one that reaches `bytes_max` bytes. `None` at the end of
    /// the file. Neither limit is ever 0.
    fn next(&mut self, records_max: u64, bytes_max: usize) -> Result<Option<Part>, FileFault>;
}

/// Finds the record boundaries of all files, in order and without parsing.
///
/// Running it once to the end counts the records and finds the faults of a lines file, so a job that wants to know both
/// before it composes anything does just that.
pub struct Cutter<'o> {
    opened: &'o Opened<'o>,
    file: usize,
    current: Option<Box<dyn FileCutter + 'o>>,
    first: u64,
}

impl<'o> Cutter<'o> {
    /// A cutter at the first record.
    pub(super) fn new(opened: &'o Opened<'o>) -> Cutter<'o> {
        Cutter { opened, file: 0, current: None, first: 0 }
    }

    /// The next range: at most `records_max` records, and about `bytes_max` bytes. `None` at the end of the input.
    pub fn next(&mut self, records_max: u64, bytes_max: usize) -> Result<Option<RecordRange>, InputFault> {
        assert!(records_max > 0, "a range has records");
        let mut range = RecordRange { first: self.first, count: 0, parts: Vec::new() };
        let mut bytes = 0;
        while range.count < records_max && (bytes < bytes_max || range.count == 0) && self.file < self.opened.file_count() {
            let current = self.current.get_or_insert_with(|| self.opened.file_cutter(self.file));
            match current.next(records_max - range.count, bytes_max - bytes) {
                Ok(Some(part)) => {
                    assert!(part.count > 0, "a part has records");
                    range.count += part.count;
                    bytes += part.bytes.len() + part.lines.len();
                    range.parts.push(Part { file: self.file, ..part });
                }
                Ok(None) => {
                    self.current = None;
                    self.file += 1;
                }
                Err(fault) => return Err(self.opened.place(self.file, fault)),
            }
        }
        assert!(range.count <= records_max, "a range keeps to its size");
        self.first += range.count;
        Ok((range.count > 0).then_some(range))
    }
}
