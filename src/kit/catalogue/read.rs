//! A Fluent file to texts and terms.
//!
//! Takes the text of a file, gives its entries with their places, or all its faults. Must never know which texts a layout uses.

use std::collections::BTreeMap;

use fluent_syntax::ast::{self, CallArguments, Entry, Expression, InlineExpression, PatternElement, VariantKey};
use fluent_syntax::parser::{self, ErrorKind, ParserError};
use fluent_syntax::unicode::unescape_unicode_to_string;

use super::{Literal, NamedText, Part, Pattern, Placeable, PlaceableKind, Variant};
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::limits::{CATALOGUE_ENTRY_BYTES_MAX, CATALOGUE_NESTING_MAX};
use crate::base::span::{FileId, Span};

/// The entries of one file.
#[derive(Debug, Default)]
pub struct FileTexts {
    /// Texts by name.
    pub texts: BTreeMap<String, NamedText>,
    /// Terms by name, without the hyphen.
    pub terms: BTreeMap<String, NamedText>,
}

/// Reads a file. What is not Fluent is told, and everything else is read all the same.
pub fn read(text: &str, file: FileId, faults: &mut Faults) -> FileTexts {
    let mut reader = Reader { text, file, faults, entries: FileTexts::default() };
    // The parser goes down one level for each brace that is open, so there cannot be many.
    if reader.is_bounded() {
        let resource = match parser::parse_runtime(text.strip_prefix('\u{feff}').unwrap_or(text)) {
            Ok(resource) => resource,
            Err((resource, errors)) => {
                errors.into_iter().for_each(|error| reader.syntax(&error));
                resource
            }
        };
        resource.body.into_iter().for_each(|entry| reader.entry(entry));
    }
    reader.entries
}

struct Reader<'t, 'f> {
    text: &'t str,
    file: FileId,
    faults: &'f mut Faults,
    entries: FileTexts,
}

