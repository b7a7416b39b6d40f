//! The outline of a volume (ISO 32000-1, 12.3.3): its documents, so that a person finds one in a thousand, and the bookmarks
//! in each, closed at first.
//!
//! Takes documents and the objects of their pages, gives the tree. Must never know what a bookmark is of.

use super::StreamError;
use super::volume::DocumentPlace;
use crate::base::length::Length;
use crate::kit::pdf::{File, Ref, write_decimal, write_integer, write_ref, write_text};
use crate::model::page::{ComposedRange, Document};

/// Characters of a title in the outline; a title made from customer data may be megabytes long.
const TITLE_MAX: usize = 200;

/// An entry, before it is written.
struct Entry {
    title: String,
    page: Ref,
    /// Where on the page; `None`: all of it.
    top: Option<Length>,
    /// The entry it is under.
    parent: Option<usize>,
    /// The entries under it, in their order.
    children: Vec<usize>,
}

/// Writes the outline under `root`.
pub(super) fn write_outline(
    range: &ComposedRange,
    documents: &[DocumentPlace],
    pages: &[Ref],
    root: Ref,
    file: &mut File<'_>,
) -> Result<(), StreamError> {
    let mut entries: Vec<Entry> = Vec::with_capacity(documents.len());
    let mut top = Vec::with_capacity(documents.len());
    for (document, place) in range.documents.iter().zip(documents) {
        top.push(entries.len());
        add_document(document, &pages[place.first_page as usize..], &mut entries);
    }
    let first = file.reserve_many(entries.len());
    let object = |index: usize| Ref(first.0 + index as u32);
    let mut body = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let siblings = entry.parent.map_or(&top, |parent| &entries[parent].children);
        let at = siblings.binary_search(&index).unwrap_or_default();
        body.clear();
        body.extend_from_slice(b"<</Title");
        write_text(&entry.title, &mut body);
        link(b"/Parent ", entry.parent.map_or(root, object), &mut body);
        if at > 0 {
            link(b"/Prev ", object(siblings[at - 1]), &mut body);
        }
        if let Some(next) = siblings.get(at + 1) {
            link(b"/Next ", object(*next), &mut body);
        }
        if let (Some(first), Some(last)) = (entry.children.first(), entry.children.last()) {
            link(b"/First ", object(*first), &mut body);
            link(b"/Last ", object(*last), &mut body);
            // Less than zero: closed (ISO 32000-1, table 153).
            body.extend_from_slice(b"/Count ");
            write_integer(-(entry.children.len() as i64), &mut body);
        }
        link(b"/Dest[", entry.page, &mut body);
        match entry.top {
            None => body.extend_from_slice(b"/Fit]>>"),
            Some(top) => {
                body.extend_from_slice(b"/XYZ null ");
                write_decimal(top.centipoints(), 2, &mut body);
                body.extend_from_slice(b" null]>>");
            }
        }
        file.pack(object(index), &body)?;
    }
    body.clear();
    body.extend_from_slice(b"<</Type/Outlines");
    link(b"/First ", object(0), &mut body);
    link(b"/Last ", object(top[top.len() - 1]), &mut body);
    body.extend_from_slice(b"/Count ");
    write_integer(top.len() as i64, &mut body);
    body.extend_from_slice(b">>");
    Ok(file.pack(root, &body)?)
}

/// Adds a document and its bookmarks, each under the last one of a lower level before it.
fn add_document(document: &Document, pages: &[Ref], entries: &mut Vec<Entry>) {
    let title = if document.title.is_empty() { &document.id } else { &document.title };
    // The levels that are open, with their entries.
    let mut open = vec![(0, entries.len())];
    entries.push(Entry { title: shortened(title), page: pages[0], top: None, parent: None, children: Vec::new() });
    for (page, object) in document.pages.iter().zip(pages) {
        for bookmark in page.extras.iter().flat_map(|extras| &extras.bookmarks) {
            let level = bookmark.level.max(1);
            while open.last().is_some_and(|(above, _)| *above >= level) {
                open.pop();
            }
            let parent = open.last().map(|(_, parent)| *parent);
            let index = entries.len();
            if let Some(parent) = parent {
                entries[parent].children.push(index);
            }
            entries.push(Entry { title: shortened(&bookmark.title), page: *object, top: Some(bookmark.top), parent, children: Vec::new() });
            open.push((level, index));
        }
    }
}

fn link(name: &[u8], object: Ref, body: &mut Vec<u8>) {
    body.extend_from_slice(name);
    write_ref(object, body);
}

fn shortened(title: &str) -> String {
    title.chars().take(TITLE_MAX).collect()
}
