//! Style sheets and declarations of an SVG file.
//!
//! Takes CSS as attributes and `<style>` hold it, gives what is not drawn of it. Must never apply it: the library does.

use std::ops::Range;

use super::SvgFault;
use super::scan::{outside, shortened};

/// Properties that are not drawn, with the values that say nothing.
const REFUSED: &[(&str, &[&str])] = &[
    ("filter", &["none"]),
    ("backdrop-filter", &["none"]),
    ("mask", &["none"]),
    ("mask-image", &["none"]),
    ("mix-blend-mode", &["normal"]),
    ("animation", &["none"]),
    ("animation-name", &["none"]),
    ("vector-effect", &["none"]),
    ("text-transform", &["none"]),
    ("text-shadow", &["none"]),
    ("font-size-adjust", &["none"]),
];

/// Largest number of a value.
const NUMBER_MAX: f64 = 1e6;

/// Functions of CSS that the library takes for a mistake.
const FUNCTIONS: &[&str] = &["var(", "calc(", "env(", "min(", "max(", "clamp(", "color-mix(", "light-dark(", "attr("];

/// The declarations of a style attribute: property, value, and where they stand in it.
pub(super) fn declarations(text: &str) -> impl Iterator<Item = (&str, &str, Range<usize>)> {
    let mut at = 0;
    text.split_inclusive(';').filter_map(move |piece| {
        let start = at;
        at += piece.len();
        let (property, value) = piece.strip_suffix(';').unwrap_or(piece).split_once(':')?;
        let from = start + (property.len() - property.trim_start().len());
        let to = start + property.len() + 1 + value.trim_end().len();
        Some((property.trim(), value.trim(), from..to))
    })
}

/// Reports what a style sheet has that is not drawn.
pub(super) fn check_sheet(text: &str, range: Range<usize>, faults: &mut Vec<SvgFault>) {
    let text = without_comments(text);
    // References in the text or a CDATA section around it move its places.
    let place = |own: Range<usize>| if text.len() == range.len() { range.start + own.start..range.start + own.end } else { range.clone() };
    if let Some(at) = text.find('@') {
        let rule: String = text[at..].chars().take_while(|c| !c.is_whitespace() && !matches!(c, '{' | ';')).collect();
        let fault = SvgFault::new(place(at..at + rule.len()), format!("`{}` is not understood in a style sheet", shortened(&rule)));
        faults.push(match rule.as_str() {
            "@import" => fault.hint("nothing outside an SVG picture is read: put the rules into the file"),
            "@font-face" => fault.hint("texts are set in the font families of the job: name one of them"),
            _ => fault.hint("write its rules without it"),
        });
        return;
    }
    let mut start = 0;
    for (at, delimiter) in text.match_indices(['{', '}', ';']) {
        if delimiter != "{" {
            for (property, value, own) in declarations(&text[start..at]) {
                check_declaration(property, value, place(start + own.start..start + own.end), faults);
            }
        }
        start = at + 1;
    }
}

fn without_comments(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(start) = rest.find("/*") {
        let end = rest[start + 2..].find("*/").map_or(rest.len(), |end| start + 2 + end + 2);
        out.push_str(&rest[..start]);
        out.extend(std::iter::repeat_n(' ', end - start));
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// Reports a declaration that is not drawn.
pub(super) fn check_declaration(property: &str, value: &str, range: Range<usize>, faults: &mut Vec<SvgFault>) {
    if matches!(property, "class" | "id" | "font-family") || property.starts_with("data-") || property.starts_with("aria-") {
        return;
    }
    if let Some(number) = huge_number(value) {
        faults.push(SvgFault::new(range, format!("`{}` is larger than any picture", shortened(number))));
        return;
    }
    let lower = value.to_ascii_lowercase();
    let word = lower.trim_end_matches("!important").trim();
    if matches!(word, "inherit" | "initial" | "unset") {
        return;
    }
    if let Some((name, idle)) = REFUSED.iter().find(|(name, _)| *name == property)
        && !idle.contains(&word)
    {
        let fault = SvgFault::new(range, format!("`{name}: {}` is not drawn", shortened(value.trim())));
        faults.push(fault.hint("flatten it in the drawing program: paths, gradients, clips and opacity are drawn"));
        return;
    }
    for (at, _) in lower.match_indices("url(") {
        let target = value[at + 4..].trim_start_matches([' ', '\'', '"']);
        if !target.starts_with('#') {
            let end = target.find([')', '\'', '"']).unwrap_or(target.len());
            faults.push(outside(&target[..end], range.clone()));
        }
    }
    if property == "clip-path" && !word.is_empty() && word != "none" && !word.starts_with("url(") {
        faults.push(SvgFault::new(range, "a clip by a function is not drawn").hint("use a `<clipPath>`"));
        return;
    }
    if let Some(function) = FUNCTIONS.iter().find(|function| begins_word(&lower, function)) {
        faults.push(SvgFault::new(range, format!("`{function}…)` is not understood")).hint("write the value itself"));
    }
}

/// The first number of a value beyond what coordinates can be: curves of such a size would be divided without end.
fn huge_number(value: &str) -> Option<&str> {
    let mut rest = value;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit() || c == '#') {
        rest = &rest[start..];
        // Colours and names of elements are no numbers.
        if let Some(name) = rest.strip_prefix('#') {
            rest = name.trim_start_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'));
            continue;
        }
        let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let mut end = digits(rest);
        if rest[end..].starts_with('.') {
            end += 1 + digits(&rest[end + 1..]);
        }
        if rest[end..].starts_with(['e', 'E']) {
            let sign = usize::from(rest[end + 1..].starts_with(['+', '-']));
            let exponent = digits(&rest[end + 1 + sign..]);
            end += if exponent > 0 { 1 + sign + exponent } else { 0 };
        }
        if rest[..end].parse::<f64>().is_ok_and(|number| number > NUMBER_MAX) {
            return Some(&rest[..end]);
        }
        rest = &rest[end..];
    }
    None
}

fn begins_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-'))
}
