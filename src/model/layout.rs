//! A resolved layout: what the layout stage compiles and the compose stage binds.
//!
//! Takes resolved names only: every style, font, image, field and expression in it exists. Must never hold text of the
//! layout file that is still to be interpreted.

use std::sync::Arc;

use crate::base::length::Length;
use crate::base::span::Span;
use crate::kit::barcode::{Options as BarcodeOptions, Size as BarcodeSize, Symbology, Turn};
use crate::kit::catalogue::find_tag;
use crate::kit::expr::{Expr, Schema};
use crate::model::chart::ChartNode;
use crate::model::drawing::DrawingNode;
pub use crate::model::geometry::{Absolute, Border, Borders, Break, Color, ColumnOrder, Edges, Flow, LineStyle, Track, VerticalAlign};
use crate::model::message::{EmailPart, Only, SmsPart};
use crate::model::picture::ChosenNode;
use crate::model::requirement::Requirements;
use crate::model::resources::{FormId, Picture};
pub use crate::model::slip::{EPC_FIELDS, SWISS_FIELDS, Slip, SlipField, SlipKind, SwissStyles};
use crate::model::slot::SlotNode;
pub use crate::model::style::{Align, Asked, ParagraphStyle, TabAlign, TabStop, TextStyle, TextStyleId, Transform};
pub use crate::model::table::{RowGroup, RowPart, Show, Table, TableCell, TableRow};
pub use crate::model::trace::Rectangle;

/// A block of the layout.
#[derive(Debug)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Where it was written.
    pub span: Span,
    /// How it stands in the flow.
    pub flow: Flow,
    /// If set, it is placed in its parent box instead of the flow.
    pub place: Option<Absolute>,
    /// Whether no record can change it.
    pub is_static: bool,
}

/// The kinds of blocks.
#[derive(Debug)]
pub enum NodeKind {
    /// Lines of text.
    Paragraph(Paragraph),
    /// Blocks with background, border and padding.
    Box(BoxNode),
    /// Blocks side by side.
    Columns(Columns),
    /// A table.
    Table(Box<Table>),
    /// An image.
    Image(ImageNode),
    /// An SVG picture with texts that are merged with data.
    Drawing(Box<DrawingNode>),
    /// A picture that each record chooses.
    Chosen(Box<ChosenNode>),
    /// A line across.
    Rule(RuleNode),
    /// A barcode.
    Barcode(BarcodeNode),
    /// A chart.
    Chart(Box<ChartNode>),
    /// The recipient's address.
    Address(AddressNode),
    /// An ordered or unordered list.
    List(ListNode),
    /// A forced page break.
    PageBreak,
    /// The room that is left on a page.
    Fill(FillNode),
    /// A place for one message.
    Slot(Box<SlotNode>),
    /// Blocks of the body that are on pages or in e-mails only.
    Only(Only, Vec<Node>),
    /// Blocks that appear if one of the tests holds: the first that does. A missing test always holds.
    Choose(Vec<(Option<Expr>, Vec<Node>)>),
    /// Blocks for each row of a list. The row is the variable `variable` of the environment.
    For {
        /// The index of the row's variable.
        variable: usize,
        /// The list.
        list: Expr,
        /// What appears for each row.
        body: Vec<Node>,
    },
}

/// What a block of text means; kept for e-mail, tags and search.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// A paragraph.
    Paragraph,
    /// A heading of level 1 to 6.
    Heading(u8),
    /// Not part of the content: a running head or foot.
    Artifact,
}

/// Lines of text.
#[derive(Debug)]
pub struct Paragraph {
    /// What it means.
    pub role: Role,
    /// How its lines are set.
    pub style: ParagraphStyle,
    /// Its text.
    pub inlines: Vec<Inline>,
}

