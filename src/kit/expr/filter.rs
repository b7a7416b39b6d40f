//! The filters, from which the manual is printed.

use super::parse::{Ast, AstKind};
use super::reference::{CHECKED, MADE};
use super::types::Type;
use crate::kit::locale::{DatePattern, MoneyStyle};

/// A filter as the manual shows it.
#[derive(Debug)]
pub struct Filter {
    /// Its name.
    pub name: &'static str,
    /// How it is written.
    pub signature: &'static str,
    /// What it gives.
    pub doc: &'static str,
    /// An expression over the data of the manual, and what it prints in `en-US`.
    pub example: (&'static str, &'static str),
}

/// A filter with its arguments, read once.
#[derive(Clone, PartialEq, Debug)]
pub enum Format {
    /// `money`
    Money(MoneyStyle),
    /// `number`: fraction digits, grouped.
    Number(Option<u32>, bool),
    /// `exact`: the least fraction digits.
    Exact(Option<u32>),
    /// `percent`: fraction digits.
    Percent(u32),
    /// `date`
    Date(DatePattern),
    /// `upper`
    Upper,
    /// `lower`
    Lower,
    /// `title`
    Title,
    /// `trim`
    Trim,
    /// `pad`: width, character, on the left.
    Pad(usize, char, bool),
    /// `mask`: characters that stay, character for the others.
    Mask(usize, char),
    /// `default`
    Default(String),
    /// `truncate`
    Truncate(usize),
    /// `part`: the first character, from 0, and how many.
    Part(usize, usize),
    /// `every`: a separator after every n characters.
    Every(usize, String),
    /// `digits`
    Digits,
    /// `yesno`
    YesNo(String, String),
    /// `reference`: the kind.
    Reference(&'static str),
    /// `check`: the kind of check digit.
    Check(&'static str),
    /// `replace`
    Replace(String, String),
    /// A number of a catalogue text; no filter writes it.
    InText(NumberStyle),
}

/// How a catalogue text prints a number: what the options of `NUMBER` say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NumberStyle {
    /// The least fraction digits.
    pub least: Option<u32>,
    /// The most fraction digits; without it all it has.
    pub most: Option<u32>,
    /// Whether it is grouped.
    pub grouped: bool,
    /// Whether it is printed as hundredths.
    pub percent: bool,
    /// How money is printed.
    pub money: MoneyStyle,
}

impl Default for NumberStyle {
    fn default() -> NumberStyle {
        NumberStyle { least: None, most: None, grouped: true, percent: false, money: MoneyStyle::Plain }
    }
}

/// Every filter, in the order of the manual.
pub const FILTERS: &[Filter] = &[
    Filter {
        name: "money",
        signature: "money ['plain'|'symbol'|'code'|'accounting']",
        doc: "An amount as the record's locale writes it, with the fraction digits of its currency.",
        example: ("1234.5 | money", "1,234.50"),
    },
    Filter {
        name: "number",
        signature: "number [digits] ['plain']",
        doc: "A number, grouped, with so many fraction digits or those it has; `plain` leaves it ungrouped.",
        example: ("1234.5 | number 2", "1,234.50"),
    },
    Filter {
        name: "exact",
        signature: "exact [digits]",
        doc: "A number that is never rounded: grouped, with all the fraction digits that count, and at least so many; an amount at least with those of its currency.",
        example: ("(1234.50 | exact) ~ ' ' ~ (0.00125 | exact 2)", "1,234.5 0.00125"),
    },
    Filter {
        name: "percent",
        signature: "percent [digits]",
        doc: "A number times 100 with a percent sign, where the record's locale has it.",
        example: ("0.19 | percent", "19%"),
    },
    Filter {
        name: "date",
        signature: "date ['short'|'medium'|'long'|'full'|'iso'|'pattern']",
        doc: "A date after a form of the locale or a pattern of `y M d E L` (Unicode TR 35).",
        example: ("issued | date 'd MMM yyyy'", "1 Sep 2026"),
    },
    Filter { name: "upper", signature: "upper", doc: "All letters capital.", example: ("name | upper", "ADA LOVELACE") },
    Filter { name: "lower", signature: "lower", doc: "All letters small.", example: ("name | lower", "ada lovelace") },
    Filter {
        name: "title",
        signature: "title",
        doc: "The first letter of each word capital, the others small.",
        example: ("'NEW YORK' | title", "New York"),
    },
    Filter { name: "trim", signature: "trim", doc: "Without space at both ends.", example: ("'  a ' | trim", "a") },
    Filter {
        name: "pad",
        signature: "pad width ['character']",
        doc: "Filled up on the left, with spaces or a character.",
        example: ("42 | pad 6 '0'", "000042"),
    },
    Filter {
        name: "padright",
        signature: "padright width ['character']",
        doc: "Filled up on the right.",
        example: ("'ab' | padright 4 '.'", "ab.."),
    },
    Filter {
        name: "mask",
        signature: "mask keep ['character']",
        doc: "All but the last characters hidden.",
        example: ("'12345678' | mask 4 '*'", "****5678"),
    },
    Filter {
        name: "default",
        signature: "default 'text'",
        doc: "A text in place of an absent or empty value.",
        example: ("note | default 'none'", "none"),
    },
    Filter {
        name: "truncate",
        signature: "truncate count",
        doc: "At most so many characters, the last an ellipsis if some are missing.",
        example: ("name | truncate 4", "Ada…"),
    },
    Filter {
        name: "part",
        signature: "part first [count]",
        doc: "Characters from the first, counted from 1, to the end or so many: the postcode in a longer code, say.",
        example: ("'100011234' | part 1 5", "10001"),
    },
    Filter {
        name: "every",
        signature: "every count ['separator']",
        doc: "A separator, by default a space, after every so many characters.",
        example: ("'DE8937040044' | every 4", "DE89 3704 0044"),
    },
    Filter { name: "digits", signature: "digits", doc: "The figures of a text and nothing else.", example: ("'12-34' | digits", "1234") },
    Filter { name: "yesno", signature: "yesno 'yes' 'no'", doc: "One of two texts.", example: ("true | yesno 'paid' 'open'", "paid") },
    Filter {
        name: "reference",
        signature: "reference 'iso11649'|'qrr'|'fi'|'luhn'|'mod11'|'ogm'",
        doc: "A payment reference of a body without check digits: the creditor reference (RF), the Swiss QR reference of 27 digits, those of Finland, of Norway and Sweden (`luhn`), of Norway (`mod11`), of Belgium. A body that is none holds the record. `every` divides it into groups.",
        example: ("'18539007547034' | reference 'iso11649' | every 4", "RF65 1853 9007 5470 34"),
    },
    Filter {
        name: "check",
        signature: "check 'mod10'|'luhn'",
        doc: "Digits with their check digit behind them: that of GS1 and interleaved 2 of 5 (weights 3 and 1 from the right), or that of Luhn. A text with anything but digits holds the record.",
        example: ("'1000123000456701030500' | check 'mod10'", "10001230004567010305006"),
    },
    Filter {
        name: "replace",
        signature: "replace 'part' 'by'",
        doc: "Every occurrence of a part replaced.",
        example: ("'a b' | replace ' ' '_'", "a_b"),
    },
];

/// Reads the arguments of a filter. The error says what is wrong with them, and which one.
pub fn read(name: &str, kind: &Type, arguments: &[Ast]) -> Result<Format, (String, Option<usize>)> {
    let texts: Vec<&str> = arguments
        .iter()
        .map(|argument| match &argument.kind {
            AstKind::Text(text) | AstKind::Number(text) => text.as_str(),
            _ => "",
        })
        .collect();
    let limit = |least: usize, most: usize| {
        if texts.len() < least || texts.len() > most {
            let wanted = if least == most { format!("{least}") } else { format!("{least} to {most}") };
            return Err((format!("the filter `{name}` takes {wanted} argument{}, not {}", if most == 1 { "" } else { "s" }, texts.len()), None));
        }
        Ok(())
    };
    let count = |index: usize| {
        texts[index]
            .parse::<usize>()
            .ok()
            .filter(|n| *n <= 10_000)
            .ok_or_else(|| (format!("`{}` is not a number of characters", texts[index]), Some(index)))
    };
    let character = |index: usize, default: char| match texts.get(index) {
        None => Ok(default),
        Some(text) if text.chars().count() == 1 => Ok(text.chars().next().unwrap_or(default)),
        Some(text) => Err((format!("`{text}` is not one character"), Some(index))),
    };
    let wants = |good: bool, what: &str| {
        if good { Ok(()) } else { Err((format!("the filter `{name}` wants {what}, this is {}", kind.with_article()), None)) }
    };
    let keyword = |index: usize, known: &[&str]| -> Result<usize, (String, Option<usize>)> {
        let text = texts[index];
        known.iter().position(|k| *k == text).ok_or_else(|| {
            let near = crate::base::suggest::closest(text, known.iter().copied()).map_or(String::new(), |best| format!("; did you mean `{best}`?"));
            (format!("`{text}` is no form of `{name}`{near}"), Some(index))
        })
    };
    let numeric = || wants(kind.is_numeric(), "a number or money");
    let textual = || wants(matches!(kind, Type::Text | Type::Integer), "a text");
    Ok(match name {
        "money" => {
            numeric()?;
            limit(0, 1)?;
            let styles = [MoneyStyle::Plain, MoneyStyle::Symbol, MoneyStyle::Code, MoneyStyle::Accounting];
            Format::Money(if texts.is_empty() { MoneyStyle::Plain } else { styles[keyword(0, &["plain", "symbol", "code", "accounting"])?] })
        }
        "number" => {
            numeric()?;
            limit(0, 2)?;
            let plain = texts.last() == Some(&"plain");
            let digits = texts.first().filter(|t| **t != "plain").map(|_| count(0)).transpose()?;
            if texts.len() == 2 && !plain {
                keyword(1, &["plain"])?;
            }
            Format::Number(digits.map(|d| d.min(28) as u32), !plain)
        }
        "exact" => {
            numeric()?;
            limit(0, 1)?;
            Format::Exact(texts.first().map(|_| count(0)).transpose()?.map(|digits| digits.min(28) as u32))
        }
        "percent" => {
            numeric()?;
            limit(0, 1)?;
            Format::Percent(if texts.is_empty() { 0 } else { count(0)?.min(28) as u32 })
        }
        "date" => {
            wants(*kind == Type::Date, "a date")?;
            limit(0, 1)?;
            Format::Date(match texts.first() {
                None => DatePattern::Medium,
                Some(text) => DatePattern::parse(text).map_err(|message| (message, Some(0)))?,
            })
        }
        "upper" | "lower" | "title" | "trim" | "digits" => {
            textual()?;
            limit(0, 0)?;
            match name {
                "upper" => Format::Upper,
                "lower" => Format::Lower,
                "title" => Format::Title,
                "trim" => Format::Trim,
                _ => Format::Digits,
            }
        }
        "pad" | "padright" => {
            limit(1, 2)?;
            Format::Pad(count(0)?, character(1, ' ')?, name == "pad")
        }
        "mask" => {
            textual()?;
            limit(1, 2)?;
            Format::Mask(count(0)?, character(1, '•')?)
        }
        "default" => {
            limit(1, 1)?;
            Format::Default(texts[0].to_string())
        }
        "truncate" => {
            textual()?;
            limit(1, 1)?;
            Format::Truncate(count(0)?)
        }
        "part" => {
            textual()?;
            limit(1, 2)?;
            let first = count(0)?;
            if first == 0 {
                return Err(("characters are counted from 1".to_string(), Some(0)));
            }
            Format::Part(first - 1, if texts.len() > 1 { count(1)? } else { usize::MAX })
        }
        "every" => {
            textual()?;
            limit(1, 2)?;
            Format::Every(count(0)?.max(1), texts.get(1).map_or(" ", |t| t).to_string())
        }
        "yesno" => {
            wants(*kind == Type::Boolean, "a boolean")?;
            limit(2, 2)?;
            Format::YesNo(texts[0].to_string(), texts[1].to_string())
        }
        "reference" => {
            textual()?;
            limit(1, 1)?;
            Format::Reference(MADE[keyword(0, MADE)?])
        }
        "check" => {
            textual()?;
            limit(1, 1)?;
            Format::Check(CHECKED[keyword(0, CHECKED)?])
        }
        "replace" => {
            textual()?;
            limit(2, 2)?;
            Format::Replace(texts[0].to_string(), texts[1].to_string())
        }
        _ => return Err((format!("there is no filter `{name}`"), None)),
    })
}
