//! Proves an output folder: `pressrun status --verify`.
//!
//! Takes the ledger's word for nothing: every file is hashed, every document is read out of its volume, and the body of
//! every printed page is compared with the page it was copied from.

use std::path::Path;

use super::{EngineError, Folder};
use crate::base::file::{self, FileError, Mapped};
use crate::base::hash::Hash;
use crate::base::length::Length;
use crate::base::limits::LAYOUT_BYTES_MAX;
use crate::ledger::Ledger;
use crate::model::page::Media;
use crate::streams::{print_file, volume};

/// What was proved.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Verified {
    /// Volumes whose hash is right.
    pub volumes: u64,
    /// Print files whose hash is right.
    pub print_files: u64,
    /// Printed pages whose body equals that in the volume.
    pub pages: u64,
    /// Everything that is not as it should be.
    pub faults: Vec<String>,
}

/// The papers of a plan as its frozen copy keeps them: name, width and height in 1/1000 pt.
pub(super) fn write_media(media: &[Media]) -> String {
    let rows: Vec<_> = media.iter().map(|m| serde_json::json!([m.name, m.width.millipoints(), m.height.millipoints()])).collect();
    format!("{}\n", serde_json::Value::from(rows))
}

fn read_media(path: &Path) -> Result<Vec<Media>, FileError> {
    let bytes = file::read(path, LAYOUT_BYTES_MAX)?;
    let rows: Vec<(String, i64, i64)> = serde_json::from_slice(&bytes).map_err(|error| FileError::new("read", path, error.into()))?;
    let length = Length::from_millipoints;
    Ok(rows.into_iter().map(|(name, width, height)| Media { name, width: length(width), height: length(height) }).collect())
}

/// Verifies a folder; `None` if it holds no job.
pub fn verify(out: &Path) -> Result<Option<Verified>, EngineError> {
    let folder = Folder(out);
    let Some(ledger) = Ledger::read(&folder.ledger())? else { return Ok(None) };
    let media = &read_media(&folder.file("plan/media.json"))?;
    let mut verified = Verified::default();
    let mut volumes = Vec::new();
    for row in ledger.volumes()? {
        let Some(file) = &row.file else {
            volumes.push(None);
            continue;
        };
        match Mapped::open(&folder.file(file)) {
            Ok(map) if Some(Hash::of(&map)) == row.hash => {
                verified.volumes += 1;
                volumes.push(Some(map));
            }
            Ok(_) => {
                verified.faults.push(format!("{file}: its bytes are not those of the ledger"));
                volumes.push(None);
            }
            Err(error) => {
                verified.faults.push(error.to_string());
                volumes.push(None);
            }
        }
    }
    for row in ledger.print_files()? {
        let map = match Mapped::open(&folder.file(&row.file)) {
            Ok(map) => map,
            Err(error) => {
                verified.faults.push(error.to_string());
                continue;
            }
        };
        if Hash::of(&map) != row.hash {
            verified.faults.push(format!("{}: its bytes are not those of the ledger", row.file));
            continue;
        }
        verified.print_files += 1;
        let faults = &mut verified.faults;
        let pages = &mut verified.pages;
        let printed = match print_file::read_pages(&map, media) {
            Ok(pages) => pages,
            Err(error) => {
                faults.push(format!("{}: {error}", row.file));
                continue;
            }
        };
        let mut printed = printed.map(|page| page.map(|page| page.body));
        ledger.each_piece(row.number, |piece, document| {
            let entry = &document.entry;
            let Some(Some(source)) = volumes.get(entry.volume as usize) else { return };
            let bodies = match volume::read_pages(source, entry, media) {
                Ok(bodies) => bodies,
                Err(error) => {
                    faults.push(format!("{}: {error}", Folder::volume_name(entry.volume)));
                    return;
                }
            };
            for (index, body) in bodies.iter().enumerate() {
                // Blank sides belong to the piece before them.
                let mut next = printed.next();
                while let Some(Ok(None)) = next {
                    next = printed.next();
                }
                match next {
                    Some(Ok(Some(range))) if map[range.clone()] == source[body.body.clone()] => *pages += 1,
                    _ => faults.push(format!("{}: page {} of piece {} is not the page of its volume", row.file, index + 1, piece.sequence)),
                }
            }
        })?;
        // Blank sides at the end are all that may be left.
        for left in printed {
            match left {
                Ok(None) => {}
                Ok(Some(_)) => faults.push(format!("{}: it has a page that belongs to no piece", row.file)),
                Err(error) => faults.push(format!("{}: {error}", row.file)),
            }
        }
    }
    verified.faults.extend(ledger.balance()?.faults());
    Ok(Some(verified))
}
