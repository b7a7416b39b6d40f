//! Symbols as page content.
//!
//! Takes a [`Symbol`] and sizes, gives PDF path operators that fill the dark modules, and where they are put, the frame around
//! them. Must never round a width: the coordinate system is scaled to one unit, so every edge is a whole number and bars can
//! neither be thinned nor drift, whatever the module is.

use super::{Bearer, Matrix, Shape, ShapeKind, State, Symbol};
use crate::base::length::Length;

/// How large a symbol is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Size {
    /// Width of a module; of codes of four states, of a bar.
    pub module: Length,
    /// Units that a module of bars is wide; they divide the module.
    pub units: u8,
    /// Height of bars; unused by matrices.
    pub height: Length,
    /// What it is drawn from, with pitch and parts in the sizes asked for.
    pub kind: ShapeKind,
    /// What every dark run loses of its width.
    pub reduction: Length,
    /// A dot of the device, on whose grid edges must lie.
    pub dot: Option<Length>,
    /// The modules whose bars are longer by five modules.
    pub guards: &'static [(u16, u16)],
    /// Bearer bars.
    pub bearer: Bearer,
}

/// Quarter turns clockwise.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Turn {
    /// Upright.
    #[default]
    None,
    /// The top at the right.
    Quarter,
    /// Upside down.
    Half,
    /// The top at the left.
    ThreeQuarters,
}

impl Turn {
    /// Whether width and height change places.
    pub fn is_sideways(self) -> bool {
        matches!(self, Turn::Quarter | Turn::ThreeQuarters)
    }
}

/// A symbol as operators, without its place.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Drawing {
    /// Rectangles in units, to be filled.
    pub path: Vec<u8>,
    /// What a unit is across and up.
    pub unit: [Length; 2],
    /// Width of what is dark.
    pub width: Length,
    /// Height of what is dark.
    pub height: Length,
    /// Clear space at the sides, and above and below.
    pub quiet: [Length; 2],
}

/// Modules that guard bars are longer, and that bearer bars are thick.
const GUARD: i64 = 5;
const BEARER: i64 = 2;

impl Drawing {
    /// Draws a symbol, in place of what was drawn before.
    pub fn draw(&mut self, symbol: &Symbol, size: &Size) {
        self.path.clear();
        let module = size.module.millipoints();
        match symbol {
            Symbol::Bars { widths, quiet } => self.draw_bars(widths, *quiet, size),
            Symbol::States { bars } => self.draw_states(bars, size),
            Symbol::Matrix { modules, quiet } => {
                let row = if let ShapeKind::Matrix { row } = size.kind { i64::from(row) } else { 1 };
                self.width = size.module * modules.width() as i64;
                self.height = size.module * (row * modules.height() as i64);
                self.quiet = [size.module * i64::from(*quiet); 2];
                let (lead, trail) = size.loss();
                if lead + trail == 0 {
                    self.unit = [size.module, size.module * row];
                    write_matrix(modules.clone(), &|at| at as i64, &|at| at as i64, &mut self.path);
                } else {
                    let unit = [module, lead, trail].into_iter().fold(0, gcd);
                    self.unit = [Length::from_millipoints(unit); 2];
                    let edges = |at: usize, step: i64| at as i64 / 3 * step + [0, lead / unit, step - trail / unit][at % 3];
                    let (across, down) = (module / unit, module * row / unit);
                    // The last edge of the picture turned upside down is the first from below.
                    let rows = modules.height() * 3;
                    let up = |at: usize| down * modules.height() as i64 - edges(rows - at, down);
                    write_matrix(shrunk(modules), &|at| edges(at, across), &up, &mut self.path);
                }
            }
        }
        self.path.extend_from_slice(b"f\nQ\n");
    }

