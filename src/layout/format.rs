//! Layout files in one form: `pressrun fmt`.
//!
//! Takes the text of a well-formed layout, gives the same layout with indents, order of attributes and quotes as all others
//! have them. Comments, entities, texts and the lines an author broke stay. Must never change what a layout means: the result is
//! read again and compared.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::read::read_tree;
use super::schema::{Content, Group, find_element};
use super::tree::{Child, Element};
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::span::{FileId, Sources};

/// Lines are not longer where that can be helped.
const WIDTH: usize = 150;

/// What stands in a file, with the bytes it is written in.
enum Node {
    Tag {
        name: String,
        attributes: Vec<(String, String)>,
        children: Vec<Node>,
        is_empty_tag: bool,
    },
    /// Text and CDATA sections.
    Text(String),
    /// Comments and processing instructions.
    Other(String),
}

/// The layout in `file`, formatted.
///
/// # Errors
/// The faults for which it cannot be read.
pub fn format(sources: &Sources, file: FileId) -> Result<String, Vec<Diagnostic>> {
    let mut faults = Faults::new();
    let before = read_tree(sources, file, &mut faults);
    let (Some(before), false) = (before, faults.has_errors()) else { return Err(faults.into_sorted()) };
    let text = &*sources.file(file).text;
    let nodes = read_nodes(text.strip_prefix('\u{feff}').unwrap_or(text));
    let mut out = String::new();
    Writer { out: &mut out }.file(&nodes);
    let mut again = Sources::default();
    let file = again.add("formatted", out.clone());
    let after = read_tree(&again, file, &mut Faults::new());
    assert!(after.is_some_and(|after| means_the_same(&before, &after)), "formatting changes nothing that is composed");
    Ok(out)
}

/// Reads a text that is known to be well-formed.
fn read_nodes(text: &str) -> Vec<Node> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Node> = Vec::new();
    let mut top: Vec<Node> = Vec::new();
    loop {
        let start = reader.buffer_position() as usize;
        let event = reader.read_event();
        let raw = || text[start..reader.buffer_position() as usize].to_string();
        let node = match &event {
            Ok(Event::Eof) | Err(_) => break,
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                let mut found = tag.attributes();
                let found = found.with_checks(false).flatten();
                let attributes = found.map(|found| (found.key.as_ref().to_string(), found.value.to_string())).collect();
                let name = tag.name().as_ref().to_string();
                let is_empty_tag = matches!(event, Ok(Event::Empty(_)));
                let node = Node::Tag { name, attributes, children: Vec::new(), is_empty_tag };
                if !is_empty_tag {
                    open.push(node);
                    continue;
                }
                node
            }
            Ok(Event::End(_)) => match open.pop() {
                Some(node) => node,
                None => continue,
            },
            Ok(Event::Text(_) | Event::CData(_) | Event::GeneralRef(_)) => Node::Text(raw().replace("\r\n", "\n")),
            Ok(Event::Comment(_) | Event::PI(_) | Event::Decl(_) | Event::DocType(_)) => Node::Other(raw().replace("\r\n", "\n")),
        };
        let siblings = match open.last_mut() {
            Some(Node::Tag { children, .. }) => children,
            _ => &mut top,
        };
        match (siblings.last_mut(), node) {
            // Text and references in it are one text.
            (Some(Node::Text(before)), Node::Text(more)) => before.push_str(&more),
            (_, node) => siblings.push(node),
        }
    }
    top
}

struct Writer<'w> {
    out: &'w mut String,
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_whitespace())
}

