//! Exact amounts.
//!
//! Takes digits, gives decimals and money. Must never know a float.

pub use rust_decimal::Decimal;

/// An ISO 4217 currency code: three upper-case letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// ISO 4217's code for "no currency": an amount whose currency nobody declared.
    pub const NONE: Currency = Currency(*b"XXX");

    /// Reads three ASCII letters; lower case is raised.
    pub fn parse(code: &str) -> Option<Currency> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_alphabetic).then(|| Currency(bytes.map(|b| b.to_ascii_uppercase())))
    }

    /// The three letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a currency code is ASCII by construction")
    }

    /// Fraction digits of the currency's minor unit (ISO 4217, table A.1; everything not listed has 2).
    pub fn minor_digits(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF" | b"UGX" | b"UYI" | b"VND" | b"VUV" | b"XAF"
            | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            b"CLF" | b"UYW" => 4,
            _ => 2,
        }
    }
}

impl std::fmt::Debug for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

/// An exact amount in a currency.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Money {
    /// The amount in major units, with the fraction digits it was written with.
    pub amount: Decimal,
    /// Its currency; [`Currency::NONE`] if nobody declared one.
    pub currency: Currency,
}

/// Why a text is not a decimal number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DecimalError {
    /// Something else than a sign, digits, one point and an exponent.
    #[error("not a number")]
    Malformed,
    /// More than 28 significant digits, or beyond 7.9e28.
    #[error("more digits than the 28 that can be kept exactly")]
    TooLong,
}

/// Reads a number from its raw digits: sign, digits, an optional point and fraction, an optional exponent
/// (RFC 8259 number, also accepting a leading `+` and a bare leading or trailing point).
///
/// The fraction digits are kept as written: `1.50` stays `1.50`. Surrounding space is not accepted.
pub fn parse_decimal(text: &[u8]) -> Result<Decimal, DecimalError> {
    let (negative, body) = match text.first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    // Eighteen digits always fit an i64: the path of every amount in practice.
    if body.len() <= 19 {
        let mut mantissa = 0i64;
        let mut point = None;
        let mut digits = 0u32;
        let mut plain = true;
        for (index, &byte) in body.iter().enumerate() {
            match byte {
                b'0'..=b'9' => {
                    mantissa = mantissa.wrapping_mul(10).wrapping_add(i64::from(byte - b'0'));
                    digits += 1;
                }
                b'.' if point.is_none() => point = Some(index),
                _ => {
                    plain = false;
                    break;
                }
            }
        }
        if plain && digits > 0 && digits <= 18 {
            let scale = point.map_or(0, |index| body.len() - index - 1) as u32;
            return Ok(Decimal::new(if negative { -mantissa } else { mantissa }, scale));
        }
    }
    parse_long_decimal(negative, body)
}

fn parse_long_decimal(negative: bool, body: &[u8]) -> Result<Decimal, DecimalError> {
    let exponent_at = body.iter().position(|b| matches!(b, b'e' | b'E'));
    let (number, exponent) = match exponent_at {
        Some(at) => {
            let text = std::str::from_utf8(&body[at + 1..]).map_err(|_| DecimalError::Malformed)?;
            let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
            if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return Err(DecimalError::Malformed);
            }
            // An exponent of ten digits can only be zero or out of range either way.
            (&body[..at], text.parse::<i32>().map_err(|_| DecimalError::TooLong)?)
        }
        None => (body, 0),
    };
    let mut mantissa = 0i128;
    let mut scale = -i64::from(exponent);
    let mut seen_point = false;
    let mut digits = 0;
    for &byte in number {
        match byte {
            b'0'..=b'9' => {
                mantissa = mantissa * 10 + i128::from(byte - b'0');
                if mantissa >= 1i128 << 96 {
                    return Err(DecimalError::TooLong);
                }
                digits += 1;
                scale += i64::from(seen_point);
            }
            b'.' if !seen_point => seen_point = true,
            _ => return Err(DecimalError::Malformed),
        }
    }
    if digits == 0 {
        return Err(DecimalError::Malformed);
    }
    while scale > 28 && mantissa % 10 == 0 && mantissa != 0 {
        mantissa /= 10;
        scale -= 1;
    }
    if mantissa == 0 {
        return Ok(Decimal::new(0, scale.clamp(0, 28) as u32));
    }
    while scale < 0 {
        mantissa *= 10;
        scale += 1;
        if mantissa >= 1i128 << 96 {
            return Err(DecimalError::TooLong);
        }
    }
    let mantissa = if negative { -mantissa } else { mantissa };
    let scale = u32::try_from(scale).map_err(|_| DecimalError::TooLong)?;
    Decimal::try_from_i128_with_scale(mantissa, scale).map_err(|_| DecimalError::TooLong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, DecimalError>) {
        assert_eq!(parse_decimal(text.as_bytes()).map(|d| d.to_string()), expected.map(str::to_string), "{text}");
    }

    #[test]
    fn digits_stay_as_written() {
        check("1234.50", Ok("1234.50"));
        check("-0.10", Ok("-0.10"));
        check("0", Ok("0"));
        check("+7", Ok("7"));
        check(".5", Ok("0.5"));
        check("12345678901234567890.12", Ok("12345678901234567890.12"));
        check("1e3", Ok("1000"));
        check("1.5E-2", Ok("0.015"));
        check("0.30000000000000004", Ok("0.30000000000000004"));
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for text in ["", "-", ".", "1.2.3", "1,234.00", "12a", "0x10", "e5", "1e", " 1", "NaN", "--1", "1e+"] {
            check(text, Err(DecimalError::Malformed));
        }
        check("99999999999999999999999999999999", Err(DecimalError::TooLong));
        check("1e99", Err(DecimalError::TooLong));
        check("1e99999999999", Err(DecimalError::TooLong));
    }

    #[test]
    fn currencies_are_three_letters() {
        assert_eq!(Currency::parse("usd").map(|c| c.code().to_string()).as_deref(), Some("USD"));
        assert_eq!(Currency::parse("US"), None);
        assert_eq!(Currency::parse("U$D"), None);
        assert_eq!(Currency::parse("JPY").map(Currency::minor_digits), Some(0));
        assert_eq!(Currency::parse("EUR").map(Currency::minor_digits), Some(2));
    }
}
