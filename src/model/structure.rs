//! What the content of a document means, in reading order: the logical structure of ISO 32000-1, 14.7.
//!
//! Takes what composing found, gives it to the writer of volumes. Must never hold an object number: a document has the same
//! structure in every file.

/// The kinds of structure elements (ISO 32000-1, 14.8.4).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A paragraph.
    Paragraph,
    /// A heading of level 1 to 6. Levels begin with 1 and skip none on the way down.
    Heading(u8),
    /// A list.
    List,
    /// An item of a list.
    Item,
    /// Its marker, or the number of a footnote.
    Label,
    /// Its content.
    ItemBody,
    /// A table.
    Table,
    /// The head of a table.
    TableHead,
    /// The body of a table.
    TableBody,
    /// The foot of a table.
    TableFoot,
    /// A row.
    Row,
    /// A cell with data.
    Cell,
    /// A cell that heads others.
    HeadCell,
    /// Something to look at, with a text in its place.
    Figure,
    /// A footnote.
    Note,
    /// A link.
    Link,
}

/// What the cells in the direction of a heading cell have in common with it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Scope {
    /// It heads its column.
    Column,
    /// It heads its row.
    Row,
    /// Both.
    Both,
}

/// What stands in an element besides its content.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Detail {
    /// What a figure shows, for readers who cannot see it.
    Alt(String),
    /// Another language than that of the document, a BCP 47 tag.
    Language(String),
    /// What a cell covers and heads.
    Cell(CellDetail),
    /// How the items of a list are numbered (ISO 32000-1, table 347).
    Numbering(&'static str),
}

/// What a cell covers and heads.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct CellDetail {
    /// Columns, from 1.
    pub columns: u32,
    /// Rows, from 1.
    pub rows: u32,
    /// What it heads.
    pub scope: Option<Scope>,
}

/// A step through the structure in reading order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// An element begins, in the one that is open.
    Begin(Kind),
    /// The same with a detail, by its index.
    BeginWith(Kind, u32),
    /// Content of the open element: a marked-content sequence of a page.
    Content {
        /// The page of the document, from 0.
        page: u32,
        /// Its marked-content identifier there.
        mcid: u32,
    },
    /// A link annotation that belongs to the open element.
    Annotation {
        /// The page of the document, from 0.
        page: u32,
        /// Its index among the links of the page.
        index: u32,
    },
    /// The open element ends.
    End,
}

/// The structure of a document, below its root.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Structure {
    /// The language of the document, a BCP 47 tag; empty: unknown.
    pub language: String,
    /// The elements with their content.
    pub steps: Vec<Step>,
    /// What steps refer to.
    pub details: Vec<Detail>,
    /// How many elements begin.
    pub elements: u32,
    /// Figures that nothing says of what they show.
    pub untold: u32,
}

impl Structure {
    /// Begins an element.
    pub fn begin(&mut self, kind: Kind) {
        self.elements += 1;
        self.steps.push(Step::Begin(kind));
    }

    /// Begins an element with a detail.
    pub fn begin_with(&mut self, kind: Kind, detail: Detail) {
        self.elements += 1;
        self.steps.push(Step::BeginWith(kind, self.details.len() as u32));
        self.details.push(detail);
    }

    /// Ends the open element.
    pub fn end(&mut self) {
        self.steps.push(Step::End);
    }
}
