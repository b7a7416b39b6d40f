//! The pictures of a job: images of pixels and SVG.
//!
//! Takes paths as layouts write them, gives resources and sizes; reads each file once. SVG becomes forms here, so that a page names it
//! and no worker ever reads it. Must never open a picture outside the folder of its layout.

use std::path::Path;
use std::sync::Arc;

use super::library::{JobLibrary, Part};
use super::paths::join;
use crate::base::file;
use crate::base::hash::Hash;
use crate::base::length::Length;
use crate::base::limits;
use crate::kit::{image, svg};
use crate::layout::{LibraryImage, MergedPicture, MergedPiece, PictureFault, SvgFile};
use crate::model::resources::{Form, FormExtras, FormId, ImageId, Picture, Used};

/// The resolution of an image that does not say its own, as in CSS.
const DPI_DEFAULT: u32 = 96;
/// Most forms that SVG pictures may become; what is composed once needs some of the 65,536.
const FORMS_MAX: usize = 60_000;

/// Whether a file is a picture by its name.
pub(super) fn is_picture(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    [".png", ".jpg", ".jpeg", ".svg"].iter().any(|end| lower.ends_with(end))
}

impl JobLibrary {
    /// The picture that a layout names so.
    pub(super) fn read_picture(&mut self, path: &str) -> Result<LibraryImage, PictureFault> {
        let frozen = self.frozen.as_ref().and_then(|frozen| frozen.find(&self.written(path)));
        let full = frozen.or_else(|| file::inside(&self.folder, path)).ok_or_else(|| format!("`{path}` is not below the folder of the layout"))?;
        if let Some(known) = self.images.get(&full) {
            return known.clone();
        }
        let written = self.written(path);
        let picture = self.open_picture(&full, path, Some(written)).map(|(found, _)| found);
        self.images.insert(full, picture.clone());
        picture
    }

    /// The path of an image as the list of the frozen plan names it: messages and layouts may name different images by one path.
    fn written(&self, path: &str) -> String {
        if self.left.is_some() { format!("messages:{path}") } else { path.to_string() }
    }

    /// Reads a picture; gives its file in the frozen copy, too. Bytes of what has no name of its own there are not kept.
    pub(super) fn open_picture(&mut self, full: &Path, path: &str, written: Option<String>) -> Result<(LibraryImage, String), PictureFault> {
        let bytes = file::read(full, limits::IMAGE_BYTES_MAX).map_err(|error| match error.source.kind() {
            std::io::ErrorKind::NotFound => format!("there is no image `{path}` below `{}`, the folder of the layout", self.folder.display()),
            _ => error.to_string(),
        })?;
        let hash = Hash::of(&bytes);
        if let Some((known, part)) = self.image_of_hash.get(&hash).cloned() {
            self.name_again(hash, written);
            return Ok((known, part));
        }
        let is_svg = svg::is_svg(&bytes);
        let found = if is_svg { self.add_svg(&bytes, path)? } else { self.add_image(&bytes, path)? };
        let extension = if is_svg {
            "svg".to_string()
        } else {
            Path::new(path).extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default()
        };
        let mut part = Part::new(format!("images/{}.{extension}", hash.hex()), bytes.into());
        if written.is_none() {
            (part.source, part.bytes) = (Some(full.to_path_buf()), [].as_slice().into());
        }
        part.written.extend(written);
        let name = part.name.clone();
        self.parts.push(part);
        self.image_of_hash.insert(hash, (found.clone(), name.clone()));
        Ok((found, name))
    }

    fn add_image(&mut self, bytes: &[u8], path: &str) -> Result<LibraryImage, String> {
        let image = image::read_image(bytes).map_err(|error| format!("the image `{path}` cannot be used: {error}"))?;
        let id = u16::try_from(self.resources.images.len()).map_err(|_| "the job uses more than 65,535 images".to_string())?;
        let ((columns, rows), dpi) = image.upright();
        let (across, down) = dpi.unwrap_or((DPI_DEFAULT, DPI_DEFAULT));
        let size = |pixels: u32, dpi: u32| Length::from_points(72).scaled(i64::from(pixels), i64::from(dpi.max(1)));
        let (width, height) = (size(columns, across), size(rows, down));
        self.resources.images.push(image);
        Ok(LibraryImage { picture: Picture::Image(ImageId(id)), width, height, merged: None })
    }

