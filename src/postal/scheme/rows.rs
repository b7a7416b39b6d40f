//! The rows of a table of a scheme, with typed cells.
//!
//! Takes a CSV text and the columns it must and may have, gives rows whose cells know their place. Must never know what a table is
//! for.

use std::ops::Range;

use super::Share;
use crate::base::code;
use crate::base::date::Date;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::limits;
use crate::base::money::{Decimal, parse_decimal};
use crate::base::span::{FileId, Span};
use crate::kit::csv::{Field, Rows};
use crate::model::mail::{Thickness, Weight};

/// A table of a scheme.
pub(super) struct Table {
    file: FileId,
    head: Span,
    header: Vec<String>,
    /// Its rows.
    pub(super) rows: Vec<Row>,
}

/// A row of a table.
pub(super) struct Row {
    file: FileId,
    fields: Vec<Field>,
}

/// A cell: what it says and where.
#[derive(Clone, Copy)]
pub(super) struct Cell<'t> {
    /// What it says.
    pub(super) text: &'t str,
    /// Where.
    pub(super) span: Span,
    /// Its column.
    pub(super) column: &'static str,
}

/// Which columns a table has.
pub(super) struct Columns {
    /// Those it must have.
    pub(super) required: &'static [&'static str],
    /// Those it may have.
    pub(super) optional: &'static [&'static str],
    /// Whether any others are taken, too.
    pub(super) is_open: bool,
}

impl Table {
    /// Reads a table. Every fault of its shape is told; `None` if its columns are not there.
    pub(super) fn read(text: &str, file: FileId, columns: &Columns, faults: &mut Faults) -> Option<Table> {
        let mut rows = Rows::new(text);
        let head = rows.next().unwrap_or_default();
        let head_range = head.first().map_or(0, |field| field.range.start)..head.last().map_or(0, |field| field.range.end);
        let head_span = Span::new(file, head_range.start, head_range.end);
        check_head(&head, head_span, columns, faults);
        let header: Vec<String> = head.into_iter().map(|field| field.text).collect();
        if columns.required.iter().any(|column| !header.iter().any(|name| name == column)) {
            return None;
        }
        let mut table = Table { file, head: head_span, header, rows: Vec::new() };
        for fields in rows {
            if table.rows.len() == limits::SCHEME_ROWS_MAX {
                let message = format!("a table of a scheme has at most {} rows", limits::SCHEME_ROWS_MAX);
                faults.push(Diagnostic::error(&code::SCHEME_TABLE, span_of(file, &fields), message));
                return None;
            }
            if let Some(row) = table.checked(fields, faults) {
                table.rows.push(row);
            }
        }
        Some(table)
    }

    fn checked(&self, fields: Vec<Field>, faults: &mut Faults) -> Option<Row> {
        let span = span_of(self.file, &fields);
        if let Some(open) = fields.iter().find(|field| field.is_open) {
            let place = Span::new(self.file, open.range.start, open.range.end);
            let fault = Diagnostic::error(&code::SCHEME_TABLE, place, "a quote that is never closed");
            faults.push(fault.hint("a quote inside a quoted text is written twice"));
            return None;
        }
        if fields.len() != self.header.len() {
            let message = format!("{} fields, but the first row names {} columns", fields.len(), self.header.len());
            faults.push(Diagnostic::error(&code::SCHEME_TABLE, span, message).hint("a text with a comma stands in double quotes"));
            return None;
        }
        Some(Row { file: self.file, fields })
    }

    /// Where a column stands, if the table has it.
    fn find(&self, column: &str) -> Option<usize> {
        self.header.iter().position(|name| name == column)
    }

    /// Where faults of the table as a whole are told: its head.
    pub(super) fn place(&self) -> Span {
        self.head
    }

    /// The names of its columns.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// The cell of a row in a column; empty if the table has no such column.
    pub(super) fn cell<'t>(&self, row: &'t Row, column: &'static str) -> Cell<'t> {
        match self.find(column) {
            Some(at) => Cell { text: &row.fields[at].text, span: row.field_span(at), column },
            None => Cell { text: "", span: row.span(), column },
        }
    }
}

impl Row {
    /// The whole row.
    pub(super) fn span(&self) -> Span {
        span_of(self.file, &self.fields)
    }

    /// The texts of all its fields, in the order of the columns.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.text.as_str())
    }

    fn field_span(&self, at: usize) -> Span {
        let Range { start, end } = self.fields[at].range.clone();
        Span::new(self.file, start, end)
    }
}

fn span_of(file: FileId, fields: &[Field]) -> Span {
    Span::new(file, fields.first().map_or(0, |field| field.range.start), fields.last().map_or(0, |field| field.range.end))
}

