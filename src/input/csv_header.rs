//! The columns of a CSV file.
//!
//! Takes the names that the mapping wants and the header row of a file, gives where each column is, or every fault. Files
//! of one job may have their columns in different orders. Must never see a record.

use super::FileFault;
use super::csv_rows::{Dialect, Rows, Shape};
use super::mapping::{PathFault, PathUse, Paths};
use crate::base::code::{self, Code};
use crate::base::limits::CSV_COLUMNS_MAX;
use crate::base::suggest::closest;

use std::cell::RefCell;

/// A column that a field wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Column {
    /// Whether it is one of the record, even for the row of a list.
    pub(super) of_record: bool,
    /// Its place among the wanted names of that file.
    pub(super) id: usize,
}

/// Paths of CSV are names of columns; `|` separates alternatives, quotes protect a name with signs in it.
pub(super) struct CsvPaths {
    /// The list that the lines file fills.
    pub(super) list: Option<String>,
    /// Names wanted in the file of records.
    pub(super) records: RefCell<Vec<String>>,
    /// Names wanted in the lines file.
    pub(super) lines: RefCell<Vec<String>>,
}

impl CsvPaths {
    /// The column of a name.
    pub(super) fn column(&self, of_record: bool, name: &str) -> Column {
        let mut names = if of_record { self.records.borrow_mut() } else { self.lines.borrow_mut() };
        let id = names.iter().position(|known| known == name).unwrap_or_else(|| {
            names.push(name.to_string());
            names.len() - 1
        });
        Column { of_record, id }
    }
}

impl Paths for CsvPaths {
    type Path = Column;

    fn parse(&self, text: &str, use_: PathUse) -> Result<Vec<Column>, PathFault> {
        if use_ == PathUse::List {
            let hint = Some("name the list in `[input.lines]`; its fields are columns of the lines file".to_string());
            return Err(PathFault { hint, ..PathFault::new(0..text.len(), "a list of CSV has no path") });
        }
        let in_row = matches!(use_, PathUse::RowValue | PathUse::RowCurrency);
        let mut columns = Vec::new();
        for (range, name) in split_alternatives(text)? {
            let name = name.trim();
            let (of_record, name) = match name.strip_prefix('/') {
                Some(rest) if use_ != PathUse::Value => (true, rest.trim_start()),
                _ => (!in_row, name),
            };
            let unquoted = ['\'', '"'].iter().find_map(|quote| name.strip_prefix(*quote)?.strip_suffix(*quote));
            let name = unquoted.unwrap_or(name);
            if name.is_empty() {
                return Err(PathFault::new(range, "the name of a column is missing here"));
            }
            columns.push(self.column(of_record, name));
        }
        Ok(columns)
    }

    fn default_paths(&self, name: &str, use_: PathUse) -> Vec<Column> {
        match use_ {
            PathUse::List => Vec::new(),
            PathUse::Value | PathUse::Currency => vec![self.column(true, name)],
            PathUse::RowValue | PathUse::RowCurrency => vec![self.column(false, name)],
        }
    }

    fn refuses_list(&self, field: &str) -> Option<String> {
        match &self.list {
            Some(list) if list == field => None,
            Some(list) => Some(format!("`{field}` is a list, and the lines file already fills `{list}`")),
            None => Some(format!("`{field}` is a list, which needs a file of lines")),
        }
    }
}

fn split_alternatives(text: &str) -> Result<Vec<(std::ops::Range<usize>, &str)>, PathFault> {
    let mut parts = Vec::new();
    let (mut start, mut quote) = (0, None);
    for (at, c) in text.char_indices() {
        match (c, quote) {
            ('|', None) => {
                parts.push((start..at, &text[start..at]));
                start = at + 1;
            }
            ('\'' | '"', None) if text[start..at].trim_matches([' ', '/']).is_empty() => quote = Some((at, c)),
            (c, Some((_, open))) if c == open => quote = None,
            _ => {}
        }
    }
    if let Some((at, _)) = quote {
        return Err(PathFault::new(at..text.len(), "a quoted name is not closed"));
    }
    parts.push((start..text.len(), &text[start..]));
    Ok(parts)
}

/// Where the columns of a file and of its lines file are.
#[derive(Debug)]
pub struct Columns {
    /// In the file of records.
    pub(super) records: Table,
    /// In the lines file.
    pub(super) lines: Option<Table>,
}

