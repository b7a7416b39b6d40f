//! The parts of an address that came in lines.
//!
//! Takes 2 to 10 lines, gives country, postcode, town and region, and from what stands above them the street and the names, as well
//! as the lines of a record tell. Must never lose a line: what it does not understand is printed as it is.

use super::fault::Undeliverable;
use super::format::{Format, Regions};
use super::parts::{Element, Parts};
use super::settle::{FREE_LINES_MAX, Settler, without_prefix};
use crate::model::mail::Country;

/// The elements that make up the place.
pub(super) const PLACE: [Element; 3] = [Element::Postcode, Element::Town, Element::Region];

/// What lines tell.
pub(super) struct Found {
    /// The country.
    pub(super) country: Country,
    /// The lines above the place.
    pub(super) names: Vec<String>,
    /// Whether these are all lines, the place among them.
    pub(super) is_whole: bool,
}

/// Finds the parts in the lines of an address, and takes the lines out of it.
pub(super) fn find_parts(settler: &Settler, parts: &mut Parts, told: Option<Country>) -> Result<Found, Undeliverable> {
    let mut lines = std::mem::take(&mut parts.lines);
    match lines.as_slice() {
        [] => return Err(Undeliverable::Empty),
        [one] => return Err(Undeliverable::OneLine(one.clone())),
        more if more.len() > FREE_LINES_MAX => return Err(Undeliverable::TooManyLines(more.len())),
        _ => {}
    }
    let named = lines.last().and_then(|line| settler.places.country(line));
    if let (Some(named), true) = (named, told.is_none_or(|told| Some(told) == named)) {
        lines.pop();
        *parts.of_mut(Element::Country) = named.to_string();
    }
    let country = told.or(named).unwrap_or(settler.origin);
    let format = settler.formats.of(country);
    if let [one] = lines.as_slice() {
        return Err(Undeliverable::OneLine(one.clone()));
    }
    let names = match find_place(settler, parts, &lines, country, format) {
        Some(names) => names,
        None => return Err(no_place(settler, &lines, country, format, told.is_none() && named.is_none())),
    };
    let is_whole = names.len() == lines.len();
    if !is_whole {
        find_names(settler, parts, &names, country, format);
    }
    Ok(Found { country, names, is_whole })
}

/// Why no place was found: a postcode of another country, a country that nobody knows, or none at all.
fn no_place(settler: &Settler, lines: &[String], country: Country, format: &Format, is_guessed: bool) -> Undeliverable {
    let has_digits = |line: &String| line.bytes().any(|byte| byte.is_ascii_digit());
    let looks_placed = |line: &String| {
        let is_other = |candidate: &str| settler.formats.countries_of(without_prefix(candidate)).next().is_some() && !is_street(candidate, line);
        find_postcode(line, format).is_some() || candidates(line, 10).into_iter().any(is_other)
    };
    // A line without digits below one with a postcode is a country, by whatever name.
    if let [_, .., above, last] = lines
        && is_guessed
        && !has_digits(last)
        && looks_placed(above)
    {
        return Undeliverable::UnknownCountry(last.clone());
    }
    let place = lines.iter().skip(1).rposition(|line| find_postcode(line, format).is_some());
    if let Some(below) = place.and_then(|at| lines.get(at + 2)) {
        return Undeliverable::BelowTown(country, below.clone());
    }
    for line in lines.iter().skip(1).rev() {
        for candidate in candidates(line, 10) {
            let looks_like_one =
                candidate.bytes().any(|byte| byte.is_ascii_digit()) && settler.formats.countries_of(without_prefix(candidate)).next().is_some();
            if looks_like_one && !is_street(candidate, line) {
                return settler.wrong_postcode(candidate, country, format);
            }
        }
    }
    let short = lines
        .iter()
        .skip(1)
        .rev()
        .flat_map(|line| line.split_whitespace())
        .find(|token| token.bytes().all(|byte| byte.is_ascii_digit()) && format.postcodes.normal(&format!("0{token}")).is_some());
    match short {
        Some(number) => settler.wrong_postcode(number, country, format),
        None => Undeliverable::NoPostcode(country),
    }
}

/// Whether a number in a line is more likely that of a house: short digits beside a street.
fn is_street(candidate: &str, line: &str) -> bool {
    candidate.len() < 4 || (candidate.len() == 4 && line.ends_with(candidate) && line.len() > candidate.len() + 8)
}

/// The beginnings and ends of a line of up to three words, longer ones first.
fn candidates(line: &str, longest: usize) -> Vec<&str> {
    let mut found = Vec::new();
    let ends: Vec<usize> = line.match_indices(' ').map(|(at, _)| at).take(3).chain([line.len()]).collect();
    let starts: Vec<usize> = line.rmatch_indices(' ').map(|(at, _)| at + 1).take(3).chain([0]).collect();
    for start in starts.iter().rev().filter(|start| line.len() - **start <= longest + 8) {
        found.push(&line[*start..]);
    }
    for end in ends.iter().rev().filter(|end| **end <= longest + 8) {
        found.push(&line[..*end]);
    }
    found
}

