//! Seeded test data of any size, for trying out jobs and for measuring the line.
//!
//! Takes a seed and a record number, gives the bytes of that record: the same ones on every run, whatever the length of
//! the file, so that a longer file starts with a shorter one. Must never know what a job does with the data.
//!
//! Nothing that a job puts out comes from here, so the ban on floats does not bind; it is kept to the draw that decides
//! the number of transactions.

mod mersenne;
mod statements;
mod words;

use std::io::{self, Write};

/// Every kind of sample data, in the order of the manual.
pub const SAMPLES: &[&dyn Sample] = &[&statements::Statements];

/// One kind of sample data.
///
/// A format may need several files that belong together; then each gets a buffer of its own, in the order of [`files`].
///
/// [`files`]: Sample::files
pub trait Sample: Sync {
    /// What the user calls it by.
    fn name(&self) -> &'static str;

    /// What it is, in a sentence.
    fn doc(&self) -> &'static str;

    /// The usual names of the files of a format; there is at least one.
    fn files(&self, format: Format) -> &'static [&'static str];

    /// What stands in the files before the first record.
    fn write_head(&self, format: Format, files: &mut [Vec<u8>]);

    /// Appends record `number`, counted from 1.
    fn write_record(&self, options: &Options, number: u64, files: &mut [Vec<u8>]);

    /// What stands in the files after the last record.
    fn write_foot(&self, format: Format, files: &mut [Vec<u8>]);
}

/// How sample data is written down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// One JSON object per line, lists nested.
    Ndjson,
    /// One file of records and one of their lines, joined by the key in the first column, both in record order.
    Csv,
    /// One root element, one element per record.
    Xml,
}

impl Format {
    /// Every format, in the order of the manual.
    pub const ALL: [Format; 3] = [Format::Ndjson, Format::Csv, Format::Xml];

    /// What the user calls it by.
    pub fn name(self) -> &'static str {
        match self {
            Format::Ndjson => "ndjson",
            Format::Csv => "csv",
            Format::Xml => "xml",
        }
    }
}

/// What to generate.
#[derive(Clone, Debug)]
pub struct Options {
    /// Other seeds give other people.
    pub seed: u64,
    /// How to write it down.
    pub format: Format,
    /// Gives every record exactly so many transactions, to test extremes; the natural number when absent.
    pub transactions: Option<usize>,
}

impl Options {
    /// Data of natural size.
    pub fn new(seed: u64, format: Format) -> Options {
        Options { seed, format, transactions: None }
    }
}

/// The sample called `name`.
pub fn find_sample(name: &str) -> Option<&'static dyn Sample> {
    SAMPLES.iter().copied().find(|sample| sample.name() == name)
}

/// Writes records 1 to `record_count`, one writer per file of the format.
pub fn write_sample(sample: &dyn Sample, options: &Options, record_count: u64, writers: &mut [&mut dyn Write]) -> io::Result<()> {
    assert_eq!(writers.len(), sample.files(options.format).len(), "a writer for each file of the format");
    let mut files = vec![Vec::with_capacity(2 * BLOCK); writers.len()];
    sample.write_head(options.format, &mut files);
    for number in 1..=record_count {
        sample.write_record(options, number, &mut files);
        write_blocks(&mut files, writers, BLOCK)?;
    }
    sample.write_foot(options.format, &mut files);
    write_blocks(&mut files, writers, 0)?;
    writers.iter_mut().try_for_each(|writer| writer.flush())
}

/// Bytes that are gathered before they are handed on.
const BLOCK: usize = 1 << 18;

/// Hands on every buffer that holds more than `floor` bytes.
fn write_blocks(files: &mut [Vec<u8>], writers: &mut [&mut dyn Write], floor: usize) -> io::Result<()> {
    for (file, writer) in files.iter_mut().zip(writers) {
        if file.len() > floor {
            writer.write_all(file)?;
            file.clear();
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All files of a sample, written through `write_sample`.
    fn written(options: &Options, record_count: u64) -> Vec<Vec<u8>> {
        let sample = find_sample("statements").expect("registered");
        let mut files = vec![Vec::new(); sample.files(options.format).len()];
        let mut writers: Vec<&mut dyn Write> = files.iter_mut().map(|file| file as &mut dyn Write).collect();
        write_sample(sample, options, record_count, &mut writers).expect("memory takes everything");
        files
    }

    #[test]
    fn names_are_unique_and_documented() {
        for (index, sample) in SAMPLES.iter().enumerate() {
            assert!(!sample.doc().is_empty());
            assert!(SAMPLES[..index].iter().all(|other| other.name() != sample.name()), "{}", sample.name());
        }
        assert!(find_sample("nothing").is_none());
    }

    #[test]
    fn longer_files_start_with_shorter_ones() {
        let options = Options::new(7, Format::Ndjson);
        let (short, long) = (written(&options, 20), written(&options, 400));
        assert!(long[0].len() > BLOCK, "crosses a block");
        assert!(long[0].starts_with(&short[0]));
        assert_eq!(long[0].iter().filter(|&&byte| byte == b'\n').count(), 400);
    }

    #[test]
    fn no_records_leave_head_and_foot() {
        assert_eq!(written(&Options::new(7, Format::Ndjson), 0), [b""]);
        assert_eq!(written(&Options::new(7, Format::Csv), 0)[1], b"id,date,description,amount\n");
        let xml = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<statements>\n</statements>\n";
        assert_eq!(written(&Options::new(7, Format::Xml), 0), [xml]);
    }

    #[test]
    fn a_writer_that_fails_stops_the_run() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let sample = find_sample("statements").expect("registered");
        let result = write_sample(sample, &Options::new(7, Format::Ndjson), 3, &mut [&mut Full]);
        assert_eq!(result.expect_err("the disk is full").kind(), io::ErrorKind::StorageFull);
    }
}
