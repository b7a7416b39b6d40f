//! One connection's work: message after message, each with what the server said.
//!
//! Takes messages from the queue, gives their outcomes to the journal. Must never send a last dot without the journal's leave, and never
//! send a message again whose last dot it has sent.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crossbeam::channel::{Receiver, Sender, bounded};

use super::connect::{Server, Wire};
use super::journal::Note;
use super::queue::{Queue, Take};
use super::smtp::{Envelope, Reply, Session, SmtpError, Taken};
use super::{EMAIL, time_after};
use crate::base::file::Pieces;
use crate::base::hash::Hash;
use crate::engine::clock::{milliseconds_now, seconds_of, time_of_day};
use crate::engine::night::Account;
use crate::engine::pause;
use crate::kit::bounce::Rules;
use crate::kit::mime::verp::{ReturnPath, Returned, VerpKey};
use crate::ledger::{DeliveryEvent, DueMessage};
use crate::model::channel::{Channel, DocumentKey};
use crate::model::delivery::DeliveryState;
use crate::plan::smtp::SmtpSettings;
use crate::streams::mbox::message_of;

/// How often the server is called in vain before a worker gives up, unless it is to go on until all is done.
const CALLS_MAX: u32 = 4;
/// Replies to a login that no other login will get another one than (RFC 4954, 6): another way to log in, the password, TLS.
const LOGIN_REFUSED: &[u16] = &[530, 534, 535, 538];
/// Between two calls in vain, in milliseconds; doubled each time.
const BETWEEN_CALLS: u64 = 200;
/// The longest such pause.
const BETWEEN_CALLS_MAX: u64 = 30_000;

/// The sessions of all workers.
#[derive(Default)]
pub(super) struct Sessions {
    /// Open now.
    open: AtomicUsize,
    /// Ever opened.
    opened: AtomicUsize,
}

impl Sessions {
    fn opened(&self) -> usize {
        self.opened.load(Ordering::Relaxed)
    }

    /// Whether the server can be used: somebody has a session, or has got one since so many were opened.
    fn others_get_through(&self, before: usize) -> bool {
        self.open.load(Ordering::Relaxed) > 0 || self.opened() != before
    }
}

/// A session that is counted as long as it is there.
struct Open<'w> {
    session: Session<Wire>,
    _count: Counted<'w>,
}

struct Counted<'w>(&'w Sessions);

