//! The parts of an address, after UPU S42 (ISO 19160-4).
//!
//! Takes texts, gives them by element. Must never know an order or a country: those are formats.

/// An element of an address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Element {
    /// Form of address or academic title.
    Title,
    /// Given name.
    Given,
    /// Family name.
    Surname,
    /// The recipient as printed.
    Recipient,
    /// Company or office.
    Organisation,
    /// A part of it.
    Department,
    /// With whom the recipient lives.
    CareOf,
    /// Name of a building or estate.
    Building,
    /// Street, without its number.
    Street,
    /// House number.
    Number,
    /// What follows the number.
    Addition,
    /// Apartment, suite, floor.
    Unit,
    /// Number of a post office box.
    PoBox,
    /// A part of the town.
    Locality,
    /// Town.
    Town,
    /// State, province, county.
    Region,
    /// Postcode.
    Postcode,
    /// Country.
    Country,
}

impl Element {
    /// Every element with its name in job files and tables.
    pub const ALL: [(&'static str, Element); 18] = [
        ("title", Element::Title),
        ("given", Element::Given),
        ("surname", Element::Surname),
        ("recipient", Element::Recipient),
        ("organisation", Element::Organisation),
        ("department", Element::Department),
        ("care-of", Element::CareOf),
        ("building", Element::Building),
        ("street", Element::Street),
        ("number", Element::Number),
        ("addition", Element::Addition),
        ("unit", Element::Unit),
        ("po-box", Element::PoBox),
        ("locality", Element::Locality),
        ("town", Element::Town),
        ("region", Element::Region),
        ("postcode", Element::Postcode),
        ("country", Element::Country),
    ];

    /// The element of a name. Tables may write `_` for `-`.
    pub fn find(name: &str) -> Option<Element> {
        let same = |known: &str| known.len() == name.len() && known.bytes().zip(name.bytes()).all(|(a, b)| a == b || (a == b'-' && b == b'_'));
        Element::ALL.iter().find(|(known, _)| same(known)).map(|(_, element)| *element)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Element::ALL[self as usize].0
    }
}

/// An address in parts, or the lines it came in.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Parts {
    values: [String; Element::ALL.len()],
    /// Free lines, in which the parts are still to be found; empty if the parts are known.
    pub lines: Vec<String>,
}

impl Parts {
    /// An address in free lines.
    pub fn of_lines(lines: Vec<String>) -> Parts {
        Parts { lines, ..Parts::default() }
    }

    /// The text of an element; empty if there is none.
    pub fn of(&self, element: Element) -> &str {
        &self.values[element as usize]
    }

    /// The text of an element, to be changed.
    pub fn of_mut(&mut self, element: Element) -> &mut String {
        &mut self.values[element as usize]
    }

    /// Whether an element has a text.
    pub fn has(&self, element: Element) -> bool {
        !self.of(element).is_empty()
    }

    /// The same with a text.
    pub fn with(mut self, element: Element, text: &str) -> Parts {
        *self.of_mut(element) = text.to_string();
        self
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.values.iter().chain(&self.lines).all(|text| text.trim().is_empty())
    }

    /// Takes blanks at the ends away and makes several one; control characters count as blanks.
    pub fn tidy(&mut self) {
        for text in self.values.iter_mut().chain(&mut self.lines) {
            if !is_tidy(text) {
                *text = tidied(text);
            }
        }
        self.lines.retain(|line| !line.is_empty());
    }
}

fn is_tidy(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.is_ascii()
        && bytes.first() != Some(&b' ')
        && bytes.last() != Some(&b' ')
        && bytes.windows(2).all(|pair| pair != b"  ")
        && !bytes.iter().any(|byte| byte.is_ascii_control())
}

/// A text in one line, with single blanks between its words. What only steers the direction of writing is left as it is.
pub fn tidied(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !tidy.is_empty() {
            tidy.push(' ');
        }
        tidy.push_str(word);
    }
    tidy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_in_the_order_of_their_names() {
        for (index, (name, element)) in Element::ALL.iter().enumerate() {
            assert_eq!(*element as usize, index);
            assert_eq!(Element::find(name), Some(*element));
            assert_eq!(Element::find(&name.replace('-', "_")), Some(*element));
        }
        assert_eq!(Element::find("zip"), None);
    }

    #[test]
    fn blanks_are_made_one() {
        let mut parts = Parts::default().with(Element::Street, " Main \u{a0}\t St\n").with(Element::Town, "a b");
        parts.lines = vec!["  ".into(), "x\u{7}y".into()];
        parts.tidy();
        assert_eq!((parts.of(Element::Street), parts.of(Element::Town)), ("Main St", "a b"));
        assert_eq!(parts.lines, ["x y"]);
        assert!(Parts::default().is_empty());
    }
}
