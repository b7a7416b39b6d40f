//! Expressions in attributes and texts.
//!
//! Takes values with their places, gives compiled expressions or faults at the byte that is wrong. Must never know
//! what an expression is used for beyond its type.

use std::ops::Range;
use std::sync::Arc;

use super::attribute::article;
use super::compile::{Compiler, RowName};
use super::tree::{Attribute, Element, Mapped};
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::suggest::closest;
use crate::kit::expr::{self, Expr, InCatalogue, Type};

/// A part of a text with expressions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Piece {
    /// Text as it is written.
    Text(Range<usize>),
    /// `{{` or `}}`: the range of one of the two.
    Brace(Range<usize>),
    /// The inside of `{…}`.
    Expr(Range<usize>),
}

/// `name in list`, compiled as far as it could be.
pub(super) struct Repeat {
    /// The name of the row.
    pub(super) name: String,
    /// The list; `None` after a fault.
    pub(super) list: Option<Expr>,
    /// The type of the row; known after a fault too if the list could be guessed.
    pub(super) row: Option<Type>,
}

/// Words that cannot name rows and fields: names that are always visible, and the words of expressions.
pub(super) const TAKEN: &[&str] =
    &["page", "pages", "job", "record", "and", "or", "not", "in", "eq", "ne", "lt", "le", "gt", "ge", "true", "false", "null", "if", "else", "then"];

/// Whether `name` can name a row or one part of a field.
pub(super) fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

