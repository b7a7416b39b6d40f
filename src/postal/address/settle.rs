//! From the parts of an address to the block that is printed.
//!
//! Takes [`Parts`] and the tables, gives a [`Settled`] address or why no post delivers to it. Must never guess a part that is not
//! told.

use super::fault::Undeliverable;
use super::format::{Format, Formats, Regions};
use super::parts::{Element, Parts};
use super::places::Places;
use super::{lines, street};
use crate::model::mail::Country;
use crate::postal::matching::Words;

/// Most characters of a line where the country says nothing.
pub const LINE_CHARS_MAX: usize = 100;
/// Most free lines.
pub const FREE_LINES_MAX: usize = 10;

/// The tables and options by which addresses are settled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settler {
    /// Where the mail is posted.
    pub origin: Country,
    /// How countries write addresses.
    pub formats: Formats,
    /// What countries and regions are called.
    pub places: Places,
    /// Titles, legal forms, street types.
    pub words: Words,
    /// Whether all lines are in capitals.
    pub is_upper: bool,
    /// Most characters of a line, instead of what the country allows.
    pub line_max: Option<usize>,
}

/// An address that a post delivers to, as far as tables tell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settled {
    /// Its country.
    pub country: Country,
    /// Its postcode as the country writes it; empty if the country needs none.
    pub postcode: String,
    /// The block as it is printed.
    pub lines: Vec<String>,
    /// Its parts, the street divided from its number for comparing.
    pub parts: Parts,
    /// What the barcode of the post can say of it; empty if the address does not tell.
    pub routing: String,
}

impl Settler {
    /// One with the tables of the program.
    pub fn new(origin: Country) -> Settler {
        Settler { origin, formats: Formats::built_in(), places: Places::built_in(), words: Words::built_in(), is_upper: false, line_max: None }
    }

    /// Settles an address.
    ///
    /// # Errors
    /// Why no post delivers to it.
    pub fn settle(&self, mut parts: Parts) -> Result<Settled, Undeliverable> {
        parts.tidy();
        if parts.is_empty() {
            return Err(Undeliverable::Empty);
        }
        let told = match parts.of(Element::Country) {
            "" => None,
            name => Some(self.places.country(name).ok_or_else(|| Undeliverable::UnknownCountry(name.to_string()))?),
        };
        let printed = if parts.lines.is_empty() { None } else { Some(lines::find_parts(self, &mut parts, told)?) };
        let country = match &printed {
            Some(found) => found.country,
            None => told.unwrap_or(self.origin),
        };
        let format = self.formats.of(country);
        self.settle_postcode(&mut parts, country, format)?;
        self.settle_region(&mut parts, country, format)?;
        self.settle_names(&mut parts);
        strip_box(&mut parts, format);
        for group in &format.required {
            if !group.iter().any(|element| parts.has(*element)) {
                return Err(Undeliverable::Missing(country, group.clone()));
            }
        }
        // A recipient or an organisation: the post does not ask, but a letter for nobody is a fault of the data.
        if !parts.has(Element::Recipient) && !parts.has(Element::Organisation) && !parts.has(Element::Department) {
            return Err(Undeliverable::Missing(country, vec![Element::Recipient, Element::Organisation]));
        }
        let lines = self.block(&parts, country, format, printed.as_ref())?;
        let postcode = parts.of(Element::Postcode).to_string();
        street::divide(&mut parts, country, format, &self.words);
        let routing = if country == self.origin { routing(&parts, format) } else { String::new() };
        Ok(Settled { country, postcode, lines, parts, routing })
    }

    /// The parts of an address as they are compared, whether or not a post delivers to it, and its country as far as it tells.
    pub fn compared(&self, parts: Parts) -> (Parts, Country) {
        let (mut parts, country) = self.found(parts);
        street::divide(&mut parts, country, self.formats.of(country), &self.words);
        (parts, country)
    }

    /// The parts of an address as far as they can be told, whether or not a post delivers to it, and its country.
    pub fn found(&self, mut parts: Parts) -> (Parts, Country) {
        parts.tidy();
        let told = self.places.country(parts.of(Element::Country));
        if !parts.lines.is_empty() {
            // Lines that cannot be divided compare by nothing.
            let _ = lines::find_parts(self, &mut parts, told);
        }
        let country = told.or_else(|| self.places.country(parts.of(Element::Country))).unwrap_or(self.origin);
        let format = self.formats.of(country);
        let _ = self.settle_postcode(&mut parts, country, format);
        self.settle_names(&mut parts);
        strip_box(&mut parts, format);
        (parts, country)
    }

    /// What an undeliverable address says, line by line and cut to what a line may have: for whoever finds it by hand.
    pub fn raw_block(&self, parts: &Parts) -> Vec<String> {
        let mut parts = parts.clone();
        parts.tidy();
        self.settle_names(&mut parts);
        let country = self.places.country(parts.of(Element::Country)).unwrap_or(self.origin);
        let mut lines = if parts.lines.is_empty() { self.formats.of(country).lines.write(&parts) } else { parts.lines };
        lines.truncate(FREE_LINES_MAX);
        lines.into_iter().map(|line| line.chars().take(LINE_CHARS_MAX).collect()).collect()
    }

    fn settle_postcode(&self, parts: &mut Parts, country: Country, format: &Format) -> Result<(), Undeliverable> {
        let told = parts.of(Element::Postcode);
        if told.is_empty() {
            let is_required = format.required.iter().any(|group| group.as_slice() == [Element::Postcode]);
            return if is_required { Err(Undeliverable::NoPostcode(country)) } else { Ok(()) };
        }
        if format.postcodes.is_empty() {
            let upper = told.to_uppercase();
            if upper.chars().count() > 12 {
                return Err(self.wrong_postcode(told, country, format));
            }
            *parts.of_mut(Element::Postcode) = upper;
            return Ok(());
        }
        let normal = format.postcodes.normal(without_prefix(told)).or_else(|| format.postcodes.normal(&unicode_digits(told)));
        let normal = normal.ok_or_else(|| self.wrong_postcode(told, country, format))?;
        *parts.of_mut(Element::Postcode) = normal;
        Ok(())
    }

