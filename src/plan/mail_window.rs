//! What shows in the windows of envelopes.
//!
//! Takes the envelopes of a job, its layouts, late texts and marks, and tells before the first record: an address that a window does not
//! always show, and whatever else it may show, by region, envelope and millimetres. Must never look at a record: text of the body is told
//! as possible.

use super::mail_pieces::PlannedEnvelope;
use super::mark::{MarkPages, PlannedMark};
use super::print::{LatePages, PlannedLate};
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::length::Length;
use crate::model::layout::{Absolute, Layout, Node, NodeKind, PageMaster};
use crate::postal::envelope::{Area, Sight, TooLarge};

/// What is printed besides the layouts.
pub(super) struct Printed<'p> {
    /// Late texts.
    pub(super) late: &'p [PlannedLate],
    /// Marks.
    pub(super) marks: &'p [PlannedMark],
}

/// Inches and millimetres do not meet exactly; a hundredth of a point shows nothing.
const TOLERANCE: Length = Length::from_millipoints(10);

/// Looks at every envelope with every layout.
pub(super) fn check(envelopes: &[PlannedEnvelope], layouts: &[Option<Layout>], printed: &Printed<'_>, faults: &mut Faults) {
    for envelope in envelopes {
        for layout in layouts.iter().flatten() {
            // A page is the first of its document whether or not it is the last, too.
            let mut firsts = [layout.master(1, false), layout.master(1, true)].to_vec();
            firsts.dedup();
            for master in firsts.into_iter().filter_map(|index| layout.masters.get(index)) {
                if let Some(sight) = sight_of(envelope, master, layout, faults) {
                    Check { envelope, layout, master, sight, faults }.all(printed);
                }
            }
        }
    }
}

/// What the window shows of a sheet; tells sheets that do not go into the envelope.
fn sight_of(envelope: &PlannedEnvelope, master: &PageMaster, layout: &Layout, faults: &mut Faults) -> Option<Sight> {
    if let Some(beyond) = envelope.folds.iter().find(|place| **place >= master.height) {
        let message = format!("the envelope `{}` folds at {}, below the sheet of the layout `{}`", envelope.name, millimetres(*beyond), layout.name);
        faults.push(Diagnostic::error(&code::JOB_MAIL, envelope.span, message).hint(format!("the sheet is {} high", millimetres(master.height))));
        return None;
    }
    match envelope.envelope.sight(&envelope.folded(master.width, master.height)) {
        Ok(sight) => sight,
        Err(TooLarge { across, down }) => {
            let sides = [(across, "wide"), (down, "high")];
            let over: Vec<String> =
                sides.iter().filter(|(over, _)| *over > Length::ZERO).map(|(over, side)| format!("{} too {side}", millimetres(*over))).collect();
            let message = format!("the sheets of the layout `{}` do not go into the envelope `{}`: {}", layout.name, envelope.name, over.join(", "));
            let folded = envelope.folded(master.width, master.height);
            let hint = format!(
                "folded by `{}` they are {} by {}; the envelope is {} by {}",
                envelope.fold.word(),
                millimetres(folded.width),
                millimetres(folded.height),
                millimetres(envelope.envelope.width),
                millimetres(envelope.envelope.height)
            );
            faults.push(Diagnostic::error(&code::JOB_WINDOW, envelope.span, message).hint(hint));
            None
        }
    }
}

/// One envelope with one first page.
struct Check<'c> {
    envelope: &'c PlannedEnvelope,
    layout: &'c Layout,
    master: &'c PageMaster,
    sight: Sight,
    faults: &'c mut Faults,
}

