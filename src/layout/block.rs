//! Blocks: paragraphs, boxes, columns, lists, images, barcodes.
//!
//! Takes elements in the context of those around them, gives nodes. Must never know pages or tables from inside.

use super::choose::is_control;
use super::compile::Compiler;
use super::context::Context;
use super::flowing::placed_track;
use super::inline::are_static;
use super::look::read_align;
use super::place::TOLERANCE;
use super::schema::{Content, ElementSpec, Group, find_element};
use super::style::Properties;
use super::text::Piece;
use super::tree::{Child, Element};
use super::value::{self, whole};
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::length::Length;
use crate::model::drawing::{DrawingNode, DrawingPiece};
use crate::model::layout::{
    Absolute, AddressNode, Align, BoxNode, BoxStyle, Break, Columns, Edges, Flow, ImageNode, Inline, ListItem, ListNode, Marker, Node, NodeKind,
    Paragraph, Role, RuleNode, Track,
};

impl<'t> Compiler<'_, 't> {
    /// Blocks, one under the other.
    pub(super) fn blocks(&mut self, children: &'t [Child], context: &Context) -> Vec<Node> {
        let mut nodes = Vec::new();
        for child in children {
            match child {
                Child::Element(element) if element.name == "clause" => nodes.extend(self.clause(element, context)),
                Child::Element(element) => {
                    let node = self.block(element, context);
                    nodes.extend(self.chosen_rendition(element, context, node));
                }
                Child::Text(text) if text.is_blank() => {}
                Child::Text(text) => {
                    let shown = text.text.trim();
                    let hint = "text beside blocks stands in a `<p>`";
                    let span = text.place_of(shown);
                    let message = format!("text is not allowed directly in `<{}>`", context.host.name);
                    let diagnostic = Diagnostic::error(&code::LAYOUT_TEXT_NOT_ALLOWED, span, message).hint(hint);
                    let written = self.sources.snippet(span).to_string();
                    self.fault(diagnostic.fix(format!("<p>{written}</p>")));
                }
            }
        }
        nodes
    }

    /// What an element holds that takes either text or blocks.
    pub(super) fn content(&mut self, element: &'t Element, context: &Context) -> Vec<Node> {
        if has_blocks(element) {
            return self.blocks(&element.children, context);
        }
        if element.is_empty() {
            return Vec::new();
        }
        let role = if context.is_artifact { Role::Artifact } else { Role::Paragraph };
        vec![self.paragraph(element, context, role, Flow::default())]
    }

    fn block(&mut self, element: &'t Element, context: &Context) -> Option<Node> {
        let names: Vec<&'static str> = match context.host.content {
            Content::Either => Content::Blocks.names(),
            content => content.names(),
        };
        let spec = self.check_allowed(element, &names, context.host.name)?;
        match spec.name {
            "if" | "choose" => return Some(self.choose(element, spec, context)),
            "for" => return self.repeat_blocks(element, spec, context),
            _ => {}
        }
        self.check_attributes(element, spec);
        let properties = self.properties_of(element, spec);
        let look = context.look.with(&properties);
        self.check_decimal(element, &look, context);
        self.check_radius(element, &properties);
        // Boxes, tables and images read their width themselves, because it may be a percentage or follow from the height.
        let width = if matches!(spec.name, "box" | "table" | "img" | "picture" | "barcode" | "chart" | "swiss-qr-bill" | "epc-qr") {
            None
        } else {
            self.length(element, "width")
        };
        let margins = properties.flow(Break::Auto).margin;
        self.check_width(element, "width", width.map(|width| width + margins.left + margins.right), context.width);
        let room = width.map(|width| width + margins.left + margins.right).or(context.width);
        let inside = Context { width: inner_width(room, &properties), ..context.inside(spec, look) };
        match spec.name {
            "box" => self.box_node(element, &properties, context, inside),
            "img" => self.image(element, spec, &properties, context),
            "picture" => self.chosen_picture(element, &properties, context),
            "columns" => self.columns(element, &properties, context, &inside),
            "table" => self.table(element, spec, &properties, context, &inside),
            "ul" | "ol" => self.list(element, spec, &properties, context, &inside),
            "address" => self.address(element, spec, &properties, context, &inside),
            "barcode" => self.barcode(element, spec, &properties, context),
            "swiss-qr-bill" => self.swiss_qr_bill(element, spec, &properties, context),
            "epc-qr" => self.epc_qr(element, &properties, context),
            "chart" => self.chart(element, spec, &properties, context),
            "hr" => self.rule(element, &properties, context),
            "pagebreak" => self.pagebreak(element, context),
            "fill" => self.fill(element, &properties, context),
            "slot" => self.slot(element, &properties, context, &inside),
            name => {
                let level = name.strip_prefix('h').and_then(|level| level.parse().ok());
                let role = level.map_or(Role::Paragraph, Role::Heading);
                let role = if context.is_artifact && role == Role::Paragraph { Role::Artifact } else { role };
                let after = if level.is_some() { Break::Avoid } else { Break::Auto };
                let place = self.place(element, context, width, None);
                let node = self.paragraph(element, &inside, role, properties.flow(after));
                Some(framed(node, &properties, place, width))
            }
        }
    }

    fn check_decimal(&mut self, element: &Element, look: &super::look::Look, context: &Context) {
        let Some(attribute) = element.find("text-align").filter(|_| look.align == Align::Decimal && !context.is_cell) else { return };
        let message = "`decimal` is for table cells";
        self.fault(Diagnostic::error(&code::LAYOUT_VALUE, attribute.value.span, message).label("there is no column here").fix("right"));
    }

    fn check_radius(&mut self, element: &Element, properties: &Properties) {
        let BoxStyle { radius, borders, .. } = properties.box_style();
        let is_even = borders.top == borders.right && borders.top == borders.bottom && borders.top == borders.left;
        if radius > Length::ZERO && !is_even {
            let span = element.find("border-radius").map_or(element.span, |attribute| attribute.span);
            let message = "corners are round only if all four sides have the same border or none";
            self.fault(Diagnostic::warning(&code::LAYOUT_TOGETHER, span, message).label("the background is round, the border is not"));
        }
    }

    fn paragraph(&mut self, element: &'t Element, context: &Context, role: Role, flow: Flow) -> Node {
        let style = self.paragraph_style(&context.look, element.span);
        let inlines = self.inlines(element, context);
        let is_static = are_static(&inlines) && style.asked.is_none();
        Node { kind: NodeKind::Paragraph(Paragraph { role, style, inlines }), span: element.span, flow, place: None, is_static }
    }

    fn choose(&mut self, element: &'t Element, spec: &'static ElementSpec, context: &Context) -> Node {
        let branches = self.branches(element, spec).into_iter().map(|branch| {
            let nodes = self.blocks(&branch.element.children, context);
            (branch.test, nodes)
        });
        let kind = NodeKind::Choose(branches.collect());
        Node { kind, span: element.span, flow: Flow::default(), place: None, is_static: false }
    }

    fn repeat_blocks(&mut self, element: &'t Element, spec: &'static ElementSpec, context: &Context) -> Option<Node> {
        self.check_attributes(element, spec);
        let repeat = self.repeat(element, "each")?;
        let (variable, body) = self.with_row(&repeat, |compiler, variable| (variable, compiler.blocks(&element.children, context)));
        let kind = NodeKind::For { variable, list: repeat.list?, body };
        Some(Node { kind, span: element.span, flow: Flow::default(), place: None, is_static: false })
    }

    fn box_node(&mut self, element: &'t Element, properties: &Properties, context: &Context, inside: Context) -> Option<Node> {
        let mut style = properties.box_style();
        self.read_new_name(element, "name", "a box");
        let align = find_element("box").and_then(|spec| self.keyword(element, spec, "align"));
        style.align = align.map_or(Align::Left, read_align);
        let outer = fixed_width(style.width, context.width);
        let margins = properties.flow(Break::Auto).margin;
        self.check_width(element, "width", outer.map(|width| width + margins.left + margins.right), context.width);
        self.check_height(element, style.height, context.height);
        let place = self.place(element, context, outer, style.height);
        let across = place.and_then(|place| placed_width(&place, context.width)).or(outer);
        let padding = style.padding;
        let width = across.map(|width| width - padding.left - padding.right).or(inside.width);
        // Placed children count from the padding edge of the box, which is its border edge: borders take no space.
        let spec = inside.host;
        let columns = self.flow_columns(element, spec, &inside.look);
        let height = style.height.or(context.height);
        if element.find("rotate").is_some() && place.is_some() {
            style.width = place.as_ref().and_then(|place| placed_track(place, context.width)).or(style.width);
        }
        let (width, height) = match self.turn(element, &mut style, place.as_ref(), (width, height)) {
            (across, height) if style.turn % 180 == 90 => (across.map(|across| across - padding.left - padding.right), height),
            upright => upright,
        };
        let width = columns.map_or(width, |columns| width.map(|width| columns.width(width)));
        let inside = Context { width: width.filter(|width| *width > Length::ZERO), height, is_box: true, ..inside };
        let children = self.content(element, &inside);
        style.shrink = self.shrink(element, &inside, style.height);
        let is_asked = columns.is_some_and(|columns| columns.order.asked.is_some());
        let is_static = !is_asked && children.iter().all(|child| child.is_static);
        let kind = NodeKind::Box(BoxNode { style, children, columns, form: None });
        Some(Node { kind, span: element.span, flow: properties.flow(Break::Auto), place, is_static })
    }

    fn columns(&mut self, element: &'t Element, properties: &Properties, context: &Context, inside: &Context) -> Option<Node> {
        let gap = self.length(element, "gap").unwrap_or_default();
        let mut found = Vec::new();
        for child in &element.children {
            match child {
                Child::Text(text) => self.refuse_text(text, "columns", "text stands in a `<column>`"),
                Child::Element(column) => {
                    if let Some(spec) = self.check_allowed(column, &inside.host.content.names(), "columns") {
                        self.check_attributes(column, spec);
                        let value = column.find("width").map(|attribute| &attribute.value);
                        let track = value.and_then(|value| {
                            let read = value::read_track(whole(&value.text), true);
                            self.at(value, read)
                        });
                        found.push((column, spec, track.unwrap_or(Track::Fraction(1_000))));
                    }
                }
            }
        }
        if found.is_empty() {
            let message = "`<columns>` has no `<column>`";
            self.fault(Diagnostic::error(&code::LAYOUT_MISSING_CONTENT, element.span, message).hint("write `<column>…</column>` for each"));
        }
        let tracks: Vec<Track> = found.iter().map(|(_, _, track)| *track).collect();
        let gaps = gap * (found.len().max(1) as i64 - 1);
        let span = found.iter().find_map(|(column, ..)| column.find("width")).map_or(element.span, |width| width.value.span);
        let widths = self.resolve_tracks(&tracks, inside.width.map(|width| width - gaps), span);
        let mut columns = Vec::new();
        for (at, (column, spec, track)) in found.into_iter().enumerate() {
            let properties = self.properties_of(column, spec);
            let look = inside.look.with(&properties);
            let width = inner_width(widths.as_ref().map(|widths| widths[at]), &properties);
            let nodes = self.content(column, &Context { width, ..inside.inside(spec, look) });
            columns.push((track, boxed(nodes, column, properties.box_style())));
        }
        let is_static = columns.iter().all(|(_, nodes)| nodes.iter().all(|node| node.is_static));
        let align = properties.vertical_align().unwrap_or_default();
        let width = self.length(element, "width");
        let place = self.place(element, context, width, None);
        let order = self.column_order(&inside.look, element.span);
        let is_static = is_static && order.asked.is_none();
        let kind = NodeKind::Columns(Columns { gap, align, columns, order });
        let node = Node { kind, span: element.span, flow: properties.flow(Break::Auto), place: None, is_static };
        Some(framed(node, properties, place, width))
    }

    fn list(
        &mut self,
        element: &'t Element,
        spec: &'static ElementSpec,
        properties: &Properties,
        context: &Context,
        inside: &Context,
    ) -> Option<Node> {
        let is_ordered = spec.name == "ol";
        let indent = self.length(element, "indent").unwrap_or(Length::from_points(if is_ordered { 18 } else { 14 }));
        let marker = if is_ordered {
            match self.keyword(element, spec, "marker") {
                Some("alpha") => Marker::Alpha,
                Some("roman") => Marker::Roman,
                Some("none") => Marker::None,
                Some(_) | None => Marker::Decimal,
            }
        } else {
            match element.find("marker").map(|attribute| attribute.value.text.as_str()) {
                Some("none") => Marker::None,
                Some(text) => Marker::Text(text.to_string()),
                None => Marker::Text("•".to_string()),
            }
        };
        let inside = Context { width: inside.width.map(|width| width - indent), may_slot: false, may_choose: false, ..inside.clone() };
        let mut items = Vec::new();
        for child in &element.children {
            match child {
                Child::Text(text) => self.refuse_text(text, spec.name, "items stand in `<li>`"),
                Child::Element(child) => {
                    if let Some(item) = self.check_allowed(child, &spec.content.names(), spec.name) {
                        items.extend(self.item(child, item, &inside));
                    }
                }
            }
        }
        if element.elements().next().is_none() {
            let message = format!("`<{}>` has no `<li>`", spec.name);
            self.fault(Diagnostic::error(&code::LAYOUT_MISSING_CONTENT, element.span, message).hint("write `<li>…</li>` for each item"));
        }
        let marker_style = self.paragraph_style(&inside.look, element.span);
        let is_static = items.iter().all(|item| item.repeat.is_none() && item.test.is_none() && item.body.iter().all(|node| node.is_static));
        let width = self.length(element, "width");
        let place = self.place(element, context, width, None);
        let kind = NodeKind::List(ListNode { indent, marker_style, marker, items });
        let flow = properties.flow(Break::Auto);
        let node = Node { kind, span: element.span, flow, place: None, is_static };
        // Items stand in the flow themselves; what says more of the list than the space above and below needs a box.
        let own = Flow { margin: Edges { top: flow.margin.top, bottom: flow.margin.bottom, ..Edges::default() }, ..Flow::default() };
        let node = framed(node, properties, place, width);
        Some(if flow == own || !matches!(node.kind, NodeKind::List(_)) { node } else { in_box(node, BoxStyle::default()) })
    }

    fn item(&mut self, element: &'t Element, spec: &'static ElementSpec, context: &Context) -> Option<ListItem> {
        self.check_attributes(element, spec);
        let properties = self.properties_of(element, spec);
        let context = context.inside(spec, context.look.with(&properties));
        let Some(repeat) = self.repeat(element, "rows") else {
            let test = element.find("test").and_then(|attribute| self.test(attribute));
            return Some(ListItem { repeat: None, test, body: self.content(element, &context) });
        };
        let (variable, test, body) = self.with_row(&repeat, |compiler, variable| {
            let test = element.find("test").and_then(|attribute| compiler.test(attribute));
            (variable, test, compiler.content(element, &context))
        });
        Some(ListItem { repeat: Some((variable, repeat.list?)), test, body })
    }

    fn address(
        &mut self,
        element: &'t Element,
        spec: &'static ElementSpec,
        properties: &Properties,
        context: &Context,
        inside: &Context,
    ) -> Option<Node> {
        let lines_max = self.integer(element, spec, "lines-max").unwrap_or(7);
        let style = self.paragraph_style(&inside.look, element.span);
        let mut lines = Vec::new();
        for child in &element.children {
            match child {
                Child::Text(text) => self.refuse_text(text, "address", "each line stands in a `<line>`"),
                Child::Element(line) => {
                    let Some(spec) = self.check_allowed(line, &spec.content.names(), "address") else { continue };
                    self.check_attributes(line, spec);
                    let properties = self.properties_of(line, spec);
                    let inside = inside.inside(spec, inside.look.with(&properties));
                    lines.push(self.inlines(line, &inside));
                }
            }
        }
        if element.is_empty() {
            lines = self.address_fields(element, inside)?;
        }
        let is_static = lines.iter().all(|line| are_static(line));
        let width = self.length(element, "width");
        let place = self.place(element, context, width, None);
        let kind = NodeKind::Address(AddressNode { style, lines, lines_max });
        let node = Node { kind, span: element.span, flow: properties.flow(Break::Auto), place: None, is_static };
        Some(framed(node, properties, place, width))
    }

    fn address_fields(&mut self, element: &'t Element, context: &Context) -> Option<Vec<Vec<Inline>>> {
        let attribute = element.find("fields");
        let group = attribute.map_or("address", |attribute| attribute.value.text.trim());
        let prefix = format!("{group}.");
        let names: Vec<String> = (self.schema.fields.iter())
            .filter(|field| field.name.starts_with(&prefix) && field.kind == crate::kit::expr::Type::Text)
            .map(|field| field.name.clone())
            .collect();
        if names.is_empty() {
            let mut groups: Vec<&str> = self.schema.names().filter_map(|name| Some(name.rsplit_once('.')?.0)).collect();
            groups.dedup();
            let span = attribute.map_or(element.span, |attribute| attribute.value.span);
            let message = format!("the data has no text fields `{group}.…`");
            let hint = "write the lines: `<line>{name}</line> <line>{street}</line>`";
            let diagnostic = Diagnostic::error(&code::LAYOUT_ADDRESS, span, message).hint(hint);
            let best = crate::base::suggest::closest(group, groups.iter().copied());
            self.fault(match (best, attribute) {
                (Some(best), Some(_)) => diagnostic.hint(format!("did you mean `{best}`?")).fix(best),
                _ => diagnostic,
            });
            return None;
        }
        let style = self.text_style(&context.look, element.span);
        let lines = names.iter().filter_map(|name| {
            let expr = crate::kit::expr::compile(name, &mut self.scope).ok()?;
            Some(vec![Inline::Value(style, expr)])
        });
        Some(lines.collect())
    }

    fn image(&mut self, element: &'t Element, spec: &'static ElementSpec, properties: &Properties, context: &Context) -> Option<Node> {
        self.check_empty(element);
        let align = self.keyword(element, spec, "align").map_or(Align::Left, read_align);
        let (width, height) = (self.length(element, "width"), self.length(element, "height"));
        let alt = element.find("alt").map(|attribute| attribute.value.text.clone()).unwrap_or_default();
        let found = self.picture(element, "src")?;
        let (width, height) = found.sized(width, height);
        let by = ["width", "height"].into_iter().find(|name| element.find(name).is_some()).unwrap_or("src");
        self.check_width(element, by, Some(width), context.width);
        self.check_height(element, Some(height), context.height);
        let place = self.place(element, context, Some(width), Some(height));
        let (kind, is_static) = match &found.merged {
            None => (NodeKind::Image(ImageNode { picture: found.picture, width, height, align, alt }), true),
            Some(merged) => {
                let pieces = self.drawing(element, &found, merged, (width, height), context);
                let is_fixed = |piece: &DrawingPiece| match piece {
                    DrawingPiece::Form(_) => true,
                    DrawingPiece::Text(text) => are_static(&text.inlines),
                };
                let is_static = pieces.iter().all(is_fixed);
                (NodeKind::Drawing(Box::new(DrawingNode { width, height, align, alt, own: (found.width, found.height), pieces })), is_static)
            }
        };
        Some(Node { kind, span: element.span, flow: properties.flow(Break::Auto), place, is_static })
    }

    fn chosen_picture(&mut self, element: &'t Element, properties: &Properties, context: &Context) -> Option<Node> {
        self.check_empty(element);
        let chosen = self.chosen(element)?;
        self.check_width(element, "width", chosen.width, context.width);
        self.check_height(element, chosen.height, context.height);
        let place = self.place(element, context, chosen.width, chosen.height);
        let kind = NodeKind::Chosen(Box::new(chosen));
        Some(Node { kind, span: element.span, flow: properties.flow(Break::Auto), place, is_static: false })
    }

    fn rule(&mut self, element: &'t Element, properties: &Properties, context: &Context) -> Option<Node> {
        self.check_empty(element);
        let border = match element.find("border") {
            Some(attribute) => {
                let read = value::read_border(&attribute.value.text);
                self.at_all(&attribute.value, read)?
            }
            None => properties.border_top().unwrap_or_else(|| value::read_border("0.5pt solid").ok().flatten()),
        };
        let width = self.length(element, "width");
        let place = self.place(element, context, width, None);
        let kind = NodeKind::Rule(RuleNode { border: border? });
        let node = Node { kind, span: element.span, flow: properties.flow(Break::Auto), place: None, is_static: true };
        Some(framed(node, &Properties::default(), place, width))
    }

    fn pagebreak(&mut self, element: &'t Element, context: &Context) -> Option<Node> {
        self.check_empty(element);
        if !context.is_flow {
            let message = format!("a page cannot end inside `<{}>`", context.host.name);
            self.fault(
                Diagnostic::error(&code::LAYOUT_NOT_ALLOWED, element.span, message).hint("a page can end between the blocks of the body only"),
            );
            return None;
        }
        Some(Node { kind: NodeKind::PageBreak, span: element.span, flow: Flow::default(), place: None, is_static: false })
    }

    /// Reports something that is wider than its room.
    pub(super) fn check_width(&mut self, element: &Element, attribute: &str, width: Option<Length>, room: Option<Length>) {
        let (Some(width), Some(room)) = (width, room) else { return };
        if width <= room + TOLERANCE {
            return;
        }
        let named = element.find(attribute);
        let span = named.map_or(element.span, |attribute| attribute.value.span);
        let message = format!("`<{}>` is {width} wide, and there are only {room}", element.name);
        let diagnostic = Diagnostic::error(&code::LAYOUT_TOO_WIDE, span, message);
        self.fault(match named.filter(|named| named.name == "width") {
            Some(_) => diagnostic.label(format!("at most {room}")).fix(room.to_string()),
            None => diagnostic.hint(format!("give it a `width` of at most {room}")),
        });
    }

    pub(super) fn check_height(&mut self, element: &Element, height: Option<Length>, room: Option<Length>) {
        let (Some(height), Some(room)) = (height, room) else { return };
        if height <= room + TOLERANCE {
            return;
        }
        let named = ["height", "width", "src"].into_iter().find_map(|name| element.find(name));
        let span = named.map_or(element.span, |attribute| attribute.value.span);
        let message = format!("`<{}>` is {height} high, and there are only {room}", element.name);
        let diagnostic = Diagnostic::error(&code::LAYOUT_TOO_HIGH, span, message);
        self.fault(match named.filter(|named| named.name == "height") {
            Some(_) => diagnostic.label(format!("at most {room}")).fix(room.to_string()),
            None => diagnostic.hint(format!("give it a `height` of at most {room}")),
        });
    }

    /// Literal text of a template without expressions; `None` if it has one.
    pub(super) fn literal(&self, pieces: &[Piece], text: &str) -> Option<String> {
        let mut literal = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(range) | Piece::Brace(range) => literal.push_str(&text[range.clone()]),
                Piece::Expr(_) => return None,
            }
        }
        Some(literal)
    }
}

