//! Lengths as integers.
//!
//! Takes numbers with units, gives [`Length`] in 1/1000 point. Must never know a float on its way to an output
//! (promise 3: same in, same out).

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

/// A length in thousandths of a point (1 pt = 1/72 inch). Signed; y grows downwards in layout.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Length(i64);

/// The units a layout may write, with the length of one unit as a fraction `(numerator, denominator)` of 1/1000 pt.
pub const UNITS: &[(&str, i64, i64)] =
    &[("pt", 1_000, 1), ("mm", 720_000, 254), ("cm", 7_200_000, 254), ("in", 72_000, 1), ("pc", 12_000, 1), ("px", 750, 1)];

impl Length {
    /// No length.
    pub const ZERO: Length = Length(0);
    /// Larger than any page or document; a stand-in for "no limit".
    pub const MAX: Length = Length(1 << 50);

    /// From thousandths of a point.
    pub const fn from_millipoints(value: i64) -> Length {
        Length(value)
    }
    /// From whole points.
    pub const fn from_points(value: i64) -> Length {
        Length(value * 1000)
    }
    /// In thousandths of a point.
    pub const fn millipoints(self) -> i64 {
        self.0
    }
    /// In hundredths of a point, rounded half up: the resolution of page content.
    #[inline]
    pub const fn centipoints(self) -> i64 {
        (self.0 + 5).div_euclid(10)
    }
    /// The larger of two lengths.
    pub fn max(self, other: Length) -> Length {
        Length(self.0.max(other.0))
    }
    /// The smaller of two lengths.
    pub fn min(self, other: Length) -> Length {
        Length(self.0.min(other.0))
    }
    /// `self * numerator / denominator`, rounded half away from zero, without overflow on the way.
    #[inline]
    pub fn scaled(self, numerator: i64, denominator: i64) -> Length {
        // Widths of words and glyphs fit 64 bits; a division of 128 bits costs ten times as much.
        if let Some(product) = self.0.checked_mul(numerator)
            && product.unsigned_abs() < 1 << 62
            && (1..1 << 62).contains(&denominator)
        {
            let half = denominator / 2;
            return Length(if product < 0 { product - half } else { product + half } / denominator);
        }
        self.scaled_wide(numerator, denominator)
    }

    #[cold]
    fn scaled_wide(self, numerator: i64, denominator: i64) -> Length {
        let product = i128::from(self.0) * i128::from(numerator);
        let denominator = i128::from(denominator);
        let half = denominator.abs() / 2;
        let rounded = if (product < 0) == (denominator < 0) { product + half } else { product - half } / denominator;
        Length(rounded as i64)
    }

    /// Reads a decimal number of `unit` units. The number has at most nine fraction digits.
    ///
    /// Returns `None` if the number is malformed, out of range, or the unit unknown.
    pub fn parse(number: &str, unit: &str) -> Option<Length> {
        let &(_, numerator, denominator) = UNITS.iter().find(|(name, ..)| *name == unit)?;
        let (mantissa, scale) = parse_decimal(number)?;
        let value = i128::from(mantissa) * i128::from(numerator);
        let divisor = i128::from(denominator) * i128::from(10i64.pow(scale));
        let half = divisor / 2;
        let rounded = if value < 0 { value - half } else { value + half } / divisor;
        // 200 inches is the largest page PDF 1.7 allows (ISO 32000-1, Annex C); ten times that is surely a slip.
        (rounded.abs() <= 144_000_000).then_some(Length(rounded as i64))
    }
}

/// Reads `-12.345` as `(-12345, 3)`.
pub fn parse_decimal(number: &str) -> Option<(i64, u32)> {
    let (negative, digits) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number.strip_prefix('+').unwrap_or(number)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.len() + fraction.len() == 0 || whole.len() > 9 || fraction.len() > 9 {
        return None;
    }
    let mut mantissa = 0i64;
    for byte in whole.bytes().chain(fraction.bytes()) {
        if !byte.is_ascii_digit() {
            return None;
        }
        mantissa = mantissa * 10 + i64::from(byte - b'0');
    }
    Some((if negative { -mantissa } else { mantissa }, fraction.len() as u32))
}

impl Add for Length {
    type Output = Length;
    fn add(self, other: Length) -> Length {
        Length(self.0 + other.0)
    }
}
impl Sub for Length {
    type Output = Length;
    fn sub(self, other: Length) -> Length {
        Length(self.0 - other.0)
    }
}
impl Neg for Length {
    type Output = Length;
    fn neg(self) -> Length {
        Length(-self.0)
    }
}
impl AddAssign for Length {
    fn add_assign(&mut self, other: Length) {
        self.0 += other.0;
    }
}
impl SubAssign for Length {
    fn sub_assign(&mut self, other: Length) {
        self.0 -= other.0;
    }
}
impl Mul<i64> for Length {
    type Output = Length;
    fn mul(self, factor: i64) -> Length {
        Length(self.0 * factor)
    }
}
impl Div<i64> for Length {
    type Output = Length;
    fn div(self, divisor: i64) -> Length {
        Length(self.0 / divisor)
    }
}
impl Sum for Length {
    fn sum<I: Iterator<Item = Length>>(iter: I) -> Length {
        iter.fold(Length::ZERO, Add::add)
    }
}
impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, fraction) = (self.0.abs() / 1000, self.0.abs() % 1000);
        let text = format!("{whole}.{fraction:03}");
        write!(f, "{sign}{}pt", text.trim_end_matches('0').trim_end_matches('.'))
    }
}
impl fmt::Debug for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(number: &str, unit: &str, millipoints: Option<i64>) {
        assert_eq!(Length::parse(number, unit).map(Length::millipoints), millipoints, "{number}{unit}");
    }

    #[test]
    fn units_are_exact_to_the_millipoint() {
        check("1", "in", Some(72_000));
        check("25.4", "mm", Some(72_000));
        check("2.54", "cm", Some(72_000));
        check("20", "mm", Some(56_693));
        check("-0.5", "pt", Some(-500));
        check("16", "px", Some(12_000));
        check(".75", "pt", Some(750));
    }

    #[test]
    fn slips_are_refused() {
        check("", "pt", None);
        check("1.2.3", "pt", None);
        check("1e3", "pt", None);
        check("5", "em", None);
        check("999999999", "in", None);
    }

    #[test]
    fn prints_without_trailing_zeros() {
        assert_eq!(Length::from_millipoints(-8_500).to_string(), "-8.5pt");
        assert_eq!(Length::from_points(12).to_string(), "12pt");
    }
}