/// Finds postcode, town and region from the bottom, or from the top where the country begins there. Gives the lines of the names and street.
fn find_place(settler: &Settler, parts: &mut Parts, lines: &[String], country: Country, format: &Format) -> Option<Vec<String>> {
    let elements: Vec<Vec<Element>> = format.lines.elements_of_lines().collect();
    if elements.first().is_some_and(|line| line.contains(&Element::Postcode)) && lines[0].starts_with('〒') {
        return find_eastern(parts, lines, format);
    }
    // The postcode of a country without pictures is where its format has it: in the last line, before or behind the town.
    let last = lines.len();
    let deepest = if format.postcodes.is_empty() { last - 1 } else { last.saturating_sub(3).max(1) };
    let found = (deepest..last).rev().find_map(|at| {
        let (postcode, rest) = find_postcode(&lines[at], format)?;
        Some((at, postcode, rest))
    });
    let (at, postcode, rest) = match found {
        Some(found) => found,
        // Not every country has postcodes: then the last line is the town.
        None if format.postcodes.is_empty() => (last - 1, String::new(), lines[last - 1].clone()),
        None => return None,
    };
    *parts.of_mut(Element::Postcode) = postcode;
    let (town, region) = match names_region_alone(format) {
        true => (String::new(), rest),
        false => divide_region(settler, &rest, country, format),
    };
    let mut names: Vec<String> = lines[..at].to_vec();
    let mut below: Vec<String> = lines[at + 1..].to_vec();
    let mut town = town;
    if town.is_empty() && region.is_empty() {
        // `SO23 9AP` alone: the town stands above it, or below where the postcode comes first.
        let order: Vec<Element> = format.latin.as_ref().unwrap_or(&format.lines).elements();
        let place = |wanted| order.iter().position(|element| *element == wanted);
        if place(Element::Town) > place(Element::Postcode) && !below.is_empty() {
            town = below.remove(0);
        } else if names.len() > 1 {
            let line = names.pop().unwrap_or_default();
            let (found, code) = divide_region(settler, &line, country, format);
            town = found;
            if region.is_empty() && !code.is_empty() {
                *parts.of_mut(Element::Region) = code;
            }
        }
    }
    *parts.of_mut(Element::Town) = town.trim_matches([',', ' ']).to_string();
    if !region.is_empty() {
        *parts.of_mut(Element::Region) = region;
    }
    if !below.is_empty() {
        if !format.has_region() || parts.has(Element::Region) || below.len() > 1 {
            return None;
        }
        *parts.of_mut(Element::Region) = below.remove(0);
    }
    (!names.is_empty()).then_some(names)
}

/// Whether the line of the postcode has the region and not the town, as Japan writes in Latin letters.
fn names_region_alone(format: &Format) -> bool {
    let lines = format.latin.as_ref().unwrap_or(&format.lines);
    let line = lines.elements_of_lines().find(|line| line.contains(&Element::Postcode)).unwrap_or_default();
    line.contains(&Element::Region) && !line.contains(&Element::Town)
}

/// The postcode at the end or beginning of a line, and the rest of the line.
fn find_postcode(line: &str, format: &Format) -> Option<(String, String)> {
    if format.postcodes.is_empty() {
        // Nothing is known of its postcodes: a word with digits at either end of the line.
        let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
        let has_digit = |word: &str| word.bytes().any(|byte| byte.is_ascii_digit());
        if has_digit(first) && (3..=12).contains(&first.len()) {
            return Some((first.to_string(), rest.to_string()));
        }
        let (rest, last) = line.rsplit_once(' ')?;
        return (has_digit(last) && (4..=12).contains(&last.len())).then(|| (last.to_string(), rest.to_string()));
    }
    let longest = format.postcodes.longest();
    for candidate in candidates(line, longest) {
        if let Some(normal) = format.postcodes.normal(without_prefix(candidate)) {
            let rest = if line.len() == candidate.len() {
                ""
            } else if std::ptr::eq(line.as_ptr(), candidate.as_ptr()) {
                &line[candidate.len()..]
            } else {
                &line[..line.len() - candidate.len()]
            };
            return Some((normal, rest.trim_matches([' ', ',']).to_string()));
        }
    }
    None
}

