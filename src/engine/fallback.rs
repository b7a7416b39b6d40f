//! `pressrun fallback`: documents whose messages did not arrive become letters.
//!
//! Takes a run whose messages (e-mails, text messages, posts of web hooks) came back, failed or are under way for too long, gives a new output folder: the same volumes, of whose
//! documents only these are printed, with the same page bodies and hashes, sorted and assembled as any run is. A document is marked as
//! fallen back before anything is printed, so that it is never handed to the server any more. Must never compose.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::clock::{milliseconds_now, seconds_of};
use super::deliver::EMAIL;
use super::inputs::Inputs;
use super::night::{Account, Night, NightError};
use super::{EngineError, Folder, Options, assemble, close, files, gather};
use crate::base::file::{Fingerprint, FolderLock, Mapped};
use crate::base::hash::Hash;
use crate::decide::Rules;
use crate::ledger::{DecisionRow, DeliveryEvent, DocumentRow, JobRow, Ledger, MailRow, RouteRow, State, VolumePost, VolumeRow};
use crate::model::channel::Channel;
use crate::model::delivery::DeliveryState;
use crate::plan::{PRODUCER, Plan};

/// What falls back, and where to.
pub struct Fallback {
    /// The new output folder.
    pub out: PathBuf,
    /// Who.
    pub account: Account,
    /// Whether to count only.
    pub dry_run: bool,
}

/// A document that needs paper.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Lost {
    /// Its record.
    pub record: u64,
    /// The channel by which it did not arrive.
    pub channel: String,
    /// Why, in words.
    pub reason: String,
}

/// What fell back.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct FellBack {
    /// What did not arrive, by record and channel; a document that did not arrive by two channels is there twice.
    pub documents: Vec<Lost>,
    /// Their pages.
    pub pages: u64,
    /// Messages that did not arrive and for which the job has no way to paper: their channel, and how many.
    pub elsewhere: BTreeMap<String, u64>,
    /// Messages in doubt: nothing is done before they are settled.
    pub in_doubt: u64,
    /// Whether an earlier call had finished the folder.
    pub was_done: bool,
}

const PRINT: &str = Channel::NAMES[Channel::PRINT.0 as usize];

/// Prints what did not arrive.
///
/// # Errors
/// The run is not closed, its plan cannot be used, or the new folder holds something else. What was marked stays marked; the same command
/// again goes on.
pub fn fallback(run: &Path, ask: &Fallback, options: &Options<'_>) -> Result<FellBack, NightError> {
    let mut night = Night::open_any(run, State::Closed)?;
    let plan = night.plan()?;
    let source = source_of(&ask.out);
    let (mut marked, mut found) = (Vec::new(), FellBack::default());
    for channel in channels(&night)? {
        found.in_doubt += night.ledger.deliveries_in(&channel, DeliveryState::InDoubt)?.len() as u64;
        let fallen = night.ledger.fallen_back(&channel, &source)?;
        marked.extend(fallen.into_iter().map(|(record, reason)| Lost { record, channel: channel.clone(), reason }));
    }
    marked.sort();
    let is_begun = Fingerprint::of(&Folder(&ask.out).ledger()).is_ok();
    if marked.is_empty() && is_begun {
        let message = format!("`{}` holds the output of another job: give a new folder with `--out`", ask.out.display());
        return Err(NightError::Refused(vec![message]));
    }
    if marked.is_empty() {
        let chosen = choose(&night, &plan, &mut found)?;
        if ask.dry_run {
            found.pages = pages_of(&night, &chosen)?;
            found.documents = chosen;
            night.close()?;
            return Ok(found);
        }
        mark(&mut night, &chosen, &source, &ask.account)?;
        marked = chosen;
    }
    found.documents = marked;
    found.pages = pages_of(&night, &found.documents)?;
    if !found.documents.is_empty() && !ask.dry_run {
        found.was_done = print(&night, &plan, &found.documents, run, options)?;
    }
    night.close()?;
    Ok(found)
}

/// What the events of a fallback say about where it went: the whole path, because two folders may have one name.
fn source_of(out: &Path) -> String {
    format!("fallback {}", std::path::absolute(out).as_deref().unwrap_or(out).display())
}

/// The channels that may have messages, by name: e-mail in any case.
fn channels(night: &Night) -> Result<BTreeSet<String>, NightError> {
    let known = night.ledger.message_files()?.into_iter().map(|row| row.channel);
    Ok(known.chain([EMAIL.to_string()]).collect())
}

