//! SVG pictures whose texts are merged with data: bound, measured and put on the page.
//!
//! Takes the pieces of a picture, gives its forms and texts in the order the file has them. A text that is wider than its room becomes
//! smaller; one that would have to become smaller than half holds its record. Must never know SVG.

use super::bind::{Binder, Bound};
use super::paginate::Paginator;
use crate::base::code;
use crate::base::length::Length;
use crate::kit::svg::Anchor;
use crate::model::content::Block;
use crate::model::drawing::{DrawingContent, DrawingNode, DrawingPiece, DrawnText, SetText};
use crate::model::record::Hold;

/// A matrix is in millionths.
const ONE: i64 = 1_000_000;
/// The least scale of a text that is too wide.
const SCALE_MIN: i64 = ONE / 2;

impl<'s, 'p, 'a> Binder<'s, 'p, 'a>
where
    'p: 'a,
{
    /// Binds a picture: sets its texts.
    pub(super) fn drawing(&mut self, node: &'a DrawingNode) -> Bound<Block<'a>> {
        let mut texts = bumpalo::collections::Vec::new_in(self.arena);
        for piece in &node.pieces {
            if let DrawingPiece::Text(text) = piece {
                texts.push(self.set_text(text)?);
            }
        }
        Ok(Block::Drawing(self.arena.alloc(DrawingContent { node, texts: texts.into_bump_slice() })))
    }

    fn set_text(&mut self, text: &'a DrawnText) -> Bound<SetText<'a>> {
        let (items, style) = self.inlines(&text.inlines, &text.style)?;
        let lines = self.setter.lines(None, items, style, Length::from_points(14_400), Length::ZERO, self.arena);
        let (items, width) = match lines {
            [] => (&[] as &[_], Length::ZERO),
            [line] => (line.items, line.width),
            [..] => return Err(Hold::new(&code::RECORD_PICTURE, format!("a text of the picture has {} lines, and room for one", lines.len()))),
        };
        let scale = if width > text.room { text.room.millipoints().max(0) * ONE / width.millipoints().max(1) } else { ONE };
        if scale < SCALE_MIN {
            let reason = format!("a text of the picture is {width} wide, and has {} of room", text.room.max(Length::ZERO));
            return Err(Hold::new(&code::RECORD_PICTURE, reason));
        }
        Ok(SetText { items, direction: style.direction, width, scale })
    }
}

impl<'p, 'a> Paginator<'_, '_, 'p, 'a>
where
    'p: 'a,
{
    /// Paints a picture with its upper left corner at a point.
    pub(super) fn paint_drawing(&mut self, content: &DrawingContent<'a>, x: Length, y: Length) {
        let node = content.node;
        let mut texts = content.texts.iter();
        for piece in &node.pieces {
            match piece {
                DrawingPiece::Form(form) => self.canvas.drawing(*form, node.own, (x, y), (node.width, node.height)),
                DrawingPiece::Text(text) => {
                    if let Some(set) = texts.next().filter(|set| !set.items.is_empty()) {
                        self.paint_set_text(text, set, (x + text.at.0, y + text.at.1));
                    }
                }
            }
        }
    }

    fn paint_set_text(&mut self, text: &DrawnText, set: &SetText<'a>, at: (Length, Length)) {
        let start = match text.anchor {
            Anchor::Start => Length::ZERO,
            Anchor::Middle => -set.width / 2,
            Anchor::End => -set.width,
        };
        if self.canvas.trace.is_some() {
            // Readers of traces know lines as they lie before they are turned.
            let scaled = |length: Length| length.scaled(set.scale, ONE);
            self.trace_line(set.items, at.0 + scaled(start), at.1, Length::ZERO);
        }
        let baseline = self.canvas.height();
        let part = self.canvas.begin_part();
        self.paint_items(set.items, set.direction, start, baseline, Length::ZERO);
        let matrix = text.matrix.map(|value| value * set.scale / ONE);
        self.canvas.end_moved_part(part, matrix, at);
    }
}
