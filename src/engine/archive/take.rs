//! A closed run enters an archive.
//!
//! Takes the output folder of a run, checks each volume against the ledger on its way, states what each document is, and posts it all to log and
//! index. A take that was killed begins anew and finds what is there the same; one of a run that is in the archive adds what happened since.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;
use serde_json::{Value, json};

use super::{
    Actor, Archive, ArchiveError, block_of, keys::ArchiveKey, run_folder, seal_bytes, seal_file, seal_hashed, sealed, statements_name, volume_name,
};
use crate::archive::log;
use crate::archive::statement::{MessagePlace, Statement, entry_leaf, tag, write_line};
use crate::base::file::{Fingerprint, Mapped};
use crate::base::hash::{Hash, Hasher, hash_in_blocks};
use crate::engine::{EngineError, Folder};
use crate::kit::merkle;
use crate::ledger::{ArchiveFacts, CatalogueEntry, CatalogueRow, DocumentRow, JobRow, KeyKind, Ledger, State, VolumeRow};
use crate::model::page::Media;
use crate::plan::Plan;
use crate::streams::volume::read_hashed_bodies;

/// What was taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    /// The run's name in the archive.
    pub run: String,
    /// Its volumes.
    pub volumes: u64,
    /// Its documents.
    pub documents: u64,
    /// Whether it was there before.
    pub was_there: bool,
    /// Later events that were added.
    pub events: u64,
}

/// Volumes for each thread that are read before they are posted: until then their statements are in memory.
const AT_ONCE: usize = 2;

/// Volumes that this process has written, by their numbers from 0: how their files were then.
pub type Written = BTreeMap<u32, Fingerprint>;

/// Bytes of a line of statements that most documents get along with.
const LINE_BYTES: usize = 704;

/// Takes a closed run into the archive at `root`, which is made if there is none.
///
/// # Errors
/// The run is not closed, a volume is not what its ledger says, or the disk fails: then nothing of the run is in the archive.
pub fn take(plan: &Plan, out: &Path, root: &Path, key: Option<&ArchiveKey>, actor: &Actor) -> Result<Taken, ArchiveError> {
    take_written(plan, out, root, key, actor, &Written::new())
}

