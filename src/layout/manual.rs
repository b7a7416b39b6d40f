//! docs/layout.md, printed from the tables that the compiler uses.

/// The manual.
pub fn manual() -> String {
    String::new()
}
