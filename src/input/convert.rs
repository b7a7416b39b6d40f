//! Turns what a source wrote into values of the contract.
//!
//! Takes one given text, number or truth value and the frozen way to read it, gives a [`Value`] or the reason to
//! hold the record. Must never know the format the text came from, and never guesses: what is not surely an
//! amount, a date or a number is held.

use crate::base::code::{self, Code};
use crate::base::date::Date;
use crate::base::limits::TEXT_BYTES_MAX;
use crate::base::money::{self, Currency, Decimal, DecimalError, Money};
use crate::kit::expr::{Type, Value};
use crate::model::record::Hold;

/// What a source holds for one field.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Given<'a> {
    /// Nothing, or an explicit null.
    Absent,
    /// A text, unescaped.
    Text(&'a str),
    /// A number by its raw digits, always with a decimal point (JSON).
    Number(&'a str),
    /// True or false (JSON).
    Boolean(bool),
    /// Something that is no single value, and its beginning.
    Other(Thing, &'a str),
}

/// What is no single value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Thing {
    /// A JSON array.
    Array,
    /// A JSON object.
    Object,
    /// An XML element with elements inside.
    Element,
}

impl std::fmt::Display for Thing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Thing::Array => "an array",
            Thing::Object => "an object",
            Thing::Element => "an element with elements inside",
        })
    }
}

impl<'a> Given<'a> {
    /// Whether it counts as absent: an empty value says nothing in CSV and XML, and JSON writers send `""` for null.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Given::Absent => true,
            Given::Text(text) => text.is_empty(),
            Given::Number(_) | Given::Boolean(_) | Given::Other(..) => false,
        }
    }

    /// It in words, shortened.
    pub(super) fn shown(&self) -> String {
        match self {
            Given::Absent => "nothing".to_string(),
            Given::Text(text) | Given::Number(text) => format!("`{}`", shorten(text)),
            Given::Boolean(truth) => format!("`{truth}`"),
            Given::Other(what, text) => format!("{what} (`{}`)", shorten(text)),
        }
    }
}

/// A value fixed at plan time.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Constant {
    /// A text that the plan owns.
    Text(String),
    /// Anything else; borrows nothing.
    Plain(Value<'static>),
}

impl Constant {
    /// The value, borrowed from the plan.
    pub(super) fn value(&self) -> Value<'_> {
        match self {
            Constant::Text(text) => Value::Text(text),
            Constant::Plain(value) => *value,
        }
    }
}

/// How texts of one field are read.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Convert {
    /// The type of the field; never a list or row.
    pub(super) kind: Type,
    /// How dates are written.
    pub(super) date: DatePattern,
    /// How numbers are written, except JSON numbers.
    pub(super) number: NumberFormat,
}

impl Convert {
    /// The canonical notation that constants and defaults in a job file use: `1234.50`, `2026-09-30`.
    pub(super) fn canonical(kind: Type) -> Convert {
        Convert { kind, date: DatePattern::Iso, number: NumberFormat::CANONICAL }
    }

    /// Reads a given value; `currency` is the currency of money.
    ///
    /// An empty text is an empty text here: that it counts as absent for other types is the caller's to know.
    pub(super) fn read<'a>(&self, given: Given<'a>, currency: Currency) -> Result<Value<'a>, Misfit> {
        match (&self.kind, given) {
            (Type::Text, Given::Text(text) | Given::Number(text)) => {
                if text.len() > TEXT_BYTES_MAX {
                    Err(Misfit::TextTooLong)
                } else {
                    Ok(Value::Text(text))
                }
            }
            (Type::Decimal, _) => self.decimal(given).map(Value::Decimal),
            (Type::Money, _) => self.decimal(given).map(|amount| Value::Money(Money { amount, currency })),
            (Type::Integer, _) => {
                let decimal = self.decimal(given)?;
                integer(decimal).map(Value::Integer).ok_or(Misfit::NotWhole)
            }
            (Type::Boolean, Given::Boolean(truth)) => Ok(Value::Boolean(truth)),
            (Type::Boolean, Given::Text(text) | Given::Number(text)) => boolean(text.trim_ascii()).map(Value::Boolean).ok_or(Misfit::NotBoolean),
            (Type::Date, Given::Text(text) | Given::Number(text)) => self.date.read(text.trim_ascii()).map(Value::Date),
            _ => Err(Misfit::Kind),
        }
    }

    fn decimal(&self, given: Given<'_>) -> Result<Decimal, Misfit> {
        match given {
            Given::Number(digits) => money::parse_decimal(digits.as_bytes()),
            Given::Text(text) => self.number.read(text.trim_ascii()),
            Given::Absent | Given::Boolean(_) | Given::Other(..) => return Err(Misfit::Kind),
        }
        .map_err(|error| match error {
            DecimalError::Malformed => Misfit::NotNumber,
            DecimalError::TooLong => Misfit::NumberTooLong,
        })
    }
}

