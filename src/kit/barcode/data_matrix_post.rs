//! Data Matrix symbols whose codewords the posts prescribe: Mailmark 2D of Royal Mail, DV-Freimachung of Deutsche Post.
//!
//! Takes the fields as one text, gives modules. Must never shrink or grow a symbol: the sizes are part of the product.

use datamatrix::{SymbolList, SymbolSize};

use super::data_matrix::{capacity, encode_bytes, write_symbol};
use super::data_matrix_look as look_ahead;
use super::mailmark::is_destination_2d;
use super::{BarcodeError, Caption, OptionDoc, Options, Shape, Symbol, Symbology, check};

/// Clear modules on all sides.
const QUIET: u8 = 4;
const PAD: u8 = 129;
pub(super) const LATCH_C40: u8 = 230;
const LATCH_BASE_256: u8 = 231;
pub(super) const UNLATCH: u8 = 254;

/// Mailmark 2D.
pub struct Mailmark2d {
    name: &'static str,
    doc: &'static str,
    example: &'static str,
    size: SymbolSize,
    characters_max: usize,
}

/// Type 7, 24 by 24 modules.
pub const MAILMARK_7: Mailmark2d = Mailmark2d {
    name: "mailmark-7",
    doc: "Royal Mail Mailmark 2D, type 7: Data Matrix of 24 × 24 modules, 12 mm; 6 characters of customer content. The first 45 characters: `JGB ` 4, information type 1, version `1`, class 1, supply chain 7, \
          item 8, destination 9, service type 1, return postcode 7, 6 blanks.",
    example: "JGB 011000000100000042EC1A1BB1A1SN34RD       ABC123",
    size: SymbolSize::Square24,
    characters_max: 51,
};
/// Type 9, 32 by 32 modules.
pub const MAILMARK_9: Mailmark2d = Mailmark2d {
    name: "mailmark-9",
    doc: "Royal Mail Mailmark 2D, type 9: as type 7, 32 × 32 modules, 16 mm; 45 characters of customer content.",
    example: "JGB 012041234500000002W1A0AX1A 0             https://ex.org/r?x=12345",
    size: SymbolSize::Square32,
    characters_max: 90,
};
/// Type 29, 16 by 48 modules.
pub const MAILMARK_29: Mailmark2d = Mailmark2d {
    name: "mailmark-29",
    doc: "Royal Mail Mailmark 2D, type 29: as type 7, 16 × 48 modules, 8 × 24 mm; 25 characters of customer content.",
    example: "JGB 012041234500000004CR26XH4D 0             www.xyz.com",
    size: SymbolSize::Rect16x48,
    characters_max: 70,
};

/// Characters that the post prescribes.
const PRESCRIBED: usize = 45;

impl Symbology for Mailmark2d {
    fn name(&self) -> &'static str {
        self.name
    }
    fn doc(&self) -> &'static str {
        self.doc
    }
    fn example(&self) -> &'static str {
        self.example
    }
    fn options(&self) -> &'static [OptionDoc] {
        &[]
    }
    fn is_fixed(&self) -> bool {
        true
    }
    fn shape(&self) -> Shape {
        Shape::matrix([400, 500, 700], 1)
    }
    fn encode_into(&self, payload: &str, _: &Options, symbol: &mut Symbol) -> Result<(), BarcodeError> {
        for (at, character) in payload.chars().enumerate() {
            let is_right = match at {
                0..PRESCRIBED => character == ' ' || character.is_ascii_digit() || character.is_ascii_uppercase(),
                _ => character.is_ascii(),
            };
            if !is_right {
                return Err(BarcodeError::Character { symbology: self.name, character, position: at + 1 });
            }
        }
        let length = payload.len();
        if length > self.characters_max {
            return Err(BarcodeError::TooLong { symbology: self.name, unit: "characters", length, max: self.characters_max });
        }
        self.check_fields(payload)?;
        let room = capacity(self.size);
        let Some(mut codewords) = encode_c40_first(payload.as_bytes(), room) else {
            let rule = format!(
                "the customer content needs more room than the {} characters that are left: small letters and signs take two",
                length - PRESCRIBED
            );
            return Err(BarcodeError::Rule { symbology: self.name, rule });
        };
        pad(&mut codewords, room);
        write_symbol(&codewords, self.size, QUIET, symbol);
        Ok(())
    }
}

