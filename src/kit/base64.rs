//! Base64 and Base32 of RFC 4648.
//!
//! Takes bytes, gives text, and the other way round. Must never be used for secrets whose timing matters: it looks into tables.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const ALPHABET_32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Base64 with padding, in one line (RFC 4648, 4).
pub fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0u32, |word, b| word << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let digit = ALPHABET[(word >> (18 - 6 * at)) as usize & 63] as char;
            out.push(if at <= chunk.len() { digit } else { '=' });
        }
    }
    out
}

/// The bytes of Base64. White space is passed over; padding may lack.
pub fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut word, mut digits) = (0u32, 0);
    let mut significant = text.iter().copied().filter(|b| !b.is_ascii_whitespace());
    for b in significant.by_ref() {
        if b == b'=' {
            break;
        }
        let digit = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        word = word << 6 | u32::from(digit);
        digits += 1;
        if digits == 4 {
            out.extend_from_slice(&word.to_be_bytes()[1..]);
            (word, digits) = (0, 0);
        }
    }
    if significant.any(|b| b != b'=') {
        return None;
    }
    match digits {
        0 => {}
        2 => out.push((word >> 4) as u8),
        3 => out.extend_from_slice(&((word >> 2) as u16).to_be_bytes()),
        _ => return None,
    }
    Some(out)
}

/// Base32 in lower case, without padding (RFC 4648, 6): it survives systems that fold the case of an address.
pub fn encode_32(bytes: &[u8]) -> String {
    let mut out = String::with_capacity((bytes.len() * 8).div_ceil(5));
    let (mut word, mut bits) = (0u32, 0);
    for b in bytes {
        word = word << 8 | u32::from(*b);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(ALPHABET_32[(word >> bits) as usize & 31] as char);
        }
        word &= (1 << bits) - 1;
    }
    if bits > 0 {
        out.push(ALPHABET_32[(word << (5 - bits)) as usize & 31] as char);
    }
    out
}

/// The bytes of Base32 in any case, without padding.
pub fn decode_32(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 5 / 8);
    let (mut word, mut bits) = (0u32, 0);
    for b in text.bytes() {
        let digit = match b.to_ascii_lowercase() {
            letter @ b'a'..=b'z' => letter - b'a',
            figure @ b'2'..=b'7' => figure - b'2' + 26,
            _ => return None,
        };
        word = word << 5 | u32::from(digit);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            out.push((word >> bits) as u8);
            word &= (1 << bits) - 1;
        }
    }
    // What is left is less than a byte of zeros: one text for one value.
    (bits < 5 && word == 0).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_rfc_4648() {
        for (bytes, text, text_32) in [
            ("", "", ""),
            ("f", "Zg==", "my"),
            ("fo", "Zm8=", "mzxq"),
            ("foo", "Zm9v", "mzxw6"),
            ("foob", "Zm9vYg==", "mzxw6yq"),
            ("fooba", "Zm9vYmE=", "mzxw6ytb"),
            ("foobar", "Zm9vYmFy", "mzxw6ytboi"),
        ] {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text.as_bytes()).as_deref(), Some(bytes.as_bytes()));
            assert_eq!(encode_32(bytes.as_bytes()), text_32);
            assert_eq!(decode_32(&text_32.to_uppercase()).as_deref(), Some(bytes.as_bytes()));
        }
        assert_eq!(decode(b"Zm9v\r\n YmFy").as_deref(), Some(&b"foobar"[..]));
        for wrong in [&b"Zm9v!"[..], b"Z", b"Zg==x"] {
            assert_eq!(decode(wrong), None);
        }
        assert_eq!(decode_32("mz1"), None);
        assert_eq!(decode_32("mzxw7"), None);
    }
}
