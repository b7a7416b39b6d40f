//! What a layout can say about a barcode beside its payload.
//!
//! Takes names and values as texts, gives [`Options`]. Must never know how they are spelt in XML.

use super::{BarcodeError, Symbology};

/// One option, for the manual.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OptionDoc {
    /// The name, as an attribute is written.
    pub name: &'static str,
    /// The values it takes.
    pub values: &'static str,
    /// What it does and what it is when not given.
    pub doc: &'static str,
}

/// How much of a QR symbol may be damaged.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ErrorCorrection {
    /// 7 % of the codewords.
    L,
    /// 15 %, the default and what payment standards ask for.
    #[default]
    M,
    /// 25 %.
    Q,
    /// 30 %.
    H,
}

/// How the mask of a QR symbol is chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mask {
    /// The one with the lowest penalty, the first of equal ones (ISO/IEC 18004, 7.8.3).
    #[default]
    Best,
    /// This one, 0 to 7; saves about half the time.
    Fixed(u8),
}

/// Whether a QR symbol says that its text is UTF-8.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Eci {
    /// Only where the text is not pure ASCII.
    #[default]
    Auto,
    /// Never; the Swiss QR-bill and the EPC payment code forbid it.
    Off,
}

/// The options of all symbologies; each reads its own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// Code 128: the payload is a GS1 element string.
    pub gs1: bool,
    /// Code 128: characters of Latin-1 beyond ASCII are encoded with FNC4, which not every reader knows.
    pub latin1: bool,
    /// QR: error correction level.
    pub error_correction: ErrorCorrection,
    /// QR: smallest version, 1 to 40; a fixed one keeps the modules of all documents equally wide.
    pub version_min: u8,
    /// QR: choice of the mask.
    pub mask: Mask,
    /// QR: announcement of UTF-8.
    pub eci: Eci,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            gs1: false,
            latin1: false,
            error_correction: ErrorCorrection::default(),
            version_min: 1,
            mask: Mask::default(),
            eci: Eci::default(),
        }
    }
}

impl Options {
    /// Sets the option `name` of `symbology` to what `value` says.
    pub fn set(&mut self, symbology: &dyn Symbology, name: &str, value: &str) -> Result<(), BarcodeError> {
        let unknown = || BarcodeError::UnknownOption { symbology: symbology.name(), name: name.to_owned() };
        let option = symbology.options().iter().find(|option| option.name == name).ok_or_else(unknown)?;
        let refused = || BarcodeError::OptionValue { name: option.name, value: value.to_owned(), expected: option.values };
        match option.name {
            "gs1" => self.gs1 = read_bool(value).ok_or_else(refused)?,
            "latin1" => self.latin1 = read_bool(value).ok_or_else(refused)?,
            "error-correction" => self.error_correction = read_level(value).ok_or_else(refused)?,
            "version-min" => self.version_min = read_number(value, 1, 40).ok_or_else(refused)?,
            "mask" if value == "best" => self.mask = Mask::Best,
            "mask" => self.mask = Mask::Fixed(read_number(value, 0, 7).ok_or_else(refused)?),
            "eci" => self.eci = read_eci(value).ok_or_else(refused)?,
            _ => return Err(unknown()),
        }
        Ok(())
    }
}

fn read_bool(value: &str) -> Option<bool> {
    match value {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn read_level(value: &str) -> Option<ErrorCorrection> {
    match value {
        "L" => Some(ErrorCorrection::L),
        "M" => Some(ErrorCorrection::M),
        "Q" => Some(ErrorCorrection::Q),
        "H" => Some(ErrorCorrection::H),
        _ => None,
    }
}

fn read_eci(value: &str) -> Option<Eci> {
    match value {
        "auto" => Some(Eci::Auto),
        "off" => Some(Eci::Off),
        _ => None,
    }
}

fn read_number(value: &str, min: u8, max: u8) -> Option<u8> {
    value.parse().ok().filter(|number| (min..=max).contains(number))
}