/// A piece of a paragraph.
#[derive(Debug)]
pub enum Inline {
    /// Fixed text; runs of spaces are already one space.
    Text(TextStyleId, String),
    /// The text of an expression.
    Value(TextStyleId, Expr),
    /// A line break.
    Break,
    /// A leap to the next tab stop.
    Tab(TabNode),
    /// A picture in the line.
    Symbol(SymbolNode),
    /// A footnote.
    Note(Box<NoteNode>),
    /// A link begins.
    Link(Box<LinkNode>),
    /// The link ends.
    LinkEnd,
    /// A place that links and bookmarks lead to.
    Anchor(Box<AnchorNode>),
    /// Pieces that appear if one of the tests holds: the first that does.
    Choose(Vec<(Option<Expr>, Vec<Inline>)>),
    /// Pieces for each row of a list.
    For {
        /// The index of the row's variable.
        variable: usize,
        /// The list.
        list: Expr,
        /// What appears for each row.
        body: Vec<Inline>,
    },
}

/// A tab.
#[derive(Debug)]
pub struct TabNode {
    /// The style of its leader.
    pub style: TextStyleId,
    /// What fills its room, over and over; empty: nothing.
    pub leader: String,
}

/// A picture that stands in a line of text like a letter.
#[derive(PartialEq, Eq, Debug)]
pub struct SymbolNode {
    /// Which.
    pub picture: Picture,
    /// Width on the page.
    pub width: Length,
    /// Height on the page.
    pub height: Length,
    /// How far its lower edge stands above the baseline.
    pub rise: Length,
    /// What it shows, for readers who cannot see it.
    pub alt: String,
}

/// Background, borders, padding and size.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BoxStyle {
    /// Fill.
    pub background: Option<Color>,
    /// Border lines, drawn on the edge.
    pub borders: Borders,
    /// Radius of the corners; used only if all four borders are equal or absent.
    pub radius: Length,
    /// Space inside.
    pub padding: Edges,
    /// Width; without it, all there is.
    pub width: Option<Track>,
    /// Height; without it, as high as the content. Content higher than a fixed height is a fault of the record.
    pub height: Option<Length>,
    /// Least height.
    pub min_height: Length,
    /// Most height of a box, which then never breaks. Content that needs more is a fault of the record.
    pub max_height: Option<Length>,
    /// Where a narrower box stands.
    pub align: Align,
    /// Whether it is a column, as high as the highest beside it where all fit one page.
    pub stretch: bool,
    /// Smaller sizes of its text for content that is too high.
    pub shrink: Option<ShrinkId>,
    /// How far it is turned clockwise, in degrees from 0 to 359. Width and height are those before it is turned; turned by
    /// 90 or 270 degrees, those of the place it takes.
    pub turn: u16,
}

impl BoxStyle {
    /// Whether a page may end inside the box, as far as its size is concerned.
    pub fn may_break(&self) -> bool {
        self.height.is_none() && self.max_height.is_none()
    }

    /// Whether nothing of the box itself is painted.
    pub fn is_plain(&self) -> bool {
        let Borders { top, right, bottom, left } = &self.borders;
        self.background.is_none() && top.is_none() && right.is_none() && bottom.is_none() && left.is_none()
    }
}

/// The index of sizes in [`Layout::shrinks`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ShrinkId(pub u16);

/// Blocks with background, border and padding.
#[derive(Debug)]
pub struct BoxNode {
    /// How it looks.
    pub style: BoxStyle,
    /// What it holds. Children with a `place` are placed from its padding edge.
    pub children: Vec<Node>,
    /// Its content flows through several columns.
    pub columns: Option<FlowColumns>,
    /// The static children with a place, composed once; they are then skipped when the box is bound. Painted with the
    /// origin at the box's upper left padding edge.
    pub form: Option<FormId>,
}

/// Columns of equal width that content flows through.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FlowColumns {
    /// How many.
    pub count: u32,
    /// Space between them.
    pub gap: Length,
    /// Whether they are of equal height where the content ends.
    pub balance: bool,
    /// The line between them.
    pub rule: Option<Border>,
    /// Where the first stands. Of bound columns, what the record says.
    pub order: ColumnOrder,
}

