//! The keys of an archive.
//!
//! Takes key files, gives keys that sign, new ones, and their way from one to the next. Must never write a secret into the archive.

use std::path::Path;

use ring::rand::{SecureRandom, SystemRandom};
use serde_json::{Value, json};

use super::{Actor, Archive, ArchiveError, HEADS};
use crate::archive::log;
use crate::base::file;
use crate::base::hash::hex;
use crate::kit::sign::{SigningKey, private_pem, public_pem};

/// A key that signs heads.
pub struct ArchiveKey(SigningKey);

/// Largest key file.
const KEY_BYTES_MAX: usize = 64 << 10;

impl ArchiveKey {
    /// Reads a key file.
    pub fn read(path: &Path) -> Result<ArchiveKey, ArchiveError> {
        let text = String::from_utf8(file::read(path, KEY_BYTES_MAX)?).unwrap_or_default();
        let key = SigningKey::of_pem(&text);
        key.map(ArchiveKey).ok_or_else(|| ArchiveError::Refused(format!("`{}` is no Ed25519 key (PEM, PKCS #8)", path.display())))
    }

    pub(super) fn id(&self) -> String {
        log::key_id(&self.0.public())
    }

    pub(super) fn sign(&self, text: &[u8]) -> String {
        hex(&self.0.sign(text))
    }
}

/// Makes a key: a private file, and a public one beside it with `.pub` at its end. It becomes the first key of the archive at `root`.
///
/// # Errors
/// The file is there already; the archive has a key.
pub fn new_key(root: &Path, path: &Path, actor: &Actor) -> Result<String, ArchiveError> {
    let mut archive = Archive::open(root, Some(actor), None)?;
    if newest_key(&archive)?.is_some() {
        return Err(ArchiveError::Refused("the archive has a key; `pressrun archive key roll` puts another in its place".into()));
    }
    let key = write_key(path, &archive)?;
    archive.append(actor, json!({ "action": "key", "key": key.id(), "public": hex(&key.0.public()) }))?;
    archive.sign_head(Some(&key), &actor.time)?;
    Ok(key.id())
}

/// Makes a key in place of the last one, which signs it.
pub fn roll_over(root: &Path, old: &Path, path: &Path, actor: &Actor) -> Result<String, ArchiveError> {
    let mut archive = Archive::open(root, None, None)?;
    let old = ArchiveKey::read(old)?;
    if newest_key(&archive)?.as_deref() != Some(old.id().as_str()) {
        return Err(ArchiveError::Refused(format!("the key {} is not the last one of the archive", old.id())));
    }
    let key = write_key(path, &archive)?;
    let public = hex(&key.0.public());
    let signature = old.sign(log::rollover_text(&public, &old.id(), &actor.time).as_bytes());
    archive.append(actor, json!({ "action": "key", "key": key.id(), "public": public, "signature": signature, "signed_by": old.id() }))?;
    archive.sign_head(Some(&key), &actor.time)?;
    Ok(key.id())
}

fn write_key(path: &Path, archive: &Archive) -> Result<ArchiveKey, ArchiveError> {
    if file::Fingerprint::of(path).is_ok() {
        return Err(ArchiveError::Refused(format!("`{}` is there already", path.display())));
    }
    let mut seed = [0; 32];
    let filled = SystemRandom::new().fill(&mut seed).ok().and_then(|()| SigningKey::of_seed(&seed));
    let key = ArchiveKey(filled.ok_or_else(|| ArchiveError::Refused("the system gives no random numbers".into()))?);
    archive.disk.commit_secret(path, private_pem(&seed).as_bytes())?;
    let mut public = path.as_os_str().to_os_string();
    public.push(".pub");
    archive.disk.commit(Path::new(&public), public_pem(&key.0.public()).as_bytes())?;
    Ok(key)
}

/// The keys of an archive as its log tells them.
pub(super) fn keys_of(log: &[u8]) -> Vec<Value> {
    let mut keys = Vec::new();
    log::read(log, |entry| {
        if entry.text.contains("\"action\":\"key\"") {
            let event = entry.value();
            if event["action"] == "key" {
                keys.push(event);
            }
        }
    });
    keys
}

pub(super) fn newest_key(archive: &Archive) -> Result<Option<String>, ArchiveError> {
    let keys = keys_of(&file::Mapped::open(&archive.path(super::LOG))?);
    Ok(keys.last().and_then(|key| key["key"].as_str()).map(str::to_string))
}

/// The newest signed head of an archive.
pub(super) fn newest_head(root: &Path) -> Result<Option<Value>, ArchiveError> {
    if file::Fingerprint::of(&root.join(HEADS)).is_err() {
        return Ok(None);
    }
    let heads = file::Mapped::open(&root.join(HEADS))?;
    let last = heads.split(|byte| *byte == b'\n').rfind(|line| !line.is_empty());
    Ok(last.and_then(|line| serde_json::from_slice(line).ok()))
}
