//! Why no post delivers to an address.
//!
//! Takes what is wrong, gives it in words and as a kind that reports count by. Must never decide what becomes of the record.

use std::fmt;

use super::parts::Element;
use crate::model::mail::Country;

/// Why no post delivers to an address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Undeliverable {
    /// Nothing is in it.
    Empty,
    /// It has a single line.
    OneLine(String),
    /// It has more lines than an address has.
    TooManyLines(usize),
    /// A country that no table knows.
    UnknownCountry(String),
    /// A line below the town that is neither a country nor a region.
    BelowTown(Country, String),
    /// No postcode is in it.
    NoPostcode(Country),
    /// What stands for a postcode is none of its country; those that have such a one.
    WrongPostcode {
        /// As it was told.
        postcode: String,
        /// Its country.
        country: Country,
        /// Countries that have such a postcode.
        others: Vec<Country>,
        /// Whether a leading zero makes it one.
        zero: bool,
    },
    /// Elements, one of which must be there.
    Missing(Country, Vec<Element>),
    /// A region that the country does not have.
    UnknownRegion(Country, String),
    /// The block has more lines than its country allows: lines, most lines.
    Block(Country, usize, usize),
    /// A line has more characters than it may: the line, most characters.
    TooLong(String, usize),
}

impl Undeliverable {
    /// Its kind, as reports count it.
    pub fn kind(&self) -> &'static str {
        match self {
            Undeliverable::Empty => "no address",
            Undeliverable::OneLine(_) => "one line",
            Undeliverable::TooManyLines(_) => "too many lines",
            Undeliverable::UnknownCountry(_) => "unknown country",
            Undeliverable::BelowTown(..) => "line below the town",
            Undeliverable::NoPostcode(_) => "no postcode",
            Undeliverable::WrongPostcode { .. } => "wrong postcode",
            Undeliverable::Missing(..) => "incomplete",
            Undeliverable::UnknownRegion(..) => "unknown region",
            Undeliverable::Block(..) => "block too high",
            Undeliverable::TooLong(..) => "line too long",
        }
    }
}

/// A text of a record for a message: not longer than a message.
fn shown(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

/// `a`, `a or b`, `a, b or c`.
pub(super) fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

impl fmt::Display for Undeliverable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Undeliverable::Empty => f.write_str("the address is empty"),
            Undeliverable::OneLine(line) => write!(f, "the address has a single line, {}", shown(line)),
            Undeliverable::TooManyLines(lines) => write!(f, "the address has {lines} lines, more than 10"),
            Undeliverable::UnknownCountry(name) => write!(f, "{} is no country that any table knows", shown(name)),
            Undeliverable::BelowTown(country, line) => {
                write!(f, "{} stands below the town and is neither a country nor a region of {country}", shown(line))
            }
            Undeliverable::NoPostcode(country) => write!(f, "the address has no postcode of {country}"),
            Undeliverable::WrongPostcode { postcode, country, others, zero } => {
                write!(f, "{} is no postcode of {country}", shown(postcode))?;
                let names: Vec<String> = others.iter().map(Country::to_string).collect();
                match (zero, names.as_slice()) {
                    (true, _) => f.write_str("; a leading zero is missing, as spreadsheets drop it"),
                    (false, []) => Ok(()),
                    (false, names) if names.len() <= 4 => write!(f, "; it looks like one of {}", listed(names)),
                    (false, _) => f.write_str("; it looks like one of another country"),
                }
            }
            Undeliverable::Missing(country, elements) => {
                let names: Vec<String> = elements.iter().map(|element| element.name().to_string()).collect();
                write!(f, "the address lacks what {country} needs: {}", listed(&names))
            }
            Undeliverable::UnknownRegion(country, region) => write!(f, "{} is no region of {country}", shown(region)),
            Undeliverable::Block(country, lines, most) => write!(f, "the address has {lines} lines, {country} allows {most}"),
            Undeliverable::TooLong(line, most) => write!(f, "a line has {} characters, more than {most}: {}", line.chars().count(), shown(line)),
        }
    }
}
