//! Stage 1: ranges of records become volumes.
//!
//! Ranges are cut serially and composed in parallel, each by one thread from parsing to fsync; a single thread outside
//! the pool posts them. No range waits for another, so their order of completion is free and changes nothing.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use bumpalo::Bump;

use super::archive::Written;
use super::hold_limit::{self, HoldWatch};
use super::marks;
use super::messages::{self, CommittedMessages};
use super::posting::{self, Failure};
use super::rebuilding;
use super::sheets::{Side, impose, sheet_count};
use super::{EngineError, Folder, Inputs, Options, Progress, Stage, Texts};
use crate::base::code;
use crate::base::file::Fingerprint;
use crate::base::hash::{Hash, Hasher};
use crate::base::limits::SORT_KEY_BYTES_MAX;
use crate::compose::{Composed, Composer, MissingGlyphs, Tracer};
use crate::decide::{DEFAULT_RULE, Decided, Step};
use crate::input::{Cutter, Opened, Raw, RecordRange};
use crate::kit::expr::{Env, EvalError, Expr, Value};
use crate::kit::locale::Locale;
use crate::ledger::{
    ArchiveKeyRow, DecisionRow, DocumentRow, HoldRow, KeyKind, Ledger, MailRow, MessageFileRow, MessageRow, RemarkRow, RouteRow, SlotRow, State,
    SuppressedRow, VolumePost, VolumeRow,
};
use crate::model::channel::{Channel, Decision, Route};
use crate::model::layout::Layout;
use crate::model::mail::{MailFacts, Thickness, Weight};
use crate::model::message::Wants;
use crate::model::page::{ComposedRange, Document, Media, Properties, SortKey};
use crate::model::record::{Hold, JOB_VARIABLES, LAYOUT_VARIABLES, Remark};
use crate::model::resources::Used;
use crate::model::slot::{MessageId, SlotFate};
use crate::model::trace::TracedPage;
use crate::plan::{Channelled, LocaleChoice, Mail, MailFate, PRODUCER, Plan, PlannedPaper, Undeliverable, find_locale};
use crate::streams::FileInfo;
use crate::streams::volume::{Shapes, hash_document, write_volume};

/// Ranges end early when they reach this size, so that a few huge records do not make a volume that fills the memory.
pub(super) const RANGE_BYTES_MAX: usize = 32 << 20;

/// A volume on its way to the ledger.
struct Committed {
    row: VolumeRow,
    used: Used,
    documents: Vec<DocumentRow>,
    holds: Vec<HoldRow>,
    remarks: Vec<RemarkRow>,
    slots: Vec<SlotRow>,
    mail: Vec<MailRow>,
    suppressed: Vec<SuppressedRow>,
    decisions: Vec<DecisionRow>,
    message_files: Vec<MessageFileRow>,
    messages: Vec<MessageRow>,
    images: Vec<messages::Picture>,
    archived: Vec<ArchiveKeyRow>,
    /// How its file was when it was written; asked only for an archive.
    written: Option<Fingerprint>,
    bytes: u64,
}

/// What a worker keeps from range to range.
struct Worker<'p> {
    composer: Composer<'p>,
    arena: Bump,
    file: Vec<u8>,
    spare: messages::Spare,
    /// Those of all workers.
    shapes: Arc<Shapes>,
}

