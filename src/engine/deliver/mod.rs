//! Hands messages to a mail server, each at most once.
//!
//! Takes the output folder of a run and a server, gives how its messages stand. Before the last dot of a message is sent, an event that says so
//! is on the disk; its answer is written down as soon as it is there. So a message whose dot was sent and whose answer is not known is known
//! as such, whenever the process was killed: it is in doubt, and is not sent again before somebody says what the server took
//! (`settle`). Must never compose, and never change a message.

mod connect;
mod journal;
mod proof;
mod queue;
mod settle;
mod smtp;
mod worker;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

pub use proof::{Proofs, Where, write_proofs};
pub use settle::{Settled, listed};

use crate::base::file;
use crate::base::limits::LAYOUT_BYTES_MAX;
use crate::engine::clock::{milliseconds_now, time_of_day};
use crate::engine::night::{Account, Night, NightError};
use crate::kit::mime::verp::{ReturnPath, VerpKey};
use crate::ledger::{DeliveryEvent, State};
use crate::model::channel::{Channel, DocumentKey};
use crate::model::delivery::DeliveryState;
use crate::plan::smtp::{DeliverySettings, SmtpSettings, Tls, read_delivery};
use connect::Server;
use journal::Journal;
use queue::Queue;
use worker::{Sessions, Worker};

/// What the ledger calls the channel.
pub const EMAIL: &str = Channel::NAMES[Channel::EMAIL.0 as usize];
/// Largest file of a secret, certificate or list of what was accepted.
const FILE_BYTES_MAX: usize = 1 << 30;

/// What is to be delivered, and how.
pub struct Deliver<'r> {
    /// Who.
    pub account: Account,
    /// The folder from which the job names the files of its secrets.
    pub secrets: PathBuf,
    /// Another server than that of the job: `host:port`.
    pub server: Option<String>,
    /// Another way to keep the connection secret.
    pub tls: Option<Tls>,
    /// Another file of certificates.
    pub ca: Option<PathBuf>,
    /// Another file of the key of return paths.
    pub return_key: Option<PathBuf>,
    /// Most messages that are tried.
    pub limit: Option<u64>,
    /// Whether to wait for what is deferred, until all is settled.
    pub until_done: bool,
    /// What the server accepted, for messages in doubt.
    pub accepted: Option<PathBuf>,
    /// Whether to count only.
    pub dry_run: bool,
    /// Set from outside to end after the messages that are under way.
    pub stop: &'r AtomicBool,
    /// Is told what happens.
    pub watch: &'r (dyn DeliveryWatch + Sync),
}

/// Who wants to know how a delivery gets on.
pub trait DeliveryWatch {
    /// Something was written down.
    fn told(&self, tried: &Tried);
}

/// What became of what was tried.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Tried {
    /// The server took them.
    pub accepted: u64,
    /// Not now.
    pub deferred: u64,
    /// Never.
    pub failed: u64,
    /// Nobody knows.
    pub in_doubt: u64,
}

/// How the messages of a run stand after a delivery.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Delivered {
    /// What was tried now.
    pub tried: Tried,
    /// What was settled of messages in doubt.
    pub settled: Settled,
    /// How all stand.
    pub counts: Vec<(DeliveryState, u64)>,
    /// What is due now, of a dry run.
    pub due: u64,
    /// When the next deferred message is due.
    pub next_at: Option<String>,
    /// Why the server was not reached any more.
    pub trouble: Option<String>,
    /// Some answers of the server that were no success, each once.
    pub answers: Vec<String>,
}

impl Delivered {
    /// How many messages stand so.
    pub fn count(&self, state: DeliveryState) -> u64 {
        self.counts.iter().find(|(found, _)| *found == state).map_or(0, |(_, count)| *count)
    }

    /// Whether every message is with the server or has another fate that is settled.
    pub fn is_done(&self) -> bool {
        use DeliveryState::{Deferred, Failed, InDoubt, Queued, Sending};
        [Queued, Sending, Deferred, Failed, InDoubt].iter().all(|state| self.count(*state) == 0)
    }
}

