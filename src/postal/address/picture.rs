//! Pictures of postcodes: `99999-9999`.
//!
//! Takes a picture as a table writes it and a text, gives the postcode as its country writes it. Must never know a country.
//!
//! In a picture, `9` is a digit, `A` a letter, `@` either, `[…]` one of some letters and digits (`[1-9]`, `[A-RT-Z]`), a blank or hyphen is
//! what the country writes there and people leave out, `_` a blank that people write and the country does not, and every other letter or digit is itself. Alternatives stand between bars.

/// One sign of a picture.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Sign {
    /// One of the letters and digits whose bit is set: 0–9, then A–Z.
    OneOf(u64),
    /// A blank or hyphen that may be left out.
    Separator(char),
    /// A blank or hyphen that is left out.
    Blank,
}

/// The postcodes of a country.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Pictures(Vec<Vec<Sign>>);

const DIGITS: u64 = 0x3ff;
const LETTERS: u64 = ((1 << 26) - 1) << 10;

fn bit(c: char) -> Option<u64> {
    match c {
        '0'..='9' => Some(1 << (c as u32 - '0' as u32)),
        'A'..='Z' => Some(1 << (c as u32 - 'A' as u32 + 10)),
        _ => None,
    }
}

impl Pictures {
    /// Reads pictures between bars; none if the text is empty.
    ///
    /// # Errors
    /// What cannot be read, in words.
    pub fn read(text: &str) -> Result<Pictures, String> {
        if text.is_empty() {
            return Ok(Pictures::default());
        }
        text.split('|').map(|picture| read_one(picture.trim())).collect::<Result<_, _>>().map(Pictures)
    }

    /// Whether there is no picture: then nothing is known of the postcodes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A postcode as its country writes it, if the text is one: with capitals and the separators of the picture.
    pub fn normal(&self, text: &str) -> Option<String> {
        self.0.iter().find_map(|picture| normal(picture, text))
    }

    /// The most characters a postcode has.
    pub fn longest(&self) -> usize {
        self.0.iter().map(Vec::len).max().unwrap_or(0)
    }
}

fn read_one(picture: &str) -> Result<Vec<Sign>, String> {
    let mut signs = Vec::new();
    let mut chars = picture.chars();
    while let Some(c) = chars.next() {
        signs.push(match c {
            '9' => Sign::OneOf(DIGITS),
            'A' => Sign::OneOf(LETTERS),
            '@' => Sign::OneOf(DIGITS | LETTERS),
            ' ' | '-' => Sign::Separator(c),
            '_' => Sign::Blank,
            '[' => Sign::OneOf(read_class(&mut chars).ok_or_else(|| format!("`{picture}` has a class that cannot be read"))?),
            _ => Sign::OneOf(bit(c).ok_or_else(|| format!("`{c}` is no sign of a picture"))?),
        });
    }
    if signs.is_empty() { Err("a picture is empty".into()) } else { Ok(signs) }
}

/// The letters and digits up to `]`.
fn read_class(chars: &mut std::str::Chars<'_>) -> Option<u64> {
    let inside: Vec<char> = chars.take_while(|c| *c != ']').collect();
    let (mut class, mut at) = (0, 0);
    while at < inside.len() {
        let first = bit(inside[at])?;
        if inside.get(at + 1) == Some(&'-') {
            let last = bit(*inside.get(at + 2)?)?;
            if last < first {
                return None;
            }
            class |= (last << 1) - first;
            at += 3;
        } else {
            class |= first;
            at += 1;
        }
    }
    (class != 0).then_some(class)
}

fn normal(picture: &[Sign], text: &str) -> Option<String> {
    let mut out = String::with_capacity(picture.len());
    let mut rest = text.trim().chars().peekable();
    for sign in picture {
        match sign {
            Sign::OneOf(class) => {
                let c = rest.next()?.to_ascii_uppercase();
                if bit(c)? & class == 0 {
                    return None;
                }
                out.push(c);
            }
            Sign::Separator(separator) => {
                while rest.next_if(|c| matches!(c, ' ' | '-')).is_some() {}
                out.push(*separator);
            }
            Sign::Blank => while rest.next_if(|c| matches!(c, ' ' | '-')).is_some() {},
        }
    }
    rest.next().is_none().then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pictures: &str, text: &str, expected: Option<&str>) {
        assert_eq!(Pictures::read(pictures).expect("pictures").normal(text).as_deref(), expected, "{text}");
    }

    #[test]
    fn separators_are_put_where_they_belong() {
        check("99999|99999-9999", "221621010", Some("22162-1010"));
        check("99999|99999-9999", "22162 1010", Some("22162-1010"));
        check("99999|99999-9999", "22162", Some("22162"));
        check("99999|99999-9999", "2216", None);
        check("AA99 9AA", "so239ap", Some("SO23 9AP"));
        check("999-9999", "154 0023", Some("154-0023"));
        check("9999", "2544 ", Some("2544"));
        check("9999", "２５４４", None);
        check("99_999", "75 002", Some("75002"));
    }

    #[test]
    fn classes_choose_letters() {
        let dutch = "[1-9]999 [A-RT-Z]A|[1-9]999 S[BCE-RT-Z]";
        check(dutch, "2490AA", Some("2490 AA"));
        check(dutch, "2490 SB", Some("2490 SB"));
        for none in ["2490 SA", "2490 SS", "2490 SD", "0490 AA", "2490 A", "2490 AAA", ""] {
            check(dutch, none, None);
        }
        check("GIR 0[A][A]", "gir 0aa", Some("GIR 0AA"));
    }

    #[test]
    fn pictures_that_cannot_be_read_are_told() {
        for wrong in ["99|", "[", "[]", "[9-1]", "[A-", "9?"] {
            assert!(Pictures::read(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Pictures::read("").map(|pictures| pictures.is_empty()), Ok(true));
    }
}
