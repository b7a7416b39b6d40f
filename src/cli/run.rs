//! `pressrun run`: composes, sorts, assembles, balances.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use clap::Args;
use indicatif::{HumanCount, ProgressBar, ProgressStyle};

use super::{Outcome, compile, fail, print, status};
use crate::base::code::{self, Code};
use crate::base::file::Disk;
use crate::engine::{self, EngineError, Options, Progress, Stage, Summary, Watch};
use crate::plan::Plan;

/// Compose, sort, write print files, balance and report.
#[derive(Debug, Args)]
pub(super) struct Run {
    /// The job file.
    job: PathBuf,
    /// Data in place of the files of the first input.
    #[arg(long, value_name = "FILE")]
    input: Vec<PathBuf>,
    /// The output folder, in place of the one the job names.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Threads; by default as many as the machine has.
    #[arg(long, default_value_t = 0, value_name = "N", hide_default_value = true)]
    threads: usize,
    /// Compose this record alone, counted from 1, into `record-N.pdf` in the output folder; the job and its books stay as they are.
    #[arg(long, value_name = "N")]
    only_record: Option<u64>,
    /// Write one JSON object per event to standard output.
    #[arg(long)]
    json: bool,
}

impl Run {
    pub(super) fn run(self) -> Outcome {
        let (Some(plan), _) = compile(&self.job, &self.input, self.json) else { return Outcome::Failed };
        let out = self.out.clone().unwrap_or_else(|| plan.settings.out.clone());
        if let Some(number) = self.only_record {
            return only_record(&plan, number, &out);
        }
        let stop = Arc::new(AtomicBool::new(false));
        let asked = stop.clone();
        let handler = ctrlc::set_handler(move || {
            if asked.swap(true, Ordering::Relaxed) {
                // Asked twice: what is not committed is lost and will be composed again.
                std::process::exit(130);
            }
            eprintln!("stopping after the volumes in work; once more to stop at once");
        });
        if let Err(error) = handler {
            eprintln!("warning: Ctrl-C will end the run at once: {error}");
        }
        let watch = Terminal::new(self.json);
        let options = Options { out: out.clone(), threads: self.threads, disk: Disk::real(), stop: &stop, watch: &watch };
        let result = engine::run(&plan, &options);
        watch.end();
        match result {
            Ok(summary) => self.finish(&plan, &out, &summary),
            Err(error) => failed(&error),
        }
    }

    fn finish(&self, plan: &Plan, out: &std::path::Path, summary: &Summary) -> Outcome {
        let outcome = if summary.balance.held > 0 { Outcome::Held } else { Outcome::Done };
        if self.json {
            print(&format!("{}\n", status::json(summary, out)));
            return outcome;
        }
        if summary.was_closed {
            print(&format!("{} is finished already; nothing was done\n", out.display()));
        }
        print(&status::text(&plan.settings.name, summary, out));
        outcome
    }
}

fn only_record(plan: &Plan, number: u64, out: &std::path::Path) -> Outcome {
    let Some(index) = number.checked_sub(1) else {
        return fail(&code::WORLD_ARGUMENT, "records are counted from 1", None);
    };
    match engine::compose_one(plan, index) {
        Ok(Some(Ok(file))) => {
            let path = out.join(format!("record-{number}.pdf"));
            let disk = Disk::real();
            if let Err(error) = disk.create_folder(out).and_then(|()| disk.commit(&path, &file)) {
                return fail(&code::WORLD_FILE, error.to_string(), None);
            }
            print(&format!("{}\n", path.display()));
            Outcome::Done
        }
        Ok(Some(Err(hold))) => {
            eprintln!("record {number} would be held: {} {}", hold.code.id, hold.reason);
            Outcome::Held
        }
        Ok(None) => fail(&code::WORLD_ARGUMENT, format!("there is no record {number}"), None),
        Err(error) => failed(&error),
    }
}

/// Says why a run ended, and what can be done.
pub(super) fn failed(error: &EngineError) -> Outcome {
    let code: &'static Code = match error {
        EngineError::File(_) => &code::WORLD_FILE,
        EngineError::Ledger(_) => &code::WORLD_LEDGER,
        EngineError::Stream { .. } => &code::WORLD_DAMAGED,
        EngineError::Input(fault) => fault.1.code,
        EngineError::Locked(_) => &code::WORLD_LOCKED,
        EngineError::OtherPlan(_) => &code::WORLD_OTHER_PLAN,
        EngineError::InputChanged(_) => &code::WORLD_INPUT_CHANGED,
        EngineError::HoldLimit { .. } => &code::WORLD_HOLD_LIMIT,
        EngineError::Interrupted => &code::WORLD_INTERRUPTED,
        EngineError::NoRecords => &code::WORLD_ARGUMENT,
        EngineError::Unbalanced(_) => &code::WORLD_BALANCE,
        EngineError::Bug(_) => &code::WORLD_PROGRAM,
    };
    let hint = match error {
        EngineError::Input(fault) => fault.1.hint.clone(),
        _ => error.hint().map(str::to_string),
    };
    fail(code, error.to_string(), hint)
}

/// Shows how a run gets on: a bar on a terminal, a line per stage otherwise, an object per event for machines.
struct Terminal {
    json: bool,
    bar: Option<ProgressBar>,
    stage: Mutex<&'static str>,
    pages: AtomicU64,
    held: AtomicU64,
}

impl Terminal {
    fn new(json: bool) -> Terminal {
        let bar = (!json && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new(0);
            let style = ProgressStyle::with_template("{prefix:<9} [{bar:32}] {percent:>3} %  {msg}  {eta} left");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━╸ "));
            bar
        });
        Terminal { json, bar, stage: Mutex::new(""), pages: AtomicU64::new(0), held: AtomicU64::new(0) }
    }

    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Watch for Terminal {
    fn stage(&self, stage: Stage, bytes: u64) {
        *self.stage.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = stage.name();
        self.pages.store(0, Ordering::Relaxed);
        match &self.bar {
            Some(bar) => {
                bar.reset();
                bar.set_length(bytes.max(1));
                bar.set_prefix(stage.name());
            }
            None if self.json => print(&format!("{}\n", serde_json::json!({ "event": "stage", "stage": stage.name(), "bytes": bytes }))),
            None => eprintln!("{} …", stage.name()),
        }
    }

    fn done(&self, progress: Progress) {
        let pages = self.pages.fetch_add(progress.pages, Ordering::Relaxed) + progress.pages;
        let held = self.held.fetch_add(progress.held, Ordering::Relaxed) + progress.held;
        if let Some(bar) = &self.bar {
            bar.inc(progress.bytes);
            let seconds = bar.elapsed().as_secs_f64().max(0.001);
            let rate = HumanCount((pages as f64 / seconds) as u64);
            let held = if held > 0 { format!(" · {held} held") } else { String::new() };
            bar.set_message(format!("{} pages · {rate} pages/s{held}", HumanCount(pages)));
        } else if self.json {
            let stage = *self.stage.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            let event = serde_json::json!({ "event": "progress", "stage": stage, "documents": progress.documents, "pages": progress.pages,
                "held": progress.held, "bytes": progress.bytes, "resumed": progress.resumed });
            print(&format!("{event}\n"));
        }
    }
}
