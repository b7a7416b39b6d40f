//! The job section: name, clock, limits, locale.
//!
//! Takes the `[job]` table, gives settings. Must never know a layout beyond its language.

use std::path::{Path, PathBuf};

use super::paths::join;
use super::read::{Table, Text};
use super::template::Template;
use crate::base::code;
use crate::base::date::Date;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::money::{Decimal, parse_decimal};
use crate::kit::expr::Scope;
use crate::kit::locale::Locale;
use crate::model::layout::Layout;

/// Name, date and limits of a job.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Its name.
    pub name: String,
    /// Its date: the only clock.
    pub date: Date,
    /// The output folder.
    pub out: PathBuf,
    /// How many records may be held.
    pub hold_limit: HoldLimit,
    /// Whether records with missing glyphs are composed and reported instead of held.
    pub report_missing_glyphs: bool,
    /// Records in a volume.
    pub volume_records: u64,
}

/// How many records may be held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HoldLimit {
    /// This many.
    Count(u64),
    /// This share of all records, in millionths.
    Share(u64),
}

impl HoldLimit {
    /// How many of `records` may be held.
    pub fn of(self, records: u64) -> u64 {
        match self {
            HoldLimit::Count(count) => count,
            HoldLimit::Share(millionths) => (u128::from(records) * u128::from(millionths) / 1_000_000) as u64,
        }
    }
}

impl std::fmt::Display for HoldLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            HoldLimit::Count(count) => write!(f, "{count}"),
            HoldLimit::Share(millionths) => write!(f, "{} %", Decimal::new(*millionths as i64, 4).normalize()),
        }
    }
}

/// Which locale a record takes.
#[derive(Debug)]
pub enum LocaleChoice {
    /// Always the same, by index.
    Fixed(usize),
    /// That of its layout: by layout, the index for each of its languages; one alone if records do not choose among them.
    OfLayout(Vec<Vec<usize>>),
    /// The one it names.
    Named(Template),
}

const HOLD_LIMIT: HoldLimit = HoldLimit::Count(1000);

/// Reads everything but the locale.
pub(super) fn read(job: &Table<'_>, folder: &Path, faults: &mut Faults) -> Settings {
    let name = job.required_text("name", faults).map(|text| text.text).unwrap_or_default();
    if !job.has("date") {
        job.missing("date", faults);
    }
    let date = job.date("date", faults).map(|told| told.value);
    let words = [("hold", false), ("report", true)];
    Settings {
        name,
        // After a fault nothing is made with it.
        date: date.or_else(|| Date::from_days(0)).expect("1970-01-01 is a date"),
        out: job.text("out", faults).map_or_else(|| join(folder, "out"), |text| join(folder, &text.text)),
        hold_limit: read_hold_limit(job, faults).unwrap_or(HOLD_LIMIT),
        report_missing_glyphs: job.word("missing-glyphs", &words, faults).unwrap_or(false),
        volume_records: job.integer("volume-records", 1..=100_000, faults).unwrap_or(1000) as u64,
    }
}

fn read_hold_limit(job: &Table<'_>, faults: &mut Faults) -> Option<HoldLimit> {
    let text = match job.integer_or_text("hold-limit", faults)? {
        Ok(count) => return Some(HoldLimit::Count(count as u64)),
        Err(text) => text,
    };
    let percent = text.text.trim().strip_suffix('%').and_then(|number| parse_decimal(number.trim().as_bytes()).ok());
    let share = percent.filter(|percent| *percent >= Decimal::ZERO && *percent <= Decimal::ONE_HUNDRED);
    let Some(share) = share else {
        let fault = Diagnostic::error(&code::JOB_VALUE, text.part(0..text.text.len()), format!("`{}` is no hold limit", text.text));
        faults.push(fault.hint("write a number of records such as `100`, or a percentage such as `\"1%\"`"));
        return None;
    };
    let millionths = (share * Decimal::from(10_000)).trunc();
    Some(HoldLimit::Share(u64::try_from(millionths).unwrap_or(0)))
}

/// Compiles the locales of the job.
pub(super) fn compile_locale(
    job: &Table<'_>,
    layouts: &[Option<Layout>],
    scope: &mut Scope,
    faults: &mut Faults,
) -> Option<(Vec<Locale>, LocaleChoice)> {
    let mut locales = Vec::new();
    let listed = job.texts("locales", faults);
    for text in listed.iter().flatten() {
        compile_tag(text, &mut locales, faults);
    }
    let Some(text) = job.text("locale", faults) else {
        let mut indices = Vec::new();
        for layout in layouts.iter().flatten() {
            // The language of a record's texts is that of its numbers, too.
            let tags = match &layout.languages {
                Some(languages) if languages.named.is_some() => languages.tags.as_slice(),
                Some(_) | None => std::slice::from_ref(&layout.lang),
            };
            indices.push(tags.iter().map(|tag| Some(index_of(locale_of(tag)?, &mut locales))).collect::<Option<_>>()?);
        }
        return Some((locales, LocaleChoice::OfLayout(indices)));
    };
    if !text.text.contains('{') {
        let index = compile_tag(&text, &mut locales, faults)?;
        return Some((locales, LocaleChoice::Fixed(index)));
    }
    if listed.as_ref().is_none_or(Vec::is_empty) {
        let fault = Diagnostic::error(&code::JOB_MISSING_KEY, text.span, "a locale from the record needs the list of `locales` it may name");
        faults.push(fault.hint("write `locales = [\"de-CH\", \"fr-CH\"]`"));
    }
    let template = Template::compile(&text, scope, faults);
    Some((locales, LocaleChoice::Named(template)))
}

/// The locale of a language. The layout stage has read the tag already; whatever it accepts without data is English to us.
fn locale_of(tag: &str) -> Option<Locale> {
    // Where a language has digits of its own, our fonts and formatter want those of Europe all the same.
    let latin = || Locale::compile(&format!("{tag}-u-nu-latn"));
    Locale::compile(tag).or_else(|_| latin()).or_else(|_| Locale::compile("en")).ok()
}

fn compile_tag(text: &Text, locales: &mut Vec<Locale>, faults: &mut Faults) -> Option<usize> {
    match Locale::compile(&text.text) {
        Ok(locale) => Some(index_of(locale, locales)),
        Err(error) => {
            let fault = Diagnostic::error(&code::JOB_LOCALE, text.part(0..text.text.len()), error.to_string());
            // As systems name their locales: `de_DE.UTF-8`.
            let tag = text.text.split(['.', '@']).next().unwrap_or_default().replace('_', "-");
            faults.push(match Locale::compile(&tag) {
                Ok(_) => fault.fix(tag),
                Err(_) => fault.hint("a language tag is a language and perhaps a region, such as `de` or `en-US` (BCP 47)"),
            });
            None
        }
    }
}

fn index_of(locale: Locale, locales: &mut Vec<Locale>) -> usize {
    match locales.iter().position(|known| *known == locale) {
        Some(at) => at,
        None => {
            locales.push(locale);
            locales.len() - 1
        }
    }
}

/// The locale that a record's text names: the tag itself, or the first of its language.
pub fn find_locale(locales: &[Locale], named: &str) -> Option<usize> {
    let named = named.trim().replace('_', "-");
    let exact = locales.iter().position(|locale| locale.tag().eq_ignore_ascii_case(&named));
    let language = |tag: &str| tag.split('-').next().unwrap_or("").to_ascii_lowercase();
    exact.or_else(|| if named.is_empty() { None } else { locales.iter().position(|locale| language(locale.tag()) == language(&named)) })
}
