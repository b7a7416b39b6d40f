//! The account of a delivery, kept by one thread while others send.
//!
//! Takes what workers say, gives their leave to send a last dot once that is on the disk. What comes together is written in one transaction, so
//! that many connections share one wait for the disk. Must never send anything.

use std::time::Duration;

use crossbeam::channel::{Receiver, Sender};

use super::queue::Queue;
use super::{Deliver, Delivered, EMAIL};
use crate::engine::clock::milliseconds_now;
use crate::engine::clock::{seconds_of, time_of_day};
use crate::engine::night::{Night, NightError};
use crate::ledger::{DeliveryEvent, Due};
use crate::model::delivery::DeliveryState;

/// What a worker says.
pub(super) enum Note {
    /// A last dot is about to be sent; the leave is `true` once that is on the disk.
    Intent { event: DeliveryEvent, leave: Sender<bool> },
    /// What became of a message.
    Outcome(DeliveryEvent),
    /// The mail cannot be read, or the server not be reached.
    Trouble { message: String, is_damage: bool },
}

/// Messages that are read from the ledger at once.
const BATCH: u64 = 20_000;
/// Fewer waiting ones than this, and more are read.
const LOW: usize = 5_000;
/// More than this are never in memory.
const HIGH: usize = 500_000;
/// Notes that are written in one transaction.
const NOTES_MAX: usize = 512;
/// Answers of the server that are kept for the report.
const ANSWERS_MAX: usize = 20;

/// The account.
pub(super) struct Journal<'j, 'r> {
    pub(super) night: &'j mut Night,
    pub(super) queue: &'j Queue,
    pub(super) inbox: &'j Receiver<Note>,
    pub(super) ask: &'j Deliver<'r>,
    pub(super) delivered: &'j mut Delivered,
    pub(super) stopped: &'j (dyn Fn() -> bool + Sync),
}

impl Journal<'_, '_> {
    /// Feeds the queue and writes down what workers say, until nothing is due or somebody stops.
    pub(super) fn keep(mut self) -> Result<(), NightError> {
        let result = self.keep_until_done();
        // Nothing is sent any more that cannot be written down.
        self.queue.close();
        while let Ok(note) = self.inbox.recv() {
            if let Note::Intent { leave, .. } = note {
                let _ = leave.send(false);
            }
        }
        result
    }

    fn keep_until_done(&mut self) -> Result<(), NightError> {
        let mut left = self.ask.limit.unwrap_or(u64::MAX);
        // Where the next messages are read from; `None`: this pass has read all.
        let mut from = Some(0);
        let mut damage = None;
        loop {
            let (waiting, under_way) = self.queue.counts();
            let wants_more = waiting < LOW || (self.queue.is_hungry() && waiting < HIGH);
            if let Some(record) = from.filter(|_| wants_more && left > 0 && !(self.stopped)() && self.delivered.trouble.is_none()) {
                let now = time_of_day();
                let due = self.night.ledger.due_messages(&Due { channel: EMAIL, from: record, count: BATCH.min(left), now: &now })?;
                left -= due.len() as u64;
                from = due.last().map(|message| message.record + 1);
                self.queue.add(due);
                continue;
            }
            let is_ending = (self.stopped)() || self.delivered.trouble.is_some() || damage.is_some();
            if under_way == 0 && (is_ending || (waiting == 0 && (from.is_none() || left == 0))) {
                if is_ending || left == 0 || !self.ask.until_done {
                    break;
                }
                // The pass is done; another one begins when the first deferred message is due.
                match self.night.ledger.next_due(EMAIL)? {
                    None => break,
                    Some(at) if seconds_of(&at).is_none_or(|at| at * 1_000 <= milliseconds_now()) => from = Some(0),
                    Some(_) => {}
                }
            }
            if is_ending {
                self.queue.close();
            }
            if !self.listen(&mut damage)? {
                break;
            }
        }
        // Nobody waits for a leave any more; what was said meanwhile is written down.
        self.queue.close();
        while let Ok(note) = self.inbox.recv() {
            self.write(vec![note], &mut damage)?;
        }
        damage.map_or(Ok(()), |message| Err(NightError::Refused(vec![message])))
    }

    /// Writes down what was said, after waiting for it a moment. Whether anybody can still say something.
    fn listen(&mut self, damage: &mut Option<String>) -> Result<bool, NightError> {
        use crossbeam::channel::RecvTimeoutError;
        let first = match self.inbox.recv_timeout(Duration::from_millis(20)) {
            Ok(note) => note,
            Err(RecvTimeoutError::Timeout) => return Ok(true),
            Err(RecvTimeoutError::Disconnected) => return Ok(false),
        };
        let mut notes = vec![first];
        notes.extend(self.inbox.try_iter().take(NOTES_MAX));
        self.write(notes, damage)?;
        Ok(true)
    }

    fn write(&mut self, notes: Vec<Note>, damage: &mut Option<String>) -> Result<(), NightError> {
        let (mut events, mut leaves, mut settled) = (Vec::with_capacity(notes.len()), Vec::new(), 0);
        for note in notes {
            match note {
                Note::Intent { event, leave } => {
                    events.push(event);
                    leaves.push(leave);
                }
                Note::Outcome(event) => {
                    self.count(&event);
                    events.push(event);
                    settled += 1;
                }
                Note::Trouble { message, is_damage: true } => *damage = Some(message),
                Note::Trouble { message, is_damage: false } => self.delivered.trouble = Some(message),
            }
        }
        let posted = self.night.ledger.post_deliveries(EMAIL, &events);
        for leave in leaves {
            // A worker that has gone away needs no leave.
            let _ = leave.send(posted.is_ok());
        }
        (0..settled).for_each(|_| self.queue.settled());
        posted?;
        self.ask.watch.told(&self.delivered.tried);
        Ok(())
    }

    fn count(&mut self, event: &DeliveryEvent) {
        let tried = &mut self.delivered.tried;
        match event.state {
            Some(DeliveryState::Accepted) => tried.accepted += 1,
            Some(DeliveryState::Deferred) => tried.deferred += 1,
            Some(DeliveryState::Failed) => tried.failed += 1,
            Some(DeliveryState::InDoubt) => tried.in_doubt += 1,
            _ => {}
        }
        if event.state != Some(DeliveryState::Accepted)
            && self.delivered.answers.len() < ANSWERS_MAX
            && !self.delivered.answers.contains(&event.reason)
        {
            self.delivered.answers.push(event.reason.clone());
        }
    }
}
