//! What a layout requires of its documents.
//!
//! Takes resolved tests, clauses and numbers, gives them to whoever composes. Must never know how a document is looked at.

use crate::base::date::Date;
use crate::base::length::Length;
use crate::base::span::Span;
use crate::kit::expr::Expr;

/// The requirements of a layout and of its bases.
#[derive(Debug)]
pub struct Requirements {
    /// Each, those of a base first.
    pub list: Vec<Requirement>,
    /// The clauses that are required, by the index that [`RequiredClause::clause`] names.
    pub clauses: Vec<Clause>,
    /// The regions of all pages, in order: what stands in one stands on each of its pages.
    pub regions: Vec<Span>,
    /// The regions and boxes, in order: nothing that begins in one should end below it.
    pub frames: Vec<Span>,
    /// Whether any of them asks where or how something is printed. Such documents are composed with a note of each box.
    pub are_of_pages: bool,
}

/// One requirement.
#[derive(Debug)]
pub struct Requirement {
    /// Where it was written.
    pub span: Span,
    /// It is for records for which this holds; for all without it.
    pub when: Option<Expr>,
    /// The first and the last date of a job that it is for.
    pub valid: (Option<Date>, Option<Date>),
    /// What a held record is told, a text.
    pub message: Option<Expr>,
    /// What must be.
    pub subject: Subject,
}

/// What must be.
#[derive(Debug)]
pub enum Subject {
    /// This holds.
    Test {
        /// The test.
        test: Expr,
        /// As it was written.
        text: String,
    },
    /// A clause stands where it must.
    Clause(Box<RequiredClause>),
    /// A document has no more pages.
    PagesMax(u32),
    /// No text is smaller.
    FontSizeMin(Length),
    /// None of these happened.
    No(Vec<Unwanted>),
}

/// What may not have happened to a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unwanted {
    /// Text reaches out of its page or of what it stands in.
    Overflow,
    /// Text was set smaller to fit its box.
    ShrunkText,
    /// What should stay together does not.
    BrokenKeep,
    /// A character was left out because no font has it.
    MissingGlyph,
}

impl Unwanted {
    /// The words for them, in the order of [`Unwanted::ALL`].
    pub const WORDS: &'static [&'static str] = &["overflow", "shrunk-text", "broken-keep", "missing-glyph"];
    /// Each of them.
    pub const ALL: &'static [Unwanted] = &[Unwanted::Overflow, Unwanted::ShrunkText, Unwanted::BrokenKeep, Unwanted::MissingGlyph];
}

/// A clause that must stand somewhere.
#[derive(Debug)]
pub struct RequiredClause {
    /// Its index in [`Requirements::clauses`].
    pub clause: usize,
    /// The version that must stand there; without it, any.
    pub version: Option<String>,
    /// On which pages.
    pub page: RequiredPage,
    /// The name of the region or box it must be inside of, and the elements that are so called, in order.
    pub inside: Option<(String, Vec<Span>)>,
    /// The least size of its text.
    pub font_size_min: Option<Length>,
}

/// On which pages something must stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum RequiredPage {
    /// Wherever.
    #[default]
    Any,
    /// The last but for blank ones.
    Last,
    /// Each but for blank ones.
    Every,
    /// That of a number, from 1.
    Number(u32),
}

/// All that a layout has of a clause.
#[derive(Debug)]
pub struct Clause {
    /// Its name.
    pub name: String,
    /// Its texts, in the order of the layout.
    pub texts: Vec<ClauseText>,
}

/// One text of a clause.
#[derive(Debug)]
pub struct ClauseText {
    /// Its version, if it has one.
    pub version: Option<String>,
    /// Where it was written.
    pub span: Span,
    /// All elements in it, in order.
    pub elements: Vec<Span>,
}
