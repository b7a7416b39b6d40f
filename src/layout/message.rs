//! The text of a message: Markdown to the elements of a layout.
//!
//! Takes what stands below the head of a message file, gives elements that a slot is compiled with as if they stood in the layout; every
//! fault has its place in the message. `{expressions}` are left alone by Markdown. Must never know which slots there are.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::text::expression_end;
use super::tree::{Attribute, Child, Element, Mapped};
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::length::Length;
use crate::base::limits::LAYOUT_NESTING_MAX;
use crate::base::span::{FileId, Span};
use crate::model::slot::MessageId;

/// A message before it is compiled for a slot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    /// Which of its job.
    pub id: MessageId,
    /// Its name: that of its file.
    pub name: String,
    /// The slots it may stand in; any if empty.
    pub slots: Vec<String>,
    /// Whom it is for: an expression that is true or false.
    pub segment: Option<Attribute>,
    /// The most height it may take.
    pub max_height: Option<Length>,
    /// What it says.
    pub body: Vec<Child>,
}

/// The picture of a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MessageImage {
    /// Its path from the folder of the message.
    pub file: Mapped,
    /// What it shows.
    pub alt: Mapped,
    /// Its width.
    pub width: Option<Mapped>,
    /// Where it stands.
    pub side: ImageSide,
}

/// Where the picture of a message stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ImageSide {
    /// Above the text.
    #[default]
    Top,
    /// To the left of it.
    Left,
    /// To the right of it.
    Right,
}

/// The space between a picture and the text beside it.
const IMAGE_GAP: &str = "4mm";

/// The level of titles; those of the text begin there too.
const TITLE_LEVEL: usize = 3;

/// Reads the text of a message, which is `range` of the file, below its title and beside its picture.
pub fn read_message(
    file: FileId,
    source: &str,
    range: Range<usize>,
    title: Option<Mapped>,
    image: Option<MessageImage>,
    faults: &mut Faults,
) -> Vec<Child> {
    let mut body: Vec<Child> = Vec::new();
    if let Some(title) = title {
        let heading = Element { name: format!("h{TITLE_LEVEL}"), span: title.span, attributes: Vec::new(), children: vec![Child::Text(title)] };
        body.push(Child::Element(heading));
    }
    let text = &source[range.clone()];
    let masked = mask(text);
    let mut reader = Reader { file, text, masked: &masked, base: range.start, stack: Vec::new(), done: Vec::new(), faults, skipped: 0 };
    reader.read();
    body.extend(reader.done.into_iter().map(Child::Element));
    match image {
        Some(image) => illustrated(body, image),
        None => body,
    }
}

/// The same text with letters in the place of expressions, so that no sign in them means anything to Markdown.
fn mask(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (bytes.to_vec(), 0);
    while let Some(found) = memchr::memchr(b'{', &bytes[at..]) {
        let brace = at + found;
        if bytes.get(brace + 1) == Some(&b'{') {
            at = brace + 2;
            continue;
        }
        // One that never ends is told when the text is compiled.
        let Some(end) = expression_end(bytes, brace + 1) else { break };
        out[brace..=end].fill(b'x');
        at = end + 1;
    }
    String::from_utf8(out).expect("whole expressions become letters")
}

fn element(name: &str, span: Span, children: Vec<Child>) -> Element {
    Element { name: name.to_string(), span, attributes: Vec::new(), children }
}

fn attribute(name: &str, value: Mapped) -> Attribute {
    Attribute { name: name.to_string(), span: value.span, value }
}

/// A value that stands in no file, told of at a place that does.
fn fixed(text: &str, place: Span) -> Mapped {
    let mut value = Mapped::new(place.file, place.start as usize);
    value.push(text, place.start as usize, (place.end - place.start) as usize);
    value
}

/// A picture above or beside the text.
fn illustrated(body: Vec<Child>, image: MessageImage) -> Vec<Child> {
    let place = image.file.span;
    let mut picture = element("img", place, Vec::new());
    picture.attributes = vec![attribute("src", image.file), attribute("alt", image.alt)];
    let width = image.width.clone();
    picture.attributes.extend(image.width.map(|width| attribute("width", width)));
    if image.side == ImageSide::Top {
        let mut all = vec![Child::Element(picture)];
        all.extend(body);
        return all;
    }
    let mut beside = element("column", place, vec![Child::Element(picture)]);
    beside.attributes.extend(width.map(|width| attribute("width", width)));
    let mut both = vec![Child::Element(beside), Child::Element(element("column", place, body))];
    if image.side == ImageSide::Right {
        both.reverse();
    }
    let mut columns = element("columns", place, both);
    columns.attributes.push(attribute("gap", fixed(IMAGE_GAP, place)));
    vec![Child::Element(columns)]
}

