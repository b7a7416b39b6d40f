//! The index of an archive: one SQLite file.
//!
//! Takes documents with the values of their keys, gives those that a query asks for, page by page. Only what holds ask
//! for is known nowhere else.

use std::path::{Path, PathBuf};

use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::LedgerError;
use crate::base::hash::Hash;

/// The layout of its tables.
const VERSION: i64 = 1;

/// The type of a key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum KeyKind {
    /// Compared letter by letter.
    Text,
    /// ISO 8601.
    Date,
    /// A decimal of at most six places.
    Amount,
    /// A whole number.
    Integer,
}

impl KeyKind {
    /// All of them by name.
    pub const NAMES: [(&'static str, KeyKind); 4] =
        [("text", KeyKind::Text), ("date", KeyKind::Date), ("amount", KeyKind::Amount), ("integer", KeyKind::Integer)];

    /// Its name.
    pub fn name(self) -> &'static str {
        KeyKind::NAMES.iter().find(|(_, kind)| *kind == self).map_or("text", |(name, _)| name)
    }

    /// By its name.
    pub fn parse(name: &str) -> Option<KeyKind> {
        KeyKind::NAMES.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }

    /// A value as it is compared; `None` if it is none of this kind, or too large.
    fn stored(self, value: &str) -> Option<SqlValue> {
        match self {
            KeyKind::Text => Some(SqlValue::Text(value.to_string())),
            KeyKind::Date => crate::base::date::Date::parse_iso(value).map(|date| SqlValue::Text(date.to_string())),
            KeyKind::Integer => value.parse().ok().map(SqlValue::Integer),
            KeyKind::Amount => millionths(value).map(SqlValue::Integer),
        }
    }

    /// Whether this is a value of the kind.
    pub fn takes(self, value: &str) -> bool {
        self.stored(value).is_some()
    }
}

fn millionths(value: &str) -> Option<i64> {
    let decimal = crate::base::money::parse_decimal(value.as_bytes()).ok()?;
    let scaled = decimal.checked_mul(crate::base::money::Decimal::from(1_000_000))?;
    if scaled.fract().is_zero() { i64::try_from(scaled.trunc()).ok() } else { None }
}

/// A document as the index knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CatalogueRow {
    /// Its number in the archive, from 1; 0 before it has one.
    pub number: u64,
    /// Its run.
    pub run: String,
    /// Its volume, from 1.
    pub volume: u32,
    /// Its place among the documents of the volume, from 0.
    pub position: u64,
    /// Its record, from 0.
    pub record: u64,
    /// What it is called.
    pub id: String,
    /// Its layout.
    pub kind: String,
    /// How it went to its recipient.
    pub channel: String,
    /// The job's date.
    pub date: String,
    /// Its pages.
    pub pages: u32,
    /// First byte of its objects in the volume, and how many bytes.
    pub place: (u64, u64),
    /// First byte of its line in the statements file, and how many bytes with the line feed.
    pub line: (u64, u64),
    /// Its leaf.
    pub leaf: Hash,
    /// The first day on which it need not be kept.
    pub expires: Option<String>,
    /// When it was erased.
    pub erased: Option<String>,
}

/// A document that enters the index.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CatalogueEntry {
    /// What is known of it; its number and its run are given to it.
    pub row: CatalogueRow,
    /// Name, kind and value of each of its keys.
    pub keys: Vec<(String, KeyKind, String)>,
    /// Its text, if it is to be found by words.
    pub text: Option<String>,
}

/// What a key of a query must be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Condition {
    /// This value.
    Is(String),
    /// At least, at most; either may be open.
    Within(Option<String>, Option<String>),
}

/// Which documents are asked for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DocumentQuery {
    /// Conditions by key. `id`, `type`, `channel`, `run`, `date` and `record` are keys of every document.
    pub conditions: Vec<(String, Condition)>,
    /// Words that must be in the text.
    pub text: Option<String>,
    /// Only documents behind this number.
    pub after: u64,
    /// Only so many; 0: all.
    pub limit: u64,
    /// Only documents that need not be kept on this day.
    pub expired_on: Option<String>,
    /// Whether those that were erased are found, too.
    pub with_erased: bool,
}

