//! Blocks as plain text that people like to read.
//!
//! Takes bound blocks, gives lines of at most 72 columns: headings underlined, paragraphs wrapped, tables in columns, links written out.
//! Must never know HTML.

use super::Source;
use super::inline::push_plain;
use crate::kit::text::columns_of;
use crate::model::content::{Block, Item, Placed, Text};
use crate::model::layout::Role;
use crate::model::message::Only;

/// Most columns of a line.
pub(super) const COLUMNS: usize = 72;
/// Longest line in bytes (RFC 5322, 2.1.1): a longer word is divided.
const LINE_BYTES_MAX: usize = 900;

/// Adds so many spaces.
pub(super) fn push_spaces(mut count: usize, out: &mut String) {
    const SPACES: &str = "                                                                        ";
    while count > 0 {
        let some = count.min(SPACES.len());
        out.push_str(&SPACES[..some]);
        count -= some;
    }
}

/// Plain text as it is written.
#[derive(Default)]
pub struct Plain {
    /// The text.
    pub out: String,
    /// A paragraph before it is wrapped.
    paragraph: String,
    /// The cells of a table.
    pub(super) cells: super::plain_table::Cells,
}

impl Plain {
    /// Adds blocks, one under the other.
    pub fn blocks(&mut self, source: &Source<'_, '_>, blocks: &[Placed<'_>], heads: &super::Heads) {
        for placed in blocks {
            if placed.place.is_none() {
                self.block(source, placed, heads);
            }
        }
    }

    fn block(&mut self, source: &Source<'_, '_>, placed: &Placed<'_>, heads: &super::Heads) {
        match placed.block {
            Block::Text(text) => self.text(source, text, placed.flow.margin.top > crate::base::length::Length::ZERO),
            Block::Box(frame) => {
                let is_apart = !frame.style.is_plain() || placed.flow.margin.top > crate::base::length::Length::ZERO;
                if is_apart {
                    self.blank();
                }
                self.blocks(source, frame.children, heads);
                if is_apart {
                    self.blank();
                }
            }
            Block::Columns(columns) => {
                for (_, blocks) in columns.columns {
                    self.blank();
                    self.blocks(source, blocks, heads);
                }
                self.blank();
            }
            Block::Table(table) => {
                self.blank();
                self.table(source, table, heads);
                self.blank();
            }
            Block::Image(image) => self.alternative(&image.alt),
            Block::Chosen(chosen) => self.alternative(chosen.alt),
            Block::Drawing(drawing) => self.alternative(&drawing.node.alt),
            Block::Barcode(bars) => self.alternative(bars.payload),
            Block::Chart(chart) => self.chart(chart),
            Block::Rule(_) => {
                self.blank();
                self.out.extend(std::iter::repeat_n('-', COLUMNS));
                self.out.push('\n');
                self.blank();
            }
            Block::Slot(slot) => {
                if let Some(Block::Box(frame)) = slot.message.get() {
                    self.blank();
                    self.blocks(source, frame.children, heads);
                    self.blank();
                }
            }
            Block::Only(Only::Email, blocks) => self.blocks(source, blocks, heads),
            Block::Only(Only::Pages, _) | Block::PageBreak | Block::Fill(_) => {}
        }
    }

    /// A blank line, unless there is one.
    pub(super) fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            if !self.out.ends_with('\n') {
                self.out.push('\n');
            }
            self.out.push('\n');
        }
    }

    fn text(&mut self, source: &Source<'_, '_>, text: &Text<'_>, is_apart: bool) {
        let mut paragraph = std::mem::take(&mut self.paragraph);
        paragraph.clear();
        push_plain(source, text.items, &mut paragraph);
        let mut marker = String::new();
        if let Some((items, _)) = text.marker {
            push_plain(source, items, &mut marker);
            marker.push(' ');
        }
        if is_apart {
            self.blank();
        }
        match text.role {
            Role::Heading(level) => {
                self.blank();
                let start = self.out.len();
                self.wrap(paragraph.trim(), "", COLUMNS);
                let widest = self.out[start..].lines().map(columns_of).max().unwrap_or(0);
                let line = match level {
                    1 => Some('='),
                    2 => Some('-'),
                    _ => None,
                };
                if let Some(line) = line.filter(|_| widest > 0) {
                    self.out.extend(std::iter::repeat_n(line, widest));
                    self.out.push('\n');
                }
                self.blank();
            }
            Role::Paragraph | Role::Artifact => {
                let is_alone = marker.is_empty() && text.items.iter().filter(|item| matches!(item, Item::Space { .. })).count() > 12;
                if is_alone {
                    self.blank();
                }
                self.wrap(&paragraph, &marker, COLUMNS);
                if is_alone {
                    self.blank();
                }
            }
        }
        self.paragraph = paragraph;
    }

    /// Adds a paragraph in lines of so many columns; the first begins with a marker, the others are as far in.
    pub(super) fn wrap(&mut self, text: &str, marker: &str, columns: usize) {
        let indent = columns_of(marker);
        self.out.push_str(marker);
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.end_line();
                push_spaces(indent, &mut self.out);
            }
            let mut column = indent;
            let mut bytes = 0;
            for word in line.split(' ').filter(|word| !word.is_empty()) {
                let width = columns_of(word);
                if column > indent && column + 1 + width > columns {
                    self.end_line();
                    push_spaces(indent, &mut self.out);
                    (column, bytes) = (indent, indent);
                } else if column > indent {
                    self.out.push(' ');
                    column += 1;
                }
                self.word(word, &mut bytes);
                column += width;
            }
        }
        self.end_line();
    }

    /// Adds a word, in parts if it is longer than a line of a message may be.
    fn word(&mut self, word: &str, bytes: &mut usize) {
        if word.len() <= LINE_BYTES_MAX {
            self.out.push_str(word);
            *bytes += word.len();
            return;
        }
        let mut length = *bytes;
        for character in word.chars() {
            if length + character.len_utf8() > LINE_BYTES_MAX {
                self.out.push('\n');
                length = 0;
            }
            self.out.push(character);
            length += character.len_utf8();
        }
        *bytes = length;
    }

    /// Ends a line; spaces at its end are not seen.
    pub(super) fn end_line(&mut self) {
        let end = self.out.trim_end_matches(' ').len();
        self.out.truncate(end);
        self.out.push('\n');
    }

    fn alternative(&mut self, alt: &str) {
        let mut clean = String::new();
        super::inline::push_clean(alt.trim(), &mut clean);
        if !clean.is_empty() {
            self.wrap(&format!("[{clean}]"), "", COLUMNS);
        }
    }

    fn chart(&mut self, chart: &crate::model::chart::ChartContent<'_>) {
        self.blank();
        self.alternative(chart.alt);
        for bar in super::chart::bars(chart).unwrap_or_default() {
            self.wrap(&format!("{}: {}", bar.label, bar.value), "  ", COLUMNS);
        }
        self.blank();
    }
}