/// Composes every range that is not in the ledger yet. Gives the volumes that were written, if the archive is to know them.
pub(super) fn compose(
    plan: &Plan,
    inputs: &Inputs,
    ledger: &mut Ledger,
    pool: &rayon::ThreadPool,
    options: &Options<'_>,
) -> Result<Written, EngineError> {
    options.watch.stage(Stage::Compose, inputs.bytes());
    let texts = inputs.texts(plan)?;
    let opened = open(plan, inputs, &texts)?;
    let done: BTreeMap<u32, VolumeRow> = ledger.volumes()?.into_iter().map(|row| (row.number, row)).collect();
    if plan.inputs.iter().any(|input| input.input.has_lines()) {
        // A line that belongs to no record stops the job. Better before the first volume than after the last.
        hold_limit::count(&opened, inputs)?;
    }
    let mut watch = HoldWatch::new(plan.settings.hold_limit, &opened, inputs);
    watch.add(done.values().map(|row| u64::from(row.records)).sum(), ledger.balance()?.held)?;
    let shapes = Arc::new(Shapes::default());
    let workers: Vec<Mutex<Option<Worker<'_>>>> = (0..pool.current_num_threads()).map(|_| Mutex::new(None)).collect();
    let mut cutting = Cutting::new(plan, inputs, &opened);
    let mut written = Written::new();
    let make = |cut: Cut| {
        if let Some(row) = done.get(&cut.number) {
            options.watch.done(found_done(&cut, row));
            return Ok(None);
        }
        let slot = rayon::current_thread_index().unwrap_or(0);
        let mut slot = workers[slot].lock().unwrap_or_else(PoisonError::into_inner);
        let worker = slot.get_or_insert_with(|| Worker {
            composer: composer(plan),
            arena: Bump::new(),
            file: Vec::new(),
            spare: messages::Spare::new(),
            shapes: shapes.clone(),
        });
        compose_range(plan, &opened[cut.input], &cut, worker, inputs, options).map(Some)
    };
    let post = |volume: Committed, failure: &Failure| {
        if !volume.images.is_empty() {
            ledger.post_files(&messages::write_pictures(&volume.images, options)?)?;
        }
        ledger.post_volume(&VolumePost {
            volume: &volume.row,
            used: &volume.used,
            documents: &volume.documents,
            holds: &volume.holds,
            remarks: &volume.remarks,
            slots: &volume.slots,
            mail: &volume.mail,
            suppressed: &volume.suppressed,
            decisions: &volume.decisions,
            message_files: &volume.message_files,
            messages: &volume.messages,
            archived: &volume.archived,
        })?;
        if plan.archiving.is_declared {
            rebuilding::keep_rows(volume.row.number, ledger, options)?;
        }
        written.extend(volume.written.map(|written| (volume.row.number, written)));
        let held = volume.holds.len() as u64;
        let (bytes, documents, pages) = (volume.bytes, volume.documents.len() as u64, volume.row.pages);
        options.watch.done(Progress { bytes, documents, pages, held, resumed: false });
        // Not a failure of posting: the volumes in work are posted all the same.
        if let Err(error) = watch.add(u64::from(volume.row.records), held) {
            failure.set(error);
        }
        Ok(())
    };
    posting::run(pool, options, || cutting.next(), make, post)?;
    let records = cutting.records;
    if plan.archiving.is_declared {
        rebuilding::keep_missing_rows(ledger, options)?;
    }
    if let Some(path) = inputs.changed() {
        return Err(EngineError::InputChanged(path));
    }
    if records == 0 {
        return Err(EngineError::NoRecords);
    }
    ledger.set_state(State::Composed, Some(records))?;
    Ok(written)
}

/// Whether the inputs hold the records that the volumes in the ledger were made of, byte for byte.
pub(super) fn is_same_data(plan: &Plan, inputs: &Inputs, ledger: &Ledger) -> Result<bool, EngineError> {
    let texts = inputs.texts(plan)?;
    let opened = open(plan, inputs, &texts)?;
    let mut sources: BTreeMap<u32, Hash> = ledger.volumes()?.into_iter().map(|row| (row.number, row.source)).collect();
    let mut cutting = Cutting::new(plan, inputs, &opened);
    while let Some(cut) = cutting.next()? {
        let Some(known) = sources.remove(&cut.number) else { continue };
        let mut source = Hasher::new();
        opened[cut.input].raws(&cut.range).for_each(|raw| add_source(&raw, &mut source));
        inputs.release(cut.input, &cut.range);
        if source.finish() != known {
            return Ok(false);
        }
    }
    Ok(sources.is_empty())
}

fn add_source(raw: &Raw<'_>, source: &mut Hasher) {
    source.update_field(raw.text());
    source.update_field(raw.lines_text());
}

/// What is said of a range that an earlier run composed.
fn found_done(cut: &Cut, row: &VolumeRow) -> Progress {
    let (documents, held) = (u64::from(row.documents), u64::from(row.records - row.documents));
    Progress { bytes: cut.range.bytes() as u64, documents, pages: row.pages, held, resumed: true }
}

/// Cuts all inputs, one after the other, into the ranges of volumes.
struct Cutting<'c> {
    plan: &'c Plan,
    inputs: &'c Inputs,
    cutters: Vec<Cutter<'c>>,
    input: usize,
    number: u32,
    first: u64,
    records: u64,
}

