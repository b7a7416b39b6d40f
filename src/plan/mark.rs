//! Marks of a job: barcodes and tracks that stand on pages because of their place in the mail.
//!
//! Takes `[[print.mark]]`, gives marks that can be written, with the room they take. What they say is tried out on places as they
//! may come. Must never know a record.

use std::path::Path;

use toml::de::DeValue;

use super::freeze::Frozen;
use super::keys_mark;
use super::library::Part;
use super::mark_sample::try_out;
use super::omr::{self, read_clear};
use super::paths::{folder_of, join};
use super::print::{compile_late_template, late_scope, read_length, without_record};
use super::read::{Table, Text};
use super::template::{self, Template};
use super::tracking::Tracking;
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::file;
use crate::base::length::Length;
use crate::base::limits;
use crate::base::span::{Sources, Span};
use crate::base::suggest::closest;
use crate::kit::barcode::{self, Options, Size, Symbology, Track, Turn};
use crate::kit::expr::Expr;
use crate::model::trace::Rectangle;
use crate::postal::omr::Profile;

/// A mark, compiled.
#[derive(Debug)]
pub struct PlannedMark {
    /// What it is called in messages: its number and its type.
    pub name: String,
    /// What it is.
    pub kind: MarkKind,
    /// The corner of the page it stands at: whether it is the right one, and whether it is the lower one.
    pub corner: (bool, bool),
    /// From the edges that meet there.
    pub offset: [Length; 2],
    /// How it is turned.
    pub turn: Turn,
    /// The grid its corner is rounded to.
    pub dot: Option<Length>,
    /// On which pages.
    pub pages: MarkPages,
    /// Whether what it says comes from the record, in part: it is tried out before the record is composed.
    pub says_of_record: bool,
    /// Whether it says what a document is called.
    pub says_document: bool,
    /// Whether a page gets it.
    pub when: Option<Expr>,
    /// What must stay clear across, and up and down, before it is turned; that of the drawing if absent.
    pub clear: Option<[Length; 2]>,
    /// Whether a record that paints there is held, or else reported.
    pub holds: bool,
    /// The greatest width and height that were found, before it is turned, and the clear zone of the drawing.
    pub extent: [[Length; 2]; 2],
    /// Where the job says so.
    pub span: Span,
}

/// The kinds of marks.
#[derive(Debug)]
pub enum MarkKind {
    /// A track of optical marks.
    Track(Profile, Track),
    /// A barcode.
    Code(Box<CodeMark>),
}

/// A barcode.
pub struct CodeMark {
    /// Which.
    pub symbology: &'static dyn Symbology,
    /// Its options.
    pub options: Options,
    /// Its sizes.
    pub size: Size,
    /// What it says.
    pub value: Template,
}

impl std::fmt::Debug for CodeMark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CodeMark").field("symbology", &self.symbology.name()).field("size", &self.size).finish_non_exhaustive()
    }
}

/// On which pages a mark stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum MarkPages {
    /// The front of each sheet.
    #[default]
    Front,
    /// Printed backs.
    Back,
    /// Every page but empty backs.
    All,
    /// The first page of each piece.
    First,
    /// The front of the first sheet of each piece.
    FirstSheet,
    /// The front of the last sheet of each piece.
    LastSheet,
    /// The banner of each tray.
    Banner,
}

impl PlannedMark {
    /// The place of the ink of a drawing on a page of a size, y downwards.
    pub fn ink(&self, [width, height]: [Length; 2], page: [Length; 2]) -> Rectangle {
        let [across, down] = if self.turn.is_sideways() { [height, width] } else { [width, height] };
        let (is_right, is_lower) = self.corner;
        let x = if is_right { page[0] - self.offset[0] - across } else { self.offset[0] };
        let y = if is_lower { page[1] - self.offset[1] - down } else { self.offset[1] };
        // The grid of the device counts from the upper left corner of the page.
        let snap = |at: Length| self.dot.map_or(at, |dot| dot * ((at + dot / 2).millipoints().div_euclid(dot.millipoints())));
        Rectangle { x: snap(x), y: snap(y), width: across, height: down }
    }

