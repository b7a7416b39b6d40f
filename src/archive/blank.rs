//! What is written over a document that is erased, so that its volume stays a valid PDF/A.
//!
//! Takes an open volume and the place of a document, gives patches: content streams become empty ones, and every text that belongs to the
//! document alone in outline and structure becomes blanks. Each object keeps its place and the bytes it takes, padded between `endstream` and `endobj`
//! (white space is allowed there: ISO 32000-1, 7.3.8.1), so that the cross-reference and all other documents stay as they are. Must never touch a
//! byte of another document.

use std::collections::BTreeSet;

use super::cut::read_document;
use crate::kit::pdf::{Held, Object, ObjectReader, OpenFile, PdfFault, RangeRead, filtered_like, smallest, write_integer};

/// Bytes in place of others of the same length.
pub type Patch = (u64, Vec<u8>);

/// The patches that blank a document in its volume.
pub fn blank_document(open: &mut OpenFile, offset: u64, length: u64, from: &mut dyn RangeRead) -> Result<Vec<Patch>, PdfFault> {
    let pages = read_document(offset, length, from)?;
    let numbers: BTreeSet<u32> = pages.iter().map(|page| page.number).collect();
    let mut bytes = Vec::new();
    from.read(offset, length as usize, &mut bytes).map_err(PdfFault::Read)?;
    let mut patches = Vec::new();
    let mut own = BTreeSet::new();
    let mut reader = ObjectReader::new(&bytes, 0);
    let damaged = |at: usize, what| PdfFault::Damaged { at: offset + at as u64, what };
    while {
        reader.skip_space();
        reader.at() < bytes.len()
    } {
        let start = reader.at();
        let number = reader.integer().unwrap_or(0) as u32;
        let is_object = reader.integer().is_some() && reader.accept(b"obj");
        let object = if is_object { reader.read() } else { None }.ok_or(damaged(start, "an object of a document"))?;
        let data = if reader.accept(b"stream\n") {
            let from = reader.at();
            let end = from + object.find("Length").and_then(Object::integer).unwrap_or(0) as usize;
            let data = bytes.get(from..end).ok_or(damaged(start, "a stream"))?;
            reader = ObjectReader::new(&bytes, end);
            reader.accept(b"endstream");
            Some(data)
        } else {
            None
        };
        if !reader.accept(b"endobj") {
            return Err(damaged(reader.at(), "the end of an object"));
        }
        let room = reader.at() - start;
        let is_packed = object.find("Type").is_some_and(|kind| kind.is_name("ObjStm"));
        let new = match data {
            // An object stream among the objects of a document holds nothing of others.
            Some(_) if is_packed => {
                own.insert(number);
                let (unpacked, index) = open.packed(number, from)?;
                let blanked = blank_texts(&unpacked, index.iter().map(|(_, at)| *at));
                // Elements without a text are what they are in any document of this form.
                if blanked == unpacked {
                    continue;
                }
                let filtered = filtered_like(&object, data.unwrap_or_default(), &blanked);
                filtered.and_then(|filtered| stream_object(number, &object, &filtered, room))
            }
            Some(_) => stream_object(number, &object, b" ", room),
            None => {
                let blanked = blank_texts(&bytes[start..start + room], std::iter::once(start_of_value(&bytes[start..start + room])));
                Some(blanked)
            }
        };
        patches.push((offset + start as u64, new.ok_or(damaged(start, "room for a blank object"))?));
    }
    // What lies in object streams of the whole volume: entries of the outline and elements of the structure.
    let mut packed = BTreeSet::new();
    collect_outline(open, &numbers, from, &mut packed)?;
    collect_structure(open, &pages, from, &mut packed)?;
    let mut streams = std::collections::BTreeMap::<u32, Vec<u16>>::new();
    for number in packed {
        match open.place(number) {
            Held::Packed(stream, index) if !own.contains(&stream) => streams.entry(stream).or_default().push(index),
            _ => {}
        }
    }
    for (stream, members) in streams {
        let Held::At(at) = open.place(stream) else { continue };
        let (dictionary, raw) = open.stream(stream, from)?;
        let (unpacked, index) = open.packed(stream, from)?;
        let places = members.iter().filter_map(|member| index.get(usize::from(*member))).map(|(_, at)| *at);
        let blanked = blank_texts(&unpacked, places);
        if blanked == unpacked {
            continue;
        }
        let room = object_length(at, raw.len(), from)?;
        let new = filtered_like(&dictionary, &raw, &blanked).and_then(|filtered| stream_object(stream, &dictionary, &filtered, room));
        patches.push((at, new.ok_or(PdfFault::Damaged { at, what: "room for a blank object stream" })?));
    }
    Ok(patches)
}

