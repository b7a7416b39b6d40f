//! Links, the places they lead to, bookmarks and document properties.
//!
//! Takes elements, gives pieces of paragraphs and expressions. Must never know on which page anything stands.

use super::compile::Compiler;
use super::context::Context;
use super::inline::Pieces;
use super::schema::ElementSpec;
use super::text::quote;
use super::tree::{Attribute, Element};
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::link;
use crate::base::suggest::closest;
use crate::kit::expr::{self, Expr};
use crate::model::layout::{AnchorNode, Inline, LinkNode, PropertiesNode};

impl<'t> Compiler<'_, 't> {
    /// A link around a piece of text.
    pub(super) fn add_link(&mut self, element: &'t Element, spec: &'static ElementSpec, context: &Context, pieces: &mut Pieces) {
        self.check_attributes(element, spec);
        let properties = self.properties_of(element, spec);
        let inside = Context { look: context.look.with(&properties), host: spec, may_link: false, ..context.clone() };
        if !context.may_link {
            let message = format!("a link cannot stand in `<{}>`", context.host.name);
            self.fault(
                Diagnostic::error(&code::LAYOUT_NOT_ALLOWED, element.span, message).hint("links do not nest; take the `<a>` away and keep its text"),
            );
            return;
        }
        let target = element.find("href").and_then(|attribute| self.link_target(attribute));
        if let Some(target) = target {
            pieces.push_mark(Inline::Link(Box::new(target)));
            self.add_inlines(&element.children, element, &inside, pieces);
            pieces.push_mark(Inline::LinkEnd);
        } else {
            self.add_inlines(&element.children, element, &inside, pieces);
        }
    }

    fn link_target(&mut self, attribute: &'t Attribute) -> Option<LinkNode> {
        let value = &attribute.value;
        let pieces = self.split(value);
        if let Some(literal) = self.literal(&pieces, &value.text) {
            let written = literal.trim();
            if let Some(name) = written.strip_prefix('#') {
                self.links_to.push((value, name.to_string()));
            } else if let Err(reason) = link::check(written) {
                let fault = Diagnostic::error(&code::LAYOUT_LINK, value.place_of(value.text.trim()), format!("`{written}` is no link: {reason}"));
                let looks_like_host = written.contains('.') && !written.contains(':') && !written.contains(' ');
                self.fault(match looks_like_host {
                    true => fault.fix(format!("https://{written}")),
                    false => fault.hint(format!("links begin with {}, or with `#` and the name of an `<anchor>`", link::schemes())),
                });
                return None;
            }
        }
        let href = self.joined(value)?;
        Some(LinkNode { href })
    }

    /// A place that links lead to, perhaps with a bookmark.
    pub(super) fn add_anchor(&mut self, element: &'t Element, spec: &'static ElementSpec, context: &Context, pieces: &mut Pieces) {
        self.check_attributes(element, spec);
        self.check_empty(element);
        let name = element.find("name").map(|attribute| &attribute.value);
        let bookmark = element.find("bookmark").and_then(|attribute| self.joined(&attribute.value));
        if name.is_none() && element.find("bookmark").is_none() {
            let message = "`<anchor>` has neither `name` nor `bookmark`";
            self.fault(
                Diagnostic::error(&code::LAYOUT_MISSING_ATTRIBUTE, element.span, message)
                    .hint("a `name` is what links lead to (`href=\"#name\"`), a `bookmark` is what the outline shows"),
            );
        }
        if context.is_region {
            let message = "a region stands on several pages, an anchor on one";
            self.fault(Diagnostic::error(&code::LAYOUT_NOT_ALLOWED, element.span, message).hint("put the anchor into the body"));
            return;
        }
        let written = name.and_then(|_| self.read_new_name(element, "name", "an anchor")).map(str::to_string);
        if let Some(written) = &written {
            self.anchors.push(written.clone());
        }
        let level = self.integer(element, spec, "level").unwrap_or(1) as u8;
        let name = match &written {
            Some(written) => self.constant(written),
            None => None,
        };
        pieces.push_mark(Inline::Anchor(Box::new(AnchorNode { name, bookmark, level })));
    }

    fn constant(&mut self, text: &str) -> Option<Expr> {
        expr::compile(&quote(text), &mut self.scope).ok()
    }

    /// Reports links to anchors that nothing names.
    pub(super) fn check_links(&mut self) {
        for (value, name) in std::mem::take(&mut self.links_to) {
            if self.anchors.contains(&name) {
                continue;
            }
            let message = format!("there is no `<anchor name=\"{name}\">`");
            let fault = Diagnostic::error(&code::LAYOUT_LINK, value.place_of(value.text.trim()), message);
            self.fault(match closest(&name, self.anchors.iter().map(String::as_str)) {
                Some(best) => fault.hint(format!("did you mean `#{best}`?")).fix(format!("#{best}")),
                None => fault.hint("name the place where it leads to: `<p><anchor name=\"…\"/>…</p>`"),
            });
        }
    }

    /// What the document says about itself.
    pub(super) fn read_properties_of_document(&mut self, root: &'t Element) -> Option<PropertiesNode> {
        let mut found = root.elements().filter(|element| element.name == "properties");
        let first = found.next()?;
        for again in found {
            self.refuse_second(again, first);
        }
        self.check_element(first);
        self.check_empty(first);
        let mut read = |name: &str| first.find(name).and_then(|attribute| self.joined(&attribute.value));
        Some(PropertiesNode { title: read("title"), author: read("author"), subject: read("subject"), keywords: read("keywords") })
    }
}
