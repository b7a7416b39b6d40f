//! Which way each document of a job would take, record by record: `pressrun decide`.
//!
//! Takes a plan whose job has channels, gives each record's decision with its steps, or why it would be held. Must never compose or write.

use bumpalo::Bump;

use super::EngineError;
use super::composing::{RANGE_BYTES_MAX, decide_record, open};
use super::inputs::Inputs;
use crate::decide::{Decided, Step};
use crate::model::record::Hold;
use crate::plan::Plan;

/// What would become of a record.
#[derive(Debug)]
pub struct DecidedRecord {
    /// Its number, from 0.
    pub record: u64,
    /// What its document would be called; its number if it cannot be read.
    pub document: String,
    /// The decision, or why the record is held before there is one.
    pub decided: Result<Decided, Hold>,
    /// What was looked at, in order.
    pub steps: Vec<Step>,
}

/// Gives the decision about every record to `each`, in their order, or about one alone. Gives how many records were looked at.
///
/// # Errors
/// The data cannot be opened or cut, or what `each` fails with.
pub fn decisions(plan: &Plan, only: Option<u64>, mut each: impl FnMut(DecidedRecord) -> Result<(), EngineError>) -> Result<u64, EngineError> {
    let inputs = Inputs::open(plan)?;
    let texts = inputs.texts(plan)?;
    let opened = open(plan, &inputs, &texts)?;
    let (mut arena, mut records, mut looked_at) = (Bump::new(), 0, 0);
    for (input, opened) in opened.iter().enumerate() {
        let (first, mut cutter) = (records, opened.cutter());
        while let Some(range) = cutter.next(plan.settings.volume_records, RANGE_BYTES_MAX).map_err(|fault| inputs.fault(input, fault))? {
            let is_wanted = only.is_none_or(|only| (records..records + range.count).contains(&only));
            for raw in opened.raws(&range).filter(|raw| is_wanted && only.is_none_or(|only| only == first + raw.number)) {
                arena.reset();
                let (record, mut steps) = (first + raw.number, Vec::new());
                let found = decide_record(plan, opened, &raw, first, &arena, &mut |step| steps.push(step));
                let (document, decided) = match found {
                    Ok((document, decided)) => (document, Ok(decided)),
                    Err(hold) => ((record + 1).to_string(), Err(hold)),
                };
                each(DecidedRecord { record, document, decided, steps })?;
                looked_at += 1;
            }
            records += range.count;
            inputs.release(input, &range);
        }
    }
    Ok(looked_at)
}
