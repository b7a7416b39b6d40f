//! Volumes: the documents of one range of records as one PDF/A file: PDF/A-2a and PDF/UA-1, or PDF/A-2b without tags.
//!
//! Takes composed documents and resources, gives the file and where each document is in it; takes a volume and an entry,
//! gives the page bodies back. The objects of a document lie together: two for each page, whose numbers follow from the index of
//! the page, then the object streams with its structure ([`super::structure`]), so that a document is cut out with one range read
//! and damage is seen. Outside this range it refers to the node of the page tree above a page, to the resource dictionary (object
//! 3), and from its `/Document` element to the root of the structure. Must never compose.

use std::io::Write;
use std::ops::Range;

use super::frame::{DEFLATED, FIRST_FREE, Frame, begin_page, page_ends};
use super::scan::Scanner;
pub use super::structure::Shapes;
use super::structure::{Numbers, StructurePlace, StructureRoot};
use super::{FileInfo, StreamError, link, outline, structure};
use crate::base::hash::{Hash, Hasher, hash_fields};
use crate::kit::pdf::{Conformance, File, Finished, KIDS_MAX, PageTree, Ref, write_integer, write_ref};
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
    /// The objects of its structure, which lie behind its pages, if it is tagged.
    pub structure: Option<StructurePlace>,
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

/// Writes a volume. `media` are those of the job, by the index that pages have; `shapes` are those of the job's volumes and change no byte.
pub fn write_volume(
    range: &ComposedRange,
    resources: &Resources,
    media: &[Media],
    info: &FileInfo<'_>,
    shapes: &Shapes,
    out: &mut dyn Write,
) -> Result<VolumeIndex, StreamError> {
    let mut file = File::new(out);
    let (frame, mut tree) = Frame::begin(&mut file);
    let outline = file.reserve();
    let pages: usize = range.documents.iter().map(|document| document.pages.len()).sum();
    if pages == 0 {
        return Err(StreamError::NoPages);
    }
    for index in 0..pages as u32 {
        reserve_page(index, &mut file, &mut tree);
    }
    let pages = pages as u32;
    let structures = || range.documents.iter().filter_map(|document| document.structure.as_deref());
    // In a file of several languages, that of the first document; the others say theirs.
    let language = structures().map(|structure| structure.language.as_str()).find(|language| !language.is_empty()).unwrap_or(info.language);
    let mut structure = structures().next().map(|_| StructureRoot::new(&range.documents, pages, language, shapes, &mut file));
    let ends = page_ends(media);
    let mut documents: Vec<DocumentPlace> = Vec::with_capacity(range.documents.len());
    for (index, document) in range.documents.iter().enumerate() {
        let first_page = documents.last().map_or(0, |before| before.first_page + before.pages);
        documents.push(write_document(index, document, first_page, structure.as_mut(), &ends, &mut file)?);
    }
    outline::write_outline(range, &documents, tree.pages(), outline, &mut file)?;
    let mut extra = b"/Outlines ".to_vec();
    write_ref(outline, &mut extra);
    extra.extend_from_slice(b"/ViewerPreferences<</DisplayDocTitle true>>");
    let conformance = conformance(range, language, info);
    let language = if structure.is_some() { language } else { info.language };
    let info = &FileInfo { language, ..*info };
    if let Some(structure) = structure {
        extra.extend_from_slice(&structure.finish(&mut file)?);
    }
    let info = match range.documents.as_slice() {
        [only] => &FileInfo { properties: only.properties.as_deref(), ..*info },
        _ => info,
    };
    let file = frame.finish(file, tree, media, resources, &range.used, info, conformance, &extra)?;
    Ok(VolumeIndex { documents, pages, file })
}

/// The fingerprint of a document: see [`Entry::hash`].
fn hash_bodies<'b>(bodies: impl Iterator<Item = &'b [u8]>) -> Hash {
    let mut hasher = Hasher::new();
    bodies.for_each(|body| hasher.update_field(body));
    hasher.finish()
}

/// The fingerprint of a document that is composed, see [`Entry::hash`]: the one it knows, or else that of its pages.
pub fn hash_document(document: &Document) -> Hash {
    document.hash.unwrap_or_else(|| hash_bodies(document.pages.iter().map(|page| page.body.as_slice())))
}

/// What a volume can say it conforms to: without tags nothing but its looks, with tags and a language, and a text in the place of
/// every figure, all of ISO 14289-1.
fn conformance(range: &ComposedRange, language: &str, info: &FileInfo<'_>) -> Conformance {
    let is_told = |document: &Document| document.structure.as_ref().is_some_and(|structure| structure.untold == 0);
    if range.documents.iter().any(|document| document.structure.is_none()) {
        Conformance::Basic
    } else if language.is_empty() || info.title.is_empty() || !range.documents.iter().all(is_told) {
        Conformance::Tagged
    } else {
        Conformance::Accessible
    }
}

/// Takes the numbers of a page: first those of all pages, so that they follow from its index.
fn reserve_page(index: u32, file: &mut File<'_>, tree: &mut PageTree) {
    let parent = tree.parent(file);
    let body = file.reserve_many(2);
    let page = Ref(body.0 + 1);
    assert!(PageNumbers::of(index) == PageNumbers { parent, body, page }, "object numbers follow from the index of the page");
    tree.push(page);
}

