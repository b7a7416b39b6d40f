//! Date patterns (Unicode TR 35, part 4) and the names that fill them.

use icu_calendar::Gregorian;
use icu_datetime::fieldsets::{YMD, YMDE};
use icu_datetime::input::Date as IcuDate;
use icu_datetime::pattern::{DateTimePattern, FixedCalendarDateTimeNames};

use super::Locale;

/// A piece of a pattern.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    /// As it stands.
    Text(String),
    /// Year; 2: the last two digits, otherwise at least so many.
    Year(u8),
    /// Month as a number of at least so many digits.
    Month(u8),
    /// Month by name: 0 abbreviated, 1 wide, 2 and 3 the same standing alone.
    MonthName(u8),
    /// Day of at least so many digits.
    Day(u8),
    /// Weekday: 0 abbreviated, 1 wide, 2 wide standing alone.
    Weekday(u8),
}

/// Reads a pattern; the error names the letter that means nothing.
pub fn parse(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        if letter == '\'' {
            if rest.peek() == Some(&'\'') {
                rest.next();
                literal.push('\'');
                continue;
            }
            let mut closed = false;
            for inner in rest.by_ref() {
                if inner == '\'' {
                    closed = true;
                    break;
                }
                literal.push(inner);
            }
            if !closed {
                return Err("a quote that is not closed".into());
            }
            continue;
        }
        if !letter.is_ascii_alphabetic() {
            literal.push(letter);
            continue;
        }
        let mut count = 1u8;
        while rest.peek() == Some(&letter) && count < 8 {
            rest.next();
            count += 1;
        }
        let piece = match (letter, count) {
            ('y' | 'u', 1..=4) => Piece::Year(count),
            ('M' | 'L', 1..=2) => Piece::Month(count),
            ('M', 3) => Piece::MonthName(0),
            ('M', 4) => Piece::MonthName(1),
            ('L', 3) => Piece::MonthName(2),
            ('L', 4) => Piece::MonthName(3),
            ('d', 1..=2) => Piece::Day(count),
            ('E', 1..=3) => Piece::Weekday(0),
            ('E', 4) => Piece::Weekday(1),
            ('c', 4) => Piece::Weekday(2),
            _ => {
                let fault = format!("`{}` means nothing in a date{}", letter.to_string().repeat(usize::from(count)), meant(letter));
                let usual = usual_letters(text);
                return Err(if usual != text && parse(&usual).is_ok() { format!("{fault}: write `{usual}`") } else { fault });
            }
        };
        if !literal.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut literal)));
        }
        pieces.push(piece);
    }
    if !literal.is_empty() {
        pieces.push(Piece::Text(literal));
    }
    Ok(pieces)
}

/// A pattern with the letters of Unicode TR 35 where spreadsheets and databases write others: `DD.MM.YYYY` is `dd.MM.yyyy`.
pub fn usual_letters(pattern: &str) -> String {
    let mut is_quoted = false;
    let usual = |letter| {
        is_quoted ^= letter == '\'';
        match letter {
            other if is_quoted => other,
            'D' => 'd',
            'Y' => 'y',
            'm' => 'M',
            other => other,
        }
    };
    pattern.chars().map(usual).collect()
}

/// What a letter was likely meant to be: spreadsheets and databases write dates with others.
fn meant(letter: char) -> &'static str {
    match letter {
        'D' => "; the day of the month is `d`",
        'Y' => "; the year is `y`",
        'm' => "; the month is `M`",
        'H' | 'h' | 's' | 'S' | 'a' | 'k' | 'K' => "; dates have no time of day",
        _ => "; y M L d E do",
    }
}

/// Names of months and weekdays.
pub struct Names {
    /// As [`Piece::MonthName`] numbers them.
    pub months: [[String; 12]; 4],
    /// As [`Piece::Weekday`] numbers them, Monday first.
    pub weekdays: [[String; 7]; 3],
}

