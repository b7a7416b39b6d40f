//! What stands on the label of a tray.
//!
//! Takes templates such as `{map:city.label_name} {key}`, gives their texts for a tray. Must never know fonts or papers.

use std::collections::BTreeMap;

use super::rows::{Cell, Columns, Table};
use super::{Map, Scheme};
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::span::FileId;

/// The templates of a label.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LabelSet {
    /// Its name: `label_set`.
    pub id: String,
    /// Where the tray goes.
    pub line1: Template,
    /// What is in it.
    pub line2: Template,
    /// The content identifier number, which tells machines what is in it.
    pub cin: Template,
    /// The level as mail documentation codes it.
    pub level_code: Template,
    /// Where the tray goes, as its barcode says it; empty if the table has no column `destination`.
    pub destination: Template,
}

/// A text with places to fill.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Template(Vec<Part>);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Part {
    Text(String),
    Key,
    /// A column of the range of a map in which the first postcode lies.
    Map(usize, String),
    /// A value of the job.
    Job(String),
    Container(ContainerValue),
}

/// What a label may say of its tray.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum ContainerValue {
    Number,
    Name,
    Code,
    Pieces,
    Weight,
    First,
    Last,
}

const CONTAINER_VALUES: &[(&str, ContainerValue)] = &[
    ("n", ContainerValue::Number),
    ("name", ContainerValue::Name),
    ("code", ContainerValue::Code),
    ("pieces", ContainerValue::Pieces),
    ("weight", ContainerValue::Weight),
    ("first", ContainerValue::First),
    ("last", ContainerValue::Last),
];

/// What fills a label.
#[derive(Clone, Debug)]
pub struct LabelValues<'v> {
    /// The key of the tray.
    pub key: &'v str,
    /// The first postcode in it.
    pub first: &'v str,
    /// The last postcode in it.
    pub last: &'v str,
    /// Its number.
    pub number: u32,
    /// The name of its container; empty if there are none.
    pub container: &'v str,
    /// The code of its container.
    pub code: &'v str,
    /// How many pieces are in it.
    pub pieces: u64,
    /// What it weighs with them, in whole grams rounded up.
    pub grams: u64,
    /// The values of the job.
    pub job: &'v BTreeMap<String, String>,
}

const COLUMNS: Columns = Columns { required: &["label_set", "line1", "line2"], optional: &["cin", "level_code", "destination"], is_open: false };

/// Reads `labels.csv`.
pub(super) fn read(text: &str, file: FileId, maps: &[Map], faults: &mut Faults) -> Vec<LabelSet> {
    let mut sets: Vec<LabelSet> = Vec::new();
    let Some(table) = Table::read(text, file, &COLUMNS, faults) else { return sets };
    for row in &table.rows {
        let Some(id) = table.cell(row, "label_set").filled(faults) else { continue };
        if sets.iter().any(|set| set.id == id) {
            faults.push(Diagnostic::error(&code::SCHEME_TWICE, row.span(), format!("the label set `{id}` stands here again")));
            continue;
        }
        let mut template = |column| Template::read(table.cell(row, column), maps, faults);
        let [line1, line2, cin, level_code, destination] = ["line1", "line2", "cin", "level_code", "destination"].map(&mut template);
        sets.push(LabelSet { id: id.to_string(), line1, line2, cin, level_code, destination });
    }
    sets
}

impl LabelSet {
    /// All its templates.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        [&self.line1, &self.line2, &self.cin, &self.level_code, &self.destination].into_iter()
    }
}