    fn draw_bars(&mut self, widths: &[u8], quiet: u8, size: &Size) {
        let module = size.module.millipoints();
        let unit_width = module / i64::from(size.units);
        let (lead, trail) = size.loss();
        let units: i64 = widths.iter().map(|&width| i64::from(width)).sum();
        let total = units * unit_width;
        let quiet = i64::from(quiet) * unit_width;
        let (guard, bearer) =
            (if size.guards.is_empty() { 0 } else { GUARD * module }, if size.bearer == Bearer::None { 0 } else { BEARER * module });
        let height = size.height.millipoints();
        self.width = Length::from_millipoints(total);
        self.height = Length::from_millipoints(height + guard + 2 * bearer);
        self.quiet = [Length::from_millipoints(quiet), Length::ZERO];
        let across = [unit_width, lead, trail].into_iter().fold(0, gcd);
        let up = if guard + bearer == 0 { height } else { [height, guard, bearer].into_iter().fold(0, gcd) };
        self.unit = [Length::from_millipoints(across), Length::from_millipoints(up)];
        // All but the guards stands above them; bearer bars stand around all.
        let (low, top) = ((guard + bearer) / up, height / up);
        let mut x = 0;
        for (at, &width) in widths.iter().enumerate() {
            let (start, length) = (x * unit_width, i64::from(width) * unit_width);
            if at % 2 == 0 {
                let is_guard = size.guards.iter().any(|(from, to)| (i64::from(*from)..i64::from(*to)).contains(&x));
                let deeper = if is_guard { guard / up } else { 0 };
                write_rectangle((start + lead) / across, low - deeper, (length - lead - trail) / across, top + deeper, &mut self.path);
            }
            x += i64::from(width);
        }
        if bearer > 0 {
            let thick = bearer / up;
            let (from, length) =
                if size.bearer == Bearer::Frame { (-quiet - bearer, total + 2 * (quiet + bearer)) } else { (-quiet, total + 2 * quiet) };
            for y in [0, low + top] {
                write_signed(from / across, y, length / across, thick, &mut self.path);
            }
            if size.bearer == Bearer::Frame {
                for x in [-quiet - bearer, total + quiet] {
                    write_signed(x / across, 0, bearer / across, low + top + thick, &mut self.path);
                }
                self.quiet[0] += Length::from_millipoints(bearer);
            }
        }
    }

    fn draw_states(&mut self, bars: &[State], size: &Size) {
        let ShapeKind::States { pitch, parts, clear } = size.kind else { unreachable!("bars of four states have parts") };
        let (pitch, width) = (pitch.millipoints(), size.module.millipoints());
        let [ascender, tracker, descender] = parts.map(Length::millipoints);
        let (lead, trail) = size.loss();
        self.width = Length::from_millipoints(pitch * (bars.len() as i64 - 1) + width);
        self.height = Length::from_millipoints(ascender + tracker + descender);
        self.quiet = clear;
        let unit = [pitch, width, ascender, tracker, descender, lead, trail].into_iter().fold(0, gcd);
        self.unit = [Length::from_millipoints(unit); 2];
        for (at, bar) in bars.iter().enumerate() {
            let (bottom, top) = match bar {
                State::Full => (0, descender + tracker + ascender),
                State::Ascender => (descender, descender + tracker + ascender),
                State::Descender => (0, descender + tracker),
                State::Tracker => (descender, descender + tracker),
            };
            let x = (at as i64 * pitch + lead) / unit;
            write_rectangle(x, bottom / unit, (width - lead - trail) / unit, (top - bottom) / unit, &mut self.path);
        }
    }
}

impl Drawing {
    /// Puts the Swiss cross into the middle of a square symbol that is `side` wide: a white square of 7 mm, a black one of 6 mm, a white cross (SIX
    /// guidelines, 6.4.2).
    pub fn put_cross(&mut self, modules: i64, side: Length) {
        // In thousandths of a module, from the middle.
        let scale = |um: i64| um * 72_000 * modules * 1_000 / (25_400 * side.millipoints());
        let middle = modules * 500;
        let end = self.path.len() - b"Q\n".len();
        self.path.truncate(end);
        // Halves of width and height, in micrometres.
        for (gray, parts) in [("1 g ", &[(3_500, 3_500)][..]), ("0 g ", &[(3_000, 3_000)]), ("1 g ", &[(1_950, 583), (583, 1_950)])] {
            self.path.extend_from_slice(gray.as_bytes());
            for &(width, height) in parts {
                for number in [middle - scale(width), middle - scale(height), 2 * scale(width), 2 * scale(height)] {
                    write_decimal(number, &mut self.path);
                    self.path.push(b' ');
                }
                self.path.extend_from_slice(b"re ");
            }
            self.path.extend_from_slice(b"f\n");
        }
        self.path.extend_from_slice(b"Q\n");
    }
}