impl<'c> Cutting<'c> {
    fn new(plan: &'c Plan, inputs: &'c Inputs, opened: &'c [Opened<'c>]) -> Cutting<'c> {
        Cutting { plan, inputs, cutters: opened.iter().map(Opened::cutter).collect(), input: 0, number: 0, first: 0, records: 0 }
    }

    fn next(&mut self) -> Result<Option<Cut>, EngineError> {
        while let Some(cutter) = self.cutters.get_mut(self.input) {
            let range = cutter.next(self.plan.settings.volume_records, RANGE_BYTES_MAX);
            if let Some(range) = range.map_err(|fault| self.inputs.fault(self.input, fault))? {
                let cut = Cut { number: self.number, input: self.input, first: self.first, range };
                self.number += 1;
                self.records += cut.range.count;
                return Ok(Some(cut));
            }
            self.input += 1;
            self.first = self.records;
        }
        Ok(None)
    }
}

/// A range on its way to a worker.
struct Cut {
    /// The number of its volume.
    number: u32,
    /// Its input.
    input: usize,
    /// Records of the inputs before.
    first: u64,
    /// The records.
    range: RecordRange,
}

pub(super) fn open<'d>(plan: &'d Plan, inputs: &Inputs, texts: &'d [Texts<'d>]) -> Result<Vec<Opened<'d>>, EngineError> {
    let mut all = Vec::new();
    for (index, (planned, texts)) in plan.inputs.iter().zip(texts).enumerate() {
        let opened = planned.input.open(&texts.files, &texts.lines);
        all.push(opened.map_err(|faults| inputs.faults(index, faults))?);
    }
    Ok(all)
}

/// A composer for the layouts of a plan.
pub(super) fn composer(plan: &Plan) -> Composer<'_> {
    let missing = if plan.settings.report_missing_glyphs { MissingGlyphs::Report } else { MissingGlyphs::Hold };
    let mut composer = Composer::new(&plan.compiled, &plan.resources, &plan.media_of, missing).tagged(plan.archive.is_tagged);
    if let Some(email) = plan.channels.as_ref().and_then(|channels| channels.email.as_ref()) {
        composer.set_image_links(&email.images);
    }
    composer
}

