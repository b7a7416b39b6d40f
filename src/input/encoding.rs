//! From the bytes of a file to UTF-8.
//!
//! Takes the bytes of a file and what the job says about them, gives text that every format can read, and the way back
//! to the original bytes. Must never know the format, but for the XML declaration, which names an encoding.
//!
//! UTF-8 stays where it is, not copied and not even checked: whether it is valid is seen record by record, so that one
//! bad byte holds one record. Everything else is converted as a whole, which costs memory: 1 to 3 bytes for each byte of a
//! single-byte encoding, and as much as the file or half of it for UTF-16. What has no meaning in its encoding becomes
//! the byte 0xFF, which is never valid, so that its record is held and not repaired.

use std::borrow::Cow;
use std::ops::Range;

use encoding_rs::{DecoderResult, Encoding};

use super::InputFault;
use crate::base::code;

/// The encodings a job may declare, with their aliases in the WHATWG Encoding Standard; any other single-byte encoding of
/// that standard is read as well.
pub const ENCODINGS: &[&str] = &["utf-8", "utf-16", "utf-16le", "utf-16be", "windows-1252", "iso-8859-15", "iso-8859-1"];

/// Converted bytes between two marks of the way back.
const STEP: usize = 4096;

/// One input file as text.
#[derive(Debug)]
pub struct InputFile<'d> {
    original: &'d [u8],
    text: Cow<'d, [u8]>,
    way_back: WayBack,
}

