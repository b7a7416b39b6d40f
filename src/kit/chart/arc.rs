//! Paths of straight lines and arcs.
//!
//! Takes centres, radii and angles in millionths of a turn, clockwise from the top, gives Bézier curves. Sines come from a series of
//! additions and multiplications, which IEEE 754 rounds the same everywhere.

use crate::base::length::Length;

/// A place: across from the left, down from the top.
pub type Point = (Length, Length);

/// A step of a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Segment {
    /// Begins at a point.
    Move(Point),
    /// A straight line to a point.
    Line(Point),
    /// A Bézier curve: two control points and its end.
    Curve(Point, Point, Point),
    /// Back to where it began.
    Close,
}

/// A whole turn.
pub const WHOLE_TURN: i64 = 1_000_000;

/// The outline of a slice between two angles, with a hole of a radius in its middle. Nothing if it has no width.
pub fn slice(center: Point, radius: Length, hole: Length, from: i64, to: i64, out: &mut Vec<Segment>) {
    if to <= from || radius <= Length::ZERO {
        return;
    }
    let is_whole = to - from >= WHOLE_TURN;
    out.push(Segment::Move(on_circle(center, radius, from)));
    arc(center, radius, from, to, out);
    match (hole > Length::ZERO, is_whole) {
        (true, false) => {
            out.push(Segment::Line(on_circle(center, hole, to)));
            arc(center, hole, to, from, out);
        }
        (true, true) => {
            // The other way round, so that the hole stays empty.
            out.push(Segment::Close);
            out.push(Segment::Move(on_circle(center, hole, to)));
            arc(center, hole, to, from, out);
        }
        (false, false) => out.push(Segment::Line(center)),
        (false, true) => {}
    }
    out.push(Segment::Close);
}

/// Curves along a circle, each of an eighth of a turn at most.
fn arc(center: Point, radius: Length, from: i64, to: i64, out: &mut Vec<Segment>) {
    let pieces = ((to - from).abs() * 8 + WHOLE_TURN - 1) / WHOLE_TURN;
    let at = |piece: i64| from + (to - from) * piece / pieces.max(1);
    for piece in 0..pieces {
        let (start, end) = (at(piece), at(piece + 1));
        // The control points of an arc of angle a are 4/3 tan(a/4) radii along its tangents.
        let (sine, cosine) = sine_cosine(WHOLE_TURN + (end - start) / 4);
        let reach = radius.millipoints() as f64 * 4.0 / 3.0 * sine / cosine;
        let (a, b) = (on_circle(center, radius, start), on_circle(center, radius, end));
        out.push(Segment::Curve(along(a, start, reach), along(b, end, -reach), b));
    }
}

fn on_circle(center: Point, radius: Length, angle: i64) -> Point {
    let (sine, cosine) = sine_cosine(angle);
    let radius = radius.millipoints() as f64;
    (center.0 + rounded(radius * sine), center.1 - rounded(radius * cosine))
}

/// A point moved along the clockwise tangent.
fn along(point: Point, angle: i64, reach: f64) -> Point {
    let (sine, cosine) = sine_cosine(angle);
    (point.0 + rounded(reach * cosine), point.1 + rounded(reach * sine))
}

fn rounded(millipoints: f64) -> Length {
    Length::from_millipoints(millipoints.round() as i64)
}

/// Sine and cosine of an angle in millionths of a turn.
fn sine_cosine(angle: i64) -> (f64, f64) {
    let angle = angle.rem_euclid(WHOLE_TURN);
    // To within an eighth of a turn around a quarter.
    let quarter = (angle * 4 + WHOLE_TURN / 2) / WHOLE_TURN;
    let x = (angle * 4 - quarter * WHOLE_TURN) as f64 * (std::f64::consts::FRAC_PI_2 / WHOLE_TURN as f64);
    let square = x * x;
    let (mut sine, mut cosine) = (x, 1.0);
    let (mut odd, mut even) = (x, 1.0);
    for n in 1..8 {
        let n = f64::from(n);
        even *= -square / ((2.0 * n - 1.0) * (2.0 * n));
        odd *= -square / ((2.0 * n) * (2.0 * n + 1.0));
        cosine += even;
        sine += odd;
    }
    match quarter % 4 {
        0 => (sine, cosine),
        1 => (cosine, -sine),
        2 => (-sine, -cosine),
        _ => (-cosine, sine),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sines_are_right() {
        for angle in (0..=WHOLE_TURN).step_by(1_237) {
            let radians = angle as f64 / WHOLE_TURN as f64 * std::f64::consts::TAU;
            let (sine, cosine) = sine_cosine(angle);
            assert!((sine - radians.sin()).abs() < 1e-11 && (cosine - radians.cos()).abs() < 1e-11, "{angle}");
        }
    }

    #[test]
    fn slices_meet_the_circle() {
        let (one, mut path) = (Length::from_points(1), Vec::new());
        slice((one * 50, one * 50), one * 40, Length::ZERO, 0, WHOLE_TURN / 4, &mut path);
        assert_eq!(path.first(), Some(&Segment::Move((one * 50, one * 10))));
        assert_eq!(path.len(), 5);
        assert!(matches!(path[2], Segment::Curve(_, _, end) if end == (one * 90, one * 50)), "{path:?}");
        path.clear();
        slice((one, one), one, Length::ZERO, 5, 5, &mut path);
        assert!(path.is_empty());
    }
}
