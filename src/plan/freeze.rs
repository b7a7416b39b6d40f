//! The frozen copy of a plan in the output folder.
//!
//! Takes a plan, writes the files it was made of and a list of them: who finds the folder in thirty years can make the same
//! job again. Must never write what depends on the machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::library::Part;
use super::{PRODUCER, Plan};
use crate::base::file::{self, Disk, FileError, Fingerprint};
use crate::base::hash::Hash;
use crate::base::limits::PLAN_LIST_BYTES_MAX;

/// A frozen copy of a plan, as it lies in an output folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Frozen {
    /// Its folder, `plan/` of the output folder.
    pub folder: PathBuf,
    /// Its files by the paths under which job and layouts name them.
    written: BTreeMap<String, PathBuf>,
    /// The data files of each input, and those of its lines.
    pub inputs: Vec<(Vec<PathBuf>, Vec<PathBuf>)>,
}

impl Frozen {
    /// Reads the list of a frozen copy. `data` are the paths of its data files, in the order of the list.
    ///
    /// # Errors
    /// The list cannot be read, or is not that of these files.
    pub fn read(folder: &Path, data: &[PathBuf]) -> Result<Frozen, String> {
        let path = folder.join("plan.json");
        let bytes = file::read(&path, PLAN_LIST_BYTES_MAX).map_err(|error| error.to_string())?;
        let damaged = || format!("`{}` is no list of a frozen plan", path.display());
        let list: serde_json::Value = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
        let mut frozen = Frozen { folder: folder.to_path_buf(), written: BTreeMap::new(), inputs: Vec::new() };
        for part in list["files"].as_array().ok_or_else(damaged)? {
            let name = part["file"].as_str().and_then(|name| file::inside(folder, name)).ok_or_else(damaged)?;
            for written in part["as"].as_array().into_iter().flatten().filter_map(|written| written.as_str()) {
                frozen.written.insert(written.to_string(), name.clone());
            }
        }
        let listed = list["inputs"].as_array().ok_or_else(damaged)?;
        if listed.len() != data.len() {
            return Err(damaged());
        }
        for (entry, path) in listed.iter().zip(data) {
            let input = entry["input"].as_u64().ok_or_else(|| format!("`{}` is of an earlier version of this program", path.display()))? as usize;
            if input > frozen.inputs.len() {
                return Err(damaged());
            }
            if input == frozen.inputs.len() {
                frozen.inputs.push((Vec::new(), Vec::new()));
            }
            let (files, lines) = &mut frozen.inputs[input];
            if entry["lines"] == true { lines.push(path.clone()) } else { files.push(path.clone()) }
        }
        Ok(frozen)
    }

    /// The file that job or layouts name so.
    pub(super) fn find(&self, written: &str) -> Option<PathBuf> {
        self.written.get(written).cloned()
    }
}

/// The bytes of a part that are not kept.
fn read_again(source: &Path, part: &Part) -> Result<Vec<u8>, FileError> {
    let bytes = file::read(source, part.length)?;
    if Hash::of(&bytes) != part.hash {
        return Err(FileError::new("freeze", source, std::io::Error::other("it has changed since the job was planned")));
    }
    Ok(bytes)
}

impl Frozen {
    /// The files of texts that are named below a folder, with their names in it, in the order of these.
    pub(super) fn texts_below(&self, folder: &str) -> Vec<(String, PathBuf)> {
        let inside = self.written.iter().filter_map(|(written, path)| Some((written.strip_prefix(folder)?, path)));
        inside.filter(|(name, _)| !name.contains('/') && name.ends_with(".ftl")).map(|(name, path)| (name.to_string(), path.clone())).collect()
    }
}

impl Plan {
    /// Writes the frozen copy into `folder`, in place of what is there. Gives its list, which is a file of it, too.
    pub fn freeze(&self, folder: &Path, disk: &Disk) -> Result<Part, FileError> {
        disk.create_folder(folder)?;
        let mut folders: Vec<&str> = self.parts.iter().filter_map(|part| part.name.split_once('/')).map(|(folder, _)| folder).collect();
        folders.sort_unstable();
        folders.dedup();
        for name in folders {
            disk.create_folder(&folder.join(name))?;
        }
        for part in &self.parts {
            match &part.source {
                None => disk.commit(&folder.join(&part.name), &part.bytes)?,
                Some(source) => disk.commit(&folder.join(&part.name), &read_again(source, part)?)?,
            }
        }
        let list = Part::new("plan.json".into(), self.list().into_bytes().into());
        disk.commit(&folder.join(&list.name), &list.bytes)?;
        Ok(list)
    }

    /// Whether a `plan.json` is the list of this plan.
    pub fn is_listed_in(&self, list: &[u8]) -> bool {
        let list: Option<serde_json::Value> = serde_json::from_slice(list).ok();
        list.is_some_and(|list| list["plan"] == self.hash.hex().as_str())
    }

    /// The list of the files the plan is made of, JSON.
    fn list(&self) -> String {
        let entry = |part: &Part| serde_json::json!({ "file": part.name, "sha256": part.hash.hex(), "bytes": part.length, "as": part.written });
        let parts: Vec<_> = self.parts.iter().map(entry).collect();
        let inputs: Vec<_> = self
            .inputs
            .iter()
            .enumerate()
            .flat_map(|(at, input)| input.files.iter().map(move |path| (at, path, false)).chain(input.lines.iter().map(move |path| (at, path, true))))
            .map(|(input, path, lines)| {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                let bytes = Fingerprint::of(path).map_or(0, Fingerprint::length);
                serde_json::json!({ "name": name, "bytes": bytes, "input": input, "lines": lines })
            })
            .collect();
        let list = serde_json::json!({
            "plan": self.hash.hex(),
            "program": PRODUCER,
            "job": self.settings.name,
            "date": self.settings.date.to_string(),
            "files": parts,
            "inputs": inputs,
        });
        format!("{list:#}\n")
    }
}
