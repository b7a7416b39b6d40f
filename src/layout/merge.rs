//! A layout and its bases to one tree.
//!
//! Takes the trees of a chain, gives the tree of the layout they make together, in which every element keeps the place of its
//! own file; reports what a layout changes though its base locks it. Must never know how an element is compiled.

use std::collections::BTreeMap;

use super::compile::Compiler;
use super::merge_clause::required_clauses;
use super::tree::{Attribute, Child, Element};
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::span::Span;

/// Whether an element says `locked="true"`.
pub(super) fn is_locked(element: &Element) -> bool {
    element.find("locked").is_some_and(|attribute| attribute.value.text.trim() == "true")
}

/// The value of `name=`, and its place.
pub(super) fn name_of(element: &Element) -> Option<(&str, Span)> {
    let value = &element.find("name")?.value;
    Some((value.text.trim(), value.span))
}

/// Sets the attributes of `over`; those it does not have stay.
pub(super) fn overlay(element: &mut Element, over: Element) {
    element.attributes.retain(|attribute| over.find(&attribute.name).is_none());
    element.attributes.splice(0..0, over.attributes);
    element.span = over.span;
    element.children.extend(over.children);
}

impl Compiler<'_, '_> {
    /// The layout that a chain makes, the layout itself first. Afterwards there are no blocks: what stands in them stands there.
    pub(super) fn merge(&mut self, chain: Vec<Element>) -> Element {
        let files: Vec<_> = chain.iter().map(|root| root.span.file).collect();
        let is_base_alone = chain.len() == 1;
        let mut chain = chain.into_iter().rev();
        let mut root = chain.next().expect("a chain has the layout itself");
        if !is_base_alone {
            self.check_base(&root);
        }
        self.refuse_fills(&mut root);
        for (left, child) in chain.enumerate() {
            if left + 2 < files.len() {
                self.check_base(&child);
            }
            root = self.extend(root, child);
        }
        self.apply_palette(&mut root, &files);
        self.open_blocks(&mut root);
        root
    }

    fn check_base(&mut self, root: &Element) {
        self.check_element(root);
        self.check_namespace(root);
    }

    /// A `<put>` of a layout that extends none.
    fn refuse_fills(&mut self, root: &mut Element) {
        for fill in take(root, "put") {
            let fault = Diagnostic::error(&code::LAYOUT_BLOCK, fill.span, "this layout extends none whose blocks it could fill");
            self.fault(fault.hint("name the base: `<layout extends=\"base.xml\" …>`"));
        }
    }

    /// Puts a layout over its base.
    fn extend(&mut self, mut base: Element, mut child: Element) -> Element {
        let kept = required_clauses(&base);
        let own = (!kept.is_empty()).then(|| child.clone());
        let fills = take(&mut child, "put");
        self.extend_styles(&mut base, &mut child);
        self.extend_pages(&mut base, take(&mut child, "page"));
        self.extend_palette(&mut base, &mut child);
        extend_data(&mut base, &mut child);
        for name in ["properties", "email", "sms"] {
            if child.elements().any(|element| element.name == name) {
                take(&mut base, name);
            }
        }
        self.refuse_body(&base, &mut child);
        self.fill_blocks(&mut base, fills);
        if let Some(own) = own {
            self.keep_clauses(&mut base, kept, &own);
        }
        overlay(&mut base, child);
        base
    }

    fn refuse_body(&mut self, base: &Element, child: &mut Element) {
        let Some(theirs) = base.elements().find(|element| element.name == "body") else { return };
        for body in take(child, "body") {
            let mut blocks = Vec::new();
            find_blocks(base, &mut blocks);
            let names: Vec<String> = blocks.iter().filter(|block| block.lock.is_none()).map(|block| format!("`{}`", block.name)).collect();
            let hint = match names.is_empty() {
                true => "the base leaves no block open".to_string(),
                false => format!("fill its blocks instead, `<put block=\"…\">`: {}", names.join(", ")),
            };
            let fault = Diagnostic::error(&code::LAYOUT_LOCKED, body.span, "the body of this layout is that of its base");
            self.fault(fault.related(theirs.span, "the base has its body here").hint(hint));
        }
    }

