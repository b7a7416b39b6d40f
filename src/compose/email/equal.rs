//! Whether all renditions of a document say the same values.
//!
//! Takes the values that were bound, in the order of the document, and what was written: HTML, text, an SMS, page contents. Gives the
//! first value that is not there to be seen. Looks at written bytes alone, so that a fault of a writer, an escape or a line break cannot
//! hide. Must never know how a rendition was made.

use memchr::memmem;

use crate::base::code;
use crate::kit::html::{Seeker, Visible, push_seen};
use crate::kit::sms::transliterate;
use crate::model::content::{Block, Item, Placed};
use crate::model::message::Only;
use crate::model::record::Hold;

/// Fewest characters of figures that are looked for on pages: shorter ones stand everywhere.
const FIGURES_MIN: usize = 3;

/// Where a value is to be seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Use {
    /// Nowhere that is looked at.
    #[default]
    Off,
    /// On the pages and in the e-mail, behind the values before it.
    Both,
    /// On the pages only.
    Pages,
    /// In the e-mail only, behind the values before it.
    Email,
    /// On the pages and in the e-mail, anywhere: a footnote, a message in a slot.
    Loose,
}

/// A value as text. Its id is its place among the values of the document.
#[derive(Clone, Copy, Debug)]
pub struct Bound<'a> {
    /// What it says.
    pub text: &'a str,
    /// Where it is to be seen.
    pub place: Use,
}

/// The values of a document as they are bound.
#[derive(Debug, Default)]
pub struct BoundValues<'a> {
    list: Vec<Bound<'a>>,
    place: Use,
}

impl<'a> BoundValues<'a> {
    /// From now on, values are noted.
    pub fn begin(&mut self, place: Use) {
        self.place = place;
    }

    /// Whether values are noted.
    #[inline]
    pub fn is_on(&self) -> bool {
        self.place != Use::Off
    }

    /// Whether what is bound is in the e-mail only.
    pub fn is_of_email(&self) -> bool {
        self.place == Use::Email
    }

    /// Notes a value.
    pub fn push(&mut self, text: &'a str) {
        if self.place != Use::Off {
            self.list.push(Bound { text, place: self.place });
        }
    }

    /// Says where values are seen from now on, if they are noted at all; gives what held before.
    pub fn set(&mut self, place: Use) -> Use {
        let before = self.place;
        // What is on pages only stays so, whatever stands in it.
        if before != Use::Off && before != Use::Pages {
            self.place = place;
        }
        before
    }

    /// Says again what held before.
    pub fn restore(&mut self, before: Use) {
        self.place = before;
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Forgets all but the first.
    pub fn truncate(&mut self, length: usize) {
        self.list.truncate(length);
    }

    /// All of them.
    pub fn list(&self) -> impl Iterator<Item = &Bound<'a>> + Clone {
        self.list.iter()
    }
}

/// Compares what was written with what was bound. Keeps its buffers.
#[derive(Default)]
pub struct Check {
    visible: Visible,
    text: Vec<u8>,
    value: Vec<u8>,
}

impl Check {
    /// Compares an e-mail with its values.
    ///
    /// # Errors
    /// A value that is not to be seen: a fault of this program.
    pub fn email<'b, 'a: 'b>(&mut self, html: &[u8], text: &[u8], values: impl Iterator<Item = &'b Bound<'a>> + Clone) -> Result<(), Hold> {
        match self.is_seen_near(html, text, values.clone()) {
            true => Ok(()),
            false => self.search(html, text, values),
        }
    }

    /// Whether each value is seen near the one before it, as in nearly all e-mails.
    fn is_seen_near<'b, 'a: 'b>(&mut self, html: &[u8], text: &[u8], values: impl Iterator<Item = &'b Bound<'a>>) -> bool {
        let (mut in_html, mut in_text) = (Seeker::of_html(html), Seeker::of_text(text));
        let mut is_all_read = false;
        for value in values {
            let bytes = value.text.as_bytes();
            let is_seen = match value.place {
                Use::Pages | Use::Off => true,
                Use::Both | Use::Email => (in_html.pass(bytes) && in_text.pass(bytes)) || bytes.trim_ascii().is_empty(),
                Use::Loose => {
                    if !std::mem::replace(&mut is_all_read, true) {
                        self.read(html, text);
                    }
                    self.value.clear();
                    push_seen(bytes, &mut self.value);
                    let is_in = |all: &[u8]| self.value.is_empty() || memmem::find(all, &self.value).is_some();
                    (in_html.pass_here(bytes) || is_in(self.visible.seen())) && (in_text.pass_here(bytes) || is_in(&self.text))
                }
            };
            if !is_seen {
                return false;
            }
        }
        true
    }

    /// Takes all that is seen of an e-mail.
    fn read(&mut self, html: &[u8], text: &[u8]) {
        self.visible.read(html);
        self.text.clear();
        push_seen(text, &mut self.text);
    }

    /// Looks for each value in all that is seen.
    fn search<'b, 'a: 'b>(&mut self, html: &[u8], text: &[u8], values: impl Iterator<Item = &'b Bound<'a>>) -> Result<(), Hold> {
        self.read(html, text);
        let Check { visible, text: seen_text, value: needle } = self;
        let seen_html = visible.seen();
        let (mut in_html, mut in_text) = (0, 0);
        for (id, value) in values.enumerate() {
            let is_loose = match value.place {
                Use::Both | Use::Email => false,
                Use::Loose => true,
                Use::Pages | Use::Off => continue,
            };
            needle.clear();
            push_seen(value.text.as_bytes(), needle);
            if needle.is_empty() {
                continue;
            }
            if !find(seen_html, needle, &mut in_html, is_loose) {
                return Err(unequal(id, value.text, "HTML"));
            }
            if !find(seen_text, needle, &mut in_text, is_loose) {
                return Err(unequal(id, value.text, "plain text"));
            }
        }
        Ok(())
    }

    /// Compares an SMS with its values.
    ///
    /// # Errors
    /// A value that is not to be seen.
    pub fn sms<'b, 'a: 'b>(&mut self, text: &str, values: impl Iterator<Item = &'b Bound<'a>>) -> Result<(), Hold> {
        self.text.clear();
        push_seen(text.as_bytes(), &mut self.text);
        let mut at = 0;
        for (id, value) in values.enumerate() {
            self.value.clear();
            push_seen(value.text.as_bytes(), &mut self.value);
            if self.value.is_empty() || find(&self.text, &self.value, &mut at, false) {
                continue;
            }
            self.value.clear();
            push_seen(transliterate(value.text).as_bytes(), &mut self.value);
            if !find(&self.text, &self.value, &mut at, false) {
                return Err(unequal(id, value.text, "SMS"));
            }
        }
        Ok(())
    }
}

