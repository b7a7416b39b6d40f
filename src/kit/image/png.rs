//! PNG files (PNG specification, third edition).
//!
//! Takes a PNG file, gives a PDF image. What PDF can read as it is (not interlaced, at most 8 bits, no alpha channel)
//! passes through after it was inflated once to prove it whole. Must never allocate for a size that was not checked.

use libdeflater::Decompressor;

use super::encode::deflate_rows;
use super::raster::{Shape, filtered_bytes, map_pixels, read_rows, take_channels};
use super::{Color, Filter, ImageError, PdfImage, SoftMask, Turn, check_size};

/// The first eight bytes.
pub const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Reads a file that starts with the signature.
pub fn read_png(bytes: &[u8]) -> Result<PdfImage, ImageError> {
    let chunks = read_chunks(bytes)?;
    let header = chunks.header;
    let shape = header.shape;
    let filtered = inflate(&chunks.data, filtered_bytes(shape, header.interlaced))?;
    let color = chunks.color()?;

    let has_alpha = matches!(header.kind, Kind::GrayAlpha | Kind::Rgba);
    let passes = !header.interlaced && !has_alpha && shape.depth <= 8;
    let rows = read_rows(filtered, shape, header.interlaced)?;
    let alpha = chunks.alpha(&rows).filter(|alpha| alpha.iter().any(|&opacity| opacity < 255));

    let (filter, data, bits) = if passes {
        (Filter::FlatePng, chunks.data, shape.depth)
    } else if has_alpha || shape.depth == 16 {
        let channels = color.components();
        let rows = take_channels(&rows, shape, 0..usize::from(channels));
        let (filter, data) = deflate_rows(&rows, Shape { channels, depth: 8, ..shape });
        (filter, data, 8)
    } else {
        let (filter, data) = deflate_rows(&rows, shape);
        (filter, data, shape.depth)
    };
    let alpha = alpha.map(|alpha| {
        let (filter, data) = deflate_rows(&alpha, Shape { channels: 1, depth: 8, ..shape });
        SoftMask { filter, data }
    });
    Ok(PdfImage {
        width_px: shape.width,
        height_px: shape.height,
        color,
        bits,
        filter,
        data,
        decode: None,
        alpha,
        dpi: chunks.dpi,
        turn: Turn::default(),
    })
}

fn damaged(fault: &'static str) -> ImageError {
    ImageError::Damaged { format: "PNG", fault }
}

const TRUNCATED: ImageError = ImageError::Truncated { format: "PNG", missing: "it ends before its IEND chunk" };

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Gray,
    Rgb,
    Indexed,
    GrayAlpha,
    Rgba,
}

#[derive(Clone, Copy)]
struct Header {
    shape: Shape,
    kind: Kind,
    interlaced: bool,
}

/// What the chunks of a file hold.
struct Chunks {
    header: Header,
    /// All IDAT chunks in one piece.
    data: Vec<u8>,
    palette: Option<Vec<u8>>,
    transparency: Option<Vec<u8>>,
    dpi: Option<(u32, u32)>,
}

fn read_chunks(bytes: &[u8]) -> Result<Chunks, ImageError> {
    let mut at = SIGNATURE.len();
    let (kind, body) = read_chunk(bytes, &mut at)?;
    if kind != b"IHDR" {
        return Err(damaged("its first chunk is not IHDR"));
    }
    let header = read_header(body)?;
    let mut chunks = Chunks { header, data: Vec::new(), palette: None, transparency: None, dpi: None };
    loop {
        let (kind, body) = read_chunk(bytes, &mut at)?;
        match kind {
            b"IDAT" => chunks.data.extend_from_slice(body),
            b"IEND" => break,
            b"PLTE" => chunks.palette = Some(body.to_vec()),
            b"tRNS" => chunks.transparency = Some(body.to_vec()),
            b"pHYs" => chunks.dpi = read_resolution(body),
            b"IHDR" => return Err(damaged("it has two IHDR chunks")),
            // An upper-case first letter marks a chunk that must be understood (PNG specification, 5.4).
            _ if kind[0].is_ascii_uppercase() => return Err(damaged("it has an unknown critical chunk")),
            _ => {}
        }
    }
    if chunks.data.is_empty() {
        return Err(ImageError::Truncated { format: "PNG", missing: "it has no image data" });
    }
    Ok(chunks)
}

