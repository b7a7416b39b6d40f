//! Barcodes of a layout.
//!
//! Takes `<barcode>` elements, gives nodes with the symbology, its options and sizes, and one expression for the payload. A fixed
//! payload is encoded once, so that its faults are told before the first record.

use super::compile::Compiler;
use super::context::Context;
use super::look::read_align;
use super::schema::{ElementSpec, Kind};
use super::style::Properties;
use super::tree::{Element, Mapped};
use crate::base::code;
use crate::base::diagnostic::{At, Diagnostic};
use crate::base::length::Length;
use crate::base::suggest::closest;
use crate::kit::barcode::{self, Drawing, Options, Size, Symbology, Turn};
use crate::kit::expr::Expr;
use crate::model::layout::{Align, BarcodeNode, Break, Extent, Node, NodeKind, ParagraphStyle};

impl<'t> Compiler<'_, 't> {
    pub(super) fn barcode(&mut self, element: &'t Element, spec: &'static ElementSpec, properties: &Properties, context: &Context) -> Option<Node> {
        self.check_empty(element);
        let align = self.keyword(element, spec, "align").map_or(Align::Left, read_align);
        let quiet = self.keyword(element, spec, "quiet") != Some("false");
        let symbology = element.find("type").and_then(|attribute| self.symbology(&attribute.value));
        let options = symbology.map(|symbology| self.barcode_options(element, spec, symbology));
        let value = element.find("value").and_then(|attribute| self.payload(&attribute.value, symbology.zip(options.as_ref())));
        let size = symbology.zip(options.as_ref()).and_then(|(symbology, options)| self.barcode_size(element, spec, symbology, options));
        let turn = match self.keyword(element, spec, "rotate") {
            Some("90") => Turn::Quarter,
            Some("180") => Turn::Half,
            Some("270") => Turn::ThreeQuarters,
            Some(_) | None => Turn::None,
        };
        let text = self.barcode_text(element, spec, properties, context, turn);
        let alt = self.alt(element);
        let place = self.place(element, context, None, None);
        let (symbology, options, value, size) = (symbology?, options?, value?, size?);
        let literal = element.find("value").map(|attribute| attribute.value.text.as_str()).filter(|text| !text.contains(['{', '}']));
        let extent = extent(symbology, &options, &size, literal, turn);
        // A part that is composed once does not know where on the device's grid its page puts it.
        let is_static = value.is_constant() && size.dot.is_none();
        let kind = NodeKind::Barcode(BarcodeNode { symbology, options, value, size, turn, align, quiet, text, extent, slip: None, alt });
        Some(Node { kind, span: element.span, flow: properties.flow(Break::Auto), place, is_static })
    }

    /// The text in the place of a code.
    pub(super) fn alt(&mut self, element: &'t Element) -> Option<Box<Expr>> {
        element.find("alt").and_then(|attribute| self.joined(&attribute.value)).map(Box::new)
    }

    /// Module, heights and reduction, on the grid of the device if there is one.
    fn barcode_size(&mut self, element: &'t Element, spec: &ElementSpec, symbology: &'static dyn Symbology, options: &Options) -> Option<Size> {
        let shape = symbology.shape();
        let module = self.bounded(element, "module", symbology, shape.module)?;
        let height = self.bounded(element, "height", symbology, shape.height)?;
        let dot = self
            .keyword(element, spec, "for")
            .and_then(|value| value.strip_suffix("dpi")?.parse().ok())
            .map(|dpi: i64| Length::from_points(72) / dpi);
        let units = symbology.units(options);
        let size = Size::new(&shape, module, height, units, dot);
        let reduction = self.length(element, "bar-width-reduction").unwrap_or_default();
        let reduction = dot.map_or(reduction, |dot| nearest(reduction, dot));
        if reduction * 2 >= size.module && reduction > Length::ZERO {
            let span = element.find("bar-width-reduction").map_or(element.span, |attribute| attribute.value.span);
            let message = format!("a reduction of {reduction} leaves too little of a module of {}", size.module);
            self.fault(Diagnostic::error(&code::LAYOUT_BARCODE, span, message).hint("it must be less than half a module"));
        }
        Some(Size { reduction, guards: symbology.guards(), bearer: symbology.bearer(options), ..size })
    }

    /// A length that the standard bounds.
    fn bounded(&mut self, element: &'t Element, name: &str, symbology: &dyn Symbology, [least, usual, most]: [Length; 3]) -> Option<Length> {
        let Some(attribute) = element.find(name) else { return Some(usual) };
        let length = self.length(element, name)?;
        // A millipoint is lost where millimetres become points.
        let slack = Length::from_millipoints(1);
        if symbology.is_linear() || name == "module" {
            let bound = match length {
                length if length + slack < least => Some(("below the least", least)),
                length if length > most + slack => Some(("above the greatest", most)),
                _ => None,
            };
            if let Some((word, bound)) = bound {
                let message = format!("a {name} of {length} is {word} of {}, {bound}", symbology.name());
                self.fault(
                    Diagnostic::error(&code::LAYOUT_BARCODE, attribute.value.span, message).hint("readers are built for the sizes of the standard"),
                );
                return None;
            }
        }
        Some(length)
    }

    /// How the human-readable text is set; text is not turned.
    fn barcode_text(
        &mut self,
        element: &'t Element,
        spec: &ElementSpec,
        properties: &Properties,
        context: &Context,
        turn: Turn,
    ) -> Option<(ParagraphStyle, bool)> {
        let place = self.keyword(element, spec, "text").filter(|place| *place != "none")?;
        if turn != Turn::None {
            let span = element.find("rotate").map_or(element.span, |attribute| attribute.span);
            self.fault(
                Diagnostic::error(&code::LAYOUT_TOGETHER, span, "the text of a turned barcode cannot be printed")
                    .label("leave out `text` or `rotate`"),
            );
        }
        let style = self.paragraph_style(&context.look.with(properties), element.span);
        Some((style, place == "above"))
    }

    fn symbology(&mut self, value: &Mapped) -> Option<&'static dyn Symbology> {
        let name = value.text.trim();
        if let Some(found) = barcode::find(name) {
            return Some(found);
        }
        if name.is_empty() {
            return None;
        }
        let names = || barcode::SYMBOLOGIES.iter().map(|symbology| symbology.name());
        let bare: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let best = match bare.as_str() {
            "qrcode" => Some("qr"),
            "ean128" | "gs1128" => Some("code128"),
            "gs1datamatrix" | "dmtx" | "ecc200" => Some("datamatrix"),
            "ean" | "gtin13" => Some("ean13"),
            "upc" => Some("upca"),
            "itf25" | "2of5" | "interleaved2of5" => Some("itf"),
            "onecode" | "usps" | "intelligentmail" => Some("imb"),
            "royalmail" => Some("rm4scc"),
            bare => names().find(|known| *known == bare).or_else(|| closest(name, names())),
        };
        let diagnostic = Diagnostic::error(&code::LAYOUT_BARCODE_TYPE, value.place_of(name), format!("there is no barcode `{name}`"));
        self.fault(match best {
            Some(best) => diagnostic.hint(format!("did you mean `{best}`?")).fix(best),
            None => diagnostic.suggest(name, names()),
        });
        best.and_then(barcode::find)
    }

    fn barcode_options(&mut self, element: &Element, spec: &ElementSpec, symbology: &dyn Symbology) -> Options {
        let mut options = Options::default();
        for attribute in &element.attributes {
            let is_option = spec.attribute(&attribute.name).is_some_and(|known| known.kind == Kind::BarcodeOption);
            if !is_option {
                continue;
            }
            let is_known = symbology.options().iter().any(|option| option.name == attribute.name);
            let span = if is_known { attribute.value.span } else { attribute.span };
            // Options of another symbology are refused at their name, bad values at the value.
            let _ = options.set(symbology, &attribute.name, attribute.value.text.trim()).at(self.faults, &code::LAYOUT_BARCODE, span);
        }
        options
    }

    /// The payload as one expression.
    pub(super) fn payload(&mut self, value: &Mapped, symbology: Option<(&'static dyn Symbology, &Options)>) -> Option<Expr> {
        let pieces = self.split(value);
        if let Some(literal) = self.literal(&pieces, &value.text)
            && let Some((symbology, options)) = symbology
        {
            symbology.encode(&literal, options).at(self.faults, &code::LAYOUT_BARCODE, value.span)?;
        }
        self.join(value, &pieces)
    }
}

/// What is known of the size: all of it for a fixed payload and for symbologies whose symbols are all alike.
fn extent(symbology: &dyn Symbology, options: &Options, size: &Size, literal: Option<&str>, turn: Turn) -> Extent {
    let is_known = literal.is_some() || symbology.is_fixed();
    let mut drawing = Drawing::default();
    let shown =
        literal.and_then(|text| symbology.encode(text, options).ok()).or_else(|| symbology.encode(symbology.example(), &Options::default()).ok());
    let Some(symbol) = shown else { return Extent::default() };
    drawing.draw(&symbol, size);
    let ink = [Some(drawing.width).filter(|_| is_known), Some(drawing.height).filter(|_| is_known || symbology.is_linear())];
    match turn.is_sideways() {
        true => Extent { ink: [ink[1], ink[0]], quiet: [drawing.quiet[1], drawing.quiet[0]] },
        false => Extent { ink, quiet: drawing.quiet },
    }
}

/// The multiple of a dot that is nearest.
fn nearest(length: Length, dot: Length) -> Length {
    dot * ((length + dot / 2).millipoints().div_euclid(dot.millipoints()))
}
