//! Cutting text into words, spaces and places to break.
//!
//! Takes a text of one style, gives its tokens after Unicode line breaking (UAX 14).

use std::sync::OnceLock;

use super::breaks::{Strictness, opportunities};
use crate::base::limits::WORD_BYTES_MAX;

/// A piece of text as line breaking sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Token<'t> {
    /// A run that is not divided. A line may end after it only if a space, a break or `Opportunity` follows.
    Word(&'t str),
    /// A space: a line may end here and the space vanishes. Several in a row are one.
    Space,
    /// A line may end here, without a space.
    Opportunity,
    /// A line may end here, and then with a hyphen: a soft hyphen, U+00AD.
    SoftHyphen,
    /// A line ends here.
    Break,
    /// A control character that is neither a tab nor a line end: no font has a glyph for it.
    Control(char),
}

/// Calls `give` with each token. Tabs are spaces, line ends in the data are breaks, other control characters are told.
pub fn tokens<'t>(text: &'t str, mut give: impl FnMut(Token<'t>)) {
    if !plain(text, &mut give) {
        broken(text, Strictness::Normal, &mut |_, token| give(token));
    }
}

/// The same with the place of each token in the text, by the rules in full.
pub fn tokens_with_places<'t>(text: &'t str, strictness: Strictness, mut give: impl FnMut(usize, Token<'t>)) {
    broken(text, strictness, &mut give);
}

/// Gives the tokens of a text of ASCII and Latin letters without control characters, which is most text; otherwise gives
/// nothing and says `false`. In such text two neighbours decide whether a line may break between them, but for numbers and
/// for some characters beside spaces: the test `plain_text_breaks_as_unicode_says` compares it with UAX 14 in full.
fn plain<'t>(text: &'t str, give: &mut impl FnMut(Token<'t>)) -> bool {
    let bytes = text.as_bytes();
    // Without an early end, many bytes are looked at in one step.
    if !bytes.iter().fold(true, |all, &byte| all & is_plain(byte)) {
        return false;
    }
    if bytes.len() > WORD_BYTES_MAX {
        plain_tokens(text, &mut |token| match token {
            Token::Word(word) => give_word(word, give),
            other => give(other),
        });
    } else {
        plain_tokens(text, give);
    }
    true
}

fn plain_tokens<'t>(text: &'t str, give: &mut impl FnMut(Token<'t>)) {
    let bytes = text.as_bytes();
    let pairs = pairs();
    let mut start = 0;
    let mut before = b' ';
    // Before which classes a line may end after the byte before.
    let mut ends = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        let class = pairs.class[usize::from(byte)];
        if byte == b' ' {
            if start < at {
                give(Token::Word(&text[start..at]));
            }
            let after = bytes.get(at + 1).copied().unwrap_or(b'a');
            if is_sticky(before) | is_sticky(after) && sticks(bytes, at) {
                // Spaces in a row are one here, too.
                if after != b' ' {
                    give(Token::Word(&text[at..=at]));
                }
            } else {
                give(Token::Space);
            }
            start = at + 1;
        } else if ends >> class & 1 == 1 && !is_in_number(bytes, at) {
            give(Token::Word(&text[start..at]));
            give(Token::Opportunity);
            start = at;
        }
        before = byte;
        ends = pairs.ends[usize::from(class)];
    }
    if start < bytes.len() {
        give(Token::Word(&text[start..]));
    }
}

/// Whether a line may perhaps not end at a space beside this byte: between spaces, before closing and after opening
/// punctuation, beside quotation marks.
#[inline]
fn is_sticky(byte: u8) -> bool {
    const STICKY: u128 = {
        let (mut set, mut index) = (0u128, 0);
        let bytes = b" ()[]{}!?/,.:;\"'";
        while index < bytes.len() {
            set |= 1 << bytes[index];
            index += 1;
        }
        set
    };
    byte < 128 && STICKY >> byte & 1 == 1
}

/// Whether a line must not end at the space at `at` (LB13 to LB15).
#[cold]
fn sticks(bytes: &[u8], at: usize) -> bool {
    let before = bytes[..at].iter().rev().find(|byte| **byte != b' ').copied();
    let after = bytes[at..].iter().find(|byte| **byte != b' ').copied();
    let Some(after) = after else { return false };
    let closes = matches!(after, b')' | b']' | b'}' | b'!' | b'?' | b'/' | b',' | b'.' | b':' | b';');
    let opens = matches!(after, b'(' | b'[' | b'{');
    match before {
        Some(b'(' | b'[' | b'{') => true,
        Some(b'"' | b'\'') => closes || opens,
        _ => closes,
    }
}

