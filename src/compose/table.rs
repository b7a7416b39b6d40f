//! Placing tables.
//!
//! Takes bound rows, gives them page by page with the head repeated, sums carried over the break, and rows split only when
//! a row is higher than a page.

use bumpalo::collections::Vec as BumpVec;

use super::frame::paint_frame;
use super::paginate::{Paginator, Placement, Result, Room, Token, too_high};
use super::paint::Canvas;
use super::track::{distribute, resolve};
use crate::base::length::Length;
use crate::kit::expr::Value;
use crate::model::content::{CellContent, Item, RowContent, TableContent};
use crate::model::layout::{Align, Borders, Color, TableRow, VerticalAlign};
use crate::model::trace::Rectangle;

impl<'p, 'a> Paginator<'_, '_, 'p, 'a>
where
    'p: 'a,
{
    /// Column widths of a table in a width.
    fn tracks(&mut self, table: &TableContent<'a>, width: Length) -> &'a [Length] {
        if let Some((known, tracks)) = table.tracks.get()
            && known == width
        {
            return tracks;
        }
        let own = resolve(table.table.width, width);
        let tracks: &'a [Length] = self.binder.arena.alloc_slice_copy(&distribute(&table.table.columns, own));
        table.tracks.set(Some((width, tracks)));
        tracks
    }

    /// Height of a table without breaks.
    pub(super) fn table_height(&mut self, table: &TableContent<'a>, width: Length) -> Result<Length> {
        let tracks = self.tracks(table, width);
        let head = self.head_height(table, tracks)?;
        Ok(head + self.rows_height(table.rows, tracks)? + self.rows_height(table.foot, tracks)?)
    }

    /// The least height a table can begin with: its head and its first rows.
    pub(super) fn table_beginning(&mut self, table: &TableContent<'a>, width: Length) -> Result<Length> {
        let tracks = self.tracks(table, width);
        let mut height = self.head_height(table, tracks)?;
        self.measure_rows(table.rows, tracks)?;
        let mut count = 0;
        for (index, row) in table.rows.iter().enumerate() {
            // A row of half a page needs no company.
            if count > 0 && height_of(row) > self.area / 2 && !sticks(table.rows, table.rowspan_max, index - 1) {
                break;
            }
            height += height_of(row);
            count += 1;
            if count >= table.table.orphans.max(1) && !sticks(table.rows, table.rowspan_max, index) {
                break;
            }
        }
        if count as usize == table.rows.len() {
            height += self.rows_height(table.foot, tracks)?;
        }
        Ok(height)
    }

    /// Paints a head from the origin, for its form; gives its height.
    pub(super) fn paint_head(&mut self, table: &'a crate::model::layout::Table, head: &'a [RowContent<'a>], tracks: &[Length]) -> Result<Length> {
        self.measure_rows(head, tracks)?;
        let content = TableContent {
            table,
            head,
            rows: &[],
            foot: &[],
            rowspan_max: 1,
            running: &[],
            variables: &[],
            tracks: Default::default(),
            decimals: Default::default(),
        };
        self.paint_rows(&content, head, 0..head.len(), tracks, Length::ZERO, Length::ZERO)
    }

    fn head_height(&mut self, table: &TableContent<'a>, tracks: &[Length]) -> Result<Length> {
        match table.table.head_form.filter(|_| self.binder.use_forms) {
            Some((_, height)) => Ok(height),
            None => self.rows_height(table.head, tracks),
        }
    }

    fn rows_height(&mut self, rows: &[RowContent<'a>], tracks: &[Length]) -> Result<Length> {
        self.measure_rows(rows, tracks)?;
        Ok(rows.iter().map(height_of).sum())
    }

    /// Measures rows that were not measured in this width yet. A cell over several rows makes the last of them higher.
    fn measure_rows(&mut self, rows: &[RowContent<'a>], tracks: &[Length]) -> Result<()> {
        let width: Length = tracks.iter().copied().sum();
        let measured = |row: &RowContent<'_>| row.height.get().is_some_and(|(known, _)| known == width);
        if rows.first().is_none_or(measured) && rows.last().is_none_or(measured) {
            return Ok(());
        }
        let mut spans: Vec<(usize, Length)> = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let mut height = row.row.min_height;
            for cell in row.cells {
                let own = self.cell_height(cell, tracks)?;
                if cell.cell.rowspan > 1 {
                    let last = (index + cell.cell.rowspan - 1).min(rows.len() - 1);
                    spans.push((last, own));
                    spans.sort_by_key(|(last, _)| *last);
                } else {
                    height = height.max(own);
                }
            }
            for (last, needed) in &mut spans {
                if *last == index {
                    height = height.max(*needed);
                }
                *needed -= height;
            }
            spans.retain(|(last, _)| *last > index);
            row.height.set(Some((width, height)));
        }
        Ok(())
    }

    fn cell_height(&mut self, cell: &CellContent<'a>, tracks: &[Length]) -> Result<Length> {
        let padding = cell.cell.style.padding;
        let width = cell_width(cell, tracks) - padding.left - padding.right;
        Ok(self.measure_all(cell.children, width)? + padding.top + padding.bottom)
    }

    /// Places a table from a row on.
    pub(super) fn table(&mut self, table: &'a TableContent<'a>, from: Token<'a>, room: Room) -> Result<Placement<'a>> {
        let tracks = self.tracks(table, room.width);
        let (start, inner) = match from {
            Token::Row(row, inner) => (row, inner.copied()),
            _ => (0, None),
        };
        let continues = !matches!(from, Token::Start);
        self.measure_rows(table.rows, tracks)?;
        self.resolve_decimals(table, tracks);
        let foot_height = self.rows_height(table.foot, tracks)?;
        let head_height = if continues && !table.table.repeat_head { Length::ZERO } else { self.head_height(table, tracks)? };
        let carry_up = if continues && inner.is_none() { self.carry(table, &table.table.carry_up, start)? } else { &[] };
        let top = head_height + self.rows_height(carry_up, tracks)?;
        let carry_height = if table.table.carry_down.is_empty() {
            Length::ZERO
        } else {
            let sample = self.carry(table, &table.table.carry_down, start)?;
            self.rows_height(sample, tracks)?
        };
        let count = match inner {
            Some(_) => 0,
            None => rows_that_fit(table, start, room.bottom - room.y - top, foot_height, carry_height),
        };
        let end = start + count;
        let splits = inner.is_some() || (count == 0 && start < table.rows.len());
        if splits && !room.is_fresh && inner.is_none() {
            return Ok(Placement { height: Length::ZERO, rest: Some(if continues { from } else { Token::Start }) });
        }
        let mut y = room.y;
        let is_end = end == table.rows.len();
        if head_height > Length::ZERO {
            match table.table.head_form.filter(|_| self.binder.use_forms) {
                Some((form, height)) => {
                    self.canvas.form(form, room.x, y);
                    y += height;
                }
                None => y = self.paint_rows(table, table.head, 0..table.head.len(), tracks, room.x, y)?,
            }
        }
        y = self.paint_rows(table, carry_up, 0..carry_up.len(), tracks, room.x, y)?;
        y = self.paint_rows(table, table.rows, start..end, tracks, room.x, y)?;
        if splits {
            let row = &table.rows[end];
            let (height, rest) = self.split_row(table, row, tracks, inner, Room { y, ..room })?;
            y += height;
            let next = match rest {
                Some(token) => Token::Row(end, Some(self.binder.arena.alloc(token))),
                None if end + 1 == table.rows.len() && y + foot_height <= room.bottom => {
                    y = self.paint_rows(table, table.foot, 0..table.foot.len(), tracks, room.x, y)?;
                    return Ok(Placement { height: y - room.y, rest: None });
                }
                None => Token::Row(end + 1, None),
            };
            return Ok(Placement { height: y - room.y, rest: Some(next) });
        }
        if is_end && y + foot_height <= room.bottom {
            y = self.paint_rows(table, table.foot, 0..table.foot.len(), tracks, room.x, y)?;
            return Ok(Placement { height: y - room.y, rest: None });
        }
        if is_end && count == 0 && room.is_fresh {
            return Err(too_high("the foot of a table", foot_height, room.bottom - y));
        }
        let carry_down = self.carry(table, &table.table.carry_down, end)?;
        self.measure_rows(carry_down, tracks)?;
        y = self.paint_rows(table, carry_down, 0..carry_down.len(), tracks, room.x, y)?;
        Ok(Placement { height: y - room.y, rest: Some(Token::Row(end, None)) })
    }

    /// The carry rows for a break before row `next`, bound with the sums up to there.
    fn carry(&mut self, table: &'a TableContent<'a>, rows: &'a [TableRow], next: usize) -> Result<&'a [RowContent<'a>]> {
        if rows.is_empty() {
            return Ok(&[]);
        }
        let count = table.table.running.len();
        let sums: Vec<Value<'a>> = if next == 0 { vec![Value::Null; count] } else { table.running[(next - 1) * count..next * count].to_vec() };
        let variables = std::mem::replace(&mut self.binder.variables, table.variables.to_vec());
        let running = std::mem::replace(&mut self.binder.running, sums);
        let bound = self.binder.fixed_rows(rows);
        self.binder.variables = variables;
        self.binder.running = running;
        bound
    }

    fn paint_rows(
        &mut self,
        table: &TableContent<'a>,
        rows: &'a [RowContent<'a>],
        range: std::ops::Range<usize>,
        tracks: &[Length],
        x: Length,
        top: Length,
    ) -> Result<Length> {
        let width: Length = tracks.iter().copied().sum();
        let mut y = top;
        for index in range {
            let row = &rows[index];
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
        let left = x + tracks[..cell.cell.column.min(tracks.len())].iter().copied().sum();
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
        };
        if let Some(reserved) = self.decimal_shift(table, cell) {
            let area = Room { x: area.x + inner - reserved.0 - reserved.1, width: reserved.0, ..area };
            self.flow(cell.children, Token::Start, area)?;
            self.close_box(Rectangle { x: left, y, width, height }, false);
            return Ok(());
        }
        let placement = self.flow(cell.children, Token::Start, area)?;
        assert!(placement.rest.is_none(), "a cell without a lower edge holds all of its content");
        self.close_box(Rectangle { x: left, y, width, height }, false);
        Ok(())
    }

    /// Places what fits of a row that is higher than the page.
    fn split_row(
        &mut self,
        table: &TableContent<'a>,
        row: &'a RowContent<'a>,
        tracks: &[Length],
        inner: Option<Token<'a>>,
        room: Room,
    ) -> Result<(Length, Option<Token<'a>>)> {
        let tokens = match inner {
            Some(Token::Parallel(tokens)) => Some(tokens),
            _ => None,
        };
        let mut rest: BumpVec<'a, Option<Token<'a>>> = BumpVec::new_in(self.binder.arena);
        let mut height = Length::ZERO;
        let mark = self.canvas.mark();
        self.open_box(row.row.span);
        for (index, cell) in row.cells.iter().enumerate() {
            let padding = cell.cell.style.padding;
            let left = room.x + tracks[..cell.cell.column.min(tracks.len())].iter().copied().sum();
            let width = cell_width(cell, tracks) - padding.left - padding.right;
            match tokens.map_or(Some(Token::Start), |tokens| tokens[index]) {
                Some(token) => {
                    let area = Room {
                        x: left + padding.left,
                        y: room.y + padding.top,
                        width,
                        bottom: room.bottom - padding.bottom,
                        is_fresh: true,
                        may_break: true,
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
            for cell in row.cells {
                let left = room.x + tracks[..cell.cell.column.min(tracks.len())].iter().copied().sum();
                paint_frame(canvas, &cell.cell.style, left, room.y, cell_width(cell, tracks), height, tokens.is_none(), !unfinished);
            }
        });
        Ok((height, unfinished.then(|| Token::Parallel(rest.into_bump_slice()))))
    }

    // ---- decimal alignment

    /// Finds, for each column with decimal alignment, the widest part right of the decimal sign.
    fn resolve_decimals(&mut self, table: &TableContent<'a>, tracks: &[Length]) {
        if table.decimals.get().is_some() {
            return;
        }
        let mut widest = vec![Length::ZERO; tracks.len()];
        for row in table.rows.iter().chain(table.foot) {
            for cell in row.cells {
                if let Some(text) = decimal_text(cell) {
                    let (_, fraction) = self.decimal_parts(text);
                    let column = cell.cell.column.min(tracks.len() - 1);
                    widest[column] = widest[column].max(fraction);
                }
            }
        }
        table.decimals.set(Some(self.binder.arena.alloc_slice_copy(&widest)));
    }

    /// The width of the text and the room to leave free right of it, if the cell is decimally aligned.
    fn decimal_shift(&mut self, table: &TableContent<'a>, cell: &CellContent<'a>) -> Option<(Length, Length)> {
        let text = decimal_text(cell)?;
        let (whole, fraction) = self.decimal_parts(text);
        let widest = table.decimals.get()?.get(cell.cell.column).copied()?;
        Some((whole, (widest - fraction).max(Length::ZERO)))
    }

    /// Width of the whole text and of its part from the decimal sign on.
    fn decimal_parts(&mut self, items: &[Item<'a>]) -> (Length, Length) {
        let whole: Length = items.iter().map(super::line::width_of).sum();
        let sign = self.binder.locale.decimal_sign();
        let mut fraction = Length::ZERO;
        for item in items.iter().rev() {
            let (text, style) = match *item {
                Item::Figures { text, style, .. } => (text.to_string(), style),
                Item::Word { word, style, .. } => (self.binder.setter.words.text(word).to_string(), style),
                _ => continue,
            };
            if let Some(at) = text.rfind(sign) {
                let layout = self.layout();
                let tail: &'a str = self.binder.arena.alloc_str(&text[at..]);
                let tail = self.binder.setter.item(tail, style, layout.text_style(style), 0).0;
                return (whole, fraction + super::line::width_of(&tail));
            }
            fraction += super::line::width_of(item);
        }
        (whole, Length::ZERO)
    }
}

/// The items of a cell that is decimally aligned.
fn decimal_text<'a>(cell: &CellContent<'a>) -> Option<&'a [Item<'a>]> {
    match cell.children {
        [only] => match only.block {
            crate::model::content::Block::Text(text) if text.style.align == Align::Decimal => Some(text.items),
            _ => None,
        },
        _ => None,
    }
}

fn cell_width(cell: &CellContent<'_>, tracks: &[Length]) -> Length {
    let end = (cell.cell.column + cell.cell.colspan).min(tracks.len());
    tracks[cell.cell.column.min(end)..end].iter().copied().sum()
}

fn height_of(row: &RowContent<'_>) -> Length {
    row.height.get().map_or(Length::ZERO, |(_, height)| height)
}

/// Whether a break after row `index` would cut a cell over several rows, or a row kept with the next.
fn sticks(rows: &[RowContent<'_>], rowspan_max: usize, index: usize) -> bool {
    if index + 1 >= rows.len() {
        return false;
    }
    if rows[index].row.keep_next {
        return true;
    }
    let first = (index + 2).saturating_sub(rowspan_max.max(1));
    (first..=index).any(|start| rows[start].cells.iter().any(|cell| cell.cell.rowspan > 1 && start + cell.cell.rowspan > index + 1))
}

/// How many rows from `start` go on this page: all if they and the foot fit, otherwise as many as leave room for the
/// carry rows; the last rows stay together, so that neither one of them nor the foot stands alone.
fn rows_that_fit(table: &TableContent<'_>, start: usize, room: Length, foot: Length, carry: Length) -> usize {
    let (rows, rowspan_max) = (table.rows, table.rowspan_max);
    let mut height = Length::ZERO;
    let mut fitting = 0;
    let mut index = start;
    while index < rows.len() {
        height += height_of(&rows[index]);
        if height > room {
            break;
        }
        index += 1;
        if height + carry <= room && !sticks(rows, rowspan_max, index - 1) {
            fitting = index - start;
        }
    }
    let all = rows.len() - start;
    if index == rows.len() && height + foot <= room {
        return all;
    }
    // The last rows stay together, and go along with a foot that does not fit.
    let company = table.table.orphans.max(1) as usize;
    if all > 0 && (fitting == all || fitting > 0 && all - fitting < company) {
        let mut less = all.saturating_sub(company);
        while less > 0 && sticks(rows, rowspan_max, start + less - 1) {
            less -= 1;
        }
        let begins = if start == 0 { company } else { 1 };
        if less >= begins {
            return less;
        }
        if fitting == all && all > 1 && !sticks(rows, rowspan_max, start + all - 2) {
            return all - 1;
        }
    }
    fitting
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
