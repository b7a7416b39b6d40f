//! How messages stand: events that are only ever added, and the last word about each message.
//!
//! Takes what a server, a bounce or an operator says, gives what is to be sent and how all stand. What was written here before the last
//! dot of a message is on the disk when the call returns. Must never decide what an answer means.

use rusqlite::{OptionalExtension, Row, params};

use super::{Ledger, LedgerError};
use crate::base::hash::Hash;
use crate::model::delivery::DeliveryState;

/// Something that happened to a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeliveryEvent {
    /// The record.
    pub record: u64,
    /// How the message stands after it; `None`: as before.
    pub state: Option<DeliveryState>,
    /// What happened, when the state says it not: `late-delivered`, `delayed`; empty: the state says it.
    pub what: &'static str,
    /// Why, in words.
    pub reason: String,
    /// A server, a bounce, a command.
    pub source: String,
    /// Who.
    pub operator: String,
    /// When, ISO 8601.
    pub at: String,
    /// When it is tried again.
    pub next_at: Option<String>,
    /// Of a bounce or receipt: the same one counts once.
    pub identity: Option<[u8; 32]>,
}

/// A message that is to be sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DueMessage {
    /// The record.
    pub record: u64,
    /// The volume of mail that it is in.
    pub volume: u32,
    /// Where it lies there, as it is stored.
    pub offset: u64,
    /// How many bytes.
    pub length: u64,
    /// SHA-256 of the message as it is sent.
    pub hash: Hash,
    /// Its Message-ID, without brackets.
    pub message_id: String,
    /// Its recipient.
    pub recipient: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was tried first.
    pub first_at: Option<String>,
}

/// How a message stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delivery {
    /// The record.
    pub record: u64,
    /// Its Message-ID.
    pub message_id: String,
    /// Its recipient.
    pub recipient: String,
    /// Its state.
    pub state: DeliveryState,
    /// Why, in words.
    pub reason: String,
    /// When it was tried first.
    pub first_at: Option<String>,
}

/// What `due` asks for.
#[derive(Clone, Copy, Debug)]
pub struct Due<'a> {
    /// The channel.
    pub channel: &'a str,
    /// Records from this one on.
    pub from: u64,
    /// At most so many.
    pub count: u64,
    /// The time of day: what is deferred until later is not due.
    pub now: &'a str,
}

const STANDING: &str = "SELECT m.record, m.message_id, r.recipient, coalesce(d.state, 'queued'), coalesce(e.reason, ''), d.first_at
      FROM messages m JOIN routes r ON r.record = m.record AND r.channel = m.channel
      LEFT JOIN deliveries d ON d.record = m.record AND d.channel = m.channel
      LEFT JOIN delivery_events e ON e.number = d.event";

impl Ledger {
    /// From now on what is committed is on the disk, not only in the system's memory: before a last dot is sent, that matters.
    pub fn commit_to_disk(&self) -> Result<(), LedgerError> {
        self.pragmas("PRAGMA synchronous = FULL;")
    }

    /// Adds events of a channel, in one transaction.
    pub fn post_deliveries(&mut self, channel: &str, events: &[DeliveryEvent]) -> Result<(), LedgerError> {
        self.post_events(events.iter().map(|event| (channel, event)))
    }

