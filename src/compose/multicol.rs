//! Content that flows through columns of equal width.
//!
//! Takes blocks and a room, fills one column after the other; where the content ends, the columns are made equally high.
//! Must never know what the blocks are.

use super::paginate::{Paginator, Placement, Result, Room, Token};
use crate::base::length::Length;
use crate::model::content::Placed;
use crate::model::layout::FlowColumns;

/// How close the height of balanced columns comes to the least that would do.
const STEP: Length = Length::from_millipoints(500);

impl<'p, 'a> Paginator<'_, '_, 'p, 'a>
where
    'p: 'a,
{
    /// Fills columns from a token on.
    pub(super) fn flow_columns(&mut self, children: &'a [Placed<'a>], from: Token<'a>, room: Room, columns: &FlowColumns) -> Result<Placement<'a>> {
        let most = room.bottom - room.y;
        // The first column begins like the others: without the margin of its first block.
        let from = match from {
            Token::Start => Token::Child(0, self.binder.arena.alloc(Token::Start)),
            from => from,
        };
        let is_start = matches!(from, Token::Child(0, Token::Start));
        let whole = self.on_trial(|paginator| paginator.fill_columns(children, from, room, columns, most));
        let whole = match whole {
            Ok(whole) => whole,
            // On a page of its own there may be room.
            Err(_) if !room.is_fresh && is_start => {
                return Ok(Placement { height: Length::ZERO, rest: Some(Token::Start) });
            }
            Err(hold) => return Err(hold),
        };
        if whole.rest.is_some() && whole.height == Length::ZERO && !room.is_fresh {
            return Ok(Placement { height: Length::ZERO, rest: Some(Token::Start) });
        }
        let height = match whole.rest {
            None if columns.balance => self.least_height(children, from, room, columns, whole.height)?,
            None => whole.height,
            Some(_) => most,
        };
        let placed = self.fill_columns(children, from, room, columns, height)?;
        if let Some(rule) = columns.rule {
            let width = columns.width(room.width);
            for index in 1..i64::from(columns.count) {
                let x = room.x + (width + columns.gap) * index - columns.gap / 2;
                self.canvas.stroke_line((x, room.y), (x, room.y + placed.height), rule);
            }
        }
        Ok(placed)
    }

    /// The height of all of the content in balanced columns.
    pub(super) fn balanced_height(&mut self, children: &[Placed<'a>], width: Length, columns: &FlowColumns) -> Result<Length> {
        let whole = self.measure_all(children, columns.width(width))?;
        let children: &'a [Placed<'a>] = self.binder.arena.alloc_slice_copy(children);
        let from = Token::Child(0, self.binder.arena.alloc(Token::Start));
        let room = Room { x: Length::ZERO, y: Length::ZERO, width, bottom: Length::MAX, is_fresh: true, may_break: true, after: Length::ZERO };
        if columns.balance { self.least_height(children, from, room, columns, whole) } else { Ok(whole) }
    }

    /// The least height that the content fits in, which is known to fit in `most`.
    fn least_height(&mut self, children: &'a [Placed<'a>], from: Token<'a>, room: Room, columns: &FlowColumns, most: Length) -> Result<Length> {
        let (mut low, mut high) = (Length::ZERO, most);
        while high - low > STEP {
            let middle = low + (high - low) / 2;
            let fits = self.on_trial(|paginator| paginator.fill_columns(children, from, room, columns, middle));
            // What a column is too low for is no fault of the record here.
            match fits {
                Ok(Placement { rest: None, height }) => high = height.min(middle),
                Ok(_) | Err(_) => low = middle,
            }
        }
        Ok(high)
    }

    /// Fills columns of a height; gives the height that was used, and where the content goes on.
    fn fill_columns(
        &mut self,
        children: &'a [Placed<'a>],
        from: Token<'a>,
        room: Room,
        columns: &FlowColumns,
        height: Length,
    ) -> Result<Placement<'a>> {
        let width = columns.width(room.width);
        let area = self.area;
        self.area = area.min(height);
        let step = width + columns.gap;
        let (mut x, step) = match columns.order.is_mirrored {
            true => (room.x + step * (i64::from(columns.count) - 1), -step),
            false => (room.x, step),
        };
        let (mut used, mut next) = (Length::ZERO, Some(from));
        let mut result = Ok(());
        for _ in 0..columns.count {
            let Some(token) = next else { break };
            let column = Room { x, width, bottom: room.y + height, is_fresh: true, after: Length::ZERO, ..room };
            match self.flow(children, token, column) {
                Ok(placement) => {
                    used = used.max(placement.height);
                    next = placement.rest;
                }
                Err(hold) => {
                    result = Err(hold);
                    break;
                }
            }
            x += step;
        }
        self.area = area;
        result.map(|()| Placement { height: used, rest: next })
    }
}
