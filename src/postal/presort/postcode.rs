//! Postcodes in eight bytes.
//!
//! Takes the text of a postcode, gives a number that sorts as the text does and gives the text back. Must never shorten: what does
//! not fit is refused.

/// The longest postcode in characters: a ZIP code with delivery point has eleven.
pub const POSTCODE_LENGTH_MAX: usize = 12;

/// Capitals, digits, blank and hyphen, and 0 for the end: 39 signs, twelve of which fit 64 bits.
const BASE: u64 = 39;

/// A postcode of up to twelve capitals, digits, blanks and hyphens. Sorts as its text; none sorts first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Postcode(u64);

impl Postcode {
    /// There is none.
    pub const NONE: Postcode = Postcode(0);

    /// The postcode of a text: space at its ends is passed over, small letters are raised. `None` if it is longer than
    /// [`POSTCODE_LENGTH_MAX`] or has other signs.
    pub fn pack(text: &str) -> Option<Postcode> {
        let text = text.trim();
        if text.len() > POSTCODE_LENGTH_MAX {
            return None;
        }
        let mut packed = 0;
        for at in 0..POSTCODE_LENGTH_MAX {
            let sign = match text.as_bytes().get(at) {
                None => 0,
                Some(b' ') => 1,
                Some(b'-') => 2,
                Some(digit @ b'0'..=b'9') => 3 + u64::from(digit - b'0'),
                Some(letter) if letter.is_ascii_alphabetic() => 13 + u64::from(letter.to_ascii_uppercase() - b'A'),
                Some(_) => return None,
            };
            packed = packed * BASE + sign;
        }
        Some(Postcode(packed))
    }

    /// Its text, written into a buffer.
    pub fn unpack(self, buffer: &mut [u8; POSTCODE_LENGTH_MAX]) -> &str {
        let mut rest = self.0;
        let mut length = 0;
        for at in (0..POSTCODE_LENGTH_MAX).rev() {
            let sign = (rest % BASE) as u8;
            rest /= BASE;
            buffer[at] = match sign {
                0 => continue,
                1 => b' ',
                2 => b'-',
                3..=12 => b'0' + sign - 3,
                _ => b'A' + sign - 13,
            };
            length = length.max(at + 1);
        }
        std::str::from_utf8(&buffer[..length]).unwrap_or_default()
    }

    /// The number that stands for it.
    pub fn bits(self) -> u64 {
        self.0
    }

    /// The postcode of a number that [`Postcode::bits`] gave.
    pub(super) fn from_bits(bits: u64) -> Postcode {
        Postcode(bits)
    }
}

impl std::fmt::Display for Postcode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.unpack(&mut [0; POSTCODE_LENGTH_MAX]))
    }
}

#[cfg(test)]
mod tests {
    use super::Postcode;

    #[test]
    fn what_is_no_postcode_is_refused() {
        for text in ["1234567890123", "Ä1", "12/34", "12\n34"] {
            assert_eq!(Postcode::pack(text), None, "{text}");
        }
        assert_eq!(Postcode::pack("  "), Some(Postcode::NONE));
        assert_eq!(Postcode::pack(" sw1a 1aa ").map(|code| code.to_string()).as_deref(), Some("SW1A 1AA"));
    }

    proptest::proptest! {
        #[test]
        fn texts_come_back_in_their_order(a in "([A-Z0-9-][A-Z0-9 -]{0,10})?[A-Z0-9-]", b in "([A-Z0-9-][A-Z0-9 -]{0,10})?[A-Z0-9-]") {
            let (left, right) = (Postcode::pack(&a).expect("fits"), Postcode::pack(&b).expect("fits"));
            assert_eq!((left.to_string(), right.to_string()), (a.clone(), b.clone()));
            assert_eq!(left.cmp(&right), a.cmp(&b));
        }
    }
}
