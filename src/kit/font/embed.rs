//! Faces as PDF fonts.
//!
//! Takes a face and the glyphs used, gives a subset of the font program and the objects around it. Page content names
//! glyphs by their ids in the whole font, so it does not depend on any subset: one-byte codes reach those ids through an
//! embedded CMap, two-byte codes are those ids. Both fonts of a face share one descendant.

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
    /// Its name with the tag of the subset, `ABCDEF+Name` (ISO 32000-1, 9.6.4).
    pub name: String,
    /// The font program: TrueType, or bare CFF whose CIDs are the glyph ids of the whole font.
    pub program: Vec<u8>,
    /// For TrueType, the glyph of the program for each CID, two bytes each.
    pub cid_to_gid: Option<Vec<u8>>,
    cmap_name: String,
    descriptor: Vec<u8>,
    widths: Vec<u8>,
    narrow_cids: Vec<u8>,
    narrow_text: Vec<u8>,
    wide_text: Vec<u8>,
}

/// Reduces a face to some glyphs. The result depends on the face and the set alone.
pub fn subset(face: &Face, glyphs: &GlyphSet) -> Result<EmbeddedFont, SubsetError> {
    if glyphs.contains(0) {
        return Err(SubsetError::Notdef);
    }
    if let Some(glyph) = glyphs.iter().find(|glyph| usize::from(*glyph) >= face.advances.len()) {
        return Err(SubsetError::UnknownGlyph(glyph));
    }
    let whole = !may_be_subset(face);
    let kept: Vec<u16> = if whole { (1..face.glyph_count()).collect() } else { glyphs.iter().collect() };
    let mut remapper = subsetter::GlyphRemapper::new();
    for glyph in &kept {
        remapper.remap(*glyph);
    }
    // As when a face is read: a panic over a customer's font must not become ours.
    let data: &[u8] = &face.data;
    let program = std::panic::catch_unwind(|| subsetter::subset(data, 0, &remapper))
        .map_err(|_| SubsetError::Program("its tables contradict each other".into()))?
        .map_err(|error| SubsetError::Program(error.to_string()))?;
    let (program, cid_to_gid) = if face.is_cff {
        (cff_program(&program, &kept).ok_or_else(|| SubsetError::Program("its CFF table is not as expected".into()))?, None)
    } else {
        (program, Some(cid_to_gid_map(&kept)))
    };
    let narrow: Vec<(u8, u16)> = (0..=255u8).map(|code| (code, face.narrow.glyph_of(code))).filter(|(_, glyph)| glyphs.contains(*glyph)).collect();
    let narrow_text: Vec<(u16, String)> =
        narrow.iter().filter_map(|(code, glyph)| Some((u16::from(*code), text_of(face, glyphs, *glyph)?))).collect();
    let wide_text: Vec<(u16, String)> = glyphs.iter().filter_map(|glyph| Some((glyph, text_of(face, glyphs, glyph)?))).collect();
    let tag = tag(face, glyphs);
    let cmap_name = format!("{tag}-{}-OneByte", face.postscript_name);
    Ok(EmbeddedFont {
        name: if whole { face.postscript_name.clone() } else { format!("{tag}+{}", face.postscript_name) },
        program,
        cid_to_gid,
        descriptor: descriptor(face),
        widths: widths(face, glyphs),
        narrow_cids: cmap::codes_to_cids(&cmap_name, &narrow),
        narrow_text: cmap::codes_to_text(&narrow_text, 1),
        wide_text: cmap::codes_to_text(&wide_text, 2),
        cmap_name,
    })
}

impl EmbeddedFont {
    /// Writes the fonts of this face: `narrow` takes one-byte codes, `wide` two-byte glyph ids.
    pub fn write(&self, file: &mut File<'_>, narrow: Option<Ref>, wide: Option<Ref>) -> Result<(), FileError> {
        let descendant = self.write_descendant(file)?;
        let mut body = Vec::new();
        if let Some(font) = narrow {
            let (map, text) = (file.reserve(), file.reserve());
            // ISO 32000-1, table 120; ISO 19005-2, 6.2.11.3.3: an embedded CMap, WMode as inside it.
            let mut entries = b"/Type/CMap/CMapName".to_vec();
            write_name(&self.cmap_name, &mut entries);
            entries.extend_from_slice(SYSTEM_INFO);
            entries.extend_from_slice(b"/WMode 0");
            file.deflated(map, &entries, &self.narrow_cids)?;
            file.deflated(text, b"", &self.narrow_text)?;
            self.begin_composite(&mut body);
            write_ref(map, &mut body);
            end_composite(descendant, text, &mut body);
            file.pack(font, &body)?;
        }
        if let Some(font) = wide {
            let text = file.reserve();
            file.deflated(text, b"", &self.wide_text)?;
            body.clear();
            self.begin_composite(&mut body);
            body.extend_from_slice(b"/Identity-H");
            end_composite(descendant, text, &mut body);
            file.pack(font, &body)?;
        }
        Ok(())
    }

    fn begin_composite(&self, body: &mut Vec<u8>) {
        body.extend_from_slice(b"<</Type/Font/Subtype/Type0/BaseFont");
        write_name(&self.name, body);
        body.extend_from_slice(b"/Encoding ");
    }

