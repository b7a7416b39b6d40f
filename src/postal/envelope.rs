//! Envelopes, their windows, and what of a folded sheet shows through them.
//!
//! Takes the table of envelopes, a sheet and its folds, gives the two rectangles of window safety in the coordinates of the sheet.
//! Must never know what is printed.
//!
//! A folded sheet slides in its envelope: `dx` from 0 to the play across, `dy` to the play down. What must be read lies in the
//! intersection of the window over all shifts, and nothing else in their union. The play is that of the outer size of the
//! envelope: an inner size is smaller, so this errs on the safe side.

use crate::base::length::Length;
use crate::kit::csv::Field;
use crate::kit::table::{Headed, RowFault};
use crate::model::mail::Thickness;

/// The table that the program ships.
pub const BUILT_IN: &str = include_str!("../../data/envelopes.csv");

/// A size of envelope, seen from its front with the flap behind at the top.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Envelope {
    /// The code jobs name it by, such as `C5/6`.
    pub code: String,
    /// Outer width.
    pub width: Length,
    /// Outer height.
    pub height: Length,
    /// Its window, if it has one whose place is known.
    pub window: Option<Window>,
}

impl Envelope {
    /// Length and height in thousandths of a millimetre, as containers are measured: 1 pt is 127/360 mm.
    pub fn measured(&self) -> (Thickness, Thickness) {
        let thousandths = |length: Length| Thickness((i128::from(length.millipoints().max(0)) * 127 / 360) as u64);
        (thousandths(self.width), thousandths(self.height))
    }
}

/// A window of an envelope.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// From the left edge of the envelope.
    pub left: Length,
    /// From its lower edge.
    pub bottom: Length,
    /// Width.
    pub width: Length,
    /// Height.
    pub height: Length,
}

/// How a sheet is folded. The address faces out on the uppermost panel in all of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Fold {
    /// Not at all.
    #[default]
    None,
    /// Once: two panels.
    Half,
    /// Twice, inward: three panels.
    C,
    /// Twice, like an accordion: three panels.
    Z,
    /// Twice in parallel: four panels.
    Double,
}

impl Fold {
    /// Every fold with its word in a job file.
    pub const WORDS: [(&'static str, Fold); 5] =
        [("none", Fold::None), ("half", Fold::Half), ("c", Fold::C), ("z", Fold::Z), ("double", Fold::Double)];

    /// Its word in a job file.
    pub fn word(self) -> &'static str {
        Fold::WORDS.iter().find(|(_, fold)| *fold == self).map_or("none", |(word, _)| word)
    }

    /// How many panels it makes.
    pub fn panels(self) -> usize {
        match self {
            Fold::None => 1,
            Fold::Half => 2,
            Fold::C | Fold::Z => 3,
            Fold::Double => 4,
        }
    }

    /// Where the sheet is folded if the job does not say: panels of equal height.
    pub fn equal_places(self, height: Length) -> Vec<Length> {
        let panels = self.panels() as i64;
        (1..panels).map(|place| height.scaled(place, panels)).collect()
    }
}

/// A rectangle on a sheet, from its left and upper edges.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Area {
    /// Its left edge.
    pub left: Length,
    /// Its upper edge.
    pub top: Length,
    /// Its right edge.
    pub right: Length,
    /// Its lower edge.
    pub bottom: Length,
}

impl Area {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.left >= self.right || self.top >= self.bottom
    }

    /// What two areas share; empty if nothing.
    pub fn shared(&self, other: &Area) -> Area {
        Area {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        }
    }
}

/// A sheet as it is folded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Folded {
    /// The width of the sheet.
    pub width: Length,
    /// The height of the set once it is folded.
    pub height: Length,
    /// How far the upper edge of the sheet lies below that of the folded set: a longer panel stands out behind it.
    pub above: Length,
    /// The height of the panel with the address.
    pub panel: Length,
}

