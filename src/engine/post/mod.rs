//! Posts the messages of a web hook, or text messages, to a URL: each until it is taken.
//!
//! Takes the output folder of a run, gives how its messages stand. A message bears its id as the idempotency key, so one whose answer was lost is
//! posted again with the same key and counts once where it arrives. Must never compose, and never change a message.

mod client;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam::channel::{Receiver, Sender, bounded};

use client::{Answer, Client};

use super::clock::{iso_of, milliseconds_now, seconds_of, time_of_day};
use super::night::{Account, Night, NightError};
use super::pause;
use crate::base::file::{self, Pieces};
use crate::base::hash::Hash;
use crate::base::limits::LAYOUT_BYTES_MAX;
use crate::ledger::{DeliveryEvent, Due, DueMessage, Ledger, State};
use crate::model::delivery::DeliveryState;
use crate::plan::{read_posts, safe_url};

/// What is to be posted, and how.
pub struct Post<'r> {
    /// Who.
    pub account: Account,
    /// The channel.
    pub channel: String,
    /// Another URL than that of the job.
    pub url: Option<String>,
    /// The folder from which the job names the files of its secrets.
    pub secrets: PathBuf,
    /// Requests at once.
    pub connections: usize,
    /// Most messages that are tried.
    pub limit: Option<u64>,
    /// Pauses before further tries; the last one repeats.
    pub retry: Vec<Duration>,
    /// How long a message is tried.
    pub expire: Duration,
    /// How long an answer may take.
    pub timeout: Duration,
    /// Whether to wait for what is deferred, until all is settled.
    pub until_done: bool,
    /// Whether to count only.
    pub dry_run: bool,
    /// Set from outside to end after the requests that are under way.
    pub stop: &'r AtomicBool,
}

/// How the messages of a channel stand after they were posted.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Posted {
    /// What was taken, deferred and refused now.
    pub tried: [u64; 3],
    /// What is due now, of a dry run.
    pub due: u64,
    /// How all stand.
    pub counts: Vec<(DeliveryState, u64)>,
    /// When the next deferred message is due.
    pub next_at: Option<String>,
    /// Some answers that were no success, each once.
    pub answers: Vec<String>,
}

/// Messages that are read from the ledger at once, and events that are written in one transaction.
const BATCH: u64 = 500;
/// Answers that are kept for the report.
const ANSWERS_MAX: usize = 20;

/// Posts the messages of a channel.
///
/// # Errors
/// The run is not closed, has no such channel or URL, a secret cannot be read, or its messages are damaged. What was written down stays.
pub fn post(out: &Path, ask: &Post<'_>) -> Result<Posted, NightError> {
    let mut night = Night::open_any(out, State::Closed)?;
    let refuse = |message: String| NightError::Refused(vec![message]);
    let job = String::from_utf8_lossy(&file::read(&out.join("plan/job.toml"), LAYOUT_BYTES_MAX)?).into_owned();
    let settings = read_posts(&job, &ask.channel).ok_or_else(|| refuse(format!("the job has no channel `{}` that is posted", ask.channel)))?;
    if ask.dry_run {
        let due = Due { channel: &ask.channel, from: 0, count: i64::MAX as u64, now: &time_of_day() };
        let due = night.ledger.due_messages(&due)?.len() as u64;
        let posted = Posted { due, counts: night.ledger.delivery_counts(&ask.channel)?, ..Posted::default() };
        night.close()?;
        return Ok(posted);
    }
    let url = ask.url.clone().or(settings.url).ok_or_else(|| refuse(format!("`{}` has no `url`: name one with `--url`", ask.channel)))?;
    let url = safe_url(&url).map_err(refuse)?;
    let url = safe_url(&url).map_err(refuse)?;
    let secret = settings.secret.map(|path| file::read(&ask.secrets.join(path), LAYOUT_BYTES_MAX)).transpose()?;
    let client = Client::new(url, secret, ask.timeout).map_err(refuse)?;
    recover(&mut night.ledger, ask)?;
    let files: BTreeMap<u32, PathBuf> = night
        .ledger
        .message_files()?
        .into_iter()
        .filter(|row| row.channel == ask.channel)
        .map(|row| (row.volume, night.folder.join(row.file)))
        .collect();
    let mut posted = Posted::default();
    let (mut left, mut from) = (ask.limit.unwrap_or(u64::MAX), 0);
    loop {
        let now = time_of_day();
        let due = night.ledger.due_messages(&Due { channel: &ask.channel, from, count: BATCH.min(left), now: &now })?;
        if ask.stop.load(Ordering::Relaxed) || left == 0 {
            break;
        }
        if due.is_empty() {
            let Some(next) = night.ledger.next_due(&ask.channel)?.filter(|_| ask.until_done) else { break };
            // One pass is done; another one begins.
            from = 0;
            if seconds_of(&next).is_some_and(|at| at * 1_000 > milliseconds_now()) {
                pause(Duration::from_millis(100));
            }
            continue;
        }
        left -= due.len() as u64;
        from = due.last().map_or(0, |message| message.record + 1);
        post_batch(&mut night.ledger, &due, &files, &client, ask, &mut posted)?;
    }
    posted.counts = night.ledger.delivery_counts(&ask.channel)?;
    posted.next_at = night.ledger.next_due(&ask.channel)?;
    posted.answers.sort();
    night.close()?;
    Ok(posted)
}

