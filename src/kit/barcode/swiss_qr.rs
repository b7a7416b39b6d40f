//! The Swiss QR code of a QR-bill (SIX, Swiss Implementation Guidelines QR-bill, version 2.3).
//!
//! Takes the lines of the payload, checks every rule of the guidelines, gives modules; and the fields, for the payment part that is
//! printed around the code. Must never know where anything stands on the slip.

use super::{BarcodeError, Eci, OptionDoc, Options, Qr, QrMode, Shape, Symbol, Symbology, check};

/// The Swiss QR code.
pub struct SwissQr;

const NAME: &str = "swiss-qr";
/// Characters of a payload.
const LENGTH_MAX: usize = 997;
const VERSION_MAX: u8 = 25;

impl Symbology for SwissQr {
    fn name(&self) -> &'static str {
        NAME
    }
    fn doc(&self) -> &'static str {
        "The QR code of a Swiss QR-bill (SIX guidelines 2.3): the whole payload, line by line. IBAN, QR-IBAN, reference, amount, addresses and lengths are checked. Level M, bytes, no mark of \
         the character set. `<swiss-qr-bill>` prints the whole payment part."
    }
    fn example(&self) -> &'static str {
        "SPC\n0200\n1\nCH9300762011623852957\nS\nRobert Schneider AG\nRue du Lac\n1268\n2501\nBiel\nCH\n\n\n\n\n\n\n\n199.95\nCHF\n\n\n\n\n\n\n\nNON\n\n\nEPD"
    }
    fn options(&self) -> &'static [OptionDoc] {
        &[]
    }
    fn shape(&self) -> Shape {
        Shape::matrix([200, 500, 2_200], 1)
    }
    fn encode_into(&self, payload: &str, _: &Options, symbol: &mut Symbol) -> Result<(), BarcodeError> {
        read_bill(payload)?;
        let options = Options { mode: QrMode::Byte, eci: Eci::Off, ..Options::default() };
        Qr.encode_into(payload, &options, symbol)?;
        let version = (symbol.width() as u8 - 17) / 4;
        if version > VERSION_MAX {
            return Err(rule(format!("the code needs version {version}, the guidelines allow {VERSION_MAX}")));
        }
        Ok(())
    }
}

/// The fields of a QR-bill.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bill<'p> {
    /// IBAN without blanks.
    pub account: &'p str,
    /// Who is paid.
    pub creditor: Party<'p>,
    /// What is paid, as in the payload; empty if the payer fills it in.
    pub amount: &'p str,
    /// `CHF` or `EUR`.
    pub currency: &'p str,
    /// Who pays, if known.
    pub debtor: Option<Party<'p>>,
    /// The reference without blanks; empty if there is none.
    pub reference: &'p str,
    /// The unstructured message.
    pub message: &'p str,
    /// The structured billing information.
    pub billing: &'p str,
    /// Alternative procedures.
    pub procedures: [&'p str; 2],
}

/// A name and an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Party<'p> {
    /// Name.
    pub name: &'p str,
    /// Street, if it has one.
    pub street: &'p str,
    /// House number, if it has one.
    pub house: &'p str,
    /// Postcode.
    pub postcode: &'p str,
    /// Town.
    pub town: &'p str,
    /// Country, two letters.
    pub country: &'p str,
}

fn rule(rule: impl Into<String>) -> BarcodeError {
    BarcodeError::Rule { symbology: NAME, rule: rule.into() }
}

