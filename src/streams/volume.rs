//! Volumes: the documents of one range of records as one PDF/A-2b file.
//!
//! Takes composed documents and resources, gives the file and where each document is in it; takes a volume and an entry,
//! gives the page bodies back. The objects of a document lie together, two for each page, and their numbers follow from
//! the index of the page, so that a document is cut out with one range read and damage is seen. Must never compose.

use std::io::Write;
use std::ops::Range;

use super::frame::{DEFLATED, FIRST_FREE, Frame, begin_page, page_ends};
use super::scan::Scanner;
use super::{FileInfo, StreamError, link, outline};
use crate::base::hash::{Hash, Hasher};
use crate::kit::pdf::{File, Finished, KIDS_MAX, PageTree, Ref, write_integer, write_ref};
use crate::model::page::{ComposedRange, Document, Entry, Media, Page};
use crate::model::resources::Resources;

/// What is in a volume, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VolumeIndex {
    /// One per document, in order.
    pub documents: Vec<DocumentPlace>,
    /// Pages of all documents.
    pub pages: u32,
    /// Length, hash and object count of the file.
    pub file: Finished,
}

/// Where a document is in its volume.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DocumentPlace {
    /// The index of its first page, from 0.
    pub first_page: u32,
    /// How many pages.
    pub pages: u32,
    /// First byte of its objects.
    pub offset: u64,
    /// Bytes of its objects.
    pub length: u64,
    /// SHA-256 over its page bodies, each preceded by its length (8 bytes, little-endian).
    pub hash: Hash,
}

impl DocumentPlace {
    /// The ledger's row of `document`, which is here in `volume`.
    pub fn entry(&self, document: &Document, volume: u32) -> Entry {
        Entry {
            record: document.record,
            id: document.id.clone(),
            volume,
            first_page: self.first_page,
            pages: self.pages,
            offset: self.offset,
            length: self.length,
            hash: self.hash,
            sort_key: document.sort_key.clone(),
        }
    }
}

/// The object number of the body of page 0 less the node above it: after the frame comes the root of the outline.
const FIRST_NODE: u32 = FIRST_FREE + 1;

/// Writes a volume. `media` are those of the job, by the index that pages have.
pub fn write_volume(
    range: &ComposedRange,
    resources: &Resources,
    media: &[Media],
    info: &FileInfo<'_>,
    out: &mut dyn Write,
) -> Result<VolumeIndex, StreamError> {
    let mut file = File::new(out);
    let (frame, mut tree) = Frame::begin(&mut file);
    let outline = file.reserve();
    let ends = page_ends(media);
    let mut documents = Vec::with_capacity(range.documents.len());
    for document in &range.documents {
        documents.push(write_document(document, &ends, &mut file, &mut tree)?);
    }
    let pages = tree.pages().len() as u32;
    if pages == 0 {
        return Err(StreamError::NoPages);
    }
    outline::write_outline(range, &documents, tree.pages(), outline, &mut file)?;
    let mut extra = b"/Outlines ".to_vec();
    write_ref(outline, &mut extra);
    extra.extend_from_slice(b"/ViewerPreferences<</DisplayDocTitle true>>");
    let info = match range.documents.as_slice() {
        [only] => &FileInfo { properties: only.properties.as_deref(), ..*info },
        _ => info,
    };
    let file = frame.finish(file, tree, media, resources, &range.used, info, &extra)?;
    Ok(VolumeIndex { documents, pages, file })
}

/// The fingerprint of a document: see [`Entry::hash`].
pub fn hash_bodies<'b>(bodies: impl Iterator<Item = &'b [u8]>) -> Hash {
    let mut hasher = Hasher::new();
    bodies.for_each(|body| hasher.update_field(body));
    hasher.finish()
}

fn write_document(document: &Document, ends: &[Vec<u8>], file: &mut File<'_>, tree: &mut PageTree) -> Result<DocumentPlace, StreamError> {
    assert!(!document.pages.is_empty(), "a document has at least one page");
    let first_page = tree.pages().len() as u32;
    let offset = file.position();
    for page in &document.pages {
        write_page(page, first_page, &ends[usize::from(page.media)], file, tree)?;
    }
    Ok(DocumentPlace {
        first_page,
        pages: document.pages.len() as u32,
        offset,
        length: file.position() - offset,
        hash: hash_bodies(document.pages.iter().map(|page| page.body.as_slice())),
    })
}

