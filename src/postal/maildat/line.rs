//! One line of a Mail.dat file.
//!
//! Takes values by the codes of their fields, gives a line of fixed length. Must never cut a value short without being asked to.

use super::fields::{CLOSING, FieldSpec, FieldTable, Format};
use crate::base::date::Date;

/// Why a line cannot be written.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LineError {
    /// The value is longer than its field.
    #[error("{file} {code} ({name}): `{value}` has more than {length} characters")]
    TooLong {
        /// The file.
        file: &'static str,
        /// The code of the field.
        code: u16,
        /// Its name.
        name: String,
        /// The value.
        value: String,
        /// How long it may be.
        length: usize,
    },
    /// The value is none of those that the field has.
    #[error("{file} {code} ({name}): `{value}` is none of its values: {values}")]
    Value {
        /// The file.
        file: &'static str,
        /// The code of the field.
        code: u16,
        /// Its name.
        name: String,
        /// The value.
        value: String,
        /// What it may be.
        values: String,
    },
    /// The value has characters that Mail.dat has not.
    #[error("{file} {code} ({name}): `{value}` has characters beyond ASCII")]
    NotAscii {
        /// The file.
        file: &'static str,
        /// The code of the field.
        code: u16,
        /// Its name.
        name: String,
        /// The value.
        value: String,
    },
    /// A required field is blank.
    #[error("{file} {code} ({name}) is needed and was not given")]
    Missing {
        /// The file.
        file: &'static str,
        /// The code of the field.
        code: u16,
        /// Its name.
        name: String,
    },
}

/// A line that is being written.
pub(super) struct Line<'t> {
    file: &'static str,
    fields: &'t [FieldSpec],
    bytes: Vec<u8>,
    fault: Option<LineError>,
}

impl<'t> Line<'t> {
    pub(super) fn new(file: &'static str, table: &'t FieldTable) -> Line<'t> {
        Line { file, fields: table.fields(file), bytes: vec![b' '; table.length(file)], fault: None }
    }

    /// Puts a value into a field. The first fault is told when the line is finished.
    pub(super) fn text(mut self, code: u16, value: &str) -> Line<'t> {
        let field = self.fields.iter().find(|field| field.code == code).expect("the table has every field that is written: tests write all of them");
        let (name, shown) = (field.name.clone(), value.to_string());
        let file = self.file;
        let fault = if !value.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            Some(LineError::NotAscii { file, code, name, value: shown })
        } else if value.len() > field.length {
            Some(LineError::TooLong { file, code, name, value: shown, length: field.length })
        } else if !field.values.is_empty() && !value.is_empty() && !field.values.iter().any(|known| known == value) {
            Some(LineError::Value { file, code, name, value: shown, values: field.values.join(", ") })
        } else {
            None
        };
        if fault.is_some() {
            self.fault = self.fault.or(fault);
            return self;
        }
        let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        let (fill, on_right) = match field.format {
            Format::Left | Format::Date | Format::Time => (b' ', false),
            Format::Right => (b' ', true),
            Format::Zeros => (b'0', true),
            Format::ZerosIfNumber => (if is_number { b'0' } else { b' ' }, is_number),
        };
        let own = &mut self.bytes[field.start..field.start + field.length];
        own.fill(fill);
        let start = if on_right { own.len() - value.len() } else { 0 };
        own[start..start + value.len()].copy_from_slice(value.as_bytes());
        self
    }

    /// Puts the beginning of a value into a field that is for people: what does not fit is left out.
    pub(super) fn shortened(self, code: u16, value: &str) -> Line<'t> {
        let length = self.fields.iter().find(|field| field.code == code).map_or(0, |field| field.length);
        let end = value.char_indices().nth(length).map_or(value.len(), |(at, _)| at);
        self.text(code, &value[..end])
    }

    pub(super) fn number(self, code: u16, value: u64) -> Line<'t> {
        self.text(code, &value.to_string())
    }

    /// Puts a date into a field; 00010101 stands for one that does not apply.
    pub(super) fn date(self, code: u16, value: Option<Date>) -> Line<'t> {
        let text = value.map_or("00010101".to_string(), |date| date.to_string().replace('-', ""));
        self.text(code, &text)
    }

    /// The whole line.
    pub(super) fn finish(self) -> Result<String, LineError> {
        let line = self.text(CLOSING, "#");
        if let Some(fault) = line.fault {
            return Err(fault);
        }
        for field in line.fields.iter().filter(|field| field.is_required) {
            if line.bytes[field.start..field.start + field.length].iter().all(|byte| *byte == b' ') {
                return Err(LineError::Missing { file: line.file, code: field.code, name: field.name.clone() });
            }
        }
        Ok(String::from_utf8(line.bytes).expect("only ASCII was put in"))
    }
}
