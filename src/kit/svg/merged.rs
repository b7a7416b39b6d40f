//! Texts that are merged with data.
//!
//! Takes a resolved text that holds braces, gives its lines, each with its place, look and direction. What the braces mean is up to the
//! layout. Must never know how wide a text will be: only how much room it has.

use std::ops::Range;

use usvg::roxmltree::{Document, Node};
use usvg::tiny_skia_path::Transform;
use usvg::{DominantBaseline, Paint, Text, TextAnchor, TextChunk, TextFlow, TextSpan, WritingMode};

use super::SvgFault;
use super::draw::Drawn;
use super::faces::{names, slot};
use super::path::thousandths;
use super::scan::name_range;
use crate::base::length::Length;

/// Most points, and most that a matrix stretches.
const MOST: f64 = 100_000.0;

/// What of a text stands at its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Anchor {
    /// Its start.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// A line of text that is merged with data.
#[derive(Clone, PartialEq, Debug)]
pub struct MergedText {
    /// Its pieces, each with one look.
    pub runs: Vec<MergedRun>,
    /// What stands at its place.
    pub anchor: Anchor,
    /// Where the file says it.
    pub range: Range<usize>,
    /// From its own coordinates to units of the picture.
    transform: Transform,
    /// The most it may take along its line, in its own units.
    room: Option<f32>,
}

/// A piece of such a text with one look.
#[derive(Clone, PartialEq, Debug)]
pub struct MergedRun {
    /// What it says, with braces.
    pub text: String,
    /// Where the file has each of its characters.
    pub places: Vec<Range<usize>>,
    /// The families it asks for, in the order they are tried.
    pub families: Vec<String>,
    /// Bold.
    pub bold: bool,
    /// Italic.
    pub italic: bool,
    /// Red, green, blue.
    pub color: [u8; 3],
    /// A line under it.
    pub underline: bool,
    /// A line through it.
    pub strike: bool,
    /// Small letters as small capitals.
    pub small_caps: bool,
    size: f32,
    spacing: f32,
}

/// Where a text stands in a picture of a size.
#[derive(Clone, PartialEq, Debug)]
pub struct Placing {
    /// How it is turned, in millionths: the first four numbers of a matrix (ISO 32000-1, 8.3.3).
    pub matrix: [i64; 4],
    /// Its place from the upper left corner, y downwards.
    pub at: (Length, Length),
    /// The most it may take along its line.
    pub room: Length,
    /// Points of a unit along its line.
    scale: f64,
}

impl MergedText {
    /// Where it stands if a picture of `own` size is `placed` large; `None` if that is outside of it.
    pub fn placing(&self, own: (Length, Length), placed: (Length, Length)) -> Option<Placing> {
        // Points of a unit of the file.
        let factor = |own: Length, placed: Length| placed.millipoints() as f64 / own.millipoints() as f64 * 0.75;
        let (across, down) = (factor(own.0, placed.0), factor(own.1, placed.1));
        let [sx, ky, kx, sy] = [self.transform.sx, self.transform.ky, self.transform.kx, self.transform.sy].map(f64::from);
        let [sx, ky, kx, sy] = [sx * across, ky * down, kx * across, sy * down];
        let scale = (sx * sy - ky * kx).abs().sqrt();
        if scale < 1e-6 {
            return None;
        }
        let [sx, ky, kx, sy] = [sx, ky, kx, sy].map(|value| value / scale);
        let (x, y) = (f64::from(self.transform.tx) * across, f64::from(self.transform.ty) * down);
        let (width, height) = (placed.0.millipoints() as f64 / 1000.0, placed.1.millipoints() as f64 / 1000.0);
        if !(0.0..=width).contains(&x) || !(0.0..=height).contains(&y) {
            return None;
        }
        let room = match self.room {
            Some(room) => f64::from(room) * scale,
            None => {
                // How far it is to the edge, the way the text runs.
                let reach = |by: f64, at: f64, size: f64| {
                    if by > 1e-9 {
                        (size - at) / by
                    } else if by < -1e-9 {
                        -at / by
                    } else {
                        f64::MAX
                    }
                };
                let ahead = reach(sx, x, width).min(reach(ky, y, height));
                let behind = reach(-sx, x, width).min(reach(-ky, y, height));
                match self.anchor {
                    Anchor::Start => ahead,
                    Anchor::End => behind,
                    Anchor::Middle => 2.0 * ahead.min(behind),
                }
            }
        };
        // Glyphs grow upwards, the file downwards.
        let millionths = |value: f64| (value.clamp(-MOST, MOST) * 1e6).round() as i64;
        let matrix = [millionths(sx), millionths(-ky), millionths(-kx), millionths(sy)];
        Some(Placing { matrix, at: (points(x), points(y)), room: points(room.min(14_400.0)), scale })
    }
}