impl FlowColumns {
    /// The width of each in the width of all.
    pub fn width(&self, all: Length) -> Length {
        let count = i64::from(self.count.max(1));
        ((all - self.gap * (count - 1)) / count).max(Length::ZERO)
    }
}

/// What takes the room that is left on a page.
#[derive(Debug)]
pub struct FillNode {
    /// What appears if there is room for it.
    pub children: Vec<Node>,
    /// The least room for its content.
    pub min_height: Length,
    /// Where its content stands.
    pub align: VerticalAlign,
}

/// Where a link leads.
#[derive(Debug)]
pub struct LinkNode {
    /// A URI, or `#` and the name of an anchor.
    pub href: Expr,
}

/// A place that links and bookmarks lead to.
#[derive(Debug)]
pub struct AnchorNode {
    /// What links call it.
    pub name: Option<Expr>,
    /// What the outline shows.
    pub bookmark: Option<Expr>,
    /// The level of the bookmark, from 1.
    pub level: u8,
}

/// What a document says about itself.
#[derive(Debug)]
pub struct PropertiesNode {
    /// Its title.
    pub title: Option<Expr>,
    /// Who wrote it.
    pub author: Option<Expr>,
    /// What it is about.
    pub subject: Option<Expr>,
    /// Words it can be found by.
    pub keywords: Option<Expr>,
}

/// A footnote.
#[derive(Debug)]
pub struct NoteNode {
    /// The style of its number in the text.
    pub call: TextStyleId,
    /// How its lines are set.
    pub style: ParagraphStyle,
    /// The style of its number before its text.
    pub number: TextStyleId,
    /// The room for that number.
    pub indent: Length,
    /// The space between it and its neighbours.
    pub flow: Flow,
    /// Its text.
    pub inlines: Vec<Inline>,
    /// Where it was written.
    pub span: Span,
}

/// Blocks side by side.
#[derive(Debug)]
pub struct Columns {
    /// Space between columns.
    pub gap: Length,
    /// How the columns stand to each other.
    pub align: VerticalAlign,
    /// Width and blocks of each column.
    pub columns: Vec<(Track, Vec<Node>)>,
    /// Where the first stands.
    pub order: ColumnOrder,
}

/// A list.
#[derive(Debug)]
pub struct ListNode {
    /// The room for the marker: items are indented by it.
    pub indent: Length,
    /// The style of the markers.
    pub marker_style: ParagraphStyle,
    /// The kind of marker.
    pub marker: Marker,
    /// The items: `(None, blocks)`, or each item for every row of a list `(variable, list)`.
    pub items: Vec<ListItem>,
}

/// One `<li>`, perhaps repeated.
#[derive(Debug)]
pub struct ListItem {
    /// The variable and list that repeat it.
    pub repeat: Option<(usize, Expr)>,
    /// Appears only if this holds.
    pub test: Option<Expr>,
    /// Its blocks.
    pub body: Vec<Node>,
}

/// Markers of list items.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Marker {
    /// The same text for each item.
    Text(String),
    /// 1. 2. 3.
    Decimal,
    /// a. b. c.
    Alpha,
    /// i. ii. iii.
    Roman,
    /// Nothing.
    None,
}

/// An image.
#[derive(Debug)]
pub struct ImageNode {
    /// Which.
    pub picture: Picture,
    /// Width on the page.
    pub width: Length,
    /// Height on the page.
    pub height: Length,
    /// Where it stands across.
    pub align: Align,
    /// What it shows, for readers who cannot see it.
    pub alt: String,
}

/// A line across.
#[derive(Debug)]
pub struct RuleNode {
    /// Thickness, colour, style.
    pub border: Border,
}

