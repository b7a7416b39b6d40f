//! What a catalogue text says of how a value is printed: the options of `NUMBER` and `DATETIME`.
//!
//! Takes options as they are written, gives a style or a pattern; reports those that mean nothing. Must never know a locale.

use super::{Use, shown};
use crate::base::code;
use crate::base::span::Span;
use crate::kit::catalogue::{Literal, Placeable};
use crate::kit::expr::compile::Node;
use crate::kit::expr::filter::{Format, NumberStyle};
use crate::kit::expr::types::Type;
use crate::kit::locale::{DatePattern, MoneyStyle};

impl<'t> Use<'_, '_, 't> {
    pub(super) fn number(
        &mut self,
        node: Node,
        kind: Type,
        from: (NumberStyle, bool),
        options: &'t [(String, Span, Literal)],
    ) -> (Node, Type, NumberStyle, bool) {
        let (mut style, mut is_ordinal) = from;
        for (name, span, literal) in options {
            let digits = || literal.text().parse::<u32>().ok().filter(|digits| *digits <= 28);
            let is_money = kind == Type::Money;
            let changed = match (name.as_str(), literal.text()) {
                ("minimumFractionDigits", _) if !is_money => digits().map(|digits| NumberStyle { least: Some(digits), ..style }),
                ("maximumFractionDigits", _) if !is_money => digits().map(|digits| NumberStyle { most: Some(digits), ..style }),
                ("useGrouping", "true" | "always" | "auto") => Some(NumberStyle { grouped: true, ..style }),
                ("useGrouping", "false") => Some(NumberStyle { grouped: false, ..style }),
                ("style", "decimal") => Some(NumberStyle { percent: false, ..style }),
                ("style", "percent") if !is_money => Some(NumberStyle { percent: true, ..style }),
                ("style", "currency") | ("currencyDisplay", "symbol") if is_money => Some(NumberStyle { money: MoneyStyle::Symbol, ..style }),
                ("currencyDisplay", "code") if is_money => Some(NumberStyle { money: MoneyStyle::Code, ..style }),
                ("currencySign", "accounting") if is_money => Some(NumberStyle { money: MoneyStyle::Accounting, ..style }),
                ("type", kind @ ("cardinal" | "ordinal")) => {
                    is_ordinal = kind == "ordinal";
                    Some(style)
                }
                _ => None,
            };
            match changed {
                Some(changed) => style = changed,
                None => self.option(name, *span, literal, &kind),
            }
        }
        if let (Some(least), Some(most)) = (style.least, style.most) {
            style.most = Some(most.max(least));
        }
        (node, kind, style, is_ordinal)
    }

    fn option(&mut self, name: &str, span: Span, literal: &Literal, kind: &Type) {
        let hint = match kind {
            Type::Money => {
                "of money: `currencyDisplay: \"symbol\"` or `\"code\"`, `currencySign: \"accounting\"`, `useGrouping`; its digits are those of its currency"
            }
            Type::Date => {
                "of a date: `dateStyle: \"short\"`, `\"medium\"`, `\"long\"` or `\"full\"`; for other forms give it as a text: `due | date 'd MMM'`"
            }
            _ => "of a number: `minimumFractionDigits`, `maximumFractionDigits`, `useGrouping: \"false\"`, `style: \"percent\"`, `type: \"ordinal\"`",
        };
        let message = format!("`{name}: {}` means nothing here", literal.text());
        self.fault(span, &code::CATALOGUE_VALUE, message, hint);
    }

    pub(super) fn date(&mut self, placeable: &'t Placeable, arguments: &'t [Placeable], options: &'t [(String, Span, Literal)]) -> Node {
        let nothing = Node::Text(String::new());
        let Some(argument) = self.only("DATETIME", arguments, placeable.span) else { return nothing };
        let Some((node, kind, ..)) = self.value(argument) else { return nothing };
        if kind != Type::Date {
            let message = format!("`DATETIME` wants a date, `{}` is {} where the text is used", shown(argument), kind.with_article());
            self.fault(argument.span, &code::CATALOGUE_VALUE, message, "give the date itself, without a filter");
            return nothing;
        }
        let mut pattern = DatePattern::Medium;
        for (name, span, literal) in options {
            pattern = match (name.as_str(), literal.text()) {
                ("dateStyle", "short") => DatePattern::Short,
                ("dateStyle", "medium") => DatePattern::Medium,
                ("dateStyle", "long") => DatePattern::Long,
                ("dateStyle", "full") => DatePattern::Full,
                _ => {
                    self.option(name, *span, literal, &Type::Date);
                    continue;
                }
            };
        }
        Node::Format(Box::new(node), Format::Date(pattern))
    }
}
