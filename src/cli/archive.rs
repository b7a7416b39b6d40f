//! `pressrun archive`: what was kept is found, fetched, proved, held and let go.
//!
//! Takes arguments, gives what the engine did, as tables, CSV or JSON. Exit codes: 0 done, 1 something is damaged or nothing was found, 2 not done. Must
//! never decide what may go.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use super::archive_query::{Query, rows_text};
use super::{Outcome, fail, print};
use crate::base::code;
use crate::base::file::{self, Disk};
use crate::base::readable::{counted, grouped, size};
use crate::engine::archive::{self, Actor, ArchiveError, ArchiveKey, Reader};
use crate::engine::{night, time_of_day};
use crate::ledger::Ledger;

/// Find, fetch, prove, hold and let go of what was kept.
#[derive(Debug, Args)]
pub(super) struct Archive {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Take a closed run into an archive; of one that is there, add what happened since.
    Take(Take),
    /// Find documents by keys and words.
    Find(Find),
    /// Cut a document out of its volume as a PDF/A of its own, or fetch its messages as they were sent.
    Get(Get),
    /// Write all documents a query finds into a bag (RFC 8493).
    Export(Export),
    /// Write a proof that a document is what was archived, or that none of a run is missing.
    Proof(Proof),
    /// Read everything again and name what is damaged.
    Audit(Audit),
    /// Make, or replace, the key that signs the archive.
    Key(Key),
    /// Have the signed head of the archive stamped by a time stamp authority (RFC 3161).
    Stamp(super::archive_stamp::Stamp),
    /// Set, list or lift legal holds.
    Hold(Hold),
    /// Show which documents need be kept no longer, or let them go.
    Expire(Expire),
    /// Erase documents: of a person who asks for it.
    Erase(Erase),
    /// Show what was done to the archive: who, when, what, why.
    Log(Log),
}

/// Who asks, and why.
#[derive(Clone, Debug, Args)]
pub(super) struct Who {
    /// Who does it, for the log; the name of the user if absent.
    #[arg(long = "as", value_name = "NAME")]
    who: Option<String>,
    /// Why, for the log.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// When, ISO 8601; now if absent.
    #[arg(long, value_name = "TIME", hide = true)]
    at: Option<String>,
}

impl Who {
    pub(super) fn actor(&self) -> Actor {
        let user = || std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "unknown".into());
        Actor {
            who: self.who.clone().unwrap_or_else(user),
            time: self.at.clone().unwrap_or_else(time_of_day),
            why: self.reason.clone().unwrap_or_default(),
        }
    }

    /// For what nobody undoes: somebody must have said who and why.
    fn stated(&self) -> Result<Actor, ArchiveError> {
        match (&self.who, &self.reason) {
            (Some(_), Some(_)) => Ok(self.actor()),
            _ => Err(ArchiveError::Refused("say who does it with `--as` and why with `--reason`: both stay in the log".into())),
        }
    }
}

/// The key that signs heads.
#[derive(Clone, Debug, Args)]
pub(super) struct Signing {
    /// The key file that signs the new head of the log; that of the environment (`PRESSRUN_ARCHIVE_KEY`) if absent.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

impl Signing {
    pub(super) fn read(&self) -> Result<Option<ArchiveKey>, ArchiveError> {
        let file = self.key.clone().or_else(|| std::env::var_os("PRESSRUN_ARCHIVE_KEY").map(PathBuf::from));
        file.as_deref().map(ArchiveKey::read).transpose()
    }
}

/// Take a closed run into an archive.
#[derive(Debug, Args)]
struct Take {
    /// The output folder of the run.
    run: PathBuf,
    /// The folder of the archive; that of the job if absent.
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    #[command(flatten)]
    signing: Signing,
    #[command(flatten)]
    who: Who,
}

/// Find documents.
#[derive(Debug, Args)]
struct Find {
    /// The folder of the archive, or of a run that has its own.
    archive: PathBuf,
    #[command(flatten)]
    query: Query,
    /// Only so many.
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u64,
    /// Go on after the document of this number.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    after: u64,
    /// How they are shown.
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    #[command(flatten)]
    who: Who,
}

/// How documents are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Table,
    /// RFC 4180.
    Csv,
    /// One object a line.
    Json,
}

