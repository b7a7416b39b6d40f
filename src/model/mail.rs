//! The nouns of the mail: what stands between a composed document and an envelope on its way.
//!
//! Takes nothing, gives the types in which addressing, sorting, printing and reconciling speak of the same piece. Must never
//! know a rule of any post: those are tables (see `postal`).

/// A country, two letters of ISO 3166-1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Country([u8; 2]);

impl Country {
    /// The country of two letters, of either case; `None` if these are no two letters.
    pub fn parse(text: &str) -> Option<Country> {
        match text.trim().as_bytes() {
            &[first, second] if first.is_ascii_alphabetic() && second.is_ascii_alphabetic() => {
                Some(Country([first.to_ascii_uppercase(), second.to_ascii_uppercase()]))
            }
            _ => None,
        }
    }

    /// Its two capital letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl std::fmt::Display for Country {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

/// A weight in milligrams.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub struct Weight(pub u64);

/// A thickness in thousandths of a millimetre.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub struct Thickness(pub u64);

impl std::ops::Add for Weight {
    type Output = Weight;
    fn add(self, other: Weight) -> Weight {
        Weight(self.0 + other.0)
    }
}

impl std::ops::Add for Thickness {
    type Output = Thickness;
    fn add(self, other: Thickness) -> Thickness {
        Thickness(self.0 + other.0)
    }
}

impl std::fmt::Display for Weight {
    /// In grams, with two fraction digits: `4.99 g`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hundredths = (self.0 + 5) / 10;
        write!(f, "{}.{:02} g", hundredths / 100, hundredths % 100)
    }
}

impl std::fmt::Display for Thickness {
    /// In millimetres, with two fraction digits: `0.40 mm`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hundredths = (self.0 + 5) / 10;
        write!(f, "{}.{:02} mm", hundredths / 100, hundredths % 100)
    }
}

/// Keys by which the same recipient is found twice: hashes of normalised parts, equal where the parts are. 0: there is none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct MatchKeys {
    /// The same person at the same address.
    pub exact: u64,
    /// The same family name at the same address.
    pub household: u64,
    /// The same address.
    pub address: u64,
    /// Sounds like the same family name and street.
    pub phonetic: u64,
    /// The customer number or whatever else the job calls a customer.
    pub customer: u64,
}

/// What the mail knows of a document: settled when its record is composed, kept by the ledger.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct MailFacts {
    /// Where it goes; `None`: the address does not tell.
    pub country: Option<Country>,
    /// The postcode as schemes read it: checked, capitals, the blank or hyphen of its country; empty if there is none.
    pub postcode: String,
    /// What barcodes of the post say of the delivery point: ZIP, plus four and delivery point; postcode and suffix; postcode and house number.
    pub routing: String,
    /// The address block as it is printed, line by line.
    pub lines: Vec<String>,
    /// The name that candidates of one match key are compared by, normalised.
    pub name: String,
    /// By which its recipient is found again.
    pub keys: MatchKeys,
    /// Which inserts it is to get: bit n for the insert n of the job, from 0.
    pub inserts: u32,
    /// Values of `field:NAME` of the job's schemes, in the order of the plan.
    pub fields: Vec<String>,
    /// Why it is not mailed by machine but handed out: an address that no post delivers to, say.
    pub diverted: Option<String>,
}

/// What a mailpiece is at the press: what late texts and marks may say of it besides its sheets and pages.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct PieceFacts<'a> {
    /// Its number in the job, from 1.
    pub sequence: u64,
    /// The number of its tray in the job, from 1; 0: none.
    pub tray: u32,
    /// Its place in the tray, from 1; 0: none.
    pub tray_position: u32,
    /// Pieces of the tray.
    pub tray_pieces: u32,
    /// The index of its envelope among those of the job, from 1; 0: none.
    pub envelope: u8,
    /// Its inserts: bit n for the insert n of the job, from 0.
    pub inserts: u32,
    /// Whether the inserter is to put it aside.
    pub is_diverted: bool,
    /// Its number among all pieces of the mailer, from the book of serial numbers; 0: the job has none.
    pub serial: u64,
    /// See [`MailFacts::routing`].
    pub routing: &'a str,
    /// See [`MailFacts::postcode`].
    pub postcode: &'a str,
    /// What the job calls its first document.
    pub document: &'a str,
    /// How often it was printed before.
    pub reprint: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_two_letters() {
        assert_eq!(Country::parse(" de ").map(|country| country.to_string()), Some("DE".into()));
        for none in ["", "D", "DEU", "1A", "Ä"] {
            assert_eq!(Country::parse(none), None, "{none}");
        }
    }

    #[test]
    fn weights_and_thicknesses_are_rounded_for_people() {
        assert_eq!(Weight(4_990).to_string(), "4.99 g");
        assert_eq!(Weight(31_751_005).to_string(), "31751.01 g");
        assert_eq!(Thickness(404).to_string(), "0.40 mm");
    }
}
