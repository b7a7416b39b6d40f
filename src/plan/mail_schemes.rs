//! The schemes of a job.
//!
//! Takes the folders that `[mail]` and its envelopes name, gives each scheme once, and which envelope is sorted by which. Their tables
//! become parts of the plan, so that the frozen job sorts by them. Must never sort.

use std::path::Path;

use super::freeze::Frozen;
use super::library::Part;
use super::mail::NamedPath;
use super::mail_pieces::PlannedEnvelope;
use super::paths;
use super::scheme::read_scheme;
use crate::base::code;
use crate::base::date::Date;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::span::Sources;
use crate::postal::presort::check_size;
use crate::postal::scheme::{Day, Scheme};

/// The schemes of a job.
#[derive(Clone, Debug, Default)]
pub struct PlannedSchemes {
    /// The schemes, each once, in the order in which they are named.
    pub all: Vec<Scheme>,
    /// Their folders, as they are named.
    pub names: Vec<String>,
    /// The scheme of pieces without an envelope of the job.
    pub of_job: Option<usize>,
    /// The scheme of each envelope of the job.
    pub of_envelopes: Vec<Option<usize>>,
}

/// Reads the schemes that are named. On the date of the job each must be valid, unless `is_forced`.
pub(super) fn read(
    job: Option<&NamedPath>,
    envelopes: &[PlannedEnvelope],
    fields: &[String],
    (folder, frozen): (&Path, Option<&Frozen>),
    (date, is_forced): (Option<Date>, bool),
    (parts, sources): (&mut Vec<Part>, &mut Sources),
    faults: &mut Faults,
) -> PlannedSchemes {
    let mut schemes = PlannedSchemes::default();
    let mut find = |named: &NamedPath| -> Option<usize> {
        if let Some(known) = schemes.names.iter().position(|name| *name == named.path) {
            return Some(known);
        }
        let index = schemes.all.len();
        let full = frozen.map_or_else(|| paths::join(folder, &named.path), |frozen| frozen.folder.join(format!("scheme-{index}")));
        let day = match date {
            Some(date) if is_forced => Day::Forced(date),
            Some(date) => Day::On(date),
            None => Day::Any,
        };
        let read = read_scheme(&full, day, Some(named.span), sources, faults)?;
        for name in read.scheme.fields.iter().filter(|name| !fields.contains(name)) {
            let message = format!("the scheme `{}` asks for the field `{name}`, which `[mail.fields]` does not have", read.scheme.id);
            let fault = Diagnostic::error(&code::JOB_MAIL, named.span, message);
            faults.push(fault.hint(format!("write `{name} = \"{{…}}\"` below `[mail.fields]`")));
        }
        parts.extend(read.files.into_iter().map(|(name, bytes)| Part::new(format!("scheme-{index}/{name}"), bytes.into())));
        schemes.names.push(named.path.clone());
        schemes.all.push(read.scheme);
        Some(index)
    };
    let of_job = job.and_then(&mut find);
    let of = |envelope: &PlannedEnvelope| match &envelope.scheme {
        None => of_job,
        Some(named) if named.path == NONE => None,
        Some(named) => find(named),
    };
    let of_envelopes: Vec<Option<usize>> = envelopes.iter().map(of).collect();
    for (envelope, index) in envelopes.iter().zip(&of_envelopes) {
        let Some(scheme) = index.and_then(|index| schemes.all.get(index)) else { continue };
        if let Err(error) = check_size(scheme, envelope.envelope.measured()) {
            let message = format!("the envelope `{}` cannot be sorted by the scheme `{}`: {error}", envelope.name, scheme.id);
            let fault = Diagnostic::error(&code::JOB_MAIL, envelope.span, message);
            faults.push(fault.hint("name a scheme for this shape, or `scheme = \"none\"`: its pieces then have no trays"));
        }
    }
    PlannedSchemes { of_job, of_envelopes, ..schemes }
}

/// What an envelope names that is not sorted.
const NONE: &str = "none";
