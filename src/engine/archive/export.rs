//! Many documents are handed over at once, as a bag (RFC 8493).
//!
//! Takes a query and a folder, gives the documents, their messages and proofs, a list, and the hashes of all. Must never write into a folder that holds
//! something.

use std::path::Path;

use serde_json::{Value, json};

use super::find::{Reader, note, query_json};
use super::keys::ArchiveKey;
use super::{Actor, Archive, ArchiveError};
use crate::base::file::{self, Disk};
use crate::base::hash::Hash;
use crate::kit::bagit::{Payload, tag_files};
use crate::ledger::{CatalogueRow, DocumentQuery};
use crate::model::channel::Channel;
use crate::streams::mbox::message_of;

/// What was handed over.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Exported {
    /// Documents.
    pub documents: u64,
    /// Files of the payload.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Writes what a query finds into a new bag.
pub fn export(
    root: &Path,
    query: &DocumentQuery,
    folder: &Path,
    with_proofs: bool,
    key: Option<&ArchiveKey>,
    actor: &Actor,
) -> Result<Exported, ArchiveError> {
    if file::list(folder).is_ok_and(|names| !names.is_empty()) {
        return Err(ArchiveError::Refused(format!("`{}` is not empty", folder.display())));
    }
    let mut reader = Reader::open(root)?;
    let rows = reader.find(query)?;
    let disk = Disk::real();
    disk.create_folder(&folder.join("data"))?;
    let mut payload = Vec::new();
    let mut index = String::from("file,id,run,record,type,channel,date,pages,leaf,keys\n");
    for row in &rows {
        let stem = format!("{:08}", row.number);
        let statement = reader.statement(row)?;
        let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
        if with_proofs {
            let (pdf, proof) = super::prove(&mut reader, root, row, key, actor)?;
            parts.push((format!("{stem}.pdf"), pdf));
            parts.push((format!("{stem}.proof.json"), proof_bytes(&proof)));
        } else {
            parts.push((format!("{stem}.pdf"), reader.pdf(row)?));
        }
        for (channel, bytes) in reader.messages(row)? {
            parts.push((format!("{stem}.{}", ending(&channel)), bytes));
        }
        index.push_str(&index_row(&format!("{stem}.pdf"), row, &json!(statement.keys)));
        for (name, bytes) in parts {
            add(&disk, folder, &name, &bytes, &mut payload)?;
        }
    }
    add(&disk, folder, "index.csv", index.as_bytes(), &mut payload)?;
    payload.sort_by(|left, right| left.path.cmp(&right.path));
    let bytes = payload.iter().map(|file| file.bytes).sum();
    let query = query_json(query).to_string();
    let labels = [("Bagging-Date", &actor.time[..10.min(actor.time.len())]), ("Contact-Name", &actor.who), ("External-Description", &query)];
    for (name, text) in tag_files(&payload, &labels) {
        disk.commit(&folder.join(name), text.as_bytes())?;
    }
    note(root, "exported", &rows, actor)?;
    Archive::open(root, None, None)?.sign_head(key, &actor.time)?;
    Ok(Exported { documents: rows.len() as u64, files: payload.len() as u64, bytes })
}

fn add(disk: &Disk, folder: &Path, name: &str, bytes: &[u8], payload: &mut Vec<Payload>) -> Result<(), ArchiveError> {
    disk.commit(&folder.join("data").join(name), bytes)?;
    payload.push(Payload { path: name.to_string(), bytes: bytes.len() as u64, hash: Hash::of(bytes) });
    Ok(())
}

fn index_row(file: &str, row: &CatalogueRow, keys: &Value) -> String {
    let cell = crate::engine::close::csv_cell;
    format!(
        "{file},{},{},{},{},{},{},{},{},{}\n",
        cell(&row.id),
        cell(&row.run),
        row.record + 1,
        cell(&row.kind),
        cell(&row.channel),
        row.date,
        row.pages,
        row.leaf.hex(),
        cell(&keys.to_string())
    )
}

/// A proof as it is written: canonical JSON and a line feed.
pub fn proof_bytes(proof: &Value) -> Vec<u8> {
    [crate::kit::json_canonical::canonical(proof), b"\n".to_vec()].concat()
}

/// The ending of a file with a message of a channel.
pub fn ending(channel: &str) -> &str {
    match channel {
        "email" => "eml",
        "sms" => "sms.json",
        _ => "json",
    }
}

/// A message as it was sent, of the bytes in which it is kept: an mbox has other line ends and escapes `From ` in it.
pub(super) fn as_sent(channel: &str, kept: Vec<u8>) -> Vec<u8> {
    if channel == Channel::NAMES[usize::from(Channel::EMAIL.0)] { message_of(&kept) } else { kept }
}

/// What is left of a message that is erased, as long as it: an mbox stays one, and a line of JSON is an object.
pub(super) fn blank_message(channel: &str, length: usize) -> Vec<u8> {
    let is_mail = channel == Channel::NAMES[usize::from(Channel::EMAIL.0)];
    // A header, or a member, for whoever reads the file to see that something was here.
    let head: &[u8] = if is_mail { b"Subject: erased\n\n" } else { b"{\"erased\":true}" };
    let mut left = vec![b' '; length];
    if length > head.len() {
        left[..head.len()].copy_from_slice(head);
    }
    if let Some(last) = left.last_mut().filter(|_| is_mail) {
        *last = b'\n';
    }
    left
}
