//! Facing identification marks of the USPS (Domestic Mail Manual 708.9).
//!
//! Takes the letter of a mark, gives its bars. Nine places a sixteenth of an inch apart, each with a bar or without.

use super::{BarcodeError, Caption, OptionDoc, Options, Shape, Symbol, Symbology};

/// A facing identification mark.
pub struct Fim;

/// The bars of each mark.
const MARKS: [(&str, &[u8; 9]); 5] = [("A", b"110010011"), ("B", b"101101101"), ("C", b"110101011"), ("D", b"111010111"), ("E", b"101000101")];
/// Clear modules of a thirty-second of an inch: the clear zone ends a quarter of an inch right of the mark.
const QUIET: u8 = 8;

impl Symbology for Fim {
    fn name(&self) -> &'static str {
        "fim"
    }
    fn doc(&self) -> &'static str {
        "Facing identification mark of the USPS: `A` courtesy and metered reply mail with a barcode, `B` business reply without one, `C` business reply \
         with one, `D` information-based indicia, `E` special services. Its right edge stands 2 in from that of the envelope, its upper edge within 1/8 \
         in of the top."
    }
    fn example(&self) -> &'static str {
        "A"
    }
    fn options(&self) -> &'static [OptionDoc] {
        &[]
    }
    fn is_fixed(&self) -> bool {
        true
    }
    fn shape(&self) -> Shape {
        // 1/32 in ± 0.008 in wide, 5/8 in high.
        Shape::bars([591, 794, 996], [12_700, 15_875])
    }
    fn captions(&self, _: &str, _: &Options, _: &Symbol) -> Vec<Caption> {
        Vec::new()
    }
    fn encode_into(&self, payload: &str, _: &Options, symbol: &mut Symbol) -> Result<(), BarcodeError> {
        if payload.is_empty() {
            return Err(BarcodeError::Empty);
        }
        let Some((_, places)) = MARKS.iter().find(|(letter, _)| *letter == payload) else {
            return Err(BarcodeError::Rule { symbology: "fim", rule: format!("there is no mark `{payload}`, only `A` to `E`") });
        };
        let widths = symbol.begin_bars(QUIET);
        for &place in places.iter() {
            match widths.last_mut() {
                // A place is as wide as a bar and the space before the next.
                Some(space) if place == b'0' => *space += 2,
                _ => widths.extend([1, 1]),
            }
        }
        widths.pop();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(payload: &str, expected: &str) {
        let found = Fim.encode(payload, &Options::default());
        assert_eq!(found.map_or_else(|fault| fault.to_string(), |symbol| symbol.text()), expected);
    }

    #[test]
    fn marks_are_those_of_the_manual() {
        check("A", "111515111");
        check("B", "13111311131");
        check("C", "11131313111");
        check("D", "1111131311111");
        check("E", "1317131");
        check("F", "fim: there is no mark `F`, only `A` to `E`");
        check("", "the payload is empty");
    }
}
