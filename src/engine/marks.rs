//! Late streams: what is added to the pages of a piece once its place in the mail is known.
//!
//! Takes the facts of a piece and the sides it is printed on, gives the late stream of each side. Must never read a body, and
//! never remember a piece: what a page shows depends on its own place alone.

use std::ops::Range;

use bumpalo::Bump;

use super::sheets::{Side, sheet_count};
use crate::kit::expr::{Env, Value};
use crate::model::mail::PieceFacts;
use crate::model::resources::Used;
use crate::plan::{LatePages, Plan};
use crate::streams::StreamError;
use crate::streams::late::Place;

/// Writes the late streams of one print file.
pub(super) struct LateWriter<'p> {
    plan: &'p Plan,
    used: &'p Used,
    print_file: u32,
    pieces: u64,
    arena: Bump,
    text: String,
}

impl<'p> LateWriter<'p> {
    /// For the print file of this number with so many pieces. `used` is what the file will embed.
    pub(super) fn new(plan: &'p Plan, used: &'p Used, print_file: u32, pieces: u64) -> LateWriter<'p> {
        LateWriter { plan, used, print_file, pieces, arena: Bump::new(), text: String::new() }
    }

    /// Writes the late streams of a piece into `out`, in place of what was there: for each of its sides a range, which is empty
    /// where nothing is added. A piece of several documents has the sides of all of them, with sheets and pages counted through.
    pub(super) fn write_piece(
        &mut self,
        facts: &PieceFacts<'_>,
        sides: &[Side],
        out: &mut Vec<u8>,
        ranges: &mut Vec<Range<usize>>,
    ) -> Result<(), StreamError> {
        out.clear();
        ranges.clear();
        if self.plan.print.late.is_empty() {
            ranges.resize(sides.len(), 0..0);
            return Ok(());
        }
        let pages = sides.iter().filter(|side| side.page.is_some()).count() as u32;
        let mut place = Place {
            sequence: facts.sequence,
            sheet: 0,
            sheets: sheet_count(sides),
            page: 0,
            pages,
            pieces: self.pieces,
            print_file: self.print_file,
        };
        for side in sides {
            let start = out.len();
            if let Some(page) = side.page {
                (place.sheet, place.page) = (side.sheet, page as u32 + 1);
                self.write_side(&place, side, out)?;
            }
            ranges.push(start..out.len());
        }
        Ok(())
    }

    /// The late stream of a page: every text of the job that goes there.
    fn write_side(&mut self, place: &Place, side: &Side, out: &mut Vec<u8>) -> Result<(), StreamError> {
        self.arena.reset();
        // Variable 0 would be the record, of which nothing is known here.
        let variables: Vec<Value<'_>> = std::iter::once(Value::Row(&[])).chain(place.values().into_iter().map(Value::Integer)).collect();
        let plan = self.plan;
        let env = Env { arena: &self.arena, vars: &variables, running: &[], page: None, locale: &plan.locales[0], language: 0 };
        let height = plan.media[usize::from(side.media)].height;
        for late in &plan.print.late {
            let stands = match late.pages {
                LatePages::All => true,
                LatePages::First => place.page == 1,
                LatePages::Front => side.is_front,
            };
            if !stands {
                continue;
            }
            self.text.clear();
            // Whole numbers and fixed text cannot overflow or divide by zero unless the template does; then nothing is printed
            // wrong, the file is refused.
            late.text.write(&env, &mut self.text).map_err(|_| StreamError::LateTemplate)?;
            late.places[usize::from(side.media)]
                .write(&plan.resources, self.used, &self.text, height, out)
                .map_err(|error| StreamError::Late(error.0))?;
        }
        Ok(())
    }
}
