//! `text('name', value: …)`: a text of the catalogues as an expression, one per language.
//!
//! Takes the text of each language and the values at the place of use, gives a node in which every variable, reference and
//! option is resolved; whatever no record can change is decided here. Must never know how a file is read.

mod choice;
mod option;

use std::ops::Range;

use super::{Compiled, Compiler, Node, scalar};
use crate::base::code::{self, Code};
use crate::base::money::{Decimal, parse_decimal};
use crate::base::span::Span;
use crate::base::suggest::closest;
use crate::kit::catalogue::{Language, Literal, Part, Pattern, Placeable, PlaceableKind, Texts};
use crate::kit::expr::filter::{Format, NumberStyle};
use crate::kit::expr::parse::{Ast, AstKind};
use crate::kit::expr::types::Type;
use crate::kit::expr::{ExprFault, InCatalogue};
use crate::kit::locale::DatePattern;

/// A value at the place of use.
struct Given {
    name: String,
    range: Range<usize>,
    node: Node,
    kind: Type,
    is_used: bool,
}

impl Compiler<'_> {
    pub(super) fn text(&mut self, arguments: &[Ast]) -> Compiled {
        let given = self.given(&arguments[1..]);
        let at = arguments[0].range.clone();
        let AstKind::Text(key) = &arguments[0].kind else {
            let fault = ExprFault::new(at, &code::EXPR_ARGUMENTS, "`text` wants the name of a text in quotes first");
            return self.fault(
                fault.hint("which text it is, is known beforehand: `paid ? text('thanks') : text('due')`; codes of the data are looked up in tables"),
            );
        };
        let Some(texts) = self.scope.texts.clone() else {
            let fault = ExprFault::new(at, &code::EXPR_NOT_HERE, "there are no catalogues here");
            return self.fault(fault.hint("a layout names the folder of its texts: `<texts folder=\"texts\"/>`"));
        };
        let mut given = given?;
        if texts.languages.iter().all(|language| language.find(key).is_none()) {
            return self.unknown_text(key, at, &texts);
        }
        let key_range = at.start + 1..at.end - 1;
        let mut nodes = Vec::with_capacity(texts.languages.len());
        for language in &texts.languages {
            let Some(pattern) = language.find(key) else {
                self.missing_text(key, language, &key_range);
                nodes.push(Node::Text(String::new()));
                continue;
            };
            self.scope.texts_used.insert(name_of(key).to_string());
            let mut place = Use { compiler: self, language, key, range: key_range.clone(), given: &mut given, term: None };
            let node = place.pattern(pattern);
            nodes.push(node);
        }
        let is_faulty = texts.languages.iter().any(|language| language.is_faulty);
        for value in given.iter().filter(|value| !value.is_used && !is_faulty) {
            self.unused_value(key, value, &texts);
        }
        self.is_constant = false;
        Some((Node::Texts(nodes), Type::Text))
    }

    /// The values of a call, each with a name.
    fn given(&mut self, arguments: &[Ast]) -> Option<Vec<Given>> {
        let mut given: Vec<Given> = Vec::new();
        let before = self.faults.len();
        for argument in arguments {
            let AstKind::Named(name, value) = &argument.kind else {
                let fault = ExprFault::new(argument.range.clone(), &code::EXPR_ARGUMENTS, "a value of a text has a name");
                let name = match &argument.kind {
                    AstKind::Path(parts) => parts.last().map_or("value", |(name, _)| name),
                    _ => "value",
                };
                self.fault(fault.hint(format!("write `{name}: …`; in the catalogue it is `{{ ${name} }}`")));
                continue;
            };
            let range = argument.range.start..argument.range.start + name.len();
            if given.iter().any(|known| known.name == *name) {
                self.fault(ExprFault::new(range, &code::EXPR_ARGUMENTS, format!("`{name}` is given twice")));
                continue;
            }
            let Some((node, kind)) = self.node(value) else { continue };
            if !scalar(&kind) {
                self.wrong(&value.range, format!("a {kind} cannot be part of a text"));
                continue;
            }
            given.push(Given { name: name.clone(), range, node, kind, is_used: false });
        }
        (self.faults.len() == before).then_some(given)
    }

    fn unknown_text(&mut self, key: &str, range: Range<usize>, texts: &Texts) -> Compiled {
        // It may stand in what could not be read.
        if texts.languages.is_empty() || texts.languages.iter().any(|language| language.is_faulty) {
            return Some((Node::Text(String::new()), Type::Text));
        }
        let known: Vec<String> = texts.languages.iter().flat_map(keys_of).collect();
        let mut fault = ExprFault::new(range, &code::CATALOGUE_UNKNOWN, format!("no catalogue has a text `{key}`"));
        if let Some(near) = closest(key, known.iter().map(String::as_str)) {
            fault.hint = Some(format!("did you mean `{near}`?"));
            fault.fix = Some(format!("'{near}'"));
        }
        self.fault(fault)
    }

    fn missing_text(&mut self, key: &str, language: &Language, range: &Range<usize>) {
        if language.is_faulty {
            return;
        }
        // An attribute is missing in its text, a text in the file.
        let (place, message) = match (language.texts.get(name_of(key)), key.split_once('.')) {
            (Some(found), Some((name, attribute))) => (found.span, format!("`{name}` has no `.{attribute}` in `{}`", language.tag)),
            (Some(found), None) => (found.span, format!("`{key}` has attributes alone in `{}`, and no text", language.tag)),
            (None, _) => (Span::new(language.file, 0, 0), format!("the language `{}` has no text `{key}`", language.tag)),
        };
        let fault = ExprFault { catalogue: Some(InCatalogue::Fault(place)), ..ExprFault::new(range.clone(), &code::CATALOGUE_MISSING, message) };
        self.fault_of_text(fault);
    }

    fn unused_value(&mut self, key: &str, value: &Given, texts: &Texts) {
        let mut fault = ExprFault::new(
            value.range.clone(),
            &code::CATALOGUE_VALUE,
            format!("the text `{key}` has no variable `${}` in any language", value.name),
        );
        let mut names: Vec<&str> = Vec::new();
        for pattern in texts.languages.iter().filter_map(|language| language.find(key)) {
            variables(pattern, &mut names);
        }
        if let Some(near) = closest(&value.name, names) {
            fault.hint = Some(format!("did you mean `{near}`?"));
            fault.fix = Some(near.to_string());
        }
        self.fault(fault);
    }

    /// Adds a fault of a catalogue unless it was told where the text was used before.
    fn fault_of_text(&mut self, fault: ExprFault) {
        if self.scope.texts_told.insert((fault.catalogue, fault.message.clone())) {
            self.faults.push(fault);
        }
    }
}

