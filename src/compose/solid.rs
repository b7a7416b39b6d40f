//! Painting what has no inside: images, rules, barcodes, charts.

use super::paginate::{Paginator, Result, Room};
use super::track::aligned;
use crate::base::length::Length;
use crate::model::content::{Block, Placed};
use crate::model::resources::Picture;

impl<'p, 'a> Paginator<'_, '_, 'p, 'a>
where
    'p: 'a,
{
    pub(super) fn paint_solid(&mut self, child: &Placed<'a>, room: Room) -> Result<()> {
        let enclosed = match is_decoration(&child.block) {
            true => self.canvas.begin_artifact(),
            false => self.canvas.begin_figure(child.leaf),
        };
        match child.block {
            Block::Image(image) => {
                let x = aligned(room.x, room.width, image.width, image.align);
                self.paint_picture(image.picture, x, room.y, image.width, image.height);
            }
            Block::Drawing(drawing) => {
                let x = aligned(room.x, room.width, drawing.node.width, drawing.node.align);
                self.paint_drawing(drawing, x, room.y);
            }
            Block::Chosen(chosen) => self.paint_chosen(chosen, room),
            Block::Rule(rule) => {
                let y = room.y + rule.border.width / 2;
                self.canvas.stroke_line((room.x, y), (room.x + room.width, y), rule.border);
            }
            Block::Barcode(bars) => self.paint_bars(bars, room.x, room.y, room.width),
            Block::Chart(chart) => self.paint_chart(chart, room.x, room.y, room.width)?,
            _ => {}
        }
        self.canvas.end_enclosed(enclosed);
        Ok(())
    }

    /// Paints a picture so that it fills a rectangle.
    pub(super) fn paint_picture(&mut self, picture: Picture, x: Length, y: Length, width: Length, height: Length) {
        match picture {
            Picture::Image(image) => {
                let turn = self.binder.setter.resources.images[usize::from(image.0)].turn;
                self.canvas.image(image, turn, x, y, width, height);
            }
            Picture::Drawing(form, own_width, own_height) => self.canvas.drawing(form, (own_width, own_height), (x, y), (width, height)),
        }
    }
}

/// Whether a block shows something that means nothing: a line, or a picture without a text in its place.
pub(super) fn is_decoration(block: &Block<'_>) -> bool {
    match block {
        Block::Image(image) => image.alt.is_empty(),
        Block::Drawing(drawing) => drawing.node.alt.is_empty(),
        Block::Chosen(chosen) => chosen.alt.is_empty(),
        Block::Barcode(bars) => bars.payload.is_empty() || bars.alt == Some(""),
        Block::Chart(chart) => chart.alt.is_empty(),
        Block::Rule(_) => true,
        Block::Text(_)
        | Block::Box(_)
        | Block::Columns(_)
        | Block::Table(_)
        | Block::PageBreak
        | Block::Fill(_)
        | Block::Slot(_)
        | Block::Only(..) => false,
    }
}
