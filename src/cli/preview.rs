//! `pressrun preview`: records in the browser, anew after each save.

use std::path::PathBuf;

use clap::Args;

use super::{Outcome, fail, print, render};
use crate::base::code;
use crate::tools::preview::serve;

/// Show the records of a job in the browser, composed anew after each save.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pressrun preview job.toml
  pressrun preview job.toml --port 8000 --input october.ndjson

Keys: ← → records, + - 0 zoom, b boxes with the element and line that made them, d data, / search.
The page is reachable from this machine alone. The pages have the bytes that a run would print.")]
pub(super) struct Preview {
    /// The job file.
    job: PathBuf,
    /// Data in place of the files of the first input.
    #[arg(long, value_name = "FILE")]
    input: Vec<PathBuf>,
    /// The port on 127.0.0.1; 0 takes one that is free.
    #[arg(long, value_name = "N", default_value_t = 7878)]
    port: u16,
}

impl Preview {
    pub(super) fn run(self) -> Outcome {
        let render = |faults: &[_], sources: &_| render::text(faults, sources, false);
        let started = |port| print(&format!("http://127.0.0.1:{port}/  (Ctrl-C ends it)\n"));
        match serve(&self.job, &self.input, self.port, &render, started) {
            Ok(()) => Outcome::Done,
            Err(error) => {
                let hint = "another program may have the port; give another with `--port`, or 0 for any";
                fail(&code::WORLD_ARGUMENT, format!("cannot listen on 127.0.0.1:{}: {error}", self.port), Some(hint.into()))
            }
        }
    }
}
