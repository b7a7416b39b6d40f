//! The choice of a QR mask by its penalty (ISO/IEC 18004, 7.8), 64 modules at a time.
//!
//! Takes a finished symbol with mask 0, gives it back with the mask of the lowest penalty. Works on whole rows of bits: columns
//! are scored by comparing rows with rows, so that no module is ever looked at alone. Must never know payloads.

use super::Matrix;

/// The mask a symbol must carry when it comes here.
pub const FIRST: u8 = 0;

/// Rows of the largest symbol, and light ones above and below for the finder-like patterns.
const ROWS_MAX: usize = 177 + MARGIN_ABOVE + MARGIN_BELOW;
const MARGIN_ABOVE: usize = 4;
const MARGIN_BELOW: usize = 10;

/// Weights of the four rules (ISO/IEC 18004, table 11).
const N1: u32 = 3;
const N2: u32 = 3;
const N3: u32 = 40;
const N4: u32 = 10;

/// The mask patterns (ISO/IEC 18004, table 10); they repeat after 12 rows.
static PATTERNS: [[[u64; 3]; 12]; 8] = patterns();

/// Replaces mask 0 of `modules` by the best one. `level_bits` is the level as the format information has it.
pub fn choose(modules: &mut Matrix, level_bits: u32) {
    match modules.width().div_ceil(64) {
        1 => choose_wide::<1>(modules, level_bits),
        2 => choose_wide::<2>(modules, level_bits),
        3 => choose_wide::<3>(modules, level_bits),
        words => unreachable!("no QR symbol is {words} words wide"),
    }
}

fn choose_wide<const W: usize>(modules: &mut Matrix, level_bits: u32) {
    let size = modules.width();
    let mut open = Grid::<W>::new(size);
    mark_open(&mut open);
    let mut plain = Grid::<W>::new(size);
    for y in 0..size {
        plain.row_mut(y).copy_from_slice(modules.row(y));
    }
    apply(&mut plain, &open, usize::from(FIRST));

    let mut best = (u32::MAX, Grid::<W>::new(0));
    for mask in 0..8 {
        let mut candidate = plain.clone();
        apply(&mut candidate, &open, mask);
        write_format(&mut candidate, level_bits << 3 | mask as u32);
        let penalty = penalty(&candidate);
        if penalty < best.0 {
            best = (penalty, candidate);
        }
    }
    for y in 0..size {
        modules.row_mut(y).copy_from_slice(best.1.row(y));
    }
}

/// A row; module `x` is bit `x % 64` of word `x / 64`.
type Row<const W: usize> = [u64; W];

/// A square of modules with light rows around it.
#[derive(Clone)]
struct Grid<const W: usize> {
    size: usize,
    rows: [Row<W>; ROWS_MAX],
}

impl<const W: usize> Grid<W> {
    fn new(size: usize) -> Grid<W> {
        Grid { size, rows: [[0; W]; ROWS_MAX] }
    }
    fn row(&self, y: usize) -> &Row<W> {
        &self.rows[y + MARGIN_ABOVE]
    }
    fn row_mut(&mut self, y: usize) -> &mut Row<W> {
        &mut self.rows[y + MARGIN_ABOVE]
    }
    fn set(&mut self, x: usize, y: usize, dark: bool) {
        let word = &mut self.row_mut(y)[x / 64];
        *word = *word & !(1 << (x % 64)) | u64::from(dark) << (x % 64);
    }
    fn clear(&mut self, x: std::ops::Range<usize>, y: std::ops::Range<usize>) {
        for y in y {
            for x in x.clone() {
                self.set(x, y, false);
            }
        }
    }
}

