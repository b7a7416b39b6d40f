//! The commands of the night shift: `reconcile`, `reprint`, `pull`, `settle`, `handover`.
//!
//! Takes arguments, gives what the engine did, for people or as JSON. Exit codes: 0 all is right, 1 something is to be looked at, 2
//! nothing was done. Must never decide how a piece stands.

use std::path::{Path, PathBuf};

use clap::Args;

use super::run::code_of;
use super::{Outcome, fail, print, render};
use crate::base::code;
use crate::base::diagnostic::Faults;
use crate::base::file;
use crate::base::limits::LAYOUT_BYTES_MAX;
use crate::base::readable::{counted, grouped, size};
use crate::base::span::Sources;
use crate::engine::night::{self, Account, NightError, Pull, Reconciled, Reprint, Selection, Settle, parse_numbers};
use crate::engine::time_of_day;
use crate::ledger::PieceAt;
use crate::postal::camera::CameraFormat;

/// Who does it and why.
#[derive(Clone, Debug, Args)]
pub(super) struct Who {
    /// Who does it; the name of the user if absent.
    #[arg(long = "by", value_name = "NAME")]
    operator: Option<String>,
    /// When, ISO 8601; now if absent.
    #[arg(long, value_name = "TIME", hide = true)]
    at: Option<String>,
}

impl Who {
    pub(super) fn account(&self, reason: &str) -> Account {
        let user = || std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "unknown".into());
        Account { operator: self.operator.clone().unwrap_or_else(user), reason: reason.to_string(), at: self.at.clone().unwrap_or_else(time_of_day) }
    }
}

/// Which pieces.
#[derive(Clone, Debug, Args)]
pub(super) struct Which {
    /// Numbers of pieces and ranges between commas, or a file with a number, a range or an id of a document in each line.
    #[arg(long, value_name = "LIST|FILE")]
    pieces: Option<String>,
    /// The id of a document.
    #[arg(long, value_name = "ID")]
    document: Vec<String>,
    /// Numbers of trays and ranges between commas.
    #[arg(long, value_name = "LIST")]
    tray: Option<String>,
    /// The first piece of a range.
    #[arg(long, value_name = "N", requires = "to")]
    from: Option<u64>,
    /// The last piece of a range.
    #[arg(long, value_name = "N", requires = "from")]
    to: Option<u64>,
}

impl Which {
    /// What is meant, or why it is not clear.
    fn selection(&self, lost: bool) -> Result<Selection, String> {
        let mut selection = Selection { documents: self.document.clone(), lost, ..Selection::default() };
        if let Some(text) = &self.pieces {
            if Path::new(text).is_file() {
                read_list(Path::new(text), &mut selection)?;
            } else if text.contains(['.', '/', '\\']) {
                return Err(format!("there is no file `{text}`"));
            } else {
                selection.pieces = parse_numbers(text)?;
            }
        }
        if let Some(text) = &self.tray {
            selection.trays = parse_numbers(text)?;
        }
        if let (Some(from), Some(to)) = (self.from, self.to) {
            selection.pieces.extend(parse_numbers(&format!("{from}-{to}"))?);
        }
        Ok(selection)
    }
}

/// A file of numbers, ranges and ids: the first column of a CSV, whose header, if it has one, is `piece`, `document` or `id`.
fn read_list(path: &Path, selection: &mut Selection) -> Result<(), String> {
    let bytes = file::read(path, LAYOUT_BYTES_MAX).map_err(|error| error.to_string())?;
    let text = String::from_utf8(bytes).map_err(|_| format!("`{}` is not UTF-8", path.display()))?;
    let mut is_of_documents = false;
    for (index, row) in crate::kit::csv::Rows::new(&text).enumerate() {
        let value = row[0].text.as_str();
        if index == 0 && ["piece", "pieces", "piece_id", "document", "id"].contains(&value) {
            is_of_documents = value == "document" || value == "id";
            continue;
        }
        match parse_numbers(value) {
            _ if is_of_documents => selection.documents.push(value.to_string()),
            // A figure may be a piece or the id of a document: who knows the job decides.
            Ok(numbers) if numbers.iter().all(|(from, to)| from == to) => selection.either.push(value.to_string()),
            Ok(numbers) => selection.pieces.extend(numbers),
            Err(_) => selection.documents.push(value.to_string()),
        }
    }
    Ok(())
}

