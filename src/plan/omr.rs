//! Profiles of inserters: TOML files of the job.
//!
//! Takes the text of a profile, gives a track that can be printed, or every fault. Must never know a page.

use super::keys_mark;
use super::print::{parse_length, read_length};
use super::read::{self, Table, Text};
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::length::Length;
use crate::base::span::{FileId, Span};
use crate::postal::omr::{Counter, Feed, POSITIONS_MAX, Position, Profile, Scope, SelectOn};

/// The words of positions that take no number.
const WORDS: &[(&str, Position)] = &[
    ("fixed", Position::Fixed),
    ("gate", Position::Fixed),
    ("benchmark", Position::Fixed),
    ("start", Position::Fixed),
    ("safety", Position::Fixed),
    ("retime", Position::Fixed),
    ("blank", Position::Blank),
    ("boc", Position::Begin),
    ("eoc", Position::End),
    ("not-boc", Position::NotBegin),
    ("not-eoc", Position::NotEnd),
    ("parity-even", Position::Parity { is_odd: false }),
    ("parity-odd", Position::Parity { is_odd: true }),
    ("divert", Position::Divert),
];

/// A word, the greatest number it takes, and what it says.
type Numbered = (&'static str, u8, fn(u8) -> Position);

/// Those that take one.
const NUMBERED: &[Numbered] =
    &[("feeder", 32, Position::Feeder), ("was", 16, Position::Sequence), ("match", 16, Position::Match), ("set-parity", 16, Position::SetParity)];

/// The least distance of marks that a machine tells apart, and the greatest length of a track: what is beyond is likely a slip.
const PITCH_MIN: Length = Length::from_points(4);

/// Reads a profile.
pub(super) fn read(text: &str, file: FileId, faults: &mut Faults) -> Option<Profile> {
    let before = faults.has_errors();
    let whole = read::parse(text, file, faults)?;
    let table = Table::new(&whole, Span::new(file, 0, 0), &keys_mark::PROFILE, text, faults);
    let texts = table.texts("positions", faults);
    if texts.is_none() && !table.has("positions") {
        table.missing("positions", faults);
    }
    let texts = texts.unwrap_or_default();
    let positions: Vec<Position> = texts.iter().filter_map(|text| read_position(text, faults)).collect();
    let [pitch, length, thickness] = ["pitch", "length", "thickness"].map(|key| {
        if !table.has(key) {
            table.missing(key, faults);
        }
        read_length(&table, key, faults)
    });
    let clear = read_clear(&table, "clear", faults).unwrap_or([crate::kit::barcode::um(3_000), crate::kit::barcode::um(20_000)]);
    let sheets = [("last", SelectOn::Last), ("first", SelectOn::First), ("all", SelectOn::All)];
    let usual = |scope, least| Counter { scope, start: least, least, modulus: 8 - least };
    let profile = Profile {
        positions,
        pitch: pitch.unwrap_or(PITCH_MIN),
        length: length.unwrap_or(PITCH_MIN),
        thickness: thickness.unwrap_or(Length::from_points(1)),
        clear,
        feed: table.word("feed", &[("forward", Feed::Forward), ("reverse", Feed::Reverse)], faults).unwrap_or_default(),
        is_first_sheet_only: table.word("tracks-on", &[("all", false), ("first", true)], faults).unwrap_or(false),
        select_on: table.word("select-on", &sheets, faults).unwrap_or_default(),
        divert_on: table.word("divert-on", &sheets, faults).unwrap_or(SelectOn::All),
        parity_counts_fixed: table.word("parity-counts", &[("all", true), ("variable", false)], faults).unwrap_or(true),
        sequence: read_counter(&table, "was", usual(Scope::Sheet, 0), faults),
        matching: read_counter(&table, "match", usual(Scope::Set, 1), faults),
    };
    check(&profile, &texts, &table, faults);
    (before || !faults.has_errors()).then_some(profile)
}

fn read_position(text: &Text, faults: &mut Faults) -> Option<Position> {
    let written = text.text.trim();
    if let Some((_, position)) = WORDS.iter().find(|(word, _)| *word == written) {
        return Some(*position);
    }
    let (word, number) = written.split_once(':').unwrap_or((written, ""));
    let span = text.part(0..text.text.len());
    let Some((_, most, make)) = NUMBERED.iter().find(|(known, ..)| *known == word) else {
        let fault = Diagnostic::error(&code::JOB_OMR, span, format!("a position cannot say `{written}`"));
        let names = WORDS.iter().map(|(word, _)| *word).chain(NUMBERED.iter().map(|(word, ..)| *word));
        faults.push(fault.suggest(word, names));
        return None;
    };
    match number.parse::<u8>() {
        Ok(number) if (1..=*most).contains(&number) => Some(make(number)),
        _ => {
            let fault = Diagnostic::error(&code::JOB_OMR, span, format!("`{word}` wants a number from 1 to {most}"));
            faults.push(fault.hint(format!("write `{word}:1`")));
            None
        }
    }
}

fn read_counter(table: &Table<'_>, key: &str, usual: Counter, faults: &mut Faults) -> Counter {
    let Some(table) = table.table(key, &keys_mark::COUNTER, faults) else { return usual };
    let mut number = |key: &str| table.integer(key, 0..=65_535, faults).map(|number| number as u32);
    let (least, most, start) = (number("least").unwrap_or(usual.least), number("most").unwrap_or(7), number("start"));
    let start = start.unwrap_or(least);
    if least > most || !(least..=most).contains(&start) {
        let message = format!("a counter from {least} to {most} cannot start with {start}");
        faults.push(Diagnostic::error(&code::JOB_OMR, table.span, message).hint("`least`, then `start`, then `most`, in this order"));
        return usual;
    }
    let scope = table.word("scope", &[("sheet", Scope::Sheet), ("set", Scope::Set)], faults).unwrap_or(usual.scope);
    Counter { scope, start, least, modulus: most - least + 1 }
}

/// What no machine can read, or what says less than it should.
fn check(profile: &Profile, texts: &[Text], table: &Table<'_>, faults: &mut Faults) {
    let positions = &profile.positions;
    if positions.len() > POSITIONS_MAX {
        let message = format!("the track has {} positions, {POSITIONS_MAX} are possible", positions.len());
        faults.push(Diagnostic::error(&code::JOB_OMR, table.span, message));
    }
    if table.has("positions") && !faults.has_errors() && !positions.contains(&Position::Fixed) {
        let fault = Diagnostic::error(&code::JOB_OMR, table.span, "no position is always printed");
        faults.push(fault.hint("a machine finds the track by its first mark: write `gate` or `benchmark` there"));
    }
    let parities = positions.iter().filter(|position| matches!(position, Position::Parity { .. })).count();
    if parities > 1 {
        faults.push(Diagnostic::error(&code::JOB_OMR, table.span, "two parities cannot both be right"));
    }
    if positions.len() == texts.len() {
        for (at, position) in positions.iter().enumerate() {
            let is_free = matches!(position, Position::Fixed | Position::Blank);
            if !is_free && positions[..at].contains(position) {
                let message = format!("two positions say `{}`", texts[at].text.trim());
                faults.push(Diagnostic::error(&code::JOB_OMR, texts[at].part(0..texts[at].text.len()), message));
            }
        }
    }
    if profile.pitch < PITCH_MIN || profile.thickness * 2 > profile.pitch || profile.thickness <= Length::ZERO || profile.length <= Length::ZERO {
        let message = format!("marks of {} at a pitch of {} cannot be told apart", profile.thickness, profile.pitch);
        faults.push(
            Diagnostic::error(&code::JOB_OMR, table.span, message).hint("a pitch is 2.9 to 4.3 mm with most machines, a mark 0.35 to 0.7 mm thick"),
        );
    }
    check_digits(profile, table, faults);
}

/// A counter whose highest digit is not printed repeats itself sooner than the profile says.
fn check_digits(profile: &Profile, table: &Table<'_>, faults: &mut Faults) {
    let printed = |of: fn(u8) -> Position| (1..=16).filter(|digit| profile.positions.contains(&of(*digit))).collect::<Vec<u8>>();
    let counters: [(&str, Vec<u8>, &Counter); 2] =
        [("was", printed(Position::Sequence), &profile.sequence), ("match", printed(Position::Match), &profile.matching)];
    for (name, digits, counter) in counters {
        let needed = (32 - counter.most().leading_zeros()).max(1);
        let is_whole = digits.iter().copied().eq(1..=needed as u8);
        if !digits.is_empty() && !is_whole {
            let message = format!("the counter `{name}` reaches {}, which takes the digits `{name}:1` to `{name}:{needed}`", counter.most());
            faults.push(Diagnostic::error(&code::JOB_OMR, table.span, message).hint(format!("print all of them, or set `most` of `[{name}]`")));
        }
    }
}

/// What must stay clear: across, and up and down.
pub(super) fn read_clear(table: &Table<'_>, key: &str, faults: &mut Faults) -> Option<[Length; 2]> {
    let text = table.text(key, faults)?;
    let parts: Vec<&str> = text.text.split_whitespace().collect();
    let lengths: Vec<Length> = parts.iter().filter_map(|part| parse_length(part)).filter(|length| *length >= Length::ZERO).collect();
    match *lengths.as_slice() {
        [both] if parts.len() == 1 => Some([both, both]),
        [across, up] if parts.len() == 2 => Some([across, up]),
        _ => {
            let fault = Diagnostic::error(&code::JOB_VALUE, text.part(0..text.text.len()), format!("`{}` is no clear zone", text.text));
            faults.push(fault.hint("write a length such as `3mm`, or two: at the sides, and above and below"));
            None
        }
    }
}
