//! Layer 0: what every part of the line stands on.
//!
//! Takes nothing from other layers, gives plain types: spans and diagnostics, lengths, money, dates, hashes,
//! limits, files. Must never know of layouts, records, fonts or PDF.

pub mod angle;
pub mod code;
pub mod date;
pub mod diagnostic;
pub mod file;
pub mod hash;
pub mod length;
pub mod limits;
pub mod link;
pub mod money;
pub mod readable;
pub mod span;
pub mod suggest;
