//! Stage 2: documents become mailpieces, and pieces come into the order of the mail.
//!
//! Takes the ledger's documents and what the mail knows of them, gives the [`Order`]: small entries move, no page is touched. Must
//! give the same order whatever the threads.

use super::EngineError;
use super::order::{self, Order};
use crate::ledger::Ledger;
use crate::plan::Plan;

/// Puts the documents of a job into the order of the mail.
pub(super) fn gather(plan: &Plan, ledger: &mut Ledger, pool: &rayon::ThreadPool) -> Result<Order, EngineError> {
    let mut documents = order::sorted_documents(ledger, pool)?;
    let pulled: std::collections::BTreeSet<u64> = ledger.pulled()?.into_iter().map(|row| row.record).collect();
    if !pulled.is_empty() {
        documents.retain(|small| !pulled.contains(&small.record));
    }
    let files = order::divide((0..documents.len()).map(|_| (0, 1)), plan.print.pieces_per_file.max(1));
    let order = Order { documents, files, ..Order::default() };
    ledger.post_order(&order.trays, &order.merges)?;
    Ok(order)
}
