//! What a layout requires of places: where a clause stands, how small its text is, whether text reaches out of its room.
//!
//! Takes the boxes of all pages, gives what was found in words where it is not what is asked. Must never know records or messages.

use super::paint::Canvas;
use crate::base::length::Length;
use crate::base::readable::counted;
use crate::base::span::Span;
use crate::model::layout::Layout;
use crate::model::requirement::{ClauseText, RequiredClause, RequiredPage, Requirements};
use crate::model::trace::{Rectangle, TracedBox, TracedLine};

/// How far something may reach out before it is told: more than what rounding makes, less than anyone sees.
const TOLERANCE: Length = Length::from_millipoints(500);
/// Characters of a text that are shown.
const SHOWN_MAX: usize = 40;

/// A page with what was noted on it.
pub(super) struct PrintedPage<'c> {
    boxes: &'c [TracedBox],
    size: (Length, Length),
    /// Whether it is left blank.
    is_blank: bool,
}

/// The pages of a document. Without notes they have no boxes.
pub(super) fn printed<'c>(layout: &Layout, masters: &[usize], canvases: &'c [Canvas]) -> Vec<PrintedPage<'c>> {
    let pages = masters.iter().zip(canvases).map(|(master, canvas)| {
        let master = &layout.masters[*master];
        let boxes = canvas.trace.as_ref().map_or(&[][..], |trace| trace.boxes());
        PrintedPage { boxes, size: (master.width, master.height), is_blank: master.applies.blank }
    });
    pages.collect()
}

/// Why a clause is not where and how it must be; `None` if it is.
pub(super) fn clause(wanted: &RequiredClause, all: &Requirements, pages: &[PrintedPage<'_>]) -> Option<String> {
    let clause = &all.clauses[wanted.clause];
    let is_wanted = |text: &&ClauseText| wanted.version.is_none() || text.version == wanted.version;
    let version = wanted.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    let title = format!("the clause `{}`{version}", clause.name);
    // Of several texts of a version one is enough; what is told is of the one that came furthest.
    let mut best: Option<(Step, String)> = None;
    for text in clause.texts.iter().filter(is_wanted) {
        let (step, found) = text_fault(text, wanted, all, pages)?;
        if best.as_ref().is_none_or(|(known, _)| *known < step) {
            best = Some((step, found));
        }
    }
    let (step, found) = best.unwrap_or((Step::Missing, "is not in the document".to_string()));
    if step == Step::Missing
        && let Some(other) = clause.texts.iter().filter(|text| !is_wanted(text)).find(|text| !pieces(text, wanted, all, pages).is_empty())
    {
        let other = other.version.as_ref().map_or("a text without version".to_string(), |version| format!("version {version}"));
        return Some(format!("{title} {found}, {other} is"));
    }
    Some(format!("{title} {found}"))
}

/// How far a text of a clause came.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Missing,
    Empty,
    Printed,
}

/// What a text of a clause printed in one box.
struct Piece<'c> {
    /// The page, from 0.
    page: usize,
    traced: &'c TracedBox,
    /// Whether it stands in a region.
    is_in_region: bool,
    /// The box it must be inside of, if it is in one; and whether what is in that is turned.
    inside: Option<(&'c TracedBox, bool)>,
}

impl Piece<'_> {
    fn is_printed(&self) -> bool {
        self.traced.is_solid || self.lines().next().is_some()
    }

    fn lines(&self) -> impl Iterator<Item = &TracedLine> {
        self.traced.lines.iter().filter(|line| has_ink(line))
    }
}

fn has_ink(line: &TracedLine) -> bool {
    line.text.chars().any(|character| !character.is_whitespace())
}

/// What is around a box.
#[derive(Clone, Copy, Default)]
struct Around {
    /// Whether it is of the text.
    is_text: bool,
    is_in_region: bool,
    /// The box it must be inside of, by its index, and whether anything in that is turned.
    inside: Option<(usize, bool)>,
}

