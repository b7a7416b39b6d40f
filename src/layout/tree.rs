//! Elements, attributes and texts of a layout file, each with its place.
//!
//! Takes what the reader saw, gives a tree that the compiler walks. Must never know which names exist.

use crate::base::span::{FileId, Span};

/// A text whose references are resolved, with the way back to the bytes of the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mapped {
    /// The text as the user means it.
    pub text: String,
    /// Where it was written.
    pub span: Span,
    // Where the text and the file run in step: (offset in text, offset in file, length in text, length in file).
    pieces: Vec<Piece>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Piece {
    text: usize,
    source: usize,
    text_length: usize,
    source_length: usize,
}

impl Mapped {
    /// An empty text at `start`.
    pub fn new(file: FileId, start: usize) -> Mapped {
        Mapped { text: String::new(), span: Span::new(file, start, start), pieces: Vec::new() }
    }

    /// Adds `text`, which stands for `source_length` bytes of the file at `source`.
    pub fn push(&mut self, text: &str, source: usize, source_length: usize) {
        self.span.end = (source + source_length) as u32;
        let at = self.text.len();
        self.text.push_str(text);
        if let Some(last) = self.pieces.last_mut() {
            let in_step = last.text_length == last.source_length && text.len() == source_length;
            if in_step && last.source + last.source_length == source {
                last.text_length += text.len();
                last.source_length += source_length;
                return;
            }
        }
        self.pieces.push(Piece { text: at, source, text_length: text.len(), source_length });
    }

    /// The place of `start..end` of the text.
    pub fn place(&self, start: usize, end: usize) -> Span {
        let first = self.pieces.iter().find(|p| start < p.text + p.text_length);
        let from = match first {
            Some(p) if p.text_length == p.source_length => p.source + start.saturating_sub(p.text),
            Some(p) => p.source,
            None => self.span.end as usize,
        };
        if end <= start {
            return Span::new(self.span.file, from, from);
        }
        let last = self.pieces.iter().find(|p| end <= p.text + p.text_length);
        let to = match last {
            Some(p) if p.text_length == p.source_length => p.source + end.saturating_sub(p.text),
            Some(p) => p.source + p.source_length,
            None => self.span.end as usize,
        };
        Span::new(self.span.file, from, to)
    }

    /// The place of `part`, which must be a slice of the text.
    pub fn place_of(&self, part: &str) -> Span {
        let start = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize).min(self.text.len());
        self.place(start, (start + part.len()).min(self.text.len()))
    }

    /// Whether there is nothing but white space of XML.
    pub fn is_blank(&self) -> bool {
        self.text.bytes().all(|byte| byte.is_ascii_whitespace())
    }
}

/// An attribute.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Where the name is.
    pub span: Span,
    /// Its value; the span excludes the quotes.
    pub value: Mapped,
}

/// An element.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Element {
    /// Its name.
    pub name: String,
    /// Where the name is in the start tag.
    pub span: Span,
    /// Its attributes in the order they are written.
    pub attributes: Vec<Attribute>,
    /// What it holds.
    pub children: Vec<Child>,
}

/// What an element holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Child {
    /// Another element.
    Element(Element),
    /// Text, not yet collapsed.
    Text(Mapped),
}

impl Element {
    /// The attribute with this name.
    pub fn find(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// The child elements.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|child| match child {
            Child::Element(element) => Some(element),
            Child::Text(_) => None,
        })
    }

    /// The texts that are not blank.
    pub fn texts(&self) -> impl Iterator<Item = &Mapped> {
        self.children.iter().filter_map(|child| match child {
            Child::Text(text) if !text.is_blank() => Some(text),
            Child::Text(_) | Child::Element(_) => None,
        })
    }

    /// Whether it holds nothing but white space.
    pub fn is_empty(&self) -> bool {
        self.elements().next().is_none() && self.texts().next().is_none()
    }
}
