//! One face of a family.
//!
//! Takes the bytes of a font file, gives what layout and PDF need to know of it. Must never trust the file: it may be
//! a customer's.

use std::sync::Arc;

use skrifa::MetadataProvider;
use skrifa::instance::{LocationRef, Size};
use skrifa::raw::types::Tag;
use skrifa::raw::{FontRef, TableProvider};
use skrifa::string::StringId;

use super::code::NarrowCode;
use super::embed;
use super::figures::FigureTable;
use super::glyphs::GlyphSet;
use super::shape::Shaper;
use crate::base::hash::Hash;
use crate::base::limits;

/// The index of a face among the faces of a job; `/F<index>` in every page.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FaceId(pub u16);

/// Why a font cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FontError {
    /// Not TrueType or OpenType.
    #[error("the file is not a TrueType or OpenType font")]
    NotAFont,
    /// A table that every font needs is broken or absent.
    #[error("the font is damaged: {0}")]
    Damaged(String),
    /// OS/2 fsType forbids embedding (OpenType 1.9, OS/2, fsType bit 1).
    #[error("the font's licence bits forbid embedding it (OS/2 fsType 0x{0:04x})")]
    EmbeddingForbidden(u16),
    /// Larger than [`limits::FONT_BYTES_MAX`].
    #[error("the file has {0} bytes, more than the limit of {max}", max = limits::FONT_BYTES_MAX)]
    TooLarge(usize),
    /// A variable font; instances must be static.
    #[error("variable fonts are not supported; use a static instance")]
    Variable,
    /// Outlines in CFF2, for which PDF has no font file (ISO 32000-1, table 126).
    #[error("its outlines are CFF2, which cannot be embedded; use a version with TrueType or CFF outlines")]
    Cff2,
    /// Its program cannot be taken apart and written anew.
    #[error("it cannot be embedded: {0}")]
    NotEmbeddable(String),
}

/// A face, ready to measure and shape.
pub struct Face {
    /// Its PostScript name, made safe for a PDF name.
    pub postscript_name: String,
    /// The font file.
    pub data: Arc<[u8]>,
    /// SHA-256 of the font file.
    pub hash: Hash,
    /// Font units per em.
    pub units_per_em: i64,
    /// Height above the baseline, font units.
    pub ascent: i64,
    /// Depth below the baseline, font units, negative.
    pub descent: i64,
    /// Height of capitals, font units.
    pub cap_height: i64,
    /// Italic angle in degrees, usually negative.
    pub italic_angle: i64,
    /// Whether OS/2 or post call it fixed-pitch.
    pub is_fixed_pitch: bool,
    /// x min, y min, x max, y max of all glyphs, font units.
    pub bounds: [i64; 4],
    /// Weight class of OS/2, 400 = regular.
    pub weight: u16,
    /// Whether the outlines are CFF.
    pub is_cff: bool,
    /// Advance width of each glyph, font units.
    pub advances: Vec<u16>,
    /// Unicode of each glyph after the character map; 0 if it has none.
    pub unicode: Vec<u32>,
    /// The one-byte codes of its frequent glyphs.
    pub narrow: NarrowCode,
    /// The fast path for figures, if it is proved equal to shaping.
    pub figures: Option<FigureTable>,
    shaper: Shaper,
    coverage: Vec<u64>,
}

impl Face {
    /// Reads a face. The result depends on the bytes alone.
    pub fn read(data: Arc<[u8]>) -> Result<Face, FontError> {
        if data.len() > limits::FONT_BYTES_MAX {
            return Err(FontError::TooLarge(data.len()));
        }
        // The parsers are fuzzed, but a font is the one input where a panic of theirs must not become ours.
        std::panic::catch_unwind(|| Face::read_unguarded(data)).unwrap_or_else(|_| Err(FontError::Damaged("its tables contradict each other".into())))
    }