fn name_of(key: &str) -> &str {
    key.split_once('.').map_or(key, |(name, _)| name)
}

fn keys_of(language: &Language) -> impl Iterator<Item = String> {
    language.texts.iter().flat_map(|(name, named)| {
        let attributes = named.attributes.iter().map(move |(attribute, ..)| format!("{name}.{attribute}"));
        named.value.iter().map(|_| name.clone()).chain(attributes)
    })
}

/// Adds the variables of a text, for a suggestion.
fn variables<'t>(pattern: &'t Pattern, names: &mut Vec<&'t str>) {
    fn inside<'t>(placeable: &'t Placeable, names: &mut Vec<&'t str>) {
        match &placeable.kind {
            PlaceableKind::Variable(name) => names.push(name),
            PlaceableKind::Call(_, arguments, _) => arguments.iter().for_each(|argument| inside(argument, names)),
            PlaceableKind::Select(selector, variants) => {
                inside(selector, names);
                variants.iter().for_each(|variant| variables(&variant.pattern, names));
            }
            PlaceableKind::Text(_) | PlaceableKind::Number(_) | PlaceableKind::Reference(..) | PlaceableKind::Term(..) => {}
        }
    }
    for part in &pattern.parts {
        if let Part::Placeable(placeable) = part {
            inside(placeable, names);
        }
    }
}

/// A text of one language at one place of use.
struct Use<'m, 's, 't> {
    compiler: &'m mut Compiler<'s>,
    language: &'t Language,
    /// The text that is used, and where.
    key: &'t str,
    range: Range<usize>,
    given: &'m mut [Given],
    /// Inside a term: the values it is given, and no others.
    term: Option<&'t [(String, Literal)]>,
}

impl<'t> Use<'_, '_, 't> {
    /// The node of a text. After a fault it is any.
    fn pattern(&mut self, pattern: &'t Pattern) -> Node {
        let mut nodes: Vec<Node> = Vec::new();
        for part in pattern.parts.iter().filter(|_| !pattern.is_broken) {
            let node = match part {
                Part::Text(text) => Node::Text(text.clone()),
                Part::Placeable(placeable) => self.placeable(placeable),
            };
            push(node, &mut nodes);
        }
        match nodes.len() {
            0 => Node::Text(String::new()),
            1 => nodes.remove(0),
            _ => Node::Sequence(nodes),
        }
    }

