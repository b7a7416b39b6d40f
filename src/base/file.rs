//! The only door to the disk.
//!
//! Takes paths and bytes, gives mapped inputs and files that are either wholly there or not at all. Must never
//! know what is in them. Every write is counted, so that a test can make the Nth one fail.
// This is the door that clippy.toml sends everybody to.
#![allow(clippy::disallowed_methods)]

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};

/// A failure of the world: which path, what was tried, why not.
#[derive(Debug, thiserror::Error)]
#[error("cannot {attempt} `{}`: {source}", path.display())]
pub struct FileError {
    /// What was tried: "read", "write", …
    pub attempt: &'static str,
    /// Where.
    pub path: PathBuf,
    /// Why not.
    pub source: io::Error,
}

impl FileError {
    /// A failure of `attempt` at `path`.
    pub fn new(attempt: &'static str, path: &Path, source: io::Error) -> FileError {
        FileError { attempt, path: path.to_path_buf(), source }
    }
}

/// Length and time of modification: what must not change while a file is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fingerprint {
    length: u64,
    modified_nanoseconds: u128,
}

impl Fingerprint {
    /// Of the file at `path` now.
    pub fn of(path: &Path) -> Result<Fingerprint, FileError> {
        let metadata = fs::metadata(path).map_err(|e| FileError::new("read", path, e))?;
        Ok(Fingerprint::from_metadata(&metadata))
    }

    /// The length in bytes.
    pub fn length(self) -> u64 {
        self.length
    }

    /// When it was modified, in nanoseconds since 1970.
    pub fn modified_nanoseconds(self) -> u128 {
        self.modified_nanoseconds
    }

    fn from_metadata(metadata: &fs::Metadata) -> Fingerprint {
        let modified = metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        Fingerprint { length: metadata.len(), modified_nanoseconds: modified.map_or(0, |d| d.as_nanos()) }
    }
}

/// So many files are mapped at once; systems allow a process few more (Linux: 65,530), and memory for anything else is
/// made of such maps, too.
const MAPS_MAX: usize = 16_384;
/// Beyond that, files of up to this size are read.
const READ_BYTES_MAX: u64 = 1 << 20;
/// Maps there are.
static MAPS: AtomicUsize = AtomicUsize::new(0);

/// A file mapped read-only. A billing run that writes each invoice to a file of its own may have more files than there can be
/// maps: small ones are then read instead.
#[derive(Debug)]
pub struct Mapped {
    path: PathBuf,
    fingerprint: Fingerprint,
    content: Content,
}

#[derive(Debug)]
enum Content {
    /// Nothing can be mapped of a file without bytes.
    Empty,
    Map(Counted),
    Read(Vec<u8>),
}

/// A map, counted in [`MAPS`].
#[derive(Debug)]
struct Counted(memmap2::Mmap);

