//! The account of everything that happened: one SQLite file per output folder.
//!
//! Takes what was committed to the disk (volumes, print files, holds), gives it back for resuming, sorting, balancing and
//! reporting. One transaction per volume and per print file. Must never know how a page looks, and is never written by two
//! threads.

mod archive;
mod balance;
mod catalogue;
mod channels;
mod delivery;
mod mail;
mod mailing;
mod rebuild;
mod rows;
mod serials;
mod track;
mod used;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, params};

use crate::base::file::Disk;
use crate::base::hash::Hash;
use crate::base::length::Length;
use crate::model::page::{Entry, Media};
use crate::model::resources::Used;

pub use archive::{ArchiveFacts, ArchiveKeyRow, ArchivedMessage, LaterEvent};
pub use balance::{Balance, HoldCount};
pub use catalogue::{Catalogue, CatalogueEntry, CatalogueRow, Condition, DocumentQuery, HoldOrder, KeyKind};
pub use delivery::{Delivery, DeliveryEvent, Due, DueMessage};
pub use mailing::MailingRow;
pub use rows::{
    ChannelCount, ChannelRow, DecisionRow, DocumentRow, FileRow, HoldRow, InputRow, JobRow, MailRow, MergeRow, MessageFileRow, MessageRow,
    PieceCount, PieceRow, PlaceRow, PrintFileRow, RemarkRow, RouteRow, SlotCount, SlotRow, State, SuppressedRow, TrayRow, VolumePost, VolumeRow,
};
pub use serials::{SerialBook, SerialError, SerialRequest};
pub use track::{AlarmRow, CameraFileRow, EventRow, HandOverRow, PieceAt, PulledRow, ReprintRow, Standing, StatusCount, Step, Sums};

/// The layout of the tables; a ledger with another number is refused.
pub const VERSION: i64 = 5;

/// Why the ledger cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// SQLite or the disk below it refused.
    #[error("cannot {attempt} the ledger `{}`: {source}", path.display())]
    Sqlite {
        /// What was tried.
        attempt: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: rusqlite::Error,
    },
    /// The disk refused before SQLite was asked.
    #[error("cannot {attempt} the ledger `{}`: {source}", path.display())]
    Disk {
        /// What was tried.
        attempt: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Written by another version of Pressrun.
    #[error("the ledger `{}` has version {found}, this program writes version {VERSION}", path.display())]
    Version {
        /// Which file.
        path: PathBuf,
        /// Its version.
        found: i64,
    },
    /// A row that this program cannot have written.
    #[error("the ledger `{}` is damaged: {what}", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
}

/// An open ledger.
#[derive(Debug)]
pub struct Ledger {
    connection: Connection,
    disk: Disk,
    path: PathBuf,
}

