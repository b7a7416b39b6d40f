//! The text of a composed page, as people read it.
//!
//! Takes the boxes of a page, gives its lines from top to bottom. Must never look at a PDF file: the judges of the project do that.

use crate::base::length::Length;
use crate::model::trace::{TracedBox, TracedPage};

/// The lines of a page from top to bottom; what stands side by side is one line, two spaces between.
pub fn lines(page: &TracedPage) -> Vec<String> {
    let mut found: Vec<(Length, Length, &str)> =
        page.lines().map(|(_, line)| (line.place.y + line.place.height, line.place.x, line.text.as_str())).collect();
    found.sort();
    let mut lines: Vec<(Length, Vec<(Length, &str)>)> = Vec::new();
    for (bottom, x, text) in found {
        match lines.last_mut() {
            // Fonts of different sizes on one baseline end a little apart.
            Some((last, parts)) if bottom - *last < Length::from_points(2) => parts.push((x, text)),
            _ => lines.push((bottom, vec![(x, text)])),
        }
    }
    let joined = lines.into_iter().map(|(_, mut parts)| {
        parts.sort();
        parts.iter().map(|(_, text)| text.trim()).collect::<Vec<_>>().join("  ")
    });
    joined.collect()
}

/// The text of a box without that of the boxes in it, its lines joined by spaces.
pub fn own(traced: &TracedBox) -> String {
    let lines: Vec<&str> = traced.lines.iter().map(|line| line.text.trim()).collect();
    lines.join(" ")
}

/// White space as people see it: no-break spaces are spaces, and several are one.
pub fn collapsed(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c == '\u{a0}' || c == '\u{202f}').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
