//! Putting a bound chart on the page.
//!
//! Takes values and captions, gives few operators: one for all lines of the grid, one for all bars of a series. Where captions would
//! collide, every n-th is shown or a caption is cut short with an ellipsis; what has no room at all holds the record.

use super::super::paginate::{Paginator, Result};
use super::super::track::aligned;
use super::refuse;
use crate::base::length::Length;
use crate::base::money::Decimal;
use crate::kit::chart::{self, Kind, Plot, Point, Scale, Segment, WHOLE_TURN};
use crate::kit::text::Direction;
use crate::model::chart::{Caption, ChartContent, Figures, Legend};
use crate::model::layout::{Border, Color, LineStyle};

/// The measures that follow from the font of a chart.
#[derive(Clone, Copy)]
struct Measures {
    /// Size of the font.
    size: Length,
    /// Distance of two lines.
    line: Length,
    /// Space between a text and what it belongs to.
    gap: Length,
}

/// Where an entry of a legend stands across, and how many characters of a caption fit, is up to [`Paginator::entry`].
#[derive(Clone, Copy)]
struct Entry {
    x: Length,
    /// The top of its line.
    y: Length,
    /// The room of its texts.
    width: Length,
}

const WHITE: Color = Color { r: 255, g: 255, b: 255 };