/// A barcode.
pub struct BarcodeNode {
    /// Which symbology.
    pub symbology: &'static dyn Symbology,
    /// Its options.
    pub options: BarcodeOptions,
    /// The payload.
    pub value: Expr,
    /// How large it is drawn.
    pub size: BarcodeSize,
    /// Quarter turns.
    pub turn: Turn,
    /// Where it stands across.
    pub align: Align,
    /// Whether the quiet zone is part of the block.
    pub quiet: bool,
    /// How the human-readable text is set, if it is printed, and whether above the bars.
    pub text: Option<(ParagraphStyle, bool)>,
    /// What is known of its size before the first record.
    pub extent: Extent,
    /// If set, the payload is put together from these fields instead of `value`.
    pub slip: Option<Box<Slip>>,
    /// What it is, for readers who cannot see it; empty: it says nothing that is not said elsewhere; `None`: its kind and payload.
    pub alt: Option<Box<Expr>>,
}

/// What is known of the size of a barcode before its payload.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extent {
    /// Width and height of what is dark, after turning.
    pub ink: [Option<Length>; 2],
    /// Clear space at the sides, and above and below.
    pub quiet: [Length; 2],
}

impl std::fmt::Debug for BarcodeNode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Barcode({})", self.symbology.name())
    }
}

/// The recipient's address: lines that vanish when they are empty.
#[derive(Debug)]
pub struct AddressNode {
    /// How the lines are set.
    pub style: ParagraphStyle,
    /// The lines.
    pub lines: Vec<Vec<Inline>>,
    /// Most lines; a record with more is held.
    pub lines_max: u32,
}

/// When a page master applies.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct MasterUse {
    /// On the first page.
    pub first: bool,
    /// On middle pages with an odd number.
    pub odd: bool,
    /// On middle pages with an even number.
    pub even: bool,
    /// On the last page of a document of more than one page.
    pub last: bool,
    /// On the page with this number.
    pub number: Option<u32>,
    /// On pages that are left blank.
    pub blank: bool,
}

/// Whether a region is content of its document or stands on its pages like a running head.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum RegionRead {
    /// It stands there on every page, and is no content.
    #[default]
    Never,
    /// It is read on the first page that has it.
    Once,
    /// The same, and it is this form, a paragraph or a figure; origin at the page's upper left corner.
    OnceForm(FormId),
}

/// What a layout says of a region.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RegionSaid {
    /// Its name.
    pub name: String,
    /// Whether it is an artifact, if the layout says so.
    pub is_artifact: Option<bool>,
}

/// A page master.
#[derive(Debug)]
pub struct PageMaster {
    /// Its name: `first`, `rest`, `last`, `odd`, `even`, `blank`, or the number of a page.
    pub name: String,
    /// When it applies.
    pub applies: MasterUse,
    /// Page width.
    pub width: Length,
    /// Page height.
    pub height: Length,
    /// The body area, measured from the page edges.
    pub margin: Edges,
    /// The name of its media, such as `plain`; the job maps it to paper.
    pub media: String,
    /// Blocks placed on the page, each with a `place`.
    pub regions: Vec<Node>,
    /// What the layout says of each region, by its index.
    pub said: Vec<RegionSaid>,
    /// Blocks placed on the page below everything else, each with a `place`.
    pub behind: Vec<Node>,
    /// The static regions, composed once, origin at the page's upper left corner; they are then skipped when bound.
    pub form: Option<FormId>,
    /// Which regions are read, by their index, if pages are tagged.
    pub read: Vec<RegionRead>,
    /// What the job's marks want clear, each with the bit of its mark.
    pub zones: Vec<(Rectangle, u32)>,
    /// Where it was written.
    pub span: Span,
}

impl PageMaster {
    /// Whether a region is read.
    pub fn reads(&self, region: usize) -> RegionRead {
        self.read.get(region).copied().unwrap_or_default()
    }

    /// Width of the body area.
    pub fn body_width(&self) -> Length {
        self.width - self.margin.left - self.margin.right
    }
    /// Height of the body area.
    pub fn body_height(&self) -> Length {
        self.height - self.margin.top - self.margin.bottom
    }
}

