//! Quiet zones of barcodes against what stands beside them.
//!
//! Takes the regions of a page, tells every barcode whose quiet zone something placed reaches into, as far as both are known before the
//! first record. Must never know symbologies.

use super::compile::Compiler;
use super::place::TOLERANCE;
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::length::Length;
use crate::base::span::Span;
use crate::model::layout::{Absolute, Align, BarcodeNode, BoxNode, Node, NodeKind};

/// A rectangle of the page, its corners from the upper left.
#[derive(Clone, Copy)]
struct Area {
    left: Length,
    top: Length,
    right: Length,
    bottom: Length,
}

impl Area {
    /// How far the two reach into each other, if they do.
    fn overlap(&self, other: &Area) -> Option<[Length; 2]> {
        let across = self.right.min(other.right) - self.left.max(other.left);
        let down = self.bottom.min(other.bottom) - self.top.max(other.top);
        // What lies all around is a background, and the barcode stands on it.
        let is_background = other.left <= self.left && other.right >= self.right && other.top <= self.top && other.bottom >= self.bottom;
        (across > TOLERANCE && down > TOLERANCE && !is_background).then_some([across, down])
    }
}

/// What of an unplaced end is known: something stands at the beginning.
const LEAST: Length = Length::from_points(1);

impl Compiler<'_, '_> {
    /// Reports quiet zones of a page `width` by `height` that something else reaches into.
    pub(super) fn check_quiet_zones(&mut self, regions: &[Node], width: Length, height: Length) {
        let page = Area { left: Length::ZERO, top: Length::ZERO, right: width, bottom: height };
        let areas: Vec<Option<Area>> = regions.iter().map(|region| region.place.as_ref().map(|place| area_of(place, region, &page))).collect();
        for (at, region) in regions.iter().enumerate() {
            let (NodeKind::Box(frame), Some(area)) = (&region.kind, areas[at]) else { continue };
            let inside = inner(frame, &area);
            for (index, child) in frame.children.iter().enumerate() {
                let NodeKind::Barcode(barcode) = &child.kind else { continue };
                let Some(clear) = clear_zone(barcode, child, index == 0, &inside) else { continue };
                let siblings = frame.children.iter().enumerate().filter(|(other, _)| *other != index);
                let siblings = siblings.filter_map(|(_, other)| Some((other.span, area_of(other.place.as_ref()?, other, &inside))));
                let others = regions.iter().zip(&areas).enumerate().filter(|(other, _)| *other != at);
                let others = others.filter_map(|(_, (other, area))| Some((other.span, (*area)?)));
                for (span, other) in siblings.chain(others).collect::<Vec<_>>() {
                    if let Some([across, down]) = clear.overlap(&other) {
                        self.refuse_overlap(barcode, child.span, span, across.min(down));
                    }
                }
            }
        }
    }

    fn refuse_overlap(&mut self, barcode: &BarcodeNode, span: Span, other: Span, depth: Length) {
        let line = self.line_of(other, span);
        let message = format!("what begins on line {line} reaches {depth} into the quiet zone of the {}", barcode.symbology.name());
        let [across, down] = barcode.extent.quiet;
        let needs = if down > Length::ZERO { format!("{across} at the sides, {down} above and below") } else { format!("{across} at the sides") };
        self.fault(
            Diagnostic::error(&code::LAYOUT_QUIET_ZONE, span, message)
                .label("this barcode could not be read")
                .hint(format!("it needs {needs} clear")),
        );
    }
}

/// The room inside a box.
fn inner(frame: &BoxNode, area: &Area) -> Area {
    let padding = &frame.style.padding;
    Area { left: area.left + padding.left, top: area.top + padding.top, right: area.right - padding.right, bottom: area.bottom - padding.bottom }
}

/// Where a placed block stands in a room; what is not known of it is short.
fn area_of(place: &Absolute, node: &Node, room: &Area) -> Area {
    let (width, height) = match &node.kind {
        NodeKind::Image(image) => (Some(image.width), Some(image.height)),
        NodeKind::Chosen(chosen) => (chosen.width, chosen.height),
        NodeKind::Drawing(drawing) => (Some(drawing.width), Some(drawing.height)),
        NodeKind::Barcode(barcode) => (barcode.extent.ink[0], barcode.extent.ink[1]),
        _ => (place.width, place.height),
    };
    let (left, right) = ends(place.left, place.right, width, room.left, room.right);
    let (top, bottom) = ends(place.top, place.bottom, height, room.top, room.bottom);
    Area { left, top, right, bottom }
}

/// Both ends of a side from one or two distances and a size.
fn ends(near: Option<Length>, far: Option<Length>, size: Option<Length>, start: Length, end: Length) -> (Length, Length) {
    match (near, far, size) {
        (Some(near), _, Some(size)) => (start + near, start + near + size),
        (Some(near), Some(far), None) => (start + near, end - far),
        (Some(near), None, None) => (start + near, start + near + LEAST),
        (None, Some(far), size) => (end - far - size.unwrap_or(LEAST), end - far),
        (None, None, size) => (start, start + size.unwrap_or(LEAST)),
    }
}

/// What a barcode needs clear: placed ones, and the first of a box.
fn clear_zone(barcode: &BarcodeNode, node: &Node, is_first: bool, room: &Area) -> Option<Area> {
    let [across, down] = barcode.extent.quiet;
    let [width, height] = barcode.extent.ink;
    // A quiet zone that is part of the block begins at its edge, else the bars do.
    let own = if barcode.quiet { [across, down] } else { [Length::ZERO; 2] };
    let size = [width.map(|width| width + own[0] * 2), height.map(|height| height + own[1] * 2)];
    let block = match &node.place {
        Some(place) => {
            let (left, right) = ends(place.left, place.right, size[0], room.left, room.right);
            let (top, bottom) = ends(place.top, place.bottom, size[1], room.top, room.bottom);
            Area { left, top, right, bottom }
        }
        None if is_first => {
            let margin = &node.flow.margin;
            let (start, end) = (room.left + margin.left, room.right - margin.right);
            let left = match (barcode.align, size[0]) {
                (Align::Right, Some(width)) => end - width,
                (Align::Center, Some(width)) => start + (end - start - width) / 2,
                (Align::Right | Align::Center, None) => return None,
                _ => start,
            };
            let top = room.top + margin.top;
            Area { left, top, right: left + size[0].unwrap_or(LEAST), bottom: top + size[1].unwrap_or(LEAST) }
        }
        None => return None,
    };
    let (more_across, more_down) = (across - own[0], down - own[1]);
    // Of a width that a record decides only the side it is placed from is known.
    let right =
        if width.is_some() || node.place.as_ref().is_some_and(|place| place.left.is_none()) { block.right + more_across } else { block.right };
    Some(Area { left: block.left - more_across, top: block.top - more_down, right, bottom: block.bottom + more_down })
}
