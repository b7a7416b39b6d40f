//! SVG pictures whose texts are merged with data.
//!
//! Takes the pieces of such a picture, gives them with their texts compiled as those of the layout are: faces, sizes and expressions, with
//! faults at their place in the SVG file. Must never know what else the picture shows.

use super::compile::Compiler;
use super::context::Context;
use super::library::{LibraryImage, MergedPicture, MergedPiece};
use super::look::Look;
use super::text::Piece;
use super::tree::{Element, Mapped};
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::length::Length;
use crate::base::span::{FileId, Span};
use crate::kit::svg::{MergedRun, MergedText, Placing};
use crate::model::drawing::{DrawingPiece, DrawnText};
use crate::model::layout::{Color, Inline, Transform};

impl<'t> Compiler<'_, 't> {
    /// The pieces of a picture that is placed in a size.
    pub(super) fn drawing(
        &mut self,
        element: &'t Element,
        found: &LibraryImage,
        merged: &MergedPicture,
        size: (Length, Length),
        context: &Context,
    ) -> Vec<DrawingPiece> {
        let file = self.svg_source(&merged.file);
        let mut pieces = Vec::new();
        for piece in &merged.pieces {
            match piece {
                MergedPiece::Form(form) => pieces.push(DrawingPiece::Form(*form)),
                MergedPiece::Text(text) => match text.placing((found.width, found.height), size) {
                    Some(placing) => pieces.push(DrawingPiece::Text(Box::new(self.drawn_text(text, &placing, file, element, context)))),
                    None => {
                        let span = Span::new(file, text.range.start, text.range.end);
                        let fault = Diagnostic::error(&code::LAYOUT_SVG, span, "a text that is merged with data begins outside the picture");
                        self.fault(fault.hint("move it inside, or make the `viewBox` larger"));
                    }
                },
            }
        }
        pieces
    }

    fn drawn_text(&mut self, text: &MergedText, placing: &Placing, file: FileId, element: &Element, context: &Context) -> DrawnText {
        let (mut inlines, mut style) = (Vec::new(), None);
        for run in &text.runs {
            let look = self.look_of(run, placing, context);
            style.get_or_insert_with(|| look.clone());
            let own = self.text_style(&look, element.span);
            let mapped = mapped(run, file);
            for piece in self.split(&mapped) {
                match piece {
                    Piece::Text(range) | Piece::Brace(range) => inlines.push(Inline::Text(own, mapped.text[range].to_string())),
                    Piece::Expr(range) => inlines.extend(self.printable(&mapped, range).map(|expr| Inline::Value(own, expr))),
                }
            }
        }
        let look = style.unwrap_or_else(|| context.look.clone());
        DrawnText {
            style: self.paragraph_style(&look, element.span),
            inlines,
            anchor: text.anchor,
            matrix: placing.matrix,
            at: placing.at,
            room: placing.room,
        }
    }

    /// What the file says of the look of a text; the rest is as around the picture.
    fn look_of(&self, run: &MergedRun, placing: &Placing, context: &Context) -> Look {
        let known = self.library.families();
        // That one of them is known was found when the picture was read.
        let family = run.families.iter().find(|family| known.contains(family)).cloned().unwrap_or_else(|| context.look.family.clone());
        let [r, g, b] = run.color;
        Look {
            family,
            bold: run.bold,
            italic: run.italic,
            size: run.size(placing),
            color: Color { r, g, b },
            spacing: run.spacing(placing),
            underline: run.underline,
            strike: run.strike,
            small_caps: run.small_caps,
            transform: Transform::None,
            rise: Length::ZERO,
            indent: Length::ZERO,
            hanging: Length::ZERO,
            hyphens: false,
            ..context.look.clone()
        }
    }
}

/// A text with the places of its characters in the SVG file.
fn mapped(run: &MergedRun, file: FileId) -> Mapped {
    let mut mapped = Mapped::new(file, run.places.first().map_or(0, |place| place.start));
    let mut buffer = [0; 4];
    for (character, place) in run.text.chars().zip(&run.places) {
        mapped.push(character.encode_utf8(&mut buffer), place.start, place.len());
    }
    mapped
}
