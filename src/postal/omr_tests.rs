//! A worked track, and a machine that reads tracks without knowing how they were made.

use proptest::prelude::*;

use super::*;
use Position::*;

const EVEN: Position = Parity { is_odd: false };

fn profile(positions: &[Position]) -> Profile {
    let counter = Counter { scope: Scope::Sheet, start: 1, least: 0, modulus: 8 };
    Profile {
        positions: positions.to_vec(),
        pitch: Length::from_points(12),
        length: Length::from_points(36),
        thickness: Length::from_points(2),
        clear: [Length::from_points(9), Length::from_points(57)],
        feed: Feed::Forward,
        is_first_sheet_only: false,
        select_on: SelectOn::Last,
        divert_on: SelectOn::All,
        parity_counts_fixed: true,
        sequence: counter,
        matching: Counter { scope: Scope::Set, start: 1, least: 1, modulus: 7 },
    }
}

/// Benchmark, safety, not end, not begin, parity, closing mark; two feeders, automatic batch, closing mark; the sequence, closing mark.
const GROUPS: &[Position] =
    &[Fixed, Fixed, NotEnd, NotBegin, EVEN, Fixed, Feeder(1), Feeder(2), Blank, Fixed, Sequence(3), Sequence(2), Sequence(1), Fixed];

/// The tracks of sets, each with sheets, inserts and whether it is diverted, in the order of printing.
fn tracks(profile: &Profile, sets: &[(u32, u32, bool)]) -> Vec<Option<Marks>> {
    let mut all = Vec::new();
    let mut sheets_before = 0;
    for (set, &(sheets, inserts, is_diverted)) in sets.iter().enumerate() {
        for number in 1..=sheets {
            all.push(profile.marks(&Sheet { number, sheets, sheets_before, sets_before: set as u64, inserts, is_diverted }));
        }
        sheets_before += u64::from(sheets);
    }
    all
}

fn show(marks: &Option<Marks>, positions: usize) -> String {
    marks.map_or("-".into(), |marks| (0..positions).map(|at| if marks.is_printed(at) { '1' } else { '0' }).collect())
}

#[test]
fn the_worked_tracks_are_exact() {
    let expected = [
        ("111011 0001 0011", 8),
        ("110111 0001 0101", 8),
        ("110001 1001 0111", 8),
        ("111011 0001 1001", 8),
        ("111111 0001 1011", 10),
        ("110101 0001 1101", 8),
        ("111011 0001 1111", 10),
        ("110101 0001 0001", 6),
    ];
    let found = tracks(&profile(GROUPS), &[(2, 0, false), (1, 1, false), (3, 0, false), (2, 0, false)]);
    assert_eq!(found.len(), expected.len());
    for (marks, (text, count)) in found.iter().zip(expected) {
        assert_eq!(show(marks, GROUPS.len()), text.replace(' ', ""));
        assert_eq!(marks.unwrap().0.count_ones(), count);
    }
}

#[test]
fn a_track_on_the_first_sheet_says_all_of_its_set() {
    let mut profile = profile(&[Fixed, Begin, End, Feeder(2), Divert, Sequence(2), Sequence(1)]);
    profile.is_first_sheet_only = true;
    let shown: Vec<String> = tracks(&profile, &[(2, 0b10, false), (1, 0, true), (2, 0, false)]).iter().map(|marks| show(marks, 7)).collect();
    assert_eq!(shown, ["1101001", "-", "1110110", "1100011", "-"]);
}

#[test]
fn counters_begin_again_at_their_least_value() {
    let counter = Counter { scope: Scope::Sheet, start: 6, least: 1, modulus: 7 };
    assert_eq!((0..4).map(|step| counter.value(step)).collect::<Vec<_>>(), [6, 7, 1, 2]);
    assert_eq!(counter.value(-6), 7);
    assert_eq!(counter.most(), 7);
}

#[test]
fn parity_can_leave_out_what_is_always_printed() {
    let mut profile = profile(&[Fixed, Fixed, Fixed, NotEnd, Parity { is_odd: true }]);
    profile.parity_counts_fixed = false;
    let shown: Vec<String> = tracks(&profile, &[(2, 0, false)]).iter().map(|marks| show(marks, 5)).collect();
    assert_eq!(shown, ["11110", "11101"]);
}

