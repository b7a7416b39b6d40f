//! How text looks and how its lines are set, resolved.
//!
//! Takes what styles of a layout came to, gives it to composition by index. Must never hold a name that is still to be
//! looked up.

use std::sync::Arc;

use crate::base::length::Length;
use crate::kit::expr::Expr;
use crate::kit::text::{Direction, Strictness};
use crate::model::layout::{Color, Track};
use crate::model::resources::StackId;

/// Horizontal alignment of lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Align {
    /// Flush left, ragged right.
    #[default]
    Left,
    /// Flush right.
    Right,
    /// Centred.
    Center,
    /// Both edges flush, the last line flush left.
    Justify,
    /// Table cells only: the decimal signs of a column stand under each other.
    Decimal,
    /// Where lines begin: on the left or, in a paragraph from right to left, on the right.
    Start,
    /// Where lines end.
    End,
}

impl Align {
    /// The same without [`Align::Start`] and [`Align::End`].
    pub fn resolved(self, direction: Direction) -> Align {
        let is_reversed = direction == Direction::RightToLeft;
        match self {
            Align::Start => {
                if is_reversed {
                    Align::Right
                } else {
                    Align::Left
                }
            }
            Align::End => {
                if is_reversed {
                    Align::Left
                } else {
                    Align::Right
                }
            }
            other => other,
        }
    }
}

/// How what follows a tab stands to its stop.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum TabAlign {
    /// It begins there.
    #[default]
    Left,
    /// It ends there.
    Right,
    /// It has its middle there.
    Center,
    /// Its decimal sign stands there.
    Decimal,
}

/// A place that a tab leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TabStop {
    /// Distance from the start of the line, without its indent. Never a share.
    pub at: Track,
    /// How what follows stands to it.
    pub align: TabAlign,
}

/// How a run of text looks. Resolved: no style is looked up at run time.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct TextStyle {
    /// The faces.
    pub stack: StackId,
    /// Size.
    pub size: Length,
    /// Distance between baselines.
    pub line_height: Length,
    /// Colour.
    pub color: Color,
    /// Added after each glyph.
    pub letter_spacing: Length,
    /// Baseline shift upwards.
    pub rise: Length,
    /// Underlined.
    pub underline: bool,
    /// Struck through.
    pub strike: bool,
    /// Letters raised or lowered before shaping.
    pub transform: Transform,
    /// Figures are tabular and not kerned (the default), or as the font has them.
    pub tabular: bool,
    /// Whether the face's table of figures may stand for shaping: tabular figures without any other feature.
    pub plain_figures: bool,
    /// The style of small letters, which are set as smaller capitals because the face has no small capitals of its own.
    pub small: Option<TextStyleId>,
}

/// Letter case of a style.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Transform {
    /// As written.
    #[default]
    None,
    /// All capitals.
    Upper,
    /// All small.
    Lower,
}

/// The index of a text style in its layout.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct TextStyleId(pub u16);

/// How the lines of a paragraph are set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParagraphStyle {
    /// The style of its text where no inline style applies.
    pub text: TextStyleId,
    /// Alignment.
    pub align: Align,
    /// Alignment of the last line, and of lines before a forced break.
    pub align_last: Align,
    /// Indent of the first line.
    pub indent: Length,
    /// Indent of all other lines.
    pub hanging: Length,
    /// Least lines at the end of a page.
    pub orphans: u32,
    /// Least lines at the start of a page.
    pub widows: u32,
    /// The hyphenation patterns (ISO 639-1 code, such as `*b"de"`), or none.
    pub hyphens: Option<[u8; 2]>,
    /// Whether lines may break at all (`white-space="nowrap"` forbids it).
    pub wrap: bool,
    /// Set by optimum fit, with this tolerance (the badness a line may have, as TeX counts it); `None`: by first fit.
    pub optimum: Option<u32>,
    /// Where tabs lead to, in the order they are reached.
    pub tabs: Arc<[TabStop]>,
    /// Its direction. `Auto` is resolved when its text is known, and so are alignments by start and end.
    pub direction: Direction,
    /// What may begin a line.
    pub strictness: Strictness,
    /// Expressions of language and direction, which then count instead; an index into [`crate::model::layout::Layout::asked`].
    pub asked: Option<u16>,
}

/// Language and direction that a record decides.
#[derive(Clone, PartialEq, Debug)]
pub struct Asked {
    /// Its language, a BCP 47 tag.
    pub lang: Option<Expr>,
    /// Its direction: `ltr`, `rtl` or `auto`.
    pub dir: Option<Expr>,
    /// Whether words are divided if the language has patterns.
    pub hyphens: bool,
}