/// The same for a run that this process has just ended. The hash of a volume it has written, and that nobody touched since, was made of the bytes that
/// were written: it is not made again. The pages of such a volume are compared with the ledger all the same.
///
/// # Errors
/// As [`take`].
pub fn take_written(plan: &Plan, out: &Path, root: &Path, key: Option<&ArchiveKey>, actor: &Actor, written: &Written) -> Result<Taken, ArchiveError> {
    // Erasure finds the folder again from wherever it is started.
    let out = &std::path::absolute(out).map_err(|error| ArchiveError::Refused(format!("`{}` is no path: {error}", out.display())))?;
    let ledger = Ledger::read(&Folder(out).ledger())?.ok_or_else(|| ArchiveError::Refused(format!("there is no job in `{}`", out.display())))?;
    let job = ledger.job()?.filter(|job| job.state == State::Closed);
    let job = job.ok_or_else(|| ArchiveError::Refused("the run is not closed; `pressrun run` the job to its end first".into()))?;
    let volumes = ledger.volumes()?;
    let run = run_id(&job, &volumes);
    let mut archive = Archive::open(root, Some(actor), plan.archiving.store.as_deref())?;
    archive.require_newest(key)?;
    let known = known_of(&archive, &run)?;
    let documents: u64 = volumes.iter().map(|row| u64::from(row.documents)).sum();
    let mut taken = Taken {
        run: run.clone(),
        volumes: volumes.iter().filter(|row| row.file.is_some()).count() as u64,
        documents,
        was_there: known.is_taken,
        events: 0,
    };
    if known.is_taken {
        taken.events = add_events(&mut archive, &run, &ledger, known.events, actor)?;
        let sealed = seal_file(&Folder(out).ledger(), "ledger.sqlite")?;
        let is_changed = known.ledger != sealed["sha256"];
        if is_changed {
            // Deliveries and the night write into the ledger after the run was closed.
            archive.append(actor, json!({ "action": "ledger", "ledger": sealed, "origin": out.to_string_lossy(), "run": run }))?;
        }
        if !known.is_indexed {
            let catalogue = archive.catalogue()?;
            archive.seal_catalogue(catalogue, actor)?;
        }
        if taken.events > 0 || is_changed || !known.is_indexed {
            archive.sign_head(key, &actor.time)?;
        }
        return Ok(taken);
    }
    for folder in ["runs".to_string(), format!("runs/{run}"), format!("runs/{run}/volumes")] {
        archive.disk.create_inner_folder(&archive.path(&folder))?;
    }
    let catalogue = archive.catalogue()?;
    catalogue.begin()?;
    catalogue.forget_run(&run)?;
    catalogue.add_run(&run, &job.name, &job.date, &out.to_string_lossy(), documents)?;
    let source = Source {
        plan,
        out,
        ledger_media: ledger.media()?,
        job: &job,
        run: &run,
        archive: &archive,
        written,
        beside: crate::base::file::list(&out.join("volumes"))?,
    };
    let mut tags: BTreeMap<String, Vec<(Hash, Hash)>> = BTreeMap::new();
    let mut events: Vec<Value> = Vec::new();
    let mut rows = volumes.iter().filter(|row| row.file.is_some());
    loop {
        let batch: Vec<&VolumeRow> = rows.by_ref().take(AT_ONCE * rayon::current_num_threads()).collect();
        if batch.is_empty() {
            break;
        }
        let mut work = Vec::with_capacity(batch.len());
        for row in batch {
            work.push((row, ledger.documents_in(row.number)?, ledger.archive_facts(row.number)?));
        }
        let read: Vec<Result<ReadVolume, ArchiveError>> =
            work.into_par_iter().map(|(row, documents, facts)| source.read_volume(row, &documents, facts)).collect();
        for volume in read {
            let volume = volume?;
            catalogue.add(&run, &volume.entries)?;
            for (name, entries) in volume.tags {
                // Room for all of them at once: a list that grows is copied into memory that the system has to clear.
                tags.entry(name).or_insert_with(|| Vec::with_capacity(documents as usize)).extend(entries);
            }
            events.push(volume.event);
        }
    }
    let mut trees = serde_json::Map::new();
    for (name, mut entries) in tags {
        entries.par_sort_unstable();
        let leaves: Vec<Hash> = entries.par_iter().map(|(tag, leaf)| entry_leaf(tag, leaf)).collect();
        trees.insert(name, json!({ "root": merkle::root(&leaves).hex(), "size": leaves.len() }));
    }
    catalogue.commit()?;
    // The log comes last: what it tells of is there.
    events.retain(|event| !known.volumes.contains(&event["volume"].as_u64().unwrap_or(0)));
    archive.append_all(actor, events)?;
    let ledger_seal = seal_file(&Folder(out).ledger(), "ledger.sqlite")?;
    archive.append(
        actor,
        json!({
            "action": "taken", "date": job.date, "documents": documents, "job": job.name, "keys": trees, "ledger": ledger_seal,
            "origin": out.to_string_lossy(), "plan": job.plan.hex(), "run": run, "volumes": taken.volumes,
        }),
    )?;
    taken.events = add_events(&mut archive, &run, &ledger, 0, actor)?;
    archive.seal_catalogue(catalogue, actor)?;
    archive.sign_head(key, &actor.time)?;
    Ok(taken)
}

