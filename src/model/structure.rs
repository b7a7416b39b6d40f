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
    /// What a figure shows, for readers who cannot see it: words of the layout, the same in all documents.
    Alt(String),
    /// The same with figures of this document: printable ASCII without parentheses and backslashes.
    FiguresAlt(String),
    /// The same in words of this document.
    OwnAlt(String),
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

/// Steps in four bytes each, or fewer: a document has hundreds, and all of a range of records are kept until its volume is written.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Steps {
    words: Vec<u32>,
    /// The page of the last content or annotation.
    page: u32,
}

// A word is a value of 24 bits, a kind of five and a tag of three.
const TAG: u32 = 7;
const KIND_SHIFT: u32 = 3;
const VALUE_SHIFT: u32 = 8;
const VALUE_MAX: u32 = (1 << 24) - 1;
const BEGIN: u32 = 0;
const BEGIN_WITH: u32 = 1;
const CONTENT: u32 = 2;
const ANNOTATION: u32 = 3;
const END: u32 = 4;
/// What follows is on another page.
const PAGE: u32 = 5;
/// An element with one content and nothing else.
const WHOLE: u32 = 6;

const KINDS: [Kind; 21] = [
    Kind::Paragraph,
    Kind::Heading(1),
    Kind::Heading(2),
    Kind::Heading(3),
    Kind::Heading(4),
    Kind::Heading(5),
    Kind::Heading(6),
    Kind::List,
    Kind::Item,
    Kind::Label,
    Kind::ItemBody,
    Kind::Table,
    Kind::TableHead,
    Kind::TableBody,
    Kind::TableFoot,
    Kind::Row,
    Kind::Cell,
    Kind::HeadCell,
    Kind::Figure,
    Kind::Note,
    Kind::Link,
];

impl Kind {
    /// Its place among [`KINDS`].
    fn index(self) -> u32 {
        match self {
            Kind::Paragraph => 0,
            Kind::Heading(level) => u32::from(level.clamp(1, 6)),
            Kind::List => 7,
            Kind::Item => 8,
            Kind::Label => 9,
            Kind::ItemBody => 10,
            Kind::Table => 11,
            Kind::TableHead => 12,
            Kind::TableBody => 13,
            Kind::TableFoot => 14,
            Kind::Row => 15,
            Kind::Cell => 16,
            Kind::HeadCell => 17,
            Kind::Figure => 18,
            Kind::Note => 19,
            Kind::Link => 20,
        }
    }
}

impl Steps {
    /// Room for so many words.
    pub fn with_capacity(words: usize) -> Steps {
        Steps { words: Vec::with_capacity(words), page: 0 }
    }

    /// Adds a step.
    ///
    /// # Panics
    /// An index of 16 million or more: no page has so many sequences.
    pub fn push(&mut self, step: Step) {
        match step {
            Step::Begin(kind) => self.word(BEGIN, kind.index(), 0),
            Step::BeginWith(kind, detail) => self.word(BEGIN_WITH, kind.index(), detail),
            Step::Content { page, mcid } => {
                self.turn_to(page);
                self.word(CONTENT, 0, mcid);
            }
            Step::Annotation { page, index } => {
                self.turn_to(page);
                self.word(ANNOTATION, 0, index);
            }
            Step::End => match *self.words.as_slice() {
                [.., begin, content] if begin & TAG == BEGIN && content & TAG == CONTENT => {
                    self.words.pop();
                    let last = self.words.len() - 1;
                    self.words[last] = content & !TAG | begin & 31 << KIND_SHIFT | WHOLE;
                }
                _ => self.word(END, 0, 0),
            },
        }
    }

    fn turn_to(&mut self, page: u32) {
        if self.page != page {
            self.page = page;
            self.word(PAGE, 0, page);
        }
    }

    fn word(&mut self, tag: u32, kind: u32, value: u32) {
        assert!(value <= VALUE_MAX, "a page has fewer sequences, a document fewer pages and details");
        self.words.push(value << VALUE_SHIFT | kind << KIND_SHIFT | tag);
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Step> {
        let mut page = 0;
        self.words.iter().flat_map(move |word| {
            let (kind, value) = (KINDS[(word >> KIND_SHIFT & 31) as usize % KINDS.len()], word >> VALUE_SHIFT);
            let steps = match word & TAG {
                BEGIN => [Some(Step::Begin(kind)), None, None],
                BEGIN_WITH => [Some(Step::BeginWith(kind, value)), None, None],
                CONTENT => [Some(Step::Content { page, mcid: value }), None, None],
                ANNOTATION => [Some(Step::Annotation { page, index: value }), None, None],
                END => [Some(Step::End), None, None],
                WHOLE => [Some(Step::Begin(kind)), Some(Step::Content { page, mcid: value }), Some(Step::End)],
                _ => {
                    page = value;
                    [None; 3]
                }
            };
            steps.into_iter().flatten()
        })
    }

    /// The same steps have the same words.
    pub fn words(&self) -> &[u32] {
        &self.words
    }
}

/// The structure of a document, below its root.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Structure {
    /// The language of the document, a BCP 47 tag; empty: unknown.
    pub language: String,
    /// The elements with their content.
    pub steps: Steps,
    /// What steps refer to.
    pub details: Vec<Detail>,
    /// How many elements begin.
    pub elements: u32,
    /// How many of them are footnotes.
    pub notes: u32,
    /// Figures that nothing says of what they show.
    pub untold: u32,
}

impl Structure {
    /// Begins an element.
    pub fn begin(&mut self, kind: Kind) {
        self.elements += 1;
        self.notes += u32::from(kind == Kind::Note);
        self.steps.push(Step::Begin(kind));
    }

    /// Adds an element with one content and nothing else.
    pub fn whole(&mut self, kind: Kind, page: u32, mcid: u32) {
        self.elements += 1;
        self.notes += u32::from(kind == Kind::Note);
        self.steps.turn_to(page);
        self.steps.word(WHOLE, kind.index(), mcid);
    }

    /// Begins an element with a detail.
    pub fn begin_with(&mut self, kind: Kind, detail: Detail) {
        self.elements += 1;
        self.notes += u32::from(kind == Kind::Note);
        self.steps.push(Step::BeginWith(kind, self.details.len() as u32));
        self.details.push(detail);
    }

    /// Ends the open element.
    pub fn end(&mut self) {
        self.steps.push(Step::End);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_come_back() {
        let mut steps: Vec<Step> = KINDS.iter().flat_map(|kind| [Step::Begin(*kind), Step::BeginWith(*kind, 7)]).collect();
        for (page, mcid) in [(0, 0), (0, 1), (3, VALUE_MAX), (2, 0)] {
            steps.extend([Step::Begin(Kind::Cell), Step::Content { page, mcid }, Step::End]);
            steps.extend([Step::Content { page, mcid }, Step::Annotation { page: page + 1, index: mcid }, Step::End]);
        }
        let mut packed = Steps::default();
        steps.iter().for_each(|step| packed.push(*step));
        assert_eq!(packed.iter().collect::<Vec<_>>(), steps);
        let mut structure = Structure::default();
        structure.whole(Kind::Cell, 1, 7);
        let whole = [Step::Begin(Kind::Cell), Step::Content { page: 1, mcid: 7 }, Step::End];
        assert_eq!(structure.steps.iter().collect::<Vec<_>>(), whole);
        assert_eq!((structure.steps.words().len(), structure.elements), (2, 1));
    }
}
