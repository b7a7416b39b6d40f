//! Texts with expressions: `"Statement {account}"`.
//!
//! Takes a text of the job file and a scope, gives pieces that write the text of a record, and expressions on their own.
//! Must never know what the text is for.

use std::ops::Range;

use super::read::Text;
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::kit::expr::{self, Env, EvalError, Expr, Scope, Type};

/// A text with expressions, compiled.
#[derive(Debug, Default)]
pub struct Template(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Text(String),
    Value(Expr),
}

impl Template {
    /// Compiles a text; every fault is told at its place.
    pub(super) fn compile(text: &Text, scope: &mut Scope, faults: &mut Faults) -> Template {
        let mut pieces = Vec::new();
        for part in split(text, faults) {
            match part {
                Part::Text(range) => pieces.push(Piece::Text(text.text[range].to_string())),
                Part::Expression(range) => pieces.extend(compile_range(text, range, scope, faults).map(Piece::Value)),
            }
        }
        Template(pieces)
    }

    /// Adds the text of a record.
    pub fn write(&self, env: &Env<'_, '_>, out: &mut String) -> Result<(), EvalError> {
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Value(expr) => expr.write_text(env, out)?,
            }
        }
        Ok(())
    }
}

/// Compiles a text that is one expression.
pub(super) fn compile_expression(text: &Text, scope: &mut Scope, faults: &mut Faults) -> Option<Expr> {
    compile_range(text, 0..text.text.len(), scope, faults)
}

/// Compiles a condition.
pub(super) fn compile_condition(text: &Text, scope: &mut Scope, faults: &mut Faults) -> Option<Expr> {
    let expr = compile_expression(text, scope, faults)?;
    if *expr.kind() != Type::Boolean {
        let message = format!("a condition must be true or false, this is {}", expr.kind());
        faults.push(Diagnostic::error(&code::EXPR_TYPE, text.part(0..text.text.len()), message).hint("compare it, such as `closing lt 0`"));
        return None;
    }
    Some(expr)
}

/// Compiles a part of a text as one expression.
pub(super) fn compile_range(text: &Text, range: Range<usize>, scope: &mut Scope, faults: &mut Faults) -> Option<Expr> {
    match expr::compile(&text.text[range.clone()], scope) {
        Ok(expr) => Some(expr),
        Err(found) => {
            for fault in found {
                let place = text.part(range.start + fault.range.start..range.start + fault.range.end);
                let mut diagnostic = Diagnostic::error(fault.code, place, fault.message);
                diagnostic.hint = fault.hint;
                diagnostic.fix = fault.fix;
                faults.push(diagnostic);
            }
            None
        }
    }
}

/// A part of a text in braces.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Part {
    /// As written.
    Text(Range<usize>),
    /// The inside of `{…}`.
    Expression(Range<usize>),
}

/// Divides a text at its braces. `{{` and `}}` are braces themselves.
pub(super) fn split(text: &Text, faults: &mut Faults) -> Vec<Part> {
    let bytes = text.text.as_bytes();
    let (mut parts, mut at, mut start) = (Vec::new(), 0, 0);
    while at < bytes.len() {
        let byte = bytes[at];
        if byte != b'{' && byte != b'}' {
            at += 1;
            continue;
        }
        if start < at {
            parts.push(Part::Text(start..at));
        }
        if bytes.get(at + 1) == Some(&byte) {
            parts.push(Part::Text(at..at + 1));
            at += 2;
        } else if byte == b'}' {
            let fault = Diagnostic::error(&code::EXPR_SYNTAX, text.part(at..at + 1), "a `}` that closes nothing");
            faults.push(fault.hint("a literal `}` is written `}}`").fix("}}"));
            at += 1;
        } else if let Some(end) = closing_brace(bytes, at + 1) {
            parts.push(Part::Expression(at + 1..end));
            at = end + 1;
        } else {
            let fault = Diagnostic::error(&code::EXPR_SYNTAX, text.part(at..at + 1), "a `{` that is never closed");
            faults.push(fault.hint("end it with `}`; a literal `{` is written `{{`"));
            at = bytes.len();
        }
        start = at;
    }
    if start < bytes.len() {
        parts.push(Part::Text(start..bytes.len()));
    }
    parts
}

/// The brace that ends an expression: not one inside a quoted text.
fn closing_brace(bytes: &[u8], start: usize) -> Option<usize> {
    let mut quoted = false;
    for (at, byte) in bytes.iter().enumerate().skip(start) {
        match byte {
            b'\'' => quoted = !quoted,
            b'}' if !quoted => return Some(at),
            _ => {}
        }
    }
    None
}
