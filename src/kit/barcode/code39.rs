//! Code 39 (ISO/IEC 16388).
//!
//! Takes digits, capitals and `-. $/+%`, gives bars. The start and stop character `*` is added and not part of the payload.

use super::{BarcodeError, Caption, OptionDoc, Options, Shape, Symbol, Symbology};
use crate::base::limits::LINEAR_BARCODE_BYTES_MAX;

/// Code 39.
pub struct Code39;

const NAME: &str = "code39";
/// Clear modules at both sides.
const QUIET: u8 = 10;
/// The characters in the order of their check values.
const ALPHABET: &[u8; 43] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%";

/// Which of the nine elements are wide, the first in the highest bit; the last is `*`.
#[rustfmt::skip]
const PATTERNS: [u16; 44] = [
    0x034, 0x121, 0x061, 0x160, 0x031, 0x130, 0x070, 0x025, 0x124, 0x064, 0x109, 0x049, 0x148, 0x019, 0x118, 0x058, 0x00D, 0x10C, 0x04C, 0x01C,
    0x103, 0x043, 0x142, 0x013, 0x112, 0x052, 0x007, 0x106, 0x046, 0x016, 0x181, 0x0C1, 0x1C0, 0x091, 0x190, 0x0D0, 0x085, 0x184, 0x0C4, 0x0A8,
    0x0A2, 0x08A, 0x02A, 0x094,
];

impl Symbology for Code39 {
    fn name(&self) -> &'static str {
        NAME
    }
    fn doc(&self) -> &'static str {
        "Code 39 (ISO/IEC 16388): digits, capitals, blank and `-.$/+%`; old and wide, read by everything."
    }
    fn example(&self) -> &'static str {
        "ABC-1234"
    }
    fn options(&self) -> &'static [OptionDoc] {
        &[super::CHECK, super::RATIO]
    }
    fn shape(&self) -> Shape {
        Shape::bars([191, 353, 50_000], [1_000, 10_000]).of_a_point()
    }
    fn captions(&self, payload: &str, options: &Options, symbol: &Symbol) -> Vec<Caption> {
        let mut text = format!("*{payload}*");
        if options.check
            && let Ok(values) = values_of(payload)
        {
            text.insert(text.len() - 1, char::from(ALPHABET[check_of(&values)]));
        }
        vec![Caption { text, from: 0, to: symbol.width() as i32 }]
    }
    fn encode_into(&self, payload: &str, options: &Options, symbol: &mut Symbol) -> Result<(), BarcodeError> {
        if payload.is_empty() {
            return Err(BarcodeError::Empty);
        }
        if payload.len() > LINEAR_BARCODE_BYTES_MAX {
            return Err(BarcodeError::TooLong { symbology: NAME, unit: "characters", length: payload.len(), max: LINEAR_BARCODE_BYTES_MAX });
        }
        let mut values = values_of(payload)?;
        if options.check {
            values.push(check_of(&values));
        }
        let (narrow, wide) = options.ratio.widths();
        let widths = symbol.begin_bars(QUIET * options.ratio.units());
        for value in [43].into_iter().chain(values).chain([43]) {
            if !widths.is_empty() {
                widths.push(narrow);
            }
            widths.extend((0..9).rev().map(|element| if PATTERNS[value] >> element & 1 == 1 { wide } else { narrow }));
        }
        Ok(())
    }
    fn units(&self, options: &Options) -> u8 {
        options.ratio.units()
    }
}

fn values_of(payload: &str) -> Result<Vec<usize>, BarcodeError> {
    let value = |(at, character): (usize, char)| {
        let found = ALPHABET.iter().position(|known| char::from(*known) == character);
        found.ok_or(BarcodeError::Character { symbology: NAME, character, position: at + 1 })
    };
    payload.chars().enumerate().map(value).collect()
}

fn check_of(values: &[usize]) -> usize {
    values.iter().sum::<usize>() % 43
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_has_three_wide_elements_and_a_pattern_of_its_own() {
        for (at, pattern) in PATTERNS.iter().enumerate() {
            assert!(!PATTERNS[..at].contains(pattern) && pattern.count_ones() == 3, "{at}");
        }
    }

    #[test]
    fn the_check_character_is_the_sum_of_43() {
        let values = values_of("CODE 39").unwrap();
        assert_eq!(ALPHABET[check_of(&values)], b'R');
        let fault = Code39.encode("abc", &Options::default()).unwrap_err();
        assert_eq!(fault.to_string(), "code39 cannot encode `a` (U+0061) at position 1");
        let symbol = Code39.encode("A", &Options::default()).unwrap();
        assert_eq!(symbol.text(), "13113131113111131131131131311");
    }
}
