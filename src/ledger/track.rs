//! What happened to mailpieces after the press: events, standings, alarms, reprints, pulls.
//!
//! Takes what a camera or an operator reports, gives how each piece stands. Events are only ever added; a standing is the last
//! word of the events of its piece. Must never decide what an event means: that is done before it is posted.

use rusqlite::{OptionalExtension, Row, Transaction, params};
use rustc_hash::FxHashSet;

use super::{Ledger, LedgerError};
use crate::base::hash::Hash;
use crate::model::track::{AlarmKind, Status};

/// Something that happened to a copy of a piece.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventRow {
    /// The piece.
    pub piece: u64,
    /// The copy: 0 as it was first printed, 1 the first reprint.
    pub copy: u32,
    /// How the copy stands after it.
    pub status: Status,
    /// Why, in words.
    pub reason: String,
    /// A camera file and line, or a command.
    pub source: String,
    /// Who.
    pub operator: String,
    /// When, as the source tells it.
    pub at: String,
    /// Of a camera's row: the same row counts once.
    pub identity: Option<[u8; 16]>,
}

/// How a piece stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standing {
    /// The copy that counts.
    pub copy: u32,
    /// Its status.
    pub status: Status,
}

impl Default for Standing {
    fn default() -> Standing {
        Standing { copy: 0, status: Status::Printed }
    }
}

/// What somebody must look at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AlarmRow {
    /// Its number, from 1.
    pub number: u64,
    /// The piece.
    pub piece: u64,
    /// The copy.
    pub copy: u32,
    /// What it is about.
    pub kind: AlarmKind,
    /// In words.
    pub reason: String,
}

/// One step of the account of a piece: an event, how the piece stands after it, and an alarm if it is one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// The event.
    pub event: EventRow,
    /// How the piece stands after it; `None`: as before.
    pub standing: Option<Standing>,
    /// What must be looked at.
    pub alarm: Option<AlarmKind>,
    /// Whether it settles the open alarms of its piece.
    pub settles: bool,
}

/// A camera file that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CameraFileRow {
    /// SHA-256 of its bytes.
    pub hash: Hash,
    /// Its name, without its folder.
    pub name: String,
    /// Its rows.
    pub rows: u64,
    /// Who read it.
    pub operator: String,
    /// When.
    pub at: String,
}

/// A file of pieces that were printed again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReprintRow {
    /// Its number, from 1.
    pub number: u32,
    /// Its path in the output folder.
    pub file: String,
    /// Its pieces.
    pub pieces: u32,
    /// Its composed pages.
    pub pages: u64,
    /// Its sheets.
    pub sheets: u64,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of the file.
    pub hash: Hash,
    /// Why.
    pub reason: String,
    /// Who.
    pub operator: String,
    /// Who agreed; empty: nobody was asked.
    pub second: String,
    /// When.
    pub at: String,
}

/// Pieces that went to the post together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HandOverRow {
    /// How many.
    pub pieces: u64,
    /// The receipt of the post, or what else was noted.
    pub receipt: String,
    /// Who.
    pub operator: String,
    /// When.
    pub at: String,
}

/// A document that was pulled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PulledRow {
    /// Its record.
    pub record: u64,
    /// The piece it is in, if it was printed before.
    pub piece: Option<u64>,
    /// Why.
    pub reason: String,
    /// Who.
    pub operator: String,
    /// When.
    pub at: String,
}

/// Where a piece lies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PieceAt {
    /// The piece.
    pub piece: u64,
    /// Its print file.
    pub print_file: u32,
    /// Its first page there, from 1.
    pub print_page: u32,
    /// Its tray; 0: none.
    pub tray: u32,
    /// Its place in the tray.
    pub position: u32,
    /// Its sheets.
    pub sheets: u32,
    /// Its inserts.
    pub inserts: u32,
    /// Its envelope.
    pub envelope: u8,
    /// The id of its first document.
    pub document: String,
}