impl<'t> Reader<'t, '_> {
    /// Whether no entry has more bytes or open braces than one may have.
    fn is_bounded(&mut self) -> bool {
        let (mut start, mut at, mut open) = (0, 0, 0usize);
        for line in self.text.split_inclusive('\n') {
            if begins_entry(line) {
                (start, open) = (at, 0);
            }
            at += line.len();
            // A brace in a quoted text closes nothing. Quotes end with their line, so one without a quote before it is none of these.
            let first_quote = line.find('"').unwrap_or(line.len());
            let mut deepest = open;
            for (place, byte) in line.bytes().enumerate() {
                match byte {
                    b'{' => open += 1,
                    b'}' if place < first_quote => open = open.saturating_sub(1),
                    _ => {}
                }
                deepest = deepest.max(open);
            }
            if let Some(place) = broken_escape(line, first_quote) {
                let place = at - line.len() + place;
                let fault = Diagnostic::error(&code::CATALOGUE_SYNTAX, Span::new(self.file, place, place + 2), "an escape without its figures");
                self.faults.push(fault.hint("`\\u` takes four hexadecimal figures, `\\U` six"));
                return false;
            }
            let message = if at - start > CATALOGUE_ENTRY_BYTES_MAX {
                format!("a text of more than {CATALOGUE_ENTRY_BYTES_MAX} bytes")
            } else if deepest > CATALOGUE_NESTING_MAX {
                format!("more than {CATALOGUE_NESTING_MAX} braces are open")
            } else {
                continue;
            };
            let end = start + self.text[start..].find('\n').unwrap_or(self.text.len() - start);
            self.faults.push(Diagnostic::error(&code::LAYOUT_TOO_LARGE, Span::new(self.file, start, end), message));
            return false;
        }
        true
    }

    fn syntax(&mut self, error: &ParserError) {
        let offset = self.text.len() - self.text.strip_prefix('\u{feff}').unwrap_or(self.text).len();
        let start = (error.pos.start + offset).min(self.text.len());
        // The parser is past what is wrong where that has come to its end.
        let (message, hint) = explain(&error.kind);
        let end =
            self.text[floor(self.text, start)..].chars().next().filter(|c| *c != '\n').map_or(start, |c| floor(self.text, start) + c.len_utf8());
        let fault = Diagnostic::error(&code::CATALOGUE_SYNTAX, Span::new(self.file, floor(self.text, start), end), message);
        self.faults.push(match hint {
            Some(hint) => fault.hint(hint),
            None => fault,
        });
    }

    fn entry(&mut self, entry: Entry<&'t str>) {
        let (id, value, attributes, is_term) = match entry {
            Entry::Message(message) => (message.id, message.value, message.attributes, false),
            Entry::Term(term) => (term.id, Some(term.value), term.attributes, true),
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) | Entry::Junk { .. } => return,
        };
        let span = if is_term { self.place_with(id.name, 1) } else { self.place(id.name) };
        let mut named = NamedText { span, value: value.map(|value| self.pattern(value)), attributes: Vec::new(), is_inherited: false };
        for attribute in attributes {
            let name = attribute.id.name;
            let place = self.place(name);
            if let Some((_, first, _)) = named.attributes.iter().find(|(known, ..)| known == name) {
                let fault = Diagnostic::error(&code::LAYOUT_DUPLICATE_NAME, place, format!("`.{name}` stands here again"));
                self.faults.push(fault.related(*first, "first here"));
                continue;
            }
            let pattern = self.pattern(attribute.value);
            named.attributes.push((name.to_string(), place, pattern));
        }
        let known = if is_term { &mut self.entries.terms } else { &mut self.entries.texts };
        if let Some(first) = known.get(id.name) {
            let shown = if is_term { format!("-{}", id.name) } else { id.name.to_string() };
            let fault = Diagnostic::error(&code::LAYOUT_DUPLICATE_NAME, span, format!("`{shown}` stands here again"));
            self.faults.push(fault.related(first.span, "first here").hint("keep one of the two"));
            return;
        }
        known.insert(id.name.to_string(), named);
    }

    fn pattern(&mut self, pattern: ast::Pattern<&'t str>) -> Pattern {
        let mut parts: Vec<Part> = Vec::new();
        let mut text = String::new();
        for element in pattern.elements {
            match element {
                PatternElement::TextElement { value } => add_text(value, &mut text),
                PatternElement::Placeable { expression } => {
                    if !text.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut text)));
                    }
                    parts.extend(self.expression(expression).map(Part::Placeable));
                }
            }
        }
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        Pattern { parts, is_broken: false }
    }

    fn expression(&mut self, expression: Expression<&'t str>) -> Option<Placeable> {
        match expression {
            Expression::Inline(inline) => self.inline(inline),
            Expression::Select { selector, variants } => {
                let selector = self.inline(selector);
                let variants: Vec<Variant> = variants.into_iter().map(|variant| self.variant(variant)).collect();
                let selector = selector?;
                Some(Placeable { span: selector.span, kind: PlaceableKind::Select(Box::new(selector), variants) })
            }
        }
    }

    fn variant(&mut self, variant: ast::Variant<&'t str>) -> Variant {
        let (name, key) = match variant.key {
            VariantKey::Identifier { name } => (name, Literal::Text(name.to_string())),
            VariantKey::NumberLiteral { value } => (value, Literal::Number(value.to_string())),
        };
        Variant { span: self.place(name), key, pattern: self.pattern(variant.value), is_default: variant.default }
    }

    fn inline(&mut self, inline: InlineExpression<&'t str>) -> Option<Placeable> {
        let (span, kind) = match inline {
            InlineExpression::StringLiteral { value } => {
                (self.place_with(value, 1), PlaceableKind::Text(unescape_unicode_to_string(value).into_owned()))
            }
            InlineExpression::NumberLiteral { value } => (self.place(value), PlaceableKind::Number(value.to_string())),
            InlineExpression::VariableReference { id } => (self.place_with(id.name, 1), PlaceableKind::Variable(id.name.to_string())),
            InlineExpression::MessageReference { id, attribute } => {
                (self.place(id.name), PlaceableKind::Reference(id.name.to_string(), attribute.map(|attribute| attribute.name.to_string())))
            }
            InlineExpression::TermReference { id, attribute, arguments } => {
                let span = self.place_with(id.name, 1);
                let named = match arguments {
                    Some(CallArguments { positional, named }) => {
                        if !positional.is_empty() {
                            let fault = Diagnostic::error(&code::CATALOGUE_VALUE, span, format!("a value of `-{}` has no name", id.name));
                            self.faults.push(fault.hint(format!("write `-{}(case: \"genitive\")`", id.name)));
                        }
                        self.named(named)
                    }
                    None => Vec::new(),
                };
                let named = named.into_iter().map(|(name, _, literal)| (name, literal)).collect();
                (span, PlaceableKind::Term(id.name.to_string(), attribute.map(|attribute| attribute.name.to_string()), named))
            }
            InlineExpression::FunctionReference { id, arguments } => {
                let positional = arguments.positional.into_iter().filter_map(|argument| self.inline(argument)).collect();
                let named = self.named(arguments.named);
                (self.place(id.name), PlaceableKind::Call(id.name.to_string(), positional, named))
            }
            InlineExpression::Placeable { expression } => return self.expression(*expression),
        };
        Some(Placeable { span, kind })
    }

    fn named(&mut self, arguments: Vec<ast::NamedArgument<&'t str>>) -> Vec<(String, Span, Literal)> {
        let mut found = Vec::new();
        for argument in arguments {
            let literal = match argument.value {
                InlineExpression::StringLiteral { value } => Literal::Text(unescape_unicode_to_string(value).into_owned()),
                InlineExpression::NumberLiteral { value } => Literal::Number(value.to_string()),
                // The grammar allows nothing else.
                _ => continue,
            };
            found.push((argument.name.name.to_string(), self.place(argument.name.name), literal));
        }
        found
    }

    /// The place of a slice of the file.
    fn place(&self, slice: &str) -> Span {
        let start = (slice.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize).min(self.text.len());
        Span::new(self.file, start, (start + slice.len()).min(self.text.len()))
    }

    /// The same with the sign before it.
    fn place_with(&self, slice: &str, before: u32) -> Span {
        let span = self.place(slice);
        Span { start: span.start.saturating_sub(before), ..span }
    }
}

