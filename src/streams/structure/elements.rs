//! The elements of a document as objects (ISO 32000-1, 14.7.2).
//!
//! Takes the steps of a structure, gives one object for each element, and the document's part of the parent tree. Elements without content
//! come first, then those that have some, in the order of their first marked-content sequence: so the numbers in the parent tree grow
//! evenly. Must never know a number of a file.

use super::packing::{Number, ROW, Writer};
use crate::kit::pdf::{Symbol, write_text};
use crate::model::structure::{CellDetail, Detail, Kind, Scope, Step, Structure};

/// Symbols before the children of an element in one row: references of twelve stand under each other.
const BEFORE_CHILDREN: usize = 36;
const CHILDREN_OF_A_ROW: usize = 5;

/// The objects of elements, and the part of the parent tree, by their numbers.
pub(super) struct Elements {
    /// All objects, in the order in which they were written.
    symbols: Vec<Symbol>,
    /// By number, where an object is in them.
    objects: Vec<(usize, usize)>,
    /// The element of each link annotation.
    pub links: Vec<u32>,
    /// The elements of footnotes.
    pub notes: Vec<u32>,
}

/// Which numbers the objects of a document have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Order {
    /// Elements, the document's own among them.
    pub elements: u32,
    /// Link annotations.
    pub links: u32,
    /// Footnotes.
    pub notes: u32,
    /// Texts in the place of figures that only this document has.
    pub alts: u32,
}

impl Order {
    /// Of a document with so many links.
    pub fn of(structure: &Structure, links: u32) -> Order {
        let alts = own_alts(structure).count() as u32;
        Order { elements: structure.elements + 1, links, notes: structure.notes, alts }
    }

    /// Its part of the parent tree for pages.
    pub fn page_keys(self) -> u32 {
        self.elements
    }

    /// A link annotation.
    pub fn annotation(self, index: u32) -> u32 {
        self.elements + 1 + index
    }

    /// Its part of the parent tree for links.
    pub fn link_keys(self) -> u32 {
        self.annotation(self.links)
    }

    /// Its part of the tree of identifiers.
    pub fn identifiers(self) -> u32 {
        self.link_keys() + u32::from(self.links > 0)
    }

    /// The identifier of a footnote.
    pub fn identifier(self, note: u32) -> u32 {
        self.identifiers() + u32::from(self.notes > 0) + note
    }

    /// A text in the place of a figure.
    pub fn alt(self, alt: u32) -> u32 {
        self.identifier(self.notes) + alt
    }

    /// How many objects there are.
    pub fn count(self) -> u32 {
        self.alt(self.alts)
    }

    /// Those that are written for each document anew.
    pub fn texts(self) -> u32 {
        self.count() - self.elements - 1
    }
}

/// The texts in the place of figures that only this document has, with the indices of their details.
pub(super) fn own_alts(structure: &Structure) -> impl Iterator<Item = (usize, &str)> {
    structure.details.iter().enumerate().filter_map(|(at, detail)| match detail {
        Detail::OwnAlt(alt) if !alt.is_empty() => Some((at, alt.as_str())),
        _ => None,
    })
}

/// The figures in words.
pub(super) fn figures_of(words: &str) -> impl Iterator<Item = u8> {
    words.bytes().filter(u8::is_ascii_digit)
}

/// The figures of all words that are the same in other documents but for them.
pub(super) fn figures(structure: &Structure) -> impl Iterator<Item = u8> {
    structure.details.iter().flat_map(|detail| match detail {
        Detail::FiguresAlt(words) => figures_of(words),
        _ => figures_of(""),
    })
}

/// A child of an element.
#[derive(Clone, Copy)]
enum Child {
    Element(u32),
    Content { page: u32, mcid: u32 },
    Annotation { page: u32, link: u32 },
}

struct Open {
    number: u32,
    kind: Option<Kind>,
    detail: Option<u32>,
    /// Where its children begin among all that are open.
    children: usize,
}

