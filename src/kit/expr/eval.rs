//! Evaluation: total, exact, in the record's arena.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;
use rust_decimal::RoundingStrategy;
use std::cmp::Ordering;
use std::fmt::Write as _;

use super::builtin::Builtin;
use super::compile::{Choice, Expr, Key, Node, Rule};
use super::filter::{Format, NumberStyle};
use super::parse::Operator;
use super::reference;
use super::value::{List, Value};
use crate::base::date::Date;
use crate::base::limits;
use crate::base::money::{Currency, Decimal, Money, parse_decimal};
use crate::kit::locale::{Locale, MoneyStyle};
use crate::kit::text::runs_against;

/// Why an expression has no value for a record. The record is held.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EvalError {
    /// More than 28 digits, or a date beyond the years 1 to 9999.
    #[error("the result of a calculation is too large")]
    Overflow,
    /// Division by zero.
    #[error("a division by zero")]
    DivisionByZero,
    /// Amounts of two currencies meet.
    #[error("{0} and {1} cannot be calculated together")]
    Currencies(String, String),
    /// A text that `number()` or `date()` cannot read.
    #[error("`{0}` is not a {1}")]
    Malformed(String, &'static str),
    /// A text or a calculation beyond its limit.
    #[error("an expression needs more than its limit of {0}")]
    Limit(&'static str),
}

/// What an expression is evaluated against.
#[derive(Clone, Copy)]
pub struct Env<'e, 'a> {
    /// Where built values live.
    pub arena: &'a Bump,
    /// Variables by index; 0 is the record.
    pub vars: &'e [Value<'a>],
    /// Running sums by index.
    pub running: &'e [Value<'a>],
    /// Page and pages, in regions.
    pub page: Option<(i64, i64)>,
    /// The record's locale.
    pub locale: &'e Locale,
    /// The language of its texts, by index.
    pub language: usize,
}

type Evaluated<T> = Result<T, EvalError>;

impl Expr {
    /// The value.
    pub fn evaluate<'a>(&self, env: &Env<'_, 'a>) -> Evaluated<Value<'a>> {
        if let Node::Field(variable, field) = self.node {
            return Ok(field_of(env.vars[variable], field));
        }
        Eval { env, locals: Vec::new(), fuel: limits::EXPRESSION_STEPS_MAX }.node(&self.node)
    }

    /// Whether the test holds; an absent value does not.
    pub fn test(&self, env: &Env<'_, '_>) -> Evaluated<bool> {
        Ok(self.evaluate(env)? == Value::Boolean(true))
    }

    /// Adds a comparison with the values in the place of its sides: `35.00 eq 35.50`. Adds nothing for other expressions.
    pub fn write_comparison(&self, env: &Env<'_, '_>, out: &mut String) -> Evaluated<()> {
        let Node::Binary(operator, left, right) = &self.node else { return Ok(()) };
        let Some(word) = operator.comparison() else { return Ok(()) };
        let mut eval = Eval { env, locals: Vec::new(), fuel: limits::EXPRESSION_STEPS_MAX };
        for (side, between) in [(left, ""), (right, word)] {
            out.push_str(between);
            match eval.node(side)? {
                Value::Null => out.push_str("nothing"),
                Value::Text(text) => {
                    let _ = write!(out, "'{text}'");
                }
                value => eval.write_value(&value, out),
            }
        }
        Ok(())
    }

    /// Adds what `{…}` prints.
    pub fn write_text(&self, env: &Env<'_, '_>, out: &mut String) -> Evaluated<()> {
        let mut eval = Eval { env, locals: Vec::new(), fuel: limits::EXPRESSION_STEPS_MAX };
        eval.write(&self.node, out)
    }
}

fn field_of<'a>(row: Value<'a>, field: usize) -> Value<'a> {
    match row {
        Value::Row(values) => values.get(field).copied().unwrap_or(Value::Null),
        _ => Value::Null,
    }
}

struct Eval<'e, 'a> {
    env: &'e Env<'e, 'a>,
    locals: Vec<&'a [Value<'a>]>,
    fuel: u32,
}