fn compose_range<'p>(
    plan: &'p Plan,
    opened: &Opened<'_>,
    cut: &Cut,
    worker: &mut Worker<'p>,
    inputs: &Inputs,
    options: &Options<'_>,
) -> Result<Committed, EngineError> {
    let (number, range) = (cut.number, &cut.range);
    let mut composed = ComposedRange::default();
    let mut layouts = Vec::new();
    let (mut holds, mut remarks, mut slots, mut sides) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut mail, mut suppressed, mut decisions, mut files) = (Vec::new(), Vec::new(), Vec::new(), messages::Files::default());
    let mut archived = Vec::new();
    let weights = plan.mail.as_ref().map(|mail| SheetWeights::of(plan, mail));
    let mut source = Hasher::new();
    for raw in opened.raws(range) {
        add_source(&raw, &mut source);
        worker.arena.reset();
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            assert!(options.fail_at != Some(cut.first + raw.number), "asked to fail at this record");
            mail_record(plan, opened, &raw, cut.first, worker, &mut composed.used)
        }));
        match outcome {
            Ok(Ok(Fate::Suppressed(row))) => suppressed.push(row),
            Ok(Ok(Fate::Composed(fate))) => {
                let ComposedRecord { layout, document, found, facts, decision, renditions, messages, keys } = *fate;
                if !keys.is_empty() {
                    archived.push(ArchiveKeyRow { record: document.record, keys });
                }
                decisions.extend(decision.map(|decision| decision_row(plan, document.record, decision)));
                if let Some(channels) = &plan.channels {
                    files.add(channels, number, document.record, messages, &mut worker.spare, options)?;
                    renditions.email.iter().for_each(|content| files.add_images(content));
                }
                if let Some((facts, weights)) = facts.zip(weights.as_ref()) {
                    impose(plan.print.duplex.is_duplex(), document.pages.iter().map(|page| page.media), &mut sides);
                    let (weight, thickness) = weights.of_sides(&sides);
                    mail.push(MailRow { record: document.record, facts: *facts, weight, thickness });
                }
                layouts.push(layout);
                if let Some(content) = renditions.email {
                    worker.composer.keep_room(*content);
                }
                let row = |remark: Remark| RemarkRow { record: document.record, code: remark.code.id.to_string(), reason: remark.reason };
                remarks.extend(found.remarks.into_iter().map(row));
                slots.extend(slot_rows(plan, usize::from(layout), document.record, &found.slots));
                composed.documents.push(document);
            }
            Ok(Err(hold)) => holds.push(hold_row(&raw, cut, inputs, hold)),
            Err(panic) => {
                // Our own fault. Whatever the composer was in the middle of is thrown away with it, but not what it has
                // counted for the documents before.
                let used = worker.composer.take_used();
                composed.used.merge(&used);
                worker.composer = composer(plan);
                let hold = Hold::new(&code::RECORD_BUG, format!("a fault of this program: {}", panic_text(&*panic)));
                holds.push(hold_row(&raw, cut, inputs, hold));
            }
        }
    }
    composed.used.merge(&worker.composer.take_used());
    let title = format!("{}, volume {}", plan.settings.name, number + 1);
    let info = FileInfo { title: &title, producer: PRODUCER, date: plan.settings.date, language: language(plan), properties: None };
    worker.file.clear();
    let file = Folder::volume_name(number);
    let index = if composed.documents.is_empty() {
        None
    } else {
        let index = write_volume(&composed, &plan.resources, &plan.media, &info, &worker.shapes, &mut worker.file);
        Some(index.map_err(|source| EngineError::Stream { file: file.clone(), source })?)
    };
    if let Some(path) = inputs.changed_in(cut.input, range) {
        return Err(EngineError::InputChanged(path));
    }
    let mut written = None;
    if index.is_some() {
        let path = options.out.join(&file);
        options.disk.commit(&path, &worker.file)?;
        written = if plan.archiving.is_declared { Some(Fingerprint::of(&path)?) } else { None };
    }
    let committed = match &plan.channels {
        Some(channels) => files.commit(channels, number)?,
        None => CommittedMessages::default(),
    };
    let mut documents = Vec::with_capacity(composed.documents.len());
    if let Some(index) = &index {
        for (at, ((document, place), layout)) in composed.documents.iter().zip(&index.documents).zip(layouts).enumerate() {
            let is_printed = decisions.get(at).is_none_or(|decision| decision.routes.iter().any(|route| route.channel == Channel::NAMES[0]));
            impose(plan.print.duplex.is_duplex(), document.pages.iter().map(|page| page.media), &mut sides);
            documents.push(DocumentRow {
                entry: place.entry(document, number),
                sheets: sheet_count(&sides),
                layout,
                is_printed,
                totals: document.totals.clone(),
            });
        }
    }
    let row = VolumeRow {
        number,
        first_record: cut.first + range.first,
        records: range.count as u32,
        documents: documents.len() as u32,
        pages: index.as_ref().map_or(0, |index| u64::from(index.pages)),
        bytes: worker.file.len() as u64,
        hash: index.as_ref().map(|index| index.file.hash),
        file: index.is_some().then_some(file),
        source: source.finish(),
    };
    inputs.release(cut.input, range);
    Ok(Committed {
        row,
        used: composed.used,
        documents,
        holds,
        remarks,
        slots,
        mail,
        suppressed,
        decisions,
        message_files: committed.files,
        messages: committed.messages,
        images: committed.images,
        archived,
        written,
        bytes: range.bytes() as u64,
    })
}

/// What became of a record that is not held.
// There is one at a time, and it is taken apart at once.
#[allow(clippy::large_enum_variant)]
enum Fate {
    /// A document.
    Composed(Box<ComposedRecord>),
    /// Nothing is sent.
    Suppressed(SuppressedRow),
}

/// A document with what else came of its record.
struct ComposedRecord {
    /// The index of its layout.
    layout: u16,
    document: Document,
    /// What it is to be looked at for.
    found: Composed,
    /// What the mail knows of it.
    facts: Option<Box<MailFacts>>,
    /// Which way it takes.
    decision: Option<Decision>,
    /// What its messages say.
    renditions: messages::Renditions,
    /// Its messages.
    messages: Vec<messages::Message>,
    /// What it is found by in the archive.
    keys: Vec<(String, KeyKind, String)>,
}

