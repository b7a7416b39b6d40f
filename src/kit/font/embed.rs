//! Faces as PDF fonts.
//!
//! Takes a face and the glyphs used, gives a subset of the font program and the objects around it. Page content names
//! glyphs by one-byte codes that the face alone decides, or by their ids in the whole font, so it does not depend on any
//! subset. Each coding is a CIDFont whose CIDs are those codes or ids; what glyph of the subset they are, a map says.

use skrifa::raw::{FontRef, TableProvider};

use super::cff;
use super::cmap;
use super::face::Face;
use super::glyphs::GlyphSet;
use crate::base::hash::Hasher;
use crate::kit::pdf::{File, FileError, Ref, deflate, write_decimal, write_integer, write_name, write_ref};

/// Why a face cannot be embedded.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SubsetError {
    /// ISO 19005-2, 6.2.11.8: a page must not show .notdef.
    #[error("the glyph for missing characters is used")]
    Notdef,
    /// A glyph id that the face does not have.
    #[error("there is no glyph {0}")]
    UnknownGlyph(u16),
    /// The font program is not as the subsetter needs it.
    #[error("the font program cannot be reduced to its used glyphs: {0}")]
    Program(String),
}

/// A face reduced to the glyphs used, ready to be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EmbeddedFont {
    /// One program for both codings, or one each.
    programs: Vec<Program>,
    descriptor: Vec<u8>,
    narrow: Option<Coding>,
    wide: Option<Coding>,
}

/// A font program.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Program {
    /// With the tag of the subset, `ABCDEF+Name` (ISO 32000-1, 9.6.4).
    name: String,
    /// TrueType, or bare CFF.
    data: Vec<u8>,
    is_cff: bool,
}

/// A way to name the glyphs of a program.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Coding {
    /// The index of its program.
    program: usize,
    /// For TrueType, the glyph of the program for each CID, two bytes each. The CIDs of CFF are in its charset.
    cid_to_gid: Option<Vec<u8>>,
    widths: Vec<u8>,
    text: Vec<u8>,
}

/// Reduces a face to some glyphs, to be named by one-byte codes (`narrow`), by their ids (`wide`), or both. The result
/// depends on the arguments alone.
pub fn subset(face: &Face, glyphs: &GlyphSet, narrow: bool, wide: bool) -> Result<EmbeddedFont, SubsetError> {
    if glyphs.contains(0) {
        return Err(SubsetError::Notdef);
    }
    if let Some(glyph) = glyphs.iter().find(|glyph| usize::from(*glyph) >= face.advances.len()) {
        return Err(SubsetError::UnknownGlyph(glyph));
    }
    let mut font = EmbeddedFont { programs: Vec::new(), descriptor: descriptor(face), narrow: None, wide: None };
    // CIDs with their glyphs, ascending.
    let narrow_cids = || (0..=255).map(|code| (u16::from(code), face.narrow.glyph_of(code))).filter(|(_, glyph)| glyphs.contains(*glyph)).collect();
    let wide_cids = || glyphs.iter().map(|glyph| (glyph, glyph)).collect();
    if !face.is_cff {
        font.programs.push(true_type(face, glyphs)?);
    }
    if narrow {
        font.narrow = Some(font.add_coding(face, glyphs, narrow_cids(), 1)?);
    }
    if wide {
        font.wide = Some(font.add_coding(face, glyphs, wide_cids(), 2)?);
    }
    Ok(font)
}

impl EmbeddedFont {
    /// `code_bytes` is the length of a code, which is a CID.
    fn add_coding(&mut self, face: &Face, glyphs: &GlyphSet, cids: Vec<(u16, u16)>, code_bytes: usize) -> Result<Coding, SubsetError> {
        let cid_to_gid = if face.is_cff {
            self.programs.push(compact(face, &cids, code_bytes)?);
            None
        } else {
            let new_ids = new_ids(&kept(face, glyphs));
            Some(cid_to_gid_map(&cids, &new_ids))
        };
        let texts: Vec<(u16, String)> = cids.iter().filter_map(|(cid, glyph)| Some((*cid, text_of(face, glyphs, *glyph)?))).collect();
        Ok(Coding { program: self.programs.len() - 1, cid_to_gid, widths: widths(face, &cids), text: cmap::codes_to_text(&texts, code_bytes) })
    }

