//! The object streams of structure (ISO 32000-1, 7.5.7), before compression.
//!
//! Takes objects that are alike, gives rows of [`ROW`] symbols: first the index, then the objects, so that what is alike stands under
//! each other. Where a row is like the one above, their difference is written (PNG predictor Up, ISO 32000-1, 7.4.4.4); of numbers that
//! grow evenly that leaves next to nothing. Numbers that differ between documents of one shape are blanks. Must never know what
//! an object means.

use crate::kit::pdf::{BLANK, Search, Symbol};

/// Symbols of a row.
pub(super) const ROW: usize = 100;

/// Pairs of numbers in a row of the index, and symbols of each: of the number and of the offset.
const PAIRS: usize = 5;
const NUMBER: usize = 8;
const OFFSET: usize = ROW / PAIRS - NUMBER;

/// Object numbers that differ in their last figures only have the others in the same blanks.
pub(super) const UNIT: u32 = 100;
const HUNDREDS: usize = 5;
/// Figures of a number in a blank of its own.
const FIGURES: usize = 8;

/// The entries of the dictionary of an object stream before and behind the width of its rows, up to the number of its objects.
pub(super) const OBJECT_STREAM: [&[u8]; 2] = [b"/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns ", b">>/Type/ObjStm/N "];

/// Most blanks of a document: symbols have 16 bits.
pub(super) const BLANKS_MAX: usize = (Symbol::MAX - BLANK) as usize;

/// A number of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Number {
    /// An object of the document, counted from its first.
    Own(u32),
    /// The element above all documents.
    File,
    /// The object of a page of the document.
    Page(u32),
    /// The key of a page of the document in the parent tree.
    Key(u32),
}

/// Which blanks there are: those of hundreds of object numbers, of the file, of pages and their keys, of offsets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Blanks {
    /// Objects of the document.
    pub objects: u32,
    /// Pages of the document.
    pub pages: u32,
    /// Objects whose lengths differ between documents of one shape.
    pub texts: u32,
    /// Figures in words that are otherwise the same in all documents of one shape.
    pub figures: u32,
}

impl Blanks {
    fn file(self) -> usize {
        self.objects.div_ceil(UNIT) as usize * HUNDREDS
    }

    fn page(self, page: u32) -> usize {
        self.file() + FIGURES * (1 + page as usize)
    }

    fn key(self, page: u32) -> usize {
        self.page(self.pages + page)
    }

    fn offset(self, text: u32) -> usize {
        self.page(self.pages * 2 + text)
    }

    fn figure(self, figure: u32) -> usize {
        self.offset(self.texts) + figure as usize
    }

    /// How many there are.
    pub fn len(self) -> usize {
        self.figure(self.figures)
    }

    /// What is filled in for a document whose first object is `first`, in a file whose element is `file`, and whose first page has the key
    /// `key`. `offsets` are those of its texts.
    pub fn values(
        self,
        (first, file, key): (u32, u32, u32),
        page: impl Fn(u32) -> u32,
        offsets: impl Iterator<Item = u32>,
        figures: impl Iterator<Item = u8>,
        out: &mut Vec<u8>,
    ) {
        out.clear();
        out.resize(self.len(), b' ');
        for (unit, at) in out[..self.file()].chunks_mut(HUNDREDS).enumerate() {
            fill(first / UNIT + unit as u32, at);
        }
        let rest = self.file();
        let numbers = std::iter::once(file).chain((0..self.pages).map(page)).chain((0..self.pages).map(|page| key + page)).chain(offsets);
        for (number, at) in numbers.zip(out[rest..].chunks_mut(FIGURES)) {
            fill(number, at);
        }
        let rest = self.figure(0);
        out[rest..].iter_mut().zip(figures).for_each(|(at, figure)| *at = figure);
    }
}

/// Writes a number to the right end of `out`.
fn fill(mut number: u32, out: &mut [u8]) {
    for figure in out.iter_mut().rev() {
        *figure = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
}

/// Symbols as they are written: blanks stay blanks, or are filled in at once.
pub(super) struct Writer<'v> {
    pub symbols: Vec<Symbol>,
    pub blanks: Blanks,
    /// What stands in the blanks, if that is known.
    pub values: Option<&'v [u8]>,
}

