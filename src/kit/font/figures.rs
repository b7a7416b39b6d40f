//! The fast path for figures.
//!
//! Takes a shaper, gives the advance of each figure and separator, after proving that no context changes them. Must
//! never be used for text that is not wholly made of [`FIGURES`].

use super::shape::Shaper;

/// The characters of amounts, dates and account numbers.
pub const FIGURES: &[u8] = b"0123456789.,-+/:#";

/// Advances of the figures, proved context-free.
#[derive(Clone, Debug)]
pub struct FigureTable {
    glyph: [u16; 128],
    advance: [u16; 128],
}

impl FigureTable {
    /// Shapes every sequence of three figures; gives the table only if each is the plain row of its glyphs.
    ///
    /// OpenType lookups of a font can look further than two neighbours, so a run of twelve of each is tried as well.
    pub fn prove(shaper: &Shaper, advances: &[u16]) -> Option<FigureTable> {
        let mut table = FigureTable { glyph: [0; 128], advance: [0; 128] };
        for &figure in FIGURES {
            let text = char::from(figure).to_string();
            let glyphs = shaper.shape(&text, false, true, false)?;
            let [glyph] = glyphs.as_slice() else { return None };
            let advance = u16::try_from(glyph.advance).ok()?;
            if glyph.glyph == 0 || glyph.x_offset != 0 || glyph.y_offset != 0 || advances.get(usize::from(glyph.glyph)) != Some(&advance) {
                return None;
            }
            table.glyph[usize::from(figure)] = glyph.glyph;
            table.advance[usize::from(figure)] = advance;
        }
        // One long text holds every triple: shaping 4,913 triples one by one would cost milliseconds per face.
        let mut text = String::new();
        for &a in FIGURES {
            for &b in FIGURES {
                for &c in FIGURES {
                    text.extend([a, b, c].map(char::from));
                }
            }
        }
        for &a in FIGURES {
            text.extend(std::iter::repeat_n(char::from(a), 12));
        }
        let glyphs = shaper.shape(&text, false, true, false)?;
        let equal = glyphs.len() == text.len()
            && glyphs.iter().zip(text.bytes()).all(|(glyph, figure)| {
                let figure = usize::from(figure);
                glyph.glyph == table.glyph[figure] && glyph.advance == i64::from(table.advance[figure]) && glyph.x_offset == 0 && glyph.y_offset == 0
            });
        equal.then_some(table)
    }

    /// The sum of the advances in font units; `None` if some byte is not a figure.
    pub fn width(&self, text: &[u8]) -> Option<i64> {
        let mut width = 0u32;
        let mut all = true;
        for &byte in text {
            let advance = self.advance[usize::from(byte & 127)];
            all &= byte < 128 && advance != 0;
            width += u32::from(advance);
        }
        all.then_some(i64::from(width))
    }

    /// The glyph of a figure; 0 for anything else.
    pub fn glyph(&self, byte: u8) -> u16 {
        if byte < 128 { self.glyph[usize::from(byte)] } else { 0 }
    }

    /// Each figure with its glyph.
    pub fn glyphs(&self) -> impl Iterator<Item = (u8, u16)> + '_ {
        FIGURES.iter().map(|&figure| (figure, self.glyph[usize::from(figure)]))
    }
}
