//! Messages in doubt, settled by what the server says it took.
//!
//! Takes a list or a log of the server, gives what is known to be accepted; the rest may be sent again. Must never be told of a log that lacks
//! the time of the delivery: what is not in it counts as not taken.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Deliver, EMAIL};
use crate::engine::night::{Night, NightError};
use crate::ledger::DeliveryEvent;
use crate::model::channel::DocumentKey;
use crate::model::delivery::DeliveryState;

/// What became of messages in doubt.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Settled {
    /// The server took them.
    pub accepted: u64,
    /// It did not: they are sent again.
    pub again: u64,
}

/// The ids in a list of what a server accepted: Message-IDs, envelope ids or return paths, one in a line or anywhere in it. In a log of
/// Postfix, a message counts as accepted once it is in the queue: its Message-ID alone is written down before the last dot.
pub fn listed(bytes: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut found = BTreeSet::new();
    let mut ids: BTreeMap<&str, &str> = BTreeMap::new();
    let mut queued: BTreeSet<&str> = BTreeSet::new();
    let is_postfix = text.contains("postfix/cleanup[") || text.contains("postfix/qmgr[");
    for line in text.lines() {
        if !is_postfix {
            found.extend(words(line).map(str::to_string));
            continue;
        }
        let Some((head, rest)) = line.split_once("]: ") else { continue };
        let Some((queue_id, rest)) = rest.split_once(": ") else { continue };
        if head.contains("/cleanup[") {
            if let Some(id) = rest.strip_prefix("message-id=<").and_then(|id| id.split('>').next()) {
                ids.insert(queue_id, id);
            }
        } else if rest.contains("(queue active)") || rest.contains("status=") {
            queued.insert(queue_id);
            found.extend(words(rest).filter(|word| word.contains('@')).map(str::to_string));
        }
    }
    found.extend(queued.iter().filter_map(|queue_id| ids.get(queue_id)).map(|id| (*id).to_string()));
    found
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';' | '"' | '\'' | '=' | '(' | ')')).filter(|word| !word.is_empty())
}

/// Settles all that is in doubt; a dry run only counts, and what an earlier delivery left without a word, it counts as in doubt.
pub(super) fn settle(night: &mut Night, accepted: &BTreeSet<String>, ask: &Deliver<'_>, list: &Path) -> Result<Settled, NightError> {
    let job = night.ledger.job()?.ok_or_else(|| NightError::NoJob(night.folder.clone()))?;
    let mut settled = Settled::default();
    let mut events = Vec::new();
    let mut doubtful = night.ledger.deliveries_in(EMAIL, DeliveryState::InDoubt)?;
    doubtful.extend(night.ledger.deliveries_in(EMAIL, DeliveryState::Sending)?);
    for delivery in doubtful {
        let envelope = format!("{}.{EMAIL}", DocumentKey::new(&job.plan, delivery.record));
        let is_accepted = accepted.contains(&delivery.message_id) || accepted.contains(&envelope);
        let (state, reason) = if is_accepted {
            settled.accepted += 1;
            (DeliveryState::Accepted, "the server lists it as accepted")
        } else {
            settled.again += 1;
            (DeliveryState::Deferred, "the server does not list it as accepted: it is sent again")
        };
        events.push(DeliveryEvent {
            record: delivery.record,
            state: Some(state),
            what: "",
            reason: reason.into(),
            source: format!("--accepted {}", list.display()),
            operator: ask.account.operator.clone(),
            at: ask.account.at.clone(),
            next_at: None,
            identity: None,
        });
    }
    if !ask.dry_run {
        night.ledger.post_deliveries(EMAIL, &events)?;
    }
    Ok(settled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_logs_are_read() {
        let list = listed(b"<a@bank.example>\nb@bank.example\n\n2026 accepted envid=3f9ac02b11d4.17.email from=<bounce+x@bank.example>, ok\n");
        for id in ["a@bank.example", "b@bank.example", "3f9ac02b11d4.17.email", "bounce+x@bank.example"] {
            assert!(list.contains(id), "{id}");
        }
    }

    #[test]
    fn in_a_log_of_postfix_only_the_queue_counts() {
        let log = b"Mar 31 07:00:01 mx postfix/smtpd[1]: 4A1: client=relay[10.0.0.1]\n\
            Mar 31 07:00:01 mx postfix/cleanup[2]: 4A1: message-id=<taken@bank.example>\n\
            Mar 31 07:00:01 mx postfix/qmgr[3]: 4A1: from=<bounce+t@bank.example>, size=900, nrcpt=1 (queue active)\n\
            Mar 31 07:00:02 mx postfix/cleanup[2]: 4A2: message-id=<dropped@bank.example>\n\
            Mar 31 07:00:02 mx postfix/smtpd[1]: lost connection after DATA (900 bytes) from relay[10.0.0.1]\n";
        let found = listed(log);
        assert!(found.contains("taken@bank.example") && found.contains("bounce+t@bank.example"));
        assert!(!found.contains("dropped@bank.example"));
    }
}
