//! The EPC QR code for SEPA credit transfers (EPC069-12, version 2.1): "GiroCode", "Zahlen mit Code".
//!
//! Takes the lines of the payload, checks the rules, gives modules. Must never make up a field.

use super::{BarcodeError, Eci, OptionDoc, Options, Qr, QrMode, Shape, Symbol, Symbology, check};

/// The EPC QR code.
pub struct EpcQr;

const NAME: &str = "epc-qr";
const BYTES_MAX: usize = 331;
const VERSION_MAX: u8 = 13;

impl Symbology for EpcQr {
    fn name(&self) -> &'static str {
        NAME
    }
    fn doc(&self) -> &'static str {
        "The QR code of a SEPA credit transfer (EPC069-12): the whole payload, line by line. BIC, IBAN, amount, reference and lengths are checked. Level M, at most version 13. `<epc-qr>` puts the payload \
         together."
    }
    fn example(&self) -> &'static str {
        "BCD\n002\n1\nSCT\n\nRed Cross of Belgium\nBE72000000001616\nEUR1\nCHAR\n\nUrgency fund"
    }
    fn options(&self) -> &'static [OptionDoc] {
        &[]
    }
    fn shape(&self) -> Shape {
        Shape::matrix([500, 550, 2_000], 1)
    }
    fn encode_into(&self, payload: &str, _: &Options, symbol: &mut Symbol) -> Result<(), BarcodeError> {
        check_payload(payload)?;
        // The character set of the payload is a field of it; all but UTF-8 that differ from it are not offered.
        let options = Options { mode: QrMode::Byte, eci: Eci::Off, ..Options::default() };
        Qr.encode_into(payload, &options, symbol)?;
        let version = (symbol.width() as u8 - 17) / 4;
        if version > VERSION_MAX {
            return Err(rule(format!("the code needs version {version}, the guidelines allow {VERSION_MAX}")));
        }
        Ok(())
    }
}

fn rule(rule: impl Into<String>) -> BarcodeError {
    BarcodeError::Rule { symbology: NAME, rule: rule.into() }
}

fn check_payload(payload: &str) -> Result<(), BarcodeError> {
    if payload.is_empty() {
        return Err(BarcodeError::Empty);
    }
    if payload.len() > BYTES_MAX {
        return Err(BarcodeError::TooLong { symbology: NAME, unit: "bytes", length: payload.len(), max: BYTES_MAX });
    }
    let separator = if payload.contains("\r\n") { "\r\n" } else { "\n" };
    let lines: Vec<&str> = payload.split(separator).collect();
    if lines.iter().any(|line| line.contains(['\r', '\n'])) {
        return Err(rule("lines end with LF or with CR LF, not with both"));
    }
    if lines.len() < 7 || lines.len() > 12 {
        return Err(rule(format!("7 to 12 lines are expected, these are {}", lines.len())));
    }
    if lines.last().is_some_and(|line| line.is_empty()) {
        return Err(rule("the last line is empty: nothing follows the last line that is used"));
    }
    let line = |at: usize| lines.get(at).copied().unwrap_or_default();
    if line(0) != "BCD" {
        return Err(rule(format!("the first line is `{}`, not `BCD`", line(0))));
    }
    if !matches!(line(1), "001" | "002") {
        return Err(rule(format!("the version is `{}`, it may be 001 or 002", line(1))));
    }
    match line(2) {
        "1" => {}
        "2" | "3" | "4" | "5" | "6" | "7" | "8" if payload.is_ascii() => {}
        "2" | "3" | "4" | "5" | "6" | "7" | "8" => return Err(rule("the text is UTF-8, whose character set is 1")),
        other => return Err(rule(format!("the character set is `{other}`, it may be 1 to 8"))),
    }
    if line(3) != "SCT" {
        return Err(rule(format!("the identification is `{}`, not `SCT`", line(3))));
    }
    check_bic(line(4), line(1) == "001")?;
    check_account(line(6))?;
    check_amount(line(7))?;
    for (at, max, what) in [(5, 70, "name"), (8, 4, "purpose"), (9, 35, "reference"), (10, 140, "text"), (11, 70, "message to the payer")] {
        let length = line(at).chars().count();
        if length > max {
            return Err(rule(format!("the {what} has {length} characters, at most {max}")));
        }
    }
    if line(5).trim().is_empty() {
        return Err(rule("the name of the beneficiary is missing"));
    }
    if !line(8).bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
        return Err(rule(format!("the purpose `{}` is not capitals and digits", line(8))));
    }
    if !line(9).is_empty() && !line(10).is_empty() {
        return Err(rule("there is a structured reference and a text; only one may stand"));
    }
    let reference = line(9);
    if reference.starts_with("RF") && !check::is_97(reference) {
        return Err(rule(format!("the check digits of the reference `{reference}` are wrong")));
    }
    Ok(())
}

