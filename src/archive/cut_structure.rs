//! The structure tree of a document that is cut out (ISO 32000-1, 14.7).
//!
//! Takes the pages of the document and its volume, gives the objects of the tree that must be written anew: the root with this document's
//! element alone, and the part of the parent tree that its pages ask. All elements below are copied as they are. Keys of the parent tree
//! stay what they are in the volume, so that nothing that holds one changes.

use std::collections::BTreeSet;

use super::cut::CutPage;
use crate::kit::pdf::{Object, OpenFile, PdfFault, RangeRead};

/// Deepest nesting of elements that is followed.
const NESTING_MAX: usize = 256;

/// What of the structure is not copied as it is.
pub(super) struct Structure {
    /// The number of the root.
    pub(super) root: u32,
    /// The number of the document's own element.
    pub(super) document: u32,
    /// Objects in place of those with these numbers.
    pub(super) rewritten: Vec<(u32, Object)>,
}

impl Structure {
    /// Finds the structure of a document; `None` if its volume has none, or none of its pages has a part in it.
    pub(super) fn find(catalog: &Object, pages: &[CutPage], open: &mut OpenFile, from: &mut dyn RangeRead) -> Result<Option<Structure>, PdfFault> {
        let Some(root) = catalog.find("StructTreeRoot").and_then(Object::reference) else { return Ok(None) };
        let tree = open.object(root, from)?;
        let mut keys = BTreeSet::new();
        for page in pages {
            add_keys(&page.dictionary, &mut keys);
            for annotation in page.dictionary.find("Annots").map(Object::items).unwrap_or_default() {
                if let Some(number) = annotation.reference() {
                    add_keys(&open.object(number, from)?, &mut keys);
                }
            }
        }
        let (mut numbers, mut element) = (Vec::new(), None);
        for key in keys {
            let Some(value) = find_number(tree.find("ParentTree"), key, open, from)? else { continue };
            // A page has a list of elements, an annotation has one.
            let list = match &value {
                Object::Reference(number) => match open.object(*number, from)? {
                    list @ Object::Array(_) => list,
                    _ => value.clone(),
                },
                _ => value.clone(),
            };
            element = element.or_else(|| list.reference().or_else(|| list.items().iter().find_map(Object::reference)));
            numbers.push(Object::Word(key.to_string().into_bytes()));
            numbers.push(list);
        }
        let Some(element) = element else { return Ok(None) };
        let mut chain = vec![element];
        for _ in 0..NESTING_MAX {
            let object = open.object(chain[chain.len() - 1], from)?;
            match object.find("P").and_then(Object::reference) {
                Some(parent) if parent != root => chain.push(parent),
                _ => break,
            }
        }
        let mut rewritten = Vec::new();
        let top = chain[chain.len() - 1];
        let mut document = top;
        // Documents stand under the root, or all under one element that stands there alone.
        let kids = match tree.find("K") {
            Some(Object::Array(kids)) => kids.len(),
            _ => 1,
        };
        if kids == 1
            && chain.len() > 1
            && let Some(only) = wrapper(top, chain[chain.len() - 2], open, from)?
        {
            document = chain[chain.len() - 2];
            rewritten.push((top, only));
        }
        let mut members = Vec::new();
        for (name, value) in tree.members() {
            let value = match name.as_slice() {
                b"K" => Object::Array(vec![Object::Reference(top)]),
                b"ParentTree" => Object::Dictionary(vec![(b"Nums".to_vec(), Object::Array(numbers.clone()))]),
                // Names of elements of all documents; a document that needs them has them in its elements.
                b"IDTree" => continue,
                _ => value.clone(),
            };
            members.push((name.clone(), value));
        }
        rewritten.push((root, Object::Dictionary(members)));
        Ok(Some(Structure { root, document, rewritten }))
    }
}

/// The element `number` with `kid` alone, if it holds other documents beside it: their elements are of type `Part` or `Document`.
fn wrapper(number: u32, kid: u32, open: &mut OpenFile, from: &mut dyn RangeRead) -> Result<Option<Object>, PdfFault> {
    let is_document = open.object(kid, from)?.find("S").is_some_and(|kind| kind.is_name("Document") || kind.is_name("Part"));
    let element = open.object(number, from)?;
    if !is_document {
        return Ok(None);
    }
    let kids = |(name, value): &(Vec<u8>, Object)| {
        let value = if name == b"K" { Object::Array(vec![Object::Reference(kid)]) } else { value.clone() };
        (name.clone(), value)
    };
    Ok(Some(Object::Dictionary(element.members().iter().map(kids).collect())))
}

/// Adds the keys of the parent tree that a dictionary names, at any depth.
fn add_keys(object: &Object, keys: &mut BTreeSet<u64>) {
    for (name, value) in object.members() {
        match name.as_slice() {
            b"StructParents" | b"StructParent" => keys.extend(value.integer()),
            _ => add_keys(value, keys),
        }
    }
    object.items().iter().for_each(|item| add_keys(item, keys));
}

/// A value of a number tree (ISO 32000-1, 7.9.7).
fn find_number(tree: Option<&Object>, key: u64, open: &mut OpenFile, from: &mut dyn RangeRead) -> Result<Option<Object>, PdfFault> {
    let Some(mut node) = tree.cloned() else { return Ok(None) };
    for _ in 0..NESTING_MAX {
        if let Object::Reference(number) = node {
            node = open.object(number, from)?;
        }
        if let Some(numbers) = node.find("Nums") {
            let pairs = numbers.items().chunks_exact(2);
            return Ok(pairs.into_iter().find(|pair| pair[0].integer() == Some(key)).map(|pair| pair[1].clone()));
        }
        let next = find_kid(node.find("Kids").map(Object::items).unwrap_or_default(), key, |kid| match kid.reference() {
            Some(number) => open.object(number, from),
            None => Ok(kid.clone()),
        })?;
        match next {
            Some(kid) => node = kid,
            None => return Ok(None),
        }
    }
    Ok(None)
}

/// The kid of a node of a number tree that holds a key. Kids stand in the order of their limits; each may lie in an object stream of its own, that of
/// another document, so as few as can be are opened.
fn find_kid(kids: &[Object], key: u64, mut open: impl FnMut(&Object) -> Result<Object, PdfFault>) -> Result<Option<Object>, PdfFault> {
    let (mut low, mut high) = (0, kids.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let kid = open(&kids[middle])?;
        let limits = kid.find("Limits").map(Object::items).unwrap_or_default();
        let limit = |at: usize| limits.get(at).and_then(Object::integer);
        match (limit(0), limit(1)) {
            (Some(least), Some(_)) if key < least => high = middle,
            (Some(_), Some(most)) if most < key => low = middle + 1,
            (Some(_), Some(_)) => return Ok(Some(kid)),
            _ => return Ok(None),
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_kids_few_are_opened() {
        let word = |number: u64| Object::Word(number.to_string().into_bytes());
        let kid = |at: u64| Object::Dictionary(vec![(b"Limits".to_vec(), Object::Array(vec![word(at * 10), word(at * 10 + 4)]))]);
        let kids: Vec<Object> = (0..1000).map(kid).collect();
        for (key, expected) in [(0, Some(0)), (4, Some(0)), (5, None), (4321, Some(432)), (4325, None), (9994, Some(999)), (9995, None)] {
            let mut opened = 0;
            let found = find_kid(&kids, key, |kid| {
                opened += 1;
                Ok(kid.clone())
            });
            assert_eq!(found, Ok(expected.map(kid)), "{key}");
            assert!(opened <= 10, "{opened} kids were opened");
        }
    }
}
