//! Files that are neither volumes nor print files: the frozen plan, and what is handed over with the print files.
//!
//! Takes what is written, gives the row of the ledger by which it is known again. What is written is hashed on its way,
//! whatever its size. Must never know what a file is for.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::messages::IMAGES;
use super::{EngineError, Folder, Options, presence};
use crate::base::file::{FileError, Pending};
use crate::base::hash::Hasher;
use crate::ledger::{FileRow, Ledger, State};
use crate::plan::{Part, Plan};

/// The folder of the frozen plan, as it stands before the names of its files.
const PLAN: &str = "plan/";

/// The folder of the print files and of what goes to the press beside each of them.
const PRINT: &str = "print/";

/// The folder of the print files whose pages lie side by side.
pub(super) const LANES: &str = "lanes/";

/// The files that must be there in a state: what is handed over is there once the job is closed.
pub(super) fn expected(ledger: &Ledger, state: State) -> Result<Vec<FileRow>, EngineError> {
    let mut rows = ledger.files()?;
    // What a job was closed with that was opened again is written anew.
    rows.retain(|row| state == State::Closed || row.name.starts_with(PLAN) || row.name.starts_with(IMAGES) || print_file_of(&row.name).is_some());
    Ok(rows)
}

/// The print file that a file goes to the press beside of.
pub(super) fn print_file_of(name: &str) -> Option<u32> {
    let (number, _) = name.strip_prefix(PRINT).or_else(|| name.strip_prefix(LANES))?.split_once('.')?;
    number.parse().ok()
}

/// Freezes the plan, unless all of it is there.
pub(super) fn keep_plan(plan: &Plan, ledger: &mut Ledger, options: &Options<'_>) -> Result<(), EngineError> {
    let mut rows = ledger.files()?;
    rows.retain(|row| row.name.starts_with(PLAN));
    if !rows.is_empty() && rows.iter().all(|row| presence::fault(&options.out, &row.name, row.bytes).is_none()) {
        return Ok(());
    }
    let list = plan.freeze(&Folder(&options.out).file("plan"), &options.disk)?;
    // The job file may have other comments or another hold limit than before: it is the same plan, in other bytes.
    let row = |part: &Part| FileRow { name: format!("{PLAN}{}", part.name), bytes: part.length as u64, hash: part.hash };
    let rows: Vec<FileRow> = plan.parts.iter().chain([&list]).map(row).collect();
    Ok(ledger.post_files(&rows)?)
}

/// Writes a file of which all bytes are known.
pub(super) fn write(name: &str, bytes: &[u8], options: &Options<'_>) -> Result<FileRow, FileError> {
    let mut file = HashedFile::begin(name, options)?;
    let path = file.path.clone();
    file.write_all(bytes).map_err(|error| FileError::new("write", &path, error))?;
    file.commit()
}

/// A file that is hashed as it is written, and there once it is committed.
pub(super) struct HashedFile {
    name: String,
    path: PathBuf,
    out: BufWriter<Hashing>,
}

struct Hashing {
    pending: Pending,
    hasher: Hasher,
    bytes: u64,
}

impl HashedFile {
    /// Begins a file of the output folder.
    pub(super) fn begin(name: &str, options: &Options<'_>) -> Result<HashedFile, FileError> {
        let path = options.out.join(name);
        let hashing = Hashing { pending: options.disk.begin(&path)?, hasher: Hasher::new(), bytes: 0 };
        Ok(HashedFile { name: name.to_string(), path, out: BufWriter::with_capacity(1 << 20, hashing) })
    }

    /// Where it will be.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Puts it in its place.
    pub(super) fn commit(self) -> Result<FileRow, FileError> {
        let HashedFile { name, path, out } = self;
        let Hashing { pending, hasher, bytes } = out.into_inner().map_err(|error| FileError::new("write", &path, error.into_error()))?;
        pending.commit()?;
        Ok(FileRow { name, bytes, hash: hasher.finish() })
    }
}

impl Write for HashedFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.out.write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.pending.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.pending.flush()
    }
}
