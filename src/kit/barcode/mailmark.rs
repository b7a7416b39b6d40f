//! Royal Mail Mailmark, barcodes C and L of four states.
//!
//! Takes the fields of the barcode definition document as one text, gives bars. Mailmark 2D is a Data Matrix and stands
//! beside it; both share the formats of postcodes.

use std::sync::LazyLock;

use super::field::Field;
use super::{BarcodeError, OptionDoc, Options, Shape, State, Symbol, Symbology};

/// Mailmark barcode C (66 bars) or L (78 bars).
pub struct Mailmark {
    is_long: bool,
}

/// Barcode C, for consolidators.
pub const MAILMARK_C: Mailmark = Mailmark { is_long: false };
/// Barcode L, for everyone else.
pub const MAILMARK_L: Mailmark = Mailmark { is_long: true };

impl Symbology for Mailmark {
    fn name(&self) -> &'static str {
        if self.is_long { "mailmark-l" } else { "mailmark-c" }
    }
    fn doc(&self) -> &'static str {
        if self.is_long {
            "Royal Mail Mailmark barcode L, 78 bars: format 1, version 1, class 1, supply chain 6, item 8, postcode and delivery point 9 (blanks at the end may be left out; `XY11` \
             is international)."
        } else {
            "Royal Mail Mailmark barcode C, 66 bars: format 1, version 1, class 1, supply chain 2, item 8, postcode and delivery point 9 (blanks at the end may be left out; `XY11` \
             is international)."
        }
    }
    fn example(&self) -> &'static str {
        if self.is_long { "11012345612345678EC1A1BB1A" } else { "1101212345678EC1A1BB1A" }
    }
    fn options(&self) -> &'static [OptionDoc] {
        &[]
    }
    fn is_fixed(&self) -> bool {
        true
    }
    fn shape(&self) -> Shape {
        Shape::ROYAL_MAIL
    }
    fn encode_into(&self, payload: &str, _: &Options, symbol: &mut Symbol) -> Result<(), BarcodeError> {
        let value = self.value_of(payload)?;
        let (numbers, checks, extenders): (usize, usize, &[u8]) = if self.is_long { (19, 7, &EXTENDERS_L) } else { (16, 6, &EXTENDERS_C) };
        // The last numbers of C and L count to 30 or 32, the first always to 30 (C: 9 of 16, L: 11 of 19).
        let thirties = if self.is_long { 11 } else { 9 };
        let (mut rest, mut data) = (value, vec![0u16; numbers]);
        for at in (0..numbers).rev() {
            let base = if at >= thirties { 32 } else { 30 };
            data[at] = (rest % base) as u16;
            rest /= base;
        }
        let check = FIELD.check_symbols(&data, checks);
        let mut groups = vec![0u8; numbers + checks];
        for (at, number) in data.iter().chain(&check).enumerate() {
            let symbols = if at < thirties { &EVEN } else { &ODD };
            groups[usize::from(extenders[at])] = symbols[usize::from(*number)];
        }
        let bars = symbol.begin_states();
        for (at, group) in groups.into_iter().enumerate() {
            for bar in 0..3 {
                let (upper, lower) = (group >> (5 - bar) & 1 == 1, group >> (2 - bar) & 1 == 1);
                bars.push(if at % 2 == 0 { State::of(upper, lower) } else { State::of(lower, upper) });
            }
        }
        Ok(())
    }
}

static FIELD: LazyLock<Field> = LazyLock::new(|| Field::new(0x25));
/// The symbols of base 30: six bits of even parity but for 0 and 63.
static EVEN: LazyLock<Vec<u8>> = LazyLock::new(|| (1u8..63).filter(|symbol| symbol.count_ones() % 2 == 0).collect());
/// The symbols of base 32: six bits of odd parity.
static ODD: LazyLock<Vec<u8>> = LazyLock::new(|| (0u8..64).filter(|symbol| symbol.count_ones() % 2 == 1).collect());
const EXTENDERS_C: [u8; 22] = [3, 5, 7, 11, 13, 14, 16, 17, 19, 0, 1, 2, 4, 6, 8, 9, 10, 12, 15, 18, 20, 21];
const EXTENDERS_L: [u8; 26] = [2, 5, 7, 8, 13, 14, 15, 16, 21, 22, 23, 0, 1, 3, 4, 6, 9, 10, 11, 12, 17, 18, 19, 20, 24, 25];

impl Mailmark {
    fn value_of(&self, payload: &str) -> Result<u128, BarcodeError> {
        let rule = |text: String| Err(BarcodeError::Rule { symbology: self.name(), rule: text });
        let chain = if self.is_long { 6 } else { 2 };
        let fixed = 3 + chain + 8;
        for (at, character) in payload.chars().enumerate() {
            let is_digit = character.is_ascii_digit();
            let is_free = at == 2 || at >= fixed;
            if !(is_digit || is_free && (character == ' ' || character.is_ascii_uppercase())) {
                return Err(BarcodeError::Character { symbology: self.name(), character, position: at + 1 });
            }
        }
        let postcode = payload.get(fixed..).map(|text| text.trim_end_matches(' ')).unwrap_or_default();
        if postcode.is_empty() || payload.len() > fixed + 9 {
            return rule(format!("{fixed} characters and a postcode of up to 9 are expected, these are {}", payload.len()));
        }
        let bytes = payload.as_bytes();
        if bytes[0] > b'4' {
            return rule(format!("the format is {}, it may be 0 to 4", char::from(bytes[0])));
        }
        if !(b'1'..=b'4').contains(&bytes[1]) {
            return rule(format!("the version is {}, it may be 1 to 4", char::from(bytes[1])));
        }
        let class = match bytes[2] {
            digit @ b'0'..=b'9' => digit - b'0',
            letter @ b'A'..=b'E' => letter - b'A' + 10,
            other => return rule(format!("the class is `{}`, it may be 0 to 9 or A to E", char::from(other))),
        };
        let number = |range: std::ops::Range<usize>| payload[range].bytes().fold(0u128, |number, byte| number * 10 + u128::from(byte - b'0'));
        let Some(destination) = postcode_number(postcode) else {
            return rule(format!("`{postcode}` is no postcode with delivery point in one of the six formats, nor `XY11`"));
        };
        let value = destination * 100_000_000 + number(3 + chain..fixed);
        let value = value * if self.is_long { 1_000_000 } else { 100 } + number(3..3 + chain);
        let value = value * 15 + u128::from(class);
        Ok((value * 5 + u128::from(bytes[0] - b'0')) * 4 + u128::from(bytes[1] - b'1'))
    }
}