    fn placeable(&mut self, placeable: &'t Placeable) -> Node {
        match &placeable.kind {
            PlaceableKind::Text(text) => Node::Text(text.clone()),
            PlaceableKind::Number(number) => printed_number(number_node(number), NumberStyle::default()),
            PlaceableKind::Reference(name, attribute) => self.reference(name, attribute.as_deref()),
            PlaceableKind::Term(name, _, values) => self.term(name, None, values),
            PlaceableKind::Select(selector, variants) => self.select(selector, variants),
            PlaceableKind::Call(name, arguments, options) if name == "DATETIME" => self.date(placeable, arguments, options),
            PlaceableKind::Variable(_) | PlaceableKind::Call(..) => match self.value(placeable) {
                Some((node, kind, style, is_ordinal)) => self.print(node, &kind, style, is_ordinal, placeable.span),
                None => Node::Text(String::new()),
            },
        }
    }

    /// A value as a text prints it.
    fn print(&mut self, node: Node, kind: &Type, style: NumberStyle, is_ordinal: bool, span: Span) -> Node {
        if is_ordinal {
            let fault = "an ordinal number is no text: it chooses, and the text is written for each case";
            self.fault(span, &code::CATALOGUE_VALUE, fault, "write `{ NUMBER($n, type: \"ordinal\") -> [one] { $n }st *[other] { $n }th }`");
        }
        match kind {
            Type::Text if matches!(node, Node::Text(_)) => node,
            Type::Text => Node::Isolated(Box::new(node), self.language.direction),
            Type::Decimal | Type::Money | Type::Integer => printed_number(node, style),
            Type::Date => Node::Format(Box::new(node), Format::Date(DatePattern::Medium)),
            Type::Boolean => {
                let hint = "choose: `{ $paid -> [true] … *[false] … }`";
                self.fault(span, &code::CATALOGUE_VALUE, "true and false have no words of their own in a language", hint);
                node
            }
            Type::List(_) | Type::Row(_) => node,
        }
    }

    fn reference(&mut self, name: &'t str, attribute: Option<&'t str>) -> Node {
        let Some(named) = self.language.texts.get(name) else { return Node::Text(String::new()) };
        self.compiler.scope.texts_used.insert(name.to_string());
        let pattern = match attribute {
            Some(attribute) => named.attribute(attribute),
            None => named.value.as_ref(),
        };
        pattern.map_or(Node::Text(String::new()), |pattern| self.pattern(pattern))
    }

    fn term(&mut self, name: &'t str, attribute: Option<&'t str>, values: &'t [(String, Literal)]) -> Node {
        let Some(term) = self.language.terms.get(name) else { return Node::Text(String::new()) };
        let pattern = match attribute {
            Some(attribute) => term.attribute(attribute),
            None => term.value.as_ref(),
        };
        let Some(pattern) = pattern else { return Node::Text(String::new()) };
        let around = self.term.replace(values);
        let node = self.pattern(pattern);
        self.term = around;
        node
    }

    /// A variable, literal or `NUMBER(…)`: its value, its type, how it is printed, and whether it counts as an ordinal number.
    fn value(&mut self, placeable: &'t Placeable) -> Option<(Node, Type, NumberStyle, bool)> {
        match &placeable.kind {
            PlaceableKind::Variable(name) => {
                let (node, kind) = self.variable(name, placeable.span)?;
                Some((node, kind, NumberStyle::default(), false))
            }
            PlaceableKind::Number(number) => Some((number_node(number), Type::Decimal, NumberStyle::default(), false)),
            PlaceableKind::Call(name, arguments, options) if name == "NUMBER" => {
                let argument = self.only(name, arguments, placeable.span)?;
                let (node, kind, style, is_ordinal) = self.value(argument)?;
                if !kind.is_numeric() {
                    let message = format!("`NUMBER` wants a number, `{}` is {} where the text is used", shown(argument), kind.with_article());
                    self.fault(argument.span, &code::CATALOGUE_VALUE, message, "give the number itself, without a filter");
                    return None;
                }
                Some(self.number(node, kind, (style, is_ordinal), options))
            }
            PlaceableKind::Call(name, ..) if name == "DATETIME" => {
                self.fault(placeable.span, &code::CATALOGUE_VALUE, "a date cannot choose", "choose by a number or a text, such as `year: year(due)`");
                None
            }
            PlaceableKind::Call(name, ..) => {
                let message = format!("there is no function `{name}`");
                self.fault(
                    placeable.span,
                    &code::CATALOGUE_UNKNOWN,
                    message,
                    "there are `NUMBER` and `DATETIME`; anything else is calculated where the text is used",
                );
                None
            }
            PlaceableKind::Text(_) | PlaceableKind::Reference(..) | PlaceableKind::Term(..) | PlaceableKind::Select(..) => {
                self.fault(placeable.span, &code::CATALOGUE_VALUE, "a value is wanted here, such as `$count`", "");
                None
            }
        }
    }