    fn read_unguarded(data: Arc<[u8]>) -> Result<Face, FontError> {
        let font = FontRef::from_index(&data, 0).map_err(|_| FontError::NotAFont)?;
        let damaged = |table: &str| FontError::Damaged(format!("table `{table}` cannot be read"));
        let head = font.head().map_err(|_| damaged("head"))?;
        let units_per_em = i64::from(head.units_per_em());
        if !(16..=16_384).contains(&units_per_em) {
            return Err(FontError::Damaged(format!("{units_per_em} units per em; 16 to 16384 are possible")));
        }
        let maxp = font.maxp().map_err(|_| damaged("maxp"))?;
        font.hmtx().map_err(|_| damaged("hmtx"))?;
        font.cmap().map_err(|_| damaged("cmap"))?;
        if font.fvar().is_ok() {
            return Err(FontError::Variable);
        }
        if font.cff2().is_ok() {
            return Err(FontError::Cff2);
        }
        let is_cff = font.cff().is_ok();
        if !is_cff {
            font.glyf().map_err(|_| damaged("glyf"))?;
            font.loca(None).map_err(|_| damaged("loca"))?;
        }
        let os2 = font.os2().ok();
        let fs_type = os2.as_ref().map_or(0, |os2| os2.fs_type());
        if fs_type & 0x000f == 0x0002 {
            return Err(FontError::EmbeddingForbidden(fs_type));
        }
        let glyph_count = maxp.num_glyphs();
        if glyph_count == 0 {
            return Err(FontError::Damaged("it has no glyphs".into()));
        }
        let metrics = font.metrics(Size::unscaled(), LocationRef::default());
        let glyph_metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
        let advances: Vec<u16> = (0..glyph_count).map(|gid| glyph_metrics.advance_width(skrifa::GlyphId::from(gid)).unwrap_or(0.0) as u16).collect();
        let mut unicode = vec![0u32; usize::from(glyph_count)];
        let mut coverage = vec![0u64; 0x11_0000 / 64];
        for (character, glyph) in font.charmap().mappings() {
            let glyph = glyph.to_u32() as usize;
            if glyph == 0 || glyph >= unicode.len() || character >= 0x11_0000 {
                continue;
            }
            coverage[character as usize / 64] |= 1 << (character % 64);
            let known = unicode[glyph];
            if known == 0 || preference(character) < preference(known) {
                unicode[glyph] = character;
            }
        }
        let last = coverage.iter().rposition(|word| *word != 0).map_or(0, |at| at + 1);
        coverage.truncate(last);
        let bounds = metrics.bounds.map_or([0, 0, units_per_em, units_per_em], |b| [b.x_min as i64, b.y_min as i64, b.x_max as i64, b.y_max as i64]);
        let name = font.localized_strings(StringId::POSTSCRIPT_NAME).english_or_first().map(|s| s.to_string()).unwrap_or_default();
        let shaper = Shaper::new(&data, glyph_count).ok_or(FontError::NotAFont)?;
        let mut face = Face {
            postscript_name: safe_name(&name),
            hash: Hash::of(&data),
            units_per_em,
            ascent: metrics.ascent as i64,
            descent: metrics.descent as i64,
            cap_height: metrics.cap_height.map_or(units_per_em * 7 / 10, |h| h as i64),
            italic_angle: metrics.italic_angle as i64,
            is_fixed_pitch: metrics.is_monospace,
            bounds,
            weight: os2.as_ref().map_or(400, |os2| os2.us_weight_class()),
            is_cff,
            advances,
            unicode,
            narrow: NarrowCode::default(),
            figures: None,
            shaper,
            coverage,
            data: data.clone(),
        };
        if face.shaper.shape("Hamburgefonstiv 0123", false, false, false).is_none() {
            return Err(FontError::Damaged("text cannot be shaped with it".into()));
        }
        face.figures = FigureTable::prove(&face.shaper, &face.advances);
        face.narrow = NarrowCode::assign(&face, |text| face.shaper.shape(text, false, false, false).unwrap_or_default());
        if let Some(figures) = &face.figures {
            // A tabular figure without a character of its own is still read back as the figure it shows.
            for (character, glyph) in figures.glyphs() {
                if face.unicode[usize::from(glyph)] == 0 {
                    face.unicode[usize::from(glyph)] = u32::from(character);
                }
            }
        }
        Ok(face)
    }

    /// Whether the face has a glyph for a character.
    pub fn covers(&self, character: char) -> bool {
        let code = character as usize;
        self.coverage.get(code / 64).is_some_and(|word| word >> (code % 64) & 1 == 1)
    }

