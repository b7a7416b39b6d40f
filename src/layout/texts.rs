//! The catalogues of a layout: `<texts>`.
//!
//! Takes the elements of a layout and its bases and the files of their folders, gives the texts that expressions use and the
//! languages a record can have. Must never know what a text says.

use std::sync::Arc;

use super::attribute::article;
use super::compile::Compiler;
use super::library::Library;
use super::look::Look;
use super::merge::is_locked;
use super::tree::Element;
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::limits::CATALOGUE_LANGUAGES_MAX;
use crate::base::span::{FileId, Sources, Span};
use crate::kit::catalogue::{CatalogueFile, Plurals, Texts, merge};
use crate::kit::expr::{self, Expr, Type};
use crate::kit::text::Direction;
use crate::model::layout::Languages;

/// What the files of a layout's catalogues hold.
#[derive(Debug, Default)]
pub(super) struct Catalogues {
    texts: Arc<Texts>,
    /// The files, those of bases too.
    pub(super) files: Vec<FileId>,
}

/// Reads the files that the `<texts>` of a merged layout name; `None` if there is no such element. Faults of the elements
/// themselves are told where they are compiled.
pub(super) fn read(sources: &mut Sources, root: &Element, library: &mut dyn Library, faults: &mut Faults) -> Option<Catalogues> {
    let elements: Vec<&Element> = root.elements().filter(|element| element.name == "texts").collect();
    if elements.is_empty() {
        return None;
    }
    let mut files: Vec<CatalogueFile> = Vec::new();
    for (index, element) in elements.iter().enumerate() {
        let Some(value) = element.find("folder").map(|attribute| &attribute.value) else { continue };
        let folder = value.text.trim().trim_end_matches('/');
        if folder.is_empty() {
            continue;
        }
        let fault = |message: String| Diagnostic::error(&code::CATALOGUE_FOLDER, value.place_of(value.text.trim()), message);
        let found = match library.texts(folder) {
            Ok(found) if found.is_empty() => {
                let message = format!("there is no file of texts in `{folder}`");
                faults.push(fault(message).hint("its files are named by their languages: `de.ftl`, `fr-CH.ftl`"));
                continue;
            }
            Ok(found) => found,
            Err(message) => {
                faults.push(fault(message));
                continue;
            }
        };
        // Those of bases come first; what is not of the layout's own file is inherited.
        let level = if element.span.file == root.span.file { 0 } else { elements.len() - index };
        let lock = element.find("locked").filter(|_| is_locked(element)).map(|attribute| attribute.span);
        for source in found {
            let tag = source.name.trim_end_matches(".ftl").to_string();
            if !is_tag(&tag) {
                let hint = "a file has the name of its language, such as `de.ftl`, `fr-CH.ftl` or `zh-Hant.ftl`";
                faults.push(fault(format!("`{}` is not named by a language", source.shown)).hint(hint));
                continue;
            }
            let file = sources.find(&source.shown).unwrap_or_else(|| sources.add(source.shown, source.text));
            files.push(CatalogueFile { tag, file, text: sources.file(file).text.clone(), level, lock });
        }
    }
    let texts = merge(&files, faults);
    if texts.languages.len() > CATALOGUE_LANGUAGES_MAX {
        let message = format!("more than {CATALOGUE_LANGUAGES_MAX} languages");
        faults.push(Diagnostic::error(&code::LAYOUT_TOO_LARGE, elements[0].span, message));
    }
    Some(Catalogues { texts: Arc::new(texts), files: files.into_iter().map(|file| file.file).collect() })
}

fn is_tag(tag: &str) -> bool {
    matches!(tag.split('-').next().map_or(0, str::len), 2 | 3) && Plurals::of(tag).is_some()
}

