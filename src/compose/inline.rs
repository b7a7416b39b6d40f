//! The text of paragraphs: pieces → items.
//!
//! Takes the pieces of a paragraph and the values of one record, gives items as line breaking sees them. Must never know
//! the width of a line.

use bumpalo::Bump;
use bumpalo::collections::String as BumpString;
use rustc_hash::FxHashMap;

use super::bidi;
use super::bind::{Binder, Bound};
use crate::base::code;
use crate::base::length::Length;
use crate::base::limits;
use crate::kit::expr::Value;
use crate::kit::text::{Token, is_invisible, tokens};
use crate::model::content::{Item, Mark};
use crate::model::layout::{Inline, TextStyle, TextStyleId, Transform};
use crate::model::record::Hold;
use crate::model::resources::Resources;

/// The items of texts that no record can change, by where the layout holds them. Void when the word cache is emptied.
pub type FixedTexts = FxHashMap<(usize, TextStyleId), Box<[Item<'static>]>>;

/// See [`Binder::scratch`].
#[derive(Default)]
pub struct Scratch<'a> {
    items: Vec<Item<'a>>,
    /// The texts of the paragraph, for bidirectional reordering.
    pieces: Vec<(TextStyleId, &'a str)>,
    has_right_to_left: bool,
    /// The marks among the pieces, in their order.
    marks: Vec<u32>,
}

/// The piece that stands for a mark: an object without direction (UAX 9, 3.2: U+FFFC is ON). No other piece is this very text.
pub(super) static MARK: &str = "\u{fffc}\u{2060}";

impl<'s, 'p, 'a> Binder<'s, 'p, 'a>
where
    'p: 'a,
{
    /// The items of a paragraph.
    pub fn inlines(&mut self, inlines: &'a [Inline]) -> Bound<&'a [Item<'a>]> {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.items.clear();
        scratch.pieces.clear();
        scratch.marks.clear();
        scratch.has_right_to_left = false;
        self.inlines_into(inlines, &mut scratch)?;
        if scratch.has_right_to_left {
            scratch.items.clear();
            bidi::items(self, &scratch.pieces, &scratch.marks, &mut scratch.items);
        }
        let items = self.arena.alloc_slice_copy(&scratch.items);
        self.scratch = scratch;
        Ok(items)
    }

    fn inlines_into(&mut self, inlines: &'a [Inline], scratch: &mut Scratch<'a>) -> Bound<()> {
        for inline in inlines {
            match inline {
                Inline::Text(style, text) => {
                    self.fixed_piece(text, *style, scratch);
                }
                Inline::Value(style, expr) => {
                    let mut buffer = std::mem::take(&mut self.buffer);
                    buffer.clear();
                    self.write(expr, &mut buffer)?;
                    if buffer.len() > limits::TEXT_BYTES_MAX {
                        return Err(Hold::new(
                            &code::RECORD_LIMIT,
                            format!("a text of {} bytes; at most {} are set", buffer.len(), limits::TEXT_BYTES_MAX),
                        ));
                    }
                    let text: &'a str = self.arena.alloc_str(&buffer);
                    self.buffer = buffer;
                    self.piece(text, *style, scratch);
                }
                Inline::Break => {
                    scratch.pieces.push((TextStyleId::default(), "\n"));
                    scratch.items.push(Item::Break);
                }
                Inline::Tab(tab) => {
                    scratch.pieces.push((tab.style, "\t"));
                    scratch.items.push(Item::Tab { style: tab.style, leader: &tab.leader, width: Length::ZERO });
                }
                Inline::Symbol(symbol) => {
                    scratch.pieces.push((TextStyleId::default(), "\u{fffc}"));
                    scratch.items.push(Item::Symbol(symbol));
                }
                Inline::Note(note) => {
                    let number = self.note(note)?;
                    let number: &'a str = self.arena.alloc_str(&number.to_string());
                    self.piece(number, note.call, scratch);
                    self.mark(Mark::Note(self.notes.len() as u32 - 1), scratch);
                }
                Inline::Choose(branches) => {
                    for (test, body) in branches {
                        if self.holds(test.as_ref())? {
                            self.inlines_into(body, scratch)?;
                            break;
                        }
                    }
                }
                Inline::For { variable, list, body } => {
                    for row in self.rows(list)?.rows() {
                        self.variables[*variable] = Value::Row(row);
                        self.inlines_into(body, scratch)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds something that takes no room.
    fn mark(&mut self, mark: Mark, scratch: &mut Scratch<'a>) {
        let index = self.marks.len() as u32;
        self.marks.push(mark);
        scratch.pieces.push((TextStyleId::default(), MARK));
        scratch.marks.push(index);
        scratch.items.push(Item::Mark { mark: index, level: 0 });
    }

    /// A text that no record can change: its items are made once for each worker.
    fn fixed_piece(&mut self, text: &'a str, id: TextStyleId, scratch: &mut Scratch<'a>) {
        let key = (text.as_ptr() as usize, id);
        let follows_space = is_space(scratch.items.last());
        if let Some(known) = self.fixed.get(&key) {
            scratch.pieces.push((id, text));
            // Spaces in a row are one.
            let known = if follows_space && is_space(known.first()) { &known[1..] } else { known };
            scratch.items.extend_from_slice(known);
            return;
        }
        let (first, missing) = (scratch.items.len(), self.missing.len());
        self.piece(text, id, scratch);
        if !follows_space && !scratch.has_right_to_left && self.missing.len() == missing {
            let items = scratch.items[first..].iter().map(|item| item.unborrowed());
            if let Some(items) = items.collect() {
                self.fixed.insert(key, items);
            }
        }
    }

    fn piece(&mut self, text: &'a str, id: TextStyleId, scratch: &mut Scratch<'a>) {
        scratch.pieces.push((id, text));
        scratch.has_right_to_left |= bidi::has_right_to_left(text);
        self.text(text, id, &mut scratch.items);
    }

    /// Adds the items of a text without right-to-left letters.
    pub fn text(&mut self, text: &'a str, id: TextStyleId, items: &mut Vec<Item<'a>>) {
        self.text_at_level(text, id, 0, items);
    }

    /// Adds the items of a text of one embedding level.
    pub fn text_at_level(&mut self, text: &'a str, id: TextStyleId, level: u8, items: &mut Vec<Item<'a>>) {
        let style = self.layout().text_style(id);
        let text = match style.transform {
            Transform::None => text,
            Transform::Upper => self.arena.alloc_str(&text.to_uppercase()),
            Transform::Lower => self.arena.alloc_str(&text.to_lowercase()),
        };
        let space = self.setter.metrics[usize::from(id.0)].space;
        tokens(text, |token| match token {
            Token::Word(word) if style.small.is_some() => self.small_caps(word, id, style, level, items),
            Token::Word(word) => {
                let (item, is_missing) = self.setter.item(word, id, style, level);
                if is_missing {
                    self.missing.push(missing(word, style, self.setter.resources));
                }
                items.push(item);
            }
            Token::Space => {
                if !is_space(items.last()) {
                    items.push(Item::Space { style: id, level, width: space });
                }
            }
            Token::Opportunity => items.push(Item::Opportunity),
            Token::SoftHyphen => items.push(self.setter.soft_hyphen(id, style)),
            Token::Break => items.push(Item::Break),
            Token::Control(character) => self.missing.push(format!("the control character U+{:04X}", u32::from(character))),
        });
    }

    /// Adds a word whose small letters are set as smaller capitals.
    fn small_caps(&mut self, word: &'a str, id: TextStyleId, style: &'p TextStyle, level: u8, items: &mut Vec<Item<'a>>) {
        let small_id = style.small.unwrap_or(id);
        let small = self.layout().text_style(small_id);
        let mut rest = word;
        while let Some(first) = rest.chars().next() {
            let is_small = first.is_lowercase();
            let end = rest.find(|c: char| c.is_lowercase() != is_small).unwrap_or(rest.len());
            let (run, tail) = rest.split_at(end);
            let (text, id, style): (&'a str, TextStyleId, &TextStyle) =
                if is_small { (self.arena.alloc_str(&run.to_uppercase()), small_id, small) } else { (run, id, style) };
            let (item, is_missing) = self.setter.item(text, id, style, level);
            if is_missing {
                self.missing.push(missing(text, style, self.setter.resources));
            }
            items.push(item);
            rest = tail;
        }
    }
}

fn is_space(item: Option<&Item<'_>>) -> bool {
    matches!(item, Some(Item::Space { .. }))
}

/// A word with a character that no face of its style has, and which.
fn missing(word: &str, style: &TextStyle, resources: &Resources) -> String {
    let faces = &resources.stacks[usize::from(style.stack.0)].faces;
    let is_missing = |c: &char| !is_invisible(*c) && !faces.iter().any(|face| resources.faces[usize::from(face.0)].covers(*c));
    match word.chars().find(is_missing) {
        Some(character) => format!("`{character}` (U+{:04X}) in `{word}`", u32::from(character)),
        None => format!("a character of `{word}`"),
    }
}

/// The text of a piece collected in the arena, for [`bidi`].
pub fn joined<'a>(pieces: &[(TextStyleId, &'a str)], arena: &'a Bump) -> &'a str {
    let mut text = BumpString::new_in(arena);
    for (_, piece) in pieces {
        text.push_str(piece);
    }
    text.into_bump_str()
}
