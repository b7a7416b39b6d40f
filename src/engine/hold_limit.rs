//! Whether a job holds too many records.
//!
//! Takes what each volume holds, gives an error as soon as it is certain that the limit is passed. A limit in percent
//! needs the number of all records, which is not known before the last is cut: it is counted once, and only when the
//! records so far hold more than their share. A sound job therefore never pays for it, and a job whose data is of the wrong
//! kind ends after its first volumes.

use super::{EngineError, Inputs};
use crate::input::{InputFault, Opened};
use crate::plan::HoldLimit;

/// Counts holds against the limit of a job.
pub(super) struct HoldWatch<'w> {
    limit: HoldLimit,
    opened: &'w [Opened<'w>],
    inputs: &'w Inputs,
    held: u64,
    records: u64,
    /// All records of the job, once they were counted.
    total: Option<u64>,
}

impl<'w> HoldWatch<'w> {
    /// A watch over nothing so far.
    pub(super) fn new(limit: HoldLimit, opened: &'w [Opened<'w>], inputs: &'w Inputs) -> HoldWatch<'w> {
        HoldWatch { limit, opened, inputs, held: 0, records: 0, total: None }
    }

    /// Adds a volume, or what an earlier run composed.
    pub(super) fn add(&mut self, records: u64, held: u64) -> Result<(), EngineError> {
        self.records += records;
        self.held += held;
        assert!(self.held <= self.records, "a held record is a record");
        if self.held <= self.limit.of(self.records) {
            return Ok(());
        }
        let total = match (self.limit, self.total) {
            (HoldLimit::Count(_), _) => self.records,
            (HoldLimit::Share(_), Some(total)) => total,
            (HoldLimit::Share(_), None) => *self.total.insert(count(self.opened, self.inputs)?),
        };
        let limit = self.limit.of(total);
        if self.held > limit { Err(EngineError::HoldLimit { held: self.held, limit }) } else { Ok(()) }
    }
}

/// The records of all inputs. Finds every fault of a lines file on its way.
pub(super) fn count(opened: &[Opened<'_>], inputs: &Inputs) -> Result<u64, EngineError> {
    /// Small enough that the pages it read are given back soon.
    const STEP_BYTES: usize = 32 << 20;
    let mut records = 0;
    for (index, opened) in opened.iter().enumerate() {
        let mut cutter = opened.cutter();
        let fault = |fault: InputFault| inputs.fault(index, fault);
        while let Some(range) = cutter.next(u64::MAX, STEP_BYTES).map_err(fault)? {
            records += range.count;
            inputs.release(index, &range);
        }
    }
    Ok(records)
}
