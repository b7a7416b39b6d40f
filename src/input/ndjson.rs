//! NDJSON: one JSON object per line.
//!
//! Takes text, gives lines and the values in them. A line end is a record end whatever stands before it, because JSON
//! texts cannot contain one: so a broken record never touches its neighbours. Must never know what a field means.

use bumpalo::Bump;

use super::cut::{FileCutter, Part};
use super::json_plan::{JsonPaths, Scope};
use super::mapping::{self, MappingFault};
use super::{FileFault, Format, Head, InputSpec, Piece, Reading, Unparsed, json};
use crate::kit::expr::{Schema, Value};
use crate::model::record::Hold;

/// The format.
pub(super) struct Ndjson;

impl Format for Ndjson {
    fn name(&self) -> &'static str {
        "ndjson"
    }

    fn doc(&self) -> &'static str {
        "One JSON object per line (also known as JSON Lines). Blank lines are skipped, lines may end in CR LF. Paths are `customer.name`, \
         `addresses[0].city`, `'odd key'.x`; alternatives follow after `|`; in list rows `/currency` starts from the record. Numbers are read \
         from their digits, never through a float, and may also be written as texts. A key that the mapping wants and that \
         occurs twice in an object holds the record."
    }

    fn compile(&self, spec: &InputSpec, schema: &Schema) -> Result<Box<dyn Reading>, Vec<MappingFault>> {
        let mut faults = super::refuse_options(spec, self.name(), &[]);
        let plan = mapping::compile(&spec.map, schema, &JsonPaths, &mut faults);
        if faults.is_empty() { Ok(Box::new(Compiled { scope: super::json_plan::build(plan) })) } else { Err(faults) }
    }
}

struct Compiled {
    scope: Scope,
}

impl Reading for Compiled {
    fn has_lines(&self) -> bool {
        false
    }

    fn open(&self, _: &[u8], _: Option<&[u8]>) -> Result<Head, Vec<FileFault>> {
        Ok(Head::Plain)
    }

    fn cutter<'d>(&'d self, _: &'d Head, text: &'d [u8], _: &'d [u8]) -> Box<dyn FileCutter + 'd> {
        Box::new(LineCutter { text, at: 0 })
    }

    fn pieces<'d>(&'d self, _: &'d Head, text: &'d [u8], _: &'d [u8], part: &'d Part) -> Box<dyn Iterator<Item = Piece> + 'd> {
        let mut at = part.bytes.start;
        let end = part.bytes.end;
        Box::new(std::iter::from_fn(move || {
            while at < end {
                let start = at;
                at = line_end(text, at).min(end);
                if !is_blank(&text[start..at]) {
                    return Some(Piece { bytes: start..at, lines: 0..0 });
                }
            }
            None
        }))
    }

    fn parse<'a>(&'a self, given: Unparsed<'a>, arena: &'a Bump) -> Result<&'a [Value<'a>], Hold> {
        json::read_record(super::utf8(given.text)?, &self.scope, arena).map_err(|hold| *hold)
    }
}

struct LineCutter<'d> {
    text: &'d [u8],
    at: usize,
}

impl FileCutter for LineCutter<'_> {
    fn next(&mut self, records_max: u64, bytes_max: usize) -> Result<Option<Part>, FileFault> {
        let start = self.at;
        let mut count = 0;
        while self.at < self.text.len() && count < records_max && (count == 0 || self.at - start < bytes_max) {
            let end = line_end(self.text, self.at);
            count += u64::from(!is_blank(&self.text[self.at..end]));
            self.at = end;
        }
        Ok((count > 0).then(|| Part { bytes: start..self.at, count, ..Part::default() }))
    }
}

/// The offset behind the line that starts at `at`.
#[inline]
fn line_end(text: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |length| at + length + 1)
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::InputFile;
    use crate::input::testing::{read, schema};
    use proptest::prelude::*;

    #[track_caller]
    fn check(files: &[&[u8]], expected: &[&str]) {
        let found = read("ndjson", &InputSpec::default(), &schema("a:text"), files, &[]);
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{found}");
        }
    }

    #[test]
    fn one_record_a_line() {
        check(&[b"{\"a\":\"1\"}\n{\"a\":\"2\"}\r\n\n  \r\n{\"a\":\"3\"}"], &["'1'", "'2'", "'3'"]);
        check(&[b""], &[]);
        check(&[b"\n\n"], &[]);
        check(&[b"\xef\xbb\xbf{\"a\":\"1\"}"], &["'1'"]);
    }

    #[test]
    fn files_are_numbered_on() {
        check(&[b"{\"a\":\"1\"}", b"", b"\n", b"{\"a\":\"2\"}\n{\"a\":\"3\"}\n"], &["'1'", "'2'", "'3'"]);
    }

    #[test]
    fn a_broken_record_holds_only_itself() {
        check(
            &[b"{\"a\":\"1\"}\n{\"a\":\"\xff\"}\n{\"a\":\"3\"}\n{\"a\":\"4"],
            &["'1'", "R0302: byte 7", "'3'", "R0301: the record ends in the middle"],
        );
        check(&[b"{\"a\":\"1\"\n{\"a\":\"2\"}\n"], &["R0301", "'2'"]);
    }

    #[test]
    fn a_record_may_not_be_too_large() {
        let mut large = b"{\"a\":\"".to_vec();
        large.resize(crate::base::limits::RECORD_BYTES_MAX, b'x');
        large.extend(b"\"}\n{\"a\":\"2\"}\n");
        check(&[&large], &["R0303", "'2'"]);
    }

    #[test]
    fn utf16_is_read_and_held_as_it_was() {
        let bytes: Vec<u8> = "\u{feff}{\"a\":\"é\"}\n{\"a\":1,}\n{\"a\":\"3\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        check(&[&bytes], &["'é'", "R0301", "'3'"]);
        let files = [InputFile::read(&bytes, None).expect("an encoding")];
        let input = super::super::Input::compile(&Ndjson, &InputSpec::default(), &schema("a:text")).expect("a mapping");
        let opened = input.open(&files, &[]).expect("a file");
        let range = opened.find_record(1).expect("no fault").expect("a record");
        let raw = opened.raws(&range).next().expect("a record");
        let expected: Vec<u8> = "{\"a\":1,}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(*raw.original(), expected);
        assert_eq!(raw.original_range(), 22..40);
    }

    #[test]
    fn options_of_other_formats_are_faults() {
        let spec = InputSpec { delimiter: Some(";".to_string()), record: Some("x".to_string()), ..InputSpec::default() };
        let faults = Ndjson.compile(&spec, &schema("a:text")).err().expect("faults");
        assert_eq!(faults.iter().map(|fault| fault.key).collect::<Vec<_>>(), ["record", "delimiter"]);
    }

    proptest! {
        #[test]
        fn ranges_cover_the_file(text in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b' '), Just(b'{'), Just(b'x')], 0..60), records in 1u64..5, bytes in 1usize..30) {
            let mut cutter = LineCutter { text: &text, at: 0 };
            let mut at = 0;
            let mut count = 0;
            while let Some(part) = cutter.next(records, bytes).expect("no fault") {
                prop_assert_eq!(part.bytes.start, at);
                at = part.bytes.end;
                count += part.count;
            }
            prop_assert!(is_blank(&text[at..]));
            let lines = text.split(|b| *b == b'\n').filter(|line| !is_blank(line)).count();
            prop_assert_eq!(count, lines as u64);
        }
    }
}
