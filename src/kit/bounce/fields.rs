//! Reports with fields: delivery status notifications (RFC 3464), complaints (RFC 5965), and the headers of what is returned.

use std::collections::BTreeMap;
use std::fmt;

use super::rules::Rules;
use super::{Class, Finding, RECIPIENTS_MAX, Report, one_line, prose};

/// An enhanced status code (RFC 3463): class, subject, detail.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Status {
    /// 2 success, 4 for now, 5 for ever.
    pub class: u8,
    /// What it is about.
    pub subject: u16,
    /// What it was.
    pub detail: u16,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

impl Status {
    /// Reads `x.y.z` and nothing else.
    pub fn parse(text: &str) -> Option<Status> {
        let mut parts = text.split('.');
        let number = |part: Option<&str>| part.filter(|part| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))?.parse().ok();
        let (class, subject, detail) = (number(parts.next())?, number(parts.next())?, number(parts.next())?);
        (matches!(class, 2 | 4 | 5) && parts.next().is_none()).then_some(Status { class: class as u8, subject, detail })
    }

    /// The first one in a text; addresses of the internet protocol are none.
    pub fn find(text: &str) -> Option<Status> {
        text.split(|c: char| !c.is_ascii_digit() && c != '.').map(|word| word.trim_end_matches('.')).find_map(Status::parse)
    }

    /// Whether it says more than that something went wrong: `5.0.0` does not.
    pub fn is_specific(self) -> bool {
        self.subject != 0 || !matches!(self.detail, 0)
    }
}

/// The reply code of SMTP in a text: three figures 4xx or 5xx that stand alone.
pub(super) fn reply_code(text: &str) -> Option<u16> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, ':' | ';' | '-' | '(' | ')' | '[' | ']' | '<' | '>' | ',' | '\'' | '"' | '#'));
    words.filter(|word| word.len() == 3).filter_map(|word| word.parse().ok()).find(|code| (400..600).contains(code))
}

/// The fields of one group: `Name: value` with folded lines.
fn fields(group: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in group.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_ascii_lowercase(), value.trim().to_string()));
        } else if let Some((_, value)) = fields.last_mut() {
            // A folded line that has lost its blank.
            value.push(' ');
            value.push_str(line.trim());
        }
    }
    fields
}

fn find<'f>(fields: &'f [(String, String)], name: &str) -> Option<&'f str> {
    fields.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
}

/// What follows the type: `rfc822; a@example.org`, `smtp; 550 …`.
fn untyped(value: &str) -> &str {
    match value.split_once(';') {
        Some((kind, rest)) if kind.trim().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') => rest.trim(),
        _ => value.trim(),
    }
}

/// The addresses in a header value.
pub(super) fn addresses(value: &str) -> impl Iterator<Item = &str> {
    let is_outside =
        |c: char| c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';' | '"' | '(' | ')' | ':' | '\'' | '[' | ']' | '{' | '}' | '`' | '|');
    value.split(is_outside).map(|word| word.trim_matches(['.', '!', '?'])).filter(|word| {
        word.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@') && word.len() <= 254)
    })
}

/// Groups of fields that are looked at: that of the message, and those of its recipients, some of them more than once.
const GROUPS_MAX: usize = 1_000;

