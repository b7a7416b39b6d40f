//! Which element of one layout is which of another.
//!
//! Takes the sources of two jobs, gives each start tag a number that it shares with its counterpart: first those that say the same
//! in the same order, then those of one name between them. Must never look at a page.

use std::collections::BTreeMap;

use crate::base::span::{FileId, Sources, Span};
use crate::layout::Tag;

/// Elements of two jobs under common numbers.
#[derive(Debug, Default)]
pub struct Alignment {
    /// Each number's element in the old and in the new job.
    pub tags: Vec<(Option<Tag>, Option<Tag>)>,
    old: BTreeMap<Span, u32>,
    new: BTreeMap<Span, u32>,
}

/// Comparing more pairs of elements than these would take longer than the answer is worth; then only equal beginnings and ends are paired.
const PAIRS_MAX: usize = 16_000_000;

impl Alignment {
    /// Aligns the layouts of two jobs. Files are paired by their order.
    pub fn of(old: &Sources, new: &Sources) -> Alignment {
        let mut found = Alignment::default();
        let layouts = |sources: &Sources| -> Vec<FileId> {
            (0..sources.iter().count() as u16).map(FileId).filter(|id| sources.file(*id).text.contains("<layout")).collect()
        };
        let (olds, news) = (layouts(old), layouts(new));
        for index in 0..olds.len().max(news.len()) {
            let tags = |sources: &Sources, ids: &[FileId]| ids.get(index).map(|id| elements(&sources.file(*id).text, *id)).unwrap_or_default();
            found.align(old, new, &tags(old, &olds), &tags(new, &news));
        }
        found
    }

    /// The number of an old element.
    pub fn of_old(&self, span: Span) -> u32 {
        self.old.get(&span).copied().unwrap_or(u32::MAX)
    }

    /// The number of a new element.
    pub fn of_new(&self, span: Span) -> u32 {
        self.new.get(&span).copied().unwrap_or(u32::MAX)
    }

    /// Whether an element is a region, which stands on each page.
    pub fn is_region(&self, number: u32) -> bool {
        let is_region = |tag: &Option<Tag>| tag.as_ref().is_some_and(|tag| tag.element == "region");
        self.tags.get(number as usize).is_some_and(|(old, new)| is_region(old) || is_region(new))
    }

    /// How an element is called, as the new job has it where it does.
    pub fn title(&self, number: u32) -> String {
        match self.tags.get(number as usize) {
            Some((_, Some(tag)) | (Some(tag), None)) => format!("{} ({}:{})", tag.title(), tag.file, tag.line),
            _ => "a part".to_string(),
        }
    }

    fn align(&mut self, old: &Sources, new: &Sources, olds: &[Element], news: &[Element]) {
        let mut pairs = common(olds, news, |a, b| a.text == b.text);
        pairs.push((olds.len(), news.len()));
        let (mut o, mut n) = (0, 0);
        for (old_end, new_end) in pairs {
            // Between two equal elements, those of one name are the same element, changed.
            let (gap_old, gap_new) = (&olds[o..old_end], &news[n..new_end]);
            let mut inner = common(gap_old, gap_new, |a, b| a.name == b.name);
            inner.push((gap_old.len(), gap_new.len()));
            let (mut a, mut b) = (0, 0);
            for (x, y) in inner {
                gap_old[a..x].iter().for_each(|element| self.add(Some((old, element)), None));
                gap_new[b..y].iter().for_each(|element| self.add(None, Some((new, element))));
                if x < gap_old.len() && y < gap_new.len() {
                    self.add(Some((old, &gap_old[x])), Some((new, &gap_new[y])));
                }
                (a, b) = (x + 1, y + 1);
            }
            if old_end < olds.len() && new_end < news.len() {
                self.add(Some((old, &olds[old_end])), Some((new, &news[new_end])));
            }
            (o, n) = (old_end + 1, new_end + 1);
        }
    }

    fn add(&mut self, old: Option<(&Sources, &Element)>, new: Option<(&Sources, &Element)>) {
        let number = self.tags.len() as u32;
        if let Some((_, element)) = old {
            self.old.insert(element.span, number);
        }
        if let Some((_, element)) = new {
            self.new.insert(element.span, number);
        }
        let tag = |side: Option<(&Sources, &Element)>| side.map(|(sources, element)| Tag::at(sources, element.span));
        self.tags.push((tag(old), tag(new)));
    }
}

