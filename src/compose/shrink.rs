//! Content too high for its box, set smaller.
//!
//! Takes a box of fixed height whose layout names a least size, gives its content in the largest size that fits. Words are as
//! wide in every size, in parts of the size: nothing is shaped or bound again. Must never go below the least size.

use std::cell::Cell;

use super::paginate::{Paginator, Result};
use crate::base::length::Length;
use crate::model::content::{Block, CellContent, FramedBlocks, Item, Placed, RowContent, SideBySide, TableContent, Text};
use crate::model::layout::{Layout, ParagraphStyle, TextStyleId};

impl<'p, 'a> Paginator<'_, '_, 'p, 'a>
where
    'p: 'a,
{
    /// The box with its content in the largest size in which it fits; as it is if it fits in none.
    pub(super) fn shrunk(&mut self, frame: &'a FramedBlocks<'a>, width: Length) -> Result<&'a FramedBlocks<'a>> {
        let padding = frame.style.padding;
        let (width, height) = (width - padding.left - padding.right, frame.style.height.unwrap_or(Length::MAX) - padding.top - padding.bottom);
        let mut needed = self.measure_all(frame.children, width)?;
        if needed <= height || frame.columns.is_some() {
            return Ok(frame);
        }
        let layout: &'p Layout = self.layout();
        let sizes = frame.style.shrink.map_or(&[][..], |id| &layout.shrinks[usize::from(id.0)]);
        for styles in sizes {
            let children = self.smaller(frame.children, styles);
            let smaller = self.measure_all(children, width)?;
            if smaller <= height {
                if self.binder.shrunk.is_none() {
                    let size = |id: TextStyleId| self.layout().text_style(id).size;
                    let sizes = first_style(frame.children).zip(first_style(children)).map(|(from, to)| (size(from), size(to)));
                    self.binder.shrunk = sizes.map(|(from, to)| format!("text of {from} is set in {to} to fit a height of {height}"));
                }
                let FramedBlocks { style, placed, form, columns, .. } = *frame;
                return Ok(self.binder.arena.alloc(FramedBlocks { style, children, placed, form, columns }));
            }
            needed = smaller;
        }
        debug_assert!(needed > height);
        Ok(frame)
    }

    fn smaller(&self, blocks: &'a [Placed<'a>], styles: &[TextStyleId]) -> &'a [Placed<'a>] {
        let arena = self.binder.arena;
        arena.alloc_slice_fill_iter(blocks.iter().map(|placed| {
            let block = match placed.block {
                Block::Text(text) => Block::Text(arena.alloc(Text {
                    role: text.role,
                    style: arena.alloc(ParagraphStyle { text: in_place(text.style.text, styles), ..text.style.clone() }),
                    items: self.smaller_items(text.items, styles),
                    marker: text.marker.map(|(items, indent)| (self.smaller_items(items, styles), indent)),
                    is_marked: text.is_marked,
                    leaf: text.leaf,
                    lines: Cell::new(None),
                })),
                Block::Box(frame) => {
                    let FramedBlocks { style, children, placed, form, columns } = *frame;
                    Block::Box(arena.alloc(FramedBlocks { style, children: self.smaller(children, styles), placed, form, columns }))
                }
                Block::Columns(columns) => {
                    let parts = columns.columns.iter().map(|(track, blocks)| (*track, self.smaller(blocks, styles)));
                    let parts: Vec<_> = parts.collect();
                    Block::Columns(arena.alloc(SideBySide { gap: columns.gap, align: columns.align, columns: arena.alloc_slice_copy(&parts) }))
                }
                Block::Table(table) => Block::Table(arena.alloc(self.smaller_table(table, styles))),
                other => other,
            };
            Placed { block, ..*placed }
        }))
    }

    fn smaller_table(&self, table: &TableContent<'a>, styles: &[TextStyleId]) -> TableContent<'a> {
        let TableContent { table: node, head_again, foot_between, groups, is_mirrored, rowspan_max, running, variables, .. } = *table;
        TableContent {
            table: node,
            head: self.smaller_rows(table.head, styles),
            // A box of fixed height ends on its page: nothing of what stands where a table goes on.
            head_again,
            foot_between,
            groups,
            rows: self.smaller_rows(table.rows, styles),
            foot: self.smaller_rows(table.foot, styles),
            is_mirrored,
            rowspan_max,
            running,
            variables,
            tracks: Cell::new(None),
            decimals: Cell::new(None),
        }
    }

    fn smaller_rows(&self, rows: &'a [RowContent<'a>], styles: &[TextStyleId]) -> &'a [RowContent<'a>] {
        let arena = self.binder.arena;
        arena.alloc_slice_fill_iter(rows.iter().map(|row| {
            let cells = row.cells.iter().map(|cell| CellContent { children: self.smaller(cell.children, styles), ..*cell });
            RowContent { row: row.row, cells: arena.alloc_slice_fill_iter(cells), striped: row.striped, height: Cell::new(None) }
        }))
    }

    fn smaller_items(&self, items: &[Item<'a>], styles: &[TextStyleId]) -> &'a [Item<'a>] {
        let setter = &self.binder.setter;
        let scaled = |width: Length, from: TextStyleId, to: TextStyleId| {
            width.scaled(self.layout().text_style(to).size.millipoints(), self.layout().text_style(from).size.millipoints().max(1))
        };
        self.binder.arena.alloc_slice_fill_iter(items.iter().map(|item| match *item {
            Item::Word { word, style, level, .. } => setter.part_of(word, in_place(style, styles), level),
            Item::Figures { text, style, width } => {
                let to = in_place(style, styles);
                Item::Figures { text, style: to, width: scaled(width, style, to) }
            }
            Item::Space { style, level, .. } => {
                let to = in_place(style, styles);
                Item::Space { style: to, level, width: setter.metrics[usize::from(to.0)].space }
            }
            Item::SoftHyphen { word, style, width } => {
                let to = in_place(style, styles);
                Item::SoftHyphen { word, style: to, width: scaled(width, style, to) }
            }
            Item::Tab { style, leader, level, width } => Item::Tab { style: in_place(style, styles), leader, level, width },
            other => other,
        }))
    }
}

/// The style that a smaller size has in the place of another.
fn in_place(style: TextStyleId, styles: &[TextStyleId]) -> TextStyleId {
    styles.get(usize::from(style.0)).copied().unwrap_or(style)
}

fn first_style(blocks: &[Placed<'_>]) -> Option<TextStyleId> {
    blocks.iter().find_map(|placed| match placed.block {
        Block::Text(text) => Some(text.style.text),
        Block::Box(frame) => first_style(frame.children),
        Block::Table(table) => table.rows.iter().chain(table.head).flat_map(|row| row.cells).find_map(|cell| first_style(cell.children)),
        _ => None,
    })
}
