//! PDF417 (ISO/IEC 15438).
//!
//! Takes text or bytes, gives rows of modules. The compaction is the shortest there is, found by dynamic programming over text,
//! byte and numeric mode. Must never know row heights: a row is one line of the matrix.

use super::pdf417_patterns::PATTERNS;
use super::{BarcodeError, Eci, OptionDoc, Options, Shape, Symbol, Symbology};

/// PDF417.
pub struct Pdf417;

const NAME: &str = "pdf417";
/// Clear modules on all sides.
const QUIET: u8 = 2;
const START: u32 = 0x1FEA8;
const STOP: u32 = 0x3FA29;
const PRIME: u32 = 929;
/// Codewords of a symbol, with the length and the check codewords.
const CODEWORDS_MAX: usize = 928;
const ROWS: std::ops::RangeInclusive<usize> = 3..=90;
/// Most bytes that can be worth an attempt: digits in numeric compaction.
const BYTES_MAX: usize = 2_710;
const PAD: u16 = 900;

impl Symbology for Pdf417 {
    fn name(&self) -> &'static str {
        NAME
    }
    fn doc(&self) -> &'static str {
        "PDF417 (ISO/IEC 15438): stacked rows for up to 1,850 characters; used on forms and identity papers. A row is three modules high."
    }
    fn example(&self) -> &'static str {
        "00012345/0001 of 0003/INSERTS=1010"
    }
    fn options(&self) -> &'static [OptionDoc] {
        &[
            OptionDoc {
                name: "level",
                values: "`auto` or a whole number from 0 to 8",
                doc: "the level of error correction, which adds 2 to 512 codewords; default `auto`: 2 to 5, the more the longer",
            },
            OptionDoc {
                name: "columns",
                values: "`auto` or a whole number from 1 to 30",
                doc: "the columns of data; default `auto`: about three times as wide as high",
            },
            OptionDoc { name: "compact", values: "`true` or `false`", doc: "leave out the right row indicators; default `false`" },
            super::LATIN_1,
            super::ECI,
        ]
    }
    fn shape(&self) -> Shape {
        Shape::matrix([170, 339, 1_000], 3)
    }
    fn encode_into(&self, payload: &str, options: &Options, symbol: &mut Symbol) -> Result<(), BarcodeError> {
        if payload.is_empty() {
            return Err(BarcodeError::Empty);
        }
        if payload.len() > BYTES_MAX {
            return Err(BarcodeError::TooLong { symbology: NAME, unit: "bytes", length: payload.len(), max: BYTES_MAX });
        }
        let (bytes, is_utf_8) = super::bytes_of(NAME, payload, options)?;
        let mut data = vec![0];
        if is_utf_8 && options.eci == Eci::Auto {
            data.extend([927, 26]);
        }
        compact(&bytes, &mut data);
        let level = options.level.unwrap_or(match data.len() {
            0..=40 => 2,
            41..=160 => 3,
            161..=320 => 4,
            _ => 5,
        });
        let checks = 2usize << level;
        let total = data.len() + checks;
        let sizes = match options.columns {
            Some(columns) => Some((usize::from(columns), total.div_ceil(usize::from(columns)).max(*ROWS.start()))),
            None => best_size(total),
        };
        let sizes = sizes.filter(|(columns, rows)| ROWS.contains(rows) && columns * rows <= CODEWORDS_MAX);
        let Some((columns, rows)) = sizes else {
            let max = options.columns.map_or(CODEWORDS_MAX, |columns| (usize::from(columns) * ROWS.end()).min(CODEWORDS_MAX));
            let max = max.saturating_sub(checks);
            return Err(BarcodeError::TooLong { symbology: NAME, unit: "codewords", length: data.len(), max });
        };
        data.resize(columns * rows - checks, PAD);
        data[0] = data.len() as u16;
        data.extend(check_codewords(&data, checks));
        write_rows(&data, columns, rows, usize::from(level), options.compact, symbol);
        Ok(())
    }
}

/// Columns and rows for so many codewords: about three times as wide as high.
fn best_size(total: usize) -> Option<(usize, usize)> {
    let sizes = (1..=30).map(|columns| (columns, total.div_ceil(columns).max(*ROWS.start())));
    let sizes = sizes.filter(|(columns, rows)| ROWS.contains(rows) && columns * rows <= CODEWORDS_MAX);
    sizes.min_by_key(|(columns, rows)| (17 * (columns + 4) as i64 + 1 - 9 * *rows as i64).abs())
}

