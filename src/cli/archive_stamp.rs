//! `pressrun archive stamp`: a time stamp authority says when the archive's head was there.

use std::path::PathBuf;

use clap::Args;

use super::archive::{Signing, Who, write};
use super::{Outcome, print};
use crate::base::file;
use crate::base::limits::PROOF_BYTES_MAX;
use crate::engine::archive::{self, ArchiveError};

/// Have the signed head of the archive stamped.
#[derive(Debug, Args)]
pub(super) struct Stamp {
    /// The folder of the archive.
    archive: PathBuf,
    /// Sign the head, and write the request for its stamp here (RFC 3161, DER).
    #[arg(long, value_name = "FILE", conflicts_with_all = ["response", "url"])]
    request: Option<PathBuf>,
    /// Check this answer of an authority, and keep it.
    #[arg(long, value_name = "FILE", conflicts_with = "url", requires = "roots")]
    response: Option<PathBuf>,
    /// Ask the authority at this URL, and keep its answer.
    #[arg(long, value_name = "URL", requires = "roots")]
    url: Option<String>,
    /// The certificates that are trusted (PEM).
    #[arg(long, value_name = "FILE")]
    roots: Option<PathBuf>,
    #[command(flatten)]
    signing: Signing,
    #[command(flatten)]
    who: Who,
}

impl Stamp {
    pub(super) fn run(self) -> Result<Outcome, ArchiveError> {
        let root = archive::root_of(&self.archive);
        let actor = self.who.actor();
        let key = || self.signing.read()?.ok_or_else(|| ArchiveError::Refused("a stamp is of a signed head: name the key with `--key`".into()));
        if let Some(path) = &self.request {
            let request = archive::stamp_request(&root, &key()?, &actor)?;
            write(path, &request)?;
            print(&format!("{}: request for the head as it is now\n", path.display()));
            return Ok(Outcome::Done);
        }
        let answer = match (&self.response, &self.url) {
            (Some(path), _) => file::read(path, PROOF_BYTES_MAX)?,
            (None, Some(url)) => archive::ask_authority(url, &archive::stamp_request(&root, &key()?, &actor)?)?,
            (None, None) => return Err(ArchiveError::Refused("say `--request`, `--response` or `--url`".into())),
        };
        let roots = self.roots.as_ref().map(|path| file::read(path, PROOF_BYTES_MAX)).transpose()?.unwrap_or_default();
        let stamped = archive::stamp_response(&root, &answer, &String::from_utf8_lossy(&roots), &actor)?;
        print(&format!("stamped {} by {}, number {}\n", stamped.time, stamped.authority, stamped.serial));
        Ok(Outcome::Done)
    }
}