/// The type and body of the chunk at `at`, which moves behind it.
fn read_chunk<'a>(bytes: &'a [u8], at: &mut usize) -> Result<(&'a [u8; 4], &'a [u8]), ImageError> {
    let (length, rest) = bytes.get(*at..).and_then(<[u8]>::split_first_chunk).ok_or(TRUNCATED)?;
    let length = u32::from_be_bytes(*length) as usize;
    let checked = rest.get(..length.saturating_add(4)).ok_or(TRUNCATED)?;
    let crc = rest[checked.len()..].first_chunk().ok_or(TRUNCATED)?;
    if libdeflater::crc32(checked) != u32::from_be_bytes(*crc) {
        return Err(damaged("the checksum of a chunk is wrong"));
    }
    let (kind, body) = checked.split_first_chunk().ok_or(TRUNCATED)?;
    *at += length + 12;
    Ok((kind, body))
}

fn read_header(body: &[u8]) -> Result<Header, ImageError> {
    let &[w0, w1, w2, w3, h0, h1, h2, h3, depth, kind, compression, filter, interlace] = body else {
        return Err(damaged("its IHDR chunk has not 13 bytes"));
    };
    let (kind, channels, depths): (_, _, &[u8]) = match kind {
        0 => (Kind::Gray, 1, &[1, 2, 4, 8, 16]),
        2 => (Kind::Rgb, 3, &[8, 16]),
        3 => (Kind::Indexed, 1, &[1, 2, 4, 8]),
        4 => (Kind::GrayAlpha, 2, &[8, 16]),
        6 => (Kind::Rgba, 4, &[8, 16]),
        _ => return Err(damaged("it has an unknown colour type")),
    };
    if !depths.contains(&depth) {
        return Err(damaged("its bit depth does not fit its colour type"));
    }
    if compression != 0 || filter != 0 || interlace > 1 {
        return Err(damaged("it has an unknown compression, filter or interlace method"));
    }
    let (width, height) = (u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3]));
    check_size(width, height, u32::from(channels) * u32::from(depth))?;
    Ok(Header { shape: Shape { width, height, channels, depth }, kind, interlaced: interlace == 1 })
}

/// Dots per inch from dots per metre.
fn read_resolution(body: &[u8]) -> Option<(u32, u32)> {
    let &[x0, x1, x2, x3, y0, y1, y2, y3, 1] = body else { return None };
    let per_inch = |per_metre: u32| u32::try_from((u64::from(per_metre) * 254 + 5_000) / 10_000).ok().filter(|&dpi| dpi > 0);
    Some((per_inch(u32::from_be_bytes([x0, x1, x2, x3]))?, per_inch(u32::from_be_bytes([y0, y1, y2, y3]))?))
}

/// Inflates to exactly `length` bytes.
fn inflate(data: &[u8], length: usize) -> Result<Vec<u8>, ImageError> {
    // Deflate gains at most a factor of 1,032, so a file that cannot fill its image is refused before memory is taken for it.
    if length / 1_032 > data.len() {
        return Err(ImageError::Truncated { format: "PNG", missing: "its image data is too short for its size" });
    }
    let mut out = vec![0; length];
    match Decompressor::new().zlib_decompress(data, &mut out) {
        Ok(written) if written == length => Ok(out),
        Ok(_) => Err(ImageError::Truncated { format: "PNG", missing: "its image data is too short for its size" }),
        Err(libdeflater::DecompressionError::BadData) => Err(damaged("its compressed data is corrupt")),
        Err(libdeflater::DecompressionError::InsufficientSpace) => Err(damaged("it has more image data than its size says")),
    }
}