/// Fetch a document.
#[derive(Debug, Args)]
struct Get {
    /// The folder of the archive.
    archive: PathBuf,
    /// The id of the document.
    id: String,
    /// The run it is of, if several have it.
    #[arg(long, value_name = "RUN")]
    run: Option<String>,
    /// Where the file is written; with several, its name without the ending. Standard output if absent.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The e-mail as it was sent, in place of the pages.
    #[arg(long)]
    email: bool,
    /// The pages and every message.
    #[arg(long, requires = "output")]
    all_renditions: bool,
    #[command(flatten)]
    who: Who,
}

/// Write documents into a bag.
#[derive(Debug, Args)]
struct Export {
    /// The folder of the archive.
    archive: PathBuf,
    #[command(flatten)]
    query: Query,
    /// A new folder.
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// With a proof of each document.
    #[arg(long)]
    proofs: bool,
    #[command(flatten)]
    signing: Signing,
    #[command(flatten)]
    who: Who,
}

/// Write a proof.
#[derive(Debug, Args)]
struct Proof {
    /// The folder of the archive.
    archive: PathBuf,
    /// The id of the document.
    id: Option<String>,
    /// The run the document is of, or of which none is missing.
    #[arg(long, value_name = "RUN")]
    run: Option<String>,
    /// `KEY=VALUE`: prove that no document of the run with this value is missing.
    #[arg(long = "where", value_name = "KEY=VALUE", requires = "run", conflicts_with = "id")]
    complete: Option<String>,
    /// Where the document that the proof is about is written.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    signing: Signing,
    #[command(flatten)]
    who: Who,
}

/// Read everything again.
#[derive(Debug, Args)]
struct Audit {
    /// The folder of the archive.
    archive: PathBuf,
    /// Write one JSON object.
    #[arg(long)]
    json: bool,
    /// Threads; as many as the machine has if absent.
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
}

/// Make or replace the key.
#[derive(Debug, Args)]
struct Key {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// Make the first key of an archive; the public key is written beside it, with `.pub` at its end.
    New {
        /// The folder of the archive; it is made if there is none.
        archive: PathBuf,
        /// The new key file.
        file: PathBuf,
        #[command(flatten)]
        who: Who,
    },
    /// Make a key in place of the last one, which signs it.
    Roll {
        /// The folder of the archive.
        archive: PathBuf,
        /// The last key file.
        old: PathBuf,
        /// The new key file.
        file: PathBuf,
        #[command(flatten)]
        who: Who,
    },
}

/// Legal holds.
#[derive(Debug, Args)]
struct Hold {
    #[command(subcommand)]
    command: HoldCommand,
}

#[derive(Debug, Subcommand)]
#[allow(clippy::large_enum_variant)] // There is one in the life of the program.
enum HoldCommand {
    /// Keep what a query finds, whatever its retention says and whoever asks.
    Set {
        /// The folder of the archive.
        archive: PathBuf,
        /// The name of the hold.
        name: String,
        #[command(flatten)]
        query: Query,
        #[command(flatten)]
        who: Who,
    },
    /// List the holds.
    List {
        /// The folder of the archive.
        archive: PathBuf,
    },
    /// Lift a hold.
    Lift {
        /// The folder of the archive.
        archive: PathBuf,
        /// The name of the hold.
        name: String,
        #[command(flatten)]
        who: Who,
    },
}

/// Let go what need be kept no longer.
#[derive(Debug, Args)]
struct Expire {
    /// The folder of the archive.
    archive: PathBuf,
    /// Only show what would go.
    #[arg(long)]
    dry_run: bool,
    /// The day; today if absent.
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    #[command(flatten)]
    signing: Signing,
    #[command(flatten)]
    who: Who,
}

/// Erase documents.
#[derive(Debug, Args)]
struct Erase {
    /// The folder of the archive.
    archive: PathBuf,
    #[command(flatten)]
    query: Query,
    #[command(flatten)]
    signing: Signing,
    #[command(flatten)]
    who: Who,
}

/// Show the log.
#[derive(Debug, Args)]
struct Log {
    /// The folder of the archive.
    archive: PathBuf,
    /// Only so many of the last events.
    #[arg(long, value_name = "N", default_value_t = 40)]
    last: usize,
    /// The events as they stand in the log.
    #[arg(long)]
    json: bool,
}

impl Archive {
    pub(super) fn run(self) -> Outcome {
        let done = match self.command {
            Command::Take(command) => command.run(),
            Command::Find(command) => command.run(),
            Command::Get(command) => command.run(),
            Command::Export(command) => command.run(),
            Command::Proof(command) => command.run(),
            Command::Audit(command) => command.run(),
            Command::Key(command) => command.run(),
            Command::Stamp(command) => command.run(),
            Command::Hold(command) => command.run(),
            Command::Expire(command) => command.run(),
            Command::Erase(command) => command.run(),
            Command::Log(command) => command.run(),
        };
        done.unwrap_or_else(|error| refuse(&error))
    }
}