struct Maker<'m, 'v> {
    writer: Writer<'v>,
    structure: &'m Structure,
    order: Order,
    /// By the order of their beginnings, the numbers of elements.
    numbers: Vec<u32>,
    /// Of each own text, by its detail, which one it is; of words with figures, which figure is the first.
    alts: Vec<u32>,
    begun: usize,
    open: Vec<Open>,
    children: Vec<Child>,
    made: Elements,
}

impl Elements {
    /// The elements of a document. `links_before` are the links on the pages before each page; `language` is its own, if the file has
    /// another.
    pub fn make(structure: &Structure, order: Order, links_before: &[u32], language: Option<&str>, writer: Writer<'_>) -> Elements {
        let pages = links_before.len();
        let (numbers, parents) = number(structure, pages);
        let mut alts = vec![0; structure.details.len()];
        own_alts(structure).enumerate().for_each(|(alt, (detail, _))| alts[detail] = alt as u32);
        let mut figures = 0;
        for (alt, detail) in alts.iter_mut().zip(&structure.details) {
            if let Detail::FiguresAlt(text) = detail {
                *alt = figures;
                figures += figures_of(text).count() as u32;
            }
        }
        let made = Elements {
            symbols: Vec::new(),
            objects: vec![(0, 0); order.elements as usize + 1],
            links: vec![0; order.links as usize],
            notes: Vec::with_capacity(order.notes as usize),
        };
        let mut maker = Maker { writer, structure, order, numbers, alts, begun: 0, open: Vec::new(), children: Vec::new(), made };
        maker.begin(None, None);
        for step in structure.steps.iter() {
            match step {
                Step::Begin(kind) => maker.begin(Some(kind), None),
                Step::BeginWith(kind, detail) => maker.begin(Some(kind), Some(detail)),
                Step::Content { page, mcid } => maker.children.push(Child::Content { page, mcid }),
                Step::Annotation { page, index } => {
                    let link = links_before[page as usize] + index;
                    maker.made.links[link as usize] = maker.open.last().map_or(0, |open| open.number);
                    maker.children.push(Child::Annotation { page, link });
                }
                Step::End => maker.end(None),
            }
        }
        maker.end(language);
        assert!(maker.open.is_empty(), "every element ends");
        maker.page_keys(&parents);
        Elements { symbols: maker.writer.symbols, ..maker.made }
    }

    /// The elements of links and of footnotes, and room for symbols.
    pub fn into_parts(mut self) -> (Vec<u32>, Vec<u32>, Vec<Symbol>) {
        self.symbols.clear();
        (self.links, self.notes, self.symbols)
    }

    /// The objects, by number.
    pub fn objects(&self) -> impl ExactSizeIterator<Item = &[Symbol]> {
        self.objects.iter().map(|(start, end)| &self.symbols[*start..*end])
    }
}

/// The page and identifier of the first content of an element, and its kind.
type Begun = (Option<(u32, u32)>, Option<Kind>);

/// The numbers of elements, by the order of their beginnings, and for each page the elements of its sequences.
fn number(structure: &Structure, pages: usize) -> (Vec<u32>, Vec<Vec<u32>>) {
    let mut elements: Vec<Begun> = vec![(None, None)];
    let mut open = vec![0usize];
    let mut owners: Vec<(u32, u32, usize)> = Vec::new();
    for step in structure.steps.iter() {
        match step {
            Step::Begin(kind) | Step::BeginWith(kind, _) => {
                open.push(elements.len());
                elements.push((None, Some(kind)));
            }
            Step::Content { page, mcid } => {
                let owner = open.last().copied().unwrap_or(0);
                elements[owner].0.get_or_insert((page, mcid));
                owners.push((page, mcid, owner));
            }
            Step::Annotation { .. } => {}
            Step::End => {
                open.pop();
            }
        }
    }
    let mut sorted: Vec<usize> = (0..elements.len()).collect();
    // The sort is stable: of one kind, in the order in which they begin.
    sorted.sort_by_key(|at| match elements[*at] {
        _ if *at == 0 => (0, 0, 0),
        (None, kind) => (0, u32::from(sort_of(kind)), 0),
        (Some((page, mcid)), _) => (1, page, mcid),
    });
    let mut numbers = vec![0; elements.len()];
    sorted.iter().enumerate().for_each(|(number, at)| numbers[*at] = number as u32);
    let mut parents = vec![Vec::new(); pages];
    for (page, mcid, owner) in owners {
        let of_page: &mut Vec<u32> = &mut parents[page as usize];
        of_page.resize(of_page.len().max(mcid as usize + 1), NOBODY);
        of_page[mcid as usize] = numbers[owner];
    }
    (numbers, parents)
}

