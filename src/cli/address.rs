//! `pressrun address`: the addresses of a job, checked or written for correction.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::run::code_of;
use super::text::columns;
use super::{Outcome, compile_all, fail, print, render};
use crate::base::code;
use crate::base::file::Disk;
use crate::base::readable::{counted, grouped};
use crate::engine;
use crate::plan::{Mail, Plan};
use crate::postal::matching::{Merge, Rule};
use crate::tools::addresses::{self, AddressReport};

/// Check the addresses of a job, or write them for a program that corrects them.
#[derive(Debug, Args)]
pub(super) struct Address {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say how many addresses each country has, what is wrong with which, and who would share an envelope. Nothing is changed.
    ///
    /// Exit codes: 0 every address is deliverable, 1 some are not, 2 failed.
    Check(Check),
    /// Write every address with its key and fingerprint to standard output, for certified correction. `corrected` in `[mail]` takes the file back.
    Export(Export),
}

#[derive(Debug, Args)]
struct Check {
    /// The job file.
    job: PathBuf,
    /// Data in place of the files of the first input.
    #[arg(long, value_name = "FILE")]
    input: Vec<PathBuf>,
    /// Write who would share an envelope into a CSV file: rule, likeness, both records.
    #[arg(long, value_name = "FILE")]
    duplicates: Option<PathBuf>,
    /// Write one JSON object to standard output.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Export {
    /// The job file.
    job: PathBuf,
    /// Data in place of the files of the first input.
    #[arg(long, value_name = "FILE")]
    input: Vec<PathBuf>,
    /// How rows are written.
    #[arg(long, value_enum, default_value_t = Rows::Csv)]
    format: Rows,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Rows {
    /// CSV in UTF-8.
    Csv,
    /// One JSON object a line.
    Ndjson,
}

impl Address {
    pub(super) fn run(self) -> Outcome {
        match self.command {
            Command::Check(command) => command.run(),
            Command::Export(command) => command.run(),
        }
    }
}

/// The plan of a job that is mailed, or what is wrong with it.
fn mailed(job: &std::path::Path, inputs: &[PathBuf]) -> Result<Plan, Outcome> {
    let compiled = compile_all(job, inputs, false);
    let Some(plan) = compiled.plan else {
        eprintln!("{}: {}, nothing was produced", job.display(), render::count(&compiled.diagnostics));
        return Err(Outcome::Failed);
    };
    if plan.mail.is_none() {
        let hint = "write `[mail]` with a `country`, and `[mail.address]` with the parts of an address".to_string();
        return Err(fail(&code::WORLD_ARGUMENT, format!("the job `{}` is not mailed", job.display()), Some(hint)));
    }
    Ok(plan)
}

/// So many bytes are written at once.
const CHUNK: usize = 1 << 16;

impl Export {
    fn run(self) -> Outcome {
        let plan = match mailed(&self.job, &self.input) {
            Ok(plan) => plan,
            Err(outcome) => return outcome,
        };
        let Some(mail) = &plan.mail else { return Outcome::Failed };
        let mut out = if self.format == Rows::Csv { addresses::header() } else { String::new() };
        let mut unread = 0u64;
        let surveyed = engine::survey(&plan, mail, |found| {
            match &found.address {
                Ok(address) => out.push_str(&match self.format {
                    Rows::Csv => addresses::csv_row(found.record, &found.document, address),
                    Rows::Ndjson => addresses::json_row(found.record, &found.document, address),
                }),
                Err(_) => unread += 1,
            }
            if out.len() >= CHUNK {
                print(&out);
                out.clear();
            }
            Ok(())
        });
        print(&out);
        match surveyed {
            Err(error) => fail(code_of(&error), error.to_string(), None),
            Ok(records) => {
                let left = if unread == 0 { String::new() } else { format!(", {} without an address that can be read left out", grouped(unread)) };
                eprintln!("{}{left}", counted(records, "record"));
                if unread == 0 { Outcome::Done } else { Outcome::Held }
            }
        }
    }
}

impl Check {
    fn run(self) -> Outcome {
        let plan = match mailed(&self.job, &self.input) {
            Ok(plan) => plan,
            Err(outcome) => return outcome,
        };
        let Some(mail) = &plan.mail else { return Outcome::Failed };
        let mut report = AddressReport::default();
        let records = match engine::survey(&plan, mail, |found| {
            report.add(found, mail);
            Ok(())
        }) {
            Ok(records) => records,
            Err(error) => return fail(code_of(&error), error.to_string(), None),
        };
        let merges = report.merges(&mail.household);
        if let Some(path) = &self.duplicates
            && let Err(error) = Disk::real().commit(path, report.merge_list(&merges).as_bytes())
        {
            return fail(&code::WORLD_FILE, error.to_string(), None);
        }
        print(&if self.json { as_json(records, &report, &merges) } else { as_text(records, &report, &merges, mail) });
        if report.undeliverable() == 0 { Outcome::Done } else { Outcome::Held }
    }
}

/// How many merges each rule made, in the order of the rules.
fn by_rule(merges: &[Merge]) -> Vec<(Rule, u64)> {
    let rules = [Rule::Customer, Rule::Person, Rule::Household, Rule::Sound, Rule::Address];
    let counts = rules.map(|rule| (rule, merges.iter().filter(|merge| merge.rule == rule).count() as u64));
    counts.into_iter().filter(|(_, count)| *count > 0).collect()
}

fn as_text(records: u64, report: &AddressReport, merges: &[Merge], mail: &Mail) -> String {
    let undeliverable = report.undeliverable();
    let mut out = format!("{}, {} without a deliverable address\n", counted(records, "record"), grouped(undeliverable));
    let line = |name: String, count: u64, remark: String| (name, grouped(count), remark);
    let countries = report.countries.iter().map(|(country, count)| line(country.clone(), *count, String::new()));
    out.push_str("\nby country\n");
    out.push_str(&columns(&countries.collect::<Vec<_>>()));
    if undeliverable > 0 {
        out.push_str("\nno post delivers to\n");
        let mut lines = Vec::new();
        for ((country, kind), fault) in &report.faults {
            let example = fault.example.as_ref().map(|(record, reason)| format!("record {}: {reason}", grouped(*record)));
            lines.push(line(format!("{country}, {kind}"), fault.records, example.unwrap_or_default()));
        }
        if let Some((record, reason)) = &report.unread.example {
            lines.push(line("not read".into(), report.unread.records, format!("record {}: {reason}", grouped(*record))));
        }
        out.push_str(&columns(&lines));
    }
    if !report.suppressed.is_empty() {
        out.push_str("\nno mail, because of the list\n");
        out.push_str(&columns(&report.suppressed.iter().map(|(rule, count)| line(rule.clone(), *count, String::new())).collect::<Vec<_>>()));
    }
    let what = match (mail.household.unite, mail.household.is_report) {
        (None, _) | (_, true) => "would share an envelope with an earlier record (the job unites nobody)",
        (Some(_), false) => "share an envelope with an earlier record",
    };
    out.push_str(&format!("\n{} {what}\n", grouped(merges.len() as u64)));
    out.push_str(&columns(&by_rule(merges).into_iter().map(|(rule, count)| line(rule.word().into(), count, String::new())).collect::<Vec<_>>()));
    out.push_str(&format!("\n{} can have a barcode of the post\n", grouped(report.routed)));
    out
}

fn as_json(records: u64, report: &AddressReport, merges: &[Merge]) -> String {
    let faults = report.faults.iter().map(|((country, kind), fault)| {
        let example = fault.example.as_ref().map(|(record, reason)| serde_json::json!({ "record": record, "reason": reason }));
        serde_json::json!({ "country": country, "kind": kind, "records": fault.records, "example": example })
    });
    let unread = report.unread.example.as_ref().map(|(record, reason)| serde_json::json!({ "record": record, "reason": reason }));
    let merges: serde_json::Map<String, serde_json::Value> =
        by_rule(merges).into_iter().map(|(rule, count)| (rule.word().to_string(), count.into())).collect();
    let object = serde_json::json!({
        "records": records,
        "undeliverable": report.undeliverable(),
        "countries": report.countries,
        "faults": faults.collect::<Vec<_>>(),
        "unread": { "records": report.unread.records, "example": unread },
        "suppressed": report.suppressed,
        "united": merges,
        "routed": report.routed,
    });
    format!("{object}\n")
}