/// Where an escape of a quoted text has a letter beyond ASCII among its figures: the parser would cut that in two.
fn broken_escape(line: &str, first_quote: usize) -> Option<usize> {
    let bytes = line.as_bytes();
    let breaks = |place: &usize| {
        let figures = match bytes.get(place + 1) {
            Some(b'u') => 4,
            Some(b'U') => 6,
            _ => return false,
        };
        bytes.iter().skip(place + 2).take(figures).any(|byte| !byte.is_ascii())
    };
    (first_quote..bytes.len()).filter(|place| bytes[*place] == b'\\').find(breaks)
}

/// Whether a line begins an entry: a name, then `=`.
fn begins_entry(line: &str) -> bool {
    let name = line.strip_prefix('-').unwrap_or(line);
    let rest = name.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && rest.trim_start_matches(' ').starts_with('=')
}

/// Adds a part of a text. A line end is a space, as in XML, with the spaces around it.
fn add_text(value: &str, text: &mut String) {
    for (index, line) in value.split('\n').enumerate() {
        let line = line.trim_end_matches('\r');
        if index == 0 {
            // The line before may have ended with the text before.
            text.push_str(if text.ends_with(' ') { line.trim_start_matches(' ') } else { line });
            continue;
        }
        text.truncate(text.trim_end_matches(' ').len());
        text.push(' ');
        text.push_str(line.trim_start_matches(' '));
    }
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// What a fault of the syntax is, and what to do.
fn explain(kind: &ErrorKind) -> (String, Option<&'static str>) {
    match kind {
        ErrorKind::ExpectedToken(token) => {
            let hint = match token {
                '=' => Some("a text is `name = text`; its further lines are indented"),
                '}' => Some("`{ $name }` puts a value into a text; a literal brace is written `{\"{\"}`"),
                _ => None,
            };
            (format!("`{token}` is missing here"), hint)
        }
        ErrorKind::ExpectedCharRange { range } if range.contains('\n') => {
            ("a line ends after `->`".into(), Some("each variant stands on a line of its own"))
        }
        ErrorKind::ExpectedCharRange { range } => (format!("one of {range} is missing here"), None),
        ErrorKind::ExpectedMessageField { entry_id } => {
            (format!("`{entry_id}` has no text"), Some("write it behind the `=`, or on the next line, indented"))
        }
        ErrorKind::ExpectedTermField { entry_id } => {
            (format!("`-{entry_id}` has no text"), Some("write it behind the `=`, or on the next line, indented"))
        }
        ErrorKind::ForbiddenCallee => ("functions have capital names".into(), Some("there are `NUMBER` and `DATETIME`")),
        ErrorKind::MissingDefaultVariant => {
            ("no variant is the default".into(), Some("the one that is taken where no other is begins with `*`: `*[other] …`"))
        }
        ErrorKind::MultipleDefaultVariants => ("two variants are the default".into(), Some("one alone begins with `*`")),
        ErrorKind::MissingValue => ("a text is missing here".into(), None),
        ErrorKind::MessageReferenceAsSelector | ErrorKind::MessageAttributeAsSelector => {
            ("a text cannot choose".into(), Some("choose by a value, `$name`, or by an attribute of a term, `-term.gender`"))
        }
        ErrorKind::TermReferenceAsSelector => ("a term cannot choose, an attribute of it can".into(), Some("write `-term.gender ->`")),
        ErrorKind::TermAttributeAsPlaceable => ("an attribute of a term cannot be printed".into(), Some("it can choose: `{ -term.gender -> … }`")),
        ErrorKind::UnterminatedStringLiteral => ("a quoted text is not closed".into(), Some("it ends with `\"` on the same line")),
        ErrorKind::PositionalArgumentFollowsNamed => ("values come before options".into(), None),
        ErrorKind::DuplicatedNamedArgument(name) => (format!("`{name}` is given twice"), None),
        ErrorKind::UnknownEscapeSequence(_) => ("this is no escape".into(), Some("there are `\\\"`, `\\\\` and `\\u0000`")),
        ErrorKind::InvalidUnicodeEscapeSequence(sequence) => {
            (format!("`{sequence}` is no character"), Some("write four hexadecimal digits: `\\u00A0`"))
        }
        ErrorKind::UnbalancedClosingBrace => ("a `}` that closes nothing".into(), Some("a literal brace is written `{\"}\"}`")),
        ErrorKind::ExpectedInlineExpression => {
            ("a value is missing here".into(), Some("in braces stand `$name`, `\"text\"`, a number, a function, the name of a text or `-term`"))
        }
        ErrorKind::ExpectedSimpleExpressionAsSelector => ("this cannot choose".into(), Some("choose by a value: `{ $count -> … }`")),
        ErrorKind::ExpectedLiteral => ("a text in quotes or a number is missing here".into(), None),
    }
}
