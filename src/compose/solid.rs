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