impl Size {
    /// The size of a symbology for a module and a height, on the grid of a device if there is one: no module below the least.
    pub fn new(shape: &Shape, module: Length, height: Length, units: u8, dot: Option<Length>) -> Size {
        let units_length = i64::from(units.max(1));
        let step = |length: Length, step: Length, least: Length| {
            let rounded = step * ((length + step / 2).millipoints().div_euclid(step.millipoints()));
            let least = step * -(-least.millipoints()).div_euclid(step.millipoints());
            rounded.max(least).max(step)
        };
        let fine = dot.unwrap_or(Length::from_millipoints(1));
        let module = if dot.is_some() || units > 1 { step(module, fine * units_length, shape.module[0].min(module)) } else { module };
        let snap = |length: Length| if dot.is_some() { step(length, fine, Length::ZERO) } else { length };
        let kind = match shape.kind {
            ShapeKind::States { pitch, parts, clear } => {
                let scaled = parts.map(|part| snap(part.scaled(height.millipoints(), shape.height[1].millipoints())));
                ShapeKind::States { pitch: snap(pitch), parts: scaled, clear }
            }
            kind => kind,
        };
        Size { module, units, height: snap(height), kind, reduction: Length::ZERO, dot, guards: &[], bearer: Bearer::None }
    }

    /// What guard bars are longer than the others.
    pub fn guard(&self) -> Length {
        if self.guards.is_empty() { Length::ZERO } else { self.module * GUARD }
    }

    /// The width of the dark part of a symbol.
    pub fn width_of(&self, symbol: &Symbol) -> Length {
        match (symbol, self.kind) {
            (Symbol::States { bars }, ShapeKind::States { pitch, .. }) => pitch * (bars.len().max(1) as i64 - 1) + self.module,
            (Symbol::Bars { .. }, _) => self.module * symbol.width() as i64 / i64::from(self.units),
            _ => self.module * symbol.width() as i64,
        }
    }

    /// What a dark run loses at its first and its last edge: half of the reduction each, the odd dot at the last.
    fn loss(&self) -> (i64, i64) {
        let all = self.reduction.millipoints();
        let dot = self.dot.map_or(1, Length::millipoints).max(1);
        let lead = all / 2 / dot * dot;
        (lead, all - lead)
    }
}

pub(super) fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Saves the state and makes a unit the unit square, from the lower left corner at `x` and `y` in PDF space (y up) of what is turned; a
/// drawing's path fills the modules, ends the frame and leaves the graphics state as it was. Colour is what the caller has set.
pub fn write_frame(unit: [Length; 2], size: [Length; 2], x: Length, y: Length, turn: Turn, out: &mut Vec<u8>) {
    let ([ux, uy], [width, height]) = (unit.map(Length::millipoints), size.map(Length::millipoints));
    let (x, y) = (x.centipoints() * 10, y.centipoints() * 10);
    let matrix = match turn {
        Turn::None => [ux, 0, 0, uy, x, y],
        Turn::Quarter => [0, -ux, uy, 0, x, y + width],
        Turn::Half => [-ux, 0, 0, -uy, x + width, y + height],
        Turn::ThreeQuarters => [0, ux, -uy, 0, x + height, y],
    };
    out.extend_from_slice(b"q ");
    for number in matrix {
        write_decimal(number, out);
        out.push(b' ');
    }
    out.extend_from_slice(b"cm\n");
}

/// Runs of dark modules, each grown downwards as long as all modules below it are dark and not yet covered. `across` and `up` tell
/// where the edges lie, `up` counted from below.
fn write_matrix(mut left: Matrix, across: &dyn Fn(usize) -> i64, up: &dyn Fn(usize) -> i64, out: &mut Vec<u8>) {
    for y in 0..left.height() {
        while let Some((x, width)) = first_run(left.row(y)) {
            let mut height = 0;
            while y + height < left.height() && take_run(left.row_mut(y + height), x, width) {
                height += 1;
            }
            assert!(height > 0, "a run that was found can be taken");
            let (bottom, top) = (left.height() - y - height, left.height() - y);
            write_rectangle(across(x), up(bottom), across(x + width) - across(x), up(top) - up(bottom), out);
        }
    }
}

