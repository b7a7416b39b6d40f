//! Tables in HTML: heads with their scope, rows, cells.
//!
//! Takes bound tables, gives `<table>` with headings that screen readers announce. Columns are as wide as their content; those of short
//! values do not wrap. A table of many columns becomes cards on a telephone: each cell stands on a line of its own, with its heading.
//! What most cells of a table have in common is said once, by the table: the look of their text, and by each row how high its cells
//! stand. Must never know where a page would end.

use std::fmt::Write;
use std::hash::{Hash, Hasher};

use super::Source;
use super::css::{Around, is_kept, push_class, push_text_class};
use super::html::{Html, line_align, push_classes};
use super::inline::push_plain;
use crate::base::length::Length;
use crate::kit::html::{push_color, push_text};
use crate::kit::text::Direction;
use crate::model::content::{Block, CellContent, Item, Placed, RowContent, TableContent, Text};
use crate::model::layout::{Align, Node, NodeKind, RowGroup, RowPart, Table, TableRow, TextStyleId, VerticalAlign};

/// Columns from which on a table is stacked on a telephone.
const STACKED_FROM: usize = 5;
/// Most characters of a value that does not wrap.
const UNWRAPPED_MAX: usize = 24;
/// Most width of a column whose values do not wrap.
const UNWRAPPED_WIDTH: Length = Length::from_points(90);

/// What decides the tag of a table.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TableKey {
    /// The table of the layout.
    table: usize,
    margins: (i64, i64),
    is_data: bool,
    is_stacked: bool,
    /// The style that it gives its cells.
    shared: Option<TextStyleId>,
}

/// What decides the tag of a cell.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CellKey {
    /// The cell of the layout.
    cell: usize,
    /// The style of its only paragraph.
    text: Option<TextStyleId>,
    align: u8,
    is_reversed: bool,
    is_unwrapped: bool,
    is_head: bool,
    /// Whether it heads others: an empty one does not.
    is_heading: bool,
    is_kept: bool,
    is_last: bool,
    /// The style that the table gives its cells.
    shared: Option<TextStyleId>,
}

impl Hash for CellKey {
    /// All but the cell in one word: most documents have more cells than anything else.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let style = |style: Option<TextStyleId>| style.map_or(0, |style| u64::from(style.0) + 1);
        let flags = [self.is_reversed, self.is_unwrapped, self.is_head, self.is_heading, self.is_kept, self.is_last];
        let flags = flags.iter().fold(0, |bits, flag| bits << 1 | u64::from(*flag));
        state.write_usize(self.cell);
        state.write_u64(style(self.text) << 47 | style(self.shared) << 30 | u64::from(self.align) << 6 | flags);
    }
}

/// What the cells of a table have from it.
#[derive(Clone, Copy)]
struct FromTable<'t> {
    /// The table.
    table: &'t Table,
    /// The style of text that it gives them; `None`: each says all of its own.
    shared: Option<TextStyleId>,
    /// The heading of each column, where they become cards on a telephone.
    labels: &'t [String],
    /// Whether they are of its head.
    is_head: bool,
}

/// The head of a table that no record can change.
#[derive(Default)]
pub struct FixedHead {
    /// Its rows.
    pub html: String,
    /// The text of the heading of each column.
    pub labels: Vec<String>,
}

impl Html<'_, '_> {
    /// Adds a table.
    pub(super) fn table(&mut self, source: &Source<'_, '_>, table: &TableContent<'_>, margins: (Length, Length), around: Around) {
        let fixed = self.heads.get(&(std::ptr::from_ref(table.table) as usize)).filter(|_| table.head.is_empty());
        let has_head = !table.head.is_empty() || fixed.is_some();
        if !has_head && table.rows.is_empty() && table.foot.is_empty() {
            return;
        }
        let heads_rows = || table.rows.iter().chain(table.foot).any(|row| row.cells.iter().any(|cell| cell.cell.is_heading));
        let is_data = has_head || heads_rows();
        let is_stacked = has_head && table.table.columns.len() >= STACKED_FROM;
        let shared = self.shared_of(table.table);
        self.open_table(table.table, margins, is_data, is_stacked, shared);
        self.tables += 1;
        let labels: Vec<String> = match (is_stacked, fixed) {
            (false, _) => Vec::new(),
            (true, Some(fixed)) => fixed.labels.clone(),
            (true, None) => labels(source, table.head, table.table.columns.len()),
        };
        if let Some(fixed) = fixed {
            self.out.push_str(&fixed.html);
        } else if !table.head.is_empty() {
            self.head_rows(source, table.head, FromTable { table: table.table, shared, labels: &[], is_head: true }, around);
        }
        let from = FromTable { table: table.table, shared, labels: &labels, is_head: false };
        if !table.rows.is_empty() {
            self.out.push_str("<tbody>\n");
            for row in table.rows {
                self.row(source, row, from, around);
            }
            self.out.push_str("</tbody>\n");
        }
        if !table.foot.is_empty() {
            self.out.push_str("<tfoot>\n");
            for row in table.foot {
                self.row(source, row, from, around);
            }
            self.out.push_str("</tfoot>\n");
        }
        self.out.push_str("</table>\n");
        self.tables -= 1;
    }

