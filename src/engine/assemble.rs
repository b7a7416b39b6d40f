//! Stage 3: documents in the order of the mail become print files.
//!
//! Copies page bodies out of the volumes, checks each document against its hash on the way, and adds a late stream per page.
//! Nothing is composed again.

use super::marks::LateWriter;
use super::order::{Order, Printed, Small};
use super::sheets::{Side, append, sheet_count};
use super::tickets::{self, Press};
use super::{EngineError, Folder, Options, Progress, Stage, posting};
use crate::base::file::{FileError, Pieces};
use crate::ledger::{FileRow, Ledger, PieceRow, PlaceRow, PrintFileRow, State};
use crate::model::resources::Used;
use crate::plan::{Duplex, PRODUCER, Plan};
use crate::streams::print_file::{PrintPage, PrintWriter, Sides};
use crate::streams::print_stream::PrintStream;
use crate::streams::volume::read_pages;
use crate::streams::{FileInfo, StreamError};

/// A print file on its way to the ledger.
pub(super) struct Assembled {
    /// The file.
    pub(super) row: PrintFileRow,
    /// Its mailpieces.
    pub(super) pieces: Vec<PieceRow>,
    /// The places of their documents.
    pub(super) places: Vec<PlaceRow>,
    /// What the press wants to know of it.
    pub(super) press: Press,
}

/// Assembles every print file that is not in the ledger yet.
pub(super) fn assemble(plan: &Plan, order: &Order, ledger: &mut Ledger, pool: &rayon::ThreadPool, options: &Options<'_>) -> Result<(), EngineError> {
    options.watch.stage(Stage::Assemble, order.documents.iter().map(|small| u64::from(small.length)).sum());
    let used = resources_of(plan, ledger)?;
    if plan.print.lanes.is_some() {
        options.disk.create_inner_folder(&Folder(&options.out).file("lanes"))?;
    }
    // What is in the ledger is on the disk: that was seen to when the run began.
    let done: std::collections::BTreeSet<u32> = ledger.print_files()?.iter().map(|row| row.number).collect();
    let mut files = order.files.iter().cloned().enumerate();
    let make = |(index, pieces): (usize, std::ops::Range<u32>)| {
        let number = index as u32 + 1;
        let documents = order.documents_of(&pieces);
        let bytes = documents.iter().map(|small| u64::from(small.length)).sum();
        let pages = documents.iter().map(|small| u64::from(small.pages)).sum();
        let progress = Progress { bytes, documents: documents.len() as u64, pages, held: 0, resumed: done.contains(&number) };
        let file = if progress.resumed {
            None
        } else {
            let title = format!("{}, print file {number}", plan.settings.name);
            let target = Target { number, file: Folder::print_name(number), title, pieces: pieces.len() as u64, has_banners: true };
            let first_place = order.first_place(pieces.start);
            let assembled = assemble_file(plan, &target, pieces.map(|piece| order.piece(piece)), &used, options)?;
            let mut beside = assembled.press.write(plan, &assembled.row, turning(plan), options)?;
            beside.extend(tickets::write_lanes(plan, &assembled.row, (turning(plan), &used), &info_of(plan, &target.title), options)?);
            Some((assembled, beside, first_place))
        };
        options.watch.done(progress);
        Ok(file)
    };
    let post = |(file, beside, first_place): (Assembled, Vec<FileRow>, u64), _: &_| {
        // First what stands beside it: a print file that the ledger knows has all of it.
        if !beside.is_empty() {
            ledger.post_files(&beside)?;
        }
        Ok(ledger.post_print_file(&file.row, &file.pieces, &file.places, first_place)?)
    };
    posting::run(pool, options, || Ok(files.next()), make, post)?;
    ledger.set_state(State::Printed, None)?;
    Ok(())
}

/// What the pages of a job name, late streams included: what each of its print files embeds.
pub(super) fn resources_of(plan: &Plan, ledger: &Ledger) -> Result<Used, EngineError> {
    let mut used = ledger.used()?;
    used.merge(&plan.print.late_used);
    Ok(used)
}

/// The print file to write.
pub(super) struct Target {
    /// Its number.
    pub(super) number: u32,
    /// Its path in the output folder.
    pub(super) file: String,
    /// Its title.
    pub(super) title: String,
    /// How many pieces it is to hold.
    pub(super) pieces: u64,
    /// Whether trays begin with their banners, if the job has some.
    pub(super) has_banners: bool,
}

