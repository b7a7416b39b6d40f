//! The page tree (ISO 32000-1, 7.7.3).
//!
//! Takes pages in order, gives each its parent at once, so that pages can be written as they come. Must never know how
//! many will follow.

use super::file::{File, FileError, Ref};
use super::syntax::{write_integer, write_ref};

/// Pages under one node. Two levels are enough: the root of a file with a million pages has 3,907 kids.
pub const KIDS_MAX: usize = 256;

/// A page tree that grows at its end; 4 bytes a page.
#[derive(Debug)]
pub struct PageTree {
    root: Ref,
    nodes: Vec<Ref>,
    pages: Vec<Ref>,
}

impl PageTree {
    /// An empty tree under `root`.
    pub fn new(root: Ref) -> PageTree {
        PageTree { root, nodes: Vec::new(), pages: Vec::new() }
    }

    /// The parent of the next page.
    ///
    /// A node takes its number just before its first page, so that all numbers follow from the index of a page.
    pub fn parent(&mut self, file: &mut File<'_>) -> Ref {
        if self.pages.len() == self.nodes.len() * KIDS_MAX {
            self.nodes.push(file.reserve());
        }
        *self.nodes.last().expect("there is a node for every page")
    }

    /// Adds the page whose parent was asked for.
    pub fn push(&mut self, page: Ref) {
        assert!(self.pages.len() < self.nodes.len() * KIDS_MAX, "a page has no parent");
        self.pages.push(page);
    }

    /// The pages so far.
    pub fn pages(&self) -> &[Ref] {
        &self.pages
    }

    /// Writes the nodes. `inherited` are the entries that all pages inherit from the root (ISO 32000-1, 7.7.3.4).
    pub fn finish(self, file: &mut File<'_>, inherited: &[u8]) -> Result<(), FileError> {
        let mut body = Vec::new();
        for (node, pages) in self.nodes.iter().zip(self.pages.chunks(KIDS_MAX)) {
            body.clear();
            body.extend_from_slice(b"<</Type/Pages/Parent ");
            write_ref(self.root, &mut body);
            write_kids(pages, pages.len(), &mut body);
            body.extend_from_slice(b">>");
            file.pack(*node, &body)?;
        }
        body.clear();
        body.extend_from_slice(b"<</Type/Pages");
        body.extend_from_slice(inherited);
        write_kids(&self.nodes, self.pages.len(), &mut body);
        body.extend_from_slice(b">>");
        file.pack(self.root, &body)
    }
}

fn write_kids(kids: &[Ref], pages: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(b"/Count ");
    write_integer(pages as i64, out);
    out.extend_from_slice(b"/Kids[");
    for (index, kid) in kids.iter().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        write_ref(*kid, out);
    }
    out.push(b']');
}