impl Folded {
    /// A sheet folded at these places from its upper edge, which are inside of it and grow.
    pub fn new(width: Length, height: Length, places: &[Length]) -> Folded {
        let panel = places.first().copied().unwrap_or(height);
        // From the first fold, where the address panel ends, the others go up and down in turn.
        let (mut top, mut bottom, mut at, mut upward) = (panel, Length::ZERO, Length::ZERO, true);
        for (index, place) in places.iter().enumerate() {
            let length = places.get(index + 1).copied().unwrap_or(height) - *place;
            at = if upward { at + length } else { at - length };
            upward = !upward;
            top = top.max(at);
            bottom = bottom.min(at);
        }
        Folded { width, height: top - bottom, above: top - panel, panel }
    }
}

/// What a window shows of a sheet, in its coordinates.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sight {
    /// What is seen however the sheet lies.
    pub always: Area,
    /// What may be seen.
    pub possible: Area,
}

/// Why a sheet does not go into an envelope: by how much it is too wide and too high.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooLarge {
    /// How much too wide; negative: the play that is left.
    pub across: Length,
    /// How much too high; negative: the play that is left.
    pub down: Length,
}

impl Envelope {
    /// What its window shows of a folded sheet; `None` if it has no window.
    ///
    /// # Errors
    /// The sheet is larger than the envelope.
    pub fn sight(&self, folded: &Folded) -> Result<Option<Sight>, TooLarge> {
        let (across, down) = (self.width - folded.width, self.height - folded.height);
        // Without a window a sheet may as well be turned: a flat envelope opens at its long or short side.
        if self.window.is_none() && folded.height <= self.width && folded.width <= self.height {
            return Ok(None);
        }
        if across < Length::ZERO || down < Length::ZERO {
            return Err(TooLarge { across: -across, down: -down });
        }
        let Some(window) = &self.window else { return Ok(None) };
        let top = self.height - window.bottom - window.height - folded.above;
        let sheet = Area { left: Length::ZERO, top: Length::ZERO, right: folded.width, bottom: folded.panel };
        let always = Area { left: window.left, top, right: window.left + window.width - across, bottom: top + window.height - down };
        let possible = Area { left: window.left - across, top: top - down, right: window.left + window.width, bottom: top + window.height };
        Ok(Some(Sight { always: always.shared(&sheet), possible: possible.shared(&sheet) }))
    }
}

/// The envelopes of a job.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Envelopes(Vec<Envelope>);

/// The columns of the table of envelopes.
const COLUMNS: [&str; 7] = ["code", "width_mm", "height_mm", "window_w_mm", "window_h_mm", "window_left_mm", "window_bottom_mm"];

impl Envelopes {
    /// Those of the program.
    pub fn built_in() -> Envelopes {
        let mut envelopes = Envelopes::default();
        envelopes.add(BUILT_IN).expect("a test reads the table of the program");
        envelopes
    }

