//! The logical structure of a volume (ISO 32000-1, 14.7): one tree for each document, under one root.
//!
//! Takes the structure of documents and the object numbers of their pages, gives structure elements, link annotations, the parent
//! tree and the root. What belongs to a document lies in object streams of its own, right behind its pages, and refers to nothing
//! of another document; `StructureRoot` is all that documents share. Must never know what a page shows.
//!
//! The objects of a document have numbers in a row: first its link annotations, then its elements, of which the first is its
//! `/Part`, then its part of the parent tree (keys of pages; keys of links), its part of the tree of identifiers if it has
//! footnotes, and last the object streams that hold all of these. The tree of a file is `/StructTreeRoot` → one `/Document`, shared, →
//! a `/Part` for each document.

use std::collections::BTreeSet;

use super::StreamError;
use super::link::write_annotation;
use super::scan::Scanner;
use crate::kit::pdf::{Deflater, File, OBJECT_STREAM, ObjectStream, ROW, Ref, stream_checksum, write_integer, write_padded, write_ref, write_text};
use crate::model::page::Document;
use crate::model::structure::{CellDetail, Detail, Kind, Scope, Step, Structure};

/// Objects of an object stream of structure: a reader unpacks a whole stream to find one.
const PACK_MAX: usize = 2_000;

/// Characters of a text in the place of a figure, or of the name of a link: a PDF/A string has 32,767 bytes at most, and data may
/// be of any length.
const TEXT_MAX: usize = 2_000;

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
    page_keys: Vec<Ref>,
    link_keys: Vec<Ref>,
    identifiers: Vec<Ref>,
    classes: BTreeSet<Class>,
    deflater: Deflater,
    buffers: Buffers,
}

/// Kept from document to document for their room.
#[derive(Default)]
struct Buffers {
    kids: Vec<u8>,
    body: Vec<u8>,
    stream: ObjectStream,
    parents: Vec<Vec<u32>>,
    sorts: [Sort; SORTS],
}

/// The elements of one kind, whose objects are alike and lie together.
#[derive(Default)]
struct Sort {
    /// The number of the next that begins.
    next: u32,
    bodies: Vec<u8>,
    /// Their numbers, and where each ends.
    ends: Vec<(u32, usize)>,
}

/// How many kinds of elements there are.
const SORTS: usize = 20;

/// Attributes that many elements have (ISO 32000-1, 14.7.5.2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Cell(CellDetail),
    Numbering(&'static str),
}

/// The numbers of the objects of a document, before they are written.
pub(super) struct Numbers {
    annotations: u32,
    elements: u32,
    page_keys: u32,
    streams: u32,
    end: u32,
    /// The key of its first link in the parent tree.
    first_key: u32,
}

impl Numbers {
    /// The annotation object of link `index`, counted over the pages of the document.
    pub(super) fn annotation(&self, index: u32) -> Ref {
        Ref(self.annotations + index)
    }
}

impl StructureRoot {
    /// A root for a file of `pages` pages, most of whose documents are in `language`.
    pub(super) fn new(file: &mut File<'_>, pages: u32, language: &str) -> StructureRoot {
        StructureRoot {
            object: file.reserve(),
            file: file.reserve(),
            language: language.to_string(),
            next_key: pages,
            documents: Vec::new(),
            page_keys: Vec::new(),
            link_keys: Vec::new(),
            identifiers: Vec::new(),
            classes: BTreeSet::new(),
            deflater: Deflater::new(STRUCTURE_LEVEL),
            buffers: Buffers::default(),
        }
    }

    /// Takes the numbers of the objects of a document, whose pages may then name them.
    pub(super) fn reserve(&mut self, document: &Document, structure: &Structure, file: &mut File<'_>) -> Numbers {
        let links: usize = document.pages.iter().flat_map(|page| &page.extras).map(|extras| extras.links.len()).sum();
        let notes = structure.steps.iter().any(|step| matches!(step, Step::Begin(Kind::Note)));
        let objects = links + 1 + structure.elements as usize + 1 + usize::from(links > 0) + usize::from(notes);
        let first = file.reserve_many(objects + objects.div_ceil(PACK_MAX));
        let numbers = Numbers {
            annotations: first.0,
            elements: first.0 + links as u32,
            page_keys: first.0 + links as u32 + 1 + structure.elements,
            streams: first.0 + objects as u32,
            end: first.0 + (objects + objects.div_ceil(PACK_MAX)) as u32,
            first_key: self.next_key,
        };
        self.next_key += links as u32;
        numbers
    }

