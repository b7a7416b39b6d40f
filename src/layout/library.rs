//! Where fonts and images come from.
//!
//! Takes names as layouts write them, gives job-wide ids and sizes. The plan implements it over files; [`MemoryLibrary`]
//! is the one of tests.

use std::sync::Arc;

use super::message::Message;
use crate::base::length::Length;
use crate::kit::expr::CodeTable;
use crate::kit::font::FontFeature;
use crate::kit::svg::{MergedText, SvgFault};
use crate::kit::text::Script;
use crate::model::resources::{FolderId, FormId, ImageId, Picture, StackId};

/// An image as a layout sees it.
#[derive(Clone, PartialEq, Debug)]
pub struct LibraryImage {
    /// Which; of an SVG picture with merged texts, what lies below the first of them.
    pub picture: Picture,
    /// Its own width: pixels at its resolution.
    pub width: Length,
    /// Its own height.
    pub height: Length,
    /// What it is made of if texts in it are merged with data.
    pub merged: Option<Arc<MergedPicture>>,
}

/// An SVG picture with texts that are merged with data.
#[derive(Clone, PartialEq, Debug)]
pub struct MergedPicture {
    /// Its file.
    pub file: SvgFile,
    /// What is painted, from bottom to top.
    pub pieces: Vec<MergedPiece>,
}

/// A piece of such a picture.
#[derive(Clone, PartialEq, Debug)]
pub enum MergedPiece {
    /// Paths, as large as the picture.
    Form(FormId),
    /// A text.
    Text(MergedText),
}

/// The file of an SVG picture, for faults in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SvgFile {
    /// Its path as it is shown.
    pub path: String,
    /// Its text.
    pub text: Arc<str>,
}

/// Why an image cannot be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PictureFault {
    /// A reason.
    Reason(String),
    /// Faults in an SVG file.
    Svg(SvgFile, Vec<SvgFault>),
}

impl From<String> for PictureFault {
    fn from(reason: String) -> PictureFault {
        PictureFault::Reason(reason)
    }
}

/// What a text style asks of a font.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StackRequest<'r> {
    /// The family.
    pub family: &'r str,
    /// Bold.
    pub bold: bool,
    /// Italic.
    pub italic: bool,
    /// OpenType features, applied in this order.
    pub features: &'r [FontFeature],
    /// Families of scripts, which count more than the family; one that lacks the face is taken as it is.
    pub scripts: &'r [(Script, String)],
}

/// A file of texts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CatalogueSource {
    /// Its name in its folder.
    pub name: String,
    /// Its path as it is shown.
    pub shown: String,
    /// What it holds.
    pub text: String,
}

/// Fonts, images, tables and texts by name.
pub trait Library {
    /// The image at a path from the folder of the layout, or why it cannot be used.
    fn image(&mut self, path: &str) -> Result<LibraryImage, PictureFault>;

    /// The pictures of a folder at a path from the folder of the layout, or everything that is wrong with them.
    fn folder(&mut self, path: &str) -> Result<FolderId, Vec<PictureFault>> {
        Err(vec![format!("there is no folder `{path}`").into()])
    }