/// Why a given value does not fit its field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Misfit {
    /// Not even the right kind of thing, such as an object where a text should be.
    Kind,
    /// Not a number in the format of the field.
    NotNumber,
    /// More digits than are kept exactly.
    NumberTooLong,
    /// A fraction, or beyond 64 bits.
    NotWhole,
    /// None of the words for true and false.
    NotBoolean,
    /// Not written in the date format of the field.
    DateShape,
    /// Written as a date, but there is no such day.
    NoSuchDate,
    /// Longer than a text may be.
    TextTooLong,
}

impl Misfit {
    /// The hold for this misfit of `field`.
    #[cold]
    pub(super) fn hold(self, field: &str, given: Given<'_>, convert: &Convert) -> Hold {
        let shown = given.shown();
        let wanted = match convert.kind {
            Type::Money => "an amount",
            Type::Decimal => "a number",
            Type::Integer => "a whole number",
            Type::Boolean => "true or false",
            Type::Date => "a date",
            Type::Text => "a text",
            Type::List(_) | Type::Row(_) => "a list",
        };
        let (code, reason): (&'static Code, String) = match self {
            Misfit::Kind => (&code::RECORD_WRONG_KIND, format!("`{field}` is {shown} where {wanted} should be")),
            Misfit::NotNumber => (&code::RECORD_NOT_NUMBER, format!("`{field}` is {shown}, which is not {wanted}")),
            Misfit::NumberTooLong => (&code::RECORD_NOT_NUMBER, format!("`{field}` is {shown}, more digits than the 28 that are kept exactly")),
            Misfit::NotWhole => (&code::RECORD_NOT_NUMBER, format!("`{field}` is {shown}, which is not a whole number of 64 bits")),
            Misfit::NotBoolean => (&code::RECORD_NOT_BOOLEAN, format!("`{field}` is {shown}, which is neither true nor false")),
            Misfit::DateShape => (&code::RECORD_NOT_DATE, format!("`{field}` is {shown}, which is not a date written as {}", convert.date)),
            Misfit::NoSuchDate => (&code::RECORD_NOT_DATE, format!("`{field}` is {shown}, a day that does not exist")),
            Misfit::TextTooLong => (&code::RECORD_TEXT_TOO_LONG, format!("`{field}` is longer than {TEXT_BYTES_MAX} bytes")),
        };
        Hold::new(code, reason)
    }
}

/// The beginning of a text for a message: at most 40 characters, without control characters.
pub(super) fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(40).is_some() {
        short.push('…');
    }
    short
}

fn integer(decimal: Decimal) -> Option<i64> {
    if !decimal.fract().is_zero() {
        return None;
    }
    i64::try_from(decimal.trunc().mantissa()).ok()
}

fn boolean(text: &str) -> Option<bool> {
    const TRUE: [&str; 4] = ["true", "1", "yes", "y"];
    const FALSE: [&str; 4] = ["false", "0", "no", "n"];
    if TRUE.iter().any(|word| word.eq_ignore_ascii_case(text)) {
        return Some(true);
    }
    FALSE.iter().any(|word| word.eq_ignore_ascii_case(text)).then_some(false)
}

