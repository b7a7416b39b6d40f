//! The input sections of a job: files, format, mapping.
//!
//! Takes tables of the job file and the data contract, gives compiled inputs. Puts the faults of the mapping, which know
//! only a field and a key, at their places in the file. Must never read the data itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::de::DeValue;

use super::keys;
use super::paths::glob;
use super::read::{Table, Text, kind_of};
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::span::Span;
use crate::input::{self, ENCODINGS, FieldSpec, Input, InputFile, InputSpec, LinesSpec, MappingFault, MappingSpec};
use crate::kit::expr::{Schema, Type};

/// One `[[input]]`, compiled.
#[derive(Debug)]
pub struct PlannedInput {
    /// The files of records, in order.
    pub files: Vec<PathBuf>,
    /// The files of lines, one for each file of records, or none at all.
    pub lines: Vec<PathBuf>,
    /// The declared encoding.
    pub encoding: Option<String>,
    /// The name of its format.
    pub format: &'static str,
    /// The mapping.
    pub input: Input,
}

/// The places of the texts that a mapping fault can blame: by field and key.
#[derive(Default)]
struct Places(BTreeMap<(String, String), Text>);

impl Places {
    fn keep(&mut self, field: &str, key: &str, text: &Option<Text>) -> Option<String> {
        let text = text.as_ref()?;
        self.0.insert((field.to_string(), key.to_string()), text.clone());
        Some(text.text.clone())
    }
}

/// Compiles one input. `replaced` are files of records in place of those of the job, and perhaps of lines.
pub(super) fn compile(
    table: &Table<'_>,
    folder: &Path,
    schema: Option<&Schema>,
    replaced: Option<(&[PathBuf], Option<&[PathBuf]>)>,
    faults: &mut Faults,
) -> Option<PlannedInput> {
    let mut places = Places::default();
    let files = match replaced {
        Some((files, _)) => Some(files.to_vec()),
        None => files_of(table, folder, faults),
    };
    let encoding = table.text("encoding", faults);
    if let Some(text) = &encoding
        && InputFile::read(b"", Some(&text.text)).is_err()
    {
        let fault = Diagnostic::error(&code::INPUT_ENCODING, text.part(0..text.text.len()), format!("the encoding `{}` is not known", text.text));
        faults.push(fault.suggest(&text.text, ENCODINGS.iter().copied()));
    }
    let format = table.required_text("format", faults).and_then(|text| {
        let found = input::find_format(&text.text);
        if found.is_none() {
            let fault = Diagnostic::error(&code::JOB_VALUE, text.part(0..text.text.len()), format!("`{}` is no input format", text.text));
            faults.push(fault.suggest(&text.text, input::FORMATS.iter().map(|format| format.name())));
        }
        found
    });
    let mut spec = InputSpec::default();
    for (key, slot) in [("record", &mut spec.record), ("delimiter", &mut spec.delimiter), ("quote", &mut spec.quote)] {
        *slot = places.keep("", key, &table.text(key, faults));
    }
    spec.columns = table.texts("columns", faults).map(|texts| texts.into_iter().map(|text| text.text).collect());
    let map = &mut spec.map;
    for (key, slot) in [("currency", &mut map.currency), ("date", &mut map.date), ("decimal", &mut map.decimal), ("group", &mut map.group)] {
        *slot = places.keep("", key, &table.text(key, faults));
    }
    read_namespaces(table, map, faults);
    let replaced_lines = replaced.and_then(|(_, lines)| lines);
    let lines = read_lines(table, folder, (files.as_deref(), replaced_lines), &mut spec, &mut places, faults);
    // Without a contract no name of the mapping can be judged; the layout's own faults come first.
    let schema = schema?;
    let mut names = BTreeMap::new();
    if let Some(map) = table.table("map", &keys::MAP, faults) {
        let mut reader = MapReader { spec: &mut spec.map, places: &mut places, names: &mut names, schema, faults };
        reader.read(&map, "");
    }
    if spec.lines.as_ref().is_some_and(|lines| lines.list.is_empty()) {
        // `as` is missing, which was said; whatever else the format finds follows from that.
        return None;
    }
    let (format, files) = (format?, files?);
    match Input::compile(format, &spec, schema) {
        Ok(input) => Some(PlannedInput { files, lines: lines?, encoding: encoding.map(|text| text.text), format: format.name(), input }),
        Err(found) => {
            for fault in found {
                faults.push(place(fault, &places, &names, table.span));
            }
            None
        }
    }
}

