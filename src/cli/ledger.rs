//! `pressrun ledger`: a ledger that was lost is made again.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::run::report_simply;
use super::{Outcome, fail, print};
use crate::base::code;
use crate::base::readable::counted;
use crate::engine;

/// Work on the ledger of a run.
#[derive(Debug, Args)]
pub(super) struct LedgerCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make the ledger anew from the rows files beside the volumes, then end the run as any run ends.
    ///
    /// For runs of jobs with `[archive]`. Exit codes: 0 the ledger is what it was, 1 volumes are missing or damaged and were named, 2 it could not be made.
    Rebuild {
        /// The output folder of the run.
        run: PathBuf,
        /// Threads; as many as the machine has if absent.
        #[arg(long, value_name = "N", default_value_t = 0)]
        threads: usize,
    },
}

impl LedgerCommand {
    pub(super) fn run(self) -> Outcome {
        let Command::Rebuild { run, threads } = self.command;
        let rebuilt = match engine::rebuild(&run, threads) {
            Ok(rebuilt) => rebuilt,
            Err(error) => return report_simply(&error),
        };
        for fault in &rebuilt.faults {
            print(&format!("  {fault}\n"));
        }
        if rebuilt.volumes == 0 {
            return fail(&code::LEDGER_REBUILD, "no volume is there with its rows; nothing was changed", None);
        }
        print(&format!(
            "{}: {} of {} back in the ledger\n",
            run.display(),
            counted(rebuilt.documents, "document"),
            counted(rebuilt.volumes, "volume")
        ));
        print("  what was delivered or bounced is in no rows file and does not come back\n");
        match rebuilt.open {
            Some(reason) => {
                let hint = "the ledger holds all that was composed; `pressrun run` goes on once that is mended";
                fail(&code::LEDGER_REBUILD, format!("the run could not be ended: {reason}"), Some(hint.into()))
            }
            None if rebuilt.faults.is_empty() => Outcome::Done,
            None => {
                print("  what was missing or damaged was composed again from the inputs\n");
                Outcome::Held
            }
        }
    }
}
