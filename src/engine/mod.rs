//! Layer 5: runs a plan. The only threads, the only clock.
//!
//! Takes a frozen plan, an output folder and a disk, gives volumes, print files and books that balance. A run is a
//! sequence of stages; each leaves the ledger in a state from which the next run goes on. Must never decide what a page
//! looks like or what a key of the job file means.

pub mod archive;
mod assemble;
pub mod bounces;
mod clock;
mod close;
mod compare;
mod composing;
mod deciding;
pub mod deliver;
mod envelopes;
mod explain_piece;
pub mod fallback;
mod files;
mod gather;
mod held;
mod hold_limit;
mod households;
mod inputs;
mod inspect;
mod mail_papers;
mod maildat;
mod mailing;
mod marks;
mod messages;
pub mod night;

#[cfg(feature = "s3")]
mod object_store;
mod order;
mod paper_rows;
mod papers;
pub mod post;
mod postage;
mod postal_order;
mod posting;
mod presence;
mod rebuilding;
mod receipts;
mod records;
mod report;
mod runs;
mod serials;
mod sheets;
mod survey;
mod tickets;
mod verify;
mod watch;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

pub use clock::{Stopwatch, time_of_day};
pub use close::csv_cell;
pub use compare::{Side, compare};
pub use deciding::{DecidedRecord, decisions};
pub use explain_piece::{ExplainedPiece, explain_piece};
pub use inspect::{inspect, inspect_inputs, told};
pub use papers::{JOB_TICKET, POSTAGE_SUMMARY, Paper, PaperInfo, TRAY_LABELS, TRAY_LIST, compose_paper};
pub use postage::{Change, Cost, postage};
pub use presence::{Presence, presence};
pub use rebuilding::{Rebuilt, rebuild};
pub use receipts::{Receipts, receipts};
pub use records::{Composed, ComposedData, Records, Traced, compose_data, compose_one, faults_of, with_records};
pub use runs::RunFiles;
pub use survey::{SurveyedRecord, survey};
pub use verify::{Verified, verify};
pub use watch::{INTERVAL, Watcher, pause};

use inputs::{Inputs, Texts};

use crate::base::file::{Disk, FileError, Fingerprint, FolderLock};
use crate::base::hash::Hash;
use crate::base::limits;
use crate::base::readable::counted;
use crate::input::InputFault;
use crate::ledger::{Balance, JobRow, Ledger, LedgerError, SerialError, State};
use crate::model::message::ImageLinks;
use crate::plan::{PRODUCER, Plan};
use crate::streams::StreamError;

/// How a plan is run.
pub struct Options<'r> {
    /// The output folder.
    pub out: PathBuf,
    /// Threads; 0: as many as the machine has.
    pub threads: usize,
    /// The disk.
    pub disk: Disk,
    /// Set from outside to end after the volumes that are being composed.
    pub stop: &'r AtomicBool,
    /// Is told what happens.
    pub watch: &'r (dyn Watch + Sync),
    /// The last stage to do; all if absent.
    pub until: Option<Stage>,
    /// Fails at this record, counted from 0, as a fault of this program would: for tests.
    pub fail_at: Option<u64>,
}

/// Who wants to know how a run gets on. Called from any thread.
pub trait Watch {
    /// A stage begins; `bytes` of work lie before it where that is known.
    fn stage(&self, stage: Stage, bytes: u64);
    /// Work was committed.
    fn done(&self, progress: Progress);
}

/// Nobody wants to know.
pub struct Silent;

impl Watch for Silent {
    fn stage(&self, _: Stage, _: u64) {}
    fn done(&self, _: Progress) {}
}

/// The stages of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Records become volumes.
    Compose,
    /// Documents are put into print order.
    Sort,
    /// Volumes become print files.
    Assemble,
    /// Balance, manifest, report.
    Close,
}