    /// Writes the objects of a document. `first_page` is the index of its first page, `page` gives the object of each of its pages.
    pub(super) fn write_document(
        &mut self,
        (document, structure): (&Document, &Structure),
        numbers: &Numbers,
        first_page: u32,
        page: &dyn Fn(u32) -> Ref,
        file: &mut File<'_>,
    ) -> Result<StructurePlace, StreamError> {
        let mut buffers = std::mem::take(&mut self.buffers);
        let streams = Ref(numbers.streams);
        let mut out = Output { file, stream: &mut buffers.stream, next: streams, deflater: &mut self.deflater };
        let mut links = Vec::new();
        for (index, link) in document.pages.iter().flat_map(|page| &page.extras).flat_map(|extras| &extras.links).enumerate() {
            buffers.body.clear();
            write_annotation(link, page, Some(numbers.first_key + index as u32), &mut buffers.body);
            out.push(numbers.annotation(index as u32), &buffers.body)?;
            links.push(0);
        }
        let mut elements = Elements {
            numbers,
            page,
            sorts: &mut buffers.sorts,
            open: Vec::new(),
            kids: &mut buffers.kids,
            body: &mut buffers.body,
            parents: &mut buffers.parents,
            links: &mut links,
            notes: Vec::new(),
            classes: &mut self.classes,
            root: self.file,
        };
        elements.write(document, structure, (structure.language != self.language).then_some(&structure.language));
        let notes = elements.notes;
        for sort in &buffers.sorts {
            let mut start = 0;
            out.stream.align();
            for (number, end) in &sort.ends {
                out.push(Ref(*number), &sort.bodies[start..*end])?;
                start = *end;
            }
        }
        self.documents.push(Ref(numbers.elements));
        let mut next = numbers.page_keys;
        let body = &mut buffers.body;
        write_page_keys(&buffers.parents[..document.pages.len()], first_page, body);
        self.page_keys.push(Ref(next));
        out.stream.align();
        out.push(Ref(next), body)?;
        next += 1;
        if !links.is_empty() {
            write_link_keys(&links, numbers.first_key, body);
            self.link_keys.push(Ref(next));
            out.push(Ref(next), body)?;
            next += 1;
        }
        if !notes.is_empty() {
            write_identifiers(&notes, body);
            self.identifiers.push(Ref(next));
            out.push(Ref(next), body)?;
        }
        out.flush()?;
        assert!(out.next == Ref(numbers.end), "the object streams of a document were counted before");
        self.buffers = buffers;
        Ok(StructurePlace { first: numbers.annotations, count: numbers.end - numbers.annotations, root: numbers.elements })
    }

