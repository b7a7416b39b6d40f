//! Numbers, money and dates as a locale writes them.
//!
//! Takes a BCP 47 tag when a plan is compiled, asks CLDR (through ICU4X) for symbols, names and patterns, and freezes the
//! answers. Formatting is ours and takes nothing from the machine: a reprint years later prints the same.

mod currency;
mod date;
pub use date::usual_letters;

use std::fmt::Write as _;

use crate::base::date::Date;
use crate::base::money::{Currency, Decimal, Money};

/// Why a locale cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LocaleError {
    /// Not a BCP 47 tag.
    #[error("`{0}` is not a language tag such as `en-US`")]
    Malformed(String),
    /// CLDR has no data, or data of a kind we do not write.
    #[error("there is no number or date data for `{0}`")]
    NoData(String),
}

/// How money is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum MoneyStyle {
    /// Grouped, with the currency's fraction digits, no symbol.
    #[default]
    Plain,
    /// With the currency's symbol.
    Symbol,
    /// With the currency's code.
    Code,
    /// With the symbol; negative amounts in parentheses.
    Accounting,
}

/// The frozen data of one locale.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Locale {
    tag: String,
    decimal: String,
    group: String,
    minus: String,
    /// Digits of the last group and of the groups before it.
    grouping: (u8, u8),
    /// Whole digits a number needs before it is grouped at all.
    grouped_from: u8,
    money: currency::MoneyForms,
    months: [[String; 12]; 4],
    weekdays: [[String; 7]; 3],
    short: Vec<date::Piece>,
    medium: Vec<date::Piece>,
    long: Vec<date::Piece>,
    full: Vec<date::Piece>,
}

impl Locale {
    /// Reads the data of a locale, such as `de-DE`.
    pub fn compile(tag: &str) -> Result<Locale, LocaleError> {
        let parsed: icu_locale_core::Locale = tag.parse().map_err(|_| LocaleError::Malformed(tag.to_string()))?;
        if parsed.id.language.is_unknown() {
            return Err(LocaleError::Malformed(tag.to_string()));
        }
        let no_data = || LocaleError::NoData(tag.to_string());
        let formatter = icu_decimal::DecimalFormatter::try_new((&parsed).into(), Default::default()).map_err(|_| no_data())?;
        let probe = |text: &str| -> Option<String> {
            let number: icu_decimal::input::Decimal = text.parse().ok()?;
            Some(formatter.format(&number).to_string())
        };
        let large = probe("-123456789.5").ok_or_else(no_data)?;
        let minus: String = large.chars().take_while(|c| *c != '1').collect();
        let decimal: String = large.rsplit('9').next().unwrap_or(".").trim_end_matches('5').to_string();
        let whole: Vec<&str> =
            large[minus.len()..large.len() - decimal.len() - 1].split(|c: char| !c.is_ascii_digit()).filter(|s| !s.is_empty()).collect();
        if whole.concat() != "123456789" {
            // Digits of another script: the fixed encodings of fonts and the figure path know 0 to 9 only.
            return Err(no_data());
        }
        let group: String = large[minus.len()..].chars().skip_while(char::is_ascii_digit).take_while(|c| !c.is_ascii_digit()).collect();
        let last = whole.last().map_or(3, |s| s.len()) as u8;
        let before = if whole.len() > 2 { whole[whole.len() - 2].len() as u8 } else { last };
        let four = probe("1234").ok_or_else(no_data)?;
        let names = date::names(&parsed).ok_or_else(no_data)?;
        let mut locale = Locale {
            tag: tag.to_string(),
            decimal,
            group,
            minus,
            grouping: (last, before),
            grouped_from: if four == "1234" { last + 2 } else { last + 1 },
            money: currency::MoneyForms::find(&parsed.to_string()),
            months: names.months,
            weekdays: names.weekdays,
            short: Vec::new(),
            medium: Vec::new(),
            long: Vec::new(),
            full: Vec::new(),
        };
        [locale.short, locale.medium, locale.long, locale.full] = date::patterns(&parsed, &locale).ok_or_else(no_data)?;
        Ok(locale)
    }

    /// The tag it was compiled from.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// The decimal sign.
    pub fn decimal_sign(&self) -> &str {
        &self.decimal
    }

    /// Writes a number: grouped or not, with exactly `digits` fraction digits, or with those it has. Halves are rounded away
    /// from zero.
    pub fn write_number(&self, number: Decimal, digits: Option<u32>, grouped: bool, out: &mut String) {
        let number = match digits {
            Some(digits) if number.scale() > digits => number.round_dp_with_strategy(digits, rust_decimal::RoundingStrategy::MidpointAwayFromZero),
            _ => number,
        };
        let mantissa = number.mantissa();
        if mantissa < 0 {
            out.push_str(&self.minus);
        }
        let group = if grouped { self.group.as_str() } else { "" };
        self.write_magnitude(mantissa.unsigned_abs(), number.scale(), digits.unwrap_or(number.scale()), (&self.decimal, group), out);
    }

