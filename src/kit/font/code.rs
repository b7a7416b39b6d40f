//! One-byte codes for the frequent glyphs of a face.
//!
//! Takes a face, gives a code for about 220 of its glyphs. The codes depend on the face alone, never on a subset or on
//! what a document uses, so page content is final when it is written. Glyphs without a code use two-byte glyph ids.

use super::face::Face;
use super::shape::ShapedGlyph;

/// A fixed assignment of bytes to glyphs.
#[derive(Clone, Debug)]
pub struct NarrowCode {
    glyph_of: [u16; 256],
    code_of: Vec<u8>,
    ligatures: Vec<(u16, &'static str)>,
}

impl Default for NarrowCode {
    fn default() -> NarrowCode {
        NarrowCode { glyph_of: [0; 256], code_of: Vec::new(), ligatures: Vec::new() }
    }
}

// Latin-1 letters, then punctuation and letters of Western and Central European text by frequency.
const EXTRA: &str = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿ\
    \u{a0}§°·«»£€–—‘’‚“”„•…†‡×−\u{202f}©®™ŒœŠšŽžŸąćęłńśźżĄĆĘŁŃŚŹŻčďěňřťůČĎĚŇŘŤŮőűŐŰğışĞİŞ¡¿½¼¾²³¹ªº±µ¶";
const LIGATURES: &[&str] = &["fi", "fl", "ff", "ffi", "ffl", "ft", "fj", "tt", "ti", "Th", "fb", "fh", "fk", "ch", "ck", "ct", "st"];

impl NarrowCode {
    /// Assigns codes: ASCII to itself, then ligatures, then `EXTRA` until the codes run out.
    pub fn assign(face: &Face, shape: impl Fn(&str) -> Vec<ShapedGlyph>) -> NarrowCode {
        let mut code = NarrowCode { glyph_of: [0; 256], code_of: vec![0; face.advances.len()], ligatures: Vec::new() };
        for byte in 0x20..0x7fu8 {
            let plain = shape(char::from(byte).encode_utf8(&mut [0; 4])).first().map_or(0, |g| g.glyph);
            let figure = face.figures.as_ref().map_or(0, |figures| figures.glyph(byte));
            code.put(byte, if figure != 0 { figure } else { plain });
        }
        // CR and LF are left out, because a raw CR in a literal string reads as LF (ISO 32000-1, 7.3.4.2).
        let mut free = (0x80..=0xffu8).chain([0x7f]).chain((1..0x20).filter(|b| !matches!(b, b'\r' | b'\n')));
        let plain = LIGATURES.iter().filter_map(|text| {
            let glyphs = shape(text);
            let [glyph] = glyphs.as_slice() else { return None };
            Some((glyph.glyph, Some(*text)))
        });
        let extra = EXTRA.chars().filter(|c| face.covers(*c)).filter_map(|c| {
            let glyphs = shape(c.encode_utf8(&mut [0; 4]));
            let [glyph] = glyphs.as_slice() else { return None };
            Some((glyph.glyph, None))
        });
        for (glyph, text) in plain.chain(extra).collect::<Vec<_>>() {
            if glyph == 0 || code.code_of(glyph).is_some() {
                continue;
            }
            let Some(byte) = free.next() else { break };
            code.put(byte, glyph);
            if let Some(text) = text {
                code.ligatures.push((glyph, text));
            }
        }
        code
    }

    fn put(&mut self, byte: u8, glyph: u16) {
        if glyph != 0 && usize::from(glyph) < self.code_of.len() && self.code_of[usize::from(glyph)] == 0 {
            self.glyph_of[usize::from(byte)] = glyph;
            self.code_of[usize::from(glyph)] = byte;
        }
    }

    /// The code of a glyph.
    pub fn code_of(&self, glyph: u16) -> Option<u8> {
        self.code_of.get(usize::from(glyph)).copied().filter(|code| *code != 0)
    }

    /// The glyph of a code; 0 if the code is free.
    pub fn glyph_of(&self, code: u8) -> u16 {
        self.glyph_of[usize::from(code)]
    }

    /// The text of a ligature that has no character of its own.
    pub fn ligature_text(&self, glyph: u16) -> Option<&'static str> {
        self.ligatures.iter().find(|(g, _)| *g == glyph).map(|(_, text)| *text)
    }
}
