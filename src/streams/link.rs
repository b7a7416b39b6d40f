//! The links of a page (ISO 32000-1, 12.5.6.5).
//!
//! Takes links and the objects of pages, gives annotations as PDF/A wants them (ISO 19005-2, 6.3: printed, and without an
//! appearance, which links need not have). They stand in the page's dictionary, so that the objects of a page stay two.

use super::StreamError;
use super::scan::Scanner;
use crate::base::hash::Hash;
use crate::kit::pdf::{Ref, write_decimal, write_hex, write_integer, write_literal, write_ref, write_text};
use crate::model::page::{Link, Target};

/// The annotations of a page.
pub(super) fn write_links(links: &[Link], page: impl Fn(u32) -> Ref) -> Vec<u8> {
    let mut out = Vec::new();
    for link in links {
        write_annotation(link, &page, None, &mut out);
    }
    out
}

/// Appends an annotation; with the key that a structure tree finds it by, it also has a name for readers who cannot see it
/// (ISO 14289-1, 7.18.5).
pub(super) fn write_annotation(link: &Link, page: &dyn Fn(u32) -> Ref, key: Option<u32>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"<</Type/Annot/Subtype/Link/F 4/Border[0 0 0]/Rect[");
    for (index, side) in link.place.iter().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        write_decimal(side.centipoints(), 2, out);
    }
    out.push(b']');
    if let Some(key) = key {
        out.extend_from_slice(b"/StructParent ");
        write_integer(i64::from(key), out);
        out.extend_from_slice(b"/Contents");
        write_text(&link.name.chars().take(NAME_MAX).collect::<String>(), out);
    }
    match &link.target {
        Target::Uri(uri) => {
            out.extend_from_slice(b"/A<</S/URI/URI");
            write_literal(uri.as_bytes(), out);
            out.extend_from_slice(b">>");
        }
        Target::Page(index, top) => {
            out.extend_from_slice(b"/Dest[");
            write_ref(page(*index), out);
            out.extend_from_slice(b"/XYZ null ");
            write_decimal(top.centipoints(), 2, out);
            out.extend_from_slice(b" null]");
        }
    }
    out.extend_from_slice(b">>");
}

/// Characters of the name of a link: a PDF/A string has 32,767 bytes at most.
const NAME_MAX: usize = 2_000;

/// Writes the entry of the page's dictionary, with its length and hash under a private name, so that it can be passed over
/// and damage is seen: the hash of a document is that of its page bodies.
pub(super) fn write_entry(links: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"/PRSN_Links[");
    write_integer(links.len() as i64, out);
    out.push(b' ');
    write_hash(links, out);
    out.extend_from_slice(b"]/Annots[");
    out.extend_from_slice(links);
    out.push(b']');
}

/// Passes over the entry of a page in `volume`, if there is one.
pub(super) fn skip_entry(scanner: &mut Scanner<'_>, volume: &[u8]) -> Result<(), StreamError> {
    if !scanner.accept(b"/PRSN_Links[") {
        return Ok(());
    }
    let length = scanner.number("the length of the links of a page")?;
    scanner.expect(b" ", "the hash of the links of a page")?;
    // Brackets of a hexadecimal string, two figures a byte.
    let hash = scanner.skip(2 + 2 * HASH_BYTES, "the hash of the links of a page")?;
    scanner.expect(b"]/Annots[", "the links of a page")?;
    let links = scanner.skip(length, "all links of a page")?;
    let mut expected = Vec::with_capacity(2 + 2 * HASH_BYTES);
    write_hash(&volume[links], &mut expected);
    if volume[hash] != expected {
        return Err(scanner.damaged("links of a page with their hash"));
    }
    scanner.expect(b"]", "the end of the links of a page")
}

/// Bytes of the hash that are written: enough against damage.
const HASH_BYTES: usize = 16;

fn write_hash(links: &[u8], out: &mut Vec<u8>) {
    write_hex(&Hash::of(links).0[..HASH_BYTES], out);
}