/// A legal hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HoldOrder {
    /// Its name.
    pub name: String,
    /// Who set it.
    pub who: String,
    /// Why.
    pub why: String,
    /// When.
    pub since: String,
    /// Which documents: a query as JSON.
    pub query: String,
}

/// What an erased document leaves in the index is nothing but its place.
pub struct Catalogue {
    connection: Connection,
    path: PathBuf,
}

/// The columns of [`read_row`].
const COLUMNS: &str = "d.number, r.id, d.volume, d.position, d.record, d.id, d.kind, d.channel, d.date, d.pages, d.offset, d.length, d.line, d.line_length, d.leaf, d.expires, d.erased";

impl Catalogue {
    /// Opens a catalogue to be written, making it if there is none.
    pub fn open(path: &Path) -> Result<Catalogue, LedgerError> {
        let catalogue = Catalogue::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        // What is deleted here must be gone from the disk, too.
        catalogue.run("PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cache_size = -64000;")?;
        if catalogue.version()? == 0 {
            let schema = format!("BEGIN; {} PRAGMA user_version = {VERSION}; COMMIT;", include_str!("catalogue.sql"));
            catalogue.run(&schema)?;
            catalogue.run("INSERT INTO texts (texts, rank) VALUES ('secure-delete', 1);")?;
        }
        catalogue.checked()
    }

    /// Opens a catalogue to be read; `None` if there is none.
    pub fn read(path: &Path) -> Result<Option<Catalogue>, LedgerError> {
        match Catalogue::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY) {
            Ok(catalogue) => catalogue.checked().map(Some),
            Err(LedgerError::Sqlite { source: rusqlite::Error::SqliteFailure(error, _), .. }) if error.code == rusqlite::ErrorCode::CannotOpen => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Catalogue, LedgerError> {
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX);
        let connection = connection.map_err(|source| LedgerError::Sqlite { attempt: "open", path: path.to_path_buf(), source })?;
        connection.set_prepared_statement_cache_capacity(64);
        let catalogue = Catalogue { connection, path: path.to_path_buf() };
        catalogue.on(catalogue.connection.busy_timeout(std::time::Duration::from_secs(20)))?;
        Ok(catalogue)
    }

    fn checked(self) -> Result<Catalogue, LedgerError> {
        match self.version()? {
            VERSION => Ok(self),
            found => Err(LedgerError::Damaged { path: self.path, what: format!("a catalogue of version {found}, this program reads {VERSION}") }),
        }
    }

    fn version(&self) -> Result<i64, LedgerError> {
        self.on(self.connection.query_row("PRAGMA user_version", [], |row| row.get(0)))
    }

    fn run(&self, sql: &str) -> Result<(), LedgerError> {
        self.on(self.connection.execute_batch(sql))
    }

    fn on<T>(&self, result: rusqlite::Result<T>) -> Result<T, LedgerError> {
        result.map_err(|source| LedgerError::Sqlite { attempt: "use", path: self.path.clone(), source })
    }

    /// Begins a transaction: until [`Catalogue::commit`], nothing is there for others.
    pub fn begin(&self) -> Result<(), LedgerError> {
        self.run("BEGIN IMMEDIATE")
    }

    /// Ends it.
    pub fn commit(&self) -> Result<(), LedgerError> {
        self.run("COMMIT")
    }

    /// Forgets a run and all its documents.
    pub fn forget_run(&self, run: &str) -> Result<(), LedgerError> {
        let number = self.connection.query_row("SELECT number FROM runs WHERE id = ?1", [run], |row| row.get::<_, i64>(0)).optional();
        let Some(number) = self.on(number)? else { return Ok(()) };
        let of_run = "(SELECT number FROM documents WHERE run = ?1)";
        for sql in [
            format!("DELETE FROM key_values WHERE document IN {of_run}"),
            format!("DELETE FROM texts WHERE rowid IN {of_run}"),
            "DELETE FROM documents WHERE run = ?1".to_string(),
            "DELETE FROM runs WHERE number = ?1".to_string(),
        ] {
            self.on(self.connection.execute(&sql, [number]))?;
        }
        Ok(())
    }