    /// Writes the fonts of this face: `narrow` takes one-byte codes, `wide` two-byte glyph ids. `one_byte` is what
    /// [`write_one_byte_cmap`] wrote.
    pub fn write(&self, file: &mut File<'_>, one_byte: Ref, narrow: Option<Ref>, wide: Option<Ref>) -> Result<(), FileError> {
        let mut descriptors = Vec::new();
        for program in &self.programs {
            descriptors.push(self.write_program(file, program)?);
        }
        for (font, coding, encoding) in [(narrow, &self.narrow, Some(one_byte)), (wide, &self.wide, None)] {
            if let (Some(font), Some(coding)) = (font, coding) {
                self.write_coding(file, font, coding, encoding, descriptors[coding.program])?;
            }
        }
        Ok(())
    }

    /// A font program and its descriptor (ISO 32000-1, 9.8 and 9.9).
    fn write_program(&self, file: &mut File<'_>, program: &Program) -> Result<Ref, FileError> {
        let (descriptor, stream) = (file.reserve(), file.reserve());
        let mut body = b"<</Type/FontDescriptor/FontName".to_vec();
        write_name(&program.name, &mut body);
        body.extend_from_slice(&self.descriptor);
        body.extend_from_slice(if program.is_cff { b"/FontFile3 ".as_slice() } else { b"/FontFile2 " });
        write_ref(stream, &mut body);
        body.extend_from_slice(b">>");
        file.pack(descriptor, &body)?;
        let mut entries = b"/Filter/FlateDecode".to_vec();
        if program.is_cff {
            entries.extend_from_slice(b"/Subtype/CIDFontType0C");
        } else {
            entries.extend_from_slice(b"/Length1 ");
            write_integer(program.data.len() as i64, &mut entries);
        }
        file.stream(stream, &entries, &deflate(&program.data))?;
        Ok(descriptor)
    }

    /// A composite font and its only descendant (ISO 32000-1, 9.7.4 and 9.7.6). `encoding` is an embedded CMap; without
    /// one, codes are two-byte CIDs.
    fn write_coding(&self, file: &mut File<'_>, font: Ref, coding: &Coding, encoding: Option<Ref>, descriptor: Ref) -> Result<(), FileError> {
        let program = &self.programs[coding.program];
        let (descendant, text) = (file.reserve(), file.reserve());
        file.deflated(text, b"", &coding.text)?;
        let mut body = b"<</Type/Font/Subtype/Type0/BaseFont".to_vec();
        write_name(&program.name, &mut body);
        body.extend_from_slice(b"/Encoding");
        match encoding {
            Some(cmap) => {
                body.push(b' ');
                write_ref(cmap, &mut body);
            }
            None => body.extend_from_slice(b"/Identity-H"),
        }
        body.extend_from_slice(b"/DescendantFonts[");
        write_ref(descendant, &mut body);
        body.extend_from_slice(b"]/ToUnicode ");
        write_ref(text, &mut body);
        body.extend_from_slice(b">>");
        file.pack(font, &body)?;
        body.clear();
        body.extend_from_slice(b"<</Type/Font/Subtype");
        body.extend_from_slice(if program.is_cff { b"/CIDFontType0".as_slice() } else { b"/CIDFontType2" });
        body.extend_from_slice(b"/BaseFont");
        write_name(&program.name, &mut body);
        body.extend_from_slice(SYSTEM_INFO);
        body.extend_from_slice(b"/FontDescriptor ");
        write_ref(descriptor, &mut body);
        if let Some(map) = &coding.cid_to_gid {
            let object = file.reserve();
            file.deflated(object, b"", map)?;
            body.extend_from_slice(b"/CIDToGIDMap ");
            write_ref(object, &mut body);
        }
        body.extend_from_slice(b"/W");
        body.extend_from_slice(&coding.widths);
        body.extend_from_slice(b">>");
        file.pack(descendant, &body)
    }
}

/// Of the CMap and the CIDFonts alike (ISO 19005-2, 6.2.11.3.1).
const SYSTEM_INFO: &[u8] = b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>";

/// Writes the CMap that makes a one-byte code its own CID; one for all faces of a file.
///
/// Codes are not mapped to glyph ids here, though a CMap could: readers that turn such a map around, like mupdf, then lose
/// the text of every glyph above 255. ISO 32000-1, table 120; ISO 19005-2, 6.2.11.3.3: WMode as inside it.
pub fn write_one_byte_cmap(file: &mut File<'_>, object: Ref) -> Result<(), FileError> {
    let mut entries = b"/Type/CMap/CMapName".to_vec();
    write_name(cmap::ONE_BYTE_NAME, &mut entries);
    entries.extend_from_slice(SYSTEM_INFO);
    entries.extend_from_slice(b"/WMode 0");
    file.deflated(object, &entries, &cmap::one_byte())
}