/// Marks the modules that carry codewords; only they are masked (ISO/IEC 18004, 5.3).
fn mark_open<const W: usize>(open: &mut Grid<W>) {
    let size = open.size;
    let full = ones::<W>(size);
    for y in 0..size {
        *open.row_mut(y) = full;
    }
    // Finder patterns with separators and format information, and the timing patterns.
    open.clear(0..9, 0..9);
    open.clear(size - 8..size, 0..9);
    open.clear(0..9, size - 8..size);
    open.clear(6..7, 0..size);
    open.clear(0..size, 6..7);
    let version = (size - 17) / 4;
    if version >= 7 {
        open.clear(size - 11..size - 8, 0..6);
        open.clear(0..6, size - 11..size - 8);
    }
    let (centres, count) = alignment_centres(version);
    for (row, &y) in centres[..count].iter().enumerate() {
        for (column, &x) in centres[..count].iter().enumerate() {
            let last = count - 1;
            if ![(0, 0), (0, last), (last, 0)].contains(&(row, column)) {
                open.clear(x - 2..x + 3, y - 2..y + 3);
            }
        }
    }
}

/// Rows and columns of the alignment patterns (ISO/IEC 18004, annex E) and how many there are.
fn alignment_centres(version: usize) -> ([usize; 7], usize) {
    let mut centres = [0; 7];
    if version == 1 {
        return (centres, 0);
    }
    let count = version / 7 + 2;
    // The table has one value that the rule behind it does not give.
    let step = if version == 32 { 26 } else { (version * 4 + count * 2 + 1) / (count * 2 - 2) * 2 };
    centres[0] = 6;
    for (at, centre) in centres.iter_mut().enumerate().take(count).skip(1) {
        *centre = version * 4 + 10 - (count - 1 - at) * step;
    }
    (centres, count)
}

fn apply<const W: usize>(grid: &mut Grid<W>, open: &Grid<W>, mask: usize) {
    for y in 0..grid.size {
        let pattern = &PATTERNS[mask][y % 12];
        let open = open.row(y);
        for (word, bits) in grid.row_mut(y).iter_mut().enumerate() {
            *bits ^= pattern[word] & open[word];
        }
    }
}

/// Writes both copies of level and mask with their check bits (ISO/IEC 18004, 7.9).
fn write_format<const W: usize>(grid: &mut Grid<W>, data: u32) {
    let mut remainder = data;
    for _ in 0..10 {
        remainder = (remainder << 1) ^ ((remainder >> 9) * 0x537);
    }
    let bits = (data << 10 | remainder) ^ 0x5412;
    let size = grid.size;
    for at in 0..15 {
        let dark = bits >> at & 1 == 1;
        let (x, y) = match at {
            0..=5 => (8, at),
            6 => (8, 7),
            7 => (8, 8),
            8 => (7, 8),
            _ => (14 - at, 8),
        };
        grid.set(x, y, dark);
        let (x, y) = if at < 8 { (size - 1 - at, 8) } else { (8, size - 15 + at) };
        grid.set(x, y, dark);
    }
}

/// The penalty of a symbol. A finder-like pattern counts once for each side with four light modules, and what lies
/// outside the symbol is light, because the quiet zone is.
fn penalty<const W: usize>(grid: &Grid<W>) -> u32 {
    let mut finders = 0;
    let mut runs = 0;
    let mut blocks = 0;
    let mut dark = 0;
    let size = grid.size;
    let inner = ones::<W>(size - 1);
    let full = ones::<W>(size);
    let none = [0; W];
    // Same as the module below, for this row and the three after it: four in a row make a run of five.
    let mut below = [none; 4];
    for (y, same) in below.iter_mut().enumerate().take(3) {
        *same = equal(grid.row(y), grid.row(y + 1), &full);
    }
    let mut run_above = none;
    for y in 0..size {
        let row = grid.row(y);
        dark += count(row);
        let right = equal(row, &shift_down(row, 1), &inner);
        runs += score_runs(&right);
        finders += score_finders(row);

        below[3] = if y + 4 < size { equal(grid.row(y + 3), grid.row(y + 4), &full) } else { none };
        let mut run = below[0];
        for same in &below[1..] {
            run = and(&run, same);
        }
        runs += count(&run) + (N1 - 1) * count(&and_not(&run, &run_above));
        run_above = run;
        if y + 1 < size {
            let right_below = equal(grid.row(y + 1), &shift_down(grid.row(y + 1), 1), &inner);
            blocks += count(&and(&and(&right, &right_below), &below[0]));
        }
        finders += score_finders_down(grid, y);
        below.rotate_left(1);
    }
    let total = (size * size) as u32;
    let imbalance = (dark * 20).abs_diff(total * 10).div_ceil(total).saturating_sub(1);
    runs + N2 * blocks + N3 * finders + N4 * imbalance
}

