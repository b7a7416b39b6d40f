//! Blocks one under the other.
//!
//! Takes blocks and a room, places them until the room ends; margins, forced breaks and what must stay together are decided
//! here. Must never know what a block looks like inside.

use super::paginate::{CHAIN_MAX, Paginator, Placement, Result, Room, Token};
use super::paragraph::least_lines;
use crate::base::length::Length;
use crate::model::content::{Block, Filling, Placed};
use crate::model::layout::{Break, VerticalAlign};

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
        let mut goes_on = matches!(from, Token::Child(..));
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
                goes_on = true;
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
                None if fresh && goes_on => Length::ZERO,
                None => child.flow.margin.top,
            };
            if starts && matches!(child.flow.before, Break::Page | Break::OddPage) && room.may_break {
                let is_odd = child.flow.before == Break::OddPage;
                if !fresh || (is_odd && self.binder.page_number.is_multiple_of(2)) {
                    self.binder.wants_odd = is_odd;
                    return stop(index, Token::Start, y, arena);
                }
            }
            if let Block::Fill(fill) = child.block {
                let top = y + gap.unwrap_or_default();
                let Some(share) = self.share_of_rest(children, index, Room { y: top, is_fresh: fresh, ..room })? else {
                    return stop(index, Token::Start, y, arena);
                };
                self.fill(fill, Room { y: top, bottom: top + share, ..room })?;
                (y, gap) = (top + share, Some(Length::ZERO));
                fresh &= share == Length::ZERO;
                index += 1;
                inner = Token::Start;
                continue;
            }
            let area = Room {
                x: room.x + child.flow.margin.left,
                y: y + above,
                width: room.width - child.flow.margin.left - child.flow.margin.right,
                bottom: room.bottom,
                is_fresh: fresh,
                may_break: room.may_break,
                after: self.after(children, index, room)?,
            };
            if starts && !fresh {
                let mut needed = self.needed(children, index, room)?;
                if !may_divide(child) {
                    needed += area.after;
                }
                if area.y + needed > room.bottom {
                    return stop(index, Token::Start, y, arena);
                }
            }
            let placement = self.place(child, inner, area)?;
            if let Some(token) = placement.rest {
                if placement.height == Length::ZERO && matches!(token, Token::Start) && !fresh {
                    return stop(index, Token::Start, y, arena);
                }
                self.note_division(child, area)?;
                return stop(index, token, area.y + placement.height, arena);
            }
            y = area.y + placement.height;
            gap = Some(child.flow.margin.bottom);
            fresh = false;
            index += 1;
            inner = Token::Start;
            if matches!(child.flow.after, Break::Page | Break::OddPage) && index < children.len() && room.may_break {
                self.binder.wants_odd = child.flow.after == Break::OddPage;
                return stop(index, Token::Start, y, arena);
            }
        }
        Ok(Placement { height: y + gap.filter(|_| !room.is_fresh || y > room.y).unwrap_or_default() - room.y, rest: None })
    }

    /// What a `fill` has of the room that is left above what follows on this page. `None`: what follows fits the next page.
    fn share_of_rest(&mut self, children: &'a [Placed<'a>], index: usize, room: Room) -> Result<Option<Length>> {
        let after = &children[index + 1..];
        let ends = |child: &Placed<'a>| matches!(child.block, Block::PageBreak) || matches!(child.flow.before, Break::Page | Break::OddPage);
        let after = &after[..after.iter().position(ends).unwrap_or(after.len())];
        let sharing = 1 + after.iter().filter(|child| matches!(child.block, Block::Fill(_))).count() as i64;
        let rest = self.measure_all(after, room.width)?;
        let left = room.bottom - room.y - rest;
        if left >= Length::ZERO {
            return Ok(Some(left / sharing));
        }
        Ok((room.is_fresh || rest > self.area).then_some(Length::ZERO))
    }

    /// Places the content of a `fill` if there is room for it.
    fn fill(&mut self, fill: &'a Filling<'a>, room: Room) -> Result<()> {
        let there = room.bottom - room.y;
        if fill.children.is_empty() || there < fill.node.min_height || there == Length::ZERO {
            return Ok(());
        }
        let height = self.measure_all(fill.children, room.width)?;
        if height > there {
            return Ok(());
        }
        let shift = match fill.node.align {
            VerticalAlign::Top => Length::ZERO,
            VerticalAlign::Middle => (there - height) / 2,
            VerticalAlign::Bottom => there - height,
        };
        let area = Room { y: room.y + shift, bottom: Length::MAX, is_fresh: true, may_break: false, after: Length::ZERO, ..room };
        self.flow(fill.children, Token::Start, area)?;
        Ok(())
    }

    /// The height that must be free for a block to begin here: all of it if it must not break, itself and the beginning
    /// of the next if it must stay with it, otherwise its least beginning.
    fn needed(&mut self, children: &'a [Placed<'a>], index: usize, room: Room) -> Result<Length> {
        // What the first must have with the one after it, where not all of a chain fits a page.
        let mut pair = Length::ZERO;
        let mut height = Length::ZERO;
        for at in index..children.len().min(index + CHAIN_MAX) {
            let child = &children[at];
            let margin = child.flow.margin;
            let width = room.width - margin.left - margin.right;
            let own = self.needed_alone(child, width, room)?;
            if at > index && height + own > self.area {
                // A chain longer than a page cannot be kept together anyway.
                if room.may_break {
                    self.binder.keep_broken("blocks that stay together", height + own, self.area);
                }
                return Ok(pair);
            }
            if at <= index + 1 {
                pair = height + own;
            }
            let next = children.get(at + 1).filter(|next| keeps(child, next));
            let Some(next) = next.filter(|_| !matches!(child.block, Block::PageBreak)) else { return Ok(height + own) };
            let whole = self.measure(child, width)?;
            if whole > own {
                // It may be divided: what must stay with the next is its end, not its beginning.
                return Ok(height + own);
            }
            height += whole + margin.bottom.max(next.flow.margin.top);
        }
        Ok(pair)
    }

    /// The same for a block by itself.
    fn needed_alone(&mut self, child: &Placed<'a>, width: Length, room: Room) -> Result<Length> {
        if child.flow.inside == Break::Avoid || matches!(child.block, Block::Columns(_)) {
            let own = self.measure(child, width)?;
            if own <= self.area {
                return Ok(own);
            }
            if child.flow.inside == Break::Avoid && room.may_break {
                self.binder.keep_broken("a block that must not break", own, self.area);
            }
        }
        self.beginning(child, width)
    }

    /// Notes that a page ends inside a block that should not break; one that does not begin the page is noted before it is placed.
    fn note_division(&mut self, child: &Placed<'a>, area: Room) -> Result<()> {
        if child.flow.inside == Break::Avoid && area.is_fresh && area.may_break {
            let own = self.measure(child, area.width)?;
            if own > self.area {
                self.binder.keep_broken("a block that must not break", own, self.area);
            }
        }
        Ok(())
    }

    /// What must fit below a block if it ends on this page.
    fn after(&mut self, children: &'a [Placed<'a>], index: usize, room: Room) -> Result<Length> {
        let (child, Some(next)) = (&children[index], children.get(index + 1)) else { return Ok(room.after) };
        if !keeps(child, next) || !room.may_break || !may_divide(child) {
            return Ok(Length::ZERO);
        }
        let width = room.width - child.flow.margin.left - child.flow.margin.right;
        let end = self.end(child, width)?;
        if end >= self.measure(child, width)? {
            // All of it is its end: it stays with the next as a whole, or not at all.
            return Ok(Length::ZERO);
        }
        let gap = child.flow.margin.bottom.max(next.flow.margin.top);
        let after = gap + self.needed(children, index + 1, room)?;
        // Where not even the end of the block fits a page together with the next, nothing is gained.
        if end + after > self.area {
            self.binder.keep_broken("the end of a block and the block that stays with it", end + after, self.area);
            return Ok(Length::ZERO);
        }
        Ok(after)
    }

    /// The least height a block can end with.
    fn end(&mut self, child: &Placed<'a>, width: Length) -> Result<Length> {
        match child.block {
            Block::Text(text) => {
                let lines = self.lines(text, width);
                let least = least_lines(text.style, lines.len());
                let widows = if least == lines.len() { least } else { (text.style.widows as usize).min(lines.len()) };
                Ok(lines[lines.len() - widows..].iter().map(|line| line.height).sum())
            }
            Block::Box(frame) if may_divide(child) => {
                let inner = width - frame.style.padding.left - frame.style.padding.right;
                let inner = frame.columns.map_or(inner, |columns| columns.width(inner));
                match frame.children.last() {
                    Some(last) => Ok(frame.style.padding.bottom + self.end(last, inner)?),
                    None => self.measure(child, width),
                }
            }
            Block::Table(table) => self.table_end(table, width),
            _ => self.measure(child, width),
        }
    }

    /// The least height a block can begin with.
    fn beginning(&mut self, child: &Placed<'a>, width: Length) -> Result<Length> {
        match child.block {
            Block::Text(text) => {
                let lines = self.lines(text, width);
                let least = least_lines(text.style, lines.len());
                Ok(lines[..least].iter().map(|l| l.height).sum())
            }
            Block::Box(frame) if frame.style.may_break() && frame.style.turn == 0 && frame.placed.is_empty() => {
                let inner = width - frame.style.padding.left - frame.style.padding.right;
                let inner = frame.columns.map_or(inner, |columns| columns.width(inner));
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

/// Whether a block stays with the next.
fn keeps(child: &Placed<'_>, next: &Placed<'_>) -> bool {
    child.flow.after == Break::Avoid || next.flow.before == Break::Avoid
}

/// Whether a page may end inside a block of this kind.
fn may_divide(child: &Placed<'_>) -> bool {
    match child.block {
        Block::Text(_) | Block::Table(_) => child.flow.inside != Break::Avoid,
        Block::Box(frame) => child.flow.inside != Break::Avoid && frame.style.may_break() && frame.style.turn == 0 && frame.placed.is_empty(),
        _ => false,
    }
}
