//! Notices that files have changed.
//!
//! Takes the files of a job, tells when one of them, or one beside them, is not what it was. Asks the system for sizes and times
//! twenty-five times a second instead of listening to it: that works on every file system, networks included. Must never open a file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::base::file::{Fingerprint, list};

/// How long a change may go unnoticed.
pub const INTERVAL: Duration = Duration::from_millis(40);
/// Files that are looked at, at most; a job has a few dozen.
const FILES_MAX: usize = 4_000;
/// How far below the folders of a job files are looked for: images, tables, fonts.
const DEPTH_MAX: usize = 3;

/// The state of some files.
#[derive(Debug, Default)]
pub struct Watcher {
    state: BTreeMap<PathBuf, Fingerprint>,
}

impl Watcher {
    /// Looks at `files` and at what lies in their folders.
    pub fn of(files: &[PathBuf]) -> Watcher {
        Watcher { state: look(files) }
    }

    /// Whether something is not what it was when it was looked at last; looks again.
    pub fn has_changed(&mut self, files: &[PathBuf]) -> bool {
        let now = look(files);
        let changed = now != self.state;
        self.state = now;
        changed
    }

    /// Looks at these files from now on. One that changed since it was looked at last has still changed.
    pub fn follow(&mut self, files: &[PathBuf]) {
        let mut now = look(files);
        for (path, known) in &self.state {
            if let Some(state) = now.get_mut(path) {
                *state = *known;
            }
        }
        self.state = now;
    }
}

/// Waits.
pub fn pause(time: Duration) {
    std::thread::sleep(time);
}

fn look(files: &[PathBuf]) -> BTreeMap<PathBuf, Fingerprint> {
    let mut state = BTreeMap::new();
    let mut folders: Vec<(PathBuf, usize)> = Vec::new();
    for file in files {
        if let Ok(fingerprint) = Fingerprint::of(file) {
            state.insert(file.clone(), fingerprint);
        }
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if folders.iter().all(|(known, _)| known != folder) {
            folders.push((folder.to_path_buf(), 0));
        }
    }
    while let Some((folder, depth)) = folders.pop() {
        let Ok(names) = list(&folder) else { continue };
        // What a run writes is no part of the job.
        if names.iter().any(|name| name == "ledger.sqlite") {
            continue;
        }
        for name in names.iter().filter(|name| !name.starts_with('.') && *name != "target/") {
            match name.strip_suffix('/') {
                Some(name) if depth < DEPTH_MAX => folders.push((folder.join(name), depth + 1)),
                Some(_) => {}
                None if state.len() >= FILES_MAX => return state,
                None => {
                    let path = folder.join(name);
                    if let Ok(fingerprint) = Fingerprint::of(&path) {
                        state.insert(path, fingerprint);
                    }
                }
            }
        }
    }
    state
}