/// Rule 1 for one row: a run of five costs 3, every further module 1. `same` marks modules equal to their right neighbour.
fn score_runs<const W: usize>(same: &Row<W>) -> u32 {
    let two = and(same, &shift_down(same, 1));
    let four = and(&two, &shift_down(&two, 2));
    count(&four) + (N1 - 1) * count(&and_not(&four, &shift_up(&four, 1)))
}

/// Rule 3 for one row: dark, light, three dark, light, dark beside four light modules.
fn score_finders<const W: usize>(row: &Row<W>) -> u32 {
    let mut core = and(row, &shift_down(row, 6));
    for at in [2, 3, 4] {
        core = and(&core, &shift_down(row, at));
    }
    for at in [1, 5] {
        core = and_not(&core, &shift_down(row, at));
    }
    if core == [0; W] {
        return 0;
    }
    let two = or(row, &shift_up(row, 1));
    let before = shift_up(&or(&two, &shift_up(&two, 2)), 1);
    let two = or(row, &shift_down(row, 1));
    let after = shift_down(&or(&two, &shift_down(&two, 2)), 7);
    count(&and_not(&core, &before)) + count(&and_not(&core, &after))
}

/// Rule 3 for all patterns that start in row `y` and go down.
fn score_finders_down<const W: usize>(grid: &Grid<W>, y: usize) -> u32 {
    let rows = &grid.rows[y..y + MARGIN_ABOVE + MARGIN_BELOW + 1];
    let (above, rest) = rows.split_at(MARGIN_ABOVE);
    let mut core = and(&rest[0], &rest[6]);
    for at in [2, 3, 4] {
        core = and(&core, &rest[at]);
    }
    for at in [1, 5] {
        core = and_not(&core, &rest[at]);
    }
    if core == [0; W] {
        return 0;
    }
    let any = |rows: &[Row<W>]| rows.iter().fold([0; W], |any, row| or(&any, row));
    count(&and_not(&core, &any(above))) + count(&and_not(&core, &any(&rest[7..11])))
}

fn and<const W: usize>(a: &Row<W>, b: &Row<W>) -> Row<W> {
    std::array::from_fn(|word| a[word] & b[word])
}

fn and_not<const W: usize>(a: &Row<W>, b: &Row<W>) -> Row<W> {
    std::array::from_fn(|word| a[word] & !b[word])
}

fn or<const W: usize>(a: &Row<W>, b: &Row<W>) -> Row<W> {
    std::array::from_fn(|word| a[word] | b[word])
}

fn equal<const W: usize>(a: &Row<W>, b: &Row<W>, within: &Row<W>) -> Row<W> {
    std::array::from_fn(|word| !(a[word] ^ b[word]) & within[word])
}

fn count<const W: usize>(row: &Row<W>) -> u32 {
    row.iter().map(|word| word.count_ones()).sum()
}

/// Module `x + by` at the place of module `x`.
fn shift_down<const W: usize>(row: &Row<W>, by: u32) -> Row<W> {
    std::array::from_fn(|word| row[word] >> by | row.get(word + 1).map_or(0, |next| next << (64 - by)))
}