/// The signs in numbers of a source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct NumberFormat {
    /// Between whole and fraction: `.` or `,`.
    pub(super) decimal: u8,
    /// Between thousands; `None` refuses any.
    pub(super) group: Option<char>,
}

impl NumberFormat {
    /// `-1234.50`.
    pub(super) const CANONICAL: NumberFormat = NumberFormat { decimal: b'.', group: None };

    fn read(self, text: &str) -> Result<Decimal, DecimalError> {
        if self == NumberFormat::CANONICAL && !text.ends_with('-') {
            return money::parse_decimal(text.as_bytes());
        }
        // Mainframes write the minus behind the digits.
        let (text, minus_behind) = match text.strip_suffix('-') {
            Some(rest) if !rest.starts_with(['-', '+']) => (rest.trim_ascii_end(), true),
            Some(_) => return Err(DecimalError::Malformed),
            None => (text, false),
        };
        let mut plain = Vec::with_capacity(text.len() + 1);
        if minus_behind {
            plain.push(b'-');
        }
        let mut digits_since_group: Option<usize> = None;
        let mut digits_before = 0;
        let mut in_fraction = false;
        let group_ok = |since: Option<usize>| since.is_none_or(|count| count == 3);
        for c in text.chars() {
            if c.is_ascii_digit() {
                plain.push(c as u8);
                digits_before += 1;
                digits_since_group = digits_since_group.map(|count| count + 1);
            } else if c == char::from(self.decimal) && !in_fraction && group_ok(digits_since_group) {
                plain.push(b'.');
                in_fraction = true;
                digits_since_group = None;
            } else if self.group.is_some_and(|group| same_group(group, c)) && !in_fraction {
                // Groups have three digits, or two in India, and the last one always three; anything else is
                // more likely a decimal sign that was misread, which would be off by a factor of 1,000.
                let first = digits_since_group.is_none() && (1..=3).contains(&digits_before);
                if !first && !matches!(digits_since_group, Some(2 | 3)) {
                    return Err(DecimalError::Malformed);
                }
                digits_since_group = Some(0);
            } else if matches!(c, '-' | '+') && plain.is_empty() {
                plain.push(c as u8);
            } else {
                return Err(DecimalError::Malformed);
            }
        }
        if !group_ok(digits_since_group) {
            return Err(DecimalError::Malformed);
        }
        money::parse_decimal(&plain)
    }
}

/// Whether `found` is the declared group sign: all spaces and both apostrophes are one sign to people.
fn same_group(group: char, found: char) -> bool {
    let fold = |c: char| match c {
        '\u{a0}' | '\u{202f}' | '\u{2009}' => ' ',
        '\u{2019}' => '\'',
        other => other,
    };
    fold(group) == fold(found)
}

/// How dates are written: `yyyy`, `MM`, `M`, `dd`, `d` and literal signs; `*` at the end lets anything follow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum DatePattern {
    /// `yyyy-MM-dd`, the path of nearly every date.
    Iso,
    /// Any other pattern: its text and its parts.
    Parts(String, Vec<DatePart>),
}

/// One part of a date pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum DatePart {
    /// Four digits.
    Year,
    /// Two digits, or one or two.
    Month(bool),
    /// Two digits, or one or two.
    Day(bool),
    /// A sign that must stand there.
    Literal(char),
    /// Whatever follows is not looked at, such as a time.
    Rest,
}