/// Asks ICU4X for the names of a locale.
pub fn names(locale: &icu_locale_core::Locale) -> Option<Names> {
    let name = |pattern: &str, year: i32, month: u8, day: u8| -> Option<String> {
        let pattern: DateTimePattern = pattern.parse().ok()?;
        let mut names: FixedCalendarDateTimeNames<Gregorian> = FixedCalendarDateTimeNames::try_new(locale.into()).ok()?;
        let formatter = names.include_for_pattern(&pattern).ok()?;
        let date = IcuDate::try_new_gregorian(year, month, day).ok()?;
        let input = icu_datetime::input::DateTime { date, time: icu_datetime::input::Time::try_new(0, 0, 0, 0).ok()? };
        // ICU4X reports a missing name while it writes; a pattern of one loaded field cannot miss any.
        let mut out = String::new();
        let _ = std::fmt::Write::write_fmt(&mut out, format_args!("{}", writeable_text(&formatter.format(&input))));
        (!out.is_empty()).then_some(out)
    };
    let mut months: [[String; 12]; 4] = Default::default();
    for (kind, pattern) in ["MMM", "MMMM", "LLL", "LLLL"].into_iter().enumerate() {
        for month in 1..=12u8 {
            months[kind][usize::from(month) - 1] = name(pattern, 2026, month, 1)?;
        }
    }
    let mut weekdays: [[String; 7]; 3] = Default::default();
    for (kind, pattern) in ["EEE", "EEEE", "cccc"].into_iter().enumerate() {
        for day in 0..7u8 {
            // 5 January 2026 is a Monday.
            weekdays[kind][usize::from(day)] = name(pattern, 2026, 1, 5 + day)?;
        }
    }
    Some(Names { months, weekdays })
}

fn writeable_text(formatted: &impl writeable::TryWriteable) -> String {
    match formatted.try_write_to_string() {
        Ok(text) => text.into_owned(),
        Err((_, text)) => text.into_owned(),
    }
}

/// The short, medium, long and full patterns of a locale, found by formatting a date whose parts are all different.
pub fn patterns(parsed: &icu_locale_core::Locale, locale: &Locale) -> Option<[Vec<Piece>; 4]> {
    let mut out: [Vec<Piece>; 4] = Default::default();
    for (index, fields) in [YMD::short(), YMD::medium(), YMD::long()].into_iter().enumerate() {
        let formatter = icu_datetime::FixedCalendarDateTimeFormatter::<Gregorian, _>::try_new(parsed.into(), fields).ok()?;
        let format = |month: u8, day: u8| Some(formatter.format(&IcuDate::try_new_gregorian(2033, month, day).ok()?).to_string());
        // The 5th of April tells one-digit forms from two-digit ones.
        out[index] = generalise(&format(4, 5)?, locale)?;
    }
    let formatter = icu_datetime::FixedCalendarDateTimeFormatter::<Gregorian, _>::try_new(parsed.into(), YMDE::long()).ok()?;
    out[3] = generalise(&formatter.format(&IcuDate::try_new_gregorian(2033, 4, 5).ok()?).to_string(), locale)?;
    Some(out)
}

fn generalise(text: &str, locale: &Locale) -> Option<Vec<Piece>> {
    let mut candidates: Vec<(String, Piece)> = vec![("2033".into(), Piece::Year(4)), ("33".into(), Piece::Year(2))];
    // 5 April 2033 is a Tuesday.
    let mut names: Vec<(String, Piece)> = [1u8, 2, 0].map(|kind| (locale.weekdays[usize::from(kind)][1].clone(), Piece::Weekday(kind))).into();
    names.extend([1u8, 3, 0, 2].map(|kind| (locale.months[usize::from(kind)][3].clone(), Piece::MonthName(kind))));
    // A name may begin with another: the longest first.
    names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    candidates.extend(names);
    candidates.extend([("04".into(), Piece::Month(2)), ("05".into(), Piece::Day(2)), ("4".into(), Piece::Month(1)), ("5".into(), Piece::Day(1))]);
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    'next: while let Some(letter) = rest.chars().next() {
        for (shown, piece) in &candidates {
            if let Some(after) = rest.strip_prefix(shown.as_str()) {
                if !literal.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut literal)));
                }
                pieces.push(piece.clone());
                rest = after;
                continue 'next;
            }
        }
        literal.push(letter);
        rest = &rest[letter.len_utf8()..];
    }
    if !literal.is_empty() {
        pieces.push(Piece::Text(literal));
    }
    let has = |test: fn(&Piece) -> bool| pieces.iter().any(test);
    let complete =
        has(|p| matches!(p, Piece::Year(_))) && has(|p| matches!(p, Piece::Month(_) | Piece::MonthName(_))) && has(|p| matches!(p, Piece::Day(_)));
    complete.then_some(pieces)
}
