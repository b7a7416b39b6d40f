//! Aztec Code (ISO/IEC 24778).
//!
//! Takes text or bytes, gives modules. The shortest encodation is found by dynamic programming over the five modes and
//! binary shifts; then the smallest symbol that leaves the share of correction asked for.

use std::sync::LazyLock;

use super::field::Field;
use super::{BarcodeError, Eci, OptionDoc, Options, Shape, Symbol, Symbology};

/// Aztec Code.
pub struct Aztec;

const NAME: &str = "aztec";
/// Most bytes that can be worth an attempt: digits in the largest symbol.
const BYTES_MAX: usize = 3_832;
/// Layers of a compact and of a full symbol.
const LAYERS_COMPACT: usize = 4;
const LAYERS_FULL: usize = 32;

impl Symbology for Aztec {
    fn name(&self) -> &'static str {
        NAME
    }
    fn doc(&self) -> &'static str {
        "Aztec Code (ISO/IEC 24778): tickets and small labels; needs no quiet zone."
    }
    fn example(&self) -> &'static str {
        "JOB000123/0004567/01/03"
    }
    fn options(&self) -> &'static [OptionDoc] {
        &[
            OptionDoc {
                name: "correction",
                values: "a whole number from 5 to 95",
                doc: "the share of the symbol in percent that corrects errors, beside three codewords; default 23",
            },
            OptionDoc {
                name: "layers",
                values: "`auto`, `1` to `32`, or `compact-1` to `compact-4`",
                doc: "the size of the symbol; default `auto`, the smallest that holds the payload",
            },
            super::LATIN_1,
            super::ECI,
        ]
    }
    fn shape(&self) -> Shape {
        Shape::matrix([250, 423, 2_000], 1)
    }
    fn encode_into(&self, payload: &str, options: &Options, symbol: &mut Symbol) -> Result<(), BarcodeError> {
        if payload.is_empty() {
            return Err(BarcodeError::Empty);
        }
        if payload.len() > BYTES_MAX {
            return Err(BarcodeError::TooLong { symbology: NAME, unit: "bytes", length: payload.len(), max: BYTES_MAX });
        }
        let (bytes, is_utf_8) = super::bytes_of(NAME, payload, options)?;
        let mut bits = Bits::default();
        if is_utf_8 && options.eci == Eci::Auto {
            // Punctuation shift, FLG(2), the digits 2 and 6 of UTF-8.
            bits.put(0, 5);
            bits.put(0, 5);
            bits.put(2, 3);
            bits.put(4, 4);
            bits.put(8, 4);
        }
        encode(&bytes, &mut bits);
        let sizes = (1..=LAYERS_COMPACT).map(|layers| Size { layers, is_compact: true });
        let sizes = sizes.chain((1..=LAYERS_FULL).map(|layers| Size { layers, is_compact: false }));
        let mut sizes = sizes
            .filter(|size| options.layers.is_none_or(|(layers, is_compact)| usize::from(layers) == size.layers && is_compact == size.is_compact));
        let fitting = sizes.find_map(|size| {
            let words = size.stuff(&bits);
            (words.len() <= size.data_words(usize::from(options.correction.0))).then_some((size, words))
        });
        let Some((size, words)) = fitting else {
            let largest = options
                .layers
                .map_or(Size { layers: LAYERS_FULL, is_compact: false }, |(layers, is_compact)| Size { layers: layers.into(), is_compact });
            let max = largest.data_words(usize::from(options.correction.0)) * largest.word_bits();
            return Err(BarcodeError::TooLong { symbology: NAME, unit: "bits", length: bits.0.len(), max });
        };
        draw(size, words, symbol);
        Ok(())
    }
}

#[derive(Default)]
struct Bits(Vec<bool>);

impl Bits {
    fn put(&mut self, value: u32, count: u32) {
        self.0.extend((0..count).rev().map(|bit| value >> bit & 1 == 1));
    }
}

// ---- sizes

#[derive(Clone, Copy)]
struct Size {
    layers: usize,
    is_compact: bool,
}

static FIELDS: LazyLock<[Field; 5]> = LazyLock::new(|| [0x13, 0x43, 0x12D, 0x409, 0x1069].map(Field::new));

impl Size {
    fn bits(self) -> usize {
        (if self.is_compact { 88 } else { 112 } + 16 * self.layers) * self.layers
    }

    fn word_bits(self) -> usize {
        match self.layers {
            1..=2 => 6,
            3..=8 => 8,
            9..=22 => 10,
            _ => 12,
        }
    }

