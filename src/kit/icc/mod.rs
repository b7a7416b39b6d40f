//! The sRGB profile of the output intent, and one for pictures in CMYK.
//!
//! Takes nothing, gives an ICC profile of version 2.1 (ICC.1:1998-09) made from the published primaries and curve of IEC
//! 61966-2-1, in whole numbers, so that no third party's file is needed. Must never know a clock: its date is fixed.

mod cmyk;

pub use cmyk::cmyk_profile;

/// Name of the colour space, for `/OutputConditionIdentifier`.
pub const SRGB_NAME: &str = "sRGB IEC61966-2.1";

/// D50, the white of the profile connection space, in 1/65536.
const D50: [u32; 3] = [63_190, 65_536, 54_061];
/// The primaries, adapted from D65 to D50 with the Bradford matrix, in 1/65536. Blue takes up what rounding left over, so
/// that the three add up to [`D50`] and white stays white.
const RED: [u32; 3] = [28_579, 14_582, 913];
const GREEN: [u32; 3] = [25_236, 46_981, 6_364];
const BLUE: [u32; 3] = [9_375, 3_973, 46_784];

/// Entries of the curve: one for each value of 8 bits, which are therefore exact.
const CURVE_ENTRIES: u32 = 256;

const HEADER_BYTES: usize = 128;

/// An RGB display profile for sRGB; the same bytes on every call.
pub fn srgb_profile() -> Vec<u8> {
    // Green and blue share the curve of red.
    let tags: [(&[&[u8; 4]], Vec<u8>); 7] = [
        (&[b"desc"], description_tag(SRGB_NAME)),
        (&[b"cprt"], text_tag("No copyright, use freely")),
        (&[b"wtpt"], xyz_tag(D50)),
        (&[b"rXYZ"], xyz_tag(RED)),
        (&[b"gXYZ"], xyz_tag(GREEN)),
        (&[b"bXYZ"], xyz_tag(BLUE)),
        (&[b"rTRC", b"gTRC", b"bTRC"], curve_tag()),
    ];
    profile(b"mntrRGB XYZ ", &tags)
}

/// A profile of a class, colour space and connection space. Each data may have several signatures.
fn profile(kind: &[u8; 12], tags: &[(&[&[u8; 4]], Vec<u8>)]) -> Vec<u8> {
    let count: usize = tags.iter().map(|(signatures, _)| signatures.len()).sum();
    let body_start = HEADER_BYTES + 4 + count * 12;
    let mut table = (count as u32).to_be_bytes().to_vec();
    let mut body = Vec::new();
    for (signatures, data) in tags {
        for signature in *signatures {
            table.extend_from_slice(*signature);
            table.extend_from_slice(&((body_start + body.len()) as u32).to_be_bytes());
            table.extend_from_slice(&(data.len() as u32).to_be_bytes());
        }
        body.extend_from_slice(data);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    let mut profile = header(kind, HEADER_BYTES + table.len() + body.len());
    profile.extend_from_slice(&table);
    profile.extend_from_slice(&body);
    profile
}

/// ICC.1:1998-09, 6.1.
fn header(kind: &[u8; 12], size: usize) -> Vec<u8> {
    let mut header = vec![0; HEADER_BYTES];
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &(size as u32).to_be_bytes());
    put(8, &[2, 0x10, 0, 0]);
    put(12, kind);
    // Created 1999-10-18, the day IEC 61966-2-1 was published.
    for (at, number) in [1999u16, 10, 18, 0, 0, 0].into_iter().enumerate() {
        put(24 + at * 2, &number.to_be_bytes());
    }
    put(36, b"acsp");
    for (at, number) in D50.into_iter().enumerate() {
        put(68 + at * 4, &number.to_be_bytes());
    }
    header
}

fn tag(kind: &[u8; 4]) -> Vec<u8> {
    [&kind[..], &[0; 4]].concat()
}

/// textDescriptionType with the ASCII part only (6.5.17).
fn description_tag(text: &str) -> Vec<u8> {
    let mut data = tag(b"desc");
    data.extend_from_slice(&(text.len() as u32 + 1).to_be_bytes());
    data.extend_from_slice(text.as_bytes());
    // The terminating zero, an empty Unicode part (8 bytes), an empty ScriptCode part (3 and 67 bytes).
    data.resize(data.len() + 1 + 8 + 3 + 67, 0);
    data
}

fn text_tag(text: &str) -> Vec<u8> {
    let mut data = tag(b"text");
    data.extend_from_slice(text.as_bytes());
    data.push(0);
    data
}

fn xyz_tag(xyz: [u32; 3]) -> Vec<u8> {
    let mut data = tag(b"XYZ ");
    for number in xyz {
        data.extend_from_slice(&number.to_be_bytes());
    }
    data
}

fn curve_tag() -> Vec<u8> {
    let mut data = tag(b"curv");
    data.extend_from_slice(&CURVE_ENTRIES.to_be_bytes());
    for entry in 0..CURVE_ENTRIES {
        data.extend_from_slice(&linear(entry).to_be_bytes());
    }
    data
}

/// The linear value, of 65,535, of an sRGB value of 255 (IEC 61966-2-1, 5.2).
fn linear(value: u32) -> u16 {
    let value = u128::from(value);
    // value / 255 <= 0.04045: divided by 12.92.
    if value * 100_000 <= 4_045 * 255 {
        return rounded_ratio(value * 65_535 * 100, 255 * 1_292);
    }
    // ((value / 255 + 0.055) / 1.055) ^ 2.4, with 60 binary places. The twelfth power has a fifth root that is found by halving.
    let base = ((value * 1_000 + 55 * 255) << 60) / (255 * 1_055);
    let product = |a: u128, b: u128| (a * b) >> 60;
    let power = |base: u128| product(product(base, base), base);
    let third = power(base);
    let twelfth = product(product(third, third), product(third, third));
    let (mut low, mut high) = (0u128, 1 << 60);
    while high - low > 1 {
        let middle = (low + high) / 2;
        let square = product(middle, middle);
        if product(product(square, square), middle) <= twelfth { low = middle } else { high = middle }
    }
    rounded_ratio(high * 65_535, 1 << 60)
}

fn rounded_ratio(numerator: u128, denominator: u128) -> u16 {
    ((numerator + denominator / 2) / denominator) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(profile: &[u8], at: usize) -> usize {
        u32::from_be_bytes(profile[at..at + 4].try_into().unwrap()) as usize
    }

    #[test]
    fn the_tags_lie_inside_and_are_aligned() {
        let profile = srgb_profile();
        assert_eq!(number(&profile, 0), profile.len());
        assert!(profile.len() < 1_200, "{} bytes", profile.len());
        for entry in 0..number(&profile, 128) {
            let (offset, size) = (number(&profile, 136 + entry * 12), number(&profile, 140 + entry * 12));
            assert!(offset % 4 == 0 && offset + size <= profile.len());
            let kinds: [&[u8]; 4] = [b"desc", b"text", b"XYZ ", b"curv"];
            assert!(kinds.contains(&&profile[offset..offset + 4]), "tag {entry}");
        }
    }

    #[test]
    fn the_curve_has_its_known_values() {
        // From IEC 61966-2-1: black, the last linear step, middle grey (0.21586), white.
        assert_eq!([0, 10, 11, 128, 255].map(linear), [0, 199, 219, 14_146, 65_535]);
    }

    #[test]
    fn the_primaries_add_up_to_white() {
        for at in 0..3 {
            assert_eq!(RED[at] + GREEN[at] + BLUE[at], D50[at]);
        }
    }
}