/// Hold a camera's result file of the inserter against what was printed.
///
/// Says which pieces are right, missing, doubled, out of order, or hold a wrong page, and where they lie. Reading a file again, or a
/// longer one that begins with it, changes nothing that is known.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 nothing is wrong or lost, 1 something is, 2 the file was not read.
The columns of a file are job_id, piece_id, reprint_no, machine, station, timestamp_utc, status, reason, and for machines that read
each sheet set, sheet, sheets, inserts; `--format` names those of a machine.")]
pub(super) struct Reconcile {
    /// The output folder of the run.
    run: PathBuf,
    /// The camera's file.
    camera: PathBuf,
    /// How the machine writes its files: TOML with `delimiter`, `[columns]` and `[statuses]`.
    #[arg(long, value_name = "FILE")]
    format: Option<PathBuf>,
    /// Nothing else comes from the inserter: what was not seen is missing.
    #[arg(long = "final")]
    is_final: bool,
    /// Write JSON to standard output.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    who: Who,
}

impl Reconcile {
    pub(super) fn run(self) -> Outcome {
        let format = match &self.format {
            None => CameraFormat::default(),
            Some(path) => match read_format(path) {
                Ok(format) => format,
                Err(outcome) => return outcome,
            },
        };
        match night::reconcile(&self.run, &self.camera, &format, self.is_final, &self.who.account("")) {
            Err(error) => refuse(&error),
            Ok(reconciled) => {
                print(&if self.json { reconciled_json(&reconciled) } else { reconciled_text(&reconciled) });
                if reconciled.faults.is_empty() && reconciled.open.is_empty() { Outcome::Done } else { Outcome::Held }
            }
        }
    }
}

fn read_format(path: &Path) -> Result<CameraFormat, Outcome> {
    let bytes = file::read(path, LAYOUT_BYTES_MAX).map_err(|error| fail(&code::WORLD_FILE, error.to_string(), None))?;
    let text = String::from_utf8(bytes).map_err(|_| fail(&code::WORLD_FILE, format!("`{}` is not UTF-8", path.display()), None))?;
    let (mut sources, mut faults) = (Sources::default(), Faults::new());
    let id = sources.add(path.to_string_lossy(), text.clone());
    let format = CameraFormat::read(&text, id, &mut faults);
    let has_errors = faults.has_errors();
    eprint!("{}", render::text(&faults.into_sorted(), &sources, render::has_colour()));
    if has_errors { Err(Outcome::Failed) } else { Ok(format) }
}

/// Faults that are shown; all are in `--json`.
const FAULTS_SHOWN: usize = 200;

fn reconciled_text(reconciled: &Reconciled) -> String {
    if reconciled.was_known {
        return format!("this file was read before; nothing was changed\n{}", still_open(reconciled));
    }
    let mut out = format!("{} read, {} right", counted(reconciled.rows, "row"), grouped(reconciled.right));
    if reconciled.known > 0 {
        out.push_str(&format!(", {} known from other files", grouped(reconciled.known)));
    }
    out.push('\n');
    if reconciled.faults.is_empty() {
        out.push_str(if reconciled.open.is_empty() { "nothing is wrong ✓\n" } else { "nothing new is wrong\n" });
        out.push_str(&still_open(reconciled));
        return out;
    }
    out.push_str(&format!("{}:\n\n", counted(reconciled.faults.len() as u64, "fault")));
    let rows: Vec<Vec<String>> = reconciled
        .faults
        .iter()
        .take(FAULTS_SHOWN)
        .map(|placed| {
            let finding = &placed.finding;
            let piece = if finding.piece == 0 { String::new() } else { format!("piece {}", finding.piece) };
            let line = if finding.line == 0 { String::new() } else { format!("line {}", finding.line) };
            vec![finding.fault.name().to_string(), piece, placed.place.as_ref().map(lies).unwrap_or_default(), line, finding.words.clone()]
        })
        .collect();
    out.push_str(&table(&rows));
    if reconciled.faults.len() > FAULTS_SHOWN {
        out.push_str(&format!("  … and {} more\n", grouped((reconciled.faults.len() - FAULTS_SHOWN) as u64)));
    }
    out
}

/// What is open in the whole run.
fn still_open(reconciled: &Reconciled) -> String {
    if reconciled.open.is_empty() { String::new() } else { format!("still open: {}\n", reconciled.open.join(", ")) }
}

/// Where a piece lies, in words.
fn lies(place: &PieceAt) -> String {
    let tray = if place.tray == 0 { String::new() } else { format!(", tray {} no. {}", place.tray, place.position) };
    format!("print file {} page {}{tray}", place.print_file, place.print_page)
}

