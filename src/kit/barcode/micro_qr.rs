//! Micro QR Code (ISO/IEC 18004).
//!
//! Takes text, gives modules: one finder, timing along two edges, format information around the finder. Must never know payment formats.

use super::micro_qr_data::{Format, encode};
use super::{BarcodeError, Mask, Matrix, OptionDoc, Options, Shape, Symbol, Symbology, bytes_of};
use crate::base::limits::LINEAR_BARCODE_BYTES_MAX;

/// Micro QR Code.
pub struct MicroQr;

/// Clear modules on all sides (ISO/IEC 18004, 5.3.8).
const QUIET: u8 = 2;
/// Modules of the finder with its separator and the format information.
const CORNER: usize = 9;

impl Symbology for MicroQr {
    fn name(&self) -> &'static str {
        "micro-qr"
    }
    fn doc(&self) -> &'static str {
        "Micro QR Code (ISO/IEC 18004): up to 35 digits, 21 digits, capitals and signs, or 15 bytes on 11 to 17 modules. Read by scanners of the trade, \
         not by every phone."
    }
    fn example(&self) -> &'static str {
        "01234567"
    }
    fn options(&self) -> &'static [OptionDoc] {
        &[
            OptionDoc {
                name: "error-correction",
                values: "`L`, `M` or `Q`",
                doc: "how much damage can be repaired: 7, 15 or 25 %; default `M`. `L` has M1 for up to 5 digits, which detects damage alone; `Q` needs M4",
            },
            OptionDoc { name: "version", values: "`auto` or a whole number from 1 to 4", doc: "the only version, M1 to M4; default `auto`" },
            OptionDoc {
                name: "mask",
                values: "`best` or a whole number from 0 to 3",
                doc: "the mask pattern; default `best`, the one the standard asks for",
            },
            super::LATIN_1,
        ]
    }
    fn shape(&self) -> Shape {
        Shape::matrix([250, 353, 50_000], 1).of_a_point()
    }

    fn encode_into(&self, payload: &str, options: &Options, symbol: &mut Symbol) -> Result<(), BarcodeError> {
        if payload.is_empty() {
            return Err(BarcodeError::Empty);
        }
        if payload.len() > LINEAR_BARCODE_BYTES_MAX {
            return Err(BarcodeError::TooLong { symbology: "micro-qr", unit: "bytes", length: payload.len(), max: LINEAR_BARCODE_BYTES_MAX });
        }
        let (bytes, _) = bytes_of("micro-qr", payload, options)?;
        let (format, bits) = encode(payload, &bytes, options)?;
        let size = usize::from(format.version) * 2 + 9;
        let masks = match options.mask {
            Mask::Best => 0..4,
            Mask::Fixed(mask) if mask < 4 => mask..mask + 1,
            Mask::Fixed(mask) => {
                return Err(BarcodeError::OptionValue { name: "mask", value: mask.to_string(), expected: "`best` or a whole number from 0 to 3" });
            }
        };
        let symbols = masks.map(|mask| draw(size, &bits, format, mask));
        // The highest score, and of equal ones the first.
        let best = symbols.rev().max_by_key(score).unwrap_or_default();
        *symbol.begin_matrix(size, size, QUIET) = best;
        Ok(())
    }
}

fn draw(size: usize, bits: &[bool], format: Format, mask: u8) -> Matrix {
    let mut modules = Matrix::default();
    modules.reset(size, size);
    for at in 0..size {
        // The finder, and from its separator on the timing patterns.
        if at < 7 {
            for other in 0..7 {
                let ring = at.min(6 - at).min(other).min(6 - other);
                if ring != 1 {
                    modules.set(at, other);
                }
            }
        } else if at % 2 == 0 {
            modules.set(at, 0);
            modules.set(0, at);
        }
    }
    let information = information(format.number << 2 | u32::from(mask));
    for bit in 0..15 {
        // Along the row below the finder, then up the column beside it.
        let (x, y) = if bit < 8 { (bit + 1, 8) } else { (8, 15 - bit) };
        if information >> (14 - bit) & 1 == 1 {
            modules.set(x, y);
        }
    }
    for ((x, y), bit) in places(size).zip(bits) {
        if *bit != is_masked(mask, x, y) {
            modules.set(x, y);
        }
    }
    modules
}