    /// The font stack of a family in one weight and style, or why there is none.
    fn stack(&mut self, wanted: &StackRequest<'_>) -> Result<StackId, String>;

    /// Whether the first face of a stack has an OpenType feature.
    fn has_feature(&self, stack: StackId, tag: [u8; 4]) -> bool;

    /// The families there are; the first is the one of text without a `font-family`.
    fn families(&self) -> Vec<String>;

    /// The tables of codes that expressions may look into, by name.
    fn tables(&self) -> Arc<[(String, Arc<CodeTable>)]> {
        Arc::new([])
    }

    /// The layout at a path from the folder of the layout, for `extends=`: the path as it is shown, and its text. Or why it cannot be read.
    fn base(&mut self, path: &str) -> Result<(String, String), String> {
        Err(format!("there is no layout `{path}`"))
    }

    /// The files of texts in a folder, by its path from the folder of the layout, in the order of their names. Or why they cannot be read.
    fn texts(&mut self, folder: &str) -> Result<Vec<CatalogueSource>, String> {
        Err(format!("there is no folder `{folder}`"))
    }

    /// Paths of layouts that exist, to suggest one for a misspelt path.
    fn base_paths(&self) -> Vec<String> {
        Vec::new()
    }

    /// The messages that may fill slots, the most important first.
    fn messages(&self) -> Arc<[Message]> {
        Arc::new([])
    }

    /// Images are found from the folder of the messages from now on, or again from that of the layout.
    fn enter_message(&mut self, _is_message: bool) {}

    /// Paths of images that exist, to suggest one for a misspelt path.
    fn image_paths(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A library in memory.
#[derive(Clone, Debug)]
pub struct MemoryLibrary {
    /// The families. `Plain` has no bold and no italic faces.
    pub families: Vec<String>,
    /// Paths with width and height.
    pub images: Vec<(String, Length, Length)>,
    /// Tables of codes by name; `units` has `C62` and `HUR`.
    pub tables: Arc<[(String, Arc<CodeTable>)]>,
    /// Layouts to extend and catalogues: paths and texts.
    pub bases: Vec<(String, String)>,
}

/// A base layout for tests and for the examples of the manual.
const BASE: &str = r#"<layout xmlns="urn:pressrun:layout:1" name="base">
<data> <field name="customer.name" type="text"/> <field name="closing" type="money"/> </data>
<style name="legal" font-size="7pt" locked="true"/>
<page name="any" size="A4" margin="20mm"/>
<body> <block name="content"/> <p style="legal">Registered in Bristol</p> </body>
</layout>"#;

impl Default for MemoryLibrary {
    fn default() -> MemoryLibrary {
        MemoryLibrary {
            families: ["Text", "Sans", "Plain"].map(str::to_string).to_vec(),
            images: vec![("logo.png".to_string(), Length::from_points(150), Length::from_points(40))],
            tables: CodeTable::read("code,en,de\nC62,pieces,Stück\nHUR,hours,Stunden\n")
                .map_or_else(|_| Arc::from([]), |units| Arc::from([("units".to_string(), Arc::new(units))])),
            bases: [("corporate.xml", BASE), ("texts/en.ftl", "greeting = Dear { $name },\n"), ("texts/de.ftl", "greeting = Guten Tag { $name }\n")]
                .map(|(path, text)| (path.to_string(), text.to_string()))
                .to_vec(),
        }
    }
}

impl Library for MemoryLibrary {
    fn image(&mut self, path: &str) -> Result<LibraryImage, PictureFault> {
        let found = self.images.iter().enumerate().find(|(_, (known, ..))| known == path);
        match found {
            Some((at, &(_, width, height))) => {
                Ok(LibraryImage { picture: Picture::Image(ImageId(u16::try_from(at).unwrap_or(0))), width, height, merged: None })
            }
            None => Err(format!("there is no image `{path}`").into()),
        }
    }

    fn folder(&mut self, path: &str) -> Result<FolderId, Vec<PictureFault>> {
        if path == "products" { Ok(FolderId(0)) } else { Err(vec![format!("there is no folder `{path}`").into()]) }
    }

    fn stack(&mut self, wanted: &StackRequest<'_>) -> Result<StackId, String> {
        let StackRequest { family, bold, italic, .. } = *wanted;
        let Some(at) = self.families.iter().position(|known| known == family) else {
            return Err(format!("there is no font family `{family}`"));
        };
        if family == "Plain" && (bold || italic) {
            return Err(format!("the font family `{family}` has no {} face", if bold { "bold" } else { "italic" }));
        }
        Ok(StackId((at * 4 + usize::from(bold) * 2 + usize::from(italic)) as u16))
    }

    fn has_feature(&self, _: StackId, _: [u8; 4]) -> bool {
        false
    }

    fn families(&self) -> Vec<String> {
        self.families.clone()
    }

    fn tables(&self) -> Arc<[(String, Arc<CodeTable>)]> {
        self.tables.clone()
    }

    fn base(&mut self, path: &str) -> Result<(String, String), String> {
        let found = self.bases.iter().find(|(known, _)| known == path);
        found.cloned().ok_or_else(|| format!("there is no layout `{path}`"))
    }

    fn texts(&mut self, folder: &str) -> Result<Vec<CatalogueSource>, String> {
        let inside = |path: &str| path.strip_prefix(folder)?.strip_prefix('/').filter(|name| name.ends_with(".ftl")).map(str::to_string);
        let files =
            self.bases.iter().filter_map(|(path, text)| Some(CatalogueSource { name: inside(path)?, shown: path.clone(), text: text.clone() }));
        let mut files: Vec<CatalogueSource> = files.collect();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        if files.is_empty() { Err(format!("there is no folder `{folder}`")) } else { Ok(files) }
    }

    fn base_paths(&self) -> Vec<String> {
        self.bases.iter().map(|(path, _)| path.clone()).collect()
    }

    fn image_paths(&self) -> Vec<String> {
        self.images.iter().map(|(path, ..)| path.clone()).collect()
    }
}
