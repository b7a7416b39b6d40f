//! `pressrun status`: what is complete, what is held and why, whether the books balance.

use std::path::PathBuf;

use clap::Args;

use super::run::{balance_json, books, code_of};
use super::text::columns;
use super::{Outcome, fail, print};
use crate::base::code;
use crate::base::readable::{counted, duration, grouped};
use crate::engine::deliver::EMAIL;
use crate::engine::{self, Presence, Verified};
use crate::ledger::{Balance, HoldCount, JobRow, Ledger, LedgerError, State};
use crate::model::delivery::DeliveryState;

/// Say what is complete in an output folder, what is held and why, whether the books balance and every file is there.
///
/// Exit codes: 0 complete, 1 complete with records held, 2 not complete, or files are missing, cut short, damaged or not
/// of the job. Running the job again makes what is missing or cut short.
#[derive(Debug, Args)]
pub(super) struct Status {
    /// The output folder.
    folder: PathBuf,
    /// Hash every file, those of `plan/` too, and compare the body of every printed page with that in its volume.
    #[arg(long)]
    verify: bool,
    /// Write one JSON object to standard output.
    #[arg(long)]
    json: bool,
    /// Write the report with the time of each stage, as HTML, to standard output.
    #[arg(long, conflicts_with_all = ["json", "verify"])]
    html: bool,
}

/// What the ledger says.
struct Found {
    job: JobRow,
    balance: Balance,
    holds: Vec<HoldCount>,
    stages: Vec<(String, u64)>,
    /// How the messages by e-mail stand.
    email: Vec<(DeliveryState, u64)>,
    /// Messages that were delivered after another channel had taken their documents over.
    late: u64,
}

impl Status {
    pub(super) fn run(self) -> Outcome {
        let found = match self.read() {
            Ok(Some(found)) => found,
            Ok(None) => {
                let message = format!("there is no job in `{}`", self.folder.display());
                return fail(&code::WORLD_ARGUMENT, message, Some("give the output folder of a run, the one with `ledger.sqlite`".into()));
            }
            Err(error) => return fail(&code::WORLD_LEDGER, error.to_string(), None),
        };
        let verified = if self.verify {
            match engine::verify(&self.folder) {
                Ok(verified) => verified,
                Err(error) => return fail(code_of(&error), error.to_string(), None),
            }
        } else {
            None
        };
        let presence = match engine::presence(&self.folder) {
            Ok(presence) => presence.unwrap_or_default(),
            Err(error) => return fail(code_of(&error), error.to_string(), None),
        };
        let faults = found.balance.faults_at(found.job.state);
        if self.html {
            match engine::report_with_times(&self.folder) {
                Ok(report) => print(&report.unwrap_or_default()),
                Err(error) => return fail(&code::WORLD_LEDGER, error.to_string(), None),
            }
        } else if self.json {
            print(&format!("{}\n", json(&found, &faults, &presence, verified.as_ref())));
        } else {
            print(&text(&found, &faults, &presence, verified.as_ref()));
        }
        let is_damaged = !faults.is_empty() || presence != Presence::default() || verified.is_some_and(|verified| !verified.faults.is_empty());
        match (is_damaged, found.job.state, found.balance.held) {
            (true, ..) | (false, State::Composing | State::Composed | State::Printed, _) => Outcome::Failed,
            (false, State::Closed, 0) => Outcome::Done,
            (false, State::Closed, _) => Outcome::Held,
        }
    }

    fn read(&self) -> Result<Option<Found>, LedgerError> {
        let Some(ledger) = Ledger::read(&self.folder.join("ledger.sqlite"))? else { return Ok(None) };
        let Some(job) = ledger.job()? else { return Ok(None) };
        Ok(Some(Found {
            job,
            balance: ledger.balance()?,
            holds: ledger.hold_counts()?,
            stages: ledger.stages()?,
            email: ledger.delivery_counts(EMAIL)?,
            late: ledger.late_deliveries(EMAIL)?,
        }))
    }
}

