//! Addresses: from the parts or lines of a record to the block that is printed.
//!
//! Takes [`Parts`] and the tables, gives a [`Settled`] address or the reason why no post delivers to it. Must never know a country but
//! from those tables.

mod corrected;
mod fault;
mod format;
mod lines;
mod parts;
mod picture;
mod places;
mod settle;
mod street;
mod template;
#[cfg(test)]
mod tests;

pub use corrected::{CODED, Corrected, Correction, Corrections, fingerprint, guarded};
pub use fault::Undeliverable;
pub use format::{Format, Formats, Regions};
pub use parts::{Element, Parts, tidied};
pub use picture::Pictures;
pub use places::Places;
pub use settle::{FREE_LINES_MAX, LINE_CHARS_MAX, Settled, Settler};
pub use template::Lines;
