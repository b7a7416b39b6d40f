//! Pressrun: data + layouts → volumes → print files, exactly once.

pub mod base;
pub mod input;
pub mod compose;
pub mod kit;
pub mod ledger;
pub mod model;