impl Stage {
    /// Its name in messages and in the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Compose => "compose",
            Stage::Sort => "sort",
            Stage::Assemble => "assemble",
            Stage::Close => "close",
        }
    }
}

/// Work that was just committed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Progress {
    /// Bytes of input or of volumes.
    pub bytes: u64,
    /// Documents.
    pub documents: u64,
    /// Pages.
    pub pages: u64,
    /// Records held.
    pub held: u64,
    /// Whether it was found done by an earlier run.
    pub resumed: bool,
}

/// What came of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summary {
    /// The sums of the books.
    pub balance: Balance,
    /// Whether an earlier run had finished the job and this one did nothing.
    pub was_closed: bool,
    /// Milliseconds of each stage of this run.
    pub stages: Vec<(&'static str, u64)>,
}

/// Why a run ended before its job was closed.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The disk.
    #[error(transparent)]
    File(#[from] FileError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A volume or print file.
    #[error("{file}: {source}")]
    Stream {
        /// Which.
        file: String,
        /// What is wrong.
        source: StreamError,
    },
    /// Input files cannot be read as what the job says they are: every fault that was found at once, at least one.
    #[error("{}", .0.iter().map(|(path, fault)| format!("{}:{}: {}", path.display(), fault.line, fault.message)).collect::<Vec<_>>().join("; "))]
    Input(Vec<(PathBuf, InputFault)>),
    /// Another run has the folder.
    #[error("another run is working in `{}`", .0.display())]
    Locked(PathBuf),
    /// The folder belongs to another plan.
    #[error("`{}` holds the output of another job or of an earlier state of this one", .0.display())]
    OtherPlan(PathBuf),
    /// The folder holds files of somebody else that a run would overwrite.
    #[error("`{}` holds `{name}`, and no ledger that knows it", folder.display())]
    ForeignFolder {
        /// The output folder.
        folder: PathBuf,
        /// What would be overwritten.
        name: &'static str,
    },
    /// An input file changed while it was read, or since the run that is resumed.
    #[error("the input file `{}` is not what it was when the job began", .0.display())]
    InputChanged(PathBuf),
    /// Too many records are held.
    #[error("{held} records are held, the limit of the job is {limit}")]
    HoldLimit {
        /// How many.
        held: u64,
        /// How many may be.
        limit: u64,
    },
    /// There are no serial numbers left.
    #[error(transparent)]
    Serials(#[from] SerialError),
    /// The user ended the run.
    #[error("the run was interrupted")]
    Interrupted,
    /// The run cannot enter its archive.
    #[error("the run is closed, but it cannot enter its archive: {0}")]
    Archive(Box<archive::ArchiveError>),
    /// There is nothing to make a ledger of.
    #[error("there are no rows files in `{}`", .0.join("volumes").display())]
    NoRows(PathBuf),
    /// A ledger is there that knows what cannot be made again.
    #[error("the ledger in `{}` can be read and knows of {}; it is not replaced", .0.display(), .1)]
    LedgerIsThere(PathBuf, String),
    /// The job holds no records.
    #[error("the input holds no records")]
    NoRecords,
    /// The books do not balance.
    #[error("the books do not balance: {}", .0.join("; "))]
    Unbalanced(Vec<String>),
    /// A fault of this program was met; the job must not close.
    #[error("{} met a fault of this program and must be held; the job cannot be closed as complete", counted(*.0, "record"))]
    Bug(u64),
    /// A paper of the mail cannot be made.
    #[error("the paper `{paper}` cannot be made: {reason}")]
    Paper {
        /// Which.
        paper: &'static str,
        /// Why not.
        reason: String,
    },
    /// The mail cannot be sorted.
    #[error("the mail cannot be sorted: {0}")]
    Mail(String),
    /// A message cannot be kept: a fault of this program.
    #[error("a message cannot be kept: {0}")]
    Message(String),
    /// A page cannot be shown as a picture.
    #[error("a page cannot be made a picture: {0}")]
    Picture(String),
}

impl EngineError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            EngineError::File(_) | EngineError::Interrupted => Some("run the same command again to go on from the last complete volume"),
            EngineError::OtherPlan(_) => Some("give another folder with `--out`, or remove this one"),
            EngineError::ForeignFolder { .. } => Some("give a new or empty folder with `--out`"),
            EngineError::InputChanged(_) => Some("nothing of the changed file was kept; run into a new folder once the file is complete"),
            EngineError::HoldLimit { .. } => Some("the records and reasons are in `held.ndjson`: mend the data, or raise `hold-limit` and run again"),
            EngineError::Serials(_) => {
                Some("a larger mailer identifier has fewer numbers: ask the post for a second one, or wait until those of earlier jobs have rested")
            }
            EngineError::Archive(_) => Some("mend that and run the same command again: nothing is composed anew"),
            EngineError::NoRows(_) => {
                Some("runs of jobs without `[archive]` write none; run the job again into an empty folder, the same inputs give the same files")
            }
            EngineError::LedgerIsThere(..) => {
                Some("`pressrun status --verify` tells whether it is whole; to rebuild it all the same, move it away first")
            }
            EngineError::Locked(_) => Some("wait for it, or give another folder with `--out`"),
            _ => None,
        }
    }
}