/// Adds the figures of blocks that pages show, in the order in which they are painted: amounts, dates, numbers of accounts. Their bytes on
/// a page are their characters.
pub fn figures_of<'a>(blocks: &[Placed<'a>], out: &mut Vec<&'a str>) {
    for placed in blocks {
        match placed.block {
            Block::Text(text) => {
                for item in text.items {
                    if let Item::Figures { text, .. } = item
                        && text.len() >= FIGURES_MIN
                    {
                        out.push(text);
                    }
                }
            }
            Block::Box(frame) => {
                figures_of(frame.children, out);
                figures_of(frame.placed, out);
            }
            Block::Columns(columns) => columns.columns.iter().for_each(|(_, blocks)| figures_of(blocks, out)),
            Block::Table(table) => {
                for row in table.rows.iter().chain(table.foot) {
                    row.cells.iter().for_each(|cell| figures_of(cell.children, out));
                }
            }
            Block::Only(Only::Pages, blocks) => figures_of(blocks, out),
            Block::Only(Only::Email, _)
            | Block::Image(_)
            | Block::Drawing(_)
            | Block::Chosen(_)
            | Block::Rule(_)
            | Block::Barcode(_)
            | Block::Chart(_)
            | Block::PageBreak
            | Block::Fill(_)
            | Block::Slot(_) => {}
        }
    }
}

/// Compares the contents of the pages of a document with its figures.
///
/// # Errors
/// A figure that no page shows.
pub fn pages(contents: &[u8], figures: &[&str]) -> Result<(), Hold> {
    let mut at = 0;
    for (id, figure) in figures.iter().enumerate() {
        let bytes = figure.as_bytes();
        let rest = &contents[at..];
        match first_in_string(rest, bytes).or_else(|| position(rest, bytes)) {
            Some(found) => at += found + bytes.len(),
            // Columns and what is placed stand in an order of their own, and a column may be too narrow for a figure.
            None if memmem::find(contents, bytes).is_some() || is_divided(contents, bytes) => {}
            None => return Err(unequal(id, figure, "PDF")),
        }
    }
    Ok(())
}

/// Whether a figure stands in parts, as in a column narrower than it: each part but the last ends a string of the page, each but the first
/// begins one.
fn is_divided(contents: &[u8], mut figure: &[u8]) -> bool {
    let mut is_first = true;
    let mut needle = Vec::new();
    while !figure.is_empty() {
        let stands = |length: usize, needle: &mut Vec<u8>| {
            needle.clear();
            needle.extend_from_slice(if is_first { b"" } else { b"(" });
            needle.extend_from_slice(&figure[..length]);
            needle.extend_from_slice(if length < figure.len() { b")" } else { b"" });
            memmem::find(contents, needle).is_some()
        };
        let Some(length) = (1..=figure.len()).rev().find(|length| stands(*length, &mut needle)) else { return false };
        figure = &figure[length..];
        is_first = false;
    }
    true
}

