//! Texts made equal where people mean the same: `Müller-Lüdenscheidt` and `MUELLER LUEDENSCHEIDT`.
//!
//! Takes texts and the table of words (`data/match_words.csv`), gives words of capital letters and digits. Must never know what a
//! word is for.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::kit::table::{Headed, RowFault};
use crate::model::mail::Country;

/// The table that the program ships.
pub const BUILT_IN: &str = include_str!("../../../data/match_words.csv");

/// Longest text that is compared, in characters: what follows does not take part. Names of megabytes are no names.
const CHARS_MAX: usize = 300;

/// What a word of the table is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Kind {
    /// A letter that a country writes with several.
    Letter,
    /// How family names are heard.
    Phonetic,
    /// A form of address or academic title.
    Title,
    /// What follows a name: `JR`.
    Suffix,
    /// What belongs to a family name and is left out of comparisons: `VON`.
    Particle,
    /// A legal form.
    Legal,
    /// A street type as a word of its own.
    Street,
    /// A street type at the end of a word.
    StreetEnd,
    /// What begins the name of an apartment.
    Unit,
}

const KINDS: [(&str, Kind); 9] = [
    ("letter", Kind::Letter),
    ("phonetic", Kind::Phonetic),
    ("title", Kind::Title),
    ("suffix", Kind::Suffix),
    ("particle", Kind::Particle),
    ("legal", Kind::Legal),
    ("street", Kind::Street),
    ("street-end", Kind::StreetEnd),
    ("unit", Kind::Unit),
];

/// A word of the table: what it becomes, and where; everywhere if it names no country.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Word {
    becomes: String,
    countries: Vec<Country>,
}

/// The words by which recipients are compared.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Words {
    /// By kind and word; those that name countries come before those that do not.
    words: BTreeMap<Kind, BTreeMap<String, Vec<Word>>>,
}

impl Words {
    /// Those of the program.
    pub fn built_in() -> Words {
        Words::read(BUILT_IN).expect("a test reads the table of the program")
    }

    /// Reads a table.
    ///
    /// # Errors
    /// Every fault of the table, with the bytes of its text.
    pub fn read(text: &str) -> Result<Words, Vec<RowFault>> {
        let columns = ["kind", "word", "as", "countries"];
        let table = Headed::new(text, &columns)?;
        let at = columns.map(|name| table.column(name).unwrap_or_default());
        let (mut words, mut faults) = (Words::default(), Vec::new());
        for row in table {
            match row {
                Err(fault) => faults.push(fault),
                Ok(row) => {
                    let [kind, word, becomes, countries] = at.map(|column| &row[column]);
                    let Some((_, kind)) = KINDS.iter().find(|(name, _)| *name == kind.text) else {
                        let known: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
                        let message = format!("`{}` is no kind of word", kind.text);
                        faults.push(RowFault::new(kind.range.clone(), message, format!("kinds are {}", known.join(", "))));
                        continue;
                    };
                    let read: Vec<Option<Country>> = countries.text.split_whitespace().map(Country::parse).collect();
                    if read.contains(&None) {
                        let message = format!("`{}` names something that is no country", countries.text);
                        faults.push(RowFault::new(countries.range.clone(), message, "two letters of ISO 3166-1, with blanks between them"));
                        continue;
                    }
                    words.add(*kind, &word.text, &becomes.text, read.into_iter().flatten().collect());
                }
            }
        }
        if faults.is_empty() { Ok(words) } else { Err(faults) }
    }

    fn add(&mut self, kind: Kind, word: &str, becomes: &str, countries: Vec<Country>) {
        let word = match kind {
            Kind::Letter | Kind::Phonetic => word.to_string(),
            Kind::Title | Kind::Suffix | Kind::Particle | Kind::Legal | Kind::Street | Kind::StreetEnd | Kind::Unit => plain(word),
        };
        let known = self.words.entry(kind).or_default().entry(word).or_default();
        let at = if countries.is_empty() { known.len() } else { 0 };
        known.insert(at, Word { becomes: becomes.to_string(), countries });
    }

    /// What a word of a kind becomes in a country, if the table has it there.
    pub(super) fn find(&self, kind: Kind, word: &str, country: Country) -> Option<&str> {
        let known = self.words.get(&kind)?.get(word)?;
        known.iter().find(|word| word.countries.is_empty() || word.countries.contains(&country)).map(|word| word.becomes.as_str())
    }

