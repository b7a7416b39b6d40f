//! `pressrun render`: one document from a layout and its data.

use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Outcome, fail, render, run};
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::file::{self, Disk};
use crate::base::limits::RECORD_BYTES_MAX;
use crate::base::span::Sources;
use crate::engine;
use crate::plan::{self, Overrides};

/// Compose one document from a layout and one record, and write it as PDF to standard output.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pressrun render letter.xml letter.json > letter.pdf
  curl -s https://example.org/orders/7.json | pressrun render invoice.xml - --currency EUR --out invoice.pdf
  pressrun render layouts/invoice.xml FB26-09.xml --job fixtures/invoices/job.toml --out invoice.pdf

The fields of the JSON object are those of the layout's <data>: `customer.name` is read from {\"customer\": {\"name\": ...}}.
With --job the record is in the format of the job's first input and its mapping, fonts, tables and locale hold.")]
pub(super) struct Render {
    /// The layout file. With `--job` it takes the place of the job's layouts.
    layout: PathBuf,
    /// The record: a JSON object, or with `--job` what its first input holds. `-` reads standard input.
    data: PathBuf,
    /// Take mapping, fonts, tables and locale from this job.
    #[arg(long, value_name = "JOB")]
    job: Option<PathBuf>,
    /// The currency of all money, if there is no job that says it.
    #[arg(long, value_name = "CODE", default_value = "XXX", value_parser = parse_currency)]
    currency: String,
    /// `job.date`, if there is no job that says it: the same call gives the same bytes on any day.
    #[arg(long, value_name = "DATE", default_value = "2000-01-01")]
    date: String,
    /// The locale, in place of the layout's `lang`.
    #[arg(long, value_name = "TAG")]
    locale: Option<String>,
    /// Write to this file instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Render {
    pub(super) fn run(self) -> Outcome {
        if self.out.is_none() && std::io::stdout().is_terminal() {
            let hint = "send it to a file, `> document.pdf`, or name one with `--out`";
            return fail(&code::WORLD_ARGUMENT, "a PDF file is not written to a terminal", Some(hint.into()));
        }
        let data = match read_data(&self.data) {
            Ok(data) => data,
            Err(message) => return fail(&code::WORLD_FILE, message, None),
        };
        let compiled = match &self.job {
            Some(job) => plan::compile(job, &Overrides { inputs: Some(Vec::new()), layout: Some(self.layout.clone()), ..Overrides::default() }),
            None => plan::compile_alone(&self.layout, &self.currency, &self.date, self.locale.as_deref()),
        };
        eprint!("{}", render::text(&compiled.diagnostics, &compiled.sources, render::has_colour()));
        let Some(plan) = compiled.plan else {
            eprintln!("{}: {}, nothing was produced", self.layout.display(), render::count(&compiled.diagnostics));
            return Outcome::Failed;
        };
        let is_json = self.job.is_none() || plan.inputs.first().is_some_and(|input| input.format == "ndjson");
        let record = if is_json { one_line(data) } else { data };
        let composed = match engine::compose_data(&plan, &record, false) {
            Ok(Ok((composed, _))) => composed,
            Ok(Err(hold)) => {
                tell(Diagnostic::error(hold.code, hold.span, format!("the record is held: {}", hold.reason)), &compiled.sources);
                return Outcome::Held;
            }
            Err(error) => return run::report_simply(&error),
        };
        for remark in &composed.remarks {
            tell(Diagnostic::warning(remark.code, None, remark.reason.as_str()), &compiled.sources);
        }
        for slot in composed.slots_in_words(&plan) {
            eprintln!("slot {slot}");
        }
        let file = match composed.file(&plan) {
            Ok(file) => file,
            Err(error) => return run::report_simply(&error),
        };
        let written = match &self.out {
            Some(path) => Disk::real().commit(path, &file).map_err(|error| error.to_string()),
            None => {
                let mut out = std::io::stdout().lock();
                match out.write_all(&file).and_then(|()| out.flush()) {
                    // A reader that has gone has what it wanted.
                    Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(format!("cannot write the document: {error}")),
                    _ => Ok(()),
                }
            }
        };
        match written {
            Ok(()) => Outcome::Done,
            Err(message) => fail(&code::WORLD_FILE, message, None),
        }
    }
}

fn parse_currency(text: &str) -> Result<String, String> {
    let is_code = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    if is_code { Ok(text.to_string()) } else { Err("a currency is three capitals, such as `EUR` (ISO 4217)".into()) }
}

fn tell(diagnostic: Diagnostic, sources: &Sources) {
    eprint!("{}", render::text(&[diagnostic], sources, render::has_colour()));
}

/// The record, from a file or from standard input; bounded like any record.
fn read_data(path: &Path) -> Result<Vec<u8>, String> {
    if path != Path::new("-") {
        return file::read(path, RECORD_BYTES_MAX).map_err(|error| error.to_string());
    }
    let mut data = Vec::new();
    let read = std::io::stdin().lock().take(RECORD_BYTES_MAX as u64 + 1).read_to_end(&mut data);
    read.map_err(|error| format!("cannot read standard input: {error}"))?;
    if data.len() > RECORD_BYTES_MAX {
        return Err(format!("cannot read standard input: larger than the limit of {RECORD_BYTES_MAX} bytes"));
    }
    Ok(data)
}

/// A JSON value on one line: its strings hold no line ends (RFC 8259, 7), and between its tokens they are spaces.
fn one_line(mut data: Vec<u8>) -> Vec<u8> {
    data.iter_mut().filter(|byte| matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
    data
}