impl Writer<'_> {
    fn file(&mut self, nodes: &[Node]) {
        self.lines(nodes, 0);
        self.out.push('\n');
    }

    /// Nodes between which white space means nothing, each on a line of its own; empty lines between them stay, one each.
    fn lines(&mut self, nodes: &[Node], indent: usize) {
        let mut newlines = 2;
        let mut is_first = true;
        for node in nodes {
            if let Node::Text(text) = node
                && is_blank(text)
            {
                newlines = text.matches('\n').count();
                continue;
            }
            // A comment at the end of a line stays there.
            let trails = matches!(node, Node::Other(_)) && newlines == 0;
            match (is_first, trails) {
                (true, _) => {}
                (false, true) => self.out.push(' '),
                (false, false) => self.out.push_str(if newlines > 1 { "\n\n" } else { "\n" }),
            }
            if is_first || !trails {
                self.out.push_str(&" ".repeat(indent));
            }
            self.node(node, indent, false);
            (newlines, is_first) = (0, false);
        }
    }

    /// A node that begins at `indent`, in a paragraph or not.
    fn node(&mut self, node: &Node, indent: usize, is_inline: bool) {
        match node {
            Node::Other(raw) => self.out.push_str(raw),
            Node::Text(text) => self.out.push_str(text.trim_matches(|c: char| c.is_ascii_whitespace())),
            Node::Tag { name, attributes, children, is_empty_tag } => {
                // A tag in a text is never folded: it would tear the text apart for the eye.
                self.start_tag(name, attributes, *is_empty_tag, (!is_inline).then_some(indent));
                let is_inline = is_inline || holds_text(name, children);
                if *is_empty_tag {
                    return;
                }
                if is_inline {
                    self.inline(children, indent);
                } else {
                    self.block(name, children, indent);
                }
                self.out.push_str(&format!("</{name}>"));
            }
        }
    }

    /// What stands in a paragraph: every space counts, so only the indents of its lines change.
    fn inline(&mut self, children: &[Node], indent: usize) {
        for (index, child) in children.iter().enumerate() {
            match child {
                Node::Text(text) if text.contains("<![CDATA[") => self.out.push_str(text),
                Node::Text(text) => {
                    let is_last = index + 1 == children.len();
                    let mut lines = text.split('\n').peekable();
                    let mut is_first = true;
                    while let Some(line) = lines.next() {
                        let is_end = lines.peek().is_none();
                        let line = if is_first { line } else { line.trim_start_matches([' ', '\t', '\r']) };
                        let line = if is_end { line } else { line.trim_end_matches([' ', '\t', '\r']) };
                        if !is_first {
                            // An empty line is a space like any other.
                            if line.is_empty() && !is_end {
                                continue;
                            }
                            let depth = if is_end && is_last && line.is_empty() { indent } else { indent + 2 };
                            self.out.push('\n');
                            self.out.push_str(&" ".repeat(depth));
                        }
                        self.out.push_str(line);
                        is_first = false;
                    }
                }
                Node::Tag { .. } | Node::Other(_) => self.node(child, indent + 2, true),
            }
        }
    }

    /// What stands in an element without text of its own: on one line if it was and fits, otherwise each child on its own.
    fn block(&mut self, name: &str, children: &[Node], indent: usize) {
        let was_broken = children.iter().any(|child| matches!(child, Node::Text(text) if is_blank(text) && text.contains('\n')));
        if !was_broken {
            let start = self.out.len();
            for child in children {
                match child {
                    Node::Text(text) if is_blank(text) => self.out.push(' '),
                    child => self.node(child, indent, false),
                }
            }
            let line = self.out.rfind('\n').map_or(0, |at| at + 1);
            let length = self.out[line..].chars().count() + name.len() + 3;
            if !self.out[start..].contains('\n') && length <= WIDTH {
                return;
            }
            self.out.truncate(start);
        }
        if children.iter().all(|child| matches!(child, Node::Text(text) if is_blank(text))) {
            return;
        }
        self.out.push('\n');
        self.lines(children, indent + 2);
        self.out.push('\n');
        self.out.push_str(&" ".repeat(indent));
    }

    fn start_tag(&mut self, name: &str, attributes: &[(String, String)], is_empty_tag: bool, indent: Option<usize>) {
        self.out.push_str(&format!("<{name}"));
        let mut attributes: Vec<&(String, String)> = attributes.iter().collect();
        attributes.sort_by_key(|(attribute, _)| rank(name, attribute));
        let line = self.out.rfind('\n').map_or(0, |at| at + 1);
        let mut column = self.out[line..].chars().count();
        for (attribute, value) in attributes {
            let quote = if value.contains('"') { '\'' } else { '"' };
            let written = format!("{attribute}={quote}{value}{quote}");
            let length = written.chars().count();
            if let Some(indent) = indent.filter(|indent| column + 1 + length + 2 > WIDTH && column > indent + 4 + name.len()) {
                self.out.push('\n');
                self.out.push_str(&" ".repeat(indent + 4));
                column = indent + 4;
            } else {
                self.out.push(' ');
                column += 1;
            }
            self.out.push_str(&written);
            column += length;
        }
        self.out.push_str(if is_empty_tag { "/>" } else { ">" });
    }
}