impl Drop for Counted {
    fn drop(&mut self) {
        MAPS.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Content {
    fn of(file: &File, length: u64, maps_max: usize) -> io::Result<Content> {
        if length == 0 {
            return Ok(Content::Empty);
        }
        if length <= READ_BYTES_MAX && MAPS.load(Ordering::Relaxed) >= maps_max {
            let mut bytes = Vec::with_capacity(length as usize);
            // What comes behind is a change, which the fingerprint tells.
            file.take(length).read_to_end(&mut bytes)?;
            return Ok(Content::Read(bytes));
        }
        let map = map_file(file)?;
        MAPS.fetch_add(1, Ordering::Relaxed);
        Ok(Content::Map(Counted(map)))
    }
}

impl Mapped {
    /// Maps a whole file and takes a shared lock on it, so that well-behaved writers stay away.
    pub fn open(path: &Path) -> Result<Mapped, FileError> {
        let (file, metadata) = open_regular(path)?;
        // A lock is advisory and some file systems have none; the fingerprint below is the real guard.
        let _ = file.try_lock_shared();
        let content = Content::of(&file, metadata.len(), MAPS_MAX).map_err(|e| FileError::new("map", path, e))?;
        Ok(Mapped { path: path.to_path_buf(), fingerprint: Fingerprint::from_metadata(&metadata), content })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// As it was when it was opened.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Tells the system that a part is done with, so that reading a large file does not fill the memory of the process.
    pub fn release(&self, range: std::ops::Range<usize>) {
        const PAGE: usize = 4096;
        // Only whole pages inside the range: its edges belong to neighbours that may still be read.
        let (start, end) = (range.start.next_multiple_of(PAGE), range.end.min(self.len()) / PAGE * PAGE);
        if start < end
            && let Content::Map(Counted(map)) = &self.content
        {
            release_pages(map, start, end - start);
        }
    }

    /// Whether the file at the path is still the one that was opened.
    pub fn is_unchanged(&self) -> bool {
        Fingerprint::of(&self.path).is_ok_and(|now| now == self.fingerprint)
    }
}

#[allow(unsafe_code)]
fn map_file(file: &File) -> io::Result<memmap2::Mmap> {
    // SAFETY: the map is read-only and never outlives `Mapped`. Another process may still truncate the file;
    // it is locked, its fingerprint is compared before each volume is committed, and nothing that was read
    // from a changed file is kept.
    unsafe { memmap2::Mmap::map(file) }
}

#[allow(unsafe_code)]
fn release_pages(map: &memmap2::Mmap, offset: usize, length: usize) {
    // SAFETY: the map is read-only and backed by a file, so pages that are dropped and touched again are read again: no
    // slice into it ever sees other bytes. A refusal is of no consequence.
    #[cfg(unix)]
    let _ = unsafe { map.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, offset, length) };
    #[cfg(not(unix))]
    let _ = (map, offset, length);
}

impl Deref for Mapped {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        match &self.content {
            Content::Empty => &[],
            Content::Map(Counted(map)) => map,
            Content::Read(bytes) => bytes,
        }
    }
}

/// Opens a file to read. Opening a pipe waits for whoever writes to it, perhaps for ever, and a device has no end: both are
/// refused before they are opened.
fn open_regular(path: &Path) -> Result<(File, fs::Metadata), FileError> {
    let failed = |e| FileError::new("read", path, e);
    refuse_irregular(&fs::metadata(path).map_err(failed)?).map_err(failed)?;
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    // Somebody may have put something else there meanwhile.
    refuse_irregular(&metadata).map_err(failed)?;
    Ok((file, metadata))
}

fn refuse_irregular(metadata: &fs::Metadata) -> io::Result<()> {
    if metadata.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a pipe or a device, not a regular file"));
    }
    Ok(())
}

/// Reads a small file whole.
pub fn read(path: &Path, bytes_max: usize) -> Result<Vec<u8>, FileError> {
    let (file, _) = open_regular(path)?;
    let mut bytes = Vec::new();
    file.take(bytes_max as u64 + 1).read_to_end(&mut bytes).map_err(|e| FileError::new("read", path, e))?;
    if bytes.len() > bytes_max {
        let reason = io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than the limit of {bytes_max} bytes"));
        return Err(FileError::new("read", path, reason));
    }
    Ok(bytes)
}

/// A file that is read piece by piece, without mapping it: pieces from all over a large file would otherwise count as
/// memory of the process.
#[derive(Debug)]
pub struct Pieces {
    file: File,
    path: PathBuf,
}

impl Pieces {
    /// Opens a file.
    pub fn open(path: &Path) -> Result<Pieces, FileError> {
        let (file, _) = open_regular(path)?;
        Ok(Pieces { file, path: path.to_path_buf() })
    }

    /// Reads `length` bytes from `offset` into `buffer`, which then holds nothing else.
    pub fn read(&mut self, offset: u64, length: usize, buffer: &mut Vec<u8>) -> Result<(), FileError> {
        use std::io::{Seek, SeekFrom};
        buffer.clear();
        let result = self.file.seek(SeekFrom::Start(offset)).and_then(|_| (&self.file).take(length as u64).read_to_end(buffer));
        match result {
            Ok(found) if found == length => Ok(()),
            Ok(_) => Err(FileError::new("read", &self.path, io::Error::new(io::ErrorKind::UnexpectedEof, "it is shorter than it was"))),
            Err(e) => Err(FileError::new("read", &self.path, e)),
        }
    }
}

/// The names in a folder, sorted. Folders end in `/`.
pub fn list(folder: &Path) -> Result<Vec<String>, FileError> {
    let failed = |e| FileError::new("list", folder, e);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let mut name = entry.file_name().to_string_lossy().into_owned();
        if fs::metadata(entry.path()).is_ok_and(|found| found.is_dir()) {
            name.push('/');
        }
        names.push(name);
    }
    // The order of a folder depends on the file system and its history.
    names.sort();
    Ok(names)
}