fn check_head(head: &[Field], span: Span, columns: &Columns, faults: &mut Faults) {
    let known = || columns.required.iter().chain(columns.optional).copied();
    for column in columns.required {
        if !head.iter().any(|field| field.text == *column) {
            let message = format!("the table has no column `{column}`");
            let fault = Diagnostic::error(&code::SCHEME_COLUMN, span, message);
            // Someone who misspelt a column wants to hear which.
            let strangers = head.iter().map(|field| field.text.as_str()).filter(|name| !known().any(|column| column == *name));
            faults.push(match crate::base::suggest::closest(column, strangers) {
                Some(near) => fault.hint(format!("`{near}` is no column of this table: is `{column}` meant?")),
                None => fault.hint(format!("its columns are {}", listed(columns.required))),
            });
        }
    }
    for (at, field) in head.iter().enumerate() {
        let place = Span::new(span.file, field.range.start, field.range.end);
        if head[..at].iter().any(|earlier| earlier.text == field.text) {
            faults.push(Diagnostic::error(&code::SCHEME_COLUMN, place, format!("there are two columns `{}`", field.text)));
        } else if !columns.is_open && !known().any(|column| column == field.text) {
            let missing = columns.optional.iter().chain(columns.required).copied().filter(|column| !head.iter().any(|field| field.text == *column));
            let fault = Diagnostic::warning(&code::SCHEME_UNUSED, place, format!("nothing reads the column `{}`", field.text));
            faults.push(fault.suggest(&field.text, missing));
        }
    }
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl<'t> Cell<'t> {
    /// A fault at the cell.
    pub(super) fn fault(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(&code::SCHEME_CELL, self.span, message)
    }

    /// Its text, which may not be empty.
    pub(super) fn filled(&self, faults: &mut Faults) -> Option<&'t str> {
        if self.text.is_empty() {
            faults.push(self.fault(format!("`{}` is empty", self.column)));
            return None;
        }
        Some(self.text)
    }

    /// Whether it is empty.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// A whole number from 0.
    pub(super) fn count(&self, faults: &mut Faults) -> Option<u64> {
        let number = self.text.parse().ok().filter(|_| self.text.bytes().all(|byte| byte.is_ascii_digit()));
        if number.is_none() {
            faults.push(self.fault(format!("`{}` is not a whole number", self.text)).hint(format!("`{}` counts from 0, such as `150`", self.column)));
        }
        number
    }

    /// A whole number from 1.
    pub(super) fn positive(&self, faults: &mut Faults) -> Option<u64> {
        let number = self.count(faults)?;
        if number == 0 {
            faults.push(self.fault(format!("`{}` is 0", self.column)).hint("leave it empty if there is no limit"));
            return None;
        }
        Some(number)
    }

    /// A decimal number from 0.
    pub(super) fn decimal(&self, faults: &mut Faults) -> Option<Decimal> {
        let number = parse_decimal(self.text.as_bytes()).ok().filter(|number| !number.is_sign_negative());
        if number.is_none() {
            faults.push(self.fault(format!("`{}` is not a number", self.text)).hint("a decimal point, no thousands, not negative, such as `533.4`"));
        }
        number
    }

    /// A decimal number in thousandths; what is finer is refused, because it would be lost.
    fn thousandths(&self, faults: &mut Faults) -> Option<u64> {
        let thousands = self.decimal(faults)?.checked_mul(Decimal::ONE_THOUSAND);
        let found = thousands.filter(|number| number.fract().is_zero()).and_then(|number| u64::try_from(number).ok());
        let found = found.filter(|number| *number <= 1_000_000_000_000);
        if found.is_none() {
            faults.push(self.fault(format!("`{}` has more than three fraction digits, or is too large", self.text)));
        }
        found
    }

    /// Millimetres.
    pub(super) fn millimetres(&self, faults: &mut Faults) -> Option<Thickness> {
        self.thousandths(faults).map(Thickness)
    }

    /// Grams.
    pub(super) fn grams(&self, faults: &mut Faults) -> Option<Weight> {
        self.thousandths(faults).map(Weight)
    }

    /// Per cent of a length, above 0 and up to 100.
    pub(super) fn share(&self, faults: &mut Faults) -> Option<Share> {
        let share = Share(u32::try_from(self.thousandths(faults)?).unwrap_or(u32::MAX));
        if share.0 == 0 || share > Share::WHOLE {
            faults.push(self.fault(format!("`{}` per cent cannot be filled", self.text)).hint("above 0 and up to 100"));
            return None;
        }
        Some(share)
    }

    /// An ISO date.
    pub(super) fn date(&self, faults: &mut Faults) -> Option<Date> {
        let date = Date::parse_iso(self.text);
        if date.is_none() {
            faults.push(self.fault(format!("`{}` is not a date", self.text)).hint("year, month and day, such as `2026-01-31`"));
        }
        date
    }

    /// `yes` or `no`.
    pub(super) fn yes(&self, faults: &mut Faults) -> Option<bool> {
        match self.text {
            "yes" => Some(true),
            "no" => Some(false),
            other => {
                faults.push(self.fault(format!("`{other}` is neither `yes` nor `no`")));
                None
            }
        }
    }

    /// What a function makes of it, or nothing if it is empty.
    pub(super) fn optional<T>(&self, faults: &mut Faults, read: impl FnOnce(&Self, &mut Faults) -> Option<T>) -> Option<T> {
        if self.is_empty() { None } else { read(self, faults) }
    }
}