/// Whether an element is a paragraph, or holds text like one: then white space in it counts.
fn holds_text(name: &str, children: &[Node]) -> bool {
    // Text where none belongs is a fault that the check tells; it is not moved about.
    matches!(find_element(name).map(|spec| spec.content), Some(Content::Inline)) || children.iter().any(is_text)
}

fn is_text(node: &Node) -> bool {
    match node {
        Node::Text(text) => !is_blank(text),
        Node::Other(_) => false,
        Node::Tag { name, .. } if Group::Inline.elements().contains(&name.as_str()) => true,
        // `choose` and its cases hold text if one of them does.
        Node::Tag { name, children, .. } => {
            let is_control = name == "choose" || find_element(name).is_some_and(|spec| matches!(spec.content, Content::Transparent));
            is_control && children.iter().any(is_text)
        }
    }
}

/// The place of an attribute in its tag: what it is called, what else is its own, its style, then properties in the order of the manual.
fn rank(element: &str, attribute: &str) -> (u8, usize) {
    let first = ["xmlns", "name", "extends", "style"];
    if let Some(at) = first.iter().position(|name| *name == attribute) {
        return (0, at);
    }
    let names = find_element(element).map(|spec| spec.attribute_names()).unwrap_or_default();
    match names.iter().position(|name| *name == attribute) {
        Some(at) => (1, at),
        None => (2, 0),
    }
}

/// Whether two trees are the same layout: names, values, and texts with their white space as it counts.
fn means_the_same(a: &Element, b: &Element) -> bool {
    let sorted = |element: &Element| {
        let mut attributes: Vec<(String, String)> = element.attributes.iter().map(|at| (at.name.clone(), at.value.text.clone())).collect();
        attributes.sort();
        attributes
    };
    let (own, other) = (significant(a), significant(b));
    a.name == b.name
        && sorted(a) == sorted(b)
        && own.len() == other.len()
        && own.iter().zip(&other).all(|pair| match pair {
            (Part::Element(a), Part::Element(b)) => means_the_same(a, b),
            (Part::Text(a), Part::Text(b)) => a == b,
            (Part::Element(_), Part::Text(_)) | (Part::Text(_), Part::Element(_)) => false,
        })
}

enum Part<'e> {
    Element(&'e Element),
    Text(String),
}

