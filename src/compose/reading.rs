//! What the text of a page says to whom it is read: words that a line divides, links, pictures in lines.
//!
//! Takes the lines that are painted, says of each how it reads. Must never change where anything stands.

use std::borrow::Cow;

use super::paginate::Paginator;
use super::paint::{Owner, OwnerPart};
use crate::base::length::Length;
use crate::model::content::{Item, Line, Text};
use crate::model::layout::{Role, SymbolNode};

impl<'p, 'a> Paginator<'_, '_, 'p, 'a>
where
    'p: 'a,
{
    /// Says of a line of an open text what is to be known before it is painted.
    pub(super) fn announce(&mut self, text: &Text<'a>, line: &Line<'a>, next: Option<&Line<'a>>) {
        let (mut is_divided, mut is_spaced) = (false, false);
        if let Some(next) = next {
            let before = &text.items[..text.items.len().saturating_sub(next.rest.len())];
            match (next.divided, before.last()) {
                (Some(tail), Some(whole)) => is_divided = self.is_hyphenated(line.items.last(), &tail, whole),
                (None, Some(Item::SoftHyphen { .. })) => is_divided = true,
                (None, Some(Item::Space { .. } | Item::Break | Item::Tab { .. })) => is_spaced = true,
                _ => {}
            }
        }
        let links = if text.is_marked { self.links_of(text, line) } else { Vec::new() };
        self.canvas.announce_line(links.into_iter(), is_divided, is_spaced);
    }

    /// Whether the hyphen at the end of a line is not of its word, whose rest is `tail`.
    fn is_hyphenated(&self, head: Option<&Item<'a>>, tail: &Item<'a>, whole: &Item<'a>) -> bool {
        let words = &*self.binder.setter.words;
        let (Some(Item::Word { word: head, .. }), Item::Word { word: tail, .. }, Item::Word { word: whole, .. }) = (head, tail, whole) else {
            return false;
        };
        let (head, tail) = (words.text(*head), words.text(*tail));
        let Some(start) = words.text(*whole).strip_suffix(tail) else { return false };
        // A word that was cut where nothing else helped has no hyphen, or one of its own.
        !start.ends_with(head) && without_hyphen(head).is_some_and(|head| start.ends_with(head))
    }

    /// The link of each item of a line; empty if it has none.
    fn links_of(&self, text: &Text<'a>, line: &Line<'a>) -> Vec<Option<u32>> {
        let before = &text.items[..text.items.len().saturating_sub(line.rest.len())];
        let mut open = before.iter().rev().find_map(|item| self.link_of(item)).flatten();
        if open.is_none() && !line.items.iter().any(|item| self.link_of(item).is_some()) {
            return Vec::new();
        }
        let of_item = |item: &Item<'a>| {
            if let Some(link) = self.link_of(item) {
                open = link;
            }
            open
        };
        line.items.iter().map(of_item).collect()
    }

    /// Paints a picture in a line: a figure in the paragraph if a text stands in its place.
    pub(super) fn paint_symbol(&mut self, symbol: &'a SymbolNode, x: Length, baseline: Length) {
        let mut is_open = false;
        if let (Some(owner), false) = (self.canvas.open_owner(), symbol.alt.is_empty()) {
            let part = OwnerPart::Symbol(self.binder.symbols_told.len() as u32);
            self.binder.symbols_told.push(&symbol.alt);
            is_open = self.canvas.open_graphics(b"/Figure", Owner { part, ..owner });
        }
        self.paint_picture(symbol.picture, x, baseline - symbol.rise - symbol.height, symbol.width, symbol.height);
        if is_open {
            self.canvas.close_graphics();
        }
    }
}

/// What a word reads as; its hyphen at the end of a line is a soft one.
pub(super) fn told(word: &str, is_divided: bool) -> Cow<'_, str> {
    match without_hyphen(word).filter(|_| is_divided) {
        Some(head) => Cow::Owned(format!("{head}\u{ad}")),
        None => Cow::Borrowed(word),
    }
}

fn without_hyphen(word: &str) -> Option<&str> {
    word.strip_suffix(['-', '\u{2010}'])
}

/// The tag of the text of a block.
pub(super) fn tag_of(role: Role) -> &'static [u8] {
    match role {
        Role::Heading(1) => b"/H1",
        Role::Heading(2) => b"/H2",
        Role::Heading(3) => b"/H3",
        Role::Heading(4) => b"/H4",
        Role::Heading(5) => b"/H5",
        Role::Heading(_) => b"/H6",
        Role::Paragraph | Role::Artifact => b"/P",
    }
}
