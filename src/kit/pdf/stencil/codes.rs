//! Codes of a block (RFC 1951, 3.2.2 and 3.2.7).
//!
//! Takes how often symbols occur, gives codes, those of all fillings of a blank of one length, and writes them. Must never look for matches.

use super::matches::{LENGTH_MAX, LENGTH_MIN, Token};
use super::{BLANK, Symbol, filling_byte};

/// What a blank can be filled with: ten digits and a space.
pub const FILLINGS: usize = 11;

/// Symbols whose codes have one length: so many that they fill a whole branch of the tree.
const GROUP: usize = 16;
const GROUP_BITS: u8 = 4;

const CODE_BITS_MAX: u8 = 15;
const END: usize = 256;
const LENGTHS: usize = 286;
const DISTANCES: usize = 30;

/// The codes of a block.
pub struct Codes {
    symbols: [(u16, u8); LENGTHS],
    distances: [(u16, u8); DISTANCES],
}

impl Codes {
    /// The codes for tokens of symbols.
    pub fn of<S: Copy + Into<Symbol>>(symbols: &[S], tokens: &[Token]) -> Codes {
        let (mut counts, mut distances) = ([0u32; LENGTHS], [0u32; DISTANCES]);
        // Never one alone: some readers refuse a code of one symbol.
        (counts[END], counts[0]) = (1, 1);
        let (mut at, mut blanks) = (0, 0);
        for token in tokens {
            match *token {
                Token::Literal => {
                    match symbols[at].into() {
                        BLANK.. => blanks += 1,
                        byte => counts[usize::from(byte)] += 1,
                    }
                    at += 1;
                }
                Token::Match { length, distance } => {
                    counts[length_code(length).0] += 1;
                    distances[distance_code(distance).0] += 1;
                    at += usize::from(length);
                }
            }
        }
        Codes { symbols: assign(&grouped_lengths(&counts, blanks)), distances: assign(&lengths_of(&distances, CODE_BITS_MAX)) }
    }

    /// The codes of the fillings, which all have [`Codes::filling_bits`].
    pub fn fillings(&self) -> [u16; FILLINGS] {
        std::array::from_fn(|filling| self.symbols[usize::from(filling_byte(filling))].0)
    }

    /// The bits of the code of any filling.
    pub fn filling_bits(&self) -> u32 {
        u32::from(self.symbols[usize::from(filling_byte(0))].1)
    }

    /// A block behind its three first bits: the codes, the tokens of `symbols`, and the end. Where a blank stands are zeros, and `blank` is told
    /// their first bit.
    pub fn write_block<S: Copy + Into<Symbol>>(&self, symbols: &[S], tokens: &[Token], out: &mut BitWriter, mut blank: impl FnMut(usize, Symbol)) {
        self.write_header(out);
        let write = |(code, bits): (u16, u8), out: &mut BitWriter| out.bits(u32::from(code), u32::from(bits));
        let mut at = 0;
        for token in tokens {
            match *token {
                Token::Literal => {
                    let symbol = symbols[at].into();
                    if symbol >= BLANK {
                        blank(out.position(), symbol);
                        out.bits(0, self.filling_bits());
                    } else {
                        write(self.symbols[usize::from(symbol)], out);
                    }
                    at += 1;
                }
                Token::Match { length, distance } => {
                    let (code, extra, extra_bits) = length_code(length);
                    write(self.symbols[code], out);
                    write((extra, extra_bits), out);
                    let (code, extra, extra_bits) = distance_code(distance);
                    write(self.distances[code], out);
                    write((extra, extra_bits), out);
                    at += usize::from(length);
                }
            }
        }
        write(self.symbols[END], out);
    }

    /// The lengths of all codes, as they stand before a block (RFC 1951, 3.2.7).
    fn write_header(&self, out: &mut BitWriter) {
        let used = |codes: &[(u16, u8)], least: usize| codes.iter().rposition(|(_, bits)| *bits > 0).map_or(least, |last| (last + 1).max(least));
        let (symbols, distances) = (used(&self.symbols, 257), used(&self.distances, 1));
        let lengths: Vec<u8> = self.symbols[..symbols].iter().chain(&self.distances[..distances]).map(|(_, bits)| *bits).collect();
        let runs = runs_of(&lengths);
        let mut counts = [0u32; 19];
        runs.iter().for_each(|run| counts[usize::from(run.code)] += 1);
        let codes: [(u16, u8); 19] = assign(&lengths_of(&counts, 7));
        let written = ORDER.iter().rposition(|code| codes[*code].1 > 0).map_or(4, |last| (last + 1).max(4));
        out.bits(symbols as u32 - 257, 5);
        out.bits(distances as u32 - 1, 5);
        out.bits(written as u32 - 4, 4);
        ORDER[..written].iter().for_each(|code| out.bits(u32::from(codes[*code].1), 3));
        for run in runs {
            let (code, bits) = codes[usize::from(run.code)];
            out.bits(u32::from(code), u32::from(bits));
            out.bits(u32::from(run.extra), u32::from(run.extra_bits));
        }
    }
}

