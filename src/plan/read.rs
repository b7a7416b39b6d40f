//! A job file as tables whose every value knows its place.
//!
//! Takes the text of a job file and the key tables, gives typed values with spans. Unknown keys and wrong types become
//! faults here, so whoever asks for a value need not think of them. Must never know what a key means.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::keys::Section;
use crate::base::code;
use crate::base::date::Date;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::span::{FileId, Span};
use crate::layout::{Attribute, Mapped};

/// A value and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Told<T> {
    /// The value.
    pub(super) value: T,
    /// Its place in the job file.
    pub(super) span: Span,
}

/// A text of the job file, with the way from its bytes to those of the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Text {
    /// The text after TOML's escapes.
    pub(super) text: String,
    /// Its place, quotes included.
    pub(super) span: Span,
    /// Where the text begins after the quotes; `None` if escapes make places in it unknown.
    start: Option<usize>,
}

impl Text {
    fn new(text: &str, file: FileId, range: Range<usize>, source: &str) -> Text {
        let span = Span::new(file, range.start, range.end);
        let raw = source.get(range.clone()).unwrap_or("");
        let inner = raw.trim_start_matches(['"', '\'']);
        let skipped = raw.len() - inner.len();
        let skipped = match inner.strip_prefix("\r\n").or_else(|| inner.strip_prefix('\n')) {
            // The first line end of a text of several lines is not part of it.
            Some(rest) if skipped == 3 => raw.len() - rest.len(),
            _ => skipped,
        };
        let start = raw.get(skipped..).filter(|rest| rest.starts_with(text)).map(|_| range.start + skipped);
        Text { text: text.to_string(), span, start }
    }

    /// The text for a layout, in which every byte keeps its place.
    pub(super) fn mapped(&self) -> Mapped {
        let start = self.start.unwrap_or(self.span.start as usize);
        let length = self.start.map_or((self.span.end - self.span.start) as usize, |_| self.text.len());
        let mut mapped = Mapped::new(self.span.file, start);
        mapped.push(&self.text, start, length);
        mapped
    }

    /// The text as an attribute of this name.
    pub(super) fn attribute(&self, name: &str) -> Attribute {
        Attribute { name: name.to_string(), span: self.span, value: self.mapped() }
    }

    /// The place of some bytes of the text.
    pub(super) fn part(&self, range: Range<usize>) -> Span {
        match self.start {
            Some(start) => Span::new(self.span.file, start + range.start.min(self.text.len()), start + range.end.min(self.text.len())),
            None => self.span,
        }
    }
}

/// One table of the job file.
pub(super) struct Table<'t> {
    table: &'t DeTable<'t>,
    /// The whole text of the file.
    source: &'t str,
    /// The file.
    file: FileId,
    /// Where the table begins.
    pub(super) span: Span,
    section: &'static Section,
}

/// Reads the whole file: every syntax fault is told.
pub(super) fn parse<'t>(source: &'t str, file: FileId, faults: &mut Faults) -> Option<DeTable<'t>> {
    let (table, errors) = DeTable::parse_recoverable(source);
    for error in &errors {
        let range = error.span().unwrap_or(0..0);
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        faults.push(Diagnostic::error(&code::JOB_SYNTAX, Span::new(file, range.start, range.end), message));
    }
    errors.is_empty().then(|| table.into_inner())
}

