//! Tables: columns, sections, rows.
//!
//! Takes `<table>` elements, gives tables whose rows fit their columns. Must never know how rows are divided over pages.

use super::choose::Condition;
use super::compile::Compiler;
use super::context::Context;
use super::place::TOLERANCE;
use super::row::{RowContext, Section, SectionKind};
use super::schema::ElementSpec;
use super::style::Properties;
use super::text::Repeat;
use super::tree::{Child, Element};
use super::value::{self, Sign, whole};
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::length::Length;
use crate::base::span::Span;
use crate::kit::expr::Expr;
use crate::model::layout::{
    Border, Borders, BoxNode, BoxStyle, Break, Color, Edges, Node, NodeKind, RowGroup, RowPart, Show, Table, TableRow, Track,
};

/// What the parts of a table share.
pub(super) struct TableContext {
    /// How many columns.
    pub(super) count: usize,
    /// Their widths, if the width of the table is known.
    pub(super) widths: Option<Vec<Length>>,
    /// Padding of cells that have none of their own.
    pub(super) cell_padding: Option<Edges>,
    /// Border of cells that have none of their own.
    pub(super) cell_border: Option<Option<Border>>,
    /// The line under each row.
    pub(super) row_border: Option<Option<Border>>,
}

/// An element that repeats rows, and its attribute that says over what: `each` of a `for`, `rows` of a `tr`.
type Repeater<'t> = (&'t Element, &'static str);

/// A row that a condition may hide, with the repetitions it is in.
struct Found<'t> {
    element: &'t Element,
    spec: &'static ElementSpec,
    /// What must hold.
    conditions: Vec<Condition<'t>>,
    /// What repeats it, from outside in.
    repeats: Vec<Repeater<'t>>,
    /// The `thead` or `tfoot` of a group that it stands in.
    section: Option<(&'t Element, &'static ElementSpec)>,
}

