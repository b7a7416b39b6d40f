//! Code 128 (ISO/IEC 15417) and GS1-128, with as few symbol characters as there can be.
//!
//! Takes ASCII, on request Latin-1 or a GS1 element string, gives bars. The code sets are chosen by dynamic
//! programming, because every greedy rule loses somewhere. Must never know heights: bars have widths only.

use super::gs1::{self, FNC1};
use super::{BarcodeError, Caption, OptionDoc, Options, Shape, Symbol, Symbology};
use crate::base::limits::LINEAR_BARCODE_BYTES_MAX;

/// Code 128 and GS1-128.
pub struct Code128;

impl Symbology for Code128 {
    fn name(&self) -> &'static str {
        "code128"
    }
    fn doc(&self) -> &'static str {
        "Code 128 (ISO/IEC 15417): any ASCII text, digits in pairs; the usual choice for account and document numbers. \
         With `gs1=\"true\"` it is GS1-128 and the payload is written with its application identifiers in brackets."
    }
    fn example(&self) -> &'static str {
        "ABC-123456"
    }
    fn options(&self) -> &'static [OptionDoc] {
        &[
            super::GS1,
            super::VERIFY,
            OptionDoc {
                name: "latin1",
                values: "`true` or `false`",
                doc: "allow letters such as `é` (FNC4), which some readers do not know; default `false`",
            },
        ]
    }
    fn shape(&self) -> Shape {
        Shape::bars([190, 353, 50_000], [1_000, 10_000]).of_a_point()
    }
    fn captions(&self, payload: &str, _: &Options, symbol: &Symbol) -> Vec<Caption> {
        // Control characters cannot be seen; a GS1 element string is printed as it is written.
        let text = payload.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
        vec![Caption { text, from: 0, to: symbol.width() as i32 }]
    }

    fn encode_into(&self, payload: &str, options: &Options, symbol: &mut Symbol) -> Result<(), BarcodeError> {
        let mut items = Items { list: [0; ITEMS_MAX], length: 0 };
        read_payload(payload, options, &mut items)?;
        let widths = symbol.begin_bars(QUIET);
        if items.list().len().is_multiple_of(2) && items.list().iter().all(|&item| is_digit(item)) {
            write_digits(items.list(), widths);
        } else {
            write_optimal(items.list(), widths);
        }
        Ok(())
    }
}

/// Clear modules at both sides (ISO/IEC 15417, 4.7).
const QUIET: u8 = 10;
/// An element string gains an FNC1 for every pair of brackets it loses, and one in front.
const ITEMS_MAX: usize = LINEAR_BARCODE_BYTES_MAX + 1;

const FNC1_VALUE: u8 = 102;
const SHIFT: u8 = 98;
const START_C: u8 = 105;

/// Bar and space widths of the values 0 to 105 (ISO/IEC 15417, table 1), as ASCII digits.
#[rustfmt::skip]
const PATTERNS: [[u8; 6]; 106] = [
    *b"212222", *b"222122", *b"222221", *b"121223", *b"121322", *b"131222", *b"122213", *b"122312",
    *b"132212", *b"221213", *b"221312", *b"231212", *b"112232", *b"122132", *b"122231", *b"113222",
    *b"123122", *b"123221", *b"223211", *b"221132", *b"221231", *b"213212", *b"223112", *b"312131",
    *b"311222", *b"321122", *b"321221", *b"312212", *b"322112", *b"322211", *b"212123", *b"212321",
    *b"232121", *b"111323", *b"131123", *b"131321", *b"112313", *b"132113", *b"132311", *b"211313",
    *b"231113", *b"231311", *b"112133", *b"112331", *b"132131", *b"113123", *b"113321", *b"133121",
    *b"313121", *b"211331", *b"231131", *b"213113", *b"213311", *b"213131", *b"311123", *b"311321",
    *b"331121", *b"312113", *b"312311", *b"332111", *b"314111", *b"221411", *b"431111", *b"111224",
    *b"111422", *b"121124", *b"121421", *b"141122", *b"141221", *b"112214", *b"112412", *b"122114",
    *b"122411", *b"142112", *b"142211", *b"241211", *b"221114", *b"413111", *b"241112", *b"134111",
    *b"111242", *b"121142", *b"121241", *b"114212", *b"124112", *b"124211", *b"411212", *b"421112",
    *b"421211", *b"212141", *b"214121", *b"412121", *b"111143", *b"111341", *b"131141", *b"114113",
    *b"114311", *b"411113", *b"411311", *b"113141", *b"114131", *b"311141", *b"411131", *b"211412",
    *b"211214", *b"211232",
];
/// The stop character ends in a bar.
const STOP: &[u8; 7] = b"2331112";

/// Characters of a payload and [`FNC1`].
struct Items {
    list: [u16; ITEMS_MAX],
    length: usize,
}

