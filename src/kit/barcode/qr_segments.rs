//! The segments of a QR symbol: the mix of modes with the fewest bits.
//!
//! Takes text and options, gives segments for a range of versions. Must never know error correction.

use qrcodegen::{BitBuffer, QrSegment, QrSegmentMode};

use super::{BarcodeError, Eci, Options, QrMode};

/// The ECI assignment of UTF-8 (AIM ITS/04-023).
const ECI_UTF_8: u32 = 26;
/// The characters of alphanumeric mode.
pub(super) const ALPHANUMERIC: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

const NUMERIC: usize = 0;
const ALPHA: usize = 1;
const BYTE: usize = 2;
const KANJI: usize = 3;
const MODES: usize = 4;

/// The segments of a payload, for the versions up to `version`.
pub(super) fn segments(payload: &str, options: &Options, version: u8) -> Result<Vec<QrSegment>, BarcodeError> {
    let characters: Vec<char> = payload.chars().collect();
    // Japanese text needs no mark if all of it beyond ASCII is Kanji; a mix would be read in two ways.
    let all_kanji = !options.latin1 && characters.iter().all(|character| character.is_ascii() || kanji_value(*character).is_some());
    let has_kanji = all_kanji && options.eci == Eci::Auto && !payload.is_ascii();
    let allows = |mode: usize| match options.mode {
        QrMode::Auto => mode != KANJI || has_kanji,
        QrMode::Numeric => mode == NUMERIC,
        QrMode::Alphanumeric => mode == ALPHA,
        QrMode::Byte => mode == BYTE,
        QrMode::Kanji => mode == KANJI,
    };
    let is_kanji = has_kanji && options.mode == QrMode::Auto;
    let bits = |mode: usize, character: char| allows(mode).then(|| sixths(mode, character, options, is_kanji)).flatten();
    for (at, character) in characters.iter().enumerate() {
        if options.latin1 && u32::from(*character) > 0xFF {
            return Err(BarcodeError::Latin1 { symbology: "qr", character: *character, position: at + 1 });
        }
        if (0..MODES).all(|mode| bits(mode, *character).is_none()) {
            let symbology = match options.mode {
                QrMode::Numeric => "qr in numeric mode",
                QrMode::Alphanumeric => "qr in alphanumeric mode",
                QrMode::Kanji => "qr in kanji mode",
                QrMode::Auto | QrMode::Byte => "qr",
            };
            return Err(BarcodeError::Character { symbology, character: *character, position: at + 1 });
        }
    }
    let modes = best_modes(&characters, version, &bits);
    let mut out = Vec::new();
    let is_marked = !payload.is_ascii()
        && !options.latin1
        && options.eci == Eci::Auto
        && modes.iter().zip(&characters).any(|(mode, c)| *mode == BYTE && !c.is_ascii());
    if is_marked {
        out.push(QrSegment::make_eci(ECI_UTF_8));
    }
    let mut start = 0;
    for part in modes.chunk_by(|a, b| a == b) {
        out.push(segment(part[0], &characters[start..start + part.len()], options.latin1));
        start += part.len();
    }
    Ok(out)
}

/// Sixths of a bit that a character takes in a mode, if it has it.
fn sixths(mode: usize, character: char, options: &Options, is_kanji: bool) -> Option<u64> {
    match mode {
        NUMERIC => character.is_ascii_digit().then_some(20),
        ALPHA => ALPHANUMERIC.contains(character).then_some(33),
        KANJI => kanji_value(character).map(|_| 78),
        _ if is_kanji && !character.is_ascii() => None,
        _ => Some(if options.latin1 { 48 } else { 48 * character.len_utf8() as u64 }),
    }
}

/// Bits of the mode and of the count of characters (ISO/IEC 18004, table 3).
fn head(mode: usize, version: u8) -> u64 {
    let range = match version {
        ..=9 => 0,
        10..=26 => 1,
        _ => 2,
    };
    4 + [[10, 12, 14], [9, 11, 13], [8, 16, 16], [8, 10, 12]][mode][range]
}

