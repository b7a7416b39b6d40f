//! `pressrun bounces`: reports of what came back, told to the documents or only classed.
//!
//! Takes arguments, gives what the engine read, for people or as JSON. Must never decide what a report means.

use std::path::PathBuf;

use clap::Args;

use super::night::{Who, refuse};
use super::text::columns;
use super::{Outcome, fail, print, render};
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::file;
use crate::base::limits::MAIL_FILE_BYTES_SHOWN;
use crate::base::readable::{counted, grouped};
use crate::base::span::{Sources, Span};
use crate::engine::bounces::{self, Bounces, ReadBounce, Told};
use crate::engine::night::NightError;
use crate::kit::bounce::{self, Class, Rules};

/// Read delivery reports and complaints, and tell the documents of a run what became of them.
///
/// Without `--run`: say what each report means, and change nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 all was understood, 1 something is to be looked at (forged, unknown, delivered late), 2 failed.
A maildir is a folder with `new` and `cur`. Reading a report again changes nothing.")]
pub(super) struct BouncesCommand {
    /// Maildirs, mbox files, folders of messages, single messages.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// The output folder of the run.
    #[arg(long, value_name = "DIR")]
    run: Option<PathBuf>,
    /// A table of rules in place of the program's (`data/bounces.csv`).
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// The folder from which the job names the files of its secrets; here if absent.
    #[arg(long, value_name = "DIR", default_value = ".")]
    secrets: PathBuf,
    /// The key of return paths, in place of that of the job.
    #[arg(long, value_name = "FILE")]
    return_key: Option<PathBuf>,
    /// Write a JSON object for each finding to standard output.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    who: Who,
}

/// Findings that are listed; all are in `--json`.
const SHOWN: usize = 100;

impl BouncesCommand {
    pub(super) fn run(self) -> Outcome {
        let rules = match self.read_rules() {
            Ok(rules) => rules,
            Err(outcome) => return outcome,
        };
        let Some(run) = &self.run else { return self.classify(&rules) };
        let ask = Bounces {
            paths: &self.paths,
            rules: &rules,
            secrets: &self.secrets,
            return_key: self.return_key.as_deref(),
            account: self.who.account(""),
        };
        match bounces::read_bounces(run, &ask) {
            Err(error) => refuse(&error),
            Ok(all) => {
                print(&if self.json { all.iter().map(json).collect() } else { text(&all) });
                let is_odd = |read: &ReadBounce| {
                    matches!(read.told, Told::Forged | Told::Unsealed(_) | Told::Unknown | Told::OtherRun | Told::LateDelivery(_))
                };
                if all.iter().any(is_odd) { Outcome::Held } else { Outcome::Done }
            }
        }
    }

    fn read_rules(&self) -> Result<Rules, Outcome> {
        let Some(path) = &self.rules else { return Ok(Rules::shipped()) };
        let bytes = file::read(path, MAIL_FILE_BYTES_SHOWN).map_err(|error| fail(&code::WORLD_FILE, error.to_string(), None))?;
        let text = String::from_utf8(bytes).map_err(|_| fail(&code::WORLD_FILE, format!("`{}` is not UTF-8", path.display()), None))?;
        Rules::read(&text).map_err(|faults| {
            let mut sources = Sources::default();
            let id = sources.add(path.to_string_lossy(), text.clone());
            let told = |fault: bounce::RuleFault| {
                Diagnostic::error(&code::BOUNCE_RULES, Span::new(id, fault.range.start, fault.range.end), fault.message).hint(fault.hint)
            };
            let faults: Vec<Diagnostic> = faults.into_iter().map(told).collect();
            eprint!("{}", render::text(&faults, &sources, render::has_colour()));
            Outcome::Failed
        })
    }