/// What a machine stops at.
#[derive(Debug, PartialEq)]
enum Stop {
    Safety,
    Parity,
    Sequence,
    Collation,
}

/// A machine: it knows where the marks of its profile stand and follows the sheets that come.
struct Machine<'p> {
    profile: &'p Profile,
    sequence: Option<u32>,
    is_open: bool,
    /// Sets that left it, with the inserts that were added.
    sets: Vec<(u32, u32)>,
    sheets: u32,
}

impl Machine<'_> {
    fn feed(&mut self, marks: Marks) -> Result<(), Stop> {
        let positions = &self.profile.positions;
        let at = |wanted: Position| positions.iter().position(|position| *position == wanted).map(|at| marks.is_printed(at));
        if positions.iter().enumerate().any(|(at, position)| *position == Fixed && !marks.is_printed(at)) {
            return Err(Stop::Safety);
        }
        if at(EVEN).is_some() && marks.0.count_ones() % 2 == 1 {
            return Err(Stop::Parity);
        }
        let value = (1..=3).map(|digit| u32::from(at(Sequence(digit)).unwrap_or_default()) << (digit - 1)).sum::<u32>();
        if self.sequence.is_some_and(|last| (last + 1) % 8 != value) {
            return Err(Stop::Sequence);
        }
        self.sequence = Some(value);
        // A begin must follow an end, and nothing else may.
        let begins = at(NotBegin) == Some(false);
        if begins == self.is_open {
            return Err(Stop::Collation);
        }
        self.sheets = if begins { 1 } else { self.sheets + 1 };
        self.is_open = at(NotEnd) == Some(true);
        if !self.is_open {
            let inserts = (1..=2).map(|feeder| u32::from(at(Feeder(feeder)).unwrap_or_default()) << (feeder - 1)).sum();
            self.sets.push((self.sheets, inserts));
        }
        Ok(())
    }
}

/// Feeds all tracks; what stopped the machine, or the sets that left it.
fn run(profile: &Profile, tracks: impl Iterator<Item = Marks>) -> Result<Vec<(u32, u32)>, Stop> {
    let mut machine = Machine { profile, sequence: None, is_open: false, sets: Vec::new(), sheets: 0 };
    for marks in tracks {
        machine.feed(marks)?;
    }
    if machine.is_open { Err(Stop::Collation) } else { Ok(machine.sets) }
}

proptest! {
    #[test]
    fn a_machine_follows_every_stack_and_stops_at_every_fault(
        sets in prop::collection::vec((1u32..9, 0u32..4, any::<bool>()), 1..40),
        is_reverse in any::<bool>(),
        fault in 0usize..200,
        position in 0usize..GROUPS.len(),
    ) {
        let mut profile = profile(GROUPS);
        if is_reverse {
            profile.feed = Feed::Reverse;
        }
        let mut fed: Vec<Marks> = tracks(&profile, &sets).into_iter().flatten().collect();
        let mut expected: Vec<(u32, u32)> = sets.iter().map(|&(sheets, inserts, _)| (sheets, inserts)).collect();
        if is_reverse {
            fed.reverse();
            expected.reverse();
        }
        prop_assert_eq!(run(&profile, fed.iter().copied()), Ok(expected));
        let fault = fault % fed.len();
        // A mark that is lost or that dirt adds.
        let mut dirty = fed.clone();
        dirty[fault].0 ^= 1 << position;
        prop_assert!(run(&profile, dirty.into_iter()).is_err());
        // A sheet that is lost inside of the stack.
        if fault > 0 && fault + 1 < fed.len() {
            let mut short = fed.clone();
            short.remove(fault);
            prop_assert!(run(&profile, short.into_iter()).is_err());
        }
        // Two sheets that changed places.
        if fault + 1 < fed.len() {
            let mut swapped = fed.clone();
            swapped.swap(fault, fault + 1);
            prop_assert!(run(&profile, swapped.into_iter()).is_err());
        }
    }
}
