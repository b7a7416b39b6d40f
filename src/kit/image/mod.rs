//! Images for embedding in PDF/A-2b.
//!
//! Takes the bytes of a PNG or JPEG file, gives what a PDF image object needs: the data already filtered, its colour space and
//! a soft mask. JPEG data and most PNG data pass through as they are. The content decides the format, never a name.
//! Must never know where an image is drawn or how large.

mod encode;
mod jpeg;
mod png;
mod raster;
mod screen;

pub use raster::{Shape, filtered_bytes, read_rows};
pub use screen::{bitmap_file, screen_file};

use crate::base::limits::{IMAGE_BYTES_MAX, IMAGE_DECODED_BYTES_MAX, IMAGE_PIXELS_MAX};

/// An image as a PDF image XObject holds it. Never written with `/Interpolate true`, which PDF/A forbids.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PdfImage {
    /// Columns of pixels.
    pub width_px: u32,
    /// Rows of pixels.
    pub height_px: u32,
    /// Colour space.
    pub color: Color,
    /// Bits per component: 1, 2, 4 or 8.
    pub bits: u8,
    /// How `data` is compressed.
    pub filter: Filter,
    /// The stream, compressed.
    pub data: Vec<u8>,
    /// The `/Decode` array, where it differs from the default.
    pub decode: Option<&'static [u8]>,
    /// Opacity, as large as the image; `None` if every pixel is opaque.
    pub alpha: Option<SoftMask>,
    /// Resolution in dots per inch, across and down, if the file says it.
    pub dpi: Option<(u32, u32)>,
    /// How the pixels must be turned to stand upright.
    pub turn: Turn,
}

impl PdfImage {
    /// Width and height in pixels as it is looked at, and the resolution across and down.
    pub fn upright(&self) -> ((u32, u32), Option<(u32, u32)>) {
        let swapped = |(a, b): (u32, u32)| if self.turn.right[0] == 0 { (b, a) } else { (a, b) };
        (swapped((self.width_px, self.height_px)), self.dpi.map(swapped))
    }
}

/// How an image must be turned or mirrored to stand upright: where the unit square that PDF paints an image in goes, in
/// shares of the width and height it is to have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Turn {
    /// The way from the lower left to the lower right corner.
    pub right: [i64; 2],
    /// The way from the lower left to the upper left corner.
    pub up: [i64; 2],
    /// The lower left corner.
    pub corner: [i64; 2],
}

impl Default for Turn {
    fn default() -> Turn {
        Turn::of_exif(1)
    }
}

impl Turn {
    /// The turn of an orientation (Exif 2.32, 4.6.4 A, tag 274); what is none of the eight is upright.
    pub fn of_exif(orientation: u16) -> Turn {
        let (right, up, corner) = match orientation {
            2 => ([-1, 0], [0, 1], [1, 0]),
            3 => ([-1, 0], [0, -1], [1, 1]),
            4 => ([1, 0], [0, -1], [0, 1]),
            5 => ([0, -1], [-1, 0], [1, 1]),
            6 => ([0, -1], [1, 0], [0, 1]),
            7 => ([0, 1], [1, 0], [0, 0]),
            8 => ([0, 1], [-1, 0], [1, 0]),
            _ => ([1, 0], [0, 1], [0, 0]),
        };
        Turn { right, up, corner }
    }
}

/// The colour space of an image.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Color {
    /// One component, black to white.
    Gray,
    /// Red, green, blue (sRGB).
    Rgb,
    /// Cyan, magenta, yellow, black. A PDF/A with an RGB output intent alone may not contain it (ISO 19005-2, 6.2.4.3).
    Cmyk,
    /// Indices into a palette of RGB triples, at most 256.
    Indexed(Vec<u8>),
}

impl Color {
    /// Components of one pixel in the data.
    pub fn components(&self) -> u8 {
        match self {
            Color::Gray | Color::Indexed(_) => 1,
            Color::Rgb => 3,
            Color::Cmyk => 4,
        }
    }
}

/// The compression of a stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Filter {
    /// `/FlateDecode`.
    Flate,
    /// `/FlateDecode` with `/DecodeParms << /Predictor 15 /Colors … /BitsPerComponent … /Columns … >>`.
    FlatePng,
    /// `/DCTDecode`.
    Dct {
        /// The value of `/ColorTransform` to write, where the data alone would be read wrongly.
        color_transform: Option<u8>,
    },
}

/// The opacity of an image: 8 bits of grey for each pixel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SoftMask {
    /// [`Filter::Flate`] or [`Filter::FlatePng`].
    pub filter: Filter,
    /// The stream, compressed.
    pub data: Vec<u8>,
}

