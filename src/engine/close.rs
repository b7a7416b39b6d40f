//! The last stage: balance, manifest, held records, report.
//!
//! A job that does not balance is not closed. Every file here depends on the ledger and the inputs alone, never on the
//! clock, so that two runs of one job give the same bytes.

use std::collections::BTreeMap;
use std::io::Write;

use super::files::{self, HashedFile};
use super::{EngineError, Folder, Inputs, Options, held, mail_papers, report};
use crate::base::code;
use crate::base::file::FileError;
use crate::base::hash::{hex, write_hex};
use crate::ledger::{Balance, DecisionRow, FileRow, Ledger, State};
use crate::plan::{CHANNEL_LIST, Column, MANIFEST, MERGE_LIST, MESSAGE_LIST, Plan, SUPPRESSED_LIST};

/// Balances the books and writes what is handed over with the print files.
pub(super) fn close(plan: &Plan, inputs: &Inputs, ledger: &mut Ledger, options: &Options<'_>) -> Result<Balance, EngineError> {
    ledger.index_places()?;
    let balance = ledger.balance()?;
    let faults = balance.faults();
    if !faults.is_empty() {
        return Err(EngineError::Unbalanced(faults));
    }
    let holds = ledger.hold_counts()?;
    let held = held::write(plan, inputs, ledger, options)?;
    if let Some(bug) = holds.iter().find(|hold| hold.code == code::RECORD_BUG.id) {
        return Err(EngineError::Bug(bug.count));
    }
    let manifest = write_manifest(ledger, options)?;
    let messages = if plan.messages.is_empty() { None } else { Some(write_messages(ledger, options)?) };
    let mut lists = Vec::new();
    if plan.mail.is_some() || plan.channels.is_some() {
        lists.push(write_suppressed(ledger, options)?);
    }
    if plan.mail.is_some() {
        lists.push(write_merges(ledger, options)?);
    }
    if plan.channels.is_some() {
        lists.push(write_channels(ledger, options)?);
    }
    let papers = mail_papers::write(plan, ledger, &balance, options)?;
    let report = report::report(ledger, &balance, false)?.expect("a job that is closed has begun");
    let report = files::write(REPORT_FILE, report.as_bytes(), options)?;
    if let Some(path) = inputs.changed() {
        return Err(EngineError::InputChanged(path));
    }
    let files: Vec<FileRow> = [held, manifest, report].into_iter().chain(messages).chain(lists).chain(papers).collect();
    ledger.post_files(&files)?;
    ledger.set_state(State::Closed, None)?;
    Ok(balance)
}

/// What is there once the books are closed.
pub(super) const FILES: [&str; 7] = [MANIFEST_FILE, held::FILE, REPORT_FILE, MESSAGES_FILE, SUPPRESSED_FILE, MERGES_FILE, CHANNELS_FILE];

const MANIFEST_FILE: &str = "manifest.csv";
const REPORT_FILE: &str = "report.html";
const MESSAGES_FILE: &str = "messages.csv";
const SUPPRESSED_FILE: &str = "suppressed.csv";
const MERGES_FILE: &str = "merges.csv";
const CHANNELS_FILE: &str = "channels.csv";

/// Writes a row per document, in the order of the mail, with the columns of [`MANIFEST`].
fn write_manifest(ledger: &Ledger, options: &Options<'_>) -> Result<FileRow, EngineError> {
    let mut out = HashedFile::begin(MANIFEST_FILE, options)?;
    let path = out.path().to_path_buf();
    let failed = |error: std::io::Error| FileError::new("write", &path, error);
    writeln!(out, "{}", header(MANIFEST)).map_err(failed)?;
    for file in ledger.print_files()? {
        let mut error = None;
        ledger.each_place(file.number, |place, document| {
            let entry = &document.entry;
            let line = writeln!(
                out,
                "{},{},{},{},{},{},{},{},{},{},{},print",
                place.piece,
                entry.record + 1,
                csv_cell(&entry.id),
                Folder::volume_name(entry.volume),
                entry.first_page + 1,
                file.file,
                place.print_page,
                entry.pages,
                document.sheets,
                entry.hash.hex(),
                hex(&entry.sort_key),
            );
            if let Err(e) = line {
                error.get_or_insert(e);
            }
        })?;
        if let Some(error) = error {
            return Err(failed(error).into());
        }
    }
    Ok(out.commit()?)
}

/// Writes a row per suppressed record, with the columns of [`SUPPRESSED_LIST`].
fn write_suppressed(ledger: &Ledger, options: &Options<'_>) -> Result<FileRow, EngineError> {
    let mut out = HashedFile::begin(SUPPRESSED_FILE, options)?;
    let path = out.path().to_path_buf();
    let failed = |error: std::io::Error| FileError::new("write", &path, error);
    writeln!(out, "{}", header(SUPPRESSED_LIST)).map_err(failed)?;
    ledger.each_suppressed(|row| -> Result<(), EngineError> {
        writeln!(out, "{},{},{},{}", row.record + 1, csv_cell(&row.id), csv_cell(&row.rule), csv_cell(&row.reason)).map_err(failed)?;
        Ok(())
    })?;
    Ok(out.commit()?)
}

