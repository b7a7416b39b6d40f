//! The last stage: balance, manifest, holds, report.
//!
//! A job that does not balance is not closed. Every file here depends on the ledger and the inputs alone, never on the
//! clock, so that two runs of one job give the same bytes.

use std::io::Write;

use super::{EngineError, Folder, Inputs, Options, report};
use crate::base::code;
use crate::base::file::FileError;
use crate::base::hash::hex;
use crate::ledger::{Ledger, State};
use crate::plan::Plan;

/// Balances the books and writes what is handed over with the print files.
pub(super) fn close(plan: &Plan, inputs: &Inputs, ledger: &mut Ledger, options: &Options<'_>) -> Result<(), EngineError> {
    ledger.index_pieces()?;
    let balance = ledger.balance()?;
    let faults = balance.faults();
    if !faults.is_empty() {
        return Err(EngineError::Unbalanced(faults));
    }
    let holds = ledger.hold_counts()?;
    write_holds(inputs, ledger, options)?;
    if let Some(bug) = holds.iter().find(|hold| hold.code == code::RECORD_BUG.id) {
        return Err(EngineError::Bug(bug.count));
    }
    write_manifest(ledger, options)?;
    let report = report::report(plan, &balance, &holds, &ledger.page_counts()?, &ledger.print_files()?);
    options.disk.commit(&options.out.join("report.html"), report.as_bytes())?;
    if let Some(path) = inputs.changed() {
        return Err(EngineError::InputChanged(path));
    }
    ledger.set_state(State::Closed, None)?;
    Ok(())
}

/// The columns of the manifest.
pub const MANIFEST_COLUMNS: &str = "sequence,record,document,volume,volume_page,print_file,print_page,pages,sheets,sha256,sort_key,fate";

fn write_manifest(ledger: &Ledger, options: &Options<'_>) -> Result<(), EngineError> {
    let path = options.out.join("manifest.csv");
    let failed = |error: std::io::Error| FileError::new("write", &path, error);
    let mut out = std::io::BufWriter::with_capacity(1 << 20, options.disk.begin(&path)?);
    writeln!(out, "{MANIFEST_COLUMNS}").map_err(failed)?;
    for file in ledger.print_files()? {
        let mut error = None;
        ledger.each_piece(file.number, |piece, document| {
            let entry = &document.entry;
            let line = writeln!(
                out,
                "{},{},{},{},{},{},{},{},{},{},{},print",
                piece.sequence,
                entry.record + 1,
                csv_cell(&entry.id),
                Folder::volume_name(entry.volume),
                entry.first_page + 1,
                file.file,
                piece.print_page,
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
    let pending = out.into_inner().map_err(|error| failed(error.into_error()))?;
    Ok(pending.commit()?)
}

/// A text as a CSV cell (RFC 4180). A leading `=`, `+`, `-`, `@` gets an apostrophe, so that no spreadsheet runs it.
fn csv_cell(text: &str) -> String {
    let guarded = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_string() };
    if guarded.contains([',', '"', '\n', '\r']) { format!("\"{}\"", guarded.replace('"', "\"\"")) } else { guarded }
}

/// `held.ndjson`: one line per held record with its reason and its bytes as they were.
fn write_holds(inputs: &Inputs, ledger: &Ledger, options: &Options<'_>) -> Result<(), EngineError> {
    let path = options.out.join("held.ndjson");
    let mut out = std::io::BufWriter::with_capacity(1 << 20, options.disk.begin(&path)?);
    let files: Vec<_> = inputs.all().collect();
    ledger.each_hold(|hold| -> Result<(), EngineError> {
        let failed = |error: std::io::Error| EngineError::from(FileError::new("write", &path, error));
        let file = files[hold.input as usize];
        let bytes = &file[hold.offset as usize..(hold.offset + hold.length) as usize];
        let name = file.path().display().to_string();
        write!(
            out,
            "{{\"record\":{},\"code\":\"{}\",\"reason\":{},\"file\":{},\"offset\":{},\"length\":{},",
            hold.record + 1,
            hold.code,
            json(&hold.reason),
            json(&name),
            hold.offset,
            hold.length
        )
        .map_err(failed)?;
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                out.write_all(b"\"original\":").map_err(failed)?;
                serde_json::to_writer(&mut out, text).map_err(|error| failed(error.into()))?;
            }
            Err(_) => {
                out.write_all(b"\"original_base64\":\"").map_err(failed)?;
                write_base64(bytes, &mut out).map_err(failed)?;
                out.write_all(b"\"").map_err(failed)?;
            }
        }
        out.write_all(b"}\n").map_err(failed)
    })?;
    let pending = out.into_inner().map_err(|error| FileError::new("write", &path, error.into_error()))?;
    Ok(pending.commit()?)
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// RFC 4648, 4.
fn write_base64(bytes: &[u8], out: &mut dyn Write) -> std::io::Result<()> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        let mut text = [0u8; 4];
        for (index, digit) in text.iter_mut().enumerate() {
            *digit = if index <= chunk.len() { DIGITS[(group >> (18 - 6 * index)) as usize & 63] } else { b'=' };
        }
        out.write_all(&text)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_follows_the_examples_of_rfc_4648() {
        for (text, expected) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy")]
        {
            let mut out = Vec::new();
            write_base64(text.as_bytes(), &mut out).expect("written");
            assert_eq!(String::from_utf8_lossy(&out), expected);
        }
    }

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        assert_eq!(csv_cell("plain"), "plain");
        assert_eq!(csv_cell("a,b"), "\"a,b\"");
        assert_eq!(csv_cell("say \"x\""), "\"say \"\"x\"\"\"");
        assert_eq!(csv_cell("=1+1"), "'=1+1");
    }
}
