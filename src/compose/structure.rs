//! What the content of a document means, in the order in which it is read.
//!
//! Takes the blocks of a document and whose content its pages are, gives structure elements: regions that are read on the first
//! page, then the body, then regions that are read on others. A footnote is read after the paragraph that calls it. Must never
//! know where anything stands.

use super::bind::Binder;
use super::paint::{Canvas, Owner, OwnerPart};
use crate::model::content::{Block, InList, Item, Mark, Placed, Text};
use crate::model::layout::{Marker, Role};
use crate::model::message::Only;
use crate::model::page::PageExtras;
use crate::model::structure::{Detail, Kind, Step, Steps, Structure};

mod grid;

/// Bytes of words whose figures alone are of a document.
const FIGURES_MAX: usize = 120;

/// A region that is read, with its page.
pub(super) struct ReadRegion<'a> {
    /// The page, from 0.
    pub page: usize,
    /// What is read.
    pub content: RegionContent<'a>,
}

/// What is read of a region.
#[derive(Clone, Copy)]
pub(super) enum RegionContent<'a> {
    /// Its blocks.
    Blocks(&'a [Placed<'a>]),
    /// A form, by the number that its content has: a figure with its text, or a paragraph.
    Form(u32, Option<&'a str>),
}

/// The structure of a document.
pub(super) fn structure<'a>(
    binder: &Binder<'_, '_, 'a>,
    (body, regions): (&[Placed<'a>], &[ReadRegion<'a>]),
    canvases: &[Canvas],
    extras: &[Option<Box<PageExtras>>],
    language: &str,
) -> Structure {
    let contents = Contents::of(canvases, binder.leaves);
    let steps = Steps::with_capacity(contents.all.len() * 2);
    let structure = Structure { language: language.to_string(), steps, ..Structure::default() };
    let mut writer = Writer { binder, contents, extras, structure, level: 0, notes: vec![false; binder.notes.len()], linked: Vec::new() };
    let of_page = |is_first: bool| regions.iter().filter(move |region| (region.page == 0) == is_first);
    of_page(true).for_each(|region| writer.region(region.content));
    writer.blocks(body, 0);
    of_page(false).for_each(|region| writer.region(region.content));
    writer.rest();
    writer.structure
}

/// The sequences of all pages, by the number of their block.
struct Contents {
    /// The first sequence of each block; [`NONE`]: it has none.
    first: Vec<u32>,
    all: Vec<Content>,
}

struct Content {
    page: u32,
    mcid: u32,
    part: OwnerPart,
    /// The next one of the same block.
    next: u32,
}

const NONE: u32 = u32::MAX;

impl Contents {
    fn of(canvases: &[Canvas], leaves: u32) -> Contents {
        let mut all = Vec::with_capacity(canvases.iter().map(|canvas| canvas.owners().len()).sum());
        let mut leaves_of = Vec::with_capacity(all.capacity());
        for (page, canvas) in canvases.iter().enumerate() {
            for (mcid, Owner { leaf, part }) in canvas.owners().iter().enumerate() {
                all.push(Content { page: page as u32, mcid: mcid as u32, part: *part, next: NONE });
                leaves_of.push(*leaf);
            }
        }
        let mut first = vec![NONE; leaves as usize];
        for (index, leaf) in leaves_of.iter().enumerate().rev() {
            all[index].next = std::mem::replace(&mut first[*leaf as usize], index as u32);
        }
        Contents { first, all }
    }

    /// Takes the sequences of a block: each belongs to one element.
    fn take(&mut self, leaf: u32) -> u32 {
        self.first.get_mut(leaf as usize).map_or(NONE, |first| std::mem::replace(first, NONE))
    }

    fn get(&self, at: u32) -> Option<&Content> {
        self.all.get(at as usize)
    }
}

struct Writer<'w, 's, 'p, 'a> {
    binder: &'w Binder<'s, 'p, 'a>,
    contents: Contents,
    extras: &'w [Option<Box<PageExtras>>],
    structure: Structure,
    /// The level of the last heading.
    level: u8,
    /// The footnotes that have been read.
    notes: Vec<bool>,
    /// The links that have been read.
    linked: Vec<u32>,
}

