//! PAGINATE: content → painted pages.
//!
//! Takes bound blocks, gives canvases. Blocks are placed from a token and stop with a token where the room ends, so that
//! everything that can break breaks anywhere. Must never drop a block: what fits no page holds the record.
//! The kinds of blocks are placed in the files beside this one: flow, paragraph, frame, solid, table.

use super::bind::Binder;
use super::paint::Canvas;
use super::symbol::bars_width;
use super::track::resolve;
use crate::base::code;
use crate::base::length::Length;
use crate::model::content::{Block, Line, Placed};
use crate::model::layout::Layout;
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
    /// At a row of a table, inside it if it is split, with the cells from above that reach into it.
    Row(usize, Option<&'a Token<'a>>, &'a [OpenCell<'a>]),
}

/// A cell over several rows that a page's end divides.
#[derive(Clone, Copy, Debug)]
pub struct OpenCell<'a> {
    /// Its row.
    pub row: usize,
    /// Its index in the row.
    pub cell: usize,
    /// Where its content goes on, if it does.
    pub rest: Option<Token<'a>>,
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
    /// What must fit below the block if it ends here: the beginning of the next, which stays with it.
    pub after: Length,
}

/// What came of placing a block.
#[derive(Clone, Copy, Debug)]
pub struct Placement<'a> {
    /// The height used.
    pub height: Length,
    /// Where it goes on; `None`: it is finished.
    pub rest: Option<Token<'a>>,
}

pub(super) type Result<T> = std::result::Result<T, Hold>;

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

/// Most rows, blocks and lines that a chain of things kept together is followed over.
pub(super) const CHAIN_MAX: usize = 1_000;

impl<'p, 'a> Paginator<'_, '_, 'p, 'a>
where
    'p: 'a,
{
    pub(super) fn layout(&self) -> &'p Layout {
        self.binder.setter.layout
    }

    /// Places blocks on a canvas that is thrown away, to learn how much room they take.
    pub(super) fn on_trial<T>(&mut self, place: impl FnOnce(&mut Paginator<'_, '_, 'p, 'a>) -> T) -> T {
        let mut canvas = Canvas::default();
        place(&mut Paginator { binder: &mut *self.binder, canvas: &mut canvas, figures_used: &mut *self.figures_used, area: self.area })
    }

    /// Places one block, whether or not its box is noted.
    pub(super) fn place_block(&mut self, child: &Placed<'a>, from: Token<'a>, room: Room) -> Result<Placement<'a>> {
        match child.block {
            Block::Text(text) => self.text(text, from, room),
            Block::Box(frame) => self.frame(frame, from, room),
            Block::Columns(columns) => self.columns(columns, from, room),
            Block::Table(table) => self.table(table, from, room),
            Block::PageBreak | Block::Fill(_) | Block::Slot(_) | Block::Only(..) => Ok(Placement { height: Length::ZERO, rest: None }),
            Block::Image(_) | Block::Drawing(_) | Block::Chosen(_) | Block::Rule(_) | Block::Barcode(_) | Block::Chart(_) => {
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
                        return Err(too_high("an image, barcode or chart", height, room.bottom - room.y));
                    }
                    return Ok(Placement { height: Length::ZERO, rest: Some(Token::Start) });
                }
                self.paint_solid(child, room)?;
                Ok(Placement { height, rest: None })
            }
        }
    }

    /// The height of a block without breaks.
    pub fn measure(&mut self, child: &Placed<'a>, width: Length) -> Result<Length> {
        Ok(match child.block {
            Block::Text(text) => self.lines(text, width).iter().map(|line| line.height).sum(),
            Block::Box(frame) => {
                let style = frame.style;
                if style.turn != 0 {
                    return Ok(self.turned_size(frame, width)?.1);
                }
                let width = resolve(style.width, width);
                let inner = self.measure_children(frame, width - style.padding.left - style.padding.right)?;
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
            Block::Drawing(drawing) => drawing.node.height,
            Block::Chosen(chosen) => chosen.place.1,
            Block::Rule(rule) => rule.border.width,
            Block::Barcode(bars) => self.bars_height(bars),
            Block::Chart(chart) => chart.node.height,
            Block::PageBreak | Block::Fill(_) | Block::Slot(_) | Block::Only(..) => Length::ZERO,
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
}

/// A fault of the record: something that fits no page.
pub fn too_high(what: &str, height: Length, room: Length) -> Hold {
    Hold::new(&code::RECORD_TOO_HIGH, format!("{what} is {height} high, the page has room for {room}"))
}
