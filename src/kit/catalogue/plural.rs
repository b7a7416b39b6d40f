//! Plural rules of a language (Unicode TR 35, part 3, "Language Plural Rules").
//!
//! Takes a language tag when a plan is compiled and numbers as they are printed, gives their categories. Must never know how a
//! number came to have its digits: `1` and `1.0` differ.

use std::fmt;

use icu_plurals::{PluralCategory, PluralRuleType, PluralRules, PluralRulesOptions};

use crate::base::money::Decimal;

/// A plural category of CLDR.
pub type Category = PluralCategory;

/// The plural rules of a language, for how many (`1 day`) and for the how manieth (`1st day`).
pub struct Plurals {
    tag: String,
    cardinal: PluralRules,
    ordinal: PluralRules,
}

impl Plurals {
    /// The rules of a language. One that CLDR does not know has the category `other` alone. `None` if the tag is malformed.
    pub fn of(tag: &str) -> Option<Plurals> {
        let locale: icu_locale_core::Locale = tag.parse().ok()?;
        let rules = |kind| PluralRules::try_new((&locale).into(), PluralRulesOptions::default().with_type(kind)).ok();
        Some(Plurals { tag: tag.to_string(), cardinal: rules(PluralRuleType::Cardinal)?, ordinal: rules(PluralRuleType::Ordinal)? })
    }

    /// The category of a number with the fraction digits it is printed with.
    pub fn category(&self, number: Decimal, is_ordinal: bool) -> Category {
        let rules = self.rules(is_ordinal);
        let number = number.abs();
        match u64::try_from(number.mantissa()) {
            Ok(whole) if number.scale() == 0 => rules.category_for(whole),
            _ => number.to_string().parse::<icu_decimal::input::Decimal>().map_or(Category::Other, |number| rules.category_for(&number)),
        }
    }

    /// The categories the language has.
    pub fn categories(&self, is_ordinal: bool) -> impl Iterator<Item = Category> + '_ {
        self.rules(is_ordinal).categories()
    }

    fn rules(&self, is_ordinal: bool) -> &PluralRules {
        if is_ordinal { &self.ordinal } else { &self.cardinal }
    }
}

/// The category of a word, such as `few`.
pub fn category_of(word: &str) -> Option<Category> {
    Category::get_for_cldr_string(word)
}

/// The word of a category.
pub fn word_of(category: Category) -> &'static str {
    match category {
        Category::Zero => "zero",
        Category::One => "one",
        Category::Two => "two",
        Category::Few => "few",
        Category::Many => "many",
        Category::Other => "other",
    }
}

impl PartialEq for Plurals {
    fn eq(&self, other: &Plurals) -> bool {
        self.tag == other.tag
    }
}

impl fmt::Debug for Plurals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plurals({})", self.tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers as they are printed, each with its category.
    #[track_caller]
    fn check(tag: &str, is_ordinal: bool, expected: &[(&str, &str)]) {
        let plurals = Plurals::of(tag).expect("a tag");
        for (number, category) in expected {
            let found = plurals.category(number.parse().expect("a number"), is_ordinal);
            assert_eq!(word_of(found), *category, "{tag} {number}");
        }
    }

    #[test]
    fn cardinals_are_those_of_cldr() {
        check("de", false, &[("0", "other"), ("1", "one"), ("1.0", "other"), ("2", "other"), ("-1", "one")]);
        check("fr-CH", false, &[("0", "one"), ("1", "one"), ("1.5", "one"), ("2", "other"), ("1000000", "many")]);
        check("pl", false, &[("1", "one"), ("2", "few"), ("4", "few"), ("5", "many"), ("12", "many"), ("22", "few"), ("1.5", "other")]);
        check("ru", false, &[("1", "one"), ("21", "one"), ("11", "many"), ("3", "few"), ("13", "many"), ("100", "many"), ("0.5", "other")]);
        check("cs", false, &[("1", "one"), ("3", "few"), ("5", "other"), ("1.5", "many"), ("0", "other")]);
        check(
            "ar",
            false,
            &[("0", "zero"), ("1", "one"), ("2", "two"), ("3", "few"), ("10", "few"), ("11", "many"), ("99", "many"), ("100", "other")],
        );
        check("ja", false, &[("0", "other"), ("1", "other")]);
        check("zxx", false, &[("1", "other")]);
    }

    #[test]
    fn ordinals_are_those_of_cldr() {
        check("en", true, &[("1", "one"), ("2", "two"), ("3", "few"), ("4", "other"), ("11", "other"), ("21", "one"), ("112", "other")]);
        check("fr", true, &[("1", "one"), ("2", "other")]);
        check("it", true, &[("8", "many"), ("11", "many"), ("9", "other")]);
        check("de", true, &[("1", "other")]);
    }
}
