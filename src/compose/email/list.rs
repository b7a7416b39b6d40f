//! Lists in HTML.
//!
//! Takes blocks of which some have a marker beside their first line, gives `<ul>` and `<ol>`: what begins with a marker is an item, what
//! stands as far in behind it belongs to it. Must never number an item itself.

use std::fmt::Write;

use super::Source;
use super::css::Around;
use super::html::{Html, ITEM};
use super::inline::push_plain;
use crate::base::length::Length;
use crate::kit::html::push_text;
use crate::kit::text::Direction;
use crate::model::content::{Block, Item, Placed, Text};

/// The list that a marker is of.
struct Kind {
    element: &'static str,
    /// The attribute that says how items are counted.
    counted: &'static str,
    /// Whether the marker is written as text, because HTML has none like it.
    is_written: bool,
}

/// The marker of a block that is the beginning of an item.
pub(super) fn marker_of<'c, 'a>(placed: &'c Placed<'a>) -> Option<(&'c Text<'a>, &'a [Item<'a>])> {
    match placed.block {
        Block::Text(text) if placed.place.is_none() => text.marker.map(|(marker, _)| (text, marker)),
        _ => None,
    }
}

fn left_of(placed: &Placed<'_>) -> Length {
    placed.flow.margin.left.max(placed.flow.margin.right)
}

fn kind_of(source: &Source<'_, '_>, marker: &[Item<'_>]) -> (Kind, String) {
    let mut text = String::new();
    push_plain(source, marker, &mut text);
    let text = text.trim().to_string();
    let letters = text.strip_suffix('.').unwrap_or("");
    let counted = |element, counted| Kind { element, counted, is_written: false };
    let kind = match letters {
        _ if text == "•" => counted("ul", ""),
        "a" => counted("ol", " type=\"a\""),
        "i" => counted("ol", " type=\"i\""),
        "1" => counted("ol", ""),
        _ => Kind { element: "ul", counted: "", is_written: true },
    };
    (kind, text)
}

/// Whether an item with a marker goes on with the list that began with another.
fn continues(first: &str, marker: &str) -> bool {
    let is_counted = |marker: &str| marker.strip_suffix('.').is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_alphanumeric()));
    if is_counted(first) { is_counted(marker) && marker != "1." } else { marker == first }
}

impl Html<'_, '_> {
    /// Adds the list that begins with the first of the blocks; gives how many it takes.
    pub(super) fn list(&mut self, source: &Source<'_, '_>, blocks: &[Placed<'_>], around: Around) -> usize {
        let Some((first, marker)) = blocks.first().and_then(marker_of) else { return 0 };
        let level = left_of(&blocks[0]);
        let (kind, first_marker) = kind_of(source, marker);
        let side = if first.style.direction == Direction::RightToLeft { "right" } else { "left" };
        let style = if kind.is_written { "list-style-type:none;" } else { "" };
        let room = if kind.is_written { 8 } else { 26 };
        writeln!(self.out, "<{}{} style=\"margin:4px 0;{style}padding:0;padding-{side}:{room}px\">", kind.element, kind.counted)
            .expect("a String takes what is written");
        let mut at = 0;
        let mut is_open = false;
        while let Some(placed) = blocks.get(at) {
            let left = left_of(placed);
            match marker_of(placed) {
                Some((text, marker)) if left == level => {
                    if at > 0 && !continues(&first_marker, &kind_of(source, marker).1) {
                        break;
                    }
                    if std::mem::replace(&mut is_open, true) {
                        self.out.push_str("</li>\n");
                    }
                    let margin = placed.flow.margin;
                    let inside = self.open_paragraph(text, (margin.top, margin.bottom, Length::ZERO), ITEM, around);
                    if kind.is_written {
                        push_text(&kind_of(source, marker).1, &mut self.out);
                        self.out.push_str("&nbsp; ");
                    }
                    self.items(source, text.items, inside);
                    at += 1;
                }
                Some(_) if left > level => at += self.list(source, &blocks[at..], around),
                None if left >= level && level > Length::ZERO && placed.place.is_none() => {
                    self.block(source, placed, around);
                    at += 1;
                }
                _ => break,
            }
        }
        if is_open {
            self.out.push_str("</li>\n");
        }
        writeln!(self.out, "</{}>", kind.element).expect("a String takes what is written");
        at
    }
}
