//! Which book of serial numbers a job uses.
//!
//! Takes `[mail.serials]`, gives settings. Must never open the book.

use std::path::{Path, PathBuf};

use super::keys_mail_codes;
use super::paths::join;
use super::read::Table;
use super::tracking::Tracking;
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};

/// The book of serial numbers of a job.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SerialSettings {
    /// The file.
    pub book: PathBuf,
    /// Whose numbers they are.
    pub mailer: String,
    /// Digits of a number.
    pub digits: u32,
    /// For how many days a number is not used again.
    pub days: u32,
    /// Whether a piece that is printed again gets a new number.
    pub renews_reprints: bool,
}

/// Reads `[mail.serials]`.
pub(super) fn read(mail: Option<&Table<'_>>, folder: &Path, tracking: Option<&Tracking>, faults: &mut Faults) -> Option<SerialSettings> {
    let table = mail?.table("serials", &keys_mail_codes::SERIALS, faults)?;
    let book = table.required_text("book", faults);
    let mailer = table.text("mailer", faults).map(|text| text.text).or_else(|| tracking.map(|tracking| tracking.mailer_id.clone()));
    let digits = table.integer("digits", 1..=18, faults).map(|digits| digits as u32).or_else(|| tracking.map(Tracking::serial_digits));
    for (key, is_known) in [("mailer", mailer.is_some()), ("digits", digits.is_some())] {
        if !is_known && !table.has(key) {
            table.missing(key, faults);
        }
    }
    if let (Some(digits), Some(room)) = (digits, tracking.map(Tracking::serial_digits))
        && digits > room
    {
        let message = format!("serial numbers of {digits} digits do not fit a barcode that leaves {room}");
        faults.push(Diagnostic::error(&code::JOB_VALUE, table.span, message));
    }
    let days = table.integer("days", 1..=3650, faults).unwrap_or(45) as u32;
    let renews_reprints = table.word("reprint", &[("same", false), ("new", true)], faults).unwrap_or(false);
    Some(SerialSettings { book: join(folder, &book?.text), mailer: mailer?, digits: digits?, days, renews_reprints })
}
