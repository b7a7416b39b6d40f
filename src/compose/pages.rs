//! The pages of a document: which master each has, how the body goes on from one to the next, and its footnotes.
//!
//! Takes bound blocks, gives the master of each page, whose content stands in the canvas of the same index. Must never know
//! what a block is.

use super::bind::Binder;
use super::paginate::{Paginator, Placement, Result, Room, Token, too_high};
use super::paint::Canvas;
use super::region::paint_forms;
use crate::base::code;
use crate::base::length::Length;
use crate::base::limits;
use crate::model::content::Placed;
use crate::model::layout::{Border, Color, Layout, LineStyle, PageMaster};
use crate::model::record::Hold;

/// The space between body and footnotes, with a line in its middle.
const NOTES_GAP: Length = Length::from_points(8);

/// Footnotes take at most so many thirds of the body area; what does not fit goes on on the next page.
const NOTES_THIRDS: i64 = 2;

/// Footnotes of one page that are tried one by one for how many of them fit; more are taken together.
const NOTES_TRIED_MAX: usize = 6;

/// Where a page begins.
#[derive(Clone, Copy)]
struct Start<'a> {
    token: Token<'a>,
    /// Footnotes that did not fit the page before, and where they go on.
    notes: &'a [Placed<'a>],
    notes_token: Token<'a>,
}

/// What came of a page.
#[derive(Clone, Copy)]
struct Made<'a> {
    placement: Placement<'a>,
    notes: &'a [Placed<'a>],
    notes_token: Token<'a>,
}

impl Made<'_> {
    fn is_end(&self) -> bool {
        self.placement.rest.is_none() && self.notes.is_empty()
    }
}

struct Pages<'x, 's, 'p, 'a> {
    binder: &'x mut Binder<'s, 'p, 'a>,
    body: &'a [Placed<'a>],
    figures_used: &'x mut u64,
    layout: &'p Layout,
}

/// Flows the body over pages; gives the master of each page.
pub(super) fn paginate_body<'p: 'a, 'a>(
    binder: &mut Binder<'_, 'p, 'a>,
    body: &'a [Placed<'a>],
    canvases: &mut Vec<Canvas>,
    figures_used: &mut u64,
) -> Result<Vec<usize>> {
    let layout = binder.setter.layout;
    let mut pages = Pages { binder, body, figures_used, layout };
    let mut masters: Vec<usize> = Vec::new();
    let mut start = Start { token: Token::Start, notes: &[], notes_token: Token::Start };
    loop {
        let canvas = pages.canvas(canvases, masters.len())?;
        let (master, made) = pages.page(canvas, masters.len() as u32 + 1, start)?;
        let wants_odd = std::mem::take(&mut pages.binder.wants_odd);
        if wants_odd && made.placement.height == Length::ZERO && made.notes.is_empty() && canvas.calls.is_empty() {
            // Nothing may stand on this page, whose number is even.
            masters.push(pages.blank(canvas, master));
        } else {
            masters.push(master);
            if wants_odd && masters.len() % 2 == 1 {
                let canvas = pages.canvas(canvases, masters.len())?;
                masters.push(pages.blank(canvas, master));
            }
        }
        if made.is_end() {
            break;
        }
        let end = || Token::Child(body.len(), pages.binder.arena.alloc(Token::Start));
        start = Start { token: made.placement.rest.unwrap_or_else(end), notes: made.notes, notes_token: made.notes_token };
    }
    while !masters.len().is_multiple_of(layout.pages.multiple.max(1) as usize) {
        let canvas = pages.canvas(canvases, masters.len())?;
        let last = masters[masters.len() - 1];
        masters.push(pages.blank(canvas, last));
    }
    match layout.pages.most {
        Some(most) if masters.len() > most as usize => {
            let reason = format!("the document has {} pages, `pages-max` allows {most}", masters.len());
            Err(Hold::new(&code::RECORD_PAGES, reason))
        }
        _ => Ok(masters),
    }
}

