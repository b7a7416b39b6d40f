//! The messages that wait for a connection, by domain.
//!
//! Takes messages, gives one whose domain may get one now, or how long to wait. Must never know what a message says.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

use crate::engine::clock::Stopwatch;
use crate::ledger::DueMessage;

/// What a worker gets.
pub(super) enum Take {
    /// A message.
    Message(Box<DueMessage>),
    /// Nothing now; it has waited already.
    Nothing,
    /// Nothing any more.
    Closed,
}

/// The queue.
pub(super) struct Queue {
    inner: Mutex<Inner>,
    changed: Condvar,
    clock: Stopwatch,
    rate: u32,
    rates: BTreeMap<String, u32>,
}

#[derive(Default)]
struct Inner {
    domains: Vec<Domain>,
    numbers: BTreeMap<String, usize>,
    /// When each domain that has messages may get the next one, in milliseconds of the clock.
    ready: BTreeSet<(u64, usize)>,
    waiting: usize,
    under_way: usize,
    is_hungry: bool,
    is_closed: bool,
}

struct Domain {
    messages: VecDeque<DueMessage>,
    next_at: u64,
    /// Between two messages, in milliseconds.
    pause: u64,
}

/// How long a worker sleeps at most before it looks whether to stop.
const NAP: u64 = 100;

impl Queue {
    /// An empty queue: `rate` messages per minute to each domain, 0 for as many as go.
    pub(super) fn new(rate: u32, rates: &[(String, u32)]) -> Queue {
        let rates = rates.iter().cloned().collect();
        Queue { inner: Mutex::default(), changed: Condvar::new(), clock: Stopwatch::start(), rate, rates }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // A worker that panicked held it only between two whole changes.
        self.inner.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Adds messages.
    pub(super) fn add(&self, messages: Vec<DueMessage>) {
        let mut inner = self.inner();
        inner.is_hungry = false;
        for message in messages {
            self.put(&mut inner, message, false);
        }
        drop(inner);
        self.changed.notify_all();
    }

    fn put(&self, inner: &mut Inner, message: DueMessage, is_first: bool) {
        let domain = message.recipient.rsplit_once('@').map_or("", |(_, domain)| domain).to_ascii_lowercase();
        let number = match inner.numbers.get(&domain) {
            Some(number) => *number,
            None => {
                let rate = self.rates.get(&domain).copied().unwrap_or(self.rate);
                let pause = if rate == 0 { 0 } else { 60_000u64.div_ceil(u64::from(rate)) };
                inner.domains.push(Domain { messages: VecDeque::new(), next_at: 0, pause });
                inner.numbers.insert(domain, inner.domains.len() - 1);
                inner.domains.len() - 1
            }
        };
        let domain = &mut inner.domains[number];
        if domain.messages.is_empty() {
            inner.ready.insert((domain.next_at, number));
        }
        if is_first {
            domain.messages.push_front(message);
        } else {
            domain.messages.push_back(message);
        }
        inner.waiting += 1;
    }

    /// A message whose domain may get one now; waits a moment if there is none.
    pub(super) fn take(&self) -> Take {
        let mut inner = self.inner();
        if inner.is_closed {
            return Take::Closed;
        }
        let now = self.clock.milliseconds();
        match inner.ready.first().copied() {
            Some((at, number)) if at <= now => {
                inner.ready.pop_first();
                let domain = &mut inner.domains[number];
                let Some(message) = domain.messages.pop_front() else { return Take::Nothing };
                domain.next_at = now.max(at) + domain.pause;
                let next = (!domain.messages.is_empty()).then_some((domain.next_at, number));
                inner.ready.extend(next);
                inner.waiting -= 1;
                inner.under_way += 1;
                Take::Message(Box::new(message))
            }
            next => {
                inner.is_hungry = true;
                let nap = next.map_or(NAP, |(at, _)| (at - now).min(NAP));
                drop(self.changed.wait_timeout(inner, Duration::from_millis(nap)));
                Take::Nothing
            }
        }
    }

    /// Puts a message back that could not be tried.
    pub(super) fn give_back(&self, message: DueMessage) {
        let mut inner = self.inner();
        inner.under_way -= 1;
        self.put(&mut inner, message, true);
    }

    /// A message has an outcome that is written down.
    pub(super) fn settled(&self) {
        self.inner().under_way -= 1;
    }

    /// How many messages wait, and how many are under way.
    pub(super) fn counts(&self) -> (usize, usize) {
        let inner = self.inner();
        (inner.waiting, inner.under_way)
    }

    /// Whether somebody found nothing to do since messages were added last.
    pub(super) fn is_hungry(&self) -> bool {
        self.inner().is_hungry
    }

    /// Whether nothing comes any more.
    pub(super) fn is_closed(&self) -> bool {
        self.inner().is_closed
    }

    /// Nothing comes any more.
    pub(super) fn close(&self) {
        self.inner().is_closed = true;
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::hash::Hash;

    fn message(record: u64, recipient: &str) -> DueMessage {
        let recipient = recipient.to_string();
        DueMessage { record, volume: 1, offset: 0, length: 0, hash: Hash([0; 32]), message_id: String::new(), recipient, attempts: 0, first_at: None }
    }

    fn take(queue: &Queue) -> Option<u64> {
        match queue.take() {
            Take::Message(message) => Some(message.record),
            Take::Nothing | Take::Closed => None,
        }
    }

    #[test]
    fn a_domain_with_a_rate_waits_and_others_do_not() {
        let queue = Queue::new(0, &[("slow.example".into(), 1)]);
        queue.add(vec![message(1, "a@slow.example"), message(2, "b@SLOW.example"), message(3, "c@fast.example"), message(4, "d@fast.example")]);
        let mut taken: Vec<u64> = std::iter::from_fn(|| take(&queue)).collect();
        taken.sort_unstable();
        assert_eq!(taken, [1, 3, 4], "the second one to the slow domain is a minute away");
        assert_eq!(queue.counts(), (1, 3));
        assert!(queue.is_hungry());
        queue.close();
        assert!(matches!(queue.take(), Take::Closed));
    }

    #[test]
    fn what_could_not_be_tried_comes_first_again() {
        let queue = Queue::new(0, &[]);
        queue.add(vec![message(1, "a@x.example"), message(2, "b@x.example")]);
        let Take::Message(first) = queue.take() else { panic!("a message") };
        queue.give_back(*first);
        assert_eq!((take(&queue), take(&queue)), (Some(1), Some(2)));
        queue.settled();
        assert_eq!(queue.counts(), (0, 1));
    }
}
