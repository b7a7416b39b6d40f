//! The lists of who gets no mail.
//!
//! Takes `[[mail.suppress]]`, gives each list with its name and reason. Must never keep an address: keys are all it has.

use super::keys_mail as keys;
use super::mail_files::MailFiles;
use super::read::Table;
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::model::mail::MatchKeys;
use crate::postal::address::Settler;
use crate::postal::matching::{KeyList, ListKey};

/// A list.
#[derive(Debug)]
pub struct Suppression {
    /// What reports call it.
    pub name: String,
    /// Why who is on it gets no mail.
    pub reason: String,
    /// Who is on it.
    pub list: KeyList,
}

/// Reads the lists.
pub(super) fn read(mail: &Table<'_>, settler: Option<&Settler>, files: &mut MailFiles<'_>, faults: &mut Faults) -> Vec<Suppression> {
    let mut suppressions: Vec<Suppression> = Vec::new();
    for (index, table) in mail.tables("suppress", &keys::SUPPRESS, faults).iter().enumerate() {
        let path = table.required_text("file", faults);
        let reason = table.required_text("reason", faults);
        let key = table.word("key", &ListKey::WORDS, faults).unwrap_or_default();
        let name = table.text("name", faults);
        let Some(path) = path else { continue };
        let file_name = path.text.rsplit('/').next().unwrap_or(&path.text).to_string();
        let name = name.map_or(file_name, |name| name.text);
        if suppressions.iter().any(|known| known.name == name) {
            let fault = Diagnostic::error(&code::JOB_MAIL, table.span, format!("two lists are called `{name}`"));
            faults.push(fault.hint("reports tell them by their names: give one a `name`"));
            continue;
        }
        let Some((text, file)) = files.read(&path, &format!("suppress-{index}.csv"), faults) else { continue };
        let Some(list) = settler.and_then(|settler| files.told(KeyList::read(&text, key, settler), file, faults)) else { continue };
        if list.is_empty() {
            let message = format!("nobody is on the list `{name}`: none of its {} rows has enough of an address", list.without_key);
            faults.push(Diagnostic::warning(&code::MAIL_TABLE, path.part(0..path.text.len()), message));
        }
        suppressions.push(Suppression { name, reason: reason.map(|reason| reason.text).unwrap_or_default(), list });
    }
    suppressions
}

/// The first list that a recipient is on.
pub(super) fn find<'s>(suppressions: &'s [Suppression], keys: &MatchKeys) -> Option<&'s Suppression> {
    suppressions.iter().find(|suppression| suppression.list.has(keys))
}
