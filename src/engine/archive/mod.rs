//! Archives: the folders in which runs are kept, found, proved and one day let go.
//!
//! Takes the root of an archive, gives its log, index and files. Everything that is done to an archive is an event of its log, which is
//! written after what it tells of; a command that was killed is given again. One process at a time writes; readers need no lock. Must never change a
//! byte of a volume but to erase a document.

mod audit;
mod erase;
mod export;
mod find;
mod keep;
mod keys;
mod prove;
mod stamping;
pub(super) mod store;
mod take;
mod verify;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::EngineError;
use crate::archive::cut::CutError;
use crate::archive::log::{self, End};
use crate::base::file::{self, Disk, FileError, FolderLock, Mapped};
use crate::base::hash::{Hash, hash_each, hash_in_blocks};
use crate::kit::pdf::PdfFault;
use crate::ledger::{Catalogue, LedgerError};

pub use audit::{AuditFault, Audited, audit};
pub use erase::{Erased, erase};
pub use export::{Exported, ending, export, proof_bytes};
pub use find::{Found, Reader, find, note};
pub use keep::{Expired, expire, lift_hold, list_holds, set_hold};
pub use keys::{ArchiveKey, new_key, roll_over};
pub use prove::{prove, prove_complete};
pub use stamping::{ask_authority, stamp_request, stamp_response};
pub use take::{Taken, Written, take, take_written};
pub use verify::{Verdict, verify_completeness, verify_proof};

/// Why a command of the archive failed.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The disk.
    #[error(transparent)]
    File(#[from] FileError),
    /// The index, or the ledger of a run.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The run.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A file of the archive is damaged.
    #[error("{file}: {fault}")]
    Damaged {
        /// Its path in the archive.
        file: String,
        /// What is wrong.
        fault: String,
    },
    /// There is no archive.
    #[error("there is no archive in `{}`", .0.display())]
    NoArchive(PathBuf),
    /// What is asked for cannot be.
    #[error("{0}")]
    Refused(String),
    /// Documents are under a hold.
    #[error("{} is under the hold `{hold}` ({why}); nothing was changed", crate::base::readable::counted(*documents, "document"))]
    Held {
        /// The name of the hold.
        hold: String,
        /// Why it was set.
        why: String,
        /// How many of the documents it covers.
        documents: u64,
    },
    /// The object store.
    #[error("the store `{place}`: {reason}")]
    Store {
        /// Which.
        place: String,
        /// What it says.
        reason: String,
    },
}

impl ArchiveError {
    fn cut(file: &str, error: CutError) -> ArchiveError {
        ArchiveError::Damaged { file: file.to_string(), fault: error.to_string() }
    }

    fn pdf(file: &str, fault: PdfFault) -> ArchiveError {
        ArchiveError::Damaged { file: file.to_string(), fault: fault.to_string() }
    }
}

/// Who does something, when and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Actor {
    /// Who.
    pub who: String,
    /// When, ISO 8601.
    pub time: String,
    /// Why; empty: not said.
    pub why: String,
}

/// Paths in an archive.
pub const LOG: &str = "log";
const HEADS: &str = "heads";
const CATALOGUE: &str = "catalogue.sqlite";

/// The archive of an output folder, if its job names no other: a folder in it.
pub fn root_of(folder: &Path) -> PathBuf {
    let inner = folder.join("archive");
    let is_archive = |root: &Path| file::Fingerprint::of(&root.join(LOG)).is_ok();
    if !is_archive(folder) && (is_archive(&inner) || file::Fingerprint::of(&folder.join("ledger.sqlite")).is_ok()) {
        inner
    } else {
        folder.to_path_buf()
    }
}

/// An archive that is written to: nobody else does meanwhile.
pub(super) struct Archive {
    root: PathBuf,
    disk: Disk,
    end: End,
    /// Bytes of the log that are whole lines.
    log_length: u64,
    store: Box<dyn store::Store>,
    _lock: FolderLock,
}

