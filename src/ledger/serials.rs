//! The book of serial numbers that the jobs of a mailer share.
//!
//! Takes who wants how many numbers for a day, gives a range that no other job has within the days a number must rest. The same
//! job gets the same range again, however often it asks. Must never know what the numbers are printed on.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params};

use super::LedgerError;
use crate::base::date::Date;
use crate::base::file::Disk;
use crate::base::hash::Hash;

/// The layout of the book; one with another number is refused.
const VERSION: i64 = 1;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS ranges (
    id INTEGER PRIMARY KEY,
    mailer TEXT NOT NULL,
    job BLOB NOT NULL,
    first INTEGER NOT NULL,
    count INTEGER NOT NULL,
    day INTEGER NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (mailer, job, count)
) STRICT;
CREATE INDEX IF NOT EXISTS ranges_by_day ON ranges (mailer, day);
";

/// Who wants numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SerialRequest<'a> {
    /// Whose numbers: each mailer has its own.
    pub mailer: &'a str,
    /// What is numbered: its plan and its data, or a reprint of it. Whoever asks with the same gets the same.
    pub job: Hash,
    /// What people call it.
    pub name: &'a str,
    /// The date of the job.
    pub date: Date,
    /// How many.
    pub count: u64,
    /// Digits of a number.
    pub digits: u32,
    /// Within how many days no number is used twice, before and behind the date.
    pub days: u32,
}

/// Why there are no numbers.
#[derive(Debug, thiserror::Error)]
pub enum SerialError {
    /// The book cannot be read or written.
    #[error(transparent)]
    Book(#[from] LedgerError),
    /// All numbers are taken.
    #[error("the mailer `{mailer}` has no {count} serial numbers in a row that rest for {days} days{}", after(*free_after))]
    Exhausted {
        /// Whose numbers.
        mailer: String,
        /// How many were wanted.
        count: u64,
        /// For how long they must rest.
        days: u32,
        /// The first date on which there are that many; none if there never are.
        free_after: Option<Date>,
    },
}

fn after(date: Option<Date>) -> String {
    date.map_or_else(|| ": more than there are".to_string(), |date| format!("; there are from {date} on"))
}

/// An open book.
#[derive(Debug)]
pub struct SerialBook {
    connection: Connection,
    disk: Disk,
    path: PathBuf,
}

/// A range that is taken.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Taken {
    first: u64,
    count: u64,
    day: i64,
}

impl SerialBook {
    /// Opens the book at `path`, making it if there is none.
    ///
    /// # Errors
    /// It cannot be opened or made, or is of another version.
    pub fn open(path: &Path, disk: &Disk) -> Result<SerialBook, LedgerError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let sqlite = |attempt: &'static str| move |source| LedgerError::Sqlite { attempt, path: path.to_path_buf(), source };
        let connection = Connection::open_with_flags(path, flags).map_err(sqlite("open"))?;
        // Two jobs that begin at once wait for each other.
        connection.busy_timeout(std::time::Duration::from_secs(30)).map_err(sqlite("open"))?;
        connection.execute_batch("PRAGMA synchronous = FULL;").map_err(sqlite("open"))?;
        let mut book = SerialBook { connection, disk: disk.clone(), path: path.to_path_buf() };
        let found = book.transaction(|to| {
            let found: i64 = to.query_row("PRAGMA user_version", [], |row| row.get(0))?;
            if found == 0 {
                to.execute_batch(SCHEMA)?;
                to.execute_batch(&format!("PRAGMA user_version = {VERSION}"))?;
                return Ok(VERSION);
            }
            Ok(found)
        })?;
        if found != VERSION {
            return Err(LedgerError::Version { path: path.to_path_buf(), found });
        }
        Ok(book)
    }

    /// The first number of a range for a job. A range that is noted is on the disk.
    ///
    /// # Errors
    /// There is no room, or the book cannot be written.
    pub fn allocate(&mut self, request: &SerialRequest<'_>) -> Result<u64, SerialError> {
        // Numbers count from 1: 0 says that there is none.
        let capacity = 10u64.saturating_pow(request.digits.min(18)) - 1;
        let day = i64::from(request.date.days());
        let found = self.transaction(|to| {
            let known: Option<i64> = to
                .query_row(
                    "SELECT first FROM ranges WHERE mailer = ?1 AND job = ?2 AND count = ?3",
                    params![request.mailer, &request.job.0[..], request.count as i64],
                    |row| row.get(0),
                )
                .optional()?;
            if let Some(first) = known {
                return Ok(Ok(first as u64));
            }
            let taken = read_taken(to, request.mailer, day, i64::from(request.days))?;
            let last: Option<(i64, i64)> = to
                .query_row("SELECT first, count FROM ranges WHERE mailer = ?1 ORDER BY id DESC LIMIT 1", [request.mailer], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()?;
            let start = last.map_or(1, |(first, count)| (first + count) as u64);
            let Some(first) = find_room(&taken, start, request.count, capacity) else { return Ok(Err(taken)) };
            to.execute(
                "INSERT INTO ranges (mailer, job, first, count, day, name) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![request.mailer, &request.job.0[..], first as i64, request.count as i64, day, request.name],
            )?;
            Ok(Ok(first))
        })?;
        found.map_err(|taken| SerialError::Exhausted {
            mailer: request.mailer.to_string(),
            count: request.count,
            days: request.days,
            free_after: free_after(taken, request, capacity),
        })
    }

    fn transaction<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T, LedgerError> {
        let path = self.path.clone();
        let disk = self.disk.clone();
        let count_write = || disk.count_write().map_err(|source| LedgerError::Disk { attempt: "write", path: path.clone(), source });
        let failed = |source| LedgerError::Sqlite { attempt: "write", path: path.clone(), source };
        count_write()?;
        // The lock is taken before anything is read: two jobs must not see the same room.
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let done = work(&transaction).map_err(failed)?;
        count_write()?;
        transaction.commit().map_err(failed)?;
        Ok(done)
    }
}

