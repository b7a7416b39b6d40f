//! The mail section of a job: addresses, envelopes, papers, inserts.
//!
//! Takes `[mail]` and the scope of the job's expressions, gives what stands between a record and its mailpiece: [`Mail`]. Must never
//! know a sheet: how many a document has is known when it is composed.

use std::collections::BTreeMap;
use std::path::Path;

use super::freeze::Frozen;
use super::keys_mail as keys;
use super::library::Part;
use super::mail_address::{self, AddressRules};
use super::mail_files::MailFiles;
use super::mail_pieces::{self, PlannedEnvelope, PlannedInsert, PlannedPaper};
use super::mail_schemes::{self, PlannedSchemes};
use super::mail_suppress::{self, Suppression};
use super::read::{Table, Text};
use super::template::{self, Template};
use crate::base::code;
use crate::base::date::Date;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::span::{Sources, Span};
use crate::kit::expr::{Expr, Scope};
use crate::model::mail::{Country, MailFacts};
use crate::model::page::Media;
use crate::postal::envelope::Envelopes;
use crate::postal::matching::Unite;

/// How a job is mailed.
///
/// What the mail knows of a record is told by [`Mail::facts`], in the environment of the job's expressions (that of `[print] sort`).
#[derive(Debug)]
pub struct Mail {
    /// Where the section stands.
    pub span: Span,
    /// Where the mail is posted.
    pub country: Country,
    /// What it is sorted by.
    pub schemes: PlannedSchemes,
    /// The values of `{job.NAME}` on labels of trays.
    pub labels: BTreeMap<String, String>,
    /// What becomes of records without a deliverable address.
    pub undeliverable: Undeliverable,
    /// The values of `field:NAME` for schemes: their names, in the order of [`MailFacts::fields`].
    pub fields: Vec<String>,
    /// Whose documents share an envelope.
    pub household: Household,
    /// The papers, by the index of their media in the plan; without envelopes and scheme they may weigh nothing.
    pub papers: Vec<PlannedPaper>,
    /// The enclosures: bit n of [`MailFacts::inserts`] is the insert n.
    pub inserts: Vec<PlannedInsert>,
    /// The envelopes, in the order in which they are tried.
    pub envelopes: Vec<PlannedEnvelope>,
    /// How addresses are made and read.
    pub(super) address: AddressRules,
    pub(super) field_values: Vec<Template>,
    pub(super) suppressions: Vec<Suppression>,
}

/// A path as the job writes it, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NamedPath {
    /// As it is written, relative to the folder of the job file.
    pub path: String,
    /// Where.
    pub span: Span,
}

impl NamedPath {
    pub(super) fn new(text: &Text) -> NamedPath {
        NamedPath { path: text.text.clone(), span: text.part(0..text.text.len()) }
    }
}

/// What becomes of a record whose address no post delivers to.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Undeliverable {
    /// It is held.
    #[default]
    Hold,
    /// It is printed and put aside.
    Divert,
}

/// Whose documents share an envelope.
#[derive(Debug)]
pub struct Household {
    /// What they must have in common; `None`: nothing is united.
    pub unite: Option<Unite>,
    /// Whether it is only reported.
    pub is_report: bool,
    /// How alike names with one key must be, in percent.
    pub similarity: u8,
    /// Whether names that sound alike are compared, too.
    pub sounds_alike: bool,
    /// Records that have an envelope of their own: their keys are all 0.
    pub(super) apart: Option<Expr>,
    /// What must also be the same.
    pub(super) by: Option<Template>,
}

/// What became of a record on its way to the mail.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MailFate {
    /// It is mailed, or diverted if [`MailFacts::diverted`] says why.
    Mailed(Box<MailFacts>),
    /// It gets no mail.
    Suppressed {
        /// The name of the rule that holds its recipient back.
        rule: String,
        /// The reason that the rule gives.
        reason: String,
    },
}

