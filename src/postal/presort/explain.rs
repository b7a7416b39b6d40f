//! Why a piece is where it is and costs what it costs.
//!
//! Takes a sorted mailing and a piece, gives sentences: the level it reached, what one level better would have needed, what one sheet
//! less would save. Must never guess: every number is that of the sorting.

use super::pieces::Piece;
use super::postcode::POSTCODE_LENGTH_MAX;
use super::{Group, Presorted};
use crate::base::money::Decimal;
use crate::base::readable::counted;
use crate::model::mail::Weight;
use crate::postal::scheme::{Level, Minimum, NoKey, NoPrice, Price, Step};

/// Where a piece is, what it costs, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// What it costs.
    pub price: Result<Price, NoPrice>,
    /// Its level, tray and price, in words.
    pub reached: String,
    /// What the next finer level would have needed, in words; `None` at the finest.
    pub better: Option<String>,
    /// What it would cost there, if that is less.
    pub better_price: Option<Decimal>,
    /// What it would cost with one sheet less, if that is less, in words.
    pub lighter: Option<String>,
}

impl Presorted<'_> {
    /// Explains the piece at a place. `sheet` is the weight of one of its sheets.
    pub fn explain(&self, place: u32, sheet: Option<Weight>) -> Explanation {
        let tray = &self.trays[self.tray_at(place)];
        let (piece, level, price) = (self.piece(place), self.level(tray), self.price(place));
        let position = place - tray.places.start + 1;
        let cost = match &price {
            Ok(price) => format!("it costs {} {}, the price of `{}`{}", price.amount, self.scheme.currency.code(), level.price_category, step(price)),
            Err(reason) => format!("it has no price: {reason}"),
        };
        let reached =
            format!("{}, {} {}: piece {position} of {} in tray {}; {cost}", piece.postcode, level.name, self.key(tray), tray.pieces(), tray.number);
        let finer = tray.level.checked_sub(1);
        let better = finer.map(|finer| self.why_not(piece, finer));
        let paid = price.as_ref().ok().map(|price| price.amount);
        let better_price = finer.and_then(|finer| self.price_in(place, &self.scheme.levels[finer].price_category).ok()).map(|price| price.amount);
        Explanation {
            lighter: price.as_ref().ok().and_then(|price| self.lighter(price, piece, sheet?)),
            price,
            reached,
            better,
            better_price: better_price.filter(|better| paid.is_some_and(|paid| *better < paid)),
        }
    }

    /// Why a piece that no level took is left over: what each level says of it.
    pub fn explain_left(&self, piece: &Piece) -> String {
        (0..self.levels.len()).map(|level| self.why_not(piece, level)).collect::<Vec<_>>().join("; ")
    }

    /// Why a level did not take a piece.
    fn why_not(&self, piece: &Piece, index: usize) -> String {
        let level = &self.scheme.levels[index];
        let mut buffer = [0; POSTCODE_LENGTH_MAX];
        let postcode = piece.postcode.unpack(&mut buffer);
        let key = match level.key.key(postcode, |field| self.field(piece, field), &self.scheme.maps) {
            Ok(key) => key,
            Err(reason) => return self.no_key(level, postcode, reason),
        };
        match self.levels[index].find(key) {
            Some(group) => why_not_group(level, key, group),
            None => format!("{}: the piece fits none of its containers", level.name),
        }
    }

    fn no_key(&self, level: &Level, postcode: &str, reason: NoKey) -> String {
        let name = &level.name;
        let postcode = if postcode.is_empty() { "a piece without postcode".to_string() } else { format!("`{postcode}`") };
        match reason {
            NoKey::Unmapped { map } => format!("{name}: {postcode} is in no range of the map `{}`", self.scheme.maps[map].name),
            NoKey::EmptyField { field } => format!("{name}: the field `{}` is empty", self.scheme.fields[field]),
            NoKey::Short { step } => match level.key.0.get(step) {
                Some(Step::Prefix(length) | Step::Suffix(length)) => format!("{name}: {postcode} has fewer than {length} characters"),
                _ => format!("{name}: {postcode} is too short"),
            },
        }
    }

    fn lighter(&self, price: &Price, piece: &Piece, sheet: Weight) -> Option<String> {
        let (amount, most) = price.lighter?;
        let lighter = Weight(piece.weight().0.saturating_sub(sheet.0));
        let saved = price.amount - amount;
        if lighter > most || saved <= Decimal::ZERO {
            return None;
        }
        Some(format!("with one sheet less it would weigh {lighter}, cost {amount} and save {saved} {}", self.scheme.currency.code()))
    }
}

/// ` up to 20.00 g`.
fn step(price: &Price) -> String {
    price.weight_max.map_or(String::new(), |most| format!(" up to {most}"))
}

fn why_not_group(level: &Level, key: &str, group: &Group) -> String {
    let name = &level.name;
    let (have, need) = match level.minimum {
        Minimum::Pieces(least) if u64::from(group.pieces) < least => {
            let short = least - u64::from(group.pieces);
            return format!("{name} {key} has {}, {least} are needed: {short} short", counted(u64::from(group.pieces), "piece"));
        }
        Minimum::Weight(least) if group.weight < least => {
            return format!("{name} {key} weighs {}, {least} are needed: {} short", group.weight, Weight(least.0 - group.weight.0));
        }
        Minimum::FullContainers(least) if u64::from(group.full_containers) < least => (u64::from(group.full_containers), least),
        Minimum::Pieces(_) | Minimum::Weight(_) | Minimum::FullContainers(_) => {
            let back = u64::from(group.pieces - group.placed);
            return format!("{name} {key}: {} of {} went back, because they fill no container", counted(back, "piece"), group.pieces);
        }
    };
    let pieces = counted(u64::from(group.pieces), "piece");
    format!("{name} {key} has {pieces}, which fill {}, {need} {} needed", counted(have, "container"), if need == 1 { "is" } else { "are" })
}
