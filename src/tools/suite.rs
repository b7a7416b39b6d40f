//! Runs layout tests.
//!
//! Takes test files, composes the records of their cases, gives for each case what does not hold. Writes golden files when it is told to
//! accept what is there. Must never write anything else.

use std::path::{Path, PathBuf};

use super::cases::{Case, CaseFile, read};
use super::check::Document;
use super::page_text;
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::file::{self, Disk};
use crate::base::limits::{IMAGE_BYTES_MAX, LAYOUT_BYTES_MAX, RECORD_BYTES_MAX};
use crate::base::span::Sources;
use crate::engine::{Composed, EngineError, compose_data, with_records};
use crate::kit::raster::{self, Picture};
use crate::model::record::Hold;
use crate::model::trace::TracedPage;
use crate::plan::{Compiled, Overrides, Plan, compile, compile_alone};

/// A colour of a pixel that differs by no more is the same.
const SHADE: u8 = 40;

/// What came of one case.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// The sentence of the case.
    pub name: String,
    /// The line it begins on.
    pub line: usize,
    /// What does not hold.
    pub faults: Vec<String>,
    /// Golden files that were written.
    pub accepted: Vec<String>,
    /// Pages that do not look as they should.
    pub pictures: Vec<Compared>,
}

/// A page before and after.
#[derive(Clone, Debug)]
pub struct Compared {
    /// Which.
    pub title: String,
    /// As it was accepted, if it was.
    pub before: Option<Picture>,
    /// As it is, if it is.
    pub after: Option<Picture>,
    /// How they differ.
    pub difference: Option<Picture>,
}

/// What came of a test file.
pub struct FileVerdict {
    /// The file.
    pub path: PathBuf,
    /// Its cases; none if it has faults.
    pub cases: Vec<Verdict>,
    /// Faults of the file, of its job or layout.
    pub faults: Vec<Diagnostic>,
    /// What the faults point into.
    pub sources: Sources,
}

type Made = Result<(Composed, Vec<TracedPage>), Hold>;

/// Runs one test file; with `accept` golden files that differ are written anew.
///
/// # Errors
/// The data of its job cannot be read.
pub fn run(path: &Path, accept: bool) -> Result<FileVerdict, EngineError> {
    let mut sources = Sources::default();
    let mut faults = Faults::new();
    let bytes = file::read(path, LAYOUT_BYTES_MAX)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let id = sources.add(path.to_string_lossy(), text.clone());
    let mut cases = read(id, &text, &mut faults);
    let folder = path.parent().unwrap_or(Path::new(""));
    read_records(folder, &mut cases, &mut faults);
    if faults.has_errors() {
        return Ok(FileVerdict { path: path.to_path_buf(), cases: Vec::new(), faults: faults.into_sorted(), sources });
    }
    let compiled = compile_job(folder, &cases);
    let Some(plan) = &compiled.plan else {
        return Ok(FileVerdict { path: path.to_path_buf(), cases: Vec::new(), faults: compiled.diagnostics, sources: compiled.sources });
    };
    let runner = Runner { plan, sources: &compiled.sources, folder, accept };
    let verdicts = if cases.cases.iter().any(|case| case.record.is_some()) {
        with_records(plan, |records| {
            let mut verdicts = Vec::new();
            for case in &cases.cases {
                let made = match case.record {
                    None => runner.make_of_data(case)?,
                    Some(number) => match (records.compose(number - 1)?, records.trace(number - 1)?) {
                        (Some(Ok(composed)), Some(Ok((_, pages)))) => Some(Ok((composed, pages))),
                        (Some(Err(hold)), _) | (_, Some(Err(hold))) => Some(Err(hold)),
                        _ => None,
                    },
                };
                verdicts.push(runner.judge(case, made)?);
            }
            Ok(verdicts)
        })?
    } else {
        let all: Result<Vec<Verdict>, EngineError> = cases.cases.iter().map(|case| runner.judge(case, runner.make_of_data(case)?)).collect();
        all?
    };
    Ok(FileVerdict { path: path.to_path_buf(), cases: verdicts, faults: Vec::new(), sources: compiled.sources })
}

/// The records that cases have in files of their own.
fn read_records(folder: &Path, cases: &mut CaseFile, faults: &mut Faults) {
    for case in &mut cases.cases {
        let Some((name, span)) = &case.data_file else { continue };
        match file::read(&folder.join(name), RECORD_BYTES_MAX) {
            Ok(bytes) => case.data = Some(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) => faults.push(Diagnostic::error(&code::JOB_FILE, *span, error.to_string())),
        }
    }
}

/// The job of a test file, or its layout alone.
fn compile_job(folder: &Path, cases: &CaseFile) -> Compiled {
    match &cases.job {
        Some(job) => compile(&folder.join(job), &Overrides::default()),
        None => {
            // `statement.tests/` is beside `statement.xml`.
            let beside = folder.with_extension("xml");
            let layout = cases.layout.as_ref().map_or(beside, |layout| folder.join(layout));
            compile_alone(&layout, cases.currency.as_deref().unwrap_or("XXX"), "2000-01-01", None)
        }
    }
}

struct Runner<'r> {
    plan: &'r Plan,
    sources: &'r Sources,
    folder: &'r Path,
    accept: bool,
}

