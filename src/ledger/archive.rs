//! What the archive asks the ledger for.
//!
//! Takes a volume, gives what its documents are found by and which messages were made of them; gives what happened later. A job without channels
//! has neither routes nor messages.

use std::collections::BTreeMap;

use rusqlite::{Transaction, params};

use super::{DocumentRow, KeyKind, Ledger, LedgerError, read_document};
use crate::base::hash::Hash;

/// What a document is found by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ArchiveKeyRow {
    /// Its record.
    pub record: u64,
    /// Name, kind and value of each key.
    pub keys: Vec<(String, KeyKind, String)>,
}

/// A message that was made of a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ArchivedMessage {
    /// Its channel.
    pub channel: String,
    /// The file it lies in, in the output folder.
    pub file: String,
    /// Its first byte there.
    pub offset: u64,
    /// Its bytes.
    pub length: u64,
    /// Their SHA-256.
    pub hash: Hash,
}

/// What the archive wants to know of a document besides its pages.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ArchiveFacts {
    /// The channels it takes, joined by `+`.
    pub channel: String,
    /// What kind of document it is; empty in a job without channels.
    pub document_type: String,
    /// What it is found by.
    pub keys: Vec<(String, KeyKind, String)>,
    /// Its messages.
    pub messages: Vec<ArchivedMessage>,
}

impl ArchiveFacts {
    /// Those of a document of which nothing is known but that it is printed.
    pub fn of_print() -> ArchiveFacts {
        ArchiveFacts { channel: "print".into(), ..ArchiveFacts::default() }
    }
}

/// Something that happened to a message after the run was closed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LaterEvent {
    /// What: the state it brought.
    pub kind: String,
    /// When, ISO 8601.
    pub time: String,
    /// By which channel.
    pub channel: String,
    /// Of which record.
    pub record: Option<u64>,
    /// Who or what told it.
    pub source: String,
    /// Why.
    pub detail: String,
}

/// Writes what documents are found by.
pub(super) fn write(to: &Transaction<'_>, volume: u32, rows: &[ArchiveKeyRow]) -> rusqlite::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut statement = to.prepare_cached("INSERT INTO archive_keys (record, volume, keys) VALUES (?1, ?2, ?3)")?;
    for row in rows {
        let keys: Vec<[&str; 3]> = row.keys.iter().map(|(name, kind, value)| [name.as_str(), kind.name(), value.as_str()]).collect();
        statement.execute(params![row.record as i64, volume, serde_json::to_string(&keys).unwrap_or_default()])?;
    }
    Ok(())
}

impl Ledger {
    /// The documents of a volume, in order.
    pub fn documents_in(&self, volume: u32) -> Result<Vec<DocumentRow>, LedgerError> {
        let sql = "SELECT record, id, volume, first_page, pages, sheets, offset, length, hash, sort_key, layout, is_printed FROM documents
                    WHERE record >= (SELECT first_record FROM volumes WHERE number = ?1)
                      AND record < (SELECT first_record + records FROM volumes WHERE number = ?1) ORDER BY record";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let rows = statement.query_map([volume], read_document);
        self.on("read", rows.and_then(Iterator::collect))
    }

    /// What is known of the documents of a volume, by record; only of those of which something is.
    pub fn archive_facts(&self, volume: u32) -> Result<BTreeMap<u64, ArchiveFacts>, LedgerError> {
        const RANGE: &str = "record >= (SELECT first_record FROM volumes WHERE number = ?1)
                         AND record < (SELECT first_record + records FROM volumes WHERE number = ?1)";
        let mut facts: BTreeMap<u64, ArchiveFacts> = BTreeMap::new();
        let sql = format!("SELECT record, keys FROM archive_keys WHERE {RANGE}");
        let mut statement = self.on("read", self.connection.prepare_cached(&sql))?;
        let mut rows = self.on("read", statement.query([volume]))?;
        while let Some(row) = self.on("read", rows.next())? {
            let text: String = self.on("read", row.get(1))?;
            let keys: Vec<[String; 3]> = serde_json::from_str(&text).map_err(|_| self.damaged("the keys of a document are none"))?;
            let keys = keys.into_iter().map(|[name, kind, value]| (name, KeyKind::parse(&kind).unwrap_or(KeyKind::Text), value)).collect();
            facts.entry(self.on("read", row.get::<_, i64>(0))? as u64).or_insert_with(ArchiveFacts::of_print).keys = keys;
        }
        if self.has_table("routes")? {
            let sql = format!(
                "SELECT record, group_concat(channel, '+') FROM (SELECT record, channel FROM routes WHERE {RANGE} ORDER BY record, channel) GROUP BY record"
            );
            let mut statement = self.on("read", self.connection.prepare_cached(&sql))?;
            let mut rows = self.on("read", statement.query([volume]))?;
            while let Some(row) = self.on("read", rows.next())? {
                facts.entry(self.on("read", row.get::<_, i64>(0))? as u64).or_insert_with(ArchiveFacts::of_print).channel =
                    self.on("read", row.get(1))?;
            }
        }
        let mut statement = self.on("read", self.connection.prepare_cached("SELECT record, document_type FROM decisions WHERE volume = ?1"))?;
        let mut rows = self.on("read", statement.query([volume]))?;
        while let Some(row) = self.on("read", rows.next())? {
            facts.entry(self.on("read", row.get::<_, i64>(0))? as u64).or_insert_with(ArchiveFacts::of_print).document_type =
                self.on("read", row.get(1))?;
        }
        if self.has_table("message_volumes")? {
            let sql = "SELECT m.record, m.channel, v.file, m.offset, m.length, m.sha256 FROM messages m
                         JOIN message_volumes v ON v.volume = m.volume AND v.channel = m.channel WHERE m.volume = ?1 ORDER BY m.record, m.channel";
            let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
            let mut rows = self.on("read", statement.query([volume]))?;
            while let Some(row) = self.on("read", rows.next())? {
                let message = ArchivedMessage {
                    channel: self.on("read", row.get(1))?,
                    file: self.on("read", row.get(2))?,
                    offset: self.on("read", row.get::<_, i64>(3))? as u64,
                    length: self.on("read", row.get::<_, i64>(4))? as u64,
                    hash: Hash(self.on("read", row.get(5))?),
                };
                facts.entry(self.on("read", row.get::<_, i64>(0))? as u64).or_insert_with(ArchiveFacts::of_print).messages.push(message);
            }
        }
        Ok(facts)
    }