/// In the place of the element of a sequence that has none.
const NOBODY: u32 = u32::MAX;

impl Maker<'_, '_> {
    fn begin(&mut self, kind: Option<Kind>, detail: Option<u32>) {
        self.open.push(Open { number: self.numbers[self.begun], kind, detail, children: self.children.len() });
        self.begun += 1;
    }

    fn end(&mut self, language: Option<&str>) {
        let Some(open) = self.open.pop() else { return };
        let children = std::mem::take(&mut self.children);
        self.element(&open, &children[open.children..], language);
        self.children = children;
        self.children.truncate(open.children);
        if !self.open.is_empty() {
            self.children.push(Child::Element(open.number));
        }
    }

    fn element(&mut self, open: &Open, children: &[Child], language: Option<&str>) {
        let start = self.writer.symbols.len();
        let writer = &mut self.writer;
        writer.bytes(b"<</S/");
        writer.bytes(open.kind.map_or(b"Part", name));
        // The longest usual name is `Figure`.
        writer.pad(start + 5, 6);
        writer.bytes(b"/P");
        writer.reference(self.open.last().map_or(Number::File, |parent| Number::Own(parent.number)));
        let page = children.iter().find_map(|child| if let Child::Content { page, .. } = child { Some(*page) } else { None });
        if let Some(page) = page {
            writer.bytes(b"/Pg");
            writer.reference(Number::Page(page));
        }
        if let [Child::Content { mcid, .. }] = *children {
            writer.bytes(b"/K");
            writer.plain(mcid, 6);
        }
        self.details(open, language);
        match *children {
            [] | [Child::Content { .. }] => {}
            _ => self.children_of(children, start, page),
        }
        self.writer.bytes(b">>");
        self.made.objects[open.number as usize] = (start, self.writer.symbols.len());
    }

    fn details(&mut self, open: &Open, language: Option<&str>) {
        let mut text = Vec::new();
        if let Some(language) = language.filter(|language| !language.is_empty()) {
            text.extend_from_slice(b"/Lang");
            write_text(language, &mut text);
        }
        if open.kind == Some(Kind::Note) {
            self.writer.bytes(b"/ID");
            self.writer.reference(Number::Own(self.order.identifier(self.made.notes.len() as u32)));
            self.made.notes.push(open.number);
        }
        match open.detail.map(|detail| (detail as usize, &self.structure.details[detail as usize])) {
            None => {}
            Some((_, Detail::Alt(alt))) if alt.is_empty() => {}
            Some((_, Detail::Alt(alt))) => {
                text.extend_from_slice(b"/Alt");
                write_text(&shortened(alt), &mut text);
            }
            Some((_, Detail::OwnAlt(alt))) if alt.is_empty() => {}
            Some((at, Detail::FiguresAlt(alt))) => {
                self.writer.bytes(b"/Alt(");
                let mut figure = self.alts[at];
                for byte in alt.bytes() {
                    if byte.is_ascii_digit() {
                        self.writer.figure(figure);
                        figure += 1;
                    } else {
                        self.writer.bytes(&[byte]);
                    }
                }
                self.writer.bytes(b")");
            }
            Some((at, Detail::OwnAlt(_))) => {
                self.writer.bytes(b"/Alt");
                self.writer.reference(Number::Own(self.order.alt(self.alts[at])));
            }
            Some((_, Detail::Language(language))) => {
                text.extend_from_slice(b"/Lang");
                write_text(language, &mut text);
            }
            Some((_, Detail::Cell(cell))) => {
                text.extend_from_slice(b"/C");
                Class::Cell(*cell).write_name(&mut text);
            }
            Some((_, Detail::Numbering(numbering))) => {
                text.extend_from_slice(b"/C");
                Class::Numbering(numbering).write_name(&mut text);
            }
        }
        self.writer.bytes(&text);
    }

