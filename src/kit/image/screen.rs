//! Images as files for screens.
//!
//! Takes an image as PDF holds it, gives a PNG file at most so many pixels wide, or the JPEG file it came from. Counts in whole numbers
//! alone: the same file on every machine. Must never know who looks at it.

use std::collections::BTreeMap;

use libdeflater::{CompressionLvl, Compressor, Decompressor};

use super::raster::{Shape, filtered_bytes, read_rows, sample};
use super::{Color, Filter, PdfImage};

/// The level of libdeflate for pictures, which are made once and sent many times.
const LEVEL: i32 = 12;
/// That for bitmaps, which each message has of its own.
const BITMAP_LEVEL: i32 = 9;

/// Most colours of an image whose pixels have four bits.
const FEW_COLORS: usize = 16;
/// How far a channel may be from that of the nearest of those colours.
const AWAY_MAX: u8 = 12;
/// At most one pixel of so many may change its colour.
const CHANGED_PART: usize = 8;

/// The file, on white, and its media type; `None` if no mail program would show it rightly: JPEG in CMYK, or turned.
pub fn screen_file(image: &PdfImage, width_max: u32) -> Option<(Vec<u8>, &'static str)> {
    if let Filter::Dct { .. } = image.filter {
        let is_plain = !matches!(image.color, Color::Cmyk) && image.decode.is_none();
        return is_plain.then(|| (image.data.clone(), "image/jpeg"));
    }
    let mut pixels = shrunk(turned(image, read_pixels(image)?), width_max);
    // Dark letters on nothing could not be read in the dark.
    for pixel in &mut pixels.rgba {
        let over = |channel: u8| ((u32::from(channel) * u32::from(pixel[3]) + 255 * (255 - u32::from(pixel[3])) + 127) / 255) as u8;
        *pixel = [over(pixel[0]), over(pixel[1]), over(pixel[2]), 255];
    }
    Some((write(few_colors(pixels)), "image/png"))
}

/// A PNG file of dark and light pixels, one bit each.
pub fn bitmap_file(width: usize, dark: &[bool]) -> Vec<u8> {
    let mut filtered = Vec::with_capacity(dark.len() / 8 + dark.len() / width.max(1));
    for row in dark.chunks_exact(width.max(1)) {
        filtered.push(0);
        filtered.extend(row.chunks(8).map(|bits| bits.iter().enumerate().fold(0u8, |byte, (at, dark)| byte | u8::from(!dark) << (7 - at))));
    }
    file((width, dark.len() / width.max(1)), (1, 0), &[], &filtered, BITMAP_LEVEL)
}

/// Pixels of four bytes: red, green, blue, opacity.
struct Pixels {
    width: usize,
    height: usize,
    rgba: Vec<[u8; 4]>,
}

fn inflate(data: &[u8], filter: Filter, shape: Shape) -> Option<Vec<u8>> {
    let is_filtered = matches!(filter, Filter::FlatePng);
    let length = if is_filtered { filtered_bytes(shape, false) } else { shape.row_bytes() * shape.height as usize };
    let mut out = vec![0; length];
    let found = Decompressor::new().zlib_decompress(data, &mut out).ok()?;
    if found != length {
        return None;
    }
    if is_filtered { read_rows(out, shape, false).ok() } else { Some(out) }
}

fn read_pixels(image: &PdfImage) -> Option<Pixels> {
    let shape = Shape { width: image.width_px, height: image.height_px, channels: image.color.components(), depth: image.bits };
    let rows = inflate(&image.data, image.filter, shape)?;
    let alpha = match &image.alpha {
        Some(mask) => Some(inflate(&mask.data, mask.filter, Shape { channels: 1, depth: 8, ..shape })?),
        None => None,
    };
    let (width, height) = (shape.width as usize, shape.height as usize);
    let most = (1u32 << u32::from(image.bits.min(8))) - 1;
    let level = |value: u16| (u32::from(value) * 255 / most).min(255) as u8;
    let mut rgba = Vec::with_capacity(width * height);
    for (y, row) in rows.chunks_exact(shape.row_bytes()).enumerate() {
        for x in 0..width {
            let at = |channel: usize| sample(row, x * usize::from(shape.channels) + channel, shape.depth);
            let [r, g, b] = match &image.color {
                Color::Gray => [level(at(0)); 3],
                Color::Rgb => [level(at(0)), level(at(1)), level(at(2))],
                Color::Indexed(palette) => {
                    let start = usize::from(at(0)) * 3;
                    let entry = palette.get(start..start + 3)?;
                    [entry[0], entry[1], entry[2]]
                }
                Color::Cmyk => {
                    let [c, m, y, k] = [level(at(0)), level(at(1)), level(at(2)), level(at(3))].map(u32::from);
                    [c, m, y].map(|ink| ((255 - ink) * (255 - k) / 255) as u8)
                }
            };
            rgba.push([r, g, b, alpha.as_ref().map_or(255, |alpha| alpha[y * width + x])]);
        }
    }
    Some(Pixels { width, height, rgba })
}

