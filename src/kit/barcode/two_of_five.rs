//! Interleaved 2 of 5 (ISO/IEC 16390), ITF-14, and Leitcode and Identcode of Deutsche Post.
//!
//! Takes digits, gives bars. A check digit that is given must be right; one that is missing is added where the code has one.

use super::{BarcodeError, Bearer, Caption, OptionDoc, Options, Shape, Symbol, Symbology, check};
use crate::base::limits::LINEAR_BARCODE_BYTES_MAX;

/// A code of interleaved digits.
pub struct TwoOfFive {
    name: &'static str,
    doc: &'static str,
    example: &'static str,
    options: &'static [OptionDoc],
    shape: Shape,
    /// Digits without the check digit, if it has one.
    digits: Option<usize>,
    check_digit: fn(&[u8]) -> u8,
    /// Groups of the human-readable text: digits and the separator after them.
    groups: &'static [(usize, &'static str)],
}

const BEARER: OptionDoc = OptionDoc {
    name: "bearer",
    values: "`bars`, `frame` or `none`",
    doc: "the bearer bars, two modules thick: above and below, all around the quiet zones, or none; default `bars`",
};

/// Interleaved 2 of 5.
pub const ITF: TwoOfFive = TwoOfFive {
    name: "itf",
    doc: "Interleaved 2 of 5 (ISO/IEC 16390): an even number of digits.",
    example: "12345678",
    options: &[super::CHECK, super::RATIO],
    shape: Shape::bars([191, 353, 50_000], [1_000, 10_000]).of_a_point(),
    digits: None,
    check_digit: check::gs1,
    groups: &[],
};
/// ITF-14.
pub const ITF_14: TwoOfFive = TwoOfFive {
    name: "itf14",
    doc: "ITF-14 (GS1 General Specifications, 5.3): a GTIN of 13 digits, whose check digit is added, or of 14.",
    example: "0950110153000",
    options: &[super::RATIO, BEARER],
    shape: Shape::bars([250, 495, 1_016], [12_700, 31_750]),
    digits: Some(13),
    check_digit: check::gs1,
    groups: &[(1, " "), (2, " "), (5, " "), (5, " "), (1, "")],
};
/// Leitcode of Deutsche Post.
pub const LEITCODE: TwoOfFive = TwoOfFive {
    name: "leitcode",
    doc: "Leitcode of Deutsche Post: postcode 5, street 3, house 3 and product 2 digits; the check digit is added, or must be right.",
    example: "2134807501640",
    options: &[],
    shape: Shape::bars([191, 423, 1_000], [5_000, 25_000]),
    digits: Some(13),
    check_digit: check::post_2of5,
    groups: &[(5, "."), (3, "."), (3, "."), (2, " "), (1, "")],
};
/// Identcode of Deutsche Post.
pub const IDENTCODE: TwoOfFive = TwoOfFive {
    name: "identcode",
    doc: "Identcode of Deutsche Post: centre 2, customer 3 and item 6 digits; the check digit is added, or must be right.",
    example: "56310243031",
    options: &[],
    shape: Shape::bars([191, 423, 1_000], [5_000, 25_000]),
    digits: Some(11),
    check_digit: check::post_2of5,
    groups: &[(2, "."), (3, " "), (3, "."), (3, " "), (1, "")],
};

/// Clear modules at both sides.
const QUIET: u8 = 10;
/// Which of the five elements are wide, the first in the highest bit.
const PATTERNS: [u8; 10] = [0b00110, 0b10001, 0b01001, 0b11000, 0b00101, 0b10100, 0b01100, 0b00011, 0b10010, 0b01010];

impl TwoOfFive {
    /// All digits, with the check digit.
    fn digits(&self, payload: &str, options: &Options) -> Result<Vec<u8>, BarcodeError> {
        let mut digits = super::read_digits(self.name, payload)?;
        if digits.len() > LINEAR_BARCODE_BYTES_MAX {
            return Err(BarcodeError::TooLong { symbology: self.name, unit: "digits", length: digits.len(), max: LINEAR_BARCODE_BYTES_MAX });
        }
        match self.digits {
            Some(count) => super::complete(self.name, &mut digits, count, self.check_digit)?,
            None if options.check => digits.push((self.check_digit)(&digits)),
            None => {}
        }
        if digits.len() % 2 == 1 {
            let rule = if options.check { "with the check digit the number of digits is odd" } else { "the number of digits is odd" };
            return Err(BarcodeError::Rule { symbology: self.name, rule: format!("{rule}; the digits stand in pairs") });
        }
        Ok(digits)
    }
}

