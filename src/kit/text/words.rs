//! The word cache.
//!
//! Takes words of a font stack, gives their widths and string bytes, shaped at most once per cache. Must never influence
//! an output: a word is the same whether it was found or made.

use std::hash::Hasher;

use rustc_hash::FxHashMap;

use super::script::{Script, script_of};
use crate::base::limits;
use crate::kit::font::{Face, FaceId, FontFeature, ShapedGlyph, is_presentation_form};

/// A word in a [`Words`] cache; valid until the cache is cleared.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct WordId(u32);

/// The faces a word may use, in order.
#[derive(Clone, Copy, Debug)]
pub struct Stack<'s> {
    /// A number that tells stacks apart in the cache.
    pub number: u16,
    /// At least one face.
    pub faces: &'s [FaceId],
    /// OpenType features of its words.
    pub features: &'s [FontFeature],
    /// Faces that are tried first for characters of a script.
    pub scripts: &'s [(Script, FaceId)],
}

/// A run of glyphs of one face and one way of coding.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// The face.
    pub face: FaceId,
    /// Two-byte glyph ids (`/G`) instead of one-byte codes (`/F`).
    pub wide: bool,
    /// Whether the bytes hold `)…(` adjustments, so that they need `TJ`.
    pub adjusted: bool,
    /// Shift upwards, millionths of an em.
    pub rise: i32,
    /// Width, millionths of an em.
    pub width: i32,
    /// Number of glyphs.
    pub glyphs: u16,
    /// How many of its glyphs have the one-byte code 32, which word spacing widens (ISO 32000-1, 9.3.3): no-break spaces.
    pub spaces: u16,
    bytes: (u32, u32),
}

/// A shaped word.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// Width, millionths of an em.
    pub width: i32,
    /// Number of glyphs.
    pub glyphs: u16,
    /// How many glyphs word spacing widens.
    pub spaces: u16,
    /// Whether some character has no glyph in any face.
    pub missing: bool,
    /// Whether its glyphs, one after the other, do not read as the word: its text must be told beside them.
    pub is_told: bool,
    /// Whether it is written as it is in any markup: ASCII without controls and without `&`, `<`, `>`.
    pub is_plain: bool,
    stack: u16,
    kind: u8,
    text: (u32, u32),
    runs: (u32, u16),
    used: (u32, u16),
    stamp: u32,
}

/// A glyph of a word.
#[derive(Clone, Copy, Debug)]
struct UsedGlyph {
    face: FaceId,
    glyph: u16,
    wide: bool,
    /// What it stands for, in `texts`; empty if it has a character of its own.
    text: (u32, u32),
}

/// Shaped words by stack and text.
#[derive(Debug)]
pub struct Words {
    slots: Vec<u32>,
    words: Vec<Word>,
    runs: Vec<Run>,
    bytes: Vec<u8>,
    texts: String,
    used: Vec<UsedGlyph>,
    stamp: u32,
    /// The two parts of divided words, and which of them are those of a word in a language.
    parts: Vec<(WordId, WordId)>,
    divided: FxHashMap<(WordId, [u8; 2]), (u32, u32)>,
}

const TABULAR: u8 = 1;
const RIGHT_TO_LEFT: u8 = 2;
const SPACED: u8 = 4;

impl Default for Words {
    fn default() -> Words {
        Words::new()
    }
}

impl Words {
    /// An empty cache.
    pub fn new() -> Words {
        Words {
            slots: vec![u32::MAX; 4096],
            words: Vec::new(),
            runs: Vec::new(),
            bytes: Vec::new(),
            texts: String::new(),
            used: Vec::new(),
            stamp: 1,
            parts: Vec::new(),
            divided: FxHashMap::default(),
        }
    }

    /// Forgets everything if the cache has grown past its limit. Then all [`WordId`]s are void, and it
    /// says so: call it between documents.
    pub fn trim(&mut self) -> bool {
        let is_full = self.words.len() > limits::WORD_CACHE_MAX || self.bytes.len() > 64 << 20;
        if is_full {
            let stamp = self.stamp;
            *self = Words::new();
            self.stamp = stamp;
        }
        is_full
    }

    /// Starts counting glyph use anew: [`Words::mark`] reports each word once after this.
    pub fn begin_use(&mut self) {
        self.stamp += 1;
    }

