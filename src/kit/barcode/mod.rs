//! Barcodes: payload text to modules to PDF paths.
//!
//! Takes a payload and options, gives a [`Symbol`] in whole modules and its path in page content. Must never know where
//! the payload comes from, nor what the code is for (sequence, payment, account).

mod code128;
mod gs1;
mod mask;
mod options;
mod path;
mod qr;
mod symbol;

pub use code128::Code128;
pub use options::{Eci, ErrorCorrection, Mask, OptionDoc, Options};
pub use path::write_path;
pub use qr::Qr;
pub use symbol::{Matrix, Symbol};

/// Every symbology, in the order of the manual.
pub const SYMBOLOGIES: &[&dyn Symbology] = &[&Code128, &Qr];

/// The symbology with this name.
pub fn find(name: &str) -> Option<&'static dyn Symbology> {
    SYMBOLOGIES.iter().copied().find(|symbology| symbology.name() == name)
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
    /// Whether the height is free (bars) or follows from the width (matrix).
    fn is_linear(&self) -> bool;

    /// Encodes into `symbol`, whose buffers are used again.
    fn encode_into(&self, payload: &str, options: &Options, symbol: &mut Symbol) -> Result<(), BarcodeError>;

    /// Encodes into a new symbol.
    fn encode(&self, payload: &str, options: &Options) -> Result<Symbol, BarcodeError> {
        let mut symbol = Symbol::default();
        self.encode_into(payload, options, &mut symbol)?;
        Ok(symbol)
    }
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
            assert_eq!(matches!(symbol, Symbol::Bars { .. }), symbology.is_linear(), "{}", symbology.name());
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
