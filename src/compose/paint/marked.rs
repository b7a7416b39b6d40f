//! Marked content (ISO 32000-1, 14.6): whose content the operators of a page are.
//!
//! Takes where content begins and ends, gives operators around it and the owner of each sequence. What belongs to nobody is an
//! artifact: graphics are one from their beginning to their end, which figures interrupt; text belongs to somebody or is
//! enclosed as an artifact where it is painted. Must never know what an element is.

use super::Canvas;
use crate::base::length::Length;
use crate::model::resources::FormId;

/// What content of a page belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Owner {
    /// The block, by the number that binding gave it.
    pub leaf: u32,
    /// What of it.
    pub part: Part,
}

/// What of a block some content is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// Its content.
    Content,
    /// The marker of a list item, or the number of a footnote.
    Label,
    /// Text of a link, by its index in the document.
    Link(u32),
    /// A picture in a line, by its index among those of the document.
    Symbol(u32),
}

/// The marked content of a page while it is made.
#[derive(Debug, Default)]
pub struct Marking {
    /// The owner of each sequence, by its marked-content identifier.
    owners: Vec<Owner>,
    /// How many things are open whose content has no sequences of its own.
    hidden: u32,
    /// The text that is open.
    open: Option<(&'static [u8], Owner)>,
    /// The line to come: the link of each of its items, if it has any.
    links: Vec<Option<u32>>,
    /// The line to come ends with a hyphen that is not of its word.
    is_divided: bool,
    /// A space stands between the line to come and the next.
    is_spaced: bool,
    /// Graphics up to here stay as they are: somebody knows a place in them.
    floor: usize,
}

/// Something whose content has no sequences of its own, while it is open.
#[derive(Debug)]
#[must_use]
pub struct Enclosed {
    /// Bytes of text before it and with its beginning; `None`: it has no operators.
    text: Option<(usize, usize)>,
    /// The text around it, which goes on after it.
    around: Option<(&'static [u8], Owner)>,
    /// Whether graphics are its own, too.
    is_figure: bool,
}

const END: &[u8] = b"EMC\n";
const ARTIFACT: &[u8] = b"/Artifact BMC\n";
const FIGURE: &[u8] = b"/Figure";

impl Canvas {
    /// Makes it mark content, or not.
    pub fn mark_content(&mut self, is_wanted: bool) {
        if self.marking.is_some() != is_wanted {
            self.marking = is_wanted.then(Box::default);
        }
    }

    /// The owner of each sequence, by its identifier.
    pub fn owners(&self) -> &[Owner] {
        self.marking.as_ref().map_or(&[], |marking| &marking.owners)
    }

    pub(super) fn forget_owners(&mut self) {
        if let Some(marking) = &mut self.marking {
            marking.owners.clear();
            marking.open = None;
            marking.hidden = 0;
            marking.floor = 0;
        }
    }

    /// What is painted so far stays as it is: the place where it ends is known.
    pub(super) fn keep_graphics(&mut self) {
        if let Some(marking) = &mut self.marking {
            marking.floor = self.graphics.len();
        }
    }

    /// Whether content is marked here.
    pub fn is_marking(&self) -> bool {
        self.marking.as_ref().is_some_and(|marking| marking.hidden == 0)
    }

    /// Begins text of an owner; tells whether it is marked, and then must be ended.
    #[must_use]
    pub fn open_text(&mut self, tag: &'static [u8], owner: Owner) -> bool {
        let Some(marking) = self.marking.as_mut().filter(|marking| marking.hidden == 0) else { return false };
        assert!(marking.open.is_none(), "text belongs to one owner");
        marking.open = Some((tag, owner));
        begin(tag, owner, &mut marking.owners, &mut self.text);
        true
    }

    /// Ends it.
    pub fn close_text(&mut self) {
        self.close();
        self.text.extend_from_slice(END);
        if let Some(marking) = &mut self.marking {
            marking.open = None;
        }
    }

    /// The owner of the text that is open.
    pub fn open_owner(&self) -> Option<Owner> {
        self.marking.as_ref().and_then(|marking| marking.open).map(|(_, owner)| owner)
    }

    /// What follows of the open text is another part of its block.
    pub fn switch_text(&mut self, part: Part) {
        let Some((tag, owner)) = self.marking.as_ref().and_then(|marking| marking.open) else { return };
        if owner.part != part {
            let is_inside = !self.string.is_empty();
            self.close_text();
            let opened = self.open_text(tag, Owner { part, ..owner });
            debug_assert!(opened, "it was open before");
            self.goes_on = is_inside;
        }
    }

    /// Begins graphics of an owner; tells whether they are marked, and then must be ended.
    #[must_use]
    pub fn open_graphics(&mut self, tag: &'static [u8], owner: Owner) -> bool {
        let Some(marking) = self.marking.as_mut().filter(|marking| marking.hidden == 0) else { return false };
        // An artifact of nothing is none.
        match self.graphics.strip_suffix(ARTIFACT).map(<[u8]>::len) {
            Some(before) if before >= marking.floor => self.graphics.truncate(before),
            _ => self.graphics.extend_from_slice(END),
        }
        begin(tag, owner, &mut marking.owners, &mut self.graphics);
        true
    }

    /// Ends them.
    pub fn close_graphics(&mut self) {
        self.graphics.extend_from_slice(END);
        self.graphics.extend_from_slice(ARTIFACT);
    }

    /// Paints a form with its origin at a point: one figure, or texts that are one paragraph, of an owner.
    pub fn owned_form(&mut self, form: FormId, leaf: u32, is_figure: bool, (x, y): (Length, Length)) {
        let is_open = self.open_graphics(if is_figure { FIGURE } else { b"/P" }, Owner { leaf, part: Part::Content });
        self.form(form, x, y);
        if is_open {
            self.close_graphics();
        }
    }

