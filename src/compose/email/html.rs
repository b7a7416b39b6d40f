//! Blocks as HTML for mail programs.
//!
//! Takes bound blocks, gives semantic HTML with its styles inlined: headings, paragraphs, tables with headings, pictures with their
//! text. Tables that only arrange say so. Must never take a tag from data, and never bind: each value is already text.

use std::fmt::Write;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Source;
use super::css::{Around, Css, align_word, is_kept, push_border, push_class};
use super::list::marker_of;
use super::pictures::{Pictures, Shown};
use crate::base::length::Length;
use crate::kit::html::{push_attribute, push_color, push_text};
use crate::kit::text::Direction;
use crate::model::content::{Block, FramedBlocks, Placed, SideBySide, Text};
use crate::model::layout::{Align, BoxStyle, Role, RuleNode, SymbolNode, TextStyleId, Track};
use crate::model::message::Only;

/// In place of the level of a heading: an item of a list.
pub(super) const ITEM: u8 = 7;

/// What decides the tag of a paragraph.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct ParagraphKey {
    text: TextStyleId,
    around: Around,
    align: u8,
    is_reversed: bool,
    heading: u8,
    top: i32,
    bottom: i32,
    left: i32,
}

/// Tags with styles, made once for each worker and layout.
#[derive(Default)]
pub struct Tags {
    paragraphs: FxHashMap<ParagraphKey, Box<str>>,
    pub(super) tables: FxHashMap<super::table::TableKey, Box<str>>,
    pub(super) cells: FxHashMap<super::table::CellKey, Box<str>>,
}

/// The tags around pieces of paragraphs.
pub(super) type InlineTags = FxHashMap<(TextStyleId, Around), (Arc<str>, Arc<str>)>;

/// HTML as it is written.
pub struct Html<'w, 'p> {
    /// The styles.
    pub css: &'w Css<'p>,
    /// Tags made so far.
    pub tags: &'w mut Tags,
    /// Tags of pieces made so far.
    pub(super) inline: &'w mut InlineTags,
    /// The heads of tables that no record can change, by the table.
    pub heads: &'w FxHashMap<usize, super::table::FixedHead>,
    /// Pictures made so far.
    pub pictures: &'w mut Pictures<'p>,
    /// The document.
    pub out: String,
    /// The pictures it shows.
    pub shown: Vec<Shown>,
    /// How many tables of the layout are open.
    pub tables: u32,
}

