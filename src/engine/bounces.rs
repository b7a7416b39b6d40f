//! `pressrun bounces`: what came back, told to the documents it is about.
//!
//! Takes mail boxes of reports, gives what each says about which message of a run, as events that are only added. A return path whose
//! seal is not of the key is refused: whoever forged it could have the mail of others stopped. A report without a seal, where there is a key,
//! is believed only about the recipient that it names: ids of messages can be guessed, or read by whoever got one. Must never send anything.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::deliver::{EMAIL, return_key, settings_of};
use super::night::{Account, Night, NightError};
use crate::base::date::Date;
use crate::base::file::{self, Mapped};
use crate::base::hash::{Hash, Hasher};
use crate::kit::bounce::{self, BOUNCE_BYTES_MAX, Class, Finding, Report, Rules};
use crate::kit::mime::verp::{ReturnPath, VerpFault, VerpKey};
use crate::ledger::{Delivery, DeliveryEvent, State};
use crate::model::channel::{Channel, DocumentKey};
use crate::model::delivery::DeliveryState;
use crate::streams::mbox;

/// So many soft bounces to one address within [`SOFT_DAYS`] days are a hard one.
pub const SOFT_BOUNCES: u64 = 3;
/// The days in which they are counted.
pub const SOFT_DAYS: i64 = 14;

/// What is read, and how.
#[derive(Clone, Debug)]
pub struct Bounces<'r> {
    /// Maildirs, folders of messages, mbox files, single messages.
    pub paths: &'r [PathBuf],
    /// The rules.
    pub rules: &'r Rules,
    /// The folder from which the job names the files of its secrets.
    pub secrets: &'r Path,
    /// Another file of the key of return paths.
    pub return_key: Option<&'r Path>,
    /// Who.
    pub account: Account,
}

/// What became of one finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Told {
    /// The message of a record stands so now.
    Now(u64, DeliveryState),
    /// It was noted beside the message of a record, which stands as it did.
    Noted(u64, &'static str),
    /// The same was told before.
    Known(u64),
    /// The document went another way meanwhile, and now this one says it was delivered: it may have arrived twice.
    LateDelivery(u64),
    /// Its return path has a false seal.
    Forged,
    /// It names the message of a record, but has no seal and another recipient: the message stands as it did.
    Unsealed(u64),
    /// It is about another run.
    OtherRun,
    /// It names nothing that a run has sent.
    Unknown,
    /// It is no report.
    NoReport,
}

/// A finding with its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReadBounce {
    /// The file, and the number of the message in it.
    pub place: String,
    /// What it says; nothing: it is no report.
    pub finding: Option<Finding>,
    /// What became of it.
    pub told: Told,
}

/// Gives each message of mail boxes to `each`: its place and its bytes.
///
/// # Errors
/// A file cannot be read.
pub fn each_message<E: From<file::FileError>>(paths: &[PathBuf], mut each: impl FnMut(String, &[u8]) -> Result<(), E>) -> Result<(), E> {
    for path in paths {
        for path in files_of(path)? {
            let bytes = Mapped::open(&path)?;
            if bytes.is_empty() {
                // A mail box without mail.
                continue;
            }
            let places = if bytes.starts_with(b"From ") { mbox::places(&bytes) } else { Vec::new() };
            if places.is_empty() {
                each(path.display().to_string(), &bytes[..bytes.len().min(BOUNCE_BYTES_MAX)])?;
                continue;
            }
            for (number, place) in places.iter().enumerate() {
                let stored = &bytes[place.offset as usize..(place.offset + place.length) as usize];
                let message = mbox::message_of(&stored[..stored.len().min(BOUNCE_BYTES_MAX)]);
                each(format!("{}:{}", path.display(), number + 1), &message)?;
            }
        }
    }
    Ok(())
}

/// The files of a mail box: those in `new` and `cur` of a maildir, those of a folder, or the file itself.
fn files_of(path: &Path) -> Result<Vec<PathBuf>, file::FileError> {
    let Ok(names) = file::list(path) else { return Ok(vec![path.to_path_buf()]) };
    let is_maildir = names.iter().any(|name| name == "new/") && names.iter().any(|name| name == "cur/");
    let folders = if is_maildir { vec![path.join("new"), path.join("cur")] } else { vec![path.to_path_buf()] };
    let mut files = Vec::new();
    for folder in folders {
        files.extend(file::list(&folder)?.iter().filter(|name| !name.ends_with('/') && !name.starts_with('.')).map(|name| folder.join(name)));
    }
    Ok(files)
}

