//! Text that must be looked at as a whole: from right to left, or with lines that do not end at spaces.
//!
//! Takes the pieces of a paragraph, gives items with embedding levels (UAX 9), cut where a line may end (UAX 14) whatever
//! styles meet there, and puts the items of a line into visual order.

use bumpalo::collections::String as BumpString;

use super::bind::Binder;
use super::inline::Piece;
use crate::base::length::Length;
use crate::kit::text::{Part, Token, base_level, levels, order, tokens_with_places};
use crate::model::content::Item;
use crate::model::layout::{ParagraphStyle, TextStyleId};

/// LINE SEPARATOR stands for a forced break: the paragraph goes on after it (UAX 9, 3.3).
const BREAK: &str = "\u{2028}";
const TAB: &str = "\t";
/// OBJECT REPLACEMENT CHARACTER.
const OBJECT: &str = "\u{fffc}";
/// WORD JOINER: a mark is no place to end a line.
const MARK: &str = "\u{2060}";

/// Adds the items of a paragraph; gives its embedding level.
pub fn items<'s, 'p, 'a>(binder: &mut Binder<'s, 'p, 'a>, pieces: &[Piece<'a>], style: &ParagraphStyle, out: &mut Vec<Item<'a>>) -> u8
where
    'p: 'a,
{
    let mut text = BumpString::new_in(binder.arena);
    let mut ends: Vec<usize> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match piece {
            Piece::Text(id, piece) => text.push_str(binder.transformed(piece, *id)),
            Piece::Break => text.push_str(BREAK),
            Piece::Tab(_) => text.push_str(TAB),
            Piece::Symbol(_) => text.push_str(OBJECT),
            Piece::Mark(_) => text.push_str(MARK),
        }
        ends.push(text.len());
    }
    let text: &'a str = text.into_bump_str();
    let base = base_level(text, style.direction);
    let levels = levels(text, base);
    let mut index = 0;
    tokens_with_places(text, style.strictness, |at, token| {
        while ends[index] <= at {
            index += 1;
        }
        let level = levels[at];
        match (&pieces[index], token) {
            (Piece::Tab(tab), _) => out.push(Item::Tab { style: tab.style, leader: &tab.leader, level, width: Length::ZERO }),
            (Piece::Symbol(symbol), Token::Word(word)) => {
                out.push(Item::Symbol { symbol, level });
                let start = at + OBJECT.len();
                words(binder, &text[start..at + word.len()], start, (pieces, &ends, &levels), out);
            }
            // The separator is a space, too.
            (Piece::Break, Token::Space) => {}
            (_, Token::Word(word)) => words(binder, word, at, (pieces, &ends, &levels), out),
            (piece, token) => {
                let id = style_of(piece, style);
                binder.token(token, (id, binder.layout().text_style(id)), level, out);
            }
        }
    });
    base
}

fn style_of(piece: &Piece<'_>, paragraph: &ParagraphStyle) -> TextStyleId {
    match piece {
        Piece::Text(id, _) => *id,
        Piece::Break | Piece::Tab(_) | Piece::Symbol(_) | Piece::Mark(_) => paragraph.text,
    }
}

/// Adds a word that begins at `at`, cut where the style or the level changes.
fn words<'s, 'p, 'a>(
    binder: &mut Binder<'s, 'p, 'a>,
    word: &'a str,
    at: usize,
    (pieces, ends, levels): (&[Piece<'a>], &[usize], &[u8]),
    out: &mut Vec<Item<'a>>,
) where
    'p: 'a,
{
    let mut start = 0;
    while start < word.len() {
        let (place, level) = (at + start, levels[at + start]);
        let index = ends.partition_point(|end| *end <= place);
        let limit = (ends[index] - at).min(word.len());
        let end = word[start..limit].char_indices().map(|(offset, _)| start + offset).find(|offset| levels[at + offset] != level).unwrap_or(limit);
        match &pieces[index] {
            Piece::Symbol(symbol) => out.push(Item::Symbol { symbol, level }),
            Piece::Text(id, _) => binder.token(Token::Word(&word[start..end]), (*id, binder.layout().text_style(*id)), level, out),
            Piece::Mark(mark) => out.push(Item::Mark { mark: *mark, level }),
            Piece::Break | Piece::Tab(_) => {}
        }
        start = end;
    }
}

/// The order in which the items of a line stand on the page; `None` if it is the order they have.
pub fn visual_order(items: &[Item<'_>], base: u8) -> Option<Vec<usize>> {
    order(items.len(), base, |at| match items[at] {
        Item::Word { level, .. } | Item::Symbol { level, .. } => (Part::Solid, level),
        Item::Figures { .. } => (Part::Solid, 0),
        Item::Space { level, .. } => (Part::Space, level),
        Item::Tab { level, .. } => (Part::Separator, level),
        Item::Opportunity | Item::SoftHyphen { .. } | Item::Mark { .. } | Item::Break => (Part::Nothing, 0),
    })
}
