//! Everything an archive holds is read again: `pressrun archive audit`.
//!
//! Takes the log's word for what each file was, gives every byte range that is not that, with the documents in it. The log is checked by its own chain and by
//! its signed heads, the statements by the roots of their volumes. Reads at the speed of the disk, all cores hashing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::Value;

use super::keys::keys_of;
use super::store::{self, Memory, Store};
use super::{ArchiveError, HEADS, LOG, store_of};
use crate::archive::cut::read_document;
use crate::archive::log::{self, head_text};
use crate::archive::statement::{self, Line};
use crate::base::file::{Fingerprint, Mapped};
use crate::base::hash::{Hash, hash_each};
use crate::kit::json_canonical::canonical_of_foreign;
use crate::kit::merkle::{self, Growing};
use crate::kit::sign::{from_hex, verifies};

/// Damage.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct AuditFault {
    /// The file, by its path in the archive; that of a ledger by its own path.
    pub file: String,
    /// The bytes that are not what they were, from and to, the end excluded; none: the file as a whole.
    pub range: Option<(u64, u64)>,
    /// The documents in it.
    pub documents: Vec<String>,
    /// What is wrong.
    pub what: String,
}

/// What an audit found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Audited {
    /// Files that were read.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Documents whose statements were checked.
    pub documents: u64,
    /// Events of the log.
    pub events: u64,
    /// Signed heads.
    pub heads: u64,
    /// Everything that is damaged.
    pub faults: Vec<AuditFault>,
    /// Ledgers that are no longer where their run was: nothing is wrong with the archive.
    pub absent: Vec<String>,
}

/// A file as the log knows it.
#[derive(Clone)]
struct Known {
    sealed: Value,
    path: Option<PathBuf>,
    /// The root of the volume whose statements these are.
    root: Option<String>,
}

/// Audits the archive at `root`.
pub fn audit(root: &Path, threads: usize) -> Result<Audited, ArchiveError> {
    if Fingerprint::of(&root.join(LOG)).is_err() {
        return Err(ArchiveError::NoArchive(root.to_path_buf()));
    }
    let map = Mapped::open(&root.join(LOG))?;
    let mut audited = Audited::default();
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    let mut heads_at: BTreeMap<u64, Vec<Value>> = heads_of(root, &mut audited)?;
    let has_heads = !heads_at.is_empty();
    let mut tree = Growing::default();
    let keys = keys_of(&map);
    let (_, _, faults) = log::read(&map, |entry| {
        tree.push(entry.leaf());
        if entry.text.contains("\"files\":") || entry.text.contains("\"ledger\":") {
            note_files(&entry.value(), &mut known);
        }
        for head in heads_at.remove(&(entry.seq + 1)).unwrap_or_default() {
            check_head(&head, &tree.root(), &keys, &mut audited);
        }
    });
    audited.events = tree.size();
    audited.bytes += map.len() as u64;
    for fault in faults {
        audited.faults.push(AuditFault {
            file: LOG.into(),
            range: Some((fault.offset, fault.offset + fault.length)),
            documents: Vec::new(),
            what: format!("event {}: {}", fault.seq, fault.what),
        });
    }
    if !has_heads && !keys.is_empty() {
        audited.faults.push(whole(HEADS, "the log tells of a key, but there is no signed head: the file was taken away or emptied".into()));
    }
    for (size, _) in heads_at {
        audited.faults.push(whole(HEADS, format!("a head of {size} events, but the log has {}: its end was cut off", tree.size())));
    }
    drop(map);
    let place = store_of(root)?;
    let store = store::open(root, place.as_deref())?;
    let auditor = Auditor { root, store: store.as_ref(), is_remote: place.is_some() };
    let work: Vec<(&String, &Known)> = known.iter().collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|error| ArchiveError::Refused(error.to_string()))?;
    let results: Vec<Result<Audited, ArchiveError>> = pool.install(|| work.par_iter().map(|(name, known)| auditor.file(name, known)).collect());
    for result in results {
        let part = result?;
        audited.files += part.files;
        audited.bytes += part.bytes;
        audited.documents += part.documents;
        audited.faults.extend(part.faults);
        audited.absent.extend(part.absent);
    }
    audited.faults.sort();
    Ok(audited)
}

fn whole(file: &str, what: String) -> AuditFault {
    AuditFault { file: file.to_string(), range: None, documents: Vec::new(), what }
}

/// Later events about a file are in place of earlier ones.
fn note_files(event: &Value, known: &mut BTreeMap<String, Known>) {
    for sealed in event["files"].as_array().into_iter().flatten() {
        let Some(name) = sealed["name"].as_str() else { continue };
        let root = event["root"].as_str().filter(|_| name.ends_with(".statements")).map(str::to_string);
        let root = root.or_else(|| known.get(name).and_then(|known| known.root.clone()));
        known.insert(name.to_string(), Known { sealed: sealed.clone(), path: None, root });
    }
    if let (true, Some(origin)) = (event["ledger"].is_object(), event["origin"].as_str()) {
        let path = PathBuf::from(origin).join("ledger.sqlite");
        known.insert(path.to_string_lossy().into_owned(), Known { sealed: event["ledger"].clone(), path: Some(path), root: None });
    }
}

