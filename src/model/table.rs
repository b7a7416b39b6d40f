//! Tables of a layout: columns, rows, groups of rows, cells.
//!
//! Takes resolved blocks and expressions, gives them by row and cell. Must never know how many rows a record has.

use crate::base::length::Length;
use crate::base::span::Span;
use crate::kit::expr::Expr;
use crate::model::geometry::{Borders, Color, ColumnOrder, Track, VerticalAlign};
use crate::model::layout::{BoxStyle, Node};
use crate::model::resources::FormId;
use crate::model::structure::Scope;

/// A table.
#[derive(Debug)]
pub struct Table {
    /// Column widths.
    pub columns: Vec<Track>,
    /// Width of the whole; without it, all there is.
    pub width: Option<Track>,
    /// Repeated on each page the table continues on.
    pub head: Vec<TableRow>,
    /// The head composed once, painted from its upper left corner, and its height; set if the head is static and the width known.
    pub head_form: Option<(FormId, Length)>,
    /// The rows: fixed ones and repeated ones, in order.
    pub groups: Vec<RowGroup>,
    /// At the end.
    pub foot: Vec<TableRow>,
    /// At the bottom of each page but the last.
    pub carry_down: Vec<TableRow>,
    /// At the top of each page but the first, under the head.
    pub carry_up: Vec<TableRow>,
    /// The expressions of `running(...)`, summed row by row over the repeated rows.
    pub running: Vec<Expr>,
    /// Fill of every second row.
    pub zebra: Option<Color>,
    /// Whether the head is repeated.
    pub repeat_head: bool,
    /// Border around and between, drawn by the cells.
    pub borders: Borders,
    /// Least rows kept together at the start and end.
    pub orphans: u32,
    /// Where the first column stands.
    pub order: ColumnOrder,
}

/// Rows that come together.
#[derive(Debug)]
pub struct RowGroup {
    /// The variable and list that repeat them; `None`: once.
    pub repeat: Option<(usize, Expr)>,
    /// Appear only if this holds, evaluated for each row.
    pub test: Option<Expr>,
    /// Whether `running(…)` counts its rounds.
    pub sums: bool,
    /// The head of each round: at its start, and again on each page it goes on.
    pub head: Vec<TableRow>,
    /// What each round has, in order.
    pub parts: Vec<RowPart>,
}

impl RowGroup {
    /// Its own rows, without those of the groups in it.
    pub fn rows(&self) -> impl Iterator<Item = &TableRow> {
        self.parts.iter().filter_map(|part| match part {
            RowPart::Row(row) => Some(row),
            RowPart::Group(_) => None,
        })
    }
}

/// A part of a group of rows.
#[derive(Debug)]
pub enum RowPart {
    /// A row.
    Row(TableRow),
    /// Rows repeated within each round.
    Group(RowGroup),
}

/// On which pages a row of a head or foot appears.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Show {
    /// A row of the body, of a head: on every page; of a foot: at the end.
    #[default]
    Auto,
    /// On every page.
    Always,
    /// Where the table or group begins.
    First,
    /// On the pages that go on: a head not where it begins, a foot not where it ends.
    Continued,
}

impl Show {
    /// Whether a row of a head appears where its table or group begins, or else where it goes on.
    pub fn in_head(self, begins: bool) -> bool {
        match self {
            Show::Auto | Show::Always => true,
            Show::First => begins,
            Show::Continued => !begins,
        }
    }

    /// Whether a row of a foot appears at the end of its table, or else where it goes on.
    pub fn in_foot(self, ends: bool) -> bool {
        match self {
            Show::Auto | Show::First => ends,
            Show::Always => true,
            Show::Continued => !ends,
        }
    }
}

/// One `<tr>`.
#[derive(Debug)]
pub struct TableRow {
    /// Where it was written.
    pub span: Span,
    /// Appears only if this holds.
    pub test: Option<Expr>,
    /// Least height.
    pub min_height: Length,
    /// Fill.
    pub background: Option<Color>,
    /// Kept with the next row.
    pub keep_next: bool,
    /// Kept with the row before.
    pub keep_previous: bool,
    /// On which pages it appears, in a head or foot.
    pub show: Show,
    /// Its cells from left to right, without those covered by a rowspan from above.
    pub cells: Vec<TableCell>,
    /// Border lines of the row, from edge to edge.
    pub borders: Borders,
}

/// One `<td>` or `<th>`.
#[derive(Debug)]
pub struct TableCell {
    /// Where it was written.
    pub span: Span,
    /// The first column it covers.
    pub column: usize,
    /// Columns it covers.
    pub colspan: usize,
    /// Rows it covers.
    pub rowspan: usize,
    /// Vertical alignment.
    pub valign: VerticalAlign,
    /// Background, borders, padding. Sizes are unused.
    pub style: BoxStyle,
    /// Its blocks. A cell with text only holds one paragraph.
    pub body: Vec<Node>,
    /// Whether it is a heading cell.
    pub is_heading: bool,
    /// What a heading cell heads; without it, its column if it stands in the head, its row elsewhere.
    pub scope: Option<Scope>,
}
