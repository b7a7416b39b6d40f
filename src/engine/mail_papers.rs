//! The papers of a mailing at the close of its books: tray labels, job ticket, postage summary, tray list, piece list, Mail.dat.
//!
//! Takes a printed job with `[mail]`, gives files in the folders `papers` and `maildat`. What they say comes from the ledger and from
//! sorting its pieces again, so that they agree with both. Must never change a tray.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

use super::close::{csv_cell, header};
use super::files::{self, HashedFile};
use super::mailing::{self, Collector, Sorted};
use super::paper_rows::{Facts, label_rows, postage_row, ticket_row, tray_rows};
use super::papers::{JOB_TICKET, POSTAGE_SUMMARY, Paper, PaperInfo, TRAY_LABELS, TRAY_LIST, compose_paper};
use super::serials::first_tray_serial;
use super::{EngineError, Folder, Options, maildat, short};
use crate::base::file::FileError;
use crate::ledger::{Balance, FileRow, Ledger, MailingRow, TrayRow};
use crate::plan::{Mail, PIECE_LIST, Plan, TRAY_COLUMNS};

/// The folder of the papers.
const PAPERS: &str = "papers";

/// Writes all papers of a job; none if it is not mailed.
pub(super) fn write(plan: &Plan, ledger: &Ledger, balance: &Balance, options: &Options<'_>) -> Result<Vec<FileRow>, EngineError> {
    let Some(mail) = &plan.mail else { return Ok(Vec::new()) };
    options.disk.create_inner_folder(&Folder(&options.out).file(PAPERS))?;
    let trays = ledger.trays()?;
    let mut writer = Writer { plan, options, trays: &trays, rows: Vec::new() };
    let mut facts = Facts::of(ledger, balance, trays.len())?;
    let sorted = writer.pieces(mail, ledger, &mut facts)?;
    mailing::check(&sorted, &trays)?;
    writer.paper(&JOB_TICKET, &[ticket_row(plan, mail, &facts, &sorted)])?;
    if !trays.is_empty() {
        let serial = first_tray_serial(plan, ledger, trays.len() as u64, options)?;
        writer.tray_list(&facts)?;
        writer.paper(&TRAY_LIST, &[tray_rows(plan, mail, &facts, &trays)])?;
        writer.paper(&TRAY_LABELS, &label_rows(plan, mail, &sorted, serial)?)?;
        writer.paper(&POSTAGE_SUMMARY, &[postage_row(plan, mail, &sorted)])?;
        let mut rows = writer.rows;
        rows.extend(maildat::write(plan, mail, &sorted, serial, ledger, options)?);
        return Ok(rows);
    }
    Ok(writer.rows)
}

struct Writer<'w> {
    plan: &'w Plan,
    options: &'w Options<'w>,
    trays: &'w [TrayRow],
    rows: Vec<FileRow>,
}

impl Writer<'_> {
    fn paper(&mut self, paper: &Paper, rows: &[serde_json::Value]) -> Result<(), EngineError> {
        let title = format!("{}, {}", self.plan.settings.name, paper.name.replace('-', " "));
        let locale = self.plan.locales.first().map(|locale| locale.tag());
        let file = compose_paper(paper, rows, &PaperInfo { title: &title, date: self.plan.settings.date, locale })?;
        self.rows.push(files::write(&format!("{PAPERS}/{}.pdf", paper.name), &file, self.options)?);
        Ok(())
    }

    /// Writes a row per piece, with the columns of [`PIECE_LIST`], and collects them for sorting again.
    fn pieces<'p>(&mut self, mail: &'p Mail, ledger: &Ledger, facts: &mut Facts) -> Result<Vec<Sorted<'p>>, EngineError> {
        let mut out = HashedFile::begin(&format!("{PAPERS}/piece-list.csv"), self.options)?;
        let path = out.path().to_path_buf();
        let failed = |error: std::io::Error| FileError::new("write", &path, error);
        writeln!(out, "{}", header(PIECE_LIST)).map_err(failed)?;
        let mut collector = Collector::new(self.plan.settings.date, mail);
        let (mut line, mut prices) = (String::new(), BTreeMap::new());
        ledger.each_mailing(|row| -> Result<(), EngineError> {
            line.clear();
            write_piece(mail, &row, &mut prices, &mut line);
            out.write_all(line.as_bytes()).map_err(failed)?;
            facts.count(&row);
            collector.take(&row)
        })?;
        self.rows.push(out.commit()?);
        collector.sort()
    }

    /// Writes a row per tray, with the columns of [`TRAY_COLUMNS`].
    fn tray_list(&mut self, facts: &Facts) -> Result<(), EngineError> {
        let mut text = header(TRAY_COLUMNS);
        text.push('\n');
        for tray in self.trays {
            let label = |at: usize| csv_cell(tray.labels.get(at).map_or("", String::as_str));
            let cells = [
                tray.number.to_string(),
                csv_cell(&tray.level),
                csv_cell(&tray.key),
                csv_cell(&tray.container),
                tray.pieces.to_string(),
                tray.first_piece.to_string(),
                tray.first_postcode.clone(),
                tray.last_postcode.clone(),
                grams(tray.weight.0),
                millimetres(tray.thickness.0),
                csv_cell(&tray.category),
                label(0),
                label(1),
                label(2),
                tray.pallet.map(|pallet| pallet.to_string()).unwrap_or_default(),
                facts.file_of_tray(tray.number),
            ];
            text.push_str(&cells.join(","));
            text.push('\n');
        }
        self.rows.push(files::write(&format!("{PAPERS}/tray-list.csv"), text.as_bytes(), self.options)?);
        Ok(())
    }
}