/// The bytes of a stream object up to its `endobj`, which ends it.
fn object_length(at: u64, data: usize, from: &mut dyn RangeRead) -> Result<usize, PdfFault> {
    let length = from.length().saturating_sub(at).min(data as u64 + 4096) as usize;
    let mut bytes = Vec::new();
    from.read(at, length, &mut bytes).map_err(PdfFault::Read)?;
    let find = |needle: &[u8], start: usize| bytes.get(start..)?.windows(needle.len()).position(|window| window == needle).map(|found| start + found);
    let end = find(b"stream\n", 0).map(|start| start + 7 + data).and_then(|end| find(b"endobj", end)).map(|end| end + 6);
    end.ok_or(PdfFault::Damaged { at, what: "the end of an object" })
}

/// A stream object with other data, padded to `room` bytes; `None` if it does not fit.
fn stream_object(number: u32, dictionary: &Object, data: &[u8], room: usize) -> Option<Vec<u8>> {
    let compressed = smallest(data);
    let mut out = Vec::with_capacity(room);
    write_integer(i64::from(number), &mut out);
    out.extend_from_slice(b" 0 obj\n<</Length ");
    write_integer(compressed.len() as i64, &mut out);
    for (name, value) in dictionary.members().iter().filter(|(name, _)| name != b"Length" && name != b"PRSN_Crc") {
        out.push(b'/');
        out.extend_from_slice(name);
        value.write(&mut Some, &mut out);
    }
    out.extend_from_slice(b">>\nstream\n");
    out.extend_from_slice(&compressed);
    out.extend_from_slice(b"\nendstream");
    let end = b"\nendobj";
    (out.len() + end.len() <= room).then(|| {
        out.resize(room - end.len(), b' ');
        out.extend_from_slice(end);
        out
    })
}

/// Where the value of an object begins, behind `12 0 obj`.
fn start_of_value(object: &[u8]) -> usize {
    let mut reader = ObjectReader::new(object, 0);
    reader.integer();
    reader.integer();
    reader.accept(b"obj");
    reader.at()
}

/// Names whose texts are no content: languages, identifiers, fixed words.
const KEPT: [&[u8]; 3] = [b"Lang", b"ID", b"Scope"];

/// The same bytes, with blanks in the texts of the values that begin at these places.
fn blank_texts(bytes: &[u8], places: impl Iterator<Item = usize>) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for start in places {
        let mut reader = ObjectReader::new(bytes, start);
        if reader.read().is_some() {
            blank_range(bytes, start, reader.at(), &mut out);
        }
    }
    out
}