    /// The fault of a postcode that is none of its country.
    pub(super) fn wrong_postcode(&self, postcode: &str, country: Country, format: &Format) -> Undeliverable {
        let zero = format.postcodes.normal(&format!("0{postcode}")).is_some();
        let others = self.formats.countries_of(without_prefix(postcode)).filter(|other| *other != country).collect();
        Undeliverable::WrongPostcode { postcode: postcode.to_string(), country, others, zero }
    }

    fn settle_region(&self, parts: &mut Parts, country: Country, format: &Format) -> Result<(), Undeliverable> {
        let told = parts.of(Element::Region);
        if told.is_empty() {
            return Ok(());
        }
        let listed = self.places.region(country, told).map(str::to_string);
        let code = match &format.regions {
            Regions::Free => return Ok(()),
            Regions::Listed => listed,
            Regions::Pictured(pictures) => listed.or_else(|| pictures.normal(told)),
        };
        let is_required = format.required.iter().any(|group| group.as_slice() == [Element::Region]);
        // A region that the country can do without is left out if it is none of its codes: `Lombardia` is no province.
        let code = match code {
            None if is_required => return Err(Undeliverable::UnknownRegion(country, told.to_string())),
            code => code.unwrap_or_default(),
        };
        *parts.of_mut(Element::Region) = code;
        Ok(())
    }

    fn settle_names(&self, parts: &mut Parts) {
        if !parts.has(Element::Recipient) {
            let names = [Element::Title, Element::Given, Element::Surname].map(|element| parts.of(element));
            let recipient = names.iter().filter(|name| !name.is_empty()).copied().collect::<Vec<_>>().join(" ");
            *parts.of_mut(Element::Recipient) = recipient;
        }
    }

    /// The lines of the block. What stood above the place in free lines is printed line for line as the data has it; only the place is
    /// written anew.
    fn block(&self, parts: &Parts, country: Country, format: &Format, free: Option<&lines::Found>) -> Result<Vec<String>, Undeliverable> {
        let mut upper = parts.clone();
        for element in &format.upper {
            let text = upper.of_mut(*element);
            *text = text.to_uppercase();
        }
        let template = match &format.latin {
            Some(latin) if !is_eastern(parts) => latin,
            _ => &format.lines,
        };
        let mut lines = match free {
            None => template.write(&upper),
            Some(found) if found.is_whole => found.names.clone(),
            Some(found) => {
                let place = template.elements_of_lines().skip_while(|line| !line.iter().any(|element| lines::PLACE.contains(element)));
                let place = place.flatten().filter(|element| lines::PLACE.contains(element));
                let only = place.fold(Parts::default(), |only, element| only.with(element, upper.of(element)));
                found.names.iter().cloned().chain(template.write(&only)).collect()
            }
        };
        if self.is_upper {
            lines.iter_mut().for_each(|line| *line = line.to_uppercase());
        }
        if let Some(most) = format.lines_max.filter(|most| lines.len() > *most) {
            return Err(Undeliverable::Block(country, lines.len(), most));
        }
        if country != self.origin {
            let name = self.places.name(country, self.origin);
            lines.push(if name.is_empty() { country.to_string() } else { name.to_uppercase() });
        }
        let most = self.line_max.or(format.line_max).unwrap_or(LINE_CHARS_MAX);
        match lines.iter().find(|line| line.len() > most && line.chars().count() > most) {
            Some(line) => Err(Undeliverable::TooLong(line.clone(), most)),
            None => Ok(lines),
        }
    }
}

/// A postcode without the sign of a country that some put before it: `D-26133`.
pub(super) fn without_prefix(postcode: &str) -> &str {
    match postcode.split_once('-') {
        Some((prefix, rest)) if (1..=3).contains(&prefix.len()) && prefix.bytes().all(|byte| byte.is_ascii_alphabetic()) => rest.trim_start(),
        _ => postcode,
    }
}

/// The same with the digits of ASCII, for the wide ones of Japan.
fn unicode_digits(text: &str) -> String {
    let plain = |c: char| match c {
        '０'..='９' => char::from(b'0' + (c as u32 - '０' as u32) as u8),
        '－' | '‐' | '−' | 'ー' => '-',
        _ => c,
    };
    text.chars().filter(|c| *c != '〒').take(20).map(plain).collect()
}

/// Whether an address is in the script of Japan, whose order is then the other way round.
fn is_eastern(parts: &Parts) -> bool {
    let eastern = |c: char| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}');
    [Element::Region, Element::Town, Element::Street].iter().any(|element| parts.of(*element).chars().take(200).any(eastern))
}

/// `Postfach 12 34` told as the number of a box is `12 34`.
fn strip_box(parts: &mut Parts, format: &Format) {
    let word = format.lines.before(Element::PoBox);
    let told = parts.of(Element::PoBox);
    if let Some(start) = told.get(..word.len())
        && !word.is_empty()
        && start.eq_ignore_ascii_case(word)
    {
        *parts.of_mut(Element::PoBox) = told[word.len()..].trim_start().to_string();
    }
}

/// What the barcode can say: letters and digits of the format's template, or nothing if they are too many.
fn routing(parts: &Parts, format: &Format) -> String {
    let Some((template, most)) = &format.routing else { return String::new() };
    let line = template.write(parts).concat();
    let signs: String = line.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    if signs.len() > *most { String::new() } else { signs }
}