impl Items {
    fn list(&self) -> &[u16] {
        &self.list[..self.length]
    }
    fn push(&mut self, item: u16) {
        self.list[self.length] = item;
        self.length += 1;
    }
}

fn read_payload(payload: &str, options: &Options, items: &mut Items) -> Result<(), BarcodeError> {
    if payload.is_empty() {
        return Err(BarcodeError::Empty);
    }
    if payload.len() > LINEAR_BARCODE_BYTES_MAX {
        return Err(BarcodeError::TooLong { symbology: "code128", unit: "bytes", length: payload.len(), max: LINEAR_BARCODE_BYTES_MAX });
    }
    if options.gs1 {
        return gs1::read_elements(payload, !options.no_verify, &mut |item| items.push(item));
    }
    for (at, character) in payload.chars().enumerate() {
        let limit = if options.latin1 { 0x100 } else { 0x80 };
        if u32::from(character) >= limit {
            let symbology = if options.latin1 { "code128" } else { "code128 without `latin1`" };
            return Err(BarcodeError::Character { symbology, character, position: at + 1 });
        }
        items.push(character as u16);
    }
    Ok(())
}

fn is_digit(item: u16) -> bool {
    (u16::from(b'0')..=u16::from(b'9')).contains(&item)
}

/// Writes an even number of digits, each as its value, in set C.
pub(super) fn write_set_c(digits: &[u8], widths: &mut Vec<u8>) {
    assert!(digits.len().is_multiple_of(2), "set C holds pairs");
    let mut writer = Writer::start(START_C, digits.len() / 2, widths);
    for pair in digits.chunks_exact(2) {
        writer.put(pair[0] * 10 + pair[1]);
    }
    writer.stop();
}

/// Pairs of digits in set C; nothing is shorter for an even number of digits.
fn write_digits(items: &[u16], widths: &mut Vec<u8>) {
    let mut writer = Writer::start(START_C, items.len() / 2, widths);
    for pair in items.chunks_exact(2) {
        writer.put(pair_value(pair));
    }
    writer.stop();
}

fn pair_value(pair: &[u16]) -> u8 {
    ((pair[0] - u16::from(b'0')) * 10 + pair[1] - u16::from(b'0')) as u8
}

/// Appends patterns and sums up the check character.
struct Writer<'a> {
    widths: &'a mut Vec<u8>,
    sum: u32,
    weight: u32,
}

impl Writer<'_> {
    fn start(value: u8, characters_expected: usize, widths: &mut Vec<u8>) -> Writer<'_> {
        widths.reserve((characters_expected + 2) * 6 + STOP.len());
        let mut writer = Writer { widths, sum: 0, weight: 1 };
        writer.put(value);
        writer.weight = 1;
        writer
    }
    fn put(&mut self, value: u8) {
        self.widths.extend(PATTERNS[usize::from(value)].iter().map(|digit| digit - b'0'));
        self.sum += self.weight * u32::from(value);
        self.weight += 1;
    }
    fn stop(mut self) {
        self.put((self.sum % 103) as u8);
        self.widths.extend(STOP.iter().map(|digit| digit - b'0'));
    }
}

/// Where the reader stands: the code set, and for A and B whether FNC4 FNC4 has latched it to 128–255.
/// Set C is never entered while latched; readers disagree on what that would mean.
const STATES: usize = 5;
const B: usize = 0;
const A: usize = 1;
const C: usize = 2;
const B_HIGH: usize = 3;
const A_HIGH: usize = 4;

/// The symbol characters that lead from one state to another.
#[rustfmt::skip]
const SWITCHES: [[&[u8]; STATES]; STATES] = [
    // to B           A                 C                B high            A high
    [&[],             &[101],           &[99],           &[100, 100],      &[101, 101, 101]], // from B
    [&[100],          &[],              &[99],           &[100, 100, 100], &[101, 101]],      // from A
    [&[100],          &[101],           &[],             &[100, 100, 100], &[101, 101, 101]], // from C
    [&[100, 100],     &[101, 101, 101], &[100, 100, 99], &[],              &[101]],           // from B high
    [&[100, 100, 100], &[101, 101],     &[101, 101, 99], &[100],           &[]],              // from A high
];

/// How one item is written in a state.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Never,
    Plain,
    Pair,
    /// For one character the other of the sets A and B.
    Shift,
    /// For one character the other of low and high.
    Fnc4,
    Fnc4Shift,
}

impl Step {
    fn cost(self) -> u16 {
        match self {
            Step::Never => 10_000,
            Step::Plain | Step::Pair => 1,
            Step::Shift | Step::Fnc4 => 2,
            Step::Fnc4Shift => 3,
        }
    }
}

/// The best way on from a place: the state to go to, then the step to take there.
#[derive(Clone, Copy)]
struct Choice {
    state: u8,
    step: Step,
}

