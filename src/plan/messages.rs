//! The messages of a job.
//!
//! Takes `[messages]`, gives each file as a message: its head (TOML between two lines `+++`) read and checked, its text (Markdown) as
//! elements. Must never know which slots there are, nor which record takes a message.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::freeze::Frozen;
use super::keys;
use super::library::Part;
use super::paths::{folder_of, glob};
use super::print::read_length;
use super::read::{Table, Told};
use crate::base::code;
use crate::base::date::Date;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::file;
use crate::base::limits::{MESSAGE_BYTES_MAX, MESSAGES_MAX};
use crate::base::span::{FileId, Sources, Span};
use crate::layout::{ImageSide, Message, MessageImage, read_message};
use crate::model::slot::MessageId;

/// A message, whether or not the job's date is one of its days.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlannedMessage {
    /// Its name: that of its file.
    pub name: String,
    /// Its first day.
    pub from: Option<Date>,
    /// Its last day.
    pub to: Option<Date>,
    /// The higher, the earlier it is tried.
    pub priority: i64,
}

impl PlannedMessage {
    /// Whether a job of this date may use it.
    pub fn is_current(&self, date: Date) -> bool {
        self.from.is_none_or(|from| from <= date) && self.to.is_none_or(|to| date <= to)
    }
}

/// The messages of a job.
#[derive(Default)]
pub(super) struct Messages {
    /// All, by [`MessageId`].
    pub(super) all: Vec<PlannedMessage>,
    /// Those of the job's date, the most important first; of equal ones that with the lesser name.
    pub(super) current: Arc<[Message]>,
    /// The slots that messages name, and where.
    slots: Vec<(String, Span)>,
    /// The files as the job names them.
    pub(super) span: Option<Span>,
    /// The folder of their pictures.
    pub(super) folder: std::path::PathBuf,
}

/// Reads all messages of a job of a date. Their files become parts of the plan.
pub(super) fn read(
    folder: &Path,
    table: Option<&Table<'_>>,
    date: Option<Date>,
    frozen: Option<&Frozen>,
    (parts, sources): (&mut Vec<Part>, &mut Sources),
    faults: &mut Faults,
) -> Messages {
    let Some(files) = table.and_then(|table| table.required_text("files", faults)) else { return Messages::default() };
    let place = files.part(0..files.text.len());
    let mut messages = Messages { span: Some(place), ..Messages::default() };
    let found = match frozen {
        // Without messages, the copy has no folder for them.
        Some(frozen) => Ok(glob(&frozen.folder, "messages/*.md").unwrap_or_default()),
        None => glob(folder, &files.text),
    };
    let paths = match found {
        Ok(paths) => paths,
        Err(reason) => {
            faults.push(Diagnostic::error(&code::JOB_FILE, place, reason));
            return messages;
        }
    };
    if paths.len() > MESSAGES_MAX {
        let message = format!("there are {} messages, more than the {MESSAGES_MAX} a job may have", paths.len());
        faults.push(Diagnostic::error(&code::JOB_VALUE, place, message));
        return messages;
    }
    messages.folder = paths.first().map_or_else(|| folder.to_path_buf(), |path| folder_of(path));
    let (mut read, mut names) = (Vec::new(), BTreeSet::new());
    for path in &paths {
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if !names.insert(name.clone()) {
            let fault = Diagnostic::error(&code::MESSAGE, place, format!("two files are the message `{name}`"));
            faults.push(fault.hint("a message is called like its file without what follows the dot: rename one"));
            continue;
        }
        let Some((source, file)) = read_file(path, &name, place, parts, sources, faults) else { continue };
        let id = MessageId(messages.all.len() as u16);
        let Some((planned, message)) = read_one(&name, &source, file, id, &mut messages.slots, faults) else { continue };
        messages.all.push(planned);
        read.push(message);
    }
    // Without a date, which is a fault of the job, all are compiled: their faults are told, too.
    read.retain(|message| date.is_none_or(|date| messages.all[usize::from(message.id.0)].is_current(date)));
    read.sort_by_key(|message| (std::cmp::Reverse(messages.all[usize::from(message.id.0)].priority), message.name.clone()));
    messages.current = read.into();
    messages
}

/// Reports messages for slots that no layout has.
pub(super) fn check_slots(messages: &Messages, known: &[String], faults: &mut Faults) {
    if let (Some(span), true, false) = (messages.span, known.is_empty(), messages.all.is_empty()) {
        let fault = Diagnostic::warning(&code::MESSAGE, span, "no layout of the job has a slot for messages");
        faults.push(fault.hint("write `<slot name=\"promotion\" max-height=\"60mm\"/>` where they may stand"));
        return;
    }
    for (slot, span) in messages.slots.iter().filter(|(slot, _)| !known.contains(slot)) {
        let fault = Diagnostic::error(&code::MESSAGE, *span, format!("no layout of the job has a slot `{slot}`"));
        faults.push(fault.suggest(slot, known.iter().map(|known| known.as_str())));
    }
}