    /// Whether the face has an OpenType feature, in substitution or in positioning.
    pub fn has_feature(&self, tag: [u8; 4]) -> bool {
        let Ok(font) = FontRef::from_index(&self.data, 0) else { return false };
        let tag = Tag::new(&tag);
        let substitutes = font.gsub().and_then(|table| table.feature_list());
        let positions = font.gpos().and_then(|table| table.feature_list());
        [substitutes, positions].into_iter().flatten().any(|list| list.feature_records().iter().any(|record| record.feature_tag() == tag))
    }

    /// The shaper.
    pub fn shaper(&self) -> &Shaper {
        &self.shaper
    }

    /// Font units in millionths of an em, rounded.
    pub fn to_ppm(&self, units: i64) -> i64 {
        let product = units * 1_000_000;
        (product + self.units_per_em.div_euclid(2) * product.signum()) / self.units_per_em
    }

    /// Embeds all its glyphs on trial, so that a broken font is refused when a job is compiled and not when its first
    /// volume is written. For fonts that are not ours: it takes milliseconds.
    pub fn prove_embedding(&self) -> Result<(), FontError> {
        let mut glyphs = GlyphSet::default();
        (1..self.glyph_count()).for_each(|glyph| glyphs.insert(glyph));
        embed::subset(self, &glyphs, true, true).map(drop).map_err(|error| FontError::NotEmbeddable(error.to_string()))
    }

    /// Glyphs in the face.
    pub fn glyph_count(&self) -> u16 {
        self.advances.len() as u16
    }
}

impl std::fmt::Debug for Face {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Face({})", self.postscript_name)
    }
}

// A glyph that several characters share is read back as the one people type: space not no-break space, hyphen not
// soft hyphen.
fn preference(character: u32) -> (u8, u32) {
    let rank = match character {
        0x20..=0x7e => 0,
        0xa0 | 0xad => 3,
        0xa1..=0x2af => 1,
        0xe000..=0xf8ff => 5,
        0xf900..=0xfaff | 0xfe00..=0xffff => 4,
        _ => 2,
    };
    (rank, character)
}

// ISO 32000-1, 7.3.5: a name may hold any byte, but printable ASCII without delimiters is what every reader agrees on.
fn safe_name(name: &str) -> String {
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).take(63).collect();
    if name.is_empty() { "Face".into() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRUE_TYPE: &[u8] = include_bytes!("../../../fonts/liberation-sans/LiberationSans-Regular.ttf");
    const COMPACT: &[u8] = include_bytes!("../../../tests/fonts/tiny-cff.otf");

    /// Reads a font as a job does; shapes with what is not refused.
    fn read(bytes: &[u8]) -> Result<(), FontError> {
        let face = Face::read(Arc::from(bytes))?;
        face.prove_embedding()?;
        for text in ["Hamburgefonstiv", "ffi 0123", "e\u{301}", "\u{5d0}\u{5d1}"] {
            let glyphs = face.shaper().shape(text, false, false, false).unwrap_or_default();
            assert!(glyphs.iter().all(|glyph| glyph.glyph < face.glyph_count()), "{text}");
        }
        Ok(())
    }

    #[test]
    fn what_is_no_font_is_refused() {
        assert_eq!(read(COMPACT), Ok(()));
        assert_eq!(read(TRUE_TYPE), Ok(()));
        for bytes in [b"".as_slice(), b"\x00\x01\x00\x00", b"wOFF\x00\x01\x00\x00", b"%PDF-1.7\n", b"OTTO"] {
            assert_eq!(read(bytes), Err(FontError::NotAFont));
        }
        let large = vec![0; limits::FONT_BYTES_MAX + 1];
        assert_eq!(read(&large), Err(FontError::TooLarge(large.len())));
        // Cut in the middle of its outlines: their offsets lead beyond the end.
        assert!(read(&TRUE_TYPE[..TRUE_TYPE.len() / 2]).is_err());
    }

    #[test]
    fn a_damaged_font_is_refused_or_usable() {
        let mut refused = 0;
        for length in (0..COMPACT.len()).step_by(23) {
            refused += u32::from(read(&COMPACT[..length]).is_err());
        }
        assert!(refused > 50, "{refused}");
        // Bytes all over the file, to a value that is another for each place.
        for at in (0..COMPACT.len()).step_by(17) {
            let mut damaged = COMPACT.to_vec();
            damaged[at] ^= 1 + (at * 89 % 255) as u8;
            let _ = read(&damaged);
        }
    }
}
