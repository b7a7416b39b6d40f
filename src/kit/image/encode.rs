//! Pixels to Flate streams.
//!
//! Takes plain rows, gives them deflated, with the PNG filters where that is smaller. Must never know which file they come from.

use libdeflater::{CompressionLvl, Compressor};

use super::Filter;
use super::raster::{Shape, paeth};

/// Deflates rows; of the plain and the filtered form the smaller one, the plain one if equal.
pub fn deflate_rows(rows: &[u8], shape: Shape) -> (Filter, Vec<u8>) {
    let plain = deflate(rows);
    // Filters work on bytes; below 8 bits they only disturb.
    if shape.depth < 8 {
        return (Filter::Flate, plain);
    }
    let filtered = deflate(&filter_rows(rows, shape));
    if filtered.len() < plain.len() { (Filter::FlatePng, filtered) } else { (Filter::Flate, plain) }
}

/// A zlib stream at level 9: images are compressed once and printed a million times.
fn deflate(data: &[u8]) -> Vec<u8> {
    let level = CompressionLvl::new(9).expect("libdeflate has a level 9");
    let mut compressor = Compressor::new(level);
    let mut out = vec![0; compressor.zlib_compress_bound(data.len())];
    let length = compressor.zlib_compress(data, &mut out).expect("the bound is large enough");
    out.truncate(length);
    out
}

/// Filters each row by the least sum of absolute differences (PNG specification, 12.7).
fn filter_rows(rows: &[u8], shape: Shape) -> Vec<u8> {
    let row_bytes = shape.row_bytes();
    let step = shape.pixel_bits() / 8;
    let mut out = Vec::with_capacity(rows.len() + shape.height as usize);
    let mut above = vec![0; row_bytes];
    let mut candidate = vec![0; row_bytes];
    let mut best = vec![0; row_bytes];
    for row in rows.chunks_exact(row_bytes) {
        let mut best_cost = (u64::MAX, 0);
        for filter in 0..5 {
            filter_row(filter, row, &above, step, &mut candidate);
            let cost = candidate.iter().map(|&byte| u64::from(byte.min(byte.wrapping_neg()))).sum();
            if cost < best_cost.0 {
                best_cost = (cost, filter);
                std::mem::swap(&mut best, &mut candidate);
            }
        }
        out.push(best_cost.1);
        out.extend_from_slice(&best);
        above.copy_from_slice(row);
    }
    out
}

fn filter_row(filter: u8, row: &[u8], above: &[u8], step: usize, out: &mut [u8]) {
    for at in 0..row.len() {
        let (left, corner) = if at >= step { (row[at - step], above[at - step]) } else { (0, 0) };
        let guess = match filter {
            0 => 0,
            1 => left,
            2 => above[at],
            3 => ((u16::from(left) + u16::from(above[at])) / 2) as u8,
            _ => paeth(left, above[at], corner),
        };
        out[at] = row[at].wrapping_sub(guess);
    }
}
