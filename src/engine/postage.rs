//! What a mailing would cost by other schemes or in other envelopes, before it is printed.
//!
//! Takes the documents of a composed job, gives the postage of each way to mail them. Must never post anything: the ledger is only read,
//! and no serial number is taken.

use std::collections::BTreeMap;
use std::path::Path;

use super::gather::order_of;
use super::order::Order;
use super::{EngineError, Folder, Options};
use crate::base::file::FileError;
use crate::base::money::Decimal;
use crate::ledger::{Ledger, State};
use crate::plan::{Mail, Plan};
use crate::postal::scheme::Scheme;

/// Another way to mail a job.
#[derive(Clone, PartialEq, Debug)]
pub enum Change {
    /// As the job says.
    None,
    /// By this scheme wherever the job has one.
    Scheme(Box<Scheme>),
    /// In this envelope alone, an index into those of the job.
    Envelope(usize),
}

/// What a way to mail a job costs.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Cost {
    /// What it is called.
    pub name: String,
    /// How many pieces.
    pub pieces: u64,
    /// How many trays.
    pub trays: u64,
    /// Pieces without a price.
    pub unpriced: u64,
    /// Pieces that are put aside, because no envelope takes them.
    pub diverted: u64,
    /// Pieces and postage by currency and category, in their order.
    pub categories: BTreeMap<(String, String), (u64, Decimal)>,
    /// Why it is no way at all.
    pub fault: Option<String>,
}

impl Cost {
    /// The sums by currency.
    pub fn totals(&self) -> BTreeMap<&str, Decimal> {
        let mut totals = BTreeMap::new();
        for ((currency, _), (_, sum)) in &self.categories {
            *totals.entry(currency.as_str()).or_default() += *sum;
        }
        totals
    }
}

/// The cost of each way to mail the job that is composed in an output folder.
///
/// # Errors
/// Nothing is composed there, or it is another job's.
pub fn postage(plan: &mut Plan, changes: &[Change], options: &Options<'_>) -> Result<Vec<Cost>, EngineError> {
    let ledger = open(plan, &options.out)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build();
    let pool = pool.map_err(|error| FileError::new("start threads for", &options.out, std::io::Error::other(error)))?;
    plan.print.serials = None;
    let mut costs = Vec::new();
    for change in changes {
        let before = plan.mail.as_mut().map(|mail| Kept::change(mail, change));
        let name = plan.mail.as_ref().map(|mail| name_of(mail, change)).unwrap_or_default();
        costs.push(match order_of(plan, &ledger, &pool, options) {
            Ok(order) => cost(name, plan.mail.as_ref(), &order),
            // An envelope that no tray takes is no reason to say nothing of the others.
            Err(EngineError::Mail(reason)) => Cost { name, fault: Some(reason), ..Cost::default() },
            Err(error) => return Err(error),
        });
        if let (Some(mail), Some(kept)) = (plan.mail.as_mut(), before) {
            kept.restore(mail);
        }
    }
    Ok(costs)
}

fn open(plan: &Plan, out: &Path) -> Result<Ledger, EngineError> {
    let not_yet =
        || EngineError::Mail(format!("nothing is composed in `{}` yet: `pressrun run … --until compose` composes it and stops", out.display()));
    let ledger = Ledger::read(&Folder(out).ledger())?.ok_or_else(not_yet)?;
    let job = ledger.job()?.ok_or_else(not_yet)?;
    if job.plan != plan.hash {
        return Err(EngineError::OtherPlan(out.to_path_buf()));
    }
    if job.state < State::Composed { Err(not_yet()) } else { Ok(ledger) }
}

fn name_of(mail: &Mail, change: &Change) -> String {
    match change {
        Change::None => "as the job says".into(),
        Change::Scheme(scheme) => format!("scheme {} {}", scheme.id, scheme.version).trim_end().to_string(),
        Change::Envelope(_) => format!("all in {}", mail.envelopes.first().map_or("no envelope", |envelope| &envelope.name)),
    }
}

/// What a change took the place of.
struct Kept {
    schemes: crate::plan::PlannedSchemes,
    envelopes: Vec<crate::plan::PlannedEnvelope>,
}

impl Kept {
    fn change(mail: &mut Mail, change: &Change) -> Kept {
        let kept = Kept { schemes: mail.schemes.clone(), envelopes: mail.envelopes.clone() };
        match change {
            Change::None => {}
            Change::Scheme(scheme) => {
                mail.schemes.all.push((**scheme).clone());
                mail.schemes.names.push(scheme.id.clone());
                let last = mail.schemes.all.len() - 1;
                let named = std::iter::once(&mut mail.schemes.of_job).chain(&mut mail.schemes.of_envelopes);
                named.filter(|index| index.is_some()).for_each(|index| *index = Some(last));
            }
            Change::Envelope(index) => {
                mail.envelopes = kept.envelopes.get(*index).cloned().into_iter().collect();
                mail.schemes.of_envelopes = kept.schemes.of_envelopes.get(*index).copied().into_iter().collect();
            }
        }
        kept
    }

    fn restore(self, mail: &mut Mail) {
        mail.schemes = self.schemes;
        mail.envelopes = self.envelopes;
    }
}

fn cost(name: String, mail: Option<&Mail>, order: &Order) -> Cost {
    let mut cost = Cost { name, trays: order.trays.len() as u64, ..Cost::default() };
    for piece in order.pieces.iter().flatten() {
        cost.pieces += 1;
        cost.diverted += u64::from(piece.diverted > 0);
        let tray = (piece.tray as usize).checked_sub(1).and_then(|tray| order.trays.get(tray));
        let price = piece.price.checked_sub(1).map(|price| order.prices[price as usize]);
        let (Some(price), Some(tray)) = (price, tray) else {
            cost.unpriced += u64::from(piece.diverted == 0);
            continue;
        };
        let currency = mail.and_then(|mail| mail.schemes.all.get(usize::from(tray.scheme))).map_or("", |scheme| scheme.currency.code());
        let (pieces, sum) = cost.categories.entry((currency.to_string(), tray.category.clone())).or_default();
        *pieces += 1;
        *sum += Decimal::new(price, 6);
    }
    cost
}
