//! Documents are erased: blanked in their volumes, taken out of the index and of the ledger of their run.
//!
//! Takes documents that no hold covers, notes in the log that they go, blanks them, notes that they are gone. What is left is their leaf and a line that
//! says when: every other proof holds. A kill between leaves the first note; giving the command again, or the next one, ends the work.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};

use super::store::Memory;
use super::{Actor, Archive, ArchiveError, keys::ArchiveKey, run_folder, seal_bytes, statements_name, volume_name};
use crate::archive::blank::blank_document;
use crate::archive::log;
use crate::archive::statement::{self, Line, Statement, tombstone};
use crate::base::file::{Disk, Fingerprint, Mapped};
use crate::base::hash::Hash;
use crate::engine::Folder;
use crate::kit::pdf::{OpenFile, PdfFault};
use crate::ledger::{Catalogue, CatalogueRow, DocumentQuery, Ledger};

/// What was erased.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Erased {
    /// Documents.
    pub documents: u64,
    /// Volumes they were in.
    pub volumes: u64,
    /// Bytes that were written over.
    pub bytes: u64,
    /// Folders of runs that still hold files made of these documents: print files, lists.
    pub elsewhere: Vec<String>,
    /// Folders that runs were taken from and that are theirs no longer, or cannot be known as theirs: nothing in them was changed.
    pub left_alone: Vec<String>,
}

/// Erases what a query finds.
///
/// # Errors
/// A document is under a hold: nothing is changed then.
pub fn erase(root: &Path, query: &DocumentQuery, key: Option<&ArchiveKey>, actor: &Actor) -> Result<Erased, ArchiveError> {
    let mut archive = Archive::open(root, None, None)?;
    archive.require_newest(key)?;
    let catalogue = archive.catalogue()?;
    let mut erased = finish_begun(&mut archive, &catalogue, actor)?;
    let rows = catalogue.find(&DocumentQuery { limit: 0, after: 0, ..query.clone() })?.map_err(ArchiveError::Refused)?;
    super::keep::refuse_held(&catalogue, &rows)?;
    if !rows.is_empty() {
        erase_rows(&mut archive, &catalogue, &rows, "erased", actor, &mut erased)?;
    }
    catalogue.compact()?;
    archive.seal_catalogue(catalogue, actor)?;
    archive.sign_head(key, &actor.time)?;
    Ok(erased)
}

/// Erases documents. `action`: why they go, `erased` or `expired`.
pub(super) fn erase_rows(
    archive: &mut Archive,
    catalogue: &Catalogue,
    rows: &[CatalogueRow],
    action: &str,
    actor: &Actor,
    erased: &mut Erased,
) -> Result<(), ArchiveError> {
    let mut volumes: BTreeMap<(String, u32), Vec<&CatalogueRow>> = BTreeMap::new();
    for row in rows {
        volumes.entry((row.run.clone(), row.volume)).or_default().push(row);
    }
    // Nothing is begun that could not be ended.
    for ((run, volume), rows) in &volumes {
        let positions: Vec<u64> = rows.iter().map(|row| row.position).collect();
        going_of(archive, (run, *volume), &catalogue.documents_of(run, *volume)?, &positions, actor)?;
    }
    for ((run, volume), rows) in volumes {
        let positions: Vec<u64> = rows.iter().map(|row| row.position).collect();
        archive.append(actor, json!({ "action": "erasing", "for": action, "positions": positions, "run": run, "volume": volume }))?;
        erase_in_volume(archive, catalogue, (&run, volume), &positions, action, actor, erased)?;
    }
    Ok(())
}

/// Erasures that were begun and not noted as done, by run and volume: a command was killed.
pub(super) fn begun(archive: &Archive) -> Result<BTreeMap<(String, u64), Vec<Value>>, ArchiveError> {
    let map = Mapped::open(&archive.path(super::LOG))?;
    let mut open: BTreeMap<(String, u64), Vec<Value>> = BTreeMap::new();
    log::read(&map, |entry| {
        if !entry.text.contains("\"positions\":") {
            return;
        }
        let event = entry.value();
        let place = (event["run"].as_str().unwrap_or_default().to_string(), event["volume"].as_u64().unwrap_or(0));
        match event["action"].as_str() {
            Some("erasing") => open.entry(place).or_default().push(event),
            Some("erased" | "expired") => open.entry(place).or_default().retain(|begun| begun["positions"] != event["positions"]),
            _ => {}
        }
    });
    open.retain(|_, events| !events.is_empty());
    Ok(open)
}