/// Blanks literal texts with spaces and hexadecimal ones with the digits of spaces, between two places.
fn blank_range(bytes: &[u8], start: usize, end: usize, out: &mut [u8]) {
    let (mut at, mut name): (usize, &[u8]) = (start, b"");
    while at < end {
        match bytes[at] {
            b'/' => {
                let from = at + 1;
                at = from;
                while at < end && (bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b'_' | b'-')) {
                    at += 1;
                }
                name = &bytes[from..at];
            }
            b'(' => {
                let mut reader = ObjectReader::new(bytes, at);
                let Some(Object::Text(_)) = reader.read() else { return };
                let close = reader.at() - 1;
                if !KEPT.contains(&name) {
                    out[at + 1..close].fill(b' ');
                }
                at = close + 1;
            }
            b'<' if bytes.get(at + 1) != Some(&b'<') => {
                let Some(length) = bytes[at..end].iter().position(|byte| *byte == b'>') else { return };
                // The hash of the links of a page is one of ours (`PRSN_Links`); it is blanked with them.
                if !KEPT.contains(&name) {
                    let body = &mut out[at + 1..at + length];
                    // UTF-16 keeps its mark; every unit becomes U+0020.
                    let is_utf16 = body.starts_with(b"FEFF");
                    let unit: &[u8] = if is_utf16 { b"0020" } else { b"20" };
                    for (place, digit) in body.iter_mut().enumerate().skip(if is_utf16 { 4 } else { 0 }) {
                        *digit = unit[place % unit.len()];
                    }
                }
                at += length + 1;
            }
            b'<' | b'>' => at += 2,
            _ => at += 1,
        }
    }
}

/// Adds the entries of the outline that lead to these pages.
fn collect_outline(open: &mut OpenFile, pages: &BTreeSet<u32>, from: &mut dyn RangeRead, out: &mut BTreeSet<u32>) -> Result<(), PdfFault> {
    let (_, catalog) = open.from_trailer("Root", from)?;
    let Some(root) = catalog.find("Outlines").and_then(Object::reference) else { return Ok(()) };
    let mut next: Vec<u32> = open.object(root, from)?.find("First").and_then(Object::reference).into_iter().collect();
    let mut left = open.places().len();
    while let Some(number) = next.pop() {
        if left == 0 {
            break;
        }
        left -= 1;
        let item = open.object(number, from)?;
        let target = item.find("Dest").and_then(|target| target.items().first()).and_then(Object::reference);
        if target.is_some_and(|page| pages.contains(&page)) {
            out.insert(number);
            next.extend(item.find("First").and_then(Object::reference));
        }
        next.extend(item.find("Next").and_then(Object::reference));
    }
    Ok(())
}

/// Adds the elements of the structure of these pages.
fn collect_structure(open: &mut OpenFile, pages: &[super::cut::CutPage], from: &mut dyn RangeRead, out: &mut BTreeSet<u32>) -> Result<(), PdfFault> {
    let (_, catalog) = open.from_trailer("Root", from)?;
    let Some(structure) = super::cut_structure::Structure::find(&catalog, pages, open, from)? else { return Ok(()) };
    let mut next = vec![structure.document];
    let mut left = open.places().len();
    while let Some(number) = next.pop() {
        if left == 0 || !out.insert(number) {
            continue;
        }
        left -= 1;
        let element = open.object(number, from)?;
        let kids = element.find("K");
        next.extend(kids.and_then(Object::reference));
        next.extend(kids.map(Object::items).unwrap_or_default().iter().filter_map(Object::reference));
        for attributes in [element.find("A"), element.find("ActualText"), element.find("Alt")].into_iter().flatten() {
            next.extend(attributes.reference());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_blanks_and_nothing_else_changes() {
        let bytes = b"<</Alt(Bar \\) code)/Lang(de)/T<FEFF00410042>/K[1 0 R<</E(x)>>]/H<0aF>>> (other)";
        let out = blank_texts(bytes, std::iter::once(0));
        assert_eq!(String::from_utf8_lossy(&out), "<</Alt(           )/Lang(de)/T<FEFF00200020>/K[1 0 R<</E( )>>]/H<202>>> (other)");
    }

    #[test]
    fn a_stream_keeps_its_room() {
        let dictionary = ObjectReader::new(b"<</Length 100/Filter/FlateDecode>>", 0).read().expect("a dictionary");
        let out = stream_object(7, &dictionary, b" ", 180).expect("room");
        assert_eq!(out.len(), 180);
        assert!(out.ends_with(b" \nendobj") && out.starts_with(b"7 0 obj\n<</Length "));
        assert_eq!(stream_object(7, &dictionary, b" ", 20), None);
    }
}
