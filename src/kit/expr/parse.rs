//! Text → syntax tree.
//!
//! Takes the text of an expression, gives a tree with byte ranges. Must never know which names exist.

use std::ops::Range;

use super::ExprFault;
use crate::base::code;
use crate::base::limits;

/// A node with its place.
#[derive(Clone, PartialEq, Debug)]
pub struct Ast {
    /// What it is.
    pub kind: AstKind,
    /// Its bytes in the text.
    pub range: Range<usize>,
}

/// Kinds of nodes.
#[derive(Clone, PartialEq, Debug)]
pub enum AstKind {
    /// A number as written.
    Number(String),
    /// A quoted text.
    Text(String),
    /// `true` or `false`.
    Boolean(bool),
    /// `null`.
    Null,
    /// A dotted path; each part with its place.
    Path(Vec<(String, Range<usize>)>),
    /// `call(...).field`.
    Member(Box<Ast>, String),
    /// `name: value`, among the arguments of a call.
    Named(String, Box<Ast>),
    /// `name(arguments)`.
    Call(String, Range<usize>, Vec<Ast>),
    /// `-x` or `not x`.
    Unary(Operator, Box<Ast>),
    /// `a op b`.
    Binary(Operator, Box<Ast>, Box<Ast>),
    /// `test ? a : b`.
    Conditional(Box<Ast>, Box<Ast>, Box<Ast>),
    /// `x in (a, b)`.
    In(Box<Ast>, Vec<Ast>),
    /// `x | name arguments`.
    Filter(Box<Ast>, String, Range<usize>, Vec<Ast>),
}

/// Operators.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
    /// `~`
    Concatenate,
    /// `eq`
    Equal,
    /// `ne`
    NotEqual,
    /// `lt`
    Less,
    /// `le`
    LessEqual,
    /// `gt`
    Greater,
    /// `ge`
    GreaterEqual,
    /// `and`
    And,
    /// `or`
    Or,
    /// `??`
    Coalesce,
    /// `not`
    Not,
}

impl Operator {
    /// The word of a comparison with the spaces around it; `None` for what compares nothing.
    pub fn comparison(self) -> Option<&'static str> {
        match self {
            Operator::Equal => Some(" eq "),
            Operator::NotEqual => Some(" ne "),
            Operator::Less => Some(" lt "),
            Operator::LessEqual => Some(" le "),
            Operator::Greater => Some(" gt "),
            Operator::GreaterEqual => Some(" ge "),
            Operator::Add
            | Operator::Subtract
            | Operator::Multiply
            | Operator::Divide
            | Operator::Remainder
            | Operator::Concatenate
            | Operator::And
            | Operator::Or
            | Operator::Coalesce
            | Operator::Not => None,
        }
    }
}