/// How far a job is.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Sums {
    /// Records of committed volumes.
    pub records: u64,
    /// Their documents.
    pub documents: u64,
    /// Their pages.
    pub pages: u64,
    /// Records held.
    pub held: u64,
    /// Records suppressed.
    pub suppressed: u64,
    /// Documents pulled before they had a place.
    pub pulled: u64,
    /// Committed print files.
    pub print_files: u64,
    /// Their sheets.
    pub sheets: u64,
}

/// How many pieces of a tray stand how; tray 0 is that of pieces without one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StatusCount {
    /// The tray.
    pub tray: u32,
    /// The status.
    pub status: Status,
    /// How many pieces.
    pub count: u64,
}

impl Ledger {
    /// Posts steps, all or nothing, and the camera file they come from. Steps of rows that are known already are left out; gives how
    /// many were new.
    pub fn post_steps(&mut self, steps: &[Step], file: Option<&CameraFileRow>) -> Result<u64, LedgerError> {
        let mut new = 0;
        self.transaction(|to| {
            for step in steps {
                new += u64::from(post_step(to, step)?);
            }
            if let Some(file) = file {
                to.execute(
                    "INSERT OR REPLACE INTO camera_files (sha256, name, rows, operator, at) VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![&file.hash.0[..], file.name, file.rows as i64, file.operator, file.at],
                )?;
            }
            Ok(())
        })?;
        Ok(new)
    }

