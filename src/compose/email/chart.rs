//! Charts in e-mails: a table with a bar for each value.
//!
//! Takes bound charts, gives their labels and values as a table that screen readers read, with bars that every mail program shows. Must
//! never draw: a picture of a chart says nothing where pictures are blocked.

use std::fmt::Write;

use super::css::{Around, push_class};
use super::html::Html;
use crate::base::length::Length;
use crate::base::money::Decimal;
use crate::kit::html::{push_attribute, push_color, push_text};
use crate::model::chart::{ChartContent, Figures};
use crate::model::layout::Color;

/// Most values that are shown one by one; of more, the words of the chart are shown.
const VALUES_MAX: usize = 48;

/// A value of a chart.
pub(super) struct Bar<'c> {
    /// Its label, and its series if there are several.
    pub label: String,
    /// The value as it is printed.
    pub value: String,
    /// Its share of the largest, in thousandths.
    pub share: i64,
    /// The index of its colour.
    pub color: usize,
    pub chart: std::marker::PhantomData<&'c ()>,
}

/// The values of a chart one by one; `None` if they are too many.
pub(super) fn bars<'c>(chart: &'c ChartContent<'_>) -> Option<Vec<Bar<'c>>> {
    let rows = chart.values.first().map_or(0, |values| values.len());
    if rows * chart.values.len() > VALUES_MAX || rows == 0 {
        return None;
    }
    let is_round = chart.node.kind.is_round();
    let all = || chart.values.iter().flat_map(|values| values.iter().copied().flatten());
    let largest = all().map(|value| value.abs()).max().unwrap_or(Decimal::ZERO);
    let mut bars = Vec::new();
    for row in 0..rows {
        let label = chart.labels.get(row / chart.stride.max(1)).filter(|_| row % chart.stride.max(1) == 0).map_or("", |label| label.text);
        for (series, values) in chart.values.iter().enumerate() {
            let Some(value) = values[row] else { continue };
            let printed = chart.figures.get(series * rows + row).map(|caption| caption.text).filter(|text| !text.is_empty());
            let name = chart.names.get(series).filter(|_| chart.values.len() > 1).map_or("", |name| name.text);
            let label = [label, name].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
            // Shares of a pie are percentages; the values themselves say more.
            let value_text = match (printed, chart.node.figures) {
                (Some(text), Figures::Amount | Figures::Percent) => text.to_string(),
                _ => value.normalize().to_string(),
            };
            let share = if largest.is_zero() { 0 } else { thousandths(value.abs(), largest) };
            bars.push(Bar { label, value: value_text, share, color: if is_round { row } else { series }, chart: std::marker::PhantomData });
        }
    }
    Some(bars)
}

fn thousandths(part: Decimal, whole: Decimal) -> i64 {
    let share = part.checked_mul(Decimal::from(1_000)).and_then(|part| part.checked_div(whole));
    share.and_then(|share| i64::try_from(share.round().mantissa()).ok()).unwrap_or(0).clamp(0, 1_000)
}

impl Html<'_, '_> {
    /// Adds a chart.
    pub(super) fn chart(&mut self, chart: &ChartContent<'_>, margins: (Length, Length), around: Around) {
        let Some(bars) = bars(chart) else { return self.alternative(chart.alt, chart.node.align) };
        let (top, bottom) = (self.css.space(margins.0).max(8), self.css.space(margins.1).max(8));
        let style = chart.node.style.text;
        self.out.push_str("<table aria-label=\"");
        push_attribute(chart.alt, &mut self.out);
        writeln!(
            self.out,
            "\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" style=\"width:100%;border-collapse:collapse;margin:{top}px 0 {bottom}px\">"
        )
        .expect("a String takes what is written");
        let mut text = String::new();
        self.css.push_text(style, None, &mut text);
        let (mut class, own) = (String::new(), self.css.color(style));
        if self.color_of(style, around) {
            text.push_str("color:");
            push_color(&mut text, (own.r, own.g, own.b));
            text.push(';');
            if !around.is_kept {
                class.push_str(" class=\"");
                push_class('t', own, &mut class);
                class.push('"');
            }
        }
        for bar in &bars {
            write!(self.out, "<tr><th scope=\"row\"{class} style=\"padding:3px 8px 3px 0;{text}font-weight:normal;text-align:left\">")
                .expect("a String takes what is written");
            push_text(&bar.label, &mut self.out);
            let Color { r, g, b } = color_of(chart, bar.color);
            let width = (bar.share / 10).max(1);
            write!(
                self.out,
                "</th><td width=\"50%\" style=\"width:50%;padding:3px 0\"><table role=\"presentation\" width=\"{width}%\" cellpadding=\"0\" cellspacing=\"0\" \
                 border=\"0\" style=\"width:{width}%\"><tr><td style=\"background-color:#{r:02x}{g:02x}{b:02x};font-size:1px;line-height:12px;height:12px\">&nbsp;</td></tr></table></td>"
            )
            .expect("a String takes what is written");
            write!(self.out, "<td{class} style=\"padding:3px 0 3px 8px;{text}text-align:right;white-space:nowrap\">")
                .expect("a String takes what is written");
            push_text(&bar.value, &mut self.out);
            self.out.push_str("</td></tr>\n");
        }
        self.out.push_str("</table>\n");
    }
}

fn color_of(chart: &ChartContent<'_>, at: usize) -> Color {
    let of_series = chart.node.series.get(at).map(|series| series.color).filter(|_| !chart.node.kind.is_round());
    let count = chart.node.palette.len().max(1);
    of_series.or_else(|| chart.node.palette.get(at % count).copied()).unwrap_or_default()
}
