//! The tables of codes that a job names.
//!
//! Takes `[tables]`, gives each table under its name, read and checked. Must never know who looks a code up.

use std::path::Path;
use std::sync::Arc;

use super::freeze::Frozen;
use super::library::Part;
use super::paths::{folder_of, join};
use super::read::Table;
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::file;
use crate::base::limits;
use crate::base::span::{Sources, Span};
use crate::kit::expr::CodeTable;

/// Tables by name.
pub(super) type Tables = Arc<[(String, Arc<CodeTable>)]>;

/// Reads all tables of a job. Their files become parts of the plan.
pub(super) fn read(
    folder: &Path,
    table: Option<&Table<'_>>,
    frozen: Option<&Frozen>,
    parts: &mut Vec<Part>,
    sources: &mut Sources,
    faults: &mut Faults,
) -> Tables {
    let mut tables = Vec::new();
    for (name, ..) in table.map(Table::entries).unwrap_or_default() {
        let Some(path) = table.and_then(|table| table.text(&name.value, faults)) else { continue };
        if !is_name(&name.value) {
            let fault = Diagnostic::error(&code::JOB_VALUE, name.span, format!("`{}` cannot be the name of a table", name.value));
            faults.push(fault.hint("a name begins with a letter and has letters, digits and `_`"));
            continue;
        }
        let full = frozen.map_or_else(|| join(folder, &path.text), |frozen| frozen.folder.join(format!("tables/{}.csv", name.value)));
        let found = read_table(&full, &name.value, path.part(0..path.text.len()), parts, sources, faults);
        tables.push((name.value, Arc::new(found.unwrap_or_else(CodeTable::unreadable))));
    }
    tables.into()
}

fn read_table(path: &Path, name: &str, place: Span, parts: &mut Vec<Part>, sources: &mut Sources, faults: &mut Faults) -> Option<CodeTable> {
    let bytes = match file::read(path, limits::LAYOUT_BYTES_MAX) {
        Ok(bytes) => bytes,
        Err(error) => {
            faults.push(super::missing_file(error, place, &folder_of(path)));
            return None;
        }
    };
    parts.push(Part::new(format!("tables/{name}.csv"), bytes.clone().into()));
    let Ok(text) = String::from_utf8(bytes) else {
        faults.push(Diagnostic::error(&code::JOB_TABLE, place, format!("`{}` is not UTF-8", path.display())));
        return None;
    };
    let found = match CodeTable::read(&text) {
        Ok(table) => return Some(table),
        Err(found) => found,
    };
    let file = sources.add(path.to_string_lossy(), text);
    for fault in found {
        let span = Span::new(file, fault.range.start, fault.range.end);
        faults.push(Diagnostic::error(&code::JOB_TABLE, span, fault.message).hint(fault.hint));
    }
    None
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic()) && name.chars().all(|each| each.is_ascii_alphanumeric() || each == '_')
}
