//! The look of text: properties that pass on from element to element.
//!
//! Takes properties, gives text and paragraph styles. Must never know which element has them.

use std::sync::Arc;

use super::compile::Compiler;
use super::library::StackRequest;
use super::style::{Properties, Value};
use super::value::LineHeight;
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::length::Length;
use crate::base::span::Span;
use crate::kit::expr::Expr;
use crate::kit::font::FontFeature;
use crate::kit::text::{Direction, Strictness};
use crate::model::layout::{Align, Asked, Color, ColumnOrder, ParagraphStyle, TabAlign, TabStop, TextStyle, TextStyleId, Track, Transform};
use crate::model::resources::StackId;

/// The feature of small capitals.
const SMALL_CAPS: &[u8; 4] = b"smcp";

/// The alignment of a word of `text-align` or `align`.
pub(super) fn read_align(word: &str) -> Align {
    match word {
        "right" => Align::Right,
        "center" => Align::Center,
        "justify" => Align::Justify,
        "decimal" => Align::Decimal,
        "start" => Align::Start,
        "end" => Align::End,
        _ => Align::Left,
    }
}

/// The direction of a word of `dir`.
pub(super) fn read_direction(word: &str) -> Direction {
    match word {
        "rtl" => Direction::RightToLeft,
        "auto" => Direction::Auto,
        _ => Direction::LeftToRight,
    }
}

/// The inherited properties: how text looks and how its lines are set.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Look {
    pub(super) family: String,
    pub(super) bold: bool,
    pub(super) italic: bool,
    pub(super) size: Length,
    pub(super) line_height: LineHeight,
    pub(super) color: Color,
    pub(super) spacing: Length,
    pub(super) rise: Length,
    pub(super) underline: bool,
    pub(super) strike: bool,
    pub(super) transform: Transform,
    pub(super) tabular: bool,
    pub(super) small_caps: bool,
    pub(super) features: Vec<FontFeature>,
    pub(super) align: Align,
    /// `None`: what follows from `align`.
    pub(super) align_last: Option<Align>,
    pub(super) indent: Length,
    pub(super) hanging: Length,
    pub(super) hyphens: bool,
    pub(super) lang: String,
    pub(super) direction: Direction,
    pub(super) strictness: Strictness,
    /// Expressions that the record answers; they count more than `lang` and `direction`.
    pub(super) asked_lang: Option<Expr>,
    pub(super) asked_dir: Option<Expr>,
    pub(super) wrap: bool,
    pub(super) optimum: bool,
    pub(super) tolerance: u32,
    pub(super) tabs: Arc<[TabStop]>,
    pub(super) widows: u32,
    pub(super) orphans: u32,
}

impl Look {
    /// What holds where nothing is said.
    pub(super) fn initial(family: String, lang: String, direction: Direction) -> Look {
        Look {
            family,
            bold: false,
            italic: false,
            size: Length::from_points(10),
            line_height: LineHeight::Factor(1_300),
            color: Color::default(),
            spacing: Length::ZERO,
            rise: Length::ZERO,
            underline: false,
            strike: false,
            transform: Transform::None,
            tabular: true,
            small_caps: false,
            features: Vec::new(),
            align: Align::Start,
            align_last: None,
            indent: Length::ZERO,
            hanging: Length::ZERO,
            hyphens: false,
            lang,
            direction,
            strictness: Strictness::Normal,
            asked_lang: None,
            asked_dir: None,
            wrap: true,
            optimum: false,
            tolerance: 1_000,
            tabs: Arc::new([TabStop { at: Track::Percent(100_000), align: TabAlign::Right }]),
            widows: 2,
            orphans: 2,
        }
    }