/// Paths in an output folder.
pub struct Folder<'f>(pub &'f Path);

impl Folder<'_> {
    /// The ledger.
    pub fn ledger(&self) -> PathBuf {
        self.0.join("ledger.sqlite")
    }
    /// A file by its path in the folder.
    pub fn file(&self, relative: &str) -> PathBuf {
        self.0.join(relative)
    }
    /// The path in the folder of a volume.
    pub fn volume_name(number: u32) -> String {
        format!("volumes/{:06}.pdf", number + 1)
    }
    /// The path in the folder of a file of messages beside a volume: `mbox`, or the channel and `ndjson`.
    pub fn messages_name(number: u32, extension: &str) -> String {
        format!("volumes/{:06}.{extension}", number + 1)
    }
    /// The path in the folder of a print file.
    pub fn print_name(number: u32) -> String {
        format!("print/{number:06}.pdf")
    }
}

/// The report of an output folder with the time of each stage; `None` if there is no job in it.
pub fn report_with_times(out: &Path) -> Result<Option<String>, LedgerError> {
    let ledger = Ledger::read(&Folder(out).ledger())?;
    ledger.map_or(Ok(None), |ledger| report::report(&ledger, &ledger.balance()?, true))
}

/// Runs a plan to the end, or to the next place from which it can be resumed.
pub fn run(plan: &Plan, options: &Options<'_>) -> Result<Summary, EngineError> {
    let folder = Folder(&options.out);
    let disk = &options.disk;
    refuse_foreign(plan, &options.out)?;
    disk.create_folder(&options.out)?;
    for name in ["volumes", "print"] {
        disk.create_inner_folder(&folder.file(name))?;
    }
    if plan.channels.as_ref().and_then(|channels| channels.email.as_ref()).is_some_and(|email| matches!(email.images, ImageLinks::Hosted { .. })) {
        disk.create_inner_folder(&folder.file(messages::IMAGES))?;
    }
    let Some(_lock) = FolderLock::acquire(&folder.file(".lock"))? else {
        return Err(EngineError::Locked(options.out.clone()));
    };
    let inputs = Inputs::open(plan)?;
    let mut ledger = Ledger::open(&folder.ledger(), disk)?;
    let state = begin(plan, &inputs, &mut ledger, options)?;
    if state == State::Closed {
        let balance = ledger.balance()?;
        // One that was killed just as it closed may have left a journal behind.
        ledger.close()?;
        enter_archive(plan, options, &archive::Written::new())?;
        return Ok(Summary { balance, was_closed: true, stages: Vec::new() });
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads).thread_name(|index| format!("compose-{index}")).build();
    let pool = pool.map_err(|error| FileError::new("start threads for", &options.out, std::io::Error::other(error)))?;
    let mut stages = Vec::new();
    let mut timed = |stage: Stage, ledger: &mut Ledger, run: &mut dyn FnMut(&mut Ledger) -> Result<(), EngineError>| -> Result<(), EngineError> {
        let start = Stopwatch::start();
        run(ledger)?;
        let milliseconds = start.milliseconds();
        ledger.note_stage(stage.name(), milliseconds)?;
        stages.push((stage.name(), milliseconds));
        Ok(())
    };
    let mut written = archive::Written::new();
    if state == State::Composing {
        let composed = timed(Stage::Compose, &mut ledger, &mut |ledger| {
            written = composing::compose(plan, &inputs, ledger, &pool, options)?;
            Ok(())
        });
        if let Err(EngineError::HoldLimit { limit, .. }) = composed {
            // Whoever has to mend the data wants to see what is wrong with it. The volumes that were in work are posted by now.
            held::write(plan, &inputs, &ledger, options)?;
            return Err(EngineError::HoldLimit { held: ledger.balance()?.held, limit });
        }
        composed?;
    }
    if options.until == Some(Stage::Compose) {
        held::write(plan, &inputs, &ledger, options)?;
        let balance = ledger.balance()?;
        ledger.close()?;
        return Ok(Summary { balance, was_closed: false, stages });
    }
    if state <= State::Composed {
        let mut order = None;
        timed(Stage::Sort, &mut ledger, &mut |ledger| {
            options.watch.stage(Stage::Sort, 0);
            order = Some(gather::gather(plan, ledger, &pool, options)?);
            Ok(())
        })?;
        let order = order.expect("sorted just now");
        timed(Stage::Assemble, &mut ledger, &mut |ledger| assemble::assemble(plan, &order, ledger, &pool, options))?;
    }
    let mut balance = None;
    timed(Stage::Close, &mut ledger, &mut |ledger| {
        options.watch.stage(Stage::Close, 0);
        balance = Some(close::close(plan, &inputs, ledger, options)?);
        Ok(())
    })?;
    let balance = balance.expect("the job was closed just now");
    ledger.close()?;
    let start = Stopwatch::start();
    // In the threads of the run: there are as many as were asked for, and their memory is at hand.
    if pool.install(|| enter_archive(plan, options, &written))? {
        stages.push(("archive", start.milliseconds()));
    }
    Ok(Summary { balance, was_closed: false, stages })
}

