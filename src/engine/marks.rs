//! Late streams: what is added to the pages of a piece once its place in the mail is known.
//!
//! Takes the facts of a piece and the sides it is printed on, gives the late stream of each side: texts, then marks. Must never read
//! a body. Of other pieces it knows how many sheets came before in the print file, which is what the counters of inserters count.

use std::ops::Range;

use bumpalo::Bump;

use super::sheets::{Side, impose, sheet_count};
use crate::base::code;
use crate::kit::barcode::{Drawing, Symbol, write_frame};
use crate::kit::expr::Env;
use crate::model::mail::{MailFacts, PieceFacts};
use crate::model::page::{Document, Page};
use crate::model::record::{Hold, Remark};
use crate::model::resources::Used;
use crate::plan::{LatePages, MarkKind, MarkPages, Plan, PlannedLate, PlannedMark};
use crate::postal::omr::{Marks, Sheet};
use crate::streams::StreamError;
use crate::streams::late::MissingGlyph;
use crate::streams::late_place::{Place, Tracking, Values};

/// Writes the late streams of one print file.
pub(super) struct LateWriter<'p> {
    plan: &'p Plan,
    used: &'p Used,
    print_file: u32,
    pieces: u64,
    /// Sheets and pieces that were written.
    sheets_before: u64,
    sets_before: u64,
    arena: Bump,
    text: String,
    tracking: String,
    symbol: Symbol,
    /// What each mark drew last: it is often the same on all sheets of a piece.
    drawn: Vec<Drawn>,
}

/// The last drawing of a mark.
#[derive(Default)]
struct Drawn {
    payload: String,
    marks: Option<Marks>,
    drawing: Drawing,
}

/// A side of a piece, with what late streams ask of it.
struct Here<'s, 'v> {
    side: &'s Side,
    sheet: Sheet,
    page: u32,
    values: &'s Values<'v>,
}

impl<'p> LateWriter<'p> {
    /// For the print file of this number with so many pieces. `used` is what the file will embed.
    pub(super) fn new(plan: &'p Plan, used: &'p Used, print_file: u32, pieces: u64) -> LateWriter<'p> {
        let drawn = plan.print.marks.iter().map(|_| Drawn::default()).collect();
        LateWriter {
            plan,
            used,
            print_file,
            pieces,
            sheets_before: 0,
            sets_before: 0,
            arena: Bump::new(),
            text: String::new(),
            tracking: String::new(),
            symbol: Symbol::default(),
            drawn,
        }
    }

    /// Writes the late streams of a piece into `out`, in place of what was there: for each of its sides a range, which is empty
    /// where nothing is added. A piece of several documents has the sides of all of them, with sheets and pages counted through. The
    /// pieces of a print file must come in their order.
    pub(super) fn write_piece(
        &mut self,
        facts: &PieceFacts<'_>,
        sides: &[Side],
        out: &mut Vec<u8>,
        ranges: &mut Vec<Range<usize>>,
    ) -> Result<(), StreamError> {
        out.clear();
        ranges.clear();
        if self.plan.print.late.is_empty() && self.plan.print.marks.is_empty() {
            ranges.resize(sides.len(), 0..0);
            return Ok(());
        }
        let mut payload = std::mem::take(&mut self.tracking);
        let tracking = track(self.plan, facts, &mut payload);
        let sheets = sheet_count(sides);
        let pages = sides.iter().filter(|side| side.page.is_some()).count() as u32;
        let place = Place { piece: *facts, sheets, pages, pieces: self.pieces, print_file: self.print_file, tracking };
        let mut values = place.values();
        for side in sides {
            let start = out.len();
            if let Some(page) = side.page {
                let page = page as u32 + 1;
                place.turn_to(side.sheet, page, &mut values);
                let sheet = Sheet {
                    number: side.sheet,
                    sheets,
                    sheets_before: self.sheets_before,
                    sets_before: self.sets_before,
                    inserts: facts.inserts,
                    is_diverted: facts.is_diverted,
                };
                self.write_side(&Here { side, sheet, page, values: &values }, out)?;
            }
            ranges.push(start..out.len());
        }
        self.tracking = payload;
        self.sheets_before += u64::from(sheets);
        self.sets_before += 1;
        Ok(())
    }

    /// Writes the content of the banner that comes before a piece, the first of its tray, in place of what was in `out`.
    pub(super) fn write_banner(&mut self, facts: &PieceFacts<'_>, media: u8, out: &mut Vec<u8>) -> Result<(), StreamError> {
        out.clear();
        self.arena.reset();
        let plan = self.plan;
        let place = Place { piece: *facts, sheets: 1, pages: 1, pieces: self.pieces, print_file: self.print_file, tracking: Tracking::default() };
        let side = Side { page: None, media, sheet: 1, is_front: true };
        let sheet = Sheet { number: 1, sheets: 1, sheets_before: 0, sets_before: 0, inserts: 0, is_diverted: false };
        let here = Here { side: &side, sheet, page: 1, values: &place.values() };
        let env = Env { arena: &self.arena, vars: here.values, running: &[], page: None, locale: &plan.locales[0], language: 0 };
        for late in plan.print.late.iter().filter(|late| late.pages == LatePages::Banner) {
            self.text.clear();
            late.text.write(&env, &mut self.text).map_err(|_| StreamError::LateTemplate)?;
            write_text(plan, self.used, late, &here, &mut self.text, out)?;
        }
        for (mark, drawn) in plan.print.marks.iter().zip(&mut self.drawn).filter(|(mark, _)| mark.pages == MarkPages::Banner) {
            let is_wanted = match &mark.when {
                Some(when) => when.test(&env).map_err(|_| StreamError::LateTemplate)?,
                None => true,
            };
            if is_wanted && draw(mark, &here, &env, &mut self.text, &mut self.symbol, drawn)? {
                write_mark(plan, mark, &here, &drawn.drawing, out);
            }
        }
        Ok(())
    }

    fn write_side(&mut self, here: &Here<'_, '_>, out: &mut Vec<u8>) -> Result<(), StreamError> {
        self.arena.reset();
        let plan = self.plan;
        let env = Env { arena: &self.arena, vars: here.values, running: &[], page: None, locale: &plan.locales[0], language: 0 };
        for late in plan.print.late.iter().filter(|late| has_late(late, here)) {
            self.text.clear();
            // Whole numbers and fixed text cannot overflow or divide by zero unless the template does; then nothing is printed
            // wrong, the file is refused.
            late.text.write(&env, &mut self.text).map_err(|_| StreamError::LateTemplate)?;
            write_text(plan, self.used, late, here, &mut self.text, out)?;
        }
        for (mark, drawn) in plan.print.marks.iter().zip(&mut self.drawn) {
            if has_mark(mark, here, &env)? && draw(mark, here, &env, &mut self.text, &mut self.symbol, drawn)? {
                write_mark(plan, mark, here, &drawn.drawing, out);
            }
        }
        Ok(())
    }
}

