//! Clauses: texts that must be printed, by name and version.
//!
//! Takes `<clause>` elements, gives what stands in them and all clauses of a tree. Must never know what is required of them.

use super::compile::Compiler;
use super::context::Context;
use super::merge::name_of;
use super::schema::find_element;
use super::tree::{Attribute, Element};
use super::value::{Read, Token, whole};
use crate::base::code;
use crate::base::span::Span;
use crate::model::layout::Node;

/// A clause of a tree.
pub(super) struct FoundClause<'e> {
    /// Its element.
    pub(super) element: &'e Element,
    /// Its name.
    pub(super) name: &'e str,
    /// Its version.
    pub(super) version: Option<&'e str>,
    /// The names of the regions and boxes around it.
    pub(super) around: Vec<&'e str>,
}

impl FoundClause<'_> {
    /// Whether it is of a name, and of a version if one is wanted.
    pub(super) fn is(&self, name: &str, version: Option<&str>) -> bool {
        self.name == name && version.is_none_or(|version| self.version == Some(version))
    }

    /// The places of all elements in it, in order.
    pub(super) fn elements(&self) -> Vec<Span> {
        let mut spans = Vec::new();
        add_spans(self.element, &mut spans);
        spans.sort_unstable();
        spans.dedup();
        spans
    }
}

/// All clauses below an element, in the order they are written.
pub(super) fn find_clauses(element: &Element) -> Vec<FoundClause<'_>> {
    let mut found = Vec::new();
    search(element, &mut Vec::new(), &mut found);
    found
}

fn search<'e>(element: &'e Element, around: &mut Vec<&'e str>, found: &mut Vec<FoundClause<'e>>) {
    for child in element.elements() {
        let name = name_of(child).map(|(name, _)| name);
        if let (Some(name), "clause") = (name, child.name.as_str()) {
            let version = child.find("version").map(|version| version.value.text.trim());
            found.push(FoundClause { element: child, name, version, around: around.clone() });
        }
        let place = name.filter(|_| matches!(child.name.as_str(), "region" | "box"));
        around.extend(place);
        search(child, around, found);
        around.truncate(around.len() - usize::from(place.is_some()));
    }
}

fn add_spans(element: &Element, spans: &mut Vec<Span>) {
    for child in element.elements() {
        spans.push(child.span);
        add_spans(child, spans);
    }
}

impl<'t> Compiler<'_, 't> {
    /// The blocks of a clause, which stand as they would without it.
    pub(super) fn clause(&mut self, element: &'t Element, context: &Context) -> Vec<Node> {
        let Some(spec) = find_element("clause") else { return Vec::new() };
        self.check_attributes(element, spec);
        self.read_new_name(element, "name", "a clause");
        if let Some(version) = element.find("version") {
            self.version(version);
        }
        self.blocks(&element.children, &Context { host: spec, ..context.clone() })
    }

    /// A version of a text.
    pub(super) fn version(&mut self, attribute: &'t Attribute) -> Option<&'t str> {
        let read = read_version(whole(&attribute.value.text));
        self.at(&attribute.value, read)
    }
}

fn read_version(token: Token<'_>) -> Read<&str> {
    let is_version = token.text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && token.text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    if is_version {
        return Ok(token.text);
    }
    let fault = token.fault(&code::LAYOUT_NAME, format!("`{}` cannot be a version", token.text));
    Err(fault.hint("a version has letters, digits, `.`, `-` and `_`, such as `2026-03`"))
}
