//! The markup of XML, byte by byte.
//!
//! Takes bytes, gives the next tag, comment or section; the one place that knows where markup ends, so that whoever cuts and
//! whoever parses agree. Must never know what an element means, and checks no more than it needs to find ends.

use std::ops::Range;

/// One piece of markup.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Markup {
    /// All of it, from `<` to `>`.
    pub(super) bytes: Range<usize>,
    /// What it is.
    pub(super) kind: Kind,
}

/// The kinds of markup.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A start tag with its name; empty if it ends in `/>`.
    Start { name: Range<usize>, empty: bool },
    /// An end tag with its name.
    End { name: Range<usize> },
    /// A comment.
    Comment,
    /// A CDATA section with its content.
    Cdata(Range<usize>),
    /// A processing instruction, or the XML declaration.
    Instruction,
    /// A document type declaration; its end is not looked for.
    Doctype,
    /// Markup that does not end, or no markup at all: why.
    Broken(&'static str),
}

/// The next markup at or behind `at`; `None` if there is none.
#[inline]
pub(super) fn next(text: &[u8], at: usize) -> Option<Markup> {
    let start = at + memchr::memchr(b'<', &text[at..])?;
    Some(match text.get(start + 1) {
        Some(b'/') => end_tag(text, start),
        Some(b'!') => declaration(text, start),
        Some(b'?') => delimited(text, start, 2, b"?>", "a processing instruction is not closed", |_| Kind::Instruction),
        _ => start_tag(text, start),
    })
}

fn broken(start: usize, end: usize, why: &'static str) -> Markup {
    Markup { bytes: start..end, kind: Kind::Broken(why) }
}

/// What a byte can be in markup, as bits: names and attributes are too short for anything but a look at each byte.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let sign = byte as u8;
        classes[byte] = match sign {
            b' ' | b'\t' | b'\r' | b'\n' | b'/' | b'>' | b'<' | b'=' | b'"' | b'\'' => ENDS_NAME,
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => STARTS_NAME | IN_NAME,
            b'0'..=b'9' | b'-' | b'.' => IN_NAME,
            _ => 0,
        };
        byte += 1;
    }
    classes
};
/// The byte stands behind a name.
const ENDS_NAME: u8 = 1;
/// An ASCII letter or `_`, with which a name begins.
const STARTS_NAME: u8 = 2;
/// An ASCII sign that may be in a name.
const IN_NAME: u8 = 4;

#[inline]
fn name_end(text: &[u8], start: usize) -> usize {
    text[start..].iter().position(|byte| CLASSES[usize::from(*byte)] & ENDS_NAME != 0).map_or(text.len(), |length| start + length)
}

#[inline]
fn start_tag(text: &[u8], start: usize) -> Markup {
    let name = start + 1..name_end(text, start + 1);
    if name.is_empty() {
        return broken(start, start + 1, "`<` is no tag");
    }
    let mut at = name.end;
    loop {
        let Some(found) = memchr::memchr3(b'>', b'"', b'\'', &text[at..]) else {
            return broken(start, text.len(), "a tag is not closed");
        };
        at += found + 1;
        let sign = text[at - 1];
        if sign == b'>' {
            let empty = text[at - 2] == b'/';
            return Markup { bytes: start..at, kind: Kind::Start { name, empty } };
        }
        // A value may not contain `<` (XML 1.0, 2.3), so a quote that is never closed cannot swallow the next records.
        match memchr::memchr2(sign, b'<', &text[at..]) {
            Some(length) if text[at + length] == sign => at += length + 1,
            Some(length) => return broken(start, at + length, "the value of an attribute contains `<` or is not closed"),
            None => return broken(start, text.len(), "the value of an attribute is not closed"),
        }
    }
}

#[inline]
fn end_tag(text: &[u8], start: usize) -> Markup {
    let name = start + 2..name_end(text, start + 2);
    let end = name.end + text[name.end..].iter().take_while(|byte| is_space(**byte)).count();
    if text.get(end) == Some(&b'>') && !name.is_empty() {
        Markup { bytes: start..end + 1, kind: Kind::End { name } }
    } else {
        broken(start, end, "an end tag is not closed")
    }
}

fn declaration(text: &[u8], start: usize) -> Markup {
    let rest = &text[start..];
    if rest.starts_with(b"<!--") {
        delimited(text, start, 4, b"-->", "a comment is not closed", |_| Kind::Comment)
    } else if rest.starts_with(b"<![CDATA[") {
        delimited(text, start, 9, b"]]>", "a CDATA section is not closed", Kind::Cdata)
    } else if rest.starts_with(b"<!DOCTYPE") {
        Markup { bytes: start..start + 9, kind: Kind::Doctype }
    } else {
        broken(start, start + 2, "`<!` is neither a comment nor a CDATA section")
    }
}

