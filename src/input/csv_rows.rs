//! The rows and fields of CSV (RFC 4180).
//!
//! Takes bytes, gives where rows end and what their fields are; the one place that knows quotes, so that whoever cuts and
//! whoever parses agree. Must never know columns.
//!
//! A quote opens a quoted field only as the first byte of a field; elsewhere it is a sign like any other (`5" pipe`). So
//! rows are never cut by counting quotes. A row ends at LF or CR LF; a lone CR is a sign like any other.

use std::borrow::Cow;
use std::ops::Range;

/// The signs of a CSV file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Dialect {
    /// Between fields.
    pub(super) delimiter: u8,
    /// Around fields that contain delimiters or line ends; none if the file has no quoting.
    pub(super) quote: Option<u8>,
}

/// A row as it was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Row {
    /// Its bytes, with its line end.
    pub(super) bytes: Range<usize>,
    /// False if a quoted field is still open at the end of the text.
    pub(super) closed: bool,
    /// Whether a quoted field contains a line end.
    pub(super) multiline: bool,
}

impl Dialect {
    /// The row that starts at `at`.
    #[inline]
    fn row(self, text: &[u8], at: usize) -> Row {
        let found = match self.quote {
            Some(quote) => memchr::memchr2(quote, b'\n', &text[at..]),
            None => memchr::memchr(b'\n', &text[at..]),
        };
        match found {
            None => Row { bytes: at..text.len(), closed: true, multiline: false },
            Some(length) if text[at + length] == b'\n' => Row { bytes: at..at + length + 1, closed: true, multiline: false },
            Some(length) => self.quoted_row(text, at, at + length, self.quote.unwrap_or(b'"')),
        }
    }

    /// The row that starts at `start` and has its first quote at `at`.
    fn quoted_row(self, text: &[u8], start: usize, mut at: usize, quote: u8) -> Row {
        let mut multiline = false;
        loop {
            if text[at] == b'\n' {
                return Row { bytes: start..at + 1, closed: true, multiline };
            }
            at += 1;
            if at - 1 == start || text[at - 2] == self.delimiter {
                let open = at;
                // A doubled quote closes and opens again at once, which comes to the same.
                loop {
                    match memchr::memchr(quote, &text[at..]) {
                        None => return Row { bytes: start..text.len(), closed: false, multiline: true },
                        Some(length) => at += length + 1,
                    }
                    if text.get(at) != Some(&quote) {
                        break;
                    }
                    at += 1;
                }
                multiline = multiline || memchr::memchr(b'\n', &text[open..at]).is_some();
            }
            match memchr::memchr2(quote, b'\n', &text[at..]) {
                None => return Row { bytes: start..text.len(), closed: true, multiline },
                Some(length) => at += length,
            }
        }
    }

    /// The fields of one row, given without or with its line end.
    pub(super) fn fields(self, row: &str) -> Fields<'_> {
        let row = row.strip_suffix('\n').map_or(row, |row| row.strip_suffix('\r').unwrap_or(row));
        Fields { dialect: self, row, next: Some(0) }
    }

    /// What the field at `index` of a row says, if there is one and it is well-formed. The row need not be valid UTF-8.
    #[inline]
    pub(super) fn key(self, row: &[u8], index: usize) -> Option<Cow<'_, [u8]>> {
        let mut row = row.strip_suffix(b"\n").map_or(row, |row| row.strip_suffix(b"\r").unwrap_or(row));
        for _ in 0..index {
            let field = self.field(row, 0);
            row = row.get(field.next?..)?;
        }
        let field = self.field(row, 0);
        let body = &row[field.body];
        match (field.shape, self.quote) {
            (Shape::Plain, _) => Some(Cow::Borrowed(body)),
            (Shape::Doubled, Some(quote)) => {
                let mut last_was_quote = false;
                let kept = body.iter().filter(|byte| {
                    last_was_quote = **byte == quote && !last_was_quote;
                    !last_was_quote
                });
                Some(Cow::Owned(kept.copied().collect()))
            }
            (Shape::Doubled | Shape::Unclosed | Shape::Trailing, _) => None,
        }
    }

    #[inline]
    fn field(self, row: &[u8], start: usize) -> Field {
        let next_from = |end: usize| (end < row.len()).then_some(end + 1);
        match self.quote {
            Some(quote) if row.get(start) == Some(&quote) => self.quoted_field(row, start + 1, quote),
            _ => {
                let end = memchr::memchr(self.delimiter, &row[start..]).map_or(row.len(), |length| start + length);
                Field { body: start..end, shape: Shape::Plain, next: next_from(end) }
            }
        }
    }

    fn quoted_field(self, row: &[u8], start: usize, quote: u8) -> Field {
        let mut at = start;
        let mut shape = Shape::Plain;
        loop {
            match memchr::memchr(quote, &row[at..]) {
                None => return Field { body: start..row.len(), shape: Shape::Unclosed, next: None },
                Some(length) => at += length + 1,
            }
            if row.get(at) != Some(&quote) {
                break;
            }
            shape = Shape::Doubled;
            at += 1;
        }
        let body = start..at - 1;
        match row.get(at) {
            None => Field { body, shape, next: None },
            Some(found) if *found == self.delimiter => Field { body, shape, next: Some(at + 1) },
            Some(_) => {
                let end = memchr::memchr(self.delimiter, &row[at..]).map_or(row.len(), |length| at + length);
                Field { body: start..end, shape: Shape::Trailing, next: (end < row.len()).then_some(end + 1) }
            }
        }
    }
}

