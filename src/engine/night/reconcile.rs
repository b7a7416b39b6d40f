//! `pressrun reconcile`: what a camera saw becomes how pieces stand.
//!
//! Takes a camera file, gives the account of its pieces and every fault with the place where the piece lies. Reading a file again, or a
//! longer one that begins with it, adds nothing that is known. Must never change a standing without an event.

use std::path::Path;

use super::{Account, Night, NightError, board};
use crate::base::file;
use crate::base::hash::Hash;
use crate::base::limits::CAMERA_BYTES_MAX;
use crate::ledger::{CameraFileRow, EventRow, PieceAt, Standing, State, Step};
use crate::model::track::Status;
use crate::plan::Plan;
use crate::postal::camera::{CameraFormat, CameraRows};
use crate::postal::reconcile::{Expected, Finding, Outcome, Reconciler};

/// A fault and where its piece lies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Placed {
    /// The fault.
    pub finding: Finding,
    /// Where the piece lies; `None` if there is no such piece.
    pub place: Option<PieceAt>,
}

/// What came of a camera file.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Reconciled {
    /// Whether the file was read before; nothing was done then.
    pub was_known: bool,
    /// Its rows.
    pub rows: u64,
    /// Rows that other files had brought.
    pub known: u64,
    /// Envelopes that are right.
    pub right: u64,
    /// Events that were posted.
    pub posted: u64,
    /// What is wrong.
    pub faults: Vec<Placed>,
    /// What is still open in the whole run: pieces that are lost or put aside, alarms.
    pub open: Vec<String>,
}

/// Reads a camera file. `is_final` says that nothing else comes from the inserter: what was not seen is missing.
///
/// # Errors
/// The folder or the file cannot be used; nothing was changed.
pub fn reconcile(out: &Path, camera: &Path, format: &CameraFormat, is_final: bool, account: &Account) -> Result<Reconciled, NightError> {
    let bytes = file::read(camera, CAMERA_BYTES_MAX)?;
    let hash = Hash::of(&bytes);
    let text = String::from_utf8(bytes).map_err(|_| NightError::Camera(format!("`{}` is not UTF-8", camera.display())))?;
    let mut night = Night::open(out, State::Closed)?;
    let name = camera.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if !is_final && night.ledger.camera_files()?.iter().any(|row| row.hash == hash) {
        night.close()?;
        return Ok(Reconciled { was_known: true, open: open(out)?, ..Reconciled::default() });
    }
    let plan = night.plan()?;
    let mut pieces = expected(&night, &plan)?;
    let known = night.ledger.camera_rows()?;
    let rows =
        CameraRows::new(&text, format).map_err(|fault| NightError::Camera(format!("{}:{}: {}", camera.display(), fault.line, fault.message)))?;
    let job = night.ledger.job()?.map(|job| job.name).unwrap_or_default();
    let told = Reconciler::new(&job, &mut pieces, &known).run(rows, is_final);
    let steps: Vec<Step> = told.outcomes.into_iter().map(|outcome| step_of(outcome, &name, account)).collect();
    let row = CameraFileRow { hash, name, rows: told.rows, operator: account.operator.clone(), at: account.at.clone() };
    let posted = night.ledger.post_steps(&steps, Some(&row))?;
    let mut faults = Vec::with_capacity(told.findings.len());
    for finding in told.findings {
        let place = if finding.piece == 0 { None } else { night.ledger.piece_at(finding.piece)? };
        faults.push(Placed { finding, place });
    }
    night.close()?;
    Ok(Reconciled { was_known: false, rows: told.rows, known: told.known, right: told.right, posted, faults, open: open(out)? })
}

/// What is open but for pieces that no camera has seen yet.
fn open(out: &Path) -> Result<Vec<String>, NightError> {
    Ok(board(out)?.map(|board| board.obstacles_but(&[Status::Printed])).unwrap_or_default())
}

/// How every piece should be, and how it stands.
fn expected(night: &Night, plan: &Plan) -> Result<Vec<Expected>, NightError> {
    let mut pieces: Vec<Expected> = Vec::new();
    // Inserts are numbered by the station that feeds them, which is what a machine knows.
    let bins: Vec<u8> = plan.mail.iter().flat_map(|mail| mail.inserts.iter().map(|insert| insert.bin)).collect();
    night.ledger.each_piece_file(|piece, print_file| {
        pieces.push(Expected {
            sheets: piece.sheets,
            inserts: stations(piece.inserts, &bins),
            print_file,
            is_diverted: piece.diverted.is_some(),
            copy: 0,
            status: Status::Printed,
        });
    })?;
    night.ledger.each_standing(|piece, standing| {
        if let Some(expected) = pieces.get_mut(piece as usize - 1) {
            (expected.copy, expected.status) = (standing.copy, standing.status);
        }
    })?;
    Ok(pieces)
}

/// The stations that feed these inserts: bit n for the station n + 1.
pub(in crate::engine) fn stations(inserts: u32, bins: &[u8]) -> u32 {
    (0..bins.len())
        .filter(|insert| inserts >> insert & 1 == 1)
        .map(|insert| 1u32.checked_shl(u32::from(bins[insert]) - 1).unwrap_or(0))
        .fold(0, |a, b| a | b)
}

fn step_of(outcome: Outcome, file: &str, account: &Account) -> Step {
    let source = if outcome.line == 0 { file.to_string() } else { format!("{file}:{}", outcome.line) };
    Step {
        event: EventRow {
            piece: outcome.piece,
            copy: outcome.copy,
            status: outcome.status,
            reason: outcome.reason,
            source,
            operator: account.operator.clone(),
            at: if outcome.at.is_empty() { account.at.clone() } else { outcome.at },
            identity: outcome.identity,
        },
        standing: outcome.counts.then_some(Standing { copy: outcome.copy, status: outcome.status }),
        alarm: outcome.alarm,
        settles: false,
    }
}