/// What the tracking code of a piece is made of; the payload lies in a buffer.
fn track<'a>(plan: &'a Plan, facts: &PieceFacts<'_>, payload: &'a mut String) -> Tracking<'a> {
    let Some(tracking) = &plan.print.tracking else { return Tracking::default() };
    payload.clear();
    tracking.write(facts.serial, facts.routing, payload);
    tracking.parts(payload)
}

fn has_late(late: &PlannedLate, here: &Here<'_, '_>) -> bool {
    match late.pages {
        LatePages::All => true,
        LatePages::First => here.page == 1,
        LatePages::Front => here.side.is_front,
        LatePages::Banner => false,
    }
}

/// Whether the page with this number, on a side of a piece of so many sheets, is one of those.
fn stands_on(pages: MarkPages, side: &Side, page: u32, sheets: u32) -> bool {
    match pages {
        MarkPages::All => true,
        MarkPages::Banner => false,
        MarkPages::Front => side.is_front,
        MarkPages::Back => !side.is_front,
        MarkPages::First => page == 1,
        MarkPages::FirstSheet => side.is_front && side.sheet == 1,
        MarkPages::LastSheet => side.is_front && side.sheet == sheets,
    }
}

fn has_mark(mark: &PlannedMark, here: &Here<'_, '_>, env: &Env<'_, '_>) -> Result<bool, StreamError> {
    let stands = stands_on(mark.pages, here.side, here.page, here.sheet.sheets);
    match &mark.when {
        Some(when) if stands => when.test(env).map_err(|_| StreamError::LateTemplate),
        _ => Ok(stands),
    }
}

/// Writes a late text. A character of a record that its face cannot show is printed as a question mark: the document has passed,
/// and its id is no reason to stop the press.
fn write_text(plan: &Plan, used: &Used, late: &PlannedLate, here: &Here<'_, '_>, text: &mut String, out: &mut Vec<u8>) -> Result<(), StreamError> {
    let height = plan.media[usize::from(here.side.media)].height;
    let place = &late.places[usize::from(here.side.media)];
    loop {
        match place.write(&plan.resources, used, text, height, out) {
            Ok(()) => return Ok(()),
            Err(MissingGlyph(character)) if character != '?' && !late.literal.contains(character) => *text = text.replace(character, "?"),
            Err(error) => return Err(StreamError::Late(error.0)),
        }
    }
}