    fn extend_styles(&mut self, base: &mut Element, child: &mut Element) {
        let locks = locked_styles(base);
        for style in take(child, "style") {
            let Some((name, span)) = name_of(&style) else {
                child.children.push(Child::Element(style));
                continue;
            };
            if let Some((place, why)) = locks.get(name) {
                let message = format!("the style `{name}` is locked");
                let fault = Diagnostic::error(&code::LAYOUT_LOCKED, span, message).related(*place, why.clone());
                self.fault(fault.hint(format!("give it another name; it may start from the locked one: `extends=\"{name}\"`")));
                continue;
            }
            let known = base.children.iter_mut().find_map(|known| match known {
                Child::Element(known) if known.name == "style" && name_of(known).is_some_and(|(known, _)| known == name) => Some(known),
                Child::Element(_) | Child::Text(_) => None,
            });
            match known {
                // Twice in one file is told where styles are read.
                Some(known) if known.span.file != style.span.file => overlay(known, style),
                Some(_) | None => base.children.push(Child::Element(style)),
            }
        }
    }

    fn fill_blocks(&mut self, base: &mut Element, fills: Vec<Element>) {
        let mut blocks = Vec::new();
        find_blocks(base, &mut blocks);
        let mut filled: BTreeMap<String, Span> = BTreeMap::new();
        for fill in fills {
            self.check_element(&fill);
            let Some(value) = fill.find("block").map(|attribute| &attribute.value) else { continue };
            let name = value.text.trim();
            let span = value.place_of(name);
            let found: Vec<&Block> = blocks.iter().filter(|block| block.name == name).collect();
            if found.is_empty() {
                let open = blocks.iter().filter(|block| block.lock.is_none()).map(|block| block.name.as_str());
                let fault = Diagnostic::error(&code::LAYOUT_BLOCK, span, format!("the base has no block `{name}`"));
                self.fault(fault.suggest(name, open));
                continue;
            }
            if let Some(lock) = found.iter().find_map(|block| block.lock) {
                let fault = Diagnostic::error(&code::LAYOUT_LOCKED, span, format!("the block `{name}` is locked"));
                let open: Vec<String> = blocks.iter().filter(|block| block.lock.is_none()).map(|block| format!("`{}`", block.name)).collect();
                let hint = if open.is_empty() { "the base leaves no block open".into() } else { format!("open are: {}", open.join(", ")) };
                self.fault(fault.related(lock, "locked here").hint(hint));
                continue;
            }
            if let Some(first) = filled.get(name) {
                let line = self.line_of(*first, span);
                let fault = Diagnostic::error(&code::LAYOUT_DUPLICATE_NAME, span, format!("the block `{name}` is filled twice"));
                self.fault(fault.label("again here").hint(format!("the first is on line {line}; put both into one")));
                continue;
            }
            filled.insert(name.to_string(), span);
            fill_block(base, name, &fill);
        }
    }

    /// Puts what stands in blocks in their place.
    fn open_blocks(&mut self, element: &mut Element) {
        let mut children = Vec::with_capacity(element.children.len());
        for child in std::mem::take(&mut element.children) {
            match child {
                Child::Element(mut child) => {
                    self.open_blocks(&mut child);
                    if child.name == "block" {
                        self.check_element(&child);
                        children.append(&mut child.children);
                    } else {
                        children.push(Child::Element(child));
                    }
                }
                Child::Text(text) => children.push(Child::Text(text)),
            }
        }
        element.children = children;
    }
}

/// Takes the children of a name out of an element.
pub(super) fn take(element: &mut Element, name: &str) -> Vec<Element> {
    let (taken, rest) = std::mem::take(&mut element.children).into_iter().partition::<Vec<_>, _>(|child| match child {
        Child::Element(child) => child.name == name,
        Child::Text(_) => false,
    });
    element.children = rest;
    let taken = taken.into_iter().filter_map(|child| match child {
        Child::Element(child) => Some(child),
        Child::Text(_) => None,
    });
    taken.collect()
}

/// A `<block>` of a base.
struct Block {
    name: String,
    /// What locks it.
    lock: Option<Span>,
}

