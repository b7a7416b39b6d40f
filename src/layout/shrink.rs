//! Text that may become smaller where its box is too low.
//!
//! Takes the least size of a box, gives the smaller styles that are tried. Must never know what a record has to say.

use super::compile::Compiler;
use super::context::Context;
use super::tree::Element;
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::length::Length;
use crate::model::layout::{ShrinkId, TextStyle, TextStyleId};

/// The step from size to size.
const STEP: Length = Length::from_millipoints(250);
/// Most sizes that are tried.
const STEPS_MAX: i64 = 32;

impl<'t> Compiler<'_, 't> {
    /// The sizes that `shrink-to` allows.
    pub(super) fn shrink(&mut self, element: &'t Element, inside: &Context, height: Option<Length>) -> Option<ShrinkId> {
        let least = self.length(element, "shrink-to")?;
        let span = element.find("shrink-to").map_or(element.span, |attribute| attribute.value.span);
        let size = inside.look.size;
        if height.is_none() {
            let message = format!("`<{}>` has `shrink-to`, but no `height`", element.name);
            self.fault(Diagnostic::error(&code::LAYOUT_TOGETHER, span, message).label("it grows with its text").hint("give it a `height`"));
            return None;
        }
        if least >= size || least <= Length::ZERO {
            let message = format!("the text of `<{}>` is {size} high, which is not more than `shrink-to`", element.name);
            self.fault(Diagnostic::error(&code::LAYOUT_VALUE, span, message).hint("name the least size its text may have"));
            return None;
        }
        let step = STEP.max((size - least) / STEPS_MAX);
        let mut sizes: Vec<Length> = (1..).map(|count| size - step * count).take_while(|size| *size > least).collect();
        sizes.push(least);
        let styles = self.text_styles.clone();
        let smaller = sizes.into_iter().map(|to| self.smaller(&styles, to, size, element)).collect();
        let Ok(id) = u16::try_from(self.shrinks.len()) else {
            self.fault(Diagnostic::error(&code::LAYOUT_TOO_LARGE, span, "more than 65,535 boxes that shrink"));
            return None;
        };
        self.shrinks.push(smaller);
        Some(ShrinkId(id))
    }

    fn smaller(&mut self, styles: &[TextStyle], to: Length, from: Length, element: &'t Element) -> Vec<TextStyleId> {
        let scaled = |length: Length| length.scaled(to.millipoints(), from.millipoints());
        let mut map: Vec<TextStyleId> = Vec::with_capacity(styles.len());
        for style in styles {
            let smaller = TextStyle {
                size: scaled(style.size),
                line_height: scaled(style.line_height),
                letter_spacing: scaled(style.letter_spacing),
                rise: scaled(style.rise),
                // The style of small letters is made before the style that names it.
                small: style.small.and_then(|small| map.get(usize::from(small.0)).copied()),
                ..style.clone()
            };
            map.push(self.add_text_style(smaller, element.span));
        }
        map
    }
}
