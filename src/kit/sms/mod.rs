//! Text messages: their alphabet, their segments, and what stands for characters it lacks (3GPP TS 23.038, 23.040).
//!
//! Takes a text, gives how it is coded and in how many segments, and the same text in characters that cost less. Must never know
//! who sends it.

mod transliterate;

pub use transliterate::transliterate;

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// The characters of the default alphabet and its extension (3GPP TS 23.038, 6.2.1): code, character, table.
const ALPHABET: &str = include_str!("../../../data/gsm0338.csv");

/// What a message holds: of one segment, and of each of several (3GPP TS 23.040, 9.2.3.24.1: six bytes number the parts).
const SEPTETS: (usize, usize) = (160, 153);
/// The same in UTF-16 units.
const UNITS: (usize, usize) = (70, 67);
/// Most segments of one message: their number is one byte.
pub const SEGMENTS_MAX: u32 = 255;

/// How a message is coded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Coding {
    /// In septets of the default alphabet.
    #[default]
    Gsm7,
    /// In UTF-16, which gateways call UCS-2.
    Ucs2,
}

impl Coding {
    /// The word gateways use: `GSM-7` or `UCS-2`.
    pub fn name(self) -> &'static str {
        match self {
            Coding::Gsm7 => "GSM-7",
            Coding::Ucs2 => "UCS-2",
        }
    }
}

/// The length of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Count {
    /// How it is coded.
    pub coding: Coding,
    /// Septets or UTF-16 units.
    pub units: usize,
    /// The messages it is sent as; 0 for an empty text.
    pub segments: u32,
}

/// Septets of each character of the alphabet: 1, or 2 where an escape stands before it.
fn alphabet() -> &'static FxHashMap<char, u8> {
    static TABLE: LazyLock<FxHashMap<char, u8>> = LazyLock::new(|| {
        let row = |line: &str| {
            let mut cells = line.split(',').skip(1);
            let character = u32::from_str_radix(cells.next()?, 16).ok().and_then(char::from_u32)?;
            Some((character, if cells.next()? == "extension" { 2 } else { 1 }))
        };
        ALPHABET.lines().skip(1).filter_map(row).collect()
    });
    &TABLE
}

/// Septets that a character takes in the default alphabet, if it has it.
pub fn septets(character: char) -> Option<u8> {
    alphabet().get(&character).copied()
}

/// How a text is coded, and in how many segments. No escape and no pair of surrogates is divided between two.
pub fn count(text: &str) -> Count {
    let all: Option<usize> = text.chars().map(|character| septets(character).map(usize::from)).sum();
    match all {
        Some(units) => {
            let segments = segments(text.chars().map(|character| usize::from(septets(character).unwrap_or(1))), units, SEPTETS);
            Count { coding: Coding::Gsm7, units, segments }
        }
        None => {
            let units = text.chars().map(char::len_utf16).sum();
            Count { coding: Coding::Ucs2, units, segments: segments(text.chars().map(char::len_utf16), units, UNITS) }
        }
    }
}

fn segments(lengths: impl Iterator<Item = usize>, units: usize, (single, part): (usize, usize)) -> u32 {
    if units <= single {
        return u32::from(units > 0);
    }
    let (mut segments, mut filled) = (1, 0);
    for length in lengths {
        if filled + length > part {
            segments += 1;
            filled = 0;
        }
        filled += length;
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, coding: Coding, units: usize, segments: u32) {
        assert_eq!(count(text), Count { coding, units, segments }, "{text:?}");
    }

    #[test]
    fn the_alphabet_is_that_of_the_standard() {
        assert_eq!(alphabet().len(), 137);
        assert_eq!((septets('@'), septets('€'), septets('ç'), septets('Ç'), septets('`')), (Some(1), Some(2), None, Some(1), None));
    }

    #[test]
    fn segments_are_those_of_other_counters() {
        let a = |count| "a".repeat(count);
        check("", Coding::Gsm7, 0, 0);
        check("Hello", Coding::Gsm7, 5, 1);
        for (length, segments) in [(160, 1), (161, 2), (306, 2), (307, 3)] {
            check(&a(length), Coding::Gsm7, length, segments);
        }
        check(&"€".repeat(80), Coding::Gsm7, 160, 1);
        check(&"€".repeat(81), Coding::Gsm7, 162, 2);
        check("Ž", Coding::Ucs2, 1, 1);
        check(&"Ž".repeat(70), Coding::Ucs2, 70, 1);
        check(&"Ž".repeat(71), Coding::Ucs2, 71, 2);
        check(&"😀".repeat(35), Coding::Ucs2, 70, 1);
        check(&"😀".repeat(36), Coding::Ucs2, 72, 2);
        check(&"é".repeat(160), Coding::Gsm7, 160, 1);
        check("ÇA VA", Coding::Gsm7, 5, 1);
        check("[test]", Coding::Gsm7, 8, 1);
        check("line1\nline2", Coding::Gsm7, 11, 1);
        check("Ελληνικά", Coding::Ucs2, 8, 1);
        check("ΔΦΓ", Coding::Gsm7, 3, 1);
    }

    #[test]
    fn no_pair_is_divided() {
        // The 153rd septet would be the escape of the euro sign, and the 67th unit half of the emoji.
        check(&format!("{}€{}", "a".repeat(152), "b".repeat(152)), Coding::Gsm7, 306, 3);
        check(&format!("{}😀{}", "a".repeat(66), "b".repeat(66)), Coding::Ucs2, 134, 3);
    }
}