/// The disk as a run sees it. Clones share the count of writes.
#[derive(Clone, Debug)]
pub struct Disk {
    writes_left: Arc<AtomicI64>,
    writes: Arc<AtomicU64>,
}

impl Default for Disk {
    fn default() -> Disk {
        Disk::real()
    }
}

impl Disk {
    /// A disk that fails only when the machine's does.
    pub fn real() -> Disk {
        Disk { writes_left: Arc::new(AtomicI64::new(i64::MAX)), writes: Arc::new(AtomicU64::new(0)) }
    }

    /// A disk that is full after `writes` writes: the fault injection of the tests.
    pub fn full_after(writes: i64) -> Disk {
        Disk { writes_left: Arc::new(AtomicI64::new(writes)), writes: Arc::new(AtomicU64::new(0)) }
    }

    /// How many writes were asked for so far.
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::Relaxed)
    }

    /// Counts one write that is about to happen; an error if the disk is to be full by now.
    pub fn count_write(&self) -> io::Result<()> {
        self.writes.fetch_add(1, Ordering::Relaxed);
        if self.writes_left.fetch_sub(1, Ordering::Relaxed) <= 0 {
            return Err(io::Error::new(io::ErrorKind::StorageFull, "no space left on device"));
        }
        Ok(())
    }

    /// Makes a folder and its parents.
    pub fn create_folder(&self, path: &Path) -> Result<(), FileError> {
        self.count_write().and_then(|()| fs::create_dir_all(path)).map_err(|e| FileError::new("create the folder", path, e))
    }

    /// Makes a folder inside one of ours. A symbolic link in its place would lead what we write, and later remove, elsewhere.
    pub fn create_inner_folder(&self, path: &Path) -> Result<(), FileError> {
        if fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink()) {
            let reason = io::Error::new(io::ErrorKind::InvalidInput, "there is a symbolic link in its place");
            return Err(FileError::new("create the folder", path, reason));
        }
        self.create_folder(path)
    }

    /// Puts `bytes` at `path`, wholly or not at all: write beside it, fsync, rename, fsync the folder.
    pub fn commit(&self, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
        let mut pending = self.begin(path)?;
        pending.write_all(bytes).map_err(|e| FileError::new("write", path, e))?;
        pending.commit()
    }

    /// The same for what only its owner may read.
    pub fn commit_secret(&self, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
        let mut pending = self.begin(path)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let file = pending.file.as_ref().expect("an uncommitted file is open");
            file.set_permissions(fs::Permissions::from_mode(0o600)).map_err(|e| FileError::new("write", path, e))?;
        }
        pending.write_all(bytes).map_err(|e| FileError::new("write", path, e))?;
        pending.commit()
    }

    /// Starts a file that appears at `path` only when it is committed.
    pub fn begin(&self, path: &Path) -> Result<Pending, FileError> {
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(".part");
        let part = path.with_file_name(name);
        let file = self.count_write().and_then(|()| File::create(&part)).map_err(|e| FileError::new("write", path, e))?;
        Ok(Pending { file: Some(file), part, path: path.to_path_buf(), disk: self.clone() })
    }

    /// Puts the file at `from` at `to`, wholly or not at all: the same file under a second name where the disk allows, a copy elsewhere.
    pub fn link_or_copy(&self, from: &Path, to: &Path) -> Result<(), FileError> {
        let mut name = to.file_name().unwrap_or_default().to_os_string();
        name.push(".part");
        let part = to.with_file_name(name);
        let _ = fs::remove_file(&part);
        self.count_write().map_err(|e| FileError::new("write", to, e))?;
        if fs::hard_link(from, &part).is_ok() {
            let renamed = fs::rename(&part, to).and_then(|()| {
                // Two names of one file: renaming one to the other does nothing, so that the part stays.
                let _ = fs::remove_file(&part);
                sync_folder(to)
            });
            return renamed.map_err(|e| FileError::new("write", to, e));
        }
        let source = Mapped::open(from)?;
        let mut pending = self.begin(to)?;
        for piece in source.chunks(8 << 20) {
            pending.write_all(piece).map_err(|e| FileError::new("write", to, e))?;
        }
        pending.commit()
    }

    /// Adds bytes at the end of a file and makes them durable. What a kill left of a line that was not whole is cut off first: `kept` bytes
    /// stay.
    pub fn append(&self, path: &Path, kept: u64, bytes: &[u8]) -> Result<(), FileError> {
        let open = || fs::OpenOptions::new().create(true).append(true).open(path);
        let result = self.count_write().and_then(|()| open()).and_then(|mut file| {
            if file.metadata()?.len() > kept {
                file.set_len(kept)?;
            }
            file.write_all(bytes)?;
            file.sync_data()
        });
        result.map_err(|e| FileError::new("write", path, e))
    }

    /// Writes over ranges of a file in place and makes that durable. Only for what must be gone from the disk: a file that is written anew
    /// would leave its old bytes behind.
    pub fn overwrite(&self, path: &Path, patches: &[(u64, Vec<u8>)]) -> Result<(), FileError> {
        use std::io::{Seek, SeekFrom};
        let result = fs::OpenOptions::new().write(true).open(path).and_then(|mut file| {
            for (offset, bytes) in patches {
                self.count_write()?;
                file.seek(SeekFrom::Start(*offset))?;
                file.write_all(bytes)?;
            }
            file.sync_all()
        });
        result.map_err(|e| FileError::new("write", path, e))
    }

    /// Puts a file that is there and durable in the place of another.
    pub fn replace(&self, from: &Path, to: &Path) -> Result<(), FileError> {
        self.count_write().and_then(|()| fs::rename(from, to)).and_then(|()| sync_folder(to)).map_err(|e| FileError::new("write", to, e))
    }

    /// Removes a file; nothing happens if there is none.
    pub fn remove(&self, path: &Path) -> Result<(), FileError> {
        match self.count_write().and_then(|()| fs::remove_file(path)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(FileError::new("remove", path, e)),
            _ => Ok(()),
        }
    }
}

