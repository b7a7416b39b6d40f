//! JPEG headers (ITU-T T.81, JFIF, Adobe TN 5116).
//!
//! Takes a JPEG file, gives it back unchanged as `/DCTDecode` data after walking all of its markers. Never decodes a pixel: a
//! fault inside the entropy-coded data is the reader's to conceal, a missing end is not.

use super::{Color, Filter, ImageError, PdfImage, Turn, check_size};

/// Reads a file that starts with SOI.
pub fn read_jpeg(bytes: &[u8]) -> Result<PdfImage, ImageError> {
    let mut reader = Reader { bytes, at: 2 };
    let mut found = Found::default();
    loop {
        let marker = reader.marker()?;
        match marker {
            // TEM and RSTn have no length; a second SOI has no place.
            0x01 | 0xD0..=0xD7 => {}
            0xD8 => return Err(damaged("a second image starts inside it")),
            0xD9 => break,
            0xDA => {
                let header = reader.segment()?;
                found.check_scan(header)?;
                reader.skip_scan();
            }
            _ => found.read_segment(marker, reader.segment()?)?,
        }
    }
    let frame = found.frame.ok_or(damaged("it has no frame header"))?;
    if found.scans == 0 {
        return Err(ImageError::Truncated { format: "JPEG", missing: "it has no image data" });
    }
    let (color, color_transform) = found.color(&frame)?;
    // Data behind the end, such as a second picture of some phones, is none of ours.
    let data = bytes[..reader.at].to_vec();
    let inverted = color == Color::Cmyk && found.adobe_transform.is_some();
    Ok(PdfImage {
        width_px: u32::from(frame.width),
        height_px: u32::from(frame.height),
        color,
        bits: 8,
        filter: Filter::Dct { color_transform },
        data,
        decode: inverted.then_some(b"[1 0 1 0 1 0 1 0]"),
        alpha: None,
        dpi: found.dpi,
        turn: Turn::of_exif(found.orientation),
    })
}

fn damaged(fault: &'static str) -> ImageError {
    ImageError::Damaged { format: "JPEG", fault }
}

fn unsupported(feature: &'static str) -> ImageError {
    ImageError::Unsupported { format: "JPEG", feature }
}

const TRUNCATED: ImageError = ImageError::Truncated { format: "JPEG", missing: "it ends before the end-of-image marker" };

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8, ImageError> {
        let byte = *self.bytes.get(self.at).ok_or(TRUNCATED)?;
        self.at += 1;
        Ok(byte)
    }

    /// The next marker code; any number of fill bytes may stand before it (T.81, B.1.1.2).
    fn marker(&mut self) -> Result<u8, ImageError> {
        if self.byte()? != 0xFF {
            return Err(damaged("a marker is expected where there is none"));
        }
        loop {
            match self.byte()? {
                0xFF => {}
                0x00 => return Err(damaged("image data stands where a marker is expected")),
                marker => return Ok(marker),
            }
        }
    }

    /// The parameters of a marker segment, without their length.
    fn segment(&mut self) -> Result<&'a [u8], ImageError> {
        let length = usize::from(self.byte()?) << 8 | usize::from(self.byte()?);
        if length < 2 {
            return Err(damaged("a segment is shorter than its own length"));
        }
        let segment = self.bytes.get(self.at..self.at + length - 2).ok_or(TRUNCATED)?;
        self.at += length - 2;
        Ok(segment)
    }

    /// Goes to the first marker behind entropy-coded data that is neither stuffing nor a restart.
    fn skip_scan(&mut self) {
        while let Some(found) = memchr::memchr(0xFF, self.bytes.get(self.at..).unwrap_or_default()) {
            self.at += found;
            match self.bytes.get(self.at + 1) {
                Some(0x00 | 0xD0..=0xD7) => self.at += 2,
                Some(0xFF) => self.at += 1,
                Some(_) => return,
                None => break,
            }
        }
        self.at = self.bytes.len();
    }
}

#[derive(Clone, Copy)]
struct Frame {
    width: u16,
    height: u16,
    components: u8,
    /// Whether the components are named `R`, `G`, `B`.
    named_rgb: bool,
}

/// What the segments have told so far.
#[derive(Default)]
struct Found {
    frame: Option<Frame>,
    quantization: bool,
    huffman: bool,
    scans: u32,
    jfif: bool,
    adobe_transform: Option<u8>,
    dpi: Option<(u32, u32)>,
    /// Exif orientation; 0: it says none.
    orientation: u16,
}

impl Found {
    fn read_segment(&mut self, marker: u8, segment: &[u8]) -> Result<(), ImageError> {
        match marker {
            0xC0..=0xC2 => self.read_frame(segment)?,
            0xC3 | 0xC7 | 0xCB | 0xCF => return Err(unsupported("lossless compression")),
            0xC5 | 0xC6 | 0xCD | 0xCE => return Err(unsupported("hierarchical compression")),
            0xC9 | 0xCA => return Err(unsupported("arithmetic coding")),
            0xC4 => self.huffman = true,
            0xDB => self.quantization = true,
            0xE0 if segment.starts_with(b"JFIF\0") => self.read_jfif(segment),
            0xE1 if self.orientation == 0 => {
                self.orientation = segment.strip_prefix(b"Exif\0\0").and_then(exif_orientation).unwrap_or(0);
            }
            0xEE if segment.starts_with(b"Adobe") && segment.len() >= 12 => self.adobe_transform = Some(segment[11]),
            _ => {}
        }
        Ok(())
    }