/// Formats of postcode and delivery point: letter, digit, inward letter; blanks at the end are left out.
const FORMATS: [&str; 6] = ["ANANLLNL", "AANNLLNL", "AANNNLLNL", "AANANLLNL", "ANNLLNL", "ANNNLLNL"];
/// The letters of inward codes and delivery points.
const INWARD: &[u8] = b"ABDEFGHJLNPQRSTUWXYZ";

/// The number of a postcode with its delivery point; nought is international.
fn postcode_number(text: &str) -> Option<u128> {
    if text == "XY11" {
        return Some(0);
    }
    let mut first = 1;
    for format in FORMATS {
        let (mut value, mut size) = (Some(0u128), 1u128);
        let text = text.as_bytes();
        for (at, kind) in format.bytes().enumerate() {
            let (base, digit) = kind_of(kind, text.get(at).copied());
            size *= base;
            value = value.zip(digit).map(|(value, digit)| value * base + digit);
        }
        if text.len() == format.len()
            && let Some(value) = value
        {
            return Some(first + value);
        }
        first += size;
    }
    None
}

/// The number of values of a place and the value that stands there.
fn kind_of(kind: u8, byte: Option<u8>) -> (u128, Option<u128>) {
    let place = |alphabet: &[u8]| byte.and_then(|byte| alphabet.iter().position(|known| *known == byte)).map(|at| at as u128);
    match kind {
        b'A' => (26, byte.filter(u8::is_ascii_uppercase).map(|byte| u128::from(byte - b'A'))),
        b'N' => (10, byte.filter(u8::is_ascii_digit).map(|byte| u128::from(byte - b'0'))),
        _ => (INWARD.len() as u128, place(INWARD)),
    }
}

/// Whether a Mailmark 2D may carry this destination: a postcode with delivery point whose letters may be any, an outward
/// code alone, international, or nothing.
pub(super) fn is_destination_2d(text: &str) -> bool {
    let text = text.trim_end_matches(' ').as_bytes();
    let fits = |format: &str| {
        format.len() == text.len()
            && format.bytes().zip(text).all(|(kind, byte)| if kind == b'N' { byte.is_ascii_digit() } else { byte.is_ascii_uppercase() })
    };
    let outward = ["ANA", "AAN", "AANN", "AANA", "AN", "ANN"];
    text.is_empty() || text == b"XY11" || FORMATS.into_iter().any(fits) || outward.into_iter().any(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(mailmark: &Mailmark, payload: &str, expected: &str) {
        let found = match mailmark.encode(payload, &Options::default()) {
            Ok(symbol) => symbol.text(),
            Err(fault) => fault.to_string(),
        };
        assert_eq!(found, expected, "{payload}");
    }

    #[test]
    fn agrees_with_other_encoders() {
        check(&MAILMARK_C, "0100000000000XY11", "TTDTTATTDTAATTDTAATTDTAATTDTTATTDTAATTDTAATDDTTATDDTAATTDTAATTDTTA");
        check(&MAILMARK_C, "1100000000000XY11     ", "TTDTTATTDTAATTDTAATTDTAATTDTTDDAATAADDATAATDDFAFTDDTAADDDTAAFDFAFF");
        check(&MAILMARK_L, "11000000000000000XY11", "TTDTTATDDTTATTDTAATTDTAATDDTTATTDTTDATFTAATDDTAATDDTATATFAADDAATAATDDTAADFTFTA");
        check(&MAILMARK_L, "41038422416563762EC1A1BB1A", "DDAATFTDADFFFTDTAADDDDATADTAFTTTADTTAFTFTFTFTDFATFFTDTFFAAAAFFDFTFADTTFTFDFDDA");
    }

    #[test]
    fn the_rule_that_failed_is_told() {
        check(&MAILMARK_C, "5100000000000XY11", "mailmark-c: the format is 5, it may be 0 to 4");
        check(&MAILMARK_C, "1500000000000XY11", "mailmark-c: the version is 5, it may be 1 to 4");
        check(&MAILMARK_C, "11F0000000000XY11", "mailmark-c: the class is `F`, it may be 0 to 9 or A to E");
        check(&MAILMARK_C, "110000000000AXY11", "mailmark-c cannot encode `A` (U+0041) at position 13");
        check(
            &MAILMARK_C,
            "1100000000000EC1A1BC1A",
            "mailmark-c: `EC1A1BC1A` is no postcode with delivery point in one of the six formats, nor `XY11`",
        );
        check(&MAILMARK_L, "110", "mailmark-l: 17 characters and a postcode of up to 9 are expected, these are 3");
    }
}
