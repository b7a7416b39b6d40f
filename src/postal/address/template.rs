//! The lines of an address as a format writes them: `{number} {street}[ {unit}]`.
//!
//! Takes the lines of a format between `/` and the parts of an address, gives the lines that are not empty. Must never know a country.
//!
//! What stands between elements is printed before an element that has a text, if something of its line is printed already or it is more
//! than blanks; of several in a row the last counts. What stands in brackets is left out as a whole if one of its elements is empty.

use super::parts::{Element, Parts};

/// A piece of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Piece {
    /// What is printed between elements.
    Between(String),
    /// The text of an element.
    Of(Element),
    /// Pieces that appear together.
    Group(Vec<Piece>),
}

/// The lines of a format.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Lines(Vec<Vec<Piece>>);

impl Lines {
    /// Reads the lines of a format.
    ///
    /// # Errors
    /// What cannot be read, in words.
    pub fn read(text: &str) -> Result<Lines, String> {
        text.split(" / ").map(|line| read_line(line.trim())).collect::<Result<_, _>>().map(Lines)
    }

    /// A single line, whose `/` is itself.
    ///
    /// # Errors
    /// What cannot be read, in words.
    pub fn read_one(text: &str) -> Result<Lines, String> {
        Ok(Lines(vec![read_line(text)?]))
    }

    /// The lines of an address, each with its elements in the order of the format.
    pub fn write(&self, parts: &Parts) -> Vec<String> {
        let mut lines = Vec::new();
        for line in &self.0 {
            let mut writer = Writer::default();
            writer.write(line, parts);
            let line = writer.finish();
            if !line.is_empty() {
                lines.push(line);
            }
        }
        lines
    }

    /// The elements in the order in which they are printed.
    pub fn elements(&self) -> Vec<Element> {
        self.0.iter().flat_map(|line| elements(line)).collect()
    }

    /// The elements line by line.
    pub fn elements_of_lines(&self) -> impl Iterator<Item = Vec<Element>> {
        self.0.iter().map(|line| elements(line))
    }

    /// What stands right before an element, such as `Postfach `; empty if nothing or blanks.
    pub fn before(&self, element: Element) -> &str {
        self.0.iter().find_map(|line| before(line, element)).unwrap_or("")
    }

    /// What stands right behind an element, such as the `-` between unit and number; empty if nothing or blanks.
    pub fn behind(&self, element: Element) -> &str {
        self.0.iter().find_map(|line| behind(line, element)).unwrap_or("")
    }
}

fn elements(pieces: &[Piece]) -> Vec<Element> {
    let mut found = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Between(_) => {}
            Piece::Of(element) => found.push(*element),
            Piece::Group(inside) => found.extend(elements(inside)),
        }
    }
    found
}

fn before(pieces: &[Piece], wanted: Element) -> Option<&str> {
    pieces.iter().enumerate().find_map(|(at, piece)| match piece {
        Piece::Between(_) => None,
        Piece::Of(element) => (*element == wanted).then(|| between(at.checked_sub(1).and_then(|at| pieces.get(at)))),
        Piece::Group(inside) => before(inside, wanted),
    })
}

fn behind(pieces: &[Piece], wanted: Element) -> Option<&str> {
    pieces.iter().enumerate().find_map(|(at, piece)| match piece {
        Piece::Between(_) => None,
        Piece::Of(element) => (*element == wanted).then(|| between(pieces.get(at + 1))),
        Piece::Group(inside) => behind(inside, wanted),
    })
}

fn between(piece: Option<&Piece>) -> &str {
    match piece {
        Some(Piece::Between(text)) => text.trim(),
        Some(Piece::Of(_) | Piece::Group(_)) | None => "",
    }
}

fn read_line(text: &str) -> Result<Vec<Piece>, String> {
    let mut open: Vec<Vec<Piece>> = vec![Vec::new()];
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let unbalanced = || format!("brackets do not pair in `{text}`");
        match c {
            '{' => {
                let (name, after) = rest[1..].split_once('}').ok_or_else(|| format!("a brace is never closed in `{text}`"))?;
                let element = Element::find(name).ok_or_else(|| format!("there is no element `{name}`"))?;
                open.last_mut().ok_or_else(unbalanced)?.push(Piece::Of(element));
                rest = after;
            }
            '[' => {
                // Formats nest groups twice at most; what is deeper is a slip.
                if open.len() > 4 {
                    return Err(format!("brackets are nested too deeply in `{text}`"));
                }
                open.push(Vec::new());
                rest = &rest[1..];
            }
            ']' => {
                let inside = open.pop().ok_or_else(unbalanced)?;
                open.last_mut().ok_or_else(unbalanced)?.push(Piece::Group(inside));
                rest = &rest[1..];
            }
            _ => {
                let end = rest.find(['{', '[', ']']).unwrap_or(rest.len());
                open.last_mut().ok_or_else(unbalanced)?.push(Piece::Between(rest[..end].to_string()));
                rest = &rest[end..];
            }
        }
    }
    match (open.pop(), open.is_empty()) {
        (Some(line), true) if !elements(&line).is_empty() => Ok(line),
        (Some(_), true) => Err(format!("the line `{text}` has no element")),
        _ => Err(format!("brackets do not pair in `{text}`")),
    }
}