    fn read_frame(&mut self, segment: &[u8]) -> Result<(), ImageError> {
        let &[precision, height_high, height_low, width_high, width_low, components, ref list @ ..] = segment else {
            return Err(damaged("its frame header is too short"));
        };
        if self.frame.is_some() {
            return Err(damaged("it has two frame headers"));
        }
        if precision != 8 {
            return Err(unsupported("samples of more than 8 bits"));
        }
        let (width, height) = (u16::from_be_bytes([width_high, width_low]), u16::from_be_bytes([height_high, height_low]));
        if height == 0 {
            return Err(unsupported("a height given after the image (DNL)"));
        }
        if !matches!(components, 1 | 3 | 4) {
            return Err(unsupported("a number of colour components other than 1, 3 or 4"));
        }
        if list.len() != usize::from(components) * 3 {
            return Err(damaged("its frame header lists another number of components than it says"));
        }
        for component in list.chunks_exact(3) {
            let (horizontal, vertical) = (component[1] >> 4, component[1] & 15);
            if !(1..=4).contains(&horizontal) || !(1..=4).contains(&vertical) || component[2] > 3 {
                return Err(damaged("a component has an impossible sampling factor or quantization table"));
            }
        }
        check_size(u32::from(width), u32::from(height), u32::from(components) * 8)?;
        let named_rgb = list.chunks_exact(3).map(|component| component[0]).eq(*b"RGB");
        self.frame = Some(Frame { width, height, components, named_rgb });
        Ok(())
    }

    fn read_jfif(&mut self, segment: &[u8]) {
        self.jfif = true;
        let &[_, _, _, _, _, _, _, unit, x_high, x_low, y_high, y_low, ..] = segment else { return };
        let dots = [u32::from_be_bytes([0, 0, x_high, x_low]), u32::from_be_bytes([0, 0, y_high, y_low])];
        let per_inch = match unit {
            1 => dots,
            2 => dots.map(|per_cm| (per_cm * 254 + 50) / 100),
            _ => return,
        };
        if !per_inch.contains(&0) {
            self.dpi = Some((per_inch[0], per_inch[1]));
        }
    }

    fn check_scan(&mut self, header: &[u8]) -> Result<(), ImageError> {
        let frame = self.frame.ok_or(damaged("image data comes before the frame header"))?;
        let components = header.first().copied().unwrap_or(0);
        if components == 0 || components > frame.components || header.len() != usize::from(components) * 2 + 4 {
            return Err(damaged("a scan header is malformed"));
        }
        if !self.quantization {
            return Err(damaged("it has no quantization table"));
        }
        if !self.huffman {
            return Err(damaged("it has no Huffman table"));
        }
        self.scans += 1;
        Ok(())
    }

    /// The colour space, and `/ColorTransform` where PDF readers would guess another than JPEG readers do: three components
    /// named `R`, `G`, `B` without any marker are RGB to JPEG libraries, but YCbCr to ISO 32000-1, table 13.
    fn color(&self, frame: &Frame) -> Result<(Color, Option<u8>), ImageError> {
        let transform = self.adobe_transform;
        match (frame.components, transform) {
            (1, _) => Ok((Color::Gray, None)),
            (3, None) if frame.named_rgb && !self.jfif => Ok((Color::Rgb, Some(0))),
            (3, None | Some(0..=1)) => Ok((Color::Rgb, None)),
            (4, None | Some(0 | 2)) => Ok((Color::Cmyk, None)),
            _ => Err(damaged("its Adobe marker names a colour transform that does not fit its components")),
        }
    }
}

/// The orientation in the first directory of an Exif block, which is a TIFF file of its own (Exif 2.32, 4.5 and 4.6.4 A).
/// A block that is damaged says nothing.
fn exif_orientation(tiff: &[u8]) -> Option<u16> {
    let big = match tiff.get(..4)? {
        b"II*\0" => false,
        b"MM\0*" => true,
        _ => return None,
    };
    let short = |at: usize| -> Option<u16> {
        let bytes: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    };
    let long = |at: usize| -> Option<usize> {
        let bytes: [u8; 4] = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) } as usize)
    };
    let directory = long(4)?;
    let entries = usize::from(short(directory)?);
    let entry = (0..entries).map(|index| directory + 2 + index * 12).find(|&at| short(at) == Some(274))?;
    // Type 3 is SHORT; its one value stands in the entry itself.
    if short(entry + 2)? == 3 { short(entry + 8) } else { None }
}

#[cfg(test)]
mod tests {
    use super::super::read_image;
    use super::*;

    fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
        let length = (body.len() as u16 + 2).to_be_bytes();
        [&[0xFF, marker][..], &length, body].concat()
    }

    fn frame(marker: u8, ids: &[u8]) -> Vec<u8> {
        let list: Vec<u8> = ids.iter().flat_map(|&id| [id, 0x11, 0]).collect();
        segment(marker, &[&[8, 0, 2, 0, 3, ids.len() as u8][..], &list].concat())
    }

    fn scan(ids: &[u8]) -> Vec<u8> {
        let list: Vec<u8> = ids.iter().flat_map(|&id| [id, 0]).collect();
        let header = segment(0xDA, &[&[ids.len() as u8][..], &list, &[0, 63, 0]].concat());
        [header, vec![0x12, 0xFF, 0x00, 0x34, 0xFF, 0xD0, 0x56]].concat()
    }

    fn file(extra: &[u8], marker: u8, ids: &[u8]) -> Vec<u8> {
        let tables = [segment(0xDB, &[0; 65]), segment(0xC4, &[0; 17])].concat();
        [&[0xFF, 0xD8][..], extra, &tables, &frame(marker, ids), &scan(ids), &[0xFF, 0xD9]].concat()
    }

    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        let text = match read_image(bytes) {
            Ok(image) => format!("{:?} {:?} {:?}", image.color, image.filter, image.decode),
            Err(fault) => fault.to_string(),
        };
        assert_eq!(text, expected);
    }

    #[test]
    fn data_passes_through_up_to_its_end() {
        let bytes = file(&segment(0xE0, b"JFIF\0\x01\x02\x01\x01\x2c\x00\x96\0\0"), 0xC2, &[1, 2, 3]);
        let image = read_image(&[&bytes[..], b"trailing"].concat()).unwrap();
        assert_eq!((image.width_px, image.height_px, image.dpi), (3, 2, Some((300, 150))));
        assert_eq!(image.data, bytes);
    }

    #[test]
    fn colour_follows_components_and_the_adobe_marker() {
        let adobe = |transform| segment(0xEE, &[b"Adobe\0\x64\0\0\0\0", &[transform][..]].concat());
        check(&file(&[], 0xC0, &[1]), "Gray Dct { color_transform: None } None");
        check(&file(&[], 0xC1, &[1, 2, 3]), "Rgb Dct { color_transform: None } None");
        check(&file(&[], 0xC0, b"RGB"), "Rgb Dct { color_transform: Some(0) } None");
        check(&file(&adobe(0), 0xC0, b"RGB"), "Rgb Dct { color_transform: None } None");
        check(&file(&[], 0xC0, b"CMYK"), "Cmyk Dct { color_transform: None } None");
        let image = read_image(&file(&adobe(2), 0xC0, b"CMYK")).unwrap();
        assert_eq!((image.color, image.decode), (Color::Cmyk, Some(b"[1 0 1 0 1 0 1 0]".as_slice())));
    }

    #[test]
    fn exif_turns_an_image_and_damaged_exif_does_not() {
        let exif = |order: &[u8], offset: u32, kind: u16, value: u16| {
            let big = order == b"MM\0*";
            let short = |v: u16| if big { v.to_be_bytes() } else { v.to_le_bytes() }.to_vec();
            let long = |v: u32| if big { v.to_be_bytes() } else { v.to_le_bytes() }.to_vec();
            let entry = [short(274), short(kind), long(1), short(value), short(0)].concat();
            segment(0xE1, &[b"Exif\0\0", order, &long(offset), &short(1), &entry, &long(0)].concat())
        };
        let turn = |extra: &[u8]| read_image(&file(extra, 0xC0, &[1, 2, 3])).unwrap().turn;
        for orientation in 1..=8 {
            assert_eq!(turn(&exif(b"II*\0", 8, 3, orientation)), Turn::of_exif(orientation));
            assert_eq!(turn(&exif(b"MM\0*", 8, 3, orientation)), Turn::of_exif(orientation));
        }
        for damaged in [exif(b"II*\0", 8, 3, 99), exif(b"XX*\0", 8, 3, 6), exif(b"II*\0", u32::MAX, 3, 6), exif(b"II*\0", 8, 2, 6)] {
            assert_eq!(turn(&damaged), Turn::default());
        }
        let image = read_image(&file(&exif(b"II*\0", 8, 3, 6), 0xC0, &[1, 2, 3])).unwrap();
        assert_eq!((image.width_px, image.height_px, image.upright().0), (3, 2, (2, 3)));
    }

    #[test]
    fn every_shorter_file_is_truncated() {
        let bytes = file(&[], 0xC0, &[1, 2, 3]);
        for length in 2..bytes.len() {
            assert_eq!(read_image(&bytes[..length]), Err(TRUNCATED), "{length} bytes");
        }
    }

    #[test]
    fn other_compressions_are_named() {
        check(&file(&[], 0xC9, &[1]), "this JPEG file uses arithmetic coding, which is not supported");
        check(&file(&[], 0xC3, &[1]), "this JPEG file uses lossless compression, which is not supported");
        check(&[0xFF, 0xD8, 0xFF, 0xD9], "this JPEG file is damaged: it has no frame header");
    }
}