impl<'a> Eval<'_, 'a> {
    fn node(&mut self, node: &Node) -> Evaluated<Value<'a>> {
        self.fuel = self.fuel.checked_sub(1).ok_or(EvalError::Limit("steps"))?;
        Ok(match node {
            Node::Null => Value::Null,
            Node::Text(text) => Value::Text(self.env.arena.alloc_str(text)),
            Node::Decimal(number) => Value::Decimal(*number),
            Node::Integer(number) => Value::Integer(*number),
            Node::Boolean(value) => Value::Boolean(*value),
            Node::Variable(index) => self.env.vars[*index],
            Node::Field(variable, field) => field_of(self.env.vars[*variable], *field),
            Node::Local(depth) => Value::Row(self.locals[*depth]),
            Node::LocalField(depth, field) => self.locals[*depth].get(*field).copied().unwrap_or(Value::Null),
            Node::Member(row, field) => field_of(self.node(row)?, *field),
            Node::Page => self.env.page.map_or(Value::Null, |(page, _)| Value::Integer(page)),
            Node::Pages => self.env.page.map_or(Value::Null, |(_, pages)| Value::Integer(pages)),
            Node::Running(index) => self.env.running.get(*index).copied().unwrap_or(Value::Null),
            Node::Unary(Operator::Not, operand) => match self.node(operand)? {
                Value::Boolean(value) => Value::Boolean(!value),
                _ => Value::Boolean(true),
            },
            Node::Unary(_, operand) => match self.node(operand)? {
                Value::Integer(number) => Value::Integer(number.checked_neg().ok_or(EvalError::Overflow)?),
                Value::Decimal(number) => Value::Decimal(-number),
                Value::Money(money) => Value::Money(Money { amount: -money.amount, ..money }),
                _ => Value::Null,
            },
            Node::Binary(operator, left, right) => self.binary(*operator, left, right)?,
            Node::Conditional(test, yes, no) => {
                if self.node(test)? == Value::Boolean(true) {
                    self.node(yes)?
                } else {
                    self.node(no)?
                }
            }
            Node::In(value, list) => {
                let value = self.node(value)?;
                let mut found = false;
                for item in list {
                    let item = self.node(item)?;
                    found |= compare(&value, &item)? == Some(Ordering::Equal);
                }
                Value::Boolean(found)
            }
            Node::Format(..) | Node::Texts(_) | Node::Sequence(_) | Node::Choice(_) | Node::Isolated(..) => {
                let mut text = String::new();
                self.write(node, &mut text)?;
                Value::Text(self.env.arena.alloc_str(&text))
            }
            Node::Lookup(table, key) => {
                let mut digits = String::new();
                let code = match self.node(key)? {
                    Value::Text(code) => code,
                    Value::Integer(number) => {
                        let _ = write!(digits, "{number}");
                        &digits
                    }
                    _ => return Ok(Value::Null),
                };
                table.find(code, self.env.locale.tag()).map_or(Value::Null, |text| Value::Text(self.env.arena.alloc_str(text)))
            }
            Node::Rows(function, list, item, option) => self.rows(*function, list, item.as_deref(), *option)?,
            Node::Call(function, arguments) => self.call(*function, arguments)?,
        })
    }

    fn binary(&mut self, operator: Operator, left: &Node, right: &Node) -> Evaluated<Value<'a>> {
        let first = self.node(left)?;
        match operator {
            Operator::And if first != Value::Boolean(true) => return Ok(Value::Boolean(false)),
            Operator::Or if first == Value::Boolean(true) => return Ok(Value::Boolean(true)),
            Operator::And | Operator::Or => return Ok(Value::Boolean(self.node(right)? == Value::Boolean(true))),
            Operator::Coalesce if !first.is_null() => return Ok(first),
            Operator::Coalesce => return self.node(right),
            _ => {}
        }
        let second = self.node(right)?;
        let ordering = |test: fn(Ordering) -> bool| -> Evaluated<Value<'a>> { Ok(Value::Boolean(compare(&first, &second)?.is_some_and(test))) };
        match operator {
            Operator::Equal if first.is_null() || second.is_null() => Ok(Value::Boolean(first.is_null() && second.is_null())),
            Operator::NotEqual if first.is_null() || second.is_null() => Ok(Value::Boolean(first.is_null() != second.is_null())),
            Operator::Equal => ordering(Ordering::is_eq),
            Operator::NotEqual => ordering(Ordering::is_ne),
            Operator::Less => ordering(Ordering::is_lt),
            Operator::LessEqual => ordering(Ordering::is_le),
            Operator::Greater => ordering(Ordering::is_gt),
            Operator::GreaterEqual => ordering(Ordering::is_ge),
            Operator::Concatenate => {
                let mut text = String::new();
                self.write_value(&first, &mut text);
                self.write_value(&second, &mut text);
                self.text(&text)
            }
            _ => arithmetic(operator, first, second),
        }
    }

    fn text(&self, text: &str) -> Evaluated<Value<'a>> {
        if text.len() > limits::EXPRESSION_TEXT_MAX {
            return Err(EvalError::Limit("text"));
        }
        Ok(Value::Text(self.env.arena.alloc_str(text)))
    }

    fn list(&mut self, node: &Node) -> Evaluated<List<'a>> {
        Ok(match self.node(node)? {
            Value::List(list) => list,
            _ => List::EMPTY,
        })
    }

    fn rows(&mut self, function: Builtin, list: &Node, item: Option<&Node>, option: bool) -> Evaluated<Value<'a>> {
        use Builtin::*;
        let (list, extra) = match (function, list) {
            (Take | Join, Node::Call(_, parts)) => (self.list(&parts[0])?, Some(self.node(&parts[1])?)),
            _ => (self.list(list)?, None),
        };
        let depth = self.locals.len();
        match function {
            Count if item.is_none() => return Ok(Value::Integer(list.len() as i64)),
            First | Last => {
                let row = if list.is_empty() { None } else { Some(list.row(if function == First { 0 } else { list.len() - 1 })) };
                let Some(row) = row else { return Ok(Value::Null) };
                let Some(item) = item else { return Ok(Value::Row(row)) };
                self.locals.push(row);
                let value = self.node(item);
                self.locals.truncate(depth);
                return value;
            }
            Reverse => {
                let mut values = BumpVec::with_capacity_in(list.values.len(), self.env.arena);
                for row in list.rows().rev() {
                    values.extend_from_slice(row);
                }
                return Ok(Value::List(List { columns: list.columns, values: values.into_bump_slice() }));
            }
            Take => {
                let count = match extra {
                    Some(Value::Integer(count)) => usize::try_from(count).unwrap_or(0).min(list.len()),
                    _ => 0,
                };
                return Ok(Value::List(List { columns: list.columns, values: &list.values[..count * list.columns] }));
            }
            _ => {}
        }
        let mut items: BumpVec<'a, Value<'a>> = BumpVec::with_capacity_in(list.len(), self.env.arena);
        for row in list.rows() {
            self.locals.push(row);
            let value = match item {
                Some(item) => self.node(item),
                None => Ok(Value::Null),
            };
            self.locals.truncate(depth);
            items.push(value?);
        }
        Ok(match function {
            Count => {
                Value::Integer(items.iter().filter(|v| **v == Value::Boolean(true) || !matches!(v, Value::Boolean(_) | Value::Null)).count() as i64)
            }
            Sum | Avg => {
                let mut sum = Value::Null;
                let mut count = 0;
                for value in items.iter().filter(|v| !v.is_null()) {
                    sum = if count == 0 { *value } else { arithmetic(Operator::Add, sum, *value)? };
                    count += 1;
                }
                match (function, count) {
                    // A sum has a value even without rows, of the kind it would have with some.
                    (Sum, 0) if option => Value::Integer(0),
                    (Sum, 0) => Value::Money(Money { amount: Decimal::ZERO, currency: Currency::NONE }),
                    (Sum, _) => sum,
                    (_, 0) => Value::Null,
                    _ => arithmetic(Operator::Divide, sum, Value::Integer(count))?,
                }
            }
            Min | Max => {
                let mut best = Value::Null;
                for value in items.iter().filter(|v| !v.is_null()) {
                    let wanted = if function == Min { Ordering::Less } else { Ordering::Greater };
                    if best.is_null() || compare(value, &best)? == Some(wanted) {
                        best = *value;
                    }
                }
                best
            }
            Where => {
                let mut values = BumpVec::new_in(self.env.arena);
                for (row, test) in list.rows().zip(&items) {
                    if *test == Value::Boolean(true) {
                        values.extend_from_slice(row);
                    }
                }
                Value::List(List { columns: list.columns, values: values.into_bump_slice() })
            }
            Sorted => {
                let mut order: Vec<usize> = (0..items.len()).collect();
                let mut failed = None;
                order.sort_by(|a, b| {
                    let ordering = compare(&items[*a], &items[*b]).unwrap_or_else(|error| {
                        failed = Some(error);
                        None
                    });
                    let ordering = ordering.unwrap_or_else(|| items[*b].is_null().cmp(&items[*a].is_null()));
                    if option { ordering.reverse() } else { ordering }
                });
                if let Some(error) = failed {
                    return Err(error);
                }
                let mut values = BumpVec::with_capacity_in(list.values.len(), self.env.arena);
                for index in order {
                    values.extend_from_slice(list.row(index));
                }
                Value::List(List { columns: list.columns, values: values.into_bump_slice() })
            }
            Group => self.group(list, &items)?,
            Join => {
                let separator = match extra {
                    Some(Value::Text(text)) => text,
                    _ => "",
                };
                let mut text = String::new();
                for value in &items {
                    let before = text.len();
                    if before > 0 {
                        text.push_str(separator);
                    }
                    let start = text.len();
                    self.write_value(value, &mut text);
                    if text.len() == start {
                        text.truncate(before);
                    }
                }
                self.text(&text)?
            }
            _ => unreachable!("the other list functions have returned"),
        })
    }

    fn group(&mut self, list: List<'a>, keys: &[Value<'a>]) -> Evaluated<Value<'a>> {
        let mut groups: Vec<(Value<'a>, BumpVec<'a, Value<'a>>)> = Vec::new();
        // Texts of equal content meet by their printed form; the order is that of first appearance.
        let mut known: rustc_hash::FxHashMap<String, usize> = rustc_hash::FxHashMap::default();
        for (row, key) in list.rows().zip(keys) {
            let name = format!("{key:?}");
            let index = *known.entry(name).or_insert_with(|| {
                groups.push((*key, BumpVec::new_in(self.env.arena)));
                groups.len() - 1
            });
            groups[index].1.extend_from_slice(row);
        }
        let mut values = BumpVec::with_capacity_in(groups.len() * 2, self.env.arena);
        for (key, rows) in groups {
            values.push(key);
            values.push(Value::List(List { columns: list.columns, values: rows.into_bump_slice() }));
        }
        Ok(Value::List(List { columns: 2, values: values.into_bump_slice() }))
    }

    fn call(&mut self, function: Builtin, arguments: &[Node]) -> Evaluated<Value<'a>> {
        use Builtin::*;
        let mut values = [Value::Null; 3];
        if function == Concat {
            let mut text = String::new();
            for argument in arguments {
                self.write(argument, &mut text)?;
            }
            return self.text(&text);
        }
        if let (Combine, [separator, parts @ ..]) = (function, arguments) {
            let separator = self.node(separator)?;
            let (mut text, mut part) = (String::new(), String::new());
            for argument in parts {
                part.clear();
                self.write(argument, &mut part)?;
                if !part.is_empty() && !text.is_empty() {
                    self.write_value(&separator, &mut text);
                }
                text.push_str(&part);
            }
            return self.text(&text);
        }
        for (slot, argument) in values.iter_mut().zip(arguments) {
            *slot = self.node(argument)?;
        }
        if function == Exists {
            return Ok(Value::Boolean(!matches!(values[0], Value::Null | Value::Text(""))));
        }
        if values[0].is_null() || (arguments.len() > 1 && values[1].is_null()) {
            return Ok(Value::Null);
        }
        Ok(match (function, values) {
            (Min | Max, [a, b, _]) => {
                let wanted = if function == Min { Ordering::Greater } else { Ordering::Less };
                if compare(&a, &b)? == Some(wanted) { b } else { a }
            }
            (Length, [Value::Text(text), ..]) => Value::Integer(text.chars().count() as i64),
            (Contains, [Value::Text(text), Value::Text(part), _]) => Value::Boolean(text.contains(part)),
            (Starts, [Value::Text(text), Value::Text(part), _]) => Value::Boolean(text.starts_with(part)),
            (IsReference, [Value::Text(text), Value::Text(kind), _]) => Value::Boolean(reference::is_right(kind, text)),
            (Ends, [Value::Text(text), Value::Text(part), _]) => Value::Boolean(text.ends_with(part)),
            (Substring, [Value::Text(text), Value::Integer(from), count]) => {
                let from = usize::try_from(from - 1).unwrap_or(0);
                let count = match count {
                    Value::Integer(count) => usize::try_from(count).unwrap_or(0),
                    _ => usize::MAX,
                };
                let start = text.char_indices().nth(from).map_or(text.len(), |(at, _)| at);
                let end = text[start..].char_indices().nth(count).map_or(text.len(), |(at, _)| start + at);
                Value::Text(&text[start..end])
            }
            (Replace, [Value::Text(text), Value::Text(part), Value::Text(by)]) => {
                if part.is_empty() {
                    return Ok(Value::Text(text));
                }
                if text.matches(part).count().saturating_mul(by.len()) > limits::EXPRESSION_TEXT_MAX {
                    return Err(EvalError::Limit("text"));
                }
                self.text(&text.replace(part, by))?
            }
            (Number, [Value::Text(text), ..]) => {
                Value::Decimal(parse_decimal(text.trim().as_bytes()).map_err(|_| EvalError::Malformed(shorten(text), "number"))?)
            }
            (Date, [Value::Text(text), ..]) => {
                Value::Date(crate::base::date::Date::parse_iso(text.trim()).ok_or_else(|| EvalError::Malformed(shorten(text), "date"))?)
            }
            (Year, [Value::Date(date), ..]) => Value::Integer(i64::from(date.ymd().0)),
            (Month, [Value::Date(date), ..]) => Value::Integer(i64::from(date.ymd().1)),
            (Day, [Value::Date(date), ..]) => Value::Integer(i64::from(date.ymd().2)),
            (Weekday, [Value::Date(date), ..]) => Value::Integer(i64::from(date.weekday()) + 1),
            (AddMonths, [Value::Date(date), Value::Integer(months), _]) => Value::Date(date.plus_months(months).ok_or(EvalError::Overflow)?),
            (EndOfMonth, [Value::Date(date), ..]) => {
                let (year, month, _) = date.ymd();
                let last = crate::base::date::days_in_month(year, month);
                Value::Date(crate::base::date::Date::new(year, month, last).ok_or(EvalError::Overflow)?)
            }
            (Abs | Round | Floor | Ceil, [number, digits, _]) => {
                let digits = match digits {
                    Value::Integer(digits) => digits.clamp(0, 28) as u32,
                    _ => 0,
                };
                let apply = |number: Decimal| match function {
                    Abs => number.abs(),
                    Round => number.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero),
                    Floor => number.floor(),
                    _ => number.ceil(),
                };
                match number {
                    Value::Integer(number) if function == Abs => Value::Integer(number.checked_abs().ok_or(EvalError::Overflow)?),
                    Value::Integer(number) => Value::Integer(number),
                    Value::Money(money) => Value::Money(Money { amount: apply(money.amount), ..money }),
                    Value::Decimal(number) if matches!(function, Floor | Ceil) => {
                        let whole = apply(number);
                        Value::Integer(i64::try_from(whole.mantissa()).map_err(|_| EvalError::Overflow)?)
                    }
                    Value::Decimal(number) => Value::Decimal(apply(number)),
                    other => other,
                }
            }
            (_, [first, ..]) => first,
        })
    }

    /// Adds what a node prints.
    fn write(&mut self, node: &Node, out: &mut String) -> Evaluated<()> {
        match node {
            Node::Text(text) => out.push_str(text),
            Node::Format(inner, format) => {
                let value = self.node(inner)?;
                self.format(&value, format, out)?;
            }
            Node::Binary(Operator::Concatenate, left, right) => {
                self.write(left, out)?;
                self.write(right, out)?;
            }
            Node::Conditional(test, yes, no) => {
                let branch = if self.node(test)? == Value::Boolean(true) { yes } else { no };
                self.write(branch, out)?;
            }
            // A language that the catalogues have not: there is none.
            Node::Texts(languages) => {
                if let Some(text) = languages.get(self.env.language) {
                    self.write(text, out)?;
                }
            }
            Node::Sequence(parts) => {
                for part in parts {
                    self.write(part, out)?;
                }
            }
            Node::Choice(choice) => {
                let value = self.node(&choice.by)?;
                self.write(chosen(choice, &value)?, out)?;
            }
            Node::Isolated(inner, direction) => {
                let start = out.len();
                self.write(inner, out)?;
                if runs_against(&out[start..], *direction) {
                    out.insert(start, FIRST_STRONG_ISOLATE);
                    out.push(POP_ISOLATE);
                }
            }
            _ => {
                let value = self.node(node)?;
                self.write_value(&value, out);
            }
        }
        if out.len() > limits::TEXT_BYTES_MAX {
            return Err(EvalError::Limit("text"));
        }
        Ok(())
    }

    fn write_value(&self, value: &Value<'_>, out: &mut String) {
        let locale = self.env.locale;
        match value {
            Value::Null => {}
            Value::Text(text) => out.push_str(text),
            Value::Decimal(number) => locale.write_number(*number, None, false, out),
            Value::Money(money) => locale.write_money(*money, MoneyStyle::Plain, out),
            Value::Integer(number) => {
                let _ = write!(out, "{number}");
            }
            Value::Boolean(value) => out.push_str(if *value { "yes" } else { "no" }),
            Value::Date(date) => out.push_str(std::str::from_utf8(&date.iso_bytes()).expect("figures are ASCII")),
            Value::List(list) => {
                let _ = write!(out, "{} rows", list.len());
            }
            Value::Row(_) => {}
        }
    }

    fn format(&mut self, value: &Value<'a>, format: &Format, out: &mut String) -> Evaluated<()> {
        let locale = self.env.locale;
        if let Format::Default(text) = format {
            let start = out.len();
            self.write_value(value, out);
            if out.len() == start {
                out.push_str(text);
            }
            return Ok(());
        }
        if value.is_null() {
            return Ok(());
        }
        let number = || match value {
            Value::Integer(number) => Decimal::from(*number),
            Value::Decimal(number) => *number,
            Value::Money(money) => money.amount,
            _ => Decimal::ZERO,
        };
        let text = |eval: &Self| {
            let mut text = String::new();
            eval.write_value(value, &mut text);
            text
        };
        match format {
            Format::Money(style) => {
                let money = match value {
                    Value::Money(money) => *money,
                    _ => Money { amount: number(), currency: Currency::NONE },
                };
                locale.write_money(money, *style, out);
            }
            Format::Number(digits, grouped) => locale.write_number(number(), *digits, *grouped, out),
            Format::Exact(least) => {
                let number = number().normalize();
                let own = match value {
                    Value::Money(money) if money.currency != Currency::NONE => money.currency.minor_digits(),
                    _ => 0,
                };
                locale.write_number(number, Some(number.scale().max(least.unwrap_or(own))), true, out);
            }
            Format::InText(style) => write_in_text(locale, value, style, out)?,
            Format::Percent(digits) => {
                let percent = number().checked_mul(Decimal::ONE_HUNDRED).ok_or(EvalError::Overflow)?;
                locale.write_percent(percent, *digits, out);
            }
            Format::Date(pattern) => {
                if let Value::Date(date) = value {
                    locale.write_date(*date, pattern, out);
                }
            }
            Format::Upper => out.push_str(&text(self).to_uppercase()),
            Format::Lower => out.push_str(&text(self).to_lowercase()),
            Format::Title => {
                let mut starts = true;
                for letter in text(self).chars() {
                    if starts {
                        out.extend(letter.to_uppercase());
                    } else {
                        out.extend(letter.to_lowercase());
                    }
                    starts = !letter.is_alphanumeric() && letter != '\'' && letter != '’';
                }
            }
            Format::Trim => out.push_str(text(self).trim()),
            Format::Pad(width, fill, left) => {
                let text = text(self);
                let missing = width.saturating_sub(text.chars().count());
                if !left {
                    out.push_str(&text);
                }
                out.extend(std::iter::repeat_n(*fill, missing));
                if *left {
                    out.push_str(&text);
                }
            }
            Format::Mask(keep, fill) => {
                let text = text(self);
                let hidden = text.chars().count().saturating_sub(*keep);
                out.extend(text.chars().enumerate().map(|(index, letter)| if index < hidden { *fill } else { letter }));
            }
            Format::Truncate(count) => {
                let text = text(self);
                if text.chars().count() <= *count {
                    out.push_str(&text);
                } else {
                    out.extend(text.chars().take(count.saturating_sub(1)));
                    out.push('…');
                }
            }
            Format::Part(first, count) => out.extend(text(self).chars().skip(*first).take(*count)),
            Format::Every(count, separator) => {
                for (index, letter) in text(self).chars().filter(|c| !c.is_whitespace()).enumerate() {
                    if index > 0 && index % count == 0 {
                        out.push_str(separator);
                    }
                    out.push(letter);
                }
            }
            Format::Digits => out.extend(text(self).chars().filter(char::is_ascii_digit)),
            Format::YesNo(yes, no) => out.push_str(if *value == Value::Boolean(true) { yes } else { no }),
            Format::Replace(part, by) => {
                let text = text(self);
                if part.is_empty() {
                    out.push_str(&text);
                } else {
                    out.push_str(&text.replace(part.as_str(), by));
                }
            }
            Format::Reference(kind) => {
                let text = text(self);
                out.push_str(&reference::complete(kind, &text).ok_or_else(|| EvalError::Malformed(shorten(&text), "body of such a reference"))?);
            }
            Format::Check(kind) => {
                let text = text(self);
                let digit = reference::check_digit(kind, &text).ok_or_else(|| EvalError::Malformed(shorten(&text), "text of digits"))?;
                out.push_str(&text);
                out.push(char::from(b'0' + digit));
            }
            Format::Default(_) => unreachable!("handled above"),
        }
        Ok(())
    }
}