/// Writes one line.
#[derive(Default)]
struct Writer<'f> {
    line: String,
    /// What stands since the last element that was asked for.
    pending: &'f str,
    /// Whether that element had a text.
    follows: bool,
}

impl<'f> Writer<'f> {
    fn write(&mut self, pieces: &'f [Piece], parts: &Parts) {
        for piece in pieces {
            match piece {
                Piece::Between(text) => self.pending = text,
                Piece::Of(element) => {
                    let text = parts.of(*element);
                    // A box that brings a word of its own, in the language of its region, is printed with that.
                    if *element == Element::PoBox && text.starts_with(char::is_alphabetic) {
                        self.pending = "";
                    }
                    self.push(text);
                }
                Piece::Group(inside) => {
                    let own = inside.iter().filter_map(|piece| match piece {
                        Piece::Of(element) => Some(*element),
                        Piece::Between(_) | Piece::Group(_) => None,
                    });
                    if own.clone().all(|element| parts.has(element)) {
                        self.write(inside, parts);
                    }
                }
            }
        }
    }

    fn push(&mut self, text: &str) {
        self.follows = !text.is_empty();
        if text.is_empty() {
            return;
        }
        if !self.line.is_empty() || !self.pending.trim().is_empty() {
            self.line.push_str(self.pending);
        }
        self.pending = "";
        self.line.push_str(text);
    }

    fn finish(mut self) -> String {
        if self.follows && !self.pending.trim().is_empty() {
            self.line.push_str(self.pending);
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(template: &str, parts: &[(Element, &str)], expected: &str) {
        let parts = parts.iter().fold(Parts::default(), |parts, (element, text)| parts.with(*element, text));
        assert_eq!(Lines::read(template).expect(template).write(&parts).join("|"), expected, "{template}");
    }

    #[test]
    fn what_is_empty_is_left_out_with_what_stands_before_it() {
        use Element::{Addition, Number, Postcode, Region, Street, Town, Unit};
        let canadian = "[{unit}-]{number}[{addition}] {street} / {town} {region}  {postcode}";
        check(canadian, &[(Unit, "10"), (Number, "123"), (Street, "Main St"), (Town, "Ottawa"), (Postcode, "K1A")], "10-123 Main St|Ottawa  K1A");
        check(canadian, &[(Number, "123"), (Addition, "A"), (Street, "Main"), (Region, "ON")], "123A Main|ON");
        check("{street} {number}[/{addition}]", &[(Street, "Via Roma"), (Addition, "B")], "Via Roma/B");
        check("{street} {number}[/{addition}]", &[], "");
    }

    #[test]
    fn words_stand_before_and_behind_their_elements() {
        use Element::{CareOf, Postcode, Recipient};
        check("〒{postcode} / {recipient} 様", &[(Postcode, "154-0023"), (Recipient, "山田")], "〒154-0023|山田 様");
        check("[Postbus {po-box}]", &[(Element::PoBox, "Boîte 4")], "Boîte 4");
        check("[Postbus {po-box}]", &[(Element::PoBox, "4")], "Postbus 4");
        check("[c/o {care-of}] / {recipient} 様", &[(CareOf, "Smith")], "c/o Smith");
        check("{postcode}9Z", &[(Postcode, "SN3 4RD")], "SN3 4RD9Z");
        let lines = Lines::read("[{unit}-]{number} {street} / [Postfach {po-box}]").expect("lines");
        assert_eq!((lines.before(Element::PoBox), lines.behind(Element::Unit), lines.behind(Element::Street)), ("Postfach", "-", ""));
    }

    #[test]
    fn templates_that_cannot_be_read_are_told() {
        for wrong in ["{zip}", "{street", "[{street}", "{street}]", "none", "", "[[[[[[{street}]]]]]]"] {
            assert!(Lines::read(wrong).is_err(), "{wrong}");
        }
    }
}
