//! Scripts and their directions: which text is not simply set letter after letter from left to right.
//!
//! Takes characters and texts, gives scripts, embedding levels (UAX 9) and the order in which the parts of a line stand. Must
//! never know a font or a width.

use unicode_bidi::{BidiInfo, Level};

/// A script by its code in ISO 15924, such as `*b"Arab"`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Script(pub [u8; 4]);

/// Blocks of scripts: first and last character. Punctuation that only one script writes is counted to it; what several write
/// has none. It decides which face is tried first, so whole blocks are enough (Unicode 15, Blocks.txt).
const BLOCKS: &[(char, char, &[u8; 4])] = &[
    ('A', 'Z', b"Latn"),
    ('a', 'z', b"Latn"),
    ('\u{c0}', '\u{24f}', b"Latn"),
    ('\u{250}', '\u{2af}', b"Latn"),
    ('\u{370}', '\u{3ff}', b"Grek"),
    ('\u{400}', '\u{52f}', b"Cyrl"),
    ('\u{531}', '\u{58f}', b"Armn"),
    ('\u{591}', '\u{5f4}', b"Hebr"),
    ('\u{600}', '\u{6ff}', b"Arab"),
    ('\u{700}', '\u{74f}', b"Syrc"),
    ('\u{750}', '\u{77f}', b"Arab"),
    ('\u{780}', '\u{7bf}', b"Thaa"),
    ('\u{7c0}', '\u{7ff}', b"Nkoo"),
    ('\u{870}', '\u{8ff}', b"Arab"),
    ('\u{900}', '\u{97f}', b"Deva"),
    ('\u{980}', '\u{9ff}', b"Beng"),
    ('\u{a00}', '\u{a7f}', b"Guru"),
    ('\u{a80}', '\u{aff}', b"Gujr"),
    ('\u{b00}', '\u{b7f}', b"Orya"),
    ('\u{b80}', '\u{bff}', b"Taml"),
    ('\u{c00}', '\u{c7f}', b"Telu"),
    ('\u{c80}', '\u{cff}', b"Knda"),
    ('\u{d00}', '\u{d7f}', b"Mlym"),
    ('\u{d80}', '\u{dff}', b"Sinh"),
    ('\u{e01}', '\u{e7f}', b"Thai"),
    ('\u{e80}', '\u{eff}', b"Laoo"),
    ('\u{f00}', '\u{fff}', b"Tibt"),
    ('\u{1000}', '\u{109f}', b"Mymr"),
    ('\u{10a0}', '\u{10ff}', b"Geor"),
    ('\u{1100}', '\u{11ff}', b"Hang"),
    ('\u{1200}', '\u{139f}', b"Ethi"),
    ('\u{1780}', '\u{17ff}', b"Khmr"),
    ('\u{1e00}', '\u{1eff}', b"Latn"),
    ('\u{1f00}', '\u{1fff}', b"Grek"),
    ('\u{2e80}', '\u{2fdf}', b"Hani"),
    ('\u{3000}', '\u{303f}', b"Hani"),
    ('\u{3041}', '\u{309f}', b"Hira"),
    ('\u{30a0}', '\u{30ff}', b"Kana"),
    ('\u{3105}', '\u{312f}', b"Bopo"),
    ('\u{3130}', '\u{318f}', b"Hang"),
    ('\u{31f0}', '\u{31ff}', b"Kana"),
    ('\u{3200}', '\u{33ff}', b"Hani"),
    ('\u{3400}', '\u{4dbf}', b"Hani"),
    ('\u{4e00}', '\u{9fff}', b"Hani"),
    ('\u{a9e0}', '\u{a9ff}', b"Mymr"),
    ('\u{aa60}', '\u{aa7f}', b"Mymr"),
    ('\u{ac00}', '\u{d7ff}', b"Hang"),
    ('\u{f900}', '\u{faff}', b"Hani"),
    ('\u{fb1d}', '\u{fb4f}', b"Hebr"),
    ('\u{fb50}', '\u{fdff}', b"Arab"),
    ('\u{fe30}', '\u{fe4f}', b"Hani"),
    ('\u{fe70}', '\u{fefc}', b"Arab"),
    ('\u{ff01}', '\u{ff65}', b"Hani"),
    ('\u{ff66}', '\u{ff9f}', b"Kana"),
    ('\u{ffa0}', '\u{ffdc}', b"Hang"),
    ('\u{1e900}', '\u{1e95f}', b"Adlm"),
    ('\u{1ee00}', '\u{1eeff}', b"Arab"),
    ('\u{20000}', '\u{3ffff}', b"Hani"),
];