/// Ends erasures that were begun. No hold can cover them: none is set while there are any.
pub(super) fn finish_begun(archive: &mut Archive, catalogue: &Catalogue, actor: &Actor) -> Result<Erased, ArchiveError> {
    let mut erased = Erased::default();
    for ((run, volume), events) in begun(archive)? {
        for event in events {
            let positions: Vec<u64> = event["positions"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
            let action = event["for"].as_str().unwrap_or("erased").to_string();
            let text = |name: &str| event[name].as_str().unwrap_or_default().to_string();
            let actor = Actor { who: text("who"), why: text("why"), time: actor.time.clone() };
            erase_in_volume(archive, catalogue, (&run, volume as u32), &positions, &action, &actor, &mut erased)?;
        }
    }
    Ok(erased)
}

/// A document that goes, and the line that is left of it.
type Document<'r> = (Statement, &'r CatalogueRow, Vec<u8>);

/// Documents of one volume that go.
struct Going<'r> {
    /// The statements file as it is.
    lines: Vec<u8>,
    /// The leaves of all that were asked for, those included that are blank already.
    leaves: Vec<String>,
    documents: Vec<Document<'r>>,
}

fn going_of<'r>(
    archive: &Archive,
    (run, volume): (&str, u32),
    rows: &'r [CatalogueRow],
    positions: &[u64],
    actor: &Actor,
) -> Result<Going<'r>, ArchiveError> {
    let statements = statements_name(run, volume);
    let lines = Mapped::open(&archive.path(&statements))?.to_vec();
    let damaged = |fault: String| ArchiveError::Damaged { file: statements.clone(), fault };
    let trees = trees_of(archive, run)?;
    let keys: BTreeSet<&str> = trees.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    let mut documents = Vec::new();
    let mut leaves = Vec::new();
    for position in positions {
        let row = rows.iter().find(|row| row.position == *position).ok_or_else(|| damaged(format!("the index has no document {position}")))?;
        leaves.push(row.leaf.hex());
        let range = row.line.0 as usize..(row.line.0 + row.line.1) as usize;
        let line = lines.get(range.start..range.end.saturating_sub(1)).ok_or_else(|| damaged("it is shorter than the index says".into()))?;
        match statement::read_line(line) {
            Some((_, Line::Kept(statement))) => {
                let left = tombstone(row.leaf, &statement, run, &actor.time, &keys, range.len());
                let left =
                    left.ok_or_else(|| damaged(format!("the line at byte {} has no room for what is left; nothing was changed", range.start)))?;
                documents.push((*statement, row, left));
            }
            Some((_, Line::Erased { .. })) => {}
            None => return Err(damaged(format!("the line at byte {} is none", row.line.0))),
        }
    }
    Ok(Going { lines, leaves, documents })
}

/// The trees of a run by the names of their keys, as the log tells them.
fn trees_of(archive: &Archive, run: &str) -> Result<Value, ArchiveError> {
    let map = Mapped::open(&archive.path(super::LOG))?;
    for line in map.split(|byte| *byte == b'\n') {
        if memchr::memmem::find(line, b"\"action\":\"taken\"").is_none() {
            continue;
        }
        let event = line.get(65..).and_then(|event| serde_json::from_slice::<Value>(event).ok()).unwrap_or_default();
        if event["action"] == "taken" && event["run"] == *run {
            return Ok(event["keys"].clone());
        }
    }
    Err(ArchiveError::Damaged { file: super::LOG.into(), fault: format!("it does not tell of the run {run}") })
}

