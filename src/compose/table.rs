//! Placing tables.
//!
//! Takes bound rows, gives them page by page with the head repeated, sums carried over the break, and rows split only when
//! a row is higher than a page.

use bumpalo::collections::Vec as BumpVec;

use super::bind::sums_of_nothing;
use super::cell::cell_width;
use super::paginate::{Paginator, Placement, Result, Room, Token, too_high};
use super::track::{distribute, resolve};
use crate::base::length::Length;
use crate::model::content::{CellContent, GroupHead, RowContent, TableContent};
use crate::model::layout::TableRow;

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
        let head = self.head_height(table, tracks, true)?;
        Ok(head + self.rows_height(table.rows, tracks)? + self.rows_height(table.foot, tracks)?)
    }

    /// The least height a table can begin with: its head and its first rows.
    pub(super) fn table_beginning(&mut self, table: &TableContent<'a>, width: Length) -> Result<Length> {
        let tracks = self.tracks(table, width);
        let mut height = self.head_height(table, tracks, true)?;
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
            head_again: None,
            foot_between: &[],
            groups: &[],
            rows: &[],
            foot: &[],
            is_mirrored: table.order.is_mirrored,
            rowspan_max: 1,
            running: &[],
            variables: &[],
            tracks: Default::default(),
            decimals: Default::default(),
        };
        self.paint_all(&content, head, tracks, Length::ZERO, Length::ZERO)
    }

    fn head_height(&mut self, table: &TableContent<'a>, tracks: &[Length], begins: bool) -> Result<Length> {
        match table.table.head_form.filter(|_| self.binder.use_forms) {
            Some((_, height)) => Ok(height),
            None => self.rows_height(head_of(table, begins), tracks),
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

    /// The least height a table can end with: its last rows under its head.
    pub(super) fn table_end(&mut self, table: &TableContent<'a>, width: Length) -> Result<Length> {
        let tracks = self.tracks(table, width);
        let head = if table.table.repeat_head { self.head_height(table, tracks, false)? } else { Length::ZERO };
        self.measure_rows(table.rows, tracks)?;
        let mut height = head + self.rows_height(table.foot, tracks)?;
        let company = table.table.orphans.max(1) as usize;
        for (count, index) in (0..table.rows.len()).rev().enumerate() {
            if count >= company && !sticks(table.rows, table.rowspan_max, index) {
                break;
            }
            height += height_of(&table.rows[index]);
        }
        Ok(height)
    }

    /// Places a table from a row on.
    pub(super) fn table(&mut self, table: &'a TableContent<'a>, from: Token<'a>, room: Room) -> Result<Placement<'a>> {
        let tracks = self.tracks(table, room.width);
        let (start, inner, open) = match from {
            Token::Row(row, inner, open) => (row, inner.copied(), open),
            _ => (0, None, &[] as &[_]),
        };
        let continues = !matches!(from, Token::Start);
        self.measure_rows(table.rows, tracks)?;
        self.resolve_decimals(table, tracks)?;
        if !open.is_empty() && inner.is_none() {
            self.stretch_open(table, start, open, tracks)?;
        }
        let foot_height = self.rows_height(table.foot, tracks)?;
        let head_height = if continues && !table.table.repeat_head { Length::ZERO } else { self.head_height(table, tracks, !continues)? };
        let carry_up = if continues && inner.is_none() { self.carry(table, &table.table.carry_up, start)? } else { &[] };
        let groups = if continues { self.groups_at(table, start, inner.is_some()) } else { &[] };
        let mut top = head_height + self.rows_height(carry_up, tracks)?;
        for group in groups {
            top += self.rows_height(group.rows, tracks)?;
        }
        let mut bottom = self.rows_height(table.foot_between, tracks)?;
        if !table.table.carry_down.is_empty() {
            let sample = self.carry(table, &table.table.carry_down, start)?;
            bottom += self.rows_height(sample, tracks)?;
        }
        let fit = Fit { start, room: room.bottom - room.y - top, end: foot_height + room.after, between: bottom, is_fresh: room.is_fresh };
        let count = match inner {
            Some(_) => 0,
            None => self.rows_that_fit(table, &fit, foot_height),
        };
        let end = start + count;
        let splits = inner.is_some() || (count == 0 && start < table.rows.len());
        if splits && !room.is_fresh && inner.is_none() {
            return Ok(Placement { height: Length::ZERO, rest: Some(if continues { from } else { Token::Start }) });
        }
        let mut y = room.y;
        let is_end = end == table.rows.len();
        if head_height > Length::ZERO {
            // A head that stands there again is no part of the table.
            let enclosed = continues.then(|| self.canvas.begin_artifact());
            match table.table.head_form.filter(|_| self.binder.use_forms && (continues || !self.binder.is_tagged)) {
                Some((form, height)) => {
                    self.canvas.form(form, room.x, y);
                    let resources = self.binder.setter.resources;
                    self.canvas.touch_form(&resources.forms[usize::from(form.0)], room.x, y);
                    y += height;
                }
                None => {
                    let head = head_of(table, !continues);
                    self.measure_rows(head, tracks)?;
                    y = self.paint_all(table, head, tracks, room.x, y)?;
                }
            }
            if let Some(enclosed) = enclosed {
                self.canvas.end_enclosed(enclosed);
            }
        }
        if !carry_up.is_empty() || !groups.is_empty() {
            let enclosed = self.canvas.begin_artifact();
            y = self.paint_all(table, carry_up, tracks, room.x, y)?;
            for group in groups {
                y = self.paint_all(table, group.rows, tracks, room.x, y)?;
            }
            self.canvas.end_enclosed(enclosed);
        }
        let mut still_open = BumpVec::new_in(self.binder.arena);
        if !splits || inner.is_none() {
            y = self.paint_rows(table, start..end, open, tracks, (room.x, y), &mut still_open)?;
        }
        if splits {
            let place = Room { y, bottom: room.bottom - foot_room(table), ..room };
            let reaching = if inner.is_some() { open } else { still_open.into_bump_slice() };
            let (height, rest) = self.split_row(table, end, reaching, tracks, inner, place)?;
            y += height;
            let is_last = end + 1 == table.rows.len();
            let next = match rest {
                Some(token) => Token::Row(end, Some(self.binder.arena.alloc(token)), reaching),
                None if is_last && y + foot_height <= room.bottom => {
                    y = self.paint_all(table, table.foot, tracks, room.x, y)?;
                    return Ok(Placement { height: y - room.y, rest: None });
                }
                None => Token::Row(end + 1, None, self.past(table, reaching, end + 1)),
            };
            y = self.paint_between(table, &[], tracks, (room.x, y))?;
            return Ok(Placement { height: y - room.y, rest: Some(next) });
        }
        if is_end && y + foot_height <= room.bottom {
            y = self.paint_all(table, table.foot, tracks, room.x, y)?;
            return Ok(Placement { height: y - room.y, rest: None });
        }
        if is_end && count == 0 && room.is_fresh {
            return Err(too_high("the foot of a table", foot_height, room.bottom - y));
        }
        let carry_down = self.carry(table, &table.table.carry_down, end)?;
        self.measure_rows(carry_down, tracks)?;
        y = self.paint_between(table, carry_down, tracks, (room.x, y))?;
        Ok(Placement { height: y - room.y, rest: Some(Token::Row(end, None, still_open.into_bump_slice())) })
    }

    /// Paints what stands at the end of a page on which a table does not end, and is no part of the table.
    fn paint_between(
        &mut self,
        table: &'a TableContent<'a>,
        carry: &'a [RowContent<'a>],
        tracks: &[Length],
        (x, y): (Length, Length),
    ) -> Result<Length> {
        if carry.is_empty() && table.foot_between.is_empty() {
            return Ok(y);
        }
        let enclosed = self.canvas.begin_artifact();
        let y = self.paint_all(table, carry, tracks, x, y)?;
        let y = self.paint_all(table, table.foot_between, tracks, x, y)?;
        self.canvas.end_enclosed(enclosed);
        Ok(y)
    }

    /// How many rows go on this page. Only where nothing stands above and not even the first rows that stay together fit,
    /// they are divided between rows.
    fn rows_that_fit(&mut self, table: &TableContent<'a>, fit: &Fit, foot: Length) -> usize {
        let mut count = rows_that_fit(table, fit);
        if count == 0 && fit.is_fresh && fit.end > foot {
            count = rows_that_fit(table, &Fit { end: foot, ..*fit });
        }
        if count > 0 || !fit.is_fresh {
            return count;
        }
        let mut height = Length::ZERO;
        let fitting = table.rows[fit.start..].iter().take_while(|row| {
            height += height_of(row);
            height + fit.between <= fit.room
        });
        let count = fitting.count();
        let last = (fit.start + count).saturating_sub(1);
        if count > 0 && (table.rows[last].row.keep_next || table.rows.get(last + 1).is_some_and(|next| next.row.keep_previous)) {
            self.binder.keep_broken("rows that stay together", height, fit.room);
        }
        count
    }

    /// The heads to stand again above row `next`, from the outermost group to the innermost.
    fn groups_at(&self, table: &'a TableContent<'a>, next: usize, is_inside: bool) -> &'a [GroupHead<'a>] {
        if table.groups.is_empty() {
            return &[];
        }
        let limit = next + usize::from(is_inside);
        let mut at = table.groups.partition_point(|group| group.first < limit).checked_sub(1);
        let mut found = BumpVec::new_in(self.binder.arena);
        while let Some(index) = at {
            let group = table.groups[index];
            if next < group.end {
                found.push(group);
            }
            at = group.outer;
        }
        found.reverse();
        found.into_bump_slice()
    }

    /// The carry rows for a break before row `next`, bound with the sums up to there.
    fn carry(&mut self, table: &'a TableContent<'a>, rows: &'a [TableRow], next: usize) -> Result<&'a [RowContent<'a>]> {
        if rows.is_empty() {
            return Ok(&[]);
        }
        let count = table.table.running.len();
        let sums = if next == 0 { sums_of_nothing(&table.table.running) } else { table.running[(next - 1) * count..next * count].to_vec() };
        let variables = std::mem::replace(&mut self.binder.variables, table.variables.to_vec());
        let running = std::mem::replace(&mut self.binder.running, sums);
        let bound = self.binder.fixed_rows(rows);
        self.binder.variables = variables;
        self.binder.running = running;
        bound
    }
}

/// Rows and the room for them.
#[derive(Clone, Copy, Debug)]
struct Fit {
    /// The first row.
    start: usize,
    /// The height there is.
    room: Length,
    /// What follows the last row of the table.
    end: Length,
    /// What follows the last row of the page where the table goes on.
    between: Length,
    /// Whether nothing stands above: then something must be placed.
    is_fresh: bool,
}

fn head_of<'a>(table: &TableContent<'a>, begins: bool) -> &'a [RowContent<'a>] {
    table.head_again.filter(|_| !begins).unwrap_or(table.head)
}