fn files_of(table: &Table<'_>, folder: &Path, faults: &mut Faults) -> Option<Vec<PathBuf>> {
    if !table.has("files") {
        table.missing("files", faults);
    }
    let mut files = Vec::new();
    for pattern in table.texts("files", faults)? {
        let place = pattern.part(0..pattern.text.len());
        match glob(folder, &pattern.text) {
            Ok(found) if found.is_empty() => {
                faults.push(Diagnostic::error(&code::JOB_NO_INPUT, place, format!("no file matches `{}`", pattern.text)));
            }
            Ok(found) => files.extend(found),
            Err(message) => faults.push(Diagnostic::error(&code::JOB_NO_INPUT, place, message)),
        }
    }
    Some(files)
}

fn read_namespaces(table: &Table<'_>, map: &mut MappingSpec, faults: &mut Faults) {
    let Some(namespaces) = table.table("namespaces", &keys::NAMESPACES, faults) else { return };
    for (prefix, value, range) in namespaces.entries() {
        match value {
            DeValue::String(uri) => map.namespaces.push((prefix.value, uri.to_string())),
            other => {
                let span = Span::new(prefix.span.file, range.start, range.end);
                faults.push(Diagnostic::error(&code::JOB_WRONG_TYPE, span, format!("a namespace wants a text, not {}", kind_of(other))));
            }
        }
    }
}

fn read_lines(
    table: &Table<'_>,
    folder: &Path,
    (files, replaced): (Option<&[PathBuf]>, Option<&[PathBuf]>),
    spec: &mut InputSpec,
    places: &mut Places,
    faults: &mut Faults,
) -> Option<Vec<PathBuf>> {
    let Some(lines) = table.table("lines", &keys::LINES, faults) else { return Some(Vec::new()) };
    let found = replaced.map_or_else(|| files_of(&lines, folder, faults), |replaced| Some(replaced.to_vec()));
    let key = lines.required_text("key", faults);
    let list = lines.required_text("as", faults);
    let lines_key = lines.text("lines-key", faults);
    spec.lines = Some(LinesSpec {
        list: places.keep("", "list", &list).unwrap_or_default(),
        key: places.keep("", "key", &key).unwrap_or_default(),
        lines_key: places.keep("", "lines_key", &lines_key),
        columns: lines.texts("columns", faults).map(|texts| texts.into_iter().map(|text| text.text).collect()),
    });
    let found = found?;
    if let Some(files) = files
        && files.len() != found.len()
    {
        let message = format!("{} files of records, but {} files of lines", files.len(), found.len());
        faults
            .push(Diagnostic::error(&code::JOB_LINES, lines.span, message).hint("each file of records has its own file of lines, in the same order"));
        return None;
    }
    Some(found)
}

/// The keys of a field's table, and where the field's texts go.
const OPTIONS: [&str; 8] = ["path", "value", "default", "empty", "currency", "date", "decimal", "group"];

struct MapReader<'r> {
    spec: &'r mut MappingSpec,
    places: &'r mut Places,
    names: &'r mut BTreeMap<String, Span>,
    schema: &'r Schema,
    faults: &'r mut Faults,
}

