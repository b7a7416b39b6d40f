//! Clear zones: whether anything that is painted on a page stands in one.
//!
//! Takes the rectangles of what is painted, gives the zones they touch. A job without marks has none, and is asked once per
//! rectangle and line. What is turned is looked at as the upright rectangle around it. Must never change what is painted.

use super::paint::{Canvas, turn_place};
use crate::base::length::Length;
use crate::model::layout::Color;
use crate::model::resources::Form;
use crate::model::trace::Rectangle;

/// What must stay clear on a page: the zone, and the mark it belongs to as a bit.
pub type Zone = (Rectangle, u32);

/// The zones of a page while it is made.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Zones {
    zones: Vec<Zone>,
    /// The marks whose zones were touched.
    touched: u32,
    /// What was painted in the parts that are under way: left, top, right, bottom.
    parts: Vec<Option<[Length; 4]>>,
    /// All that was painted, if it is to be known: of a form, which has no place of its own yet.
    painted: Option<Vec<Rectangle>>,
}

/// The most rectangles of a form that are known; beyond it, one around all stands for them.
const PAINTED_MAX: usize = 4_096;

impl Zones {
    fn note(&mut self, place: [Length; 4]) {
        if let Some(part) = self.parts.last_mut() {
            let all = part.get_or_insert(place);
            *all = around(*all, place);
            return;
        }
        let [left, top, right, bottom] = place;
        for (zone, mark) in &self.zones {
            if left < zone.x + zone.width && zone.x < right && top < zone.y + zone.height && zone.y < bottom {
                self.touched |= mark;
            }
        }
        if let Some(painted) = &mut self.painted {
            painted.push(Rectangle { x: left, y: top, width: right - left, height: bottom - top });
            if painted.len() > PAINTED_MAX {
                let all = painted.iter().map(edges).reduce(around).unwrap_or_default();
                *painted = vec![Rectangle { x: all[0], y: all[1], width: all[2] - all[0], height: all[3] - all[1] }];
            }
        }
    }
}

fn edges(place: &Rectangle) -> [Length; 4] {
    [place.x, place.y, place.x + place.width, place.y + place.height]
}

fn around(a: [Length; 4], b: [Length; 4]) -> [Length; 4] {
    [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]
}

impl Canvas {
    /// Begins to watch the zones of a page; none: nothing is watched.
    pub fn watch(&mut self, zones: &[Zone]) {
        if zones.is_empty() {
            self.zones = None;
            return;
        }
        let watched = self.zones.get_or_insert_default();
        watched.zones.clear();
        watched.zones.extend_from_slice(zones);
        (watched.touched, watched.painted) = (0, None);
        watched.parts.clear();
    }

    /// Begins to note all that is painted.
    pub fn watch_all(&mut self) {
        self.zones = Some(Box::new(Zones { painted: Some(Vec::new()), ..Zones::default() }));
    }

    /// The marks whose zones were touched on the page.
    pub fn touched(&self) -> u32 {
        self.zones.as_ref().map_or(0, |zones| zones.touched)
    }

    /// All that was painted since [`Canvas::watch_all`].
    pub fn take_painted(&mut self) -> Vec<Rectangle> {
        self.zones.take().and_then(|zones| zones.painted).unwrap_or_default()
    }

    /// Notes that something is painted in a rectangle.
    #[inline]
    pub fn touch(&mut self, x: Length, y: Length, width: Length, height: Length) {
        if let Some(zones) = &mut self.zones {
            // What has no extent is a hair line, which is seen all the same.
            let least = Length::from_millipoints(1);
            zones.note([x, y, x + width.max(least), y + height.max(least)]);
        }
    }

    /// The same for what may be white: paper shows nothing else there.
    #[inline]
    pub(super) fn touch_in(&mut self, color: Color, x: Length, y: Length, width: Length, height: Length) {
        if self.zones.is_some() && color != (Color { r: 255, g: 255, b: 255 }) {
            self.touch(x, y, width, height);
        }
    }

    /// Notes what a form paints at a point.
    #[inline]
    pub(super) fn touch_form(&mut self, form: &Form, x: Length, y: Length) {
        if let Some(zones) = &mut self.zones {
            for place in &form.painted {
                let [left, top, right, bottom] = edges(place);
                zones.note([left + x, top + y, right + x, bottom + y]);
            }
        }
    }

    /// A part of the page begins, which may be turned when it ends.
    pub(super) fn open_part(&mut self) {
        if let Some(zones) = &mut self.zones {
            zones.parts.push(None);
        }
    }

    /// It ends, and all of it is turned clockwise around a point.
    pub(super) fn close_part(&mut self, degrees: i32, around: (Length, Length)) {
        if let Some(zones) = &mut self.zones
            && let Some(Some(mut place)) = zones.parts.pop()
        {
            if degrees != 0 {
                turn_place(degrees, around, &mut place);
            }
            zones.note(place);
        }
    }

    /// It ends, and what it held was noted as a whole.
    pub(super) fn forget_part(&mut self) {
        if let Some(part) = self.zones.as_mut().and_then(|zones| zones.parts.last_mut()) {
            *part = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(value: i64) -> Length {
        Length::from_points(value)
    }

    fn rectangle(x: i64, y: i64, width: i64, height: i64) -> Rectangle {
        Rectangle { x: points(x), y: points(y), width: points(width), height: points(height) }
    }

    /// What is touched on a page with a zone from 10 to 20 across and down.
    #[track_caller]
    fn check(expected: bool, paint: impl FnOnce(&mut Canvas)) {
        let mut canvas = Canvas::default();
        canvas.begin(points(100));
        canvas.watch(&[(rectangle(10, 10, 10, 10), 4)]);
        paint(&mut canvas);
        assert_eq!(canvas.touched(), if expected { 4 } else { 0 });
    }

    #[test]
    fn what_stands_in_a_zone_is_noted() {
        let fill = |x, y, width, height, color| {
            move |canvas: &mut Canvas| canvas.fill_rectangle(points(x), points(y), points(width), points(height), Length::ZERO, color)
        };
        let black = Color::default();
        check(true, fill(19, 19, 5, 5, black));
        check(false, fill(20, 19, 5, 5, black));
        check(false, fill(0, 0, 10, 100, black));
        // White on white shows nothing.
        check(false, fill(0, 0, 100, 100, Color { r: 255, g: 255, b: 255 }));
    }

    #[test]
    fn what_is_turned_is_looked_at_where_it_ends_up() {
        // A bar from 30 to 70 across, turned around its middle, then stands upright from 30 to 70 down.
        let turned = |degrees, middle: (i64, i64)| {
            move |canvas: &mut Canvas| {
                let around = canvas.begin_part();
                canvas.fill_rectangle(points(middle.0 - 20), points(middle.1 - 1), points(40), points(2), Length::ZERO, Color::default());
                canvas.end_part(around, degrees, (points(middle.0), points(middle.1)), false);
            }
        };
        check(false, turned(0, (50, 50)));
        check(false, turned(0, (15, 35)));
        check(true, turned(90, (15, 35)));
        check(false, turned(90, (15, 45)));
    }
}
