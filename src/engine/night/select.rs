//! Which pieces a command means.
//!
//! Takes numbers, ids, trays and ranges as an operator gives them, gives pieces in the order of the mail, each once. Must never leave
//! out what it does not find: that is told.

use super::{Night, NightError};
use crate::ledger::{Ledger, Standing};
use crate::model::track::Status;

/// What an operator asks for; what is given adds up.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Selection {
    /// Numbers of pieces, and ranges of them.
    pub pieces: Vec<(u64, u64)>,
    /// Ids of documents.
    pub documents: Vec<String>,
    /// Figures that are the number of a piece if there is one of it, and else the id of a document.
    pub either: Vec<String>,
    /// Numbers of trays, and ranges of them.
    pub trays: Vec<(u64, u64)>,
    /// All that is damaged, missing, or of which nobody knows what became.
    pub lost: bool,
}

/// Numbers and ranges between commas: `1,5,8-12`.
///
/// # Errors
/// The part that is neither.
pub fn parse_numbers(text: &str) -> Result<Vec<(u64, u64)>, String> {
    let number = |text: &str| text.trim().parse::<u64>().ok().filter(|number| *number > 0);
    let parts = text.split([',', ' ', '\n']).map(str::trim).filter(|part| !part.is_empty());
    let read = |part: &str| {
        let range = match part.split_once('-') {
            Some((from, to)) => number(from).zip(number(to)).filter(|(from, to)| from <= to),
            None => number(part).map(|number| (number, number)),
        };
        range.ok_or_else(|| format!("`{part}` is neither a number nor a range such as `8-12`"))
    };
    parts.map(read).collect()
}

impl Selection {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        *self == Selection::default()
    }

    /// The pieces, and what was not found.
    pub(super) fn pieces(&self, night: &Night) -> Result<(Vec<u64>, Vec<String>), NightError> {
        let ledger = &night.ledger;
        let count = ledger.piece_count()?;
        let (mut pieces, mut unknown) = (Vec::new(), Vec::new());
        for &(from, to) in &self.pieces {
            if to > count {
                unknown.push(format!("there is no piece {}: the job has {count}", from.max(count + 1)));
            }
            pieces.extend(from..=to.min(count));
        }
        let mut ids: Vec<&String> = self.documents.iter().collect();
        for text in &self.either {
            match text.trim().parse::<u64>() {
                Ok(number) if (1..=count).contains(&number) => pieces.push(number),
                _ => ids.push(text),
            }
        }
        for id in ids {
            let found = ledger.pieces_of(id)?;
            if found.is_empty() {
                let was_pulled = !ledger.records_of(id)?.is_empty();
                unknown.push(if was_pulled {
                    format!("the document `{id}` was pulled before it was printed")
                } else {
                    format!("no document is called `{id}`")
                });
            }
            pieces.extend(found);
        }
        self.of_trays(ledger, &mut pieces, &mut unknown)?;
        if self.lost {
            ledger.each_standing(|piece, Standing { status, .. }: Standing| {
                if status.is_lost() {
                    pieces.push(piece);
                }
            })?;
        }
        pieces.sort_unstable();
        pieces.dedup();
        Ok((pieces, unknown))
    }

    fn of_trays(&self, ledger: &Ledger, pieces: &mut Vec<u64>, unknown: &mut Vec<String>) -> Result<(), NightError> {
        if self.trays.is_empty() {
            return Ok(());
        }
        let trays = ledger.trays()?;
        for &(from, to) in &self.trays {
            if to > trays.len() as u64 {
                unknown.push(format!("there is no tray {}: the job has {}", from.max(trays.len() as u64 + 1), trays.len()));
            }
            for tray in trays.iter().filter(|tray| (from..=to).contains(&u64::from(tray.number))) {
                pieces.extend(tray.first_piece..tray.first_piece + u64::from(tray.pieces));
            }
        }
        Ok(())
    }
}

/// Why a piece that stands so cannot be printed again; `None`: it can.
pub(super) fn unprintable(piece: u64, standing: Standing) -> Option<String> {
    match standing.status {
        Status::HandedOver => Some(format!("piece {piece} was handed over to the post")),
        Status::Pulled => Some(format!("piece {piece} was pulled")),
        Status::Voided => Some(format!("piece {piece} is voided")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_ranges_are_read() {
        assert_eq!(parse_numbers("1, 5,8-12\n20"), Ok(vec![(1, 1), (5, 5), (8, 12), (20, 20)]));
        for wrong in ["0", "a", "5-3", "1-", "-4"] {
            assert!(parse_numbers(wrong).is_err(), "{wrong}");
        }
    }
}
