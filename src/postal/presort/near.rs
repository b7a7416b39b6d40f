//! Groups that nearly earned a better price.
//!
//! Takes a sorted mailing, gives the groups that lack least. Must never promise a sum: what a few pieces more would move depends on
//! which they are.

use super::Presorted;
use crate::base::readable::counted;
use crate::postal::scheme::Minimum;

/// A group that a level did not take.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NearMiss {
    /// The level, an index into the levels of the scheme.
    pub level: usize,
    /// The key of the group.
    pub key: Box<str>,
    /// Its pieces.
    pub pieces: u32,
    /// How many more were needed.
    pub short: u64,
}

impl Presorted<'_> {
    /// The groups that lack least, at most so many: those with at least half of what was needed, by what they lack, then by level and
    /// key.
    pub fn near_misses(&self, most: usize) -> Vec<NearMiss> {
        let mut found = Vec::new();
        for (index, (level, outcome)) in self.scheme.levels.iter().zip(&self.levels).enumerate() {
            let Minimum::Pieces(least) = level.minimum else { continue };
            for group in &outcome.groups {
                let pieces = u64::from(group.pieces);
                if pieces < least && pieces * 2 >= least {
                    found.push(NearMiss { level: index, key: group.key.clone(), pieces: group.pieces, short: least - pieces });
                }
            }
        }
        found.sort_by(|a, b| (a.short, a.level, &a.key).cmp(&(b.short, b.level, &b.key)));
        found.truncate(most);
        found
    }

    /// What a group has and needs, in words: `5-digit 90211 has 90 pieces, 150 are needed`.
    pub fn near_miss_in_words(&self, near: &NearMiss) -> String {
        let level = &self.scheme.levels[near.level];
        let pieces = u64::from(near.pieces);
        format!("{} {} has {}, {} are needed", level.name, near.key, counted(pieces, "piece"), pieces + near.short)
    }
}