impl Ledger {
    /// Opens the ledger at `path`, making it if there is none.
    pub fn open(path: &Path, disk: &Disk) -> Result<Ledger, LedgerError> {
        let ledger = Ledger::connect(path, disk, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        ledger.count_write("open")?;
        // A run may be killed at any moment; what the log holds is then replayed. `NORMAL` may lose the last transactions
        // when the power fails, which only means that their volumes are composed again.
        ledger.pragmas("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000;")?;
        if ledger.version()? == 0 {
            ledger.count_write("create")?;
            let schema = format!("BEGIN; {} PRAGMA user_version = {VERSION}; COMMIT;", include_str!("schema.sql"));
            ledger.pragmas(&schema)?;
        }
        ledger.check_version()?;
        Ok(ledger)
    }

    /// Opens the ledger at `path` to be read, perhaps while a run is writing it; `None` if there is none.
    pub fn read(path: &Path) -> Result<Option<Ledger>, LedgerError> {
        // Reading a ledger in WAL mode needs its shared memory file, so it is opened for writing where that is allowed.
        let ledger = Ledger::connect(path, &Disk::real(), OpenFlags::SQLITE_OPEN_READ_WRITE)
            .or_else(|_| Ledger::connect(path, &Disk::real(), OpenFlags::SQLITE_OPEN_READ_ONLY));
        let ledger = match ledger {
            Ok(ledger) => ledger,
            Err(LedgerError::Sqlite { source: rusqlite::Error::SqliteFailure(error, _), .. }) if error.code == rusqlite::ErrorCode::CannotOpen => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        if ledger.version()? == 0 {
            return Ok(None);
        }
        ledger.check_version()?;
        Ok(Some(ledger))
    }

    fn connect(path: &Path, disk: &Disk, flags: OpenFlags) -> Result<Ledger, LedgerError> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Connection::open_with_flags(path, flags).map_err(|source| LedgerError::Sqlite { attempt: "open", path: path.to_path_buf(), source })?;
        connection.set_prepared_statement_cache_capacity(32);
        let ledger = Ledger { connection, disk: disk.clone(), path: path.to_path_buf() };
        // Another process may be copying the file away; it is worth a moment's patience.
        ledger.on("open", ledger.connection.busy_timeout(std::time::Duration::from_secs(5)))?;
        Ok(ledger)
    }

    fn version(&self) -> Result<i64, LedgerError> {
        self.on("read", self.connection.query_row("PRAGMA user_version", [], |row| row.get(0)))
    }

    fn check_version(&self) -> Result<(), LedgerError> {
        match self.version()? {
            VERSION => Ok(()),
            found => Err(LedgerError::Version { path: self.path.clone(), found }),
        }
    }

    fn pragmas(&self, sql: &str) -> Result<(), LedgerError> {
        self.on("write", self.connection.execute_batch(sql))
    }

    fn on<T>(&self, attempt: &'static str, result: rusqlite::Result<T>) -> Result<T, LedgerError> {
        result.map_err(|source| LedgerError::Sqlite { attempt, path: self.path.clone(), source })
    }

    fn damaged(&self, what: impl Into<String>) -> LedgerError {
        LedgerError::Damaged { path: self.path.clone(), what: what.into() }
    }

    fn count_write(&self, attempt: &'static str) -> Result<(), LedgerError> {
        self.disk.count_write().map_err(|source| LedgerError::Disk { attempt, path: self.path.clone(), source })
    }

    /// Runs `work` in one transaction; the disk is asked once for the log and once for the commit.
    fn transaction(&mut self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>) -> Result<(), LedgerError> {
        self.count_write("write")?;
        let path = self.path.clone();
        let failed = |source| LedgerError::Sqlite { attempt: "write", path: path.clone(), source };
        let disk = self.disk.clone();
        let transaction = self.connection.transaction().map_err(failed)?;
        work(&transaction).map_err(failed)?;
        // Dropping the transaction rolls it back.
        disk.count_write().map_err(|source| LedgerError::Disk { attempt: "write", path: path.clone(), source })?;
        transaction.commit().map_err(failed)
    }

    /// The job this ledger belongs to, if one was begun.
    pub fn job(&self) -> Result<Option<JobRow>, LedgerError> {
        let sql = "SELECT plan, name, date, program, state, records FROM job";
        let row = self.on(
            "read",
            self.connection
                .query_row(sql, [], |row| {
                    let state: String = row.get(4)?;
                    Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?, row.get(3)?, state, row.get::<_, Option<i64>>(5)?))
                })
                .optional(),
        )?;
        let Some((plan, name, date, program, state, records)) = row else { return Ok(None) };
        let plan = Hash::parse_hex(&plan).ok_or_else(|| self.damaged("the hash of the plan is none"))?;
        let state = State::parse(&state).ok_or_else(|| self.damaged(format!("`{state}` is no state of a job")))?;
        Ok(Some(JobRow { plan, name, date, program, state, records: records.map(|n| n as u64) }))
    }

    /// Opens the books of a job with its inputs.
    pub fn begin_job(&mut self, job: &JobRow, inputs: &[InputRow], media: &[Media]) -> Result<(), LedgerError> {
        self.transaction(|to| {
            to.execute(
                "INSERT INTO job (id, plan, name, date, program, state, records) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)",
                params![job.plan.hex(), job.name, job.date, job.program, job.state.name(), job.records.map(|n| n as i64)],
            )?;
            let mut statement = to.prepare("INSERT INTO media (number, name, width, height) VALUES (?1, ?2, ?3, ?4)")?;
            for (number, media) in media.iter().enumerate() {
                statement.execute(params![number as i64, media.name, media.width.millipoints(), media.height.millipoints()])?;
            }
            write_inputs(to, inputs)
        })
    }

    /// The papers of the job.
    pub fn media(&self) -> Result<Vec<Media>, LedgerError> {
        let mut statement = self.on("read", self.connection.prepare_cached("SELECT name, width, height FROM media ORDER BY number"))?;
        let rows = statement.query_map([], |row| {
            let length = |at: usize| row.get(at).map(Length::from_millipoints);
            Ok(Media { name: row.get(0)?, width: length(1)?, height: length(2)? })
        });
        self.on("read", rows.and_then(Iterator::collect))
    }

    /// The inputs as they were when the job began.
    pub fn inputs(&self) -> Result<Vec<InputRow>, LedgerError> {
        let mut statement = self.on("read", self.connection.prepare_cached("SELECT path, length, modified FROM inputs ORDER BY number"))?;
        let rows = statement.query_map([], |row| Ok(InputRow { path: row.get(0)?, length: row.get::<_, i64>(1)? as u64, modified: row.get(2)? }));
        self.on("read", rows.and_then(Iterator::collect))
    }

    /// Replaces the inputs: the same bytes now lie elsewhere.
    pub fn replace_inputs(&mut self, inputs: &[InputRow]) -> Result<(), LedgerError> {
        self.transaction(|to| {
            to.execute("DELETE FROM inputs", [])?;
            write_inputs(to, inputs)
        })
    }

    /// Moves the job on.
    pub fn set_state(&mut self, state: State, records: Option<u64>) -> Result<(), LedgerError> {
        self.transaction(|to| {
            to.execute("UPDATE job SET state = ?1, records = coalesce(?2, records)", params![state.name(), records.map(|n| n as i64)])?;
            Ok(())
        })
    }

    /// Posts a volume with everything that came of its records, all or nothing.
    pub fn post_volume(&mut self, post: &VolumePost<'_>) -> Result<(), LedgerError> {
        let VolumePost { volume, used, documents, holds, remarks, slots, mail, suppressed, decisions, message_files, messages, archived } = *post;
        // Whoever forgets a record is found here, before it is written down.
        assert_eq!(volume.documents as usize, documents.len(), "documents of the volume");
        assert_eq!(volume.records as usize, documents.len() + holds.len() + suppressed.len(), "every record of a volume has a fate");
        assert!(mail.is_empty() || mail.len() == documents.len(), "the mail knows all documents or none");
        assert!(decisions.is_empty() || decisions.len() == documents.len(), "all documents are decided about or none");
        assert_eq!(messages.len() as u64, message_files.iter().map(|file| u64::from(file.messages)).sum::<u64>(), "every message is in a file");
        let used = used::write(used);
        self.transaction(|to| {
            to.prepare_cached(
                "INSERT INTO volumes (number, first_record, records, documents, pages, bytes, sha256, file, source, used)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                volume.number,
                volume.first_record as i64,
                volume.records,
                volume.documents,
                volume.pages as i64,
                volume.bytes as i64,
                volume.hash.map(|hash| hash.0),
                volume.file,
                volume.source.0,
                used
            ])?;
            let mut statement = to.prepare_cached(
                "INSERT INTO documents (record, id, volume, first_page, pages, sheets, offset, length, hash, sort_key, layout, is_printed, totals)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            )?;
            for DocumentRow { entry, sheets, layout, is_printed, totals } in documents {
                assert_eq!(entry.volume, volume.number, "a document of another volume");
                statement.execute(params![
                    entry.record as i64,
                    entry.id,
                    entry.volume,
                    entry.first_page,
                    entry.pages,
                    sheets,
                    entry.offset as i64,
                    entry.length as i64,
                    &entry.hash.0[..],
                    entry.sort_key,
                    layout,
                    is_printed,
                    (!totals.is_empty()).then(|| totals.join("\n"))
                ])?;
            }
            let mut statement = to.prepare_cached(
                "INSERT INTO holds (record, volume, code, reason, input, offset, length, lines_input, lines_offset, lines_length)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?;
            for hold in holds {
                statement.execute(params![
                    hold.record as i64,
                    volume.number,
                    hold.code,
                    hold.reason,
                    hold.input,
                    hold.offset as i64,
                    hold.length as i64,
                    hold.lines.map(|lines| lines.0),
                    hold.lines.map(|lines| lines.1 as i64),
                    hold.lines.map(|lines| lines.2 as i64)
                ])?;
            }
            let mut statement = to.prepare_cached("INSERT INTO remarks (record, volume, code, reason) VALUES (?1, ?2, ?3, ?4)")?;
            for remark in remarks {
                statement.execute(params![remark.record as i64, volume.number, remark.code, remark.reason])?;
            }
            let mut statement = to.prepare_cached("INSERT INTO slots (record, volume, slot, message, passed_over) VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for slot in slots {
                statement.execute(params![slot.record as i64, volume.number, slot.slot, slot.message, slot.passed_over])?;
            }
            archive::write(to, volume.number, archived)?;
            mail::write(to, volume.number, mail)?;
            mail::write_suppressed(to, volume.number, suppressed)?;
            channels::write(to, volume.number, decisions)?;
            channels::write_messages(to, message_files, messages)
        })
    }

    /// The volumes in order.
    pub fn volumes(&self) -> Result<Vec<VolumeRow>, LedgerError> {
        let sql = "SELECT number, first_record, records, documents, pages, bytes, sha256, file, source FROM volumes ORDER BY number";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let rows = statement.query_map([], |row| {
            Ok(VolumeRow {
                number: row.get(0)?,
                first_record: row.get::<_, i64>(1)? as u64,
                records: row.get(2)?,
                documents: row.get(3)?,
                pages: row.get::<_, i64>(4)? as u64,
                bytes: row.get::<_, i64>(5)? as u64,
                hash: row.get::<_, Option<[u8; 32]>>(6)?.map(Hash),
                file: row.get(7)?,
                source: Hash(row.get(8)?),
            })
        });
        self.on("read", rows.and_then(Iterator::collect))
    }

    /// Everything the pages of the job name, merged over the volumes.
    pub fn used(&self) -> Result<Used, LedgerError> {
        let mut statement = self.on("read", self.connection.prepare_cached("SELECT number, used FROM volumes ORDER BY number"))?;
        let mut rows = self.on("read", statement.query([]))?;
        let mut all = Used::default();
        while let Some(row) = self.on("read", rows.next())? {
            let bytes: Vec<u8> = self.on("read", row.get(1))?;
            let used = used::read(&bytes).ok_or_else(|| self.damaged("the resources of a volume cannot be read"))?;
            all.merge(&used);
        }
        Ok(all)
    }

    /// How many documents there are, and the bytes of all their sort keys.
    pub fn document_sizes(&self) -> Result<(u64, u64), LedgerError> {
        let sql = "SELECT COUNT(*), COALESCE(SUM(LENGTH(sort_key)), 0) FROM documents";
        let sizes = self.connection.query_row(sql, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
        let (documents, key_bytes) = self.on("read", sizes)?;
        Ok((documents.unsigned_abs(), key_bytes.unsigned_abs()))
    }

    /// Calls `each` with the record of every document that is printed, its sheets and its sort key, in the order of the records.
    pub fn each_sort_key(&self, mut each: impl FnMut(u64, u32, &[u8])) -> Result<(), LedgerError> {
        let mut statement =
            self.on("read", self.connection.prepare_cached("SELECT record, sheets, sort_key FROM documents WHERE is_printed ORDER BY record"))?;
        let mut rows = self.on("read", statement.query([]))?;
        while let Some(row) = self.on("read", rows.next())? {
            let record = self.on("read", row.get::<_, i64>(0))? as u64;
            let sheets = self.on("read", row.get(1))?;
            let key = self.on("read", row.get_ref(2))?.as_blob().map_err(|_| self.damaged("a sort key is none"))?;
            each(record, sheets, key);
        }
        Ok(())
    }

    /// Calls `each` with every document, in the order of the records.
    pub fn each_document(&self, mut each: impl FnMut(DocumentRow)) -> Result<(), LedgerError> {
        let sql =
            "SELECT record, id, volume, first_page, pages, sheets, offset, length, hash, sort_key, layout, is_printed FROM documents ORDER BY record";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let mut rows = self.on("read", statement.query([]))?;
        while let Some(row) = self.on("read", rows.next())? {
            each(self.on("read", read_document(row))?);
        }
        Ok(())
    }

    /// Calls `each` with every hold, in the order of the records; stops when it fails.
    pub fn each_hold<E: From<LedgerError>>(&self, mut each: impl FnMut(HoldRow) -> Result<(), E>) -> Result<(), E> {
        let sql = "SELECT record, code, reason, input, offset, length, lines_input, lines_offset, lines_length FROM holds ORDER BY record";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let mut rows = self.on("read", statement.query([]))?;
        while let Some(row) = self.on("read", rows.next())? {
            each(self.on("read", read_hold(row))?)?;
        }
        Ok(())
    }

    /// Calls `each` with every remark, in the order of the records.
    pub fn each_remark(&self, mut each: impl FnMut(RemarkRow)) -> Result<(), LedgerError> {
        let mut statement = self.on("read", self.connection.prepare_cached("SELECT record, code, reason FROM remarks ORDER BY record, code"))?;
        let mut rows = self.on("read", statement.query([]))?;
        while let Some(row) = self.on("read", rows.next())? {
            let read = |row: &rusqlite::Row<'_>| Ok(RemarkRow { record: row.get::<_, i64>(0)? as u64, code: row.get(1)?, reason: row.get(2)? });
            each(self.on("read", read(row))?);
        }
        Ok(())
    }

    /// Calls `each` with what became of every slot and the id of its document, in the order of the records; stops when it fails.
    pub fn each_slot<E: From<LedgerError>>(&self, mut each: impl FnMut(SlotRow, &str) -> Result<(), E>) -> Result<(), E> {
        let sql = "SELECT s.record, s.slot, s.message, s.passed_over, d.id FROM slots s JOIN documents d ON d.record = s.record
                    ORDER BY s.record, s.slot";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let mut rows = self.on("read", statement.query([]))?;
        while let Some(row) = self.on("read", rows.next())? {
            let read = |row: &rusqlite::Row<'_>| {
                let slot = SlotRow { record: row.get::<_, i64>(0)? as u64, slot: row.get(1)?, message: row.get(2)?, passed_over: row.get(3)? };
                Ok((slot, row.get::<_, String>(4)?))
            };
            let (slot, id) = self.on("read", read(row))?;
            each(slot, &id)?;
        }
        Ok(())
    }

    /// Posts a print file with its mailpieces and the place of each of its documents, which begins with place `first_place`, from 1.
    pub fn post_print_file(&mut self, file: &PrintFileRow, pieces: &[PieceRow], places: &[PlaceRow], first_place: u64) -> Result<(), LedgerError> {
        assert_eq!(file.pieces as usize, pieces.len(), "pieces of the print file");
        assert_eq!(pieces.iter().map(|piece| piece.documents as usize).sum::<usize>(), places.len(), "documents of the print file");
        self.transaction(|to| {
            to.prepare_cached(
                "INSERT INTO print_files (number, pieces, pages, blanks, sheets, bytes, sha256, file) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                file.number,
                file.pieces,
                file.pages as i64,
                file.blanks as i64,
                file.sheets as i64,
                file.bytes as i64,
                &file.hash.0[..],
                file.file
            ])?;
            let mut statement = to.prepare_cached("INSERT INTO places (place, piece, record, print_file, print_page) VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for (place, row) in (first_place as i64..).zip(places) {
                statement.execute(params![place, row.piece as i64, row.record as i64, file.number, row.print_page])?;
            }
            mail::write_pieces(to, file.number, pieces)
        })
    }

    /// Forgets print files that are no longer on the disk, so that they are assembled again.
    pub fn drop_print_file(&mut self, number: u32) -> Result<(), LedgerError> {
        self.transaction(|to| {
            to.execute("DELETE FROM places WHERE print_file = ?1", [number])?;
            to.execute("DELETE FROM pieces WHERE print_file = ?1", [number])?;
            to.execute("DELETE FROM print_files WHERE number = ?1", [number])?;
            Ok(())
        })
    }

    /// Forgets a volume that is no longer on the disk, so that it is composed again.
    pub fn drop_volume(&mut self, number: u32) -> Result<(), LedgerError> {
        self.transaction(|to| {
            to.execute("DELETE FROM routes WHERE record IN (SELECT record FROM decisions WHERE volume = ?1)", [number])?;
            for table in ["documents", "holds", "remarks", "slots", "mail", "suppressed", "decisions", "message_volumes", "messages"] {
                to.execute(&format!("DELETE FROM {table} WHERE volume = ?1"), [number])?;
            }
            to.execute("DELETE FROM volumes WHERE number = ?1", [number])?;
            Ok(())
        })
    }

    /// The print files in order.
    pub fn print_files(&self) -> Result<Vec<PrintFileRow>, LedgerError> {
        let sql = "SELECT number, pieces, pages, blanks, sheets, bytes, sha256, file FROM print_files ORDER BY number";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let rows = statement.query_map([], |row| {
            Ok(PrintFileRow {
                number: row.get(0)?,
                pieces: row.get(1)?,
                pages: row.get::<_, i64>(2)? as u64,
                blanks: row.get::<_, i64>(3)? as u64,
                sheets: row.get::<_, i64>(4)? as u64,
                bytes: row.get::<_, i64>(5)? as u64,
                hash: Hash(row.get(6)?),
                file: row.get(7)?,
            })
        });
        self.on("read", rows.and_then(Iterator::collect))
    }

    /// Posts files that are neither volumes nor print files, in place of what was known of them.
    pub fn post_files(&mut self, files: &[FileRow]) -> Result<(), LedgerError> {
        self.transaction(|to| {
            let mut statement = to.prepare_cached("INSERT OR REPLACE INTO files (name, bytes, sha256) VALUES (?1, ?2, ?3)")?;
            for file in files {
                statement.execute(params![file.name, file.bytes as i64, file.hash.0])?;
            }
            Ok(())
        })
    }

    /// The files that are neither volumes nor print files, by name.
    pub fn files(&self) -> Result<Vec<FileRow>, LedgerError> {
        let mut statement = self.on("read", self.connection.prepare_cached("SELECT name, bytes, sha256 FROM files ORDER BY name"))?;
        let rows = statement.query_map([], |row| Ok(FileRow { name: row.get(0)?, bytes: row.get::<_, i64>(1)? as u64, hash: Hash(row.get(2)?) }));
        self.on("read", rows.and_then(Iterator::collect))
    }

    /// Calls `each` with every document of a print file and its place, in the order of the mail.
    pub fn each_place(&self, print_file: u32, mut each: impl FnMut(PlaceRow, DocumentRow)) -> Result<(), LedgerError> {
        let sql = "SELECT d.record, d.id, d.volume, d.first_page, d.pages, d.sheets, d.offset, d.length, d.hash, d.sort_key, d.layout,
                          d.is_printed, p.piece, p.print_page
                     FROM places p JOIN documents d ON d.record = p.record WHERE p.print_file = ?1 ORDER BY p.place";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let mut rows = self.on("read", statement.query([print_file]))?;
        while let Some(row) = self.on("read", rows.next())? {
            let document = self.on("read", read_document(row))?;
            let piece = self.on("read", row.get::<_, i64>(12))? as u64;
            let place = PlaceRow { piece, record: document.entry.record, print_page: self.on("read", row.get(13))? };
            each(place, document);
        }
        Ok(())
    }

    /// The documents of a mailpiece, in their order.
    pub fn documents_of(&self, piece: u64) -> Result<Vec<DocumentRow>, LedgerError> {
        let sql = "SELECT d.record, d.id, d.volume, d.first_page, d.pages, d.sheets, d.offset, d.length, d.hash, d.sort_key, d.layout, d.is_printed
                     FROM places p JOIN documents d ON d.record = p.record WHERE p.piece = ?1 ORDER BY p.place";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let rows = statement.query_map([piece as i64], read_document);
        self.on("read", rows.and_then(Iterator::collect))
    }

    /// Notes how long a stage took. Never part of an output; `status` shows it.
    pub fn note_stage(&mut self, name: &str, milliseconds: u64) -> Result<(), LedgerError> {
        self.transaction(|to| {
            to.execute(
                "INSERT INTO stages (name, milliseconds) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET milliseconds = milliseconds + excluded.milliseconds",
                params![name, milliseconds as i64],
            )?;
            Ok(())
        })
    }

    /// How long the stages took, in milliseconds.
    pub fn stages(&self) -> Result<Vec<(String, u64)>, LedgerError> {
        let mut statement = self.on("read", self.connection.prepare_cached("SELECT name, milliseconds FROM stages ORDER BY name"))?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)));
        self.on("read", rows.and_then(Iterator::collect))
    }

    /// Proves that no document is in two print files; the indices stay, so that a document is found by its record and its id at
    /// once, and what is in a piece by the piece.
    pub fn index_places(&mut self) -> Result<(), LedgerError> {
        self.transaction(|to| {
            to.execute("CREATE UNIQUE INDEX IF NOT EXISTS place_of_record ON places (record)", [])?;
            to.execute("CREATE INDEX IF NOT EXISTS place_of_piece ON places (piece)", [])?;
            to.execute("CREATE INDEX IF NOT EXISTS document_of_id ON documents (id)", [])?;
            to.execute("CREATE INDEX IF NOT EXISTS piece_of_tray ON pieces (tray)", [])?;
            // Bounces and receipts name messages.
            to.execute("CREATE INDEX IF NOT EXISTS message_of_id ON messages (message_id)", [])?;
            Ok(())
        })
    }

    /// Folds the log into the file, so that the folder holds one file again.
    pub fn close(self) -> Result<(), LedgerError> {
        self.count_write("close")?;
        let folded = self.pragmas("PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;");
        match folded {
            // Somebody is reading it just now. All is committed; whoever closes it next folds the log.
            Err(LedgerError::Sqlite { source: rusqlite::Error::SqliteFailure(error, _), .. })
                if matches!(error.code, rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {}
            other => other?,
        }
        let path = self.path.clone();
        self.connection.close().map_err(|(_, source)| LedgerError::Sqlite { attempt: "close", path, source })
    }
}

