//! One message from its parts.
//!
//! The structure is that of RFC 2046 and 2387, with the levels that are needed and no others: `multipart/mixed` around attachments,
//! `multipart/alternative` with the plain text first, `multipart/related` around HTML and its pictures.

use mail_builder::MessageBuilder;
use mail_builder::headers::HeaderType;
use mail_builder::headers::address::{Address as BuilderAddress, EmailAddress};
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date as BuilderDate;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;
use mail_builder::headers::url::URL;
use mail_builder::mime::MimePart;
use memchr::memmem;

use super::address::Address;
use super::header::{NAME_BYTES_MAX, SUBJECT_BYTES_MAX, VALUE_BYTES_MAX, ascii_file_name, file_name, one_line};
use crate::base::date::Date;
use crate::base::hash::{Hasher, hex};

/// Most bytes of a message: no large provider takes more.
pub const MESSAGE_BYTES_MAX: usize = 64 << 20;

/// Who, in a header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mailbox<'a> {
    /// The name to show; empty: none.
    pub name: &'a str,
    /// The address.
    pub address: &'a Address,
}

/// A picture that the HTML shows by `cid:`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Image<'a> {
    /// `name@domain`, without brackets.
    pub cid: &'a str,
    /// Its media type: `image/png`.
    pub media_type: &'a str,
    /// Its file.
    pub bytes: &'a [u8],
}

/// A file beside the message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Attachment<'a> {
    /// How it is called.
    pub name: &'a str,
    /// Its media type: `application/pdf`.
    pub media_type: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// How a reader leaves a list (RFC 2369, RFC 8058).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unsubscribe<'a> {
    /// An `https:` address that takes the POST of one click.
    pub https: &'a str,
    /// A `mailto:` address; empty: none.
    pub mailto: &'a str,
}

/// The parts of a message.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Who writes.
    pub from: Mailbox<'a>,
    /// Who reads.
    pub to: Mailbox<'a>,
    /// Where answers go, if elsewhere.
    pub reply_to: Option<Mailbox<'a>>,
    /// Its subject.
    pub subject: &'a str,
    /// When: seconds since 1970 ([`unix_of`]).
    pub date: i64,
    /// `unique@domain`, without brackets; boundaries follow from it.
    pub message_id: &'a str,
    /// What everybody can read.
    pub text: &'a str,
    /// The same as HTML, complete from `<!doctype` on; empty: none.
    pub html: &'a str,
    /// The pictures of the HTML.
    pub images: &'a [Image<'a>],
    /// Files beside it.
    pub attachments: &'a [Attachment<'a>],
    /// How to leave; marketing has it.
    pub unsubscribe: Option<Unsubscribe<'a>>,
    /// Other headers, such as `Auto-Submitted`, `List-Id`, `Feedback-ID`, `X-Pressrun-Document`; values are one line of ASCII or are encoded.
    pub headers: &'a [(&'a str, &'a str)],
}

/// Why parts make no message.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MimeError {
    /// A header that cannot be written so.
    #[error("`{0}` is no name of a header")]
    HeaderName(String),
    /// The builder writes this one itself.
    #[error("the header `{0}` is written from other parts")]
    HeaderTaken(String),
    /// A Message-ID or Content-ID is not `left@right`.
    #[error("`{0}` is no id of a message or part (`unique@domain`)")]
    Id(String),
    /// A media type that is none.
    #[error("`{0}` is no media type")]
    MediaType(String),
    /// A `List-Unsubscribe` that no mailbox provider takes.
    #[error("`{0}` is no address to unsubscribe at: `https:` is needed, beside it a `mailto:` if you like")]
    Unsubscribe(String),
    /// More bytes than any server takes.
    #[error("the message has more than {} MB", MESSAGE_BYTES_MAX >> 20)]
    TooLarge,
}

/// Headers that have parts of their own.
const TAKEN: &[&str] = &[
    "from",
    "to",
    "cc",
    "bcc",
    "sender",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "content-disposition",
    "content-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "dkim-signature",
    "return-path",
    "received",
];

/// The instant of a day's `minute` (0–1439), UTC, in seconds since 1970.
pub fn unix_of(date: Date, minute: u32) -> i64 {
    i64::from(date.days()) * 86_400 + i64::from(minute) * 60
}

/// A Message-ID (without brackets) that follows from what it is about, such as plan, record and channel.
pub fn message_id(about: &[&[u8]], domain: &str) -> String {
    let mut hasher = Hasher::new();
    hasher.update_field(b"message-id");
    for field in about {
        hasher.update_field(field);
    }
    format!("{}@{domain}", hex(&hasher.finish().0[..16]))
}