/// What all boxes of a text are.
fn pieces<'c>(text: &ClauseText, wanted: &RequiredClause, all: &Requirements, pages: &'c [PrintedPage<'_>]) -> Vec<Piece<'c>> {
    let is_of = |spans: &[Span], span: Span| spans.binary_search(&span).is_ok();
    let mut found = Vec::new();
    for (page, printed) in pages.iter().enumerate() {
        // Each box comes after the one it is in.
        let mut known: Vec<Around> = Vec::with_capacity(printed.boxes.len());
        for (index, traced) in printed.boxes.iter().enumerate() {
            let mut own = traced.parent.map(|parent| known[parent as usize]).unwrap_or_default();
            own.is_text |= is_of(&text.elements, traced.span);
            own.is_in_region |= is_of(&all.regions, traced.span);
            if wanted.inside.as_ref().is_some_and(|(_, spans)| is_of(spans, traced.span)) {
                own.inside = Some((index, false));
            }
            own.inside = own.inside.map(|(index, is_turned)| (index, is_turned || traced.is_turned));
            known.push(own);
            if own.is_text {
                let inside = own.inside.map(|(index, is_turned)| (&printed.boxes[index], is_turned));
                found.push(Piece { page, traced, is_in_region: own.is_in_region, inside });
            }
        }
    }
    found
}

/// Why a text of a clause is not as it must be.
fn text_fault(text: &ClauseText, wanted: &RequiredClause, all: &Requirements, pages: &[PrintedPage<'_>]) -> Option<(Step, String)> {
    let pieces = pieces(text, wanted, all, pages);
    if pieces.is_empty() {
        return Some((Step::Missing, "is not in the document".to_string()));
    }
    let printed: Vec<&Piece<'_>> = pieces.iter().filter(|piece| piece.is_printed()).collect();
    if printed.is_empty() {
        return Some((Step::Empty, "is empty".to_string()));
    }
    let of_pages = match on_page(&printed, wanted.page, pages) {
        Ok(of_pages) => of_pages,
        Err(fault) => return Some((Step::Printed, fault)),
    };
    let fault = outside(&of_pages, wanted).or_else(|| too_small(&of_pages, wanted.font_size_min));
    fault.map(|fault| (Step::Printed, fault))
}

/// The pieces that count for a page, or that they stand on another. What is in a region stands on each of its pages as a whole.
fn on_page<'f, 'c>(printed: &[&'f Piece<'c>], wanted: RequiredPage, pages: &[PrintedPage<'_>]) -> Result<Vec<&'f Piece<'c>>, String> {
    let used = || pages.iter().enumerate().filter(|(_, page)| !page.is_blank).map(|(index, _)| index);
    let (asked, name) = match wanted {
        RequiredPage::Any => return Ok(printed.to_vec()),
        RequiredPage::Every => {
            return match used().find(|page| printed.iter().all(|piece| piece.page != *page)) {
                Some(page) => Err(format!("is not on page {}, asked is every page", page + 1)),
                None => Ok(printed.to_vec()),
            };
        }
        RequiredPage::Number(number) => (number as usize - 1, format!("page {number}")),
        RequiredPage::Last => {
            let last = used().next_back().unwrap_or_default();
            (last, format!("the last page, {}", last + 1))
        }
    };
    let there: Vec<&Piece<'_>> = printed.iter().copied().filter(|piece| piece.page == asked).collect();
    if !there.is_empty() && printed.iter().all(|piece| piece.page == asked || piece.is_in_region) {
        return Ok(there);
    }
    let mut stands: Vec<usize> = printed.iter().map(|piece| piece.page + 1).collect();
    stands.dedup();
    let of = if asked >= pages.len() { format!(" of {}", counted(pages.len() as u64, "page")) } else { String::new() };
    Err(format!("stands on {}{of}, asked is {name}", page_list(&stands)))
}

fn page_list(pages: &[usize]) -> String {
    match pages {
        [only] => format!("page {only}"),
        [first, second] => format!("pages {first} and {second}"),
        [first, .., last] if last - first + 1 == pages.len() => format!("pages {first} to {last}"),
        [first, .., last] => format!("{} pages from {first} to {last}", pages.len()),
        [] => "no page".to_string(),
    }
}

fn outside(pieces: &[&Piece<'_>], wanted: &RequiredClause) -> Option<String> {
    let (name, _) = wanted.inside.as_ref()?;
    pieces.iter().find_map(|piece| {
        let page = piece.page + 1;
        let Some((around, is_turned)) = piece.inside else { return Some(format!("stands outside of `{name}` on page {page}")) };
        let reaches_out = !is_turned && piece.lines().any(|line| !is_within(&line.place, &around.place));
        reaches_out.then(|| format!("reaches out of `{name}` on page {page}"))
    })
}

fn too_small(pieces: &[&Piece<'_>], least: Option<Length>) -> Option<String> {
    let least = least?;
    let lines = pieces.iter().flat_map(|piece| piece.lines().map(move |line| (line.least, piece.page)));
    let (size, page) = lines.min()?;
    (size < least).then(|| format!("has text of {size} on page {}, asked are at least {least}", page + 1))
}

/// Whether a line lies in a box, but for the rounding of its height.
fn is_within(line: &Rectangle, around: &Rectangle) -> bool {
    let down = line.height / 3;
    line.x >= around.x - TOLERANCE
        && line.x + line.width <= around.x + around.width + TOLERANCE
        && line.y + down >= around.y
        && line.y + line.height <= around.y + around.height + down
}

/// The smallest text of a document, if it is smaller than `least`.
pub(super) fn smaller_text(least: Length, pages: &[PrintedPage<'_>]) -> Option<String> {
    let lines = pages.iter().enumerate().flat_map(|(page, printed)| {
        let lines = printed.boxes.iter().flat_map(|traced| &traced.lines);
        lines.filter(|line| has_ink(line)).map(move |line| (page, line))
    });
    let (page, line) = lines.min_by_key(|(page, line)| (line.least, *page))?;
    let found = || format!("`{}` on page {} has text of {}, asked are at least {least}", shown(&line.text), page + 1, line.least);
    (line.least < least).then(found)
}

/// The first text that reaches out of its page or of what it stands in.
pub(super) fn overflow(all: &Requirements, pages: &[PrintedPage<'_>]) -> Option<String> {
    pages.iter().enumerate().find_map(|(number, page)| {
        let mut turned: Vec<bool> = Vec::with_capacity(page.boxes.len());
        page.boxes.iter().find_map(|traced| {
            let is_in_turned = traced.parent.is_some_and(|parent| turned[parent as usize]);
            turned.push(is_in_turned || traced.is_turned);
            if is_in_turned || traced.is_turned {
                return None;
            }
            // A cell over several rows ends below its row, and may.
            let outer = traced.parent.map(|parent| &page.boxes[parent as usize]).filter(|outer| all.frames.binary_search(&outer.span).is_ok());
            let below = outer.and_then(|outer| ends_below(traced, outer));
            let line = traced.lines.iter().filter(|line| has_ink(line)).find_map(|line| Some((line, line_overflow(line, traced, page)?)));
            let (line, found) = line.or_else(|| Some((first_line(traced, page)?, below?)))?;
            Some(format!("`{}` on page {} {found}", shown(&line.text), number + 1))
        })
    })
}

/// How a line reaches out of its box or page.
fn line_overflow(line: &TracedLine, around: &TracedBox, page: &PrintedPage<'_>) -> Option<String> {
    let (place, room) = (&line.place, &around.place);
    let (right, end) = (place.x + place.width, room.x + room.width);
    // Markers of lists stand beside their box.
    let begins_inside = place.x >= room.x - TOLERANCE && place.x < end;
    if place.width > room.width + TOLERANCE {
        return Some(format!("is {} wide, there is room for {}", place.width, room.width));
    }
    if begins_inside && right > end + TOLERANCE {
        return Some(format!("reaches {} out of what it stands in", right - end));
    }
    let (width, height) = page.size;
    let edges =
        [(Length::ZERO - place.x, "left"), (Length::ZERO - place.y, "upper"), (right - width, "right"), (place.y + place.height - height, "lower")];
    let (by, edge) = edges.into_iter().find(|(by, _)| *by > TOLERANCE)?;
    Some(format!("reaches {by} over the {edge} edge of the page"))
}

/// How far a box that begins in another ends below it.
fn ends_below(inner: &TracedBox, outer: &TracedBox) -> Option<String> {
    let (end, last) = (inner.place.y + inner.place.height, outer.place.y + outer.place.height);
    let by = end - last;
    (by > TOLERANCE && inner.place.y < last && outer.place.height > Length::ZERO).then(|| format!("ends {by} below what it stands in"))
}

/// The first text in a box or in what is inside it.
fn first_line<'c>(traced: &TracedBox, page: &'c PrintedPage<'_>) -> Option<&'c TracedLine> {
    let start = page.boxes.iter().position(|known| std::ptr::eq(known, traced))?;
    let is_in = |index: usize| {
        let mut at = Some(index);
        while let Some(index) = at.filter(|index| *index > start) {
            at = page.boxes[index].parent.map(|parent| parent as usize);
        }
        at == Some(start)
    };
    (start..page.boxes.len()).filter(|index| is_in(*index)).flat_map(|index| &page.boxes[index].lines).find(|line| has_ink(line))
}

/// The beginning of a text, for people.
fn shown(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_string(),
    }
}