/// One record from its bytes to its pages and messages, unless nothing is to be sent.
fn mail_record<'p>(plan: &'p Plan, opened: &Opened<'_>, raw: &Raw<'_>, first: u64, worker: &mut Worker<'p>, used: &mut Used) -> Result<Fate, Hold> {
    let Worker { composer, arena, spare, .. } = worker;
    let arena = &*arena;
    let mut chosen = choose(plan, opened, raw, first, arena)?;
    let suppressed = |chosen: Chosen<'_, '_>, rule, reason| {
        Ok(Fate::Suppressed(SuppressedRow { record: chosen.document.record, id: chosen.document.id, rule, reason }))
    };
    let (decision, seen) = match decide(plan, &chosen, arena, &mut |_| ())? {
        None => (None, None),
        Some(Channelled { decided: Decided::Document(decision), variables }) => (Some(decision), Some(variables)),
        Some(Channelled { decided: Decided::Suppressed { rule, reason }, .. }) => return suppressed(chosen, rule, reason),
    };
    let is_printed = decision.as_ref().is_none_or(Decision::is_printed);
    let facts = match settle(plan, &mut chosen, is_printed, arena)? {
        None => None,
        Some(MailFate::Mailed(facts)) => Some(facts),
        Some(MailFate::Suppressed { rule, reason }) => return suppressed(chosen, rule, reason),
    };
    let keys = if plan.archiving.keys.is_empty() { Vec::new() } else { archive_keys(plan, &chosen, arena)? };
    let Chosen { layout, locale, language, mut document, variables, .. } = chosen;
    let wants = messages::wants(decision.as_ref());
    let mut found = composer.compose_renditions(layout, arena, &variables, (locale, language), wants, &mut document.pages)?;
    document.structure = found.structure.take();
    let renditions = messages::Renditions::take(&mut found)?;
    marks::check_document(plan, &document, facts.as_deref(), &mut found.remarks, arena)?;
    if let Some(lost) = decision.as_ref().map(|decision| &decision.lost).filter(|lost| !lost.is_empty()) {
        found.remarks.push(Remark { code: &code::RECORD_CHANNEL, reason: lost.join("; ") });
    }
    let mut written = Vec::new();
    if let (Some(channels), Some(decision), Some(seen)) = (&plan.channels, &decision, &seen) {
        let pdf = match messages::attaches(plan, decision) {
            true => Some(alone(plan, layout, &mut document, composer, used)?),
            false => None,
        };
        // Messages and the volume say it.
        document.hash = Some(hash_document(&document));
        let env = Env { arena, vars: seen, running: &[], page: None, locale, language: 0 };
        let of = messages::Composing { document: &document, decision, renditions: &renditions, pdf: pdf.as_deref(), env };
        written = messages::write(plan, channels, &of, spare)?;
    }
    Ok(Fate::Composed(Box::new(ComposedRecord { layout: layout as u16, document, found, facts, decision, renditions, messages: written, keys })))
}

/// What the document of a record is found by in the archive.
fn archive_keys(plan: &Plan, chosen: &Chosen<'_, '_>, arena: &Bump) -> Result<Vec<(String, KeyKind, String)>, Hold> {
    let env = Env { arena, vars: &chosen.job, running: &[], page: None, locale: chosen.locale, language: 0 };
    let keys = plan.archiving.values(&env).map_err(|error: EvalError| Hold::new(&code::RECORD_EXPRESSION, error.to_string()))?;
    if let Some((name, kind, value)) = keys.iter().find(|(_, kind, value)| !kind.takes(value)) {
        let reason = format!("`{value}` has too many digits to be found as {} `{name}` of the archive", kind.name());
        return Err(Hold::new(&code::RECORD_EXPRESSION, reason));
    }
    Ok(keys)
}

/// A document as a file of its own.
fn alone(plan: &Plan, layout: usize, document: &mut Document, composer: &mut Composer<'_>, used: &mut Used) -> Result<Vec<u8>, Hold> {
    // What it uses is counted apart, so that its file has no more.
    let own = composer.take_used();
    used.merge(&own);
    let mut composed = ComposedRange { used: own, ..ComposedRange::default() };
    let mut file = Vec::new();
    composed.documents.push(std::mem::take(document));
    let written =
        write_volume(&composed, &plan.resources, &plan.media, &alone_info(plan, layout, &composed.documents[0]), &Shapes::default(), &mut file);
    *document = composed.documents.pop().unwrap_or_default();
    match written {
        Ok(_) => Ok(file),
        Err(error) => Err(Hold::new(&code::RECORD_MESSAGE, format!("its attachment cannot be made: {error}"))),
    }
}

/// What a sheet of each paper weighs, and how thick it is.
struct SheetWeights(Vec<(Weight, Thickness)>);

impl SheetWeights {
    fn of(plan: &Plan, mail: &Mail) -> SheetWeights {
        let sheet = |(media, paper): (&Media, &PlannedPaper)| (paper.sheet(media.width, media.height), paper.thickness);
        SheetWeights(plan.media.iter().zip(&mail.papers).map(sheet).collect())
    }