    /// Posts a reprint with the first page of each of its pieces, and the steps that void the copies before.
    pub fn post_reprint(&mut self, row: &ReprintRow, pages: &[(u64, u32, u32)], steps: &[Step]) -> Result<(), LedgerError> {
        assert_eq!(row.pieces as usize, pages.len(), "pieces of the reprint");
        self.transaction(|to| {
            to.execute(
                "INSERT INTO reprints (number, file, pieces, pages, sheets, bytes, sha256, reason, operator, second, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                params![
                    row.number,
                    row.file,
                    row.pieces,
                    row.pages as i64,
                    row.sheets as i64,
                    row.bytes as i64,
                    &row.hash.0[..],
                    row.reason,
                    row.operator,
                    row.second,
                    row.at
                ],
            )?;
            let mut statement = to.prepare_cached("INSERT INTO reprinted (reprint, piece, copy, print_page) VALUES (?1, ?2, ?3, ?4)")?;
            for (piece, copy, print_page) in pages {
                statement.execute(params![row.number, *piece as i64, copy, print_page])?;
            }
            for step in steps {
                post_step(to, step)?;
            }
            Ok(())
        })
    }

    /// Posts pulls, and the steps of those that are printed.
    pub fn post_pulled(&mut self, rows: &[PulledRow], steps: &[Step]) -> Result<(), LedgerError> {
        self.transaction(|to| {
            let mut statement =
                to.prepare_cached("INSERT OR IGNORE INTO pulled (record, piece, reason, operator, at) VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for row in rows {
                statement.execute(params![row.record as i64, row.piece.map(|piece| piece as i64), row.reason, row.operator, row.at])?;
            }
            for step in steps {
                post_step(to, step)?;
            }
            Ok(())
        })
    }

    /// The pulled documents, in the order of the records.
    pub fn pulled(&self) -> Result<Vec<PulledRow>, LedgerError> {
        let mut statement =
            self.on("read", self.connection.prepare_cached("SELECT record, piece, reason, operator, at FROM pulled ORDER BY record"))?;
        let rows = statement.query_map([], |row| {
            Ok(PulledRow {
                record: row.get::<_, i64>(0)? as u64,
                piece: row.get::<_, Option<i64>>(1)?.map(|piece| piece as u64),
                reason: row.get(2)?,
                operator: row.get(3)?,
                at: row.get(4)?,
            })
        });
        self.on("read", rows.and_then(Iterator::collect))
    }

    /// How a piece stands.
    pub fn standing(&self, piece: u64) -> Result<Standing, LedgerError> {
        let mut statement = self.on("read", self.connection.prepare_cached("SELECT copy, status FROM standing WHERE piece = ?1"))?;
        let found = self.on("read", statement.query_row([piece as i64], |row| Ok((row.get(0)?, row.get::<_, String>(1)?))).optional())?;
        let Some((copy, status)) = found else { return Ok(Standing::default()) };
        Ok(Standing { copy, status: self.status(&status)? })
    }

    /// Every standing that is not that of a printed piece, by piece.
    pub fn each_standing(&self, mut each: impl FnMut(u64, Standing)) -> Result<(), LedgerError> {
        let mut statement = self.on("read", self.connection.prepare_cached("SELECT piece, copy, status FROM standing ORDER BY piece"))?;
        let mut rows = self.on("read", statement.query([]))?;
        while let Some(row) = self.on("read", rows.next())? {
            let (piece, copy, status): (i64, u32, String) = self.on("read", (|| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))())?;
            each(piece as u64, Standing { copy, status: self.status(&status)? });
        }
        Ok(())
    }

    /// The events of a piece, the first first.
    pub fn events_of(&self, piece: u64) -> Result<Vec<EventRow>, LedgerError> {
        let sql = "SELECT piece, copy, status, reason, source, operator, at FROM events WHERE piece = ?1 ORDER BY number";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let mut rows = self.on("read", statement.query([piece as i64]))?;
        let mut events = Vec::new();
        while let Some(row) = self.on("read", rows.next())? {
            let status: String = self.on("read", row.get(2))?;
            let status = self.status(&status)?;
            let read = |row: &Row<'_>| {
                Ok(EventRow {
                    piece: row.get::<_, i64>(0)? as u64,
                    copy: row.get(1)?,
                    status,
                    reason: row.get(3)?,
                    source: row.get(4)?,
                    operator: row.get(5)?,
                    at: row.get(6)?,
                    identity: None,
                })
            };
            events.push(self.on("read", read(row))?);
        }
        Ok(events)
    }

    /// The identities of all rows of camera files.
    pub fn camera_rows(&self) -> Result<FxHashSet<u128>, LedgerError> {
        let mut statement = self.on("read", self.connection.prepare_cached("SELECT identity FROM events WHERE identity IS NOT NULL"))?;
        let rows = statement.query_map([], |row| row.get::<_, [u8; 16]>(0).map(u128::from_be_bytes));
        self.on("read", rows.and_then(Iterator::collect))
    }

    /// The alarms that nobody has settled.
    pub fn open_alarms(&self) -> Result<Vec<AlarmRow>, LedgerError> {
        let sql = "SELECT number, piece, copy, kind, reason FROM alarms WHERE settled IS NULL ORDER BY number";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let mut rows = self.on("read", statement.query([]))?;
        let mut alarms = Vec::new();
        while let Some(row) = self.on("read", rows.next())? {
            let kind: String = self.on("read", row.get(3))?;
            let kind = AlarmKind::parse(&kind).ok_or_else(|| self.damaged(format!("`{kind}` is no kind of alarm")))?;
            let read = |row: &Row<'_>| {
                Ok(AlarmRow {
                    number: row.get::<_, i64>(0)? as u64,
                    piece: row.get::<_, i64>(1)? as u64,
                    copy: row.get(2)?,
                    kind,
                    reason: row.get(4)?,
                })
            };
            alarms.push(self.on("read", read(row))?);
        }
        Ok(alarms)
    }

    /// The camera files that were read.
    pub fn camera_files(&self) -> Result<Vec<CameraFileRow>, LedgerError> {
        let sql = "SELECT sha256, name, rows, operator, at FROM camera_files ORDER BY at, name";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let rows = statement.query_map([], |row| {
            Ok(CameraFileRow {
                hash: Hash(row.get(0)?),
                name: row.get(1)?,
                rows: row.get::<_, i64>(2)? as u64,
                operator: row.get(3)?,
                at: row.get(4)?,
            })
        });
        self.on("read", rows.and_then(Iterator::collect))
    }

    /// What was handed over to the post, in the order in which it went.
    pub fn handovers(&self) -> Result<Vec<HandOverRow>, LedgerError> {
        let sql = "SELECT count(*), reason, operator, at FROM events WHERE source = 'handover' GROUP BY reason, operator, at ORDER BY min(number)";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let read =
            |row: &Row<'_>| Ok(HandOverRow { pieces: row.get::<_, i64>(0)? as u64, receipt: row.get(1)?, operator: row.get(2)?, at: row.get(3)? });
        let rows = statement.query_map([], read);
        self.on("read", rows.and_then(Iterator::collect))
    }

    /// The reprints in order.
    pub fn reprints(&self) -> Result<Vec<ReprintRow>, LedgerError> {
        let sql = "SELECT number, file, pieces, pages, sheets, bytes, sha256, reason, operator, second, at FROM reprints ORDER BY number";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let rows = statement.query_map([], |row| {
            Ok(ReprintRow {
                number: row.get(0)?,
                file: row.get(1)?,
                pieces: row.get(2)?,
                pages: row.get::<_, i64>(3)? as u64,
                sheets: row.get::<_, i64>(4)? as u64,
                bytes: row.get::<_, i64>(5)? as u64,
                hash: Hash(row.get(6)?),
                reason: row.get(7)?,
                operator: row.get(8)?,
                second: row.get(9)?,
                at: row.get(10)?,
            })
        });
        self.on("read", rows.and_then(Iterator::collect))
    }

    /// Where a piece lies, as it was first printed.
    pub fn piece_at(&self, piece: u64) -> Result<Option<PieceAt>, LedgerError> {
        let sql = "SELECT p.sequence, p.print_file, l.print_page, p.tray, p.position, p.sheets, p.inserts, p.envelope, d.id
                     FROM pieces p JOIN places l ON l.piece = p.sequence JOIN documents d ON d.record = l.record
                    WHERE p.sequence = ?1 ORDER BY l.place LIMIT 1";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        self.on("read", statement.query_row([piece as i64], read_piece_at).optional())
    }

    /// Calls `each` with where every piece lies, in the order of the mail.
    pub fn each_piece_at(&self, mut each: impl FnMut(PieceAt)) -> Result<(), LedgerError> {
        let sql = "SELECT p.sequence, p.print_file, min(l.print_page), p.tray, p.position, p.sheets, p.inserts, p.envelope, ''
                     FROM pieces p JOIN places l ON l.piece = p.sequence GROUP BY p.sequence ORDER BY p.sequence";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let mut rows = self.on("read", statement.query([]))?;
        while let Some(row) = self.on("read", rows.next())? {
            each(self.on("read", read_piece_at(row))?);
        }
        Ok(())
    }

    /// How many pieces there are: they are numbered through.
    pub fn piece_count(&self) -> Result<u64, LedgerError> {
        let found = self.connection.query_row("SELECT coalesce(max(sequence), 0) FROM pieces", [], |row| row.get::<_, i64>(0));
        Ok(self.on("read", found)? as u64)
    }

    /// How far a job is, from its small tables: nothing is counted one by one but what is held or suppressed.
    pub fn sums(&self) -> Result<Sums, LedgerError> {
        let sql = "SELECT coalesce(sum(records), 0), coalesce(sum(documents), 0), coalesce(sum(pages), 0), (SELECT count(*) FROM holds),
                          (SELECT count(*) FROM suppressed), (SELECT count(*) FROM pulled WHERE piece IS NULL), (SELECT count(*) FROM print_files),
                          (SELECT coalesce(sum(sheets), 0) FROM print_files) FROM volumes";
        let read = |row: &Row<'_>| {
            let number = |at: usize| row.get::<_, i64>(at).map(|number| number as u64);
            Ok(Sums {
                records: number(0)?,
                documents: number(1)?,
                pages: number(2)?,
                held: number(3)?,
                suppressed: number(4)?,
                pulled: number(5)?,
                print_files: number(6)?,
                sheets: number(7)?,
            })
        };
        self.on("read", self.connection.query_row(sql, [], read))
    }

    /// The pieces with a document of this id.
    pub fn pieces_of(&self, document: &str) -> Result<Vec<u64>, LedgerError> {
        let sql = "SELECT DISTINCT l.piece FROM documents d JOIN places l ON l.record = d.record WHERE d.id = ?1 ORDER BY l.piece";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let rows = statement.query_map([document], |row| row.get::<_, i64>(0).map(|piece| piece as u64));
        self.on("read", rows.and_then(Iterator::collect))
    }

    /// The records of the documents with this id.
    pub fn records_of(&self, document: &str) -> Result<Vec<u64>, LedgerError> {
        let mut statement = self.on("read", self.connection.prepare_cached("SELECT record FROM documents WHERE id = ?1 ORDER BY record"))?;
        let rows = statement.query_map([document], |row| row.get::<_, i64>(0).map(|record| record as u64));
        self.on("read", rows.and_then(Iterator::collect))
    }

    /// Calls `each` with the control totals of every document whose piece stands so, in the order of the mail.
    pub fn each_total(&self, status: Status, mut each: impl FnMut(&str)) -> Result<(), LedgerError> {
        let sql = "SELECT d.totals FROM standing s JOIN places l ON l.piece = s.piece JOIN documents d ON d.record = l.record
                    WHERE s.status = ?1 AND d.totals IS NOT NULL ORDER BY l.place";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let mut rows = self.on("read", statement.query([status.name()]))?;
        while let Some(row) = self.on("read", rows.next())? {
            each(self.on("read", row.get_ref(0).and_then(|value| Ok(value.as_str()?)))?);
        }
        Ok(())
    }

    /// How many pieces of each tray stand how.
    pub fn status_counts(&self) -> Result<Vec<StatusCount>, LedgerError> {
        let sql = "SELECT p.tray, coalesce(s.status, 'printed') AS status, count(*) FROM pieces p LEFT JOIN standing s ON s.piece = p.sequence
                    GROUP BY p.tray, 2 ORDER BY p.tray, 2";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let mut rows = self.on("read", statement.query([]))?;
        let mut counts = Vec::new();
        while let Some(row) = self.on("read", rows.next())? {
            let (tray, status, count): (u32, String, i64) = self.on("read", (|| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))())?;
            counts.push(StatusCount { tray, status: self.status(&status)?, count: count as u64 });
        }
        Ok(counts)
    }

    fn status(&self, name: &str) -> Result<Status, LedgerError> {
        Status::parse(name).ok_or_else(|| self.damaged(format!("`{name}` is no status of a piece")))
    }
}

