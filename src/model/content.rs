//! Content: a record bound to a layout, before it has pages.
//!
//! Takes resolved blocks in an arena that lives as long as the document. Every block keeps its meaning until bytes are
//! written. Must never hold a position on a page.

use std::cell::Cell;

use crate::base::length::Length;
use crate::base::span::Span;
use crate::kit::expr::Value;
use crate::kit::text::WordId;
use crate::model::chart::ChartContent;
use crate::model::drawing::DrawingContent;
use crate::model::layout::Absolute;
use crate::model::layout::{
    BoxStyle, FillNode, Flow, FlowColumns, ImageNode, Marker, Node, ParagraphStyle, Role, RuleNode, SymbolNode, Table, TableCell, TableRow,
    TextStyleId, Track, VerticalAlign,
};
use crate::model::message::Only;
use crate::model::picture::ChosenContent;
use crate::model::resources::FormId;
use crate::model::slot::SlotNode;

/// A block with its place in the flow.
#[derive(Clone, Copy, Debug)]
pub struct Placed<'a> {
    /// How it stands in the flow.
    pub flow: &'a Flow,
    /// If set, it is placed in its parent box instead.
    pub place: Option<&'a Absolute>,
    /// What it is.
    pub block: Block<'a>,
    /// Where the layout says so.
    pub span: &'a Span,
    /// Its number in the document, by which its content on the pages is found; texts have their own.
    pub leaf: u32,
    /// The list it is an item of, or part of an item.
    pub list: Option<&'a InList<'a>>,
}

/// Where a block stands in a list.
#[derive(Clone, Copy, Debug)]
pub struct InList<'a> {
    /// The number of the list in the document.
    pub list: u32,
    /// The number of the item in the document.
    pub item: u32,
    /// How items are marked.
    pub marker: &'a Marker,
    /// The list in the item.
    pub inner: Option<&'a InList<'a>>,
}

/// A resolved block.
#[derive(Clone, Copy, Debug)]
pub enum Block<'a> {
    /// Lines of text.
    Text(&'a Text<'a>),
    /// Blocks with a frame.
    Box(&'a FramedBlocks<'a>),
    /// Blocks side by side.
    Columns(&'a SideBySide<'a>),
    /// A table.
    Table(&'a TableContent<'a>),
    /// An image.
    Image(&'a ImageNode),
    /// An SVG picture with texts that are merged with data.
    Drawing(&'a DrawingContent<'a>),
    /// A picture that the record has chosen.
    Chosen(&'a ChosenContent<'a>),
    /// A line across.
    Rule(&'a RuleNode),
    /// A barcode.
    Barcode(&'a Bars<'a>),
    /// A chart.
    Chart(&'a ChartContent<'a>),
    /// A forced page break.
    PageBreak,
    /// The room that is left on a page.
    Fill(&'a Filling<'a>),
    /// A place for a message. Once it is known which, the message stands in its place.
    Slot(&'a Slot<'a>),
    /// Blocks of one rendition. Pages are made of a copy without them.
    Only(Only, &'a [Placed<'a>]),
}

/// A place for a message.
#[derive(Debug)]
pub struct Slot<'a> {
    /// Which messages may stand here.
    pub node: &'a SlotNode,
    /// The box of the one that does.
    pub message: Cell<Option<Block<'a>>>,
}

/// What takes the room that is left on a page.
#[derive(Debug)]
pub struct Filling<'a> {
    /// What appears if there is room for it.
    pub children: &'a [Placed<'a>],
    /// How it is placed.
    pub node: &'a FillNode,
}

