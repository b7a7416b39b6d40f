//! Layer 4, PLAN: a job file → a frozen [`Plan`], or every fault at once.
//!
//! Takes the path of a job file, opens everything it names but the customer data, compiles layouts, expressions and
//! mappings, and composes what no record can change. The result never changes again; its hash is the identity of the job.
//! Must never read a record, and never write but the frozen copy.

mod archive;
mod archiving;
mod canonical;
mod channel_rules;
mod channels;
mod contract;
mod folders;
mod freeze;
mod glyphs;
mod handover;
mod keys;
mod keys_channels;
mod keys_mail;
mod keys_mail_codes;
mod keys_mark;
mod keys_papers;
mod library;
mod mail;
mod mail_address;
mod mail_facts;
mod mail_files;
mod mail_pieces;
mod mail_schemes;
mod mail_suppress;
mod mail_window;
mod mapping;
mod mark;
mod mark_sample;
mod mark_zone;
mod message_settings;
mod messages;
mod omr;
mod papers;
mod paths;
mod pictures;
mod posts;
mod print;
mod print_sheet;
mod read;
mod scheme;
mod serials;
mod settings;
pub mod smtp;
mod tables;
mod template;
#[cfg(test)]
mod tests;
mod totals;
mod tracking;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::file;
use crate::base::hash::Hash;
use crate::base::limits;
use crate::base::span::{FileId, Sources, Span};
use crate::compose::compose_forms;
use crate::kit::expr::{Expr, Schema};
use crate::kit::locale::Locale;
use crate::layout;
use crate::model::layout::Layout;
use crate::model::page::Media;
use crate::model::record;
use crate::model::resources::Resources;

pub use archive::Archive;
pub use archiving::{ArchiveKeyExpr, Archiving};
pub use channels::{Channels, Settled as Channelled, TOKEN};
pub use contract::Projection;
pub use freeze::Frozen;
pub use handover::{CHANNEL_LIST, Column, MANIFEST, MERGE_LIST, MESSAGE_LIST, PIECE_LIST, SUPPRESSED_LIST, TRAY_COLUMNS};
pub use keys::{Key, SECTIONS, Section, manual};
pub use library::Part;
pub use mail::{Household, Mail, MailFate, NamedPath, Undeliverable};
pub use mail_facts::Surveyed;
pub use mail_pieces::{PlannedEnvelope, PlannedInsert, PlannedPaper};
pub use mail_schemes::PlannedSchemes;
pub use mapping::PlannedInput;
pub use mark::{CodeMark, MarkKind, MarkPages, PlannedMark};
pub use message_settings::{EmailSettings, HookSettings, Secret, SmsSettings, safe_url, telephone};
pub use messages::PlannedMessage;
pub use papers::{PaperSettings, TraySettings};
pub use posts::{PostSettings, read_posts};
pub use print::{Duplex, LatePages, PlannedLate, Print};
pub use print_sheet::Tickets;
pub use scheme::{ReadScheme, read_scheme};
pub use serials::SerialSettings;
pub use settings::{HoldLimit, LocaleChoice, Settings, find_locale};
pub use template::Template;
pub use totals::Total;
pub use tracking::Tracking;

/// The program and version, as it stands in every file.
pub const PRODUCER: &str = concat!("Pressrun ", env!("CARGO_PKG_VERSION"));

/// A job, compiled and frozen.
#[derive(Debug)]
pub struct Plan {
    /// The identity of the job: everything that can change an output is in it, but for the bytes of the customer data.
    pub hash: Hash,
    /// The path of the job file, as it was given.
    pub path: PathBuf,
    /// Name, date, limits.
    pub settings: Settings,
    /// The customer data.
    pub inputs: Vec<PlannedInput>,
    /// The layouts.
    pub layouts: Vec<PlannedLayout>,
    /// The compiled layouts, by the same index.
    pub compiled: Vec<Layout>,
    /// What records must hold: the union of what the layouts need.
    pub schema: Arc<Schema>,
    /// Fonts, images and forms.
    pub resources: Resources,
    /// The papers of the job.
    pub media: Vec<Media>,
    /// The paper of each master of each layout.
    pub media_of: Vec<Vec<u8>>,
    /// Every locale a record may take.
    pub locales: Vec<Locale>,
    /// Which of them it takes.
    pub locale: LocaleChoice,
    /// What a document is called; the number of its record if absent.
    pub document_id: Option<Template>,
    /// Its title; its id if absent.
    pub title: Option<Template>,
    /// The messages for its slots, by [`crate::model::slot::MessageId`].
    pub messages: Vec<PlannedMessage>,
    /// What is summed over its documents.
    pub totals: Vec<Total>,
    /// How it is printed.
    pub print: Print,
    /// How it is mailed; without it, each document is a piece of its own.
    pub mail: Option<Mail>,
    /// Which way documents take; without it, all are printed.
    pub channels: Option<Channels>,
    /// What the papers of the mail say besides its trays.
    pub papers: PaperSettings,
    /// What its volumes are.
    pub archive: Archive,
    /// How its documents are kept.
    pub archiving: Archiving,
    /// The files it is made of.
    pub parts: Vec<Part>,
}