/// What was under way when an earlier call was killed is tried again: its key tells the receiver that it is the same.
fn recover(ledger: &mut Ledger, ask: &Post<'_>) -> Result<(), NightError> {
    let lost = ledger.deliveries_in(&ask.channel, DeliveryState::Sending)?;
    let events: Vec<DeliveryEvent> = lost
        .iter()
        .map(|delivery| event(delivery.record, DeliveryState::Deferred, "its answer was lost; posted again with the same key".into(), ask))
        .collect();
    Ok(ledger.post_deliveries(&ask.channel, &events)?)
}

fn event(record: u64, state: DeliveryState, reason: String, ask: &Post<'_>) -> DeliveryEvent {
    DeliveryEvent {
        record,
        state: Some(state),
        what: "",
        reason,
        source: "post".into(),
        operator: ask.account.operator.clone(),
        at: time_of_day(),
        next_at: None,
        identity: None,
    }
}

/// Posts some messages, several at once, and writes down what came of them.
fn post_batch(
    ledger: &mut Ledger,
    due: &[DueMessage],
    files: &BTreeMap<u32, PathBuf>,
    client: &Client,
    ask: &Post<'_>,
    posted: &mut Posted,
) -> Result<(), NightError> {
    let sending: Vec<DeliveryEvent> = due.iter().map(|message| event(message.record, DeliveryState::Sending, String::new(), ask)).collect();
    ledger.post_deliveries(&ask.channel, &sending)?;
    let (give, take): (Sender<&DueMessage>, Receiver<&DueMessage>) = bounded(due.len());
    let (told, hear) = bounded(due.len());
    due.iter().for_each(|message| give.send(message).expect("there is room for all"));
    drop(give);
    let outcomes: Vec<(&DueMessage, Result<Answer, String>)> = std::thread::scope(|scope| {
        for _ in 0..ask.connections.max(1) {
            let (take, told) = (take.clone(), told.clone());
            scope.spawn(move || {
                for message in take {
                    let outcome = match ask.stop.load(Ordering::Relaxed) {
                        true => Ok(Answer::Later("interrupted before it was posted".into())),
                        false => read(files, message).map(|body| client.post(&message.message_id, &body, milliseconds_now() / 1_000)),
                    };
                    // Whoever hears is there until all have spoken.
                    let _ = told.send((message, outcome));
                }
            });
        }
        drop(told);
        hear.iter().collect()
    });
    let mut damage = None;
    let mut events = Vec::with_capacity(outcomes.len());
    for (message, outcome) in outcomes {
        let (state, reason) = match outcome {
            Ok(Answer::Taken(said)) => (DeliveryState::Accepted, said),
            Ok(Answer::Never(said)) => (DeliveryState::Failed, said),
            Ok(Answer::Later(said)) if is_expired(message, ask.expire) => (DeliveryState::Failed, format!("{said}; it was tried for too long")),
            Ok(Answer::Later(said)) => (DeliveryState::Deferred, said),
            Err(reason) => {
                damage = Some(reason.clone());
                (DeliveryState::Deferred, reason)
            }
        };
        let at = match state {
            DeliveryState::Accepted => 0,
            DeliveryState::Deferred => 1,
            _ => 2,
        };
        posted.tried[at] += 1;
        if at > 0 && posted.answers.len() < ANSWERS_MAX && !posted.answers.contains(&reason) {
            posted.answers.push(reason.clone());
        }
        let next_at = (state == DeliveryState::Deferred).then(|| next_try(message.attempts, &ask.retry));
        events.push(DeliveryEvent { next_at, ..event(message.record, state, reason, ask) });
    }
    events.sort_by_key(|event| event.record);
    ledger.post_deliveries(&ask.channel, &events)?;
    damage.map_or(Ok(()), |reason| Err(NightError::Refused(vec![reason])))
}

/// The bytes of a message, and only if they are those of the ledger.
fn read(files: &BTreeMap<u32, PathBuf>, message: &DueMessage) -> Result<Vec<u8>, String> {
    let path = files.get(&message.volume).ok_or_else(|| format!("the messages of volume {} are not there", message.volume + 1))?;
    let (mut file, mut bytes) = (Pieces::open(path).map_err(|error| error.to_string())?, Vec::new());
    file.read(message.offset, message.length as usize, &mut bytes).map_err(|error| error.to_string())?;
    match Hash::of(&bytes) == message.hash {
        true => Ok(bytes),
        false => Err(format!("`{}`: the message of record {} is damaged", path.display(), message.record + 1)),
    }
}

fn is_expired(message: &DueMessage, expire: Duration) -> bool {
    let first = message.first_at.as_deref().and_then(seconds_of);
    first.is_some_and(|first| milliseconds_now() / 1_000 >= first + expire.as_secs())
}

/// When a message is tried again that was tried `attempts` times before this one.
fn next_try(attempts: u32, retry: &[Duration]) -> String {
    let pause = retry.get(attempts as usize).or(retry.last()).copied().unwrap_or_default();
    iso_of((milliseconds_now() + pause.as_millis() as u64).div_ceil(1_000))
}
