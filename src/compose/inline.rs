//! The text of paragraphs: pieces → items.
//!
//! Takes the pieces of a paragraph and the values of one record, gives items as line breaking sees them. Must never know
//! the width of a line.

use rustc_hash::FxHashMap;

use super::bidi;
use super::bind::{Binder, Bound};
use crate::base::code;
use crate::base::length::Length;
use crate::base::limits;
use crate::kit::expr::Value;
use crate::kit::text::{Direction, Strictness, Token, is_complex, is_hyphenated, is_invisible, tokens};
use crate::model::content::{Item, Mark};
use crate::model::layout::{Inline, ParagraphStyle, SymbolNode, TabNode, TextStyle, TextStyleId, Transform};
use crate::model::record::Hold;
use crate::model::resources::Resources;

/// The items of texts that no record can change, by where the layout holds them. Void when the word cache is emptied.
pub type FixedTexts = FxHashMap<(usize, TextStyleId), Box<[Item<'static>]>>;

/// A piece of a paragraph before its text is cut.
#[derive(Clone, Copy)]
pub enum Piece<'a> {
    /// Text.
    Text(TextStyleId, &'a str),
    /// A forced break.
    Break,
    /// A tab.
    Tab(&'a TabNode),
    /// A picture.
    Symbol(&'a SymbolNode),
    /// A mark.
    Mark(u32),
}

/// See [`Binder::scratch`].
#[derive(Default)]
pub struct Scratch<'a> {
    items: Vec<Item<'a>>,
    /// The pieces of the paragraph, for text that must be looked at as a whole.
    pieces: Vec<Piece<'a>>,
    is_complex: bool,
}

impl<'s, 'p, 'a> Binder<'s, 'p, 'a>
where
    'p: 'a,
{
    /// The items of a paragraph, and its style where its text or the record decides part of that.
    pub fn inlines(&mut self, inlines: &'a [Inline], style: &'a ParagraphStyle) -> Bound<(&'a [Item<'a>], &'a ParagraphStyle)> {
        let style = match style.asked {
            Some(asked) => self.answered(style, asked)?,
            None => style,
        };
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.items.clear();
        scratch.pieces.clear();
        scratch.is_complex = style.direction != Direction::LeftToRight || style.strictness != Strictness::Normal;
        let missing = self.missing.len();
        self.inlines_into(inlines, &mut scratch)?;
        let mut resolved = style;
        if scratch.is_complex {
            scratch.items.clear();
            self.missing.truncate(missing);
            let base = bidi::items(self, &scratch.pieces, style, &mut scratch.items);
            if style.direction == Direction::Auto {
                resolved = self.directed(style, if base == 0 { Direction::LeftToRight } else { Direction::RightToLeft });
            }
        }
        let items = self.arena.alloc_slice_copy(&scratch.items);
        self.scratch = scratch;
        Ok((items, resolved))
    }

    /// A style with a direction that was not known when the layout was compiled.
    fn directed(&self, style: &ParagraphStyle, direction: Direction) -> &'a ParagraphStyle {
        let (align, align_last) = (style.align.resolved(direction), style.align_last.resolved(direction));
        self.arena.alloc(ParagraphStyle { direction, align, align_last, ..style.clone() })
    }

    /// A style with the language and direction that the record names.
    pub(super) fn answered(&mut self, style: &ParagraphStyle, asked: u16) -> Bound<&'a ParagraphStyle> {
        let asked = &self.layout().asked[usize::from(asked)];
        let mut text = String::new();
        let mut style = ParagraphStyle { asked: None, ..style.clone() };
        if let Some(lang) = &asked.lang {
            self.write(lang, &mut text)?;
            let code: Option<[u8; 2]> = text.split(['-', '_']).next().and_then(|language| language.as_bytes().try_into().ok());
            style.hyphens = code.filter(|code| asked.hyphens && is_hyphenated(*code));
        }
        let Some(dir) = &asked.dir else { return Ok(self.arena.alloc(style)) };
        text.clear();
        self.write(dir, &mut text)?;
        style.direction = match text.as_str() {
            "ltr" => Direction::LeftToRight,
            "rtl" => Direction::RightToLeft,
            "auto" => Direction::Auto,
            _ => return Err(Hold::new(&code::RECORD_EXPRESSION, format!("the direction of a text is `{text}`, not `ltr`, `rtl` or `auto`"))),
        };
        Ok(if style.direction == Direction::Auto { self.arena.alloc(style) } else { self.directed(&style, style.direction) })
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
                    if self.values.is_on() {
                        self.note_value(text, *style);
                    }
                    self.piece(text, *style, scratch);
                }
                Inline::Break => {
                    scratch.pieces.push(Piece::Break);
                    scratch.items.push(Item::Break);
                }
                Inline::Tab(tab) => {
                    scratch.pieces.push(Piece::Tab(tab));
                    scratch.items.push(Item::Tab { style: tab.style, leader: &tab.leader, level: 0, width: Length::ZERO });
                }
                Inline::Symbol(symbol) => {
                    scratch.pieces.push(Piece::Symbol(symbol));
                    scratch.items.push(Item::Symbol { symbol, level: 0 });
                }
                Inline::Note(note) => {
                    let number = self.note(note)?;
                    let number: &'a str = self.arena.alloc_str(&number.to_string());
                    self.piece(number, note.call, scratch);
                    self.mark(Mark::Note(self.notes.len() as u32 - 1), scratch);
                }
                Inline::Link(link) => {
                    let link = self.link(link)?;
                    self.mark(Mark::Link(link), scratch);
                }
                Inline::LinkEnd => self.mark(Mark::LinkEnd, scratch),
                Inline::Anchor(anchor) => {
                    let anchor = self.anchor(anchor)?;
                    self.mark(Mark::Anchor(anchor), scratch);
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
        scratch.pieces.push(Piece::Mark(index));
        scratch.items.push(Item::Mark { mark: index, level: 0 });
    }

    /// A text that no record can change: its items are made once for each worker.
    fn fixed_piece(&mut self, text: &'a str, id: TextStyleId, scratch: &mut Scratch<'a>) {
        let key = (text.as_ptr() as usize, id);
        let follows_space = is_space(scratch.items.last());
        if let Some(known) = self.fixed.get(&key) {
            scratch.pieces.push(Piece::Text(id, text));
            // Spaces in a row are one.
            let known = if follows_space && is_space(known.first()) { &known[1..] } else { known };
            scratch.items.extend_from_slice(known);
            return;
        }
        let (first, missing) = (scratch.items.len(), self.missing.len());
        self.piece(text, id, scratch);
        if !follows_space && !scratch.is_complex && self.missing.len() == missing {
            let items = scratch.items[first..].iter().map(|item| item.unborrowed());
            if let Some(items) = items.collect() {
                self.fixed.insert(key, items);
            }
        }
    }

    fn piece(&mut self, text: &'a str, id: TextStyleId, scratch: &mut Scratch<'a>) {
        scratch.pieces.push(Piece::Text(id, text));
        scratch.is_complex = scratch.is_complex || is_complex(text);
        if !scratch.is_complex {
            self.text(text, id, &mut scratch.items);
        }
    }

    /// A text in the letter case of its style.
    pub fn transformed(&self, text: &'a str, id: TextStyleId) -> &'a str {
        match self.layout().text_style(id).transform {
            Transform::None => text,
            Transform::Upper => self.arena.alloc_str(&text.to_uppercase()),
            Transform::Lower => self.arena.alloc_str(&text.to_lowercase()),
        }
    }

    /// Adds the items of a text that need not be looked at as a whole.
    pub fn text(&mut self, text: &'a str, id: TextStyleId, items: &mut Vec<Item<'a>>) {
        let text = self.transformed(text, id);
        let style = self.layout().text_style(id);
        tokens(text, |token| self.token(token, (id, style), 0, items));
    }

    /// Adds the item of a token.
    #[inline]
    pub fn token(&mut self, token: Token<'a>, (id, style): (TextStyleId, &'p TextStyle), level: u8, items: &mut Vec<Item<'a>>) {
        match token {
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
                    let width = self.setter.metrics[usize::from(id.0)].space;
                    items.push(Item::Space { style: id, level, width });
                }
            }
            Token::Opportunity => items.push(Item::Opportunity),
            Token::SoftHyphen => items.push(self.setter.soft_hyphen(id, style)),
            Token::Break => items.push(Item::Break),
            Token::Control(character) => self.missing.push(format!("the control character U+{:04X}", u32::from(character))),
        }
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