/// Takes a closed run into the archive of its job, if it has one.
fn enter_archive(plan: &Plan, options: &Options<'_>, written: &archive::Written) -> Result<bool, EngineError> {
    if !plan.archiving.is_declared {
        return Ok(false);
    }
    let failed = |error: archive::ArchiveError| match error {
        archive::ArchiveError::Engine(error) => error,
        other => EngineError::Archive(Box::new(other)),
    };
    let root = plan.archiving.folder.clone().unwrap_or_else(|| options.out.join("archive"));
    let key = plan.archiving.key.as_deref().map(archive::ArchiveKey::read).transpose().map_err(failed)?;
    let actor = archive::Actor { who: "pressrun".into(), time: time_of_day(), why: String::new() };
    archive::take_written(plan, &options.out, &root, key.as_ref(), &actor, written).map_err(failed)?;
    Ok(true)
}

/// Refuses a folder with files that this plan did not make but would overwrite. A folder that lost its ledger is known by its
/// frozen plan.
fn refuse_foreign(plan: &Plan, out: &Path) -> Result<(), EngineError> {
    let folder = Folder(out);
    let is_there = |path: &Path| Fingerprint::of(path).is_ok();
    let is_ours = || crate::base::file::read(&folder.file("plan/plan.json"), limits::PLAN_LIST_BYTES_MAX).is_ok_and(|list| plan.is_listed_in(&list));
    if is_there(&folder.ledger()) || is_ours() {
        return Ok(());
    }
    let holds_files = |name: &str| crate::base::file::list(&folder.file(name)).is_ok_and(|names| !names.is_empty());
    let foreign = close::FILES.iter().copied().find(|name| is_there(&folder.file(name)));
    match foreign.or_else(|| ["volumes", "print", "plan"].into_iter().find(|name| holds_files(name))) {
        Some(name) => Err(EngineError::ForeignFolder { folder: out.to_path_buf(), name }),
        None => Ok(()),
    }
}