impl Chunks {
    fn color(&self) -> Result<Color, ImageError> {
        match self.header.kind {
            Kind::Gray | Kind::GrayAlpha => Ok(Color::Gray),
            Kind::Rgb | Kind::Rgba => Ok(Color::Rgb),
            Kind::Indexed => {
                let palette = self.palette.as_ref().ok_or(damaged("it has no palette"))?;
                let entries_max = 1 << self.header.shape.depth;
                if palette.is_empty() || !palette.len().is_multiple_of(3) || palette.len() / 3 > entries_max {
                    return Err(damaged("its palette has a wrong length"));
                }
                Ok(Color::Indexed(palette.clone()))
            }
        }
    }

    /// The opacity of every pixel, if the file says anything about it.
    fn alpha(&self, rows: &[u8]) -> Option<Vec<u8>> {
        let shape = self.header.shape;
        match self.header.kind {
            Kind::GrayAlpha => Some(take_channels(rows, shape, 1..2)),
            Kind::Rgba => Some(take_channels(rows, shape, 3..4)),
            Kind::Indexed => {
                let table = self.transparency.as_ref()?;
                Some(map_pixels(rows, shape, |pixel| table.get(usize::from(pixel[0])).copied().unwrap_or(255)))
            }
            // One colour is transparent; it is compared with all of its bits, before samples are narrowed.
            Kind::Gray | Kind::Rgb => {
                let key: Vec<u16> = self.transparency.as_ref()?.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
                Some(map_pixels(rows, shape, |pixel| if pixel == key { 0 } else { 255 }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use libdeflater::{CompressionLvl, Compressor};

    use super::super::read_image;
    use super::*;

    fn deflate(data: &[u8]) -> Vec<u8> {
        let mut compressor = Compressor::new(CompressionLvl::default());
        let mut out = vec![0; compressor.zlib_compress_bound(data.len())];
        let length = compressor.zlib_compress(data, &mut out).unwrap();
        out.truncate(length);
        out
    }

    fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let checked = [&kind[..], body].concat();
        [&(body.len() as u32).to_be_bytes()[..], &checked, &libdeflater::crc32(&checked).to_be_bytes()].concat()
    }

    fn header(width: u32, height: u32, depth: u8, kind: u8, interlace: u8) -> Vec<u8> {
        let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
        chunk(b"IHDR", &[&size[..], &[depth, kind, 0, 0, interlace]].concat())
    }

    fn file(header: &[u8], others: &[u8], filtered: &[u8]) -> Vec<u8> {
        [SIGNATURE, header, others, &chunk(b"IDAT", &deflate(filtered)), &chunk(b"IEND", b"")].concat()
    }

    /// The bytes behind a Flate stream that has no predictor.
    fn plain(filter: Filter, data: &[u8], shape: Shape) -> Vec<u8> {
        let rows = shape.row_bytes() * shape.height as usize;
        match filter {
            Filter::Flate => inflate(data, rows).unwrap(),
            Filter::FlatePng => {
                let filtered = inflate(data, filtered_bytes(shape, false)).unwrap();
                read_rows(filtered, shape, false).unwrap()
            }
            Filter::Dct { .. } => unreachable!("a PNG is never written as JPEG"),
        }
    }

    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        let text = match read_image(bytes) {
            Err(fault) => fault.to_string(),
            Ok(image) => {
                let shape = |channels, depth| Shape { width: image.width_px, height: image.height_px, channels, depth };
                let rows = plain(image.filter, &image.data, shape(image.color.components(), image.bits));
                let alpha = image.alpha.map(|mask| plain(mask.filter, &mask.data, shape(1, 8)));
                format!("{:?} {} {rows:?} {alpha:?}", image.color, image.bits)
            }
        };
        assert_eq!(text, expected);
    }

    #[test]
    fn what_pdf_can_read_passes_through() {
        let filtered = [1, 10, 5, 2, 1, 1];
        let bytes = file(&header(2, 2, 8, 0, 0), &chunk(b"pHYs", b"\0\0\x2e\x23\0\0\x0b\x13\x01"), &filtered);
        let image = read_image(&bytes).unwrap();
        assert_eq!((image.data, image.filter, image.dpi), (deflate(&filtered), Filter::FlatePng, Some((300, 72))));
        check(&bytes, "Gray 8 [10, 15, 11, 16] None");
    }

    #[test]
    fn alpha_becomes_a_soft_mask_unless_all_is_opaque() {
        check(&file(&header(2, 1, 8, 4, 0), &[], &[0, 7, 255, 9, 128]), "Gray 8 [7, 9] Some([255, 128])");
        check(&file(&header(1, 1, 8, 6, 0), &[], &[0, 1, 2, 3, 255]), "Rgb 8 [1, 2, 3] None");
        let palette = [chunk(b"PLTE", &[1, 2, 3, 4, 5, 6]), chunk(b"tRNS", &[90])].concat();
        check(&file(&header(3, 1, 1, 3, 0), &palette, &[0, 0b0100_0000]), "Indexed([1, 2, 3, 4, 5, 6]) 1 [64] Some([90, 255, 90])");
        check(&file(&header(2, 1, 8, 0, 0), &chunk(b"tRNS", &[0, 5]), &[0, 5, 6]), "Gray 8 [5, 6] Some([0, 255])");
    }

    #[test]
    fn sixteen_bits_are_rounded_to_eight() {
        let filtered = [0, 0, 128, 0, 129, 255, 255];
        check(&file(&header(3, 1, 16, 0, 0), &[], &filtered), "Gray 8 [0, 1, 255] None");
        // Compared with all 16 bits, only the first is the transparent one.
        let bytes = file(&header(3, 1, 16, 0, 0), &chunk(b"tRNS", &[0, 128]), &filtered);
        check(&bytes, "Gray 8 [0, 1, 255] Some([0, 255, 255])");
    }

    #[test]
    fn interlacing_is_taken_off() {
        // 3 x 2 pixels use passes 1, 4, 6 and 7 of Adam7.
        let filtered = [0, 10, 0, 12, 0, 11, 0, 20, 21, 22];
        check(&file(&header(3, 2, 8, 0, 1), &[], &filtered), "Gray 8 [10, 11, 12, 20, 21, 22] None");
        let filtered = [0, 0x80, 0, 0x80, 0, 0, 0, 0xA0];
        check(&file(&header(3, 2, 1, 0, 1), &[], &filtered), "Gray 1 [160, 160] None");
    }

    #[test]
    fn every_shorter_file_is_truncated() {
        let bytes = file(&header(2, 2, 8, 0, 0), &[], &[0, 1, 2, 0, 3, 4]);
        for length in SIGNATURE.len()..bytes.len() {
            assert_eq!(read_image(&bytes[..length]), Err(TRUNCATED), "{length} bytes");
        }
    }

    #[test]
    fn faults_are_named() {
        let short = file(&header(2, 2, 8, 0, 0), &[], &[0, 1, 2]);
        check(&short, "this PNG file is truncated: its image data is too short for its size");
        let long = file(&header(1, 1, 8, 0, 0), &[], &[0, 1, 2]);
        check(&long, "this PNG file is damaged: it has more image data than its size says");
        let filter = file(&header(1, 1, 8, 0, 0), &[], &[5, 1]);
        check(&filter, "this PNG file is damaged: a row has an unknown filter");
        check(&file(&header(1, 1, 8, 3, 0), &[], &[0, 0]), "this PNG file is damaged: it has no palette");
        check(&file(&header(1, 1, 3, 0, 0), &[], &[0, 0]), "this PNG file is damaged: its bit depth does not fit its colour type");
        let bomb = file(&header(60_000, 60_000, 8, 6, 0), &[], &[0; 100]);
        check(&bomb, "the image is 60000 x 60000 pixels; at most 100 million, and 256 MiB uncompressed, are read");
        let hollow = file(&header(9_000, 9_000, 8, 0, 0), &[], &[0; 100]);
        check(&hollow, "this PNG file is truncated: its image data is too short for its size");
        let mut altered = file(&header(1, 1, 8, 0, 0), &[], &[0, 1]);
        altered[20] ^= 1;
        check(&altered, "this PNG file is damaged: the checksum of a chunk is wrong");
    }
}
