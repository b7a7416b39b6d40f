//! Proofs are made.
//!
//! Takes a document, gives the file and a proof that whoever trusts the archive's key can check without the archive: the statement, its way to the
//! root of its volume, the event that posted the volume, the event that handed out this very file, their ways to the signed head. Or takes a key and a
//! value, gives a proof that no document of a run with this value is missing.

use std::path::Path;

use serde_json::{Value, json};

use super::find::{Reader, note};
use super::keys::{ArchiveKey, keys_of, newest_head};
use super::{Actor, Archive, ArchiveError, HEADS, LOG, statements_name};
use crate::archive::log;
use crate::archive::statement::{self, Line, entry_leaf, tag};
use crate::base::file::Mapped;
use crate::base::hash::Hash;
use crate::kit::merkle;
use crate::ledger::CatalogueRow;

/// Bytes of a block of a file that is handed out: damage is told to the block. A file has 64 blocks at most.
pub(super) fn block_of(length: usize) -> usize {
    length.div_ceil(64).next_power_of_two().max(1024)
}

/// Hands out a document with its proof: the file, and the proof as JSON.
pub fn prove(
    reader: &mut Reader,
    root: &Path,
    row: &CatalogueRow,
    key: Option<&ArchiveKey>,
    actor: &Actor,
) -> Result<(Vec<u8>, Value), ArchiveError> {
    let file = reader.pdf(row)?;
    let statement = reader.statement(row)?;
    let leaves = leaves_of(root, row)?;
    let position = row.position as usize;
    let path = merkle::inclusion_path(position, &leaves).filter(|_| leaves.get(position) == Some(&row.leaf));
    let path = path.ok_or_else(|| ArchiveError::Damaged {
        file: statements_name(&row.run, row.volume),
        fault: "its leaves are not those of the index".into(),
    })?;
    let mut archive = Archive::open(root, None, None)?;
    archive.require_newest(key)?;
    let block = block_of(file.len());
    let blocks: Vec<String> = file.chunks(block).map(|piece| Hash::of(piece).hex()).collect();
    archive.append(
        actor,
        json!({
            "action": "proved", "block": block, "blocks": blocks, "bytes": file.len(), "leaf": row.leaf.hex(), "record": row.record + 1, "run": row.run,
            "sha256": Hash::of(&file).hex(),
        }),
    )?;
    archive.sign_head(key, &actor.time)?;
    drop(archive);
    let evidence = Evidence::gather(root, key.is_some(), |event| {
        (event["action"] == "volume" && event["run"] == *row.run && event["volume"] == row.volume)
            || (event["action"] == "proved" && event["leaf"] == row.leaf.hex() && event["time"] == actor.time && event["who"] == actor.who)
    })?;
    let of = |action: &str| evidence.events.iter().rfind(|event| event.value["action"] == action);
    let (Some(volume), Some(handed)) = (of("volume"), of("proved")) else {
        return Err(ArchiveError::Damaged { file: LOG.into(), fault: "it does not tell of the volume of the document".into() });
    };
    let proof = json!({
        "file": evidence.event_json(handed),
        "format": "pressrun-proof-1",
        "head": evidence.head,
        "keys": evidence.keys,
        "statement": statement.to_json(),
        "volume": { "event": evidence.event_json(volume), "index": position, "path": hexes(&path), "size": leaves.len() },
    });
    Ok((file, proof))
}

/// The leaves of the volume of a document, from its statements file.
fn leaves_of(root: &Path, row: &CatalogueRow) -> Result<Vec<Hash>, ArchiveError> {
    let name = statements_name(&row.run, row.volume);
    let map = Mapped::open(&root.join(&name))?;
    let leaf = |line: &[u8]| std::str::from_utf8(line.get(..64)?).ok().and_then(Hash::parse_exactly);
    let leaves = map.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(leaf).collect::<Option<Vec<_>>>();
    leaves.ok_or(ArchiveError::Damaged { file: name, fault: "a line has no leaf".into() })
}

fn hexes(path: &[Hash]) -> Vec<String> {
    path.iter().map(Hash::hex).collect()
}

/// An event with its place in the log.
struct Placed {
    seq: u64,
    text: String,
    value: Value,
}

/// What of the log a proof is made of.
struct Evidence {
    events: Vec<Placed>,
    leaves: Vec<Hash>,
    head: Value,
    keys: Vec<Value>,
}

