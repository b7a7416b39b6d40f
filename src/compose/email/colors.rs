//! Which colours the e-mails of a layout may have, and which styles their tables give cells.
//!
//! Takes the blocks of a layout, gives their colours and those styles. Must never see a record: what stands in the head of a message is the same for all.

use super::css::{Colors, is_kept, parts};
use crate::model::layout::{BoxStyle, Color, Inline, Layout, Node, NodeKind, RowGroup, RowPart, Table, TableRow};

impl Colors {
    /// Those of a layout.
    pub fn of(layout: &Layout) -> Colors {
        let mut colors = Colors::default();
        colors.texts.extend(layout.text_styles.iter().map(|style| parts(style.color)));
        colors.nodes(&layout.body);
        if let Some(email) = &layout.email {
            colors.nodes(&email.before);
            colors.nodes(&email.after);
        }
        colors
    }

    fn background(&mut self, color: Option<Color>) {
        if let Some(color) = color.filter(|color| !is_kept(*color)) {
            self.backgrounds.insert(parts(color));
        }
    }

    fn frame(&mut self, style: &BoxStyle) {
        self.background(style.background);
        let borders = &style.borders;
        self.lines.extend([borders.top, borders.right, borders.bottom, borders.left].into_iter().flatten().map(|border| parts(border.color)));
    }

    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            match &node.kind {
                NodeKind::Box(frame) => {
                    self.frame(&frame.style);
                    self.nodes(&frame.children);
                }
                NodeKind::Columns(columns) => columns.columns.iter().for_each(|(_, nodes)| self.nodes(nodes)),
                NodeKind::Table(table) => self.table(table),
                NodeKind::List(list) => list.items.iter().for_each(|item| self.nodes(&item.body)),
                NodeKind::Slot(slot) => {
                    self.frame(&slot.style);
                    slot.candidates.iter().for_each(|candidate| self.nodes(&candidate.body));
                }
                NodeKind::Choose(branches) => branches.iter().for_each(|(_, nodes)| self.nodes(nodes)),
                NodeKind::For { body, .. } | NodeKind::Only(_, body) => self.nodes(body),
                NodeKind::Rule(rule) => {
                    self.lines.insert(parts(rule.border.color));
                }
                NodeKind::Paragraph(paragraph) => self.notes(&paragraph.inlines),
                NodeKind::Image(_)
                | NodeKind::Drawing(_)
                | NodeKind::Chosen(_)
                | NodeKind::Barcode(_)
                | NodeKind::Chart(_)
                | NodeKind::Address(_)
                | NodeKind::PageBreak
                | NodeKind::Fill(_) => {}
            }
        }
    }

    /// Notes have a line above them.
    fn notes(&mut self, inlines: &[Inline]) {
        if inlines.iter().any(|inline| matches!(inline, Inline::Note(_))) {
            self.lines.insert(super::NOTE_LINE);
        }
    }

    fn table(&mut self, table: &Table) {
        self.cells.extend(super::table::shared_text(table));
        self.background(table.zebra);
        for row in table.head.iter().chain(&table.foot) {
            self.row(row);
        }
        for group in &table.groups {
            self.group(group);
        }
    }

    fn group(&mut self, group: &RowGroup) {
        group.head.iter().for_each(|row| self.row(row));
        for part in &group.parts {
            match part {
                RowPart::Row(row) => self.row(row),
                RowPart::Group(group) => self.group(group),
            }
        }
    }

    fn row(&mut self, row: &TableRow) {
        self.background(row.background);
        let borders = &row.borders;
        self.lines.extend([borders.top, borders.right, borders.bottom, borders.left].into_iter().flatten().map(|border| parts(border.color)));
        for cell in &row.cells {
            self.frame(&cell.style);
            self.nodes(&cell.body);
        }
    }
}
