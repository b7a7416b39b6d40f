//! CMap files: codes to CIDs and codes to text.
//!
//! Takes pairs in ascending order of their codes, gives the PostScript fragments that PDF embeds (ISO 32000-1, 9.7.5 and
//! 9.10.3). Neighbouring pairs become ranges.

use std::fmt::Write;

/// Entries per section (Adobe Technical Note 5014, 3).
const SECTION_MAX: usize = 100;

/// The name of the CMap that [`one_byte`] gives.
pub const ONE_BYTE_NAME: &str = "Pressrun-OneByte-H";

/// A CMap that makes each one-byte code the CID of its value.
pub fn one_byte() -> Vec<u8> {
    let mut text = String::from("%!PS-Adobe-3.0 Resource-CMap\n");
    begin(&mut text, ONE_BYTE_NAME, "Identity", 1, 1);
    text.push_str("1 begincidrange\n<00> <FF> 0\nendcidrange\n");
    end(&mut text);
    text.into_bytes()
}

/// A CMap from codes of `bytes` bytes to text, for searching and copying.
pub fn codes_to_text(pairs: &[(u16, String)], bytes: usize) -> Vec<u8> {
    let mut text = String::new();
    begin(&mut text, "Adobe-Identity-UCS", "UCS", 2, bytes);
    let mut ranges: Vec<(u16, u16, &str)> = Vec::new();
    for (code, value) in pairs {
        match ranges.last_mut() {
            Some((first, last, value_of_first)) if follows(*first, *last, value_of_first, *code, value) => *last = *code,
            _ => ranges.push((*code, *code, value)),
        }
    }
    let width = bytes * 2;
    let (single, several): (Vec<_>, Vec<_>) = ranges.into_iter().partition(|(first, last, _)| first == last);
    sections(&mut text, "bfchar", &single, |text, (code, _, value)| writeln!(text, "<{code:0width$X}> <{}>", utf16(value)));
    sections(&mut text, "bfrange", &several, |text, (first, last, value)| writeln!(text, "<{first:0width$X}> <{last:0width$X}> <{}>", utf16(value)));
    end(&mut text);
    text.into_bytes()
}

/// Whether `code` continues a range: only the last byte of code and text may count on (ISO 32000-1, 9.10.3).
fn follows(first: u16, last: u16, value_of_first: &str, code: u16, value: &str) -> bool {
    let single = |text: &str| {
        let mut characters = text.chars();
        characters.next().filter(|c| characters.next().is_none() && u32::from(*c) <= 0xffff).map(u32::from)
    };
    let (Some(start), Some(next)) = (single(value_of_first), single(value)) else { return false };
    last.checked_add(1) == Some(code) && first >> 8 == code >> 8 && start + u32::from(code - first) == next && start >> 8 == next >> 8
}

fn utf16(text: &str) -> String {
    text.encode_utf16().fold(String::new(), |mut hex, unit| {
        let _ = write!(hex, "{unit:04X}");
        hex
    })
}

fn begin(text: &mut String, name: &str, ordering: &str, kind: u8, bytes: usize) {
    let _ = write!(
        text,
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo 3 dict dup begin\n\
         /Registry (Adobe) def\n/Ordering ({ordering}) def\n/Supplement 0 def\nend def\n\
         /CMapName /{name} def\n/CMapType {kind} def\n/WMode 0 def\n1 begincodespacerange\n<{0}> <{1}>\nendcodespacerange\n",
        "00".repeat(bytes),
        "FF".repeat(bytes),
    );
}

fn end(text: &mut String) {
    text.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
}

fn sections<T: Copy>(text: &mut String, name: &str, entries: &[T], write: impl Fn(&mut String, T) -> std::fmt::Result) {
    for section in entries.chunks(SECTION_MAX) {
        let _ = writeln!(text, "{} begin{name}", section.len());
        for entry in section {
            let _ = write(text, *entry);
        }
        let _ = writeln!(text, "end{name}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_ranges_stop_at_byte_borders_and_at_ligatures() {
        let pairs: Vec<(u16, String)> =
            [(0xfe, "a"), (0xff, "b"), (0x100, "c"), (0x101, "ffi"), (0x102, "😀"), (0x103, "😁")].map(|(c, t)| (c, t.to_string())).into();
        let map = String::from_utf8(codes_to_text(&pairs, 2)).expect("ASCII");
        assert!(map.contains("1 beginbfrange\n<00FE> <00FF> <0061>\nendbfrange\n"), "{map}");
        assert!(map.contains("<0101> <006600660069>\n<0102> <D83DDE00>\n<0103> <D83DDE01>\n"), "{map}");
    }
}