/// A file on its way: written beside its place, there only after [`Pending::commit`], gone if dropped before.
#[derive(Debug)]
pub struct Pending {
    file: Option<File>,
    part: PathBuf,
    path: PathBuf,
    disk: Disk,
}

impl Pending {
    /// Makes the file durable and puts it in its place.
    pub fn commit(mut self) -> Result<(), FileError> {
        let file = self.file.take().expect("a pending file is committed once");
        let disk = &self.disk;
        let result = disk.count_write().and_then(|()| file.sync_all()).and_then(|()| {
            drop(file);
            disk.count_write()?;
            fs::rename(&self.part, &self.path)?;
            sync_folder(&self.path)
        });
        result.map_err(|e| {
            let _ = fs::remove_file(&self.part);
            FileError::new("write", &self.path, e)
        })
    }
}

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.count_write()?;
        self.file.as_mut().expect("an uncommitted file is open").write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            let _ = fs::remove_file(&self.part);
        }
    }
}

fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

/// An exclusive lock on an output folder, held until dropped. The system releases it when the process dies.
#[derive(Debug)]
pub struct FolderLock(#[allow(dead_code)] File);

impl FolderLock {
    /// Takes the lock file at `path`; `Ok(None)` if another process has it.
    pub fn acquire(path: &Path) -> Result<Option<FolderLock>, FileError> {
        let file = fs::OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(|e| FileError::new("write", path, e))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(FolderLock(file))),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(e)) => Err(FileError::new("lock", path, e)),
        }
    }
}

impl FolderLock {
    /// Takes the lock file at `path`, waiting until no other process has it.
    pub fn wait(path: &Path) -> Result<FolderLock, FileError> {
        let file = fs::OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(|e| FileError::new("write", path, e))?;
        file.lock().map_err(|e| FileError::new("lock", path, e))?;
        Ok(FolderLock(file))
    }
}

