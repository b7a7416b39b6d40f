//! What is different between two compositions of one record.
//!
//! Takes the boxes of both, gives kinds of change that many documents share: a text, an element that came or went, pages more or
//! fewer. Where none of these explains it, what stands elsewhere or looks different. Must never look at more than one record.

use std::collections::BTreeMap;

use super::align::Alignment;
use super::page_text::own;
use crate::base::code;
use crate::base::readable::counted;
use crate::model::trace::{Rectangle, TracedPage};

/// A kind of change. Elements are numbers of an [`Alignment`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// So many pages more, or fewer.
    Pages(i64),
    /// The record is held now, with this code.
    Held(String),
    /// It was held with this code, and is no longer.
    Released(String),
    /// Only the new data has such a record.
    OnlyNew,
    /// Only the old data has it.
    OnlyOld,
    /// Another text in an element.
    Text(u32),
    /// An element that was not there.
    Came(u32),
    /// An element that is no longer there.
    Went(u32),
    /// The same, but elsewhere: the first such element.
    Moved(u32),
    /// The same in the same place, but of another look: the first such element.
    Look(u32),
}

impl Kind {
    /// What it is called.
    pub fn title(&self, elements: &Alignment) -> String {
        let reason = |id: &str| code::find(id).map_or("", |code| code.title).to_string();
        match self {
            Kind::Pages(more) => {
                let pages = counted(more.unsigned_abs(), "page");
                if *more > 0 { format!("{pages} more") } else { format!("{pages} fewer") }
            }
            Kind::Held(id) => format!("held now: {id} {}", reason(id)),
            Kind::Released(id) => format!("no longer held: {id} {}", reason(id)),
            Kind::OnlyNew => "only in the new data".into(),
            Kind::OnlyOld => "only in the old data".into(),
            Kind::Text(number) => format!("text of {}", elements.title(*number)),
            Kind::Came(number) => format!("new: {}", elements.title(*number)),
            Kind::Went(number) => format!("gone: {}", elements.title(*number)),
            Kind::Moved(number) => format!("same text, other place, from {} on", elements.title(*number)),
            Kind::Look(number) => format!("look of {}", elements.title(*number)),
        }
    }
}

/// What an element made in a document.
#[derive(Default)]
struct Made {
    text: String,
    /// How many images, lines and barcodes.
    solids: u32,
    places: Vec<(usize, Rectangle)>,
    ink: Vec<u64>,
    parent: u32,
    /// The element that stands in no other.
    root: u32,
    page: usize,
}

/// The changes of a document, each with the index of the page it is first seen on (of the new document, or of the old where it went).
pub fn changes(old: &[TracedPage], new: &[TracedPage], elements: &Alignment) -> Vec<(Kind, usize)> {
    if is_same(old, new) {
        return Vec::new();
    }
    let (before, after) = (made(old, |span| elements.of_old(span)), made(new, |span| elements.of_new(span)));
    let mut found = Vec::new();
    if old.len() != new.len() {
        found.push((Kind::Pages(new.len() as i64 - old.len() as i64), old.len().min(new.len()).saturating_sub(1)));
    }
    // Heads and feet stand on each page: with other pages they have other texts, which is one change and not many.
    let follows_pages = |made: &Made| old.len() != new.len() && elements.is_region(made.root);
    let mut explained = false;
    for (number, was) in before.iter().filter(|(_, was)| !follows_pages(was)) {
        match after.get(number) {
            None if after.contains_key(&was.parent) || was.parent == u32::MAX => found.push((Kind::Went(*number), was.page)),
            None => {}
            Some(is) if was.text != is.text || was.solids != is.solids => {
                found.push((Kind::Text(*number), is.page));
            }
            Some(_) => continue,
        }
        explained = true;
    }
    for (number, is) in after.iter().filter(|(number, is)| !before.contains_key(number) && !follows_pages(is)) {
        explained = true;
        if before.contains_key(&is.parent) || is.parent == u32::MAX {
            found.push((Kind::Came(*number), is.page));
        }
    }
    if !explained && old.len() == new.len() {
        let moved = after.iter().filter(|(number, is)| before.get(number).is_some_and(|was| was.places != is.places));
        let first = moved.min_by_key(|(_, is)| (is.page, is.places.first().map(|(_, place)| (place.y, place.x))));
        // What is innermost looks different; what is around it only because of that.
        let look = after.iter().filter(|(number, is)| before.get(number).is_some_and(|was| was.ink != is.ink));
        let look = look
            .filter(|(number, _)| !after.iter().any(|(inner, is)| is.parent == **number && before.get(inner).is_some_and(|was| was.ink != is.ink)));
        let first_look = look.min_by_key(|(_, is)| (is.page, is.places.first().map(|(_, place)| (place.y, place.x))));
        match (first, first_look) {
            (Some((number, is)), _) => found.push((Kind::Moved(*number), is.page)),
            (None, Some((number, is))) => found.push((Kind::Look(*number), is.page)),
            (None, None) => {}
        }
    }
    found
}

fn is_same(old: &[TracedPage], new: &[TracedPage]) -> bool {
    old.len() == new.len()
        && old.iter().zip(new).all(|(old, new)| {
            (old.width, old.height, old.boxes.len()) == (new.width, new.height, new.boxes.len())
                && old.boxes.iter().zip(&new.boxes).all(|(old, new)| old.place == new.place && old.ink == new.ink)
        })
}

fn made(pages: &[TracedPage], number: impl Fn(crate::base::span::Span) -> u32) -> BTreeMap<u32, Made> {
    let mut all: BTreeMap<u32, Made> = BTreeMap::new();
    for (page, traced) in pages.iter().enumerate() {
        let numbers: Vec<u32> = traced.boxes.iter().map(|traced| number(traced.span)).collect();
        let roots = (0..numbers.len()).map(|index| traced.around(index).last().map_or(u32::MAX, |root| numbers[root]));
        for ((traced, number), root) in traced.boxes.iter().zip(&numbers).zip(roots) {
            let parent = traced.parent.map_or(u32::MAX, |parent| numbers[parent as usize]);
            let made = all.entry(*number).or_insert_with(|| Made { parent, root, page, ..Made::default() });
            let text = own(traced);
            if !text.is_empty() {
                // A paragraph that a page divides is one text.
                if !made.text.is_empty() {
                    made.text.push(' ');
                }
                made.text.push_str(&text);
            }
            made.solids += u32::from(traced.is_solid);
            made.places.push((page, traced.place));
            made.ink.push(traced.ink);
        }
    }
    all
}
