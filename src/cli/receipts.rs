//! `pressrun receipts`: what became of text messages.

use std::path::PathBuf;

use clap::Args;

use super::night::{Who, refuse};
use super::text::columns;
use super::{Outcome, print};
use crate::base::readable::grouped;
use crate::engine;

/// Read the delivery receipts of a gateway into the ledger of a run.
///
/// Each line is a JSON object with the `id` of a message and its `status`. The same receipt counts once.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 every line was a receipt of this run, 1 some were not or were read before, 2 failed.")]
pub(super) struct ReceiptsCommand {
    /// The receipts, NDJSON.
    file: PathBuf,
    /// The output folder of the run.
    #[arg(long, value_name = "DIR")]
    run: PathBuf,
    /// The channel they are about.
    #[arg(long, default_value = "sms")]
    channel: String,
    /// Write JSON to standard output.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    who: Who,
}

impl ReceiptsCommand {
    pub(super) fn run(self) -> Outcome {
        let read = match engine::receipts(&self.run, &self.channel, &self.file, &self.who.account("")) {
            Ok(read) => read,
            Err(error) => return refuse(&error),
        };
        if self.json {
            let refused: Vec<_> = read.refused.iter().map(|(line, reason)| serde_json::json!({ "line": line, "reason": reason })).collect();
            print(&format!(
                "{:#}\n",
                serde_json::json!({
                    "lines": read.lines, "delivered": read.delivered, "failed": read.failed, "pending": read.pending, "known": read.known,
                    "refused": refused,
                })
            ));
        } else {
            let line = |name: &str, number: u64, remark: &str| {
                (name.to_string(), grouped(number), if number == 0 { String::new() } else { remark.to_string() })
            };
            print(&columns(&[
                line("receipts", read.lines, ""),
                line("delivered", read.delivered, ""),
                line("failed", read.failed, "`pressrun fallback` gives these documents another way"),
                line("pending", read.pending, "they say nothing final"),
                line("known", read.known, "they were read before"),
                line("refused", read.refused.len() as u64, "they are no receipts of this run"),
            ]));
            read.refused.iter().take(20).for_each(|(line, reason)| eprintln!("{}:{line}: {reason}", self.file.display()));
        }
        if read.known == 0 && read.refused.is_empty() { Outcome::Done } else { Outcome::Held }
    }
}
