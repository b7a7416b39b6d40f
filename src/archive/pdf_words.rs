//! The words on the pages of a volume, for the index.
//!
//! Takes content streams and the Unicode maps of the volume's fonts, gives text in the order in which it is painted. Texts of a line are one
//! word if no space lies between them. What is static on all pages, in forms, is not looked for: it would be found in every document. Must never be
//! shown to anybody: the page is what was sent.

use std::collections::BTreeMap;

use super::pdf_text::unescaped;
use crate::kit::pdf::{Object, ObjectReader, OpenFile, PdfFault, RangeRead, inflated};

/// A font: what its codes mean, and whether they have two bytes.
#[derive(Default)]
struct Font {
    wide: bool,
    letters: BTreeMap<u16, String>,
}

/// The fonts of a volume by name.
pub struct Words {
    fonts: BTreeMap<Vec<u8>, Font>,
}

/// Largest text of a document that is indexed.
const TEXT_MAX: usize = 4 << 20;

impl Words {
    /// Reads the fonts of a volume.
    pub fn open(open: &mut OpenFile, from: &mut dyn RangeRead) -> Result<Words, PdfFault> {
        // The resource dictionary of all pages: see `streams::frame`.
        let resources = open.object(3, from)?;
        let mut fonts = BTreeMap::new();
        for (name, value) in resources.find("Font").map(Object::members).unwrap_or_default() {
            let Some(number) = value.reference() else { continue };
            let font = open.object(number, from)?;
            // Both fonts of a face are composite; their names say how long their codes are: see `model::resources`.
            let mut known = Font { wide: name.starts_with(b"G"), letters: BTreeMap::new() };
            if let Some(map) = font.find("ToUnicode").and_then(Object::reference) {
                let (dictionary, raw) = open.stream(map, from)?;
                if let Some(map) = inflated(&dictionary, &raw) {
                    read_map(&map, &mut known.letters);
                }
            }
            fonts.insert(name.clone(), known);
        }
        Ok(Words { fonts })
    }

    /// Adds the text of a page.
    pub fn add_page(&mut self, body: &[u8], _: &mut OpenFile, _: &mut dyn RangeRead, text: &mut String) {
        let flate = Object::Dictionary(vec![(b"Filter".to_vec(), Object::Name(b"FlateDecode".to_vec()))]);
        let Some(content) = inflated(&flate, body) else { return };
        let (mut reader, mut operands, mut font) = (ObjectReader::new(&content, 0), Vec::new(), None);
        while text.len() < TEXT_MAX {
            let Some(object) = reader.read() else { break };
            let Object::Word(word) = &object else {
                operands.push(object);
                continue;
            };
            match word.as_slice() {
                b"Tf" => {
                    font = operands.iter().rev().find_map(|operand| match operand {
                        Object::Name(name) => self.fonts.get(name),
                        _ => None,
                    });
                }
                b"Tj" | b"'" | b"TJ" => {
                    if let (Some(font), Some(shown)) = (font, operands.last()) {
                        show(shown, font, text);
                    }
                }
                b"Td" | b"TD" | b"T*" | b"Tm" | b"ET" if !text.ends_with(' ') => text.push(' '),
                word if word.first().is_some_and(|first| first.is_ascii_digit() || matches!(first, b'-' | b'.' | b'+')) => {
                    operands.push(object);
                    continue;
                }
                _ => {}
            }
            operands.clear();
        }
        text.push('\n');
    }
}

/// A gap of so many thousandths of the font's size is a space.
const GAP: i64 = -180;

fn show(shown: &Object, font: &Font, text: &mut String) {
    match shown {
        Object::Text(raw) => {
            for code in codes(raw, font.wide) {
                if let Some(letters) = font.letters.get(&code) {
                    text.push_str(letters);
                }
            }
        }
        Object::Array(items) => items.iter().for_each(|item| show(item, font, text)),
        Object::Word(number) => {
            let number = std::str::from_utf8(number).ok().and_then(|number| number.split('.').next()?.parse::<i64>().ok());
            if number.is_some_and(|number| number < GAP) {
                text.push(' ');
            }
        }
        _ => {}
    }
}

fn codes(raw: &[u8], wide: bool) -> Vec<u16> {
    let bytes = match raw.first() {
        Some(b'(') => unescaped(&raw[1..raw.len() - 1]),
        _ => {
            let digits: Vec<u8> = raw.iter().filter_map(|byte| (*byte as char).to_digit(16)).map(|digit| digit as u8).collect();
            digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&0)).collect()
        }
    };
    if wide { bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect() } else { bytes.into_iter().map(u16::from).collect() }
}

/// Reads `bfchar` and `bfrange` of a Unicode map (ISO 32000-1, 9.10.3).
fn read_map(map: &[u8], letters: &mut BTreeMap<u16, String>) {
    let (mut reader, mut operands) = (ObjectReader::new(map, 0), Vec::new());
    let number = |object: &Object| match object {
        Object::Text(raw) => u16::from_str_radix(std::str::from_utf8(raw.get(1..raw.len() - 1)?).ok()?, 16).ok(),
        _ => None,
    };
    let text = |object: &Object| match object {
        Object::Text(raw) => {
            let units = codes(raw, true);
            Some(String::from_utf16_lossy(&units))
        }
        _ => None,
    };
    while let Some(object) = reader.read() {
        let Object::Word(word) = &object else {
            operands.push(object);
            continue;
        };
        match word.as_slice() {
            b"endbfchar" => {
                for pair in operands.chunks_exact(2) {
                    letters.extend(number(&pair[0]).zip(text(&pair[1])));
                }
            }
            b"endbfrange" => {
                for triple in operands.chunks_exact(3) {
                    let (Some(first), Some(last)) = (number(&triple[0]), number(&triple[1])) else { continue };
                    match &triple[2] {
                        Object::Array(items) => letters.extend((first..=last).zip(items).filter_map(|(code, item)| Some((code, text(item)?)))),
                        start => {
                            let Some(start) = text(start) else { continue };
                            let mut units: Vec<u16> = start.encode_utf16().collect();
                            for code in first..=last {
                                letters.insert(code, String::from_utf16_lossy(&units));
                                if let Some(unit) = units.last_mut() {
                                    *unit = unit.wrapping_add(1);
                                }
                            }
                        }
                    }
                }
            }
            _ => {}
        }
        operands.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_and_texts_become_words() {
        let mut font = Font::default();
        read_map(b"2 beginbfchar <41> <0041> <42> <00660069> endbfchar 1 beginbfrange <61> <63> <0061> endbfrange", &mut font.letters);
        let mut text = String::new();
        let shown = ObjectReader::new(b"[(Aab) -300 (B\\143)-20(c)]", 0).read().expect("a list");
        show(&shown, &font, &mut text);
        assert_eq!(text, "Aab ficc");
    }
}
