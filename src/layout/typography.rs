//! Values of fine typography: OpenType features and tab stops.
//!
//! Takes the text of a value, gives what it means or faults with their places. Must never know a font or a width.

use super::value::{Read, Token, ValueFault, collect, read_track, split_units, tokens};
use crate::base::code;
use crate::base::length::Length;
use crate::base::suggest::closest;
use crate::kit::font::FontFeature;
use crate::model::layout::{TabAlign, TabStop, Track};

/// Most features of one style.
const FEATURES_MAX: usize = 32;
/// Most tab stops of one paragraph.
const TABS_MAX: usize = 64;

/// The features authors ask for, to suggest one for a slip (OpenType 1.9, registered features).
const KNOWN: &[&str] = &[
    "liga", "dlig", "hlig", "clig", "calt", "kern", "onum", "lnum", "tnum", "pnum", "zero", "frac", "ordn", "sups", "subs", "sinf", "smcp", "c2sc",
    "case", "cpsp", "swsh", "salt", "titl", "ss01", "ss02", "ss03", "ss04", "ss05",
];

/// OpenType features between spaces: `onum`, `ss01`, `liga=0`, `salt=2`; or `none`.
pub(super) fn read_features(value: &str) -> Result<Vec<FontFeature>, Vec<ValueFault>> {
    if value.trim() == "none" {
        return Ok(Vec::new());
    }
    let parts = tokens(value);
    if let Some(extra) = parts.get(FEATURES_MAX) {
        return Err(vec![extra.fault(&code::LAYOUT_VALUE, format!("more than {FEATURES_MAX} features"))]);
    }
    collect(parts.into_iter().map(read_feature))
}

fn read_feature(token: Token<'_>) -> Read<FontFeature> {
    let (name, value) = match token.text.split_once('=') {
        Some((name, value)) => (name, value.parse::<u16>().ok()),
        None => (token.text, Some(1)),
    };
    let fault = |message: String| token.fault(&code::LAYOUT_VALUE, message);
    let Some(value) = value else {
        return Err(
            fault(format!("`{}` has no number", token.text)).hint("a feature is on as `onum`, off as `liga=0`; `salt=2` takes the second form")
        );
    };
    let tag: Option<[u8; 4]> = name.as_bytes().try_into().ok().filter(|tag: &[u8; 4]| tag.iter().all(u8::is_ascii_alphanumeric));
    match tag {
        Some(tag) => Ok(FontFeature { tag, value }),
        None => {
            let fault = fault(format!("`{name}` is not a feature of OpenType"));
            let bare = name.trim_matches(['\'', '"', ',', ';']).to_ascii_lowercase();
            let hint = "a feature has four letters or digits, such as `onum`, `liga=0` or `ss01`";
            Err(match closest(&bare, KNOWN.iter().copied()) {
                Some(known) => fault.hint(hint).fix(token.text.replace(name, known)),
                None => fault.hint(hint),
            })
        }
    }
}

/// Tab stops: a length or percentage each, and `right`, `center` or `decimal` after those that are not left.
pub(super) fn read_tabs(value: &str) -> Result<Vec<TabStop>, Vec<ValueFault>> {
    const WORDS: &[(&str, TabAlign)] =
        &[("left", TabAlign::Left), ("right", TabAlign::Right), ("center", TabAlign::Center), ("decimal", TabAlign::Decimal)];
    let (mut stops, mut faults): (Vec<TabStop>, Vec<ValueFault>) = (Vec::new(), Vec::new());
    let mut named = true;
    for token in split_units(&value.replace(',', " "))? {
        let token = Token { text: &value[token.start..token.start + token.text.len()], start: token.start };
        let word = WORDS.iter().find(|(word, _)| *word == token.text);
        if let (Some((_, align)), Some(last), false) = (word, stops.last_mut(), named) {
            (last.align, named) = (*align, true);
            continue;
        }
        if word.is_some() || token.text.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let fault = token.fault(&code::LAYOUT_VALUE, format!("`{}` is no tab stop", token.text));
            faults.push(match closest(token.text, WORDS.iter().map(|(word, _)| *word)).filter(|_| !named) {
                Some(known) => fault.fix(known),
                None => fault.hint("a stop is a length and how text stands to it: `40mm`, `120mm right`, `100% decimal`"),
            });
            continue;
        }
        match read_track(token, false) {
            Ok(at) => {
                if !increases(stops.last().map(|stop| stop.at), at) {
                    let fault = token.fault(&code::LAYOUT_VALUE, format!("the tab stop `{}` does not come after the one before it", token.text));
                    faults.push(fault.hint("stops are given in the order they are reached"));
                }
                if stops.len() == TABS_MAX {
                    faults.push(token.fault(&code::LAYOUT_VALUE, format!("more than {TABS_MAX} tab stops")));
                    break;
                }
                stops.push(TabStop { at, align: TabAlign::Left });
                named = false;
            }
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(stops) } else { Err(faults) }
}

/// Whether a stop comes after another, as far as one can tell without the width of the line.
fn increases(before: Option<Track>, after: Track) -> bool {
    match (before, after) {
        (Some(Track::Fixed(before)), Track::Fixed(after)) => after > before,
        (Some(Track::Percent(before)), Track::Percent(after)) => after > before,
        (None, Track::Fixed(after)) => after > Length::ZERO,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_tabs(value: &str, expected: &str) {
        let shown = match read_tabs(value) {
            Ok(stops) => stops
                .iter()
                .map(|stop| match stop.at {
                    Track::Fixed(at) => format!("{at} {:?}", stop.align),
                    Track::Percent(at) => format!("{}% {:?}", at / 1000, stop.align),
                    Track::Fraction(_) => unreachable!("no share"),
                })
                .collect::<Vec<_>>()
                .join(", "),
            Err(faults) => format!("{} at {}: {:?}", faults[0].message, faults[0].start, faults[0].fix),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn stops_have_a_place_and_an_alignment() {
        check_tabs("40pt, 60pt right 100% decimal", "40pt Left, 60pt Right, 100% Decimal");
        check_tabs("", "");
        check_tabs("40pt rigth", "`rigth` is no tab stop at 5: Some(\"right\")");
        check_tabs("right", "`right` is no tab stop at 0: None");
        check_tabs("40pt 30pt", "the tab stop `30pt` does not come after the one before it at 5: None");
        check_tabs("1fr", "the share `1fr` is not possible here at 0: None");
    }

    #[test]
    fn features_are_on_off_or_numbered() {
        let read = |value| read_features(value).map_err(|faults| (faults[0].message.clone(), faults[0].fix.clone()));
        let feature = |tag: &[u8; 4], value| FontFeature { tag: *tag, value };
        assert_eq!(read("onum liga=0 salt=2"), Ok(vec![feature(b"onum", 1), feature(b"liga", 0), feature(b"salt", 2)]));
        assert_eq!(read("none"), Ok(Vec::new()));
        assert_eq!(read("\"onum\""), Err(("`\"onum\"` is not a feature of OpenType".into(), Some("onum".into()))));
        assert_eq!(read("liga=off").unwrap_err().0, "`liga=off` has no number");
    }
}