/// The message files of a volume as the log tells them.
fn message_files(archive: &Archive, run: &str, volume: u32) -> Result<Vec<String>, ArchiveError> {
    let map = Mapped::open(&archive.path(super::LOG))?;
    let mut names = Vec::new();
    for line in map.split(|byte| *byte == b'\n').filter(|line| memchr::memmem::find(line, b"\"action\":\"volume\"").is_some()) {
        let event = line.get(65..).and_then(|event| serde_json::from_slice::<Value>(event).ok()).unwrap_or_default();
        if event["action"] == "volume" && event["run"] == *run && event["volume"] == volume {
            names = event["files"].as_array().into_iter().flatten().filter_map(|file| file["name"].as_str()).map(str::to_string).collect();
        }
    }
    names.retain(|name| !name.ends_with(".pdf") && !name.ends_with(".statements"));
    Ok(names)
}

/// Blanks documents of one volume. What is blank already is passed over.
fn erase_in_volume(
    archive: &mut Archive,
    catalogue: &Catalogue,
    (run, volume): (&str, u32),
    positions: &[u64],
    action: &str,
    actor: &Actor,
    erased: &mut Erased,
) -> Result<(), ArchiveError> {
    let statements = statements_name(run, volume);
    let name = volume_name(run, volume);
    let rows = catalogue.documents_of(run, volume)?;
    let Going { mut lines, leaves, documents: going } = going_of(archive, (run, volume), &rows, positions, actor)?;
    let volumes = blank_volume(archive, &name, &going, erased)?;
    let mut files = vec![volumes.0];
    let mut mails: BTreeMap<String, Vec<(u64, Vec<u8>)>> = BTreeMap::new();
    for message in going.iter().flat_map(|(statement, ..)| &statement.messages) {
        mails
            .entry(message.file.clone())
            .or_default()
            .push((message.offset, super::export::blank_message(&message.channel, message.length as usize)));
    }
    for (file, patches) in mails {
        let name = format!("{}{file}", run_folder(run));
        erased.bytes += patches.iter().map(|(_, bytes)| bytes.len() as u64).sum::<u64>();
        archive.store.overwrite(&name, &patches, &archive.disk)?;
        files.push(seal_bytes(&name, &read_whole(archive, &name)?));
    }
    if going.len() < positions.len() {
        // A command was killed after it had blanked some: what it wrote is sealed with the rest.
        for name in message_files(archive, run, volume)? {
            if !files.iter().any(|sealed| sealed["name"] == *name) {
                files.push(seal_bytes(&name, &read_whole(archive, &name)?));
            }
        }
    }
    // The run's own folder holds copies: the ledger, the rows beside its volumes, and volumes that are files of their own.
    let records: Vec<u64> = positions.iter().filter_map(|position| rows.iter().find(|row| row.position == *position)).map(|row| row.record).collect();
    let mut ledger = Value::Null;
    let origin = catalogue.origin(run)?.unwrap_or_default();
    let is_own = is_of_run(Path::new(&origin), run);
    if !is_own && Fingerprint::of(&Folder(Path::new(&origin)).file("volumes")).is_ok() && !erased.left_alone.contains(&origin) {
        erased.left_alone.push(origin.clone());
    }
    if is_own {
        let message_patches: Vec<(String, u64, Vec<u8>)> = going
            .iter()
            .flat_map(|(statement, ..)| &statement.messages)
            .map(|message| (message.file.clone(), message.offset, super::export::blank_message(&message.channel, message.length as usize)))
            .collect();
        erase_in_run(&archive.disk, Path::new(&origin), volume, &records, &volumes.1, &message_patches, volumes.2)?;
        ledger = super::seal_file(&Folder(Path::new(&origin)).ledger(), "ledger.sqlite")?;
        if !erased.elsewhere.contains(&origin) {
            erased.elsewhere.push(origin.clone());
        }
    }
    catalogue.begin()?;
    for (statement, row, _) in &going {
        let keys: Vec<(&str, &str)> = statement.keys.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        catalogue.erase(row.number, &keys, &actor.time)?;
    }
    catalogue.commit()?;
    // The statements go last: until then, a command that is given again knows what is to be blanked.
    let mut patches = Vec::new();
    for (_, row, left) in going {
        lines[row.line.0 as usize..(row.line.0 + row.line.1) as usize].copy_from_slice(&left);
        patches.push((row.line.0, left));
    }
    archive.disk.overwrite(&archive.path(&statements), &patches)?;
    files.push(seal_bytes(&statements, &lines));
    erased.documents += patches.len() as u64;
    erased.volumes += 1;
    let mut event = json!({ "action": action, "files": files, "leaves": leaves, "positions": positions, "run": run, "volume": volume });
    if ledger.is_object() {
        event["ledger"] = ledger;
        event["origin"] = origin.into();
    }
    archive.append(actor, event)
}

