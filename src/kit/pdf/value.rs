//! Values of PDF (ISO 32000-1, 7.3), read.
//!
//! Takes bytes, gives values whose texts and numbers are kept as they are written, so that they are written again byte for byte. Must
//! never follow a reference.

use super::syntax::write_integer;

/// A value. Numbers, texts and names keep the bytes they are written with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Object {
    /// A number, `true`, `false` or `null`.
    Word(Vec<u8>),
    /// A name with its escapes, without the slash.
    Name(Vec<u8>),
    /// A literal or hexadecimal text with its brackets.
    Text(Vec<u8>),
    /// A list.
    Array(Vec<Object>),
    /// A dictionary, in its order.
    Dictionary(Vec<(Vec<u8>, Object)>),
    /// The number of an indirect object.
    Reference(u32),
}

impl Object {
    /// The value of a member.
    pub fn find(&self, name: &str) -> Option<&Object> {
        match self {
            Object::Dictionary(members) => members.iter().find(|(known, _)| known == name.as_bytes()).map(|(_, value)| value),
            _ => None,
        }
    }

    /// A whole number that is not negative.
    pub fn integer(&self) -> Option<u64> {
        match self {
            Object::Word(word) => std::str::from_utf8(word).ok()?.parse().ok(),
            _ => None,
        }
    }

