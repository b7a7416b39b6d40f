//! The order of the mail: which documents share an envelope, in which tray and print file each piece lies.
//!
//! Takes the ledger's documents, gives them piece by piece. About 100 bytes a document; a job without `[mail]`, whose pieces are
//! its documents, needs no more. While documents are put into order, 12 bytes of each are known: the rest is read when it has its place.
//! Must never touch a page.

use std::collections::BTreeSet;
use std::ops::Range;

use rayon::prelude::*;

use super::EngineError;
use crate::base::hash::Hash;
use crate::ledger::{DocumentRow, Ledger, MergeRow, PieceRow, TrayRow};
use crate::model::mail::{PieceFacts, Thickness, Weight};
use crate::model::page::Entry;

/// What assembly needs of a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Small {
    /// Its record.
    pub(super) record: u64,
    /// First byte of its objects in its volume.
    pub(super) offset: u64,
    /// Bytes of its objects: a volume is written from memory, so that they are fewer than 4 GiB.
    pub(super) length: u32,
    /// Its fingerprint.
    pub(super) hash: Hash,
    /// Its volume.
    pub(super) volume: u32,
    first_page: u32,
    /// Its pages.
    pub(super) pages: u32,
    /// Its sheets.
    pub(super) sheets: u32,
}

impl Small {
    /// Nothing is read yet: no document has no pages.
    const UNREAD: Small = Small { record: 0, offset: 0, length: 0, hash: Hash([0; 32]), volume: 0, first_page: 0, pages: 0, sheets: 0 };

    /// From the row of a document.
    pub(super) fn new(row: &DocumentRow) -> Small {
        let entry = &row.entry;
        Small {
            record: entry.record,
            offset: entry.offset,
            length: u32::try_from(entry.length).unwrap_or(u32::MAX),
            hash: entry.hash,
            volume: entry.volume,
            first_page: entry.first_page,
            pages: entry.pages,
            sheets: row.sheets,
        }
    }

    /// For the reader of volumes: the document is read by itself, not as part of its volume.
    pub(super) fn entry(&self) -> Entry {
        Entry {
            record: self.record,
            id: String::new(),
            volume: self.volume,
            first_page: self.first_page,
            pages: self.pages,
            offset: 0,
            length: u64::from(self.length),
            hash: self.hash,
            sort_key: Vec::new(),
        }
    }
}

/// A mailpiece of a job with `[mail]`.
#[derive(Clone, Copy, Default)]
pub(super) struct Piece {
    /// Its first document among those of the order.
    pub(super) first: u32,
    /// Its documents.
    pub(super) documents: u32,
    /// Its envelope among those of the job, from 1; 0: none.
    pub(super) envelope: u8,
    /// Its inserts.
    pub(super) inserts: u32,
    /// What it weighs, in milligrams.
    pub(super) weight: u32,
    /// How thick it is, in thousandths of a millimetre.
    pub(super) thickness: u32,
    /// Its tray, from 1; 0: none.
    pub(super) tray: u32,
    /// Its place in the tray, from 1; 0: none.
    pub(super) position: u32,
    /// Its price: an index into the prices of the order, from 1; 0: none.
    pub(super) price: u32,
    /// Why it is put aside: an index into the reasons of the order, from 1; 0: it is not.
    pub(super) diverted: u32,
    /// Where routing and postcode are among the texts of the order, and how long each is.
    pub(super) texts: TextPlace,
}

/// The documents of a job in the order of the mail.
#[derive(Default)]
pub(super) struct Order {
    /// The documents, piece by piece.
    pub(super) documents: Documents,
    /// The pieces; `None`: each document is one.
    pub(super) pieces: Option<Vec<Piece>>,
    /// Routings and postcodes.
    pub(super) texts: Texts,
    /// Why pieces are put aside.
    pub(super) reasons: Vec<String>,
    /// The different prices, in millionths.
    pub(super) prices: Vec<i64>,
    /// The number of the first piece from the book of serial numbers, if the job has one; the others follow it.
    pub(super) first_serial: Option<u64>,
    /// The pieces of each print file.
    pub(super) files: Vec<Range<u32>>,
    /// The trays.
    pub(super) trays: Vec<TrayRow>,
    /// Documents that came to others.
    pub(super) merges: Vec<MergeRow>,
    /// What the first documents of the pieces are called, if something that is printed says it.
    pub(super) names: Option<Names>,
    /// The station of the inserter that feeds each insert, from 1.
    pub(super) bins: Vec<u8>,
}

