//! Documents are found and read.
//!
//! Takes queries and ids, gives rows of the index, documents cut out of their volumes, and messages as they were sent. What is read twice from one
//! volume finds its cross-reference open. Must never read a volume whole.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::store::{self, Memory, Store};
use super::{Actor, Archive, ArchiveError, CATALOGUE, LOG, statements_name, store_of, volume_name};
use crate::archive::cut::{cut_out, read_document};
use crate::archive::pdf_words::Words;
use crate::archive::statement::{self, Line, Statement};
use crate::base::file::{Fingerprint, Pieces};
use crate::kit::pdf::{OpenFile, RangeRead};
use crate::ledger::{Catalogue, CatalogueRow, Condition, DocumentQuery};

/// A page of what was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// The documents.
    pub rows: Vec<CatalogueRow>,
    /// The number to go on after, if there may be more.
    pub next: Option<u64>,
}

/// Finds documents, and notes that somebody asked.
pub fn find(root: &Path, query: &DocumentQuery, actor: &Actor) -> Result<Found, ArchiveError> {
    let reader = Reader::open(root)?;
    let rows = reader.find(query)?;
    let next = if query.limit > 0 && rows.len() as u64 == query.limit { rows.last().map(|row| row.number) } else { None };
    let mut archive = Archive::open(root, None, None)?;
    archive.append(actor, json!({ "action": "searched", "found": rows.len(), "query": query_for_log(query) }))?;
    Ok(Found { rows, next })
}

/// A query as it stands in the log, of which nothing can be erased: values that may tell of a person are the first digits of their hash, so
/// that equal ones are seen to be equal.
pub(super) fn query_for_log(query: &DocumentQuery) -> Value {
    let hidden = |value: &str| format!("#{}", &crate::base::hash::Hash::of(value.as_bytes()).hex()[..16]);
    let condition = |(name, condition): &(String, Condition)| {
        let is_plain = matches!(name.as_str(), "type" | "channel" | "run" | "date");
        let shown = |value: &String| if is_plain { value.clone() } else { hidden(value) };
        match condition {
            Condition::Is(value) => json!([name, "is", shown(value)]),
            Condition::Within(least, most) => json!([name, "within", least.as_ref().map(shown), most.as_ref().map(shown)]),
        }
    };
    let mut value = json!({ "where": query.conditions.iter().map(condition).collect::<Vec<_>>() });
    if let Some(text) = &query.text {
        value["text"] = hidden(text).into();
    }
    value
}

/// A query as a hold keeps it.
pub(super) fn query_json(query: &DocumentQuery) -> Value {
    let condition = |(name, condition): &(String, Condition)| match condition {
        Condition::Is(value) => json!([name, "is", value]),
        Condition::Within(least, most) => json!([name, "within", least, most]),
    };
    let mut value = json!({ "where": query.conditions.iter().map(condition).collect::<Vec<_>>() });
    if let Some(text) = &query.text {
        value["text"] = text.as_str().into();
    }
    value
}

/// Reads a query that was written by [`query_json`].
pub(super) fn query_of(value: &Value) -> DocumentQuery {
    let text = |value: &Value| value.as_str().map(str::to_string);
    let condition = |value: &Value| {
        let name = text(&value[0])?;
        let condition = match value[1].as_str()? {
            "is" => Condition::Is(text(&value[2])?),
            _ => Condition::Within(text(&value[2]), text(&value[3])),
        };
        Some((name, condition))
    };
    DocumentQuery {
        conditions: value["where"].as_array().into_iter().flatten().filter_map(condition).collect(),
        text: text(&value["text"]),
        ..DocumentQuery::default()
    }
}

/// Volumes that stay open; each takes some megabytes of a cross-reference.
const OPEN_MAX: usize = 8;

/// An archive that is read. It needs no lock: what the index names is there.
pub struct Reader {
    root: PathBuf,
    catalogue: Catalogue,
    store: Box<dyn Store>,
    /// Volumes, the last used at the end.
    open: Vec<(String, OpenFile, Box<dyn RangeRead + Send>)>,
}

impl Reader {
    /// Opens an archive.
    pub fn open(root: &Path) -> Result<Reader, ArchiveError> {
        if Fingerprint::of(&root.join(LOG)).is_err() {
            return Err(ArchiveError::NoArchive(root.to_path_buf()));
        }
        let catalogue = Catalogue::read(&root.join(CATALOGUE))?.ok_or_else(|| ArchiveError::NoArchive(root.to_path_buf()))?;
        let store = store::open(root, store_of(root)?.as_deref())?;
        Ok(Reader { root: root.to_path_buf(), catalogue, store, open: Vec::new() })
    }

    /// The documents a query asks for.
    pub fn find(&self, query: &DocumentQuery) -> Result<Vec<CatalogueRow>, ArchiveError> {
        self.catalogue.find(query)?.map_err(ArchiveError::Refused)
    }

    /// The keys of the archive, by name, with what their values are.
    pub fn keys(&self) -> Result<Vec<(String, crate::ledger::KeyKind)>, ArchiveError> {
        Ok(self.catalogue.keys()?)
    }

