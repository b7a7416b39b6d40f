//! The files of a layout and its bases to one set of texts per language.
//!
//! Takes the files of each folder, the base's before those of the layout, gives the languages; reports what a layout changes though
//! its base locks it. Must never know where files lie.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::read::{FileTexts, read};
use super::{Language, NamedText, Plurals, Texts, check, direction_of};
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::span::{FileId, Span};

/// A file of texts.
#[derive(Clone, Debug)]
pub struct CatalogueFile {
    /// The tag of its language.
    pub tag: String,
    /// The file.
    pub file: FileId,
    /// Its text.
    pub text: Arc<str>,
    /// How far its layout is from the one that is compiled: 0 is that one.
    pub level: usize,
    /// Whether layouts that extend that one must leave its texts as they are: the place that says so.
    pub lock: Option<Span>,
}

/// Puts files over each other, those of a base first. A text of a later file takes the place of one of the same name, whole.
pub fn merge(files: &[CatalogueFile], faults: &mut Faults) -> Texts {
    let mut languages: BTreeMap<&str, Language> = BTreeMap::new();
    // The names that are locked, whatever languages they have a text in.
    let mut locked: BTreeMap<String, Span> = BTreeMap::new();
    let mut levels: Vec<usize> = files.iter().map(|file| file.level).collect();
    levels.sort_unstable();
    levels.dedup();
    for level in levels.into_iter().rev() {
        let own = || files.iter().filter(|file| file.level == level);
        let mut locks = BTreeMap::new();
        for file in own() {
            let Some(plurals) = Plurals::of(&file.tag) else { continue };
            let before = faults.len();
            let entries = read(&file.text, file.file, faults);
            let is_faulty = faults.len() > before;
            for (name, message) in named(&entries) {
                if let Some(lock) = locked.get(&name) {
                    let fault = Diagnostic::error(&code::LAYOUT_LOCKED, message.span, format!("the text `{name}` is locked"));
                    faults.push(fault.related(*lock, "locked here").hint("use another name, or ask the owners of the base"));
                } else if let Some(lock) = file.lock {
                    locks.insert(name, lock);
                }
            }
            let language = languages.entry(&file.tag).or_insert_with(|| Language {
                tag: file.tag.clone(),
                plurals: Arc::new(plurals),
                direction: direction_of(&file.tag),
                file: file.file,
                is_faulty: false,
                texts: BTreeMap::new(),
                terms: BTreeMap::new(),
            });
            language.file = file.file;
            language.is_faulty |= is_faulty;
            for (into, entries) in [(&mut language.texts, entries.texts), (&mut language.terms, entries.terms)] {
                for (name, message) in entries {
                    into.insert(name, NamedText { is_inherited: level > 0, ..message });
                }
            }
        }
        locked.extend(locks);
    }
    let mut texts = Texts { languages: languages.into_values().collect() };
    for language in &mut texts.languages {
        check(language, faults);
    }
    texts
}

/// The entries of a file by the names that references have for them.
fn named(entries: &FileTexts) -> impl Iterator<Item = (String, &NamedText)> {
    let texts = entries.texts.iter().map(|(name, message)| (name.clone(), message));
    texts.chain(entries.terms.iter().map(|(name, message)| (format!("-{name}"), message)))
}
