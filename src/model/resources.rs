//! What all pages of a job share: faces, images and forms under job-wide names.
//!
//! Takes what a plan collected, gives it to composition and to the streams. A page names face 3 `/F3` (one-byte codes)
//! or `/G3` (two-byte glyph ids), image 2 `/I2` and form 5 `/X5`, in every volume and print file of the job.

use crate::base::length::Length;
use crate::kit::font::{Face, FaceId, FontFeature};
use crate::kit::image::PdfImage;
use crate::kit::svg::GroupColor;
use crate::kit::text::Script;
use crate::model::picture::PictureFolder;
use crate::model::trace::Rectangle;

/// The index of a font stack.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct StackId(pub u16);

/// The index of an image, `/I<index>`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ImageId(pub u16);

/// The index of a form, `/X<index>`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FormId(pub u16);

/// The index of a folder of pictures.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FolderId(pub u16);

/// What an element shows: pixels, or the paths of an SVG picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Picture {
    /// Pixels.
    Image(ImageId),
    /// Paths, whose form is of this width and height.
    Drawing(FormId, Length, Length),
}

/// Faces in the order they are tried for a character; the first is the one the style names. Two styles with other features
/// have two stacks, so that the word cache need not know of features.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FontStack {
    /// At least one face.
    pub faces: Vec<FaceId>,
    /// The OpenType features its text is shaped with.
    pub features: Vec<FontFeature>,
    /// The faces that are tried before all others for characters of a script.
    pub scripts: Vec<(Script, FaceId)>,
}

/// A fragment no record can change: a Form XObject (ISO 32000-1, 8.10).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Form {
    /// Its content stream, not compressed. The origin is the upper left corner of the place it is painted at, y grows upwards.
    pub content: Vec<u8>,
    /// Left, bottom, right, top of what it paints, in points of its own coordinates.
    pub bounds: [Length; 4],
    /// Faces, images and forms it names.
    pub used: Used,
    /// What else it needs if it is part of an SVG picture.
    pub extras: Option<Box<FormExtras>>,
    /// The places it paints, y downwards from its origin; empty for parts of SVG pictures, whose place on a page is known as a whole.
    pub painted: Vec<Rectangle>,
}

/// What a form of an SVG picture names besides faces, images and forms.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FormExtras {
    /// Pattern dictionaries, `/P<index>`.
    pub patterns: Vec<Vec<u8>>,
    /// Opacities in thousandths: graphics states `/O<thousandths>`.
    pub opacities: Vec<u16>,
    /// Forms whose lightness is an opacity: graphics states `/M<index of the form>`.
    pub masks: Vec<FormId>,
    /// Whether it is painted as one, and in which colours.
    pub group: Option<GroupColor>,
}

/// The resources some content names.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Used {
    /// Glyphs of each face, by face index. Shorter than the number of faces if the last ones are not used.
    pub glyphs: Vec<crate::kit::font::GlyphSet>,
    /// Faces used with one-byte codes (`/F`), a bit each.
    pub narrow: u64,
    /// Faces used with two-byte codes (`/G`), a bit each.
    pub wide: u64,
    /// Images, ascending.
    pub images: std::collections::BTreeSet<ImageId>,
    /// Forms, ascending.
    pub forms: std::collections::BTreeSet<FormId>,
}

impl Used {
    /// Adds a glyph of a face, named through one-byte codes or (`wide`) through glyph ids.
    pub fn mark(&mut self, face: FaceId, glyph: u16, wide: bool) {
        let index = usize::from(face.0);
        if self.glyphs.len() <= index {
            self.glyphs.resize_with(index + 1, Default::default);
        }
        self.glyphs[index].insert(glyph);
        if wide {
            self.wide |= 1 << index;
        } else {
            self.narrow |= 1 << index;
        }
    }

    /// Adds everything `other` names.
    pub fn merge(&mut self, other: &Used) {
        if self.glyphs.len() < other.glyphs.len() {
            self.glyphs.resize_with(other.glyphs.len(), Default::default);
        }
        for (mine, theirs) in self.glyphs.iter_mut().zip(&other.glyphs) {
            mine.merge(theirs);
        }
        self.narrow |= other.narrow;
        self.wide |= other.wide;
        self.images.extend(&other.images);
        self.forms.extend(&other.forms);
    }
}

/// Everything shared, by job-wide index.
#[derive(Debug, Default)]
pub struct Resources {
    /// The faces; at most 64.
    pub faces: Vec<Face>,
    /// The font stacks that styles name.
    pub stacks: Vec<FontStack>,
    /// The images.
    pub images: Vec<PdfImage>,
    /// The forms.
    pub forms: Vec<Form>,
    /// The folders that records choose pictures from.
    pub folders: Vec<PictureFolder>,
}
