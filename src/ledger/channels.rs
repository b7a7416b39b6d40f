//! What the ledger knows of channels: decisions, routes, messages and the files they are in.
//!
//! Takes rows, gives them back in the order of the records. Must never know how a message is made or sent.

use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{ChannelCount, ChannelRow, DecisionRow, Ledger, LedgerError, MessageFileRow, MessageRow, RouteRow};
use crate::base::hash::Hash;

pub(super) fn write(to: &Transaction<'_>, volume: u32, decisions: &[DecisionRow]) -> rusqlite::Result<()> {
    let mut decided = to.prepare_cached("INSERT INTO decisions (record, volume, document_type, rule, preference) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    let mut routed = to.prepare_cached("INSERT INTO routes (record, channel, recipient, instead_of, reason) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for row in decisions {
        decided.execute(params![row.record as i64, volume, row.document_type, row.rule, row.preference])?;
        for route in &row.routes {
            let (instead_of, reason) = route.instead_of.as_ref().map(|(channel, reason)| (channel, reason)).unzip();
            routed.execute(params![row.record as i64, route.channel, route.recipient, instead_of, reason])?;
        }
    }
    Ok(())
}

pub(super) fn write_messages(to: &Transaction<'_>, files: &[MessageFileRow], messages: &[MessageRow]) -> rusqlite::Result<()> {
    let mut statement =
        to.prepare_cached("INSERT INTO message_volumes (volume, channel, file, messages, bytes, sha256) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    for file in files {
        statement.execute(params![file.volume, file.channel, file.file, file.messages, file.bytes as i64, &file.hash.0[..]])?;
    }
    let mut statement =
        to.prepare_cached("INSERT INTO messages (record, channel, volume, offset, length, sha256, message_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
    for row in messages {
        let (record, offset, length) = (row.record as i64, row.offset as i64, row.length as i64);
        statement.execute(params![record, row.channel, row.volume, offset, length, &row.hash.0[..], row.message_id])?;
    }
    Ok(())
}

fn read_message(row: &Row<'_>) -> rusqlite::Result<MessageRow> {
    Ok(MessageRow {
        record: row.get::<_, i64>(0)? as u64,
        channel: row.get(1)?,
        volume: row.get(2)?,
        offset: row.get::<_, i64>(3)? as u64,
        length: row.get::<_, i64>(4)? as u64,
        hash: Hash(row.get(5)?),
        message_id: row.get(6)?,
    })
}

const MESSAGE: &str = "record, channel, volume, offset, length, sha256, message_id";

impl Ledger {
    /// The files of messages, by volume and channel.
    pub fn message_files(&self) -> Result<Vec<MessageFileRow>, LedgerError> {
        let sql = "SELECT volume, channel, file, messages, bytes, sha256 FROM message_volumes ORDER BY volume, channel";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let rows = statement.query_map([], |row| {
            Ok(MessageFileRow {
                volume: row.get(0)?,
                channel: row.get(1)?,
                file: row.get(2)?,
                messages: row.get(3)?,
                bytes: row.get::<_, i64>(4)? as u64,
                hash: Hash(row.get(5)?),
            })
        });
        self.on("read", rows.and_then(Iterator::collect))
    }

    /// The messages of a channel in one file, in the order of the records.
    pub fn messages_of(&self, volume: u32, channel: &str) -> Result<Vec<MessageRow>, LedgerError> {
        let sql = format!("SELECT {MESSAGE} FROM messages WHERE volume = ?1 AND channel = ?2 ORDER BY record");
        let mut statement = self.on("read", self.connection.prepare_cached(&sql))?;
        let rows = statement.query_map(params![volume, channel], read_message);
        self.on("read", rows.and_then(Iterator::collect))
    }

    /// The message of a document by a channel.
    pub fn message(&self, record: u64, channel: &str) -> Result<Option<MessageRow>, LedgerError> {
        let sql = format!("SELECT {MESSAGE} FROM messages WHERE record = ?1 AND channel = ?2");
        let mut statement = self.on("read", self.connection.prepare_cached(&sql))?;
        self.on("read", statement.query_row(params![record as i64, channel], read_message).optional())
    }

    /// What was decided about a document; nothing in a job without `[channels]`.
    pub fn decision(&self, record: u64) -> Result<Option<DecisionRow>, LedgerError> {
        let mut found = None;
        self.decisions("WHERE d.record = ?1", params![record as i64], |row| {
            found = Some(row);
            Ok::<_, LedgerError>(())
        })?;
        Ok(found)
    }

    /// Calls `each` with what was decided about every document, in the order of the records; stops when it fails.
    pub fn each_decision<E: From<LedgerError>>(&self, each: impl FnMut(DecisionRow) -> Result<(), E>) -> Result<(), E> {
        self.decisions("", params![], each)
    }

    fn decisions<E: From<LedgerError>>(
        &self,
        which: &str,
        params: impl rusqlite::Params,
        mut each: impl FnMut(DecisionRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!(
            "SELECT d.record, d.document_type, d.rule, d.preference, r.channel, r.recipient, r.instead_of, r.reason
               FROM decisions d JOIN routes r ON r.record = d.record {which} ORDER BY d.record, r.channel"
        );
        let mut statement = self.on("read", self.connection.prepare_cached(&sql))?;
        let mut rows = self.on("read", statement.query(params))?;
        let mut open: Option<DecisionRow> = None;
        while let Some(row) = self.on("read", rows.next())? {
            let (next, route) = self.on("read", read_decision(row))?;
            match &mut open {
                Some(decision) if decision.record == next.record => decision.routes.push(route),
                _ => {
                    let before = open.replace(DecisionRow { routes: vec![route], ..next });
                    before.map_or(Ok(()), &mut each)?;
                }
            }
        }
        open.map_or(Ok(()), each)
    }

    /// Calls `each` with every way of every document, in the order of the records and of the names of channels; stops when it fails.
    pub fn each_channel<E: From<LedgerError>>(&self, mut each: impl FnMut(ChannelRow) -> Result<(), E>) -> Result<(), E> {
        let sql = "SELECT d.record, d.document_type, d.rule, d.preference, r.channel, r.recipient, r.instead_of, r.reason, t.id,
                          m.volume, m.offset, m.length, m.sha256, m.message_id
                     FROM decisions d JOIN routes r ON r.record = d.record JOIN documents t ON t.record = d.record
                     LEFT JOIN messages m ON m.record = r.record AND m.channel = r.channel ORDER BY d.record, r.channel";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let mut rows = self.on("read", statement.query([]))?;
        while let Some(row) = self.on("read", rows.next())? {
            each(self.on("read", read_channel(row))?)?;
        }
        Ok(())
    }

    /// How many documents take which channel by which rule, by channel and rule.
    pub fn channel_counts(&self) -> Result<Vec<ChannelCount>, LedgerError> {
        let sql = "SELECT r.channel, d.rule, count(*), count(r.instead_of) FROM routes r JOIN decisions d ON d.record = r.record
                    GROUP BY r.channel, d.rule ORDER BY r.channel, d.rule";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let rows = statement.query_map([], |row| {
            Ok(ChannelCount {
                channel: row.get(0)?,
                rule: row.get(1)?,
                documents: row.get::<_, i64>(2)? as u64,
                instead: row.get::<_, i64>(3)? as u64,
            })
        });
        self.on("read", rows.and_then(Iterator::collect))
    }
}

fn read_channel(row: &Row<'_>) -> rusqlite::Result<ChannelRow> {
    let (decision, route) = read_decision(row)?;
    let message = match row.get::<_, Option<u32>>(9)? {
        None => None,
        Some(volume) => Some(MessageRow {
            record: decision.record,
            channel: route.channel.clone(),
            volume,
            offset: row.get::<_, i64>(10)? as u64,
            length: row.get::<_, i64>(11)? as u64,
            hash: Hash(row.get(12)?),
            message_id: row.get(13)?,
        }),
    };
    Ok(ChannelRow { id: row.get(8)?, decision, route, message })
}

fn read_decision(row: &Row<'_>) -> rusqlite::Result<(DecisionRow, RouteRow)> {
    let decision = DecisionRow {
        record: row.get::<_, i64>(0)? as u64,
        document_type: row.get(1)?,
        rule: row.get(2)?,
        preference: row.get(3)?,
        routes: Vec::new(),
    };
    let instead_of: Option<String> = row.get(6)?;
    let reason: Option<String> = row.get(7)?;
    Ok((decision, RouteRow { channel: row.get(4)?, recipient: row.get(5)?, instead_of: instead_of.zip(reason) }))
}
