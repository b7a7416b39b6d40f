//! Font faces: metrics, character coverage, one-byte codes, shaping.
//!
//! Takes the bytes of TrueType and OpenType fonts, gives faces that measure, shape and encode text. Must never know
//! where a text comes from or where it is placed. `harfrust` and `skrifa` are named here and nowhere else.

mod cff;
mod cmap;
mod code;
mod embed;
mod face;
mod figures;
mod glyphs;
mod shape;

pub use code::NarrowCode;
pub use embed::{EmbeddedFont, SubsetError, is_presentation_form, subset, write_one_byte_cmap};
pub use face::{Face, FaceId, FontError};
pub use figures::FigureTable;
pub use glyphs::GlyphSet;
pub use shape::{FontFeature, ShapedGlyph, Shaper};