/// Codes that stand for several scripts (ISO 15924).
const SEVERAL: &[(&str, &[&[u8; 4]])] =
    &[("Jpan", &[b"Hira", b"Kana", b"Hani"]), ("Kore", &[b"Hang", b"Hani"]), ("Hans", &[b"Hani", b"Bopo"]), ("Hant", &[b"Hani", b"Bopo"])];

impl Script {
    /// The scripts of a code; none if it is not known.
    pub fn of_code(code: &str) -> Vec<Script> {
        if let Some((_, scripts)) = SEVERAL.iter().find(|(known, _)| *known == code) {
            return scripts.iter().map(|script| Script(**script)).collect();
        }
        BLOCKS.iter().find(|(.., known)| known.as_slice() == code.as_bytes()).map(|(.., known)| Script(**known)).into_iter().collect()
    }

    /// All codes, for a suggestion.
    pub fn codes() -> Vec<&'static str> {
        let mut codes: Vec<&str> = BLOCKS.iter().filter_map(|(.., code)| std::str::from_utf8(*code).ok()).collect();
        codes.extend(SEVERAL.iter().map(|(code, _)| *code));
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// Whether its letters stand beside each other as they are written: then words of several such scripts are shaped at once.
    pub fn is_simple(self) -> bool {
        matches!(&self.0, b"Latn" | b"Grek" | b"Cyrl" | b"Armn" | b"Geor")
    }
}

/// The script of a character; `None` for what several scripts write: digits, most punctuation, marks.
pub fn script_of(character: char) -> Option<Script> {
    let at = BLOCKS.partition_point(|(_, last, _)| *last < character);
    BLOCKS.get(at).filter(|(first, ..)| *first <= character).map(|(.., script)| Script(**script))
}

/// Whether a text must be looked at as a whole, in the whole of its paragraph: it runs from right to left, or its lines do not
/// end at spaces.
pub fn is_complex(text: &str) -> bool {
    !text.is_ascii()
        && text.chars().any(|c| match c {
            ..'\u{590}' => false,
            '\u{590}'..='\u{8ff}' | '\u{e01}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' => true,
            '\u{200f}' | '\u{202b}' | '\u{202e}' | '\u{2067}' => true,
            '\u{2e80}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe30}'..='\u{fefc}' | '\u{ff01}'..='\u{ffdc}' => true,
            '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}' | '\u{20000}'..='\u{3ffff}' => true,
            _ => false,
        })
}

/// The direction of a paragraph.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Direction {
    /// From left to right.
    #[default]
    LeftToRight,
    /// From right to left.
    RightToLeft,
    /// That of its first letter that has one, else from left to right (UAX 9, P2 and P3).
    Auto,
}

/// The embedding level of a paragraph: 0 from left to right, 1 from right to left.
pub fn base_level(text: &str, direction: Direction) -> u8 {
    match direction {
        Direction::LeftToRight => 0,
        Direction::RightToLeft => 1,
        Direction::Auto => match unicode_bidi::get_base_direction(text) {
            unicode_bidi::Direction::Rtl => 1,
            unicode_bidi::Direction::Ltr | unicode_bidi::Direction::Mixed => 0,
        },
    }
}

/// Whether a text has letters that run the other way than the text it is put into.
pub fn runs_against(text: &str, direction: Direction) -> bool {
    use unicode_bidi::BidiClass::{AL, L, R};
    match direction {
        Direction::RightToLeft => text.chars().any(|c| unicode_bidi::bidi_class(c) == L),
        Direction::LeftToRight | Direction::Auto => !text.is_ascii() && text.chars().any(|c| matches!(unicode_bidi::bidi_class(c), R | AL)),
    }
}

