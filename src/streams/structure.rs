//! The logical structure of a volume (ISO 32000-1, 14.7): one tree for each document, under one root.
//!
//! Takes the structure of documents and the object numbers of their pages, gives structure elements, link annotations, the parent
//! tree and the root. What belongs to a document lies in object streams of its own, right behind its pages, and refers to nothing
//! of another document; `StructureRoot` is all that documents share. Must never know what a page shows.
//!
//! The objects of a document have numbers in a row, from a multiple of 100 on: first its elements, of which the first is its `/Part`, then
//! its part of the parent tree for pages; then what no other document has: link annotations, their part of the parent tree, its part of
//! the tree of identifiers and identifiers if it has footnotes, texts in the place of figures; and last the object streams that hold all
//! of these. The tree of a file is `/StructTreeRoot` → one `/Document`, shared, → a `/Part` for each document.
//!
//! Documents of one shape ([`Shapes`]) differ in a few numbers, so their object streams are compressed once and filled in.

mod elements;
mod packing;
mod shapes;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::StreamError;
use super::link::write_annotation;
use super::scan::Scanner;
use crate::kit::pdf::{Deflater, File, Ref, Stencil, Symbol, stream_checksum, write_integer, write_ref, write_text};
use crate::model::page::Document;
use crate::model::structure::Structure;

use elements::{Class, Elements, Order, figures, own_alts, shortened};
use packing::{BLANKS_MAX, Blanks, OBJECT_STREAM, ROW, Room, Rows, UNIT, Writer, write_texts};
pub use shapes::Shapes;
use shapes::{Made, Shape};

/// Objects of an object stream of structure: a reader unpacks a whole stream to find one.
const PACK_MAX: u32 = 2_000;

/// Kids of a node of the parent tree.
const KIDS_MAX: usize = 32;

/// The libdeflate level of what is not written by a shape.
const LEVEL: i32 = 6;

/// The objects of the structure of a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StructurePlace {
    /// The number of the first.
    pub first: u32,
    /// How many there are; their numbers are in a row.
    pub count: u32,
    /// The number of its `/Part` element.
    pub root: u32,
}

/// What the structures of all documents share.
pub(super) struct StructureRoot {
    /// Its object.
    object: Ref,
    /// The `/Document` above all documents.
    file: Ref,
    /// The language of the file: elements of documents in another one say so.
    language: String,
    /// The first key of links in the parent tree: those of pages are the indices of pages.
    next_key: u32,
    documents: Vec<Ref>,
    /// Parts of the parent tree, with their first and last keys.
    page_keys: Vec<(Ref, u32, u32)>,
    link_keys: Vec<(Ref, u32, u32)>,
    identifiers: Vec<Ref>,
    classes: BTreeSet<Class>,
    /// The shape of each document.
    of_documents: Vec<Option<Arc<Shape>>>,
    deflater: Deflater,
    buffers: Buffers,
    room: Room,
}

/// Kept from document to document for their room.
#[derive(Default)]
struct Buffers {
    values: Vec<u8>,
    texts: Texts,
    offsets: Vec<u32>,
    rows: Vec<u8>,
    data: Vec<u8>,
}

/// The numbers of the objects of a document, before they are written.
pub(super) struct Numbers {
    first: u32,
    order: Order,
    /// Their object streams.
    streams: u32,
    /// The key of its first link in the parent tree.
    first_key: u32,
}

impl Numbers {
    /// The annotation object of link `index`, counted over the pages of the document.
    pub(super) fn annotation(&self, index: u32) -> Ref {
        Ref(self.first + self.order.annotation(index))
    }
}

impl StructureRoot {
    /// A root for a file of `documents` with so many pages, most of which are in `language`.
    pub(super) fn new(documents: &[Document], pages: u32, language: &str, shapes: &Shapes, file: &mut File<'_>) -> StructureRoot {
        let of_documents = shapes.begin(documents, language, PACK_MAX);
        StructureRoot {
            object: file.reserve(),
            file: file.reserve(),
            language: language.to_string(),
            next_key: pages,
            documents: Vec::with_capacity(documents.len()),
            page_keys: Vec::with_capacity(documents.len()),
            link_keys: Vec::new(),
            identifiers: Vec::new(),
            classes: BTreeSet::new(),
            of_documents,
            deflater: Deflater::new(LEVEL),
            buffers: Buffers::default(),
            room: Room::default(),
        }
    }