impl Check<'_> {
    fn all(&mut self, printed: &Printed<'_>) {
        let page = Area { left: Length::ZERO, top: Length::ZERO, right: self.master.width, bottom: self.master.height };
        let mut has_address = false;
        for region in self.master.regions.iter().chain(&self.master.behind) {
            let area = area_of(region.place.as_ref(), region, &page);
            if has_address_in(region) {
                has_address = true;
                let bottom = area.bottom.or_else(|| height_of_lines(region, self.layout).map(|height| area.top + height));
                self.address(region, &address_area(region, &KnownArea { bottom, ..area }));
            } else if let Some(shown) = self.shown(&area) {
                self.other(region, &area, &shown);
            }
        }
        if !has_address {
            self.no_address();
        }
        self.body(has_address);
        self.late(printed, &page);
        self.marks(printed);
    }

    /// How the envelope is called in messages.
    fn window(&self) -> String {
        format!("the window of the envelope `{}` ({}, fold `{}`)", self.envelope.name, self.envelope.envelope.code, self.envelope.fold.word())
    }

    fn always(&self) -> String {
        let Area { left, top, right, bottom } = self.sight.always;
        if self.sight.always.is_empty() {
            return "at the worst play it shows no place of this sheet for certain: take an envelope that fits the folded sheet closer".into();
        }
        let sides = [left, top, right - left, bottom - top].map(millimetres);
        format!("always seen are {} by {}, {} from the left and {} from the top of the sheet", sides[2], sides[3], sides[0], sides[1])
    }

    fn address(&mut self, region: &Node, area: &KnownArea) {
        let always = self.sight.always;
        // A region without a height or width is as large as its content: what is known of it is its corner.
        let (right, bottom) = (area.right.unwrap_or(area.left), area.bottom.unwrap_or(area.top));
        let misses = [
            (always.left - area.left, "on the left"),
            (always.top - area.top, "above"),
            (right - always.right, "on the right"),
            (bottom - always.bottom, "below"),
        ];
        let misses: Vec<String> = misses.iter().filter(|(by, _)| *by > TOLERANCE).map(|(by, side)| format!("{} {side}", millimetres(*by))).collect();
        if !misses.is_empty() {
            let message = format!("{} does not always show the whole address: it misses {}", self.window(), misses.join(", "));
            let fault = Diagnostic::error(&code::JOB_WINDOW, region.span, message).label("the address stands here");
            let fault = fault.hint(self.always()).related(self.envelope.span, "the envelope");
            self.faults.push(fault);
        } else if area.bottom.is_none() {
            let message =
                format!("the region of the address is as high as what is in it: whether {} shows the last line is not known", self.window());
            let fault = Diagnostic::warning(&code::JOB_WINDOW, region.span, message);
            self.faults.push(fault.hint(format!("give it a height; {}", self.always())));
        }
    }

    /// How much of an area the window may show: across and down.
    fn shown(&self, area: &KnownArea) -> Option<Area> {
        let known =
            Area { left: area.left, top: area.top, right: area.right.unwrap_or(area.left + LEAST), bottom: area.bottom.unwrap_or(area.top + LEAST) };
        let shown = known.shared(&self.sight.possible);
        (shown.right - shown.left > TOLERANCE && shown.bottom - shown.top > TOLERANCE).then_some(shown)
    }

    fn other(&mut self, region: &Node, area: &KnownArea, shown: &Area) {
        let always = &self.sight.always;
        let is_inside = area.left >= always.left
            && area.top >= always.top
            && area.right.is_some_and(|right| right <= always.right)
            && area.bottom.is_some_and(|bottom| bottom <= always.bottom);
        // The barcode of the post stands in the window on purpose.
        if is_inside && is_barcode(region) {
            return;
        }
        let possible = &self.sight.possible;
        let is_around = area.left <= possible.left
            && area.top <= possible.top
            && area.right.is_some_and(|right| right >= possible.right)
            && area.bottom.is_some_and(|bottom| bottom >= possible.bottom);
        let size = format!("{} by {}", millimetres(shown.right - shown.left), millimetres(shown.bottom - shown.top));
        let fault = if is_around {
            let message = format!("this lies all around what {} may show: whatever it has there is seen beside the address", self.window());
            Diagnostic::warning(&code::JOB_WINDOW, region.span, message)
        } else {
            Diagnostic::error(&code::JOB_WINDOW, region.span, format!("{} may show {size} of this", self.window())).label("this is not the address")
        };
        self.faults.push(fault.hint(self.kept_clear()).related(self.envelope.span, "the envelope"));
    }

    fn kept_clear(&self) -> String {
        let Area { left, top, right, bottom } = self.sight.possible;
        let sides = [left, right, top, bottom].map(millimetres);
        format!("keep clear from {} to {} across and from {} to {} down the sheet", sides[0], sides[1], sides[2], sides[3])
    }

    fn no_address(&mut self) {
        let in_body = self.layout.body.iter().any(has_address_in);
        let message = match in_body {
            true => format!("the address of the layout `{}` stands in the text: whether {} shows it is not known", self.layout.name, self.window()),
            false => format!("the layout `{}` has no `<address>` on its first page for {}", self.layout.name, self.window()),
        };
        let hint = format!("put `<address>` into a region of the page `{}`; {}", self.master.name, self.always());
        self.faults.push(Diagnostic::warning(&code::JOB_WINDOW, self.master.span, message).hint(hint));
    }

    fn body(&mut self, has_address: bool) {
        let margin = &self.master.margin;
        let body = KnownArea {
            left: margin.left,
            top: margin.top,
            right: Some(self.master.width - margin.right),
            bottom: Some(self.master.height - margin.bottom),
        };
        if let (true, Some(shown)) = (has_address, self.shown(&body)) {
            let depth = millimetres(shown.bottom - body.top);
            let message = format!("text of the body may show in {}: it reaches {depth} into the body area", self.window());
            let fault = Diagnostic::warning(&code::JOB_WINDOW, self.master.span, message).related(self.envelope.span, "the envelope");
            self.faults.push(fault.hint(format!("begin the body area below; {}", self.kept_clear())));
        }
    }

    fn late(&mut self, printed: &Printed<'_>, page: &Area) {
        for late in printed.late {
            let on_first = match late.pages {
                LatePages::Front | LatePages::All | LatePages::First => true,
                LatePages::Banner => false,
            };
            // A late text is placed for each paper; those of other sizes are looked at with their own masters.
            for place in late.places.iter().filter(|place| on_first && place.left <= page.right && place.top <= page.bottom) {
                let area = KnownArea { left: place.left, top: place.top, right: Some(place.left + LEAST), bottom: Some(place.top + place.size) };
                if self.shown(&area).is_some() {
                    let message = format!(
                        "{} may show a late text, which stands {} from the left and {} from the top",
                        self.window(),
                        millimetres(place.left),
                        millimetres(place.top)
                    );
                    let fault = Diagnostic::error(&code::JOB_WINDOW, self.envelope.span, message);
                    self.faults.push(fault.hint(self.kept_clear()));
                }
            }
        }
    }

    fn marks(&mut self, printed: &Printed<'_>) {
        for mark in printed.marks {
            let on_first = match mark.pages {
                MarkPages::Front | MarkPages::All | MarkPages::First | MarkPages::FirstSheet | MarkPages::LastSheet => true,
                // A back is printed only in duplex, and then faces away from the window.
                MarkPages::Back | MarkPages::Banner => false,
            };
            let (ink, _) = mark.zone([self.master.width, self.master.height]);
            let area = KnownArea { left: ink.x, top: ink.y, right: Some(ink.x + ink.width), bottom: Some(ink.y + ink.height) };
            let always = &self.sight.always;
            let is_inside = ink.x >= always.left && ink.y >= always.top && ink.x + ink.width <= always.right && ink.y + ink.height <= always.bottom;
            if let (true, false, Some(shown)) = (on_first, is_inside, self.shown(&area)) {
                let size = format!("{} by {}", millimetres(shown.right - shown.left), millimetres(shown.bottom - shown.top));
                let message = format!("{} may show {size} of {}", self.window(), mark.name);
                let fault = Diagnostic::error(&code::JOB_WINDOW, mark.span, message).related(self.envelope.span, "the envelope");
                self.faults.push(fault.hint(format!("{}; or put it where the window always shows it whole", self.kept_clear())));
            }
        }
    }
}

