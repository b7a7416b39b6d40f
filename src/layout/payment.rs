//! Payment codes and slips of a layout: `<swiss-qr-bill>` and `<epc-qr>`.
//!
//! Takes their attributes, gives barcode nodes whose payload is put together for each record. Must never know the rules of the
//! payloads: their symbologies check them.

use super::compile::Compiler;
use super::context::Context;
use super::look::{Look, read_align};
use super::schema::ElementSpec;
use super::style::Properties;
use super::text::Piece;
use super::tree::Element;
use super::value::LineHeight;
use crate::base::length::Length;
use crate::base::span::Span;
use crate::kit::barcode::{self, Options, Size, Turn};
use crate::kit::expr;
use crate::kit::text::Direction;
use crate::model::layout::{
    Align, BarcodeNode, Break, EPC_FIELDS, Extent, Node, NodeKind, ParagraphStyle, SWISS_FIELDS, Slip, SlipField, SlipKind, SwissStyles,
};

impl<'t> Compiler<'_, 't> {
    /// `<swiss-qr-bill>`: the payment part with its receipt, 210 by 105 mm.
    pub(super) fn swiss_qr_bill(
        &mut self,
        element: &'t Element,
        spec: &'static ElementSpec,
        properties: &Properties,
        context: &Context,
    ) -> Option<Node> {
        let look = context.look.with(properties);
        let has_lines = self.keyword(element, spec, "separation") != Some("none");
        let style = |compiler: &mut Self, size: i64, bold: bool, align: Align| compiler.slip_style(&look, size, bold, align, element.span);
        let styles = SwissStyles {
            lang: look.lang.clone(),
            title: style(self, 11, true, Align::Left),
            receipt_heading: style(self, 6, true, Align::Left),
            receipt_value: style(self, 8, false, Align::Left),
            heading: style(self, 8, true, Align::Left),
            value: style(self, 10, false, Align::Left),
            acceptance: style(self, 6, true, Align::Right),
            procedure: style(self, 7, false, Align::Left),
            procedure_name: style(self, 7, true, Align::Left),
            separate: style(self, 8, false, Align::Center),
            has_lines,
        };
        let width = barcode::um(210_000);
        self.check_width(element, "width", Some(width), context.width);
        self.slip(
            element,
            "swiss-qr",
            SWISS_FIELDS,
            SlipKind::Swiss(Box::new(styles)),
            properties,
            context,
            (Some(width), Some(barcode::um(105_000))),
        )
    }

    /// `<epc-qr>`: the code alone.
    pub(super) fn epc_qr(&mut self, element: &'t Element, properties: &Properties, context: &Context) -> Option<Node> {
        self.slip(element, "epc-qr", EPC_FIELDS, SlipKind::Epc, properties, context, (None, None))
    }

    #[allow(clippy::too_many_arguments)]
    fn slip(
        &mut self,
        element: &'t Element,
        name: &str,
        names: &[&str],
        kind: SlipKind,
        properties: &Properties,
        context: &Context,
        (width, height): (Option<Length>, Option<Length>),
    ) -> Option<Node> {
        self.check_empty(element);
        let spec = super::schema::find_element(&element.name)?;
        let symbology = barcode::find(name)?;
        let fields: Option<Vec<SlipField>> = names.iter().map(|name| self.slip_field(element, name)).collect();
        let shape = symbology.shape();
        let module = self.length(element, "module").unwrap_or(shape.module[1]);
        let align = self.keyword(element, spec, "align").map_or(Align::Left, read_align);
        let place = self.place(element, context, width, height);
        let value = expr::compile("''", &mut self.scope).ok()?;
        let alt = self.alt(element);
        let slip = Slip { kind, fields: fields?, span: element.span };
        let node = BarcodeNode {
            symbology,
            options: Options::default(),
            value,
            size: Size::new(&shape, module, Length::ZERO, 1, None),
            turn: Turn::None,
            align,
            quiet: true,
            text: None,
            extent: Extent::default(),
            slip: Some(Box::new(slip)),
            alt,
        };
        Some(Node { kind: NodeKind::Barcode(node), span: element.span, flow: properties.flow(Break::Auto), place, is_static: false })
    }

    /// One field. A number alone is written as payloads have it; everything else is a text with expressions.
    fn slip_field(&mut self, element: &'t Element, name: &str) -> Option<SlipField> {
        let Some(attribute) = element.find(name) else { return Some(SlipField::None) };
        let value = &attribute.value;
        let pieces = self.split(value);
        if let [Piece::Expr(range)] = pieces.as_slice() {
            let expr = self.printable(value, range.clone())?;
            if expr.kind().is_numeric() && name == "amount" {
                let text = format!("({}) | number 2 'plain'", &value.text[range.clone()]);
                return expr::compile(&text, &mut self.scope).ok().map(SlipField::Number);
            }
        }
        self.payload(value, None).map(SlipField::Text)
    }

    /// A style of the slip: its sizes are those of the guidelines, only the family is the layout's.
    fn slip_style(&mut self, look: &Look, size: i64, bold: bool, align: Align, span: Span) -> ParagraphStyle {
        let look = Look {
            family: look.family.clone(),
            size: Length::from_points(size),
            line_height: LineHeight::Fixed(Length::from_points(size + 1)),
            bold,
            align,
            ..Look::initial(look.family.clone(), look.lang.clone(), Direction::LeftToRight)
        };
        self.paragraph_style(&look, span)
    }
}
