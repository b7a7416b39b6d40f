//! Whether the books balance.
//!
//! Takes the sums of the ledger, gives what does not add up in words. Must never trust one table for a number that another
//! can confirm.

use super::{Ledger, LedgerError, SlotCount, State};

/// The sums of a job.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Balance {
    /// Records in the inputs; 0 until all are cut.
    pub records: u64,
    /// Records of the committed volumes.
    pub records_in_volumes: u64,
    /// Committed volumes.
    pub volumes: u64,
    /// Documents, counted one by one.
    pub documents: u64,
    /// Documents as the volumes count them.
    pub documents_in_volumes: u64,
    /// Held records.
    pub held: u64,
    /// Records that a list keeps from being mailed.
    pub suppressed: u64,
    /// Records with a document that were also held or suppressed.
    pub both: u64,
    /// Pages as the documents count them.
    pub pages: u64,
    /// Documents that go by other channels than print only, their pages and sheets.
    pub not_printed: [u64; 3],
    /// Documents that were decided about.
    pub decided: u64,
    /// Documents that were decided about, with at least one way to take.
    pub routed: u64,
    /// Documents whose ways and whose own word say different things of print.
    pub print_differs: u64,
    /// Documents by channel, in jobs with channels.
    pub by_channel: Vec<(String, u64)>,
    /// Ways by channels that have messages.
    pub message_routes: u64,
    /// Messages, and messages as their files count them.
    pub messages: [u64; 2],
    /// Messages of documents that do not take their channel.
    pub stray_messages: u64,
    /// Pages as the volumes count them.
    pub pages_in_volumes: u64,
    /// Pages as the print files count them.
    pub pages_printed: u64,
    /// Pages of the documents that have a place in a print file.
    pub pages_of_pieces: u64,
    /// Sheets as the documents count them.
    pub sheets: u64,
    /// Sheets as the print files count them.
    pub sheets_printed: u64,
    /// Empty sides in the print files.
    pub blanks: u64,
    /// Documents that were pulled before they had a place, their pages and sheets.
    pub pulled: [u64; 3],
    /// Places of documents in print files.
    pub places: u64,
    /// Different documents that have a place.
    pub documents_printed: u64,
    /// Mailpieces.
    pub pieces: u64,
    /// Documents as the mailpieces count them.
    pub documents_of_pieces: u64,
    /// Pages as the mailpieces count them.
    pub pages_of_mailpieces: u64,
    /// Mailpieces as the print files count them.
    pub pieces_in_files: u64,
    /// Mailpieces that have a tray.
    pub pieces_with_tray: u64,
    /// Mailpieces as the trays count them.
    pub pieces_in_trays: u64,
    /// Trays.
    pub trays: u64,
    /// Committed print files.
    pub print_files: u64,
    /// Bytes of the volumes.
    pub volume_bytes: u64,
    /// Bytes of the print files.
    pub print_bytes: u64,
    /// The most pages of one document.
    pub pages_max: u64,
}

/// How often a reason held a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HoldCount {
    /// The code.
    pub code: String,
    /// How many records.
    pub count: u64,
    /// The first record.
    pub first: u64,
    /// Its reason in words.
    pub example: String,
}

impl Balance {
    /// What does not add up in a job that is this far: nothing if all is well.
    pub fn faults_at(&self, state: State) -> Vec<String> {
        match state {
            State::Composing => Vec::new(),
            State::Composed => self.composing_faults(),
            State::Printed | State::Closed => self.faults(),
        }
    }

