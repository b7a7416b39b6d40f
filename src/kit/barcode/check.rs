//! Check digits of barcodes and payment references.
//!
//! Takes digits or letters, gives the check digits the standards ask for. Must never know what is drawn from them.

/// GS1: weights 3, 1 from the right (GS1 General Specifications, 7.9); also of EAN, UPC and interleaved 2 of 5.
pub fn gs1(digits: &[u8]) -> u8 {
    weighted(digits.iter().rev().copied().zip([3, 1].into_iter().cycle()))
}

/// Leitcode and Identcode of Deutsche Post: weights 4, 9 from the left.
pub fn post_2of5(digits: &[u8]) -> u8 {
    weighted(digits.iter().copied().zip([4, 9].into_iter().cycle()))
}

fn weighted(digits: impl Iterator<Item = (u8, u32)>) -> u8 {
    let sum: u32 = digits.map(|(digit, weight)| u32::from(digit) * weight).sum();
    ((10 - sum % 10) % 10) as u8
}

/// UPU S10, clause 5: weights 8 6 4 2 3 5 9 7, 11 less the rest of 11, ten is nought and eleven five.
pub fn s10(serial: &[u8]) -> u8 {
    let sum: u32 = serial.iter().zip([8, 6, 4, 2, 3, 5, 9, 7]).map(|(&digit, weight)| u32::from(digit) * weight).sum();
    match 11 - sum % 11 {
        10 => 0,
        11 => 5,
        check => check as u8,
    }
}

/// The recursive check digit of modulo 10 that Swiss QR references carry.
pub fn recursive_10(digits: &[u8]) -> u8 {
    const TABLE: [u8; 10] = [0, 9, 4, 6, 8, 2, 7, 1, 3, 5];
    let carry = digits.iter().fold(0, |carry, digit| TABLE[usize::from((carry + digit) % 10)]);
    (10 - carry) % 10
}

/// Luhn: every second digit doubled, from the right.
pub fn luhn(digits: &[u8]) -> u8 {
    let doubled = digits.iter().rev().enumerate().map(|(at, &digit)| {
        let value = if at % 2 == 0 { digit * 2 } else { digit };
        u32::from(value / 10 + value % 10)
    });
    ((10 - doubled.sum::<u32>() % 10) % 10) as u8
}

/// Norwegian KID: weights 2 to 7 from the right, 11 less the rest of 11; eleven is nought and ten a dash.
pub fn mod_11(digits: &[u8]) -> char {
    let sum: u32 = digits.iter().rev().zip((2..=7).cycle()).map(|(&digit, weight)| u32::from(digit) * weight).sum();
    match 11 - sum % 11 {
        11 => '0',
        10 => '-',
        check => char::from(b'0' + check as u8),
    }
}

/// Belgian structured communications: the rest of 97 of ten digits, 97 if it is nought.
pub fn belgian(digits: &[u8]) -> u8 {
    let rest = digits.iter().fold(0, |rest: u32, digit| (rest * 10 + u32::from(*digit)) % 97);
    if rest == 0 { 97 } else { rest as u8 }
}

/// Finnish references: weights 7, 3, 1 from the right.
pub fn finnish(digits: &[u8]) -> u8 {
    weighted(digits.iter().rev().copied().zip([7, 3, 1].into_iter().cycle()))
}

/// The rest of 97 of a text whose letters count from A = 10 (ISO 7064, MOD 97-10); `None` for any other character.
pub fn rest_97(mut text: impl Iterator<Item = u8>) -> Option<u32> {
    text.try_fold(0, |rest, byte| {
        Some(match byte {
            b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
            b'A'..=b'Z' => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
            _ => return None,
        })
    })
}

/// Whether an IBAN (ISO 13616) or creditor reference (ISO 11649) has the right check digits.
pub fn is_97(text: &str) -> bool {
    text.len() > 4 && rest_97(text.bytes().skip(4).chain(text.bytes().take(4))) == Some(1)
}

/// The check digits that `country` or `RF` takes before `body`.
pub fn digits_97(prefix: &str, body: &str) -> Option<u32> {
    rest_97(body.bytes().chain(prefix.bytes()).chain(*b"00")).map(|rest| 98 - rest)
}

/// The CRC of four bits (x^4 + x + 1) over the bytes, that a Frankier-ID of Deutsche Post ends with.
pub fn crc_4(bytes: &[u8]) -> u8 {
    let bits = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
    bits.fold(0, |rest, bit| {
        let top = (rest >> 3 & 1) ^ bit;
        let shifted = rest << 1 & 0xF;
        if top == 1 { shifted ^ 0x3 } else { shifted }
    })
}

/// The digits of a text; `None` if anything else is in it.
pub fn digits(text: &str) -> Option<Vec<u8>> {
    text.bytes().map(|byte| byte.is_ascii_digit().then(|| byte - b'0')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<u8> {
        digits(text).unwrap()
    }

    #[test]
    fn check_digits_are_those_of_the_standards() {
        assert_eq!(gs1(&of("400638133393")), 1);
        assert_eq!(gs1(&of("0460123456789")), 3);
        assert_eq!(post_2of5(&of("2134807501640")), 1);
        assert_eq!(post_2of5(&of("56310243031")), 3);
        assert_eq!((s10(&of("87654321")), s10(&of("47312482"))), (6, 9));
        assert_eq!(recursive_10(&of("31415926535897932384626433")), 1);
        assert_eq!(recursive_10(&of("12345678901234567890123456")), 7);
        assert_eq!((luhn(&of("1234567")), luhn(&of("99999999"))), (4, 8));
        assert_eq!((finnish(&of("123456")), finnish(&of("1234567"))), (1, 2));
        assert!(is_97("CH9300762011623852957") && !is_97("CH9300762011623852958") && is_97("RF6518539007547034"));
        assert_eq!(digits_97("RF", "0"), Some(4));
    }

    #[test]
    fn a_frankier_id_ends_with_its_crc() {
        // Two real mailpieces.
        for id in ["012FF45D0155600000E6", "42305DA0F270F07F2E3C"] {
            let (body, check) = id.split_at(19);
            assert_eq!(format!("{:X}", crc_4(body.as_bytes())), check);
        }
    }
}
