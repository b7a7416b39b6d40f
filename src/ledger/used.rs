//! What the pages of a volume name, as bytes.
//!
//! Takes [`Used`], gives a blob and reads it back. Must never trust a blob: a ledger may have been edited.

use crate::kit::font::GlyphSet;
use crate::model::resources::{FormId, ImageId, Used};

/// The blob: counts and numbers, little-endian.
pub(super) fn write(used: &Used) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(used.narrow.to_le_bytes());
    out.extend(used.wide.to_le_bytes());
    out.extend((used.images.len() as u32).to_le_bytes());
    for image in &used.images {
        out.extend(image.0.to_le_bytes());
    }
    out.extend((used.forms.len() as u32).to_le_bytes());
    for form in &used.forms {
        out.extend(form.0.to_le_bytes());
    }
    out.extend((used.glyphs.len() as u32).to_le_bytes());
    for glyphs in &used.glyphs {
        let words = glyphs.words();
        out.extend((words.len() as u32).to_le_bytes());
        for word in words {
            out.extend(word.to_le_bytes());
        }
    }
    out
}

/// The resources of a blob; `None` if it is none.
pub(super) fn read(bytes: &[u8]) -> Option<Used> {
    let mut reader = Reader(bytes);
    let narrow = u64::from_le_bytes(reader.take()?);
    let wide = u64::from_le_bytes(reader.take()?);
    let mut used = Used { narrow, wide, ..Used::default() };
    for _ in 0..reader.count()? {
        used.images.insert(ImageId(u16::from_le_bytes(reader.take()?)));
    }
    for _ in 0..reader.count()? {
        used.forms.insert(FormId(u16::from_le_bytes(reader.take()?)));
    }
    for _ in 0..reader.count()? {
        let mut words = Vec::new();
        for _ in 0..reader.count()? {
            words.push(u64::from_le_bytes(reader.take()?));
        }
        used.glyphs.push(GlyphSet::from_words(words));
    }
    reader.0.is_empty().then_some(used)
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    fn count(&mut self) -> Option<u32> {
        let count = u32::from_le_bytes(self.take()?);
        // Each item takes a byte or more, so a count beyond the rest is no count.
        (count as usize <= self.0.len()).then_some(count)
    }
}
