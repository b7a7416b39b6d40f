//! Japan Post customer code of four states.
//!
//! Takes postcode and address number, gives 67 bars. Must never know how an address becomes its number.

use super::{BarcodeError, OptionDoc, Options, Shape, State, Symbol, Symbology};

/// The customer code of Japan Post.
pub struct JapanPost;

const NAME: &str = "japanpost";
/// Places between start and check character.
const PLACES: usize = 20;
/// Values of the control codes CC1 to CC4.
const CC1: u8 = 11;
const CC4: u8 = 14;

/// The bars of the values 0 to 9, hyphen and CC1 to CC8: 1 full, 2 ascender, 3 descender, 4 tracker.
#[rustfmt::skip]
const PATTERNS: [[u8; 3]; 19] = [
    [1, 4, 4], [1, 1, 4], [1, 3, 2], [3, 1, 2], [1, 2, 3], [1, 4, 1], [3, 2, 1], [2, 1, 3], [2, 3, 1], [4, 1, 1],
    [4, 1, 4], [3, 2, 4], [3, 4, 2], [2, 3, 4], [4, 3, 2], [2, 4, 3], [4, 2, 3], [4, 4, 1], [1, 1, 1],
];

impl Symbology for JapanPost {
    fn name(&self) -> &'static str {
        NAME
    }
    fn doc(&self) -> &'static str {
        "Japan Post customer code: the postcode of 7 digits without hyphen, then the numbers of the address with hyphens; capitals take two places. What fills less than 20 places is padded."
    }
    fn example(&self) -> &'static str {
        "15400233-16-4-205"
    }
    fn options(&self) -> &'static [OptionDoc] {
        &[]
    }
    fn is_fixed(&self) -> bool {
        true
    }
    fn shape(&self) -> Shape {
        Shape::JAPAN_POST
    }
    fn encode_into(&self, payload: &str, _: &Options, symbol: &mut Symbol) -> Result<(), BarcodeError> {
        let mut values = Vec::with_capacity(PLACES + 1);
        for (at, character) in payload.chars().enumerate() {
            match character {
                '0'..='9' => values.push(character as u8 - b'0'),
                '-' => values.push(10),
                'A'..='Z' => {
                    let place = character as u8 - b'A';
                    values.extend([CC1 + place / 10, place % 10]);
                }
                _ => return Err(BarcodeError::Character { symbology: NAME, character, position: at + 1 }),
            }
        }
        if values.len() < 7 || values[..7].iter().any(|&value| value > 9) {
            return Err(BarcodeError::Rule { symbology: NAME, rule: "the payload does not begin with a postcode of 7 digits".into() });
        }
        if values.len() > PLACES {
            return Err(BarcodeError::TooLong { symbology: NAME, unit: "places", length: values.len(), max: PLACES });
        }
        values.resize(PLACES, CC4);
        let sum: u32 = values.iter().map(|&value| u32::from(value)).sum();
        values.push(((19 - sum % 19) % 19) as u8);
        let bars = values.iter().flat_map(|&value| PATTERNS[usize::from(value)]);
        let all = [1, 3].into_iter().chain(bars).chain([3, 1]);
        symbol.begin_states().extend(all.map(|bar| [State::Full, State::Ascender, State::Descender, State::Tracker][usize::from(bar) - 1]));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(payload: &str, expected: &str) {
        let found = match JapanPost.encode(payload, &Options::default()) {
            Ok(symbol) => symbol.text(),
            Err(fault) => fault.to_string(),
        };
        assert_eq!(found, expected, "{payload}");
    }

    #[test]
    fn agrees_with_other_encoders() {
        check("15400233-16-4-205", "FDFFTFTFFADFTTFTTFDADFADFATFTFFTDAFTFTFADTFTFDAFTTFTFTDATDATDADAFDF");
        check("91000673-80-25J1-2", "FDTFFFFTFTTFTTFTTDAFAFDDFATFTADFFTTTFTFDAFTFDATTFFFFTTFTFDATDADAFDF");
        check("06401135-3-17A", "FDFTTDAFFADFTTFFTFFTDFAFTFTFTDFATFTFFTAFDDATFTTTDATDATDATDATDAFFTDF");
    }

    #[test]
    fn the_rule_that_failed_is_told() {
        check("154-0023", "japanpost: the payload does not begin with a postcode of 7 digits");
        check("1540023a", "japanpost cannot encode `a` (U+0061) at position 8");
        check("15400231-1-1-1-1-1-1-1", "the payload has 22 places, japanpost with these options holds at most 20");
    }
}
