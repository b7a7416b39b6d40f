//! Calendar dates without a clock.
//!
//! Takes years, months and days of the proleptic Gregorian calendar, gives [`Date`] with exact arithmetic.
//! Must never know what day it is today.

use std::fmt;

/// A day of the proleptic Gregorian calendar, years 1 to 9999. Stored as days since 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Date(i32);

const FIRST: i32 = -719_162;
const LAST: i32 = 2_932_896;

impl Date {
    /// The date of a year, month (1–12) and day (1–31); `None` if there is no such day.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Date> {
        if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
            return None;
        }
        // Days from civil, Howard Hinnant: years start in March so that the leap day comes last.
        let y = if month <= 2 { year - 1 } else { year };
        let era = y.div_euclid(400);
        let year_of_era = y.rem_euclid(400);
        let month_shifted = (month as i32 + 9) % 12;
        let day_of_year = (153 * month_shifted + 2) / 5 + day as i32 - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Some(Date(era * 146_097 + day_of_era - 719_468))
    }

    /// Days since 1970-01-01.
    pub fn days(self) -> i32 {
        self.0
    }

    /// The date `days` after 1970-01-01, if it lies in the years 1 to 9999.
    pub fn from_days(days: i32) -> Option<Date> {
        (FIRST..=LAST).contains(&days).then_some(Date(days))
    }

    /// Year, month (1–12), day (1–31).
    pub fn ymd(self) -> (i32, u32, u32) {
        let z = self.0 + 719_468;
        let era = z.div_euclid(146_097);
        let day_of_era = z.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_shifted = (5 * day_of_year + 2) / 153;
        let day = (day_of_year - (153 * month_shifted + 2) / 5 + 1) as u32;
        let month = if month_shifted < 10 { month_shifted + 3 } else { month_shifted - 9 } as u32;
        let year = year_of_era + era * 400 + i32::from(month <= 2);
        (year, month, day)
    }

    /// Day of the week, 0 = Monday … 6 = Sunday.
    pub fn weekday(self) -> u32 {
        (self.0 + 3).rem_euclid(7) as u32
    }

    /// `days` later (earlier if negative); `None` beyond the years 1 to 9999.
    pub fn plus_days(self, days: i64) -> Option<Date> {
        i32::try_from(i64::from(self.0).checked_add(days)?).ok().and_then(Date::from_days)
    }

    /// `months` later, on the same day of the month or its last day (31 January + 1 month = 28 or 29 February).
    pub fn plus_months(self, months: i64) -> Option<Date> {
        let (year, month, day) = self.ymd();
        let total = i64::from(year).checked_mul(12)?.checked_add(i64::from(month) - 1)?.checked_add(months)?;
        let year = i32::try_from(total.div_euclid(12)).ok()?;
        let month = total.rem_euclid(12) as u32 + 1;
        if !(1..=9999).contains(&year) {
            return None;
        }
        Date::new(year, month, day.min(days_in_month(year, month)))
    }

    /// Reads `YYYY-MM-DD` (ISO 8601, calendar date, extended format) and nothing else.
    pub fn parse_iso(text: &str) -> Option<Date> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let number =
            |range: std::ops::Range<usize>| bytes[range].iter().try_fold(0u32, |acc, b| b.is_ascii_digit().then(|| acc * 10 + u32::from(b - b'0')));
        Date::new(number(0..4)? as i32, number(5..7)?, number(8..10)?)
    }

    /// The ten bytes of `YYYY-MM-DD`.
    pub fn iso_bytes(self) -> [u8; 10] {
        let (year, month, day) = self.ymd();
        let digit = |value: u32| b'0' + (value % 10) as u8;
        let year = year as u32;
        [
            digit(year / 1000),
            digit(year / 100),
            digit(year / 10),
            digit(year),
            b'-',
            digit(month / 10),
            digit(month),
            b'-',
            digit(day / 10),
            digit(day),
        ]
    }
}

/// Days in a month of a year.
pub fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_four_centuries_round_trips() {
        let mut date = Date::new(1899, 12, 31).expect("a date");
        for _ in 0..146_097 {
            let (year, month, day) = date.ymd();
            assert_eq!(Date::new(year, month, day), Some(date));
            assert_eq!(Date::parse_iso(&date.to_string()), Some(date));
            assert_eq!(&date.iso_bytes(), date.to_string().as_bytes());
            date = date.plus_days(1).expect("in range");
        }
        assert_eq!(date.to_string(), "2299-12-31");
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in ["2026-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "0000-01-01", "2026-4-01", "20260401", "２026-01-1"] {
            assert_eq!(Date::parse_iso(text), None, "{text}");
        }
    }

    #[test]
    fn months_end_on_their_last_day() {
        let date = Date::parse_iso("2024-01-31").expect("a date");
        assert_eq!(date.plus_months(1).map(|d| d.to_string()).as_deref(), Some("2024-02-29"));
        assert_eq!(date.plus_months(-2).map(|d| d.to_string()).as_deref(), Some("2023-11-30"));
        assert_eq!(date.plus_months(i64::MAX), None);
    }

    #[test]
    fn weekdays_start_on_monday() {
        assert_eq!(Date::parse_iso("2026-11-23").map(Date::weekday), Some(0));
        assert_eq!(Date::parse_iso("1970-01-01").map(Date::weekday), Some(3));
    }

    #[test]
    fn the_range_is_closed() {
        assert_eq!(Date::new(1, 1, 1).map(Date::days), Some(FIRST));
        assert_eq!(Date::new(9999, 12, 31).map(Date::days), Some(LAST));
        assert_eq!(Date::from_days(LAST + 1), None);
    }
}
