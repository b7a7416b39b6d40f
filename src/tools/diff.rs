//! Differences over the whole volume.
//!
//! Takes two compiled jobs and perhaps the books of their runs, gives kinds of change with the number of documents and three samples
//! each. Compares the hashes that the books have before anything is composed. Must never write.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::align::Alignment;
use super::changes::{Kind, changes};
use crate::engine::{EngineError, Records, Side, compare, with_records};
use crate::kit::raster::{self, Picture};
use crate::ledger::Ledger;
use crate::plan::{Compiled, Frozen, Overrides, Plan, compile};

/// Samples of each kind.
const SAMPLES: usize = 3;
/// A change that touches each element in its own way would make as many kinds as there are elements; the rarest are left out and counted.
const KINDS_MAX: usize = 200;

/// One job of a comparison.
pub struct Job {
    /// The compiled job.
    pub compiled: Compiled,
    /// The hash of each document by its record, if it was run; held records have none.
    pub hashes: Option<BTreeMap<u64, [u8; 32]>>,
}

/// A kind of change and who has it.
#[derive(Clone, Debug)]
pub struct Found {
    /// What it is called.
    pub title: String,
    /// How many documents have it.
    pub count: u64,
    /// The first records that have it, from 0, with the index of the page where it is seen.
    pub samples: Vec<(u64, usize)>,
}

/// What came of a comparison.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Records that were compared, by hash or composed.
    pub records: u64,
    /// Records whose pages differ.
    pub changed: u64,
    /// Records that were composed to find out how.
    pub composed: u64,
    /// The kinds, the most frequent first.
    pub kinds: Vec<Found>,
    /// Kinds that are not in the list.
    pub left_out: usize,
}

/// Opens an output folder: its frozen plan, compiled, and the hashes of its books.
///
/// # Errors
/// Why it cannot be compared.
pub fn open_run(out: &Path) -> Result<Job, String> {
    let ledger = Ledger::read(&out.join("ledger.sqlite")).map_err(|error| error.to_string())?;
    let ledger = ledger.ok_or_else(|| format!("`{}` holds no ledger", out.display()))?;
    let data = ledger.inputs().map_err(|error| error.to_string())?.into_iter().map(|row| PathBuf::from(row.path)).collect::<Vec<_>>();
    let frozen = Frozen::read(&out.join("plan"), &data)?;
    let mut hashes = BTreeMap::new();
    let read = ledger.each_document(|row| {
        hashes.insert(row.entry.record, row.entry.hash.0);
    });
    read.map_err(|error| error.to_string())?;
    let compiled = compile(&out.join("plan/job.toml"), &Overrides { frozen: Some(frozen), ..Overrides::default() });
    Ok(Job { compiled, hashes: Some(hashes) })
}

/// How many documents have a kind, and the first of them with the page where it is seen.
type Counted = (u64, Vec<(u64, usize)>);

#[derive(Default)]
struct Sum {
    kinds: BTreeMap<Kind, Counted>,
    changed: u64,
}

impl Sum {
    fn add(&mut self, number: u64, changes: Vec<(Kind, usize)>) {
        self.changed += u64::from(!changes.is_empty());
        for (kind, page) in changes {
            let (count, samples) = self.kinds.entry(kind).or_default();
            *count += 1;
            if samples.len() < SAMPLES {
                samples.push((number, page));
            }
        }
    }

    fn merge(&mut self, other: Sum) {
        self.changed += other.changed;
        for (kind, (count, samples)) in other.kinds {
            let (sum, all) = self.kinds.entry(kind).or_default();
            *sum += count;
            let room = SAMPLES - all.len();
            all.extend(samples.into_iter().take(room));
        }
    }
}

/// Compares two jobs whose plans compiled.
///
/// # Errors
/// Their data cannot be read.
pub fn diff(old: &Job, new: &Job, threads: usize) -> Result<Report, EngineError> {
    let (Some(old_plan), Some(new_plan)) = (&old.compiled.plan, &new.compiled.plan) else { return Ok(Report::default()) };
    let mut report = Report::default();
    // What both runs made the same bytes of is not composed again. Held records have no hash and are looked at.
    let wanted = match (&old.hashes, &new.hashes) {
        (Some(olds), Some(news)) => {
            let last = olds.keys().chain(news.keys()).max().map_or(0, |last| last + 1);
            report.records = last;
            Some((0..last).filter(|record| olds.get(record) != news.get(record)).collect::<Vec<u64>>())
        }
        _ => None,
    };
    let elements = Alignment::of(&old.compiled.sources, &new.compiled.sources);
    let (sums, composed) = compare(old_plan, new_plan, wanted.as_deref(), threads, |sum: &mut Sum, number, before, after| {
        sum.add(number, judge(before, after, &elements));
    })?;
    report.composed = composed;
    report.records = report.records.max(composed);
    let mut all = Sum::default();
    sums.into_iter().for_each(|sum| all.merge(sum));
    report.changed = all.changed;
    let mut kinds: Vec<(Kind, Counted)> = all.kinds.into_iter().collect();
    kinds.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    report.left_out = kinds.len().saturating_sub(KINDS_MAX);
    kinds.truncate(KINDS_MAX);
    report.kinds = kinds.into_iter().map(|(kind, (count, samples))| Found { title: kind.title(&elements), count, samples }).collect();
    Ok(report)
}

fn judge(before: Side, after: Side, elements: &Alignment) -> Vec<(Kind, usize)> {
    match (before, after) {
        (None, None) => Vec::new(),
        (None, Some(_)) => vec![(Kind::OnlyNew, 0)],
        (Some(_), None) => vec![(Kind::OnlyOld, 0)],
        (Some(Err(was)), Some(Err(is))) if was.code == is.code => Vec::new(),
        (Some(_), Some(Err(hold))) => vec![(Kind::Held(hold.code.id.to_string()), 0)],
        (Some(Err(hold)), Some(Ok(_))) => vec![(Kind::Released(hold.code.id.to_string()), 0)],
        (Some(Ok((_, old))), Some(Ok((_, new)))) => changes(&old, &new, elements),
    }
}

/// A page of a sample before and after.
pub struct Sample {
    /// Which document and page.
    pub title: String,
    /// The page before; `None` if there is none.
    pub before: Option<Picture>,
    /// The page after.
    pub after: Option<Picture>,
}

/// The pictures of the samples of each kind, in the order of the kinds.
///
/// # Errors
/// The data cannot be read.
pub fn pictures(old: &Plan, new: &Plan, report: &Report, dpi: u32) -> Result<Vec<Vec<Sample>>, EngineError> {
    with_records(old, |olds| {
        with_records(new, |news| {
            let mut all = Vec::new();
            for kind in &report.kinds {
                let mut samples = Vec::new();
                for (number, page) in &kind.samples {
                    let before = picture(old, olds, *number, *page, dpi)?;
                    let after = picture(new, news, *number, *page, dpi)?;
                    samples.push(Sample { title: format!("record {}, page {}", number + 1, page + 1), before, after });
                }
                all.push(samples);
            }
            Ok(all)
        })
    })
}

fn picture(plan: &Plan, records: &mut Records<'_>, number: u64, page: usize, dpi: u32) -> Result<Option<Picture>, EngineError> {
    let Some(Ok(composed)) = records.compose(number)? else { return Ok(None) };
    let found = raster::render(composed.file(plan)?, dpi, |index| index == page);
    Ok(found.map_err(|error| EngineError::Picture(error.to_string()))?.pop().map(|(_, picture)| picture))
}