/// Whether a value stands behind `at`, or anywhere if it is loose; moves `at` behind it.
fn find(seen: &[u8], value: &[u8], at: &mut usize, is_loose: bool) -> bool {
    let rest = &seen[*at..];
    // In tables and lists, a value stands right behind the one before.
    if rest.starts_with(value) {
        *at += value.len();
        return true;
    }
    if is_loose {
        return memmem::find(seen, value).is_some();
    }
    match position(rest, value) {
        Some(found) => {
            *at += found + value.len();
            true
        }
        None => false,
    }
}

/// Where a value stands at the beginning of one of the next strings of a page, as most do.
fn first_in_string(contents: &[u8], value: &[u8]) -> Option<usize> {
    const STRINGS: usize = 8;
    memchr::memchr_iter(b'(', contents)
        .take(STRINGS)
        .map(|at| at + 1)
        .find(|at| contents.get(*at) == value.first() && contents[*at..].starts_with(value))
}

/// Where a value that is not empty stands first. Most stand near: to prepare a search through all takes longer than to find them.
fn position(seen: &[u8], value: &[u8]) -> Option<usize> {
    const NEAR: usize = 256;
    let near = seen.len().min(NEAR);
    let mut at = 0;
    while let Some(found) = memchr::memchr(value[0], &seen[at..near]) {
        at += found;
        if seen[at..].starts_with(value) {
            return Some(at);
        }
        at += 1;
    }
    memmem::find(&seen[near..], value).map(|found| near + found)
}

fn unequal(id: usize, value: &str, rendition: &str) -> Hold {
    let shown: String = value.chars().take(60).collect();
    Hold::new(&code::RECORD_RENDITION, format!("value {id}, `{}`, is not in the {rendition}", shown.escape_debug()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, text: &str, values: &[(&str, Use)]) -> Result<(), String> {
        let values: Vec<Bound<'_>> = values.iter().map(|(text, place)| Bound { text, place: *place }).collect();
        Check::default().email(html.as_bytes(), text.as_bytes(), values.iter()).map_err(|hold| hold.reason)
    }

    const HTML: &str = "<p>Dear Ada &amp; Co.</p><table><tr><td>1,200.00</td><td>5</td></tr><tr><td>30.00</td><td>5</td></tr></table>";
    const TEXT: &str = "Dear Ada & Co.\n1,200.00  5\n   30.00  5\n";
    const VALUES: &[(&str, Use)] = &[("Ada & Co.", Use::Both), ("1,200.00", Use::Both), ("5", Use::Both), ("30.00", Use::Both), ("5", Use::Both)];

    #[test]
    fn equal_renditions_are_equal() {
        assert_eq!(check(HTML, TEXT, VALUES), Ok(()));
    }

    #[test]
    fn every_lost_or_changed_value_is_found() {
        for (from, to) in [
            ("1,200.00", "1,200.0"),
            ("1,200.00", "1<b></b>200.00"),
            ("Ada &amp; Co.", "Ada & Co"),
            ("<td>5</td></tr></table>", "</tr></table>"),
            ("30.00", "30.O0"),
        ] {
            assert!(check(&HTML.replacen(from, to, 1), TEXT, VALUES).is_err(), "{from}");
        }
        for (from, to) in [("30.00", "3.00"), ("   30.00  5\n", "   30.00\n"), ("Ada", "Ad")] {
            assert!(check(HTML, &TEXT.replacen(from, to, 1), VALUES).is_err(), "{from}");
        }
    }

    #[test]
    fn a_value_that_is_escaped_twice_is_found() {
        assert!(check(&HTML.replace("&amp;", "&amp;amp;"), TEXT, VALUES).is_err());
    }

    #[test]
    fn what_is_hidden_from_readers_does_not_count() {
        assert!(check("<style>1,200.00</style><p title=\"1,200.00\"></p>", "1,200.00", &[("1,200.00", Use::Both)]).is_err());
    }

    #[test]
    fn figures_are_on_pages() {
        let contents = b"BT (2026-09-01) Tj (1,200.00) Tj (1234) Tj (5678) Tj ET";
        assert!(pages(contents, &["2026-", "1,200.00"]).is_ok());
        assert!(pages(contents, &["1,200.00", "2026-"]).is_ok());
        assert!(pages(contents, &["12345678"]).is_ok());
        assert!(pages(contents, &["1,200.01"]).is_err());
        assert!(pages(contents, &["9,999.00"]).is_err());
    }

    #[test]
    fn values_are_found_near_and_far() {
        for before in [0, 1, 200, 254, 255, 256, 257, 5_000] {
            let seen = format!("{}abc{}abc", "ab".repeat(before).get(..before).unwrap_or_default(), "x".repeat(300));
            assert_eq!(position(seen.as_bytes(), b"abc"), seen.find("abc"), "{before}");
            assert_eq!(position(seen.as_bytes(), b"abd"), None);
        }
    }

    #[test]
    fn what_is_loose_may_stand_anywhere() {
        assert_eq!(check("<p>2 1</p>", "2 1", &[("1", Use::Both), ("2", Use::Loose)]), Ok(()));
        assert!(check("<p>2 1</p>", "2 1", &[("1", Use::Both), ("2", Use::Both)]).is_err());
    }
}
