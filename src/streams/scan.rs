//! Reads back what this stage wrote.
//!
//! Takes the bytes of a file and what must stand in them, gives positions or the first difference. It is no PDF reader:
//! it knows one way to write each object, so that damage cannot pass for content.

use super::StreamError;

/// A position in bytes that are expected to be known.
#[derive(Clone, Debug)]
pub(super) struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Scanner<'a> {
        Scanner { bytes, at }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// What is left.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Passes over `expected` if it is next.
    pub(super) fn accept(&mut self, expected: &[u8]) -> bool {
        let found = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(expected));
        if found {
            self.at += expected.len();
        }
        found
    }

    pub(super) fn expect(&mut self, expected: &[u8], what: &'static str) -> Result<(), StreamError> {
        if self.accept(expected) { Ok(()) } else { Err(self.damaged(what)) }
    }

    /// A number without sign or leading zero.
    pub(super) fn number(&mut self, what: &'static str) -> Result<usize, StreamError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let digits = rest.iter().take(20).take_while(|byte| byte.is_ascii_digit()).count();
        let text = &rest[..digits];
        let value = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
        match value {
            Some(value) if text[0] != b'0' || digits == 1 => {
                self.at += digits;
                Ok(value)
            }
            _ => Err(self.damaged(what)),
        }
    }

    /// Passes over `length` bytes and gives where they are.
    pub(super) fn skip(&mut self, length: usize, what: &'static str) -> Result<std::ops::Range<usize>, StreamError> {
        match self.at.checked_add(length) {
            Some(end) if end <= self.bytes.len() => {
                let start = std::mem::replace(&mut self.at, end);
                Ok(start..end)
            }
            _ => Err(self.damaged(what)),
        }
    }

    pub(super) fn damaged(&self, what: &'static str) -> StreamError {
        StreamError::Damaged { at: self.at as u64, what }
    }
}
