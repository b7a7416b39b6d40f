//! `pressrun diff`: what a change did to every document.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Outcome, fail, print, render, run};
use crate::base::code;
use crate::base::file::Disk;
use crate::base::readable::{counted, grouped};
use crate::kit::raster;
use crate::plan::{Overrides, compile};
use crate::tools::diff::{Job, Report, diff, open_run, pictures};
use crate::tools::html;

/// Group the documents whose pages differ between two runs, two jobs or two layouts by kind of change.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pressrun diff out-october out-october-new --html diff.html      two output folders
  pressrun diff job.toml --layout-old letter.xml --layout-new letter-2.xml
  pressrun diff job.toml job-2.toml --input october.ndjson        two jobs over the same data

Exit codes: 0 nothing differs, 1 documents differ, 2 failed.")]
pub(super) struct Diff {
    /// The old output folder or job file.
    old: PathBuf,
    /// The new one; the same job with other layouts if absent.
    new: Option<PathBuf>,
    /// The layout of the old side, in place of those of its job.
    #[arg(long, value_name = "FILE")]
    layout_old: Option<PathBuf>,
    /// The layout of the new side.
    #[arg(long, value_name = "FILE")]
    layout_new: Option<PathBuf>,
    /// Data in place of the files of the first input of both jobs.
    #[arg(long, value_name = "FILE")]
    input: Vec<PathBuf>,
    /// Write a report with pictures of three documents of each kind.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Dots per inch of its pictures.
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(20..=300))]
    dpi: u32,
    /// Write the kinds as JSON to standard output.
    #[arg(long)]
    json: bool,
    /// Threads; as many as the machine has if absent.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

impl Diff {
    pub(super) fn run(self) -> Outcome {
        if self.new.is_none() && self.layout_old.is_none() && self.layout_new.is_none() {
            let hint = "name another folder or job, or layouts with `--layout-old` and `--layout-new`";
            return fail(&code::WORLD_ARGUMENT, "there is nothing to compare with", Some(hint.into()));
        }
        let new = self.new.as_ref().unwrap_or(&self.old);
        let jobs = [(&self.old, &self.layout_old), (new, &self.layout_new)].map(|(path, layout)| self.open(path, layout.as_ref()));
        let [old, new] = match jobs {
            [Ok(old), Ok(new)] => [old, new],
            [Err(outcome), _] | [_, Err(outcome)] => return outcome,
        };
        let report = match diff(&old, &new, self.threads.map_or(0, usize::from)) {
            Ok(report) => report,
            Err(error) => return run::report_simply(&error),
        };
        if let Some(path) = &self.html
            && let Err(outcome) = self.write_html(path, &old, &new, &report)
        {
            return outcome;
        }
        print(&if self.json { json(&report) } else { text(&report) });
        if report.changed == 0 { Outcome::Done } else { Outcome::Held }
    }

    /// An output folder with its books, or a job.
    fn open(&self, path: &Path, layout: Option<&PathBuf>) -> Result<Job, Outcome> {
        let is_run = path.join("ledger.sqlite").exists();
        let job = if is_run && layout.is_none() {
            open_run(path).map_err(|message| {
                let hint = "the frozen plan and the data of a run must still be there; compare the jobs instead";
                fail(&code::WORLD_ARGUMENT, message, Some(hint.into()))
            })?
        } else {
            let inputs = (!self.input.is_empty()).then(|| self.input.clone());
            Job { compiled: compile(path, &Overrides { inputs, layout: layout.cloned(), ..Overrides::default() }), hashes: None }
        };
        eprint!("{}", render::text(&job.compiled.diagnostics, &job.compiled.sources, render::has_colour()));
        match job.compiled.plan {
            Some(_) => Ok(job),
            None => {
                eprintln!("{}: {}, nothing was compared", path.display(), render::count(&job.compiled.diagnostics));
                Err(Outcome::Failed)
            }
        }
    }

    fn write_html(&self, path: &Path, old: &Job, new: &Job, report: &Report) -> Result<(), Outcome> {
        let (Some(old), Some(new)) = (&old.compiled.plan, &new.compiled.plan) else { return Ok(()) };
        let samples = pictures(old, new, report, self.dpi).map_err(|error| run::report_simply(&error))?;
        let mut page = html::Report::new("What changed", &summary(report));
        for (kind, samples) in report.kinds.iter().zip(&samples) {
            page.section(&format!("{}: {}", counted(kind.count, "document"), kind.title), "");
            for sample in samples {
                let difference = match (&sample.before, &sample.after) {
                    (Some(before), Some(after)) => Some(raster::difference(before, after, 40).picture),
                    _ => None,
                };
                let title = |what: &str| format!("{}, {what}", sample.title);
                page.pictures(&[
                    (&title("before"), sample.before.as_ref()),
                    (&title("after"), sample.after.as_ref()),
                    (&title("difference: red went, blue came"), difference.as_ref()),
                ]);
            }
            page.end();
        }
        Disk::real().commit(path, page.finish().as_bytes()).map_err(|error| fail(&code::WORLD_FILE, error.to_string(), None))
    }
}

fn summary(report: &Report) -> String {
    let same = report.records - report.changed;
    format!("{} of {} differ, {} are the same", grouped(report.changed), counted(report.records, "document"), grouped(same))
}

fn text(report: &Report) -> String {
    let mut out = String::new();
    let width = report.kinds.iter().map(|kind| grouped(kind.count).len()).max().unwrap_or(0);
    for kind in &report.kinds {
        let first: Vec<String> = kind.samples.iter().map(|(record, _)| (record + 1).to_string()).collect();
        let number = grouped(kind.count);
        out.push_str(&format!("  {}{number}  {}; record {}\n", " ".repeat(width - number.len()), kind.title, first.join(", ")));
    }
    if report.left_out > 0 {
        out.push_str(&format!("  and {} rarer\n", counted(report.left_out as u64, "kind")));
    }
    out + &summary(report) + "\n"
}

fn json(report: &Report) -> String {
    let kinds: Vec<_> = report
        .kinds
        .iter()
        .map(|kind| {
            let records: Vec<u64> = kind.samples.iter().map(|(record, _)| record + 1).collect();
            serde_json::json!({ "kind": kind.title, "documents": kind.count, "records": records })
        })
        .collect();
    let whole = serde_json::json!({
        "records": report.records, "changed": report.changed, "composed": report.composed, "kinds": kinds, "left_out": report.left_out,
    });
    format!("{whole}\n")
}