impl<'t> Table<'t> {
    /// A table of a section; tells the keys it does not have.
    pub(super) fn new(table: &'t DeTable<'t>, span: Span, section: &'static Section, source: &'t str, faults: &mut Faults) -> Table<'t> {
        let this = Table { table, source, file: span.file, span, section };
        if !section.is_open {
            for (key, _) in table {
                let name = key.get_ref().as_ref();
                if !section.keys.iter().any(|known| known.name == name) {
                    let span = Span::new(this.file, key.span().start, key.span().end);
                    let message = format!("{} has no key `{name}`", section.title());
                    let fault = Diagnostic::error(&code::JOB_UNKNOWN_KEY, span, message);
                    let fault = fault.suggest(name, section.keys.iter().map(|key| key.name));
                    faults.push(match super::keys::section_of(name, section) {
                        Some(other) if fault.fix.is_none() => fault.hint(format!("`{name}` belongs to {}", other.title())),
                        _ => fault,
                    });
                }
            }
        }
        this
    }

    fn find(&self, name: &str) -> Option<(&'t DeValue<'t>, Range<usize>)> {
        debug_assert!(self.section.is_open || self.section.keys.iter().any(|key| key.name == name), "the manual does not know `{name}`");
        self.table.iter().find(|(key, _)| key.get_ref().as_ref() == name).map(|(_, value)| (value.get_ref(), value.span()))
    }

    /// Whether the key is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// All keys with their places and values, in the order of the file.
    pub(super) fn entries(&self) -> Vec<(Told<String>, &'t DeValue<'t>, Range<usize>)> {
        let mut entries: Vec<_> = self
            .table
            .iter()
            .map(|(key, value)| {
                let span = Span::new(self.file, key.span().start, key.span().end);
                (Told { value: key.get_ref().to_string(), span }, value.get_ref(), value.span())
            })
            .collect();
        entries.sort_by_key(|(key, ..)| key.span);
        entries
    }

    fn span_of(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }

    fn wrong(&self, name: &str, wanted: &str, found: &DeValue<'_>, range: Range<usize>, faults: &mut Faults) {
        let message = format!("`{name}` wants {wanted}, not {}", kind_of(found));
        let fault = Diagnostic::error(&code::JOB_WRONG_TYPE, self.span_of(range), message);
        let example = self.section.keys.iter().find(|key| key.name == name).map(|key| key.example).filter(|example| !example.is_empty());
        faults.push(match example {
            Some(example) => fault.hint(format!("write `{name} = {example}`")),
            None => fault,
        });
    }

    /// A text.
    pub(super) fn text(&self, name: &str, faults: &mut Faults) -> Option<Text> {
        match self.find(name)? {
            (DeValue::String(text), range) => Some(Text::new(text, self.file, range, self.source)),
            (other, range) => {
                self.wrong(name, "a text", other, range, faults);
                None
            }
        }
    }

    /// A text that must be there.
    pub(super) fn required_text(&self, name: &str, faults: &mut Faults) -> Option<Text> {
        if !self.has(name) {
            self.missing(name, faults);
        }
        self.text(name, faults)
    }

    /// Tells that a key is missing.
    pub(super) fn missing(&self, name: &str, faults: &mut Faults) {
        let fault = Diagnostic::error(&code::JOB_MISSING_KEY, self.span, format!("{} lacks `{name}`", self.section.title()));
        let example = self.section.keys.iter().find(|key| key.name == name).map_or("…", |key| key.example);
        faults.push(fault.hint(format!("write `{name} = {example}`")));
    }

    /// Tells that a whole section is missing.
    pub(super) fn missing_section(&self, name: &str, header: &str, faults: &mut Faults) {
        let fault = Diagnostic::error(&code::JOB_MISSING_KEY, self.span, format!("the job file has no `{header}`"));
        let doc = super::keys::SECTIONS.iter().find(|section| section.header == header).map_or("", |section| section.doc);
        let first = doc.split_once(". ").map_or(doc, |(first, _)| first).trim_end_matches('.');
        faults.push(fault.label(format!("`{name}` is missing")).hint(first.to_string()));
    }

    /// A text or several.
    pub(super) fn texts(&self, name: &str, faults: &mut Faults) -> Option<Vec<Text>> {
        match self.find(name)? {
            (DeValue::String(text), range) => Some(vec![Text::new(text, self.file, range, self.source)]),
            (DeValue::Array(array), _) => {
                let mut texts = Vec::new();
                for item in array.iter() {
                    match item.get_ref() {
                        DeValue::String(text) => texts.push(Text::new(text, self.file, item.span(), self.source)),
                        other => self.wrong(name, "texts", other, item.span(), faults),
                    }
                }
                Some(texts)
            }
            (other, range) => {
                self.wrong(name, "a text or a list of texts", other, range, faults);
                None
            }
        }
    }

    /// One of some words.
    pub(super) fn word<T: Copy>(&self, name: &str, words: &[(&str, T)], faults: &mut Faults) -> Option<T> {
        let text = self.text(name, faults)?;
        let found = words.iter().find(|(word, _)| *word == text.text);
        if found.is_none() {
            let message = format!("`{}` is no value of `{name}`", text.text);
            let fault = Diagnostic::error(&code::JOB_VALUE, text.part(0..text.text.len()), message);
            faults.push(fault.suggest(&text.text, words.iter().map(|(word, _)| *word)));
        }
        found.map(|(_, value)| *value)
    }

    /// A whole number in a range.
    pub(super) fn integer(&self, name: &str, range: std::ops::RangeInclusive<i64>, faults: &mut Faults) -> Option<i64> {
        let (value, place) = self.find(name)?;
        let DeValue::Integer(integer) = value else {
            self.wrong(name, "a whole number", value, place, faults);
            return None;
        };
        match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(number) if range.contains(&number) => Some(number),
            _ => {
                let message = format!("`{name}` is {integer}, beyond {} to {}", range.start(), range.end());
                faults.push(Diagnostic::error(&code::JOB_VALUE, self.span_of(place), message));
                None
            }
        }
    }

    /// True or false.
    pub(super) fn flag(&self, name: &str, faults: &mut Faults) -> Option<bool> {
        match self.find(name)? {
            (DeValue::Boolean(flag), _) => Some(*flag),
            (other, range) => {
                self.wrong(name, "true or false", other, range, faults);
                None
            }
        }
    }

    /// A number with or without a fraction, as it is written.
    pub(super) fn number(&self, name: &str, faults: &mut Faults) -> Option<Told<String>> {
        let (value, range) = self.find(name)?;
        let span = self.span_of(range.clone());
        match value {
            DeValue::Integer(number) => Some(Told { value: number.to_string(), span }),
            DeValue::Float(number) => Some(Told { value: number.to_string(), span }),
            other => {
                self.wrong(name, "a number", other, range, faults);
                None
            }
        }
    }

    /// A whole number or a text.
    pub(super) fn integer_or_text(&self, name: &str, faults: &mut Faults) -> Option<Result<i64, Text>> {
        match self.find(name)? {
            (DeValue::String(text), range) => Some(Err(Text::new(text, self.file, range, self.source))),
            _ => self.integer(name, 0..=i64::MAX, faults).map(Ok),
        }
    }

    /// A date: TOML's own, or a text.
    pub(super) fn date(&self, name: &str, faults: &mut Faults) -> Option<Told<Date>> {
        let (value, range) = self.find(name)?;
        let span = self.span_of(range.clone());
        let date = match value {
            DeValue::Datetime(found) if found.time.is_none() && found.offset.is_none() => {
                found.date.and_then(|date| Date::new(i32::from(date.year), u32::from(date.month), u32::from(date.day)))
            }
            DeValue::String(text) => Date::parse_iso(text),
            other => {
                self.wrong(name, "a date without a time", other, range, faults);
                return None;
            }
        };
        if date.is_none() {
            let fault = Diagnostic::error(&code::JOB_VALUE, span, format!("`{name}` is not a date that exists"));
            faults.push(fault.hint(format!("write `{name} = 2026-10-01`")));
        }
        date.map(|value| Told { value, span })
    }

    /// A table below this one.
    pub(super) fn table(&self, name: &str, section: &'static Section, faults: &mut Faults) -> Option<Table<'t>> {
        match self.find(name)? {
            (DeValue::Table(table), range) => Some(Table::new(table, self.span_of(range), section, self.source, faults)),
            (other, range) => {
                let message = format!("`{name}` wants a table, not {}", kind_of(other));
                let fault = Diagnostic::error(&code::JOB_WRONG_TYPE, self.span_of(range), message);
                faults.push(fault.hint(format!("write it as {}", section.title())));
                None
            }
        }
    }

    /// Tables of an array of tables; a single table is one.
    pub(super) fn tables(&self, name: &str, section: &'static Section, faults: &mut Faults) -> Vec<Table<'t>> {
        match self.find(name) {
            None => Vec::new(),
            Some((DeValue::Array(array), _)) => {
                let mut tables = Vec::new();
                for item in array.iter() {
                    match item.get_ref() {
                        DeValue::Table(table) => tables.push(Table::new(table, self.span_of(item.span()), section, self.source, faults)),
                        other => {
                            let message = format!("`{name}` wants tables, not {}", kind_of(other));
                            faults.push(Diagnostic::error(&code::JOB_WRONG_TYPE, self.span_of(item.span()), message));
                        }
                    }
                }
                tables
            }
            Some(_) => self.table(name, section, faults).into_iter().collect(),
        }
    }

    /// A table below this one, given its value.
    pub(super) fn below(&self, value: &'t DeValue<'t>, range: Range<usize>, section: &'static Section, faults: &mut Faults) -> Option<Table<'t>> {
        match value {
            DeValue::Table(table) => Some(Table::new(table, self.span_of(range), section, self.source, faults)),
            _ => None,
        }
    }

    /// A value as a text, with its place.
    pub(super) fn as_text(&self, value: &DeValue<'_>, range: Range<usize>) -> Option<Text> {
        match value {
            DeValue::String(text) => Some(Text::new(text, self.file, range, self.source)),
            _ => None,
        }
    }
}

/// The word for the type of a TOML value.
pub(super) fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
