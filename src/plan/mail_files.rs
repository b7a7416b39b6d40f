//! The files that `[mail]` names.
//!
//! Takes paths as the job writes them, gives their texts and makes them parts of the plan, so that a frozen job finds them again.
//! Must never know what is in them.

use std::path::{Path, PathBuf};

use super::freeze::Frozen;
use super::library::Part;
use super::paths::{folder_of, join};
use super::read::Text;
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::file;
use crate::base::limits::{MAIL_FILE_BYTES_MAX, MAIL_FILE_BYTES_SHOWN};
use crate::base::span::{FileId, Sources, Span};
use crate::kit::table::RowFault;

/// The files of the mail, as they are asked for.
pub(super) struct MailFiles<'f> {
    /// The folder of the job file.
    pub(super) folder: &'f Path,
    /// The frozen copy, if the job is one.
    pub(super) frozen: Option<&'f Frozen>,
    /// The files of the plan.
    pub(super) parts: &'f mut Vec<Part>,
    /// The files that faults point into.
    pub(super) sources: &'f mut Sources,
}

impl MailFiles<'_> {
    /// The text of a file, and what faults in it point into. In the frozen copy it lies at `mail/` under `name`.
    pub(super) fn read(&mut self, path: &Text, name: &str, faults: &mut Faults) -> Option<(String, FileId)> {
        let place = path.part(0..path.text.len());
        let full = self.find(&path.text);
        let text = self.read_text(&full, path, name, place, faults)?;
        // A list of a million addresses is not kept for messages: its faults are told without the line.
        let shown = if text.len() <= MAIL_FILE_BYTES_SHOWN { text.clone() } else { String::new() };
        let file = self.sources.add(full.to_string_lossy(), shown);
        Some((text, file))
    }

    fn find(&self, written: &str) -> PathBuf {
        self.frozen.and_then(|frozen| frozen.find(written)).unwrap_or_else(|| join(self.folder, written))
    }

    fn read_text(&mut self, full: &Path, path: &Text, name: &str, place: Span, faults: &mut Faults) -> Option<String> {
        let bytes = match file::read(full, MAIL_FILE_BYTES_MAX) {
            Ok(bytes) => bytes,
            Err(error) => {
                faults.push(super::missing_file(error, place, &folder_of(full)));
                return None;
            }
        };
        let mut part = Part::new(format!("mail/{name}"), bytes.clone().into());
        part.written.push(path.text.clone());
        if bytes.len() > MAIL_FILE_BYTES_SHOWN {
            part.source = Some(full.to_path_buf());
            part.bytes = Vec::new().into();
        }
        self.parts.push(part);
        String::from_utf8(bytes)
            .inspect_err(|_| faults.push(Diagnostic::error(&code::JOB_FILE, place, format!("`{}` is not UTF-8", full.display()))))
            .ok()
    }

    /// Adds the faults of a table in this file.
    pub(super) fn told<T>(&self, read: Result<T, Vec<RowFault>>, file: FileId, faults: &mut Faults) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(found) => {
                for fault in found {
                    let span = Span::new(file, fault.range.start, fault.range.end);
                    faults.push(Diagnostic::error(&code::MAIL_TABLE, span, fault.message).hint(fault.hint));
                }
                None
            }
        }
    }
}
