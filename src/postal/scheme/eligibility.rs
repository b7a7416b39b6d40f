//! Which mailings a scheme is for.
//!
//! Takes an expression such as `total_pieces>=5000 or per_key(LR)>=200`, gives a tree of conditions. Must never know how pieces are
//! counted.
//!
//! ```text
//! either = all { "or" all }      all = one { "and" one }      one = "(" either ")" | amount ">=" number
//! amount = "total_pieces" | "total_weight" (grams) | "per_key" "(" level ")"
//! ```
//! `per_key(L)` is asked for each piece: how many pieces of the mailing share its key at level L. A scheme that takes 5,000 pieces of
//! the whole country or 200 of one region so takes the pieces of full regions from a small mailing, and excludes the others.

use super::Level;
use super::rows::Cell;
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::limits;
use crate::base::span::Span;

/// An expression of conditions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Eligibility {
    /// An amount that must be reached: pieces, or milligrams of [`Term::TotalWeight`].
    AtLeast(Term, u64),
    /// All of them.
    All(Vec<Eligibility>),
    /// Any of them.
    Any(Vec<Eligibility>),
}

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Term {
    /// Pieces of the mailing.
    TotalPieces,
    /// Their weight.
    TotalWeight,
    /// Pieces of the mailing that share the key of a piece at this level.
    PerKey(usize),
}

impl Eligibility {
    /// Reads an expression.
    pub(super) fn read(cell: Cell<'_>, levels: &[Level], faults: &mut Faults) -> Option<Eligibility> {
        let mut parser = Parser { text: cell.text, at: 0, depth: 0, span: cell.span, levels };
        let result = parser.either().and_then(|found| match parser.peek() {
            "" => Ok(found),
            rest => Err(parser.fault(format!("`{rest}` is left over")).hint("conditions are joined by `and` or `or`").into()),
        });
        result.map_err(|fault| faults.push(*fault)).ok()
    }

    /// Whether it holds, if `amount` tells what is there.
    pub fn holds(&self, amount: &impl Fn(Term) -> u64) -> bool {
        match self {
            Eligibility::AtLeast(term, least) => amount(*term) >= *least,
            Eligibility::All(parts) => parts.iter().all(|part| part.holds(amount)),
            Eligibility::Any(parts) => parts.iter().any(|part| part.holds(amount)),
        }
    }

    /// Its single conditions, from left to right.
    pub fn conditions(&self) -> Vec<(Term, u64)> {
        match self {
            Eligibility::AtLeast(term, least) => vec![(*term, *least)],
            Eligibility::All(parts) | Eligibility::Any(parts) => parts.iter().flat_map(Eligibility::conditions).collect(),
        }
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    span: Span,
    levels: &'t [Level],
}

impl<'t> Parser<'t> {
    /// The next word, number or sign; empty at the end.
    fn peek(&mut self) -> &'t str {
        let rest = self.text[self.at..].trim_start();
        self.at = self.text.len() - rest.len();
        let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
        let length = match rest.chars().next() {
            None => 0,
            Some(first) if word(first) => rest.find(|c| !word(c)).unwrap_or(rest.len()),
            Some('>' | '<' | '=') => rest.find(|c| !matches!(c, '>' | '<' | '=')).unwrap_or(rest.len()),
            Some(first) => first.len_utf8(),
        };
        &rest[..length]
    }

    fn next(&mut self) -> &'t str {
        let token = self.peek();
        self.at += token.len();
        token
    }

    fn fault(&self, message: String) -> Diagnostic {
        // A quoted cell has its quotes in its span, so the place within it is that of the cell.
        let is_plain = (self.span.end - self.span.start) as usize == self.text.len();
        let span = if is_plain { self.span.part(self.at.min(self.text.len().saturating_sub(1)), self.text.len()) } else { self.span };
        Diagnostic::error(&code::SCHEME_ELIGIBILITY, span, message)
    }

    fn either(&mut self) -> Result<Eligibility, Box<Diagnostic>> {
        let mut parts = vec![self.all()?];
        while self.peek() == "or" {
            self.next();
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Eligibility::Any(parts) })
    }

    fn all(&mut self) -> Result<Eligibility, Box<Diagnostic>> {
        let mut parts = vec![self.one()?];
        while self.peek() == "and" {
            self.next();
            parts.push(self.one()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Eligibility::All(parts) })
    }

    fn one(&mut self) -> Result<Eligibility, Box<Diagnostic>> {
        if self.peek() != "(" {
            return self.condition();
        }
        self.depth += 1;
        if self.depth > limits::EXPRESSION_NESTING_MAX {
            return Err(self.fault(format!("parentheses nest deeper than {}", limits::EXPRESSION_NESTING_MAX)).into());
        }
        self.next();
        let inner = self.either()?;
        self.expect(")")?;
        self.depth -= 1;
        Ok(inner)
    }

    fn expect(&mut self, sign: &str) -> Result<(), Box<Diagnostic>> {
        match self.peek() {
            found if found == sign => {
                self.next();
                Ok(())
            }
            "" => Err(self.fault(format!("the expression ends where `{sign}` is expected")).into()),
            found => Err(self.fault(format!("`{found}` stands where `{sign}` is expected")).into()),
        }
    }

    fn condition(&mut self) -> Result<Eligibility, Box<Diagnostic>> {
        const AMOUNTS: [&str; 3] = ["total_pieces", "total_weight", "per_key"];
        let term = match self.peek() {
            "total_pieces" => Term::TotalPieces,
            "total_weight" => Term::TotalWeight,
            "per_key" => Term::PerKey(0),
            "" => return Err(self.fault("the expression ends where an amount is expected".into()).hint("such as `total_pieces>=500`").into()),
            other => return Err(self.fault(format!("`{other}` is no amount")).suggest(other, AMOUNTS).into()),
        };
        self.next();
        let term = if let Term::PerKey(_) = term { Term::PerKey(self.level()?) } else { term };
        match self.peek() {
            ">=" => self.next(),
            found => return Err(self.fault(format!("`{found}` stands where `>=` is expected")).hint("amounts are compared with `>=`").into()),
        };
        let number = self.peek();
        let least = match (term, crate::base::money::parse_decimal(number.as_bytes())) {
            (Term::TotalWeight, Ok(grams)) => u64::try_from(grams * crate::base::money::Decimal::ONE_THOUSAND).ok(),
            _ => number.parse().ok(),
        };
        let Some(least) = least else {
            return Err(self.fault(format!("`{number}` is not a number")).hint("pieces are counted, weight is in grams").into());
        };
        self.next();
        Ok(Eligibility::AtLeast(term, least))
    }

    /// `(LEVEL)` behind `per_key`.
    fn level(&mut self) -> Result<usize, Box<Diagnostic>> {
        self.expect("(")?;
        let name = self.peek();
        let Some(level) = self.levels.iter().position(|level| level.id == name) else {
            return Err(self.fault(format!("there is no level `{name}`")).suggest(name, self.levels.iter().map(|level| level.id.as_str())).into());
        };
        self.next();
        self.expect(")")?;
        Ok(level)
    }
}
