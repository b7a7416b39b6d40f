//! Choices of a catalogue text: `{ $count -> [one] … *[other] … }`.
//!
//! Takes a selector and its variants, gives the one that is taken if that is known now, else a choice; reports keys that a value of
//! its type can never be. Must never know a value.

use std::sync::Arc;

use super::{Use, shown};
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::money::parse_decimal;
use crate::base::span::Span;
use crate::kit::catalogue::{Category, Literal, Placeable, PlaceableKind, Variant, category_of, word_of};
use crate::kit::expr::compile::{Choice, Key, Node, Rule};
use crate::kit::expr::filter::NumberStyle;
use crate::kit::expr::types::Type;

/// What chooses among variants.
enum Selector {
    /// Known now.
    Fixed(String),
    /// A variable that a term is not given: the default is taken.
    Absent,
    Value(Node, Type, NumberStyle, bool),
}

impl<'t> Use<'_, '_, 't> {
    pub(super) fn select(&mut self, selector: &'t Placeable, variants: &'t [Variant]) -> Node {
        let default = variants.iter().position(|variant| variant.is_default).unwrap_or(0);
        let selector_value = self.selector(selector);
        let fixed = match &selector_value {
            Some(Selector::Fixed(text)) => Some(variants.iter().position(|variant| variant.key == Literal::Text(text.clone())).unwrap_or(default)),
            Some(Selector::Absent) => Some(default),
            Some(Selector::Value(..)) | None => None,
        };
        if let Some(taken) = fixed {
            return variants.get(taken).map_or(Node::Text(String::new()), |variant| self.pattern(&variant.pattern));
        }
        let patterns: Vec<Node> = variants.iter().map(|variant| self.pattern(&variant.pattern)).collect();
        let Some(Selector::Value(by, kind, style, is_ordinal)) = selector_value else { return Node::Text(String::new()) };
        let rule = match kind.is_numeric() {
            true => Rule::Plural(Arc::clone(&self.language.plurals), is_ordinal, style),
            false => Rule::Value,
        };
        let keys: Vec<Option<Key>> = variants.iter().map(|variant| self.key(variant, &kind, is_ordinal, selector)).collect();
        let variants = keys.into_iter().map(|key| key.unwrap_or(Key::Text(String::new()))).zip(patterns).collect();
        Node::Choice(Box::new(Choice { by, rule, variants, default }))
    }

    fn selector(&mut self, selector: &'t Placeable) -> Option<Selector> {
        match &selector.kind {
            PlaceableKind::Text(text) => return Some(Selector::Fixed(text.clone())),
            PlaceableKind::Term(name, attribute, values) => {
                return match self.term(name, attribute.as_deref(), values) {
                    Node::Text(text) => Some(Selector::Fixed(text)),
                    node => Some(Selector::Value(node, Type::Text, NumberStyle::default(), false)),
                };
            }
            PlaceableKind::Variable(name) if self.term.is_some_and(|values| values.iter().all(|(known, _)| known != name)) => {
                return Some(Selector::Absent);
            }
            _ => {}
        }
        let (node, kind, style, is_ordinal) = self.value(selector)?;
        match (node, kind) {
            (Node::Text(text), Type::Text) => Some(Selector::Fixed(text)),
            (_, Type::Date) => {
                let message = format!("`{}` is a date, and a date cannot choose", shown(selector));
                self.fault(selector.span, &code::CATALOGUE_VALUE, message, "choose by a number or a text, such as `year: year(due)`");
                None
            }
            (node, kind) => Some(Selector::Value(node, kind, style, is_ordinal)),
        }
    }

    /// The key of a variant, as a value of a type can be.
    fn key(&mut self, variant: &'t Variant, kind: &Type, is_ordinal: bool, selector: &Placeable) -> Option<Key> {
        let shown = shown(selector);
        let (message, hint) = match (&variant.key, kind) {
            (Literal::Text(word), Type::Text) => return Some(Key::Text(word.clone())),
            (Literal::Text(word), Type::Boolean) if matches!(word.as_str(), "true" | "false") => return Some(Key::Boolean(word == "true")),
            (Literal::Text(_), Type::Boolean) if variant.is_default => return Some(Key::Text(String::new())),
            (Literal::Number(number), Type::Integer | Type::Decimal | Type::Money) => return parse_decimal(number.as_bytes()).ok().map(Key::Number),
            (Literal::Text(word), Type::Integer | Type::Decimal | Type::Money) => {
                if let Some(category) = category_of(word) {
                    self.check_category(category, variant.span, is_ordinal);
                    return Some(Key::Category(category));
                }
                let words: Vec<&str> = self.language.plurals.categories(is_ordinal).map(word_of).collect();
                let hint = format!("keys of numbers are numbers and the plural categories of the language: `{}`", words.join("`, `"));
                (format!("`{shown}` is a number where the text is used, and never `{word}`"), hint)
            }
            (Literal::Number(number), _) => {
                let hint = "give the number itself, without a filter".to_string();
                (format!("`{shown}` is {} where the text is used, and never the number {number}", kind.with_article()), hint)
            }
            (Literal::Text(word), _) => {
                (format!("`{shown}` is {} where the text is used, and never `{word}`", kind.with_article()), "its keys are `true` and `false`".into())
            }
        };
        self.fault(variant.span, &code::CATALOGUE_VALUE, message, hint);
        None
    }

    /// A category that the language does not have is never taken: a slip of a translator, but nothing is wrong in print.
    fn check_category(&mut self, category: Category, span: Span, is_ordinal: bool) {
        // `other` is the name that the default has in every language.
        if category == Category::Other || self.language.plurals.categories(is_ordinal).any(|known| known == category) {
            return;
        }
        let which = if is_ordinal { "ordinal numbers" } else { "numbers" };
        let words: Vec<&str> = self.language.plurals.categories(is_ordinal).map(word_of).collect();
        let message = format!("{which} of `{}` are never `{}`", self.language.tag, word_of(category));
        let warning = Diagnostic::warning(&code::CATALOGUE_CATEGORY, span, message);
        self.compiler.scope.warnings.push(warning.hint(format!("they are `{}`", words.join("`, `"))));
    }
}