type Patches = Vec<(u64, Vec<u8>)>;

/// Blanks documents in the volume itself: how it is sealed now, what was written, and its hash.
fn blank_volume(archive: &Archive, name: &str, going: &[Document<'_>], erased: &mut Erased) -> Result<(Value, Patches, Hash), ArchiveError> {
    let mut bytes = read_whole(archive, name)?;
    let mut all = Vec::new();
    for (statement, ..) in going {
        // One after the other: two documents may share an object stream, whose patch must know of both.
        let patches = {
            let mut memory = Memory(&bytes);
            let mut open = OpenFile::open(&mut memory).map_err(|fault| ArchiveError::pdf(name, fault))?;
            blank_document(&mut open, statement.offset, statement.length, &mut memory).map_err(|fault: PdfFault| ArchiveError::pdf(name, fault))?
        };
        for (offset, patch) in patches {
            erased.bytes += patch.len() as u64;
            bytes[offset as usize..offset as usize + patch.len()].copy_from_slice(&patch);
            all.push((offset, patch));
        }
    }
    if !all.is_empty() {
        archive.store.overwrite(name, &all, &archive.disk)?;
    }
    Ok((seal_bytes(name, &bytes), all, Hash::of(&bytes)))
}

fn read_whole(archive: &Archive, name: &str) -> Result<Vec<u8>, ArchiveError> {
    if let Some(path) = archive.store.local(name) {
        return Ok(Mapped::open(&path)?.to_vec());
    }
    let mut file = archive.store.open(name)?;
    let mut bytes = Vec::new();
    let length = file.length() as usize;
    file.read(0, length, &mut bytes).map_err(|fault| ArchiveError::Damaged { file: name.to_string(), fault })?;
    Ok(bytes)
}

/// Whether the folder is still that of the run: its ledger tells of the same job and input. Where another run lies now, nothing is written.
fn is_of_run(out: &Path, run: &str) -> bool {
    // An archive of an older program may have kept a path that means another folder wherever the command is started.
    if !out.is_absolute() {
        return false;
    }
    let Ok(Some(ledger)) = Ledger::read(&Folder(out).ledger()) else { return false };
    let (Ok(Some(job)), Ok(volumes)) = (ledger.job(), ledger.volumes()) else { return false };
    super::take::run_id(&job, &volumes) == run
}

/// Blanks the copies in the folder of the run.
fn erase_in_run(
    disk: &Disk,
    out: &Path,
    volume: u32,
    records: &[u64],
    patches: &[(u64, Vec<u8>)],
    messages: &[(String, u64, Vec<u8>)],
    hash: Hash,
) -> Result<(), ArchiveError> {
    let folder = Folder(out);
    let copy = folder.file(&Folder::volume_name(volume - 1));
    if Fingerprint::of(&copy).is_ok() {
        disk.overwrite(&copy, patches)?;
    }
    for (file, offset, bytes) in messages {
        let path = folder.file(file);
        if Fingerprint::of(&path).is_ok() {
            disk.overwrite(&path, &[(*offset, bytes.clone())])?;
        }
    }
    let mut ledger = Ledger::open(&folder.ledger(), disk)?;
    let mut message_files = Vec::new();
    for file in ledger.message_files_of(volume - 1)? {
        let path = folder.file(&file);
        if Fingerprint::of(&path).is_ok() {
            let hash = Hash::of(&Mapped::open(&path)?);
            message_files.push((file, hash));
        }
    }
    ledger.erase(records, (volume - 1, hash), &message_files)?;
    let rows = folder.file(&crate::engine::rebuilding::rows_name(volume - 1));
    if Fingerprint::of(&rows).is_ok() {
        let text = ledger.rows_of(volume - 1)?;
        // The old rows are written over before they are replaced: a file that is only unlinked stays on the disk.
        let length = Fingerprint::of(&rows)?.length() as usize;
        disk.overwrite(&rows, &[(0, vec![b' '; length])])?;
        disk.commit(&rows, &text)?;
    }
    Ok(ledger.close()?)
}
