//! Papers, inserts and envelopes of a job.
//!
//! Takes `[mail.paper]`, `[[mail.insert]]` and `[[mail.envelope]]`, gives what gathering weighs and measures with. Must never
//! choose: which envelope a piece takes is decided when its sheets are known.

use super::keys_mail as keys;
use super::mail::NamedPath;
use super::read::{Table, Text};
use super::template;
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::length::{Length, parse_decimal};
use crate::base::span::Span;
use crate::kit::expr::{Expr, Scope};
use crate::model::mail::{Thickness, Weight};
use crate::model::page::Media;
use crate::postal::envelope::{Envelope, Envelopes, Fold, Folded};

/// What a paper weighs and how thick it is.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct PlannedPaper {
    /// What a square metre of it weighs.
    pub gsm: Weight,
    /// How thick a sheet is.
    pub thickness: Thickness,
}

impl PlannedPaper {
    /// The weight of one sheet of this size, rounded to milligrams.
    pub fn sheet(&self, width: Length, height: Length) -> Weight {
        // A point is 127/360 mm, so a millipoint squared is (127/360000)² mm², of 10^-6 m² each.
        let area = i128::from(width.millipoints().max(0)) * i128::from(height.millipoints().max(0)) * 127 * 127;
        let divisor = 360_000i128 * 360_000 * 1_000_000;
        Weight(((area * i128::from(self.gsm.0) + divisor / 2) / divisor) as u64)
    }
}

/// An enclosure.
#[derive(Debug)]
pub struct PlannedInsert {
    /// Its name.
    pub name: String,
    /// Which records get it; all if absent.
    pub when: Option<Expr>,
    /// What it weighs.
    pub weight: Weight,
    /// How thick it is.
    pub thickness: Thickness,
    /// The station of the inserter that holds it, from 1.
    pub bin: u8,
}

/// An envelope of the job.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlannedEnvelope {
    /// Its name.
    pub name: String,
    /// Its size and window.
    pub envelope: Envelope,
    /// How sheets are folded for it.
    pub fold: Fold,
    /// Where they are folded, from the top; empty: panels of equal height.
    pub folds: Vec<Length>,
    /// Most sheets.
    pub sheets_max: Option<u32>,
    /// How thick it may be when it is filled.
    pub thickness_max: Option<Thickness>,
    /// How heavy it may be when it is filled.
    pub weight_max: Option<Weight>,
    /// What it weighs empty.
    pub weight: Weight,
    /// How thick it is empty.
    pub thickness: Thickness,
    /// The folder of its own scheme.
    pub scheme: Option<NamedPath>,
    /// Where it stands in the job.
    pub span: Span,
}

impl PlannedEnvelope {
    /// A sheet as it is folded for this envelope.
    pub fn folded(&self, width: Length, height: Length) -> Folded {
        let places = if self.folds.is_empty() { self.fold.equal_places(height) } else { self.folds.clone() };
        Folded::new(width, height, &places)
    }
}

/// Reads the inserts.
pub(super) fn read_inserts(table: &Table<'_>, mut scope: Option<&mut Scope>, faults: &mut Faults) -> Vec<PlannedInsert> {
    let tables = table.tables("insert", &keys::INSERT, faults);
    if let Some(beyond) = tables.get(32) {
        faults.push(Diagnostic::error(&code::JOB_MAIL, beyond.span, "a job has at most 32 inserts"));
    }
    let mut inserts: Vec<PlannedInsert> = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let name = table.required_text("name", faults);
        let when = table.text("when", faults).zip(scope.as_deref_mut()).and_then(|(text, scope)| template::compile_condition(&text, scope, faults));
        let weight = required(table, "weight", read_weight, faults);
        let thickness = required(table, "thickness", read_thickness, faults);
        let bin = table.integer("bin", 1..=99, faults).unwrap_or(index as i64 + 1) as u8;
        let Some(name) = name.and_then(|name| unused_name(name, |name| inserts.iter().any(|known| known.name == name), faults)) else { continue };
        inserts.push(PlannedInsert { name, when, weight, thickness, bin });
    }
    inserts
}

/// Reads the envelopes.
pub(super) fn read_envelopes(table: &Table<'_>, known: &Envelopes, faults: &mut Faults) -> Vec<PlannedEnvelope> {
    let tables = table.tables("envelope", &keys::ENVELOPE, faults);
    if let Some(beyond) = tables.get(255) {
        faults.push(Diagnostic::error(&code::JOB_MAIL, beyond.span, "a job has at most 255 envelopes"));
    }
    let mut envelopes: Vec<PlannedEnvelope> = Vec::new();
    for table in &tables {
        let name = table.required_text("name", faults);
        let envelope = table.required_text("size", faults).and_then(|size| find_envelope(&size, known, faults));
        let fold = table.word("fold", &Fold::WORDS, faults).unwrap_or_default();
        let folds = read_folds(table, fold, faults);
        let sheets_max = table.integer("sheets-max", 1..=10_000, faults).map(|sheets| sheets as u32);
        let thickness_max = read_thickness(table, "thickness-max", faults);
        let weight_max = read_weight(table, "weight-max", faults);
        let weight = read_weight(table, "weight", faults).unwrap_or_default();
        let thickness = read_thickness(table, "thickness", faults).unwrap_or_default();
        let scheme = table.text("scheme", faults).map(|text| NamedPath::new(&text));
        let name = name.and_then(|name| unused_name(name, |name| envelopes.iter().any(|known| known.name == name), faults));
        let (Some(name), Some(envelope)) = (name, envelope) else { continue };
        let span = table.span;
        envelopes.push(PlannedEnvelope { name, envelope, fold, folds, sheets_max, thickness_max, weight_max, weight, thickness, scheme, span });
    }
    envelopes
}

