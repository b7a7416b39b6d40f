//! Countries and regions by their names.
//!
//! Takes the tables `data/countries.csv` and `data/regions.csv`, gives codes for names in any of their languages, and names for codes.
//! Must never know a format.

use std::collections::BTreeMap;

use super::parts::tidied;
use crate::kit::table::Headed;
use crate::model::mail::Country;

const COUNTRIES: &str = include_str!("../../../data/countries.csv");
const REGIONS: &str = include_str!("../../../data/regions.csv");

/// The languages that the table has names of countries in, in the order of its columns.
const LANGUAGES: [&str; 8] = ["en", "fr", "de", "es", "it", "nl", "pt", "ja"];

/// Names of countries and regions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Places {
    /// By folded name or code.
    countries: BTreeMap<String, Country>,
    /// The names of each, and the index of the language its own mail is written in.
    names: BTreeMap<Country, (usize, Vec<String>)>,
    /// By country and folded name or code, the code.
    regions: BTreeMap<(Country, String), String>,
}

/// A name for comparing: small letters, only letters and digits, single blanks.
fn folded(name: &str) -> String {
    let plain: String = name.chars().map(|c| if matches!(c, '-' | '\'' | '’' | ',') { ' ' } else { c }).filter(|c| *c != '.').collect();
    super::super::matching::plain(&tidied(&plain))
}

impl Places {
    /// Those of the program.
    pub fn built_in() -> Places {
        let mut places = Places { countries: BTreeMap::new(), names: BTreeMap::new(), regions: BTreeMap::new() };
        let table = Headed::new(COUNTRIES, &[]).ok();
        for row in table.into_iter().flatten().flatten() {
            let text: Vec<&str> = row.iter().map(|field| field.text.as_str()).collect();
            let [code, code3, language, names @ .., other] = text.as_slice() else { continue };
            let Some(country) = Country::parse(code) else { continue };
            for name in names.iter().copied().chain(other.split('|')).chain([*code, *code3]).filter(|name| !name.is_empty()) {
                places.countries.entry(folded(name)).or_insert(country);
            }
            let language = LANGUAGES.iter().position(|known| known == language).unwrap_or(0);
            places.names.insert(country, (language, names.iter().map(|name| name.to_string()).collect()));
        }
        let table = Headed::new(REGIONS, &[]).ok();
        for row in table.into_iter().flatten().flatten() {
            let [country, code, name] = row.as_slice() else { continue };
            let Some(country) = Country::parse(&country.text) else { continue };
            for known in [&code.text, &name.text] {
                places.regions.insert((country, folded(known)), code.text.clone());
            }
        }
        places
    }

    /// The country of a code or a name.
    pub fn country(&self, text: &str) -> Option<Country> {
        // The longest name has far fewer letters; a field of megabytes is none.
        if text.len() > 200 {
            return None;
        }
        self.countries.get(&folded(text)).copied()
    }

    /// The name of a country in the language in which `origin` writes its mail.
    pub fn name(&self, country: Country, origin: Country) -> &str {
        let language = self.names.get(&origin).map_or(0, |(language, _)| *language);
        self.names.get(&country).and_then(|(_, names)| names.get(language).or(names.first())).map_or("", String::as_str)
    }

    /// The code of a region, of its code or its name.
    pub fn region(&self, country: Country, text: &str) -> Option<&str> {
        if text.len() > 200 {
            return None;
        }
        self.regions.get(&(country, folded(text))).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_found_by_any_of_their_names() {
        let places = Places::built_in();
        let cases = [
            ("DE", "Germany|GERMANY|Allemagne|Deutschland|de|DEU|Alemania|ドイツ"),
            ("AT", "Österreich|OSTERREICH|Oesterreich|Autriche"),
            ("GB", "UK|U.K.|England|Royaume-Uni|Vereinigtes Königreich"),
            ("US", "USA|U.S.A.|United States of America|États-Unis"),
            ("NL", "Nederland|The Netherlands|Pays-Bas"),
            ("CI", "Côte d'Ivoire|Cote d’Ivoire"),
            ("JP", "日本|Japan"),
        ];
        for (code, names) in cases {
            for name in names.split('|') {
                assert_eq!(places.country(name).map(|country| country.to_string()).as_deref(), Some(code), "{name}");
            }
        }
        assert_eq!(places.country("Atlantis"), None);
        assert_eq!(places.country(&"x".repeat(4 << 20)), None);
    }

    #[test]
    fn names_are_in_the_language_of_the_origin() {
        let places = Places::built_in();
        let country = |code: &str| Country::parse(code).expect("a country");
        assert_eq!(places.name(country("DE"), country("FR")), "Allemagne");
        assert_eq!(places.name(country("FR"), country("DE")), "Frankreich");
        assert_eq!(places.name(country("FR"), country("US")), "France");
    }

    #[test]
    fn regions_have_codes() {
        let places = Places::built_in();
        let country = |code: &str| Country::parse(code).expect("a country");
        assert_eq!(places.region(country("US"), "new york"), Some("NY"));
        assert_eq!(places.region(country("US"), "D.C."), Some("DC"));
        assert_eq!(places.region(country("CA"), "Quebec"), Some("QC"));
        assert_eq!(places.region(country("AU"), "XX"), None);
    }
}
