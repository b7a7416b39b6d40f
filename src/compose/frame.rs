//! Placing boxes, columns side by side, and blocks at a fixed place.
//!
//! Takes blocks with a frame, gives them with background and borders below their content. Must never know what they hold.

use bumpalo::collections::Vec as BumpVec;

use super::paginate::{Paginator, Placement, Result, Room, Token, too_high};
use super::paint::Canvas;
use super::symbol::bars_width;
use super::track::{aligned, distribute, resolve};
use crate::base::code;
use crate::base::length::Length;
use crate::model::content::{Block, FramedBlocks, Placed, SideBySide};
use crate::model::layout::{BoxStyle, Track, VerticalAlign};
use crate::model::record::Hold;

impl<'p, 'a> Paginator<'_, '_, 'p, 'a>
where
    'p: 'a,
{
    pub(super) fn frame(&mut self, frame: &'a FramedBlocks<'a>, from: Token<'a>, room: Room) -> Result<Placement<'a>> {
        if frame.style.turn != 0 {
            return self.turned(frame, room);
        }
        let style = frame.style;
        let width = resolve(style.width, room.width);
        let frame = if style.shrink.is_none() { frame } else { self.shrunk(frame, width)? };
        let x = aligned(room.x, room.width, width, style.align);
        let continues = !matches!(from, Token::Start);
        let top = if continues { Length::ZERO } else { style.padding.top };
        let fixed = style.height.or((!frame.placed.is_empty()).then_some(style.min_height));
        if let Some(height) = fixed
            && room.y + height > room.bottom
        {
            if room.is_fresh {
                return Err(too_high("a box of fixed height", height, room.bottom - room.y));
            }
            return Ok(Placement { height: Length::ZERO, rest: Some(Token::Start) });
        }
        if let Some(most) = style.max_height.filter(|_| style.height.is_none()) {
            let inner = self.measure_children(frame, width - style.padding.left - style.padding.right)?;
            let height = (style.padding.top + inner + style.padding.bottom).max(style.min_height);
            if height > most {
                return Err(Hold::new(&code::RECORD_TOO_HIGH, format!("a box is {height} high, its `max-height` is {most}")));
            }
            if room.y + height > room.bottom {
                if room.is_fresh {
                    return Err(too_high("a box with a `max-height`", height, room.bottom - room.y));
                }
                return Ok(Placement { height: Length::ZERO, rest: Some(Token::Start) });
            }
        }
        let mark = self.canvas.mark();
        let area = Room {
            x: x + style.padding.left,
            y: room.y + top,
            width: width - style.padding.left - style.padding.right,
            bottom: match style.height {
                Some(height) => room.y + height - style.padding.bottom,
                None => room.bottom - style.padding.bottom,
            },
            is_fresh: room.is_fresh,
            may_break: room.may_break && style.may_break(),
            after: if room.after == Length::ZERO { Length::ZERO } else { room.after + style.padding.bottom },
        };
        let inner = match &frame.columns {
            None => self.flow(frame.children, from, area)?,
            Some(columns) => self.flow_columns(frame.children, from, area, columns)?,
        };
        if style.height.is_some() && inner.rest.is_some() {
            return Err(Hold::new(&code::RECORD_TOO_HIGH, format!("the content of a box is higher than its height of {}", area.bottom - area.y)));
        }
        if inner.rest.is_some() && inner.height == Length::ZERO && !continues {
            return Ok(Placement { height: Length::ZERO, rest: Some(Token::Start) });
        }
        let height = match (style.height, inner.rest) {
            (Some(height), _) => height,
            (None, Some(_)) => room.bottom - room.y,
            (None, None) => (top + inner.height + style.padding.bottom).max(if continues { Length::ZERO } else { style.min_height }),
        };
        self.placed(
            frame,
            x + style.padding.left,
            room.y + style.padding.top,
            width - style.padding.left - style.padding.right,
            height - style.padding.top - style.padding.bottom,
        )?;
        self.canvas.insert_below(mark, |canvas| paint_frame(canvas, style, x, room.y, width, height, !continues, inner.rest.is_none()));
        Ok(Placement { height, rest: inner.rest })
    }

    /// Width and height of the place that a turned box takes.
    pub(super) fn turned_size(&mut self, frame: &FramedBlocks<'a>, room: Length) -> Result<(Length, Length)> {
        let style = frame.style;
        let padding = style.padding;
        let inner = |width: Length| width - padding.left - padding.right;
        match (style.width, style.height) {
            // The lines of a box that stands on its side are as long as it is high.
            (None, Some(height)) if style.turn % 180 == 90 => {
                let across = self.measure_children(frame, inner(height))? + padding.top + padding.bottom;
                Ok((across.max(style.min_height), height))
            }
            (width, Some(height)) => Ok((resolve(width, room), height)),
            (width, None) => {
                let width = resolve(width, room);
                let height = self.measure_children(frame, inner(width))? + padding.top + padding.bottom;
                Ok((width, height.max(style.min_height)))
            }
        }
    }

    /// Places a turned box, which never breaks.
    fn turned(&mut self, frame: &'a FramedBlocks<'a>, room: Room) -> Result<Placement<'a>> {
        let style = frame.style;
        let (width, height) = self.turned_size(frame, room.width)?;
        if room.y + height > room.bottom {
            if room.is_fresh {
                return Err(too_high("a turned box", height, room.bottom - room.y));
            }
            return Ok(Placement { height: Length::ZERO, rest: Some(Token::Start) });
        }
        let x = aligned(room.x, room.width, width, style.align);
        let (inner_width, inner_height) = if style.turn % 180 == 90 { (height, width) } else { (width, height) };
        let arena = self.binder.arena;
        let upright = BoxStyle { turn: 0, width: None, height: Some(inner_height), ..style.clone() };
        let upright =
            FramedBlocks { style: arena.alloc(upright), children: frame.children, placed: frame.placed, form: None, columns: frame.columns };
        let center = (x + width / 2, room.y + height / 2);
        let (left, top) = (center.0 - inner_width / 2, center.1 - inner_height / 2);
        let area = Room { x: left, y: top, width: inner_width, bottom: top + inner_height, is_fresh: true, may_break: false, after: Length::ZERO };
        if let Some(trace) = &mut self.canvas.trace {
            trace.turn();
        }
        let around = self.canvas.begin_part();
        self.frame(arena.alloc(upright), Token::Start, area)?;
        self.canvas.end_part(around, i32::from(style.turn), center, false);
        Ok(Placement { height, rest: None })
    }

    /// The height of what a box holds, without breaks.
    pub(super) fn measure_children(&mut self, frame: &FramedBlocks<'a>, width: Length) -> Result<Length> {
        match &frame.columns {
            None => self.measure_all(frame.children, width),
            Some(columns) => self.balanced_height(frame.children, width, columns),
        }
    }

    fn placed(&mut self, frame: &'a FramedBlocks<'a>, x: Length, y: Length, width: Length, height: Length) -> Result<()> {
        if let Some((form, leaf)) = frame.form {
            self.canvas.owned_form(form, leaf, false, (x, y));
            let resources = self.binder.setter.resources;
            self.canvas.touch_form(&resources.forms[usize::from(form.0)], x, y);
        }
        for child in frame.placed {
            self.place_absolute(child, x, y, width, height)?;
        }
        Ok(())
    }

    /// Places a block in a rectangle by its `place`.
    pub fn place_absolute(&mut self, child: &'a Placed<'a>, x: Length, y: Length, width: Length, height: Length) -> Result<()> {
        let place = child.place.copied().unwrap_or_default();
        let own_width = match (place.width, child.block) {
            (Some(own), _) => own,
            // A barcode is as wide as its payload makes it, and stands at the edge it is placed from.
            (None, Block::Barcode(bars)) if place.left.is_none() || place.right.is_none() => bars_width(bars),
            (None, _) => width - place.left.unwrap_or_default() - place.right.unwrap_or_default(),
        };
        let left = match (place.left, place.right) {
            (Some(left), _) => x + left,
            (None, Some(right)) => x + width - right - own_width,
            (None, None) => x,
        };
        let own_height = match place.height {
            Some(height) => height,
            None => self.measure(child, own_width)?,
        };
        let top = match (place.top, place.bottom) {
            (Some(top), _) => y + top,
            (None, Some(bottom)) => y + height - bottom - own_height,
            (None, None) => y,
        };
        let room = Room { x: left, y: top, width: own_width, bottom: top + own_height, is_fresh: true, may_break: false, after: Length::ZERO };
        match self.place(child, Token::Start, room)?.rest {
            None => Ok(()),
            Some(_) => Err(Hold::new(&code::RECORD_TOO_HIGH, format!("the content of a region is higher than its height of {own_height}"))),
        }
    }

    // ---- columns side by side

    pub(super) fn column_widths(&mut self, columns: &SideBySide<'a>, width: Length) -> Vec<(Length, &'a [Placed<'a>])> {
        let tracks: Vec<Track> = columns.columns.iter().map(|(track, _)| *track).collect();
        let gaps = columns.gap * (tracks.len().max(1) as i64 - 1);
        distribute(&tracks, width - gaps).into_iter().zip(columns.columns.iter().map(|(_, blocks)| *blocks)).collect()
    }

    /// The box of a column made so high, with its content `shift` further down.
    fn stretched(&self, blocks: &'a [Placed<'a>], height: Length, shift: Length) -> &'a [Placed<'a>] {
        let arena = self.binder.arena;
        let copy = arena.alloc_slice_copy(blocks);
        if let Block::Box(frame) = copy[0].block {
            let style = arena.alloc(BoxStyle { min_height: height, ..frame.style.clone() });
            style.padding.top += shift;
            copy[0].block = Block::Box(arena.alloc(FramedBlocks {
                style,
                children: frame.children,
                placed: frame.placed,
                form: frame.form,
                columns: frame.columns,
            }));
        }
        copy
    }

    pub(super) fn columns(&mut self, columns: &'a SideBySide<'a>, from: Token<'a>, room: Room) -> Result<Placement<'a>> {
        let widths = self.column_widths(columns, room.width);
        let tokens = match from {
            Token::Parallel(tokens) => Some(tokens),
            _ => None,
        };
        let mut heights = Vec::new();
        let stretches = widths.iter().any(|(_, blocks)| is_stretched(blocks));
        if (columns.align != VerticalAlign::Top || stretches) && tokens.is_none() {
            for (width, blocks) in &widths {
                heights.push(self.measure_all(blocks, *width)?);
            }
        }
        let tallest = heights.iter().copied().fold(Length::ZERO, Length::max);
        let fits = tokens.is_none() && room.y + tallest <= room.bottom;
        let mut x = room.x;
        let mut height = Length::ZERO;
        let mut rest: BumpVec<'a, Option<Token<'a>>> = BumpVec::new_in(self.binder.arena);
        for (index, (width, blocks)) in widths.into_iter().enumerate() {
            let token = tokens.map_or(Some(Token::Start), |tokens| tokens[index]);
            let shift = match columns.align {
                VerticalAlign::Top => Length::ZERO,
                VerticalAlign::Middle => heights.get(index).map_or(Length::ZERO, |h| (tallest - *h) / 2),
                VerticalAlign::Bottom => heights.get(index).map_or(Length::ZERO, |h| tallest - *h),
            };
            if let Some(token) = token {
                let (blocks, shift) =
                    if fits && is_stretched(blocks) { (self.stretched(blocks, tallest, shift), Length::ZERO) } else { (blocks, shift) };
                let placement = self.flow(blocks, token, Room { x, y: room.y + shift, width, after: Length::ZERO, ..room })?;
                height = height.max(placement.height + shift);
                rest.push(placement.rest);
            } else {
                rest.push(None);
            }
            x += width + columns.gap;
        }
        let unfinished = rest.iter().any(Option::is_some);
        Ok(Placement { height, rest: unfinished.then(|| Token::Parallel(rest.into_bump_slice())) })
    }
}

