//! Cutting text into words, spaces and places to break.
//!
//! Takes a text of one style, gives its tokens after Unicode line breaking (UAX 14).

use unicode_linebreak::{BreakOpportunity, linebreaks};

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
}

/// Calls `give` with each token. Control characters vanish, tabs are spaces, line ends in the data are breaks.
pub fn tokens<'t>(text: &'t str, mut give: impl FnMut(Token<'t>)) {
    // Words of printable ASCII without `-`, `/` and the like break at spaces only: most text takes this path.
    if text.bytes().all(is_plain) {
        for (index, word) in text.split(' ').enumerate() {
            if index > 0 {
                give(Token::Space);
            }
            give_word(word, &mut give);
        }
        return;
    }
    let mut start = 0;
    for (end, opportunity) in linebreaks(text) {
        words(&text[start..end], &mut give);
        let piece = &text[start..end];
        start = end;
        let space = piece.ends_with([' ', '\t', '\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']);
        match opportunity {
            // The end of the text is reported as a mandatory break, too.
            BreakOpportunity::Mandatory if end == text.len() && !piece.ends_with(is_line_end) => {}
            BreakOpportunity::Mandatory => give(Token::Break),
            BreakOpportunity::Allowed if space => {}
            BreakOpportunity::Allowed if piece.ends_with('\u{ad}') => give(Token::SoftHyphen),
            BreakOpportunity::Allowed => give(Token::Opportunity),
        }
    }
}

fn words<'t>(piece: &'t str, give: &mut impl FnMut(Token<'t>)) {
    let mut rest = piece;
    while !rest.is_empty() {
        let end = rest.find(|c: char| is_space(c) || is_dropped(c)).unwrap_or(rest.len());
        give_word(&rest[..end], give);
        let Some(character) = rest[end..].chars().next() else { break };
        if is_space(character) {
            give(Token::Space);
        }
        rest = &rest[end + character.len_utf8()..];
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

fn is_plain(byte: u8) -> bool {
    matches!(byte, b' ' | b'!'..=b'~') && !matches!(byte, b'-' | b'/' | b'?' | b'!' | b'}' | b'{' | b'|' | b'\\')
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\u{2028}' | '\u{2029}')
}

fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

// Control characters have no glyph; ZERO WIDTH SPACE did its work as an opportunity, a BOM inside text is noise.
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
        });
        assert_eq!(out, expected, "{text:?}");
    }

    #[test]
    fn plain_words_break_at_spaces() {
        check("Total amount due", "[Total]_[amount]_[due]");
        check("  a  b ", "__[a]__[b]_");
        check("", "");
    }

    #[test]
    fn unicode_rules_add_places() {
        check("mail-order", "[mail-]|[order]");
        check("1\u{a0}234 €", "[1\u{a0}234]_[€]");
        check("zero\u{200b}width", "[zero]|[width]");
        check("Donau\u{ad}dampf\u{ad} \u{ad}x\u{ad}", "[Donau]~[dampf]_~[x]");
        check("日本", "[日]|[本]");
        check("two\nlines", "[two]¶[lines]");
        check("end\n", "[end]¶");
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
    fn control_characters_vanish() {
        check("a\u{1}b\tc", "[a][b]_[c]");
        check("x\u{0}y-z", "[x][y-]|[z]");
    }
}
