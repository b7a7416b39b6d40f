//! Bars, lines and shares.
//!
//! Takes values by series and row, gives where they stand in a plot. An absent value is a gap.

use super::arc::{Point, WHOLE_TURN};
use super::scale::Scale;
use crate::base::length::Length;
use crate::base::money::Decimal;

/// The room of the marks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plot {
    /// Left edge.
    pub x: Length,
    /// Upper edge.
    pub y: Length,
    /// Width.
    pub width: Length,
    /// Height.
    pub height: Length,
}

impl Plot {
    /// How far down a value stands.
    pub fn down(&self, scale: &Scale, value: Decimal) -> Length {
        self.y + self.height - scale.position(value, self.height)
    }

    /// The middle of the room of a row.
    pub fn middle(&self, row: usize, rows: usize) -> Length {
        self.x + self.width.scaled(2 * row as i64 + 1, 2 * rows.max(1) as i64)
    }
}

/// A bar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bar {
    /// Its series.
    pub series: usize,
    /// Its row.
    pub row: usize,
    /// Where it stands.
    pub place: Plot,
    /// Whether it hangs below zero.
    pub is_negative: bool,
}

/// A value of a series and row.
pub type Values<'v> = &'v [&'v [Option<Decimal>]];

/// Widest bar: beyond, a chart of two bars looks like a flag.
const BAR_MAX: Length = Length::from_points(36);

/// Bars side by side, by series.
pub fn bars(plot: Plot, scale: &Scale, values: Values<'_>) -> Vec<Bar> {
    let rows = values.first().map_or(0, |row| row.len());
    let count = values.len().max(1) as i64;
    let slot = plot.width / rows.max(1) as i64;
    let width = (slot.scaled(68, 100) / count).min(BAR_MAX);
    let gap = if count > 1 && width > Length::from_points(4) { Length::from_millipoints(750) } else { Length::ZERO };
    let mut out = Vec::new();
    for (series, values) in values.iter().enumerate() {
        for (row, value) in values.iter().enumerate() {
            let Some(value) = *value else { continue };
            let left = plot.middle(row, rows) - width * count / 2 + width * series as i64;
            out.push(bar((series, row), plot, scale, left + gap / 2, width - gap, (Decimal::ZERO, value)));
        }
    }
    out
}

/// The series of a row on each other, by series: what is below zero hangs down. `None` if a sum passes 28 digits.
pub fn stacks(plot: Plot, scale: &Scale, values: Values<'_>) -> Option<Vec<Bar>> {
    let rows = values.first().map_or(0, |row| row.len());
    let width = (plot.width / rows.max(1) as i64).scaled(62, 100).min(BAR_MAX);
    let mut sums = vec![(Decimal::ZERO, Decimal::ZERO); rows];
    let mut out = Vec::new();
    for (series, values) in values.iter().enumerate() {
        for (row, value) in values.iter().enumerate() {
            let Some(value) = *value else { continue };
            let (up, down) = &mut sums[row];
            let sum = if value < Decimal::ZERO { down } else { up };
            let from = *sum;
            *sum = sum.checked_add(value)?;
            out.push(bar((series, row), plot, scale, plot.middle(row, rows) - width / 2, width, (from, *sum)));
        }
    }
    Some(out)
}

fn bar((series, row): (usize, usize), plot: Plot, scale: &Scale, x: Length, width: Length, (from, to): (Decimal, Decimal)) -> Bar {
    let (a, b) = (plot.down(scale, from), plot.down(scale, to));
    let (top, bottom) = (a.min(b), a.max(b));
    Bar { series, row, place: Plot { x, y: top, width, height: bottom - top }, is_negative: to < Decimal::ZERO }
}

/// The pieces of a line, divided where values are absent. Of the values that stand within half a point across, the first, the least,
/// the greatest and the last are kept: the line looks the same, and has no more points than paper can show.
pub fn lines(plot: Plot, scale: &Scale, values: &[Option<Decimal>]) -> Vec<Vec<Point>> {
    let mut pieces = vec![Vec::new()];
    let place = |row: usize, value: Decimal| (plot.middle(row, values.len()), plot.down(scale, value));
    let thins = values.len() as i64 > plot.width.millipoints() / 500;
    let mut column: Vec<Point> = Vec::new();
    let end_column = |column: &mut Vec<Point>, piece: &mut Vec<Point>| {
        let index_by = |best: fn(&Length, &Length) -> bool| {
            (0..column.len()).fold(0, |known, at| if best(&column[at].1, &column[known].1) { at } else { known })
        };
        let mut kept = [0, index_by(|a, b| a < b), index_by(|a, b| a > b), column.len().saturating_sub(1)];
        kept.sort_unstable();
        for (at, index) in kept.iter().enumerate() {
            if let Some(point) = column.get(*index).filter(|_| at == 0 || kept[at - 1] != *index) {
                piece.push(*point);
            }
        }
        column.clear();
    };
    for (row, value) in values.iter().enumerate() {
        let piece = pieces.last_mut().expect("there is always a piece");
        let Some(value) = *value else {
            end_column(&mut column, piece);
            if !piece.is_empty() {
                pieces.push(Vec::new());
            }
            continue;
        };
        let point = place(row, value);
        if !thins {
            piece.push(point);
            continue;
        }
        let number = |point: &Point| (point.0 - plot.x).millipoints() / 500;
        if column.first().is_some_and(|first| number(first) != number(&point)) {
            end_column(&mut column, piece);
        }
        column.push(point);
    }
    if let Some(piece) = pieces.last_mut() {
        end_column(&mut column, piece);
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// Where the slices of a whole begin and end, in millionths of a turn. None of them if there is no whole; `None` if the sum passes
/// 28 digits. Values are not negative.
pub fn shares(values: &[Option<Decimal>]) -> Option<Vec<(i64, i64)>> {
    let total = values.iter().flatten().try_fold(Decimal::ZERO, |sum, value| sum.checked_add(*value))?;
    if total.is_zero() {
        return Some(vec![(0, 0); values.len()]);
    }
    let (mut sum, mut from) = (Decimal::ZERO, 0);
    let mut out = Vec::with_capacity(values.len());
    for value in values {
        sum = sum.checked_add(value.unwrap_or_default())?;
        let part = sum.checked_div(total)?.checked_mul(Decimal::from(WHOLE_TURN))?.round_dp(0);
        let to = i64::try_from(part.mantissa()).ok()?.clamp(from, WHOLE_TURN);
        out.push((from, to));
        from = to;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot() -> Plot {
        Plot { x: Length::ZERO, y: Length::ZERO, width: Length::from_points(100), height: Length::from_points(100) }
    }

    fn values(numbers: &[i64]) -> Vec<Option<Decimal>> {
        numbers.iter().map(|number| Some(Decimal::from(*number))).collect()
    }

    #[test]
    fn bars_stand_on_zero() {
        let scale = Scale::over(Decimal::from(-10), Decimal::from(10), 2, false).unwrap();
        let found = bars(plot(), &scale, &[&values(&[10, -5])]);
        let point = Length::from_points(1);
        assert_eq!((found[0].place.y, found[0].place.height), (Length::ZERO, point * 50));
        assert_eq!((found[1].place.y, found[1].place.height, found[1].is_negative), (point * 50, point * 25, true));
    }

    #[test]
    fn stacks_add_up() {
        let scale = Scale::over(Decimal::ZERO, Decimal::from(10), 2, false).unwrap();
        let found = stacks(plot(), &scale, &[&values(&[4]), &values(&[6])]).unwrap();
        assert_eq!((found[1].place.y, found[1].place.height), (Length::ZERO, Length::from_points(60)));
        assert_eq!(stacks(plot(), &scale, &[&[Some(Decimal::MAX)], &[Some(Decimal::MAX)]]), None);
    }

    #[test]
    fn long_lines_are_thinned_but_keep_their_extremes() {
        let mut numbers = vec![50; 100_000];
        numbers[31_415] = 100;
        let scale = Scale::over(Decimal::ZERO, Decimal::from(100), 5, false).unwrap();
        let found = lines(plot(), &scale, &values(&numbers));
        assert_eq!(found.len(), 1);
        assert!(found[0].len() <= 804, "{}", found[0].len());
        assert!(found[0].iter().any(|point| point.1 == Length::ZERO));
    }

    #[test]
    fn gaps_divide_a_line() {
        let scale = Scale::over(Decimal::ZERO, Decimal::from(10), 2, false).unwrap();
        let mut numbers = values(&[1, 2, 3, 4]);
        numbers[1] = None;
        assert_eq!(lines(plot(), &scale, &numbers).iter().map(Vec::len).collect::<Vec<_>>(), [1, 2]);
        assert!(lines(plot(), &scale, &[]).is_empty());
    }

    #[test]
    fn shares_fill_the_turn() {
        assert_eq!(shares(&values(&[1, 1, 1])).unwrap(), [(0, 333_333), (333_333, 666_667), (666_667, 1_000_000)]);
        assert_eq!(shares(&values(&[0, 0])).unwrap(), [(0, 0), (0, 0)]);
        assert_eq!(shares(&[Some(Decimal::MAX), Some(Decimal::MAX)]), None);
    }
}