/// The embedding level of each byte of a text in a paragraph of level `base` (UAX 9, X1 to I2).
pub fn levels(text: &str, base: u8) -> Vec<u8> {
    let base = if base == 0 { Level::ltr() } else { Level::rtl() };
    BidiInfo::new(text, Some(base)).levels.iter().map(|level| level.number()).collect()
}

/// What rule L1 must know of a part of a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// A tab or the end of a paragraph.
    Separator,
    /// White space.
    Space,
    /// Anything else that is seen.
    Solid,
    /// Nothing that is seen.
    Nothing,
}

/// The order from left to right in which the parts of a line stand (UAX 9, L1 and L2), without those that are nothing;
/// `None` if it is the order they have.
pub fn order(count: usize, base: u8, part: impl Fn(usize) -> (Part, u8)) -> Option<Vec<usize>> {
    if base == 0 && (0..count).all(|at| part(at).1 == 0) {
        return None;
    }
    let mut levels: Vec<u8> = Vec::with_capacity(count);
    // L1: separators, and white space before them and at the end, have the level of the paragraph.
    let mut is_end = true;
    for at in (0..count).rev() {
        let (kind, level) = part(at);
        is_end = match kind {
            Part::Separator => true,
            Part::Space | Part::Nothing => is_end,
            Part::Solid => false,
        };
        levels.push(if is_end { base } else { level });
    }
    levels.reverse();
    let mut order: Vec<usize> = (0..count).filter(|at| part(*at).0 != Part::Nothing).collect();
    let highest = order.iter().map(|at| levels[*at]).max().unwrap_or(0);
    // L2
    for limit in (1..=highest).rev() {
        let mut start = 0;
        while start < order.len() {
            let length = order[start..].iter().take_while(|at| levels[**at] >= limit).count();
            order[start..start + length].reverse();
            start += length.max(1);
        }
    }
    Some(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_in_order() {
        assert!(BLOCKS.is_sorted_by(|a, b| a.0 <= a.1 && a.1 < b.0));
        let code = |c| script_of(c).map(|script| String::from_utf8_lossy(&script.0).into_owned());
        let of: Vec<Option<String>> = "aé1ب ש中。กक".chars().map(code).collect();
        let expected = ["Latn", "Latn", "", "Arab", "", "Hebr", "Hani", "Hani", "Thai", "Deva"];
        assert_eq!(of, expected.map(|code| (!code.is_empty()).then(|| code.to_string())));
        assert_eq!(Script::of_code("Kore").len(), 2);
        assert!(Script::of_code("arab").is_empty());
    }

    #[test]
    fn parts_of_a_line_are_reordered() {
        let check = |base: u8, parts: &[(Part, u8)], expected: Option<&[usize]>| {
            assert_eq!(order(parts.len(), base, |at| parts[at]).as_deref(), expected, "{parts:?}");
        };
        use Part::{Nothing, Separator, Solid, Space};
        check(0, &[(Solid, 0), (Space, 0), (Solid, 0)], None);
        check(0, &[(Solid, 1), (Space, 1), (Nothing, 0), (Solid, 1)], Some(&[3, 1, 0]));
        check(1, &[(Solid, 1), (Separator, 1), (Solid, 2), (Space, 2)], Some(&[3, 2, 1, 0]));
        check(1, &[(Solid, 2), (Space, 2), (Separator, 2), (Solid, 1)], Some(&[3, 2, 1, 0]));
    }

    #[test]
    fn the_first_letter_decides() {
        assert_eq!(base_level("12 שלום abc", Direction::Auto), 1);
        assert_eq!(base_level("12", Direction::Auto), 0);
        assert_eq!(base_level("abc", Direction::RightToLeft), 1);
        assert!(is_complex("ab ש") && is_complex("日") && is_complex("ก") && !is_complex("naïve “quotes” €"));
    }
}
