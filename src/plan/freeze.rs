//! The frozen copy of a plan in the output folder.
//!
//! Takes a plan, writes the files it was made of and a list of them: who finds the folder in thirty years can make the same
//! job again. Must never write what depends on the machine.

use std::path::Path;

use super::library::Part;
use super::{PRODUCER, Plan};
use crate::base::file::{Disk, FileError, Fingerprint};

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
            disk.commit(&folder.join(&part.name), &part.bytes)?;
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
        let parts: Vec<_> =
            self.parts.iter().map(|part| serde_json::json!({ "file": part.name, "sha256": part.hash.hex(), "bytes": part.bytes.len() })).collect();
        let inputs: Vec<_> = self
            .inputs
            .iter()
            .flat_map(|input| input.files.iter().chain(&input.lines))
            .map(|path| {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                serde_json::json!({ "name": name, "bytes": Fingerprint::of(path).map_or(0, Fingerprint::length) })
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
