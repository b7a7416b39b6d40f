//! The axis of values: round ends and round steps.
//!
//! Takes the least and the greatest value, gives ticks that a reader can count by. Exact: a tick is a decimal, never a float.

use crate::base::length::Length;
use crate::base::money::Decimal;

/// An axis from one round value to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scale {
    /// Its lower end.
    pub low: Decimal,
    /// Its upper end.
    pub high: Decimal,
    /// The distance of two ticks.
    pub step: Decimal,
    /// How many ticks there are, both ends included.
    pub ticks: u32,
}

impl Scale {
    /// The axis for values from `low` to `high` with about `wanted` steps, of whole numbers if `is_whole`.
    ///
    /// `None` if the ends are too far apart for 28 digits.
    pub fn over(low: Decimal, high: Decimal, wanted: u32, is_whole: bool) -> Option<Scale> {
        let high = if high > low { high } else { low.checked_add(Decimal::ONE)? };
        let step = step(high.checked_sub(low)?, wanted.clamp(1, 20), is_whole)?;
        let first = low.checked_div(step)?.floor();
        let last = high.checked_div(step)?.ceil();
        let steps = u32::try_from(last.checked_sub(first)?.mantissa()).ok().filter(|steps| *steps <= 100)?;
        Some(Scale { low: first.checked_mul(step)?, high: last.checked_mul(step)?, step, ticks: steps + 1 })
    }

    /// The value of a tick, counted from the lower end.
    pub fn tick(&self, index: u32) -> Decimal {
        Decimal::from(index).checked_mul(self.step).and_then(|up| self.low.checked_add(up)).unwrap_or(self.high).normalize()
    }

    /// How far above the lower end of an axis of `length` a value stands.
    pub fn position(&self, value: Decimal, length: Length) -> Length {
        let part = self.high.checked_sub(self.low).and_then(|span| value.checked_sub(self.low)?.checked_div(span)).unwrap_or_default();
        part_of(part.clamp(Decimal::ZERO, Decimal::ONE), length)
    }
}

/// A part of a length, rounded to the millipoint.
fn part_of(part: Decimal, length: Length) -> Length {
    let value = part.checked_mul(Decimal::from(length.millipoints())).unwrap_or_default().round_dp(0);
    Length::from_millipoints(i64::try_from(value.mantissa()).unwrap_or(0))
}

/// The smallest of 1, 2, 2.5 and 5 times a power of ten that goes into `span` at most `wanted` times.
fn step(span: Decimal, wanted: u32, is_whole: bool) -> Option<Decimal> {
    let least = span.checked_div(Decimal::from(wanted))?;
    if least.is_zero() {
        return Some(span);
    }
    let mut unit = Decimal::ONE;
    while unit < least {
        unit = unit.checked_mul(Decimal::TEN)?;
    }
    loop {
        let less = unit / Decimal::TEN;
        if less < least || less.is_zero() {
            break;
        }
        unit = less.normalize();
    }
    if is_whole && unit <= Decimal::ONE {
        return Some(Decimal::ONE);
    }
    let factors = [Decimal::new(2, 1), Decimal::new(25, 2), Decimal::new(5, 1), Decimal::ONE];
    let steps = factors.iter().map(|factor| (unit * factor).normalize());
    steps.filter(|step| !step.is_zero() && (!is_whole || step.scale() == 0)).find(|step| *step >= least)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(low: &str, high: &str, wanted: u32, is_whole: bool) -> Option<Vec<String>> {
        let scale = Scale::over(low.parse().unwrap(), high.parse().unwrap(), wanted, is_whole)?;
        Some((0..scale.ticks).map(|tick| scale.tick(tick).to_string()).collect())
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(axis("0", "97", 5, false).unwrap(), ["0", "20", "40", "60", "80", "100"]);
        assert_eq!(axis("0", "10.3", 5, false).unwrap(), ["0", "2.5", "5", "7.5", "10", "12.5"]);
        assert_eq!(axis("-4.5", "27.5", 4, false).unwrap(), ["-10", "0", "10", "20", "30"]);
        assert_eq!(axis("0", "0.0041", 5, false).unwrap(), ["0", "0.001", "0.002", "0.003", "0.004", "0.005"]);
        assert_eq!(axis("0", "3", 8, true).unwrap(), ["0", "1", "2", "3"]);
        assert_eq!(axis("0", "0", 5, false).unwrap(), ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
    }

    #[test]
    fn the_ends_of_numbers_are_no_fault() {
        let most = Decimal::MAX.to_string();
        assert_eq!(axis(&format!("-{most}"), &most, 5, false), None);
        assert!(axis("0", &most, 5, false).is_none_or(|ticks| ticks.len() < 20));
        assert!(axis("0", "0.0000000000000000000000000001", 5, false).is_some());
        assert!(axis("0", "12345678901234567890123456", 5, false).is_some());
    }

    #[test]
    fn positions_reach_from_end_to_end() {
        let scale = Scale::over(Decimal::from(-10), Decimal::from(30), 4, false).unwrap();
        let length = Length::from_points(100);
        assert_eq!(scale.position(Decimal::from(-10), length), Length::ZERO);
        assert_eq!(scale.position(Decimal::ZERO, length), Length::from_points(25));
        assert_eq!(scale.position(Decimal::from(30), length), length);
    }
}
