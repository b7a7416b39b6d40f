//! Right-to-left text.
//!
//! Takes the pieces of a paragraph that holds right-to-left letters, gives items with embedding levels (UAX 9) and puts the
//! items of a line into visual order.

use super::bind::Binder;
use super::inline::{MARK, joined};
use crate::model::content::Item;
use crate::model::layout::TextStyleId;

/// Whether a text needs the bidirectional algorithm.
pub fn has_right_to_left(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(|c| matches!(c, '\u{590}'..='\u{8ff}' | '\u{200f}' | '\u{202b}' | '\u{202e}' | '\u{2067}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}'))
}

/// Adds the items of a paragraph, cut where the style or the level changes. The paragraph's direction is left to right:
/// a Hebrew name in an English letter stands where an English name would.
pub fn items<'s, 'p, 'a>(binder: &mut Binder<'s, 'p, 'a>, pieces: &[(TextStyleId, &'a str)], marks: &[u32], out: &mut Vec<Item<'a>>)
where
    'p: 'a,
{
    let text = joined(pieces, binder.arena);
    let info = unicode_bidi::BidiInfo::new(text, Some(unicode_bidi::Level::ltr()));
    let mut offset = 0;
    let mut marks = marks.iter();
    for (style, piece) in pieces {
        if *piece == "\n" {
            out.push(Item::Break);
            offset += 1;
            continue;
        }
        // A piece is this very text only where a mark made it.
        if std::ptr::eq(*piece, MARK) {
            let level = info.levels.get(offset).map_or(0, |level| level.number());
            out.extend(marks.next().map(|mark| Item::Mark { mark: *mark, level }));
            offset += piece.len();
            continue;
        }
        let mut start = 0;
        let level_at = |at: usize| info.levels.get(offset + at).map_or(0, |l| l.number());
        for (at, _) in piece.char_indices().skip(1) {
            if level_at(at) != level_at(start) {
                binder.text_at_level(&piece[start..at], *style, level_at(start), out);
                start = at;
            }
        }
        if start < piece.len() {
            binder.text_at_level(&piece[start..], *style, level_at(start), out);
        }
        offset += piece.len();
    }
}

/// The order in which the items of a line stand on the page (UAX 9, L2); `None` if it is the order they have.
pub fn visual_order(items: &[Item<'_>]) -> Option<Vec<usize>> {
    let level = |item: &Item<'_>| match item {
        Item::Word { level, .. } | Item::Space { level, .. } | Item::Mark { level, .. } => *level,
        Item::Figures { .. } | Item::Tab { .. } | Item::Symbol(_) | Item::Opportunity | Item::SoftHyphen { .. } | Item::Break => 0,
    };
    let highest = items.iter().map(level).max().filter(|highest| *highest > 0)?;
    let mut order: Vec<usize> = (0..items.len()).collect();
    for limit in (1..=highest).rev() {
        let mut start = 0;
        while start < order.len() {
            let length = order[start..].iter().take_while(|index| level(&items[**index]) >= limit).count();
            order[start..start + length].reverse();
            start += length.max(1);
        }
    }
    Some(order)
}