fn find_envelope(size: &Text, known: &Envelopes, faults: &mut Faults) -> Option<Envelope> {
    let found = known.find(&size.text).cloned();
    if found.is_none() {
        let fault = Diagnostic::error(&code::JOB_MAIL, size.part(0..size.text.len()), format!("there is no envelope `{}`", size.text));
        let fault = fault.suggest(&size.text, known.codes());
        let all: Vec<&str> = known.codes().collect();
        faults.push(if fault.hint.is_none() { fault.hint(format!("known are {}", all.join(", "))) } else { fault });
    }
    found
}

fn read_folds(table: &Table<'_>, fold: Fold, faults: &mut Faults) -> Vec<Length> {
    let Some(texts) = table.texts("folds", faults) else { return Vec::new() };
    let mut folds = Vec::new();
    for text in &texts {
        let unit_at = text.text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.text.len());
        match Length::parse(text.text[..unit_at].trim(), text.text[unit_at..].trim()) {
            Some(place) if place > folds.last().copied().unwrap_or(Length::ZERO) => folds.push(place),
            found => {
                let message =
                    if found.is_some() { "folds are told from the top downwards".into() } else { format!("`{}` is not a length", text.text) };
                faults
                    .push(Diagnostic::error(&code::JOB_VALUE, text.part(0..text.text.len()), message).hint("write `folds = [\"105mm\", \"210mm\"]`"));
                return Vec::new();
            }
        }
    }
    if folds.len() + 1 != fold.panels() {
        let message =
            format!("the fold `{}` makes {} panels, so `folds` has {} places, not {}", fold.word(), fold.panels(), fold.panels() - 1, folds.len());
        faults.push(Diagnostic::error(&code::JOB_MAIL, texts.first().map_or(table.span, |text| text.span), message));
        return Vec::new();
    }
    folds
}

fn unused_name(name: Text, is_used: impl Fn(&str) -> bool, faults: &mut Faults) -> Option<String> {
    if is_used(&name.text) {
        let fault = Diagnostic::error(&code::JOB_MAIL, name.part(0..name.text.len()), format!("`{}` is named twice", name.text));
        faults.push(fault.hint("reports tell them by their names: rename one"));
        return None;
    }
    Some(name.text)
}

/// Reads the papers: for each media of the job, what it weighs. `renamed` are the names of `[print.media]`, as masters and as the press say.
pub(super) fn read_papers(
    table: &Table<'_>,
    media: &[Media],
    renamed: &[(String, String)],
    is_weighed: bool,
    faults: &mut Faults,
) -> Vec<PlannedPaper> {
    let mut papers = Vec::new();
    let named = table.table("paper", &keys::PAPERS, faults);
    for (name, value, range) in named.as_ref().map(Table::entries).unwrap_or_default() {
        let Some(paper) = named.as_ref().and_then(|named| named.below(value, range, &keys::PAPER, faults)) else {
            let fault = Diagnostic::error(&code::JOB_WRONG_TYPE, name.span, format!("the paper `{}` wants a table", name.value));
            faults.push(fault.hint(format!("write `[mail.paper.{}]`, and below it `gsm = 80` and `thickness = \"0.10mm\"`", name.value)));
            continue;
        };
        let gsm = read_gsm(&paper, faults);
        let thickness = required(&paper, "thickness", read_thickness, faults);
        papers.push((name, PlannedPaper { gsm, thickness }));
    }
    let is_of = |paper: &str, media: &Media| paper == media.name || renamed.iter().any(|(asked, name)| asked == paper && *name == media.name);
    // Without a layout that can be read, nothing is known of media.
    for (name, _) in papers.iter().filter(|(name, _)| !media.is_empty() && !media.iter().any(|media| is_of(&name.value, media))) {
        let fault = Diagnostic::warning(&code::JOB_MAIL, name.span, format!("no page is printed on the paper `{}`", name.value));
        faults.push(fault.suggest(&name.value, media.iter().map(|media| media.name.as_str())));
    }
    let find = |media: &Media| papers.iter().find(|(name, _)| is_of(&name.value, media)).map(|(_, paper)| paper.clone());
    let mut told: Vec<&str> = Vec::new();
    for media in media.iter().filter(|media| is_weighed && find(media).is_none()) {
        if !told.contains(&media.name.as_str()) {
            let fault = Diagnostic::error(&code::JOB_MAIL, table.span, format!("nothing says what the paper `{}` weighs", media.name));
            faults.push(fault.hint(format!("write `[mail.paper.{}]`, and below it `gsm = 80` and `thickness = \"0.10mm\"`", quoted(&media.name))));
            told.push(&media.name);
        }
    }
    media.iter().map(|media| find(media).unwrap_or_default()).collect()
}