fn heads_of(root: &Path, audited: &mut Audited) -> Result<BTreeMap<u64, Vec<Value>>, ArchiveError> {
    let mut heads: BTreeMap<u64, Vec<Value>> = BTreeMap::new();
    if Fingerprint::of(&root.join(HEADS)).is_err() {
        return Ok(heads);
    }
    let map = Mapped::open(&root.join(HEADS))?;
    let mut offset = 0;
    for line in map.split_inclusive(|byte| *byte == b'\n') {
        let range = (offset, offset + line.len() as u64);
        offset = range.1;
        let value = serde_json::from_slice::<Value>(line).ok().filter(|value| {
            value["size"].as_u64().is_some() && canonical_of_foreign(value).is_some_and(|own| line.strip_suffix(b"\n") == Some(&own))
        });
        match value {
            Some(mut value) => {
                value["from"] = range.0.into();
                value["to"] = range.1.into();
                heads.entry(value["size"].as_u64().unwrap_or(0)).or_default().push(value);
            }
            None => {
                audited.faults.push(AuditFault { file: HEADS.into(), range: Some(range), documents: Vec::new(), what: "the line is no head".into() })
            }
        }
    }
    Ok(heads)
}

fn check_head(head: &Value, root: &Hash, keys: &[Value], audited: &mut Audited) {
    let text = |name: &str| head[name].as_str().unwrap_or_default();
    let public = keys.iter().find(|key| key["key"] == head["key"]).and_then(|key| from_hex(key["public"].as_str()?));
    let chain = Hash::parse_exactly(text("chain"));
    let message =
        Hash::parse_exactly(text("root")).zip(chain).map(|(root, chain)| head_text(head["size"].as_u64().unwrap_or(0), &root, &chain, text("time")));
    let signature = from_hex(text("signature"));
    let is_signed =
        public.zip(message).zip(signature).is_some_and(|((public, message), signature)| verifies(&public, message.as_bytes(), &signature));
    let what = if !is_signed {
        "the signature of the head does not hold"
    } else if text("root") != root.hex() {
        "the head is signed over another log: an event was changed, taken out or put in"
    } else {
        audited.heads += 1;
        return;
    };
    let range = head["from"].as_u64().zip(head["to"].as_u64());
    audited.faults.push(AuditFault { file: HEADS.into(), range, documents: Vec::new(), what: what.into() });
}

struct Auditor<'a> {
    root: &'a Path,
    store: &'a dyn Store,
    is_remote: bool,
}

/// So much of a file in an object store is read at once.
const REMOTE_STEP: usize = 8 << 20;