    /// Words for data where `share` percent and three words correct; the mode message counts to 64 or 2048.
    fn data_words(self, share: usize) -> usize {
        let total = self.bits() / self.word_bits();
        total.saturating_sub(total * share / 100 + 3).min(if self.is_compact { 64 } else { 2_048 })
    }

    /// The bits as words, none of them all dark or all light.
    fn stuff(self, bits: &Bits) -> Vec<u16> {
        let length = self.word_bits();
        let mask = (1u16 << length) - 2;
        let (mut words, mut at) = (Vec::new(), 0);
        while at < bits.0.len() {
            let word = (0..length).fold(0u16, |word, bit| word << 1 | u16::from(bits.0.get(at + bit).copied().unwrap_or(true)));
            at += length;
            words.push(match word & mask {
                part if part == mask => {
                    at -= 1;
                    part
                }
                0 => {
                    at -= 1;
                    1
                }
                _ => word,
            });
        }
        words
    }
}

// ---- modes

const UPPER: usize = 0;
const LOWER: usize = 1;
const MIXED: usize = 2;
const PUNCT: usize = 3;
const DIGIT: usize = 4;
/// Bits of a code in each mode.
const CODE_BITS: [u32; 5] = [5, 5, 5, 5, 4];

/// Codes that lead from one mode to another, each with its bits.
#[rustfmt::skip]
const LATCHES: [[&[(u32, u32)]; 5]; 5] = [
    [&[], &[(28, 5)], &[(29, 5)], &[(29, 5), (30, 5)], &[(30, 5)]],
    [&[(30, 5), (14, 4)], &[], &[(29, 5)], &[(29, 5), (30, 5)], &[(30, 5)]],
    [&[(29, 5)], &[(28, 5)], &[], &[(30, 5)], &[(29, 5), (30, 5)]],
    [&[(31, 5)], &[(31, 5), (28, 5)], &[(31, 5), (29, 5)], &[], &[(31, 5), (30, 5)]],
    [&[(14, 4)], &[(14, 4), (28, 5)], &[(14, 4), (29, 5)], &[(14, 4), (29, 5), (30, 5)], &[]],
];

const MIXED_SET: &[u8] = b"\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x1b\x1c\x1d\x1e\x1f@\\^_`|~\x7f";
const PUNCT_SET: &[u8] = b"!\"#$%&'()*+,-./:;<=>?[]{}";

/// The code of one byte in a mode.
fn code_in(byte: u8, mode: usize) -> Option<u32> {
    let place = |set: &[u8], first: u32| set.iter().position(|known| *known == byte).map(|at| at as u32 + first);
    match (mode, byte) {
        (UPPER | LOWER | MIXED | DIGIT, b' ') => Some(1),
        (UPPER, b'A'..=b'Z') => Some(u32::from(byte - b'A') + 2),
        (LOWER, b'a'..=b'z') => Some(u32::from(byte - b'a') + 2),
        (MIXED, _) => place(MIXED_SET, 2),
        (PUNCT, b'\r') => Some(1),
        (PUNCT, _) => place(PUNCT_SET, 6),
        (DIGIT, b'0'..=b'9') => Some(u32::from(byte - b'0') + 2),
        (DIGIT, b',') => Some(12),
        (DIGIT, b'.') => Some(13),
        _ => None,
    }
}

/// The code of two characters in punctuation.
fn pair_code(bytes: &[u8]) -> Option<u32> {
    match bytes.get(..2)? {
        b"\r\n" => Some(2),
        b". " => Some(3),
        b", " => Some(4),
        b": " => Some(5),
        _ => None,
    }
}

/// What was written to reach a place in a mode.
#[derive(Clone, Copy, Default)]
struct Step {
    from: u16,
    from_mode: u8,
    kind: Kind,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Latch,
    Code,
    ShiftPunct,
    ShiftUpper,
    Bytes,
}

