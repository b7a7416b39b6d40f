//! The pieces of a job in postal order, tray by tray.
//!
//! Takes pieces as they were gathered and the schemes of the plan, gives their order, trays and prices, and where print files end.
//! Pieces of one envelope go through the inserter together: they are sorted by its scheme, then come those that no tray takes; what is
//! put aside for hand finishing comes last. Must never look at what a piece holds.

use std::ops::Range;

use super::gather::AllMailed;
use super::order::{Piece, divide};
use super::{EngineError, Options, RunFiles};
use crate::base::limits::PIECES_SORTED_AT_ONCE;
use crate::ledger::TrayRow;
use crate::model::mail::{Thickness, Weight};
use crate::plan::{Mail, Plan};
use crate::postal::presort::{Pieces, Postcode, Presorted, Settings, presort};
use crate::postal::scheme::Scheme;
use rust_decimal::prelude::ToPrimitive;

/// The place of a piece.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    /// Its tray, from 1; 0: none.
    pub(super) tray: u32,
    /// Its place in it, from 1; 0: none.
    pub(super) position: u32,
    /// Its price: an index into the prices, from 1; 0: none.
    pub(super) price: u32,
}

/// The pieces of a job in their order.
#[derive(Default)]
pub(super) struct Ordered {
    /// The pieces by their index.
    pub(super) order: Vec<u32>,
    /// Where each lies, in this order.
    pub(super) places: Vec<Place>,
    /// The trays.
    pub(super) trays: Vec<TrayRow>,
    /// The different prices, in millionths.
    pub(super) prices: Vec<i64>,
    /// The pieces of each print file, by their place in the order.
    pub(super) files: Vec<Range<u32>>,
    /// Pieces that belong together, each with the group whose print files are their own.
    runs: Vec<(u32, u32)>,
}

/// Sorts the pieces of a job.
pub(super) fn sort_pieces(plan: &Plan, mail: &Mail, pieces: &[Piece], all: &AllMailed, options: &Options<'_>) -> Result<Ordered, EngineError> {
    let mut ordered = Ordered::default();
    ordered.order.reserve_exact(pieces.len());
    ordered.places.reserve_exact(pieces.len());
    for envelope in 0..=mail.envelopes.len() {
        let of_envelope = |index: &u32| {
            let piece = &pieces[*index as usize];
            usize::from(piece.envelope) == envelope && piece.diverted == 0
        };
        let group: Vec<u32> = (0..pieces.len() as u32).filter(of_envelope).collect();
        let scheme = envelope.checked_sub(1).map_or(mail.schemes.of_job, |envelope| mail.schemes.of_envelopes[envelope]);
        let sorter = Sorter { plan, mail, pieces, all, options };
        match scheme {
            Some(scheme) if !group.is_empty() => sorter.sort(group, scheme, envelope, &mut ordered)?,
            _ => ordered.append(&group, envelope as u32 * 2 + 1),
        }
    }
    let aside: Vec<u32> = (0..pieces.len() as u32).filter(|index| pieces[*index as usize].diverted > 0).collect();
    ordered.append(&aside, u32::MAX);
    ordered.files = divide(std::mem::take(&mut ordered.runs), plan.print.pieces_per_file.max(1));
    Ok(ordered)
}

impl Ordered {
    /// The number of a price, from 1; 0: none.
    fn price(&mut self, price: Option<i64>) -> u32 {
        let Some(price) = price else { return 0 };
        // A mailing has as many prices as categories and steps of weight: few.
        let known = self.prices.iter().position(|known| *known == price);
        known.unwrap_or_else(|| {
            self.prices.push(price);
            self.prices.len() - 1
        }) as u32
            + 1
    }

    /// Pieces without a tray, as they come.
    fn append(&mut self, pieces: &[u32], group: u32) {
        self.order.extend_from_slice(pieces);
        self.places.extend(pieces.iter().map(|_| Place::default()));
        self.runs.extend(pieces.iter().map(|_| (group, 1)));
    }
}

struct Sorter<'s> {
    plan: &'s Plan,
    mail: &'s Mail,
    pieces: &'s [Piece],
    all: &'s AllMailed,
    options: &'s Options<'s>,
}

