//! Pressrun: data + layouts → volumes → print files, exactly once.

pub mod base;
pub mod cli;
pub mod compose;
pub mod engine;
pub mod input;
pub mod kit;
pub mod layout;
pub mod ledger;
pub mod model;
pub mod plan;
pub mod streams;
