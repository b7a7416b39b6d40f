//! Blocks one under the other.
//!
//! Takes blocks and a room, places them until the room ends; margins, forced breaks and what must stay together are decided
//! here. Must never know what a block looks like inside.

use super::paginate::{Paginator, Placement, Result, Room, Token};
use super::paragraph::least_lines;
use crate::base::length::Length;
use crate::model::content::{Block, Placed};
use crate::model::layout::Break;

impl<'p, 'a> Paginator<'_, '_, 'p, 'a>
where
    'p: 'a,
{
    /// Places children one under the other.
    pub fn flow(&mut self, children: &'a [Placed<'a>], from: Token<'a>, room: Room) -> Result<Placement<'a>> {
        let (mut index, mut inner) = match from {
            Token::Child(index, inner) => (index, *inner),
            _ => (0, Token::Start),
        };
        let mut y = room.y;
        let mut fresh = room.is_fresh;
        // The margin below the last block; margins collapse, and vanish at the top of an area that goes on.
        let mut gap: Option<Length> = None;
        let stop = |index: usize, token: Token<'a>, y: Length, arena: &'a bumpalo::Bump| {
            Ok(Placement { height: y - room.y, rest: Some(Token::Child(index, arena.alloc(token))) })
        };
        let arena = self.binder.arena;
        while index < children.len() {
            let child = &children[index];
            if let Block::PageBreak = child.block {
                index += 1;
                inner = Token::Start;
                if !fresh {
                    return stop(index, Token::Start, y, arena);
                }
                continue;
            }
            let starts = matches!(inner, Token::Start);
            let above = match gap {
                _ if !starts => Length::ZERO,
                Some(gap) => gap.max(child.flow.margin.top),
                None if fresh && index > 0 => Length::ZERO,
                None => child.flow.margin.top,
            };
            if starts && child.flow.before == Break::Page && !fresh && room.may_break {
                return stop(index, Token::Start, y, arena);
            }
            let area = Room {
                x: room.x + child.flow.margin.left,
                y: y + above,
                width: room.width - child.flow.margin.left - child.flow.margin.right,
                bottom: room.bottom,
                is_fresh: fresh,
                may_break: room.may_break,
            };
            if starts && !fresh {
                let needed = self.needed(children, index, area.width, room)?;
                if area.y + needed > room.bottom {
                    return stop(index, Token::Start, y, arena);
                }
            }
            let placement = self.place(child, inner, area)?;
            if let Some(token) = placement.rest {
                if placement.height == Length::ZERO && matches!(token, Token::Start) && !fresh {
                    return stop(index, Token::Start, y, arena);
                }
                return stop(index, token, area.y + placement.height, arena);
            }
            y = area.y + placement.height;
            gap = Some(child.flow.margin.bottom);
            fresh = false;
            index += 1;
            inner = Token::Start;
            if child.flow.after == Break::Page && index < children.len() && room.may_break {
                return stop(index, Token::Start, y, arena);
            }
        }
        Ok(Placement { height: y + gap.filter(|_| !room.is_fresh || y > room.y).unwrap_or_default() - room.y, rest: None })
    }

    /// The height that must be free for a block to begin here: all of it if it must not break, itself and the beginning
    /// of the next if it must stay with it, otherwise its least beginning.
    fn needed(&mut self, children: &'a [Placed<'a>], index: usize, width: Length, room: Room) -> Result<Length> {
        let child = &children[index];
        let whole_page = self.area;
        let keeps_next = |next: &Placed<'a>| child.flow.after == Break::Avoid || next.flow.before == Break::Avoid;
        if children.get(index + 1).is_some_and(keeps_next) {
            let own = self.measure(child, width)?;
            let next = &children[index + 1];
            let gap = child.flow.margin.bottom.max(next.flow.margin.top);
            let next_width = room.width - next.flow.margin.left - next.flow.margin.right;
            let rest = self.needed(children, index + 1, next_width, room)?;
            let all = own + gap + rest;
            // A chain longer than a page cannot be kept together anyway.
            return Ok(if all > whole_page { own } else { all });
        }
        if child.flow.inside == Break::Avoid || matches!(child.block, Block::Columns(_)) {
            let own = self.measure(child, width)?;
            return Ok(if own > whole_page { self.beginning(child, width)? } else { own });
        }
        self.beginning(child, width)
    }

    /// The least height a block can begin with.
    fn beginning(&mut self, child: &Placed<'a>, width: Length) -> Result<Length> {
        match child.block {
            Block::Text(text) => {
                let lines = self.lines(text, width);
                let least = least_lines(text.style, lines.len());
                Ok(lines[..least].iter().map(|l| l.height).sum())
            }
            Block::Box(frame) if frame.style.height.is_none() && frame.placed.is_empty() => {
                let inner = width - frame.style.padding.left - frame.style.padding.right;
                match frame.children.first() {
                    Some(first) => Ok(frame.style.padding.top + self.beginning(first, inner)?),
                    None => self.measure(child, width),
                }
            }
            Block::Table(table) => self.table_beginning(table, width),
            Block::Columns(_) => Ok(Length::ZERO),
            _ => self.measure(child, width),
        }
    }
}
