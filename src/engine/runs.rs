//! Runs of pieces that are sorted, in files of their own.
//!
//! Takes sorted runs, keeps them in a folder until they are merged. Must never leave one behind: they are removed when the sorting ends,
//! however it ends.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::base::file::{Disk, FileError, Pieces};
use crate::postal::presort::Runs;

/// Runs in a folder.
#[derive(Debug)]
pub struct RunFiles {
    disk: Disk,
    folder: PathBuf,
    runs: Vec<(PathBuf, u64, Option<Pieces>)>,
}

impl RunFiles {
    /// Runs in files `presort-N.run` of a folder that is there.
    pub fn new(folder: &Path, disk: &Disk) -> RunFiles {
        RunFiles { disk: disk.clone(), folder: folder.to_path_buf(), runs: Vec::new() }
    }
}

impl Runs for RunFiles {
    fn keep(&mut self, run: &[u8]) -> Result<(), FileError> {
        let path = self.folder.join(format!("presort-{}.run", self.runs.len()));
        let mut pending = self.disk.begin(&path)?;
        pending.write_all(run).map_err(|error| FileError::new("write", &path, error))?;
        pending.commit()?;
        self.runs.push((path, run.len() as u64, None));
        Ok(())
    }

    fn lengths(&self) -> Vec<u64> {
        self.runs.iter().map(|(_, length, _)| *length).collect()
    }

    fn read(&mut self, run: usize, offset: u64, length: usize, buffer: &mut Vec<u8>) -> Result<(), FileError> {
        let (path, _, opened) = &mut self.runs[run];
        if opened.is_none() {
            *opened = Some(Pieces::open(path)?);
        }
        opened.as_mut().expect("it was just opened").read(offset, length, buffer)
    }
}

impl Drop for RunFiles {
    fn drop(&mut self) {
        for (path, ..) in &self.runs {
            // Whoever drops them has another fault to tell, or none at all.
            let _ = self.disk.remove(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_come_back_and_go_away() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut runs = RunFiles::new(folder.path(), &Disk::real());
        runs.keep(b"first run").expect("written");
        runs.keep(b"second").expect("written");
        assert_eq!(runs.lengths(), [9, 6]);
        let mut buffer = Vec::new();
        runs.read(0, 6, 3, &mut buffer).expect("read");
        assert_eq!(buffer, b"run");
        runs.read(1, 0, 6, &mut buffer).expect("read");
        assert_eq!(buffer, b"second");
        drop(runs);
        assert_eq!(crate::base::file::list(folder.path()).expect("lists"), Vec::<String>::new());
    }

    #[test]
    fn a_full_disk_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut runs = RunFiles::new(folder.path(), &Disk::full_after(1));
        assert!(runs.keep(b"first run").is_err());
    }
}
