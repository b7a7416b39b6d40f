//! Streets with their numbers in one text: `12 bis rue de la Paix`, `Hauptstr. 5a`, `10-123 Main St Apt 4`.
//!
//! Takes the text and the format of its country, gives street, number, addition and unit for comparing and routing. Must never
//! decide what is printed: a guess is good enough for a key, not for an envelope.

use super::format::Format;
use super::parts::{Element, Parts};
use crate::model::mail::Country;
use crate::postal::matching::Words;

/// Divides the street of an address that has no number of its own; the parts are otherwise as they were.
pub fn divide(parts: &mut Parts, country: Country, format: &Format, words: &Words) {
    if parts.has(Element::Number) || parts.of(Element::Street).len() > STREET_BYTES_MAX {
        return;
    }
    let street = parts.of(Element::Street).replace(',', " ");
    let mut tokens: Vec<&str> = street.split_whitespace().collect();
    if !parts.has(Element::Unit)
        && let Some(at) = tokens.iter().skip(1).position(|token| words.is_unit(token, country)).map(|at| at + 1)
        && at + 1 < tokens.len()
    {
        *parts.of_mut(Element::Unit) = tokens[at..].join(" ");
        tokens.truncate(at);
    }
    let found = if format.is_number_first() { first(&tokens, format) } else { last(&tokens) };
    let Some(Found { street, unit, number, addition }) = found else { return };
    if let Some(unit) = unit {
        *parts.of_mut(Element::Unit) = unit;
    }
    *parts.of_mut(Element::Number) = number;
    if !parts.has(Element::Addition) {
        *parts.of_mut(Element::Addition) = addition;
    }
    *parts.of_mut(Element::Street) = street;
}

/// A longer text is no street; dividing it would only cost time.
const STREET_BYTES_MAX: usize = 500;

struct Found {
    street: String,
    unit: Option<String>,
    number: String,
    addition: String,
}

/// The digits a token begins with, and the rest without what divides them.
fn cut(token: &str) -> Option<(&str, &str)> {
    let end = token.find(|c: char| !c.is_ascii_digit()).unwrap_or(token.len());
    (end > 0).then(|| (&token[..end], token[end..].trim_start_matches(['-', '/', '.'])))
}

/// `123A Main St`, `12 bis rue X`, `10-123 Main St`.
fn first(tokens: &[&str], format: &Format) -> Option<Found> {
    let (first, rest) = tokens.split_first()?;
    if rest.is_empty() {
        return None;
    }
    // `10-123`, where the country writes the unit so.
    let lines = format.latin.as_ref().unwrap_or(&format.lines);
    let mark = lines.behind(Element::Unit);
    let (unit, first) = match first.split_once(mark) {
        Some((unit, number)) if !mark.is_empty() && cut(number).is_some() && !unit.is_empty() => (Some(unit.to_string()), number),
        _ => (None, *first),
    };
    let (number, addition) = cut(first)?;
    let is_addition = |token: &str| format.additions.iter().any(|known| known.eq_ignore_ascii_case(token)) || is_fraction(token);
    let (addition, rest) = match rest {
        [next, rest @ ..] if addition.is_empty() && !rest.is_empty() && is_addition(next) => (*next, rest),
        _ => (addition, rest),
    };
    Some(Found { street: rest.join(" "), unit, number: number.to_string(), addition: addition.to_string() })
}

fn is_fraction(token: &str) -> bool {
    matches!(token.as_bytes(), [above, b'/', below] if above.is_ascii_digit() && below.is_ascii_digit())
}

/// `Hauptstr. 5a`, `Kerkstraat 13 hs`, `Straße des 17. Juni 135`, `Gasse 5/2/14`.
fn last(tokens: &[&str]) -> Option<Found> {
    let is_number = |at: usize| tokens.get(at).is_some_and(|token| cut(token).is_some());
    let mut at = (1..tokens.len()).rev().find(|at| is_number(*at))?;
    while at > 1 && is_number(at - 1) {
        at -= 1;
    }
    // What follows a number is short: `hs`, `3. OG`, not the rest of `8 de Octubre`.
    if tokens[at + 1..].iter().map(|token| token.chars().count()).sum::<usize>() > 12 {
        return None;
    }
    let (number, addition) = cut(tokens[at])?;
    // `17.` counts a day or king: then there is no number.
    if tokens[at].ends_with('.') && tokens.len() > at + 1 {
        return None;
    }
    let mut addition = addition.to_string();
    for token in &tokens[at + 1..] {
        if !addition.is_empty() {
            addition.push(' ');
        }
        addition.push_str(token.trim_matches(['-', '/']));
    }
    Some(Found { street: tokens[..at].join(" "), unit: None, number: number.to_string(), addition: addition.trim().to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postal::address::Formats;

    /// `street|number|addition|unit`.
    #[track_caller]
    fn check(country: &str, street: &str, expected: &str) {
        let country = Country::parse(country).expect("a country");
        let mut parts = Parts::default().with(Element::Street, street);
        divide(&mut parts, country, Formats::built_in().of(country), &Words::built_in());
        let shown = [Element::Street, Element::Number, Element::Addition, Element::Unit].map(|element| parts.of(element)).join("|");
        assert_eq!(shown, expected, "{street}");
    }

    #[test]
    fn numbers_behind_streets() {
        check("DE", "Hauptstraße 5a", "Hauptstraße|5|a|");
        check("DE", "Straße des 17. Juni 135", "Straße des 17. Juni|135||");
        check("DE", "Am Markt 5 2. OG", "Am Markt|5|2. OG|");
        check("DE", "Straße des 17. Juni", "Straße des 17. Juni|||");
        check("NL", "Kerkstraat 13 hs", "Kerkstraat|13|hs|");
        check("NL", "Kerkstraat 156-2", "Kerkstraat|156|2|");
        check("AT", "Mariahilfer Straße 5/2/14", "Mariahilfer Straße|5|2/14|");
        check("ES", "Calle 8 de Octubre 12, 3 B", "Calle 8 de Octubre|12|3 B|");
        check("BE", "Wetstraat 16 bus 3", "Wetstraat|16||bus 3");
    }

    #[test]
    fn numbers_before_streets() {
        check("US", "123 Main St Apt 4B", "Main St|123||Apt 4B");
        check("US", "123A N Main St", "N Main St|123|A|");
        check("US", "39 1/2 Oak St", "Oak St|39|1/2|");
        check("CA", "10-123 Main St NW", "Main St NW|123||10");
        check("AU", "5/12 Smith St", "Smith St|12||5");
        check("FR", "12 bis rue de la Paix", "rue de la Paix|12|bis|");
        check("GB", "221b Baker Street", "Baker Street|221|b|");
    }

    #[test]
    fn what_has_no_number_stays() {
        for street in ["Main St", "", "12", "Rose Cottage", "—"] {
            check("US", street, &format!("{street}|||"));
        }
        check("DE", &"9 ".repeat(300), &format!("{}|||", "9 ".repeat(300)));
    }
}
