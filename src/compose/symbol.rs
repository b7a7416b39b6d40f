//! Barcodes: bound, measured and put on the page.
//!
//! Takes barcode nodes, gives drawings in the arena of the document. What repeats within a worker, such as a code in a region of every
//! page, is encoded and drawn once. Must never know symbologies.

use rustc_hash::FxHashMap;

use super::bind::{Binder, Bound};
use super::paginate::Paginator;
use super::track::aligned;
use crate::base::code;
use crate::base::length::Length;
use crate::kit::barcode::{Drawing, Symbol};
use crate::model::content::{Bars, Block, Item};
use crate::model::layout::{BarcodeNode, SlipKind};
use crate::model::record::Hold;

/// The last drawing of each barcode of the layouts, by where the layout holds it.
#[derive(Default)]
pub struct Symbols {
    known: FxHashMap<usize, Known>,
    symbol: Symbol,
}

#[derive(Default)]
struct Known {
    payload: String,
    drawing: Drawing,
}

impl<'s, 'p, 'a> Binder<'s, 'p, 'a>
where
    'p: 'a,
{
    /// Binds a barcode: encodes and draws it, unless it was the same the last time.
    pub(super) fn barcode(&mut self, node: &'a BarcodeNode) -> Bound<Block<'a>> {
        let mut payload = std::mem::take(&mut self.buffer);
        payload.clear();
        match &node.slip {
            None => self.write(&node.value, &mut payload)?,
            Some(slip) => self.slip_payload(slip, &mut payload)?,
        }
        if let Some(slip) = &node.slip
            && let SlipKind::Swiss(styles) = &slip.kind
        {
            let text: &'a str = self.arena.alloc_str(&payload);
            self.buffer = payload;
            return self.swiss_slip(node, styles, &slip.span, text);
        }
        let key = std::ptr::from_ref(node) as usize;
        let Symbols { known, symbol } = &mut self.symbols;
        let entry = known.entry(key).or_default();
        if entry.payload != payload || entry.drawing.path.is_empty() {
            entry.payload.clear();
            entry.drawing.path.clear();
            let encoded = node.symbology.encode_into(&payload, &node.options, symbol);
            encoded.map_err(|error| Hold::new(&code::RECORD_BARCODE, format!("{} of `{payload}`: {error}", node.symbology.name())))?;
            entry.payload.push_str(&payload);
            entry.drawing.draw(symbol, &node.size);
        }
        let drawing = &entry.drawing;
        let (path, ink, unit) = (self.arena.alloc_slice_copy(&drawing.path) as &[u8], [drawing.width, drawing.height], drawing.unit);
        let quiet = if node.quiet { drawing.quiet } else { [Length::ZERO; 2] };
        let text: &'a str = self.arena.alloc_str(&payload);
        self.buffer = payload;
        let captions = self.captions(node, text)?;
        let alt = node.alt.as_ref().map(|alt| self.text_of(alt)).transpose()?;
        Ok(Block::Barcode(self.arena.alloc(Bars { path, unit, ink, quiet, payload: text, alt, captions, node })))
    }

    /// The human-readable text of a payload that has been encoded.
    fn captions(&mut self, node: &'a BarcodeNode, payload: &str) -> Bound<&'a [(&'a [Item<'a>], Length, Length)]> {
        let Some((style, _)) = &node.text else { return Ok(&[]) };
        // Texts are rare enough to encode once more for the widths they are centred under.
        let symbol = node.symbology.encode(payload, &node.options).map_err(|error| Hold::new(&code::RECORD_BARCODE, error.to_string()))?;
        let unit = node.size.module / i64::from(node.size.units);
        let mut out = Vec::new();
        for caption in node.symbology.captions(payload, &node.options, &symbol) {
            let mut items = Vec::new();
            self.text(self.arena.alloc_str(&caption.text), style.text, &mut items);
            let items: &'a [Item<'a>] = self.arena.alloc_slice_copy(&items);
            let (from, to) = match symbol {
                // The text of codes of the posts stands under all of their bars.
                Symbol::States { .. } => (Length::ZERO, node.size.width_of(&symbol)),
                Symbol::Bars { .. } | Symbol::Matrix { .. } => (unit * i64::from(caption.from), unit * i64::from(caption.to)),
            };
            out.push((items, from, to));
        }
        Ok(self.arena.alloc_slice_copy(&out))
    }
}

/// The width of a barcode with its quiet zone.
pub(super) fn bars_width(bars: &Bars<'_>) -> Length {
    let side = usize::from(bars.node.turn.is_sideways());
    let text = if side == 1 { Length::ZERO } else { overhang(bars) };
    bars.ink[side] + bars.quiet[side] * 2 + text
}

/// What the first and last digits of a text take beyond a quiet zone that is not printed.
fn overhang(bars: &Bars<'_>) -> Length {
    let reach = |(_, from, to): &(&[Item<'_>], Length, Length)| (-bars.quiet[0] - *from).max(*to - bars.ink[0] - bars.quiet[0]);
    bars.captions.iter().map(reach).fold(Length::ZERO, Length::max) * 2
}

impl<'p: 'a, 'a> Paginator<'_, '_, 'p, 'a> {
    /// The height of a barcode with its quiet zone and its text.
    pub(super) fn bars_height(&self, bars: &Bars<'_>) -> Length {
        let side = usize::from(!bars.node.turn.is_sideways());
        bars.ink[side] + bars.quiet[side] * 2 + self.text_height(bars)
    }

    /// What the text takes beside the bars: below, it stands beside the guard bars.
    fn text_height(&self, bars: &Bars<'_>) -> Length {
        match &bars.node.text {
            None => Length::ZERO,
            Some((style, true)) => self.line_height(style),
            Some((style, false)) => (self.line_height(style) - bars.node.size.guard()).max(Length::ZERO),
        }
    }

    fn line_height(&self, style: &crate::model::layout::ParagraphStyle) -> Length {
        self.binder.setter.layout.text_style(style.text).line_height
    }

    /// Puts a barcode and its text at the top of a room.
    pub(super) fn paint_bars(&mut self, bars: &'a Bars<'a>, x: Length, y: Length, width: Length) {
        let node = bars.node;
        let side = usize::from(node.turn.is_sideways());
        let above = matches!(node.text, Some((_, true)));
        let left = aligned(x, width, bars_width(bars), node.align) + bars.quiet[side] + if side == 1 { Length::ZERO } else { overhang(bars) / 2 };
        let top = y + bars.quiet[1 - side] + if above { self.text_height(bars) } else { Length::ZERO };
        // The grid of the device counts from the upper left corner of the page.
        let snap = |at: Length| node.size.dot.map_or(at, |dot| dot * ((at + dot / 2).millipoints().div_euclid(dot.millipoints())));
        let (left, top) = (snap(left), snap(top));
        let down = bars.ink[1 - side];
        self.canvas.symbol(bars.path, bars.unit, bars.ink, node.turn, left, top + down);
        let Some((style, _)) = &node.text else { return };
        let line_top = if above { y } else { top + down - node.size.guard() };
        for (items, from, to) in bars.captions {
            let Some(line) = self.binder.setter.lines(None, items, style, Length::from_points(14_400), Length::ZERO, self.binder.arena).first()
            else {
                continue;
            };
            let start = left + *from + (*to - *from - line.width) / 2;
            self.items(line.items, style.direction, start, line_top + line.baseline, Length::ZERO);
        }
    }
}
