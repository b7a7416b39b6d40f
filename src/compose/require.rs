//! What a layout requires, asked of a record and of its document.
//!
//! Takes requirements, the values of a record, and what came of its pages, gives the reason to hold it. All that is not met is told at
//! once: tests before anything is composed, the rest afterwards. Must never change a document.

use super::bind::{Binder, Bound};
use super::paint::Canvas;
use super::require_place::{self, PrintedPage};
use crate::base::code::{self, Code};
use crate::base::span::Span;
use crate::kit::expr::Value;
use crate::model::record::{Hold, Remark};
use crate::model::requirement::{Requirement, Requirements, Subject, Unwanted};

/// Most characters of the message of one requirement, which may hold values of the record.
const MESSAGE_MAX: usize = 400;
/// So many requirements that are not met are told of one record.
const TOLD_MAX: usize = 8;

/// A requirement that is not met.
struct Unmet {
    code: &'static Code,
    span: Span,
    reason: String,
}

impl<'p, 'a> Binder<'_, 'p, 'a>
where
    'p: 'a,
{
    /// Asks what can be asked of the record alone.
    pub(super) fn check_record(&self, requirements: &Requirements) -> Bound<()> {
        let mut unmet = Vec::new();
        for requirement in &requirements.list {
            let Subject::Test { test, text } = &requirement.subject else { continue };
            if !self.is_for(requirement)? || self.test(test, requirement)? {
                continue;
            }
            let reason = self.message(requirement).unwrap_or_else(|| {
                let mut values = String::new();
                let is_told = test.write_comparison(&self.env(), &mut values).is_ok() && !values.is_empty();
                let values = if is_told { format!(": {}", cut(&values)) } else { String::new() };
                format!("`{text}` does not hold{values}")
            });
            unmet.push(Unmet { code: &code::RECORD_REQUIREMENT, span: requirement.span, reason });
        }
        held(unmet)
    }

    /// Asks what is to be asked of the pages. `remarks` is what the document is to be looked at for.
    pub(super) fn check_document(&self, requirements: &Requirements, pages: &[PrintedPage<'_>], remarks: &[Remark]) -> Bound<()> {
        let mut unmet = Vec::new();
        for requirement in &requirements.list {
            if matches!(requirement.subject, Subject::Test { .. }) || !self.is_for(requirement)? {
                continue;
            }
            for (code, found) in find(requirement, requirements, pages, remarks) {
                let reason = match self.message(requirement) {
                    Some(message) => format!("{message}: {found}"),
                    None => found,
                };
                unmet.push(Unmet { code, span: requirement.span, reason });
            }
        }
        held(unmet)
    }

    /// The requirements that the pages do not meet so far, by their index. What stands in regions is not there yet.
    pub(super) fn unmet(&self, masters: &[usize], canvases: &[Canvas]) -> Vec<usize> {
        let layout = self.layout();
        let Some(requirements) = layout.requirements.as_deref() else { return Vec::new() };
        let (pages, remarks) = (require_place::printed(layout, masters, canvases), self.remarks());
        let is_unmet = |requirement: &Requirement| {
            let is_asked = !matches!(requirement.subject, Subject::Test { .. }) && self.is_for(requirement).unwrap_or(false);
            is_asked && !find(requirement, requirements, &pages, &remarks).is_empty()
        };
        requirements.list.iter().enumerate().filter(|(_, requirement)| is_unmet(requirement)).map(|(index, _)| index).collect()
    }

    /// What the document is to be looked at for, one remark of a kind.
    pub(super) fn remarks(&self) -> Vec<Remark> {
        let missing = self.missing.first().map(|what| format!("no font of the layout has a glyph for {what}, which is left out"));
        let all = [(&code::RECORD_GLYPH, missing), (&code::RECORD_SHRUNK, self.shrunk.clone()), (&code::RECORD_KEEP, self.broken_keep.clone())];
        all.into_iter().filter_map(|(code, reason)| reason.map(|reason| Remark { code, reason })).collect()
    }

    /// Whether a requirement is for the record, on the date of the job.
    fn is_for(&self, requirement: &Requirement) -> Bound<bool> {
        let (from, to) = requirement.valid;
        // The first of the variables that every expression sees besides the record.
        if let Some(Value::Date(date)) = self.variables.get(1)
            && (from.is_some_and(|from| *date < from) || to.is_some_and(|to| *date > to))
        {
            return Ok(false);
        }
        match &requirement.when {
            Some(when) => self.test(when, requirement),
            None => Ok(true),
        }
    }

    fn test(&self, test: &crate::kit::expr::Expr, requirement: &Requirement) -> Bound<bool> {
        test.test(&self.env()).map_err(|error| Hold::new(&code::RECORD_EXPRESSION, error.to_string()).at(requirement.span))
    }

    /// What the layout says of a requirement that is not met. A message that has no value for the record counts as none.
    fn message(&self, requirement: &Requirement) -> Option<String> {
        let mut text = String::new();
        requirement.message.as_ref()?.write_text(&self.env(), &mut text).ok()?;
        let text = cut(text.trim());
        (!text.is_empty()).then_some(text)
    }
}

/// What of a requirement is not met by a document, with what was found.
fn find(requirement: &Requirement, all: &Requirements, pages: &[PrintedPage<'_>], remarks: &[Remark]) -> Vec<(&'static Code, String)> {
    let one = |code: &'static Code, found: Option<String>| found.map(|found| (code, found)).into_iter().collect();
    match &requirement.subject {
        Subject::Test { .. } => Vec::new(),
        Subject::Clause(wanted) => one(&code::RECORD_CLAUSE, require_place::clause(wanted, all, pages)),
        Subject::FontSizeMin(least) => one(&code::RECORD_FONT_SIZE, require_place::smaller_text(*least, pages)),
        Subject::PagesMax(most) => {
            let is_more = pages.len() > *most as usize;
            one(&code::RECORD_PAGES, is_more.then(|| format!("the document has {} pages, `pages-max` allows {most}", pages.len())))
        }
        Subject::No(unwanted) => {
            let found = unwanted.iter().filter_map(|unwanted| {
                let code = match unwanted {
                    Unwanted::Overflow => return Some((&code::RECORD_OVERFLOW, require_place::overflow(all, pages)?)),
                    Unwanted::ShrunkText => &code::RECORD_SHRUNK,
                    Unwanted::BrokenKeep => &code::RECORD_KEEP,
                    Unwanted::MissingGlyph => &code::RECORD_GLYPH,
                };
                remarks.iter().find(|remark| remark.code == code).map(|remark| (code, remark.reason.clone()))
            });
            found.collect()
        }
    }
}

/// The hold of all that is not met; the first says code and place.
fn held(unmet: Vec<Unmet>) -> Bound<()> {
    let mut rest = unmet.into_iter();
    let Some(Unmet { code, span, mut reason }) = rest.next() else { return Ok(()) };
    for (index, more) in rest.enumerate() {
        if index + 1 == TOLD_MAX {
            reason.push_str("; …");
            break;
        }
        reason.push_str("; ");
        reason.push_str(&more.reason);
    }
    Err(Hold::new(code, reason).at(span))
}

/// A text cut to what a reason has room for.
fn cut(text: &str) -> String {
    match text.char_indices().nth(MESSAGE_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_string(),
    }
}
