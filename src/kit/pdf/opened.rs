//! A file that is read where it is asked for, not as a whole.
//!
//! Takes something that gives ranges of bytes, gives objects by their numbers. It reads files with one cross-reference stream, as ours
//! are; every length in them is bounded before it is believed. Must never know what a page is for.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::value::{Object, ObjectReader};

/// Something that bytes are read from, range by range.
pub trait RangeRead {
    /// How many bytes there are.
    fn length(&self) -> u64;
    /// Reads a range into `buffer`, which then holds nothing else; the reason if that cannot be.
    fn read(&mut self, offset: u64, length: usize, buffer: &mut Vec<u8>) -> Result<(), String>;
}

/// Why an object cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PdfFault {
    /// The bytes cannot be read.
    #[error("{0}")]
    Read(String),
    /// The bytes are not what they should be.
    #[error("the file is damaged at byte {at}: {what}")]
    Damaged {
        /// Where.
        at: u64,
        /// What is not there.
        what: &'static str,
    },
}

/// Where an object is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Held {
    /// Nowhere.
    Free,
    /// At this byte.
    At(u64),
    /// In an object stream, so many objects after its first.
    Packed(u32, u16),
}

/// Bytes that are read behind an object's number before its length is known.
const AHEAD: usize = 2048;
/// Most bytes of one object or decompressed stream.
const OBJECT_BYTES_MAX: usize = 256 << 20;

/// The objects of an object stream.
#[derive(Debug)]
struct Unpacked {
    bytes: Vec<u8>,
    /// Number and place of each.
    index: Vec<(u32, usize)>,
}

/// An open file: its cross-reference, and the object streams that were asked for.
#[derive(Clone, Debug)]
pub struct OpenFile {
    places: Arc<Vec<Held>>,
    trailer: Object,
    unpacked: BTreeMap<u32, Arc<Unpacked>>,
}

impl OpenFile {
    /// Reads the cross-reference.
    pub fn open(from: &mut dyn RangeRead) -> Result<OpenFile, PdfFault> {
        let length = from.length();
        let tail_length = length.min(64);
        let tail_start = length - tail_length;
        let mut tail = Vec::new();
        from.read(tail_start, tail_length as usize, &mut tail).map_err(PdfFault::Read)?;
        let damaged = |at, what| PdfFault::Damaged { at, what };
        let keyword = b"startxref";
        let at = tail.windows(keyword.len()).rposition(|window| window == keyword).ok_or(damaged(tail_start, "`startxref`"))?;
        let start = ObjectReader::new(&tail, at + keyword.len()).integer().filter(|start| *start < length);
        let start = start.ok_or(damaged(tail_start, "the place of the cross-reference"))?;
        let (dictionary, raw) = read_at(from, start, None)?;
        let rows = inflated(&dictionary, &raw.ok_or(damaged(start, "a cross-reference stream"))?).ok_or(damaged(start, "a cross-reference"))?;
        let places = read_rows(&dictionary, &rows).ok_or(damaged(start, "the rows of the cross-reference"))?;
        Ok(OpenFile { places: Arc::new(places), trailer: dictionary, unpacked: BTreeMap::new() })
    }

    /// The trailer.
    pub fn trailer(&self) -> &Object {
        &self.trailer
    }

    /// Where an object is.
    pub fn place(&self, number: u32) -> Held {
        self.places.get(number as usize).copied().unwrap_or(Held::Free)
    }

    /// Where every object is, by number.
    pub fn places(&self) -> &[Held] {
        &self.places
    }

    /// A member of the trailer, followed to its object.
    pub fn from_trailer(&mut self, name: &str, from: &mut dyn RangeRead) -> Result<(u32, Object), PdfFault> {
        let number = self.trailer.find(name).and_then(Object::reference).unwrap_or(0);
        Ok((number, self.object(number, from)?))
    }