/// OpenType 1.9, OS/2, fsType bit 8: such a font may only be embedded whole.
fn may_be_subset(face: &Face) -> bool {
    let fs_type = FontRef::from_index(&face.data, 0).and_then(|font| font.os2().map(|os2| os2.fs_type())).unwrap_or(0);
    fs_type & 0x0100 == 0
}

/// The glyphs of the program but for .notdef, in the order of their ids there.
fn kept(face: &Face, glyphs: &GlyphSet) -> Vec<u16> {
    if may_be_subset(face) { glyphs.iter().collect() } else { (1..face.glyph_count()).collect() }
}

fn new_ids(kept: &[u16]) -> Vec<u16> {
    let mut ids = vec![0; kept.last().map_or(0, |last| usize::from(*last) + 1)];
    for (index, glyph) in kept.iter().enumerate() {
        ids[usize::from(*glyph)] = index as u16 + 1;
    }
    ids
}

fn cid_to_gid_map(cids: &[(u16, u16)], new_ids: &[u16]) -> Vec<u8> {
    let mut map = vec![0; cids.last().map_or(1, |last| usize::from(last.0) + 1) * 2];
    for (cid, glyph) in cids {
        map[usize::from(*cid) * 2..][..2].copy_from_slice(&new_ids[usize::from(*glyph)].to_be_bytes());
    }
    map
}

fn true_type(face: &Face, glyphs: &GlyphSet) -> Result<Program, SubsetError> {
    let data = program(face, &kept(face, glyphs))?;
    Ok(Program { name: name(face, glyphs.iter().map(|glyph| (glyph, glyph)), 0), data, is_cff: false })
}

/// A CFF program with the glyphs of these CIDs. There is no map from CIDs to glyphs beside it, so each coding needs one.
fn compact(face: &Face, cids: &[(u16, u16)], code_bytes: usize) -> Result<Program, SubsetError> {
    let unexpected = || SubsetError::Program("its CFF table is not as expected".into());
    let kept: Vec<u16> = cids.iter().map(|(_, glyph)| *glyph).collect();
    let font = program(face, &kept)?;
    let font = FontRef::from_index(&font, 0).map_err(|_| unexpected())?;
    let table = font.table_data(skrifa::raw::types::Tag::new(b"CFF ")).ok_or_else(unexpected)?;
    let charset: Vec<u16> = cids.iter().map(|(cid, _)| *cid).collect();
    let data = cff::set_charset(table.as_bytes(), &charset).ok_or_else(unexpected)?;
    Ok(Program { name: name(face, cids.iter().copied(), code_bytes as u8), data, is_cff: true })
}

/// A font file with .notdef and these glyphs.
fn program(face: &Face, kept: &[u16]) -> Result<Vec<u8>, SubsetError> {
    let mut remapper = subsetter::GlyphRemapper::new();
    for glyph in kept {
        remapper.remap(*glyph);
    }
    let data: &[u8] = &face.data;
    // As when a face is read: a panic over a customer's font must not become ours.
    std::panic::catch_unwind(|| subsetter::subset(data, 0, &remapper))
        .map_err(|_| SubsetError::Program("its tables contradict each other".into()))?
        .map_err(|error| SubsetError::Program(error.to_string()))
}

/// What a glyph reads as. ISO 19005-2, 6.2.11.7.2 wants a text for each, and forbids U+0000, U+FEFF and U+FFFE: a glyph that reads as
/// nothing of its own, such as the second part of a letter, is a word joiner, which nobody sees. A word that has one is told as a whole.
fn text_of(face: &Face, glyphs: &GlyphSet, glyph: u16) -> Option<String> {
    let character = face.unicode.get(usize::from(glyph)).and_then(|code| char::from_u32(*code)).filter(|c| *c != '\0');
    let text = match (character, face.narrow.ligature_text(glyph), glyphs.text(glyph)) {
        // The presentation form `ﬁ` is read back as the letters people search for.
        (_, Some(letters), _) => letters.to_string(),
        (Some(character), None, Some(seen)) if is_presentation_form(u32::from(character)) => seen.to_string(),
        (Some(character), None, _) => character.to_string(),
        (None, None, Some(seen)) => seen.to_string(),
        (None, None, None) => "\u{2060}".to_string(),
    };
    Some(if text.contains(['\0', '\u{feff}', '\u{fffe}']) { "\u{2060}".to_string() } else { text }).filter(|_| glyph != 0)
}

