//! The print section of a job: paper, order, late texts.
//!
//! Takes the print tables and the compiled layouts, gives what assembly needs. Must never know a document.

use std::sync::Arc;

use toml::de::DeValue;

use super::keys;
use super::library::JobLibrary;
use super::mark::{self, PlannedMark};
use super::print_sheet::Tickets;
use super::read::{Table, Text, kind_of};
use super::serials::SerialSettings;
use super::template::{self, Part, Template};
use super::tracking::Tracking;
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::length::Length;
use crate::base::span::Span;
use crate::kit::expr::{Expr, Schema, Scope, Type};
use crate::layout::Library;
use crate::layout::StackRequest;
use crate::model::layout::{Align, Color, Layout};
use crate::model::page::Media;
use crate::model::resources::{Resources, Used};
use crate::streams::late::{Angle, LateText};
use crate::streams::late_place::VARIABLES;
use crate::streams::print_sheet::PrintSheet;
use crate::streams::print_up::Lanes;

/// How sheets are printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Duplex {
    /// One side.
    #[default]
    Simplex,
    /// Both sides, turned like the pages of a book.
    LongEdge,
    /// Both sides, turned like the sheets of a pad.
    ShortEdge,
}

impl Duplex {
    /// Whether both sides are printed.
    pub fn is_duplex(self) -> bool {
        match self {
            Duplex::Simplex => false,
            Duplex::LongEdge | Duplex::ShortEdge => true,
        }
    }
}

/// On which pages a late text stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum LatePages {
    /// The front of each sheet.
    #[default]
    Front,
    /// Every page but empty backs.
    All,
    /// The first page of each piece.
    First,
    /// The banner of each tray.
    Banner,
}

/// A late text, compiled.
#[derive(Debug)]
pub struct PlannedLate {
    /// What it says; its only variables are those of [`VARIABLES`].
    pub text: Template,
    /// Where and how it stands, for each media of the job.
    pub places: Vec<LateText>,
    /// On which pages.
    pub pages: LatePages,
    /// What it says besides its values, and the signs that numbers may bring.
    pub literal: String,
    /// Whether it says what a document is called.
    pub says_document: bool,
}

/// How a job is printed.
#[derive(Debug, Default)]
pub struct Print {
    /// One side or both.
    pub duplex: Duplex,
    /// Mail pieces in a print file.
    pub pieces_per_file: u32,
    /// What the mail is sorted by, and whether each is turned around.
    pub sort: Vec<(Expr, bool)>,
    /// Whether a reprint needs a second person.
    pub second_person: bool,
    /// Late texts.
    pub late: Vec<PlannedLate>,
    /// What the late texts may show: part of every print file.
    pub late_used: Used,
    /// Marks for inserters and posts.
    pub marks: Vec<PlannedMark>,
    /// What goes to the press beside each print file.
    pub tickets: Tickets,
    /// How pages lie on their sheets.
    pub sheet: PrintSheet,
    /// The paper of the banners of trays, if there are any.
    pub banner: Option<u8>,
    /// Pages side by side, if they are wanted.
    pub lanes: Option<Lanes>,
    /// What barcodes of the United States say of the mailer.
    pub tracking: Option<Tracking>,
    /// The book that serial numbers come from.
    pub serials: Option<SerialSettings>,
}

impl Print {
    /// Whether something that is printed late says what a document is called.
    pub fn says_document(&self) -> bool {
        self.late.iter().any(|late| late.says_document) || self.marks.iter().any(|mark| mark.says_document)
    }
}

/// Reads the scalar keys.
pub(super) fn read(table: Option<&Table<'_>>, faults: &mut Faults) -> Print {
    let mut print = Print { pieces_per_file: 5000, ..Print::default() };
    let Some(table) = table else { return print };
    let words = [("simplex", Duplex::Simplex), ("long-edge", Duplex::LongEdge), ("short-edge", Duplex::ShortEdge)];
    print.duplex = table.word("duplex", &words, faults).unwrap_or_default();
    if let Some(pieces) = table.integer("pieces-per-file", 1..=1_000_000, faults) {
        print.pieces_per_file = pieces as u32;
    }
    print.second_person = table.flag("second-person", faults).unwrap_or_default();
    print
}

/// The fault of `name desc`, as databases write it.
fn direction_in_words(text: &Text) -> Option<Diagnostic> {
    let whole = text.text.trim();
    let (key, word) = whole.rsplit_once(char::is_whitespace)?;
    let (key, descends) = (key.trim(), word.eq_ignore_ascii_case("desc"));
    // Two names in a row are never an expression; behind an operator, the word is a field.
    if !(descends || word.eq_ignore_ascii_case("asc")) || !key.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ')' | '\'')) {
        return None;
    }
    if key.rsplit(char::is_whitespace).next().is_some_and(|last| matches!(last, "and" | "or" | "not" | "eq" | "ne" | "lt" | "le" | "gt" | "ge")) {
        return None;
    }
    let fix = if descends && !key.starts_with('-') { format!("-{key}") } else { key.to_string() };
    let start = text.text.len() - text.text.trim_start().len();
    let message = format!("`{word}` is not how the order is turned around");
    Some(
        Diagnostic::error(&code::JOB_SORT, text.part(start..start + whole.len()), message)
            .hint(format!("`-` in front sorts downwards: write `{fix}`"))
            .fix(fix),
    )
}