/// Columns as wide as what is in them.
fn table(rows: &[Vec<String>]) -> String {
    let count = rows.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..count).map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::from(" ");
        for (cell, width) in row.iter().zip(&widths).filter(|(_, width)| **width > 0) {
            line.push_str(&format!(" {cell:<width$} "));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn reconciled_json(reconciled: &Reconciled) -> String {
    let faults: Vec<serde_json::Value> = reconciled
        .faults
        .iter()
        .map(|placed| {
            let finding = &placed.finding;
            let mut fault =
                serde_json::json!({ "fault": finding.fault.name(), "piece": finding.piece, "line": finding.line, "reason": finding.words });
            if let Some(place) = &placed.place {
                fault["place"] = place_json(place);
            }
            fault
        })
        .collect();
    let value = serde_json::json!({
        "event": "reconciled", "was_known": reconciled.was_known, "rows": reconciled.rows, "known": reconciled.known,
        "right": reconciled.right, "posted": reconciled.posted, "faults": faults, "open": reconciled.open,
    });
    format!("{value}\n")
}

fn place_json(place: &PieceAt) -> serde_json::Value {
    serde_json::json!({
        "piece": place.piece, "document": place.document, "print_file": place.print_file, "print_page": place.print_page,
        "tray": place.tray, "position": place.position, "sheets": place.sheets,
    })
}

/// Print pieces again, out of the volumes: the same pages byte for byte, and marks that tell the copy.
///
/// The copies before are voided. A voided copy that turns up in a camera's file is an alarm.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pressrun reprint out --damaged --reason \"jam at machine 3\"       all that is damaged, missing or unknown
  pressrun reprint out --pieces 17,204-209 --reason \"smeared\"
  pressrun reprint out --tray 12 --reason \"tray fell\" --by mia --second tom")]
pub(super) struct ReprintCommand {
    /// The output folder of the run.
    run: PathBuf,
    #[command(flatten)]
    which: Which,
    /// All pieces that are damaged, missing, or of which nobody knows what became.
    #[arg(long)]
    damaged: bool,
    /// Why.
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    reason: String,
    /// The second person, if the job asks for one.
    #[arg(long, value_name = "NAME", default_value = "")]
    second: String,
    /// Whether marks tell the copy (`new`) or are as they were (`same`).
    #[arg(long, value_name = "new|same", default_value = "new", value_parser = ["new", "same"])]
    marks: String,
    /// Write JSON to standard output.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    who: Who,
}

impl ReprintCommand {
    pub(super) fn run(self) -> Outcome {
        let selection = match self.which.selection(self.damaged) {
            Ok(selection) => selection,
            Err(message) => return fail(&code::WORLD_ARGUMENT, message, None),
        };
        if selection.is_empty() {
            let hint = "name them with `--pieces`, `--document`, `--tray`, `--from` and `--to`, or `--damaged`";
            return fail(&code::WORLD_ARGUMENT, "no pieces are named", Some(hint.into()));
        }
        let ask = Reprint { selection, account: self.who.account(&self.reason), second: self.second.clone(), same_marks: self.marks == "same" };
        let reprinted = match night::reprint(&self.run, &ask) {
            Ok(reprinted) => reprinted,
            Err(error) => return refuse(&error),
        };
        let row = &reprinted.row;
        if self.json {
            let pieces: Vec<serde_json::Value> =
                reprinted.pieces.iter().map(|(piece, copy, page)| serde_json::json!({ "piece": piece, "copy": copy, "page": page })).collect();
            let value = serde_json::json!({
                "event": "reprinted", "number": row.number, "file": row.file, "sha256": row.hash.hex(), "pages": row.pages, "sheets": row.sheets,
                "pieces": pieces,
            });
            print(&format!("{value}\n"));
        } else {
            let (pieces, pages, sheets) = (counted(u64::from(row.pieces), "piece"), counted(row.pages, "page"), counted(row.sheets, "sheet"));
            let path = self.run.join(&row.file);
            print(&format!("{}: {pieces}, {pages} on {sheets}, {}\nthe copies before are voided\n", path.display(), size(row.bytes)));
        }
        Outcome::Done
    }
}

/// Keep documents from going out: before the run assembles print files, or after.
///
/// Before (`pressrun run --until compose`), the documents never come into a print file. After, their pieces are struck from the account,
/// and each is told with the place where it lies.
#[derive(Debug, Args)]
pub(super) struct PullCommand {
    /// The output folder of the run.
    run: PathBuf,
    #[command(flatten)]
    which: Which,
    /// Why.
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    reason: String,
    /// Write JSON to standard output.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    who: Who,
}

