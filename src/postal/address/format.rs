//! The formats of addresses, by country.
//!
//! Takes the table of formats (`data/address_formats.csv` and rows of the job), gives the format of a country. Must never print: that
//! is `settle`.

use std::collections::BTreeMap;

use super::parts::Element;
use super::picture::Pictures;
use super::template::Lines;
use crate::kit::csv::Field;
use crate::kit::table::{Headed, RowFault};
use crate::model::mail::Country;

/// The table that the program ships.
pub const BUILT_IN: &str = include_str!("../../../data/address_formats.csv");

/// How a country writes addresses.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Format {
    /// Its lines.
    pub lines: Lines,
    /// Its lines for text in Latin letters, if they differ.
    pub latin: Option<Lines>,
    /// Its postcodes; empty: nothing is known of them.
    pub postcodes: Pictures,
    /// What is printed in capitals.
    pub upper: Vec<Element>,
    /// What must be there: one of each group.
    pub required: Vec<Vec<Element>>,
    /// How its regions are told.
    pub regions: Regions,
    /// Most characters of a line.
    pub line_max: Option<usize>,
    /// Most lines without that of the country.
    pub lines_max: Option<usize>,
    /// What the barcode of its post is made of, and its most characters.
    pub routing: Option<(Lines, usize)>,
    /// Words that are additions behind a number, in capitals.
    pub additions: Vec<String>,
}

/// How the regions of a country are told.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub enum Regions {
    /// In any words.
    #[default]
    Free,
    /// By the codes of the table of regions.
    Listed,
    /// By codes of this form; the table of regions knows names of some.
    Pictured(Pictures),
}

impl Format {
    /// Whether numbers stand before their streets.
    pub fn is_number_first(&self) -> bool {
        let elements = self.latin.as_ref().unwrap_or(&self.lines).elements();
        let place = |wanted| elements.iter().position(|element| *element == wanted);
        place(Element::Number) < place(Element::Street)
    }

    /// Whether its addresses name a region in the line of the town or below.
    pub fn has_region(&self) -> bool {
        self.lines.elements().contains(&Element::Region)
    }
}

/// The formats of all countries.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Formats {
    rows: BTreeMap<Country, Format>,
    other: Format,
}

const COLUMNS: [&str; 12] =
    ["country", "lines", "lines_latin", "postcodes", "upper", "required", "regions", "line_max", "lines_max", "routing", "routing_max", "additions"];

impl Formats {
    /// Those of the program.
    pub fn built_in() -> Formats {
        let mut formats = Formats::default();
        formats.add(BUILT_IN).expect("a test reads the table of the program");
        formats
    }

