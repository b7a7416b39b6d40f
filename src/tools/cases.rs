//! Files of layout tests.
//!
//! Takes the text of a test file, gives its cases or every fault with its place. Must never compose.

use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::length::Length;
use crate::base::span::{FileId, Span};
use crate::model::trace::Rectangle;

/// A test file.
#[derive(Clone, Debug, Default)]
pub struct CaseFile {
    /// The job whose mapping, fonts and data hold, as a path from the file.
    pub job: Option<String>,
    /// Without a job: the layout, as a path from the file; beside the folder of the file if absent.
    pub layout: Option<String>,
    /// Without a job: the currency of all money.
    pub currency: Option<String>,
    /// The cases.
    pub cases: Vec<Case>,
}

/// One case.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// What it says.
    pub name: String,
    /// The line it begins on.
    pub line: usize,
    /// The record of the job's data, from 1.
    pub record: Option<u64>,
    /// A record in the format of the job's first input.
    pub data: Option<String>,
    /// Such a record as a file, as a path from this one, and where it is named.
    pub data_file: Option<(String, Span)>,
    /// How many pages.
    pub pages: Option<u64>,
    /// The code of the hold, or a part of its reason.
    pub held: Option<String>,
    /// What must be there.
    pub has: Vec<Expectation>,
    /// What must not.
    pub lacks: Vec<Expectation>,
    /// The file of the whole text, beside this one.
    pub golden_text: Option<String>,
    /// The beginning of the names of the pictures of the pages, beside this file.
    pub golden: Option<String>,
    /// Dots per inch of the pictures.
    pub dpi: u32,
    /// The share of pixels that may differ, in millionths.
    pub tolerance: u64,
}

/// Something that is on a page or not.
#[derive(Clone, Debug, Default)]
pub struct Expectation {
    /// The line it stands on in the file.
    pub line: usize,
    /// A text.
    pub text: Option<String>,
    /// An element: by its own name, its `name=` or its `style=`.
    pub element: Option<String>,
    /// On this page, from 1; on any if absent.
    pub page: Option<u64>,
    /// Inside an element that is so called.
    pub within: Option<String>,
    /// Inside this rectangle of the page.
    pub inside: Option<Rectangle>,
    /// So many times exactly.
    pub count: Option<u64>,
}

const FILE_KEYS: &[&str] = &["job", "layout", "currency", "case"];
const CASE_KEYS: &[&str] = &["name", "record", "data", "data-file", "pages", "held", "has", "lacks", "golden-text", "golden", "dpi", "tolerance"];
const EXPECTATION_KEYS: &[&str] = &["text", "element", "page", "in", "inside", "count"];

struct Reader<'r> {
    file: FileId,
    text: &'r str,
    faults: &'r mut Faults,
}

type Entry<'t> = (&'t str, &'t DeValue<'t>, std::ops::Range<usize>);

/// Reads the test file `file`, whose text is `text`.
pub fn read(file: FileId, text: &str, faults: &mut Faults) -> CaseFile {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let range = error.span().unwrap_or(0..0);
        faults.push(Diagnostic::error(&code::JOB_SYNTAX, Span::new(file, range.start, range.end), error.message().replace('\n', ", ")));
    }
    let table = table.into_inner();
    let mut reader = Reader { file, text, faults };
    let mut found = CaseFile::default();
    for entry in reader.entries(&table, "a test file", FILE_KEYS) {
        match entry.0 {
            "job" => found.job = reader.text(&entry),
            "layout" => found.layout = reader.text(&entry),
            "currency" => found.currency = reader.text(&entry),
            _ => found.cases = reader.tables(&entry).into_iter().map(|(table, start)| reader.case(table, start)).collect(),
        }
    }
    if errors.is_empty() && found.cases.is_empty() {
        let fault = Diagnostic::error(&code::JOB_MISSING_KEY, Span::new(file, 0, 0), "the test file has no `[[case]]`");
        reader.faults.push(fault.hint("write `[[case]]`, and below it `name`, `record` and what must hold"));
    }
    found
}

