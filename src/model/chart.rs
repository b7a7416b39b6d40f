//! A chart: as a layout has it, and bound to a record.
//!
//! Takes resolved expressions and styles, or values in the arena of the document. Must never hold a position on a page.

use crate::base::length::Length;
use crate::base::money::Decimal;
use crate::kit::chart::{Kind, Scale};
use crate::kit::expr::Expr;
use crate::model::content::Item;
use crate::model::layout::{Align, Border, Color};
use crate::model::style::ParagraphStyle;

/// A chart of a layout.
#[derive(Debug)]
pub struct ChartNode {
    /// What kind.
    pub kind: Kind,
    /// The index of the row's variable.
    pub variable: usize,
    /// Its rows.
    pub list: Expr,
    /// The text of a row: below its bars, or beside its colour in the legend of a pie.
    pub label: Expr,
    /// What is shown of each row; one for a pie.
    pub series: Vec<SeriesNode>,
    /// The colours of series, or of the slices of a pie.
    pub palette: Vec<Color>,
    /// The variable of a value and how it is printed; without it as the locale prints numbers.
    pub format: Option<(usize, Expr)>,
    /// Which values are printed.
    pub figures: Figures,
    /// Where the legend stands.
    pub legend: Legend,
    /// The lines of the ticks.
    pub grid: Option<Border>,
    /// How its texts look.
    pub style: ParagraphStyle,
    /// Width; without it, all there is.
    pub width: Option<Length>,
    /// Height.
    pub height: Length,
    /// Where it stands across.
    pub align: Align,
    /// What it shows, for readers who cannot see it.
    pub alt: Expr,
}

/// A series.
#[derive(Debug)]
pub struct SeriesNode {
    /// Its value of a row.
    pub value: Expr,
    /// Its name in the legend.
    pub name: Option<Expr>,
    /// Its colour.
    pub color: Color,
}

/// Which values are printed at marks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Figures {
    /// None.
    None,
    /// The values themselves.
    Amount,
    /// Shares of a pie.
    Percent,
}

/// Where a legend stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Legend {
    /// Nowhere.
    None,
    /// Above.
    Top,
    /// Below.
    Bottom,
    /// At the right.
    Right,
}

/// A short text, shaped.
#[derive(Clone, Copy, Debug, Default)]
pub struct Caption<'a> {
    /// The text.
    pub text: &'a str,
    /// Its items.
    pub items: &'a [Item<'a>],
    /// Its width.
    pub width: Length,
}

/// A chart of a record.
#[derive(Debug)]
pub struct ChartContent<'a> {
    /// The chart of the layout.
    pub node: &'a ChartNode,
    /// The values by series and row.
    pub values: &'a [&'a [Option<Decimal>]],
    /// The labels of every `stride`th row.
    pub labels: &'a [Caption<'a>],
    /// See `labels`.
    pub stride: usize,
    /// What the legend says, in the order of colours.
    pub names: &'a [Caption<'a>],
    /// The axis of values and the texts of its ticks; `None` for a pie.
    pub scale: Option<(Scale, &'a [Caption<'a>])>,
    /// The values that are printed: of each bar or point by series and row, of each stack, of each slice; or none.
    pub figures: &'a [Caption<'a>],
    /// What it shows, for readers who cannot see it.
    pub alt: &'a str,
}
