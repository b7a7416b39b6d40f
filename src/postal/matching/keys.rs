//! Match keys: hashes that are equal where the normalised parts are.
//!
//! Takes a settled address, gives [`MatchKeys`] and the classic short code. Must never depend on case, accents or punctuation, nor on
//! the machine: a key is the first eight bytes of SHA-256, so that lists of keys can be kept for years.

use super::name::Name;
use super::normal::{Kind, Words};
use super::phonetic::{cologne, soundex};
use crate::base::hash::Hasher;
use crate::model::mail::{Country, MatchKeys};
use crate::postal::address::{Element, Parts, Settled};

/// What recipients are compared by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Comparable {
    /// The name.
    pub name: Name,
    country: Country,
    postcode: String,
    street: String,
    number: String,
    unit: String,
}

impl Comparable {
    /// What is compared of an address.
    pub fn new(settled: &Settled, words: &Words) -> Comparable {
        Comparable::of_parts(&settled.parts, settled.country, words)
    }

    /// What is compared of parts whose street is divided from its number.
    pub fn of_parts(parts: &Parts, country: Country, words: &Words) -> Comparable {
        let normal = |element: Element| words.normal(parts.of(element), country);
        let joined = |element: Element| normal(element).replace(' ', "");
        let street = match parts.has(Element::Street) || !parts.has(Element::PoBox) {
            true => street(&normal(Element::Street), country, words),
            false => format!("BOX{}", joined(Element::PoBox)),
        };
        let street = if street.is_empty() { joined(Element::Building) } else { street };
        // What a code is extended by (ZIP+4) is known of some addresses only: five signs before a hyphen are a code alone.
        let place = parts.of(Element::Postcode).split('-').next().filter(|first| first.len() >= 5);
        let postcode: String = place.unwrap_or(parts.of(Element::Postcode)).chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        // Without a postcode the town stands for it.
        let postcode = if postcode.is_empty() { joined(Element::Town) } else { postcode };
        let number = joined(Element::Number) + &joined(Element::Addition);
        Comparable { name: Name::of(parts, country, words), country, postcode, street, number, unit: unit(&normal(Element::Unit), country, words) }
    }

    /// Its keys. `customer` is what the job calls a customer; `by` is what must also be the same to share an envelope.
    pub fn keys(&self, customer: &str, by: &str, words: &Words) -> MatchKeys {
        let Name { surname, given } = &self.name;
        let initial = given.chars().next().map(String::from).unwrap_or_default();
        let place = [self.country.code(), &self.postcode, &self.street, &self.number, &self.unit];
        let has_place = !self.street.is_empty() && !self.postcode.is_empty();
        let has_name = has_place && !surname.is_empty();
        let key = |is_known: bool, kind: &str, more: &[&str]| if is_known { hash(kind, by, &place, more) } else { 0 };
        let is_german = words.find(Kind::Phonetic, "cologne", self.country).is_some();
        let sound = |text: &str| text.split(' ').map(|word| if is_german { cologne(word) } else { soundex(word) }).collect::<String>();
        let (heard, heard_street) = (sound(surname), sound(&self.street));
        let customer_key = if customer.is_empty() { 0 } else { hash("customer", by, &[customer], &[]) };
        // Names in scripts that neither method hears have no such key: all would sound alike.
        let is_heard = has_name && !heard.is_empty();
        let phonetic =
            if is_heard { hash("phonetic", by, &[self.country.code(), &self.postcode, &heard_street, &self.number], &[&heard]) } else { 0 };
        MatchKeys {
            exact: key(has_name, "exact", &[surname, &initial]),
            household: key(has_name, "household", &[surname]),
            address: key(has_place, "address", &[]),
            phonetic,
            customer: customer_key,
        }
    }

    /// The classic short code: postcode (5), consonants of the family name (4), number (4), street (3). For people; collisions are common.
    pub fn short_code(&self) -> String {
        let cut = |text: &str, count: usize| text.chars().take(count).collect::<String>();
        let is_consonant = |c: &char| c.is_alphanumeric() && !matches!(c, 'A' | 'E' | 'I' | 'O' | 'U' | 'Y');
        let surname: String = self.name.surname.chars().filter(is_consonant).take(4).collect();
        format!("{:-<5}{:-<4}{:0>4}{:-<3}", cut(&self.postcode, 5), surname, cut(&self.number, 4), cut(&self.street, 3))
    }
}

/// The key of some fields: each is hashed with its length, so that they cannot run into each other. Never 0, which says there is none.
fn hash(kind: &str, by: &str, fields: &[&str], more: &[&str]) -> u64 {
    let mut hasher = Hasher::new();
    for field in [kind, by].iter().chain(fields).chain(more) {
        hasher.update_field(field.as_bytes());
    }
    let hash = hasher.finish().0;
    hash[..8].iter().fold(0, |key, byte| key << 8 | u64::from(*byte)).max(1)
}