    /// Writes the root; gives the entries of the catalog.
    pub(super) fn finish(self, file: &mut File<'_>) -> Result<Vec<u8>, StreamError> {
        let keys = file.reserve();
        let mut body = b"<</Kids".to_vec();
        write_refs(self.page_keys.iter().chain(&self.link_keys), &mut body);
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

/// The libdeflate level of structure.
const STRUCTURE_LEVEL: i32 = 6;

/// The object streams of a document.
struct Output<'o, 'w> {
    file: &'o mut File<'w>,
    stream: &'o mut ObjectStream,
    /// The number of the next stream.
    next: Ref,
    deflater: &'o mut Deflater,
}

impl Output<'_, '_> {
    fn push(&mut self, object: Ref, body: &[u8]) -> Result<(), StreamError> {
        self.stream.push(object, body);
        if self.stream.len() == PACK_MAX { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), StreamError> {
        if !self.stream.is_empty() {
            self.file.object_stream(self.next, self.stream, self.deflater)?;
            self.next = Ref(self.next.0 + 1);
        }
        Ok(())
    }
}

/// An element whose children are still to come.
struct Open {
    number: u32,
    kind: Option<Kind>,
    detail: Option<u32>,
    /// The page of its first content.
    page: Option<u32>,
    /// Where its children begin among all that are open.
    kids: usize,
    children: u32,
}

struct Elements<'e> {
    numbers: &'e Numbers,
    page: &'e dyn Fn(u32) -> Ref,
    sorts: &'e mut [Sort; SORTS],
    open: Vec<Open>,
    kids: &'e mut Vec<u8>,
    body: &'e mut Vec<u8>,
    /// By page and marked-content identifier, the element.
    parents: &'e mut Vec<Vec<u32>>,
    /// The element of each link.
    links: &'e mut [u32],
    notes: Vec<u32>,
    classes: &'e mut BTreeSet<Class>,
    root: Ref,
}

impl Elements<'_> {
    fn write(&mut self, document: &Document, structure: &Structure, language: Option<&String>) {
        self.number(structure);
        self.parents.iter_mut().for_each(Vec::clear);
        self.parents.resize_with(self.parents.len().max(document.pages.len()), Vec::new);
        self.kids.clear();
        let mut before = Vec::with_capacity(document.pages.len());
        let mut links = 0;
        for page in &document.pages {
            before.push(links);
            links += page.extras.as_ref().map_or(0, |extras| extras.links.len() as u32);
        }
        self.begin(None, None);
        for step in &structure.steps {
            match *step {
                Step::Begin(kind) => self.begin(Some(kind), None),
                Step::BeginWith(kind, detail) => self.begin(Some(kind), Some(detail)),
                Step::Content { page, mcid } => self.content(page, mcid),
                Step::Annotation { page, index } => self.annotation(page, before[page as usize] + index),
                Step::End => self.end(structure, None),
            }
        }
        self.end(structure, language);
        assert!(self.open.is_empty(), "every element ends");
    }

    /// Gives each kind its numbers: elements of one kind have numbers in a row.
    fn number(&mut self, structure: &Structure) {
        for sort in self.sorts.iter_mut() {
            sort.bodies.clear();
            sort.ends.clear();
            sort.next = 0;
        }
        for step in &structure.steps {
            if let Step::Begin(kind) | Step::BeginWith(kind, _) = step {
                self.sorts[sort_of(Some(*kind))].next += 1;
            }
        }
        self.sorts[sort_of(None)].next = 1;
        let mut next = self.numbers.elements;
        for sort in self.sorts.iter_mut() {
            next += std::mem::replace(&mut sort.next, next);
        }
    }

    fn begin(&mut self, kind: Option<Kind>, detail: Option<u32>) {
        let next = &mut self.sorts[sort_of(kind)].next;
        self.open.push(Open { number: *next, kind, detail, page: None, kids: self.kids.len(), children: 0 });
        *next += 1;
    }

    fn content(&mut self, page: u32, mcid: u32) {
        let Some(open) = self.open.last_mut() else { return };
        let parents = &mut self.parents[page as usize];
        let mcid_at = mcid as usize;
        parents.resize(parents.len().max(mcid_at + 1), 0);
        parents[mcid_at] = open.number;
        open.children += 1;
        if *open.page.get_or_insert(page) == page {
            write_padded(i64::from(mcid), 5, self.kids);
        } else {
            self.kids.extend_from_slice(b"<</Type/MCR/Pg ");
            write_ref((self.page)(page), self.kids);
            self.kids.extend_from_slice(b"/MCID ");
            write_integer(i64::from(mcid), self.kids);
            self.kids.extend_from_slice(b">>");
        }
    }

    fn annotation(&mut self, page: u32, link: u32) {
        let Some(open) = self.open.last_mut() else { return };
        self.links[link as usize] = open.number;
        open.children += 1;
        self.kids.extend_from_slice(b"<</Type/OBJR/Pg ");
        write_ref((self.page)(page), self.kids);
        self.kids.extend_from_slice(b"/Obj ");
        write_ref(self.numbers.annotation(link), self.kids);
        self.kids.extend_from_slice(b">>");
    }

    fn end(&mut self, structure: &Structure, language: Option<&String>) {
        let Some(open) = self.open.pop() else { return };
        let parent = self.open.last().map_or(self.root, |parent| Ref(parent.number));
        let body = &mut *self.body;
        body.clear();
        body.extend_from_slice(b"<</S/");
        body.extend_from_slice(open.kind.map_or(b"Part", name));
        body.extend_from_slice(b"/P");
        write_padded_ref(parent, body);
        if let Some(page) = open.page {
            body.extend_from_slice(b"/Pg");
            write_padded_ref((self.page)(page), body);
        }
        if let Some(language) = language.filter(|language| !language.is_empty()) {
            body.extend_from_slice(b"/Lang");
            write_text(language, body);
        }
        if open.kind == Some(Kind::Note) {
            body.extend_from_slice(b"/ID");
            write_identifier(open.number, body);
            self.notes.push(open.number);
        }
        match open.detail.map(|detail| &structure.details[detail as usize]) {
            None => {}
            Some(Detail::Alt(alt)) if alt.is_empty() => {}
            Some(Detail::Alt(alt)) => {
                body.extend_from_slice(b"/Alt");
                write_text(&shortened(alt), body);
            }
            Some(Detail::Language(language)) => {
                body.extend_from_slice(b"/Lang");
                write_text(language, body);
            }
            Some(Detail::Cell(cell)) => self.classes_of(Class::Cell(*cell)),
            Some(Detail::Numbering(numbering)) => self.classes_of(Class::Numbering(numbering)),
        }
        let body = &mut *self.body;
        let kids = &self.kids[open.kids..];
        match open.children {
            0 => {}
            1 => {
                body.extend_from_slice(b"/K");
                body.extend_from_slice(kids);
            }
            _ => {
                // The children end a row, so that their numbers stand under each other.
                body.extend_from_slice(b"/K[");
                let rest = kids.len() + b"]>> ".len();
                let unit = if open.kind == Some(Kind::Row) { ROW } else { ROW / 2 };
                body.resize((body.len() + rest).next_multiple_of(unit) - rest, b' ');
                body.extend_from_slice(kids);
                body.push(b']');
            }
        }
        body.extend_from_slice(b">>");
        let sort = &mut self.sorts[sort_of(open.kind)];
        sort.bodies.extend_from_slice(body);
        sort.ends.push((open.number, sort.bodies.len()));
        self.kids.truncate(open.kids);
        if let Some(parent) = self.open.last_mut() {
            parent.children += 1;
            write_padded_ref(Ref(open.number), self.kids);
        }
    }

    fn classes_of(&mut self, class: Class) {
        self.body.extend_from_slice(b"/C");
        class.write_name(self.body);
        if !self.classes.contains(&class) {
            self.classes.insert(class);
        }
    }
}

/// Which kinds of elements have numbers before which: those that hold others first.
fn sort_of(kind: Option<Kind>) -> usize {
    match kind {
        None => 0,
        Some(Kind::Table) => 1,
        Some(Kind::TableHead) => 2,
        Some(Kind::TableBody) => 3,
        Some(Kind::TableFoot) => 4,
        Some(Kind::List) => 5,
        Some(Kind::Item) => 6,
        Some(Kind::Label) => 7,
        Some(Kind::ItemBody) => 8,
        Some(Kind::Heading(_)) => 9,
        Some(Kind::Figure) => 10,
        Some(Kind::Link) => 11,
        Some(Kind::Note) => 12,
        Some(Kind::Row) => 13,
        Some(Kind::Paragraph) => 14,
        Some(Kind::HeadCell) => 15,
        Some(Kind::Cell) => 16,
    }
}

/// Appends a reference of twelve bytes, a space before it.
fn write_padded_ref(object: Ref, out: &mut Vec<u8>) {
    write_padded(i64::from(object.0), 8, out);
    out.extend_from_slice(b" 0 R");
}

fn separate(children: u32, out: &mut Vec<u8>) {
    if children > 0 {
        out.push(b' ');
    }
}

fn name(kind: Kind) -> &'static [u8] {
    match kind {
        Kind::Paragraph => b"P",
        Kind::Heading(level) => [b"H1", b"H2", b"H3", b"H4", b"H5", b"H6"][usize::from(level.clamp(1, 6)) - 1],
        Kind::List => b"L",
        Kind::Item => b"LI",
        Kind::Label => b"Lbl",
        Kind::ItemBody => b"LBody",
        Kind::Table => b"Table",
        Kind::TableHead => b"THead",
        Kind::TableBody => b"TBody",
        Kind::TableFoot => b"TFoot",
        Kind::Row => b"TR",
        Kind::Cell => b"TD",
        Kind::HeadCell => b"TH",
        Kind::Figure => b"Figure",
        Kind::Note => b"Note",
        Kind::Link => b"Link",
    }
}