/// The check codewords: roots 3^1 to 3^`count` modulo 929 (ISO/IEC 15438, 5.10).
fn check_codewords(data: &[u16], count: usize) -> Vec<u16> {
    let mut generator = vec![0u32; count + 1];
    generator[0] = 1;
    let mut root = 1;
    for degree in 0..count {
        root = root * 3 % PRIME;
        for at in (0..=degree).rev() {
            generator[at + 1] = (generator[at + 1] + (PRIME - root) * generator[at]) % PRIME;
        }
    }
    let mut rest = vec![0u32; count];
    for &codeword in data {
        let factor = (u32::from(codeword) + rest[0]) % PRIME;
        rest.rotate_left(1);
        rest[count - 1] = 0;
        for (slot, coefficient) in rest.iter_mut().zip(&generator[1..]) {
            *slot = (*slot + (PRIME - factor) * coefficient) % PRIME;
        }
    }
    rest.into_iter().map(|value| ((PRIME - value) % PRIME) as u16).collect()
}

fn write_rows(codewords: &[u16], columns: usize, rows: usize, level: usize, is_compact: bool, symbol: &mut Symbol) {
    let width = if is_compact { 17 * (columns + 2) + 1 } else { 17 * (columns + 4) + 1 };
    let modules = symbol.begin_matrix(width, rows, QUIET);
    for row in 0..rows {
        let cluster = row % 3;
        let base = 30 * (row / 3);
        let parts = [base + (rows - 1) / 3, base + level * 3 + (rows - 1) % 3, base + columns - 1];
        let (left, right) = (parts[cluster], parts[[2, 0, 1][cluster]]);
        let mut x = 0;
        let mut put = |pattern: u32, length: usize| {
            for bit in (0..length).rev() {
                if pattern >> bit & 1 == 1 {
                    modules.set(x, row);
                }
                x += 1;
            }
        };
        let pattern = |value: usize| 1 << 16 | u32::from(PATTERNS[cluster][value]) << 1;
        put(START, 17);
        put(pattern(left), 17);
        for &codeword in &codewords[row * columns..(row + 1) * columns] {
            put(pattern(usize::from(codeword)), 17);
        }
        if is_compact {
            put(1, 1);
        } else {
            put(pattern(right), 17);
            put(STOP, 18);
        }
    }
}

// ---- compaction

/// The submodes of text compaction.
const ALPHA: usize = 0;
const LOWER: usize = 1;
const MIXED: usize = 2;
const PUNCT: usize = 3;

/// The characters of mixed and punctuation in the order of their values.
const MIXED_SET: &[u8] = b"0123456789&\r\t,:#-.$/+%*=^";
const PUNCT_SET: &[u8] = b";<>@[\\]_`~!\r\t,:\n-.$/\"|*()?{}'";

/// The value of a byte in a submode.
fn value_in(byte: u8, submode: usize) -> Option<u8> {
    let place = |set: &[u8]| set.iter().position(|known| *known == byte).map(|at| at as u8);
    match (submode, byte) {
        (ALPHA | LOWER | MIXED, b' ') => Some(26),
        (ALPHA, b'A'..=b'Z') => Some(byte - b'A'),
        (LOWER, b'a'..=b'z') => Some(byte - b'a'),
        (MIXED, _) => place(MIXED_SET),
        (PUNCT, _) => place(PUNCT_SET),
        _ => None,
    }
}

/// The values that lead from one submode to another.
const LATCHES: [[&[u8]; 4]; 4] =
    [[&[], &[27], &[28], &[28, 25]], [&[28, 28], &[], &[28], &[28, 25]], [&[28], &[27], &[], &[25]], [&[29], &[29, 27], &[29, 28], &[]]];
const SHIFT_PUNCT: u8 = 29;
const SHIFT_ALPHA: u8 = 27;

/// Where a reader stands: text in a submode after an even or odd number of values, bytes, or digits.
const BYTES: usize = 8;
const DIGITS: usize = 9;
const STATES: usize = 10;

/// How a place was reached.
#[derive(Clone, Copy)]
struct Arrival {
    /// In half codewords.
    cost: u32,
    from: (u16, u8),
}

const UNREACHED: Arrival = Arrival { cost: u32::MAX, from: (0, 0) };

