//! Key rules: which pieces belong together.
//!
//! Takes a rule such as `map:ssc|prefix:3`, gives the key of a postcode and its fields. Each step works on what the one before it
//! found; the first on the postcode. Must never allocate: a key is a part of the postcode, of a map, a field or the rule.

use super::Map;
use super::rows::Cell;
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};

/// A key rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyRule(pub Vec<Step>);

/// A step of a key rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// The first n characters.
    Prefix(usize),
    /// The last n characters.
    Suffix(usize),
    /// The key of the range of a map, an index into the scheme's maps.
    Map(usize),
    /// The value of a field of the piece, an index into the scheme's fields.
    Field(usize),
    /// A text.
    Const(String),
}

/// Why a piece has no key at a level.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoKey {
    /// The text is shorter than the step wants.
    Short {
        /// The step, from 0.
        step: usize,
    },
    /// No range of the map covers it.
    Unmapped {
        /// The map.
        map: usize,
    },
    /// The field is empty.
    EmptyField {
        /// The field.
        field: usize,
    },
}

const STEPS: &[&str] = &["prefix:n", "suffix:n", "map:NAME", "field:NAME", "const:X"];

impl KeyRule {
    /// Reads a rule. Fields that no rule named before are added to `fields`.
    pub(super) fn read(cell: Cell<'_>, maps: &[Map], fields: &mut Vec<String>, faults: &mut Faults) -> Option<KeyRule> {
        cell.filled(faults)?;
        let mut steps = Vec::new();
        let mut is_whole = true;
        for part in cell.text.split('|') {
            match read_step(part.trim(), cell, maps, fields, faults) {
                Some(step) => steps.push(step),
                None => is_whole = false,
            }
        }
        is_whole.then_some(KeyRule(steps))
    }

    /// The key of a postcode and the fields of its piece.
    pub fn key<'k>(&'k self, postcode: &'k str, field: impl Fn(usize) -> &'k str, maps: &'k [Map]) -> Result<&'k str, NoKey> {
        let mut text = postcode;
        for (at, step) in self.0.iter().enumerate() {
            text = match step {
                Step::Prefix(length) => text.get(..*length).ok_or(NoKey::Short { step: at })?,
                Step::Suffix(length) => text.len().checked_sub(*length).and_then(|start| text.get(start..)).ok_or(NoKey::Short { step: at })?,
                Step::Map(map) => maps[*map].find(text).map(|range| range.key.as_str()).ok_or(NoKey::Unmapped { map: *map })?,
                Step::Field(index) => Some(field(*index)).filter(|value| !value.is_empty()).ok_or(NoKey::EmptyField { field: *index })?,
                Step::Const(value) => value,
            };
        }
        Ok(text)
    }
}

fn read_step(part: &str, cell: Cell<'_>, maps: &[Map], fields: &mut Vec<String>, faults: &mut Faults) -> Option<Step> {
    let (name, value) = part.split_once(':').unwrap_or((part, ""));
    let mut refuse = |fault: Diagnostic| {
        faults.push(fault);
        None
    };
    let fault = |message: String| Diagnostic::error(&code::SCHEME_KEY, cell.span, message);
    let length = || value.parse::<usize>().ok().filter(|length| (1..=12).contains(length));
    match name {
        "prefix" | "suffix" => match length() {
            Some(length) if name == "prefix" => Some(Step::Prefix(length)),
            Some(length) => Some(Step::Suffix(length)),
            None => refuse(fault(format!("`{part}` does not say how many characters")).hint(format!("1 to 12, such as `{name}:5`"))),
        },
        "map" => match maps.iter().position(|map| map.name == value) {
            Some(map) => Some(Step::Map(map)),
            None => {
                let fault = Diagnostic::error(&code::SCHEME_NAME, cell.span, format!("there is no map `{value}`"));
                let fault = fault.suggest(value, maps.iter().map(|map| map.name.as_str()));
                refuse(if fault.hint.is_none() { fault.hint(format!("a map is a file of the scheme: `map_{value}.csv`")) } else { fault })
            }
        },
        "field" if !value.is_empty() => Some(Step::Field(fields.iter().position(|field| field == value).unwrap_or_else(|| {
            fields.push(value.to_string());
            fields.len() - 1
        }))),
        "const" if !value.is_empty() => Some(Step::Const(value.to_string())),
        "field" | "const" => refuse(fault(format!("`{part}` has nothing behind its colon"))),
        other => {
            let names = STEPS.iter().map(|step| step.split(':').next().unwrap_or(step));
            let fault = fault(format!("`{other}` is no step of a key rule"));
            let fault = if let Some(near) = crate::base::suggest::closest(other, names) {
                fault.hint(format!("did you mean `{near}`?"))
            } else {
                fault.hint(format!("steps are {}, joined by `|`", STEPS.join(", ")))
            };
            refuse(fault)
        }
    }
}
