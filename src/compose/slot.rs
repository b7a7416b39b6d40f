//! Messages in the slots of a document.
//!
//! Takes bound blocks with empty slots, gives them with a message in each slot that one fits. A message is tried by composing the
//! pages with it: one that makes the document longer, or that is too high, is not taken, and the next has its turn. Must never hold
//! a record because of a message.

use std::cell::Cell;

use bumpalo::collections::Vec as BumpVec;

use super::bind::Binder;
use super::email::Use;
use super::pages::paginate_body;
use super::paginate::{Paginator, Result};
use super::paint::Canvas;
use crate::base::code;
use crate::base::length::Length;
use crate::model::content::{Block, FramedBlocks, Placed, SideBySide, Slot};
use crate::model::layout::{BoxStyle, PageMaster};
use crate::model::record::Hold;
use crate::model::slot::{Candidate, Obstacle, SlotFate, SlotNode};

/// Flows the body over pages, with messages in its slots; gives the master of each page, whose content stands in the first canvases.
pub(super) fn paginate_with_messages<'p: 'a, 'a>(
    binder: &mut Binder<'_, 'p, 'a>,
    body: &'a [Placed<'a>],
    (canvases, spare): (&mut Vec<Canvas>, &mut Vec<Canvas>),
    figures_used: &mut u64,
) -> Result<Vec<usize>> {
    let mut masters = paginate_body(binder, binder.without_empty_slots(body), canvases, figures_used)?;
    let mut unmet = binder.unmet(&masters, canvases);
    binder.fill_slots(0, |binder| {
        binder.wants_odd = false;
        let body = binder.without_empty_slots(body);
        let tried = paginate_body(binder, body, spare, figures_used).map_err(|hold| obstacle_of(&hold))?;
        if tried.len() > masters.len() {
            return Err(Obstacle::Page);
        }
        let then = binder.unmet(&tried, spare);
        if then.iter().any(|requirement| !unmet.contains(requirement)) {
            return Err(Obstacle::Required);
        }
        (masters, unmet) = (tried, then);
        std::mem::swap(canvases, spare);
        Ok(())
    });
    Ok(masters)
}

/// The regions of a page with messages in their slots. A slot on several pages is filled on the first of them.
pub(super) fn with_messages<'p: 'a, 'a>(
    binder: &mut Binder<'_, 'p, 'a>,
    regions: &'a [Placed<'a>],
    page: &PageMaster,
    figures_used: &mut u64,
) -> &'a [Placed<'a>] {
    if !regions.iter().any(has_slot) {
        return regions;
    }
    let first = binder.slots.len() - count_slots(regions);
    binder.fill_slots(first, |binder| {
        let mut canvas = Canvas::default();
        let regions = binder.without_empty_slots(regions);
        let mut paginator = Paginator { binder, canvas: &mut canvas, figures_used, area: Length::MAX };
        regions
            .iter()
            .try_for_each(|region| paginator.place_absolute(region, Length::ZERO, Length::ZERO, page.width, page.height))
            .map_err(|hold| obstacle_of(&hold))
    });
    binder.without_empty_slots(regions)
}