impl Class {
    fn write_name(self, out: &mut Vec<u8>) {
        match self {
            Class::Cell(CellDetail { columns, rows, scope }) => {
                out.extend_from_slice(match scope {
                    None => b"/d",
                    Some(Scope::Column) => b"/c",
                    Some(Scope::Row) => b"/r",
                    Some(Scope::Both) => b"/b",
                });
                if columns > 1 || rows > 1 {
                    write_integer(i64::from(columns), out);
                    out.push(b'x');
                    write_integer(i64::from(rows), out);
                }
            }
            Class::Numbering(name) => {
                out.push(b'/');
                out.extend_from_slice(name.as_bytes());
            }
        }
    }

    fn write_attributes(self, out: &mut Vec<u8>) {
        match self {
            Class::Cell(CellDetail { columns, rows, scope }) => {
                out.extend_from_slice(b"<</O/Table");
                if let Some(scope) = scope {
                    out.extend_from_slice(match scope {
                        Scope::Column => b"/Scope/Column",
                        Scope::Row => b"/Scope/Row",
                        Scope::Both => b"/Scope/Both",
                    });
                }
                for (name, count) in [(&b"/ColSpan "[..], columns), (b"/RowSpan ", rows)] {
                    if count > 1 {
                        out.extend_from_slice(name);
                        write_integer(i64::from(count), out);
                    }
                }
                out.extend_from_slice(b">>");
            }
            Class::Numbering(name) => {
                out.extend_from_slice(b"<</O/List/ListNumbering/");
                out.extend_from_slice(name.as_bytes());
                out.extend_from_slice(b">>");
            }
        }
    }
}

