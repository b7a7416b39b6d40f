//! The address of a record, as the job makes it.
//!
//! Takes `[mail.address]`, gives templates for parts or lines. Must never know a format.

use super::keys_mail as keys;
use super::mail::read_template;
use super::mail_files::MailFiles;
use super::read::Table;
use super::template::Template;
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::kit::expr::Scope;
use crate::model::mail::Country;
use crate::postal::address::Element;

/// How addresses are made of records.
#[derive(Debug)]
pub(super) struct AddressRules {
    /// Templates of parts.
    pub(super) parts: Vec<(Element, Template)>,
    /// Templates of lines, instead.
    pub(super) lines: Vec<Template>,
    /// What the barcode of the post says.
    pub(super) routing: Option<Template>,
    /// What the same customer has in common.
    pub(super) customer: Option<Template>,
}

/// Reads how addresses are made.
pub(super) fn read(
    mail: &Table<'_>,
    _country: Option<Country>,
    _files: &mut MailFiles<'_>,
    mut scope: Option<&mut Scope>,
    faults: &mut Faults,
) -> Option<AddressRules> {
    let Some(table) = mail.table("address", &keys::ADDRESS, faults) else {
        if !mail.has("address") {
            let fault = Diagnostic::error(&code::JOB_MISSING_KEY, mail.span, "`[mail]` lacks `[mail.address]`");
            faults.push(fault.hint("write `[mail.address]`, and below it `recipient = \"{name}\"`, `street`, `postcode`, `town`"));
        }
        return None;
    };
    let mut parts = Vec::new();
    for (name, element) in Element::ALL {
        if let Some(template) = read_template(&table, name, &mut scope, faults) {
            parts.push((element, template));
        }
    }
    let mut lines = Vec::new();
    for text in table.texts("lines", faults).unwrap_or_default() {
        if let Some(scope) = scope.as_deref_mut() {
            lines.push(Template::compile(&text, scope, faults));
        }
    }
    check_kind(&table, faults);
    let routing = read_template(&table, "routing", &mut scope, faults);
    let customer = read_template(&table, "customer", &mut scope, faults);
    Some(AddressRules { parts, lines, routing, customer })
}

/// Elements that lines may be told beside: what a data set has apart from the block.
const BESIDE_LINES: [&str; 4] = ["title", "given", "surname", "country"];

fn check_kind(table: &Table<'_>, faults: &mut Faults) {
    let told: Vec<&str> = Element::ALL.iter().map(|(name, _)| *name).filter(|name| table.has(name)).collect();
    let beside = told.iter().find(|name| !BESIDE_LINES.contains(name));
    match (table.has("lines"), beside) {
        (true, Some(part)) => {
            let fault =
                Diagnostic::error(&code::JOB_MAIL, table.span, format!("an address is told in lines or in parts, not by `lines` and `{part}`"));
            faults.push(fault.hint("beside `lines` may stand `title`, `given`, `surname` and `country`"));
        }
        (false, None) => {
            let fault = Diagnostic::error(&code::JOB_MISSING_KEY, table.span, "`[mail.address]` has neither parts nor `lines`");
            faults.push(fault.hint("write `recipient = \"{name}\"`, `street`, `postcode`, `town`; or `lines = [\"{line1}\", \"{line2}\"]`"));
        }
        (true, None) | (false, Some(_)) => {}
    }
}
