//! Late streams: what is printed on a page because of its place in the mail stream.
//!
//! Takes texts of a place (piece sequence, sheet n of m), gives a content stream that comes after the body of the page.
//! It sets all of the graphics state it depends on, because it is painted in the state the body leaves. Must never
//! depend on what the body shows.

use crate::base::length::Length;
use crate::kit::font::{Face, FaceId};
use crate::kit::pdf::{write_decimal, write_fill_color, write_integer, write_literal};
use crate::model::layout::{Align, Color};
use crate::model::resources::{Resources, Used};

/// Counter-clockwise, around the upper left corner of the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Angle {
    /// From left to right.
    #[default]
    None,
    /// From bottom to top.
    Quarter,
    /// Upside down.
    Half,
    /// From top to bottom.
    ThreeQuarters,
}

impl Angle {
    /// The angle of this many degrees, if there is one.
    pub fn from_degrees(degrees: i64) -> Option<Angle> {
        match degrees {
            0 => Some(Angle::None),
            90 => Some(Angle::Quarter),
            180 => Some(Angle::Half),
            270 => Some(Angle::ThreeQuarters),
            _ => None,
        }
    }

    /// Cosine and sine.
    fn direction(self) -> (i64, i64) {
        match self {
            Angle::None => (1, 0),
            Angle::Quarter => (0, 1),
            Angle::Half => (-1, 0),
            Angle::ThreeQuarters => (0, -1),
        }
    }
}

/// Where and how a late text stands. What it says is made per page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LateText {
    /// Its upper left corner, or upper right or upper middle after `align`, from the left edge of the page.
    pub left: Length,
    /// The same corner from the top edge of the page.
    pub top: Length,
    /// Size.
    pub size: Length,
    /// Colour.
    pub color: Color,
    /// Face.
    pub face: FaceId,
    /// Where the text is to its point: [`Align::Left`] begins there, [`Align::Right`] ends there, [`Align::Center`] has its middle there.
    pub align: Align,
    /// How it is turned around its point.
    pub angle: Angle,
}

/// A character of a late text that its face cannot show.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the face of a late text has no glyph for `{0}`")]
pub struct MissingGlyph(pub char);

impl LateText {
    /// Marks all that the texts of this place may show: every one-byte code of the face, because print files are written
    /// before all numbers are known and must still embed equal subsets. `literal` is what the template says besides numbers.
    pub fn mark(&self, resources: &Resources, literal: &str, used: &mut Used) -> Result<(), MissingGlyph> {
        let face = &resources.faces[usize::from(self.face.0)];
        for glyph in (0..=255).map(|code| face.narrow.glyph_of(code)).filter(|glyph| *glyph != 0) {
            used.mark(self.face, glyph, false);
        }
        for glyph in glyphs(face, literal)? {
            if face.narrow.code_of(glyph).is_none() {
                used.mark(self.face, glyph, true);
            }
        }
        Ok(())
    }

    /// Appends the operators (ISO 32000-1, 9) that print `text` on a page of `height`. No shaping, no kerning: what is
    /// printed late is read by operators and cameras. `used` is what the print file will embed; see [`LateText::mark`].
    pub fn write(&self, resources: &Resources, used: &Used, text: &str, height: Length, out: &mut Vec<u8>) -> Result<(), MissingGlyph> {
        let face = &resources.faces[usize::from(self.face.0)];
        let glyphs = glyphs(face, text)?;
        // A template can calculate a character that nobody marked; it must not be printed as a box.
        let embedded = |glyph: u16| used.glyphs.get(usize::from(self.face.0)).is_some_and(|set| set.contains(glyph));
        if let Some((character, _)) = text.chars().zip(&glyphs).find(|(_, glyph)| !embedded(**glyph)) {
            return Err(MissingGlyph(character));
        }
        if glyphs.is_empty() {
            return Ok(());
        }
        let (x, y) = self.origin(face, &glyphs, height);
        // Everything a body may have left behind (9.3.1): spacing, scaling, rise, mode, font, colour.
        out.extend_from_slice(b"BT 0 Tc 0 Tw 100 Tz 0 Ts 0 Tr ");
        write_fill_color([self.color.r, self.color.g, self.color.b], out);
        let (cosine, sine) = self.angle.direction();
        for number in [cosine, sine, -sine, cosine] {
            write_integer(number, out);
            out.push(b' ');
        }
        for number in [x, y] {
            write_decimal(number.centipoints(), 2, out);
            out.push(b' ');
        }
        out.extend_from_slice(b"Tm");
        self.write_runs(face, &glyphs, out);
        out.extend_from_slice(b"ET\n");
        Ok(())
    }

    /// The start of the baseline, in page space.
    fn origin(&self, face: &Face, glyphs: &[u16], height: Length) -> (Length, Length) {
        let width: i64 = glyphs.iter().map(|glyph| i64::from(face.advances[usize::from(*glyph)])).sum();
        let width = self.size.scaled(width, face.units_per_em);
        let back = match self.align {
            Align::Left | Align::Start | Align::Justify => Length::ZERO,
            Align::Center => width / 2,
            Align::Right | Align::End | Align::Decimal => width,
        };
        let down = self.size.scaled(face.ascent, face.units_per_em);
        let (cosine, sine) = self.angle.direction();
        // In the text's own space the baseline starts at (-back, -down).
        (self.left - back * cosine + down * sine, height - self.top - back * sine - down * cosine)
    }

    /// One string for each change between one-byte codes and glyph ids.
    fn write_runs(&self, face: &Face, glyphs: &[u16], out: &mut Vec<u8>) {
        let is_narrow = |glyph: &u16| face.narrow.code_of(*glyph).is_some();
        for run in glyphs.chunk_by(|a, b| is_narrow(a) == is_narrow(b)) {
            let narrow = is_narrow(&run[0]);
            out.extend_from_slice(if narrow { b"/F" } else { b"/G" });
            write_integer(i64::from(self.face.0), out);
            out.push(b' ');
            write_decimal(self.size.centipoints(), 2, out);
            out.extend_from_slice(b" Tf");
            let codes: Vec<u8> = if narrow {
                run.iter().filter_map(|glyph| face.narrow.code_of(*glyph)).collect()
            } else {
                run.iter().flat_map(|glyph| glyph.to_be_bytes()).collect()
            };
            write_literal(&codes, out);
            out.extend_from_slice(b"Tj ");
        }
    }
}

/// The glyph of each character, for itself.
fn glyphs(face: &Face, text: &str) -> Result<Vec<u16>, MissingGlyph> {
    text.chars().map(|character| find_glyph(face, character).ok_or(MissingGlyph(character))).collect()
}

fn find_glyph(face: &Face, character: char) -> Option<u16> {
    if let Ok(byte @ 0x20..0x7f) = u8::try_from(character) {
        // ASCII has itself as one-byte codes.
        let glyph = face.narrow.glyph_of(byte);
        if glyph != 0 {
            return Some(glyph);
        }
    }
    let shaped = face.shaper().shape(character.encode_utf8(&mut [0; 4]), false, false, false)?;
    match shaped.as_slice() {
        [glyph] if glyph.glyph != 0 => Some(glyph.glyph),
        _ => None,
    }
}
