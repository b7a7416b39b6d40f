//! Rows and cells of a table.
//!
//! Takes `<tr>` and `<carry>`, gives rows whose cells know their columns. Must never know sections or repetitions.

use super::choose::Condition;
use super::compile::Compiler;
use super::context::Context;
use super::look::read_align;
use super::schema::ElementSpec;
use super::table::TableContext;
use super::tree::{Attribute, Child, Element};
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::length::Length;
use crate::base::span::Span;
use crate::model::layout::{BoxStyle, Color, Show, TableCell, TableRow, VerticalAlign};
use crate::model::structure::Scope;

/// Most different rows that conditions around cells may make of one `<tr>`.
const VARIANTS_MAX: usize = 16;

/// What a row takes from the table and section around it.
#[derive(Clone)]
pub(super) struct RowContext<'c> {
    pub(super) table: &'c TableContext,
    pub(super) context: Context,
    pub(super) vertical: Option<VerticalAlign>,
    pub(super) background: Option<Color>,
    /// What the rows are of.
    pub(super) section: SectionKind,
}

/// The parts of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum SectionKind {
    Head,
    Body,
    Foot,
}

/// Rows that come together, and the cells that reach down in them.
pub(super) struct Section {
    /// For each column, how many more rows a cell from above covers.
    reach: Vec<usize>,
    /// Where the rowspans that are still open were written.
    open: Vec<Option<Span>>,
}

impl Section {
    pub(super) fn new(columns: usize) -> Section {
        Section { reach: vec![0; columns], open: vec![None; columns] }
    }

    /// The next column from `at` that no cell from above covers.
    fn free(&self, at: usize) -> usize {
        (at..self.reach.len()).find(|&column| self.reach[column] == 0).unwrap_or(self.reach.len())
    }

    fn end_row(&mut self) {
        for (reach, open) in self.reach.iter_mut().zip(&mut self.open) {
            *reach = reach.saturating_sub(1);
            if *reach == 0 {
                *open = None;
            }
        }
    }
}

/// The cells of a row under one set of conditions.
struct Variant<'t> {
    conditions: Vec<Condition<'t>>,
    cells: Vec<(&'t Element, &'static ElementSpec, bool)>,
}