/// Appends a last block with the fixed codes of RFC 1951, 3.2.6: bytes as they are, and runs of one byte.
pub fn write_fixed(bytes: &[u8], out: &mut Vec<u8>) {
    let mut lengths = [8u8; 288];
    lengths[144..256].fill(9);
    lengths[256..280].fill(7);
    let codes: [(u16, u8); 288] = assign(&lengths);
    let mut writer = BitWriter { bytes: std::mem::take(out), ..BitWriter::default() };
    writer.bits(0b011, 3);
    for run in bytes.chunk_by(|a, b| a == b) {
        let mut write = |(code, bits): (u16, u8)| writer.bits(u32::from(code), u32::from(bits));
        let mut left = run.len();
        while left > 0 {
            write(codes[usize::from(run[0])]);
            left -= 1;
            while left >= LENGTH_MIN {
                let taken = left.min(LENGTH_MAX);
                let (code, extra, extra_bits) = length_code(taken as u16);
                write(codes[code]);
                write((extra, extra_bits));
                // The distance 1 has the code 0, of five bits.
                write((0, 5));
                left -= taken;
            }
        }
    }
    let (code, bits) = codes[END];
    writer.bits(u32::from(code), u32::from(bits));
    *out = writer.finish().0;
}

const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

struct Run {
    code: u8,
    extra: u8,
    extra_bits: u8,
}

/// Lengths of codes with what repeats taken together.
fn runs_of(lengths: &[u8]) -> Vec<Run> {
    let mut runs = Vec::new();
    for group in lengths.chunk_by(|a, b| a == b) {
        let (length, mut left) = (group[0], group.len());
        if length != 0 {
            runs.push(Run { code: length, extra: 0, extra_bits: 0 });
            left -= 1;
        }
        while left > 0 {
            let (code, least, most, extra_bits) = match (length, left) {
                (0, 11..) => (18, 11, 138, 7),
                (0, 3..) => (17, 3, 10, 3),
                (1.., 3..) => (16, 3, 6, 2),
                _ => (length, 1, 1, 0),
            };
            let taken = left.min(most);
            runs.push(Run { code, extra: (taken - least) as u8, extra_bits });
            left -= taken;
        }
    }
    runs
}

/// The lengths of codes of bytes and lengths of matches: all fillings, and as many other bytes as fill their branch, have one length.
fn grouped_lengths(counts: &[u32; LENGTHS], blanks: u32) -> [u8; LENGTHS] {
    let fillings: [usize; FILLINGS] = std::array::from_fn(|filling| usize::from(filling_byte(filling)));
    if blanks == 0 {
        return lengths_of(counts, CODE_BITS_MAX);
    }
    let total = blanks + fillings.iter().map(|byte| counts[*byte]).sum::<u32>();
    // Bytes about as frequent as a filling lose the least.
    let mean = total.div_ceil(FILLINGS as u32);
    let mut others: Vec<usize> = (0..END).filter(|byte| !fillings.contains(byte)).collect();
    others.sort_by_key(|byte| (counts[*byte] == 0, counts[*byte].abs_diff(mean), *byte));
    let group: Vec<usize> = fillings.into_iter().chain(others.into_iter().take(GROUP - FILLINGS)).collect();
    let mut outside = *counts;
    let mut inside = blanks;
    for byte in &group {
        inside += std::mem::take(&mut outside[*byte]);
    }
    // One of them stands for all.
    outside[group[0]] = inside;
    let mut most = CODE_BITS_MAX;
    loop {
        let mut lengths = lengths_of(&outside, most);
        let length = lengths[group[0]];
        if length + GROUP_BITS <= CODE_BITS_MAX {
            group.iter().for_each(|byte| lengths[*byte] = length + GROUP_BITS);
            return lengths;
        }
        most -= 1;
    }
}

