//! A layout with all it extends.
//!
//! Takes the file of a layout, gives its tree and those of its bases, each with the places of its own file. Must never know
//! what a base locks.

use super::library::Library;
use super::read::read_tree;
use super::schema::{Kind, find_element};
use super::tree::{Child, Element, Mapped};
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::limits::LAYOUT_BASES_MAX;
use crate::base::span::{FileId, Sources};

/// The trees of a layout and of what it extends, itself first. `None` if one of them cannot be trusted.
pub(super) fn read_chain(sources: &mut Sources, file: FileId, library: &mut dyn Library, faults: &mut Faults) -> Option<Vec<Element>> {
    let own = sources.file(file).path.rsplit(['/', '\\']).next().unwrap_or_default().to_string();
    let mut paths = vec![own];
    let mut chain = vec![read_tree(sources, file, faults)?];
    while let Some(attribute) = chain.last().and_then(|last| last.find("extends")) {
        let written = attribute.value.text.trim();
        let place = attribute.value.place_of(written);
        let path = beside(if paths.len() == 1 { "" } else { paths.last().map_or("", String::as_str) }, written);
        if let Some(start) = paths.iter().position(|known| *known == path) {
            let shown = paths[start..].iter().chain([&path]).map(|path| format!("`{path}`")).collect::<Vec<_>>().join(" → ");
            let fault = Diagnostic::error(&code::LAYOUT_CYCLE, place, format!("the layout `{path}` extends itself: {shown}"));
            faults.push(fault.label("the chain closes here").hint("remove one `extends` of the chain"));
            return None;
        }
        if paths.len() > LAYOUT_BASES_MAX {
            let message = format!("more than {LAYOUT_BASES_MAX} layouts extend each other");
            faults.push(Diagnostic::error(&code::LAYOUT_TOO_LARGE, place, message));
            return None;
        }
        let (shown, text) = match library.base(&path) {
            Ok(found) => found,
            Err(message) => {
                let known = library.base_paths();
                let fault = Diagnostic::error(&code::LAYOUT_BASE, place, message);
                faults.push(fault.suggest(&path, known.iter().map(String::as_str).filter(|known| !paths.iter().any(|path| path == known))));
                return None;
            }
        };
        // A base of several layouts is one file to the reader of its faults.
        let id = sources.find(&shown).unwrap_or_else(|| sources.add(shown.clone(), text));
        let mut root = read_tree(sources, id, faults)?;
        if root.name != "layout" {
            let message = format!("`{path}` is no layout: its root element is `<{}>`", root.name);
            faults.push(Diagnostic::error(&code::LAYOUT_BASE, place, message).related(root.span, "not `layout`"));
            return None;
        }
        if path.contains('/') {
            move_paths(&mut root, &path);
        }
        paths.push(path);
        chain.push(root);
    }
    Some(chain)
}

/// A path that is written in the file `of`, seen from where that one's is.
fn beside(of: &str, written: &str) -> String {
    let folder = of.rsplit_once('/').map_or("", |(folder, _)| folder);
    let parts = folder.split('/').chain(written.split('/')).filter(|part| !part.is_empty() && *part != ".");
    let path = parts.collect::<Vec<_>>().join("/");
    if written.starts_with('/') { format!("/{path}") } else { path }
}

/// Makes the paths in a base lead from the folder of the layout, as those of the layout itself do.
fn move_paths(element: &mut Element, base: &str) {
    let spec = find_element(&element.name).filter(|spec| spec.name != "layout");
    for attribute in &mut element.attributes {
        if spec.and_then(|spec| spec.attribute(&attribute.name)).is_some_and(|attribute| attribute.kind == Kind::Path) {
            let span = attribute.value.span;
            let moved = beside(base, attribute.value.text.trim());
            attribute.value = Mapped::new(span.file, span.start as usize);
            attribute.value.push(&moved, span.start as usize, (span.end - span.start) as usize);
        }
    }
    for child in &mut element.children {
        if let Child::Element(child) = child {
            move_paths(child, base);
        }
    }
}
