//! Layer 2: the nouns that two stages share.
//!
//! Takes kit types, gives records, resolved layouts, content, documents, pages and entries. Must never read, write or decide.

pub mod record;
