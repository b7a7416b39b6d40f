//! The one clock, for rates and remaining times on a terminal.
// The one place for what clippy.toml bans everywhere else.
#![allow(clippy::disallowed_methods)]

use std::time::Instant;

/// Measures from when it was started. Nothing it says may reach an output.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    pub fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    /// Milliseconds since the start.
    pub fn milliseconds(&self) -> u64 {
        self.0.elapsed().as_millis() as u64
    }
}
