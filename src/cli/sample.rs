//! `pressrun sample`: seeded test data of any size.

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::Args;

use super::{Outcome, fail};
use crate::base::code;
use crate::base::file::{Disk, Pending};
use crate::kit::sample::{Format, Options, SAMPLES, find_sample, write_sample};

/// Write seeded test data of any size.
#[derive(Debug, Args)]
pub(super) struct Sample {
    /// Which data, such as `statements`.
    name: String,
    /// How many records.
    #[arg(long, default_value_t = 100)]
    records: u64,
    /// Other seeds give other people.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// `ndjson`, `csv` or `xml`.
    #[arg(long, default_value = "ndjson")]
    format: String,
    /// Give each record exactly this many rows, to try extremes.
    #[arg(long, value_name = "ROWS")]
    transactions: Option<usize>,
    /// Write into this folder instead of standard output; formats of several files need it.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Sample {
    pub(super) fn run(self) -> Outcome {
        let Some(sample) = find_sample(&self.name) else {
            let known: Vec<String> = SAMPLES.iter().map(|sample| format!("`{}` ({})", sample.name(), sample.doc())).collect();
            return fail(&code::WORLD_ARGUMENT, format!("there is no sample `{}`", self.name), Some(format!("known are {}", known.join(", "))));
        };
        let Some(format) = Format::ALL.into_iter().find(|format| format.name() == self.format) else {
            let known: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
            return fail(
                &code::WORLD_ARGUMENT,
                format!("there is no sample format `{}`", self.format),
                Some(format!("known are {}", known.join(", "))),
            );
        };
        let options = Options { transactions: self.transactions, ..Options::new(self.seed, format) };
        let names = sample.files(format);
        match self.out {
            None if names.len() > 1 => {
                let message = format!("{} is written into {} files: {}", format.name(), names.len(), names.join(", "));
                fail(&code::WORLD_ARGUMENT, message, Some("name a folder with `--out`".into()))
            }
            None => {
                let mut out = BufWriter::new(std::io::stdout().lock());
                match write_sample(sample, &options, self.records, &mut [&mut out]) {
                    // A reader that has gone, such as `head`, has what it wanted.
                    Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                        fail(&code::WORLD_FILE, format!("cannot write the sample: {error}"), None)
                    }
                    _ => Outcome::Done,
                }
            }
            Some(folder) => match write_files(&folder, names, |writers| write_sample(sample, &options, self.records, writers)) {
                Ok(()) => Outcome::Done,
                Err(message) => fail(&code::WORLD_FILE, message, None),
            },
        }
    }
}

/// Writes files into a folder, all of them or none.
fn write_files(folder: &std::path::Path, names: &[&str], write: impl FnOnce(&mut [&mut dyn Write]) -> std::io::Result<()>) -> Result<(), String> {
    let disk = Disk::real();
    disk.create_folder(folder).map_err(|error| error.to_string())?;
    let mut pending: Vec<Pending> = Vec::new();
    for name in names {
        pending.push(disk.begin(&folder.join(name)).map_err(|error| error.to_string())?);
    }
    let mut writers: Vec<&mut dyn Write> = pending.iter_mut().map(|file| file as &mut dyn Write).collect();
    write(&mut writers).map_err(|error| format!("cannot write into `{}`: {error}", folder.display()))?;
    pending.into_iter().try_for_each(Pending::commit).map_err(|error| error.to_string())
}