fn write_page(page: &Page, first: u32, end: &[u8], file: &mut File<'_>, tree: &mut PageTree) -> Result<(), StreamError> {
    let numbers = PageNumbers::of(tree.pages().len() as u32);
    let parent = tree.parent(file);
    let body = file.reserve_many(2);
    let object = Ref(body.0 + 1);
    assert!(numbers == PageNumbers { parent, body, page: object }, "object numbers follow from the index of the page");
    file.stream(body, DEFLATED, &page.body)?;
    let out = file.begin(object);
    write_dictionary(&numbers, b"", out);
    if let Some(extras) = page.extras.as_ref().filter(|extras| !extras.links.is_empty()) {
        link::write_entry(&link::write_links(&extras.links, |page| PageNumbers::of(first + page).page), out);
    }
    out.extend_from_slice(end);
    file.end()?;
    tree.push(object);
    Ok(())
}

fn write_dictionary(numbers: &PageNumbers, end: &[u8], out: &mut Vec<u8>) {
    begin_page(numbers.parent, true, out);
    out.push(b' ');
    write_ref(numbers.body, out);
    out.extend_from_slice(end);
}

/// The objects of a page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct PageNumbers {
    parent: Ref,
    body: Ref,
    page: Ref,
}

impl PageNumbers {
    /// Each node of the page tree takes a number just before its pages, each page takes two.
    fn of(index: u32) -> PageNumbers {
        let kids = KIDS_MAX as u32;
        let parent = FIRST_NODE + index / kids * (1 + 2 * kids);
        let body = parent + 1 + index % kids * 2;
        PageNumbers { parent: Ref(parent), body: Ref(body), page: Ref(body + 1) }
    }
}

/// A page of a volume, read back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PageBody {
    /// Where its compressed content stream is in the volume.
    pub body: Range<usize>,
    /// The index of its media.
    pub media: u8,
}

/// Finds the page bodies of a document in its volume. `media` are those the volume was written with.
///
/// Every byte of the document's range is compared with what was written there, and the bodies with the entry's hash: a
/// damaged volume is an error, never another page.
pub fn read_pages(volume: &[u8], entry: &Entry, media: &[Media]) -> Result<Vec<PageBody>, StreamError> {
    let ends = page_ends(media);
    let start = usize::try_from(entry.offset).unwrap_or(usize::MAX);
    let mut scanner = Scanner::new(volume, start);
    let mut pages = Vec::with_capacity(entry.pages.min(1 << 16) as usize);
    for index in 0..entry.pages {
        pages.push(read_page(volume, &mut scanner, PageNumbers::of(entry.first_page + index), &ends)?);
    }
    if (scanner.at() - start.min(scanner.at())) as u64 != entry.length {
        return Err(scanner.damaged("the end of the document"));
    }
    if hash_bodies(pages.iter().map(|page| &volume[page.body.clone()])) != entry.hash {
        return Err(StreamError::Damaged { at: entry.offset, what: "the pages with the hash of the ledger" });
    }
    Ok(pages)
}

fn read_page(volume: &[u8], scanner: &mut Scanner<'_>, numbers: PageNumbers, ends: &[Vec<u8>]) -> Result<PageBody, StreamError> {
    let mut expected = Vec::with_capacity(80);
    write_integer(i64::from(numbers.body.0), &mut expected);
    expected.extend_from_slice(b" 0 obj\n<</Length ");
    scanner.expect(&expected, "the content stream of a page")?;
    let length = scanner.number("the length of a content stream")?;
    scanner.expect(DEFLATED, "a compressed content stream")?;
    scanner.expect(b">>\nstream\n", "the start of a content stream")?;
    let body = scanner.skip(length, "a whole content stream")?;
    scanner.expect(b"\nendstream\nendobj\n", "the end of a content stream")?;
    expected.clear();
    write_integer(i64::from(numbers.page.0), &mut expected);
    expected.extend_from_slice(b" 0 obj\n");
    write_dictionary(&numbers, b"", &mut expected);
    scanner.expect(&expected, "a page")?;
    link::skip_entry(scanner, volume)?;
    let media = ends.iter().position(|end| scanner.accept(end)).ok_or_else(|| scanner.damaged("a page of a known media"))?;
    scanner.expect(b"\nendobj\n", "the end of a page")?;
    Ok(PageBody { body, media: media as u8 })
}
