//! A ledger that was lost is made again.
//!
//! Takes the rows files beside the volumes, gives a ledger with the same rows; then goes on as any run does, which sorts, prints and closes again
//! with the same bytes, and composes volumes that are missing or damaged. Must never take a volume whose bytes are not those of its row.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::{EngineError, Folder, Options, Silent, night, verify};
use crate::base::file::{self, Disk, Fingerprint, FolderLock};
use crate::base::hash::Hash;
use crate::base::readable::counted;
use crate::ledger::Ledger;

/// Largest rows file: of a volume with 100,000 records.
const ROWS_BYTES_MAX: usize = 4 << 30;

/// What came back.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rebuilt {
    /// Volumes whose rows are in the ledger again.
    pub volumes: u64,
    /// Their documents.
    pub documents: u64,
    /// What is missing or damaged, file by file.
    pub faults: Vec<String>,
    /// Why the run did not go on to its end, if it did not: the ledger holds what was composed.
    pub open: Option<String>,
}

/// The rows file of a volume.
pub(super) fn rows_name(number: u32) -> String {
    format!("volumes/{:06}.rows", number + 1)
}

/// Keeps the rows of a volume beside it.
pub(super) fn keep_rows(number: u32, ledger: &Ledger, options: &Options<'_>) -> Result<(), EngineError> {
    Ok(options.disk.commit(&options.out.join(rows_name(number)), &ledger.rows_of(number)?)?)
}

/// Keeps the rows of volumes that a run was killed before it could.
pub(super) fn keep_missing_rows(ledger: &Ledger, options: &Options<'_>) -> Result<(), EngineError> {
    for row in ledger.volumes()? {
        if Fingerprint::of(&options.out.join(rows_name(row.number))).is_err() {
            keep_rows(row.number, ledger, options)?;
        }
    }
    Ok(())
}

/// Makes the ledger of an output folder anew.
///
/// # Errors
/// There are no rows files, a ledger is there that knows of deliveries or of erased documents, or the disk fails: the folder is as it was.
pub fn rebuild(out: &Path, threads: usize) -> Result<Rebuilt, EngineError> {
    let folder = Folder(out);
    let disk = Disk::real();
    let lock = FolderLock::acquire(&folder.file(".lock"))?.ok_or_else(|| EngineError::Locked(out.to_path_buf()))?;
    let names: Vec<String> = file::list(&folder.file("volumes"))?.into_iter().filter(|name| name.ends_with(".rows")).collect();
    if names.is_empty() {
        return Err(EngineError::NoRows(out.to_path_buf()));
    }
    // A ledger that cannot be read is what this is for.
    if let Some(ledger) = Ledger::read(&folder.ledger()).ok().flatten() {
        let (events, erased) = (ledger.later_events(0).map_or(0, |events| events.len() as u64), ledger.erased().unwrap_or(0));
        if events > 0 {
            return Err(EngineError::LedgerIsThere(
                out.to_path_buf(),
                format!("{}, which no rows file brings back", counted(events, "delivery event")),
            ));
        }
        if erased > 0 {
            let what = format!("print files with {}, which cannot be made again", counted(erased, "erased document"));
            return Err(EngineError::LedgerIsThere(out.to_path_buf(), what));
        }
    }
    let new = folder.file("ledger.sqlite.new");
    for end in ["", "-wal", "-shm", "-journal"] {
        disk.remove(&folder.file(&format!("ledger.sqlite.new{end}")))?;
    }
    let mut rebuilt = Rebuilt::default();
    let mut ledger = Ledger::open(&new, &disk)?;
    let mut numbers = Vec::new();
    for name in names {
        let path = folder.file("volumes").join(&name);
        let bytes = file::read(&path, ROWS_BYTES_MAX)?;
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(_) => {
                rebuilt.faults.push(format!("volumes/{name}: it is not UTF-8"));
                continue;
            }
        };
        numbers.extend(name.trim_end_matches(".rows").parse::<u32>().ok());
        if let Some(fault) = volume_fault(out, &text) {
            rebuilt.faults.push(fault);
            continue;
        }
        if let Err(reason) = ledger.restore_rows(&text)? {
            rebuilt.faults.push(format!("volumes/{name}: {reason}"));
        }
    }
    let last = numbers.iter().copied().max().unwrap_or(0);
    rebuilt.faults.extend((1..=last).filter(|number| !numbers.contains(number)).map(|number| format!("{}: it is not there", rows_name(number - 1))));
    let volumes = ledger.volumes()?;
    rebuilt.volumes = volumes.len() as u64;
    rebuilt.documents = volumes.iter().map(|row| u64::from(row.documents)).sum();
    let erased = ledger.erased()?;
    ledger.close()?;
    if rebuilt.volumes == 0 {
        disk.remove(&new)?;
        return Ok(rebuilt);
    }
    for end in ["-wal", "-shm", "-journal"] {
        disk.remove(&folder.file(&format!("ledger.sqlite{end}")))?;
    }
    disk.replace(&new, &folder.ledger())?;
    drop(lock);
    if erased > 0 {
        rebuilt.open = Some(format!("print files with {} cannot be made again", counted(erased, "erased document")));
        return Ok(rebuilt);
    }
    rebuilt.open = go_on(out, threads, &disk).err().map(|error| error.to_string());
    Ok(rebuilt)
}

/// Why a volume is not the one its rows tell of.
fn volume_fault(out: &Path, rows: &str) -> Option<String> {
    let row = rows.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok()).find(|value| value["table"] == "volumes")?;
    let name = row["row"]["file"].as_str()?;
    let expected = row["row"]["sha256"]["hex"].as_str().and_then(Hash::parse_hex);
    match verify::hash_of(&out.join(name)) {
        Ok(hash) if Some(hash) == expected => None,
        Ok(_) => Some(format!("{name}: it is damaged, its bytes are not those of its rows")),
        Err(error) => Some(format!("{name}: {error}")),
    }
}

/// Runs the job of the frozen plan to its end.
fn go_on(out: &Path, threads: usize, disk: &Disk) -> Result<(), night::NightError> {
    let ledger = Ledger::read(&Folder(out).ledger())?.ok_or_else(|| night::NightError::NoJob(out.to_path_buf()))?;
    let mut plan = night::open_plan(out, &ledger)?;
    // Every file of it was compared with the ledger's hashes: it is the plan of the run, wherever its files are found now.
    if let Some(job) = ledger.job()? {
        plan.hash = job.plan;
    }
    drop(ledger);
    let stop = AtomicBool::new(false);
    let options = Options { out: out.to_path_buf(), threads, disk: disk.clone(), stop: &stop, watch: &Silent, fail_at: None, until: None };
    super::run(&plan, &options)?;
    Ok(())
}
