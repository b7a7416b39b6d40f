//! Attribute values: lengths, colours, borders, tracks, words.
//!
//! Takes the text of a value, gives what it means or a fault with its place in the text. Must never know which element
//! or file it stands in.

use crate::base::code::{self, Code};
use crate::base::diagnostic::Diagnostic;
use crate::base::length::{Length, UNITS, parse_decimal};
use crate::base::suggest::closest;
use crate::layout::tree::Mapped;
use crate::model::layout::{Border, Color, Edges, LineStyle, Track};

/// Why a value cannot be read: a part of it, what is wrong there, and what may help.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ValueFault {
    /// The kind of fault.
    pub code: &'static Code,
    /// First byte of the faulty part.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Text to put in place of the part.
    pub fix: Option<String>,
}

impl ValueFault {
    /// The fault at its place in the file.
    pub fn place(self, value: &Mapped) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(self.code, value.place(self.start, self.end), self.message);
        diagnostic.hint = self.hint;
        match self.fix {
            Some(fix) => diagnostic.fix(fix),
            None => diagnostic,
        }
    }
}

/// A value, or why there is none.
pub type Read<T> = Result<T, ValueFault>;

/// A part of a value between spaces, with its place.
#[derive(Clone, Copy, Debug)]
pub struct Token<'a> {
    /// The text.
    pub text: &'a str,
    /// Where it begins in the value.
    pub start: usize,
}

impl Token<'_> {
    pub(super) fn fault(self, code: &'static Code, message: String) -> ValueFault {
        ValueFault { code, start: self.start, end: self.start + self.text.len(), message, hint: None, fix: None }
    }
}

impl ValueFault {
    pub(super) fn hint(mut self, hint: impl Into<String>) -> ValueFault {
        self.hint = Some(hint.into());
        self
    }

    pub(super) fn fix(mut self, fix: impl Into<String>) -> ValueFault {
        self.fix = Some(fix.into());
        self
    }
}

/// The parts of a value between white space.
pub fn tokens(value: &str) -> Vec<Token<'_>> {
    value.split_ascii_whitespace().map(|text| Token { text, start: text.as_ptr() as usize - value.as_ptr() as usize }).collect()
}

/// The value as one token without the white space around it.
pub fn whole(value: &str) -> Token<'_> {
    Token { text: value.trim(), start: value.len() - value.trim_start().len() }
}

/// What lengths may be in a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sign {
    /// Zero or more.
    Positive,
    /// Any.
    Any,
}

/// One length.
pub fn read_length(token: Token<'_>, sign: Sign) -> Read<Length> {
    let text = token.text;
    if text == "0" {
        return Ok(Length::ZERO);
    }
    let fault = |message: String| token.fault(&code::LAYOUT_LENGTH, message);
    let split = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '+' | '-'))).unwrap_or(text.len());
    let (number, unit) = (&text[..split], text[split..].trim());
    if number.is_empty() {
        let message = if text.is_empty() { "a length is missing".to_string() } else { format!("`{text}` is not a length") };
        return Err(fault(message).hint("a length is a number with a unit, such as `12pt` or `4.5mm`"));
    }
    let clean = number.replace(',', ".");
    if parse_decimal(&clean).is_none() {
        return Err(fault(format!("`{number}` is not a number")).hint("a length is a number with a unit, such as `12pt` or `4.5mm`"));
    }
    if unit.is_empty() {
        return Err(fault(format!("the length `{text}` has no unit")).fix(format!("{clean}pt")));
    }
    if unit == "%" {
        return Err(
            fault(format!("the percentage `{text}` has nothing to be a part of here")).hint("write a length with a unit, such as `12pt` or `40mm`")
        );
    }
    if unit == "fr" {
        return Err(fault(format!("the share `{text}` is not possible here")).hint("shares (`fr`) are for columns"));
    }
    if !UNITS.iter().any(|(name, ..)| *name == unit) {
        let fault = fault(format!("there is no unit `{unit}`"));
        let folded = unit.to_ascii_lowercase();
        let known = match folded.as_str() {
            "em" | "rem" | "ex" | "ch" | "vw" | "vh" => {
                return Err(fault.hint("units that depend on a font or a window do not exist; write `pt` or `mm`"));
            }
            "\"" | "inch" | "inches" => Some("in"),
            "point" | "points" | "pts" => Some("pt"),
            "millimeter" | "millimeters" | "millimetre" | "millimetres" => Some("mm"),
            _ => closest(&folded, UNITS.iter().map(|(name, ..)| *name)),
        };
        return Err(match known {
            Some(known) => fault.fix(format!("{clean}{known}")),
            None => fault.hint("units are `pt`, `mm`, `cm`, `in`, `pc`, `px`"),
        });
    }
    if clean != number || text.contains(char::is_whitespace) {
        let reason = if clean != number { "decimals are written with a dot" } else { "no space before the unit" };
        return Err(fault(format!("`{text}` is not a length: {reason}")).fix(format!("{clean}{unit}")));
    }
    let Some(length) = Length::parse(number, unit) else {
        return Err(fault(format!("the length `{text}` is too large")).hint("the largest page is 200 inches wide"));
    };
    if sign == Sign::Positive && length < Length::ZERO {
        return Err(fault(format!("`{text}` is negative")).hint("this length cannot be negative").fix(text.trim_start_matches('-')));
    }
    Ok(length)
}

