//! Charts: bound, measured and put on the page.
//!
//! Takes chart nodes and the rows of a record, gives captions and values in the arena of the document, and paints them in a room.
//! Must never know how a bar or an arc is computed.

mod paint;

use bumpalo::collections::Vec as BumpVec;

use super::bidi;
use super::bind::{Binder, Bound};
use super::inline::Piece;
use super::line::width_of;
use crate::base::code;
use crate::base::money::{Currency, Decimal, Money};
use crate::kit::chart::{BARS_MAX, Kind, POINTS_MAX, SLICES_MAX, Scale, WHOLE_TURN, shares};
use crate::kit::expr::{Expr, List, Type, Value};
use crate::model::chart::{Caption, ChartContent, ChartNode, Figures, Legend};
use crate::model::content::Block;
use crate::model::record::Hold;

/// Most labels that are set; of more rows every n-th is labelled.
const LABELS_MAX: usize = 200;
/// Most characters of a label.
const LABEL_CHARACTERS_MAX: usize = 120;

/// The values of a chart.
struct Numbers<'a> {
    /// By series and row.
    values: &'a [&'a [Option<Decimal>]],
    currency: Currency,
}

fn refuse(reason: String) -> Hold {
    Hold::new(&code::RECORD_CHART, reason)
}

impl<'s, 'p, 'a> Binder<'s, 'p, 'a>
where
    'p: 'a,
{
    /// Binds a chart: its values, its axis and all its texts.
    pub(super) fn chart(&mut self, node: &'a ChartNode) -> Bound<Block<'a>> {
        let rows = self.rows(&node.list)?;
        check_count(node, rows.len())?;
        let numbers = self.chart_values(node, rows)?;
        let (labels, stride) = self.chart_labels(node, rows)?;
        let scale = if node.kind.is_round() { None } else { Some(self.chart_scale(node, &numbers)?) };
        let names = match (node.legend, node.kind.is_round()) {
            (Legend::None, _) => &[] as &[_],
            (_, true) => labels,
            (_, false) => {
                let mut names = BumpVec::new_in(self.arena);
                for series in &node.series {
                    names.push(match &series.name {
                        Some(name) => self.chart_text(name, node)?,
                        None => Caption::default(),
                    });
                }
                names.into_bump_slice()
            }
        };
        let figures = self.chart_figures(node, &numbers)?;
        let alt = self.text_of(&node.alt)?;
        let content = ChartContent { node, values: numbers.values, labels, stride, names, scale, figures, alt };
        Ok(Block::Chart(self.arena.alloc(content)))
    }

    fn chart_values(&mut self, node: &'a ChartNode, rows: List<'a>) -> Bound<Numbers<'a>> {
        let mut currency = Currency::NONE;
        let mut all = BumpVec::with_capacity_in(node.series.len(), self.arena);
        for series in &node.series {
            let mut values = BumpVec::with_capacity_in(rows.len(), self.arena);
            for row in rows.rows() {
                self.variables[node.variable] = Value::Row(row);
                values.push(match self.evaluate(&series.value)? {
                    Value::Integer(number) => Some(Decimal::from(number)),
                    Value::Decimal(number) => Some(number),
                    Value::Money(money) => {
                        if currency == Currency::NONE {
                            currency = money.currency;
                        } else if money.currency != Currency::NONE && money.currency != currency {
                            return Err(refuse(format!("amounts in {} and in {} have no common axis", currency.code(), money.currency.code())));
                        }
                        Some(money.amount)
                    }
                    _ => None,
                });
            }
            all.push(values.into_bump_slice() as &[_]);
        }
        let values = all.into_bump_slice();
        if node.kind.is_round()
            && let Some(value) = values.iter().copied().flatten().flatten().find(|value: &&Decimal| **value < Decimal::ZERO)
        {
            return Err(refuse(format!("a {} cannot show the negative value {value}", node.kind.name())));
        }
        Ok(Numbers { values, currency })
    }

    fn chart_labels(&mut self, node: &'a ChartNode, rows: List<'a>) -> Bound<(&'a [Caption<'a>], usize)> {
        let stride = rows.len().div_ceil(LABELS_MAX).max(1);
        let mut labels = BumpVec::new_in(self.arena);
        for row in rows.rows().step_by(stride) {
            self.variables[node.variable] = Value::Row(row);
            labels.push(self.chart_text(&node.label, node)?);
        }
        Ok((labels.into_bump_slice(), stride))
    }

    /// The axis: bars begin at zero, and so does a line unless its values are far from it.
    fn chart_scale(&mut self, node: &'a ChartNode, numbers: &Numbers<'a>) -> Bound<(Scale, &'a [Caption<'a>])> {
        let far = || refuse("the values are too large or too far apart to be drawn".into());
        let all = || numbers.values.iter().copied().flatten().flatten().copied();
        let (mut low, mut high) = (all().min().unwrap_or_default(), all().max().unwrap_or_default());
        if node.kind == Kind::StackedBar {
            (low, high) = (Decimal::ZERO, Decimal::ZERO);
            for row in 0..numbers.values.first().map_or(0, |values| values.len()) {
                let (below, above) = stack_of(numbers.values, row).ok_or_else(far)?;
                (low, high) = (low.min(below), high.max(above));
            }
        }
        let is_far = node.kind == Kind::Line && low > Decimal::ZERO && low.checked_sub(high - low).is_some_and(|rest| rest > high - low);
        if !is_far {
            (low, high) = (low.min(Decimal::ZERO), high.max(Decimal::ZERO));
        }
        let is_whole = matches!(node.series.first().map(|series| series.value.kind()), Some(Type::Integer));
        let line = self.layout().text_style(node.style.text).line_height;
        let wanted = (node.height.scaled(7, 10).millipoints() / line.scaled(22, 10).millipoints().max(1)).clamp(2, 6) as u32;
        let scale = Scale::over(low, high, wanted, is_whole).ok_or_else(far)?;
        let digits = scale.step.normalize().scale();
        let mut ticks = BumpVec::with_capacity_in(scale.ticks as usize, self.arena);
        for tick in 0..scale.ticks {
            ticks.push(self.chart_number(node, scale.tick(tick), Some(digits), numbers.currency)?);
        }
        Ok((scale, ticks.into_bump_slice()))
    }

    /// The texts of the values that are printed.
    fn chart_figures(&mut self, node: &'a ChartNode, numbers: &Numbers<'a>) -> Bound<&'a [Caption<'a>]> {
        let rows = numbers.values.first().map_or(0, |values| values.len());
        if node.figures == Figures::None || (node.kind == Kind::Line && rows > LABELS_MAX) {
            return Ok(&[]);
        }
        let is_money = matches!(node.series.first().map(|series| series.value.kind()), Some(Type::Money));
        let own = |value: Decimal| Some(if is_money { numbers.currency.minor_digits() } else { value.normalize().scale().min(6) });
        let mut out = BumpVec::new_in(self.arena);
        if node.figures == Figures::Percent {
            let parts = shares(numbers.values[0]).ok_or_else(|| refuse("the sum of the values is larger than 28 digits".into()))?;
            for (from, to) in parts {
                let hundredths = Decimal::from(to - from) * Decimal::ONE_HUNDRED / Decimal::from(WHOLE_TURN);
                let mut buffer = std::mem::take(&mut self.buffer);
                buffer.clear();
                self.locale.write_percent(hundredths, 0, &mut buffer);
                out.push(self.caption(&buffer, node));
                self.buffer = buffer;
            }
        } else if node.kind == Kind::StackedBar {
            for row in 0..rows {
                let sum = stack_of(numbers.values, row).and_then(|(below, above)| below.checked_add(above));
                let sum = sum.ok_or_else(|| refuse("a sum is larger than 28 digits".into()))?;
                out.push(self.chart_number(node, sum, own(sum), numbers.currency)?);
            }
        } else {
            for value in numbers.values.iter().copied().flatten() {
                out.push(match *value {
                    Some(value) => self.chart_number(node, value, own(value), numbers.currency)?,
                    None => Caption::default(),
                });
            }
        }
        Ok(out.into_bump_slice())
    }

    /// A value as the layout prints it, or as the locale prints numbers.
    fn chart_number(&mut self, node: &'a ChartNode, value: Decimal, digits: Option<u32>, currency: Currency) -> Bound<Caption<'a>> {
        let Some((variable, format)) = &node.format else {
            let mut buffer = std::mem::take(&mut self.buffer);
            buffer.clear();
            self.locale.write_number(value, digits, true, &mut buffer);
            let caption = self.caption(&buffer, node);
            self.buffer = buffer;
            return Ok(caption);
        };
        let is_money = matches!(node.series.first().map(|series| series.value.kind()), Some(Type::Money));
        self.variables[*variable] = if is_money { Value::Money(Money { amount: value, currency }) } else { Value::Decimal(value) };
        self.chart_text(format, node)
    }

    fn chart_text(&mut self, expr: &Expr, node: &'a ChartNode) -> Bound<Caption<'a>> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        let written = self.write(expr, &mut buffer);
        let caption = written.map(|()| self.caption(&buffer, node));
        self.buffer = buffer;
        caption
    }

    /// A text of one line, shaped.
    pub(super) fn caption(&mut self, text: &str, node: &ChartNode) -> Caption<'a> {
        let plain: String = text
            .trim()
            .chars()
            .take(LABEL_CHARACTERS_MAX)
            .map(|c| if c.is_whitespace() && c != '\u{a0}' && c != '\u{202f}' { ' ' } else { c })
            .collect();
        let text: &'a str = self.arena.alloc_str(&plain);
        let mut items = Vec::new();
        if !text.is_ascii() {
            bidi::items(self, &[Piece::Text(node.style.text, text)], &node.style, &mut items);
        } else {
            self.text(text, node.style.text, &mut items);
        }
        let items = self.arena.alloc_slice_copy(&items);
        Caption { text, items, width: items.iter().map(width_of).sum() }
    }
}

fn check_count(node: &ChartNode, rows: usize) -> Bound<()> {
    let (count, most, what) = match node.kind {
        Kind::Bar => (rows * node.series.len(), BARS_MAX, "bars"),
        Kind::StackedBar => (rows, BARS_MAX, "bars"),
        Kind::Line => (rows, POINTS_MAX, "values"),
        Kind::Pie | Kind::Donut => (rows, SLICES_MAX, "slices"),
    };
    if count > most {
        return Err(refuse(format!("a {} chart of {count} {what}; at most {most} are drawn", node.kind.name())));
    }
    Ok(())
}

/// What the values of a row add up to below and above zero.
fn stack_of(values: &[&[Option<Decimal>]], row: usize) -> Option<(Decimal, Decimal)> {
    values.iter().filter_map(|series| series[row]).try_fold((Decimal::ZERO, Decimal::ZERO), |(below, above), value| {
        Some(if value < Decimal::ZERO { (below.checked_add(value)?, above) } else { (below, above.checked_add(value)?) })
    })
}
