//! Pixels as PNG stores them: rows of 1 to 16 bits per sample.
//!
//! Takes inflated, filtered and possibly interlaced data, gives plain rows, and takes them apart into colour and opacity. Must
//! never know chunks or PDF.

use super::ImageError;

/// The shape of pixels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shape {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Samples per pixel.
    pub channels: u8,
    /// Bits per sample.
    pub depth: u8,
}

impl Shape {
    /// Bits of one pixel.
    pub fn pixel_bits(self) -> usize {
        usize::from(self.channels) * usize::from(self.depth)
    }
    /// Bytes of a row of `width` pixels.
    fn bytes_of(self, width: u32) -> usize {
        (width as usize * self.pixel_bits()).div_ceil(8)
    }
    /// Bytes of a row.
    pub fn row_bytes(self) -> usize {
        self.bytes_of(self.width)
    }
}

/// One of the reduced images of an interlaced one, or the whole of a plain one.
struct Pass {
    x: u32,
    y: u32,
    step_x: u32,
    step_y: u32,
}

const PLAIN: &[Pass] = &[Pass { x: 0, y: 0, step_x: 1, step_y: 1 }];

/// Adam7 (PNG specification, 8.2).
const ADAM7: &[Pass] = &[
    Pass { x: 0, y: 0, step_x: 8, step_y: 8 },
    Pass { x: 4, y: 0, step_x: 8, step_y: 8 },
    Pass { x: 0, y: 4, step_x: 4, step_y: 8 },
    Pass { x: 2, y: 0, step_x: 4, step_y: 4 },
    Pass { x: 0, y: 2, step_x: 2, step_y: 4 },
    Pass { x: 1, y: 0, step_x: 2, step_y: 2 },
    Pass { x: 0, y: 1, step_x: 1, step_y: 2 },
];

fn passes(interlaced: bool) -> &'static [Pass] {
    if interlaced { ADAM7 } else { PLAIN }
}

impl Pass {
    /// Its size; a pass without columns has no rows either, so that nothing is stored for it.
    fn size(&self, shape: Shape) -> (u32, u32) {
        let width = shape.width.saturating_sub(self.x).div_ceil(self.step_x);
        let height = shape.height.saturating_sub(self.y).div_ceil(self.step_y);
        if width == 0 { (0, 0) } else { (width, height) }
    }
}

/// Bytes that the data of an image inflates to.
pub fn filtered_bytes(shape: Shape, interlaced: bool) -> usize {
    let bytes = |pass: &Pass| {
        let (width, height) = pass.size(shape);
        height as usize * (shape.bytes_of(width) + 1)
    };
    passes(interlaced).iter().map(bytes).sum()
}

/// Takes filters and interlacing off; gives rows without filter bytes. `data` has the length [`filtered_bytes`] says.
pub fn read_rows(mut data: Vec<u8>, shape: Shape, interlaced: bool) -> Result<Vec<u8>, ImageError> {
    assert_eq!(data.len(), filtered_bytes(shape, interlaced), "the data was inflated to its exact length");
    if !interlaced {
        let bytes = unfilter(&mut data, shape, shape.width, shape.height)?;
        data.truncate(bytes);
        return Ok(data);
    }
    let mut rows = vec![0; shape.row_bytes() * shape.height as usize];
    let mut rest = &mut data[..];
    for pass in ADAM7 {
        let (width, height) = pass.size(shape);
        let (part, behind) = rest.split_at_mut(height as usize * (shape.bytes_of(width) + 1));
        unfilter(part, shape, width, height)?;
        for y in 0..height {
            let from = &part[y as usize * shape.bytes_of(width)..][..shape.bytes_of(width)];
            let to = &mut rows[(pass.y + y * pass.step_y) as usize * shape.row_bytes()..][..shape.row_bytes()];
            spread(from, to, pass, width, shape);
        }
        rest = behind;
    }
    Ok(rows)
}

/// Copies the pixels of a reduced row to their places.
fn spread(from: &[u8], to: &mut [u8], pass: &Pass, width: u32, shape: Shape) {
    let bits = shape.pixel_bits();
    for x in 0..width as usize {
        let target = pass.x as usize + x * pass.step_x as usize;
        if bits >= 8 {
            let bytes = bits / 8;
            to[target * bytes..][..bytes].copy_from_slice(&from[x * bytes..][..bytes]);
        } else {
            let shift = 8 - bits - target * bits % 8;
            to[target * bits / 8] |= (sample(from, x, shape.depth) as u8) << shift;
        }
    }
}

