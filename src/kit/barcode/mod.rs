//! Barcodes: payload text to modules to PDF paths.
//!
//! Takes a payload and options, checks the rules of its symbology, gives a [`Symbol`] in whole modules and its path in page content. Must
//! never know where the payload comes from.

mod auspost;
mod aztec;
pub mod check;
mod code128;
mod code39;
mod data_matrix;
mod data_matrix_look;
mod data_matrix_post;
mod drawing;
mod ean;
mod epc_qr;
mod field;
mod fim;
mod gs1;
mod gs1_table;
mod ids;
mod imb;
mod japanpost;
mod mailmark;
mod mask;
mod micro_qr;
mod micro_qr_data;
mod options;
mod pdf417;
mod pdf417_patterns;
mod postal;
mod qr;
mod qr_segments;
mod screen;
mod shape;
mod swiss_qr;
mod symbol;
mod track;
mod two_of_five;

pub use code128::Code128;
pub use data_matrix::MatrixSize;
pub use drawing::{Drawing, Size, Turn, write_frame};
pub use options::{Bearer, Correction, Customer, Eci, ErrorCorrection, Mask, OptionDoc, Options, QrMode, Ratio};
pub use qr::Qr;
pub use screen::{Bitmap, bitmap};
pub use shape::{Shape, ShapeKind, um};
pub use swiss_qr::{Bill, Party, read_bill};
pub use symbol::{Matrix, State, Symbol};
pub use track::Track;

use options::{CHECK, ECI, GS1, LATIN_1, RATIO, VERIFY};

/// Every symbology, in the order of the manual.
pub const SYMBOLOGIES: &[&dyn Symbology] = &[
    &Code128,
    &code39::Code39,
    &two_of_five::ITF,
    &two_of_five::ITF_14,
    &ean::EAN_13,
    &ean::EAN_8,
    &ean::UPC_A,
    &Qr,
    &micro_qr::MicroQr,
    &data_matrix::DataMatrix,
    &pdf417::Pdf417,
    &aztec::Aztec,
    &imb::IntelligentMail,
    &ids::TrayBarcode,
    &fim::Fim,
    &postal::Rm4scc,
    &mailmark::MAILMARK_C,
    &mailmark::MAILMARK_L,
    &data_matrix_post::MAILMARK_7,
    &data_matrix_post::MAILMARK_9,
    &data_matrix_post::MAILMARK_29,
    &postal::Kix,
    &auspost::AustraliaPost,
    &japanpost::JapanPost,
    &data_matrix_post::DeutschePost,
    &two_of_five::LEITCODE,
    &two_of_five::IDENTCODE,
    &ids::S10,
    &ids::FinnishBank,
    &swiss_qr::SwissQr,
    &epc_qr::EpcQr,
];

/// The symbology with this name.
pub fn find(name: &str) -> Option<&'static dyn Symbology> {
    SYMBOLOGIES.iter().copied().find(|symbology| symbology.name() == name)
}

/// A piece of the human-readable text and the modules it is centred under, from the left edge of the symbol; it may reach into
/// the quiet zone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caption {
    /// The text.
    pub text: String,
    /// Where its room begins, in units.
    pub from: i32,
    /// Where its room ends.
    pub to: i32,
}

/// One kind of barcode.
pub trait Symbology: Sync {
    /// The name a layout writes in `type=`.
    fn name(&self) -> &'static str;
    /// What it is and where it is used, for the manual.
    fn doc(&self) -> &'static str;
    /// A payload that shows it, for the manual.
    fn example(&self) -> &'static str;
    /// The options it takes; [`Options::set`] reads their values.
    fn options(&self) -> &'static [OptionDoc];
    /// The sizes of its modules and bars.
    fn shape(&self) -> Shape;

    /// Encodes into `symbol`, whose buffers are used again.
    fn encode_into(&self, payload: &str, options: &Options, symbol: &mut Symbol) -> Result<(), BarcodeError>;

    /// The human-readable text of a payload that is encoded in `symbol`.
    fn captions(&self, payload: &str, options: &Options, symbol: &Symbol) -> Vec<Caption> {
        let _ = options;
        vec![Caption { text: payload.to_string(), from: 0, to: symbol.width() as i32 }]
    }
    /// Units that a module of bars is wide.
    fn units(&self, options: &Options) -> u8 {
        let _ = options;
        1
    }
    /// The modules whose bars are longer than the others, as starts and ends.
    fn guards(&self) -> &'static [(u16, u16)] {
        &[]
    }
    /// The bearer bars.
    fn bearer(&self, options: &Options) -> Bearer {
        let _ = options;
        Bearer::None
    }
    /// Whether all symbols are of one size, whatever the payload.
    fn is_fixed(&self) -> bool {
        false
    }
    /// Whether the height is free (bars) or follows from the width (matrix).
    fn is_linear(&self) -> bool {
        self.shape().is_linear()
    }

    /// Encodes into a new symbol.
    fn encode(&self, payload: &str, options: &Options) -> Result<Symbol, BarcodeError> {
        let mut symbol = Symbol::default();
        self.encode_into(payload, options, &mut symbol)?;
        Ok(symbol)
    }
}