/// Which records take a layout, and what it needs of them.
#[derive(Debug)]
pub struct PlannedLayout {
    /// Its name.
    pub name: String,
    /// Its condition; without one every record takes it.
    pub when: Option<Expr>,
    /// From the values of a record to those of the layout's contract.
    pub projection: Projection,
}

/// What the command line says about a job.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Overrides {
    /// Files in place of those of the first input.
    pub inputs: Option<Vec<PathBuf>>,
    /// A layout in place of all those of the job, by its path from where the user stands. It takes every record.
    pub layout: Option<PathBuf>,
    /// The job is a frozen copy: its files are found there, its data where the run found it.
    pub frozen: Option<Frozen>,
    /// The text of the only layout, which stands in no file: that of a paper of this program.
    pub built_in: Option<&'static str>,
}

/// The outcome of compiling: the plan if there is no error, and what is to be said in any case.
pub struct Compiled {
    /// The plan, if nothing is wrong.
    pub plan: Option<Plan>,
    /// The files that diagnostics point into.
    pub sources: Sources,
    /// Without a plan, the inputs that have no fault of their own: their files can be looked into all the same.
    pub inputs: Vec<PlannedInput>,
    /// Errors and warnings, in the order of files and places.
    pub diagnostics: Vec<Diagnostic>,
}

/// Compiles the job file at `path`.
pub fn compile(path: &Path, overrides: &Overrides) -> Compiled {
    let (mut sources, mut faults, mut inputs) = (Sources::default(), Faults::new(), Vec::new());
    let read = read_source(path, &mut faults);
    let plan = read.and_then(|(text, bytes)| compile_source(path, text, &bytes, overrides, &mut sources, &mut inputs, &mut faults));
    Compiled { plan: plan.filter(|_| !faults.has_errors()), sources, inputs, diagnostics: faults.into_sorted() }
}

/// Compiles a layout as the only one of a job that says nothing else: its records are JSON objects with the fields of the layout, all money is in
/// `currency`, the job's date is `date` (ISO 8601), and `locale` is that of the layout if absent.
pub fn compile_alone(layout: &Path, currency: &str, date: &str, locale: Option<&str>) -> Compiled {
    alone(layout, currency, date, locale, None)
}

/// Compiles a layout of this program, such as that of a paper, as [`compile_alone`] does; `name` is what messages call its file.
pub fn compile_built_in(name: &str, text: &'static str, currency: &str, date: &str, locale: Option<&str>) -> Compiled {
    alone(Path::new(name), currency, date, locale, Some(text))
}

fn alone(layout: &Path, currency: &str, date: &str, locale: Option<&str>, built_in: Option<&'static str>) -> Compiled {
    let name = |name: Option<&std::ffi::OsStr>| name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let (stem, file, currency) = (quoted(&name(layout.file_stem())), quoted(&name(layout.file_name())), quoted(currency));
    let locale = locale.map(|locale| format!("locale = {}\n", quoted(locale))).unwrap_or_default();
    let job = format!("[job]\nname = {stem}\ndate = {date}\n{locale}");
    let text = format!("{job}[[input]]\nfiles = []\nformat = \"ndjson\"\ncurrency = {currency}\n[[layout]]\nfile = {file}\n");
    let path = layout.parent().unwrap_or(Path::new("")).join("command line");
    let overrides = Overrides { inputs: Some(Vec::new()), built_in, ..Overrides::default() };
    let (mut sources, mut faults, mut inputs) = (Sources::default(), Faults::new(), Vec::new());
    let plan = compile_source(&path, text.clone(), text.as_bytes(), &overrides, &mut sources, &mut inputs, &mut faults);
    Compiled { plan: plan.filter(|_| !faults.has_errors()), sources, inputs, diagnostics: faults.into_sorted() }
}

