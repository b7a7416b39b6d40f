//! What stands in a text and takes no room: calls of footnotes, links, and the places they lead to.
//!
//! Takes the lines that are painted, notes on the page what is called or named there. Must never change where anything stands.

use super::bidi::visual_order;
use super::line::width_of;
use super::paginate::Paginator;
use super::paint::Canvas;
use crate::base::code;
use crate::base::length::Length;
use crate::kit::text::Direction;
use crate::model::content::{Anchor, Item, Line, Mark, Text};
use crate::model::page::{Bookmark, Link, PageExtras, Target};
use crate::model::record::Hold;

/// A part of a link on a page: left, top, right, bottom, and its index in the document.
pub type LinkPart = ([Length; 4], u32);

/// Most bookmarks and links of a document together.
const EXTRAS_MAX: usize = 100_000;

impl<'p, 'a> Paginator<'_, '_, 'p, 'a>
where
    'p: 'a,
{
    /// Notes the marks of a line that was painted from `x` on, its spaces `extra` wider.
    pub(super) fn marks(&mut self, text: &Text<'a>, line: &Line<'a>, x: Length, top: Length, extra: Length) {
        let places = self.places(line.items, u8::from(text.style.direction == Direction::RightToLeft), x, extra);
        let before = &text.items[..text.items.len().saturating_sub(line.rest.len())];
        let mut open = before.iter().rev().find_map(|item| self.link_of(item)).flatten();
        let mut part: Option<(Length, Length)> = None;
        let bottom = top + line.height;
        for (item, place) in line.items.iter().zip(places) {
            if let Item::Mark { mark, .. } = item {
                match self.binder.marks[*mark as usize] {
                    Mark::Note(note) => {
                        if !self.canvas.calls.contains(&note) {
                            self.canvas.calls.push(note);
                        }
                    }
                    Mark::Anchor(anchor) => self.canvas.anchors.push((anchor, place.0, top)),
                    Mark::Link(_) | Mark::LinkEnd => {
                        self.link_part(open, part.take(), top, bottom);
                        open = self.link_of(item).flatten();
                    }
                }
            } else if open.is_some() && place.1 > place.0 {
                part = Some(part.map_or(place, |(left, right)| (left.min(place.0), right.max(place.1))));
            }
        }
        self.link_part(open, part, top, bottom);
    }

    fn link_part(&mut self, link: Option<u32>, part: Option<(Length, Length)>, top: Length, bottom: Length) {
        if let (Some(link), Some((left, right))) = (link, part) {
            self.canvas.links.push(([left, top, right, bottom], link));
        }
    }

    /// The link that begins at an item, or none that ends there; `None` for everything else.
    pub(super) fn link_of(&self, item: &Item<'a>) -> Option<Option<u32>> {
        let Item::Mark { mark, .. } = item else { return None };
        match self.binder.marks[*mark as usize] {
            Mark::Link(link) => Some(Some(link)),
            Mark::LinkEnd => Some(None),
            Mark::Note(_) | Mark::Anchor(_) => None,
        }
    }

    /// Where each item of a line begins and ends.
    fn places(&self, items: &[Item<'a>], base: u8, mut x: Length, extra: Length) -> Vec<(Length, Length)> {
        let order = visual_order(items, base);
        let mut places = vec![(x, x); items.len()];
        // What takes no room may have no place in the order.
        for position in 0..order.as_ref().map_or(items.len(), Vec::len) {
            let index = order.as_ref().map_or(position, |order| order[position]);
            let widened = match items[index] {
                Item::Space { .. } => 1,
                Item::Word { word, .. } => i64::from(self.binder.setter.words.word(word).spaces),
                _ => 0,
            };
            let end = x + width_of(&items[index]) + extra * widened;
            places[index] = (x, end);
            x = end;
        }
        places
    }
}

/// The links and bookmarks of each page of a document, in PDF coordinates. A link to a place that this document does not
/// have, because the record left it out, is none.
pub(super) fn extras(canvases: &[Canvas], links: &[&str], anchors: &[Anchor<'_>]) -> Result<Vec<Option<Box<PageExtras>>>, Hold> {
    let count: usize = canvases.iter().map(|canvas| canvas.links.len() + canvas.anchors.len()).sum();
    if count > EXTRAS_MAX {
        return Err(Hold::new(&code::RECORD_LIMIT, format!("the document has {count} links and bookmarks, at most {EXTRAS_MAX} are written")));
    }
    let mut places = rustc_hash::FxHashMap::default();
    for (page, canvas) in canvases.iter().enumerate() {
        for (anchor, _, y) in &canvas.anchors {
            let name = anchors[*anchor as usize].name;
            if !name.is_empty() {
                places.entry(name).or_insert(Target::Page(page as u32, canvas.height() - *y));
            }
        }
    }
    let page = |canvas: &Canvas| {
        let links = canvas.links.iter().filter_map(|([left, top, right, bottom], link)| {
            let height = canvas.height();
            let href = links[*link as usize];
            let target = match href.strip_prefix('#') {
                Some(name) => places.get(name)?.clone(),
                None => Target::Uri(crate::base::link::encode(href)),
            };
            let name = href.strip_prefix('#').unwrap_or(href).to_string();
            Some(Link { place: [*left, height - *bottom, *right, height - *top], target, name, number: *link })
        });
        let bookmarks = canvas.anchors.iter().filter_map(|(anchor, _, y)| {
            let (title, level) = anchors[*anchor as usize].bookmark?;
            Some(Bookmark { title: title.to_string(), level, top: canvas.height() - *y })
        });
        let extras = PageExtras { links: links.collect(), bookmarks: bookmarks.collect() };
        (extras != PageExtras::default()).then(|| Box::new(extras))
    };
    Ok(canvases.iter().map(page).collect())
}
