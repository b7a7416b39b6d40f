//! Which element made which box of a page.
//!
//! Takes what composing notes when it is asked to, gives it to the preview, to layout tests, to differences and to what a layout
//! requires of places. Must never be asked for by a layout that requires no such thing: production composes without it.

use crate::base::length::Length;
use crate::base::span::Span;

/// The boxes of one page.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct TracedPage {
    /// Width of the page.
    pub width: Length,
    /// Height of the page.
    pub height: Length,
    /// Its boxes, each after the one it is in.
    pub boxes: Vec<TracedBox>,
}

/// A rectangle on a page, y downwards from the upper edge.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Rectangle {
    /// Left edge.
    pub x: Length,
    /// Upper edge.
    pub y: Length,
    /// Width.
    pub width: Length,
    /// Height.
    pub height: Length,
}

impl Rectangle {
    /// Whether the middle of `other` is in it.
    pub fn holds(&self, other: &Rectangle) -> bool {
        let (x, y) = (other.x + other.width / 2, other.y + other.height / 2);
        x >= self.x && x <= self.x + self.width && y >= self.y && y <= self.y + self.height
    }
}

/// What an element made on a page: the part of a paragraph that stands there, a cell, a region.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TracedBox {
    /// The name of the element in its start tag.
    pub span: Span,
    /// Its place, padding included, margins not.
    pub place: Rectangle,
    /// The box it is in, by its index on the page.
    pub parent: Option<u32>,
    /// The lines of text that stand in it and in no box inside it.
    pub lines: Vec<TracedLine>,
    /// Whether it shows something besides text: an image, a line, a barcode.
    pub is_solid: bool,
    /// Whether what it holds is turned afterwards, so that the places inside are those before.
    pub is_turned: bool,
    /// A number for the operators that paint it and all in it: another one where it looks different or stands elsewhere.
    pub ink: u64,
}

/// A line of text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TracedLine {
    /// Its place; the height is that of its largest font.
    pub place: Rectangle,
    /// Its text in reading order.
    pub text: String,
    /// The size of its smallest character.
    pub least: Length,
}

impl TracedPage {
    /// The lines of all boxes, with the index of their box, in the order they were composed.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &TracedLine)> {
        self.boxes.iter().enumerate().flat_map(|(index, traced)| traced.lines.iter().map(move |line| (index, line)))
    }

    /// The boxes around a box, from itself outwards.
    pub fn around(&self, index: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(index), |at| self.boxes[*at].parent.map(|parent| parent as usize))
    }
}
