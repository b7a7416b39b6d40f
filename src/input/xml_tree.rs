//! The tree of one XML record.
//!
//! Takes the text of one element with all in it, gives its elements, attributes and texts, or the reason it is not
//! well-formed (XML 1.0 and Namespaces in XML 1.0). Everything is checked here, also what no path asks for. Must never know
//! paths, and never expands an entity.

use bumpalo::Bump;
use bumpalo::collections::{String as BumpString, Vec as BumpVec};

use super::convert::shorten;
use super::xml_markup::{self, Attributes, Kind, Markup, is_name, split_name};
use super::xml_path::Name;
use crate::base::code::{self, Code};
use crate::base::limits::{NESTING_MAX, XML_ATTRIBUTES_MAX, XML_ELEMENTS_MAX};
use crate::model::record::Hold;

type Held<T> = Result<T, Box<Hold>>;

/// An element of a tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct NodeId(u32);

/// The elements of one record.
pub(super) struct Tree<'a> {
    nodes: BumpVec<'a, Node<'a>>,
    attributes: BumpVec<'a, Attribute<'a>>,
}

struct Node<'a> {
    local: &'a str,
    uri: u16,
    /// 0 if there is none: the root is nobody's child.
    first_child: u32,
    next: u32,
    attributes: (u32, u32),
    text: &'a str,
}

struct Attribute<'a> {
    local: &'a str,
    uri: u16,
    value: &'a str,
}

impl<'a> Tree<'a> {
    /// The record element.
    pub(super) const ROOT: NodeId = NodeId(0);

    /// Reads a record. `around` are the namespaces declared outside of it, `known` those that paths use.
    pub(super) fn read(text: &'a str, around: &'a [(String, String)], known: &[(String, String)], arena: &'a Bump) -> Held<Tree<'a>> {
        let mut reader = Reader {
            text,
            known,
            arena,
            tree: Tree { nodes: BumpVec::with_capacity_in(64, arena), attributes: BumpVec::with_capacity_in(64, arena) },
            open: BumpVec::with_capacity_in(16, arena),
            scope: BumpVec::with_capacity_in(16, arena),
            tag_attributes: BumpVec::new_in(arena),
        };
        for (prefix, uri) in around {
            reader.declare(prefix, uri);
        }
        reader.read()?;
        Ok(reader.tree)
    }

    /// The children of an element.
    #[inline]
    pub(super) fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let mut next = self.nodes[node.0 as usize].first_child;
        std::iter::from_fn(move || {
            let found = (next != 0).then_some(NodeId(next))?;
            next = self.nodes[next as usize].next;
            Some(found)
        })
    }

    /// Whether an element has elements inside.
    pub(super) fn has_children(&self, node: NodeId) -> bool {
        self.nodes[node.0 as usize].first_child != 0
    }

    /// Whether an element has this name.
    #[inline]
    pub(super) fn is(&self, node: NodeId, name: &Name) -> bool {
        let node = &self.nodes[node.0 as usize];
        name.fits(node.local, node.uri)
    }

    /// Its local name.
    pub(super) fn name(&self, node: NodeId) -> &'a str {
        self.nodes[node.0 as usize].local
    }

    /// Its own text, without the white space around it.
    pub(super) fn text(&self, node: NodeId) -> &'a str {
        self.nodes[node.0 as usize].text.trim_matches([' ', '\t', '\r', '\n'])
    }

    /// The value of one of its attributes.
    pub(super) fn attribute(&self, node: NodeId, name: &Name) -> Option<&'a str> {
        let (start, end) = self.nodes[node.0 as usize].attributes;
        self.attributes[start as usize..end as usize].iter().find(|found| name.fits(found.local, found.uri)).map(|found| found.value)
    }
}

/// A namespace in scope.
struct Declared<'a> {
    prefix: &'a str,
    uri: &'a str,
    number: u16,
}

/// An element that is not closed yet.
struct Open<'a> {
    node: u32,
    name: &'a str,
    last_child: u32,
    scope: usize,
    text: Text<'a>,
}