/// Groups of a `message/delivery-status`.
pub(super) fn delivery_status(text: &str, human: &str, rules: &Rules, report: &mut Report) {
    // What is said about each recipient in prose is looked for once.
    let spoken = prose::spoken(human);
    let mut said: BTreeMap<String, String> = BTreeMap::new();
    for fields in text.split("\n\n").map(fields).filter(|fields| !fields.is_empty()).take(GROUPS_MAX) {
        let fields = &fields[..];
        if report.findings.len() >= RECIPIENTS_MAX {
            return;
        }
        if let Some(id) = find(fields, "original-envelope-id") {
            report.envelope_id = id.to_string();
        }
        let action = find(fields, "action").unwrap_or_default().to_ascii_lowercase();
        let recipient = find(fields, "final-recipient").or(find(fields, "original-recipient")).or(find(fields, "x-actual-recipient"));
        let Some(recipient) = recipient.map(untyped) else { continue };
        let recipient = addresses(recipient).next().unwrap_or(recipient).to_string();
        let status = find(fields, "status").and_then(Status::find);
        let diagnostics: Vec<&str> = fields.iter().filter(|(name, _)| name == "diagnostic-code").map(|(_, value)| untyped(value)).collect();
        let diagnostic = diagnostics.join(" ");
        let class = match action.split([' ', ';', '(']).next().unwrap_or("") {
            "delivered" | "relayed" | "expanded" => Some((Class::Delivered, "delivered")),
            "delayed" => Some((Class::Delayed, "delayed")),
            _ => None,
        };
        // The diagnostic often knows better than the field: `Status: 5.0.0`, `smtp; 550 5.1.1 …`.
        let told = Status::find(&diagnostic);
        let status = match (status, told) {
            (Some(status), Some(told)) if !status.is_specific() && told.is_specific() => Some(told),
            (status, told) => status.or(told),
        };
        let (class, reason) = match class {
            Some((class, reason)) => (class, reason.to_string()),
            None => {
                let said = said.entry(recipient.clone()).or_insert_with(|| prose::about(spoken, &recipient));
                rules.class_of(&diagnostic, said, status, reply_code(&diagnostic))
            }
        };
        let diagnostic = one_line(&diagnostic);
        let finding = Finding { recipient, class, reason, status, diagnostic };
        // Two groups of one recipient, or two parts that say the same.
        if !report.findings.contains(&finding) {
            report.findings.push(finding);
        }
    }
}

/// A complaint. Without fields (the older reports of a large provider) it is one all the same: its sender said so.
pub(super) fn complaint(text: &str, returned: &[String], report: &mut Report) {
    let fields = fields(text.trim());
    let kind = find(&fields, "feedback-type").unwrap_or("abuse").to_ascii_lowercase();
    let class = match kind.as_str() {
        // RFC 6591: our signature or policy failed; nobody complained.
        "auth-failure" => Class::Configuration,
        // Taken back.
        "not-spam" => Class::Delivered,
        _ => Class::Complaint,
    };
    let recipient = find(&fields, "original-rcpt-to").or(find(&fields, "removal-recipient")).map(str::to_string);
    let recipient = recipient.or_else(|| {
        returned.iter().find_map(|head| {
            let fields = self::fields(head);
            let to = find(&fields, "x-hmxmroriginalrecipient").or(find(&fields, "to")).unwrap_or_default();
            addresses(to).next().map(str::to_string)
        })
    });
    let recipient = recipient.map(|to| addresses(&to).next().unwrap_or(&to).to_string()).unwrap_or_default();
    if let Some(from) = find(&fields, "original-mail-from") {
        report.return_paths.extend(addresses(from).map(str::to_string));
    }
    if let Some(id) = find(&fields, "original-envelope-id") {
        report.envelope_id = id.to_string();
    }
    report.findings.push(Finding { recipient, class, reason: one_line(&kind), status: None, diagnostic: String::new() });
}

/// What the headers of a returned message tell: its id and where it came from.
pub(super) fn returned(head: &str, report: &mut Report) {
    let fields = fields(head);
    for (name, value) in &fields {
        match name.as_str() {
            "message-id" => {
                let id = value.split(['<', '>']).map(str::trim).find(|word| word.contains('@')).unwrap_or_default();
                if !id.is_empty() && id.len() <= 512 && report.message_ids.len() < super::RECIPIENTS_MAX {
                    report.message_ids.push(id.to_string());
                }
            }
            "return-path" | "x-envelope-from" | "x-original-from" => report.return_paths.extend(addresses(value).map(str::to_string)),
            _ => {}
        }
    }
}
