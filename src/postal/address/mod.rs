//! Addresses: from the parts or lines of a record to the block that is printed.
//!
//! Takes [`Parts`] and the table of formats, gives a settled address or the reason why no post delivers to it. Must never know a
//! country but from that table.

mod parts;

pub use parts::{Element, Parts, tidied};
