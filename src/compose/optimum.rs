//! Optimum fit: the lines of a whole paragraph at once.
//!
//! Takes the items of a paragraph and a width, gives the lines whose spaces are most even, after Knuth and Plass, “Breaking
//! Paragraphs into Lines” (1981), with the constants of plain TeX. Gives nothing where no way to divide the paragraph is
//! within the tolerance: then first fit does it. Must never use a float: the same paragraph has the same lines anywhere.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use super::line::{Setter, width_of};
use crate::base::length::Length;
use crate::model::content::{Item, Line};
use crate::model::layout::{Align, ParagraphStyle, SymbolNode};

/// Badness of a line that may not be (The TeXbook, ch. 14).
const BADNESS_MAX: i64 = 10_000;
/// Badness up to which a paragraph is set without dividing words, if that can be.
const PRETOLERANCE: i64 = 100;
/// Added to the badness of every line, so that fewer lines are better.
const LINE_PENALTY: i64 = 10;
/// For a line that ends with a hyphen.
const HYPHEN_PENALTY: i64 = 50;
/// For two such lines in a row, and for lines next to each other of which one is loose and the other tight.
const NEIGHBOUR_DEMERITS: i64 = 10_000;
/// For a hyphen before the last line.
const FINAL_HYPHEN_DEMERITS: i64 = 5_000;

/// How loose a line is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Fitness {
    Tight,
    Decent,
    Loose,
    VeryLoose,
}

/// The best way found to end a line at some place, for one fitness of that line.
#[derive(Clone, Copy)]
struct Node<'a> {
    /// The first item of the next line, after `tail`.
    start: usize,
    /// The second part of a word divided here.
    tail: Option<Item<'a>>,
    /// Sum of widths and number of spaces before the next line.
    before: (Length, u32),
    /// One past the last item of the line, but for `head`.
    end: usize,
    /// The first part of a word divided here, or the hyphen of a soft one.
    head: Option<Item<'a>>,
    fitness: Fitness,
    demerits: i64,
    /// The node that ends the line before.
    previous: usize,
}

/// A place where a line may end.
struct Place<'a> {
    /// Sum of widths up to it, hyphen included, and number of spaces.
    upto: (Length, u32),
    end: usize,
    head: Option<Item<'a>>,
    start: usize,
    tail: Option<Item<'a>>,
    is_last: bool,
}

/// What is the same for all lines of a paragraph.
struct Measure {
    first: Length,
    others: Length,
    /// What a space may grow by at badness 100, and shrink by at most.
    stretch: Length,
    shrink: Length,
    /// For lines that are not justified: what may stay free at badness 100.
    ragged: Option<Length>,
    tolerance: i64,
}