fn read_piece_at(row: &Row<'_>) -> rusqlite::Result<PieceAt> {
    Ok(PieceAt {
        piece: row.get::<_, i64>(0)? as u64,
        print_file: row.get(1)?,
        print_page: row.get(2)?,
        tray: row.get(3)?,
        position: row.get(4)?,
        sheets: row.get(5)?,
        inserts: row.get(6)?,
        envelope: row.get(7)?,
        document: row.get(8)?,
    })
}

/// Writes one step; whether its event was new.
fn post_step(to: &Transaction<'_>, step: &Step) -> rusqlite::Result<bool> {
    let event = &step.event;
    let added = to
        .prepare_cached(
            "INSERT OR IGNORE INTO events (piece, copy, status, reason, source, operator, at, identity) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            event.piece as i64,
            event.copy,
            event.status.name(),
            event.reason,
            event.source,
            event.operator,
            event.at,
            event.identity.as_ref().map(|identity| &identity[..])
        ])?;
    if added == 0 {
        return Ok(false);
    }
    let number = to.last_insert_rowid();
    if let Some(standing) = step.standing {
        to.prepare_cached("INSERT OR REPLACE INTO standing (piece, copy, status, event) VALUES (?1, ?2, ?3, ?4)")?.execute(params![
            event.piece as i64,
            standing.copy,
            standing.status.name(),
            number
        ])?;
    }
    if step.settles {
        to.prepare_cached("UPDATE alarms SET settled = ?1 WHERE piece = ?2 AND settled IS NULL")?.execute(params![number, event.piece as i64])?;
    }
    if let Some(kind) = step.alarm {
        to.prepare_cached("INSERT INTO alarms (piece, copy, kind, reason, event, settled) VALUES (?1, ?2, ?3, ?4, ?5, NULL)")?.execute(params![
            event.piece as i64,
            event.copy,
            kind.name(),
            event.reason,
            number
        ])?;
    }
    Ok(true)
}