/// `Springfield, Illinois` → the town and the code of its region.
fn divide_region(settler: &Settler, rest: &str, country: Country, format: &Format) -> (String, String) {
    let pictures = match &format.regions {
        Regions::Free => return (rest.to_string(), String::new()),
        Regions::Listed => None,
        Regions::Pictured(pictures) => Some(pictures),
    };
    // The name of a region has up to four words: `Newfoundland and Labrador`, `District of Columbia`.
    let mut starts: Vec<usize> = rest.rmatch_indices([' ', ',']).map(|(at, _)| at + 1).take(4).collect();
    starts.reverse();
    for start in starts {
        let name = rest[start..].trim_matches([' ', ',', '(', ')']);
        let code = settler.places.region(country, name).map(str::to_string).or_else(|| pictures.and_then(|pictures| pictures.normal(name)));
        if let Some(code) = code.filter(|_| !name.is_empty()) {
            return (rest[..start].trim_matches([' ', ',', '(']).to_string(), code);
        }
    }
    (rest.to_string(), String::new())
}

/// The order of Japan: postcode, place and street, organisation, recipient.
fn find_eastern(parts: &mut Parts, lines: &[String], format: &Format) -> Option<Vec<String>> {
    let longest = format.postcodes.longest();
    let first = lines[0].trim_start_matches('〒').trim_start();
    let end = first.char_indices().nth(longest).map_or(first.len(), |(at, _)| at);
    let cut = first[..end].find(' ').unwrap_or(end);
    let postcode = format.postcodes.normal(&first[..cut])?;
    *parts.of_mut(Element::Postcode) = postcode;
    let (mut place, rest) = (first[cut..].trim().to_string(), &lines[1..]);
    let rest = match rest {
        [next, rest @ ..] if place.is_empty() => {
            place.clone_from(next);
            rest
        }
        _ => rest,
    };
    // The names of prefectures have two or three signs before the one that says which kind they are.
    let prefecture =
        place.char_indices().skip(2).take(2).find(|(_, c)| matches!(c, '都' | '道' | '府' | '県')).map_or(0, |(at, c)| at + c.len_utf8());
    let town = place.split_off(prefecture);
    *parts.of_mut(Element::Region) = place;
    *parts.of_mut(Element::Town) = town.clone();
    *parts.of_mut(Element::Street) = town;
    let (recipient, organisation) = rest.split_last()?;
    *parts.of_mut(Element::Recipient) = recipient.trim_end_matches(['様', ' ']).to_string();
    *parts.of_mut(Element::Organisation) = organisation.join(" ");
    Some(lines.to_vec())
}

/// Tells street, box, care-of, recipient and organisation among the lines above the place.
fn find_names(settler: &Settler, parts: &mut Parts, names: &[String], country: Country, format: &Format) {
    let mut rest: Vec<&str> = Vec::new();
    let (box_word, care_word) = (format.lines.before(Element::PoBox), format.lines.before(Element::CareOf));
    for line in names.iter().map(String::as_str) {
        match (behind(line, box_word), behind(line, care_word).or_else(|| behind(line, "c/o"))) {
            (Some(number), _) => *parts.of_mut(Element::PoBox) = number.to_string(),
            (None, Some(name)) if !rest.is_empty() => *parts.of_mut(Element::CareOf) = name.to_string(),
            (None, _) => rest.push(line),
        }
    }
    // The street is the lowest line with a number, or the lowest of all; never the first, which is a name.
    let lowest = if parts.has(Element::PoBox) { None } else { rest.len().checked_sub(1).filter(|at| *at > 0) };
    let street = (1..rest.len()).rev().find(|at| rest[*at].bytes().any(|byte| byte.is_ascii_digit())).or(lowest);
    if let Some(at) = street {
        *parts.of_mut(Element::Street) = rest[at].to_string();
        match rest.get(at + 1..) {
            Some([below, ..]) if format.lines.elements().contains(&Element::Locality) => *parts.of_mut(Element::Locality) = below.to_string(),
            _ => {}
        }
        rest.truncate(at);
    }
    let is_firm = |line: &&str| settler.words.is_organisation(line, country);
    if let Some(at) = rest.iter().position(is_firm) {
        *parts.of_mut(Element::Organisation) = rest.remove(at).to_string();
    }
    let mut rest = rest.into_iter();
    *parts.of_mut(Element::Recipient) = rest.next().unwrap_or_default().to_string();
    let next = if parts.has(Element::Organisation) { Element::Department } else { Element::Organisation };
    *parts.of_mut(next) = rest.next().unwrap_or_default().to_string();
    // No line is lost on its way to correction and back.
    let more = rest.collect::<Vec<_>>().join(" ");
    if !more.is_empty() {
        *parts.of_mut(Element::Building) = more;
    }
}

/// What follows a word at the beginning of a line.
fn behind<'l>(line: &'l str, word: &str) -> Option<&'l str> {
    let start = line.get(..word.len()).filter(|_| !word.is_empty())?;
    let rest = line[word.len()..].strip_prefix([' ', ':'])?;
    start.eq_ignore_ascii_case(word).then(|| rest.trim())
}