struct Element {
    span: Span,
    name: String,
    /// The start tag and the text behind it.
    text: String,
}

/// The start tags of a layout.
fn elements(text: &str, file: FileId) -> Vec<Element> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].find('<').map(|next| at + next) {
        let rest = &text[next..];
        let skip = |end: &str| rest.find(end).map_or(text.len(), |found| next + found + end.len());
        at = if rest.starts_with("<!--") {
            skip("-->")
        } else if rest.starts_with("<![CDATA[") {
            skip("]]>")
        } else if rest.starts_with("<?") || rest.starts_with("</") || rest.starts_with("<!") {
            skip(">")
        } else {
            let name = rest[1..].find(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).unwrap_or(rest.len() - 1);
            let mut quote = None;
            let end = rest.char_indices().find(|(_, c)| match quote {
                Some(open) if *c == open => {
                    quote = None;
                    false
                }
                None if matches!(c, '"' | '\'') => {
                    quote = Some(*c);
                    false
                }
                None => *c == '>',
                Some(_) => false,
            });
            let end = end.map_or(text.len(), |(end, _)| next + end + 1);
            let behind = text[end..].find('<').map_or(text.len(), |behind| end + behind);
            let said: Vec<&str> = text[next..behind].split_ascii_whitespace().collect();
            let span = Span::new(file, next + 1, next + 1 + name);
            found.push(Element { span, name: rest[1..=name].to_string(), text: said.join(" ") });
            end
        };
    }
    found
}

/// The longest common subsequence, as pairs of indices.
fn common(a: &[Element], b: &[Element], same: impl Fn(&Element, &Element) -> bool) -> Vec<(usize, usize)> {
    let start = a.iter().zip(b).take_while(|(a, b)| same(a, b)).count();
    let end = a[start..].iter().rev().zip(b[start..].iter().rev()).take_while(|(a, b)| same(a, b)).count();
    let mut pairs: Vec<(usize, usize)> = (0..start).map(|at| (at, at)).collect();
    let (inner_a, inner_b) = (&a[start..a.len() - end], &b[start..b.len() - end]);
    let (rows, columns) = (inner_a.len(), inner_b.len());
    if rows * columns > 0 && rows * columns <= PAIRS_MAX {
        let width = columns + 1;
        let mut lengths = vec![0_u32; (rows + 1) * width];
        for x in (0..rows).rev() {
            for y in (0..columns).rev() {
                lengths[x * width + y] = if same(&inner_a[x], &inner_b[y]) {
                    lengths[(x + 1) * width + y + 1] + 1
                } else {
                    lengths[(x + 1) * width + y].max(lengths[x * width + y + 1])
                };
            }
        }
        let (mut x, mut y) = (0, 0);
        while x < rows && y < columns {
            if same(&inner_a[x], &inner_b[y]) {
                pairs.push((start + x, start + y));
                (x, y) = (x + 1, y + 1);
            } else if lengths[(x + 1) * width + y] >= lengths[x * width + y + 1] {
                x += 1;
            } else {
                y += 1;
            }
        }
    }
    pairs.extend((0..end).map(|at| (a.len() - end + at, b.len() - end + at)));
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(old: &str, new: &str, expected: &[(&str, &str)]) {
        let sources = |text: &str| {
            let mut sources = Sources::default();
            sources.add("a.xml", format!("<layout>{text}</layout>"));
            sources
        };
        let found = Alignment::of(&sources(old), &sources(new));
        let name = |tag: &Option<Tag>| tag.as_ref().map(Tag::title).unwrap_or_default();
        let found: Vec<(String, String)> = found.tags[1..].iter().map(|(old, new)| (name(old), name(new))).collect();
        let expected: Vec<(String, String)> = expected.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn changed_added_and_removed_elements_are_told_apart() {
        check(
            "<p style='a'>x</p><p style='b'>y</p>",
            "<p style='a'>x</p><p style='b'>z</p>",
            &[("p (style a)", "p (style a)"), ("p (style b)", "p (style b)")],
        );
        check(
            "<p style='a'>x</p><p style='c'>y</p>",
            "<p style='a'>x</p><p style='b'>n</p><p style='c'>y</p>",
            &[("p (style a)", "p (style a)"), ("", "p (style b)"), ("p (style c)", "p (style c)")],
        );
        check("<!-- <p> --><hr/><p/>", "<p/>", &[("hr", ""), ("p", "p")]);
    }
}