/// Costs are computed from the end, so that the way can be read off from the start.
fn write_optimal(items: &[u16], widths: &mut Vec<u8>) {
    let states = if items.iter().any(|&item| (0x80..FNC1).contains(&item)) { STATES } else { C + 1 };
    let mut choices = [[Choice { state: 0, step: Step::Never }; STATES]; ITEMS_MAX];
    // Costs from the next item and from the one after it.
    let (mut next, mut second) = ([0u16; STATES], [0u16; STATES]);
    for at in (0..items.len()).rev() {
        let mut steps = [Step::Never; STATES];
        let mut onward = [u16::MAX / 2; STATES];
        for state in 0..states {
            steps[state] = best_step(items, at, state);
            let rest = if steps[state] == Step::Pair { second[state] } else { next[state] };
            onward[state] = steps[state].cost().saturating_add(rest);
        }
        let mut costs = [0; STATES];
        for from in 0..states {
            // Of equal ways the one that stays in its set; the change then comes as late as it can.
            let (mut to_best, mut cost_best) = (from, onward[from]);
            for to in 0..states {
                let cost = onward[to] + SWITCHES[from][to].len() as u16;
                if cost < cost_best {
                    (to_best, cost_best) = (to, cost);
                }
            }
            choices[at][from] = Choice { state: to_best as u8, step: steps[to_best] };
            costs[from] = cost_best;
        }
        (second, next) = (next, costs);
    }
    // Of equal starts set B, but set C for GS1-128, as the GS1 General Specifications advise (5.4.3.7).
    let starts = if items.first() == Some(&FNC1) { [C, B, A] } else { [B, A, C] };
    let start = starts.into_iter().min_by_key(|&state| next[state]).unwrap_or(B);
    assert!(next[start] < Step::Never.cost(), "every accepted character is in set A or B");
    write_choices(items, start, &choices, usize::from(next[start]), widths);
}

/// The cheapest step for the item in this state; a pair of digits wins over all others.
fn best_step(items: &[u16], at: usize, state: usize) -> Step {
    let item = items[at];
    if item == FNC1 {
        return Step::Plain;
    }
    if state == C {
        let pair = is_digit(item) && items.get(at + 1).is_some_and(|&second| is_digit(second));
        return if pair { Step::Pair } else { Step::Never };
    }
    let low = item & 0x7F;
    let fits = if state == A || state == A_HIGH { low < 0x60 } else { low >= 0x20 };
    let level_fits = (item >= 0x80) == (state >= B_HIGH);
    match (fits, level_fits) {
        (true, true) => Step::Plain,
        (false, true) => Step::Shift,
        (true, false) => Step::Fnc4,
        (false, false) => Step::Fnc4Shift,
    }
}

fn write_choices(items: &[u16], start: usize, choices: &[[Choice; STATES]; ITEMS_MAX], characters: usize, widths: &mut Vec<u8>) {
    let first_state = usize::from(choices[0][start].state);
    // A start character is as good as a switch, so that the first choice always stays where it is.
    assert!(start == first_state || first_state >= B_HIGH, "the start is not the cheapest");
    let mut state = start;
    let mut writer = Writer::start([104, 103, START_C][state], characters, widths);
    let mut at = 0;
    while at < items.len() {
        let choice = choices[at][state];
        for &value in SWITCHES[state][usize::from(choice.state)] {
            writer.put(value);
        }
        state = usize::from(choice.state);
        at += write_step(items, at, state, choice.step, &mut writer);
    }
    writer.stop();
}

