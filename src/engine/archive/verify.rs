//! A file is checked against its proof: `pressrun verify`.
//!
//! Takes the paths of a file and a proof, reads both, gives the verdict. Needs no archive.

use std::path::Path;

use serde_json::Value;

use super::ArchiveError;
use super::store::Memory;
use crate::archive::proof;
use crate::base::file;
use crate::base::limits::PROOF_BYTES_MAX;
use crate::kit::pdf::{Object, OpenFile, RangeRead};
use crate::kit::sign::public_of_pem;

pub use crate::archive::proof::Verdict;

/// Largest file that is checked.
const FILE_BYTES_MAX: usize = 4 << 30;

/// Checks a file against its proof. `key` is the file of a public key that is trusted.
pub fn verify_proof(path: &Path, proof: &Path, key: Option<&Path>) -> Result<Verdict, ArchiveError> {
    let bytes = file::read(path, FILE_BYTES_MAX)?;
    let pages = read_pages(&mut Memory(&bytes));
    Ok(proof::verify(&bytes, pages.as_deref(), &read_proof(proof)?, read_key(key)?.as_ref()))
}

/// Checks a proof that no document is missing.
pub fn verify_completeness(proof: &Path, key: Option<&Path>) -> Result<Verdict, ArchiveError> {
    Ok(proof::verify_complete(&read_proof(proof)?, read_key(key)?.as_ref()))
}

fn read_proof(path: &Path) -> Result<Value, ArchiveError> {
    let bytes = file::read(path, PROOF_BYTES_MAX)?;
    let damaged = |fault: String| ArchiveError::Damaged { file: path.to_string_lossy().into_owned(), fault };
    let value: Value = serde_json::from_slice(&bytes).map_err(|error| damaged(format!("it is no JSON: {error}")))?;
    // What was written is written again: a change that means nothing, such as another space, is one all the same.
    if crate::kit::json_canonical::canonical_of_foreign(&value).as_deref() != Some(bytes.trim_ascii_end()) {
        return Err(damaged("it is not the canonical JSON that a proof is: a byte was changed".into()));
    }
    Ok(value)
}

fn read_key(path: Option<&Path>) -> Result<Option<[u8; 32]>, ArchiveError> {
    let Some(path) = path else { return Ok(None) };
    let text = String::from_utf8(file::read(path, 64 << 10)?).unwrap_or_default();
    let key = public_of_pem(&text);
    key.map(Some).ok_or_else(|| ArchiveError::Refused(format!("`{}` is no public Ed25519 key (PEM)", path.display())))
}

/// The content streams of a file, page by page, as they are stored.
fn read_pages(from: &mut dyn RangeRead) -> Option<Vec<Vec<u8>>> {
    let mut open = OpenFile::open(from).ok()?;
    let (_, catalog) = open.from_trailer("Root", from).ok()?;
    let mut nodes = vec![catalog.find("Pages")?.reference()?];
    let (mut pages, mut left) = (Vec::new(), open.places().len());
    while let Some(number) = nodes.pop() {
        left = left.checked_sub(1)?;
        let node = open.object(number, from).ok()?;
        match node.find("Kids") {
            Some(kids) => nodes.extend(kids.items().iter().rev().filter_map(Object::reference)),
            None => pages.push(open.stream(node.find("Contents")?.reference()?, from).ok()?.1),
        }
    }
    Some(pages)
}