fn compile_source(
    path: &Path,
    text: String,
    bytes: &[u8],
    overrides: &Overrides,
    sources: &mut Sources,
    left: &mut Vec<PlannedInput>,
    faults: &mut Faults,
) -> Option<Plan> {
    let file = sources.add(path.to_string_lossy(), text.clone());
    let whole = read::parse(&text, file, faults)?;
    let folder = paths::folder_of(path);
    let start = Span::new(file, 0, 0);
    let root = read::Table::new(&whole, start, &keys::FILE, &text, faults);

    let job = root.table("job", &keys::JOB, faults);
    if job.is_none() && !root.has("job") {
        root.missing_section("job", "[job]", faults);
    }
    let fonts = root.table("fonts", &keys::FONTS, faults);
    let mut library = library::JobLibrary::new(&folder, fonts.as_ref(), overrides.frozen.as_ref(), faults);
    let mut parts = vec![Part::new("job.toml".into(), bytes.to_vec().into())];
    let tables_table = root.table("tables", &keys::TABLES, faults);
    let tables = tables::read(&folder, tables_table.as_ref(), overrides.frozen.as_ref(), &mut parts, sources, faults);
    library.tables = tables.clone();
    let messages_table = root.table("messages", &keys::MESSAGES, faults);
    let date = job.as_ref().and_then(|job| job.date("date", &mut Faults::new())).map(|date| date.value);
    library.messages = messages::read(&folder, messages_table.as_ref(), date, overrides.frozen.as_ref(), (&mut parts, &mut *sources), faults);
    let layout_tables = root.tables("layout", &keys::LAYOUT, faults);
    if layout_tables.is_empty() && !root.has("layout") {
        root.missing_section("layout", "[[layout]]", faults);
    }
    let (mut compiled, mut contracts, mut slots, mut files, mut texts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (index, table) in layout_tables.iter().enumerate() {
        if index > 0 && overrides.layout.is_some() {
            break;
        }
        let found = compile_layout(table, index, &folder, overrides, &mut library, &mut parts, sources, faults);
        files.push(found.as_ref().map(|(span, _)| *span));
        let layout = found.map(|(_, layout)| layout).unwrap_or_default();
        contracts.push(layout.contract);
        slots.extend(layout.slots);
        compiled.push(layout.layout);
        texts.push((layout.texts, layout.unused));
    }
    // A layout that cannot be read may have any slot.
    if contracts.iter().all(Option::is_some) {
        messages::check_slots(&library.messages, &slots, faults);
    }
    warn_of_unused_texts(&texts, faults);
    contract::check_reachable(&layout_tables, faults);
    let schema = contract::unite(&contracts, &files, faults).map(Arc::new);

    // Everything below is compiled against the contract; without one, only what does not need it can be checked.
    let scope = schema.as_ref().map(|schema| record::scope(schema.clone(), tables));
    let mut settings = job.as_ref().map(|job| settings::read(job, &folder, faults));
    let reports = settings.as_ref().is_some_and(|settings| settings.report_missing_glyphs);
    glyphs::check(compiled.iter().flatten(), &library.resources, reports, faults);
    let print_table = root.table("print", &keys::PRINT, faults);
    let mut print = print::read(print_table.as_ref(), faults);
    let input_tables = root.tables("input", &keys::INPUT, faults);
    if input_tables.is_empty() && !root.has("input") {
        root.missing_section("input", "[[input]]", faults);
    }
    let mut inputs = Vec::new();
    for (index, table) in input_tables.iter().enumerate() {
        let replaced = overrides.inputs.as_deref().filter(|_| index == 0);
        let frozen = overrides.frozen.as_ref().and_then(|frozen| frozen.inputs.get(index));
        let data = frozen.map(|(files, lines)| (files.as_slice(), Some(lines.as_slice()))).or(replaced.map(|files| (files, None)));
        inputs.push(mapping::compile(table, &folder, schema.as_deref(), data, faults));
    }
    let (mut media, media_of) = print::compile_media(print_table.as_ref(), &compiled, faults);
    print.tickets = print_sheet::read_tickets(print_table.as_ref(), faults);
    print.sheet = print_sheet::read_sheet(print_table.as_ref(), print.duplex.is_duplex(), faults);
    // Papers of the mail are weighed; a banner is no part of it.
    let papers = media.len();
    print.banner = print_sheet::read_banner(print_table.as_ref(), &mut media, faults);
    print.lanes = print_sheet::read_lanes(print_table.as_ref(), &media, faults);
    let late = print::compile_late(print_table.as_ref(), &mut library, &media, faults);
    let mail_table = root.table("mail", &keys_mail::MAIL, &mut Faults::new());
    print.tracking = tracking::read(mail_table.as_ref(), faults);
    print.serials = serials::read(mail_table.as_ref(), &folder, print.tracking.as_ref(), faults);
    let name = job.as_ref().and_then(|job| job.text("name", &mut Faults::new())).map(|name| name.text).unwrap_or_default();
    let paper_settings = papers::read(mail_table.as_ref(), print.tracking.as_ref(), date, &name, faults);
    let around =
        mark::Surroundings { folder: &folder, frozen: overrides.frozen.as_ref(), has_mail: mail_table.is_some(), tracking: print.tracking.as_ref() };
    print.marks = mark::compile(print_table.as_ref(), &around, &mut parts, sources, faults);
    mark_zone::check(&print.marks, &compiled, print.duplex, faults);
    let (mut whens, mut document_id, mut title, mut locale) = (Vec::new(), None, None, None);
    let mut scope = scope;
    if let Some(scope) = scope.as_mut() {
        for table in &layout_tables {
            // A layout given in place of those of the job takes every record.
            let when = table.text("when", faults).filter(|_| overrides.layout.is_none());
            whens.push(when.and_then(|text| template::compile_condition(&text, scope, faults)));
        }
        if let Some(job) = &job {
            document_id = job.text("document-id", faults).map(|text| Template::compile(&text, scope, faults));
            title = job.text("title", faults).map(|text| Template::compile(&text, scope, faults));
            locale = settings::compile_locale(job, &compiled, scope, faults);
        }
        print.sort = print::compile_sort(print_table.as_ref(), scope, faults);
    }
    let renamed = print::renamed(print_table.as_ref());
    let mail = mail::read(
        &root,
        (&folder, overrides.frozen.as_ref()),
        scope.as_mut(),
        (&mut parts, &mut *sources),
        (&media[..papers], &renamed),
        date,
        faults,
    );
    let channels = channels::read(&root, (&folder, overrides.frozen.as_ref()), scope.as_ref(), (&mut parts, &mut *sources), (&name, date), faults);
    if let Some(channels) = &channels {
        channels::check_layouts(channels, &compiled, faults);
    }
    papers::check_rates(&paper_settings, mail.as_ref(), faults);
    let totals = totals::read(&root, scope.as_mut(), faults);
    let archive = archive::read(&root, faults);
    let archiving = archiving::read(&root, (&folder, overrides.frozen.as_ref()), scope.as_mut(), &mut parts, faults);
    if let Some(mail) = &mail {
        let printed = mail_window::Printed { late: &late, marks: &print.marks };
        mail_window::check(&mail.envelopes, &compiled, &printed, faults);
    }
    if faults.has_errors() {
        *left = inputs.into_iter().flatten().collect();
        return None;
    }

    let mut compiled: Vec<Layout> = compiled.into_iter().collect::<Option<_>>()?;
    let schema = schema?;
    let mut resources = std::mem::take(&mut library.resources);
    let (locales, locale) = locale?;
    compose_static(&mut compiled, &mut resources, (&locales, archive.is_tagged), &files, faults);
    mark_zone::check_late(&print.marks, &late, &media, faults);
    mark_zone::set(&print.marks, &mut compiled, print.duplex);
    mark_zone::check_static(&compiled, &resources, &print.marks, faults);
    print.late_used = print::mark_late(&late, &resources, print_table.as_ref().map(|table| table.span), faults);
    print.late = late;
    if faults.has_errors() {
        return None;
    }
    parts.append(&mut library.parts);
    let inputs: Vec<PlannedInput> = inputs.into_iter().collect::<Option<_>>()?;
    let layouts = compiled
        .iter()
        .zip(whens)
        .map(|(layout, when)| PlannedLayout { name: layout.name.clone(), when, projection: Projection::new(&schema, &layout.schema) })
        .collect();
    let settings = settings.take()?;
    let hash = canonical::hash(&root, &parts, &inputs);
    Some(Plan {
        hash,
        path: path.to_path_buf(),
        settings,
        inputs,
        layouts,
        compiled,
        schema,
        resources,
        media,
        media_of,
        locales,
        locale,
        document_id,
        title,
        messages: std::mem::take(&mut library.messages.all),
        totals,
        print,
        mail,
        channels,
        papers: paper_settings,
        archive,
        archiving,
        parts,
    })
}

/// Composes what no record can change. Numbers and dates in it are written as the job's first locale does: what depends on
/// a record's locale is not static.
fn compose_static(
    layouts: &mut [Layout],
    resources: &mut Resources,
    (locales, is_tagged): (&[Locale], bool),
    files: &[Option<Span>],
    faults: &mut Faults,
) {
    let Some(locale) = locales.first() else { return };
    if let Err((index, hold)) = compose_forms(layouts, resources, locale, is_tagged) {
        let span = hold.span.or(files.get(index).copied().flatten());
        faults.push(Diagnostic::error(hold.code, span, hold.reason).label("in a part of this layout that is the same on every page"));
    }
}

/// Tells the texts that no layout uses of those that read their file.
fn warn_of_unused_texts(layouts: &[(Vec<FileId>, Vec<Diagnostic>)], faults: &mut Faults) {
    for warning in layouts.iter().flat_map(|(_, unused)| unused) {
        let file = warning.span.map(|span| span.file);
        let mut readers = layouts.iter().filter(|(files, _)| file.is_some_and(|file| files.contains(&file)));
        if readers.all(|(_, unused)| unused.contains(warning)) {
            faults.push(warning.clone());
        }
    }
}

#[allow(clippy::too_many_arguments)]
/// Reads a layout and compiles it. Gives the place that names it, and the layout if it has no fault.
fn compile_layout(
    table: &read::Table<'_>,
    index: usize,
    folder: &Path,
    overrides: &Overrides,
    library: &mut library::JobLibrary,
    parts: &mut Vec<Part>,
    sources: &mut Sources,
    faults: &mut Faults,
) -> Option<(Span, layout::Compiled)> {
    let text = table.required_text("file", faults)?;
    let place = text.part(0..text.text.len());
    let named = paths::join(folder, &text.text);
    let path = match (&overrides.layout, &overrides.frozen) {
        (Some(replaced), _) => replaced.clone(),
        (None, Some(frozen)) => frozen.folder.join(format!("layouts/{index}-{}", named.file_name().unwrap_or_default().to_string_lossy())),
        (None, None) => named,
    };
    let read = overrides.built_in.map_or_else(|| file::read(&path, limits::LAYOUT_BYTES_MAX), |text| Ok(text.as_bytes().to_vec()));
    let bytes = match read {
        Ok(bytes) => bytes,
        Err(error) => {
            faults.push(missing_file(error, place, &paths::folder_of(&path)));
            return Some((place, layout::Compiled::default()));
        }
    };
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    parts.push(Part::new(format!("layouts/{index}-{name}"), bytes.clone().into()));
    let source = match String::from_utf8(bytes) {
        Ok(source) => source,
        Err(error) => {
            let message = format!("`{}` is not UTF-8: byte {} is no character", path.display(), error.utf8_error().valid_up_to());
            faults.push(Diagnostic::error(&code::JOB_FILE, place, message));
            return Some((place, layout::Compiled::default()));
        }
    };
    // A layout used twice, for other records, is compiled twice but shown once.
    let file = sources.add(path.to_string_lossy(), source);
    library.enter(paths::folder_of(&path), index);
    Some((place, layout::compile_with_contract(sources, file, library, faults)))
}

/// The fault of a file that cannot be read, with the closest name in its folder.
fn missing_file(error: file::FileError, place: Span, folder: &Path) -> Diagnostic {
    let name = error.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let fault = Diagnostic::error(&code::JOB_FILE, place, error.to_string());
    let names = file::list(folder).unwrap_or_default();
    match crate::base::suggest::closest(&name, names.iter().map(String::as_str)) {
        Some(near) if near != name => fault.hint(format!("did you mean `{near}`?")),
        _ => fault,
    }
}

fn read_source(path: &Path, faults: &mut Faults) -> Option<(String, Vec<u8>)> {
    let bytes = match file::read(path, limits::LAYOUT_BYTES_MAX) {
        Ok(bytes) => bytes,
        Err(error) => {
            let is_folder = error.source.kind() == std::io::ErrorKind::IsADirectory;
            let fault = Diagnostic::error(&code::JOB_FILE, None, error.to_string());
            faults.push(if is_folder {
                fault.hint(format!("give the job file itself, such as `{}`", path.join("job.toml").display()))
            } else {
                fault.hint("`pressrun init my-job` makes a job that runs at once")
            });
            return None;
        }
    };
    match String::from_utf8(bytes.clone()) {
        // TOML 1.0 allows no byte order mark, editors write one all the same.
        Ok(text) => Some((text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_string), bytes)),
        Err(error) => {
            let message = format!("`{}` is not UTF-8: byte {} is no character", path.display(), error.utf8_error().valid_up_to());
            faults.push(Diagnostic::error(&code::JOB_FILE, None, message));
            None
        }
    }
}
