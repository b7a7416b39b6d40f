//! The rows of the ledger.
//!
//! Takes nothing, gives plain data. Must never know SQL.

use crate::base::hash::Hash;
use crate::model::page::Entry;

/// How far a job is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum State {
    /// Volumes are being composed.
    Composing,
    /// Every record has a fate; print files are being assembled.
    Composed,
    /// Every document is in a print file; the books are being balanced.
    Printed,
    /// Balanced and reported. Nothing is left to do.
    Closed,
}

impl State {
    /// Every state, in order.
    pub const ALL: [State; 4] = [State::Composing, State::Composed, State::Printed, State::Closed];

    /// The word in the ledger.
    pub fn name(self) -> &'static str {
        match self {
            State::Composing => "composing",
            State::Composed => "composed",
            State::Printed => "printed",
            State::Closed => "closed",
        }
    }

    /// The state of a word.
    pub fn parse(name: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// The job of a ledger.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JobRow {
    /// The hash of its plan: its identity.
    pub plan: Hash,
    /// Its name.
    pub name: String,
    /// Its date, ISO 8601.
    pub date: String,
    /// The program that began it.
    pub program: String,
    /// How far it is.
    pub state: State,
    /// How many records its inputs hold; known once all are cut.
    pub records: Option<u64>,
}

/// An input file as it was when the job began.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InputRow {
    /// Its path as the job names it.
    pub path: String,
    /// Its length in bytes.
    pub length: u64,
    /// When it was modified, in nanoseconds since 1970.
    pub modified: String,
}

/// A committed volume.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VolumeRow {
    /// Its number, from 0.
    pub number: u32,
    /// The first record of its range.
    pub first_record: u64,
    /// Records in its range.
    pub records: u32,
    /// Documents in it.
    pub documents: u32,
    /// Pages in it.
    pub pages: u64,
    /// Length of the file.
    pub bytes: u64,
    /// SHA-256 of the file; `None` if every record was held and there is no file.
    pub hash: Option<Hash>,
    /// Path of the file in the output folder.
    pub file: Option<String>,
    /// SHA-256 of the input bytes it was made from.
    pub source: Hash,
}

/// A document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DocumentRow {
    /// What sorting and assembly know of it.
    pub entry: Entry,
    /// Sheets it takes in print.
    pub sheets: u32,
    /// The index of its layout in the job.
    pub layout: u16,
}

/// A record that was held.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HoldRow {
    /// The record.
    pub record: u64,
    /// The code of the reason.
    pub code: String,
    /// The reason.
    pub reason: String,
    /// The index of the input file its bytes are in.
    pub input: u32,
    /// First of its bytes there.
    pub offset: u64,
    /// How many bytes.
    pub length: u64,
    /// The index of the file its lines are in, the first of their bytes, and how many; if it has any.
    pub lines: Option<(u32, u64, u64)>,
}

/// A document that was composed, but not without doubt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RemarkRow {
    /// The record.
    pub record: u64,
    /// The code of the doubt.
    pub code: String,
    /// The doubt in words.
    pub reason: String,
}

/// What became of a slot of a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SlotRow {
    /// The record.
    pub record: u64,
    /// The slot.
    pub slot: String,
    /// The message in it.
    pub message: Option<String>,
    /// Messages for this record that could not be taken, and why not, in words.
    pub passed_over: String,
}

/// How often a slot was filled with a message, or left empty for a reason.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SlotCount {
    /// The slot.
    pub slot: String,
    /// The message in it.
    pub message: Option<String>,
    /// What was passed over, if nothing is in it.
    pub passed_over: String,
    /// How many documents.
    pub count: u64,
}

/// A committed print file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PrintFileRow {
    /// Its number, from 1.
    pub number: u32,
    /// Mail pieces in it.
    pub pieces: u32,
    /// Composed pages in it.
    pub pages: u64,
    /// Empty sides added so that each piece starts on a front.
    pub blanks: u64,
    /// Sheets of paper.
    pub sheets: u64,
    /// Length of the file.
    pub bytes: u64,
    /// SHA-256 of the file.
    pub hash: Hash,
    /// Path of the file in the output folder.
    pub file: String,
}

/// A file of the folder that is neither a volume nor a print file: of the frozen plan, or handed over with the print files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileRow {
    /// Its path in the output folder.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of the file.
    pub hash: Hash,
}

/// The place of a document in the mail stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PieceRow {
    /// Its number in the whole job, from 1.
    pub sequence: u64,
    /// The document's record.
    pub record: u64,
    /// Its first page in the print file, from 1.
    pub print_page: u32,
}
