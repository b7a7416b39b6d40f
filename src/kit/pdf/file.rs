//! A PDF file as a row of numbered objects.
//!
//! Takes objects in any order of their numbers, gives them to a writer and remembers where each began, 8 bytes an object.
//! Must never hold more of the file than one buffer.

use std::io::{self, Write};

use super::stencil::deflate_rows;
use super::syntax::{deflate, write_hex, write_integer, write_ref};
use crate::base::hash::{Hash, Hasher};
use crate::base::limits;

/// The number of an indirect object; its generation is 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Ref(pub u32);

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The writer below failed.
    #[error(transparent)]
    Write(#[from] io::Error),
    /// ISO 19005-2, 6.1.13.
    #[error("the file would have more than {max} objects, the limit of PDF/A", max = limits::PDF_OBJECTS_MAX)]
    TooManyObjects,
}

/// A finished file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Finished {
    /// Bytes of the file.
    pub length: u64,
    /// SHA-256 of the file.
    pub hash: Hash,
    /// Its highest object number.
    pub objects: u32,
}

/// Writes one file.
pub struct File<'w> {
    out: &'w mut dyn Write,
    buffer: Vec<u8>,
    flushed: u64,
    /// By object number; see [`place`].
    places: Vec<u64>,
    hasher: Hasher,
    packed: Packed,
}

/// The object stream that is being filled (ISO 32000-1, 7.5.7).
#[derive(Default)]
struct Packed {
    stream: Option<Ref>,
    index: Vec<u8>,
    bodies: Vec<u8>,
    count: u64,
}

// A place is 0 while unknown; an offset (never 0, the header is there); or, with the top bit, an object stream and an index in it;
// or all bits: the number is not used.
const IN_STREAM: u64 = 1 << 63;
const UNUSED: u64 = u64::MAX;
const FLUSH_AT: usize = 1 << 20;
/// Objects per object stream: readers unpack a whole stream to find one object.
const PACK_MAX: u64 = 200;

