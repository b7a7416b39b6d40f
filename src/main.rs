//! Arguments in, diagnostics and exit code out.
fn main() {}