impl<'t> Compiler<'_, 't> {
    pub(super) fn table(
        &mut self,
        element: &'t Element,
        spec: &'static ElementSpec,
        properties: &Properties,
        context: &Context,
        inside: &Context,
    ) -> Option<Node> {
        let width = self.table_width(element, context);
        let place = self.place(element, context, width.1, None);
        let room = width.1.or(inside.width);
        let mut children = Children::default();
        self.sort_children(element, spec, &mut children);
        let (columns, widths) = self.table_columns(element, &children, room);
        let shared = TableContext {
            count: columns.len(),
            widths,
            cell_padding: self.table_edges(element, "cell-padding"),
            cell_border: self.table_border(element, "cell-border"),
            row_border: self.table_border(element, "row-border"),
        };
        if element.elements().next().is_none() {
            let message = "the table has no rows";
            self.fault(Diagnostic::error(&code::LAYOUT_MISSING_CONTENT, element.span, message).hint("write `<tr> <td>…</td> </tr>`"));
        }
        let rows = RowContext {
            table: &shared,
            context: inside.clone(),
            vertical: properties.vertical_align(),
            background: None,
            section: SectionKind::Body,
        };
        let repeat = self.repeat(element, "rows");
        let outer_sums = self.sums_at;
        let head = self.section(&children.heads, SectionKind::Head, &rows);
        let mut table = Table {
            columns,
            width: width.0,
            head,
            head_form: None,
            groups: Vec::new(),
            foot: Vec::new(),
            carry_down: Vec::new(),
            carry_up: Vec::new(),
            running: Vec::new(),
            zebra: self.table_fill(element, "zebra"),
            repeat_head: self.keyword(element, spec, "repeat-head") != Some("false"),
            borders: properties.borders(),
            orphans: self.integer(element, spec, "row-orphans").unwrap_or(2),
            order: self.column_order(&inside.look, element.span),
        };
        match repeat {
            Some(repeat) => self.table_with_rows(element, &children, &repeat, &rows, &mut table),
            None => self.table_without_rows(&children, &rows, &mut table),
        }
        self.sums_at = outer_sums;
        let is_fixed = |row: &TableRow| row.test.is_none() && row.cells.iter().all(|cell| cell.body.iter().all(|node| node.is_static));
        let is_static = table.groups.iter().all(|group| group.repeat.is_none() && group.test.is_none() && group.rows().all(is_fixed))
            && table.head.iter().chain(&table.foot).all(|row| is_fixed(row) && row.show == Show::Auto)
            && table.order.asked.is_none();
        let borders = std::mem::take(&mut table.borders);
        let frame_width = if borders == Borders::default() || place.is_some() { None } else { table.width.take() };
        let kind = NodeKind::Table(Box::new(table));
        let node = Node { kind, span: element.span, flow: properties.flow(Break::Auto), place, is_static };
        Some(bordered(node, borders, frame_width))
    }

    /// The rows of a table with `rows=`: one group, in which `running` sums.
    fn table_with_rows(&mut self, element: &'t Element, children: &Children<'t>, repeat: &Repeat, rows: &RowContext<'_>, table: &mut Table) {
        for &(owner, name) in children.rows.iter().filter_map(|found| found.repeats.first()) {
            let span = owner.find(name).map_or(owner.span, |attribute| attribute.span);
            let message = "the table repeats its rows already";
            self.fault(
                Diagnostic::error(&code::LAYOUT_TOGETHER, span, message)
                    .label("a second repetition")
                    .hint("take `rows` from the table and give each `<tr>` its own"),
            );
        }
        if children.rows.is_empty() {
            let message = "the table repeats rows, but has no `<tr>`";
            let span = element.find("rows").map_or(element.span, |attribute| attribute.span);
            self.fault(Diagnostic::error(&code::LAYOUT_MISSING_CONTENT, span, message).hint("write `<tr> <td>…</td> </tr>` after the head"));
        }
        self.with_row(repeat, |compiler, variable| {
            compiler.scope.begin_running();
            compiler.sums_at = 0;
            let found: Vec<&Found<'t>> = children.rows.iter().filter(|found| found.repeats.is_empty()).collect();
            let list = repeat.list.clone();
            table.groups.extend(compiler.group(&found, 0, list.map(|list| (variable, list)), rows));
            compiler.summary(children, &repeat.name, rows, table);
            table.running = compiler.scope.end_running();
        });
    }

    /// The rows of a table without `rows=`: groups in their order. `running` sums if there is exactly one repetition,
    /// because otherwise nobody could say over what.
    fn table_without_rows(&mut self, children: &Children<'t>, rows: &RowContext<'_>, table: &mut Table) {
        let all: Vec<&Found<'t>> = children.rows.iter().collect();
        let groups = grouped(&all, 0);
        let repeated = groups.iter().filter(|group| !group[0].repeats.is_empty()).count();
        // Groups within groups have one innermost repetition, over whose rows can be summed.
        let deepest = all.iter().max_by_key(|found| found.repeats.len()).map_or(&[] as &[_], |found| &found.repeats);
        let is_chain = |found: &&Found<'t>| found.repeats.iter().zip(deepest).all(|(own, other)| std::ptr::eq(own.0, other.0));
        let sums = repeated == 1 && all.iter().all(is_chain);
        self.sums_at = deepest.len();
        let mut is_summed = false;
        if sums {
            self.scope.begin_running();
        }
        for group in groups {
            let Some(&(owner, name)) = group[0].repeats.first() else {
                table.groups.extend(self.group(&group, 0, None, rows));
                continue;
            };
            let Some(repeat) = self.repeat(owner, name) else { continue };
            self.with_row(&repeat, |compiler, variable| {
                let list = repeat.list.clone();
                table.groups.extend(compiler.group(&group, 1, list.map(|list| (variable, list)), rows));
                if sums {
                    is_summed = compiler.summary_within(&deepest[1..], &repeat, children, rows, table);
                }
            });
        }
        if sums {
            table.running = self.scope.end_running();
        }
        if !is_summed {
            for carry in &children.carries {
                let message = "nothing is carried: the table has no single repetition";
                self.fault(
                    Diagnostic::error(&code::LAYOUT_TOGETHER, carry.0.span, message)
                        .hint("carry rows need `rows=` at the table, or one `<tr rows=…>`"),
                );
            }
            table.foot = self.section(&children.feet, SectionKind::Foot, rows);
        }
    }

    /// The summary where the rows of all these repetitions are visible.
    fn summary_within(&mut self, repeats: &[Repeater<'t>], last: &Repeat, children: &Children<'t>, rows: &RowContext<'_>, table: &mut Table) -> bool {
        let Some((&(owner, name), rest)) = repeats.split_first() else {
            self.summary(children, &last.name, rows, table);
            return true;
        };
        let Some(inner) = self.repeat(owner, name) else { return false };
        self.with_row(&inner, |compiler, _| compiler.summary_within(rest, &inner, children, rows, table))
    }

    /// Foot and carry rows, which know the row inside `running(…)` only.
    fn summary(&mut self, children: &Children<'t>, name: &str, rows: &RowContext<'_>, table: &mut Table) {
        let before = self.summary_row.replace(name.to_string());
        table.foot = self.section(&children.feet, SectionKind::Foot, rows);
        for &(carry, spec) in &children.carries {
            let direction = self.keyword(carry, spec, "direction").unwrap_or("down");
            if direction != "up" {
                table.carry_down.extend(self.carry(carry, spec, rows));
            }
            if direction != "down" {
                table.carry_up.extend(self.carry(carry, spec, rows));
            }
        }
        self.summary_row = before;
    }

    fn carry(&mut self, element: &'t Element, spec: &'static ElementSpec, rows: &RowContext<'_>) -> Vec<TableRow> {
        let has_rows = element.elements().any(|child| child.name == "tr");
        if has_rows {
            return self.section(&[(element, spec)], SectionKind::Body, rows);
        }
        let mut section = Section::new(rows.table.count);
        let rows = RowContext { context: Context { may_note: false, ..rows.context.clone() }, ..*rows };
        let made = self.row(element, spec, &[], &rows, &mut section);
        self.close_section(&section);
        made
    }

    /// Head, foot or a carry of several rows.
    fn section(&mut self, elements: &[(&'t Element, &'static ElementSpec)], kind: SectionKind, rows: &RowContext<'_>) -> Vec<TableRow> {
        let mut made = Vec::new();
        for &(element, spec) in elements {
            let rows = self.section_context(element, spec, kind, rows);
            let mut found = Vec::new();
            for child in &element.children {
                self.find_rows(child, element, spec, &[], &[], &mut found);
            }
            let mut section = Section::new(rows.table.count);
            for found in &found {
                if let Some(attribute) = found.element.find("rows") {
                    let message = format!("rows of `<{}>` cannot be repeated", element.name);
                    self.fault(Diagnostic::error(&code::LAYOUT_NOT_ALLOWED, attribute.span, message));
                }
                made.extend(self.row(found.element, found.spec, &found.conditions, &rows, &mut section));
            }
            self.close_section(&section);
        }
        made
    }

    /// What the rows of a head or foot take from it.
    fn section_context<'c>(&mut self, element: &'t Element, spec: &'static ElementSpec, kind: SectionKind, rows: &RowContext<'c>) -> RowContext<'c> {
        let properties = self.properties_of(element, spec);
        // A head or foot stands on several pages, a footnote on one.
        let context = Context { may_note: false, ..rows.context.inside(spec, rows.context.look.with(&properties)) };
        RowContext { context, background: properties.fill("background").flatten(), section: kind, ..*rows }
    }

    /// Rows that come together, once or for each row of a list. `depth` repetitions stand around them.
    fn group(&mut self, found: &[&Found<'t>], depth: usize, repeat: Option<(usize, Expr)>, rows: &RowContext<'_>) -> Option<RowGroup> {
        if found.is_empty() {
            return None;
        }
        let (mut head, mut parts) = (Vec::new(), Vec::new());
        for run in grouped(found, depth) {
            let Some(&(owner, name)) = run[0].repeats.get(depth) else {
                let mut section = Section::new(rows.table.count);
                for found in run {
                    let (kind, own) = match found.section {
                        Some((element, spec)) if spec.name == "thead" => {
                            (SectionKind::Head, &self.section_context(element, spec, SectionKind::Head, rows))
                        }
                        Some((element, spec)) => (SectionKind::Foot, &self.section_context(element, spec, SectionKind::Foot, rows)),
                        None => (SectionKind::Body, rows),
                    };
                    let mut made = self.row(found.element, found.spec, &found.conditions, own, &mut section);
                    match kind {
                        SectionKind::Head => {
                            made.iter_mut().for_each(|row| row.keep_next = true);
                            head.extend(made);
                            continue;
                        }
                        SectionKind::Foot => made.iter_mut().for_each(|row| row.keep_previous = true),
                        SectionKind::Body => {}
                    }
                    parts.extend(made.into_iter().map(RowPart::Row));
                }
                self.close_section(&section);
                continue;
            };
            let Some(inner) = self.repeat(owner, name) else { continue };
            self.with_row(&inner, |compiler, variable| {
                let list = inner.list.clone();
                parts.extend(compiler.group(&run, depth + 1, list.map(|list| (variable, list)), rows).map(RowPart::Group));
            });
        }
        // The test of the only row of a round decides whether the round counts at all, for stripes and sums too.
        let test = match parts.as_mut_slice() {
            [RowPart::Row(only)] if repeat.is_some() && head.is_empty() => only.test.take(),
            _ => None,
        };
        Some(RowGroup { repeat, test, sums: depth == self.sums_at, head, parts })
    }

    fn sort_children(&mut self, table: &'t Element, spec: &'static ElementSpec, into: &mut Children<'t>) {
        for child in &table.children {
            let Child::Element(element) = child else {
                if let Child::Text(text) = child {
                    self.refuse_text(text, "table", "text stands in cells: `<tr> <td>…</td> </tr>`");
                }
                continue;
            };
            match element.name.as_str() {
                "thead" | "tfoot" | "carry" => {
                    let spec = self.check_element(element);
                    match spec.name {
                        "thead" => into.heads.push((element, spec)),
                        "tfoot" => into.feet.push((element, spec)),
                        _ => into.carries.push((element, spec)),
                    }
                }
                _ => self.find_rows(child, table, spec, &[], &[], &mut into.rows),
            }
        }
    }

    /// Looks for rows through `if`, `choose` and `for`.
    fn find_rows(
        &mut self,
        child: &'t Child,
        parent: &'t Element,
        host: &'static ElementSpec,
        conditions: &[Condition<'t>],
        repeats: &[Repeater<'t>],
        into: &mut Vec<Found<'t>>,
    ) {
        let element = match child {
            Child::Element(element) => element,
            Child::Text(text) => return self.refuse_text(text, &parent.name, "text stands in cells: `<tr> <td>…</td> </tr>`"),
        };
        let mut allowed = host.content.names();
        // Heads, feet and carry rows stand directly in the table or in the group they belong to, not under a condition.
        if host.name != parent.name {
            let is_group = parent.name == "for" && host.name == "table";
            allowed.retain(|name| !matches!(*name, "thead" | "tfoot" | "carry") || is_group && *name != "carry");
        }
        let Some(spec) = self.check_allowed(element, &allowed, host.name) else { return };
        match spec.name {
            "thead" | "tfoot" => self.find_group_rows(element, spec, conditions, repeats, into),
            "if" | "choose" => {
                for (own, case) in self.conditions(element, spec) {
                    let all = [conditions, &own].concat();
                    for child in &case.children {
                        self.find_rows(child, case, host, &all, repeats, into);
                    }
                }
            }
            "for" => {
                self.check_attributes(element, spec);
                let repeats = [repeats, &[(element, "each")]].concat();
                for child in &element.children {
                    self.find_rows(child, element, host, conditions, &repeats, into);
                }
            }
            "tr" => {
                self.check_attributes(element, spec);
                let mut conditions = conditions.to_vec();
                if let Some(test) = element.find("test") {
                    conditions.push(Condition { test, is_negated: false });
                }
                let own: Option<Repeater<'t>> = element.find("rows").map(|_| (element, "rows"));
                into.push(Found { element, spec, conditions, repeats: repeats.iter().copied().chain(own).collect(), section: None });
            }
            _ => {}
        }
    }

    /// The rows of the head or foot of a group, a `for` of the table.
    fn find_group_rows(
        &mut self,
        element: &'t Element,
        spec: &'static ElementSpec,
        conditions: &[Condition<'t>],
        repeats: &[Repeater<'t>],
        into: &mut Vec<Found<'t>>,
    ) {
        self.check_attributes(element, spec);
        let first = into.len();
        for child in &element.children {
            self.find_rows(child, element, spec, conditions, &[], into);
        }
        for found in &mut into[first..] {
            if let Some((owner, name)) = found.repeats.pop() {
                let span = owner.find(name).map_or(owner.span, |attribute| attribute.span);
                let message = format!("rows of `<{}>` cannot be repeated", element.name);
                self.fault(Diagnostic::error(&code::LAYOUT_NOT_ALLOWED, span, message));
            }
            found.repeats = repeats.to_vec();
            found.section = Some((element, spec));
        }
    }

    fn table_width(&mut self, element: &'t Element, context: &Context) -> (Option<Track>, Option<Length>) {
        let Some(attribute) = element.find("width") else { return (None, None) };
        let read = value::read_track(whole(&attribute.value.text), false);
        let track = self.at(&attribute.value, read);
        let length = match track {
            Some(Track::Fixed(width)) => Some(width),
            Some(Track::Percent(part)) => context.width.map(|room| room.scaled(part, 100_000)),
            Some(Track::Fraction(_)) | None => None,
        };
        self.check_width(element, "width", length, context.width);
        (track, length)
    }

    fn table_columns(&mut self, element: &'t Element, children: &Children<'t>, room: Option<Length>) -> (Vec<Track>, Option<Vec<Length>>) {
        let counted = children.first_row().map_or(1, count_cells).max(1);
        let Some(attribute) = element.find("columns") else {
            let tracks = vec![Track::Fraction(1_000); counted];
            let widths = self.resolve_tracks(&tracks, room, element.span);
            return (tracks, widths);
        };
        let read = value::read_tracks(&attribute.value.text);
        match self.at_all(&attribute.value, read) {
            Some(tracks) if !tracks.is_empty() => {
                let widths = self.resolve_tracks(&tracks, room, attribute.value.span);
                (tracks, widths)
            }
            Some(_) => {
                let message = "the table has no columns";
                self.fault(Diagnostic::error(&code::LAYOUT_MISSING_CONTENT, attribute.span, message).hint("such as `columns=\"1fr 30mm\"`"));
                (vec![Track::Fraction(1_000); counted], None)
            }
            // One that cannot be read is a column all the same, or each row would seem too long.
            None => (vec![Track::Fraction(1_000); value::tokens(&attribute.value.text).len().max(counted)], None),
        }
    }

    /// The widths of tracks in `room`; reports what does not fit.
    pub(super) fn resolve_tracks(&mut self, tracks: &[Track], room: Option<Length>, span: Span) -> Option<Vec<Length>> {
        let percent: i64 = tracks.iter().map(|track| if let Track::Percent(part) = track { *part } else { 0 }).sum();
        if percent > 100_000 {
            let tenths = if percent % 1000 == 0 { String::new() } else { format!(".{}", percent % 1000 / 100) };
            let message = format!("the columns are {}{tenths} % of the whole together", percent / 1000);
            self.fault(
                Diagnostic::error(&code::LAYOUT_PERCENT, span, message)
                    .label("more than 100 %")
                    .hint("use `fr` for the column that takes what is left"),
            );
            return None;
        }
        let room = room?;
        let fixed = |track: &Track| match track {
            Track::Fixed(width) => *width,
            Track::Percent(part) => room.scaled(*part, 100_000),
            Track::Fraction(_) => Length::ZERO,
        };
        let taken: Length = tracks.iter().map(fixed).sum();
        let shares: i64 = tracks.iter().map(|track| if let Track::Fraction(share) = track { *share } else { 0 }).sum();
        let left = room - taken;
        if left < Length::ZERO - TOLERANCE || (shares > 0 && left <= Length::ZERO) {
            let rest = if shares > 0 { ", which leaves nothing for the others" } else { "" };
            let message = format!("the columns are {taken} wide together, and there are only {room}{rest}");
            self.fault(
                Diagnostic::error(&code::LAYOUT_TOO_WIDE, span, message)
                    .label(format!("{} too wide", taken - room))
                    .hint("make one narrower, or use `fr` for the column that takes what is left"),
            );
            return None;
        }
        let width = |track: &Track| match track {
            Track::Fraction(share) => left.scaled(*share, shares),
            Track::Fixed(_) | Track::Percent(_) => fixed(track),
        };
        Some(tracks.iter().map(width).collect())
    }

    fn table_edges(&mut self, element: &'t Element, name: &str) -> Option<Edges> {
        let value = &element.find(name)?.value;
        let read = value::read_edges(&value.text, Sign::Positive);
        self.at_all(value, read)
    }

    fn table_border(&mut self, element: &'t Element, name: &str) -> Option<Option<Border>> {
        let value = &element.find(name)?.value;
        let read = value::read_border(&value.text);
        self.at_all(value, read)
    }

    fn table_fill(&mut self, element: &'t Element, name: &str) -> Option<Color> {
        let value = &element.find(name)?.value;
        let read = value::read_fill(whole(&value.text));
        self.at(value, read).flatten()
    }
}

/// A table in a box that has its border: boxes know how to go on from page to page.
fn bordered(mut node: Node, borders: Borders, width: Option<Track>) -> Node {
    if borders == Borders::default() {
        return node;
    }
    let (flow, place) = (std::mem::take(&mut node.flow), node.place.take());
    let (span, is_static) = (node.span, node.is_static);
    let style = BoxStyle { borders, width, ..BoxStyle::default() };
    Node { kind: NodeKind::Box(BoxNode { style, children: vec![node], columns: None, form: None }), span, flow, place, is_static }
}

/// The children of a table by what they are.
#[derive(Default)]
struct Children<'t> {
    heads: Vec<(&'t Element, &'static ElementSpec)>,
    rows: Vec<Found<'t>>,
    carries: Vec<(&'t Element, &'static ElementSpec)>,
    feet: Vec<(&'t Element, &'static ElementSpec)>,
}

impl<'t> Children<'t> {
    fn first_row(&self) -> Option<&'t Element> {
        let head = self.heads.iter().flat_map(|(head, _)| head.elements()).find(|child| child.name == "tr");
        head.or_else(|| self.rows.first().map(|found| found.element))
    }
}

/// Consecutive rows with the same repetition at a depth, or with none there.
fn grouped<'f, 't>(rows: &[&'f Found<'t>], depth: usize) -> Vec<Vec<&'f Found<'t>>> {
    let owner = |found: &Found<'t>| found.repeats.get(depth).map(|(element, _)| std::ptr::from_ref(*element));
    let mut groups: Vec<Vec<&Found<'t>>> = Vec::new();
    for &found in rows {
        match groups.last_mut() {
            Some(group) if owner(group[0]) == owner(found) => group.push(found),
            _ => groups.push(vec![found]),
        }
    }
    groups
}

/// How many columns a row covers, as far as that can be read without a message.
fn count_cells(row: &Element) -> usize {
    let colspan = |cell: &Element| cell.find("colspan").and_then(|span| span.value.text.trim().parse().ok()).unwrap_or(1);
    row.elements().filter(|child| matches!(child.name.as_str(), "td" | "th")).map(colspan).sum()
}
