//! Paths into XML: a small, readable part of XPath 1.0.
//!
//! Takes texts, gives compiled paths, and finds what they name in the tree of a record. Must never know what a field is.
//!
//! ```text
//! cac:Party/cbc:Name      children of children          @currencyID        an attribute
//! Note[2]                 the second `Note`             .                  the element's own text
//! Tax[@type='VAT']/Rate   where an attribute says so    name()             the local name of the element
//! Party[not(Person)]      where something is missing    */Name             any child
//! /cbc:ID                 from the record, in a row     A/B | C            the first that is not empty
//! ```

use super::convert::{Given, Thing};
use super::mapping::{PathFault, PathUse, Paths};
use super::xml_markup::is_name;
use super::xml_tree::{NodeId, Tree};
use crate::base::code;
use crate::base::suggest::closest;

/// Most predicates of one step.
const PREDICATES_MAX: usize = 4;

/// A compiled path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct XmlPath {
    /// Whether it starts at the record even in a row.
    pub(super) from_record: bool,
    steps: Vec<Step>,
    target: Target,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Step {
    /// `None` for `*`.
    name: Option<Name>,
    predicates: Vec<Predicate>,
}

/// A name in a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Name {
    /// Its local part.
    pub(super) local: String,
    /// Its namespace by number; `None` for any.
    pub(super) uri: Option<u16>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Target {
    Element,
    Attribute(Name),
    Name,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Predicate {
    Position(usize),
    Exists(XmlPath, bool),
    Equals(XmlPath, String, bool),
}

impl Name {
    /// Whether an element or attribute has this name.
    #[inline]
    pub(super) fn fits(&self, local: &str, uri: u16) -> bool {
        self.local == local && self.uri.is_none_or(|wanted| wanted == uri)
    }
}

impl XmlPath {
    /// Calls `visit` with each element that the steps lead to, in document order, until it returns true.
    pub(super) fn each(&self, tree: &Tree<'_>, from: NodeId, visit: &mut dyn FnMut(NodeId) -> bool) -> bool {
        walk(&self.steps, tree, from, visit)
    }

    /// Whether it leads away from where it starts.
    pub(super) fn takes_steps(&self) -> bool {
        !self.steps.is_empty()
    }

    /// The first thing the path leads to, with the element it is in.
    pub(super) fn find<'a>(&self, tree: &Tree<'a>, from: NodeId) -> Option<(NodeId, Given<'a>)> {
        let mut found = None;
        self.each(tree, from, &mut |node| {
            found = self.target(tree, node).map(|given| (node, given));
            found.is_some()
        });
        found
    }

    fn target<'a>(&self, tree: &Tree<'a>, node: NodeId) -> Option<Given<'a>> {
        match &self.target {
            Target::Element if tree.has_children(node) => Some(Given::Other(Thing::Element, tree.name(node))),
            Target::Element => Some(Given::Text(tree.text(node))),
            Target::Attribute(name) => tree.attribute(node, name).map(Given::Text),
            Target::Name => Some(Given::Text(tree.name(node))),
        }
    }
}

fn walk(steps: &[Step], tree: &Tree<'_>, from: NodeId, visit: &mut dyn FnMut(NodeId) -> bool) -> bool {
    let Some((step, rest)) = steps.split_first() else { return visit(from) };
    let mut positions = [0; PREDICATES_MAX];
    for child in tree.children(from) {
        if step.name.as_ref().is_some_and(|name| !tree.is(child, name)) {
            continue;
        }
        let fits = step.predicates.iter().zip(&mut positions).all(|(predicate, position)| match predicate {
            Predicate::Position(wanted) => {
                *position += 1;
                *position == *wanted
            }
            Predicate::Exists(path, wanted) => path.find(tree, child).is_some() == *wanted,
            Predicate::Equals(path, literal, wanted) => {
                let found = path.each(tree, child, &mut |node| matches!(path.target(tree, node), Some(Given::Text(text)) if text == literal));
                found == *wanted
            }
        });
        if fits && walk(rest, tree, child, visit) {
            return true;
        }
    }
    false
}

/// The syntax of XML paths, with the namespaces of the job.
pub(super) struct XmlPaths<'s> {
    /// Prefixes and URIs.
    pub(super) namespaces: &'s [(String, String)],
}

