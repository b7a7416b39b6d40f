//! The same records under two plans, in parallel: for differences between runs and between layouts.
//!
//! Takes two plans and perhaps the records that are worth a look, gives what `judge` made of each pair of documents, in the order of the
//! records whatever the threads. Must never know what a difference is.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::EngineError;
use super::composing::open;
use super::inputs::Inputs;
use super::records::{Traced, Worker};
use crate::input::{Cutter, Opened, RecordRange};
use crate::model::record::Hold;
use crate::plan::Plan;

/// A record under one plan; `None` if there is none of its number.
pub type Side = Option<Result<Traced, Hold>>;

/// So many records are one piece of work.
const RECORDS: u64 = 250;

/// Composes the records that `wanted` holds of (all without it) under both plans, and gives the sums that `judge` adds to, one for each piece
/// of work in the order of the records, and how many records were composed. Records are paired by their number.
///
/// # Errors
/// The data of one of the plans cannot be read.
pub fn compare<S: Default + Send>(
    old: &Plan,
    new: &Plan,
    wanted: Option<&[u64]>,
    threads: usize,
    judge: impl Fn(&mut S, u64, Side, Side) + Sync,
) -> Result<(Vec<S>, u64), EngineError> {
    let (old_inputs, new_inputs) = (Inputs::open(old)?, Inputs::open(new)?);
    let (old_texts, new_texts) = (old_inputs.texts(old)?, new_inputs.texts(new)?);
    let (old_opened, new_opened) = (open(old, &old_inputs, &old_texts)?, open(new, &new_inputs, &new_texts)?);
    let (old_cuts, new_cuts) = (cut(&old_inputs, &old_opened)?, cut(&new_inputs, &new_opened)?);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| EngineError::Picture(format!("threads cannot be started: {error}")))?;
    let workers: Vec<Mutex<Option<(Worker<'_>, Worker<'_>)>>> = (0..pool.current_num_threads()).map(|_| Mutex::new(None)).collect();
    let pieces = old_cuts.len().max(new_cuts.len());
    let results: Vec<(S, u64)> = pool.install(|| {
        (0..pieces)
            .into_par_iter()
            .map(|index| {
                let slot = rayon::current_thread_index().unwrap_or(0);
                let mut slot = workers[slot].lock().unwrap_or_else(PoisonError::into_inner);
                let (first, second) = slot.get_or_insert_with(|| (Worker::new(old), Worker::new(new)));
                let (mut sum, mut composed) = (S::default(), 0);
                let start = index as u64 * RECORDS;
                let is_wanted = |number: u64| wanted.is_none_or(|wanted| wanted.binary_search(&number).is_ok());
                if let Some(wanted) = wanted {
                    let next = wanted.partition_point(|number| *number < start);
                    if wanted.get(next).is_none_or(|number| *number >= start + RECORDS) {
                        return (sum, composed);
                    }
                }
                let (mut olds, mut news) = (Raws::of(&old_opened, old_cuts.get(index)), Raws::of(&new_opened, new_cuts.get(index)));
                for number in start..start + RECORDS {
                    let before = olds.next(is_wanted(number), first);
                    let after = news.next(is_wanted(number), second);
                    if is_wanted(number) && (before.is_some() || after.is_some()) {
                        composed += 1;
                        judge(&mut sum, number, before, after);
                    }
                }
                (sum, composed)
            })
            .collect()
    });
    let count = results.iter().map(|(_, count)| count).sum();
    Ok((results.into_iter().map(|(sum, _)| sum).collect(), count))
}

/// The ranges of one piece of work: of one input, or of several where one ends in it.
type Cut = Vec<(usize, u64, RecordRange)>;

/// Cuts all inputs into pieces of the same number of records, the last excepted.
fn cut(inputs: &Inputs, opened: &[Opened<'_>]) -> Result<Vec<Cut>, EngineError> {
    let mut pieces: Vec<Cut> = Vec::new();
    let (mut records, mut first) = (0, 0);
    for (input, opened) in opened.iter().enumerate() {
        let mut cutter: Cutter<'_> = opened.cutter();
        loop {
            let room = RECORDS - records % RECORDS;
            let range = cutter.next(room, usize::MAX).map_err(|fault| inputs.fault(input, fault))?;
            let Some(range) = range else { break };
            if records % RECORDS == 0 {
                pieces.push(Vec::new());
            }
            records += range.count;
            if let Some(piece) = pieces.last_mut() {
                piece.push((input, first, range));
            }
        }
        first = records;
    }
    Ok(pieces)
}

/// The records of a piece of work, one after the other.
struct Raws<'r> {
    raws: Box<dyn Iterator<Item = (usize, u64, crate::input::Raw<'r>)> + 'r>,
    opened: &'r [Opened<'r>],
}

impl<'r> Raws<'r> {
    fn of(opened: &'r [Opened<'r>], cut: Option<&'r Cut>) -> Raws<'r> {
        let ranges = cut.map(Vec::as_slice).unwrap_or_default();
        let raws = ranges.iter().flat_map(move |(input, first, range)| opened[*input].raws(range).map(move |raw| (*input, *first, raw)));
        Raws { raws: Box::new(raws), opened }
    }

    fn next(&mut self, is_wanted: bool, worker: &mut Worker<'_>) -> Side {
        let (input, first, raw) = self.raws.next()?;
        is_wanted.then(|| worker.trace(&self.opened[input], &raw, first))
    }
}