impl DatePattern {
    /// Reads a pattern; the error is the range that is not understood and why.
    pub(super) fn compile(pattern: &str) -> Result<DatePattern, (std::ops::Range<usize>, &'static str)> {
        if pattern == "yyyy-MM-dd" {
            return Ok(DatePattern::Iso);
        }
        let mut parts = Vec::new();
        let mut at = 0;
        while let Some(c) = pattern[at..].chars().next() {
            let run = pattern[at..].chars().take_while(|next| *next == c).count();
            let part = match (c, run) {
                ('y', 4) => DatePart::Year,
                ('y', _) => return Err((at..at + run, "a year has four digits: write `yyyy`")),
                ('M', 1 | 2) => DatePart::Month(run == 2),
                ('d', 1 | 2) => DatePart::Day(run == 2),
                ('M' | 'd', _) => return Err((at..at + run, "months and days are numbers here: `MM`, `M`, `dd` or `d`")),
                ('*', 1) if at + 1 == pattern.len() => DatePart::Rest,
                ('*', _) => return Err((at..at + run, "`*` stands once, at the end")),
                (c, _) if c.is_alphanumeric() && c != 'T' => {
                    return Err((at..at + run * c.len_utf8(), "a date pattern has `yyyy`, `MM`, `M`, `dd`, `d`, signs, and `*` at the end"));
                }
                (c, _) => {
                    for _ in 0..run {
                        parts.push(DatePart::Literal(c));
                    }
                    at += run * c.len_utf8();
                    continue;
                }
            };
            parts.push(part);
            at += run;
        }
        let count = |test: fn(&DatePart) -> bool| parts.iter().filter(|part| test(part)).count();
        let complete = count(|p| matches!(p, DatePart::Year)) == 1
            && count(|p| matches!(p, DatePart::Month(_))) == 1
            && count(|p| matches!(p, DatePart::Day(_))) == 1;
        if !complete {
            return Err((0..pattern.len(), "a date pattern has one year, one month and one day, such as `dd.MM.yyyy`"));
        }
        Ok(DatePattern::Parts(pattern.to_string(), parts))
    }

    fn read(&self, text: &str) -> Result<Date, Misfit> {
        let parts = match self {
            DatePattern::Iso => {
                return match Date::parse_iso(text) {
                    Some(date) => Ok(date),
                    None if is_iso_shape(text) => Err(Misfit::NoSuchDate),
                    None => Err(Misfit::DateShape),
                };
            }
            DatePattern::Parts(_, parts) => parts,
        };
        let (mut year, mut month, mut day) = (0, 0, 0);
        let mut rest = text;
        for part in parts {
            match *part {
                DatePart::Year => (year, rest) = digits(rest, 4, 4)?,
                DatePart::Month(two) => (month, rest) = digits(rest, if two { 2 } else { 1 }, 2)?,
                DatePart::Day(two) => (day, rest) = digits(rest, if two { 2 } else { 1 }, 2)?,
                DatePart::Literal(sign) => rest = rest.strip_prefix(sign).ok_or(Misfit::DateShape)?,
                DatePart::Rest => rest = "",
            }
        }
        if !rest.is_empty() {
            return Err(Misfit::DateShape);
        }
        Date::new(year as i32, month, day).ok_or(Misfit::NoSuchDate)
    }
}

impl std::fmt::Display for DatePattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DatePattern::Iso => f.write_str("`yyyy-MM-dd`"),
            DatePattern::Parts(pattern, _) => write!(f, "`{pattern}`"),
        }
    }
}

fn is_iso_shape(text: &str) -> bool {
    text.len() == 10 && text.bytes().enumerate().all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() })
}