impl XmlPaths<'_> {
    /// The number of a namespace: equal URIs have equal numbers. 0 is left to all that no path knows.
    pub(super) fn number(&self, uri: &str) -> u16 {
        self.namespaces.iter().position(|(_, known)| known == uri).map_or(0, |index| u16::try_from(index + 1).unwrap_or(0))
    }

    /// Compiles a name with an optional prefix; `start` is where it stands.
    pub(super) fn name(&self, text: &str, start: usize) -> Result<Name, PathFault> {
        let range = start..start + text.len();
        let (prefix, local) = match text.split_once(':') {
            Some((prefix, local)) => (Some(prefix), local),
            None => (None, text),
        };
        if !is_name(local) || prefix.is_some_and(|prefix| !is_name(prefix)) {
            return Err(PathFault::new(range, format!("`{text}` is not a name")));
        }
        let uri = match prefix {
            None => None,
            Some(prefix) => match self.namespaces.iter().find(|(known, _)| known == prefix) {
                Some((_, uri)) => Some(self.number(uri)),
                None => {
                    let best = closest(prefix, self.namespaces.iter().map(|(known, _)| known.as_str()));
                    let hint = match best {
                        Some(best) => format!("did you mean `{best}`?"),
                        None => "declare it in the table of namespaces, or leave it out to match any namespace".to_string(),
                    };
                    return Err(PathFault {
                        range: start..start + prefix.len(),
                        code: &code::MAPPING_NAMESPACE,
                        message: format!("the namespace prefix `{prefix}` is not declared"),
                        hint: Some(hint),
                    });
                }
            },
        };
        Ok(Name { local: local.to_string(), uri })
    }
}

impl Paths for XmlPaths<'_> {
    type Path = XmlPath;

    fn parse(&self, text: &str, use_: PathUse) -> Result<Vec<XmlPath>, PathFault> {
        let mut parser = Parser { syntax: self, text, at: 0 };
        let mut paths = Vec::new();
        loop {
            let start = parser.at;
            let path = parser.path(0)?;
            if use_ == PathUse::List && path.target != Target::Element {
                return Err(PathFault::new(start..parser.at, "the rows of a list are elements"));
            }
            paths.push(path);
            if !parser.skip("|") {
                break;
            }
        }
        parser.skip_space();
        if parser.at < text.len() {
            return Err(PathFault::new(parser.at..text.len(), format!("`{}` is not understood here", &text[parser.at..])));
        }
        Ok(paths)
    }

    fn default_paths(&self, name: &str, use_: PathUse) -> Vec<XmlPath> {
        let names: Vec<Name> = name.split('.').map(|local| Name { local: local.to_string(), uri: None }).collect();
        let step = |name: &Name| Step { name: Some(name.clone()), predicates: Vec::new() };
        let element = XmlPath { from_record: false, steps: names.iter().map(step).collect(), target: Target::Element };
        let Some((last, before)) = names.split_last().filter(|_| use_ != PathUse::List) else { return vec![element] };
        let attribute = XmlPath { from_record: false, steps: before.iter().map(step).collect(), target: Target::Attribute(last.clone()) };
        vec![element, attribute]
    }

    fn refuses_list(&self, _: &str) -> Option<String> {
        None
    }
}

struct Parser<'p> {
    syntax: &'p XmlPaths<'p>,
    text: &'p str,
    at: usize,
}

