//! The glyphs a file needs of a face.

/// A set of glyph ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GlyphSet {
    words: Vec<u64>,
}

impl GlyphSet {
    /// Adds a glyph.
    pub fn insert(&mut self, glyph: u16) {
        let index = usize::from(glyph / 64);
        if self.words.len() <= index {
            self.words.resize(index + 1, 0);
        }
        self.words[index] |= 1 << (glyph % 64);
    }

    /// Whether a glyph is in it.
    pub fn contains(&self, glyph: u16) -> bool {
        self.words.get(usize::from(glyph / 64)).is_some_and(|word| word >> (glyph % 64) & 1 == 1)
    }

    /// Adds all glyphs of another set.
    pub fn merge(&mut self, other: &GlyphSet) {
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        for (mine, theirs) in self.words.iter_mut().zip(&other.words) {
            *mine |= theirs;
        }
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Its glyphs, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.words.iter().enumerate().flat_map(|(index, word)| (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| (index * 64 + bit) as u16))
    }
}