/// The name of a run: job, date, and what its volumes were made from, so that two runs of one job with other data have two names. Erasure changes the
/// bytes of a volume, never the name of its run.
pub(super) fn run_id(job: &JobRow, volumes: &[VolumeRow]) -> String {
    let mut hasher = Hasher::new();
    hasher.update(&job.plan.0);
    for row in volumes {
        hasher.update(&row.source.0);
        hasher.update(&row.first_record.to_le_bytes());
        hasher.update(&row.records.to_le_bytes());
    }
    let name: String =
        job.name.chars().map(|letter| if letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_') { letter } else { '-' }).take(80).collect();
    format!("{name}_{}_{}", job.date, &hasher.finish().hex()[..12])
}

/// What the log knows of a run.
#[derive(Default)]
struct Known {
    volumes: Vec<u64>,
    is_taken: bool,
    /// Whether the index was noted afterwards.
    is_indexed: bool,
    /// Events of the ledger that are in the log.
    events: u64,
    /// The hash of the ledger as it was noted last.
    ledger: Value,
}

fn known_of(archive: &Archive, run: &str) -> Result<Known, ArchiveError> {
    let map = Mapped::open(&archive.path(super::LOG))?;
    let mut known = Known::default();
    log::read(&map, |entry| {
        known.is_indexed |= known.is_taken && entry.text.contains("\"action\":\"indexed\"");
        // Most events are of other runs and need not be parsed.
        if !entry.text.contains(run) {
            return;
        }
        let event = entry.value();
        if event["run"] != *run {
            return;
        }
        if event["ledger"].is_object() {
            known.ledger = event["ledger"]["sha256"].clone();
        }
        match event["action"].as_str() {
            Some("volume") => known.volumes.extend(event["volume"].as_u64()),
            Some("taken") => known.is_taken = true,
            Some(_) => known.events += u64::from(event.get("ledger_event").is_some()),
            None => {}
        }
    });
    Ok(known)
}

/// Adds what happened to documents of a run since it was taken: sent, bounced, printed again.
fn add_events(archive: &mut Archive, run: &str, ledger: &Ledger, known: u64, actor: &Actor) -> Result<u64, ArchiveError> {
    let mut added = 0;
    for event in ledger.later_events(known)? {
        let mut value = json!({
            "action": event.kind, "at": event.time, "channel": event.channel, "ledger_event": true, "record": event.record.map(|record| record + 1),
            "run": run, "source": event.source,
        });
        // What a mail server says may name the recipient, and nothing can be erased from the log: its code stays, and what tells the text again.
        if !event.detail.is_empty() {
            value["reason_sha256"] = Hash::of(event.detail.as_bytes()).hex().into();
            if let Some(code) = status_code(&event.detail) {
                value["status"] = code.into();
            }
        }
        archive.append(&Actor { why: String::new(), ..actor.clone() }, value)?;
        added += 1;
    }
    Ok(added)
}

/// The status code in an answer: the one of RFC 3463 (`5.1.1`) if there is one, else the reply code of RFC 5321, section 4.2, that it begins with.
fn status_code(reason: &str) -> Option<&str> {
    let is_digits = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_enhanced = |word: &&str| {
        let mut parts = word.split('.');
        let class = parts.next().is_some_and(|class| matches!(class, "2" | "4" | "5"));
        class && word.split('.').count() == 3 && parts.all(is_digits)
    };
    let mut words = reason.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '.')).map(|word| word.trim_end_matches('.'));
    let first = words.clone().next().filter(|word| word.len() == 3 && is_digits(word) && matches!(word.as_bytes()[0], b'2'..=b'5'));
    words.find(is_enhanced).or(first)
}

/// Where a run comes from.
struct Source<'s> {
    plan: &'s Plan,
    out: &'s Path,
    ledger_media: Vec<Media>,
    job: &'s JobRow,
    run: &'s str,
    archive: &'s Archive,
    written: &'s Written,
    /// The files beside the volumes.
    beside: Vec<String>,
}

/// A volume that was read and put in its place.
struct ReadVolume {
    event: Value,
    entries: Vec<CatalogueEntry>,
    /// The leaves of its documents in the trees of the keys.
    tags: BTreeMap<String, Vec<(Hash, Hash)>>,
}

