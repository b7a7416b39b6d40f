//! Symbols as page content.
//!
//! Takes a [`Symbol`], its place and the width of a module, gives PDF path operators that fill the dark modules. Must never
//! round a width: the coordinate system is scaled to one module, so every edge is a whole number and bars can
//! neither be thinned nor drift, whatever the module is.

use super::{Matrix, Symbol};
use crate::base::length::Length;

/// Appends the operators that fill `symbol`. `x` and `y` are its lower left corner in PDF space (y up), without the quiet
/// zone; bars are `height` high, a matrix is as high as its modules are. Colour is what the caller has set; the
/// graphics state is left as it was.
pub fn write_path(symbol: &Symbol, x: Length, y: Length, module: Length, height: Length, out: &mut Vec<u8>) {
    match symbol {
        Symbol::Bars { widths, .. } => {
            write_frame(module, height, x, y, out);
            write_bars(widths, out);
        }
        Symbol::Matrix { modules, .. } => {
            write_frame(module, module, x, y, out);
            write_matrix(modules, out);
        }
    }
    out.extend_from_slice(b"f\nQ\n");
}

/// Saves the state and makes `unit_x` by `unit_y` at `x`, `y` the unit square.
fn write_frame(unit_x: Length, unit_y: Length, x: Length, y: Length, out: &mut Vec<u8>) {
    out.extend_from_slice(b"q ");
    write_decimal(unit_x.millipoints(), out);
    out.extend_from_slice(b" 0 0 ");
    write_decimal(unit_y.millipoints(), out);
    out.push(b' ');
    write_decimal(x.centipoints() * 10, out);
    out.push(b' ');
    write_decimal(y.centipoints() * 10, out);
    out.extend_from_slice(b" cm\n");
}

fn write_bars(widths: &[u8], out: &mut Vec<u8>) {
    let mut x = 0;
    for (at, &width) in widths.iter().enumerate() {
        if at % 2 == 0 {
            write_rectangle(x, 0, u64::from(width), 1, out);
        }
        x += u64::from(width);
    }
}

/// Runs of dark modules, each grown downwards as long as all modules below it are dark and not yet covered.
fn write_matrix(modules: &Matrix, out: &mut Vec<u8>) {
    let mut left = modules.clone();
    for y in 0..left.height() {
        while let Some((x, width)) = first_run(left.row(y)) {
            let mut height = 0;
            while y + height < left.height() && take_run(left.row_mut(y + height), x, width) {
                height += 1;
            }
            assert!(height > 0, "a run that was found can be taken");
            let bottom = left.height() - y - height;
            write_rectangle(x as u64, bottom as u64, width as u64, height as u64, out);
        }
    }
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

fn write_rectangle(x: u64, y: u64, width: u64, height: u64, out: &mut Vec<u8>) {
    for number in [x, y, width, height] {
        write_integer(number, out);
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

    fn draw(symbol: &Symbol) -> String {
        let mut out = Vec::new();
        let (x, y) = (Length::from_millipoints(56_693), Length::from_points(-7));
        write_path(symbol, x, y, Length::from_millipoints(1_020), Length::from_points(20), &mut out);
        String::from_utf8(out).unwrap()
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