/// Compiles the sort expressions.
pub(super) fn compile_sort(table: Option<&Table<'_>>, scope: &mut Scope, faults: &mut Faults) -> Vec<(Expr, bool)> {
    let texts = table.and_then(|table| table.texts("sort", faults)).unwrap_or_default();
    let mut sort = Vec::new();
    for text in texts {
        if let Some(fault) = direction_in_words(&text) {
            faults.push(fault);
            continue;
        }
        let skipped = text.text.len() - text.text.trim_start().len();
        let descending = text.text[skipped..].starts_with('-');
        let start = skipped + usize::from(descending);
        let Some(expr) = template::compile_range(&text, start..text.text.len(), scope, faults) else { continue };
        match expr.kind() {
            Type::List(_) | Type::Row(_) => {
                let message = format!("nothing can be sorted by {}", expr.kind());
                faults.push(Diagnostic::error(&code::JOB_SORT, text.part(start..text.text.len()), message));
            }
            Type::Text | Type::Decimal | Type::Money | Type::Integer | Type::Boolean | Type::Date => sort.push((expr, descending)),
        }
    }
    sort
}

/// The papers of the job, and for each layout the paper of each master.
pub(super) fn compile_media(table: Option<&Table<'_>>, layouts: &[Option<Layout>], faults: &mut Faults) -> (Vec<Media>, Vec<Vec<u8>>) {
    let renamed = read_media(table, faults);
    let mut media: Vec<Media> = Vec::new();
    let mut media_of = Vec::new();
    for layout in layouts {
        let masters = layout.iter().flat_map(|layout| &layout.masters);
        let indices = masters.map(|master| {
            let name = renamed.iter().find(|(asked, ..)| *asked == master.media).map_or(&master.media, |(_, name, _)| name);
            let wanted = Media { name: name.clone(), width: master.width, height: master.height };
            media.iter().position(|known| *known == wanted).unwrap_or_else(|| {
                media.push(wanted);
                media.len() - 1
            })
        });
        media_of.push(indices.map(|index| index.min(255) as u8).collect());
    }
    if media.len() > 256 {
        faults.push(Diagnostic::error(
            &code::JOB_MEDIA,
            table.map(|table| table.span),
            format!("the job prints on {} papers; 256 are possible", media.len()),
        ));
    }
    let asked: Vec<&str> = layouts.iter().flatten().flat_map(|layout| &layout.masters).map(|master| master.media.as_str()).collect();
    if layouts.iter().all(Option::is_some) {
        for (name, _, span) in &renamed {
            if !asked.contains(&name.as_str()) {
                let fault = Diagnostic::warning(&code::JOB_MEDIA, *span, format!("no page master asks for the media `{name}`"));
                faults.push(fault.suggest(name, asked.iter().copied()));
            }
        }
    }
    (media, media_of)
}

/// The names of papers as masters ask for them, and as the press calls them. Their faults are told by [`compile_media`].
pub(super) fn renamed(table: Option<&Table<'_>>) -> Vec<(String, String)> {
    read_media(table, &mut Faults::new()).into_iter().map(|(asked, name, _)| (asked, name)).collect()
}

fn read_media(table: Option<&Table<'_>>, faults: &mut Faults) -> Vec<(String, String, Span)> {
    let Some(table) = table.and_then(|table| table.table("media", &keys::MEDIA, faults)) else { return Vec::new() };
    let mut renamed = Vec::new();
    for (key, value, range) in table.entries() {
        match value {
            DeValue::String(name) => renamed.push((key.value, name.to_string(), key.span)),
            other => {
                let span = Span::new(key.span.file, range.start, range.end);
                let fault = Diagnostic::error(&code::JOB_WRONG_TYPE, span, format!("a media wants a name, not {}", kind_of(other)));
                faults.push(fault.hint(format!("write `{} = \"A4 90g white\"`", key.value)));
            }
        }
    }
    renamed
}

/// Compiles the late texts.
pub(super) fn compile_late(table: Option<&Table<'_>>, library: &mut JobLibrary, media: &[Media], faults: &mut Faults) -> Vec<PlannedLate> {
    let tables = table.map(|table| table.tables("late", &keys::LATE, faults)).unwrap_or_default();
    tables.iter().filter_map(|late| compile_late_text(late, library, media, faults)).collect()
}

/// Marks what the late texts may show, once all faces are known.
pub(super) fn mark_late(late: &[PlannedLate], resources: &Resources, span: Option<Span>, faults: &mut Faults) -> Used {
    let mut used = Used::default();
    for late in late {
        for place in &late.places {
            if let Err(error) = place.mark(resources, &late.literal, &mut used) {
                faults.push(Diagnostic::error(&code::JOB_LATE, span, error.to_string()));
            }
        }
    }
    used
}