/// The ranges that a job of this day must not touch, by their first number.
fn read_taken(to: &Transaction<'_>, mailer: &str, day: i64, days: i64) -> rusqlite::Result<Vec<Taken>> {
    let mut statement = to.prepare("SELECT first, count, day FROM ranges WHERE mailer = ?1 AND abs(day - ?2) < ?3 ORDER BY first")?;
    let rows = statement.query_map(params![mailer, day, days], |row| {
        Ok(Taken { first: row.get::<_, i64>(0)? as u64, count: row.get::<_, i64>(1)? as u64, day: row.get(2)? })
    })?;
    rows.collect()
}

/// The first of `count` free numbers in a row, looked for from `start` to the end and then from 1. `taken` is in the order of its numbers.
fn find_room(taken: &[Taken], start: u64, count: u64, capacity: u64) -> Option<u64> {
    let fits = |from: u64, to: u64| {
        let mut at = from;
        for range in taken.iter().filter(|range| range.first + range.count > from) {
            if range.first >= at.saturating_add(count) {
                break;
            }
            at = at.max(range.first + range.count);
        }
        (at.saturating_add(count) <= capacity + 1 && at <= to).then_some(at)
    };
    fits(start.max(1), capacity).or_else(|| fits(1, start))
}

/// The first date on which the range would fit.
fn free_after(mut taken: Vec<Taken>, request: &SerialRequest<'_>, capacity: u64) -> Option<Date> {
    let mut days: Vec<i64> = taken.iter().map(|range| range.day + i64::from(request.days)).collect();
    days.sort_unstable();
    days.dedup();
    for day in days {
        taken.retain(|range| range.day + i64::from(request.days) > day);
        if find_room(&taken, 1, request.count, capacity).is_some() {
            return Date::from_days(i32::try_from(day).ok()?);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(job: &str, date: &str, count: u64) -> SerialRequest<'static> {
        let date = Date::parse_iso(date).unwrap();
        SerialRequest { mailer: "123456", job: Hash::of(job.as_bytes()), name: "letters", date, count, digits: 3, days: 45 }
    }

    fn book(folder: &tempfile::TempDir) -> SerialBook {
        SerialBook::open(&folder.path().join("serials.sqlite"), &Disk::real()).unwrap()
    }

    #[test]
    fn the_same_job_has_the_same_numbers_and_another_has_others() {
        let folder = tempfile::tempdir().unwrap();
        let mut book = book(&folder);
        let first = request("a", "2026-10-01", 100);
        assert_eq!(book.allocate(&first).unwrap(), 1);
        assert_eq!(book.allocate(&request("b", "2026-10-01", 50)).unwrap(), 101);
        assert_eq!(book.allocate(&first).unwrap(), 1);
        // Another mailer has numbers of its own.
        assert_eq!(book.allocate(&SerialRequest { mailer: "900000001", ..first }).unwrap(), 1);
    }

    #[test]
    fn numbers_rest_and_then_begin_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut book = book(&folder);
        assert_eq!(book.allocate(&request("a", "2026-10-01", 600)).unwrap(), 1);
        assert_eq!(book.allocate(&request("b", "2026-10-20", 300)).unwrap(), 601);
        // 99 are left, and those of the first rest until 15 November.
        let fault = book.allocate(&request("c", "2026-11-14", 200)).unwrap_err();
        assert_eq!(fault.to_string(), "the mailer `123456` has no 200 serial numbers in a row that rest for 45 days; there are from 2026-11-15 on");
        assert_eq!(book.allocate(&request("c", "2026-11-15", 200)).unwrap(), 1);
        // A job that is dated back must not take what later ones have, nor they what it has.
        assert_eq!(book.allocate(&request("d", "2026-11-15", 99)).unwrap(), 201);
        assert_eq!(book.allocate(&request("e", "2026-09-01", 99)).unwrap(), 601);
        let never = book.allocate(&request("f", "2026-12-01", 1000)).unwrap_err();
        assert!(never.to_string().ends_with("more than there are"), "{never}");
    }

    #[test]
    fn two_jobs_at_once_never_share_a_number() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("serials.sqlite");
        let mut books: Vec<SerialBook> = (0..4).map(|_| SerialBook::open(&path, &Disk::real()).unwrap()).collect();
        let mut seen = std::collections::BTreeSet::new();
        for round in 0..10 {
            for (at, book) in books.iter_mut().enumerate() {
                let first = book.allocate(&request(&format!("{round} {at}"), "2026-10-01", 20)).unwrap();
                assert!((first..first + 20).all(|number| seen.insert(number)), "{first}");
            }
        }
        assert_eq!(seen.len(), 800);
    }

    #[test]
    fn a_book_of_another_version_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("serials.sqlite");
        Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 9").unwrap();
        assert!(matches!(SerialBook::open(&path, &Disk::real()), Err(LedgerError::Version { found: 9, .. })));
    }
}