/// Appends the shortest encodation.
fn encode(bytes: &[u8], bits: &mut Bits) {
    let n = bytes.len();
    let mut costs = vec![[u32::MAX; 5]; n + 1];
    let mut steps = vec![[Step::default(); 5]; n + 1];
    costs[0][UPPER] = 0;
    for at in 0..=n {
        // Latches first: one after another, because none leads back.
        let arrived = costs[at];
        for from in 0..5 {
            for to in (0..5).filter(|&to| to != from && arrived[from] != u32::MAX) {
                let cost = arrived[from] + LATCHES[from][to].iter().map(|(_, bits)| bits).sum::<u32>();
                if cost < costs[at][to] {
                    costs[at][to] = cost;
                    steps[at][to] = Step { from: at as u16, from_mode: from as u8, kind: Kind::Latch };
                }
            }
        }
        if at == n {
            break;
        }
        for mode in 0..5 {
            let here = costs[at][mode];
            if here == u32::MAX {
                continue;
            }
            let mut reach = |to: usize, cost: u32, kind: Kind| {
                if here + cost < costs[to][mode] {
                    costs[to][mode] = here + cost;
                    steps[to][mode] = Step { from: at as u16, from_mode: mode as u8, kind };
                }
            };
            if code_in(bytes[at], mode).is_some() {
                reach(at + 1, CODE_BITS[mode], Kind::Code);
            }
            let is_pair = pair_code(&bytes[at..]).is_some();
            if is_pair && mode == PUNCT {
                reach(at + 2, 5, Kind::Code);
            }
            if mode != PUNCT {
                if is_pair {
                    reach(at + 2, CODE_BITS[mode] + 5, Kind::ShiftPunct);
                }
                if code_in(bytes[at], PUNCT).is_some() {
                    reach(at + 1, CODE_BITS[mode] + 5, Kind::ShiftPunct);
                }
            }
            if matches!(mode, LOWER | DIGIT) && code_in(bytes[at], UPPER).is_some() {
                reach(at + 1, CODE_BITS[mode] + 5, Kind::ShiftUpper);
            }
            if mode <= MIXED {
                for length in 1..=(n - at).min(2_078) {
                    let count = if length > 31 { 16 } else { 5 };
                    reach(at + length, 5 + count + 8 * length as u32, Kind::Bytes);
                }
            }
        }
    }
    let last = (0..5).min_by_key(|&mode| costs[n][mode]).unwrap_or(UPPER);
    let (mut way, mut place) = (Vec::new(), (n, last));
    while place != (0, UPPER) {
        let step = steps[place.0][place.1];
        way.push((step, place));
        place = (usize::from(step.from), usize::from(step.from_mode));
    }
    for (step, (to, mode)) in way.into_iter().rev() {
        write_step(&bytes[usize::from(step.from)..to], usize::from(step.from_mode), mode, step.kind, bits);
    }
}

fn write_step(part: &[u8], from: usize, mode: usize, kind: Kind, bits: &mut Bits) {
    let punct = |part: &[u8]| if part.len() == 2 { pair_code(part) } else { code_in(part[0], PUNCT) };
    match kind {
        Kind::Latch => LATCHES[from][mode].iter().for_each(|(code, count)| bits.put(*code, *count)),
        Kind::Code if part.len() == 2 => bits.put(punct(part).unwrap_or_default(), 5),
        Kind::Code => bits.put(code_in(part[0], mode).unwrap_or_default(), CODE_BITS[mode]),
        Kind::ShiftPunct => {
            bits.put(0, CODE_BITS[mode]);
            bits.put(punct(part).unwrap_or_default(), 5);
        }
        Kind::ShiftUpper => {
            bits.put(if mode == DIGIT { 15 } else { 28 }, CODE_BITS[mode]);
            bits.put(code_in(part[0], UPPER).unwrap_or_default(), 5);
        }
        Kind::Bytes => {
            bits.put(31, 5);
            match part.len() {
                length @ ..=31 => bits.put(length as u32, 5),
                length => {
                    bits.put(0, 5);
                    bits.put(length as u32 - 31, 11);
                }
            }
            part.iter().for_each(|byte| bits.put(u32::from(*byte), 8));
        }
    }
}

// ---- drawing