    /// Begins a figure: all that is painted until its end is its content.
    pub fn begin_figure(&mut self, leaf: u32) -> Enclosed {
        let owner = Owner { leaf, part: Part::Content };
        let is_figure = self.open_graphics(FIGURE, owner);
        self.enclose(is_figure, |owners, text| begin(FIGURE, owner, owners, text))
    }

    /// Begins an artifact: all that is painted until its end has no meaning.
    pub fn begin_artifact(&mut self) -> Enclosed {
        self.enclose(false, |_, text| text.extend_from_slice(ARTIFACT))
    }

    fn enclose(&mut self, is_figure: bool, begin: impl FnOnce(&mut Vec<Owner>, &mut Vec<u8>)) -> Enclosed {
        if !self.is_marking() {
            if let Some(marking) = &mut self.marking {
                marking.hidden += 1;
            }
            return Enclosed { text: None, around: None, is_figure };
        }
        self.close();
        let Some(marking) = &mut self.marking else { return Enclosed { text: None, around: None, is_figure } };
        let around = marking.open.take();
        let before = self.text.len();
        if around.is_some() {
            self.text.extend_from_slice(END);
        }
        begin(&mut marking.owners, &mut self.text);
        marking.hidden += 1;
        Enclosed { text: Some((before, self.text.len())), around, is_figure }
    }

    /// Ends a figure or an artifact.
    pub fn end_enclosed(&mut self, enclosed: Enclosed) {
        let Some(marking) = &mut self.marking else { return };
        marking.hidden -= 1;
        let Some((before, begun)) = enclosed.text else { return };
        self.close();
        let is_empty = self.text.len() == begun;
        if is_empty {
            self.text.truncate(before);
            if enclosed.is_figure {
                self.marking.as_mut().map(|marking| marking.owners.pop());
            }
        } else {
            self.text.extend_from_slice(END);
        }
        if enclosed.is_figure {
            self.close_graphics();
        }
        let Some((tag, owner)) = enclosed.around else { return };
        if is_empty {
            self.marking.iter_mut().for_each(|marking| marking.open = Some((tag, owner)));
        } else {
            let opened = self.open_text(tag, owner);
            debug_assert!(opened, "it was open before");
        }
    }

    /// Says of the line to come: the link of each of its items (of none: empty), whether it ends inside a word, and whether
    /// a space stands between it and the next.
    pub fn announce_line(&mut self, links: impl Iterator<Item = Option<u32>>, is_divided: bool, is_spaced: bool) {
        if let Some(marking) = &mut self.marking {
            marking.links.clear();
            marking.links.extend(links);
            marking.is_divided = is_divided;
            marking.is_spaced = is_spaced;
        }
    }

    /// What was said of the line that is painted.
    pub fn announced(&mut self) -> Announced {
        match self.marking.as_mut().filter(|marking| marking.open.is_some()) {
            None => Announced::default(),
            Some(marking) => Announced {
                has_links: !marking.links.is_empty(),
                is_divided: std::mem::take(&mut marking.is_divided),
                is_spaced: std::mem::take(&mut marking.is_spaced),
            },
        }
    }

    /// Goes on in the link that item `index` of the line belongs to, or out of links.
    pub fn switch_link(&mut self, index: usize) {
        if let Some(link) = self.marking.as_ref().and_then(|marking| marking.links.get(index).copied()) {
            self.switch_text(link.map_or(Part::Content, Part::Link));
        }
    }

    /// What stands before a part of the page, before and after its graphics, and after it: its graphics are an artifact, its texts
    /// have owners. In something enclosed a part is of that; what lies below is by itself.
    pub(super) fn around_part(&self, is_below: bool) -> [&'static [u8]; 4] {
        match &self.marking {
            None => [b""; 4],
            Some(marking) if marking.hidden > 0 && is_below => [ARTIFACT, b"", b"", END],
            Some(marking) if marking.hidden > 0 => [b""; 4],
            Some(_) if is_below => [b"", ARTIFACT, END, b""],
            Some(_) => [END, ARTIFACT, END, ARTIFACT],
        }
    }

    /// The operators of graphics, text and what lies below, as the content of a page.
    pub(super) fn write_marked(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.below);
        let begun = out.len();
        out.extend_from_slice(ARTIFACT);
        out.extend_from_slice(&self.graphics);
        if out.ends_with(ARTIFACT) {
            out.truncate(out.len() - ARTIFACT.len());
        } else {
            out.extend_from_slice(END);
        }
        let empty = [ARTIFACT, END].concat();
        if out[begun..].starts_with(&empty) {
            out.drain(begun..begun + empty.len());
        }
        if !self.text.is_empty() {
            out.extend_from_slice(b"BT\n");
            out.extend_from_slice(&self.text);
            out.extend_from_slice(b"ET\n");
        }
    }
}

/// What was said of a line.
#[derive(Clone, Copy, Default, Debug)]
pub struct Announced {
    /// It has links.
    pub has_links: bool,
    /// It ends inside a word.
    pub is_divided: bool,
    /// A space stands between it and the next.
    pub is_spaced: bool,
}

fn begin(tag: &[u8], owner: Owner, owners: &mut Vec<Owner>, out: &mut Vec<u8>) {
    out.extend_from_slice(tag);
    out.extend_from_slice(b"<</MCID ");
    match owners.len() {
        number @ 0..10 => out.push(b'0' + number as u8),
        number @ 10..100 => out.extend_from_slice(&[b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]),
        number => super::integer(number as i64, out),
    }
    out.extend_from_slice(b">>BDC\n");
    owners.push(owner);
}