/// Pixels as they are looked at.
fn turned(image: &PdfImage, pixels: Pixels) -> Pixels {
    let turn = image.turn;
    if turn == super::Turn::default() {
        return pixels;
    }
    let ((width, height), _) = image.upright();
    let (width, height) = (width as usize, height as usize);
    let mut rgba = vec![[0; 4]; width * height];
    for y in 0..pixels.height {
        for x in 0..pixels.width {
            // The middle of a pixel in the unit square, in halves of pixels, y upwards (ISO 32000-1, 8.9.5).
            let (across, down) = (2 * x as i64 + 1, 2 * (pixels.height - y) as i64 - 1);
            let (w, h) = (2 * pixels.width as i64, 2 * pixels.height as i64);
            let place = |axis: usize, size: i64| (turn.corner[axis] * size) + turn.right[axis] * across * size / w + turn.up[axis] * down * size / h;
            let (to_x, to_y) = (place(0, 2 * width as i64) / 2, place(1, 2 * height as i64) / 2);
            let (to_x, to_y) = (to_x.clamp(0, width as i64 - 1) as usize, height - 1 - to_y.clamp(0, height as i64 - 1) as usize);
            rgba[to_y * width + to_x] = pixels.rgba[y * pixels.width + x];
        }
    }
    Pixels { width, height, rgba }
}

/// Pixels of at most so many columns: each is the mean of those it stands for.
fn shrunk(pixels: Pixels, width_max: u32) -> Pixels {
    let width = pixels.width.min(width_max.max(1) as usize);
    if width == pixels.width {
        return pixels;
    }
    let height = (pixels.height * width / pixels.width).max(1);
    let mut rgba = Vec::with_capacity(width * height);
    for y in 0..height {
        let rows = y * pixels.height / height..((y + 1) * pixels.height).div_ceil(height);
        for x in 0..width {
            let columns = x * pixels.width / width..((x + 1) * pixels.width).div_ceil(width);
            let (mut sums, mut opacity, mut count) = ([0u64; 3], 0u64, 0u64);
            for row in rows.clone() {
                for pixel in &pixels.rgba[row * pixels.width + columns.start..row * pixels.width + columns.end] {
                    let weight = u64::from(pixel[3]);
                    for (sum, channel) in sums.iter_mut().zip(pixel) {
                        *sum += u64::from(*channel) * weight;
                    }
                    opacity += weight;
                    count += 1;
                }
            }
            let mean = |sum: u64| ((sum + opacity / 2) / opacity.max(1)).min(255) as u8;
            rgba.push([mean(sums[0]), mean(sums[1]), mean(sums[2]), ((opacity + count / 2) / count.max(1)) as u8]);
        }
    }
    Pixels { width, height, rgba }
}

/// Pixels in 16 colours, if that is how they look: a logo has few colours and between them the edges of its letters. Those that most pixels
/// have stay as they are; each other becomes the nearest of them, if none is further away than [`AWAY_MAX`].
fn few_colors(mut pixels: Pixels) -> Pixels {
    let mut counts: BTreeMap<[u8; 4], usize> = BTreeMap::new();
    for pixel in &pixels.rgba {
        *counts.entry(*pixel).or_default() += 1;
        if counts.len() > 256 {
            return pixels;
        }
    }
    let away = |a: &[u8; 4], b: &[u8; 4]| a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0);
    let mut by_count: Vec<([u8; 4], usize)> = counts.into_iter().collect();
    // Stable: colours of as many pixels stay in their order.
    by_count.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let mut kept: Vec<[u8; 4]> = Vec::new();
    let mut changed = 0;
    for (color, count) in &by_count {
        if kept.iter().any(|near| away(color, near) <= AWAY_MAX) {
            changed += count;
        } else if kept.len() == FEW_COLORS {
            return pixels;
        } else {
            kept.push(*color);
        }
    }
    // Where many pixels are between colours, they are no edges, and steps would be seen.
    if changed > pixels.rgba.len() / CHANGED_PART {
        return pixels;
    }
    for pixel in &mut pixels.rgba {
        *pixel = kept.iter().copied().min_by_key(|near| away(pixel, near)).unwrap_or(*pixel);
    }
    pixels
}

