//! Painting what has no inside: images, rules, barcodes, charts.

use super::paginate::{Paginator, Result, Room};
use super::track::aligned;
use crate::model::content::{Block, Placed};

impl<'p, 'a> Paginator<'_, '_, 'p, 'a>
where
    'p: 'a,
{
    pub(super) fn paint_solid(&mut self, child: &Placed<'a>, room: Room) -> Result<()> {
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
            Block::Barcode(bars) => self.paint_bars(bars, room.x, room.y, room.width),
            Block::Chart(chart) => self.paint_chart(chart, room.x, room.y, room.width)?,
            _ => {}
        }
        Ok(())
    }
}
