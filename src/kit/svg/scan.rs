//! What an SVG file may hold, looked at before it is resolved.
//!
//! Takes its tree, gives everything that is not drawn or that reaches out of the file. The library that resolves the file leaves out what it
//! does not know without a word; what is found here is told.

use std::ops::Range;

use usvg::roxmltree::{Attribute, Document, Node, ParsingOptions};

use super::style::{check_declaration, check_sheet, declarations};
use super::{SvgFault, values};
use crate::base::limits;

/// The namespace of SVG.
pub(super) const SVG: &str = "http://www.w3.org/2000/svg";
/// The namespace of references before SVG 2.
pub(super) const XLINK: &str = "http://www.w3.org/1999/xlink";

/// Elements that are drawn, or that mean nothing to a picture.
const KNOWN: &[&str] = &[
    "a",
    "circle",
    "clipPath",
    "defs",
    "desc",
    "ellipse",
    "g",
    "line",
    "linearGradient",
    "marker",
    "metadata",
    "path",
    "polygon",
    "polyline",
    "radialGradient",
    "rect",
    "stop",
    "style",
    "svg",
    "switch",
    "symbol",
    "text",
    "textPath",
    "title",
    "tspan",
    "use",
    "view",
];

/// The tree of a file.
pub(super) fn parse(text: &str) -> Result<Document<'_>, SvgFault> {
    if let Some(at) = text.find("<!ENTITY") {
        let fault = SvgFault::new(at..at + 8, "the file declares entities");
        return Err(fault.hint("save it as plain SVG: a declared entity can stand for gigabytes, or for another file"));
    }
    let options = ParsingOptions { allow_dtd: true, nodes_limit: limits::SVG_ELEMENTS_MAX as u32 * 4, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| malformed(text, &error))?;
    let root = document.root_element();
    if root.tag_name().name() != "svg" || root.tag_name().namespace() != Some(SVG) {
        let message = match root.tag_name().name() {
            "svg" => "the root element is `<svg>` without the namespace of SVG".to_string(),
            other => format!("the root element is `<{other}>`, not `<svg>`"),
        };
        return Err(SvgFault::new(name_range(&root), message).hint(format!("write `<svg xmlns=\"{SVG}\" …>`")));
    }
    Ok(document)
}

fn malformed(text: &str, error: &usvg::roxmltree::Error) -> SvgFault {
    let place = error.pos();
    let line = text.split_inclusive('\n').take(place.row.saturating_sub(1) as usize).map(str::len).sum::<usize>();
    let rest = text.get(line..).unwrap_or_default();
    let column = rest.char_indices().nth(place.col.saturating_sub(1) as usize).map_or(rest.len(), |(at, _)| at);
    let at = (line + column).min(text.len());
    let whole = error.to_string();
    // The place is shown anyway.
    let reason = whole.rsplit_once(" at ").map_or(whole.as_str(), |(reason, _)| reason);
    SvgFault::new(at..at, format!("it is not well-formed XML: {reason}"))
}

/// Everything in the file that is not drawn.
pub(super) fn check(document: &Document<'_>) -> Vec<SvgFault> {
    let mut faults = Vec::new();
    let mut open = vec![(document.root_element(), 1)];
    while let Some((node, depth)) = open.pop() {
        if depth > limits::SVG_NESTING_MAX {
            faults.push(SvgFault::new(name_range(&node), format!("elements are nested more than {} deep", limits::SVG_NESTING_MAX)));
            break;
        }
        // What editors add under namespaces of their own is no part of the picture.
        if !node.is_element() || node.tag_name().namespace() != Some(SVG) {
            continue;
        }
        check_element(&node, &mut faults);
        if !matches!(node.tag_name().name(), "metadata" | "title" | "desc") {
            open.extend(node.children().map(|child| (child, depth + 1)));
        }
    }
    faults.truncate(limits::SVG_FAULTS_MAX);
    faults
}

fn check_element(node: &Node<'_, '_>, faults: &mut Vec<SvgFault>) {
    let name = node.tag_name().name();
    if !KNOWN.contains(&name) {
        faults.push(refused(node, name));
        return;
    }
    if name == "style" {
        for text in node.children().filter(Node::is_text) {
            check_sheet(text.text().unwrap_or_default(), text.range(), faults);
        }
    }
    for attribute in node.attributes() {
        check_attribute(name, &attribute, faults);
    }
}

fn refused(node: &Node<'_, '_>, name: &str) -> SvgFault {
    let fault = SvgFault::new(name_range(node), format!("`<{name}>` is not drawn"));
    match name {
        "script" | "handler" => fault.hint("a picture runs nothing"),
        "foreignObject" => fault.hint("put what it holds beside the picture, in the layout"),
        "image" => fault.hint("give the picture of pixels an `<img>` of its own in the layout"),
        "mask" | "pattern" | "filter" => fault.hint("flatten it in the drawing program: paths, gradients, clips and opacity are drawn"),
        _ if name.starts_with("animate") || name == "set" => fault.hint("paper does not move"),
        _ => fault,
    }
}

fn check_attribute(element: &str, attribute: &Attribute<'_, '_>, faults: &mut Vec<SvgFault>) {
    let (name, value) = (attribute.name(), attribute.value());
    let range = attribute.range_value();
    match attribute.namespace() {
        None => {}
        Some(XLINK) => {
            if name == "href" && element != "a" && !value.trim_start().starts_with('#') {
                faults.push(outside(value, range));
            }
            return;
        }
        Some(_) => return,
    }
    if name.len() > 2 && name.starts_with("on") {
        faults.push(SvgFault::new(attribute.range_qname(), format!("`{name}` is a script")).hint("a picture runs nothing"));
        return;
    }
    // A link around shapes leads somewhere else, and draws nothing from there.
    if name == "href" {
        if element != "a" && !value.trim_start().starts_with('#') {
            faults.push(outside(value, range));
        }
        return;
    }
    if name == "style" {
        for (property, value, own) in declarations(value) {
            let place = if attribute.value().len() == range.len() { range.start + own.start..range.start + own.end } else { range.clone() };
            check_declaration(property, value, place, faults);
        }
        return;
    }
    if name == "spreadMethod" && value.trim() != "pad" {
        faults.push(SvgFault::new(range, format!("a gradient that goes on with `{}` is not drawn", value.trim())).hint("give it more stops instead"));
        return;
    }
    if let Some(reason) = values::fault_of(element, name, value) {
        faults.push(SvgFault::new(range, reason));
        return;
    }
    check_declaration(name, value, range, faults);
}

/// The fault of a reference that leads out of the file.
pub(super) fn outside(target: &str, range: Range<usize>) -> SvgFault {
    let target = target.trim();
    if target.starts_with("data:") {
        return SvgFault::new(range, "a picture inside the picture is not drawn").hint("give it an `<img>` of its own in the layout");
    }
    SvgFault::new(range, format!("`{}` is outside the file", shortened(target))).hint("nothing outside an SVG picture is read: put it into the file")
}

/// A text of the file, short enough for a message.
pub(super) fn shortened(text: &str) -> String {
    let clean = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    if text.chars().count() > 60 { text.chars().take(57).map(clean).chain("…".chars()).collect() } else { text.chars().map(clean).collect() }
}

/// Where the name of an element stands.
pub(super) fn name_range(node: &Node<'_, '_>) -> Range<usize> {
    let start = node.range().start + 1;
    let text = node.document().input_text();
    let rest = text.get(start..).unwrap_or_default();
    start..start + rest.find([' ', '\t', '\r', '\n', '/', '>']).unwrap_or(rest.len())
}
