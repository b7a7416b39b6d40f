//! Notes which element made which box.
//!
//! Takes the blocks that are placed and the lines that are painted, gives boxes with the places of their elements. Is asked
//! once per block and line whether it is wanted; in a run it is for layouts that require something of places. Must never
//! change where anything stands.

use bumpalo::Bump;

use super::paginate::{Paginator, Placement, Room, Token};
use super::paint::Canvas;
use super::symbol::bars_width;
use super::track::{aligned, resolve};
use super::{Composer, LaidOut};
use crate::base::length::Length;
use crate::base::span::Span;
use crate::kit::expr::Value;
use crate::kit::locale::Locale;
use crate::model::content::{Block, Item, Placed};
use crate::model::message::Wants;
use crate::model::record::Hold;
use crate::model::trace::{Rectangle, TracedBox, TracedLine, TracedPage};

/// The boxes of a page while it is made.
#[derive(Debug, Default)]
pub struct Trace {
    boxes: Vec<TracedBox>,
    /// The boxes that are being filled, with what was painted when they began; the innermost is last. `None`: the box of the same element
    /// around it is filled on.
    open: Vec<(Option<u32>, (usize, usize))>,
}

impl Trace {
    /// Forgets the page.
    pub fn clear(&mut self) {
        self.boxes.clear();
        self.open.clear();
    }

    fn innermost(&self) -> Option<u32> {
        self.open.iter().rev().find_map(|(open, _)| *open)
    }

    /// Begins the box of an element. A block in a box of its own has the place of one element, and is one box here, too.
    pub fn open(&mut self, span: Span, painted: (usize, usize)) {
        let parent = self.innermost();
        let same = parent.is_some_and(|parent| self.boxes[parent as usize].span == span);
        self.open.push(((!same).then_some(self.boxes.len() as u32), painted));
        if !same {
            let place = Rectangle::default();
            self.boxes.push(TracedBox { span, place, parent, lines: Vec::new(), is_solid: false, is_turned: false, ink: 0 });
        }
    }

    /// Ends the innermost box, which is now known to stand at `place`. One that holds nothing, because it goes to the next page, is forgotten.
    pub fn close(&mut self, place: Rectangle, is_solid: bool, ink: u64) {
        let Some((Some(index), _)) = self.open.pop() else { return };
        let index = index as usize;
        let is_last = index + 1 == self.boxes.len();
        let own = &mut self.boxes[index];
        if is_last && place.height == Length::ZERO && own.lines.is_empty() {
            self.boxes.pop();
            return;
        }
        own.place = place;
        own.is_solid = is_solid;
        own.ink = ink;
    }

    /// What is in the innermost box from now on is placed upright and turned afterwards.
    pub fn turn(&mut self) {
        if let Some(index) = self.innermost() {
            self.boxes[index as usize].is_turned = true;
        }
    }

    /// The boxes of the page.
    pub fn boxes(&self) -> &[TracedBox] {
        &self.boxes
    }

    fn line(&mut self, line: TracedLine) {
        if let Some(index) = self.innermost() {
            self.boxes[index as usize].lines.push(line);
        }
    }
}

impl Canvas {
    /// Makes it note boxes, or not.
    pub fn note_boxes(&mut self, is_wanted: bool) {
        if self.trace.is_some() != is_wanted {
            self.trace = is_wanted.then(Box::default);
        }
    }
}

