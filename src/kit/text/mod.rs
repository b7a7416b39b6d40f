//! Words: shaped once, measured, and ready to be copied into a content stream.
//!
//! Takes text and font stacks, gives words with their widths and PDF string bytes. Must never know where a word is
//! placed; a word is as wide in every size, in millionths of an em.

mod breaks;
mod hyphen;
mod script;
mod tokens;
mod words;

pub use breaks::Strictness;
pub use hyphen::{hyphenate, is_hyphenated};
pub use script::{Direction, Part, Script, base_level, is_complex, levels, order, runs_against, script_of};
pub use tokens::{Token, is_control, tokens, tokens_with_places};
pub use words::{Run, Stack, Word, WordId, Words, columns_of, is_invisible};
