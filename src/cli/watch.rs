//! `pressrun watch`: a board of a run, from the first volume to the last tray.
//!
//! Takes the ledger again and again, gives one screen: how far the press is, how the pieces stand, which trays are open, what somebody
//! must look at. Must never lock the run it looks at.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use console::Term;

use super::night::refuse;
use super::{Outcome, fail, print, render};
use crate::base::code;
use crate::base::readable::grouped;
use crate::engine;
use crate::engine::night::{Board, board};
use crate::ledger::State;
use crate::model::track::Status;

/// Show a run as it goes on: composing, printing, inserting, trays, alarms.
#[derive(Debug, Args)]
pub(super) struct Watch {
    /// The output folder of the run.
    run: PathBuf,
    /// Show it once and end.
    #[arg(long)]
    once: bool,
    /// Seconds between two looks.
    #[arg(long, value_name = "SECONDS", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=3600))]
    every: u64,
}

/// The size of a screen, and whether it has colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Screen {
    width: usize,
    height: usize,
    has_colour: bool,
}

impl Watch {
    pub(super) fn run(self) -> Outcome {
        let term = Term::stdout();
        let is_live = !self.once && term.is_term();
        loop {
            let board = match self.read() {
                Ok(found) => found,
                Err(outcome) => return outcome,
            };
            let (height, width) = if term.is_term() { term.size() } else { (1_000, 100) };
            let screen =
                Screen { width: usize::from(width).clamp(40, 200), height: usize::from(height), has_colour: term.is_term() && render::has_colour() };
            let text = show(&board, screen);
            if !is_live {
                print(&text);
                return Outcome::Done;
            }
            // Home, then line by line: nothing flickers, because nothing is cleared that is written again.
            let lines: String = text.lines().take(screen.height.saturating_sub(1)).map(|line| format!("{line}\x1b[K\n")).collect();
            print(&format!("\x1b[H{lines}\x1b[J"));
            engine::pause(Duration::from_secs(self.every));
        }
    }

    fn read(&self) -> Result<Board, Outcome> {
        let nothing =
            || fail(&code::WORLD_ARGUMENT, format!("there is no job in `{}`", self.run.display()), Some("give the output folder of a run".into()));
        board(&self.run).map_err(|error| refuse(&error))?.ok_or_else(nothing)
    }
}

/// The statuses of the board, in the order of a piece's way, with their letters and colours.
const SHOWN: [(Status, &str); 9] = [
    (Status::HandedOver, "32"),
    (Status::Inserted, "36"),
    (Status::ByHand, "36"),
    (Status::Diverted, "33"),
    (Status::Damaged, "31"),
    (Status::Missing, "31"),
    (Status::Unknown, "31"),
    (Status::Pulled, "90"),
    (Status::Printed, "37"),
];

fn show(board: &Board, screen: Screen) -> String {
    let mut out = String::new();
    let job = &board.job;
    let state = match job.state {
        State::Composing => "composing",
        State::Composed => "composed",
        State::Printed => "printed, the books are open",
        State::Closed => "on its way to the post",
    };
    let _ = writeln!(out, "{} · job of {} · {state}\n", paint(&job.name, "1", screen), job.date);
    press(&mut out, board);
    if board.pieces > 0 {
        pieces(&mut out, board, screen);
        trays(&mut out, board, screen);
    }
    alarms(&mut out, board, screen);
    if job.state == State::Closed {
        let obstacles = board.obstacles();
        let open = board.count(Status::Inserted) + board.count(Status::ByHand);
        let _ = match (obstacles.is_empty(), open) {
            (true, 0) => writeln!(out, "{}", paint("every piece is accounted for: the run can be closed", "32", screen)),
            (true, _) => writeln!(out, "all is in envelopes: hand it over, then close"),
            (false, _) => writeln!(out, "open: {}", obstacles.join(", ")),
        };
    }
    out
}

/// What the press has done.
fn press(out: &mut String, board: &Board) {
    let sums = &board.sums;
    let _ = writeln!(
        out,
        "  records {}   documents {}   held {}   suppressed {}   pulled {}",
        grouped(board.job.records.unwrap_or(sums.records)),
        grouped(sums.documents),
        grouped(sums.held),
        grouped(sums.suppressed),
        grouped(sums.pulled),
    );
    let _ = writeln!(
        out,
        "  pages {}   print files {}   sheets {}   reprints {}\n",
        grouped(sums.pages),
        grouped(sums.print_files),
        grouped(sums.sheets),
        grouped(board.reprints.len() as u64),
    );
}

