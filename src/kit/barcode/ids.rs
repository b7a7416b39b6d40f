//! Numbers with rules of their own that are printed as Code 128: UPU S10, the USPS tray barcode, the Finnish bank barcode.
//!
//! Takes the whole number, checks what the rules say of it, gives bars. Must never make up a digit but a check digit.

use super::code128::write_set_c;
use super::{BarcodeError, Caption, Code128, OptionDoc, Options, Shape, Symbol, Symbology, check};
use crate::base::date::Date;

const QUIET: u8 = 10;

fn rule(symbology: &'static str, rule: impl Into<String>) -> BarcodeError {
    BarcodeError::Rule { symbology, rule: rule.into() }
}

/// UPU S10 item identifier.
pub struct S10;

impl Symbology for S10 {
    fn name(&self) -> &'static str {
        "s10"
    }
    fn doc(&self) -> &'static str {
        "UPU S10 item identifier as Code 128: service indicator of 2 letters, serial number of 8 digits and its check digit, country of 2 letters."
    }
    fn example(&self) -> &'static str {
        "RR123456785DE"
    }
    fn options(&self) -> &'static [OptionDoc] {
        &[]
    }
    fn shape(&self) -> Shape {
        Shape::bars([190, 353, 1_000], [5_000, 12_500])
    }
    fn captions(&self, payload: &str, _: &Options, symbol: &Symbol) -> Vec<Caption> {
        let text = match payload.len() {
            13 if payload.is_ascii() => format!("{} {} {} {} {}", &payload[..2], &payload[2..5], &payload[5..8], &payload[8..11], &payload[11..]),
            _ => payload.to_string(),
        };
        vec![Caption { text, from: 0, to: symbol.width() as i32 }]
    }
    fn encode_into(&self, payload: &str, _: &Options, symbol: &mut Symbol) -> Result<(), BarcodeError> {
        for (at, character) in payload.chars().enumerate() {
            let is_right = if (2..11).contains(&at) { character.is_ascii_digit() } else { character.is_ascii_uppercase() };
            if !is_right {
                return Err(BarcodeError::Character { symbology: "s10", character, position: at + 1 });
            }
        }
        if payload.len() != 13 {
            return Err(rule("s10", format!("13 characters are expected, these are {}", payload.len())));
        }
        let digits = check::digits(&payload[2..11]).unwrap_or_default();
        let expected = check::s10(&digits[..8]);
        if digits[8] != expected {
            return Err(rule("s10", format!("the check digit is {}, it should be {expected}", digits[8])));
        }
        Code128.encode_into(payload, &Options::default(), symbol)
    }
}

/// The USPS tray barcode of 24 digits.
pub struct TrayBarcode;

const TRAY: &str = "imtb";

impl Symbology for TrayBarcode {
    fn name(&self) -> &'static str {
        TRAY
    }
    fn doc(&self) -> &'static str {
        "USPS Intelligent Mail tray barcode: 24 digits (destination ZIP 5, content identifier 3, processing code 1, mailer and serial number 14, label type 1) as Code 128 set C."
    }
    fn example(&self) -> &'static str {
        "902102427123456000000011"
    }
    fn options(&self) -> &'static [OptionDoc] {
        &[]
    }
    fn shape(&self) -> Shape {
        Shape::bars([190, 381, 1_000], [12_000, 17_780])
    }
    fn encode_into(&self, payload: &str, _: &Options, symbol: &mut Symbol) -> Result<(), BarcodeError> {
        let digits = super::read_digits(TRAY, payload)?;
        if digits.len() != 24 {
            return Err(rule(TRAY, format!("24 digits are expected, these are {}", digits.len())));
        }
        write_set_c(&digits, symbol.begin_bars(QUIET));
        Ok(())
    }
}

/// The Finnish bank barcode, version 4 and 5.
pub struct FinnishBank;

const BANK: &str = "finnish-bank";