/// Around a text of the data that runs against the text it stands in, so that the two are ordered each by itself (UAX 9, 2.4).
/// They have no glyph, and end with the ordering.
const FIRST_STRONG_ISOLATE: char = '\u{2068}';
const POP_ISOLATE: char = '\u{2069}';

/// The text that a value chooses: that of the first key that fits.
fn chosen<'c>(choice: &'c Choice, value: &Value<'_>) -> Evaluated<&'c Node> {
    let number = match &choice.rule {
        Rule::Plural(_, _, style) => visible(value, style)?,
        Rule::Value => None,
    };
    let mut category = None;
    let fits = |key: &Key| match (key, value) {
        (Key::Text(key), Value::Text(text)) => key == text,
        (Key::Boolean(key), Value::Boolean(value)) => key == value,
        (Key::Number(key), _) => number.as_ref().is_some_and(|number| number == key),
        (Key::Category(key), _) => number.as_ref().is_some_and(|number| match &choice.rule {
            Rule::Plural(plurals, is_ordinal, _) => *category.get_or_insert_with(|| plurals.category(*number, *is_ordinal)) == *key,
            Rule::Value => false,
        }),
        _ => false,
    };
    let mut keys = choice.variants.iter().map(|(key, _)| key);
    let at = keys.position(fits).unwrap_or(choice.default);
    Ok(&choice.variants[at].1)
}