impl<'t> Compiler<'_, 't> {
    /// Divides a text into literal parts and expressions.
    pub(super) fn split(&mut self, value: &Mapped) -> Vec<Piece> {
        let bytes = value.text.as_bytes();
        let (mut pieces, mut at, mut start) = (Vec::new(), 0, 0);
        while let Some(found) = memchr::memchr2(b'{', b'}', &bytes[at..]) {
            let brace = at + found;
            if start < brace {
                pieces.push(Piece::Text(start..brace));
            }
            if bytes.get(brace + 1) == Some(&bytes[brace]) {
                pieces.push(Piece::Brace(brace..brace + 1));
                at = brace + 2;
            } else if bytes[brace] == b'}' {
                let diagnostic = Diagnostic::error(&code::EXPR_SYNTAX, value.place(brace, brace + 1), "a `}` that closes nothing");
                self.fault(diagnostic.hint("a literal `}` is written `}}`").fix("}}"));
                at = brace + 1;
            } else if let Some(end) = expression_end(bytes, brace + 1) {
                pieces.push(Piece::Expr(brace + 1..end));
                at = end + 1;
            } else {
                let line_end = memchr::memchr(b'\n', &bytes[brace..]).map_or(bytes.len(), |at| brace + at);
                let diagnostic = Diagnostic::error(&code::EXPR_SYNTAX, value.place(brace, brace + 1), "a `{` that is never closed");
                self.fault(diagnostic.label("begins an expression").hint("end it with `}`; a literal `{` is written `{{`"));
                at = line_end;
            }
            start = at;
        }
        if start < bytes.len() {
            pieces.push(Piece::Text(start..bytes.len()));
        }
        pieces
    }

    /// A text with expressions as one expression, which gives the whole text.
    pub(super) fn joined(&mut self, value: &Mapped) -> Option<Expr> {
        let pieces = self.split(value);
        self.join(value, &pieces)
    }

    /// The pieces of a text as one expression.
    pub(super) fn join(&mut self, value: &Mapped, pieces: &[Piece]) -> Option<Expr> {
        let mut parts = Vec::new();
        for piece in pieces {
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
                self.fault(Diagnostic::error(&code::EXPR_SYNTAX, value.span, format!("the text cannot be put together: {reason}")));
                None
            }
        }
    }

    /// Compiles a part of a value.
    pub(super) fn expression(&mut self, value: &Mapped, range: Range<usize>) -> Option<Expr> {
        let text = &value.text[range.clone()];
        if text.trim().is_empty() {
            let diagnostic = Diagnostic::error(&code::EXPR_SYNTAX, value.place(range.start, range.end), "the expression is empty");
            self.fault(diagnostic.hint("write the name of a field, such as `{customer.name}`; a literal `{` is written `{{`"));
            return None;
        }
        if !self.check_summary_row(value, range.clone()) {
            return None;
        }
        match expr::compile(text, &mut self.scope) {
            Ok(expr) => Some(expr),
            Err(faults) => {
                for fault in faults {
                    if !self.is_of_unknown_row(&fault, text) {
                        self.place_fault(value, range.start, fault);
                    }
                }
                None
            }
        }
    }

    fn place_fault(&mut self, value: &Mapped, start: usize, fault: expr::ExprFault) {
        let here = value.place(start + fault.range.start, start + fault.range.end);
        // A fault of a catalogue stands there, and shows where its text is used.
        let (place, related) = match fault.catalogue {
            Some(InCatalogue::Fault(place)) => (place, Some(here)),
            Some(InCatalogue::Wanted(place)) => (here, Some(place)),
            None => (here, None),
        };
        let mut diagnostic = Diagnostic::error(fault.code, place, fault.message);
        diagnostic.related = related.map(|place| (place, "used here".into()));
        diagnostic.hint = fault.hint;
        self.fault(match fault.fix {
            Some(fix) => diagnostic.fix(fix.replace('&', "&amp;").replace('<', "&lt;")),
            None => diagnostic,
        });
    }

    /// Whether a faulty name begins with a row whose list is unknown; that fault has been told at the list.
    fn is_of_unknown_row(&self, fault: &expr::ExprFault, text: &str) -> bool {
        let name = text[clamp(&fault.range, text.len())].trim();
        let first = name.split(['.', ' ', '(', ')']).next().unwrap_or("");
        let is_name = *fault.code == code::EXPR_UNKNOWN_FIELD;
        self.rows.iter().any(|row| row.is_unknown && (row.name == first || (row.name.is_empty() && is_name)))
    }

    /// Carry rows and feet stand for no single row: there the row's name makes sense inside `running(…)` only.
    fn check_summary_row(&mut self, value: &Mapped, range: Range<usize>) -> bool {
        let Some(name) = self.summary_row.clone() else { return true };
        let Some(found) = find_outside_running(&value.text[range.clone()], &name) else { return true };
        let start = range.start + found;
        let message = format!("the row `{name}` is not known here");
        self.fault(
            Diagnostic::error(&code::EXPR_NOT_HERE, value.place(start, start + name.len()), message)
                .label("no single row stands here")
                .hint(format!("use `running({name}.…)`, or a function of the whole list")),
        );
        false
    }

    /// The boolean of a `test=`.
    pub(super) fn test(&mut self, attribute: &Attribute) -> Option<Expr> {
        let value = &attribute.value;
        if value.text.trim().is_empty() {
            // Told as an empty attribute where it is required.
            return None;
        }
        let text = strip_braces(&value.text);
        let start = text.as_ptr() as usize - value.text.as_ptr() as usize;
        let expr = self.expression(value, start..start + text.len())?;
        if *expr.kind() == Type::Boolean {
            return Some(expr);
        }
        let span = value.place_of(text.trim());
        let message = format!("`{}` is {}, and `{}` wants a boolean", text.trim(), article(expr.kind()), attribute.name);
        let hint = match expr.kind() {
            Type::List(_) => format!("compare, such as `count({}) gt 0`", text.trim()),
            Type::Text => format!("compare, such as `{} ne ''`", text.trim()),
            Type::Money | Type::Decimal | Type::Integer => format!("compare, such as `{} ne 0`", text.trim()),
            Type::Date | Type::Boolean | Type::Row(_) => "compare it with something".to_string(),
        };
        let fix = match expr.kind() {
            Type::List(_) => Some(format!("count({}) gt 0", text.trim())),
            Type::Text => Some(format!("{} ne ''", text.trim())),
            Type::Money | Type::Decimal | Type::Integer => Some(format!("{} ne 0", text.trim())),
            Type::Date | Type::Boolean | Type::Row(_) => None,
        };
        let diagnostic = Diagnostic::error(&code::EXPR_TYPE, span, message).label(format!("this is {}", article(expr.kind())));
        let diagnostic = diagnostic.hint(hint);
        self.fault(match fix {
            Some(fix) => diagnostic.fix(fix),
            None => diagnostic,
        });
        None
    }

    /// `name in list` of an attribute.
    pub(super) fn repeat(&mut self, element: &'t Element, attribute: &str) -> Option<Repeat> {
        let value = &element.find(attribute)?.value;
        let text = value.text.as_str();
        let Some((name, list_start)) = split_repeat(text) else {
            if !text.trim().is_empty() {
                self.refuse_repeat(value);
            }
            return Some(Repeat { name: String::new(), list: None, row: None });
        };
        let name_is_good = self.check_row_name(value, name);
        let (list, row) = self.repeat_list(value, list_start);
        Some(Repeat { name: name.to_string(), list: list.filter(|_| name_is_good), row })
    }

    fn refuse_repeat(&mut self, value: &Mapped) {
        let text = value.text.trim();
        let span = value.place_of(text);
        let message = format!("`{text}` does not say what to call a row");
        let diagnostic = Diagnostic::error(&code::LAYOUT_NOT_A_LIST, span, message).hint("write `name in list`, such as `line in lines`");
        let words: Vec<&str> = text.split([' ', ':', ',']).filter(|word| !word.is_empty()).collect();
        self.fault(match words.as_slice() {
            [list] if list.contains(|c: char| c.is_ascii_alphabetic()) => diagnostic.fix(format!("row in {list}")),
            [name, "of" | "from" | "on" | "IN" | "In", list] => diagnostic.fix(format!("{name} in {list}")),
            [name, list] if is_identifier(name) => diagnostic.fix(format!("{name} in {list}")),
            _ => diagnostic,
        });
    }

    fn check_row_name(&mut self, value: &Mapped, name: &str) -> bool {
        let span = value.place_of(name);
        if !is_identifier(name) || TAKEN.contains(&name) {
            let message = format!("`{name}` cannot be the name of a row");
            let fix = if TAKEN.contains(&name) { Some(format!("{name}_row")) } else { super::value::plain_name(name, '_') };
            let diagnostic = Diagnostic::error(&code::LAYOUT_NAME, span, message)
                .hint("a name begins with a letter, has letters, digits and `_`, and is no word of expressions");
            self.fault(match fix {
                Some(fix) => diagnostic.fix(fix.replace('.', "_")),
                None => diagnostic,
            });
            return false;
        }
        let is_field = self.schema.find(name).is_some() || self.schema.has_group(name);
        let is_row = self.rows.iter().any(|row| row.name == name);
        if is_field || is_row {
            let what = if is_field { "a field of the data" } else { "a row around this one" };
            let message = format!("`{name}` is also the name of {what}");
            self.fault(
                Diagnostic::error(&code::LAYOUT_DUPLICATE_NAME, span, message)
                    .label("which one would be meant?")
                    .hint("call the row something else")
                    .fix(format!("{name}_row")),
            );
            return false;
        }
        true
    }

    /// The list of a repetition and the type of its rows. After a fault with one clear fix, the type is that of the fix,
    /// so that what is inside is checked all the same.
    fn repeat_list(&mut self, value: &Mapped, start: usize) -> (Option<Expr>, Option<Type>) {
        let text = &value.text[start..];
        match expr::compile(text, &mut self.scope) {
            Ok(list) => {
                if let Type::List(schema) = list.kind() {
                    let row = Type::Row(Arc::clone(schema));
                    return (Some(list), Some(row));
                }
                self.refuse_list(value, text.trim(), list.kind());
                (None, None)
            }
            Err(faults) => {
                let mended = match faults.as_slice() {
                    [expr::ExprFault { range, fix: Some(fix), .. }] => {
                        let range = clamp(range, text.len());
                        Some(format!("{}{fix}{}", &text[..range.start], &text[range.end..]))
                    }
                    _ => None,
                };
                for fault in faults {
                    if !self.is_of_unknown_row(&fault, text) {
                        self.place_fault(value, start, fault);
                    }
                }
                let guess = mended.and_then(|mended| expr::compile(&mended, &mut self.scope).ok());
                match guess.as_ref().map(Expr::kind) {
                    Some(Type::List(schema)) => (None, Some(Type::Row(Arc::clone(schema)))),
                    _ => (None, None),
                }
            }
        }
    }

    fn refuse_list(&mut self, value: &Mapped, text: &str, kind: &Type) {
        let message = format!("`{text}` is {}, not a list", article(kind));
        let lists: Vec<&str> = self.schema.fields.iter().filter(|f| matches!(f.kind, Type::List(_))).map(|f| f.name.as_str()).collect();
        let diagnostic = Diagnostic::error(&code::LAYOUT_NOT_A_LIST, value.place_of(text), message);
        let best = closest(text, lists.iter().copied()).or(if let [only] = lists.as_slice() { Some(*only) } else { None });
        let diagnostic = match best {
            Some(best) => diagnostic.hint(format!("did you mean `{best}`?")).fix(best),
            None => diagnostic.suggest(text, lists.iter().copied()),
        };
        self.fault(diagnostic);
    }

    /// Does something while a row is visible; gives its variable.
    pub(super) fn with_row<T>(&mut self, repeat: &Repeat, inside: impl FnOnce(&mut Self, usize) -> T) -> T {
        self.rows.push(RowName { name: repeat.name.clone(), is_unknown: repeat.row.is_none() });
        let variable = match &repeat.row {
            Some(row) => self.scope.push(&repeat.name, row.clone()),
            None => 0,
        };
        let result = inside(self, variable);
        if repeat.row.is_some() {
            self.scope.pop();
        }
        self.rows.pop();
        result
    }
}