/// Appends the shortest compaction.
fn compact(bytes: &[u8], out: &mut Vec<u16>) {
    let n = bytes.len();
    let mut arrivals = vec![[UNREACHED; STATES]; n + 1];
    arrivals[0][ALPHA * 2].cost = 0;
    // The digits that follow each place.
    let mut digits = vec![0usize; n + 1];
    for at in (0..n).rev() {
        digits[at] = if bytes[at].is_ascii_digit() { digits[at + 1] + 1 } else { 0 };
    }
    for at in 0..n {
        for state in 0..STATES {
            let here = arrivals[at][state].cost;
            if here == u32::MAX {
                continue;
            }
            let mut reach = |to_at: usize, to_state: usize, cost: u32| {
                let slot = &mut arrivals[to_at][to_state];
                if here + cost < slot.cost {
                    *slot = Arrival { cost: here + cost, from: (at as u16, state as u8) };
                }
            };
            // What is left of a codeword is filled before a codeword that is no text.
            let (submode, odd) = if state < BYTES { (Some(state / 2), state % 2) } else { (None, 0) };
            for to in 0..4 {
                if let Some(values) = text_step(bytes[at], submode, to) {
                    let before = if submode.is_none() { 2 } else { 0 };
                    let parity = (odd + values) % 2;
                    reach(at + 1, to * 2 + parity, before + values as u32);
                }
            }
            let fill = odd as u32;
            if let Some(submode) = submode {
                reach(at + 1, submode * 2, fill + 4);
            }
            if state != BYTES {
                for length in 1..=n - at {
                    reach(at + length, BYTES, fill + 2 + 2 * (length / 6 * 5 + length % 6) as u32);
                    // Byte compaction within long runs of digits is never shorter.
                    if length > 6 && digits[at + length - 1] > 13 {
                        break;
                    }
                }
            }
            if state != DIGITS {
                for length in 1..=digits[at] {
                    reach(at + length, DIGITS, fill + 2 + 2 * numeric_codewords(length) as u32);
                }
            }
        }
    }
    let ends = &arrivals[n];
    let cost = |state: usize| if ends[state].cost == u32::MAX { u32::MAX } else { ends[state].cost + (state < BYTES && state % 2 == 1) as u32 };
    let last = (0..STATES).min_by_key(|&state| cost(state)).unwrap_or(ALPHA);
    let mut way = vec![(n, last)];
    while let Some(&(at, state)) = way.last().filter(|(at, _)| *at > 0) {
        let (from, from_state) = arrivals[at][state].from;
        way.push((usize::from(from), usize::from(from_state)));
    }
    way.reverse();
    write_way(bytes, &way, out);
}

/// Codewords of so many digits: 15 for 44, one and a third of the rest.
fn numeric_codewords(digits: usize) -> usize {
    digits / 44 * 15 + if digits.is_multiple_of(44) { 0 } else { digits % 44 / 3 + 1 }
}

/// The values a byte takes in text so that the reader ends in `to`; from other modes text begins in alpha.
fn text_step(byte: u8, from: Option<usize>, to: usize) -> Option<usize> {
    let from = from.unwrap_or(ALPHA);
    if value_in(byte, to).is_some() {
        return Some(LATCHES[from][to].len() + 1);
    }
    // A shift leaves the submode as it is.
    let shifted = (to != PUNCT && value_in(byte, PUNCT).is_some()) || (to == LOWER && value_in(byte, ALPHA).is_some());
    shifted.then(|| LATCHES[from][to].len() + 2)
}

fn write_way(bytes: &[u8], way: &[(usize, usize)], out: &mut Vec<u16>) {
    let mut values: Vec<u8> = Vec::new();
    for step in way.windows(2) {
        let ((from, state), (to, to_state)) = (step[0], step[1]);
        let part = &bytes[from..to];
        match to_state {
            BYTES => {
                flush(&mut values, out);
                out.push(if part.len().is_multiple_of(6) { 924 } else { 901 });
                write_bytes(part, out);
            }
            DIGITS => {
                flush(&mut values, out);
                out.push(902);
                write_digits(part, out);
            }
            _ => {
                let submode = to_state / 2;
                let before = if state < BYTES { state / 2 } else { ALPHA };
                let odd = if state < BYTES { state % 2 } else { 0 };
                let plain = text_step(part[0], (state < BYTES).then_some(before), submode).filter(|values| (odd + values) % 2 == to_state % 2);
                let Some(_) = plain.filter(|_| value_in(part[0], submode).is_some() || shift_of(part[0], submode).is_some()) else {
                    // A single byte among text.
                    flush(&mut values, out);
                    out.extend([913, u16::from(part[0])]);
                    continue;
                };
                if state >= BYTES {
                    out.push(900);
                }
                values.extend(LATCHES[before][submode]);
                match value_in(part[0], submode) {
                    Some(value) => values.push(value),
                    None => values.extend(shift_of(part[0], submode).unwrap_or_default()),
                }
            }
        }
    }
    flush(&mut values, out);
}

