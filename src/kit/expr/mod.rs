//! The expression language: small, total, typed, compiled once.

mod types;
mod value;

pub use types::{Field, Schema, Type};
pub use value::{List, Value};