/// A text as an expression. The language has no escape inside quotes, but two kinds of them.
pub(super) fn quote(text: &str) -> String {
    if !text.contains('\'') {
        return format!("'{text}'");
    }
    if !text.contains('"') {
        return format!("\"{text}\"");
    }
    let parts: Vec<String> = text.split('\'').map(|part| format!("'{part}'")).collect();
    format!("({})", parts.join(" ~ \"'\" ~ "))
}

fn clamp(range: &Range<usize>, length: usize) -> Range<usize> {
    let start = range.start.min(length);
    start..range.end.clamp(start, length)
}

/// Where the `}` is that ends an expression: not inside a quoted text.
pub(super) fn expression_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut quote = None;
    for (at, &byte) in bytes.iter().enumerate().skip(start) {
        match (quote, byte) {
            (None, b'}') => return Some(at),
            (None, b'{') => return None,
            (None, b'\'' | b'"') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    // A quote that is never closed (`{it's}`): the expression itself is faulty, and ends at the first brace.
    quote.and_then(|_| memchr::memchr(b'}', &bytes[start..]).map(|at| start + at))
}

/// `{closing lt 0}` in an attribute that is an expression anyway.
pub(super) fn strip_braces(text: &str) -> &str {
    let trimmed = text.trim();
    trimmed.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(trimmed)
}

/// `name in list`: the name, and where the list begins.
fn split_repeat(text: &str) -> Option<(&str, usize)> {
    let at = text
        .match_indices("in")
        .map(|(at, _)| at)
        .find(|&at| text[..at].ends_with(|c: char| c.is_ascii_whitespace()) && text[at + 2..].starts_with(|c: char| c.is_ascii_whitespace()))?;
    let name = text[..at].trim();
    let rest = &text[at + 2..];
    let list = rest.trim();
    (!name.is_empty() && !list.is_empty()).then(|| (name, at + 2 + (rest.len() - rest.trim_start().len())))
}

/// Where `name` is used outside the parentheses of `running`.
fn find_outside_running(text: &str, name: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let (mut at, mut depth, mut running_depth) = (0, 0usize, None);
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'\'' | b'"') => {
                at += 1 + memchr::memchr(quote, &bytes[at + 1..]).unwrap_or(bytes.len() - at - 1);
            }
            b'(' => depth += 1,
            b')' => {
                depth = depth.saturating_sub(1);
                if running_depth == Some(depth) {
                    running_depth = None;
                }
            }
            byte if is_word(byte) => {
                let end = at + bytes[at..].iter().take_while(|byte| is_word(**byte)).count();
                let word = &text[at..end];
                let is_call = text[end..].trim_start().starts_with('(');
                if word == "running" && is_call && running_depth.is_none() {
                    running_depth = Some(depth);
                } else if word == name && running_depth.is_none() && !text[..at].ends_with('.') && !is_call {
                    return Some(at);
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_named_before_their_list() {
        assert_eq!(split_repeat("t in transactions"), Some(("t", 5)));
        assert_eq!(split_repeat("line  in  margin.lines"), Some(("line", 10)));
        assert_eq!(split_repeat("transactions"), None);
        assert_eq!(split_repeat("in lines"), None);
        assert_eq!(split_repeat("t in "), None);
    }

    #[test]
    fn rows_are_found_outside_running() {
        assert_eq!(find_outside_running("running(t.amount) | money", "t"), None);
        assert_eq!(find_outside_running("running(t.amount) + t.amount", "t"), Some(20));
        assert_eq!(find_outside_running("'t' | pad(3)", "t"), None);
        assert_eq!(find_outside_running("customer.t", "t"), None);
        assert_eq!(find_outside_running("sum((running(t.a)), t)", "t"), Some(20));
    }

    #[test]
    fn expressions_end_outside_quotes() {
        assert_eq!(expression_end(b"a | date '}'}", 0), Some(12));
        assert_eq!(expression_end(b"a", 0), None);
        assert_eq!(expression_end(b"it's}", 0), Some(4));
    }
}