fn digits(text: &str, least: usize, most: usize) -> Result<(u32, &str), Misfit> {
    let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if count < least {
        return Err(Misfit::DateShape);
    }
    let (number, rest) = text.split_at(count);
    Ok((number.bytes().fold(0, |acc, b| acc * 10 + u32::from(b - b'0')), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: Type, date: &str, number: (u8, Option<char>), text: &str, expected: Result<&str, Misfit>) {
        let convert =
            Convert { kind, date: DatePattern::compile(date).expect("a pattern"), number: NumberFormat { decimal: number.0, group: number.1 } };
        let found = convert.read(Given::Text(text), Currency::NONE).map(|value| match value {
            Value::Decimal(d) => d.to_string(),
            Value::Money(m) => m.amount.to_string(),
            Value::Date(d) => d.to_string(),
            Value::Integer(i) => i.to_string(),
            Value::Boolean(b) => b.to_string(),
            other => format!("{other:?}"),
        });
        assert_eq!(found, expected.map(str::to_string), "{text}");
    }

    #[test]
    fn amounts_in_every_notation() {
        let iso = "yyyy-MM-dd";
        check(Type::Money, iso, (b'.', None), " 12.50 ", Ok("12.50"));
        check(Type::Money, iso, (b'.', None), "12.50-", Ok("-12.50"));
        check(Type::Money, iso, (b'.', None), "-12.50-", Err(Misfit::NotNumber));
        check(Type::Money, iso, (b'.', None), "1,200.00", Err(Misfit::NotNumber));
        check(Type::Money, iso, (b'.', Some(',')), "1,200.00", Ok("1200.00"));
        check(Type::Money, iso, (b'.', Some(',')), "12,34,567.00", Ok("1234567.00"));
        check(Type::Money, iso, (b'.', Some(',')), "1,20", Err(Misfit::NotNumber));
        check(Type::Money, iso, (b'.', Some(',')), "1234,567", Err(Misfit::NotNumber));
        check(Type::Money, iso, (b'.', Some(',')), ",567", Err(Misfit::NotNumber));
        check(Type::Money, iso, (b',', Some('.')), "1.234.567,89", Ok("1234567.89"));
        check(Type::Money, iso, (b',', Some('.')), "1.234", Ok("1234"));
        check(Type::Money, iso, (b',', Some('.')), "1.23", Err(Misfit::NotNumber));
        check(Type::Money, iso, (b',', None), "1.234", Err(Misfit::NotNumber));
        check(Type::Money, iso, (b',', Some(' ')), "-1\u{202f}234,5", Ok("-1234.5"));
        check(Type::Money, iso, (b'.', Some('\'')), "1\u{2019}234.50", Ok("1234.50"));
        check(Type::Money, iso, (b',', None), "12 EUR", Err(Misfit::NotNumber));
        check(Type::Integer, iso, (b'.', None), "3.00", Ok("3"));
        check(Type::Integer, iso, (b'.', None), "3.5", Err(Misfit::NotWhole));
        check(Type::Integer, iso, (b'.', None), "9223372036854775808", Err(Misfit::NotWhole));
        check(Type::Boolean, iso, (b'.', None), "Yes", Ok("true"));
        check(Type::Boolean, iso, (b'.', None), "perhaps", Err(Misfit::NotBoolean));
    }

    #[test]
    fn dates_in_every_notation() {
        let plain = (b'.', None);
        check(Type::Date, "yyyy-MM-dd", plain, "2026-09-30", Ok("2026-09-30"));
        check(Type::Date, "yyyy-MM-dd", plain, "2026-09-31", Err(Misfit::NoSuchDate));
        check(Type::Date, "yyyy-MM-dd", plain, "30.09.2026", Err(Misfit::DateShape));
        check(Type::Date, "dd.MM.yyyy", plain, "30.09.2026", Ok("2026-09-30"));
        check(Type::Date, "d.M.yyyy", plain, "1.9.2026", Ok("2026-09-01"));
        check(Type::Date, "yyyyMMdd", plain, "20260930", Ok("2026-09-30"));
        check(Type::Date, "MM/dd/yyyy", plain, "02/30/2026", Err(Misfit::NoSuchDate));
        check(Type::Date, "yyyy-MM-dd*", plain, "2026-09-30T12:00:00Z", Ok("2026-09-30"));
        check(Type::Date, "yyyyMMdd", plain, "202609301", Err(Misfit::DateShape));
    }

    #[test]
    fn patterns_are_complete() {
        for pattern in ["yy-MM-dd", "yyyy-MM", "MMM d yyyy", "yyyy-MM-dd HH", "yyyy*MM-dd", "", "yyyy-MM-dd-dd"] {
            assert!(DatePattern::compile(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn messages_show_forty_characters() {
        assert_eq!(shorten("abc\n"), "abc ");
        assert_eq!(shorten(&"ä".repeat(41)), format!("{}…", "ä".repeat(40)));
    }
}