/// What of a block whose size is its content's is known: something stands at its beginning.
const LEAST: Length = Length::from_points(1);

/// The place of a block on a page, as far as the layout tells.
#[derive(Clone, Copy)]
struct KnownArea {
    left: Length,
    top: Length,
    right: Option<Length>,
    bottom: Option<Length>,
}

/// Where a placed block stands in a room.
fn area_of(place: Option<&Absolute>, node: &Node, room: &Area) -> KnownArea {
    let Some(place) = place else {
        return KnownArea { left: room.left, top: room.top, right: None, bottom: None };
    };
    let (width, height) = match &node.kind {
        NodeKind::Image(image) => (Some(image.width), Some(image.height)),
        NodeKind::Chosen(chosen) => (chosen.width, chosen.height),
        NodeKind::Drawing(drawing) => (Some(drawing.width), Some(drawing.height)),
        NodeKind::Barcode(barcode) => (barcode.extent.ink[0].or(place.width), barcode.extent.ink[1].or(place.height)),
        _ => (place.width, place.height),
    };
    let (left, right) = ends(place.left, place.right, width, room.left, room.right);
    let (top, bottom) = ends(place.top, place.bottom, height, room.top, room.bottom);
    KnownArea { left, top, right, bottom }
}

fn ends(near: Option<Length>, far: Option<Length>, size: Option<Length>, start: Length, end: Length) -> (Length, Option<Length>) {
    match (near, far, size) {
        (Some(near), _, Some(size)) => (start + near, Some(start + near + size)),
        (Some(near), Some(far), None) => (start + near, Some(end - far)),
        (Some(near), None, None) => (start + near, None),
        (None, Some(far), size) => (end - far - size.unwrap_or(LEAST), Some(end - far)),
        (None, None, size) => (start, size.map(|size| start + size)),
    }
}