/// A piece of a paragraph as line breaking sees it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Item<'a> {
    /// A shaped word.
    Word {
        /// In the worker's cache.
        word: WordId,
        /// Its style.
        style: TextStyleId,
        /// Embedding level (UAX 9); odd runs from right to left.
        level: u8,
        /// Width in its size.
        width: Length,
    },
    /// Figures of the fast path: the string bytes are the characters.
    Figures {
        /// The characters.
        text: &'a str,
        /// Their style.
        style: TextStyleId,
        /// Width in their size.
        width: Length,
    },
    /// A space; a line may end here.
    Space {
        /// Its style.
        style: TextStyleId,
        /// Embedding level.
        level: u8,
        /// Width in its size.
        width: Length,
    },
    /// A line may end here.
    Opportunity,
    /// A line may end here with a hyphen, which is not seen elsewhere.
    SoftHyphen {
        /// The hyphen.
        word: WordId,
        /// Its style.
        style: TextStyleId,
        /// Its width at the end of a line.
        width: Length,
    },
    /// A leap to the next tab stop; how far is known once its line is set.
    Tab {
        /// The style of its leader.
        style: TextStyleId,
        /// What fills it; empty: nothing.
        leader: &'a str,
        /// Embedding level.
        level: u8,
        /// Width, 0 until its line is set.
        width: Length,
    },
    /// A picture in the line.
    Symbol {
        /// Which.
        symbol: &'a SymbolNode,
        /// Embedding level.
        level: u8,
    },
    /// A line ends here.
    Break,
    /// Something stands here that takes no room: see [`Mark`].
    Mark {
        /// Its index among the marks of the document.
        mark: u32,
        /// Embedding level.
        level: u8,
    },
}

/// Something that stands at a place of a text and takes no room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// A footnote is called, by its index among those of the document.
    Note(u32),
    /// A link begins, by its index among those of the document.
    Link(u32),
    /// The link ends.
    LinkEnd,
    /// A place that links and bookmarks lead to, by its index among those of the document.
    Anchor(u32),
}

/// A bound place that links and bookmarks lead to.
#[derive(Clone, Copy, Debug)]
pub struct Anchor<'a> {
    /// What links call it; empty: nothing.
    pub name: &'a str,
    /// What the outline shows, and the level.
    pub bookmark: Option<(&'a str, u8)>,
}

impl Item<'_> {
    /// The same item, if it borrows no text.
    pub fn unborrowed(&self) -> Option<Item<'static>> {
        Some(match *self {
            Item::Word { word, style, level, width } => Item::Word { word, style, level, width },
            Item::Space { style, level, width } => Item::Space { style, level, width },
            Item::Opportunity => Item::Opportunity,
            Item::SoftHyphen { word, style, width } => Item::SoftHyphen { word, style, width },
            Item::Break => Item::Break,
            Item::Figures { .. } | Item::Tab { .. } | Item::Symbol { .. } | Item::Mark { .. } => return None,
        })
    }
}

/// One set line.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// Its items, without spaces at its ends.
    pub items: &'a [Item<'a>],
    /// The second part of a word divided before it, if it begins with one.
    pub divided: Option<Item<'a>>,
    /// What the paragraph holds from this line on, but for `divided`: it is set anew where it goes on in another width.
    pub rest: &'a [Item<'a>],
    /// Natural width.
    pub width: Length,
    /// Spaces in it.
    pub spaces: u32,
    /// Whether a paragraph or a forced break ends it: such a line is not justified.
    pub is_last: bool,
    /// Distance from line top to line bottom.
    pub height: Length,
    /// Distance from line top to baseline.
    pub baseline: Length,
}

/// A bound paragraph.
#[derive(Debug)]
pub struct Text<'a> {
    /// What it means.
    pub role: Role,
    /// How its lines are set.
    pub style: &'a ParagraphStyle,
    /// Its items.
    pub items: &'a [Item<'a>],
    /// A marker to the left of the first line, for list items: its items and the room it has.
    pub marker: Option<(&'a [Item<'a>], Length)>,
    /// Whether any of its items is a mark.
    pub is_marked: bool,
    /// Its number in the document, by which its content on the pages is found.
    pub leaf: u32,
    /// The lines for the width they were last set in.
    pub lines: Cell<Option<(Length, &'a [Line<'a>])>>,
}

/// Blocks with background, border and padding.
#[derive(Debug)]
pub struct FramedBlocks<'a> {
    /// How it looks.
    pub style: &'a BoxStyle,
    /// What it holds, in the flow.
    pub children: &'a [Placed<'a>],
    /// What is placed in it.
    pub placed: &'a [Placed<'a>],
    /// Its static part, and the number of that in the document.
    pub form: Option<(FormId, u32)>,
    /// Its content flows through these.
    pub columns: Option<FlowColumns>,
}

/// Blocks side by side.
#[derive(Debug)]
pub struct SideBySide<'a> {
    /// Space between.
    pub gap: Length,
    /// How they stand to each other.
    pub align: VerticalAlign,
    /// Width and blocks of each.
    pub columns: &'a [(Track, &'a [Placed<'a>])],
}

