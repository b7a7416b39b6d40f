//! Which regions of pages are read, and the forms of those that no record can change.
//!
//! Takes the regions of the masters of a layout, gives each master what is content of its documents. What stands on the one page
//! that is first, last or has a number says something once, and an address does: both are read. All else stands on page after
//! page, like a running head, and is an artifact, unless the layout says otherwise. Must never know a record.

use super::{add, compose, is_placed_static};
use crate::kit::locale::Locale;
use crate::model::layout::{Inline, Layout, Node, NodeKind, PageMaster, RegionRead, RegionSaid, Role};
use crate::model::record::Hold;
use crate::model::resources::Resources;

/// Decides which regions are read.
pub(super) fn decide(layout: &mut Layout) {
    let is_single = |master: &PageMaster| {
        let applies = master.applies;
        (applies.first || applies.last || applies.number.is_some()) && !applies.odd && !applies.even && !applies.blank
    };
    // A region that another page has under the same name stands in its place there.
    let recurs = |said: &RegionSaid| {
        let has = |master: &PageMaster| master.said.iter().any(|other| other.name == said.name);
        layout.masters.iter().filter(|master| !is_single(master)).any(has)
    };
    let read = |master: &PageMaster| -> Vec<RegionRead> {
        let of_region = |(said, node): (&RegionSaid, &Node)| {
            let is_furniture = || !has_address(node) && (!is_single(master) || recurs(said));
            if said.is_artifact.unwrap_or_else(is_furniture) { RegionRead::Never } else { RegionRead::Once }
        };
        master.said.iter().zip(&master.regions).map(of_region).collect()
    };
    let all: Vec<Vec<RegionRead>> = layout.masters.iter().map(read).collect();
    for (master, read) in layout.masters.iter_mut().zip(all) {
        master.read = read;
    }
}

fn has_address(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Address(_) => true,
        NodeKind::Box(frame) => frame.children.iter().any(has_address),
        NodeKind::Columns(columns) => columns.columns.iter().flat_map(|(_, body)| body).any(has_address),
        NodeKind::Choose(branches) => branches.iter().flat_map(|(_, body)| body).any(has_address),
        NodeKind::For { body, .. } | NodeKind::Only(_, body) => body.iter().any(has_address),
        NodeKind::Fill(fill) => fill.children.iter().any(has_address),
        NodeKind::Paragraph(_)
        | NodeKind::Table(_)
        | NodeKind::Image(_)
        | NodeKind::Drawing(_)
        | NodeKind::Chosen(_)
        | NodeKind::Rule(_)
        | NodeKind::Barcode(_)
        | NodeKind::Chart(_)
        | NodeKind::List(_)
        | NodeKind::PageBreak
        | NodeKind::Slot(_) => false,
    }
}

/// Composes the static regions of a master that are read and no more than a paragraph or a figure.
pub(super) fn compose_read(layout: &mut Layout, at: usize, resources: &mut Resources, locale: &Locale) -> Result<(), Hold> {
    let mut found = Vec::new();
    let master = &layout.masters[at];
    for (index, node) in master.regions.iter().enumerate() {
        if master.reads(index) == RegionRead::Once && is_placed_static(node) && (is_paragraph(node) || figure_of(node).is_some()) {
            found.push((index, compose(layout, resources, locale, &[node], master.width, master.height)?));
        }
    }
    for (index, form) in found {
        layout.masters[at].read[index] = RegionRead::OnceForm(add(resources, form));
    }
    Ok(())
}

/// The text in the place of a region's figure, if it holds one image and nothing else that is read.
pub(in super::super) fn figure_of(node: &Node) -> Option<&str> {
    match &node.kind {
        NodeKind::Image(image) => Some(image.alt.as_str()).filter(|alt| !alt.is_empty()),
        NodeKind::Drawing(drawing) => Some(drawing.alt.as_str()).filter(|alt| !alt.is_empty()),
        NodeKind::Box(frame) => match frame.children.as_slice() {
            [only] => figure_of(only),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a block is read as a paragraph: nothing but texts, boxes and lines.
pub(super) fn is_paragraph(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Paragraph(paragraph) => !matches!(paragraph.role, Role::Heading(_)) && paragraph.inlines.iter().all(is_text),
        NodeKind::Address(_) | NodeKind::Rule(_) | NodeKind::PageBreak => true,
        NodeKind::Box(frame) => frame.children.iter().all(is_paragraph),
        NodeKind::Columns(columns) => columns.columns.iter().flat_map(|(_, body)| body).all(is_paragraph),
        NodeKind::Image(image) => image.alt.is_empty(),
        NodeKind::Drawing(drawing) => drawing.alt.is_empty(),
        NodeKind::Table(table) => {
            let groups = table.groups.iter().all(|group| group.parts.len() == group.rows().count());
            let rows = || table.groups.iter().flat_map(|group| group.head.iter().chain(group.rows())).chain(&table.foot);
            table.columns.len() == 1
                && groups
                && table.head.is_empty()
                && rows().flat_map(|row| &row.cells).all(|cell| !cell.is_heading && cell.body.iter().all(is_paragraph))
        }
        NodeKind::Chosen(_)
        | NodeKind::Barcode(_)
        | NodeKind::Chart(_)
        | NodeKind::List(_)
        | NodeKind::Fill(_)
        | NodeKind::Slot(_)
        | NodeKind::Choose(_)
        | NodeKind::Only(..)
        | NodeKind::For { .. } => false,
    }
}

fn is_text(inline: &Inline) -> bool {
    matches!(inline, Inline::Text(..) | Inline::Value(..) | Inline::Break)
}
