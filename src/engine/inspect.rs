//! Looks at the data of a plan before anything is made of it: `pressrun check`.
//!
//! Takes a plan, gives what a run would stop at (errors) and what it would hold or could not find (warnings). Reads heads,
//! encodings and the first records of each input, and composes those; a whole file only where it has lines, one of which
//! could belong to no record. Must never write.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use bumpalo::Bump;

use super::composing::{compose_record, composer};
use super::records::ALL;
use crate::base::code::{self, Code};
use crate::base::diagnostic::Diagnostic;
use crate::base::file::Mapped;
use crate::base::readable::grouped;
use crate::base::span::Span;
use crate::input::{InputFault, InputFile, Opened};
use crate::model::record::Hold;
use crate::plan::{Plan, PlannedInput};

/// So many records of each input are composed.
const RECORDS: u64 = 100;
/// And not many more bytes than these; also the step in which whole files are cut.
const BYTES: usize = 4 << 20;
/// Enough of a file to know its encoding.
const HEAD_BYTES: usize = 4096;

/// What is wrong with the data, as far as can be told without reading all of it.
pub fn inspect(plan: &Plan) -> Vec<Diagnostic> {
    look(Some(plan), &plan.inputs)
}

/// What is wrong with the files of inputs whose job has faults elsewhere: all but what composing would find.
pub fn inspect_inputs(inputs: &[PlannedInput]) -> Vec<Diagnostic> {
    look(None, inputs)
}

fn look(plan: Option<&Plan>, inputs: &[PlannedInput]) -> Vec<Diagnostic> {
    let mut inspector = Inspector { plan, found: Vec::new(), records: 0, is_whole: true };
    for input in inputs {
        inspector.input(input);
    }
    if !inputs.is_empty() && inspector.is_whole && inspector.records == 0 {
        inspector.found.push(Diagnostic::error(&code::JOB_NO_INPUT, None, "the input holds no records"));
    }
    inspector.found
}

/// How many of the first records have a code at a place of a layout, and the first of them.
type Holds = BTreeMap<(&'static str, Option<Span>), (u64, u64, Hold)>;

struct Inspector<'p> {
    /// `None`: the job has faults, nothing can be composed.
    plan: Option<&'p Plan>,
    found: Vec<Diagnostic>,
    /// Records that were seen.
    records: u64,
    /// Whether every file could be looked into.
    is_whole: bool,
}

impl Inspector<'_> {
    /// One file after the other, so that no more than one is decoded at a time.
    fn input(&mut self, input: &PlannedInput) {
        let mut left = RECORDS;
        for (index, path) in input.files.iter().enumerate() {
            let file = self.open(path, input);
            let lines = input.lines.get(index).map(|path| self.open(path, input));
            match (file, lines) {
                (Some(file), None) => self.file(input, &file, None, &mut left),
                (Some(file), Some(Some(lines))) => self.file(input, &file, Some(&lines), &mut left),
                _ => self.is_whole = false,
            }
        }
    }

    /// Maps a file and finds its encoding.
    fn open(&mut self, path: &Path, input: &PlannedInput) -> Option<Mapped> {
        let map = match Mapped::open(path) {
            Ok(map) => map,
            Err(error) if error.source.kind() == std::io::ErrorKind::NotFound => {
                let fault = Diagnostic::warning(&code::JOB_NO_INPUT, None, format!("there is no file `{}`", path.display()));
                self.found.push(fault.hint("a run fails until it has arrived"));
                return None;
            }
            Err(error) => {
                self.found.push(Diagnostic::error(&code::WORLD_FILE, None, error.to_string()));
                return None;
            }
        };
        match InputFile::read(&map[..map.len().min(HEAD_BYTES)], input.encoding.as_deref()) {
            Ok(_) => Some(map),
            Err(fault) => {
                self.found.push(told(path, &fault));
                None
            }
        }
    }

    fn file(&mut self, input: &PlannedInput, file: &Mapped, lines: Option<&Mapped>, left: &mut u64) {
        let (texts, line_texts) = ([text(file, input)], lines.map(|lines| text(lines, input)));
        let path_of = |fault: &InputFault| lines.filter(|_| fault.in_lines).unwrap_or(file).path();
        let opened = match input.input.open(&texts, line_texts.as_slice()) {
            Ok(opened) => opened,
            Err(faults) => {
                self.is_whole = false;
                self.found.extend(faults.iter().map(|fault| told(path_of(fault), fault)));
                return;
            }
        };
        if *left > 0 || self.records == 0 {
            self.first_records(input, &opened, file.path(), left);
        }
        if lines.is_some()
            && let Err(fault) = cut_all(&opened)
        {
            self.found.push(told(path_of(&fault), &fault));
        }
    }

    /// Composes the first records, and says what would be held.
    fn first_records(&mut self, input: &PlannedInput, opened: &Opened<'_>, path: &Path, left: &mut u64) {
        // A fault of the cutter is one of the lines file, and found below.
        let range = match opened.cutter().next((*left).max(1), BYTES) {
            Ok(Some(range)) => range,
            Ok(None) => return,
            Err(_) => {
                self.is_whole = false;
                return;
            }
        };
        self.records += range.count;
        *left = left.saturating_sub(range.count);
        let Some(plan) = self.plan else { return };
        let (mut composer, mut arena, mut holds) = (composer(plan), Bump::new(), Holds::new());
        for raw in opened.raws(&range) {
            arena.reset();
            let outcome = catch_unwind(AssertUnwindSafe(|| compose_record(plan, opened, &raw, 0, ALL, &mut composer, &arena).map(drop)));
            let hold = match outcome {
                Ok(Ok(())) => continue,
                Ok(Err(hold)) => hold,
                Err(_) => {
                    composer = super::composing::composer(plan);
                    Hold::new(&code::RECORD_BUG, "a fault of this program")
                }
            };
            holds.entry((hold.code.id, hold.span)).or_insert((0, raw.number, hold)).0 += 1;
        }
        for (count, first, hold) in holds.into_values() {
            let message = format!(
                "{}: {} of the first {} records would be held: record {}: {}",
                path.display(),
                grouped(count),
                grouped(range.count),
                first + 1,
                hold.reason
            );
            let warning = Diagnostic::warning(hold.code, hold.span, message);
            self.found.push(match hint(hold.code, input) {
                Some(hint) => warning.hint(hint),
                None => warning,
            });
        }
    }
}

/// A file whose encoding is known as text.
fn text<'m>(map: &'m Mapped, input: &PlannedInput) -> InputFile<'m> {
    InputFile::read(map, input.encoding.as_deref()).expect("its encoding was found when it was opened")
}

fn hint(code: &Code, input: &PlannedInput) -> Option<&'static str> {
    (*code == code::RECORD_ENCODING && input.encoding.is_none())
        .then_some("if the file is in another encoding, declare it in `[[input]]`, such as `encoding = \"windows-1252\"`")
}

/// Goes through all records of a file and its lines.
fn cut_all(opened: &Opened<'_>) -> Result<(), InputFault> {
    let mut cutter = opened.cutter();
    while cutter.next(u64::MAX, BYTES)?.is_some() {}
    Ok(())
}

/// A fault of a file with its place. The files of a job may be larger than memory, so none becomes a source of diagnostics.
pub fn told(path: &Path, fault: &InputFault) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(fault.code, None, format!("{}:{}: {}", path.display(), fault.line, fault.message));
    diagnostic.hint.clone_from(&fault.hint);
    diagnostic
}