/// The digits of a payload.
fn read_digits(symbology: &'static str, payload: &str) -> Result<Vec<u8>, BarcodeError> {
    if payload.is_empty() {
        return Err(BarcodeError::Empty);
    }
    let digit = |(at, character): (usize, char)| match character {
        '0'..='9' => Ok(character as u8 - b'0'),
        _ => Err(BarcodeError::Character { symbology, character, position: at + 1 }),
    };
    payload.chars().enumerate().map(digit).collect()
}

/// Adds the check digit to `count` digits, or checks the one that is there.
fn complete(symbology: &'static str, digits: &mut Vec<u8>, count: usize, check_digit: fn(&[u8]) -> u8) -> Result<(), BarcodeError> {
    let rule = |rule: String| Err(BarcodeError::Rule { symbology, rule });
    match digits.len() {
        length if length == count => digits.push(check_digit(digits)),
        length if length == count + 1 => {
            let expected = check_digit(&digits[..count]);
            if digits[count] != expected {
                return rule(format!("the check digit is {}, it should be {expected}", digits[count]));
            }
        }
        length => return rule(format!("{count} digits are expected, or {} with the check digit; these are {length}", count + 1)),
    }
    Ok(())
}

/// The bytes that a matrix code writes, and whether they are UTF-8 beyond ASCII.
fn bytes_of(symbology: &'static str, payload: &str, options: &Options) -> Result<(Vec<u8>, bool), BarcodeError> {
    if !options.latin1 {
        return Ok((payload.as_bytes().to_vec(), !payload.is_ascii()));
    }
    let byte = |(at, character): (usize, char)| u8::try_from(character).map_err(|_| BarcodeError::Latin1 { symbology, character, position: at + 1 });
    Ok((payload.chars().enumerate().map(byte).collect::<Result<_, _>>()?, false))
}

/// Why a payload has no barcode.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BarcodeError {
    /// There is nothing to encode.
    #[error("the payload is empty")]
    Empty,
    /// The payload does not fit.
    #[error("the payload has {length} {unit}, {symbology} with these options holds at most {max}")]
    TooLong {
        /// The symbology.
        symbology: &'static str,
        /// What is counted.
        unit: &'static str,
        /// How many there are.
        length: usize,
        /// How many there may be.
        max: usize,
    },
    /// The symbology has no code for a character.
    #[error("{symbology} cannot encode {} at position {position}", show(*character))]
    Character {
        /// The symbology, with the option that decided.
        symbology: &'static str,
        /// The character.
        character: char,
        /// Its place in the payload in characters, from 1.
        position: usize,
    },
    /// The payload has a character that is not of ISO 8859-1.
    #[error("{symbology} with `latin1` cannot encode {} at position {position}", show(*character))]
    Latin1 {
        /// The symbology.
        symbology: &'static str,
        /// The character.
        character: char,
        /// Its place in the payload in characters, from 1.
        position: usize,
    },
    /// The payload breaks a rule of the symbology.
    #[error("{symbology}: {rule}")]
    Rule {
        /// The symbology.
        symbology: &'static str,
        /// What is wrong with the payload.
        rule: String,
    },
    /// The payload breaks a rule of the GS1 General Specifications.
    #[error("the GS1 element string is faulty: {0}")]
    Gs1(String),
    /// The symbology has no such option.
    #[error("{symbology} has no option `{name}`")]
    UnknownOption {
        /// The symbology.
        symbology: &'static str,
        /// The option's name.
        name: String,
    },
    /// An option has a value it cannot have.
    #[error("`{value}` is no value of `{name}`, which takes {expected}")]
    OptionValue {
        /// The option's name.
        name: &'static str,
        /// The value.
        value: String,
        /// What it takes.
        expected: &'static str,
    },
}

/// A character as a message shows it: itself unless it cannot be seen, and its code point.
fn show(character: char) -> String {
    if character.is_control() || character.is_whitespace() {
        format!("U+{:04X}", u32::from(character))
    } else {
        format!("`{character}` (U+{:04X})", u32::from(character))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_encodes_with_the_default_options() {
        for symbology in SYMBOLOGIES {
            let symbol = symbology.encode(symbology.example(), &Options::default()).unwrap();
            assert_eq!(!matches!(symbol, Symbol::Matrix { .. }), symbology.is_linear(), "{}", symbology.name());
            assert!(!symbology.doc().is_empty());
        }
    }

    #[test]
    fn every_documented_option_can_be_set() {
        for symbology in SYMBOLOGIES {
            for option in symbology.options() {
                let fault = Options::default().set(*symbology, option.name, "surely not").unwrap_err();
                assert!(matches!(fault, BarcodeError::OptionValue { name, .. } if name == option.name), "{fault}");
            }
        }
        assert!(Options::default().set(&Code128, "mask", "1").is_err());
    }
}