impl Runner<'_> {
    fn make_of_data(&self, case: &Case) -> Result<Option<Made>, EngineError> {
        let data = case.data.clone().unwrap_or_default();
        let is_json = self.plan.inputs.first().is_some_and(|input| input.format == "ndjson");
        // A JSON record of several lines is one line: its strings hold no line ends.
        let data = if is_json { data.replace(['\n', '\r'], " ") } else { data };
        match compose_data(self.plan, data.as_bytes(), true) {
            Ok(made) => Ok(Some(made)),
            Err(EngineError::NoRecords) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn judge(&self, case: &Case, made: Option<Made>) -> Result<Verdict, EngineError> {
        let mut verdict = Verdict { name: case.name.clone(), line: case.line, ..Verdict::default() };
        match (made, &case.held) {
            (None, _) => verdict.faults.push(format!("there is no record {}", case.record.unwrap_or(1))),
            (Some(Err(hold)), Some(expected)) => {
                if !hold.code.id.eq_ignore_ascii_case(expected) && !hold.reason.contains(expected) {
                    verdict.faults.push(format!("the record is held for another reason: {}", self.told(&hold)));
                }
            }
            (Some(Err(hold)), None) => verdict.faults.push(format!("the record is held: {}", self.told(&hold))),
            (Some(Ok(_)), Some(expected)) => verdict.faults.push(format!("the record is composed; it should be held (`{expected}`)")),
            (Some(Ok((composed, pages))), None) => self.judge_document(case, &composed, &pages, &mut verdict)?,
        }
        Ok(verdict)
    }

    /// A hold with its place in the layout.
    fn told(&self, hold: &Hold) -> String {
        let place = hold.span.map(|span| format!(" ({})", self.sources.place(span))).unwrap_or_default();
        format!("{} {}{place}", hold.code.id, hold.reason)
    }

    fn judge_document(&self, case: &Case, composed: &Composed, pages: &[TracedPage], verdict: &mut Verdict) -> Result<(), EngineError> {
        if let Some(expected) = case.pages
            && expected != pages.len() as u64
        {
            verdict.faults.push(format!("the document has {} pages, not {expected}", pages.len()));
        }
        let document = Document { pages, sources: self.sources };
        for (expected, wanted) in case.has.iter().map(|has| (has, true)).chain(case.lacks.iter().map(|lacks| (lacks, false))) {
            if let Some(fault) = document.fault(expected, wanted) {
                verdict.faults.push(format!("line {}: {fault}", expected.line));
            }
        }
        if let Some(name) = &case.golden_text {
            self.judge_text(name, pages, verdict)?;
        }
        if let Some(name) = &case.golden {
            self.judge_pictures(case, name, composed, verdict)?;
        }
        Ok(())
    }

    fn judge_text(&self, name: &str, pages: &[TracedPage], verdict: &mut Verdict) -> Result<(), EngineError> {
        let path = self.folder.join(name);
        let mut text = String::new();
        for (index, page) in pages.iter().enumerate() {
            text.push_str(&format!("--- page {} of {}\n", index + 1, pages.len()));
            page_text::lines(page).iter().for_each(|line| text.push_str(&format!("{line}\n")));
        }
        let known = file::read(&path, LAYOUT_BYTES_MAX).ok().map(|bytes| String::from_utf8_lossy(&bytes).replace("\r\n", "\n"));
        if known.as_deref() == Some(text.as_str()) {
            return Ok(());
        }
        if self.accept {
            Disk::real().commit(&path, text.as_bytes())?;
            verdict.accepted.push(name.to_string());
            return Ok(());
        }
        verdict.faults.push(match known {
            None => format!("there is no golden text `{name}` yet; `--accept` writes it"),
            Some(known) => format!("the text is not that of `{name}`:\n{}", first_differences(&known, &text)),
        });
        Ok(())
    }

    fn judge_pictures(&self, case: &Case, name: &str, composed: &Composed, verdict: &mut Verdict) -> Result<(), EngineError> {
        let failed = |error: raster::RasterError| EngineError::Picture(error.to_string());
        let pictures = raster::render(composed.file(self.plan)?, case.dpi, |_| true).map_err(failed)?;
        for (index, after) in pictures {
            let file_name = format!("{name}-{}.png", index + 1);
            let path = self.folder.join(&file_name);
            let known = file::read(&path, IMAGE_BYTES_MAX).ok().map(|bytes| raster::read_png(&bytes));
            let before = match known {
                Some(Err(error)) if !self.accept => {
                    verdict.faults.push(format!("`{file_name}`: {error}"));
                    continue;
                }
                Some(Ok(before)) => Some(before),
                _ => None,
            };
            let found = before.as_ref().map(|before| raster::difference(before, &after, SHADE));
            if found.as_ref().is_some_and(|found| found.millionths() <= case.tolerance) {
                continue;
            }
            if self.accept {
                Disk::real().commit(&path, &raster::write_small_png(&after, 12))?;
                verdict.accepted.push(file_name);
                continue;
            }
            verdict.faults.push(match &found {
                None => format!("there is no golden picture `{file_name}` yet; `--accept` writes it"),
                Some(found) => format!(
                    "page {} does not look like `{file_name}`: {} of its pixels differ, {} may",
                    index + 1,
                    percent(found.millionths()),
                    percent(case.tolerance)
                ),
            });
            verdict.pictures.push(Compared {
                title: format!("page {}", index + 1),
                before,
                after: Some(after),
                difference: found.map(|found| found.picture),
            });
        }
        Ok(())
    }
}

/// Millionths as a percentage.
fn percent(millionths: u64) -> String {
    format!("{}.{:02} %", millionths / 10_000, millionths % 10_000 / 100)
}

/// The first lines that differ.
fn first_differences(before: &str, after: &str) -> String {
    let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let same = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let (a, b) = (&before[same..], &after[same..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let part = |lines: &[&str], sign: &str| {
        let shown: Vec<String> = lines[..lines.len() - tail].iter().take(6).map(|line| format!("            {sign} {line}")).collect();
        shown.join("\n")
    };
    format!("          line {}\n{}\n{}", same + 1, part(a, "-"), part(b, "+"))
}
