//! Records of CSV, with the lines that belong to them.
//!
//! Takes the rows of a file and of its lines file, gives each record with its lines. A merge join: both files have the
//! same order of the key, so nothing is kept. Cutters and parsers go through the same steps. Must never guess where a
//! line belongs: a line that would be lost is a fault.

use std::borrow::Cow;
use std::ops::Range;

use super::convert::shorten;
use super::csv_header::{Columns, Table};
use super::csv_rows::{Dialect, Row, Rows, Shape};
use super::cut::{FileCutter, Part};
use super::{FileFault, Piece};
use crate::base::code;

/// Steps through the records of one file, or of a part of it.
pub(super) struct Join<'d> {
    dialect: Dialect,
    text: &'d [u8],
    records: Rows<'d>,
    lines: Option<Lines<'d>>,
}

struct Lines<'d> {
    text: &'d [u8],
    rows: Rows<'d>,
    table: &'d Table,
    /// The column of the key in the records.
    record_key: usize,
    /// The next line, which belongs to no record so far.
    pending: Option<(Row, Option<Cow<'d, [u8]>>)>,
    /// End of the lines that belong to records.
    taken: usize,
    last: Option<Cow<'d, [u8]>>,
}

impl<'d> Join<'d> {
    /// The records in a range of a text, with the lines in a range of the lines text.
    pub(super) fn new(
        dialect: Dialect,
        columns: &'d Columns,
        text: &'d [u8],
        range: Range<usize>,
        lines: &'d [u8],
        lines_range: Range<usize>,
    ) -> Join<'d> {
        let lines = columns.lines.as_ref().map(|table| Lines {
            text: lines,
            taken: lines_range.start,
            rows: Rows::new(dialect, lines, lines_range),
            table,
            record_key: columns.records.key.unwrap_or(0),
            pending: None,
            last: None,
        });
        Join { dialect, text, records: Rows::new(dialect, text, range), lines }
    }

    /// The next record.
    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<Piece>, FileFault> {
        let Some(row) = self.records.next() else {
            return match &mut self.lines {
                Some(lines) => lines.finish(self.dialect).map(|()| None),
                None => Ok(None),
            };
        };
        let lines = match &mut self.lines {
            Some(lines) => lines.take(self.dialect, self.text, &row)?,
            None => 0..0,
        };
        Ok(Some(Piece { bytes: row.bytes, lines }))
    }
}

impl<'d> Lines<'d> {
    fn take(&mut self, dialect: Dialect, text: &'d [u8], record: &Row) -> Result<Range<usize>, FileFault> {
        let start = self.taken;
        if !record.closed {
            // The open quote has swallowed the records behind it; their lines go the same way and are held with it.
            self.pending = None;
            self.taken = self.rows.take_rest().end;
            return Ok(start..self.taken);
        }
        let Some(key) = dialect.key(&text[record.bytes.clone()], self.record_key) else {
            return Ok(start..start);
        };
        if self.last.as_deref() == Some(&*key) {
            let message = format!("two records in a row have the key `{}`", show(&key));
            return Err(FileFault {
                code: &code::INPUT_LINES,
                in_lines: false,
                offset: record.bytes.start,
                message,
                hint: Some("each record needs a key of its own".to_string()),
            });
        }
        loop {
            self.peek(dialect)?;
            match &self.pending {
                Some((row, Some(found))) if **found == *key => {
                    self.taken = row.bytes.end;
                    self.pending = None;
                }
                Some(_) | None => break,
            }
        }
        self.last = Some(key);
        Ok(start..self.taken)
    }

    /// Reads the next line, unless it is known already.
    #[inline]
    fn peek(&mut self, dialect: Dialect) -> Result<(), FileFault> {
        if self.pending.is_some() {
            return Ok(());
        }
        let Some(row) = self.rows.next() else { return Ok(()) };
        let text = &self.text[row.bytes.clone()];
        if row.multiline && !self.is_whole(dialect, text) {
            // A stray quote may have swallowed lines of the next records, who would never miss them.
            let message = "a quote opens here and swallows the lines behind it".to_string();
            let hint = Some("close the quote, or write a quote inside a quoted field twice".to_string());
            return Err(FileFault { code: &code::INPUT_LINES, in_lines: true, offset: row.bytes.start, message, hint });
        }
        let key = dialect.key(text, self.table.key.unwrap_or(0));
        self.pending = Some((row, key));
        Ok(())
    }

    fn is_whole(&self, dialect: Dialect, text: &[u8]) -> bool {
        let text = String::from_utf8_lossy(text);
        let mut count = 0;
        let good = dialect.fields(&text).inspect(|_| count += 1).all(|field| matches!(field.shape, Shape::Plain | Shape::Doubled));
        good && count == self.table.count
    }

    /// After the last record no line may be left.
    fn finish(&mut self, dialect: Dialect) -> Result<(), FileFault> {
        self.peek(dialect)?;
        let Some((row, key)) = &self.pending else { return Ok(()) };
        let message = match key {
            Some(key) => format!("the key `{}` is not that of a record, or out of the order of the records", show(key)),
            None => "the line has no key".to_string(),
        };
        let hint = Some("sort records and lines by the key, or correct this line".to_string());
        Err(FileFault { code: &code::INPUT_LINES, in_lines: true, offset: row.bytes.start, message, hint })
    }
}

fn show(key: &[u8]) -> String {
    shorten(&String::from_utf8_lossy(key))
}

/// Cuts the records of a file.
pub(super) struct JoinCutter<'d> {
    join: Join<'d>,
}

impl<'d> JoinCutter<'d> {
    /// A cutter at the first record.
    pub(super) fn new(join: Join<'d>) -> JoinCutter<'d> {
        JoinCutter { join }
    }
}

impl FileCutter for JoinCutter<'_> {
    fn next(&mut self, records_max: u64, bytes_max: usize) -> Result<Option<Part>, FileFault> {
        let start = self.join.records.at();
        let lines_start = self.join.lines.as_ref().map_or(0, |lines| lines.taken);
        let mut part = Part { bytes: start..start, lines: lines_start..lines_start, ..Part::default() };
        while part.count < records_max && part.bytes.len() + part.lines.len() < bytes_max {
            match self.join.next()? {
                Some(piece) => {
                    part.count += 1;
                    part.bytes.end = piece.bytes.end;
                    part.lines.end = part.lines.end.max(piece.lines.end);
                }
                None => break,
            }
        }
        Ok((part.count > 0).then_some(part))
    }
}
