//! `pressrun fallback`: documents whose messages did not arrive become letters.
//!
//! Takes arguments, gives what the engine made. Must never decide what falls back.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use clap::Args;

use super::night::{Who, refuse};
use super::{Outcome, print};
use crate::base::file::Disk;
use crate::base::readable::{counted, grouped};
use crate::engine::fallback::{Fallback, FellBack, fallback};
use crate::engine::{Options, Silent};

/// Print the documents whose messages failed, bounced hard, or are under way for longer than the job allows.
///
/// Makes a new output folder with print files of exactly these documents, out of the volumes of the run: the same pages, byte for byte. A
/// document is marked before it is printed and is never sent by that channel afterwards; the command again goes on where it stopped.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 all that needs paper is printed, 1 some documents need another channel, or messages are in doubt, 2 failed.
In doubt is settled by `pressrun deliver --accepted`; such documents do not fall back, because their messages may have arrived.")]
pub(super) struct FallbackCommand {
    /// The output folder of the run.
    run: PathBuf,
    /// The new output folder.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Threads; all of the machine if absent.
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// Say what would be printed; change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Write JSON to standard output.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    who: Who,
}

impl FallbackCommand {
    pub(super) fn run(self) -> Outcome {
        let stop = AtomicBool::new(false);
        let options =
            Options { out: self.out.clone(), threads: self.threads, disk: Disk::real(), stop: &stop, watch: &Silent, fail_at: None, until: None };
        let ask = Fallback { out: self.out.clone(), account: self.who.account(""), dry_run: self.dry_run };
        match fallback(&self.run, &ask, &options) {
            Err(error) => refuse(&error),
            Ok(found) => {
                print(&if self.json { json(&found) } else { self.text(&found) });
                if found.elsewhere.is_empty() && found.in_doubt == 0 { Outcome::Done } else { Outcome::Held }
            }
        }
    }

    fn text(&self, found: &FellBack) -> String {
        let documents = counted(found.documents.len() as u64, "document");
        let pages = counted(found.pages, "page");
        let mut out = match (self.dry_run, found.documents.is_empty(), found.was_done) {
            (_, true, _) => "no document needs paper\n".to_string(),
            (true, ..) => format!("{documents} with {pages} would be printed\n"),
            (false, _, true) => format!("{documents} with {pages}: `{}` was complete already\n", self.out.display()),
            (false, ..) => format!("{documents} with {pages} printed in `{}`\n", self.out.display()),
        };
        for (channel, count) in &found.elsewhere {
            out.push_str(&format!("{} not arrived by `{channel}`, and the job has no fallback for it\n", counted(*count, "message")));
        }
        if found.in_doubt > 0 {
            out.push_str(&format!("{} in doubt: settle them first with `pressrun deliver --accepted`\n", grouped(found.in_doubt)));
        }
        out
    }
}

fn json(found: &FellBack) -> String {
    let documents: Vec<serde_json::Value> =
        found.documents.iter().map(|lost| serde_json::json!({ "record": lost.record + 1, "channel": lost.channel, "reason": lost.reason })).collect();
    let value = serde_json::json!({
        "event": "fallback", "documents": documents, "pages": found.pages, "elsewhere": found.elsewhere, "in_doubt": found.in_doubt, "was_done": found.was_done,
    });
    format!("{value}\n")
}