/// A text for each piece.
#[derive(Default)]
pub(super) struct Names {
    text: String,
    /// Where each begins and ends.
    ranges: Vec<(u64, u64)>,
}

impl Names {
    /// What the documents of some records are called, in the order of `records`, which is that of the pieces.
    pub(super) fn read(records: impl Iterator<Item = u64>, ledger: &Ledger) -> Result<Names, EngineError> {
        let mut wanted: Vec<(u64, usize)> = records.enumerate().map(|(piece, record)| (record, piece)).collect();
        let mut names = Names { text: String::new(), ranges: vec![(0, 0); wanted.len()] };
        // The ledger gives documents in the order of their records.
        wanted.sort_unstable();
        let mut next = wanted.iter().peekable();
        ledger.each_document(|row| {
            if let Some((_, piece)) = next.next_if(|(record, _)| *record == row.entry.record) {
                let start = names.text.len() as u64;
                names.text.push_str(&row.entry.id);
                names.ranges[*piece] = (start, names.text.len() as u64);
            }
        })?;
        assert!(next.peek().is_none(), "every piece has a first document in the ledger");
        Ok(names)
    }

    fn of(&self, piece: u32) -> &str {
        let (start, end) = self.ranges[piece as usize];
        &self.text[start as usize..end as usize]
    }
}

/// A piece on its way to a print file.
pub(super) struct Printed<'o> {
    /// What marks may say of it.
    pub(super) facts: PieceFacts<'o>,
    /// Its documents.
    pub(super) documents: &'o [Small],
    /// What the ledger is told of it, without sheets and pages.
    pub(super) row: PieceRow,
}

impl Order {
    /// The place of the first document of a piece, from 1.
    pub(super) fn first_place(&self, piece: u32) -> u64 {
        let first = self.pieces.as_ref().map_or(piece, |pieces| pieces[piece as usize].first);
        u64::from(first) + 1
    }

    /// The documents of some pieces of one print file.
    pub(super) fn documents_of(&self, pieces: &Range<u32>) -> &[Small] {
        if pieces.is_empty() {
            return &[];
        }
        let start = self.first_place(pieces.start) as usize - 1;
        let end = self.pieces.as_ref().map_or(pieces.end as usize, |all| end_of(all, pieces.end));
        self.documents.at(start..end)
    }

    /// A piece by its index.
    pub(super) fn piece(&self, index: u32) -> Printed<'_> {
        let sequence = u64::from(index) + 1;
        let Some(pieces) = &self.pieces else {
            let documents = self.documents.at(index as usize..index as usize + 1);
            let row = PieceRow { sequence, documents: 1, ..PieceRow::default() };
            return Printed { facts: PieceFacts { sequence, ..PieceFacts::default() }, documents, row };
        };
        let piece = &pieces[index as usize];
        let documents = self.documents_of(&(index..index + 1));
        let (routing, postcode) = self.texts.of(piece.texts);
        let tray = piece.tray.checked_sub(1).and_then(|tray| self.trays.get(tray as usize));
        let facts = PieceFacts {
            sequence,
            tray: piece.tray,
            tray_position: piece.position,
            tray_pieces: tray.map_or(0, |tray| tray.pieces),
            envelope: piece.envelope,
            inserts: super::night::stations(piece.inserts, &self.bins),
            is_diverted: piece.diverted > 0,
            serial: self.first_serial.map_or(0, |first| first + u64::from(index)),
            routing,
            postcode,
            document: self.names.as_ref().map_or("", |names| names.of(index)),
            reprint: 0,
        };
        let row = PieceRow {
            sequence,
            documents: piece.documents,
            tray: piece.tray,
            position: piece.position,
            envelope: piece.envelope,
            inserts: piece.inserts,
            weight: Weight(u64::from(piece.weight)),
            thickness: Thickness(u64::from(piece.thickness)),
            category: tray.map(|tray| tray.category.clone()).unwrap_or_default(),
            price: piece.price.checked_sub(1).map(|price| self.prices[price as usize]),
            serial: facts.serial,
            diverted: piece.diverted.checked_sub(1).map(|reason| self.reasons[reason as usize].clone()),
            ..PieceRow::default()
        };
        Printed { facts, documents, row }
    }
}

