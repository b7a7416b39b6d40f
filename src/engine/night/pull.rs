//! `pressrun pull`: documents that must not go out.
//!
//! Takes ids of documents, or pieces once there are some. Before assembly the documents never come into a print file; after it their
//! pieces are struck from the account, and where each lies is told. Must never touch a volume: what was composed stays archived.

use std::path::Path;

use super::{Account, Night, NightError, Selection, step};
use crate::ledger::{PieceAt, PulledRow, Standing, State};
use crate::model::track::Status;

/// What is pulled.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Pull {
    /// Which documents or pieces.
    pub selection: Selection,
    /// Who, when, why.
    pub account: Account,
}

/// What was pulled.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Pulled {
    /// Documents that will not come into a print file.
    pub before: Vec<u64>,
    /// Where the pieces lie that must be taken out, each with its status before.
    pub after: Vec<(PieceAt, Standing)>,
    /// Documents that lie in the envelopes of pulled pieces and were not asked for.
    pub along: Vec<(u64, String)>,
    /// Pieces that were pulled before.
    pub known: u64,
}

/// Pulls documents.
///
/// # Errors
/// A document or piece is not there, or is with the post; nothing was changed then.
pub fn pull(out: &Path, ask: &Pull) -> Result<Pulled, NightError> {
    let mut night = Night::open(out, State::Composing)?;
    let state = night.ledger.job()?.map(|job| job.state);
    let pulled = match state {
        Some(State::Closed) => after(&mut night, ask),
        Some(State::Composing | State::Composed) => before(&mut night, ask),
        // Some print files are there and others not: the next run ends that in a moment.
        _ => Err(NightError::NotPrinted),
    };
    night.close()?;
    pulled
}

/// No document has a place yet.
fn before(night: &mut Night, ask: &Pull) -> Result<Pulled, NightError> {
    let mut refused = Vec::new();
    if !night.ledger.print_files()?.is_empty() {
        refused.push("print files are being assembled: let the run end, then pull".to_string());
    }
    let selection = &ask.selection;
    if !selection.pieces.is_empty() || !selection.trays.is_empty() || selection.lost {
        refused.push("there are no pieces yet: name documents by their ids".into());
    }
    let mut records = Vec::new();
    for id in selection.documents.iter().chain(&selection.either) {
        let found = night.ledger.records_of(id)?;
        if found.is_empty() {
            refused.push(format!("no document is called `{id}`"));
        }
        records.extend(found);
    }
    if !refused.is_empty() {
        return Err(NightError::Refused(refused));
    }
    records.sort_unstable();
    records.dedup();
    let rows: Vec<PulledRow> = records.iter().map(|record| row(*record, None, &ask.account)).collect();
    night.ledger.post_pulled(&rows, &[])?;
    Ok(Pulled { before: records, ..Pulled::default() })
}

/// Every document is in a print file.
fn after(night: &mut Night, ask: &Pull) -> Result<Pulled, NightError> {
    let (pieces, mut refused) = ask.selection.pieces(night)?;
    let (mut rows, mut steps, mut pulled) = (Vec::new(), Vec::new(), Pulled::default());
    for piece in pieces {
        let standing = night.ledger.standing(piece)?;
        match standing.status {
            Status::Pulled => {
                pulled.known += 1;
                continue;
            }
            Status::HandedOver => refused.push(format!("piece {piece} was handed over to the post")),
            _ => {}
        }
        let documents = night.ledger.documents_of(piece)?;
        for document in &documents {
            rows.push(row(document.entry.record, Some(piece), &ask.account));
            let is_asked = ask.selection.documents.is_empty() || ask.selection.documents.contains(&document.entry.id);
            if documents.len() > 1 && !is_asked {
                pulled.along.push((piece, document.entry.id.clone()));
            }
        }
        steps.push(step(piece, Standing { status: Status::Pulled, ..standing }, "pull", &ask.account, None, false));
        if let Some(place) = night.ledger.piece_at(piece)? {
            pulled.after.push((place, standing));
        }
    }
    if !refused.is_empty() {
        return Err(NightError::Refused(refused));
    }
    night.ledger.post_pulled(&rows, &steps)?;
    Ok(pulled)
}

fn row(record: u64, piece: Option<u64>, account: &Account) -> PulledRow {
    PulledRow { record, piece, reason: account.reason.clone(), operator: account.operator.clone(), at: account.at.clone() }
}