impl<'p> Setter<'_, 'p> {
    /// The lines of a paragraph, or of the rest of one that begins with the second part of a divided word.
    pub(super) fn optimum_lines<'a>(
        &mut self,
        divided: Option<Item<'a>>,
        items: &'a [Item<'a>],
        style: &ParagraphStyle,
        (width, indent): (Length, Length),
        tolerance: u32,
        arena: &'a Bump,
    ) -> Option<&'a [Line<'a>]> {
        if items.iter().any(|item| matches!(item, Item::Tab { .. })) {
            return None;
        }
        let items = match divided {
            Some(tail) => BumpVec::from_iter_in(std::iter::once(tail).chain(items.iter().copied()), arena).into_bump_slice(),
            None => items,
        };
        let space = self.metrics[usize::from(style.text.0)].space;
        let size = self.layout.text_style(style.text).size;
        let mut measure = Measure {
            first: width - indent,
            others: width - style.hanging,
            stretch: space / 2,
            shrink: space / 3,
            ragged: (style.align != Align::Justify).then_some(size * 2),
            tolerance: i64::from(tolerance),
        };
        let mut lines = BumpVec::new_in(arena);
        let mut start = 0;
        loop {
            let end = items[start..].iter().position(|item| *item == Item::Break).map_or(items.len(), |at| start + at);
            self.part(items, start..end, style, &measure, &mut lines, arena)?;
            measure.first = measure.others;
            if end == items.len() {
                return Some(lines.into_bump_slice());
            }
            start = end + 1;
        }
    }

    /// Adds the lines of what stands between two forced breaks.
    fn part<'a>(
        &mut self,
        items: &'a [Item<'a>],
        range: std::ops::Range<usize>,
        style: &ParagraphStyle,
        measure: &Measure,
        lines: &mut BumpVec<'a, Line<'a>>,
        arena: &'a Bump,
    ) -> Option<()> {
        let mut nodes = Vec::new();
        let start = skip(items, range.start, range.end);
        let pretolerance = Measure { tolerance: PRETOLERANCE.min(measure.tolerance), ..*measure };
        let mut last = self.fit(items, start..range.end, style, &pretolerance, false, &mut nodes);
        if last.is_none() {
            last = self.fit(items, start..range.end, style, measure, style.hyphens.is_some(), &mut nodes);
        }
        let mut chain = vec![last?];
        while let Some(&at) = chain.last().filter(|at| **at != 0) {
            chain.push(nodes[at].previous);
        }
        for pair in chain.windows(2).rev() {
            let (from, to) = (&nodes[pair[1]], &nodes[pair[0]]);
            let start = from.start.min(to.end);
            let middle = &items[start..to.end];
            let slice: &'a [Item<'a>] = match (from.tail, to.head) {
                (None, None) => trimmed(middle),
                (tail, None) => BumpVec::from_iter_in(tail.into_iter().chain(trimmed(middle).iter().copied()), arena).into_bump_slice(),
                (tail, head) => BumpVec::from_iter_in(tail.into_iter().chain(middle.iter().copied()).chain(head), arena).into_bump_slice(),
            };
            let rest = &items[start..];
            lines.push(Line { divided: from.tail, rest, ..self.line_of(slice, style, to.end == range.end && to.head.is_none()) });
        }
        Some(())
    }

    /// Finds the best node that ends the last line, among `nodes`, of which the first begins the paragraph.
    fn fit<'a>(
        &mut self,
        items: &'a [Item<'a>],
        range: std::ops::Range<usize>,
        style: &ParagraphStyle,
        measure: &Measure,
        hyphenate: bool,
        nodes: &mut Vec<Node<'a>>,
    ) -> Option<usize> {
        nodes.clear();
        let origin = Node {
            start: range.start,
            tail: None,
            before: (Length::ZERO, 0),
            end: range.start,
            head: None,
            fitness: Fitness::Decent,
            demerits: 0,
            previous: 0,
        };
        nodes.push(origin);
        let mut active = vec![0];
        let mut sum = (Length::ZERO, 0);
        for at in range.clone() {
            let item = items[at];
            if let Item::Space { .. } | Item::Opportunity | Item::SoftHyphen { .. } = item
                && (at == range.start || !matches!(items[at - 1], Item::Space { .. }))
            {
                let start = skip(items, at, range.end);
                let (width, spaces) = sums(self, &items[at..start]);
                let head = match item {
                    Item::SoftHyphen { word, style, width } => {
                        let level = if let Some(Item::Word { level, .. }) = at.checked_sub(1).map(|at| items[at]) { level } else { 0 };
                        Some(Item::Word { word, style, level, width })
                    }
                    _ => None,
                };
                let upto = (sum.0 + head.as_ref().map_or(Length::ZERO, width_of), sum.1);
                let place = Place { upto, end: at, head, start, tail: None, is_last: false };
                // What vanishes at the end of the paragraph begins no line.
                if start < range.end {
                    try_place(&place, (sum.0 + width, sum.1 + spaces), measure, &mut active, nodes);
                }
            }
            match item {
                Item::Space { width, .. } => sum = (sum.0 + width, sum.1 + 1),
                Item::Opportunity | Item::SoftHyphen { .. } | Item::Mark { .. } => {}
                Item::Word { word, style: text, level, width } => {
                    let is_whole = at == range.start || matches!(items[at - 1], Item::Space { .. } | Item::Opportunity | Item::SoftHyphen { .. });
                    if let Some(language) =
                        style.hyphens.filter(|_| hyphenate && is_whole && level & 1 == 0 && may_end_in(sum, width, measure, &active, nodes))
                    {
                        for index in self.divisions(word, text, language) {
                            let (head, tail) = self.words.division(index);
                            let (head, tail) = (self.part_of(head, text, level), self.part_of(tail, text, level));
                            let upto = (sum.0 + width_of(&head), sum.1);
                            let place = Place { upto, end: at, head: Some(head), start: at + 1, tail: Some(tail), is_last: false };
                            try_place(&place, (sum.0 + width - width_of(&tail), sum.1), measure, &mut active, nodes);
                        }
                    }
                    // Word spacing widens no-break spaces, too.
                    sum = (sum.0 + width, sum.1 + u32::from(self.words.word(word).spaces));
                }
                Item::Figures { width, .. } | Item::Symbol { symbol: &SymbolNode { width, .. }, .. } => sum.0 += width,
                Item::Tab { .. } | Item::Break => return None,
            }
            if active.is_empty() {
                return None;
            }
        }
        let end = range.start + trimmed(&items[range.clone()]).len();
        let gone = sums(self, &items[end.max(range.start)..range.end]);
        let place = Place { upto: (sum.0 - gone.0, sum.1 - gone.1), end: range.end, head: None, start: range.end, tail: None, is_last: true };
        let first = nodes.len();
        try_place(&place, sum, measure, &mut active, nodes);
        (first..nodes.len()).min_by_key(|at| nodes[*at].demerits)
    }
}

