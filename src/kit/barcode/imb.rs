//! USPS Intelligent Mail barcode (USPS-B-3200).
//!
//! Takes a tracking code and a routing code, gives 65 bars. Must never know mail classes: which service type may stand
//! with which class is a matter of the postal rules.

use std::sync::LazyLock;

use super::{BarcodeError, OptionDoc, Options, Shape, State, Symbol, Symbology};

/// The Intelligent Mail barcode.
pub struct IntelligentMail;

const NAME: &str = "imb";
/// Digits of the tracking code: identifier 2, service type 3, mailer and serial number 15.
const TRACKING: usize = 20;

impl Symbology for IntelligentMail {
    fn name(&self) -> &'static str {
        NAME
    }
    fn doc(&self) -> &'static str {
        "USPS Intelligent Mail barcode (USPS-B-3200): 20 digits of tracking code (barcode identifier 2, service type 3, mailer and serial number 15), then a routing code of \
         0, 5, 9 or 11 digits; a blank or hyphen may stand between."
    }
    fn example(&self) -> &'static str {
        "01234567094987654321 01234567891"
    }
    fn options(&self) -> &'static [OptionDoc] {
        &[]
    }
    fn is_fixed(&self) -> bool {
        true
    }
    fn shape(&self) -> Shape {
        Shape::INTELLIGENT_MAIL
    }
    fn encode_into(&self, payload: &str, _: &Options, symbol: &mut Symbol) -> Result<(), BarcodeError> {
        let (tracking, routing) = read(payload)?;
        let value = value_of(&tracking, &routing);
        let check = frame_check(value);
        let characters = characters_of(value, check);
        let bar = |[descender, ascender]: [(u8, u8); 2]| {
            let has = |(character, bit): (u8, u8)| characters[usize::from(character)] >> bit & 1 == 1;
            State::of(has(ascender), has(descender))
        };
        symbol.begin_states().extend(BARS.iter().copied().map(bar));
        Ok(())
    }
}

/// The digits of tracking and routing code.
fn read(payload: &str) -> Result<(Vec<u8>, Vec<u8>), BarcodeError> {
    let rule = |text: String| Err(BarcodeError::Rule { symbology: NAME, rule: text });
    let parts: Vec<&str> = payload.splitn(2, [' ', '-']).collect();
    let (tracking, routing) = match parts.as_slice() {
        [tracking, routing] => (*tracking, *routing),
        _ if payload.is_char_boundary(TRACKING.min(payload.len())) => payload.split_at(TRACKING.min(payload.len())),
        _ => (payload, ""),
    };
    let mut offset = 0;
    let mut digits = |text: &str| {
        let read: Result<Vec<u8>, BarcodeError> = text
            .chars()
            .enumerate()
            .map(|(at, character)| match character {
                '0'..='9' => Ok(character as u8 - b'0'),
                _ => Err(BarcodeError::Character { symbology: NAME, character, position: offset + at + 1 }),
            })
            .collect();
        offset += text.chars().count() + usize::from(parts.len() == 2);
        read
    };
    let (tracking, routing) = (digits(tracking)?, digits(routing)?);
    if tracking.len() != TRACKING {
        return rule(format!("the tracking code has {} digits, not {TRACKING}", tracking.len()));
    }
    if !matches!(routing.len(), 0 | 5 | 9 | 11) {
        return rule(format!("the routing code has {} digits, not 0, 5, 9 or 11", routing.len()));
    }
    if tracking[1] > 4 {
        return rule(format!("the second digit of the barcode identifier is {}, it may be 0 to 4", tracking[1]));
    }
    Ok((tracking, routing))
}

/// Step 1 and 2 of the encoding: one number of 102 bits.
fn value_of(tracking: &[u8], routing: &[u8]) -> u128 {
    let number = routing.iter().fold(0u128, |number, &digit| number * 10 + u128::from(digit));
    let first = match routing.len() {
        0 => 0,
        5 => 1,
        9 => 100_001,
        _ => 1_000_100_001,
    };
    let start = (number + first) * 10 + u128::from(tracking[0]);
    let start = start * 5 + u128::from(tracking[1]);
    tracking[2..].iter().fold(start, |value, &digit| value * 10 + u128::from(digit))
}

/// The frame check sequence of 11 bits.
fn frame_check(value: u128) -> u16 {
    (0..102).rev().fold(0x7FF, |register: u16, at| {
        let top = (register >> 10 & 1) ^ (value >> at & 1) as u16;
        let shifted = register << 1 & 0x7FF;
        if top == 1 { shifted ^ 0x735 } else { shifted }
    })
}

fn characters_of(mut value: u128, check: u16) -> [u16; 10] {
    let mut codewords = [0u16; 10];
    codewords[9] = (value % 636) as u16 * 2;
    value /= 636;
    for slot in codewords[1..9].iter_mut().rev() {
        *slot = (value % 1365) as u16;
        value /= 1365;
    }
    codewords[0] = value as u16 + if check >> 10 & 1 == 1 { 659 } else { 0 };
    let mut characters = [0; 10];
    for (at, (slot, codeword)) in characters.iter_mut().zip(codewords).enumerate() {
        let character = TABLE[usize::from(codeword)];
        *slot = if check >> at & 1 == 1 { character ^ 0x1FFF } else { character };
    }
    characters
}

