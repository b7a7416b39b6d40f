//! Proves an output folder: `pressrun status --verify`.
//!
//! Takes the ledger's word for nothing: every file is hashed, every document is read out of its volume, and the body of
//! every printed page is compared with the page it was copied from. What is missing or too much is for `presence` to
//! say. Whatever the job, it needs the memory of one document
//! and of some megabytes of a file.

use std::path::Path;

use super::{EngineError, Folder, files, presence};
use crate::base::file::{FileError, Mapped, Pieces};
use crate::base::hash::{Hash, Hasher};
use crate::ledger::{DocumentRow, Ledger, PlaceRow, PrintFileRow, State};
use crate::model::page::{Entry, Media};
use crate::streams::print_file::{self, PrintedPages};
use crate::streams::volume;

/// So much of a file is hashed before its memory is given back.
const STEP_BYTES: usize = 8 << 20;

/// What was proved.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Verified {
    /// Volumes whose hash is right.
    pub volumes: u64,
    /// Print files whose hash is right.
    pub print_files: u64,
    /// Other files whose hash is right: messages, of the frozen plan, and what is handed over with the print files.
    pub files: u64,
    /// Printed pages whose body equals that in the volume.
    pub pages: u64,
    /// Every file that is there in its length but not as it should be.
    pub faults: Vec<String>,
}

/// Verifies a folder; `None` if it has no ledger.
pub fn verify(out: &Path) -> Result<Option<Verified>, EngineError> {
    let folder = Folder(out);
    let Some(ledger) = Ledger::read(&folder.ledger())? else { return Ok(None) };
    let mut verifier = Verifier { folder, media: ledger.media()?, good: Vec::new(), open: None, verified: Verified::default() };
    for row in ledger.volumes()? {
        let is_good = row.file.as_ref().is_some_and(|file| verifier.hash(file, row.bytes, row.hash));
        verifier.verified.volumes += u64::from(is_good);
        verifier.good.push(is_good);
    }
    for row in ledger.print_files()? {
        if verifier.hash(&row.file, row.bytes, Some(row.hash)) {
            verifier.verified.print_files += 1;
            verifier.print_file(&ledger, &row)?;
        }
    }
    for row in ledger.message_files()? {
        verifier.verified.files += u64::from(verifier.hash(&row.file, row.bytes, Some(row.hash)));
    }
    let state = ledger.job()?.map_or(State::Composing, |job| job.state);
    for row in files::expected(&ledger, state)? {
        verifier.verified.files += u64::from(verifier.hash(&row.name, row.bytes, Some(row.hash)));
    }
    let Verifier { mut verified, .. } = verifier;
    verified.faults.extend(ledger.balance()?.faults_at(state));
    Ok(Some(verified))
}

struct Verifier<'f> {
    folder: Folder<'f>,
    media: Vec<Media>,
    /// The volumes whose bytes are those of the ledger, by number.
    good: Vec<bool>,
    /// The volume that was read last.
    open: Option<(u32, Pieces)>,
    verified: Verified,
}

impl Verifier<'_> {
    /// Whether the bytes of a file are those of the ledger.
    fn hash(&mut self, file: &str, bytes: u64, expected: Option<Hash>) -> bool {
        if presence::fault(self.folder.0, file, bytes).is_some() {
            return false;
        }
        match hash_of(&self.folder.file(file)) {
            Ok(hash) if Some(hash) == expected => return true,
            Ok(_) => self.verified.faults.push(format!("{file}: its bytes are not those of the ledger")),
            Err(error) => self.verified.faults.push(error.to_string()),
        }
        false
    }

    /// Compares every page of a print file with that of its volume.
    fn print_file(&mut self, ledger: &Ledger, row: &PrintFileRow) -> Result<(), EngineError> {
        let map = Mapped::open(&self.folder.file(&row.file))?;
        let media = self.media.clone();
        let mut printed = match print_file::read_pages(&map, &media) {
            Ok(pages) => pages,
            Err(error) => {
                self.verified.faults.push(format!("{}: {error}", row.file));
                return Ok(());
            }
        };
        let (mut document, mut done) = (Vec::new(), 0);
        ledger.each_place(row.number, |piece, entry| {
            if let Some(end) = self.piece(&row.file, &map, &mut printed, &piece, &entry, &mut document) {
                map.release(done..end);
                done = end;
            }
        })?;
        // Blank sides at the end are all that may be left.
        for left in printed {
            match left {
                Ok(page) if page.body.is_none() => {}
                Ok(_) => self.verified.faults.push(format!("{}: it has a page that belongs to no piece", row.file)),
                Err(error) => self.verified.faults.push(format!("{}: {error}", row.file)),
            }
        }
        Ok(())
    }

    /// Compares the pages of a piece. Gives where the last of them ends in the print file.
    fn piece(
        &mut self,
        file: &str,
        map: &Mapped,
        printed: &mut PrintedPages<'_>,
        piece: &PlaceRow,
        row: &DocumentRow,
        document: &mut Vec<u8>,
    ) -> Option<usize> {
        let volume = row.entry.volume;
        // That its volume is damaged was said; its pages in the print file are passed over.
        // So is a document that was erased: it has no name any more.
        let is_there = self.good.get(volume as usize) == Some(&true) && !row.entry.id.is_empty();
        let bodies = if is_there { self.read(&row.entry, document) } else { Ok(Vec::new()) };
        let bodies = bodies.unwrap_or_else(|error| {
            self.verified.faults.push(format!("{}: {error}", Folder::volume_name(volume)));
            Vec::new()
        });
        let mut end = None;
        for index in 0..row.entry.pages as usize {
            // Blank sides belong to the piece before them.
            let next = printed.find(|page| page.as_ref().map_or(true, |page| page.body.is_some()));
            let Some(Ok(Some(body))) = next.map(|page| page.map(|page| page.body)) else {
                self.verified.faults.push(format!("{file}: page {} of piece {} is not there", index + 1, piece.piece));
                return None;
            };
            end = Some(body.end);
            match bodies.get(index) {
                Some(source) if map[body.clone()] == document[source.clone()] => self.verified.pages += 1,
                Some(_) => self.verified.faults.push(format!("{file}: page {} of piece {} is not the page of its volume", index + 1, piece.piece)),
                None => {}
            }
        }
        end
    }

    /// Reads a document out of its volume: where the bodies of its pages are in `document`.
    fn read(&mut self, entry: &Entry, document: &mut Vec<u8>) -> Result<Vec<std::ops::Range<usize>>, String> {
        let volume = match &mut self.open {
            Some((number, volume)) if *number == entry.volume => volume,
            open => {
                let path = self.folder.file(&Folder::volume_name(entry.volume));
                &mut open.insert((entry.volume, Pieces::open(&path).map_err(|error| error.to_string())?)).1
            }
        };
        volume.read(entry.offset, entry.length as usize, document).map_err(|error| error.to_string())?;
        // It is read by itself, not as part of its volume.
        let alone = Entry { offset: 0, ..entry.clone() };
        let bodies = volume::read_pages(document, &alone, &self.media).map_err(|error| error.to_string())?;
        Ok(bodies.into_iter().map(|page| page.body).collect())
    }
}

/// The hash of a file, whatever its size.
pub(super) fn hash_of(path: &Path) -> Result<Hash, FileError> {
    let map = Mapped::open(path)?;
    let mut hasher = Hasher::new();
    for start in (0..map.len()).step_by(STEP_BYTES) {
        let range = start..map.len().min(start + STEP_BYTES);
        hasher.update(&map[range.clone()]);
        map.release(range);
    }
    Ok(hasher.finish())
}
