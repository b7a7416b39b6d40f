//! Barcodes of a layout.
//!
//! Takes `<barcode>` elements, gives nodes with the symbology, its options and one expression for the payload. A fixed
//! payload is encoded once, so that its faults are told before the first record.

use super::compile::Compiler;
use super::context::Context;
use super::look::read_align;
use super::schema::{ElementSpec, Kind};
use super::style::Properties;
use super::text::Piece;
use super::tree::{Element, Mapped};
use crate::base::code;
use crate::base::diagnostic::{At, Diagnostic};
use crate::base::length::Length;
use crate::base::suggest::closest;
use crate::kit::barcode::{self, Options, Symbology};
use crate::kit::expr::{self, Expr};
use crate::model::layout::{Align, BarcodeNode, Break, Node, NodeKind};

impl<'t> Compiler<'_, 't> {
    pub(super) fn barcode(&mut self, element: &'t Element, spec: &'static ElementSpec, properties: &Properties, context: &Context) -> Option<Node> {
        self.check_empty(element);
        let align = self.keyword(element, spec, "align").map_or(Align::Left, read_align);
        let quiet = self.keyword(element, spec, "quiet") != Some("false");
        let module = self.length(element, "module").unwrap_or(Length::from_points(1));
        let height = self.length(element, "height").or_else(|| Length::parse("10", "mm")).unwrap_or_default();
        let symbology = element.find("type").and_then(|attribute| self.symbology(&attribute.value));
        let options = symbology.map(|symbology| self.barcode_options(element, spec, symbology));
        let value = element.find("value").and_then(|attribute| self.payload(&attribute.value, symbology.zip(options.as_ref())));
        let place = self.place(element, context, None, None);
        let (symbology, options, value) = (symbology?, options?, value?);
        let is_static = value.is_constant();
        let kind = NodeKind::Barcode(BarcodeNode { symbology, options, value, module, height, align, quiet });
        Some(Node { kind, span: element.span, flow: properties.flow(Break::Auto), place, is_static })
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
    fn payload(&mut self, value: &Mapped, symbology: Option<(&'static dyn Symbology, &Options)>) -> Option<Expr> {
        let pieces = self.split(value);
        if let Some(literal) = self.literal(&pieces, &value.text)
            && let Some((symbology, options)) = symbology
        {
            symbology.encode(&literal, options).at(self.faults, &code::LAYOUT_BARCODE, value.span)?;
        }
        let mut parts = Vec::new();
        for piece in &pieces {
            match piece {
                Piece::Text(range) | Piece::Brace(range) => parts.push(quote(&value.text[range.clone()])),
                Piece::Expr(range) => {
                    self.printable(value, range.clone())?;
                    parts.push(format!("({})", &value.text[range.clone()]));
                }
            }
        }
        let text = match parts.as_slice() {
            [] => "''".to_string(),
            [only] => only.clone(),
            _ => parts.join(" ~ "),
        };
        match expr::compile(&text, &mut self.scope) {
            Ok(expr) => Some(expr),
            Err(faults) => {
                let reason = faults.into_iter().next().map(|fault| fault.message).unwrap_or_default();
                self.fault(Diagnostic::error(&code::LAYOUT_BARCODE, value.span, format!("the payload cannot be put together: {reason}")));
                None
            }
        }
    }
}

/// A text as an expression. The language has no escape inside quotes, but two kinds of them.
fn quote(text: &str) -> String {
    if !text.contains('\'') {
        return format!("'{text}'");
    }
    if !text.contains('"') {
        return format!("\"{text}\"");
    }
    let parts: Vec<String> = text.split('\'').map(|part| format!("'{part}'")).collect();
    format!("({})", parts.join(" ~ \"'\" ~ "))
}
