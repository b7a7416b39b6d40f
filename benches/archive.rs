//! What an archive answers, and how fast: find by key, get, audit.
//!
//! ```text
//! pressrun run job.toml --out out        # a job with [archive.keys]
//! cargo bench --bench archive -- --archive out [--gets N] [--key NAME] [--threads N] [--no-audit]
//! ```
//! NAME is a key of the archive whose values are the ids of the documents. Takes an archive that is there, gives the median, the 99th percentile and the longest time of one answer within the process, for documents
//! picked by a fixed sequence: the first round warms what is asked for, the second is measured. Then the audit, in megabytes a second.
#![allow(clippy::disallowed_methods)]

mod common;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use common::{argument, flag};
use pressrun::engine::archive::{Reader, audit, root_of};
use pressrun::ledger::{CatalogueRow, Condition, DocumentQuery};

fn main() {
    let Some(folder) = argument::<PathBuf>("--archive") else {
        eprintln!("--archive names an archive, or the output folder of a run");
        return;
    };
    let (gets, threads) = (argument::<u64>("--gets").unwrap_or(2_000), argument::<usize>("--threads").unwrap_or(2));
    let root = root_of(&folder);
    let mut reader = Reader::open(&root).expect("an archive");
    let last = last_of(&reader);
    println!("{} documents", last);
    // Numbers that jump through the archive, the same each time.
    let numbers: Vec<u64> = (0..gets).map(|at| at.wrapping_mul(2_654_435_761) % last).collect();
    let rows: Vec<CatalogueRow> = numbers.iter().filter_map(|number| row_after(&reader, *number)).collect();
    for row in &rows {
        reader.pdf(row).expect("a document");
    }
    let ids = times(rows.iter().map(|row| timed(|| reader.document(&row.id, Some(&row.run)).map(|_| ()).expect("a row"))).collect());
    println!("find by id    {ids}");
    if let Some(key) = argument::<String>("--key") {
        let ask = |row: &CatalogueRow| {
            let query = DocumentQuery { conditions: vec![(key.clone(), Condition::Is(row.id.clone()))], limit: 20, ..DocumentQuery::default() };
            timed(|| assert!(!reader.find(&query).expect("rows").is_empty(), "{key} = {}", row.id))
        };
        println!("find by key   {}", times(rows.iter().map(ask).collect()));
    }
    let mut bytes = 0;
    let took = times(rows.iter().map(|row| timed(|| bytes += reader.pdf(row).expect("a document").len())).collect());
    println!("get           {took}, {} bytes each", bytes / rows.len().max(1));
    if !flag("--no-audit") {
        let started = Instant::now();
        let audited = audit(&root, threads).expect("an audit");
        let seconds = started.elapsed().as_secs_f64();
        println!(
            "audit         {:.0} MB/s: {} files, {:.0} MB, {} documents, {} faults in {seconds:.1} s",
            audited.bytes as f64 / 1e6 / seconds,
            audited.files,
            audited.bytes as f64 / 1e6,
            audited.documents,
            audited.faults.len()
        );
    }
}

/// The first document behind a number.
fn row_after(reader: &Reader, number: u64) -> Option<CatalogueRow> {
    let query = DocumentQuery { after: number, limit: 1, ..DocumentQuery::default() };
    reader.find(&query).expect("rows").pop()
}

/// The number of the last document, found by halving.
fn last_of(reader: &Reader) -> u64 {
    let (mut low, mut high) = (0, 1 << 40);
    while low < high {
        let middle = low + (high - low) / 2;
        match row_after(reader, middle) {
            Some(row) => low = row.number,
            None => high = middle,
        }
    }
    low
}

fn timed(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

/// Median, 99th percentile and longest, in milliseconds.
fn times(mut all: Vec<Duration>) -> String {
    all.sort_unstable();
    let at = |share: usize| all.get((all.len() * share / 1000).min(all.len().saturating_sub(1))).map_or(0.0, |time| time.as_secs_f64() * 1e3);
    format!("median {:.2} ms, p99 {:.2} ms, longest {:.2} ms", at(500), at(990), at(1000))
}