    /// What each report means, a line for each finding.
    fn classify(&self, rules: &Rules) -> Outcome {
        let read = bounces::each_message::<NightError>(&self.paths, |place, bytes| {
            let report = bounce::read(bytes, rules);
            if report.findings.is_empty() && !self.json {
                print(&format!("{place}\t-\tno report\n"));
            }
            for (number, finding) in report.findings.iter().enumerate() {
                let status = finding.status.map(|status| status.to_string()).unwrap_or_default();
                if self.json {
                    let value = serde_json::json!({
                        "place": place, "number": number + 1, "recipient": finding.recipient, "class": finding.class.name(), "reason": finding.reason,
                        "status": status, "diagnostic": finding.diagnostic, "envelope_id": report.envelope_id, "message_ids": report.message_ids,
                    });
                    print(&format!("{value}\n"));
                } else {
                    let class = finding.class.name();
                    print(&format!("{place}\t{}\t{class}\t{}\t{status}\t{}\n", number + 1, finding.reason, finding.recipient));
                }
            }
            Ok(())
        });
        read.map_or_else(|error| refuse(&error), |()| Outcome::Done)
    }
}

fn text(all: &[ReadBounce]) -> String {
    let mut out = format!("{}\n\n", counted(all.len() as u64, "finding"));
    let rows: Vec<(String, String, String)> =
        bounces::count(all).into_iter().map(|(word, count)| (word.to_string(), grouped(count), String::new())).collect();
    out.push_str(&columns(&rows));
    let is_shown = |read: &&ReadBounce| {
        let is_ours = read.finding.as_ref().is_some_and(|finding| matches!(finding.class, Class::Blocked | Class::Configuration));
        is_ours || matches!(read.told, Told::Forged | Told::Unsealed(_) | Told::Unknown | Told::OtherRun | Told::LateDelivery(_))
    };
    let odd: Vec<&ReadBounce> = all.iter().filter(is_shown).collect();
    if !odd.is_empty() {
        out.push_str("\nto be looked at:\n");
    }
    for read in odd.iter().take(SHOWN) {
        let finding = read.finding.as_ref();
        let said = finding.map(|finding| format!("{} ({})", finding.class.name(), finding.reason)).unwrap_or_default();
        out.push_str(&format!("  {}: {}; {said}\n", read.place, words(&read.told)));
    }
    if odd.len() > SHOWN {
        out.push_str(&format!("  … and {} more\n", grouped((odd.len() - SHOWN) as u64)));
    }
    out
}

fn words(told: &Told) -> String {
    match told {
        Told::Now(record, state) => format!("record {} is {} now", record + 1, state.name()),
        Told::Noted(record, what) => format!("record {}: {what}", record + 1),
        Told::Known(record) => format!("record {}: known", record + 1),
        Told::LateDelivery(record) => format!("record {} was delivered after another channel took it over: it may have arrived twice", record + 1),
        Told::Forged => "refused: the seal of its return path is not of this key, it is forged or the key was changed".into(),
        Told::Unsealed(record) => format!("refused: it names record {} but not its recipient, and no return path of this key", record + 1),
        Told::OtherRun => "is about another run".into(),
        Told::Unknown => "names no message of this run".into(),
        Told::NoReport => "is no report".into(),
    }
}

fn json(read: &ReadBounce) -> String {
    let record = match read.told {
        Told::Now(record, _) | Told::Noted(record, _) | Told::Known(record) | Told::LateDelivery(record) | Told::Unsealed(record) => Some(record + 1),
        Told::Forged | Told::OtherRun | Told::Unknown | Told::NoReport => None,
    };
    let told = bounces::count(std::slice::from_ref(read)).into_keys().next().unwrap_or_default();
    let finding = read.finding.as_ref();
    let value = serde_json::json!({
        "event": "bounce",
        "place": read.place,
        "record": record,
        "told": told,
        "class": finding.map(|finding| finding.class.name()),
        "reason": finding.map(|finding| finding.reason.as_str()),
        "status": finding.and_then(|finding| finding.status).map(|status| status.to_string()),
        "recipient": finding.map(|finding| finding.recipient.as_str()),
        "diagnostic": finding.map(|finding| finding.diagnostic.as_str()),
    });
    format!("{value}\n")
}
