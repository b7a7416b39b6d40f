//! Properties, named styles, and the look of text.
//!
//! Takes `<style>` elements and the attributes of others, gives resolved properties. Must never know blocks or pages.

use std::collections::BTreeMap;

use super::attribute::article;
use super::compile::Compiler;
use super::schema::{Kind, PropertySpec, find_element, find_property};
use super::text::strip_braces;
use super::tree::{Attribute, Element, Mapped};
use super::typography;
use super::value::{self, LineHeight, Sign, ValueFault, plain_name, whole};
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::length::Length;
use crate::base::span::{FileId, Span};
use crate::base::suggest::closest;
use crate::kit::expr::{Expr, Type};
use crate::kit::font::FontFeature;
use crate::model::layout::{Align, Border, Borders, BoxStyle, Break, Color, Edges, Flow, TabStop, Track, VerticalAlign};

/// The value of one property.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Value {
    Length(Length),
    Track(Track),
    Color(Color),
    Fill(Option<Color>),
    Border(Option<Border>),
    Keyword(&'static str),
    Integer(u32),
    LineHeight(LineHeight),
    Text(String),
    Features(Vec<FontFeature>),
    Tabs(Vec<TabStop>),
    /// A language or direction that the record decides.
    Asked(Box<Expr>),
}

/// Properties by name; shorthands are already divided into their sides.
#[derive(Clone, Debug, Default)]
pub(super) struct Properties(pub(super) BTreeMap<&'static str, Value>);

const SIDES: [&str; 4] = ["top", "right", "bottom", "left"];

impl Properties {
    /// The properties of `self` where `over` has none.
    pub(super) fn under(mut self, over: &Properties) -> Properties {
        self.0.extend(over.0.iter().map(|(name, value)| (*name, value.clone())));
        self
    }

    pub(super) fn length(&self, name: &str) -> Option<Length> {
        match self.0.get(name) {
            Some(Value::Length(length)) => Some(*length),
            _ => None,
        }
    }

    pub(super) fn keyword(&self, name: &str) -> Option<&'static str> {
        match self.0.get(name) {
            Some(Value::Keyword(word)) => Some(word),
            _ => None,
        }
    }

    pub(super) fn track(&self, name: &str) -> Option<Track> {
        match self.0.get(name) {
            Some(Value::Track(track)) => Some(*track),
            _ => None,
        }
    }

    pub(super) fn fill(&self, name: &str) -> Option<Option<Color>> {
        match self.0.get(name) {
            Some(Value::Fill(color)) => Some(*color),
            _ => None,
        }
    }

    fn edges(&self, name: &str) -> Edges {
        let side = |side: &str| self.length(&format!("{name}-{side}")).unwrap_or_default();
        Edges { top: side("top"), right: side("right"), bottom: side("bottom"), left: side("left") }
    }

    pub(super) fn borders(&self) -> Borders {
        let side = |side: &str| match self.0.get(format!("border-{side}").as_str()) {
            Some(Value::Border(border)) => *border,
            _ => None,
        };
        Borders { top: side("top"), right: side("right"), bottom: side("bottom"), left: side("left") }
    }

    /// The border at the top, if one is set, be it `none`.
    pub(super) fn border_top(&self) -> Option<Option<Border>> {
        match self.0.get("border-top") {
            Some(Value::Border(border)) => Some(*border),
            _ => None,
        }
    }

    /// Sets the sides of `padding` and `border` that have no value yet.
    pub(super) fn set_default_sides(&mut self, padding: Option<Edges>, border: Option<Option<Border>>) {
        if let Some(edges) = padding {
            for (name, length) in ["padding-top", "padding-right", "padding-bottom", "padding-left"].into_iter().zip(edge_list(edges)) {
                self.0.entry(name).or_insert(Value::Length(length));
            }
        }
        if let Some(border) = border {
            for name in ["border-top", "border-right", "border-bottom", "border-left"] {
                self.0.entry(name).or_insert(Value::Border(border));
            }
        }
    }

    pub(super) fn flow(&self, after: Break) -> Flow {
        let page_break = |name: &str| match self.keyword(name) {
            Some("avoid") => Some(Break::Avoid),
            Some("page") => Some(Break::Page),
            Some("odd-page") => Some(Break::OddPage),
            Some(_) => Some(Break::Auto),
            None => None,
        };
        Flow {
            margin: self.edges("margin"),
            before: page_break("break-before").unwrap_or_default(),
            after: page_break("break-after").unwrap_or(after),
            inside: page_break("break-inside").unwrap_or_default(),
        }
    }

    pub(super) fn box_style(&self) -> BoxStyle {
        BoxStyle {
            background: self.fill("background").flatten(),
            borders: self.borders(),
            radius: self.length("border-radius").unwrap_or_default(),
            padding: self.edges("padding"),
            width: self.track("width"),
            height: self.length("height"),
            min_height: self.length("min-height").unwrap_or_default(),
            max_height: self.length("max-height"),
            align: Align::Left,
            stretch: false,
            shrink: None,
            turn: 0,
        }
    }

    pub(super) fn vertical_align(&self) -> Option<VerticalAlign> {
        self.keyword("vertical-align").map(|word| match word {
            "middle" => VerticalAlign::Middle,
            "bottom" => VerticalAlign::Bottom,
            _ => VerticalAlign::Top,
        })
    }
}

