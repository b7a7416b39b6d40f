//! The codewords of a Micro QR symbol (ISO/IEC 18004, 7.4 and 7.5).
//!
//! Takes text, gives the bits of data and error correction in the smallest version that has room. Must never know where a module is.

use super::qr_segments::ALPHANUMERIC;
use super::{BarcodeError, ErrorCorrection, Options};

/// A version of Micro QR with a level of error correction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Format {
    /// 1 to 4.
    pub(super) version: u8,
    level: ErrorCorrection,
    /// Bits of data (table 7); those of M1 and M3 end with half a codeword.
    data_bits: usize,
    /// Codewords of error correction (table 9).
    correction: usize,
    /// The number that the format information has for it (table 13).
    pub(super) number: u32,
}

const fn format(number: u32, version: u8, level: ErrorCorrection, data_bits: usize, correction: usize) -> Format {
    Format { version, level, data_bits, correction, number }
}

/// Every format. M1 has no level: it detects damage and repairs none.
const FORMATS: [Format; 8] = [
    format(0, 1, ErrorCorrection::L, 20, 2),
    format(1, 2, ErrorCorrection::L, 40, 5),
    format(2, 2, ErrorCorrection::M, 32, 6),
    format(3, 3, ErrorCorrection::L, 84, 6),
    format(4, 3, ErrorCorrection::M, 68, 8),
    format(5, 4, ErrorCorrection::L, 128, 8),
    format(6, 4, ErrorCorrection::M, 112, 10),
    format(7, 4, ErrorCorrection::Q, 80, 14),
];

/// What all characters of a payload are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    Numeric,
    Alphanumeric,
    Byte,
}

impl Mode {
    /// The first version that has it.
    fn version_min(self) -> u8 {
        match self {
            Mode::Numeric => 1,
            Mode::Alphanumeric => 2,
            Mode::Byte => 3,
        }
    }

    /// Its indicator, as wide as the version less one, and the bits of the count of characters (tables 2 and 3).
    fn head(self, version: u8) -> (u32, usize) {
        let version = usize::from(version);
        match self {
            Mode::Numeric => (0, version + 2),
            Mode::Alphanumeric => (1, version + 1),
            Mode::Byte => (2, version + 1),
        }
    }
}

/// The format of a payload and the bits of its codewords, in the order they are placed.
pub(super) fn encode(payload: &str, bytes: &[u8], options: &Options) -> Result<(Format, Vec<bool>), BarcodeError> {
    let mode = match payload {
        text if text.bytes().all(|byte| byte.is_ascii_digit()) => Mode::Numeric,
        text if text.chars().all(|character| ALPHANUMERIC.contains(character)) => Mode::Alphanumeric,
        _ => Mode::Byte,
    };
    let is_asked = |format: &&Format| format.level == options.error_correction && options.version.is_none_or(|version| version == format.version);
    let formats: Vec<&Format> = FORMATS.iter().filter(is_asked).collect();
    let Some(largest) = formats.last() else {
        let rule = "M1 takes level L alone, M2 and M3 L and M, M4 L, M and Q".to_string();
        return Err(BarcodeError::Rule { symbology: "micro-qr", rule });
    };
    let mut needed = 0;
    for format in formats.iter().filter(|format| format.version >= mode.version_min()) {
        let bits = data_bits(mode, payload, bytes, format.version);
        needed = bits.as_ref().map_or(usize::MAX, Vec::len);
        if let Some(bits) = bits.filter(|bits| bits.len() <= format.data_bits) {
            return Ok((**format, with_correction(padded(bits, format), format)));
        }
    }
    if needed == 0 || needed == usize::MAX {
        let rule = format!("M{} has no room for `{payload}`", largest.version);
        return Err(BarcodeError::Rule { symbology: "micro-qr", rule });
    }
    Err(BarcodeError::TooLong { symbology: "micro-qr", unit: "bits", length: needed, max: largest.data_bits })
}

