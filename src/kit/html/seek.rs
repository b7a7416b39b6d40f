//! Values in what is seen of a text, found where they stand, without making a copy of all that is seen.
//!
//! Takes HTML as it is written here, or a plain text, and values one after the other; tells where each is seen. A value that is found is
//! seen; one that is not found may be seen even so, divided by a tag or by something that only [`Visible`](super::Visible) knows. Must
//! never know what a document says.

use super::{numbered, skip_tag};

/// How far a value is looked for behind the one before it, in bytes.
const NEAR: usize = 2_048;

/// Most bytes of an entity behind its first.
const ENTITY_MAX: usize = 10;

/// A longer value is looked for right behind the one before it only: each place where it may begin costs its length.
const SHORT_MAX: usize = 256;

/// Finds values in a text, each behind the one before.
#[derive(Clone, Copy, Debug)]
pub struct Seeker<'t> {
    text: &'t [u8],
    at: usize,
    is_html: bool,
}

impl<'t> Seeker<'t> {
    /// At the beginning of a document.
    pub fn of_html(html: &'t [u8]) -> Seeker<'t> {
        Seeker { text: html, at: 0, is_html: true }
    }

    /// At the beginning of a plain text.
    pub fn of_text(text: &'t [u8]) -> Seeker<'t> {
        Seeker { text, at: 0, is_html: false }
    }

    /// Goes behind the next place near by where a value is seen; stays where it is if there is none.
    pub fn pass(&mut self, value: &[u8]) -> bool {
        let reach = if value.len() > SHORT_MAX { 0 } else { NEAR };
        let found = self.find(reach, value);
        self.at = found.unwrap_or(self.at);
        found.is_some()
    }

    /// Goes behind a value that is seen right here; stays where it is if it is not.
    pub fn pass_here(&mut self, value: &[u8]) -> bool {
        let found = self.find(0, value);
        self.at = found.unwrap_or(self.at);
        found.is_some()
    }

    /// The end of the first place where a value is seen from here on. None is looked for that begins farther than `reach` behind what is
    /// seen first.
    fn find(&self, reach: usize, value: &[u8]) -> Option<usize> {
        let value = value.trim_ascii();
        let first = *value.first()?;
        let mut at = self.skip_unseen(self.at);
        let last = at.saturating_add(reach);
        loop {
            if let Some(end) = self.matches(at, value) {
                return Some(end);
            }
            if at >= last {
                return None;
            }
            // Its first character as it is or as an entity, or a tag.
            let behind = at + self.length_at(at);
            let rest = self.text.get(behind..)?;
            let next = if self.is_html { memchr::memchr3(first, b'&', b'<', rest) } else { memchr::memchr(first, rest) };
            at = self.skip_unseen(behind + next?);
        }
    }

    /// The next place where something may be seen.
    fn skip_unseen(&self, mut at: usize) -> usize {
        while let Some(&byte) = self.text.get(at) {
            match byte {
                0..=b' ' => at += 1,
                b'<' if self.is_html => at = self.behind_tag(at),
                _ => break,
            }
        }
        at
    }

    /// What stands behind a tag, or an element that is not seen.
    fn behind_tag(&self, at: usize) -> usize {
        let text = &self.text[at..];
        match text {
            // Most are of cells, which hide nothing.
            [_, b'/', ..] | [_, b't', b'd' | b'r' | b'h', ..] => at + memchr::memchr(b'>', text).map_or(text.len(), |end| end + 1),
            _ => self.text.len() - skip_tag(text).len(),
        }
    }

    /// Bytes of what stands at a place: an entity is one character.
    fn length_at(&self, at: usize) -> usize {
        match &self.text[at.min(self.text.len())..] {
            [b'&', rest @ ..] if self.is_html => rest.iter().take(ENTITY_MAX).position(|byte| *byte == b';').map_or(1, |end| end + 2),
            _ => 1,
        }
    }

    /// The end of a value that begins at `at`, whatever spaces stand in it or in the text.
    fn matches(&self, mut at: usize, mut value: &[u8]) -> Option<usize> {
        // Most stand as they are.
        let text = &self.text[at.min(self.text.len())..];
        if text.first() == value.first() && text.starts_with(value) && !(self.is_html && memchr::memchr2(b'<', b'&', value).is_some()) {
            return Some(at + value.len());
        }
        while let Some((&wanted, behind)) = value.split_first() {
            let byte = *self.text.get(at)?;
            if byte == b'&' && self.is_html {
                let (character, length) = self.entity(at)?;
                let mut buffer = [0; 4];
                value = value.strip_prefix(character.encode_utf8(&mut buffer).as_bytes())?;
                at += length;
            } else if byte == wanted && !(byte == b'<' && self.is_html) {
                value = behind;
                at += 1;
            } else if wanted <= b' ' {
                value = behind;
            } else if byte <= b' ' {
                at += 1;
            } else {
                return None;
            }
        }
        Some(at)
    }

    /// The character that an entity stands for, and how long it is.
    fn entity(&self, at: usize) -> Option<(char, usize)> {
        const NAMED: [(&[u8], char); 4] = [(b"&amp;", '&'), (b"&lt;", '<'), (b"&gt;", '>'), (b"&quot;", '"')];
        let text = &self.text[at..];
        let named = NAMED.iter().find(|(name, _)| text.starts_with(name));
        named.map(|(name, character)| (*character, name.len())).or_else(|| numbered(text))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Visible, push_seen, push_text};
    use super::*;

    fn passed(mut seeker: Seeker<'_>, values: &[&str]) -> usize {
        values.iter().take_while(|value| seeker.pass(value.as_bytes())).count()
    }

    #[test]
    fn values_are_found_one_behind_the_other() {
        let html = "<head><title>5</title></head><p class=\"9\">Dear Ada &amp; S&#246;n,\nhere</p><!-- 7 --><table><tr><td>1 200</td> <td>5</td></tr></table>";
        assert_eq!(passed(Seeker::of_html(html.as_bytes()), &["Ada & Sön", "1 200", "5"]), 3);
        assert_eq!(passed(Seeker::of_html(html.as_bytes()), &["Ada & Sön", "1200", "5", "5"]), 3);
        for hidden in ["9", "7", "&amp;", "td", "<td>", "5</td>", "2005"] {
            assert_eq!(passed(Seeker::of_html(html.as_bytes()), &[hidden]), 0, "{hidden}");
        }
        let text = "Dear Ada & Sön,\nhere   1 200   5\n";
        assert_eq!(passed(Seeker::of_text(text.as_bytes()), &["Ada  & Sön, here", " 1 200 ", "5"]), 3);
        assert_eq!(passed(Seeker::of_text(text.as_bytes()), &["5", "1 200"]), 1);
    }

    #[test]
    fn what_is_not_here_is_passed_by_nobody() {
        let mut seeker = Seeker::of_html(b"<td>5</td><td>7</td>");
        assert!(!seeker.pass_here(b"7") && seeker.pass_here(b"5") && seeker.pass_here(b"7") && !seeker.pass_here(b"7"));
        assert!(!seeker.pass(b"") && !seeker.pass(b" "));
    }

    proptest! {
        /// Whatever this finds, a search through all that is seen finds, too, in the same order.
        #[test]
        fn what_is_found_is_seen(texts in proptest::collection::vec("[a&<>\"# ö€0-9\u{a0}\u{ad}\n]{0,6}", 1..8), values in proptest::collection::vec("[a&<>\"ö€0 \n]{0,3}", 1..6)) {
            let mut html = String::from("<body>");
            for text in &texts {
                html.push_str("<p a=\"a\">");
                push_text(text, &mut html);
                html.push_str("</p>\n");
            }
            let plain = texts.join("\n");
            let mut visible = Visible::default();
            let mut seen_plain = Vec::new();
            push_seen(plain.as_bytes(), &mut seen_plain);
            for (mut seeker, seen) in [(Seeker::of_html(html.as_bytes()), visible.read(html.as_bytes())), (Seeker::of_text(plain.as_bytes()), &seen_plain)] {
                let mut at = 0;
                for value in values.iter().filter(|value| seeker.pass(value.as_bytes())) {
                    let mut needle = Vec::new();
                    push_seen(value.as_bytes(), &mut needle);
                    let found = memchr::memmem::find(&seen[at..], &needle);
                    prop_assert!(found.is_some(), "{value:?} in {html:?}");
                    at += found.unwrap_or(0) + needle.len();
                }
            }
        }
    }
}