impl PullCommand {
    pub(super) fn run(self) -> Outcome {
        let selection = match self.which.selection(false) {
            Ok(selection) if selection.is_empty() => {
                let hint = "name them with `--document`, or with `--pieces` and a number, a range or a file";
                return fail(&code::WORLD_ARGUMENT, "nothing is named", Some(hint.into()));
            }
            Ok(selection) => selection,
            Err(message) => return fail(&code::WORLD_ARGUMENT, message, None),
        };
        let pulled = match night::pull(&self.run, &Pull { selection, account: self.who.account(&self.reason) }) {
            Ok(pulled) => pulled,
            Err(error) => return refuse(&error),
        };
        if self.json {
            let after: Vec<serde_json::Value> = pulled
                .after
                .iter()
                .map(|(place, standing)| {
                    let mut value = place_json(place);
                    value["status"] = standing.status.name().into();
                    value
                })
                .collect();
            let before: Vec<u64> = pulled.before.iter().map(|record| record + 1).collect();
            let value = serde_json::json!({ "event": "pulled", "records": before, "pieces": after, "known": pulled.known });
            print(&format!("{value}\n"));
            return Outcome::Done;
        }
        let mut out = String::new();
        if !pulled.before.is_empty() {
            out.push_str(&format!("{} will not be printed\n", counted(pulled.before.len() as u64, "document")));
        }
        if !pulled.after.is_empty() {
            out.push_str(&format!("{} pulled; take out:\n\n", counted(pulled.after.len() as u64, "piece")));
            let rows: Vec<Vec<String>> = pulled
                .after
                .iter()
                .map(|(place, standing)| {
                    vec![format!("piece {}", place.piece), place.document.clone(), lies(place), standing.status.name().to_string()]
                })
                .collect();
            out.push_str(&table(&rows));
        }
        for (piece, document) in &pulled.along {
            out.push_str(&format!("  with piece {piece} goes the document `{document}`, which was not named: it is in the same envelope\n"));
        }
        if pulled.known > 0 {
            out.push_str(&format!("{} pulled before\n", counted(pulled.known, "piece")));
        }
        print(&out);
        Outcome::Done
    }
}

/// Say what was done with pieces by hand, and settle their alarms.
#[derive(Debug, Args)]
pub(super) struct SettleCommand {
    /// The output folder of the run.
    run: PathBuf,
    #[command(flatten)]
    which: Which,
    /// What was done: put into its envelope `by-hand`, found `damaged`, or the copy that was too many was `destroyed`.
    #[arg(long = "as", value_name = "WHAT", value_parser = ["by-hand", "damaged", "destroyed"])]
    how: String,
    /// What was found.
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    reason: String,
    #[command(flatten)]
    who: Who,
}

impl SettleCommand {
    pub(super) fn run(self) -> Outcome {
        let how = match self.how.as_str() {
            "by-hand" => Settle::ByHand,
            "damaged" => Settle::Damaged,
            _ => Settle::Destroyed,
        };
        let selection = match self.which.selection(false) {
            Ok(selection) if selection.is_empty() => {
                return fail(&code::WORLD_ARGUMENT, "no pieces are named", Some("name them with `--pieces`".into()));
            }
            Ok(selection) => selection,
            Err(message) => return fail(&code::WORLD_ARGUMENT, message, None),
        };
        match night::settle(&self.run, &selection, how, &self.who.account(&self.reason)) {
            Ok(count) => {
                print(&format!("{} settled\n", counted(count, "piece")));
                Outcome::Done
            }
            Err(error) => refuse(&error),
        }
    }
}

/// Hand trays over to the post: every piece of them is in its envelope, pulled, or accounted for.
#[derive(Debug, Args)]
pub(super) struct HandOver {
    /// The output folder of the run.
    run: PathBuf,
    /// Numbers of trays and ranges between commas; all pieces if absent.
    #[arg(long, value_name = "LIST")]
    tray: Option<String>,
    /// The receipt of the post, or whatever is to be kept with it.
    #[arg(long, default_value = "")]
    receipt: String,
    #[command(flatten)]
    who: Who,
}

impl HandOver {
    pub(super) fn run(self) -> Outcome {
        let trays = match self.tray.as_deref().map(parse_numbers).transpose() {
            Ok(trays) => trays.unwrap_or_default(),
            Err(message) => return fail(&code::WORLD_ARGUMENT, message, None),
        };
        let selection = Selection { trays, ..Selection::default() };
        match night::hand_over(&self.run, &selection, &self.who.account(&self.receipt)) {
            Ok(count) => {
                print(&format!("{} handed over\n", counted(count, "piece")));
                Outcome::Done
            }
            Err(error) => refuse(&error),
        }
    }
}

/// Reasons that are shown.
const REASONS_SHOWN: usize = 20;

/// Tells why nothing was done.
pub(super) fn refuse(error: &NightError) -> Outcome {
    let code = match error {
        NightError::Engine(error) => code_of(error),
        NightError::NoJob(_) | NightError::Camera(_) | NightError::Plan { .. } => &code::WORLD_ARGUMENT,
        NightError::NotPrinted | NightError::Refused(_) => &code::WORLD_REFUSED,
    };
    match error {
        NightError::Refused(reasons) => {
            let mut message = reasons.iter().take(REASONS_SHOWN).cloned().collect::<Vec<_>>().join("\n  ");
            if reasons.len() > REASONS_SHOWN {
                message.push_str(&format!("\n  … and {} more", grouped((reasons.len() - REASONS_SHOWN) as u64)));
            }
            fail(code, message, Some("nothing was changed".into()))
        }
        _ => fail(code, error.to_string(), error.hint()),
    }
}