/// Reads mail boxes into the account of a run.
///
/// # Errors
/// The run or a file cannot be read; what was told before stays.
pub fn read_bounces(out: &Path, ask: &Bounces<'_>) -> Result<Vec<ReadBounce>, NightError> {
    let mut night = Night::open_beside(out, State::Closed)?;
    let settings = settings_of(out)?;
    let job = night.ledger.job()?.ok_or_else(|| NightError::NoJob(out.to_path_buf()))?;
    let key = return_key(&settings, ask.return_key, ask.secrets)?;
    let path = ReturnPath::new(&settings.return_path);
    let reader = Reader { key: key.as_ref().zip(path.as_ref()), run: DocumentKey::new(&job.plan, 0).run, ask };
    let mut all = Vec::new();
    each_message(ask.paths, |place, bytes| reader.read(&mut night, place, bytes, &mut all))?;
    night.close()?;
    Ok(all)
}

struct Reader<'b, 'r> {
    key: Option<(&'b VerpKey, &'b ReturnPath)>,
    run: [u8; 6],
    ask: &'b Bounces<'r>,
}

/// Which message a report is about.
enum About {
    /// A seal says so, or there is no key.
    Record(u64),
    /// Only ids say so, which are no secret.
    Claimed(u64),
    Not(Told),
}

impl Reader<'_, '_> {
    fn read(&self, night: &mut Night, place: String, bytes: &[u8], all: &mut Vec<ReadBounce>) -> Result<(), NightError> {
        let report = bounce::read(bytes, self.ask.rules);
        if report.findings.is_empty() {
            all.push(ReadBounce { place, finding: None, told: Told::NoReport });
            return Ok(());
        }
        let about = self.about(night, &report)?;
        for (number, finding) in report.findings.iter().enumerate() {
            let told = match &about {
                About::Not(told) => told.clone(),
                About::Record(record) | About::Claimed(record) => match night.ledger.delivery(EMAIL, *record)? {
                    None => Told::Unknown,
                    // A report about several recipients of which only one is ours: each of our messages has one.
                    Some(delivery) if number > 0 && !finding.recipient.eq_ignore_ascii_case(&delivery.recipient) => continue,
                    Some(delivery) if matches!(about, About::Claimed(_)) && !is_same(&finding.recipient, &delivery.recipient) => {
                        Told::Unsealed(*record)
                    }
                    Some(delivery) => self.tell(night, &delivery, (&report, finding), (bytes, &place))?,
                },
            };
            all.push(ReadBounce { place: place.clone(), finding: Some(finding.clone()), told });
        }
        Ok(())
    }

    /// By the return path, else the envelope id, else the Message-ID. With a key, only the first of them proves anything.
    fn about(&self, night: &Night, report: &Report) -> Result<About, NightError> {
        if let Some((key, path)) = self.key {
            let mut fault = None;
            for token in report.return_paths.iter().filter_map(|address| path.token_in(address)) {
                match key.open(token) {
                    Ok(about) if about.run == self.run && about.channel == Channel::EMAIL.0 => return Ok(About::Record(about.record)),
                    Ok(_) => fault = fault.or(Some(Told::OtherRun)),
                    Err(VerpFault::Forged) => fault = Some(Told::Forged),
                    // Some other extension of the address.
                    Err(VerpFault::NoToken) => {}
                }
            }
            if let Some(told) = fault {
                return Ok(About::Not(told));
            }
        }
        let found = |record| if self.key.is_some() { About::Claimed(record) } else { About::Record(record) };
        if let Some(key) = report.envelope_id.strip_suffix(EMAIL).and_then(|id| id.strip_suffix('.')).and_then(DocumentKey::parse) {
            return Ok(if key.run == self.run { found(key.record) } else { About::Not(Told::OtherRun) });
        }
        for id in &report.message_ids {
            if let Some(record) = night.ledger.record_of_message(EMAIL, id)? {
                return Ok(found(record));
            }
        }
        Ok(About::Not(Told::Unknown))
    }

    fn tell(
        &self,
        night: &mut Night,
        delivery: &Delivery,
        (report, finding): (&Report, &Finding),
        (bytes, place): (&[u8], &str),
    ) -> Result<Told, NightError> {
        let record = delivery.record;
        let identity = identity(bytes, record, finding);
        if night.ledger.knows_delivery_event(&identity)? {
            return Ok(Told::Known(record));
        }
        let day = report.day.and_then(|day| i32::try_from(day).ok()).and_then(Date::from_days);
        let at = day.map_or_else(|| self.ask.account.at.clone(), |day| day.to_string());
        let (state, what) = self.means(night, delivery, finding, day)?;
        let status = finding.status.map(|status| format!(" {status}")).unwrap_or_default();
        let event = DeliveryEvent {
            record,
            state,
            what,
            reason: format!("{} ({}){status}: {}", finding.class.name(), finding.reason, finding.diagnostic),
            source: place.to_string(),
            operator: self.ask.account.operator.clone(),
            at,
            next_at: None,
            identity: Some(identity),
        };
        night.ledger.post_deliveries(EMAIL, std::slice::from_ref(&event))?;
        Ok(match state {
            Some(state) => Told::Now(record, state),
            None if what == LATE => Told::LateDelivery(record),
            None => Told::Noted(record, what),
        })
    }

