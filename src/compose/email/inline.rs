//! The text of paragraphs in HTML and as plain text.
//!
//! Takes bound items, gives characters with tags around those that look otherwise, or without. Must never know where a line ends.

use std::fmt::Write;

use super::Source;
use super::css::{Around, push_class};
use super::html::Html;
use crate::base::link;
use crate::kit::html::{is_noncharacter, is_steering, push_attribute, push_color, push_text};
use crate::model::content::{Item, Mark};
use crate::model::layout::TextStyleId;

/// What is open at a place of a paragraph.
struct Open {
    /// The style that is open, if it is not that of the paragraph.
    style: TextStyleId,
    is_link: bool,
}

impl Html<'_, '_> {
    /// Adds items in a paragraph of a style.
    pub(super) fn items(&mut self, source: &Source<'_, '_>, items: &[Item<'_>], around: Around) {
        let mut open = Open { style: around.text, is_link: false };
        for item in items {
            match *item {
                Item::Word { word, style, .. } => {
                    self.switch(style, around, &mut open);
                    let text = source.words.text(word);
                    if source.words.word(word).is_plain { self.out.push_str(text) } else { push_text(text, &mut self.out) }
                }
                Item::Figures { text, style, .. } => {
                    self.switch(style, around, &mut open);
                    self.out.push_str(text);
                }
                Item::Space { .. } => self.out.push(' '),
                Item::Opportunity | Item::SoftHyphen { .. } => {}
                Item::Break => self.out.push_str("<br>"),
                Item::Tab { .. } => self.out.push_str("&nbsp; "),
                Item::Symbol { symbol, .. } => self.symbol(symbol),
                Item::Mark { mark, .. } => match source.marks[mark as usize] {
                    Mark::Link(link) => {
                        let href = source.links[link as usize];
                        // A place in the document cannot be led to from a mail program.
                        if !open.is_link && !href.starts_with('#') && link::check(href).is_ok() {
                            self.switch(around.text, around, &mut open);
                            self.open_link(href, around);
                            open.is_link = true;
                        }
                    }
                    Mark::LinkEnd => {
                        self.switch(around.text, around, &mut open);
                        if std::mem::take(&mut open.is_link) {
                            self.out.push_str("</a>");
                        }
                    }
                    Mark::Note(_) | Mark::Anchor(_) => {}
                },
            }
        }
        self.switch(around.text, around, &mut open);
        if open.is_link {
            self.out.push_str("</a>");
        }
    }

    fn open_link(&mut self, href: &str, around: Around) {
        let color = self.css.color(around.text);
        self.out.push_str("<a href=\"");
        push_attribute(&link::encode(href), &mut self.out);
        self.out.push('"');
        if !around.is_kept {
            self.out.push_str(" class=\"");
            push_class('t', color, &mut self.out);
            self.out.push('"');
        }
        self.out.push_str(" style=\"text-decoration:underline;color:");
        push_color(&mut self.out, (color.r, color.g, color.b));
        self.out.push_str("\">");
    }

    /// Closes the style that is open and opens another, unless it is that of the paragraph.
    fn switch(&mut self, style: TextStyleId, around: Around, open: &mut Open) {
        if style == open.style {
            return;
        }
        if open.style != around.text {
            let (_, close) = self.inline_tags(open.style, around);
            self.out.push_str(&close);
        }
        if style != around.text {
            let (tag, _) = self.inline_tags(style, around);
            self.out.push_str(&tag);
        }
        open.style = style;
    }

    /// The tags around a piece of a style in a paragraph of another.
    fn inline_tags(&mut self, style: TextStyleId, around: Around) -> (std::sync::Arc<str>, std::sync::Arc<str>) {
        let key = (style, around);
        if let Some((open, close)) = self.inline.get(&key) {
            return (open.clone(), close.clone());
        }
        let (own, above) = (self.css.style(style), self.css.style(around.text));
        let (mut open, mut close) = (String::new(), String::new());
        let mut tag = |name: &str| {
            write!(open, "<{name}>").expect("a String takes what is written");
            close.insert_str(0, &format!("</{name}>"));
        };
        let ((bold, slanted), (bold_around, slanted_around)) = (self.css.face_of(own), self.css.face_of(above));
        if bold && !bold_around {
            tag("b");
        }
        if slanted && !slanted_around {
            tag("i");
        }
        if own.underline && !above.underline {
            tag("u");
        }
        if own.strike && !above.strike {
            tag("s");
        }
        let is_raised = own.rise.cmp(&above.rise);
        match is_raised {
            std::cmp::Ordering::Greater => tag("sup"),
            std::cmp::Ordering::Less => tag("sub"),
            std::cmp::Ordering::Equal => {}
        }
        let mut declarations = String::new();
        if (bold_around && !bold) || (slanted_around && !slanted) {
            declarations.push_str(if bold_around && !bold { "font-weight:normal;" } else { "font-style:normal;" });
        }
        if is_raised.is_eq() && self.css.size(own) != self.css.size(above) {
            write!(declarations, "font-size:{}px;", self.css.size(own)).expect("a String takes what is written");
        }
        let color = own.color != above.color;
        if color {
            declarations.push_str("color:");
            push_color(&mut declarations, (own.color.r, own.color.g, own.color.b));
            declarations.push(';');
        }
        if !declarations.is_empty() {
            open.push_str("<span");
            if color && !around.is_kept {
                open.push_str(" class=\"");
                push_class('t', own.color, &mut open);
                open.push('"');
            }
            declarations.pop();
            write!(open, " style=\"{declarations}\">").expect("a String takes what is written");
            close.insert_str(0, "</span>");
        }
        let tags: (std::sync::Arc<str>, std::sync::Arc<str>) = (open.into(), close.into());
        self.inline.insert(key, tags.clone());
        tags
    }
}

/// Adds the characters of items to a plain text. Links are written out behind what they stand around.
pub(super) fn push_plain(source: &Source<'_, '_>, items: &[Item<'_>], out: &mut String) {
    let mut link: Option<(&str, usize)> = None;
    for item in items {
        match *item {
            Item::Word { word, .. } => {
                let text = source.words.text(word);
                if source.words.word(word).is_plain { out.push_str(text) } else { push_clean(text, out) }
            }
            Item::Figures { text, .. } => out.push_str(text),
            Item::Space { .. } | Item::Tab { .. } => out.push(' '),
            Item::Opportunity | Item::SoftHyphen { .. } => {}
            Item::Break => out.push('\n'),
            Item::Symbol { symbol, .. } => push_clean(&symbol.alt, out),
            Item::Mark { mark, .. } => match source.marks[mark as usize] {
                Mark::Link(at) => link = Some((source.links[at as usize], out.len())).filter(|(href, _)| !href.starts_with('#')),
                Mark::LinkEnd => {
                    if let Some((href, start)) = link.take()
                        && out[start..].trim() != shown(href)
                        && out[start..].trim() != href
                    {
                        out.push_str(if out.len() > start { " <" } else { "<" });
                        out.push_str(&link::encode(href));
                        out.push('>');
                    }
                }
                Mark::Note(_) | Mark::Anchor(_) => {}
            },
        }
    }
}

/// A link as people write it.
fn shown(href: &str) -> &str {
    ["https://", "http://", "mailto:", "tel:"].into_iter().find_map(|scheme| href.strip_prefix(scheme)).unwrap_or(href)
}

/// Adds text without characters that steer a terminal or the text around it.
pub(super) fn push_clean(text: &str, out: &mut String) {
    if text.bytes().all(|byte| (b' '..0x7F).contains(&byte)) {
        out.push_str(text);
        return;
    }
    for character in text.chars() {
        match character {
            '\n' => out.push('\n'),
            '\t' | '\r' => out.push(' '),
            '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' => out.push('\u{FFFD}'),
            '\u{AD}' => {}
            character if is_steering(character) || is_noncharacter(character) => {}
            other => out.push(other),
        }
    }
}