/// A resolved layout.
#[derive(Debug)]
pub struct Layout {
    /// Its name.
    pub name: String,
    /// Its language, a BCP 47 tag.
    pub lang: String,
    /// The data it needs.
    pub schema: Arc<Schema>,
    /// Text styles.
    pub text_styles: Vec<TextStyle>,
    /// The sizes a text may shrink to, larger ones first: for each text style the one in its place. See [`BoxStyle::shrink`].
    pub shrinks: Vec<Vec<Vec<TextStyleId>>>,
    /// Page masters in the order they are tried: last, first, odd, even/rest.
    pub masters: Vec<PageMaster>,
    /// The body.
    pub body: Vec<Node>,
    /// Languages and directions that records decide.
    pub asked: Vec<Asked>,
    /// The languages of its texts, if it has catalogues.
    pub languages: Option<Languages>,
    /// How many variables an environment needs (the record is number 0).
    pub variables: usize,
    /// How many pages a document may have.
    pub pages: PageCount,
    /// Whether it has footnotes.
    pub has_notes: bool,
    /// Whether headings of the body are bookmarks.
    pub outline: bool,
    /// What a document says about itself.
    pub properties: Option<PropertiesNode>,
    /// The names of its slots, by [`crate::model::slot::SlotId`].
    pub slots: Vec<String>,
    /// What is required of its documents, if anything is.
    pub requirements: Option<Box<Requirements>>,
    /// What its documents say as e-mails.
    pub email: Option<Box<EmailPart>>,
    /// What they say as text messages.
    pub sms: Option<Box<SmsPart>>,
    /// Whether blocks of its body are for one rendition.
    pub has_only: bool,
}

/// The languages of a layout with catalogues.
#[derive(Clone, PartialEq, Debug)]
pub struct Languages {
    /// Their tags (BCP 47), in the order in which expressions have their texts.
    pub tags: Vec<String>,
    /// What names that of a record; without it the record's locale does.
    pub named: Option<Expr>,
    /// The one of records that name none of them.
    pub default: usize,
}

impl Languages {
    /// The language of a record that names `tag`: that one, or the nearest, or the default.
    pub fn of(&self, tag: &str) -> usize {
        find_tag(self.tags.iter().map(String::as_str), tag).unwrap_or(self.default)
    }
}

/// How many pages a document may have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PageCount {
    /// Blank pages are added until the number is a multiple of this.
    pub multiple: u32,
    /// A document with more is held.
    pub most: Option<u32>,
}

impl Layout {
    /// The language of its documents, if it is the same for all.
    pub fn language(&self) -> Option<&str> {
        match &self.languages {
            Some(languages) => languages.tags.first().filter(|_| languages.tags.len() == 1).map(String::as_str),
            None => Some(&self.lang),
        }
    }

    /// The text style of an id.
    pub fn text_style(&self, id: TextStyleId) -> &TextStyle {
        &self.text_styles[usize::from(id.0)]
    }

    /// The master of pages that are left blank, if the layout can have any.
    pub fn blank(&self) -> Option<usize> {
        self.masters.iter().position(|master| master.applies.blank)
    }

    /// The master of page `number` (from 1) when the document ends there (`is_last`) or not.
    pub fn master(&self, number: u32, is_last: bool) -> usize {
        let odd = number % 2 == 1;
        let find = |test: &dyn Fn(&MasterUse) -> bool| self.masters.iter().position(|m| test(&m.applies));
        find(&|m| m.number == Some(number))
            .or_else(|| if number == 1 { find(&|m| m.first) } else { None })
            .or_else(|| if is_last && number > 1 { find(&|m| m.last) } else { None })
            .or_else(|| find(&|m| if odd { m.odd } else { m.even }))
            .or_else(|| find(&|m| m.odd || m.even))
            .unwrap_or(0)
    }
}