    fn children_of(&mut self, children: &[Child], start: usize, page: Option<u32>) {
        self.writer.bytes(b"/K[");
        let is_grid = children.iter().all(|child| matches!(child, Child::Element(_)));
        let end = BEFORE_CHILDREN + children.len() * 12 + b"]>>".len();
        match (is_grid, self.writer.symbols.len() - start) {
            (true, ..=BEFORE_CHILDREN) if end <= ROW => self.writer.pad(start, BEFORE_CHILDREN),
            (true, _) => self.writer.pad(start, ROW),
            _ => {}
        }
        for (at, child) in children.iter().enumerate() {
            if is_grid && at > 0 && at % CHILDREN_OF_A_ROW == 0 {
                self.writer.pad(start, ROW);
            }
            match *child {
                Child::Element(number) => self.writer.reference(Number::Own(number)),
                Child::Content { page: of, mcid } if Some(of) == page => self.writer.plain(mcid, 6),
                Child::Content { page, mcid } => {
                    self.writer.bytes(b"<</Type/MCR/Pg");
                    self.writer.reference(Number::Page(page));
                    self.writer.bytes(b"/MCID");
                    self.writer.plain(mcid, 6);
                    self.writer.bytes(b">>");
                }
                Child::Annotation { page, link } => {
                    self.writer.bytes(b"<</Type/OBJR/Pg");
                    self.writer.reference(Number::Page(page));
                    self.writer.bytes(b"/Obj");
                    self.writer.reference(Number::Own(self.order.annotation(link)));
                    self.writer.bytes(b">>");
                }
            }
        }
        self.writer.bytes(b"]");
    }

    /// ISO 32000-1, 14.7.4.4: for each page, the elements of its sequences.
    fn page_keys(&mut self, parents: &[Vec<u32>]) {
        let writer = &mut self.writer;
        let start = writer.symbols.len();
        writer.bytes(b"<</Limits[");
        writer.number(Number::Key(0));
        writer.number(Number::Key(parents.len() as u32 - 1));
        writer.bytes(b"]/Nums[");
        for (page, parents) in parents.iter().enumerate() {
            writer.number(Number::Key(page as u32));
            writer.bytes(b"[");
            for (at, parent) in parents.iter().enumerate() {
                if at % CHILDREN_OF_A_ROW == 0 {
                    writer.pad(start, ROW);
                }
                match *parent {
                    NOBODY => writer.bytes(b"        null"),
                    parent => writer.reference(Number::Own(parent)),
                }
            }
            writer.bytes(b"]");
        }
        writer.bytes(b"]>>");
        let end = writer.symbols.len();
        self.made.objects[self.order.page_keys() as usize] = (start, end);
    }
}

/// Attributes that many elements have (ISO 32000-1, 14.7.5.2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Class {
    /// Of a cell.
    Cell(CellDetail),
    /// Of a list.
    Numbering(&'static str),
}

