//! What comes back: delivery reports, complaints, automatic answers.
//!
//! Takes the bytes of a message and rules, gives what it reports about whom: reports of RFC 3464, complaints of RFC 5965, and the prose of
//! mail systems that know neither. Must never decide what follows for a document, and never trust what it reads: who sent it is unknown.

mod fields;
mod prose;
mod rules;

use mail_parser::{Message, MessageParser, MimeHeaders, PartType};

pub use fields::Status;
pub use rules::{RuleFault, Rules};

/// Largest message that is looked at, in bytes.
pub const BOUNCE_BYTES_MAX: usize = 32 << 20;
/// Most recipients that one report is believed to be about.
const RECIPIENTS_MAX: usize = 100;
/// What a person is to read, as far as it is looked at, in bytes: a report says first what it has to say.
const TEXT_BYTES_MAX: usize = 1 << 18;
/// Longest diagnostic that is kept, in bytes.
const DIAGNOSTIC_BYTES_MAX: usize = 1_000;

/// What a report says about a recipient.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Class {
    /// There is no such mailbox or domain, and there will be none: nothing is sent there again.
    Hard,
    /// It did not work this time: full, busy, too late.
    Soft,
    /// Refused because of who sends or what it looks like; the address is good.
    Blocked,
    /// Our side is wrongly set up: SPF, DKIM, DMARC, reverse DNS, protocol.
    Configuration,
    /// The message itself cannot be taken: too large, a forbidden attachment.
    Content,
    /// Somebody said that this was spam.
    Complaint,
    /// An automatic answer: out of the office.
    AutoReply,
    /// Not delivered yet; they go on trying.
    Delayed,
    /// It was delivered.
    Delivered,
}

impl Class {
    /// Every class.
    pub const ALL: &[Class] = &[
        Class::Hard,
        Class::Soft,
        Class::Blocked,
        Class::Configuration,
        Class::Content,
        Class::Complaint,
        Class::AutoReply,
        Class::Delayed,
        Class::Delivered,
    ];

    /// Its word in tables.
    pub fn name(self) -> &'static str {
        match self {
            Class::Hard => "hard",
            Class::Soft => "soft",
            Class::Blocked => "blocked",
            Class::Configuration => "configuration",
            Class::Content => "content",
            Class::Complaint => "complaint",
            Class::AutoReply => "auto-reply",
            Class::Delayed => "delayed",
            Class::Delivered => "delivered",
        }
    }

    /// The class of a word.
    pub fn parse(name: &str) -> Option<Class> {
        Class::ALL.iter().copied().find(|class| class.name() == name)
    }
}

/// What a message reports about one recipient.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The recipient, as the report writes it; empty: it does not say.
    pub recipient: String,
    /// What it means.
    pub class: Class,
    /// Why, in a word of the rules: `user-unknown`, `mailbox-full`.
    pub reason: String,
    /// The enhanced status code, if there is one (RFC 3463).
    pub status: Option<Status>,
    /// What the other side said, in one line.
    pub diagnostic: String,
}

/// A message that came back.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Report {
    /// What it says; empty: this is no report.
    pub findings: Vec<Finding>,
    /// `Original-Envelope-Id`: the ENVID that was given with the message (RFC 3461).
    pub envelope_id: String,
    /// The Message-IDs of what is returned in it, without brackets.
    pub message_ids: Vec<String>,
    /// The addresses that it was sent to, and those that the returned message came from: one of them may be a return path.
    pub return_paths: Vec<String>,
    /// Its day, as its own `Date` tells it: days since 1970.
    pub day: Option<i64>,
}

