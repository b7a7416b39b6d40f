//! The shapes of structures: what documents with the same elements have in common.
//!
//! Takes structures, tells which have one shape and keeps the compressed object stream of each shape, in which only numbers are left blank. A job
//! has thousands of documents and some hundred shapes: a page more or less, a row more or less. Must never let a byte depend on
//! what it has seen before.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use super::elements::Class;
use crate::kit::pdf::Stencil;
use crate::model::page::Document;
use crate::model::structure::{Detail, Scope, Structure};

/// Shapes that are kept: they take some ten kilobytes each.
const KEPT_MAX: usize = 1_024;

/// The shapes of the documents of a job, for all its volumes.
#[derive(Debug, Default)]
pub struct Shapes {
    known: RwLock<FxHashMap<Box<[u32]>, Arc<Shape>>>,
}

/// What documents of one shape have in common.
#[derive(Debug)]
pub(super) struct Shape {
    /// The classes that its elements name.
    pub classes: Vec<Class>,
    /// Its object stream, once it was needed.
    pub made: OnceLock<Made>,
}

/// The object stream of a shape.
#[derive(Debug)]
pub(super) struct Made {
    pub stencil: Stencil,
    /// The entries of its dictionary.
    pub entries: Vec<u8>,
    /// The length of its objects, behind which texts follow.
    pub bodies: u32,
    /// The numbers of the elements of its links, counted from its first.
    pub links: Vec<u32>,
    /// Those of its footnotes.
    pub notes: Vec<u32>,
}

impl Shapes {
    /// Begins a volume in `language`: gives the shape of each document that has a structure.
    pub(super) fn begin(&self, documents: &[Document], language: &str, objects_max: u32) -> Vec<Option<Arc<Shape>>> {
        let mut known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.len() > KEPT_MAX {
            drop(known);
            self.known.write().unwrap_or_else(PoisonError::into_inner).clear();
            known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        }
        let mut key = Vec::new();
        let mut of_documents = Vec::with_capacity(documents.len());
        for document in documents {
            let Some(structure) = document.structure.as_deref() else {
                of_documents.push(None);
                continue;
            };
            let new = || Arc::new(Shape { classes: classes_of(structure), made: OnceLock::new() });
            // One that is too large for a stream shares nothing, and its key would be as large.
            if structure.elements >= objects_max {
                of_documents.push(Some(new()));
                continue;
            }
            write_key(document, structure, language, &mut key);
            let mut found = known.get(key.as_slice()).cloned();
            if found.is_none() {
                drop(known);
                let mut changing = self.known.write().unwrap_or_else(PoisonError::into_inner);
                // Another worker may have been faster.
                found = Some(changing.entry(key.as_slice().into()).or_insert_with(new).clone());
                drop(changing);
                known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            }
            of_documents.push(found);
        }
        of_documents
    }
}

/// What tells the shape of a document from others.
fn write_key(document: &Document, structure: &Structure, language: &str, out: &mut Vec<u32>) {
    out.clear();
    // Words of steps end nowhere, so their number goes before them.
    out.extend([document.pages.len() as u32, structure.steps.words().len() as u32]);
    out.extend(document.pages.iter().map(|page| page.extras.as_ref().map_or(0, |extras| extras.links.len() as u32)));
    out.extend_from_slice(structure.steps.words());
    // Nothing says the language of the file.
    write_text(if structure.language == language { "" } else { &structure.language }, out);
    structure.details.iter().for_each(|detail| write_detail(detail, out));
}

fn classes_of(structure: &Structure) -> Vec<Class> {
    let mut classes: Vec<Class> = structure.details.iter().filter_map(Class::of).collect();
    classes.sort_unstable();
    classes.dedup();
    classes
}

/// What tells a detail from others; words of one document do not.
fn write_detail(detail: &Detail, out: &mut Vec<u32>) {
    match detail {
        Detail::Alt(alt) => {
            out.push(0);
            write_text(alt, out);
        }
        Detail::FiguresAlt(alt) => {
            out.push(6);
            out.push(alt.len() as u32);
            out.extend(alt.bytes().map(|byte| if byte.is_ascii_digit() { u32::from(b'0') } else { u32::from(byte) }));
        }
        Detail::OwnAlt(alt) => out.push(if alt.is_empty() { 1 } else { 2 }),
        Detail::Language(language) => {
            out.push(3);
            write_text(language, out);
        }
        Detail::Cell(cell) => {
            let scope = match cell.scope {
                None => 0,
                Some(Scope::Column) => 1,
                Some(Scope::Row) => 2,
                Some(Scope::Both) => 3,
            };
            out.extend([4, cell.columns, cell.rows, scope]);
        }
        Detail::Numbering(numbering) => {
            out.push(5);
            write_text(numbering, out);
        }
    }
}

fn write_text(text: &str, out: &mut Vec<u32>) {
    out.push(text.len() as u32);
    out.extend(text.as_bytes().chunks(4).map(|bytes| bytes.iter().fold(0, |word, byte| word << 8 | u32::from(*byte))));
}