#[derive(Debug)]
enum WayBack {
    /// UTF-8: the text is the file without its byte order mark.
    Skip(usize),
    /// One byte for each character; marks of (text offset, file offset).
    Characters(Vec<(usize, usize)>),
    /// Two bytes for each UTF-16 code unit.
    Units(Vec<(usize, usize)>),
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Found {
    Utf8,
    Utf16 { big: bool },
    SingleByte(&'static Encoding),
}

impl<'d> InputFile<'d> {
    /// Reads a file. A byte order mark decides its encoding, then `declared`, then an XML declaration, then UTF-8.
    pub fn read(bytes: &'d [u8], declared: Option<&str>) -> Result<InputFile<'d>, InputFault> {
        let (found, mark) = detect(bytes, declared).map_err(|message| InputFault {
            file: 0,
            in_lines: false,
            line: 1,
            code: &code::INPUT_ENCODING,
            message,
            hint: Some(format!("convert the file, or declare one of {}", ENCODINGS.join(", "))),
        })?;
        let (text, way_back) = match found {
            Found::Utf8 => (Cow::Borrowed(&bytes[mark..]), WayBack::Skip(mark)),
            Found::Utf16 { big } => {
                let (text, marks) = decode_utf16(bytes, mark, big);
                (Cow::Owned(text), WayBack::Units(marks))
            }
            Found::SingleByte(encoding) => {
                let (text, marks) = decode_single_byte(bytes, encoding);
                (Cow::Owned(text), WayBack::Characters(marks))
            }
        };
        Ok(InputFile { original: bytes, text, way_back })
    }

    /// The text in UTF-8, as far as it is valid.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// The bytes of the file that a range of the text came from.
    pub fn original(&self, range: Range<usize>) -> &'d [u8] {
        &self.original[self.original_range(range)]
    }

    /// The range of the file that a range of the text came from.
    pub fn original_range(&self, range: Range<usize>) -> Range<usize> {
        let place = |offset: usize| match &self.way_back {
            WayBack::Skip(mark) => offset + mark,
            WayBack::Characters(marks) => self.walk_back(marks, offset, 1, false),
            WayBack::Units(marks) => self.walk_back(marks, offset, 2, true),
        };
        // A file of UTF-16 may end in half a unit; it belongs to the last record.
        let end = if range.end == self.text.len() { self.original.len() } else { place(range.end) };
        place(range.start)..end
    }

    fn walk_back(&self, marks: &[(usize, usize)], offset: usize, unit: usize, pairs: bool) -> usize {
        let mark = marks.partition_point(|(text, _)| *text <= offset) - 1;
        let (text_at, file_at) = marks[mark];
        let units: usize = self.text[text_at..offset].iter().map(|byte| units_of(*byte, pairs)).sum();
        file_at + units * unit
    }
}

/// Units that a character takes in the file, counted at its first byte.
fn units_of(byte: u8, pairs: bool) -> usize {
    match byte {
        0x80..=0xbf => 0,
        0xf0..=0xf7 if pairs => 2,
        _ => 1,
    }
}

fn detect(bytes: &[u8], declared: Option<&str>) -> Result<(Found, usize), String> {
    let utf32 = "the file is in UTF-32, which is not supported".to_string();
    match bytes {
        [0xef, 0xbb, 0xbf, ..] => return Ok((Found::Utf8, 3)),
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => return Err(utf32),
        [0xff, 0xfe, ..] => return Ok((Found::Utf16 { big: false }, 2)),
        [0xfe, 0xff, ..] => return Ok((Found::Utf16 { big: true }, 2)),
        _ => {}
    }
    let looks_wide = match bytes {
        [1..=255, 0, 0, 0, ..] | [0, 0, 0, 1..=255, ..] if declared.is_none() => return Err(utf32),
        [1..=255, 0, ..] => Some(Found::Utf16 { big: false }),
        [0, 1..=255, ..] => Some(Found::Utf16 { big: true }),
        _ => None,
    };
    if let Some(name) = declared {
        return match named(name) {
            Some(Found::Utf16 { .. }) if name.trim().eq_ignore_ascii_case("utf-16") => Ok((looks_wide.unwrap_or(Found::Utf16 { big: false }), 0)),
            Some(found) => Ok((found, 0)),
            None => Err(format!("the encoding `{name}` is not supported")),
        };
    }
    if let Some(found) = looks_wide {
        return Ok((found, 0));
    }
    match xml_declared(bytes) {
        // Whoever can read the declaration byte by byte does not read UTF-16: a transfer converted the file and left it.
        Some(name) => match named(&name) {
            Some(Found::Utf16 { .. } | Found::Utf8) => Ok((Found::Utf8, 0)),
            Some(found) => Ok((found, 0)),
            None => Err(format!("the XML declaration names the encoding `{name}`, which is not supported")),
        },
        None => Ok((Found::Utf8, 0)),
    }
}

fn named(name: &str) -> Option<Found> {
    let name = name.trim();
    // The WHATWG list reads US-ASCII as Windows-1252; bytes beyond ASCII in such a file are a fault to be seen.
    if name.eq_ignore_ascii_case("us-ascii") || name.eq_ignore_ascii_case("ascii") {
        return Some(Found::Utf8);
    }
    let encoding = Encoding::for_label(name.as_bytes())?;
    if encoding == encoding_rs::UTF_8 {
        Some(Found::Utf8)
    } else if encoding == encoding_rs::UTF_16LE || encoding == encoding_rs::UTF_16BE {
        Some(Found::Utf16 { big: encoding == encoding_rs::UTF_16BE })
    } else {
        encoding.is_single_byte().then_some(Found::SingleByte(encoding))
    }
}

/// The encoding in an XML declaration (XML 1.0, 4.3.3).
fn xml_declared(bytes: &[u8]) -> Option<String> {
    let head = &bytes[..bytes.len().min(512)];
    let head = head.strip_prefix(b"<?xml")?;
    let end = head.windows(2).position(|pair| pair == b"?>")?;
    let head = &head[..end];
    let at = head.windows(8).position(|word| word == b"encoding")? + 8;
    let rest = head[at..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let quote = *rest.first().filter(|quote| matches!(quote, b'"' | b'\''))?;
    let length = rest[1..].iter().position(|b| *b == quote)?;
    String::from_utf8(rest[1..=length].to_vec()).ok()
}

fn decode_single_byte(bytes: &[u8], encoding: &'static Encoding) -> (Vec<u8>, Vec<(usize, usize)>) {
    let mut text = Vec::with_capacity(bytes.len() + bytes.len() / 8);
    let mut marks = vec![(0, 0)];
    let mut buffer = vec![0; STEP * 3];
    for (index, chunk) in bytes.chunks(STEP).enumerate() {
        if index > 0 {
            marks.push((text.len(), index * STEP));
        }
        let mut decoder = encoding.new_decoder_without_bom_handling();
        let mut rest = chunk;
        loop {
            let (result, read, written) = decoder.decode_to_utf8_without_replacement(rest, &mut buffer, true);
            text.extend_from_slice(&buffer[..written]);
            rest = &rest[read..];
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::Malformed(..) => {
                    text.push(0xff);
                    decoder = encoding.new_decoder_without_bom_handling();
                }
                DecoderResult::OutputFull => {}
            }
        }
    }
    (text, marks)
}

fn decode_utf16(bytes: &[u8], mark: usize, big: bool) -> (Vec<u8>, Vec<(usize, usize)>) {
    let mut text = Vec::with_capacity(bytes.len() / 2 + bytes.len() / 8);
    let mut marks = vec![(0, mark)];
    let pairs = bytes[mark..].chunks_exact(2);
    let odd = !pairs.remainder().is_empty();
    let units = pairs.map(|pair| if big { u16::from_be_bytes([pair[0], pair[1]]) } else { u16::from_le_bytes([pair[0], pair[1]]) });
    let mut file_at = mark;
    let mut next_mark = STEP;
    for result in char::decode_utf16(units) {
        if text.len() >= next_mark {
            marks.push((text.len(), file_at));
            next_mark = text.len() + STEP;
        }
        match result {
            Ok(c) => {
                text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                file_at += c.len_utf16() * 2;
            }
            Err(_) => {
                text.push(0xff);
                file_at += 2;
            }
        }
    }
    if odd {
        text.push(0xff);
    }
    (text, marks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(bytes: &[u8], declared: Option<&str>, expected: Result<&str, &str>) {
        let found = InputFile::read(bytes, declared);
        match (found, expected) {
            (Ok(file), Ok(text)) => assert_eq!(String::from_utf8_lossy(file.text()), text),
            (Err(fault), Err(part)) => assert!(fault.message.contains(part), "{}", fault.message),
            (found, _) => panic!("{found:?}"),
        }
    }

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn encodings_are_detected() {
        check("é".as_bytes(), None, Ok("é"));
        check(b"\xef\xbb\xbfa", None, Ok("a"));
        check(b"\xef\xbb\xbfa", Some("utf-16"), Ok("a"));
        check(&[b"\xff\xfe".to_vec(), utf16("é😀", false)].concat(), None, Ok("é😀"));
        check(&[b"\xfe\xff".to_vec(), utf16("é😀", true)].concat(), None, Ok("é😀"));
        check(&utf16("<?xml", true), None, Ok("<?xml"));
        check(&utf16("{\"", false), Some("utf-16"), Ok("{\""));
        check(b"<?xml version='1.0' encoding = 'windows-1252'?>\x80", None, Ok("<?xml version='1.0' encoding = 'windows-1252'?>€"));
        check(b"<?xml version='1.0' encoding='UTF-16'?>", None, Ok("<?xml version='1.0' encoding='UTF-16'?>"));
        check(b"<?xml version='1.0' encoding='EUC-JP'?>", None, Err("EUC-JP"));
        check(b"\xa4", Some("ISO-8859-15"), Ok("€"));
        check(b"\x80", Some("cp1252"), Ok("€"));
        check(b"\xff\xfe\0\0", None, Err("UTF-32"));
        check(b"a", Some("ebcdic"), Err("ebcdic"));
        check(b"", None, Ok(""));
    }

    #[test]
    fn what_has_no_meaning_stays_invalid() {
        let file = InputFile::read(b"\xff\xfea\0\x00\xd8b\0c", None).expect("a file");
        assert_eq!(file.text(), b"a\xffb\xff");
        assert_eq!(file.original(2..4), b"b\0c");
        let file = InputFile::read(b"a\x81\xaa", Some("windows-1253")).expect("a file");
        assert_eq!(file.text(), "a\u{81}".bytes().chain([0xff]).collect::<Vec<_>>());
    }

    proptest! {
        #[test]
        fn the_way_back_is_exact(text in "[a-zé€😀\n]{0,300}", repeat in 1usize..80, big: bool, from in 0usize..1000, to in 0usize..1000) {
            let text = text.repeat(repeat);
            let bytes = [if big { b"\xfe\xff" } else { b"\xff\xfe" }.to_vec(), utf16(&text, big)].concat();
            let file = InputFile::read(&bytes, None).expect("a file");
            prop_assert_eq!(file.text(), text.as_bytes());
            let mut places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            places.dedup();
            let (a, b) = (places[from % places.len()], places[to % places.len()]);
            let (a, b) = (a.min(b), a.max(b));
            let expected = utf16(&text[a..b], big);
            prop_assert_eq!(file.original(a..b), expected.as_slice());
        }

        #[test]
        fn single_bytes_go_back(bytes in proptest::collection::vec(any::<u8>(), 0..20_000), from in 0usize..20_000, to in 0usize..20_000) {
            let file = InputFile::read(&bytes, Some("windows-1252")).expect("a file");
            prop_assume!(!bytes.starts_with(b"\xff\xfe") && !bytes.starts_with(b"\xfe\xff") && !bytes.starts_with(b"\xef\xbb\xbf"));
            let (a, b) = (from % (bytes.len() + 1), to % (bytes.len() + 1));
            let (a, b) = (a.min(b), a.max(b));
            let text = |range: &[u8]| encoding_rs::WINDOWS_1252.decode_without_bom_handling(range).0.len();
            prop_assert_eq!(file.original(text(&bytes[..a])..text(&bytes[..b])), &bytes[a..b]);
        }
    }
}
