//! What the ledger knows of the mail: addresses, mailpieces, trays, suppressed records, merges.
//!
//! Takes rows, gives them back in the order of the records, of the mail, of the trays. Must never know how a piece came into
//! its tray.

use rusqlite::{Row, Transaction, params};

use super::{Ledger, LedgerError, MailRow, MergeRow, PieceCount, PieceRow, SuppressedRow, TrayRow};
use crate::model::mail::{Country, MailFacts, MatchKeys, Thickness, Weight};

pub(super) fn write(to: &Transaction<'_>, volume: u32, mail: &[MailRow]) -> rusqlite::Result<()> {
    let mut statement = to.prepare_cached(
        "INSERT INTO mail (record, volume, country, postcode, routing, lines, name, keys, inserts, fields, diverted, weight, thickness)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    for MailRow { record, facts, weight, thickness } in mail {
        statement.execute(params![
            *record as i64,
            volume,
            facts.country.as_ref().map_or("", |country| country.code()),
            facts.postcode,
            facts.routing,
            facts.lines.join("\n"),
            facts.name,
            &keys_to_bytes(&facts.keys)[..],
            facts.inserts,
            if facts.fields.is_empty() { String::new() } else { serde_json::Value::from(facts.fields.clone()).to_string() },
            facts.diverted,
            weight.0 as i64,
            thickness.0 as i64
        ])?;
    }
    Ok(())
}

pub(super) fn write_suppressed(to: &Transaction<'_>, volume: u32, suppressed: &[SuppressedRow]) -> rusqlite::Result<()> {
    let mut statement = to.prepare_cached("INSERT INTO suppressed (record, volume, id, rule, reason) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for row in suppressed {
        statement.execute(params![row.record as i64, volume, row.id, row.rule, row.reason])?;
    }
    Ok(())
}