/// What needs paper, with why: what failed or bounced hard, and what is under way for longer than the job allows.
fn choose(night: &Night, plan: &Plan, found: &mut FellBack) -> Result<Vec<Lost>, NightError> {
    let rules = plan.channels.as_ref().map(|channels| &channels.rules);
    let now = milliseconds_now();
    let mut chosen = Vec::new();
    // Whoever got a letter because of one channel needs none because of another.
    let mut fallen = BTreeSet::new();
    for channel in channels(night)? {
        fallen.extend(night.ledger.deliveries_in(&channel, DeliveryState::FallenBack)?.into_iter().map(|delivery| delivery.record));
    }
    for channel in channels(night)? {
        for state in [DeliveryState::Failed, DeliveryState::BouncedHard, DeliveryState::Deferred, DeliveryState::BouncedSoft] {
            for delivery in night.ledger.deliveries_in(&channel, state)? {
                let decision = night.ledger.decision(delivery.record)?;
                let kind = decision.as_ref().map(|decision| decision.document_type.as_str()).unwrap_or_default();
                let rule = rules.and_then(|rules| rules.fallback(rules.channel(&channel)?, kind));
                if !state.needs_fallback() {
                    // Without a rule, nothing is given up that may still arrive.
                    let Some(hours) = rule.map(|rule| rule.after.map_or(72, |after| after.0)) else { continue };
                    let first = delivery.first_at.as_deref().and_then(seconds_of).unwrap_or(u64::MAX / 2_000) * 1_000;
                    if now < first.saturating_add(u64::from(hours) * 3_600_000) {
                        continue;
                    }
                }
                let routes = decision.as_ref().map(|decision| decision.routes.as_slice()).unwrap_or_default();
                let has = |channel: &str| routes.iter().any(|route| route.channel == channel);
                // Whoever has it on paper already needs no second copy.
                if has(PRINT) || fallen.contains(&delivery.record) {
                    continue;
                }
                match next(rules, &channel, kind, &has) {
                    // The document goes by that channel as well, which has its own fallback.
                    Next::Taken => {}
                    Next::Paper => {
                        let reason = format!("{}: {}", state.name(), delivery.reason);
                        chosen.push(Lost { record: delivery.record, channel: channel.clone(), reason });
                    }
                    Next::Nothing => *found.elsewhere.entry(channel.clone()).or_insert(0) += 1,
                }
            }
        }
    }
    chosen.sort();
    Ok(chosen)
}

/// Where a document goes that did not arrive.
enum Next {
    /// It is under way by another channel already.
    Taken,
    /// On paper.
    Paper,
    /// The job has nothing that stands in.
    Nothing,
}

/// Follows the fallbacks of a channel. A message that was not written with the document cannot be written any more, so a channel in between is
/// passed over unless the document takes it already. An e-mail goes on paper if the job says nothing else.
fn next(rules: Option<&Rules>, channel: &str, document_type: &str, has: &dyn Fn(&str) -> bool) -> Next {
    let chain = rules.and_then(|rules| Some((rules, rules.channel(channel)?)));
    let Some((rules, mut at)) = chain else { return if channel == EMAIL { Next::Paper } else { Next::Nothing } };
    let mut steps = 0;
    while let Some(rule) = rules.fallback(at, document_type) {
        at = rule.to;
        if at == Channel::PRINT {
            return Next::Paper;
        }
        if has(rules.name(at)) {
            return Next::Taken;
        }
        steps += 1;
        if steps > rules.names.len() {
            break;
        }
    }
    if steps == 0 && channel == EMAIL { Next::Paper } else { Next::Nothing }
}

fn mark(night: &mut Night, chosen: &[Lost], source: &str, account: &Account) -> Result<(), NightError> {
    let event = |lost: &Lost| DeliveryEvent {
        record: lost.record,
        state: Some(DeliveryState::FallenBack),
        what: "",
        reason: lost.reason.clone(),
        source: source.to_string(),
        operator: account.operator.clone(),
        at: account.at.clone(),
        next_at: None,
        identity: None,
    };
    let events: Vec<DeliveryEvent> = chosen.iter().map(event).collect();
    // All or nothing: what a kill left out would be chosen for another folder.
    night.ledger.post_events(chosen.iter().map(|lost| lost.channel.as_str()).zip(&events))?;
    Ok(())
}

/// The records, each once.
fn records_of(chosen: &[Lost]) -> BTreeSet<u64> {
    chosen.iter().map(|lost| lost.record).collect()
}

fn pages_of(night: &Night, chosen: &[Lost]) -> Result<u64, NightError> {
    let records = records_of(chosen);
    let mut pages = 0;
    night.ledger.each_document(|row| pages += u64::from(if records.contains(&row.entry.record) { row.entry.pages } else { 0 }))?;
    Ok(pages)
}