impl<'p, 'a> Paginator<'_, '_, 'p, 'a>
where
    'p: 'a,
{
    /// Places one block in the flow.
    pub fn place(&mut self, child: &Placed<'a>, from: Token<'a>, room: Room) -> Result<Placement<'a>, Hold> {
        if self.canvas.trace.is_none() {
            return self.place_block(child, from, room).map_err(|hold| hold.at(*child.span));
        }
        self.open_box(*child.span);
        let placement = self.place_block(child, from, room).map_err(|hold| hold.at(*child.span))?;
        let (x, width) = match child.block {
            Block::Box(frame) => {
                let width = resolve(frame.style.width, room.width);
                (aligned(room.x, room.width, width, frame.style.align), width)
            }
            Block::Image(image) => (aligned(room.x, room.width, image.width, image.align), image.width),
            Block::Drawing(drawing) => (aligned(room.x, room.width, drawing.node.width, drawing.node.align), drawing.node.width),
            Block::Chosen(chosen) => (aligned(room.x, room.width, chosen.place.0, chosen.node.align), chosen.place.0),
            Block::Barcode(bars) => {
                let width = bars_width(bars);
                (aligned(room.x, room.width, width, bars.node.align), width)
            }
            Block::Chart(chart) => {
                let width = chart.node.width.unwrap_or(room.width);
                (aligned(room.x, room.width, width, chart.node.align), width)
            }
            _ => (room.x, room.width),
        };
        let is_solid =
            matches!(child.block, Block::Image(_) | Block::Drawing(_) | Block::Chosen(_) | Block::Barcode(_) | Block::Chart(_) | Block::Rule(_));
        self.close_box(Rectangle { x, y: room.y, width, height: placement.height }, is_solid);
        Ok(placement)
    }

    /// Begins the box of an element that is no block: a row or a cell.
    #[inline]
    pub(super) fn open_box(&mut self, span: Span) {
        let painted = self.canvas.painted();
        if let Some(trace) = &mut self.canvas.trace {
            trace.open(span, painted);
        }
    }

    /// Ends it.
    #[inline]
    pub(super) fn close_box(&mut self, place: Rectangle, is_solid: bool) {
        let Some(since) = self.canvas.trace.as_ref().and_then(|trace| trace.open.last()).map(|(_, since)| *since) else { return };
        let ink = self.canvas.ink(since);
        if let Some(trace) = &mut self.canvas.trace {
            trace.close(place, is_solid, ink);
        }
    }

    /// Notes a line of text.
    #[cold]
    pub(super) fn trace_line(&mut self, items: &[Item<'a>], x: Length, baseline: Length, extra: Length) {
        let (mut text, mut width, mut size) = (String::new(), Length::ZERO, Length::ZERO);
        let mut least = Length::MAX;
        for item in items {
            let style = match *item {
                Item::Word { word, style, width: own, .. } => {
                    let words = &*self.binder.setter.words;
                    text.push_str(words.text(word));
                    width += own + extra * i64::from(words.word(word).spaces);
                    style
                }
                Item::Figures { text: figures, style, width: own } => {
                    text.push_str(figures);
                    width += own;
                    style
                }
                Item::Space { style, width: own, .. } => {
                    text.push(' ');
                    width += own + extra;
                    style
                }
                Item::Tab { style, width: own, .. } => {
                    text.push('\t');
                    width += own;
                    style
                }
                Item::Symbol { symbol, .. } => {
                    width += symbol.width;
                    continue;
                }
                Item::Opportunity | Item::SoftHyphen { .. } | Item::Break | Item::Mark { .. } => continue,
            };
            let own = self.layout().text_style(style).size;
            size = size.max(own);
            if matches!(item, Item::Word { .. } | Item::Figures { .. }) {
                least = least.min(own);
            }
        }
        // Letters with descenders reach a fifth of their size below the line.
        let place = Rectangle { x, y: baseline - size.scaled(4, 5), width, height: size };
        if let Some(trace) = &mut self.canvas.trace
            && !text.is_empty()
        {
            trace.line(TracedLine { place, text, least: least.min(size) });
        }
    }
}

/// Composes documents for the boxes of their pages alone. What no record can change is composed anew on every page, because a
/// form has no place of its own.
pub struct Tracer<'p>(Composer<'p>);

impl<'p> Tracer<'p> {
    /// A tracer of what `composer`, which is new, would compose.
    pub fn new(composer: Composer<'p>) -> Tracer<'p> {
        Tracer(composer)
    }

    /// The boxes of the pages of one document. Takes what [`Composer::compose`] takes.
    ///
    /// # Errors
    /// The reason to hold the record.
    pub fn trace<'a>(&mut self, layout: usize, arena: &'a Bump, variables: &[Value<'a>], locale: (&'p Locale, usize)) -> Result<Vec<TracedPage>, Hold>
    where
        'p: 'a,
    {
        let LaidOut { masters, .. } = self.0.lay_out(layout, arena, variables, locale, false, Wants::default())?;
        let layout = &self.0.layouts[layout];
        let pages = masters.iter().zip(&mut self.0.canvases).map(|(master, canvas)| {
            let master = &layout.masters[*master];
            let boxes = canvas.trace.as_mut().map(|trace| std::mem::take(&mut trace.boxes)).unwrap_or_default();
            TracedPage { width: master.width, height: master.height, boxes }
        });
        Ok(pages.collect())
    }
}