impl Symbology for FinnishBank {
    fn name(&self) -> &'static str {
        BANK
    }
    fn doc(&self) -> &'static str {
        "Finnish bank barcode, 54 digits as Code 128 set C. Version 4: `4`, IBAN without `FI` 16, euros 6, cents 2, `000`, reference 20, due date YYMMDD. Version 5: `5`, IBAN 16, euros 6, cents 2, \
         check digits of the RF reference 2, its digits 21, YYMMDD. IBAN, reference and date are checked."
    }
    fn example(&self) -> &'static str {
        "479440520200360820048831500000000086851259619897100612"
    }
    fn options(&self) -> &'static [OptionDoc] {
        &[super::VERIFY]
    }
    fn shape(&self) -> Shape {
        Shape::bars([190, 318, 1_000], [10_000, 10_000])
    }
    fn encode_into(&self, payload: &str, options: &Options, symbol: &mut Symbol) -> Result<(), BarcodeError> {
        let digits = super::read_digits(BANK, payload)?;
        if digits.len() != 54 {
            return Err(rule(BANK, format!("54 digits are expected, these are {}", digits.len())));
        }
        if !options.no_verify {
            check_bank(payload, &digits)?;
        }
        write_set_c(&digits, symbol.begin_bars(QUIET));
        Ok(())
    }
}

/// Finance Finland, bank bar code guide, version 5: the fields of the two versions.
fn check_bank(text: &str, digits: &[u8]) -> Result<(), BarcodeError> {
    if !matches!(digits[0], 4 | 5) {
        return Err(rule(BANK, format!("the version is {}, it may be 4 or 5", digits[0])));
    }
    let iban = format!("FI{}", &text[1..17]);
    if !check::is_97(&iban) {
        return Err(rule(BANK, format!("the check digits of the IBAN `{iban}` are wrong")));
    }
    if digits[0] == 4 {
        let reference = &digits[28..48];
        if digits[25..28].iter().any(|digit| *digit != 0) {
            return Err(rule(BANK, "three noughts stand before the reference of version 4"));
        }
        let (body, last) = reference.split_at(19);
        let expected = check::finnish(body);
        if last[0] != expected {
            return Err(rule(BANK, format!("the check digit of the reference is {}, it should be {expected}", last[0])));
        }
    } else {
        let reference = format!("RF{}{}", &text[25..27], text[27..48].trim_start_matches('0'));
        if !check::is_97(&reference) {
            return Err(rule(BANK, format!("the check digits of the reference `{reference}` are wrong")));
        }
    }
    let date = &text[48..];
    let number = |range: std::ops::Range<usize>| date[range].parse::<u32>().unwrap_or_default();
    let is_date = Date::new(2000 + number(0..2) as i32, number(2..4), number(4..6)).is_some();
    if date != "000000" && !is_date {
        return Err(rule(BANK, format!("`{date}` is no date YYMMDD, nor 000000")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &dyn Symbology, payload: &str, expected: &str) {
        let found = match code.encode(payload, &Options::default()) {
            Ok(symbol) => symbol.text(),
            Err(fault) => fault.to_string(),
        };
        assert_eq!(found, expected, "{payload}");
    }

    #[test]
    fn agrees_with_two_other_encoders() {
        check(
            &TrayBarcode,
            "902102427123456000000011",
            "2112322141212132122222211121331221143121311131233141112122222122222122222312121112422331112",
        );
        check(
            &FinnishBank,
            "479440520200360820048831500000000086851259619897100612",
            "2112321331211311412311132133112222212122221123131322122212311213224212112123212311312122222122222122222122224112121242111122323321112214114113114111132213121222131122321112422331112",
        );
        let fault = |code: &dyn Symbology, payload: &str| code.encode(payload, &Options::default()).unwrap_err().to_string();
        assert_eq!(fault(&TrayBarcode, "90210"), "imtb: 24 digits are expected, these are 5");
        assert_eq!(
            fault(&FinnishBank, "479440520200360820048831500000000086851259619898100612"),
            "finnish-bank: the check digit of the reference is 8, it should be 7"
        );
        assert_eq!(
            fault(&FinnishBank, "478440520200360820048831500000000086851259619897100612"),
            "finnish-bank: the check digits of the IBAN `FI7844052020036082` are wrong"
        );
        assert_eq!(
            fault(&FinnishBank, "479440520200360820048831500000000086851259619897101312"),
            "finnish-bank: `101312` is no date YYMMDD, nor 000000"
        );
    }

    #[test]
    fn an_identifier_is_checked() {
        for id in ["EE876543216CA", "LX473124829FI", "EA111111115AT", "RR000000181CH"] {
            assert!(S10.encode(id, &Options::default()).is_ok(), "{id}");
        }
        check(&S10, "RR123456784DE", "s10: the check digit is 4, it should be 5");
        check(&S10, "RR123456785", "s10: 13 characters are expected, these are 11");
        check(&S10, "R1123456785DE", "s10 cannot encode `1` (U+0031) at position 2");
    }
}
