//! `pressrun run`: the whole line.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;

use super::progress::{Meter, Show};
use super::text::columns;
use super::{Outcome, compile_all, print, render};
use crate::base::code::{self, Code};
use crate::base::diagnostic::Diagnostic;
use crate::base::file::Disk;
use crate::base::readable::{counted, duration, grouped, size};
use crate::base::span::Sources;
use crate::engine::{self, EngineError, Options, Stopwatch, Summary};
use crate::ledger::{Balance, HoldCount, Ledger};
use crate::plan::{Compiled, Plan};

/// Compose a job, sort it, write its print files and close its books; or go on where an earlier run stopped.
#[derive(Debug, Args)]
pub(super) struct Run {
    /// The job file.
    job: PathBuf,
    /// Data in place of the files of the first input.
    #[arg(long, value_name = "FILE")]
    input: Vec<PathBuf>,
    /// The output folder, in place of the job's.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Threads; as many as the machine has if absent.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Compose this record alone, counted from 1, into `record-N.pdf` in the output folder; the ledger is left alone.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    only_record: Option<u64>,
    /// Stop after this stage; the same command without it goes on. Documents can be pulled meanwhile, and postage compared.
    #[arg(long, value_name = "STAGE")]
    until: Option<Until>,
    /// Write JSON events to standard output.
    #[arg(long)]
    json: bool,
    /// Make the disk full after so many writes: for tests.
    #[arg(long, value_name = "WRITES", hide = true)]
    disk_full_after: Option<i64>,
    /// Fail at this record, counted from 1, as a fault of the program would: for tests.
    #[arg(long, value_name = "N", hide = true, value_parser = clap::value_parser!(u64).range(1..))]
    fail_at_record: Option<u64>,
}

/// A stage to stop after.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum Until {
    /// Every record has a fate, and no document a place.
    Compose,
}

impl Run {
    pub(super) fn run(self) -> Outcome {
        let whole = Stopwatch::start();
        let Compiled { plan, sources, diagnostics, .. } = compile_all(&self.job, &self.input, self.json);
        let Some(plan) = plan else {
            if !self.json {
                eprintln!("{}: {}, nothing was produced", self.job.display(), render::count(&diagnostics));
            }
            return Outcome::Failed;
        };
        let out = self.out.clone().unwrap_or_else(|| plan.settings.out.clone());
        let disk = self.disk_full_after.map_or_else(Disk::real, Disk::full_after);
        if let Some(number) = self.only_record {
            return self.run_one(&plan, &sources, number, &out, &disk);
        }
        let stop = stop_flag();
        let show = match (self.json, std::io::IsTerminal::is_terminal(&std::io::stderr())) {
            (true, _) => Show::Json,
            (false, true) => Show::Bar,
            (false, false) => Show::Lines,
        };
        let meter = Meter::new(show);
        let (threads, fail_at) = (self.threads.map_or(0, usize::from), self.fail_at_record.map(|number| number - 1));
        let options = Options {
            out: out.clone(),
            threads,
            disk,
            stop: &stop,
            watch: &meter,
            until: self.until.map(|Until::Compose| engine::Stage::Compose),
            fail_at,
        };
        let result = engine::run(&plan, &options);
        meter.finish();
        match result {
            Ok(summary) => {
                if self.json {
                    print(&format!("{}\n", summary_json(&summary, whole.milliseconds())));
                } else {
                    print(&summary_text(&plan, &summary, &out, whole.milliseconds()));
                }
                if summary.balance.held > 0 { Outcome::Held } else { Outcome::Done }
            }
            Err(error) => self.report(&error, &out),
        }
    }

    fn run_one(&self, plan: &Plan, sources: &Sources, number: u64, out: &Path, disk: &Disk) -> Outcome {
        let path = out.join(format!("record-{number}.pdf"));
        let written = engine::compose_one(plan, number - 1).and_then(|found| match found {
            Some(Ok(bytes)) => {
                disk.create_folder(out)?;
                disk.commit(&path, &bytes)?;
                Ok(Some(Ok(bytes.len())))
            }
            Some(Err(hold)) => Ok(Some(Err(hold))),
            None => Ok(None),
        });
        match written {
            Ok(Some(Ok(bytes))) => {
                let text = format!("{}: record {number}, {}\n", path.display(), size(bytes as u64));
                print(&if self.json {
                    format!("{}\n", serde_json::json!({ "event": "record", "record": number, "file": path.display().to_string(), "bytes": bytes }))
                } else {
                    text
                });
                Outcome::Done
            }
            Ok(Some(Err(hold))) => {
                self.tell(Diagnostic::error(hold.code, hold.span, format!("record {number} is held: {}", hold.reason)), sources);
                Outcome::Held
            }
            Ok(None) => {
                let fault = Diagnostic::error(&code::WORLD_ARGUMENT, None, format!("there is no record {number}"));
                self.tell(fault.hint("records are counted from 1 through all inputs"), sources);
                Outcome::Failed
            }
            Err(error) => self.report(&error, out),
        }
    }