/// How a field is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// As it is.
    Plain,
    /// Quoted, with doubled quotes inside.
    Doubled,
    /// Quoted and never closed.
    Unclosed,
    /// Quoted, with text behind the closing quote.
    Trailing,
}

/// One field of a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Field {
    /// What it says, without its quotes.
    pub(super) body: Range<usize>,
    /// How it is written.
    pub(super) shape: Shape,
    next: Option<usize>,
}

/// The fields of a row, in order.
pub(super) struct Fields<'r> {
    dialect: Dialect,
    row: &'r str,
    next: Option<usize>,
}

impl Iterator for Fields<'_> {
    type Item = Field;

    #[inline]
    fn next(&mut self) -> Option<Field> {
        let field = self.dialect.field(self.row.as_bytes(), self.next?);
        self.next = field.next;
        Some(field)
    }
}

/// The rows of a text, without those that are empty.
#[derive(Clone, Debug)]
pub(super) struct Rows<'d> {
    dialect: Dialect,
    text: &'d [u8],
    at: usize,
    end: usize,
}

impl<'d> Rows<'d> {
    /// The rows that lie in a range of a text.
    pub(super) fn new(dialect: Dialect, text: &'d [u8], range: Range<usize>) -> Rows<'d> {
        Rows { dialect, text: &text[..range.end], at: range.start, end: range.end }
    }

    /// Where the next row starts, or an empty line before it.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Goes to the end and gives what was left.
    pub(super) fn take_rest(&mut self) -> Range<usize> {
        std::mem::replace(&mut self.at, self.end)..self.end
    }
}

impl Iterator for Rows<'_> {
    type Item = Row;

