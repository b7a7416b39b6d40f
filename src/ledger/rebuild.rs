//! The rows of a volume outside the ledger, and a ledger made of them.
//!
//! Takes a volume, gives its rows as NDJSON, a line each: `{"table": …, "row": {column: value}}`, with bytes as `{"hex": …}`; the lines before
//! them are those of the job, so that one file tells what it belongs to. Takes such lines, puts them back. Must never interpret a column.

use rusqlite::types::{Value as SqlValue, ValueRef};
use serde_json::{Value, json};

use super::{Ledger, LedgerError, VERSION};
use crate::base::hash::write_hex;
use crate::kit::json_canonical::write_text;
use crate::kit::pdf::write_integer;
use crate::kit::sign::from_hex;

/// Tables of the job that every file repeats, with the rows that are meant.
const JOB: [(&str, &str); 4] = [("job", "1"), ("inputs", "1"), ("media", "1"), ("files", "name LIKE 'plan/%'")];
/// Tables with the rows of a volume.
const BY_VOLUME: [(&str, &str); 12] = [
    ("volumes", "number = ?1"),
    ("documents", "volume = ?1"),
    ("holds", "volume = ?1"),
    ("remarks", "volume = ?1"),
    ("slots", "volume = ?1"),
    ("mail", "volume = ?1"),
    ("suppressed", "volume = ?1"),
    ("archive_keys", "volume = ?1"),
    ("decisions", "volume = ?1"),
    ("message_volumes", "volume = ?1"),
    ("messages", "volume = ?1"),
    (
        "routes",
        "record >= (SELECT first_record FROM volumes WHERE number = ?1) AND record < (SELECT first_record + records FROM volumes WHERE number = ?1)",
    ),
];

impl Ledger {
    /// The rows of a volume and its job.
    pub fn rows_of(&self, volume: u32) -> Result<Vec<u8>, LedgerError> {
        let mut out = format!("{}\n", json!({ "ledger": VERSION })).into_bytes();
        for (table, rows) in JOB.iter().chain(&BY_VOLUME) {
            // Few volumes are of jobs that have all tables; a column that orders is there in each.
            let key =
                if *table == "job" || *table == "inputs" || *table == "media" || *table == "volumes" || *table == "files" { "1" } else { "1, 2" };
            let range = match *table {
                // Documents and mail are found by the range of their records, which is their key.
                "documents" | "mail" | "archive_keys" | "decisions" => BY_VOLUME[BY_VOLUME.len() - 1].1,
                _ => rows,
            };
            let sql = format!("SELECT * FROM {table} WHERE {range} ORDER BY {key}");
            let mut statement = match self.connection.prepare_cached(&sql) {
                Ok(statement) => statement,
                // A ledger of an earlier version has fewer tables.
                Err(rusqlite::Error::SqliteFailure(_, Some(message))) if message.starts_with("no such table") => continue,
                Err(error) => return self.on("read", Err(error)),
            };
            // The members of a line are sorted by their names.
            let mut columns: Vec<(usize, String)> = statement.column_names().map(|name| format!("\"{name}\":")).enumerate().collect();
            columns.sort_by(|left, right| left.1.cmp(&right.1));
            let mut found = if range.contains("?1") { self.on("read", statement.query([volume]))? } else { self.on("read", statement.query([]))? };
            while let Some(row) = self.on("read", found.next())? {
                for (place, (at, name)) in columns.iter().enumerate() {
                    out.extend_from_slice(if place == 0 { b"{\"row\":{" } else { b"," });
                    out.extend_from_slice(name.as_bytes());
                    match name.as_str() {
                        // They change while the job goes on.
                        "\"state\":" if *table == "job" => out.extend_from_slice(b"\"composing\""),
                        "\"records\":" if *table == "job" => out.extend_from_slice(b"null"),
                        _ => write_value(self.on("read", row.get_ref(*at))?, &mut out),
                    }
                }
                out.extend_from_slice(b"},\"table\":\"");
                out.extend_from_slice(table.as_bytes());
                out.extend_from_slice(b"\"}\n");
            }
        }
        Ok(out)
    }

    /// Puts the rows of a file back. Those of the job are there after the first.
    ///
    /// # Errors
    /// The first is about the file: what is wrong with it.
    pub fn restore_rows(&mut self, text: &str) -> Result<Result<(), String>, LedgerError> {
        let mut rows = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let Ok(value) = serde_json::from_str::<Value>(line) else { return Ok(Err(format!("line {} is no JSON", number + 1))) };
            if number == 0 {
                if value["ledger"] != VERSION {
                    return Ok(Err(format!("it is of version {} of the ledger, this program writes {VERSION}", value["ledger"])));
                }
                continue;
            }
            let table = value["table"].as_str().unwrap_or_default().to_string();
            let Some((table, _)) = JOB.iter().chain(&BY_VOLUME).find(|(known, _)| *known == table) else {
                return Ok(Err(format!("line {} is of no table", number + 1)));
            };
            let Some(row) = value["row"].as_object().cloned() else { return Ok(Err(format!("line {} has no row", number + 1))) };
            if row.keys().any(|name| !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')) {
                return Ok(Err(format!("line {} has a column that is none", number + 1)));
            }
            rows.push((*table, row));
        }
        self.transaction(|to| {
            for (table, row) in &rows {
                let names: Vec<&str> = row.keys().map(String::as_str).collect();
                let places: Vec<String> = (1..=names.len()).map(|at| format!("?{at}")).collect();
                let verb = if JOB.iter().any(|(known, _)| known == table) { "INSERT OR IGNORE" } else { "INSERT" };
                let sql = format!("{verb} INTO {table} ({}) VALUES ({})", names.join(", "), places.join(", "));
                to.prepare_cached(&sql)?.execute(rusqlite::params_from_iter(row.values().map(from_json)))?;
            }
            Ok(())
        })?;
        Ok(Ok(()))
    }
}

fn write_value(value: ValueRef<'_>, out: &mut Vec<u8>) {
    match value {
        ValueRef::Null => out.extend_from_slice(b"null"),
        ValueRef::Integer(number) => write_integer(number, out),
        // No column of ours is of this type.
        ValueRef::Real(number) => out.extend_from_slice(number.to_string().as_bytes()),
        ValueRef::Text(text) => write_text(&String::from_utf8_lossy(text), out),
        ValueRef::Blob(bytes) => {
            out.extend_from_slice(b"{\"hex\":\"");
            write_hex(bytes, out);
            out.extend_from_slice(b"\"}");
        }
    }
}

fn from_json(value: &Value) -> SqlValue {
    match value {
        Value::Null | Value::Array(_) => SqlValue::Null,
        Value::Bool(flag) => SqlValue::Integer(i64::from(*flag)),
        Value::Number(number) => SqlValue::Integer(number.as_i64().unwrap_or_default()),
        Value::String(text) => SqlValue::Text(text.clone()),
        Value::Object(_) => SqlValue::Blob(value["hex"].as_str().and_then(from_hex).unwrap_or_default()),
    }
}