/// One length, a percentage or, if `shares`, a share of what is left.
pub fn read_track(token: Token<'_>, shares: bool) -> Read<Track> {
    let text = token.text;
    let thousandths = |number: &str| {
        let (mantissa, scale) = parse_decimal(number)?;
        Some(i128::from(mantissa) * 1000 / i128::from(10i64.pow(scale))).and_then(|value| i64::try_from(value).ok())
    };
    if let Some(number) = text.strip_suffix('%') {
        return match thousandths(number) {
            Some(value @ 0..=100_000) => Ok(Track::Percent(value)),
            Some(100_001..) => Err(token.fault(&code::LAYOUT_PERCENT, format!("`{text}` is more than the whole")).fix("100%")),
            Some(_) => Err(token.fault(&code::LAYOUT_LENGTH, format!("`{text}` is negative"))),
            None => Err(token.fault(&code::LAYOUT_LENGTH, format!("`{number}` is not a number"))),
        };
    }
    if let (Some(number), true) = (text.strip_suffix("fr"), shares) {
        return match thousandths(number) {
            Some(value @ 1..=1_000_000) => Ok(Track::Fraction(value)),
            Some(_) => Err(token.fault(&code::LAYOUT_LENGTH, format!("the share `{text}` is not between 0.001fr and 1000fr"))),
            None if number.is_empty() => Err(token.fault(&code::LAYOUT_LENGTH, "`fr` has no number".into()).fix("1fr")),
            None => Err(token.fault(&code::LAYOUT_LENGTH, format!("`{number}` is not a number"))),
        };
    }
    if shares && matches!(text, "*" | "auto") {
        return Err(token.fault(&code::LAYOUT_LENGTH, format!("`{text}` is not a width")).fix("1fr"));
    }
    read_length(token, Sign::Positive).map(Track::Fixed)
}

/// Widths of columns.
pub fn read_tracks(value: &str) -> Result<Vec<Track>, Vec<ValueFault>> {
    collect(split_units(value)?.into_iter().map(|token| read_track(token, true)))
}

/// One to four lengths.
pub fn read_edges(value: &str, sign: Sign) -> Result<Edges, Vec<ValueFault>> {
    let parts = split_units(value)?;
    let lengths = collect(parts.iter().map(|token| read_length(*token, sign)))?;
    match *lengths.as_slice() {
        [all] => Ok(Edges { top: all, right: all, bottom: all, left: all }),
        [vertical, across] => Ok(Edges { top: vertical, right: across, bottom: vertical, left: across }),
        [top, across, bottom] => Ok(Edges { top, right: across, bottom, left: across }),
        [top, right, bottom, left] => Ok(Edges { top, right, bottom, left }),
        _ => {
            let message = format!("{} lengths where one to four are meant", lengths.len());
            let fault = whole(value).fault(&code::LAYOUT_LENGTH, message);
            Err(vec![fault.hint("the order is top, right, bottom, left")])
        }
    }
}