/// A number with the fraction digits it is printed with; `None` if it is absent.
fn visible(value: &Value<'_>, style: &NumberStyle) -> Evaluated<Option<Decimal>> {
    let (mut number, least, most) = match value {
        Value::Integer(number) => (Decimal::from(*number), style.least.unwrap_or(0), None),
        Value::Decimal(number) => (*number, style.least.unwrap_or(0), style.most),
        Value::Money(money) => {
            let digits = money.currency.minor_digits();
            (money.amount, digits, Some(digits))
        }
        _ => return Ok(None),
    };
    if style.percent {
        number = number.checked_mul(Decimal::ONE_HUNDRED).ok_or(EvalError::Overflow)?.normalize();
    }
    let digits = number.scale().max(least).min(most.unwrap_or(u32::MAX));
    number = number.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
    number.rescale(digits);
    Ok(Some(number))
}

fn write_in_text(locale: &Locale, value: &Value<'_>, style: &NumberStyle, out: &mut String) -> Evaluated<()> {
    let Some(number) = visible(value, style)? else { return Ok(()) };
    match value {
        Value::Money(money) if style.grouped => locale.write_money(*money, style.money, out),
        _ if style.percent => locale.write_percent(number, number.scale(), out),
        _ => locale.write_number(number, Some(number.scale()), style.grouped, out),
    }
    Ok(())
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= 40 { text.to_string() } else { text.chars().take(39).chain(['…']).collect() }
}