pub(super) fn write_pieces(to: &Transaction<'_>, print_file: u32, pieces: &[PieceRow]) -> rusqlite::Result<()> {
    let mut statement = to.prepare_cached(
        "INSERT INTO pieces (sequence, print_file, documents, pages, sheets, tray, position, envelope, inserts, weight, thickness, category, price, serial, diverted)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    )?;
    for piece in pieces {
        statement.execute(params![
            piece.sequence as i64,
            print_file,
            piece.documents,
            piece.pages,
            piece.sheets,
            piece.tray,
            piece.position,
            piece.envelope,
            piece.inserts,
            piece.weight.0 as i64,
            piece.thickness.0 as i64,
            piece.category,
            piece.price,
            piece.serial as i64,
            piece.diverted
        ])?;
    }
    Ok(())
}

fn keys_to_bytes(keys: &MatchKeys) -> [u8; 40] {
    let mut bytes = [0; 40];
    for (chunk, key) in bytes.chunks_exact_mut(8).zip([keys.exact, keys.household, keys.address, keys.phonetic, keys.customer]) {
        chunk.copy_from_slice(&key.to_be_bytes());
    }
    bytes
}

fn keys_from_bytes(bytes: &[u8]) -> MatchKeys {
    let mut keys = bytes.chunks_exact(8).map(|chunk| u64::from_be_bytes(chunk.try_into().unwrap_or_default()));
    let mut next = || keys.next().unwrap_or(0);
    MatchKeys { exact: next(), household: next(), address: next(), phonetic: next(), customer: next() }
}

/// The columns of [`read_piece`].
pub(super) const PIECE: &str =
    "sequence, documents, pages, sheets, tray, position, envelope, inserts, weight, thickness, category, price, serial, diverted";

pub(super) fn read_piece(row: &Row<'_>) -> rusqlite::Result<PieceRow> {
    let number = |at: usize| row.get::<_, i64>(at).map(|number| number as u64);
    Ok(PieceRow {
        sequence: number(0)?,
        documents: row.get(1)?,
        pages: row.get(2)?,
        sheets: row.get(3)?,
        tray: row.get(4)?,
        position: row.get(5)?,
        envelope: row.get(6)?,
        inserts: row.get(7)?,
        weight: Weight(number(8)?),
        thickness: Thickness(number(9)?),
        category: row.get(10)?,
        price: row.get(11)?,
        serial: number(12)?,
        diverted: row.get(13)?,
    })
}

/// Values of fields as they were written; most jobs have none, and write nothing.
pub(super) fn read_fields(json: &str) -> Vec<String> {
    if json.is_empty() { Vec::new() } else { serde_json::from_str(json).unwrap_or_default() }
}

fn read_mail(row: &Row<'_>) -> rusqlite::Result<MailRow> {
    let (country, lines, fields): (String, String, String) = (row.get(1)?, row.get(4)?, row.get(8)?);
    let keys = row.get_ref(6)?.as_blob().map(keys_from_bytes).unwrap_or_default();
    let number = |at: usize| row.get::<_, i64>(at).map(|number| number as u64);
    Ok(MailRow {
        record: number(0)?,
        facts: MailFacts {
            country: Country::parse(&country),
            postcode: row.get(2)?,
            routing: row.get(3)?,
            lines: lines.lines().map(str::to_string).collect(),
            name: row.get(5)?,
            keys,
            inserts: row.get(7)?,
            fields: read_fields(&fields),
            diverted: row.get(9)?,
        },
        weight: Weight(number(10)?),
        thickness: Thickness(number(11)?),
    })
}

fn read_tray(row: &Row<'_>) -> rusqlite::Result<TrayRow> {
    let number = |at: usize| row.get::<_, i64>(at).map(|number| number as u64);
    let labels: String = row.get(12)?;
    Ok(TrayRow {
        number: row.get(0)?,
        scheme: row.get(1)?,
        level: row.get(2)?,
        key: row.get(3)?,
        container: row.get(4)?,
        first_piece: number(5)?,
        pieces: row.get(6)?,
        weight: Weight(number(7)?),
        thickness: Thickness(number(8)?),
        first_postcode: row.get(9)?,
        last_postcode: row.get(10)?,
        category: row.get(11)?,
        labels: serde_json::from_str(&labels).unwrap_or_default(),
        pallet: row.get(13)?,
    })
}

impl Ledger {
    /// Calls `each` with what the mail knows of every document, in the order of the records; stops when it fails.
    pub fn each_mail<E: From<LedgerError>>(&self, mut each: impl FnMut(MailRow) -> Result<(), E>) -> Result<(), E> {
        let sql =
            "SELECT record, country, postcode, routing, lines, name, keys, inserts, fields, diverted, weight, thickness FROM mail ORDER BY record";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let mut rows = self.on("read", statement.query([]))?;
        while let Some(row) = self.on("read", rows.next())? {
            each(self.on("read", read_mail(row))?)?;
        }
        Ok(())
    }

    /// What the mail knows of a document.
    pub fn mail_of(&self, record: u64) -> Result<Option<MailRow>, LedgerError> {
        use rusqlite::OptionalExtension;
        let sql =
            "SELECT record, country, postcode, routing, lines, name, keys, inserts, fields, diverted, weight, thickness FROM mail WHERE record = ?1";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        self.on("read", statement.query_row([record as i64], read_mail).optional())
    }

    /// Calls `each` with every suppressed record, in the order of the records; stops when it fails.
    pub fn each_suppressed<E: From<LedgerError>>(&self, mut each: impl FnMut(SuppressedRow) -> Result<(), E>) -> Result<(), E> {
        let mut statement = self.on("read", self.connection.prepare_cached("SELECT record, id, rule, reason FROM suppressed ORDER BY record"))?;
        let mut rows = self.on("read", statement.query([]))?;
        while let Some(row) = self.on("read", rows.next())? {
            let read =
                |row: &Row<'_>| Ok(SuppressedRow { record: row.get::<_, i64>(0)? as u64, id: row.get(1)?, rule: row.get(2)?, reason: row.get(3)? });
            each(self.on("read", read(row))?)?;
        }
        Ok(())
    }

    /// Calls `each` with every mailpiece in the order of the mail; stops when it fails.
    pub fn each_piece<E: From<LedgerError>>(&self, mut each: impl FnMut(PieceRow) -> Result<(), E>) -> Result<(), E> {
        let mut statement = self.on("read", self.connection.prepare_cached(&format!("SELECT {PIECE} FROM pieces ORDER BY sequence")))?;
        let mut rows = self.on("read", statement.query([]))?;
        while let Some(row) = self.on("read", rows.next())? {
            each(self.on("read", read_piece(row))?)?;
        }
        Ok(())
    }

    /// Calls `each` with every mailpiece and its print file, in the order of the mail.
    pub fn each_piece_file(&self, mut each: impl FnMut(PieceRow, u32)) -> Result<(), LedgerError> {
        let sql = format!("SELECT {PIECE}, print_file FROM pieces ORDER BY sequence");
        let mut statement = self.on("read", self.connection.prepare_cached(&sql))?;
        let mut rows = self.on("read", statement.query([]))?;
        while let Some(row) = self.on("read", rows.next())? {
            let print_file = self.on("read", row.get(14))?;
            each(self.on("read", read_piece(row))?, print_file);
        }
        Ok(())
    }

    /// A mailpiece and its print file.
    pub fn piece(&self, sequence: u64) -> Result<Option<(PieceRow, u32)>, LedgerError> {
        use rusqlite::OptionalExtension;
        let sql = format!("SELECT {PIECE}, print_file FROM pieces WHERE sequence = ?1");
        let mut statement = self.on("read", self.connection.prepare_cached(&sql))?;
        self.on("read", statement.query_row([sequence as i64], |row| Ok((read_piece(row)?, row.get(14)?))).optional())
    }

    /// The pieces by envelope, price category and reason to be put aside.
    pub fn piece_counts(&self) -> Result<Vec<PieceCount>, LedgerError> {
        let sql = "SELECT envelope, category, diverted, count(*), sum(sheets), sum(weight), coalesce(sum(price), 0), count(price) FROM pieces
                    GROUP BY diverted IS NOT NULL, envelope, category, diverted ORDER BY diverted IS NOT NULL, envelope, min(sequence)";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let rows = statement.query_map([], |row| {
            let number = |at: usize| row.get::<_, i64>(at).map(|number| number as u64);
            Ok(PieceCount {
                envelope: row.get(0)?,
                category: row.get(1)?,
                diverted: row.get(2)?,
                pieces: number(3)?,
                sheets: number(4)?,
                weight: Weight(number(5)?),
                postage: (row.get(6)?, number(7)?),
            })
        });
        self.on("read", rows.and_then(Iterator::collect))
    }

    /// Replaces the trays and the merges of the job: what was sorted before is forgotten.
    pub fn post_order(&mut self, trays: &[TrayRow], merges: &[MergeRow]) -> Result<(), LedgerError> {
        self.transaction(|to| {
            to.execute("DELETE FROM trays", [])?;
            to.execute("DELETE FROM merges", [])?;
            let mut statement = to.prepare_cached(
                "INSERT INTO trays (number, scheme, level, key, container, first_piece, pieces, weight, thickness, first_postcode, last_postcode,
                                    category, labels, pallet)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )?;
            for tray in trays {
                statement.execute(params![
                    tray.number,
                    tray.scheme,
                    tray.level,
                    tray.key,
                    tray.container,
                    tray.first_piece as i64,
                    tray.pieces,
                    tray.weight.0 as i64,
                    tray.thickness.0 as i64,
                    tray.first_postcode,
                    tray.last_postcode,
                    tray.category,
                    serde_json::Value::from(tray.labels.clone()).to_string(),
                    tray.pallet
                ])?;
            }
            let mut statement = to.prepare_cached("INSERT INTO merges (record, carrier, rule, score, is_united) VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for merge in merges {
                statement.execute(params![merge.record as i64, merge.carrier as i64, merge.rule, merge.score, merge.is_united])?;
            }
            Ok(())
        })
    }

    /// The trays in the order of production.
    pub fn trays(&self) -> Result<Vec<TrayRow>, LedgerError> {
        let sql = "SELECT number, scheme, level, key, container, first_piece, pieces, weight, thickness, first_postcode, last_postcode, category,
                          labels, pallet FROM trays ORDER BY number";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let rows = statement.query_map([], read_tray);
        self.on("read", rows.and_then(Iterator::collect))
    }

    /// The merges in the order of the records.
    pub fn merges(&self) -> Result<Vec<MergeRow>, LedgerError> {
        let sql = "SELECT record, carrier, rule, score, is_united FROM merges ORDER BY record";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let read = |row: &Row<'_>| {
            Ok(MergeRow {
                record: row.get::<_, i64>(0)? as u64,
                carrier: row.get::<_, i64>(1)? as u64,
                rule: row.get(2)?,
                score: row.get(3)?,
                is_united: row.get(4)?,
            })
        };
        let rows = statement.query_map([], read);
        self.on("read", rows.and_then(Iterator::collect))
    }
}