/// Where the columns of one file are.
#[derive(Debug)]
pub(super) struct Table {
    /// How many fields each row has.
    pub(super) count: usize,
    /// The column of each wanted name.
    pub(super) at: Vec<Option<usize>>,
    /// The column of the key that joins records and lines.
    pub(super) key: Option<usize>,
    /// Where the first row behind the header starts.
    pub(super) first: usize,
}

/// What must be found in a header.
pub(super) struct Wanted<'w> {
    /// The signs of the file.
    pub(super) dialect: Dialect,
    /// Names of the columns, if the file has no header row.
    pub(super) columns: Option<&'w [String]>,
    /// Names that fields want.
    pub(super) names: &'w [String],
    /// The name of the key column.
    pub(super) key: Option<&'w str>,
    /// Fields that cannot do without one of some names: the field and the ids of its names.
    pub(super) needs: &'w [(String, Vec<usize>)],
    /// Whether this is the lines file.
    pub(super) in_lines: bool,
}

impl Wanted<'_> {
    /// Finds the columns in the header row of a text.
    pub(super) fn find(&self, text: &[u8], faults: &mut Vec<FileFault>) -> Option<Table> {
        let before = faults.len();
        let (names, first) = match self.columns {
            Some(columns) => (columns.to_vec(), 0),
            None => self.header(text, faults)?,
        };
        let position = |wanted: &str| names.iter().position(|name| name == wanted);
        let at: Vec<Option<usize>> = self.names.iter().map(|wanted| position(wanted)).collect();
        for (field, ids) in self.needs {
            if ids.iter().all(|id| at[*id].is_none()) {
                let wanted: Vec<String> = ids.iter().map(|id| format!("`{}`", self.names[*id])).collect();
                let message = format!("there is no column {} for the field `{field}`", wanted.join(" or "));
                let hint = ids.iter().find_map(|id| closest(&self.names[*id], names.iter().map(String::as_str)));
                faults.push(self.fault(
                    &code::INPUT_COLUMN,
                    message,
                    hint.map(|best| format!("did you mean `{best}`?")).or_else(|| Some(known(&names))),
                ));
            }
        }
        let key = self.key.and_then(|key| {
            let found = position(key);
            if found.is_none() {
                let hint = closest(key, names.iter().map(String::as_str)).map(|best| format!("did you mean `{best}`?"));
                faults.push(self.fault(&code::INPUT_COLUMN, format!("there is no key column `{key}`"), hint.or_else(|| Some(known(&names)))));
            }
            found
        });
        for name in self.names.iter().map(String::as_str).chain(self.key) {
            if names.iter().filter(|found| *found == name).count() > 1 {
                let fault = self.fault(&code::INPUT_HEADER, format!("there are several columns `{name}`"), None);
                if !faults.contains(&fault) {
                    faults.push(fault);
                }
            }
        }
        (faults.len() == before).then_some(Table { count: names.len(), at, key, first })
    }

    fn header(&self, text: &[u8], faults: &mut Vec<FileFault>) -> Option<(Vec<String>, usize)> {
        let message = match Rows::new(self.dialect, text, 0..text.len()).next() {
            None => "the file is empty, so it has no header row",
            Some(row) => match std::str::from_utf8(&text[row.bytes.clone()]) {
                Err(_) => "the header row is no text in the encoding of the file",
                Ok(header) => {
                    let fields: Vec<_> = self.dialect.fields(header).take(CSV_COLUMNS_MAX + 1).collect();
                    if fields.iter().any(|field| matches!(field.shape, Shape::Unclosed | Shape::Trailing)) {
                        "a quote in the header row does not close"
                    } else if fields.len() > CSV_COLUMNS_MAX {
                        "the header row has more columns than a file may have"
                    } else {
                        let quote = self.dialect.quote.map_or(String::new(), |quote| char::from(quote).to_string());
                        let name = |range: std::ops::Range<usize>| header[range].replace(&quote.repeat(2), &quote).trim().to_string();
                        let names =
                            fields.into_iter().map(|field| if quote.is_empty() { header[field.body].trim().to_string() } else { name(field.body) });
                        return Some((names.collect(), row.bytes.end));
                    }
                }
            },
        };
        faults.push(self.fault(&code::INPUT_HEADER, message.to_string(), None));
        None
    }

    fn fault(&self, code: &'static Code, message: String, hint: Option<String>) -> FileFault {
        FileFault { code, in_lines: self.in_lines, offset: 0, message, hint }
    }
}

fn known(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(12).map(|name| format!("`{}`", super::convert::shorten(name))).collect();
    format!("the columns are {}{}", shown.join(", "), if names.len() > 12 { ", …" } else { "" })
}
