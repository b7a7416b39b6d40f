//! The pieces of a mailing, in the order of their postcodes.
//!
//! Takes pieces one by one, as they come, gives them sorted by postcode and then as they came. Beyond a limit they are sorted in runs
//! that a caller keeps, and merged: the result is the same. Must never know levels or containers.

use rustc_hash::FxHashMap;

use super::postcode::Postcode;
use super::runs::{Runs, merge, write_run};
use crate::base::file::FileError;
use crate::base::limits;
use crate::model::mail::{Thickness, Weight};

/// A piece: 24 bytes, because there may be tens of millions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Piece {
    /// Its postcode.
    pub postcode: Postcode,
    /// Its number among the pieces as they came, from 0.
    pub sequence: u32,
    /// In thousandths of a millimetre.
    thickness: u32,
    /// In milligrams.
    weight: u32,
    /// Which tuple of field values it has.
    pub(super) fields: u32,
}

impl Piece {
    /// How thick it is.
    pub fn thickness(&self) -> Thickness {
        Thickness(u64::from(self.thickness))
    }

    /// What it weighs.
    pub fn weight(&self) -> Weight {
        Weight(u64::from(self.weight))
    }

    fn rank(&self) -> (Postcode, u32) {
        (self.postcode, self.sequence)
    }

    /// As it is written in a run.
    pub(super) fn to_bytes(self) -> [u8; Piece::BYTES] {
        let mut bytes = [0; Piece::BYTES];
        bytes[..8].copy_from_slice(&self.postcode.bits().to_be_bytes());
        for (at, word) in [self.sequence, self.thickness, self.weight, self.fields].into_iter().enumerate() {
            bytes[8 + at * 4..12 + at * 4].copy_from_slice(&word.to_be_bytes());
        }
        bytes
    }

    /// Reads what [`Piece::to_bytes`] wrote.
    pub(super) fn from_bytes(bytes: &[u8; Piece::BYTES]) -> Piece {
        let word = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let postcode = Postcode::from_bits(u64::from(word(0)) << 32 | u64::from(word(4)));
        Piece { postcode, sequence: word(8), thickness: word(12), weight: word(16), fields: word(20) }
    }

    /// Bytes of a piece in a run.
    pub(super) const BYTES: usize = 24;
}

/// Why a piece cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum PieceError {
    /// No mailing has so many.
    #[error("a mailing has at most {} pieces", limits::PIECES_MAX)]
    TooMany,
    /// It is thicker than 4 m or heavier than 4 t.
    #[error("a piece of {thickness} and {weight} is no letter")]
    TooLarge {
        /// How thick it is said to be.
        thickness: Thickness,
        /// What it is said to weigh.
        weight: Weight,
    },
    /// A run cannot be kept.
    #[error(transparent)]
    Run(#[from] FileError),
}

/// Collects the pieces of a mailing.
pub struct Pieces<'r> {
    list: Vec<Piece>,
    count: usize,
    fields: FieldValues,
    /// Where runs are kept, and of how many pieces each is; `None`: all are sorted in memory.
    runs: Option<(&'r mut dyn Runs, usize)>,
}

impl<'r> Pieces<'r> {
    /// No pieces yet, each of which will have so many field values. All are sorted in memory.
    pub fn new(fields: usize) -> Pieces<'static> {
        Pieces { list: Vec::new(), count: 0, fields: FieldValues::new(fields), runs: None }
    }

    /// As [`Pieces::new`], but beyond `at_once` pieces they are sorted in runs of so many that are kept in `runs`.
    pub fn with_runs(fields: usize, at_once: usize, runs: &'r mut dyn Runs) -> Pieces<'r> {
        Pieces { list: Vec::new(), count: 0, fields: FieldValues::new(fields), runs: Some((runs, at_once.max(1))) }
    }

    /// Makes room for so many pieces, as far as they are sorted at once: a list that doubles has half as much again while it moves.
    pub fn reserve(&mut self, pieces: usize) {
        let most = self.runs.as_ref().map_or(usize::MAX, |(_, at_once)| *at_once);
        self.list.reserve_exact(pieces.min(most).saturating_sub(self.list.len()));
    }

    /// Adds a piece. `fields` are the values of the scheme's fields, in their order.
    pub fn push(&mut self, postcode: Postcode, thickness: Thickness, weight: Weight, fields: &[&str]) -> Result<(), PieceError> {
        if self.count == limits::PIECES_MAX {
            return Err(PieceError::TooMany);
        }
        let (Ok(thin), Ok(light)) = (u32::try_from(thickness.0), u32::try_from(weight.0)) else {
            return Err(PieceError::TooLarge { thickness, weight });
        };
        let fields = self.fields.tuple(fields);
        if let Some((runs, at_once)) = &mut self.runs
            && self.list.len() == *at_once
        {
            self.list.sort_unstable_by_key(Piece::rank);
            write_run(&self.list, &mut **runs)?;
            self.list.clear();
        }
        self.list.push(Piece { postcode, sequence: self.count as u32, thickness: thin, weight: light, fields });
        self.count += 1;
        Ok(())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// All of them by postcode, and then as they came.
    pub fn sorted(mut self) -> Result<Sorted, FileError> {
        // No two pieces have one sequence, so that an unstable sort is as good as a stable one, and needs no room.
        self.list.sort_unstable_by_key(Piece::rank);
        let list = match self.runs {
            Some((runs, _)) if self.list.len() < self.count => {
                write_run(&self.list, runs)?;
                self.list = Vec::new();
                merge(self.count, runs)?
            }
            _ => self.list,
        };
        assert!(list.len() == self.count, "a piece was lost while sorting");
        assert!(list.windows(2).all(|pair| pair[0].rank() < pair[1].rank()), "pieces are not in the order of their postcodes");
        Ok(Sorted { list, fields: self.fields })
    }
}

/// The pieces of a mailing by postcode.
#[derive(Debug)]
pub struct Sorted {
    pub(super) list: Vec<Piece>,
    fields: FieldValues,
}

impl Sorted {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The value of a field of a piece.
    pub fn field(&self, piece: &Piece, index: usize) -> &str {
        self.fields.value(piece.fields, index)
    }
}

/// The values of fields, each tuple once: schemes group by them, so they are few.
#[derive(Debug)]
struct FieldValues {
    width: usize,
    tuples: Vec<Box<[Box<str>]>>,
    index: FxHashMap<String, u32>,
    joined: String,
}

impl FieldValues {
    fn new(width: usize) -> FieldValues {
        FieldValues { width, tuples: Vec::new(), index: FxHashMap::default(), joined: String::new() }
    }

    fn tuple(&mut self, values: &[&str]) -> u32 {
        assert!(values.len() == self.width, "a piece brings {} values of {} fields", values.len(), self.width);
        if self.width == 0 {
            return 0;
        }
        self.joined.clear();
        for value in values {
            // Preceded by its length, so that two values cannot run into each other.
            self.joined.push_str(&value.len().to_string());
            self.joined.push(':');
            self.joined.push_str(value);
        }
        if let Some(known) = self.index.get(&self.joined) {
            return *known;
        }
        let id = self.tuples.len() as u32;
        self.tuples.push(values.iter().map(|value| Box::from(*value)).collect());
        self.index.insert(self.joined.clone(), id);
        id
    }

    fn value(&self, tuple: u32, index: usize) -> &str {
        self.tuples.get(tuple as usize).and_then(|values| values.get(index)).map_or("", |value| value)
    }
}
