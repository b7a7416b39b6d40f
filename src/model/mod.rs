//! Layer 2: the nouns that two stages share.
//!
//! Takes kit types, gives records, resolved layouts, documents, pages and entries. Must never read, write or decide.

pub mod channel;
pub mod chart;
pub mod content;
pub mod delivery;
pub mod drawing;
pub mod geometry;
pub mod layout;
pub mod mail;
pub mod message;
pub mod page;
pub mod picture;
pub mod record;
pub mod requirement;
pub mod resources;
pub mod slip;
pub mod slot;
pub mod structure;
pub mod style;
pub mod table;
pub mod trace;
pub mod track;
