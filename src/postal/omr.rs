//! Optical marks for inserters: which positions of the track are printed on a sheet.
//!
//! Takes a profile, which is the manual of a machine as data, and the place of a sheet in the order in which it is fed; gives the
//! marks of its track. Must never know lengths beyond those it was given, nor a maker of machines.

use crate::base::length::Length;

/// What a position of the track says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Position {
    /// Always printed: gate, benchmark, safety or closing mark.
    Fixed,
    /// Never printed.
    Blank,
    /// The sheet is the first of its set that is fed.
    Begin,
    /// The sheet is the last of its set that is fed.
    End,
    /// It is not the first.
    NotBegin,
    /// It is not the last.
    NotEnd,
    /// Makes the number of printed marks even, or odd.
    Parity {
        /// Whether the sum is to be odd.
        is_odd: bool,
    },
    /// The insert of this feeder is added, from 1.
    Feeder(u8),
    /// The set is put aside.
    Divert,
    /// A binary digit of the sequence counter, 1 the lowest.
    Sequence(u8),
    /// A binary digit of the number of the set in its print file, 1 the lowest: the first changes from set to set.
    SetParity(u8),
    /// A binary digit of the matching number, 1 the lowest.
    Match(u8),
}

/// What a counter counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Scope {
    /// Sheets with a track.
    #[default]
    Sheet,
    /// Sets: all sheets of one have the same value.
    Set,
}

/// A counter that begins again after its last value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counter {
    /// What it counts.
    pub scope: Scope,
    /// Its value on the first sheet of a print file.
    pub start: u32,
    /// Its least value.
    pub least: u32,
    /// How many values it has.
    pub modulus: u32,
}

impl Counter {
    /// The value after `steps` steps; negative ones for stacks that are fed from their end.
    pub fn value(&self, steps: i64) -> u32 {
        let modulus = i64::from(self.modulus.max(1));
        let from_least = i64::from(self.start) - i64::from(self.least) + steps;
        self.least + from_least.rem_euclid(modulus) as u32
    }

    /// Its greatest value.
    pub fn most(&self) -> u32 {
        self.least + self.modulus.max(1) - 1
    }
}

/// In which order the sheets of a print file are fed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Feed {
    /// As printed.
    #[default]
    Forward,
    /// From the last that is printed to the first.
    Reverse,
}

/// On which sheets of a set actions are marked, in the order in which they are fed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SelectOn {
    /// On the last.
    #[default]
    Last,
    /// On the first.
    First,
    /// On all.
    All,
}

/// A track as a machine reads it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Profile {
    /// Its positions, from the first that is read.
    pub positions: Vec<Position>,
    /// From the middle of a mark to that of the next.
    pub pitch: Length,
    /// Length of a mark.
    pub length: Length,
    /// Thickness of a mark.
    pub thickness: Length,
    /// Clear space at the ends of the marks, and before the first and after the last.
    pub clear: [Length; 2],
    /// Order of feeding.
    pub feed: Feed,
    /// Whether only the first sheet that is fed of each set has a track.
    pub is_first_sheet_only: bool,
    /// On which sheets feeders are selected.
    pub select_on: SelectOn,
    /// On which sheets a set is diverted.
    pub divert_on: SelectOn,
    /// Whether parity counts positions that are always printed.
    pub parity_counts_fixed: bool,
    /// The sequence counter.
    pub sequence: Counter,
    /// The matching number.
    pub matching: Counter,
}

/// The most positions of a track: a set of marks is the bits of a number.
pub const POSITIONS_MAX: usize = 32;

/// A sheet on its way through a machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sheet {
    /// Its number in its set as printed, from 1.
    pub number: u32,
    /// Sheets of the set.
    pub sheets: u32,
    /// Sheets of the print file before the set.
    pub sheets_before: u64,
    /// Sets of the print file before this one.
    pub sets_before: u64,
    /// Bit n for the insert n, from 0.
    pub inserts: u32,
    /// Whether the set is put aside.
    pub is_diverted: bool,
}

/// The marks of a sheet: bit n for position n, from 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Marks(pub u32);

impl Marks {
    /// Whether the mark at a position is printed.
    pub fn is_printed(self, position: usize) -> bool {
        self.0 >> position & 1 == 1
    }
}

impl Profile {
    /// The marks of a sheet; `None` if it has no track.
    pub fn marks(&self, sheet: &Sheet) -> Option<Marks> {
        // As the machine sees it: the first sheet that is fed is the last that was printed if the stack is turned over.
        let (is_first, is_last) = match self.feed {
            Feed::Forward => (sheet.number == 1, sheet.number == sheet.sheets),
            Feed::Reverse => (sheet.number == sheet.sheets, sheet.number == 1),
        };
        if self.is_first_sheet_only && !is_first {
            return None;
        }
        let on = |when: SelectOn| match when {
            SelectOn::First => is_first,
            // With one track a set, there is no other sheet to say it on.
            SelectOn::Last => is_last || self.is_first_sheet_only,
            SelectOn::All => true,
        };
        let (sequence, matching) = (self.count(&self.sequence, sheet), self.count(&self.matching, sheet));
        let bit = |value: u32, digit: u8| value >> (digit.max(1) - 1) & 1 == 1;
        let (mut marks, mut counted, mut parity) = (0u32, 0u32, None);
        for (at, position) in self.positions.iter().enumerate() {
            let is_printed = match *position {
                Position::Fixed => true,
                Position::Blank => false,
                Position::Begin => is_first,
                Position::End => is_last,
                Position::NotBegin => !is_first,
                Position::NotEnd => !is_last,
                Position::Feeder(feeder) => on(self.select_on) && bit(sheet.inserts, feeder),
                Position::Divert => on(self.divert_on) && sheet.is_diverted,
                Position::Sequence(digit) => bit(sequence, digit),
                Position::SetParity(digit) => bit(sheet.sets_before as u32, digit),
                Position::Match(digit) => bit(matching, digit),
                Position::Parity { is_odd } => {
                    parity = Some((at, is_odd));
                    false
                }
            };
            marks |= u32::from(is_printed) << at;
            counted += u32::from(is_printed && (self.parity_counts_fixed || *position != Position::Fixed));
        }
        if let Some((at, is_odd)) = parity {
            marks |= u32::from((counted % 2 == 1) != is_odd) << at;
        }
        Some(Marks(marks))
    }

    /// The value of a counter on a sheet. From a stack that is fed from its end, it counts down as the sheets are printed.
    fn count(&self, counter: &Counter, sheet: &Sheet) -> u32 {
        let steps = match counter.scope {
            Scope::Set => sheet.sets_before,
            Scope::Sheet if self.is_first_sheet_only => sheet.sets_before,
            Scope::Sheet => sheet.sheets_before + u64::from(sheet.number - 1),
        } as i64;
        counter.value(if self.feed == Feed::Reverse { -steps } else { steps })
    }

    /// Width and height of the track, its longest mark across.
    pub fn size(&self) -> [Length; 2] {
        [self.length, self.pitch * (self.positions.len().max(1) as i64 - 1) + self.thickness]
    }
}

#[cfg(test)]
#[path = "omr_tests.rs"]
mod tests;
