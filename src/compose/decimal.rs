//! Decimal alignment: the decimal signs of a column stand under each other.
//!
//! Takes bound rows, gives how much room each cell leaves free on its right. Must never know where a row stands.

use super::cell::cell_width;
use super::paginate::{Paginator, Result};
use crate::base::code;
use crate::base::length::Length;
use crate::model::content::{CellContent, Item, TableContent};
use crate::model::layout::Align;
use crate::model::record::Hold;

impl<'p, 'a> Paginator<'_, '_, 'p, 'a>
where
    'p: 'a,
{
    /// Finds, for each column with decimal alignment, the widest part right of the decimal sign.
    pub(super) fn resolve_decimals(&mut self, table: &TableContent<'a>, tracks: &[Length]) -> Result<()> {
        if table.decimals.get().is_some() {
            return Ok(());
        }
        let mut widest = vec![Length::ZERO; tracks.len()];
        for row in table.rows.iter().chain(table.foot) {
            for cell in row.cells {
                if let Some(text) = decimal_text(cell) {
                    let padding = cell.cell.style.padding;
                    let inner = cell_width(cell, tracks) - padding.left - padding.right;
                    self.check_number(text, inner)?;
                    let (whole, fraction) = self.decimal_parts(text);
                    if whole > inner {
                        // It takes several lines, and stands at the right edge.
                        continue;
                    }
                    let column = cell.cell.column.min(tracks.len() - 1);
                    widest[column] = widest[column].max(fraction);
                }
            }
        }
        table.decimals.set(Some(self.binder.arena.alloc_slice_copy(&widest)));
        Ok(())
    }

    /// A number that is wider than its column would be cut in two, and read as two.
    fn check_number(&mut self, items: &[Item<'a>], room: Length) -> Result<()> {
        for item in items.iter().filter(|item| super::line::width_of(item) > room) {
            let text = match *item {
                Item::Figures { text, .. } => text,
                Item::Word { word, .. } => self.binder.setter.words.text(word),
                _ => continue,
            };
            if text.bytes().any(|byte| byte.is_ascii_digit()) {
                let reason = format!("the number `{text}` is {} wide, its column has room for {room}", super::line::width_of(item));
                return Err(Hold::new(&code::RECORD_TOO_HIGH, reason));
            }
        }
        Ok(())
    }

    /// The width of the text and the room to leave free right of it, if the cell is decimally aligned and `inner` is wide
    /// enough for one line. A number that needs the room right of the others stands in it, rather than in the next column.
    pub(super) fn decimal_shift(&mut self, table: &TableContent<'a>, cell: &CellContent<'a>, inner: Length) -> Option<(Length, Length)> {
        let text = decimal_text(cell)?;
        let (whole, fraction) = self.decimal_parts(text);
        let widest = table.decimals.get()?.get(cell.cell.column).copied()?;
        (whole <= inner).then(|| (whole, (widest - fraction).min(inner - whole).max(Length::ZERO)))
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
