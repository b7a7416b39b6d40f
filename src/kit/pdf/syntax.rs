//! The values of PDF (ISO 32000-1, 7.3) as bytes.
//!
//! Takes integers, texts and dates, appends their shortest form. Must never see a float: a decimal is an integer and a
//! number of places.

use crate::base::date::Date;
use crate::base::length::Length;

/// Appends an integer.
pub fn write_integer(value: i64, out: &mut Vec<u8>) {
    let mut buffer = [0u8; 20];
    let mut at = buffer.len();
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        buffer[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&buffer[at..]);
}

/// Appends `mantissa / 10^places` without trailing zeros and without a zero before the point: `(-50, 2)` is `-.5`.
///
/// At most 18 places. Readers need five significant digits of a fraction (ISO 32000-1, Annex C).
pub fn write_decimal(mantissa: i64, places: u32, out: &mut Vec<u8>) {
    let unit = 10u64.pow(places);
    let magnitude = mantissa.unsigned_abs();
    let (whole, mut fraction) = (magnitude / unit, magnitude % unit);
    if mantissa < 0 {
        out.push(b'-');
    }
    if whole != 0 || fraction == 0 {
        write_integer(whole as i64, out);
    }
    if fraction != 0 {
        out.push(b'.');
        let mut place = unit / 10;
        while fraction != 0 {
            out.push(b'0' + (fraction / place) as u8);
            fraction %= place;
            place /= 10;
        }
    }
}

/// Appends `[0 0 width height]`, to the hundredth of a point.
pub fn write_box(width: Length, height: Length, out: &mut Vec<u8>) {
    out.extend_from_slice(b"[0 0 ");
    write_decimal(width.centipoints(), 2, out);
    out.push(b' ');
    write_decimal(height.centipoints(), 2, out);
    out.push(b']');
}

/// Appends an operator that sets the fill colour (ISO 32000-1, 8.6.8): grey if the three are equal, RGB otherwise.
pub fn write_fill_color(rgb: [u8; 3], out: &mut Vec<u8>) {
    let gray = rgb[0] == rgb[1] && rgb[1] == rgb[2];
    for value in &rgb[..if gray { 1 } else { 3 }] {
        // Thousandths tell all 256 steps apart.
        write_decimal((i64::from(*value) * 1000 + 127) / 255, 3, out);
        out.push(b' ');
    }
    out.extend_from_slice(if gray { b"g " } else { b"rg " });
}

/// Appends `12 0 R`.
pub fn write_ref(object: super::Ref, out: &mut Vec<u8>) {
    write_integer(i64::from(object.0), out);
    out.extend_from_slice(b" 0 R");
}

/// Appends a name with its slash; what is not a regular character is written `#xx` (ISO 32000-1, 7.3.5).
pub fn write_name(name: &str, out: &mut Vec<u8>) {
    out.push(b'/');
    for byte in name.bytes() {
        match byte {
            b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%' | b'#' => hex_escape(byte, out),
            0x21..=0x7e => out.push(byte),
            _ => hex_escape(byte, out),
        }
    }
}

fn hex_escape(byte: u8, out: &mut Vec<u8>) {
    out.push(b'#');
    write_hex_byte(byte, out);
}

fn write_hex_byte(byte: u8, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.push(DIGITS[usize::from(byte >> 4)]);
    out.push(DIGITS[usize::from(byte & 15)]);
}

/// Appends `(…)` (ISO 32000-1, 7.3.4.2).
pub fn write_literal(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'(');
    for &byte in bytes {
        match byte {
            b'(' | b')' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            // A raw CR is read as LF.
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\n' => out.extend_from_slice(b"\\n"),
            _ => out.push(byte),
        }
    }
    out.push(b')');
}

/// Appends `<…>` (ISO 32000-1, 7.3.4.3).
pub fn write_hex(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'<');
    for &byte in bytes {
        write_hex_byte(byte, out);
    }
    out.push(b'>');
}

/// Appends a text string: a literal if it is printable ASCII, UTF-16BE with its mark otherwise (ISO 32000-1, 7.9.2.2).
pub fn write_text(text: &str, out: &mut Vec<u8>) {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return write_literal(text.as_bytes(), out);
    }
    out.extend_from_slice(b"<FEFF");
    for unit in text.encode_utf16() {
        for byte in unit.to_be_bytes() {
            write_hex_byte(byte, out);
        }
    }
    out.push(b'>');
}