impl MapReader<'_> {
    /// Reads a table of fields. TOML makes tables of dotted keys, so that `customer.name` may be a field or a group.
    fn read(&mut self, table: &Table<'_>, prefix: &str) {
        for (key, value, range) in table.entries() {
            let name = format!("{prefix}{}", key.value);
            match value {
                DeValue::String(_) => {
                    let path = table.as_text(value, range);
                    let spec = FieldSpec { path: self.places.keep(&name, "path", &path), ..FieldSpec::default() };
                    self.push(FieldSpec { field: name, ..spec }, key.span);
                }
                DeValue::Table(_) => {
                    let Some(below) = table.below(value, range, &keys::MAP, self.faults) else { continue };
                    self.read_table(&below, name, key.span);
                }
                other => {
                    let span = Span::new(key.span.file, range.start, range.end);
                    let message = format!("the field `{name}` wants a path, not {}", kind_of(other));
                    let fault = Diagnostic::error(&code::JOB_WRONG_TYPE, span, message);
                    self.faults.push(fault.hint(format!("write `\"{name}\" = \"path\"`, or `{{ value = \"…\" }}` for a constant")));
                }
            }
        }
    }

    fn read_table(&mut self, table: &Table<'_>, name: String, span: Span) {
        let kind = self.kind_of(&name);
        let is_list = matches!(kind, Some(Type::List(_)));
        if kind.is_none() && self.has_group(&name) {
            return self.read(table, &format!("{name}."));
        }
        let mut spec = FieldSpec { field: name.clone(), ..FieldSpec::default() };
        let mut told = false;
        for (key, value, range) in table.entries() {
            // A list has a path only; its other keys are fields of its rows.
            let is_option = if is_list { key.value == "path" } else { OPTIONS.contains(&key.value.as_str()) };
            if is_option {
                told = true;
                let Some(text) = table.as_text(value, range.clone()) else {
                    let span = Span::new(key.span.file, range.start, range.end);
                    self.faults.push(Diagnostic::error(&code::JOB_WRONG_TYPE, span, format!("`{}` wants a text, not {}", key.value, kind_of(value))));
                    continue;
                };
                let text = self.places.keep(&name, &key.value, &Some(text));
                match key.value.as_str() {
                    "path" => spec.path = text,
                    "value" => spec.value = text,
                    "default" => spec.default = text,
                    "empty" => spec.empty = text,
                    "currency" => spec.currency = text,
                    "date" => spec.date = text,
                    "decimal" => spec.decimal = text,
                    _ => spec.group = text,
                }
            } else if !is_list {
                let fault = Diagnostic::error(&code::JOB_UNKNOWN_KEY, key.span, format!("a mapped field has no key `{}`", key.value));
                self.faults.push(fault.suggest(&key.value, OPTIONS));
            }
        }
        if is_list {
            self.read_rows(table, &name);
        }
        if told || !is_list {
            self.push(spec, span);
        }
    }

    fn read_rows(&mut self, table: &Table<'_>, list: &str) {
        for (key, value, range) in table.entries() {
            if key.value == "path" {
                continue;
            }
            let name = format!("{list}.{}", key.value);
            match value {
                DeValue::Table(_) => {
                    if let Some(below) = table.below(value, range, &keys::MAP, self.faults) {
                        self.read_table(&below, name, key.span);
                    }
                }
                _ => {
                    let path = table.as_text(value, range);
                    let spec = FieldSpec { path: self.places.keep(&name, "path", &path), ..FieldSpec::default() };
                    self.push(FieldSpec { field: name, ..spec }, key.span);
                }
            }
        }
    }

    fn push(&mut self, spec: FieldSpec, span: Span) {
        self.names.insert(spec.field.clone(), span);
        self.spec.fields.push(spec);
    }

    /// The type of a field of the contract, in lists too.
    fn kind_of(&self, name: &str) -> Option<Type> {
        find_kind(self.schema, name)
    }

    fn has_group(&self, name: &str) -> bool {
        has_group(self.schema, name)
    }
}

fn find_kind(schema: &Schema, name: &str) -> Option<Type> {
    for field in &schema.fields {
        if field.name == name {
            return Some(field.kind.clone());
        }
        if let (Type::List(rows), Some(rest)) = (&field.kind, name.strip_prefix(&field.name).and_then(|rest| rest.strip_prefix('.')))
            && let Some(found) = find_kind(rows, rest)
        {
            return Some(found);
        }
    }
    None
}

fn has_group(schema: &Schema, name: &str) -> bool {
    schema.has_group(name)
        || schema.fields.iter().any(|field| {
            let rest = name.strip_prefix(&field.name).and_then(|rest| rest.strip_prefix('.'));
            matches!((&field.kind, rest), (Type::List(rows), Some(rest)) if has_group(rows, rest))
        })
}

/// Puts a fault of the mapping at its place in the job file.
fn place(fault: MappingFault, places: &Places, names: &BTreeMap<String, Span>, section: Span) -> Diagnostic {
    let text = places.0.get(&(fault.field.clone(), fault.key.to_string()));
    let span = match (fault.key, text) {
        ("field", _) => names.get(&fault.field).copied().unwrap_or(section),
        (_, Some(text)) => text.part(fault.range.clone()),
        (_, None) => names.get(&fault.field).copied().unwrap_or(section),
    };
    let mut diagnostic = Diagnostic::error(fault.code, span, fault.message);
    diagnostic.hint = fault.hint;
    diagnostic.fix = fault.fix;
    diagnostic
}