    /// The style that a table gives its cells. One within another gives none: programs that inherit nothing into cells find it by the class
    /// of the table, and for them the outer one would count, too.
    fn shared_of(&self, table: &Table) -> Option<TextStyleId> {
        if self.tables > 0 {
            return None;
        }
        shared_text(table).filter(|text| self.css.is_shared(*text))
    }

    fn open_table(&mut self, table: &Table, (top, bottom): (Length, Length), is_data: bool, is_stacked: bool, shared: Option<TextStyleId>) {
        let margins = (self.css.space(top), self.css.space(bottom));
        let key = TableKey { table: std::ptr::from_ref(table) as usize, margins, is_data, is_stacked, shared };
        match self.tags.tables.get(&key) {
            Some(tag) => self.out.push_str(tag),
            None => {
                let tag = self.table_tag(table, key);
                self.out.push_str(&tag);
                self.tags.tables.insert(key, tag.into());
            }
        }
    }

    fn table_tag(&self, table: &Table, key: TableKey) -> String {
        let mut tag = String::from("<table");
        if !key.is_data {
            tag.push_str(" role=\"presentation\"");
        }
        let mut classes = String::new();
        if key.is_stacked {
            classes.push_str("stk ");
        }
        if let Some(text) = key.shared {
            push_text_class(text, &mut classes);
        }
        push_classes(&classes, &mut tag);
        let is_full = table.width.is_none() || key.is_stacked;
        if is_full {
            tag.push_str(" width=\"100%\"");
        }
        tag.push_str(" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" style=\"border-collapse:collapse");
        if is_full {
            tag.push_str(";width:100%");
        }
        let (top, bottom) = key.margins;
        if (top, bottom) != (0, 0) {
            write!(tag, ";margin:{top}px 0 {bottom}px").expect("a String takes what is written");
        }
        if let Some(text) = key.shared {
            tag.push(';');
            self.css.push_text(text, None, &mut tag);
            tag.pop();
        }
        tag.push_str("\">\n");
        tag
    }

