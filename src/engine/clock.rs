//! The one clock: rates and remaining times on a terminal, and the times of what operators do.
// The one place for what clippy.toml bans everywhere else.
#![allow(clippy::disallowed_methods)]

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::base::date::Date;

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

/// The time of day, ISO 8601 in UTC: only for the account of what operators did. Nothing that a run makes depends on it.
pub fn time_of_day() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let date = i32::try_from(seconds / 86_400).ok().and_then(Date::from_days);
    let date = date.map(|date| date.to_string()).unwrap_or_default();
    let second = seconds % 86_400;
    format!("{date}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_day_is_iso_8601() {
        let now = time_of_day();
        assert!(now.len() == 20 && now.ends_with('Z') && Date::parse_iso(&now[..10]).is_some(), "{now}");
    }
}