impl Class {
    /// The class of a detail, if it is one.
    pub fn of(detail: &Detail) -> Option<Class> {
        match detail {
            Detail::Cell(cell) => Some(Class::Cell(*cell)),
            Detail::Numbering(numbering) => Some(Class::Numbering(numbering)),
            Detail::Alt(_) | Detail::FiguresAlt(_) | Detail::OwnAlt(_) | Detail::Language(_) => None,
        }
    }

    /// Appends its name.
    pub fn write_name(self, out: &mut Vec<u8>) {
        match self {
            Class::Cell(CellDetail { columns, rows, scope }) => {
                out.extend_from_slice(match scope {
                    None => b"/d",
                    Some(Scope::Column) => b"/c",
                    Some(Scope::Row) => b"/r",
                    Some(Scope::Both) => b"/b",
                });
                if columns > 1 || rows > 1 {
                    out.extend_from_slice(format!("{columns}x{rows}").as_bytes());
                }
            }
            Class::Numbering(name) => {
                out.push(b'/');
                out.extend_from_slice(name.as_bytes());
            }
        }
    }

    /// Appends its attributes.
    pub fn write_attributes(self, out: &mut Vec<u8>) {
        match self {
            Class::Cell(CellDetail { columns, rows, scope }) => {
                out.extend_from_slice(b"<</O/Table");
                if let Some(scope) = scope {
                    out.extend_from_slice(match scope {
                        Scope::Column => b"/Scope/Column",
                        Scope::Row => b"/Scope/Row",
                        Scope::Both => b"/Scope/Both",
                    });
                }
                for (name, count) in [("ColSpan", columns), ("RowSpan", rows)] {
                    if count > 1 {
                        out.extend_from_slice(format!("/{name} {count}").as_bytes());
                    }
                }
                out.extend_from_slice(b">>");
            }
            Class::Numbering(name) => {
                out.extend_from_slice(b"<</O/List/ListNumbering/");
                out.extend_from_slice(name.as_bytes());
                out.extend_from_slice(b">>");
            }
        }
    }
}

/// Which kinds of elements without content have numbers before which.
fn sort_of(kind: Option<Kind>) -> u8 {
    match kind {
        None => 0,
        Some(Kind::Table) => 1,
        Some(Kind::TableHead) => 2,
        Some(Kind::TableBody) => 3,
        Some(Kind::TableFoot) => 4,
        Some(Kind::List) => 5,
        Some(Kind::Item) => 6,
        Some(Kind::Label) => 7,
        Some(Kind::ItemBody) => 8,
        Some(Kind::Heading(_)) => 9,
        Some(Kind::Figure) => 10,
        Some(Kind::Link) => 11,
        Some(Kind::Note) => 12,
        Some(Kind::Row) => 13,
        Some(Kind::Paragraph) => 14,
        Some(Kind::HeadCell) => 15,
        Some(Kind::Cell) => 16,
    }
}

fn name(kind: Kind) -> &'static [u8] {
    match kind {
        Kind::Paragraph => b"P",
        Kind::Heading(level) => [b"H1", b"H2", b"H3", b"H4", b"H5", b"H6"][usize::from(level.clamp(1, 6)) - 1],
        Kind::List => b"L",
        Kind::Item => b"LI",
        Kind::Label => b"Lbl",
        Kind::ItemBody => b"LBody",
        Kind::Table => b"Table",
        Kind::TableHead => b"THead",
        Kind::TableBody => b"TBody",
        Kind::TableFoot => b"TFoot",
        Kind::Row => b"TR",
        Kind::Cell => b"TD",
        Kind::HeadCell => b"TH",
        Kind::Figure => b"Figure",
        Kind::Note => b"Note",
        Kind::Link => b"Link",
    }
}

/// Characters of a text in the place of a figure, or of the name of a link: a PDF/A string has 32,767 bytes at most, and data may
/// be of any length.
const TEXT_MAX: usize = 2_000;

/// The beginning of a text.
pub(super) fn shortened(text: &str) -> String {
    text.chars().take(TEXT_MAX).collect()
}