/// Whether an element holds blocks, perhaps under `if`, `choose` or `for`.
pub(super) fn has_blocks(element: &Element) -> bool {
    element.elements().any(
        |child| {
            if is_control(&child.name) { has_blocks(child) } else { super::attribute::resembles_block(&child.name, Group::Block) }
        },
    )
}

/// What is left of `width` inside margins and padding.
fn inner_width(width: Option<Length>, properties: &Properties) -> Option<Length> {
    let (margin, padding) = (properties.flow(Break::Auto).margin, properties.box_style().padding);
    width.map(|width| width - margin.left - margin.right - padding.left - padding.right).filter(|width| *width > Length::ZERO)
}

fn fixed_width(track: Option<Track>, room: Option<Length>) -> Option<Length> {
    match track? {
        Track::Fixed(width) => Some(width),
        Track::Percent(part) => room.map(|room| room.scaled(part, 100_000)),
        Track::Fraction(_) => None,
    }
}

fn placed_width(place: &Absolute, room: Option<Length>) -> Option<Length> {
    place.width.or_else(|| Some(room? - place.left? - place.right?))
}

/// A node in a box of its own if it has padding, border, background, or in the flow a width.
fn framed(mut node: Node, properties: &Properties, place: Option<Absolute>, width: Option<Length>) -> Node {
    let width = width.filter(|_| place.is_none()).map(Track::Fixed);
    let style = BoxStyle { width, height: None, min_height: Length::ZERO, max_height: None, ..properties.box_style() };
    if style == BoxStyle::default() {
        node.place = place;
        return node;
    }
    node.place = place;
    in_box(node, style)
}

/// A node in a box, which takes its place in the flow.
fn in_box(mut node: Node, style: BoxStyle) -> Node {
    let (flow, place) = (std::mem::take(&mut node.flow), node.place.take());
    let (span, is_static) = (node.span, node.is_static);
    Node { kind: NodeKind::Box(BoxNode { style, children: vec![node], columns: None, form: None }), span, flow, place, is_static }
}

/// The same for several.
fn boxed(nodes: Vec<Node>, element: &Element, style: BoxStyle) -> Vec<Node> {
    let style = BoxStyle { width: None, height: None, min_height: Length::ZERO, max_height: None, ..style };
    if style == BoxStyle::default() {
        return nodes;
    }
    let is_static = nodes.iter().all(|node| node.is_static);
    let style = BoxStyle { stretch: true, ..style };
    let kind = NodeKind::Box(BoxNode { style, children: nodes, columns: None, form: None });
    vec![Node { kind, span: element.span, flow: Flow::default(), place: None, is_static }]
}
