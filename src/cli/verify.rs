//! `pressrun verify`: a file and its proof, without the archive.

use std::path::PathBuf;

use clap::Args;

use super::archive::refuse;
use super::text::columns;
use super::{Outcome, fail, print};
use crate::base::code;
use crate::engine::archive::{verify_completeness, verify_proof};

/// Check a document against its proof, or a proof that no document is missing: offline, without archive or ledger.
///
/// Exit codes: 0 the proof holds, 2 it does not, and what was changed.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The document, then its proof; or the proof alone that no document is missing.
    #[arg(required = true, num_args = 1..=2, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The public key that is trusted (`….pub` of `pressrun archive key new`).
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

impl Verify {
    pub(super) fn run(self) -> Outcome {
        let verdict = match self.files.as_slice() {
            [file, proof] => verify_proof(file, proof, self.key.as_deref()),
            [proof] => verify_completeness(proof, self.key.as_deref()),
            _ => return Outcome::Failed,
        };
        let verdict = match verdict {
            Ok(verdict) => verdict,
            Err(error) => return refuse(&error),
        };
        for fault in &verdict.faults {
            fail(&code::PROOF_FAILED, fault.clone(), None);
        }
        if !verdict.faults.is_empty() {
            return Outcome::Failed;
        }
        let lines: Vec<(String, String, String)> = verdict.facts.iter().map(|(name, value)| (name.clone(), value.clone(), String::new())).collect();
        let remarks: String = verdict.remarks.iter().map(|remark| format!("  note: {remark}\n")).collect();
        print(&format!("the proof holds ✓\n{}{remarks}", columns(&lines)));
        Outcome::Done
    }
}