impl Writer<'_> {
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.symbols.extend(bytes.iter().map(|byte| Symbol::from(*byte)));
    }

    /// Adds spaces up to a multiple of `unit`, counted from `start`.
    pub fn pad(&mut self, start: usize, unit: usize) {
        let length = (self.symbols.len() - start).next_multiple_of(unit);
        self.symbols.resize(start + length, Symbol::from(b' '));
    }

    /// What stands in blanks from `first` on.
    fn blanks_from<const N: usize>(&self, first: usize) -> [Symbol; N] {
        match self.values {
            Some(values) => std::array::from_fn(|at| Symbol::from(values[first + at])),
            None => std::array::from_fn(|at| BLANK + (first + at) as Symbol),
        }
    }

    fn number_symbols(&self, number: Number) -> [Symbol; FIGURES] {
        match number {
            Number::Own(number) => {
                let [a, b, c, d, e] = self.blanks_from::<HUNDREDS>((number / UNIT) as usize * HUNDREDS);
                let last = (number % UNIT) as Symbol;
                let zero = Symbol::from(b'0');
                [Symbol::from(b' '), a, b, c, d, e, zero + last / 10, zero + last % 10]
            }
            Number::File => self.blanks_from(self.blanks.file()),
            Number::Page(page) => self.blanks_from(self.blanks.page(page)),
            Number::Key(page) => self.blanks_from(self.blanks.key(page)),
        }
    }

    /// A number of eight symbols, of which the first is a space.
    pub fn number(&mut self, number: Number) {
        let symbols = self.number_symbols(number);
        self.symbols.extend_from_slice(&symbols);
    }

    /// A figure.
    pub fn figure(&mut self, figure: u32) {
        let [symbol] = self.blanks_from(self.blanks.figure(figure));
        self.symbols.push(symbol);
    }

    /// A reference of twelve symbols.
    pub fn reference(&mut self, number: Number) {
        const END: [Symbol; 4] = [b' ' as Symbol, b'0' as Symbol, b' ' as Symbol, b'R' as Symbol];
        let symbols = self.number_symbols(number);
        self.symbols.reserve(symbols.len() + END.len());
        self.symbols.extend_from_slice(&symbols);
        self.symbols.extend_from_slice(&END);
    }

    /// A number to the right end of `width` symbols, at most those of an offset; at least one space before it.
    pub fn plain(&mut self, number: u32, width: usize) {
        let mut figures = [b' '; OFFSET];
        fill(number, &mut figures);
        let used = figures.iter().position(|figure| *figure != b' ').unwrap_or(figures.len());
        self.bytes(&figures[(figures.len() - width).min(used - 1)..]);
    }
}

/// Room that is kept from document to document.
#[derive(Debug, Default)]
pub(super) struct Room {
    /// For the objects of elements.
    pub symbols: Vec<Symbol>,
    rows: Vec<Symbol>,
    bodies: Vec<Symbol>,
    /// Rows, each with the byte of its filter.
    pub filtered: Vec<Symbol>,
    /// For what repeats in them.
    pub search: Search,
}

/// Objects with numbers in a row, as the data of a stream before compression.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows {
    /// Where the first object begins, behind the index.
    first: u32,
    /// Symbols of objects.
    pub bodies: u32,
}

impl Rows {
    /// The rows of objects with numbers from `first` on, and of `texts` more that stand behind them: they are in the room then.
    pub fn of<'o>(
        first: u32,
        objects: impl Iterator<Item = &'o [Symbol]>,
        texts: u32,
        (blanks, values): (Blanks, Option<&[u8]>),
        room: &mut Room,
    ) -> Rows {
        let bodies = &mut room.bodies;
        bodies.clear();
        room.rows.clear();
        let mut writer = Writer { symbols: std::mem::take(&mut room.rows), blanks, values };
        let mut count = 0;
        for body in objects {
            writer.number(Number::Own(first + count));
            writer.plain(bodies.len() as u32, OFFSET);
            count += 1;
            bodies.extend_from_slice(body);
            // What separates it from the next, if nothing else does.
            bodies.resize((bodies.len() + 1).next_multiple_of(ROW), Symbol::from(b' '));
        }
        for text in 0..texts {
            writer.number(Number::Own(first + count));
            writer.bytes(&[b' '; OFFSET - FIGURES]);
            let offset: [Symbol; FIGURES] = writer.blanks_from(writer.blanks.offset(text));
            writer.symbols.extend_from_slice(&offset);
            count += 1;
        }
        writer.pad(0, ROW);
        room.rows = writer.symbols;
        let (first, length) = (room.rows.len() as u32, bodies.len() as u32);
        room.rows.append(bodies);
        room.filtered.clear();
        filter(&room.rows, &mut room.filtered);
        Rows { first, bodies: length }
    }

    /// The entries of the dictionary of a stream of `count` objects.
    pub fn entries(self, count: u32) -> Vec<u8> {
        let [before, behind] = OBJECT_STREAM;
        [before, ROW.to_string().as_bytes(), behind, format!("{count}/First {}", self.first).as_bytes()].concat()
    }
}

/// Each row with the byte of its filter, and as its difference from the one above if that is alike.
fn filter(rows: &[Symbol], out: &mut Vec<Symbol>) {
    let mut above = &[0; ROW];
    let (rows, _) = rows.as_chunks::<ROW>();
    for row in rows {
        let mut differences = [0; ROW];
        let (mut changes, mut unknown) = (0, false);
        for ((difference, symbol), up) in differences.iter_mut().zip(row).zip(above) {
            *difference = symbol.wrapping_sub(*up) & 0xff;
            changes += u16::from(*difference != 0);
            // A blank differs from all but itself, nobody knows by how much.
            unknown |= (symbol | up) >= BLANK && symbol != up;
        }
        let is_alike = !unknown && usize::from(changes) <= ROW / 3;
        out.push(if is_alike { 2 } else { 0 });
        out.extend_from_slice(if is_alike { &differences } else { row });
        above = row;
    }
}

/// Appends texts that stand behind other objects as rows; gives where each begins, behind those.
pub(super) fn write_texts<'t>(texts: impl Iterator<Item = &'t [u8]>, offsets: &mut Vec<u32>, out: &mut Vec<u8>) {
    let mut at = 0;
    let mut add = |bytes: &[u8]| {
        for byte in bytes {
            if at % ROW == 0 {
                // No filter.
                out.push(0);
            }
            out.push(*byte);
            at += 1;
        }
        at
    };
    for text in texts {
        offsets.push(add(b"") as u32);
        add(text);
        add(b" ");
    }
    let end = add(b"");
    add(&[b' '; ROW][..end.next_multiple_of(ROW) - end]);
}