impl Archive {
    /// Opens an archive, making it if it is to be.
    fn open(root: &Path, create: Option<&Actor>, place: Option<&str>) -> Result<Archive, ArchiveError> {
        let disk = Disk::real();
        let path = root.join(LOG);
        if create.is_some() {
            disk.create_folder(root)?;
        } else if file::Fingerprint::of(&path).is_err() {
            return Err(ArchiveError::NoArchive(root.to_path_buf()));
        }
        let lock = FolderLock::wait(&root.join(".lock"))?;
        // Asked only now: somebody may have made the archive while this one waited.
        let is_there = file::Fingerprint::of(&path).is_ok();
        let (end, log_length) = if is_there { end_of_log(&path)? } else { (End::default(), 0) };
        let place = if end.size == 0 { place.map(str::to_string) } else { store_of(root)? };
        let store = store::open(root, place.as_deref())?;
        if is_there && file::Fingerprint::of(&path)?.length() > log_length {
            // What a kill left of a line goes before anything is read as an event.
            disk.append(&path, log_length, b"")?;
        }
        let mut archive = Archive { root: root.to_path_buf(), disk, end, log_length, store, _lock: lock };
        if archive.end.size == 0
            && let Some(actor) = create
        {
            archive.append(actor, json!({ "action": "created", "format": 1, "store": place }))?;
        }
        Ok(archive)
    }

    /// Adds an event to the log, durably. Who and when are added to it.
    fn append(&mut self, actor: &Actor, event: Value) -> Result<(), ArchiveError> {
        self.append_all(actor, vec![event])
    }