/// Sum of the widths of items, and how many spaces they have.
fn sums(setter: &Setter<'_, '_>, items: &[Item<'_>]) -> (Length, u32) {
    items.iter().fold((Length::ZERO, 0), |(width, spaces), item| {
        let own = match item {
            Item::Space { .. } => 1,
            Item::Word { word, .. } => u32::from(setter.words.word(*word).spaces),
            _ => 0,
        };
        (width + width_of(item), spaces + own)
    })
}

/// The first item from `at` on that a line may begin with.
fn skip(items: &[Item<'_>], at: usize, end: usize) -> usize {
    at + items[at..end].iter().take_while(|item| matches!(item, Item::Space { .. } | Item::Opportunity | Item::SoftHyphen { .. })).count()
}

/// Items without what vanishes at the end of a line.
fn trimmed<'i, 'a>(mut items: &'i [Item<'a>]) -> &'i [Item<'a>] {
    while let [rest @ .., Item::Space { .. } | Item::Opportunity | Item::SoftHyphen { .. }] = items {
        items = rest;
    }
    items
}

/// Whether a line of some active node may end inside a word.
fn may_end_in(sum: (Length, u32), width: Length, measure: &Measure, active: &[usize], nodes: &[Node<'_>]) -> bool {
    active.iter().any(|at| {
        let node = &nodes[*at];
        let (natural, spaces) = (sum.0 - node.before.0, i64::from(sum.1 - node.before.1));
        let room = measure.room(node);
        // At badness 10,000 a space has grown by 4.64 times its stretch.
        let grown = measure.ragged.unwrap_or(measure.stretch * spaces) * 5;
        natural < room + measure.shrink * spaces && natural + width > room - grown
    })
}

/// Ends lines of all active nodes at a place; what comes too late for a node ends its activity.
///
/// `after` is the sum up to the next line.
fn try_place<'a>(place: &Place<'a>, after: (Length, u32), measure: &Measure, active: &mut Vec<usize>, nodes: &mut Vec<Node<'a>>) {
    let mut best: [Option<(i64, usize)>; 4] = [None; 4];
    active.retain(|&at| {
        let node = &nodes[at];
        let slack = measure.room(node) - (place.upto.0 - node.before.0);
        let spaces = i64::from(place.upto.1 - node.before.1);
        let (badness, fitness) = match measure.badness(slack, spaces, place.is_last) {
            Some(found) => found,
            // A hyphen is wider than nothing: without it, the next place may fit.
            None => return place.head.is_some(),
        };
        if badness <= measure.tolerance {
            let demerits = node.demerits + demerits(node, badness, fitness, place);
            let slot = &mut best[fitness as usize];
            if slot.is_none_or(|(known, _)| demerits < known) {
                *slot = Some((demerits, at));
            }
        }
        true
    });
    for (slot, fitness) in best.into_iter().zip([Fitness::Tight, Fitness::Decent, Fitness::Loose, Fitness::VeryLoose]) {
        if let Some((demerits, previous)) = slot {
            let Place { end, head, start, tail, .. } = *place;
            nodes.push(Node { start, tail, before: after, end, head, fitness, demerits, previous });
            active.push(nodes.len() - 1);
        }
    }
}

