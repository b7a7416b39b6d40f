//! Painting a page: positions to content stream bytes.
//!
//! Takes lines, rectangles, images and forms in layout coordinates (y downwards), gives operators (ISO 32000-1, 8 and 9).
//! Fills and lines come first, then all text as one text object with relative moves. Must never format a float.

mod marked;
mod path;

pub use marked::{Owner, Part as OwnerPart};

use crate::base::angle;
use crate::base::length::Length;
use crate::kit::barcode;
use crate::kit::font::FaceId;
use crate::kit::image::Turn;
use crate::kit::text::Run;
use crate::model::layout::{Border, Color, LineStyle, TextStyle, TextStyleId};
use crate::model::resources::{FormId, ImageId};

/// The content of one page while it is made.
#[derive(Debug, Default)]
pub struct Canvas {
    height: Length,
    /// What lies below everything else.
    below: Vec<u8>,
    graphics: Vec<u8>,
    text: Vec<u8>,
    string: Vec<u8>,
    adjusted: bool,
    fill: Option<Color>,
    stroke: Option<(Color, Length, LineStyle)>,
    state: TextState,
    /// What the open string looks like.
    look: Option<Look>,
    /// What the spaces of the line are widened by.
    extra: Length,
    origin: (i64, i64),
    /// Forms and images named so far.
    pub forms: Vec<FormId>,
    /// Images named so far.
    pub images: Vec<ImageId>,
    /// The footnotes that are called, in the order of their calls.
    pub calls: Vec<u32>,
    /// The parts of links, as they were painted.
    pub links: Vec<super::mark::LinkPart>,
    /// The places that links and bookmarks lead to, with left and top.
    pub anchors: Vec<(u32, Length, Length)>,
    /// The boxes of the page, if they are wanted.
    pub trace: Option<Box<super::trace::Trace>>,
    /// The zones that must stay clear, if there are any.
    pub zones: Option<Box<super::zone::Zones>>,
    /// What is shown next goes on where the last string ended, as if it were one with it.
    goes_on: bool,
    /// Whose content is what, if that is wanted.
    marking: Option<Box<marked::Marking>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct TextState {
    font: Option<(FaceId, bool, Length)>,
    /// Unknown at first: text is painted in the state that fills and lines leave, and a form in that of its page.
    color: Option<Color>,
    spacing: Length,
    word_spacing: Length,
    rise: i64,
}

/// What decides whether a run can join the open string, small enough to be compared for every word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Look {
    style: TextStyleId,
    face: FaceId,
    wide: bool,
    rise: i32,
}

impl Canvas {
    /// Empties the canvas for a page of `height`.
    pub fn begin(&mut self, height: Length) {
        self.height = height;
        self.graphics.clear();
        self.text.clear();
        self.forms.clear();
        self.images.clear();
        self.calls.clear();
        self.links.clear();
        self.anchors.clear();
        self.below.clear();
        self.string.clear();
        self.adjusted = false;
        self.fill = None;
        self.stroke = None;
        self.state = TextState::default();
        self.look = None;
        self.extra = Length::ZERO;
        self.origin = (0, 0);
        if let Some(trace) = &mut self.trace {
            trace.clear();
        }
        self.forget_owners();
    }

    /// The height of the page.
    pub fn height(&self) -> Length {
        self.height
    }