/// The order of two values; `None` if one is absent.
fn compare(left: &Value<'_>, right: &Value<'_>) -> Evaluated<Option<Ordering>> {
    Ok(Some(match (left, right) {
        (Value::Null, _) | (_, Value::Null) => return Ok(None),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Boolean(a), Value::Boolean(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Integer(a), Value::Integer(b)) => a.cmp(b),
        (Value::Money(a), Value::Money(b)) => {
            currency(a, b)?;
            a.amount.cmp(&b.amount)
        }
        (a, b) => match (amount(a), amount(b)) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => return Ok(None),
        },
    }))
}

fn amount(value: &Value<'_>) -> Option<Decimal> {
    match value {
        Value::Integer(number) => Some(Decimal::from(*number)),
        Value::Decimal(number) => Some(*number),
        Value::Money(money) => Some(money.amount),
        _ => None,
    }
}

/// The currency two amounts share.
fn currency(left: &Money, right: &Money) -> Evaluated<Currency> {
    if left.currency == right.currency || right.currency == Currency::NONE {
        Ok(left.currency)
    } else if left.currency == Currency::NONE {
        Ok(right.currency)
    } else {
        Err(EvalError::Currencies(left.currency.code().into(), right.currency.code().into()))
    }
}

fn arithmetic<'a>(operator: Operator, left: Value<'a>, right: Value<'a>) -> Evaluated<Value<'a>> {
    use EvalError::{DivisionByZero, Overflow};
    let decimal = |a: Decimal, b: Decimal| -> Evaluated<Decimal> {
        match operator {
            Operator::Add => a.checked_add(b).ok_or(Overflow),
            Operator::Subtract => a.checked_sub(b).ok_or(Overflow),
            Operator::Multiply => a.checked_mul(b).ok_or(Overflow),
            _ if b.is_zero() => Err(DivisionByZero),
            _ => a.checked_div(b).map(|quotient| quotient.normalize()).ok_or(Overflow),
        }
    };
    Ok(match (left, right) {
        (Value::Null, _) | (_, Value::Null) => Value::Null,
        (Value::Integer(a), Value::Integer(b)) => match operator {
            Operator::Add => Value::Integer(a.checked_add(b).ok_or(Overflow)?),
            Operator::Subtract => Value::Integer(a.checked_sub(b).ok_or(Overflow)?),
            Operator::Multiply => Value::Integer(a.checked_mul(b).ok_or(Overflow)?),
            Operator::Remainder if b == 0 => return Err(DivisionByZero),
            Operator::Remainder => Value::Integer(a.checked_rem_euclid(b).ok_or(Overflow)?),
            _ => Value::Decimal(decimal(Decimal::from(a), Decimal::from(b))?),
        },
        (Value::Date(a), Value::Date(b)) => Value::Integer(i64::from(a.days()) - i64::from(b.days())),
        (Value::Date(date), Value::Integer(days)) | (Value::Integer(days), Value::Date(date)) => {
            let days = if operator == Operator::Subtract { days.checked_neg().ok_or(Overflow)? } else { days };
            date_value(date, days)?
        }
        (Value::Money(a), Value::Money(b)) => {
            let currency = currency(&a, &b)?;
            let amount = decimal(a.amount, b.amount)?;
            if operator == Operator::Divide { Value::Decimal(amount) } else { Value::Money(Money { amount, currency }) }
        }
        (Value::Money(money), other) => Value::Money(Money { amount: decimal(money.amount, amount(&other).unwrap_or_default())?, ..money }),
        (other, Value::Money(money)) => Value::Money(Money { amount: decimal(amount(&other).unwrap_or_default(), money.amount)?, ..money }),
        (a, b) => match (amount(&a), amount(&b)) {
            (Some(a), Some(b)) => Value::Decimal(decimal(a, b)?),
            _ => Value::Null,
        },
    })
}

fn date_value<'a>(date: Date, days: i64) -> Evaluated<Value<'a>> {
    Ok(Value::Date(date.plus_days(days).ok_or(EvalError::Overflow)?))
}