impl<'w> File<'w> {
    /// Starts a file with its header (ISO 32000-1, 7.5.2; ISO 19005-2, 6.1.2: four bytes above 127 in a comment).
    pub fn new(out: &'w mut dyn Write) -> File<'w> {
        let mut buffer = Vec::with_capacity(FLUSH_AT + (64 << 10));
        buffer.extend_from_slice(File::HEADER);
        File { out, buffer, flushed: 0, places: vec![0], hasher: Hasher::new(), packed: Packed::default() }
    }

    /// The bytes every file begins with.
    pub const HEADER: &'static [u8] = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n";

    /// Takes the next object number.
    pub fn reserve(&mut self) -> Ref {
        self.places.push(0);
        Ref((self.places.len() - 1) as u32)
    }

    /// Takes the next `count` object numbers, gives the first.
    pub fn reserve_many(&mut self, count: usize) -> Ref {
        let first = Ref(self.places.len() as u32);
        self.places.resize(self.places.len() + count, 0);
        first
    }

    /// Where the next byte will be.
    pub fn position(&self) -> u64 {
        self.flushed + self.buffer.len() as u64
    }

    /// Begins an object, which is then appended to the returned buffer and ended by [`File::end`].
    ///
    /// The line ends around `obj` and `endobj` are demanded by ISO 19005-2, 6.1.9.
    pub fn begin(&mut self, object: Ref) -> &mut Vec<u8> {
        let position = self.position();
        let place = &mut self.places[object.0 as usize];
        assert!(*place == 0, "object {} is written twice", object.0);
        *place = position;
        write_integer(i64::from(object.0), &mut self.buffer);
        self.buffer.extend_from_slice(b" 0 obj\n");
        &mut self.buffer
    }

    /// Ends an object.
    pub fn end(&mut self) -> Result<(), FileError> {
        self.buffer.extend_from_slice(b"\nendobj\n");
        if self.buffer.len() >= FLUSH_AT {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes a stream object. `entries` are those of its dictionary besides `/Length`.
    pub fn stream(&mut self, object: Ref, entries: &[u8], data: &[u8]) -> Result<(), FileError> {
        let buffer = self.begin(object);
        buffer.extend_from_slice(b"<</Length ");
        write_integer(data.len() as i64, buffer);
        buffer.extend_from_slice(entries);
        buffer.extend_from_slice(b">>\nstream\n");
        buffer.extend_from_slice(data);
        buffer.extend_from_slice(b"\nendstream");
        self.end()
    }

    /// Writes a stream object, compressed. `entries` are those of its dictionary besides `/Length` and `/Filter`.
    pub fn deflated(&mut self, object: Ref, entries: &[u8], data: &[u8]) -> Result<(), FileError> {
        let mut all = b"/Filter/FlateDecode".to_vec();
        all.extend_from_slice(entries);
        self.stream(object, &all, &deflate(data))
    }

    /// Writes an object that is no stream into an object stream (ISO 32000-1, 7.5.7), which makes many small ones short.
    pub fn pack(&mut self, object: Ref, body: &[u8]) -> Result<(), FileError> {
        let stream = match self.packed.stream {
            Some(stream) => stream,
            None => self.reserve(),
        };
        self.packed.stream = Some(stream);
        let place = &mut self.places[object.0 as usize];
        assert!(*place == 0, "object {} is written twice", object.0);
        *place = IN_STREAM | u64::from(stream.0) << 16 | self.packed.count;
        let packed = &mut self.packed;
        write_integer(i64::from(object.0), &mut packed.index);
        packed.index.push(b' ');
        write_integer(packed.bodies.len() as i64, &mut packed.index);
        packed.index.push(b' ');
        packed.bodies.extend_from_slice(body);
        packed.bodies.push(b' ');
        packed.count += 1;
        if packed.count >= PACK_MAX { self.end_pack() } else { Ok(()) }
    }

    fn end_pack(&mut self) -> Result<(), FileError> {
        let packed = std::mem::take(&mut self.packed);
        let Some(stream) = packed.stream else { return Ok(()) };
        let mut entries = b"/Type/ObjStm/N ".to_vec();
        write_integer(packed.count as i64, &mut entries);
        entries.extend_from_slice(b"/First ");
        write_integer(packed.index.len() as i64, &mut entries);
        let mut data = packed.index;
        data.extend_from_slice(&packed.bodies);
        self.deflated(stream, &entries, &data)
    }

    /// Passes over object numbers, which nothing will have, until the next is a multiple of `unit`.
    pub fn align(&mut self, unit: usize) {
        self.places.resize(self.places.len().next_multiple_of(unit), UNUSED);
    }

    /// Writes an object stream of its own, with objects whose numbers from `first` on are in a row: they lie together, wherever others
    /// go. `entries` are those of its dictionary between its length and its checksum, which it has under a private name (ISO 32000-1, Annex E); see
    /// [`stream_checksum`].
    pub fn object_stream(&mut self, stream: Ref, first: Ref, count: u32, entries: &[u8], data: &[u8]) -> Result<(), FileError> {
        let first = first.0 as usize;
        for (at, place) in self.places[first..first + count as usize].iter_mut().enumerate() {
            assert!(*place == 0, "object {} is written twice", first + at);
            *place = IN_STREAM | u64::from(stream.0) << 16 | at as u64;
        }
        let mut all = Vec::with_capacity(entries.len() + 24);
        all.extend_from_slice(entries);
        all.extend_from_slice(b"/PRSN_Crc ");
        write_integer(i64::from(stream_checksum(stream, entries, data)), &mut all);
        self.stream(stream, &all, data)
    }

    /// Writes the cross-reference stream and the trailer (ISO 32000-1, 7.5.8). Every reserved object must be written.
    pub fn finish(mut self, catalog: Ref, information: Ref) -> Result<Finished, FileError> {
        self.end_pack()?;
        let cross_reference = self.reserve();
        if self.places.len() > limits::PDF_OBJECTS_MAX {
            return Err(FileError::TooManyObjects);
        }
        self.flush()?;
        // ISO 32000-1, 14.4: the identifier is made from the content, so the same content has the same one.
        let id = self.hasher.clone().finish();
        let start = self.position();
        self.places[cross_reference.0 as usize] = start;
        let rows = cross_reference_rows(&self.places, start);
        let mut entries = b"/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns ".to_vec();
        write_integer(rows.width as i64, &mut entries);
        entries.extend_from_slice(b">>/Type/XRef/W[1 ");
        write_integer(rows.width as i64 - 3, &mut entries);
        entries.extend_from_slice(b" 2]/Size ");
        write_integer(self.places.len() as i64, &mut entries);
        entries.extend_from_slice(b"/Root ");
        write_ref(catalog, &mut entries);
        entries.extend_from_slice(b"/Info ");
        write_ref(information, &mut entries);
        entries.extend_from_slice(b"/ID[");
        write_hex(&id.0[..16], &mut entries);
        write_hex(&id.0[..16], &mut entries);
        entries.push(b']');
        self.places[cross_reference.0 as usize] = 0;
        self.stream(cross_reference, &entries, &deflate_rows(&rows.bytes, rows.width + 1))?;
        self.buffer.extend_from_slice(b"startxref\n");
        write_integer(start as i64, &mut self.buffer);
        self.buffer.extend_from_slice(b"\n%%EOF\n");
        self.flush()?;
        Ok(Finished { length: self.flushed, hash: self.hasher.finish(), objects: (self.places.len() - 1) as u32 })
    }

    fn flush(&mut self) -> Result<(), FileError> {
        self.hasher.update(&self.buffer);
        self.out.write_all(&self.buffer)?;
        self.flushed += self.buffer.len() as u64;
        self.buffer.clear();
        // Numbers are given out page by page: too many are noticed here, long before the end.
        if self.places.len() > limits::PDF_OBJECTS_MAX { Err(FileError::TooManyObjects) } else { Ok(()) }
    }
}

/// CRC-32 (ISO 3309) over the number of a stream object, the entries of its dictionary between its length and this sum, and its data,
/// without the highest bit: integers of a PDF/A file have 32 bits with their sign (ISO 19005-2, 6.1.13).
pub fn stream_checksum(stream: Ref, entries: &[u8], data: &[u8]) -> u32 {
    let mut crc = libdeflater::Crc::new();
    crc.update(&stream.0.to_le_bytes());
    crc.update(entries);
    crc.update(data);
    crc.sum() & i32::MAX as u32
}

struct Rows {
    width: usize,
    bytes: Vec<u8>,
}

/// One row per object: type, offset or stream, index; each row as its difference from the one above (PNG predictor Up,
/// ISO 32000-1, 7.4.4.4), because offsets grow slowly.
fn cross_reference_rows(places: &[u64], last: u64) -> Rows {
    // Offsets are at least as large as object numbers, so the width of the largest offset fits all.
    let middle = 8 - last.leading_zeros() as usize / 8;
    let width = 1 + middle + 2;
    let mut bytes = Vec::with_capacity(places.len() * (width + 1));
    let mut above = vec![0u8; width];
    let mut row = vec![0u8; width];
    // Rows that most have: that of an object behind another in a stream, and that of one that is free as the one before.
    let (mut next, same) = (vec![0u8; width + 1], [&[2], &above[..]].concat());
    (next[0], next[width]) = (2, 1);
    let (mut before, mut is_stale) = (0_u64, false);
    let fill = |place: u64, number: usize, row: &mut [u8]| {
        let (kind, value, index) = match place {
            0 => {
                assert!(number == 0, "object {number} was reserved but not written");
                // ISO 32000-1, 7.5.4: object 0 heads the list of free objects.
                (0, 0, u16::MAX)
            }
            // Free for ever: such numbers lead back to object 0.
            UNUSED => (0, 0, u16::MAX),
            place if place & IN_STREAM != 0 => (2, (place & !IN_STREAM) >> 16, place as u16),
            place => (1, place, 0),
        };
        row[0] = kind;
        row[1..1 + middle].copy_from_slice(&value.to_be_bytes()[8 - middle..]);
        row[1 + middle..].copy_from_slice(&index.to_be_bytes());
    };
    for (number, &place) in places.iter().enumerate() {
        let is_next = place & IN_STREAM != 0 && place != UNUSED && place == before.wrapping_add(1) && place & 0xff != 0;
        if is_next || (place == UNUSED && before == UNUSED) {
            bytes.extend_from_slice(if is_next { &next } else { &same });
            is_stale = true;
        } else {
            if std::mem::take(&mut is_stale) {
                fill(before, number - 1, &mut above);
            }
            fill(place, number, &mut row);
            bytes.push(2);
            bytes.extend(row.iter().zip(&above).map(|(byte, up)| byte.wrapping_sub(*up)));
            std::mem::swap(&mut above, &mut row);
        }
        before = place;
    }
    Rows { width, bytes }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small(out: &mut dyn Write) -> Finished {
        let mut file = File::new(out);
        let (catalog, pages, information) = (file.reserve(), file.reserve(), file.reserve());
        file.begin(catalog).extend_from_slice(b"<</Type/Catalog/Pages 2 0 R>>");
        file.end().expect("written");
        file.pack(pages, b"<</Type/Pages/Kids[]/Count 0>>").expect("written");
        file.pack(information, b"<</Title(T)>>").expect("written");
        file.finish(catalog, information).expect("written")
    }

    #[test]
    fn an_independent_reader_finds_every_object() {
        let mut bytes = Vec::new();
        let finished = small(&mut bytes);
        assert_eq!(finished.length, bytes.len() as u64);
        assert_eq!(finished.hash, Hash::of(&bytes));
        assert_eq!(finished.objects, 5);
        let document = lopdf::Document::load_mem(&bytes).expect("reads");
        let pages = document.catalog().and_then(|c| c.get(b"Pages")).and_then(|p| p.as_reference()).expect("pages");
        let count = document.get_dictionary(pages).and_then(|p| p.get(b"Count")).and_then(|c| c.as_i64()).expect("count");
        assert_eq!(count, 0);
        assert!(document.trailer.has(b"ID"));
    }

    #[test]
    fn a_file_depends_on_its_content_alone() {
        let (mut first, mut second) = (Vec::new(), Vec::new());
        assert_eq!(small(&mut first), small(&mut second));
        assert_eq!(first, second);
    }

    #[test]
    fn offsets_beyond_four_gigabytes_keep_all_their_bytes() {
        let large = 5_000_000_000u64;
        let rows = cross_reference_rows(&[0, 15, large], large);
        assert_eq!(rows.width, 1 + 5 + 2);
        let row = &rows.bytes[2 * 9 + 1..];
        let restored: Vec<u8> = (0..8).map(|i| (0..3).fold(0u8, |sum, r| sum.wrapping_add(rows.bytes[r * 9 + 1 + i]))).collect();
        assert_eq!(row.len(), 8);
        assert_eq!(restored, [1, 1, 0x2a, 5, 0xf2, 0, 0, 0]);
    }

    #[test]
    fn a_full_disk_is_an_error() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut full = Full;
        let mut file = File::new(&mut full);
        let catalog = file.reserve();
        file.begin(catalog).extend_from_slice(b"<<>>");
        file.end().expect("buffered");
        assert!(matches!(file.finish(catalog, catalog), Err(FileError::Write(_))));
    }
}