    /// What does not add up after composing: nothing if all is well.
    pub fn composing_faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        equal(&mut faults, self.records, "records in the inputs", self.records_in_volumes, "records in volumes");
        let fates = if self.suppressed == 0 { "documents and holds" } else { "documents, holds and suppressed records" };
        equal(&mut faults, self.records, "records", self.documents + self.held + self.suppressed, fates);
        equal(&mut faults, self.documents, "documents", self.documents_in_volumes, "documents in volumes");
        equal(&mut faults, self.both, "records with two fates", 0, "allowed");
        equal(&mut faults, self.pages, "pages composed", self.pages_in_volumes, "pages in volumes");
        if self.decided > 0 || self.message_routes > 0 {
            equal(&mut faults, self.documents, "documents", self.decided, "decisions");
            equal(&mut faults, self.documents, "documents", self.routed, "documents with a channel");
            equal(&mut faults, self.print_differs, "documents that print and do not", 0, "allowed");
        }
        equal(&mut faults, self.message_routes, "messages to be written", self.messages[0], "messages written");
        equal(&mut faults, self.messages[0], "messages", self.messages[1], "messages in files");
        equal(&mut faults, self.stray_messages, "messages that nobody asked for", 0, "allowed");
        faults
    }

    /// What does not add up after printing: nothing if all is well.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = self.composing_faults();
        let [pulled, pulled_pages, pulled_sheets] = self.pulled;
        let with = |name: &str| if pulled == 0 { name.to_string() } else { format!("{name} or pulled") };
        let [others, other_pages, other_sheets] = self.not_printed;
        let (printed, printed_pages, printed_sheets) = (self.documents - others, self.pages - other_pages, self.sheets - other_sheets);
        let [documents, pages, sheets] = match others {
            0 => ["documents", "pages composed", "sheets of documents"],
            _ => ["documents for print", "pages for print", "sheets of documents for print"],
        };
        equal(&mut faults, printed, documents, self.places + pulled, &with("places in print files"));
        equal(&mut faults, printed, documents, self.documents_printed + pulled, &with("documents that have a place in a print file"));
        equal(&mut faults, printed, documents, self.documents_of_pieces + pulled, &with("documents of mailpieces"));
        equal(&mut faults, self.pieces, "mailpieces", self.pieces_in_files, "mailpieces of print files");
        equal(&mut faults, self.pieces_with_tray, "mailpieces with a tray", self.pieces_in_trays, "mailpieces of trays");
        equal(&mut faults, printed_pages, pages, self.pages_of_mailpieces + pulled_pages, &with("pages of mailpieces"));
        equal(&mut faults, printed_pages, pages, self.pages_printed + pulled_pages, &with("pages printed"));
        equal(&mut faults, printed_pages, pages, self.pages_of_pieces + pulled_pages, &with("pages of printed documents"));
        equal(&mut faults, printed_sheets, sheets, self.sheets_printed + pulled_sheets, &with("sheets of print files"));
        faults
    }
}

fn equal(faults: &mut Vec<String>, left: u64, left_name: &str, right: u64, right_name: &str) {
    if left != right {
        faults.push(format!("{left} {left_name}, but {right} {right_name}"));
    }
}

impl Ledger {
    /// The sums of the job.
    pub fn balance(&self) -> Result<Balance, LedgerError> {
        let sums = |sql: &str| -> Result<Vec<u64>, LedgerError> {
            self.on(
                "read",
                self.connection.query_row(sql, [], |row| {
                    let columns = row.as_ref().column_count();
                    (0..columns).map(|at| row.get::<_, Option<i64>>(at).map(|n| n.unwrap_or(0) as u64)).collect()
                }),
            )
        };
        let records = self.job()?.and_then(|job| job.records).unwrap_or(0);
        let volumes = sums("SELECT count(*), sum(records), sum(documents), sum(pages), sum(bytes) FROM volumes")?;
        let documents = sums("SELECT count(*), sum(pages), sum(sheets), max(pages) FROM documents")?;
        let held = sums("SELECT count(*), (SELECT count(*) FROM holds h JOIN documents d ON d.record = h.record) FROM holds")?;
        let suppressed = sums(
            "SELECT count(*), (SELECT count(*) FROM suppressed s WHERE s.record IN (SELECT record FROM documents UNION ALL SELECT record FROM holds))
               FROM suppressed",
        )?;
        let print = sums("SELECT count(*), sum(pieces), sum(pages), sum(sheets), sum(blanks), sum(bytes) FROM print_files")?;
        let places = sums("SELECT count(*), count(DISTINCT d.record), sum(d.pages) FROM places p LEFT JOIN documents d ON d.record = p.record")?;
        let pieces = sums("SELECT count(*), sum(documents), sum(pages), sum(tray > 0) FROM pieces")?;
        let pulled =
            sums("SELECT count(*), sum(d.pages), sum(d.sheets) FROM pulled l JOIN documents d ON d.record = l.record WHERE l.piece IS NULL")?;
        let others = sums("SELECT count(*), sum(pages), sum(sheets) FROM documents WHERE NOT is_printed")?;
        let decided = sums(
            "SELECT count(*), (SELECT count(DISTINCT r.record) FROM routes r JOIN documents d ON d.record = r.record),
                    (SELECT count(*) FROM documents d JOIN decisions e ON e.record = d.record
                      WHERE d.is_printed <> EXISTS (SELECT 1 FROM routes r WHERE r.record = d.record AND r.channel = 'print')),
                    (SELECT count(*) FROM routes WHERE channel NOT IN ('print', 'archive'))
               FROM decisions",
        )?;
        let messages = sums(
            "SELECT count(*), (SELECT sum(messages) FROM message_volumes),
                    (SELECT count(*) FROM messages m WHERE NOT EXISTS (SELECT 1 FROM routes r WHERE r.record = m.record AND r.channel = m.channel))
               FROM messages",
        )?;
        let mut by_channel: Vec<(String, u64)> = Vec::new();
        for count in self.channel_counts()? {
            match by_channel.last_mut() {
                Some((channel, documents)) if *channel == count.channel => *documents += count.documents,
                _ => by_channel.push((count.channel, count.documents)),
            }
        }
        let trays = sums("SELECT sum(pieces), count(*) FROM trays")?;
        Ok(Balance {
            records,
            records_in_volumes: volumes[1],
            volumes: volumes[0],
            documents: documents[0],
            documents_in_volumes: volumes[2],
            held: held[0],
            suppressed: suppressed[0],
            both: held[1] + suppressed[1],
            pages: documents[1],
            not_printed: [others[0], others[1], others[2]],
            decided: decided[0],
            routed: decided[1],
            print_differs: decided[2],
            by_channel,
            message_routes: decided[3],
            messages: [messages[0], messages[1]],
            stray_messages: messages[2],
            pages_in_volumes: volumes[3],
            pages_printed: print[2],
            pages_of_pieces: places[2],
            sheets: documents[2],
            sheets_printed: print[3],
            blanks: print[4],
            pulled: [pulled[0], pulled[1], pulled[2]],
            places: places[0],
            documents_printed: places[1],
            pieces: pieces[0],
            documents_of_pieces: pieces[1],
            pages_of_mailpieces: pieces[2],
            pieces_with_tray: pieces[3],
            pieces_in_trays: trays[0],
            trays: trays[1],
            pieces_in_files: print[1],
            print_files: print[0],
            volume_bytes: volumes[4],
            print_bytes: print[5],
            pages_max: documents[3],
        })
    }