/// The shift and the value of a byte that another submode has.
fn shift_of(byte: u8, submode: usize) -> Option<[u8; 2]> {
    if submode == LOWER
        && let Some(value) = value_in(byte, ALPHA)
    {
        return Some([SHIFT_ALPHA, value]);
    }
    value_in(byte, PUNCT).filter(|_| submode != PUNCT).map(|value| [SHIFT_PUNCT, value])
}

/// Pairs of values to codewords; an odd one is filled up.
fn flush(values: &mut Vec<u8>, out: &mut Vec<u16>) {
    out.extend(values.chunks(2).map(|pair| u16::from(pair[0]) * 30 + u16::from(pair.get(1).copied().unwrap_or(29))));
    values.clear();
}

fn write_bytes(bytes: &[u8], out: &mut Vec<u16>) {
    let groups = bytes.chunks_exact(6);
    let rest = groups.remainder();
    for group in groups {
        let mut value = group.iter().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
        let mut codewords = [0; 5];
        for slot in codewords.iter_mut().rev() {
            *slot = (value % 900) as u16;
            value /= 900;
        }
        out.extend(codewords);
    }
    out.extend(rest.iter().map(|byte| u16::from(*byte)));
}

fn write_digits(digits: &[u8], out: &mut Vec<u16>) {
    for group in digits.chunks(44) {
        // 45 digits fit no u128; the number is divided as its digits of base 900.
        let mut codewords = vec![0u32; numeric_codewords(group.len())];
        for digit in std::iter::once(&b'1').chain(group) {
            let mut carry = u32::from(digit - b'0');
            for slot in codewords.iter_mut().rev() {
                let value = *slot * 10 + carry;
                *slot = value % 900;
                carry = value / 900;
            }
        }
        out.extend(codewords.into_iter().map(|codeword| codeword as u16));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[track_caller]
    fn check(payload: &str, set: &[(&str, &str)], expected: &str) {
        let mut options = Options::default();
        for (name, value) in set {
            options.set(&Pdf417, name, value).unwrap();
        }
        let text = match Pdf417.encode(payload, &options) {
            Ok(symbol) => Sha256::digest(symbol.text()).iter().map(|byte| format!("{byte:02x}")).collect(),
            Err(fault) => fault.to_string(),
        };
        assert!(text.starts_with(expected), "{payload}: {text}");
    }

    #[test]
    fn agrees_with_two_other_encoders() {
        check("ABCDEFGHIJ", &[("level", "2"), ("columns", "4")], "484400fa702b321d902e");
        check(&"a".repeat(100), &[("level", "3"), ("columns", "6")], "5be5875b7111020bec46");
        check("Mixed: Ab1,2;3\n4", &[("level", "2"), ("columns", "3")], "3c0395a385131c626c9f");
        check(&"9".repeat(44), &[("level", "2"), ("columns", "4")], "d793a4f62a16b9d2364d");
    }

    #[test]
    fn digits_and_bytes_are_compacted() {
        let codewords = |payload: &[u8]| {
            let mut out = Vec::new();
            compact(payload, &mut out);
            out
        };
        // The example of ISO/IEC 15438, 5.4.4.
        assert_eq!(codewords(b"000213298174000"), [902, 1, 624, 434, 632, 282, 200]);
        assert_eq!(codewords(b"PDF417"), [453, 178, 121, 239]);
        assert_eq!(codewords(b"\x01\x02\x03\x04\x05\x06")[0], 924);
        assert_eq!(codewords(b"ABC\xe9DE"), [1, 89, 913, 233, 94]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        check(&"x".repeat(2_000), &[], "the payload has 1002 codewords, pdf417 with these options holds at most 864");
        check("1", &[("level", "8"), ("columns", "1")], "the payload has 2 codewords, pdf417 with these options holds at most 0");
        check("", &[], "the payload is empty");
    }
}
