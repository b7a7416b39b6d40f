//! A mailing as it was sorted, from the ledger.
//!
//! Takes the pieces of a ledger and the schemes of their plan, gives them sorted again: trays, prices and reasons that no table keeps. The
//! same pieces and tables give the same trays, and that is seen to. Must never print.

use std::collections::BTreeMap;

use super::EngineError;
use crate::base::date::Date;
use crate::ledger::{Ledger, MailingRow, TrayRow};
use crate::model::mail::{Thickness, Weight};
use crate::plan::{Mail, Plan};
use crate::postal::presort::{Pieces, Postcode, Presorted, Settings, presort};
use crate::postal::scheme::Scheme;

/// The pieces of one envelope, sorted by its scheme.
pub(super) struct Sorted<'p> {
    /// The scheme, an index into those of the plan.
    pub(super) scheme: usize,
    /// The envelope of the job, from 1; 0: none.
    pub(super) envelope: usize,
    /// Trays, prices and reasons.
    pub(super) presorted: Presorted<'p>,
    /// The numbers of the pieces in the job, in the order in which they were collected.
    pub(super) numbers: Vec<u32>,
}

impl Sorted<'_> {
    /// The place of a tray's piece: `position` counts from 1.
    pub(super) fn place(&self, tray: u32, position: u32) -> Option<u32> {
        let index = tray.checked_sub(self.presorted.settings.tray_first)?;
        let tray = self.presorted.trays.get(index as usize)?;
        Some(tray.places.start + position.checked_sub(1)?)
    }
}

/// The scheme that sorts the pieces of an envelope.
fn scheme_of(mail: &Mail, envelope: usize) -> Option<usize> {
    envelope.checked_sub(1).map_or(mail.schemes.of_job, |envelope| mail.schemes.of_envelopes.get(envelope).copied().flatten())
}

/// Whether a scheme takes a piece, and its postcode: mail abroad is none of its business.
pub(super) fn postcode_for(scheme: &Scheme, row: &MailingRow) -> Option<Postcode> {
    let is_abroad = scheme.country.is_some() && row.country != scheme.country;
    Postcode::pack(&row.postcode).filter(|_| !is_abroad)
}

/// Collects the pieces of a mailing by envelope.
pub(super) struct Collector<'p> {
    date: Date,
    mail: &'p Mail,
    groups: BTreeMap<usize, (usize, Vec<usize>, Pieces<'static>, Vec<u32>)>,
}

impl<'p> Collector<'p> {
    pub(super) fn new(date: Date, mail: &'p Mail) -> Collector<'p> {
        Collector { date, mail, groups: BTreeMap::new() }
    }

    /// Takes a piece; those that no scheme sorts are passed over.
    pub(super) fn take(&mut self, row: &MailingRow) -> Result<(), EngineError> {
        let envelope = usize::from(row.piece.envelope);
        let Some(index) = scheme_of(self.mail, envelope).filter(|_| row.piece.diverted.is_none()) else { return Ok(()) };
        let scheme = &self.mail.schemes.all[index];
        let Some(postcode) = postcode_for(scheme, row) else { return Ok(()) };
        let (_, columns, pieces, numbers) = self.groups.entry(envelope).or_insert_with(|| {
            let columns = scheme.fields.iter().map(|name| self.mail.fields.iter().position(|known| known == name).unwrap_or(usize::MAX));
            (index, columns.collect(), Pieces::new(scheme.fields.len()), Vec::new())
        });
        let values: Vec<&str> = columns.iter().map(|column| row.fields.get(*column).map_or("", String::as_str)).collect();
        let pushed = pieces.push(postcode, row.piece.thickness, row.piece.weight, &values);
        pushed.map_err(|error| EngineError::Mail(error.to_string()))?;
        numbers.push(row.piece.sequence as u32);
        Ok(())
    }

    /// Sorts them again.
    pub(super) fn sort(self) -> Result<Vec<Sorted<'p>>, EngineError> {
        let mut all = Vec::new();
        let mut tray_first = 1;
        for (envelope, (scheme, _, pieces, numbers)) in self.groups {
            let settings = Settings {
                size: envelope.checked_sub(1).map(|envelope| self.mail.envelopes[envelope].envelope.measured()),
                tray_first,
                job: self.mail.labels.clone(),
                ..Settings::on(self.date)
            };
            let presorted =
                presort(&self.mail.schemes.all[scheme], pieces.sorted()?, settings).map_err(|error| EngineError::Mail(error.to_string()))?;
            tray_first += presorted.trays.len() as u32;
            all.push(Sorted { scheme, envelope, presorted, numbers });
        }
        Ok(all)
    }
}

/// Sorts the pieces of a ledger again.
///
/// # Errors
/// Their trays are not those of the ledger.
pub(super) fn sort_again<'p>(plan: &Plan, mail: &'p Mail, ledger: &Ledger) -> Result<Vec<Sorted<'p>>, EngineError> {
    let mut collector = Collector::new(plan.settings.date, mail);
    ledger.each_mailing(|row| collector.take(&row))?;
    let sorted = collector.sort()?;
    check(&sorted, &ledger.trays()?)?;
    Ok(sorted)
}

/// The trays are those of the ledger, each with as many pieces of as much weight.
pub(super) fn check(sorted: &[Sorted<'_>], rows: &[TrayRow]) -> Result<(), EngineError> {
    let trays = sorted.iter().flat_map(|sorted| sorted.presorted.trays.iter().map(move |tray| (sorted, tray)));
    let same = |(sorted, tray): (&Sorted<'_>, &crate::postal::presort::Tray), row: &TrayRow| {
        let key: (u32, u32, &str, Weight, Thickness) = (tray.number, tray.pieces(), sorted.presorted.key(tray), tray.gross, tray.thickness);
        key == (row.number, row.pieces, row.key.as_str(), row.weight, row.thickness)
    };
    let count = sorted.iter().map(|sorted| sorted.presorted.trays.len()).sum::<usize>();
    if count == rows.len() && trays.zip(rows).all(|(tray, row)| same(tray, row)) {
        return Ok(());
    }
    Err(EngineError::Mail("the pieces of the ledger do not make its trays".into()))
}
