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
    write_numbers(used.images.iter().map(|image| image.0), &mut out);
    write_numbers(used.forms.iter().map(|form| form.0), &mut out);
    out.extend((used.glyphs.len() as u32).to_le_bytes());
    for glyphs in &used.glyphs {
        let bytes = glyphs.to_bytes();
        out.extend((bytes.len() as u32).to_le_bytes());
        out.extend(bytes);
    }
    out
}

fn write_numbers(numbers: impl Iterator<Item = u16>, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend([0; 4]);
    for number in numbers {
        out.extend(number.to_le_bytes());
    }
    let count = (out.len() - start - 4) as u32 / 2;
    out[start..start + 4].copy_from_slice(&count.to_le_bytes());
}

/// The resources of a blob; `None` if it is none.
pub(super) fn read(bytes: &[u8]) -> Option<Used> {
    let mut reader = Reader(bytes);
    let narrow = u64::from_le_bytes(reader.take()?);
    let wide = u64::from_le_bytes(reader.take()?);
    let mut used = Used { narrow, wide, ..Used::default() };
    used.images.extend(reader.numbers()?.into_iter().map(ImageId));
    used.forms.extend(reader.numbers()?.into_iter().map(FormId));
    for _ in 0..reader.count()? {
        let length = reader.count()? as usize;
        let (glyphs, rest) = reader.0.split_at_checked(length)?;
        reader.0 = rest;
        used.glyphs.push(GlyphSet::from_bytes(glyphs)?);
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

    fn numbers(&mut self) -> Option<Vec<u16>> {
        let count = self.count()?;
        (0..count).map(|_| self.take().map(u16::from_le_bytes)).collect()
    }
}