impl Message<'_> {
    /// Appends the bytes of the message, with CRLF at the end of each line.
    ///
    /// # Errors
    /// A value that comes from the job, not from a record, is none of a header; or the message is too large. Texts of records are
    /// always written: cleaned, bounded and encoded.
    pub fn write(&self, out: &mut Vec<u8>) -> Result<(), MimeError> {
        self.check()?;
        let start = out.len();
        let mut builder = MessageBuilder::new().from(mailbox(&self.from)).to(mailbox(&self.to));
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(mailbox(reply_to));
        }
        builder = builder.header("Subject", text(self.subject, SUBJECT_BYTES_MAX)).header("Date", BuilderDate::new(self.date));
        builder = builder.header("Message-ID", MessageId::new(self.message_id));
        if let Some(unsubscribe) = self.unsubscribe {
            let urls = [unsubscribe.https, unsubscribe.mailto].into_iter().filter(|url| !url.is_empty());
            builder = builder.header("List-Unsubscribe", URL::new_list(urls));
            builder = builder.header("List-Unsubscribe-Post", Raw::new("List-Unsubscribe=One-Click"));
        }
        for (name, value) in self.headers {
            builder = builder.header(*name, text(value, VALUE_BYTES_MAX));
        }
        builder.body(self.body()).serialize(out);
        if !out.ends_with(b"\r\n") {
            out.extend_from_slice(b"\r\n");
        }
        if out.len() - start > MESSAGE_BYTES_MAX { Err(MimeError::TooLarge) } else { Ok(()) }
    }

    fn check(&self) -> Result<(), MimeError> {
        for (name, _) in self.headers {
            // RFC 5322, 3.6.8: printable ASCII without the colon.
            if name.is_empty() || name.len() > 64 || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
                return Err(MimeError::HeaderName((*name).to_string()));
            }
            if TAKEN.iter().any(|taken| taken.eq_ignore_ascii_case(name)) {
                return Err(MimeError::HeaderTaken((*name).to_string()));
            }
        }
        for id in self.images.iter().map(|image| image.cid).chain([self.message_id]) {
            check_id(id)?;
        }
        for kind in self.images.iter().map(|image| image.media_type).chain(self.attachments.iter().map(|attachment| attachment.media_type)) {
            let is_token = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b));
            if !kind.split_once('/').is_some_and(|(a, b)| is_token(a) && is_token(b)) || kind.len() > 100 {
                return Err(MimeError::MediaType(kind.to_string()));
            }
        }
        if let Some(Unsubscribe { https, mailto }) = self.unsubscribe {
            let is_url = |url: &str| url.len() <= VALUE_BYTES_MAX && url.bytes().all(|b| (0x21..0x7f).contains(&b) && !b"<>,\"".contains(&b));
            if !https.starts_with("https://") || !is_url(https) {
                return Err(MimeError::Unsubscribe(https.to_string()));
            }
            if !mailto.is_empty() && (!mailto.starts_with("mailto:") || !is_url(mailto)) {
                return Err(MimeError::Unsubscribe(mailto.to_string()));
            }
        }
        let size = self.images.iter().map(|image| image.bytes.len()).chain(self.attachments.iter().map(|attachment| attachment.bytes.len()));
        if size.sum::<usize>() + self.text.len() + self.html.len() > MESSAGE_BYTES_MAX { Err(MimeError::TooLarge) } else { Ok(()) }
    }

    fn body(&self) -> MimePart<'_> {
        let mut content = match (self.text.is_empty() && !self.html.is_empty(), self.html.is_empty()) {
            (true, _) => self.related(),
            (_, true) => self.leaf("text/plain", self.text),
            _ => self.multipart("alternative", None, vec![self.leaf("text/plain", self.text), self.related()]),
        };
        if !self.attachments.is_empty() {
            let mut parts = vec![content];
            parts.extend(self.attachments.iter().map(attachment));
            content = self.multipart("mixed", None, parts);
        }
        content
    }

    fn related(&self) -> MimePart<'_> {
        let html = self.leaf("text/html", self.html);
        if self.images.is_empty() {
            return html;
        }
        let mut parts = vec![html];
        parts.extend(self.images.iter().map(|image| MimePart::new(image.media_type, image.bytes).inline().cid(image.cid)));
        self.multipart("related", Some("text/html"), parts)
    }

    fn leaf<'b>(&'b self, media_type: &'b str, text: &'b str) -> MimePart<'b> {
        let content_type = ContentType::new(media_type).attribute("charset", "utf-8");
        // The builder would encode all lines of more than 77 bytes, and HTML has many.
        match seven_bit(text) {
            Some(lines) => MimePart::new(content_type, lines).transfer_encoding("7bit"),
            None => MimePart::new(content_type, text),
        }
    }

    fn multipart<'b>(&'b self, kind: &str, root: Option<&'b str>, parts: Vec<MimePart<'b>>) -> MimePart<'b> {
        let mut content_type = ContentType::new(format!("multipart/{kind}"));
        if let Some(root) = root {
            content_type = content_type.attribute("type", root);
        }
        MimePart::new(content_type.attribute("boundary", self.boundary(kind)), parts)
    }

    /// A boundary that follows from the id of the message and stands nowhere in its texts. In quoted-printable no `=_` can stand, and no
    /// `_` in Base64 (RFC 2045, 6.7 and 6.8); texts that are not encoded hardly ever have one.
    fn boundary(&self, kind: &str) -> String {
        let is_in = |finder: &memmem::Finder<'_>| [self.text, self.html].iter().any(|text| finder.find(text.as_bytes()).is_some());
        let may_be_in = is_in(&memmem::Finder::new("=_"));
        for attempt in 0u32.. {
            let mut hasher = Hasher::new();
            hasher.update_field(kind.as_bytes());
            hasher.update_field(self.message_id.as_bytes());
            hasher.update(&attempt.to_le_bytes());
            let boundary = format!("=_{}_{}", &kind[..3], hex(&hasher.finish().0[..12]));
            if !may_be_in || !is_in(&memmem::Finder::new(boundary.as_bytes())) {
                return boundary;
            }
        }
        unreachable!("a text of bounded length does not hold four billion boundaries")
    }
}

