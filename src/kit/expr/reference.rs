//! Payment references: their check digits, and whether they are right.
//!
//! Takes the kind of a reference and its text, gives it whole or says whether it is. Blanks, and the signs between the groups of a Belgian
//! communication, count nothing. Must never know who pays.

use crate::kit::barcode::check;

/// The kinds that are made from a body without check digits.
pub const MADE: &[&str] = &["iso11649", "qrr", "fi", "luhn", "mod11", "ogm"];
/// The kinds that are known by their check digits.
pub const KNOWN: &[&str] = &["iso11649", "qrr", "fi", "luhn", "mod11", "ogm", "iban"];

/// The kinds of check digits that digits of any length have.
pub const CHECKED: &[&str] = &["mod10", "luhn"];

/// The check digit of some digits; `None` if there are none, or something else among them.
pub fn check_digit(kind: &str, text: &str) -> Option<u8> {
    let digits = check::digits(text).filter(|digits| !digits.is_empty())?;
    Some(if kind == "luhn" { check::luhn(&digits) } else { check::gs1(&digits) })
}

/// Digits of a Swiss QR reference before its check digit.
const QRR_DIGITS: usize = 26;

/// The reference of a body; `None` if it is no body of that kind.
pub fn complete(kind: &str, body: &str) -> Option<String> {
    let body = bare(body);
    let digits = |least: usize, most: usize| check::digits(&body).filter(|digits| (least..=most).contains(&digits.len()));
    match kind {
        "iso11649" => {
            let is_body = (1..=21).contains(&body.len()) && body.bytes().all(|byte| byte.is_ascii_alphanumeric());
            let check = is_body.then(|| check::digits_97("RF", &body)).flatten()?;
            Some(format!("RF{check:02}{body}"))
        }
        "qrr" => {
            digits(1, QRR_DIGITS)?;
            let body = format!("{body:0>QRR_DIGITS$}");
            Some(format!("{body}{}", check::recursive_10(&check::digits(&body)?)))
        }
        "fi" => digits(3, 19).map(|digits| format!("{body}{}", check::finnish(&digits))),
        "luhn" => digits(1, 24).map(|digits| format!("{body}{}", check::luhn(&digits))),
        "mod11" => digits(1, 24).map(|digits| format!("{body}{}", check::mod_11(&digits))),
        "ogm" => {
            let check = check::belgian(&digits(10, 10)?);
            Some(format!("+++{}/{}/{}{check:02}+++", &body[..3], &body[3..7], &body[7..]))
        }
        _ => None,
    }
}

/// Whether a text is a reference of a kind with the right check digits.
pub fn is_right(kind: &str, text: &str) -> bool {
    let text = bare(text);
    // What is not ASCII is no part of any reference, and cannot be cut just anywhere.
    if !text.is_ascii() {
        return false;
    }
    let made_of = |checks: usize| {
        let body = text.len().checked_sub(checks).map(|end| &text[..end]);
        body.and_then(|body| complete(kind, body)).is_some_and(|whole| bare(&whole) == text)
    };
    match kind {
        "iso11649" => text.starts_with("RF") && (5..=25).contains(&text.len()) && check::is_97(&text),
        "qrr" => text.len() == QRR_DIGITS + 1 && made_of(1),
        "fi" | "luhn" | "mod11" => made_of(1),
        "ogm" => made_of(2),
        "iban" => {
            let mut bytes = text.bytes();
            let begins = bytes.by_ref().take(2).all(|byte| byte.is_ascii_uppercase()) && bytes.take(2).all(|byte| byte.is_ascii_digit());
            begins && (15..=34).contains(&text.len()) && check::is_97(&text)
        }
        _ => false,
    }
}

/// A reference without what people write between its groups, in capitals.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '+' | '/' | '*')).map(|c| c.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A body, and the reference that the standards and the banks print of it.
    #[track_caller]
    fn check(kind: &str, body: &str, expected: &str) {
        assert_eq!(complete(kind, body).as_deref(), Some(expected), "{kind}");
        assert!(is_right(kind, expected), "{kind}");
        // Another last digit is never right.
        let at = expected.rfind(|c: char| c.is_ascii_digit()).unwrap();
        let other = if &expected[at..=at] == "0" { "1" } else { "0" };
        assert!(!is_right(kind, &format!("{}{other}{}", &expected[..at], &expected[at + 1..])), "{kind} {expected}");
    }

    #[test]
    fn references_are_those_of_the_banks() {
        check("qrr", "12345678901234567890123456", "123456789012345678901234567");
        check("qrr", "999", "000000000000000000000009999");
        check("qrr", "31415 92653 58979 32384 62643 3", "314159265358979323846264331");
        check("iso11649", "18539007547034", "RF6518539007547034");
        check("iso11649", "a1b2c3d4e5f6g7h8i9j0k", "RF27A1B2C3D4E5F6G7H8I9J0K");
        check("iso11649", "1245", "RF481245");
        check("iso11649", "0", "RF040");
        check("fi", "100", "1009");
        check("fi", "1111111111111111111", "11111111111111111117");
        check("luhn", "1234567", "12345674");
        check("luhn", "2345676", "23456767");
        check("mod11", "12345678", "123456785");
        check("mod11", "987654321", "9876543211");
        check("ogm", "0909337554", "+++090/9337/55493+++");
        check("ogm", "0000000097", "+++000/0000/09797+++");
    }

    #[test]
    fn what_is_none_is_refused() {
        for (kind, body) in [("qrr", "x"), ("qrr", &"1".repeat(27)), ("iso11649", "a-b"), ("iso11649", ""), ("fi", "12"), ("ogm", "1"), ("iban", "1")]
        {
            assert_eq!(complete(kind, body), None, "{kind} {body}");
        }
        for iban in ["CH93 0076 2011 6238 5295 7", "BE68539007547034", "NL91ABNA0417164300", "AT611904300234573201"] {
            assert!(is_right("iban", iban), "{iban}");
            assert!(!is_right("iban", &iban.replace('7', "8")), "{iban}");
        }
        for (kind, text) in [("iban", ""), ("iban", "12345"), ("qrr", "é"), ("fi", "ß"), ("iso11649", "RF"), ("ogm", "€€"), ("luhn", "")] {
            assert!(!is_right(kind, text), "{kind} {text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_looked_at(text in "\\PC{0,40}") {
            for kind in KNOWN {
                let _ = (complete(kind, &text), is_right(kind, &text));
            }
        }
    }
}