/// The place behind the documents of the pieces before `end`.
pub(super) fn end_of(pieces: &[Piece], end: u32) -> usize {
    let before = end.checked_sub(1).map(|last| &pieces[last as usize]);
    before.map_or(0, |last| last.first as usize + last.documents as usize)
}

/// Documents in an order, as little of them as an order is made of: there may be tens of millions.
#[derive(Default)]
pub(super) struct Sequence {
    /// Their records.
    pub(super) records: Vec<u64>,
    /// The sheets of each.
    pub(super) sheets: Vec<u32>,
}

/// All documents that are printed, but those of `pulled` records, by sort key, then by record.
pub(super) fn sorted_documents(ledger: &Ledger, pool: &rayon::ThreadPool, pulled: &BTreeSet<u64>) -> Result<Sequence, EngineError> {
    // Room is made once: a buffer that doubles holds half as much again while it moves.
    let (count, key_bytes) = ledger.document_sizes()?;
    let count = count as usize;
    let mut all = Sequence { records: Vec::with_capacity(count), sheets: Vec::with_capacity(count) };
    let (mut keys, mut ends): (Vec<u8>, Vec<u64>) = (Vec::with_capacity(key_bytes as usize), Vec::with_capacity(count));
    ledger.each_sort_key(|record, sheets, key| {
        if !pulled.contains(&record) {
            keys.extend_from_slice(key);
            ends.push(keys.len() as u64);
            all.records.push(record);
            all.sheets.push(sheets);
        }
    })?;
    let start = |index: u32| (index as usize).checked_sub(1).map_or(0, |before| ends[before] as usize);
    let key = |index: u32| &keys[start(index)..ends[index as usize] as usize];
    let mut order: Vec<u32> = (0..all.records.len() as u32).collect();
    // Documents come in the order of their records, so that the index tells equal keys apart.
    pool.install(|| order.par_sort_unstable_by(|a, b| key(*a).cmp(key(*b)).then(a.cmp(b))));
    let sheets = order.iter().map(|index| all.sheets[*index as usize]).collect();
    permute(&mut all.records, order);
    Ok(Sequence { sheets, ..all })
}

/// The documents of a job in their order, those of each print file by themselves: in many blocks they take the room that sorting has left,
/// in one they would need as much again.
#[derive(Default)]
pub(super) struct Documents {
    files: Vec<Vec<Small>>,
    /// The place of the first document of each file, from 0.
    starts: Vec<usize>,
}

impl Documents {
    /// Reads the documents of some records, in their order. `ends` are the places, from 0, behind the last of each print file.
    pub(super) fn read(records: &[u64], ends: impl Iterator<Item = usize>, ledger: &Ledger) -> Result<Documents, EngineError> {
        let places = Places::of(records);
        let (mut all, mut start) = (Documents::default(), 0);
        for end in ends {
            all.files.push(vec![Small::UNREAD; end - start]);
            all.starts.push(start);
            start = end;
        }
        assert!(start == records.len(), "every document is in a print file");
        ledger.each_document(|row| {
            if let Some(place) = places.find(row.entry.record) {
                let (file, at) = all.find(place as usize);
                all.files[file][at] = Small::new(&row);
            }
        })?;
        assert!(all.iter().all(|small| *small != Small::UNREAD), "every document of the order is in the ledger");
        Ok(all)
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Small> {
        self.files.iter().flatten()
    }

    /// Those at some places, from 0, of one print file.
    fn at(&self, places: Range<usize>) -> &[Small] {
        if places.is_empty() {
            return &[];
        }
        let (file, at) = self.find(places.start);
        &self.files[file][at..at + places.len()]
    }

    fn find(&self, place: usize) -> (usize, usize) {
        // Of files without documents, which begin at the same place, the last is taken: it has the document.
        let file = self.starts.partition_point(|start| *start <= place) - 1;
        (file, place - self.starts[file])
    }
}

/// Where the document of each record is in an order.
pub(super) struct Places(Vec<u32>);

impl Places {
    const NONE: u32 = u32::MAX;

    /// Those of the documents of some records, none of which comes twice.
    pub(super) fn of(records: &[u64]) -> Places {
        let mut places = vec![Places::NONE; records.iter().map(|record| record + 1).max().unwrap_or(0) as usize];
        for (place, record) in records.iter().enumerate() {
            places[*record as usize] = place as u32;
        }
        Places(places)
    }