impl Mailmark2d {
    fn check_fields(&self, text: &str) -> Result<(), BarcodeError> {
        let rule = |rule: String| Err(BarcodeError::Rule { symbology: self.name, rule });
        if text.len() < PRESCRIBED {
            return rule(format!("{PRESCRIBED} characters are prescribed, these are {}", text.len()));
        }
        if !text.starts_with("JGB ") {
            return rule(format!("the first four characters are `{}`, not `JGB `", &text[..4]));
        }
        if &text[5..6] != "1" {
            return rule(format!("the version is `{}`, not 1", &text[5..6]));
        }
        let is_number = |range: std::ops::Range<usize>| text[range].bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(7..14) || !is_number(14..22) {
            return rule(format!("supply chain `{}` and item `{}` are digits", &text[7..14], &text[14..22]));
        }
        if !is_destination_2d(&text[22..31]) {
            return rule(format!("`{}` is no postcode with delivery point, no outward code and not `XY11`", text[22..31].trim_end()));
        }
        if !(b'0'..=b'6').contains(&text.as_bytes()[31]) {
            return rule(format!("the service type is `{}`, it may be 0 to 6", &text[31..32]));
        }
        if !text[39..45].bytes().all(|byte| byte == b' ') {
            return rule(format!("the characters 40 to 45 are reserved and blank, these are `{}`", &text[39..45]));
        }
        Ok(())
    }
}

/// The codewords of a text whose first 45 characters are in C40: the shorter of what the look-ahead of the standard gives, which other
/// encoders give too, and of the shortest tail, if the first does not fit.
fn encode_c40_first(bytes: &[u8], room: usize) -> Option<Vec<u8>> {
    let mut values = Vec::new();
    bytes[..PRESCRIBED].iter().for_each(|byte| put_c40(*byte, &mut values));
    let mut codewords = vec![LATCH_C40];
    put_triples(&values, &mut codewords);
    let mut usual = codewords.clone();
    look_ahead::encode(&bytes[PRESCRIBED..], room, &mut usual);
    if usual.len() <= room {
        return Some(usual);
    }
    codewords.push(UNLATCH);
    codewords.extend(encode_tail(&bytes[PRESCRIBED..])?);
    (codewords.len() <= room).then_some(codewords)
}

pub(super) fn put_triples(values: &[u16], out: &mut Vec<u8>) {
    for triple in values.chunks_exact(3) {
        let value = triple.iter().fold(0u16, |value, part| value * 40 + part) + 1;
        out.extend(value.to_be_bytes());
    }
}

/// The codewords of what follows C40, unpadded.
fn encode_tail(bytes: &[u8]) -> Option<Vec<u8>> {
    // In a symbol that has room to spare the data ends with an unlatch, and the pads are what follows the first pad codeword.
    let (codewords, _) = encode_bytes(bytes, &SymbolList::with_whitelist([SymbolSize::Square52]), None).ok()?;
    let end = (0..codewords.len()).find(|&at| codewords[at] == PAD && is_padding(&codewords, at)).unwrap_or(codewords.len());
    Some(codewords[..end].to_vec())
}

fn is_padding(codewords: &[u8], from: usize) -> bool {
    codewords[from + 1..].iter().zip(from + 1..).all(|(codeword, at)| *codeword == pad_at(at))
}

/// The pad codeword at a place from nought (ISO/IEC 16022, annex B.1).
fn pad_at(at: usize) -> u8 {
    let value = u16::from(PAD) + (149 * (at as u16 + 1)) % 253 + 1;
    (if value > 254 { value - 254 } else { value }) as u8
}

