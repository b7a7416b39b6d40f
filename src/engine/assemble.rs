//! Stages 2 and 3: documents in print order become print files.
//!
//! Sorting moves small entries only; assembling copies page bodies out of the volumes, checks each document against its
//! hash on the way, and adds a late stream per page. Nothing is composed again.

use rayon::prelude::*;

use super::marks::LateWriter;
use super::sheets::{impose, sheet_count};
use super::{EngineError, Folder, Options, Progress, Stage, posting};
use crate::base::file::Pieces;
use crate::ledger::{DocumentRow, Ledger, PieceRow, PrintFileRow, State};
use crate::model::mail::PieceFacts;
use crate::model::page::Entry;
use crate::plan::{Duplex, PRODUCER, Plan};
use crate::streams::FileInfo;
use crate::streams::print_file::{PrintPage, PrintWriter, Sides};
use crate::streams::volume::read_pages;

/// The documents of a job in print order. About 100 bytes each; keys and ids lie in one buffer.
pub(super) struct Order {
    entries: Vec<Small>,
    keys: Vec<u8>,
}

/// What assembly needs of a document.
struct Small {
    record: u64,
    key: (u64, u16),
    offset: u64,
    length: u64,
    hash: crate::base::hash::Hash,
    volume: u32,
    first_page: u32,
    pages: u32,
    sheets: u32,
}

impl Small {
    fn entry(&self) -> Entry {
        Entry {
            record: self.record,
            id: String::new(),
            volume: self.volume,
            first_page: self.first_page,
            pages: self.pages,
            // The document is read by itself, not as part of its volume.
            offset: 0,
            length: self.length,
            hash: self.hash,
            sort_key: Vec::new(),
        }
    }
}

/// Puts all documents into print order: by sort key, then by record.
pub(super) fn sort(ledger: &Ledger, pool: &rayon::ThreadPool) -> Result<Order, EngineError> {
    // Room is made once: a buffer that doubles holds half as much again while it moves.
    let (documents, key_bytes) = ledger.document_sizes()?;
    let mut order = Order { entries: Vec::with_capacity(documents as usize), keys: Vec::with_capacity(key_bytes as usize) };
    ledger.each_document(|DocumentRow { entry, sheets, .. }| {
        let start = order.keys.len() as u64;
        order.keys.extend_from_slice(&entry.sort_key);
        order.entries.push(Small {
            record: entry.record,
            key: (start, entry.sort_key.len() as u16),
            offset: entry.offset,
            length: entry.length,
            hash: entry.hash,
            volume: entry.volume,
            first_page: entry.first_page,
            pages: entry.pages,
            sheets,
        });
    })?;
    let Order { entries, keys } = &mut order;
    let key = |small: &Small| &keys[small.key.0 as usize..small.key.0 as usize + usize::from(small.key.1)];
    pool.install(|| entries.par_sort_unstable_by(|a, b| key(a).cmp(key(b)).then(a.record.cmp(&b.record))));
    Ok(order)
}

/// A print file on its way to the ledger.
struct Assembled {
    row: PrintFileRow,
    pieces: Vec<PieceRow>,
}

/// Assembles every print file that is not in the ledger yet.
pub(super) fn assemble(plan: &Plan, order: &Order, ledger: &mut Ledger, pool: &rayon::ThreadPool, options: &Options<'_>) -> Result<(), EngineError> {
    options.watch.stage(Stage::Assemble, order.entries.iter().map(|small| small.length).sum());
    let pieces_per_file = plan.print.pieces_per_file.max(1) as usize;
    let mut used = ledger.used()?;
    used.merge(&plan.print.late_used);
    // What is in the ledger is on the disk: that was seen to when the run began.
    let done: std::collections::BTreeSet<u32> = ledger.print_files()?.iter().map(|row| row.number).collect();
    let mut chunks = order.entries.chunks(pieces_per_file).enumerate();
    let make = |(index, pieces): (usize, &[Small])| {
        let number = index as u32 + 1;
        let bytes = pieces.iter().map(|small| small.length).sum();
        let pages = pieces.iter().map(|small| u64::from(small.pages)).sum();
        let progress = Progress { bytes, documents: pieces.len() as u64, pages, held: 0, resumed: done.contains(&number) };
        let file = if progress.resumed {
            None
        } else {
            let first = (index * pieces_per_file) as u64 + 1;
            Some(assemble_file(plan, number, first, pieces, &used, options)?)
        };
        options.watch.done(progress);
        Ok(file)
    };
    let post = |file: Assembled, _: &_| Ok(ledger.post_print_file(&file.row, &file.pieces)?);
    posting::run(pool, options, || Ok(chunks.next()), make, post)?;
    ledger.set_state(State::Printed, None)?;
    Ok(())
}