    /// Adds a run.
    pub fn add_run(&self, id: &str, name: &str, date: &str, origin: &str, documents: u64) -> Result<(), LedgerError> {
        let sql = "INSERT INTO runs (id, name, date, origin, documents) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.on(self.connection.execute(sql, params![id, name, date, origin, documents as i64])).map(|_| ())
    }

    /// The output folder a run was taken from.
    pub fn origin(&self, run: &str) -> Result<Option<String>, LedgerError> {
        self.on(self.connection.query_row("SELECT origin FROM runs WHERE id = ?1", [run], |row| row.get(0)).optional())
    }

    /// The runs: id, name, date, documents.
    pub fn runs(&self) -> Result<Vec<(String, String, String, u64)>, LedgerError> {
        let mut statement = self.on(self.connection.prepare_cached("SELECT id, name, date, documents FROM runs ORDER BY number"))?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<_, i64>(3)? as u64)));
        self.on(rows.and_then(Iterator::collect))
    }

    /// Makes a key known; what it was called before with another type stays what it was.
    pub fn declare_key(&self, name: &str, kind: KeyKind) -> Result<KeyKind, LedgerError> {
        let sql = "INSERT INTO key_names (name, kind) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING";
        self.on(self.connection.prepare_cached(sql).and_then(|mut statement| statement.execute(params![name, kind.name()])))?;
        Ok(self.key(name)?.map_or(kind, |(_, kind)| kind))
    }

    fn key(&self, name: &str) -> Result<Option<(i64, KeyKind)>, LedgerError> {
        let mut statement = self.on(self.connection.prepare_cached("SELECT number, kind FROM key_names WHERE name = ?1"))?;
        let found = statement.query_row([name], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))).optional();
        Ok(self.on(found)?.map(|(number, kind)| (number, KeyKind::parse(&kind).unwrap_or(KeyKind::Text))))
    }

    /// The keys by name.
    pub fn keys(&self) -> Result<Vec<(String, KeyKind)>, LedgerError> {
        let mut statement = self.on(self.connection.prepare_cached("SELECT name, kind FROM key_names ORDER BY name"))?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, KeyKind::parse(&row.get::<_, String>(1)?).unwrap_or(KeyKind::Text))));
        self.on(rows.and_then(Iterator::collect))
    }

    /// Adds documents of a run.
    pub fn add(&self, run: &str, entries: &[CatalogueEntry]) -> Result<(), LedgerError> {
        let run: i64 = self.on(self.connection.query_row("SELECT number FROM runs WHERE id = ?1", [run], |row| row.get(0)))?;
        let sql = "INSERT INTO documents (run, volume, position, record, id, kind, channel, date, pages, offset, length, line, line_length, leaf, expires, erased)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";
        let mut document = self.on(self.connection.prepare_cached(sql))?;
        let mut text = self.on(self.connection.prepare_cached("INSERT INTO texts (rowid, body) VALUES (?1, ?2)"))?;
        let mut known: Vec<(&str, i64, KeyKind)> = Vec::new();
        let mut values = Vec::with_capacity(entries.len() * 4);
        for CatalogueEntry { row, keys, text: body } in entries {
            self.on(document.execute(params![
                run,
                row.volume,
                row.position as i64,
                row.record as i64,
                row.id,
                row.kind,
                row.channel,
                row.date,
                row.pages,
                row.place.0 as i64,
                row.place.1 as i64,
                row.line.0 as i64,
                row.line.1 as i64,
                row.leaf.0,
                row.expires,
                row.erased
            ]))?;
            let number = self.connection.last_insert_rowid();
            for (name, kind, value) in keys {
                let (key, kind) = match known.iter().find(|(known, ..)| known == name) {
                    Some((_, key, kind)) => (*key, *kind),
                    None => {
                        self.declare_key(name, *kind)?;
                        let (key, kind) = self.key(name)?.unwrap_or((0, *kind));
                        known.push((name, key, kind));
                        (key, kind)
                    }
                };
                values.push((key, kind.stored(value).unwrap_or_else(|| SqlValue::Text(value.clone())), number));
            }
            if let Some(body) = body {
                self.on(text.execute(params![number, body]))?;
            }
        }
        // In the order of the table, neighbours are written to pages that are at hand.
        values.sort_by(|left, right| (left.0, sort_value(&left.1), left.2).cmp(&(right.0, sort_value(&right.1), right.2)));
        let mut insert = self.on(self.connection.prepare_cached("INSERT OR IGNORE INTO key_values (key, value, document) VALUES (?1, ?2, ?3)"))?;
        for (key, value, number) in values {
            self.on(insert.execute(params![key, value, number]))?;
        }
        Ok(())
    }

    /// Erases what the index knows of a document but its place; `keys` are the values it was found by.
    pub fn erase(&self, number: u64, keys: &[(&str, &str)], time: &str) -> Result<(), LedgerError> {
        for (name, value) in keys {
            let Some((key, kind)) = self.key(name)? else { continue };
            let stored = kind.stored(value).unwrap_or_else(|| SqlValue::Text(value.to_string()));
            let sql = "DELETE FROM key_values WHERE key = ?1 AND value = ?2 AND document = ?3";
            self.on(self.connection.execute(sql, params![key, stored, number as i64]))?;
        }
        self.on(self.connection.execute("DELETE FROM texts WHERE rowid = ?1", [number as i64]))?;
        let sql = "UPDATE documents SET id = '', erased = ?2 WHERE number = ?1";
        self.on(self.connection.execute(sql, params![number as i64, time]))?;
        Ok(())
    }

    /// Writes the file anew, so that no copy of an erased row is left where nothing is any more.
    pub fn compact(&self) -> Result<(), LedgerError> {
        // Words of deleted documents stay in the segments of the full text until these are merged.
        self.run("INSERT INTO texts (texts) VALUES ('optimize'); VACUUM;")
    }

    /// Sets the day from which documents need not be kept.
    pub fn set_expiry(&self, number: u64, day: Option<&str>) -> Result<(), LedgerError> {
        let mut statement = self.on(self.connection.prepare_cached("UPDATE documents SET expires = ?2 WHERE number = ?1"))?;
        self.on(statement.execute(params![number as i64, day])).map(|_| ())
    }

    /// The document of a number.
    pub fn document(&self, number: u64) -> Result<Option<CatalogueRow>, LedgerError> {
        let sql = format!("SELECT {COLUMNS} FROM documents d JOIN runs r ON r.number = d.run WHERE d.number = ?1");
        let mut statement = self.on(self.connection.prepare_cached(&sql))?;
        self.on(statement.query_row([number as i64], read_row).optional())
    }

    /// The documents of a volume, in order.
    pub fn documents_of(&self, run: &str, volume: u32) -> Result<Vec<CatalogueRow>, LedgerError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM documents d JOIN runs r ON r.number = d.run WHERE d.run = (SELECT number FROM runs WHERE id = ?1) AND d.volume = ?2
              ORDER BY d.position"
        );
        let mut statement = self.on(self.connection.prepare_cached(&sql))?;
        let rows = statement.query_map(params![run, volume], read_row);
        self.on(rows.and_then(Iterator::collect))
    }

    /// The documents that a query asks for, in the order of their numbers.
    ///
    /// # Errors
    /// The first is about the query: a key that no run declares, or a value that is none of its kind.
    pub fn find(&self, query: &DocumentQuery) -> Result<Result<Vec<CatalogueRow>, String>, LedgerError> {
        let (mut wheres, mut values): (Vec<String>, Vec<SqlValue>) = (vec!["d.number > ?".into()], vec![SqlValue::Integer(query.after as i64)]);
        for (name, condition) in &query.conditions {
            let column = match name.as_str() {
                "id" => Some(("d.id", KeyKind::Text)),
                "type" => Some(("d.kind", KeyKind::Text)),
                "channel" => Some(("d.channel", KeyKind::Text)),
                "run" => Some(("r.id", KeyKind::Text)),
                "record" => Some(("d.record + 1", KeyKind::Integer)),
                _ => None,
            };
            let key = match column {
                Some(_) => None,
                None => self.key(name)?,
            };
            // A job may declare a date of its own; without one, it is the date of the job.
            let (column, kind) = match (column, key, name.as_str()) {
                (Some((column, kind)), ..) => (Some(column), kind),
                (None, Some((_, kind)), _) => (None, kind),
                (None, None, "date") => (Some("d.date"), KeyKind::Date),
                (None, None, _) => {
                    let known: Vec<String> = self.keys()?.into_iter().map(|(name, _)| name).collect();
                    let known = if known.is_empty() { "none".to_string() } else { known.join(", ") };
                    return Ok(Err(format!("no run of the archive declares the key `{name}`; declared are: {known}")));
                }
            };
            let subject = column.unwrap_or("value");
            let mut tests = Vec::new();
            let mut stored = Vec::new();
            for (operator, value) in bounds_of(condition) {
                let Some(value) = kind.stored(value) else {
                    return Ok(Err(format!("`{value}` is no {} as `{name}` wants it", kind.name())));
                };
                tests.push(match (name.as_str(), operator) {
                    // A document may take several channels.
                    ("channel", "=") => format!("instr('+' || {subject} || '+', '+' || ? || '+') > 0"),
                    _ => format!("{subject} {operator} ?"),
                });
                stored.push(value);
            }
            match (column, key) {
                (Some(_), _) => {
                    wheres.extend(tests);
                }
                (None, key) => {
                    values.push(SqlValue::Integer(key.map_or(0, |(number, _)| number)));
                    let tests: String = tests.iter().map(|test| format!(" AND {test}")).collect();
                    let declared = format!("d.number IN (SELECT document FROM key_values WHERE key = ?{tests})");
                    let days = if name == "date" { days_of(condition) } else { None };
                    let Some(days) = days else {
                        wheres.push(declared);
                        values.extend(stored);
                        continue;
                    };
                    // Documents of runs that declare no date have that of their job.
                    values.extend(stored);
                    values.push(SqlValue::Integer(key.map_or(0, |(number, _)| number)));
                    let tests: String = days.iter().map(|(operator, _)| format!(" AND d.date {operator} ?")).collect();
                    wheres.push(format!("({declared} OR (d.number NOT IN (SELECT document FROM key_values WHERE key = ?){tests}))"));
                    stored = days.into_iter().map(|(_, day)| day).collect();
                }
            }
            values.extend(stored);
        }
        if let Some(text) = &query.text {
            if self.on(self.connection.query_row("SELECT EXISTS (SELECT 1 FROM texts)", [], |row| row.get(0)).map(|any: bool| !any))? {
                return Ok(Err("no document here is found by words: that takes `full-text = true` in `[archive]` of its job".into()));
            }
            // Each word as a text of its own, so that nothing in it is an operator of the index.
            let words: Vec<String> = text.split_whitespace().map(|word| format!("\"{}\"", word.replace('"', "\"\""))).collect();
            wheres.push("d.number IN (SELECT rowid FROM texts WHERE texts MATCH ?)".into());
            values.push(SqlValue::Text(words.join(" ")));
        }
        if let Some(day) = &query.expired_on {
            wheres.push("d.expires IS NOT NULL AND d.expires <= ?".into());
            values.push(SqlValue::Text(day.clone()));
        }
        if !query.with_erased {
            wheres.push("d.erased IS NULL".into());
        }
        let limit = if query.limit == 0 { String::new() } else { format!(" LIMIT {}", query.limit) };
        let sql =
            format!("SELECT {COLUMNS} FROM documents d JOIN runs r ON r.number = d.run WHERE {} ORDER BY d.number{limit}", wheres.join(" AND "));
        let mut statement = self.on(self.connection.prepare_cached(&sql))?;
        let rows = statement.query_map(rusqlite::params_from_iter(values), read_row);
        self.on(rows.and_then(Iterator::collect)).map(Ok)
    }

    /// The legal holds.
    pub fn holds(&self) -> Result<Vec<HoldOrder>, LedgerError> {
        let mut statement = self.on(self.connection.prepare_cached("SELECT name, who, why, since, query FROM holds ORDER BY name"))?;
        let rows = statement
            .query_map([], |row| Ok(HoldOrder { name: row.get(0)?, who: row.get(1)?, why: row.get(2)?, since: row.get(3)?, query: row.get(4)? }));
        self.on(rows.and_then(Iterator::collect))
    }

    /// Sets a hold; `false` if there is one of this name.
    pub fn set_hold(&self, hold: &HoldOrder) -> Result<bool, LedgerError> {
        let sql = "INSERT INTO holds (name, who, why, since, query) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (name) DO NOTHING";
        let rows = self.connection.execute(sql, params![hold.name, hold.who, hold.why, hold.since, hold.query]);
        Ok(self.on(rows)? > 0)
    }

    /// Lifts a hold; `false` if there is none of this name.
    pub fn lift_hold(&self, name: &str) -> Result<bool, LedgerError> {
        Ok(self.on(self.connection.execute("DELETE FROM holds WHERE name = ?1", [name]))? > 0)
    }

    /// Closes the file.
    pub fn close(self) -> Result<(), LedgerError> {
        let path = self.path;
        self.connection.close().map_err(|(_, source)| LedgerError::Sqlite { attempt: "close", path, source })
    }
}

