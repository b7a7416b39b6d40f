//! How large the modules and bars of a symbology are, and what must stay clear around them.
//!
//! Takes nothing, gives the sizes of the standards and of the posts. Must never know a single symbol.

use crate::base::length::Length;

/// The sizes of a symbology.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shape {
    /// What it is drawn from.
    pub kind: ShapeKind,
    /// Least, usual and greatest width of a module; of codes of four states, of a bar.
    pub module: [Length; 3],
    /// Least, usual and greatest height of the bars; unused by matrices.
    pub height: [Length; 3],
}

/// What a symbology is drawn from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ShapeKind {
    /// Bars of one height.
    Bars,
    /// Bars of four states.
    States {
        /// From the left edge of a bar to that of the next.
        pitch: Length,
        /// Heights of ascender, tracker and descender.
        parts: [Length; 3],
        /// Clear space at the sides, and above and below.
        clear: [Length; 2],
    },
    /// Modules in rows.
    Matrix {
        /// Modules that a row is high.
        row: u8,
    },
}

/// A length in micrometres.
pub const fn um(value: i64) -> Length {
    Length::from_millipoints((value * 72_000 + 12_700) / 25_400)
}

/// A length in dots of 600 to the inch, the grid that the sizes of the posts are chosen on.
const fn dots(value: i64) -> Length {
    Length::from_millipoints(value * 120)
}

/// What has no bound.
const ANY: Length = Length::from_points(14_400);

impl Shape {
    /// Bars of this module and height.
    pub const fn bars(module: [i64; 3], height: [i64; 2]) -> Shape {
        let module = [um(module[0]), um(module[1]), um(module[2])];
        Shape { kind: ShapeKind::Bars, module, height: [um(height[0]), um(height[1]), ANY] }
    }

    /// A matrix of this module.
    pub const fn matrix(module: [i64; 3], row: u8) -> Shape {
        let module = [um(module[0]), um(module[1]), um(module[2])];
        Shape { kind: ShapeKind::Matrix { row }, module, height: [Length::ZERO, Length::ZERO, ANY] }
    }

    /// USPS-B-3200, section 3, and DMM 202.5: 12 of 27 dots, three parts of 29.
    pub const INTELLIGENT_MAIL: Shape = Shape {
        kind: ShapeKind::States { pitch: dots(27), parts: [dots(29), dots(29), dots(29)], clear: [um(3_175), um(711)] },
        module: [um(381), dots(12), um(635)],
        height: [um(3_180), dots(87), um(4_190)],
    };
    /// RM4SCC, KIX and Mailmark: 20 to 24 bars an inch, a tracker of 1.3 mm between parts of 1.9 mm.
    pub const ROYAL_MAIL: Shape = Shape {
        kind: ShapeKind::States { pitch: dots(27), parts: [dots(45), dots(31), dots(45)], clear: [um(2_000), um(2_000)] },
        module: [um(380), dots(12), um(630)],
        height: [um(4_220), dots(121), um(5_840)],
    };
    /// Australia Post customer barcoding specification.
    pub const AUSTRALIA_POST: Shape = Shape {
        kind: ShapeKind::States { pitch: dots(27), parts: [dots(45), dots(31), dots(45)], clear: [um(6_000), um(2_000)] },
        module: [um(400), dots(12), um(600)],
        height: [um(4_200), dots(121), um(5_800)],
    };
    /// Japan Post: bars of 0.6 mm, three parts of 1.2 mm.
    pub const JAPAN_POST: Shape = Shape {
        kind: ShapeKind::States { pitch: dots(28), parts: [dots(28), dots(28), dots(28)], clear: [um(2_000), um(2_000)] },
        module: [um(500), dots(14), um(700)],
        height: [um(3_400), dots(84), um(3_800)],
    };

    /// The same with a usual module of one point.
    pub const fn of_a_point(mut self) -> Shape {
        self.module[1] = Length::from_points(1);
        self
    }

    /// Whether the height is free or bounded (bars), or follows from the width (matrix).
    pub fn is_linear(&self) -> bool {
        !matches!(self.kind, ShapeKind::Matrix { .. })
    }
}
