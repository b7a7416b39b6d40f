//! `pressrun settle` and `pressrun handover`: what people did with pieces.
//!
//! Takes pieces and what was done with them by hand, gives the account. An alarm is settled by whoever looked at it and says what he
//! found; a tray goes to the post when each of its pieces is in an envelope or accounted for. Must never settle what nobody named.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Account, Night, NightError, Selection, step};
use crate::base::readable::counted;
use crate::ledger::{Standing, State, Step};
use crate::model::track::Status;

/// What was done with pieces by hand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Settle {
    /// Put into its envelope by hand, or found there whole: the piece is right.
    ByHand,
    /// Spoiled: it must be printed again.
    Damaged,
    /// The copy that was too many was found and destroyed; the piece stands as it did.
    Destroyed,
}

/// Settles pieces and their alarms. Gives how many there were.
///
/// # Errors
/// A piece is not there, pulled or with the post, or there is nothing to settle; nothing was changed then.
pub fn settle(out: &Path, selection: &Selection, how: Settle, account: &Account) -> Result<u64, NightError> {
    let night = Night::open(out, State::Closed)?;
    let (pieces, mut refused) = selection.pieces(&night)?;
    let alarms: Vec<u64> = night.ledger.open_alarms()?.iter().map(|alarm| alarm.piece).collect();
    let mut steps = Vec::new();
    for piece in pieces {
        let standing = night.ledger.standing(piece)?;
        let has_alarm = alarms.contains(&piece);
        let wrong = match (how, standing.status) {
            (Settle::Destroyed, _) if !has_alarm => Some("has no open alarm"),
            (Settle::ByHand | Settle::Damaged, Status::Pulled) => Some("was pulled"),
            (Settle::ByHand | Settle::Damaged, Status::HandedOver) => Some("was handed over to the post"),
            _ => None,
        };
        if let Some(wrong) = wrong {
            refused.push(format!("piece {piece} {wrong}"));
            continue;
        }
        let status = match how {
            Settle::ByHand => Status::ByHand,
            Settle::Damaged => Status::Damaged,
            Settle::Destroyed => standing.status,
        };
        steps.push(step(piece, Standing { status, ..standing }, "settle", account, None, true));
    }
    finish(night, steps, refused)
}

/// Hands trays, or all pieces, over to the post. Gives how many pieces went.
///
/// # Errors
/// A piece of them is in no envelope, or somebody must look at it; nothing was changed then.
pub fn hand_over(out: &Path, selection: &Selection, account: &Account) -> Result<u64, NightError> {
    let night = Night::open(out, State::Closed)?;
    let whole = Selection { pieces: vec![(1, night.ledger.piece_count()?.max(1))], ..Selection::default() };
    let (pieces, mut refused) = if selection.is_empty() { &whole } else { selection }.pieces(&night)?;
    let alarms: Vec<u64> = night.ledger.open_alarms()?.iter().map(|alarm| alarm.piece).collect();
    let standings = standings(&night)?;
    let (mut steps, mut open) = (Vec::new(), BTreeMap::new());
    for piece in pieces {
        let standing = standings.get(piece as usize - 1).copied().unwrap_or_default();
        if alarms.contains(&piece) {
            refused.push(format!("piece {piece} has an open alarm"));
        } else if matches!(standing.status, Status::Inserted | Status::ByHand) {
            steps.push(step(piece, Standing { status: Status::HandedOver, ..standing }, "handover", account, None, false));
        } else if !standing.status.is_final() {
            let first = open.entry(standing.status).or_insert((piece, 0u64));
            first.1 += 1;
        }
    }
    refused.extend(open.into_iter().map(|(status, (first, count))| match count {
        1 => format!("piece {first} is {}", status.name()),
        _ => format!("{} are {}, the first is piece {first}", counted(count, "piece"), status.name()),
    }));
    finish(night, steps, refused)
}

/// How all pieces stand, by number.
pub(super) fn standings(night: &Night) -> Result<Vec<Standing>, NightError> {
    let mut standings = vec![Standing::default(); night.ledger.piece_count()? as usize];
    night.ledger.each_standing(|piece, standing| {
        if let Some(known) = standings.get_mut(piece as usize - 1) {
            *known = standing;
        }
    })?;
    Ok(standings)
}

fn finish(mut night: Night, steps: Vec<Step>, refused: Vec<String>) -> Result<u64, NightError> {
    if !refused.is_empty() {
        night.close()?;
        return Err(NightError::Refused(refused));
    }
    let posted = night.ledger.post_steps(&steps, None)?;
    night.close()?;
    Ok(posted)
}
