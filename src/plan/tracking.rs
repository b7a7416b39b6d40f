//! What barcodes of the United States say of the mailer.
//!
//! Takes `[mail.imb]`, gives the digits that stand before the serial number. Must never know a piece.

use super::keys_mail_codes;
use super::read::Table;
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::streams::late_place;

/// The parts of a tracking code that are the same for all pieces of a job (USPS-B-3200, 2.1).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tracking {
    /// Barcode identifier, two digits.
    pub barcode_id: String,
    /// Service type identifier, three digits.
    pub service_type: String,
    /// Mailer identifier, six or nine digits.
    pub mailer_id: String,
}

/// Digits of mailer identifier and serial number together.
const SERIAL_AND_MAILER: usize = 15;

impl Tracking {
    /// Digits of a serial number.
    pub fn serial_digits(&self) -> u32 {
        (SERIAL_AND_MAILER - self.mailer_id.len().min(SERIAL_AND_MAILER)) as u32
    }

    /// Adds what the barcode of a piece says: tracking code and routing code. A serial number with too many digits makes it one that has no
    /// barcode, and that is right.
    pub fn write(&self, serial: u64, routing: &str, out: &mut String) {
        use std::fmt::Write;
        let _ =
            write!(out, "{}{}{}{serial:0width$}{routing}", self.barcode_id, self.service_type, self.mailer_id, width = self.serial_digits() as usize);
    }

    /// The parts, with the payload of a piece.
    pub fn parts<'a>(&'a self, payload: &'a str) -> late_place::Tracking<'a> {
        late_place::Tracking { barcode_id: &self.barcode_id, service_type: &self.service_type, mailer_id: &self.mailer_id, payload }
    }
}

/// Reads `[mail.imb]`.
pub(super) fn read(mail: Option<&Table<'_>>, faults: &mut Faults) -> Option<Tracking> {
    let table = mail?.table("imb", &keys_mail_codes::IMB, faults)?;
    let mut digits = |key: &str, usual: Option<&str>, lengths: &[usize]| {
        let text = if usual.is_some() { table.text(key, faults) } else { table.required_text(key, faults) };
        let Some(text) = text else { return usual.map(str::to_string) };
        let is_good = lengths.contains(&text.text.len()) && text.text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_good {
            let lengths = lengths.iter().map(usize::to_string).collect::<Vec<_>>().join(" or ");
            let message = format!("`{key}` has {lengths} digits, `{}` is not that", text.text);
            faults.push(Diagnostic::error(&code::JOB_VALUE, text.part(0..text.text.len()), message));
            return None;
        }
        Some(text.text)
    };
    let (barcode_id, service_type) = (digits("barcode-id", Some("00"), &[2]), digits("service-type", None, &[3]));
    let mailer_id = digits("mailer-id", None, &[6, 9]);
    let (barcode_id, service_type, mailer_id) = (barcode_id?, service_type?, mailer_id?);
    if barcode_id.as_bytes()[1] > b'4' {
        let message = format!("the second digit of the barcode identifier `{barcode_id}` is not 0 to 4");
        faults.push(Diagnostic::error(&code::JOB_VALUE, table.span, message));
    }
    // A mailer identifier of nine digits begins with 9, one of six does not: that is how machines tell where it ends.
    if (mailer_id.len() == 9) != mailer_id.starts_with('9') {
        let message = format!("the mailer identifier `{mailer_id}` has {} digits", mailer_id.len());
        let fault = Diagnostic::error(&code::JOB_VALUE, table.span, message);
        faults.push(fault.hint("one that begins with 9 has nine digits, all others have six"));
    }
    Some(Tracking { barcode_id, service_type, mailer_id })
}
