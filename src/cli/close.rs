//! `pressrun close`: a run is closed and certified.

use std::path::PathBuf;

use clap::Args;

use super::night::{Who, refuse};
use super::text::columns;
use super::{Outcome, print};
use crate::base::readable::grouped;
use crate::engine::night::{CERTIFICATE, close_run};

/// Close a run and certify it: every piece was handed over to the post or pulled, and nothing is open.
///
/// Writes `certificate.pdf` and `certificate.json` into the output folder: counts in all and per tray, what was printed again or pulled and why, control totals,
/// and the SHA-256 of every file.
#[derive(Debug, Args)]
pub(super) struct Close {
    /// The output folder of the run.
    run: PathBuf,
    /// Write the certificate to standard output.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    who: Who,
}

impl Close {
    pub(super) fn run(self) -> Outcome {
        let certified = match close_run(&self.run, &self.who.account("")) {
            Ok(certified) => certified,
            Err(error) => return refuse(&error),
        };
        let certificate = &certified.certificate;
        if self.json {
            print(&format!("{certificate:#}\n"));
            return Outcome::Done;
        }
        let number = |pointer: &str| grouped(certificate.pointer(pointer).and_then(serde_json::Value::as_u64).unwrap_or(0));
        let line = |name: &str, pointer: &str, remark: &str| (name.to_string(), number(pointer), remark.to_string());
        let mut lines =
            vec![line("pieces planned", "/pieces/planned", ""), line("handed over", "/pieces/handed_over", ""), line("pulled", "/pieces/pulled", "")];
        for total in certificate["totals"].as_array().into_iter().flatten() {
            let text = |key: &str| total[key].as_str().unwrap_or_default().to_string();
            lines.push((text("name"), text("sum"), text("currency")));
        }
        let state = if certified.was_closed { "closed before" } else { "closed" };
        print(&format!("{state}: {}\n\n{}", self.run.join(CERTIFICATE).display(), columns(&lines)));
        Outcome::Done
    }
}
