//! Control totals: what is summed over all documents of a job.
//!
//! Takes `[totals]`, gives expressions of amounts and numbers. Must never sum: a run keeps each document's amounts, and whoever
//! closes it adds up those that went out.

use super::keys;
use super::read::Table;
use super::template;
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::kit::expr::{Expr, Scope, Type};

/// A control total.
#[derive(Debug)]
pub struct Total {
    /// Its name.
    pub name: String,
    /// What a document adds to it.
    pub amount: Expr,
}

/// Reads `[totals]`.
pub(super) fn read(root: &Table<'_>, scope: Option<&mut Scope>, faults: &mut Faults) -> Vec<Total> {
    let (Some(table), Some(scope)) = (root.table("totals", &keys::TOTALS, faults), scope) else { return Vec::new() };
    let mut totals = Vec::new();
    for (name, ..) in table.entries() {
        let Some(text) = table.text(&name.value, faults) else { continue };
        let Some(amount) = template::compile_range(&text, 0..text.text.len(), scope, faults) else { continue };
        match amount.kind() {
            Type::Money | Type::Decimal | Type::Integer => totals.push(Total { name: name.value, amount }),
            other => {
                let fault = Diagnostic::error(&code::JOB_VALUE, text.part(0..text.text.len()), format!("{other} cannot be summed"));
                faults.push(fault.hint("a total is an amount or a number, such as `closing` or `count(transactions)`"));
            }
        }
    }
    totals
}
