//! Australia Post customer barcodes of four states.
//!
//! Takes format control code, sorting code and customer information as one text, gives bars. Must never know addresses.

use std::sync::LazyLock;

use super::field::Field;
use super::{BarcodeError, Customer, OptionDoc, Options, Shape, State, Symbol, Symbology};

/// The customer barcodes of Australia Post.
pub struct AustraliaPost;

const NAME: &str = "auspost";

impl Symbology for AustraliaPost {
    fn name(&self) -> &'static str {
        NAME
    }
    fn doc(&self) -> &'static str {
        "Australia Post: format control code (2 digits: 11 standard, 59 customer 2, 62 customer 3, 45 reply paid, 87 routing, 92 redirection, 00 null), sorting code (8 digits), and for 59 and 62 \
         customer information: 8 or 15 digits, or 5 or 10 characters of letters, digits, blank and `#`."
    }
    fn example(&self) -> &'static str {
        "5932211324Tp001"
    }
    fn options(&self) -> &'static [OptionDoc] {
        &[OptionDoc {
            name: "customer",
            values: "`auto`, `digits` or `characters`",
            doc: "the table of the customer information; default `auto`: digits if there is nothing else",
        }]
    }
    fn shape(&self) -> Shape {
        Shape::AUSTRALIA_POST
    }
    fn encode_into(&self, payload: &str, options: &Options, symbol: &mut Symbol) -> Result<(), BarcodeError> {
        let states = read(payload, options)?;
        let triples: Vec<u16> = states.chunks_exact(3).map(|bars| u16::from(bars[0]) * 16 + u16::from(bars[1]) * 4 + u16::from(bars[2])).collect();
        let checks = FIELD.check_symbols(&triples, 4);
        let checks = checks.iter().flat_map(|check| [check >> 4, check >> 2 & 3, check & 3]).map(|state| state as u8);
        let all = [1, 3].into_iter().chain(states.iter().copied()).chain(checks).chain([1, 3]);
        symbol.begin_states().extend(all.map(|state| [State::Full, State::Ascender, State::Descender, State::Tracker][usize::from(state)]));
        Ok(())
    }
}

static FIELD: LazyLock<Field> = LazyLock::new(|| Field::new(0x43));

/// Everything between the start and the check symbols.
fn read(payload: &str, options: &Options) -> Result<Vec<u8>, BarcodeError> {
    let rule = |text: String| Err(BarcodeError::Rule { symbology: NAME, rule: text });
    let at = |position: usize, character: char| BarcodeError::Character { symbology: NAME, character, position: position + 1 };
    if let Some((position, character)) = payload.chars().take(10).enumerate().find(|(_, character)| !character.is_ascii_digit()) {
        return Err(at(position, character));
    }
    if payload.len() < 10 {
        return rule(format!("a format control code of 2 and a sorting code of 8 digits are expected, these are {}", payload.len()));
    }
    let (code, rest) = payload.split_at(2);
    let (sorting, customer) = rest.split_at(8);
    // Bars of the customer information, and how many digits or characters it may have.
    let (bars, digits_max, characters_max) = match code {
        "11" | "45" | "87" | "92" | "00" => (0, 0, 0),
        "59" => (16, 8, 5),
        "62" => (31, 15, 10),
        _ => return rule(format!("there is no format control code {code}; there are 11, 45, 59, 62, 87, 92 and 00")),
    };
    if code == "00" && sorting != "00000000" {
        return rule("the null format has a sorting code of noughts only".into());
    }
    if bars == 0 && !customer.is_empty() {
        return rule(format!("format {code} has no customer information"));
    }
    let is_number = customer.bytes().all(|byte| byte.is_ascii_digit());
    let as_digits = match options.customer {
        Customer::Auto => is_number,
        Customer::Digits => true,
        Customer::Characters => false,
    };
    let (max, unit) = if as_digits { (digits_max, "digits of customer information") } else { (characters_max, "characters of customer information") };
    let length = customer.chars().count();
    if length > max {
        return Err(BarcodeError::TooLong { symbology: NAME, unit, length, max });
    }
    let mut states = Vec::with_capacity(60);
    for byte in code.bytes().chain(sorting.bytes()) {
        put_digit(byte - b'0', &mut states);
    }
    let start = states.len();
    for (position, character) in customer.chars().enumerate() {
        match (as_digits, character) {
            (true, '0'..='9') => put_digit(character as u8 - b'0', &mut states),
            (false, _) => states.extend(character_of(character).ok_or_else(|| at(position + 10, character))?),
            (true, _) => return Err(at(position + 10, character)),
        }
    }
    // Without customer information there is one bar to fill the last triple.
    states.resize(start + if bars == 0 { 1 } else { bars }, 3);
    Ok(states)
}

fn put_digit(digit: u8, states: &mut Vec<u8>) {
    states.extend(if digit == 9 { [3, 0] } else { [digit / 3, digit % 3] });
}

/// The three bars of a character. Triples whose last two bars are no trackers are capitals and digits, the rest are blank,
/// `#` and small letters, each in ascending order.
fn character_of(character: char) -> Option<[u8; 3]> {
    let place = match character {
        'A'..='Z' => (true, character as u8 - b'A'),
        '0'..='9' => (true, character as u8 - b'0' + 26),
        ' ' => (false, 0),
        '#' => (false, 1),
        'a'..='z' => (false, character as u8 - b'a' + 2),
        _ => return None,
    };
    let triples = (0..64u8).map(|value| [value >> 4, value >> 2 & 3, value & 3]);
    triples.filter(|[_, second, third]| (*second < 3 && *third < 3) == place.0).nth(usize::from(place.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(payload: &str, customer: Customer, expected: &str) {
        let found = match AustraliaPost.encode(payload, &Options { customer, ..Options::default() }) {
            Ok(symbol) => symbol.text(),
            Err(fault) => fault.to_string(),
        };
        assert_eq!(found, expected, "{payload}");
    }

    #[test]
    fn agrees_with_other_encoders() {
        check("1196184209", Customer::Auto, "ATFAFATFDFFADDAAFDFFTFTDFFTDADADTADAT");
        check("5932211324Tp001", Customer::Auto, "ATADTFAFFDFDFAFAAFFDAADFADTFDDDDDDTFFTDDTATDFFTDFFAT");
        check("59564391110", Customer::Digits, "ATADTFADDFAAAFTFFAFAFAFFTTTTTTTTTTTTTTFAFDTADFFATTAT");
        check("6239987520a1B2c3D4 #", Customer::Characters, "ATDFFDAFTFTFDDDAADFDFFFDTTFFFFATFAFTATFDFAFTAFFFTFATTTDFADADTFAAFAT");
        check("9239549554", Customer::Auto, "ATTFFDAFTFADAATFADADAATFDFDTDAFAAADAT");
    }

    #[test]
    fn the_rule_that_failed_is_told() {
        check("1212345678", Customer::Auto, "auspost: there is no format control code 12; there are 11, 45, 59, 62, 87, 92 and 00");
        check("11123456781", Customer::Auto, "auspost: format 11 has no customer information");
        check("5912345678ABCDEF", Customer::Auto, "the payload has 6 characters of customer information, auspost with these options holds at most 5");
        check("5912345678AB-", Customer::Auto, "auspost cannot encode `-` (U+002D) at position 13");
        check("0012345678", Customer::Auto, "auspost: the null format has a sorting code of noughts only");
        check("11A2345678", Customer::Auto, "auspost cannot encode `A` (U+0041) at position 3");
    }
}