    /// Adds events of several channels, all or nothing.
    pub fn post_events<'e>(&mut self, events: impl Iterator<Item = (&'e str, &'e DeliveryEvent)>) -> Result<(), LedgerError> {
        self.transaction(|to| {
            let mut add = to.prepare_cached(
                "INSERT OR IGNORE INTO delivery_events (record, channel, state, reason, source, operator, at, identity) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?;
            let mut stand = to.prepare_cached(
                "INSERT INTO deliveries (record, channel, state, attempts, next_at, event, first_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (record, channel) DO UPDATE SET state = excluded.state, attempts = attempts + excluded.attempts, next_at = excluded.next_at,
                     event = excluded.event, first_at = coalesce(first_at, excluded.first_at)
                 WHERE state <> 'fallen-back' AND NOT (excluded.state = 'accepted' AND state IN ('bounced-hard', 'bounced-soft', 'complained'))",
            )?;
            // A bounce may be read while a delivery goes on: an answer that comes after it does not undo it. What another channel has taken
            // over stays with it, whatever is said.
            for (channel, event) in events {
                let record = event.record as i64;
                let word = match event.state {
                    Some(state) if event.what.is_empty() => state.name(),
                    _ => event.what,
                };
                let identity = event.identity.as_ref().map(|identity| &identity[..]);
                if add.execute(params![record, channel, word, event.reason, event.source, event.operator, event.at, identity])? == 0 {
                    continue;
                }
                let Some(state) = event.state else { continue };
                // What was offered and refused, or is about to be sent, was tried once; an answer to a last dot is no further try.
                let tries = match state {
                    DeliveryState::Sending => 1,
                    DeliveryState::Deferred | DeliveryState::Failed if event.what == "refused" => 1,
                    _ => 0,
                };
                let first_at = (tries > 0).then_some(&event.at);
                stand.execute(params![record, channel, state.name(), tries, event.next_at, to.last_insert_rowid(), first_at])?;
            }
            Ok(())
        })
    }