    /// The word of a text.
    ///
    /// `spaced` is for letters with space between them, which do not join to ligatures.
    pub fn find(&mut self, faces: &[Face], stack: Stack<'_>, text: &str, tabular: bool, right_to_left: bool, spaced: bool) -> WordId {
        let kind = u8::from(tabular) * TABULAR + u8::from(right_to_left) * RIGHT_TO_LEFT + u8::from(spaced) * SPACED;
        let mut hasher = rustc_hash::FxHasher::default();
        hasher.write(text.as_bytes());
        hasher.write_u32(u32::from(stack.number) << 8 | u32::from(kind));
        let hash = hasher.finish();
        let mask = self.slots.len() - 1;
        let mut slot = (hash ^ (hash >> 32)) as usize & mask;
        loop {
            let index = self.slots[slot];
            if index == u32::MAX {
                break;
            }
            let word = &self.words[index as usize];
            if word.stack == stack.number
                && word.kind == kind
                && self.texts.as_bytes()[word.text.0 as usize..word.text.1 as usize] == *text.as_bytes()
            {
                return WordId(index);
            }
            slot = (slot + 1) & mask;
        }
        let index = self.words.len() as u32;
        self.shape(faces, stack, text, kind);
        self.slots[slot] = index;
        if self.words.len() * 2 > self.slots.len() {
            self.grow();
        }
        WordId(index)
    }

    /// The word of an id.
    pub fn word(&self, id: WordId) -> &Word {
        &self.words[id.0 as usize]
    }

    /// The text of a word.
    pub fn text(&self, id: WordId) -> &str {
        let word = self.word(id);
        &self.texts[word.text.0 as usize..word.text.1 as usize]
    }

    /// The runs of a word in visual order.
    pub fn runs(&self, id: WordId) -> &[Run] {
        let (start, count) = self.word(id).runs;
        &self.runs[start as usize..start as usize + usize::from(count)]
    }

    /// The inside of the PDF literal string of a run, escaped, with kerning as `)-12(`.
    pub fn bytes(&self, run: &Run) -> &[u8] {
        &self.bytes[run.bytes.0 as usize..run.bytes.1 as usize]
    }

    /// Gives each (face, glyph, wide) of a word to `mark`, the first time after [`Words::begin_use`], and what it stands for
    /// if that is more than the character it has, or if it has none.
    pub fn mark(&mut self, id: WordId, mut mark: impl FnMut(FaceId, u16, bool, &str)) {
        let word = &mut self.words[id.0 as usize];
        if word.stamp != self.stamp {
            word.stamp = self.stamp;
            let (start, count) = word.used;
            for used in &self.used[start as usize..start as usize + usize::from(count)] {
                mark(used.face, used.glyph, used.wide, &self.texts[used.text.0 as usize..used.text.1 as usize]);
            }
        }
    }

    /// The divisions of a word by the patterns of a language, if they were kept.
    pub fn divisions(&self, word: WordId, language: [u8; 2]) -> Option<std::ops::Range<u32>> {
        self.divided.get(&(word, language)).map(|(start, end)| *start..*end)
    }

    /// Keeps the divisions of a word: the first part with its hyphen, and the second.
    pub fn keep_divisions(&mut self, word: WordId, language: [u8; 2], parts: &[(WordId, WordId)]) -> std::ops::Range<u32> {
        let start = self.parts.len() as u32;
        self.parts.extend_from_slice(parts);
        let range = start..self.parts.len() as u32;
        self.divided.insert((word, language), (range.start, range.end));
        range
    }

    /// The two parts of a division.
    pub fn division(&self, index: u32) -> (WordId, WordId) {
        self.parts[index as usize]
    }

    fn grow(&mut self) {
        let mask = self.slots.len() * 2 - 1;
        self.slots = vec![u32::MAX; mask + 1];
        for (index, word) in self.words.iter().enumerate() {
            let mut hasher = rustc_hash::FxHasher::default();
            hasher.write(&self.texts.as_bytes()[word.text.0 as usize..word.text.1 as usize]);
            hasher.write_u32(u32::from(word.stack) << 8 | u32::from(word.kind));
            let hash = hasher.finish();
            let mut slot = (hash ^ (hash >> 32)) as usize & mask;
            while self.slots[slot] != u32::MAX {
                slot = (slot + 1) & mask;
            }
            self.slots[slot] = index as u32;
        }
    }