/// Writes a print file, whole.
pub(super) fn assemble_file<'o>(
    plan: &Plan,
    target: &Target,
    pieces: impl Iterator<Item = Printed<'o>>,
    used: &Used,
    options: &Options<'_>,
) -> Result<Assembled, EngineError> {
    let file = target.file.clone();
    let path = options.out.join(&file);
    let failed = |source: StreamError| EngineError::Stream { file: file.clone(), source };
    let pending = options.disk.begin(&path)?;
    // One write per megabyte: the disk counts and the system pays for each.
    let mut out = std::io::BufWriter::with_capacity(1 << 20, pending);
    let mut writer: Box<dyn PrintStream + '_> = Box::new(PrintWriter::on_sheet(&mut out, &plan.media, plan.print.sheet).map_err(failed)?);
    let (tickets, mut press) = (plan.print.tickets, Press::default());
    let (mut piece_rows, mut places) = (Vec::with_capacity(target.pieces as usize), Vec::with_capacity(target.pieces as usize));
    let (mut late, mut late_ranges) = (Vec::new(), Vec::new());
    let (mut pages, mut sheets, mut blanks, mut print_page) = (0u64, 0u64, 0u64, 1u32);
    let mut late_writer = LateWriter::new(plan, used, target.number, target.pieces);
    let mut content = Content::default();
    for Printed { facts, documents, mut row } in pieces {
        content.read(plan, documents, options)?;
        // A print file never splits a tray, so that its first piece is there.
        if let Some(media) = plan.print.banner.filter(|_| target.has_banners && facts.tray_position == 1) {
            late_writer.write_banner(&facts, media, &mut late).map_err(failed)?;
            let banner = [PrintPage::Banner { media, late: &late }, PrintPage::Blank { media }];
            let sides = if plan.print.duplex.is_duplex() { 2 } else { 1 };
            writer.add_piece(&banner[..sides]).map_err(failed)?;
            press.banner(tickets, media, sides as u32);
            print_page += sides as u32;
        }
        late_writer.write_piece(&facts, &content.sides, &mut late, &mut late_ranges).map_err(failed)?;
        let list: Vec<PrintPage<'_>> = content
            .sides
            .iter()
            .zip(&late_ranges)
            .map(|(side, late_range)| match side.page {
                Some(page) => PrintPage::Composed { body: content.body(page), media: side.media, late: &late[late_range.clone()] },
                None => PrintPage::Blank { media: side.media },
            })
            .collect();
        blanks += content.sides.iter().filter(|side| side.page.is_none()).count() as u64;
        writer.add_piece(&list).map_err(failed)?;
        for (document, start) in documents.iter().zip(&content.starts) {
            places.push(PlaceRow { piece: facts.sequence, record: document.record, print_page: print_page + *start as u32 });
        }
        press.piece(tickets, &row, &content.sides);
        (row.pages, row.sheets) = (content.bodies.len() as u32, sheet_count(&content.sides));
        print_page += list.len() as u32;
        pages += u64::from(row.pages);
        sheets += u64::from(row.sheets);
        piece_rows.push(row);
    }
    let index = writer.finish(&plan.resources, used, turning(plan), &info_of(plan, &target.title)).map_err(failed)?;
    let pending = out.into_inner().map_err(|error| FileError::new("write", &path, error.into_error()))?;
    pending.commit()?;
    let number = target.number;
    let row = PrintFileRow { number, pieces: index.pieces, pages, blanks, sheets, bytes: index.file.length, hash: index.file.hash, file };
    Ok(Assembled { row, pieces: piece_rows, places, press })
}

/// What a print file says about itself.
fn info_of<'p>(plan: &'p Plan, title: &'p str) -> FileInfo<'p> {
    FileInfo { title, producer: PRODUCER, date: plan.settings.date, language: super::composing::language(plan), properties: None }
}

/// The pages of a mailpiece, read out of the volumes.
#[derive(Default)]
struct Content {
    volume: Option<(u32, Pieces)>,
    document: Vec<u8>,
    /// The objects of all documents of the piece, if there are several.
    bytes: Vec<u8>,
    bodies: Vec<std::ops::Range<usize>>,
    sides: Vec<Side>,
    /// The side on which each document begins.
    starts: Vec<usize>,
}

impl Content {
    /// Reads the documents of a piece, in place of what was there.
    fn read(&mut self, plan: &Plan, documents: &[Small], options: &Options<'_>) -> Result<(), EngineError> {
        self.bodies.clear();
        self.sides.clear();
        self.starts.clear();
        self.bytes.clear();
        for small in documents {
            read_document(small, &mut self.volume, &mut self.document, options)?;
            let pages = read_pages(&self.document, &small.entry(), &plan.media)
                .map_err(|source| EngineError::Stream { file: Folder::volume_name(small.volume), source })?;
            let before = sheet_count(&self.sides);
            self.starts.push(self.sides.len());
            append(plan.print.duplex.is_duplex(), self.bodies.len(), pages.iter().map(|page| page.media), &mut self.sides);
            assert!(sheet_count(&self.sides) - before == small.sheets, "a document takes the sheets it took when it was composed");
            let start = self.bytes.len();
            self.bodies.extend(pages.iter().map(|page| start + page.body.start..start + page.body.end));
            if documents.len() == 1 {
                // Most pieces hold one document, whose bytes need not be copied.
                std::mem::swap(&mut self.bytes, &mut self.document);
            } else {
                self.bytes.extend_from_slice(&self.document);
            }
        }
        Ok(())
    }

    fn body(&self, page: usize) -> &[u8] {
        &self.bytes[self.bodies[page].clone()]
    }
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