/// Tells why a command failed.
pub(super) fn refuse(error: &ArchiveError) -> Outcome {
    let (code, hint) = match error {
        ArchiveError::File(_) => (&code::WORLD_FILE, None),
        ArchiveError::Ledger(_) => (&code::WORLD_LEDGER, None),
        ArchiveError::Engine(error) => (super::run::code_of(error), error.hint().map(str::to_string)),
        ArchiveError::Damaged { .. } => (&code::ARCHIVE_DAMAGED, Some("`pressrun archive audit` names everything that is damaged".to_string())),
        ArchiveError::NoArchive(_) => (&code::ARCHIVE_NONE, Some("`pressrun archive take RUN` makes one of a closed run".to_string())),
        ArchiveError::Refused(_) => (&code::ARCHIVE_REFUSED, None),
        ArchiveError::Held { .. } => (&code::ARCHIVE_HELD, Some("`pressrun archive hold list ARCHIVE` shows who set it and why".to_string())),
        ArchiveError::Store { .. } => (&code::ARCHIVE_STORE, None),
    };
    fail(code, error.to_string(), hint)
}

impl Take {
    fn run(self) -> Result<Outcome, ArchiveError> {
        let ledger = Ledger::read(&self.run.join("ledger.sqlite"))?;
        let ledger = ledger.ok_or_else(|| ArchiveError::Refused(format!("there is no job in `{}`", self.run.display())))?;
        let plan = night::plan_of(&self.run, &ledger).map_err(|error| ArchiveError::Refused(error.to_string()))?;
        drop(ledger);
        let root = self.into.clone().or_else(|| plan.archiving.folder.clone()).unwrap_or_else(|| self.run.join("archive"));
        let taken = archive::take(&plan, &self.run, &root, self.signing.read()?.as_ref(), &self.who.actor())?;
        let what = if taken.was_there { "is in the archive" } else { "taken" };
        let mut text = format!("{}: {what}, {} in {}\n", taken.run, counted(taken.documents, "document"), counted(taken.volumes, "volume"));
        if taken.events > 0 {
            text.push_str(&format!("{} added to the log\n", counted(taken.events, "later event")));
        }
        print(&text);
        Ok(Outcome::Done)
    }
}

impl Find {
    fn run(self) -> Result<Outcome, ArchiveError> {
        let root = archive::root_of(&self.archive);
        let mut query = self.query.read()?;
        (query.limit, query.after) = (self.limit, self.after);
        let found = archive::find(&root, &query, &self.who.actor())?;
        print(&rows_text(&found.rows, self.format));
        if let Some(next) = found.next
            && self.format == Format::Table
        {
            print(&format!("there may be more: go on with `--after {next}`\n"));
        }
        Ok(if found.rows.is_empty() { Outcome::Held } else { Outcome::Done })
    }
}

impl Get {
    fn run(self) -> Result<Outcome, ArchiveError> {
        let root = archive::root_of(&self.archive);
        let mut reader = Reader::open(&root)?;
        let row = reader.document(&self.id, self.run.as_deref())?;
        let mut files: Vec<(String, Vec<u8>)> = Vec::new();
        if !self.email || self.all_renditions {
            files.push(("pdf".into(), reader.pdf(&row)?));
        }
        if self.email || self.all_renditions {
            let messages = reader.messages(&row)?.into_iter().filter(|(channel, _)| self.all_renditions || channel == "email");
            files.extend(messages.map(|(channel, bytes)| (archive::ending(&channel).to_string(), bytes)));
        }
        if files.is_empty() {
            return Err(ArchiveError::Refused(format!("no e-mail was made of `{}`", self.id)));
        }
        archive::note(&root, "viewed", &[row], &self.who.actor())?;
        for (ending, bytes) in files {
            match &self.output {
                Some(path) if self.all_renditions => write(&path.with_extension(ending), &bytes)?,
                Some(path) => write(path, &bytes)?,
                None => {
                    use std::io::Write;
                    // A reader that has gone is no fault.
                    let _ = std::io::stdout().lock().write_all(&bytes);
                }
            }
        }
        Ok(Outcome::Done)
    }
}

/// Writes a file, whole.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), ArchiveError> {
    Ok(Disk::real().commit(path, bytes)?)
}

