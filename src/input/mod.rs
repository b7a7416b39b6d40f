//! Layer 3: customer data, cut into records and parsed into the values of the data contract.
//!
//! Takes the bytes of input files, the mapping section of a job and the data contract of its layout; gives ranges of
//! records, cut serially and cheaply, and the values of each record, parsed by any number of workers. Must never know
//! layouts, threads or the file system.
//!
//! ```text
//!  bytes ── InputFile::read ── Opened ── cutter ──► RecordRange ── raws ──► Raw ── parse ──► values | Hold
//!           (encoding)         (headers)  (serial)   (to a worker)  (one by one)  (in the worker's arena)
//! ```
//! One file per format, registered in [`FORMATS`]. A record that cannot be parsed is held; a file that would lose
//! records silently is a fault.

mod convert;
mod csv;
mod csv_header;
mod csv_join;
mod csv_rows;
mod cut;
mod encoding;
mod json;
mod json_plan;
mod json_text;
mod mapping;
mod ndjson;
mod opened;
#[cfg(test)]
mod testing;
mod xml;
mod xml_cut;
mod xml_markup;
mod xml_path;
mod xml_tree;

pub use cut::{Cutter, Part, RecordRange};
pub use encoding::{ENCODINGS, InputFile};
pub use mapping::{FieldSpec, MappingFault, MappingSpec};
pub use opened::{Input, InputFault, Opened, Raw};

use bumpalo::Bump;

use crate::kit::expr::{Schema, Value};
use crate::model::record::Hold;

/// Every input format, in the order of the manual.
pub const FORMATS: &[&dyn Format] = &[&ndjson::Ndjson, &csv::Csv, &xml::Xml];

/// The format with this name.
pub fn find_format(name: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.name() == name)
}

/// One input format.
pub trait Format: Sync {
    /// Its name in job files.
    fn name(&self) -> &'static str;
    /// What it is, which options it has; a paragraph of the manual.
    fn doc(&self) -> &'static str;
    /// Compiles options and mapping, or finds every fault in them.
    fn compile(&self, spec: &InputSpec, schema: &Schema) -> Result<Box<dyn Reading>, Vec<MappingFault>>;
}

/// The input section of a job, but for its files and their encoding. Options that a format does not have are faults.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct InputSpec {
    /// The mapping.
    pub map: MappingSpec,
    /// XML: the record element; `name`, `prefix:name`, or several as `Invoice | CreditNote`.
    pub record: Option<String>,
    /// CSV: the delimiter, one ASCII sign; `,` if absent. The word `tab` is understood.
    pub delimiter: Option<String>,
    /// CSV: the quote, one ASCII sign; `"` if absent, none if empty.
    pub quote: Option<String>,
    /// CSV: names of the columns, for files without a header row.
    pub columns: Option<Vec<String>>,
    /// CSV: a second file of lines for each file of records.
    pub lines: Option<LinesSpec>,
}

/// The second file of a CSV input: lines in the same order of the key as the records.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct LinesSpec {
    /// The list of the data contract that the lines fill.
    pub list: String,
    /// The key column of the records.
    pub key: String,
    /// The key column of the lines; the same name if absent.
    pub lines_key: Option<String>,
    /// Names of the columns, for files without a header row.
    pub columns: Option<Vec<String>>,
}

/// An input of one format, compiled: what [`Opened`] drives. Offsets are those of the UTF-8 text of a file.
pub trait Reading: Send + Sync {
    /// Whether each file of records has a file of lines.
    fn has_lines(&self) -> bool;
    /// Looks at the beginning of a file and its lines file, before anything is cut.
    fn open(&self, text: &[u8], lines: Option<&[u8]>) -> Result<Head, Vec<FileFault>>;
    /// Finds the record boundaries of one file.
    fn cutter<'d>(&'d self, head: &'d Head, text: &'d [u8], lines: &'d [u8]) -> Box<dyn cut::FileCutter + 'd>;
    /// The single records of a part of one file.
    fn pieces<'d>(&'d self, head: &'d Head, text: &'d [u8], lines: &'d [u8], part: &'d Part) -> Box<dyn Iterator<Item = Piece> + 'd>;
    /// Parses one record.
    fn parse<'a>(&'a self, given: Unparsed<'a>, arena: &'a Bump) -> Result<&'a [Value<'a>], Hold>;
}

/// What is known of a file before its first record.
#[derive(Debug)]
pub enum Head {
    /// Nothing.
    Plain,
    /// Where the columns of a CSV file and of its lines file are.
    Columns(Box<csv_header::Columns>),
}

/// One record of a part, not yet parsed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// Its bytes in the text of its file.
    pub bytes: std::ops::Range<usize>,
    /// Its bytes in the text of the lines file.
    pub lines: std::ops::Range<usize>,
}

/// What a parser gets to see of one record.
#[derive(Clone, Copy, Debug)]
pub struct Unparsed<'a> {
    /// The record, with its line end.
    pub text: &'a [u8],
    /// Its lines, if the format has a lines file.
    pub lines: &'a [u8],
    /// The head of its file.
    pub head: &'a Head,
    /// The XML namespaces declared around it.
    pub namespaces: &'a [(String, String)],
}

/// A fault of a file, found by a format; [`Opened`] adds which file.
#[derive(Clone, PartialEq, Debug)]
pub struct FileFault {
    /// Its code.
    pub code: &'static crate::base::code::Code,
    /// Whether it is in the lines file.
    pub in_lines: bool,
    /// Where, in the UTF-8 text.
    pub offset: usize,
    /// Lower case, no full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// The record as text, or the hold that names its first bad byte.
fn utf8(bytes: &[u8]) -> Result<&str, Hold> {
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let before = String::from_utf8_lossy(&bytes[at.saturating_sub(20)..at]).into_owned();
        let before = before.trim_start_matches('\u{fffd}');
        let reason = format!("byte {} of the record is no text in the encoding of the file, after `{}`", at + 1, convert::shorten(before));
        Hold::new(&crate::base::code::RECORD_ENCODING, reason)
    })
}

/// Faults for the options of other formats; `allowed` are those that this one has.
fn refuse_options(spec: &InputSpec, format: &str, allowed: &[&str]) -> Vec<MappingFault> {
    let given = [
        ("record", spec.record.is_some()),
        ("delimiter", spec.delimiter.is_some()),
        ("quote", spec.quote.is_some()),
        ("columns", spec.columns.is_some()),
        ("lines", spec.lines.is_some()),
        ("namespaces", !spec.map.namespaces.is_empty()),
    ];
    let refused = given.iter().filter(|(key, given)| *given && !allowed.contains(key));
    refused
        .map(|(key, _)| MappingFault::new("", key, 0..0, &crate::base::code::MAPPING_OPTION, format!("the format {format} has no option `{key}`")))
        .collect()
}
