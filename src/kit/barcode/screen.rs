//! Symbols as pixels, for screens.
//!
//! Takes the rectangles of a drawing, gives rows of dark and light in which every edge lies between two pixels. Must never round one bar
//! wider than its neighbour.

use crate::base::length::Length;

/// Dots per inch that are aimed at: twice those of a plain screen.
const DPI: i64 = 192;
/// Most pixels of a side.
const SIDE_MAX: i64 = 4_096;
/// Least clear pixels around, where the layout sees to the quiet zone itself.
const QUIET_MIN: i64 = 16;

/// A symbol in pixels.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bitmap {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Whether a pixel is dark, row by row from the top.
    pub dark: Vec<bool>,
}

/// A drawing of an ink size, in units, with clear space at the sides and above and below; `None` if it is no drawing of rectangles or
/// too large.
pub fn bitmap(path: &[u8], unit: [Length; 2], ink: [Length; 2], quiet: [Length; 2]) -> Option<Bitmap> {
    let per_unit = unit.map(|unit| ((unit.millipoints() * DPI + 36_000) / 72_000).max(1));
    let units = [0, 1].map(|axis| ink[axis].millipoints() / unit[axis].millipoints().max(1));
    let clear = quiet.map(|quiet| (quiet.millipoints() * DPI / 72_000).max(QUIET_MIN));
    let size = [0, 1].map(|axis| units[axis] * per_unit[axis] + 2 * clear[axis]);
    if size.iter().any(|side| *side <= 0 || *side > SIDE_MAX) {
        return None;
    }
    let mut bitmap = Bitmap { width: size[0] as usize, height: size[1] as usize, dark: vec![false; (size[0] * size[1]) as usize] };
    let mut numbers = [0i64; 4];
    let mut count = 0;
    for token in std::str::from_utf8(path).ok()?.split_ascii_whitespace() {
        match token {
            "re" => {
                let [x, y, width, height] = numbers;
                let across = |at: i64| (clear[0] + at * per_unit[0]).clamp(0, size[0]) as usize;
                let down = |at: i64| (clear[1] + (units[1] - at) * per_unit[1]).clamp(0, size[1]) as usize;
                for row in down(y + height)..down(y) {
                    bitmap.dark[row * bitmap.width..][across(x)..across(x + width)].fill(true);
                }
                count = 0;
            }
            "f" | "Q" => {}
            number => {
                *numbers.get_mut(count)? = number.parse().ok()?;
                count += 1;
            }
        }
    }
    Some(bitmap)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_whole_pixels() {
        let points = Length::from_points;
        // Two bars of one and two units, 3 points a unit: 8 pixels.
        let made = bitmap(b"0 0 1 1 re\n2 0 2 1 re\nf\nQ\n", [points(3), points(9)], [points(12), points(9)], [Length::ZERO; 2]).unwrap();
        assert_eq!((made.width, made.height), (4 * 8 + 32, 24 + 32));
        let row = &made.dark[20 * made.width..21 * made.width];
        let runs: Vec<usize> = row.chunk_by(|a, b| a == b).map(<[bool]>::len).collect();
        assert_eq!(runs, [16, 8, 8, 16, 16]);
        assert!(bitmap(b"0 0 m", [points(1); 2], [points(1); 2], [Length::ZERO; 2]).is_none());
    }
}
