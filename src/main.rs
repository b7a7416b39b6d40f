//! Arguments in, diagnostics and exit code out.

/// Fewer CPU seconds than the system allocator: composing makes many small, short-lived pieces.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    pressrun::cli::main()
}
