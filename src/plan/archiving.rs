//! How a job's documents are kept: where, by which keys they are found, for how long.
//!
//! Takes the `[archive]` table, gives settings and the expressions of keys. Must never know a volume.

use std::path::{Path, PathBuf};

use super::archive::ARCHIVE;
use super::freeze::Frozen;
use super::keys::Section;
use super::library::Part;
use super::paths::{folder_of, join};
use super::read::Table;
use super::template;
use crate::base::code;
use crate::base::date::Date;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::{file, limits};
use crate::kit::csv;
use crate::kit::expr::{Env, EvalError, Expr, Scope, Type, Value};
use crate::ledger::KeyKind;

/// `[archive.keys]`.
pub(super) const KEYS: Section = Section {
    header: "[archive.keys]",
    is_open: true,
    doc: "What documents are found by: `customer = \"account.no\"`, a name and an expression of each record. It is a text, a date, an amount or a whole number, as the expression is. Of texts it can be proved that no document with a value is missing. Names are letters, digits, `-` and `_`; `id`, `type`, `channel`, `run`, `record` and `text` are taken.",
    keys: &[],
};

/// `[archive.retention]`.
pub(super) const RETENTION: Section = Section {
    header: "[archive.retention]",
    is_open: true,
    doc: "How long documents are kept: the name of a layout and a class of the retention table, `statement = \"de-booking\"`; `\"*\"` is every other layout. Documents without a class are kept for ever.",
    keys: &[],
};

/// Keys of the section that say that the job has an archive; that its volumes are tagged says nothing of where they are kept.
const DECLARING: [&str; 8] = ["folder", "store", "key", "full-text", "keys", "retention", "retention-from", "retention-table"];

/// Names that every document has.
const TAKEN: [&str; 6] = ["id", "type", "channel", "run", "record", "text"];

/// The retention table that this program brings.
const BUILT_IN: &str = include_str!("../../data/retention.csv");

/// A key that documents are found by.
#[derive(Debug)]
pub struct ArchiveKeyExpr {
    /// Its name.
    pub name: String,
    /// What its values are.
    pub kind: KeyKind,
    value: Expr,
}

/// How long documents of a layout are kept.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Period {
    /// The layout; `*`: every other.
    kind: String,
    years: i64,
    /// From the end of the year of the date, not from the date.
    from_year_end: bool,
}

/// How documents are kept.
#[derive(Debug, Default)]
pub struct Archiving {
    /// Whether the job has the section: its runs then enter the archive as they close.
    pub is_declared: bool,
    /// The folder of the archive; without it, a folder in that of the run.
    pub folder: Option<PathBuf>,
    /// The object store of its volumes.
    pub store: Option<String>,
    /// The file of the key that signs the heads of its log.
    pub key: Option<PathBuf>,
    /// Whether documents are found by words of their text.
    pub full_text: bool,
    /// The keys.
    pub keys: Vec<ArchiveKeyExpr>,
    periods: Vec<Period>,
    /// The key whose date retention counts from; without it, the job's date.
    from: Option<String>,
}

impl Archiving {
    /// The values of the keys of a record, as name, kind and text; those that are absent are left out.
    ///
    /// # Errors
    /// An expression has no value.
    pub fn values(&self, env: &Env<'_, '_>) -> Result<Vec<(String, KeyKind, String)>, EvalError> {
        let mut values = Vec::with_capacity(self.keys.len());
        for key in &self.keys {
            let text = match key.value.evaluate(env)? {
                Value::Text("") => continue,
                Value::Text(text) => text.to_string(),
                Value::Date(date) => date.to_string(),
                Value::Integer(number) => number.to_string(),
                Value::Decimal(number) => number.normalize().to_string(),
                Value::Money(money) => money.amount.normalize().to_string(),
                Value::Null | Value::Boolean(_) | Value::List(_) | Value::Row(_) => continue,
            };
            values.push((key.name.clone(), key.kind, text));
        }
        Ok(values)
    }

    /// The first day on which a document need not be kept; `None`: it is kept for ever.
    pub fn expiry(&self, layout: &str, job_date: &str, keys: &[(String, KeyKind, String)]) -> Option<String> {
        let of = |kind: &str| self.periods.iter().find(|period| period.kind == kind);
        let period = of(layout).or_else(|| of("*"))?;
        let own = self.from.as_ref().and_then(|from| keys.iter().find(|(name, ..)| name == from)).map(|(.., value)| value.as_str());
        let start = Date::parse_iso(own.unwrap_or(job_date))?;
        let (year, ..) = start.ymd();
        let start = if period.from_year_end { Date::new(year, 12, 31)? } else { start };
        Some(start.plus_months(period.years * 12)?.plus_days(1)?.to_string())
    }
}