/// Reads a message. Whatever it is, this is total: what is no report has no findings.
pub fn read(bytes: &[u8], rules: &Rules) -> Report {
    let bytes = &bytes[..bytes.len().min(BOUNCE_BYTES_MAX)];
    let bytes = line_feeds(bytes);
    // A line `From …` of an mbox is no header.
    let bytes = if bytes.starts_with(b"From ") { &bytes[memchr::memchr(b'\n', &bytes).map_or(bytes.len(), |at| at + 1)..] } else { &bytes[..] };
    let Some(message) = MessageParser::new().parse(bytes) else { return Report::default() };
    let mut report = Report { day: message.date().map(|date| date.to_timestamp().div_euclid(86_400)), ..Report::default() };
    let parts = Parts::of(&message);
    for part in &parts.returned {
        fields::returned(part, &mut report);
    }
    for (name, value) in message.headers_raw() {
        let is_receiver = ["to", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "original-recipient", "x-rcpt-to", "cc"];
        if is_receiver.iter().any(|receiver| name.eq_ignore_ascii_case(receiver)) {
            report.return_paths.extend(fields::addresses(value).map(str::to_string));
        }
    }
    prose::returned(&parts.text, &mut report);
    let subject = message.subject().unwrap_or_default();
    if parts.feedback.is_some() || prose::is_feedback(&message, subject) {
        fields::complaint(parts.feedback.as_deref().unwrap_or_default(), &parts.returned, &mut report);
    } else if !parts.status.is_empty() {
        fields::delivery_status(&parts.status.join("\n\n"), &parts.text, rules, &mut report);
    }
    if report.findings.is_empty() && parts.feedback.is_none() {
        if prose::is_automatic_answer(&message, subject, &parts.text) {
            let finding = Finding {
                recipient: sender(&message),
                class: Class::AutoReply,
                reason: "automatic-answer".into(),
                status: None,
                diagnostic: one_line(subject),
            };
            report.findings.push(finding);
        } else if prose::is_bounce(&message, subject, &parts.text) {
            prose::read(&message, &parts.text, subject, rules, &mut report);
        }
    }
    report.findings.truncate(RECIPIENTS_MAX);
    report.return_paths.sort();
    report.return_paths.dedup();
    report
}

/// What a message consists of, as far as it matters here.
#[derive(Default)]
struct Parts {
    /// What a person is to read, in order.
    text: String,
    /// `message/delivery-status`.
    status: Vec<String>,
    /// `message/feedback-report`.
    feedback: Option<String>,
    /// The headers of what is returned.
    returned: Vec<String>,
}

impl Parts {
    fn of(message: &Message<'_>) -> Parts {
        let mut parts = Parts::default();
        for part in &message.parts {
            let kind = part.content_type().map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("plain")).to_ascii_lowercase());
            let kind = kind.unwrap_or_else(|| "text/plain".into());
            if let PartType::Message(inner) = &part.body {
                parts.returned.push(String::from_utf8_lossy(head_of(inner.raw_message())).into_owned());
                continue;
            }
            if matches!(part.body, PartType::Multipart(_)) {
                continue;
            }
            let text = || String::from_utf8_lossy(part.contents()).into_owned();
            match kind.as_str() {
                "message/delivery-status" | "message/global-delivery-status" => parts.status.push(text()),
                "message/feedback-report" => parts.feedback = Some(text()),
                "text/rfc822-headers" | "text/rfc822" | "message/rfc822-headers" | "message/global-headers" => parts.returned.push(text()),
                _ => match &part.body {
                    PartType::Text(text) => {
                        parts.text.push_str(text);
                        parts.text.push('\n');
                    }
                    PartType::Html(html) => {
                        parts.text.push_str(&prose::of_html(html));
                        parts.text.push('\n');
                    }
                    _ => {}
                },
            }
        }
        if parts.text.len() > TEXT_BYTES_MAX {
            // Not in the middle of an address: it would be another one.
            let end = parts.text.floor_char_boundary(TEXT_BYTES_MAX);
            parts.text.truncate(parts.text[..end].rfind('\n').unwrap_or(end));
        }
        parts
    }
}

/// The headers of a message, without its body.
fn head_of(bytes: &[u8]) -> &[u8] {
    memchr::memmem::find(bytes, b"\n\n").map_or(bytes, |at| &bytes[..at])
}

fn sender(message: &Message<'_>) -> String {
    message.from().and_then(|from| from.first()).and_then(|from| from.address()).unwrap_or_default().to_string()
}

/// Line ends of all systems as LF.
fn line_feeds(bytes: &[u8]) -> Vec<u8> {
    let has_feeds = memchr::memchr(b'\n', bytes).is_some();
    bytes
        .iter()
        .filter_map(|b| {
            if *b != b'\r' {
                Some(*b)
            } else if has_feeds {
                None
            } else {
                Some(b'\n')
            }
        })
        .collect()
}

/// A text in one line of bounded length.
fn one_line(text: &str) -> String {
    let mut out = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if out.len() + word.len() + 1 > DIAGNOSTIC_BYTES_MAX {
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

#[cfg(test)]
mod tests;
