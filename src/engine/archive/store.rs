//! Where the volumes of an archive lie: in its folder, or in an object store.
//!
//! Takes names and bytes, gives ranges of bytes. Must never hold more of a volume than was asked for.

use std::path::{Path, PathBuf};

use super::ArchiveError;
use crate::base::file::{Disk, Fingerprint, Pieces};
use crate::base::hash::Hash;
use crate::kit::pdf::RangeRead;

/// A place for volumes and mbox files.
pub(in crate::engine) trait Store: Send + Sync {
    /// Puts the file at `path` there under a name, wholly or not at all; its hash is checked where the bytes travel.
    fn put(&self, path: &Path, name: &str, hash: &Hash, disk: &Disk) -> Result<(), ArchiveError>;
    /// Opens a file to read ranges of it.
    fn open(&self, name: &str) -> Result<Box<dyn RangeRead + Send>, ArchiveError>;
    /// Writes over ranges of a file.
    fn overwrite(&self, name: &str, patches: &[(u64, Vec<u8>)], disk: &Disk) -> Result<(), ArchiveError>;
    /// The file itself, if it lies on this machine.
    fn local(&self, name: &str) -> Option<PathBuf>;
}

/// The place an archive says: its folder, or the URL of a bucket.
pub(super) fn open(root: &Path, place: Option<&str>) -> Result<Box<dyn Store>, ArchiveError> {
    match place {
        None => Ok(Box::new(Local(root.to_path_buf()))),
        Some(url) => remote(url),
    }
}

#[cfg(feature = "s3")]
fn remote(url: &str) -> Result<Box<dyn Store>, ArchiveError> {
    Ok(Box::new(crate::engine::object_store::ObjectStore::open(url)?))
}

#[cfg(not(feature = "s3"))]
fn remote(url: &str) -> Result<Box<dyn Store>, ArchiveError> {
    Err(ArchiveError::Store { place: url.to_string(), reason: "this program was built without the feature `s3`".into() })
}

/// The archive's own folder.
struct Local(PathBuf);

impl Store for Local {
    fn put(&self, path: &Path, name: &str, _: &Hash, disk: &Disk) -> Result<(), ArchiveError> {
        Ok(disk.link_or_copy(path, &self.0.join(name))?)
    }

    fn open(&self, name: &str) -> Result<Box<dyn RangeRead + Send>, ArchiveError> {
        let path = self.0.join(name);
        let length = Fingerprint::of(&path)?.length();
        Ok(Box::new(LocalFile { pieces: Pieces::open(&path)?, length }))
    }

    fn overwrite(&self, name: &str, patches: &[(u64, Vec<u8>)], disk: &Disk) -> Result<(), ArchiveError> {
        Ok(disk.overwrite(&self.0.join(name), patches)?)
    }

    fn local(&self, name: &str) -> Option<PathBuf> {
        Some(self.0.join(name))
    }
}

struct LocalFile {
    pieces: Pieces,
    length: u64,
}

impl RangeRead for LocalFile {
    fn length(&self) -> u64 {
        self.length
    }

    fn read(&mut self, offset: u64, length: usize, buffer: &mut Vec<u8>) -> Result<(), String> {
        self.pieces.read(offset, length, buffer).map_err(|error| error.to_string())
    }
}

/// Bytes in memory.
pub(super) struct Memory<'m>(pub(super) &'m [u8]);

impl RangeRead for Memory<'_> {
    fn length(&self) -> u64 {
        self.0.len() as u64
    }

    fn read(&mut self, offset: u64, length: usize, buffer: &mut Vec<u8>) -> Result<(), String> {
        buffer.clear();
        let start = usize::try_from(offset).map_err(|_| "beyond the end")?;
        let bytes = start.checked_add(length).and_then(|end| self.0.get(start..end));
        buffer.extend_from_slice(bytes.ok_or("it is shorter than it was")?);
        Ok(())
    }
}
