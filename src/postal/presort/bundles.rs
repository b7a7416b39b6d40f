//! Bundles: pieces of a tray that are tied together.
//!
//! Takes trays and the bundle rules of their levels, gives bundles. Must never move a piece: a bundle is a part of the order.

use std::ops::Range;

use super::Presorted;
use super::fill::Load;
use super::grouping::{Keying, NO_KEY};
use crate::postal::scheme::BundleRule;

/// Pieces that are tied together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bundle {
    /// Its tray, an index into [`Presorted::trays`].
    pub tray: usize,
    /// The key of its pieces.
    pub key: Box<str>,
    /// Their places.
    pub places: Range<u32>,
}

/// The bundles of all trays.
pub(super) fn bundle(presorted: &Presorted<'_>) -> Vec<Bundle> {
    let mut bundles = Vec::new();
    for rule in &presorted.scheme.bundles {
        let mut keying = Keying::new(&rule.key, &presorted.scheme.maps);
        for (index, tray) in presorted.trays.iter().enumerate().filter(|(_, tray)| tray.level == rule.level) {
            let mut start = tray.places.start;
            while start < tray.places.end {
                let number = keying.number(presorted.piece(start), &presorted.sorted);
                let same = (start..tray.places.end).skip(1).take_while(|place| keying.number(presorted.piece(*place), &presorted.sorted) == number);
                let end = start + 1 + same.count() as u32;
                if number != NO_KEY && u64::from(end - start) >= rule.pieces_min {
                    let key = &keying.keys[number as usize];
                    bundles.extend(divide(presorted, rule, start..end).map(|places| Bundle { tray: index, key: key.clone(), places }));
                }
                start = end;
            }
        }
    }
    bundles.sort_by_key(|bundle| bundle.places.start);
    bundles
}

/// Pieces of one key in bundles that are neither too many nor too thick. A piece that is too thick alone is a bundle of its own.
fn divide<'p>(presorted: &'p Presorted<'_>, rule: &'p BundleRule, places: Range<u32>) -> impl Iterator<Item = Range<u32>> + 'p {
    let mut start = places.start;
    std::iter::from_fn(move || {
        let mut load = Load::default();
        let mut end = start;
        while end < places.end && rule.pieces_max.is_none_or(|most| u64::from(end - start) < most) {
            load = load.with(presorted.piece(end));
            if end > start && rule.thickness_max.is_some_and(|most| load.thickness > most) {
                break;
            }
            end += 1;
        }
        let bundle = start..end;
        start = end;
        (!bundle.is_empty()).then_some(bundle)
    })
}
