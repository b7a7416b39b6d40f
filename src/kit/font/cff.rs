//! Gives the glyphs of a CFF subset the CIDs that page content uses.
//!
//! Takes a CID-keyed CFF program whose CIDs count from 0, gives one with any CIDs (Adobe Technical Note 5176). CIDFontType0
//! has no CIDToGIDMap: the charset is the only place for that (ISO 32000-1, 9.7.4.2), and with it page content need not
//! know a subset.

/// Replaces the charset: glyph `n + 1` gets `cids[n]`, ascending; glyph 0 stays .notdef. `None` if the program is not as expected.
pub fn set_charset(program: &[u8], cids: &[u16]) -> Option<Vec<u8>> {
    // Header, Name INDEX, then the Top DICT INDEX with its only entry (5176, 6 to 9).
    let names = usize::from(*program.get(2)?);
    let (_, top_index) = index_entry(program, names, 0)?;
    let (top, _) = index_entry(program, top_index, 0)?;
    let at = charset_operand(program.get(top.clone())?)? + top.start;
    let mut out = program.to_vec();
    let offset = i32::try_from(out.len()).ok()?;
    out.get_mut(at..at + 4)?.copy_from_slice(&offset.to_be_bytes());
    // Format 2: ranges of consecutive CIDs (5176, 13).
    out.push(2);
    let mut rest = cids;
    while let Some(&first) = rest.first() {
        let run = rest.iter().enumerate().take_while(|(index, cid)| usize::from(**cid) == usize::from(first) + index).count();
        out.extend(first.to_be_bytes());
        out.extend(((run - 1) as u16).to_be_bytes());
        rest = &rest[run..];
    }
    Some(out)
}

/// The bytes of an entry of an INDEX, and where the INDEX ends (5176, 5).
fn index_entry(data: &[u8], start: usize, entry: usize) -> Option<(std::ops::Range<usize>, usize)> {
    let number = |at: usize, size: usize| Some(data.get(at..at + size)?.iter().fold(0usize, |value, byte| value << 8 | usize::from(*byte)));
    let count = number(start, 2)?;
    let size = number(start + 2, 1)?;
    if entry >= count || !(1..=4).contains(&size) {
        return None;
    }
    let base = start + 3 + (count + 1) * size - 1;
    let offset = |index: usize| Some(base + number(start + 3 + index * size, size)?);
    Some((offset(entry)?..offset(entry + 1)?, offset(count)?))
}

/// Where in a DICT the four bytes of the charset offset are; operator 15 after a five-byte integer (5176, 4).
fn charset_operand(dict: &[u8]) -> Option<usize> {
    let mut at = 0;
    let mut operand = None;
    while let Some(&byte) = dict.get(at) {
        let length = match byte {
            12 => 2,
            0..=21 if byte == 15 => return operand,
            0..=21 => 1,
            28 => 3,
            29 => 5,
            30 => 2 + dict[at + 1..].iter().position(|pair| pair & 0x0f == 0x0f)?,
            32..=246 => 1,
            247..=254 => 2,
            22..=27 | 31 | 255 => return None,
        };
        operand = (byte == 29).then_some(at + 1);
        at += length;
    }
    None
}
