//! Helpers of the tests of this stage.

use std::sync::Arc;

use bumpalo::Bump;

use super::{FieldSpec, Input, InputFault, InputFile, InputSpec, MappingSpec, Opened, find_format};
use crate::kit::expr::{Field, Schema, Type, Value};

/// A schema from a short text: `name:text when:date? lines[text:text amount:money]`.
pub(crate) fn schema(text: &str) -> Schema {
    let spaced = text.replace('[', " [ ").replace(']', " ] ");
    let mut words = spaced.split_whitespace();
    fields(&mut words)
}

fn fields<'t>(words: &mut impl Iterator<Item = &'t str>) -> Schema {
    let mut schema = Schema::default();
    let mut list_name = None;
    while let Some(word) = words.next() {
        match word {
            "]" => break,
            "[" => {
                let name = list_name.take().expect("a list has a name");
                schema.fields.push(Field { name, kind: Type::List(Arc::new(fields(words))), optional: false });
            }
            _ => match word.split_once(':') {
                Some((name, kind)) => {
                    let optional = kind.ends_with('?');
                    let kind = Type::parse_scalar(kind.trim_end_matches('?')).expect("a type");
                    schema.fields.push(Field { name: name.to_string(), kind, optional });
                }
                None => list_name = Some(word.to_string()),
            },
        }
    }
    schema
}

/// Values as a short text: `'a' 1.50USD [('x') ('y')] - true`.
pub(crate) fn show(values: &[Value<'_>]) -> String {
    let mut out = Vec::new();
    for value in values {
        out.push(match value {
            Value::Null => "-".to_string(),
            Value::Text(text) => format!("'{text}'"),
            Value::Decimal(decimal) => decimal.to_string(),
            Value::Money(money) => format!("{}{:?}", money.amount, money.currency),
            Value::Integer(number) => number.to_string(),
            Value::Boolean(truth) => truth.to_string(),
            Value::Date(date) => date.to_string(),
            Value::List(list) => format!("[{}]", list.rows().map(|row| format!("({})", show(row))).collect::<Vec<_>>().join(" ")),
            Value::Row(row) => format!("({})", show(row)),
        });
    }
    out.join(" ")
}

/// Reads files with a format and gives each record as [`show`] does, or the code and reason of its hold.
///
/// The input is cut with several sizes of ranges, which must not make a difference.
#[track_caller]
pub(crate) fn read(format: &str, spec: &InputSpec, schema: &Schema, files: &[&[u8]], lines: &[&[u8]]) -> Vec<String> {
    let input = Input::compile(find_format(format).expect("a format"), spec, schema).expect("a mapping without faults");
    let texts = |files: &[&'static [u8]]| files.iter().map(|bytes| InputFile::read(bytes, None).expect("an encoding")).collect::<Vec<_>>();
    // Leaking a few bytes of test data spares every test the owners of its files.
    let leak = |files: &[&[u8]]| files.iter().map(|bytes| &*Box::leak(bytes.to_vec().into_boxed_slice())).collect::<Vec<&'static [u8]>>();
    let (files, lines) = (texts(&leak(files)), texts(&leak(lines)));
    let opened = input.open(&files, &lines).expect("files without faults");
    let whole = read_with(&opened, u64::MAX, usize::MAX);
    for (records_max, bytes_max) in [(1, usize::MAX), (3, usize::MAX), (u64::MAX, 1), (2, 40)] {
        assert_eq!(read_with(&opened, records_max, bytes_max), whole, "ranges of {records_max} records, {bytes_max} bytes");
    }
    for number in 0..whole.len() as u64 {
        let range = opened.find_record(number).expect("no fault").expect("a record");
        assert_eq!((range.first, range.count), (number, 1));
    }
    assert_eq!(opened.find_record(whole.len() as u64), Ok(None));
    whole
}

fn read_with(opened: &Opened<'_>, records_max: u64, bytes_max: usize) -> Vec<String> {
    let mut cutter = opened.cutter();
    let mut all = Vec::new();
    let mut arena = Bump::new();
    while let Some(range) = cutter.next(records_max, bytes_max).expect("no fault") {
        assert_eq!(range.first, all.len() as u64);
        let before = all.len();
        for raw in opened.raws(&range) {
            assert_eq!(raw.number, all.len() as u64);
            arena.reset();
            all.push(match opened.parse(&raw, &arena) {
                Ok(values) => show(values),
                Err(hold) => format!("{}: {}", hold.code.id, hold.reason),
            });
        }
        assert_eq!((all.len() - before) as u64, range.count);
    }
    all
}

/// A mapping of fields to paths: `name = path; amount = path`.
pub(crate) fn mapped(text: &str) -> InputSpec {
    let fields = text
        .split(';')
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let (field, path) = line.split_once(" = ").expect("a path");
            FieldSpec { field: field.trim().to_string(), path: Some(path.trim().to_string()), ..FieldSpec::default() }
        })
        .collect();
    InputSpec { map: MappingSpec { fields, ..MappingSpec::default() }, ..InputSpec::default() }
}

/// The compiled scope of a contract without a mapping.
pub(crate) fn json_scope(contract: &str) -> super::json_plan::Scope {
    let mut faults = Vec::new();
    super::json_plan::build(super::mapping::compile(&MappingSpec::default(), &schema(contract), &super::json_plan::JsonPaths, &mut faults))
}

/// The faults of opening and cutting a file.
pub(crate) fn fails_to_open(format: &str, spec: &InputSpec, schema: &Schema, file: &[u8], lines: Option<&[u8]>) -> Vec<InputFault> {
    let input = Input::compile(find_format(format).expect("a format"), spec, schema).expect("a mapping without faults");
    let files = [InputFile::read(file, None).expect("an encoding")];
    let lines: Vec<InputFile<'_>> = lines.iter().map(|bytes| InputFile::read(bytes, None).expect("an encoding")).collect();
    let opened = match input.open(&files, &lines) {
        Ok(opened) => opened,
        Err(faults) => return faults,
    };
    let mut cutter = opened.cutter();
    loop {
        match cutter.next(2, usize::MAX) {
            Ok(Some(_)) => {}
            Ok(None) => return Vec::new(),
            Err(fault) => return vec![fault],
        }
    }
}
