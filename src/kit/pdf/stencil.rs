//! Zlib streams (RFC 1950, RFC 1951) with blanks that are filled in after compression.
//!
//! Takes bytes among which some are blanks, to be filled with digits or spaces, gives a stencil: the compressed stream once, and where
//! in it the blanks are. Filling it in costs a copy and a few bits a blank, not another compression. That works because all that may
//! stand in a blank has codes of one length, because no match reaches from a blank to anything but the same blank, and because the
//! sum of the stream (Adler-32) is linear in its bytes. Also compresses rows of which many repeat, by the same codes. Must never know what the bytes mean.

mod codes;
mod matches;

use rustc_hash::FxHashMap;

use super::syntax::Deflater;
use codes::{BitWriter, Codes, FILLINGS};
pub use matches::Search;
use matches::{DISTANCE_MAX, LENGTH_MAX, LENGTH_MIN, Token};

/// A byte below 256, or a blank: 256 and its number.
pub type Symbol = u16;

/// The first blank.
pub const BLANK: Symbol = 256;

/// Bytes up to which a rest is written with fixed codes: the library clears a table for each call, which takes longer.
const SHORT: usize = 600;

/// The modulus of Adler-32 (RFC 1950, 8.2).
const ADLER: u64 = 65_521;

/// A compressed stream with blanks.
#[derive(Debug)]
pub struct Stencil {
    /// Header and block; blanks are zero bits.
    bytes: Vec<u8>,
    /// Bits of `bytes` that are written.
    bits: usize,
    /// Where the code of a blank begins, in bits, and which blank it is.
    blanks: Vec<(u32, Symbol)>,
    codes: [u16; FILLINGS],
    code_bits: u32,
    /// The sum with zeros in all blanks.
    sum: (u64, u64),
    /// For each blank, how often it stands in the stream, and how far from its end, in total.
    weights: Vec<(u64, u64)>,
}

impl Stencil {
    /// Compresses `symbols`, rows of `width`, whose blanks have numbers below `blanks`.
    pub fn new(symbols: &[Symbol], width: usize, blanks: usize, search: &mut Search) -> Stencil {
        search.find(symbols, width);
        let tokens = &search.tokens;
        let codes = Codes::of(symbols, tokens);
        let mut out = BitWriter::default();
        // RFC 1950, 2.2: deflate with a window of 32 KiB.
        out.bits(0x0178, 16);
        // Not the last block, until it is filled in; dynamic codes.
        out.bits(0b100, 3);
        let mut places = Vec::new();
        codes.write_block(symbols, tokens, &mut out, |bit, symbol| places.push((bit as u32, symbol - BLANK)));
        let (mut sum, mut weights) = ((1, symbols.len() as u64), vec![(0, 0); blanks]);
        for (at, symbol) in symbols.iter().enumerate() {
            let distance = (symbols.len() - at) as u64;
            match usize::from(*symbol).checked_sub(usize::from(BLANK)) {
                None => {
                    sum.0 += u64::from(*symbol);
                    sum.1 += u64::from(*symbol) * distance;
                }
                Some(blank) => {
                    weights[blank].0 += 1;
                    weights[blank].1 += distance;
                }
            }
        }
        let (bytes, bits) = out.finish();
        Stencil {
            bytes,
            bits,
            blanks: places,
            codes: codes.fillings(),
            code_bits: codes.filling_bits(),
            sum: (sum.0 % ADLER, sum.1 % ADLER),
            weights,
        }
    }

    /// Appends the stream to `out`, with `values` in the blanks, by their numbers: digits or spaces. `rest` follows the symbols; it is compressed
    /// by itself.
    pub fn fill(&self, values: &[u8], rest: &[u8], deflater: &mut Deflater, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&self.bytes);
        let filled = &mut out[start..];
        for (bit, blank) in &self.blanks {
            let code = u32::from(self.codes[filling(values[usize::from(*blank)])]) << (bit % 8);
            let at = (bit / 8) as usize;
            let touched = (bit % 8 + self.code_bits).div_ceil(8) as usize;
            for (byte, code) in filled[at..at + touched].iter_mut().zip(code.to_le_bytes()) {
                *byte |= code;
            }
        }
        let (mut a, mut b) = self.sum;
        for ((count, distance), value) in self.weights.iter().zip(values) {
            a += count * u64::from(*value);
            b += distance * u64::from(*value);
        }
        (a, b) = (a % ADLER, b % ADLER);
        if rest.is_empty() {
            // The bit that says that a block is the last, behind the header of two bytes.
            out[start + 2] |= 1;
        } else {
            // An empty block without compression (RFC 1951, 3.2.4), so that the next begins with a byte: its three bits are zero.
            out.resize(start + (self.bits + 3).div_ceil(8), 0);
            out.extend_from_slice(&[0, 0, 0xff, 0xff]);
            if rest.len() <= SHORT {
                codes::write_fixed(rest, out);
            } else {
                deflater.append_raw(rest, out);
            }
            // Adler-32 of two texts behind each other.
            let sum = libdeflater::adler32(rest);
            let (next_a, next_b) = (u64::from(sum & 0xffff), u64::from(sum >> 16));
            b = (b + next_b + rest.len() as u64 % ADLER * (a + ADLER - 1)) % ADLER;
            a = (a + next_a + ADLER - 1) % ADLER;
        }
        out.extend_from_slice(&((b << 16 | a) as u32).to_be_bytes());
    }
}

