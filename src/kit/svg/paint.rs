//! Colours and gradients.
//!
//! Takes paints of a resolved picture, gives colour operators and shading patterns (ISO 32000-1, 8.7.4). Opacity of gradients is another
//! gradient, in grey.

use usvg::tiny_skia_path::Transform;
use usvg::{BaseGradient, Color, Paint, Stop};

use super::path::{matrix, number, thousandths};
use crate::kit::pdf::{write_decimal, write_integer};

/// A gradient of either kind.
pub(super) struct Gradient<'p> {
    base: &'p BaseGradient,
    /// `/ShadingType`: 2 is axial, 3 radial.
    kind: u8,
    coordinates: Vec<f32>,
}

impl<'p> Gradient<'p> {
    /// The gradient of a paint, if it is one.
    pub(super) fn of(paint: &'p Paint) -> Option<Gradient<'p>> {
        match paint {
            Paint::LinearGradient(linear) => {
                Some(Gradient { base: linear, kind: 2, coordinates: vec![linear.x1(), linear.y1(), linear.x2(), linear.y2()] })
            }
            Paint::RadialGradient(radial) => {
                let coordinates = vec![radial.fx(), radial.fy(), radial.fr().get(), radial.cx(), radial.cy(), radial.r().get()];
                Some(Gradient { base: radial, kind: 3, coordinates })
            }
            Paint::Color(_) | Paint::Pattern(_) => None,
        }
    }

    /// Whether something shows through.
    pub(super) fn is_transparent(&self) -> bool {
        self.base.stops().iter().any(|stop| thousandths(stop.opacity().get()) != 1000)
    }

    /// The pattern of its colours, in the coordinates of `around`.
    pub(super) fn colors(&self, around: Transform) -> Vec<u8> {
        self.pattern(around, b"/DeviceRGB", |stop, out| color(stop.color(), out))
    }

    /// The pattern of its opacity as lightness.
    pub(super) fn opacity(&self, around: Transform) -> Vec<u8> {
        self.pattern(around, b"/DeviceGray", |stop, out| write_decimal(i64::from(thousandths(stop.opacity().get())), 3, out))
    }

    /// A pattern of type 2 (8.7.4.2) with an axial or radial shading, whose function joins the stops.
    fn pattern(&self, around: Transform, space: &[u8], write: impl Fn(&Stop, &mut Vec<u8>)) -> Vec<u8> {
        let mut out = b"<</PatternType 2/Matrix[".to_vec();
        matrix(around.pre_concat(self.base.transform()), &mut out);
        out.pop();
        out.extend_from_slice(b"]/Shading<</ShadingType ");
        write_integer(i64::from(self.kind), &mut out);
        out.extend_from_slice(b"/ColorSpace");
        out.extend_from_slice(space);
        out.extend_from_slice(b"/Coords[");
        for value in &self.coordinates {
            number(*value, &mut out);
        }
        out.pop();
        out.extend_from_slice(b"]/Extend[true true]/Function");
        write_function(self.base.stops(), write, &mut out);
        out.extend_from_slice(b">>>>");
        out
    }
}

/// A stitching function (7.10.4) of linear pieces from stop to stop. Two stops at one place are a hard edge.
fn write_function(stops: &[Stop], write: impl Fn(&Stop, &mut Vec<u8>), out: &mut Vec<u8>) {
    let offset = |stop: &Stop| i64::from(thousandths(stop.offset().get()));
    let mut pieces: Vec<(i64, &Stop, &Stop)> = Vec::new();
    let mut at = 0;
    let (Some(first), Some(last)) = (stops.first(), stops.last()) else { return };
    let mut before = first;
    for stop in stops {
        if offset(stop) > at {
            pieces.push((offset(stop), before, stop));
            at = offset(stop);
        }
        before = stop;
    }
    if at < 1000 {
        pieces.push((1000, last, last));
    }
    out.extend_from_slice(b"<</FunctionType 3/Domain[0 1]/Functions[");
    for (_, from, to) in &pieces {
        out.extend_from_slice(b"<</FunctionType 2/Domain[0 1]/N 1/C0[");
        write(from, out);
        out.extend_from_slice(b"]/C1[");
        write(to, out);
        out.extend_from_slice(b"]>>");
    }
    out.extend_from_slice(b"]/Bounds[");
    for (index, (end, ..)) in pieces[..pieces.len() - 1].iter().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        write_decimal(*end, 3, out);
    }
    out.extend_from_slice(b"]/Encode[");
    for index in 0..pieces.len() {
        out.extend_from_slice(if index == 0 { b"0 1" } else { b" 0 1" });
    }
    out.extend_from_slice(b"]>>");
}

/// Appends red, green and blue.
pub(super) fn color(color: Color, out: &mut Vec<u8>) {
    for (index, value) in [color.red, color.green, color.blue].into_iter().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        write_decimal((i64::from(value) * 1000 + 127) / 255, 3, out);
    }
}