    fn shape(&mut self, faces: &[Face], stack: Stack<'_>, text: &str, kind: u8) {
        let text_start = self.texts.len() as u32;
        self.texts.push_str(text);
        let mut word = Word {
            width: 0,
            glyphs: 0,
            spaces: 0,
            missing: false,
            is_told: false,
            is_plain: text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'&' | b'<' | b'>')),
            stack: stack.number,
            kind,
            text: (text_start, self.texts.len() as u32),
            runs: (self.runs.len() as u32, 0),
            used: (self.used.len() as u32, 0),
            stamp: 0,
        };
        let mut pieces = Vec::new();
        split_by_face(faces, stack, text, |face, range, covered| {
            word.missing |= !covered;
            pieces.push((face, range));
        });
        let right_to_left = kind & RIGHT_TO_LEFT != 0;
        if right_to_left {
            pieces.reverse();
        }
        let mut read = Reading::new(text, right_to_left);
        for (id, range) in pieces {
            let face = &faces[usize::from(id.0)];
            let piece = &text[range];
            let figures = kind & TABULAR != 0 && face.figures.is_some() && piece.bytes().all(|b| !b.is_ascii_alphabetic());
            let mut at = text_start + (piece.as_ptr() as usize - text.as_ptr() as usize) as u32;
            for chunk in chunks(piece) {
                match face.shaper().shape_with(chunk, kind & RIGHT_TO_LEFT != 0, figures, kind & SPACED != 0, stack.features) {
                    Some(glyphs) => {
                        // A substitution of a broken font may end in .notdef although each character has a glyph.
                        word.missing |= glyphs.iter().any(|glyph| glyph.glyph == 0);
                        self.append(face, id, &glyphs, (at, chunk), &mut word, &mut read);
                    }
                    None => word.missing = true,
                }
                at += chunk.len() as u32;
            }
        }
        word.is_told = !read.reads_as(text);
        word.runs.1 = (self.runs.len() - word.runs.0 as usize).min(usize::from(u16::MAX)) as u16;
        word.used.1 = (self.used.len() - word.used.0 as usize).min(usize::from(u16::MAX)) as u16;
        self.words.push(word);
    }

    /// Adds glyphs as runs: a new run where the coding or the rise changes.
    ///
    /// `text` is what they were shaped from, with its place in `texts`.
    fn append(&mut self, face: &Face, id: FaceId, glyphs: &[ShapedGlyph], text: (u32, &str), word: &mut Word, read: &mut Reading) {
        let spelt = spelt(face, glyphs, text.1);
        read.add(face, glyphs, &spelt);
        // ISO 19005-2, 6.2.11.8: a page must never show .notdef. The word is marked as missing a glyph; whoever prints it
        // nevertheless prints nothing in its place.
        let glyphs: Vec<ShapedGlyph> = glyphs.iter().copied().filter(|glyph| glyph.glyph != 0).collect();
        // Their places in `texts`: most stand there already, as part of the word.
        let places: Vec<(u32, u32)> = spelt
            .iter()
            .map(|spelt| match text.1[spelt.cluster as usize..].starts_with(spelt.text.as_str()) {
                true => (text.0 + spelt.cluster, text.0 + spelt.cluster + spelt.text.len() as u32),
                false => {
                    let start = self.texts.len() as u32;
                    self.texts.push_str(&spelt.text);
                    (start, self.texts.len() as u32)
                }
            })
            .collect();
        let text_of = |glyph: &ShapedGlyph| match spelt.iter().position(|spelt| spelt.cluster == glyph.cluster && spelt.glyph == glyph.glyph) {
            Some(at) => places[at],
            None => (0, 0),
        };
        let mut index = 0;
        while index < glyphs.len() {
            let rise = glyphs[index].y_offset;
            let wide = face.narrow.code_of(glyphs[index].glyph).is_none();
            // A word with one unusual letter is written with glyph ids throughout up to the next change of rise.
            let end = index + glyphs[index..].iter().take_while(|g| g.y_offset == rise && face.narrow.code_of(g.glyph).is_none() == wide).count();
            let start = self.bytes.len() as u32;
            let mut width = 0i64;
            let mut adjusted = false;
            let mut spaces = 0;
            // What the viewer's position lags behind ours, in millionths of an em: kerning and offsets not yet written.
            let mut pending = 0i64;
            for glyph in &glyphs[index..end] {
                let natural = i64::from(face.advances.get(usize::from(glyph.glyph)).copied().unwrap_or(0));
                pending += face.to_ppm(glyph.x_offset);
                adjusted |= self.adjust(&mut pending);
                match face.narrow.code_of(glyph.glyph) {
                    Some(code) if !wide => {
                        spaces += u16::from(code == b' ');
                        escape(code, &mut self.bytes);
                    }
                    _ => {
                        escape((glyph.glyph >> 8) as u8, &mut self.bytes);
                        escape(glyph.glyph as u8, &mut self.bytes);
                    }
                }
                pending += face.to_ppm(glyph.advance - natural - glyph.x_offset);
                width += face.to_ppm(glyph.advance);
                self.used.push(UsedGlyph { face: id, glyph: glyph.glyph, wide, text: text_of(glyph) });
            }
            // Whatever is left becomes part of the bytes too, so that runs can be joined without looking inside.
            adjusted |= self.adjust(&mut pending);
            let glyph_count = (end - index) as u16;
            self.runs.push(Run {
                face: id,
                wide,
                adjusted,
                rise: face.to_ppm(rise) as i32,
                width: i32::try_from(width).unwrap_or(i32::MAX),
                glyphs: glyph_count,
                spaces,
                bytes: (start, self.bytes.len() as u32),
            });
            // A broken font has letters as wide as a street; a layout has not.
            word.width = word.width.saturating_add(i32::try_from(width).unwrap_or(i32::MAX));
            word.glyphs = word.glyphs.saturating_add(glyph_count);
            word.spaces = word.spaces.saturating_add(spaces);
            index = end;
        }
    }

    /// Writes an adjustment of whole thousandths of an em, keeps the rest pending.
    fn adjust(&mut self, pending: &mut i64) -> bool {
        let thousandths = (*pending + if *pending < 0 { -500 } else { 500 }) / 1000;
        if thousandths == 0 {
            return false;
        }
        *pending -= thousandths * 1000;
        // ISO 32000-1, 9.4.3: a positive number moves to the left.
        self.bytes.extend_from_slice(format!("){}(", -thousandths).as_bytes());
        true
    }
}

