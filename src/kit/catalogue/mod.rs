//! Catalogues: the texts of a layout, in one Fluent file per language.
//!
//! Takes the text of each file (syntax of Project Fluent 1.0), gives texts and terms with the place of every part, or all
//! faults. `kit::expr` turns a text into an expression where a layout uses it. Must never know a layout, a record or a value.

mod check;
mod merge;
mod plural;
mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::span::{FileId, Span};
use crate::kit::text::Direction;

pub use check::check;
pub use merge::{CatalogueFile, merge};
pub use plural::{Category, Plurals, category_of, word_of};
pub use read::read;

/// The texts of a layout in all of its languages.
#[derive(Debug, Default)]
pub struct Texts {
    /// In the order of their tags.
    pub languages: Vec<Language>,
}

/// The texts of one language.
#[derive(Debug)]
pub struct Language {
    /// Its tag (BCP 47), which is the name of its file.
    pub tag: String,
    /// Its plural rules.
    pub plurals: Arc<Plurals>,
    /// The direction of its writing.
    pub direction: Direction,
    /// Its file; of several, the one that counts most.
    pub file: FileId,
    /// Whether a part of its files could not be read: what it lacks may stand there.
    pub is_faulty: bool,
    /// Its texts by name.
    pub texts: BTreeMap<String, NamedText>,
    /// Its terms by name, without the hyphen.
    pub terms: BTreeMap<String, NamedText>,
}

/// A message or a term in the words of Fluent: a text with a name. Here it is a text, because messages are what slots show.
#[derive(Clone, Debug)]
pub struct NamedText {
    /// Where its name is.
    pub span: Span,
    /// Its text; it may have attributes alone.
    pub value: Option<Pattern>,
    /// Its attributes in the order they are written: name, place of the name, text.
    pub attributes: Vec<(String, Span, Pattern)>,
    /// Whether it comes from a base of the layout.
    pub is_inherited: bool,
}

/// A text with what is put into it.
#[derive(Clone, Debug, Default)]
pub struct Pattern {
    /// Its parts, in order.
    pub parts: Vec<Part>,
    /// Whether it contains itself or is too long: it was told, and is not looked into.
    pub is_broken: bool,
}

/// A part of a text.
#[derive(Clone, Debug)]
pub enum Part {
    /// As it is printed.
    Text(String),
    /// `{ … }`
    Placeable(Placeable),
}

/// What stands in braces, with its place.
#[derive(Clone, Debug)]
pub struct Placeable {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: PlaceableKind,
}

/// What can stand in braces.
#[derive(Clone, Debug)]
pub enum PlaceableKind {
    /// `"text"`
    Text(String),
    /// `42`
    Number(String),
    /// `$name`
    Variable(String),
    /// `name` or `name.attribute`
    Reference(String, Option<String>),
    /// `-term`, with values for its variables; `-term.attribute` in selectors.
    Term(String, Option<String>, Vec<(String, Literal)>),
    /// `NUMBER($name, option: "value")`
    Call(String, Vec<Placeable>, Vec<(String, Span, Literal)>),
    /// `$name -> [key] text *[other] text`
    Select(Box<Placeable>, Vec<Variant>),
}

/// A text or number that stands in a catalogue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Literal {
    /// A text.
    Text(String),
    /// A number as it is written.
    Number(String),
}

impl Literal {
    /// What is written, without quotes.
    pub fn text(&self) -> &str {
        match self {
            Literal::Text(text) | Literal::Number(text) => text,
        }
    }
}

/// One choice of a selector.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Where its key is.
    pub span: Span,
    /// Its key: a word, or a number as it is written.
    pub key: Literal,
    /// Its text.
    pub pattern: Pattern,
    /// Whether it is taken where no other is.
    pub is_default: bool,
}

impl Texts {
    /// The index of the language a tag names: the tag itself, or a shorter form of it (`de` for `de-CH`), or the first with the same
    /// language (`de-AT` for `de-CH`).
    pub fn find(&self, named: &str) -> Option<usize> {
        find_tag(self.languages.iter().map(|language| language.tag.as_str()), named)
    }
}

impl Language {
    /// The text of a key: the name of a text, perhaps with a dot and the name of an attribute.
    pub fn find(&self, key: &str) -> Option<&Pattern> {
        match key.split_once('.') {
            None => self.texts.get(key)?.value.as_ref(),
            Some((name, attribute)) => self.texts.get(name)?.attribute(attribute),
        }
    }
}

impl NamedText {
    /// The text of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&Pattern> {
        self.attributes.iter().find(|(known, ..)| known == name).map(|(.., pattern)| pattern)
    }
}

/// See [`Texts::find`].
pub fn find_tag<'t>(tags: impl Iterator<Item = &'t str> + Clone, named: &str) -> Option<usize> {
    let named = named.trim().replace('_', "-");
    let mut wanted = named.as_str();
    loop {
        if let Some(at) = tags.clone().position(|tag| tag.eq_ignore_ascii_case(wanted)) {
            return Some(at);
        }
        match wanted.rfind('-') {
            Some(end) => wanted = &wanted[..end],
            None => break,
        }
    }
    let language = |tag: &str| tag.split('-').next().unwrap_or("").to_ascii_lowercase();
    let mut tags = tags;
    if wanted.is_empty() { None } else { tags.position(|tag| language(tag) == wanted.to_ascii_lowercase()) }
}

/// Languages written from right to left in the script they usually have.
const RIGHT_TO_LEFT: &[&str] = &["ar", "arc", "ckb", "dv", "fa", "he", "iw", "ji", "ks", "ku", "ps", "sd", "syr", "ug", "ur", "yi"];
/// Scripts written from right to left (ISO 15924).
const RIGHT_TO_LEFT_SCRIPTS: &[&str] = &["adlm", "arab", "hebr", "mand", "nkoo", "rohg", "samr", "syrc", "thaa"];

/// The direction in which a language is written: that of its script if the tag names one.
pub fn direction_of(tag: &str) -> Direction {
    let lower = tag.to_ascii_lowercase();
    let mut parts = lower.split('-');
    let language = parts.next().unwrap_or("");
    let is_right = match parts.find(|part| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_alphabetic())) {
        Some(script) => RIGHT_TO_LEFT_SCRIPTS.contains(&script),
        None => RIGHT_TO_LEFT.contains(&language),
    };
    if is_right { Direction::RightToLeft } else { Direction::LeftToRight }
}
