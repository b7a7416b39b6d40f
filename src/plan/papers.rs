//! What the papers of a mailing say besides the trays.
//!
//! Takes `[mail.trays]` and `[mail.maildat]`, gives settings. Must never know a tray.

use super::keys_papers;
use super::read::Table;
use super::tracking::Tracking;
use crate::base::code;
use crate::base::date::Date;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::postal::maildat;

/// What the barcodes of trays say of the mailer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TraySettings {
    /// Six or nine digits.
    pub mailer_id: String,
    /// How the post treats the tray.
    pub processing_code: u8,
    /// What kind of label it is.
    pub label_type: u8,
    /// The serial number of the first tray, if there is no book.
    pub serial_from: u64,
}

/// What the papers say besides the trays.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct PaperSettings {
    /// Barcodes of trays; none: trays have a Code 128.
    pub trays: Option<TraySettings>,
    /// Mail.dat; none: no such files.
    pub maildat: Option<maildat::Settings>,
}

/// Tells the schemes that leave a level without a rate, if Mail.dat is asked for.
pub(super) fn check_rates(settings: &PaperSettings, mail: Option<&super::Mail>, faults: &mut Faults) {
    let (Some(_), Some(mail)) = (&settings.maildat, mail) else { return };
    let lacks = |scheme: &crate::postal::scheme::Scheme| (0..scheme.levels.len()).any(|level| !scheme.maildat.iter().any(|row| row.level == level));
    if mail.schemes.all.is_empty() || mail.schemes.all.iter().any(lacks) {
        let fault = Diagnostic::error(&code::JOB_VALUE, mail.span, "`[mail.maildat]` needs to know which rate each level of the scheme earns");
        faults.push(fault.hint("the scheme says so in `maildat.csv`: a row per level"));
    }
}

/// Reads both sections.
pub(super) fn read(mail: Option<&Table<'_>>, tracking: Option<&Tracking>, date: Option<Date>, name: &str, faults: &mut Faults) -> PaperSettings {
    let Some(mail) = mail else { return PaperSettings::default() };
    let trays = mail.table("trays", &keys_papers::TRAYS, faults).and_then(|table| read_trays(&table, tracking, faults));
    let maildat = mail.table("maildat", &keys_papers::MAILDAT, faults).and_then(|table| read_maildat(&table, date, name, faults));
    PaperSettings { trays, maildat }
}

fn read_trays(table: &Table<'_>, tracking: Option<&Tracking>, faults: &mut Faults) -> Option<TraySettings> {
    let mailer_id = match table.text("mailer-id", faults) {
        Some(text) if matches!(text.text.len(), 6 | 9) && text.text.bytes().all(|byte| byte.is_ascii_digit()) => Some(text.text),
        Some(text) => {
            let message = format!("`mailer-id` has 6 or 9 digits, `{}` is not that", text.text);
            faults.push(Diagnostic::error(&code::JOB_VALUE, text.part(0..text.text.len()), message));
            None
        }
        None => tracking.map(|tracking| tracking.mailer_id.clone()),
    };
    if mailer_id.is_none() && !table.has("mailer-id") {
        table.missing("mailer-id", faults);
    }
    let digit = |value: Option<i64>, usual: u8| value.map_or(usual, |value| value as u8);
    let processing_code = digit(table.integer("processing-code", 0..=9, faults), 7);
    let label_type = digit(table.integer("label-type", 0..=9, faults), 1);
    let serial_from = table.integer("serial-from", 1..=99_999_999, faults).unwrap_or(1) as u64;
    Some(TraySettings { mailer_id: mailer_id?, processing_code, label_type, serial_from })
}

fn read_maildat(table: &Table<'_>, date: Option<Date>, name: &str, faults: &mut Faults) -> Option<maildat::Settings> {
    let mut needed = |key: &str| table.required_text(key, faults).map(|text| text.text);
    let [job_id, file_source, contact_name, contact_telephone] = ["job-id", "file-source", "contact-name", "contact-telephone"].map(&mut needed);
    let [contact_email, entry_zip] = ["contact-email", "entry-zip"].map(&mut needed);
    let mut text = |key: &str, usual: &str| table.text(key, faults).map_or_else(|| usual.to_string(), |text| text.text);
    let mut settings = maildat::Settings {
        job_name: name.to_string(),
        date,
        user_license: text("user-license", ""),
        time: text("time", "00:00"),
        class: text("class", "1"),
        category: text("category", "LT"),
        rate_type: text("rate-type", "R"),
        move_update_method: text("move-update-method", ""),
        facility_name: text("facility-name", ""),
        facility_zip: text("facility-zip", ""),
        full_service: text("full-service", ""),
        sender_crid: text("sender-crid", ""),
        payment: text("payment", "P"),
        permit: text("permit", ""),
        permit_zip: text("permit-zip", ""),
        owner_mid: text("owner-mid", ""),
        owner_crid: text("owner-crid", ""),
        preparer_mid: text("preparer-mid", ""),
        preparer_crid: text("preparer-crid", ""),
        entry_type: text("entry-type", "N"),
        tray_preparation: text("tray-preparation", "S"),
        ..maildat::Settings::default()
    };
    settings.coding_date = table.date("coding-date", faults).map(|date| date.value);
    settings.move_update_date = table.date("move-update-date", faults).map(|date| date.value);
    settings.list_date = table.date("list-date", faults).map(|date| date.value);
    (settings.job_id, settings.file_source, settings.contact_name) = (job_id?, file_source?, contact_name?);
    (settings.contact_telephone, settings.contact_email, settings.entry_zip) = (contact_telephone?, contact_email?, entry_zip?);
    // What does not fit its field is told before anything is printed, not at the close of the books.
    if let Err(fault) = maildat::check_settings(&settings) {
        faults.push(Diagnostic::error(&code::JOB_VALUE, table.span, fault.to_string()));
        return None;
    }
    Some(settings)
}
