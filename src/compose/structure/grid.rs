//! Tables: rows and cells on a regular grid.
//!
//! Takes bound tables, gives their elements: rows with as many columns each as ISO 14289-1, 7.5 wants, gaps filled with empty
//! cells. A table of one column, or of one row, without heading cells sets blocks side by side or under each other: it is read as
//! those blocks. Must never know on which page a row stands.

use super::Writer;
use crate::model::content::{Block, CellContent, Placed, RowContent, TableContent, Text};
use crate::model::layout::{Role, TableCell};
use crate::model::structure::{CellDetail, Detail, Kind, Scope};

impl<'a> Writer<'_, '_, '_, 'a> {
    pub(super) fn table(&mut self, table: &TableContent<'a>) {
        let sections = [(Kind::TableHead, table.head), (Kind::TableBody, table.rows), (Kind::TableFoot, table.foot)];
        let columns = table.table.columns.len();
        let cells = || sections.iter().flat_map(|(_, rows)| *rows).flat_map(|row| row.cells);
        let rows: usize = sections.iter().map(|(_, rows)| rows.len()).sum();
        if (columns == 1 || rows == 1) && cells().all(|cell| !cell.cell.is_heading) {
            cells().for_each(|cell| self.blocks(cell.children, 0));
            return;
        }
        if rows == 0 {
            return;
        }
        self.structure.begin(Kind::Table);
        for (kind, rows) in sections {
            // A head or foot needs a body beside it.
            let is_section = !rows.is_empty() && !table.rows.is_empty();
            if is_section {
                self.structure.begin(kind);
            }
            self.rows(rows, columns, kind);
            if is_section {
                self.structure.end();
            }
        }
        self.structure.end();
    }

    fn rows(&mut self, rows: &[RowContent<'a>], columns: usize, kind: Kind) {
        // For each column the row up to which a cell from above covers it.
        let mut covered = vec![0; columns];
        for (index, row) in rows.iter().enumerate() {
            self.structure.begin(Kind::Row);
            let mut column = 0;
            for cell in row.cells {
                column = self.empty_cells(column..cell.cell.column.min(columns), &covered, index);
                let end = (cell.cell.column + cell.cell.colspan).min(columns);
                if cell.cell.column >= end {
                    // Beyond the last column: what it says is read in the cell before.
                    self.blocks_of_stray(cell);
                    continue;
                }
                let height = if cell.cell.rowspan > 1 { height_of(cell.cell, &rows[index..]) } else { 1 };
                covered[cell.cell.column..end].iter_mut().for_each(|covered| *covered = index + height);
                self.cell(cell, CellDetail { columns: (end - cell.cell.column) as u32, rows: height as u32, scope: scope(cell.cell, kind) });
                column = end;
            }
            self.empty_cells(column..columns, &covered, index);
            self.structure.end();
        }
    }

    /// Fills the gaps in a row; gives the column after them.
    fn empty_cells(&mut self, gap: std::ops::Range<usize>, covered: &[usize], row: usize) -> usize {
        for column in gap.clone() {
            if covered[column] <= row {
                self.structure.begin(Kind::Cell);
                self.structure.end();
            }
        }
        gap.end.max(gap.start)
    }

    fn cell(&mut self, cell: &CellContent<'a>, detail: CellDetail) {
        let kind = if cell.cell.is_heading { Kind::HeadCell } else { Kind::Cell };
        match detail {
            CellDetail { columns: 1, rows: 1, scope: None } => {
                if let Some(text) = only_text(cell.children) {
                    return self.element_of(kind, text);
                }
                self.structure.begin(kind);
            }
            detail => self.structure.begin_with(kind, Detail::Cell(detail)),
        }
        match only_text(cell.children) {
            Some(text) => self.content_of(text),
            None => self.blocks(cell.children, 0),
        }
        self.structure.end();
    }

    fn blocks_of_stray(&mut self, cell: &CellContent<'a>) {
        self.structure.begin(Kind::Cell);
        self.blocks(cell.children, 0);
        self.structure.end();
    }
}

/// The text of a cell that holds nothing else: its content is that of the cell.
fn only_text<'a>(children: &[Placed<'a>]) -> Option<&'a Text<'a>> {
    match children {
        [Placed { block: Block::Text(text), list: None, .. }] if text.role == Role::Paragraph || text.role == Role::Artifact => Some(text),
        _ => None,
    }
}

/// The rows that a cell covers: not beyond its section, and not over cells of other rows.
fn height_of(cell: &TableCell, rows: &[RowContent<'_>]) -> usize {
    let most = cell.rowspan.min(rows.len()).max(1);
    let overlaps = |other: &CellContent<'_>| other.cell.column < cell.column + cell.colspan && cell.column < other.cell.column + other.cell.colspan;
    rows[1..most].iter().position(|row| row.cells.iter().any(overlaps)).map_or(most, |at| at + 1)
}

/// What a cell heads: what the layout says, or its column in the head of the table, its row elsewhere.
fn scope(cell: &TableCell, section: Kind) -> Option<Scope> {
    let usual = if section == Kind::TableHead { Scope::Column } else { Scope::Row };
    cell.is_heading.then(|| cell.scope.unwrap_or(usual))
}
