//! How blocks stand and what is around them: colours, edges, borders, breaks, places.
//!
//! Takes resolved lengths, gives plain data. Must never know what kind of block it is of.

use crate::base::length::Length;

/// A colour in sRGB, 8 bits each.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Color {
    /// Red.
    pub r: u8,
    /// Green.
    pub g: u8,
    /// Blue.
    pub b: u8,
}

/// Four lengths, one per side.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Edges {
    /// Top.
    pub top: Length,
    /// Right.
    pub right: Length,
    /// Bottom.
    pub bottom: Length,
    /// Left.
    pub left: Length,
}

/// How a border line is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LineStyle {
    /// One line.
    Solid,
    /// Dashes of three widths, gaps of three.
    Dashed,
    /// Round dots two widths apart.
    Dotted,
}

/// One side's border.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Border {
    /// Thickness; the line is centred on the edge of the box and takes no space.
    pub width: Length,
    /// Its colour.
    pub color: Color,
    /// How it is drawn.
    pub line: LineStyle,
}

/// Borders of the four sides.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Borders {
    /// Top.
    pub top: Option<Border>,
    /// Right.
    pub right: Option<Border>,
    /// Bottom.
    pub bottom: Option<Border>,
    /// Left.
    pub left: Option<Border>,
}

/// Vertical alignment in a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum VerticalAlign {
    /// At the top.
    #[default]
    Top,
    /// In the middle.
    Middle,
    /// At the bottom.
    Bottom,
}

/// When a page ends at a block's edge.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Break {
    /// Where it must.
    #[default]
    Auto,
    /// Not here if it can be helped.
    Avoid,
    /// Always.
    Page,
    /// Always, and what follows stands on a page with an odd number.
    OddPage,
}

/// How a block stands in the flow.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Flow {
    /// Space around; vertical margins of neighbours collapse to the larger.
    pub margin: Edges,
    /// Break before.
    pub before: Break,
    /// Break after; `Avoid` keeps it with the next block.
    pub after: Break,
    /// Break inside.
    pub inside: Break,
}

/// A length that may depend on the room there is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Track {
    /// Fixed.
    Fixed(Length),
    /// Percent of the whole, in thousandths of a percent.
    Percent(i64),
    /// A share of what is left, in thousandths.
    Fraction(i64),
}

/// What box of the page or of a parent a block is placed in instead of the flow.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Absolute {
    /// Distance from the left edge.
    pub left: Option<Length>,
    /// Distance from the top edge.
    pub top: Option<Length>,
    /// Distance from the right edge.
    pub right: Option<Length>,
    /// Distance from the bottom edge.
    pub bottom: Option<Length>,
    /// Width; without it, from left and right, or all there is.
    pub width: Option<Length>,
    /// Height; without it, as high as the content.
    pub height: Option<Length>,
}

/// From which side columns are counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ColumnOrder {
    /// Whether it is the right, where the record does not decide.
    pub is_mirrored: bool,
    /// The direction that the record decides, by its index in [`crate::model::layout::Layout::asked`].
    pub asked: Option<u16>,
}