    /// An object; of a stream, its dictionary. What is not there is `null` (ISO 32000-1, 7.3.10).
    pub fn object(&mut self, number: u32, from: &mut dyn RangeRead) -> Result<Object, PdfFault> {
        match self.place(number) {
            Held::Free => Ok(Object::Word(b"null".to_vec())),
            Held::At(offset) => Ok(read_at(from, offset, Some(number))?.0),
            Held::Packed(stream, index) => {
                let unpacked = self.unpack(stream, from)?;
                let found = unpacked.index.get(usize::from(index)).filter(|(found, _)| *found == number);
                let object = found.and_then(|(_, at)| ObjectReader::new(&unpacked.bytes, *at).read());
                object.ok_or(PdfFault::Damaged { at: self.offset_of(stream), what: "an object of an object stream" })
            }
        }
    }

    /// A stream: its dictionary and its bytes as they are stored.
    pub fn stream(&mut self, number: u32, from: &mut dyn RangeRead) -> Result<(Object, Vec<u8>), PdfFault> {
        let Held::At(offset) = self.place(number) else {
            return Err(PdfFault::Damaged { at: 0, what: "a stream" });
        };
        let (dictionary, raw) = read_at(from, offset, Some(number))?;
        Ok((dictionary, raw.ok_or(PdfFault::Damaged { at: offset, what: "a stream" })?))
    }

    /// An object and, if it is a stream, its bytes.
    pub fn whole(&mut self, number: u32, from: &mut dyn RangeRead) -> Result<(Object, Option<Vec<u8>>), PdfFault> {
        match self.place(number) {
            Held::At(offset) => read_at(from, offset, Some(number)),
            Held::Free | Held::Packed(..) => Ok((self.object(number, from)?, None)),
        }
    }

    #[allow(clippy::type_complexity)] // What it is stands in the line below.
    /// The bytes of an object stream with the numbers and places of its objects.
    pub fn packed(&mut self, stream: u32, from: &mut dyn RangeRead) -> Result<(Vec<u8>, Vec<(u32, usize)>), PdfFault> {
        let unpacked = self.unpack(stream, from)?;
        Ok((unpacked.bytes.clone(), unpacked.index.clone()))
    }

    fn offset_of(&self, number: u32) -> u64 {
        match self.place(number) {
            Held::At(offset) => offset,
            Held::Free | Held::Packed(..) => 0,
        }
    }

    /// ISO 32000-1, 7.5.7.
    fn unpack(&mut self, stream: u32, from: &mut dyn RangeRead) -> Result<Arc<Unpacked>, PdfFault> {
        if let Some(known) = self.unpacked.get(&stream) {
            return Ok(known.clone());
        }
        let (dictionary, raw) = self.stream(stream, from)?;
        let unpacked = unpack(&dictionary, &raw).ok_or(PdfFault::Damaged { at: self.offset_of(stream), what: "an object stream" })?;
        let unpacked = Arc::new(unpacked);
        self.unpacked.insert(stream, unpacked.clone());
        Ok(unpacked)
    }
}

fn unpack(dictionary: &Object, raw: &[u8]) -> Option<Unpacked> {
    let bytes = inflated(dictionary, raw)?;
    let (count, first) = (dictionary.find("N")?.integer()?, dictionary.find("First")?.integer()? as usize);
    let mut reader = ObjectReader::new(&bytes, 0);
    let mut index = Vec::new();
    for _ in 0..count.min(bytes.len() as u64) {
        index.push((u32::try_from(reader.integer()?).ok()?, first.checked_add(reader.integer()? as usize)?));
    }
    Some(Unpacked { bytes, index })
}

/// An object at a place; with its bytes if it is a stream.
fn read_at(from: &mut dyn RangeRead, offset: u64, number: Option<u32>) -> Result<(Object, Option<Vec<u8>>), PdfFault> {
    let left = from.length().saturating_sub(offset);
    let (mut ahead, mut buffer) = (AHEAD, Vec::new());
    loop {
        let length = left.min(ahead as u64) as usize;
        from.read(offset, length, &mut buffer).map_err(PdfFault::Read)?;
        if let Some((object, data)) = parse_object(&buffer, number) {
            let Some((start, stored)) = data else { return Ok((object, None)) };
            let end = start.checked_add(stored).filter(|end| *end as u64 <= left && *end <= OBJECT_BYTES_MAX);
            let end = end.ok_or(PdfFault::Damaged { at: offset, what: "a stream of its length" })?;
            if end > buffer.len() {
                let mut rest = Vec::new();
                from.read(offset + buffer.len() as u64, end - buffer.len(), &mut rest).map_err(PdfFault::Read)?;
                buffer.extend_from_slice(&rest);
            }
            buffer.truncate(end);
            buffer.drain(..start);
            return Ok((object, Some(buffer)));
        }
        if length as u64 == left || ahead >= OBJECT_BYTES_MAX {
            return Err(PdfFault::Damaged { at: offset, what: "an object" });
        }
        ahead *= 8;
    }
}