    fn report(&self, error: &EngineError, out: &Path) -> Outcome {
        let complete = complete_in(out);
        let mut diagnostic = Diagnostic::error(code_of(error), None, message_of(error, complete.as_ref()));
        // Without a volume there is nothing to go on from.
        let goes_on = !matches!(error, EngineError::File(_) | EngineError::Interrupted) || complete.is_some();
        diagnostic.hint = error.hint().filter(|_| goes_on).map(str::to_string);
        let sources = Sources::default();
        match error {
            EngineError::Input(faults) => faults.iter().for_each(|(path, fault)| self.tell(engine::told(path, fault), &sources)),
            _ => self.tell(diagnostic, &sources),
        }
        Outcome::Failed
    }

    fn tell(&self, diagnostic: Diagnostic, sources: &Sources) {
        if self.json {
            print(&format!("{}\n", render::json(&diagnostic, sources)));
        } else {
            eprint!("{}", render::text(&[diagnostic], sources, render::has_colour()));
        }
    }
}

/// Set by the first Ctrl-C: the run ends after the volumes in work. The second ends the program at once, which loses
/// nothing that is committed.
fn stop_flag() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = stop.clone();
    let handler = ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(2);
        }
        eprintln!("\nstopping after the volumes in work; again to stop at once");
    });
    // Without a handler the system's own ends the program, which loses nothing either.
    drop(handler);
    stop
}

/// Tells why something that writes no ledger failed.
pub(super) fn report_simply(error: &EngineError) -> Outcome {
    let mut diagnostics = engine::faults_of(error);
    if diagnostics.is_empty() {
        let mut diagnostic = Diagnostic::error(code_of(error), None, error.to_string());
        // Nothing is resumed here.
        diagnostic.hint = error.hint().filter(|_| !matches!(error, EngineError::File(_) | EngineError::Interrupted)).map(str::to_string);
        diagnostics.push(diagnostic);
    }
    eprint!("{}", render::text(&diagnostics, &Sources::default(), render::has_colour()));
    Outcome::Failed
}

/// The code of an engine's failure.
pub(super) fn code_of(error: &EngineError) -> &'static Code {
    match error {
        EngineError::File(_) => &code::WORLD_FILE,
        EngineError::Ledger(_) => &code::WORLD_LEDGER,
        EngineError::Stream { .. } => &code::WORLD_DAMAGED,
        EngineError::Input(faults) => faults.first().map_or(&code::INPUT_ENCODING, |(_, fault)| fault.code),
        EngineError::Locked(_) => &code::WORLD_LOCKED,
        EngineError::OtherPlan(_) => &code::WORLD_OTHER_PLAN,
        EngineError::ForeignFolder { .. } => &code::WORLD_FOREIGN,
        EngineError::InputChanged(_) => &code::WORLD_INPUT_CHANGED,
        EngineError::HoldLimit { .. } => &code::WORLD_HOLD_LIMIT,
        EngineError::Serials(_) => &code::WORLD_SERIALS,
        EngineError::Interrupted => &code::WORLD_INTERRUPTED,
        EngineError::Mail(_) => &code::PIECES_CONTAINER,
        EngineError::NoRecords => &code::JOB_NO_INPUT,
        EngineError::Unbalanced(_) => &code::WORLD_BALANCE,
        EngineError::Paper { .. } => &code::MAIL_PAPER,
        EngineError::Bug(_) | EngineError::Picture(_) | EngineError::Message(_) => &code::WORLD_PROGRAM,
        EngineError::Archive(_) => &code::ARCHIVE_REFUSED,
        EngineError::NoRows(_) | EngineError::LedgerIsThere(..) => &code::LEDGER_REBUILD,
    }
}

/// The books of an output folder that holds a volume.
fn complete_in(out: &Path) -> Option<Balance> {
    let balance = Ledger::read(&out.join("ledger.sqlite")).ok().flatten().and_then(|ledger| ledger.balance().ok());
    balance.filter(|balance| balance.volumes > 0)
}

/// The message, with what is complete where something is.
fn message_of(error: &EngineError, complete: Option<&Balance>) -> String {
    match complete {
        Some(balance) if !matches!(error, EngineError::Locked(_) | EngineError::OtherPlan(_)) => {
            let print = if balance.print_files > 0 { format!(" and {}", counted(balance.print_files, "print file")) } else { String::new() };
            let (volumes, documents) = (counted(balance.volumes, "volume"), counted(balance.documents, "document"));
            format!("{error}; complete so far: {volumes} with {documents}{print}")
        }
        _ => error.to_string(),
    }
}