/// Reads the section. The retention table becomes a part of the plan, because it decides when documents go.
pub(super) fn read(
    root: &Table<'_>,
    (folder, frozen): (&Path, Option<&Frozen>),
    scope: Option<&mut Scope>,
    parts: &mut Vec<Part>,
    faults: &mut Faults,
) -> Archiving {
    let Some(table) = root.table("archive", &ARCHIVE, &mut Faults::new()) else { return Archiving::default() };
    let path = |name: &str, faults: &mut Faults| table.text(name, faults).map(|text| join(folder, &text.text));
    let mut archiving = Archiving {
        is_declared: DECLARING.iter().any(|name| table.has(name)),
        folder: path("folder", faults),
        store: table.text("store", faults).map(|text| text.text),
        key: path("key", faults),
        full_text: table.flag("full-text", faults).unwrap_or(false),
        ..Archiving::default()
    };
    if let Some(text) = table.text("store", &mut Faults::new())
        && !text.text.starts_with("s3://")
    {
        let fault = Diagnostic::error(&code::JOB_VALUE, text.part(0..text.text.len()), format!("`{}` is no object store", text.text));
        faults.push(fault.hint("write `s3://bucket/prefix`; an archive on a disk needs `folder` alone"));
    }
    if let (Some(keys), Some(scope)) = (table.table("keys", &KEYS, faults), scope) {
        archiving.keys = read_keys(&keys, scope, faults);
    }
    archiving.from = table.text("retention-from", faults).and_then(|text| {
        let is_date = archiving.keys.iter().any(|key| key.name == text.text && key.kind == KeyKind::Date);
        if !is_date {
            let fault = Diagnostic::error(&code::JOB_ARCHIVE, text.part(0..text.text.len()), format!("`{}` is no key that is a date", text.text));
            faults.push(fault.suggest(&text.text, archiving.keys.iter().filter(|key| key.kind == KeyKind::Date).map(|key| key.name.as_str())));
        }
        is_date.then_some(text.text)
    });
    if let Some(retention) = table.table("retention", &RETENTION, faults) {
        let rows = read_classes(&table, (folder, frozen), parts, faults);
        for (name, ..) in retention.entries() {
            let Some(class) = retention.text(&name.value, faults) else { continue };
            match rows.iter().find(|(known, ..)| *known == class.text) {
                Some((_, years, from_year_end)) => {
                    archiving.periods.push(Period { kind: name.value, years: *years, from_year_end: *from_year_end });
                }
                None => {
                    let message = format!("the retention table has no class `{}`", class.text);
                    let fault = Diagnostic::error(&code::JOB_ARCHIVE, class.part(0..class.text.len()), message);
                    faults.push(fault.suggest(&class.text, rows.iter().map(|(name, ..)| name.as_str())));
                }
            }
        }
    }
    archiving
}

fn read_keys(table: &Table<'_>, scope: &mut Scope, faults: &mut Faults) -> Vec<ArchiveKeyExpr> {
    let mut keys = Vec::new();
    for (name, ..) in table.entries() {
        let Some(text) = table.text(&name.value, faults) else { continue };
        let is_name = name.value.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'));
        if !is_name || TAKEN.contains(&name.value.as_str()) {
            let fault = Diagnostic::error(&code::JOB_ARCHIVE, name.span, format!("`{}` cannot be the name of a key", name.value));
            faults.push(fault.hint(format!("letters, digits, `-` and `_`, and none of {}", TAKEN.join(", "))));
            continue;
        }
        let Some(value) = template::compile_range(&text, 0..text.text.len(), scope, faults) else { continue };
        let kind = match value.kind() {
            Type::Text => KeyKind::Text,
            Type::Date => KeyKind::Date,
            Type::Money | Type::Decimal => KeyKind::Amount,
            Type::Integer => KeyKind::Integer,
            other @ (Type::Boolean | Type::List(_) | Type::Row(_)) => {
                let fault = Diagnostic::error(&code::JOB_ARCHIVE, text.part(0..text.text.len()), format!("nothing can be found by {other}"));
                faults.push(fault.hint("a key is a text, a date, an amount or a whole number"));
                continue;
            }
        };
        if keys.len() >= limits::ARCHIVE_KEYS_MAX {
            faults.push(Diagnostic::error(&code::JOB_ARCHIVE, name.span, format!("a job has at most {} keys", limits::ARCHIVE_KEYS_MAX)));
            break;
        }
        keys.push(ArchiveKeyExpr { name: name.value, kind, value });
    }
    keys
}

/// Classes with their years, and whether they count from the end of the year.
fn read_classes(
    table: &Table<'_>,
    (folder, frozen): (&Path, Option<&Frozen>),
    parts: &mut Vec<Part>,
    faults: &mut Faults,
) -> Vec<(String, i64, bool)> {
    let own = table.text("retention-table", faults);
    let bytes = match &own {
        None => BUILT_IN.as_bytes().to_vec(),
        Some(named) => {
            let path = frozen.map_or_else(|| join(folder, &named.text), |frozen| frozen.folder.join("archive/retention.csv"));
            match file::read(&path, limits::LAYOUT_BYTES_MAX) {
                Ok(bytes) => {
                    parts.push(Part::new("archive/retention.csv".into(), bytes.clone().into()));
                    bytes
                }
                Err(error) => {
                    faults.push(super::missing_file(error, named.part(0..named.text.len()), &folder_of(&path)));
                    return Vec::new();
                }
            }
        }
    };
    let place = own.map_or(table.span, |named| named.span);
    let text = String::from_utf8_lossy(&bytes);
    let mut classes = Vec::new();
    for (number, row) in csv::Rows::new(&text).enumerate().skip(1) {
        let cell = |at: usize| row.get(at).map_or("", |field| field.text.trim());
        let years = cell(1).parse::<i64>().ok().filter(|years| (0..=200).contains(years));
        match (cell(0), years, cell(2)) {
            ("", ..) => {}
            (class, Some(years), from @ ("date" | "year-end")) => classes.push((class.to_string(), years, from == "year-end")),
            (class, ..) => {
                let message = format!("row {} of the retention table, `{class}`, is not a class, years and `date` or `year-end`", number + 1);
                faults.push(Diagnostic::error(&code::JOB_ARCHIVE, place, message).hint("the columns are class, years, from, basis"));
            }
        }
    }
    classes
}