impl<'p: 'a, 'a> Paginator<'_, '_, 'p, 'a> {
    /// Paints a chart at the top of a room.
    pub(in super::super) fn paint_chart(&mut self, content: &'a ChartContent<'a>, x: Length, y: Length, room: Length) -> Result<()> {
        let node = content.node;
        let width = node.width.unwrap_or(room).min(room);
        let style = self.layout().text_style(node.style.text);
        let measures = Measures { size: style.size, line: style.line_height, gap: style.size.scaled(55, 100) };
        let whole = Plot { x: aligned(x, room, width, node.align), y, width, height: node.height };
        match &content.scale {
            Some((scale, ticks)) => self.paint_axes(content, scale, ticks, whole, measures),
            None => self.paint_round(content, whole, measures),
        }
    }

    fn paint_axes(&mut self, content: &'a ChartContent<'a>, scale: &Scale, ticks: &'a [Caption<'a>], whole: Plot, measures: Measures) -> Result<()> {
        let node = content.node;
        let Measures { size, line, gap } = measures;
        let mut plot = self.paint_legend(content, whole, measures)?;
        // Ticks at the left, labels below; half a tick and perhaps a figure above the highest line.
        let ticks_width = ticks.iter().map(|tick| tick.width).fold(Length::ZERO, Length::max) + gap;
        let above = size / 2 + if content.figures.is_empty() { Length::ZERO } else { size };
        let below = if content.labels.iter().all(|label| label.text.is_empty()) { size / 2 } else { line + gap / 2 };
        plot = Plot { x: plot.x + ticks_width, y: plot.y + above, width: plot.width - ticks_width, height: plot.height - above - below };
        if plot.width < size * 4 || plot.height < size * 2 {
            let reason = format!(
                "the texts of the chart leave {} x {} for its {}",
                plot.width.max(Length::ZERO),
                plot.height.max(Length::ZERO),
                marks(node.kind)
            );
            return Err(refuse(reason));
        }
        let right = plot.x + plot.width;
        let mut grid = Vec::new();
        for tick in 0..scale.ticks {
            let down = plot.down(scale, scale.tick(tick));
            grid.extend([Segment::Move((plot.x, down)), Segment::Line((right, down))]);
            if let Some(caption) = ticks.get(tick as usize) {
                self.caption_at(caption, plot.x - gap - caption.width, down + size.scaled(35, 100));
            }
        }
        if let Some(border) = node.grid {
            self.canvas.stroke_path(&grid, border, false);
        }
        match node.kind {
            Kind::Line => self.paint_lines(content, scale, plot, measures),
            _ => self.paint_bars_of(content, scale, plot, measures)?,
        }
        // The line of zero, or where the axis begins.
        let base = plot.down(scale, Decimal::ZERO.max(scale.low).min(scale.high));
        let axis = Border { width: Length::from_millipoints(750), color: mixed(self.color(content), 45), line: LineStyle::Solid };
        self.canvas.stroke_line((plot.x, base), (right, base), axis);
        self.paint_labels(content, plot, measures);
        Ok(())
    }

    fn color(&self, content: &ChartContent<'a>) -> Color {
        self.layout().text_style(content.node.style.text).color
    }

    fn paint_bars_of(&mut self, content: &'a ChartContent<'a>, scale: &Scale, plot: Plot, measures: Measures) -> Result<()> {
        let node = content.node;
        let is_stacked = node.kind == Kind::StackedBar;
        let bars = match is_stacked {
            true => chart::stacks(plot, scale, content.values).ok_or_else(|| refuse("a sum is larger than 28 digits".into()))?,
            false => chart::bars(plot, scale, content.values),
        };
        for (index, series) in node.series.iter().enumerate() {
            self.canvas.fill_rectangles(bars.iter().filter(|bar| bar.series == index).map(|bar| bar.place), series.color);
        }
        // Figures that would touch each other are worse than none.
        let rows = content.values.first().map_or(0, |values| values.len());
        let count = if is_stacked { rows } else { rows * node.series.len() };
        let share = plot.width / count.max(1) as i64;
        let widest = content.figures.iter().map(|figure| figure.width).fold(Length::ZERO, Length::max);
        if content.figures.is_empty() || widest + measures.gap / 2 > share {
            return Ok(());
        }
        for (index, figure) in content.figures.iter().enumerate() {
            let mine = |bar: &&chart::Bar| if is_stacked { bar.row == index } else { bar.series * rows + bar.row == index };
            let own = || bars.iter().filter(mine);
            let Some(first) = own().next() else { continue };
            let middle = first.place.x + first.place.width / 2;
            let hangs = !own().any(|bar| !bar.is_negative);
            let baseline = match hangs {
                true => own().map(|bar| bar.place.y + bar.place.height).fold(first.place.y, Length::max) + measures.size,
                false => own().map(|bar| bar.place.y).fold(first.place.y, Length::min) - measures.size.scaled(35, 100),
            };
            self.caption_at(figure, middle - figure.width / 2, baseline);
        }
        Ok(())
    }

    fn paint_lines(&mut self, content: &'a ChartContent<'a>, scale: &Scale, plot: Plot, measures: Measures) {
        let node = content.node;
        let width = Length::from_millipoints(1_500);
        for (index, series) in node.series.iter().enumerate() {
            let (mut path, mut dots) = (Vec::new(), Vec::new());
            for piece in chart::lines(plot, scale, content.values[index]) {
                if let [point] = piece.as_slice() {
                    chart::slice(*point, width, Length::ZERO, 0, WHOLE_TURN, &mut dots);
                    continue;
                }
                path.extend(piece.iter().enumerate().map(|(at, point)| if at == 0 { Segment::Move(*point) } else { Segment::Line(*point) }));
            }
            self.canvas.stroke_path(&path, Border { width, color: series.color, line: LineStyle::Solid }, true);
            self.canvas.fill_path(&dots, series.color);
        }
        let rows = content.values.first().map_or(0, |values| values.len());
        let share = plot.width / rows.max(1) as i64;
        let widest = content.figures.iter().map(|figure| figure.width).fold(Length::ZERO, Length::max);
        if content.figures.is_empty() || widest + measures.gap / 2 > share {
            return;
        }
        for (index, figure) in content.figures.iter().enumerate() {
            let row = index % rows;
            let Some(value) = content.values[index / rows][row] else { continue };
            let point: Point = (plot.middle(row, rows), plot.down(scale, value));
            self.caption_at(figure, point.0 - figure.width / 2, point.1 - measures.size.scaled(45, 100));
        }
    }

    /// The labels below: all if they have room, else every n-th; a few long ones are cut short instead.
    fn paint_labels(&mut self, content: &'a ChartContent<'a>, plot: Plot, measures: Measures) {
        let rows = content.values.first().map_or(0, |values| values.len());
        let share = plot.width.scaled(content.stride as i64, rows.max(1) as i64);
        let cuts = content.labels.len() <= 12 && share >= measures.size * 3;
        let room = if cuts { share - measures.gap } else { (plot.width / 3).max(share - measures.gap) };
        let labels: Vec<Caption<'a>> = content.labels.iter().map(|label| self.cut(content, *label, room)).collect();
        let widest = labels.iter().map(|label| label.width).fold(Length::ZERO, Length::max) + measures.gap;
        let step = (widest.millipoints() + share.millipoints() - 1).div_euclid(share.millipoints().max(1)).max(1);
        let baseline = plot.y + plot.height + measures.gap / 2 + measures.size;
        for (index, label) in labels.iter().enumerate().step_by(usize::try_from(step).unwrap_or(usize::MAX)) {
            let middle = plot.middle(index * content.stride, rows);
            // The first and the last may not leave the chart.
            let left = (middle - label.width / 2).min(plot.x + plot.width - label.width);
            self.caption_at(label, left, baseline);
        }
    }

    fn paint_round(&mut self, content: &'a ChartContent<'a>, whole: Plot, measures: Measures) -> Result<()> {
        let node = content.node;
        let plot = self.paint_legend(content, whole, measures)?;
        let radius = plot.width.min(plot.height) / 2;
        if radius < measures.size * 2 {
            return Err(refuse(format!("the legend of the {} leaves {} for it", node.kind.name(), (radius * 2).max(Length::ZERO))));
        }
        let hole = if node.kind == Kind::Donut { radius.scaled(58, 100) } else { Length::ZERO };
        let left = if node.legend == Legend::Right { plot.x } else { plot.x + (plot.width - radius * 2) / 2 };
        let center = (left + radius, plot.y + plot.height / 2);
        let shares = chart::shares(content.values[0]).ok_or_else(|| refuse("the sum of the values is larger than 28 digits".into()))?;
        if shares.iter().all(|(from, to)| from == to) {
            // Nothing to share: the empty form, in the colour of a grid.
            let mut path = Vec::new();
            chart::slice(center, radius, hole, 0, WHOLE_TURN, &mut path);
            self.canvas.fill_path(&path, mixed(self.color(content), 12));
            return Ok(());
        }
        let mut edges = Vec::new();
        for (index, (from, to)) in shares.iter().enumerate() {
            let mut path = Vec::new();
            chart::slice(center, radius, hole, *from, *to, &mut path);
            self.canvas.fill_path(&path, slice_color(&node.palette, index));
            if to > from && to - from < WHOLE_TURN {
                edges.append(&mut path);
            }
        }
        // One white hair between slices.
        let hair = Border { width: Length::from_millipoints(750), color: WHITE, line: LineStyle::Solid };
        self.canvas.stroke_path(&edges, hair, true);
        Ok(())
    }

    /// Paints the legend, and gives what it leaves of the room.
    fn paint_legend(&mut self, content: &'a ChartContent<'a>, whole: Plot, measures: Measures) -> Result<Plot> {
        let node = content.node;
        let names = content.names;
        let Measures { size, line, gap } = measures;
        if names.is_empty() {
            return Ok(whole);
        }
        let mark = size.scaled(75, 100) + gap;
        let figures: &'a [Caption<'a>] = if node.kind.is_round() && node.figures != Figures::None { content.figures } else { &[] };
        let figures_width = figures.iter().map(|figure| figure.width).fold(Length::ZERO, Length::max);
        let figures_room = if figures.is_empty() { Length::ZERO } else { figures_width + gap * 2 };
        let widest = names.iter().map(|name| name.width).fold(Length::ZERO, Length::max);
        let mut entries = Vec::with_capacity(names.len());
        let rest = if node.legend == Legend::Right {
            let lines = (whole.height.millipoints() / line.millipoints().max(1)).max(1) as usize;
            let columns = names.len().div_ceil(lines) as i64;
            // A pie is as wide as it is high, or somewhat less for the sake of its legend; other charts keep more than half for themselves.
            let pie = (whole.width - size * 2 - mark - widest - figures_room).max(whole.height.scaled(6, 10)).min(whole.height);
            let left = if node.kind.is_round() { pie + size * 2 } else { whole.width.scaled(6, 10) };
            let most = (whole.width - left + gap * 2) / columns - gap * 2;
            let text = (widest + figures_room).min(most - mark);
            if text < size * 3 + figures_room && text < widest + figures_room {
                return Err(refuse(format!("there is no room for a legend of {} entries beside the chart", names.len())));
            }
            let column = mark + text + gap * 2;
            let from = if node.kind.is_round() { whole.x + left } else { whole.x + whole.width - column * columns + gap * 2 };
            let per_column = names.len().div_ceil(columns as usize);
            let top = whole.y + if node.kind.is_round() { (whole.height - line * per_column as i64) / 2 } else { Length::ZERO };
            for index in 0..names.len() {
                let (across, down) = ((index / per_column) as i64, (index % per_column) as i64);
                entries.push(Entry { x: from + column * across, y: top + line * down, width: text });
            }
            let width = if node.kind.is_round() { left - size * 2 } else { whole.width - column * columns };
            Plot { width: width.min(whole.width), ..whole }
        } else {
            let (mut x, mut down) = (whole.x, 0);
            for name in names {
                let text = (name.width + figures_room).min(whole.width - mark);
                if x > whole.x && x + mark + text > whole.x + whole.width {
                    (x, down) = (whole.x, down + 1);
                }
                entries.push(Entry { x, y: line * down, width: text });
                x += mark + text + gap * 3;
            }
            let height = line * (down + 1) + gap;
            let top = if node.legend == Legend::Top { whole.y } else { whole.y + whole.height - height + gap };
            for entry in &mut entries {
                entry.y += top;
            }
            let y = if node.legend == Legend::Top { whole.y + height } else { whole.y };
            Plot { y, height: whole.height - height, ..whole }
        };
        let is_right = node.legend == Legend::Right;
        for (index, (name, entry)) in names.iter().zip(&entries).enumerate() {
            let color = if node.kind.is_round() { slice_color(&node.palette, index) } else { node.series[index].color };
            self.paint_mark(node.kind, color, *entry, measures);
            let baseline = entry.y + line / 2 + size.scaled(35, 100);
            let name = self.cut(content, *name, entry.width - figures_room);
            self.caption_at(&name, entry.x + mark, baseline);
            if let Some(figure) = figures.get(index) {
                let right = if is_right { entry.x + mark + entry.width } else { entry.x + mark + name.width + gap + figure.width };
                self.caption_at(figure, right - figure.width, baseline);
            }
        }
        Ok(rest)
    }

    /// The sign of an entry: a square, or a piece of a line.
    fn paint_mark(&mut self, kind: Kind, color: Color, entry: Entry, Measures { size, line, .. }: Measures) {
        let side = size.scaled(75, 100);
        let middle = entry.y + line / 2;
        if kind == Kind::Line {
            let width = Length::from_millipoints(1_500);
            let path = [Segment::Move((entry.x, middle)), Segment::Line((entry.x + side, middle))];
            self.canvas.stroke_path(&path, Border { width, color, line: LineStyle::Solid }, true);
        } else {
            self.canvas.fill_rectangle(entry.x, middle - side / 2, side, side, Length::ZERO, color);
        }
    }

    fn caption_at(&mut self, caption: &Caption<'a>, x: Length, baseline: Length) {
        if !caption.items.is_empty() {
            self.items(caption.items, Direction::LeftToRight, x, baseline, Length::ZERO);
        }
    }

    /// A caption that is not wider than `room`, cut short with an ellipsis if it must be.
    fn cut(&mut self, content: &ChartContent<'a>, caption: Caption<'a>, room: Length) -> Caption<'a> {
        if caption.width <= room {
            return caption;
        }
        let mut kept = caption.text.chars().count();
        let mut width = caption.width;
        let mut short = caption;
        while width > room && kept > 1 {
            // A first guess by the average width, then one letter after the other.
            let guess = usize::try_from(room.scaled(kept as i64, width.millipoints().max(1)).millipoints()).unwrap_or(0);
            kept = guess.clamp(1, kept - 1);
            let text: String = caption.text.chars().take(kept).collect();
            short = self.binder.caption(&format!("{}…", text.trim_end()), content.node);
            width = short.width;
        }
        short
    }
}

/// What a chart shows its values as.
fn marks(kind: Kind) -> &'static str {
    if kind == Kind::Line { "lines" } else { "bars" }
}

/// The colour of a slice: those of the palette, then the same ever lighter.
fn slice_color(palette: &[Color], index: usize) -> Color {
    match palette.get(index % palette.len().max(1)) {
        Some(color) => mixed(*color, [100, 62, 36][(index / palette.len()).min(2)]),
        None => Color::default(),
    }
}

/// A colour mixed with white.
fn mixed(color: Color, percent: u32) -> Color {
    let mix = |value: u8| ((u32::from(value) * percent + 255 * (100 - percent) + 50) / 100) as u8;
    Color { r: mix(color.r), g: mix(color.g), b: mix(color.b) }
}