/// Module `x - by` at the place of module `x`.
fn shift_up<const W: usize>(row: &Row<W>, by: u32) -> Row<W> {
    std::array::from_fn(|word| row[word] << by | if word > 0 { row[word - 1] >> (64 - by) } else { 0 })
}

/// The first `length` modules.
fn ones<const W: usize>(length: usize) -> Row<W> {
    std::array::from_fn(|word| match length.saturating_sub(word * 64) {
        0 => 0,
        bits @ 1..=63 => (1 << bits) - 1,
        _ => u64::MAX,
    })
}

const fn patterns() -> [[[u64; 3]; 12]; 8] {
    let mut all = [[[0; 3]; 12]; 8];
    let mut at = 0;
    while at < 8 * 12 * 192 {
        let (mask, y, x) = (at / (12 * 192), at / 192 % 12, at % 192);
        let inverts = match mask {
            0 => (x + y) % 2 == 0,
            1 => y % 2 == 0,
            2 => x % 3 == 0,
            3 => (x + y) % 3 == 0,
            4 => (x / 3 + y / 2) % 2 == 0,
            5 => x * y % 2 + x * y % 3 == 0,
            6 => (x * y % 2 + x * y % 3) % 2 == 0,
            _ => ((x + y) % 2 + x * y % 3) % 2 == 0,
        };
        if inverts {
            all[mask][y][x / 64] |= 1 << (x % 64);
        }
        at += 1;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The penalty as the standard words it, module by module.
    fn penalty_slow<const W: usize>(grid: &Grid<W>) -> u32 {
        let size = grid.size;
        let dark = |x: usize, y: usize| grid.row(y)[x / 64] >> (x % 64) & 1 == 1;
        let mut penalty = 0;
        for line in 0..size {
            for across in [false, true] {
                let cells: Vec<bool> = (0..size).map(|at| if across { dark(at, line) } else { dark(line, at) }).collect();
                for run in cells.chunk_by(|a, b| a == b).filter(|run| run.len() >= 5) {
                    penalty += 3 + run.len() as u32 - 5;
                }
                let padded = [vec![false; 4], cells, vec![false; 4]].concat();
                for window in padded.windows(11) {
                    let text: String = window.iter().map(|&cell| if cell { '1' } else { '0' }).collect();
                    penalty += if text == "00001011101" || text == "10111010000" { 40 } else { 0 };
                }
            }
        }
        let mut total_dark = 0;
        for y in 0..size {
            for x in 0..size {
                total_dark += u32::from(dark(x, y));
                let inside = x + 1 < size && y + 1 < size;
                if inside && [dark(x + 1, y), dark(x, y + 1), dark(x + 1, y + 1)].iter().all(|&cell| cell == dark(x, y)) {
                    penalty += 3;
                }
            }
        }
        // How many steps of 5 % beyond 45 to 55 %.
        let within = |steps| (total_dark * 20).abs_diff(10 * (size * size) as u32) <= (steps + 1) * (size * size) as u32;
        penalty + 10 * (0..).find(|&steps| within(steps)).unwrap()
    }

    fn check<const W: usize>(version: usize, seed: u64) {
        let mut grid = Grid::<W>::new(version * 4 + 17);
        let mut state = seed;
        for y in 0..grid.size {
            for x in 0..grid.size {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                // Some texture, so that runs and finder-like patterns occur.
                let dark = if (x / 9 + y / 7) % 3 == 0 { 0b0101_1101 >> ((x + y / 5) % 8) & 1 == 1 } else { state >> 62 == 0 };
                grid.set(x, y, dark);
            }
        }
        assert_eq!(penalty(&grid), penalty_slow(&grid), "version {version}, seed {seed}");
    }

    #[test]
    fn whole_rows_score_as_single_modules_do() {
        for seed in 0..20 {
            check::<1>(1, seed);
            check::<1>(11, seed);
            check::<2>(12, seed);
            check::<2>(27, seed);
            check::<3>(28, seed);
            check::<3>(40, seed);
        }
    }
}