    /// How the message stands after a finding, and the word of the event.
    fn means(
        &self,
        night: &Night,
        delivery: &Delivery,
        finding: &Finding,
        day: Option<Date>,
    ) -> Result<(Option<DeliveryState>, &'static str), NightError> {
        use DeliveryState::{BouncedHard, BouncedSoft, Complained, FallenBack};
        let is_settled = matches!(delivery.state, FallenBack | BouncedHard);
        Ok(match finding.class {
            Class::Delivered if delivery.state == FallenBack => (None, LATE),
            Class::Delivered => (None, "delivered"),
            Class::Delayed => (None, "delayed"),
            Class::AutoReply => (None, "auto-reply"),
            // Somebody who complains has read it, whatever else was said.
            Class::Complaint if delivery.state == FallenBack => (None, "complained"),
            Class::Complaint => (Some(Complained), ""),
            class if is_settled || delivery.state == Complained => (None, word_of(class)),
            Class::Hard => (Some(BouncedHard), ""),
            Class::Soft => {
                let before = day.and_then(|day| day.plus_days(-SOFT_DAYS)).map(|day| day.to_string()).unwrap_or_default();
                let soft = night.ledger.soft_bounces_of(EMAIL, &delivery.recipient, &before)?;
                (Some(if soft + 1 >= SOFT_BOUNCES { BouncedHard } else { BouncedSoft }), "")
            }
            // The address is good, so it does not count against it; but the message did not arrive.
            class @ (Class::Blocked | Class::Configuration | Class::Content) => (Some(BouncedSoft), word_of(class)),
        })
    }
}

/// Whether two addresses are the same: only the domain has no case (RFC 5321, 2.4).
fn is_same(a: &str, b: &str) -> bool {
    match (a.rsplit_once('@'), b.rsplit_once('@')) {
        (Some((local, domain)), Some((other, its_domain))) => local == other && domain.eq_ignore_ascii_case(its_domain),
        _ => false,
    }
}

/// The event of a message that was delivered after another channel took it over.
const LATE: &str = "late-delivery";

fn word_of(class: Class) -> &'static str {
    match class {
        Class::Hard => "hard-again",
        Class::Soft => "soft-again",
        other => other.name(),
    }
}

/// The same report counts once, however often and out of which box it is read: known by its own Message-ID, else by its bytes.
fn identity(bytes: &[u8], record: u64, finding: &Finding) -> [u8; 32] {
    let head = memchr::memmem::find(bytes, b"\n\n").or_else(|| memchr::memmem::find(bytes, b"\r\n\r\n")).unwrap_or(bytes.len());
    let id = String::from_utf8_lossy(&bytes[..head])
        .lines()
        .find(|line| line.get(..11).is_some_and(|name| name.eq_ignore_ascii_case("message-id:")))
        .map(|line| line[11..].trim().to_string());
    let mut hasher = Hasher::new();
    hasher.update_field(b"bounce");
    hasher.update(&record.to_le_bytes());
    hasher.update_field(finding.recipient.to_ascii_lowercase().as_bytes());
    hasher.update_field(finding.class.name().as_bytes());
    match id.filter(|id| id.len() > 2) {
        Some(id) => hasher.update_field(id.as_bytes()),
        None => {
            let text: Vec<u8> = bytes.iter().copied().filter(|b| *b != b'\r').collect();
            hasher.update_field(&Hash::of(&text).0);
        }
    }
    hasher.finish().0
}

/// How many findings became what.
pub fn count(all: &[ReadBounce]) -> BTreeMap<&'static str, u64> {
    let mut counts = BTreeMap::new();
    for read in all {
        let word = match &read.told {
            Told::Now(_, state) => state.name(),
            Told::Noted(_, what) => what,
            Told::Known(_) => "known",
            Told::LateDelivery(_) => LATE,
            Told::Forged => "forged",
            Told::Unsealed(_) => "unsealed",
            Told::OtherRun => "other-run",
            Told::Unknown => "unknown",
            Told::NoReport => "no-report",
        };
        *counts.entry(word).or_insert(0) += 1;
    }
    counts
}
