//! Clear zones of marks against the layouts.
//!
//! Takes the marks of a job and its page masters, tells what stands where nothing may. A region without a height is known by its
//! edge alone: what it paints is looked at when it is painted. Must never know a record.

use super::mark::{MarkPages, PlannedMark};
use super::print::{Duplex, LatePages, PlannedLate};
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::length::Length;
use crate::model::layout::{Layout, Node, PageMaster};
use crate::model::page::Media;
use crate::model::resources::Resources;
use crate::model::trace::Rectangle;
use crate::streams::late::Angle;

/// Looks at every mark on every master that may have it.
pub(super) fn check(marks: &[PlannedMark], layouts: &[Option<Layout>], duplex: Duplex, faults: &mut Faults) {
    for mark in marks {
        let masters = layouts.iter().flatten().flat_map(|layout| layout.masters.iter().map(move |master| (layout, master)));
        let mut outside = false;
        for (layout, master) in masters.filter(|(_, master)| may_stand(mark.pages, master, duplex)) {
            let page = [master.width, master.height];
            let (ink, zone) = mark.zone(page);
            let whole = Rectangle { x: Length::ZERO, y: Length::ZERO, width: page[0], height: page[1] };
            if !outside && !contains(&whole, &ink) {
                outside = true;
                let message =
                    format!("{} does not lie on the page `{}` of the layout `{}`, {} by {}", mark.name, master.name, layout.name, page[0], page[1]);
                let label = format!("it takes {} by {}", ink.width, ink.height);
                faults.push(Diagnostic::error(&code::JOB_MARK, mark.span, message).label(label));
            }
            check_regions(mark, &zone, layout, master, faults);
        }
    }
    check_each_other(marks, layouts, faults);
}

/// Gives each master the zones that its pages must keep clear.
pub(super) fn set(marks: &[PlannedMark], layouts: &mut [Layout], duplex: Duplex) {
    for master in layouts.iter_mut().flat_map(|layout| &mut layout.masters) {
        let page = [master.width, master.height];
        let zones = marks.iter().enumerate().filter(|(_, mark)| may_stand(mark.pages, master, duplex));
        master.zones = zones.map(|(index, mark)| (mark.zone(page).1, 1 << index)).collect();
    }
}

/// Whether a page of the master may have the mark.
fn may_stand(pages: MarkPages, master: &PageMaster, duplex: Duplex) -> bool {
    let applies = &master.applies;
    if applies.blank {
        return false;
    }
    let is_first = applies.first || applies.number == Some(1);
    // Pages in the middle are fronts if their number is odd, as long as all sheets of a piece are of one paper.
    let only_even = applies.even && !applies.odd && !applies.first && !applies.last;
    let only_odd = (applies.odd || applies.first) && !applies.even && !applies.last;
    match pages {
        MarkPages::All => true,
        MarkPages::Banner => false,
        MarkPages::First | MarkPages::FirstSheet => is_first,
        MarkPages::Front | MarkPages::LastSheet => !(duplex.is_duplex() && only_even),
        MarkPages::Back => duplex.is_duplex() && !only_odd,
    }
}

fn check_regions(mark: &PlannedMark, zone: &Rectangle, layout: &Layout, master: &PageMaster, faults: &mut Faults) {
    for region in master.regions.iter().chain(&master.behind) {
        let Some(place) = place_of(region, master) else { continue };
        if touches(zone, &place) {
            let message = format!("a region of the page `{}` stands in the clear zone of {}", master.name, mark.name);
            let label = format!("the zone is {} by {}, {} from the left and {} from the top", zone.width, zone.height, zone.x, zone.y);
            let fault = match mark.holds {
                true => Diagnostic::error(&code::JOB_CLEAR_ZONE, region.span, message),
                false => Diagnostic::warning(&code::JOB_CLEAR_ZONE, region.span, message),
            };
            faults.push(fault.label(label).hint(format!("move the region of the layout `{}`, or the mark", layout.name)));
        }
    }
    let body = Rectangle { x: master.margin.left, y: master.margin.top, width: master.body_width(), height: master.body_height() };
    if touches(zone, &body) {
        let message = format!("the clear zone of {} reaches into the body area of the page `{}`", mark.name, master.name);
        let fault = Diagnostic::warning(&code::JOB_CLEAR_ZONE, mark.span, message);
        let what = if mark.holds { "held" } else { "reported" };
        faults.push(fault.hint(format!("a record whose text comes there is {what}: give the page a wider margin, or move the mark")));
    }
}