    /// Writes figures without a sign, with the decimal and group sign given; without a group sign they are not grouped.
    fn write_magnitude(&self, mantissa: u128, scale: u32, digits: u32, (decimal, group): (&str, &str), out: &mut String) {
        let mut buffer = [0u8; 40];
        let mut at = buffer.len();
        // Almost every amount fits 64 bits, where division is several times faster.
        if let Ok(mut small) = u64::try_from(mantissa) {
            while small > 0 {
                at -= 1;
                buffer[at] = b'0' + (small % 10) as u8;
                small /= 10;
            }
        } else {
            let mut rest = mantissa;
            while rest > 0 {
                at -= 1;
                buffer[at] = b'0' + (rest % 10) as u8;
                rest /= 10;
            }
        }
        let scale = scale as usize;
        while buffer.len() - at <= scale {
            at -= 1;
            buffer[at] = b'0';
        }
        let whole = &buffer[at..buffer.len() - scale];
        let fraction = &buffer[buffer.len() - scale..];
        let (last, before) = (usize::from(self.grouping.0), usize::from(self.grouping.1));
        if group.is_empty() || whole.len() < usize::from(self.grouped_from) {
            push_ascii(whole, out);
        } else {
            let head = whole.len() - last;
            let mut position = head % before;
            if position > 0 {
                push_ascii(&whole[..position], out);
                out.push_str(group);
            }
            while position < head {
                push_ascii(&whole[position..position + before], out);
                out.push_str(group);
                position += before;
            }
            push_ascii(&whole[head..], out);
        }
        if digits > 0 {
            out.push_str(decimal);
            push_ascii(fraction, out);
            for _ in scale..digits as usize {
                out.push('0');
            }
        }
    }

    /// Writes money in a style. The fraction digits are those of the currency.
    pub fn write_money(&self, money: Money, style: MoneyStyle, out: &mut String) {
        let digits = money.currency.minor_digits();
        let amount = match money.amount.scale() > digits {
            true => money.amount.round_dp_with_strategy(digits, rust_decimal::RoundingStrategy::MidpointAwayFromZero),
            false => money.amount,
        };
        let negative = amount.mantissa() < 0;
        let signs = (self.money.decimal.as_deref().unwrap_or(&self.decimal), self.money.group.as_deref().unwrap_or(&self.group));
        let figures = |out: &mut String| self.write_magnitude(amount.mantissa().unsigned_abs(), amount.scale(), digits, signs, out);
        if style == MoneyStyle::Plain {
            if negative {
                out.push_str(&self.minus);
            }
            figures(out);
            return;
        }
        let symbol = match style {
            _ if money.currency == Currency::NONE => "",
            MoneyStyle::Code => money.currency.code(),
            MoneyStyle::Symbol | MoneyStyle::Accounting | MoneyStyle::Plain => self.money.symbol(&money.currency),
        };
        let parentheses = negative && style == MoneyStyle::Accounting;
        let affixes = if negative && !parentheses { &self.money.negative } else { &self.money.positive };
        if parentheses {
            out.push('(');
        }
        affixes.write_before(symbol, &self.minus, out);
        figures(out);
        affixes.write_after(symbol, &self.minus, out);
        if parentheses {
            out.push(')');
        }
    }

    /// Writes a number that counts hundredths, with the percent sign where the locale has it.
    pub fn write_percent(&self, hundredths: Decimal, digits: u32, out: &mut String) {
        let number = hundredths.round_dp_with_strategy(digits, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
        if number.mantissa() < 0 {
            out.push_str(&self.minus);
        }
        self.money.percent.write_before("%", "", out);
        self.write_magnitude(number.mantissa().unsigned_abs(), number.scale(), digits, (&self.decimal, &self.group), out);
        self.money.percent.write_after("%", "", out);
    }

    /// Writes a date after a compiled pattern.
    pub fn write_date(&self, date: Date, pattern: &DatePattern, out: &mut String) {
        let pieces = match pattern {
            DatePattern::Iso => {
                push_ascii(&date.iso_bytes(), out);
                return;
            }
            DatePattern::Short => &self.short,
            DatePattern::Medium => &self.medium,
            DatePattern::Long => &self.long,
            DatePattern::Full => &self.full,
            DatePattern::Custom(pieces) => pieces,
        };
        let (year, month, day) = date.ymd();
        for piece in pieces {
            match piece {
                date::Piece::Text(text) => out.push_str(text),
                date::Piece::Year(2) => {
                    let _ = write!(out, "{:02}", year % 100);
                }
                date::Piece::Year(width) => {
                    let _ = write!(out, "{year:0width$}", width = usize::from(*width));
                }
                date::Piece::Month(width) => {
                    let _ = write!(out, "{month:0width$}", width = usize::from(*width));
                }
                date::Piece::MonthName(kind) => out.push_str(&self.months[usize::from(*kind)][month as usize - 1]),
                date::Piece::Day(width) => {
                    let _ = write!(out, "{day:0width$}", width = usize::from(*width));
                }
                date::Piece::Weekday(kind) => out.push_str(&self.weekdays[usize::from(*kind)][date.weekday() as usize]),
            }
        }
    }
}

fn push_ascii(bytes: &[u8], out: &mut String) {
    out.push_str(std::str::from_utf8(bytes).expect("figures are ASCII"));
}

/// A date pattern, read once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DatePattern {
    /// 2026-09-01
    Iso,
    /// The locale's short form.
    Short,
    /// The locale's medium form.
    Medium,
    /// The locale's long form.
    Long,
    /// The locale's long form with the weekday.
    Full,
    /// Letters of a pattern after Unicode TR 35.
    Custom(Vec<date::Piece>),
}