/// The lengths of the best codes of at most `most` bits for symbols that occur so often: those of Huffman, flattened until they fit. A symbol alone
/// has one bit.
fn lengths_of<const N: usize>(counts: &[u32; N], most: u8) -> [u8; N] {
    let mut counts = *counts;
    loop {
        let lengths = huffman(&counts);
        if lengths.iter().all(|length| *length <= most) {
            return lengths;
        }
        counts.iter_mut().filter(|count| **count > 0).for_each(|count| *count = *count / 2 + 1);
    }
}

fn huffman<const N: usize>(counts: &[u32; N]) -> [u8; N] {
    let mut lengths = [0; N];
    let mut leaves: Vec<usize> = (0..N).filter(|symbol| counts[*symbol] > 0).collect();
    match leaves.as_slice() {
        [] => return lengths,
        [only] => {
            // One bit, and its other value unused: that is allowed for distances, the only symbols that may be alone.
            lengths[*only] = 1;
            return lengths;
        }
        _ => {}
    }
    leaves.sort_by_key(|symbol| (counts[*symbol], *symbol));
    // Two queues: leaves, and nodes in the order in which they are made, which is that of their weight.
    let mut weights: Vec<u64> = leaves.iter().map(|symbol| u64::from(counts[*symbol])).collect();
    let mut parents = vec![0usize; leaves.len() * 2 - 1];
    let (mut leaf, mut node) = (0, leaves.len());
    while weights.len() < parents.len() {
        let mut take = |weights: &[u64]| {
            let is_leaf = leaf < leaves.len() && (node >= weights.len() || weights[leaf] <= weights[node]);
            let taken = if is_leaf { &mut leaf } else { &mut node };
            *taken += 1;
            *taken - 1
        };
        let (a, b) = (take(&weights), take(&weights));
        let parent = weights.len();
        (parents[a], parents[b]) = (parent, parent);
        weights.push(weights[a] + weights[b]);
    }
    let mut depths = vec![0u8; parents.len()];
    for at in (0..parents.len() - 1).rev() {
        depths[at] = depths[parents[at]].saturating_add(1);
    }
    leaves.iter().enumerate().for_each(|(at, symbol)| lengths[*symbol] = depths[at]);
    lengths
}

/// The codes that follow from their lengths (RFC 1951, 3.2.2), with their first bit lowest.
fn assign<const N: usize>(lengths: &[u8; N]) -> [(u16, u8); N] {
    let mut next = [0u16; CODE_BITS_MAX as usize + 2];
    for bits in 1..=usize::from(CODE_BITS_MAX) {
        let count = lengths.iter().filter(|length| usize::from(**length) == bits).count() as u16;
        next[bits + 1] = (next[bits] + count) << 1;
    }
    let mut codes = [(0, 0); N];
    for (code, length) in codes.iter_mut().zip(lengths).filter(|(_, length)| **length > 0) {
        let next = &mut next[usize::from(*length)];
        *code = (next.reverse_bits() >> (16 - length), *length);
        *next = next.wrapping_add(1);
    }
    codes
}

/// The code of a length of 3 to 258, its extra bits and how many (RFC 1951, 3.2.5).
fn length_code(length: u16) -> (usize, u16, u8) {
    const FIRST: [u16; 29] = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
    let code = FIRST.partition_point(|first| *first <= length) - 1;
    let extra_bits = if (8..28).contains(&code) { code / 4 - 1 } else { 0 };
    (257 + code, length - FIRST[code], extra_bits as u8)
}

/// The same of a distance.
fn distance_code(distance: u16) -> (usize, u16, u8) {
    let before = distance - 1;
    if before < 4 {
        return (usize::from(before), 0, 0);
    }
    let extra_bits = 14 - before.leading_zeros() as u8;
    let code = 2 * usize::from(extra_bits) + 2 + usize::from(before >> extra_bits & 1);
    (code, before & ((1 << extra_bits) - 1), extra_bits)
}

/// Bits behind each other, the first the lowest of its byte (RFC 1951, 3.1.1).
#[derive(Default)]
pub struct BitWriter {
    bytes: Vec<u8>,
    pending: u64,
    count: u32,
}

impl BitWriter {
    /// Appends the lowest `count` bits, at most 32.
    pub fn bits(&mut self, bits: u32, count: u32) {
        self.pending |= u64::from(bits) << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push(self.pending as u8);
            self.pending >>= 8;
            self.count -= 8;
        }
    }

    /// How many there are.
    pub fn position(&self) -> usize {
        self.bytes.len() * 8 + self.count as usize
    }

    /// All of them in bytes, and how many they are.
    pub fn finish(mut self) -> (Vec<u8>, usize) {
        let bits = self.position();
        if self.count > 0 {
            self.bytes.push(self.pending as u8);
        }
        (self.bytes, bits)
    }
}