/// A street with its type unified and its blanks gone: `Große Haupt-Str.` → `GROSSEHAUPTSTR`.
fn street(normal: &str, country: Country, words: &Words) -> String {
    let mut out = String::with_capacity(normal.len());
    for word in normal.split(' ') {
        if let Some(becomes) = words.find(Kind::Street, word, country) {
            out.push_str(becomes);
            continue;
        }
        let end = words.all(Kind::StreetEnd, country).find(|(end, _)| word.len() > end.len() && word.ends_with(end));
        match end {
            Some((end, becomes)) => out.extend([&word[..word.len() - end.len()], becomes]),
            None => out.push_str(word),
        }
    }
    out
}

/// `Apartment 4B` and `APT 4 B` → `4B`: what an apartment is called matters less than which it is.
fn unit(normal: &str, country: Country, words: &Words) -> String {
    normal.split(' ').filter(|word| words.find(Kind::Unit, word, country).is_none()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postal::address::Settler;

    fn keys(country: &str, parts: &[(Element, &str)]) -> MatchKeys {
        let settler = Settler::new(Country::parse(country).expect("a country"));
        let parts = parts.iter().fold(Parts::default(), |parts, (element, text)| parts.with(*element, text));
        let settled = settler.settle(parts).expect("deliverable");
        Comparable::new(&settled, &settler.words).keys("", "", &settler.words)
    }

    use Element::{Number, Postcode, Recipient, Region, Street, Town, Unit};

    const GERMAN: [(Element, &str); 5] =
        [(Recipient, "Dr. Hans Müller"), (Street, "Große Hauptstraße"), (Number, "12a"), (Postcode, "26133"), (Town, "Oldenburg")];

    #[test]
    fn the_same_address_written_otherwise_has_the_same_keys() {
        let others = [
            [(Recipient, "HANS MUELLER"), (Street, "Grosse Hauptstr. 12 A"), (Number, ""), (Postcode, "D-26133"), (Town, "OLDENBURG")],
            [
                (Recipient, "Herrn Mu\u{308}ller, Hans"),
                (Street, "GROSSE HAUPT-STR."),
                (Number, "12 a"),
                (Postcode, "26133"),
                (Town, "Oldenburg (Oldb)"),
            ],
        ];
        let expected = keys("DE", &GERMAN);
        assert_eq!(keys("DE", &others[0]), expected);
        let comma = keys("DE", &others[1]);
        assert_eq!((comma.household, comma.address), (expected.household, expected.address));
    }

    #[test]
    fn what_differs_has_other_keys() {
        let first = keys("DE", &GERMAN);
        let with = |at: usize, text: &'static str| {
            let mut parts = GERMAN;
            parts[at].1 = text;
            keys("DE", &parts)
        };
        let wife = with(0, "Erika Müller");
        assert_eq!((wife.household, wife.address), (first.household, first.address));
        assert_ne!(wife.exact, first.exact);
        let guest = with(0, "Hans Schmidt");
        assert_eq!(guest.address, first.address);
        assert_ne!(guest.household, first.household);
        assert_ne!(with(2, "12").address, first.address);
        assert_ne!(with(3, "26135").address, first.address);
        // Meyer and Maier sound alike.
        assert_eq!(with(0, "A. Meyer").phonetic, with(0, "A. Maier").phonetic);
    }

    #[test]
    fn units_and_extensions_of_postcodes() {
        let american = |unit: &'static str, postcode: &'static str, street: &'static str| {
            keys("US", &[(Recipient, "Jane Doe"), (Street, street), (Unit, unit), (Town, "Reston"), (Region, "Virginia"), (Postcode, postcode)])
        };
        let first = american("Apt 4B", "22162", "12 North Main Street");
        assert_eq!(american("", "22162-1010", "12 N Main St. Apartment 4 B"), first);
        assert_ne!(american("Apt 5", "22162", "12 N Main St").address, first.address);
    }

    #[test]
    fn keys_are_the_same_for_ever() {
        // Lists of keys are kept for years: this number must never change.
        assert_eq!(format!("{:016x}", hash("household", "", &["DE", "26133", "HAUPTSTR", "12A", ""], &["MUELLER"])), "58db77dbbb9dca3c");
    }

    #[test]
    fn short_codes_are_for_people() {
        let settler = Settler::new(Country::parse("DE").expect("a country"));
        let parts = GERMAN.iter().fold(Parts::default(), |parts, (element, text)| parts.with(*element, text));
        let settled = settler.settle(parts).expect("deliverable");
        assert_eq!(Comparable::new(&settled, &settler.words).short_code(), "26133MLLR012AGRO");
    }
}