/// The mode of each character; of equal ways the one with fewer changes.
fn best_modes(characters: &[char], version: u8, bits: &dyn Fn(usize, char) -> Option<u64>) -> Vec<usize> {
    const FAR: u64 = u64::MAX / 2;
    let mut costs: [u64; MODES] = std::array::from_fn(|mode| head(mode, version) * 6);
    let mut from: Vec<[u8; MODES]> = Vec::with_capacity(characters.len());
    for &character in characters {
        let mut next = [FAR; MODES];
        let mut came = [0u8; MODES];
        for mode in 0..MODES {
            if let Some(sixths) = bits(mode, character) {
                next[mode] = costs[mode].saturating_add(sixths).min(FAR);
                came[mode] = mode as u8;
            }
        }
        // The next character may begin a segment of another mode, after whole bits.
        let ends = next;
        for to in 0..MODES {
            for mode in (0..MODES).filter(|&mode| mode != to && ends[mode] < FAR) {
                let cost = ends[mode].div_ceil(6) * 6 + head(to, version) * 6;
                if cost < next[to] {
                    next[to] = cost;
                    came[to] = mode as u8;
                }
            }
        }
        from.push(came);
        costs = next;
    }
    let mut mode = (0..MODES).min_by_key(|&mode| costs[mode]).unwrap_or(BYTE);
    let mut modes = vec![BYTE; characters.len()];
    for (slot, came) in modes.iter_mut().zip(&from).rev() {
        mode = usize::from(came[mode]);
        *slot = mode;
    }
    modes
}

fn segment(mode: usize, characters: &[char], latin1: bool) -> QrSegment {
    match mode {
        NUMERIC => QrSegment::make_numeric(&characters.iter().collect::<String>()),
        ALPHA => QrSegment::make_alphanumeric(&characters.iter().collect::<String>()),
        KANJI => {
            let mut bits = BitBuffer(Vec::with_capacity(characters.len() * 13));
            for character in characters {
                bits.append_bits(kanji_value(*character).unwrap_or_default(), 13);
            }
            QrSegment::new(QrSegmentMode::Kanji, characters.len(), bits.0)
        }
        _ if latin1 => QrSegment::make_bytes(&characters.iter().map(|character| *character as u8).collect::<Vec<u8>>()),
        _ => QrSegment::make_bytes(characters.iter().collect::<String>().as_bytes()),
    }
}

/// The value of a character in Kanji mode (ISO/IEC 18004, 7.4.6).
fn kanji_value(character: char) -> Option<u32> {
    if character.is_ascii() {
        return None;
    }
    let text = character.encode_utf8(&mut [0; 4]).to_string();
    let (bytes, _, has_unknown) = encoding_rs::SHIFT_JIS.encode(&text);
    let [first, second] = *bytes else { return None };
    let value = u32::from(first) << 8 | u32::from(second);
    let value = match value {
        _ if has_unknown => return None,
        0x8140..=0x9FFC => value - 0x8140,
        0xE040..=0xEBBF => value - 0xC140,
        _ => return None,
    };
    Some((value >> 8) * 0xC0 + (value & 0xFF))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(payload: &str, options: &Options, expected: &str) {
        let text = match segments(payload, options, 9) {
            Err(fault) => fault.to_string(),
            Ok(segments) => {
                let name = |segment: &QrSegment| match segment.mode() {
                    QrSegmentMode::Numeric => format!("N{}", segment.num_chars()),
                    QrSegmentMode::Alphanumeric => format!("A{}", segment.num_chars()),
                    QrSegmentMode::Byte => format!("B{}", segment.num_chars()),
                    QrSegmentMode::Kanji => format!("K{}", segment.num_chars()),
                    QrSegmentMode::Eci => "E".to_string(),
                };
                segments.iter().map(name).collect::<Vec<_>>().join(" ")
            }
        };
        assert_eq!(text, expected, "{payload}");
    }

    #[test]
    fn the_mix_has_the_fewest_bits() {
        let auto = Options::default();
        check("0123456789", &auto, "N10");
        check("HELLO WORLD", &auto, "A11");
        check("https://example.org/doc/abc", &auto, "B27");
        check("https://example.org/12345678901234567890", &auto, "B20 N20");
        check("0000-1111-2222-3333-ABCD", &auto, "A24");
        check("Zürich", &auto, "E B7");
        check("日本語123", &auto, "K3 N3");
        check("日本é", &auto, "E B8");
        check("日本", &Options { eci: Eci::Off, ..Options::default() }, "B6");
        check("Zürich", &Options { latin1: true, ..Options::default() }, "B6");
    }

    #[test]
    fn a_single_mode_refuses_what_it_does_not_have() {
        let of = |mode| Options { mode, ..Options::default() };
        check("12A", &of(QrMode::Numeric), "qr in numeric mode cannot encode `A` (U+0041) at position 3");
        check("ab", &of(QrMode::Alphanumeric), "qr in alphanumeric mode cannot encode `a` (U+0061) at position 1");
        check("123", &of(QrMode::Byte), "B3");
        check("点茗", &of(QrMode::Kanji), "K2");
        check("日", &Options { latin1: true, ..Options::default() }, "qr with `latin1` cannot encode `日` (U+65E5) at position 1");
    }
}
