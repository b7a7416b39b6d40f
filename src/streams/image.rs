//! Image XObjects (ISO 32000-1, 8.9.5).
//!
//! Takes images whose data is already compressed, gives stream objects. Must never decode or recompress them.

use crate::kit::image::{Color, Filter, PdfImage};
use crate::kit::pdf::{File, FileError, Ref, write_hex, write_integer, write_ref};

/// Writes an image and, if it is not opaque, its soft mask. `/Interpolate` stays away (ISO 19005-2, 6.2.8.1).
///
/// `cmyk` is a profile for pictures in CMYK, which the RGB output intent does not cover (6.2.4.3).
pub(super) fn write_image(file: &mut File<'_>, object: Ref, image: &PdfImage, cmyk: Option<Ref>) -> Result<(), FileError> {
    let mut entries = Vec::new();
    let mask = image.alpha.as_ref().map(|alpha| (alpha, file.reserve()));
    begin(image, &mut entries);
    write_color_space(&image.color, cmyk, &mut entries);
    write_bits(image.bits, &mut entries);
    write_filter(image.filter, image.color.components(), image.bits, image.width_px, &mut entries);
    if let Some(decode) = image.decode {
        entries.extend_from_slice(b"/Decode");
        entries.extend_from_slice(decode);
    }
    if let Some((_, mask)) = mask {
        entries.extend_from_slice(b"/SMask ");
        write_ref(mask, &mut entries);
    }
    file.stream(object, &entries, &image.data)?;
    if let Some((alpha, mask)) = mask {
        entries.clear();
        begin(image, &mut entries);
        write_color_space(&Color::Gray, None, &mut entries);
        write_bits(8, &mut entries);
        write_filter(alpha.filter, 1, 8, image.width_px, &mut entries);
        file.stream(mask, &entries, &alpha.data)?;
    }
    Ok(())
}

fn begin(image: &PdfImage, out: &mut Vec<u8>) {
    out.extend_from_slice(b"/Type/XObject/Subtype/Image/Width ");
    write_integer(i64::from(image.width_px), out);
    out.extend_from_slice(b"/Height ");
    write_integer(i64::from(image.height_px), out);
}

fn write_color_space(color: &Color, cmyk: Option<Ref>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"/ColorSpace");
    match color {
        Color::Gray => out.extend_from_slice(b"/DeviceGray"),
        Color::Rgb => out.extend_from_slice(b"/DeviceRGB"),
        Color::Cmyk => match cmyk {
            Some(profile) => {
                out.extend_from_slice(b"[/ICCBased ");
                write_ref(profile, out);
                out.push(b']');
            }
            None => out.extend_from_slice(b"/DeviceCMYK"),
        },
        Color::Indexed(palette) => {
            out.extend_from_slice(b"[/Indexed/DeviceRGB ");
            write_integer((palette.len() / 3) as i64 - 1, out);
            write_hex(palette, out);
            out.push(b']');
        }
    }
}

fn write_bits(bits: u8, out: &mut Vec<u8>) {
    out.extend_from_slice(b"/BitsPerComponent ");
    write_integer(i64::from(bits), out);
}

fn write_filter(filter: Filter, components: u8, bits: u8, columns: u32, out: &mut Vec<u8>) {
    match filter {
        Filter::Flate => out.extend_from_slice(b"/Filter/FlateDecode"),
        Filter::FlatePng => {
            out.extend_from_slice(b"/Filter/FlateDecode/DecodeParms<</Predictor 15/Colors ");
            write_integer(i64::from(components), out);
            write_bits(bits, out);
            out.extend_from_slice(b"/Columns ");
            write_integer(i64::from(columns), out);
            out.extend_from_slice(b">>");
        }
        Filter::Dct { color_transform } => {
            out.extend_from_slice(b"/Filter/DCTDecode");
            if let Some(transform) = color_transform {
                out.extend_from_slice(b"/DecodeParms<</ColorTransform ");
                write_integer(i64::from(transform), out);
                out.extend_from_slice(b">>");
            }
        }
    }
}
