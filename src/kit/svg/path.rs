//! Numbers, matrices and outlines as operators.
//!
//! Takes the floats of a resolved picture, gives decimals of four digits: far coarser than what sines of two machines differ by.

use usvg::tiny_skia_path::{Path, PathSegment, Point, Transform};

use crate::kit::pdf::write_decimal;

/// Largest number that is written; PDF readers need not know larger ones (ISO 19005-2, 6.1.13).
const MOST: f64 = 32_767.0;

/// Appends a number and a space.
pub(super) fn number(value: f32, out: &mut Vec<u8>) {
    decimal(value, 4, out);
}

fn decimal(value: f32, places: u32, out: &mut Vec<u8>) {
    // What lies so far out is not seen on any page.
    let value = if value.is_nan() { 0.0 } else { f64::from(value).clamp(-MOST, MOST) };
    write_decimal((value * 10f64.powi(places as i32)).round() as i64, places, out);
    out.push(b' ');
}

/// Appends the six numbers of a matrix.
pub(super) fn matrix(transform: Transform, out: &mut Vec<u8>) {
    for value in [transform.sx, transform.ky, transform.kx, transform.sy] {
        decimal(value, 6, out);
    }
    number(transform.tx, out);
    number(transform.ty, out);
}

/// Appends the operators of what has an area in an outline, which is what a fill shows of it: PDF would draw a hair where there is none
/// (ISO 32000-1, 8.5.3.3.1). Gives whether there is any.
pub(super) fn filled(path: &Path, out: &mut Vec<u8>) -> bool {
    let segments: Vec<PathSegment> = path.segments().collect();
    let start = out.len();
    for piece in segments.chunk_by(|_, next| !matches!(next, PathSegment::MoveTo(_))) {
        if has_area(piece) {
            write_segments(piece.iter().copied(), out);
        }
    }
    out.len() > start
}

/// Whether not all points of a piece lie on one line.
fn has_area(piece: &[PathSegment]) -> bool {
    let mut points = Vec::new();
    for segment in piece {
        match *segment {
            PathSegment::MoveTo(p) | PathSegment::LineTo(p) => points.push(p),
            PathSegment::QuadTo(c, p) => points.extend([c, p]),
            PathSegment::CubicTo(a, b, p) => points.extend([a, b, p]),
            PathSegment::Close => {}
        }
    }
    let Some(first) = points.first().copied() else { return false };
    let away = |p: &Point| (f64::from(p.x) - f64::from(first.x), f64::from(p.y) - f64::from(first.y));
    let Some(along) = points.iter().map(away).find(|(x, y)| *x != 0.0 || *y != 0.0) else { return false };
    points.iter().map(away).any(|(x, y)| x * along.1 != y * along.0)
}

/// Appends the operators of an outline.
pub(super) fn outline(path: &Path, out: &mut Vec<u8>) {
    write_segments(path.segments(), out);
}

fn write_segments(segments: impl Iterator<Item = PathSegment>, out: &mut Vec<u8>) {
    let mut last = (0.0, 0.0);
    for segment in segments {
        let (points, count, operator): ([(f32, f32); 3], usize, &[u8]) = match segment {
            PathSegment::MoveTo(p) => ([(p.x, p.y); 3], 1, b"m "),
            PathSegment::LineTo(p) => ([(p.x, p.y); 3], 1, b"l "),
            PathSegment::QuadTo(c, p) => {
                // ISO 32000-1 has cubic curves only.
                let towards = |from: f32, to: f32| from + (to - from) * 2.0 / 3.0;
                ([(towards(last.0, c.x), towards(last.1, c.y)), (towards(p.x, c.x), towards(p.y, c.y)), (p.x, p.y)], 3, b"c ")
            }
            PathSegment::CubicTo(a, b, p) => ([(a.x, a.y), (b.x, b.y), (p.x, p.y)], 3, b"c "),
            PathSegment::Close => ([last; 3], 0, b"h "),
        };
        for (x, y) in &points[..count] {
            number(*x, out);
            number(*y, out);
            last = (*x, *y);
        }
        out.extend_from_slice(operator);
    }
}

/// A share in thousandths.
pub(super) fn thousandths(part: f32) -> u16 {
    (f64::from(part) * 1000.0).round().clamp(0.0, 1000.0) as u16
}