/// Reads `[mail]`. Without a scope, because the contract of the layouts has a fault, expressions are not looked at.
pub(super) fn read(
    root: &Table<'_>,
    (folder, frozen): (&Path, Option<&Frozen>),
    mut scope: Option<&mut Scope>,
    (parts, sources): (&mut Vec<Part>, &mut Sources),
    (media, renamed): (&[Media], &[(String, String)]),
    date: Option<Date>,
    faults: &mut Faults,
) -> Option<Mail> {
    let table = root.table("mail", &keys::MAIL, faults)?;
    let mut files = MailFiles { folder, frozen, parts, sources };
    let country = read_country(&table, faults);
    let words = [("hold", Undeliverable::Hold), ("divert", Undeliverable::Divert)];
    let undeliverable = table.word("undeliverable", &words, faults).unwrap_or_default();
    let scheme = table.text("scheme", faults).map(|text| NamedPath::new(&text));
    let address = mail_address::read(&table, country, &mut files, scope.as_deref_mut(), faults);
    let mut envelopes = Envelopes::built_in();
    if let Some((text, file)) = table.text("envelopes", faults).and_then(|path| files.read(&path, "envelopes.csv", faults)) {
        files.told(envelopes.add(&text), file, faults);
    }
    let suppressions = mail_suppress::read(&table, address.as_ref().map(|address| &address.settler), &mut files, faults);
    let (fields, field_values) = read_fields(&table, scope.as_deref_mut(), faults);
    let household = read_household(&table, scope.as_deref_mut(), faults);
    let inserts = mail_pieces::read_inserts(&table, scope, faults);
    let envelopes = mail_pieces::read_envelopes(&table, &envelopes, faults);
    let is_forced = table.flag("scheme-force", faults).unwrap_or_default();
    let schemes = mail_schemes::read(scheme.as_ref(), &envelopes, &fields, (folder, frozen), (date, is_forced), (parts, sources), faults);
    let labels = read_labels(&table, faults);
    let is_weighed = !envelopes.is_empty() || scheme.is_some();
    let papers = mail_pieces::read_papers(&table, media, renamed, is_weighed, faults);
    Some(Mail {
        span: table.span,
        country: country?,
        schemes,
        labels,
        undeliverable,
        fields,
        household,
        papers,
        inserts,
        envelopes,
        address: address?,
        field_values,
        suppressions,
    })
}

fn read_labels(table: &Table<'_>, faults: &mut Faults) -> BTreeMap<String, String> {
    let Some(labels) = table.table("labels", &keys::LABELS, faults) else { return BTreeMap::new() };
    let names: Vec<String> = labels.entries().into_iter().map(|(name, ..)| name.value).collect();
    names.into_iter().filter_map(|name| labels.text(&name, faults).map(|text| (name, text.text))).collect()
}

fn read_country(table: &Table<'_>, faults: &mut Faults) -> Option<Country> {
    let text = table.required_text("country", faults)?;
    let country = Country::parse(&text.text);
    if country.is_none() {
        let fault = Diagnostic::error(&code::JOB_VALUE, text.part(0..text.text.len()), format!("`{}` is no country", text.text));
        faults.push(fault.hint("write its two letters (ISO 3166-1), such as `DE`"));
    }
    country
}

fn read_fields(table: &Table<'_>, mut scope: Option<&mut Scope>, faults: &mut Faults) -> (Vec<String>, Vec<Template>) {
    let Some(fields) = table.table("fields", &keys::FIELDS, faults) else { return (Vec::new(), Vec::new()) };
    let mut read = (Vec::new(), Vec::new());
    for (name, ..) in fields.entries() {
        let Some(template) = read_template(&fields, &name.value, &mut scope, faults) else { continue };
        read.0.push(name.value);
        read.1.push(template);
    }
    read
}

fn read_household(table: &Table<'_>, mut scope: Option<&mut Scope>, faults: &mut Faults) -> Household {
    let mut household = Household { unite: None, is_report: false, similarity: 85, sounds_alike: false, apart: None, by: None };
    let Some(table) = table.table("household", &keys::HOUSEHOLD, faults) else { return household };
    let words = [
        ("none", (None, false)),
        ("report", (Some(Unite::Household), true)),
        ("customer", (Some(Unite::Customer), false)),
        ("person", (Some(Unite::Person), false)),
        ("household", (Some(Unite::Household), false)),
        ("address", (Some(Unite::Address), false)),
    ];
    (household.unite, household.is_report) = table.word("unite", &words, faults).unwrap_or((None, false));
    if let Some(text) = table.text("similarity", faults) {
        let percent = text.text.trim().strip_suffix('%').and_then(|number| number.trim().parse().ok()).filter(|percent| (50..=100).contains(percent));
        household.similarity = percent.unwrap_or_else(|| {
            let fault = Diagnostic::error(&code::JOB_VALUE, text.part(0..text.text.len()), format!("`{}` is no similarity", text.text));
            faults.push(fault.hint("write a percentage from 50 to 100, such as `85%`"));
            85
        });
    }
    household.sounds_alike = table.flag("sounds-alike", faults).unwrap_or(false);
    household.by = read_template(&table, "by", &mut scope, faults);
    if let (Some(text), Some(scope)) = (table.text("apart", faults), scope) {
        household.apart = template::compile_condition(&text, scope, faults);
    }
    household
}

/// A text with expressions, if there is a scope to compile it in.
pub(super) fn read_template(table: &Table<'_>, key: &str, scope: &mut Option<&mut Scope>, faults: &mut Faults) -> Option<Template> {
    let text = table.text(key, faults)?;
    Some(Template::compile(&text, scope.as_deref_mut()?, faults))
}