/// Appends a date string: midnight UTC of a day (ISO 32000-1, 7.9.4).
pub fn write_date(date: Date, out: &mut Vec<u8>) {
    out.extend_from_slice(b"(D:");
    out.extend(date.iso_bytes().iter().filter(|byte| **byte != b'-'));
    out.extend_from_slice(b"000000Z)");
}

/// A zlib stream of some bytes, for `/FlateDecode`. The same bytes on every machine.
pub fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::default());
    let mut out = vec![0; compressor.zlib_compress_bound(bytes.len())];
    let length = compressor.zlib_compress(bytes, &mut out).expect("the buffer has the size the compressor asked for");
    out.truncate(length);
    out
}

/// The smallest zlib stream of some bytes that the library finds: for what must fit where something was.
pub fn smallest(bytes: &[u8]) -> Vec<u8> {
    let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::best());
    let mut out = vec![0; compressor.zlib_compress_bound(bytes.len())];
    let length = compressor.zlib_compress(bytes, &mut out).expect("the buffer has the size the compressor asked for");
    out.truncate(length);
    out
}

/// Makes many zlib streams, of what is printed late: fast, in one buffer. The same bytes on every machine.
pub struct Deflater {
    compressor: libdeflater::Compressor,
    buffer: Vec<u8>,
}

impl Default for Deflater {
    /// At the level of page bodies: the operators of marks repeat at short distances, which the simplest search finds.
    fn default() -> Deflater {
        Deflater::new(1)
    }
}

impl Deflater {
    /// At a level from 1 to 12.
    pub fn new(level: i32) -> Deflater {
        let level = libdeflater::CompressionLvl::new(level).unwrap_or_default();
        Deflater { compressor: libdeflater::Compressor::new(level), buffer: Vec::new() }
    }
}

impl Deflater {
    /// Appends the deflate stream of some bytes, without what zlib puts around it (RFC 1951).
    pub fn append_raw(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let from = out.len();
        out.resize(from + self.compressor.deflate_compress_bound(bytes.len()), 0);
        let length = self.compressor.deflate_compress(bytes, &mut out[from..]).expect("the buffer has the size the compressor asked for");
        out.truncate(from + length);
    }

    /// The zlib stream of some bytes.
    pub fn deflate(&mut self, bytes: &[u8]) -> &[u8] {
        let bound = self.compressor.zlib_compress_bound(bytes.len());
        self.buffer.resize(bound.max(self.buffer.len()), 0);
        let length = self.compressor.zlib_compress(bytes, &mut self.buffer).expect("the buffer has the size the compressor asked for");
        &self.buffer[..length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expected: &str, write: impl FnOnce(&mut Vec<u8>)) {
        let mut out = Vec::new();
        write(&mut out);
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    #[test]
    fn decimals_are_shortest() {
        for (mantissa, places, expected) in [
            (0, 2, "0"),
            (-50, 2, "-.5"),
            (5, 2, ".05"),
            (1234, 2, "12.34"),
            (61_200, 2, "612"),
            (-1, 3, "-.001"),
            (556_152, 3, "556.152"),
            (7, 0, "7"),
        ] {
            check(expected, |out| write_decimal(mantissa, places, out));
        }
        check("-9223372036854775808", |out| write_integer(i64::MIN, out));
    }

    #[test]
    fn strings_are_escaped_for_where_they_land() {
        check("(a\\(b\\)\\\\\\r\\n)", |out| write_literal(b"a(b)\\\r\n", out));
        check("(Plain \\(text\\))", |out| write_text("Plain (text)", out));
        check("<FEFF00E4D83DDE00>", |out| write_text("ä😀", out));
        check("/A#20B#2F#C3#A4", |out| write_name("A B/ä", out));
        check("<00FF>", |out| write_hex(&[0, 255], out));
    }

    #[test]
    fn dates_have_no_time_of_day() {
        check("(D:20261123000000Z)", |out| write_date(Date::new(2026, 11, 23).expect("a date"), out));
    }

    #[test]
    fn colors_are_short() {
        check("0 g ", |out| write_fill_color([0; 3], out));
        check(".122 .227 1 rg ", |out| write_fill_color([0x1f, 0x3a, 0xff], out));
    }

    #[test]
    fn boxes_are_to_the_hundredth() {
        check("[0 0 595.28 841.89]", |out| write_box(Length::from_millipoints(595_276), Length::from_millipoints(841_890), out));
    }
}
