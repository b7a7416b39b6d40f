//! The night shift: what happens to pieces between the press and the post.
//!
//! Takes the output folder of a job whose print files are there, camera files and what operators say, gives the account of every piece.
//! Each command is one ledger transaction, so that a kill leaves the night as it was before or after it. Must never compose, and
//! never change what a run wrote.

mod board;
mod certificate;
mod pull;
mod reconcile;
mod reprint;
mod select;
mod settle;

use std::path::{Path, PathBuf};

pub use board::{Board, board};
pub use certificate::{CERTIFICATE, CERTIFICATE_PAPER, Certified, close_run};
pub use pull::{Pull, Pulled, pull};
pub(super) use reconcile::stations;
pub use reconcile::{Placed, Reconciled, reconcile};
pub use reprint::{Reprint, Reprinted, reprint};
pub use select::{Selection, parse_numbers};
pub use settle::{Settle, hand_over, settle};

use super::{EngineError, Folder};
use crate::base::file::{Disk, FolderLock};
use crate::base::hash::Hash;
use crate::ledger::{EventRow, Ledger, Standing, State, Step};
use crate::model::track::{AlarmKind, Status};
use crate::plan::{Frozen, Overrides, Plan, compile};

/// Who does something, when, and why.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Account {
    /// Who.
    pub operator: String,
    /// Why; empty: nothing is said.
    pub reason: String,
    /// When, ISO 8601.
    pub at: String,
}

/// Why a command of the night cannot be carried out. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum NightError {
    /// The engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// There is no job in the folder.
    #[error("there is no job in `{}`", .0.display())]
    NoJob(PathBuf),
    /// The job is not as far.
    #[error("the job is not closed: its print files are not all there")]
    NotPrinted,
    /// The frozen plan of the folder does not compile, or is another one.
    #[error("the frozen plan of `{}` cannot be used: {message}", folder.display())]
    Plan {
        /// The output folder.
        folder: PathBuf,
        /// Why not.
        message: String,
    },
    /// Pieces that cannot be what is asked of them, each with its reason.
    #[error("{}", .0.join("; "))]
    Refused(Vec<String>),
    /// The camera file cannot be read at all.
    #[error("{0}")]
    Camera(String),
}

impl From<crate::ledger::LedgerError> for NightError {
    fn from(error: crate::ledger::LedgerError) -> NightError {
        NightError::Engine(error.into())
    }
}

impl From<crate::base::file::FileError> for NightError {
    fn from(error: crate::base::file::FileError) -> NightError {
        NightError::Engine(error.into())
    }
}

impl NightError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            NightError::Engine(EngineError::Locked(_)) => Some("somebody else is at it; wait until that is done, and give the command again".into()),
            NightError::Engine(EngineError::File(_)) => None,
            NightError::Engine(error) => error.hint().map(str::to_string),
            NightError::NoJob(_) => Some("give the output folder of a run, the one with `ledger.sqlite`".into()),
            NightError::NotPrinted => Some("`pressrun run` the job to its end first".into()),
            NightError::Plan { .. } => Some("`pressrun status --verify` tells whether the folder is as it was written".into()),
            NightError::Camera(_) => Some("`--format` names a file that says how the machine writes: delimiter, columns, words".into()),
            NightError::Refused(_) => None,
        }
    }
}

/// An output folder that is worked on. Nobody else can meanwhile.
pub(super) struct Night {
    pub(super) ledger: Ledger,
    pub(super) folder: PathBuf,
    pub(super) disk: Disk,
    _lock: Option<FolderLock>,
}

impl Night {
    /// Opens a folder whose job has come as far as `needed`, and whose run is not closed.
    fn open(folder: &Path, needed: State) -> Result<Night, NightError> {
        let night = Night::open_any(folder, needed)?;
        if night.ledger.files()?.iter().any(|row| row.name == CERTIFICATE) {
            return Err(NightError::Refused(vec!["the run is closed: its certificate stands".into()]));
        }
        Ok(night)
    }

    /// The same of a run that may be closed. Waits a moment for somebody else who is at it.
    pub(super) fn open_any(folder: &Path, needed: State) -> Result<Night, NightError> {
        let paths = Folder(folder);
        if crate::base::file::Fingerprint::of(&paths.ledger()).is_err() {
            return Err(NightError::NoJob(folder.to_path_buf()));
        }
        let mut lock = FolderLock::acquire(&paths.file(".lock"))?;
        for _ in 0..LOOKS {
            if lock.is_some() {
                break;
            }
            crate::engine::pause(BETWEEN_LOOKS);
            lock = FolderLock::acquire(&paths.file(".lock"))?;
        }
        let lock = lock.ok_or_else(|| EngineError::Locked(folder.to_path_buf()))?;
        Night::open_with(folder, needed, Some(lock))
    }

