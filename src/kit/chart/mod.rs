//! Charts as geometry: round axes, bars, lines and slices.
//!
//! Takes exact values and a room, gives rectangles and paths in lengths, y downwards. Angles are whole millionths of a turn and
//! their sines a series of our own, so that every machine draws the same. Must never know of text, colours or PDF.

mod arc;
mod marks;
mod scale;

pub use arc::{Point, Segment, WHOLE_TURN, slice};
pub use marks::{Bar, Plot, bars, lines, shares, stacks};
pub use scale::Scale;

/// Most bars of one chart; more are thinner than a reader can tell apart.
pub const BARS_MAX: usize = 400;
/// Most slices of a pie.
pub const SLICES_MAX: usize = 24;
/// Most values of one line.
pub const POINTS_MAX: usize = 100_000;

/// The kinds of charts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A bar for each row and series, side by side.
    Bar,
    /// The series of a row on each other.
    StackedBar,
    /// A line for each series.
    Line,
    /// Shares of a whole.
    Pie,
    /// The same with a hole.
    Donut,
}

impl Kind {
    /// Whether it shows shares of a whole.
    pub fn is_round(self) -> bool {
        matches!(self, Kind::Pie | Kind::Donut)
    }

    /// Its name in layouts.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Bar => "bar",
            Kind::StackedBar => "stacked-bar",
            Kind::Line => "line",
            Kind::Pie => "pie",
            Kind::Donut => "donut",
        }
    }
}
