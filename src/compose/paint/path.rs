//! Painting several rectangles, and paths of lines and curves, each with one operator.

use super::{Canvas, numbers};
use crate::base::length::Length;
use crate::kit::chart::{Plot, Segment};
use crate::model::layout::{Border, Color};

impl Canvas {
    /// Fills rectangles that do not overlap.
    pub fn fill_rectangles(&mut self, places: impl Iterator<Item = Plot>, color: Color) {
        let mut is_first = true;
        for place in places {
            let (left, bottom) = self.point(place.x, place.y + place.height);
            let (right, top) = self.point(place.x + place.width, place.y);
            if right <= left || top <= bottom {
                continue;
            }
            self.touch_in(color, place.x, place.y, place.width, place.height);
            if std::mem::take(&mut is_first) {
                self.set_fill(color);
            }
            numbers(&[left, bottom, right - left, top - bottom], &mut self.graphics);
            self.graphics.extend_from_slice(b"re ");
        }
        if !is_first {
            self.graphics.extend_from_slice(b"f\n");
        }
    }

    /// Fills a path; nothing if it is empty.
    pub fn fill_path(&mut self, path: &[Segment], color: Color) {
        if path.is_empty() {
            return;
        }
        self.touch_path(path, color, Length::ZERO);
        self.set_fill(color);
        self.path(path);
        self.graphics.extend_from_slice(b"f\n");
    }

    /// Strokes a path, with round corners and ends if `is_round`; nothing if it is empty.
    pub fn stroke_path(&mut self, path: &[Segment], border: Border, is_round: bool) {
        if path.is_empty() {
            return;
        }
        self.touch_path(path, border.color, border.width / 2);
        if !is_round {
            self.set_stroke(border);
            self.path(path);
            self.graphics.extend_from_slice(b"S\n");
            return;
        }
        let known = self.stroke.take();
        self.graphics.extend_from_slice(b"q ");
        self.set_stroke(border);
        self.graphics.extend_from_slice(b"1 j 1 J ");
        self.path(path);
        self.graphics.extend_from_slice(b"S Q\n");
        self.stroke = known;
    }

    /// Notes the rectangle around a path; a curve stays within its control points.
    fn touch_path(&mut self, path: &[Segment], color: Color, beyond: Length) {
        if self.zones.is_none() {
            return;
        }
        let points = path.iter().flat_map(|segment| match segment {
            Segment::Move(point) | Segment::Line(point) => [Some(*point), None, None],
            Segment::Curve(a, b, end) => [Some(*a), Some(*b), Some(*end)],
            Segment::Close => [None; 3],
        });
        let around = points.flatten().fold(None, |all: Option<[Length; 4]>, (x, y)| {
            Some(all.map_or([x, y, x, y], |[left, top, right, bottom]| [left.min(x), top.min(y), right.max(x), bottom.max(y)]))
        });
        if let Some([left, top, right, bottom]) = around {
            self.touch_in(color, left - beyond, top - beyond, right - left + beyond * 2, bottom - top + beyond * 2);
        }
    }

    fn path(&mut self, path: &[Segment]) {
        for segment in path {
            let (points, operator): (&[_], &[u8]) = match segment {
                Segment::Move(point) => (&[*point], b"m "),
                Segment::Line(point) => (&[*point], b"l "),
                Segment::Curve(a, b, end) => (&[*a, *b, *end], b"c "),
                Segment::Close => (&[], b"h "),
            };
            for point in points {
                let (x, y) = self.point(point.0, point.1);
                numbers(&[x, y], &mut self.graphics);
            }
            self.graphics.extend_from_slice(operator);
        }
    }
}