fn delimited(text: &[u8], start: usize, skip: usize, end: &[u8], why: &'static str, kind: impl FnOnce(Range<usize>) -> Kind) -> Markup {
    let inside = start + skip;
    let found = text.get(inside..).and_then(|rest| memchr::memmem::find(rest, end));
    match found {
        Some(length) => Markup { bytes: start..inside + length + end.len(), kind: kind(inside..inside + length) },
        None => broken(start, text.len(), why),
    }
}

/// Whether a byte is white space in XML (XML 1.0, production 3).
#[inline]
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Whether all bytes are white space.
pub(super) fn is_blank(text: &[u8]) -> bool {
    text.iter().all(|byte| is_space(*byte))
}

/// Prefix and local part of a name; the prefix is empty if there is none.
#[inline]
pub(super) fn split_name(name: &str) -> (&str, &str) {
    name.bytes().position(|byte| byte == b':').map_or(("", name), |at| (&name[..at], &name[at + 1..]))
}

/// The attributes of a start tag, as (name, value as written) in order; an error says what is wrong and where.
pub(super) struct Attributes<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Attributes<'t> {
    /// The attributes of the tag between `name_end` and its `>` or `/>`.
    pub(super) fn new(tag: &'t str) -> Attributes<'t> {
        Attributes { text: tag, at: 0 }
    }
}

impl<'t> Iterator for Attributes<'t> {
    type Item = Result<(&'t str, &'t str), &'static str>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let rest = &self.text[self.at..];
        let trimmed = &rest[rest.bytes().take_while(|byte| is_space(*byte)).count()..];
        if trimmed.is_empty() {
            return None;
        }
        if trimmed.len() == rest.len() {
            self.at = self.text.len();
            return Some(Err("no space before an attribute"));
        }
        let bytes = trimmed.as_bytes();
        let name_end = name_end(bytes, 0);
        let mut at = name_end;
        while bytes.get(at).is_some_and(|byte| is_space(*byte)) {
            at += 1;
        }
        if bytes.get(at) != Some(&b'=') {
            self.at = self.text.len();
            return Some(Err("an attribute has no value"));
        }
        at += 1;
        while bytes.get(at).is_some_and(|byte| is_space(*byte)) {
            at += 1;
        }
        let quote = match bytes.get(at) {
            Some(quote @ (b'"' | b'\'')) => *quote,
            _ => {
                self.at = self.text.len();
                return Some(Err("the value of an attribute is not quoted"));
            }
        };
        let start = at + 1;
        match memchr::memchr(quote, &bytes[start..]) {
            Some(length) => {
                self.at = self.text.len() - trimmed.len() + start + length + 1;
                Some(Ok((&trimmed[..name_end], &trimmed[start..start + length])))
            }
            None => {
                self.at = self.text.len();
                Some(Err("the value of an attribute is not closed"))
            }
        }
    }
}

/// Whether a text is a name without a colon (Namespaces in XML 1.0, production 4).
#[inline]
pub(super) fn is_name(text: &str) -> bool {
    match text.as_bytes() {
        [first, rest @ ..] if CLASSES[usize::from(*first)] & STARTS_NAME != 0 => {
            rest.iter().all(|byte| CLASSES[usize::from(*byte)] & IN_NAME != 0) || is_long_name(text)
        }
        _ => is_long_name(text),
    }
}

/// A name that may have letters beyond ASCII.
fn is_long_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(is_name_start) && chars.all(is_name_part)
}

// XML 1.0, fifth edition, productions 4 and 4a, without the colon.
fn is_name_start(c: char) -> bool {
    matches!(c, 'A'..='Z' | 'a'..='z' | '_' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}'
        | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}'
        | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}

