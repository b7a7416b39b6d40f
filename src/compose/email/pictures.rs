//! Pictures as files that mail programs show.
//!
//! Takes the images of a job, gives each as a PNG or JPEG file at most twice as large as it is shown, made once for each worker.
//! Computed in whole numbers alone, so that every machine makes the same file. Must never know which message shows it.

use std::fmt::Write;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::html::Html;
use crate::base::hash::Hash;
use crate::base::length::Length;
use crate::kit::barcode::bitmap;
use crate::kit::html::push_attribute;
use crate::kit::image::{bitmap_file, screen_file};
use crate::model::content::Bars;
use crate::model::layout::Align;
use crate::model::message::{ImageLinks, InlineImage};
use crate::model::resources::{Picture, Resources};

/// Most pictures that are kept.
const KEPT_MAX: usize = 4_096;
/// The most width of a picture in pixels: that of the message without its padding.
const WIDTH_MAX: i64 = 592;

/// A picture that a message shows.
pub type Shown = Arc<InlineImage>;

/// Pictures of a worker.
pub struct Pictures<'p> {
    resources: &'p Resources,
    links: &'p ImageLinks,
    made: FxHashMap<(u16, i64), Option<Shown>>,
}

impl<'p> Pictures<'p> {
    /// None yet.
    pub fn new(resources: &'p Resources, links: &'p ImageLinks) -> Pictures<'p> {
        Pictures { resources, links, made: FxHashMap::default() }
    }

    /// The file of an image that is shown so many pixels wide; `None` if it cannot be shown.
    fn image(&mut self, image: u16, width: i64) -> Option<Shown> {
        if let Some(known) = self.made.get(&(image, width)) {
            return known.clone();
        }
        let made = screen_file(&self.resources.images[usize::from(image)], (width * 2).max(1) as u32)
            .map(|(bytes, media_type)| Arc::new(named(bytes, media_type, self.links)));
        if self.made.len() >= KEPT_MAX {
            self.made.clear();
        }
        self.made.insert((image, width), made.clone());
        made
    }
}

fn named(bytes: Vec<u8>, media_type: &'static str, links: &ImageLinks) -> InlineImage {
    let hash = Hash::of(&bytes);
    let content_id = match links {
        ImageLinks::Attached { domain } => format!("{}@{domain}", hash.hex()),
        ImageLinks::Hosted { .. } => String::new(),
    };
    let ending = if media_type == "image/jpeg" { "jpg" } else { "png" };
    InlineImage { hash, content_id, file_name: format!("{}.{ending}", hash.hex()), media_type, bytes: bytes.into() }
}

impl Html<'_, '_> {
    /// Adds a picture in its size, or its words if it cannot be shown.
    pub(super) fn picture(&mut self, picture: Picture, size: (Length, Length), align: Align, alt: &str, margins: (Length, Length)) {
        let (width, height) = pixels(size);
        let shown = match picture {
            Picture::Image(image) => self.pictures.image(image.0, width),
            Picture::Drawing(..) => None,
        };
        match shown {
            Some(shown) => self.image_tag(&shown, (width, height), align, alt, margins),
            None => self.alternative(alt, align),
        }
    }

    fn image_tag(&mut self, shown: &Shown, (width, height): (i64, i64), align: Align, alt: &str, margins: (Length, Length)) {
        let (top, bottom) = (self.css.space(margins.0), self.css.space(margins.1));
        write!(self.out, "<p style=\"margin:{top}px 0 {bottom}px").expect("a String takes what is written");
        if let Some(word) = super::css::align_word(align) {
            write!(self.out, ";text-align:{word}").expect("a String takes what is written");
        }
        self.out.push_str("\"><img class=\"im\" src=\"");
        match self.pictures.links {
            ImageLinks::Attached { .. } => {
                self.out.push_str("cid:");
                push_attribute(&shown.content_id, &mut self.out);
            }
            ImageLinks::Hosted { prefix } => {
                push_attribute(prefix, &mut self.out);
                self.out.push_str(&shown.file_name);
            }
        }
        write!(self.out, "\" width=\"{width}\" height=\"{height}\" alt=\"").expect("a String takes what is written");
        push_attribute(alt, &mut self.out);
        self.out.push_str("\" style=\"display:inline-block;border:0;max-width:100%;height:auto\"></p>\n");
        if !self.shown.iter().any(|known| known.hash == shown.hash) {
            self.shown.push(shown.clone());
        }
    }

    /// Adds a barcode, upright.
    pub(super) fn bars(&mut self, bars: &Bars<'_>, margins: (Length, Length)) {
        let Some(made) = bitmap(bars.path, bars.unit, bars.ink, bars.quiet) else { return self.alternative(bars.payload, bars.node.align) };
        let shown = Arc::new(named(bitmap_file(made.width, &made.dark), "image/png", self.pictures.links));
        // Two dots to a pixel.
        let size = ((made.width as i64 / 2).max(1), (made.height as i64 / 2).max(1));
        let size = if size.0 > WIDTH_MAX { (WIDTH_MAX, (size.1 * WIDTH_MAX / size.0).max(1)) } else { size };
        let alt = format!("{}: {}", bars.node.symbology.name(), bars.payload);
        self.image_tag(&shown, size, bars.node.align, &alt, margins);
    }
}

/// A size on paper in pixels of a screen, no wider than a message.
fn pixels((width, height): (Length, Length)) -> (i64, i64) {
    let pixels = |length: Length| (length.millipoints() * 96 / 72_000).max(1);
    let (width, height) = (pixels(width), pixels(height));
    if width > WIDTH_MAX { (WIDTH_MAX, (height * WIDTH_MAX / width).max(1)) } else { (width, height) }
}