fn edge_list(edges: Edges) -> [Length; 4] {
    [edges.top, edges.right, edges.bottom, edges.left]
}

/// A `<style>` with the properties it has of its own.
pub(super) struct Style<'t> {
    element: &'t Element,
    extends: Option<&'t Attribute>,
    own: Properties,
    resolved: Properties,
    is_used: bool,
}

/// The named styles of a layout.
#[derive(Default)]
pub(super) struct Styles<'t>(BTreeMap<&'t str, Style<'t>>);

impl<'t> Compiler<'_, 't> {
    /// Reads every `<style>` and resolves what extends what.
    pub(super) fn read_styles(&mut self, root: &'t Element) {
        for element in root.elements().filter(|element| element.name == "style") {
            let spec = self.check_element(element);
            let own = self.read_properties(element, spec);
            let Some(name) = self.read_new_name(element, "name", "a style") else { continue };
            if let Some(first) = self.styles.0.get(name) {
                let line = self.line_of(first.element.span, element.span);
                let span = element.find("name").map_or(element.span, |attribute| attribute.value.span);
                let message = format!("there are two styles `{name}`");
                self.fault(
                    Diagnostic::error(&code::LAYOUT_DUPLICATE_NAME, span, message)
                        .label("again here")
                        .hint(format!("the first is on line {line}; rename one")),
                );
                continue;
            }
            let style = Style { element, extends: element.find("extends"), own, resolved: Properties::default(), is_used: false };
            self.styles.0.insert(name, style);
        }
        let names: Vec<&'t str> = self.styles.0.keys().copied().collect();
        for name in names {
            let resolved = self.resolve_style(name, &mut Vec::new());
            if let Some(style) = self.styles.0.get_mut(name) {
                style.resolved = resolved;
            }
        }
    }

    fn resolve_style(&mut self, name: &str, chain: &mut Vec<String>) -> Properties {
        let Some(style) = self.styles.0.get(name) else { return Properties::default() };
        let (own, extends) = (style.own.clone(), style.extends);
        let Some(extends) = extends else { return own };
        let base = extends.value.text.trim();
        chain.push(name.to_string());
        if let Some(start) = chain.iter().position(|link| link == base) {
            // Told once, at the style of the cycle that comes first in the order of names.
            let cycle = &chain[start..];
            if cycle.iter().min().is_some_and(|least| least == base) {
                let shown = cycle.iter().chain([&chain[start]]).map(|link| format!("`{link}`")).collect::<Vec<_>>().join(" → ");
                let message = format!("the style `{base}` extends itself: {shown}");
                self.fault(
                    Diagnostic::error(&code::LAYOUT_CYCLE, extends.value.span, message)
                        .label("the chain closes here")
                        .hint("remove one `extends` of the chain"),
                );
            }
            return own;
        }
        if !self.styles.0.contains_key(base) {
            self.refuse_style(&extends.value);
            if let Some(meant) = closest(base, self.styles.0.keys().copied()).and_then(|meant| self.styles.0.get_mut(meant)) {
                meant.is_used = true;
            }
            return own;
        }
        if let Some(parent) = self.styles.0.get_mut(base) {
            parent.is_used = true;
        }
        self.resolve_style(base, chain).under(&own)
    }

    fn refuse_style(&mut self, value: &Mapped) {
        let name = value.text.trim();
        let span = value.place_of(name);
        if let Some((property, css)) = name.split_once(':') {
            let message = format!("`{name}` is CSS, not the name of a style");
            let (property, css) = (property.trim(), css.split(';').next().unwrap_or_default().trim());
            let hint = format!("properties are attributes: `{property}=\"{css}\"`");
            self.fault(Diagnostic::error(&code::LAYOUT_UNKNOWN_STYLE, span, message).hint(hint));
            return;
        }
        if name.contains(char::is_whitespace) {
            let message = format!("`{name}` names several styles");
            let hint = "an element has one style; let one style extend the other";
            self.fault(Diagnostic::error(&code::LAYOUT_UNKNOWN_STYLE, span, message).hint(hint));
            return;
        }
        let names: Vec<String> = self.styles.0.keys().map(|name| (*name).to_string()).collect();
        let message = format!("there is no style `{name}`");
        let diagnostic = Diagnostic::error(&code::LAYOUT_UNKNOWN_STYLE, span, message);
        self.fault(if names.is_empty() {
            diagnostic.hint(format!("the layout has no styles; add `<style name=\"{name}\" …/>`"))
        } else {
            diagnostic.suggest(name, names.iter().map(String::as_str))
        });
    }

    /// The properties of an element: its style's, and over them those it has as attributes.
    pub(super) fn properties_of(&mut self, element: &'t Element, spec: &'static super::schema::ElementSpec) -> Properties {
        let own = self.read_properties(element, spec);
        if !spec.is_styled() {
            return own;
        }
        let style = match element.find("style") {
            Some(attribute) => {
                let name = attribute.value.text.trim();
                // A slip is told once; what the style was meant to be still counts for what is inside.
                if !self.styles.0.contains_key(name) {
                    self.refuse_style(&attribute.value);
                }
                let names = self.styles.0.keys().copied();
                closest(name, names).filter(|_| !self.styles.0.contains_key(name)).unwrap_or(name).to_string()
            }
            None => spec.name.to_string(),
        };
        match self.styles.0.get_mut(style.as_str()) {
            Some(found) => {
                found.is_used = true;
                found.resolved.clone().under(&own)
            }
            None => own,
        }
    }

    /// Notes that a style is of use, if there is one of this name.
    pub(super) fn use_style(&mut self, name: &str) {
        if let Some(style) = self.styles.0.get_mut(name) {
            style.is_used = true;
        }
    }

    /// The properties an element has as attributes. Longhands count more than shorthands, wherever they stand.
    fn read_properties(&mut self, element: &Element, spec: &super::schema::ElementSpec) -> Properties {
        let mut properties = Properties::default();
        let found: Vec<(&Attribute, &'static PropertySpec)> = element
            .attributes
            .iter()
            .filter(|attribute| spec.attribute(&attribute.name).is_none())
            .filter_map(|attribute| Some((attribute, spec.property(&attribute.name)?)))
            .collect();
        for shorthand in [true, false] {
            for (attribute, property) in found.iter().filter(|(_, p)| matches!(p.name, "margin" | "padding" | "border") == shorthand) {
                let result = self.read_property(&attribute.value, property, &mut properties);
                for fault in result.err().unwrap_or_default() {
                    self.fault(fault.place(&attribute.value));
                }
            }
        }
        properties
    }

    fn read_property(&mut self, value: &Mapped, property: &'static PropertySpec, into: &mut Properties) -> Result<(), Vec<ValueFault>> {
        let token = whole(&value.text);
        let one = |fault: ValueFault| vec![fault];
        let read = match property.kind {
            Kind::Offset => Value::Length(value::read_length(token, Sign::Any).map_err(one)?),
            Kind::Length => Value::Length(value::read_length(token, Sign::Positive).map_err(one)?),
            Kind::Size => Value::Track(value::read_track(token, false).map_err(one)?),
            Kind::Color => Value::Color(value::read_color(token).map_err(one)?),
            Kind::Fill => Value::Fill(value::read_fill(token).map_err(one)?),
            Kind::Keyword(words) => Value::Keyword(value::read_keyword(token, words).map_err(one)?),
            Kind::Integer(least, most) => Value::Integer(value::read_integer(token, least, most).map_err(one)?),
            Kind::LineHeight => Value::LineHeight(value::read_line_height(token).map_err(one)?),
            Kind::Features => Value::Features(typography::read_features(&value.text)?),
            Kind::Tabs => Value::Tabs(typography::read_tabs(&value.text)?),
            Kind::FontFamily => match self.check_family(value) {
                Some(family) => Value::Text(family),
                None => return Ok(()),
            },
            Kind::LanguageOrExpression if is_expression(&value.text) => match self.asked_expression(value) {
                Some(expr) => Value::Asked(Box::new(expr)),
                None => return Ok(()),
            },
            Kind::LanguageOrExpression => match self.check_language(value) {
                Some(lang) => Value::Text(lang),
                None => return Ok(()),
            },
            Kind::Direction if is_expression(&value.text) => match self.asked_expression(value) {
                Some(expr) => Value::Asked(Box::new(expr)),
                None => return Ok(()),
            },
            Kind::Direction => Value::Keyword(value::read_keyword(token, DIRECTIONS).map_err(one)?),
            Kind::Edges | Kind::Offsets => {
                let sign = if property.kind == Kind::Edges { Sign::Positive } else { Sign::Any };
                let edges = value::read_edges(&value.text, sign)?;
                for (side, length) in SIDES.iter().zip(edge_list(edges)) {
                    set_side(into, property.name, side, Value::Length(length));
                }
                return Ok(());
            }
            Kind::Border => {
                let border = value::read_border(&value.text)?;
                if property.name == "border" {
                    for side in SIDES {
                        set_side(into, "border", side, Value::Border(border));
                    }
                    return Ok(());
                }
                Value::Border(border)
            }
            // No property has a value of another kind; `every_property_is_read` asserts it.
            _ => return Ok(()),
        };
        into.0.insert(property.name, read);
        Ok(())
    }

    /// An expression that a record answers when its paragraphs are bound.
    fn asked_expression(&mut self, value: &Mapped) -> Option<Expr> {
        let text = strip_braces(&value.text);
        let start = text.as_ptr() as usize - value.text.as_ptr() as usize;
        let expr = self.expression(value, start..start + text.len())?;
        if *expr.kind() != Type::Text {
            let message = format!("`{}` is {}, and a text is wanted", text.trim(), article(expr.kind()));
            self.fault(Diagnostic::error(&code::EXPR_TYPE, value.place_of(text.trim()), message));
            return None;
        }
        Some(expr)
    }

    pub(super) fn check_family(&mut self, value: &Mapped) -> Option<String> {
        let name = value.text.trim();
        let families = self.library.families();
        if families.iter().any(|family| family == name) {
            return Some(name.to_string());
        }
        let message = format!("there is no font family `{name}`");
        let mut diagnostic = Diagnostic::error(&code::LAYOUT_FONT, value.place_of(name), message);
        if name.contains(',') {
            diagnostic = diagnostic.hint("one family; what it lacks is taken from the fallback fonts of the job");
            let first = name.split(',').map(|part| part.trim().trim_matches(['\'', '"'])).find(|part| families.iter().any(|f| f == part));
            if let Some(first) = first {
                diagnostic = diagnostic.fix(first);
            }
        } else {
            diagnostic = diagnostic.suggest(name.trim_matches(['\'', '"']), families.iter().map(String::as_str));
        }
        self.fault(diagnostic);
        None
    }

    /// A BCP 47 tag, as far as its shape goes: a language of two or three letters, then subtags.
    pub(super) fn check_language(&mut self, value: &Mapped) -> Option<String> {
        let tag = value.text.trim();
        let mut parts = tag.split('-');
        let language = parts.next().unwrap_or("");
        let is_good = matches!(language.len(), 2 | 3)
            && language.bytes().all(|byte| byte.is_ascii_lowercase())
            && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        if is_good {
            return Some(tag.to_string());
        }
        const NAMES: &[(&str, &str)] =
            &[("english", "en"), ("german", "de"), ("deutsch", "de"), ("french", "fr"), ("spanish", "es"), ("italian", "it"), ("dutch", "nl")];
        let message = format!("`{tag}` is not a language tag");
        let diagnostic = Diagnostic::error(&code::LAYOUT_LANGUAGE, value.place_of(tag), message);
        let folded = tag.replace('_', "-");
        let named = NAMES.iter().find(|(name, _)| *name == tag.to_ascii_lowercase()).map(|(_, tag)| (*tag).to_string());
        let cased = folded.split_once('-').map_or(folded.to_ascii_lowercase(), |(l, r)| format!("{}-{r}", l.to_ascii_lowercase()));
        let fix = named.or_else(|| (matches!(cased.split('-').next().map(str::len), Some(2)) && cased != tag).then_some(cased));
        self.fault(match fix {
            Some(fix) => diagnostic.fix(fix),
            None => diagnostic.hint("such as `en-US`, `de` or `fr-CH`"),
        });
        None
    }

    /// Warns of styles in `file` that nothing names. Those of a base are for other layouts, too.
    pub(super) fn warn_of_unused_styles(&mut self, file: FileId) {
        let unused: Vec<(Span, &'t str)> = (self.styles.0.iter())
            .filter(|(_, style)| !style.is_used && style.element.span.file == file)
            .filter_map(|(name, style)| Some((style.element.find("name")?.value.span, *name)))
            .collect();
        for (span, name) in unused {
            let hint = if find_element(name).is_some() {
                format!("the layout has no `<{name}>` without a `style` of its own")
            } else {
                "remove it, or name it with `style=`".to_string()
            };
            let message = format!("the style `{name}` is never used");
            self.fault(Diagnostic::warning(&code::LAYOUT_UNUSED_STYLE, span, message).hint(hint));
        }
    }

    /// The value of an attribute that gives a name; reports one that cannot be a name.
    pub(super) fn read_new_name(&mut self, element: &'t Element, attribute: &str, what: &str) -> Option<&'t str> {
        let value = &element.find(attribute)?.value;
        let name = value.text.trim();
        if value::is_plain_name(name) {
            return Some(name);
        }
        let message = format!("`{name}` cannot be the name of {what}");
        let diagnostic =
            Diagnostic::error(&code::LAYOUT_NAME, value.span, message).hint("a name begins with a letter and has letters, digits, `-` and `_`");
        self.fault(match plain_name(name, '-') {
            Some(fix) => diagnostic.fix(fix.replace('.', "-")),
            None => diagnostic,
        });
        None
    }
}

/// The words of `dir`.
const DIRECTIONS: &[&str] = &["ltr", "rtl", "auto"];

/// Whether a value is one expression in braces.
fn is_expression(text: &str) -> bool {
    text.trim().starts_with('{')
}

fn set_side(into: &mut Properties, name: &str, side: &str, value: Value) {
    if let Some(property) = find_property(&format!("{name}-{side}")) {
        into.0.insert(property.name, value);
    }
}