/// Whether the two bytes before and at `at`, between which a line may end elsewhere, belong to a number (LB25).
#[cold]
fn is_in_number(bytes: &[u8], at: usize) -> bool {
    // `NU (NU | SY | IS)*` before some byte.
    let number = |end: usize| {
        let run = bytes[..end].iter().rev().take_while(|byte| matches!(**byte, b'0'..=b'9' | b',' | b'.' | b':' | b';' | b'/'));
        run.into_iter().any(u8::is_ascii_digit)
    };
    match (bytes[at - 1], bytes[at]) {
        (b',' | b'.' | b':' | b';' | b'/', b'0'..=b'9' | b'%' | b'$' | b'+' | b'\\') => number(at),
        (b')' | b']' | b'}', b'%' | b'$' | b'+' | b'\\') => number(at - 1),
        (b'%' | b'$' | b'+' | b'\\', b'(' | b'[' | b'{') => bytes.get(at + 1).is_some_and(u8::is_ascii_digit),
        _ => false,
    }
}

// U+00C0 to U+017F, the letters of Latin-1 and Latin Extended-A, begin with the bytes C3 to C5, and no other character does.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | 0x80..=0xbf | 0xc3..=0xc5)
}

/// How bytes of plain text break.
struct Pairs {
    /// The class of each byte. Bytes of a class break alike, before and after every other.
    class: [u8; 256],
    /// For each class, a bit for each class before which a line may end right after it.
    ends: [u64; CLASSES_MAX],
}

const CLASSES_MAX: usize = 64;

/// The class of bytes inside a Latin letter, before which no line ends.
const INSIDE: u8 = 0;

/// Asks UAX 14 about every two ASCII characters. The bytes of a Latin letter break like any letter.
fn pairs() -> &'static Pairs {
    static PAIRS: OnceLock<Box<Pairs>> = OnceLock::new();
    PAIRS.get_or_init(|| {
        let ends = |before: u8, after: u8| {
            let text = [char::from(before), char::from(after)].iter().collect::<String>();
            let mut found = false;
            opportunities(&text, Strictness::Normal, |place| found |= place.at == 1);
            found && before != b' ' && after != b' '
        };
        let all: Vec<u8> = (b' '..=b'~').collect();
        // What decides: the row and the column of a byte.
        let lines: Vec<(Vec<bool>, Vec<bool>)> = all
            .iter()
            .map(|&byte| (all.iter().map(|&other| ends(byte, other)).collect(), all.iter().map(|&other| ends(other, byte)).collect()))
            .collect();
        let mut pairs = Box::new(Pairs { class: [INSIDE; 256], ends: [0; CLASSES_MAX] });
        let mut first_of: Vec<usize> = Vec::new();
        for (at, &byte) in all.iter().enumerate() {
            let known = first_of.iter().position(|&first| lines[first] == lines[at]);
            let class = known.unwrap_or_else(|| {
                first_of.push(at);
                first_of.len() - 1
            });
            pairs.class[usize::from(byte)] = class as u8 + 1;
        }
        assert!(first_of.len() < CLASSES_MAX, "ASCII has {} classes", first_of.len());
        for (class, &first) in first_of.iter().enumerate() {
            for (other, &after) in first_of.iter().enumerate() {
                pairs.ends[class + 1] |= u64::from(lines[first].0[after]) << (other + 1);
            }
        }
        let letter = pairs.class[usize::from(b'a')];
        pairs.class[0xc3..=0xc5].fill(letter);
        pairs.ends[usize::from(INSIDE)] = pairs.ends[usize::from(letter)];
        pairs
    })
}

fn broken<'t>(text: &'t str, strictness: Strictness, give: &mut impl FnMut(usize, Token<'t>)) {
    let mut start = 0;
    opportunities(text, strictness, |place| {
        let piece = &text[start..place.at];
        words(piece, start, give);
        let token = match place.is_mandatory {
            true => Some(Token::Break),
            false if piece.ends_with(|c| is_space(c) || is_line_end(c)) => None,
            false if piece.ends_with('\u{ad}') => Some(Token::SoftHyphen),
            false => Some(Token::Opportunity),
        };
        if let Some(token) = token {
            // A break is where its character is.
            give(start + piece.char_indices().next_back().map_or(0, |(at, _)| at), token);
        }
        start = place.at;
    });
    let last = &text[start..];
    words(last, start, give);
    if let Some((at, _)) = last.char_indices().next_back().filter(|(_, character)| is_line_end(*character)) {
        give(start + at, Token::Break);
    }
}

