//! Tables of codes: what a code of the data is called in words, in each language.
//!
//! Takes the text of a CSV file (RFC 4180), gives a [`CodeTable`] or all its faults. The first column is the code, the
//! others are named by language: `code,en,de`. Must never know which locale a record will have.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::kit::csv::{Field, Rows};

/// The texts of codes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CodeTable {
    /// The name of each column but the first.
    languages: Vec<String>,
    /// The texts of each code, one per language.
    rows: BTreeMap<String, Vec<String>>,
    /// Whether its file has a fault, so that nothing is known of its codes.
    is_unreadable: bool,
}

/// A fault of a table; the range counts bytes of its text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CodeTableFault {
    /// Where.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: &'static str,
}

impl CodeTable {
    /// Reads a table, or tells all its faults.
    pub fn read(text: &str) -> Result<CodeTable, Vec<CodeTableFault>> {
        let mut faults = Vec::new();
        let mut rows = Rows::new(text);
        let mut table = CodeTable::default();
        let header = rows.next();
        let width = header.as_ref().map_or(0, Vec::len);
        if width < 2 {
            let range = 0..text.find('\n').unwrap_or(text.len());
            let hint = "the first row names the columns, such as `code,en,de`";
            return Err(vec![CodeTableFault { range, message: "a table has a column of codes and at least one of texts".into(), hint }]);
        }
        for field in header.into_iter().flatten().skip(1) {
            if table.languages.iter().any(|known| known.eq_ignore_ascii_case(&field.text)) {
                let message = format!("there are two columns `{}`", field.text);
                faults.push(CodeTableFault { range: field.range, message, hint: "rename or remove one" });
            }
            table.languages.push(field.text);
        }
        for row in rows {
            table.read_row(row, width, &mut faults);
        }
        if faults.is_empty() { Ok(table) } else { Err(faults) }
    }

    fn read_row(&mut self, row: Vec<Field>, width: usize, faults: &mut Vec<CodeTableFault>) {
        let whole = row.first().map_or(0, |field| field.range.start)..row.last().map_or(0, |field| field.range.end);
        let mut fault = |range, message, hint| faults.push(CodeTableFault { range, message, hint });
        if row.len() != width {
            let message = format!("{} fields, but the first row names {width} columns", row.len());
            return fault(whole, message, "a text with a comma stands in double quotes");
        }
        if let Some(open) = row.iter().find(|field| field.is_open) {
            return fault(open.range.clone(), "a quote that is never closed".into(), "a quote inside a quoted text is written twice");
        }
        let mut fields = row.into_iter();
        let Some(code) = fields.next() else { return };
        let texts: Vec<String> = fields.map(|field| field.text).collect();
        if texts[0].is_empty() {
            // The first language is the one that all others fall back to.
            return fault(whole, format!("the code `{}` has no text in the first language", code.text), "only later columns may be left empty");
        }
        if self.rows.insert(code.text.clone(), texts).is_some() {
            fault(code.range, format!("the code `{}` stands here again", code.text), "keep one of its rows");
        }
    }

    /// The text of a code for a locale such as `de-CH`: from the column of that name, of its language alone, or the first;
    /// and from the first if that one is empty. `None` if there is no such code.
    pub fn find(&self, code: &str, locale: &str) -> Option<&str> {
        let texts = self.rows.get(code)?;
        let column = |name: &str| self.languages.iter().position(|known| known.eq_ignore_ascii_case(name));
        let at = column(locale).or_else(|| column(locale.split('-').next().unwrap_or(locale))).unwrap_or(0);
        let text = if texts[at].is_empty() { &texts[0] } else { &texts[at] };
        Some(text)
    }

    /// A table whose file has a fault. It is said to have every code: what looks codes up in it is not at fault.
    pub fn unreadable() -> CodeTable {
        CodeTable { is_unreadable: true, ..CodeTable::default() }
    }

    /// Whether it has a code.
    pub fn has(&self, code: &str) -> bool {
        self.is_unreadable || self.rows.contains_key(code)
    }

    /// Its codes, in their order.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.rows.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::CodeTable;

    const UNITS: &str = "\u{feff}code,en,de-CH,de\r\nC62,pc.,,Stk.\r\n\r\nHUR,\"hour, \"\"h\"\"\",Std,h\r\n";

    #[track_caller]
    fn check(code: &str, locale: &str, expected: Option<&str>) {
        let table = CodeTable::read(UNITS).expect("a table");
        assert_eq!(table.find(code, locale), expected, "{code} {locale}");
    }

    /// `start..end message`, one per fault.
    #[track_caller]
    fn check_faults(text: &str, expected: &[&str]) {
        let faults = CodeTable::read(text).expect_err(text);
        let shown: Vec<String> = faults.iter().map(|f| format!("{}..{} {}", f.range.start, f.range.end, f.message)).collect();
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn the_locale_chooses_the_column() {
        check("C62", "de-DE", Some("Stk."));
        check("C62", "en-GB", Some("pc."));
        check("HUR", "de-CH", Some("Std"));
        check("HUR", "DE", Some("h"));
        // An empty text is that of the first language, as is a language without a column.
        check("C62", "de-CH", Some("pc."));
        check("HUR", "fr", Some("hour, \"h\""));
        check("KGM", "de", None);
        check("c62", "de", None);
    }

    #[test]
    fn faults_are_told_all_at_once() {
        check_faults("", &["0..0 a table has a column of codes and at least one of texts"]);
        check_faults("code\na", &["0..4 a table has a column of codes and at least one of texts"]);
        check_faults(
            "code,en,EN\nA,a\nB,,b\nC,c,c\nC,c,c\nD,\"d,d",
            &[
                "8..10 there are two columns `EN`",
                "11..14 2 fields, but the first row names 3 columns",
                "15..19 the code `B` has no text in the first language",
                "26..27 the code `C` stands here again",
                "32..38 2 fields, but the first row names 3 columns",
            ],
        );
        check_faults("code,en\nD,\"d,d\n", &["10..15 a quote that is never closed"]);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[ab,\"\r\n ]{0,40}") {
            let _ = CodeTable::read(&text);
        }
    }
}