/// Makes the new folder, or goes on with it. Whether it was complete.
fn print(night: &Night, plan: &Plan, chosen: &[Lost], run: &Path, options: &Options<'_>) -> Result<bool, NightError> {
    let folder = Folder(&options.out);
    options.disk.create_folder(&options.out)?;
    for name in ["volumes", "print"] {
        options.disk.create_inner_folder(&folder.file(name))?;
    }
    let Some(_lock) = FolderLock::acquire(&folder.file(".lock"))? else { return Err(EngineError::Locked(options.out.clone()).into()) };
    let mut ledger = Ledger::open(&folder.ledger(), &options.disk)?;
    let state = match ledger.job()? {
        Some(job) => job.state,
        None => {
            let job = JobRow {
                plan: plan.hash,
                name: plan.settings.name.clone(),
                date: plan.settings.date.to_string(),
                program: PRODUCER.to_string(),
                state: State::Composing,
                records: Some(records_of(chosen).len() as u64),
            };
            ledger.begin_job(&job, &night.ledger.inputs()?, &plan.media)?;
            State::Composing
        }
    };
    if state == State::Closed {
        ledger.close()?;
        return Ok(true);
    }
    files::keep_plan(plan, &mut ledger, options)?;
    if state == State::Composing {
        copy_volumes(night, plan, chosen, run, &mut ledger, options)?;
        ledger.set_state(State::Composed, Some(records_of(chosen).len() as u64))?;
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build();
    let pool = pool.map_err(|error| NightError::Refused(vec![error.to_string()]))?;
    if state <= State::Composed {
        let order = gather::gather(plan, &mut ledger, &pool, options)?;
        assemble::assemble(plan, &order, &mut ledger, &pool, options)?;
    }
    close::close(plan, &Inputs::none(), &mut ledger, options)?;
    ledger.close()?;
    Ok(false)
}

/// Copies the volumes that hold these documents, whole, and posts them with these documents alone.
fn copy_volumes(night: &Night, plan: &Plan, chosen: &[Lost], run: &Path, ledger: &mut Ledger, options: &Options<'_>) -> Result<(), NightError> {
    // Of two channels by which a document did not arrive, the first by name is told.
    let reasons: BTreeMap<u64, &Lost> = chosen.iter().rev().map(|lost| (lost.record, lost)).collect();
    let mut documents: BTreeMap<u32, Vec<DocumentRow>> = BTreeMap::new();
    night.ledger.each_document(|row| {
        if reasons.contains_key(&row.entry.record) {
            documents.entry(row.entry.volume).or_default().push(DocumentRow { is_printed: true, ..row });
        }
    })?;
    let done: BTreeSet<u32> = ledger.volumes()?.iter().map(|row| row.number).collect();
    let used = night.ledger.used()?;
    for row in night.ledger.volumes()? {
        let Some(documents) = documents.get(&row.number).filter(|_| !done.contains(&row.number)) else { continue };
        let Some(file) = &row.file else { continue };
        let bytes = Mapped::open(&run.join(file))?;
        if Some(Hash::of(&bytes)) != row.hash {
            return Err(NightError::Refused(vec![format!("`{}` is damaged: it is not what the run wrote", run.join(file).display())]));
        }
        options.disk.commit(&options.out.join(file), &bytes)?;
        let mut mail: Vec<MailRow> = Vec::new();
        if plan.mail.is_some() {
            for document in documents {
                mail.extend(night.ledger.mail_of(document.entry.record)?);
            }
        }
        let mut decisions = Vec::new();
        for document in documents {
            let record = document.entry.record;
            let Some(decision) = night.ledger.decision(record)? else { continue };
            let instead_of = reasons.get(&record).map(|lost| (lost.channel.clone(), lost.reason.clone()));
            let route = RouteRow { channel: PRINT.into(), recipient: String::new(), instead_of };
            decisions.push(DecisionRow { routes: vec![route], ..decision });
        }
        let count = documents.len() as u32;
        let pages = documents.iter().map(|document| u64::from(document.entry.pages)).sum();
        let first_record = documents.first().map_or(0, |document| document.entry.record);
        let volume = VolumeRow { records: count, documents: count, pages, first_record, ..row };
        ledger.post_volume(&VolumePost {
            volume: &volume,
            used: &used,
            documents,
            holds: &[],
            remarks: &[],
            slots: &[],
            mail: &mail,
            decisions: &decisions,
            message_files: &[],
            messages: &[],
            archived: &[],
            suppressed: &[],
        })?;
    }
    Ok(())
}