/// Three cells for each module: its first edge, its body, its last edge. An edge is dark only if the neighbour is too.
fn shrunk(modules: &Matrix) -> Matrix {
    let mut out = Matrix::default();
    out.reset(modules.width() * 3, modules.height() * 3);
    for y in 0..modules.height() {
        for x in (0..modules.width()).filter(|&x| modules.is_dark(x, y)) {
            for (dy, dx) in (0..3).flat_map(|dy| (0..3).map(move |dx| (dy, dx))) {
                let dark = |x: usize, y: usize| modules.is_dark(x, y);
                // Below nought there is nothing: the subtraction wraps to what is outside.
                let (nx, ny) = ((x + dx).wrapping_sub(1), (y + dy).wrapping_sub(1));
                if dark(nx, y) && dark(x, ny) && dark(nx, ny) {
                    out.set(x * 3 + dx, y * 3 + dy);
                }
            }
        }
    }
    out
}

fn write_signed(x: i64, y: i64, width: i64, height: i64, out: &mut Vec<u8>) {
    if x < 0 {
        out.push(b'-');
    }
    write_rectangle(x, y, width, height, out);
}

/// Start and length of the first run of set bits.
fn first_run(row: &[u64]) -> Option<(usize, usize)> {
    let word = row.iter().position(|&word| word != 0)?;
    let start = word * 64 + row[word].trailing_zeros() as usize;
    let mut end = start;
    while end < row.len() * 64 && row[end / 64] >> (end % 64) & 1 == 1 {
        end += 1;
    }
    Some((start, end - start))
}

/// Clears the run if all of it is set.
fn take_run(row: &mut [u64], x: usize, width: usize) -> bool {
    let parts = |word: usize| {
        let from = x.max(word * 64) - word * 64;
        let to = (x + width).min(word * 64 + 64) - word * 64;
        (u64::MAX >> (64 - (to - from))) << from
    };
    let words = x / 64..(x + width).div_ceil(64);
    if words.clone().any(|word| row[word] & parts(word) != parts(word)) {
        return false;
    }
    for word in words {
        row[word] &= !parts(word);
    }
    true
}

pub(super) fn write_rectangle(x: i64, y: i64, width: i64, height: i64, out: &mut Vec<u8>) {
    for number in [x, y, width, height] {
        write_integer(number.unsigned_abs(), out);
        out.push(b' ');
    }
    out.extend_from_slice(b"re\n");
}