/// The characters of the codewords: those with five bits of thirteen, then those with two.
static TABLE: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut table = Vec::with_capacity(1365);
    for bits in [5, 2] {
        let mut palindromes = Vec::new();
        for character in (0u16..8192).filter(|character| character.count_ones() == bits) {
            let reversed = character.reverse_bits() >> 3;
            if reversed == character {
                palindromes.push(character);
            } else if reversed > character {
                table.extend([character, reversed]);
            }
        }
        table.extend(palindromes.into_iter().rev());
    }
    table
});

/// Character and bit of the descender and of the ascender of each bar (USPS-B-3200, table 22).
#[rustfmt::skip]
const BARS: [[(u8, u8); 2]; 65] = [
    [(7, 2), (4, 3)], [(1, 10), (0, 0)], [(9, 12), (2, 8)], [(5, 5), (6, 11)], [(8, 9), (3, 1)],
    [(0, 1), (5, 12)], [(2, 5), (1, 8)], [(4, 4), (9, 11)], [(6, 3), (8, 10)], [(3, 9), (7, 6)],
    [(5, 11), (1, 4)], [(8, 5), (2, 12)], [(9, 10), (0, 2)], [(7, 1), (6, 7)], [(3, 6), (4, 9)],
    [(0, 3), (8, 6)], [(6, 4), (2, 7)], [(1, 1), (9, 9)], [(7, 10), (5, 2)], [(4, 0), (3, 8)],
    [(6, 2), (0, 4)], [(8, 11), (1, 0)], [(9, 8), (3, 12)], [(2, 6), (7, 7)], [(5, 1), (4, 10)],
    [(1, 12), (6, 9)], [(7, 3), (8, 0)], [(5, 8), (9, 7)], [(4, 6), (2, 10)], [(3, 4), (0, 5)],
    [(8, 4), (5, 7)], [(7, 11), (1, 9)], [(6, 0), (9, 6)], [(0, 6), (4, 8)], [(2, 1), (3, 2)],
    [(5, 9), (8, 12)], [(4, 11), (6, 1)], [(9, 5), (7, 4)], [(3, 3), (1, 2)], [(0, 7), (2, 0)],
    [(1, 3), (4, 1)], [(6, 10), (3, 5)], [(8, 7), (9, 4)], [(2, 11), (5, 6)], [(0, 8), (7, 12)],
    [(4, 2), (8, 1)], [(5, 10), (3, 0)], [(9, 3), (0, 9)], [(6, 5), (2, 4)], [(7, 8), (1, 7)],
    [(5, 0), (4, 5)], [(2, 3), (0, 10)], [(6, 12), (9, 2)], [(3, 11), (1, 6)], [(8, 8), (7, 9)],
    [(5, 4), (0, 11)], [(1, 5), (2, 2)], [(9, 1), (4, 12)], [(8, 3), (6, 6)], [(7, 0), (3, 7)],
    [(4, 7), (7, 5)], [(0, 12), (1, 11)], [(2, 9), (9, 0)], [(6, 8), (5, 3)], [(3, 10), (8, 2)],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(payload: &str, expected: &str) {
        let found = match IntelligentMail.encode(payload, &Options::default()) {
            Ok(symbol) => symbol.text(),
            Err(fault) => fault.to_string(),
        };
        assert_eq!(found, expected, "{payload}");
    }

    #[test]
    fn agrees_with_the_specification() {
        check("01234567094987654321", "ATTFATTDTTADTAATTDTDTATTDAFDDFADFDFTFFFFFTATFAAAATDFFTDAADFTFDTDT");
        check("01234567094987654321-01234", "DTTAFADDTTFTDTFTFDTDDADADAFADFATDDFTAAAFDTTADFAAATDFDTDFADDDTDFFT");
        check("01234567094987654321 012345678", "ADFTTAFDTTTTFATTADTAAATFTFTATDAAAFDDADATATDTDTTDFDTDATADADTDFFTFA");
        check("0123456709498765432101234567891", "AADTFFDFTDADTAADAATFDTDDAAADDTDTTDAFADADDDTFFFDDTTTADFAAADFTDAADA");
    }

    #[test]
    fn every_part_is_used_once() {
        let mut seen = std::collections::BTreeSet::new();
        for part in BARS.iter().flatten() {
            assert!(seen.insert(*part) && part.0 < 10 && part.1 < 13);
        }
        assert_eq!((seen.len(), TABLE.len(), frame_check(0), frame_check(1)), (130, 1365, 0x6E0, 0x1D5));
    }

    #[test]
    fn the_rule_that_failed_is_told() {
        check("05234567094987654321", "imb: the second digit of the barcode identifier is 5, it may be 0 to 4");
        check("0123456709498765432", "imb: the tracking code has 19 digits, not 20");
        check("0123456709498765432A", "imb cannot encode `A` (U+0041) at position 20");
        check("01234567094987654321 0123456789", "imb: the routing code has 10 digits, not 0, 5, 9 or 11");
        check("01234567094987654321 0123é", "imb cannot encode `é` (U+00E9) at position 26");
    }
}