    /// Takes the numbers of the objects of a document, whose pages may then name them.
    pub(super) fn reserve(&mut self, document: &Document, structure: &Structure, file: &mut File<'_>) -> Numbers {
        let links: usize = document.pages.iter().flat_map(|page| &page.extras).map(|extras| extras.links.len()).sum();
        let order = Order::of(structure, links as u32);
        let streams = order.count().div_ceil(PACK_MAX);
        file.align(UNIT as usize);
        let first = file.reserve_many((order.count() + streams) as usize).0;
        let numbers = Numbers { first, order, streams: first + order.count(), first_key: self.next_key };
        self.next_key += links as u32;
        numbers
    }

    /// Writes the objects of document `index`. `first_page` is the index of its first page, `page` gives the object of each of its pages.
    pub(super) fn write_document(
        &mut self,
        index: usize,
        (document, structure): (&Document, &Structure),
        numbers: &Numbers,
        first_page: u32,
        page: &dyn Fn(u32) -> Ref,
        file: &mut File<'_>,
    ) -> Result<StructurePlace, StreamError> {
        let Numbers { first, order, .. } = *numbers;
        let shape = self.of_documents[index].take().expect("a document with a structure has a shape");
        for class in &shape.classes {
            if !self.classes.contains(class) {
                self.classes.insert(*class);
            }
        }
        let blanks =
            Blanks { objects: order.count(), pages: document.pages.len() as u32, texts: order.texts(), figures: figures(structure).count() as u32 };
        let language = (structure.language != self.language).then_some(structure.language.as_str());
        let subject = Subject { document, structure, numbers, blanks, first_page, page, language, file: self.file };
        if order.count() > PACK_MAX || blanks.len() > BLANKS_MAX {
            self.write_large(&subject, file)?;
        } else {
            self.write_by_shape(&subject, &shape, file)?;
        }
        self.documents.push(Ref(first));
        self.page_keys.push((Ref(first + order.page_keys()), first_page, first_page + blanks.pages - 1));
        if order.links > 0 {
            self.link_keys.push((Ref(first + order.link_keys()), numbers.first_key, numbers.first_key + order.links - 1));
        }
        if order.notes > 0 {
            self.identifiers.push(Ref(first + order.identifiers()));
        }
        Ok(StructurePlace { first, count: numbers.streams + order.count().div_ceil(PACK_MAX) - first, root: first })
    }

    /// Fills in the object stream of a shape.
    fn write_by_shape(&mut self, subject: &Subject<'_>, shape: &Shape, file: &mut File<'_>) -> Result<(), StreamError> {
        let Numbers { first, order, streams, .. } = *subject.numbers;
        let made = shape.made.get_or_init(|| make(subject, &mut self.room));
        let Buffers { values, texts, offsets, rows, data } = &mut self.buffers;
        texts.write(subject, &made.links, &made.notes);
        offsets.clear();
        rows.clear();
        data.clear();
        write_texts(texts.iter(), offsets, rows);
        offsets.iter_mut().for_each(|offset| *offset += made.bodies);
        subject.values(offsets, values);
        made.stencil.fill(values, rows, &mut self.deflater, data);
        Ok(file.object_stream(Ref(streams), Ref(first), order.count(), &made.entries, data)?)
    }

    /// Writes the object streams of a document that shares nothing with others.
    fn write_large(&mut self, subject: &Subject<'_>, file: &mut File<'_>) -> Result<(), StreamError> {
        let Numbers { first, order, streams, .. } = *subject.numbers;
        let Buffers { values, texts, rows, .. } = &mut self.buffers;
        let room = &mut self.room;
        subject.values(&[], values);
        let elements = subject.elements(Some(values), room);
        texts.write(subject, &elements.links, &elements.notes);
        let texts: Vec<Vec<Symbol>> = texts.iter().map(|text| text.iter().map(|byte| Symbol::from(*byte)).collect()).collect();
        let mut objects = elements.objects().chain(texts.iter().map(Vec::as_slice));
        for (at, start) in (0..order.count()).step_by(PACK_MAX as usize).enumerate() {
            let count = PACK_MAX.min(order.count() - start);
            let packed = Rows::of(start, objects.by_ref().take(count as usize), 0, (subject.blanks, Some(values)), room);
            rows.clear();
            rows.extend(room.filtered.iter().map(|symbol| *symbol as u8));
            let data = self.deflater.deflate(rows);
            file.object_stream(Ref(streams + at as u32), Ref(first + start), count, &packed.entries(count), data)?;
        }
        drop(objects);
        room.symbols = elements.into_parts().2;
        Ok(())
    }