impl Template {
    fn read(cell: Cell<'_>, maps: &[Map], faults: &mut Faults) -> Template {
        let mut parts = Vec::new();
        let mut rest = cell.text;
        while let Some(open) = rest.find('{') {
            if open > 0 {
                parts.push(Part::Text(rest[..open].to_string()));
            }
            let Some(length) = rest[open..].find('}') else {
                faults.push(Diagnostic::error(&code::SCHEME_LABEL, cell.span, "a brace is never closed").hint("such as `{key}`"));
                return Template(parts);
            };
            match read_part(&rest[open + 1..open + length], cell, maps) {
                Ok(part) => parts.push(part),
                Err(fault) => faults.push(*fault),
            }
            rest = &rest[open + length + 1..];
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_string()));
        }
        Template(parts)
    }

    /// The names of `{job.NAME}` in it.
    pub fn job_names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Job(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// Whether it says nothing at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its text for a tray. What a map or job does not say is left out, and blanks are single.
    pub fn fill(&self, scheme: &Scheme, values: &LabelValues<'_>) -> String {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(fixed) => text.push_str(fixed),
                Part::Key => text.push_str(values.key),
                Part::Map(map, column) => {
                    text.push_str(scheme.maps[*map].find(values.first).and_then(|range| scheme.maps[*map].cell(range, column)).unwrap_or_default())
                }
                Part::Job(name) => text.push_str(values.job.get(name).map_or("", String::as_str)),
                Part::Container(value) => match value {
                    ContainerValue::Number => text.push_str(&values.number.to_string()),
                    ContainerValue::Name => text.push_str(values.container),
                    ContainerValue::Code => text.push_str(values.code),
                    ContainerValue::Pieces => text.push_str(&values.pieces.to_string()),
                    ContainerValue::Weight => text.push_str(&values.grams.to_string()),
                    ContainerValue::First => text.push_str(values.first),
                    ContainerValue::Last => text.push_str(values.last),
                },
            }
        }
        text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// The `label_zip` of the range in which the first postcode lies, in the first map that it names.
    pub(in crate::postal) fn label_zip<'s>(&self, scheme: &'s Scheme, first: &str) -> Option<&'s str> {
        self.0.iter().find_map(|part| match part {
            Part::Map(map, _) => {
                let map = &scheme.maps[*map];
                map.find(first).and_then(|range| map.cell(range, "label_zip")).filter(|zip| !zip.is_empty())
            }
            _ => None,
        })
    }
}

fn read_part(name: &str, cell: Cell<'_>, maps: &[Map]) -> Result<Part, Box<Diagnostic>> {
    let fault = |message: String| Diagnostic::error(&code::SCHEME_LABEL, cell.span, message);
    if name == "key" {
        return Ok(Part::Key);
    }
    if let Some(name) = name.strip_prefix("job.").filter(|name| !name.is_empty()) {
        return Ok(Part::Job(name.to_string()));
    }
    if let Some(value) = name.strip_prefix("container.") {
        let found = CONTAINER_VALUES.iter().find(|(known, _)| *known == value).map(|(_, value)| Part::Container(*value));
        let names = CONTAINER_VALUES.iter().map(|(name, _)| *name);
        return found.ok_or_else(|| fault(format!("a container has no `{value}`")).suggest(value, names).into());
    }
    if let Some((map, column)) = name.strip_prefix("map:").and_then(|rest| rest.split_once('.')) {
        let Some(at) = maps.iter().position(|known| known.name == map) else {
            let fault = Diagnostic::error(&code::SCHEME_NAME, cell.span, format!("there is no map `{map}`"));
            return Err(fault.suggest(map, maps.iter().map(|map| map.name.as_str())).into());
        };
        // The columns of a map whose own head is at fault are not known.
        if !maps[at].columns.is_empty() && !maps[at].columns.iter().any(|known| known == column) {
            let fault = Diagnostic::error(&code::SCHEME_NAME, cell.span, format!("the map `{map}` has no column `{column}`"));
            return Err(fault.suggest(column, maps[at].columns.iter().map(String::as_str)).into());
        }
        return Ok(Part::Map(at, column.to_string()));
    }
    Err(fault(format!("`{{{name}}}` is nothing that a label can say")).hint("`{key}`, `{map:NAME.COLUMN}`, `{job.NAME}` or `{container.n}`").into())
}