impl<'p> Html<'_, 'p> {
    /// Adds blocks, one under the other.
    pub fn blocks(&mut self, source: &Source<'_, '_>, blocks: &[Placed<'_>], around: Around) {
        let mut at = 0;
        while let Some(placed) = blocks.get(at) {
            if marker_of(placed).is_some() {
                at += self.list(source, &blocks[at..], around);
                continue;
            }
            // What is placed decorates a page.
            if placed.place.is_none() {
                self.block(source, placed, around);
            }
            at += 1;
        }
    }

    pub(super) fn block(&mut self, source: &Source<'_, '_>, placed: &Placed<'_>, around: Around) {
        let margin = placed.flow.margin;
        match placed.block {
            Block::Text(text) => self.paragraph(source, text, (margin.top, margin.bottom, margin.left), around),
            Block::Box(frame) => self.frame(source, frame, (margin.top, margin.bottom), around),
            Block::Columns(columns) => self.columns(source, columns, (margin.top, margin.bottom), around),
            Block::Table(table) => self.table(source, table, (margin.top, margin.bottom), around),
            Block::Image(image) => self.picture(image.picture, (image.width, image.height), image.align, &image.alt, (margin.top, margin.bottom)),
            Block::Chosen(chosen) => {
                let (width, height) = (chosen.shown.width, chosen.shown.height);
                self.picture(chosen.shown.picture, (width, height), chosen.node.align, chosen.alt, (margin.top, margin.bottom));
            }
            Block::Drawing(drawing) => self.alternative(&drawing.node.alt, drawing.node.align),
            Block::Rule(rule) => self.rule(rule, (margin.top, margin.bottom)),
            Block::Barcode(bars) => self.bars(bars, (margin.top, margin.bottom)),
            Block::Chart(chart) => self.chart(chart, (margin.top, margin.bottom), around),
            Block::Slot(slot) => {
                if let Some(Block::Box(frame)) = slot.message.get() {
                    self.frame(source, frame, (margin.top, margin.bottom), around);
                }
            }
            Block::Only(Only::Email, blocks) => self.blocks(source, blocks, around),
            Block::Only(Only::Pages, _) | Block::PageBreak | Block::Fill(_) => {}
        }
    }

    fn paragraph(&mut self, source: &Source<'_, '_>, text: &Text<'_>, (top, bottom, left): (Length, Length, Length), around: Around) {
        if text.items.is_empty() && text.marker.is_none() {
            return;
        }
        let heading = if let Role::Heading(level) = text.role { level.clamp(1, 6) } else { 0 };
        let inside = self.open_paragraph(text, (top, bottom, left), heading, around);
        if let Some((marker, _)) = text.marker {
            self.items(source, marker, inside);
            self.out.push_str("&nbsp; ");
        }
        self.items(source, text.items, inside);
        match heading {
            0 => self.out.push_str("</p>\n"),
            level => writeln!(self.out, "</h{level}>").expect("a String takes what is written"),
        }
    }

    /// Opens a paragraph, a heading of a level, or an [`ITEM`]; gives what its text inherits.
    pub(super) fn open_paragraph(&mut self, text: &Text<'_>, (top, bottom, left): (Length, Length, Length), heading: u8, around: Around) -> Around {
        let key = ParagraphKey {
            text: text.style.text,
            around,
            align: text.style.align as u8,
            is_reversed: text.style.direction == Direction::RightToLeft,
            heading,
            top: self.css.space(top) as i32,
            bottom: self.css.space(bottom) as i32,
            left: self.css.space(left) as i32,
        };
        match self.tags.paragraphs.get(&key) {
            Some(tag) => self.out.push_str(tag),
            None => {
                let tag = self.paragraph_tag(key, text.style.align);
                self.out.push_str(&tag);
                self.tags.paragraphs.insert(key, tag.into());
            }
        }
        Around { text: text.style.text, ..around }
    }

    fn paragraph_tag(&self, key: ParagraphKey, align: Align) -> String {
        let mut tag = String::new();
        match key.heading {
            0 => tag.push_str("<p"),
            ITEM => tag.push_str("<li"),
            level => write!(tag, "<h{level}").expect("a String takes what is written"),
        }
        if key.is_reversed {
            tag.push_str(" dir=\"rtl\"");
        }
        let is_heading = (1..ITEM).contains(&key.heading);
        let inherits = (!is_heading).then_some(key.around.text);
        let color = self.color_of(key.text, key.around);
        if let (true, false) = (color, key.around.is_kept) {
            tag.push_str(" class=\"");
            push_class('t', self.css.color(key.text), &mut tag);
            tag.push('"');
        }
        tag.push_str(" style=\"margin:");
        match (key.top, key.bottom) {
            (0, 0) => tag.push('0'),
            (top, 0) => write!(tag, "{top}px 0 0").expect("a String takes what is written"),
            (0, bottom) => write!(tag, "0 0 {bottom}px").expect("a String takes what is written"),
            (top, bottom) => write!(tag, "{top}px 0 {bottom}px").expect("a String takes what is written"),
        }
        tag.push(';');
        if key.left > 0 {
            let side = if key.is_reversed { "right" } else { "left" };
            write!(tag, "padding-{side}:{}px;", key.left).expect("a String takes what is written");
        }
        self.css.push_text(key.text, inherits, &mut tag);
        if is_heading && !tag.contains("font-weight") {
            tag.push_str("font-weight:normal;");
        }
        if color {
            tag.push_str("color:");
            let own = self.css.color(key.text);
            push_color(&mut tag, (own.r, own.g, own.b));
            tag.push(';');
        }
        push_align(align, key.is_reversed, &mut tag);
        tag.pop();
        tag.push_str("\">");
        tag
    }

    /// Whether a text must say its colour: it is another than that around, or the background does not change in the dark.
    pub(super) fn color_of(&self, text: TextStyleId, around: Around) -> bool {
        around.is_kept || self.css.color(text) != self.css.color(around.text)
    }

    fn frame(&mut self, source: &Source<'_, '_>, frame: &FramedBlocks<'_>, margins: (Length, Length), around: Around) {
        // A box whose content is placed is drawn for the page.
        if !frame.children.iter().any(|child| child.place.is_none()) {
            return;
        }
        let (top, bottom) = (self.css.space(margins.0), self.css.space(margins.1));
        let padding = frame.style.padding;
        let is_bare = frame.style.is_plain() && padding.left <= Length::ZERO && padding.right <= Length::ZERO;
        if is_bare {
            let (top, bottom) = (top + self.css.space(padding.top), bottom + self.css.space(padding.bottom));
            if (top, bottom) == (0, 0) {
                return self.blocks(source, frame.children, around);
            }
            write!(self.out, "<div style=\"margin:{top}px 0 {bottom}px\">").expect("a String takes what is written");
            self.blocks(source, frame.children, around);
            self.out.push_str("</div>\n");
            return;
        }
        self.open_arranging(top, bottom);
        let around = self.open_framed("td", frame.style, around);
        self.blocks(source, frame.children, around);
        self.out.push_str("</td></tr></table>\n");
    }

    fn open_arranging(&mut self, top: i64, bottom: i64) {
        self.out.push_str("<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" style=\"width:100%");
        if (top, bottom) != (0, 0) {
            write!(self.out, ";margin:{top}px 0 {bottom}px").expect("a String takes what is written");
        }
        self.out.push_str("\"><tr>");
    }

    /// Opens an element with the look of a box; gives what its content inherits.
    fn open_framed(&mut self, element: &str, style: &BoxStyle, around: Around) -> Around {
        let inside = Around { is_kept: style.background.map_or(around.is_kept, is_kept), ..around };
        self.out.push('<');
        self.out.push_str(element);
        let mut classes = String::new();
        let mut declarations = String::new();
        self.push_box(style, around.is_kept, &mut classes, &mut declarations);
        push_classes(&classes, &mut self.out);
        declarations.pop();
        write!(self.out, " style=\"{declarations}\">").expect("a String takes what is written");
        inside
    }

    /// Adds background, borders and padding of a box.
    pub(super) fn push_box(&self, style: &BoxStyle, is_kept_around: bool, classes: &mut String, out: &mut String) {
        if let Some(color) = style.background {
            out.push_str("background-color:");
            push_color(out, (color.r, color.g, color.b));
            out.push(';');
            if !is_kept(color) {
                push_class('b', color, classes);
                classes.push(' ');
            }
        }
        let borders = &style.borders;
        let sides = [("-top", borders.top), ("-right", borders.right), ("-bottom", borders.bottom), ("-left", borders.left)];
        if let [(_, Some(first)), ..] = sides
            && sides.iter().all(|(_, border)| *border == Some(first))
        {
            push_border("", first, out);
        } else {
            for (side, border) in sides {
                if let Some(border) = border {
                    push_border(side, border, out);
                }
            }
        }
        if let (false, Some(border)) = (is_kept_around, sides.iter().find_map(|(_, border)| *border)) {
            push_class('l', border.color, classes);
            classes.push(' ');
        }
        if style.radius > Length::ZERO {
            write!(out, "border-radius:{}px;", self.css.space(style.radius)).expect("a String takes what is written");
        }
        let space = |length: Length| self.css.space(length);
        let padding = style.padding;
        let (top, right, bottom, left) = (space(padding.top), space(padding.right), space(padding.bottom), space(padding.left));
        match (top == bottom, left == right) {
            (true, true) if top == left => write!(out, "padding:{top}px;"),
            (true, true) => write!(out, "padding:{top}px {left}px;"),
            (false, true) => write!(out, "padding:{top}px {left}px {bottom}px;"),
            _ => write!(out, "padding:{top}px {right}px {bottom}px {left}px;"),
        }
        .expect("a String takes what is written");
    }

    /// Columns stand beside each other where there is room, and under each other on a telephone.
    fn columns(&mut self, source: &Source<'_, '_>, columns: &SideBySide<'_>, margins: (Length, Length), around: Around) {
        let seen: Vec<_> = columns.columns.iter().filter(|(_, blocks)| blocks.iter().any(|placed| placed.place.is_none())).collect();
        let widths = widths_of(&seen.iter().map(|(track, _)| *track).collect::<Vec<_>>());
        let (top, bottom) = (self.css.space(margins.0), self.css.space(margins.1));
        write!(self.out, "<div style=\"font-size:0;text-align:left;margin:{top}px 0 {bottom}px\">").expect("a String takes what is written");
        self.out.push_str("<!--[if mso]><table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\"><tr><![endif]-->\n");
        for ((_, blocks), width) in seen.iter().zip(&widths) {
            let mut base = String::new();
            self.css.push_text(around.text, None, &mut base);
            base.pop();
            write!(
                self.out,
                "<!--[if mso]><td width=\"{width}\" valign=\"top\"><![endif]--><div class=\"col\" \
                 style=\"display:inline-block;width:100%;max-width:{width}px;vertical-align:top;{base}\">"
            )
            .expect("a String takes what is written");
            self.blocks(source, blocks, around);
            self.out.push_str("</div><!--[if mso]></td><![endif]-->\n");
        }
        self.out.push_str("<!--[if mso]></tr></table><![endif]--></div>\n");
    }

    fn rule(&mut self, rule: &RuleNode, (top, bottom): (Length, Length)) {
        let (top, bottom) = (self.css.space(top).max(4), self.css.space(bottom).max(4));
        self.out.push_str("<hr class=\"");
        push_class('l', rule.border.color, &mut self.out);
        write!(self.out, "\" style=\"margin:{top}px 0 {bottom}px;border:0;").expect("a String takes what is written");
        push_border("-top", rule.border, &mut self.out);
        self.out.pop();
        self.out.push_str("\">\n");
    }

    /// What a picture in a line shows.
    pub(super) fn symbol(&mut self, symbol: &SymbolNode) {
        push_text(&symbol.alt, &mut self.out);
    }

    /// Words in the place of a picture that no mail program can be given.
    pub(super) fn alternative(&mut self, alt: &str, align: Align) {
        if alt.trim().is_empty() {
            return;
        }
        self.out.push_str("<p role=\"img\" aria-label=\"");
        push_attribute(alt, &mut self.out);
        self.out.push_str("\" style=\"margin:8px 0;font-style:italic");
        if let Some(word) = align_word(align) {
            write!(self.out, ";text-align:{word}").expect("a String takes what is written");
        }
        self.out.push_str("\">");
        push_text(alt, &mut self.out);
        self.out.push_str("</p>\n");
    }
}

