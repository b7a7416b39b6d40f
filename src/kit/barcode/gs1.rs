//! GS1 element strings: `(01)09521234543213(10)ABC` and its symbol characters.
//!
//! Takes the bracketed text people write, gives the characters of a GS1-128 symbol with their FNC1. What a value may be says the table
//! of application identifiers beside this.

use super::BarcodeError;
use super::gs1_table;

/// FNC1 among the characters of a payload.
pub const FNC1: u16 = 256;

/// Most characters between two separators (GS1 General Specifications, 5.4.3).
const VALUE_CHARACTERS_MAX: usize = 90;

/// Appends the characters of an element string to `items`, FNC1 first.
///
/// A `(` starts the next element only if two to four digits and `)` follow; else it belongs to the value.
pub fn read_elements(payload: &str, verify: bool, items: &mut impl FnMut(u16)) -> Result<(), BarcodeError> {
    let fault = |text: String| Err(BarcodeError::Gs1(text));
    let mut rest = payload.as_bytes();
    items(FNC1);
    while !rest.is_empty() {
        let Some(identifier_length) = identifier_at(rest) else {
            return fault("an application identifier such as `(01)` is expected at the start of every element".into());
        };
        let identifier = &payload[payload.len() - rest.len() + 1..][..identifier_length];
        rest = &rest[identifier_length + 2..];
        let value_length = (0..rest.len()).find(|&at| identifier_at(&rest[at..]).is_some()).unwrap_or(rest.len());
        let value = &rest[..value_length];
        rest = &rest[value_length..];
        check_value(identifier, value, verify)?;
        for &byte in identifier.as_bytes().iter().chain(value) {
            items(u16::from(byte));
        }
        if !rest.is_empty() && length_fixed(identifier).is_none() {
            items(FNC1);
        }
    }
    Ok(())
}

/// The number of digits if `(` digits `)` stands here.
fn identifier_at(bytes: &[u8]) -> Option<usize> {
    if bytes.first() != Some(&b'(') {
        return None;
    }
    let digits = bytes[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    ((2..=4).contains(&digits) && bytes.get(digits + 1) == Some(&b')')).then_some(digits)
}

/// The length of identifier and value together where it is predefined, so that no separator follows
/// (GS1 General Specifications, figure 7.8.5-2).
fn length_fixed(identifier: &str) -> Option<usize> {
    let first_two = identifier.get(..2)?.parse::<u8>().ok()?;
    match first_two {
        0 => Some(20),
        1..=3 => Some(16),
        4 => Some(18),
        11..=19 => Some(8),
        20 => Some(4),
        31..=36 => Some(10),
        41 => Some(16),
        _ => None,
    }
}

fn check_value(identifier: &str, value: &[u8], verify: bool) -> Result<(), BarcodeError> {
    let fault = |text: String| Err(BarcodeError::Gs1(text));
    if value.is_empty() {
        return fault(format!("({identifier}) has no value"));
    }
    if value.len() > VALUE_CHARACTERS_MAX {
        return fault(format!("({identifier}) has {} characters, at most {VALUE_CHARACTERS_MAX}", value.len()));
    }
    if let Some(length) = length_fixed(identifier) {
        let expected = length - identifier.len();
        if value.len() != expected {
            return fault(format!("({identifier}) takes {expected} digits"));
        }
    }
    gs1_table::check_value(identifier, value, verify).or_else(fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(payload: &str, expected: &str) {
        let mut text = String::new();
        let result = read_elements(payload, true, &mut |item| text.push(if item == FNC1 { '|' } else { item as u8 as char }));
        match result {
            Ok(()) => assert_eq!(text, expected, "{payload}"),
            Err(fault) => assert_eq!(fault.to_string().split_once(": ").unwrap().1, expected, "{payload}"),
        }
    }

    #[test]
    fn separators_follow_values_of_free_length_only() {
        check("(01)09521234543213(17)261231(10)ABC123", "|01095212345432131726123110ABC123");
        check("(10)LOT-9(21)SER/1", "|10LOT-9|21SER/1");
        check("(8008)2601021230(10)X", "|80082601021230|10X");
    }

    #[test]
    fn a_bracket_inside_a_value_is_not_an_identifier() {
        check("(10)A(1)B(x)(21)7", "|10A(1)B(x)|217");
    }

    #[test]
    fn faults_name_the_element() {
        check("0109521234543213", "an application identifier such as `(01)` is expected at the start of every element");
        check("(01)9521234543213", "(01) takes 14 digits");
        check("(17)26123", "(17) takes 6 digits");
        check("(01)09521234543214", "the check digit of (01) is 4, it should be 3");
        check("(17)261331", "`261331` of (17) is no date YYMMDD");
        check("(19)261331", "there is no application identifier (19)");
        check("(10)123456789012345678901", "(10) takes up to 20 characters, this is 21 characters");
        check("(37)12A", "(37) has `A` at position 3, where a digit is expected");
        check("(8013)1987654Ad4X4bL5ttr2310c2K", "(|80131987654Ad4X4bL5ttr2310c2K".get(1..).unwrap_or_default());
        check("(8013)1987654Ad4X4bL5ttr2310c2L", "the check characters of (8013) are wrong");
        check("(10)", "(10) has no value");
        check("(10)A B", "(10) has a character at position 2 that GS1 does not allow");
    }
}
