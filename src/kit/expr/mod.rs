//! The expression language: small, total, typed, compiled once.
//!
//! Takes the text of an expression and a [`Scope`] of typed names, gives an [`Expr`] or all its faults. Evaluation is total:
//! it ends, it allocates only in the record's arena, and its only failures are [`EvalError`]s that hold the record. Must
//! never know what a record or a layout is.

mod builtin;
mod codes;
mod compile;
mod eval;
mod filter;
mod parse;
mod reference;
#[cfg(test)]
mod tests;
mod types;
mod value;

use std::ops::Range;

use crate::base::code::Code;
use crate::base::span::Span;

pub use builtin::{FUNCTIONS, Function};
pub use codes::{CodeTable, CodeTableFault};
pub use compile::{Expr, Scope, compile};
pub use eval::{Env, EvalError};
pub use filter::{FILTERS, Filter};
pub use types::{Field, Schema, Type};
pub use value::{List, Value};

/// A fault of an expression; the range counts bytes of its text.
#[derive(Clone, PartialEq, Debug)]
pub struct ExprFault {
    /// Where.
    pub range: Range<usize>,
    /// Its code.
    pub code: &'static Code,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// What to put in place of the range.
    pub fix: Option<String>,
    /// A place in a catalogue that has to do with it.
    pub catalogue: Option<InCatalogue>,
}

/// What a place in a catalogue has to do with a fault.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum InCatalogue {
    /// It is at fault; the range of the expression is where its text is used.
    Fault(Span),
    /// It wants what the expression lacks.
    Wanted(Span),
}

impl ExprFault {
    /// A fault without advice.
    pub fn new(range: Range<usize>, code: &'static Code, message: impl Into<String>) -> ExprFault {
        ExprFault { range, code, message: message.into(), hint: None, fix: None, catalogue: None }
    }

    /// Adds advice.
    pub fn hint(mut self, hint: impl Into<String>) -> ExprFault {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the closest of some names.
    pub fn suggest<'a>(mut self, name: &str, candidates: impl IntoIterator<Item = &'a str>) -> ExprFault {
        if let Some(best) = crate::base::suggest::closest(name, candidates) {
            self.hint = Some(format!("did you mean `{best}`?"));
            self.fix = Some(best.to_string());
        }
        self
    }
}