    /// The finished content stream.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        assert!(self.string.is_empty(), "a string was left open");
        if self.marking.is_some() {
            return self.write_marked(out);
        }
        out.extend_from_slice(&self.below);
        out.extend_from_slice(&self.graphics);
        if !self.text.is_empty() {
            out.extend_from_slice(b"BT\n");
            out.extend_from_slice(&self.text);
            out.extend_from_slice(b"ET\n");
        }
    }

    /// Begins a part of the page with a graphics state of its own; what is painted until [`Canvas::end_part`] lies together,
    /// texts above the rest of it.
    pub fn begin_part(&mut self) -> Part {
        assert!(self.string.is_empty(), "a string was left open");
        self.open_part();
        Part {
            graphics: std::mem::take(&mut self.graphics),
            text: std::mem::take(&mut self.text),
            fill: self.fill.take(),
            stroke: self.stroke.take(),
            state: std::mem::take(&mut self.state),
            look: self.look.take(),
            extra: std::mem::take(&mut self.extra),
            origin: std::mem::take(&mut self.origin),
            links: self.links.len(),
        }
    }

    /// Ends a part: it is painted now, or `below` everything else, turned clockwise by `degrees` around a point.
    pub fn end_part(&mut self, around: Part, degrees: i32, (x, y): (Length, Length), is_below: bool) {
        let (graphics, text) = (std::mem::replace(&mut self.graphics, around.graphics), std::mem::replace(&mut self.text, around.text));
        (self.fill, self.stroke, self.state) = (around.fill, around.stroke, around.state);
        (self.look, self.extra, self.origin) = (around.look, around.extra, around.origin);
        if degrees != 0 {
            self.links[around.links..].iter_mut().for_each(|(place, _)| turn_place(degrees, (x, y), place));
        }
        self.close_part(degrees, (x, y));
        let center = self.point(x, y);
        let [before, inside, between, after] = self.around_part(is_below);
        let out = if is_below { &mut self.below } else { &mut self.graphics };
        out.extend_from_slice(before);
        out.extend_from_slice(b"q ");
        if degrees != 0 {
            turn(degrees, center, out);
        }
        out.push(b'\n');
        out.extend_from_slice(inside);
        out.extend_from_slice(&graphics);
        out.extend_from_slice(between);
        if !text.is_empty() {
            out.extend_from_slice(b"BT\n");
            out.extend_from_slice(&text);
            out.extend_from_slice(b"ET\n");
        }
        out.extend_from_slice(b"Q\n");
        out.extend_from_slice(after);
        self.keep_graphics();
    }

    /// Ends a part that has its origin at a point, turned and scaled by the first four numbers of a matrix, in millionths.
    pub fn end_moved_part(&mut self, around: Part, matrix: [i64; 4], (x, y): (Length, Length)) {
        let start = around.graphics.len() + 2;
        self.forget_part();
        self.end_part(around, 0, (x, y), false);
        let (left, top) = self.point(x, y);
        let mut moved = Vec::with_capacity(48);
        matrix.iter().for_each(|value| decimal::<6>(*value, &mut moved));
        numbers(&[left, top], &mut moved);
        moved.extend_from_slice(b"cm");
        self.graphics.splice(start..start, moved);
    }

    /// How much is painted so far: bytes of graphics and of text, for [`Canvas::ink`].
    pub fn painted(&mut self) -> (usize, usize) {
        self.keep_graphics();
        (self.graphics.len(), self.text.len())
    }

    /// A number for what was painted since: another one where it looks different.
    pub fn ink(&self, since: (usize, usize)) -> u64 {
        use std::hash::Hasher;
        let mut hasher = rustc_hash::FxHasher::default();
        hasher.write(self.graphics.get(since.0..).unwrap_or_default());
        hasher.write(self.text.get(since.1..).unwrap_or_default());
        hasher.finish()
    }

    /// Where the graphics stand, for [`Canvas::insert_below`].
    pub fn mark(&mut self) -> usize {
        self.keep_graphics();
        self.graphics.len()
    }

    /// Runs `paint` and moves what it painted below everything painted since `mark`: the background of a box whose height
    /// is known only after its content is placed.
    pub fn insert_below(&mut self, mark: usize, paint: impl FnOnce(&mut Canvas)) {
        let above = self.graphics.split_off(mark);
        if above.is_empty() {
            paint(self);
            return;
        }
        // The states at the mark are unknown by now: the inserted part sets its own and gives them back.
        let (fill, stroke) = (self.fill, self.stroke);
        self.fill = None;
        self.stroke = None;
        self.graphics.extend_from_slice(b"q\n");
        let start = self.graphics.len();
        paint(self);
        if self.graphics.len() == start {
            self.graphics.truncate(start - 2);
        } else {
            self.graphics.extend_from_slice(b"Q\n");
        }
        self.graphics.extend_from_slice(&above);
        self.keep_graphics();
        (self.fill, self.stroke) = (fill, stroke);
    }

    /// Fills a rectangle.
    pub fn fill_rectangle(&mut self, x: Length, y: Length, width: Length, height: Length, radius: Length, color: Color) {
        if width <= Length::ZERO || height <= Length::ZERO {
            return;
        }
        self.touch_in(color, x, y, width, height);
        self.set_fill(color);
        self.rectangle(x, y, width, height, radius);
        self.graphics.extend_from_slice(b"f\n");
    }

    /// Strokes a rectangle.
    pub fn stroke_rectangle(&mut self, x: Length, y: Length, width: Length, height: Length, radius: Length, border: Border) {
        if self.zones.is_some() {
            let half = border.width / 2;
            for (x, y, width, height) in [
                (x, y, width, Length::ZERO),
                (x, y + height, width, Length::ZERO),
                (x, y, Length::ZERO, height),
                (x + width, y, Length::ZERO, height),
            ] {
                self.touch_in(border.color, x - half, y - half, width + half * 2, height + half * 2);
            }
        }
        self.set_stroke(border);
        self.rectangle(x, y, width, height, radius);
        self.graphics.extend_from_slice(b"S\n");
    }

    /// Strokes a line.
    pub fn stroke_line(&mut self, from: (Length, Length), to: (Length, Length), border: Border) {
        if self.zones.is_some() {
            let (half, left, top) = (border.width / 2, from.0.min(to.0), from.1.min(to.1));
            let (right, bottom) = (from.0.max(to.0), from.1.max(to.1));
            self.touch_in(border.color, left - half, top - half, right - left + half * 2, bottom - top + half * 2);
        }
        self.set_stroke(border);
        let (x1, y1) = self.point(from.0, from.1);
        let (x2, y2) = self.point(to.0, to.1);
        numbers(&[x1, y1], &mut self.graphics);
        self.graphics.extend_from_slice(b"m ");
        numbers(&[x2, y2], &mut self.graphics);
        self.graphics.extend_from_slice(b"l S\n");
    }

    /// Paints an image turned as its file says, so that it fills a rectangle.
    pub fn image(&mut self, image: ImageId, turn: Turn, x: Length, y: Length, width: Length, height: Length) {
        self.touch(x, y, width, height);
        let (left, bottom) = self.point(x, y + height);
        self.graphics.extend_from_slice(b"q ");
        // ISO 32000-1, 8.3.4: where the corner, the right end and the upper end of the unit square go.
        let (width, height) = (width.centipoints(), height.centipoints());
        let along = |[across, up]: [i64; 2]| [across * width, up * height];
        let ([a, b], [c, d], [e, f]) = (along(turn.right), along(turn.up), along(turn.corner));
        numbers(&[a, b, c, d, left + e, bottom + f], &mut self.graphics);
        self.graphics.extend_from_slice(b"cm /I");
        integer(i64::from(image.0), &mut self.graphics);
        self.graphics.extend_from_slice(b" Do Q\n");
        self.images.push(image);
    }

    /// Paints a form with its origin at a point.
    pub fn form(&mut self, form: FormId, x: Length, y: Length) {
        let (left, top) = self.point(x, y);
        self.graphics.extend_from_slice(b"q 1 0 0 1 ");
        numbers(&[left, top], &mut self.graphics);
        self.graphics.extend_from_slice(b"cm /X");
        integer(i64::from(form.0), &mut self.graphics);
        self.graphics.extend_from_slice(b" Do Q\n");
        self.forms.push(form);
    }

    /// Paints a form of its `own` size so that it fills a rectangle.
    pub fn drawing(&mut self, form: FormId, own: (Length, Length), (x, y): (Length, Length), size: (Length, Length)) {
        self.touch(x, y, size.0, size.1);
        let (left, top) = self.point(x, y);
        let scale = |size: Length, own: Length| size.scaled(1_000_000, own.millipoints().max(1)).millipoints();
        self.graphics.extend_from_slice(b"q ");
        decimal::<6>(scale(size.0, own.0), &mut self.graphics);
        self.graphics.extend_from_slice(b"0 0 ");
        decimal::<6>(scale(size.1, own.1), &mut self.graphics);
        numbers(&[left, top], &mut self.graphics);
        self.graphics.extend_from_slice(b"cm /X");
        integer(i64::from(form.0), &mut self.graphics);
        self.graphics.extend_from_slice(b" Do Q\n");
        self.forms.push(form);
    }

    /// Paints the path of a barcode with the lower left corner of what is turned at a point, in black.
    pub fn symbol(&mut self, path: &[u8], unit: [Length; 2], ink: [Length; 2], turn: barcode::Turn, x: Length, y: Length) {
        let [across, up] = if turn.is_sideways() { [ink[1], ink[0]] } else { ink };
        self.touch(x, y - up, across, up);
        self.set_fill(Color::default());
        barcode::write_frame(unit, ink, x, self.height - y, turn, &mut self.graphics);
        self.graphics.extend_from_slice(path);
    }

    /// Adds the bytes of a run to the open string, opening it at (x, baseline) if the look changes.
    pub fn run(&mut self, bytes: &[u8], run: &Run, id: TextStyleId, style: &TextStyle, x: Length, baseline: Length) {
        self.look(Look { style: id, face: run.face, wide: run.wide, rise: run.rise }, style, x, baseline);
        self.adjusted |= run.adjusted;
        self.string.extend_from_slice(bytes);
    }

    /// Adds figures, whose codes are their characters.
    pub fn figures(&mut self, text: &str, face: FaceId, id: TextStyleId, style: &TextStyle, x: Length, baseline: Length) {
        self.look(Look { style: id, face, wide: false, rise: 0 }, style, x, baseline);
        self.string.extend_from_slice(text.as_bytes());
    }

    /// Opens a string for a look at (x, baseline), unless the open one has it.
    fn look(&mut self, look: Look, style: &TextStyle, x: Length, baseline: Length) {
        if self.look != Some(look) || self.string.is_empty() {
            let rise = style.rise.millipoints() + i64::from(look.rise) * style.size.millipoints() / 1_000_000;
            let state = TextState {
                font: Some((look.face, look.wide, style.size)),
                color: Some(style.color),
                spacing: style.letter_spacing,
                word_spacing: self.extra,
                rise,
            };
            self.open(state, x, baseline);
            self.look = Some(look);
        }
    }

    /// Sets what every space of the line to come is widened by, until the next call.
    ///
    /// ISO 32000-1, 9.3.3: word spacing applies to the one-byte code 32, also of a composite font that has it.
    pub fn justify(&mut self, extra: Length) {
        self.extra = extra;
    }

    /// Adds a space to the open string if it has the same look. Otherwise the next run is moved.
    pub fn space(&mut self, face: FaceId, style: &TextStyle) {
        let same = self.state.font == Some((face, false, style.size)) && self.state.spacing == style.letter_spacing;
        if (self.string.is_empty() && !self.goes_on) || !same {
            self.close();
            return;
        }
        self.string.push(b' ');
    }

    /// Begins text that reads as `text`, whatever its glyphs read as (ISO 32000-1, 14.9.4).
    pub fn begin_told(&mut self, text: &str) {
        self.close();
        self.text.extend_from_slice(b"/Span<</ActualText<FEFF");
        for unit in text.encode_utf16() {
            for shift in [12, 8, 4, 0] {
                self.text.push(b"0123456789ABCDEF"[usize::from(unit >> shift & 15)]);
            }
        }
        self.text.extend_from_slice(b">>>BDC\n");
    }

    /// Ends it.
    pub fn end_told(&mut self) {
        self.close();
        self.text.extend_from_slice(b"EMC\n");
    }

    /// Ends the open string.
    pub fn close(&mut self) {
        self.goes_on = false;
        if self.string.is_empty() {
            return;
        }
        if self.adjusted {
            self.text.extend_from_slice(b"[(");
            self.text.extend_from_slice(&self.string);
            self.text.extend_from_slice(b")]TJ\n");
        } else {
            self.text.push(b'(');
            self.text.extend_from_slice(&self.string);
            self.text.extend_from_slice(b")Tj\n");
        }
        self.string.clear();
        self.adjusted = false;
    }

    fn open(&mut self, state: TextState, x: Length, baseline: Length) {
        if state == self.state && (self.goes_on || !self.string.is_empty()) {
            return;
        }
        self.close();
        if state.font != self.state.font {
            let (face, wide, size) = state.font.expect("a run has a font");
            self.text.extend_from_slice(if wide { b"/G" } else { b"/F" });
            integer(i64::from(face.0), &mut self.text);
            self.text.push(b' ');
            numbers(&[size.centipoints()], &mut self.text);
            self.text.extend_from_slice(b"Tf ");
        }
        if let (Some(wanted), true) = (state.color, state.color != self.state.color) {
            color(wanted, [b"g ", b"rg "], &mut self.text);
        }
        if state.spacing != self.state.spacing {
            numbers(&[state.spacing.centipoints()], &mut self.text);
            self.text.extend_from_slice(b"Tc ");
        }
        // Two-byte codes are never widened, so that a string of them keeps whatever word spacing there is.
        let is_wide = state.font.is_some_and(|(_, wide, _)| wide);
        let word_spacing = if is_wide { self.state.word_spacing } else { state.word_spacing };
        if word_spacing != self.state.word_spacing {
            // A line of many spaces needs the third digit to end where it should.
            decimal::<3>(word_spacing.millipoints(), &mut self.text);
            self.text.extend_from_slice(b"Tw ");
        }
        let state = TextState { word_spacing, ..state };
        if state.rise != self.state.rise {
            numbers(&[Length::from_millipoints(state.rise).centipoints()], &mut self.text);
            self.text.extend_from_slice(b"Ts ");
        }
        self.state = state;
        let point = self.point(x, baseline);
        numbers(&[point.0 - self.origin.0, point.1 - self.origin.1], &mut self.text);
        self.text.extend_from_slice(b"Td");
        self.origin = point;
    }

    fn point(&self, x: Length, y: Length) -> (i64, i64) {
        (x.centipoints(), (self.height - y).centipoints())
    }

    fn set_fill(&mut self, fill: Color) {
        if self.fill != Some(fill) {
            color(fill, [b"g ", b"rg "], &mut self.graphics);
            self.fill = Some(fill);
        }
    }

    fn set_stroke(&mut self, border: Border) {
        let wanted = Some((border.color, border.width, border.line));
        if self.stroke == wanted {
            return;
        }
        color(border.color, [b"G ", b"RG "], &mut self.graphics);
        numbers(&[border.width.centipoints()], &mut self.graphics);
        self.graphics.extend_from_slice(b"w ");
        let before = self.stroke.map(|(_, width, line)| (line, if line == LineStyle::Solid { Length::ZERO } else { width }));
        let dash = (border.line, if border.line == LineStyle::Solid { Length::ZERO } else { border.width });
        if before != Some(dash) {
            let width = border.width.centipoints();
            match border.line {
                LineStyle::Solid => self.graphics.extend_from_slice(b"[]0 d 0 J "),
                LineStyle::Dashed => {
                    self.graphics.push(b'[');
                    numbers(&[width * 3, width * 3], &mut self.graphics);
                    self.graphics.extend_from_slice(b"]0 d 0 J ");
                }
                LineStyle::Dotted => {
                    self.graphics.extend_from_slice(b"[0 ");
                    numbers(&[width * 2], &mut self.graphics);
                    self.graphics.extend_from_slice(b"]0 d 1 J ");
                }
            }
        }
        self.stroke = wanted;
    }

    fn rectangle(&mut self, x: Length, y: Length, width: Length, height: Length, radius: Length) {
        let (left, top) = self.point(x, y);
        let (right, bottom) = self.point(x + width, y + height);
        let radius = radius.centipoints().min((right - left) / 2).min((top - bottom) / 2);
        let out = &mut self.graphics;
        if radius <= 0 {
            numbers(&[left, bottom, right - left, top - bottom], out);
            out.extend_from_slice(b"re ");
            return;
        }
        // A quarter circle as a Bézier curve: control points at 0.5523 of the radius from the tangent points.
        let near = radius - radius * 5523 / 10_000;
        let mut curve = |points: [i64; 6]| {
            numbers(&points, out);
            out.extend_from_slice(b"c ");
        };
        let line = |x: i64, y: i64, operator: &[u8], out: &mut Vec<u8>| {
            numbers(&[x, y], out);
            out.extend_from_slice(operator);
        };
        let _ = &mut curve;
        line(left + radius, bottom, b"m ", out);
        line(right - radius, bottom, b"l ", out);
        numbers(&[right - near, bottom, right, bottom + near, right, bottom + radius], out);
        out.extend_from_slice(b"c ");
        line(right, top - radius, b"l ", out);
        numbers(&[right, top - near, right - near, top, right - radius, top], out);
        out.extend_from_slice(b"c ");
        line(left + radius, top, b"l ", out);
        numbers(&[left + near, top, left, top - near, left, top - radius], out);
        out.extend_from_slice(b"c ");
        line(left, bottom + radius, b"l ", out);
        numbers(&[left, bottom + near, left + near, bottom, left + radius, bottom], out);
        out.extend_from_slice(b"c h ");
    }
}

