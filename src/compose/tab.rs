//! Tabs: how far they leap, and what fills their room.
//!
//! Takes where a tab stands in its line and what follows it, gives the width that brings what follows to its stop. Must never
//! decide where a line ends.

use super::line::{Setter, width_of};
use super::paginate::Paginator;
use super::track::resolve;
use crate::base::length::Length;
use crate::kit::text::Direction;
use crate::model::content::Item;
use crate::model::layout::{ParagraphStyle, TabAlign, TextStyleId};

/// The least width of a leader: a narrower one would be repeated for ever.
const LEADER_WIDTH_MIN: Length = Length::from_millipoints(200);

impl Setter<'_, '_> {
    /// The width of a tab at `from` in a line of `width`, `rest` after it: to the first stop that what follows can reach.
    pub(super) fn leap(&mut self, from: Length, width: Length, rest: &[Item<'_>], style: &ParagraphStyle) -> Length {
        for stop in style.tabs.iter() {
            let at = resolve(Some(stop.at), width);
            if at <= from {
                continue;
            }
            let before = match stop.align {
                TabAlign::Left => Length::ZERO,
                TabAlign::Right => width_of_part(rest),
                TabAlign::Center => width_of_part(rest) / 2,
                TabAlign::Decimal => self.whole_part(rest),
            };
            if at - before >= from {
                return at - before - from;
            }
        }
        self.metrics[usize::from(style.text.0)].space
    }

    /// The width of what stands before the last decimal sign of the first number, or of all there is.
    fn whole_part(&mut self, rest: &[Item<'_>]) -> Length {
        let mut sum = Length::ZERO;
        for item in part(rest) {
            let (text, style) = match *item {
                Item::Figures { text, style, .. } => (text.to_string(), style),
                Item::Word { word, style, .. } => (self.words.text(word).to_string(), style),
                _ => {
                    sum += width_of(item);
                    continue;
                }
            };
            let has_figures = text.bytes().any(|byte| byte.is_ascii_digit());
            if let (Some(at), true) = (text.rfind(self.decimal_sign), has_figures) {
                let layout = self.layout;
                return sum + width_of(&self.item(&text[..at], style, layout.text_style(style), 0).0);
            }
            sum += width_of(item);
            if has_figures {
                return sum;
            }
        }
        sum
    }
}

/// What follows a tab up to the next, or up to a forced break.
fn part<'r, 'a>(rest: &'r [Item<'a>]) -> &'r [Item<'a>] {
    let end = rest.iter().position(|item| matches!(item, Item::Tab { .. } | Item::Break)).unwrap_or(rest.len());
    let mut part = &rest[..end];
    while let [before @ .., Item::Space { .. } | Item::Opportunity] = part {
        part = before;
    }
    part
}

fn width_of_part(rest: &[Item<'_>]) -> Length {
    part(rest).iter().map(width_of).sum()
}

impl<'p, 'a> Paginator<'_, '_, 'p, 'a>
where
    'p: 'a,
{
    /// Fills the room of a tab. Leaders of all lines stand on one grid, which begins at the left edge of the page.
    pub(super) fn leader(&mut self, leader: &str, style: TextStyleId, x: Length, width: Length, baseline: Length) {
        if leader.is_empty() {
            return;
        }
        let layout = self.layout();
        let item = self.binder.setter.whole(leader, style, layout.text_style(style));
        let step = width_of(&item);
        if step < LEADER_WIDTH_MIN {
            return;
        }
        let start = step * -((-x.millipoints()).div_euclid(step.millipoints()));
        let count = (x + width - start).millipoints().div_euclid(step.millipoints());
        if let Ok(count @ 1..) = usize::try_from(count) {
            let enclosed = self.canvas.begin_artifact();
            self.paint_items(&vec![item; count], Direction::LeftToRight, start, baseline, Length::ZERO);
            self.canvas.end_enclosed(enclosed);
        }
    }
}