    fn only(&mut self, name: &str, arguments: &'t [Placeable], span: Span) -> Option<&'t Placeable> {
        match arguments {
            [only] => Some(only),
            _ => {
                let message = format!("`{name}` takes one value, not {}", arguments.len());
                self.fault(span, &code::CATALOGUE_VALUE, message, "options have names: `NUMBER($n, maximumFractionDigits: 1)`");
                None
            }
        }
    }

    /// The value of a variable: given at the place of use, or the field of the record with that name, in which a hyphen stands for a dot.
    fn variable(&mut self, name: &'t str, span: Span) -> Option<(Node, Type)> {
        if let Some(values) = self.term {
            let found = values.iter().find(|(known, _)| known == name);
            if found.is_none() {
                let hint = "a term sees what it is given alone: `{ -term(name: \"value\") }`";
                self.fault(span, &code::CATALOGUE_VALUE, format!("the term is not given `${name}` where it is used"), hint);
            }
            return found.map(|(_, literal)| match literal {
                Literal::Text(text) => (Node::Text(text.clone()), Type::Text),
                Literal::Number(number) => (number_node(number), Type::Decimal),
            });
        }
        if let Some(given) = self.given.iter_mut().find(|given| given.name == name) {
            given.is_used = true;
            return Some((given.node.clone(), given.kind.clone()));
        }
        let field = name.replace('-', ".");
        if let Some(found) = self.compiler.scope.lasting(&field) {
            return Some(found);
        }
        let message = format!("the text `{}` wants a value for `${name}`", self.key);
        let mut fault = ExprFault::new(self.range.clone(), &code::CATALOGUE_VALUE, message);
        fault.catalogue = Some(InCatalogue::Wanted(span));
        fault.hint = Some(match closest(&field, self.compiler.scope.record().names()) {
            Some(near) => format!("give it, or write `${}` for the field `{near}`", near.replace('.', "-")),
            None => format!("give it: `text('{}', {}: …)`", self.key, name.replace('-', "_")),
        });
        self.compiler.fault_of_text(fault);
        None
    }

    fn fault(&mut self, place: Span, code: &'static Code, message: impl Into<String>, hint: impl Into<String>) {
        let hint = Some(hint.into()).filter(|hint| !hint.is_empty());
        let fault = ExprFault { catalogue: Some(InCatalogue::Fault(place)), hint, ..ExprFault::new(self.range.clone(), code, message) };
        self.compiler.fault_of_text(fault);
    }
}

impl super::Scope {
    /// A field of the record or of the job by its whole name: what every place of a layout sees.
    fn lasting(&self, name: &str) -> Option<(Node, Type)> {
        let record = self.record();
        if let Some(index) = record.find(name) {
            return Some((Node::Field(0, index), record.fields[index].kind.clone())).filter(|(_, kind)| scalar(kind));
        }
        // Names of rows have no dot.
        let at = self.variables.iter().position(|(known, _)| known == name && known.contains('.'))?;
        Some((Node::Variable(at), self.variables[at].1.clone()))
    }
}

/// Adds a node; texts beside each other are one.
fn push(node: Node, nodes: &mut Vec<Node>) {
    match (node, nodes.last_mut()) {
        (Node::Sequence(inner), _) => inner.into_iter().for_each(|node| push(node, nodes)),
        (Node::Text(text), Some(Node::Text(before))) => before.push_str(&text),
        (Node::Text(text), _) if text.is_empty() => {}
        (node, _) => nodes.push(node),
    }
}

fn printed_number(node: Node, style: NumberStyle) -> Node {
    Node::Format(Box::new(node), Format::InText(style))
}

fn number_node(number: &str) -> Node {
    Node::Decimal(parse_decimal(number.as_bytes()).unwrap_or(Decimal::ZERO))
}

/// A value as its file has it.
fn shown(placeable: &Placeable) -> String {
    match &placeable.kind {
        PlaceableKind::Variable(name) => format!("${name}"),
        PlaceableKind::Number(number) => number.clone(),
        PlaceableKind::Call(_, arguments, _) => arguments.first().map(shown).unwrap_or_default(),
        PlaceableKind::Text(text) => format!("\"{text}\""),
        PlaceableKind::Reference(name, _) => name.clone(),
        PlaceableKind::Term(name, ..) => format!("-{name}"),
        PlaceableKind::Select(selector, _) => shown(selector),
    }
}
