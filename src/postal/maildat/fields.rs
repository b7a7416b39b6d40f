//! The fields of Mail.dat.
//!
//! Takes the table of fields, gives where each stands and how it is written. Must never know what a field means.

use crate::kit::csv::Rows;

/// A field of a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldSpec {
    /// Its code, such as `1006`.
    pub code: u16,
    /// Its name.
    pub name: String,
    /// The index of its first byte.
    pub start: usize,
    /// Its bytes.
    pub length: usize,
    /// Whether it may not be blank.
    pub is_required: bool,
    /// How it is written.
    pub format: Format,
    /// The values it may have; empty: any.
    pub values: Vec<String>,
}

/// How a field is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// On the left, blanks behind it.
    Left,
    /// On the right, blanks before it.
    Right,
    /// A number, zeros before it.
    Zeros,
    /// As [`Format::Zeros`] if it is a number, else as [`Format::Left`].
    ZerosIfNumber,
    /// Eight digits.
    Date,
    /// `HH:MM`.
    Time,
}

/// The fields of all records, by the code of their file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldTable {
    files: Vec<(String, Vec<FieldSpec>)>,
}

/// The field at the end of each line.
pub(super) const CLOSING: u16 = 9999;

impl FieldTable {
    /// The fields of Mail.dat 26-1.
    pub fn built_in() -> FieldTable {
        FieldTable::read(include_str!("fields_26-1.csv")).expect("the table that ships is whole: a test reads it")
    }

    /// Reads a table: `file,code,name,start,length,type,required,key,format,values`, starts from 1, values joined by `|`. `None` if a cell
    /// cannot be read, or fields leave gaps or overlap.
    pub fn read(text: &str) -> Option<FieldTable> {
        let mut table = FieldTable { files: Vec::new() };
        for row in Rows::new(text).skip(1) {
            let cell = |at: usize| row.get(at).map(|field| field.text.as_str());
            let format = match cell(8)? {
                "L" | "" => Format::Left,
                "R" => Format::Right,
                "Z" => Format::Zeros,
                "ZN" => Format::ZerosIfNumber,
                "YYYYMMDD" => Format::Date,
                "HH:MM" => Format::Time,
                _ => return None,
            };
            let values = cell(9)?.split('|').filter(|value| !value.is_empty()).map(str::to_string).collect();
            let (start, length): (usize, usize) = (cell(3)?.parse().ok()?, cell(4)?.parse().ok()?);
            let field = FieldSpec {
                code: cell(1)?.parse().ok()?,
                name: cell(2)?.to_string(),
                start: start.checked_sub(1)?,
                length,
                is_required: cell(6)? == "Y",
                format,
                values,
            };
            match table.files.last_mut().filter(|(name, _)| Some(name.as_str()) == cell(0)) {
                Some((_, fields)) => fields.push(field),
                None => table.files.push((cell(0)?.to_string(), vec![field])),
            }
        }
        let has_no_gap = |fields: &[FieldSpec]| {
            fields.first().is_some_and(|field| field.start == 0)
                && fields.windows(2).all(|pair| pair[0].start + pair[0].length == pair[1].start)
                && fields.last().is_some_and(|field| field.code == CLOSING)
        };
        table.files.iter().all(|(_, fields)| has_no_gap(fields)).then_some(table)
    }

    /// The fields of a file, in the order of their places.
    pub fn fields(&self, file: &str) -> &[FieldSpec] {
        self.files.iter().find(|(name, _)| name == file).map_or(&[], |(_, fields)| fields)
    }

    /// The bytes of a line of a file.
    pub fn length(&self, file: &str) -> usize {
        self.fields(file).last().map_or(0, |field| field.start + field.length)
    }

    /// What a line says in a field, without the blanks that fill it; empty if there is no such field.
    pub fn value<'l>(&self, file: &str, line: &'l str, code: u16) -> &'l str {
        let field = self.fields(file).iter().find(|field| field.code == code);
        field.and_then(|field| line.get(field.start..field.start + field.length)).map_or("", str::trim)
    }
}