/// The children of an element; runs of white space are one space, and spaces between blocks are nothing.
fn significant(element: &Element) -> Vec<Part<'_>> {
    let is_control = |name: &str| name == "choose" || find_element(name).is_some_and(|spec| matches!(spec.content, Content::Transparent));
    fn inline(element: &Element, is_control: &dyn Fn(&str) -> bool) -> bool {
        element.texts().next().is_some()
            || element.elements().any(|e| Group::Inline.elements().contains(&e.name.as_str()) || is_control(&e.name) && inline(e, is_control))
    }
    let counts = matches!(find_element(&element.name).map(|spec| spec.content), Some(Content::Inline)) || inline(element, &is_control);
    let mut parts = Vec::new();
    for child in &element.children {
        match child {
            Child::Element(element) => parts.push(Part::Element(element)),
            Child::Text(text) => {
                let mut collapsed = String::new();
                for character in text.text.chars() {
                    let character = if character.is_ascii_whitespace() { ' ' } else { character };
                    if character != ' ' || !collapsed.ends_with(' ') {
                        collapsed.push(character);
                    }
                }
                // Comments divide a text; whoever reads the layout does not see that.
                match parts.last_mut() {
                    Some(Part::Text(before)) => {
                        let rest = if before.ends_with(' ') { collapsed.trim_start_matches(' ') } else { &collapsed };
                        before.push_str(rest);
                    }
                    _ => parts.push(Part::Text(collapsed)),
                }
            }
        }
    }
    parts.retain(|part| counts || !matches!(part, Part::Text(text) if is_blank(text)));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formatted(text: &str) -> String {
        let mut sources = Sources::default();
        let file = sources.add("a.xml", text);
        super::format(&sources, file).expect("well-formed")
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(formatted(text), expected);
        assert_eq!(formatted(expected), expected, "formatting twice changes nothing");
    }

    #[test]
    fn elements_are_indented_and_empty_lines_stay() {
        check(
            "<layout><data>\n<field name='a'   type='text'/></data>\n\n\n\n <!-- why -->\n<body>\n<p>x</p>   <!-- end -->\n</body></layout>",
            "<layout>\n  <data>\n    <field name=\"a\" type=\"text\"/>\n  </data>\n\n  <!-- why -->\n  <body>\n    <p>x</p> <!-- end -->\n  </body>\n</layout>\n",
        );
    }

    #[test]
    fn what_stands_on_one_line_stays_there() {
        check("<body>\n<box><p>a</p>  <p>b</p></box>\n</body>", "<body>\n  <box><p>a</p> <p>b</p></box>\n</body>\n");
        let long = format!("<body> <p>{}</p> <p>b</p> </body>", "x ".repeat(80));
        assert_eq!(formatted(&long).lines().count(), 4);
    }

    #[test]
    fn texts_keep_their_spaces_and_their_lines() {
        check("<p>Dear  {name},<b> a</b>\n\n   <i>b</i> &amp; c\n  </p>", "<p>Dear  {name},<b> a</b>\n  <i>b</i> &amp; c\n</p>\n");
        check("<td>\n<if test=\"a\">x</if></td>", "<td>\n  <if test=\"a\">x</if></td>\n");
        check("<p>a<![CDATA[ <b>\n  c ]]></p>", "<p>a<![CDATA[ <b>\n  c ]]></p>\n");
        check("<p>a\u{a0}\n b</p>", "<p>a\u{a0}\n  b</p>\n");
    }

    #[test]
    fn attributes_have_one_order_and_one_kind_of_quotes() {
        check(
            "<p margin-bottom='1pt' font-size=\"9pt\" style='a' left=\"0\">x</p>",
            "<p style=\"a\" left=\"0\" font-size=\"9pt\" margin-bottom=\"1pt\">x</p>\n",
        );
        check("<p style='say \"a\"' odd=\"it's\"/>", "<p style='say \"a\"' odd=\"it's\"/>\n");
    }

    #[test]
    fn long_tags_are_folded() {
        let long = format!("<p style=\"{}\" left=\"{}\" top=\"1pt\">x</p>", "a".repeat(80), "b".repeat(70));
        let folded = formatted(&long);
        assert_eq!(folded.lines().count(), 2);
        assert_eq!(formatted(&folded), folded);
    }

    #[test]
    fn what_cannot_be_read_is_not_formatted() {
        let mut sources = Sources::default();
        let file = sources.add("a.xml", "<p>a</b>");
        assert!(super::format(&sources, file).is_err());
    }

    proptest::proptest! {
        #[test]
        fn formatting_twice_is_formatting_once(pieces in proptest::collection::vec(0_usize..16, 0..40)) {
            const PIECES: [&str; 16] = [
                "<p>a</p>", "<p> {a} <b>b</b>c </p>", "\n", " ", "\n\n\n", "<!-- c\n  d -->", "<box>", "</box>", "<td>x <br/>\n y</td>", "text",
                "<if test='a'>", "</if>", "&#160;", "<box  left='1pt' style=\"s\"><hr/></box>", "<choose>\n<when test='x'>t</when></choose>", "<![CDATA[ z ]]>",
            ];
            let mut text = String::from("<body>");
            let mut open = Vec::new();
            for piece in pieces {
                match PIECES[piece] {
                    "<box>" => { open.push("</box>"); text.push_str("<box>"); }
                    "<if test='a'>" => { open.push("</if>"); text.push_str("<if test='a'>"); }
                    "</box>" | "</if>" => text.push_str(open.pop().unwrap_or("")),
                    piece => text.push_str(piece),
                }
            }
            open.iter().rev().for_each(|close| text.push_str(close));
            text.push_str("</body>");
            let once = formatted(&text);
            proptest::prop_assert_eq!(formatted(&once), once);
        }
    }
}