/// What a glyph that no character is mapped to stands for, such as a ligature or a letter in the form it has in the middle of
/// a word: what is left of its cluster when the other glyphs, which have characters of their own, have taken theirs.
struct Spelt {
    cluster: u32,
    glyph: u16,
    text: String,
}

/// The character of a glyph, if it is more than the form of others.
fn own_character(face: &Face, glyph: u16) -> Option<char> {
    let code = face.unicode.get(usize::from(glyph)).copied().filter(|code| *code != 0 && !is_presentation_form(*code));
    code.and_then(char::from_u32)
}

fn spelt(face: &Face, glyphs: &[ShapedGlyph], text: &str) -> Vec<Spelt> {
    let is_nameless = |glyph: &&ShapedGlyph| glyph.glyph != 0 && own_character(face, glyph.glyph).is_none();
    let mut found = Vec::new();
    for glyph in glyphs.iter().filter(is_nameless) {
        let cluster = || glyphs.iter().filter(|other| other.cluster == glyph.cluster);
        if cluster().filter(is_nameless).count() > 1 {
            continue;
        }
        let end = glyphs.iter().map(|glyph| glyph.cluster).filter(|cluster| *cluster > glyph.cluster).min().unwrap_or(text.len() as u32);
        let mut left = text[glyph.cluster as usize..end as usize].to_string();
        let taken = cluster().filter_map(|other| own_character(face, other.glyph)).all(|character| match left.rfind(character) {
            Some(at) => left.remove(at) == character,
            None => false,
        });
        if taken && !left.is_empty() {
            found.push(Spelt { cluster: glyph.cluster, glyph: glyph.glyph, text: left });
        }
    }
    found
}