fn compile_late_text(table: &Table<'_>, library: &mut JobLibrary, media: &[Media], faults: &mut Faults) -> Option<PlannedLate> {
    let text = table.required_text("text", faults);
    let [left, right, top, bottom, size] = ["left", "right", "top", "bottom", "size"].map(|key| read_length(table, key, faults));
    let words = [("front", LatePages::Front), ("all", LatePages::All), ("first", LatePages::First), ("banner", LatePages::Banner)];
    let pages = table.word("pages", &words, faults).unwrap_or_default();
    let angle = match table.integer("rotate", 0..=270, faults) {
        None => Angle::None,
        Some(degrees) => Angle::from_degrees(degrees).unwrap_or_else(|| {
            faults.push(Diagnostic::error(&code::JOB_VALUE, table.span, "`rotate` is 0, 90, 180 or 270"));
            Angle::None
        }),
    };
    for (one, other, key, other_key) in [(left, right, "left", "right"), (top, bottom, "top", "bottom")] {
        if one.is_some() == other.is_some() && !(table.has(key) ^ table.has(other_key)) {
            let fault = Diagnostic::error(&code::JOB_LATE, table.span, format!("a late text stands at `{key}` or at `{other_key}`: one of them"));
            faults.push(fault);
        }
    }
    let family = table.text("font", faults);
    let name = family.as_ref().map_or_else(|| library.families().first().cloned().unwrap_or_default(), |text| text.text.clone());
    let stack = match (library.stack(&StackRequest { family: &name, bold: false, italic: false, features: &[], scripts: &[] }), &family) {
        (Ok(stack), _) => Some(stack),
        (Err(_), Some(text)) => {
            library.unknown_family(text, faults);
            None
        }
        (Err(message), None) => {
            faults.push(Diagnostic::error(&code::JOB_FONT, table.span, message));
            None
        }
    };
    let text = text?;
    let compiled = compile_late_template(&text, faults);
    let literal = literal_of(&text);
    let face = library.resources.stacks[usize::from(stack?.0)].faces[0];
    let size = size.unwrap_or(Length::from_points(6));
    let base = LateText {
        left: Length::ZERO,
        top: Length::ZERO,
        size,
        color: Color::default(),
        face,
        align: if right.is_some() { Align::Right } else { Align::Left },
        angle,
    };
    let places = media
        .iter()
        .map(|media| LateText {
            left: left.or(right.map(|right| media.width - right)).unwrap_or(Length::ZERO),
            top: top.or(bottom.map(|bottom| media.height - bottom - size)).unwrap_or(Length::ZERO),
            ..base.clone()
        })
        .collect();
    Some(PlannedLate { text: compiled, places, pages, literal, says_document: mark::says(&text, &["document"]) })
}

/// The names that texts and marks of a place in the mail may use.
pub(super) fn late_scope() -> Scope {
    let mut scope = Scope::new(Arc::new(Schema::default()));
    for variable in VARIABLES {
        scope.push(variable.name, if variable.is_text { Type::Text } else { Type::Integer });
    }
    scope
}

/// Compiles a text over the names of [`VARIABLES`].
pub(super) fn compile_late_template(text: &Text, faults: &mut Faults) -> Template {
    let mut found = Faults::new();
    let compiled = Template::compile(text, &mut late_scope(), &mut found);
    found.into_sorted().into_iter().for_each(|fault| faults.push(without_record(fault)));
    compiled
}

/// A field in a late text is most often one of the record, which no name that resembles it can replace.
pub(super) fn without_record(mut fault: Diagnostic) -> Diagnostic {
    if *fault.code == code::EXPR_UNKNOWN_FIELD {
        let names = VARIABLES.iter().map(|variable| format!("`{}`", variable.name)).collect::<Vec<_>>().join(", ");
        fault.hint = Some(format!("a late text knows nothing of the record, only its place in the mail: {names}"));
        fault.fix = None;
    }
    fault
}

/// What a late text says besides its values, and the signs that numbers may bring.
fn literal_of(text: &Text) -> String {
    let mut literal = String::new();
    for part in template::split(text, &mut Faults::new()) {
        match part {
            Part::Text(range) => literal.push_str(&text.text[range]),
            // Texts inside an expression, such as those of a condition.
            Part::Expression(range) => literal.extend(text.text[range].split('\'').skip(1).step_by(2)),
        }
    }
    literal
}

/// A length with its unit.
pub(super) fn read_length(table: &Table<'_>, key: &str, faults: &mut Faults) -> Option<Length> {
    let text = table.text(key, faults)?;
    let length = parse_length(&text.text);
    if length.is_none() {
        let fault = Diagnostic::error(&code::JOB_VALUE, text.part(0..text.text.len()), format!("`{}` is not a length", text.text));
        faults.push(fault.hint("write a number and `mm`, `cm`, `in`, `pt` or `px`"));
    }
    length
}

/// The length that a number and its unit say.
pub(super) fn parse_length(text: &str) -> Option<Length> {
    let trimmed = text.trim();
    let unit_at = trimmed.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(trimmed.len());
    Length::parse(trimmed[..unit_at].trim(), &trimmed[unit_at..])
}
