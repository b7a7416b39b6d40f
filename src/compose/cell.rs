//! Painting the rows and cells of a table, whole and divided.
//!
//! Takes measured rows and a place, gives them on the canvas; what a page's end divides goes on from where it stopped. Must
//! never decide which rows a page has.

use bumpalo::collections::Vec as BumpVec;

use super::frame::paint_frame;
use super::paginate::{OpenCell, Paginator, Placement, Result, Room, Token};
use super::paint::Canvas;
use super::table::height_of;
use crate::base::length::Length;
use crate::model::content::{Block, CellContent, RowContent, TableContent};
use crate::model::layout::{Borders, Color, VerticalAlign};
use crate::model::trace::Rectangle;

impl<'p, 'a> Paginator<'_, '_, 'p, 'a>
where
    'p: 'a,
{
    /// Paints rows that stand on one page as a whole: a head, a foot, carry rows.
    pub(super) fn paint_all(
        &mut self,
        table: &TableContent<'a>,
        rows: &'a [RowContent<'a>],
        tracks: &[Length],
        x: Length,
        top: Length,
    ) -> Result<Length> {
        let width: Length = tracks.iter().copied().sum();
        let mut y = top;
        for (index, row) in rows.iter().enumerate() {
            let height = height_of(row);
            self.open_box(row.row.span);
            self.paint_row_frame(table, row, x, y, width, height);
            for cell in row.cells {
                let last = (index + cell.cell.rowspan).min(rows.len());
                let cell_height: Length = rows[index..last].iter().map(height_of).sum();
                self.paint_cell(table, cell, tracks, x, y, cell_height)?;
            }
            self.close_box(Rectangle { x, y, width, height }, false);
            y += height;
        }
        Ok(y)
    }

    /// Paints rows of the body; cells that reach beyond the last of them are added to `still_open`.
    pub(super) fn paint_rows(
        &mut self,
        table: &'a TableContent<'a>,
        range: std::ops::Range<usize>,
        open: &[OpenCell<'a>],
        tracks: &[Length],
        (x, top): (Length, Length),
        still_open: &mut BumpVec<'a, OpenCell<'a>>,
    ) -> Result<Length> {
        let rows = table.rows;
        let width: Length = tracks.iter().copied().sum();
        let mut y = top;
        for index in range.clone() {
            let row = &rows[index];
            let height = height_of(row);
            self.open_box(row.row.span);
            self.paint_row_frame(table, row, x, y, width, height);
            if index == range.start && !open.is_empty() {
                self.paint_open(table, &range, open, tracks, (x, y), still_open)?;
            }
            for (number, cell) in row.cells.iter().enumerate() {
                let last = (index + cell.cell.rowspan).min(rows.len());
                if last > range.end {
                    let height: Length = rows[index..range.end].iter().map(height_of).sum();
                    let rest = self.paint_part(table, cell, tracks, Some(Token::Start), (x, y, height), (true, false))?;
                    still_open.push(OpenCell { row: index, cell: number, rest });
                    continue;
                }
                let cell_height: Length = rows[index..last].iter().map(height_of).sum();
                self.paint_cell(table, cell, tracks, x, y, cell_height)?;
            }
            self.close_box(Rectangle { x, y, width, height }, false);
            y += height;
        }
        Ok(y)
    }

    /// Paints the cells from earlier pages that reach into these rows.
    fn paint_open(
        &mut self,
        table: &'a TableContent<'a>,
        range: &std::ops::Range<usize>,
        open: &[OpenCell<'a>],
        tracks: &[Length],
        (x, y): (Length, Length),
        still_open: &mut BumpVec<'a, OpenCell<'a>>,
    ) -> Result<()> {
        for part in open {
            let cell = &table.rows[part.row].cells[part.cell];
            let last = (part.row + cell.cell.rowspan).min(table.rows.len());
            let height: Length = table.rows[range.start..last.min(range.end)].iter().map(height_of).sum();
            let rest = self.paint_part(table, cell, tracks, part.rest, (x, y, height), (false, last <= range.end))?;
            if last > range.end {
                still_open.push(OpenCell { rest, ..*part });
            } else {
                assert!(rest.is_none(), "the last rows of a cell were made high enough for its content");
            }
        }
        Ok(())
    }

    /// Paints what fits of a cell that a page's end divides; gives where its content goes on.
    fn paint_part(
        &mut self,
        table: &TableContent<'a>,
        cell: &CellContent<'a>,
        tracks: &[Length],
        from: Option<Token<'a>>,
        (x, y, height): (Length, Length, Length),
        (is_start, is_end): (bool, bool),
    ) -> Result<Option<Token<'a>>> {
        let style = &cell.cell.style;
        let left = x + cell_left(table, cell, tracks);
        let width = cell_width(cell, tracks);
        paint_frame(self.canvas, style, left, y, width, height, is_start, is_end);
        let Some(from) = from else { return Ok(None) };
        let area = Room {
            x: left + style.padding.left,
            y: y + style.padding.top,
            width: width - style.padding.left - style.padding.right,
            bottom: if is_end { Length::MAX } else { y + height - style.padding.bottom },
            // Rows that are too low for a line of it leave the cell empty: it goes on below.
            is_fresh: is_end,
            may_break: false,
            after: Length::ZERO,
        };
        Ok(self.flow(cell.children, from, area)?.rest)
    }

    /// Makes the last rows of open cells so high that the rest of their content fits.
    pub(super) fn stretch_open(&mut self, table: &'a TableContent<'a>, start: usize, open: &[OpenCell<'a>], tracks: &[Length]) -> Result<()> {
        for part in open {
            let cell = &table.rows[part.row].cells[part.cell];
            let Some(token) = part.rest else { continue };
            let last = (part.row + cell.cell.rowspan).min(table.rows.len()) - 1;
            let padding = cell.cell.style.padding;
            let area = Room {
                x: Length::ZERO,
                y: Length::ZERO,
                width: cell_width(cell, tracks) - padding.left - padding.right,
                bottom: Length::MAX,
                is_fresh: true,
                may_break: false,
                after: Length::ZERO,
            };
            let Placement { height, .. } = self.on_trial(|paginator| paginator.flow(cell.children, token, area))?;
            let there: Length = table.rows[start..=last].iter().map(height_of).sum();
            let missing = height + padding.top + padding.bottom - there;
            if missing > Length::ZERO
                && let Some((width, height)) = table.rows[last].height.get()
            {
                table.rows[last].height.set(Some((width, height + missing)));
            }
        }
        Ok(())
    }

    /// The cells of `open` that reach beyond row `next`, whose content has ended.
    pub(super) fn past(&self, table: &TableContent<'a>, open: &[OpenCell<'a>], next: usize) -> &'a [OpenCell<'a>] {
        let reaches = |part: &&OpenCell<'a>| part.row + table.rows[part.row].cells[part.cell].cell.rowspan > next;
        let kept = open.iter().filter(reaches).map(|part| OpenCell { rest: None, ..*part });
        BumpVec::from_iter_in(kept, self.binder.arena).into_bump_slice()
    }

    fn paint_row_frame(&mut self, table: &TableContent<'a>, row: &RowContent<'a>, x: Length, y: Length, width: Length, height: Length) {
        if let Some(color) = row_fill(table, row) {
            self.canvas.fill_rectangle(x, y, width, height, Length::ZERO, color);
        }
        stroke_row(self.canvas, row.row.borders, x, y, width, height);
    }

    fn paint_cell(
        &mut self,
        table: &TableContent<'a>,
        cell: &CellContent<'a>,
        tracks: &[Length],
        x: Length,
        y: Length,
        height: Length,
    ) -> Result<()> {
        let style = &cell.cell.style;
        let left = x + cell_left(table, cell, tracks);
        let width = cell_width(cell, tracks);
        self.open_box(cell.cell.span);
        paint_frame(self.canvas, style, left, y, width, height, true, true);
        let inner = width - style.padding.left - style.padding.right;
        let shift = match cell.cell.valign {
            VerticalAlign::Top => Length::ZERO,
            valign => {
                let free = height - style.padding.top - style.padding.bottom - self.measure_all(cell.children, inner)?;
                if valign == VerticalAlign::Middle { free / 2 } else { free }
            }
        };
        let area = Room {
            x: left + style.padding.left,
            y: y + style.padding.top + shift,
            width: inner,
            bottom: Length::MAX,
            is_fresh: true,
            may_break: false,
            after: Length::ZERO,
        };
        if let Some((width, after)) = self.decimal_shift(table, cell, inner) {
            let area = Room { x: area.x + inner - width - after, width, ..area };
            self.place_content(cell, area)?;
            self.close_box(Rectangle { x: left, y, width, height }, false);
            return Ok(());
        }
        let placement = self.place_content(cell, area)?;
        assert!(placement.rest.is_none(), "a cell without a lower edge holds all of its content");
        self.close_box(Rectangle { x: left, y, width, height }, false);
        Ok(())
    }

    /// Places what a cell holds in a room without a lower edge. Most hold one paragraph, with which nothing can go wrong.
    fn place_content(&mut self, cell: &CellContent<'a>, room: Room) -> Result<Placement<'a>> {
        let [only] = cell.children else { return self.flow(cell.children, Token::Start, room) };
        let (Block::Text(_), margin) = (only.block, only.flow.margin) else { return self.flow(cell.children, Token::Start, room) };
        let room = Room { x: room.x + margin.left, y: room.y + margin.top, width: room.width - margin.left - margin.right, ..room };
        self.place(only, Token::Start, room)
    }

    /// Places what fits of a row that is higher than the page, with the cells from above that reach into it.
    pub(super) fn split_row(
        &mut self,
        table: &'a TableContent<'a>,
        index: usize,
        open: &[OpenCell<'a>],
        tracks: &[Length],
        inner: Option<Token<'a>>,
        room: Room,
    ) -> Result<(Length, Option<Token<'a>>)> {
        let row = &table.rows[index];
        let tokens = match inner {
            Some(Token::Parallel(tokens)) => Some(tokens),
            _ => None,
        };
        let reaching: Vec<&'a CellContent<'a>> = open.iter().map(|part| &table.rows[part.row].cells[part.cell]).collect();
        let begins = row.cells.iter().map(|_| Some(Token::Start)).chain(open.iter().map(|part| part.rest));
        let begins: Vec<Option<Token<'a>>> = tokens.map_or_else(|| begins.collect(), <[_]>::to_vec);
        let mut rest: BumpVec<'a, Option<Token<'a>>> = BumpVec::new_in(self.binder.arena);
        let mut height = Length::ZERO;
        let mark = self.canvas.mark();
        self.open_box(row.row.span);
        for (cell, token) in row.cells.iter().chain(reaching.iter().copied()).zip(begins) {
            let padding = cell.cell.style.padding;
            let left = room.x + cell_left(table, cell, tracks);
            let width = cell_width(cell, tracks) - padding.left - padding.right;
            match token {
                Some(token) => {
                    let area = Room {
                        x: left + padding.left,
                        y: room.y + padding.top,
                        width,
                        bottom: room.bottom - padding.bottom,
                        is_fresh: true,
                        may_break: true,
                        after: Length::ZERO,
                    };
                    self.open_box(cell.cell.span);
                    let placement = self.flow(cell.children, token, area)?;
                    self.close_box(Rectangle { x: area.x, y: area.y, width, height: placement.height }, false);
                    height = height.max(placement.height + padding.top + padding.bottom);
                    rest.push(placement.rest);
                }
                None => rest.push(None),
            }
        }
        let unfinished = rest.iter().any(Option::is_some);
        let height = if unfinished { room.bottom - room.y } else { height };
        let width: Length = tracks.iter().copied().sum();
        self.close_box(Rectangle { x: room.x, y: room.y, width, height }, false);
        self.canvas.insert_below(mark, |canvas| {
            if let Some(color) = row_fill(table, row) {
                canvas.fill_rectangle(room.x, room.y, width, height, Length::ZERO, color);
            }
            // A row that goes on has no edge where it is cut.
            let borders = row.row.borders;
            let own = Borders { top: borders.top.filter(|_| tokens.is_none()), bottom: borders.bottom.filter(|_| !unfinished), ..borders };
            stroke_row(canvas, own, room.x, room.y, width, height);
            for (number, cell) in row.cells.iter().chain(reaching.iter().copied()).enumerate() {
                let left = room.x + cell_left(table, cell, tracks);
                let begins = tokens.is_none() && number < row.cells.len();
                let ends = !unfinished && reaches(open, table, number, row.cells.len()) <= index + 1;
                paint_frame(canvas, &cell.cell.style, left, room.y, cell_width(cell, tracks), height, begins, ends);
            }
        });
        Ok((height, unfinished.then(|| Token::Parallel(rest.into_bump_slice()))))
    }
}

/// One past the last row of the cells that reach into a row; cells of the row itself end with it.
fn reaches(open: &[OpenCell<'_>], table: &TableContent<'_>, number: usize, own: usize) -> usize {
    match number.checked_sub(own) {
        Some(at) => open[at].row + table.rows[open[at].row].cells[open[at].cell].cell.rowspan,
        None => 0,
    }
}

/// How far from the left edge of its table a cell stands.
fn cell_left(table: &TableContent<'_>, cell: &CellContent<'_>, tracks: &[Length]) -> Length {
    let before = tracks[..cell.cell.column.min(tracks.len())].iter().copied().sum();
    if table.is_mirrored { tracks.iter().copied().sum::<Length>() - before - cell_width(cell, tracks) } else { before }
}

/// The width of a cell over its columns.
pub(super) fn cell_width(cell: &CellContent<'_>, tracks: &[Length]) -> Length {
    let end = (cell.cell.column + cell.cell.colspan).min(tracks.len());
    tracks[cell.cell.column.min(end)..end].iter().copied().sum()
}

/// The fill of a row: its own, or that of its stripe.
fn row_fill(table: &TableContent<'_>, row: &RowContent<'_>) -> Option<Color> {
    row.row.background.or(table.table.zebra.filter(|_| row.striped))
}

/// The border lines of a row, from edge to edge.
fn stroke_row(canvas: &mut Canvas, borders: Borders, x: Length, y: Length, width: Length, height: Length) {
    for (border, from, to) in [
        (borders.top, (x, y), (x + width, y)),
        (borders.bottom, (x, y + height), (x + width, y + height)),
        (borders.left, (x, y), (x, y + height)),
        (borders.right, (x + width, y), (x + width, y + height)),
    ] {
        if let Some(border) = border {
            canvas.stroke_line(from, to, border);
        }
    }
}