fn pad(codewords: &mut Vec<u8>, capacity: usize) {
    if codewords.len() < capacity {
        codewords.push(PAD);
    }
    while codewords.len() < capacity {
        codewords.push(pad_at(codewords.len()));
    }
}

/// The values of a character in C40 (ISO/IEC 16022, table 5).
pub(super) fn put_c40(byte: u8, values: &mut Vec<u16>) {
    match byte {
        b' ' => values.push(3),
        b'0'..=b'9' => values.push(u16::from(byte - b'0') + 4),
        b'A'..=b'Z' => values.push(u16::from(byte - b'A') + 14),
        0..=31 => values.extend([0, u16::from(byte)]),
        b'!'..=b'/' => values.extend([1, u16::from(byte - b'!')]),
        b':'..=b'@' => values.extend([1, u16::from(byte - b':') + 15]),
        b'['..=b'_' => values.extend([1, u16::from(byte - b'[') + 22]),
        _ => values.extend([2, u16::from(byte) - 96]),
    }
}

/// The Data Matrix of DV-Freimachung and PREMIUMADRESS.
pub struct DeutschePost;

const POST: &str = "deutsche-post";

impl Symbology for DeutschePost {
    fn name(&self) -> &'static str {
        POST
    }
    fn doc(&self) -> &'static str {
        "Data Matrix of Deutsche Post (DV-Freimachung, PREMIUMADRESS): 28 bytes in 22 × 22 modules, 42 in 26 × 26, the label of 15 in 18 × 18, all in Base 256. The payload is the bytes as hexadecimal digits, \
         or fields: `type=18;version=28;customer=5028398445;value=190;date=2017-05-04;product=182;item=14;participation=1;statement=5462`, with `content` (control byte), `custom` \
         (hexadecimal) and `size=42` where they are needed."
    }
    fn example(&self) -> &'static str {
        "type=18;version=28;customer=5028398445;value=190;date=2017-05-04;product=182;item=14;participation=1;statement=5462"
    }
    fn options(&self) -> &'static [OptionDoc] {
        &[]
    }
    fn shape(&self) -> Shape {
        Shape::matrix([400, 423, 450], 1)
    }
    fn captions(&self, payload: &str, _: &Options, symbol: &Symbol) -> Vec<Caption> {
        // The Frankier-ID is made of the fields; a label has none.
        let text = read_payload(payload).ok().filter(|bytes| bytes.len() >= 28).map(|bytes| frankier_id(&bytes)).unwrap_or_default();
        vec![Caption { text, from: 0, to: symbol.width() as i32 }]
    }
    fn encode_into(&self, payload: &str, _: &Options, symbol: &mut Symbol) -> Result<(), BarcodeError> {
        let bytes = read_payload(payload)?;
        let size = match bytes.len() {
            15 => SymbolSize::Square18,
            28 => SymbolSize::Square22,
            42 => SymbolSize::Square26,
            length => return Err(rule(format!("28 or 42 bytes are expected, or 15 of a label; these are {length}"))),
        };
        if !bytes.starts_with(b"DEA") {
            return Err(rule("the first three bytes are not `DEA`"));
        }
        // A length of nought is that of the whole symbol, which all but the label fill (ISO/IEC 16022, 5.2.9).
        let length = if bytes.len() + 2 == capacity(size) { 0 } else { bytes.len() as u8 };
        let mut codewords = vec![LATCH_BASE_256, randomise(length, 2)];
        for (at, &byte) in bytes.iter().enumerate() {
            codewords.push(randomise(byte, at + 3));
        }
        pad(&mut codewords, capacity(size));
        write_symbol(&codewords, size, QUIET, symbol);
        Ok(())
    }
}

fn rule(rule: impl Into<String>) -> BarcodeError {
    BarcodeError::Rule { symbology: POST, rule: rule.into() }
}

/// A codeword of Base 256 at a place from one (ISO/IEC 16022, annex B.2).
fn randomise(byte: u8, place: usize) -> u8 {
    (u16::from(byte) + (149 * place as u16) % 255 + 1) as u8
}