/// The place of the address in its region: its own if it has one, else that of the region.
fn address_area(region: &Node, area: &KnownArea) -> KnownArea {
    let NodeKind::Box(frame) = &region.kind else { return *area };
    let padding = &frame.style.padding;
    let inside = Area {
        left: area.left + padding.left,
        top: area.top + padding.top,
        right: area.right.unwrap_or(area.left) - padding.right,
        bottom: area.bottom.unwrap_or(area.top) - padding.bottom,
    };
    match frame.children.iter().find(|child| has_address_in(child)) {
        Some(child) if child.place.is_some() => area_of(child.place.as_ref(), child, &inside),
        _ => KnownArea { left: inside.left, top: inside.top, right: area.right.map(|_| inside.right), bottom: area.bottom.map(|_| inside.bottom) },
    }
}

/// How high an address is whose every line fits its room: that of a region without a height.
fn height_of_lines(node: &Node, layout: &Layout) -> Option<Length> {
    match &node.kind {
        NodeKind::Address(address) => {
            // A single line that is a value, such as `{record.address}`, may have as many as the block takes.
            let most = i64::from(address.lines_max);
            let lines = if address.lines.len() == 1 { most } else { most.min(address.lines.len() as i64) };
            Some(layout.text_style(address.style.text).line_height * lines)
        }
        NodeKind::Box(frame) => match frame.children.as_slice() {
            [only] => height_of_lines(only, layout).map(|height| height + frame.style.padding.top + frame.style.padding.bottom),
            _ => None,
        },
        _ => None,
    }
}

/// Whether an address is in a block.
fn has_address_in(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Address(_) => true,
        NodeKind::Box(frame) => frame.children.iter().any(has_address_in),
        NodeKind::Columns(columns) => columns.columns.iter().any(|(_, nodes)| nodes.iter().any(has_address_in)),
        NodeKind::Choose(choices) => choices.iter().any(|(_, nodes)| nodes.iter().any(has_address_in)),
        NodeKind::For { body, .. } | NodeKind::Only(_, body) => body.iter().any(has_address_in),
        NodeKind::Fill(fill) => fill.children.iter().any(has_address_in),
        NodeKind::Paragraph(_)
        | NodeKind::Table(_)
        | NodeKind::Image(_)
        | NodeKind::Drawing(_)
        | NodeKind::Chosen(_)
        | NodeKind::Rule(_)
        | NodeKind::Barcode(_)
        | NodeKind::Chart(_)
        | NodeKind::List(_)
        | NodeKind::PageBreak
        | NodeKind::Slot(_) => false,
    }
}

/// Whether a block is a barcode and nothing else.
fn is_barcode(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Barcode(_) => true,
        NodeKind::Box(frame) => frame.style.is_plain() && !frame.children.is_empty() && frame.children.iter().all(is_barcode),
        _ => false,
    }
}

/// A length in millimetres with one fraction digit, as people measure sheets.
fn millimetres(length: Length) -> String {
    let tenths = length.scaled(254, 72_000).millipoints();
    let sign = if tenths < 0 { "-" } else { "" };
    format!("{sign}{}.{} mm", tenths.abs() / 10, tenths.abs() % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_told_in_millimetres() {
        let shown = |number: &str| millimetres(Length::parse(number, "mm").unwrap());
        assert_eq!((shown("105"), shown("0.04"), shown("-3.26")), ("105.0 mm".into(), "0.0 mm".into(), "-3.3 mm".into()));
    }

    #[test]
    fn ends_are_told_as_far_as_they_are_known() {
        let [a, b, c] = [10, 20, 100].map(Length::from_points);
        assert_eq!(ends(Some(a), None, Some(b), Length::ZERO, c), (a, Some(a + b)));
        assert_eq!(ends(Some(a), Some(b), None, Length::ZERO, c), (a, Some(c - b)));
        assert_eq!(ends(Some(a), None, None, Length::ZERO, c), (a, None));
        assert_eq!(ends(None, Some(b), Some(a), Length::ZERO, c), (c - b - a, Some(c - b)));
    }
}