fn read_file(path: &Path, name: &str, place: Span, parts: &mut Vec<Part>, sources: &mut Sources, faults: &mut Faults) -> Option<(Arc<str>, FileId)> {
    let bytes = match file::read(path, MESSAGE_BYTES_MAX) {
        Ok(bytes) => bytes,
        Err(error) => {
            faults.push(super::missing_file(error, place, &folder_of(path)));
            return None;
        }
    };
    parts.push(Part::new(format!("messages/{name}.md"), bytes.clone().into()));
    match String::from_utf8(bytes) {
        Ok(source) => Some((source.as_str().into(), sources.add(path.to_string_lossy(), source))),
        Err(_) => {
            faults.push(Diagnostic::error(&code::JOB_FILE, place, format!("`{}` is not UTF-8", path.display())));
            None
        }
    }
}

/// The line that begins and ends the head.
const FENCE: &str = "+++";

/// Where head and text are. `None`: there is no head.
fn divide(source: &str) -> Option<(Range<usize>, Range<usize>)> {
    let start = if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut lines = source[start..].split_inclusive('\n').scan(start, |at, line| {
        let begin = *at;
        *at += line.len();
        Some((begin, line))
    });
    let (_, first) = lines.next()?;
    if first.trim_end() != FENCE {
        return None;
    }
    let (end, line) = lines.find(|(_, line)| line.trim_end() == FENCE)?;
    Some((start + first.len()..end, end + line.len()..source.len()))
}

fn read_one(
    name: &str,
    source: &str,
    file: FileId,
    id: MessageId,
    slots: &mut Vec<(String, Span)>,
    faults: &mut Faults,
) -> Option<(PlannedMessage, Message)> {
    let Some((head, text)) = divide(source) else {
        let line = source.lines().next().map_or(0, str::len);
        let fault = Diagnostic::error(&code::MESSAGE, Span::new(file, 0, line), format!("the message `{name}` has no head"));
        faults.push(fault.hint("it begins with a line `+++`, keys such as `priority = 10`, and a line `+++`; the text follows"));
        return None;
    };
    // Blanks in place of what is before the head keep the places of the file.
    let padded = format!("{}{}", " ".repeat(head.start), &source[head.clone()]);
    let whole = super::read::parse(&padded, file, faults)?;
    let table = Table::new(&whole, Span::new(file, 0, FENCE.len()), &keys::MESSAGE, &padded, faults);
    let (from, to) = (table.date("from", faults), table.date("to", faults));
    if let (Some(from), Some(to)) = (&from, &to)
        && from.value > to.value
    {
        let fault = Diagnostic::error(&code::MESSAGE, to.span, format!("the last day, {}, is before the first", to.value));
        faults.push(fault.related(from.span, "the first day"));
    }
    let named = table.texts("slots", faults).unwrap_or_default();
    slots.extend(named.iter().map(|slot| (slot.text.clone(), slot.part(0..slot.text.len()))));
    let title = table.text("title", faults).map(|title| title.mapped());
    let image = table.table("image", &keys::MESSAGE_IMAGE, faults).and_then(|image| read_image(&image, faults));
    let segment = table.text("segment", faults).map(|segment| segment.attribute("segment"));
    let max_height = read_length(&table, "max-height", faults);
    let priority = table.integer("priority", PRIORITIES, faults).unwrap_or(0);
    let body = read_message(file, source, text.clone(), title, image, faults);
    if body.is_empty() {
        let fault = Diagnostic::error(&code::MESSAGE, Span::new(file, 0, FENCE.len()), format!("the message `{name}` says nothing"));
        faults.push(fault.hint("its text stands below the head"));
    }
    let planned = PlannedMessage { name: name.to_string(), from: value(from), to: value(to), priority };
    let slots = named.into_iter().map(|slot| slot.text).collect();
    Some((planned, Message { id, name: name.to_string(), slots, segment, max_height, body }))
}

/// What a priority may be.
const PRIORITIES: std::ops::RangeInclusive<i64> = -1_000_000..=1_000_000;

fn value(told: Option<Told<Date>>) -> Option<Date> {
    told.map(|told| told.value)
}

fn read_image(table: &Table<'_>, faults: &mut Faults) -> Option<MessageImage> {
    let side = [("top", ImageSide::Top), ("left", ImageSide::Left), ("right", ImageSide::Right)];
    let alt = table.required_text("alt", faults);
    let width = table.text("width", faults).map(|width| width.mapped());
    let side = table.word("side", &side, faults).unwrap_or_default();
    Some(MessageImage { file: table.required_text("file", faults)?.mapped(), alt: alt?.mapped(), width, side })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_and_text_are_divided() {
        let source = "+++\npriority = 1\n+++\nHello\n";
        let (head, text) = divide(source).expect("there is a head");
        assert_eq!((&source[head], &source[text]), ("priority = 1\n", "Hello\n"));
        assert_eq!(divide("Hello"), None);
        assert_eq!(divide("+++\nno end\n"), None);
        assert!(divide("\u{feff}+++\r\n+++\r\nx").is_some());
        assert!(divide("").is_none());
    }

    #[test]
    fn days_are_inclusive() {
        let day = |text: &str| Date::parse_iso(text);
        let message = PlannedMessage { name: "m".into(), from: day("2026-10-01"), to: day("2026-10-31"), priority: 0 };
        for (date, expected) in [("2026-09-30", false), ("2026-10-01", true), ("2026-10-31", true), ("2026-11-01", false)] {
            assert_eq!(day(date).map(|date| message.is_current(date)), Some(expected), "{date}");
        }
    }
}