/// `12 0 obj value endobj` or the beginning of a stream with the place and length of its data; `None` if it is not whole.
fn parse_object(bytes: &[u8], number: Option<u32>) -> Option<(Object, Option<(usize, usize)>)> {
    let mut reader = ObjectReader::new(bytes, 0);
    let found = reader.integer()?;
    if number.is_some_and(|number| u64::from(number) != found) || reader.integer()? != 0 || !reader.accept(b"obj") {
        return None;
    }
    let object = reader.read()?;
    if reader.accept(b"endobj") {
        return Some((object, None));
    }
    if !reader.accept(b"stream") {
        return None;
    }
    let mut start = reader.at();
    start += usize::from(bytes.get(start) == Some(&b'\r'));
    if bytes.get(start) != Some(&b'\n') {
        return None;
    }
    let length = usize::try_from(object.find("Length")?.integer()?).ok()?;
    Some((object, Some((start + 1, length))))
}

/// The bytes of a stream without its filter; `None` if it has another than Flate with the predictor Up, or is damaged.
pub fn inflated(dictionary: &Object, raw: &[u8]) -> Option<Vec<u8>> {
    let Some(filter) = dictionary.find("Filter") else { return Some(raw.to_vec()) };
    if !filter.is_name("FlateDecode") {
        return None;
    }
    let bytes = inflate(raw)?;
    match columns_of(dictionary)? {
        None => Some(bytes),
        Some(columns) => unfiltered(&bytes, columns),
    }
}

/// Bytes of a row if a PNG predictor is used (ISO 32000-1, 7.4.4.4); the outer `None`: a predictor that is none of ours.
fn columns_of(dictionary: &Object) -> Option<Option<usize>> {
    let Some(parameters) = dictionary.find("DecodeParms") else { return Some(None) };
    let predictor = parameters.find("Predictor").and_then(Object::integer)?;
    let columns = usize::try_from(parameters.find("Columns")?.integer()?).ok().filter(|columns| (1..1024).contains(columns))?;
    (10..=15).contains(&predictor).then_some(Some(columns))
}

/// Rows without their filters: none, or the difference to the row above.
fn unfiltered(bytes: &[u8], columns: usize) -> Option<Vec<u8>> {
    let (mut rows, mut above) = (Vec::with_capacity(bytes.len()), vec![0u8; columns]);
    for row in bytes.chunks(columns + 1) {
        match row[0] {
            0 => above[..row.len() - 1].copy_from_slice(&row[1..]),
            2 => above.iter_mut().zip(&row[1..]).for_each(|(above, difference)| *above = above.wrapping_add(*difference)),
            _ => return None,
        }
        rows.extend_from_slice(&above[..row.len() - 1]);
    }
    Some(rows)
}

/// Other bytes of the same length with the filters of the rows of a stream: what to compress in its place.
pub fn filtered_like(dictionary: &Object, raw: &[u8], new: &[u8]) -> Option<Vec<u8>> {
    let Some(columns) = columns_of(dictionary)? else { return Some(new.to_vec()) };
    let old = inflate(raw)?;
    let (mut out, mut above) = (Vec::with_capacity(old.len()), vec![0u8; columns]);
    for (row, new) in old.chunks(columns + 1).zip(new.chunks(columns)) {
        out.push(row[0]);
        match row[0] {
            0 => out.extend_from_slice(new),
            _ => out.extend(new.iter().zip(&above).map(|(byte, above)| byte.wrapping_sub(*above))),
        }
        above[..new.len()].copy_from_slice(new);
    }
    (out.len() == old.len()).then_some(out)
}

