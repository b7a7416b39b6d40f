//! The look-ahead of Data Matrix (ISO/IEC 16022, annex P) among ASCII, C40 and Text.
//!
//! Takes ASCII that goes on in C40, gives codewords. Other encoders choose so; a symbol that must be equal to theirs must too. The other
//! three encodations are never chosen: they do not shorten what customers print.

use super::data_matrix_post::{LATCH_C40, UNLATCH, put_c40, put_triples};

const LATCH_TEXT: u8 = 239;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Ascii,
    C40,
    Text,
}

/// Appends the codewords of `bytes` after some in C40, where a symbol has `room` codewords in all.
pub(super) fn encode(bytes: &[u8], room: usize, out: &mut Vec<u8>) {
    let (mut mode, mut at) = (Mode::C40, 0);
    loop {
        match mode {
            Mode::Ascii => match bytes.get(at..) {
                None | Some([]) => return,
                Some([first, second, ..]) if first.is_ascii_digit() && second.is_ascii_digit() => {
                    out.push(130 + (first - b'0') * 10 + (second - b'0'));
                    at += 2;
                }
                Some([first, ..]) => {
                    mode = look(&bytes[at..], Mode::Ascii);
                    match mode {
                        Mode::Ascii => {
                            out.push(first + 1);
                            at += 1;
                        }
                        Mode::C40 => out.push(LATCH_C40),
                        Mode::Text => out.push(LATCH_TEXT),
                    }
                }
            },
            Mode::C40 | Mode::Text => {
                at = encode_triples(bytes, at, mode, out);
                // An unlatch is not needed where the symbol is full, nor before the one character that fills it.
                let is_last = at + 1 == bytes.len() && out.len() + 1 == room;
                if (at < bytes.len() || out.len() < room) && !is_last {
                    out.push(UNLATCH);
                }
                mode = Mode::Ascii;
            }
        }
    }
}

/// Writes whole triples as long as the look-ahead stays in the mode; gives the place of the first character not written.
fn encode_triples(bytes: &[u8], start: usize, mode: Mode, out: &mut Vec<u8>) -> usize {
    let (mut values, mut at) = (Vec::new(), start);
    let (mut whole, mut whole_at) = (0, start);
    loop {
        if values.len() % 3 == 0 {
            (whole, whole_at) = (values.len(), at);
            if at == bytes.len() || (at > start || mode == Mode::C40) && look(&bytes[at..], mode) != mode {
                break;
            }
        }
        let Some(&byte) = bytes.get(at) else { break };
        // Text is C40 with small letters and capitals exchanged.
        let byte = match (mode, byte) {
            (Mode::Text, b'A'..=b'Z' | b'a'..=b'z') => byte ^ 0x20,
            _ => byte,
        };
        put_c40(byte, &mut values);
        at += 1;
    }
    put_triples(&values[..whole], out);
    whole_at
}

/// The encodation that is shortest for what comes, counted in twelfths of a codeword.
fn look(bytes: &[u8], mode: Mode) -> Mode {
    let (mut ascii, mut c40, mut text) = if mode == Mode::Ascii { (0, 12, 12) } else { (12, 24, 24) };
    match mode {
        Mode::Ascii => {}
        Mode::C40 => c40 = 0,
        Mode::Text => text = 0,
    }
    let whole = |cost: u32| cost.div_ceil(12) * 12;
    for (seen, byte) in bytes.iter().enumerate() {
        if seen >= 4 {
            if ascii + 12 <= c40.min(text) {
                return Mode::Ascii;
            }
            if text + 12 < ascii.min(c40) {
                return Mode::Text;
            }
            if c40 + 12 < ascii.min(text) {
                return Mode::C40;
            }
        }
        ascii = if byte.is_ascii_digit() { ascii + 6 } else { whole(ascii) + 12 };
        let is_plain = *byte == b' ' || byte.is_ascii_digit();
        c40 += if is_plain || byte.is_ascii_uppercase() { 8 } else { 16 };
        text += if is_plain || byte.is_ascii_lowercase() { 8 } else { 16 };
    }
    let (ascii, c40, text) = (whole(ascii), whole(c40), whole(text));
    if ascii <= c40.min(text) {
        Mode::Ascii
    } else if text < c40 {
        Mode::Text
    } else {
        Mode::C40
    }
}
