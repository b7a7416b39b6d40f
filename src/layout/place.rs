//! Blocks and regions at a fixed place.
//!
//! Takes the attributes `left`, `top`, `right`, `bottom` and sizes, gives a place that is said exactly once. Must never know
//! what is placed.

use super::compile::Compiler;
use super::context::Context;
use super::tree::Element;
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::length::Length;
use crate::model::layout::Absolute;

impl<'t> Compiler<'_, 't> {
    /// The place of a block that has one.
    pub(super) fn place(&mut self, element: &'t Element, context: &Context, width: Option<Length>, height: Option<Length>) -> Option<Absolute> {
        let first = ["left", "top", "right", "bottom"].iter().find_map(|name| element.find(name))?;
        if !context.is_box {
            let message = format!("`{}` places `<{}>`, but it stands in the flow", first.name, element.name);
            self.fault(
                Diagnostic::error(&code::LAYOUT_PLACE, first.span, message)
                    .label("only children of a box or region can be placed")
                    .hint("use margins, or put it into a `<box>`"),
            );
            return None;
        }
        let mut place = self.read_place(element);
        (place.width, place.height) = (width, height);
        self.check_place(element, &place, context.width, context.height, "box");
        Some(place)
    }

    /// The four distances of an element.
    pub(super) fn read_place(&mut self, element: &'t Element) -> Absolute {
        Absolute {
            left: self.length(element, "left"),
            top: self.length(element, "top"),
            right: self.length(element, "right"),
            bottom: self.length(element, "bottom"),
            width: None,
            height: None,
        }
    }

    /// Reports a place that is said twice or lies outside of `room`.
    pub(super) fn check_place(
        &mut self,
        element: &'t Element,
        place: &Absolute,
        room_width: Option<Length>,
        room_height: Option<Length>,
        room: &str,
    ) {
        let across = [("left", place.left), ("right", place.right), ("width", place.width)];
        let down = [("top", place.top), ("bottom", place.bottom), ("height", place.height)];
        for (sides, size, word) in [(across, room_width, "wide"), (down, room_height, "high")] {
            let [(near_name, near), (far_name, far), (size_name, extent)] = sides;
            if let (Some(_), Some(_), Some(_)) = (near, far, extent) {
                let message = format!("`{near_name}`, `{far_name}` and `{size_name}` together say one thing twice");
                let span = element.find(size_name).map_or(element.span, |attribute| attribute.span);
                self.fault(
                    Diagnostic::error(&code::LAYOUT_PLACE, span, message)
                        .label(format!("the {size_name} follows from the two others"))
                        .hint("leave one of the three out"),
                );
                continue;
            }
            let Some(size) = size else { continue };
            let start = near.or_else(|| Some(size - far? - extent?));
            let end = far.map(|far| size - far).or_else(|| Some(near? + extent?));
            let outside = start.is_some_and(|start| start < Length::ZERO || start >= size)
                || end.is_some_and(|end| end > size + TOLERANCE || end <= Length::ZERO)
                || matches!((start, end), (Some(start), Some(end)) if end < start);
            if outside {
                let named = [near_name, far_name, size_name].into_iter().find_map(|name| element.find(name));
                let span = named.map_or(element.span, |attribute| attribute.value.span);
                let what = match (start, end) {
                    (Some(start), Some(end)) => format!("from {start} to {end}"),
                    (Some(start), None) => format!("from {start}"),
                    (None, end) => format!("to {}", end.unwrap_or_default()),
                };
                let message = format!("`<{}>` lies outside: {what} of a {room} {size} {word}", element.name);
                self.fault(Diagnostic::error(&code::LAYOUT_PLACE, span, message).hint("check the units and which edge it counts from"));
            }
        }
    }
}

/// Inches and millimetres do not meet exactly; a hundredth of a point is no fault.
pub(super) const TOLERANCE: Length = Length::from_millipoints(10);
