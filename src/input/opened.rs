//! An input, compiled and opened.
//!
//! Takes a compiled mapping and the texts of files, gives ranges of records and the values of each. Must never know
//! which format it drives.

use std::borrow::Cow;
use std::ops::Range;

use bumpalo::Bump;

use super::cut::{Cutter, FileCutter, Part, RecordRange};
use super::{FileFault, Format, Head, InputFile, InputSpec, MappingFault, Piece, Reading, Unparsed};
use crate::base::code::{self, Code};
use crate::base::limits::RECORD_BYTES_MAX;
use crate::kit::expr::{Schema, Value};
use crate::model::record::Hold;

/// The input section of a job, compiled.
pub struct Input {
    reading: Box<dyn Reading>,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Input")
    }
}

/// A fault of an input file: the job cannot run with it.
#[derive(Clone, PartialEq, Debug)]
pub struct InputFault {
    /// The file, by its place in the input.
    pub file: usize,
    /// Whether it is the lines file that belongs to it.
    pub in_lines: bool,
    /// The line, from 1.
    pub line: usize,
    /// Its code.
    pub code: &'static Code,
    /// Lower case, no full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Input {
    /// Compiles the section for a format and the data contract of a layout, or finds every fault.
    pub fn compile(format: &dyn Format, spec: &InputSpec, schema: &Schema) -> Result<Input, Vec<MappingFault>> {
        Ok(Input { reading: format.compile(spec, schema)? })
    }

    /// Whether each file of records needs a file of lines.
    pub fn has_lines(&self) -> bool {
        self.reading.has_lines()
    }

    /// Opens files, in the order in which their records are numbered, or finds the faults of their heads.
    ///
    /// `lines` has one file for each of `files` if [`Input::has_lines`], and none otherwise.
    pub fn open<'d>(&'d self, files: &'d [InputFile<'d>], lines: &'d [InputFile<'d>]) -> Result<Opened<'d>, Vec<InputFault>> {
        assert!(lines.len() == if self.has_lines() { files.len() } else { 0 }, "lines files come in pairs with files of records");
        let mut opened = Opened { reading: &*self.reading, files, lines, heads: Vec::with_capacity(files.len()) };
        let mut faults = Vec::new();
        for (index, file) in files.iter().enumerate() {
            match self.reading.open(file.text(), lines.get(index).map(InputFile::text)) {
                Ok(head) => opened.heads.push(head),
                Err(found) => faults.extend(found.into_iter().map(|fault| opened.place(index, fault))),
            }
        }
        if faults.is_empty() { Ok(opened) } else { Err(faults) }
    }
}

/// The files of a job, opened. Shared by all workers.
pub struct Opened<'d> {
    reading: &'d dyn Reading,
    files: &'d [InputFile<'d>],
    lines: &'d [InputFile<'d>],
    heads: Vec<Head>,
}

impl<'d> Opened<'d> {
    /// A cutter at the first record.
    pub fn cutter(&'d self) -> Cutter<'d> {
        Cutter::new(self)
    }

    /// The records of a range, one by one, not yet parsed.
    pub fn raws(&'d self, range: &'d RecordRange) -> impl Iterator<Item = Raw<'d>> + 'd {
        let mut number = range.first;
        range.parts.iter().flat_map(move |part| self.part_pieces(part).map(move |piece| (part, piece))).map(move |(part, piece)| {
            number += 1;
            Raw { opened: self, number: number - 1, part, piece }
        })
    }

    /// Parses one record into the values of the contract, in the order of its fields.
    ///
    /// Everything the values borrow lives in the input, in the plan or in `arena`, which the caller resets between
    /// records.
    pub fn parse<'a>(&'a self, raw: &Raw<'a>, arena: &'a Bump) -> Result<&'a [Value<'a>], Hold> {
        if let Some(hold) = &raw.part.hold {
            return Err(hold.clone());
        }
        let size = raw.piece.bytes.len() + raw.piece.lines.len();
        if size > RECORD_BYTES_MAX {
            let reason = format!("the record has {size} bytes, more than the {RECORD_BYTES_MAX} a record may have");
            return Err(Hold::new(&code::RECORD_TOO_LARGE, reason));
        }
        self.reading
            .parse(Unparsed { text: raw.text(), lines: raw.lines_text(), head: &self.heads[raw.part.file], namespaces: &raw.part.namespaces }, arena)
    }

    /// The range of the single record with this number, from 0; `None` beyond the last record.
    pub fn find_record(&'d self, number: u64) -> Result<Option<RecordRange>, InputFault> {
        let mut cutter = self.cutter();
        let mut left = number;
        while left > 0 {
            match cutter.next(left, usize::MAX)? {
                Some(range) => left -= range.count,
                None => return Ok(None),
            }
        }
        cutter.next(1, usize::MAX)
    }

    /// How many files of records there are.
    pub(super) fn file_count(&self) -> usize {
        self.files.len()
    }

    /// The cutter of one file.
    pub(super) fn file_cutter(&'d self, file: usize) -> Box<dyn FileCutter + 'd> {
        self.reading.cutter(&self.heads[file], self.files[file].text(), self.lines_text(file))
    }

    /// Adds to a fault which file it is in, and on which line.
    #[cold]
    pub(super) fn place(&self, file: usize, fault: FileFault) -> InputFault {
        let text = if fault.in_lines { self.lines_text(file) } else { self.files[file].text() };
        let line = memchr::memchr_iter(b'\n', &text[..fault.offset.min(text.len())]).count() + 1;
        InputFault { file, in_lines: fault.in_lines, line, code: fault.code, message: fault.message, hint: fault.hint }
    }

    fn lines_text(&self, file: usize) -> &[u8] {
        self.lines.get(file).map_or(&[], InputFile::text)
    }

    fn part_pieces(&'d self, part: &'d Part) -> Box<dyn Iterator<Item = Piece> + 'd> {
        if part.hold.is_some() {
            return Box::new(std::iter::once(Piece { bytes: part.bytes.clone(), lines: part.lines.clone() }));
        }
        self.reading.pieces(&self.heads[part.file], self.files[part.file].text(), self.lines_text(part.file), part)
    }
}