/// What a canvas was in the middle of before a part of the page began.
#[derive(Debug)]
pub struct Part {
    graphics: Vec<u8>,
    text: Vec<u8>,
    fill: Option<Color>,
    stroke: Option<(Color, Length, LineStyle)>,
    state: TextState,
    look: Option<Look>,
    extra: Length,
    origin: (i64, i64),
    /// Links that were noted before.
    links: usize,
}

/// Turns a rectangle clockwise around a point; gives the upright one around it.
pub(super) fn turn_place(degrees: i32, (x, y): (Length, Length), place: &mut [Length; 4]) {
    let (sine, cosine) = angle::sin_cos(degrees);
    let [left, top, right, bottom] = *place;
    let turned = [(left, top), (right, top), (right, bottom), (left, bottom)].map(|(px, py)| {
        let (dx, dy) = (px - x, py - y);
        // Here y grows downwards.
        (x + dx.scaled(cosine, angle::ONE) - dy.scaled(sine, angle::ONE), y + dx.scaled(sine, angle::ONE) + dy.scaled(cosine, angle::ONE))
    });
    let bound = |of: fn(&(Length, Length)) -> Length, better: fn(Length, Length) -> Length| turned.iter().map(of).reduce(better).unwrap_or_default();
    *place = [bound(|p| p.0, Ord::min), bound(|p| p.1, Ord::min), bound(|p| p.0, Ord::max), bound(|p| p.1, Ord::max)];
}

