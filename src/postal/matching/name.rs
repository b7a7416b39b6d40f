//! The parts of a name that are compared.
//!
//! Takes the recipient of an address, gives family and given name in capitals, without titles and legal forms. Must never be printed.

use super::normal::{Kind, Words};
use crate::model::mail::Country;
use crate::postal::address::{Element, Parts};

/// A name as it is compared.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Name {
    /// The family name, or the whole name of an organisation.
    pub surname: String,
    /// The given names; empty for an organisation.
    pub given: String,
}

impl Name {
    /// The name of an address.
    pub fn of(parts: &Parts, country: Country, words: &Words) -> Name {
        if parts.has(Element::Surname) {
            let surname = words.normal(parts.of(Element::Surname), country);
            let given = words.normal(parts.of(Element::Given), country);
            return Name { surname: without_particles(&surname, country, words), given };
        }
        match parts.of(Element::Recipient) {
            "" => organisation(&words.normal(parts.of(Element::Organisation), country), country, words),
            recipient => person(recipient, country, words),
        }
    }

    /// Both in one text, the family name first: `MUELLER, HANS`.
    pub fn whole(&self) -> String {
        if self.given.is_empty() { self.surname.clone() } else { format!("{}, {}", self.surname, self.given) }
    }

    /// The family name of what [`Name::whole`] gives.
    pub fn surname_of(whole: &str) -> &str {
        whole.split_once(", ").map_or(whole, |(surname, _)| surname)
    }
}

fn organisation(normal: &str, country: Country, words: &Words) -> Name {
    let is_name = |word: &&str| words.find(Kind::Legal, word, country).is_none();
    let surname: Vec<&str> = normal.split(' ').filter(is_name).collect();
    // `AG` alone is still a name.
    let surname = if surname.is_empty() { normal.to_string() } else { surname.join(" ") };
    Name { surname, given: String::new() }
}

fn person(recipient: &str, country: Country, words: &Words) -> Name {
    if words.is_organisation(recipient, country) {
        return organisation(&words.normal(recipient, country), country, words);
    }
    // `Müller, Hans`: the comma tells which is which, unless a title or suffix follows it.
    if let Some((surname, given)) = recipient.split_once(',') {
        let (surname, given) = (words.normal(surname, country), words.normal(given, country));
        let is_suffix = |word: &str| words.find(Kind::Suffix, word, country).is_some() || words.find(Kind::Title, word, country).is_some();
        let given: Vec<&str> = given.split(' ').filter(|word| !word.is_empty() && !is_suffix(word)).collect();
        return if given.is_empty() {
            divided(&surname, country, words)
        } else {
            Name { surname: without_particles(&without_titles(&surname, country, words).join(" "), country, words), given: given.join(" ") }
        };
    }
    divided(&words.normal(recipient, country), country, words)
}

/// `HANS MUELLER`: the last word is the family name.
fn divided(normal: &str, country: Country, words: &Words) -> Name {
    let mut name = without_titles(normal, country, words);
    while name.len() > 1 && name.last().is_some_and(|word| words.find(Kind::Suffix, word, country).is_some()) {
        name.pop();
    }
    let surname = name.pop().unwrap_or_default().to_string();
    while name.last().is_some_and(|word| words.find(Kind::Particle, word, country).is_some()) {
        name.pop();
    }
    Name { surname, given: name.join(" ") }
}

/// The words without titles; if nothing else is there, all.
fn without_titles<'n>(normal: &'n str, country: Country, words: &Words) -> Vec<&'n str> {
    let is_title = |word: &&str| words.find(Kind::Title, word, country).is_some();
    let all: Vec<&str> = normal.split(' ').filter(|word| !word.is_empty()).collect();
    let rest: Vec<&str> = all.iter().copied().filter(|word| !is_title(word)).collect();
    if rest.is_empty() { all } else { rest }
}

fn without_particles(surname: &str, country: Country, words: &Words) -> String {
    let rest: Vec<&str> = surname.split(' ').filter(|word| words.find(Kind::Particle, word, country).is_none()).collect();
    if rest.is_empty() { surname.to_string() } else { rest.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(country: &str, recipient: &str, expected: &str) {
        let parts = Parts::default().with(Element::Recipient, recipient);
        let name = Name::of(&parts, Country::parse(country).expect("a country"), &Words::built_in());
        assert_eq!(name.whole(), expected, "{recipient}");
        assert_eq!(Name::surname_of(&name.whole()), name.surname);
    }

    #[test]
    fn titles_and_particles_are_no_names() {
        check("DE", "Frau Dr. Erika Müller", "MUELLER, ERIKA");
        check("DE", "Herrn\tProf. Dr. Hans von der Tann", "TANN, HANS");
        check("US", "Mr. John Q. Public, Jr.", "PUBLIC, JOHN Q");
        check("US", "Martin Luther King Jr", "KING, MARTIN LUTHER");
        check("DE", "Müller, Hans", "MUELLER, HANS");
        check("FR", "Mme Éloïse d’Aubigné", "DAUBIGNE, ELOISE");
        check("NL", "Mevr. A. van den Berg", "BERG, A");
        check("DE", "Familie Meier", "MEIER");
        check("US", "Dr", "DR");
    }

    #[test]
    fn organisations_keep_their_whole_name() {
        check("DE", "Schmidt & Söhne GmbH & Co. KG", "SCHMIDT SOEHNE");
        check("US", "Acme Inc.", "ACME");
        check("DE", "Sportverein Aurich e.V.", "SPORTVEREIN AURICH");
        let parts = Parts::default().with(Element::Organisation, "Stadt Bonn");
        assert_eq!(Name::of(&parts, Country::parse("DE").expect("a country"), &Words::built_in()).whole(), "STADT BONN");
    }
}
