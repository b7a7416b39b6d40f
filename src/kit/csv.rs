//! Small tables as people write them: CSV in memory, every field with its place.
//!
//! Takes the text of a file (RFC 4180, commas), gives rows of fields. For tables that a job names; customer data, which is mapped
//! and has dialects, is read by `input`. Must never know what a column means.

use std::ops::Range;

/// A field of a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    /// What it says: without its quotes, or without the space around it if it has none.
    pub text: String,
    /// Where it stands, with its quotes, in bytes of the text.
    pub range: Range<usize>,
    /// Whether its quotes are never closed; the text is then empty.
    pub is_open: bool,
}

/// The rows of a text. Blank lines are none.
#[derive(Clone, Debug)]
pub struct Rows<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Rows<'t> {
    /// The rows of a text; a byte order mark at its beginning is passed over.
    pub fn new(text: &'t str) -> Rows<'t> {
        Rows { text, at: text.len() - text.trim_start_matches('\u{feff}').len() }
    }

    /// The rows of a text from the one that begins at a byte.
    pub fn from(text: &'t str, at: usize) -> Rows<'t> {
        Rows { text, at }
    }

    /// The byte at which the next row begins, perhaps after blank lines.
    pub fn at(&self) -> usize {
        self.at.min(self.text.len())
    }

    /// The field at `at`, without its delimiter or line end.
    fn field(&self) -> Field {
        let rest = &self.text[self.at..];
        let plain = |length: usize| {
            let text = rest[..length].strip_suffix('\r').unwrap_or(&rest[..length]).trim();
            Field { text: text.to_string(), range: self.at..self.at + length, is_open: false }
        };
        let end = |from: usize| rest[from..].find([',', '\n']).map_or(rest.len(), |found| from + found);
        if !rest.starts_with('"') {
            return plain(end(0));
        }
        let mut from = 1;
        while let Some(found) = rest[from..].find('"') {
            from += found + 1;
            if !rest[from..].starts_with('"') {
                let text = rest[1..from - 1].replace("\"\"", "\"");
                return Field { text, range: self.at..self.at + end(from), is_open: false };
            }
            from += 1;
        }
        Field { text: String::new(), range: self.at..self.text.len(), is_open: true }
    }
}

impl Iterator for Rows<'_> {
    type Item = Vec<Field>;

    fn next(&mut self) -> Option<Vec<Field>> {
        while self.at < self.text.len() {
            let mut row = Vec::new();
            loop {
                let field = self.field();
                self.at = field.range.end + 1;
                row.push(field);
                if self.at > self.text.len() || self.text.as_bytes()[self.at - 1] == b'\n' {
                    break;
                }
            }
            if row.len() > 1 || !row[0].text.is_empty() || row[0].is_open {
                return Some(row);
            }
        }
        None
    }
}

/// A field as CSV writes it: in quotes if it has a comma, a quote, a line end or space at its ends.
pub fn quoted(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains([',', '"', '\n', '\r']) || text.trim() != text {
        return format!("\"{}\"", text.replace('"', "\"\"")).into();
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_know_their_places() {
        let rows: Vec<Vec<Field>> = Rows::new("\u{feff}a, b \r\n\n\"c,\"\"\",d\n\"open").collect();
        let shown: Vec<Vec<(&str, Range<usize>)>> =
            rows.iter().map(|row| row.iter().map(|field| (field.text.as_str(), field.range.clone())).collect()).collect();
        assert_eq!(shown, [vec![("a", 3..4), ("b", 5..9)], vec![("c,\"", 11..17), ("d", 18..19)], vec![("", 20..25)]]);
        assert!(rows[2][0].is_open);
    }

    #[test]
    fn what_is_quoted_reads_back() {
        for text in ["plain", "a,b", "say \"x\"", " space ", "two\nlines", ""] {
            let row = format!("{},end\n", quoted(text));
            let fields = Rows::new(&row).next().expect("a row");
            assert_eq!(fields[0].text, text);
        }
    }
}
