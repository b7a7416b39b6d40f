//! A barcode in whole modules, before it has a size or a place.
//!
//! Takes what the encoders found, gives bars and rows of bits. Must never know lengths.

/// An encoded barcode.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Symbol {
    /// Bars of one height.
    Bars {
        /// Widths in modules, bar and space in turn, the first and the last are bars.
        widths: Vec<u8>,
        /// Clear modules to keep at the left and the right.
        quiet: u8,
    },
    /// Square modules in a rectangle.
    Matrix {
        /// The modules.
        modules: Matrix,
        /// Clear modules to keep at all four sides.
        quiet: u8,
    },
}

impl Default for Symbol {
    fn default() -> Symbol {
        Symbol::Bars { widths: Vec::new(), quiet: 0 }
    }
}

impl Symbol {
    /// Width in modules without the quiet zones.
    pub fn width(&self) -> usize {
        match self {
            Symbol::Bars { widths, .. } => widths.iter().map(|&width| usize::from(width)).sum(),
            Symbol::Matrix { modules, .. } => modules.width(),
        }
    }

    /// Clear modules to keep at the sides.
    pub fn quiet(&self) -> usize {
        match self {
            Symbol::Bars { quiet, .. } | Symbol::Matrix { quiet, .. } => usize::from(*quiet),
        }
    }

    /// The widths to fill, emptied; what the symbol held before is gone but its memory is not.
    pub(super) fn begin_bars(&mut self, quiet_modules: u8) -> &mut Vec<u8> {
        if let Symbol::Matrix { .. } = self {
            *self = Symbol::default();
        }
        let Symbol::Bars { widths, quiet } = self else { unreachable!("made bars above") };
        widths.clear();
        *quiet = quiet_modules;
        widths
    }

    /// The modules to fill, all light.
    pub(super) fn begin_matrix(&mut self, width: usize, height: usize, quiet_modules: u8) -> &mut Matrix {
        if let Symbol::Bars { .. } = self {
            *self = Symbol::Matrix { modules: Matrix::default(), quiet: 0 };
        }
        let Symbol::Matrix { modules, quiet } = self else { unreachable!("made a matrix above") };
        modules.reset(width, height);
        *quiet = quiet_modules;
        modules
    }
}

/// Rows of modules as bits; a set bit is dark.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Matrix {
    width: usize,
    height: usize,
    words_per_row: usize,
    words: Vec<u64>,
}

impl Matrix {
    /// Width in modules.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in modules.
    pub fn height(&self) -> usize {
        self.height
    }

    /// A row from the top; module `x` is bit `x % 64` of word `x / 64`.
    pub fn row(&self, y: usize) -> &[u64] {
        &self.words[y * self.words_per_row..(y + 1) * self.words_per_row]
    }

    /// A row from the top, to be changed. Bits beyond the width must stay clear.
    pub(super) fn row_mut(&mut self, y: usize) -> &mut [u64] {
        &mut self.words[y * self.words_per_row..(y + 1) * self.words_per_row]
    }

    /// Whether the module is dark; nothing is dark outside.
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.width && y < self.height && self.row(y)[x / 64] >> (x % 64) & 1 == 1
    }

    /// Makes a module dark.
    pub(super) fn set(&mut self, x: usize, y: usize) {
        assert!(x < self.width, "a module beyond the right edge");
        self.row_mut(y)[x / 64] |= 1 << (x % 64);
    }

    fn reset(&mut self, width: usize, height: usize) {
        self.width = width;
        self.height = height;
        self.words_per_row = width.div_ceil(64);
        self.words.clear();
        self.words.resize(self.words_per_row * height, 0);
    }
}