#[derive(Clone, PartialEq, Debug)]
enum Token {
    Number(String),
    Text(String),
    Name(String),
    Symbol(&'static str),
    End,
}

const SYMBOLS: &[&str] =
    &["??", "==", "!=", "<=", ">=", "&&", "||", "(", ")", ",", ".", "+", "-", "*", "/", "%", "~", "<", ">", "=", "!", "?", ":", "|"];

/// Reads a whole expression.
pub fn parse(text: &str) -> Result<Ast, ExprFault> {
    if text.len() > limits::EXPRESSION_BYTES_MAX {
        return Err(ExprFault::new(
            0..text.len(),
            &code::EXPR_SYNTAX,
            format!("the expression has {} bytes, more than {}", text.len(), limits::EXPRESSION_BYTES_MAX),
        ));
    }
    let tokens = lex(text)?;
    let mut parser = Parser { tokens, at: 0, depth: 0, end: text.len() };
    if parser.peek() == &Token::End {
        return Err(
            ExprFault::new(0..text.len(), &code::EXPR_SYNTAX, "the expression is empty").hint("write a field name or a value between the braces")
        );
    }
    let ast = parser.filters()?;
    match parser.peek().clone() {
        Token::End => Ok(ast),
        other => {
            let range = parser.range();
            let mut fault = ExprFault::new(range, &code::EXPR_SYNTAX, format!("`{}` is not expected here", show(&other)));
            if text.trim_start().starts_with("if ") {
                fault = fault.hint("a choice is written `test ? value : other value`");
            } else if other == Token::Symbol("(") {
                fault = fault.hint("functions take all values in brackets: `length(name)`, not `name.length()`");
            } else if matches!(other, Token::Name(_) | Token::Number(_) | Token::Text(_)) {
                fault = fault.hint("an operator is missing, or a filter is not introduced by `|`");
            }
            Err(fault)
        }
    }
}

fn lex(text: &str) -> Result<Vec<(Token, Range<usize>)>, ExprFault> {
    let mut tokens = Vec::new();
    let mut at = 0;
    'next: while let Some(letter) = text[at..].chars().next() {
        let start = at;
        if letter.is_whitespace() {
            at += letter.len_utf8();
            continue;
        }
        if letter.is_ascii_digit() {
            at += text[at..].bytes().take_while(u8::is_ascii_digit).count();
            if text[at..].starts_with('.') && text[at + 1..].starts_with(|c: char| c.is_ascii_digit()) {
                at += 1 + text[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
            }
            tokens.push((Token::Number(text[start..at].to_string()), start..at));
            continue;
        }
        if letter.is_alphabetic() || letter == '_' {
            // A hyphen belongs to a name if a letter follows without a space: `due-date`; `a - b` is a difference.
            for (offset, c) in text[start..].char_indices() {
                let next = text[start + offset + c.len_utf8()..].chars().next();
                let continues = c.is_alphanumeric() || c == '_' || (c == '-' && next.is_some_and(char::is_alphabetic));
                if !continues {
                    break;
                }
                at = start + offset + c.len_utf8();
            }
            tokens.push((Token::Name(text[start..at].to_string()), start..at));
            continue;
        }
        if letter == '\'' || letter == '"' {
            match text[at + 1..].find(letter) {
                Some(length) => {
                    at += length + 2;
                    tokens.push((Token::Text(text[start + 1..at - 1].to_string()), start..at));
                    continue;
                }
                None => {
                    return Err(ExprFault::new(start..text.len(), &code::EXPR_SYNTAX, "a quoted text is not closed")
                        .hint(format!("add `{letter}` at its end")));
                }
            }
        }
        for symbol in SYMBOLS {
            if text[at..].starts_with(symbol) {
                at += symbol.len();
                tokens.push((Token::Symbol(symbol), start..at));
                continue 'next;
            }
        }
        let fault = ExprFault::new(start..start + letter.len_utf8(), &code::EXPR_SYNTAX, format!("`{letter}` means nothing in an expression"));
        return Err(match letter {
            '[' | ']' => fault.hint("a row of a list is `first(list)`, `last(list)` or one of a `for`"),
            '&' => fault.hint("write `and`"),
            '$' => fault.hint("names stand alone: `{name}`"),
            _ => fault,
        });
    }
    tokens.push((Token::End, text.len()..text.len()));
    Ok(tokens)
}

struct Parser {
    tokens: Vec<(Token, Range<usize>)>,
    at: usize,
    depth: usize,
    end: usize,
}

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn range(&self) -> Range<usize> {
        self.tokens[self.at].1.clone()
    }

    fn take(&mut self) -> Token {
        let token = self.tokens[self.at].0.clone();
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
        token
    }

