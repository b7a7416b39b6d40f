//! What a document says in an e-mail and in an SMS.
//!
//! Takes `<email>` and `<sms>`, gives the parts of the resolved layout; decides where blocks of the body may be for one rendition. Must
//! never know how a message is written.

use super::compile::Compiler;
use super::context::Context;
use super::look::Look;
use super::schema::find_element;
use super::tree::{Child, Element};
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::length::Length;
use crate::model::layout::{Flow, Node, NodeKind};
use crate::model::message::{EmailPart, Only, SmsPart};

/// The room across in an e-mail: 592 pixels of 96 to the inch.
const WIDTH: Length = Length::from_points(444);

/// Elements of a text that mean something in an SMS.
const OF_SMS: &[&str] = &["br", "if", "choose", "when", "otherwise", "for"];

impl<'t> Compiler<'_, 't> {
    /// The `<email>` of a layout, whose text starts from the look of the body.
    pub(super) fn read_email(&mut self, root: &'t Element, look: &Look) -> Option<Box<EmailPart>> {
        let element = self.only_child(root, "email")?;
        let spec = find_element("email")?;
        self.check_attributes(element, spec);
        let subject = self.template(element, "subject");
        let preheader = self.template(element, "preheader");
        let look = look.with(&self.properties_of(element, spec));
        let text = self.text_style(&look, element.span);
        let context = Context {
            look,
            width: Some(WIDTH),
            height: None,
            host: spec,
            is_artifact: false,
            is_flow: false,
            is_box: false,
            is_cell: false,
            may_note: false,
            may_slot: false,
            may_link: true,
            is_region: false,
            may_choose: false,
        };
        self.refuse_of_pages(element);
        let places: Vec<usize> = (element.children.iter().enumerate())
            .filter(|(_, child)| matches!(child, Child::Element(child) if child.name == "body-content"))
            .map(|(at, _)| at)
            .collect();
        for at in &places {
            if let Child::Element(place) = &element.children[*at] {
                self.check_element(place);
                self.check_empty(place);
            }
        }
        if let [first, second, ..] = places.as_slice()
            && let (Child::Element(first), Child::Element(second)) = (&element.children[*first], &element.children[*second])
        {
            self.refuse_second(second, first);
        }
        let (before, after) = match places.first() {
            Some(at) => (&element.children[..*at], &element.children[at + 1..]),
            None => (&element.children[..], &[] as &[Child]),
        };
        let (before, after) = (self.blocks(before, &context), self.blocks(after, &context));
        let shows_body = !places.is_empty() || element.is_empty();
        Some(Box::new(EmailPart { span: element.span, subject: subject?, preheader, text, before, shows_body, after }))
    }

    /// Reports what only pages have, beside what is refused wherever it does not stand in the flow of the body.
    fn refuse_of_pages(&mut self, element: &'t Element) {
        for child in element.elements() {
            let place = ["left", "top", "right", "bottom"].into_iter().find_map(|name| child.find(name));
            let found = match child.name.as_str() {
                "swiss-qr-bill" => Some((child.span, "a payment slip is on paper".to_string())),
                _ => place.filter(|_| element.name == "box").map(|place| (place.span, format!("`{}`: nothing is placed in an e-mail", place.name))),
            };
            if let Some((span, message)) = found {
                let fault = Diagnostic::error(&code::LAYOUT_EMAIL, span, message);
                self.fault(fault.hint("blocks of an e-mail stand one under the other; what pages need stands in the body"));
            }
            self.refuse_of_pages(child);
        }
    }

    /// The `<sms>` of a layout.
    pub(super) fn read_sms(&mut self, root: &'t Element, look: &Look) -> Option<Box<SmsPart>> {
        let element = self.only_child(root, "sms")?;
        let spec = find_element("sms")?;
        self.check_attributes(element, spec);
        let segments_max = self.integer(element, spec, "segments-max").unwrap_or(3);
        let transliterate = self.keyword(element, spec, "transliterate") == Some("true");
        let before = self.faults.len();
        self.refuse_of_sms(element);
        if self.faults.len() > before {
            return None;
        }
        let context = Context {
            look: look.clone(),
            width: None,
            height: None,
            host: spec,
            is_artifact: false,
            is_flow: false,
            is_box: false,
            is_cell: false,
            may_note: false,
            may_slot: false,
            may_link: false,
            is_region: false,
            may_choose: false,
        };
        let inlines = self.inlines(element, &context);
        if inlines.is_empty() {
            let fault = Diagnostic::error(&code::LAYOUT_MISSING_CONTENT, element.span, "`<sms>` has no text");
            self.fault(fault.hint("write what it says: `<sms>Your balance is {closing | money}.</sms>`"));
        }
        Some(Box::new(SmsPart { span: element.span, inlines, segments_max, transliterate }))
    }

    fn refuse_of_sms(&mut self, element: &'t Element) {
        for child in element.elements() {
            let name = child.name.as_str();
            if find_element(name).is_some() && !OF_SMS.contains(&name) {
                let message = format!("`<{name}>` means nothing in an SMS");
                self.fault(Diagnostic::error(&code::LAYOUT_SMS, child.span, message).hint("take the element away and keep its text"));
            }
            self.refuse_of_sms(child);
        }
    }

    /// The child of a name, of which there is one at most.
    fn only_child(&mut self, root: &'t Element, name: &str) -> Option<&'t Element> {
        let mut found = root.elements().filter(|element| element.name == name);
        let first = found.next()?;
        for again in found {
            self.refuse_second(again, first);
        }
        Some(first)
    }

    fn template(&mut self, element: &'t Element, name: &str) -> Option<crate::kit::expr::Expr> {
        let value = &element.find(name)?.value;
        if value.is_blank() {
            return None;
        }
        self.joined(value)
    }

    /// A block of the body for one rendition, if its element says so.
    pub(super) fn chosen_rendition(&mut self, element: &'t Element, context: &Context, node: Option<Node>) -> Option<Node> {
        let Some(attribute) = element.find("only") else { return node };
        let spec = find_element(&element.name)?;
        let only = match self.keyword(element, spec, "only")? {
            "pages" => Only::Pages,
            _ => Only::Email,
        };
        let is_placed = ["left", "top", "right", "bottom"].into_iter().any(|name| element.find(name).is_some());
        if !context.may_choose || context.is_cell || is_placed {
            let place = if is_placed { "is placed and" } else { "" };
            let message = format!("`<{}>` {place} stands where `only` chooses nothing", element.name).replace("  ", " ");
            let hint = "it chooses blocks that flow in the body; what is placed or stands in a region is on pages only, what stands in `<email>` in the e-mail only";
            self.fault(Diagnostic::error(&code::LAYOUT_ONLY, attribute.span, message).hint(hint));
            return node;
        }
        let node = node?;
        self.has_only = true;
        let span = node.span;
        Some(Node { kind: NodeKind::Only(only, vec![node]), span, flow: Flow::default(), place: None, is_static: false })
    }
}