impl Sorter<'_> {
    /// Sorts the pieces of one envelope.
    fn sort(&self, group: Vec<u32>, index: usize, envelope: usize, ordered: &mut Ordered) -> Result<(), EngineError> {
        let scheme = &self.mail.schemes.all[index];
        let failed = |error: &dyn std::fmt::Display| EngineError::Mail(error.to_string());
        let columns = self.columns(scheme);
        let mut runs = RunFiles::new(&self.options.out, &self.options.disk);
        let mut pieces = Pieces::with_runs(scheme.fields.len(), PIECES_SORTED_AT_ONCE, &mut runs);
        pieces.reserve(group.len());
        let (mut taken, mut others) = (Vec::with_capacity(group.len()), Vec::new());
        for piece in group {
            let found = &self.pieces[piece as usize];
            let (country, fields) = self.all.routes[piece as usize];
            let is_abroad = scheme.country.is_some() && country != scheme.country;
            match Postcode::pack(self.all.postcode(found.texts)).filter(|_| !is_abroad) {
                None => others.push(piece),
                Some(postcode) => {
                    let tuple = self.all.tuples.get(fields as usize);
                    let values: Vec<&str> =
                        columns.iter().map(|column| tuple.and_then(|tuple| tuple.get(*column)).map_or("", String::as_str)).collect();
                    pieces
                        .push(postcode, Thickness(u64::from(found.thickness)), Weight(u64::from(found.weight)), &values)
                        .map_err(|error| failed(&error))?;
                    taken.push(piece);
                }
            }
        }
        let sorted = pieces.sorted()?;
        let settings = Settings {
            size: envelope.checked_sub(1).map(|envelope| self.mail.envelopes[envelope].envelope.measured()),
            tray_first: ordered.trays.len() as u32 + 1,
            job: self.mail.labels.clone(),
            ..Settings::on(self.plan.settings.date)
        };
        let presorted = presort(scheme, sorted, settings).map_err(|error| failed(&error))?;
        let start = ordered.order.len() as u64;
        ordered.order.extend(presorted.order().map(|sequence| taken[sequence as usize]));
        self.trays(&presorted, index, start, envelope as u32 * 2, ordered);
        // What no level takes goes on without a tray, in the order of its postcodes; then what goes abroad.
        let left: Vec<u32> = presorted.left().map(|piece| taken[piece.sequence as usize]).chain(others).collect();
        ordered.append(&left, envelope as u32 * 2 + 1);
        Ok(())
    }

    fn trays(&self, presorted: &Presorted<'_>, scheme: usize, start: u64, group: u32, ordered: &mut Ordered) {
        for tray in &presorted.trays {
            let label = presorted.label(tray).unwrap_or_default();
            let mut price: Option<(Weight, u32)> = None;
            for (position, place) in (1..).zip(tray.places.clone()) {
                // Pieces of one weight cost the same in one tray, unless the mailing leaves some out.
                let weight = presorted.piece(place).weight();
                let known = price.filter(|(known, _)| *known == weight && presorted.verdict.excluded == 0);
                let (_, amount) = *price.insert(known.unwrap_or_else(|| (weight, ordered.price(millionths(presorted, place)))));
                ordered.places.push(Place { tray: tray.number, position, price: amount });
            }
            ordered.runs.push((group, tray.pieces()));
            ordered.trays.push(TrayRow {
                number: tray.number,
                scheme: scheme as u16,
                level: presorted.level(tray).id.clone(),
                key: presorted.key(tray).to_string(),
                container: presorted.container(tray).map(|container| container.id.clone()).unwrap_or_default(),
                first_piece: start + u64::from(tray.places.start) + 1,
                pieces: tray.pieces(),
                weight: tray.gross,
                thickness: tray.thickness,
                first_postcode: tray.first.to_string(),
                last_postcode: tray.last.to_string(),
                category: presorted.level(tray).price_category.clone(),
                labels: vec![label.line1, label.line2, label.cin, label.level_code, label.destination],
                pallet: (tray.pallet > 0).then_some(tray.pallet),
            });
        }
    }

    /// Which of the job's fields each field of the scheme is.
    fn columns(&self, scheme: &Scheme) -> Vec<usize> {
        scheme.fields.iter().map(|name| self.mail.fields.iter().position(|known| known == name).unwrap_or(usize::MAX)).collect()
    }
}

fn millionths(presorted: &Presorted<'_>, place: u32) -> Option<i64> {
    let price = presorted.price(place).ok()?;
    (price.amount * crate::base::money::Decimal::from(1_000_000)).to_i64()
}