    fn eat(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), Token::Symbol(s) if *s == symbol);
        if found {
            self.at += 1;
        }
        found
    }

    fn expect(&mut self, symbol: &'static str, what: &str) -> Result<(), ExprFault> {
        if self.eat(symbol) {
            return Ok(());
        }
        if *self.peek() == Token::End {
            return Err(ExprFault::new(self.range(), &code::EXPR_SYNTAX, format!("`{symbol}` is missing {what}, and the expression ends here")));
        }
        let found = show(self.peek());
        Err(ExprFault::new(self.range(), &code::EXPR_SYNTAX, format!("`{symbol}` is missing {what}, there is `{found}`")))
    }

    fn filters(&mut self) -> Result<Ast, ExprFault> {
        self.depth += 1;
        if self.depth > limits::EXPRESSION_NESTING_MAX {
            return Err(ExprFault::new(
                self.range(),
                &code::EXPR_SYNTAX,
                format!("the expression is nested deeper than {}", limits::EXPRESSION_NESTING_MAX),
            ));
        }
        let mut ast = self.conditional()?;
        while self.eat("|") {
            let range = self.range();
            let Token::Name(name) = self.take() else {
                return Err(ExprFault::new(range, &code::EXPR_SYNTAX, "a filter name is missing after `|`"));
            };
            let mut arguments = Vec::new();
            if self.eat("(") {
                self.arguments(&mut arguments)?;
            } else {
                while matches!(self.peek(), Token::Number(_) | Token::Text(_)) || (matches!(self.peek(), Token::Name(n) if !is_operator(n))) {
                    let range = self.range();
                    let kind = match self.take() {
                        Token::Number(number) => AstKind::Number(number),
                        Token::Text(text) | Token::Name(text) => AstKind::Text(text),
                        Token::Symbol(_) | Token::End => unreachable!("looked at before it was taken"),
                    };
                    arguments.push(Ast { kind, range });
                }
            }
            let whole = ast.range.start..self.tokens[self.at.saturating_sub(1)].1.end;
            ast = Ast { kind: AstKind::Filter(Box::new(ast), name, range, arguments), range: whole };
        }
        self.depth -= 1;
        Ok(ast)
    }

    fn conditional(&mut self) -> Result<Ast, ExprFault> {
        let test = self.binary(0)?;
        if !self.eat("?") {
            return Ok(test);
        }
        let yes = self.filters()?;
        self.expect(":", "after `?`")?;
        let no = self.conditional_branch()?;
        let range = test.range.start..no.range.end;
        Ok(Ast { kind: AstKind::Conditional(Box::new(test), Box::new(yes), Box::new(no)), range })
    }

    fn conditional_branch(&mut self) -> Result<Ast, ExprFault> {
        self.depth += 1;
        if self.depth > limits::EXPRESSION_NESTING_MAX {
            return Err(ExprFault::new(self.range(), &code::EXPR_SYNTAX, "the expression is nested too deep"));
        }
        let branch = self.conditional();
        self.depth -= 1;
        branch
    }

    fn operator(&self) -> Option<(Operator, u8)> {
        Some(match self.peek() {
            Token::Symbol("??") => (Operator::Coalesce, 1),
            Token::Symbol("||") => (Operator::Or, 2),
            Token::Symbol("&&") => (Operator::And, 3),
            Token::Symbol("=" | "==") => (Operator::Equal, 4),
            Token::Symbol("!=") => (Operator::NotEqual, 4),
            Token::Symbol("<") => (Operator::Less, 4),
            Token::Symbol("<=") => (Operator::LessEqual, 4),
            Token::Symbol(">") => (Operator::Greater, 4),
            Token::Symbol(">=") => (Operator::GreaterEqual, 4),
            Token::Symbol("~") => (Operator::Concatenate, 5),
            Token::Symbol("+") => (Operator::Add, 6),
            Token::Symbol("-") => (Operator::Subtract, 6),
            Token::Symbol("*") => (Operator::Multiply, 7),
            Token::Symbol("/") => (Operator::Divide, 7),
            Token::Symbol("%") => (Operator::Remainder, 7),
            Token::Name(name) => match name.as_str() {
                "or" => (Operator::Or, 2),
                "and" => (Operator::And, 3),
                "eq" => (Operator::Equal, 4),
                "ne" => (Operator::NotEqual, 4),
                "lt" => (Operator::Less, 4),
                "le" => (Operator::LessEqual, 4),
                "gt" => (Operator::Greater, 4),
                "ge" => (Operator::GreaterEqual, 4),
                _ => return None,
            },
            Token::Symbol(_) | Token::Number(_) | Token::Text(_) | Token::End => return None,
        })
    }

    fn binary(&mut self, least: u8) -> Result<Ast, ExprFault> {
        let mut left = self.unary()?;
        loop {
            if matches!(self.peek(), Token::Name(name) if name == "in") && least <= 4 {
                self.at += 1;
                self.expect("(", "after `in`")?;
                let mut values = Vec::new();
                self.arguments(&mut values)?;
                let range = left.range.start..self.tokens[self.at - 1].1.end;
                left = Ast { kind: AstKind::In(Box::new(left), values), range };
                continue;
            }
            let Some((operator, strength)) = self.operator() else { return Ok(left) };
            if strength < least.max(1) {
                return Ok(left);
            }
            self.at += 1;
            let right = self.binary(strength + 1)?;
            let range = left.range.start..right.range.end;
            left = Ast { kind: AstKind::Binary(operator, Box::new(left), Box::new(right)), range };
        }
    }

    fn unary(&mut self) -> Result<Ast, ExprFault> {
        let start = self.range().start;
        let operator = match self.peek() {
            Token::Symbol("-") => Operator::Subtract,
            Token::Symbol("!") => Operator::Not,
            Token::Name(name) if name == "not" => Operator::Not,
            _ => return self.primary(),
        };
        self.depth += 1;
        if self.depth > limits::EXPRESSION_NESTING_MAX {
            return Err(ExprFault::new(self.range(), &code::EXPR_SYNTAX, "the expression is nested too deep"));
        }
        self.at += 1;
        // `not a eq b` denies the comparison; `-a + b` negates only a.
        let operand = if operator == Operator::Not { self.binary(4)? } else { self.unary()? };
        self.depth -= 1;
        let range = start..operand.range.end;
        Ok(Ast { kind: AstKind::Unary(operator, Box::new(operand)), range })
    }

    fn primary(&mut self) -> Result<Ast, ExprFault> {
        let range = self.range();
        match self.take() {
            Token::Number(number) => Ok(Ast { kind: AstKind::Number(number), range }),
            Token::Text(text) => Ok(Ast { kind: AstKind::Text(text), range }),
            Token::Symbol("(") => {
                let inner = self.filters()?;
                self.expect(")", "to close `(`")?;
                Ok(Ast { kind: inner.kind, range: range.start..self.tokens[self.at - 1].1.end })
            }
            Token::Name(name) => match name.as_str() {
                "true" => Ok(Ast { kind: AstKind::Boolean(true), range }),
                "false" => Ok(Ast { kind: AstKind::Boolean(false), range }),
                "null" => Ok(Ast { kind: AstKind::Null, range }),
                _ if matches!(self.peek(), Token::Symbol("(")) => {
                    self.at += 1;
                    let mut arguments = Vec::new();
                    self.arguments(&mut arguments)?;
                    let whole = range.start..self.tokens[self.at - 1].1.end;
                    let mut ast = Ast { kind: AstKind::Call(name, range, arguments), range: whole };
                    while self.eat(".") {
                        let part = self.range();
                        let Token::Name(field) = self.take() else {
                            return Err(ExprFault::new(part, &code::EXPR_SYNTAX, "a field name is missing after `.`"));
                        };
                        let range = ast.range.start..part.end;
                        ast = match ast.kind {
                            AstKind::Member(inner, before) => Ast { kind: AstKind::Member(inner, format!("{before}.{field}")), range },
                            kind => Ast { kind: AstKind::Member(Box::new(Ast { kind, range: ast.range }), field), range },
                        };
                    }
                    Ok(ast)
                }
                _ => {
                    let mut parts = vec![(name, range.clone())];
                    while self.eat(".") {
                        let part = self.range();
                        match self.take() {
                            Token::Name(name) => parts.push((name, part)),
                            _ => return Err(ExprFault::new(part, &code::EXPR_SYNTAX, "a field name is missing after `.`")),
                        }
                    }
                    let end = parts.last().map_or(range.end, |(_, r)| r.end);
                    Ok(Ast { kind: AstKind::Path(parts), range: range.start..end })
                }
            },
            Token::End => Err(ExprFault::new(self.end.saturating_sub(1)..self.end, &code::EXPR_SYNTAX, "the expression ends too early")),
            Token::Symbol(symbol) => Err(ExprFault::new(range, &code::EXPR_SYNTAX, format!("a value is missing before `{symbol}`"))),
        }
    }

    /// A value, perhaps with a name: `date: due`.
    fn argument(&mut self) -> Result<Ast, ExprFault> {
        let range = self.range();
        let name = match (self.peek(), self.tokens.get(self.at + 1)) {
            (Token::Name(name), Some((Token::Symbol(":"), _))) => name.clone(),
            _ => return self.filters(),
        };
        self.at += 2;
        let value = self.filters()?;
        let range = range.start..value.range.end;
        Ok(Ast { kind: AstKind::Named(name, Box::new(value)), range })
    }

    fn arguments(&mut self, out: &mut Vec<Ast>) -> Result<(), ExprFault> {
        if self.eat(")") {
            return Ok(());
        }
        loop {
            out.push(self.argument()?);
            if self.eat(")") {
                return Ok(());
            }
            if *self.peek() == Token::End {
                return Err(ExprFault::new(self.range(), &code::EXPR_SYNTAX, "the bracket of a function is not closed").hint("a `)` is missing"));
            }
            self.expect(",", "between arguments")?;
        }
    }
}

fn is_operator(name: &str) -> bool {
    matches!(name, "and" | "or" | "not" | "in" | "eq" | "ne" | "lt" | "le" | "gt" | "ge")
}

fn show(token: &Token) -> String {
    match token {
        Token::Number(text) | Token::Name(text) => text.clone(),
        Token::Text(text) => format!("'{text}'"),
        Token::Symbol(symbol) => (*symbol).to_string(),
        Token::End => "the end".to_string(),
    }
}
