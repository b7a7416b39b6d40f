//! Delivery receipts of text messages: `pressrun receipts`.
//!
//! Takes lines of JSON from a gateway, gives what they say about which message, as events. Must never believe a receipt twice, nor one for a
//! message that this run did not send.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::night::{Account, Night, NightError};
use crate::base::file;
use crate::base::hash::Hasher;
use crate::ledger::{DeliveryEvent, State};
use crate::model::delivery::DeliveryState;

/// Largest file of receipts.
const FILE_BYTES_MAX: usize = 1 << 30;

/// What was read.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Receipts {
    /// Lines.
    pub lines: u64,
    /// Receipts of messages that arrived.
    pub delivered: u64,
    /// Receipts of messages that did not.
    pub failed: u64,
    /// Receipts that say nothing final.
    pub pending: u64,
    /// Receipts that were read before.
    pub known: u64,
    /// Lines that are none, or about messages of no run here: with the number of the line.
    pub refused: Vec<(u64, String)>,
}

/// What a status of 3GPP TS 23.040 (as SMPP writes it) says.
enum Said {
    Delivered,
    Failed,
    Pending,
}

fn said(status: &str) -> Option<Said> {
    Some(match status.to_ascii_uppercase().as_str() {
        "DELIVRD" | "DELIVERED" => Said::Delivered,
        "EXPIRED" | "DELETED" | "UNDELIV" | "UNDELIVERED" | "REJECTD" | "REJECTED" | "FAILED" => Said::Failed,
        "ACCEPTD" | "ACCEPTED" | "ENROUTE" | "UNKNOWN" | "SENT" | "QUEUED" => Said::Pending,
        _ => return None,
    })
}

/// Reads the receipts of a channel into the ledger of a run, in one transaction.
///
/// # Errors
/// The run is not closed, or the file cannot be read. Then nothing was written down.
pub fn receipts(out: &Path, channel: &str, path: &Path, account: &Account) -> Result<Receipts, NightError> {
    let mut night = Night::open_any(out, State::Closed)?;
    let bytes = file::read(path, FILE_BYTES_MAX)?;
    let name = path.file_name().map(PathBuf::from).unwrap_or_default().display().to_string();
    let (mut receipts, mut events, mut seen) = (Receipts::default(), Vec::new(), BTreeSet::new());
    for (number, line) in (1u64..).zip(bytes.split(|byte| *byte == b'\n')) {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        receipts.lines += 1;
        let refuse = |receipts: &mut Receipts, reason: &str| receipts.refused.push((number, reason.to_string()));
        let Ok(object) = serde_json::from_slice::<serde_json::Value>(line) else {
            refuse(&mut receipts, "it is no JSON object");
            continue;
        };
        let (Some(id), Some(status)) = (object["id"].as_str(), object["status"].as_str()) else {
            refuse(&mut receipts, "it has no `id` or no `status`");
            continue;
        };
        let Some(said) = said(status) else {
            refuse(&mut receipts, "its `status` is none of a receipt");
            continue;
        };
        let Some(record) = night.ledger.record_of_message(channel, id)? else {
            refuse(&mut receipts, "no message of this run has its `id`");
            continue;
        };
        let mut identity = Hasher::new();
        identity.update_field(b"receipt");
        [id, status, object["at"].as_str().unwrap_or_default()].iter().for_each(|field| identity.update_field(field.as_bytes()));
        let identity = identity.finish().0;
        if night.ledger.knows_delivery_event(&identity)? || !seen.insert(identity) {
            receipts.known += 1;
            continue;
        }
        let has_fallen_back = night.ledger.delivery(channel, record)?.is_some_and(|delivery| delivery.state == DeliveryState::FallenBack);
        let (state, what) = match said {
            // Its letter is on the way: somebody must look at it.
            Said::Delivered if has_fallen_back => (None, "late-delivery"),
            _ if has_fallen_back => (None, "receipt"),
            Said::Delivered => (Some(DeliveryState::Accepted), "delivered"),
            Said::Failed => (Some(DeliveryState::Failed), ""),
            Said::Pending => (None, "receipt"),
        };
        let count = match said {
            Said::Delivered => &mut receipts.delivered,
            Said::Failed => &mut receipts.failed,
            Said::Pending => &mut receipts.pending,
        };
        *count += 1;
        events.push(DeliveryEvent {
            record,
            state,
            what,
            reason: status.chars().filter(|char| !char.is_control()).take(100).collect(),
            source: format!("{name}, line {number}"),
            operator: account.operator.clone(),
            at: account.at.clone(),
            next_at: None,
            identity: Some(identity),
        });
    }
    night.ledger.post_deliveries(channel, &events)?;
    night.close()?;
    Ok(receipts)
}