    /// The number of the object it refers to.
    pub fn reference(&self) -> Option<u32> {
        match self {
            Object::Reference(number) => Some(*number),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn items(&self) -> &[Object] {
        match self {
            Object::Array(items) => items,
            _ => &[],
        }
    }

    /// The members of a dictionary.
    pub fn members(&self) -> &[(Vec<u8>, Object)] {
        match self {
            Object::Dictionary(members) => members,
            _ => &[],
        }
    }

    /// Whether it is this name.
    pub fn is_name(&self, name: &str) -> bool {
        matches!(self, Object::Name(found) if found == name.as_bytes())
    }

    /// Appends it, each reference as `renumber` says; `None` makes it `null` (7.3.9).
    pub fn write(&self, renumber: &mut dyn FnMut(u32) -> Option<u32>, out: &mut Vec<u8>) {
        match self {
            Object::Word(word) => {
                // Two words or names must not run together.
                if out.last().is_some_and(|last| is_regular(*last)) {
                    out.push(b' ');
                }
                out.extend_from_slice(word);
            }
            Object::Name(name) => {
                out.push(b'/');
                out.extend_from_slice(name);
            }
            Object::Text(text) => out.extend_from_slice(text),
            Object::Array(items) => {
                out.push(b'[');
                items.iter().for_each(|item| item.write(renumber, out));
                out.push(b']');
            }
            Object::Dictionary(members) => {
                out.extend_from_slice(b"<<");
                for (name, value) in members {
                    out.push(b'/');
                    out.extend_from_slice(name);
                    value.write(renumber, out);
                }
                out.extend_from_slice(b">>");
            }
            Object::Reference(number) => {
                if out.last().is_some_and(|last| is_regular(*last)) {
                    out.push(b' ');
                }
                match renumber(*number) {
                    Some(number) => {
                        write_integer(i64::from(number), out);
                        out.extend_from_slice(b" 0 R");
                    }
                    None => out.extend_from_slice(b"null"),
                }
            }
        }
    }
}

/// Reads values one after the other.
#[derive(Clone, Debug)]
pub struct ObjectReader<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Deepest nesting of lists and dictionaries: structure elements nest no deeper than a layout.
const NESTING_MAX: usize = 128;

impl<'a> ObjectReader<'a> {
    /// Begins at a place.
    pub fn new(bytes: &'a [u8], at: usize) -> ObjectReader<'a> {
        ObjectReader { bytes, at }
    }

    /// Where it is.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Passes over white space and comments (7.2.2, 7.2.3).
    pub fn skip_space(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                0 | 9 | 10 | 12 | 13 | 32 => self.at += 1,
                b'%' => {
                    while self.bytes.get(self.at).is_some_and(|byte| !matches!(byte, 10 | 13)) {
                        self.at += 1;
                    }
                }
                _ => break,
            }
        }
    }

    /// Passes over a word if it is next.
    pub fn accept(&mut self, word: &[u8]) -> bool {
        self.skip_space();
        let found = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word));
        self.at += if found { word.len() } else { 0 };
        found
    }

    /// Reads a value; `None` if there is none that is whole.
    pub fn read(&mut self) -> Option<Object> {
        self.value(0)
    }

    /// Reads a whole number.
    pub fn integer(&mut self) -> Option<u64> {
        self.read_word().filter(|word| !word.is_empty()).and_then(|word| std::str::from_utf8(word).ok()?.parse().ok())
    }

    fn read_word(&mut self) -> Option<&'a [u8]> {
        self.skip_space();
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(|byte| is_regular(*byte)) {
            self.at += 1;
        }
        Some(&self.bytes[start..self.at])
    }

    fn value(&mut self, depth: usize) -> Option<Object> {
        if depth > NESTING_MAX {
            return None;
        }
        self.skip_space();
        let rest = self.bytes.get(self.at..)?;
        match *rest.first()? {
            b'/' => {
                self.at += 1;
                let start = self.at;
                while self.bytes.get(self.at).is_some_and(|byte| is_regular(*byte)) {
                    self.at += 1;
                }
                Some(Object::Name(self.bytes[start..self.at].to_vec()))
            }
            b'(' => self.literal(),
            b'<' if rest.get(1) == Some(&b'<') => {
                self.at += 2;
                let mut members = Vec::new();
                while !self.accept(b">>") {
                    let Some(Object::Name(name)) = self.value(depth + 1) else { return None };
                    members.push((name, self.value(depth + 1)?));
                }
                Some(Object::Dictionary(members))
            }
            b'<' => {
                let length = rest.iter().position(|byte| *byte == b'>')? + 1;
                self.at += length;
                Some(Object::Text(rest[..length].to_vec()))
            }
            b'[' => {
                self.at += 1;
                let mut items = Vec::new();
                while !self.accept(b"]") {
                    items.push(self.value(depth + 1)?);
                }
                Some(Object::Array(items))
            }
            byte if is_regular(byte) => {
                let word = self.read_word()?.to_vec();
                // `12 0 R`: two numbers and an R are one value.
                if word.iter().all(u8::is_ascii_digit) {
                    let mut ahead = self.clone();
                    let (generation, keyword) = (ahead.read_word()?.to_vec(), ahead.read_word()?);
                    if generation == b"0" && keyword == b"R" {
                        self.at = ahead.at;
                        return Some(Object::Reference(std::str::from_utf8(&word).ok()?.parse().ok()?));
                    }
                }
                Some(Object::Word(word))
            }
            _ => None,
        }
    }

    /// 7.3.4.2: balanced brackets need no escape.
    fn literal(&mut self) -> Option<Object> {
        let (start, mut open) = (self.at, 0usize);
        loop {
            match *self.bytes.get(self.at)? {
                b'\\' => self.at += 1,
                b'(' => open += 1,
                b')' => open -= 1,
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return Some(Object::Text(self.bytes.get(start..self.at)?.to_vec()));
            }
        }
    }
}

/// Neither white space nor a delimiter (7.2.2).
fn is_regular(byte: u8) -> bool {
    !matches!(byte, 0 | 9 | 10 | 12 | 13 | 32 | b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, written: &str) {
        let object = ObjectReader::new(text.as_bytes(), 0).read().expect("a value");
        let mut out = Vec::new();
        object.write(&mut |number| (number < 100).then_some(number + 1), &mut out);
        assert_eq!(String::from_utf8_lossy(&out), written);
    }

    #[test]
    fn values_come_back_with_other_numbers() {
        check("<</A 1/B[2 0 R 7 0 R]/C(a\\)(b))/D<0aF>>>", "<</A 1/B[3 0 R 8 0 R]/C(a\\)(b))/D<0aF>>>");
        check("[ 1 2 3 .5 -7 true null 100 0 R/N ]", "[1 2 3 .5 -7 true null null/N]");
        check("<< /K <</S/P%comment\n>> >>", "<</K<</S/P>>>>");
    }

    #[test]
    fn broken_values_are_none() {
        for text in ["", "<</A", "[1 2", "(abc", "<</A 1 2>>", "<0a", &"[".repeat(1000)] {
            assert_eq!(ObjectReader::new(text.as_bytes(), 0).read(), None, "{text}");
        }
    }
}