fn find_blocks(element: &Element, out: &mut Vec<Block>) {
    for child in element.elements() {
        if child.name == "block"
            && let Some((name, _)) = name_of(child)
        {
            let lock = child.find("locked").filter(|_| is_locked(child));
            out.push(Block { name: name.to_string(), lock: lock.map(|attribute| attribute.span) });
        }
        find_blocks(child, out);
    }
}

fn fill_block(element: &mut Element, name: &str, fill: &Element) {
    for child in &mut element.children {
        let Child::Element(child) = child else { continue };
        if child.name == "block" && name_of(child).is_some_and(|(known, _)| known == name) {
            child.children.clone_from(&fill.children);
            // Who fills a block may lock it for those who extend him.
            let lock: Option<&Attribute> = fill.find("locked");
            child.attributes.retain(|attribute| attribute.name != "locked");
            child.attributes.extend(lock.cloned());
        } else {
            fill_block(child, name, fill);
        }
    }
}

/// Fields of a layout are added to those of its base; a list of the same name gets more fields.
fn extend_data(base: &mut Element, child: &mut Element) {
    let Some(known) = base.children.iter_mut().find_map(|known| match known {
        Child::Element(known) if known.name == "data" => Some(known),
        Child::Element(_) | Child::Text(_) => None,
    }) else {
        return;
    };
    let data = take(child, "data");
    let mut data = data.into_iter();
    if let Some(first) = data.next() {
        extend_list(known, first);
    }
    child.children.extend(data.map(Child::Element));
}

fn extend_list(base: &mut Element, more: Element) {
    for attribute in more.attributes {
        if base.find(&attribute.name).is_none() {
            base.attributes.push(attribute);
        }
    }
    for child in more.children {
        let known = match &child {
            Child::Element(list) if list.name == "list" => base.children.iter_mut().find_map(|known| match known {
                Child::Element(known) if known.name == "list" && name_of(known).map(|n| n.0) == name_of(list).map(|n| n.0) => Some(known),
                Child::Element(_) | Child::Text(_) => None,
            }),
            Child::Element(_) | Child::Text(_) => None,
        };
        match (known, child) {
            // Twice in one file is told where fields are read.
            (Some(known), Child::Element(list)) if known.span.file != list.span.file => extend_list(known, list),
            (_, child) => base.children.push(child),
        }
    }
}

/// The styles a layout cannot touch, with the place of the lock: those that say so, those that shape what is locked, and
/// those they extend.
fn locked_styles(base: &Element) -> BTreeMap<String, (Span, String)> {
    let mut locks: BTreeMap<String, (Span, String)> = BTreeMap::new();
    for style in base.elements().filter(|element| element.name == "style" && is_locked(element)) {
        if let (Some((name, _)), Some(lock)) = (name_of(style), style.find("locked")) {
            locks.insert(name.to_string(), (lock.span, "locked here".into()));
        }
    }
    for part in base.elements().filter(|element| matches!(element.name.as_str(), "page" | "body")) {
        add_shaping(part, None, &mut locks);
    }
    loop {
        let mut more = Vec::new();
        for style in base.elements().filter(|element| element.name == "style") {
            let (Some((name, _)), Some(extends)) = (name_of(style), style.find("extends")) else { continue };
            let extends = extends.value.text.trim();
            if let Some((place, _)) = locks.get(name).filter(|_| !locks.contains_key(extends)) {
                more.push((extends.to_string(), (*place, format!("`{name}` is locked here and extends it"))));
            }
        }
        if more.is_empty() {
            return locks;
        }
        locks.extend(more);
    }
}

/// Adds the styles that elements in locked parts take.
fn add_shaping(element: &Element, lock: Option<Span>, locks: &mut BTreeMap<String, (Span, String)>) {
    let own = element.find("locked").filter(|_| is_locked(element)).map(|attribute| attribute.span);
    // What stands in an open block is not the base's, whatever is around it.
    let lock = if element.name == "block" { own } else { own.or(lock) };
    if let Some(place) = lock {
        let style = element.find("style").map_or(element.name.as_str(), |attribute| attribute.value.text.trim());
        locks.entry(style.to_string()).or_insert_with(|| (place, format!("it shapes a `<{}>` of what is locked here", element.name)));
    }
    for child in element.elements() {
        add_shaping(child, lock, locks);
    }
}