impl Export {
    fn run(self) -> Result<Outcome, ArchiveError> {
        let root = archive::root_of(&self.archive);
        let exported = archive::export(&root, &self.query.read()?, &self.output, self.proofs, self.signing.read()?.as_ref(), &self.who.actor())?;
        print(&format!(
            "{}: {} in {}, {}\n",
            self.output.display(),
            counted(exported.documents, "document"),
            counted(exported.files, "file"),
            size(exported.bytes)
        ));
        Ok(if exported.documents == 0 { Outcome::Held } else { Outcome::Done })
    }
}

impl Proof {
    fn run(self) -> Result<Outcome, ArchiveError> {
        let root = archive::root_of(&self.archive);
        let (key, actor) = (self.signing.read()?, self.who.actor());
        let mut reader = Reader::open(&root)?;
        let proof = match (&self.id, &self.run, &self.complete) {
            (None, Some(run), Some(complete)) => {
                let (name, value) = complete.split_once('=').ok_or_else(|| ArchiveError::Refused("write `--where KEY=VALUE`".into()))?;
                archive::prove_complete(&reader, &root, (run, name, value), key.as_ref(), &actor)?
            }
            (Some(id), run, None) => {
                let row = reader.document(id, run.as_deref())?;
                let (file, proof) = archive::prove(&mut reader, &root, &row, key.as_ref(), &actor)?;
                if let Some(path) = &self.output {
                    write(path, &file)?;
                }
                proof
            }
            _ => return Err(ArchiveError::Refused("say the id of a document, or `--run RUN --where KEY=VALUE`".into())),
        };
        print(&String::from_utf8_lossy(&archive::proof_bytes(&proof)));
        Ok(Outcome::Done)
    }
}

impl Audit {
    fn run(self) -> Result<Outcome, ArchiveError> {
        let audited = archive::audit(&archive::root_of(&self.archive), self.threads)?;
        if self.json {
            let fault = |fault: &archive::AuditFault| serde_json::json!({ "file": fault.file, "from": fault.range.map(|range| range.0), "to": fault.range.map(|range| range.1), "documents": fault.documents, "what": fault.what });
            let faults: Vec<_> = audited.faults.iter().map(fault).collect();
            let value = serde_json::json!({
                "absent": audited.absent, "bytes": audited.bytes, "documents": audited.documents, "events": audited.events, "faults": faults, "files": audited.files, "heads": audited.heads,
            });
            print(&format!("{value}\n"));
        } else {
            let mut text = format!(
                "{} in {}, {}, {}, {}\n",
                size(audited.bytes),
                counted(audited.files, "file"),
                counted(audited.documents, "document"),
                counted(audited.events, "event"),
                counted(audited.heads, "signed head")
            );
            for absent in &audited.absent {
                text.push_str(&format!("  not there any more, and not needed: {absent}\n"));
            }
            for fault in &audited.faults {
                let range = fault.range.map_or(String::new(), |(from, to)| format!(", bytes {} to {}", grouped(from), grouped(to - 1)));
                text.push_str(&format!("  damaged: {}{range}: {}", fault.file, fault.what));
                match fault.documents.as_slice() {
                    [] => {}
                    few if few.len() <= 10 => text.push_str(&format!("; documents {}", few.join(", "))),
                    many => text.push_str(&format!("; documents {} and {} more", many[..10].join(", "), many.len() - 10)),
                }
                text.push('\n');
            }
            text.push_str(if audited.faults.is_empty() { "everything is as it was written ✓\n" } else { "" });
            print(&text);
        }
        Ok(if audited.faults.is_empty() { Outcome::Done } else { Outcome::Held })
    }
}

impl Key {
    fn run(self) -> Result<Outcome, ArchiveError> {
        let (id, file) = match self.command {
            KeyCommand::New { archive, file, who } => (archive::new_key(&archive::root_of(&archive), &file, &who.actor())?, file),
            KeyCommand::Roll { archive, old, file, who } => (archive::roll_over(&archive::root_of(&archive), &old, &file, &who.actor())?, file),
        };
        print(&format!("key {id}: keep {} secret and safe, give {}.pub to whoever checks proofs\n", file.display(), file.display()));
        Ok(Outcome::Done)
    }
}