    /// The sheets of a document together.
    fn of_sides(&self, sides: &[Side]) -> (Weight, Thickness) {
        let sheets = sides.iter().filter(|side| side.is_front).filter_map(|side| self.0.get(usize::from(side.media)));
        sheets.fold((Weight::default(), Thickness::default()), |sum, sheet| (sum.0 + sheet.0, sum.1 + sheet.1))
    }
}

/// What became of the slots of a document, in the words of its job.
pub(super) fn slot_rows<'r>(plan: &'r Plan, layout: usize, record: u64, fates: &'r [SlotFate]) -> impl Iterator<Item = SlotRow> + 'r {
    let name = |message: MessageId| plan.messages[usize::from(message.0)].name.as_str();
    fates.iter().map(move |fate| SlotRow {
        record,
        slot: plan.compiled[layout].slots[usize::from(fate.slot.0)].clone(),
        message: fate.message.map(|message| name(message).to_string()),
        passed_over: fate
            .passed_over
            .iter()
            .map(|(message, obstacle)| format!("{} {}", name(*message), obstacle.words()))
            .collect::<Vec<_>>()
            .join("; "),
    })
}

fn hold_row(raw: &Raw<'_>, cut: &Cut, inputs: &Inputs, hold: Hold) -> HoldRow {
    let range = raw.original_range();
    let lines = raw.original_lines_range().map(|lines| (inputs.lines_file(cut.input, raw.file()) as u32, lines.start as u64, lines.len() as u64));
    HoldRow {
        record: cut.first + raw.number,
        code: hold.code.id.to_string(),
        reason: hold.reason,
        input: (inputs.first_file(cut.input) + raw.file()) as u32,
        offset: range.start as u64,
        length: range.len() as u64,
        lines,
    }
}

pub(super) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|text| text.to_string())).unwrap_or_default()
}

/// What the file of one document says about itself.
pub(super) fn alone_info<'i>(plan: &'i Plan, layout: usize, document: &'i Document) -> FileInfo<'i> {
    let tags = plan.compiled.get(layout).and_then(|layout| layout.languages.as_ref()).map(|languages| languages.tags.as_slice());
    let own = tags.zip(document.language).and_then(|(tags, at)| tags.get(at)).map(String::as_str);
    let language = own.unwrap_or_else(|| language(plan));
    FileInfo { title: &document.title, producer: PRODUCER, date: plan.settings.date, language, properties: None }
}

/// The language of a job's files: that of its layouts if they agree, and if no record chooses.
pub(super) fn language(plan: &Plan) -> &str {
    let first = plan.compiled.first().and_then(Layout::language).unwrap_or("");
    if plan.compiled.iter().all(|layout| layout.language() == Some(first)) { first } else { "" }
}

/// One record from its bytes to its pages and the messages that are wanted, with the index of its layout and what it is to be looked at for. `first` records came before its input.
pub(super) fn compose_record<'p>(
    plan: &'p Plan,
    opened: &Opened<'_>,
    raw: &Raw<'_>,
    first: u64,
    wants: Wants,
    composer: &mut Composer<'p>,
    arena: &Bump,
) -> Result<(u16, Document, Composed), Hold> {
    let mut chosen = choose(plan, opened, raw, first, arena)?;
    let facts = match settle(plan, &mut chosen, true, arena)? {
        Some(MailFate::Mailed(facts)) => Some(facts),
        Some(MailFate::Suppressed { .. }) | None => None,
    };
    let Chosen { layout, locale, language, mut document, variables, .. } = chosen;
    let mut composed = composer.compose_renditions(layout, arena, &variables, (locale, language), wants, &mut document.pages)?;
    document.structure = composed.structure.take();
    marks::check_document(plan, &document, facts.as_deref(), &mut composed.remarks, arena)?;
    Ok((layout as u16, document, composed))
}

/// The boxes of the pages of a record, with the index of its layout.
pub(super) fn trace_record<'p>(
    plan: &'p Plan,
    opened: &Opened<'_>,
    raw: &Raw<'_>,
    first: u64,
    tracer: &mut Tracer<'p>,
    arena: &Bump,
) -> Result<(u16, Vec<TracedPage>), Hold> {
    let mut chosen = choose(plan, opened, raw, first, arena)?;
    settle(plan, &mut chosen, true, arena)?;
    let Chosen { layout, locale, language, variables, .. } = chosen;
    Ok((layout as u16, tracer.trace(layout, arena, &variables, (locale, language))?))
}

