//! Addresses of e-mail: read, checked, brought into the form that goes over the wire.
//!
//! Takes text of a record, gives an [`Address`] or a typed reason, so that a caller can fall back to another channel. Must never ask
//! the network whether there is such a mailbox.
//!
//! Accepted is the `Mailbox` of RFC 5321, 4.1.2: a dot-string or a quoted string of at most 64 octets, `@`, and a domain of at least two
//! labels. Letters beyond ASCII in the domain become A-labels (UTS 46, RFC 5891); in the local part they are kept, in NFC, and the address
//! then needs a server with SMTPUTF8 (RFC 6531). Not accepted are address literals (`a@[10.0.0.1]`: a record could make the relay
//! talk to machines of the house), domains of one label, comments, routes and folding (RFC 5322, 4.4: obsolete, or no part of an envelope).

use std::fmt;

use unicode_normalization::UnicodeNormalization;

/// Longest local part in octets (RFC 5321, 4.5.3.1.1).
pub const LOCAL_BYTES_MAX: usize = 64;
/// Longest domain in octets (RFC 5321, 4.5.3.1.2).
pub const DOMAIN_BYTES_MAX: usize = 255;
/// Longest address in octets: a path is at most 256 with its brackets (RFC 5321, 4.5.3.1.3, erratum 1690).
pub const ADDRESS_BYTES_MAX: usize = 254;
/// Longest label of a domain in octets (RFC 1035, 2.3.4).
const LABEL_BYTES_MAX: usize = 63;

/// Why a text is no address that mail can be sent to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum AddressFault {
    /// There is nothing.
    Empty,
    /// Longer than an address may be.
    TooLong,
    /// No `@` outside quotes.
    NoAt,
    /// More than one `@` outside quotes.
    ManyAts,
    /// Nothing before the `@`.
    NoLocalPart,
    /// More than 64 octets before the `@`.
    LocalPartTooLong,
    /// Two dots together, or a dot at the beginning or end of the local part.
    Dots,
    /// A character that needs quotes, or none may stand there at all.
    Character(char),
    /// A control character, line end or direction override: an attempt to write into headers, or a damaged file.
    Control(char),
    /// A quoted string that does not end, or goes on after its quote.
    Quotes,
    /// Nothing after the `@`.
    NoDomain,
    /// A domain of one label, such as `gmail`.
    OneLabel,
    /// A label that is empty, too long, or begins or ends with a hyphen.
    Label,
    /// The domain is too long.
    DomainTooLong,
    /// A domain with letters that no registry allows (UTS 46).
    Idn,
    /// The last label is a number: this is no domain but an IP address.
    NumericDomain,
    /// An address literal in square brackets.
    Literal,
    /// A comment in round brackets.
    Comment,
    /// More than one address.
    Many,
}

impl AddressFault {
    /// One word for tables and reports.
    pub fn name(self) -> &'static str {
        match self {
            AddressFault::Empty => "empty",
            AddressFault::TooLong => "too-long",
            AddressFault::NoAt => "no-at",
            AddressFault::ManyAts => "many-ats",
            AddressFault::NoLocalPart => "no-local-part",
            AddressFault::LocalPartTooLong => "local-part-too-long",
            AddressFault::Dots => "dots",
            AddressFault::Character(_) => "character",
            AddressFault::Control(_) => "control-character",
            AddressFault::Quotes => "quotes",
            AddressFault::NoDomain => "no-domain",
            AddressFault::OneLabel => "one-label",
            AddressFault::Label => "label",
            AddressFault::DomainTooLong => "domain-too-long",
            AddressFault::Idn => "idn",
            AddressFault::NumericDomain => "numeric-domain",
            AddressFault::Literal => "literal",
            AddressFault::Comment => "comment",
            AddressFault::Many => "many",
        }
    }
}

impl fmt::Display for AddressFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AddressFault::Empty => f.write_str("it is empty"),
            AddressFault::TooLong => write!(f, "it is longer than {ADDRESS_BYTES_MAX} bytes"),
            AddressFault::NoAt => f.write_str("it has no `@`"),
            AddressFault::ManyAts => f.write_str("it has more than one `@`"),
            AddressFault::NoLocalPart => f.write_str("nothing stands before the `@`"),
            AddressFault::LocalPartTooLong => write!(f, "more than {LOCAL_BYTES_MAX} bytes stand before the `@`"),
            AddressFault::Dots => f.write_str("a dot stands at the beginning or end of its local part, or two stand together"),
            AddressFault::Character(c) => write!(f, "`{}` may not stand there", c.escape_debug()),
            AddressFault::Control(c) => write!(f, "it has the invisible character U+{:04X}", *c as u32),
            AddressFault::Quotes => f.write_str("its quotes do not close, or something follows them"),
            AddressFault::NoDomain => f.write_str("nothing stands after the `@`"),
            AddressFault::OneLabel => f.write_str("its domain has no dot"),
            AddressFault::Label => f.write_str("a label of its domain is empty, too long, or begins or ends with a hyphen"),
            AddressFault::DomainTooLong => write!(f, "its domain is longer than {DOMAIN_BYTES_MAX} bytes"),
            AddressFault::Idn => f.write_str("its domain has characters that no domain can have"),
            AddressFault::NumericDomain => f.write_str("its domain ends in a number, as IP addresses do"),
            AddressFault::Literal => f.write_str("it names a machine by its number (`[…]`), not a domain"),
            AddressFault::Comment => f.write_str("it has a comment in brackets"),
            AddressFault::Many => f.write_str("it is more than one address"),
        }
    }
}

