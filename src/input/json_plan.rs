//! Paths into JSON, compiled to a tree that is walked along with the record.
//!
//! Takes the compiled mapping, gives for each record or row a [`Scope`]: a tree of keys whose leaves name captures, and
//! fields that read captures. So a record is read in one pass, whatever the order of its keys. Must never see a record.

use bumpalo::Bump;

use super::mapping::{CurrencySource, FieldPlan, PathFault, PathUse, Paths, RowPlan, Scalar, Source};

/// One step of a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// A key of an object.
    Key(String),
    /// An element of an array, from 0.
    Index(usize),
}

/// A path into a record or row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct JsonPath {
    /// Whether it starts at the record even in a row.
    pub(super) from_record: bool,
    /// Its steps; none for the row itself (`.`).
    pub(super) steps: Vec<Step>,
}

/// The syntax of JSON paths: `a.b`, `a/b`, `a[0]`, `'odd.key'`, `.`, alternatives after `|`.
pub(super) struct JsonPaths;

impl Paths for JsonPaths {
    type Path = JsonPath;

    fn parse(&self, text: &str, use_: PathUse) -> Result<Vec<JsonPath>, PathFault> {
        let mut parser = PathParser { text, at: 0 };
        let mut paths = Vec::new();
        loop {
            let start = parser.at;
            let path = parser.path()?;
            if path.from_record && matches!(use_, PathUse::List) {
                return Err(PathFault::new(start..parser.at, "the path of a list starts where the list stands, not with `/`"));
            }
            paths.push(path);
            if !parser.skip_sign('|') {
                break;
            }
        }
        if parser.at < text.len() {
            return Err(PathFault::new(parser.at..text.len(), format!("`{}` is not understood here", &text[parser.at..])));
        }
        Ok(paths)
    }

    fn default_paths(&self, name: &str, _: PathUse) -> Vec<JsonPath> {
        vec![JsonPath { from_record: false, steps: name.split('.').map(|key| Step::Key(key.to_string())).collect() }]
    }

    fn refuses_list(&self, _: &str) -> Option<String> {
        None
    }
}

struct PathParser<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> PathParser<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn skip_sign(&mut self, sign: char) -> bool {
        self.skip_space();
        let found = self.rest().starts_with(sign);
        self.at += if found { sign.len_utf8() } else { 0 };
        found
    }

    fn path(&mut self) -> Result<JsonPath, PathFault> {
        let from_record = self.skip_sign('/');
        self.skip_space();
        let mut steps = Vec::new();
        if !from_record && self.rest().starts_with('.') {
            self.at += 1;
            self.skip_space();
            return Ok(JsonPath { from_record, steps });
        }
        loop {
            if self.rest().starts_with('[') && (!steps.is_empty() || self.index_follows()) {
                steps.push(self.index()?);
            } else {
                steps.push(Step::Key(self.key()?));
            }
            while self.rest().starts_with('[') {
                steps.push(self.index()?);
            }
            if self.rest().starts_with(['.', '/']) {
                self.at += 1;
            } else {
                self.skip_space();
                return Ok(JsonPath { from_record, steps });
            }
        }
    }

    fn index_follows(&self) -> bool {
        self.rest()[1..].starts_with(|c: char| c.is_ascii_digit())
    }

    fn index(&mut self) -> Result<Step, PathFault> {
        let start = self.at;
        let rest = self.rest();
        let closed = rest.find(']');
        let inside = closed.map_or("", |length| &rest[1..length]);
        self.at += closed.map_or(rest.len(), |length| length + 1);
        match inside.trim().parse() {
            Ok(index) => Ok(Step::Index(index)),
            Err(_) => Err(PathFault::new(start..self.at, "an index is a number from 0, such as `[0]`")),
        }
    }

    fn key(&mut self) -> Result<String, PathFault> {
        let rest = self.rest();
        if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '\'' | '"')) {
            return match rest[1..].find(quote) {
                Some(length) => {
                    self.at += length + 2;
                    Ok(rest[1..=length].to_string())
                }
                None => Err(PathFault::new(self.at..self.text.len(), "a quoted key is not closed")),
            };
        }
        let length = rest.find(|c: char| matches!(c, '.' | '/' | '[' | ']' | '|' | '\'' | '"') || c.is_whitespace()).unwrap_or(rest.len());
        if length == 0 {
            let end = self.at + rest.chars().next().map_or(0, char::len_utf8);
            return Err(PathFault::new(self.at..end, "a key is missing here"));
        }
        self.at += length;
        Ok(rest[..length].to_string())
    }
}