/// A PNG file of opaque pixels (PNG specification, second edition): indexed if there are few colours, in as few bits as they need, else RGB, each row as its difference from
/// the row above.
fn write(pixels: Pixels) -> Vec<u8> {
    let mut colors = pixels.rgba.clone();
    colors.sort_unstable();
    colors.dedup();
    let mut filtered = Vec::new();
    let mut palette = Vec::new();
    let kind = if colors.len() <= 256 {
        palette.extend(colors.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]));
        let depth = match colors.len() {
            0..=2 => 1,
            3..=4 => 2,
            5..=16 => 4,
            _ => 8,
        };
        let index = |pixel: &[u8; 4]| colors.partition_point(|color| color < pixel) as u8;
        for row in pixels.rgba.chunks_exact(pixels.width) {
            filtered.push(0);
            let bytes = row.chunks(8 / usize::from(depth));
            filtered
                .extend(bytes.map(|few| few.iter().enumerate().fold(0, |byte, (at, pixel)| byte | index(pixel) << (8 - depth - depth * at as u8))));
        }
        (depth, 3)
    } else {
        let mut above = vec![[0; 4]; pixels.width];
        for row in pixels.rgba.chunks_exact(pixels.width) {
            filtered.push(2);
            for (own, above) in row.iter().zip(&above) {
                filtered.extend(own.iter().zip(above).take(3).map(|(own, above)| own.wrapping_sub(*above)));
            }
            above.copy_from_slice(row);
        }
        (8, 2)
    };
    file((pixels.width, pixels.height), kind, &[(b"PLTE", &palette)], &filtered, LEVEL)
}

/// A file of filtered rows.
fn file((width, height): (usize, usize), (depth, kind): (u8, u8), chunks: &[(&[u8; 4], &[u8])], filtered: &[u8], level: i32) -> Vec<u8> {
    let mut header = Vec::with_capacity(13);
    header.extend((width as u32).to_be_bytes());
    header.extend((height as u32).to_be_bytes());
    header.extend([depth, kind, 0, 0, 0]);
    let mut compressor = Compressor::new(CompressionLvl::new(level).unwrap_or_default());
    let mut data = vec![0; compressor.zlib_compress_bound(filtered.len())];
    let length = compressor.zlib_compress(filtered, &mut data).expect("the buffer has the size the compressor asked for");
    let mut out = super::png::SIGNATURE.to_vec();
    write_chunk(b"IHDR", &header, &mut out);
    for (kind, body) in chunks {
        if !body.is_empty() {
            write_chunk(kind, body, &mut out);
        }
    }
    write_chunk(b"IDAT", &data[..length], &mut out);
    write_chunk(b"IEND", &[], &mut out);
    out
}

fn write_chunk(kind: &[u8; 4], body: &[u8], out: &mut Vec<u8>) {
    out.extend((body.len() as u32).to_be_bytes());
    let start = out.len();
    out.extend(kind);
    out.extend(body);
    out.extend(libdeflater::crc32(&out[start..]).to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of 64 pixels: `flat` of two greys, then `between` of all greys from one to the other.
    fn pixels(flat: usize, between: usize) -> Pixels {
        let grey = |level: usize| [level as u8, level as u8, level as u8, 255];
        let halves = (0..flat * 64).map(|at| grey(if at % 64 < 32 { 100 } else { 255 }));
        let rgba: Vec<[u8; 4]> = halves.chain((0..between * 64).map(|at| grey(100 + at * 155 / (between * 64)))).collect();
        Pixels { width: 64, height: flat + between, rgba }
    }

    fn colors_of(pixels: &Pixels) -> usize {
        pixels.rgba.iter().collect::<std::collections::BTreeSet<_>>().len()
    }

    #[test]
    fn edges_of_a_logo_have_few_colors() {
        let before = pixels(60, 4);
        let after = few_colors(pixels(60, 4));
        assert!(colors_of(&before) > 100 && colors_of(&after) <= FEW_COLORS);
        let away = |(a, b): (&[u8; 4], &[u8; 4])| a[0].abs_diff(b[0]);
        assert!(before.rgba.iter().zip(&after.rgba).map(away).all(|away| away <= AWAY_MAX));
        assert_eq!(before.rgba[..60 * 64], after.rgba[..60 * 64], "what most pixels have stays");
        assert!(write(after).len() * 2 < write(before).len());
    }

    #[test]
    fn a_gradient_keeps_its_colors() {
        assert_eq!(colors_of(&few_colors(pixels(10, 40))), colors_of(&pixels(10, 40)));
    }

    #[test]
    fn a_picture_has_as_many_bits_as_its_colors_need() {
        for (colors, depth) in [(1usize, 1), (2, 1), (3, 2), (4, 2), (5, 4), (16, 4), (17, 8), (256, 8)] {
            let rgba = (0..512).map(|at| [0, 0, (at % colors) as u8, 255]).collect();
            let file = write(Pixels { width: 512, height: 1, rgba });
            assert_eq!((file[24], file[25]), (depth, 3), "{colors}");
        }
    }
}