impl std::error::Error for AddressFault {}

/// An address that can stand in an envelope.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Address {
    text: String,
    at: usize,
}

impl Address {
    /// Reads an address; white space around it is no part of it.
    ///
    /// # Errors
    /// It is none; see the module for what is accepted.
    pub fn parse(text: &str) -> Result<Address, AddressFault> {
        let text = text.trim_matches([' ', '\t', '\r', '\n', '\u{a0}', '\u{feff}']);
        if text.is_empty() {
            return Err(AddressFault::Empty);
        }
        // Before anything else is looked at: a field may hold megabytes. NFC and A-labels may only make it a little longer.
        if text.len() > ADDRESS_BYTES_MAX * 4 {
            return Err(AddressFault::TooLong);
        }
        if let Some(c) = text.chars().find(|&c| is_unseen(c)) {
            return Err(AddressFault::Control(c));
        }
        let (local, domain) = split(text)?;
        let local: String = local.nfc().collect();
        check_local(&local)?;
        let domain = domain_to_ascii(domain)?;
        let at = local.len();
        let text = format!("{local}@{domain}");
        if text.len() > ADDRESS_BYTES_MAX {
            return Err(AddressFault::TooLong);
        }
        Ok(Address { text, at })
    }

    /// The whole address as it goes over the wire.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands before the `@`, with its quotes.
    pub fn local(&self) -> &str {
        &self.text[..self.at]
    }

    /// The domain, in lower case and A-labels.
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }

    /// Whether the local part has letters beyond ASCII: only a server with SMTPUTF8 takes it (RFC 6531).
    pub fn needs_smtputf8(&self) -> bool {
        !self.text.is_ascii()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether a character cannot be seen and does something: controls, and what turns the direction of writing (UAX 9) or joins and hides.
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        || matches!(c as u32, 0xe_0000..=0xe_0fff)
}

/// A domain in lower case and A-labels.
///
/// # Errors
/// It is none: see [`AddressFault`].
pub fn domain_to_ascii(domain: &str) -> Result<String, AddressFault> {
    if domain.is_empty() {
        return Err(AddressFault::NoDomain);
    }
    if domain.starts_with('[') {
        return Err(AddressFault::Literal);
    }
    if domain.len() > DOMAIN_BYTES_MAX * 4 {
        return Err(AddressFault::DomainTooLong);
    }
    let ascii = if domain.is_ascii() { domain.to_ascii_lowercase() } else { idna::domain_to_ascii(domain).map_err(|_| AddressFault::Idn)? };
    if ascii.len() > DOMAIN_BYTES_MAX {
        return Err(AddressFault::DomainTooLong);
    }
    let mut labels = 0;
    for label in ascii.split('.') {
        if let Some(c) = label.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
            return Err(if c == '(' { AddressFault::Comment } else { AddressFault::Character(c) });
        }
        if label.is_empty() || label.len() > LABEL_BYTES_MAX || label.starts_with('-') || label.ends_with('-') {
            return Err(AddressFault::Label);
        }
        // A label that says it is encoded must be the encoding of something (RFC 5890, 2.3.2.1).
        if label.starts_with("xn--") && idna::domain_to_unicode(label).1.is_err() {
            return Err(AddressFault::Idn);
        }
        labels += 1;
    }
    if labels < 2 {
        return Err(AddressFault::OneLabel);
    }
    let last = ascii.rsplit('.').next().unwrap_or("");
    if last.bytes().all(|b| b.is_ascii_digit()) {
        return Err(AddressFault::NumericDomain);
    }
    Ok(ascii)
}

/// Local part and domain, parted at the `@` outside quotes.
fn split(text: &str) -> Result<(&str, &str), AddressFault> {
    let at = match text.strip_prefix('"') {
        Some(rest) => {
            let end = end_of_quotes(rest).ok_or(AddressFault::Quotes)?;
            match text[end + 2..].chars().next() {
                Some('@') => end + 2,
                None => return Err(AddressFault::NoAt),
                Some(_) => return Err(AddressFault::Quotes),
            }
        }
        None => text.find('@').ok_or(AddressFault::NoAt)?,
    };
    let (local, domain) = (&text[..at], &text[at + 1..]);
    if local.is_empty() {
        return Err(AddressFault::NoLocalPart);
    }
    if let Some(next) = domain.find('@') {
        let between = &domain[..next];
        let is_list = between.contains([',', ';']) || between.contains(' ');
        return Err(if is_list { AddressFault::Many } else { AddressFault::ManyAts });
    }
    Ok((local, domain))
}

