//! How two pictures differ.
//!
//! Takes two pictures, gives the share of pixels that differ, where, and a picture of it. Must never decide whether that is much.

use super::Picture;

/// How two pictures differ.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// Pixels that differ by more than the tolerance, of those of the larger picture; all if the sizes differ.
    pub pixels: u64,
    /// All pixels.
    pub of: u64,
    /// The smallest rectangle around them: left, top, right, bottom in pixels, the last two exclusive.
    pub bounds: Option<[u32; 4]>,
    /// The first picture paled, with what only it has in red and what only the second has in blue.
    pub picture: Picture,
}

impl Difference {
    /// The share that differs, in millionths.
    pub fn millionths(&self) -> u64 {
        (u128::from(self.pixels) * 1_000_000 / u128::from(self.of.max(1))) as u64
    }
}

/// Compares two pictures. A pixel differs if one of its colours differs by more than `tolerance`.
pub fn difference(before: &Picture, after: &Picture, tolerance: u8) -> Difference {
    let (width, height) = (before.width.max(after.width), before.height.max(after.height));
    let mut out = Picture { width, height, pixels: Vec::with_capacity(width as usize * height as usize * 3) };
    let (mut pixels, mut bounds) = (0, None::<[u32; 4]>);
    for y in 0..height {
        for x in 0..width {
            let (own, other) = (before.pixel(x, y), after.pixel(x, y));
            let (was, is) = (own.unwrap_or([255; 3]), other.unwrap_or([255; 3]));
            let differs = own.is_none() != other.is_none() || was.iter().zip(is).any(|(a, b)| a.abs_diff(b) > tolerance);
            if differs {
                pixels += 1;
                let all = bounds.get_or_insert([x, y, x + 1, y + 1]);
                *all = [all[0].min(x), all[1].min(y), all[2].max(x + 1), all[3].max(y + 1)];
                let (ink_before, ink_after) = (ink(was), ink(is));
                // Red where ink went, blue where it came, violet where its colour changed.
                out.pixels.extend([255 - ink_after.max(40), 255 - ink_before.max(ink_after), 255 - ink_before.max(40)]);
            } else {
                let pale = 255 - ink(was) / 4;
                out.pixels.extend([pale; 3]);
            }
        }
    }
    Difference { pixels, of: u64::from(width) * u64::from(height), bounds, picture: out }
}

/// How dark a pixel is.
fn ink(pixel: [u8; 3]) -> u8 {
    let [r, g, b] = pixel.map(u16::from);
    255 - ((r * 3 + g * 6 + b) / 10) as u8
}

impl Picture {
    /// A pixel, if it is inside.
    pub fn pixel(&self, x: u32, y: u32) -> Option<[u8; 3]> {
        if x >= self.width || y >= self.height {
            return None;
        }
        let at = (y as usize * self.width as usize + x as usize) * 3;
        Some([self.pixels[at], self.pixels[at + 1], self.pixels[at + 2]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, dark: &[u32]) -> Picture {
        Picture { width, height: 1, pixels: (0..width).flat_map(|x| [if dark.contains(&x) { 0 } else { 255 }; 3]).collect() }
    }

    #[test]
    fn pixels_that_came_and_went_are_counted() {
        let found = difference(&picture(10, &[1, 2]), &picture(10, &[2, 7]), 8);
        assert_eq!((found.pixels, found.of, found.bounds), (2, 10, Some([1, 0, 8, 1])));
        assert_eq!(found.millionths(), 200_000);
        assert_eq!(found.picture.pixel(1, 0), Some([215, 0, 0]));
        assert_eq!(found.picture.pixel(7, 0), Some([0, 0, 215]));
        assert_eq!(difference(&picture(3, &[0]), &picture(3, &[0]), 0).pixels, 0);
    }

    #[test]
    fn another_size_is_a_difference() {
        assert_eq!(difference(&picture(3, &[]), &picture(5, &[]), 255).pixels, 2);
    }
}