    /// The one document of this id; of several, that of `run`.
    ///
    /// # Errors
    /// There is none, it was erased, or there are several and no run is said.
    pub fn document(&self, id: &str, run: Option<&str>) -> Result<CatalogueRow, ArchiveError> {
        let mut conditions = vec![("id".to_string(), Condition::Is(id.to_string()))];
        if let Some(run) = run {
            conditions.push(("run".to_string(), Condition::Is(run.to_string())));
        }
        let mut rows = self.find(&DocumentQuery { conditions, limit: 20, ..DocumentQuery::default() })?;
        match (rows.pop(), rows.is_empty()) {
            (Some(row), true) => Ok(row),
            (Some(row), false) => {
                let runs: Vec<&str> = rows.iter().map(|row| row.run.as_str()).chain([row.run.as_str()]).collect();
                Err(ArchiveError::Refused(format!("`{id}` is in several runs, say which with `--run`: {}", runs.join(", "))))
            }
            (None, _) => Err(ArchiveError::Refused(format!("there is no document `{id}` in the archive, or it was erased"))),
        }
    }

    /// What is stated about a document, with the line's own leaf.
    pub fn statement(&self, row: &CatalogueRow) -> Result<Statement, ArchiveError> {
        let name = statements_name(&row.run, row.volume);
        let mut line = Vec::new();
        Pieces::open(&self.root.join(&name))?.read(row.line.0, row.line.1 as usize, &mut line)?;
        line.pop();
        match statement::read_line(&line) {
            Some((leaf, Line::Kept(statement))) if leaf == row.leaf => Ok(*statement),
            Some((_, Line::Erased { time, .. })) => Err(ArchiveError::Refused(format!("the document was erased on {time}"))),
            _ => Err(ArchiveError::Damaged { file: name, fault: format!("the statement at byte {} is not that of the index", row.line.0) }),
        }
    }

    /// A document as a PDF/A of its own.
    pub fn pdf(&mut self, row: &CatalogueRow) -> Result<Vec<u8>, ArchiveError> {
        let name = volume_name(&row.run, row.volume);
        if let Some(at) = self.open.iter().position(|(known, ..)| *known == name) {
            let used = self.open.remove(at);
            self.open.push(used);
        } else {
            let mut file = self.store.open(&name)?;
            let open = OpenFile::open(file.as_mut()).map_err(|fault| ArchiveError::pdf(&name, fault))?;
            if self.open.len() >= OPEN_MAX {
                self.open.remove(0);
            }
            self.open.push((name.clone(), open, file));
        }
        let Some((_, open, file)) = self.open.last_mut() else { return Err(ArchiveError::Refused("no volume is open".into())) };
        let pages = read_document(row.place.0, row.place.1, file.as_mut()).map_err(|fault| ArchiveError::pdf(&name, fault))?;
        let mut out = Vec::new();
        cut_out(open, &pages, file.as_mut(), &mut out).map_err(|error| ArchiveError::cut(&name, error))?;
        Ok(out)
    }

    /// The messages of a document as they were sent, by channel.
    pub fn messages(&self, row: &CatalogueRow) -> Result<Vec<(String, Vec<u8>)>, ArchiveError> {
        let statement = self.statement(row)?;
        let mut found = Vec::new();
        for message in &statement.messages {
            let name = format!("{}{}", super::run_folder(&row.run), message.file);
            let mut bytes = Vec::new();
            let read = self.store.open(&name)?.read(message.offset, message.length as usize, &mut bytes);
            read.map_err(|fault| ArchiveError::Damaged { file: name.clone(), fault })?;
            let bytes = super::export::as_sent(&message.channel, bytes);
            if crate::base::hash::Hash::of(&bytes) != message.hash {
                let fault = format!("the message at byte {} is not the one that was made", message.offset);
                return Err(ArchiveError::Damaged { file: name, fault });
            }
            found.push((message.channel.clone(), bytes));
        }
        Ok(found)
    }

    pub(super) fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }
}

/// Notes that documents were looked at.
pub fn note(root: &Path, action: &str, rows: &[CatalogueRow], actor: &Actor) -> Result<(), ArchiveError> {
    let mut archive = Archive::open(root, None, None)?;
    let document = |row: &CatalogueRow| json!({ "leaf": row.leaf.hex(), "record": row.record + 1, "run": row.run });
    archive.append(actor, json!({ "action": action, "documents": rows.iter().map(document).collect::<Vec<_>>() }))
}

/// The words of the documents of a volume.
pub(super) struct Texts<'m> {
    memory: Memory<'m>,
    words: Option<(OpenFile, Words)>,
}

impl<'m> Texts<'m> {
    /// Of a volume in memory. One whose fonts cannot be read has no words.
    pub(super) fn open(volume: &'m [u8]) -> Texts<'m> {
        let mut memory = Memory(volume);
        let words = OpenFile::open(&mut memory).ok().and_then(|mut open| {
            let words = Words::open(&mut open, &mut memory).ok()?;
            Some((open, words))
        });
        Texts { memory, words }
    }

    /// The text of pages.
    pub(super) fn of_pages<'b>(&mut self, bodies: impl Iterator<Item = &'b [u8]>) -> String {
        let mut text = String::new();
        if let Some((open, words)) = &mut self.words {
            bodies.for_each(|body| words.add_page(body, open, &mut self.memory, &mut text));
        }
        text
    }
}