fn write_inputs(to: &Transaction<'_>, inputs: &[InputRow]) -> rusqlite::Result<()> {
    let mut statement = to.prepare("INSERT INTO inputs (number, path, length, modified) VALUES (?1, ?2, ?3, ?4)")?;
    for (number, input) in inputs.iter().enumerate() {
        statement.execute(params![number as i64, input.path, input.length as i64, input.modified])?;
    }
    Ok(())
}

fn read_document(row: &rusqlite::Row<'_>) -> rusqlite::Result<DocumentRow> {
    Ok(DocumentRow {
        entry: Entry {
            record: row.get::<_, i64>(0)? as u64,
            id: row.get(1)?,
            volume: row.get(2)?,
            first_page: row.get(3)?,
            pages: row.get(4)?,
            offset: row.get::<_, i64>(6)? as u64,
            length: row.get::<_, i64>(7)? as u64,
            hash: Hash(row.get(8)?),
            sort_key: row.get(9)?,
        },
        sheets: row.get(5)?,
        layout: row.get(10)?,
        is_printed: row.get(11)?,
        totals: Vec::new(),
    })
}

fn read_hold(row: &rusqlite::Row<'_>) -> rusqlite::Result<HoldRow> {
    Ok(HoldRow {
        record: row.get::<_, i64>(0)? as u64,
        code: row.get(1)?,
        reason: row.get(2)?,
        input: row.get(3)?,
        offset: row.get::<_, i64>(4)? as u64,
        length: row.get::<_, i64>(5)? as u64,
        lines: match row.get::<_, Option<u32>>(6)? {
            Some(input) => Some((input, row.get::<_, i64>(7)? as u64, row.get::<_, i64>(8)? as u64)),
            None => None,
        },
    })
}

#[cfg(test)]
mod tests;
