//! Text as HTML, and HTML as the text that people see.
//!
//! Takes texts of anybody, gives them so that no browser reads a tag, an attribute or an entity out of them; takes HTML as it is written
//! here, gives its visible characters. Must never know what a document says.

mod seek;

use std::fmt::Write;

pub use seek::Seeker;

/// Adds text between tags: `&`, `<` and `>` become entities, characters that HTML does not allow (HTML, 13.5) become U+FFFD, and marks
/// that turn the direction of what follows are left out, because they would reach beyond the text. Letters of Latin alphabets, punctuation
/// and signs of currencies are named by their numbers, so that most documents are ASCII and need no encoding on their way.
pub fn push_text(text: &str, out: &mut String) {
    if text.bytes().all(|byte| !NEEDS_CARE[usize::from(byte)]) {
        out.push_str(text);
        return;
    }
    for character in text.chars() {
        push_character(character, out);
    }
}

/// Adds text between double quotes of an attribute: also `"` becomes an entity.
pub fn push_attribute(text: &str, out: &mut String) {
    if text.bytes().all(|byte| byte != b'"' && !NEEDS_CARE[usize::from(byte)]) {
        out.push_str(text);
        return;
    }
    for character in text.chars() {
        match character {
            '"' => out.push_str("&quot;"),
            '\n' | '\r' | '\t' => out.push(' '),
            other => push_character(other, out),
        }
    }
}

fn push_character(character: char, out: &mut String) {
    match character {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '\n' | '\t' => out.push(character),
        '\u{A0}' => out.push_str("&nbsp;"),
        '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' => out.push_str("&#65533;"),
        character if is_steering(character) || is_noncharacter(character) => {}
        '\u{A1}'..='\u{24F}' | '\u{2000}'..='\u{20CF}' => write!(out, "&#{};", u32::from(character)).expect("a String takes what is written"),
        other => out.push(other),
    }
}

/// Bytes that begin something other than itself: the signs of HTML, controls, and all that is not ASCII, which is looked at by character.
const NEEDS_CARE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = byte < 0x20 || byte >= 0x7F || byte == b'&' as usize || byte == b'<' as usize || byte == b'>' as usize;
        byte += 1;
    }
    table
};

/// Whether a character embeds, overrides or isolates what follows in a direction (UAX 9, 2): data may not steer the text around it.
pub fn is_steering(character: char) -> bool {
    matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether Unicode will never give a character this number (Unicode, 23.7): HTML may not hold it.
pub fn is_noncharacter(character: char) -> bool {
    matches!(u32::from(character), 0xFDD0..=0xFDEF) || u32::from(character) & 0xFFFE == 0xFFFE
}

/// The visible characters of an HTML document, without spaces: what a reader's eye finds of it. Styles, scripts, comments and heads are not
/// seen; entities are the characters they stand for.
#[derive(Clone, Debug, Default)]
pub struct Visible {
    text: Vec<u8>,
}

/// Elements whose text is not seen.
const UNSEEN: &[&[u8]] = &[b"style", b"head", b"script", b"title"];

impl Visible {
    /// Reads a document in place of the last one.
    pub fn read(&mut self, html: &[u8]) -> &[u8] {
        self.text.clear();
        let mut rest = html;
        while let Some(at) = memchr::memchr2(b'<', b'&', rest) {
            push_seen(&rest[..at], &mut self.text);
            rest = &rest[at..];
            rest = if rest[0] == b'&' { self.entity(rest) } else { skip_tag(rest) };
        }
        push_seen(rest, &mut self.text);
        &self.text
    }

    /// What was read last.
    pub fn seen(&self) -> &[u8] {
        &self.text
    }

    fn entity<'r>(&mut self, rest: &'r [u8]) -> &'r [u8] {
        const KNOWN: &[(&[u8], &str)] = &[
            (b"&amp;", "&"),
            (b"&lt;", "<"),
            (b"&gt;", ">"),
            (b"&quot;", "\""),
            (b"&nbsp;", ""),
            (b"&zwnj;", ""),
            (b"&#847;", ""),
            (b"&#8199;", ""),
        ];
        match KNOWN.iter().find(|(name, _)| rest.starts_with(name)) {
            Some((name, text)) => {
                self.text.extend_from_slice(text.as_bytes());
                &rest[name.len()..]
            }
            None => match numbered(rest) {
                Some((character, length)) => {
                    push_seen(character.encode_utf8(&mut [0; 4]).as_bytes(), &mut self.text);
                    &rest[length..]
                }
                None => {
                    self.text.push(b'&');
                    &rest[1..]
                }
            },
        }
    }
}

/// The character that an entity names by its number, as it is written here, and how long it is.
fn numbered(text: &[u8]) -> Option<(char, usize)> {
    const DIGITS_MAX: usize = 7;
    let digits = text.strip_prefix(b"&#")?;
    let count = digits.iter().take(DIGITS_MAX + 1).take_while(|byte| byte.is_ascii_digit()).count();
    let is_whole = (1..=DIGITS_MAX).contains(&count) && digits.get(count) == Some(&b';');
    let number = digits[..count].iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
    Some((char::from_u32(number).filter(|_| is_whole)?, count + 3))
}

