//! Single records of a plan, composed on demand: for proofs, layout tests, differences and the preview.
//!
//! Takes a plan, gives the document of any record, its pages as a file and the boxes on them, by the code that a run composes
//! with: a page here has the bytes it has there. Must never write, and never post to a ledger.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bumpalo::Bump;

use super::composing::{RANGE_BYTES_MAX, alone_info, compose_record, composer, open, panic_text, slot_rows, trace_record};
use super::inputs::Inputs;
use super::{EngineError, told};
use crate::base::code;
use crate::base::hash::Hash;
use crate::compose::{self, Composer, Tracer};
use crate::input::{Cutter, InputFile, Opened, Raw, RecordRange};
use crate::ledger::SlotRow;
use crate::model::message::{EmailContent, SmsContent, Wants};
use crate::model::page::{ComposedRange, Document};
use crate::model::record::{Hold, Remark};
use crate::model::resources::Used;
use crate::model::slot::SlotFate;
use crate::model::trace::TracedPage;
use crate::plan::Plan;
use crate::streams::volume::{Shapes, hash_document, write_volume};

/// A document, composed on demand.
#[derive(Clone, Debug)]
pub struct Composed {
    /// The index of its layout in the job.
    pub layout: usize,
    /// The document.
    pub document: Document,
    /// What its pages name.
    pub used: Used,
    /// What the document is to be looked at for.
    pub remarks: Vec<Remark>,
    /// What became of its slots.
    pub slots: Vec<SlotFate>,
    /// Its e-mail, if its layout has one; or why there is none of this record.
    pub email: Option<Box<Result<EmailContent, Hold>>>,
    /// Its SMS, likewise.
    pub sms: Option<Box<Result<SmsContent, Hold>>>,
}

/// A single record is shown in all renditions.
pub(super) const ALL: Wants = Wants { email: true, sms: true };

impl Composed {
    /// What became of its slots, in words: `promotion: heat-pump`.
    pub fn slots_in_words(&self, plan: &Plan) -> Vec<String> {
        let rows = slot_rows(plan, self.layout, self.document.record, &self.slots);
        rows.map(|SlotRow { slot, message, passed_over, .. }| {
            let message = message.unwrap_or_else(|| "no message".to_string());
            if passed_over.is_empty() { format!("{slot}: {message}") } else { format!("{slot}: {message} ({passed_over})") }
        })
        .collect()
    }

    /// The fingerprint that the ledger of a run has for this document: SHA-256 over its page bodies.
    pub fn hash(&self) -> Hash {
        hash_document(&self.document)
    }

    /// The document as a PDF/A file of its own.
    pub fn file(&self, plan: &Plan) -> Result<Vec<u8>, EngineError> {
        let range = ComposedRange { documents: vec![self.document.clone()], used: self.used.clone() };
        let info = alone_info(plan, self.layout, &self.document);
        let mut file = Vec::new();
        let written = write_volume(&range, &plan.resources, &plan.media, &info, &Shapes::default(), &mut file);
        written.map_err(|source| EngineError::Stream { file: format!("record {}", self.document.record + 1), source })?;
        Ok(file)
    }
}

/// The index of the layout of a document, and the boxes of its pages.
pub type Traced = (u16, Vec<TracedPage>);

/// The records of a plan.
pub struct Records<'r> {
    opened: &'r [Opened<'r>],
    inputs: &'r Inputs,
    worker: Worker<'r>,
    cutters: Vec<Cutter<'r>>,
    input: usize,
    /// What has been cut so far: its input, the records of the inputs before, and the range.
    cuts: Vec<(usize, u64, RecordRange)>,
    cut: u64,
    of_inputs_before: u64,
}