    /// The look inside an element with these properties.
    pub(super) fn with(&self, properties: &Properties) -> Look {
        let mut look = self.clone();
        for (name, value) in &properties.0 {
            match (*name, value) {
                ("font-family", Value::Text(family)) => look.family.clone_from(family),
                ("font-size", Value::Length(size)) => look.size = *size,
                ("font-weight", Value::Keyword(word)) => look.bold = matches!(*word, "bold" | "700"),
                ("font-style", Value::Keyword(word)) => look.italic = *word == "italic",
                ("line-height", Value::LineHeight(height)) => look.line_height = *height,
                ("color", Value::Color(color)) => look.color = *color,
                ("text-decoration", Value::Keyword(word)) => {
                    look.underline = *word == "underline";
                    look.strike = *word == "line-through";
                }
                ("text-transform", Value::Keyword(word)) => {
                    look.transform = match *word {
                        "uppercase" => Transform::Upper,
                        "lowercase" => Transform::Lower,
                        _ => Transform::None,
                    }
                }
                ("letter-spacing", Value::Length(spacing)) => look.spacing = *spacing,
                ("font-variant-numeric", Value::Keyword(word)) => look.tabular = *word == "tabular-nums",
                ("text-align", Value::Keyword(word)) => look.align = read_align(word),
                ("font-variant-caps", Value::Keyword(word)) => look.small_caps = *word == "small-caps",
                ("font-features", Value::Features(features)) => look.features.clone_from(features),
                ("text-align-last", Value::Keyword(word)) => look.align_last = (*word != "auto").then(|| read_align(word)),
                ("text-indent", Value::Length(indent)) => look.indent = *indent,
                ("hanging-indent", Value::Length(indent)) => look.hanging = *indent,
                ("text-wrap", Value::Keyword(word)) => look.optimum = *word == "optimum",
                ("tolerance", Value::Integer(tolerance)) => look.tolerance = *tolerance,
                ("tabs", Value::Tabs(tabs)) => look.tabs = tabs.as_slice().into(),
                ("hyphens", Value::Keyword(word)) => look.hyphens = *word == "auto",
                ("lang", Value::Text(lang)) => (look.lang, look.asked_lang) = (lang.clone(), None),
                ("lang", Value::Asked(expr)) => look.asked_lang = Some(expr.as_ref().clone()),
                ("dir", Value::Keyword(word)) => (look.direction, look.asked_dir) = (read_direction(word), None),
                ("dir", Value::Asked(expr)) => look.asked_dir = Some(expr.as_ref().clone()),
                ("line-break", Value::Keyword(word)) => {
                    look.strictness = match *word {
                        "loose" => Strictness::Loose,
                        "strict" => Strictness::Strict,
                        _ => Strictness::Normal,
                    }
                }
                ("white-space", Value::Keyword(word)) => look.wrap = *word != "nowrap",
                ("widows", Value::Integer(lines)) => look.widows = *lines,
                ("orphans", Value::Integer(lines)) => look.orphans = *lines,
                _ => {}
            }
        }
        look
    }
}

impl Compiler<'_, '_> {
    /// The id of the text style with this look; the same look has the same id.
    pub(super) fn text_style(&mut self, look: &Look, span: Span) -> TextStyleId {
        let mut features = look.features.clone();
        let plain = self.stack(look, &features, span);
        let mut small = None;
        if look.small_caps {
            if self.library.has_feature(plain, *SMALL_CAPS) {
                features.insert(0, FontFeature { tag: *SMALL_CAPS, value: 1 });
            } else {
                let scaled = |length: Length| length.scaled(80, 100);
                let line_height = match look.line_height {
                    LineHeight::Fixed(length) => LineHeight::Fixed(scaled(length)),
                    factor @ LineHeight::Factor(_) => factor,
                };
                let capitals = Look { small_caps: false, transform: Transform::Upper, size: scaled(look.size), line_height, ..look.clone() };
                small = Some(self.text_style(&capitals, span));
            }
        }
        let stack = if features.len() == look.features.len() { plain } else { self.stack(look, &features, span) };
        let line_height = match look.line_height {
            LineHeight::Fixed(length) => length,
            LineHeight::Factor(factor) => look.size.scaled(factor, 1000),
        };
        // Proportional figures asked for by name count more than the default of tabular ones.
        let tabular = look.tabular && !features.iter().any(|feature| feature.tag == *b"pnum" && feature.value != 0);
        let style = TextStyle {
            stack,
            size: look.size,
            line_height,
            color: look.color,
            letter_spacing: look.spacing,
            rise: look.rise,
            underline: look.underline,
            strike: look.strike,
            transform: look.transform,
            tabular,
            plain_figures: tabular && features.is_empty(),
            small,
        };
        self.add_text_style(style, span)
    }

