//! The faces that texts of a picture are set in, and the resolving of the file with them.
//!
//! Takes families as the file names them, asks its caller for their faces, gives the resolved tree. No font of the machine is ever
//! looked at: the same file gives the same outlines everywhere.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use usvg::fontdb::{Database, ID, Source};
use usvg::roxmltree::{Document, Node};
use usvg::{Font, FontFamily, FontResolver, FontStyle, ImageHrefResolver, Options, Tree};

use super::SvgFault;
use super::scan::{name_range, shortened};

/// Where the faces of texts come from.
pub trait Faces {
    /// The families there are; the first is that of text without a `font-family`.
    fn families(&self) -> Vec<String>;

    /// The file of a face of a family that there is, or why it cannot be used.
    fn face(&mut self, family: &str, bold: bool, italic: bool) -> Result<Arc<[u8]>, String>;

    /// The file of a face that has a character which those of the family lack.
    fn fallback(&mut self, character: char, bold: bool, italic: bool) -> Option<Arc<[u8]>>;
}

/// The weight from which a text is bold: families have two.
const BOLD_FROM: u16 = 600;

/// Whether text of a font is bold, and italic.
pub(super) fn slot(font: &Font) -> (bool, bool) {
    (font.weight() >= BOLD_FROM, font.style() != FontStyle::Normal)
}

/// The names of the families of a font, in the order they are tried.
pub(super) fn names(font: &Font) -> Vec<String> {
    let name = |family: &FontFamily| match family {
        FontFamily::Named(name) => name.clone(),
        other => other.to_string(),
    };
    font.families().iter().map(name).collect()
}

/// A face that the database has, with the weight and slant it was asked for.
type Loaded = (Arc<[u8]>, ID, (bool, bool));

/// What is known while texts are resolved.
struct Known<'f> {
    faces: &'f mut (dyn Faces + Send),
    families: Vec<String>,
    loaded: Vec<Loaded>,
    /// The families of texts that have none of the job, why a face cannot be used, and characters that no face has.
    unknown: Vec<String>,
    unusable: Vec<String>,
    missing: Vec<char>,
}

impl Known<'_> {
    fn select(&mut self, font: &Font, database: &mut Arc<Database>) -> Option<ID> {
        let names = names(font);
        let Some(family) = names.iter().find(|name| self.families.contains(name)) else {
            self.unknown.push(names.join(", "));
            return None;
        };
        let (bold, italic) = slot(font);
        match self.faces.face(family, bold, italic) {
            Ok(bytes) => self.load(bytes, (bold, italic), database),
            Err(reason) => {
                self.unusable.push(reason);
                None
            }
        }
    }

    fn fall_back(&mut self, character: char, used: &[ID], database: &mut Arc<Database>) -> Option<ID> {
        let asked = self.loaded.iter().find(|(_, id, _)| used.first() == Some(id)).map(|(.., asked)| *asked).unwrap_or_default();
        let found = self.faces.fallback(character, asked.0, asked.1).and_then(|bytes| self.load(bytes, asked, database));
        let found = found.filter(|id| !used.contains(id));
        if found.is_none() {
            self.missing.push(character);
        }
        found
    }

    fn load(&mut self, bytes: Arc<[u8]>, asked: (bool, bool), database: &mut Arc<Database>) -> Option<ID> {
        if let Some((_, id, _)) = self.loaded.iter().find(|(known, _, own)| Arc::ptr_eq(known, &bytes) && *own == asked) {
            return Some(*id);
        }
        let id = Arc::make_mut(database).load_font_source(Source::Binary(Arc::new(bytes.clone()))).first().copied()?;
        self.loaded.push((bytes, id, asked));
        Some(id)
    }
}

/// Resolves styles, references, units and texts of a file that has been looked at.
pub(super) fn resolve(document: &Document<'_>, faces: &mut (dyn Faces + Send)) -> Result<Tree, Vec<SvgFault>> {
    let families = faces.families();
    let default = families.first().cloned().unwrap_or_default();
    let known = Mutex::new(Known { faces, families, loaded: Vec::new(), unknown: Vec::new(), unusable: Vec::new(), missing: Vec::new() });
    let options = Options {
        font_family: default,
        image_href_resolver: ImageHrefResolver { resolve_data: Box::new(|_, _, _| None), resolve_string: Box::new(|_, _| None) },
        font_resolver: FontResolver {
            select_font: Box::new(|font, database| lock(&known).select(font, database)),
            select_fallback: Box::new(|character, used, database| lock(&known).fall_back(character, used, database)),
        },
        ..Options::default()
    };
    let tree = Tree::from_xmltree(document, &options);
    drop(options);
    let known = known.into_inner().unwrap_or_else(PoisonError::into_inner);
    let faults = known.faults(document);
    if !faults.is_empty() {
        return Err(faults);
    }
    tree.map_err(|error| {
        let root = document.root_element();
        let message = match error {
            usvg::Error::InvalidSize => "it has no size: give `<svg>` a `viewBox`, or `width` and `height` above 0".to_string(),
            other => other.to_string(),
        };
        vec![SvgFault::new(name_range(&root), message)]
    })
}

fn lock<'k, 'f>(known: &'k Mutex<Known<'f>>) -> MutexGuard<'k, Known<'f>> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Known<'_> {
    fn faults(self, document: &Document<'_>) -> Vec<SvgFault> {
        let list = |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let text = document.input_text();
        let first_text = document.descendants().find(|node| node.is_element() && node.tag_name().name() == "text");
        let at_text = || first_text.as_ref().map_or(0..0, name_range);
        let mut faults = Vec::new();
        for families in self.unknown {
            let first = families.split(", ").next().unwrap_or_default();
            let range = text.find(first).filter(|_| !first.is_empty()).map_or_else(at_text, |at| at..at + first.len());
            let message = format!("`{}` names no font family of the job", shortened(&families));
            faults.push(SvgFault::new(range, message).hint(format!("known here: {}; or convert the text to paths", list(&self.families))));
        }
        for reason in self.unusable {
            faults.push(SvgFault::new(at_text(), reason).hint("set the text in another face, or convert it to paths"));
        }
        for character in self.missing {
            let with = |node: &Node<'_, '_>| node.is_text() && node.text().is_some_and(|text| text.contains(character));
            let range = document.descendants().find(with).and_then(|node| node.parent()).map_or_else(at_text, |node| name_range(&node));
            let message = format!("no font has a glyph for `{}` (U+{:04X})", shortened(&character.to_string()), u32::from(character));
            faults.push(SvgFault::new(range, message).hint("add a family that has it to `fallback` in `[fonts]`, or convert the text to paths"));
        }
        faults
    }
}