    /// Writes the root; gives the entries of the catalog.
    pub(super) fn finish(self, file: &mut File<'_>) -> Result<Vec<u8>, StreamError> {
        let keys = file.reserve();
        let parts: Vec<(Ref, u32, u32)> = self.page_keys.iter().chain(&self.link_keys).copied().collect();
        let mut body = Vec::new();
        // Readers look through the kids of a node one by one.
        let mut nodes = Vec::with_capacity(parts.len().div_ceil(KIDS_MAX));
        for kids in parts.chunks(KIDS_MAX) {
            let (node, first, last) = (file.reserve(), kids[0].1, kids[kids.len() - 1].2);
            body.clear();
            body.extend_from_slice(b"<<");
            write_limits(first, last, &mut body);
            body.extend_from_slice(b"/Kids");
            write_refs(kids.iter().map(|(part, _, _)| part), &mut body);
            body.extend_from_slice(b">>");
            file.pack(node, &body)?;
            nodes.push(node);
        }
        body.clear();
        body.extend_from_slice(b"<</Kids");
        write_refs(nodes.iter(), &mut body);
        body.extend_from_slice(b">>");
        file.pack(keys, &body)?;
        body.clear();
        body.extend_from_slice(b"<</S/Document/P ");
        write_ref(self.object, &mut body);
        body.extend_from_slice(b"/K");
        write_refs(self.documents.iter(), &mut body);
        body.extend_from_slice(b">>");
        file.pack(self.file, &body)?;
        body.clear();
        body.extend_from_slice(b"<</Type/StructTreeRoot/K ");
        write_ref(self.file, &mut body);
        body.extend_from_slice(b"/ParentTree ");
        write_ref(keys, &mut body);
        body.extend_from_slice(b"/ParentTreeNextKey ");
        write_integer(i64::from(self.next_key), &mut body);
        if !self.identifiers.is_empty() {
            body.extend_from_slice(b"/IDTree<</Kids");
            write_refs(self.identifiers.iter(), &mut body);
            body.extend_from_slice(b">>");
        }
        if !self.classes.is_empty() {
            body.extend_from_slice(b"/ClassMap<<");
            for class in &self.classes {
                class.write_name(&mut body);
                class.write_attributes(&mut body);
            }
            body.extend_from_slice(b">>");
        }
        body.extend_from_slice(b">>");
        file.pack(self.object, &body)?;
        let mut extra = b"/MarkInfo<</Marked true>>/StructTreeRoot ".to_vec();
        write_ref(self.object, &mut extra);
        Ok(extra)
    }
}

/// A document that is written, and what is known of it.
struct Subject<'d> {
    document: &'d Document,
    structure: &'d Structure,
    numbers: &'d Numbers,
    blanks: Blanks,
    /// The index of its first page, and the object of each of its pages.
    first_page: u32,
    page: &'d dyn Fn(u32) -> Ref,
    /// Its language, if that of the file is another.
    language: Option<&'d str>,
    /// The element above all documents.
    file: Ref,
}

impl Subject<'_> {
    /// What stands in its blanks.
    fn values(&self, offsets: &[u32], out: &mut Vec<u8>) {
        let known = (self.numbers.first, self.file.0, self.first_page);
        self.blanks.values(known, |index| (self.page)(index).0, offsets.iter().copied(), figures(self.structure), out);
    }

    fn elements(&self, values: Option<&[u8]>, room: &mut Room) -> Elements {
        let writer = Writer { symbols: std::mem::take(&mut room.symbols), blanks: self.blanks, values };
        Elements::make(self.structure, self.numbers.order, &links_before(self.document), self.language, writer)
    }
}

/// The object stream of the shape of a document.
fn make(subject: &Subject<'_>, room: &mut Room) -> Made {
    let (order, blanks) = (subject.numbers.order, subject.blanks);
    let elements = subject.elements(None, room);
    let rows = Rows::of(0, elements.objects(), order.texts(), (blanks, None), room);
    let stencil = Stencil::new(&room.filtered, ROW + 1, blanks.len(), &mut room.search);
    let (links, notes, symbols) = elements.into_parts();
    room.symbols = symbols;
    Made { stencil, entries: rows.entries(order.count()), bodies: rows.bodies, links, notes }
}

/// How many links are on the pages before each page.
fn links_before(document: &Document) -> Vec<u32> {
    let counts = document.pages.iter().map(|page| page.extras.as_ref().map_or(0, |extras| extras.links.len() as u32));
    counts.scan(0, |before, links| Some(std::mem::replace(before, *before + links))).collect()
}

/// What no other document has.
#[derive(Default)]
struct Texts {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Texts {
    fn end(&mut self) {
        self.ends.push(self.bytes.len());
    }

