//! Charts of a layout.
//!
//! Takes `<chart>` and its `<series>`, gives nodes whose labels and values are expressions over the rows of a list. Must never see a
//! value.

use super::compile::Compiler;
use super::context::Context;
use super::look::read_align;
use super::schema::ElementSpec;
use super::style::Properties;
use super::text::strip_braces;
use super::tree::{Child, Element, Mapped};
use super::value;
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::length::Length;
use crate::kit::chart::Kind;
use crate::kit::expr::{Expr, Type};
use crate::model::chart::{ChartNode, Figures, Legend, SeriesNode};
use crate::model::layout::{Align, Break, Color, Node, NodeKind};

/// Most series of a chart.
const SERIES_MAX: usize = 12;

/// The colours of a chart that names none: told apart in print, in grey, and by readers who see no red or green.
const PALETTE: &str = "#2f5d8a #e0912f #5a9e8f #b5544b #8fb4d6 #7d6aa8 #c9b458 #8a8f98";

/// The lines of a chart that names none.
const GRID: &str = "0.5pt solid #e1e5ea";

impl<'t> Compiler<'_, 't> {
    pub(super) fn chart(&mut self, element: &'t Element, spec: &'static ElementSpec, properties: &Properties, context: &Context) -> Option<Node> {
        let kind = match self.keyword(element, spec, "type") {
            Some("stacked-bar") => Some(Kind::StackedBar),
            Some("line") => Some(Kind::Line),
            Some("pie") => Some(Kind::Pie),
            Some("donut") => Some(Kind::Donut),
            Some(_) => Some(Kind::Bar),
            None => None,
        };
        let palette = match element.find("palette") {
            Some(attribute) => {
                let read = value::collect(value::tokens(&attribute.value.text).into_iter().map(value::read_color));
                self.at_all(&attribute.value, read).unwrap_or_default()
            }
            None => Vec::new(),
        };
        let usual = || value::tokens(PALETTE).into_iter().filter_map(|token| value::read_color(token).ok()).collect();
        let palette: Vec<Color> = if palette.is_empty() { usual() } else { palette };
        let grid = match element.find("grid") {
            Some(attribute) => {
                let read = value::read_border(&attribute.value.text);
                self.at_all(&attribute.value, read).flatten()
            }
            None => value::read_border(GRID).ok().flatten(),
        };
        let repeat = self.repeat(element, "rows");
        let (variable, label, series) = match &repeat {
            Some(repeat) => self.with_row(repeat, |compiler, variable| {
                let label = element.find("label").and_then(|attribute| compiler.joined(&attribute.value));
                (variable, label, compiler.series(element, spec, &palette))
            }),
            None => (0, None, None),
        };
        let is_money = series.as_ref().and_then(|series| series.first()).is_some_and(|series| *series.value.kind() == Type::Money);
        let format = self.value_format(element, if is_money { Type::Money } else { Type::Decimal });
        let count = series.as_ref().map_or(0, Vec::len);
        let figures = self.figures(element, spec, kind);
        let legend = match self.keyword(element, spec, "legend") {
            Some("none") => Legend::None,
            Some("top") => Legend::Top,
            Some("bottom") => Legend::Bottom,
            Some(_) => Legend::Right,
            None if kind.is_some_and(Kind::is_round) => Legend::Right,
            None if count > 1 => Legend::Top,
            None => Legend::None,
        };
        self.check_series(element, kind, legend);
        let (width, height) = (self.length(element, "width"), self.length(element, "height").unwrap_or(Length::from_points(160)));
        self.check_width(element, "width", width, context.width);
        self.check_height(element, Some(height), context.height);
        let look = context.look.with(properties);
        let style = self.paragraph_style(&look, element.span);
        let size = look.size;
        if height < size * 5 {
            let span = element.find("height").map_or(element.span, |attribute| attribute.value.span);
            let message = format!("a chart of {height} has no room for texts of {size}");
            self.fault(Diagnostic::error(&code::LAYOUT_CHART, span, message).hint("it must be five times as high as its font"));
        }
        let align = self.keyword(element, spec, "align").map_or(Align::Left, read_align);
        let alt = element.find("alt").and_then(|attribute| self.joined(&attribute.value));
        let place = self.place(element, context, width, Some(height));
        let (kind, repeat, label, series, alt) = (kind?, repeat?, label?, series?, alt?);
        let node =
            ChartNode { kind, variable, list: repeat.list?, label, series, palette, format, figures, legend, grid, style, width, height, align, alt };
        let kind = NodeKind::Chart(Box::new(node));
        Some(Node { kind, span: element.span, flow: properties.flow(Break::Auto), place, is_static: false })
    }

    fn figures(&mut self, element: &'t Element, spec: &'static ElementSpec, kind: Option<Kind>) -> Figures {
        let is_round = kind.is_some_and(Kind::is_round);
        match self.keyword(element, spec, "values") {
            Some("amount") => Figures::Amount,
            Some("percent") if !is_round && kind.is_some() => {
                let span = element.find("values").map_or(element.span, |attribute| attribute.value.span);
                let message = "shares are for `pie` and `donut`";
                self.fault(Diagnostic::error(&code::LAYOUT_TOGETHER, span, message).label("no whole here").fix("amount"));
                Figures::None
            }
            Some("percent") => Figures::Percent,
            None if is_round => Figures::Percent,
            Some(_) | None => Figures::None,
        }
    }

    /// How a value is printed: a text with `{value}`.
    fn value_format(&mut self, element: &'t Element, kind: Type) -> Option<(usize, Expr)> {
        let attribute = element.find("format")?;
        let variable = self.scope.push("value", kind);
        let expr = self.joined(&attribute.value);
        self.scope.pop();
        Some((variable, expr?))
    }

    fn series(&mut self, element: &'t Element, spec: &'static ElementSpec, palette: &[Color]) -> Option<Vec<SeriesNode>> {
        let (mut all, mut is_good) = (Vec::new(), true);
        for child in &element.children {
            let child = match child {
                Child::Text(text) => {
                    self.refuse_text(text, "chart", "what is drawn stands in `<series value=\"…\"/>`");
                    continue;
                }
                Child::Element(child) => child,
            };
            let Some(own) = self.check_allowed(child, &spec.content.names(), "chart") else {
                is_good = false;
                continue;
            };
            self.check_attributes(child, own);
            self.check_empty(child);
            let value = child.find("value").and_then(|attribute| self.number(&attribute.value));
            let name = child.find("name").map(|attribute| self.joined(&attribute.value));
            let color = match child.find("color") {
                Some(attribute) => {
                    let read = value::read_color(value::whole(&attribute.value.text));
                    self.at(&attribute.value, read)
                }
                None => palette.get(all.len() % palette.len().max(1)).copied(),
            };
            match (value, color) {
                (Some(value), Some(color)) if !matches!(name, Some(None)) => all.push(SeriesNode { value, name: name.flatten(), color }),
                _ => is_good = false,
            }
        }
        is_good.then_some(all)
    }

    /// What the number of series must be.
    fn check_series(&mut self, element: &'t Element, kind: Option<Kind>, legend: Legend) {
        let series: Vec<&'t Element> = element.elements().filter(|child| child.name == "series").collect();
        if series.is_empty() {
            let message = "`<chart>` has no `<series>`";
            self.fault(Diagnostic::error(&code::LAYOUT_MISSING_CONTENT, element.span, message).hint("write `<series value=\"row.amount\"/>`"));
        }
        if let (Some(kind), Some(second)) = (kind.filter(|kind| kind.is_round()), series.get(1)) {
            let message = format!("a {} shows one series", kind.name());
            self.fault(Diagnostic::error(&code::LAYOUT_CHART, second.span, message).hint("several are for `bar`, `stacked-bar` and `line`"));
        }
        if let Some(over) = series.get(SERIES_MAX) {
            let message = format!("more than {SERIES_MAX} series cannot be told apart");
            self.fault(Diagnostic::error(&code::LAYOUT_TOO_LARGE, over.span, message).label("one too many"));
        }
        let wants_names = legend != Legend::None && kind.is_some_and(|kind| !kind.is_round());
        for nameless in series.iter().filter(|child| wants_names && child.find("name").is_none()) {
            let message = "a series in a legend has no `name`";
            self.fault(
                Diagnostic::error(&code::LAYOUT_MISSING_ATTRIBUTE, nameless.span, message)
                    .hint("write `<series name=\"…\">`, or leave the legend out: `<chart legend=\"none\">`"),
            );
        }
    }

    /// An expression that is a number.
    fn number(&mut self, value: &Mapped) -> Option<Expr> {
        let text = strip_braces(&value.text);
        let start = text.as_ptr() as usize - value.text.as_ptr() as usize;
        let expr = self.expression(value, start..start + text.len())?;
        if expr.kind().is_numeric() {
            return Some(expr);
        }
        let text = text.trim();
        let message = format!("`{text}` is {}, and a chart draws numbers", super::attribute::article(expr.kind()));
        let label = format!("this is {}", super::attribute::article(expr.kind()));
        self.fault(Diagnostic::error(&code::EXPR_TYPE, value.place_of(text), message).label(label));
        None
    }
}