    /// Adds the rows of a table; one of a known country replaces it.
    ///
    /// # Errors
    /// Every fault of the table, with the bytes of its text.
    pub fn add(&mut self, text: &str) -> Result<(), Vec<RowFault>> {
        let table = Headed::new(text, &COLUMNS)?;
        let at = COLUMNS.map(|name| table.column(name).unwrap_or_default());
        let mut faults = Vec::new();
        for row in table {
            match row {
                Ok(row) => self.add_row(&at.map(|column| &row[column]), &mut faults),
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    fn add_row(&mut self, row: &[&Field; COLUMNS.len()], faults: &mut Vec<RowFault>) {
        let format = read_row(row, faults);
        match (row[0].text.as_str(), Country::parse(&row[0].text)) {
            ("*", _) => self.other = format,
            (_, Some(country)) => {
                self.rows.insert(country, format);
            }
            (other, None) => {
                let hint = "two letters of ISO 3166-1, or `*` for every country without a row";
                faults.push(RowFault::new(row[0].range.clone(), format!("`{other}` is no country"), hint));
            }
        }
    }

    /// The format of a country: its own, or that of countries without one.
    pub fn of(&self, country: Country) -> &Format {
        self.rows.get(&country).unwrap_or(&self.other)
    }

    /// The countries that have such a postcode, the most particular first: fewer countries share a code with letters.
    pub fn countries_of(&self, postcode: &str) -> impl Iterator<Item = Country> {
        self.rows.iter().filter(|(_, format)| format.postcodes.normal(postcode).is_some()).map(|(country, _)| *country)
    }

    /// The countries with a format of their own.
    pub fn countries(&self) -> impl Iterator<Item = Country> {
        self.rows.keys().copied()
    }
}

fn read_row(row: &[&Field; COLUMNS.len()], faults: &mut Vec<RowFault>) -> Format {
    let [_, lines, latin, postcodes, upper, required, regions, line_max, lines_max, routing, routing_max, additions] = *row;
    let mut told = |field: &Field, message: String| faults.push(RowFault::new(field.range.clone(), message, HINT));
    let mut format = Format::default();
    match Lines::read(&lines.text) {
        Ok(read) => format.lines = read,
        Err(message) => told(lines, message),
    }
    if !latin.text.is_empty() {
        match Lines::read(&latin.text) {
            Ok(read) => format.latin = Some(read),
            Err(message) => told(latin, message),
        }
    }
    match Pictures::read(&postcodes.text) {
        Ok(read) => format.postcodes = read,
        Err(message) => told(postcodes, message),
    }
    let mut element = |field: &Field, name: &str| {
        let found = Element::find(name);
        if found.is_none() {
            told(field, format!("there is no element `{name}`"));
        }
        found
    };
    format.upper = upper.text.split_whitespace().filter_map(|name| element(upper, name)).collect();
    let groups = required.text.split_whitespace();
    format.required = groups.map(|group| group.split('|').filter_map(|name| element(required, name)).collect()).collect();
    format.regions = match regions.text.as_str() {
        "" => Regions::Free,
        "table" => Regions::Listed,
        picture => match Pictures::read(picture) {
            Ok(read) => Regions::Pictured(read),
            Err(message) => {
                told(regions, message);
                Regions::Free
            }
        },
    };
    let mut number = |field: &Field| {
        let read = field.text.parse::<usize>().ok().filter(|number| (1..=1_000).contains(number));
        if read.is_none() && !field.text.is_empty() {
            told(field, format!("`{}` is no number from 1 to 1000", field.text));
        }
        read
    };
    (format.line_max, format.lines_max) = (number(line_max), number(lines_max));
    let most = number(routing_max).unwrap_or(31);
    if !routing.text.is_empty() {
        match Lines::read_one(&routing.text) {
            Ok(read) => format.routing = Some((read, most)),
            Err(message) => told(routing, message),
        }
    }
    format.additions = additions.text.split_whitespace().map(str::to_uppercase).collect();
    format
}

const HINT: &str =
    "elements are those of `[mail.address]` in braces; lines are divided by ` / `, and what is in brackets vanishes with an empty element";

#[cfg(test)]
mod tests {
    use super::*;

    fn country(code: &str) -> Country {
        Country::parse(code).expect("a country")
    }

    #[test]
    fn the_table_of_the_program_knows_its_own_examples() {
        let formats = Formats::built_in();
        assert!(formats.countries().count() >= 13);
        let Ok(table) = Headed::new(BUILT_IN, &["country", "example"]) else { panic!("no table") };
        let (at, example) = (table.column("country").expect("column"), table.column("example").expect("column"));
        let mut seen = 0;
        for row in table {
            let row = row.expect("a row");
            if row[example].text.is_empty() {
                continue;
            }
            let format = formats.of(country(&row[at].text));
            // The example is written as its country writes it, and is found again without its separators.
            assert_eq!(format.postcodes.normal(&row[example].text).as_deref(), Some(row[example].text.as_str()));
            let bare: String = row[example].text.chars().filter(char::is_ascii_alphanumeric).collect();
            assert_eq!(format.postcodes.normal(&bare).as_deref(), Some(row[example].text.as_str()));
            seen += 1;
        }
        assert!(seen >= 13, "{seen}");
    }

    #[test]
    fn a_job_replaces_rows_and_faults_are_told() {
        let header = "country,lines,lines_latin,postcodes,upper,required,regions,line_max,lines_max,routing,routing_max,additions\n";
        let mut formats = Formats::built_in();
        formats.add(&format!("{header}DE,{{town}},,9999,,,,20,,,,\n")).expect("a row");
        assert_eq!(formats.of(country("DE")).line_max, Some(20));
        let faults = formats.add(&format!("{header}Germany,{{zip}},,9?,towm,,,x,,,,\n")).expect_err("faults");
        let told: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
        let expected = [
            "there is no element `zip`",
            "`?` is no sign of a picture",
            "there is no element `towm`",
            "`x` is no number from 1 to 1000",
            "`Germany` is no country",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn numbers_stand_where_the_country_has_them() {
        let formats = Formats::built_in();
        for (code, expected) in [("US", true), ("FR", true), ("JP", true), ("DE", false), ("NL", false), ("ES", false), ("GB", true)] {
            assert_eq!(formats.of(country(code)).is_number_first(), expected, "{code}");
        }
    }
}