    /// The id of a text style.
    pub(super) fn add_text_style(&mut self, style: TextStyle, span: Span) -> TextStyleId {
        let at = self.text_style_ids.get(&style).copied().unwrap_or_else(|| {
            self.text_styles.push(style.clone());
            self.text_style_ids.insert(style, self.text_styles.len() - 1);
            self.text_styles.len() - 1
        });
        match u16::try_from(at) {
            Ok(id) => TextStyleId(id),
            Err(_) => {
                self.fault(Diagnostic::error(&code::LAYOUT_TOO_LARGE, span, "more than 65,535 different text styles"));
                TextStyleId(0)
            }
        }
    }

    /// How lines are set in an element with this look.
    pub(super) fn paragraph_style(&mut self, look: &Look, span: Span) -> ParagraphStyle {
        let hyphens = if look.hyphens && look.asked_lang.is_none() { self.hyphenation(&look.lang, span) } else { None };
        let asked = self.asked(look, span);
        // What only a record or a text decides is resolved when the paragraph is bound.
        let is_open = look.direction == Direction::Auto || look.asked_dir.is_some();
        let resolved = |align: Align| if is_open { align } else { align.resolved(look.direction) };
        ParagraphStyle {
            text: self.text_style(look, span),
            align: resolved(look.align),
            align_last: resolved(look.align_last.unwrap_or(if look.align == Align::Justify { Align::Start } else { look.align })),
            indent: look.indent,
            hanging: look.hanging,
            orphans: look.orphans,
            widows: look.widows,
            hyphens,
            wrap: look.wrap,
            optimum: (look.optimum && look.wrap).then_some(look.tolerance),
            tabs: look.tabs.clone(),
            direction: look.direction,
            strictness: look.strictness,
            asked,
        }
    }

    /// From which side columns are counted where text looks like this.
    pub(super) fn column_order(&mut self, look: &Look, span: Span) -> ColumnOrder {
        let asked = if look.asked_dir.is_some() { self.asked(look, span) } else { None };
        ColumnOrder { is_mirrored: look.direction == Direction::RightToLeft, asked }
    }

    /// The number of the language and direction that the record decides.
    fn asked(&mut self, look: &Look, span: Span) -> Option<u16> {
        // Without hyphens the language of a text decides nothing.
        let lang = look.asked_lang.as_ref().filter(|_| look.hyphens);
        if lang.is_none() && look.asked_dir.is_none() {
            return None;
        }
        let asked = Asked { lang: lang.cloned(), dir: look.asked_dir.clone(), hyphens: look.hyphens };
        let at = self.asked.iter().position(|known| *known == asked).unwrap_or_else(|| {
            self.asked.push(asked);
            self.asked.len() - 1
        });
        if at > usize::from(u16::MAX) {
            self.fault(Diagnostic::error(&code::LAYOUT_TOO_LARGE, span, "more than 65,535 different languages and directions"));
        }
        u16::try_from(at).ok()
    }

    fn hyphenation(&mut self, lang: &str, span: Span) -> Option<[u8; 2]> {
        let code: Option<[u8; 2]> = lang.split('-').next().and_then(|language| language.as_bytes().try_into().ok());
        let known = code.filter(|code| hypher::Lang::from_iso(*code).is_some());
        if known.is_none() && self.untold_languages.insert(lang.to_string()) {
            let message = format!("there are no hyphenation patterns for `{lang}`");
            self.fault(
                Diagnostic::warning(&code::LAYOUT_LANGUAGE, span, message)
                    .label("its style has `hyphens=\"auto\"`")
                    .hint("set `hyphens=\"none\"`, or `lang` to the language of the text"),
            );
        }
        known
    }

    fn stack(&mut self, look: &Look, features: &[FontFeature], span: Span) -> StackId {
        let scripts = self.scripts.clone();
        let wanted = StackRequest { family: &look.family, bold: look.bold, italic: look.italic, features, scripts: &scripts };
        match self.library.stack(&wanted) {
            Ok(stack) => stack,
            Err(reason) => {
                self.fault(Diagnostic::error(&code::LAYOUT_FONT, span, reason).label("its style asks for this face"));
                Default::default()
            }
        }
    }
}