fn write_refs<'r>(refs: impl Iterator<Item = &'r Ref>, out: &mut Vec<u8>) {
    out.push(b'[');
    for (index, object) in refs.enumerate() {
        separate(index as u32, out);
        write_ref(*object, out);
    }
    out.push(b']');
}

fn write_limits(first: u32, last: u32, out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(b"<</Limits[");
    write_integer(i64::from(first), out);
    out.push(b' ');
    write_integer(i64::from(last), out);
    out.extend_from_slice(b"]/Nums[");
}

/// ISO 32000-1, 14.7.4.4: for each page, the elements of its sequences.
fn write_page_keys(parents: &[Vec<u32>], first: u32, out: &mut Vec<u8>) {
    write_limits(first, first + parents.len() as u32 - 1, out);
    for (index, parents) in parents.iter().enumerate() {
        separate(index as u32, out);
        write_integer(i64::from(first) + index as i64, out);
        out.push(b'[');
        out.resize(out.len().next_multiple_of(ROW), b' ');
        for parent in parents {
            match parent {
                0 => out.extend_from_slice(b"        null"),
                parent => write_padded_ref(Ref(*parent), out),
            }
        }
        out.push(b']');
    }
    out.extend_from_slice(b"]>>");
}

fn write_link_keys(links: &[u32], first: u32, out: &mut Vec<u8>) {
    write_limits(first, first + links.len() as u32 - 1, out);
    for (index, element) in links.iter().enumerate() {
        separate(index as u32, out);
        write_integer(i64::from(first) + index as i64, out);
        out.push(b' ');
        write_ref(Ref(*element), out);
    }
    out.extend_from_slice(b"]>>");
}

/// ISO 14289-1, 7.9: a footnote has an identifier of its own.
fn write_identifier(element: u32, out: &mut Vec<u8>) {
    // As many digits for each, so that they are in order.
    out.extend_from_slice(format!("(n{element:08})").as_bytes());
}

fn write_identifiers(notes: &[u32], out: &mut Vec<u8>) {
    out.clear();
    let (first, last) = (notes.iter().min(), notes.iter().max());
    out.extend_from_slice(b"<</Limits[");
    first.into_iter().chain(last).for_each(|note| write_identifier(*note, out));
    out.extend_from_slice(b"]/Names[");
    let mut sorted = notes.to_vec();
    sorted.sort_unstable();
    for note in sorted {
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
        scanner.expect(OBJECT_STREAM, "an object stream")?;
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

fn shortened(text: &str) -> String {
    text.chars().take(TEXT_MAX).collect()
}