/// The text of an element so far: mostly one piece, borrowed.
enum Text<'a> {
    None,
    One(&'a str),
    Many(BumpString<'a>),
}

struct Reader<'a, 'k> {
    text: &'a str,
    known: &'k [(String, String)],
    arena: &'a Bump,
    tree: Tree<'a>,
    open: BumpVec<'a, Open<'a>>,
    scope: BumpVec<'a, Declared<'a>>,
    tag_attributes: BumpVec<'a, (&'a str, &'a str)>,
}

impl<'a> Reader<'a, '_> {
    fn read(&mut self) -> Held<()> {
        if let Some((at, c)) = xml_markup::find_forbidden(self.text) {
            return Err(self.fault(at, &format!("the character U+{:04X} is not allowed", u32::from(c))));
        }
        let mut at = 0;
        while let Some(markup) = xml_markup::next(self.text.as_bytes(), at) {
            self.characters(at, markup.bytes.start)?;
            at = markup.bytes.end;
            self.markup(&markup)?;
        }
        self.characters(at, self.text.len())?;
        match self.open.last() {
            Some(open) => Err(self.fault(self.text.len(), &format!("`</{}>` is missing", shorten(open.name)))),
            None if self.tree.nodes.is_empty() => Err(self.fault(0, "there is no element")),
            None => Ok(()),
        }
    }

    #[cold]
    fn fault(&self, at: usize, what: &str) -> Box<Hold> {
        self.fault_as(&code::RECORD_XML, at, what)
    }

    #[cold]
    fn fault_as(&self, code: &'static Code, at: usize, what: &str) -> Box<Hold> {
        let line = self.text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        Box::new(Hold::new(code, format!("{what} (line {line} of the record)")))
    }

    fn markup(&mut self, markup: &Markup) -> Held<()> {
        let at = markup.bytes.start;
        let inside = &self.text[markup.bytes.clone()];
        match &markup.kind {
            Kind::Start { name, empty } => {
                self.start(at, &self.text[name.clone()], &self.text[name.end..markup.bytes.end - 1 - usize::from(*empty)], *empty)
            }
            Kind::End { name } => self.end(at, &self.text[name.clone()]),
            // XML 1.0, productions 15 to 17.
            Kind::Comment if inside[4..inside.len() - 3].contains("--") || inside.ends_with("--->") => Err(self.fault(at, "a comment contains `--`")),
            Kind::Comment => Ok(()),
            Kind::Instruction => {
                let body = &inside[2..inside.len() - 2];
                let target = body.split([' ', '\t', '\r', '\n']).next().unwrap_or("");
                if is_name(target) && !target.eq_ignore_ascii_case("xml") {
                    Ok(())
                } else {
                    Err(self.fault(at, "a processing instruction has no proper target"))
                }
            }
            Kind::Cdata(content) => {
                if self.open.is_empty() {
                    return Err(self.fault(at, "a CDATA section stands outside of the element"));
                }
                let content = &self.text[content.clone()];
                let content = if content.contains('\r') { self.arena.alloc_str(&content.replace("\r\n", "\n").replace('\r', "\n")) } else { content };
                self.append(content);
                Ok(())
            }
            Kind::Doctype => Err(self.fault_as(&code::RECORD_DTD, at, "a document type declaration is refused")),
            Kind::Broken(why) => Err(self.fault(at, why)),
        }
    }

    /// Character data between two pieces of markup.
    fn characters(&mut self, start: usize, end: usize) -> Held<()> {
        let text = &self.text[start..end];
        if text.is_empty() {
            return Ok(());
        }
        if self.open.is_empty() {
            return if xml_markup::is_blank(text.as_bytes()) { Ok(()) } else { Err(self.fault(start, "text stands outside of the element")) };
        }
        if text.contains("]]>") {
            return Err(self.fault(start, "`]]>` stands in a text"));
        }
        match xml_markup::unescape(text, false) {
            Ok(None) => self.append(text),
            Ok(Some(plain)) => self.append(self.arena.alloc_str(&plain)),
            Err(what) => return Err(self.fault(start, &what)),
        }
        Ok(())
    }

    #[inline]
    fn append(&mut self, text: &'a str) {
        let arena = self.arena;
        let Some(open) = self.open.last_mut() else { return };
        // An element with elements inside is no text; what stands between them is not kept.
        if open.last_child != 0 {
            return;
        }
        open.text = match std::mem::replace(&mut open.text, Text::None) {
            Text::None => Text::One(text),
            Text::One(before) => {
                let mut many = BumpString::with_capacity_in(before.len() + text.len(), arena);
                many.push_str(before);
                many.push_str(text);
                Text::Many(many)
            }
            Text::Many(mut many) => {
                many.push_str(text);
                Text::Many(many)
            }
        };
    }

    fn start(&mut self, at: usize, name: &'a str, attributes: &'a str, empty: bool) -> Held<()> {
        if self.open.len() >= NESTING_MAX {
            return Err(self.fault_as(&code::RECORD_NESTING, at, &format!("elements are nested deeper than {NESTING_MAX}")));
        }
        if self.tree.nodes.len() >= XML_ELEMENTS_MAX {
            return Err(self.fault_as(&code::RECORD_ROWS, at, &format!("there are more than {XML_ELEMENTS_MAX} elements")));
        }
        if self.open.is_empty() && !self.tree.nodes.is_empty() {
            return Err(self.fault(at, "a second element follows"));
        }
        let scope = self.scope.len();
        self.read_attributes(at, attributes)?;
        let (local, uri) = self.resolve(at, name, true)?;
        let first = self.tree.attributes.len();
        self.bind_attributes(at, first)?;
        let node = self.tree.nodes.len() as u32;
        let attributes = (first as u32, self.tree.attributes.len() as u32);
        self.tree.nodes.push(Node { local, uri, first_child: 0, next: 0, attributes, text: "" });
        if let Some(parent) = self.open.last_mut() {
            match parent.last_child {
                0 => self.tree.nodes[parent.node as usize].first_child = node,
                last => self.tree.nodes[last as usize].next = node,
            }
            parent.last_child = node;
        }
        if empty {
            self.scope.truncate(scope);
        } else {
            self.open.push(Open { node, name, last_child: 0, scope, text: Text::None });
        }
        Ok(())
    }

    fn end(&mut self, at: usize, name: &str) -> Held<()> {
        let Some(open) = self.open.pop() else { return Err(self.fault(at, &format!("`</{}>` closes nothing", shorten(name)))) };
        if open.name != name {
            return Err(self.fault(at, &format!("`</{}>` stands where `</{}>` should be", shorten(name), shorten(open.name))));
        }
        self.scope.truncate(open.scope);
        self.tree.nodes[open.node as usize].text = match open.text {
            Text::None => "",
            Text::One(text) => text,
            Text::Many(many) => many.into_bump_str(),
        };
        Ok(())
    }

    /// Reads the attributes of a tag: declarations go into scope, the others are kept aside until all are known.
    fn read_attributes(&mut self, at: usize, text: &'a str) -> Held<()> {
        self.tag_attributes.clear();
        for attribute in Attributes::new(text) {
            let (name, value) = attribute.map_err(|what| self.fault(at, what))?;
            if self.tag_attributes.len() >= XML_ATTRIBUTES_MAX {
                return Err(self.fault(at, &format!("an element has more than {XML_ATTRIBUTES_MAX} attributes")));
            }
            if self.tag_attributes.iter().any(|(known, _)| *known == name) {
                return Err(self.fault(at, &format!("the attribute `{}` occurs twice", shorten(name))));
            }
            let value = match xml_markup::unescape(value, true) {
                Ok(None) => value,
                Ok(Some(plain)) => self.arena.alloc_str(&plain),
                Err(what) => return Err(self.fault(at, &what)),
            };
            self.tag_attributes.push((name, value));
            let prefix = match name.strip_prefix("xmlns") {
                Some("") => "",
                Some(rest) if rest.starts_with(':') => &rest[1..],
                _ => continue,
            };
            // Namespaces in XML 1.0, 2.2 and 3: reserved names, and no prefix without a URI.
            let reserved = prefix == "xmlns"
                || (prefix == "xml") != (value == "http://www.w3.org/XML/1998/namespace")
                || value == "http://www.w3.org/2000/xmlns/";
            if reserved || name.contains(':') && (!is_name(prefix) || value.is_empty()) {
                return Err(self.fault(at, &format!("`{}` cannot be declared so", shorten(name))));
            }
            self.declare(prefix, value);
        }
        Ok(())
    }

    fn declare(&mut self, prefix: &'a str, uri: &'a str) {
        let number = self.known.iter().position(|(_, known)| known == uri).map_or(0, |index| u16::try_from(index + 1).unwrap_or(0));
        self.scope.push(Declared { prefix, uri, number });
    }

    fn bind_attributes(&mut self, at: usize, first: usize) -> Held<()> {
        for index in 0..self.tag_attributes.len() {
            let (name, value) = self.tag_attributes[index];
            if name.starts_with("xmlns") && matches!(name.as_bytes().get(5), None | Some(b':')) {
                continue;
            }
            let (local, uri) = self.resolve(at, name, false)?;
            // Two prefixes can be one namespace (Namespaces in XML 1.0, 6.3).
            if local.len() < name.len() {
                let full = self.uri_of(split_name(name).0);
                let twin = |(other, _): &(&str, &str)| {
                    let (prefix, other_local) = split_name(other);
                    !prefix.is_empty() && other_local == local && self.uri_of(prefix) == full
                };
                if self.tag_attributes[..index].iter().any(twin) {
                    return Err(self.fault(at, &format!("the attribute `{}` occurs twice", shorten(name))));
                }
            }
            self.tree.attributes.push(Attribute { local, uri, value });
        }
        debug_assert!(self.tree.attributes.len() >= first, "attributes only grow");
        Ok(())
    }

    fn uri_of(&self, prefix: &str) -> Option<&'a str> {
        self.scope.iter().rev().find(|declared| declared.prefix == prefix).map(|declared| declared.uri)
    }

    /// The local part of a name and the number of its namespace.
    #[inline]
    fn resolve(&self, at: usize, name: &'a str, is_element: bool) -> Held<(&'a str, u16)> {
        let (prefix, local) = split_name(name);
        if !is_name(local) || local.len() < name.len() && !is_name(prefix) {
            return Err(self.fault(at, &format!("`{}` is not a name", shorten(name))));
        }
        // The default namespace is for elements only (Namespaces in XML 1.0, 6.2).
        if prefix.is_empty() && !is_element {
            return Ok((local, 0));
        }
        match self.scope.iter().rev().find(|declared| declared.prefix == prefix) {
            Some(declared) => Ok((local, declared.number)),
            None if prefix.is_empty() || prefix == "xml" => Ok((local, 0)),
            None => Err(self.fault(at, &format!("the namespace prefix `{}` is not declared", shorten(prefix)))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, &str>) {
        let arena = Bump::new();
        let found = Tree::read(text, &[], &[], &arena).map(|tree| show(&tree, Tree::ROOT)).map_err(|hold| hold.reason);
        match (&found, expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{text}"),
            (Err(reason), Err(part)) => assert!(reason.contains(part), "{text}: {reason}"),
            _ => panic!("{text}: {found:?}"),
        }
    }

    fn show(tree: &Tree<'_>, node: NodeId) -> String {
        let (start, end) = tree.nodes[node.0 as usize].attributes;
        let attributes: String = tree.attributes[start as usize..end as usize].iter().map(|a| format!(" {}={}", a.local, a.value)).collect();
        let children: Vec<String> = tree.children(node).map(|child| show(tree, child)).collect();
        let inside = if children.is_empty() { tree.text(node).to_string() } else { children.join("") };
        format!("<{}{attributes}>{inside}</>", tree.name(node))
    }

    #[test]
    fn well_formed_records() {
        check("<a/>", Ok("<a></>"));
        check("<a b='1' c = \"&lt;'\t\">x</a >", Ok("<a b=1 c=<' >x</>"));
        check("<a> x<!-- c -->y<![CDATA[<&]]>&amp;z\r\n</a>", Ok("<a>xy<&&z</>"));
        check("<a>\n <b>1</b>\n text <b>2</b> <?pi x?></a>", Ok("<a><b>1</><b>2</></>"));
        check("<p:a xmlns:p='u'><p:b p:c='1' c='2'/></p:a>", Ok("<a><b c=1 c=2></></>"));
        check("<größe/>", Ok("<größe></>"));
        check("<a xml:lang='de'/>", Ok("<a lang=de></>"));
        check("<a xmlnsx='1'/>", Ok("<a xmlnsx=1></>"));
    }

    #[test]
    fn everything_else_is_held() {
        check("", Err("no element"));
        check("<a>", Err("`</a>` is missing"));
        check("<a><b></a></b>", Err("`</a>` stands where `</b>` should be"));
        check("<a>\n</b></a>", Err("line 2"));
        check("<a/><b/>", Err("a second element"));
        check("<a/>x", Err("outside"));
        check("<a/></a>", Err("closes nothing"));
        check("<a b='1' b='2'/>", Err("`b` occurs twice"));
        check("<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>", Err("`q:b` occurs twice"));
        check("<a b/>", Err("no value"));
        check("<a b=1/>", Err("not quoted"));
        check("<a b='1'c='2'/>", Err("no space"));
        check("<a b='<'/>", Err("contains `<`"));
        check("<a>&nbsp;</a>", Err("`&nbsp;` is not defined"));
        check("<a b='&x;'/>", Err("`&x;`"));
        check("<a>]]></a>", Err("]]>"));
        check("<a>\u{1}</a>", Err("U+0001"));
        check("<a><!-- -- --></a>", Err("--"));
        check("<a><!----->x</a>", Err("--"));
        check("<a><?xml version='1.0'?></a>", Err("target"));
        check("<a><!DOCTYPE b></a>", Err("document type"));
        check("<p:a/>", Err("`p` is not declared"));
        check("<a xmlns:p=''/>", Err("cannot be declared"));
        check("<a xmlns:xml='u'/>", Err("cannot be declared"));
        check("<1a/>", Err("not a name"));
        check("<a:b:c xmlns:a='u'/>", Err("not a name"));
        check("<:a/>", Err("not a name"));
        check(&"<a>".repeat(10_000), Err("nested deeper than 128"));
        let many: String = (0..300).map(|index| format!(" a{index}='1'")).collect();
        check(&format!("<a{many}/>"), Err("attributes"));
    }

    proptest::proptest! {
        #[test]
        fn never_panics_and_agrees(text in "[ab<>/&;='\" !\\-\\[\\]?:x\u{e9}]{0,40}") {
            let arena = Bump::new();
            let _ = Tree::read(&text, &[], &[], &arena);
            let _ = Tree::read(&format!("<a>{text}</a>"), &[], &[], &arena);
            let _ = Tree::read(&format!("<a {text}/>"), &[], &[], &arena);
        }
    }
}