fn text(found: &Found, faults: &[String], presence: &Presence, verified: Option<&Verified>) -> String {
    let Found { job, balance, holds, stages, email, late } = found;
    let state = match job.state {
        State::Composing => "not complete: records are being composed, or a run was stopped; run the job again to go on",
        State::Composed => "not complete: all records are composed, print files are missing; run the job again to go on",
        State::Printed => "not complete: all is printed, the books are not closed; run the job again to close them",
        State::Closed if !presence.missing.is_empty() => "not complete: files are missing or cut short; run the job again to have them made again",
        State::Closed => "complete",
    };
    let mut out = format!("{}, job of {}, plan {}\n{state}\n\n", job.name, job.date, engine::short(job.plan));
    out.push_str(&columns(&books(balance, holds)));
    if !stages.is_empty() {
        let order = ["compose", "sort", "assemble", "close"];
        let mut stages: Vec<&(String, u64)> = stages.iter().collect();
        stages.sort_by_key(|(name, _)| order.iter().position(|known| known == name));
        let stages: Vec<String> = stages.iter().map(|(name, took)| format!("{name} {}", duration(*took))).collect();
        out.push_str(&format!("\n  {}\n", stages.join(" · ")));
    }
    if !email.is_empty() {
        let stands: Vec<String> = email.iter().map(|(state, count)| format!("{} {}", grouped(*count), state.name())).collect();
        out.push_str(&format!("\n  e-mail: {}\n", stands.join(", ")));
    }
    if *late > 0 {
        out.push_str(&format!("  alarm: {} delivered after another channel had taken the document over\n", counted(*late, "message")));
    }
    out.push('\n');
    if faults.is_empty() && job.state != State::Composing {
        out.push_str("  the books balance ✓\n");
    }
    for fault in faults {
        out.push_str(&format!("  the books do not balance: {fault}\n"));
    }
    if let Some(verified) = verified {
        let numbers =
            [(verified.volumes, "volume"), (verified.print_files, "print file"), (verified.pages, "printed page"), (verified.files, "other file")];
        let numbers: Vec<String> = numbers.iter().map(|(number, name)| counted(*number, name)).collect();
        let mark = if verified.faults.is_empty() && *presence == Presence::default() { " ✓" } else { "" };
        out.push_str(&format!("  verified: {}{mark}\n", numbers.join(", ")));
        list(&mut out, "damaged", &verified.faults);
        if !verified.faults.is_empty() {
            out.push_str("  remove what is damaged and run the job again to have it made again\n");
        }
    }
    list(&mut out, "missing", &presence.missing);
    list(&mut out, "not of this job, remove it before the folder is printed", &presence.strays);
    out
}

/// So many lines of one kind are shown.
const LINES_SHOWN: usize = 20;

fn list(out: &mut String, title: &str, lines: &[String]) {
    for line in lines.iter().take(LINES_SHOWN) {
        out.push_str(&format!("  {title}: {line}\n"));
    }
    if lines.len() > LINES_SHOWN {
        out.push_str(&format!("  {title}: … and {} more\n", grouped((lines.len() - LINES_SHOWN) as u64)));
    }
}

fn json(found: &Found, faults: &[String], presence: &Presence, verified: Option<&Verified>) -> serde_json::Value {
    let Found { job, balance, holds, stages, email, late } = found;
    let mut status = balance_json(balance);
    status["event"] = "status".into();
    status["job"] = job.name.as_str().into();
    status["date"] = job.date.as_str().into();
    status["plan"] = job.plan.hex().into();
    status["state"] = job.state.name().into();
    status["balance_faults"] = faults.into();
    status["missing"] = presence.missing.clone().into();
    status["strays"] = presence.strays.clone().into();
    status["holds"] = holds
        .iter()
        .map(|hold| serde_json::json!({ "code": hold.code, "records": hold.count, "first": hold.first + 1, "example": hold.example }))
        .collect();
    status["stages"] = stages.iter().map(|(name, took)| (name.clone(), serde_json::Value::from(*took))).collect::<serde_json::Map<_, _>>().into();
    if !email.is_empty() {
        status["email"] =
            email.iter().map(|(state, count)| (state.name().to_string(), serde_json::Value::from(*count))).collect::<serde_json::Map<_, _>>().into();
        status["late_deliveries"] = (*late).into();
    }
    if let Some(verified) = verified {
        status["verified"] = serde_json::json!({ "volumes": verified.volumes, "print_files": verified.print_files, "pages": verified.pages, "files": verified.files, "faults": verified.faults });
    }
    status
}