struct Reader<'r> {
    file: FileId,
    text: &'r str,
    masked: &'r str,
    /// Where the text begins in the file.
    base: usize,
    /// Elements that are open.
    stack: Vec<Element>,
    done: Vec<Element>,
    faults: &'r mut Faults,
    /// How many elements deep we are in something that is refused.
    skipped: usize,
}

impl Reader<'_> {
    fn read(&mut self) {
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES;
        for (event, range) in Parser::new_ext(self.masked, options).into_offset_iter() {
            self.event(event, range);
        }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        if self.skipped > 0 {
            match event {
                Event::Start(_) => self.skipped += 1,
                Event::End(_) => self.skipped -= 1,
                _ => {}
            }
            return;
        }
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(end) => self.end(end),
            Event::Text(text) => self.push_text(&text, range),
            Event::SoftBreak => self.push_text(" ", range),
            Event::HardBreak => self.push(element("br", self.span(range), Vec::new())),
            Event::Rule => self.push(element("hr", self.span(range), Vec::new())),
            Event::Code(_) => self.refuse("code", range),
            Event::Html(_) | Event::InlineHtml(_) => self.refuse("HTML", range),
            Event::FootnoteReference(_) => self.refuse("a footnote", range),
            Event::TaskListMarker(_) => self.refuse("a box to tick", range),
            Event::InlineMath(_) | Event::DisplayMath(_) => self.refuse("mathematics", range),
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        let span = self.span(range.clone());
        let what = match tag {
            Tag::Paragraph => return self.open(element("p", span, Vec::new())),
            Tag::Heading { level, .. } => return self.open(element(&format!("h{}", heading_level(level)), span, Vec::new())),
            Tag::List(None) => return self.open(element("ul", span, Vec::new())),
            Tag::List(Some(1)) => return self.open(element("ol", span, Vec::new())),
            Tag::Item => return self.open(element("li", span, Vec::new())),
            Tag::Emphasis => return self.open(element("i", span, Vec::new())),
            Tag::Strong => return self.open(element("b", span, Vec::new())),
            Tag::Strikethrough => return self.open(element("s", span, Vec::new())),
            Tag::Link { dest_url, title, .. } if title.is_empty() => return self.link(&dest_url, span, range),
            Tag::Link { .. } => "a link with a title",
            Tag::List(Some(_)) => "a list that does not begin with 1",
            Tag::Image { .. } => {
                self.skip("a picture in the text", range, Some("a message has one picture, which its head names: `[image]`"));
                return;
            }
            Tag::CodeBlock(_) => "code, or text that is indented by four spaces",
            Tag::BlockQuote(_) => "a quotation",
            Tag::HtmlBlock => "HTML",
            Tag::Table(_) | Tag::TableHead | Tag::TableRow | Tag::TableCell => "a table",
            Tag::FootnoteDefinition(_) => "a footnote",
            Tag::DefinitionList | Tag::DefinitionListTitle | Tag::DefinitionListDefinition => "a list of definitions",
            Tag::Superscript | Tag::Subscript => "raised or lowered text",
            Tag::MetadataBlock(_) => "a second head",
        };
        self.skip(what, range, None);
    }

    fn end(&mut self, end: TagEnd) {
        let Some(mut done) = self.stack.pop() else { return };
        if end == TagEnd::Item {
            wrap_texts(&mut done);
        }
        self.push(done);
    }

    fn open(&mut self, element: Element) {
        if self.stack.len() >= LAYOUT_NESTING_MAX / 2 {
            let message = format!("the text nests more than {} deep", LAYOUT_NESTING_MAX / 2);
            self.faults.push(Diagnostic::error(&code::MESSAGE, element.span, message));
            self.skipped += 1;
            return;
        }
        self.stack.push(element);
    }

    fn push(&mut self, element: Element) {
        match self.stack.last_mut() {
            Some(parent) => parent.children.push(Child::Element(element)),
            None => self.done.push(element),
        }
    }

    fn push_text(&mut self, text: &str, range: Range<usize>) {
        let (file, start) = (self.file, self.base + range.start);
        // What Markdown decodes is longer or shorter than what was written; all else is taken from the file, with its expressions.
        let text = if text.len() == range.len() && text != " " { &self.text[range.clone()] } else { text };
        let Some(parent) = self.stack.last_mut() else { return };
        if !matches!(parent.children.last(), Some(Child::Text(_))) {
            parent.children.push(Child::Text(Mapped::new(file, start)));
        }
        if let Some(Child::Text(into)) = parent.children.last_mut() {
            into.push(text, start, range.len());
        }
    }

    fn link(&mut self, url: &str, span: Span, range: Range<usize>) {
        let mut href = Mapped::new(self.file, self.base + range.start);
        match self.masked[range.clone()].rfind(url).filter(|_| !url.is_empty()) {
            Some(at) => {
                let start = range.start + at;
                href.push(&self.text[start..start + url.len()], self.base + start, url.len());
            }
            None => href.push(url, self.base + range.start, range.len()),
        }
        let mut link = element("a", span, Vec::new());
        link.attributes.push(attribute("href", href));
        self.open(link);
    }

    fn refuse(&mut self, what: &str, range: Range<usize>) {
        self.tell(what, range, None);
    }

    /// Refuses something with all it holds.
    fn skip(&mut self, what: &str, range: Range<usize>, hint: Option<&str>) {
        self.tell(what, range, hint);
        self.skipped += 1;
    }

    fn tell(&mut self, what: &str, range: Range<usize>, hint: Option<&str>) {
        let hint = hint.unwrap_or("it has paragraphs, headings, lists, links, **bold**, *italic* and ~~struck~~ text");
        let fault = Diagnostic::error(&code::MESSAGE, self.span(range), format!("a message cannot have {what}"));
        self.faults.push(fault.hint(hint));
    }

    /// The first line of a range.
    fn span(&self, range: Range<usize>) -> Span {
        let first = self.text[range.clone()].lines().next().map_or(0, str::len);
        Span::new(self.file, self.base + range.start, self.base + range.start + first)
    }
}

