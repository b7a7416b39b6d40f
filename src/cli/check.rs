//! `pressrun check`: every fault of a job and what can be told of its data, at once.

use std::path::PathBuf;

use clap::Args;

use super::{Outcome, compile, print, render};
use crate::base::diagnostic::Severity;
use crate::base::span::Sources;
use crate::engine;

/// Report every fault of a job, its layouts, its data contract and the beginning of its data; produce nothing.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// The job file.
    job: PathBuf,
    /// Data in place of the files of the first input.
    #[arg(long, value_name = "FILE")]
    input: Vec<PathBuf>,
    /// Write one JSON object per fault to standard output.
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(super) fn run(self) -> Outcome {
        let (plan, mut diagnostics) = compile(&self.job, &self.input, self.json);
        // Data is read as the mapping says, so a mapping with faults comes first.
        let data = plan.as_ref().map(engine::inspect).unwrap_or_default();
        let sources = Sources::default();
        if self.json {
            data.iter().for_each(|diagnostic| print(&format!("{}\n", render::json(diagnostic, &sources))));
        } else {
            eprint!("{}", render::text(&data, &sources, render::has_colour()));
        }
        let is_runnable = plan.is_some() && data.iter().all(|diagnostic| diagnostic.severity == Severity::Warning);
        diagnostics.extend(data);
        let summary = match plan.as_ref().filter(|_| is_runnable) {
            Some(plan) => {
                let layouts: Vec<&str> = plan.layouts.iter().map(|layout| layout.name.as_str()).collect();
                let inputs: usize = plan.inputs.iter().map(|input| input.files.len()).sum();
                let warnings = if diagnostics.is_empty() { String::new() } else { format!(", {}", render::count(&diagnostics)) };
                format!(
                    "{}: no faults{warnings} · {} fields · layouts {} · {inputs} input {} · plan {}",
                    self.job.display(),
                    plan.schema.fields.len(),
                    layouts.join(", "),
                    if inputs == 1 { "file" } else { "files" },
                    &plan.hash.hex()[..12]
                )
            }
            None => format!("{}: {}, nothing was produced", self.job.display(), render::count(&diagnostics)),
        };
        if self.json {
            let plan = plan.as_ref().map(|plan| plan.hash.hex());
            print(&format!("{}\n", serde_json::json!({ "event": "checked", "faults": diagnostics.len(), "plan": plan })));
        } else if is_runnable {
            print(&format!("{summary}\n"));
        } else {
            eprintln!("{summary}");
        }
        if is_runnable { Outcome::Done } else { Outcome::Failed }
    }
}