/// What a line costs (The TeXbook, ch. 14).
fn demerits(node: &Node<'_>, badness: i64, fitness: Fitness, place: &Place<'_>) -> i64 {
    let mut demerits = (LINE_PENALTY + badness).pow(2);
    if place.head.is_some() {
        demerits += HYPHEN_PENALTY.pow(2);
        if node.head.is_some() {
            demerits += NEIGHBOUR_DEMERITS;
        }
    }
    if place.is_last && node.head.is_some() {
        demerits += FINAL_HYPHEN_DEMERITS;
    }
    if (fitness as i64 - node.fitness as i64).abs() > 1 {
        demerits += NEIGHBOUR_DEMERITS;
    }
    demerits
}

impl Measure {
    fn room(&self, node: &Node<'_>) -> Length {
        // Only the node that begins the paragraph precedes itself without having ended anything.
        if node.demerits == 0 { self.first } else { self.others }
    }

    /// How bad a line is with so much room left, and how loose; `None` if it is too long.
    fn badness(&self, slack: Length, spaces: i64, is_last: bool) -> Option<(i64, Fitness)> {
        if slack < Length::ZERO {
            let shrink = if self.ragged.is_some() { Length::ZERO } else { self.shrink * spaces };
            if -slack > shrink {
                return None;
            }
            let badness = badness(-slack, shrink);
            return Some((badness, if badness > 12 { Fitness::Tight } else { Fitness::Decent }));
        }
        if is_last {
            return Some((0, Fitness::Decent));
        }
        let badness = badness(slack, self.ragged.unwrap_or(self.stretch * spaces));
        let fitness = match badness {
            ..=12 => Fitness::Decent,
            13..100 => Fitness::Loose,
            _ => Fitness::VeryLoose,
        };
        Some((badness, fitness))
    }
}

/// 100 times the cube of a ratio (Knuth, TeX: The Program, §108).
fn badness(change: Length, capacity: Length) -> i64 {
    if change <= Length::ZERO {
        return 0;
    }
    if capacity <= Length::ZERO {
        return BADNESS_MAX;
    }
    let ratio = change.millipoints().saturating_mul(297) / capacity.millipoints();
    if ratio > 1290 { BADNESS_MAX } else { (ratio * ratio * ratio + 0x20000) / 0x40000 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn badness_is_that_of_tex() {
        let of = |change: i64, capacity: i64| badness(Length::from_millipoints(change), Length::from_millipoints(capacity));
        assert_eq!([of(0, 5), of(100, 100), of(200, 100), of(50, 100), of(1, 0), of(9_999, 10)], [0, 100, 800, 12, 10_000, 10_000]);
    }

    #[test]
    fn the_last_line_may_be_short_and_none_too_long() {
        let one = Length::from_points(1);
        let measure = Measure { first: one, others: one, stretch: one, shrink: one, ragged: None, tolerance: 100 };
        assert_eq!(measure.badness(one * 50, 1, true), Some((0, Fitness::Decent)));
        assert_eq!(measure.badness(-one * 3, 2, true), None);
        assert_eq!(measure.badness(-one * 3, 3, false), Some((100, Fitness::Tight)));
        assert_eq!(measure.badness(one, 0, false), Some((BADNESS_MAX, Fitness::VeryLoose)));
    }
}