/// Writes a row per document that came to another, with the columns of [`MERGE_LIST`].
fn write_merges(ledger: &Ledger, options: &Options<'_>) -> Result<FileRow, EngineError> {
    let mut out = HashedFile::begin(MERGES_FILE, options)?;
    let path = out.path().to_path_buf();
    let failed = |error: std::io::Error| FileError::new("write", &path, error);
    writeln!(out, "{}", header(MERGE_LIST)).map_err(failed)?;
    for row in ledger.merges()? {
        let united = if row.is_united { "yes" } else { "no" };
        let score = format!("{}.{:03}", row.score / 1000, row.score % 1000);
        writeln!(out, "{},{},{},{score},{united}", row.record + 1, row.carrier + 1, csv_cell(&row.rule)).map_err(failed)?;
    }
    Ok(out.commit()?)
}

/// Writes a row per document and channel, in the order of the records, with the columns of [`CHANNEL_LIST`].
fn write_channels(ledger: &Ledger, options: &Options<'_>) -> Result<FileRow, EngineError> {
    let mut out = HashedFile::begin(CHANNELS_FILE, options)?;
    let path = out.path().to_path_buf();
    let failed = |error: std::io::Error| FileError::new("write", &path, error);
    writeln!(out, "{}", header(CHANNEL_LIST)).map_err(failed)?;
    let files: BTreeMap<(u32, String), String> = ledger.message_files()?.into_iter().map(|row| ((row.volume, row.channel), row.file)).collect();
    let mut line = Vec::new();
    ledger.each_channel(|row| -> Result<(), EngineError> {
        let DecisionRow { record, document_type, rule, preference, .. } = &row.decision;
        let (instead_of, reason) = row.route.instead_of.as_ref().map_or(("", ""), |(channel, reason)| (channel, reason));
        let preference = preference.as_deref().unwrap_or_default();
        let cells = [&row.id, document_type, &row.route.channel, rule, preference, &row.route.recipient, instead_of, reason];
        line.clear();
        write!(line, "{}", record + 1).expect("a Vec takes what is written");
        for cell in cells {
            line.push(b',');
            push_csv_cell(cell, &mut line);
        }
        match row.message {
            None => line.extend_from_slice(b",,,,,"),
            Some(message) => {
                let key = (message.volume, message.channel);
                let file = files.get(&key).map_or("", String::as_str);
                write!(line, ",{file},{},{},", message.offset, message.length).expect("a Vec takes what is written");
                write_hex(&message.hash.0, &mut line);
                line.push(b',');
                push_csv_cell(&message.message_id, &mut line);
            }
        }
        line.push(b'\n');
        out.write_all(&line).map_err(failed)?;
        Ok(())
    })?;
    Ok(out.commit()?)
}

pub(super) fn header(columns: &[Column]) -> String {
    columns.iter().map(|column| column.name).collect::<Vec<_>>().join(",")
}

/// Writes a row per slot of a document, in the order of the records, with the columns of [`MESSAGE_LIST`].
fn write_messages(ledger: &Ledger, options: &Options<'_>) -> Result<FileRow, EngineError> {
    let mut out = HashedFile::begin(MESSAGES_FILE, options)?;
    let path = out.path().to_path_buf();
    let failed = |error: std::io::Error| FileError::new("write", &path, error);
    writeln!(out, "{}", header(MESSAGE_LIST)).map_err(failed)?;
    ledger.each_slot(|row, id| -> Result<(), EngineError> {
        let message = row.message.as_deref().unwrap_or_default();
        let (id, message, passed_over) = (csv_cell(id), csv_cell(message), csv_cell(&row.passed_over));
        writeln!(out, "{},{id},{},{message},{passed_over}", row.record + 1, csv_cell(&row.slot)).map_err(failed)?;
        Ok(())
    })?;
    Ok(out.commit()?)
}

/// A text as a CSV cell (RFC 4180). A leading `=`, `+`, `-`, `@` gets an apostrophe, so that no spreadsheet runs it.
pub fn csv_cell(text: &str) -> String {
    let mut cell = Vec::with_capacity(text.len());
    push_csv_cell(text, &mut cell);
    String::from_utf8(cell).expect("a text with ASCII around and in it")
}

/// Appends a text as [`csv_cell`] makes it.
fn push_csv_cell(text: &str, out: &mut Vec<u8>) {
    let is_quoted = text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'));
    let quote: &[u8] = if is_quoted { b"\"" } else { b"" };
    out.extend_from_slice(quote);
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        out.push(b'\'');
    }
    for (number, piece) in text.split('"').enumerate() {
        out.extend_from_slice(if number > 0 { b"\"\"" } else { b"" });
        out.extend_from_slice(piece.as_bytes());
    }
    out.extend_from_slice(quote);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        assert_eq!(csv_cell("plain"), "plain");
        assert_eq!(csv_cell("a,b"), "\"a,b\"");
        assert_eq!(csv_cell("say \"x\""), "\"say \"\"x\"\"\"");
        assert_eq!(csv_cell("=1+1"), "'=1+1");
        assert_eq!(csv_cell("-a,\"\n"), "\"'-a,\"\"\n\"");
    }
}