/// A bar of all pieces, and their numbers.
fn pieces(out: &mut String, board: &Board, screen: Screen) {
    let width = screen.width - 4;
    let counts: Vec<(Status, &str, u64)> = SHOWN.iter().map(|(status, colour)| (*status, *colour, board.count(*status))).collect();
    let mut bar = String::from("  ");
    for ((_, colour, _), length) in counts.iter().zip(shares(&counts.iter().map(|(.., count)| *count).collect::<Vec<_>>(), width)) {
        bar.push_str(&paint(&"█".repeat(length), colour, screen));
    }
    let _ = writeln!(out, "{bar}");
    let mut line = format!("  {} pieces", grouped(board.pieces));
    for (status, colour, count) in counts.iter().filter(|(.., count)| *count > 0) {
        let _ = write!(line, " · {} {}", paint(&grouped(*count), colour, screen), status.name());
    }
    let _ = writeln!(out, "{line}\n");
}

/// How many of `width` cells each count takes: all cells are given, and a count that is not 0 has one at least where there is room.
fn shares(counts: &[u64], width: usize) -> Vec<usize> {
    let whole: u64 = counts.iter().sum::<u64>().max(1);
    let mut cells: Vec<usize> =
        counts.iter().map(|count| ((u128::from(*count) * width as u128 / u128::from(whole)) as usize).max(usize::from(*count > 0))).collect();
    while cells.iter().sum::<usize>() != width {
        let largest = (0..cells.len()).max_by_key(|index| counts[*index]).unwrap_or(0);
        if cells.iter().sum::<usize>() < width {
            cells[largest] += 1;
        } else if cells[largest] > 1 {
            cells[largest] -= 1;
        } else {
            break;
        }
    }
    cells
}

/// The trays that are not done, in their order.
fn trays(out: &mut String, board: &Board, screen: Screen) {
    let room = screen.height.saturating_sub(16 + board.alarms.len().min(5)).clamp(3, 40);
    let mut open = 0u64;
    let mut rows = Vec::new();
    for tray in &board.trays {
        let of = |status| board.count_in(tray.number, status);
        let (enclosed, lost) =
            (of(Status::Inserted) + of(Status::ByHand), of(Status::Damaged) + of(Status::Missing) + of(Status::Unknown) + of(Status::Diverted));
        let done = of(Status::HandedOver) + of(Status::Pulled);
        if done == u64::from(tray.pieces) {
            continue;
        }
        open += 1;
        if rows.len() < room {
            rows.push((tray, enclosed, lost, of(Status::HandedOver)));
        }
    }
    if board.trays.is_empty() {
        return;
    }
    let done = board.trays.len() as u64 - open;
    let _ = writeln!(out, "  trays {}   done {}   open {}", grouped(board.trays.len() as u64), grouped(done), grouped(open));
    for (tray, enclosed, lost, handed) in rows {
        let filled = shares(&[handed + enclosed, lost, u64::from(tray.pieces).saturating_sub(handed + enclosed + lost)], 24);
        let bar = format!("{}{}{}", paint(&"█".repeat(filled[0]), "36", screen), paint(&"█".repeat(filled[1]), "31", screen), "·".repeat(filled[2]));
        let lost = if lost == 0 { String::new() } else { paint(&format!("  {lost} lost"), "31", screen) };
        let _ = writeln!(out, "  {:>6}  {:<8} {:<10} {bar} {:>5} of {:<5}{lost}", tray.number, tray.level, tray.key, handed + enclosed, tray.pieces);
    }
    out.push('\n');
}

/// What somebody must look at.
fn alarms(out: &mut String, board: &Board, screen: Screen) {
    for alarm in board.alarms.iter().take(5) {
        let _ = writeln!(out, "  {} piece {} copy {}: {}", paint("ALARM", "1;31", screen), alarm.piece, alarm.copy, alarm.reason);
    }
    if board.alarms.len() > 5 {
        let _ = writeln!(out, "  … and {} more alarms", board.alarms.len() - 5);
    }
    if !board.alarms.is_empty() {
        out.push('\n');
    }
}

fn paint(text: &str, colour: &str, screen: Screen) -> String {
    if screen.has_colour && !text.is_empty() { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_wide_as_it_is_told_and_shows_every_count() {
        assert_eq!(shares(&[1, 0, 99_999], 20), [1, 0, 19]);
        assert_eq!(shares(&[0, 0, 0], 10).iter().sum::<usize>(), 10);
        assert_eq!(shares(&[50, 50], 10), [5, 5]);
        assert_eq!(shares(&[1, 1, 1], 2).iter().sum::<usize>(), 3, "what is there is shown, even if it needs more room");
    }
}
