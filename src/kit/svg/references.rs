//! References inside an SVG file.
//!
//! Takes its tree, gives those that lead nowhere, in a circle, or that multiply the file: `use` and markers draw what they name
//! again and again.

use std::collections::BTreeMap;
use std::ops::Range;

use usvg::roxmltree::{Document, Node, NodeId};

use super::SvgFault;
use super::scan::{SVG, XLINK, name_range, shortened};
use crate::base::limits;

/// What an element draws, with all it names.
#[derive(Clone, Copy)]
struct Weight {
    elements: u64,
    depth: usize,
}

struct Walk<'d, 'i> {
    ids: BTreeMap<&'d str, Node<'d, 'i>>,
    known: BTreeMap<u32, Weight>,
    open: Vec<NodeId>,
    fault: Option<SvgFault>,
}

/// Every reference that cannot be followed.
pub(super) fn check(document: &Document<'_>) -> Vec<SvgFault> {
    let root = document.root_element();
    let mut ids = BTreeMap::new();
    for node in root.descendants() {
        if let Some(id) = node.attribute("id") {
            ids.entry(id).or_insert(node);
        }
    }
    let mut faults = Vec::new();
    let drawn = |node: &Node<'_, '_>| node.is_element() && node.tag_name().namespace() == Some(SVG);
    for node in root.descendants().filter(drawn) {
        for (id, range) in targets(&node) {
            if !ids.contains_key(id) {
                faults.push(SvgFault::new(range, format!("there is no `#{}` in the file", shortened(id))));
            }
        }
    }
    if !faults.is_empty() {
        faults.truncate(limits::SVG_FAULTS_MAX);
        return faults;
    }
    let mut walk = Walk { ids, known: BTreeMap::new(), open: Vec::new(), fault: None };
    let weight = walk.weigh(root);
    if let Some(fault) = walk.fault {
        return vec![fault];
    }
    let limit = |message: String| vec![SvgFault::new(name_range(&root), message)];
    match weight {
        Weight { elements, .. } if elements > limits::SVG_ELEMENTS_MAX => {
            limit(format!("it draws more than {} elements and letters, references counted", limits::SVG_ELEMENTS_MAX))
        }
        _ => Vec::new(),
    }
}

/// The elements that an element names, with the places of their names.
fn targets<'d>(node: &Node<'d, '_>) -> Vec<(&'d str, Range<usize>)> {
    let mut found = Vec::new();
    for attribute in node.attributes().filter(|attribute| attribute.namespace().is_none_or(|namespace| namespace == XLINK)) {
        let value: &'d str = attribute.value();
        if attribute.name() == "href" {
            if node.tag_name().name() != "a" {
                found.push((value.trim().trim_start_matches('#'), attribute.range_value()));
            }
        } else if attribute.namespace().is_none() {
            found.extend(urls(value).map(|id| (id, attribute.range_value())));
        }
    }
    if node.tag_name().name() == "style" {
        for text in node.children().filter(Node::is_text) {
            found.extend(urls(text.text().unwrap_or_default()).map(|id| (id, text.range())));
        }
    }
    found
}

/// The names in `url(#…)`.
fn urls(value: &str) -> impl Iterator<Item = &str> {
    value.match_indices("url(").filter_map(|(at, _)| {
        let target = value[at + 4..].trim_start_matches([' ', '\'', '"']).strip_prefix('#')?;
        Some(target[..target.find([')', '\'', '"']).unwrap_or(target.len())].trim())
    })
}

impl<'d, 'i> Walk<'d, 'i> {
    /// How much an element draws. Stops at the first fault.
    fn weigh(&mut self, node: Node<'d, 'i>) -> Weight {
        let nothing = Weight { elements: 0, depth: 0 };
        if self.fault.is_some() {
            return nothing;
        }
        if let Some(known) = self.known.get(&node.id().get()) {
            return *known;
        }
        if node.is_text() {
            return Weight { elements: node.text().map_or(0, |text| text.chars().count() as u64), depth: 0 };
        }
        if !node.is_element() || matches!(node.tag_name().name(), "style" | "metadata" | "title" | "desc") {
            return nothing;
        }
        if self.open.len() > limits::SVG_NESTING_MAX {
            self.fault = Some(SvgFault::new(name_range(&node), format!("references lead more than {} elements deep", limits::SVG_NESTING_MAX)));
            return nothing;
        }
        self.open.push(node.id());
        let mut weight = Weight { elements: 1, depth: 0 };
        for child in node.children() {
            weight.add(self.weigh(child), 1);
        }
        // A marker stands at every corner of a path, of which there are not more than half its letters.
        let corners = node.attribute("d").or(node.attribute("points")).map_or(2, |path| path.len() as u64 / 2 + 2);
        for (id, range) in targets(&node) {
            let Some(target) = self.ids.get(id).copied() else { continue };
            if self.open.contains(&target.id()) {
                let message = format!("`#{}` leads back to itself", shortened(id));
                self.fault.get_or_insert(SvgFault::new(range, message).hint("what an element names cannot hold that element"));
                break;
            }
            let times = if target.tag_name().name() == "marker" { corners } else { 1 };
            weight.add(self.weigh(target), times);
        }
        self.open.pop();
        self.known.insert(node.id().get(), weight);
        if self.fault.is_none() && self.open.len() + weight.depth > limits::SVG_NESTING_MAX {
            self.fault = Some(SvgFault::new(name_range(&node), format!("references lead more than {} elements deep", limits::SVG_NESTING_MAX)));
        }
        weight
    }
}

impl Weight {
    fn add(&mut self, other: Weight, times: u64) {
        self.elements = self.elements.saturating_add(other.elements.saturating_mul(times));
        self.depth = self.depth.max(other.depth + 1);
    }
}