/// Tokens, where `12 pt` is refused as one length instead of as two.
pub(super) fn split_units(value: &str) -> Result<Vec<Token<'_>>, Vec<ValueFault>> {
    let parts = tokens(value);
    let torn: Vec<ValueFault> = parts
        .windows(2)
        .filter(|pair| parse_decimal(pair[0].text).is_some() && UNITS.iter().any(|(name, ..)| *name == pair[1].text))
        .map(|pair| {
            let end = pair[1].start + pair[1].text.len();
            let joined = Token { text: &value[pair[0].start..end], start: pair[0].start };
            let message = format!("`{}` is not a length: no space before the unit", joined.text);
            joined.fault(&code::LAYOUT_LENGTH, message).fix(format!("{}{}", pair[0].text, pair[1].text))
        })
        .collect();
    if torn.is_empty() { Ok(parts) } else { Err(torn) }
}

pub(super) fn collect<T>(items: impl Iterator<Item = Read<T>>) -> Result<Vec<T>, Vec<ValueFault>> {
    let (mut values, mut faults) = (Vec::new(), Vec::new());
    for item in items {
        match item {
            Ok(value) => values.push(value),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(values) } else { Err(faults) }
}

/// The basic colours of CSS.
pub const COLORS: &[(&str, Color)] = &[
    ("black", rgb(0, 0, 0)),
    ("silver", rgb(0xc0, 0xc0, 0xc0)),
    ("gray", rgb(0x80, 0x80, 0x80)),
    ("white", rgb(0xff, 0xff, 0xff)),
    ("maroon", rgb(0x80, 0, 0)),
    ("red", rgb(0xff, 0, 0)),
    ("purple", rgb(0x80, 0, 0x80)),
    ("fuchsia", rgb(0xff, 0, 0xff)),
    ("green", rgb(0, 0x80, 0)),
    ("lime", rgb(0, 0xff, 0)),
    ("olive", rgb(0x80, 0x80, 0)),
    ("yellow", rgb(0xff, 0xff, 0)),
    ("navy", rgb(0, 0, 0x80)),
    ("blue", rgb(0, 0, 0xff)),
    ("teal", rgb(0, 0x80, 0x80)),
    ("aqua", rgb(0, 0xff, 0xff)),
    ("orange", rgb(0xff, 0xa5, 0)),
];

const fn rgb(r: u8, g: u8, b: u8) -> Color {
    Color { r, g, b }
}

/// A colour.
pub fn read_color(token: Token<'_>) -> Read<Color> {
    let text = token.text;
    if let Some(&(_, color)) = COLORS.iter().find(|(name, _)| *name == text) {
        return Ok(color);
    }
    if let Some(color) = text.strip_prefix('#').and_then(read_hex) {
        return Ok(color);
    }
    let fault = token.fault(&code::LAYOUT_COLOR, format!("`{text}` is not a colour"));
    let shape = "a colour is `#rgb`, `#rrggbb` or a basic name of CSS";
    if read_hex(text).is_some() {
        return Err(fault.fix(format!("#{text}")));
    }
    if let Some(color) = text.strip_prefix("rgb(").and_then(|rest| rest.strip_suffix(')')).and_then(read_rgb) {
        return Err(fault.hint(shape).fix(format!("#{:02x}{:02x}{:02x}", color.r, color.g, color.b)));
    }
    match text {
        "grey" => return Err(fault.fix("gray")),
        "cyan" => return Err(fault.fix("aqua")),
        "magenta" => return Err(fault.fix("fuchsia")),
        "transparent" => return Err(fault.hint("only a `background` can be transparent")),
        _ => {}
    }
    Err(match closest(text, COLORS.iter().map(|(name, _)| *name)).filter(|_| !text.starts_with('#')) {
        Some(name) => fault.hint(format!("did you mean `{name}`?")).fix(name),
        None => fault.hint(shape),
    })
}

fn read_hex(digits: &str) -> Option<Color> {
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let number = u32::from_str_radix(digits, 16).ok()?;
    let byte = |shift: u32| (number >> shift) as u8;
    let nibble = |shift: u32| ((number >> shift) as u8 & 15) * 17;
    match digits.len() {
        3 => Some(rgb(nibble(8), nibble(4), nibble(0))),
        6 => Some(rgb(byte(16), byte(8), byte(0))),
        _ => None,
    }
}

fn read_rgb(list: &str) -> Option<Color> {
    let mut parts = list.split(',').map(|part| part.trim().parse::<u8>().ok());
    let color = rgb(parts.next()??, parts.next()??, parts.next()??);
    parts.next().is_none().then_some(color)
}

/// A colour or `transparent`.
pub fn read_fill(token: Token<'_>) -> Read<Option<Color>> {
    if matches!(token.text, "transparent" | "none") { Ok(None) } else { read_color(token).map(Some) }
}

/// A border: width, then line style and colour in any order; or `none`.
pub fn read_border(value: &str) -> Result<Option<Border>, Vec<ValueFault>> {
    const LINES: &[(&str, LineStyle)] = &[("solid", LineStyle::Solid), ("dashed", LineStyle::Dashed), ("dotted", LineStyle::Dotted)];
    if matches!(value.trim(), "none" | "0") {
        return Ok(None);
    }
    let (mut width, mut line, mut color, mut faults) = (None, None, None, Vec::new());
    for token in split_units(value)? {
        let starts_number = token.text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+'));
        let looks_like_hex = token.text.len() >= 3 && read_hex(token.text).is_some() && token.text.len() == 6;
        if starts_number && !looks_like_hex && width.is_none() {
            width = Some(read_length(token, Sign::Positive).map_err(|fault| faults.push(fault)).unwrap_or_default());
        } else if let Some(&(_, found)) = LINES.iter().find(|(name, _)| *name == token.text).filter(|_| line.is_none()) {
            line = Some(found);
        } else if color.is_none() && (token.text.starts_with('#') || looks_like_hex || is_color_name(token.text)) {
            color = Some(read_color(token).map_err(|fault| faults.push(fault)).unwrap_or_default());
        } else {
            let names = LINES.iter().map(|(name, _)| *name).chain(COLORS.iter().map(|(name, _)| *name));
            let fault = token.fault(&code::LAYOUT_VALUE, format!("`{}` is no part of a border", token.text));
            faults.push(match closest(token.text, names) {
                Some(name) => fault.hint(format!("did you mean `{name}`?")).fix(name),
                None => fault.hint("a border is a width, `solid`, `dashed` or `dotted`, and a colour: `0.5pt solid #888`"),
            });
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let Some(width) = width else {
        let token = whole(value);
        let fault = token.fault(&code::LAYOUT_VALUE, format!("the border `{}` has no width", token.text));
        let fix = format!("0.5pt {}", token.text);
        return Err(vec![fault.fix(fix.trim_end())]);
    };
    let border = Border { width, color: color.unwrap_or_default(), line: line.unwrap_or(LineStyle::Solid) };
    Ok((width > Length::ZERO).then_some(border))
}

fn is_color_name(text: &str) -> bool {
    matches!(text, "grey" | "cyan" | "magenta") || COLORS.iter().any(|(name, _)| *name == text)
}

/// Words people write for those of CSS: (written, meant).
const SYNONYMS: &[(&str, &str)] = &[
    ("middle", "center"),
    ("center", "middle"),
    ("centre", "center"),
    ("centre", "middle"),
    ("justified", "justify"),
    ("block", "justify"),
    ("start", "left"),
    ("end", "right"),
    ("always", "page"),
    ("yes", "true"),
    ("no", "false"),
    ("1", "true"),
    ("0", "false"),
    ("oblique", "italic"),
    ("600", "bold"),
    ("800", "bold"),
    ("900", "bold"),
    ("bolder", "bold"),
    ("semibold", "bold"),
    ("500", "normal"),
    ("300", "normal"),
    ("200", "normal"),
    ("100", "normal"),
    ("lighter", "normal"),
    ("centered", "center"),
    ("heavy", "bold"),
    ("regular", "normal"),
    ("strikethrough", "line-through"),
    ("strike", "line-through"),
    ("upper", "uppercase"),
    ("lower", "lowercase"),
    ("never", "avoid"),
    ("lower-alpha", "alpha"),
    ("lower-roman", "roman"),
    ("numeric", "decimal"),
];

/// One of `words`.
pub fn read_keyword(token: Token<'_>, words: &'static [&'static str]) -> Read<&'static str> {
    if let Some(word) = words.iter().find(|word| **word == token.text) {
        return Ok(word);
    }
    let fault = token.fault(&code::LAYOUT_VALUE, format!("`{}` is not possible here", token.text));
    let list = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    let folded = token.text.to_ascii_lowercase();
    let synonym = SYNONYMS.iter().find(|(written, meant)| *written == folded && words.contains(meant)).map(|(_, meant)| *meant);
    let best = words.iter().copied().find(|word| *word == folded).or(synonym).or_else(|| closest(&folded, words.iter().copied()));
    Err(match best {
        Some(best) => fault.hint(format!("did you mean `{best}`? It is one of {list}")).fix(best),
        None => fault.hint(format!("one of {list}")),
    })
}

/// A whole number from `least` to `most`.
pub fn read_integer(token: Token<'_>, least: u32, most: u32) -> Read<u32> {
    let fault = |message: String| token.fault(&code::LAYOUT_NUMBER, message);
    match token.text.parse::<u32>() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        Ok(number) => {
            let fix = number.clamp(least, most);
            Err(fault(format!("`{number}` is not between {least} and {most}")).fix(fix.to_string()))
        }
        Err(_) => {
            let words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
            let spelt = words.iter().position(|word| *word == token.text).map(|number| number as u32);
            let digits = token.text.trim_matches(|c: char| !c.is_ascii_digit()).parse::<u32>().ok();
            let fault = fault(format!("`{}` is not a whole number", token.text));
            Err(match spelt.or(digits).filter(|number| (least..=most).contains(number)) {
                Some(number) => fault.fix(number.to_string()),
                None => fault.hint(format!("a whole number from {least} to {most}")),
            })
        }
    }
}

/// An angle in whole degrees, clockwise, from 0 to 359.
pub fn read_angle(token: Token<'_>) -> Read<u16> {
    let number = token.text.strip_suffix("deg").unwrap_or(token.text);
    match number.parse::<i32>() {
        Ok(degrees) if (-360..=360).contains(&degrees) => Ok(degrees.rem_euclid(360) as u16),
        Ok(degrees) => {
            let fault = token.fault(&code::LAYOUT_NUMBER, format!("`{degrees}` is not between -360 and 360 degrees"));
            Err(fault.fix(degrees.rem_euclid(360).to_string()))
        }
        Err(_) => Err(token.fault(&code::LAYOUT_NUMBER, format!("`{}` is not an angle", token.text)).hint("whole degrees, clockwise: `90` or `-45`")),
    }
}

/// `multiple of` a number of pages.
pub fn read_multiple(value: &str) -> Read<u32> {
    let parts = tokens(value);
    if let [multiple, of, number] = parts[..]
        && (multiple.text, of.text) == ("multiple", "of")
    {
        return read_integer(number, 2, 16);
    }
    let written = whole(value);
    let fault = written.fault(&code::LAYOUT_VALUE, format!("`{}` is not a number of pages", written.text));
    let digits = written.text.trim_matches(|c: char| !c.is_ascii_digit()).parse::<u32>().ok();
    Err(match digits.filter(|number| (2..=16).contains(number)) {
        Some(number) => fault.fix(format!("multiple of {number}")),
        None => fault.hint("such as `multiple of 2`; `pages-max` says how many there may be"),
    })
}

/// The distance between baselines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LineHeight {
    /// A length.
    Fixed(Length),
    /// Thousandths of the font size.
    Factor(i64),
}

/// A length, or a factor of the font size.
pub fn read_line_height(token: Token<'_>) -> Read<LineHeight> {
    let Some((mantissa, scale)) = parse_decimal(token.text) else {
        return match token.text {
            "normal" => Err(token.fault(&code::LAYOUT_VALUE, "`normal` is not possible here".into()).fix("1.3")),
            _ => read_length(token, Sign::Positive).map(LineHeight::Fixed),
        };
    };
    let factor = mantissa * 1000 / 10i64.pow(scale);
    if (500..=4_000).contains(&factor) {
        return Ok(LineHeight::Factor(factor));
    }
    let message = format!("a line height of `{}` font sizes", token.text);
    let fault = token.fault(&code::LAYOUT_LENGTH, message);
    Err(if factor > 4_000 { fault.fix(format!("{}pt", token.text)) } else { fault.hint("a factor from 0.5 to 4, or a length") })
}

/// Named page sizes with width and height in portrait.
pub const PAGE_SIZES: &[(&str, &str, &str)] = &[
    ("A3", "297mm", "420mm"),
    ("A4", "210mm", "297mm"),
    ("A5", "148mm", "210mm"),
    ("A6", "105mm", "148mm"),
    ("Letter", "8.5in", "11in"),
    ("Legal", "8.5in", "14in"),
];

/// Width and height of a page.
pub fn read_page_size(value: &str) -> Result<(Length, Length), Vec<ValueFault>> {
    let mut parts = split_units(value)?;
    let landscape = parts.last().is_some_and(|token| token.text == "landscape");
    if landscape || parts.last().is_some_and(|token| token.text == "portrait") {
        parts.pop();
    }
    let names = || PAGE_SIZES.iter().map(|(name, ..)| *name);
    let (width, height) = match parts.as_slice() {
        [name] => match PAGE_SIZES.iter().find(|(known, ..)| *known == name.text) {
            Some((_, width, height)) => (read_constant(width), read_constant(height)),
            None => {
                let fault = name.fault(&code::LAYOUT_VALUE, format!("there is no page size `{}`", name.text));
                let list = names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                let fault = fault.hint(format!("{list}, or width and height such as `210mm 297mm`"));
                let same = names().find(|known| known.eq_ignore_ascii_case(name.text));
                return Err(vec![match same.or_else(|| closest(name.text, names())) {
                    Some(best) => fault.fix(best),
                    None => fault,
                }]);
            }
        },
        [width, height] => {
            let sizes = collect([*width, *height].into_iter().map(|token| read_length(token, Sign::Positive)))?;
            (sizes[0], sizes[1])
        }
        _ => {
            let fault = whole(value).fault(&code::LAYOUT_VALUE, format!("`{}` is not a page size", value.trim()));
            return Err(vec![fault.hint("`A4`, `Letter landscape`, or width and height such as `210mm 297mm`")]);
        }
    };
    Ok(if landscape { (height, width) } else { (width, height) })
}

fn read_constant(text: &str) -> Length {
    read_length(whole(text), Sign::Positive).unwrap_or_default()
}

/// Whether `name` can name a style, region or media: letters, digits, `-`, `_`.
pub fn is_plain_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// The nearest name to `name` that [`is_plain_name`] takes, if there is one.
pub fn plain_name(name: &str, dash: char) -> Option<String> {
    let mut plain = String::new();
    for c in name.trim().chars() {
        if c.is_ascii_alphanumeric() || matches!(c, '_' | '.') || (c == '-' && dash == '-') {
            plain.push(c);
        } else if !plain.is_empty() && !plain.ends_with(dash) {
            plain.push(dash);
        }
    }
    let plain = plain.trim_end_matches(dash).to_string();
    (plain.starts_with(|c: char| c.is_ascii_alphabetic())).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_length(text: &str, expected: Result<i64, Option<&str>>) {
        let found = read_length(whole(text), Sign::Positive).map(Length::millipoints).map_err(|fault| fault.fix);
        assert_eq!(found, expected.map_err(|fix| fix.map(str::to_string)), "{text}");
    }

    #[test]
    fn lengths_are_read_or_mended() {
        check_length("12pt", Ok(12_000));
        check_length("0", Ok(0));
        check_length("12", Err(Some("12pt")));
        check_length("1,5mm", Err(Some("1.5mm")));
        check_length("12 pt", Err(Some("12pt")));
        check_length("5em", Err(None));
        check_length("5MM", Err(Some("5mm")));
        check_length("-5mm", Err(Some("5mm")));
        check_length("wide", Err(None));
        check_length("5%", Err(None));
    }

    #[test]
    fn edges_follow_css() {
        let edges = read_edges("1pt 2pt 3pt", Sign::Any).unwrap();
        assert_eq!((edges.top, edges.left, edges.right, edges.bottom), {
            let pt = Length::from_points;
            (pt(1), pt(2), pt(2), pt(3))
        });
        assert_eq!(read_edges("12 pt", Sign::Any).unwrap_err()[0].fix.as_deref(), Some("12pt"));
        assert_eq!(read_edges("1 2pt 3", Sign::Any).unwrap_err().len(), 2);
        assert_eq!(read_edges("1pt 1pt 1pt 1pt 1pt", Sign::Any).unwrap_err().len(), 1);
    }

    #[test]
    fn colours_are_read_or_mended() {
        let check = |text: &str, fix: Option<&str>| {
            assert_eq!(read_color(whole(text)).unwrap_err().fix.as_deref(), fix, "{text}");
        };
        assert_eq!(read_color(whole("#f80")), Ok(rgb(0xff, 0x88, 0)));
        assert_eq!(read_color(whole("#FF8800")), Ok(rgb(0xff, 0x88, 0)));
        check("ff8800", Some("#ff8800"));
        check("grey", Some("gray"));
        check("rgb(255, 0, 16)", Some("#ff0010"));
        check("#ff88", None);
        check("blu", Some("blue"));
    }

    #[test]
    fn borders_are_read_or_mended() {
        let border = read_border("#888 0.5pt dashed").unwrap().unwrap();
        assert_eq!((border.width.millipoints(), border.line, border.color), (500, LineStyle::Dashed, rgb(0x88, 0x88, 0x88)));
        assert_eq!(read_border("none"), Ok(None));
        let fix = |text: &str| read_border(text).unwrap_err()[0].fix.clone();
        assert_eq!(fix("solid #888").as_deref(), Some("0.5pt solid #888"));
        assert_eq!(fix("1 solid").as_deref(), Some("1pt"));
        assert_eq!(fix("1pt sold").as_deref(), Some("solid"));
        assert_eq!(fix("1pt solid grey").as_deref(), Some("gray"));
    }

    #[test]
    fn tracks_and_sizes_are_read_or_mended() {
        let tracks = read_tracks("22mm 1fr 12.5%").unwrap();
        assert_eq!(tracks[1..], [Track::Fraction(1_000), Track::Percent(12_500)]);
        assert_eq!(
            read_tracks("* 20").unwrap_err().iter().map(|f| f.fix.clone()).collect::<Vec<_>>(),
            [Some("1fr".to_string()), Some("20pt".to_string())]
        );
        assert_eq!(read_page_size("Letter landscape").unwrap(), (Length::from_points(792), Length::from_points(612)));
        assert_eq!(read_page_size("a4").unwrap_err()[0].fix.as_deref(), Some("A4"));
        assert_eq!(read_line_height(whole("13")).unwrap_err().fix.as_deref(), Some("13pt"));
        assert_eq!(read_line_height(whole("1.4")), Ok(LineHeight::Factor(1_400)));
    }

    #[test]
    fn words_are_read_or_mended() {
        let fix = |text: &str, words| read_keyword(whole(text), words).unwrap_err().fix;
        assert_eq!(fix("middle", &["left", "center"]).as_deref(), Some("center"));
        assert_eq!(fix("Left", &["left", "center"]).as_deref(), Some("left"));
        assert_eq!(fix("always", &["auto", "page"]).as_deref(), Some("page"));
        assert_eq!(fix("zebra", &["auto", "page"]), None);
        assert_eq!(read_integer(whole("two"), 1, 9).unwrap_err().fix.as_deref(), Some("2"));
    }
}