    fn add_svg(&mut self, bytes: &[u8], path: &str) -> Result<LibraryImage, PictureFault> {
        let text = std::str::from_utf8(bytes)
            .map_err(|error| format!("the picture `{path}` cannot be used: it is not UTF-8, byte {} is no character", error.valid_up_to()))?;
        let file =
            SvgFile { path: join(&self.folder, path).to_string_lossy().into_owned(), text: text.strip_prefix('\u{feff}').unwrap_or(text).into() };
        let first = self.resources.forms.len();
        let drawing = match svg::read(&file.text, first, self) {
            Ok(drawing) => drawing,
            Err(faults) => return Err(PictureFault::Svg(file, faults)),
        };
        if first + drawing.parts.len() > FORMS_MAX {
            return Err(format!("the SVG pictures of the job have more than {FORMS_MAX} parts").into());
        }
        let form = |index: usize| FormId((first + index) as u16);
        let is_merged = drawing.is_merged();
        let pieces: Vec<MergedPiece> = drawing
            .pieces
            .into_iter()
            .map(|piece| match piece {
                svg::Piece::Part(index) => MergedPiece::Form(form(index)),
                svg::Piece::Text(text) => MergedPiece::Text(text),
            })
            .collect();
        self.resources.forms.extend(drawing.parts.into_iter().map(|part| form_of(part, first)));
        let whole = pieces.iter().find_map(|piece| if let MergedPiece::Form(form) = piece { Some(*form) } else { None });
        let picture = Picture::Drawing(whole.unwrap_or(FormId(0)), drawing.width, drawing.height);
        let merged = is_merged.then(|| Arc::new(MergedPicture { file, pieces }));
        Ok(LibraryImage { picture, width: drawing.width, height: drawing.height, merged })
    }
}

/// A part of a picture whose first part is the form `first`.
fn form_of(part: svg::Part, first: usize) -> Form {
    let form = |index: &usize| FormId((first + index) as u16);
    let masks: Vec<FormId> = part.masks.iter().map(form).collect();
    let used = Used { forms: part.parts.iter().map(form).chain(masks.iter().copied()).collect(), ..Used::default() };
    let extras = FormExtras { patterns: part.patterns, opacities: part.opacities, masks, group: part.group };
    let extras = (extras != FormExtras::default()).then(|| Box::new(extras));
    Form { content: part.content, bounds: part.bounds, used, extras, painted: Vec::new() }
}

impl svg::Faces for JobLibrary {
    fn families(&self) -> Vec<String> {
        self.families.iter().map(|family| family.name.clone()).collect()
    }

    fn face(&mut self, family: &str, bold: bool, italic: bool) -> Result<Arc<[u8]>, String> {
        let at = self.families.iter().position(|known| known.name == family).ok_or_else(|| format!("there is no font family `{family}`"))?;
        let face = JobLibrary::face(self, at, usize::from(bold) + 2 * usize::from(italic))?;
        Ok(self.resources.faces[usize::from(face.0)].data.clone())
    }

    fn fallback(&mut self, character: char, bold: bool, italic: bool) -> Option<Arc<[u8]>> {
        let slot = usize::from(bold) + 2 * usize::from(italic);
        for family in self.fallback.clone() {
            // A fallback without this weight or slant is still better than a missing glyph.
            let Ok(face) = JobLibrary::face(self, family, slot).or_else(|_| JobLibrary::face(self, family, 0)) else { continue };
            let face = &self.resources.faces[usize::from(face.0)];
            if face.covers(character) {
                return Some(face.data.clone());
            }
        }
        None
    }
}
