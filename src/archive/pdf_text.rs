//! Texts of PDF files that are not on pages: titles.
//!
//! Takes text values and metadata packets, gives what they say, or the packet with another title.

use crate::kit::pdf::Object;

/// What a text string says (ISO 32000-1, 7.9.2.2), as far as it is ASCII or UTF-16.
pub fn decode_text(text: &Object) -> Option<String> {
    let Object::Text(raw) = text else { return None };
    let bytes = match raw.first()? {
        b'(' => unescaped(&raw[1..raw.len() - 1]),
        _ => {
            let digits: Vec<u8> = raw.iter().filter_map(|byte| (*byte as char).to_digit(16)).map(|digit| digit as u8).collect();
            digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&0)).collect()
        }
    };
    match bytes.strip_prefix(&[0xfe, 0xff]) {
        Some(units) => {
            let units = units.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            Some(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
        }
        None => Some(bytes.iter().map(|byte| char::from(*byte)).collect()),
    }
}

/// The bytes of a literal text (7.3.4.2); octal escapes are none of ours, but of others.
pub fn unescaped(raw: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (Vec::with_capacity(raw.len()), 0);
    while let Some(&byte) = raw.get(at) {
        at += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let Some(&escape) = raw.get(at) else { break };
        at += 1;
        match escape {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'0'..=b'7' => {
                let mut code = u32::from(escape - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = raw.get(at).copied() else { break };
                    code = code * 8 + u32::from(digit - b'0');
                    at += 1;
                }
                out.push(code as u8);
            }
            b'\n' => {}
            other => out.push(other),
        }
    }
    out
}

/// An XMP packet with this title, unless it is empty.
pub fn title_of_packet(packet: &[u8], title: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(packet);
    let found = text.find("<dc:title>").and_then(|at| {
        let start = at + text[at..].find("<rdf:li")?;
        let start = start + text[start..].find('>')? + 1;
        Some(start..start + text[start..].find("</rdf:li>")?)
    });
    match found {
        Some(range) if !title.is_empty() => {
            let mut escaped = String::with_capacity(title.len());
            for letter in title.chars() {
                match letter {
                    '&' => escaped.push_str("&amp;"),
                    '<' => escaped.push_str("&lt;"),
                    '>' => escaped.push_str("&gt;"),
                    // XML 1.0, 2.2: other controls are no characters.
                    '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => escaped.push(letter),
                    _ => escaped.push('\u{fffd}'),
                }
            }
            [&text[..range.start], &escaped, &text[range.end..]].concat().into_bytes()
        }
        _ => packet.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_read_as_they_are_written() {
        for title in ["plain", "a (b) \\ c", "Grüße 😀"] {
            let mut out = Vec::new();
            crate::kit::pdf::write_text(title, &mut out);
            assert_eq!(decode_text(&Object::Text(out)).as_deref(), Some(title));
        }
        assert_eq!(decode_text(&Object::Text(b"(\\101\\n\\53)".to_vec())).as_deref(), Some("A\n+"));
    }

    #[test]
    fn a_packet_takes_another_title() {
        let packet = b"<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">old</rdf:li></rdf:Alt></dc:title>";
        let new = String::from_utf8(title_of_packet(packet, "A & B")).expect("UTF-8");
        assert!(new.contains("x-default\">A &amp; B</rdf:li>"), "{new}");
    }
}
