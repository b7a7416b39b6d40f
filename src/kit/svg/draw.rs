//! A resolved picture to parts.
//!
//! Takes the tree that the library makes, in which every style and reference is resolved, gives operators. Must never leave out what the
//! tree holds: what cannot be drawn is refused by its id.

use usvg::roxmltree::{Document, Node as Element};
use usvg::tiny_skia_path::{Path as Outline, Transform};
use usvg::{BlendMode, ClipPath, FillRule, Group, LineCap, LineJoin, Node, Paint, PaintOrder, Path, Stroke, Tree};

use super::merged::merged_texts;
use super::paint::{Gradient, color};
use super::path::{filled, matrix, number, outline, thousandths};
use super::scan::{name_range, shortened};
use super::{Drawing, GroupColor, Part, Piece, SvgFault};
use crate::base::length::Length;
use crate::base::limits;
use crate::kit::pdf::write_integer;

pub(super) type Drawn<T> = Result<T, SvgFault>;

/// Thousandths of a point in a unit: 96 units are an inch (CSS 2.2, 4.3.2).
const MILLIPOINTS_PER_UNIT: f64 = 750.0;
/// The scale of a whole picture, and the state that its lines begin with: that of the page is another one.
const BEGIN: &[u8] = b".75 0 0 -.75 0 0 cm 0 J 0 j []0 d\n";

struct Drawer<'d> {
    first: usize,
    document: &'d Document<'d>,
    parts: Vec<Part>,
    pieces: Vec<Piece>,
    /// The size of the picture in units: the bounds of its inner parts.
    inner: [Length; 4],
    outer: [Length; 4],
    bytes: usize,
}

/// What is being drawn.
struct Canvas {
    part: Part,
    /// From units to the coordinates of the part's patterns.
    base: Transform,
    /// Whether texts can be merged here.
    is_whole: bool,
}

/// Draws a picture whose parts become the forms from number `first` on.
pub(super) fn draw(tree: &Tree, document: &Document<'_>, first: usize) -> Drawn<Drawing> {
    let length = |units: f32| Length::from_millipoints((f64::from(units) * MILLIPOINTS_PER_UNIT).round() as i64);
    let (width, height) = (length(tree.size().width()), length(tree.size().height()));
    let sizes = Length::from_millipoints(10)..=Length::from_points(14_400);
    if !sizes.contains(&width) || !sizes.contains(&height) {
        return Err(SvgFault::new(name_range(&document.root_element()), format!("its own size, {width} x {height}, fits no page")));
    }
    let unit = |units: f32| Length::from_millipoints((f64::from(units) * 1000.0).round() as i64);
    let (outer, inner) =
        ([Length::ZERO, -height, width, Length::ZERO], [Length::ZERO, Length::ZERO, unit(tree.size().width()), unit(tree.size().height())]);
    let mut drawer = Drawer { first, document, parts: Vec::new(), pieces: Vec::new(), inner, outer, bytes: 0 };
    let mut canvas = drawer.whole();
    drawer.group(tree.root(), &mut canvas)?;
    if canvas.part.content.len() > BEGIN.len() || drawer.pieces.is_empty() {
        let index = drawer.finish(canvas);
        drawer.pieces.push(Piece::Part(index));
    }
    Ok(Drawing { width, height, parts: drawer.parts, pieces: drawer.pieces })
}

