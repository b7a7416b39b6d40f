//! Folders of pictures that records choose from.
//!
//! Takes the path of a folder, gives its pictures by name, in the order of their names: every one is read and checked before the first
//! record. Must never follow a name out of the folder of the layout.

use std::path::PathBuf;

use super::library::{JobLibrary, Part};
use super::pictures::is_picture;
use crate::base::file::{self, Fingerprint};
use crate::base::limits;
use crate::base::readable;
use crate::layout::PictureFault;
use crate::model::picture::{PictureFolder, SizedPicture};
use crate::model::resources::FolderId;

/// Most faults of one folder that are told.
const FAULTS_MAX: usize = 20;

/// A picture of a folder: its name and where it is read.
type Found = (String, PathBuf);

impl JobLibrary {
    /// The pictures of the folder that a layout names so.
    pub(super) fn read_folder(&mut self, path: &str) -> Result<FolderId, Vec<PictureFault>> {
        // Two layouts of a job may lie in different folders, and name different folders of pictures by one path.
        let written = format!("{}:{path}/", self.layout);
        let key = self.folder.join(path).to_string_lossy().into_owned();
        if let Some(known) = self.picture_folders.get(&key) {
            return known.clone();
        }
        let folder = self.open_folder(path, written);
        self.picture_folders.insert(key, folder.clone());
        folder
    }

    fn open_folder(&mut self, path: &str, written: String) -> Result<FolderId, Vec<PictureFault>> {
        let found = match self.frozen.as_ref().and_then(|frozen| frozen.find(&written)) {
            Some(list) => self.listed(&list).map_err(|reason| vec![reason.into()])?,
            None => self.scan(path)?,
        };
        self.bound(path, &found)?;
        let (mut pictures, mut list, mut faults) = (PictureFolder { path: path.to_string(), ..PictureFolder::default() }, Vec::new(), Vec::new());
        for (name, full) in found {
            let shown = format!("{path}/{name}");
            match self.open_picture(&full, &shown, None) {
                Ok((picture, _)) if picture.merged.is_some() => {
                    faults.push(format!("`{shown}` has texts that are merged with data, and records choose among pictures without").into());
                }
                Ok((picture, part)) => {
                    list.push((name.clone(), part));
                    pictures.pictures.insert(name, SizedPicture { picture: picture.picture, width: picture.width, height: picture.height });
                }
                Err(fault) => faults.push(fault),
            }
            if faults.len() >= FAULTS_MAX {
                break;
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let id = u16::try_from(self.resources.folders.len()).map_err(|_| vec![PictureFault::from("too many folders of pictures".to_string())])?;
        self.resources.folders.push(pictures);
        // Which name means which picture is part of the job: the list is hashed with the plan.
        let list = serde_json::Value::from_iter(list.into_iter().map(|(name, part)| vec![name, part]));
        let mut part = Part::new(format!("images/folder-{id}.json"), format!("{list:#}\n").into_bytes().into());
        part.written.push(written);
        self.parts.push(part);
        Ok(FolderId(id))
    }

    /// The pictures of a frozen folder.
    fn listed(&self, list: &std::path::Path) -> Result<Vec<Found>, String> {
        let damaged = || format!("`{}` is no list of pictures", list.display());
        let bytes = file::read(list, limits::PLAN_LIST_BYTES_MAX).map_err(|error| error.to_string())?;
        let entries: Vec<(String, String)> = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
        let frozen = self.frozen.as_ref().ok_or_else(damaged)?;
        entries.into_iter().map(|(name, part)| Some((name, file::inside(&frozen.folder, &part)?))).collect::<Option<_>>().ok_or_else(damaged)
    }

    /// The pictures below a folder, sorted by name.
    fn scan(&self, path: &str) -> Result<Vec<Found>, Vec<PictureFault>> {
        let one = |reason: String| vec![PictureFault::Reason(reason)];
        let outside = |path: &str| format!("`{path}` is not below the folder of the layout");
        let root = file::inside(&self.folder, path).ok_or_else(|| one(outside(path)))?;
        let (mut found, mut faults, mut open) = (Vec::new(), Vec::new(), vec![(String::new(), root, 0)]);
        while let Some((prefix, folder, depth)) = open.pop() {
            let names = file::list(&folder).map_err(|error| match error.source.kind() {
                std::io::ErrorKind::NotFound => {
                    one(format!("there is no folder `{path}` below `{}`, the folder of the layout", self.folder.display()))
                }
                _ => one(error.to_string()),
            })?;
            for name in names.iter().filter(|name| !name.starts_with('.')) {
                let relative = format!("{prefix}{name}");
                if !name.ends_with('/') && !is_picture(name) {
                    continue;
                }
                // A link may lead anywhere.
                let Some(full) = file::inside(&self.folder, &format!("{path}/{relative}")) else {
                    faults.push(PictureFault::Reason(outside(&format!("{path}/{relative}"))));
                    continue;
                };
                if !name.ends_with('/') {
                    found.push((relative, full));
                } else if depth + 1 < limits::PICTURES_NESTING_MAX {
                    open.push((relative, full, depth + 1));
                } else {
                    faults.push(
                        format!("`{path}/{relative}` lies too deep: pictures are looked for {} folders deep", limits::PICTURES_NESTING_MAX).into(),
                    );
                }
                if found.len() > limits::PICTURES_MAX {
                    return Err(one(format!("`{path}` has more than {} pictures", readable::grouped(limits::PICTURES_MAX as u64))));
                }
            }
        }
        if !faults.is_empty() {
            faults.truncate(FAULTS_MAX);
            return Err(faults);
        }
        if found.is_empty() {
            return Err(one(format!("there is no PNG, JPEG or SVG in `{path}`")));
        }
        found.sort();
        Ok(found)
    }

    /// Refuses more than all workers together can hold.
    fn bound(&mut self, path: &str, found: &[Found]) -> Result<(), Vec<PictureFault>> {
        let bytes: u64 = found.iter().filter_map(|(_, full)| Fingerprint::of(full).ok()).map(Fingerprint::length).sum();
        self.chosen = (self.chosen.0 + found.len(), self.chosen.1 + bytes);
        let (count, bytes) = self.chosen;
        if count <= limits::PICTURES_MAX && bytes <= limits::PICTURES_BYTES_MAX {
            return Ok(());
        }
        let message = format!(
            "with `{path}` the records of the job choose among {} pictures of {}; at most {} of {} are kept in memory",
            readable::grouped(count as u64),
            readable::size(bytes),
            readable::grouped(limits::PICTURES_MAX as u64),
            readable::size(limits::PICTURES_BYTES_MAX)
        );
        Err(vec![message.into()])
    }
}