    #[inline]
    fn next(&mut self) -> Option<Row> {
        while self.at < self.end {
            let row = self.dialect.row(self.text, self.at);
            self.at = row.bytes.end;
            if !matches!(&self.text[row.bytes.clone()], b"\n" | b"\r\n") {
                return Some(row);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COMMA: Dialect = Dialect { delimiter: b',', quote: Some(b'"') };

    fn rows(dialect: Dialect, text: &str) -> Vec<Vec<String>> {
        let rows = Rows::new(dialect, text.as_bytes(), 0..text.len());
        rows.map(|row| {
            let mut row = &text[row.bytes];
            let whole = row;
            row = row.strip_suffix('\n').map_or(row, |row| row.strip_suffix('\r').unwrap_or(row));
            dialect
                .fields(whole)
                .enumerate()
                .map(|(index, field)| match field.shape {
                    Shape::Plain | Shape::Doubled => {
                        let key = dialect.key(row.as_bytes(), index).expect("a good field");
                        String::from_utf8(key.into_owned()).expect("text")
                    }
                    Shape::Unclosed => format!("UNCLOSED {}", &row[field.body]),
                    Shape::Trailing => format!("TRAILING {}", &row[field.body]),
                })
                .collect()
        })
        .collect()
    }

    #[track_caller]
    fn check(text: &str, expected: &[&[&str]]) {
        assert_eq!(rows(COMMA, text), expected, "{text}");
    }

    #[test]
    fn rows_after_rfc_4180() {
        check("a,b\r\nc,d", &[&["a", "b"], &["c", "d"]]);
        check("a,\n,b\n,\n", &[&["a", ""], &["", "b"], &["", ""]]);
        check("\"a,b\",\"c\nd\",\"e\"\"f\"\ng", &[&["a,b", "c\nd", "e\"f"], &["g"]]);
        check("\"\",\"\"\"\"\n", &[&["", "\""]]);
        check("\n\na\n\r\nb\n", &[&["a"], &["b"]]);
        check("\"a\"\r\n\"b\"", &[&["a"], &["b"]]);
        check("\"a\r\nb\"\r\nc", &[&["a\r\nb"], &["c"]]);
    }

    #[test]
    fn quotes_inside_a_field_are_signs() {
        check("5\" pipe,x\n6\" pipe,y\n", &[&["5\" pipe", "x"], &["6\" pipe", "y"]]);
        check("a \"b\", \"c\nd\n", &[&["a \"b\"", " \"c"], &["d"]]);
        check("a\rb,c\n", &[&["a\rb", "c"]]);
    }

    #[test]
    fn wrong_quotes_are_seen() {
        check("\"a\"b,c\nd\n", &[&["TRAILING a\"b", "c"], &["d"]]);
        check("a,\"b\nc,d\n", &[&["a", "UNCLOSED b\nc,d"]]);
        check("\"a\" ,b", &[&["TRAILING a\" ", "b"]]);
    }

    #[test]
    fn other_signs() {
        let semicolon = Dialect { delimiter: b';', quote: None };
        assert_eq!(rows(semicolon, "\"a;b\"\nc\n"), [vec!["\"a", "b\""], vec!["c"]]);
    }

    /// The rows as csv-core reads them.
    fn oracle(text: &[u8]) -> Vec<Vec<Vec<u8>>> {
        let mut reader = csv_core::ReaderBuilder::new().terminator(csv_core::Terminator::Any(b'\n')).build();
        let (mut output, mut ends) = (vec![0; text.len() + 64], vec![0; text.len() + 64]);
        let mut rest = text;
        let (mut written, mut ended) = (0, 0);
        let mut rows = Vec::new();
        loop {
            let (result, read, out, end) = reader.read_record(rest, &mut output[written..], &mut ends[ended..]);
            rest = &rest[read..];
            written += out;
            ended += end;
            match result {
                csv_core::ReadRecordResult::Record => {
                    let starts = std::iter::once(0).chain(ends[..ended].iter().copied());
                    rows.push(starts.zip(&ends[..ended]).map(|(start, end)| output[start..*end].to_vec()).collect());
                    (written, ended) = (0, 0);
                }
                csv_core::ReadRecordResult::End => return rows,
                csv_core::ReadRecordResult::InputEmpty => {}
                csv_core::ReadRecordResult::OutputFull | csv_core::ReadRecordResult::OutputEndsFull => panic!("room for all"),
            }
        }
    }

    proptest! {
        #[test]
        fn agrees_with_csv_core(text in "[a,\"\n ]{0,40}") {
            let ours = rows(COMMA, &text);
            let bad = ours.iter().flatten().any(|field| field.starts_with("UNCLOSED") || field.starts_with("TRAILING"));
            prop_assume!(!bad);
            let theirs: Vec<Vec<String>> = oracle(text.as_bytes()).into_iter().map(|row| row.into_iter().map(|field| String::from_utf8(field).expect("text")).collect()).collect();
            prop_assert_eq!(ours, theirs);
        }

        #[test]
        fn rows_cover_the_text(text in "[a,\"\r\n]{0,40}") {
            let mut at = 0;
            for row in Rows::new(COMMA, text.as_bytes(), 0..text.len()) {
                prop_assert!(text[at..row.bytes.start].trim_matches(['\r', '\n']).is_empty());
                prop_assert!(row.bytes.end > row.bytes.start);
                at = row.bytes.end;
            }
            prop_assert!(text[at..].trim_matches(['\r', '\n']).is_empty());
        }
    }
}
