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
    iso_of(milliseconds_now() / 1_000)
}

/// Milliseconds since 1970: when a message is tried again.
pub fn milliseconds_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

/// ISO 8601 in UTC of seconds since 1970.
pub fn iso_of(seconds: u64) -> String {
    let date = i32::try_from(seconds / 86_400).ok().and_then(Date::from_days);
    let date = date.map(|date| date.to_string()).unwrap_or_default();
    let second = seconds % 86_400;
    format!("{date}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

/// Seconds since 1970 of what [`iso_of`] writes.
pub fn seconds_of(text: &str) -> Option<u64> {
    let date = Date::parse_iso(text.get(..10)?)?;
    let number = |at: usize| text.get(at..at + 2).and_then(|digits| digits.parse::<u64>().ok());
    let (hours, minutes, seconds) = (number(11)?, number(14)?, number(17)?);
    u64::try_from(date.days()).ok().map(|days| days * 86_400 + hours * 3_600 + minutes * 60 + seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_day_is_iso_8601() {
        let now = time_of_day();
        assert!(now.len() == 20 && now.ends_with('Z') && Date::parse_iso(&now[..10]).is_some(), "{now}");
    }

    #[test]
    fn times_are_read_as_they_are_written() {
        assert_eq!(iso_of(1_774_940_401), "2026-03-31T07:00:01Z");
        assert_eq!(seconds_of("2026-03-31T07:00:01Z"), Some(1_774_940_401));
        assert_eq!(seconds_of("2026-03-31"), None);
    }
}
