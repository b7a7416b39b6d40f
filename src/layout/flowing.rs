//! What bends the flow: footnotes, what is left of a page, columns that text flows through, turned boxes, page counts.
//!
//! Takes elements and attributes, gives what the model calls them. Must never know how pages are made.

use super::compile::Compiler;
use super::context::Context;
use super::inline::Pieces;
use super::look::Look;
use super::schema::ElementSpec;
use super::style::Properties;
use super::tree::{Attribute, Element};
use super::value::{self, whole};
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::length::Length;
use crate::model::layout::{
    Absolute, BoxStyle, Break, Edges, FillNode, Flow, FlowColumns, Inline, MasterUse, Node, NodeKind, NoteNode, PageCount, PageMaster, Track,
};

/// The share of the body's font size that footnotes have where no style says otherwise, in hundredths.
const NOTE_SIZE: i64 = 80;

impl<'t> Compiler<'_, 't> {
    /// A footnote in a paragraph.
    pub(super) fn add_footnote(&mut self, element: &'t Element, spec: &'static ElementSpec, context: &Context, pieces: &mut Pieces) {
        self.check_attributes(element, spec);
        if !context.may_note {
            let message = format!("a footnote cannot be called in `<{}>`", context.host.name);
            self.fault(
                Diagnostic::error(&code::LAYOUT_NOT_ALLOWED, element.span, message).hint(
                    "footnotes belong to the text of the body, not to regions, heads and feet of tables, carry rows, `fill` or other footnotes",
                ),
            );
            return;
        }
        let properties = self.properties_of(element, spec);
        let base = self.note_context.clone().unwrap_or_else(|| context.clone());
        let mut look = base.look.clone();
        if properties.length("font-size").is_none() {
            look.size = look.size.scaled(NOTE_SIZE, 100);
        }
        let look = look.with(&properties);
        let raised = |look: &super::look::Look| {
            let mut raised = look.clone();
            (raised.rise, raised.size) = (look.rise + look.size.scaled(35, 100), look.size.scaled(65, 100));
            raised
        };
        let call = self.text_style(&raised(&context.look), element.span);
        let number = self.text_style(&raised(&look), element.span);
        let indent = self.length(element, "indent").unwrap_or(look.size);
        let style = self.paragraph_style(&look, element.span);
        let inside = Context { look, host: spec, may_note: false, may_slot: false, may_choose: false, ..base };
        let inlines = self.inlines(element, &inside);
        let flow = Flow { margin: Edges { left: indent, ..Edges::default() }, ..Flow::default() };
        self.has_notes = true;
        let note = NoteNode { call, style, number, indent, flow, inlines, span: element.span };
        pieces.push_note(Inline::Note(Box::new(note)));
    }

    /// A `fill`.
    pub(super) fn fill(&mut self, element: &'t Element, properties: &Properties, context: &Context) -> Option<Node> {
        if !context.is_flow {
            let message = format!("nothing is left to be filled inside `<{}>`", context.host.name);
            self.fault(
                Diagnostic::error(&code::LAYOUT_NOT_ALLOWED, element.span, message).hint("`<fill>` stands between the blocks of the body only"),
            );
            return None;
        }
        let min_height = self.length(element, "min-height").unwrap_or_default();
        let spec = super::schema::find_element("fill")?;
        let inside = Context { may_note: false, may_slot: false, may_choose: false, ..context.inside(spec, context.look.with(properties)) };
        let children = self.blocks(&element.children, &inside);
        let align = properties.vertical_align().unwrap_or_default();
        let kind = NodeKind::Fill(FillNode { children, min_height, align });
        Some(Node { kind, span: element.span, flow: Flow::default(), place: None, is_static: false })
    }

    /// The columns that the content of a box flows through.
    pub(super) fn flow_columns(&mut self, element: &'t Element, spec: &'static ElementSpec, look: &Look) -> Option<FlowColumns> {
        let count = self.integer(element, spec, "column-count");
        let gap = self.length(element, "column-gap").unwrap_or_default();
        let balance = self.keyword(element, spec, "column-fill") != Some("auto");
        let rule = element.find("column-rule").and_then(|attribute| {
            let read = value::read_border(&attribute.value.text);
            self.at_all(&attribute.value, read)
        });
        if element.find("column-count").is_none()
            && let Some(other) = ["column-gap", "column-fill", "column-rule"].into_iter().find_map(|name| element.find(name))
        {
            let message = format!("`{}` without `column-count`", other.name);
            self.fault(Diagnostic::error(&code::LAYOUT_TOGETHER, other.span, message).hint("say how many columns there are: `column-count=\"2\"`"));
        }
        let order = self.column_order(look, element.span);
        Some(FlowColumns { count: count.filter(|count| *count > 1)?, gap, balance, rule: rule.flatten(), order })
    }

    /// Turns a box as `rotate` says; gives width and height of what is inside, if they are known.
    pub(super) fn turn(
        &mut self,
        element: &'t Element,
        style: &mut BoxStyle,
        place: Option<&Absolute>,
        (width, height): (Option<Length>, Option<Length>),
    ) -> (Option<Length>, Option<Length>) {
        let Some(attribute) = element.find("rotate") else { return (width, height) };
        let read = value::read_angle(whole(&attribute.value.text));
        let Some(degrees) = self.at(&attribute.value, read) else { return (width, height) };
        if degrees % 90 != 0 && place.is_none() {
            let message = "a box in the flow is turned by right angles only";
            self.fault(
                Diagnostic::error(&code::LAYOUT_TOGETHER, attribute.value.span, message)
                    .label("90, 180 or 270")
                    .hint("a placed box (`left`, `top`, …) and a region can have any angle"),
            );
            return (width, height);
        }
        style.turn = degrees;
        if degrees % 180 != 90 {
            return (width, height);
        }
        let Some(across) = style.height.or_else(|| place.and_then(|place| place.height)) else {
            let message = format!("`<{}>` stands on its side and has no `height`", element.name);
            self.fault(
                Diagnostic::error(&code::LAYOUT_TOGETHER, attribute.span, message)
                    .hint("its lines are as long as the place is high: give it a `height`"),
            );
            return (None, None);
        };
        (Some(across), width)
    }

    /// How many pages a document may have.
    pub(super) fn page_count(&mut self, body: &'t Element, spec: &'static ElementSpec) -> PageCount {
        let multiple = body.find("pages").and_then(|attribute| {
            let read = value::read_multiple(&attribute.value.text);
            self.at(&attribute.value, read)
        });
        PageCount { multiple: multiple.unwrap_or(1), most: self.integer(body, spec, "pages-max") }
    }

    /// The name of a page: a word, or the number of a page.
    pub(super) fn page_name(&mut self, attribute: &'t Attribute, words: &'static [&'static str]) -> Option<&'t str> {
        let token = whole(&attribute.value.text);
        if token.text.starts_with(|first: char| first.is_ascii_digit()) {
            let read = value::read_integer(token, 1, 9_999);
            return self.at(&attribute.value, read).map(|_| token.text);
        }
        let read = value::read_keyword(token, words);
        self.at(&attribute.value, read)
    }
}

/// A master for pages that are left blank, where the layout can have some and says nothing of them.
pub(super) fn blank_master(masters: &[PageMaster], body: &[Node], pages: PageCount) -> Option<PageMaster> {
    let is_needed = pages.multiple > 1 || has_odd_breaks(body);
    if !is_needed || masters.iter().any(|master| master.applies.blank) {
        return None;
    }
    let like = masters.iter().find(|master| master.applies.even).or_else(|| masters.last())?;
    Some(PageMaster {
        name: "blank".to_string(),
        applies: MasterUse { blank: true, ..MasterUse::default() },
        width: like.width,
        height: like.height,
        margin: like.margin,
        media: like.media.clone(),
        regions: Vec::new(),
        said: Vec::new(),
        behind: Vec::new(),
        form: None,
        read: Vec::new(),
        zones: Vec::new(),
        span: like.span,
    })
}

fn has_odd_breaks(nodes: &[Node]) -> bool {
    nodes.iter().any(|node| {
        let is_odd = node.flow.before == Break::OddPage || node.flow.after == Break::OddPage;
        is_odd
            || match &node.kind {
                NodeKind::Box(frame) => has_odd_breaks(&frame.children),
                NodeKind::Choose(branches) => branches.iter().any(|(_, body)| has_odd_breaks(body)),
                NodeKind::For { body, .. } => has_odd_breaks(body),
                NodeKind::List(list) => list.items.iter().any(|item| has_odd_breaks(&item.body)),
                _ => false,
            }
    })
}

/// The width of a placed box as its style, for a box that is turned.
pub(super) fn placed_track(place: &Absolute, room: Option<Length>) -> Option<Track> {
    let width = place.width.or_else(|| Some(room? - place.left.unwrap_or_default() - place.right.unwrap_or_default()))?;
    Some(Track::Fixed(width))
}
