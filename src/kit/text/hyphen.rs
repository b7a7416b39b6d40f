//! Hyphenation after the patterns of the TeX hyphenation project.
//!
//! Takes a word and a language, gives the places where it may be divided.

use hypher::Lang;

/// Whether there are patterns for a language (ISO 639-1 code).
pub fn is_hyphenated(code: [u8; 2]) -> bool {
    Lang::from_iso(code).is_some()
}

/// Calls `place` with each byte offset in `word` where a hyphen may stand, in ascending order.
///
/// Only the letters are looked at: punctuation around them stays with its syllable. Words with digits are never
/// divided, because a reader must not misread a number.
pub fn hyphenate(word: &str, code: [u8; 2], mut place: impl FnMut(usize)) {
    let Some(lang) = Lang::from_iso(code) else { return };
    if word.len() > 100 || word.chars().any(|c| c.is_ascii_digit()) {
        return;
    }
    let Some(start) = word.find(char::is_alphabetic) else { return };
    let end = word.rfind(char::is_alphabetic).map_or(start, |at| at + word[at..].chars().next().map_or(0, char::len_utf8));
    let letters = &word[start..end];
    if !letters.chars().all(char::is_alphabetic) || letters.chars().count() < 5 {
        return;
    }
    let mut offset = start;
    let mut syllables = hypher::hyphenate(letters, lang).peekable();
    while let Some(syllable) = syllables.next() {
        offset += syllable.len();
        if syllables.peek().is_some() {
            place(offset);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, lang: &[u8; 2], expected: &str) {
        let mut out = String::new();
        let mut last = 0;
        hyphenate(word, *lang, |at| {
            out.push_str(&word[last..at]);
            out.push('-');
            last = at;
        });
        out.push_str(&word[last..]);
        assert_eq!(out, expected);
    }

    #[test]
    fn six_languages_divide_words() {
        check("extensive", b"en", "ex-ten-sive");
        check("Rechnungsbetrag,", b"de", "Rech-nungs-be-trag,");
        check("(facturation)", b"fr", "(fac-tu-ra-tion)");
        check("importante", b"es", "im-por-tan-te");
        check("pagamento", b"it", "pa-ga-men-to");
        check("betalingsgegevens", b"nl", "be-ta-lings-ge-ge-vens");
    }

    #[test]
    fn numbers_and_short_words_stay_whole() {
        check("A4-2026", b"en", "A4-2026");
        check("over", b"en", "over");
        check("", b"en", "");
        check("…", b"de", "…");
    }
}
