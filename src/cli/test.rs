//! `pressrun test`: the cases beside layouts.

use std::path::PathBuf;

use clap::Args;

use super::{Outcome, fail, print, render, run};
use crate::base::code;
use crate::base::file::Disk;
use crate::base::readable::counted;
use crate::tools::html::Report;
use crate::tools::{cases, suite};

/// Run the test cases beside layouts (`statement.tests/*.toml`).
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pressrun test                               all tests below this folder
  pressrun test layouts/statement.xml         those of one layout
  pressrun test --html report.html            with pictures before, after and their difference
  pressrun test --accept                      take what is there now as right

A case:
  job = \"../../fixtures/statements/job.toml\"
  [[case]]
  name = \"a short statement has two pages\"
  record = 1
  pages = 2
  has = [{ text = \"PAYMENT SLIP\", page = 2 }, { element = \"barcode\", in = \"foot-code\", page = 1 }]
  lacks = [{ text = \"overdue\" }]

Exit codes: 0 all cases hold, 1 some do not, 2 a test file or its job has faults.")]
pub(super) struct Test {
    /// Test files, layouts, or folders.
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// Write golden texts and pictures that differ anew.
    #[arg(long)]
    accept: bool,
    /// Write a report with pictures of what differs.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

impl Test {
    pub(super) fn run(self) -> Outcome {
        let mut files: Vec<PathBuf> = self.paths.iter().flat_map(|path| cases::find(path)).collect();
        files.dedup();
        if files.is_empty() {
            let hint = "tests of `letter.xml` are `letter.tests/*.toml` beside it; `pressrun test --help` shows a case";
            return fail(&code::WORLD_ARGUMENT, "there are no layout tests", Some(hint.into()));
        }
        let (mut passed, mut failed, mut accepted, mut broken) = (0_u64, 0_u64, 0_u64, 0_u64);
        let mut report = Report::new("Layout tests", "Pictures show the page as it was accepted, as it is, and what differs: red went, blue came.");
        for path in &files {
            let verdict = match suite::run(path, self.accept) {
                Ok(verdict) => verdict,
                Err(error) => {
                    run::report_simply(&error);
                    broken += 1;
                    continue;
                }
            };
            print(&format!("{}\n", path.display()));
            if !verdict.faults.is_empty() {
                eprint!("{}", render::text(&verdict.faults, &verdict.sources, render::has_colour()));
                if verdict.cases.is_empty() {
                    broken += 1;
                }
            }
            for case in &verdict.cases {
                let holds = case.faults.is_empty();
                let (word, class) = if holds { ("ok  ", "good") } else { ("FAIL", "bad") };
                print(&format!("  {word}  {}\n", case.name));
                case.faults.iter().for_each(|fault| print(&format!("        {fault}\n")));
                case.accepted.iter().for_each(|name| print(&format!("        accepted {name}\n")));
                accepted += case.accepted.len() as u64;
                if holds {
                    passed += 1
                } else {
                    failed += 1
                }
                report.section(&format!("{} {}", word.trim(), case.name), class);
                report.line(&format!("{}:{}", path.display(), case.line));
                case.faults.iter().for_each(|fault| report.text(fault));
                for page in &case.pictures {
                    let title = |what: &str| format!("{}, {what}", page.title);
                    report.pictures(&[
                        (&title("before"), page.before.as_ref()),
                        (&title("after"), page.after.as_ref()),
                        (&title("difference"), page.difference.as_ref()),
                    ]);
                }
                report.end();
            }
        }
        if let Some(path) = &self.html
            && let Err(error) = Disk::real().commit(path, report.finish().as_bytes())
        {
            return fail(&code::WORLD_FILE, error.to_string(), None);
        }
        let took = if accepted > 0 { format!(", {} accepted", counted(accepted, "golden file")) } else { String::new() };
        let lost = if broken > 0 { format!(", {} with faults", counted(broken, "file")) } else { String::new() };
        print(&format!(
            "test result: {passed} passed, {failed} failed{lost}{took}; {} in {}\n",
            counted(passed + failed, "case"),
            counted(files.len() as u64, "file")
        ));
        match (broken, failed) {
            (0, 0) => Outcome::Done,
            (0, _) => Outcome::Held,
            _ => Outcome::Failed,
        }
    }
}