    /// The place of the ink and of the clear zone on a page of a size, for the largest that was tried out.
    pub fn zone(&self, page: [Length; 2]) -> (Rectangle, Rectangle) {
        let ink = self.ink(self.extent[0], page);
        let [mut across, mut down] = self.clear.unwrap_or(self.extent[1]);
        if self.turn.is_sideways() {
            (across, down) = (down, across);
        }
        (ink, Rectangle { x: ink.x - across, y: ink.y - down, width: ink.width + across * 2, height: ink.height + down * 2 })
    }
}

/// What marks are compiled with.
pub(super) struct Surroundings<'s> {
    /// The folder of the job.
    pub(super) folder: &'s Path,
    /// The frozen copy, if the job is one.
    pub(super) frozen: Option<&'s Frozen>,
    /// Whether the job has a `[mail]` section; without it there are no trays, no serial numbers, and nothing of the record.
    pub(super) has_mail: bool,
    /// What barcodes of the post say of the mailer.
    pub(super) tracking: Option<&'s Tracking>,
}

/// Compiles all marks of a job. The files of profiles become parts of the plan.
pub(super) fn compile(
    table: Option<&Table<'_>>,
    around: &Surroundings<'_>,
    parts: &mut Vec<Part>,
    sources: &mut Sources,
    faults: &mut Faults,
) -> Vec<PlannedMark> {
    let tables = table.map(|table| table.tables("mark", &keys_mark::MARK, faults)).unwrap_or_default();
    if tables.len() > limits::MARKS_MAX {
        let message = format!("the job has {} marks, {} are possible", tables.len(), limits::MARKS_MAX);
        faults.push(Diagnostic::error(&code::JOB_MARK, tables[limits::MARKS_MAX].span, message));
    }
    let mut marks = Vec::new();
    for (index, table) in tables.iter().enumerate().take(limits::MARKS_MAX) {
        marks.extend(compile_mark(index, table, around, parts, sources, faults));
    }
    marks
}

fn compile_mark(
    index: usize,
    table: &Table<'_>,
    around: &Surroundings<'_>,
    parts: &mut Vec<Part>,
    sources: &mut Sources,
    faults: &mut Faults,
) -> Option<PlannedMark> {
    let corners = [("top-left", (false, false)), ("top-right", (true, false)), ("bottom-left", (false, true)), ("bottom-right", (true, true))];
    let corner = table.word("corner", &corners, faults).unwrap_or_default();
    let [x, y] = ["x", "y"].map(|key| {
        if !table.has(key) {
            table.missing(key, faults);
        }
        read_length(table, key, faults)
    });
    let turn = match table.integer("rotate", 0..=270, faults) {
        None | Some(0) => Turn::None,
        Some(90) => Turn::ThreeQuarters,
        Some(180) => Turn::Half,
        Some(270) => Turn::Quarter,
        Some(_) => {
            faults.push(Diagnostic::error(&code::JOB_VALUE, table.span, "`rotate` is 0, 90, 180 or 270"));
            Turn::None
        }
    };
    let devices = [240, 300, 360, 600, 1200].map(|dpi: i64| (format!("{dpi}dpi"), Length::from_points(72) / dpi));
    let devices: Vec<(&str, Length)> = devices.iter().map(|(name, dot)| (name.as_str(), *dot)).collect();
    let dot = table.word("for", &devices, faults);
    let words = [
        ("front", MarkPages::Front),
        ("back", MarkPages::Back),
        ("all", MarkPages::All),
        ("first", MarkPages::First),
        ("first-sheet", MarkPages::FirstSheet),
        ("last-sheet", MarkPages::LastSheet),
        ("banner", MarkPages::Banner),
    ];
    let pages = table.word("pages", &words, faults).unwrap_or_default();
    let when = table.text("when", faults).and_then(|text| compile_when(&text, faults));
    let clear = read_clear(table, "clear", faults);
    let holds = table.word("on-touch", &[("hold", true), ("report", false)], faults).unwrap_or(true);
    let kind = table.required_text("type", faults)?;
    let (made, extent) = match kind.text.trim() {
        "omr" => compile_track(index, table, dot, around, parts, sources, faults)?,
        _ => compile_code(table, &kind, dot, around, faults)?,
    };
    let (value, condition) = (table.text("value", &mut Faults::new()), table.text("when", &mut Faults::new()));
    let says_of_record = value.as_ref().is_some_and(|text| says(text, OF_RECORD));
    let is_named = condition.is_some_and(|text| names_in(&text.text, &["document"]));
    let says_document = is_named || value.is_some_and(|text| says(&text, &["document"]));
    let name = format!("mark {} ({})", index + 1, kind.text.trim());
    Some(PlannedMark {
        name,
        kind: made,
        corner,
        offset: [x?, y?],
        turn,
        dot,
        pages,
        says_of_record,
        says_document,
        when,
        clear,
        holds,
        extent,
        span: table.span,
    })
}