/// Whether a character is only a form of others, such as a ligature or an Arabic letter in the middle of a word (Unicode 16,
/// 5.21): people search for the others.
pub fn is_presentation_form(code: u32) -> bool {
    matches!(code, 0xfb00..=0xfb06 | 0xfb13..=0xfb17 | 0xfb50..=0xfdff | 0xfe70..=0xfefc)
}

/// The name of a program, with six capitals from a hash of what is in it (ISO 32000-1, 9.6.4).
fn name(face: &Face, cids: impl Iterator<Item = (u16, u16)>, coding: u8) -> String {
    if !may_be_subset(face) {
        return face.postscript_name.clone();
    }
    let mut hasher = Hasher::new();
    hasher.update(&face.hash.0);
    hasher.update(&[coding]);
    for (cid, glyph) in cids {
        hasher.update(&[cid.to_be_bytes(), glyph.to_be_bytes()].concat());
    }
    let tag: String = hasher.finish().0[..6].iter().map(|byte| char::from(b'A' + byte % 26)).collect();
    format!("{tag}+{}", face.postscript_name)
}

/// The `/W` array (ISO 32000-1, 9.7.4.3): the advances of the font program to the millionth of an em, which is what text
/// was measured with.
fn widths(face: &Face, cids: &[(u16, u16)]) -> Vec<u8> {
    let mut out = b"[".to_vec();
    for run in cids.chunk_by(|(cid, _), (next, _)| cid + 1 == *next) {
        write_integer(i64::from(run[0].0), &mut out);
        for (index, (_, glyph)) in run.iter().enumerate() {
            out.push(if index == 0 { b'[' } else { b' ' });
            write_decimal(face.to_ppm(i64::from(face.advances[usize::from(*glyph)])), 3, &mut out);
        }
        out.push(b']');
    }
    out.push(b']');
    out
}