impl<'p> Parser<'p> {
    fn rest(&self) -> &'p str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn skip(&mut self, sign: &str) -> bool {
        self.skip_space();
        let found = self.rest().starts_with(sign);
        self.at += if found { sign.len() } else { 0 };
        found
    }

    fn expect(&mut self, sign: &str) -> Result<(), PathFault> {
        if self.skip(sign) { Ok(()) } else { Err(self.fault(format!("`{sign}` is missing here"))) }
    }

    fn fault(&self, message: impl Into<String>) -> PathFault {
        let end = self.rest().chars().next().map_or(self.at, |c| self.at + c.len_utf8());
        PathFault::new(self.at..end, message)
    }

    fn path(&mut self, depth: usize) -> Result<XmlPath, PathFault> {
        if depth > 8 {
            return Err(self.fault("predicates are nested too deeply"));
        }
        for (sign, what) in
            [("//", "`//` is not supported; name each step, `*` for any"), ("..", "`..` is not supported; in a row `/` starts from the record")]
        {
            self.skip_space();
            if self.rest().starts_with(sign) {
                return Err(PathFault::new(self.at..self.at + sign.len(), what));
            }
        }
        let mut path = XmlPath { from_record: self.skip("/"), steps: Vec::new(), target: Target::Element };
        loop {
            self.skip_space();
            if self.rest().starts_with("..") {
                return Err(PathFault::new(self.at..self.at + 2, "`..` is not supported; in a row `/` starts from the record"));
            }
            if self.skip("@") {
                path.target = Target::Attribute(self.name()?);
            } else if self.skip("name()") || self.skip("local-name()") {
                path.target = Target::Name;
            } else if self.skip("text()") || self.skip(".") {
                return Ok(path);
            } else {
                path.steps.push(self.step(depth)?);
                if self.rest().starts_with("//") {
                    return Err(PathFault::new(self.at..self.at + 2, "`//` is not supported; name each step, `*` for any"));
                }
                if self.skip("/") {
                    continue;
                }
            }
            return Ok(path);
        }
    }

    fn name(&mut self) -> Result<Name, PathFault> {
        self.skip_space();
        let rest = self.rest();
        let length = rest.find(|c: char| "/[]()|=!'\"@,*<>".contains(c) || c.is_whitespace()).unwrap_or(rest.len());
        if length == 0 {
            return Err(self.fault("a name is missing here"));
        }
        let start = self.at;
        self.at += length;
        self.syntax.name(&rest[..length], start)
    }

    fn step(&mut self, depth: usize) -> Result<Step, PathFault> {
        let name = if self.skip("*") { None } else { Some(self.name()?) };
        let mut predicates = Vec::new();
        while self.skip("[") {
            let start = self.at - 1;
            predicates.push(self.predicate(depth)?);
            self.expect("]")?;
            if predicates.len() > PREDICATES_MAX {
                return Err(PathFault::new(start..self.at, format!("a step has at most {PREDICATES_MAX} predicates")));
            }
        }
        Ok(Step { name, predicates })
    }

    fn predicate(&mut self, depth: usize) -> Result<Predicate, PathFault> {
        self.skip_space();
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 {
            let range = self.at..self.at + digits;
            self.at += digits;
            return match self.text[range.clone()].parse() {
                Ok(position) if position > 0 => Ok(Predicate::Position(position)),
                _ => Err(PathFault::new(range, "positions count from 1")),
            };
        }
        if self.skip("not(") {
            let path = self.path(depth + 1)?;
            self.expect(")")?;
            return Ok(Predicate::Exists(path, false));
        }
        let path = self.path(depth + 1)?;
        let wanted = if self.skip("!=") {
            false
        } else if self.skip("=") {
            true
        } else {
            return Ok(Predicate::Exists(path, true));
        };
        Ok(Predicate::Equals(path, self.literal()?, wanted))
    }

    fn literal(&mut self) -> Result<String, PathFault> {
        self.skip_space();
        let rest = self.rest();
        let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"')).ok_or_else(|| self.fault("a quoted text is missing here"))?;
        let length = rest[1..].find(quote).ok_or_else(|| PathFault::new(self.at..self.text.len(), "a quoted text is not closed"))?;
        self.at += length + 2;
        Ok(rest[1..=length].to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::xml_tree::Tree;
    use bumpalo::Bump;

    const RECORD: &str = "<r xmlns='u:1' xmlns:b='u:2' id='7'><a t='1'>x</a><b:a t='2'> y </b:a><a t='3'/><p><q>in</q></p><p><q k='v'>on</q></p></r>";

    fn syntax() -> Vec<(String, String)> {
        [("one", "u:1"), ("two", "u:2"), ("eins", "u:1")].map(|(prefix, uri)| (prefix.to_string(), uri.to_string())).to_vec()
    }

    #[track_caller]
    fn check(path: &str, expected: &str) {
        let namespaces = syntax();
        let syntax = XmlPaths { namespaces: &namespaces };
        let paths = syntax.parse(path, PathUse::Value).expect("a path");
        let arena = Bump::new();
        let tree = Tree::read(RECORD, &[], &namespaces, &arena).expect("a record");
        let found = paths[0].find(&tree, Tree::ROOT).map(|(_, given)| match given {
            Given::Text(text) => text.to_string(),
            other => format!("{other:?}"),
        });
        assert_eq!(found.as_deref().unwrap_or("-"), expected, "{path}");
    }

    #[test]
    fn paths_lead_to_places() {
        check("a", "x");
        check("one:a", "x");
        check("eins:a[2]", "");
        check("two:a", "y");
        check("a[2]", "y");
        check("a[@t='3']", "");
        check("a[@t='3']/@t", "3");
        check("@id", "7");
        check("name()", "r");
        check("p/name()", "p");
        check("p/q", "in");
        check("p[2]/q", "on");
        check("p[q/@k]/q/text()", "on");
        check("p[not(q/@k)]/q", "in");
        check("p[q='on']/q/@k", "v");
        check("p[q!='in']/q", "on");
        check("*[4]/*", "in");
        check("a[.='y']/@t", "2");
        check("/p[1]/q", "in");
        check("two:p", "-");
        check("a/@x", "-");
        check("p", "Other(Element, \"p\")");
        check("q", "-");
    }

    #[track_caller]
    fn check_fault(path: &str, range: &str, code: &str) {
        let namespaces = syntax();
        let fault = XmlPaths { namespaces: &namespaces }.parse(path, PathUse::Value).expect_err("a fault");
        assert_eq!((&path[fault.range], fault.code.id), (range, code), "{path}");
    }

    #[test]
    fn faults_have_a_range() {
        check_fault("a//b", "//", "D0102");
        check_fault("../b", "..", "D0102");
        check_fault("a/../b", "..", "D0102");
        check_fault("a[0]", "0", "D0102");
        check_fault("a[1", "", "D0102");
        check_fault("x:a", "x", "D0103");
        check_fault("a/tow:b", "tow", "D0103");
        check_fault("a b", "b", "D0102");
        check_fault("a[b=c]", "c", "D0102");
        check_fault("a[b='c]", "'c]", "D0102");
        check_fault("1a", "1a", "D0102");
        check_fault("", "", "D0102");
        check_fault("a | ", "", "D0102");
        check_fault("@", "", "D0102");
    }
}