/// Reverses the filter of each row (PNG specification, 9.2) and closes the gaps the filter bytes leave. Gives the length.
fn unfilter(data: &mut [u8], shape: Shape, width: u32, height: u32) -> Result<usize, ImageError> {
    let row_bytes = shape.bytes_of(width);
    let step = shape.pixel_bits().div_ceil(8);
    for y in 0..height as usize {
        let filter = data[y * (row_bytes + 1)];
        let start = y * row_bytes;
        data.copy_within(y * (row_bytes + 1) + 1..(y + 1) * (row_bytes + 1), start);
        let (done, rest) = data.split_at_mut(start);
        let row = &mut rest[..row_bytes];
        let above = if y > 0 { Some(&done[start - row_bytes..]) } else { None };
        unfilter_row(filter, row, above, step)?;
    }
    Ok(height as usize * row_bytes)
}

fn unfilter_row(filter: u8, row: &mut [u8], above: Option<&[u8]>, step: usize) -> Result<(), ImageError> {
    let up = |at: usize| above.map_or(0, |above| above[at]);
    match filter {
        0 => {}
        1 => {
            for at in step..row.len() {
                row[at] = row[at].wrapping_add(row[at - step]);
            }
        }
        2 => {
            for (at, byte) in row.iter_mut().enumerate() {
                *byte = byte.wrapping_add(up(at));
            }
        }
        3 => {
            for at in 0..row.len() {
                let left = if at >= step { row[at - step] } else { 0 };
                row[at] = row[at].wrapping_add(((u16::from(left) + u16::from(up(at))) / 2) as u8);
            }
        }
        4 => {
            for at in 0..row.len() {
                let (left, corner) = if at >= step { (row[at - step], up(at - step)) } else { (0, 0) };
                row[at] = row[at].wrapping_add(paeth(left, up(at), corner));
            }
        }
        _ => return Err(ImageError::Damaged { format: "PNG", fault: "a row has an unknown filter" }),
    }
    Ok(())
}

/// Whichever of left, above and upper left is nearest to left + above - upper left.
pub fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let estimate = i16::from(left) + i16::from(above) - i16::from(corner);
    let distance = |value: u8| (estimate - i16::from(value)).abs();
    if distance(left) <= distance(above) && distance(left) <= distance(corner) {
        left
    } else if distance(above) <= distance(corner) {
        above
    } else {
        corner
    }
}

/// Sample `at` of a row.
pub fn sample(row: &[u8], at: usize, depth: u8) -> u16 {
    match depth {
        16 => u16::from_be_bytes([row[at * 2], row[at * 2 + 1]]),
        8 => u16::from(row[at]),
        _ => {
            let depth = usize::from(depth);
            let shift = 8 - depth - at * depth % 8;
            u16::from(row[at * depth / 8] >> shift) & ((1 << depth) - 1)
        }
    }
}

/// The samples of 8 bits: those of 16 are rounded to the nearest.
fn narrow(value: u16, depth: u8) -> u8 {
    if depth == 16 { ((u32::from(value) * 255 + 32_767) / 65_535) as u8 } else { value as u8 }
}

/// The first `keep` channels of pixels of 8 or 16 bits, as bytes.
pub fn take_channels(rows: &[u8], shape: Shape, keep: std::ops::Range<usize>) -> Vec<u8> {
    let channels = usize::from(shape.channels);
    let pixels = shape.width as usize * shape.height as usize;
    let mut bytes = Vec::with_capacity(pixels * keep.len());
    for pixel in 0..pixels {
        for channel in keep.clone() {
            bytes.push(narrow(sample(rows, pixel * channels + channel, shape.depth), shape.depth));
        }
    }
    bytes
}

/// One byte for each pixel, found from its samples.
pub fn map_pixels(rows: &[u8], shape: Shape, value: impl Fn(&[u16]) -> u8) -> Vec<u8> {
    let channels = usize::from(shape.channels);
    let mut samples = [0; 4];
    let mut bytes = Vec::with_capacity(shape.width as usize * shape.height as usize);
    for row in rows.chunks_exact(shape.row_bytes()) {
        for x in 0..shape.width as usize {
            for (channel, sample_of) in samples.iter_mut().enumerate().take(channels) {
                *sample_of = sample(row, x * channels + channel, shape.depth);
            }
            bytes.push(value(&samples[..channels]));
        }
    }
    bytes
}