/// Draws a mark unless it is the one that was drawn last. Whether there is something to print.
fn draw(
    mark: &PlannedMark,
    here: &Here<'_, '_>,
    env: &Env<'_, '_>,
    text: &mut String,
    symbol: &mut Symbol,
    drawn: &mut Drawn,
) -> Result<bool, StreamError> {
    match &mark.kind {
        MarkKind::Track(profile, track) => {
            let Some(marks) = profile.marks(&here.sheet) else { return Ok(false) };
            if drawn.marks != Some(marks) {
                drawn.drawing.draw_track(track, marks.0);
                drawn.marks = Some(marks);
            }
        }
        MarkKind::Code(code) => {
            text.clear();
            code.value.write(env, text).map_err(|_| StreamError::LateTemplate)?;
            if drawn.drawing.path.is_empty() || drawn.payload != *text {
                drawn.drawing.path.clear();
                let encoded = code.symbology.encode_into(text, &code.options, symbol);
                encoded.map_err(|error| StreamError::Mark { mark: mark.name.clone(), reason: format!("`{text}`: {error}") })?;
                drawn.drawing.draw(symbol, &code.size);
                drawn.payload.clear();
                drawn.payload.push_str(text);
            }
        }
    }
    Ok(true)
}

/// Puts a drawing on its page. Its colour is set, because the body may have left another one; what it leaves is put back by its frame.
fn write_mark(plan: &Plan, mark: &PlannedMark, here: &Here<'_, '_>, drawing: &Drawing, out: &mut Vec<u8>) {
    let media = &plan.media[usize::from(here.side.media)];
    let size = [drawing.width, drawing.height];
    let place = mark.ink(size, [media.width, media.height]);
    out.extend_from_slice(b"0 g ");
    write_frame(drawing.unit, size, place.x, media.height - place.y - place.height, mark.turn, out);
    out.extend_from_slice(&drawing.path);
}

/// Whether the marks of a job can be printed on a document: it keeps their zones clear, and has what they say. Asked before it goes to a
/// volume, when it still can be held.
pub(super) fn check_document(
    plan: &Plan,
    document: &Document,
    facts: Option<&MailFacts>,
    remarks: &mut Vec<Remark>,
    arena: &Bump,
) -> Result<(), Hold> {
    check_zones(plan, &document.pages, remarks)?;
    let Some(facts) = facts else { return Ok(()) };
    let piece = PieceFacts { routing: &facts.routing, postcode: &facts.postcode, document: &document.id, ..PieceFacts::default() };
    try_out(plan, &piece, arena)
}

/// Whether a document paints into the clear zone of a mark that its pages will have: that holds it, or is a remark. Which pages are fronts
/// depends on all papers of a document, so that this is known only now. A condition of a mark may still hold, for all that is known.
fn check_zones(plan: &Plan, pages: &[Page], remarks: &mut Vec<Remark>) -> Result<(), Hold> {
    if pages.iter().all(|page| page.touched == 0) {
        return Ok(());
    }
    let mut sides = Vec::new();
    impose(plan.print.duplex.is_duplex(), pages.iter().map(|page| page.media), &mut sides);
    let sheets = sheet_count(&sides);
    let mut reported = 0u32;
    for side in &sides {
        let Some(page) = side.page else { continue };
        for (index, mark) in plan.print.marks.iter().enumerate() {
            let bit = 1 << index;
            if pages[page].touched & bit == 0 || reported & bit != 0 || !stands_on(mark.pages, side, page as u32 + 1, sheets) {
                continue;
            }
            let reason = format!("page {} paints into the clear zone of {}", page + 1, mark.name);
            if mark.holds {
                return Err(Hold::new(&code::RECORD_CLEAR_ZONE, reason));
            }
            reported |= bit;
            remarks.push(Remark { code: &code::RECORD_CLEAR_ZONE, reason });
        }
    }
    Ok(())
}

/// Tries out the marks that say something of the record, on the first sheet of a piece of one sheet: a value that has no code holds the
/// record before it is composed into a volume.
fn try_out(plan: &Plan, facts: &PieceFacts<'_>, arena: &Bump) -> Result<(), Hold> {
    if !plan.print.marks.iter().any(|mark| mark.says_of_record) {
        return Ok(());
    }
    let facts = PieceFacts { sequence: 1, serial: 1, ..*facts };
    let mut payload = String::new();
    let place = Place { piece: facts, sheets: 1, pages: 1, pieces: 1, print_file: 1, tracking: track(plan, &facts, &mut payload) };
    let env = Env { arena, vars: &place.values(), running: &[], page: None, locale: &plan.locales[0], language: 0 };
    let (mut text, mut symbol) = (String::new(), Symbol::default());
    for mark in plan.print.marks.iter().filter(|mark| mark.says_of_record) {
        let MarkKind::Code(code) = &mark.kind else { continue };
        text.clear();
        let written = code.value.write(&env, &mut text).map_err(|error| error.to_string());
        let encoded = written.and_then(|()| code.symbology.encode_into(&text, &code.options, &mut symbol).map_err(|error| error.to_string()));
        encoded.map_err(|error| Hold::new(&code::RECORD_MARK, format!("{} of `{text}`: {error}", mark.name)))?;
    }
    Ok(())
}
