//! EAN-13, EAN-8 and UPC-A (ISO/IEC 15420).
//!
//! Takes the digits of an article number, gives bars. The check digit is added, or must be right.

use super::{BarcodeError, Caption, OptionDoc, Options, Shape, Symbol, Symbology, check};

/// A code of the EAN family.
pub struct Ean {
    name: &'static str,
    doc: &'static str,
    example: &'static str,
    digits: usize,
    height: i64,
    /// Clear modules at the wider side; the symbols keep it at both.
    quiet: u8,
}

/// EAN-13.
pub const EAN_13: Ean = Ean {
    name: "ean13",
    doc: "EAN-13 (ISO/IEC 15420): an article number of 12 digits, whose check digit is added, or of 13.",
    example: "400638133393",
    digits: 12,
    height: 22_850,
    quiet: 11,
};
/// EAN-8.
pub const EAN_8: Ean = Ean {
    name: "ean8",
    doc: "EAN-8 (ISO/IEC 15420): an article number of 7 digits, whose check digit is added, or of 8.",
    example: "9638507",
    digits: 7,
    height: 18_230,
    quiet: 7,
};
/// UPC-A.
pub const UPC_A: Ean = Ean {
    name: "upca",
    doc: "UPC-A (ISO/IEC 15420): an article number of 11 digits, whose check digit is added, or of 12.",
    example: "03600029145",
    digits: 11,
    height: 22_850,
    quiet: 9,
};

/// Widths of the digits in set A, space first (ISO/IEC 15420, table 1); set B is the reverse, set C begins with the bar.
const PATTERNS: [[u8; 4]; 10] =
    [[3, 2, 1, 1], [2, 2, 2, 1], [2, 1, 2, 2], [1, 4, 1, 1], [1, 1, 3, 2], [1, 2, 3, 1], [1, 1, 1, 4], [1, 3, 1, 2], [1, 2, 1, 3], [3, 1, 1, 2]];
/// Which of the six left digits are of set B, for each first digit, the leftmost in the highest bit (table 3).
const SETS: [u8; 10] = [0b000000, 0b001011, 0b001101, 0b001110, 0b010011, 0b011001, 0b011100, 0b010101, 0b010110, 0b011010];

impl Ean {
    fn digits(&self, payload: &str) -> Result<Vec<u8>, BarcodeError> {
        let mut digits = super::read_digits(self.name, payload)?;
        super::complete(self.name, &mut digits, self.digits, check::gs1)?;
        Ok(digits)
    }
}

impl Symbology for Ean {
    fn name(&self) -> &'static str {
        self.name
    }
    fn doc(&self) -> &'static str {
        self.doc
    }
    fn example(&self) -> &'static str {
        self.example
    }
    fn options(&self) -> &'static [OptionDoc] {
        &[]
    }
    fn is_fixed(&self) -> bool {
        true
    }
    fn shape(&self) -> Shape {
        Shape::bars([264, 330, 660], [5_000, self.height])
    }
    fn guards(&self) -> &'static [(u16, u16)] {
        match self.digits {
            12 => &[(0, 3), (45, 50), (92, 95)],
            7 => &[(0, 3), (31, 36), (64, 67)],
            _ => &[(0, 10), (45, 50), (85, 95)],
        }
    }
    fn captions(&self, payload: &str, _: &Options, _: &Symbol) -> Vec<Caption> {
        let text: String = self.digits(payload).unwrap_or_default().iter().map(|digit| char::from(b'0' + digit)).collect();
        let quiet = i32::from(self.quiet);
        let parts: &[(std::ops::Range<usize>, i32, i32)] = match self.digits {
            12 => &[(0..1, -quiet, -1), (1..7, 3, 45), (7..13, 50, 92)],
            7 => &[(0..4, 3, 31), (4..8, 36, 64)],
            _ => &[(0..1, -quiet, -1), (1..6, 10, 45), (6..11, 50, 85), (11..12, 96, 95 + quiet)],
        };
        let caption = |(range, from, to): &(std::ops::Range<usize>, i32, i32)| {
            text.get(range.clone()).map(|part| Caption { text: part.to_string(), from: *from, to: *to })
        };
        parts.iter().filter_map(caption).collect()
    }
    fn encode_into(&self, payload: &str, _: &Options, symbol: &mut Symbol) -> Result<(), BarcodeError> {
        let mut digits = self.digits(payload)?;
        // UPC-A is EAN-13 with a first digit of nought; EAN-8 has no first digit.
        if self.digits == 11 {
            digits.insert(0, 0);
        }
        let (sets, shown) = if self.digits == 7 { (0, digits.as_slice()) } else { (SETS[usize::from(digits[0])], &digits[1..]) };
        let half = shown.len() / 2;
        let widths = symbol.begin_bars(self.quiet);
        widths.extend([1, 1, 1]);
        for (at, &digit) in shown[..half].iter().enumerate() {
            let mut pattern = PATTERNS[usize::from(digit)];
            if sets >> (half - 1 - at) & 1 == 1 {
                pattern.reverse();
            }
            widths.extend(pattern);
        }
        widths.extend([1, 1, 1, 1, 1]);
        for &digit in &shown[half..] {
            widths.extend(PATTERNS[usize::from(digit)]);
        }
        widths.extend([1, 1, 1]);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &Ean, payload: &str, expected: &str) {
        let found = match code.encode(payload, &Options::default()) {
            Ok(symbol) => symbol.text(),
            Err(fault) => fault.to_string(),
        };
        assert_eq!(found, expected, "{payload}");
    }

    #[test]
    fn agrees_with_two_other_encoders() {
        check(&EAN_13, "400638133393", "11132111123111414113121122211111141114111411311214112221111");
        check(&EAN_13, "9999999999994", "11131122113211331122113311211111311231123112311231121132111");
        check(&UPC_A, "00000000000", "11132113211321132113211321111111321132113211321132113211111");
    }

    #[test]
    fn the_rule_that_failed_is_told() {
        check(&EAN_13, "4006381333932", "ean13: the check digit is 2, it should be 1");
        check(&EAN_8, "12345", "ean8: 7 digits are expected, or 8 with the check digit; these are 5");
        check(&UPC_A, "0360002914X", "upca cannot encode `X` (U+0058) at position 11");
    }
}
