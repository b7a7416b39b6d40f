//! The rows of the ledger.
//!
//! Takes nothing, gives plain data. Must never know SQL.

use crate::base::hash::Hash;
use crate::model::mail::{MailFacts, Thickness, Weight};
use crate::model::page::Entry;
use crate::model::resources::Used;

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
    /// Whether it is printed; if not, it goes by other channels only.
    pub is_printed: bool,
    /// What it adds to the control totals, each `amount` or `amount CUR`; nothing where they are not read.
    pub totals: Vec<String>,
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
pub struct PlaceRow {
    /// The number of its mailpiece in the whole job, from 1.
    pub piece: u64,
    /// The document's record.
    pub record: u64,
    /// Its first page in the print file, from 1.
    pub print_page: u32,
}

/// A mailpiece: what goes into one envelope.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct PieceRow {
    /// Its number in the whole job, from 1.
    pub sequence: u64,
    /// Its documents.
    pub documents: u32,
    /// Its composed pages.
    pub pages: u32,
    /// Its sheets.
    pub sheets: u32,
    /// The tray it is in, from 1; 0: none.
    pub tray: u32,
    /// Its place in the tray, from 1; 0: none.
    pub position: u32,
    /// Its envelope among those of the job, from 1; 0: none.
    pub envelope: u8,
    /// Its inserts: bit n for the insert n of the job.
    pub inserts: u32,
    /// What it weighs, envelope included; 0: not known.
    pub weight: Weight,
    /// How thick it is, envelope included; 0: not known.
    pub thickness: Thickness,
    /// The category of its price; empty: none.
    pub category: String,
    /// Its price in millionths of the currency of its scheme.
    pub price: Option<i64>,
    /// Its number from the book of serial numbers; 0: none.
    pub serial: u64,
    /// Why it is not mailed by machine, if it is not.
    pub diverted: Option<String>,
}

/// A container of the post.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct TrayRow {
    /// Its number in the whole job, from 1.
    pub number: u32,
    /// The scheme of the job it belongs to, from 0.
    pub scheme: u16,
    /// The id of its level.
    pub level: String,
    /// The key that its pieces share.
    pub key: String,
    /// The id of its kind; empty: the scheme names none.
    pub container: String,
    /// Its first mailpiece.
    pub first_piece: u64,
    /// How many mailpieces.
    pub pieces: u32,
    /// What it weighs, container included.
    pub weight: Weight,
    /// How thick its pieces are together.
    pub thickness: Thickness,
    /// The postcode of its first piece.
    pub first_postcode: String,
    /// The postcode of its last piece.
    pub last_postcode: String,
    /// The category of the price of its pieces.
    pub category: String,
    /// The lines of its label.
    pub labels: Vec<String>,
    /// The pallet it stands on, from 1.
    pub pallet: Option<u32>,
}

/// What the mail knows of a document, and what its paper weighs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MailRow {
    /// Its record.
    pub record: u64,
    /// What the job settled of it.
    pub facts: MailFacts,
    /// What its sheets weigh.
    pub weight: Weight,
    /// How thick its sheets are together, not folded.
    pub thickness: Thickness,
}

/// What was decided about a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DecisionRow {
    /// Its record.
    pub record: u64,
    /// What kind of document it is.
    pub document_type: String,
    /// The rule that decided.
    pub rule: String,
    /// The version of the preference that was looked at.
    pub preference: Option<String>,
    /// The ways it takes.
    pub routes: Vec<RouteRow>,
}

/// A way that a document takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RouteRow {
    /// The name of the channel.
    pub channel: String,
    /// Where it goes there.
    pub recipient: String,
    /// The channel that was meant first, and why the document does not take it.
    pub instead_of: Option<(String, String)>,
}

/// A file of messages beside a volume.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MessageFileRow {
    /// The number of its volume.
    pub volume: u32,
    /// The name of the channel.
    pub channel: String,
    /// Its path in the output folder.
    pub file: String,
    /// How many messages are in it.
    pub messages: u32,
    /// Length of the file.
    pub bytes: u64,
    /// SHA-256 of the file.
    pub hash: Hash,
}

/// The message of a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MessageRow {
    /// Its record.
    pub record: u64,
    /// The name of the channel.
    pub channel: String,
    /// The volume beside which its file lies.
    pub volume: u32,
    /// Its first byte in the file.
    pub offset: u64,
    /// Its bytes in the file, as they are stored.
    pub length: u64,
    /// SHA-256 of the message as it is sent.
    pub hash: Hash,
    /// Its Message-ID without angle brackets, or what the gateway calls it.
    pub message_id: String,
}

/// A way of a document, with its message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChannelRow {
    /// What the job calls the document.
    pub id: String,
    /// What was decided about it, without its ways.
    pub decision: DecisionRow,
    /// The way.
    pub route: RouteRow,
    /// The message, if the channel has messages.
    pub message: Option<MessageRow>,
}

/// Documents of one channel and rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChannelCount {
    /// The name of the channel.
    pub channel: String,
    /// The rule that decided.
    pub rule: String,
    /// How many.
    pub documents: u64,
    /// How many of them were meant for another channel.
    pub instead: u64,
}

/// Pieces of one envelope and price category, or put aside for one reason.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PieceCount {
    /// Their envelope among those of the job, from 1; 0: none.
    pub envelope: u8,
    /// The category of their price; empty: none.
    pub category: String,
    /// Why they are put aside.
    pub diverted: Option<String>,
    /// How many.
    pub pieces: u64,
    /// Their sheets.
    pub sheets: u64,
    /// What they weigh together.
    pub weight: Weight,
    /// Their postage in millionths of the currency of the scheme, and how many of them have a price.
    pub postage: (i64, u64),
}

/// A record that is not mailed because a list says so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SuppressedRow {
    /// The record.
    pub record: u64,
    /// What its document would be called.
    pub id: String,
    /// The list.
    pub rule: String,
    /// Why its entries are on it.
    pub reason: String,
}

/// A document that goes, or might go, into the envelope of another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MergeRow {
    /// Its record.
    pub record: u64,
    /// The record of the document whose address is used.
    pub carrier: u64,
    /// The rule that found them alike.
    pub rule: String,
    /// How alike, in thousandths.
    pub score: u16,
    /// Whether they share an envelope; if not, it is only reported.
    pub is_united: bool,
}

/// A volume with everything that came of its records.
#[derive(Clone, Copy, Debug)]
pub struct VolumePost<'a> {
    /// The volume.
    pub volume: &'a VolumeRow,
    /// What its pages name.
    pub used: &'a Used,
    /// Its documents.
    pub documents: &'a [DocumentRow],
    /// Its records that are held.
    pub holds: &'a [HoldRow],
    /// What is to be looked at.
    pub remarks: &'a [RemarkRow],
    /// What became of slots.
    pub slots: &'a [SlotRow],
    /// What the mail knows of the documents: of all or of none.
    pub mail: &'a [MailRow],
    /// What was decided about its documents; nothing in a job without `[channels]`.
    pub decisions: &'a [DecisionRow],
    /// Its files of messages.
    pub message_files: &'a [MessageFileRow],
    /// The messages in them.
    pub messages: &'a [MessageRow],
    /// Its records that are suppressed.
    pub suppressed: &'a [SuppressedRow],
    /// What its documents are found by in the archive.
    pub archived: &'a [super::ArchiveKeyRow],
}