    /// What happened to messages, in the order in which it became known, without the first `known`.
    pub fn later_events(&self, known: u64) -> Result<Vec<LaterEvent>, LedgerError> {
        if !self.has_table("delivery_events")? {
            return Ok(Vec::new());
        }
        let sql = "SELECT state, at, channel, record, source, reason FROM delivery_events ORDER BY number LIMIT -1 OFFSET ?1";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let rows = statement.query_map([known as i64], |row| {
            let record: i64 = row.get(3)?;
            Ok(LaterEvent {
                kind: row.get(0)?,
                time: row.get(1)?,
                channel: row.get(2)?,
                record: Some(record as u64),
                source: row.get(4)?,
                detail: row.get(5)?,
            })
        });
        self.on("read", rows.and_then(Iterator::collect))
    }

    fn has_table(&self, name: &str) -> Result<bool, LedgerError> {
        let sql = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?1";
        self.on("read", self.connection.query_row(sql, [name], |row| row.get::<_, i64>(0)).map(|count| count > 0))
    }

    /// How many documents were erased: they have no name any more.
    pub fn erased(&self) -> Result<u64, LedgerError> {
        let sql = "SELECT count(*) FROM documents WHERE id = ''";
        self.on("read", self.connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map(|count| count as u64))
    }

    /// The files of messages beside a volume.
    pub fn message_files_of(&self, volume: u32) -> Result<Vec<String>, LedgerError> {
        if !self.has_table("message_volumes")? {
            return Ok(Vec::new());
        }
        let mut statement = self.on("read", self.connection.prepare_cached("SELECT file FROM message_volumes WHERE volume = ?1 ORDER BY channel"))?;
        let rows = statement.query_map([volume], |row| row.get(0));
        self.on("read", rows.and_then(Iterator::collect))
    }

    /// Blanks what the ledger says of the person of these records: names, addresses, keys, reasons. What counts and balances stays; a message
    /// without an id is sent to nobody. A volume and the files of messages beside it have other hashes now.
    pub fn erase(&mut self, records: &[u64], (volume, hash): (u32, Hash), message_files: &[(String, Hash)]) -> Result<(), LedgerError> {
        let mut statements = vec![
            "UPDATE documents SET id = '', sort_key = X'', totals = NULL WHERE record = ?1",
            "UPDATE mail SET lines = '', name = '', keys = zeroblob(40), fields = '[]', routing = '', postcode = '', diverted = NULL WHERE record = ?1",
            "UPDATE slots SET passed_over = '' WHERE record = ?1",
            "UPDATE remarks SET reason = '' WHERE record = ?1",
            "DELETE FROM archive_keys WHERE record = ?1",
        ];
        for (table, sql) in [
            ("routes", "UPDATE routes SET recipient = '', reason = NULL WHERE record = ?1"),
            ("messages", "UPDATE messages SET message_id = '' WHERE record = ?1"),
            ("delivery_events", "UPDATE delivery_events SET reason = '' WHERE record = ?1"),
            ("deliveries", "UPDATE deliveries SET next_at = NULL WHERE record = ?1"),
        ] {
            if self.has_table(table)? {
                statements.push(sql);
            }
        }
        self.pragmas("PRAGMA secure_delete = ON;")?;
        self.transaction(|to| {
            for sql in &statements {
                let mut statement = to.prepare_cached(sql)?;
                for record in records {
                    statement.execute([*record as i64])?;
                }
            }
            to.execute("UPDATE volumes SET sha256 = ?2 WHERE number = ?1", params![volume, hash.0])?;
            for (file, hash) in message_files {
                to.execute("UPDATE message_volumes SET sha256 = ?3 WHERE volume = ?1 AND file = ?2", params![volume, file, hash.0])?;
            }
            Ok(())
        })?;
        // Pages that were divided while they grew may hold copies of rows where nothing is any more.
        self.pragmas("VACUUM;")
    }
}