/// The entries of the descriptor but for name and program (ISO 32000-1, 9.8.1), in thousandths of an em.
fn descriptor(face: &Face) -> Vec<u8> {
    let mut out = Vec::new();
    let mut entry = |name: &str, value: i64| {
        out.extend_from_slice(name.as_bytes());
        write_integer(value, &mut out);
    };
    let thousandths = |units: i64| (face.to_ppm(units) + 500).div_euclid(1000);
    // Symbolic, because the codes are ours and no standard encoding's (table 123).
    let flags = 4 | i64::from(face.is_fixed_pitch) | i64::from(face.italic_angle != 0) << 6;
    entry("/Flags ", flags);
    entry("/ItalicAngle ", face.italic_angle);
    entry("/Ascent ", thousandths(face.ascent));
    entry("/Descent ", thousandths(face.descent));
    entry("/CapHeight ", thousandths(face.cap_height));
    // No table holds the width of stems; this curve fits the families we know from 400 = 88 to 700 = 166.
    entry("/StemV ", 50 + i64::from(face.weight).pow(2) / 4225);
    entry("/FontBBox[", thousandths(face.bounds[0]));
    for bound in &face.bounds[1..] {
        out.push(b' ');
        write_integer(thousandths(*bound), &mut out);
    }
    out.push(b']');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    const TRUE_TYPE: &[u8] = include_bytes!("../../../fonts/liberation-sans/LiberationSans-Regular.ttf");
    const COMPACT: &[u8] = include_bytes!("../../../tests/fonts/tiny-cff.otf");

    fn face(data: &[u8]) -> Face {
        Face::read(Arc::from(data)).expect("a face")
    }

    fn glyphs(face: &Face, text: &str) -> GlyphSet {
        let mut set = GlyphSet::default();
        for glyph in face.shaper().shape(text, false, false, false).expect("shapes") {
            set.insert(glyph.glyph);
        }
        set
    }

    /// The advances that `/W` tells, by CID.
    fn told(widths: &[u8]) -> Vec<(u16, String)> {
        let text = std::str::from_utf8(widths).expect("ASCII");
        let inner = &text[1..text.len() - 1];
        let mut told = Vec::new();
        for run in inner.split_terminator(']') {
            let (first, list) = run.split_once('[').expect("a run");
            let first: u16 = first.parse().expect("a CID");
            told.extend(list.split(' ').enumerate().map(|(index, width)| (first + index as u16, width.to_string())));
        }
        told
    }

    #[test]
    fn widths_are_those_of_the_program_for_both_codings() {
        for data in [TRUE_TYPE, COMPACT] {
            let face = face(data);
            let set = glyphs(&face, "ABC abc 0123");
            let font = subset(&face, &set, true, true).expect("a subset");
            for coding in [font.narrow.as_ref(), font.wide.as_ref()].map(|coding| coding.expect("asked for")) {
                let told = told(&coding.widths);
                assert_eq!(told.len(), set.len());
                let program = &font.programs[coding.program];
                for (index, (cid, width)) in told.iter().enumerate() {
                    // In the order of CIDs, CFF glyphs follow each other; TrueType has its map.
                    let glyph = coding
                        .cid_to_gid
                        .as_ref()
                        .map_or(index as u16 + 1, |map| u16::from_be_bytes([map[usize::from(*cid) * 2], map[usize::from(*cid) * 2 + 1]]));
                    if !program.is_cff {
                        let advance = FontRef::new(&program.data).and_then(|font| font.hmtx()).expect("hmtx").advance(glyph.into()).expect("a glyph");
                        let mut expected = Vec::new();
                        write_decimal(face.to_ppm(i64::from(advance)), 3, &mut expected);
                        assert_eq!(width.as_bytes(), expected, "CID {cid}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_charset_gives_compact_glyphs_their_cids() {
        let face = face(COMPACT);
        let set = glyphs(&face, "Bc7");
        let font = subset(&face, &set, true, true).expect("a subset");
        for (coding, expected) in [
            (font.narrow.expect("narrow"), vec![0, u16::from(b'7'), u16::from(b'B'), u16::from(b'c')]),
            (font.wide.expect("wide"), std::iter::once(0).chain(set.iter()).collect()),
        ] {
            let data = &font.programs[coding.program].data;
            let cff = skrifa::raw::ps::cff::CffFontRef::new_cff(data, 0, None).expect("a CFF program");
            assert!(cff.is_cid());
            let charset = cff.charset().expect("a charset");
            let cids: Vec<u16> = charset.iter().map(|(_, cid)| cid.to_u16()).collect();
            assert_eq!(cids, expected);
        }
    }

    #[test]
    fn a_subset_depends_on_its_glyphs_alone() {
        let face = face(TRUE_TYPE);
        let (a, b) = (glyphs(&face, "office €"), glyphs(&face, "€ ecciffo"));
        assert_eq!(subset(&face, &a, true, false), subset(&face, &b, true, false));
        let other = subset(&face, &glyphs(&face, "offices €"), true, false).expect("a subset");
        assert_ne!(subset(&face, &a, true, false).expect("a subset").programs[0].name, other.programs[0].name);
        assert!(other.programs[0].name[6..] == *"+LiberationSans");
    }

    #[test]
    fn text_is_that_of_characters_then_of_what_was_seen() {
        let face = face(TRUE_TYPE);
        let mut set = GlyphSet::default();
        let unnamed = (1..face.glyph_count()).find(|glyph| face.unicode[usize::from(*glyph)] == 0 && face.narrow.ligature_text(*glyph).is_none());
        let unnamed = unnamed.expect("a glyph without a character");
        set.insert(unnamed);
        assert_eq!(text_of(&face, &set, unnamed).as_deref(), Some("\u{2060}"));
        set.insert_text(unnamed, "ffi");
        assert_eq!(text_of(&face, &set, unnamed).as_deref(), Some("ffi"));
        let letter = glyphs(&face, "Q").iter().next().expect("a glyph");
        assert_eq!(text_of(&face, &set, letter).as_deref(), Some("Q"));
    }

    #[test]
    fn what_cannot_be_embedded_is_refused() {
        let face = face(TRUE_TYPE);
        let with = |glyph: u16| {
            let mut set = GlyphSet::default();
            set.insert(glyph);
            subset(&face, &set, true, true)
        };
        assert_eq!(with(0), Err(SubsetError::Notdef));
        assert_eq!(with(65_535), Err(SubsetError::UnknownGlyph(65_535)));
        assert!(subset(&face, &GlyphSet::default(), true, true).is_ok());
    }
}
