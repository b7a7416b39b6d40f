//! The label of a tray and the number in its barcode.
//!
//! Takes a tray, gives the texts that its label set makes of it. Must never draw.

use super::{Presorted, Tray};
use crate::postal::scheme::LabelValues;

/// What stands on the label of a tray.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Label {
    /// Where it goes.
    pub line1: String,
    /// What is in it.
    pub line2: String,
    /// The content identifier number.
    pub cin: String,
    /// The level as mail documentation codes it.
    pub level_code: String,
    /// Where it goes as digits of the postcode, for barcodes: what the label set says, else the `label_zip` of the map that its first
    /// line names, else the key if that is a number, else the first postcode.
    pub destination: String,
}

impl Presorted<'_> {
    /// The label of a tray; `None` if its level has none.
    pub fn label(&self, tray: &Tray) -> Option<Label> {
        let set = &self.scheme.labels[self.level(tray).label_set?];
        let (first, last) = (tray.first.to_string(), tray.last.to_string());
        let container = self.container(tray);
        let values = LabelValues {
            key: self.key(tray),
            first: &first,
            last: &last,
            number: tray.number,
            container: container.map_or("", |container| &container.name),
            code: container.map_or("", |container| &container.code),
            pieces: u64::from(tray.pieces()),
            grams: tray.gross.0.div_ceil(1_000),
            job: &self.settings.job,
        };
        let fill = |template: &crate::postal::scheme::Template| template.fill(self.scheme, &values);
        let destination = if !set.destination.is_empty() {
            fill(&set.destination)
        } else if let Some(zip) = set.line1.label_zip(self.scheme, &first) {
            zip.to_string()
        } else if values.key.bytes().all(|byte| byte.is_ascii_digit()) {
            values.key.to_string()
        } else {
            first.clone()
        };
        Some(Label { line1: fill(&set.line1), line2: fill(&set.line2), cin: fill(&set.cin), level_code: fill(&set.level_code), destination })
    }
}

/// The fields of the 24 digits of an Intelligent Mail tray barcode (USPS-L-3216): ZIP code 5, content identifier 3, processing code 1,
/// mailer 6 and serial number 8, or mailer 9 and serial number 5, label type 1.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrayBarcode<'t> {
    /// The digits of the destination, at most five; shorter ones are filled up with zeros.
    pub destination: &'t str,
    /// Three digits.
    pub cin: &'t str,
    /// One digit.
    pub processing_code: u8,
    /// Six or nine digits.
    pub mailer: &'t str,
    /// Does not repeat within 45 days.
    pub serial: u64,
    /// One digit.
    pub label_type: u8,
}

/// Why a tray has no barcode.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TrayBarcodeError {
    /// A part has other signs than digits, or not as many as it must.
    #[error("the {part} `{text}` is not {digits}")]
    Digits {
        /// Which part.
        part: &'static str,
        /// What it is.
        text: String,
        /// How many digits it has.
        digits: &'static str,
    },
    /// The serial number has too many digits.
    #[error("the serial number {serial} has more than {digits} digits")]
    Serial {
        /// The number.
        serial: u64,
        /// How many there may be.
        digits: usize,
    },
}

impl TrayBarcode<'_> {
    /// Its 24 digits.
    pub fn digits(&self) -> Result<String, TrayBarcodeError> {
        let digits_only = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let refuse = |part, text: &str, digits| Err(TrayBarcodeError::Digits { part, text: text.to_string(), digits });
        if !digits_only(self.destination) || self.destination.len() > 5 {
            return refuse("destination", self.destination, "one to five digits");
        }
        if !digits_only(self.cin) || self.cin.len() != 3 {
            return refuse("content identifier", self.cin, "three digits");
        }
        if !digits_only(self.mailer) || !matches!(self.mailer.len(), 6 | 9) {
            return refuse("mailer", self.mailer, "six or nine digits");
        }
        for (part, digit) in [("processing code", self.processing_code), ("label type", self.label_type)] {
            if digit > 9 {
                return refuse(part, &digit.to_string(), "one digit");
            }
        }
        let width = 14 - self.mailer.len();
        let serial = format!("{:0width$}", self.serial);
        if serial.len() > width {
            return Err(TrayBarcodeError::Serial { serial: self.serial, digits: width });
        }
        Ok(format!("{:0<5}{}{}{}{serial}{}", self.destination, self.cin, self.processing_code, self.mailer, self.label_type))
    }
}