/// The fields of a payload.
///
/// # Errors
/// The first rule of the guidelines that it breaks.
pub fn read_bill(payload: &str) -> Result<Bill<'_>, BarcodeError> {
    if payload.is_empty() {
        return Err(BarcodeError::Empty);
    }
    let length = payload.chars().count();
    if length > LENGTH_MAX {
        return Err(BarcodeError::TooLong { symbology: NAME, unit: "characters", length, max: LENGTH_MAX });
    }
    let lines = read_lines(payload)?;
    let line = |at: usize| lines.get(at).copied().unwrap_or_default();
    for (at, expected, what) in [(0, "SPC", "type"), (1, "0200", "version"), (2, "1", "coding"), (30, "EPD", "trailer")] {
        if line(at) != expected {
            return Err(rule(format!("the {what} on line {} is `{}`, not `{expected}`", at + 1, line(at))));
        }
    }
    check_characters(payload)?;
    let account = line(3);
    let is_swiss =
        account.len() == 21 && (account.starts_with("CH") || account.starts_with("LI")) && account.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_swiss || !check::is_97(account) {
        let what = if is_swiss { "has wrong check digits" } else { "is not one of 21 characters of CH or LI" };
        return Err(rule(format!("the IBAN `{account}` {what}")));
    }
    let creditor = read_party(&lines[4..11], "creditor")?.ok_or_else(|| rule("the creditor is missing"))?;
    if lines[11..18].iter().any(|line| !line.is_empty()) {
        return Err(rule("the ultimate creditor must stay empty"));
    }
    check_amount(line(18))?;
    if !matches!(line(19), "CHF" | "EUR") {
        return Err(rule(format!("the currency is `{}`, it may be CHF or EUR", line(19))));
    }
    let debtor = read_party(&lines[20..27], "debtor")?;
    check_reference(account, line(27), line(28))?;
    let (message, billing) = (line(29), line(31));
    let both = message.chars().count() + billing.chars().count();
    if both > 140 {
        return Err(rule(format!("message and billing information have {both} characters together, at most 140")));
    }
    if !billing.is_empty() && !is_billing(billing) {
        return Err(rule("the billing information does not begin with `//` and two capitals or digits"));
    }
    let procedures = [line(32), line(33)];
    for (at, procedure) in procedures.iter().enumerate() {
        let length = procedure.chars().count();
        if length > 100 {
            return Err(rule(format!("the alternative procedure {} has {length} characters, at most 100", at + 1)));
        }
    }
    Ok(Bill { account, creditor, amount: line(18), currency: line(19), debtor, reference: line(28), message, billing, procedures })
}

/// The lines; all of them end in the same way, the last does not end.
fn read_lines(payload: &str) -> Result<Vec<&str>, BarcodeError> {
    let separator = if payload.contains("\r\n") { "\r\n" } else { "\n" };
    let lines: Vec<&str> = payload.split(separator).collect();
    if lines.iter().any(|line| line.contains(['\r', '\n'])) {
        return Err(rule("lines end with LF or with CR LF, not with both"));
    }
    if lines.len() < 31 || lines.len() > 34 {
        return Err(rule(format!("31 to 34 lines are expected, these are {}", lines.len())));
    }
    if lines.len() > 31 && lines.last().is_some_and(|line| line.is_empty()) {
        return Err(rule("the last line is empty: nothing follows the last line that is used"));
    }
    Ok(lines)
}

/// Latin as SEPA and SIX have it: Basic Latin, Latin-1, Latin Extended-A, `ȘșȚț` and the euro sign.
fn check_characters(payload: &str) -> Result<(), BarcodeError> {
    let allowed =
        |character: char| matches!(character, '\r' | '\n' | ' '..='~' | '\u{a0}'..='\u{17f}' | '\u{218}'..='\u{21b}' | '€') && character != '\u{ad}';
    match payload.chars().enumerate().find(|(_, character)| !allowed(*character)) {
        Some((at, character)) => Err(BarcodeError::Character { symbology: NAME, character, position: at + 1 }),
        None => Ok(()),
    }
}

fn read_party<'p>(lines: &[&'p str], who: &str) -> Result<Option<Party<'p>>, BarcodeError> {
    if lines.iter().all(|line| line.is_empty()) {
        return Ok(None);
    }
    let [kind, name, street, house, postcode, town, country] = *lines else { unreachable!("an address has seven lines") };
    match kind {
        "S" => {}
        "K" => return Err(rule(format!("the address type of the {who} is K: combined lines are no longer accepted"))),
        _ => return Err(rule(format!("the address type of the {who} is `{kind}`, not `S`"))),
    }
    let fields = [(name, 70, "name"), (street, 70, "street"), (house, 16, "house number"), (postcode, 16, "postcode"), (town, 35, "town")];
    for (text, max, what) in fields {
        let length = text.chars().count();
        if length > max {
            return Err(rule(format!("the {what} of the {who} has {length} characters, at most {max}")));
        }
        if text.is_empty() && !matches!(what, "street" | "house number") {
            return Err(rule(format!("the {who} has no {what}")));
        }
    }
    if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(rule(format!("the country of the {who} is `{country}`, not two capitals")));
    }
    if postcode.starts_with(&format!("{country}-")) {
        return Err(rule(format!("the postcode of the {who} has the country in front")));
    }
    Ok(Some(Party { name, street, house, postcode, town, country }))
}

fn check_amount(text: &str) -> Result<(), BarcodeError> {
    if text.is_empty() {
        return Ok(());
    }
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let Some((whole, cents)) = text.split_once('.').filter(|(whole, cents)| is_number(whole) && is_number(cents)) else {
        return Err(rule(format!("the amount `{text}` is not digits, a dot and two decimals")));
    };
    if cents.len() != 2 {
        return Err(rule(format!("the amount `{text}` has not two decimals")));
    }
    if whole.len() > 1 && whole.starts_with('0') {
        return Err(rule(format!("the amount `{text}` has a leading nought")));
    }
    if whole.len() > 9 {
        return Err(rule(format!("the amount `{text}` is above 999999999.99")));
    }
    if text == "0.00" {
        return Err(rule("the amount is 0.00; the least is 0.01, and a notice that is not paid leaves it to the payment part of its own"));
    }
    Ok(())
}

