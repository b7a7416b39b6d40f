//! What a language says of itself: references that lead nowhere, texts that contain themselves, texts without an end.
//!
//! Takes the merged texts of a language, reports their faults and marks what is not to be looked into. Must never recurse along
//! references: a file can chain thousands.

use std::collections::BTreeMap;

use super::{Language, NamedText, Part, Pattern, Placeable, PlaceableKind};
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::limits::{CATALOGUE_NESTING_MAX, CATALOGUE_TEXT_MAX};
use crate::base::span::Span;
use crate::base::suggest::closest;

/// What a value counts as, in bytes.
const PLACEABLE_WEIGHT: usize = 16;

/// A text by the name that references have for it: `name`, `name.attribute`, `-term`, `-term.attribute`.
type Key = String;

/// A text as its references see it.
struct Node {
    span: Span,
    /// Bytes of its own.
    weight: usize,
    /// How deep its own braces are nested.
    depth: usize,
    /// What it refers to: where, and how deep in its braces.
    references: Vec<(Key, Span, usize)>,
}

/// Checks the references of a language.
pub fn check(language: &mut Language, faults: &mut Faults) {
    let nodes = nodes(language);
    for node in nodes.values() {
        for (key, span, _) in node.references.iter().filter(|(key, ..)| !nodes.contains_key(key)) {
            faults.push(unknown(key, *span, &nodes));
        }
    }
    let broken = unbounded(&nodes, faults);
    for (sign, entries) in [("", &mut language.texts), ("-", &mut language.terms)] {
        for (name, named) in entries {
            let key = format!("{sign}{name}");
            for (attribute, _, pattern) in &mut named.attributes {
                pattern.is_broken = broken.contains(&format!("{key}.{attribute}"));
            }
            if let Some(value) = &mut named.value {
                value.is_broken = broken.contains(&key);
            }
        }
    }
}

fn unknown(key: &str, span: Span, nodes: &BTreeMap<Key, Node>) -> Diagnostic {
    let what = if key.starts_with('-') { "term" } else { "text" };
    let fault = Diagnostic::error(&code::CATALOGUE_UNKNOWN, span, format!("there is no {what} `{key}` in this language"));
    match closest(key, nodes.keys().map(String::as_str).filter(|known| known.starts_with('-') == key.starts_with('-'))) {
        // The place is that of the name alone.
        Some(near) if !key.contains('.') => fault.hint(format!("did you mean `{near}`?")).fix(near),
        Some(near) => fault.hint(format!("did you mean `{near}`?")),
        None => fault,
    }
}

fn nodes(language: &Language) -> BTreeMap<Key, Node> {
    let mut nodes = BTreeMap::new();
    for (sign, entries) in [("", &language.texts), ("-", &language.terms)] {
        for (name, named) in entries {
            let key = format!("{sign}{name}");
            add_text(&key, named, &mut nodes);
        }
    }
    nodes
}

fn add_text(key: &str, named: &NamedText, nodes: &mut BTreeMap<Key, Node>) {
    let values = named.value.iter().map(|value| (key.to_string(), named.span, value));
    let attributes = named.attributes.iter().map(|(name, span, pattern)| (format!("{key}.{name}"), *span, pattern));
    for (key, span, pattern) in values.chain(attributes) {
        let mut node = Node { span, weight: 0, depth: 0, references: Vec::new() };
        add_pattern(pattern, 0, &mut node);
        nodes.insert(key, node);
    }
}

fn add_pattern(pattern: &Pattern, level: usize, node: &mut Node) {
    for part in &pattern.parts {
        match part {
            Part::Text(text) => node.weight += text.len(),
            Part::Placeable(placeable) => add_placeable(placeable, level + 1, node),
        }
    }
}