fn read_payload(payload: &str) -> Result<Vec<u8>, BarcodeError> {
    if payload.is_empty() {
        return Err(BarcodeError::Empty);
    }
    if payload.contains('=') {
        return read_fields(payload);
    }
    read_hex(payload)
}

fn read_hex(text: &str) -> Result<Vec<u8>, BarcodeError> {
    let digit = |(at, character): (usize, char)| {
        let value = character.to_digit(16).ok_or(BarcodeError::Character { symbology: POST, character, position: at + 1 });
        value.map(|value| value as u8)
    };
    let digits: Vec<u8> = text.chars().enumerate().map(digit).collect::<Result<_, _>>()?;
    if digits.len() % 2 == 1 {
        return Err(rule(format!("{} hexadecimal digits are no whole bytes", digits.len())));
    }
    Ok(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// The bytes of named fields (sheet of DV-Freimachung: positions 1 to 28 or 42).
fn read_fields(payload: &str) -> Result<Vec<u8>, BarcodeError> {
    let mut bytes = vec![0u8; 28];
    bytes[..3].copy_from_slice(b"DEA");
    let mut seen: Vec<&str> = Vec::new();
    let mut custom = Vec::new();
    for part in payload.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').ok_or_else(|| rule(format!("`{part}` is no `name=value`")))?;
        let (name, value) = (name.trim(), value.trim());
        if seen.contains(&name) {
            return Err(rule(format!("`{name}` stands twice")));
        }
        seen.push(name);
        let range = match name {
            "type" => 3..4,
            "version" => 4..5,
            "customer" => 5..10,
            "value" => 10..12,
            "date" => 12..14,
            "product" => 14..16,
            "item" => 16..19,
            "participation" => 19..20,
            "statement" => 20..22,
            "content" => 22..23,
            "custom" => {
                custom = read_hex(value)?;
                continue;
            }
            "size" => {
                let size: usize = value
                    .parse()
                    .ok()
                    .filter(|size| matches!(size, 28 | 42))
                    .ok_or_else(|| rule(format!("the size is `{value}`, it may be 28 or 42")))?;
                bytes.resize(size, 0);
                continue;
            }
            _ => return Err(rule(format!("there is no field `{name}`"))),
        };
        let number = if name == "date" { day_of_year(value) } else { value.parse::<u64>().ok() };
        let max = (1u64 << (8 * range.len())) - 1;
        let number =
            number.filter(|number| *number <= max).ok_or_else(|| rule(format!("`{value}` is no `{name}`, which has {} bytes", range.len())))?;
        if name == "customer" && value.len() != 10 {
            return Err(rule(format!("the customer number `{value}` has not 10 digits")));
        }
        let length = range.len();
        bytes[range].copy_from_slice(&number.to_be_bytes()[8 - length..]);
    }
    for needed in ["type", "version", "customer", "value", "date", "product", "item"] {
        if !seen.contains(&needed) {
            return Err(rule(format!("the field `{needed}` is missing")));
        }
    }
    if custom.len() > bytes.len() - 23 {
        return Err(rule(format!("`custom` has {} bytes, there is room for {}", custom.len(), bytes.len() - 23)));
    }
    bytes[23..23 + custom.len()].copy_from_slice(&custom);
    Ok(bytes)
}

/// Day of the year and year as one decimal number DDDYY.
fn day_of_year(value: &str) -> Option<u64> {
    let date = crate::base::date::Date::parse_iso(value)?;
    let (year, ..) = date.ymd();
    let first = crate::base::date::Date::new(year, 1, 1)?;
    Some((date.days() - first.days() + 1) as u64 * 100 + (year.rem_euclid(100)) as u64)
}

/// The Frankier-ID of 28 or 42 bytes, printed as 2 4 4 2 4 4: participation 2, customer number without its last two digits 7, statement
/// number 4, item 6, check 1.
fn frankier_id(bytes: &[u8]) -> String {
    let number = |range: std::ops::Range<usize>| bytes[range].iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
    let body = format!("{:02X}{:07X}{:04X}{:06X}", number(19..20), number(5..10) / 100, number(20..22), number(16..19));
    format_frankier_id(&body)
}

fn format_frankier_id(body: &str) -> String {
    let text = format!("{body}{:X}", check::crc_4(body.as_bytes()));
    let mut rest = text.as_str();
    let mut out = String::new();
    for count in [2, 4, 4, 2, 4, 4] {
        let (group, after) = rest.split_at(count.min(rest.len()));
        out.push_str(group);
        out.push(' ');
        rest = after;
    }
    out.push_str(rest);
    out.trim_end().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[track_caller]
    fn check(code: &dyn Symbology, payload: &str, expected: &str) {
        let text = match code.encode(payload, &Options::default()) {
            Ok(symbol) => Sha256::digest(symbol.text()).iter().map(|byte| format!("{byte:02x}")).collect(),
            Err(fault) => fault.to_string(),
        };
        assert!(text.starts_with(expected), "{payload}: {text}");
    }

    #[test]
    fn mailmark_agrees_with_other_encoders() {
        check(&MAILMARK_7, "JGB 012100123412345678AB19XY1A 0             ", "ebbc8cc3d23962815506");
        check(&MAILMARK_7, "JGB 011000000100000042EC1A1BB1A1SN34RD       ABC123", "8db9af1661a9207b90fe");
        check(&MAILMARK_9, "JGB 012041234500000001W1A0AX1A 0             CUSTOMER REF 000123456789 / PAGE 1 OF 3 ABCD", "c4fc030e17ffbd2c7dbc");
        check(&MAILMARK_9, "JGB 012041234500000002W1A0AX1A 0             https://ex.org/r?x=12345", "2494d163ca6fdfd05c10");
        check(&MAILMARK_29, "JGB 012041234500000004CR26XH4D 0             www.xyz.com", "ee1e2b87a86c00505649");
        check(&MAILMARK_29, "JGB 012041234500000005YO17HB5J 0             1234567890123456789012345", "b9906b015c3999417a76");
    }

    #[test]
    fn deutsche_post_is_base_256_of_one_size() {
        let expected = "abf6a2206c88d82bb674927eea45c8c9";
        check(&DeutschePost, "444541121c012bb7456d00be578d00b600000e011556000000000000", expected);
        // The first of the vectors as its fields; 0x578d is 22413, the day 224 of 2013.
        check(
            &DeutschePost,
            "type=18;version=28;customer=5028398445;value=190;date=2013-08-12;product=182;item=14;participation=1;statement=5462",
            expected,
        );
        let bytes = read_payload("444541121c012bb7456d00be578d00b600000e011556000000000000").unwrap();
        assert_eq!(frankier_id(&bytes), "01 2FF4 5D01 55 6000 00E6");
        check(&DeutschePost, "444541", "deutsche-post: 28 or 42 bytes are expected, or 15 of a label; these are 3");
        check(&DeutschePost, "type=18;version=300", "deutsche-post: `300` is no `version`, which has 1 bytes");
        check(&DeutschePost, "type=18", "deutsche-post: the field `version` is missing");
    }

    #[test]
    fn the_rule_that_failed_is_told() {
        check(&MAILMARK_7, "JGB 0121", "mailmark-7: 45 characters are prescribed, these are 8");
        check(&MAILMARK_7, "JGB 022100123412345678AB19XY1A 0             ", "mailmark-7: the version is `2`, not 1");
        check(&MAILMARK_7, "JGB 012100123412345678AB19XY1A 7             ", "mailmark-7: the service type is `7`, it may be 0 to 6");
        check(&MAILMARK_7, "JGB 012100123412345678AB19XY1A 0             abcdef", "mailmark-7: the customer content needs more room");
        check(&MAILMARK_7, "jGB 012100123412345678AB19XY1A 0             ", "mailmark-7 cannot encode `j` (U+006A) at position 1");
    }
}
