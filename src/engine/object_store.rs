//! Volumes in an object store that speaks the language of S3.
//!
//! Takes a URL and the environment, gives ranges of objects. The library below is asynchronous: one thread of its own runtime does its work, and whoever asks
//! waits. Must never be asked while a page is composed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path as Key;
use object_store::{ObjectStoreExt as _, PutPayload};
use tokio::runtime::{Builder, Runtime};

use super::archive::ArchiveError;
use super::archive::store::Store;
use crate::base::file::{Disk, Mapped};
use crate::base::hash::Hash;
use crate::kit::pdf::RangeRead;

/// A bucket and what stands before the names in it.
pub(super) struct ObjectStore {
    inner: Arc<Inner>,
}

struct Inner {
    store: AmazonS3,
    runtime: Runtime,
    prefix: String,
    place: String,
}

impl Inner {
    fn fault(&self, name: &str, error: impl std::fmt::Display) -> ArchiveError {
        ArchiveError::Store { place: format!("{}/{name}", self.place), reason: error.to_string() }
    }

    fn key(&self, name: &str) -> Key {
        if self.prefix.is_empty() { Key::from(name) } else { Key::from(format!("{}/{name}", self.prefix)) }
    }

    fn range(&self, name: &str, offset: u64, length: usize) -> Result<Vec<u8>, ArchiveError> {
        let bytes = self.runtime.block_on(self.store.get_range(&self.key(name), offset..offset + length as u64));
        Ok(bytes.map_err(|error| self.fault(name, error))?.to_vec())
    }

    fn put(&self, name: &str, bytes: Vec<u8>, hash: &Hash) -> Result<(), ArchiveError> {
        let length = bytes.len();
        let stored = self.runtime.block_on(self.store.put(&self.key(name), PutPayload::from(bytes)));
        stored.map_err(|error| self.fault(name, error))?;
        // Read back: what the store holds is what was sent, or the log never tells of it.
        let found = Hash::of(&self.range(name, 0, length)?);
        if found == *hash { Ok(()) } else { Err(self.fault(name, "it holds other bytes than were sent")) }
    }
}

impl ObjectStore {
    /// Opens `s3://bucket/prefix`. Names and passwords come from the environment.
    pub(super) fn open(url: &str) -> Result<ObjectStore, ArchiveError> {
        let fault = |reason: String| ArchiveError::Store { place: url.to_string(), reason };
        let rest = url.strip_prefix("s3://").ok_or_else(|| fault("it is no `s3://bucket/prefix`".into()))?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        // Who comes second finds it installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let store = AmazonS3Builder::from_env().with_bucket_name(bucket).build().map_err(|error| fault(error.to_string()))?;
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| fault(error.to_string()))?;
        let inner = Inner { store, runtime, prefix: prefix.trim_matches('/').to_string(), place: url.trim_end_matches('/').to_string() };
        Ok(ObjectStore { inner: Arc::new(inner) })
    }
}

impl Store for ObjectStore {
    fn put(&self, path: &Path, name: &str, hash: &Hash, _: &Disk) -> Result<(), ArchiveError> {
        self.inner.put(name, Mapped::open(path)?.to_vec(), hash)
    }

    fn open(&self, name: &str) -> Result<Box<dyn RangeRead + Send>, ArchiveError> {
        let inner = self.inner.clone();
        let found = inner.runtime.block_on(inner.store.head(&inner.key(name))).map_err(|error| inner.fault(name, error))?;
        Ok(Box::new(RemoteFile { length: found.size, name: name.to_string(), inner, window: (0, Vec::new()) }))
    }

    fn overwrite(&self, name: &str, patches: &[(u64, Vec<u8>)], _: &Disk) -> Result<(), ArchiveError> {
        // Objects cannot be changed in part: the whole one takes the place of the old.
        let length = self.open(name)?.length() as usize;
        let mut bytes = self.inner.range(name, 0, length)?;
        for (offset, patch) in patches {
            let start = *offset as usize;
            let place = bytes.get_mut(start..start + patch.len()).ok_or_else(|| self.inner.fault(name, "it is shorter than it was"))?;
            place.copy_from_slice(patch);
        }
        let hash = Hash::of(&bytes);
        self.inner.put(name, bytes, &hash)
    }

    fn local(&self, _: &str) -> Option<PathBuf> {
        None
    }
}

/// So much is fetched at least: a request costs more than its bytes.
const WINDOW: usize = 256 << 10;

struct RemoteFile {
    inner: Arc<Inner>,
    name: String,
    length: u64,
    /// What was fetched last, and where it begins.
    window: (u64, Vec<u8>),
}

impl RangeRead for RemoteFile {
    fn length(&self) -> u64 {
        self.length
    }

    fn read(&mut self, offset: u64, length: usize, buffer: &mut Vec<u8>) -> Result<(), String> {
        buffer.clear();
        let end = offset + length as u64;
        if end > self.length {
            return Err("it is shorter than it was".into());
        }
        let (start, bytes) = &self.window;
        if offset < *start || end > start + bytes.len() as u64 {
            let wanted = length.max(WINDOW).min((self.length - offset) as usize);
            let fetched = self.inner.range(&self.name, offset, wanted).map_err(|error| error.to_string())?;
            self.window = (offset, fetched);
        }
        let at = (offset - self.window.0) as usize;
        buffer.extend_from_slice(&self.window.1[at..at + length]);
        Ok(())
    }
}
