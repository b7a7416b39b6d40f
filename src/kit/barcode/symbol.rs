//! A barcode in whole modules, before it has a size or a place.
//!
//! Takes what the encoders found, gives bars, bars of four states, and rows of bits. Must never know lengths.

/// An encoded barcode.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Symbol {
    /// Bars of one height.
    Bars {
        /// Widths in units, bar and space in turn, the first and the last are bars.
        widths: Vec<u8>,
        /// Clear modules to keep at the left and the right.
        quiet: u8,
    },
    /// Bars that differ in height: the codes of the posts.
    States {
        /// The bars from left to right.
        bars: Vec<State>,
    },
    /// Modules in a rectangle.
    Matrix {
        /// The modules.
        modules: Matrix,
        /// Clear modules to keep at all four sides.
        quiet: u8,
    },
}

/// A bar of four states. Every bar has the tracker in the middle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// The tracker alone.
    Tracker,
    /// Up from the tracker.
    Ascender,
    /// Down from the tracker.
    Descender,
    /// Both.
    Full,
}

impl State {
    /// The bar with these parts.
    pub fn of(ascends: bool, descends: bool) -> State {
        match (ascends, descends) {
            (false, false) => State::Tracker,
            (true, false) => State::Ascender,
            (false, true) => State::Descender,
            (true, true) => State::Full,
        }
    }

    /// The letter that the specifications of the posts write for it.
    pub fn letter(self) -> char {
        match self {
            State::Tracker => 'T',
            State::Ascender => 'A',
            State::Descender => 'D',
            State::Full => 'F',
        }
    }
}

impl Default for Symbol {
    fn default() -> Symbol {
        Symbol::Bars { widths: Vec::new(), quiet: 0 }
    }
}

impl Symbol {
    /// Width without the quiet zones: in units for bars, in bars for bars of four states, in modules for a matrix.
    pub fn width(&self) -> usize {
        match self {
            Symbol::Bars { widths, .. } => widths.iter().map(|&width| usize::from(width)).sum(),
            Symbol::States { bars } => bars.len(),
            Symbol::Matrix { modules, .. } => modules.width(),
        }
    }

    /// Rows of a matrix; bars have one.
    pub fn height(&self) -> usize {
        match self {
            Symbol::Bars { .. } | Symbol::States { .. } => 1,
            Symbol::Matrix { modules, .. } => modules.height(),
        }
    }

    /// Clear modules to keep at the sides; codes of the posts have a zone in lengths instead.
    pub fn quiet(&self) -> usize {
        match self {
            Symbol::Bars { quiet, .. } | Symbol::Matrix { quiet, .. } => usize::from(*quiet),
            Symbol::States { .. } => 0,
        }
    }

    /// As text: widths as digits, bars of four states as letters, a matrix as rows of `0` and `1`.
    pub fn text(&self) -> String {
        match self {
            Symbol::Bars { widths, .. } => widths.iter().map(|width| char::from(b'0' + width)).collect(),
            Symbol::States { bars } => bars.iter().map(|bar| bar.letter()).collect(),
            Symbol::Matrix { modules, .. } => {
                let row = |y| (0..modules.width()).map(|x| if modules.is_dark(x, y) { '1' } else { '0' }).collect::<String>();
                (0..modules.height()).map(row).collect::<Vec<_>>().join("\n")
            }
        }
    }

    /// The widths to fill, emptied; what the symbol held before is gone but its memory is not.
    pub(super) fn begin_bars(&mut self, quiet_modules: u8) -> &mut Vec<u8> {
        if !matches!(self, Symbol::Bars { .. }) {
            *self = Symbol::default();
        }
        let Symbol::Bars { widths, quiet } = self else { unreachable!("made bars above") };
        widths.clear();
        *quiet = quiet_modules;
        widths
    }

    /// The bars of four states to fill, emptied.
    pub(super) fn begin_states(&mut self) -> &mut Vec<State> {
        if !matches!(self, Symbol::States { .. }) {
            *self = Symbol::States { bars: Vec::new() };
        }
        let Symbol::States { bars } = self else { unreachable!("made bars above") };
        bars.clear();
        bars
    }

    /// The modules to fill, all light.
    pub(super) fn begin_matrix(&mut self, width: usize, height: usize, quiet_modules: u8) -> &mut Matrix {
        if !matches!(self, Symbol::Matrix { .. }) {
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

    /// Height in rows.
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

    /// Makes all light, in another size.
    pub(super) fn reset(&mut self, width: usize, height: usize) {
        self.width = width;
        self.height = height;
        self.words_per_row = width.div_ceil(64);
        self.words.clear();
        self.words.resize(self.words_per_row * height, 0);
    }
}