/// Which way the document of a record takes; nothing in a job without channels. `told` is given every step.
fn decide<'a>(plan: &Plan, chosen: &Chosen<'_, 'a>, arena: &'a Bump, told: &mut dyn FnMut(Step)) -> Result<Option<Channelled<'a>>, Hold> {
    let Some(channels) = &plan.channels else { return Ok(None) };
    let env = Env { arena, vars: &chosen.job, running: &[], page: None, locale: chosen.locale, language: 0 };
    channels.decide(&plan.layouts[chosen.layout].name, &env, told).map(Some)
}

/// What would be decided about a record, and what its document would be called. In a job without channels it is printed.
///
/// # Errors
/// Why the record would be held before anything is decided.
pub(super) fn decide_record(
    plan: &Plan,
    opened: &Opened<'_>,
    raw: &Raw<'_>,
    first: u64,
    arena: &Bump,
    told: &mut dyn FnMut(Step),
) -> Result<(String, Decided), Hold> {
    let mut chosen = choose(plan, opened, raw, first, arena)?;
    let id = chosen.document.id.clone();
    let decided = decide(plan, &chosen, arena, told)?.map(|channelled| channelled.decided);
    let is_printed = !matches!(&decided, Some(Decided::Document(decision)) if !decision.is_printed());
    // A list of the mail, or an address that no post delivers to, has the last word.
    if let Some(MailFate::Suppressed { rule, reason }) = settle(plan, &mut chosen, is_printed, arena)? {
        return Ok((id, Decided::Suppressed { rule, reason }));
    }
    let printed = || Decision {
        document_type: plan.layouts[chosen.layout].name.clone(),
        rule: DEFAULT_RULE.into(),
        preference: None,
        routes: vec![Route { channel: Channel::PRINT, recipient: String::new(), instead_of: None }],
        lost: Vec::new(),
    };
    Ok((id, decided.unwrap_or_else(|| Decided::Document(printed()))))
}

fn decision_row(plan: &Plan, record: u64, decision: Decision) -> DecisionRow {
    let name = |channel: Channel| plan.channels.as_ref().map_or(String::new(), |channels| channels.rules.name(channel).to_string());
    let route = |route: Route| RouteRow {
        channel: name(route.channel),
        recipient: route.recipient,
        instead_of: route.instead_of.map(|(channel, reason)| (name(channel), reason)),
    };
    let Decision { document_type, rule, preference, routes, lost: _ } = decision;
    DecisionRow { record, document_type, rule, preference, routes: routes.into_iter().map(route).collect() }
}

/// What becomes of a record in the mail. Its address is then a value that its layout can print. What is not printed is not held for an
/// address that no post delivers to.
fn settle<'a>(plan: &Plan, chosen: &mut Chosen<'_, 'a>, is_printed: bool, arena: &'a Bump) -> Result<Option<MailFate>, Hold> {
    let Some(mail) = &plan.mail else { return Ok(None) };
    let env = Env { arena, vars: &chosen.job, running: &[], page: None, locale: chosen.locale, language: 0 };
    let fate = match is_printed {
        true => mail.facts(&env, chosen.document.record)?,
        false => mail.facts_as(&env, chosen.document.record, Undeliverable::Divert)?,
    };
    if let MailFate::Mailed(facts) = &fate {
        // Gathering keeps them by lengths of one byte; none of a post is longer than a few dozen.
        if let Some((name, text)) = [("routing", &facts.routing), ("postcode", &facts.postcode)].into_iter().find(|(_, text)| text.len() > 255) {
            return Err(Hold::new(&code::RECORD_UNDELIVERABLE, format!("the {name} has {} bytes, 255 are possible", text.len())));
        }
        chosen.variables[ADDRESS] = Value::Text(arena.alloc_str(&facts.lines.join("\n")));
    }
    Ok(Some(fate))
}

/// The variables of a layout that are not of its own: the record, and those of [`crate::model::record`].
const VARIABLES: usize = 1 + JOB_VARIABLES.len() + LAYOUT_VARIABLES.len();
/// `record.address` among them.
const ADDRESS: usize = VARIABLES - 1;