impl MergedRun {
    /// The size of its font.
    pub fn size(&self, placing: &Placing) -> Length {
        points(f64::from(self.size) * placing.scale)
    }

    /// The space after each of its characters.
    pub fn spacing(&self, placing: &Placing) -> Length {
        points(f64::from(self.spacing) * placing.scale)
    }
}

fn points(value: f64) -> Length {
    // Transforms multiply; no page is larger than this.
    Length::from_millipoints((value.clamp(-MOST, MOST) * 1000.0).round() as i64)
}

/// Whether a text of the file is merged with data: it holds braces.
fn is_merged(text: &Text) -> bool {
    text.chunks().iter().any(|chunk| chunk.text().contains(['{', '}']))
}

/// The lines of a text that is merged with data; `None` if it is not.
pub(super) fn merged_texts(text: &Text, document: &Document<'_>) -> Drawn<Option<Vec<MergedText>>> {
    if !is_merged(text) {
        return Ok(None);
    }
    let range = place_of(text, document);
    let refuse = |what: &str, hint: &str| Err(SvgFault::new(range.clone(), format!("a text that is merged with data cannot {what}")).hint(hint));
    if text.writing_mode() != WritingMode::LeftToRight {
        return refuse("run from top to bottom", "turn it by its `transform`");
    }
    if text.rotate().iter().any(|angle| *angle != 0.0) {
        return refuse("have letters that are turned each", "turn the whole text by its `transform`");
    }
    let places = places_of(text, document);
    let (mut merged, mut first, mut at, mut y) = (Vec::new(), 0, 0, 0.0);
    for (index, chunk) in text.chunks().iter().enumerate() {
        if matches!(chunk.text_flow(), TextFlow::Path(_)) {
            return refuse("run along a path", "set it on a line of its own");
        }
        let count = chunk.text().chars().count();
        let shift = |list: &[f32]| list.get(first).copied().unwrap_or(0.0);
        let moves = |list: &[f32]| list.iter().skip(first + 1).take(count.saturating_sub(1)).any(|by| *by != 0.0);
        if moves(text.dx()) || moves(text.dy()) {
            return refuse("move letters inside a line", "give each line a `<tspan>` with `x` and `dy` of its own");
        }
        let Some(x) = chunk.x().or((index == 0).then_some(0.0)) else {
            return refuse("go on after a line without an `x`", "give each line a `<tspan>` with an `x` of its own");
        };
        y = chunk.y().unwrap_or(y) + shift(text.dy());
        let transform = text.abs_transform().pre_translate(x + shift(text.dx()), y);
        let runs = runs(chunk, places.get(at..).unwrap_or_default(), &range)?;
        first += count;
        at += count;
        if !runs.is_empty() {
            let anchor = match chunk.anchor() {
                TextAnchor::Start => Anchor::Start,
                TextAnchor::Middle => Anchor::Middle,
                TextAnchor::End => Anchor::End,
            };
            let room = chunk.spans().iter().find_map(TextSpan::text_length).filter(|room| *room > 0.0);
            merged.push(MergedText { runs, anchor, range: range.clone(), transform, room });
        }
    }
    Ok(Some(merged))
}

