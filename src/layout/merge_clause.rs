//! Clauses that a base requires and a layout over it takes away.
//!
//! Takes a base before and after a layout was put over it, reports each required clause that is gone, at the place in the layout that took
//! it away. Must never know what else is required of a clause.

use super::clause::find_clauses;
use super::compile::Compiler;
use super::merge::name_of;
use super::tree::{Child, Element};
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::span::Span;

/// A clause that a base has and requires.
pub(super) struct Kept {
    name: String,
    version: Option<String>,
    /// The place of the requirement.
    require: Span,
    /// The blocks, regions and pages of the base that it stands in, outermost first: the element's name and its own.
    around: Vec<(String, String)>,
}

/// The clauses that a base has and requires.
pub(super) fn required_clauses(base: &Element) -> Vec<Kept> {
    let requires = base.elements().filter(|element| element.name == "require");
    let kept = requires.filter_map(|element| {
        let name = element.find("clause")?.value.text.trim().to_string();
        let version = element.find("version").map(|version| version.value.text.trim().to_string());
        let clauses = find_clauses(base);
        let found = clauses.iter().find(|clause| clause.is(&name, version.as_deref()))?;
        let mut around = Vec::new();
        add_around(base, found.element, &mut around);
        Some(Kept { name, version, require: element.span, around })
    });
    kept.collect()
}

/// Adds what is around an element; gives whether it is below `element`.
fn add_around(element: &Element, wanted: &Element, around: &mut Vec<(String, String)>) -> bool {
    element.elements().any(|child| {
        if std::ptr::eq(child, wanted) {
            return true;
        }
        let before = around.len();
        if let ("block" | "region" | "page", Some((name, _))) = (child.name.as_str(), name_of(child)) {
            around.push((child.name.clone(), name.to_string()));
        }
        let is_below = add_around(child, wanted, around);
        if !is_below {
            around.truncate(before);
        }
        is_below
    })
}

impl Compiler<'_, '_> {
    /// Reports the clauses that are gone from a base after the layout `own` was put over it, and forgets what required them.
    pub(super) fn keep_clauses(&mut self, merged: &mut Element, kept: Vec<Kept>, own: &Element) {
        for clause in kept {
            let is_there = find_clauses(merged).iter().any(|found| found.is(&clause.name, clause.version.as_deref()));
            if is_there {
                continue;
            }
            let version = clause.version.as_ref().map(|version| format!(", version {version}")).unwrap_or_default();
            let message = format!("this takes away the clause `{}`{version}, which the base requires", clause.name);
            let place = culprit(own, &clause).or_else(|| own.find("extends").map(|extends| extends.value.span)).unwrap_or(own.span);
            let fault = Diagnostic::error(&code::LAYOUT_CLAUSE_LOST, place, message).related(clause.require, "required here");
            self.fault(fault.hint(format!("put `<clause name=\"{}\"…>` into it, or leave what the base has there", clause.name)));
            merged.children.retain(|child| !matches!(child, Child::Element(element) if element.span == clause.require));
        }
    }
}

/// What of a layout stands in the place of something that was around a clause.
fn culprit(own: &Element, clause: &Kept) -> Option<Span> {
    clause.around.iter().rev().find_map(|(element, name)| {
        let (taker, attribute) = if element == "block" { ("put", "block") } else { (element.as_str(), "name") };
        find(own, taker, attribute, name)
    })
}

fn find(element: &Element, taker: &str, attribute: &str, name: &str) -> Option<Span> {
    element.elements().find_map(|child| {
        let value = child.find(attribute).map(|found| &found.value).filter(|value| value.text.trim() == name);
        match value {
            Some(value) if child.name == taker => Some(value.place_of(value.text.trim())),
            _ => find(child, taker, attribute, name),
        }
    })
}