impl<'t> Compiler<'_, 't> {
    /// Gives the expressions of the layout its texts, and its look the language of the record.
    pub(super) fn read_texts(&mut self, root: &'t Element, lang: &str) -> Option<Languages> {
        let elements: Vec<&'t Element> = root.elements().filter(|element| element.name == "texts").collect();
        for (index, element) in elements.iter().enumerate() {
            self.check_element(element);
            self.check_empty(element);
            // That of a layout stands beside that of its base.
            if let Some(first) = elements[..index].iter().find(|first| first.span.file == element.span.file) {
                self.refuse_second(element, first);
            }
        }
        let texts = self.catalogues.as_ref()?.texts.clone();
        // The layout's own word counts more than its base's.
        let named = elements.iter().rev().find_map(|element| element.find("language")).and_then(|attribute| {
            let expr = self.joined(&attribute.value)?;
            self.check_named(&attribute.value.text, attribute.value.span, expr)
        });
        let default = texts.find(lang);
        if let (None, Some(last), false) = (default, elements.last(), texts.languages.is_empty()) {
            let place = last.find("folder").map_or(last.span, |attribute| attribute.value.span);
            let short = lang.split('-').next().unwrap_or(lang);
            let message = format!("there are no texts in `{lang}`, the language of the layout");
            let hint = format!("add `{short}.ftl`: it serves the records whose language has no file; or change `lang` of `<layout>`");
            self.fault(Diagnostic::error(&code::CATALOGUE_FOLDER, place, message).hint(hint));
        }
        self.scope.set_texts(texts.clone());
        let tags = texts.languages.iter().map(|language| language.tag.clone()).collect();
        Some(Languages { tags, named, default: default.unwrap_or(0) })
    }

    fn check_named(&mut self, text: &str, span: Span, expr: Expr) -> Option<Expr> {
        if *expr.kind() == Type::Text {
            return Some(expr);
        }
        let message = format!("`{}` is {}, and a text is wanted", text.trim(), article(expr.kind()));
        self.fault(Diagnostic::error(&code::EXPR_TYPE, span, message).hint("the tag of a language, such as `de` or `fr-CH`"));
        None
    }

    /// The look of text in the language of the record: what the layout says of its own language holds where there is one alone.
    pub(super) fn look_of_texts(&mut self, look: Look, says_direction: bool) -> Look {
        let Some(texts) = self.catalogues.as_ref().map(|catalogues| catalogues.texts.clone()) else { return look };
        let mut look = look;
        let is_right = |language: &&crate::kit::catalogue::Language| language.direction == Direction::RightToLeft;
        let rights: Vec<String> = texts.languages.iter().filter(is_right).map(|language| format!("'{}'", language.tag)).collect();
        if !says_direction && !rights.is_empty() {
            look.direction = Direction::RightToLeft;
            if rights.len() < texts.languages.len() {
                let test = format!("record.language in ({}) ? 'rtl' : 'ltr'", rights.join(", "));
                look.asked_dir = expr::compile(&test, &mut self.scope).ok();
            }
        }
        if texts.languages.len() > 1 {
            look.asked_lang = expr::compile("record.language", &mut self.scope).ok();
        }
        look
    }

    /// Warnings of texts: those that a language cannot reach, and those of the layout itself that nothing uses. The latter are told
    /// apart, because another layout may use the same files.
    pub(super) fn warn_of_texts(&mut self) -> Vec<Diagnostic> {
        let Some(texts) = self.catalogues.as_ref().map(|catalogues| catalogues.texts.clone()) else { return Vec::new() };
        for warning in self.scope.take_warnings() {
            self.fault(warning);
        }
        if self.faults.has_errors() {
            return Vec::new();
        }
        let used = self.scope.texts_used();
        let mut unused: Vec<(&str, Span, Vec<&str>)> = Vec::new();
        for language in &texts.languages {
            for (name, text) in language.texts.iter().filter(|(name, text)| !text.is_inherited && !used.contains(*name)) {
                match unused.iter_mut().find(|(known, ..)| known == name) {
                    Some((.., tags)) => tags.push(&language.tag),
                    None => unused.push((name, text.span, vec![&language.tag])),
                }
            }
        }
        let count = texts.languages.len();
        let warning = |(name, span, tags): (&str, Span, Vec<&str>)| {
            let where_ = match tags.len() == count {
                true => String::new(),
                false => format!("; it is in {} alone", tags.iter().map(|tag| format!("`{tag}`")).collect::<Vec<_>>().join(", ")),
            };
            Diagnostic::warning(&code::CATALOGUE_UNUSED, span, format!("the text `{name}` is never used{where_}")).hint("remove it, or use it")
        };
        unused.into_iter().map(warning).collect()
    }
}