/// The place of a region; one that is as high as its content has no height here.
fn place_of(region: &Node, master: &PageMaster) -> Option<Rectangle> {
    let place = region.place.as_ref()?;
    let (x, width) = (place.left?, place.width?);
    let height = place.height.unwrap_or(Length::ZERO);
    let y = match (place.top, place.bottom) {
        (Some(top), _) => top,
        (None, Some(bottom)) => master.height - bottom - height,
        (None, None) => return None,
    };
    Some(Rectangle { x, y, width, height })
}

/// What no record can change against the zones: it was painted once, and where is known.
pub(super) fn check_static(layouts: &[Layout], resources: &Resources, marks: &[PlannedMark], faults: &mut Faults) {
    for (layout, master) in layouts.iter().flat_map(|layout| layout.masters.iter().map(move |master| (layout, master))) {
        let Some(form) = master.form else { continue };
        let painted = &resources.forms[usize::from(form.0)].painted;
        for (zone, bit) in &master.zones {
            let mark = &marks[bit.trailing_zeros() as usize];
            if !painted.iter().any(|place| touches(zone, place)) {
                continue;
            }
            let message = format!("what stands on every page `{}` paints into the clear zone of {}", master.name, mark.name);
            let fault = match mark.holds {
                true => Diagnostic::error(&code::JOB_CLEAR_ZONE, master.span, message),
                false => Diagnostic::warning(&code::JOB_CLEAR_ZONE, master.span, message),
            };
            let label = format!("the zone is {} by {}, {} from the left and {} from the top", zone.width, zone.height, zone.x, zone.y);
            faults.push(fault.label(label).hint(format!("move it in the layout `{}`, or the mark", layout.name)));
        }
    }
}

/// Late texts against the zones, by the edge where each begins: how long it is depends on the piece.
pub(super) fn check_late(marks: &[PlannedMark], late: &[PlannedLate], media: &[Media], faults: &mut Faults) {
    let (Some(paper), hair) = (media.first(), Length::from_millipoints(1)) else { return };
    for mark in marks.iter().filter(|mark| mark.when.is_none()) {
        let (_, zone) = mark.zone([paper.width, paper.height]);
        let on_banner = mark.pages == MarkPages::Banner;
        for text in late.iter().filter(|text| (text.pages == LatePages::Banner) == on_banner) {
            let Some(place) = text.places.first().filter(|place| place.angle == Angle::None) else { continue };
            let begins = Rectangle { x: place.left - hair, y: place.top, width: hair * 2, height: place.size };
            if mark.pages != MarkPages::Back && touches(&zone, &begins) {
                let message = format!("a late text stands in the clear zone of {}", mark.name);
                let fault = Diagnostic::error(&code::JOB_CLEAR_ZONE, mark.span, message);
                faults.push(fault.hint("move the text or the mark, or make the zone smaller with `clear`"));
            }
        }
    }
}

/// Marks against each other, on the first page that may have both.
fn check_each_other(marks: &[PlannedMark], layouts: &[Option<Layout>], faults: &mut Faults) {
    let Some(master) = layouts.iter().flatten().flat_map(|layout| &layout.masters).next() else { return };
    let page = [master.width, master.height];
    for (at, mark) in marks.iter().enumerate() {
        for other in &marks[at + 1..] {
            let apart = mark.when.is_some() || other.when.is_some() || is_apart(mark.pages, other.pages);
            let ((ink, zone), (other_ink, other_zone)) = (mark.zone(page), other.zone(page));
            if !apart && (touches(&zone, &other_ink) || touches(&other_zone, &ink)) {
                let message = format!("{} stands in the clear zone of {}", other.name, mark.name);
                let fault = Diagnostic::error(&code::JOB_CLEAR_ZONE, other.span, message);
                faults.push(fault.hint("move one of them, or make its zone smaller with `clear`"));
            }
        }
    }
}

/// Whether no page has both.
fn is_apart(one: MarkPages, other: MarkPages) -> bool {
    if (one == MarkPages::Banner) != (other == MarkPages::Banner) {
        return true;
    }
    let is_back = |pages| pages == MarkPages::Back;
    let is_any = |pages| pages == MarkPages::All;
    is_back(one) != is_back(other) && !is_any(one) && !is_any(other)
}

fn contains(outer: &Rectangle, inner: &Rectangle) -> bool {
    // Half a dot may be lost where the corner is rounded.
    let slack = Length::from_millipoints(200);
    inner.x + slack >= outer.x
        && inner.y + slack >= outer.y
        && inner.x + inner.width <= outer.x + outer.width + slack
        && inner.y + inner.height <= outer.y + outer.height + slack
}

/// Whether two rectangles have a point inside of both. One without a height is a line.
pub(super) fn touches(a: &Rectangle, b: &Rectangle) -> bool {
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < (b.y + b.height).max(b.y + Length::from_millipoints(1)) && b.y < a.y + a.height
}
