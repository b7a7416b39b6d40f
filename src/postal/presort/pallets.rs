//! Pallets: the last level, above the trays.
//!
//! Takes trays and the pallet rules of a scheme, gives each tray the number of its pallet. Must never move or open a tray.

use super::Presorted;
use super::grouping::{Keying, NO_KEY};
use crate::model::mail::Weight;

/// A pallet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pallet {
    /// Its number in the job, from 1.
    pub number: u32,
    /// Its rule, an index into the pallets of the scheme.
    pub rule: usize,
    /// The key of its trays.
    pub key: Box<str>,
    /// Its trays, as indexes into [`Presorted::trays`], in their order.
    pub trays: Vec<usize>,
    /// What it weighs with them.
    pub gross: Weight,
}

/// Puts trays on pallets: each rule takes the trays still without one whose pieces all have its key, if they are enough.
pub(super) fn load(presorted: &mut Presorted<'_>) {
    let scheme = presorted.scheme;
    let mut loose: Vec<usize> = (0..presorted.trays.len()).collect();
    for (index, rule) in scheme.pallets.iter().enumerate() {
        let mut keying = Keying::new(&rule.key, &scheme.maps);
        let mut groups: std::collections::BTreeMap<Box<str>, Vec<usize>> = std::collections::BTreeMap::new();
        for tray in &loose {
            let mut numbers = presorted.trays[*tray].places.clone().map(|place| keying.number(presorted.piece(place), &presorted.sorted));
            let first = numbers.next().unwrap_or(NO_KEY);
            if first != NO_KEY && numbers.all(|number| number == first) {
                groups.entry(keying.keys[first as usize].clone()).or_default().push(*tray);
            }
        }
        for (key, trays) in groups {
            let weight: u64 = trays.iter().map(|tray| presorted.trays[*tray].gross.0).sum();
            let is_enough = trays.len() as u64 >= rule.trays_min || rule.weight_min.is_some_and(|least| weight >= least.0);
            for tray in trays.into_iter().filter(|_| is_enough) {
                let gross = presorted.trays[tray].gross;
                let number = presorted.pallets.len() as u32;
                match presorted.pallets.last_mut().filter(|pallet| pallet.rule == index && pallet.key == key) {
                    Some(pallet)
                        if rule.trays_max.is_none_or(|most| (pallet.trays.len() as u64) < most)
                            && rule.gross_max.is_none_or(|most| pallet.gross + gross <= most) =>
                    {
                        pallet.trays.push(tray);
                        pallet.gross = pallet.gross + gross;
                        presorted.trays[tray].pallet = number;
                    }
                    _ => {
                        let pallet = Pallet { number: number + 1, rule: index, key: key.clone(), trays: vec![tray], gross: rule.tare + gross };
                        presorted.trays[tray].pallet = pallet.number;
                        presorted.pallets.push(pallet);
                    }
                }
            }
        }
        loose.retain(|tray| presorted.trays[*tray].pallet == 0);
    }
}
