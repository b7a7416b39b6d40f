//! Page masters and their regions.
//!
//! Takes `<page>` elements, gives masters in the order they are tried. Must never know what flows through the body area.

use super::compile::Compiler;
use super::context::Context;
use super::look::Look;
use super::schema::{Kind, find_element};
use super::tree::{Attribute, Child, Element};
use super::value::{self, Sign};
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::length::Length;
use crate::base::span::Span;
use crate::base::suggest::closest;
use crate::model::layout::{BoxNode, Edges, Flow, MasterUse, Node, NodeKind, PageMaster, RegionSaid, Track};

/// The names of pages in the order they are tried.
const ORDER: &[&str] = &["last", "first", "odd", "even", "rest", "any", "blank"];

/// The least side of a body area.
const BODY_MIN: Length = Length::from_points(20);

/// A page with those it extends, itself first.
struct Chain<'t>(Vec<&'t Element>);

impl<'t> Chain<'t> {
    fn find(&self, name: &str) -> Option<&'t Attribute> {
        self.0.iter().find_map(|element| element.find(name))
    }
}

impl<'t> Compiler<'_, 't> {
    /// All masters.
    pub(super) fn compile_pages(&mut self, root: &'t Element, look: &Look) -> Vec<PageMaster> {
        let mut pages: Vec<(&'t str, &'t Element)> = Vec::new();
        for element in root.elements().filter(|element| element.name == "page") {
            let spec = self.check_element(element);
            self.check_children(element);
            let words = spec.attribute("name").map_or(&[] as &'static [_], |name| if let Kind::PageName(words) = name.kind { words } else { &[] });
            let name = element.find("name").and_then(|attribute| self.page_name(attribute, words)).or_else(|| self.meant_page(element, &pages));
            // A page whose name means nothing is read all the same: what is in it counts as used, and others may extend it.
            let Some(name) = name.or_else(|| element.find("name").map(|attribute| attribute.value.text.trim())) else { continue };
            if let Some((_, first)) = pages.iter().find(|(known, _)| *known == name) {
                let line = self.line_of(first.span, element.span);
                let span = element.find("name").map_or(element.span, |attribute| attribute.value.span);
                let message = format!("there are two pages `{name}`");
                let hint = format!("the first is on line {line}; rename or remove one");
                self.fault(Diagnostic::error(&code::LAYOUT_DUPLICATE_NAME, span, message).label("again here").hint(hint));
                continue;
            }
            pages.push((name, element));
        }
        if !root.elements().any(|element| element.name == "page") {
            self.fault(
                Diagnostic::error(&code::LAYOUT_MISSING_CONTENT, root.span, "the layout has no `<page>`")
                    .hint("write `<page name=\"any\" size=\"A4\" margin=\"20mm\"/>`"),
            );
        }
        for (name, element) in pages.iter().filter(|(name, _)| !ORDER.contains(name) && number_of(name).is_none()) {
            self.compile_page(name, element, &pages, look);
        }
        let numbered = pages.iter().filter(|(name, _)| number_of(name).is_some());
        let masters: Vec<PageMaster> = ORDER
            .iter()
            .filter_map(|name| pages.iter().find(|(known, _)| known == name))
            .chain(numbered)
            .filter_map(|(name, element)| self.compile_page(name, element, &pages, look))
            .collect();
        self.check_media(&masters);
        masters
    }

    /// The page a misspelt name meant, so that it is checked all the same.
    fn meant_page(&self, element: &'t Element, pages: &[(&str, &Element)]) -> Option<&'static str> {
        let written = element.find("name")?.value.text.trim();
        let free = ORDER.iter().copied().filter(|name| pages.iter().all(|(known, _)| known != name));
        closest(written, free)
    }

    fn check_children(&mut self, page: &'t Element) {
        for child in &page.children {
            match child {
                Child::Text(text) => self.refuse_text(text, "page", "text on a page stands in a `<region>`"),
                Child::Element(element) => {
                    self.check_allowed(element, &["region"], "page");
                }
            }
        }
    }

    fn chain(&mut self, name: &str, element: &'t Element, pages: &[(&'t str, &'t Element)]) -> Chain<'t> {
        let (mut chain, mut names) = (vec![element], vec![name.to_string()]);
        let mut last = element;
        while let Some(attribute) = last.find("extends") {
            let base = attribute.value.text.trim();
            let written = |page: &Element| page.find("name").is_some_and(|attribute| attribute.value.text.trim() == base);
            let Some(&(found, parent)) = pages.iter().find(|(known, page)| *known == base || written(page)) else {
                let message = format!("there is no page `{base}`");
                let diagnostic = Diagnostic::error(&code::LAYOUT_UNKNOWN_PAGE, attribute.value.place_of(base), message);
                self.fault(diagnostic.suggest(base, pages.iter().map(|(name, _)| *name).filter(|known| *known != name && ORDER.contains(known))));
                break;
            };
            if let Some(start) = names.iter().position(|known| known == found) {
                if names[start..].iter().min().is_some_and(|least| least == found) && start == 0 {
                    let shown = names.iter().chain([&names[0]]).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" → ");
                    let message = format!("the page `{found}` extends itself: {shown}");
                    self.fault(
                        Diagnostic::error(&code::LAYOUT_CYCLE, attribute.value.span, message)
                            .label("the chain closes here")
                            .hint("remove one `extends` of the chain"),
                    );
                }
                break;
            }
            names.push(found.to_string());
            chain.push(parent);
            last = parent;
        }
        Chain(chain)
    }

    fn compile_page(&mut self, name: &str, element: &'t Element, pages: &[(&'t str, &'t Element)], look: &Look) -> Option<PageMaster> {
        let chain = self.chain(name, element, pages);
        let size = match chain.find("size") {
            Some(attribute) => {
                let read = value::read_page_size(&attribute.value.text);
                self.at_all(&attribute.value, read)
            }
            None => value::read_page_size("A4").ok(),
        };
        // Regions are checked on a page of unknown size too, and then nothing lies outside.
        let (width, height) = size.unwrap_or((Length::from_points(14_400), Length::from_points(14_400)));
        let margin = match chain.find("margin") {
            Some(attribute) => {
                let read = value::read_edges(&attribute.value.text, Sign::Positive);
                self.at_all(&attribute.value, read)
            }
            None => value::read_edges("20mm", Sign::Positive).ok(),
        };
        let media = chain.find("media").map_or("plain", |attribute| attribute.value.text.trim());
        if let Some(owner) = chain.0.iter().find(|element| element.find("media").is_some()) {
            self.read_new_name(owner, "media", "media");
        }
        let none = MasterUse { number: number_of(name), ..MasterUse::default() };
        let applies = match name {
            "first" => MasterUse { first: true, ..none },
            "last" => MasterUse { last: true, ..none },
            "odd" => MasterUse { odd: true, ..none },
            "even" => MasterUse { even: true, ..none },
            "rest" => MasterUse { odd: true, even: true, ..none },
            "blank" => MasterUse { blank: true, ..none },
            _ if none.number.is_some() => none,
            _ => MasterUse { first: true, odd: true, even: true, ..none },
        };
        let mut master = PageMaster {
            name: name.to_string(),
            applies,
            width,
            height,
            margin: margin.unwrap_or_default(),
            media: media.to_string(),
            regions: Vec::new(),
            said: Vec::new(),
            behind: Vec::new(),
            form: None,
            read: Vec::new(),
            zones: Vec::new(),
            span: element.span,
        };
        // Nothing flows through a page that is left blank.
        if margin.is_some() && size.is_some() && !applies.blank {
            let span = chain.find("margin").or_else(|| chain.find("size")).map_or(element.span, |attribute| attribute.value.span);
            self.check_body_area(&master, span);
        }
        for (region, is_behind, said) in self.compile_regions(&chain, &master, look) {
            match is_behind {
                // What no record can change is a form, which is painted before everything else.
                true if region.is_static => {
                    master.regions.insert(0, region);
                    master.said.insert(0, RegionSaid { is_artifact: Some(true), ..said });
                }
                true => master.behind.push(region),
                false => {
                    master.regions.push(region);
                    master.said.push(said);
                }
            }
        }
        self.check_quiet_zones(&master.regions, master.width, master.height);
        // Without size and margin there is no body area that anything could be checked against.
        margin.and(size).map(|_| master)
    }

    fn check_body_area(&mut self, master: &PageMaster, span: Span) {
        for (size, page, word) in [(master.body_width(), master.width, "wide"), (master.body_height(), master.height, "high")] {
            if size >= BODY_MIN {
                continue;
            }
            let left = if size <= Length::ZERO { "nothing".to_string() } else { format!("only {size}") };
            let message = format!("the body area of page `{}` is too small: the margins leave {left} of {page}", master.name);
            self.fault(
                Diagnostic::error(&code::LAYOUT_BODY_AREA, span, message)
                    .label(format!("the page is {page} {word}"))
                    .hint("the order is top, right, bottom, left; check the units"),
            );
        }
    }

    /// One media has one size.
    fn check_media(&mut self, masters: &[PageMaster]) {
        for (at, master) in masters.iter().enumerate() {
            let other =
                masters[..at].iter().find(|other| other.media == master.media && (other.width, other.height) != (master.width, master.height));
            if let Some(other) = other {
                let message = format!("the pages `{}` and `{}` differ in size, but both use the media `{}`", other.name, master.name, master.media);
                self.fault(
                    Diagnostic::error(&code::LAYOUT_TOGETHER, master.span, message)
                        .hint("give one of them a `media` of its own: sheets in a tray have one size"),
                );
            }
        }
    }

    /// The regions of a page: those it extends, without those it leaves out or replaces, then its own.
    fn compile_regions(&mut self, chain: &Chain<'t>, master: &PageMaster, look: &Look) -> Vec<(Node, bool, RegionSaid)> {
        let mut regions: Vec<(&'t str, &'t Element)> = Vec::new();
        for page in chain.0.iter().rev() {
            if let Some(without) = page.find("without") {
                for token in value::tokens(&without.value.text) {
                    let known: Vec<&str> = regions.iter().map(|(name, _)| *name).collect();
                    let before = regions.len();
                    regions.retain(|(name, _)| *name != token.text);
                    if regions.len() == before {
                        let span = without.value.place(token.start, token.start + token.text.len());
                        let message = format!("the extended page has no region `{}`", token.text);
                        let diagnostic = Diagnostic::error(&code::LAYOUT_UNKNOWN_PAGE, span, message);
                        self.fault(diagnostic.suggest(token.text, known));
                    }
                }
            }
            let mut own: Vec<&'t str> = Vec::new();
            for element in page.elements().filter(|element| element.name == "region") {
                let Some(name) = self.read_new_name(element, "name", "a region") else {
                    regions.push(("", element));
                    continue;
                };
                if own.contains(&name) {
                    let span = element.find("name").map_or(element.span, |attribute| attribute.value.span);
                    let message = format!("this page has two regions `{name}`");
                    self.fault(Diagnostic::error(&code::LAYOUT_DUPLICATE_NAME, span, message).label("again here"));
                    continue;
                }
                own.push(name);
                match regions.iter_mut().find(|(known, _)| *known == name) {
                    Some(slot) => slot.1 = element,
                    None => regions.push((name, element)),
                }
            }
        }
        regions.into_iter().filter_map(|(_, element)| self.compile_region(element, master, look)).collect()
    }

    fn compile_region(&mut self, element: &'t Element, master: &PageMaster, look: &Look) -> Option<(Node, bool, RegionSaid)> {
        let spec = find_element("region")?;
        self.check_attributes(element, spec);
        let properties = self.properties_of(element, spec);
        let mut place = self.read_place(element);
        place.width = self.length(element, "width");
        place.height = self.length(element, "height");
        if place.top.is_none() && place.bottom.is_none() {
            if element.find("top").is_none() && element.find("bottom").is_none() {
                let message = "`<region>` has neither `top` nor `bottom`";
                self.fault(
                    Diagnostic::error(&code::LAYOUT_MISSING_ATTRIBUTE, element.span, message)
                        .hint("say where it stands: `top=\"20mm\"`, or `bottom=\"10mm\"`"),
                );
            }
            place.top = Some(Length::ZERO);
        }
        self.check_place(element, &place, Some(master.width), Some(master.height), "page");
        // Across, what is not said comes from the margins, so that a region lines up with the body.
        let Edges { left: margin_left, right: margin_right, .. } = master.margin;
        let (left, width) = match (place.left, place.right, place.width) {
            (Some(left), _, Some(width)) => (left, width),
            (None, Some(right), Some(width)) => (master.width - right - width, width),
            (None, None, Some(width)) => (margin_left, width),
            (left, right, None) => {
                let left = left.unwrap_or(margin_left);
                (left, master.width - left - right.unwrap_or(margin_right))
            }
        };
        if width <= Length::ZERO {
            let message = "nothing is left of the width of the region";
            self.fault(Diagnostic::error(&code::LAYOUT_PLACE, element.span, message).hint("check `left`, `right` and the page margins"));
            return None;
        }
        (place.left, place.right, place.width) = (Some(left), None, Some(width));
        let mut style = properties.box_style();
        (style.width, style.height, style.min_height, style.max_height) = (None, place.height, Length::ZERO, None);
        let inner = width - style.padding.left - style.padding.right;
        let said = match self.keyword(element, spec, "artifact") {
            Some("true") => Some(true),
            Some("false") => Some(false),
            Some(_) | None => None,
        };
        let is_artifact = said.unwrap_or(master.name != "first");
        if element.find("rotate").is_some() {
            style.width = Some(Track::Fixed(width));
        }
        let (inner, height) = match self.turn(element, &mut style, Some(&place), (Some(inner), place.height)) {
            (across, _) if style.turn % 180 == 90 => {
                (across.map_or(Length::ZERO, |across| across - style.padding.left - style.padding.right), Some(width))
            }
            (_, height) => (inner, height),
        };
        let context = Context {
            look: look.with(&properties),
            width: Some(inner).filter(|width| *width > Length::ZERO),
            height: Some(height.unwrap_or(master.height)),
            host: spec,
            is_artifact,
            is_flow: false,
            is_box: true,
            is_cell: false,
            may_note: false,
            may_slot: true,
            may_link: true,
            is_region: true,
            may_choose: false,
        };
        self.scope.allow_page(true);
        let children = self.content(element, &context);
        self.scope.allow_page(false);
        style.shrink = self.shrink(element, &context, style.height);
        let is_static = children.iter().all(|child| child.is_static);
        let kind = NodeKind::Box(BoxNode { style, children, columns: None, form: None });
        let name = element.find("name").map(|attribute| attribute.value.text.trim().to_string()).unwrap_or_default();
        let is_behind = self.keyword(element, spec, "layer") == Some("behind");
        Some((
            Node { kind, span: element.span, flow: Flow::default(), place: Some(place), is_static },
            is_behind,
            RegionSaid { name, is_artifact: said },
        ))
    }
}

/// The page that a name is the number of.
fn number_of(name: &str) -> Option<u32> {
    name.parse().ok()
}
