//! How locales write money and percentages.
//!
//! Takes a locale's tag, gives its patterns, signs and symbols from a table of CLDR data: ICU4X formats currencies only
//! experimentally. `money.tsv` names the version and is written anew by `money.py` beside it.

use crate::base::money::Currency;

const TABLE: &str = include_str!("money.tsv");

/// What stands around the figures of an amount. `¤` is the currency, `-` the minus sign.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Affixes {
    /// Before them.
    pub before: String,
    /// After them.
    pub after: String,
}

/// How a locale writes money and percentages.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct MoneyForms {
    /// Around an amount of zero or more.
    pub positive: Affixes,
    /// Around one below zero.
    pub negative: Affixes,
    /// Around a percentage of zero or more.
    pub percent: Affixes,
    /// The decimal sign of money, if it is not that of numbers.
    pub decimal: Option<String>,
    /// The group sign of money, if it is not that of numbers.
    pub group: Option<String>,
    symbols: Vec<(Currency, String)>,
}

impl MoneyForms {
    /// The forms of a tag, or of the nearest locale above it.
    pub fn find(tag: &str) -> MoneyForms {
        let mut chain = Vec::new();
        let mut tag = tag.to_string();
        loop {
            let line = TABLE.lines().filter(|line| !line.starts_with('#')).find(|line| line.split('\t').next() == Some(tag.as_str()));
            let cells: Vec<&str> = line.map(|line| line.split('\t').collect()).unwrap_or_default();
            let above = match cells.get(1) {
                Some(above) => (*above).to_string(),
                None => tag.rsplit_once('-').map_or("und", |(above, _)| above).to_string(),
            };
            chain.push(cells);
            if tag == "und" {
                break;
            }
            tag = above;
        }
        let mut forms = MoneyForms::default();
        for cells in chain.iter().rev() {
            forms.change(cells);
        }
        forms
    }

    /// Takes over what a line says; empty cells say nothing.
    fn change(&mut self, cells: &[&str]) {
        let cell = |index: usize| cells.get(index).copied().filter(|cell| !cell.is_empty());
        if let Some(pattern) = cell(2) {
            let (positive, negative) = pattern.split_once(';').unwrap_or((pattern, ""));
            self.positive = affixes(positive);
            // Unicode TR 35, part 3, 3.3: without a form of its own, a negative number has the minus sign before the whole.
            self.negative = match negative {
                "" => Affixes { before: format!("-{}", self.positive.before), after: self.positive.after.clone() },
                negative => affixes(negative),
            };
        }
        if let Some(pattern) = cell(3) {
            self.percent = affixes(pattern);
        }
        let sign = |text: &str| (text != "=").then(|| text.to_string());
        if let Some(text) = cell(4) {
            self.decimal = sign(text);
        }
        if let Some(text) = cell(5) {
            self.group = sign(text);
        }
        for (code, symbol) in cell(6).unwrap_or_default().split('|').filter_map(|pair| pair.split_once('=')) {
            let Some(currency) = Currency::parse(code) else { continue };
            match self.symbols.iter_mut().find(|(known, _)| *known == currency) {
                Some((_, known)) => *known = symbol.to_string(),
                None => self.symbols.push((currency, symbol.to_string())),
            }
        }
    }

    /// The symbol of a currency; its code if it has none here.
    pub fn symbol<'s>(&'s self, currency: &'s Currency) -> &'s str {
        self.symbols.iter().find(|(known, _)| known == currency).map_or(currency.code(), |(_, symbol)| symbol)
    }
}

impl Affixes {
    /// Adds the part before the figures, with a symbol for `¤`.
    pub fn write_before(&self, symbol: &str, minus: &str, out: &mut String) {
        let text = if symbol.is_empty() { self.before.trim_end_matches('\u{a0}') } else { &self.before };
        expand(text, symbol, minus, out);
        // Unicode TR 35, part 3, currency spacing: a letter and a figure do not touch.
        if text.ends_with('¤') && symbol.ends_with(is_letter) {
            out.push('\u{a0}');
        }
    }

    /// Adds the part after the figures.
    pub fn write_after(&self, symbol: &str, minus: &str, out: &mut String) {
        let text = if symbol.is_empty() { self.after.trim_start_matches('\u{a0}') } else { &self.after };
        if text.starts_with('¤') && symbol.starts_with(is_letter) {
            out.push('\u{a0}');
        }
        expand(text, symbol, minus, out);
    }
}

fn is_letter(character: char) -> bool {
    character.is_alphanumeric() || character == '.'
}

fn expand(text: &str, symbol: &str, minus: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '¤' => out.push_str(symbol),
            '-' => out.push_str(minus),
            other => out.push(other),
        }
    }
}

/// What stands around the figures `#,##0.00` of a pattern.
fn affixes(pattern: &str) -> Affixes {
    let is_figure = |c: char| matches!(c, '#' | '0' | ',' | '.');
    let start = pattern.find(is_figure).unwrap_or(pattern.len());
    let end = pattern.rfind(is_figure).map_or(start, |at| at + 1);
    Affixes { before: pattern[..start].to_string(), after: pattern[end..].to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_can_be_read() {
        let lines: Vec<Vec<&str>> = TABLE.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect()).collect();
        assert!(lines.len() > 400);
        for cells in &lines {
            assert_eq!(cells.len(), 7, "{cells:?}");
            assert!(cells[0] == "und" || !cells[1].is_empty(), "{cells:?}");
            let forms = MoneyForms::find(cells[0]);
            assert!(format!("{}{}", forms.positive.before, forms.positive.after).contains('¤'), "{cells:?}");
            assert!(format!("{}{}", forms.negative.before, forms.negative.after).contains('-'), "{cells:?}");
        }
    }
}
