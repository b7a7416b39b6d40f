//! Shaping: characters to positioned glyphs.
//!
//! Takes a word, gives glyphs in visual order. Must never be called for what a cache already holds.

use harfrust::font::Font;
use harfrust::{Buffer, Direction, Feature, ShapeOptions, ShapePlan, ShapePlanKey, ShaperFont, Tag};
use std::sync::{Arc, Mutex};

/// One positioned glyph, in font units.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ShapedGlyph {
    /// The glyph in the face.
    pub glyph: u16,
    /// Byte of the text where its cluster starts.
    pub cluster: u32,
    /// Advance after it.
    pub advance: i64,
    /// Shift to the right when painting it.
    pub x_offset: i64,
    /// Shift upwards when painting it.
    pub y_offset: i64,
}

/// An OpenType feature that a style asks for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FontFeature {
    /// Its tag, such as `*b"onum"`.
    pub tag: [u8; 4],
    /// 0: off, 1: on, or the number of an alternate.
    pub value: u16,
}

/// The shaper of one face. Plans are built once per direction, script and feature set.
pub struct Shaper {
    font: Font,
    glyph_count: u32,
    plans: Mutex<Vec<Arc<ShapePlan>>>,
}

// Tabular figures without kerning: `11` must be as wide as `00`, or columns of figures do not align.
const FIGURES: [Feature; 2] =
    [Feature { tag: Tag::new(b"tnum"), value: 1, start: 0, end: u32::MAX }, Feature { tag: Tag::new(b"kern"), value: 0, start: 0, end: u32::MAX }];

// CSS Text 3, 8.2: letters with space between them are not joined to ligatures that a reader could do without.
const SPACED: [Feature; 2] =
    [Feature { tag: Tag::new(b"liga"), value: 0, start: 0, end: u32::MAX }, Feature { tag: Tag::new(b"clig"), value: 0, start: 0, end: u32::MAX }];

impl Shaper {
    /// The shaper of a font file with so many glyphs; `None` if it is none.
    pub fn new(data: &Arc<[u8]>, glyph_count: u16) -> Option<Shaper> {
        Some(Shaper { font: Font::new(data.to_vec(), 0)?, glyph_count: u32::from(glyph_count), plans: Mutex::new(Vec::new()) })
    }

    /// Shapes a text of one direction. `figures` asks for tabular figures without kerning, `spaced` for letters that do not join.
    ///
    /// Returns `None` if the font makes the shaper fail.
    pub fn shape(&self, text: &str, right_to_left: bool, figures: bool, spaced: bool) -> Option<Vec<ShapedGlyph>> {
        self.shape_with(text, right_to_left, figures, spaced, &[])
    }

    /// The same with the features of a style, which count more than the others.
    pub fn shape_with(&self, text: &str, right_to_left: bool, figures: bool, spaced: bool, own: &[FontFeature]) -> Option<Vec<ShapedGlyph>> {
        let mut buffer = Buffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        buffer.set_direction(if right_to_left { Direction::RightToLeft } else { Direction::LeftToRight });
        // The language would select localised glyph forms by the machine's locale; layouts decide, machines do not.
        buffer.set_language(None);
        let general: &[Feature] = match (figures, spaced) {
            (true, _) => &FIGURES,
            (false, true) => &SPACED,
            (false, false) => &[],
        };
        let mut features: Vec<Feature> = general.to_vec();
        features.extend(own.iter().map(|own| Feature { tag: Tag::new(&own.tag), value: u32::from(own.value), start: 0, end: u32::MAX }));
        let features = features.as_slice();
        let plan = self.plan(&buffer, features);
        let font = ShaperFont::new(&self.font);
        harfrust::shape(&font, &mut buffer, ShapeOptions::new().plan(Some(&plan)).features(features)).ok()?;
        let glyphs = buffer.glyph_infos().iter().zip(buffer.glyph_positions()).map(|(info, position)| ShapedGlyph {
            // A broken font substitutes glyphs that it does not have.
            glyph: if info.glyph_id < self.glyph_count { info.glyph_id as u16 } else { 0 },
            cluster: info.cluster,
            advance: i64::from(position.x_advance),
            x_offset: i64::from(position.x_offset),
            y_offset: i64::from(position.y_offset),
        });
        Some(glyphs.collect())
    }

    fn plan(&self, buffer: &Buffer, features: &[Feature]) -> Arc<ShapePlan> {
        let mut plans = self.plans.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let key = ShapePlanKey::new(&self.font, buffer.script(), buffer.direction()).features(features);
        if let Some(plan) = plans.iter().find(|plan| key.matches(plan)) {
            return plan.clone();
        }
        let plan = Arc::new(ShapePlan::new(&self.font, buffer.direction(), buffer.script(), None, features));
        plans.push(plan.clone());
        plan
    }
}