/// Adds a class attribute.
pub(super) fn push_classes(classes: &str, out: &mut String) {
    let classes = classes.trim_end();
    if !classes.is_empty() {
        write!(out, " class=\"{classes}\"").expect("a String takes what is written");
    }
}

/// Adds the alignment of lines, if it is not the usual one.
pub(super) fn push_align(align: Align, is_reversed: bool, out: &mut String) {
    if let Some(word) = line_align(align, is_reversed) {
        write!(out, "text-align:{word};").expect("a String takes what is written");
    }
}

/// The word for the alignment of lines, if it is not the usual one.
pub(super) fn line_align(align: Align, is_reversed: bool) -> Option<&'static str> {
    match (align, is_reversed) {
        (Align::Left, true) => Some("left"),
        (Align::Right, true) | (Align::Start | Align::End | Align::Justify, true) => None,
        (align, _) => align_word(align),
    }
}

/// The widths of columns in pixels.
fn widths_of(tracks: &[Track]) -> Vec<i64> {
    const ALL: i64 = 592;
    let fixed = |track: &Track| match track {
        Track::Fixed(length) => (length.millipoints() * 96 / 72_000).clamp(40, ALL),
        Track::Percent(part) => (ALL * part / 100_000).clamp(40, ALL),
        Track::Fraction(_) => 0,
    };
    let taken: i64 = tracks.iter().map(fixed).sum();
    let shares: i64 = tracks.iter().map(|track| if let Track::Fraction(share) = track { *share } else { 0 }).sum();
    let left = (ALL - taken).max(0);
    tracks
        .iter()
        .map(|track| match track {
            Track::Fraction(share) => (left * share / shares.max(1)).max(120),
            other => fixed(other),
        })
        .collect()
}