/// Turns the coordinates clockwise around a point (ISO 32000-1, 8.3.3).
fn turn(degrees: i32, (x, y): (i64, i64), out: &mut Vec<u8>) {
    let (sine, cosine) = angle::sin_cos(degrees);
    for factor in [cosine, -sine, sine, cosine] {
        decimal::<6>(factor, out);
    }
    let rounded = |value: i64| (value + angle::ONE / 2).div_euclid(angle::ONE);
    numbers(&[x - rounded(cosine * x + sine * y), y - rounded(cosine * y - sine * x)], out);
    out.extend_from_slice(b"cm");
}

/// Writes hundredths as decimals, each followed by a space.
pub fn numbers(hundredths: &[i64], out: &mut Vec<u8>) {
    for &value in hundredths {
        decimal::<2>(value, out);
    }
}

/// Writes `value` with its last `PLACES` digits after the point, as short as it can be, and a space.
fn decimal<const PLACES: u32>(value: i64, out: &mut Vec<u8>) {
    let unit = const { 10u64.pow(PLACES) };
    let magnitude = value.unsigned_abs();
    let (mut whole, mut fraction) = (magnitude / unit, magnitude % unit);
    let mut buffer = [b' '; 24];
    let mut at = buffer.len() - 1;
    let mut push = |byte: u8| {
        at -= 1;
        buffer[at] = byte;
    };
    if fraction != 0 {
        let mut places = PLACES;
        while fraction % 10 == 0 {
            fraction /= 10;
            places -= 1;
        }
        for _ in 0..places {
            push(b'0' + (fraction % 10) as u8);
            fraction /= 10;
        }
        push(b'.');
    } else if whole == 0 {
        push(b'0');
    }
    while whole > 0 {
        push(b'0' + (whole % 10) as u8);
        whole /= 10;
    }
    if value < 0 {
        push(b'-');
    }
    out.extend_from_slice(&buffer[at..]);
}

