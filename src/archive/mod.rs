//! Layer 3: the archive, as rules and formats.
//!
//! Takes volumes, statements about documents and events, gives documents cut out, proofs, and what is to be blanked. An archive is a folder of
//! volumes that any reader opens, a log of plain text, and an index that can be made again from both. Must never open a file, and never know
//! what time it is: `engine::archive` does.

pub mod blank;
pub mod cut;
mod cut_structure;
pub mod log;
pub mod pdf_text;
pub mod pdf_words;
pub mod proof;
pub mod stamp;
pub mod statement;
