//! Whether a mailing meets the conditions of its scheme.
//!
//! Takes all pieces and the condition, gives a verdict with its reason in words, and which pieces are excluded. Must never move a piece:
//! conditions are looked at, trays are as they are.

use super::grouping::{Keying, NO_KEY};
use super::pieces::Sorted;
use crate::base::readable::counted;
use crate::model::mail::Weight;
use crate::postal::scheme::{Scheme, Term};

/// What a scheme says of a mailing.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Verdict {
    /// Pieces that meet the condition; all, if there is none.
    pub eligible: u64,
    /// Pieces that do not.
    pub excluded: u64,
    /// Why, in words: what is there and what is needed.
    pub reason: String,
    /// One bit per position: set if the piece is excluded. Empty if all are alike.
    bits: Vec<u64>,
}

impl Verdict {
    /// Whether any piece meets the condition.
    pub fn is_met(&self) -> bool {
        self.eligible > 0 || self.excluded == 0
    }

    /// Whether the piece at a position of the sorted pieces is excluded.
    pub(super) fn excludes(&self, position: u32) -> bool {
        match self.bits.get(position as usize / 64) {
            Some(word) => word >> (position % 64) & 1 == 1,
            None => self.eligible == 0 && self.excluded > 0,
        }
    }
}

/// Looks at the condition of a scheme.
pub(super) fn judge(scheme: &Scheme, sorted: &Sorted) -> Verdict {
    let pieces = sorted.len() as u64;
    let Some(eligibility) = &scheme.eligibility else {
        return Verdict { eligible: pieces, reason: "the scheme has no condition".into(), ..Verdict::default() };
    };
    let weight: u64 = sorted.list.iter().map(|piece| piece.weight().0).sum();
    let conditions = eligibility.conditions();
    let mut counts: Vec<LevelCounts> = Vec::new();
    for (term, _) in &conditions {
        if let Term::PerKey(level) = term
            && !counts.iter().any(|counts| counts.level == *level)
        {
            counts.push(LevelCounts::new(*level, scheme, sorted));
        }
    }
    let amount_at = |position: Option<usize>| {
        let counts = &counts;
        move |term: Term| match term {
            Term::TotalPieces => pieces,
            Term::TotalWeight => weight,
            Term::PerKey(level) => counts.iter().find(|counts| counts.level == level).map_or(0, |counts| match position {
                Some(position) => counts.at(position),
                None => counts.most(),
            }),
        }
    };
    let words: Vec<String> = conditions.iter().map(|(term, least)| in_words(*term, *least, amount_at(None)(*term), scheme)).collect();
    let mut verdict = Verdict { reason: words.join("; "), ..Verdict::default() };
    if counts.is_empty() {
        let amount = if eligibility.holds(&amount_at(None)) { &mut verdict.eligible } else { &mut verdict.excluded };
        *amount = pieces;
        return verdict;
    }
    verdict.bits = vec![0; sorted.len().div_ceil(64)];
    for position in 0..sorted.len() {
        if !eligibility.holds(&amount_at(Some(position))) {
            verdict.bits[position / 64] |= 1 << (position % 64);
            verdict.excluded += 1;
        }
    }
    verdict.eligible = pieces - verdict.excluded;
    verdict
}

/// How many pieces share each key of a level.
struct LevelCounts {
    level: usize,
    numbers: Vec<u32>,
    counts: Vec<u64>,
}

impl LevelCounts {
    fn new(level: usize, scheme: &Scheme, sorted: &Sorted) -> LevelCounts {
        let mut keying = Keying::new(&scheme.levels[level].key, &scheme.maps);
        let numbers: Vec<u32> = sorted.list.iter().map(|piece| keying.number(piece, sorted)).collect();
        let mut counts = vec![0; keying.keys.len()];
        for number in numbers.iter().filter(|number| **number != NO_KEY) {
            counts[*number as usize] += 1;
        }
        LevelCounts { level, numbers, counts }
    }

    fn at(&self, position: usize) -> u64 {
        self.counts.get(self.numbers[position] as usize).copied().unwrap_or(0)
    }

    fn most(&self) -> u64 {
        self.counts.iter().copied().max().unwrap_or(0)
    }
}

/// A condition in words: `450 pieces of at least 500: 50 short`.
fn in_words(term: Term, least: u64, amount: u64, scheme: &Scheme) -> String {
    let (have, need, short) = match term {
        Term::TotalWeight => {
            let short = Weight(least.saturating_sub(amount));
            (Weight(amount).to_string(), Weight(least).to_string(), short.to_string())
        }
        Term::TotalPieces | Term::PerKey(_) => {
            let pieces = |count: u64| counted(count, "piece");
            (pieces(amount), least.to_string(), least.saturating_sub(amount).to_string())
        }
    };
    let of = match term {
        Term::PerKey(level) => format!(" for the largest {} group", scheme.levels[level].name),
        Term::TotalPieces | Term::TotalWeight => String::new(),
    };
    let end = if amount >= least { String::new() } else { format!(": {short} short") };
    format!("{have}{of}, at least {need} are needed{end}")
}
