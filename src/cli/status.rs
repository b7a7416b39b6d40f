//! `pressrun status`: what is complete, what is held and why, whether the books balance.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Outcome, fail, print};
use crate::base::code;
use crate::engine::{self, Summary};
use crate::ledger::{Balance, Ledger, State};

/// Say what is complete, what is held and why, and whether the books balance.
#[derive(Debug, Args)]
pub(super) struct Status {
    /// The output folder of a job.
    dir: PathBuf,
    /// Hash every file and compare every printed page with the page of its volume.
    #[arg(long)]
    verify: bool,
    /// Write a JSON object to standard output.
    #[arg(long)]
    json: bool,
}

impl Status {
    pub(super) fn run(self) -> Outcome {
        let ledger = match Ledger::read(&self.dir.join("ledger.sqlite")) {
            Ok(Some(ledger)) => ledger,
            Ok(None) => {
                return fail(
                    &code::WORLD_ARGUMENT,
                    format!("`{}` holds no job", self.dir.display()),
                    Some("name the folder that `pressrun run` wrote to".into()),
                );
            }
            Err(error) => return fail(&code::WORLD_LEDGER, error.to_string(), None),
        };
        match self.report(&ledger) {
            Ok(outcome) => outcome,
            Err(error) => super::run::failed(&error),
        }
    }

    fn report(&self, ledger: &Ledger) -> Result<Outcome, engine::EngineError> {
        let balance = ledger.balance()?;
        let job = ledger.job()?;
        let state = job.as_ref().map_or(State::Composing, |job| job.state);
        let verified = if self.verify { engine::verify(&self.dir)? } else { None };
        let faults = if state == State::Closed { balance.faults() } else { Vec::new() };
        let stages = ledger.stages()?;
        if self.json {
            let holds: Vec<_> = ledger
                .hold_counts()?
                .iter()
                .map(|h| serde_json::json!({ "code": h.code, "count": h.count, "first": h.first + 1, "example": h.example }))
                .collect();
            let value = serde_json::json!({
                "state": state.name(), "records": balance.records, "documents": balance.documents, "held": balance.held, "pages": balance.pages,
                "volumes": balance.volumes, "print_files": balance.print_files, "pages_printed": balance.pages_printed, "sheets": balance.sheets_printed,
                "balanced": faults.is_empty(), "faults": faults, "holds": holds,
                "verified": verified.as_ref().map(|v| serde_json::json!({ "volumes": v.volumes, "print_files": v.print_files, "pages": v.pages, "faults": v.faults })),
            });
            print(&format!("{value}\n"));
        } else {
            let name = job.as_ref().map_or("", |job| job.name.as_str());
            let mut out = format!("{name}: {}\n", if state == State::Closed { "finished" } else { state.name() });
            out.push_str(&table(&balance));
            for hold in ledger.hold_counts()? {
                let title = code::find(&hold.code).map_or("", |code| code.title);
                let _ = writeln!(out, "  {} {:>10}  {title}; first record {}: {}", hold.code, grouped(hold.count), hold.first + 1, hold.example);
            }
            for (stage, milliseconds) in &stages {
                let _ = writeln!(out, "  {stage:<10}{:>7}.{:03} s", milliseconds / 1000, milliseconds % 1000);
            }
            if state != State::Closed {
                out.push_str("  not finished: run the job again to go on from the last complete volume\n");
            } else if faults.is_empty() {
                out.push_str("  the books balance ✓\n");
            }
            if let Some(verified) = &verified {
                let _ = writeln!(
                    out,
                    "  verified: {} volumes, {} print files, {} printed pages equal their volumes byte for byte",
                    verified.volumes,
                    verified.print_files,
                    grouped(verified.pages)
                );
                for fault in &verified.faults {
                    let _ = writeln!(out, "  FAULT {fault}");
                }
            }
            for fault in &faults {
                let _ = writeln!(out, "  DOES NOT BALANCE {fault}");
            }
            print(&out);
        }
        let broken = !faults.is_empty() || verified.is_some_and(|verified| !verified.faults.is_empty());
        Ok(if broken || state != State::Closed {
            Outcome::Failed
        } else if balance.held > 0 {
            Outcome::Held
        } else {
            Outcome::Done
        })
    }
}

fn table(balance: &Balance) -> String {
    let mut out = String::new();
    for (label, value) in [
        ("records", balance.records.max(balance.records_in_volumes)),
        ("documents", balance.documents),
        ("held", balance.held),
        ("pages", balance.pages),
        ("volumes", balance.volumes),
        ("print files", balance.print_files),
        ("sheets", balance.sheets_printed),
    ] {
        let _ = writeln!(out, "  {label:<12}{:>14}", grouped(value));
    }
    out
}

/// The summary at the end of a run.
pub(super) fn text(name: &str, summary: &Summary, out: &Path) -> String {
    let balance = &summary.balance;
    let mut text = format!("{name}: finished\n{}", table(balance));
    let milliseconds: u64 = summary.stages.iter().map(|(_, ms)| ms).sum();
    if !summary.was_closed {
        let rate = (balance.pages * 1000).checked_div(milliseconds).unwrap_or(0);
        let parts: Vec<String> = summary.stages.iter().map(|(stage, ms)| format!("{stage} {}.{:02}", ms / 1000, ms % 1000 / 10)).collect();
        let _ = writeln!(text, "  {}.{:02} s ({}) · {} pages/s", milliseconds / 1000, milliseconds % 1000 / 10, parts.join(", "), grouped(rate));
    }
    if balance.held > 0 {
        let _ = writeln!(text, "  the books balance ✓ · held records and their reasons: {}", out.join("held.ndjson").display());
    } else {
        let _ = writeln!(text, "  the books balance ✓ · {}", out.join("report.html").display());
    }
    text
}

/// The summary for machines.
pub(super) fn json(summary: &Summary, out: &Path) -> serde_json::Value {
    let balance = &summary.balance;
    serde_json::json!({
        "event": "finished", "out": out.display().to_string(), "already": summary.was_closed, "records": balance.records, "documents": balance.documents,
        "held": balance.held, "pages": balance.pages, "volumes": balance.volumes, "print_files": balance.print_files, "sheets": balance.sheets_printed,
        "stages": summary.stages.iter().map(|(stage, ms)| serde_json::json!({ "stage": stage, "milliseconds": ms })).collect::<Vec<_>>(),
    })
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