/// A text in lines that end in CRLF, if it needs no encoding: it is ASCII without NUL and CR (RFC 2045, 2.7), and no line has more than 998
/// bytes (RFC 5322, 2.1.1).
fn seven_bit(text: &str) -> Option<Vec<u8>> {
    const LINE_BYTES_MAX: usize = 998;
    let text = text.as_bytes();
    if !text.is_ascii() || memchr::memchr2(b'\r', 0, text).is_some() {
        return None;
    }
    let mut lines = Vec::with_capacity(text.len() + text.len() / 16 + 16);
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text) {
        lines.extend_from_slice(&text[start..end]);
        lines.extend_from_slice(b"\r\n");
        if end - start > LINE_BYTES_MAX {
            return None;
        }
        start = end + 1;
    }
    lines.extend_from_slice(&text[start..]);
    (text.len() - start <= LINE_BYTES_MAX).then_some(lines)
}

fn check_id(id: &str) -> Result<(), MimeError> {
    let is_atom = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b));
    match id.split_once('@') {
        Some((left, right)) if is_atom(left) && is_atom(right) && id.len() <= 200 => Ok(()),
        _ => Err(MimeError::Id(id.to_string())),
    }
}

fn mailbox<'a>(of: &Mailbox<'a>) -> BuilderAddress<'a> {
    let name = one_line(of.name, NAME_BYTES_MAX);
    BuilderAddress::Address(EmailAddress { name: (!name.is_empty()).then_some(name), email: of.address.as_str().into() })
}

/// ASCII is folded as it is, everything else is encoded (RFC 2047).
fn text(value: &str, bytes_max: usize) -> HeaderType<'_> {
    let line = one_line(value, bytes_max);
    // A word that fits no line cannot be folded, so it is encoded too.
    if line.is_ascii() && line.split(' ').all(|word| word.len() <= 70) { Raw::new(line).into() } else { Text::new(line).into() }
}

fn attachment<'a>(of: &Attachment<'a>) -> MimePart<'a> {
    let name = file_name(of.name);
    let mut disposition = ContentType::new("attachment");
    if !name.is_ascii() {
        disposition = disposition.attribute("filename", ascii_file_name(&name));
    }
    // RFC 2231 where it needs to be: `filename*=utf-8''…`.
    MimePart::new(of.media_type, of.bytes).header("Content-Disposition", disposition.attribute("filename", name))
}

#[cfg(test)]
mod tests {
    use mail_parser::{MessageParser, MimeHeaders};

    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n.From a picture\n";