/// The names of what comes from the record.
pub(super) const OF_RECORD: &[&str] = &["routing", "postcode", "document", "imb"];

/// Whether an expression of a text has one of some names.
pub(super) fn says(text: &Text, names: &[&str]) -> bool {
    let parts = template::split(text, &mut Faults::new());
    parts.into_iter().any(|part| match part {
        template::Part::Text(_) => false,
        template::Part::Expression(range) => names_in(&text.text[range], names),
    })
}

/// Whether an expression has one of some names.
fn names_in(expression: &str, names: &[&str]) -> bool {
    let mut words = expression.split(|each: char| !each.is_ascii_alphanumeric() && each != '_');
    words.any(|word| names.contains(&word))
}

fn compile_when(text: &Text, faults: &mut Faults) -> Option<Expr> {
    let mut found = Faults::new();
    let condition = template::compile_condition(text, &mut late_scope(), &mut found);
    found.into_sorted().into_iter().for_each(|fault| faults.push(without_record(fault)));
    condition
}

/// Refuses the keys that the other kind of mark has.
fn refuse(table: &Table<'_>, keys: &[&str], why: &str, faults: &mut Faults) {
    for key in keys.iter().filter(|key| table.has(key)) {
        faults.push(Diagnostic::error(&code::JOB_MARK, table.span, format!("`{key}` is nothing for {why}")));
    }
}

type Made = (MarkKind, [[Length; 2]; 2]);

fn compile_track(
    index: usize,
    table: &Table<'_>,
    dot: Option<Length>,
    around: &Surroundings<'_>,
    parts: &mut Vec<Part>,
    sources: &mut Sources,
    faults: &mut Faults,
) -> Option<Made> {
    refuse(table, &["value", "module", "height", "bar-width-reduction", "options"], "a track of optical marks: its `profile` says it", faults);
    let named = table.required_text("profile", faults)?;
    let path = join(around.folder, &named.text);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let kept = format!("profiles/{index}-{name}");
    let path = around.frozen.map_or(path, |frozen| frozen.folder.join(&kept));
    let bytes = match file::read(&path, limits::LAYOUT_BYTES_MAX) {
        Ok(bytes) => bytes,
        Err(error) => {
            faults.push(super::missing_file(error, named.part(0..named.text.len()), &folder_of(&path)));
            return None;
        }
    };
    parts.push(Part::new(kept, bytes.clone().into()));
    let Ok(text) = String::from_utf8(bytes) else {
        faults.push(Diagnostic::error(&code::JOB_OMR, named.span, format!("`{}` is not UTF-8", path.display())));
        return None;
    };
    let file = sources.add(path.to_string_lossy(), text.clone());
    let profile = omr::read(&text, file, faults)?;
    let mut track = Track {
        positions: profile.positions.len(),
        pitch: profile.pitch,
        length: profile.length,
        thickness: profile.thickness,
        clear: profile.clear,
    };
    if let Some(dot) = dot {
        track = track.on_grid(dot);
    }
    let extent = [[track.length, track.height()], track.clear];
    Some((MarkKind::Track(profile, track), extent))
}