impl Symbology for TwoOfFive {
    fn name(&self) -> &'static str {
        self.name
    }
    fn doc(&self) -> &'static str {
        self.doc
    }
    fn example(&self) -> &'static str {
        self.example
    }
    fn options(&self) -> &'static [OptionDoc] {
        self.options
    }
    fn is_fixed(&self) -> bool {
        self.digits.is_some()
    }
    fn shape(&self) -> Shape {
        self.shape
    }
    fn bearer(&self, options: &Options) -> Bearer {
        if self.name == "itf14" { options.bearer } else { Bearer::None }
    }
    fn units(&self, options: &Options) -> u8 {
        options.ratio.units()
    }
    fn captions(&self, payload: &str, options: &Options, symbol: &Symbol) -> Vec<Caption> {
        let digits = self.digits(payload, options).unwrap_or_default();
        let mut rest = digits.iter().map(|digit| char::from(b'0' + digit));
        let mut text = String::new();
        for (count, separator) in self.groups {
            text.extend(rest.by_ref().take(*count));
            text.push_str(separator);
        }
        text.extend(rest);
        vec![Caption { text, from: 0, to: symbol.width() as i32 }]
    }
    fn encode_into(&self, payload: &str, options: &Options, symbol: &mut Symbol) -> Result<(), BarcodeError> {
        let digits = self.digits(payload, options)?;
        let (narrow, wide) = options.ratio.widths();
        let width = |digit: u8, element: u8| if PATTERNS[usize::from(digit)] >> (4 - element) & 1 == 1 { wide } else { narrow };
        let widths = symbol.begin_bars(QUIET * options.ratio.units());
        widths.extend([narrow; 4]);
        for pair in digits.chunks_exact(2) {
            widths.extend((0..5).flat_map(|element| [width(pair[0], element), width(pair[1], element)]));
        }
        widths.extend([wide, narrow, narrow]);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &TwoOfFive, payload: &str, expected: &str) {
        let found = match code.encode(payload, &Options::default()) {
            Ok(symbol) => symbol.text(),
            Err(fault) => fault.to_string(),
        };
        assert_eq!(found, expected, "{payload}");
    }

    #[test]
    fn agrees_with_two_other_encoders() {
        check(&ITF_14, "0460123456789", "11111111333113113133131131131111333131131113311333111113111133311333113111311");
        check(&ITF_14, "04601234567893", "11111111333113113133131131131111333131131113311333111113111133311333113111311");
        check(&LEITCODE, "2134807501640", "11111331111133313113111331111333111311133131131131311311313311131311313113311");
        check(&IDENTCODE, "56310243031", "1111311333111133311111131113313113131331113113133131113313111131311");
    }

    #[test]
    fn texts_are_grouped() {
        let text = |code: &TwoOfFive, payload: &str| {
            let symbol = code.encode(payload, &Options::default()).unwrap();
            code.captions(payload, &Options::default(), &symbol)[0].text.clone()
        };
        assert_eq!(text(&LEITCODE, "2134807501640"), "21348.075.016.40 1");
        assert_eq!(text(&IDENTCODE, "56310243031"), "56.310 243.031 3");
        assert_eq!(text(&ITF_14, "1540014128876"), "1 54 00141 28876 3");
    }

    #[test]
    fn the_rule_that_failed_is_told() {
        check(&ITF, "123", "itf: the number of digits is odd; the digits stand in pairs");
        check(&ITF, "12a4", "itf cannot encode `a` (U+0061) at position 3");
        check(&ITF_14, "04601234567890", "itf14: the check digit is 0, it should be 3");
        check(&ITF_14, "046012", "itf14: 13 digits are expected, or 14 with the check digit; these are 6");
    }
}
