//! Pages of a layout over those of its base.
//!
//! Takes the pages of a layout, adds them to its base or changes the base's; reports what a page changes or leaves out though it
//! is locked. Must never know sizes.

use super::compile::Compiler;
use super::merge::{is_locked, name_of, overlay, take};
use super::tree::{Child, Element, Mapped};
use super::value;
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::span::Span;

/// A region that cannot be touched.
struct Locked {
    name: String,
    place: Span,
}

impl Compiler<'_, '_> {
    pub(super) fn extend_pages(&mut self, base: &mut Element, pages: Vec<Element>) {
        let theirs = base.clone();
        let all: Vec<Element> = pages.clone();
        for page in pages {
            let Some((name, span)) = name_of(&page).map(|(name, span)| (name.to_string(), span)) else {
                base.children.push(Child::Element(page));
                continue;
            };
            let known = find_page(&theirs, &name);
            if let Some(lock) = known.filter(|known| is_locked(known)).and_then(|known| known.find("locked")) {
                let fault = Diagnostic::error(&code::LAYOUT_LOCKED, span, format!("the page `{name}` is locked"));
                self.fault(fault.related(lock.span, "locked here").hint("remove it, or give it the name of a page that the base does not have"));
                continue;
            }
            let chain = ancestors(&page, known, &theirs, &all);
            let locked = locked_regions(&chain);
            self.check_lost(&page, known, &theirs, &locked, !chain.is_empty());
            self.check_regions(&page, &locked);
            let own = base.children.iter_mut().find_map(|child| match child {
                Child::Element(own) if own.name == "page" && name_of(own).is_some_and(|(own, _)| own == name) => Some(own),
                Child::Element(_) | Child::Text(_) => None,
            });
            match own {
                Some(own) if known.is_some() && own.span.file != page.span.file => put_over(own, page),
                Some(_) | None => base.children.push(Child::Element(page)),
            }
        }
    }

    /// Reports locked regions that a page would not have.
    fn check_lost(&mut self, page: &Element, known: Option<&Element>, base: &Element, locked: &[Locked], has_base: bool) {
        let before = match known {
            Some(known) => locked_regions(&ancestors(known, None, base, &[])),
            None if has_base => Vec::new(),
            None => base.elements().filter(|element| element.name == "page").flat_map(|page| locked_regions(&[page])).collect(),
        };
        let Some(lost) = before.iter().find(|before| locked.iter().all(|locked| locked.name != before.name)) else { return };
        let (name, span) = name_of(page).unwrap_or(("", page.span));
        let span = page.find("extends").map_or(span, |attribute| attribute.value.span);
        let names: Vec<String> =
            base.elements().filter_map(|page| name_of(page).filter(|_| page.name == "page")).map(|n| format!("`{}`", n.0)).collect();
        let message = format!("the page `{name}` leaves out the locked region `{}`", lost.name);
        let fault = Diagnostic::error(&code::LAYOUT_LOCKED, span, message).related(lost.place, "locked here");
        self.fault(fault.hint(format!("let it extend a page of the base: {}", names.join(", "))));
    }

    /// Reports regions of a page that take the place of locked ones, and locked ones that it leaves out.
    fn check_regions(&mut self, page: &Element, locked: &[Locked]) {
        for region in page.elements().filter(|element| element.name == "region") {
            let Some((name, span)) = name_of(region) else { continue };
            if let Some(lock) = locked.iter().find(|locked| locked.name == name) {
                let fault = Diagnostic::error(&code::LAYOUT_LOCKED, span, format!("the region `{name}` is locked"));
                self.fault(fault.related(lock.place, "locked here").hint("give it another name and place"));
            }
        }
        let Some(without) = page.find("without") else { return };
        for token in value::tokens(&without.value.text) {
            if let Some(lock) = locked.iter().find(|locked| locked.name == token.text) {
                let span = without.value.place(token.start, token.start + token.text.len());
                let fault = Diagnostic::error(&code::LAYOUT_LOCKED, span, format!("the locked region `{}` cannot be left out", token.text));
                self.fault(fault.related(lock.place, "locked here").fix(""));
            }
        }
    }
}

