//! SVG pictures as operators of Form XObjects.
//!
//! Takes the text of a file, gives vector paths with fills, strokes, clips, gradients and opacity (ISO 32000-1, 8 and 11) and the texts
//! that are merged with data, or every reason why it cannot be drawn: nothing is left out silently. Nothing outside the file is ever
//! read: scripts, entities and references to other files are refused before it is resolved. Must never know of pages or records.

mod draw;
mod faces;
mod merged;
mod paint;
mod path;
mod references;
mod scan;
mod style;
#[cfg(test)]
mod tests;
mod values;

use std::ops::Range;

pub use faces::Faces;
pub use merged::{Anchor, MergedRun, MergedText, Placing};

use crate::base::length::Length;
use crate::base::limits;

/// Bytes that are looked through for the name of the root element; comments and a document type may stand before it.
const SNIFFED: usize = 16 << 10;

/// A reason why an SVG picture cannot be used, at a place of its file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SvgFault {
    /// Bytes of the file.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it, if there is more to say.
    pub hint: Option<String>,
}

impl SvgFault {
    fn new(range: Range<usize>, message: impl Into<String>) -> SvgFault {
        SvgFault { range, message: message.into(), hint: None }
    }

    fn hint(self, hint: impl Into<String>) -> SvgFault {
        SvgFault { hint: Some(hint.into()), ..self }
    }
}

/// A part of a picture, for a form of its own.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Part {
    /// Operators.
    pub content: Vec<u8>,
    /// Left, bottom, right, top of what it paints, in points of its own coordinates.
    pub bounds: [Length; 4],
    /// Pattern dictionaries, `/P<index>`.
    pub patterns: Vec<Vec<u8>>,
    /// Opacities, in thousandths: graphics states `/O<thousandths>`.
    pub opacities: Vec<u16>,
    /// The parts it paints, `/X<number of the first part + index>`.
    pub parts: Vec<usize>,
    /// The parts whose lightness is an opacity: graphics states `/M<number of the first part + index>`.
    pub masks: Vec<usize>,
    /// Whether it is painted as one, and in which colours.
    pub group: Option<GroupColor>,
}

/// The colours a transparency group is blended in (ISO 32000-1, 11.6.6).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GroupColor {
    /// `/DeviceRGB`, which the output intent covers.
    Rgb,
    /// `/DeviceGray`, for soft masks.
    Gray,
}

/// What is painted one after the other.
#[derive(Clone, PartialEq, Debug)]
pub enum Piece {
    /// A part, by its index. Its origin is the upper left corner of the picture, a unit is a point, y grows upwards.
    Part(usize),
    /// A text that is merged with data.
    Text(MergedText),
}

/// A picture.
#[derive(Clone, PartialEq, Debug)]
pub struct Drawing {
    /// Its own width: 96 units are an inch.
    pub width: Length,
    /// Its own height.
    pub height: Length,
    /// Its parts.
    pub parts: Vec<Part>,
    /// What is painted, from bottom to top. One part if nothing is merged.
    pub pieces: Vec<Piece>,
}

impl Drawing {
    /// Whether it holds texts that are merged with data.
    pub fn is_merged(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Text(_)))
    }
}

/// Whether bytes are rather SVG than a picture of pixels: markup whose beginning names the element.
pub fn is_svg(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let is_markup = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
    is_markup && memchr::memmem::find(&bytes[..bytes.len().min(SNIFFED)], b"svg").is_some()
}

/// Reads a picture whose parts become the forms from number `first` on.
///
/// # Errors
/// Every fault of the file, in the order of their places.
pub fn read(text: &str, first: usize, faces: &mut (dyn Faces + Send)) -> Result<Drawing, Vec<SvgFault>> {
    let one = |fault: SvgFault| vec![fault];
    if text.len() > limits::SVG_BYTES_MAX {
        let message = format!("it has {} bytes; an SVG picture has at most {}", text.len(), limits::SVG_BYTES_MAX);
        return Err(one(SvgFault::new(0..0, message)));
    }
    let document = scan::parse(text).map_err(one)?;
    let mut faults = scan::check(&document);
    if faults.is_empty() {
        faults = references::check(&document);
    }
    if faults.is_empty() {
        match faces::resolve(&document, faces) {
            Ok(tree) => return draw::draw(&tree, &document, first).map_err(one),
            Err(found) => faults = found,
        }
    }
    faults.sort_by_key(|fault| (fault.range.start, fault.range.end));
    faults.dedup();
    Err(faults)
}
