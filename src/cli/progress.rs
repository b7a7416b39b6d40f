//! How a run gets on: a bar on a terminal, lines in a log, JSON for machines.
//!
//! Takes what the engine tells, writes to standard error (JSON: standard output). Must never slow a run down: whatever
//! comes faster than eyes is gathered.

use std::sync::{Mutex, MutexGuard};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::print;
use crate::base::readable::{duration, grouped};
use crate::engine::{Progress, Stage, Stopwatch, Watch};

/// Milliseconds between two lines of a log, and between two JSON events.
const LINE_EVERY: u64 = 5000;
const EVENT_EVERY: u64 = 500;

/// Where progress goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Show {
    /// A bar on a terminal.
    Bar,
    /// A line now and then.
    Lines,
    /// JSON events.
    Json,
}

/// Follows a run.
pub(super) struct Meter {
    show: Show,
    state: Mutex<State>,
}

struct State {
    stage: Option<Stage>,
    watch: Stopwatch,
    bytes: u64,
    bytes_done: u64,
    /// Bytes found done by an earlier run: they took no time now.
    bytes_resumed: u64,
    pages: u64,
    pages_resumed: u64,
    documents: u64,
    held: u64,
    told_at: u64,
    bar: Option<ProgressBar>,
}

impl Meter {
    pub(super) fn new(show: Show) -> Meter {
        let state = State {
            stage: None,
            watch: Stopwatch::start(),
            bytes: 0,
            bytes_done: 0,
            bytes_resumed: 0,
            pages: 0,
            pages_resumed: 0,
            documents: 0,
            held: 0,
            told_at: 0,
            bar: None,
        };
        Meter { show, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What a panicking thread left behind are numbers; they are as good as before.
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Takes the bar away, before something else is written.
    pub(super) fn finish(&self) {
        if let Some(bar) = self.state().bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl State {
    /// Pages per second of this run, as far as it has lasted.
    fn rate(&self) -> u64 {
        (self.pages - self.pages_resumed) * 1000 / self.watch.milliseconds().max(1)
    }

    /// Milliseconds that are left at the rate of this run.
    fn left(&self) -> Option<u64> {
        let done = self.bytes_done - self.bytes_resumed;
        let left = self.bytes.saturating_sub(self.bytes_done);
        (done > 0 && self.watch.milliseconds() > 1000).then(|| (u128::from(self.watch.milliseconds()) * u128::from(left) / u128::from(done)) as u64)
    }

    fn line(&self) -> String {
        let percent = (self.bytes_done.min(self.bytes) * 100).checked_div(self.bytes).unwrap_or(0);
        let name = self.stage.map_or("", Stage::name);
        let left = self.left().map(|left| format!(" · {} left", duration(left))).unwrap_or_default();
        let held = if self.held > 0 { format!(" · {} held", grouped(self.held)) } else { String::new() };
        // What people look for comes first: a narrow terminal cuts the rest off.
        let (rate, pages, documents) = (grouped(self.rate()), grouped(self.pages), grouped(self.documents));
        format!("{name} {percent:>3} % · {rate} pages/s{left}{held} · {pages} pages · {documents} documents")
    }
}

impl Watch for Meter {
    fn stage(&self, stage: Stage, bytes: u64) {
        let mut state = self.state();
        if let Some(bar) = state.bar.take() {
            bar.finish_and_clear();
        }
        let held = state.held;
        *state = State {
            stage: Some(stage),
            watch: Stopwatch::start(),
            bytes,
            held,
            bytes_done: 0,
            bytes_resumed: 0,
            pages: 0,
            pages_resumed: 0,
            documents: 0,
            told_at: 0,
            bar: None,
        };
        match self.show {
            Show::Bar if bytes > 0 => {
                let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr_with_hz(8));
                let style = ProgressStyle::with_template("{prefix:>8} [{bar:20}] {wide_msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
                bar.set_style(style.progress_chars("=> "));
                bar.set_prefix(stage.name());
                state.bar = Some(bar);
            }
            Show::Bar | Show::Lines => {}
            Show::Json => print(&format!("{}\n", serde_json::json!({ "event": "stage", "stage": stage.name(), "bytes": bytes }))),
        }
    }

    fn done(&self, progress: Progress) {
        let mut state = self.state();
        state.bytes_done += progress.bytes;
        state.documents += progress.documents;
        state.pages += progress.pages;
        state.held += progress.held;
        if progress.resumed {
            state.bytes_resumed += progress.bytes;
            state.pages_resumed += progress.pages;
        }
        let now = state.watch.milliseconds();
        match self.show {
            Show::Bar => {
                let line = state.line();
                let (position, message) = (state.bytes_done, line.split_once(' ').map_or("", |(_, rest)| rest.trim_start()).to_string());
                if let Some(bar) = &state.bar {
                    bar.set_position(position);
                    bar.set_message(message);
                }
            }
            Show::Lines if now >= state.told_at + LINE_EVERY => {
                state.told_at = now;
                eprintln!("{}", state.line());
            }
            Show::Json if now >= state.told_at + EVENT_EVERY => {
                state.told_at = now;
                let event = serde_json::json!({
                    "event": "progress",
                    "stage": state.stage.map(Stage::name),
                    "bytes": state.bytes_done,
                    "bytes_total": state.bytes,
                    "documents": state.documents,
                    "pages": state.pages,
                    "pages_per_second": state.rate(),
                    "held": state.held,
                    "milliseconds_left": state.left(),
                });
                print(&format!("{event}\n"));
            }
            Show::Lines | Show::Json => {}
        }
    }
}
