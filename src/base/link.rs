//! Where links may lead.
//!
//! Takes the text of a link, gives it as the URI that is written, or why it is none. Customer data is hostile: a link that
//! runs something is never written.

/// The schemes a link may have: they open a page, a mail or a call, and run nothing.
const SCHEMES: &[&str] = &["https:", "http:", "mailto:", "tel:"];

/// Longest link in bytes.
const BYTES_MAX: usize = 2_048;

/// The schemes as a sentence names them.
pub fn schemes() -> String {
    SCHEMES.iter().map(|scheme| format!("`{scheme}`")).collect::<Vec<_>>().join(", ")
}

/// Whether a text is a link, or why it is none.
pub fn check(text: &str) -> Result<(), &'static str> {
    if text.len() > BYTES_MAX {
        return Err("it is longer than 2,048 bytes");
    }
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err("it holds spaces or control characters");
    }
    let rest = SCHEMES.iter().find_map(|scheme| {
        let start = text.get(..scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then(|| &text[scheme.len()..])
    });
    match rest {
        None => Err("it begins with no scheme that a document may link to"),
        Some(rest) if rest.trim_matches('/').is_empty() => Err("it ends after its scheme"),
        Some(_) => Ok(()),
    }
}

/// A link as a URI, which is ASCII (RFC 3986, 2.1; ISO 32000-1, 12.6.4.7).
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | 0x80.. => out.push_str(&format!("%{byte:02X}")),
            _ => out.push(char::from(byte)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_run_nothing() {
        for good in ["https://example.org/a?b=c#d", "HTTP://example.org", "mailto:ada@example.org", "tel:+441234567"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in ["javascript:alert(1)", "file:///etc/passwd", "example.org", "https://", "https:", "https://a b", "data:text/html,x", ""] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_uri_is_ascii() {
        assert_eq!(encode("https://example.org/Straße?a=<b>"), "https://example.org/Stra%C3%9Fe?a=%3Cb%3E");
    }
}
