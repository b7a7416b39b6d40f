//! Small tables whose first row names their columns.
//!
//! Takes the text of a file, gives its rows, each as wide as the first, and every fault with its place. Must never know what a column
//! means.

use std::ops::Range;

use super::csv::{Field, Rows};

/// A fault of a small table; the range counts bytes of its text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RowFault {
    /// Where.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl RowFault {
    /// A fault at some bytes.
    pub fn new(range: Range<usize>, message: impl Into<String>, hint: impl Into<String>) -> RowFault {
        RowFault { range, message: message.into(), hint: hint.into() }
    }
}

/// A table whose columns have names: the first row.
pub struct Headed<'t> {
    rows: Rows<'t>,
    columns: Vec<String>,
}

impl<'t> Headed<'t> {
    /// A table with these columns among its own, in any order.
    ///
    /// # Errors
    /// It has no first row, a column twice, or not all of `required`.
    pub fn new(text: &'t str, required: &[&str]) -> Result<Headed<'t>, Vec<RowFault>> {
        let mut rows = Rows::new(text);
        let Some(header) = rows.next() else {
            return Err(vec![RowFault::new(0..0, "the table is empty", format!("its first row names its columns: {}", required.join(", ")))]);
        };
        let whole = header[0].range.start..header[header.len() - 1].range.end;
        let mut faults = Vec::new();
        let mut columns: Vec<String> = Vec::with_capacity(header.len());
        for field in header {
            let name = field.text.trim().to_ascii_lowercase();
            if columns.contains(&name) {
                faults.push(RowFault::new(field.range, format!("there are two columns `{name}`"), "rename or remove one"));
            }
            columns.push(name);
        }
        for name in required.iter().filter(|name| !columns.iter().any(|column| column == *name)) {
            let hint = format!("its columns are {}", columns.join(", "));
            faults.push(RowFault::new(whole.clone(), format!("the table has no column `{name}`"), hint));
        }
        if faults.is_empty() { Ok(Headed { rows, columns }) } else { Err(faults) }
    }

    /// The names of the columns, in small letters.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Where a column is.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// The byte at which the next row begins.
    pub fn at(&self) -> usize {
        self.rows.at()
    }
}

impl Iterator for Headed<'_> {
    type Item = Result<Vec<Field>, RowFault>;

    /// The next row, which has as many fields as there are columns.
    fn next(&mut self) -> Option<Result<Vec<Field>, RowFault>> {
        let row = self.rows.next()?;
        if let Some(open) = row.iter().find(|field| field.is_open) {
            return Some(Err(RowFault::new(open.range.clone(), "a quote that is never closed", "a quote inside a quoted text is written twice")));
        }
        if row.len() != self.columns.len() {
            let whole = row[0].range.start..row[row.len() - 1].range.end;
            let message = format!("{} fields, but the first row names {} columns", row.len(), self.columns.len());
            return Some(Err(RowFault::new(whole, message, "a text with a comma stands in double quotes")));
        }
        Some(Ok(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_of_tables_are_told() {
        assert!(Headed::new("", &["a"]).is_err());
        let faults = Headed::new("A,a,b\n", &["a", "c"]).err().map(|faults| faults.into_iter().map(|fault| fault.message).collect::<Vec<_>>());
        assert_eq!(faults, Some(vec!["there are two columns `a`".to_string(), "the table has no column `c`".to_string()]));
        let table = Headed::new("a,b\n1,2\n3\n\"4,5", &["b"]).ok().map(|table| table.map(|row| row.is_ok()).collect::<Vec<_>>());
        assert_eq!(table, Some(vec![true, false, false]));
    }
}
