//! Serial numbers of the pieces of a job, from the book that all jobs of a mailer share.
//!
//! Takes how many pieces there are, gives the number of the first: the others follow it. The same job with the same data has the same
//! numbers, whenever it asks. Must never give a number that has not rested.

use super::{EngineError, Options};
use crate::base::hash::{Hash, Hasher};
use crate::ledger::{Ledger, SerialBook, SerialRequest};
use crate::plan::Plan;

/// The serial number of the first of `count` pieces; `None` if the job has no book. A reprint asks for none: its pieces keep
/// their numbers, because the copies before are voided.
pub(super) fn first_serial(plan: &Plan, ledger: &Ledger, count: u64, options: &Options<'_>) -> Result<Option<u64>, EngineError> {
    let Some(settings) = plan.print.serials.as_ref().filter(|_| count > 0) else { return Ok(None) };
    let request = SerialRequest {
        mailer: &settings.mailer,
        job: identity(plan, ledger)?,
        name: &plan.settings.name,
        date: plan.settings.date,
        count,
        digits: settings.digits,
        days: settings.days,
    };
    Ok(Some(SerialBook::open(&settings.book, &options.disk)?.allocate(&request)?))
}

/// The serial number of the first of `count` trays: from the book, where trays are numbered apart from pieces, else as the job says.
pub(super) fn first_tray_serial(plan: &Plan, ledger: &Ledger, count: u64, options: &Options<'_>) -> Result<u64, EngineError> {
    let Some(trays) = &plan.papers.trays else { return Ok(1) };
    let Some(settings) = plan.print.serials.as_ref().filter(|_| count > 0) else { return Ok(trays.serial_from) };
    let request = SerialRequest {
        mailer: &format!("{} trays", trays.mailer_id),
        job: identity(plan, ledger)?,
        name: &plan.settings.name,
        date: plan.settings.date,
        count,
        // Mailer and serial number have fourteen digits together.
        digits: 14 - trays.mailer_id.len().min(13) as u32,
        days: settings.days,
    };
    Ok(SerialBook::open(&settings.book, &options.disk)?.allocate(&request)?)
}

/// What is numbered: the plan and the bytes of the data.
fn identity(plan: &Plan, ledger: &Ledger) -> Result<Hash, EngineError> {
    let mut hasher = Hasher::new();
    hasher.update_field(b"serial numbers");
    hasher.update(&plan.hash.0);
    for volume in ledger.volumes()? {
        hasher.update(&volume.source.0);
    }
    Ok(hasher.finish())
}