/// The modules of the codewords in their order: pairs of columns from the right, upwards and downwards in turn (7.7.3).
fn places(size: usize) -> impl Iterator<Item = (usize, usize)> {
    let pairs = (1..size).step_by(2).map(move |left| size - 1 - left).enumerate();
    let all = pairs.flat_map(move |(index, left)| {
        (0..size).flat_map(move |step| {
            let y = if index % 2 == 0 { size - 1 - step } else { step };
            [(left + 1, y), (left, y)]
        })
    });
    all.filter(|(x, y)| *x > 0 && *y > 0 && (*x >= CORNER || *y >= CORNER))
}

/// Whether a mask turns a module (table 10).
fn is_masked(mask: u8, x: usize, y: usize) -> bool {
    let value = match mask {
        0 => y,
        1 => y / 2 + x / 3,
        2 => x * y % 2 + x * y % 3,
        _ => (x + y) % 2 + x * y % 3,
    };
    value.is_multiple_of(2)
}

/// The format information with its error correction and mask (annex C).
fn information(data: u32) -> u32 {
    let rest = (0..5).rev().fold(data << 10, |rest, bit| if rest >> (bit + 10) & 1 == 1 { rest ^ 0b101_0011_0111 << bit } else { rest });
    (data << 10 | rest) ^ 0b100_0100_0100_0101
}

/// How dark the two edges without timing are (7.8.3.2).
fn score(modules: &Matrix) -> usize {
    let last = modules.width() - 1;
    let right = (1..=last).filter(|y| modules.is_dark(last, *y)).count();
    let lower = (1..=last).filter(|x| modules.is_dark(*x, last)).count();
    right.min(lower) * 16 + right.max(lower)
}

#[cfg(test)]
mod tests {
    use super::super::ErrorCorrection;
    use super::*;

    #[track_caller]
    fn check(payload: &str, error_correction: ErrorCorrection, width: usize) {
        let options = Options { error_correction, ..Options::default() };
        assert_eq!(MicroQr.encode(payload, &options).unwrap().width(), width, "{payload}");
    }

    #[test]
    fn the_smallest_version_with_room_is_taken() {
        use ErrorCorrection::{L, M, Q};
        check("12345", L, 11);
        check("123456", L, 13);
        check("1", M, 13);
        check("ABC", M, 13);
        check("abc", M, 15);
        check(&"1".repeat(35), L, 17);
        check("123456789012345678901", Q, 17);
        check("ABCDEFGHIJKLMNOPQRSTU", L, 17);
        check("fifteen bytes !", L, 17);
    }

    #[test]
    fn what_has_no_room_is_refused() {
        let fault = |payload: &str, options: Options| MicroQr.encode(payload, &options).unwrap_err().to_string();
        let of = |error_correction, version| Options { error_correction, version, ..Options::default() };
        assert_eq!(
            fault("sixteen bytes...", of(ErrorCorrection::L, None)),
            "the payload has 136 bits, micro-qr with these options holds at most 128"
        );
        assert_eq!(fault("a", of(ErrorCorrection::L, Some(1))), "micro-qr: M1 has no room for `a`");
        assert_eq!(fault("1", of(ErrorCorrection::H, None)), "micro-qr: M1 takes level L alone, M2 and M3 L and M, M4 L, M and Q");
        let options = Options { mask: Mask::Fixed(5), ..Options::default() };
        assert_eq!(fault("1", options), "`5` is no value of `mask`, which takes `best` or a whole number from 0 to 3");
    }

    /// The symbol that the standard draws (annex I.3): version M2, level L, mask 1.
    #[test]
    fn the_example_of_the_standard() {
        let options = Options { error_correction: ErrorCorrection::L, ..Options::default() };
        let fixed = Options { mask: Mask::Fixed(1), ..options.clone() };
        assert_eq!(MicroQr.encode("01234567", &options), MicroQr.encode("01234567", &fixed));
        assert_eq!(information(0b00101) ^ 0b100_0100_0100_0101, 0b001_0100_1101_1100);
    }
}
