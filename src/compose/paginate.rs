//! PAGINATE: content → painted pages.
//!
//! Takes bound blocks, gives canvases. Blocks are placed from a token and stop with a token where the room ends, so that
//! everything that can break breaks anywhere. Must never drop a block: what fits no page holds the record.

use bumpalo::collections::Vec as BumpVec;

use super::bidi::visual_order;
use super::bind::Binder;
use super::paint::Canvas;
use crate::base::code;
use crate::base::length::Length;
use crate::model::content::{Bars, Block, FramedBlocks, Item, Line, Placed, SideBySide, Text};
use crate::model::layout::{Align, Border, BoxStyle, Break, Layout, ParagraphStyle, Track, VerticalAlign};
use crate::model::record::Hold;

/// Where a block goes on after a page break.
#[derive(Clone, Copy, Debug)]
pub enum Token<'a> {
    /// At its beginning.
    Start,
    /// At the first of these lines, which were set in this width.
    Line(&'a [Line<'a>], Length),
    /// At a child, inside it.
    Child(usize, &'a Token<'a>),
    /// Each column or cell at its own token; `None` is finished.
    Parallel(&'a [Option<Token<'a>>]),
    /// At a row of a table, inside it if it is split.
    Row(usize, Option<&'a Token<'a>>),
}

/// The room a block is placed in.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Left edge.
    pub x: Length,
    /// Top edge.
    pub y: Length,
    /// Width.
    pub width: Length,
    /// Bottom edge.
    pub bottom: Length,
    /// Whether nothing stands above it in this area: then something must be placed, or no page would do.
    pub is_fresh: bool,
    /// Whether what does not fit may go on elsewhere. In a cell, a region or a box of fixed height a forced break has no effect.
    pub may_break: bool,
}

/// What came of placing a block.
#[derive(Clone, Copy, Debug)]
pub struct Placement<'a> {
    /// The height used.
    pub height: Length,
    /// Where it goes on; `None`: it is finished.
    pub rest: Option<Token<'a>>,
}

type Result<T> = std::result::Result<T, Hold>;

/// Places blocks on the canvas of the current page.
pub struct Paginator<'x, 's, 'p, 'a> {
    /// Binds what depends on the page.
    pub binder: &'x mut Binder<'s, 'p, 'a>,
    /// The current page.
    pub canvas: &'x mut Canvas,
    /// Gives each face whose figures were used.
    pub figures_used: &'x mut u64,
    /// The height of the body area: what is higher fits no page whole.
    pub area: Length,
}

