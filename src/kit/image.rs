//! Images as a PDF embeds them.

/// How the samples of an image are to be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ImageColor {
    /// One component.
    Gray,
    /// Three components, sRGB.
    Rgb,
    /// Four components.
    Cmyk,
    /// Indices into a palette of RGB triples.
    Indexed(Vec<u8>),
}

/// An image ready to be embedded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PdfImage {
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
    /// Colour.
    pub color: ImageColor,
}
