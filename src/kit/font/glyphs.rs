//! Which glyphs of a face are used.
//!
//! Takes glyph ids from anywhere in any order, gives them back ascending. The union of two sets does not depend on the
//! order of merging, so a subset is the same whatever thread saw a glyph first.

use std::collections::BTreeMap;

/// Longest text remembered for a glyph, in bytes; longer ones would not fit a ToUnicode string (ISO 32000-1, 9.10.3).
const TEXT_BYTES_MAX: usize = 128;

/// A set of glyph ids, with the texts of those that no single character maps to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct GlyphSet {
    /// A bit per glyph. The last word is never 0, so that equal sets are equal bytes.
    words: Vec<u64>,
    /// For ligatures and alternates the smallest text they were seen to stand for.
    texts: BTreeMap<u16, String>,
}

impl GlyphSet {
    /// Adds a glyph.
    pub fn insert(&mut self, glyph: u16) {
        let word = usize::from(glyph / 64);
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (glyph % 64);
    }

    /// Remembers what a glyph without a character of its own stands for; of several texts the smallest stays.
    pub fn insert_text(&mut self, glyph: u16, text: &str) {
        if text.is_empty() || text.len() > TEXT_BYTES_MAX {
            return;
        }
        match self.texts.get_mut(&glyph) {
            Some(known) if known.as_str() <= text => {}
            Some(known) => *known = text.to_string(),
            None => {
                self.texts.insert(glyph, text.to_string());
            }
        }
    }

    /// Whether a glyph is in it.
    pub fn contains(&self, glyph: u16) -> bool {
        self.words.get(usize::from(glyph / 64)).is_some_and(|word| word >> (glyph % 64) & 1 == 1)
    }

    /// What a glyph was seen to stand for, if anyone said.
    pub fn text(&self, glyph: u16) -> Option<&str> {
        self.texts.get(&glyph).map(String::as_str)
    }

    /// Adds everything in `other`.
    pub fn merge(&mut self, other: &GlyphSet) {
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        for (mine, theirs) in self.words.iter_mut().zip(&other.words) {
            *mine |= theirs;
        }
        for (glyph, text) in &other.texts {
            self.insert_text(*glyph, text);
        }
    }

    /// The glyphs, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.words.iter().enumerate().flat_map(|(index, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                if rest == 0 {
                    return None;
                }
                let bit = rest.trailing_zeros();
                rest &= rest - 1;
                Some((index * 64) as u16 + bit as u16)
            })
        })
    }

    /// How many glyphs.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Appends the set in a form that [`GlyphSet::from_bytes`] reads: for the ledger.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(8 + self.words.len() * 8);
        out.extend((self.words.len() as u32).to_le_bytes());
        for word in &self.words {
            out.extend(word.to_le_bytes());
        }
        for (glyph, text) in &self.texts {
            out.extend(glyph.to_le_bytes());
            out.push(text.len() as u8);
            out.extend(text.as_bytes());
        }
        out
    }

    /// Reads [`GlyphSet::to_bytes`]; `None` if the bytes are anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<GlyphSet> {
        let (count, rest) = bytes.split_first_chunk::<4>()?;
        let count = u32::from_le_bytes(*count) as usize;
        if count > 1024 {
            return None;
        }
        let (words, mut rest) = rest.split_at_checked(count * 8)?;
        let words: Vec<u64> = words.as_chunks::<8>().0.iter().map(|word| u64::from_le_bytes(*word)).collect();
        if words.last() == Some(&0) {
            return None;
        }
        let mut set = GlyphSet { words, texts: BTreeMap::new() };
        while let Some((head, tail)) = rest.split_first_chunk::<3>() {
            let (text, tail) = tail.split_at_checked(usize::from(head[2]))?;
            set.insert_text(u16::from_le_bytes([head[0], head[1]]), std::str::from_utf8(text).ok()?);
            rest = tail;
        }
        rest.is_empty().then_some(set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(glyphs: &[u16], texts: &[(u16, &str)]) -> GlyphSet {
        let mut set = GlyphSet::default();
        glyphs.iter().for_each(|glyph| set.insert(*glyph));
        texts.iter().for_each(|(glyph, text)| set.insert_text(*glyph, text));
        set
    }

    #[test]
    fn the_order_of_merging_does_not_matter() {
        let (a, b) = (set(&[3, 700, 65_535], &[(700, "ffi")]), set(&[1, 3, 64], &[(700, "fi"), (64, "ſ")]));
        let (mut ab, mut ba) = (a.clone(), b.clone());
        ab.merge(&b);
        ba.merge(&a);
        assert_eq!(ab, ba);
        assert_eq!(ab.iter().collect::<Vec<_>>(), [1, 3, 64, 700, 65_535]);
        assert_eq!(ab.len(), 5);
        assert_eq!(ab.text(700), Some("ffi"));
    }

    #[test]
    fn bytes_round_trip_and_damage_is_seen() {
        let set = set(&[0, 63, 64, 1000], &[(63, "ffi"), (1000, "€")]);
        let bytes = set.to_bytes();
        assert_eq!(GlyphSet::from_bytes(&bytes), Some(set));
        assert_eq!(GlyphSet::from_bytes(&GlyphSet::default().to_bytes()), Some(GlyphSet::default()));
        for length in [0, 3, 11, bytes.len() - 1] {
            assert_eq!(GlyphSet::from_bytes(&bytes[..length]), None, "{length}");
        }
        assert!(!GlyphSet::default().contains(65_535));
    }
}