    /// The CIDFont with descriptor and program (ISO 32000-1, 9.7.4, 9.8 and 9.9).
    fn write_descendant(&self, file: &mut File<'_>) -> Result<Ref, FileError> {
        let (font, descriptor, program) = (file.reserve(), file.reserve(), file.reserve());
        let mut body = b"<</Type/Font/Subtype".to_vec();
        body.extend_from_slice(if self.cid_to_gid.is_some() { b"/CIDFontType2".as_slice() } else { b"/CIDFontType0" });
        body.extend_from_slice(b"/BaseFont");
        write_name(&self.name, &mut body);
        body.extend_from_slice(SYSTEM_INFO);
        body.extend_from_slice(b"/FontDescriptor ");
        write_ref(descriptor, &mut body);
        if let Some(map) = &self.cid_to_gid {
            let object = file.reserve();
            file.deflated(object, b"", map)?;
            body.extend_from_slice(b"/CIDToGIDMap ");
            write_ref(object, &mut body);
        }
        body.extend_from_slice(b"/W");
        body.extend_from_slice(&self.widths);
        body.extend_from_slice(b">>");
        file.pack(font, &body)?;
        body.clear();
        body.extend_from_slice(b"<</Type/FontDescriptor/FontName");
        write_name(&self.name, &mut body);
        body.extend_from_slice(&self.descriptor);
        body.extend_from_slice(if self.cid_to_gid.is_some() { b"/FontFile2 ".as_slice() } else { b"/FontFile3 " });
        write_ref(program, &mut body);
        body.extend_from_slice(b">>");
        file.pack(descriptor, &body)?;
        let mut entries = b"/Filter/FlateDecode".to_vec();
        if self.cid_to_gid.is_some() {
            entries.extend_from_slice(b"/Length1 ");
            write_integer(self.program.len() as i64, &mut entries);
        } else {
            entries.extend_from_slice(b"/Subtype/CIDFontType0C");
        }
        file.stream(program, &entries, &deflate(&self.program))?;
        Ok(font)
    }
}

/// Of the CMaps and the CIDFont alike (ISO 19005-2, 6.2.11.3.1).
const SYSTEM_INFO: &[u8] = b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>";

fn end_composite(descendant: Ref, text: Ref, body: &mut Vec<u8>) {
    body.extend_from_slice(b"/DescendantFonts[");
    write_ref(descendant, body);
    body.extend_from_slice(b"]/ToUnicode ");
    write_ref(text, body);
    body.extend_from_slice(b">>");
}

/// OpenType 1.9, OS/2, fsType bit 8: such a font may only be embedded whole.
fn may_be_subset(face: &Face) -> bool {
    let fs_type = FontRef::from_index(&face.data, 0).and_then(|font| font.os2().map(|os2| os2.fs_type())).unwrap_or(0);
    fs_type & 0x0100 == 0
}

/// The `CFF ` table of the subset, with the original glyph ids as CIDs.
fn cff_program(font: &[u8], kept: &[u16]) -> Option<Vec<u8>> {
    let font = FontRef::from_index(font, 0).ok()?;
    let table = font.table_data(skrifa::raw::types::Tag::new(b"CFF "))?;
    cff::set_charset(table.as_bytes(), kept)
}

fn cid_to_gid_map(kept: &[u16]) -> Vec<u8> {
    let mut map = vec![0; kept.last().map_or(1, |last| usize::from(*last) + 1) * 2];
    for (index, glyph) in kept.iter().enumerate() {
        map[usize::from(*glyph) * 2..][..2].copy_from_slice(&(index as u16 + 1).to_be_bytes());
    }
    map
}

/// What a glyph reads as. Texts that ISO 19005-2, 6.2.11.7.2 forbids (U+0000, U+FEFF, U+FFFE) are left out.
fn text_of(face: &Face, glyphs: &GlyphSet, glyph: u16) -> Option<String> {
    let character = face.unicode.get(usize::from(glyph)).and_then(|code| char::from_u32(*code)).filter(|c| *c != '\0');
    let text = match (character, face.narrow.ligature_text(glyph), glyphs.text(glyph)) {
        // The presentation form `ﬁ` is read back as the letters people search for.
        (_, Some(letters), _) => letters.to_string(),
        (Some(character), None, _) => character.to_string(),
        (None, None, seen) => seen?.to_string(),
    };
    (!text.contains(['\0', '\u{feff}', '\u{fffe}'])).then_some(text)
}

/// Six capitals from a hash of what is in the subset.
fn tag(face: &Face, glyphs: &GlyphSet) -> String {
    let mut hasher = Hasher::new();
    hasher.update(&face.hash.0);
    hasher.update(&glyphs.to_bytes());
    hasher.finish().0[..6].iter().map(|byte| char::from(b'A' + byte % 26)).collect()
}

/// The `/W` array (ISO 32000-1, 9.7.4.3): the advances of the font program to the millionth of an em, which is what text
/// was measured with.
fn widths(face: &Face, glyphs: &GlyphSet) -> Vec<u8> {
    let mut out = b"[".to_vec();
    let mut last = None;
    for glyph in glyphs.iter() {
        if last.is_none() || last != glyph.checked_sub(1) {
            if last.is_some() {
                out.extend_from_slice(b"]");
            }
            write_integer(i64::from(glyph), &mut out);
            out.push(b'[');
        } else {
            out.push(b' ');
        }
        write_decimal(face.to_ppm(i64::from(face.advances[usize::from(glyph)])), 3, &mut out);
        last = Some(glyph);
    }
    out.extend_from_slice(if last.is_some() { b"]]" } else { b"]" });
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