/// Numbers before texts, as SQLite sorts them.
fn sort_value(value: &SqlValue) -> (i64, &str) {
    match value {
        SqlValue::Integer(number) => (*number, ""),
        SqlValue::Text(text) => (i64::MAX, text),
        // No key is stored as one of these.
        SqlValue::Null | SqlValue::Real(_) | SqlValue::Blob(_) => (i64::MIN, ""),
    }
}

fn bounds_of(condition: &Condition) -> Vec<(&'static str, &String)> {
    match condition {
        Condition::Is(value) => vec![("=", value)],
        Condition::Within(least, most) => least.iter().map(|value| (">=", value)).chain(most.iter().map(|value| ("<=", value))).collect(),
    }
}

/// A condition as it is asked of the date of a job; `None` if a value in it is no date.
fn days_of(condition: &Condition) -> Option<Vec<(&'static str, SqlValue)>> {
    bounds_of(condition).into_iter().map(|(operator, value)| Some((operator, KeyKind::Date.stored(value)?))).collect()
}

fn read_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<CatalogueRow> {
    let number = |at: usize| row.get::<_, i64>(at).map(|number| number as u64);
    Ok(CatalogueRow {
        number: number(0)?,
        run: row.get(1)?,
        volume: row.get(2)?,
        position: number(3)?,
        record: number(4)?,
        id: row.get(5)?,
        kind: row.get(6)?,
        channel: row.get(7)?,
        date: row.get(8)?,
        pages: row.get(9)?,
        place: (number(10)?, number(11)?),
        line: (number(12)?, number(13)?),
        leaf: Hash(row.get(14)?),
        expires: row.get(15)?,
        erased: row.get(16)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str) -> CatalogueRow {
        CatalogueRow {
            number: 0,
            run: "r".into(),
            volume: 1,
            position: 0,
            record: 0,
            id: id.into(),
            kind: "statement".into(),
            channel: "print".into(),
            date: "2026-10-01".into(),
            pages: 1,
            place: (0, 1),
            line: (0, 1),
            leaf: Hash::of(id.as_bytes()),
            expires: None,
            erased: None,
        }
    }

    fn add(catalogue: &Catalogue, id: &str, keys: &[(&str, KeyKind, &str)], text: Option<&str>) {
        let keys = keys.iter().map(|(name, kind, value)| (name.to_string(), *kind, value.to_string())).collect();
        catalogue.add("r", &[CatalogueEntry { row: row(id), keys, text: text.map(str::to_string) }]).expect("added");
    }

    fn sample(folder: &Path) -> Catalogue {
        let catalogue = Catalogue::open(&folder.join("catalogue.sqlite")).expect("opens");
        catalogue.add_run("r", "run", "2026-10-01", "out", 3).expect("added");
        for (id, amount, text) in [("a", "9.50", "Grüße an Müller"), ("b", "10.00", "second letter"), ("c", "100.00", "third letter")] {
            let keys = [("customer", KeyKind::Text, "C1"), ("amount", KeyKind::Amount, amount)];
            add(&catalogue, id, &keys[usize::from(id == "c")..], Some(text));
        }
        catalogue
    }

    #[track_caller]
    fn check(query: DocumentQuery, expected: &str) {
        let folder = tempfile::tempdir().expect("a folder");
        let found = sample(folder.path()).find(&query).expect("asked").expect("a query");
        assert_eq!(found.iter().map(|row| row.id.as_str()).collect::<Vec<_>>().join(" "), expected);
    }

    fn query(name: &str, condition: Condition) -> DocumentQuery {
        DocumentQuery { conditions: vec![(name.into(), condition)], ..DocumentQuery::default() }
    }

    #[test]
    fn documents_are_found_by_every_key() {
        check(query("customer", Condition::Is("C1".into())), "a b");
        check(query("amount", Condition::Within(Some("9.6".into()), Some("100".into()))), "b c");
        check(query("amount", Condition::Within(None, Some("10".into()))), "a b");
        check(query("date", Condition::Within(Some("2026-10-01".into()), None)), "a b c");
        check(query("id", Condition::Is("b".into())), "b");
        check(DocumentQuery { text: Some("muller".into()), ..DocumentQuery::default() }, "a");
        check(DocumentQuery { text: Some("letter \"third OR".into()), ..DocumentQuery::default() }, "");
        check(DocumentQuery { after: 1, limit: 1, ..DocumentQuery::default() }, "b");
    }

    #[test]
    fn what_is_erased_is_gone_from_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let catalogue = sample(folder.path());
        let found = catalogue.find(&query("id", Condition::Is("a".into()))).expect("asked").expect("a query");
        catalogue.erase(found[0].number, &[("customer", "C1"), ("amount", "9.50")], "2027-01-01T00:00:00Z").expect("erased");
        assert_eq!(catalogue.find(&query("customer", Condition::Is("C1".into()))).expect("asked").expect("a query").len(), 1);
        catalogue.compact().expect("compacted");
        catalogue.close().expect("closed");
        let bytes = crate::base::file::read(&folder.path().join("catalogue.sqlite"), 1 << 20).expect("read");
        assert!(!bytes.windows(6).any(|window| window == b"muller"), "a word of an erased document stays");
    }

    #[test]
    fn without_a_date_of_its_own_a_document_has_that_of_its_job() {
        let folder = tempfile::tempdir().expect("a folder");
        let catalogue = sample(folder.path());
        add(&catalogue, "d", &[("date", KeyKind::Date, "2025-05-05")], None);
        let found = |condition| {
            let rows = catalogue.find(&query("date", condition)).expect("asked").expect("a query");
            rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(found(Condition::Within(Some("2026-01-01".into()), Some("2026-12-31".into()))), "a b c");
        assert_eq!(found(Condition::Is("2026-10-01".into())), "a b c");
        assert_eq!(found(Condition::Within(None, Some("2025-12-31".into()))), "d");
    }

    #[test]
    fn a_key_nobody_declares_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let found = sample(folder.path()).find(&query("costumer", Condition::Is("C1".into()))).expect("asked");
        assert!(found.expect_err("unknown").contains("amount, customer"));
    }
}
