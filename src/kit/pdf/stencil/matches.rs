//! Repetitions in a row of symbols (RFC 1951, 4).
//!
//! Takes symbols, gives literals and matches. It is made for rows that are like the ones above: long runs of zeros, and what repeats after
//! a number of rows. Must never take a blank for anything but the same blank.

use super::Symbol;

/// A step through the symbols.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Token {
    /// The next symbol as it is.
    Literal,
    /// The next symbols are those from `distance` before on.
    Match {
        /// How many, 3 to 258.
        length: u16,
        /// How far back, 1 to 32,768.
        distance: u16,
    },
}

/// The longest match.
pub const LENGTH_MAX: usize = 258;
/// The shortest.
pub const LENGTH_MIN: usize = 3;
/// The farthest match; that of 32,768 has no room in 16 bits and is not used.
pub const DISTANCE_MAX: usize = 32_767;
/// Rows above that are tried for each match, at the same place.
const ROWS: usize = 8;
/// Other places that are tried.
const TRIES: usize = 16;
/// Of the places inside a match this long, only the first and the last are kept: what follows it stands in a row above, too.
const LONG: usize = 32;
const KEPT_FIRST: usize = 3;
const KEPT_LAST: usize = 2;
/// Symbols that are compared at once.
const STEP: usize = 16;
const HASH_BITS: u32 = 13;
const NONE: u32 = u32::MAX;

/// Room for searches, kept from one to the next.
#[derive(Debug, Default)]
pub struct Search {
    heads: Vec<u32>,
    before: Vec<u32>,
    costs: Vec<u32>,
    /// What was found.
    pub tokens: Vec<Token>,
}

impl Search {
    /// Finds the tokens of `symbols`, which are rows of `width`.
    pub fn find(&mut self, symbols: &[Symbol], width: usize) {
        self.heads.clear();
        self.heads.resize(1 << HASH_BITS, NONE);
        // What is read of it was written before.
        self.before.resize(symbols.len().max(self.before.len()), NONE);
        self.costs.resize(symbols.len() + 1, 0);
        let mut sum = 0;
        for (cost, symbol) in self.costs[1..].iter_mut().zip(symbols) {
            sum += if *symbol == 0 { 2 } else { 6 };
            *cost = sum;
        }
        self.tokens.clear();
        let tokens = &mut self.tokens;
        let mut finder = Finder { width, last: 0, symbols, costs: &self.costs, heads: &mut self.heads, before: &mut self.before };
        let mut at = 0;
        let mut found = finder.longest(0);
        while at < symbols.len() {
            finder.insert(at);
            let next = if found.gain < LAZY_MAX { finder.longest(at + 1) } else { Found::NOTHING };
            if found.length < LENGTH_MIN || next.gain > found.gain + LAZY_LEAD {
                tokens.push(Token::Literal);
                at += 1;
                found = if found.gain < LAZY_MAX { next } else { finder.longest(at) };
            } else {
                tokens.push(Token::Match { length: found.length as u16, distance: found.distance as u16 });
                finder.last = found.distance;
                let end = at + found.length;
                if found.length < LONG {
                    (at + 1..end).for_each(|inside| finder.insert(inside));
                } else {
                    (at + 1..at + 1 + KEPT_FIRST).chain(end - KEPT_LAST..end).for_each(|inside| finder.insert(inside));
                }
                at = end;
                found = finder.longest(at);
            }
        }
    }
}

/// A match that saves so many bits is taken without a look at the next.
const LAZY_MAX: i32 = 150;
/// The next match is better if it saves so many more.
const LAZY_LEAD: i32 = 2;

#[derive(Clone, Copy)]
struct Found {
    length: usize,
    distance: usize,
    /// Bits that it saves, roughly.
    gain: i32,
}

impl Found {
    const NOTHING: Found = Found { length: 0, distance: 0, gain: 0 };
}

struct Finder<'s> {
    width: usize,
    /// The distance of the last match; 0: there was none.
    last: usize,
    symbols: &'s [Symbol],
    /// By place, bits that all symbols before it would take alone, roughly.
    costs: &'s [u32],
    /// By the hash of three symbols, the last place of such three.
    heads: &'s mut [u32],
    /// The place before, by place.
    before: &'s mut [u32],
}

impl Finder<'_> {
    fn hash(&self, at: usize) -> Option<usize> {
        let three = self.symbols.get(at..at + LENGTH_MIN)?;
        let key = u64::from(three[0]) | u64::from(three[1]) << 16 | u64::from(three[2]) << 32;
        Some((key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - HASH_BITS)) as usize)
    }

    fn insert(&mut self, at: usize) {
        if let Some(hash) = self.hash(at) {
            // Within a run only the first place is kept: those behind it find the run by its own distance.
            if at > 1
                && self.symbols[at - 1] == self.symbols[at]
                && self.symbols[at - 2] == self.symbols[at]
                && self.symbols[at + 1] == self.symbols[at]
            {
                return;
            }
            self.before[at] = std::mem::replace(&mut self.heads[hash], at as u32);
        }
    }

    /// The match at a place that saves the most.
    fn longest(&self, at: usize) -> Found {
        let mut best = Found::NOTHING;
        let Some(hash) = self.hash(at) else { return best };
        let try_distance = |distance: usize, best: &mut Found| {
            let length = self.common(at - distance, at);
            if length >= LENGTH_MIN {
                let gain = self.gain(at, length, distance);
                if gain > best.gain {
                    *best = Found { length, distance, gain };
                }
            }
        };
        // Longer than the best only if it goes on where that ends.
        let may_be_better = |from: usize, best: &Found| {
            best.length == 0 || (best.length < LENGTH_MAX && self.symbols.get(from + best.length) == self.symbols.get(at + best.length))
        };
        let near = std::iter::once(1).chain((1..=ROWS).map(|rows| rows * self.width)).chain([self.last]);
        for distance in near.filter(|distance| (1..=at.min(DISTANCE_MAX)).contains(distance)) {
            if may_be_better(at - distance, &best) {
                try_distance(distance, &mut best);
            }
        }
        let mut place = self.heads[hash];
        for _ in 0..TRIES {
            if place == NONE || at - place as usize > DISTANCE_MAX || best.length == LENGTH_MAX {
                break;
            }
            let from = place as usize;
            if may_be_better(from, &best) {
                try_distance(at - from, &mut best);
            }
            place = self.before[from];
        }
        best
    }

    fn common(&self, from: usize, at: usize) -> usize {
        let most = (self.symbols.len() - at).min(LENGTH_MAX);
        let (old, new) = (&self.symbols[from..from + most], &self.symbols[at..at + most]);
        let ((old_steps, _), (new_steps, _)) = (old.as_chunks::<STEP>(), new.as_chunks::<STEP>());
        let alike = old_steps.iter().zip(new_steps).take_while(|(old, new)| old == new).count() * STEP;
        let rest = old[alike..].iter().zip(&new[alike..]).take_while(|(old, new)| old == new).count();
        alike + rest
    }

    /// Bits that a match saves: what its symbols would take alone, less what it takes. Those far behind its beginning count as zeros.
    fn gain(&self, at: usize, length: usize, distance: usize) -> i32 {
        let near = length.min(40);
        let literals = (self.costs[at + near] - self.costs[at]) as i32;
        let cost = 7 + if distance == 1 { 1 } else { 3 + (usize::BITS - distance.leading_zeros()) as i32 };
        literals + (length - near) as i32 * 2 - cost
    }
}
