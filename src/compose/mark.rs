//! What stands in a text and takes no room.
//!
//! Takes the lines that are painted, notes on the page what is called or named there. Must never change where anything stands.

use super::paginate::Paginator;
use crate::model::content::{Item, Line, Mark};

impl<'p, 'a> Paginator<'_, '_, 'p, 'a>
where
    'p: 'a,
{
    /// Notes the marks of a line that was painted.
    pub(super) fn marks(&mut self, line: &Line<'a>) {
        for item in line.items {
            let Item::Mark { mark, .. } = item else { continue };
            match self.binder.marks[*mark as usize] {
                Mark::Note(note) => {
                    if !self.canvas.calls.contains(&note) {
                        self.canvas.calls.push(note);
                    }
                }
            }
        }
    }
}
