//! Slots, and the messages they are compiled with.
//!
//! Takes `<slot>` and the messages of the job, gives a node that holds every message that may stand there. Must never know which
//! record takes which.

use super::compile::Compiler;
use super::context::Context;
use super::schema::find_element;
use super::style::Properties;
use super::tree::Element;
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::length::Length;
use crate::base::span::Span;
use crate::model::layout::{BoxStyle, Break, Flow, Node, NodeKind};
use crate::model::slot::{Candidate, SlotId, SlotNode};

/// Elements that the text of a message may become: a style named like one of them is of use to it.
const OF_MESSAGES: &[&str] = &["p", "h3", "h4", "h5", "h6", "ul", "ol", "li", "a", "b", "i", "s", "hr", "img", "columns", "column"];

impl<'t> Compiler<'_, 't> {
    pub(super) fn slot(&mut self, element: &'t Element, properties: &Properties, context: &Context, inside: &Context) -> Option<Node> {
        if !context.may_slot || !self.rows.is_empty() || context.is_cell {
            let around = if self.rows.is_empty() { context.host.name } else { "for" };
            let message = format!("there is no slot inside `<{around}>`");
            let fault = Diagnostic::error(&code::LAYOUT_NOT_ALLOWED, element.span, message);
            self.fault(fault.hint("a slot stands in the body, in a region, or in a box or columns of those, and never once for each row"));
            return None;
        }
        let name = self.read_new_name(element, "name", "a slot");
        let max_height = self.length(element, "max-height");
        self.check_height(element, max_height, context.height);
        for name in OF_MESSAGES {
            self.use_style(name);
        }
        let (name, max_height) = (name?, max_height?);
        let id = self.slot_id(name, element.span)?;
        let style = BoxStyle { width: None, height: None, min_height: Length::ZERO, max_height: Some(max_height), ..properties.box_style() };
        // What a message says stands in a box.
        let host = find_element("box")?;
        let inside = Context { host, may_note: false, may_slot: false, may_choose: false, is_box: false, height: Some(max_height), ..inside.clone() };
        let mut candidates = Vec::new();
        for message in self.messages {
            if !message.slots.is_empty() && !message.slots.iter().any(|slot| slot == name) {
                continue;
            }
            self.library.enter_message(true);
            let segment = message.segment.as_ref().map(|segment| self.test(segment));
            let body = self.blocks(&message.body, &inside);
            self.library.enter_message(false);
            let max_height = message.max_height.map_or(max_height, |own| own.min(max_height));
            // A segment with a fault is told; the job does not run.
            candidates.push(Candidate { message: message.id, segment: segment.flatten(), max_height, body });
        }
        let flow = Flow { inside: Break::Avoid, ..properties.flow(Break::Auto) };
        let kind = NodeKind::Slot(Box::new(SlotNode { id, style, candidates }));
        Some(Node { kind, span: element.span, flow, place: None, is_static: false })
    }

    /// The index of a slot. A region that several pages share has one slot, which is compiled for each.
    fn slot_id(&mut self, name: &str, span: Span) -> Option<SlotId> {
        match self.slots.iter().position(|(known, _)| known == name) {
            Some(at) if self.slots[at].1 == span => Some(SlotId(at as u16)),
            Some(at) => {
                let first = self.slots[at].1;
                let fault = Diagnostic::error(&code::LAYOUT_DUPLICATE_NAME, span, format!("there are two slots `{name}`"));
                self.fault(fault.label("again here").related(first, "the first").hint("give each a name of its own: a message may name several"));
                None
            }
            None => {
                self.slots.push((name.to_string(), span));
                Some(SlotId(self.slots.len() as u16 - 1))
            }
        }
    }
}
