//! `pressrun check`: every fault of a job and what can be told of its data, at once.

use std::path::PathBuf;

use clap::Args;

use super::{Outcome, print, render};
use crate::base::diagnostic::Severity;
use crate::engine::{self, Watcher};

/// Report every fault of a job, its layouts, its data contract and the beginning of its data; produce nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pressrun check job.toml
  pressrun check job.toml --watch       again after each save
  pressrun check job.toml --json | jq")]
pub(super) struct Check {
    /// The job file.
    job: PathBuf,
    /// Data in place of the files of the first input.
    #[arg(long, value_name = "FILE")]
    input: Vec<PathBuf>,
    /// Write one JSON object per fault to standard output.
    #[arg(long)]
    json: bool,
    /// Check again whenever a file of the job changes, until Ctrl-C.
    #[arg(long)]
    watch: bool,
}

/// So many data files are watched.
const FILES_MAX: usize = 1_000;

impl Check {
    pub(super) fn run(self) -> Outcome {
        if !self.watch {
            return self.once().0;
        }
        let mut watcher = Watcher::of(std::slice::from_ref(&self.job));
        let mut files = self.once().1;
        watcher.follow(&files);
        loop {
            engine::pause(engine::INTERVAL);
            if watcher.has_changed(&files) {
                if std::io::IsTerminal::is_terminal(&std::io::stdout()) {
                    // Clears the screen and goes to its upper left corner (ECMA-48, 8.3.39 and 8.3.21).
                    print("\x1b[2J\x1b[H");
                }
                files = self.once().1;
                watcher.follow(&files);
            }
        }
    }

    /// Checks the job once; gives the files it looked at, too.
    fn once(&self) -> (Outcome, Vec<PathBuf>) {
        let compiled = super::compile_all(&self.job, &self.input, self.json);
        let (plan, mut diagnostics) = (compiled.plan, compiled.diagnostics);
        // What is found in the data may have its place in a layout.
        let data = match &plan {
            Some(plan) => engine::inspect(plan),
            // Faults of the job do not hide those of its files.
            None => engine::inspect_inputs(&compiled.inputs),
        };
        let inputs = plan.as_ref().map_or(&compiled.inputs, |plan| &plan.inputs);
        let mut files: Vec<PathBuf> = compiled.sources.iter().map(|source| PathBuf::from(&source.path)).collect();
        files.extend(inputs.iter().flat_map(|input| input.files.iter().chain(&input.lines)).take(FILES_MAX).cloned());
        if files.is_empty() {
            files.push(self.job.clone());
        }
        if self.json {
            data.iter().for_each(|diagnostic| print(&format!("{}\n", render::json(diagnostic, &compiled.sources))));
        } else {
            eprint!("{}", render::text(&data, &compiled.sources, render::has_colour()));
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
        (if is_runnable { Outcome::Done } else { Outcome::Failed }, files)
    }
}