    /// The words of a kind that hold in a country, in their order.
    pub(super) fn all(&self, kind: Kind, country: Country) -> impl Iterator<Item = (&str, &str)> {
        self.words.get(&kind).into_iter().flatten().flat_map(move |(word, known)| {
            let holds = known.iter().filter(move |word| word.countries.is_empty() || word.countries.contains(&country));
            holds.take(1).map(move |found| (word.as_str(), found.becomes.as_str()))
        })
    }

    /// Whether a word as it stands in an address begins the name of an apartment.
    pub fn is_unit(&self, word: &str, country: Country) -> bool {
        word.starts_with('#') || (word.len() <= 40 && self.find(Kind::Unit, &plain(word), country).is_some())
    }

    /// Whether a line has a legal form, and not as its first word.
    pub fn is_organisation(&self, line: &str, country: Country) -> bool {
        self.normal(line, country).split(' ').skip(1).any(|word| self.find(Kind::Legal, word, country).is_some())
    }

    /// A text as it is compared: words of capital letters and digits with single blanks, letters as the country writes them.
    pub fn normal(&self, text: &str, country: Country) -> String {
        if text.is_ascii() {
            return plain(text);
        }
        // Composed first: a letter of the table may have come as a base and its mark.
        let mut mapped = String::with_capacity(text.len().min(4 * CHARS_MAX));
        for c in text.nfkc().take(CHARS_MAX).flat_map(char::to_uppercase) {
            let mut letter = [0; 4];
            match self.find(Kind::Letter, c.encode_utf8(&mut letter), country) {
                Some(becomes) => mapped.push_str(becomes),
                None => mapped.push(c),
            }
        }
        plain(&mapped)
    }
}

/// A text as words of capital letters and digits: compatibility forms unified, accents and punctuation gone. An apostrophe or full stop joins
/// what it divides (`O'Brien`, `e.V.`), everything else parts words.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(CHARS_MAX));
    let mut parted = false;
    let mut push = |c: char| {
        if c.is_alphanumeric() {
            if parted && !out.is_empty() {
                out.push(' ');
            }
            parted = false;
            out.extend(c.to_uppercase());
        } else if !matches!(c, '\'' | '’' | '.' | '`' | '´') {
            parted = true;
        }
    };
    if text.is_ascii() {
        text.chars().take(CHARS_MAX).for_each(push);
    } else {
        // What steers the direction of writing has no width and parts nothing.
        let is_seen = |c: &char| {
            !is_combining_mark(*c)
                && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
        };
        text.nfkd().filter(is_seen).take(CHARS_MAX).for_each(&mut push);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(country: &str, text: &str, expected: &str) {
        let country = Country::parse(country).expect("a country");
        assert_eq!(Words::built_in().normal(text, country), expected, "{text}");
    }

    #[test]
    fn letters_are_those_of_the_country() {
        check("DE", "Müller-Lüdenscheidt", "MUELLER LUEDENSCHEIDT");
        check("DE", "Mu\u{308}ller", "MUELLER");
        check("DE", "Straße", "STRASSE");
        check("FR", "Müller", "MULLER");
        check("FR", "Œuvre d’Éloïse", "OEUVRE DELOISE");
        check("DK", "Sørensen", "SORENSEN");
        check("PL", "Łódź", "LODZ");
        check("US", "O'Brien & Sons, Ltd.", "OBRIEN SONS LTD");
        check("JP", "東京都 ﾄｳｷｮｳ", "東京都 トウキョウ");
        check("US", "ﬁne ＡＢＣ １２", "FINE ABC 12");
    }

    #[test]
    fn signs_without_width_change_nothing() {
        check("US", "Ali\u{202e}ce\u{200f}", "ALICE");
        check("US", "", "");
        check("US", "—…", "");
        check("DE", "\u{feff}Anna\u{ad}", "ANNA");
    }

    #[test]
    fn long_texts_cost_no_more_than_short_ones() {
        let text = "é".repeat(4 << 20);
        assert_eq!(Words::built_in().normal(&text, Country::parse("FR").expect("a country")).len(), CHARS_MAX);
    }

    #[test]
    fn faults_of_the_table_are_told() {
        let faults = Words::read("kind,word,as,countries\ntitel,DR,,\ntitle,DR,,Germany\n").expect_err("faults");
        let told: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
        assert_eq!(told, ["`titel` is no kind of word", "`Germany` names something that is no country"]);
    }

    proptest::proptest! {
        #[test]
        fn case_and_accents_change_nothing(text in "\\PC{0,40}") {
            let words = Words::built_in();
            let country = Country::parse("US").expect("a country");
            let once = words.normal(&text, country);
            proptest::prop_assert_eq!(&words.normal(&once, country), &once);
        }
    }
}