/// Opens the data of a plan and gives its records to `work`.
///
/// # Errors
/// The data cannot be opened, or what `work` fails with.
pub fn with_records<T>(plan: &Plan, work: impl FnOnce(&mut Records<'_>) -> Result<T, EngineError>) -> Result<T, EngineError> {
    let inputs = Inputs::open(plan)?;
    let texts = inputs.texts(plan)?;
    let opened = open(plan, &inputs, &texts)?;
    let mut records = Records {
        opened: &opened,
        inputs: &inputs,
        worker: Worker::new(plan),
        cutters: opened.iter().map(Opened::cutter).collect(),
        input: 0,
        cuts: Vec::new(),
        cut: 0,
        of_inputs_before: 0,
    };
    work(&mut records)
}

impl Records<'_> {
    /// How many records there are; cuts all of the data once.
    pub fn count(&mut self) -> Result<u64, EngineError> {
        while self.cut_next()? {}
        Ok(self.cut)
    }

    /// Composes a record, counted from 0. `None` if there is none of that number.
    pub fn compose(&mut self, number: u64) -> Result<Option<Result<Composed, Hold>>, EngineError> {
        self.with(number, |worker, opened, raw, first| worker.compose(opened, raw, first))
    }

    /// The boxes of the pages of a record, with the index of its layout.
    pub fn trace(&mut self, number: u64) -> Result<Option<Result<Traced, Hold>>, EngineError> {
        self.with(number, |worker, opened, raw, first| worker.trace(opened, raw, first))
    }

    /// The first record from `from` on, below `to`, whose bytes or lines hold a text, in any letter case of ASCII.
    pub fn find(&mut self, text: &str, from: u64, to: u64) -> Result<Option<u64>, EngineError> {
        let wanted = text.to_ascii_lowercase();
        for number in from..to {
            let found = self.with(number, |_, _, raw, _| {
                let holds = |bytes: &[u8]| memchr::memmem::find(&bytes.to_ascii_lowercase(), wanted.as_bytes()).is_some();
                holds(raw.text()) || holds(raw.lines_text())
            })?;
            match found {
                Some(true) => return Ok(Some(number)),
                Some(false) => {}
                None => return Ok(None),
            }
        }
        Ok(None)
    }

    /// The bytes of a record as text, at most so many.
    pub fn excerpt(&mut self, number: u64, bytes_max: usize) -> Result<Option<String>, EngineError> {
        self.with(number, |_, _, raw, _| {
            let text = raw.text();
            String::from_utf8_lossy(&text[..text.len().min(bytes_max)]).into_owned()
        })
    }

    fn with<T>(&mut self, number: u64, work: impl FnOnce(&mut Worker<'_>, &Opened<'_>, &Raw<'_>, u64) -> T) -> Result<Option<T>, EngineError> {
        while number >= self.cut {
            if !self.cut_next()? {
                return Ok(None);
            }
        }
        let at = self.cuts.partition_point(|(_, first, range)| first + range.first + range.count <= number);
        let (input, first, range) = &self.cuts[at];
        let opened = &self.opened[*input];
        let raw = opened.raws(range).find(|raw| first + raw.number == number);
        let raw = raw.expect("the cut that ends behind a record and begins before it holds it");
        Ok(Some(work(&mut self.worker, opened, &raw, *first)))
    }

    fn cut_next(&mut self) -> Result<bool, EngineError> {
        // Single records are wanted, so ranges are small whatever the volumes of the job are.
        const RECORDS: u64 = 256;
        while let Some(cutter) = self.cutters.get_mut(self.input) {
            let range = cutter.next(RECORDS, RANGE_BYTES_MAX).map_err(|fault| self.inputs.fault(self.input, fault))?;
            if let Some(range) = range {
                self.cut += range.count;
                self.cuts.push((self.input, self.of_inputs_before, range));
                return Ok(true);
            }
            self.input += 1;
            self.of_inputs_before = self.cut;
        }
        Ok(false)
    }
}

/// What composes single records.
pub(super) struct Worker<'p> {
    plan: &'p Plan,
    composer: Composer<'p>,
    tracer: Option<Tracer<'p>>,
    arena: Bump,
}

