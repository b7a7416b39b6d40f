//! Words: shaped once, measured, and ready to be copied into a content stream.
//!
//! Takes text and font stacks, gives words with their widths and PDF string bytes. Must never know where a word is
//! placed; a word is as wide in every size, in millionths of an em.

mod hyphen;
mod tokens;
mod words;

pub use hyphen::{hyphenate, is_hyphenated};
pub use tokens::{Token, is_control, tokens};
pub use words::{Run, Stack, Word, WordId, Words, is_invisible};