fn integer(value: i64, out: &mut Vec<u8>) {
    numbers(&[value * 100], out);
    out.pop();
}

fn color(color: Color, operators: [&[u8]; 2], out: &mut Vec<u8>) {
    let component = |value: u8, out: &mut Vec<u8>| {
        // Thousandths tell all 256 steps apart.
        let thousandths = (u32::from(value) * 1000 + 127) / 255;
        match thousandths {
            0 => out.push(b'0'),
            1000 => out.push(b'1'),
            _ => {
                let text = [b'0' + (thousandths / 100) as u8, b'0' + (thousandths / 10 % 10) as u8, b'0' + (thousandths % 10) as u8];
                let length = if text[2] != b'0' {
                    3
                } else if text[1] != b'0' {
                    2
                } else {
                    1
                };
                out.push(b'.');
                out.extend_from_slice(&text[..length]);
            }
        }
        out.push(b' ');
    };
    if color.r == color.g && color.g == color.b {
        component(color.r, out);
        out.extend_from_slice(operators[0]);
    } else {
        component(color.r, out);
        component(color.g, out);
        component(color.b, out);
        out.extend_from_slice(operators[1]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let mut out = Vec::new();
        numbers(&[0, 5, -50, 1234, 100_000, -7], &mut out);
        assert_eq!(String::from_utf8_lossy(&out), "0 .05 -.5 12.34 1000 -.07 ");
    }

    #[test]
    fn colors_are_short() {
        let mut out = Vec::new();
        color(Color { r: 0x1f, g: 0x3a, b: 0x5f }, [b"g ", b"rg "], &mut out);
        color(Color { r: 255, g: 255, b: 255 }, [b"g ", b"rg "], &mut out);
        assert_eq!(String::from_utf8_lossy(&out), ".122 .227 .373 rg 1 g ");
    }

    #[test]
    fn text_names_its_color_whatever_was_filled_before() {
        let mut canvas = Canvas::default();
        canvas.begin(Length::from_points(100));
        let one = Length::from_points(1);
        canvas.fill_rectangle(one, one, one, one, Length::ZERO, Color { r: 255, g: 255, b: 255 });
        let style = TextStyle {
            stack: crate::model::resources::StackId(0),
            size: one * 9,
            line_height: one * 12,
            color: Color::default(),
            letter_spacing: Length::ZERO,
            rise: Length::ZERO,
            underline: false,
            strike: false,
            transform: Default::default(),
            tabular: true,
            plain_figures: true,
            small: None,
        };
        canvas.figures("1", FaceId(0), TextStyleId(0), &style, one, one * 10);
        canvas.close();
        canvas.justify(Length::from_millipoints(1_205));
        canvas.figures("2", FaceId(0), TextStyleId(0), &style, one, one * 22);
        canvas.space(FaceId(0), &style);
        canvas.figures("3", FaceId(0), TextStyleId(0), &style, one * 9, one * 22);
        canvas.close();
        let mut out = Vec::new();
        canvas.finish(&mut out);
        let expected = "1 g 1 98 1 1 re f\nBT\n/F0 9 Tf 0 g 1 90 Td(1)Tj\n1.205 Tw 0 -12 Td(2 3)Tj\nET\n";
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    #[test]
    fn a_background_goes_below_what_it_holds() {
        let mut canvas = Canvas::default();
        canvas.begin(Length::from_points(100));
        let one = Length::from_points(1);
        let mark = canvas.mark();
        canvas.fill_rectangle(one, one, one, one, Length::ZERO, Color::default());
        canvas.insert_below(mark, |c| c.fill_rectangle(one, one, one * 9, one * 9, Length::ZERO, Color { r: 255, g: 255, b: 255 }));
        let mut out = Vec::new();
        canvas.finish(&mut out);
        assert_eq!(String::from_utf8_lossy(&out), "q\n1 g 1 90 9 9 re f\nQ\n0 g 1 98 1 1 re f\n");
    }

    #[test]
    fn images_are_turned_as_their_file_says() {
        let place = |turn| {
            let mut canvas = Canvas::default();
            canvas.begin(Length::from_points(100));
            canvas.image(ImageId(0), turn, Length::from_points(10), Length::from_points(20), Length::from_points(30), Length::from_points(40));
            let mut out = Vec::new();
            canvas.finish(&mut out);
            String::from_utf8(out).expect("operators")
        };
        assert_eq!(place(Turn::default()), "q 30 0 0 40 10 40 cm /I0 Do Q\n");
        assert_eq!(place(Turn::of_exif(3)), "q -30 0 0 -40 40 80 cm /I0 Do Q\n");
        assert_eq!(place(Turn::of_exif(6)), "q 0 -40 30 0 10 80 cm /I0 Do Q\n");
        assert_eq!(place(Turn::of_exif(8)), "q 0 40 -30 0 40 40 cm /I0 Do Q\n");
    }
}
