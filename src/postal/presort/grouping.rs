//! Which pieces belong together at a level.
//!
//! Takes sorted pieces and a key rule, gives their groups in the order of their keys, pieces in the order of their postcodes. Must
//! never decide whether a group is large enough.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::pieces::{Piece, Sorted};
use super::postcode::{POSTCODE_LENGTH_MAX, Postcode};
use crate::postal::scheme::{KeyRule, Map};

/// Finds the keys of pieces by one rule. Neighbours mostly share their postcode or their key, which makes most answers free.
pub(super) struct Keying<'s> {
    rule: &'s KeyRule,
    maps: &'s [Map],
    /// Keys by their number.
    pub(super) keys: Vec<Box<str>>,
    numbers: FxHashMap<Box<str>, u32>,
    last: Option<(Postcode, u32, u32)>,
}

/// No key.
pub(super) const NO_KEY: u32 = u32::MAX;

impl<'s> Keying<'s> {
    pub(super) fn new(rule: &'s KeyRule, maps: &'s [Map]) -> Keying<'s> {
        Keying { rule, maps, keys: Vec::new(), numbers: FxHashMap::default(), last: None }
    }

    /// The number of the key of a piece, or [`NO_KEY`].
    pub(super) fn number(&mut self, piece: &Piece, sorted: &Sorted) -> u32 {
        if let Some((postcode, fields, number)) = self.last
            && (postcode, fields) == (piece.postcode, piece.fields)
        {
            return number;
        }
        let mut buffer = [0; POSTCODE_LENGTH_MAX];
        let postcode = piece.postcode.unpack(&mut buffer);
        let number = match self.rule.key(postcode, |index| sorted.field(piece, index), self.maps) {
            Err(_) => NO_KEY,
            Ok(key) => match self.last {
                Some((.., last)) if last != NO_KEY && *self.keys[last as usize] == *key => last,
                _ => number_of(key, &mut self.keys, &mut self.numbers),
            },
        };
        self.last = Some((piece.postcode, piece.fields, number));
        number
    }
}

fn number_of(key: &str, keys: &mut Vec<Box<str>>, numbers: &mut FxHashMap<Box<str>, u32>) -> u32 {
    if let Some(known) = numbers.get(key) {
        return *known;
    }
    keys.push(key.into());
    numbers.insert(key.into(), keys.len() as u32 - 1);
    keys.len() as u32 - 1
}

/// The groups of a level.
pub(super) struct Groups {
    /// Keys in their order, with the part of `members` that is theirs.
    pub(super) keys: Vec<(Box<str>, Range<usize>)>,
    /// Positions of pieces, group by group.
    pub(super) members: Vec<u32>,
    /// Those without a group, in the order of their postcodes.
    pub(super) without: Vec<u32>,
}

/// Groups the pieces at `positions`; those that `takes` refuses have no group.
pub(super) fn group(positions: &[u32], sorted: &Sorted, rule: &KeyRule, maps: &[Map], takes: impl Fn(&Piece) -> bool) -> Groups {
    let mut keying = Keying::new(rule, maps);
    let mut numbers: Vec<u32> = Vec::with_capacity(positions.len());
    let mut counts: Vec<usize> = Vec::new();
    for position in positions {
        let piece = &sorted.list[*position as usize];
        let number = if takes(piece) { keying.number(piece, sorted) } else { NO_KEY };
        counts.resize(keying.keys.len(), 0);
        if number != NO_KEY {
            counts[number as usize] += 1;
        }
        numbers.push(number);
    }
    let mut by_key: Vec<u32> = (0..keying.keys.len() as u32).collect();
    by_key.sort_unstable_by(|a, b| keying.keys[*a as usize].cmp(&keying.keys[*b as usize]));
    // A counting sort: where each key begins, then every piece to its place, which keeps the order of the postcodes.
    let mut starts = vec![0; by_key.len()];
    let mut total = 0;
    for number in &by_key {
        starts[*number as usize] = total;
        total += counts[*number as usize];
    }
    let mut members = vec![0; total];
    let mut without = Vec::with_capacity(positions.len() - total);
    for (position, number) in positions.iter().zip(&numbers) {
        if *number == NO_KEY {
            without.push(*position);
        } else {
            let start = &mut starts[*number as usize];
            members[*start] = *position;
            *start += 1;
        }
    }
    let keys = by_key.into_iter().map(|number| {
        // Each start has moved to the end of its group.
        let (end, count) = (starts[number as usize], counts[number as usize]);
        (std::mem::take(&mut keying.keys[number as usize]), end - count..end)
    });
    Groups { keys: keys.collect(), members, without }
}