/// Joins `relative` to `folder`, refusing to leave it: no absolute path, no `..`, no link that leads out of it.
///
/// Customers' layouts name images; a layout must not read the machine's other files.
pub fn inside(folder: &Path, relative: &str) -> Option<PathBuf> {
    let path = Path::new(relative);
    let plain = path.components().all(|c| matches!(c, std::path::Component::Normal(_) | std::path::Component::CurDir));
    if !plain || relative.is_empty() {
        return None;
    }
    let joined = folder.join(path);
    match (joined.canonicalize(), folder.canonicalize()) {
        (Ok(real), Ok(folder)) => real.starts_with(folder).then_some(joined),
        // What is not there leads nowhere; whoever opens it tells.
        _ => Some(joined),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.pdf");
        let disk = Disk::real();
        disk.commit(&path, b"whole").expect("written");
        let needed = disk.writes() as i64;
        for limit in 0..needed {
            let other = folder.path().join(format!("b{limit}.pdf"));
            assert!(Disk::full_after(limit).commit(&other, b"whole").is_err(), "{limit}");
            assert!(!other.exists(), "{limit}");
        }
        assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 1, "no partial file stays");
        assert_eq!(fs::read(&path).expect("read"), b"whole");
    }

    #[test]
    fn a_second_lock_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lock");
        let first = FolderLock::acquire(&path).expect("opens");
        assert!(first.is_some());
        assert!(FolderLock::acquire(&path).expect("opens").is_none());
        drop(first);
        assert!(FolderLock::acquire(&path).expect("opens").is_some());
    }

    #[test]
    fn a_layout_cannot_leave_its_folder() {
        let folder = Path::new("job");
        assert_eq!(inside(folder, "img/logo.png"), Some(PathBuf::from("job/img/logo.png")));
        for path in ["../secret", "/etc/passwd", "a/../../b", ""] {
            assert_eq!(inside(folder, path), None, "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_folder_is_refused() {
        let outer = tempfile::tempdir().expect("a folder");
        let folder = outer.path().join("job");
        fs::create_dir_all(folder.join("real")).expect("made");
        fs::write(outer.path().join("secret.png"), b"x").expect("written");
        fs::write(folder.join("real/logo.png"), b"x").expect("written");
        let link = |to: &str, at: &str| std::os::unix::fs::symlink(to, folder.join(at)).expect("linked");
        link("../secret.png", "out.png");
        link("..", "up");
        link("real/logo.png", "in.png");
        link("real", "img");
        for (path, is_inside) in [("out.png", false), ("up/secret.png", false), ("in.png", true), ("img/logo.png", true), ("none.png", true)] {
            assert_eq!(inside(&folder, path), is_inside.then(|| folder.join(path)), "{path}");
        }
        let disk = Disk::real();
        let fault = disk.create_inner_folder(&folder.join("img")).expect_err("a link is refused");
        assert!(fault.to_string().ends_with("there is a symbolic link in its place"), "{fault}");
        disk.create_inner_folder(&folder.join("real")).expect("it is there");
        disk.create_inner_folder(&folder.join("new")).expect("it can be made");
    }

    #[cfg(unix)]
    #[test]
    fn what_has_no_end_is_not_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("runs").success());
        for path in [pipe.as_path(), Path::new("/dev/zero")] {
            let expected = format!("cannot read `{}`: it is a pipe or a device, not a regular file", path.display());
            assert_eq!(Mapped::open(path).expect_err("refused").to_string(), expected);
            assert_eq!(read(path, 10).expect_err("refused").to_string(), expected);
            assert_eq!(Pieces::open(path).expect_err("refused").to_string(), expected);
        }
    }

    #[test]
    fn more_files_than_maps_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("in.xml");
        fs::write(&path, b"<r/>").expect("written");
        let file = File::open(&path).expect("opens");
        assert!(matches!(Content::of(&file, 4, usize::MAX).expect("maps"), Content::Map(_)));
        let content = Content::of(&file, 4, 0).expect("reads");
        let mapped = Mapped { path: path.clone(), fingerprint: Fingerprint::of(&path).expect("is there"), content };
        assert!(matches!(&mapped.content, Content::Read(bytes) if bytes == b"<r/>"));
        mapped.release(0..4);
        assert_eq!(&*mapped, b"<r/>");
        assert!(mapped.is_unchanged());
    }

    #[test]
    fn a_changed_file_is_noticed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("in.csv");
        fs::write(&path, b"one").expect("written");
        let mapped = Mapped::open(&path).expect("maps");
        assert!(mapped.is_unchanged());
        assert_eq!(&*mapped, b"one");
        let other = folder.path().join("new");
        fs::write(&other, b"other").expect("written");
        fs::rename(&other, &path).expect("renamed");
        assert!(!mapped.is_unchanged());
    }
}