    /// The holds by code: the most frequent first.
    pub fn hold_counts(&self) -> Result<Vec<HoldCount>, LedgerError> {
        self.counts("holds")
    }

    /// The remarks by code: the most frequent first.
    pub fn remark_counts(&self) -> Result<Vec<HoldCount>, LedgerError> {
        self.counts("remarks")
    }

    /// What became of the slots: by slot, the filled ones first and the most frequent first.
    pub fn slot_counts(&self) -> Result<Vec<SlotCount>, LedgerError> {
        let sql = "SELECT slot, message, CASE WHEN message IS NULL THEN passed_over ELSE '' END AS why, count(*) AS times FROM slots
                    GROUP BY slot, message, why ORDER BY slot, message IS NULL, times DESC, message, why";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let rows = statement.query_map([], |row| {
            Ok(SlotCount { slot: row.get(0)?, message: row.get(1)?, passed_over: row.get(2)?, count: row.get::<_, i64>(3)? as u64 })
        });
        self.on("read", rows.and_then(Iterator::collect))
    }

    fn counts(&self, table: &str) -> Result<Vec<HoldCount>, LedgerError> {
        // SQLite takes the other columns from the row of the minimum, so the example is the first record's reason.
        let sql = format!("SELECT code, count(*), min(record), reason FROM {table} GROUP BY code ORDER BY count(*) DESC, code");
        let mut statement = self.on("read", self.connection.prepare_cached(&sql))?;
        let rows = statement.query_map([], |row| {
            Ok(HoldCount { code: row.get(0)?, count: row.get::<_, i64>(1)? as u64, first: row.get::<_, i64>(2)? as u64, example: row.get(3)? })
        });
        self.on("read", rows.and_then(Iterator::collect))
    }

    /// How many documents have how many pages: ascending by pages.
    pub fn page_counts(&self) -> Result<Vec<(u32, u64)>, LedgerError> {
        let mut statement = self.on("read", self.connection.prepare_cached("SELECT pages, count(*) FROM documents GROUP BY pages ORDER BY pages"))?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)));
        self.on("read", rows.and_then(Iterator::collect))
    }

    /// How many documents took each layout: ascending by layout.
    pub fn layout_counts(&self) -> Result<Vec<(u16, u64)>, LedgerError> {
        let mut statement =
            self.on("read", self.connection.prepare_cached("SELECT layout, count(*) FROM documents GROUP BY layout ORDER BY layout"))?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)));
        self.on("read", rows.and_then(Iterator::collect))
    }
}