impl<'t> Compiler<'_, 't> {
    /// The rows a `<tr>` or `<carry>` makes: one, or one for each set of its conditional cells.
    pub(super) fn row(
        &mut self,
        element: &'t Element,
        spec: &'static ElementSpec,
        conditions: &[Condition<'t>],
        around: &RowContext<'_>,
        section: &mut Section,
    ) -> Vec<TableRow> {
        let properties = self.properties_of(element, spec);
        let look = around.context.look.with(&properties);
        let own = RowContext {
            context: around.context.inside(spec, look),
            vertical: properties.vertical_align().or(around.vertical),
            background: properties.fill("background").unwrap_or(around.background),
            table: around.table,
            section: around.section,
        };
        let mut borders = properties.borders();
        if let Some(line) = around.table.row_border
            && element.find("border-bottom").is_none()
            && element.find("border").is_none()
        {
            borders.bottom = borders.bottom.or(line);
        }
        let min_height = self.length(element, "height").unwrap_or_default();
        let keep_next = spec.attribute("break-after").is_some() && self.keyword(element, spec, "break-after") == Some("avoid");
        let show = self.row_show(element, spec, around.section);
        let mut variants = vec![Variant { conditions: conditions.to_vec(), cells: Vec::new() }];
        self.find_cells(&element.children, element, spec, false, &mut variants);
        let mut rows = Vec::new();
        let count = variants.len();
        for (at, variant) in variants.into_iter().enumerate() {
            let test = self.condition(&variant.conditions);
            let mut trial = Section { reach: section.reach.clone(), open: section.open.clone() };
            let cells = self.cells(&variant, element, &own, &mut trial);
            rows.push(TableRow {
                span: element.span,
                test,
                min_height,
                background: own.background,
                keep_next,
                keep_previous: false,
                show,
                cells,
                borders,
            });
            if at + 1 == count {
                trial.end_row();
                *section = trial;
            }
        }
        rows
    }

    /// On which pages a row appears.
    fn row_show(&mut self, element: &'t Element, spec: &'static ElementSpec, section: SectionKind) -> Show {
        let Some(attribute) = element.find("show").filter(|_| spec.attribute("show").is_some()) else { return Show::Auto };
        let word = self.keyword(element, spec, "show");
        let (allowed, place): (&[&str], &str) = match section {
            SectionKind::Head => (&["always", "first", "continued"], "a head"),
            SectionKind::Foot => (&["always", "last", "continued"], "a foot"),
            SectionKind::Body => (&[], "the body of a table"),
        };
        match word {
            Some(word) if !allowed.contains(&word) => {
                let message = format!("`{word}` is not for rows of {place}");
                let diagnostic = Diagnostic::error(&code::LAYOUT_TOGETHER, attribute.value.span, message);
                let list = allowed.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
                self.fault(match section {
                    SectionKind::Body => diagnostic.hint("rows of `<thead>` and `<tfoot>` can appear on some pages and not on others"),
                    SectionKind::Head | SectionKind::Foot => diagnostic.hint(format!("possible here: {list}")),
                });
                Show::Auto
            }
            Some("always") => Show::Always,
            Some("first") => Show::First,
            Some("continued") => Show::Continued,
            Some(_) | None => Show::Auto,
        }
    }

    /// Divides the cells of a row by the conditions around them.
    fn find_cells(
        &mut self,
        children: &'t [Child],
        parent: &'t Element,
        host: &'static ElementSpec,
        is_conditional: bool,
        variants: &mut Vec<Variant<'t>>,
    ) {
        let mut allowed = host.content.names();
        allowed.retain(|name| *name != "tr");
        for child in children {
            let element = match child {
                Child::Element(element) => element,
                Child::Text(text) => {
                    self.refuse_text(text, &parent.name, "text stands in cells: `<td>…</td>`");
                    continue;
                }
            };
            let Some(spec) = self.check_allowed(element, &allowed, host.name) else { continue };
            if !matches!(spec.name, "if" | "choose") {
                for variant in variants.iter_mut() {
                    variant.cells.push((element, spec, is_conditional));
                }
                continue;
            }
            let mut cases: Vec<(Vec<Condition<'t>>, Option<&'t Element>)> =
                self.conditions(element, spec).into_iter().map(|(own, case)| (own, Some(case))).collect();
            // The case that none of the tests holds.
            let tests: Vec<Option<&'t Attribute>> = cases.iter().map(|(_, case)| case.and_then(|case| case.find("test"))).collect();
            if tests.iter().all(Option::is_some) {
                let none = tests.into_iter().flatten().map(|test| Condition { test, is_negated: true });
                cases.push((none.collect(), None));
            }
            if variants.len() * cases.len() > VARIANTS_MAX {
                let message = format!("the conditions of this row make more than {VARIANTS_MAX} different rows");
                self.fault(
                    Diagnostic::error(&code::LAYOUT_TOO_LARGE, element.span, message)
                        .hint("put conditions into the cells, or write a `<tr test=…>` for each kind of row"),
                );
                return;
            }
            let mut divided = Vec::new();
            for variant in variants.drain(..) {
                for (own, case) in &cases {
                    let mut inside = vec![Variant { conditions: [variant.conditions.as_slice(), own].concat(), cells: variant.cells.clone() }];
                    if let Some(case) = case {
                        self.find_cells(&case.children, case, host, true, &mut inside);
                    }
                    divided.append(&mut inside);
                }
            }
            *variants = divided;
        }
    }

    fn cells(&mut self, variant: &Variant<'t>, row: &'t Element, around: &RowContext<'_>, section: &mut Section) -> Vec<TableCell> {
        let count = around.table.count;
        let mut cells = Vec::new();
        let mut at = section.free(0);
        let mut is_full = false;
        for (index, &(element, spec, is_conditional)) in variant.cells.iter().enumerate() {
            self.check_attributes(element, spec);
            let colspan = self.integer(element, spec, "colspan").unwrap_or(1) as usize;
            let mut rowspan = self.integer(element, spec, "rowspan").unwrap_or(1) as usize;
            if is_conditional && rowspan > 1 {
                let span = element.find("rowspan").map_or(element.span, |attribute| attribute.value.span);
                let message = "a cell under a condition cannot reach down";
                self.fault(Diagnostic::error(&code::LAYOUT_ROWSPAN, span, message).label("at most 1 here").fix("1"));
                rowspan = 1;
            }
            let room = (at..count).take_while(|&column| section.reach[column] == 0).count();
            if room < colspan && !is_full {
                let after = &variant.cells[index + 1..];
                self.refuse_cell(element, (at, colspan, room), section, is_conditional, after.len());
                is_full = true;
            }
            let colspan = colspan.min(room);
            let column = at.min(count.saturating_sub(1));
            let width = around.table.widths.as_ref().map(|widths| widths.iter().skip(at).take(colspan).copied().sum());
            cells.push(self.cell(element, spec, around, (column, colspan.max(1), rowspan), width));
            let written = element.find("rowspan").map_or(element.span, |attribute| attribute.value.span);
            for covered in at..at + colspan {
                section.reach[covered] = rowspan;
                section.open[covered] = (rowspan > 1).then_some(written);
            }
            at = section.free(at + colspan);
        }
        // A row with something else in it has its fault already.
        let is_whole = row.elements().all(|child| matches!(child.name.as_str(), "td" | "th" | "if" | "choose"));
        if !is_full && is_whole && at < count {
            let covered = (0..count).filter(|&column| section.reach[column] > 0).count();
            let message = format!("the row covers {covered} of {count} columns");
            self.fault(Diagnostic::warning(&code::LAYOUT_COLUMNS, row.span, message).hint("add cells, or give the last a larger `colspan`"));
        }
        cells
    }

    fn refuse_cell(&mut self, element: &Element, (at, colspan, room): (usize, usize, usize), section: &Section, is_conditional: bool, after: usize) {
        let count = section.reach.len();
        if room == 0 {
            let covered = section.reach.iter().any(|reach| *reach > 1);
            let message = format!("the row has more cells than the table has columns ({count})");
            let hint = if is_conditional {
                "cells that exclude each other stand in one `<choose>`"
            } else if covered {
                "cells from above reach into this row by `rowspan`"
            } else {
                "add a column to `columns=`, or remove a cell"
            };
            self.fault(Diagnostic::error(&code::LAYOUT_COLUMNS, element.span, message).label("one too many").hint(hint));
            return;
        }
        let span = element.find("colspan").map_or(element.span, |attribute| attribute.value.span);
        let message = format!("the cell covers columns {} to {}, and the table has {count}", at + 1, at + colspan);
        // The cells behind it want a column each.
        let fitting = room.saturating_sub(after).max(1);
        let label = if fitting < room { format!("room for {fitting} here: the row has more cells") } else { format!("room for {room} here") };
        self.fault(Diagnostic::error(&code::LAYOUT_COLUMNS, span, message).label(label).fix(fitting.to_string()));
    }

    fn cell(
        &mut self,
        element: &'t Element,
        spec: &'static ElementSpec,
        around: &RowContext<'_>,
        (column, colspan, rowspan): (usize, usize, usize),
        width: Option<Length>,
    ) -> TableCell {
        let mut properties = self.properties_of(element, spec);
        properties.set_default_sides(around.table.cell_padding, around.table.cell_border);
        let mut look = around.context.look.with(&properties);
        if let Some(word) = self.keyword(element, spec, "align") {
            look.align = read_align(word);
        }
        let style =
            BoxStyle { width: None, height: None, min_height: Length::ZERO, max_height: None, radius: Length::ZERO, ..properties.box_style() };
        let width = width.map(|width| width - style.padding.left - style.padding.right).filter(|width| *width > Length::ZERO);
        let context = Context { width, is_cell: true, ..around.context.inside(spec, look) };
        let body = self.content(element, &context);
        let valign = properties.vertical_align().or(around.vertical).unwrap_or_default();
        let scope = match self.keyword(element, spec, "scope") {
            Some("col") => Some(Scope::Column),
            Some("row") => Some(Scope::Row),
            Some("both") => Some(Scope::Both),
            Some(_) | None => None,
        };
        TableCell { span: element.span, column, colspan, rowspan, valign, style, body, is_heading: spec.name == "th", scope }
    }

    /// Reports cells that reach beyond the last row.
    pub(super) fn close_section(&mut self, section: &Section) {
        let mut told = Vec::new();
        for (reach, open) in section.reach.iter().zip(&section.open) {
            let Some(span) = *open else { continue };
            if *reach == 0 || told.contains(&span) {
                continue;
            }
            told.push(span);
            let written: usize = self.sources.snippet(span).trim().parse().unwrap_or(0);
            let rest = written.saturating_sub(*reach);
            let message = format!("the cell covers {written} rows, and there are only {rest}");
            let diagnostic = Diagnostic::error(&code::LAYOUT_ROWSPAN, span, message).label("beyond the last row");
            self.fault(if rest > 0 { diagnostic.fix(rest.to_string()) } else { diagnostic });
        }
    }
}
