//! Characters in the place of others that the alphabet of 7 bits does not have.
//!
//! Takes a text, gives it in that alphabet as far as letters and signs have a plain form: without accents, with straight quotes and
//! short dashes. Must never lose a letter: what has no plain form stays.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::septets;

/// Character, replacement and name, in hexadecimal digits.
const REPLACEMENTS: &str = include_str!("../../../data/sms_replacements.csv");

fn replacements() -> &'static FxHashMap<char, String> {
    static TABLE: LazyLock<FxHashMap<char, String>> = LazyLock::new(|| {
        let row = |line: &str| {
            let mut cells = line.split(',');
            let character = u32::from_str_radix(cells.next()?, 16).ok().and_then(char::from_u32)?;
            let bytes = cells.next()?.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
            Some((character, bytes.map(|byte| byte.map(char::from)).collect::<Option<String>>()?))
        };
        REPLACEMENTS.lines().skip(1).filter_map(row).collect()
    });
    &TABLE
}

/// A text with plain characters in place of those that the alphabet of 7 bits does not have. Signs that are not seen are left out.
pub fn transliterate(text: &str) -> String {
    if text.bytes().all(|byte| byte.is_ascii() && byte != b'`') {
        return text.to_string();
    }
    let mut out = String::with_capacity(text.len());
    // Letters with their accents are one character where there is one: `é` is in the alphabet, `e` with a mark is not.
    for character in text.nfc() {
        if septets(character).is_some() {
            out.push(character);
        } else if let Some(plain) = replacements().get(&character) {
            out.push_str(plain);
        } else if matches!(character, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}') {
            // Soft hyphens and marks of direction are not seen.
        } else {
            let start = out.len();
            out.extend(std::iter::once(character).nfkd().filter(|part| !is_combining_mark(*part)));
            if out[start..].is_empty() || out[start..].chars().any(|part| septets(part).is_none()) {
                out.truncate(start);
                out.push(character);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::sms::{Coding, count};

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(transliterate(text), expected);
    }

    #[test]
    fn signs_of_printed_texts_become_those_of_a_telephone() {
        check("“Pay” — €5…", "\"Pay\" - €5...");
        check("l’été à Paris\u{202F}: 3\u{A0}000 €", "l'été à Paris : 3 000 €");
        check("soft\u{AD}hyphen", "softhyphen");
    }

    #[test]
    fn letters_lose_accents_only_where_they_must() {
        check("Zażółć gęślą jaźń", "Zazolc gesla jazn");
        check("Müller, Ağa, Çelik, façade", "Müller, Aga, Çelik, facade");
        check("e\u{301}", "é");
    }

    #[test]
    fn what_has_no_plain_form_stays() {
        check("Ελληνικά", "Ελληνικά");
        check("東京 😀", "東京 😀");
        assert_eq!(count(&transliterate("Zażółć — ok")).coding, Coding::Gsm7);
    }

    #[test]
    fn every_replacement_is_in_the_alphabet() {
        for (character, plain) in replacements() {
            assert!(septets(*character).is_none(), "{character}");
            assert!(!plain.is_empty() && plain.chars().all(|c| septets(c).is_some()), "{character}");
        }
    }
}