impl Hold {
    fn run(self) -> Result<Outcome, ArchiveError> {
        match self.command {
            HoldCommand::Set { archive, name, query, who } => {
                let documents = archive::set_hold(&archive::root_of(&archive), &name, &query.read()?, &who.stated()?)?;
                print(&format!("hold `{name}` set: {} now\n", counted(documents, "document")));
            }
            HoldCommand::List { archive } => {
                for (hold, documents) in archive::list_holds(&archive::root_of(&archive))? {
                    print(&format!(
                        "{}  {}, set {} by {}: {}\n    {}\n",
                        hold.name,
                        counted(documents, "document"),
                        hold.since,
                        hold.who,
                        hold.why,
                        hold.query
                    ));
                }
            }
            HoldCommand::Lift { archive, name, who } => {
                archive::lift_hold(&archive::root_of(&archive), &name, &who.stated()?)?;
                print(&format!("hold `{name}` lifted\n"));
            }
        }
        Ok(Outcome::Done)
    }
}

impl Expire {
    fn run(self) -> Result<Outcome, ArchiveError> {
        let actor = if self.dry_run { self.who.actor() } else { self.who.stated()? };
        let day = self.on.clone().unwrap_or_else(|| time_of_day()[..10].to_string());
        if crate::base::date::Date::parse_iso(&day).is_none() {
            return Err(ArchiveError::Refused(format!("`{day}` is no date; write 2036-12-31")));
        }
        // Both are ISO 8601, which sorts by time.
        if !self.dry_run && day.as_str() > &time_of_day()[..10] {
            return Err(ArchiveError::Refused(format!("`{day}` is still to come: with `--dry-run` is shown what would go then")));
        }
        let expired = archive::expire(&archive::root_of(&self.archive), &day, self.dry_run, self.signing.read()?.as_ref(), &actor)?;
        let verb = if self.dry_run { "would go" } else { "are gone" };
        print(&format!("{} {verb} on {day}, {} kept by holds\n", counted(expired.rows.len() as u64, "document"), grouped(expired.kept_by_hold)));
        if self.dry_run {
            print(&rows_text(&expired.rows, Format::Table));
        }
        Ok(Outcome::Done)
    }
}

impl Erase {
    fn run(self) -> Result<Outcome, ArchiveError> {
        let query = self.query.read()?;
        if query.conditions.is_empty() && query.text.is_none() {
            return Err(ArchiveError::Refused("say which documents: without a condition, all would go".into()));
        }
        let erased = archive::erase(&archive::root_of(&self.archive), &query, self.signing.read()?.as_ref(), &self.who.stated()?)?;
        let mut text = format!(
            "{} erased in {}, {} written over\n",
            counted(erased.documents, "document"),
            counted(erased.volumes, "volume"),
            size(erased.bytes)
        );
        for folder in &erased.elsewhere {
            text.push_str(&format!("  print files and lists of the run may still hold them: {folder}\n"));
        }
        for folder in &erased.left_alone {
            text.push_str(&format!(
                "  not known as the folder of the run any more, so nothing in it was changed; it may still hold them: {folder}\n"
            ));
        }
        print(&text);
        Ok(if erased.documents == 0 { Outcome::Held } else { Outcome::Done })
    }
}

impl Log {
    fn run(self) -> Result<Outcome, ArchiveError> {
        let root = archive::root_of(&self.archive);
        let map = file::Mapped::open(&root.join(archive::LOG)).map_err(|_| ArchiveError::NoArchive(root.clone()))?;
        let text = String::from_utf8_lossy(&map);
        let lines: Vec<&str> = text.lines().collect();
        for line in &lines[lines.len().saturating_sub(self.last)..] {
            let Some((_, event)) = line.split_once(' ') else { continue };
            if self.json {
                print(&format!("{event}\n"));
                continue;
            }
            let event: serde_json::Value = serde_json::from_str(event).unwrap_or_default();
            let word = |name: &str| event[name].as_str().unwrap_or_default().to_string();
            let detail = match event["action"].as_str() {
                Some("searched") => event["query"].to_string(),
                Some("viewed" | "exported") => counted(event["documents"].as_array().map_or(0, Vec::len) as u64, "document"),
                Some("volume") => format!("{} volume {}", word("run"), event["volume"]),
                _ => ["run", "hold", "key", "day"].iter().map(|name| word(name)).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "),
            };
            // A value of JSON knows no width.
            let number = event["seq"].as_u64().unwrap_or_default();
            let line = format!("{number:>6}  {}  {:<12} {:<16} {detail}{}", word("time"), word("who"), word("action"), with_reason(&word("why")));
            print(&format!("{}\n", line.trim_end()));
        }
        Ok(Outcome::Done)
    }
}

fn with_reason(why: &str) -> String {
    if why.is_empty() { String::new() } else { format!(" ({why})") }
}
