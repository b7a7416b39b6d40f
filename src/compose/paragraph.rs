//! Placing paragraphs: which lines stand on the page, and where their items are painted.
//!
//! Takes set lines, gives text on the canvas. Must never decide where a line ends.

use super::bidi::visual_order;
use super::line::width_of;
use super::paginate::{Paginator, Placement, Result, Room, Token, too_high};
use super::paint::{Owner, OwnerPart};
use super::reading::{tag_of, told};
use crate::base::length::Length;
use crate::kit::text::Direction;
use crate::model::content::{Item, Line, Text};
use crate::model::layout::{Align, Border, ParagraphStyle};

impl<'p, 'a> Paginator<'_, '_, 'p, 'a>
where
    'p: 'a,
{
    /// The lines of a paragraph in a width, set at most once per width.
    pub fn lines(&mut self, text: &Text<'a>, width: Length) -> &'a [Line<'a>] {
        if let Some((known, lines)) = text.lines.get()
            && known == width
        {
            return lines;
        }
        let lines = self.binder.setter.lines(None, text.items, text.style, width, text.style.indent, self.binder.arena);
        text.lines.set(Some((width, lines)));
        lines
    }

    pub(super) fn text(&mut self, text: &'a Text<'a>, from: Token<'a>, room: Room) -> Result<Placement<'a>> {
        let starts = !matches!(from, Token::Line(..));
        let lines = match from {
            Token::Line(lines, width) if width == room.width => lines,
            // In an area of another width the lines are other lines; the paragraph goes on at the same item.
            Token::Line([first, ..], _) => {
                self.binder.setter.lines(first.divided, first.rest, text.style, room.width, text.style.hanging, self.binder.arena)
            }
            _ => self.lines(text, room.width),
        };
        let mut count = 0;
        let mut height = Length::ZERO;
        for line in lines {
            if room.y + height + line.height > room.bottom {
                break;
            }
            height += line.height;
            count += 1;
        }
        let left = lines.len();
        if count == left && room.after > Length::ZERO && room.y + height + room.after > room.bottom {
            // All of it fits, but not the next block, which stays with its end.
            let least = if starts { least_lines(text.style, left) } else { 1 };
            let less = left.saturating_sub(text.style.widows as usize);
            if less >= least {
                count = less;
            } else if starts && !room.is_fresh {
                count = 0;
            }
        }
        if count < left {
            // ISO and CSS agree on the names: orphans stay behind, widows go ahead.
            let widows = (text.style.widows as usize).min(left);
            if left - count < widows {
                count = left - widows;
            }
            if starts && count < text.style.orphans as usize {
                count = 0;
            }
            if count == 0 && room.is_fresh {
                count = lines
                    .iter()
                    .scan(room.y, |y, line| {
                        *y += line.height;
                        Some(*y)
                    })
                    .take_while(|y| *y <= room.bottom)
                    .count();
                if count == 0 {
                    return Err(too_high("a line", lines[0].height, room.bottom - room.y));
                }
            }
        }
        let mut y = room.y;
        let is_marking = self.canvas.is_marking();
        let mut is_open = false;
        for (index, line) in lines[..count].iter().enumerate() {
            let is_first = starts && index == 0;
            if is_first && let Some((marker, indent)) = text.marker {
                let is_label = self.canvas.open_text(b"/Lbl", Owner { leaf: text.leaf, part: OwnerPart::Label });
                let x = match text.style.direction {
                    Direction::RightToLeft => room.x + room.width + indent - marker.iter().map(width_of).sum(),
                    Direction::LeftToRight | Direction::Auto => room.x - indent,
                };
                self.items(marker, text.style.direction, x, y + line.baseline, Length::ZERO);
                if is_label {
                    self.canvas.close_text();
                }
            }
            if is_marking && !line.items.is_empty() {
                if !is_open {
                    is_open = self.canvas.open_text(tag_of(text.role), Owner { leaf: text.leaf, part: OwnerPart::Content });
                }
                if lines.len() > 1 || text.is_marked {
                    self.announce(text, line, lines.get(index + 1));
                }
            }
            let (x, extra) = self.line(line, text.style, room.x, y, room.width, is_first);
            if text.is_marked {
                self.marks(text, line, x, y, extra);
            }
            y += line.height;
        }
        if is_open {
            self.canvas.close_text();
        }
        let rest = (count < left).then(|| if count == 0 { from } else { Token::Line(&lines[count..], room.width) });
        Ok(Placement { height: y - room.y, rest })
    }

    /// Paints a line in a width; gives where it begins and what its spaces are widened by.
    pub fn line(&mut self, line: &Line<'a>, style: &ParagraphStyle, x: Length, y: Length, width: Length, is_first: bool) -> (Length, Length) {
        let indent = if is_first { style.indent } else { style.hanging };
        let room = width - indent - line.width;
        let mut extra = Length::ZERO;
        let is_reversed = style.direction == Direction::RightToLeft;
        // Optimum fit may also have made the last line somewhat longer: its spaces are then narrower, too.
        let is_narrowed = room < Length::ZERO && style.optimum.is_some() && style.align == Align::Justify;
        // An indent is where a line begins, which may be on the right.
        let x = x
            + if is_reversed { Length::ZERO } else { indent }
            + match if line.is_last && !is_narrowed { style.align_last } else { style.align } {
                Align::Left | Align::Start => Length::ZERO,
                // A cell that is aligned by its decimal sign is as wide as its text, unless that takes several lines.
                Align::Right | Align::Decimal | Align::End => room,
                Align::Center => room / 2,
                Align::Justify => {
                    // Lines of optimum fit may be somewhat longer, with narrower spaces.
                    if line.spaces > 0 && (room > Length::ZERO || style.optimum.is_some()) {
                        extra = Length::from_millipoints(room.millipoints() / i64::from(line.spaces));
                        Length::ZERO
                    } else if is_reversed {
                        room
                    } else {
                        Length::ZERO
                    }
                }
            };
        self.items(line.items, style.direction, x, y + line.baseline, extra);
        (x, extra)
    }

    /// Paints items from a point on the baseline; spaces are `extra` wider.
    pub(super) fn items(&mut self, items: &[Item<'a>], direction: Direction, x: Length, baseline: Length, extra: Length) {
        if self.canvas.trace.is_some() {
            self.trace_line(items, x, baseline, extra);
        }
        self.paint_items(items, direction, x, baseline, extra);
    }

    /// The same without a note of the line.
    pub(super) fn paint_items(&mut self, items: &[Item<'a>], direction: Direction, mut x: Length, baseline: Length, extra: Length) {
        let order = visual_order(items, u8::from(direction == Direction::RightToLeft));
        let layout = self.layout();
        let metrics = self.binder.setter.metrics;
        self.canvas.justify(extra);
        let left = x;
        let announced = self.canvas.announced();
        let mut last = None;
        for position in 0..order.as_ref().map_or(items.len(), Vec::len) {
            let index = order.as_ref().map_or(position, |order| order[position]);
            let item = &items[index];
            let start = x;
            if announced.has_links {
                self.canvas.switch_link(index);
            }
            let style_id = match *item {
                Item::Word { word, style, width, .. } => {
                    let text_style = layout.text_style(style);
                    let words = &mut *self.binder.setter.words;
                    let used = &mut *self.binder.used;
                    words.mark(word, |face, glyph, wide, text| {
                        used.mark(face, glyph, wide);
                        if !text.is_empty() {
                            used.glyphs[usize::from(face.0)].insert_text(glyph, text);
                        }
                    });
                    let mut at = x;
                    let is_divided = announced.is_divided && index + 1 == items.len();
                    let is_told = words.word(word).is_told || is_divided;
                    if is_told {
                        self.canvas.begin_told(&told(words.text(word), is_divided));
                    }
                    for run in words.runs(word) {
                        self.canvas.run(words.bytes(run), run, style, text_style, at, baseline);
                        at += text_style.size.scaled(i64::from(run.width), 1_000_000) + text_style.letter_spacing * i64::from(run.glyphs);
                        at += extra * i64::from(run.spaces);
                    }
                    if is_told {
                        self.canvas.end_told();
                    }
                    x += width + extra * i64::from(words.word(word).spaces);
                    style
                }
                Item::Figures { text, style, width } => {
                    let text_style = layout.text_style(style);
                    let face = metrics[usize::from(style.0)].face;
                    *self.figures_used |= 1 << face.0;
                    self.canvas.figures(text, face, style, text_style, x, baseline);
                    x += width;
                    style
                }
                Item::Space { style, width, .. } => {
                    let text_style = layout.text_style(style);
                    self.canvas.space(metrics[usize::from(style.0)].face, text_style);
                    x += width + extra;
                    style
                }
                Item::Tab { style, leader, width, .. } => {
                    self.canvas.close();
                    self.leader(leader, style, x, width, baseline);
                    x += width;
                    style
                }
                Item::Symbol { symbol, .. } => {
                    self.canvas.close();
                    self.paint_symbol(symbol, x, baseline);
                    x += symbol.width;
                    continue;
                }
                Item::Opportunity | Item::SoftHyphen { .. } | Item::Break | Item::Mark { .. } => continue,
            };
            last = Some(style_id);
            let style = layout.text_style(style_id);
            if style.underline || style.strike {
                let border = Border { width: style.size / 16, color: style.color, line: crate::model::layout::LineStyle::Solid };
                if style.underline {
                    let y = baseline + style.size / 9;
                    self.canvas.stroke_line((start, y), (x, y), border);
                }
                if style.strike {
                    let y = baseline - style.size.scaled(27, 100);
                    self.canvas.stroke_line((start, y), (x, y), border);
                }
            }
        }
        if let (true, Some(style)) = (announced.is_spaced, last) {
            // Whoever reads the text of the paragraph as a whole finds its words apart.
            self.canvas.space(metrics[usize::from(style.0)].face, layout.text_style(style));
        }
        self.canvas.close();
        if announced.has_links {
            self.canvas.announce_line(std::iter::empty(), false, false);
        }
        if self.canvas.zones.is_some() {
            self.touch_line(items, left, x, baseline);
        }
    }

    /// Notes where a line stands, on a page with zones that must stay clear.
    #[cold]
    fn touch_line(&mut self, items: &[Item<'a>], left: Length, right: Length, baseline: Length) {
        let layout = self.layout();
        let styles = items.iter().filter_map(|item| match *item {
            Item::Word { style, .. } | Item::Figures { style, .. } | Item::Tab { style, .. } => Some(style),
            // Pictures are noted by themselves, and spaces show nothing.
            Item::Space { .. } | Item::Symbol { .. } | Item::Opportunity | Item::SoftHyphen { .. } | Item::Break | Item::Mark { .. } => None,
        });
        // Most lines have one style, which is looked up once.
        let (mut last, mut largest) = (None, None);
        for style in styles {
            if last != Some(style) {
                last = Some(style);
                largest = largest.max(Some(layout.text_style(style).size));
            }
        }
        if let Some(size) = largest {
            // Letters reach four fifths of their size up, and a fourth down; accents of capitals somewhat more.
            self.canvas.touch(left, baseline - size.scaled(19, 20), right - left, size.scaled(6, 5));
        }
    }
}

/// The least lines a paragraph can begin with.
pub fn least_lines(style: &ParagraphStyle, lines: usize) -> usize {
    let orphans = (style.orphans as usize).max(1);
    // A paragraph too short to be divided after the rules stays whole.
    if lines < orphans + style.widows as usize { lines.min(orphans + style.widows as usize) } else { orphans }
}
