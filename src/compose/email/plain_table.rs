//! Tables as plain text.
//!
//! Takes bound tables, gives columns that stand under each other, the widest of them wrapped where all do not fit; a table that does not
//! fit even so becomes cards, each cell a line behind its heading. Must never cut a value short.

use super::plain::{COLUMNS, Plain, push_spaces};
use super::table::{labels, only_text, push_blocks};
use super::{Heads, Source};
use crate::kit::text::columns_of;
use crate::model::content::{CellContent, RowContent, TableContent};
use crate::model::layout::Align;

/// Spaces between columns.
const GAP: usize = 2;
/// The least columns a wrapped column keeps.
const WRAPPED_MIN: usize = 16;

/// The cells of a table as text.
#[derive(Default)]
pub struct Cells {
    text: String,
    cells: Vec<Cell>,
    /// Where each row begins in `cells`, and whether it is of the head.
    rows: Vec<(usize, bool)>,
}

#[derive(Clone, Copy)]
struct Cell {
    column: usize,
    span: usize,
    is_right: bool,
    start: usize,
    end: usize,
    width: usize,
}

impl Cells {
    fn clear(&mut self) {
        self.text.clear();
        self.cells.clear();
        self.rows.clear();
    }

    fn row(&mut self, source: &Source<'_, '_>, row: &RowContent<'_>, is_head: bool) {
        self.rows.push((self.cells.len(), is_head));
        for cell in row.cells {
            self.cell(source, cell);
        }
    }

    fn cell(&mut self, source: &Source<'_, '_>, content: &CellContent<'_>) {
        let start = self.text.len();
        match only_text(content.children) {
            Some(text) => super::inline::push_plain(source, text.items, &mut self.text),
            None => {
                let mut text = String::new();
                push_blocks(source, content.children, &mut text);
                self.text.push_str(&text);
            }
        }
        if memchr::memchr(b'\n', &self.text.as_bytes()[start..]).is_some() {
            let line = self.text[start..].replace('\n', " ");
            self.text.truncate(start);
            self.text.push_str(&line);
        }
        let is_right = only_text(content.children).is_some_and(|text| matches!(text.style.align, Align::Right | Align::Decimal | Align::End));
        let width = columns_of(&self.text[start..]);
        self.cells.push(Cell { column: content.cell.column, span: content.cell.colspan.max(1), is_right, start, end: self.text.len(), width });
    }

    fn cells_of(&self, row: usize) -> &[Cell] {
        let end = self.rows.get(row + 1).map_or(self.cells.len(), |(start, _)| *start);
        &self.cells[self.rows[row].0..end]
    }

    fn text_of(&self, cell: &Cell) -> &str {
        self.text[cell.start..cell.end].trim()
    }

    /// The widths of columns without wrapping.
    fn widths(&self, columns: usize) -> Vec<usize> {
        let mut widths = vec![0; columns];
        for cell in self.cells.iter().filter(|cell| cell.span == 1) {
            if let Some(width) = widths.get_mut(cell.column) {
                *width = (*width).max(cell.width);
            }
        }
        // What covers several columns makes the last of them wider.
        for cell in self.cells.iter().filter(|cell| cell.span > 1) {
            let end = (cell.column + cell.span).min(columns);
            let there: usize = widths[cell.column.min(end)..end].iter().sum::<usize>() + GAP * (end - cell.column.min(end)).saturating_sub(1);
            if let (true, Some(last)) = (cell.width > there, end.checked_sub(1)) {
                widths[last] += (cell.width - there).min(COLUMNS);
            }
        }
        widths
    }
}

impl Plain {
    /// Adds a table.
    pub(super) fn table(&mut self, source: &Source<'_, '_>, table: &TableContent<'_>, heads: &Heads) {
        let fixed = heads.get(&(std::ptr::from_ref(table.table) as usize)).filter(|_| table.head.is_empty());
        let columns = table.table.columns.len();
        let mut cells = std::mem::take(&mut self.cells);
        cells.clear();
        let labels = match fixed {
            Some(fixed) => {
                cells.rows.push((0, true));
                for (column, label) in fixed.labels.iter().enumerate() {
                    let start = cells.text.len();
                    cells.text.push_str(label);
                    let width = columns_of(label);
                    cells.cells.push(Cell { column, span: 1, is_right: false, start, end: cells.text.len(), width });
                }
                fixed.labels.clone()
            }
            None => {
                table.head.iter().for_each(|row| cells.row(source, row, true));
                labels(source, table.head, columns)
            }
        };
        table.rows.iter().chain(table.foot).for_each(|row| cells.row(source, row, false));
        // A heading stands as the values under it do.
        let is_right: Vec<bool> = (0..columns)
            .map(|column| {
                let mut values = cells.rows.iter().enumerate().filter(|(_, (_, is_head))| !is_head).flat_map(|(row, _)| cells.cells_of(row));
                values.find(|cell| cell.column == column && cell.span == 1 && cell.width > 0).is_some_and(|cell| cell.is_right)
            })
            .collect();
        let mut widths = cells.widths(columns);
        let gaps = GAP * widths.iter().filter(|width| **width > 0).count().saturating_sub(1);
        let total: usize = widths.iter().sum::<usize>() + gaps;
        let widest = (0..columns).max_by_key(|column| widths[*column]).unwrap_or(0);
        let fits = if total <= COLUMNS || columns == 0 {
            true
        } else if columns > 0 && widths[widest] >= total - COLUMNS + WRAPPED_MIN && !is_right[widest] {
            widths[widest] -= total - COLUMNS;
            true
        } else {
            false
        };
        if fits {
            self.aligned(&cells, &widths, &is_right)
        } else {
            self.cards(&cells, &labels)
        }
        self.cells = cells;
    }

