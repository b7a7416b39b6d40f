//! Currency symbols and where they stand.
//!
//! ICU4X formats currencies only experimentally, so the facts are kept here: CLDR 46, `currencyFormats` (standard pattern) and
//! `currencies` (symbol) of the locales most used in print.

use crate::base::money::Currency;

/// Languages whose pattern is `#,##0.00 ¤`: symbol after the number, with a no-break space. Everything not listed writes it before.
const AFTER: &[&str] = &[
    "bg", "bs", "ca", "cs", "da", "de", "el", "es", "et", "fi", "fr", "gl", "hr", "hu", "is", "it", "lt", "lv", "nb", "no", "pl", "pt", "ro", "ru",
    "sk", "sl", "sr", "sv", "uk", "eu", "be", "mk", "sq", "vi", "hy", "ka",
];
/// Locales that differ from their language.
const BEFORE: &[&str] =
    &["de-AT", "de-CH", "de-LI", "it-CH", "pt-BR", "es-MX", "es-AR", "es-CO", "es-CL", "es-PE", "es-US", "es-EC", "es-GT", "es-DO", "en", "hr-BA"];
/// Written before the number with a no-break space.
const BEFORE_WITH_SPACE: &[&str] = &["nl", "nb", "no", "de-AT", "de-CH", "de-LI", "it-CH", "pt-BR", "es-AR", "es-CO", "tr-CY", "hi-Latn"];

/// Whether the symbol stands before the number, and whether a space stands between.
pub fn position(tag: &str) -> (bool, bool) {
    let language = tag.split('-').next().unwrap_or(tag);
    let listed = |list: &[&str]| list.contains(&tag);
    if listed(BEFORE) {
        return (true, listed(BEFORE_WITH_SPACE));
    }
    if AFTER.contains(&language) {
        return (false, true);
    }
    (true, listed(BEFORE_WITH_SPACE) || BEFORE_WITH_SPACE.contains(&language))
}

/// The symbol of a currency in a locale; `None`: its code.
pub fn symbol(currency: &Currency, tag: &str) -> Option<&'static str> {
    let region = tag.rsplit('-').next().unwrap_or("");
    Some(match (currency.code(), region) {
        ("EUR", _) => "€",
        ("GBP", _) => "£",
        ("USD", "CA" | "AU" | "NZ" | "SG" | "HK" | "MX") => "US$",
        ("USD", _) if tag.starts_with("en") || tag.starts_with("de") || tag.starts_with("pl") || tag.starts_with("el") => "$",
        ("USD", _) if tag.starts_with("fr") => "$US",
        ("USD", _) if tag.starts_with("it") => "USD",
        ("USD", _) => "US$",
        ("JPY", "JP") => "￥",
        ("JPY", _) => "¥",
        ("CNY", "CN") => "¥",
        ("INR", _) => "₹",
        ("KRW", _) => "₩",
        ("ILS", _) => "₪",
        ("VND", _) => "₫",
        ("PLN", "PL") => "zł",
        ("CZK", "CZ") => "Kč",
        ("HUF", "HU") => "Ft",
        ("BRL", "BR") => "R$",
        ("CAD" | "AUD" | "NZD" | "MXN" | "SGD" | "HKD", "CA" | "AU" | "NZ" | "MX" | "SG" | "HK") => "$",
        ("SEK" | "NOK" | "ISK", "SE" | "NO" | "IS") => "kr",
        ("DKK", "DK") => "kr.",
        ("UAH", "UA") => "₴",
        ("TRY", "TR") => "₺",
        ("RUB", "RU") => "₽",
        _ => return None,
    })
}