/// Writes one step and gives the number of items it took.
fn write_step(items: &[u16], at: usize, state: usize, step: Step, writer: &mut Writer) -> usize {
    let item = items[at];
    if item == FNC1 {
        writer.put(FNC1_VALUE);
        return 1;
    }
    if step == Step::Pair {
        writer.put(pair_value(&items[at..at + 2]));
        return 2;
    }
    let in_a = state == A || state == A_HIGH;
    if matches!(step, Step::Fnc4 | Step::Fnc4Shift) {
        writer.put(if in_a { 101 } else { 100 });
    }
    if matches!(step, Step::Shift | Step::Fnc4Shift) {
        writer.put(SHIFT);
    }
    let low = (item & 0x7F) as u8;
    writer.put(if low < 0x20 { low + 64 } else { low - 0x20 });
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_with(payload: &str, options: &Options, expected: &str) {
        let text = match Code128.encode(payload, options) {
            Ok(symbol) => symbol.text(),
            Err(fault) => fault.to_string(),
        };
        assert_eq!(text, expected, "{payload:?}");
    }

    #[track_caller]
    fn check(payload: &str, expected: &str) {
        check_with(payload, &Options::default(), expected);
    }

    /// The number of symbol characters with start, check and stop.
    fn characters(payload: &str, options: &Options) -> usize {
        (Code128.encode(payload, options).unwrap().width() - 13) / 11 + 1
    }

    #[test]
    fn every_pattern_has_eleven_modules_and_an_even_number_of_dark_ones() {
        for (value, pattern) in PATTERNS.iter().enumerate() {
            let widths: Vec<u32> = pattern.iter().map(|digit| u32::from(digit - b'0')).collect();
            assert_eq!(widths.iter().sum::<u32>(), 11, "{value}");
            assert_eq!(widths.iter().step_by(2).sum::<u32>() % 2, 0, "{value}");
            assert_eq!(PATTERNS.iter().filter(|other| *other == pattern).count(), 1, "{value}");
        }
    }

    #[test]
    fn agrees_with_two_other_encoders() {
        check("ABC-1234", "2112141113231311231313211221321131411122321311231311232331112");
        check("123456", "2112321122321311233311211321312331112");
        check("Count01234567!", "2112141313211341111242112411121241121131412221223121311131231411221141312221221113232331112");
        check("PL8021234567890", "2112143131211321313112221131412222211122321311233311212411122141214121212331112");
        check("00", "2112322122222222212331112");
        check("1", "2112141232212232112331112");
        check("ABC123456", "2112141113231311231313211131411122321311233311213121312331112");
        check("abc123456def", "2112141211241214211411221131411122321311233311211141311412211122141124121141312331112");
        check("AB\tCD", "2114121113231311231421121313211123132231122331112");
        check("99", "2112321131413111412331112");
        check("a1b2c3", "2112141211241232211214212232111411222211324113112331112");
        check("~tilde~", "2112141311411241121421122211141412211122141311411313212331112");
    }

    #[test]
    fn agrees_with_two_other_encoders_on_gs1() {
        let options = Options { gs1: true, ..Options::default() };
        check_with("(00)006141411234567890", &options, "2112324111312122222122222214112313112313111122321311233311212411122141212121232331112");
        check_with(
            "(10)LOT-9(21)SER/1",
            &options,
            "2112324111312213121141311321311331212133111221323211224111312232111232212131131321132311311132221232211122142331112",
        );
        check_with(
            "(420)60601(92)748901234",
            &options,
            "2112324111311121331222131222132221224111311111431422112121412221223121311141312212312412112331112",
        );
        check_with("(8008)2601021230(10)X", &options, "2112324111311112421322123212212221222222211122322121234111312213121141313311212132122331112");
        check_with("(8005)000100", &options, "2112324111311112421312222122222221222122222411122331112");
        check_with("(15)260131(30)12(10)B", &options, "2112324111311132223212212221222123212121231122324111312213121141311311232123212331112");
        check_with(
            "(00)340123450000000012",
            &Options { no_verify: true, ..options.clone() },
            "2112324111312122221311232221223121311131232122222122222122222122221122321222132331112",
        );
        check_with(
            "(01)95012345678903(3103)000123",
            &options,
            "2112324111312221221141132221223121311131231411222121411212232123211212232122222221223121314121212331112",
        );
    }

    #[test]
    fn no_symbol_is_longer_than_needed() {
        let options = Options::default();
        for (payload, expected) in [("X1234567Y", 11), ("1", 4), ("12345", 7), ("a\tb", 7), ("\t\ta", 7), ("A1234B", 9)] {
            assert_eq!(characters(payload, &options), expected, "{payload:?}");
        }
    }

    #[test]
    fn a_character_outside_is_named() {
        check("10 €", "code128 without `latin1` cannot encode `€` (U+20AC) at position 4");
        check("", "the payload is empty");
        check(&"x".repeat(256), "the payload has 256 bytes, code128 with these options holds at most 255");
    }

    #[test]
    fn latin_1_takes_one_fnc4_for_a_letter_and_two_for_a_word() {
        let options = Options { latin1: true, ..Options::default() };
        assert_eq!(characters("caf\u{e9}", &options), 3 + 4 + 1);
        assert_eq!(characters("\u{e9}\u{e8}\u{ea}\u{eb}\u{e0}", &options), 3 + 5 + 2);
        assert_eq!(characters("\u{e9}\u{e8}\u{ea}\u{eb}\u{e0}x\u{ea}\u{e0}\u{e8}", &options), 3 + 9 + 2 + 1);
        check_with("\u{100}", &options, "code128 cannot encode `Ā` (U+0100) at position 1");
    }

    #[test]
    fn buffers_are_used_again() {
        let mut symbol = Code128.encode("123456", &Options::default()).unwrap();
        let expected = symbol.clone();
        Code128.encode_into("hello", &Options::default(), &mut symbol).unwrap();
        Code128.encode_into("123456", &Options::default(), &mut symbol).unwrap();
        assert_eq!(symbol, expected);
    }
}
