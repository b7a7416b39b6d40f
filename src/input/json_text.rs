//! Texts in JSON.
//!
//! Takes the bytes of a record, gives the ends of texts and what they say. Must never know which field a text is for.

use bumpalo::Bump;

use crate::base::code;
use crate::model::record::Hold;

/// A text as it stands between its quotes, checked but not unescaped.
#[derive(Clone, Copy)]
pub(super) struct RawText {
    /// Its first byte in the record.
    pub(super) start: usize,
    /// One past its last byte.
    pub(super) end: usize,
    /// Whether it has escapes.
    pub(super) escaped: bool,
}

impl RawText {
    /// The text, borrowed from the record, or unescaped into the arena.
    #[inline]
    pub(super) fn unescape<'a>(self, record: &'a str, arena: &'a Bump) -> Result<&'a str, Box<Hold>> {
        let body = &record[self.start..self.end];
        if self.escaped { unescape(body, arena) } else { Ok(body) }
    }
}

fn unescape<'a>(body: &'a str, arena: &'a Bump) -> Result<&'a str, Box<Hold>> {
    let mut text = bumpalo::collections::String::with_capacity_in(body.len(), arena);
    let mut rest = body;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let Some((c, length)) = unescape_one(&rest[at..]) else {
            let reason = format!("`{}` is half a surrogate pair, which is no character", &rest[at..at + 6]);
            return Err(Box::new(Hold::new(&code::RECORD_JSON, reason)));
        };
        text.push(c);
        rest = &rest[at + length..];
    }
    text.push_str(rest);
    Ok(text.into_bump_str())
}

/// One escape that was checked before, and its length; `None` for half a surrogate pair.
fn unescape_one(text: &str) -> Option<(char, usize)> {
    let c = match text.as_bytes()[1] {
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let high = unit(text)?;
            if let Some(c) = char::from_u32(high) {
                return Some((c, 6));
            }
            let low = text.get(6..).filter(|rest| rest.starts_with("\\u")).and_then(unit)?;
            let pair = [u16::try_from(high).ok()?, u16::try_from(low).ok()?];
            return char::decode_utf16(pair).next()?.ok().map(|c| (c, 12));
        }
        other => char::from(other),
    };
    Some((c, 2))
}

fn unit(text: &str) -> Option<u32> {
    u32::from_str_radix(text.get(2..6)?, 16).ok()
}

/// Length of the run without quote, backslash or control character, eight bytes at a time.
#[inline]
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let (words, _) = bytes.as_chunks::<8>();
    let mut at = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        // The lowest marked byte is exact: borrows of these subtractions only travel upwards.
        let zero_in = |x: u64| x.wrapping_sub(ONES) & !x & HIGHS;
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let found = zero_in(word ^ (ONES * 0x22)) | zero_in(word ^ (ONES * 0x5c)) | control;
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    at + bytes[at..].iter().position(|b| matches!(b, b'"' | b'\\' | 0..0x20)).unwrap_or(bytes.len() - at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_runs_end_at_the_first_special_byte() {
        for length in 0..40 {
            for special in [b'"', b'\\', 0, 0x1f, b'\n'] {
                let mut bytes = vec![0xc3; length];
                bytes.push(special);
                bytes.extend([b' ', b'"', 0x7f]);
                assert_eq!(plain_length(&bytes), length);
            }
        }
        assert_eq!(plain_length("é!#[]\u{7f}~ü".as_bytes()), "é!#[]\u{7f}~ü".len());
    }
}