impl Evidence {
    /// Reads the log up to the head that the proof ends in: the newest signed one, or the log as it is.
    fn gather(root: &Path, is_signed: bool, wanted: impl Fn(&Value) -> bool) -> Result<Evidence, ArchiveError> {
        let map = Mapped::open(&root.join(LOG))?;
        let (mut events, mut leaves) = (Vec::new(), Vec::new());
        let (_, end, faults) = log::read(&map, |entry| {
            leaves.push(entry.leaf());
            if ["\"action\":\"volume\"", "\"action\":\"proved\"", "\"action\":\"taken\""].iter().any(|action| entry.text.contains(action)) {
                let value = entry.value();
                if wanted(&value) {
                    events.push(Placed { seq: entry.seq, text: entry.text.to_string(), value });
                }
            }
        });
        if let Some(fault) = faults.first() {
            return Err(ArchiveError::Damaged { file: LOG.into(), fault: format!("event {}: {}", fault.seq, fault.what) });
        }
        let unsigned = || json!({ "chain": end.chain.hex(), "root": merkle::root(&leaves).hex(), "size": leaves.len() });
        let head = match is_signed {
            true => newest_head(root)?.ok_or_else(|| ArchiveError::Damaged { file: HEADS.into(), fault: "its last line is no head".into() })?,
            false => unsigned(),
        };
        let size = head["size"].as_u64().unwrap_or(0) as usize;
        leaves.truncate(size);
        let keys = keys_of(&map).into_iter().map(|key| {
            let member = |name: &str| key[name].clone();
            let mut kept = json!({ "key": member("key"), "public": member("public") });
            if !key["signature"].is_null() {
                kept["signature"] = member("signature");
                kept["time"] = member("time");
                kept["signed_by"] = member("signed_by");
            }
            kept
        });
        Ok(Evidence { events, head, keys: keys.collect(), leaves })
    }

    fn event_json(&self, event: &Placed) -> Value {
        let path = merkle::inclusion_path(event.seq as usize, &self.leaves).unwrap_or_default();
        json!({ "index": event.seq, "path": hexes(&path), "text": event.text })
    }
}

/// A proof that these are all documents of a run whose `key` is `value`, as JSON.
pub fn prove_complete(
    reader: &Reader,
    root: &Path,
    (run, key, value): (&str, &str, &str),
    signing: Option<&ArchiveKey>,
    actor: &Actor,
) -> Result<Value, ArchiveError> {
    let origin = reader.catalogue().origin(run)?;
    if origin.is_none() {
        let runs: Vec<String> = reader.catalogue().runs()?.into_iter().map(|(id, ..)| id).collect();
        return Err(ArchiveError::Refused(format!("the archive has no run `{run}`; it has {}", runs.join(", "))));
    }
    let mut entries = Vec::new();
    let folder = root.join(super::run_folder(run)).join("volumes");
    for name in crate::base::file::list(&folder)?.into_iter().filter(|name| name.ends_with(".statements")) {
        let map = Mapped::open(&folder.join(&name))?;
        for line in map.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let Some((leaf, line)) = statement::read_line(line) else {
                return Err(ArchiveError::Damaged { file: format!("{}volumes/{name}", super::run_folder(run)), fault: "a line is none".into() });
            };
            match line {
                Line::Kept(statement) => {
                    if let Some(own) = statement.keys.get(key) {
                        let is_asked = own == value;
                        entries.push((tag(run, key, own), leaf, is_asked.then(|| statement.to_json())));
                    }
                }
                Line::Erased { tags, .. } => entries.extend(tags.get(key).map(|tag| (*tag, leaf, None))),
            }
        }
    }
    entries.sort_by_key(|entry| (entry.0, entry.1));
    let leaves: Vec<Hash> = entries.iter().map(|(tag, leaf, _)| entry_leaf(tag, leaf)).collect();
    let asked = tag(run, key, value);
    let first = entries.partition_point(|(tag, ..)| *tag < asked);
    let last = entries.partition_point(|(tag, ..)| *tag <= asked);
    let entry = |at: usize| {
        let (tag, leaf, statement) = &entries[at];
        let path = merkle::inclusion_path(at, &leaves).unwrap_or_default();
        let mut entry = json!({ "index": at, "leaf": leaf.hex(), "path": hexes(&path), "tag": tag.hex() });
        if let Some(statement) = statement {
            entry["statement"] = statement.clone();
        }
        entry
    };
    let proof_entries: Vec<Value> = (first..last).map(entry).collect();
    let (before, after) = (first.checked_sub(1).map(entry), (last < entries.len()).then(|| entry(last)));
    note(root, "proved-complete", &[], actor)?;
    Archive::open(root, None, None)?.sign_head(signing, &actor.time)?;
    let evidence = Evidence::gather(root, signing.is_some(), |event| event["action"] == "taken" && event["run"] == *run)?;
    let taken = evidence.events.first().ok_or_else(|| ArchiveError::Damaged { file: LOG.into(), fault: "it does not tell of the run".into() })?;
    if taken.value["keys"][key].is_null() {
        let known: Vec<String> = taken.value["keys"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
        return Err(ArchiveError::Refused(format!("the run has no key `{key}` that is a text; it has {}", known.join(", "))));
    }
    let stated = &taken.value["keys"][key];
    if stated["root"] != merkle::root(&leaves).hex() || stated["size"] != leaves.len() {
        let fault = format!("their values of `{key}` are not those that were taken, so that none is missing cannot be proved");
        return Err(ArchiveError::Damaged { file: format!("{}volumes", super::run_folder(run)), fault });
    }
    Ok(json!({
        "after": after, "before": before, "entries": proof_entries, "event": evidence.event_json(taken), "format": "pressrun-completeness-1",
        "head": evidence.head, "key": key, "keys": evidence.keys, "run": run, "size": leaves.len(), "value": value,
    }))
}
