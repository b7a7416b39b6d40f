//! Whether the files of a job are there: `pressrun status`.
//!
//! Takes the ledger and asks the disk for lengths and names, nothing else: thousands of files are a matter of a moment.
//! Whether their bytes are right is for `verify` to say.

use std::collections::BTreeSet;
use std::path::Path;

use super::{EngineError, Folder, files};
use crate::base::file::{self, Fingerprint};
use crate::base::readable::grouped;
use crate::ledger::{Ledger, State};

/// What of an output folder is not as its ledger says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Presence {
    /// Files that are not there or not of their length, and which it is. Running the job again makes them.
    pub missing: Vec<String>,
    /// Files among the volumes and print files of a closed job that are none: whoever prints the folder would print them.
    pub strays: Vec<String>,
}

/// Looks at a folder; `None` if it has no ledger.
pub fn presence(out: &Path) -> Result<Option<Presence>, EngineError> {
    let Some(ledger) = Ledger::read(&Folder(out).ledger())? else { return Ok(None) };
    Ok(Some(of(out, &ledger)?))
}

fn of(out: &Path, ledger: &Ledger) -> Result<Presence, EngineError> {
    let state = ledger.job()?.map_or(State::Composing, |job| job.state);
    let mut presence = Presence::default();
    let mut known = BTreeSet::new();
    known.extend(ledger.volumes()?.iter().map(|row| super::rebuilding::rows_name(row.number)));
    let volumes = ledger.volumes()?.into_iter().filter_map(|row| Some((row.file?, row.bytes)));
    let print_files = ledger.print_files()?.into_iter().map(|row| (row.file, row.bytes));
    let reprints = ledger.reprints()?.into_iter().map(|row| (row.file, row.bytes));
    let messages = ledger.message_files()?.into_iter().map(|row| (row.file, row.bytes));
    for (name, bytes) in volumes.chain(messages).chain(print_files).chain(reprints) {
        presence.missing.extend(fault(out, &name, bytes));
        known.insert(name);
    }
    for row in files::expected(ledger, state)? {
        presence.missing.extend(fault(out, &row.name, row.bytes));
        known.insert(row.name);
    }
    // Before that, a file may be on its way to the ledger.
    if state == State::Closed {
        for folder in ["volumes", "print"] {
            // A folder that is not there has no strays; what else it has not was said.
            let names = file::list(&out.join(folder)).unwrap_or_default().into_iter().map(|name| format!("{folder}/{name}"));
            presence.strays.extend(names.filter(|name| !known.contains(name)));
        }
    }
    Ok(presence)
}

/// What is wrong with a file that must be there in this length.
pub(super) fn fault(out: &Path, name: &str, bytes: u64) -> Option<String> {
    match Fingerprint::of(&out.join(name)) {
        Ok(found) if found.length() == bytes => None,
        Ok(found) => Some(format!("`{name}` has {} bytes instead of {}", grouped(found.length()), grouped(bytes))),
        Err(error) if error.source.kind() == std::io::ErrorKind::NotFound => Some(format!("`{name}` is not there")),
        Err(error) => Some(error.to_string()),
    }
}
