//! `pressrun proof`: chosen records as files or pictures.

use std::path::PathBuf;

use clap::Args;

use super::{Outcome, compile_all, fail, print, render, run};
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::file::Disk;
use crate::base::readable::counted;
use crate::base::span::Sources;
use crate::engine::{self, Composed, EngineError};
use crate::kit::raster;
use crate::model::record::Hold;
use crate::plan::{Compiled, Plan};

/// Most records of one call: a proof is looked at by a person.
const RECORDS_MAX: u64 = 10_000;

/// Write chosen records of a job as PDF files, or their pages as pictures, composed as a run composes them.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pressrun proof job.toml --records 1-20 --png
  pressrun proof job.toml --records 7,30-32 --png --dpi 200 --out /tmp/proof
  pressrun proof job.toml --records 1
  pressrun proof job.toml --records 1-3 --email")]
pub(super) struct Proof {
    /// The job file.
    job: PathBuf,
    /// Data in place of the files of the first input.
    #[arg(long, value_name = "FILE")]
    input: Vec<PathBuf>,
    /// Which records, counted from 1: numbers and ranges such as `1-20,35`.
    #[arg(long, value_name = "LIST", default_value = "1-10", value_parser = parse_records)]
    records: RecordList,
    /// Write each page as a PNG picture instead of each document as a PDF file.
    #[arg(long)]
    png: bool,
    /// Write what each record says as an e-mail (HTML, text, pictures) and as an SMS instead, where its layout has them.
    #[arg(long, conflicts_with = "png")]
    email: bool,
    /// Dots per inch of pictures.
    #[arg(long, value_name = "N", default_value_t = 150, value_parser = clap::value_parser!(u32).range(10..=1200))]
    dpi: u32,
    /// The folder they are written into; `proof` beside the job file if absent.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Ranges of records, counted from 0, the last exclusive.
#[derive(Clone, Debug)]
struct RecordList(Vec<std::ops::Range<u64>>);

fn parse_records(text: &str) -> Result<RecordList, String> {
    let number = |text: &str| text.trim().parse::<u64>().ok().filter(|number| *number > 0).ok_or(format!("`{text}` is no number of a record"));
    let mut ranges = Vec::new();
    for part in text.split(',') {
        let (first, last) = match part.split_once('-') {
            Some((first, last)) => (number(first)?, number(last)?),
            None => (number(part)?, number(part)?),
        };
        if last < first {
            return Err(format!("`{part}` ends before it begins"));
        }
        ranges.push(first - 1..last);
    }
    if ranges.iter().map(|range| range.end - range.start).sum::<u64>() > RECORDS_MAX {
        return Err(format!("these are more than {RECORDS_MAX} records"));
    }
    Ok(RecordList(ranges))
}

#[derive(Default)]
struct Written {
    documents: u64,
    files: u64,
    held: u64,
}

impl Proof {
    pub(super) fn run(self) -> Outcome {
        let Compiled { plan, sources, diagnostics, .. } = compile_all(&self.job, &self.input, false);
        let Some(plan) = plan else {
            eprintln!("{}: {}, nothing was produced", self.job.display(), render::count(&diagnostics));
            return Outcome::Failed;
        };
        let out = self.out.clone().unwrap_or_else(|| self.job.parent().unwrap_or(std::path::Path::new("")).join("proof"));
        let disk = Disk::real();
        if let Err(error) = disk.create_folder(&out) {
            return fail(&code::WORLD_FILE, error.to_string(), None);
        }
        let mut written = Written::default();
        let done = engine::with_records(&plan, |records| {
            for range in &self.records.0 {
                for number in range.clone() {
                    match records.compose(number)? {
                        Some(Ok(composed)) if self.email => messages(&composed, &out, &disk, &sources, &mut written)?,
                        Some(Ok(composed)) => self.write(&plan, &composed, &out, &disk, &mut written)?,
                        Some(Err(hold)) => {
                            written.held += 1;
                            tell(Diagnostic::error(hold.code, hold.span, format!("record {} is held: {}", number + 1, hold.reason)), &sources);
                        }
                        None if number == range.start => {
                            let message = format!("there is no record {}", number + 1);
                            tell(Diagnostic::warning(&code::WORLD_ARGUMENT, None, message).hint(format!("there are {}", records.count()?)), &sources);
                            break;
                        }
                        None => break,
                    }
                }
            }
            Ok(())
        });
        if let Err(error) = done {
            return run::report_simply(&error);
        }
        let held = if written.held > 0 { format!(", {} held", written.held) } else { String::new() };
        let what = if self.png { counted(written.files, "page") } else { counted(written.files, "file") };
        print(&format!("{}: {}, {what}{held}\n", out.display(), counted(written.documents, "document")));
        match written {
            Written { documents: 0, held: 0, .. } => Outcome::Failed,
            Written { held: 0, .. } => Outcome::Done,
            _ => Outcome::Held,
        }
    }

    fn write(&self, plan: &Plan, composed: &Composed, out: &std::path::Path, disk: &Disk, written: &mut Written) -> Result<(), EngineError> {
        let file = composed.file(plan)?;
        let record = composed.document.record + 1;
        written.documents += 1;
        if !self.png {
            written.files += 1;
            return Ok(disk.commit(&out.join(format!("{record:06}.pdf")), &file)?);
        }
        let pages = raster::render(file, self.dpi, |_| true).map_err(|error| EngineError::Picture(error.to_string()))?;
        for (index, picture) in pages {
            disk.commit(&out.join(format!("{record:06}-{}.png", index + 1)), &raster::write_png(&picture, 6))?;
            written.files += 1;
        }
        Ok(())
    }
}

/// Writes the messages of a document. Pictures stand beside the HTML, which names them as files so that a browser shows them.
fn messages(composed: &Composed, out: &std::path::Path, disk: &Disk, sources: &Sources, written: &mut Written) -> Result<(), EngineError> {
    let record = composed.document.record + 1;
    written.documents += 1;
    let refused = |hold: &Hold| {
        tell(Diagnostic::warning(hold.code, hold.span, format!("record {record} gets no message: {}", hold.reason)), sources);
    };
    match composed.email.as_deref() {
        Some(Ok(email)) => {
            let mut html = email.html.clone();
            for image in &email.images {
                html = html.replace(&format!("cid:{}", image.content_id), &image.file_name);
                disk.commit(&out.join(&image.file_name), &image.bytes)?;
            }
            disk.commit(&out.join(format!("{record:06}.html")), html.as_bytes())?;
            let head = match email.preheader.is_empty() {
                true => format!("Subject: {}\n\n", email.subject),
                false => format!("Subject: {}\nPreheader: {}\n\n", email.subject, email.preheader),
            };
            disk.commit(&out.join(format!("{record:06}.txt")), (head + &email.text).as_bytes())?;
            written.files += 2 + email.images.len() as u64;
        }
        Some(Err(hold)) => refused(hold),
        None => {}
    }
    match composed.sms.as_deref() {
        Some(Ok(sms)) => {
            disk.commit(&out.join(format!("{record:06}.sms.txt")), sms.text.as_bytes())?;
            written.files += 1;
        }
        Some(Err(hold)) => refused(hold),
        None => {}
    }
    Ok(())
}

fn tell(diagnostic: Diagnostic, sources: &Sources) {
    eprint!("{}", render::text(&[diagnostic], sources, render::has_colour()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_records_are_read() {
        let read = |text| parse_records(text).map(|list| list.0);
        assert_eq!(read("1-3,7"), Ok(vec![0..3, 6..7]));
        for wrong in ["", "0", "3-1", "a", "1-", "-4", "1-99999999"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
