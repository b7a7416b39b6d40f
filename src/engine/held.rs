//! `held.ndjson`: one line per held record with its reason and its bytes as they were.
//!
//! Takes the holds of the ledger and the mapped inputs, gives the file. A held record may be as large as its file: it
//! goes from the map into the file piece by piece, never copied whole. Must never repair what it hands back.

use std::io::Write;
use std::path::Path;

use serde::Serializer;

use super::files::HashedFile;
use super::{EngineError, Inputs, Options};
use crate::base::file::FileError;
use crate::ledger::{FileRow, HoldRow, Ledger};
use crate::plan::Plan;

/// The name of the file.
pub(super) const FILE: &str = "held.ndjson";

/// Writes the file.
pub(super) fn write(plan: &Plan, inputs: &Inputs, ledger: &Ledger, options: &Options<'_>) -> Result<FileRow, EngineError> {
    let mut out = HashedFile::begin(FILE, options)?;
    let path = out.path().to_path_buf();
    let files: Vec<_> = inputs.all().collect();
    let failed = |error: std::io::Error| FileError::new("write", &path, error);
    ledger.each_hold(|hold| -> Result<(), EngineError> {
        let file = files[hold.input as usize];
        let range = hold.offset as usize..(hold.offset + hold.length) as usize;
        let record = &file[range.clone()];
        let lines = hold.lines.map(|(lines, offset, length)| (files[lines as usize], offset as usize..(offset + length) as usize));
        let separator: &[u8] = if lines.is_some() && !record.ends_with(b"\n") { b"\n" } else { b"" };
        let parts = [record, separator, lines.as_ref().map_or(&[], |(file, range)| &file[range.clone()])];
        write_line(&hold, &name_of(plan, file.path()), parts, &mut out).map_err(failed)?;
        file.release(range);
        if let Some((file, range)) = lines {
            file.release(range);
        }
        Ok(())
    })?;
    Ok(out.commit()?)
}

fn write_line(hold: &HoldRow, file: &str, parts: [&[u8]; 3], out: &mut dyn Write) -> std::io::Result<()> {
    write!(out, "{{\"record\":{},\"code\":\"{}\",\"reason\":", hold.record + 1, hold.code)?;
    write_text(&hold.reason, out)?;
    write!(out, ",\"file\":")?;
    write_text(&file, out)?;
    write!(out, ",\"offset\":{},\"length\":{},", hold.offset, hold.length)?;
    // No character goes across parts: each ends at a line end or at the end of its file.
    if let [Ok(a), Ok(b), Ok(c)] = parts.map(std::str::from_utf8) {
        write!(out, "\"original\":")?;
        write_text(&Texts([a, b, c]), out)?;
    } else {
        write!(out, "\"original_base64\":\"")?;
        write_base64(&parts, out)?;
        write!(out, "\"")?;
    }
    out.write_all(b"}\n")
}

/// The path of an input file as the job names it; of one given on the command line, its name: where it lies is the
/// machine's affair and must not change the bytes of an output.
fn name_of(plan: &Plan, path: &Path) -> String {
    let folder = plan.path.parent().unwrap_or(Path::new(""));
    let relative = path.strip_prefix(folder).ok().filter(|relative| relative.is_relative());
    relative
        .map(|relative| relative.display().to_string())
        .or_else(|| path.file_name().map(|name| name.to_string_lossy().into_owned()))
        .unwrap_or_default()
}

/// Parts that follow each other as one text.
struct Texts<'t>([&'t str; 3]);

impl std::fmt::Display for Texts<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|part| f.write_str(part))
    }
}

/// A text in JSON, written as it is escaped.
fn write_text(text: &impl std::fmt::Display, out: &mut dyn Write) -> std::io::Result<()> {
    Ok(serde_json::Serializer::new(out).collect_str(text)?)
}

/// The parts as one text (RFC 4648, 4).
fn write_base64(parts: &[&[u8]], out: &mut dyn Write) -> std::io::Result<()> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = parts.iter().flat_map(|part| part.iter().copied());
    while let Some(first) = bytes.next() {
        let rest = [bytes.next(), bytes.next()];
        let length = 1 + rest.iter().flatten().count();
        let group = u32::from(first) << 16 | u32::from(rest[0].unwrap_or(0)) << 8 | u32::from(rest[1].unwrap_or(0));
        let mut text = [b'='; 4];
        for (index, digit) in text.iter_mut().enumerate().take(length + 1) {
            *digit = DIGITS[(group >> (18 - 6 * index)) as usize & 63];
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
            for cut in 0..=text.len() {
                let mut out = Vec::new();
                write_base64(&[&text.as_bytes()[..cut], b"", &text.as_bytes()[cut..]], &mut out).expect("written");
                assert_eq!(String::from_utf8_lossy(&out), expected);
            }
        }
    }

    #[test]
    fn parts_become_one_text() {
        let mut out = Vec::new();
        write_text(&Texts(["a\"é", "\n", "\u{1}"]), &mut out).expect("written");
        assert_eq!(String::from_utf8_lossy(&out), "\"a\\\"é\\n\\u0001\"");
    }
}
