//! What a piece costs.
//!
//! Takes `prices.csv`, gives the price of a category, weight and date. Must never round: a price is the decimal that the table says.

use super::rows::{Columns, Table};
use crate::base::code;
use crate::base::date::Date;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::money::Decimal;
use crate::base::span::{FileId, Span};
use crate::model::mail::Weight;

/// The prices of a scheme.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Prices {
    /// By category, then latest first, then lightest first.
    rows: Vec<PriceRow>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct PriceRow {
    category: String,
    /// Up to and including this weight; `None`: any.
    weight_max: Option<Weight>,
    price: Decimal,
    from: Option<Date>,
    span: Span,
}

/// The price of a piece.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Price {
    /// What it costs, in the currency of the scheme.
    pub amount: Decimal,
    /// The heaviest piece that costs it; `None`: any.
    pub weight_max: Option<Weight>,
    /// What a piece of the next lighter step costs, and how heavy it may be.
    pub lighter: Option<(Decimal, Weight)>,
}

/// Why a piece has no price.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoPrice {
    /// The scheme has no prices.
    #[error("the scheme has no table of prices")]
    NoTable,
    /// No price of the category holds yet.
    #[error("no price of `{category}` holds on {date}")]
    NotYet {
        /// The category.
        category: String,
        /// The day.
        date: Date,
    },
    /// The piece is too heavy.
    #[error("{weight} is more than the {most} up to which `{category}` has a price")]
    TooHeavy {
        /// The category.
        category: String,
        /// What the piece weighs.
        weight: Weight,
        /// The heaviest step.
        most: Weight,
    },
    /// The mailing is not one that the scheme is for, or the piece is excluded from it.
    #[error("the piece is excluded: {reason}")]
    Excluded {
        /// Why.
        reason: String,
    },
}

const COLUMNS: Columns = Columns { required: &["price_category", "unit_price"], optional: &["max_weight_g", "valid_from"], is_open: false };

impl Prices {
    /// Reads `prices.csv`.
    pub(super) fn read(text: &str, file: FileId, faults: &mut Faults) -> Prices {
        let mut rows: Vec<PriceRow> = Vec::new();
        let Some(table) = Table::read(text, file, &COLUMNS, faults) else { return Prices::default() };
        for row in &table.rows {
            let category = table.cell(row, "price_category").filled(faults);
            let price = table.cell(row, "unit_price").decimal(faults);
            let weight_max = table.cell(row, "max_weight_g").optional(faults, |cell, faults| cell.grams(faults));
            let from = table.cell(row, "valid_from").optional(faults, |cell, faults| cell.date(faults));
            if let (Some(category), Some(price)) = (category, price) {
                rows.push(PriceRow { category: category.to_string(), weight_max, price, from, span: row.span() });
            }
        }
        // A step without a limit is the heaviest.
        rows.sort_by(|a, b| {
            let weight = |row: &PriceRow| row.weight_max.map_or(u64::MAX, |weight| weight.0);
            (&a.category, b.from, weight(a)).cmp(&(&b.category, a.from, weight(b)))
        });
        for pair in rows.windows(2) {
            if pair[0].category == pair[1].category && pair[0].from == pair[1].from && pair[0].weight_max == pair[1].weight_max {
                let message = format!("`{}` has this weight and date twice", pair[1].category);
                let fault = Diagnostic::error(&code::SCHEME_TWICE, pair[1].span, message);
                faults.push(fault.related(pair[0].span, "the other price"));
            }
        }
        Prices { rows }
    }

    /// The price of a piece: among the prices that hold on the day, those of the latest date, and of these the lightest step that
    /// the piece does not exceed.
    pub fn price(&self, category: &str, weight: Weight, date: Date) -> Result<Price, NoPrice> {
        let start = self.rows.partition_point(|row| row.category.as_str() < category);
        let of_category = self.rows[start..].iter().take_while(|row| row.category == category);
        let mut holding = of_category.skip_while(|row| row.from.is_some_and(|from| from > date)).peekable();
        let Some(from) = holding.peek().map(|row| row.from) else { return Err(NoPrice::NotYet { category: category.to_string(), date }) };
        let mut lighter = None;
        for row in holding.take_while(|row| row.from == from) {
            if row.weight_max.is_none_or(|most| weight <= most) {
                return Ok(Price { amount: row.price, weight_max: row.weight_max, lighter });
            }
            lighter = row.weight_max.map(|most| (row.price, most));
        }
        let most = lighter.map_or(Weight(0), |(_, most)| most);
        Err(NoPrice::TooHeavy { category: category.to_string(), weight, most })
    }

    /// Whether any price is of this category.
    pub fn has_category(&self, category: &str) -> bool {
        self.rows.iter().any(|row| row.category == category)
    }

    /// Its categories, each once, sorted.
    pub fn categories(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.rows.iter().map(|row| row.category.as_str()).collect();
        names.dedup();
        names
    }
}