    /// Messages that may be handed to the server now, in the order of the records. One that was erased has no id any more and is nobody's.
    pub fn due_messages(&self, due: &Due<'_>) -> Result<Vec<DueMessage>, LedgerError> {
        let sql = "SELECT m.record, m.volume, m.offset, m.length, m.sha256, m.message_id, r.recipient, coalesce(d.attempts, 0), d.first_at
              FROM messages m JOIN routes r ON r.record = m.record AND r.channel = m.channel
              LEFT JOIN deliveries d ON d.record = m.record AND d.channel = m.channel
             WHERE m.channel = ?1 AND m.message_id <> '' AND m.record >= ?2 AND (d.state IS NULL OR (d.state = 'deferred' AND (d.next_at IS NULL OR d.next_at <= ?3)))
             ORDER BY m.record LIMIT ?4";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let rows = statement.query_map(params![due.channel, due.from as i64, due.now, due.count as i64], |row| {
            Ok(DueMessage {
                record: row.get::<_, i64>(0)? as u64,
                volume: row.get(1)?,
                offset: row.get::<_, i64>(2)? as u64,
                length: row.get::<_, i64>(3)? as u64,
                hash: Hash(row.get(4)?),
                message_id: row.get(5)?,
                recipient: row.get(6)?,
                attempts: row.get(7)?,
                first_at: row.get(8)?,
            })
        });
        self.on("read", rows.and_then(Iterator::collect))
    }

    /// When the next deferred message is due.
    pub fn next_due(&self, channel: &str) -> Result<Option<String>, LedgerError> {
        let sql = "SELECT min(next_at) FROM deliveries WHERE channel = ?1 AND state = 'deferred'";
        self.on("read", self.connection.query_row(sql, [channel], |row| row.get(0)))
    }

    /// How many messages of a channel stand how, without those that were erased, in the order of [`DeliveryState::ALL`].
    pub fn delivery_counts(&self, channel: &str) -> Result<Vec<(DeliveryState, u64)>, LedgerError> {
        let sql = "SELECT coalesce(d.state, 'queued'), count(*) FROM messages m
              LEFT JOIN deliveries d ON d.record = m.record AND d.channel = m.channel WHERE m.channel = ?1 AND m.message_id <> '' GROUP BY 1";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let rows = statement.query_map([channel], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)? as u64)));
        let mut counts = self.on("read", rows.and_then(Iterator::collect::<Result<Vec<_>, _>>))?.into_iter().map(|(word, count)| {
            DeliveryState::parse(&word).map(|state| (state, count)).ok_or_else(|| self.damaged(format!("`{word}` is no state of a message")))
        });
        let mut counts = counts.by_ref().collect::<Result<Vec<_>, _>>()?;
        counts.sort();
        Ok(counts)
    }

    /// The messages of a channel that stand so.
    pub fn deliveries_in(&self, channel: &str, state: DeliveryState) -> Result<Vec<Delivery>, LedgerError> {
        let sql = format!("{STANDING} WHERE m.channel = ?1 AND m.message_id <> '' AND coalesce(d.state, 'queued') = ?2 ORDER BY m.record");
        let mut statement = self.on("read", self.connection.prepare_cached(&sql))?;
        let rows = statement.query_map(params![channel, state.name()], read_delivery);
        self.sound(self.on("read", rows.and_then(Iterator::collect))?)
    }

    /// How the message of a record stands.
    pub fn delivery(&self, channel: &str, record: u64) -> Result<Option<Delivery>, LedgerError> {
        let sql = format!("{STANDING} WHERE m.channel = ?1 AND m.message_id <> '' AND m.record = ?2");
        let mut statement = self.on("read", self.connection.prepare_cached(&sql))?;
        let row = self.on("read", statement.query_row(params![channel, record as i64], read_delivery).optional())?;
        Ok(self.sound(row.into_iter().collect())?.pop())
    }

    /// The record whose message has an id.
    pub fn record_of_message(&self, channel: &str, message_id: &str) -> Result<Option<u64>, LedgerError> {
        let sql = "SELECT record FROM messages WHERE message_id = ?2 AND channel = ?1";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        self.on("read", statement.query_row(params![channel, message_id], |row| row.get::<_, i64>(0).map(|record| record as u64)).optional())
    }

    /// Whether a bounce or receipt was read before.
    pub fn knows_delivery_event(&self, identity: &[u8; 32]) -> Result<bool, LedgerError> {
        let sql = "SELECT 1 FROM delivery_events WHERE identity = ?1";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        self.on("read", statement.exists([&identity[..]]))
    }

    /// The records of a fallback, with their reasons, in order.
    pub fn fallen_back(&self, channel: &str, source: &str) -> Result<Vec<(u64, String)>, LedgerError> {
        let sql = "SELECT record, reason FROM delivery_events WHERE channel = ?1 AND state = 'fallen-back' AND source = ?2 ORDER BY record";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let rows = statement.query_map(params![channel, source], |row| Ok((row.get::<_, i64>(0)? as u64, row.get(1)?)));
        self.on("read", rows.and_then(Iterator::collect))
    }

    /// How many soft bounces of messages to one recipient (as it is written in the routes), from a day on.
    pub fn soft_bounces_of(&self, channel: &str, recipient: &str, from: &str) -> Result<u64, LedgerError> {
        let sql = "SELECT count(*) FROM delivery_events e JOIN routes r ON r.record = e.record AND r.channel = e.channel
              WHERE e.channel = ?1 AND r.recipient = ?2 AND e.state = 'bounced-soft' AND e.at >= ?3";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        self.on("read", statement.query_row(params![channel, recipient, from], |row| row.get::<_, i64>(0).map(|count| count as u64)))
    }

    /// How many messages were delivered after another channel had taken their documents over.
    pub fn late_deliveries(&self, channel: &str) -> Result<u64, LedgerError> {
        let sql = "SELECT count(DISTINCT record) FROM delivery_events WHERE channel = ?1 AND state = 'late-delivery'";
        self.on("read", self.connection.query_row(sql, [channel], |row| row.get::<_, i64>(0).map(|count| count as u64)))
    }

    /// What happened to the message of a record, in order: state, reason, source, time.
    pub fn delivery_history(&self, channel: &str, record: u64) -> Result<Vec<[String; 4]>, LedgerError> {
        let sql = "SELECT state, reason, source, at FROM delivery_events WHERE channel = ?1 AND record = ?2 ORDER BY number";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let rows = statement.query_map(params![channel, record as i64], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]));
        self.on("read", rows.and_then(Iterator::collect))
    }

    /// A state that is none is damage.
    fn sound(&self, rows: Vec<Option<Delivery>>) -> Result<Vec<Delivery>, LedgerError> {
        rows.into_iter().map(|row| row.ok_or_else(|| self.damaged("a message stands in no known state"))).collect()
    }
}

fn read_delivery(row: &Row<'_>) -> rusqlite::Result<Option<Delivery>> {
    let Some(state) = DeliveryState::parse(&row.get::<_, String>(3)?) else { return Ok(None) };
    let record = row.get::<_, i64>(0)? as u64;
    Ok(Some(Delivery { record, message_id: row.get(1)?, recipient: row.get(2)?, state, reason: row.get(4)?, first_at: row.get(5)? }))
}