impl<'p> Worker<'p> {
    pub(super) fn new(plan: &'p Plan) -> Worker<'p> {
        Worker { plan, composer: composer(plan), tracer: None, arena: Bump::new() }
    }

    pub(super) fn compose(&mut self, opened: &Opened<'_>, raw: &Raw<'_>, first: u64) -> Result<Composed, Hold> {
        self.arena.reset();
        let (plan, arena) = (self.plan, &self.arena);
        let outcome = catch_unwind(AssertUnwindSafe(|| compose_record(plan, opened, raw, first, ALL, &mut self.composer, arena)));
        let used = self.composer.take_used();
        match outcome {
            Ok(composed) => composed.map(|(layout, document, compose::Composed { remarks, slots, email, sms, .. })| {
                let layout = usize::from(layout);
                Composed { layout, document, used, remarks, slots, email, sms }
            }),
            Err(panic) => {
                self.composer = composer(plan);
                Err(bug(&*panic))
            }
        }
    }

    pub(super) fn trace(&mut self, opened: &Opened<'_>, raw: &Raw<'_>, first: u64) -> Result<Traced, Hold> {
        self.arena.reset();
        let (plan, arena) = (self.plan, &self.arena);
        let tracer = self.tracer.get_or_insert_with(|| Tracer::new(composer(plan)));
        let outcome = catch_unwind(AssertUnwindSafe(|| trace_record(plan, opened, raw, first, tracer, arena)));
        outcome.unwrap_or_else(|panic| {
            self.tracer = None;
            Err(bug(&*panic))
        })
    }
}

fn bug(panic: &(dyn std::any::Any + Send)) -> Hold {
    Hold::new(&code::RECORD_BUG, format!("a fault of this program: {}", panic_text(panic)))
}

/// A document and the boxes of its pages.
pub type ComposedData = (Composed, Vec<TracedPage>);

/// Composes the first record of `data`, which is in the format of the first input, without its files. `boxes` says whether the
/// boxes are wanted, too.
///
/// # Errors
/// The data cannot be read as what the input says it is, or holds no record.
pub fn compose_data(plan: &Plan, data: &[u8], boxes: bool) -> Result<Result<ComposedData, Hold>, EngineError> {
    let path = std::path::PathBuf::from("-");
    let planned = plan.inputs.first().ok_or(EngineError::NoRecords)?;
    let failed = |faults: Vec<crate::input::InputFault>| EngineError::Input(faults.into_iter().map(|fault| (path.clone(), fault)).collect());
    let texts = [InputFile::read(data, planned.encoding.as_deref()).map_err(|fault| failed(vec![fault]))?];
    let lines = [InputFile::read(b"", None).map_err(|fault| failed(vec![fault]))?];
    let lines = if planned.input.has_lines() { lines.as_slice() } else { &[] };
    let opened = planned.input.open(&texts, lines).map_err(failed)?;
    let range = opened.cutter().next(1, RANGE_BYTES_MAX).map_err(|fault| failed(vec![fault]))?.ok_or(EngineError::NoRecords)?;
    let mut worker = Worker::new(plan);
    let raw = opened.raws(&range).next().ok_or(EngineError::NoRecords)?;
    let composed = match worker.compose(&opened, &raw, 0) {
        Ok(composed) => composed,
        Err(hold) => return Ok(Err(hold)),
    };
    let pages = if boxes { worker.trace(&opened, &raw, 0).map(|(_, pages)| pages) } else { Ok(Vec::new()) };
    Ok(pages.map(|pages| (composed, pages)))
}

/// Composes one record, counted from 0, into a file of its own, without a ledger: `--only-record`.
pub fn compose_one(plan: &Plan, number: u64) -> Result<Option<Result<Vec<u8>, Hold>>, EngineError> {
    let found = with_records(plan, |records| records.compose(number))?;
    match found {
        Some(Ok(composed)) => Ok(Some(Ok(composed.file(plan)?))),
        Some(Err(hold)) => Ok(Some(Err(hold))),
        None => Ok(None),
    }
}

/// The faults of data that an error is about, as diagnostics; otherwise none.
pub fn faults_of(error: &EngineError) -> Vec<crate::base::diagnostic::Diagnostic> {
    match error {
        EngineError::Input(faults) => faults.iter().map(|(path, fault)| told(path, fault)).collect(),
        _ => Vec::new(),
    }
}