/// The words and spaces of a piece, at whose end alone a line may end.
fn words<'t>(piece: &'t str, start: usize, give: &mut impl FnMut(usize, Token<'t>)) {
    let solid = piece.trim_end_matches(|c| is_space(c) || is_dropped(c)).len();
    let mut at = 0;
    while at < piece.len() {
        let rest = &piece[at..];
        let end = rest.find(|c: char| is_space(c) || is_dropped(c)).unwrap_or(rest.len());
        // Figures beside a no-break space are words of their own, though no line ends between them: an account number or a
        // French amount would otherwise be a new word for the cache in every record.
        let mut place = start + at;
        for part in rest[..end].split_inclusive(is_no_break_space) {
            let text = part.trim_end_matches(is_no_break_space);
            give_word(text, &mut |token| give(place, token));
            give_word(&part[text.len()..], &mut |token| give(place + text.len(), token));
            place += part.len();
        }
        at += end;
        let Some(character) = rest[end..].chars().next() else { break };
        if is_space(character) && at < solid {
            // A line may not end here (LB13 to LB17). Spaces in a row are one.
            if !rest[end + character.len_utf8()..].starts_with(is_space) {
                give(start + at, Token::Word(" "));
            }
        } else if is_space(character) {
            give(start + at, Token::Space);
        } else if is_control(character) {
            give(start + at, Token::Control(character));
        }
        at += character.len_utf8();
    }
}

/// Gives a word. One that is longer than [`WORD_BYTES_MAX`] may be divided anywhere: no line is that long, and whoever looks
/// for the place where it fits shall not measure 50,000 letters for every line.
#[inline]
fn give_word<'t>(word: &'t str, give: &mut impl FnMut(Token<'t>)) {
    let mut rest = word;
    while rest.len() > WORD_BYTES_MAX {
        let end = (0..=WORD_BYTES_MAX).rev().find(|end| rest.is_char_boundary(*end)).unwrap_or(WORD_BYTES_MAX);
        let (piece, tail) = rest.split_at(end);
        give(Token::Word(piece));
        give(Token::Opportunity);
        rest = tail;
    }
    if !rest.is_empty() {
        give(Token::Word(rest));
    }
}

fn is_no_break_space(character: char) -> bool {
    matches!(character, '\u{a0}' | '\u{202f}')
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\u{2028}' | '\u{2029}')
}

fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether a character is a control character that text on a page can make nothing of: not a tab and not a line end.
pub fn is_control(character: char) -> bool {
    character.is_control() && character != '\t' && !is_line_end(character)
}