impl<'p, 'a> Binder<'_, 'p, 'a>
where
    'p: 'a,
{
    /// Binds a slot, which is empty for now.
    pub(super) fn slot(&mut self, node: &'a SlotNode) -> Block<'a> {
        let slot = &*self.arena.alloc(Slot { node, message: Cell::new(None) });
        self.slots.push(slot);
        Block::Slot(slot)
    }

    /// Fills the slots from `first` on with the first of their messages that can be taken.
    fn fill_slots(&mut self, first: usize, mut try_it: impl FnMut(&mut Self) -> std::result::Result<(), Obstacle>) {
        for at in first..self.slots.len() {
            let slot = self.slots[at];
            if self.fates.iter().any(|fate| fate.slot == slot.node.id) {
                continue;
            }
            let mut fate = SlotFate { slot: slot.node.id, message: None, passed_over: Vec::new() };
            for candidate in &slot.node.candidates {
                match self.try_message(slot, candidate, &mut try_it) {
                    Ok(true) => {
                        fate.message = Some(candidate.message);
                        break;
                    }
                    Ok(false) => {}
                    Err(obstacle) => fate.passed_over.push((candidate.message, obstacle)),
                }
            }
            self.fates.push(fate);
        }
    }

    /// Puts a message into a slot if it is for this record and can be taken; tells whether it is for this record.
    fn try_message(
        &mut self,
        slot: &'a Slot<'a>,
        candidate: &'a Candidate,
        try_it: &mut impl FnMut(&mut Self) -> std::result::Result<(), Obstacle>,
    ) -> std::result::Result<bool, Obstacle> {
        if !self.holds(candidate.segment.as_ref()).map_err(|_| Obstacle::Value)? {
            return Ok(false);
        }
        if self.fates.iter().any(|fate| fate.message == Some(candidate.message)) {
            return Err(Obstacle::Taken);
        }
        let (missing, values) = (self.missing.len(), self.values.len());
        let before = (self.broken_keep.take(), self.shrunk.take());
        let outcome = self.bind_message(slot, candidate).and_then(|()| match self.missing.len() > missing {
            true => Err(Obstacle::Glyph),
            false => try_it(self),
        });
        if outcome.is_err() {
            slot.message.set(None);
            self.missing.truncate(missing);
            self.values.truncate(values);
            (self.broken_keep, self.shrunk) = (None, None);
        }
        self.broken_keep = self.broken_keep.take().or(before.0);
        self.shrunk = self.shrunk.take().or(before.1);
        outcome.map(|()| true)
    }

    fn bind_message(&mut self, slot: &'a Slot<'a>, candidate: &'a Candidate) -> std::result::Result<(), Obstacle> {
        if self.wants_email && self.page.is_none() {
            self.values.begin(Use::Loose);
        }
        let children = self.blocks(&candidate.body, None);
        self.values.begin(Use::Off);
        let children = children.map_err(|_| Obstacle::Value)?;
        let style = self.arena.alloc(BoxStyle { max_height: Some(candidate.max_height), ..slot.node.style.clone() });
        let frame = self.arena.alloc(FramedBlocks { style, children, placed: &[], form: None, columns: None });
        slot.message.set(Some(Block::Box(frame)));
        Ok(())
    }

    /// Blocks with messages in place of their slots, and nothing in place of empty ones.
    fn without_empty_slots(&self, blocks: &'a [Placed<'a>]) -> &'a [Placed<'a>] {
        if !blocks.iter().any(has_slot) {
            return blocks;
        }
        let mut out = BumpVec::with_capacity_in(blocks.len(), self.arena);
        for placed in blocks {
            let block = match placed.block {
                Block::Slot(slot) => match slot.message.get() {
                    Some(message) => message,
                    None => continue,
                },
                Block::Box(frame) if has_slot(placed) => {
                    let (children, placed) = (self.without_empty_slots(frame.children), self.without_empty_slots(frame.placed));
                    Block::Box(self.arena.alloc(FramedBlocks { style: frame.style, children, placed, form: frame.form, columns: frame.columns }))
                }
                Block::Columns(columns) if has_slot(placed) => {
                    let parts = columns.columns.iter().map(|(track, blocks)| (*track, self.without_empty_slots(blocks)));
                    let columns =
                        SideBySide { gap: columns.gap, align: columns.align, columns: BumpVec::from_iter_in(parts, self.arena).into_bump_slice() };
                    Block::Columns(self.arena.alloc(columns))
                }
                other => other,
            };
            out.push(Placed { block, ..*placed });
        }
        out.into_bump_slice()
    }
}

fn has_slot(placed: &Placed<'_>) -> bool {
    count_slots(std::slice::from_ref(placed)) > 0
}

fn count_slots(blocks: &[Placed<'_>]) -> usize {
    let slots_of = |placed: &Placed<'_>| match placed.block {
        Block::Slot(_) => 1,
        Block::Box(frame) => count_slots(frame.children) + count_slots(frame.placed),
        Block::Columns(columns) => columns.columns.iter().map(|(_, blocks)| count_slots(blocks)).sum(),
        _ => 0,
    };
    blocks.iter().map(slots_of).sum()
}

/// What a hold says of the message that was tried.
fn obstacle_of(hold: &Hold) -> Obstacle {
    match hold.code.id {
        id if id == code::RECORD_PAGES.id || id == code::RECORD_LIMIT.id => Obstacle::Page,
        id if id == code::RECORD_TOO_HIGH.id => Obstacle::Height,
        _ => Obstacle::Value,
    }
}