    /// Adds events to the log, all of them in one write; of one that is killed, the first are whole lines.
    fn append_all(&mut self, actor: &Actor, events: Vec<Value>) -> Result<(), ArchiveError> {
        let mut lines = String::new();
        for mut event in events {
            event["who"] = actor.who.as_str().into();
            event["time"] = actor.time.as_str().into();
            if !actor.why.is_empty() {
                event["why"] = actor.why.as_str().into();
            }
            lines.push_str(&log::write_event(&mut self.end, &mut event));
        }
        self.disk.append(&self.root.join(LOG), self.log_length, lines.as_bytes())?;
        self.log_length += lines.len() as u64;
        Ok(())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Opens the index, making it only where the log says that there never was one: a new one would know of no hold.
    fn catalogue(&self) -> Result<Catalogue, ArchiveError> {
        let is_there = file::Fingerprint::of(&self.path(CATALOGUE)).is_ok_and(|found| found.length() > 0);
        if !is_there && self.end.size > 0 {
            let log = Mapped::open(&self.path(LOG))?;
            if memchr::memmem::find(&log, b"\"action\":\"indexed\"").is_some() {
                let fault = "it is not there, and with it the holds would be gone; bring it back from a backup".into();
                return Err(ArchiveError::Damaged { file: CATALOGUE.into(), fault });
            }
        }
        Ok(Catalogue::open(&self.path(CATALOGUE))?)
    }

    /// Notes what the index looks like now, so that damage to it is found: after everything that changes it.
    fn seal_catalogue(&mut self, catalogue: Catalogue, actor: &Actor) -> Result<(), ArchiveError> {
        catalogue.close()?;
        let sealed = seal_file(&self.path(CATALOGUE), CATALOGUE)?;
        self.append(&Actor { why: String::new(), ..actor.clone() }, json!({ "action": "indexed", "files": [sealed] }))
    }

    /// Refuses a key that is not the newest of the log: what it signs would not be believed.
    fn require_newest(&self, key: Option<&keys::ArchiveKey>) -> Result<(), ArchiveError> {
        let Some(key) = key else { return Ok(()) };
        match keys::newest_key(self)? {
            Some(newest) if newest == key.id() => Ok(()),
            Some(newest) => Err(ArchiveError::Refused(format!("the key {} is not the newest of the archive, which is {newest}", key.id()))),
            None => {
                Err(ArchiveError::Refused(format!("the archive does not know the key {}; `pressrun archive key new` makes its first one", key.id())))
            }
        }
    }

    /// Signs the end of the log, if there is a key.
    fn sign_head(&mut self, key: Option<&keys::ArchiveKey>, time: &str) -> Result<Option<Value>, ArchiveError> {
        let Some(key) = key else { return Ok(None) };
        self.require_newest(Some(key))?;
        let log = Mapped::open(&self.path(LOG))?;
        let (tree, end, faults) = log::read(&log, |_| {});
        if let Some(fault) = faults.first() {
            return Err(ArchiveError::Damaged { file: LOG.into(), fault: format!("event {}: {}; it is not signed", fault.seq, fault.what) });
        }
        let root = tree.root();
        let text = log::head_text(end.size, &root, &end.chain, time);
        let head = json!({
            "chain": end.chain.hex(), "key": key.id(), "root": root.hex(), "signature": key.sign(text.as_bytes()), "size": end.size, "time": time,
        });
        let line = [crate::kit::json_canonical::canonical(&head), b"\n".to_vec()].concat();
        // What a kill left of a line is cut off.
        let length = match file::Fingerprint::of(&self.path(HEADS)).is_ok_and(|found| found.length() > 0) {
            true => memchr::memrchr(b'\n', &Mapped::open(&self.path(HEADS))?).map_or(0, |at| at as u64 + 1),
            false => 0,
        };
        self.disk.append(&self.path(HEADS), length, &line)?;
        Ok(Some(head))
    }
}

/// Where a log ends, and the bytes of its whole lines: what a kill left behind them is no line.
fn end_of_log(path: &Path) -> Result<(End, u64), ArchiveError> {
    let map = Mapped::open(path)?;
    let Some(whole) = memchr::memrchr(b'\n', &map) else { return Ok((End::default(), 0)) };
    let start = memchr::memrchr(b'\n', &map[..whole]).map_or(0, |at| at + 1);
    let end = std::str::from_utf8(&map[start..whole]).ok().and_then(log::end_of);
    let damaged = || ArchiveError::Damaged { file: LOG.into(), fault: "its last line is none; `pressrun archive audit` tells more".into() };
    Ok((end.ok_or_else(damaged)?, whole as u64 + 1))
}

/// Where the volumes of an archive are, if not in its folder: its first event says so.
fn store_of(root: &Path) -> Result<Option<String>, ArchiveError> {
    let map = Mapped::open(&root.join(LOG))?;
    let first = map.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let event: Value = std::str::from_utf8(first)
        .ok()
        .and_then(|line| line.split_once(' '))
        .and_then(|(_, event)| serde_json::from_str(event).ok())
        .unwrap_or_default();
    Ok(event["store"].as_str().map(str::to_string))
}

/// Bytes of a block of a file that is sealed: damage is told to the block, and within a volume to the document.
const BLOCK: usize = 64 << 10;

/// The hash of some bytes and of each block of them.
fn seal_bytes(name: &str, bytes: &[u8]) -> Value {
    let (whole, blocks) = hash_in_blocks(bytes, block_of(bytes.len()));
    sealed(name, bytes.len(), &whole, &blocks)
}

/// The same of bytes whose hash is known.
fn seal_hashed(name: &str, bytes: &[u8], hash: &Hash) -> Value {
    let blocks: Vec<&[u8]> = bytes.chunks(block_of(bytes.len())).collect();
    sealed(name, bytes.len(), hash, &hash_each(&blocks))
}

fn sealed(name: &str, length: usize, whole: &Hash, blocks: &[Hash]) -> Value {
    let blocks: Vec<String> = blocks.iter().map(Hash::hex).collect();
    json!({ "block": block_of(length), "blocks": blocks, "bytes": length, "name": name, "sha256": whole.hex() })
}

/// Large files have larger blocks, so that the log stays a small part of them.
fn block_of(length: usize) -> usize {
    match length {
        0..=0x400_0000 => BLOCK,
        _ => BLOCK << 4,
    }
}

fn seal_file(path: &Path, name: &str) -> Result<Value, ArchiveError> {
    Ok(seal_bytes(name, &Mapped::open(path)?))
}

/// The folder of a run in the archive, as it stands before the names of its files.
fn run_folder(run: &str) -> String {
    format!("runs/{run}/")
}

/// The statements file of a volume, counted from 1.
fn statements_name(run: &str, volume: u32) -> String {
    format!("{}volumes/{volume:06}.statements", run_folder(run))
}

/// A volume, counted from 1.
fn volume_name(run: &str, volume: u32) -> String {
    format!("{}{}", run_folder(run), super::Folder::volume_name(volume - 1))
}