fn is_name_part(c: char) -> bool {
    is_name_start(c) || matches!(c, '0'..='9' | '-' | '.' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// Whether a character may be in a document at all (XML 1.0, production 2).
pub(super) fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// The first character that may not be in a document, if there is one.
pub(super) fn find_forbidden(text: &str) -> Option<(usize, char)> {
    let bytes = text.as_bytes();
    // Few texts have any; a pass over bytes that the compiler turns into vectors finds out.
    let control = bytes.iter().fold(false, |found, byte| found | ((*byte < 0x20) & !matches!(*byte, b'\t' | b'\n' | b'\r')));
    let high = memchr::memmem::find(bytes, b"\xef\xbf").is_some();
    if !control && !high {
        return None;
    }
    text.char_indices().find(|(_, c)| !is_allowed(*c))
}

/// A text without its references, and with line ends and white space as XML wants them; `None` if nothing changes.
pub(super) fn unescape(text: &str, is_attribute: bool) -> Result<Option<String>, String> {
    let changes = |byte: &u8| matches!(byte, b'&' | b'\r') || is_attribute && matches!(byte, b'\n' | b'\t');
    // Over all bytes, without a way out: so it becomes vectors.
    if !text.bytes().fold(false, |found, byte| found | (byte == b'&') | (byte == b'\r') | (is_attribute & ((byte == b'\n') | (byte == b'\t')))) {
        return Ok(None);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| changes(&byte)) {
        plain.push_str(&rest[..at]);
        let skip = if rest.as_bytes()[at] == b'&' {
            let length = rest[at..].find(';').filter(|length| *length <= 64).ok_or_else(|| "a `&` is no reference; write `&amp;`".to_string())?;
            let name = &rest[at + 1..at + length];
            plain.push(reference(name).ok_or_else(|| format!("`&{name};` is not defined"))?);
            length + 1
        } else {
            // XML 1.0, 2.11 and 3.3.3: CR LF is one line end, and any white space in a value one space.
            let pair = rest[at..].starts_with("\r\n");
            plain.push(if is_attribute { ' ' } else { '\n' });
            if pair { 2 } else { 1 }
        };
        rest = &rest[at + skip..];
    }
    plain.push_str(rest);
    Ok(Some(plain))
}

fn reference(name: &str) -> Option<char> {
    let code = match name {
        "amp" => return Some('&'),
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "apos" => return Some('\''),
        "quot" => return Some('"'),
        _ => match name.strip_prefix("#x") {
            Some(digits) if digits.bytes().all(|b| b.is_ascii_hexdigit()) => u32::from_str_radix(digits, 16).ok()?,
            Some(_) => return None,
            None => name.strip_prefix('#').filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()?,
        },
    };
    char::from_u32(code).filter(|c| is_allowed(*c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let mut at = 0;
        let mut found = Vec::new();
        while let Some(markup) = next(text.as_bytes(), at) {
            found.push(match markup.kind {
                Kind::Start { name, empty } => format!("{}{}", &text[name], if empty { "/" } else { "" }),
                Kind::End { name } => format!("/{}", &text[name]),
                Kind::Comment => "comment".to_string(),
                Kind::Cdata(inside) => format!("cdata {}", &text[inside]),
                Kind::Instruction => "instruction".to_string(),
                Kind::Doctype => "doctype".to_string(),
                Kind::Broken(why) => format!("broken: {why}"),
            });
            at = markup.bytes.end;
        }
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn markup_of_every_kind() {
        check(
            "<?xml version='1.0'?><!DOCTYPE a><a b='>' c=\"'/>\"><!-- <x> --><b/><![CDATA[<y>]]]></b ></a>",
            &["instruction", "doctype", "a", "comment", "b/", "cdata <y>]", "/b", "/a"],
        );
        check("<a>1 < 2</a>", &["a", "broken: `<` is no tag", "/a"]);
        check("<a b='<c/>", &["broken: the value of an attribute contains `<` or is not closed", "c/"]);
        check("<!-->", &["broken: a comment is not closed"]);
        check("<!ELEMENT x>", &["broken: `<!` is neither a comment nor a CDATA section"]);
        check("</>", &["broken: an end tag is not closed"]);
        check("<a", &["broken: a tag is not closed"]);
        check("<", &["broken: `<` is no tag"]);
    }

    #[test]
    fn references_and_white_space() {
        assert_eq!(unescape("a&amp;&#65;&#x1F600;\r\nb\rc\td", false), Ok(Some("a&A😀\nb\nc\td".to_string())));
        assert_eq!(unescape("a\r\nb\tc", true), Ok(Some("a b c".to_string())));
        assert_eq!(unescape("plain\n", false), Ok(None));
        assert_eq!(unescape(&format!("&#{}65;", "0".repeat(40)), false), Ok(Some("A".to_string())));
        for text in ["&nbsp;", "&", "a & b", "&#0;", "&#xD800;", "&#xFFFE;", "&#+1;", "&#x;", "&;", "&amp"] {
            assert!(unescape(text, false).is_err(), "{text}");
        }
    }

    #[test]
    fn forbidden_characters() {
        assert_eq!(find_forbidden("a\t\n\r é"), None);
        assert_eq!(find_forbidden("a\u{1}"), Some((1, '\u{1}')));
        assert_eq!(find_forbidden("ab\u{ffff}"), Some((2, '\u{ffff}')));
        assert_eq!(find_forbidden("\u{fffd}\u{ffe0}"), None);
    }

    #[test]
    fn names() {
        for name in ["a", "_x-1.2", "Größe", "日本"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "1a", "-a", "a b", "a:b", "a\u{d7}"] {
            assert!(!is_name(name), "{name}");
        }
    }
}
