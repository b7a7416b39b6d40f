//! RM4SCC of Royal Mail and KIX of PostNL: two codes of four states with one alphabet.
//!
//! Takes digits and capitals, gives bars. Where the barcode stands on the letter is the layout's matter.

use super::{BarcodeError, OptionDoc, Options, Shape, State, Symbol, Symbology};

/// The upper or lower halves of the six patterns, the first bar in the highest bit.
const HALVES: [u8; 6] = [0b0011, 0b0101, 0b0110, 0b1001, 0b1010, 0b1100];

fn index_of(byte: u8) -> Option<usize> {
    match byte {
        b'0'..=b'9' => Some(usize::from(byte - b'0')),
        b'A'..=b'Z' => Some(usize::from(byte - b'A') + 10),
        _ => None,
    }
}

fn put(index: usize, bars: &mut Vec<State>) {
    let (upper, lower) = (HALVES[index / 6], HALVES[index % 6]);
    bars.extend((0..4).rev().map(|bit| State::of(upper >> bit & 1 == 1, lower >> bit & 1 == 1)));
}

/// The places of the characters in `0-9A-Z`, small letters as capitals.
fn read(payload: &str, symbology: &'static str) -> Result<Vec<usize>, BarcodeError> {
    let character = |(at, character): (usize, char)| {
        let index = u8::try_from(character).ok().and_then(|byte| index_of(byte.to_ascii_uppercase()));
        index.ok_or(BarcodeError::Character { symbology, character, position: at + 1 })
    };
    payload.chars().enumerate().map(character).collect()
}

/// The customer barcode of Royal Mail.
pub struct Rm4scc;

impl Symbology for Rm4scc {
    fn name(&self) -> &'static str {
        "rm4scc"
    }
    fn doc(&self) -> &'static str {
        "Royal Mail customer barcode (RM4SCC): the postcode without blank and the delivery point suffix, `9Z` if that is not known. The check character is added."
    }
    fn example(&self) -> &'static str {
        "SN34RD1A"
    }
    fn options(&self) -> &'static [OptionDoc] {
        &[]
    }
    fn shape(&self) -> Shape {
        Shape::ROYAL_MAIL
    }
    fn encode_into(&self, payload: &str, _: &Options, symbol: &mut Symbol) -> Result<(), BarcodeError> {
        let indices = read(payload, "rm4scc")?;
        let postcode = payload.to_ascii_uppercase();
        check_postcode(&postcode)?;
        // A digit counts as its row and column from one, six as nought.
        let sum = |part: fn(usize) -> usize| indices.iter().map(|&index| (part(index) + 1) % 6).sum::<usize>();
        let check = (sum(|index| index / 6) + 5) % 6 * 6 + (sum(|index| index % 6) + 5) % 6;
        let bars = symbol.begin_states();
        bars.push(State::Ascender);
        for index in indices {
            put(index, bars);
        }
        put(check, bars);
        bars.push(State::Full);
        Ok(())
    }
}

/// Outward code, inward code of a digit and two letters, delivery point suffix of a digit and a letter.
fn check_postcode(text: &str) -> Result<(), BarcodeError> {
    let rule = |text: String| Err(BarcodeError::Rule { symbology: "rm4scc", rule: text });
    let bytes = text.as_bytes();
    if !(7..=9).contains(&bytes.len()) {
        return rule(format!("a postcode of 5 to 7 characters and a suffix of 2 are expected, these are {} characters", bytes.len()));
    }
    let (outward, rest) = bytes.split_at(bytes.len() - 5);
    if !outward[0].is_ascii_uppercase() {
        return rule("the postcode does not begin with a letter".into());
    }
    if !rest[0].is_ascii_digit() || !rest[1..3].iter().all(u8::is_ascii_uppercase) {
        return rule(format!("the inward code `{}` is not a digit and two letters", &text[outward.len()..outward.len() + 3]));
    }
    if !rest[3].is_ascii_digit() || !rest[4].is_ascii_uppercase() {
        let suffix = &text[text.len() - 2..];
        return rule(format!("the delivery point suffix `{suffix}` is not a digit and a letter"));
    }
    Ok(())
}

/// The barcode of PostNL.
pub struct Kix;

/// Postcode, house number, mark and addition.
const KIX_MAX: usize = 18;

impl Symbology for Kix {
    fn name(&self) -> &'static str {
        "kix"
    }
    fn doc(&self) -> &'static str {
        "KIX of PostNL: postcode (4 digits, 2 letters), house, box or reply number of 1 to 5 digits, and, after `X` where it is not a letter that can be told apart, the addition."
    }
    fn example(&self) -> &'static str {
        "1231FZ13XHS"
    }
    fn options(&self) -> &'static [OptionDoc] {
        &[]
    }
    fn shape(&self) -> Shape {
        Shape::ROYAL_MAIL
    }
    fn encode_into(&self, payload: &str, _: &Options, symbol: &mut Symbol) -> Result<(), BarcodeError> {
        let indices = read(payload, "kix")?;
        let rule = |text: &str| Err(BarcodeError::Rule { symbology: "kix", rule: text.into() });
        if indices.len() > KIX_MAX {
            return Err(BarcodeError::TooLong { symbology: "kix", unit: "characters", length: indices.len(), max: KIX_MAX });
        }
        let is_digit = |index: &usize| *index < 10;
        if indices.len() < 7 || !indices[..4].iter().all(is_digit) || indices[4..6].iter().any(is_digit) {
            return rule("a postcode of 4 digits and 2 letters and a number are expected");
        }
        if !is_digit(&indices[6]) {
            return rule("a house, box or reply number of 1 to 5 digits follows the postcode");
        }
        if indices[6..].iter().take_while(|index| is_digit(index)).count() > 5 {
            return rule("the number after the postcode has more than 5 digits");
        }
        let bars = symbol.begin_states();
        for index in indices {
            put(index, bars);
        }
        Ok(())
    }
}