/// The bits of a payload; `None` if the count of its characters has no room.
fn data_bits(mode: Mode, payload: &str, bytes: &[u8], version: u8) -> Option<Vec<bool>> {
    let mut bits = Vec::new();
    let (indicator, count_bits) = mode.head(version);
    let count = if mode == Mode::Byte { bytes.len() } else { payload.len() };
    push(indicator, usize::from(version) - 1, &mut bits);
    push(u32::try_from(count).ok().filter(|count| *count < 1 << count_bits)?, count_bits, &mut bits);
    match mode {
        Mode::Numeric => {
            for group in payload.as_bytes().chunks(3) {
                let value = group.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
                push(value, group.len() * 3 + 1, &mut bits);
            }
        }
        Mode::Alphanumeric => {
            let values: Vec<u32> = payload.chars().filter_map(|character| ALPHANUMERIC.find(character)).map(|at| at as u32).collect();
            for pair in values.chunks(2) {
                match pair {
                    [first, second] => push(first * 45 + second, 11, &mut bits),
                    single => push(single[0], 6, &mut bits),
                }
            }
        }
        Mode::Byte => bytes.iter().for_each(|byte| push(u32::from(*byte), 8, &mut bits)),
    }
    Some(bits)
}

/// The data with its terminator and pad codewords (7.4.9 and 7.4.10).
fn padded(mut bits: Vec<bool>, format: &Format) -> Vec<bool> {
    let terminator = usize::from(format.version) * 2 + 1;
    bits.resize((bits.len() + terminator).min(format.data_bits), false);
    // The last codeword of M1 and M3 has four bits, and is filled with nought.
    let whole = format.data_bits / 8 * 8;
    if bits.len() < whole {
        bits.resize(bits.len().next_multiple_of(8), false);
        for pad in [0xEC, 0x11].into_iter().cycle().take((whole - bits.len()) / 8) {
            push(pad, 8, &mut bits);
        }
    }
    bits.resize(format.data_bits, false);
    bits
}

fn with_correction(mut bits: Vec<bool>, format: &Format) -> Vec<bool> {
    // Half a codeword counts as one whose second half is nought.
    let value = |part: &[bool]| part.iter().zip((0..8).rev()).fold(0, |value: u8, (bit, place)| value | u8::from(*bit) << place);
    let data: Vec<u8> = bits.chunks(8).map(value).collect();
    for codeword in correction(&data, format.correction) {
        push(u32::from(codeword), 8, &mut bits);
    }
    bits
}

/// The remainder of the data by the generator polynomial (annex A): Reed and Solomon over GF(2^8) with x^8 + x^4 + x^3 + x^2 + 1.
fn correction(data: &[u8], count: usize) -> Vec<u8> {
    let mut generator = vec![0; count];
    generator[count - 1] = 1;
    let mut root = 1;
    for _ in 0..count {
        for at in 0..count {
            generator[at] = times(generator[at], root) ^ generator.get(at + 1).copied().unwrap_or(0);
        }
        root = times(root, 2);
    }
    let mut rest = vec![0; count];
    for byte in data {
        let factor = byte ^ rest.remove(0);
        rest.push(0);
        for (slot, coefficient) in rest.iter_mut().zip(&generator) {
            *slot ^= times(*coefficient, factor);
        }
    }
    rest
}

fn times(a: u8, b: u8) -> u8 {
    (0..8).rev().fold(0, |product: u8, bit| {
        let doubled = product << 1 ^ if product & 0x80 != 0 { 0x1D } else { 0 };
        if b >> bit & 1 == 1 { doubled ^ a } else { doubled }
    })
}

fn push(value: u32, count: usize, bits: &mut Vec<bool>) {
    bits.extend((0..count).rev().map(|bit| value >> bit & 1 == 1));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_codeword_is_the_upper_half() {
        let options = Options { error_correction: ErrorCorrection::L, ..Options::default() };
        let (format, bits) = encode("12345", b"12345", &options).unwrap();
        let text: String = bits.iter().map(|bit| if *bit { '1' } else { '0' }).collect();
        // As another encoder has it, which ZXing reads.
        assert_eq!((format.version, text.as_str()), (1, "101000111101101011010110111011000111"));
    }

    #[test]
    fn the_example_of_the_standard() {
        // ISO/IEC 18004, annex I.3.
        let options = Options { error_correction: ErrorCorrection::L, ..Options::default() };
        let (format, bits) = encode("01234567", b"01234567", &options).unwrap();
        let text: String = bits.iter().map(|bit| if *bit { '1' } else { '0' }).collect();
        assert_eq!(format.version, 2);
        assert_eq!(text, "01000000000110001010110011000011000000001000011000001101001000101010111000110000");
    }
}