/// A name as a key of TOML.
fn quoted(name: &str) -> String {
    let is_bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if is_bare { name.to_string() } else { format!("{name:?}") }
}

fn required<T: Default>(table: &Table<'_>, key: &str, read: impl Fn(&Table<'_>, &str, &mut Faults) -> Option<T>, faults: &mut Faults) -> T {
    if !table.has(key) {
        table.missing(key, faults);
    }
    read(table, key, faults).unwrap_or_default()
}

fn read_gsm(table: &Table<'_>, faults: &mut Faults) -> Weight {
    if !table.has("gsm") {
        table.missing("gsm", faults);
    }
    let Some(told) = table.number("gsm", faults) else { return Weight::default() };
    match in_units(&told.value, 1_000, 1) {
        Some(milligrams) if (5_000..=2_000_000).contains(&milligrams) => Weight(milligrams),
        _ => {
            let fault = Diagnostic::error(&code::JOB_VALUE, told.span, format!("`{}` is no weight of paper", told.value));
            faults.push(fault.hint("from 5 to 2000 grams of a square metre; 20 lb bond is 75.2, 24 lb is 90.3"));
            Weight::default()
        }
    }
}

/// Milligrams of one unit, as a fraction.
const WEIGHTS: &[(&str, u64, u64)] =
    &[("mg", 1, 1), ("g", 1_000, 1), ("kg", 1_000_000, 1), ("oz", 28_349_523_125, 1_000_000), ("lb", 453_592_370, 1_000)];

/// Thousandths of a millimetre of one unit, as a fraction.
const THICKNESSES: &[(&str, u64, u64)] = &[("mm", 1_000, 1), ("cm", 10_000, 1), ("in", 25_400, 1), ("um", 1, 1)];

/// A weight with its unit.
pub(super) fn read_weight(table: &Table<'_>, key: &str, faults: &mut Faults) -> Option<Weight> {
    read_measure(table, key, WEIGHTS, "a weight", "`g`, `mg`, `kg`, `oz` or `lb`", faults).map(Weight)
}

/// A thickness with its unit.
pub(super) fn read_thickness(table: &Table<'_>, key: &str, faults: &mut Faults) -> Option<Thickness> {
    read_measure(table, key, THICKNESSES, "a thickness", "`mm`, `cm`, `in` or `um`", faults).map(Thickness)
}

fn read_measure(table: &Table<'_>, key: &str, units: &[(&str, u64, u64)], kind: &str, known: &str, faults: &mut Faults) -> Option<u64> {
    let text = table.text(key, faults)?;
    let trimmed = text.text.trim();
    let unit_at = trimmed.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(trimmed.len());
    let unit = units.iter().find(|(name, ..)| *name == &trimmed[unit_at..]);
    let found = unit.and_then(|(_, numerator, denominator)| in_units(trimmed[..unit_at].trim(), *numerator, *denominator));
    if found.is_none() {
        let fault = Diagnostic::error(&code::JOB_VALUE, text.part(0..text.text.len()), format!("`{}` is not {kind}", text.text));
        faults.push(fault.hint(format!("write a number and {known}")));
    }
    found
}

/// A decimal number times a fraction, rounded half up.
fn in_units(number: &str, numerator: u64, denominator: u64) -> Option<u64> {
    let (mantissa, scale) = parse_decimal(number)?;
    let mantissa = u128::try_from(mantissa).ok()?;
    let divisor = u128::from(denominator) * 10u128.pow(scale);
    u64::try_from((mantissa * u128::from(numerator) + divisor / 2) / divisor).ok().filter(|value| *value <= 1_000_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_weigh_what_paper_merchants_say() {
        let millimetres = |number: &str| Length::parse(number, "mm").unwrap();
        let paper = |gsm: u64| PlannedPaper { gsm: Weight(gsm), thickness: Thickness(100) };
        assert_eq!(paper(80_000).sheet(millimetres("210"), millimetres("297")).to_string(), "4.99 g");
        // US Letter, 20 lb.
        assert_eq!(paper(75_200).sheet(Length::from_points(612), Length::from_points(792)).to_string(), "4.54 g");
    }

    #[test]
    fn measures_are_exact() {
        assert_eq!(in_units("0.25", 28_349_523_125, 1_000_000), Some(7_087));
        assert_eq!(in_units("0.10", 1_000, 1), Some(100));
        assert_eq!(in_units("-1", 1_000, 1), None);
        assert_eq!(in_units("999999999", 1_000_000_000, 1), None);
    }
}
