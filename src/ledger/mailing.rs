//! Mailpieces with where they go, for papers and explanations.
//!
//! Takes nothing but the ledger, gives rows in the order of the mail. Must never know a scheme.

use rusqlite::Row;

use super::mail::{PIECE, read_piece};
use super::{Ledger, LedgerError, PieceRow};
use crate::model::mail::Country;

/// A mailpiece and what the mail knows of its first document, whose address it bears.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MailingRow {
    /// The mailpiece.
    pub piece: PieceRow,
    /// Its print file.
    pub print_file: u32,
    /// Its first document.
    pub record: u64,
    /// Where it goes.
    pub country: Option<Country>,
    /// The postcode as schemes read it.
    pub postcode: String,
    /// What barcodes say of the delivery point.
    pub routing: String,
    /// Values of the fields of schemes.
    pub fields: Vec<String>,
}

/// The rows of [`read_row`], one per document.
fn select() -> String {
    let columns = PIECE.split(", ").map(|column| format!("p.{column}")).collect::<Vec<_>>().join(", ");
    format!(
        "SELECT {columns}, p.print_file, m.record, m.country, m.postcode, m.routing, m.fields
           FROM places l JOIN pieces p ON p.sequence = l.piece JOIN mail m ON m.record = l.record"
    )
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<MailingRow> {
    let (country, fields): (String, String) = (row.get(16)?, row.get(19)?);
    Ok(MailingRow {
        piece: read_piece(row)?,
        print_file: row.get(14)?,
        record: row.get::<_, i64>(15)? as u64,
        country: Country::parse(&country),
        postcode: row.get(17)?,
        routing: row.get(18)?,
        fields: super::mail::read_fields(&fields),
    })
}

impl Ledger {
    /// Calls `each` with every mailpiece of a job with `[mail]`, in the order of the mail; stops when it fails.
    pub fn each_mailing<E: From<LedgerError>>(&self, mut each: impl FnMut(MailingRow) -> Result<(), E>) -> Result<(), E> {
        let sql = format!("{} ORDER BY l.place", select());
        let mut statement = self.on("read", self.connection.prepare_cached(&sql))?;
        let mut rows = self.on("read", statement.query([]))?;
        let mut last = 0;
        while let Some(row) = self.on("read", rows.next())? {
            // The first document of a piece carries it; the others came to it.
            let sequence: i64 = self.on("read", row.get(0))?;
            if sequence != last {
                last = sequence;
                each(self.on("read", read_row(row))?)?;
            }
        }
        Ok(())
    }

    /// A mailpiece, with where it goes; `None` if there is none of this number, or the job has no mail.
    pub fn mailing_of(&self, sequence: u64) -> Result<Option<MailingRow>, LedgerError> {
        use rusqlite::OptionalExtension;
        let sql = format!("{} WHERE p.sequence = ?1 ORDER BY l.place LIMIT 1", select());
        let mut statement = self.on("read", self.connection.prepare_cached(&sql))?;
        self.on("read", statement.query_row([sequence as i64], read_row).optional())
    }

    /// The mailpiece that a document is in, by what the job calls the document; `None` if no piece has one of this name.
    pub fn piece_of_document(&self, id: &str) -> Result<Option<u64>, LedgerError> {
        use rusqlite::OptionalExtension;
        let sql = "SELECT p.piece FROM documents d JOIN places p ON p.record = d.record WHERE d.id = ?1 ORDER BY p.place LIMIT 1";
        let mut statement = self.on("read", self.connection.prepare_cached(sql))?;
        let found: Option<i64> = self.on("read", statement.query_row([id], |row| row.get(0)).optional())?;
        Ok(found.map(|piece| piece as u64))
    }
}