/// ISO 9362: six letters, two letters or digits, and three of a branch.
fn check_bic(bic: &str, is_needed: bool) -> Result<(), BarcodeError> {
    let bytes = bic.as_bytes();
    if bytes.is_empty() {
        return if is_needed { Err(rule("version 001 needs a BIC")) } else { Ok(()) };
    }
    let is_formed = matches!(bytes.len(), 8 | 11)
        && bytes[..6].iter().all(u8::is_ascii_uppercase)
        && bytes[6..].iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if is_formed { Ok(()) } else { Err(rule(format!("`{bic}` is no BIC of 8 or 11 characters"))) }
}

fn check_account(iban: &str) -> Result<(), BarcodeError> {
    let is_formed = (15..=34).contains(&iban.len())
        && iban.as_bytes()[..2].iter().all(u8::is_ascii_uppercase)
        && iban.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_formed {
        return Err(rule(format!("`{iban}` is no IBAN")));
    }
    if !check::is_97(iban) {
        return Err(rule(format!("the IBAN `{iban}` has wrong check digits")));
    }
    Ok(())
}

/// Empty, or `EUR` and 0.01 to 999999999.99 with a dot.
fn check_amount(text: &str) -> Result<(), BarcodeError> {
    if text.is_empty() {
        return Ok(());
    }
    let Some(number) = text.strip_prefix("EUR") else {
        return Err(rule(format!("the amount `{text}` does not begin with EUR")));
    };
    let (whole, cents) = number.split_once('.').unwrap_or((number, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_formed = is_number(whole) && is_number(cents) && whole.len() <= 9 && cents.len() <= 2 && !(whole.len() > 1 && whole.starts_with('0'));
    if !is_formed {
        return Err(rule(format!("the amount `{text}` is not EUR and up to nine digits, with a dot and up to two decimals")));
    }
    if number.bytes().all(|byte| matches!(byte, b'0' | b'.')) {
        return Err(rule("the amount is nought, the least is EUR0.01"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(change: &[(usize, &str)], expected: &str) {
        let mut lines: Vec<&str> = EpcQr.example().split('\n').collect();
        for (at, text) in change {
            lines[*at] = text;
        }
        let found = match EpcQr.encode(&lines.join("\n"), &Options::default()) {
            Ok(symbol) => format!("{} modules", symbol.width()),
            Err(fault) => fault.to_string(),
        };
        assert_eq!(found, expected, "{change:?}");
    }

    #[test]
    fn the_rule_that_failed_is_told() {
        check(&[], "37 modules");
        check(&[(1, "001")], "epc-qr: version 001 needs a BIC");
        check(&[(4, "BPOTBEB")], "epc-qr: `BPOTBEB` is no BIC of 8 or 11 characters");
        check(&[(6, "BE72000000001617")], "epc-qr: the IBAN `BE72000000001617` has wrong check digits");
        check(&[(7, "EUR0.00")], "epc-qr: the amount is nought, the least is EUR0.01");
        check(&[(7, "EUR1,50")], "epc-qr: the amount `EUR1,50` is not EUR and up to nine digits, with a dot and up to two decimals");
        check(&[(9, "RF18539007547034")], "epc-qr: there is a structured reference and a text; only one may stand");
        check(&[(9, "RF19539007547034"), (10, "")], "epc-qr: the last line is empty: nothing follows the last line that is used");
        check(&[(8, "GOODS")], "epc-qr: the purpose has 5 characters, at most 4");
    }
}
