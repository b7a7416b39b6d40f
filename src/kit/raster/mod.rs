//! Pages as pictures: for proofs, layout tests, differences and the preview.
//!
//! Takes a PDF file, gives RGB pixels; takes two pictures, gives how they differ; reads and writes PNG. Must never be part of
//! what a job delivers: the renderer makes no promise to give the same pixels on every machine.

mod difference;
mod png;

pub use difference::{Difference, difference};
pub use png::{read_png, write_png, write_small_png};

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};

use crate::base::limits::IMAGE_PIXELS_MAX;

/// RGB pixels, 8 bits each.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Picture {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Red, green, blue of each pixel, row by row from the top.
    pub pixels: Vec<u8>,
}

/// Why there is no picture.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RasterError {
    /// The file cannot be read.
    #[error("the renderer cannot read the file: {0}")]
    File(String),
    /// A side is longer, or there are more pixels, than there may be.
    #[error("a page of {width} × {height} pixels is too large for a picture")]
    TooLarge {
        /// Columns.
        width: u64,
        /// Rows.
        height: u64,
    },
    /// Not a PNG file of the kind that is written here.
    #[error("the picture cannot be read: {0}")]
    Png(&'static str),
}

/// Renders pages of a PDF file at so many dots per inch, those that `wanted` says of their index from 0. Gives each with its index.
pub fn render(pdf: Vec<u8>, dpi: u32, wanted: impl Fn(usize) -> bool) -> Result<Vec<(usize, Picture)>, RasterError> {
    let pdf = Pdf::new(pdf).map_err(|error| RasterError::File(format!("{error:?}")))?;
    let (cache, settings) = (RenderCache::new(), InterpreterSettings::default());
    // Grid-fitted letters would move with the resolution, and two pictures of one page could not be laid over each other.
    let render_settings = RenderSettings { hinting: false, ..RenderSettings::default() };
    let scale = dpi as f32 / 72.0;
    let pixmap_settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
    let mut pictures = Vec::new();
    for (index, page) in pdf.pages().iter().enumerate().filter(|(index, _)| wanted(*index)) {
        let (width, height) = page.render_dimensions();
        let (width, height) = ((width * scale) as u64, (height * scale) as u64);
        if width == 0 || height == 0 || width.max(height) > u64::from(u16::MAX) || width * height > IMAGE_PIXELS_MAX {
            return Err(RasterError::TooLarge { width, height });
        }
        let pixmap = hayro::render(page, &cache, &settings, &render_settings, &pixmap_settings);
        let pixels = pixmap.data_as_u8_slice().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
        pictures.push((index, Picture { width: u32::from(pixmap.width()), height: u32::from(pixmap.height()), pixels }));
    }
    Ok(pictures)
}