/// The end of a run, for people.
fn summary_text(plan: &Plan, summary: &Summary, out: &Path, milliseconds: u64) -> String {
    let balance = &summary.balance;
    let mut text = String::new();
    if summary.was_closed {
        text.push_str(&format!("{} is complete already; nothing was done\n\n", out.display()));
    } else {
        let composing = summary.stages.iter().map(|(_, took)| took).sum::<u64>().max(1);
        text.push_str(&format!("{} in {} · {} pages/s\n\n", plan.settings.name, duration(milliseconds), grouped(balance.pages * 1000 / composing)));
    }
    let holds = Ledger::read(&out.join("ledger.sqlite")).ok().flatten().and_then(|ledger| ledger.hold_counts().ok()).unwrap_or_default();
    text.push_str(&columns(&books(balance, &holds)));
    let stages: Vec<String> = summary.stages.iter().map(|(name, took)| format!("{name} {}", duration(*took))).collect();
    if !stages.is_empty() {
        text.push_str(&format!("\n  {}\n", stages.join(" · ")));
    }
    if !summary.was_closed && !summary.stages.iter().any(|(name, _)| *name == "close") {
        text.push_str("\n  composed; the same command without `--until` prints it\n");
        return text;
    }
    text.push_str(&format!("\n  the books balance ✓   {}\n", out.join("report.html").display()));
    text
}

/// The lines of the books.
pub(super) fn books(balance: &Balance, holds: &[HoldCount]) -> Vec<(String, String, String)> {
    let line = |name: &str, number: u64, remark: String| (name.to_string(), grouped(number), remark);
    let mut lines = vec![line("records", balance.records.max(balance.records_in_volumes), String::new())];
    lines.push(line("documents", balance.documents, String::new()));
    lines.push(line("held", balance.held, if holds.is_empty() { String::new() } else { "held.ndjson".into() }));
    for hold in holds {
        let title = code::find(&hold.code).map_or("", |code| code.title);
        lines.push((format!("  {}", hold.code), grouped(hold.count), format!("{title}; first: record {}", hold.first + 1)));
    }
    if balance.suppressed > 0 {
        lines.push(line("suppressed", balance.suppressed, "suppressed.csv".into()));
    }
    for (channel, documents) in &balance.by_channel {
        lines.push((format!("  by {channel}"), grouped(*documents), String::new()));
    }
    if balance.pulled[0] > 0 {
        lines.push(line("pulled", balance.pulled[0], String::new()));
    }
    lines.push(line("pages", balance.pages, String::new()));
    lines.push(line("volumes", balance.volumes, size(balance.volume_bytes)));
    if balance.pieces_with_tray > 0 || (balance.pieces > 0 && balance.pieces != balance.places) {
        let trays = if balance.trays == 0 { String::new() } else { format!("in {}", counted(balance.trays, "tray")) };
        lines.push(line("mailpieces", balance.pieces, trays));
    }
    lines.push(line("print files", balance.print_files, size(balance.print_bytes)));
    lines.push(line(
        "sheets",
        balance.sheets_printed,
        if balance.blanks > 0 { format!("{} blank sides", grouped(balance.blanks)) } else { String::new() },
    ));
    lines
}

/// The end of a run, for machines.
fn summary_json(summary: &Summary, milliseconds: u64) -> serde_json::Value {
    let stages: serde_json::Map<String, serde_json::Value> = summary.stages.iter().map(|(name, took)| (name.to_string(), (*took).into())).collect();
    let mut event = balance_json(&summary.balance);
    event["event"] = "closed".into();
    event["was_closed"] = summary.was_closed.into();
    event["milliseconds"] = milliseconds.into();
    event["stages"] = stages.into();
    event
}

/// The sums of the books, for machines.
pub(super) fn balance_json(balance: &crate::ledger::Balance) -> serde_json::Value {
    serde_json::json!({
        "records": balance.records,
        "documents": balance.documents,
        "held": balance.held,
        "suppressed": balance.suppressed,
        "pulled": balance.pulled[0],
        "channels": balance.by_channel.iter().map(|(channel, documents)| (channel.clone(), (*documents).into())).collect::<serde_json::Map<_, _>>(),
        "messages": balance.messages[0],
        "pieces": balance.pieces,
        "trays": balance.trays,
        "pages": balance.pages,
        "pages_printed": balance.pages_printed,
        "sheets": balance.sheets_printed,
        "blanks": balance.blanks,
        "volumes": balance.volumes,
        "volume_bytes": balance.volume_bytes,
        "print_files": balance.print_files,
        "print_bytes": balance.print_bytes,
    })
}