fn assemble_file(
    plan: &Plan,
    number: u32,
    first: u64,
    pieces: &[Small],
    used: &crate::model::resources::Used,
    options: &Options<'_>,
) -> Result<Assembled, EngineError> {
    let file = Folder::print_name(number);
    let path = options.out.join(&file);
    let failed = |source: crate::streams::StreamError| EngineError::Stream { file: file.clone(), source };
    let pending = options.disk.begin(&path)?;
    // One write per megabyte: the disk counts and the system pays for each.
    let mut out = std::io::BufWriter::with_capacity(1 << 20, pending);
    let mut writer = PrintWriter::new(&mut out, &plan.media);
    let mut rows = Vec::with_capacity(pieces.len());
    let (mut late, mut late_ranges, mut sides, mut document) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut volume: Option<(u32, Pieces)> = None;
    let (mut pages, mut sheets, mut blanks, mut print_page) = (0u64, 0u64, 0u64, 1u32);
    let mut late_writer = LateWriter::new(plan, used, number, pieces.len() as u64);
    for (index, small) in pieces.iter().enumerate() {
        read_document(small, &mut volume, &mut document, options)?;
        let bodies = read_pages(&document, &small.entry(), &plan.media)
            .map_err(|source| EngineError::Stream { file: Folder::volume_name(small.volume), source })?;
        impose(plan.print.duplex.is_duplex(), bodies.iter().map(|body| body.media), &mut sides);
        assert!(sheet_count(&sides) == small.sheets, "a document takes the sheets it took when it was composed");
        let sequence = first + index as u64;
        let facts = PieceFacts { sequence, ..PieceFacts::default() };
        late_writer.write_piece(&facts, &sides, &mut late, &mut late_ranges).map_err(failed)?;
        let list: Vec<PrintPage<'_>> = sides
            .iter()
            .zip(&late_ranges)
            .map(|(side, late_range)| match side.page {
                Some(page) => PrintPage::Composed { body: &document[bodies[page].body.clone()], media: side.media, late: &late[late_range.clone()] },
                None => PrintPage::Blank { media: side.media },
            })
            .collect();
        blanks += sides.iter().filter(|side| side.page.is_none()).count() as u64;
        writer.add_piece(&list).map_err(failed)?;
        rows.push(PieceRow { sequence, record: small.record, print_page });
        print_page += list.len() as u32;
        pages += u64::from(small.pages);
        sheets += u64::from(small.sheets);
    }
    let title = format!("{}, print file {number}", plan.settings.name);
    let info = FileInfo { title: &title, producer: PRODUCER, date: plan.settings.date, language: super::composing::language(plan), properties: None };
    let index = writer.finish(&plan.resources, used, turning(plan), &info).map_err(failed)?;
    let pending = out.into_inner().map_err(|error| crate::base::file::FileError::new("write", &path, error.into_error()))?;
    pending.commit()?;
    let row = PrintFileRow { number, pieces: index.pieces, pages, blanks, sheets, bytes: index.file.length, hash: index.file.hash, file };
    Ok(Assembled { row, pieces: rows })
}

/// Reads the objects of a document out of its volume. Not mapped: documents from all over gigabytes of volumes would
/// count as memory of this process.
fn read_document(small: &Small, open: &mut Option<(u32, Pieces)>, document: &mut Vec<u8>, options: &Options<'_>) -> Result<(), EngineError> {
    let volume = match open {
        Some((number, volume)) if *number == small.volume => volume,
        _ => &mut open.insert((small.volume, Pieces::open(&options.out.join(Folder::volume_name(small.volume)))?)).1,
    };
    Ok(volume.read(small.offset, small.length as usize, document)?)
}

/// How the press is told to print.
fn turning(plan: &Plan) -> Sides {
    match plan.print.duplex {
        Duplex::Simplex => Sides::Simplex,
        Duplex::LongEdge => Sides::LongEdge,
        Duplex::ShortEdge => Sides::ShortEdge,
    }
}