/// What is known of a record before it is composed.
struct Chosen<'p, 'a> {
    /// The index of its layout.
    layout: usize,
    locale: &'p Locale,
    /// The language of its texts, by index.
    language: usize,
    /// Its document, without pages.
    document: Document,
    variables: [Value<'a>; VARIABLES],
    /// What the expressions of the job see.
    job: [Value<'a>; VARIABLES],
}

/// Parses a record and finds what decides about its document.
fn choose<'p, 'a>(plan: &'p Plan, opened: &'a Opened<'_>, raw: &Raw<'a>, first: u64, arena: &'a Bump) -> Result<Chosen<'p, 'a>, Hold>
where
    'p: 'a,
{
    let values = opened.parse(raw, arena)?;
    let number = first + raw.number;
    let job = [Value::Date(plan.settings.date), Value::Text(&plan.settings.name), Value::Integer(number as i64 + 1)];
    let of_job = |row| [Value::Row(row), job[0], job[1], job[2], Value::Null, Value::Null];
    let variables = of_job(values);
    let hold = |error: EvalError| Hold::new(&code::RECORD_EXPRESSION, error.to_string());
    let env = Env { arena, vars: &variables, running: &[], page: None, locale: &plan.locales[0], language: 0 };
    let mut taken = None;
    for (index, layout) in plan.layouts.iter().enumerate() {
        let applies = match &layout.when {
            Some(test) => test.test(&env).map_err(hold)?,
            None => true,
        };
        if applies {
            taken = Some(index);
            break;
        }
    }
    let Some(layout) = taken else {
        return Err(Hold::new(&code::RECORD_LAYOUT, "no layout of the job takes this record"));
    };
    // The layout sees its own contract, not the union of all.
    let projected = plan.layouts[layout].projection.apply(values, arena);
    let projected = projected
        .map_err(|field| Hold::new(&code::RECORD_FIELD_MISSING, format!("the layout `{}` requires `{field}`", plan.layouts[layout].name)))?;
    let mut own = of_job(projected);
    let languages = plan.compiled[layout].languages.as_ref();
    let named = match languages.and_then(|languages| Some((languages, languages.named.as_ref()?))) {
        Some((languages, named)) => {
            let mut tag = String::new();
            named.write_text(&Env { vars: &own, ..env }, &mut tag).map_err(hold)?;
            Some(languages.of(&tag))
        }
        None => None,
    };
    let locale = match &plan.locale {
        LocaleChoice::Fixed(index) => *index,
        LocaleChoice::OfLayout(indices) => indices[layout][named.unwrap_or(0)],
        LocaleChoice::Named(tag) => {
            let mut named = String::new();
            tag.write(&env, &mut named).map_err(hold)?;
            let found = find_locale(&plan.locales, &named);
            found.ok_or_else(|| Hold::new(&code::RECORD_LOCALE, format!("the job has no locale for `{named}`")))?
        }
    };
    let env = Env { locale: &plan.locales[locale], ..env };
    let tag = plan.locales[locale].tag();
    let language = named.or_else(|| languages.map(|languages| languages.of(tag)));
    let mut document = Document { record: number, language, ..Document::default() };
    match &plan.document_id {
        Some(template) => template.write(&env, &mut document.id).map_err(hold)?,
        None => document.id = (number + 1).to_string(),
    }
    match &plan.title {
        Some(template) => template.write(&env, &mut document.title).map_err(hold)?,
        None => document.title = document.id.clone(),
    }
    for total in &plan.totals {
        document.totals.push(match total.amount.evaluate(&env).map_err(hold)? {
            Value::Money(money) => format!("{} {}", money.amount, money.currency.code()),
            Value::Decimal(number) => number.to_string(),
            Value::Integer(number) => number.to_string(),
            _ => String::new(),
        });
    }
    let mut key = SortKey::default();
    for (expr, descending) in &plan.print.sort {
        key.push(&expr.evaluate(&env).map_err(hold)?, *descending);
    }
    key.0.truncate(SORT_KEY_BYTES_MAX);
    document.sort_key = key.0;
    own[4] = Value::Text(languages.zip(language).map_or(tag, |(languages, language)| &languages.tags[language]));
    if let Some(node) = &plan.compiled[layout].properties {
        let env = Env { vars: &own, language: language.unwrap_or(0), ..env };
        let said = |expr: &Option<Expr>| -> Result<String, Hold> {
            let mut text = String::new();
            if let Some(expr) = expr {
                expr.write_text(&env, &mut text).map_err(hold)?;
            }
            Ok(text)
        };
        let properties =
            Properties { title: said(&node.title)?, author: said(&node.author)?, subject: said(&node.subject)?, keywords: said(&node.keywords)? };
        if plan.title.is_none() && !properties.title.is_empty() {
            document.title.clone_from(&properties.title);
        }
        document.properties = Some(Box::new(properties));
    }
    Ok(Chosen { layout, locale: &plan.locales[locale], language: language.unwrap_or(0), document, variables: own, job: variables })
}