/// A barcode, encoded and drawn.
#[derive(Debug)]
pub struct Bars<'a> {
    /// The operators that fill it, in the arena: a document drops nothing.
    pub path: &'a [u8],
    /// What a unit of the path is across and up.
    pub unit: [Length; 2],
    /// Width and height of what is dark, upright.
    pub ink: [Length; 2],
    /// Clear space at the sides, and above and below; nothing if the layout sees to it.
    pub quiet: [Length; 2],
    /// What it says.
    pub payload: &'a str,
    /// What it is, for readers who cannot see it; `None`: its kind and payload.
    pub alt: Option<&'a str>,
    /// Pieces of the human-readable text: items, and where their room begins and ends from the left edge of the bars.
    pub captions: &'a [(&'a [Item<'a>], Length, Length)],
    /// How it is drawn.
    pub node: &'a crate::model::layout::BarcodeNode,
}

/// A bound table.
#[derive(Debug)]
pub struct TableContent<'a> {
    /// The table of the layout: columns, carry rows, zebra.
    pub table: &'a Table,
    /// The head where the table begins, empty if it is a form.
    pub head: &'a [RowContent<'a>],
    /// The head where it goes on, if that is another.
    pub head_again: Option<&'a [RowContent<'a>]>,
    /// What stands at the end of each page but the last.
    pub foot_between: &'a [RowContent<'a>],
    /// The heads of groups of rows, for the pages on which these go on.
    pub groups: &'a [GroupHead<'a>],
    /// The body rows.
    pub rows: &'a [RowContent<'a>],
    /// The foot.
    pub foot: &'a [RowContent<'a>],
    /// Whether the first column is on the right.
    pub is_mirrored: bool,
    /// The most rows a cell of the body covers.
    pub rowspan_max: usize,
    /// The running values after each body row, `table.running.len()` each.
    pub running: &'a [Value<'a>],
    /// The environment's variables, for carry rows that are bound where a page ends.
    pub variables: &'a [Value<'a>],
    /// The column widths for the width they were last resolved in.
    pub tracks: Cell<Option<(Length, &'a [Length])>>,
    /// For decimal alignment: the widest part right of the decimal sign, per column, once known.
    pub decimals: Cell<Option<&'a [Length]>>,
}

/// The head of a group of rows where it goes on.
#[derive(Clone, Copy, Debug)]
pub struct GroupHead<'a> {
    /// The first row of the group after its head.
    pub first: usize,
    /// One past its last row.
    pub end: usize,
    /// The index of the group around it.
    pub outer: Option<usize>,
    /// What stands above its next row.
    pub rows: &'a [RowContent<'a>],
}

/// A bound row.
#[derive(Debug)]
pub struct RowContent<'a> {
    /// The row of the layout.
    pub row: &'a TableRow,
    /// Its cells.
    pub cells: &'a [CellContent<'a>],
    /// Whether the zebra fill applies.
    pub striped: bool,
    /// Its height in the width it was last measured in.
    pub height: Cell<Option<(Length, Length)>>,
}

/// A bound cell.
#[derive(Clone, Copy, Debug)]
pub struct CellContent<'a> {
    /// The cell of the layout.
    pub cell: &'a TableCell,
    /// Its blocks.
    pub children: &'a [Placed<'a>],
}

/// A static node whose form stands for it.
pub fn is_in_form(node: &Node, form: Option<FormId>) -> bool {
    form.is_some() && node.is_static && node.place.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An arena forgets what it holds without dropping it: a value that owned memory would lose it for good.
    #[test]
    fn nothing_in_an_arena_owns_memory() {
        fn check<T>() {
            assert!(!std::mem::needs_drop::<T>(), "{} owns memory", std::any::type_name::<T>());
        }
        check::<Value<'_>>();
        check::<Placed<'_>>();
        check::<Block<'_>>();
        check::<Item<'_>>();
        check::<Line<'_>>();
        check::<Text<'_>>();
        check::<FramedBlocks<'_>>();
        check::<SideBySide<'_>>();
        check::<Bars<'_>>();
        check::<ChartContent<'_>>();
        check::<TableContent<'_>>();
        check::<RowContent<'_>>();
        check::<BoxStyle>();
        check::<Flow>();
    }
}