impl<'p: 'a, 'a> Pages<'_, '_, 'p, 'a> {
    fn canvas<'c>(&mut self, canvases: &'c mut Vec<Canvas>, index: usize) -> Result<&'c mut Canvas> {
        if index >= limits::PAGES_PER_DOCUMENT_MAX {
            let reason = format!("the document has more than {} pages", limits::PAGES_PER_DOCUMENT_MAX);
            return Err(Hold::new(&code::RECORD_LIMIT, reason));
        }
        if canvases.len() <= index {
            canvases.push(Canvas::default());
        }
        self.binder.page_number = index as u32 + 1;
        let canvas = &mut canvases[index];
        canvas.note_boxes(!self.binder.use_forms);
        canvas.mark_content(self.binder.is_tagged);
        Ok(canvas)
    }

    /// A page that is left blank; gives its master.
    fn blank(&mut self, canvas: &mut Canvas, master: usize) -> usize {
        let master = self.layout.blank().unwrap_or(master);
        self.begin(canvas, &self.layout.masters[master]);
        master
    }

    fn begin(&mut self, canvas: &mut Canvas, page: &PageMaster) {
        canvas.begin(page.height);
        canvas.watch(&page.zones);
        paint_forms(self.binder, canvas, page);
    }

    /// Makes a page; gives its master.
    fn page(&mut self, canvas: &mut Canvas, number: u32, start: Start<'a>) -> Result<(usize, Made<'a>)> {
        let master = self.layout.master(number, false);
        let made = self.place(canvas, master, Length::ZERO, start)?;
        let last = self.layout.master(number, true);
        if !made.is_end() || last == master {
            return Ok((master, made));
        }
        let ending = self.place(canvas, last, Length::ZERO, start);
        if let Ok(ending) = ending
            && ending.is_end()
        {
            return Ok((last, ending));
        }
        // The last page has less room than the end of the document needs. This page stays what it is and leaves the
        // least it can to the next, which may be nothing but what stands in its regions.
        let page = &self.layout.masters[master];
        let height = made.placement.height;
        let spare = page.height - page.margin.top - page.margin.bottom - height;
        let step = Length::from_points(6);
        let shorter = (1..).map(|count| spare + step * count).take_while(|less| *less < spare + height);
        for less in shorter {
            match self.place(canvas, master, less, start) {
                Ok(made) if !made.is_end() => return Ok((master, made)),
                Ok(_) => {}
                Err(_) => break,
            }
        }
        let whole = self.place(canvas, master, Length::ZERO, start)?;
        let end = Token::Child(self.body.len(), self.binder.arena.alloc(Token::Start));
        Ok((master, Made { placement: Placement { rest: Some(end), ..whole.placement }, ..whole }))
    }

    /// Places what fits a page of a master, whose body area is lower by `less`.
    fn place(&mut self, canvas: &mut Canvas, master: usize, less: Length, start: Start<'a>) -> Result<Made<'a>> {
        if !self.layout.has_notes {
            let placement = self.place_body(canvas, master, less, start.token)?;
            return Ok(Made { placement, notes: &[], notes_token: Token::Start });
        }
        self.place_with_notes(canvas, master, less, start)
    }

    fn place_body(&mut self, canvas: &mut Canvas, master: usize, less: Length, token: Token<'a>) -> Result<Placement<'a>> {
        let page = &self.layout.masters[master];
        self.begin(canvas, page);
        self.binder.wants_odd = false;
        let room = Room {
            x: page.margin.left,
            y: page.margin.top,
            width: page.body_width(),
            bottom: page.height - page.margin.bottom - less,
            is_fresh: true,
            may_break: true,
            after: Length::ZERO,
        };
        let area = page.body_height();
        Paginator { binder: &mut *self.binder, canvas, figures_used: &mut *self.figures_used, area }.flow(self.body, token, room)
    }

    /// Finds how many footnotes fit below a body that calls no more of them.
    fn place_with_notes(&mut self, canvas: &mut Canvas, master: usize, less: Length, start: Start<'a>) -> Result<Made<'a>> {
        let page = &self.layout.masters[master];
        let most = (page.body_height() - less) * NOTES_THIRDS / 3;
        let carried = self.notes_height(start.notes, start.notes_token, page.body_width())?;
        let reserve = |notes: Length| if notes == Length::ZERO { notes } else { (notes + NOTES_GAP).min(most) };
        let mut kept = reserve(carried);
        let mut placement = match self.place_body(canvas, master, less + kept, start.token) {
            Ok(placement) => placement,
            // Something needs the whole page: the footnotes wait for the next.
            Err(hold) if kept == Length::ZERO => return Err(hold),
            Err(_) => return self.place_without_notes(canvas, master, less, start),
        };
        let called = canvas.calls.len();
        for count in 1..=called {
            if called > NOTES_TRIED_MAX && count < called {
                continue;
            }
            let notes = self.notes_of(&[], &canvas.calls[..count.min(canvas.calls.len())]);
            kept = reserve(carried + self.notes_height(notes, Token::Start, page.body_width())?);
            placement = match self.place_body(canvas, master, less + kept, start.token) {
                Ok(placement) => placement,
                Err(_) => return self.place_without_notes(canvas, master, less, start),
            };
            if canvas.calls.len() <= count || kept == most {
                break;
            }
        }
        // What is carried begins where it stopped; what is new comes after it.
        let (first, inner) = match start.notes_token {
            Token::Child(index, inner) => (index, inner),
            _ => (0, &Token::Start),
        };
        let notes = self.notes_of(&start.notes[first.min(start.notes.len())..], &canvas.calls);
        let token = Token::Child(0, inner);
        if notes.is_empty() {
            return Ok(Made { placement, notes, notes_token: Token::Start });
        }
        let rest = self.paint_notes(canvas, page, (less, kept), notes, token)?;
        Ok(match rest {
            None => Made { placement, notes: &[], notes_token: Token::Start },
            Some(token) => Made { placement, notes, notes_token: token },
        })
    }

    /// Places the body alone; all of its footnotes go to the next page.
    fn place_without_notes(&mut self, canvas: &mut Canvas, master: usize, less: Length, start: Start<'a>) -> Result<Made<'a>> {
        let placement = self.place_body(canvas, master, less, start.token)?;
        let notes = self.notes_of(start.notes, &canvas.calls);
        Ok(Made { placement, notes, notes_token: start.notes_token })
    }

    /// Footnotes that are carried, then those that are called.
    fn notes_of(&self, carried: &[Placed<'a>], calls: &[u32]) -> &'a [Placed<'a>] {
        let called = calls.iter().map(|call| self.binder.notes[*call as usize]);
        let all = carried.iter().copied().chain(called);
        bumpalo::collections::Vec::from_iter_in(all, self.binder.arena).into_bump_slice()
    }

    fn notes_height(&mut self, notes: &'a [Placed<'a>], from: Token<'a>, width: Length) -> Result<Length> {
        if notes.is_empty() {
            return Ok(Length::ZERO);
        }
        let mut canvas = Canvas::default();
        self.flow_notes(&mut canvas, notes, from, (Length::ZERO, Length::ZERO, width, Length::MAX)).map(|placement| placement.height)
    }

    fn flow_notes(
        &mut self,
        canvas: &mut Canvas,
        notes: &'a [Placed<'a>],
        from: Token<'a>,
        (x, y, width, bottom): (Length, Length, Length, Length),
    ) -> Result<Placement<'a>> {
        let room = Room { x, y, width, bottom, is_fresh: true, may_break: false, after: Length::ZERO };
        let area = if bottom == Length::MAX { bottom } else { bottom - y };
        Paginator { binder: &mut *self.binder, canvas, figures_used: &mut *self.figures_used, area }.flow(notes, from, room)
    }

    /// Paints footnotes at the bottom of the body area; gives where they go on.
    fn paint_notes(
        &mut self,
        canvas: &mut Canvas,
        page: &PageMaster,
        (less, kept): (Length, Length),
        notes: &'a [Placed<'a>],
        from: Token<'a>,
    ) -> Result<Option<Token<'a>>> {
        let height = self.notes_height(notes, from, page.body_width())?;
        let bottom = page.height - page.margin.bottom - less;
        let room = kept - NOTES_GAP;
        if room <= Length::ZERO {
            return Err(too_high("a footnote", height, room));
        }
        let top = bottom - height.min(room);
        let (left, line) = (page.margin.left, top - NOTES_GAP / 2);
        let border = Border { width: Length::from_millipoints(500), color: Color::default(), line: LineStyle::Solid };
        canvas.stroke_line((left, line), (left + page.body_width() / 3, line), border);
        Ok(self.flow_notes(canvas, notes, from, (left, top, page.body_width(), bottom))?.rest)
    }
}