impl<'p, 'a> Paginator<'_, '_, 'p, 'a>
where
    'p: 'a,
{
    pub(super) fn layout(&self) -> &'p Layout {
        self.binder.setter.layout
    }

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

    /// Places one block in the flow.
    pub fn place(&mut self, child: &Placed<'a>, from: Token<'a>, room: Room) -> Result<Placement<'a>> {
        match child.block {
            Block::Text(text) => self.text(text, from, room),
            Block::Box(frame) => self.frame(frame, from, room),
            Block::Columns(columns) => self.columns(columns, from, room),
            Block::Table(table) => self.table(table, from, room),
            Block::PageBreak => Ok(Placement { height: Length::ZERO, rest: None }),
            Block::Image(_) | Block::Rule(_) | Block::Barcode(_) => {
                if let Block::Barcode(bars) = child.block
                    && bars_width(bars) > room.width
                {
                    let (name, width) = (bars.node.symbology.name(), bars_width(bars));
                    let reason = format!("the {name} of `{}` is {width} wide, there is room for {}", bars.payload, room.width);
                    return Err(Hold::new(&code::RECORD_TOO_HIGH, reason));
                }
                let height = self.measure(child, room.width)?;
                if room.y + height > room.bottom {
                    if room.is_fresh {
                        return Err(too_high("an image or barcode", height, room.bottom - room.y));
                    }
                    return Ok(Placement { height: Length::ZERO, rest: Some(Token::Start) });
                }
                self.paint_solid(child, room);
                Ok(Placement { height, rest: None })
            }
        }
    }

    fn paint_solid(&mut self, child: &Placed<'a>, room: Room) {
        match child.block {
            Block::Image(image) => {
                let x = aligned(room.x, room.width, image.width, image.align);
                let turn = self.binder.setter.resources.images[usize::from(image.image.0)].turn;
                self.canvas.image(image.image, turn, x, room.y, image.width, image.height);
            }
            Block::Rule(rule) => {
                let y = room.y + rule.border.width / 2;
                self.canvas.stroke_line((room.x, y), (room.x + room.width, y), rule.border);
            }
            Block::Barcode(bars) => {
                let quiet = quiet_zone(bars);
                let x = aligned(room.x, room.width, bars_width(bars), bars.node.align) + quiet;
                let top = if bars.node.symbology.is_linear() { room.y } else { room.y + quiet };
                self.canvas.symbol(&bars.symbol, x, top, bars.node.module, bars_height(bars));
            }
            _ => {}
        }
    }

    /// The height of a block without breaks.
    pub fn measure(&mut self, child: &Placed<'a>, width: Length) -> Result<Length> {
        Ok(match child.block {
            Block::Text(text) => self.lines(text, width).iter().map(|line| line.height).sum(),
            Block::Box(frame) => {
                let style = frame.style;
                let width = resolve(style.width, width);
                let inner = self.measure_all(frame.children, width - style.padding.left - style.padding.right)?;
                match style.height {
                    Some(height) => height,
                    None => (inner + style.padding.top + style.padding.bottom).max(style.min_height),
                }
            }
            Block::Columns(columns) => {
                let mut highest = Length::ZERO;
                for (width, blocks) in self.column_widths(columns, width) {
                    highest = highest.max(self.measure_all(blocks, width)?);
                }
                highest
            }
            Block::Table(table) => self.table_height(table, width)?,
            Block::Image(image) => image.height,
            Block::Rule(rule) => rule.border.width,
            Block::Barcode(bars) => {
                let quiet = if bars.node.symbology.is_linear() { Length::ZERO } else { quiet_zone(bars) * 2 };
                bars_height(bars) + quiet
            }
            Block::PageBreak => Length::ZERO,
        })
    }

    /// The height of blocks one under the other, without breaks.
    pub fn measure_all(&mut self, children: &[Placed<'a>], width: Length) -> Result<Length> {
        let mut height = Length::ZERO;
        let mut gap: Option<Length> = None;
        for child in children {
            height += gap.map_or(child.flow.margin.top, |gap| gap.max(child.flow.margin.top));
            height += self.measure(child, width - child.flow.margin.left - child.flow.margin.right)?;
            gap = Some(child.flow.margin.bottom);
        }
        Ok(height + gap.unwrap_or_default())
    }

    // ---- text

    /// The lines of a paragraph in a width, set at most once per width.
    pub fn lines(&mut self, text: &Text<'a>, width: Length) -> &'a [Line<'a>] {
        if let Some((known, lines)) = text.lines.get()
            && known == width
        {
            return lines;
        }
        let lines = self.binder.setter.lines(None, text.items, text.style, width, text.style.indent, self.binder.arena);
        text.lines.set(Some((width, lines)));
        lines
    }

    fn text(&mut self, text: &'a Text<'a>, from: Token<'a>, room: Room) -> Result<Placement<'a>> {
        let starts = !matches!(from, Token::Line(..));
        let lines = match from {
            Token::Line(lines, width) if width == room.width => lines,
            // In an area of another width the lines are other lines; the paragraph goes on at the same item.
            Token::Line([first, ..], _) => {
                self.binder.setter.lines(first.divided, first.rest, text.style, room.width, Length::ZERO, self.binder.arena)
            }
            _ => self.lines(text, room.width),
        };
        let mut count = 0;
        let mut height = Length::ZERO;
        for line in lines {
            if room.y + height + line.height > room.bottom {
                break;
            }
            height += line.height;
            count += 1;
        }
        let left = lines.len();
        if count < left {
            // ISO and CSS agree on the names: orphans stay behind, widows go ahead.
            let widows = (text.style.widows as usize).min(left);
            if left - count < widows {
                count = left - widows;
            }
            if starts && count < text.style.orphans as usize {
                count = 0;
            }
            if count == 0 && room.is_fresh {
                count = lines
                    .iter()
                    .scan(room.y, |y, line| {
                        *y += line.height;
                        Some(*y)
                    })
                    .take_while(|y| *y <= room.bottom)
                    .count();
                if count == 0 {
                    return Err(too_high("a line", lines[0].height, room.bottom - room.y));
                }
            }
        }
        let mut y = room.y;
        for (index, line) in lines[..count].iter().enumerate() {
            let is_first = starts && index == 0;
            if is_first && let Some((marker, indent)) = text.marker {
                self.items(marker, room.x - indent, y + line.baseline, Length::ZERO);
            }
            self.line(line, text.style, room.x, y, room.width, is_first);
            y += line.height;
        }
        let rest = (count < left).then(|| if count == 0 { from } else { Token::Line(&lines[count..], room.width) });
        Ok(Placement { height: y - room.y, rest })
    }

    /// Paints a line in a width.
    pub fn line(&mut self, line: &Line<'a>, style: &ParagraphStyle, x: Length, y: Length, width: Length, is_first: bool) {
        let indent = if is_first { style.indent } else { Length::ZERO };
        let room = width - indent - line.width;
        let mut extra = Length::ZERO;
        let x = x
            + indent
            + match style.align {
                Align::Left | Align::Decimal => Length::ZERO,
                Align::Right => room,
                Align::Center => room / 2,
                Align::Justify => {
                    if !line.is_last && line.spaces > 0 && room > Length::ZERO {
                        extra = Length::from_millipoints(room.millipoints() / i64::from(line.spaces));
                    }
                    Length::ZERO
                }
            };
        self.items(line.items, x, y + line.baseline, extra);
    }

    fn items(&mut self, items: &[Item<'a>], mut x: Length, baseline: Length, extra: Length) {
        let order = visual_order(items);
        let layout = self.layout();
        let metrics = self.binder.setter.metrics;
        self.canvas.justify(extra);
        for position in 0..items.len() {
            let item = &items[order.as_ref().map_or(position, |order| order[position])];
            let start = x;
            let style_id = match *item {
                Item::Word { word, style, width, .. } => {
                    let text_style = layout.text_style(style);
                    let words = &mut *self.binder.setter.words;
                    let used = &mut *self.binder.used;
                    words.mark(word, |face, glyph, wide, text| {
                        used.mark(face, glyph, wide);
                        if !text.is_empty() {
                            used.glyphs[usize::from(face.0)].insert_text(glyph, text);
                        }
                    });
                    let mut at = x;
                    for run in words.runs(word) {
                        self.canvas.run(words.bytes(run), run, style, text_style, at, baseline);
                        at += text_style.size.scaled(i64::from(run.width), 1_000_000) + text_style.letter_spacing * i64::from(run.glyphs);
                        at += extra * i64::from(run.spaces);
                    }
                    x += width + extra * i64::from(words.word(word).spaces);
                    style
                }
                Item::Figures { text, style, width } => {
                    let text_style = layout.text_style(style);
                    let face = metrics[usize::from(style.0)].face;
                    *self.figures_used |= 1 << face.0;
                    self.canvas.figures(text, face, style, text_style, x, baseline);
                    x += width;
                    style
                }
                Item::Space { style, width, .. } => {
                    let text_style = layout.text_style(style);
                    self.canvas.space(metrics[usize::from(style.0)].face, text_style);
                    x += width + extra;
                    style
                }
                Item::Opportunity | Item::SoftHyphen { .. } | Item::Break => continue,
            };
            let style = layout.text_style(style_id);
            if style.underline || style.strike {
                let border = Border { width: style.size / 16, color: style.color, line: crate::model::layout::LineStyle::Solid };
                if style.underline {
                    let y = baseline + style.size / 9;
                    self.canvas.stroke_line((start, y), (x, y), border);
                }
                if style.strike {
                    let y = baseline - style.size.scaled(27, 100);
                    self.canvas.stroke_line((start, y), (x, y), border);
                }
            }
        }
        self.canvas.close();
    }

    // ---- boxes

    fn frame(&mut self, frame: &'a FramedBlocks<'a>, from: Token<'a>, room: Room) -> Result<Placement<'a>> {
        let style = frame.style;
        let width = resolve(style.width, room.width);
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
            may_break: room.may_break && style.height.is_none(),
        };
        let inner = self.flow(frame.children, from, area)?;
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

    fn placed(&mut self, frame: &'a FramedBlocks<'a>, x: Length, y: Length, width: Length, height: Length) -> Result<()> {
        if let Some(form) = frame.form {
            self.canvas.form(form, x, y);
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
        let room = Room { x: left, y: top, width: own_width, bottom: top + own_height, is_fresh: true, may_break: false };
        match self.place(child, Token::Start, room)?.rest {
            None => Ok(()),
            Some(_) => Err(Hold::new(&code::RECORD_TOO_HIGH, format!("the content of a region is higher than its height of {own_height}"))),
        }
    }

    // ---- columns

    fn column_widths(&mut self, columns: &SideBySide<'a>, width: Length) -> Vec<(Length, &'a [Placed<'a>])> {
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
            copy[0].block = Block::Box(arena.alloc(FramedBlocks { style, children: frame.children, placed: frame.placed, form: frame.form }));
        }
        copy
    }

    fn columns(&mut self, columns: &'a SideBySide<'a>, from: Token<'a>, room: Room) -> Result<Placement<'a>> {
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
                let placement = self.flow(blocks, token, Room { x, y: room.y + shift, width, ..room })?;
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

fn quiet_zone(bars: &Bars<'_>) -> Length {
    if bars.node.quiet { bars.node.module * bars.symbol.quiet() as i64 } else { Length::ZERO }
}

/// The width of a barcode with its quiet zone.
fn bars_width(bars: &Bars<'_>) -> Length {
    bars.node.module * bars.symbol.width() as i64 + quiet_zone(bars) * 2
}

fn bars_height(bars: &Bars<'_>) -> Length {
    if bars.node.symbology.is_linear() { bars.node.height } else { bars.node.module * bars.symbol.width() as i64 }
}

fn least_lines(style: &ParagraphStyle, lines: usize) -> usize {
    let orphans = (style.orphans as usize).max(1);
    // A paragraph too short to be divided after the rules stays whole.
    if lines < orphans + style.widows as usize { lines.min(orphans + style.widows as usize) } else { orphans }
}

/// A fault of the record: something that fits no page.
pub fn too_high(what: &str, height: Length, room: Length) -> Hold {
    Hold::new(&code::RECORD_TOO_HIGH, format!("{what} is {height} high, the page has room for {room}"))
}

/// Where something narrower than its room stands.
pub fn aligned(x: Length, room: Length, width: Length, align: Align) -> Length {
    match align {
        Align::Left | Align::Justify | Align::Decimal => x,
        Align::Right => x + room - width,
        Align::Center => x + (room - width) / 2,
    }
}

/// A track alone in a width.
pub fn resolve(track: Option<Track>, width: Length) -> Length {
    match track {
        Some(Track::Fixed(length)) => length.min(width.max(Length::ZERO)),
        Some(Track::Percent(percent)) => width.scaled(percent, 100_000),
        Some(Track::Fraction(_)) | None => width,
    }
}

/// Shares a width among tracks: fixed and percent first, fractions of what is left. The sum of fractions is exact.
pub fn distribute(tracks: &[Track], width: Length) -> Vec<Length> {
    let mut taken = Length::ZERO;
    let mut shares = 0;
    for track in tracks {
        match track {
            Track::Fixed(length) => taken += *length,
            Track::Percent(percent) => taken += width.scaled(*percent, 100_000),
            Track::Fraction(share) => shares += share,
        }
    }
    let left = (width - taken).max(Length::ZERO);
    let mut given = 0;
    let mut spent = Length::ZERO;
    tracks
        .iter()
        .map(|track| match track {
            Track::Fixed(length) => *length,
            Track::Percent(percent) => width.scaled(*percent, 100_000),
            Track::Fraction(share) => {
                given += share;
                let until = left.scaled(given, shares.max(1));
                let own = until - spent;
                spent = until;
                own
            }
        })
        .collect()
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
