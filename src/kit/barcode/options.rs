//! What a layout can say about a barcode beside its payload.
//!
//! Takes names and values as texts, gives [`Options`]. Must never know how they are spelt in XML.

use super::data_matrix::MatrixSize;
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

/// GS1 element strings, for the symbologies that carry them.
pub(super) const GS1: OptionDoc = OptionDoc {
    name: "gs1",
    values: "`true` or `false`",
    doc: "the payload is a GS1 element string such as `(01)09521234543213(10)A7`; default `false`",
};
/// Whether the check digits and dates inside are verified.
pub(super) const VERIFY: OptionDoc =
    OptionDoc { name: "verify", values: "`true` or `false`", doc: "refuse check digits and dates that are wrong; default `true`" };
/// Latin-1 in matrix codes.
pub(super) const LATIN_1: OptionDoc =
    OptionDoc { name: "latin1", values: "`true` or `false`", doc: "write the text as bytes of ISO 8859-1 without a mark; default `false`, UTF-8" };
/// The mark of UTF-8 in matrix codes.
pub(super) const ECI: OptionDoc = OptionDoc {
    name: "eci",
    values: "`auto` or `off`",
    doc: "`auto` marks text beyond ASCII as UTF-8; `off` for payment codes, which forbid the mark; default `auto`",
};
/// An optional check character.
pub(super) const CHECK: OptionDoc = OptionDoc { name: "check", values: "`true` or `false`", doc: "add the check character; default `false`" };
/// The width of wide bars.
pub(super) const RATIO: OptionDoc = OptionDoc { name: "ratio", values: "`2.5` or `3`", doc: "how many modules a wide element is wide; default 3" };

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

/// Whether a matrix symbol says that its text is UTF-8.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Eci {
    /// Only where the text is not pure ASCII.
    #[default]
    Auto,
    /// Never; the Swiss QR-bill and the EPC payment code forbid it.
    Off,
}

/// The modes of a QR symbol.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum QrMode {
    /// The mix that is shortest.
    #[default]
    Auto,
    /// Digits alone.
    Numeric,
    /// Digits, capitals and a few signs alone.
    Alphanumeric,
    /// Bytes alone.
    Byte,
    /// Kanji alone.
    Kanji,
}

/// The table of Australia Post's customer information.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Customer {
    /// Digits if there is nothing else.
    #[default]
    Auto,
    /// The table of digits.
    Digits,
    /// The table of characters.
    Characters,
}

/// Bars that keep a scanner from reading a part of ITF-14.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Bearer {
    /// None.
    None,
    /// Above and below.
    #[default]
    Bars,
    /// All around the quiet zones.
    Frame,
}

/// The width of wide elements.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Ratio {
    /// Two and a half modules.
    TwoAndHalf,
    /// Three modules.
    #[default]
    Three,
}

impl Ratio {
    /// Units of a narrow and a wide element.
    pub(super) fn widths(self) -> (u8, u8) {
        match self {
            Ratio::TwoAndHalf => (2, 5),
            Ratio::Three => (1, 3),
        }
    }

    /// Units of a module.
    pub(super) fn units(self) -> u8 {
        self.widths().0
    }
}

/// The options of all symbologies; each reads its own.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// Code 128 and Data Matrix: the payload is a GS1 element string.
    pub gs1: bool,
    /// Code 128: characters of Latin-1 beyond ASCII are encoded with FNC4, which not every reader knows. Matrix codes: the text
    /// is written as bytes of ISO 8859-1.
    pub latin1: bool,
    /// GS1: check digits and dates are taken as they are.
    pub no_verify: bool,
    /// QR: error correction level.
    pub error_correction: ErrorCorrection,
    /// QR: smallest version less one, 0 to 39; a fixed one keeps the modules of all documents equally wide.
    pub version_min: u8,
    /// QR: the only version, if there is one.
    pub version: Option<u8>,
    /// QR: choice of the mask.
    pub mask: Mask,
    /// QR: the modes that may be used.
    pub mode: QrMode,
    /// Matrix codes: announcement of UTF-8.
    pub eci: Eci,
    /// Code 39 and interleaved 2 of 5: add the check character.
    pub check: bool,
    /// Code 39 and interleaved 2 of 5: width of wide elements.
    pub ratio: Ratio,
    /// ITF-14: bearer bars.
    pub bearer: Bearer,
    /// Australia Post: the table of the customer information.
    pub customer: Customer,
    /// Data Matrix: the symbol sizes.
    pub size: MatrixSize,
    /// PDF417: level of error correction; by length if none is given.
    pub level: Option<u8>,
    /// PDF417: columns of data.
    pub columns: Option<u8>,
    /// PDF417: without right row indicators.
    pub compact: bool,
    /// Aztec: percent of the symbol that correct errors.
    pub correction: Correction,
    /// Aztec: layers, and whether the symbol is compact.
    pub layers: Option<(u8, bool)>,
}