impl Source<'_> {
    fn read_volume(&self, row: &VolumeRow, documents: &[DocumentRow], mut facts: BTreeMap<u64, ArchiveFacts>) -> Result<ReadVolume, ArchiveError> {
        let name = Folder::volume_name(row.number);
        let number = row.number + 1;
        let path = self.out.join(&name);
        let map = Mapped::open(&path)?;
        let damaged = |fault: String| ArchiveError::Damaged { file: path.to_string_lossy().into_owned(), fault };
        let hash = row.hash.ok_or_else(|| damaged("the ledger has no hash of it".into()))?;
        let is_ours = self.written.get(&row.number).is_some_and(|written| map.fingerprint() == *written);
        let target = volume_name(self.run, number);
        let sealed = if is_ours { seal_hashed(&target, &map, &hash) } else { seal_bytes(&target, &map) };
        if sealed["sha256"] != hash.hex() {
            return Err(damaged("its bytes are not those of the ledger; `pressrun status --verify` tells more".into()));
        }
        let mut texts = self.plan.archiving.full_text.then(|| super::find::Texts::open(&map));
        let (mut leaves, mut entries) = (Vec::with_capacity(documents.len()), Vec::with_capacity(documents.len()));
        let mut lines = Vec::with_capacity(documents.len() * LINE_BYTES);
        let mut tags: BTreeMap<String, Vec<(Hash, Hash)>> = BTreeMap::new();
        for document in documents {
            let entry = &document.entry;
            let (bodies, pages) = read_hashed_bodies(&map, entry, &self.ledger_media).map_err(|error| damaged(error.to_string()))?;
            let known = facts.remove(&entry.record).unwrap_or_else(ArchiveFacts::of_print);
            let layout = self.plan.layouts.get(usize::from(document.layout)).map_or("", |layout| layout.name.as_str());
            // Without channels, the layout says what kind of document it is.
            let kind = if known.document_type.is_empty() { layout } else { known.document_type.as_str() };
            let statement = Statement {
                id: entry.id.clone(),
                record: entry.record,
                kind: kind.to_string(),
                channel: known.channel,
                job: self.job.name.clone(),
                date: self.job.date.clone(),
                plan: self.job.plan,
                offset: entry.offset,
                length: entry.length,
                content: entry.hash,
                pages,
                keys: known.keys.iter().map(|(name, _, value)| (name.clone(), value.clone())).collect(),
                messages: known.messages.into_iter().map(message_place).collect(),
            };
            let start = lines.len() as u64;
            let leaf = write_line(&statement, &mut lines);
            let text = texts.as_mut().map(|texts| texts.of_pages(bodies.into_iter()));
            let keys = known.keys;
            let expires = self.plan.archiving.expiry(layout, &self.job.date, &keys);
            for (name, _, value) in keys.iter().filter(|(_, kind, _)| *kind == KeyKind::Text) {
                let entry = (tag(self.run, name, value), leaf);
                match tags.get_mut(name) {
                    Some(tags) => tags.push(entry),
                    None => {
                        let mut entries = Vec::with_capacity(documents.len());
                        entries.push(entry);
                        tags.insert(name.clone(), entries);
                    }
                }
            }
            let row = CatalogueRow {
                number: 0,
                run: String::new(),
                volume: number,
                position: leaves.len() as u64,
                record: entry.record,
                id: statement.id,
                kind: statement.kind,
                channel: statement.channel,
                date: statement.date,
                pages: entry.pages,
                place: (entry.offset, entry.length),
                line: (start, lines.len() as u64 - start),
                leaf,
                expires,
                erased: None,
            };
            leaves.push(leaf);
            entries.push(CatalogueEntry { row, keys, text });
        }
        let statements = statements_name(self.run, number);
        self.archive.disk.commit(&self.archive.path(&statements), &lines)?;
        self.archive.store.put(&path, &target, &hash, &self.archive.disk)?;
        let mut files = vec![sealed, seal_bytes(&statements, &lines)];
        for file in self.stream_files(row.number)? {
            files.push(file);
        }
        let event = json!({
            "action": "volume", "documents": leaves.len(), "files": files, "root": merkle::root(&leaves).hex(), "run": self.run, "volume": number,
        });
        Ok(ReadVolume { event, entries, tags })
    }

    /// What lies beside a volume: its mails and other messages.
    fn stream_files(&self, number: u32) -> Result<Vec<Value>, ArchiveError> {
        let mut files = Vec::new();
        let stem = format!("{:06}.", number + 1);
        for name in &self.beside {
            if !name.starts_with(&stem) || name.ends_with(".pdf") || name.ends_with(".rows") || name.ends_with(".part") {
                continue;
            }
            let path = self.out.join("volumes").join(name);
            let target = format!("{}volumes/{name}", run_folder(self.run));
            let map = Mapped::open(&path)?;
            let (hash, blocks) = hash_in_blocks(&map, block_of(map.len()));
            files.push(sealed(&target, map.len(), &hash, &blocks));
            self.archive.store.put(&path, &target, &hash, &self.archive.disk)?;
        }
        Ok(files)
    }
}

fn message_place(message: crate::ledger::ArchivedMessage) -> MessagePlace {
    MessagePlace { channel: message.channel, file: message.file, offset: message.offset, length: message.length, hash: message.hash }
}

impl From<EngineError> for String {
    fn from(error: EngineError) -> String {
        error.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::status_code;

    #[test]
    fn of_an_answer_only_the_code_is_kept() {
        assert_eq!(status_code("550 5.1.1 <anna@bank.example>: unknown"), Some("5.1.1"));
        assert_eq!(status_code("550-5.7.26 not signed"), Some("5.7.26"));
        assert_eq!(status_code("421 try again, 10.0.0.1"), Some("421"));
        assert_eq!(status_code("smtp; status 4.2.2."), Some("4.2.2"));
        for other in ["", "Hauptstr. 451 moved away", "5.1.1.9 anna", "2026.10.01", "5.x.1"] {
            assert_eq!(status_code(other), None, "{other}");
        }
    }
}