    /// Adds the head of a table that no record can change.
    pub(super) fn head(&mut self, source: &Source<'_, '_>, table: &Table, rows: &[RowContent<'_>], around: Around) {
        let from = FromTable { table, shared: self.shared_of(table), labels: &[], is_head: true };
        self.head_rows(source, rows, from, around);
    }

    fn head_rows(&mut self, source: &Source<'_, '_>, rows: &[RowContent<'_>], from: FromTable<'_>, around: Around) {
        self.out.push_str("<thead>\n");
        for row in rows {
            self.row(source, row, from, around);
        }
        self.out.push_str("</thead>\n");
    }

    fn row(&mut self, source: &Source<'_, '_>, row: &RowContent<'_>, from: FromTable<'_>, around: Around) {
        let fill = row.row.background.or(from.table.zebra.filter(|_| row.striped && !from.is_head));
        self.out.push_str("<tr");
        push_valign(valign_of(row.row), &mut self.out);
        if let Some(color) = fill {
            if !is_kept(color) {
                self.out.push_str(" class=\"");
                push_class('b', color, &mut self.out);
                self.out.push('"');
            }
            self.out.push_str(" bgcolor=\"");
            push_color(&mut self.out, (color.r, color.g, color.b));
            self.out.push('"');
        }
        self.out.push('>');
        let inside = Around { is_kept: fill.map_or(around.is_kept, is_kept), ..around };
        for cell in row.cells {
            self.cell(source, row, cell, from, inside);
        }
        self.out.push_str("</tr>\n");
    }

    fn cell(&mut self, source: &Source<'_, '_>, row: &RowContent<'_>, cell: &CellContent<'_>, from: FromTable<'_>, around: Around) {
        let only = only_text(cell.children);
        let FromTable { table, is_head, .. } = from;
        let is_heading = (is_head || cell.cell.is_heading) && !cell.children.is_empty();
        let column = table.columns.get(cell.cell.column).filter(|_| !is_head);
        let is_narrow = match (only.map(|text| text.style.align), column) {
            (Some(Align::Right | Align::Decimal | Align::End), _) => true,
            (_, Some(crate::model::layout::Track::Fixed(width))) => *width <= UNWRAPPED_WIDTH,
            _ => false,
        };
        let is_unwrapped = !is_head && is_narrow && only.is_some_and(|text| length_of(source, text.items) <= UNWRAPPED_MAX);
        let around = Around { is_kept: cell.cell.style.background.map_or(around.is_kept, is_kept), ..around };
        let key = CellKey {
            cell: std::ptr::from_ref(cell.cell) as usize,
            text: only.map(|text| text.style.text),
            align: only.map_or(u8::MAX, |text| text.style.align as u8),
            is_reversed: only.is_some_and(|text| text.style.direction == Direction::RightToLeft),
            is_unwrapped,
            is_head,
            is_heading,
            is_kept: around.is_kept,
            is_last: row.cells.last().is_some_and(|last| std::ptr::eq(last.cell, cell.cell)),
            shared: from.shared,
        };
        match self.tags.cells.get(&key) {
            Some(tag) => self.out.push_str(tag),
            None => {
                let tag = self.cell_tag(row, cell, only, key, around);
                self.out.push_str(&tag);
                self.tags.cells.insert(key, tag.into());
            }
        }
        if let Some(label) =
            from.labels.get(cell.cell.column).filter(|label| !label.is_empty() && !cell.children.is_empty() && cell.cell.colspan == 1)
        {
            self.out.push_str("<span class=\"lb\" style=\"display:none;mso-hide:all\">");
            push_text(label, &mut self.out);
            self.out.push_str(" </span>");
        }
        match only {
            Some(text) => self.items(source, text.items, Around { text: text.style.text, ..around }),
            None => self.blocks(source, cell.children, around),
        }
        self.out.push_str(if is_heading { "</th>" } else { "</td>" });
    }

    fn cell_tag(&self, row: &RowContent<'_>, cell: &CellContent<'_>, only: Option<&Text<'_>>, key: CellKey, around: Around) -> String {
        let is_heading = key.is_heading;
        let mut tag = String::from(if is_heading { "<th" } else { "<td" });
        if is_heading {
            let scope = match (key.is_head, cell.cell.colspan > 1) {
                (true, false) => "col",
                (true, true) => "colgroup",
                (false, _) => "row",
            };
            write!(tag, " scope=\"{scope}\"").expect("a String takes what is written");
        }
        for (name, count) in [("colspan", cell.cell.colspan), ("rowspan", cell.cell.rowspan)] {
            if count > 1 {
                write!(tag, " {name}=\"{count}\"").expect("a String takes what is written");
            }
        }
        if key.is_reversed {
            tag.push_str(" dir=\"rtl\"");
        }
        let (mut classes, mut declarations) = (String::new(), String::new());
        let mut style = cell.cell.style.clone();
        // Lines of the row are drawn by its cells.
        style.borders.top = style.borders.top.or(row.row.borders.top);
        style.borders.bottom = style.borders.bottom.or(row.row.borders.bottom);
        // Where the page has columns of fixed widths, a screen needs space between them.
        if style.padding.right <= Length::ZERO && !key.is_last {
            style.padding.right = Length::from_points(4);
        }
        self.push_box(&style, around.is_kept, &mut classes, &mut declarations);
        let text = key.text.unwrap_or(around.text);
        self.css.push_text(text, key.shared, &mut declarations);
        if is_heading && !declarations.contains("font-weight") {
            let (is_bold, _) = self.css.face_of(self.css.style(text));
            declarations.push_str(if is_bold { "font-weight:bold;" } else { "font-weight:normal;" });
        }
        if self.color_of(text, around) {
            let color = self.css.color(text);
            declarations.push_str("color:");
            push_color(&mut declarations, (color.r, color.g, color.b));
            declarations.push(';');
            if !around.is_kept {
                push_class('t', color, &mut classes);
            }
        }
        // Attributes are as old as tables, and shorter than declarations.
        let align = only.map_or(Align::Left, |text| text.style.align);
        let usual = if key.is_reversed { "right" } else { "left" };
        if let Some(word) = line_align(align, key.is_reversed).or((is_heading || key.is_reversed).then_some(usual)) {
            write!(tag, " align=\"{word}\"").expect("a String takes what is written");
        }
        if cell.cell.valign != valign_of(row.row) {
            let word = valign_word(cell.cell.valign);
            write!(tag, " valign=\"{word}\"").expect("a String takes what is written");
        }
        if key.is_unwrapped {
            tag.push_str(" nowrap");
        }
        push_classes(&classes, &mut tag);
        declarations.pop();
        write!(tag, " style=\"{declarations}\">").expect("a String takes what is written");
        tag
    }
}

/// How high the cells of a row stand: as the first of them in the layout, whatever a record shows.
fn valign_of(row: &TableRow) -> VerticalAlign {
    row.cells.first().map_or(VerticalAlign::Middle, |cell| cell.valign)
}

/// The word for how high a cell stands.
fn valign_word(valign: VerticalAlign) -> &'static str {
    match valign {
        VerticalAlign::Top => "top",
        VerticalAlign::Middle => "middle",
        VerticalAlign::Bottom => "bottom",
    }
}

/// Adds how high the cells of a row stand, if not in the middle, as they do without a word.
fn push_valign(valign: VerticalAlign, out: &mut String) {
    if valign != VerticalAlign::Middle {
        out.push_str(" valign=\"");
        out.push_str(valign_word(valign));
        out.push('"');
    }
}

/// The style of text that most cells in the rows of a table have, the first of those that as many have.
pub fn shared_text(table: &Table) -> Option<TextStyleId> {
    let mut counts: Vec<(TextStyleId, usize)> = Vec::new();
    table.groups.iter().for_each(|group| count_texts(group, &mut counts));
    let most = counts.iter().map(|(_, count)| *count).max()?;
    counts.iter().find(|(_, count)| *count == most).map(|(text, _)| *text)
}

fn count_texts(group: &RowGroup, counts: &mut Vec<(TextStyleId, usize)>) {
    let mut count = |row: &TableRow| {
        for cell in &row.cells {
            let [Node { kind: NodeKind::Paragraph(paragraph), .. }] = &cell.body[..] else { continue };
            match counts.iter_mut().find(|(text, _)| *text == paragraph.style.text) {
                Some((_, count)) => *count += 1,
                None => counts.push((paragraph.style.text, 1)),
            }
        }
    };
    group.head.iter().for_each(&mut count);
    group.rows().for_each(&mut count);
    for part in &group.parts {
        if let RowPart::Group(group) = part {
            count_texts(group, counts);
        }
    }
}

/// The only paragraph of a cell, if it holds nothing else and stands at its edges.
pub(super) fn only_text<'c, 'a>(children: &'c [Placed<'a>]) -> Option<&'c Text<'a>> {
    let [only] = children else { return None };
    match only.block {
        Block::Text(text) if only.place.is_none() && text.marker.is_none() => Some(text),
        _ => None,
    }
}