/// One node of the tree of keys.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Keys of an object and the nodes behind them, in the order of the contract.
    pub(super) keys: Vec<(Box<str>, usize)>,
    /// Elements of an array and the nodes behind them.
    pub(super) elements: Vec<(usize, usize)>,
    /// Captures that the value here fills.
    pub(super) captures: Vec<u16>,
    /// The field of the list whose rows are here, unless they are read later.
    pub(super) list: Option<usize>,
}

/// Where a field finds one of its captures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Slot {
    /// In the row or record itself.
    Here(u16),
    /// In the record around the row.
    Record(u16),
}

/// Where one field of a scope comes from.
#[derive(Debug)]
pub(super) enum JsonField {
    /// A constant or a scalar, with the slots of its paths and of its currency.
    Value { slots: Vec<Slot>, currency: Vec<Slot> },
    /// A list: its captures and the scope of its rows.
    List { slots: Vec<u16>, scope: Scope, later: bool },
}

/// Everything needed to read one record or one kind of row.
#[derive(Debug)]
pub(super) struct Scope {
    /// Node 0 is the record or row itself.
    pub(super) nodes: Vec<Node>,
    /// How many captures there are.
    pub(super) captures: usize,
    /// Names, types and defaults of the fields.
    pub(super) plan: RowPlan<()>,
    /// Their places, parallel to the plan.
    pub(super) fields: Vec<JsonField>,
}

/// Builds the scope of the record.
pub(super) fn build(plan: RowPlan<JsonPath>) -> Scope {
    let mut builder = Builder::default();
    let scope = builder.scope(plan, true);
    builder.finish(scope)
}

/// Captures of the record that rows refer to are added while their lists are built, so the tree of the record is
/// finished last.
#[derive(Default)]
struct Builder {
    record: Tree,
}

#[derive(Debug)]
struct Tree {
    nodes: Vec<Node>,
    captures: usize,
}

impl Default for Tree {
    fn default() -> Tree {
        Tree { nodes: vec![Node::default()], captures: 0 }
    }
}

impl Tree {
    fn capture(&mut self, steps: &[Step]) -> (usize, u16) {
        let node = steps.iter().fold(0, |node, step| self.child(node, step));
        let id = u16::try_from(self.captures).expect("a contract has fewer fields than 65,536 captures");
        self.captures += 1;
        self.nodes[node].captures.push(id);
        (node, id)
    }

    fn child(&mut self, node: usize, step: &Step) -> usize {
        let new = self.nodes.len();
        let found = match step {
            Step::Key(key) => {
                let keys = &mut self.nodes[node].keys;
                let found = keys.iter().find(|(known, _)| **known == **key).map(|(_, child)| *child);
                if found.is_none() {
                    keys.push((key.as_str().into(), new));
                }
                found
            }
            Step::Index(index) => {
                let elements = &mut self.nodes[node].elements;
                let found = elements.iter().find(|(known, _)| known == index).map(|(_, child)| *child);
                if found.is_none() {
                    elements.push((*index, new));
                }
                found
            }
        };
        found.unwrap_or_else(|| {
            self.nodes.push(Node::default());
            new
        })
    }
}

/// A scope whose tree is still open.
struct OpenScope {
    tree: Option<Tree>,
    plan: RowPlan<()>,
    fields: Vec<JsonField>,
    lists: Vec<(usize, usize)>,
    uses_record: bool,
}

impl Builder {
    fn scope(&mut self, plan: RowPlan<JsonPath>, is_record: bool) -> OpenScope {
        let mut own = Tree::default();
        let mut open = OpenScope { tree: None, plan: RowPlan { fields: Vec::new() }, fields: Vec::new(), lists: Vec::new(), uses_record: false };
        for field in plan.fields {
            let (source, json) = match field.source {
                Source::Constant(constant) => (Source::Constant(constant), JsonField::Value { slots: Vec::new(), currency: Vec::new() }),
                Source::Scalar(scalar) => {
                    let slots = self.slots(&scalar.paths, &mut own, is_record, &mut open.uses_record);
                    let (currency, currency_slots) = match scalar.currency {
                        CurrencySource::Fixed(currency) => (CurrencySource::Fixed(currency), Vec::new()),
                        CurrencySource::Path(paths, fallback) => {
                            let slots = self.slots(&paths, &mut own, is_record, &mut open.uses_record);
                            (CurrencySource::Path(Vec::new(), fallback), slots)
                        }
                    };
                    let scalar =
                        Scalar { paths: Vec::new(), convert: scalar.convert, currency, default: scalar.default, holds_empty: scalar.holds_empty };
                    (Source::Scalar(scalar), JsonField::Value { slots, currency: currency_slots })
                }
                Source::List { paths, rows } => {
                    let inner = self.scope(rows, false);
                    open.uses_record |= inner.uses_record;
                    // Rows that look up at the record wait until all of it has been seen.
                    let later = is_record && inner.uses_record;
                    let tree = if is_record { &mut self.record } else { &mut own };
                    let mut slots = Vec::new();
                    for path in &paths {
                        let (node, id) = tree.capture(&path.steps);
                        open.lists.push((node, open.fields.len()));
                        slots.push(id);
                    }
                    let scope = self.finish(inner);
                    (Source::List { paths: Vec::new(), rows: RowPlan { fields: Vec::new() } }, JsonField::List { slots, scope, later })
                }
            };
            open.plan.fields.push(FieldPlan { name: field.name, optional: field.optional, mapped: field.mapped, source });
            open.fields.push(json);
        }
        open.tree = (!is_record).then_some(own);
        open
    }