fn add_placeable(placeable: &Placeable, level: usize, node: &mut Node) {
    node.weight += PLACEABLE_WEIGHT;
    node.depth = node.depth.max(level);
    let key = |sign: &str, name: &str, attribute: &Option<String>| match attribute {
        Some(attribute) => format!("{sign}{name}.{attribute}"),
        None => format!("{sign}{name}"),
    };
    match &placeable.kind {
        PlaceableKind::Text(text) => node.weight += text.len(),
        PlaceableKind::Number(_) | PlaceableKind::Variable(_) => {}
        PlaceableKind::Reference(name, attribute) => node.references.push((key("", name, attribute), placeable.span, level)),
        PlaceableKind::Term(name, attribute, _) => node.references.push((key("-", name, attribute), placeable.span, level)),
        PlaceableKind::Call(_, arguments, _) => arguments.iter().for_each(|argument| add_placeable(argument, level + 1, node)),
        PlaceableKind::Select(selector, variants) => {
            add_placeable(selector, level + 1, node);
            for variant in variants {
                node.weight += PLACEABLE_WEIGHT;
                add_pattern(&variant.pattern, level, node);
            }
        }
    }
}

/// Texts that contain themselves, or that their references make too long or too deep, each told once; with those that contain one.
fn unbounded(nodes: &BTreeMap<Key, Node>, faults: &mut Faults) -> Vec<Key> {
    let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut open: BTreeMap<&str, usize> = BTreeMap::new();
    for (key, node) in nodes {
        let known = node.references.iter().filter(|(reference, ..)| nodes.contains_key(reference));
        let count = known.map(|(reference, ..)| users.entry(reference).or_default().push(key)).count();
        open.insert(key, count);
    }
    // Leaves first (Kahn): when a text is looked at, all it contains is known.
    let mut ready: Vec<&str> = open.iter().filter(|(_, count)| **count == 0).map(|(key, _)| *key).collect();
    let mut sizes: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut broken: Vec<Key> = Vec::new();
    while let Some(key) = ready.pop() {
        let node = &nodes[key];
        let (mut weight, mut depth) = (node.weight, node.depth);
        for (reference, _, level) in &node.references {
            let Some((inner, inner_depth)) = sizes.get(reference.as_str()) else { continue };
            weight = weight.saturating_add(*inner);
            depth = depth.max(level + inner_depth);
        }
        let told = if weight > CATALOGUE_TEXT_MAX {
            Some(format!("`{key}` is longer than {CATALOGUE_TEXT_MAX} bytes with the texts it contains"))
        } else if depth > CATALOGUE_NESTING_MAX {
            Some(format!("`{key}` is nested deeper than {CATALOGUE_NESTING_MAX} with the texts it contains"))
        } else {
            None
        };
        if let Some(message) = told {
            faults.push(Diagnostic::error(&code::LAYOUT_TOO_LARGE, node.span, message));
            broken.push(key.to_string());
            // What contains it is not at fault.
            (weight, depth) = (0, 0);
        }
        sizes.insert(key, (weight, depth));
        for user in users.get(key).into_iter().flatten() {
            let count = open.entry(user).or_default();
            *count -= 1;
            if *count == 0 {
                ready.push(user);
            }
        }
    }
    let left: Vec<&str> = open.iter().filter(|(_, count)| **count > 0).map(|(key, _)| *key).collect();
    tell_cycles(nodes, &left, faults);
    broken.extend(left.into_iter().map(str::to_string));
    broken
}

/// Every text that is left contains one that contains itself: follow them until one comes again.
fn tell_cycles(nodes: &BTreeMap<Key, Node>, left: &[&str], faults: &mut Faults) {
    let mut seen: Vec<&str> = Vec::new();
    for start in left {
        let (mut path, mut key): (Vec<(&str, Span)>, &str) = (Vec::new(), start);
        while !seen.contains(&key) && !path.iter().any(|(known, _)| *known == key) {
            let next = nodes[key].references.iter().find(|(reference, ..)| left.contains(&reference.as_str()));
            let Some((next, span, _)) = next else { break };
            path.push((key, *span));
            key = next;
        }
        if let Some(first) = path.iter().position(|(known, _)| *known == key) {
            let shown: Vec<String> = path[first..].iter().map(|(key, _)| *key).chain([key]).map(|key| format!("`{key}`")).collect();
            let (_, span) = path[path.len() - 1];
            let message = format!("the text `{key}` contains itself: {}", shown.join(" → "));
            let fault = Diagnostic::error(&code::CATALOGUE_CYCLE, span, message).label("the circle closes here");
            faults.push(fault.related(nodes[key].span, "it begins here"));
        }
        seen.extend(path.into_iter().map(|(key, _)| key));
    }
}
