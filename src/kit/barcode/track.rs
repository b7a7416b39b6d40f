//! Tracks of optical marks as page content.
//!
//! Takes which positions of a track are printed and its sizes, gives a [`Drawing`] of one bar for each, the first at the top. Must
//! never know what a mark says.

use super::drawing::{Drawing, gcd, write_rectangle};
use crate::base::length::Length;

/// The sizes of a track.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Track {
    /// How many positions it has.
    pub positions: usize,
    /// From the middle of a mark to that of the next.
    pub pitch: Length,
    /// Length of a mark, across.
    pub length: Length,
    /// Thickness of a mark.
    pub thickness: Length,
    /// Clear space at the ends of the marks, and above the first and below the last.
    pub clear: [Length; 2],
}

impl Track {
    /// The same with every edge on the grid of a device.
    pub fn on_grid(self, dot: Length) -> Track {
        let snap = |length: Length| (dot * ((length + dot / 2).millipoints() / dot.millipoints().max(1))).max(dot);
        Track { pitch: snap(self.pitch), length: snap(self.length), thickness: snap(self.thickness), ..self }
    }

    /// Height from the top of the first position to the bottom of the last.
    pub fn height(&self) -> Length {
        self.pitch * (self.positions.max(1) as i64 - 1) + self.thickness
    }
}

impl Drawing {
    /// Draws a track, in place of what was drawn before: position n, from 0, is printed if bit n is set.
    pub fn draw_track(&mut self, track: &Track, printed: u32) {
        self.path.clear();
        let (pitch, thickness) = (track.pitch.millipoints(), track.thickness.millipoints());
        let up = gcd(pitch, thickness).max(1);
        (self.width, self.height, self.quiet) = (track.length, track.height(), track.clear);
        self.unit = [track.length, Length::from_millipoints(up)];
        for at in (0..track.positions).filter(|at| printed >> at & 1 == 1) {
            let from_below = (track.positions - 1 - at) as i64 * pitch;
            write_rectangle(0, from_below / up, 1, thickness / up, &mut self.path);
        }
        // A path that is filled must have been begun (ISO 32000-1, 8.5.3).
        self.path.extend_from_slice(if printed == 0 { b"Q\n" } else { b"f\nQ\n" });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_from_the_top_on_whole_dots() {
        let dot = Length::from_millipoints(120);
        let mm = |text: &str| Length::parse(text, "mm").unwrap();
        let track = Track { positions: 3, pitch: mm("4.233"), length: mm("12"), thickness: mm("0.5"), clear: [mm("3"), mm("20")] }.on_grid(dot);
        assert_eq!((track.pitch, track.thickness, track.length), (dot * 100, dot * 12, dot * 283));
        let mut drawing = Drawing::default();
        drawing.draw_track(&track, 0b101);
        assert_eq!(drawing.unit, [dot * 283, dot * 4]);
        assert_eq!((drawing.width, drawing.height), (dot * 283, dot * 212));
        assert_eq!(String::from_utf8(drawing.path.clone()).unwrap(), "0 50 1 3 re\n0 0 1 3 re\nf\nQ\n");
        drawing.draw_track(&track, 0);
        assert_eq!(drawing.path, b"Q\n");
    }
}