fn draw(size: Size, words: Vec<u16>, symbol: &mut Symbol) {
    let Size { layers, is_compact } = size;
    let total = size.bits() / size.word_bits();
    let field = &FIELDS[size.word_bits() / 2 - 2];
    let checks = field.check_symbols(&words, total - words.len());
    let mut message = Bits::default();
    message.put(0, (size.bits() % size.word_bits()) as u32);
    words.iter().chain(&checks).for_each(|word| message.put(u32::from(*word), size.word_bits() as u32));

    let base = if is_compact { 11 } else { 14 } + 4 * layers;
    // Full symbols have a grid of reference lines every 16 modules, which the data leaves out.
    let (side, map): (usize, Vec<usize>) = if is_compact {
        (base, (0..base).collect())
    } else {
        let side = base + 1 + 2 * ((base / 2 - 1) / 15);
        let (half, centre) = (base / 2, side / 2);
        let offset = |at: usize| at + at / 15 + 1;
        let before = (0..half).rev().map(|at| centre - offset(at));
        (side, before.chain((0..half).map(|at| centre + offset(at))).collect())
    };
    let modules = symbol.begin_matrix(side, side, 0);
    let mut set = |x: usize, y: usize| modules.set(x, y);
    let mut start = 0;
    for layer in 0..layers {
        let length = (layers - layer) * 4 + if is_compact { 9 } else { 12 };
        for at in 0..length {
            for side in 0..2 {
                let (near, far) = (map[layer * 2 + side], map[base - 1 - layer * 2 - side]);
                let (along, back) = (map[layer * 2 + at], map[base - 1 - layer * 2 - at]);
                for (quarter, (x, y)) in [(near, along), (along, far), (far, back), (back, near)].into_iter().enumerate() {
                    if message.0[start + quarter * length * 2 + at * 2 + side] {
                        set(x, y);
                    }
                }
            }
        }
        start += length * 8;
    }
    let centre = side / 2;
    let mode = mode_message(size, words.len());
    let (reach, count) = if is_compact { (5, 7) } else { (7, 10) };
    for at in 0..count {
        let offset = centre - count / 2 + at + if is_compact { 0 } else { at / 5 };
        let sides = [(offset, centre - reach), (centre + reach, offset), (offset, centre + reach), (centre - reach, offset)];
        for ((x, y), bit) in sides.into_iter().zip([at, at + count, 3 * count - 1 - at, 4 * count - 1 - at]) {
            if mode.0[bit] {
                set(x, y);
            }
        }
    }
    draw_bulls_eye(centre, reach, &mut set);
    if !is_compact {
        for line in (0..base / 2).step_by(15).map(|at| at / 15 * 16) {
            for at in (centre % 2..side).step_by(2) {
                for (x, y) in [(centre - line, at), (centre + line, at), (at, centre - line), (at, centre + line)] {
                    set(x, y);
                }
            }
        }
    }
}

fn mode_message(size: Size, words: usize) -> Bits {
    let mut bits = Bits::default();
    let (layer_bits, word_bits, checks) = if size.is_compact { (2, 6, 5) } else { (5, 11, 6) };
    bits.put(size.layers as u32 - 1, layer_bits);
    bits.put(words as u32 - 1, word_bits);
    let symbols: Vec<u16> = bits.0.chunks_exact(4).map(|part| part.iter().fold(0, |value, bit| value << 1 | u16::from(*bit))).collect();
    for check in FIELDS[0].check_symbols(&symbols, checks) {
        bits.put(u32::from(check), 4);
    }
    bits
}

/// The rings and the marks of orientation.
fn draw_bulls_eye(centre: usize, reach: usize, set: &mut impl FnMut(usize, usize)) {
    for ring in (0..reach).step_by(2) {
        for at in centre - ring..=centre + ring {
            for (x, y) in [(at, centre - ring), (at, centre + ring), (centre - ring, at), (centre + ring, at)] {
                set(x, y);
            }
        }
    }
    let (near, far) = (centre - reach, centre + reach);
    for (x, y) in [(near, near), (near + 1, near), (near, near + 1), (far, near), (far, near + 1), (far, far - 1)] {
        set(x, y);
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
            options.set(&Aztec, name, value).unwrap();
        }
        let text = match Aztec.encode(payload, &options) {
            Ok(symbol) => Sha256::digest(symbol.text()).iter().map(|byte| format!("{byte:02x}")).collect(),
            Err(fault) => fault.to_string(),
        };
        assert!(text.starts_with(expected), "{payload}: {text}");
    }

    #[test]
    fn agrees_with_two_other_encoders() {
        check("1234567890", &[], "7aacfa2d91294f1234fd");
        check("ABCDEF", &[], "a30ad0dd984b4e0b57b6");
        check("Code 2D!", &[], "aa683c4423102924ea14");
        check("JOB000123/0004567/01/03", &[], "be8ea2de8f52249971a4");
        check("https://example.org/x?y=1", &[], "e6ec46882024facc0621");
        check("The quick brown fox jumps over the lazy dog. 0123456789", &[], "ac9d0c83022007029ae1");
        check("A", &[], "c20e3d13086c18c92857");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        check(&"x".repeat(100), &[("layers", "compact-1")], "the payload has 505 bits, aztec with these options holds at most 66");
        check(&"\u{7}é".repeat(1_200), &[], "the payload has");
    }
}