/// Delivers the messages of a run.
///
/// # Errors
/// The run is not closed, has no server or a secret that cannot be read, or its mail is damaged. What was written down stays.
pub fn deliver(out: &Path, ask: &Deliver<'_>) -> Result<Delivered, NightError> {
    let mut night = Night::open_any(out, State::Closed)?;
    let settings = settings_of(out)?;
    night.ledger.commit_to_disk()?;
    let mut delivered = Delivered::default();
    // What was about to be sent when an earlier delivery ended without a word.
    if !ask.dry_run {
        mark_in_doubt(&mut night, ask)?;
    }
    if let Some(path) = &ask.accepted {
        let list = file::read(path, FILE_BYTES_MAX)?;
        delivered.settled = settle::settle(&mut night, &listed(&list), ask, path)?;
    }
    if ask.dry_run {
        let due = crate::ledger::Due { channel: EMAIL, from: 0, count: i64::MAX as u64, now: &time_of_day() };
        delivered.due = night.ledger.due_messages(&due)?.len() as u64 + delivered.settled.again;
    } else {
        send_all(&mut night, settings, ask, &mut delivered)?;
    }
    delivered.counts = night.ledger.delivery_counts(EMAIL)?;
    delivered.next_at = night.ledger.next_due(EMAIL)?;
    night.close()?;
    Ok(delivered)
}

/// What a delivery needs to know, from the job as the run has frozen it.
pub(super) fn settings_of(out: &Path) -> Result<DeliverySettings, NightError> {
    let path = out.join("plan/job.toml");
    let text = String::from_utf8_lossy(&file::read(&path, LAYOUT_BYTES_MAX)?).into_owned();
    read_delivery(&text, &path.to_string_lossy())
        .map_err(|(faults, _)| NightError::Refused(faults.iter().map(|fault| format!("{}: {}", fault.code.id, fault.message)).collect()))
}

/// The records that DNS needs for the sender of a run: names and texts. The key of DKIM is that of the run; what stands for SPF and DMARC is
/// an example to begin with.
///
/// # Errors
/// The job of the run cannot be read.
pub fn dns_records(out: &Path) -> Result<Vec<(String, String)>, NightError> {
    let settings = settings_of(out)?;
    let mut records = Vec::new();
    if let Ok(bytes) = file::read(&out.join("plan/secrets/dkim.txt"), LAYOUT_BYTES_MAX) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        records.extend(text.trim_end().split_once('\t').map(|(name, text)| (name.to_string(), text.to_string())));
    }
    let host = settings.smtp.as_ref().map_or("smtp.example", |smtp| smtp.host.as_str());
    records.push((settings.return_path.domain().to_string(), format!("v=spf1 a:{host} -all")));
    let domain = settings.from.domain();
    records.push((format!("_dmarc.{domain}"), format!("v=DMARC1; p=quarantine; rua=mailto:dmarc@{domain}")));
    Ok(records)
}

/// The key of return paths: of the command line, else of the job.
///
/// # Errors
/// It cannot be read or is too short.
pub(super) fn return_key(settings: &DeliverySettings, asked: Option<&Path>, secrets: &Path) -> Result<Option<VerpKey>, NightError> {
    let Some(path) = asked.map(Path::to_path_buf).or_else(|| settings.return_key.as_ref().map(|path| secrets.join(path))) else { return Ok(None) };
    let is_of_job = asked.is_none();
    let bytes = file::read(&path, LAYOUT_BYTES_MAX).map_err(|error| match is_of_job {
        true => NightError::Refused(vec![format!("{error}; `--secrets DIR` is the folder of the job, from which it names its secrets")]),
        false => error.into(),
    })?;
    let key = VerpKey::read(&bytes);
    key.map(Some).ok_or_else(|| NightError::Refused(vec![format!("`{}` is no key: it has fewer than 16 bytes", path.display())]))
}

fn mark_in_doubt(night: &mut Night, ask: &Deliver<'_>) -> Result<(), NightError> {
    let lost = night.ledger.deliveries_in(EMAIL, DeliveryState::Sending)?;
    let events: Vec<DeliveryEvent> = lost
        .iter()
        .map(|delivery| DeliveryEvent {
            record: delivery.record,
            state: Some(DeliveryState::InDoubt),
            what: "",
            reason: "the delivery ended between the last dot and its answer".into(),
            source: "deliver".into(),
            operator: ask.account.operator.clone(),
            at: ask.account.at.clone(),
            next_at: None,
            identity: None,
        })
        .collect();
    night.ledger.post_deliveries(EMAIL, &events)?;
    Ok(())
}