/// Writes the row of a piece, with its line feed. There may be millions: nothing is allocated for one. `prices` are those that were written.
fn write_piece(mail: &Mail, row: &MailingRow, prices: &mut BTreeMap<i64, String>, line: &mut String) {
    let piece = &row.piece;
    let or_empty = |number: u64| Some(number).filter(|number| *number > 0);
    let envelope = usize::from(piece.envelope).checked_sub(1).and_then(|at| mail.envelopes.get(at)).map_or("", |envelope| &envelope.name);
    push_number(line, Some(piece.sequence));
    push_number(line, Some(row.record + 1));
    push_number(line, Some(piece.documents.into()));
    push_number(line, or_empty(piece.tray.into()));
    push_number(line, or_empty(piece.position.into()));
    push_cell(line, row.country.as_ref().map_or("", |country| country.code()));
    push_cell(line, &row.postcode);
    push_cell(line, envelope);
    push_number(line, Some(piece.sheets.into()));
    push_thousandths(line, piece.weight.0);
    push_thousandths(line, piece.thickness.0);
    push_cell(line, &piece.category);
    if let Some(millionths) = piece.price {
        line.push_str(prices.entry(millionths).or_insert_with(|| price(millionths)));
    }
    line.push(',');
    push_number(line, or_empty(piece.serial));
    push_number(line, Some(row.print_file.into()));
    push_cell(line, piece.diverted.as_deref().unwrap_or_default());
    line.pop();
    line.push('\n');
}

/// Adds a cell and a comma.
fn push_cell(line: &mut String, text: &str) {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b' ';
    match text.bytes().all(is_plain) {
        true => line.push_str(text),
        false => line.push_str(&csv_cell(text)),
    }
    line.push(',');
}

/// Adds a number, if there is one, and a comma.
fn push_number(line: &mut String, number: Option<u64>) {
    if let Some(number) = number {
        let _ = write!(line, "{number}");
    }
    line.push(',');
}

/// Adds a number of thousandths with three decimals, and a comma.
fn push_thousandths(line: &mut String, thousandths: u64) {
    let _ = write!(line, "{}.{:03},", thousandths / 1_000, thousandths % 1_000);
}

/// Milligrams in grams.
fn grams(milligrams: u64) -> String {
    format!("{}.{:03}", milligrams / 1_000, milligrams % 1_000)
}

/// Thousandths of a millimetre in millimetres.
fn millimetres(thousandths: u64) -> String {
    format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}

/// Millionths of a currency, without zeros at the end beyond the second decimal.
pub(super) fn price(millionths: i64) -> String {
    let price = crate::base::money::Decimal::new(millionths, 6).normalize();
    if price.scale() < 2 { format!("{price:.2}") } else { price.to_string() }
}

/// The identity of a job on its papers.
pub(super) fn identity(plan: &Plan) -> String {
    short(plan.hash)
}

/// How many pieces each envelope, insert and print file has.
pub(super) type Counts<K> = BTreeMap<K, (u64, u64)>;
