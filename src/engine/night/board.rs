//! How a night stands, tray by tray.
//!
//! Takes the ledger as it is, perhaps while somebody writes it, gives the numbers of a board. Must never lock.

use std::path::Path;

use super::NightError;
use crate::engine::Folder;
use crate::ledger::{AlarmRow, JobRow, Ledger, ReprintRow, StatusCount, Sums, TrayRow};
use crate::model::track::Status;

/// How a night stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Board {
    /// The job.
    pub job: JobRow,
    /// Its pieces.
    pub pieces: u64,
    /// How far the press is.
    pub sums: Sums,
    /// How many pieces of each tray stand how; tray 0: pieces without one.
    pub counts: Vec<StatusCount>,
    /// The trays.
    pub trays: Vec<TrayRow>,
    /// What somebody must look at.
    pub alarms: Vec<AlarmRow>,
    /// What was printed again.
    pub reprints: Vec<ReprintRow>,
}

impl Board {
    /// How many pieces stand so.
    pub fn count(&self, status: Status) -> u64 {
        self.counts.iter().filter(|count| count.status == status).map(|count| count.count).sum()
    }

    /// How many pieces of a tray stand so.
    pub fn count_in(&self, tray: u32, status: Status) -> u64 {
        self.counts.iter().filter(|count| count.tray == tray && count.status == status).map(|count| count.count).sum()
    }

    /// Why the run cannot be closed: nothing if it can.
    pub fn obstacles(&self) -> Vec<String> {
        self.obstacles_but(&[])
    }

    /// The same without pieces that stand in one of these ways.
    pub(super) fn obstacles_but(&self, without: &[Status]) -> Vec<String> {
        let mut obstacles = Vec::new();
        for status in Status::ALL.into_iter().filter(|status| !status.is_enclosed() && !status.is_final() && !without.contains(status)) {
            let unseen = if status == Status::Printed { ", and no camera has seen it in an envelope" } else { "" };
            match self.count(status) {
                0 => {}
                1 => obstacles.push(format!("1 piece is {}{unseen}", status.name())),
                count => obstacles.push(format!("{count} pieces are {}{}", status.name(), unseen.replace("it in an envelope", "them in envelopes"))),
            }
        }
        if !self.alarms.is_empty() {
            obstacles.push(format!("{} open: settle what was found", crate::base::readable::counted(self.alarms.len() as u64, "alarm")));
        }
        obstacles
    }
}

/// Reads how a night stands; `None` if there is no job in the folder.
pub fn board(out: &Path) -> Result<Option<Board>, NightError> {
    let Some(ledger) = Ledger::read(&Folder(out).ledger())? else { return Ok(None) };
    let Some(job) = ledger.job()? else { return Ok(None) };
    Ok(Some(Board {
        job,
        pieces: ledger.piece_count()?,
        sums: ledger.sums()?,
        counts: ledger.status_counts()?,
        trays: ledger.trays()?,
        alarms: ledger.open_alarms()?,
        reprints: ledger.reprints()?,
    }))
}