/// Where the quote closes in what follows the first one.
fn end_of_quotes(rest: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, c) in rest.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return Some(at),
            _ => {}
        }
    }
    None
}

fn check_local(local: &str) -> Result<(), AddressFault> {
    if local.len() > LOCAL_BYTES_MAX {
        return Err(AddressFault::LocalPartTooLong);
    }
    // RFC 5321, 4.1.2, Quoted-string: what is in quotes may be any visible character or a blank.
    if local.starts_with('"') {
        return Ok(());
    }
    for c in local.chars() {
        // RFC 5322, 3.2.3, atext; RFC 6531, 3.3, adds everything beyond ASCII.
        let is_atext = c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || (!c.is_ascii() && !c.is_whitespace());
        if !is_atext && c != '.' {
            return Err(if c == '(' { AddressFault::Comment } else { AddressFault::Character(c) });
        }
    }
    if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        return Err(AddressFault::Dots);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> &'static str {
        match Address::parse(text) {
            Ok(address) => panic!("`{text}` was read as {address}"),
            Err(fault) => fault.name(),
        }
    }

    #[test]
    fn addresses_of_rfc_5321_are_read() {
        for text in [
            "simple@example.com",
            "very.common@example.com",
            "x@example.com",
            "long.email-address-with-hyphens@and.subdomains.example.com",
            "user.name+tag+sorting@example.com",
            "name/surname@example.com",
            "\" \"@example.org",
            "\"john..doe\"@example.org",
            "\"very.(),:;<>[]\\\".VERY.\\\"very@\\\\ \\\"very\\\".unusual\"@strange.example.com",
            "mailhost!username@example.org",
            "user%example.com@example.org",
            "user-@example.org",
            "_______@example.com",
            "!#$%&'*+-/=?^_`{|}~@example.org",
            "a@b.c1",
            "customer@xn--bcher-kva.example",
        ] {
            let address = Address::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
            assert_eq!(address.as_str(), text);
            assert!(!address.needs_smtputf8());
        }
    }

    #[test]
    fn letters_beyond_ascii_become_labels_or_ask_for_smtputf8() {
        let address = Address::parse(" info@Bücher.EXAMPLE ").expect("an address");
        assert_eq!(address.as_str(), "info@xn--bcher-kva.example");
        assert!(!address.needs_smtputf8());
        let address = Address::parse("用户@例え.テスト").expect("an address");
        assert_eq!(address.domain(), "xn--r8jz45g.xn--zckzah");
        assert!(address.needs_smtputf8());
        // NFC: one address however the accent was typed.
        assert_eq!(Address::parse("jose\u{301}@example.org"), Address::parse("jos\u{e9}@example.org"));
    }

    #[test]
    fn what_is_broken_says_why() {
        for (text, expected) in [
            ("", "empty"),
            ("   ", "empty"),
            ("abc.example.com", "no-at"),
            ("a@b@c@example.com", "many-ats"),
            ("a@example.com, b@example.com", "many"),
            ("a\"b(c)d,e:f;g<h>i[j\\k]l@example.com", "character"),
            ("just\"not\"right@example.com", "character"),
            ("\"open@example.com", "quotes"),
            ("\"a\"b@example.com", "quotes"),
            ("@example.com", "no-local-part"),
            ("a@", "no-domain"),
            (".a@example.com", "dots"),
            ("a.@example.com", "dots"),
            ("a..b@example.com", "dots"),
            ("joe@gmail", "one-label"),
            ("joe@-example.com", "label"),
            ("joe@example..com", "label"),
            ("joe@example.com.", "label"),
            ("joe@exa_mple.com", "character"),
            ("joe@127.0.0.1", "numeric-domain"),
            ("joe@[127.0.0.1]", "literal"),
            ("joe@[IPv6:2001:db8::1]", "literal"),
            ("joe(a comment)@example.com", "comment"),
            ("joe@(a comment)example.com", "comment"),
            ("Joe <joe@example.com>", "character"),
            ("joe@example.com\r\nBcc: all@example.com", "control-character"),
            ("joe\u{202e}@example.com", "control-character"),
            ("joe\0@example.com", "control-character"),
            ("1234567890123456789012345678901234567890123456789012345678901234+x@example.com", "local-part-too-long"),
            ("joe@xn--a.example", "idn"),
        ] {
            assert_eq!(reason(text), expected, "{text}");
        }
        assert_eq!(reason(&format!("a@{}.com", "x".repeat(64))), "label");
        assert_eq!(reason(&"x".repeat(5 << 20)), "too-long");
        assert_eq!(reason(&format!("a@{}com", "x.".repeat(126))), "too-long");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_an_address_of_one_line_or_a_reason(text in "\\PC*|[a-c.@\"\\\\ ]{0,20}|[\\x00-\\x7f]{0,30}") {
            if let Ok(address) = Address::parse(&text) {
                proptest::prop_assert!(address.as_str().len() <= ADDRESS_BYTES_MAX);
                proptest::prop_assert!(!address.as_str().chars().any(is_unseen));
                proptest::prop_assert_eq!(Address::parse(address.as_str()), Ok(address.clone()));
            }
        }
    }
}
