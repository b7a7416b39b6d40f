//! The data contract of a job: the union of what its layouts need.
//!
//! Takes the contracts of layouts, gives one schema to parse records with, and for each layout the way from there to its own. Must
//! never guess: a field that two layouts declare differently is a fault.

use std::sync::Arc;

use super::read::Table;
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::span::Span;
use crate::kit::expr::{Field, Schema, Type, Value};

/// The union of the contracts; `None` if no layout has one that can be trusted.
pub(super) fn unite(contracts: &[Option<Arc<Schema>>], places: &[Option<Span>], faults: &mut Faults) -> Option<Schema> {
    let mut union: Option<Schema> = None;
    // A layout that is missing could bring any field: what the job says of it cannot be judged.
    if contracts.iter().any(Option::is_none) {
        return None;
    }
    for (schema, place) in contracts.iter().zip(places) {
        let Some(schema) = schema else { continue };
        let Some(all) = &mut union else {
            union = Some((**schema).clone());
            continue;
        };
        for field in &schema.fields {
            let Some(at) = all.find(&field.name) else {
                // A record that takes another layout need not have it.
                all.fields.push(Field { optional: true, ..field.clone() });
                continue;
            };
            let known = &mut all.fields[at];
            if known.kind != field.kind {
                let message = match (&known.kind, &field.kind) {
                    (Type::List(_), Type::List(_)) => format!("the rows of `{}` are declared differently by the layouts of this job", field.name),
                    _ => format!("`{}` is {} here, and {} in an earlier layout of this job", field.name, field.kind, known.kind),
                };
                let fault = Diagnostic::error(&code::JOB_CONTRACT, *place, message);
                faults
                    .push(fault.hint("layouts of one job share their records: declare the field in the same way, fields of rows in the same order"));
            }
            known.optional |= field.optional;
        }
        for known in &mut all.fields {
            known.optional |= schema.find(&known.name).is_none();
        }
    }
    union
}

/// Tells layouts that no record can take.
pub(super) fn check_reachable(layouts: &[Table<'_>], faults: &mut Faults) {
    let Some(first) = layouts.iter().position(|table| !table.has("when")) else { return };
    for table in &layouts[first + 1..] {
        let fault = Diagnostic::error(&code::JOB_UNREACHABLE, table.span, "no record can take this layout, because an earlier one takes all");
        faults.push(fault.hint("give the earlier layout a `when`, or put it last"));
    }
}

/// From the values of the union to those of one layout.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Projection {
    /// The index in the union for each field of the layout; `None` if they are the same.
    fields: Option<Vec<usize>>,
    /// Fields that the layout requires and the union does not: the index in the union and the name.
    required: Vec<(usize, String)>,
}

impl Projection {
    /// The way from `union` to `schema`, whose fields it has.
    pub(super) fn new(union: &Schema, schema: &Schema) -> Projection {
        let fields: Vec<usize> = schema.fields.iter().filter_map(|field| union.find(&field.name)).collect();
        assert!(fields.len() == schema.fields.len(), "the union has every field of every layout");
        let is_same = fields.len() == union.fields.len() && fields.iter().enumerate().all(|(at, index)| at == *index);
        let required = schema.fields.iter().zip(&fields).filter(|(field, index)| !field.optional && union.fields[**index].optional);
        let required = required.map(|(field, index)| (*index, field.name.clone())).collect();
        Projection { fields: (!is_same).then_some(fields), required }
    }

    /// The values of the layout.
    ///
    /// # Errors
    /// The name of a field that the layout requires and the record lacks.
    pub fn apply<'a>(&self, values: &'a [Value<'a>], arena: &'a bumpalo::Bump) -> Result<&'a [Value<'a>], &str> {
        if let Some((_, name)) = self.required.iter().find(|(index, _)| values[*index].is_null()) {
            return Err(name);
        }
        Ok(match &self.fields {
            None => values,
            Some(fields) => arena.alloc_slice_fill_iter(fields.iter().map(|index| values[*index])),
        })
    }
}