impl Drawer<'_> {
    fn refuse<T>(&self, what: &str, id: &str) -> Drawn<T> {
        let named = |node: &Element<'_, '_>| !id.is_empty() && node.attribute("id") == Some(id);
        let range = self.document.descendants().find(named).map_or_else(|| name_range(&self.document.root_element()), |node| name_range(&node));
        let message = if id.is_empty() { format!("{what} is not drawn") } else { format!("{what} is not drawn (`#{}`)", shortened(id)) };
        Err(SvgFault::new(range, message).hint("flatten it in the drawing program: paths, gradients, clips and opacity are drawn"))
    }

    fn whole(&self) -> Canvas {
        let part = Part { content: BEGIN.to_vec(), bounds: self.outer, ..Part::default() };
        Canvas { part, base: Transform::from_scale(0.75, -0.75), is_whole: true }
    }

    fn inside(&self, color: GroupColor) -> Canvas {
        let part = Part { bounds: self.inner, group: Some(color), ..Part::default() };
        Canvas { part, base: Transform::identity(), is_whole: false }
    }

    fn finish(&mut self, canvas: Canvas) -> usize {
        self.parts.push(canvas.part);
        self.parts.len() - 1
    }

    fn group(&mut self, group: &Group, canvas: &mut Canvas) -> Drawn<()> {
        if group.blend_mode() != BlendMode::Normal {
            return self.refuse("a blend mode", group.id());
        }
        if group.mask().is_some() {
            return self.refuse("a mask", group.id());
        }
        if !group.filters().is_empty() {
            return self.refuse("a filter", group.id());
        }
        let opacity = thousandths(group.opacity().get());
        if group.clip_path().is_none() && opacity == 1000 {
            return self.children(group, canvas);
        }
        canvas.part.content.extend_from_slice(b"q ");
        let mut is_masked = false;
        if let Some(clip) = group.clip_path() {
            is_masked = self.clip(clip, group.abs_transform(), canvas)?;
        }
        if opacity == 1000 && !is_masked {
            let was_whole = std::mem::take(&mut canvas.is_whole);
            self.children(group, canvas)?;
            canvas.is_whole = was_whole;
        } else {
            // Painted as one, then made transparent: shapes in it do not show through each other.
            let mut inner = self.inside(GroupColor::Rgb);
            self.children(group, &mut inner)?;
            let part = self.finish(inner);
            canvas.set_opacity(opacity);
            canvas.part.content.extend_from_slice(b"/X");
            write_integer((self.first + part) as i64, &mut canvas.part.content);
            canvas.part.content.extend_from_slice(b" Do ");
            canvas.part.parts.push(part);
        }
        canvas.part.content.extend_from_slice(b"Q\n");
        Ok(())
    }

    fn children(&mut self, group: &Group, canvas: &mut Canvas) -> Drawn<()> {
        for child in group.children() {
            match child {
                Node::Group(group) => self.group(group, canvas)?,
                Node::Path(path) => {
                    let before = canvas.part.content.len();
                    self.path(path, canvas)?;
                    self.bytes += canvas.part.content.len() - before;
                    if self.bytes > limits::SVG_CONTENT_MAX {
                        return Err(SvgFault::new(name_range(&self.document.root_element()), "its paths are more than a page can hold"));
                    }
                }
                Node::Image(image) => return self.refuse("a picture inside the picture", image.id()),
                Node::Text(text) => match merged_texts(text, self.document)? {
                    None => self.children(text.flattened(), canvas)?,
                    Some(_) if !canvas.is_whole => {
                        let message = "a text that is merged with data cannot be clipped or transparent";
                        return Err(SvgFault::new(super::merged::place_of(text, self.document), message).hint("take it out of the group that is"));
                    }
                    Some(texts) => {
                        // What was painted so far lies below the text, the rest above it.
                        let below = std::mem::replace(canvas, self.whole());
                        if below.part.content.len() > BEGIN.len() {
                            let part = self.finish(below);
                            self.pieces.push(Piece::Part(part));
                        }
                        self.pieces.extend(texts.into_iter().map(Piece::Text));
                    }
                },
            }
        }
        Ok(())
    }

    /// Clips to a path. Several shapes that may overlap are no path of PDF, where they would cancel each other: their union is a soft mask, for
    /// which the content must be a group. Gives whether it is.
    fn clip(&mut self, clip: &ClipPath, transform: Transform, canvas: &mut Canvas) -> Drawn<bool> {
        let mut is_masked = false;
        if let Some(outer) = clip.clip_path() {
            is_masked = self.clip(outer, transform, canvas)?;
        }
        let mut shapes = Vec::new();
        self.shapes(clip.root(), transform.pre_concat(clip.transform()), &mut shapes, clip.id())?;
        match shapes.as_slice() {
            // A clip to nothing hides everything.
            [] => canvas.part.content.extend_from_slice(b"0 0 m h W n "),
            [(only, rule)] => {
                outline(only, &mut canvas.part.content);
                canvas.part.content.extend_from_slice(if *rule == FillRule::EvenOdd { b"W* n " } else { b"W n " });
            }
            // The second of two soft masks would take the place of the first.
            _ if is_masked => return self.refuse("a clip of several shapes that is clipped by several shapes", clip.id()),
            several => {
                let mut union = self.inside(GroupColor::Gray);
                union.part.content.extend_from_slice(b"1 g ");
                for (shape, rule) in several {
                    outline(shape, &mut union.part.content);
                    union.part.content.extend_from_slice(if *rule == FillRule::EvenOdd { b"f* " } else { b"f " });
                }
                let mask = self.finish(union);
                canvas.set_mask(mask, self.first);
                is_masked = true;
            }
        }
        Ok(is_masked)
    }

    /// The shapes of a clip path.
    fn shapes(&self, group: &Group, transform: Transform, out: &mut Vec<(Outline, FillRule)>, id: &str) -> Drawn<()> {
        if group.clip_path().is_some() {
            return self.refuse("a clip path around a shape of a clip path", id);
        }
        for child in group.children() {
            match child {
                Node::Group(inner) => self.shapes(inner, transform.pre_concat(inner.transform()), out, id)?,
                Node::Path(path) if path.is_visible() => {
                    if let Some(outline) = path.data().clone().transform(transform) {
                        out.push((outline, path.fill().map_or(FillRule::NonZero, usvg::Fill::rule)));
                    }
                }
                Node::Path(_) => {}
                Node::Text(text) => {
                    if let Some(texts) = merged_texts(text, self.document)?.filter(|texts| !texts.is_empty()) {
                        return Err(SvgFault::new(texts[0].range.clone(), "a text that is merged with data cannot be a clip path"));
                    }
                    self.shapes(text.flattened(), transform, out, id)?;
                }
                Node::Image(_) => return self.refuse("what a clip path holds", id),
            }
        }
        Ok(())
    }

    fn path(&mut self, path: &Path, canvas: &mut Canvas) -> Drawn<()> {
        if !path.is_visible() {
            return Ok(());
        }
        let strokes_first = path.paint_order() == PaintOrder::StrokeAndFill;
        for is_stroke in [strokes_first, !strokes_first] {
            match (is_stroke, path.fill(), path.stroke()) {
                (false, Some(fill), _) => {
                    let mut shape = Vec::new();
                    if !filled(path.data(), &mut shape) {
                        continue;
                    }
                    self.begin(path, fill.paint(), fill.opacity().get(), false, canvas)?;
                    canvas.part.content.extend_from_slice(&shape);
                    canvas.part.content.extend_from_slice(if fill.rule() == FillRule::EvenOdd { b"f* Q\n" } else { b"f Q\n" });
                }
                (true, _, Some(stroke)) => {
                    self.begin(path, stroke.paint(), stroke.opacity().get(), true, canvas)?;
                    write_line(stroke, &mut canvas.part.content);
                    outline(path.data(), &mut canvas.part.content);
                    canvas.part.content.extend_from_slice(b"S Q\n");
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Begins a state in which a path is filled or stroked with a paint.
    fn begin(&mut self, path: &Path, paint: &Paint, opacity: f32, is_stroke: bool, canvas: &mut Canvas) -> Drawn<()> {
        canvas.part.content.extend_from_slice(b"q ");
        canvas.set_opacity(thousandths(opacity));
        let transform = path.abs_transform();
        let gradient = Gradient::of(paint);
        if let Some(gradient) = gradient.as_ref().filter(|gradient| gradient.is_transparent()) {
            let mut mask = self.inside(GroupColor::Gray);
            mask.set_pattern(gradient.opacity(mask.base.pre_concat(transform)), false);
            mask.part.content.extend_from_slice(b"0 0 ");
            number(self.inner[2].millipoints() as f32 / 1000.0, &mut mask.part.content);
            number(self.inner[3].millipoints() as f32 / 1000.0, &mut mask.part.content);
            mask.part.content.extend_from_slice(b"re f ");
            let mask = self.finish(mask);
            canvas.set_mask(mask, self.first);
        }
        if !transform.is_identity() {
            matrix(transform, &mut canvas.part.content);
            canvas.part.content.extend_from_slice(b"cm ");
        }
        match (paint, gradient) {
            (_, Some(gradient)) => canvas.set_pattern(gradient.colors(canvas.base.pre_concat(transform)), is_stroke),
            (Paint::Color(own), None) => {
                color(*own, &mut canvas.part.content);
                canvas.part.content.extend_from_slice(if is_stroke { b" RG " } else { b" rg " });
            }
            (Paint::Pattern(pattern), None) => return self.refuse("a pattern", pattern.id()),
            (Paint::LinearGradient(_) | Paint::RadialGradient(_), None) => return self.refuse("a paint", path.id()),
        }
        Ok(())
    }
}

impl Canvas {
    /// Makes what follows transparent.
    fn set_opacity(&mut self, opacity: u16) {
        if opacity == 1000 {
            return;
        }
        if !self.part.opacities.contains(&opacity) {
            self.part.opacities.push(opacity);
        }
        self.part.content.extend_from_slice(b"/O");
        write_integer(i64::from(opacity), &mut self.part.content);
        self.part.content.extend_from_slice(b" gs ");
    }

    /// Makes what follows as opaque as a part is light.
    fn set_mask(&mut self, part: usize, first: usize) {
        self.part.masks.push(part);
        self.part.content.extend_from_slice(b"/M");
        write_integer((first + part) as i64, &mut self.part.content);
        self.part.content.extend_from_slice(b" gs ");
    }

    /// Fills or strokes what follows with a pattern.
    fn set_pattern(&mut self, pattern: Vec<u8>, is_stroke: bool) {
        let index = self.part.patterns.iter().position(|known| *known == pattern).unwrap_or_else(|| {
            self.part.patterns.push(pattern);
            self.part.patterns.len() - 1
        });
        let (space, paint): (&[u8], &[u8]) = if is_stroke { (b"/Pattern CS/P", b" SCN ") } else { (b"/Pattern cs/P", b" scn ") };
        self.part.content.extend_from_slice(space);
        write_integer(index as i64, &mut self.part.content);
        self.part.content.extend_from_slice(paint);
    }
}

/// Width, ends, corners and dashes (ISO 32000-1, 8.4.3).
fn write_line(stroke: &Stroke, out: &mut Vec<u8>) {
    number(stroke.width().get(), out);
    out.extend_from_slice(b"w ");
    match stroke.linecap() {
        LineCap::Butt => {}
        LineCap::Round => out.extend_from_slice(b"1 J "),
        LineCap::Square => out.extend_from_slice(b"2 J "),
    }
    match stroke.linejoin() {
        LineJoin::Miter | LineJoin::MiterClip => {
            number(stroke.miterlimit().get(), out);
            out.extend_from_slice(b"M ");
        }
        LineJoin::Round => out.extend_from_slice(b"1 j "),
        LineJoin::Bevel => out.extend_from_slice(b"2 j "),
    }
    if let Some(dashes) = stroke.dasharray() {
        out.push(b'[');
        dashes.iter().for_each(|dash| number(*dash, out));
        out.pop();
        out.push(b']');
        number(stroke.dashoffset(), out);
        out.extend_from_slice(b"d ");
    }
}