fn runs(chunk: &TextChunk, places: &[Range<usize>], range: &Range<usize>) -> Drawn<Vec<MergedRun>> {
    let refuse = |what: &str| Err(SvgFault::new(range.clone(), format!("a text that is merged with data cannot {what}")));
    let mut runs = Vec::new();
    for span in chunk.spans().iter().filter(|span| span.is_visible()) {
        let Some(text) = chunk.text().get(span.start()..span.end()).filter(|text| !text.is_empty()) else { continue };
        let Some(fill) = span.fill() else { continue };
        let Paint::Color(color) = fill.paint() else { return refuse("be filled with a gradient") };
        if thousandths(fill.opacity().get()) != 1000 {
            return refuse("be transparent");
        }
        if span.stroke().is_some() {
            return refuse("have an outline of its own");
        }
        if !matches!(span.dominant_baseline(), DominantBaseline::Auto | DominantBaseline::Alphabetic) {
            return refuse("hang from another line than the baseline")
                .map_err(|fault: SvgFault| fault.hint("place it by its baseline: leave `dominant-baseline` out"));
        }
        if !span.baseline_shift().is_empty() {
            return refuse("be raised or lowered");
        }
        if span.decoration().overline().is_some() {
            return refuse("have a line above it");
        }
        let skipped = chunk.text()[..span.start()].chars().count();
        let (bold, italic) = slot(span.font());
        runs.push(MergedRun {
            text: text.to_string(),
            places: text.chars().enumerate().map(|(at, _)| places.get(skipped + at).cloned().unwrap_or_else(|| range.clone())).collect(),
            families: names(span.font()),
            bold,
            italic,
            color: [color.red, color.green, color.blue],
            underline: span.decoration().underline().is_some(),
            strike: span.decoration().line_through().is_some(),
            small_caps: span.small_caps(),
            size: span.font_size().get(),
            spacing: span.letter_spacing(),
        });
    }
    Ok(runs)
}

/// The element of a text: that of its id, else the first that says the same.
fn element_of<'d, 'i>(text: &Text, document: &'d Document<'i>) -> Option<Node<'d, 'i>> {
    let texts = || document.descendants().filter(|node| node.is_element() && node.tag_name().name() == "text");
    if !text.id().is_empty() {
        return texts().find(|node| node.attribute("id") == Some(text.id()));
    }
    let said = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let wanted: String = text.chunks().iter().map(|chunk| said(chunk.text())).collect();
    texts().find(|node| node.descendants().filter(Node::is_text).map(|part| said(part.text().unwrap_or_default())).collect::<String>() == wanted)
}

/// Where the name of the element of a text stands.
pub(super) fn place_of(text: &Text, document: &Document<'_>) -> Range<usize> {
    element_of(text, document).as_ref().map_or(0..0, name_range)
}

/// Where the file has each character of a text, whose white space is collapsed by now.
fn places_of(text: &Text, document: &Document<'_>) -> Vec<Range<usize>> {
    let Some(element) = element_of(text, document) else { return Vec::new() };
    let whole = document.input_text();
    let mut raw = Vec::new();
    for part in element.descendants().filter(Node::is_text) {
        let source = whole.get(part.range()).unwrap_or_default();
        let mut at = 0;
        while let Some(character) = source[at..].chars().next() {
            let length = match character {
                '&' => source[at..].find(';').map_or(1, |end| end + 1),
                _ => character.len_utf8(),
            };
            raw.push((character, part.range().start + at..part.range().start + at + length));
            at += length;
        }
    }
    let (mut places, mut at) = (Vec::new(), 0);
    for character in text.chunks().iter().flat_map(|chunk| chunk.text().chars()) {
        while !character.is_whitespace() && raw.get(at).is_some_and(|(found, _)| found.is_whitespace()) {
            at += 1;
        }
        let Some((_, range)) = raw.get(at) else { break };
        places.push(range.clone());
        at += 1;
        while character.is_whitespace() && raw.get(at).is_some_and(|(found, _)| found.is_whitespace()) {
            at += 1;
        }
    }
    places
}