    /// Each of them.
    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.bytes[start..*end])
    }

    /// Writes those of a document in the order of their numbers. `links` and `notes` are the elements of its links and footnotes.
    fn write(&mut self, subject: &Subject<'_>, links: &[u32], notes: &[u32]) {
        self.bytes.clear();
        self.ends.clear();
        let Numbers { first, order, first_key, .. } = *subject.numbers;
        let annotations = subject.document.pages.iter().flat_map(|page| &page.extras).flat_map(|extras| &extras.links);
        for (index, link) in annotations.enumerate() {
            write_annotation(link, subject.page, Some(first_key + index as u32), &mut self.bytes);
            self.end();
        }
        if order.links > 0 {
            write_link_keys(links.iter().map(|element| first + element), first_key, &mut self.bytes);
            self.end();
        }
        if order.notes > 0 {
            write_identifiers(notes.iter().map(|element| first + element).collect(), &mut self.bytes);
            self.end();
        }
        for element in notes {
            write_identifier(first + element, &mut self.bytes);
            self.end();
        }
        for (_, alt) in own_alts(subject.structure) {
            write_text(&shortened(alt), &mut self.bytes);
            self.end();
        }
    }
}

fn separate(index: usize, out: &mut Vec<u8>) {
    if index > 0 {
        out.push(b' ');
    }
}

fn write_refs<'r>(refs: impl Iterator<Item = &'r Ref>, out: &mut Vec<u8>) {
    out.push(b'[');
    for (index, object) in refs.enumerate() {
        separate(index, out);
        write_ref(*object, out);
    }
    out.push(b']');
}

fn write_limits(first: u32, last: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(b"/Limits[");
    write_integer(i64::from(first), out);
    out.push(b' ');
    write_integer(i64::from(last), out);
    out.push(b']');
}

fn write_link_keys(elements: impl ExactSizeIterator<Item = u32>, first: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(b"<<");
    write_limits(first, first + elements.len() as u32 - 1, out);
    out.extend_from_slice(b"/Nums[");
    for (index, element) in elements.enumerate() {
        separate(index, out);
        write_integer(i64::from(first) + index as i64, out);
        out.push(b' ');
        write_ref(Ref(element), out);
    }
    out.extend_from_slice(b"]>>");
}

/// ISO 14289-1, 7.9: a footnote has an identifier of its own.
fn write_identifier(element: u32, out: &mut Vec<u8>) {
    // As many digits for each, so that they are in order.
    out.extend_from_slice(format!("(n{element:08})").as_bytes());
}

fn write_identifiers(mut notes: Vec<u32>, out: &mut Vec<u8>) {
    notes.sort_unstable();
    out.extend_from_slice(b"<</Limits[");
    notes.first().into_iter().chain(notes.last()).for_each(|note| write_identifier(*note, out));
    out.extend_from_slice(b"]/Names[");
    for note in notes {
        write_identifier(note, out);
        write_ref(Ref(note), out);
    }
    out.extend_from_slice(b"]>>");
}

/// Passes over the object streams of a document up to `end`, and compares them with their sums.
pub(super) fn skip(scanner: &mut Scanner<'_>, volume: &[u8], end: usize) -> Result<(), StreamError> {
    while scanner.at() < end {
        let stream = scanner.number("the number of an object stream")?;
        scanner.expect(b" 0 obj\n<</Length ", "an object stream")?;
        let length = scanner.number("the length of an object stream")?;
        let entries = scanner.at();
        // Volumes of earlier versions have other rows.
        scanner.expect(OBJECT_STREAM[0], "an object stream")?;
        scanner.number("the width of the rows of an object stream")?;
        scanner.expect(OBJECT_STREAM[1], "an object stream")?;
        scanner.number("how many objects a stream has")?;
        scanner.expect(b"/First ", "an object stream")?;
        scanner.number("where the objects of a stream begin")?;
        let entries = entries..scanner.at();
        scanner.expect(b"/PRSN_Crc ", "the sum of an object stream")?;
        let sum = scanner.number("the sum of an object stream")?;
        scanner.expect(b">>\nstream\n", "the start of an object stream")?;
        let data = scanner.skip(length, "a whole object stream")?;
        scanner.expect(b"\nendstream\nendobj\n", "the end of an object stream")?;
        let found = stream_checksum(Ref(stream as u32), &volume[entries], &volume[data]);
        if found as usize != sum {
            return Err(scanner.damaged("an object stream with its sum"));
        }
    }
    Ok(())
}