/// Writes one byte of a literal string (ISO 32000-1, 7.3.4.2).
pub(crate) fn escape(byte: u8, out: &mut Vec<u8>) {
    match byte {
        b'(' | b')' | b'\\' => out.extend([b'\\', byte]),
        b'\r' => out.extend(b"\\r"),
        b'\n' => out.extend(b"\\n"),
        _ => out.push(byte),
    }
}

/// Cuts a text where the face changes, or the script between two of which one is not simple.
fn split_by_face(faces: &[Face], stack: Stack<'_>, text: &str, mut give: impl FnMut(FaceId, std::ops::Range<usize>, bool)) {
    let covers = |id: FaceId, character: char| faces[usize::from(id.0)].covers(character);
    let covering = |character: char, script: Option<Script>| {
        let own = stack.scripts.iter().find(|(known, id)| Some(*known) == script && covers(*id, character)).map(|(_, id)| *id);
        own.or_else(|| stack.faces.iter().copied().find(|id| covers(*id, character)))
    };
    let mut start = 0;
    let mut current: Option<(FaceId, bool)> = None;
    let mut current_script: Option<Script> = None;
    for (at, character) in text.char_indices() {
        // Marks, joiners and selectors stay with the letter before them.
        let follows = is_joining(character) && at > 0;
        let script = if character.is_ascii() || follows { None } else { script_of(character) };
        let (face, covered) = match covering(character, script) {
            _ if follows => match current {
                Some((face, covered)) => (face, covered && (covers(face, character) || is_invisible(character))),
                None => (stack.faces[0], true),
            },
            Some(face) => (face, true),
            None => (stack.faces[0], is_invisible(character)),
        };
        let script = if character.is_ascii_alphabetic() { Some(Script(*b"Latn")) } else { script };
        let changes = matches!((current_script, script), (Some(a), Some(b)) if a != b && !(a.is_simple() && b.is_simple()));
        current_script = script.or(current_script);
        match current {
            Some((last, last_covered)) if last == face && !changes => current = Some((last, last_covered && covered)),
            Some((last, last_covered)) => {
                give(last, start..at, last_covered);
                start = at;
                current = Some((face, covered));
            }
            None => current = Some((face, covered)),
        }
    }
    if let Some((last, covered)) = current {
        give(last, start..text.len(), covered);
    }
}

/// What the glyphs of a word read as, one after the other: by their ToUnicode texts alone.
struct Reading {
    /// In the order of the text; `None`: the word is of scripts whose glyphs follow their letters.
    text: Option<Vec<String>>,
    right_to_left: bool,
    is_moved: bool,
}

impl Reading {
    fn new(text: &str, right_to_left: bool) -> Reading {
        let is_simple = text.is_ascii() || text.chars().all(|c| script_of(c).is_none_or(Script::is_simple));
        Reading { text: (!is_simple).then(Vec::new), right_to_left, is_moved: false }
    }

    fn add(&mut self, face: &Face, glyphs: &[ShapedGlyph], spelt: &[Spelt]) {
        let Some(parts) = &mut self.text else { return };
        for glyph in glyphs.iter().filter(|glyph| glyph.glyph != 0) {
            // Readers order glyphs by where they stand: a mark that is moved reads beside its letter, or as a line of its own.
            self.is_moved |= !self.right_to_left && (glyph.x_offset != 0 || glyph.y_offset != 0 || glyph.advance == 0);
            let spelt = spelt.iter().find(|spelt| spelt.cluster == glyph.cluster && spelt.glyph == glyph.glyph);
            parts.push(match (spelt, own_character(face, glyph.glyph)) {
                (Some(spelt), _) => spelt.text.clone(),
                (None, Some(character)) => character.to_string(),
                // What it reads as cannot be known.
                (None, None) => "\u{fffd}".to_string(),
            });
        }
    }

    fn reads_as(self, text: &str) -> bool {
        let Some(mut parts) = self.text else { return true };
        if self.is_moved {
            return false;
        }
        if self.right_to_left {
            parts.reverse();
        }
        // Readers turn a text from right to left around, and what is told beside it too: a mark that reads one letter too
        // late is better than a word that reads backwards.
        let counts = |c: &char| !(is_invisible(*c) || self.right_to_left && is_joining(*c));
        parts.iter().flat_map(|part| part.chars()).filter(counts).eq(text.chars().filter(counts))
    }
}

fn is_joining(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{5bf}'..='\u{5c7}' | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
        || is_invisible(character)
}

