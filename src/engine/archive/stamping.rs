//! Time stamps of the heads of an archive (RFC 3161).
//!
//! Takes an archive, gives requests to time stamp authorities, checks what they answer and keeps it. A head whose authority cannot be reached is
//! stamped later: the log knows both times.

use std::path::Path;

use serde_json::{Value, json};

use super::keys::{ArchiveKey, newest_head};
use super::{Actor, Archive, ArchiveError, HEADS};
use crate::archive::stamp::{self, StampFault, Stamped};
use crate::base::file;
use crate::base::limits::PROOF_BYTES_MAX;

/// Signs the head of an archive as it is now; then the request for a time stamp of it (RFC 3161, 2.4.1), in DER.
pub fn stamp_request(root: &Path, key: &ArchiveKey, actor: &Actor) -> Result<Vec<u8>, ArchiveError> {
    let mut archive = Archive::open(root, None, None)?;
    archive.sign_head(Some(key), &actor.time)?;
    let head = newest_head(root)?.ok_or_else(|| ArchiveError::Refused("the archive has no signed head".into()))?;
    Ok(stamp::request(&stamp::imprint_of(&head)))
}

/// Checks the answer of a time stamp authority against the heads of the archive, and keeps it. `roots` are certificates (PEM) that are trusted.
pub fn stamp_response(root: &Path, response: &[u8], roots: &str, actor: &Actor) -> Result<Stamped, ArchiveError> {
    if response.len() > PROOF_BYTES_MAX {
        return Err(ArchiveError::Refused("the time stamp is too large to be one".into()));
    }
    let mut archive = Archive::open(root, None, None)?;
    let heads = file::read(&root.join(HEADS), PROOF_BYTES_MAX)?;
    let refused = |fault: StampFault| ArchiveError::Refused(format!("the time stamp does not hold: {fault}"));
    let mut last = None;
    for line in heads.split(|byte| *byte == b'\n').rev().filter(|line| !line.is_empty()) {
        let Ok(head) = serde_json::from_slice::<Value>(line) else { continue };
        match stamp::check(response, &stamp::imprint_of(&head), roots) {
            Ok(stamped) => {
                let name = format!("stamps/{}.tsr", stamped.serial);
                archive.disk.create_inner_folder(&archive.path("stamps"))?;
                archive.disk.commit(&archive.path(&name), response)?;
                let sealed = super::seal_bytes(&name, response);
                archive.append(
                    actor,
                    json!({ "action": "stamped", "authority": stamped.authority, "files": [sealed], "size": head["size"], "stamp_time": stamped.time }),
                )?;
                return Ok(stamped);
            }
            Err(StampFault::OtherImprint) => last = Some(StampFault::OtherImprint),
            Err(fault) => return Err(refused(fault)),
        }
    }
    Err(refused(last.unwrap_or(StampFault::OtherImprint)))
}

/// Sends a request to an authority (RFC 3161, 3.4), gives its answer.
pub fn ask_authority(url: &str, request: &[u8]) -> Result<Vec<u8>, ArchiveError> {
    let failed = |error: reqwest::Error| ArchiveError::Refused(format!("the authority at `{url}` cannot be asked: {error}"));
    // Who comes second finds it installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::blocking::Client::builder().timeout(std::time::Duration::from_secs(60)).build().map_err(failed)?;
    let asked = client.post(url).header("Content-Type", "application/timestamp-query").body(request.to_vec()).send();
    let answer = asked.and_then(reqwest::blocking::Response::error_for_status).map_err(failed)?;
    Ok(answer.bytes().map_err(failed)?.to_vec())
}