    /// Adds the rows of a table; one with a known code replaces it.
    ///
    /// # Errors
    /// Every fault of the table, with the bytes of its text.
    pub fn add(&mut self, text: &str) -> Result<(), Vec<RowFault>> {
        let table = Headed::new(text, &COLUMNS)?;
        let at = COLUMNS.map(|name| table.column(name).unwrap_or_default());
        let mut faults = Vec::new();
        for row in table {
            match row.and_then(|row| read_row(&row, &at)) {
                Ok(envelope) => match self.0.iter_mut().find(|known| known.code == envelope.code) {
                    Some(known) => *known = envelope,
                    None => self.0.push(envelope),
                },
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// The envelope of a code.
    pub fn find(&self, code: &str) -> Option<&Envelope> {
        self.0.iter().find(|envelope| envelope.code == code)
    }

    /// The codes of all, in the order of the table.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|envelope| envelope.code.as_str())
    }
}

fn read_row(row: &[Field], at: &[usize; 7]) -> Result<Envelope, RowFault> {
    let millimetres = |column: usize| -> Result<Option<Length>, RowFault> {
        let field = &row[at[column]];
        if field.text.is_empty() {
            return Ok(None);
        }
        let length = Length::parse(&field.text, "mm").filter(|length| *length >= Length::ZERO);
        let fault = || RowFault::new(field.range.clone(), format!("`{}` is no length in millimetres", field.text), "write a number such as 114.3");
        length.map(Some).ok_or_else(fault)
    };
    let size = |column: usize| {
        let missing =
            || RowFault::new(row[at[column]].range.clone(), format!("`{}` is missing", COLUMNS[column]), "an envelope has a width and a height");
        millimetres(column)?.filter(|length| *length > Length::ZERO).ok_or_else(missing)
    };
    let (width, height) = (size(1)?, size(2)?);
    let window = match (millimetres(3)?, millimetres(4)?, millimetres(5)?, millimetres(6)?) {
        (Some(width), Some(height), Some(left), Some(bottom)) => Some(Window { left, bottom, width, height }),
        // All or nothing: a window of which half is known cannot be checked.
        (None, None, None, None) => None,
        _ => {
            let message = "a window needs width, height, left and bottom";
            return Err(RowFault::new(row[at[3]].range.clone(), message, "leave all four empty for an envelope without a window"));
        }
    };
    let outside = window.is_some_and(|window| window.left + window.width > width || window.bottom + window.height > height);
    if outside {
        return Err(RowFault::new(
            row[at[5]].range.clone(),
            "the window reaches beyond the envelope",
            "left and bottom count from the lower left corner",
        ));
    }
    Ok(Envelope { code: row[at[0]].text.clone(), width, height, window })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inches(thousandths: i64) -> Length {
        Length::from_millipoints(thousandths * 72)
    }

    fn millimetres(number: &str) -> Length {
        Length::parse(number, "mm").unwrap()
    }

    #[test]
    fn the_worked_example_of_a_letter_in_a_number_ten() {
        let window = Window { left: inches(875), bottom: inches(500), width: inches(4500), height: inches(1125) };
        let envelope = Envelope { code: "10".into(), width: inches(9500), height: inches(4125), window: Some(window) };
        let sheet = Folded::new(inches(8500), inches(11_000), &[inches(3667), inches(7334)]);
        let sight = envelope.sight(&sheet).unwrap().unwrap();
        let area = |left, top, right, bottom| Area { left: inches(left), top: inches(top), right: inches(right), bottom: inches(bottom) };
        assert_eq!(sight.always, area(875, 2500, 4375, 3167));
        assert_eq!(sight.possible, area(0, 2042, 5375, 3625));
    }

    #[test]
    fn a_longer_panel_behind_moves_the_address_down() {
        // DIN 5008 form A: 87, 105, 105; the second panel stands out by 18 mm.
        let [width, height, first, second] = ["210", "297", "87", "192"].map(millimetres);
        let folded = Folded::new(width, height, &[first, second]);
        assert_eq!((folded.panel, folded.height, folded.above), (first, millimetres("105"), millimetres("105") - first));
        // Form B: 105, 105, 87.
        let folded = Folded::new(width, height, &[millimetres("105"), millimetres("210")]);
        assert_eq!((folded.height, folded.above), (millimetres("105"), Length::ZERO));
    }

    #[test]
    fn a_sheet_that_is_too_large_is_told() {
        let envelopes = Envelopes::built_in();
        let envelope = envelopes.find("DL").unwrap();
        let flat = Folded::new(millimetres("210"), millimetres("297"), &[]);
        let error = envelope.sight(&flat).unwrap_err();
        assert_eq!(error.down, millimetres("297") - millimetres("110"));
        assert!(error.across < Length::ZERO);
        // 9 by 12 inches lies on its side, and takes a letter that stands.
        let letter = Folded::new(Length::from_points(612), Length::from_points(792), &[]);
        assert_eq!(envelopes.find("US9x12").unwrap().sight(&letter), Ok(None));
    }

    #[test]
    fn faults_of_the_table_are_told_by_place() {
        let header = "code,width_mm,height_mm,window_w_mm,window_h_mm,window_left_mm,window_bottom_mm\n";
        let read = |rows: &str| {
            Envelopes::default().add(&format!("{header}{rows}")).err().map(|faults| faults.into_iter().map(|f| f.message).collect::<Vec<_>>())
        };
        assert_eq!(read("A,100,50,,,,\n"), None);
        assert_eq!(read("A,x,50,,,,\nB,100,,,,,\n"), Some(vec!["`x` is no length in millimetres".to_string(), "`height_mm` is missing".to_string()]));
        assert_eq!(read("A,100,50,90,,20,\n"), Some(vec!["a window needs width, height, left and bottom".to_string()]));
        assert_eq!(read("A,100,50,90,45,20,15\n"), Some(vec!["the window reaches beyond the envelope".to_string()]));
    }
}