fn write_document(
    at: usize,
    document: &Document,
    first_page: u32,
    root: Option<&mut StructureRoot>,
    ends: &[Vec<u8>],
    file: &mut File<'_>,
) -> Result<DocumentPlace, StreamError> {
    assert!(!document.pages.is_empty(), "a document has at least one page");
    let offset = file.position();
    let tagged = root.zip(document.structure.as_deref());
    let tagged = tagged.map(|(root, structure)| (root.reserve(document, structure, file), root, structure));
    let mut links = 0;
    for (index, page) in document.pages.iter().enumerate() {
        let numbers = tagged.as_ref().map(|(numbers, _, _)| (numbers, links));
        write_page(page, (first_page, index as u32), numbers, &ends[usize::from(page.media)], file)?;
        links += page.extras.as_ref().map_or(0, |extras| extras.links.len() as u32);
    }
    let structure = match tagged {
        None => None,
        Some((numbers, root, structure)) => {
            let page = |index: u32| PageNumbers::of(first_page + index).page;
            Some(root.write_document(at, (document, structure), &numbers, first_page, &page, file)?)
        }
    };
    Ok(DocumentPlace {
        structure,
        first_page,
        pages: document.pages.len() as u32,
        offset,
        length: file.position() - offset,
        hash: hash_document(document),
    })
}

/// Writes page `index` of a document. `tagged` are the numbers of its structure, and how many links are on the pages before.
fn write_page(page: &Page, (first, index): (u32, u32), tagged: Option<(&Numbers, u32)>, end: &[u8], file: &mut File<'_>) -> Result<(), StreamError> {
    let numbers = PageNumbers::of(first + index);
    file.stream(numbers.body, DEFLATED, &page.body)?;
    let out = file.begin(numbers.page);
    write_dictionary(&numbers, b"", out);
    if tagged.is_some() {
        write_key(first + index, out);
    }
    if let Some(extras) = page.extras.as_ref().filter(|extras| !extras.links.is_empty()) {
        match tagged {
            None => link::write_entry(&link::write_links(&extras.links, |page| PageNumbers::of(first + page).page), out),
            Some((numbers, before)) => {
                let mut links = Vec::new();
                for index in 0..extras.links.len() as u32 {
                    write_ref(numbers.annotation(before + index), &mut links);
                    links.push(b' ');
                }
                link::write_entry(&links, out);
                // ISO 14289-1, 7.18.3.
                out.extend_from_slice(TABS);
            }
        }
    }
    out.extend_from_slice(end);
    Ok(file.end()?)
}

/// The key of a page in the parent tree is its index.
fn write_key(index: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(KEY);
    write_integer(i64::from(index), out);
}

const KEY: &[u8] = b"/StructParents ";
const TABS: &[u8] = b"/Tabs/S";

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
    let pages = find_pages(volume, entry, media)?;
    check_hash(hash_bodies(pages.iter().map(|page| &volume[page.body.clone()])), entry)?;
    Ok(pages)
}

/// The page bodies of a document as [`read_pages`] finds and compares them, each with its hash.
pub fn read_hashed_bodies<'v>(volume: &'v [u8], entry: &Entry, media: &[Media]) -> Result<(Vec<&'v [u8]>, Vec<Hash>), StreamError> {
    let pages = find_pages(volume, entry, media)?;
    let bodies: Vec<&[u8]> = pages.iter().map(|page| &volume[page.body.clone()]).collect();
    let (whole, each) = hash_fields(&bodies);
    check_hash(whole, entry)?;
    Ok((bodies, each))
}

fn check_hash(found: Hash, entry: &Entry) -> Result<(), StreamError> {
    if found == entry.hash { Ok(()) } else { Err(StreamError::Damaged { at: entry.offset, what: "the pages with the hash of the ledger" }) }
}

fn find_pages(volume: &[u8], entry: &Entry, media: &[Media]) -> Result<Vec<PageBody>, StreamError> {
    let ends = page_ends(media);
    let start = usize::try_from(entry.offset).unwrap_or(usize::MAX);
    let mut scanner = Scanner::new(volume, start);
    let mut pages = Vec::with_capacity(entry.pages.min(1 << 16) as usize);
    let mut is_tagged = false;
    for index in 0..entry.pages {
        let (page, has_key) = read_page(volume, &mut scanner, entry.first_page + index, &ends)?;
        if index > 0 && has_key != is_tagged {
            return Err(scanner.damaged("pages with and without a structure"));
        }
        is_tagged = has_key;
        pages.push(page);
    }
    if is_tagged {
        structure::skip(&mut scanner, volume, start + usize::try_from(entry.length).unwrap_or(usize::MAX - start))?;
    }
    if (scanner.at() - start.min(scanner.at())) as u64 != entry.length {
        return Err(scanner.damaged("the end of the document"));
    }
    Ok(pages)
}

fn read_page(volume: &[u8], scanner: &mut Scanner<'_>, index: u32, ends: &[Vec<u8>]) -> Result<(PageBody, bool), StreamError> {
    let numbers = PageNumbers::of(index);
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
    expected.clear();
    write_key(index, &mut expected);
    let is_tagged = scanner.accept(&expected);
    link::skip_entry(scanner, volume)?;
    if is_tagged {
        scanner.accept(TABS);
    }
    let media = ends.iter().position(|end| scanner.accept(end)).ok_or_else(|| scanner.damaged("a page of a known media"))?;
    scanner.expect(b"\nendobj\n", "the end of a page")?;
    Ok((PageBody { body, media: media as u8 }, is_tagged))
}