/// Adds what is seen of text without tags and entities.
pub fn push_seen(text: &[u8], out: &mut Vec<u8>) {
    // Spaces part the words: what stands between two of them is copied at once.
    let mut start = 0;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        if !MAY_BE_UNSEEN[usize::from(byte)] {
            at += 1;
            continue;
        }
        let unseen = if byte < 0x80 { 1 } else { unseen_length(&text[at..]) };
        if unseen > 0 {
            out.extend_from_slice(&text[start..at]);
            at += unseen;
            start = at;
        } else {
            at += 1;
        }
    }
    out.extend_from_slice(&text[start..]);
}

/// Bytes with which a character may begin that is not seen.
const MAY_BE_UNSEEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = byte <= 0x20 || byte >= 0x7F;
        byte += 1;
    }
    table
};

/// Bytes of a character that is not seen: spaces, soft hyphens, joiners and marks of direction. 0 if it is seen.
fn unseen_length(bytes: &[u8]) -> usize {
    match bytes {
        // No-break space, soft hyphen, controls.
        [0xC2, 0x80..=0xA0 | 0xAD, ..] => 2,
        // U+2000 to U+200F, U+2028 to U+202F, U+2060 to U+2069.
        [0xE2, 0x80, 0x80..=0x8F | 0xA8..=0xAF, ..] | [0xE2, 0x81, 0xA0..=0xA9, ..] => 3,
        // U+3000, U+FEFF, noncharacters at the end of the plane.
        [0xE3, 0x80, 0x80, ..] | [0xEF, 0xBB, 0xBF, ..] | [0xEF, 0xBF, 0xBE | 0xBF, ..] => 3,
        // U+FDD0 to U+FDEF.
        [0xEF, 0xB7, 0x90..=0xAF, ..] => 3,
        _ => 0,
    }
}

/// What stands behind a tag, a comment, or an element that is not seen.
fn skip_tag(rest: &[u8]) -> &[u8] {
    if let Some(comment) = rest.strip_prefix(b"<!--") {
        return memchr::memmem::find(comment, b"-->").map_or(&[], |end| &comment[end + 3..]);
    }
    let Some(end) = memchr::memchr(b'>', rest) else { return &[] };
    let behind = &rest[end + 1..];
    let name = &rest[1..];
    let unseen = |name: &[u8], tag: &[u8]| name.starts_with(tag) && name.get(tag.len()).is_some_and(|byte| !byte.is_ascii_alphanumeric());
    // Most tags are of tables, and end before any of those names could.
    let may_be_unseen = matches!(name, [b's', b't' | b'c', ..] | [b'h', b'e', ..] | [b't', b'i', ..]);
    match UNSEEN.iter().find(|tag| may_be_unseen && unseen(name, tag)) {
        Some(tag) => {
            let mut close = b"</".to_vec();
            close.extend_from_slice(tag);
            memchr::memmem::find(behind, &close).map_or(&[], |at| skip_tag(&behind[at..]))
        }
        None => behind,
    }
}

/// A colour as CSS writes it.
pub fn push_color(out: &mut String, (r, g, b): (u8, u8, u8)) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.push('#');
    for part in [r, g, b] {
        out.push(DIGITS[usize::from(part >> 4)].into());
        out.push(DIGITS[usize::from(part & 15)].into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(text: &str) -> String {
        let mut out = String::new();
        push_text(text, &mut out);
        out
    }

    fn attribute(text: &str) -> String {
        let mut out = String::new();
        push_attribute(text, &mut out);
        out
    }

    #[test]
    fn no_tag_comes_out_of_a_text() {
        assert_eq!(text("<script>alert('x & y')</script>"), "&lt;script&gt;alert('x &amp; y')&lt;/script&gt;");
        assert_eq!(attribute("\" onload=\"x\n"), "&quot; onload=&quot;x ");
        assert_eq!(text("a\0b\u{8}\u{9F}"), "a&#65533;b&#65533;&#65533;");
        assert_eq!(text("\u{202E}gpj.exe\u{2066}\u{FFFE}"), "gpj.exe");
        assert_eq!(text("Straße 5\u{A0}€"), "Stra&#223;e 5&nbsp;&#8364;");
        assert_eq!(text("счёт 7 – 請求書"), "счёт 7 &#8211; 請求書");
    }

    #[test]
    fn what_is_seen_is_the_text_without_tags_and_spaces() {
        let html =
            "<html><head><title>No</title><style>p{x:y}</style></head><body><!-- no --><p class=\"a\">A &amp; B&nbsp;\n<b>C</b></p></body></html>";
        assert_eq!(Visible::default().read(html.as_bytes()), b"A&BC");
    }

    proptest! {
        #[test]
        fn every_text_comes_back(any in "\\PC{0,40}") {
            let mut seen = Vec::new();
            push_seen(any.as_bytes(), &mut seen);
            let html = format!("<p>{}</p>", text(&any));
            let mut visible = Visible::default();
            let found = visible.read(html.as_bytes());
            prop_assert_eq!(String::from_utf8_lossy(found), String::from_utf8_lossy(&seen));
        }

        #[test]
        fn an_attribute_stays_in_its_quotes(any in "(?s).{0,40}") {
            let value = attribute(&any);
            prop_assert!(!value.contains(['"', '<', '>', '\n', '\r', '\0']));
        }
    }
}