/// Height of a row that was measured.
pub(super) fn height_of(row: &RowContent<'_>) -> Length {
    row.height.get().map_or(Length::ZERO, |(_, height)| height)
}

/// Whether a break after row `index` would cut a cell over several rows, or rows that stay together.
fn sticks(rows: &[RowContent<'_>], rowspan_max: usize, index: usize) -> bool {
    if index + 1 >= rows.len() {
        return false;
    }
    if rows[index].row.keep_next || rows[index + 1].row.keep_previous {
        return true;
    }
    let first = (index + 2).saturating_sub(rowspan_max.max(1));
    (first..=index).any(|start| rows[start].cells.iter().any(|cell| cell.cell.rowspan > 1 && start + cell.cell.rowspan > index + 1))
}

/// How many rows from `start` go on this page: all if they and the foot fit, otherwise as many as leave room for the
/// carry rows; the last rows stay together, so that neither one of them nor the foot stands alone.
fn rows_that_fit(table: &TableContent<'_>, fit: &Fit) -> usize {
    let (rows, rowspan_max, start) = (table.rows, table.rowspan_max, fit.start);
    let mut height = Length::ZERO;
    let mut fitting = 0;
    let mut index = start;
    while index < rows.len() {
        height += height_of(&rows[index]);
        if height > fit.room {
            break;
        }
        index += 1;
        if height + fit.between <= fit.room && !sticks(rows, rowspan_max, index - 1) {
            fitting = index - start;
        }
    }
    let all = rows.len() - start;
    if index == rows.len() && height + fit.end <= fit.room {
        return all;
    }
    // The last rows stay together, and go along with a foot that does not fit.
    let company = table.table.orphans.max(1) as usize;
    if all > 0 && (fitting == all || fitting > 0 && all - fitting < company) {
        let divided = |mut less: usize| {
            while less > 0 && sticks(rows, rowspan_max, start + less - 1) {
                less -= 1;
            }
            less
        };
        let less = divided(all.saturating_sub(company));
        let begins = if start == 0 { company } else { 1 };
        if less >= begins {
            return less;
        }
        if fitting == all {
            // Fewer rows than that must do, or none: the whole of the table goes to the next page.
            let less = divided(all - 1);
            if less > 0 || !fit.is_fresh {
                return less;
            }
        }
    }
    fitting
}

/// The room that rows at the end of a page take from a row that is divided there.
fn foot_room(table: &TableContent<'_>) -> Length {
    table.foot_between.iter().map(height_of).sum()
}
