//! Which envelope a piece takes.
//!
//! Takes what lies in a piece, gives the first envelope of the job that holds it, filled. A piece that none holds is put aside for hand
//! finishing, with the reason. Must never know what a sheet shows.

use crate::model::mail::{Thickness, Weight};
use crate::plan::{PlannedEnvelope, PlannedInsert};

/// What lies in a piece, not yet folded.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Contents {
    /// Its sheets.
    pub(super) sheets: u32,
    /// What they and its inserts weigh.
    pub(super) weight: Weight,
    /// How thick its sheets are together.
    pub(super) thickness: Thickness,
    /// How thick its inserts are together; they are not folded with the sheets.
    pub(super) inserts: Thickness,
}

impl Contents {
    /// Adds the inserts whose bits are set.
    pub(super) fn inserts(&mut self, bits: u32, inserts: &[PlannedInsert]) {
        for insert in inserts.iter().enumerate().filter(|(index, _)| bits >> index & 1 == 1).map(|(_, insert)| insert) {
            self.weight = self.weight + insert.weight;
            self.inserts = self.inserts + insert.thickness;
        }
    }
}

/// A piece in its envelope.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Filled {
    /// The envelope, from 1; 0: the job names none.
    pub(super) envelope: u8,
    /// What it weighs, filled.
    pub(super) weight: Weight,
    /// How thick it is, filled.
    pub(super) thickness: Thickness,
}

/// The first envelope that holds the contents.
///
/// # Errors
/// None does: the reason of the last, which is the largest.
pub(super) fn choose(contents: &Contents, envelopes: &[PlannedEnvelope]) -> Result<Filled, String> {
    let mut reason = None;
    for (index, envelope) in envelopes.iter().enumerate() {
        let weight = contents.weight + envelope.weight;
        let folded = Thickness(contents.thickness.0 * envelope.fold.panels() as u64);
        let thickness = folded + contents.inserts + envelope.thickness;
        let over = envelope.sheets_max.filter(|most| contents.sheets > *most).map(|most| format!("{} sheets, it takes {most}", contents.sheets));
        let over = over.or_else(|| envelope.thickness_max.filter(|most| thickness > *most).map(|most| format!("{thickness} thick, it takes {most}")));
        let over = over.or_else(|| envelope.weight_max.filter(|most| weight > *most).map(|most| format!("{weight}, it takes {most}")));
        match over {
            None => return Ok(Filled { envelope: index as u8 + 1, weight, thickness }),
            Some(over) => reason = Some(format!("too much for the envelope `{}`: {over}", envelope.name)),
        }
    }
    match reason {
        None => Ok(Filled { envelope: 0, weight: contents.weight, thickness: contents.thickness + contents.inserts }),
        Some(reason) => Err(reason),
    }
}