    /// The same while somebody else may be at it, such as a delivery that waits for days: for events that are only added, each in a
    /// transaction of its own.
    pub(super) fn open_beside(folder: &Path, needed: State) -> Result<Night, NightError> {
        if crate::base::file::Fingerprint::of(&Folder(folder).ledger()).is_err() {
            return Err(NightError::NoJob(folder.to_path_buf()));
        }
        let lock = FolderLock::acquire(&Folder(folder).file(".lock"))?;
        Night::open_with(folder, needed, lock)
    }

    fn open_with(folder: &Path, needed: State, lock: Option<FolderLock>) -> Result<Night, NightError> {
        let paths = Folder(folder);
        let disk = Disk::real();
        let ledger = Ledger::open(&paths.ledger(), &disk)?;
        match ledger.job()? {
            None => Err(NightError::NoJob(folder.to_path_buf())),
            Some(job) if job.state < needed => Err(NightError::NotPrinted),
            Some(_) => Ok(Night { ledger, folder: folder.to_path_buf(), disk, _lock: lock }),
        }
    }

    /// The plan of the run, from its frozen copy.
    pub(super) fn plan(&self) -> Result<Plan, NightError> {
        open_plan(&self.folder, &self.ledger)
    }

    /// Leaves the ledger as one file.
    pub(super) fn close(self) -> Result<(), NightError> {
        Ok(self.ledger.close()?)
    }
}

/// How often the lock of somebody else is looked at again, and after which time: three seconds in all.
const LOOKS: u32 = 30;
const BETWEEN_LOOKS: std::time::Duration = std::time::Duration::from_millis(100);

/// The plan of an output folder, from its frozen copy.
///
/// # Errors
/// The copy is not what the run wrote, or its inputs are not where they were.
pub fn plan_of(folder: &Path, ledger: &Ledger) -> Result<Plan, NightError> {
    open_plan(folder, ledger)
}

/// The plan of an output folder, from its frozen copy.
pub(super) fn open_plan(folder: &Path, ledger: &Ledger) -> Result<Plan, NightError> {
    check_plan(folder, ledger)?;
    let failed = |message: String| NightError::Plan { folder: folder.to_path_buf(), message };
    let data: Vec<PathBuf> = ledger.inputs()?.into_iter().map(|row| PathBuf::from(row.path)).collect();
    let frozen = Frozen::read(&folder.join("plan"), &data).map_err(failed)?;
    let compiled = compile(&folder.join("plan/job.toml"), &Overrides { frozen: Some(frozen), ..Overrides::default() });
    let fault = compiled.diagnostics.first().map(|fault| format!("{}: {}", fault.code.id, fault.message));
    let plan = compiled.plan.ok_or_else(|| failed(fault.unwrap_or_else(|| "it has faults".into())))?;
    Ok(plan)
}

/// Every file of the frozen plan is the one that the run wrote.
fn check_plan(folder: &Path, ledger: &Ledger) -> Result<(), NightError> {
    for row in ledger.files()?.iter().filter(|row| row.name.starts_with("plan/")) {
        let bytes = crate::base::file::read(&folder.join(&row.name), row.bytes as usize)?;
        if Hash::of(&bytes) != row.hash {
            let message = format!("`{}` is not what the run wrote", row.name);
            return Err(NightError::Plan { folder: folder.to_path_buf(), message });
        }
    }
    Ok(())
}

/// A step that an operator takes with a piece.
fn step(piece: u64, standing: Standing, source: &str, account: &Account, alarm: Option<AlarmKind>, settles: bool) -> Step {
    Step {
        event: EventRow {
            piece,
            copy: standing.copy,
            status: standing.status,
            reason: account.reason.clone(),
            source: source.to_string(),
            operator: account.operator.clone(),
            at: account.at.clone(),
            identity: None,
        },
        standing: Some(standing),
        alarm,
        settles,
    }
}

/// A step of a copy that no longer counts: the piece stands as it did.
fn void(piece: u64, copy: u32, source: &str, account: &Account) -> Step {
    let mut step = step(piece, Standing { copy, status: Status::Voided }, source, account, None, false);
    step.standing = None;
    step
}
