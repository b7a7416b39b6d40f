//! Sorting more pieces than are to be sorted at once.
//!
//! Takes sorted runs of pieces, which whoever sorts keeps in files or elsewhere, gives all of them in one order. Must never know where
//! runs are kept.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::pieces::Piece;
use super::postcode::Postcode;
use crate::base::file::FileError;

/// Where runs are kept while pieces are sorted.
pub trait Runs {
    /// Keeps a run; runs are numbered from 0 as they are kept.
    fn keep(&mut self, run: &[u8]) -> Result<(), FileError>;
    /// How many bytes each run has.
    fn lengths(&self) -> Vec<u64>;
    /// Reads `length` bytes of a run from `offset` into `buffer`, which then holds nothing else.
    fn read(&mut self, run: usize, offset: u64, length: usize, buffer: &mut Vec<u8>) -> Result<(), FileError>;
}

/// Runs in memory: for tests, and where there is room but no disk.
#[derive(Clone, Default, Debug)]
pub struct RunsInMemory(Vec<Vec<u8>>);

impl Runs for RunsInMemory {
    fn keep(&mut self, run: &[u8]) -> Result<(), FileError> {
        self.0.push(run.to_vec());
        Ok(())
    }

    fn lengths(&self) -> Vec<u64> {
        self.0.iter().map(|run| run.len() as u64).collect()
    }

    fn read(&mut self, run: usize, offset: u64, length: usize, buffer: &mut Vec<u8>) -> Result<(), FileError> {
        buffer.clear();
        buffer.extend_from_slice(&self.0[run][offset as usize..offset as usize + length]);
        Ok(())
    }
}

/// Keeps sorted pieces as a run.
pub(super) fn write_run(pieces: &[Piece], runs: &mut dyn Runs) -> Result<(), FileError> {
    let mut bytes = Vec::with_capacity(pieces.len() * Piece::BYTES);
    for piece in pieces {
        bytes.extend_from_slice(&piece.to_bytes());
    }
    runs.keep(&bytes)
}

/// Pieces that are read from a run at once: 96 KiB, so that a thousand runs need less memory than the pieces themselves.
const WINDOW: u64 = 4_096;

/// All pieces of all runs in one order.
pub(super) fn merge(count: usize, runs: &mut dyn Runs) -> Result<Vec<Piece>, FileError> {
    let mut merged = Vec::with_capacity(count);
    let mut readers: Vec<Reader> =
        runs.lengths().into_iter().enumerate().map(|(run, length)| Reader { run, length, offset: 0, window: Vec::new(), at: 0 }).collect();
    let mut next: BinaryHeap<Reverse<(Postcode, u32, usize)>> = BinaryHeap::new();
    let mut heads: Vec<Option<Piece>> = Vec::with_capacity(readers.len());
    for reader in &mut readers {
        let head = reader.next(runs)?;
        if let Some(piece) = &head {
            next.push(Reverse((piece.postcode, piece.sequence, reader.run)));
        }
        heads.push(head);
    }
    while let Some(Reverse((.., run))) = next.pop() {
        merged.extend(heads[run].take());
        heads[run] = readers[run].next(runs)?;
        if let Some(piece) = &heads[run] {
            next.push(Reverse((piece.postcode, piece.sequence, run)));
        }
    }
    Ok(merged)
}

struct Reader {
    run: usize,
    length: u64,
    offset: u64,
    window: Vec<u8>,
    at: usize,
}

impl Reader {
    fn next(&mut self, runs: &mut dyn Runs) -> Result<Option<Piece>, FileError> {
        if self.at == self.window.len() {
            let length = (self.length - self.offset).min(WINDOW * Piece::BYTES as u64);
            if length == 0 {
                return Ok(None);
            }
            runs.read(self.run, self.offset, length as usize, &mut self.window)?;
            self.offset += length;
            self.at = 0;
        }
        let bytes = self.window[self.at..].first_chunk().expect("runs have whole pieces");
        self.at += Piece::BYTES;
        Ok(Some(Piece::from_bytes(bytes)))
    }
}