    fn aligned(&mut self, cells: &Cells, widths: &[usize], is_right: &[bool]) {
        let mut lefts = Vec::with_capacity(widths.len() + 1);
        lefts.push(0);
        for width in widths {
            lefts.push(lefts[lefts.len() - 1] + if *width > 0 { width + GAP } else { 0 });
        }
        let left_of = |column: usize| -> usize { lefts[column.min(widths.len())] };
        let mut ended_head = false;
        for (row, (_, is_head)) in cells.rows.iter().enumerate() {
            if !is_head && !ended_head && row > 0 {
                let total = left_of(widths.len()).saturating_sub(GAP);
                self.out.extend(std::iter::repeat_n('-', total));
                self.out.push('\n');
            }
            ended_head |= !is_head;
            // Cells stand in the order of the document: those behind a wrapped one stand beside its last line.
            let mut column = 0;
            for cell in cells.cells_of(row) {
                let start = left_of(cell.column);
                let room = left_of((cell.column + cell.span).min(widths.len())).saturating_sub(start + GAP).max(1);
                let is_right = cell.is_right || (*is_head && cell.span == 1 && is_right.get(cell.column).copied().unwrap_or(false));
                let mut rest = cells.text_of(cell);
                while !rest.is_empty() {
                    // Its width is known if it fits as it is.
                    let is_whole = cell.width <= room && rest.len() == cell.end - cell.start;
                    let (line, width, behind) = if is_whole { (rest, cell.width, "") } else { divided(rest, room) };
                    let at = if is_right { start + room.saturating_sub(width) } else { start };
                    if column > at {
                        self.end_line();
                        column = 0;
                    }
                    push_spaces(at - column, &mut self.out);
                    self.out.push_str(line);
                    column = at + width;
                    rest = behind;
                }
            }
            self.end_line();
        }
    }

    fn cards(&mut self, cells: &Cells, labels: &[String]) {
        for (row, (_, is_head)) in cells.rows.iter().enumerate() {
            if *is_head {
                continue;
            }
            for cell in cells.cells_of(row) {
                let text = cells.text_of(cell);
                if text.is_empty() {
                    continue;
                }
                match labels.get(cell.column).filter(|label| !label.is_empty() && cell.span == 1) {
                    Some(label) => self.wrap(&format!("{label}: {text}"), "", COLUMNS),
                    None => self.wrap(text, "", COLUMNS),
                }
            }
            self.blank();
        }
    }
}

/// What of a text fits so many columns, how many it takes, and the rest of it. A word that does not fit is divided.
fn divided(text: &str, room: usize) -> (&str, usize, &str) {
    let text = text.trim();
    let is_ascii = text.is_ascii();
    let all = if is_ascii { text.len() } else { columns_of(text) };
    if all <= room {
        return (text, all, "");
    }
    let (space, end) = if is_ascii { (text[..=room].rfind(' '), room.max(1)) } else { ends_of(text, room) };
    let end = space.filter(|at| *at > 0).unwrap_or(end);
    let line = text[..end].trim_end();
    (line, columns_of(line), text[end..].trim_start())
}

/// The last space of a text that may end a line of so many columns, and the end of what fits them, or of its first character.
fn ends_of(text: &str, room: usize) -> (Option<usize>, usize) {
    let (mut width, mut space) = (0, None);
    for (at, character) in text.char_indices() {
        if character == ' ' {
            space = Some(at);
        }
        width += columns_of(character.encode_utf8(&mut [0; 4]));
        if width > room {
            return (space, at.max(text.chars().next().map_or(1, char::len_utf8)));
        }
    }
    (space, text.len())
}