/// A share in percent whose default is that of Aztec.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Correction(pub u8);

impl Default for Correction {
    fn default() -> Correction {
        Correction(23)
    }
}

impl Options {
    /// Sets the option `name` of `symbology` to what `value` says.
    pub fn set(&mut self, symbology: &dyn Symbology, name: &str, value: &str) -> Result<(), BarcodeError> {
        let unknown = || BarcodeError::UnknownOption { symbology: symbology.name(), name: name.to_owned() };
        let option = symbology.options().iter().find(|option| option.name == name).ok_or_else(unknown)?;
        match self.read(option.name, value) {
            Some(()) => Ok(()),
            None => Err(BarcodeError::OptionValue { name: option.name, value: value.to_owned(), expected: option.values }),
        }
    }

    fn read(&mut self, name: &str, value: &str) -> Option<()> {
        match name {
            "gs1" => self.gs1 = read_bool(value)?,
            "latin1" => self.latin1 = read_bool(value)?,
            "verify" => self.no_verify = !read_bool(value)?,
            "check" => self.check = read_bool(value)?,
            "compact" => self.compact = read_bool(value)?,
            "error-correction" => {
                self.error_correction =
                    read_word(value, &[("L", ErrorCorrection::L), ("M", ErrorCorrection::M), ("Q", ErrorCorrection::Q), ("H", ErrorCorrection::H)])?;
            }
            "version-min" => self.version_min = read_number(value, 1, 40)? - 1,
            "version" => self.version = read_auto(value, 1, 40)?,
            "mask" if value == "best" => self.mask = Mask::Best,
            "mask" => self.mask = Mask::Fixed(read_number(value, 0, 7)?),
            "mode" => {
                let words = [
                    ("auto", QrMode::Auto),
                    ("numeric", QrMode::Numeric),
                    ("alphanumeric", QrMode::Alphanumeric),
                    ("byte", QrMode::Byte),
                    ("kanji", QrMode::Kanji),
                ];
                self.mode = read_word(value, &words)?;
            }
            "eci" => self.eci = read_word(value, &[("auto", Eci::Auto), ("off", Eci::Off)])?,
            "ratio" => self.ratio = read_word(value, &[("2.5", Ratio::TwoAndHalf), ("3", Ratio::Three)])?,
            "bearer" => self.bearer = read_word(value, &[("bars", Bearer::Bars), ("frame", Bearer::Frame), ("none", Bearer::None)])?,
            "customer" => {
                self.customer = read_word(value, &[("auto", Customer::Auto), ("digits", Customer::Digits), ("characters", Customer::Characters)])?;
            }
            "size" => self.size = MatrixSize::read(value)?,
            "level" => self.level = read_auto(value, 0, 8)?,
            "columns" => self.columns = read_auto(value, 1, 30)?,
            "correction" => self.correction = Correction(read_number(value, 5, 95)?),
            "layers" => self.layers = read_layers(value)?,
            _ => return None,
        }
        Some(())
    }
}

fn read_bool(value: &str) -> Option<bool> {
    read_word(value, &[("true", true), ("false", false)])
}

fn read_word<T: Copy>(value: &str, words: &[(&str, T)]) -> Option<T> {
    words.iter().find(|(word, _)| *word == value).map(|(_, meaning)| *meaning)
}

fn read_number(value: &str, min: u8, max: u8) -> Option<u8> {
    value.parse().ok().filter(|number| (min..=max).contains(number))
}

/// `auto`, which is nothing, or a number.
fn read_auto(value: &str, min: u8, max: u8) -> Option<Option<u8>> {
    if value == "auto" { Some(None) } else { read_number(value, min, max).map(Some) }
}

fn read_layers(value: &str) -> Option<Option<(u8, bool)>> {
    match value.strip_prefix("compact-") {
        Some(layers) => read_number(layers, 1, 4).map(|layers| Some((layers, true))),
        None => Some(read_auto(value, 1, 32)?.map(|layers| (layers, false))),
    }
}
