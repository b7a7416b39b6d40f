//! `pressrun check`: every fault of a job at once.

use std::path::PathBuf;

use clap::Args;

use super::{Outcome, compile, print, render};

/// Report every fault of a job, its layouts and its data contract; produce nothing.
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
        let (plan, diagnostics) = compile(&self.job, &self.input, self.json);
        let summary = match &plan {
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
        } else if plan.is_some() {
            print(&format!("{summary}\n"));
        } else {
            eprintln!("{summary}");
        }
        if plan.is_some() { Outcome::Done } else { Outcome::Failed }
    }
}