    fn address(text: &str) -> Address {
        Address::parse(text).expect("an address")
    }

    fn message<'a>(from: &'a Address, to: &'a Address, name: &'a str, text: &'a str, html: &'a str) -> Message<'a> {
        Message {
            from: Mailbox { name: "Bank & Söhne", address: from },
            to: Mailbox { name, address: to },
            reply_to: None,
            subject: "Your statement of March — 3.000,00 €",
            date: unix_of(Date::new(2026, 3, 31).expect("a day"), 7 * 60),
            message_id: "0123456789abcdef@bank.example",
            text,
            html,
            images: &[],
            attachments: &[],
            unsubscribe: None,
            headers: &[],
        }
    }

    fn written(message: &Message<'_>) -> Vec<u8> {
        let mut bytes = Vec::new();
        message.write(&mut bytes).expect("a message");
        bytes
    }

    fn check_wire(bytes: &[u8]) {
        assert!(bytes.ends_with(b"\r\n"));
        assert!(!bytes.iter().enumerate().any(|(at, b)| *b == b'\n' && (at == 0 || bytes[at - 1] != b'\r')), "a bare LF");
        assert!(!bytes.windows(2).any(|pair| pair[0] == b'\r' && pair[1] != b'\n'), "a bare CR");
        let text = String::from_utf8_lossy(bytes);
        let (head, _) = text.split_once("\r\n\r\n").expect("a head");
        assert!(head.is_ascii());
        assert!(text.split("\r\n").all(|line| line.len() <= 998));
        assert!(head.split("\r\n").all(|line| line.len() <= 78), "{head}");
    }

    #[test]
    fn all_levels_stand_in_their_order() {
        let (from, to) = (address("billing@bank.example"), address("ann@example.org"));
        let images = [Image { cid: "logo@bank.example", media_type: "image/png", bytes: PNG }];
        let attachments = [Attachment { name: "Kontoauszug März.pdf", media_type: "application/pdf", bytes: b"%PDF-1.7\n" }];
        let message = Message {
            images: &images,
            attachments: &attachments,
            unsubscribe: Some(Unsubscribe { https: "https://bank.example/u?t=abc", mailto: "mailto:u+abc@bank.example" }),
            headers: &[("Auto-Submitted", "auto-generated"), ("List-Id", "<statements.bank.example>"), ("X-Pressrun-Document", "A-1")],
            ..message(&from, &to, "Ann", "Grüße\nFrom here on\n.dot\n", "<!doctype html><p>Grüße <img src=\"cid:logo@bank.example\" alt=\"\">")
        };
        let bytes = written(&message);
        check_wire(&bytes);
        assert_eq!(written(&message), bytes, "the same parts give the same bytes");
        let text = String::from_utf8_lossy(&bytes);
        let order = [
            "multipart/mixed",
            "multipart/alternative",
            "text/plain",
            "multipart/related; type=\"text/html\"",
            "text/html",
            "image/png",
            "application/pdf",
        ];
        let mut at = 0;
        for part in order {
            at += text[at..].find(part).unwrap_or_else(|| panic!("{part} does not follow: {text}"));
        }
        assert!(text.contains("Date: Tue, 31 Mar 2026 07:00:00 +0000\r\n") && text.contains("Message-ID: <0123456789abcdef@bank.example>\r\n"));
        assert!(text.contains("filename=\"Kontoauszug Marz.pdf\"") && text.contains("filename*=UTF-8''Kontoauszug%20M%C3%A4rz.pdf"), "{text}");
        assert!(text.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
        let parsed = MessageParser::new().parse(&bytes).expect("a message");
        assert_eq!(parsed.subject(), Some("Your statement of March — 3.000,00 €"));
        assert_eq!(parsed.body_text(0).as_deref(), Some("Grüße\r\nFrom here on\r\n.dot\r\n"));
        assert_eq!(parsed.attachment(0).map(|part| part.contents()), Some(PNG));
        assert_eq!(parsed.attachment(1).and_then(|part| part.attachment_name()), Some("Kontoauszug Marz.pdf"));
    }

    #[test]
    fn texts_are_encoded_only_if_they_must_be() {
        let (from, to) = (address("a@bank.example"), address("ann@example.org"));
        let long = "<td>x</td>".repeat(90) + "\n<p>From = here</p>";
        let longer = "<td>x</td>".repeat(100);
        for (html, is_plain) in [(&long[..], true), ("<p>5 &#8364;</p>\n\n", true), (&longer, false), ("<p>счёт</p>", false)] {
            let bytes = written(&message(&from, &to, "", "short\n", html));
            check_wire(&bytes);
            let text = String::from_utf8_lossy(&bytes);
            let (_, part) = text.split_once("text/html").expect("a part");
            assert_eq!(part.contains("Content-Transfer-Encoding: 7bit"), is_plain, "{text}");
            let parsed = MessageParser::new().parse(&bytes).expect("a message");
            let body = parsed.body_html(0).expect("HTML").replace("\r\n", "\n");
            assert_eq!(body.trim_end(), html.trim_end());
        }
    }

    #[test]
    fn levels_that_are_not_needed_are_not_there() {
        let (from, to) = (address("a@bank.example"), address("ann@example.org"));
        let plain = written(&message(&from, &to, "", "short\n", ""));
        assert!(!String::from_utf8_lossy(&plain).contains("multipart"));
        let both = written(&message(&from, &to, "", "short\n", "<p>short</p>"));
        let both = String::from_utf8_lossy(&both);
        assert!(both.contains("multipart/alternative") && !both.contains("multipart/related") && !both.contains("multipart/mixed"));
    }

    #[test]
    fn hostile_texts_stay_where_they_belong() {
        let (from, to) = (address("a@bank.example"), address("\"a b\"@example.org"));
        let huge = "Ä\r\nBcc: x@example.org\r\n\r\n<script>".repeat(200_000);
        for name in ["Ann\r\nBcc: all@example.org", "\u{202e}evil", "=?utf-8?B?AA==?=", "\"><script>", "a,b;c:d<e@f>", &huge] {
            let message = Message { subject: name, ..message(&from, &to, name, name, "") };
            let bytes = written(&message);
            check_wire(&bytes);
            let parsed = MessageParser::new().parse(&bytes).expect("a message");
            assert!(parsed.bcc().is_none(), "{name}");
            assert_eq!(parsed.to().and_then(|to| to.first()).and_then(|to| to.address()), Some("\"a b\"@example.org"));
            assert_eq!(parsed.headers().len(), 8, "{name}: {:?}", parsed.headers().iter().map(|h| h.name()).collect::<Vec<_>>());
            assert!(parsed.subject().expect("a subject").len() <= SUBJECT_BYTES_MAX);
        }
    }

    #[test]
    fn a_boundary_stands_nowhere_in_the_texts() {
        let (from, to) = (address("a@bank.example"), address("ann@example.org"));
        let first = message(&from, &to, "", "x", "<p>").boundary("alternative");
        let text = format!("--{first}--\n");
        let bytes = written(&message(&from, &to, "", &text, "<p>x</p>"));
        let parsed = MessageParser::new().parse(&bytes).expect("a message");
        assert_eq!(parsed.body_text(0).map(|text| text.replace("\r\n", "\n")), Some(text));
        assert!(parsed.body_html(0).is_some_and(|html| html.contains("<p>x</p>")));
    }

    #[test]
    fn values_of_the_job_are_refused_when_they_are_none() {
        let (from, to) = (address("a@bank.example"), address("ann@example.org"));
        let base = message(&from, &to, "", "x", "");
        let fails = |message: Message<'_>| message.write(&mut Vec::new()).expect_err("a fault");
        assert_eq!(fails(Message { headers: &[("Bcc", "x")], ..base }), MimeError::HeaderTaken("Bcc".into()));
        assert_eq!(fails(Message { headers: &[("X Y", "x")], ..base }), MimeError::HeaderName("X Y".into()));
        assert_eq!(fails(Message { message_id: "a b@c", ..base }), MimeError::Id("a b@c".into()));
        let http = Unsubscribe { https: "http://x.example/", mailto: "" };
        assert_eq!(fails(Message { unsubscribe: Some(http), ..base }), MimeError::Unsubscribe("http://x.example/".into()));
        let attachments = [Attachment { name: "x", media_type: "pdf\r\nX: y", bytes: b"" }];
        assert_eq!(fails(Message { attachments: &attachments, ..base }), MimeError::MediaType("pdf\r\nX: y".into()));
    }

    #[test]
    fn ids_follow_from_what_they_are_about() {
        let id = message_id(&[b"plan", b"7", b"email"], "bank.example");
        assert_eq!(id, message_id(&[b"plan", b"7", b"email"], "bank.example"));
        assert_ne!(id, message_id(&[b"plan7", b"email"], "bank.example"));
        assert!(check_id(&id).is_ok());
    }
}
