//! The order of the mail: which documents share an envelope, in which tray and print file each piece lies.
//!
//! Takes the ledger's documents, gives them piece by piece. About 100 bytes a document; a job without `[mail]`, whose pieces are
//! its documents, needs no more. Must never touch a page.

use std::ops::Range;

use rayon::prelude::*;

use super::EngineError;
use crate::base::hash::Hash;
use crate::ledger::{DocumentRow, Ledger, MergeRow, PieceRow, TrayRow};
use crate::model::mail::{PieceFacts, Thickness, Weight};
use crate::model::page::Entry;

/// What assembly needs of a document.
#[derive(Clone, Copy)]
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
    pub(super) texts: (u32, u8, u8),
}

/// The documents of a job in the order of the mail.
#[derive(Default)]
pub(super) struct Order {
    /// The documents, piece by piece.
    pub(super) documents: Vec<Small>,
    /// The pieces; `None`: each document is one.
    pub(super) pieces: Option<Vec<Piece>>,
    /// Routings and postcodes.
    pub(super) texts: String,
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

    /// The documents of some pieces.
    pub(super) fn documents_of(&self, pieces: &Range<u32>) -> &[Small] {
        if pieces.is_empty() {
            return &[];
        }
        let start = self.first_place(pieces.start) as usize - 1;
        let end = match &self.pieces {
            None => pieces.end as usize,
            Some(all) => all.get(pieces.end as usize).map_or(self.documents.len(), |next| next.first as usize),
        };
        &self.documents[start..end]
    }

    /// A piece by its index.
    pub(super) fn piece(&self, index: u32) -> Printed<'_> {
        let sequence = u64::from(index) + 1;
        let Some(pieces) = &self.pieces else {
            let documents = std::slice::from_ref(&self.documents[index as usize]);
            let row = PieceRow { sequence, documents: 1, ..PieceRow::default() };
            return Printed { facts: PieceFacts { sequence, ..PieceFacts::default() }, documents, row };
        };
        let piece = &pieces[index as usize];
        let documents = self.documents_of(&(index..index + 1));
        let (start, routing, postcode) = (piece.texts.0 as usize, usize::from(piece.texts.1), usize::from(piece.texts.2));
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
            routing: &self.texts[start..start + routing],
            postcode: &self.texts[start + routing..start + routing + postcode],
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

/// All documents by sort key, then by record.
pub(super) fn sorted_documents(ledger: &Ledger, pool: &rayon::ThreadPool) -> Result<Vec<Small>, EngineError> {
    // Room is made once: a buffer that doubles holds half as much again while it moves.
    let (count, key_bytes) = ledger.document_sizes()?;
    let (mut documents, mut keys) = (Vec::with_capacity(count as usize), Vec::with_capacity(key_bytes as usize));
    let mut ends: Vec<u64> = Vec::with_capacity(count as usize);
    ledger.each_document(|row| {
        if !row.is_printed {
            return;
        }
        keys.extend_from_slice(&row.entry.sort_key);
        ends.push(keys.len() as u64);
        documents.push(Small::new(&row));
    })?;
    let start = |index: u32| (index as usize).checked_sub(1).map_or(0, |before| ends[before] as usize);
    let key = |index: u32| &keys[start(index)..ends[index as usize] as usize];
    let mut order: Vec<u32> = (0..documents.len() as u32).collect();
    // Documents come in the order of their records, so that the index tells equal keys apart.
    pool.install(|| order.par_sort_unstable_by(|a, b| key(*a).cmp(key(*b)).then(a.cmp(b))));
    permute(&mut documents, order);
    Ok(documents)
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