fn compile_code(table: &Table<'_>, kind: &Text, dot: Option<Length>, around: &Surroundings<'_>, faults: &mut Faults) -> Option<Made> {
    refuse(table, &["profile"], "a barcode", faults);
    let text = table.required_text("value", faults);
    let value = text.as_ref().map(|text| compile_late_template(text, faults));
    let named = kind.text.trim();
    let Some(symbology) = barcode::find(named) else {
        let names = || barcode::SYMBOLOGIES.iter().map(|symbology| symbology.name()).chain(["omr"]);
        let fault = Diagnostic::error(&code::JOB_MARK, kind.part(0..kind.text.len()), format!("there is no mark `{named}`"));
        faults.push(match closest(named, names()) {
            Some(best) => fault.suggest(named, [best]),
            None => fault.hint(format!("the marks are {}", names().collect::<Vec<_>>().join(", "))),
        });
        return None;
    };
    let options = read_options(table, symbology, faults);
    let size = read_size(table, symbology, &options, dot, faults);
    let (text, value) = (text?, value?);
    let code = CodeMark { symbology, options, size: size?, value };
    let extent = try_out(&code, &text, around, faults)?;
    Some((MarkKind::Code(Box::new(code)), extent))
}

fn read_options(table: &Table<'_>, symbology: &dyn Symbology, faults: &mut Faults) -> Options {
    let mut options = Options::default();
    let Some(table) = table.table("options", &keys_mark::MARK_OPTIONS, faults) else { return options };
    for (key, value, range) in table.entries() {
        let text = match value {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) => number.as_str().to_string(),
            DeValue::Boolean(flag) => flag.to_string(),
            other => {
                let message = format!("an option wants a text or a number, not {}", super::read::kind_of(other));
                faults.push(Diagnostic::error(&code::JOB_WRONG_TYPE, key.span, message));
                continue;
            }
        };
        if let Err(error) = options.set(symbology, &key.value, &text) {
            let is_known = symbology.options().iter().any(|option| option.name == key.value);
            let span = if is_known { Span::new(key.span.file, range.start, range.end) } else { key.span };
            let fault = Diagnostic::error(&code::JOB_MARK, span, error.to_string());
            faults.push(fault.suggest(&key.value, symbology.options().iter().map(|option| option.name).filter(|_| !is_known)));
        }
    }
    options
}

fn read_size(table: &Table<'_>, symbology: &'static dyn Symbology, options: &Options, dot: Option<Length>, faults: &mut Faults) -> Option<Size> {
    let shape = symbology.shape();
    let module = bounded(table, "module", symbology, shape.module, faults)?;
    let height = bounded(table, "height", symbology, shape.height, faults)?;
    if !symbology.is_linear() && table.has("height") {
        let fault = Diagnostic::error(&code::JOB_MARK, table.span, format!("the height of {} follows from its `module`", symbology.name()));
        faults.push(fault.hint("leave out `height`"));
    }
    let size = Size::new(&shape, module, height, symbology.units(options), dot);
    let mut reduction = read_length(table, "bar-width-reduction", faults).unwrap_or_default();
    if let Some(dot) = dot {
        reduction = dot * ((reduction + dot / 2).millipoints().div_euclid(dot.millipoints()));
    }
    if reduction < Length::ZERO || reduction > Length::ZERO && reduction * 2 >= size.module {
        let message = format!("a reduction of {reduction} is not possible with a module of {}", size.module);
        faults.push(Diagnostic::error(&code::JOB_MARK, table.span, message).hint("it must be less than half a module"));
    }
    Some(Size { reduction, guards: symbology.guards(), bearer: symbology.bearer(options), ..size })
}

/// A length that the standard bounds.
fn bounded(table: &Table<'_>, key: &str, symbology: &dyn Symbology, [least, usual, most]: [Length; 3], faults: &mut Faults) -> Option<Length> {
    if !table.has(key) {
        return Some(usual);
    }
    let length = read_length(table, key, faults)?;
    // A millipoint is lost where millimetres become points.
    let slack = Length::from_millipoints(1);
    let is_bound = symbology.is_linear() || key == "module";
    if is_bound && (length + slack < least || length > most + slack) {
        let (word, bound) = if length < least { ("below the least", least) } else { ("above the greatest", most) };
        let message = format!("a {key} of {length} is {word} of {}, {bound}", symbology.name());
        faults.push(Diagnostic::error(&code::JOB_MARK, table.span, message).hint("readers are built for the sizes of the standard"));
        return None;
    }
    Some(length)
}