impl Reader<'_> {
    fn span(&self, range: &std::ops::Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }

    fn line(&self, at: usize) -> usize {
        self.text[..at.min(self.text.len())].matches('\n').count() + 1
    }

    fn entries<'t>(&mut self, table: &'t DeTable<'t>, what: &str, known: &[&str]) -> Vec<Entry<'t>> {
        let mut entries = Vec::new();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if known.contains(&name) {
                entries.push((name, value.get_ref(), value.span()));
            } else {
                let fault = Diagnostic::error(&code::JOB_UNKNOWN_KEY, self.span(&key.span()), format!("{what} has no key `{name}`"));
                self.faults.push(fault.suggest(name, known.iter().copied()));
            }
        }
        entries
    }

    fn wrong(&mut self, entry: &Entry<'_>, wants: &str) {
        let fault = Diagnostic::error(&code::JOB_WRONG_TYPE, self.span(&entry.2), format!("`{}` wants {wants}", entry.0));
        self.faults.push(fault);
    }

    fn text(&mut self, entry: &Entry<'_>) -> Option<String> {
        match entry.1 {
            DeValue::String(text) => Some(text.to_string()),
            _ => {
                self.wrong(entry, "a text");
                None
            }
        }
    }

    fn number(&mut self, entry: &Entry<'_>, least: u64, most: u64) -> Option<u64> {
        let number = match entry.1 {
            DeValue::Integer(number) => number.to_string().parse::<u64>().ok(),
            _ => None,
        };
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.wrong(entry, &format!("a whole number from {least} to {most}"));
        }
        number
    }

    fn tables<'t>(&mut self, entry: &Entry<'t>) -> Vec<(&'t DeTable<'t>, usize)> {
        let DeValue::Array(array) = entry.1 else {
            self.wrong(entry, "tables");
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in array.iter() {
            match item.get_ref() {
                DeValue::Table(table) => tables.push((table, item.span().start)),
                _ => self.wrong(entry, "tables such as `{ text = \"…\", page = 1 }`"),
            }
        }
        tables
    }

    fn case(&mut self, table: &DeTable<'_>, start: usize) -> Case {
        let mut case = Case { line: self.line(start), dpi: 72, tolerance: 1_000, ..Case::default() };
        for entry in self.entries(table, "a case", CASE_KEYS) {
            match entry.0 {
                "name" => case.name = self.text(&entry).unwrap_or_default(),
                "record" => case.record = self.number(&entry, 1, u64::MAX >> 1),
                "data" => case.data = self.text(&entry),
                "data-file" => case.data_file = self.text(&entry).map(|path| (path, self.span(&entry.2))),
                "pages" => case.pages = self.number(&entry, 1, 1 << 32),
                "held" => case.held = self.text(&entry),
                "golden-text" => case.golden_text = self.name(&entry),
                "golden" => case.golden = self.name(&entry),
                "dpi" => case.dpi = self.number(&entry, 10, 600).unwrap_or(72) as u32,
                "tolerance" => case.tolerance = self.percent(&entry).unwrap_or(1_000),
                "has" => case.has = self.tables(&entry).into_iter().map(|(table, start)| self.expectation(table, start)).collect(),
                _ => case.lacks = self.tables(&entry).into_iter().map(|(table, start)| self.expectation(table, start)).collect(),
            }
        }
        let at = Span::new(self.file, start, start);
        if case.name.is_empty() {
            self.faults.push(Diagnostic::error(&code::JOB_MISSING_KEY, at, "a case has no `name`").hint("say in a sentence what must hold"));
        }
        if [case.record.is_some(), case.data.is_some(), case.data_file.is_some()].iter().filter(|given| **given).count() != 1 {
            let fault = Diagnostic::error(&code::JOB_MISSING_KEY, at, "a case has one of `record`, `data` and `data-file`");
            self.faults
                .push(fault.hint("`record = 1` is the first record of the job's data; `data` is a record of its own, `data-file` the file of one"));
        }
        case
    }

    fn expectation(&mut self, table: &DeTable<'_>, start: usize) -> Expectation {
        let mut found = Expectation { line: self.line(start), ..Expectation::default() };
        for entry in self.entries(table, "an expectation", EXPECTATION_KEYS) {
            match entry.0 {
                "text" => found.text = self.text(&entry),
                "element" => found.element = self.text(&entry),
                "page" => found.page = self.number(&entry, 1, 1 << 32),
                "in" => found.within = self.text(&entry),
                "inside" => found.inside = self.rectangle(&entry),
                _ => found.count = self.number(&entry, 0, 1 << 32),
            }
        }
        if found.text.is_some() == found.element.is_some() {
            let at = Span::new(self.file, start, start);
            self.faults.push(Diagnostic::error(&code::JOB_MISSING_KEY, at, "an expectation has either `text` or `element`"));
        }
        found
    }

    /// The name of a file in the folder of the test file.
    fn name(&mut self, entry: &Entry<'_>) -> Option<String> {
        let name = self.text(entry)?;
        if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', ':']) {
            self.wrong(entry, "the name of a file beside the test file");
            return None;
        }
        Some(name)
    }

    /// A percentage in millionths.
    fn percent(&mut self, entry: &Entry<'_>) -> Option<u64> {
        let text = self.text(entry)?;
        let number = text.strip_suffix('%').map(str::trim).and_then(crate::base::length::parse_decimal);
        let share = number.and_then(|(mantissa, scale)| Some(u64::try_from(mantissa).ok()? * 10_000 / 10_u64.checked_pow(scale)?));
        let share = share.filter(|share| *share <= 1_000_000);
        if share.is_none() {
            self.wrong(entry, "a percentage such as `\"0.1%\"`");
        }
        share
    }

    /// `x y width height`.
    fn rectangle(&mut self, entry: &Entry<'_>) -> Option<Rectangle> {
        let text = self.text(entry)?;
        let length = |text: &str| {
            let at = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
            if text == "0" { Some(Length::ZERO) } else { Length::parse(&text[..at], &text[at..]) }
        };
        let parts: Vec<Length> = text.split_ascii_whitespace().map_while(length).collect();
        let (count, parts) = (text.split_ascii_whitespace().count(), <[Length; 4]>::try_from(parts));
        let (4, Ok([x, y, width, height])) = (count, parts) else {
            self.wrong(entry, "left, top, width and height, such as `\"20mm 45mm 85mm 27mm\"`");
            return None;
        };
        Some(Rectangle { x, y, width, height })
    }
}

/// The test files that `path` names: a file, a folder with files, a layout with a folder beside it, or any folder above.
pub fn find(path: &Path) -> Vec<PathBuf> {
    if path.extension().is_some_and(|extension| extension == "toml") {
        return vec![path.to_path_buf()];
    }
    if path.extension().is_some_and(|extension| extension == "xml") {
        return files_in(&path.with_extension("tests"));
    }
    let mut found = Vec::new();
    search(path, 0, &mut found);
    found
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let names = crate::base::file::list(folder).unwrap_or_default();
    names.iter().filter(|name| name.ends_with(".toml")).map(|name| folder.join(name)).collect()
}

fn search(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    if folder.extension().is_some_and(|extension| extension == "tests") {
        found.extend(files_in(folder));
        return;
    }
    let Ok(names) = crate::base::file::list(folder) else { return };
    if depth > 4 || names.iter().any(|name| name == "ledger.sqlite") {
        return;
    }
    for name in names.iter().filter_map(|name| name.strip_suffix('/')).filter(|name| !name.starts_with('.') && *name != "target") {
        search(&folder.join(name), depth + 1, found);
    }
}