impl Auditor<'_> {
    fn file(&self, name: &str, known: &Known) -> Result<Audited, ArchiveError> {
        let mut part = Audited::default();
        let is_volume = name.contains("/volumes/") && !name.ends_with(".statements");
        if self.is_remote && is_volume {
            return self.remote_file(name, known);
        }
        let path = known.path.clone().unwrap_or_else(|| self.root.join(name));
        let map = match Mapped::open(&path) {
            Ok(map) => map,
            Err(error) if error.source.kind() == std::io::ErrorKind::NotFound => {
                // The run's own folder may be cleared away once it is in the archive.
                match known.path {
                    Some(_) => part.absent.push(name.to_string()),
                    None => part.faults.push(AuditFault { documents: self.documents(name, &[], None), ..whole(name, "it is not there".into()) }),
                }
                return Ok(part);
            }
            Err(error) => {
                part.faults.push(whole(name, error.to_string()));
                return Ok(part);
            }
        };
        part.files = 1;
        part.bytes = map.len() as u64;
        let damaged = damaged_blocks(&map, &known.sealed);
        if known.sealed["bytes"] != map.len() {
            part.faults.push(whole(name, format!("it has {} bytes instead of {}", map.len(), known.sealed["bytes"])));
        }
        for range in &damaged {
            let documents = if is_volume { self.documents(name, &map, Some(*range)) } else { Vec::new() };
            let (range, what) = match (name.ends_with(".statements"), &known.path) {
                (true, _) => narrow(&map, *range),
                (false, None) => (*range, "its bytes were changed"),
                (false, Some(_)) => (*range, "its bytes were changed; after a delivery or a night, `pressrun archive take` notes how it is now"),
            };
            part.faults.push(AuditFault { file: name.to_string(), range: Some(range), documents, what: what.into() });
        }
        if let (Some(root), true) = (&known.root, damaged.is_empty()) {
            let leaves = self.statements(name, &map, &mut part);
            if merkle::root(&leaves).hex() != *root {
                part.faults.push(whole(name, "its leaves do not make the root of the volume".into()));
            }
        }
        map.release(0..map.len());
        Ok(part)
    }

    fn remote_file(&self, name: &str, known: &Known) -> Result<Audited, ArchiveError> {
        let mut part = Audited::default();
        let mut file = match self.store.open(name) {
            Ok(file) => file,
            Err(error) => {
                part.faults.push(AuditFault { documents: self.documents(name, &[], None), ..whole(name, error.to_string()) });
                return Ok(part);
            }
        };
        let mut bytes = Vec::with_capacity(file.length() as usize);
        let mut step = Vec::new();
        while (bytes.len() as u64) < file.length() {
            let length = REMOTE_STEP.min((file.length() - bytes.len() as u64) as usize);
            file.read(bytes.len() as u64, length, &mut step).map_err(|fault| ArchiveError::Damaged { file: name.to_string(), fault })?;
            bytes.extend_from_slice(&step);
        }
        part.files = 1;
        part.bytes = bytes.len() as u64;
        if known.sealed["bytes"] != bytes.len() {
            part.faults.push(whole(name, format!("it has {} bytes instead of {}", bytes.len(), known.sealed["bytes"])));
        }
        for range in damaged_blocks(&bytes, &known.sealed) {
            let documents = self.documents(name, &bytes, Some(range));
            part.faults.push(AuditFault { file: name.to_string(), range: Some(range), documents, what: "its bytes were changed".into() });
        }
        Ok(part)
    }

    /// The statements of a volume, as they stand.
    fn statements(&self, name: &str, map: &[u8], part: &mut Audited) -> Vec<Hash> {
        let mut leaves = Vec::new();
        for line in map.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            match statement::read_line(line) {
                Some((leaf, _)) => {
                    leaves.push(leaf);
                    part.documents += 1;
                }
                None => part.faults.push(whole(name, "a line is no statement".into())),
            }
        }
        leaves
    }

    /// The documents that damage of a volume is in: those whose own bytes are not what is stated; if none is, those that lie there.
    fn documents(&self, volume: &str, bytes: &[u8], range: Option<(u64, u64)>) -> Vec<String> {
        let stem = volume.rsplit_once('.').map_or(volume, |(stem, _)| stem);
        let Ok(map) = Mapped::open(&self.root.join(format!("{stem}.statements"))) else { return Vec::new() };
        let (mut inside, mut hurt) = (Vec::new(), Vec::new());
        for line in map.split(|byte| *byte == b'\n') {
            let Some((_, Line::Kept(statement))) = statement::read_line(line) else { continue };
            let is_pdf = volume.ends_with(".pdf");
            let places: Vec<(u64, u64)> = match is_pdf {
                true => vec![(statement.offset, statement.length)],
                false => statement
                    .messages
                    .iter()
                    .filter(|message| volume.ends_with(&message.file))
                    .map(|message| (message.offset, message.length))
                    .collect(),
            };
            let Some(range) = range else {
                inside.push(statement.id.clone());
                continue;
            };
            if !places.iter().any(|(offset, length)| *offset < range.1 && offset + length > range.0) {
                continue;
            }
            inside.push(statement.id.clone());
            let is_hurt = match is_pdf {
                true => {
                    let pages = read_document(statement.offset, statement.length, &mut Memory(bytes));
                    pages.map_or(true, |pages| {
                        pages.len() != statement.pages.len() || pages.iter().zip(&statement.pages).any(|(page, known)| Hash::of(&page.body) != *known)
                    })
                }
                false => statement.messages.iter().any(|message| {
                    let own = bytes.get(message.offset as usize..(message.offset + message.length) as usize).unwrap_or_default();
                    Hash::of(&super::export::as_sent(&message.channel, own.to_vec())) != message.hash
                }),
            };
            if is_hurt {
                hurt.push(statement.id.clone());
            }
        }
        if hurt.is_empty() { inside } else { hurt }
    }
}

/// The blocks of a file that are not what they were, neighbours joined.
fn damaged_blocks(bytes: &[u8], sealed: &Value) -> Vec<(u64, u64)> {
    let block = sealed["block"].as_u64().unwrap_or(0).max(1024) as usize;
    let known: Vec<&Value> = sealed["blocks"].as_array().into_iter().flatten().collect();
    let mut damaged: Vec<(u64, u64)> = Vec::new();
    let pieces: Vec<&[u8]> = bytes.chunks(block).collect();
    for (index, (piece, hash)) in pieces.iter().zip(hash_each(&pieces)).enumerate() {
        if known.get(index).is_some_and(|known| **known == hash.hex()) {
            continue;
        }
        let (from, to) = ((index * block) as u64, (index * block + piece.len()) as u64);
        match damaged.last_mut() {
            Some(last) if last.1 == from => last.1 = to,
            _ => damaged.push((from, to)),
        }
    }
    damaged
}

/// The line of a statements file that is damaged, within a damaged block.
fn narrow(bytes: &[u8], range: (u64, u64)) -> ((u64, u64), &'static str) {
    let mut offset = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let own = (offset, offset + line.len() as u64);
        offset = own.1;
        if own.1 > range.0 && own.0 < range.1 && statement::read_line(line.strip_suffix(b"\n").unwrap_or_default()).is_none() {
            return (own, "the statement of this line was changed");
        }
    }
    (range, "its bytes were changed")
}