/// Why an image cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ImageError {
    /// The bytes are no image format we know.
    #[error("this is not an image: a PNG, JPEG or SVG file is expected")]
    NotAnImage,
    /// A format that is not read.
    #[error("this is {0} file, whatever its name says; only PNG, JPEG and SVG are read")]
    Format(&'static str),
    /// A variant of PNG or JPEG that is not read.
    #[error("this {format} file uses {feature}, which is not supported")]
    Unsupported {
        /// `PNG` or `JPEG`.
        format: &'static str,
        /// What it uses.
        feature: &'static str,
    },
    /// The file ends too early.
    #[error("this {format} file is truncated: {missing}")]
    Truncated {
        /// `PNG` or `JPEG`.
        format: &'static str,
        /// What is not there.
        missing: &'static str,
    },
    /// The file breaks the rules of its format.
    #[error("this {format} file is damaged: {fault}")]
    Damaged {
        /// `PNG` or `JPEG`.
        format: &'static str,
        /// Which rule.
        fault: &'static str,
    },
    /// The file is too large.
    #[error("the image file has {bytes} bytes, at most {IMAGE_BYTES_MAX} are read")]
    FileTooLarge {
        /// Its length.
        bytes: usize,
    },
    /// The image has no pixels.
    #[error("the image is {width} x {height} pixels and so has none")]
    NoPixels {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// The image has too many pixels.
    #[error(
        "the image is {width} x {height} pixels; at most {} million, and {} MiB uncompressed, are read",
        IMAGE_PIXELS_MAX / 1_000_000, IMAGE_DECODED_BYTES_MAX >> 20
    )]
    TooManyPixels {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
    },
}

/// Reads an image file.
pub fn read_image(bytes: &[u8]) -> Result<PdfImage, ImageError> {
    if bytes.len() > IMAGE_BYTES_MAX {
        return Err(ImageError::FileTooLarge { bytes: bytes.len() });
    }
    if bytes.starts_with(png::SIGNATURE) {
        return png::read_png(bytes);
    }
    if bytes.starts_with(&[0xFF, 0xD8]) {
        return jpeg::read_jpeg(bytes);
    }
    Err(match find_format(bytes) {
        Some("PNG") => ImageError::Damaged { format: "PNG", fault: "its signature was altered, as by a text-mode transfer" },
        Some(name) => ImageError::Format(name),
        None => ImageError::NotAnImage,
    })
}

/// Formats people hand in by mistake, with their article, and the bytes they start with.
const OTHER_FORMATS: &[(&str, usize, &[u8])] = &[
    ("PNG", 1, b"PNG"),
    ("PNG", 4, b"\r\n\x1a\n"),
    ("a GIF", 0, b"GIF8"),
    ("a BMP", 0, b"BM"),
    ("a TIFF", 0, b"II*\0"),
    ("a TIFF", 0, b"MM\0*"),
    ("a BigTIFF", 0, b"II+\0"),
    ("a WebP", 8, b"WEBP"),
    ("an icon (ICO)", 0, b"\0\0\x01\0"),
    ("a JPEG 2000", 4, b"jP  "),
    ("an AVIF", 4, b"ftypavif"),
    ("a HEIC", 4, b"ftyphei"),
    ("a HEIC", 4, b"ftypmif1"),
    ("a JPEG XL", 0, b"\xFF\x0A"),
    ("a JPEG XL", 4, b"JXL "),
    ("a PDF", 0, b"%PDF"),
    ("an EPS", 0, b"%!PS"),
    ("a Photoshop", 0, b"8BPS"),
    ("a PNM", 0, b"P5"),
    ("a PNM", 0, b"P6"),
    ("an SVG", 0, b"<svg"),
    ("an XML or SVG", 0, b"<?xml"),
];

fn find_format(bytes: &[u8]) -> Option<&'static str> {
    let matches = |at: usize, magic: &[u8]| bytes.get(at..at + magic.len()) == Some(magic);
    OTHER_FORMATS.iter().find(|(_, at, magic)| matches(*at, magic)).map(|(name, ..)| *name)
}

/// Checks the announced size before anything is allocated for it.
fn check_size(width: u32, height: u32, bits_per_pixel: u32) -> Result<(), ImageError> {
    if width == 0 || height == 0 {
        return Err(ImageError::NoPixels { width, height });
    }
    let pixels = u64::from(width) * u64::from(height);
    let row_bytes = (u64::from(width) * u64::from(bits_per_pixel)).div_ceil(8);
    if pixels > IMAGE_PIXELS_MAX || (row_bytes + 1).saturating_mul(u64::from(height)) > IMAGE_DECODED_BYTES_MAX {
        return Err(ImageError::TooManyPixels { width, height });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        assert_eq!(read_image(bytes).unwrap_err().to_string(), expected);
    }

    #[test]
    fn the_content_decides_and_other_formats_are_named() {
        check(b"GIF89a\x01\0\x01\0", "this is a GIF file, whatever its name says; only PNG, JPEG and SVG are read");
        check(b"RIFF\x10\0\0\0WEBPVP8 ", "this is a WebP file, whatever its name says; only PNG, JPEG and SVG are read");
        check(b"hello", "this is not an image: a PNG, JPEG or SVG file is expected");
        check(b"", "this is not an image: a PNG, JPEG or SVG file is expected");
        check(b"\x89PNG\n\x1a\n", "this PNG file is damaged: its signature was altered, as by a text-mode transfer");
    }

    #[test]
    fn sizes_are_checked_before_anything_is_allocated() {
        assert!(check_size(10_000, 10_000, 8).is_ok());
        assert!(check_size(10_001, 10_000, 8).is_err());
        assert!(check_size(10_000, 10_000, 32).is_err());
        assert!(check_size(u32::MAX, u32::MAX, 64).is_err());
        assert_eq!(check_size(0, 5, 8), Err(ImageError::NoPixels { width: 0, height: 5 }));
    }
}