fn find_page<'e>(root: &'e Element, name: &str) -> Option<&'e Element> {
    root.elements().find(|element| element.name == "page" && name_of(element).is_some_and(|(known, _)| known == name))
}

/// The pages of the base that a page takes its regions from: the one of its name, and those that are extended.
fn ancestors<'e>(page: &'e Element, known: Option<&'e Element>, base: &'e Element, own: &'e [Element]) -> Vec<&'e Element> {
    let mut chain: Vec<&Element> = known.into_iter().collect();
    if known.is_none() && find_page(base, name_of(page).map_or("", |name| name.0)).is_some_and(|found| std::ptr::eq(found, page)) {
        chain.push(page);
    }
    let (mut last, mut steps) = (page, 0);
    // More steps than names of pages: a circle, told where pages are compiled.
    while let Some(extends) = last.find("extends").or_else(|| known.filter(|_| std::ptr::eq(last, page)).and_then(|known| known.find("extends")))
        && steps < 8
    {
        let name = extends.value.text.trim();
        let mine = own.iter().find(|page| name_of(page).is_some_and(|(own, _)| own == name));
        let theirs = find_page(base, name);
        chain.extend(theirs);
        let Some(next) = mine.filter(|mine| mine.find("extends").is_some()).or(theirs) else { break };
        (last, steps) = (next, steps + 1);
    }
    chain
}

/// The locked regions of pages of which each extends the next.
fn locked_regions(chain: &[&Element]) -> Vec<Locked> {
    let mut locked: Vec<Locked> = Vec::new();
    for page in chain.iter().rev() {
        if let Some(without) = page.find("without") {
            locked.retain(|region| value::tokens(&without.value.text).iter().all(|token| token.text != region.name));
        }
        let lock_of_page = page.find("locked").filter(|_| is_locked(page));
        for region in page.elements().filter(|element| element.name == "region") {
            let lock = region.find("locked").filter(|_| is_locked(region)).or(lock_of_page);
            let Some((name, _)) = name_of(region) else { continue };
            locked.retain(|known| known.name != name);
            locked.extend(lock.map(|lock| Locked { name: name.to_string(), place: lock.span }));
        }
    }
    locked
}

/// Puts a page over the base's page of that name: regions of the same name take the place of the base's.
fn put_over(own: &mut Element, mut page: Element) {
    let mut regions = take(own, "region");
    if let Some(at) = page.attributes.iter().position(|attribute| attribute.name == "without") {
        let value = &page.attributes[at].value;
        let is_own = |text: &str| regions.iter().any(|region| name_of(region).is_some_and(|(name, _)| name == text));
        let (gone, rest): (Vec<_>, Vec<_>) = value::tokens(&value.text).into_iter().partition(|token| is_own(token.text));
        let gone: Vec<String> = gone.iter().map(|token| token.text.to_string()).collect();
        let mut left = Mapped::new(value.span.file, value.span.start as usize);
        for token in &rest {
            let start = value.place(token.start, token.start + token.text.len()).start as usize;
            left.push(&format!("{} ", token.text), start, token.text.len());
        }
        regions.retain(|region| name_of(region).is_none_or(|(name, _)| !gone.iter().any(|gone| gone == name)));
        if rest.is_empty() {
            page.attributes.remove(at);
        } else {
            page.attributes[at].value = left;
        }
    }
    let new = take(&mut page, "region");
    regions.retain(|region| new.iter().all(|new| name_of(new).map(|name| name.0) != name_of(region).map(|name| name.0)));
    overlay(own, page);
    own.children.extend(regions.into_iter().chain(new).map(Child::Element));
}
