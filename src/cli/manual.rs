//! `pressrun manual`: the reference, printed from the tables the compilers use.

use clap::{Args, ValueEnum};

use super::{Outcome, print};

/// Print a part of the manual, Markdown.
#[derive(Debug, Args)]
pub(super) struct Manual {
    /// Which part.
    part: Part,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Part {
    /// The layout language: docs/layout.md.
    Layout,
    /// The job file: docs/job.md.
    Job,
}

impl Manual {
    pub(super) fn run(self) -> Outcome {
        print(&match self.part {
            Part::Layout => crate::layout::manual(),
            Part::Job => crate::plan::manual(),
        });
        Outcome::Done
    }
}