/// Bytes of a text, up to what never wraps.
fn length_of(source: &Source<'_, '_>, items: &[Item<'_>]) -> usize {
    let mut length = 0;
    for item in items {
        length += match item {
            Item::Word { word, .. } => source.words.text(*word).len(),
            Item::Figures { text, .. } => text.len(),
            Item::Space { .. } => 1,
            Item::Break | Item::Tab { .. } => return usize::MAX,
            Item::Opportunity | Item::SoftHyphen { .. } | Item::Symbol { .. } | Item::Mark { .. } => 0,
        };
        if length > UNWRAPPED_MAX {
            break;
        }
    }
    length
}

/// The text of the heading of each column: of the last row of a head that has one.
pub(super) fn labels(source: &Source<'_, '_>, head: &[RowContent<'_>], columns: usize) -> Vec<String> {
    let mut labels = vec![String::new(); columns];
    for row in head {
        for cell in row.cells.iter().filter(|cell| cell.cell.colspan == 1) {
            let mut text = String::new();
            push_blocks(source, cell.children, &mut text);
            if let Some(label) = labels.get_mut(cell.cell.column).filter(|_| !text.trim().is_empty()) {
                *label = text.trim().to_string();
            }
        }
    }
    labels
}

/// Adds the characters of blocks in one line.
pub(super) fn push_blocks(source: &Source<'_, '_>, blocks: &[Placed<'_>], out: &mut String) {
    for placed in blocks {
        match placed.block {
            Block::Text(text) => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
                let start = out.len();
                push_plain(source, text.items, out);
                if out[start..].contains('\n') {
                    let line = out[start..].replace('\n', " ");
                    out.truncate(start);
                    out.push_str(&line);
                }
            }
            Block::Box(frame) => push_blocks(source, frame.children, out),
            _ => {}
        }
    }
}