/// Opens the books, or finds how far an earlier run of the same plan came.
fn begin(plan: &Plan, inputs: &Inputs, ledger: &mut Ledger, options: &Options<'_>) -> Result<State, EngineError> {
    let Some(job) = ledger.job()? else {
        let job = JobRow {
            plan: plan.hash,
            name: plan.settings.name.clone(),
            date: plan.settings.date.to_string(),
            program: PRODUCER.to_string(),
            state: State::Composing,
            records: None,
        };
        ledger.begin_job(&job, &inputs.rows(), &plan.media)?;
        files::keep_plan(plan, ledger, options)?;
        return Ok(State::Composing);
    };
    if job.plan != plan.hash {
        return Err(EngineError::OtherPlan(options.out.clone()));
    }
    let (before, now) = (ledger.inputs()?, inputs.rows());
    if let Some((_, changed)) = before.iter().zip(&now).find(|(before, now)| before.length != now.length || before.modified != now.modified) {
        // A copy, or a backup played back, has another time but the same records.
        let lengths = before.iter().map(|row| row.length).eq(now.iter().map(|row| row.length));
        if !lengths || !composing::is_same_data(plan, inputs, ledger)? {
            return Err(EngineError::InputChanged(PathBuf::from(&changed.path)));
        }
        ledger.replace_inputs(&now)?;
    }
    files::keep_plan(plan, ledger, options)?;
    repair(job.state, ledger, options)
}

/// Forgets what is no longer on the disk in full length, and gives the state from which it is made again.
fn repair(state: State, ledger: &mut Ledger, options: &Options<'_>) -> Result<State, EngineError> {
    let is_there = |file: &str, bytes: u64| presence::fault(&options.out, file, bytes).is_none();
    let mut back = state;
    for row in ledger.volumes()? {
        if row.file.as_ref().is_some_and(|file| !is_there(file, row.bytes)) {
            ledger.drop_volume(row.number)?;
            back = back.min(State::Composing);
        }
    }
    for row in ledger.message_files()? {
        if !is_there(&row.file, row.bytes) {
            // The messages of a volume are made with it.
            ledger.drop_volume(row.volume)?;
            back = back.min(State::Composing);
        }
    }
    for row in ledger.print_files()? {
        if !is_there(&row.file, row.bytes) {
            ledger.drop_print_file(row.number)?;
            back = back.min(State::Composed);
        }
    }
    for row in files::expected(ledger, state)?.iter().filter(|row| !is_there(&row.name, row.bytes)) {
        match files::print_file_of(&row.name) {
            // What goes to the press beside a print file is made with it.
            Some(number) => {
                ledger.drop_print_file(number)?;
                back = back.min(State::Composed);
            }
            // Pictures of e-mails are made with the volumes that show them; which these are, nobody has noted.
            None if row.name.starts_with(messages::IMAGES) => {
                for row in ledger.message_files()? {
                    ledger.drop_volume(row.volume)?;
                }
                back = back.min(State::Composing);
            }
            None => back = back.min(State::Printed),
        }
    }
    if back != state {
        ledger.set_state(back, None)?;
    }
    Ok(back)
}

fn stopped(options: &Options<'_>) -> bool {
    options.stop.load(Ordering::Relaxed)
}

/// The hash of a plan as people read it.
pub fn short(hash: Hash) -> String {
    hash.hex()[..12].to_string()
}