// Line ends are breaks and ZERO WIDTH SPACE an opportunity, which have done their work; a BOM inside text is noise.
fn is_dropped(character: char) -> bool {
    character.is_control() || matches!(character, '\u{200b}' | '\u{feff}' | '\u{ad}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut out = String::new();
        tokens(text, |token| match token {
            Token::Word(word) => out.push_str(&format!("[{word}]")),
            Token::Space => out.push('_'),
            Token::Opportunity => out.push('|'),
            Token::SoftHyphen => out.push('~'),
            Token::Break => out.push('¶'),
            Token::Control(character) => out.push_str(&character.escape_unicode().to_string()),
        });
        assert_eq!(out, expected, "{text:?}");
    }

    #[test]
    fn plain_words_break_at_spaces() {
        check("Total amount due", "[Total]_[amount]_[due]");
        check("  a  b ", "__[a]__[b]_");
        check("", "");
    }

    fn listed(text: &str, cut: impl for<'t> Fn(&'t str, &mut dyn FnMut(Token<'t>))) -> Vec<String> {
        let mut out = Vec::new();
        cut(text, &mut |token| out.push(format!("{token:?}")));
        out
    }

    #[test]
    fn plain_text_breaks_as_unicode_says() {
        let check = |text: &str| {
            if listed(text, |text, mut give| assert_or_skip(plain(text, &mut give))).is_empty() {
                return 0;
            }
            let fast = listed(text, |text, mut give| assert!(plain(text, &mut give)));
            let full = listed(text, |text, give| broken(text, Strictness::Normal, &mut |_, token| give(token)));
            assert_eq!(fast, full, "{text:?}");
            1
        };
        fn assert_or_skip(_: bool) {}
        let mut compared = 0;
        // Every text of up to four characters that stand for the classes of ASCII.
        const LETTERS: [char; 24] =
            ['a', 'é', '1', ' ', '-', '.', ',', ':', '/', '#', '(', ')', '[', '}', '$', '%', '+', '"', '\'', '&', '!', '?', '|', '\\'];
        for length in 1..=4u32 {
            for number in 0..LETTERS.len().pow(length) {
                let text: String = (0..length).map(|place| LETTERS[number / LETTERS.len().pow(place) % LETTERS.len()]).collect();
                compared += check(&text);
            }
        }
        // Every character of the fast path between every kind of neighbour.
        for character in ('!'..='~').chain('\u{c0}'..='\u{17f}') {
            for before in ["a", "1", "é", ")", "\"", "-", " ", "%", ","] {
                for after in ["a", "1", "é", "(", "\"", "-", " ", "$", "."] {
                    compared += check(&format!("{before}{character}{after}"));
                    compared += check(&format!("x{before}{character}{after}y"));
                }
            }
        }
        assert!(compared > 200_000, "{compared} texts took the fast path");
    }

    #[test]
    fn unicode_rules_add_places() {
        check("mail-order", "[mail-]|[order]");
        check("so  ! (  a", "[so][ ][!]_[(][ ][a]");
        check("100,000 v,2 (1)% (a)%", "[100,000]_[v,]|[2]_[(1)%]_[(a)]|[%]");
        check("« oui » ( non", "[«]_[oui]_[»][ ][(][ ][non]");
        check("1\u{a0}234 €", "[1][\u{a0}][234]_[€]");
        check("\u{a0}x\u{a0}\u{202f}1", "[\u{a0}][x][\u{a0}][\u{202f}][1]");
        check("zero\u{200b}width", "[zero]|[width]");
        check("Donau\u{ad}dampf\u{ad} \u{ad}x\u{ad}", "[Donau]~[dampf]_~[x]");
        check("日本", "[日]|[本]");
        check("two\nlines", "[two]¶[lines]");
        check("end\n", "[end]¶");
    }

    #[test]
    fn words_without_spaces_between_are_found() {
        check("ภาษาไทย", "[ภาษา]|[ไทย]");
        check("(ภาษาไทย) 12", "[(ภาษา]|[ไทย)]_[12]");
    }

    #[test]
    fn small_kana_begin_a_line_unless_one_is_strict() {
        let count = |text: &str, strictness| {
            let mut count = 0;
            tokens_with_places(text, strictness, |_, token| count += u32::from(token == Token::Opportunity));
            count
        };
        let of = |text| [Strictness::Loose, Strictness::Normal, Strictness::Strict].map(|strictness| count(text, strictness));
        assert_eq!(of("キャット"), [3, 3, 1]);
        assert_eq!(of("時々だ・だ"), [4, 2, 2]);
        assert_eq!(of("「本」。"), [0, 0, 0]);
    }

    #[test]
    fn very_long_words_are_divided() {
        check(&"x".repeat(WORD_BYTES_MAX), &format!("[{}]", "x".repeat(WORD_BYTES_MAX)));
        check(&"x".repeat(WORD_BYTES_MAX + 1), &format!("[{}]|[x]", "x".repeat(WORD_BYTES_MAX)));
        let half = "é".repeat(WORD_BYTES_MAX / 2);
        check(&format!("a {half}€é"), &format!("[a]_[{half}]|[€é]"));
        // Never inside a character.
        check(&format!("x{half}é"), &format!("[x{}]|[éé]", "é".repeat(WORD_BYTES_MAX / 2 - 1)));
    }

    #[test]
    fn control_characters_are_told() {
        check("a\u{1}b\tc", "[a]\\u{1}[b]_[c]");
        check("x\u{0}y-z", "[x]\\u{0}[y-]|[z]");
        check("\u{7f}\u{80}\u{9f}", "\\u{7f}\\u{80}\\u{9f}");
        check("a\r\nb\u{b}c\u{c}d\u{85}e", "[a]¶[b]¶[c]¶[d]¶[e]");
        check("\u{feff}a\u{200b}b", "[a]|[b]");
    }
}