/// Whether the blocks of a column are in a box of the column's own.
fn is_stretched(blocks: &[Placed<'_>]) -> bool {
    matches!(blocks, [Placed { block: Block::Box(frame), .. }] if frame.style.stretch)
}

/// Paints background and borders of a box; a box that goes on has no edge where it is cut.
#[allow(clippy::too_many_arguments)]
pub fn paint_frame(canvas: &mut Canvas, style: &BoxStyle, x: Length, y: Length, width: Length, height: Length, is_start: bool, is_end: bool) {
    if style.is_plain() {
        return;
    }
    let radius = if is_start && is_end { style.radius } else { Length::ZERO };
    if let Some(background) = style.background {
        canvas.fill_rectangle(x, y, width, height, radius, background);
    }
    let borders = style.borders;
    if let (Some(border), true) = (borders.top, borders.top == borders.right && borders.top == borders.bottom && borders.top == borders.left)
        && is_start
        && is_end
    {
        canvas.stroke_rectangle(x, y, width, height, radius, border);
        return;
    }
    let (right, bottom) = (x + width, y + height);
    for (border, from, to) in [
        (borders.top.filter(|_| is_start), (x, y), (right, y)),
        (borders.right, (right, y), (right, bottom)),
        (borders.bottom.filter(|_| is_end), (x, bottom), (right, bottom)),
        (borders.left, (x, y), (x, bottom)),
    ] {
        if let Some(border) = border {
            canvas.stroke_line(from, to, border);
        }
    }
}
