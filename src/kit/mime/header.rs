//! Text of a record on its way into a header.
//!
//! Takes any text, gives one line of bounded length that is safe in every header and on every screen. Must never give a line end: a name
//! with a line break would write headers of its own.

use std::borrow::Cow;

use super::address::is_unseen;

/// Longest name of a person in a header, in bytes.
pub const NAME_BYTES_MAX: usize = 256;
/// Longest subject in bytes; RFC 5322, 2.1.1, folds it, and no reader shows more.
pub const SUBJECT_BYTES_MAX: usize = 512;
/// Longest value of any other header in bytes: the longest line (RFC 5322, 2.1.1) less its name.
pub const VALUE_BYTES_MAX: usize = 900;
/// Longest name of a file in bytes.
pub const FILE_NAME_BYTES_MAX: usize = 120;

/// One line of at most `bytes_max` bytes: controls and line ends become a blank, what turns the direction of writing or hides is left
/// out (joiners of Persian and emoji stay), blanks are one, `=?` is parted so that nothing in it is decoded (RFC 2047), and what is too
/// long ends in `…`.
pub fn one_line(text: &str, bytes_max: usize) -> Cow<'_, str> {
    // The most common case: nothing is to be done.
    if text.len() <= bytes_max
        && text.bytes().all(|b| (0x20..0x7f).contains(&b))
        && !text.contains("=?")
        && !text.contains("  ")
        && text.trim() == text
    {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len().min(bytes_max));
    let is_joiner = |c: char| matches!(c, '\u{200c}' | '\u{200d}');
    for c in text.chars() {
        let c = if c.is_control() || c.is_whitespace() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c };
        if (is_unseen(c) && !is_joiner(c)) || (c == ' ' && (out.is_empty() || out.ends_with(' '))) {
            continue;
        }
        if c == '?' && out.ends_with('=') {
            out.push(' ');
        }
        if out.len() + c.len_utf8() > bytes_max {
            cut(&mut out, bytes_max);
            break;
        }
        out.push(c);
    }
    if out.ends_with(' ') {
        out.pop();
    }
    Cow::Owned(out)
}

/// Ends a text that is too long in `…`.
fn cut(out: &mut String, bytes_max: usize) {
    let keep = bytes_max.saturating_sub('…'.len_utf8());
    let end = (0..=keep.min(out.len())).rev().find(|&at| out.is_char_boundary(at)).unwrap_or(0);
    out.truncate(end);
    let end = out.trim_end().len();
    out.truncate(end);
    out.push('…');
}

/// A name of a file without folders and without characters that a system refuses.
pub fn file_name(text: &str) -> String {
    let line = one_line(text, FILE_NAME_BYTES_MAX);
    let name: String = line.chars().map(|c| if "/\\:*?\"<>|".contains(c) { '_' } else { c }).collect();
    let name = name.trim_matches(['.', ' ']);
    if name.is_empty() { "file".into() } else { name.to_string() }
}

/// The same in ASCII, for readers without RFC 2231.
pub fn ascii_file_name(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let is_mark = |c: char| unicode_normalization::char::is_combining_mark(c);
    name.nfd().filter(|&c| !is_mark(c)).map(|c| if c.is_ascii() { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_write_headers() {
        assert_eq!(one_line("Ann\r\nBcc: all@example.org", 99), "Ann Bcc: all@example.org");
        assert_eq!(one_line("Ann\0\u{85}\u{2028}B\u{b}", 99), "Ann B");
        assert_eq!(one_line("safe\u{202e}gnp.exe\u{2066}", 99), "safegnp.exe");
        assert_eq!(one_line("=?utf-8?Q?=0D=0ABcc=3A_x?=", 99), "= ?utf-8?Q?=0D=0ABcc=3A_x?=");
        assert_eq!(one_line("  Ann   B  ", 99), "Ann B");
        assert_eq!(one_line("می\u{200c}خواهم", 99), "می\u{200c}خواهم");
    }

    #[test]
    fn five_megabytes_end_soon() {
        let long = "ö ".repeat(5 << 19);
        let line = one_line(&long, 100);
        assert!(line.len() <= 100 && line.ends_with("ö…"), "{line}");
        assert_eq!(one_line(&"x".repeat(11), 10), "xxxxxxx…");
        assert_eq!(one_line(&"x".repeat(10), 10).len(), 10);
    }

    #[test]
    fn names_of_files_have_no_folders() {
        assert_eq!(file_name("../../etc/passwd"), "_.._etc_passwd");
        assert_eq!(file_name("..\r\n"), "file");
        assert_eq!(file_name("Rechnung März.pdf"), "Rechnung März.pdf");
        assert_eq!(ascii_file_name("Rechnung März 例.pdf"), "Rechnung Marz _.pdf");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_one_bounded_line(text in "[\\x00-\\x{2fff}=?\\r\\n]{0,200}", bytes_max in 4usize..300) {
            let line = one_line(&text, bytes_max);
            proptest::prop_assert!(line.len() <= bytes_max);
            let has_unseen = line.chars().any(|c| c.is_control() || matches!(c, '\u{2028}'));
            proptest::prop_assert!(!has_unseen && !line.contains("=?"));
        }
    }
}