impl<'w> Open<'w> {
    fn new(session: Session<Wire>, sessions: &'w Sessions) -> Open<'w> {
        sessions.open.fetch_add(1, Ordering::Relaxed);
        sessions.opened.fetch_add(1, Ordering::Relaxed);
        Open { session, _count: Counted(sessions) }
    }

    fn quit(self) {
        self.session.quit();
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Why the server was not reached.
struct NotReached {
    message: String,
    /// Whether nobody will reach it: the password is wrong, or it lacks what the job asks for.
    is_hopeless: bool,
}

/// A worker.
pub(super) struct Worker<'w> {
    pub(super) server: &'w Server,
    pub(super) smtp: &'w SmtpSettings,
    pub(super) queue: &'w Queue,
    pub(super) sessions: &'w Sessions,
    pub(super) notes: Sender<Note>,
    pub(super) files: &'w BTreeMap<u32, PathBuf>,
    pub(super) run: [u8; 6],
    pub(super) return_path: Option<(&'w VerpKey, &'w ReturnPath)>,
    pub(super) plain_path: &'w str,
    pub(super) account: &'w Account,
    pub(super) stopped: &'w (dyn Fn() -> bool + Sync),
    pub(super) until_done: bool,
}

/// What happened to a message in one session.
enum Sent {
    /// The server said something that settles it for now.
    Answered(Reply, &'static str),
    /// The session broke before the last dot: nothing was sent.
    Broken(SmtpError),
    /// The last dot was sent, and the answer did not come.
    Unanswered(SmtpError),
    /// The server closed the connection after the leave and before the last dot: nothing was sent.
    Gone,
    /// The journal gave no leave.
    Forbidden,
}

impl<'w> Worker<'w> {
    /// Works until the queue is closed.
    pub(super) fn work(self) {
        let (leave, leaves) = bounded(1);
        let rules = Rules::shipped();
        let mut session: Option<Open<'w>> = None;
        let mut volume: Option<(u32, Pieces)> = None;
        let mut calls = 0;
        loop {
            let message = match self.queue.take() {
                Take::Closed => break,
                Take::Nothing => {
                    // An idle connection is not kept: servers drop it, in the middle of something.
                    if session.is_some() && self.queue.counts().0 == 0 {
                        session.take().into_iter().for_each(Open::quit);
                    }
                    continue;
                }
                Take::Message(message) => *message,
            };
            if (self.stopped)() {
                self.queue.give_back(message);
                break;
            }
            let bytes = match self.read(&message, &mut volume) {
                Ok(bytes) => bytes,
                Err(trouble) => {
                    self.queue.give_back(message);
                    let _ = self.notes.send(Note::Trouble { message: trouble, is_damage: true });
                    break;
                }
            };
            if session.as_ref().is_some_and(|open| open.session.messages >= self.smtp.messages_per_connection) {
                session.take().into_iter().for_each(Open::quit);
            }
            let before = self.sessions.opened();
            match self.deliver(&message, &bytes, &mut session, &mut calls, (&leave, &leaves)) {
                Ok(Some(mut sent)) => {
                    let event = self.event(&message, &mut sent, &rules);
                    if self.notes.send(Note::Outcome(event)).is_err() {
                        break;
                    }
                }
                Ok(None) => {
                    self.queue.give_back(message);
                    break;
                }
                Err(trouble) => {
                    self.queue.give_back(message);
                    // Others get through: the server has had enough of connections, not of messages.
                    if !trouble.is_hopeless && self.sessions.others_get_through(before) {
                        calls = 0;
                        pause(Duration::from_millis(BETWEEN_CALLS));
                        continue;
                    }
                    let _ = self.notes.send(Note::Trouble { message: trouble.message, is_damage: false });
                    break;
                }
            }
        }
        session.into_iter().for_each(Open::quit);
    }

    /// The bytes of a message as they are sent, held against their hash.
    fn read(&self, message: &DueMessage, open: &mut Option<(u32, Pieces)>) -> Result<Vec<u8>, String> {
        let path = self.files.get(&message.volume).ok_or_else(|| format!("the ledger knows no file of mail of volume {}", message.volume))?;
        if open.as_ref().is_none_or(|(volume, _)| *volume != message.volume) {
            *open = Some((message.volume, Pieces::open(path).map_err(|error| error.to_string())?));
        }
        let mut stored = Vec::new();
        if let Some((_, pieces)) = open {
            pieces.read(message.offset, message.length as usize, &mut stored).map_err(|error| error.to_string())?;
        }
        let bytes = message_of(&stored);
        if Hash::of(&bytes) != message.hash {
            let number = message.record + 1;
            return Err(format!("`{}` is damaged: the message of record {number} is not what the run wrote; nothing of it was sent", path.display()));
        }
        Ok(bytes)
    }

    /// Sends one message, on a new connection if the old one breaks before the last dot. `None`: somebody stopped.
    fn deliver(
        &self,
        message: &DueMessage,
        bytes: &[u8],
        session: &mut Option<Open<'w>>,
        calls: &mut u32,
        leave: (&Sender<bool>, &Receiver<bool>),
    ) -> Result<Option<Sent>, NotReached> {
        let mut is_second = false;
        loop {
            let mut open = match session.take() {
                Some(open) => open,
                None => match self.call(calls)? {
                    Some(open) => open,
                    None => return Ok(None),
                },
            };
            let is_used = open.session.messages > 0;
            let sent = self.send(message, bytes, &mut open.session, leave);
            match sent {
                Sent::Answered(reply, what) => {
                    if reply.code != 421 {
                        *session = Some(open);
                    }
                    return Ok(Some(Sent::Answered(reply, what)));
                }
                // A connection that was idle may be gone; a fresh one says more.
                Sent::Broken(_) if is_used && !is_second => is_second = true,
                Sent::Broken(error) => return Ok(Some(Sent::Broken(error))),
                Sent::Unanswered(error) => return Ok(Some(Sent::Unanswered(error))),
                Sent::Gone => return Ok(Some(Sent::Gone)),
                Sent::Forbidden => return Ok(None),
            }
        }
    }

    /// Calls the server; `None`: somebody stopped meanwhile.
    fn call(&self, calls: &mut u32) -> Result<Option<Open<'w>>, NotReached> {
        loop {
            match self.server.connect() {
                Ok(session) => {
                    *calls = 0;
                    return Ok(Some(Open::new(session, self.sessions)));
                }
                Err(error) => {
                    *calls += 1;
                    // What is not there today is not there in a second either; but some servers say 554 when they have enough connections.
                    let is_hopeless = match &error {
                        SmtpError::Lacks(_) => true,
                        SmtpError::Refused(reply) => LOGIN_REFUSED.contains(&reply.code),
                        SmtpError::Io(_) | SmtpError::Protocol(_) => false,
                    };
                    let is_final = is_hopeless || matches!(&error, SmtpError::Refused(reply) if reply.is_permanent());
                    if is_final || (*calls >= CALLS_MAX && !self.until_done) {
                        let message = format!("`{}:{}`: {error}", self.smtp.host, self.smtp.port);
                        return Err(NotReached { message, is_hopeless });
                    }
                    let mut wait = (BETWEEN_CALLS << (*calls - 1).min(10)).min(BETWEEN_CALLS_MAX);
                    while wait > 0 {
                        if (self.stopped)() || self.queue.is_closed() {
                            return Ok(None);
                        }
                        let nap = wait.min(100);
                        pause(Duration::from_millis(nap));
                        wait -= nap;
                    }
                }
            }
        }
    }

    fn send(&self, message: &DueMessage, bytes: &[u8], session: &mut Session<Wire>, (leave, leaves): (&Sender<bool>, &Receiver<bool>)) -> Sent {
        let key = DocumentKey { run: self.run, record: message.record };
        let id = format!("{key}.{EMAIL}");
        let from = match self.return_path {
            Some((key, path)) => path.with(&key.token(Returned { run: self.run, channel: Channel::EMAIL.0, record: message.record })),
            None => self.plain_path.to_string(),
        };
        let envelope = Envelope {
            from: &from,
            to: &message.recipient,
            id: &id,
            size: bytes.len(),
            is_eight_bit: !bytes.is_ascii(),
            needs_smtputf8: !message.recipient.is_ascii(),
        };
        match session.offer(&envelope) {
            Err(error) => return Sent::Broken(error),
            Ok(Taken::No(reply)) => return Sent::Answered(reply, "refused"),
            Ok(Taken::Waits) => {}
        }
        if let Err(error) = session.write_message(bytes) {
            return Sent::Broken(error);
        }
        let event = self.plain(message, Some(DeliveryState::Sending), format!("{}:{}", self.smtp.host, self.smtp.port));
        let asked = self.notes.send(Note::Intent { event, leave: leave.clone() }).is_ok();
        if !asked || leaves.recv() != Ok(true) {
            return Sent::Forbidden;
        }
        if session.is_gone() {
            return Sent::Gone;
        }
        match session.finish() {
            Ok(reply) if (300..400).contains(&reply.code) => Sent::Unanswered(SmtpError::Protocol(reply.to_string())),
            Ok(reply) => Sent::Answered(reply, ""),
            Err(error) => Sent::Unanswered(error),
        }
    }

    fn plain(&self, message: &DueMessage, state: Option<DeliveryState>, reason: String) -> DeliveryEvent {
        DeliveryEvent {
            record: message.record,
            state,
            what: "",
            reason,
            source: format!("smtp {}", self.smtp.host),
            operator: self.account.operator.clone(),
            at: time_of_day(),
            next_at: None,
            identity: None,
        }
    }

    /// What a session means for the message.
    fn event(&self, message: &DueMessage, sent: &mut Sent, rules: &Rules) -> DeliveryEvent {
        match sent {
            Sent::Answered(reply, _) if reply.is_positive() => self.plain(message, Some(DeliveryState::Accepted), reply.to_string()),
            Sent::Answered(reply, what) if reply.is_permanent() => {
                let (class, reason) = rules.meaning_of(&reply.to_string(), reply.status(), reply.code);
                let mut event = self.plain(message, Some(DeliveryState::Failed), format!("{} ({reason}): {reply}", class.name()));
                event.what = what;
                event
            }
            Sent::Answered(reply, what) => self.deferred(message, reply.to_string(), what),
            Sent::Broken(error) => self.deferred(message, error.to_string(), "refused"),
            Sent::Gone => self.deferred(message, "the server closed the connection in the middle of the message".into(), ""),
            Sent::Unanswered(error) => self.plain(message, Some(DeliveryState::InDoubt), format!("after the last dot: {error}")),
            Sent::Forbidden => self.plain(message, None, String::new()),
        }
    }

    /// Tried again later, or given up.
    fn deferred(&self, message: &DueMessage, reason: String, what: &'static str) -> DeliveryEvent {
        let last = self.smtp.retry_ms.len().saturating_sub(1);
        let wait = self.smtp.retry_ms.get((message.attempts as usize).min(last)).copied().unwrap_or(900_000);
        let first = message.first_at.as_deref().and_then(seconds_of).map_or_else(milliseconds_now, |seconds| seconds * 1_000);
        let is_late = milliseconds_now() + wait > first + self.smtp.expire_ms;
        let mut event = if is_late {
            self.plain(message, Some(DeliveryState::Failed), format!("given up after {} tries: {reason}", message.attempts + 1))
        } else {
            self.plain(message, Some(DeliveryState::Deferred), reason)
        };
        event.what = what;
        event.next_at = (!is_late).then(|| time_after(wait));
        event
    }
}