    /// The place of a record; `None`: its document is not among them.
    pub(super) fn find(&self, record: u64) -> Option<u32> {
        self.0.get(record as usize).copied().filter(|place| *place != Places::NONE)
    }
}

/// Texts of pieces, two of each. In blocks, so that what is there never moves when more come.
#[derive(Default)]
pub(super) struct Texts(Vec<String>);

/// Where two texts of a piece are: where the first begins, and how long each is.
pub(super) type TextPlace = (u32, u8, u8);

impl Texts {
    const BLOCK: usize = 1 << 20;

    /// Keeps two texts, of at most 255 bytes each; `None` if there is no more room: 4 GB are full.
    pub(super) fn keep(&mut self, first: &str, second: &str) -> Option<TextPlace> {
        let lengths = (u8::try_from(first.len()).ok()?, u8::try_from(second.len()).ok()?);
        if self.0.last().is_none_or(|block| block.len() + first.len() + second.len() > Texts::BLOCK) {
            self.0.push(String::with_capacity(Texts::BLOCK));
        }
        let before = self.0.len() - 1;
        let block = self.0.last_mut()?;
        let start = u32::try_from(before * Texts::BLOCK + block.len()).ok()?;
        block.push_str(first);
        block.push_str(second);
        Some((start, lengths.0, lengths.1))
    }

    /// Two texts that were kept.
    pub(super) fn of(&self, (start, first, second): TextPlace) -> (&str, &str) {
        let Some(block) = self.0.get(start as usize / Texts::BLOCK) else { return ("", "") };
        let start = start as usize % Texts::BLOCK;
        let middle = start + usize::from(first);
        (&block[start..middle], &block[middle..middle + usize::from(second)])
    }
}

/// Brings values into another order, in place: where `index` will be comes what is at `sources[index]`. Each source is named once.
pub(super) fn permute<T: Copy>(values: &mut [T], mut sources: Vec<u32>) {
    assert!(values.len() == sources.len(), "every place has a source");
    const DONE: u32 = u32::MAX;
    for start in 0..values.len() {
        if sources[start] == DONE {
            continue;
        }
        let (first, mut place) = (values[start], start);
        loop {
            let source = std::mem::replace(&mut sources[place], DONE) as usize;
            if source == start {
                values[place] = first;
                break;
            }
            values[place] = values[source];
            place = source;
        }
    }
}

/// Print files of at most `pieces_max` pieces. A tray is never split: a file ends before the tray that would make it too large, and
/// a tray larger than a file is a file of its own. A group, whose pieces go through the inserter in another setting, begins a file.
///
/// `runs` are the pieces that belong together (those of one tray) in order, each with its group.
pub(super) fn divide(runs: impl IntoIterator<Item = (u32, u32)>, pieces_max: u32) -> Vec<Range<u32>> {
    let mut files: Vec<Range<u32>> = Vec::new();
    let (mut end, mut last_group) = (0, None);
    for (group, pieces) in runs {
        match files.last_mut() {
            Some(file) if last_group == Some(group) && end - file.start + pieces <= pieces_max => file.end = end + pieces,
            _ => files.push(end..end + pieces),
        }
        end += pieces;
        last_group = Some(group);
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_brought_into_order_in_place() {
        for sources in [vec![], vec![0], vec![2, 0, 1], vec![0, 3, 2, 1], vec![4, 3, 2, 1, 0], vec![1, 0, 3, 4, 2]] {
            let mut values: Vec<u32> = (0..sources.len() as u32).map(|value| value * 10).collect();
            let expected: Vec<u32> = sources.iter().map(|source| source * 10).collect();
            permute(&mut values, sources);
            assert_eq!(values, expected);
        }
    }

    #[test]
    fn print_files_never_split_a_tray_or_join_groups() {
        assert_eq!(divide([(0, 3), (0, 3), (0, 3)], 6), [0..6, 6..9]);
        assert_eq!(divide([(0, 3), (1, 3)], 6), [0..3, 3..6]);
        assert_eq!(divide([(0, 9), (0, 1), (0, 5)], 6), [0..9, 9..15]);
        assert_eq!(divide([(0, 1); 5], 2), [0..2, 2..4, 4..5]);
        assert_eq!(divide([], 2), []);
    }
}