/// Columns that a text takes on a terminal: wide characters take two, marks none (UAX 11).
pub fn columns_of(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { unicode_width::UnicodeWidthStr::width(text) }
}

/// Joiners, direction marks and variation selectors: they steer shaping and have no look of their own.
pub fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Pieces of at most [`limits::WORD_BYTES_MAX`] bytes: nobody's word is longer, only an attacker's.
fn chunks(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut end = rest.len().min(limits::WORD_BYTES_MAX);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let (piece, tail) = rest.split_at(end);
        rest = tail;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faces() -> Vec<Face> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fonts/liberation-sans/LiberationSans-");
        ["Regular", "Bold"].map(|name| Face::read(std::fs::read(format!("{folder}{name}.ttf")).expect("a font").into()).expect("a face")).into()
    }

    const STACK: Stack<'static> = Stack { number: 0, faces: &[FaceId(0)], features: &[], scripts: &[] };

    #[track_caller]
    fn check(text: &str, tabular: bool, rtl: bool, expected: &str) {
        let faces = faces();
        let mut words = Words::new();
        let id = words.find(&faces, STACK, text, tabular, rtl, false);
        assert_eq!(id, words.find(&faces, STACK, text, tabular, rtl, false), "found again");
        let runs: Vec<String> =
            words.runs(id).iter().map(|run| format!("{}({})", if run.wide { "G" } else { "F" }, words.bytes(run).escape_ascii())).collect();
        let missing = if words.word(id).missing { " missing" } else { "" };
        assert_eq!(format!("{}{missing} {}", runs.join(" "), words.word(id).width), expected);
    }

    #[test]
    fn kerning_becomes_adjustments() {
        check("Total", false, false, "F(T)111(otal) 2112304");
        check("AVA", false, false, "F(A)74(V)74(A) 1852538");
    }

    #[test]
    fn figures_are_tabular_and_need_no_adjustment() {
        check("1,111.11", true, false, "F(1,111.11) 3892576");
        check("1,111.11", false, false, "F(1,1)74(1)74(1.1)75(1) 3669922");
    }

    #[test]
    fn letters_without_a_code_use_glyph_ids() {
        check("(\u{3a9})", false, false, "F(\\\\() G(\\x03[) F(\\\\)) 1413575");
    }

    #[test]
    fn a_character_without_a_glyph_is_reported() {
        check("\u{1f600}", false, false, " missing 0");
    }

    #[test]
    fn every_glyph_is_reported_once() {
        let faces = faces();
        let mut words = Words::new();
        let id = words.find(&faces, STACK, "add", false, false, false);
        words.begin_use();
        let mut seen = Vec::new();
        words.mark(id, |face, glyph, wide, _| seen.push((face.0, faces[0].unicode[usize::from(glyph)], wide)));
        words.mark(id, |_, _, _, _| panic!("marked twice"));
        assert_eq!(seen, [(0, 97, false), (0, 100, false), (0, 100, false)]);
    }

    #[test]
    fn a_full_table_finds_all_words() {
        let faces = faces();
        let mut words = Words::new();
        let ids: Vec<WordId> = (0..5000).map(|n| words.find(&faces, STACK, &n.to_string(), true, false, false)).collect();
        for (number, id) in ids.iter().enumerate() {
            assert_eq!(words.text(*id), number.to_string());
            assert_eq!(*id, words.find(&faces, STACK, &number.to_string(), true, false, false));
        }
    }

    #[test]
    fn the_figure_path_equals_shaping() {
        for face in faces() {
            let figures = face.figures.as_ref().expect("Liberation's figures are context-free");
            let mut state = 7u64;
            for _ in 0..3000 {
                let text: String = (0..14)
                    .map(|_| {
                        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                        char::from(b"0123456789.,-+/:"[(state >> 60) as usize])
                    })
                    .collect();
                let shaped = face.shaper().shape(&text, false, true, false).expect("shaped");
                assert_eq!(figures.width(text.as_bytes()), Some(shaped.iter().map(|g| g.advance).sum()));
                assert!(shaped.iter().zip(text.bytes()).all(|(g, b)| g.glyph == figures.glyph(b)));
            }
            assert_eq!(figures.width(b"12a"), None);
        }
    }
}