/// One record, cut out but not parsed.
#[derive(Clone)]
pub struct Raw<'d> {
    /// Its number, from 0 over all files.
    pub number: u64,
    opened: &'d Opened<'d>,
    part: &'d Part,
    piece: Piece,
}

impl<'d> Raw<'d> {
    /// Its text in UTF-8, as the parser sees it.
    pub fn text(&self) -> &'d [u8] {
        &self.opened.files[self.part.file].text()[self.piece.bytes.clone()]
    }

    /// The bytes of the file it was cut from, as they were; with those of its lines behind, if it has any.
    pub fn original(&self) -> Cow<'d, [u8]> {
        let record = self.opened.files[self.part.file].original(self.piece.bytes.clone());
        match self.opened.lines.get(self.part.file) {
            Some(lines) if !self.piece.lines.is_empty() => {
                let lines = lines.original(self.piece.lines.clone());
                let line_end: &[u8] = if record.ends_with(b"\n") { b"" } else { b"\n" };
                Cow::Owned([record, line_end, lines].concat())
            }
            _ => Cow::Borrowed(record),
        }
    }

    /// The place of its file in the input.
    pub fn file(&self) -> usize {
        self.part.file
    }

    /// Where it is in its file, in bytes of the file as it was.
    pub fn original_range(&self) -> Range<usize> {
        self.opened.files[self.part.file].original_range(self.piece.bytes.clone())
    }

    /// Where the original bytes of its lines are in their file, if it has any.
    pub fn original_lines_range(&self) -> Option<Range<usize>> {
        let lines = self.opened.lines.get(self.part.file)?;
        (!self.piece.lines.is_empty()).then(|| lines.original_range(self.piece.lines.clone()))
    }

    /// The text of its lines; empty unless its input has a file of lines.
    pub fn lines_text(&self) -> &'d [u8] {
        &self.opened.lines_text(self.part.file)[self.piece.lines.clone()]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::input::testing::{mapped, read, schema};
    use crate::input::{FORMATS, InputSpec};

    #[test]
    fn formats_have_names_and_docs() {
        for (index, format) in FORMATS.iter().enumerate() {
            assert!(FORMATS[..index].iter().all(|other| other.name() != format.name()), "{}", format.name());
            assert!(format.doc().ends_with('.'), "{}", format.name());
        }
    }

    proptest! {
        // `read` cuts in several sizes and asserts that each record is parsed exactly once.
        #[test]
        fn any_bytes_end_in_records(bytes in proptest::collection::vec(any::<u8>(), 0..200), ascii in "[ -~\n]{0,200}") {
            for bytes in [&bytes, ascii.as_bytes()] {
                // A byte order mark of UTF-32 is a fault of the file, and not the point.
                prop_assume!(!bytes.starts_with(b"\xff\xfe") && !bytes.starts_with(&[0, 0]) && bytes.get(1) != Some(&0));
                read("ndjson", &InputSpec::default(), &schema("a:text?"), &[bytes], &[]);
                read("csv", &InputSpec::default(), &schema("a:text?"), &[&[b"a,b\n", bytes].concat()], &[]);
                let spec = InputSpec { record: Some("r".to_string()), ..mapped("a = b/@c") };
                read("xml", &spec, &schema("a:text?"), &[bytes], &[]);
                read("xml", &spec, &schema("a:text?"), &[&[b"<w><r>", bytes, b"</r><r/></w>"].concat()], &[]);
            }
        }
    }
}