/// The server of the job, or the one that was asked for.
fn server_of(settings: &DeliverySettings, ask: &Deliver<'_>) -> Result<SmtpSettings, NightError> {
    let refuse = |message: String| NightError::Refused(vec![message]);
    let mut smtp = match (&settings.smtp, &ask.server) {
        (Some(smtp), _) => smtp.clone(),
        (None, Some(_)) => SmtpSettings {
            host: String::new(),
            port: 587,
            tls: Tls::StartTls,
            name: settings.from.domain().to_string(),
            user: None,
            password_file: None,
            password_env: None,
            ca: None,
            connections: 4,
            messages_per_connection: 100,
            rate: 0,
            rates: Vec::new(),
            timeout_ms: 300_000,
            retry_ms: vec![900_000, 3_600_000, 14_400_000, 28_800_000],
            expire_ms: 259_200_000,
        },
        (None, None) => return Err(refuse("the job has no `[email.smtp]`: name a server with `--server`".into())),
    };
    if let Some(server) = &ask.server {
        let (host, port) = server.rsplit_once(':').unwrap_or((server, ""));
        smtp.host = host.trim_matches(['[', ']']).to_string();
        if !port.is_empty() {
            smtp.port = port.parse().map_err(|_| refuse(format!("`{port}` is no port")))?;
        }
    }
    if let Some(tls) = ask.tls {
        smtp.tls = tls;
    }
    Ok(smtp)
}

/// The password: from its file or the environment, never from the job.
fn password_of(smtp: &SmtpSettings, secrets: &Path) -> Result<Option<String>, NightError> {
    if let Some(path) = &smtp.password_file {
        let bytes = file::read(&secrets.join(path), LAYOUT_BYTES_MAX)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        return Ok(Some(text.lines().next().unwrap_or("").to_string()));
    }
    match &smtp.password_env {
        None => Ok(None),
        Some(name) => std::env::var(name).map(Some).map_err(|_| NightError::Refused(vec![format!("the environment has no `{name}`")])),
    }
}

/// A session with the server of a run, for what is no delivery: proofs.
fn server(settings: &DeliverySettings, ask: &Deliver<'_>) -> Result<(Server, SmtpSettings), NightError> {
    let smtp = server_of(settings, ask)?;
    let password = password_of(&smtp, &ask.secrets)?;
    let ca = ask.ca.clone().or_else(|| smtp.ca.as_ref().map(|path| ask.secrets.join(path)));
    let ca = ca.map(|path| file::read(&path, FILE_BYTES_MAX)).transpose()?;
    let server = Server::new(smtp.clone(), password, ca.as_deref()).map_err(|message| NightError::Refused(vec![message]))?;
    Ok((server, smtp))
}

fn send_all(night: &mut Night, settings: DeliverySettings, ask: &Deliver<'_>, delivered: &mut Delivered) -> Result<(), NightError> {
    let (server, smtp) = server(&settings, ask)?;
    let job = night.ledger.job()?.ok_or_else(|| NightError::NoJob(night.folder.clone()))?;
    let key = return_key(&settings, ask.return_key.as_deref(), &ask.secrets)?;
    let path = ReturnPath::new(&settings.return_path);
    if key.is_some() && path.is_none() {
        return Err(NightError::Refused(vec![format!("the return path `{}` leaves no room for a token", settings.return_path)]));
    }
    let files: BTreeMap<u32, PathBuf> =
        night.ledger.message_files()?.into_iter().filter(|row| row.channel == EMAIL).map(|row| (row.volume, night.folder.join(row.file))).collect();
    let queue = Queue::new(smtp.rate, &smtp.rates);
    let sessions = Sessions::default();
    let (notes, inbox) = crossbeam::channel::bounded(1_024);
    let run = DocumentKey::new(&job.plan, 0).run;
    let plain_path = settings.return_path.to_string();
    let quit = AtomicBool::new(false);
    let stopped = || ask.stop.load(Ordering::Relaxed) || quit.load(Ordering::Relaxed);
    let workers = smtp.connections;
    let result = std::thread::scope(|scope| {
        for _ in 0..workers {
            let worker = Worker {
                server: &server,
                smtp: &smtp,
                queue: &queue,
                sessions: &sessions,
                notes: notes.clone(),
                files: &files,
                run,
                return_path: key.as_ref().zip(path.as_ref()),
                plain_path: &plain_path,
                account: &ask.account,
                stopped: &stopped,
                until_done: ask.until_done,
            };
            scope.spawn(move || worker.work());
        }
        drop(notes);
        let journal = Journal { night, queue: &queue, inbox: &inbox, ask, delivered, stopped: &stopped };
        let result = journal.keep();
        // Whatever happened, the workers end.
        quit.store(true, Ordering::Relaxed);
        queue.close();
        result
    });
    delivered.answers.sort();
    delivered.answers.dedup();
    result
}

/// The time of day after some milliseconds, rounded up to a second.
fn time_after(milliseconds: u64) -> String {
    crate::engine::clock::iso_of((milliseconds_now() + milliseconds).div_ceil(1_000))
}
