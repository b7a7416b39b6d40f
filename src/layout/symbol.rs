//! Pictures: their files, and those that stand in lines of text.
//!
//! Takes elements that name a file, gives what the library has of it. Must never open a file.

use super::compile::Compiler;
use super::context::Context;
use super::library::{LibraryImage, PictureFault, SvgFile};
use super::look::read_align;
use super::schema::ElementSpec;
use super::tree::Element;
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::length::Length;
use crate::base::span::{FileId, Span};
use crate::kit::svg::SvgFault;
use crate::model::layout::{Align, SymbolNode};
use crate::model::picture::{ChosenNode, SizedPicture};
use crate::model::resources::FolderId;

impl<'t> Compiler<'_, 't> {
    /// The picture that an attribute names; reports one that cannot be used.
    pub(super) fn picture(&mut self, element: &'t Element, attribute: &str) -> Option<LibraryImage> {
        let value = &element.find(attribute)?.value;
        let path = value.text.trim();
        if path.is_empty() {
            return None;
        }
        match self.library.image(path) {
            Ok(found) => Some(found),
            Err(PictureFault::Svg(file, faults)) => {
                self.svg_faults(&file, faults, value.place_of(path));
                None
            }
            Err(PictureFault::Reason(reason)) => {
                let paths = self.library.image_paths();
                let best = crate::base::suggest::closest(path, paths.iter().map(String::as_str));
                let diagnostic = Diagnostic::error(&code::LAYOUT_IMAGE, value.place_of(path), reason);
                self.fault(match best {
                    // It is there and cannot be used: the reason says why.
                    Some(best) if best == path => diagnostic,
                    Some(best) => diagnostic.hint(format!("did you mean `{best}`?")).fix(best),
                    None => diagnostic.hint("paths count from the folder of the layout"),
                });
                None
            }
        }
    }

    fn svg_faults(&mut self, file: &SvgFile, faults: Vec<SvgFault>, named: Span) {
        let file = self.svg_source(file);
        for fault in faults {
            let span = Span::new(file, fault.range.start, fault.range.end);
            let mut diagnostic = Diagnostic::error(&code::LAYOUT_SVG, span, fault.message).related(named, "used here");
            diagnostic.hint = fault.hint;
            self.fault(diagnostic);
        }
    }

    /// The folder that `from` names; reports everything that is wrong with it and its pictures.
    fn folder(&mut self, element: &'t Element) -> Option<FolderId> {
        let value = &element.find("from")?.value;
        let path = value.text.trim().trim_end_matches('/');
        let place = value.place_of(path);
        match self.library.folder(path) {
            Ok(folder) => Some(folder),
            Err(faults) => {
                for fault in faults {
                    match fault {
                        PictureFault::Svg(file, faults) => self.svg_faults(&file, faults, place),
                        PictureFault::Reason(reason) => self.fault(Diagnostic::error(&code::LAYOUT_PICTURES, place, reason)),
                    }
                }
                None
            }
        }
    }

    /// A picture that each record chooses.
    pub(super) fn chosen(&mut self, element: &'t Element) -> Option<ChosenNode> {
        let align = element.find("align").map_or(Align::Left, |attribute| read_align(attribute.value.text.trim()));
        let alt = element.find("alt").and_then(|attribute| self.joined(&attribute.value));
        let (width, height) = (self.length(element, "width"), self.length(element, "height"));
        let name = element.find("src").and_then(|attribute| self.joined(&attribute.value));
        let missing = self.picture(element, "missing");
        if let (Some(_), Some(attribute)) = (missing.as_ref().and_then(|missing| missing.merged.as_ref()), element.find("missing")) {
            let message = "a picture in place of another cannot have texts that are merged with data";
            self.fault(Diagnostic::error(&code::LAYOUT_SVG, attribute.value.span, message).hint("use an `<img>`, or convert the texts to paths"));
        }
        let missing = missing.map(|found| SizedPicture { picture: found.picture, width: found.width, height: found.height });
        let folder = self.folder(element);
        Some(ChosenNode { folder: folder?, name: name?, missing, width, height, align, alt: alt? })
    }

    /// The file of an SVG picture among those that diagnostics point into.
    pub(super) fn svg_source(&mut self, file: &SvgFile) -> FileId {
        // A picture of several layouts is one file to the reader of its faults.
        self.sources.find(&file.path).unwrap_or_else(|| self.sources.add(file.path.clone(), file.text.clone()))
    }

    /// A picture in a line of text.
    pub(super) fn symbol(&mut self, element: &'t Element, spec: &'static ElementSpec, context: &Context) -> Option<SymbolNode> {
        self.check_attributes(element, spec);
        self.check_empty(element);
        let alt = element.find("alt").map(|attribute| attribute.value.text.clone()).unwrap_or_default();
        let rise = self.length(element, "rise").unwrap_or_default();
        let (width, height) = (self.length(element, "width"), self.length(element, "height"));
        let found = self.picture(element, "src")?;
        if found.merged.is_some() {
            let span = element.find("src").map_or(element.span, |attribute| attribute.value.span);
            let fault = Diagnostic::error(&code::LAYOUT_SVG, span, "a picture in a line cannot have texts that are merged with data");
            self.fault(fault.hint("use an `<img>`, or convert the texts to paths"));
        }
        let height = if width.is_none() { height.or(Some(context.look.size)) } else { height };
        let (width, height) = found.sized(width, height);
        self.check_width(element, "width", Some(width), context.width);
        Some(SymbolNode { picture: found.picture, width, height, rise, alt })
    }
}

impl LibraryImage {
    /// Width and height of which one or both may be given; the other follows.
    pub(super) fn sized(&self, width: Option<Length>, height: Option<Length>) -> (Length, Length) {
        let ratio = |known: Length, of: Length, to: Length| known.scaled(to.millipoints(), of.millipoints().max(1));
        match (width, height) {
            (Some(width), Some(height)) => (width, height),
            (Some(width), None) => (width, ratio(width, self.width, self.height)),
            (None, Some(height)) => (ratio(height, self.height, self.width), height),
            (None, None) => (self.width, self.height),
        }
    }
}