impl DatePattern {
    /// Reads `iso`, `short`, `medium`, `long`, `full`, or a pattern such as `d MMM yyyy`.
    ///
    /// # Errors
    /// The letters that mean nothing in a date pattern.
    pub fn parse(text: &str) -> Result<DatePattern, String> {
        Ok(match text {
            "iso" => DatePattern::Iso,
            "short" => DatePattern::Short,
            "medium" => DatePattern::Medium,
            "long" => DatePattern::Long,
            "full" => DatePattern::Full,
            _ => DatePattern::Custom(date::parse(text)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::money::parse_decimal;

    #[track_caller]
    fn check(tag: &str, number: &str, plain: &str, symbol: &str) {
        let locale = Locale::compile(tag).expect("a locale");
        let currency = if tag.starts_with("en") { "USD" } else { "EUR" };
        let money = Money { amount: parse_decimal(number.as_bytes()).expect("a number"), currency: Currency::parse(currency).expect("a currency") };
        let (mut a, mut b) = (String::new(), String::new());
        locale.write_money(money, MoneyStyle::Plain, &mut a);
        locale.write_money(money, MoneyStyle::Symbol, &mut b);
        assert_eq!((a.as_str(), b.as_str()), (plain, symbol), "{tag}");
    }

    #[test]
    fn money_is_written_as_people_write_it() {
        check("en-US", "-1234567.891", "-1,234,567.89", "-$1,234,567.89");
        check("en-US", "0.5", "0.50", "$0.50");
        check("en-US", "0.005", "0.01", "$0.01");
        check("de-DE", "1234567.89", "1.234.567,89", "1.234.567,89\u{a0}€");
        check("fr-FR", "1234.5", "1\u{202f}234,50", "1\u{202f}234,50\u{a0}€");
        check("es-ES", "1234.5", "1234,50", "1234,50\u{a0}€");
        check("es-ES", "12345", "12.345,00", "12.345,00\u{a0}€");
        check("en-IN", "1234567.89", "12,34,567.89", "$12,34,567.89");
        check("de-AT", "1234567.89", "1.234.567,89", "€\u{a0}1.234.567,89");
        check("nl-NL", "-12.3", "-12,30", "€\u{a0}-12,30");
    }

    #[test]
    fn dates_follow_patterns_and_locales() {
        let date = Date::new(2026, 9, 1).expect("a date");
        let write = |tag: &str, pattern: &str| {
            let mut out = String::new();
            Locale::compile(tag).expect("a locale").write_date(date, &DatePattern::parse(pattern).expect("a pattern"), &mut out);
            out
        };
        assert_eq!(write("en-US", "long"), "September 1, 2026");
        assert_eq!(write("en-GB", "long"), "1 September 2026");
        assert_eq!(write("de-DE", "long"), "1. September 2026");
        assert_eq!(write("de-DE", "medium"), "01.09.2026");
        assert_eq!(write("fr-FR", "EEEE d MMMM yyyy"), "mardi 1 septembre 2026");
        assert_eq!(write("pl-PL", "d MMMM y"), "1 września 2026");
        assert_eq!(write("en-US", "MM/dd/yy 'at' EEE"), "09/01/26 at Tue");
        assert_eq!(write("en-US", "iso"), "2026-09-01");
        assert!(DatePattern::parse("HH:mm").is_err());
        assert_eq!(
            DatePattern::parse("D 'Ym' MMM YYYY"),
            Err("`D` means nothing in a date; the day of the month is `d`: write `d 'Ym' MMM yyyy`".into())
        );
    }

    #[test]
    fn numbers_agree_with_icu() {
        let mut state = 11u64;
        let mut random = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 11
        };
        for tag in ["en-US", "de-DE", "fr-FR", "es-ES", "it-IT", "nl-NL", "pl-PL", "sv-SE", "de-CH", "en-IN", "pt-BR", "el-GR"] {
            let locale = Locale::compile(tag).expect("a locale");
            let parsed: icu_locale_core::Locale = tag.parse().expect("a tag");
            let icu = icu_decimal::DecimalFormatter::try_new((&parsed).into(), Default::default()).expect("data");
            for _ in 0..300 {
                let scale = (random() % 5) as u32;
                let magnitude = 10u64.pow((random() % 15) as u32 + 1);
                let number = Decimal::new((random() % magnitude) as i64 * if random() % 2 == 0 { 1 } else { -1 }, scale);
                if number.is_zero() {
                    continue;
                }
                let mut ours = String::new();
                locale.write_number(number, None, true, &mut ours);
                let theirs: icu_decimal::input::Decimal = number.to_string().parse().expect("a number");
                assert_eq!(ours, icu.format(&theirs).to_string(), "{tag} {number}");
            }
        }
    }

    /// The table is read by nobody but us, so that another reader of CLDR judges what comes of it: `icu.tsv` was written by ICU4C.
    #[test]
    fn money_and_percentages_agree_with_icu() {
        const CURRENCIES: [&str; 10] = ["EUR", "USD", "GBP", "CHF", "JPY", "SEK", "PLN", "CAD", "KWD", "BRL"];
        let mut wrong = Vec::new();
        for line in include_str!("icu.tsv").lines().filter(|line| !line.starts_with('#')) {
            let cells: Vec<&str> = line.split('\t').collect();
            let locale = Locale::compile(cells[0]).expect("a locale");
            let money = |code: &str, amount: &str, style: MoneyStyle| {
                let mut out = String::new();
                let amount = parse_decimal(amount.as_bytes()).expect("a number");
                locale.write_money(Money { amount, currency: Currency::parse(code).expect("a code") }, style, &mut out);
                out
            };
            let amount = |index: usize| if index.is_multiple_of(2) { "1234.5" } else { "-1234567.891" };
            let mut ours: Vec<String> = CURRENCIES.iter().enumerate().map(|(index, code)| money(code, amount(index), MoneyStyle::Symbol)).collect();
            ours.push(money("EUR", "-5", MoneyStyle::Code));
            let mut percent = String::new();
            locale.write_percent(parse_decimal(b"-19.5").expect("a number"), 1, &mut percent);
            ours.push(percent);
            for (ours, theirs) in ours.iter().zip(&cells[1..]) {
                if ours != theirs {
                    wrong.push(format!("{}: {ours:?} is {theirs:?} to ICU", cells[0]));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn dates_agree_with_icu() {
        use icu_calendar::Gregorian;
        use icu_datetime::FixedCalendarDateTimeFormatter as Formatter;
        use icu_datetime::fieldsets::{YMD, YMDE};
        for tag in include_str!("icu.tsv").lines().filter_map(|line| line.split('\t').next()).filter(|tag| !tag.starts_with('#')) {
            let locale = Locale::compile(tag).expect("a locale");
            let parsed: icu_locale_core::Locale = tag.parse().expect("a tag");
            let icu =
                [YMD::short(), YMD::medium(), YMD::long()].map(|fields| Formatter::<Gregorian, _>::try_new((&parsed).into(), fields).expect("data"));
            let full = Formatter::<Gregorian, _>::try_new((&parsed).into(), YMDE::long()).expect("data");
            for (year, month, day) in
                [(2026, 1, 1), (2026, 2, 28), (2024, 2, 29), (1999, 12, 31), (2033, 4, 5), (2030, 11, 13), (2027, 7, 20), (2026, 9, 10)]
            {
                let date = icu_datetime::input::Date::try_new_gregorian(year, month as u8, day as u8).expect("a date");
                let theirs: Vec<String> = icu.iter().map(|icu| icu.format(&date).to_string()).chain([full.format(&date).to_string()]).collect();
                let date = Date::new(year, month, day).expect("a date");
                let ours = [DatePattern::Short, DatePattern::Medium, DatePattern::Long, DatePattern::Full].map(|pattern| {
                    let mut out = String::new();
                    locale.write_date(date, &pattern, &mut out);
                    out
                });
                assert_eq!(ours.as_slice(), theirs, "{tag} {date:?}");
            }
        }
    }

    #[test]
    fn what_is_no_locale_is_refused() {
        assert!(matches!(Locale::compile("not a tag"), Err(LocaleError::Malformed(_))));
        assert!(matches!(Locale::compile(""), Err(LocaleError::Malformed(_))));
    }
}
