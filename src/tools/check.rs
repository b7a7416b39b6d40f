//! What holds of a composed document, and what does not.
//!
//! Takes the boxes of a document and what a case expects, gives every difference in words. Must never stop at the first.

use super::cases::Expectation;
use super::page_text::{collapsed, own};
use crate::base::readable::counted;
use crate::base::span::Sources;
use crate::base::suggest::closest;
use crate::layout::Tag;
use crate::model::trace::TracedPage;

/// The pages of a document, and where their elements come from.
pub(super) struct Document<'d> {
    pub(super) pages: &'d [TracedPage],
    pub(super) sources: &'d Sources,
}

impl Document<'_> {
    /// Why an expectation does not hold; `wanted` is whether it must.
    pub(super) fn fault(&self, expected: &Expectation, wanted: bool) -> Option<String> {
        let place = describe(expected);
        let what = match (&expected.text, &expected.element) {
            (Some(text), _) => format!("text `{text}`"),
            (None, element) => format!("element `{}`", element.as_deref().unwrap_or_default()),
        };
        if let Some(page) = expected.page
            && page as usize > self.pages.len()
        {
            return wanted.then(|| format!("there is no page {page} for the {what}: the document has {}", counted(self.pages.len() as u64, "page")));
        }
        let found = self.count(expected);
        match (wanted, expected.count) {
            (true, Some(count)) if found != count => Some(format!("the {what}{place} is there {found} times, not {count}")),
            (true, None) if found == 0 => Some(self.missing(expected, &what, &place)),
            (false, _) if found > 0 => Some(format!("the {what}{place} is there, and must not be")),
            _ => None,
        }
    }

    fn pages(&self, expected: &Expectation) -> impl Iterator<Item = &TracedPage> {
        let only = expected.page.map(|page| page as usize - 1);
        self.pages.iter().enumerate().filter(move |(index, _)| only.is_none_or(|only| only == *index)).map(|(_, page)| page)
    }

    /// How often it is there.
    fn count(&self, expected: &Expectation) -> u64 {
        let mut count = 0;
        for page in self.pages(expected) {
            let in_place = |index: usize| {
                let traced = &page.boxes[index];
                let within = |word: &String| page.around(index).any(|around| self.tag(page, around).answers_to(word));
                expected.within.as_ref().is_none_or(within) && expected.inside.is_none_or(|inside| inside.holds(&traced.place))
            };
            match &expected.text {
                Some(text) => {
                    let text = collapsed(text);
                    let mut all = String::new();
                    for (index, traced) in page.boxes.iter().enumerate() {
                        let lines = match expected.inside {
                            // A paragraph may reach out of the rectangle; its lines count one by one.
                            Some(inside) => traced
                                .lines
                                .iter()
                                .filter(|line| inside.holds(&line.place))
                                .map(|line| line.text.as_str())
                                .collect::<Vec<_>>()
                                .join(" "),
                            None => own(traced),
                        };
                        let within = |word: &String| page.around(index).any(|around| self.tag(page, around).answers_to(word));
                        if !lines.is_empty() && expected.within.as_ref().is_none_or(within) {
                            all.push_str(&lines);
                            all.push('\n');
                        }
                    }
                    count += collapsed(&all).matches(&text).count() as u64;
                }
                None => {
                    let word = expected.element.as_deref().unwrap_or_default();
                    count += (0..page.boxes.len()).filter(|index| self.tag(page, *index).answers_to(word) && in_place(*index)).count() as u64;
                }
            }
        }
        count
    }

    fn tag(&self, page: &TracedPage, index: usize) -> Tag {
        Tag::at(self.sources, page.boxes[index].span)
    }

    /// What is missing, with what comes closest to it.
    fn missing(&self, expected: &Expectation, what: &str, place: &str) -> String {
        let message = format!("the {what}{place} is not there");
        let anywhere = Expectation { page: None, within: None, inside: None, ..expected.clone() };
        if (expected.page.is_some() || expected.within.is_some() || expected.inside.is_some()) && self.count(&anywhere) > 0 {
            let pages =
                self.pages.iter().enumerate().filter(|(index, _)| self.count(&Expectation { page: Some(*index as u64 + 1), ..anywhere.clone() }) > 0);
            let pages: Vec<String> = pages.map(|(index, _)| (index + 1).to_string()).collect();
            return format!("{message}; it is elsewhere, on page {}", pages.join(", "));
        }
        let Some(text) = &expected.text else { return message };
        let lines: Vec<String> = self.pages(expected).flat_map(|page| page.boxes.iter().map(own)).filter(|text| !text.is_empty()).collect();
        match closest(text, lines.iter().map(String::as_str)) {
            Some(near) => format!("{message}; the closest is `{near}`"),
            None => message,
        }
    }
}

fn describe(expected: &Expectation) -> String {
    let mut place = String::new();
    if let Some(within) = &expected.within {
        place.push_str(&format!(" in `{within}`"));
    }
    if let Some(inside) = &expected.inside {
        place.push_str(&format!(" inside {} {} {} {}", inside.x, inside.y, inside.width, inside.height));
    }
    if let Some(page) = expected.page {
        place.push_str(&format!(" on page {page}"));
    }
    place
}
