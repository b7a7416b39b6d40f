//! SVG pictures whose texts are merged with data.
//!
//! Takes what the layout compiled and what is bound of it, gives nodes and content. Must never know what the SVG file says.

use crate::base::length::Length;
use crate::kit::svg::Anchor;
use crate::kit::text::Direction;
use crate::model::content::Item;
use crate::model::layout::{Align, Inline, ParagraphStyle};
use crate::model::resources::FormId;

/// A picture of paths and texts.
#[derive(Debug)]
pub struct DrawingNode {
    /// Width on the page.
    pub width: Length,
    /// Height on the page.
    pub height: Length,
    /// Where it stands across.
    pub align: Align,
    /// What it shows, for readers who cannot see it.
    pub alt: String,
    /// Its own width and height: those of its forms.
    pub own: (Length, Length),
    /// What is painted, from bottom to top.
    pub pieces: Vec<DrawingPiece>,
}

/// A piece of such a picture.
#[derive(Debug)]
pub enum DrawingPiece {
    /// Paths, as large as the picture.
    Form(FormId),
    /// A line of text.
    Text(Box<DrawnText>),
}

/// A line of text in a picture.
#[derive(Debug)]
pub struct DrawnText {
    /// How it is set.
    pub style: ParagraphStyle,
    /// Its text.
    pub inlines: Vec<Inline>,
    /// What of it stands at its place.
    pub anchor: Anchor,
    /// How it is turned, in millionths: the first four numbers of a matrix (ISO 32000-1, 8.3.3).
    pub matrix: [i64; 4],
    /// Its place from the upper left corner of the picture, y downwards.
    pub at: (Length, Length),
    /// The most it may take along its line.
    pub room: Length,
}

/// A bound picture.
#[derive(Debug)]
pub struct DrawingContent<'a> {
    /// How it is drawn.
    pub node: &'a DrawingNode,
    /// Its texts, in the order of the pieces.
    pub texts: &'a [SetText<'a>],
}

/// A text that is set.
#[derive(Clone, Copy, Debug)]
pub struct SetText<'a> {
    /// What it says.
    pub items: &'a [Item<'a>],
    /// Which way it runs.
    pub direction: Direction,
    /// Its width before it is made smaller.
    pub width: Length,
    /// How much smaller it is, in millionths.
    pub scale: i64,
}
