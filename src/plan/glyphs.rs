//! Fixed texts whose characters no font has.
//!
//! Takes compiled layouts and their faces, tells every such text at its element: what is wrong for every record must not wait
//! for the first. Must never look at a record.

use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::span::Span;
use crate::kit::text::{is_control, is_invisible};
use crate::model::drawing::DrawingPiece;
use crate::model::layout::{Inline, Layout, Marker, Node, NodeKind, RowGroup, RowPart, Table, TableRow, TextStyleId, Transform};
use crate::model::message::Only;
use crate::model::resources::Resources;

/// Reports the texts of all layouts.
///
/// A job that reports missing glyphs instead of holding records is only warned.
pub fn check<'l>(layouts: impl Iterator<Item = &'l Layout>, resources: &Resources, reports: bool, faults: &mut Faults) {
    for layout in layouts {
        let mut check = Check { layout, resources, reports, faults };
        check.nodes(&layout.body);
        for master in &layout.masters {
            check.nodes(&master.regions);
            check.nodes(&master.behind);
        }
    }
}

struct Check<'c> {
    layout: &'c Layout,
    resources: &'c Resources,
    reports: bool,
    faults: &'c mut Faults,
}

impl Check<'_> {
    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            match &node.kind {
                NodeKind::Paragraph(paragraph) => self.inlines(&paragraph.inlines, node.span),
                NodeKind::Box(frame) => self.nodes(&frame.children),
                NodeKind::Fill(fill) => self.nodes(&fill.children),
                NodeKind::Columns(columns) => columns.columns.iter().for_each(|(_, nodes)| self.nodes(nodes)),
                NodeKind::Table(table) => self.table(table),
                NodeKind::Address(address) => address.lines.iter().for_each(|line| self.inlines(line, node.span)),
                NodeKind::List(list) => {
                    if let Marker::Text(text) = &list.marker {
                        self.text(text, list.marker_style.text, node.span);
                    }
                    list.items.iter().for_each(|item| self.nodes(&item.body));
                }
                NodeKind::Slot(slot) => slot.candidates.iter().for_each(|candidate| self.nodes(&candidate.body)),
                NodeKind::Choose(branches) => branches.iter().for_each(|(_, nodes)| self.nodes(nodes)),
                NodeKind::For { body, .. } | NodeKind::Only(Only::Pages, body) => self.nodes(body),
                // A mail program has fonts of its own.
                NodeKind::Only(Only::Email, _) => {}
                NodeKind::Drawing(drawing) => {
                    for piece in &drawing.pieces {
                        if let DrawingPiece::Text(text) = piece {
                            self.inlines(&text.inlines, node.span);
                        }
                    }
                }
                NodeKind::Image(_) | NodeKind::Chosen(_) | NodeKind::Rule(_) | NodeKind::Barcode(_) | NodeKind::Chart(_) | NodeKind::PageBreak => {}
            }
        }
    }

    fn table(&mut self, table: &Table) {
        let fixed = table.head.iter().chain(&table.foot).chain(&table.carry_down).chain(&table.carry_up);
        fixed.for_each(|row| self.row(row));
        table.groups.iter().for_each(|group| self.group(group));
    }

    fn group(&mut self, group: &RowGroup) {
        group.head.iter().for_each(|row| self.row(row));
        for part in &group.parts {
            match part {
                RowPart::Row(row) => self.row(row),
                RowPart::Group(inner) => self.group(inner),
            }
        }
    }

    fn row(&mut self, row: &TableRow) {
        row.cells.iter().for_each(|cell| self.nodes(&cell.body));
    }

    fn inlines(&mut self, inlines: &[Inline], span: Span) {
        for inline in inlines {
            match inline {
                Inline::Text(style, text) => self.text(text, *style, span),
                Inline::Choose(branches) => branches.iter().for_each(|(_, inlines)| self.inlines(inlines, span)),
                Inline::For { body, .. } => self.inlines(body, span),
                Inline::Tab(tab) => self.text(&tab.leader, tab.style, span),
                Inline::Note(note) => self.inlines(&note.inlines, note.span),
                Inline::Value(..) | Inline::Break | Inline::Symbol(_) | Inline::Link(_) | Inline::LinkEnd | Inline::Anchor(_) => {}
            }
        }
    }

    fn text(&mut self, text: &str, style: TextStyleId, span: Span) {
        if text.is_ascii() && !text.contains(is_control) {
            return;
        }
        let style = self.layout.text_style(style);
        let text = match style.transform {
            Transform::None => text.to_string(),
            Transform::Upper => text.to_uppercase(),
            Transform::Lower => text.to_lowercase(),
        };
        let faces = &self.resources.stacks[usize::from(style.stack.0)].faces;
        let has = |c: char| {
            (c.is_control() && !is_control(c))
                || is_invisible(c)
                || matches!(c, '\u{ad}' | '\u{200b}' | '\u{feff}' | '\u{2028}' | '\u{2029}')
                || faces.iter().any(|face| self.resources.faces[usize::from(face.0)].covers(c))
        };
        let Some(character) = text.chars().find(|c| !has(*c)) else { return };
        let (number, control) = (u32::from(character), is_control(character));
        let message = match control {
            true => format!("no font has a glyph for the control character U+{number:04X}"),
            false => format!("no font has a glyph for `{character}` (U+{number:04X})"),
        };
        let diagnostic = match self.reports {
            false => Diagnostic::error(&code::LAYOUT_GLYPH, span, message),
            true => Diagnostic::warning(&code::LAYOUT_GLYPH, span, message),
        };
        let hint = if control { "remove it from the text" } else { "add a family that has it to `fallback` in `[fonts]`" };
        self.faults.push(diagnostic.label("in a text of this element").hint(hint));
    }
}