fn write_integer(number: u64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = number;
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// Thousandths as a decimal number without needless digits.
fn write_decimal(thousandths: i64, out: &mut Vec<u8>) {
    if thousandths < 0 {
        out.push(b'-');
    }
    let number = thousandths.unsigned_abs();
    write_integer(number / 1000, out);
    let fraction = number % 1000;
    if fraction > 0 {
        let digits = [b'0' + (fraction / 100) as u8, b'0' + (fraction / 10 % 10) as u8, b'0' + (fraction % 10) as u8];
        let length = digits.iter().rposition(|&digit| digit != b'0').map_or(0, |last| last + 1);
        out.push(b'.');
        out.extend_from_slice(&digits[..length]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Code128, Options, Qr, Symbology};
    use super::*;

    const SIZE: Size = Size {
        module: Length::from_millipoints(1_020),
        units: 1,
        height: Length::from_points(20),
        kind: ShapeKind::Bars,
        reduction: Length::ZERO,
        dot: None,
        guards: &[],
        bearer: Bearer::None,
    };

    fn draw_sized(symbol: &Symbol, size: &Size, turn: Turn) -> String {
        let mut drawing = Drawing::default();
        drawing.draw(symbol, size);
        let mut out = Vec::new();
        write_frame(drawing.unit, [drawing.width, drawing.height], Length::from_millipoints(56_693), Length::from_points(-7), turn, &mut out);
        out.extend_from_slice(&drawing.path);
        String::from_utf8(out).unwrap()
    }

    fn draw(symbol: &Symbol) -> String {
        draw_sized(symbol, &SIZE, Turn::None)
    }

    #[test]
    fn a_turn_puts_the_corner_where_it_belongs() {
        let symbol = Symbol::Bars { widths: vec![1], quiet: 0 };
        let frame = |turn| draw_sized(&symbol, &SIZE, turn).lines().next().unwrap().to_string();
        assert_eq!(frame(Turn::Quarter), "q 0 -1.02 20 0 56.69 -5.98 cm");
        assert_eq!(frame(Turn::Half), "q -1.02 0 0 -20 57.71 13 cm");
        assert_eq!(frame(Turn::ThreeQuarters), "q 0 1.02 -20 0 76.69 -7 cm");
    }

    #[test]
    fn dark_runs_lose_what_ink_gains() {
        let dot = Length::from_millipoints(120);
        let size = Size { module: dot * 8, reduction: dot, dot: Some(dot), ..SIZE };
        let symbol = Symbol::Bars { widths: vec![2, 1, 1], quiet: 0 };
        assert_eq!(draw_sized(&symbol, &size, Turn::None), "q .12 0 0 20 56.69 -7 cm\n0 0 15 1 re\n24 0 7 1 re\nf\nQ\n".replace(".12", "0.12"));
        // An L of three modules: the inner corner stays whole, the outer edges go back.
        let mut symbol = Symbol::default();
        let modules = symbol.begin_matrix(2, 2, 0);
        for (x, y) in [(0, 0), (0, 1), (1, 1)] {
            modules.set(x, y);
        }
        let size = Size { reduction: dot * 2, kind: ShapeKind::Matrix { row: 1 }, ..size };
        let text = draw_sized(&symbol, &size, Turn::None);
        assert_eq!(text, "q 0.12 0 0 0.12 56.69 -7 cm\n1 1 6 14 re\n7 1 8 6 re\nf\nQ\n");
    }

    #[test]
    fn guards_reach_down_and_bearers_stand_around() {
        let symbol = Symbol::Bars { widths: vec![1, 1, 1, 1, 1], quiet: 1 };
        let one = Length::from_points(1);
        let guarded = Size { module: one, guards: &[(0, 3)], ..SIZE };
        assert_eq!(draw_sized(&symbol, &guarded, Turn::None), "q 1 0 0 5 56.69 -7 cm\n0 0 1 5 re\n2 0 1 5 re\n4 1 1 4 re\nf\nQ\n");
        let framed = Size { module: one, bearer: Bearer::Frame, ..SIZE };
        let text = draw_sized(&symbol, &framed, Turn::None);
        assert!(text.ends_with("-3 0 11 1 re\n-3 11 11 1 re\n-3 0 2 12 re\n6 0 2 12 re\nf\nQ\n"), "{text}");
    }

    #[test]
    fn bars_are_whole_modules_in_a_scaled_frame() {
        let symbol = Symbol::Bars { widths: vec![2, 1, 1, 3, 2], quiet: 10 };
        assert_eq!(draw(&symbol), "q 1.02 0 0 20 56.69 -7 cm\n0 0 2 1 re\n3 0 1 1 re\n7 0 2 1 re\nf\nQ\n");
    }

    /// Fills the rectangles back into rows; none may overlap.
    fn fill(path: &str, width: usize, height: usize) -> Vec<Vec<bool>> {
        let mut rows = vec![vec![false; width]; height];
        for line in path.lines().filter(|line| line.ends_with(" re")) {
            let numbers: Vec<usize> = line.split(' ').take(4).map(|number| number.parse().unwrap()).collect();
            for y in numbers[1]..numbers[1] + numbers[3] {
                for module in &mut rows[height - 1 - y][numbers[0]..numbers[0] + numbers[2]] {
                    assert!(!std::mem::replace(module, true), "{line} overlaps");
                }
            }
        }
        rows
    }

    #[test]
    fn a_matrix_is_covered_exactly_once() {
        for payload in ["1", &"A long payload. ".repeat(40), &"0123456789".repeat(550)] {
            let symbol = Qr.encode(payload, &Options::default()).unwrap();
            let Symbol::Matrix { modules, .. } = &symbol else { unreachable!("QR is a matrix") };
            let rows = fill(&draw(&symbol), modules.width(), modules.height());
            for (y, row) in rows.iter().enumerate() {
                for (x, &dark) in row.iter().enumerate() {
                    assert_eq!(dark, modules.is_dark(x, y), "{x}, {y} of {}", modules.width());
                }
            }
        }
    }

    #[test]
    fn bars_are_covered_exactly_once() {
        let symbol = Code128.encode("ABC-1234", &Options::default()).unwrap();
        let rows = fill(&draw(&symbol), symbol.width(), 1);
        let Symbol::Bars { widths, .. } = &symbol else { unreachable!("Code 128 has bars") };
        let expected: Vec<bool> = widths.iter().enumerate().flat_map(|(at, &width)| vec![at % 2 == 0; usize::from(width)]).collect();
        assert_eq!(rows[0], expected);
    }
}
