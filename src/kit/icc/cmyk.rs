//! A profile for pictures in CMYK that come without one.
//!
//! Takes nothing, gives an ICC profile of version 2.1 (ICC.1:1998-09) with the colours of offset on coated paper: the solids
//! of ISO 12647-2 and their overprints. PDF/A wants to know what such colours look like (ISO 19005-2, 6.2.4.3); the picture
//! itself passes through. Halfway colours are those between the solids in CIELAB, as dot gain makes them.

use super::{description_tag, profile, tag, text_tag, xyz_tag};

/// Name of the colour space.
const NAME: &str = "CMYK, offset on coated paper";

/// The paper in 1/65536: CIELAB 95, 0, -2.
const PAPER: [u32; 3] = [55_366, 57_422, 48_868];

/// L*, a*, b* relative to the paper, in the 8 bits of the profile, of the 16 solids: bit 3 of the index is cyan, bit 0 black.
const SOLIDS: [[u8; 3]; 16] = [
    [255, 128, 128],
    [44, 128, 129],
    [239, 123, 226],
    [42, 127, 134],
    [130, 205, 126],
    [34, 135, 129],
    [127, 199, 179],
    [31, 134, 133],
    [148, 89, 78],
    [34, 124, 123],
    [135, 59, 156],
    [31, 123, 131],
    [66, 149, 81],
    [26, 130, 124],
    [63, 128, 129],
    [23, 128, 128],
];

/// A CMYK input profile; the same bytes on every call.
pub fn cmyk_profile() -> Vec<u8> {
    let tags: [(&[&[u8; 4]], Vec<u8>); 4] = [
        (&[b"desc"], description_tag(NAME)),
        (&[b"cprt"], text_tag("No copyright, use freely")),
        (&[b"wtpt"], xyz_tag(PAPER)),
        (&[b"A2B0"], table_tag()),
    ];
    profile(b"scnrCMYKLab ", &tags)
}

/// lut8Type (6.5.8): identity, the solids as the corners of a cube of four dimensions, identity.
fn table_tag() -> Vec<u8> {
    let mut data = tag(b"mft1");
    data.extend_from_slice(&[4, 3, 2, 0]);
    for (row, column) in (0..9).map(|index| (index / 3, index % 3)) {
        let one = if row == column { 1u32 << 16 } else { 0 };
        data.extend_from_slice(&one.to_be_bytes());
    }
    for _ in 0..4 {
        data.extend(0..=255u8);
    }
    data.extend(SOLIDS.as_flattened());
    for _ in 0..3 {
        data.extend(0..=255u8);
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_the_size_of_its_type() {
        assert_eq!(table_tag().len(), 48 + 4 * 256 + 16 * 3 + 3 * 256);
        let profile = cmyk_profile();
        assert_eq!(profile.len() % 4, 0);
        assert_eq!(u32::from_be_bytes([profile[0], profile[1], profile[2], profile[3]]) as usize, profile.len());
        assert_eq!(&profile[12..24], b"scnrCMYKLab ");
    }

    #[test]
    fn more_ink_is_darker() {
        for (index, solid) in SOLIDS.iter().enumerate() {
            for bit in (0..4).filter(|bit| index >> bit & 1 == 0) {
                assert!(SOLIDS[index | 1 << bit][0] < solid[0], "{index} with {bit}");
            }
        }
    }
}