/// A zlib stream of rows of `width` bytes, many of which are as the one above: only whole rows are looked for, which takes a fraction of the
/// time of a search.
pub fn deflate_rows(rows: &[u8], width: usize) -> Vec<u8> {
    let mut tokens = Vec::with_capacity(rows.len() / 32);
    let mut repeated = 0;
    let end_run = |repeated: usize, tokens: &mut Vec<Token>| {
        let mut left = repeated * width;
        while left > 0 {
            // What is left is never too short for a match.
            let length = if left > LENGTH_MAX && left < LENGTH_MAX + LENGTH_MIN { left - LENGTH_MIN } else { left.min(LENGTH_MAX) };
            tokens.push(Token::Match { length: length as u16, distance: width as u16 });
            left -= length;
        }
    };
    let mut above: &[u8] = &[];
    // Where rows stood last that are not as the one above.
    let mut seen: FxHashMap<&[u8], usize> = FxHashMap::default();
    let mut rest = rows;
    let mut number = 0;
    while !rest.is_empty() {
        // In files of many objects most rows repeat: several are compared at once.
        const AT_ONCE: usize = 16;
        if number > 0 && width >= LENGTH_MIN && rest.len() >= AT_ONCE * width {
            let before = &rows[(number - 1) * width..];
            if before[..AT_ONCE * width] == rest[..AT_ONCE * width] {
                (repeated, number, rest) = (repeated + AT_ONCE, number + AT_ONCE, &rest[AT_ONCE * width..]);
                continue;
            }
        }
        let (row, behind) = rest.split_at(width.min(rest.len()));
        if row == above && width >= LENGTH_MIN {
            repeated += 1;
        } else {
            end_run(std::mem::take(&mut repeated), &mut tokens);
            let distance = seen.insert(row, number).map_or(usize::MAX, |last| (number - last).saturating_mul(width));
            if (LENGTH_MIN..=LENGTH_MAX).contains(&row.len()) && distance <= DISTANCE_MAX {
                tokens.push(Token::Match { length: row.len() as u16, distance: distance as u16 });
            } else {
                tokens.resize(tokens.len() + row.len(), Token::Literal);
            }
        }
        (above, rest, number) = (row, behind, number + 1);
    }
    end_run(repeated, &mut tokens);
    let codes = Codes::of(rows, &tokens);
    let mut out = BitWriter::default();
    out.bits(0x0178, 16);
    out.bits(0b101, 3);
    codes.write_block(rows, &tokens, &mut out, |_, _| unreachable!("rows have no blanks"));
    let (mut bytes, _) = out.finish();
    bytes.extend_from_slice(&libdeflater::adler32(rows).to_be_bytes());
    bytes
}

/// Which of the fillings of a blank a byte is.
fn filling(value: u8) -> usize {
    match value {
        b'0'..=b'9' => usize::from(value - b'0'),
        _ => FILLINGS - 1,
    }
}

/// The byte of a filling.
fn filling_byte(filling: usize) -> u8 {
    if filling < 10 { b'0' + filling as u8 } else { b' ' }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(symbols: &[Symbol], values: &[u8], rest: &[u8]) {
        let stencil = Stencil::new(symbols, 40, values.len(), &mut Search::default());
        let mut expected: Vec<u8> =
            symbols.iter().map(|symbol| if *symbol < BLANK { *symbol as u8 } else { values[usize::from(symbol - BLANK)] }).collect();
        expected.extend_from_slice(rest);
        let mut out = b"before".to_vec();
        stencil.fill(values, rest, &mut Deflater::default(), &mut out);
        let mut inflated = vec![0; expected.len()];
        let length = libdeflater::Decompressor::new().zlib_decompress(&out[6..], &mut inflated).expect("a zlib stream");
        assert_eq!((length, inflated), (expected.len(), expected));
    }

    #[test]
    fn nothing_and_little() {
        check(&[], b"", b"");
        check(&[], b"", b"rest");
        check(&[7], b"", b"");
        check(&[BLANK], b"3", b"");
        check(&[BLANK; 700], b" ", b"x");
        check(b"ab".map(Symbol::from).as_slice(), b"", &(0..=255).chain([b' '; 300]).collect::<Vec<u8>>());
        check(&[0; 100_000], b"", b"");
    }

    #[test]
    fn all_bytes_far_and_near() {
        let symbols: Vec<Symbol> = (0..256).chain(0..256).chain((0..40_000u32).map(|at| (at * 7 % 251) as Symbol)).chain(0..256).collect();
        check(&symbols, b"", &[9; 70_000]);
    }

    #[test]
    fn rows_come_back() {
        for (count, width) in [(0, 7), (1, 7), (37, 7), (38, 7), (2_000, 3), (500, 100), (90, 258), (40, 300), (9, 1)] {
            let mut rows: Vec<u8> = (0..count * width).map(|at| (at % width) as u8).collect();
            let middle = rows.len() / 2;
            rows.iter_mut().skip(middle).take(1).for_each(|byte| *byte = 77);
            let stream = deflate_rows(&rows, width);
            let mut out = vec![0; rows.len()];
            assert_eq!(libdeflater::Decompressor::new().zlib_decompress(&stream, &mut out), Ok(rows.len()), "{count} of {width}");
            assert_eq!(out, rows);
        }
    }

    proptest! {
        #[test]
        fn any_stream_is_filled(
            pieces in proptest::collection::vec((0usize..8, 1usize..300), 0..40),
            texts in proptest::collection::vec(proptest::collection::vec(0u16..270, 1..40), 8),
            values in proptest::collection::vec(0usize..FILLINGS, 14),
            rest in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            let values: Vec<u8> = values.into_iter().map(filling_byte).collect();
            let symbols: Vec<Symbol> = pieces.into_iter().flat_map(|(text, length)| texts[text].iter().copied().cycle().take(length)).collect();
            check(&symbols, &values, &rest);
        }
    }
}