fn inflate(raw: &[u8]) -> Option<Vec<u8>> {
    let mut decompressor = libdeflater::Decompressor::new();
    let mut out = vec![0; (raw.len() * 6).clamp(1 << 12, OBJECT_BYTES_MAX)];
    loop {
        match decompressor.zlib_decompress(raw, &mut out) {
            Ok(length) => {
                out.truncate(length);
                return Some(out);
            }
            Err(libdeflater::DecompressionError::InsufficientSpace) if out.len() < OBJECT_BYTES_MAX => {
                let length = (out.len() * 4).min(OBJECT_BYTES_MAX);
                out.resize(length, 0);
            }
            Err(_) => return None,
        }
    }
}

/// ISO 32000-1, 7.5.8.3.
fn read_rows(dictionary: &Object, rows: &[u8]) -> Option<Vec<Held>> {
    let widths: Vec<usize> = dictionary.find("W")?.items().iter().map(|width| width.integer().map(|width| width as usize)).collect::<Option<_>>()?;
    let [kind, middle, last] = *widths.as_slice() else { return None };
    if kind > 8 || middle > 8 || last > 8 || kind + middle + last == 0 {
        return None;
    }
    let number = |bytes: &[u8]| bytes.iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
    let place = |row: &[u8]| match (number(&row[..kind]), number(&row[kind..kind + middle]), number(&row[kind + middle..])) {
        (1, offset, _) => Held::At(offset),
        (2, stream, index) => Held::Packed(stream as u32, index as u16),
        _ => Held::Free,
    };
    Some(rows.chunks_exact(kind + middle + last).map(place).collect())
}

#[cfg(test)]
mod tests {
    use super::super::File;
    use super::*;

    struct Memory(Vec<u8>);

    impl RangeRead for Memory {
        fn length(&self) -> u64 {
            self.0.len() as u64
        }
        fn read(&mut self, offset: u64, length: usize, buffer: &mut Vec<u8>) -> Result<(), String> {
            buffer.clear();
            let range = offset as usize..offset as usize + length;
            buffer.extend_from_slice(self.0.get(range).ok_or("beyond the end")?);
            Ok(())
        }
    }

    fn sample() -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut file = File::new(&mut bytes);
        let (catalog, pages, information, data) = (file.reserve(), file.reserve(), file.reserve(), file.reserve());
        file.begin(catalog).extend_from_slice(b"<</Type/Catalog/Pages 2 0 R>>");
        file.end().expect("written");
        file.pack(pages, b"<</Type/Pages/Kids[]/Count 0>>").expect("written");
        file.pack(information, b"<</Title(T)>>").expect("written");
        file.deflated(data, b"", &[b'x'; 10_000]).expect("written");
        file.finish(catalog, information).expect("written");
        bytes
    }

    #[test]
    fn objects_are_found_wherever_they_are() {
        let mut memory = Memory(sample());
        let mut open = OpenFile::open(&mut memory).expect("opens");
        let (_, catalog) = open.from_trailer("Root", &mut memory).expect("read");
        let pages = catalog.find("Pages").and_then(Object::reference).expect("a reference");
        assert_eq!(open.object(pages, &mut memory).expect("read").find("Count").and_then(Object::integer), Some(0));
        let (dictionary, raw) = open.stream(4, &mut memory).expect("a stream");
        assert_eq!(inflated(&dictionary, &raw), Some(vec![b'x'; 10_000]));
        assert_eq!(open.object(99, &mut memory), Ok(Object::Word(b"null".to_vec())));
    }

    #[test]
    fn no_damage_is_a_panic() {
        let whole = sample();
        for at in 0..whole.len() {
            for bit in [0, 3, 7] {
                let mut memory = Memory(whole.clone());
                memory.0[at] ^= 1 << bit;
                if let Ok(mut open) = OpenFile::open(&mut memory) {
                    for number in 0..8 {
                        let _ = open.whole(number, &mut memory);
                    }
                }
            }
        }
    }
}
