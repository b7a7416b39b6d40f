//! The postage of a mailing.
//!
//! Takes a sorted mailing, gives the price of each piece and a summary whose sums are exact. Must never round, and never name a
//! price that the tables do not.

use std::collections::BTreeMap;

use super::Presorted;
use crate::base::money::Decimal;
use crate::model::mail::Weight;
use crate::postal::scheme::{NoPrice, Price};

/// The postage of a mailing.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Postage {
    /// One line per category, weight step and price, in the order of the levels.
    pub lines: Vec<PostageLine>,
    /// The sum of all lines.
    pub total: Decimal,
    /// Pieces without a price, by reason.
    pub unpriced: Vec<(String, u64)>,
}

/// A line of the summary.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PostageLine {
    /// The price category.
    pub category: String,
    /// Up to this weight; `None`: any.
    pub weight_max: Option<Weight>,
    /// What a piece costs.
    pub unit_price: Decimal,
    /// How many pieces.
    pub pieces: u64,
    /// What they cost together.
    pub sum: Decimal,
}

impl Presorted<'_> {
    /// What the piece at a place costs.
    pub fn price(&self, place: u32) -> Result<Price, NoPrice> {
        self.price_in(place, &self.level(&self.trays[self.tray_at(place)]).price_category)
    }

    /// What the piece at a place would cost in a category.
    pub(super) fn price_in(&self, place: u32, category: &str) -> Result<Price, NoPrice> {
        if self.verdict.excludes(self.places[place as usize]) {
            return Err(NoPrice::Excluded { reason: self.verdict.reason.clone() });
        }
        let prices = self.scheme.prices.as_ref().ok_or(NoPrice::NoTable)?;
        prices.price(category, self.piece(place).weight(), self.settings.date)
    }

    /// The summary of the mailing.
    pub fn postage(&self) -> Postage {
        let mut lines: BTreeMap<(usize, Option<Weight>, Decimal), (String, u64)> = BTreeMap::new();
        let mut unpriced: BTreeMap<String, u64> = BTreeMap::new();
        for tray in &self.trays {
            let category = &self.level(tray).price_category;
            // The first level of a category stands for all of them: two levels may share one.
            let rank = self.scheme.levels.iter().position(|level| level.price_category == *category).unwrap_or(tray.level);
            for run in self.runs_of_weight(tray.places.clone()) {
                let count = u64::from(run.end - run.start);
                match self.price_in(run.start, category) {
                    Ok(price) => lines.entry((rank, price.weight_max, price.amount)).or_insert_with(|| (category.clone(), 0)).1 += count,
                    Err(reason) => *unpriced.entry(reason.to_string()).or_default() += count,
                }
            }
        }
        let left = self.left.len() as u64;
        if left > 0 {
            unpriced.insert("no level takes the piece".into(), left);
        }
        let lines: Vec<PostageLine> = lines
            .into_iter()
            .map(|((_, weight_max, unit_price), (category, pieces))| PostageLine {
                category,
                weight_max,
                unit_price,
                pieces,
                sum: unit_price * Decimal::from(pieces),
            })
            .collect();
        Postage { total: lines.iter().map(|line| line.sum).sum(), lines, unpriced: unpriced.into_iter().collect() }
    }

    /// Places that follow each other with one weight and one verdict: they have one price.
    fn runs_of_weight(&self, places: std::ops::Range<u32>) -> impl Iterator<Item = std::ops::Range<u32>> + '_ {
        let facts = |place: u32| (self.piece(place).weight(), self.verdict.excludes(self.places[place as usize]));
        let mut start = places.start;
        std::iter::from_fn(move || {
            if start == places.end {
                return None;
            }
            let own = facts(start);
            let end = (start..places.end).find(|place| facts(*place) != own).unwrap_or(places.end);
            let run = start..end;
            start = end;
            Some(run)
        })
    }
}