fn heading_level(level: HeadingLevel) -> usize {
    (TITLE_LEVEL - 1 + level as usize).min(6)
}

/// Puts the texts of an item that also holds blocks into paragraphs.
fn wrap_texts(item: &mut Element) {
    let is_block =
        |child: &Child| matches!(child, Child::Element(child) if matches!(child.name.as_str(), "p" | "ul" | "ol" | "hr" | "h3" | "h4" | "h5" | "h6"));
    if !item.children.iter().any(is_block) {
        return;
    }
    let mut wrapped: Vec<Child> = Vec::new();
    let mut is_open = false;
    for child in std::mem::take(&mut item.children) {
        if is_block(&child) {
            is_open = false;
            wrapped.push(child);
            continue;
        }
        if !is_open {
            wrapped.push(Child::Element(element("p", item.span, Vec::new())));
            is_open = true;
        }
        if let Some(Child::Element(paragraph)) = wrapped.last_mut() {
            paragraph.children.push(child);
        }
    }
    item.children = wrapped;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (String, Vec<String>) {
        let mut faults = Faults::new();
        let file = FileId(0);
        let body = read_message(file, text, 0..text.len(), None, None, &mut faults);
        (body.iter().map(shown).collect(), faults.into_sorted().into_iter().map(|fault| fault.message).collect())
    }

    fn shown(child: &Child) -> String {
        match child {
            Child::Text(text) => text.text.clone(),
            Child::Element(element) => {
                let attributes: String = element.attributes.iter().map(|each| format!(" {}={}", each.name, each.value.text)).collect();
                format!("<{}{attributes}>{}</{}>", element.name, element.children.iter().map(shown).collect::<String>(), element.name)
            }
        }
    }

    #[test]
    fn markdown_becomes_elements() {
        for (text, expected) in [
            ("One\ntwo\n\nthree", "<p>One two</p><p>three</p>"),
            ("# A\n## B", "<h3>A</h3><h4>B</h4>"),
            ("a **b *c*** ~~d~~", "<p>a <b>b <i>c</i></b> <s>d</s></p>"),
            ("- a\n- b\n  - c", "<ul><li>a</li><li><p>b</p><ul><li>c</li></ul></li></ul>"),
            ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
            ("one  \ntwo", "<p>one<br></br>two</p>"),
            ("R&amp;D \\*", "<p>R&D *</p>"),
            ("[us](https://a.example/x)", "<p><a href=https://a.example/x>us</a></p>"),
        ] {
            assert_eq!(read(text), (expected.to_string(), Vec::new()), "{text}");
        }
    }

    #[test]
    fn expressions_are_left_alone() {
        let (text, faults) = read("Dear {name}, **{a * b * c | money}** and {x ? '*' : '_'} [see](https://a.example/{id | upper})");
        let expected = "<p>Dear {name}, <b>{a * b * c | money}</b> and {x ? '*' : '_'} <a href=https://a.example/{id | upper}>see</a></p>";
        assert_eq!((text.as_str(), faults), (expected, Vec::new()));
        assert_eq!(read("{{ not *one* }}").0, "<p>{{ not <i>one</i> }}</p>");
    }

    #[test]
    fn what_is_not_said_in_a_message_is_told() {
        for (text, what) in [
            ("`x`", "code"),
            ("<b>x</b>", "HTML"),
            ("![x](y.png)", "a picture in the text"),
            ("| a | b |\n|---|---|\n| c | d |", "a table"),
            ("> x", "a quotation"),
            ("3. x", "a list that does not begin with 1"),
        ] {
            let (_, faults) = read(text);
            assert!(faults.iter().any(|fault| fault.contains(what)), "{text}: {faults:?}");
        }
    }
}