/// QRR with a QR-IBAN and only with it; positions 5 to 9 of a QR-IBAN are 30000 to 31999.
fn check_reference(account: &str, kind: &str, reference: &str) -> Result<(), BarcodeError> {
    let is_qr_iban = matches!(account.get(4..9).and_then(|institution| institution.parse().ok()), Some(30_000..=31_999));
    match (kind, is_qr_iban) {
        ("QRR", false) => return Err(rule("a reference of type QRR needs a QR-IBAN, whose institution is 30000 to 31999")),
        ("QRR", true) => {
            let digits = check::digits(reference).filter(|digits| digits.len() == 27);
            let Some(digits) = digits else { return Err(rule(format!("the reference `{reference}` has not 27 digits"))) };
            let expected = check::recursive_10(&digits[..26]);
            if digits[26] != expected {
                return Err(rule(format!("the check digit of the reference is {}, it should be {expected}", digits[26])));
            }
        }
        (_, true) => return Err(rule(format!("a QR-IBAN needs a reference of type QRR, this is `{kind}`"))),
        ("SCOR", false) => {
            let is_formed =
                (5..=25).contains(&reference.len()) && reference.starts_with("RF") && reference.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if !is_formed {
                return Err(rule(format!("the reference `{reference}` is no ISO 11649 reference of 5 to 25 characters")));
            }
            if !check::is_97(reference) {
                return Err(rule(format!("the check digits of the reference `{reference}` are wrong")));
            }
        }
        ("NON", false) if !reference.is_empty() => return Err(rule("a reference of type NON is empty")),
        ("NON", false) => {}
        _ => return Err(rule(format!("the type of the reference is `{kind}`, it may be QRR, SCOR or NON"))),
    }
    Ok(())
}

fn is_billing(text: &str) -> bool {
    let scheme = text.strip_prefix("//").and_then(|rest| rest.get(..2));
    scheme.is_some_and(|scheme| scheme.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(change: &[(usize, &str)], expected: &str) {
        let mut lines: Vec<&str> = SwissQr.example().split('\n').collect();
        for (at, text) in change {
            if lines.len() <= *at {
                lines.resize(at + 1, "");
            }
            lines[*at] = text;
        }
        let found = match SwissQr.encode(&lines.join("\n"), &Options::default()) {
            Ok(symbol) => format!("{} modules", symbol.width()),
            Err(fault) => fault.to_string(),
        };
        assert_eq!(found, expected, "{change:?}");
    }

    #[test]
    fn the_rule_that_failed_is_told() {
        check(&[], "45 modules");
        check(&[(3, "CH9300762011623852958")], "swiss-qr: the IBAN `CH9300762011623852958` has wrong check digits");
        check(&[(3, "DE71110220330123456789")], "swiss-qr: the IBAN `DE71110220330123456789` is not one of 21 characters of CH or LI");
        check(&[(3, "CH4431999123000889012")], "swiss-qr: a QR-IBAN needs a reference of type QRR, this is `NON`");
        check(&[(27, "QRR")], "swiss-qr: a reference of type QRR needs a QR-IBAN, whose institution is 30000 to 31999");
        check(&[(27, "SCOR"), (28, "RF1843074570093581")], "swiss-qr: the check digits of the reference `RF1843074570093581` are wrong");
        check(
            &[(3, "CH4431999123000889012"), (27, "QRR"), (28, "210000000003139471430009018")],
            "swiss-qr: the check digit of the reference is 8, it should be 7",
        );
        check(&[(4, "K")], "swiss-qr: the address type of the creditor is K: combined lines are no longer accepted");
        check(&[(9, "")], "swiss-qr: the creditor has no town");
        check(&[(12, "X")], "swiss-qr: the ultimate creditor must stay empty");
        check(&[(18, "1'949.75")], "swiss-qr: the amount `1'949.75` is not digits, a dot and two decimals");
        check(&[(18, "1949.7")], "swiss-qr: the amount `1949.7` has not two decimals");
        check(&[(19, "USD")], "swiss-qr: the currency is `USD`, it may be CHF or EUR");
        check(&[(20, "S")], "swiss-qr: the debtor has no name");
        check(&[(29, "日")], "swiss-qr cannot encode `日` (U+65E5) at position 115");
        check(&[(31, "/S1/")], "swiss-qr: the billing information does not begin with `//` and two capitals or digits");
    }
}