    fn slots(&mut self, paths: &[JsonPath], own: &mut Tree, is_record: bool, uses_record: &mut bool) -> Vec<Slot> {
        paths
            .iter()
            .map(|path| {
                if is_record {
                    Slot::Here(self.record.capture(&path.steps).1)
                } else if path.from_record {
                    *uses_record = true;
                    Slot::Record(self.record.capture(&path.steps).1)
                } else {
                    Slot::Here(own.capture(&path.steps).1)
                }
            })
            .collect()
    }

    /// Closes the tree of a scope and decides which lists can be read where they stand.
    fn finish(&mut self, open: OpenScope) -> Scope {
        let OpenScope { tree, plan, mut fields, lists, .. } = open;
        let Tree { mut nodes, captures } = tree.unwrap_or_else(|| std::mem::take(&mut self.record));
        for (node, field) in lists {
            let node = &mut nodes[node];
            let JsonField::List { later, .. } = &mut fields[field] else { unreachable!("only lists are noted") };
            // A place that something else reads too is remembered and read again.
            if *later || node.captures.len() > 1 || !node.elements.is_empty() || !node.keys.is_empty() {
                *later = true;
            } else {
                node.list = Some(field);
            }
        }
        // A list with two paths is read later at one of them if it is at the other.
        for node in &mut nodes {
            if node.list.is_some_and(|field| matches!(fields[field], JsonField::List { later: true, .. })) {
                node.list = None;
            }
        }
        Scope { nodes, captures, plan, fields }
    }
}

/// The index of a key; `expected` is tried first, because records mostly keep one order.
#[inline]
pub(super) fn find_key(keys: &[(Box<str>, usize)], key: &str, expected: usize) -> Option<usize> {
    if keys.get(expected).is_some_and(|(known, _)| **known == *key) {
        return Some(expected);
    }
    keys.iter().position(|(known, _)| **known == *key)
}

/// Which keys of an object have been seen.
pub(super) enum Seen<'a> {
    /// A bit each.
    Few(u64),
    /// More than 64.
    Many(&'a mut [bool]),
}

impl<'a> Seen<'a> {
    /// None of `count` keys.
    #[inline]
    pub(super) fn new(count: usize, arena: &'a Bump) -> Seen<'a> {
        if count <= 64 { Seen::Few(0) } else { Seen::Many(arena.alloc_slice_fill_copy(count, false)) }
    }

    /// Marks a key, and tells whether it was marked before.
    #[inline]
    pub(super) fn mark(&mut self, index: usize) -> bool {
        match self {
            Seen::Few(bits) => {
                let before = *bits & (1 << index) != 0;
                *bits |= 1 << index;
                before
            }
            Seen::Many(marks) => std::mem::replace(&mut marks[index], true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, &str>) {
        let found = JsonPaths.parse(text, PathUse::RowValue).map(|paths| {
            let paths: Vec<String> = paths
                .iter()
                .map(|path| {
                    let steps: Vec<String> = path
                        .steps
                        .iter()
                        .map(|step| match step {
                            Step::Key(key) => key.clone(),
                            Step::Index(index) => index.to_string(),
                        })
                        .collect();
                    format!("{}{}", if path.from_record { "^" } else { "" }, steps.join(">"))
                })
                .collect();
            paths.join(" ")
        });
        assert_eq!(found.map_err(|fault| text[fault.range].to_string()), expected.map(str::to_string).map_err(str::to_string), "{text}");
    }

    #[test]
    fn paths_of_every_shape() {
        check("a", Ok("a"));
        check("a.b/c", Ok("a>b>c"));
        check("a[0].b[12]", Ok("a>0>b>12"));
        check("'a.b'.\"c d\"", Ok("a.b>c d"));
        check(" a | /b.c ", Ok("a ^b>c"));
        check(".", Ok(""));
        check("größe-m2", Ok("größe-m2"));
    }

    #[test]
    fn faults_have_a_range() {
        check("", Err(""));
        check("a..b", Err("."));
        check("a[x]", Err("[x]"));
        check("a[0", Err("[0"));
        check("'a", Err("'a"));
        check("a b", Err("b"));
        check("a |", Err(""));
    }
}
