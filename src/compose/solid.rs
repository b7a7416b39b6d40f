//! Painting what has no inside: images, rules, barcodes.

use super::paginate::{Paginator, Room};
use super::track::aligned;
use crate::base::length::Length;
use crate::model::content::{Bars, Block, Placed};

impl<'p, 'a> Paginator<'_, '_, 'p, 'a>
where
    'p: 'a,
{
    pub(super) fn paint_solid(&mut self, child: &Placed<'a>, room: Room) {
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
}

/// The quiet zone on one side of a barcode.
pub fn quiet_zone(bars: &Bars<'_>) -> Length {
    if bars.node.quiet { bars.node.module * bars.symbol.quiet() as i64 } else { Length::ZERO }
}

/// The width of a barcode with its quiet zone.
pub fn bars_width(bars: &Bars<'_>) -> Length {
    bars.node.module * bars.symbol.width() as i64 + quiet_zone(bars) * 2
}

/// The height of a barcode without its quiet zone.
pub fn bars_height(bars: &Bars<'_>) -> Length {
    if bars.node.symbology.is_linear() { bars.node.height } else { bars.node.module * bars.symbol.width() as i64 }
}
