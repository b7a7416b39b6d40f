//! A record: one input unit, parsed.
//!
//! Takes values in the order of the data contract, gives them to whoever binds a layout. Must never know the format
//! it came from.

use std::sync::Arc;

use crate::base::span::Span;
use crate::kit::expr::{CodeTable, Schema, Scope, Type, Value};

/// One parsed record. Everything in it borrows from the input or from the record's arena.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Its place in the input, from 0: the identity of a record.
    pub number: u64,
    /// Its bytes in the input, as they were.
    pub original: &'a [u8],
    /// One value per field of the contract.
    pub values: &'a [Value<'a>],
}

/// Why a record is held.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hold {
    /// The kind of fault, an `R….` code.
    pub code: &'static crate::base::code::Code,
    /// The reason in words, with the field and the offending value.
    pub reason: String,
    /// The place in the layout that cannot be composed with it, if there is one.
    pub span: Option<Span>,
}

impl Hold {
    /// A hold.
    pub fn new(code: &'static crate::base::code::Code, reason: impl Into<String>) -> Hold {
        Hold { code, reason: reason.into(), span: None }
    }

    /// The same with a place in the layout, if it has none: what is inside knows better.
    #[cold]
    pub fn at(mut self, span: Span) -> Hold {
        self.span.get_or_insert(span);
        self
    }
}

/// Something that a composed document is to be looked at for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Remark {
    /// The kind of fault, an `R….` code.
    pub code: &'static crate::base::code::Code,
    /// What it is, in words.
    pub reason: String,
}

/// The names that every expression of a job sees besides the fields of the record, in the order of their variables:
/// variable 0 is the record, variable 1 the first of these.
pub const JOB_VARIABLES: &[(&str, Type)] = &[("job.date", Type::Date), ("job.name", Type::Text), ("record.number", Type::Integer)];

/// What the expressions of a layout see besides: the language of the record's texts, or the tag of its locale if the layout has no
/// catalogues; and the address as `[mail]` settles it, line by line, which a job without mail has not.
pub const LAYOUT_VARIABLES: &[(&str, Type)] = &[("record.language", Type::Text), ("record.address", Type::Text)];

/// The scope of a layout's expressions: that of the job, and [`LAYOUT_VARIABLES`].
pub fn layout_scope(schema: Arc<Schema>, tables: Arc<[(String, Arc<CodeTable>)]>) -> Scope {
    let mut scope = scope(schema, tables);
    for (name, kind) in LAYOUT_VARIABLES {
        scope.push(name, kind.clone());
    }
    scope
}

/// The scope of a job's expressions: the record, [`JOB_VARIABLES`] and the job's tables of codes.
pub fn scope(schema: Arc<Schema>, tables: Arc<[(String, Arc<CodeTable>)]>) -> Scope {
    let mut scope = Scope::new(schema);
    scope.set_tables(tables);
    for (name, kind) in JOB_VARIABLES {
        scope.push(name, kind.clone());
    }
    scope
}
