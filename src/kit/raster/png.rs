//! PNG files of pictures (PNG specification, second edition).
//!
//! Takes RGB pixels, gives a file; takes such a file, also one that another program has made smaller, gives the pixels.
//! Must never be used for images of layouts: those keep colours, opacity and resolution (`kit::image`).

use libdeflater::{CompressionLvl, Compressor, Decompressor};

use super::{Picture, RasterError};
use crate::base::limits::IMAGE_PIXELS_MAX;
use crate::kit::image::{Shape, filtered_bytes, read_rows};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A picture as a PNG file: 8-bit RGB, each row as its difference from the row above. Most rows of a page are like the one above.
pub fn write_png(picture: &Picture, level: i32) -> Vec<u8> {
    let row = picture.width as usize * 3;
    let mut filtered = Vec::with_capacity(picture.pixels.len() + picture.height as usize);
    let mut above: &[u8] = &vec![0; row];
    for pixels in picture.pixels.chunks_exact(row.max(1)) {
        filtered.push(2);
        filtered.extend(pixels.iter().zip(above).map(|(own, above)| own.wrapping_sub(*above)));
        above = pixels;
    }
    write_file(picture, 2, &[], &filtered, level)
}

/// A picture as a PNG file of about a third of the size: of each colour five bits are kept, and where at most 256 are left,
/// pixels are indices into them. A page of text in a few colours has some 200.
pub fn write_small_png(picture: &Picture, level: i32) -> Vec<u8> {
    let kept = |value: u8| (u16::from(value) * 31 + 127) / 255;
    let pixels: Vec<u8> = picture.pixels.iter().map(|value| ((kept(*value) * 255 + 15) / 31) as u8).collect();
    let mut palette: Vec<[u8; 3]> = pixels.as_chunks::<3>().0.to_vec();
    palette.sort_unstable();
    palette.dedup();
    if palette.len() > 256 {
        return write_png(&Picture { pixels, ..*picture }, level);
    }
    let mut filtered = Vec::with_capacity(pixels.len() / 3 + picture.height as usize);
    for row in pixels.chunks_exact((picture.width as usize * 3).max(1)) {
        filtered.push(0);
        filtered.extend(row.as_chunks::<3>().0.iter().map(|pixel| palette.partition_point(|colour| colour < pixel) as u8));
    }
    write_file(picture, 3, palette.as_flattened(), &filtered, level)
}

fn write_file(picture: &Picture, kind: u8, palette: &[u8], filtered: &[u8], level: i32) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::new(level).unwrap_or_default());
    let mut data = vec![0; compressor.zlib_compress_bound(filtered.len())];
    let length = compressor.zlib_compress(filtered, &mut data).expect("the bound is large enough");
    let mut header = Vec::with_capacity(13);
    header.extend(picture.width.to_be_bytes());
    header.extend(picture.height.to_be_bytes());
    header.extend([8, kind, 0, 0, 0]);
    let mut out = SIGNATURE.to_vec();
    write_chunk(b"IHDR", &header, &mut out);
    if !palette.is_empty() {
        write_chunk(b"PLTE", palette, &mut out);
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
    let check = libdeflater::crc32(&out[start..]);
    out.extend(check.to_be_bytes());
}

/// Reads a PNG file with 8 bits per sample in grey, RGB, RGBA or as indices into a palette. Its opacity is not looked at.
pub fn read_png(bytes: &[u8]) -> Result<Picture, RasterError> {
    let mut rest = bytes.strip_prefix(SIGNATURE).ok_or(RasterError::Png("it is no PNG file"))?;
    let (mut shape, mut interlaced, mut palette, mut data) = (None, false, None, Vec::new());
    while let Some((head, behind)) = rest.split_at_checked(8) {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let (body, behind) = behind.split_at_checked(length).ok_or(RasterError::Png("it is cut short"))?;
        match &head[4..] {
            b"IHDR" => {
                let &[a, b, c, d, e, f, g, h, depth, kind, _, _, lacing] = body else { return Err(RasterError::Png("its header is damaged")) };
                let (width, height) = (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]));
                let channels = match (kind, depth) {
                    (0, 8) => 1,
                    (2, 8) => 3,
                    (3, 8) => 1,
                    (6, 8) => 4,
                    _ => return Err(RasterError::Png("it has no 8-bit grey, RGB, RGBA or indexed pixels")),
                };
                palette = (kind == 3).then(Vec::new);
                if width == 0 || height == 0 || u64::from(width) * u64::from(height) > IMAGE_PIXELS_MAX {
                    return Err(RasterError::Png("it has no pixels, or too many"));
                }
                interlaced = lacing == 1;
                shape = Some(Shape { width, height, channels, depth });
            }
            b"PLTE" if palette.is_some() => palette = Some(body.as_chunks::<3>().0.to_vec()),
            b"IDAT" => data.extend_from_slice(body),
            _ => {}
        }
        rest = behind.get(4..).unwrap_or_default();
    }
    let shape = shape.ok_or(RasterError::Png("it has no header"))?;
    let mut filtered = vec![0; filtered_bytes(shape, interlaced)];
    match Decompressor::new().zlib_decompress(&data, &mut filtered) {
        Ok(length) if length == filtered.len() => {}
        _ => return Err(RasterError::Png("its data is damaged")),
    }
    let rows = read_rows(filtered, shape, interlaced).map_err(|_| RasterError::Png("its data is damaged"))?;
    let pixels = match (shape.channels, palette) {
        (1, Some(palette)) => {
            let colours: Option<Vec<[u8; 3]>> = rows.iter().map(|index| palette.get(usize::from(*index)).copied()).collect();
            colours.ok_or(RasterError::Png("it has an index beyond its palette"))?.into_flattened()
        }
        (1, None) => rows.iter().flat_map(|grey| [*grey; 3]).collect(),
        (3, _) => rows,
        _ => rows.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect(),
    };
    Ok(Picture { width: shape.width, height: shape.height, pixels })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Picture {
        let pixels = (0..7 * 5 * 3).map(|at| (at * 37 % 251) as u8).collect();
        Picture { width: 7, height: 5, pixels }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for level in [1, 6, 12] {
            assert_eq!(read_png(&write_png(&sample(), level)), Ok(sample()));
        }
    }

    #[test]
    fn small_files_keep_colours_but_for_a_shade() {
        let few = Picture { width: 8, height: 4, pixels: (0..8 * 4 * 3).map(|at| [255, 0, 190, 77, 3][at % 5]).collect() };
        for picture in [sample(), few] {
            let file = write_small_png(&picture, 9);
            let read = read_png(&file).unwrap();
            assert_eq!((read.width, read.height), (picture.width, picture.height));
            assert!(read.pixels.iter().zip(&picture.pixels).all(|(read, own)| read.abs_diff(*own) <= 4), "{read:?}");
            assert_eq!(write_small_png(&read, 9), file, "what is rounded stays");
        }
        let black = Picture { width: 2, height: 1, pixels: vec![0, 0, 0, 255, 255, 255] };
        assert_eq!(read_png(&write_small_png(&black, 1)), Ok(black), "black and white are exact");
        let mut broken = write_small_png(&sample(), 1);
        let at = broken.windows(4).position(|kind| kind == b"PLTE").unwrap();
        broken[at] = b'Q';
        assert!(read_png(&broken).is_err(), "a palette that is not there");
    }

    #[test]
    fn every_shorter_file_is_refused() {
        let file = write_png(&sample(), 1);
        // The last chunk says nothing: without it the picture is whole all the same.
        for length in 0..file.len() - 24 {
            assert!(read_png(&file[..length]).is_err(), "{length}");
        }
    }
}