impl<'a> Writer<'_, '_, '_, 'a> {
    fn region(&mut self, region: RegionContent<'a>) {
        match region {
            RegionContent::Blocks(blocks) => self.blocks(blocks, 0),
            RegionContent::Form(leaf, None) => self.form(leaf),
            RegionContent::Form(leaf, Some(alt)) => self.figure(leaf, || Detail::Alt(alt.to_string())),
        }
    }

    /// Blocks, of which neighbours may be items of one list; `depth` lists are open.
    fn blocks(&mut self, blocks: &[Placed<'a>], depth: usize) {
        let mut at = 0;
        while let Some(placed) = blocks.get(at) {
            match in_list(placed, depth) {
                None => {
                    self.block(placed);
                    at += 1;
                }
                Some(list) => {
                    let is_other = |placed: &Placed<'a>| in_list(placed, depth).is_none_or(|other| other.list != list.list);
                    let length = blocks[at..].iter().position(is_other).unwrap_or(blocks.len() - at);
                    self.list(&blocks[at..at + length], list, depth);
                    at += length;
                }
            }
        }
    }

    fn list(&mut self, blocks: &[Placed<'a>], list: &InList<'a>, depth: usize) {
        self.structure.begin_with(Kind::List, Detail::Numbering(numbering(list.marker)));
        let item_of = |placed: &Placed<'a>| in_list(placed, depth).map(|list| list.item);
        for item in blocks.chunk_by(|a, b| item_of(a) == item_of(b)) {
            self.structure.begin(Kind::Item);
            if let Some(label) = item.first().and_then(|placed| first_text(&placed.block)) {
                self.label(label);
            }
            self.structure.begin(Kind::ItemBody);
            self.blocks(item, depth + 1);
            self.structure.end();
            self.structure.end();
        }
        self.structure.end();
    }

    /// The marker of a text.
    fn label(&mut self, text: &Text<'a>) {
        let start = self.contents.first.get(text.leaf as usize).copied().unwrap_or(NONE);
        if let Some(Content { page, mcid, part: OwnerPart::Label, .. }) = self.contents.get(start) {
            let step = Step::Content { page: *page, mcid: *mcid };
            self.structure.begin(Kind::Label);
            self.structure.steps.push(step);
            self.structure.end();
        }
    }

    fn block(&mut self, placed: &Placed<'a>) {
        match placed.block {
            Block::Text(text) => self.text(text),
            Block::Box(frame) => {
                if let Some((_, leaf)) = frame.form {
                    self.form(leaf);
                }
                self.blocks(frame.children, 0);
                self.blocks(frame.placed, 0);
            }
            Block::Columns(columns) => columns.columns.iter().for_each(|(_, blocks)| self.blocks(blocks, 0)),
            Block::Table(table) => self.table(table),
            Block::Image(image) => self.figure(placed.leaf, || Detail::Alt(image.alt.clone())),
            Block::Drawing(drawing) => self.figure(placed.leaf, || Detail::Alt(drawing.node.alt.clone())),
            Block::Chosen(chosen) => self.figure(placed.leaf, || Detail::OwnAlt(chosen.alt.to_string())),
            Block::Chart(chart) => self.figure(placed.leaf, || Detail::OwnAlt(chart.alt.to_string())),
            Block::Barcode(bars) => {
                self.figure(placed.leaf, || match bars.alt {
                    Some(alt) => Detail::OwnAlt(alt.to_string()),
                    None => {
                        let alt = format!("{}: {}", bars.node.symbology.name(), bars.payload);
                        let is_plain = alt.len() <= FIGURES_MAX && alt.bytes().all(|byte| matches!(byte, b' '..=b'~') && !b"()\\".contains(&byte));
                        let has_figures = bars.payload.bytes().all(|byte| byte.is_ascii_digit());
                        if is_plain && has_figures { Detail::FiguresAlt(alt) } else { Detail::OwnAlt(alt) }
                    }
                });
            }
            Block::Fill(fill) => self.blocks(fill.children, 0),
            Block::Slot(slot) => {
                if let Some(block) = slot.message.get() {
                    self.block(&Placed { block, ..*placed });
                }
            }
            Block::Only(Only::Pages, blocks) => self.blocks(blocks, 0),
            Block::Only(Only::Email, _) | Block::Rule(_) | Block::PageBreak => {}
        }
    }

    /// What no record can change, as a paragraph.
    fn form(&mut self, leaf: u32) {
        let start = self.contents.take(leaf);
        if start != NONE {
            self.structure.begin(Kind::Paragraph);
            self.content(start);
            self.structure.end();
        }
    }

    fn figure(&mut self, leaf: u32, alt: impl FnOnce() -> Detail) {
        let start = self.contents.take(leaf);
        if start == NONE {
            return;
        }
        let alt = alt();
        self.structure.untold += u32::from(matches!(&alt, Detail::Alt(text) | Detail::FiguresAlt(text) | Detail::OwnAlt(text) if text.is_empty()));
        self.structure.begin_with(Kind::Figure, alt);
        self.content(start);
        self.structure.end();
    }

    fn text(&mut self, text: &Text<'a>) {
        let is_content = |at: &u32| self.contents.get(*at).is_some_and(|content| content.part != OwnerPart::Label);
        let start = self.contents.first.get(text.leaf as usize).copied().unwrap_or(NONE);
        let mut all = std::iter::successors(Some(start), |at| self.contents.get(*at).map(|content| content.next));
        if !all.any(|at| is_content(&at)) {
            self.contents.take(text.leaf);
            return;
        }
        let kind = match text.role {
            Role::Paragraph | Role::Artifact => Kind::Paragraph,
            // ISO 14289-1, 7.4.2: the first heading is of level 1, and none is skipped on the way down.
            Role::Heading(level) => {
                self.level = level.clamp(1, 6).min(self.level + 1);
                Kind::Heading(self.level)
            }
        };
        self.element_of(kind, text);
    }

    /// An element with the content of a text.
    fn element_of(&mut self, kind: Kind, text: &Text<'a>) {
        let start = self.contents.first.get(text.leaf as usize).copied().unwrap_or(NONE);
        match self.contents.get(start) {
            Some(&Content { page, mcid, part: OwnerPart::Content, next: NONE }) if !text.is_marked => {
                self.contents.take(text.leaf);
                self.structure.whole(kind, page, mcid);
            }
            _ => {
                self.structure.begin(kind);
                self.content_of(text);
                self.structure.end();
            }
        }
    }

    /// The content of a text and the footnotes it calls.
    fn content_of(&mut self, text: &Text<'a>) {
        let start = self.contents.take(text.leaf);
        self.content(start);
        if text.is_marked {
            for item in text.items {
                if let Item::Mark { mark, .. } = item
                    && let Mark::Note(note) = self.binder.marks[*mark as usize]
                {
                    self.note(note);
                }
            }
        }
    }

    /// All sequences of a block but its marker, from `start` on, those of a link in an element of their own.
    fn content(&mut self, start: u32) {
        let mut at = start;
        while let Some(&Content { page, mcid, part, next, .. }) = self.contents.get(at) {
            let step = Step::Content { page, mcid };
            at = next;
            match part {
                OwnerPart::Content => self.structure.steps.push(step),
                OwnerPart::Label => {}
                OwnerPart::Symbol(told) => {
                    let alt = self.binder.symbols_told.get(told as usize).copied().unwrap_or_default();
                    self.structure.begin_with(Kind::Figure, Detail::Alt(alt.to_string()));
                    self.structure.steps.push(step);
                    self.structure.end();
                }
                OwnerPart::Link(link) => {
                    self.structure.begin(Kind::Link);
                    self.structure.steps.push(step);
                    while let Some(&Content { page, mcid, part, next, .. }) = self.contents.get(at)
                        && part == OwnerPart::Link(link)
                    {
                        self.structure.steps.push(Step::Content { page, mcid });
                        at = next;
                    }
                    if !self.linked.contains(&link) {
                        self.linked.push(link);
                        self.annotations(|other| other == link);
                    }
                    self.structure.end();
                }
            }
        }
    }

    fn annotations(&mut self, is_wanted: impl Fn(u32) -> bool) {
        for (page, extras) in self.extras.iter().enumerate() {
            for (index, link) in extras.iter().flat_map(|extras| &extras.links).enumerate() {
                if is_wanted(link.number) {
                    self.structure.steps.push(Step::Annotation { page: page as u32, index: index as u32 });
                }
            }
        }
    }

    fn note(&mut self, note: u32) {
        if std::mem::replace(&mut self.notes[note as usize], true) {
            return;
        }
        if let Block::Text(text) = self.binder.notes[note as usize].block {
            self.structure.begin(Kind::Note);
            self.label(text);
            self.content_of(text);
            self.structure.end();
        }
    }

    /// What nothing led to: links and footnotes of furniture.
    fn rest(&mut self) {
        for note in 0..self.notes.len() as u32 {
            let Block::Text(text) = self.binder.notes[note as usize].block else { continue };
            if !self.notes[note as usize] && self.contents.first.get(text.leaf as usize).is_some_and(|first| *first != NONE) {
                self.note(note);
            }
        }
        let all: Vec<u32> = self.extras.iter().flatten().flat_map(|extras| &extras.links).map(|link| link.number).collect();
        for link in all {
            if !self.linked.contains(&link) {
                self.linked.push(link);
                self.structure.begin(Kind::Link);
                self.annotations(|other| other == link);
                self.structure.end();
            }
        }
        for leaf in 0..self.contents.first.len() as u32 {
            let start = self.contents.take(leaf);
            if start != NONE {
                debug_assert!(false, "content of block {leaf} belongs to no element");
                self.structure.begin(Kind::Paragraph);
                self.content(start);
                self.structure.end();
            }
        }
    }
}

fn in_list<'a>(placed: &Placed<'a>, depth: usize) -> Option<&'a InList<'a>> {
    let mut list = placed.list;
    for _ in 0..depth {
        list = list.and_then(|list| list.inner);
    }
    list
}

/// The text a block begins with: it has the marker of its item.
fn first_text<'a>(block: &Block<'a>) -> Option<&'a Text<'a>> {
    match block {
        Block::Text(text) => Some(text),
        Block::Box(frame) => frame.children.first().and_then(|first| first_text(&first.block)),
        _ => None,
    }
}

/// ISO 32000-1, table 347.
fn numbering(marker: &Marker) -> &'static str {
    match marker {
        Marker::Text(_) => "Disc",
        Marker::Decimal => "Decimal",
        Marker::Alpha => "LowerAlpha",
        Marker::Roman => "LowerRoman",
        Marker::None => "None",
    }
}
