//! Reports in prose: what mail systems write that know no standard.
//!
//! Who is meant is found by the addresses before the returned message, and what is said about each by the lines around it.

use std::collections::BTreeSet;

use mail_parser::Message;

use super::fields::{Status, addresses, reply_code};
use super::rules::Rules;
use super::{Finding, RECIPIENTS_MAX, Report, fields, one_line};

/// Words at the beginning of a line from which on the returned message is shown. Lower case.
const RETURNED: &[&str] = &[
    "received:",
    "return-path:",
    "dkim-signature:",
    "mime-version:",
    "--- below this line",
    "--- original message",
    "original message",
    "--- the message",
    "--- this is a copy",
    "this is a copy of",
    "included is a copy",
    "--- unsent message",
    "--- message header",
    "--- returned message",
    "--- undelivered message",
    "--- header",
    "--- the following message",
    "message header",
    "=== original",
    "--- enclosed",
    "the original message",
    "your original message",
    "message follows",
    "message text follows",
    "original headers",
    "--- start of",
    "--- copy",
    "x-envelope",
    "headers of your",
    "--- mail header",
    "the first ",
    "bounced e-mail",
    "bounced message",
    "your message headers",
    "--- original",
    "the header of",
    "message-id:",
    "x-originating",
    "message headers:",
    "begin message header",
];

/// What a person is to read, before the returned message.
pub(super) fn spoken(text: &str) -> &str {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim().to_lowercase();
        let bare = bare.trim_start_matches(['-', '=', '*', '_', '>', '#', '|', ' ']);
        let dashed = format!("--- {bare}");
        let is_marked = RETURNED.iter().any(|mark| bare.starts_with(mark) || (line.trim_start().starts_with(['-', '=']) && dashed.starts_with(mark)));
        // A transcript of the session is spoken, and so is the line that says when the message was received.
        if at > 0
            && is_marked
            && !bare.starts_with("original message was")
            && !bare.starts_with("the original message was")
            && !bare.starts_with("the original message to")
        {
            return &text[..at];
        }
        at += line.len();
    }
    text
}

/// What is returned in the text itself, after what is spoken.
pub(super) fn returned(text: &str, report: &mut Report) {
    let head = &text[spoken(text).len()..];
    if !head.is_empty() {
        let end = head.char_indices().map(|(at, _)| at).find(|at| *at > 16_000).unwrap_or(head.len());
        fields::returned(&head[..end], report);
    }
}

/// What is [spoken] about a recipient: the lines from his address to the next address.
pub(super) fn about(spoken: &str, recipient: &str) -> String {
    let mut out = String::new();
    let mut is_about = false;
    // A transcript of sendmail says all in one line: `554 <a@example.org>... Host unknown`.
    let transcript = format!("<{}>... ", recipient.to_lowercase());
    if let Some(line) = spoken.lines().find(|line| line.starts_with(['4', '5']) && line.to_lowercase().contains(&transcript)) {
        return line.to_string();
    }
    for line in spoken.lines() {
        let mut named = addresses(line).peekable();
        if named.peek().is_some() {
            is_about = named.any(|address| address.eq_ignore_ascii_case(recipient));
        }
        if is_about && out.len() < 4_000 {
            out.push_str(line);
            out.push('\n');
        }
    }
    if out.trim().len() > recipient.len() + 8 { out } else { spoken.chars().take(4_000).collect() }
}

/// Reads the prose of a bounce.
pub(super) fn read(message: &Message<'_>, text: &str, subject: &str, rules: &Rules, report: &mut Report) {
    let spoken = spoken(text);
    let own: BTreeSet<String> = ["to", "delivered-to", "from", "reply-to", "sender"]
        .iter()
        .flat_map(|name| message.headers_raw().filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value))
        .flat_map(|value| addresses(value).map(str::to_ascii_lowercase))
        .collect();
    let mut recipients: Vec<String> = Vec::new();
    for (name, value) in message.headers_raw() {
        if name.eq_ignore_ascii_case("x-failed-recipients") {
            addresses(value).for_each(|address| add(address, &BTreeSet::new(), &mut recipients));
        }
    }
    if recipients.is_empty() {
        for line in spoken.lines().filter(|line| !is_about_others(line)) {
            addresses(line).for_each(|address| add(address, &own, &mut recipients));
        }
    }
    if recipients.is_empty() {
        recipients.push(String::new());
    }
    // What is said in general is said about the only one; of several it would mix them up.
    let all = if recipients.len() == 1 { format!("{spoken}\n{subject}") } else { String::new() };
    for recipient in recipients {
        let said = if recipient.is_empty() { spoken.to_string() } else { about(spoken, &recipient) };
        let status = Status::find(&said);
        let code = reply_code(&said);
        let (class, reason) = rules.class_of(&said, &all, status, code);
        report.findings.push(Finding { recipient, class, reason, status, diagnostic: one_line(&said) });
    }
}

/// Adds an address that is not known yet and none of those that the report itself was sent to; no more than are believed.
fn add(address: &str, own: &BTreeSet<String>, recipients: &mut Vec<String>) {
    if recipients.len() >= RECIPIENTS_MAX {
        return;
    }
    let is_host = address.split_once('@').is_none_or(|(_, domain)| !domain.contains('.'));
    if !is_host && !own.contains(&address.to_ascii_lowercase()) && !recipients.iter().any(|known| known.eq_ignore_ascii_case(address)) {
        recipients.push(address.to_string());
    }
}

/// Whether a line names somebody else than the recipient.
fn is_about_others(line: &str) -> bool {
    let lower = line.trim().to_lowercase();
    let names = ["from:", "subject:", "cc:", "message-id", "id:", "sender:", "contact", "reply-to:", ">>> mail from"];
    names.iter().any(|name| lower.starts_with(name)) || lower.contains("postmaster@") || lower.contains("mailer-daemon@")
}

/// Whether somebody is away and his program says so.
pub(super) fn is_automatic_answer(message: &Message<'_>, subject: &str, text: &str) -> bool {
    let raw = |name: &str| message.headers_raw().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_lowercase());
    if raw("x-failed-recipients").is_some() {
        return false;
    }
    let subject = subject.to_lowercase();
    let sender = super::sender(message).to_lowercase();
    let is_daemon = sender.starts_with("mailer-daemon") || sender.starts_with("postmaster") || sender.is_empty();
    let words = [
        "out of office",
        "out of the office",
        "automatic reply",
        "auto reply",
        "autoreply",
        "auto-reply",
        "automatic response",
        "auto:",
        "vacation",
        "away from",
        "abwesen",
        "automatische antwort",
        "réponse automatique",
        "absence",
        "respuesta automática",
        "risposta automatica",
        "automatisch antwoord",
        "on holiday",
        "i am away",
        "i'm away",
    ];
    if words.iter().any(|word| subject.contains(word)) && !is_daemon {
        return true;
    }
    let is_marked = raw("auto-submitted").is_some_and(|value| value.starts_with("auto-replied"))
        || raw("x-autoreply").is_some()
        || raw("x-autorespond").is_some()
        || raw("x-auto-response-suppress").is_some()
        || raw("precedence").is_some_and(|value| value.starts_with("auto_reply") || value.starts_with("auto-reply"));
    if raw("auto-submitted").is_some_and(|value| value.starts_with("auto-replied")) && is_daemon {
        // A daemon that answers, and says neither a status nor a reply code: a notice, not a report.
        let spoken = spoken(text);
        return Status::find(spoken).is_none()
            && reply_code(spoken).is_none()
            && !failed_words(&subject.replace("bounce notification", ""))
            && !spoken.to_lowercase().contains("permanent error");
    }
    is_marked && !is_daemon && !failed_words(&subject) && !failed_words(&text.to_lowercase())
}

fn failed_words(text: &str) -> bool {
    let words = [
        "undeliver",
        "delivery fail",
        "failure notice",
        "returned mail",
        "mail delivery",
        "could not be delivered",
        "not delivered",
        "delivery status",
        "delivery failure",
        "rejected your message",
        "wasn't delivered",
        "couldn't be delivered",
        "delivery has failed",
        "can't be delivered",
        "was not delivered",
        "delivery report",
        "message bounced",
        "bounce notification",
        "returned to sender",
        "unable to deliver",
        "message error",
        "mail system error",
        "delivery notification",
        "unzustellbar",
        "nicht zugestellt",
        "non remis",
        "message delivery",
        "failed to deliver",
        "permanent error",
        "user unknown",
        "rejected",
        "mailbox full",
        "undelivered",
        "not be reached",
        "mail could not",
        "mail failed",
        "メールエラー",
    ];
    words.iter().any(|word| text.contains(word))
}

/// Whether a message is a bounce: who sends it, what it is called, what it says.
pub(super) fn is_bounce(message: &Message<'_>, subject: &str, text: &str) -> bool {
    let raw = |name: &str| message.headers_raw().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_lowercase());
    if raw("x-failed-recipients").is_some() {
        return true;
    }
    let sender = super::sender(message).to_lowercase();
    let from = raw("from").unwrap_or_default();
    let has_null_path = raw("return-path").is_some_and(|path| path == "<>" || path.contains("mailer-daemon"));
    let daemons = [
        "mailer-daemon",
        "postmaster",
        "mail delivery",
        "mailerdaemon",
        "post_master",
        "mdaemon",
        "mail administrator",
        "no-reply@sns",
        "noreply@gmx",
        "mta-admin",
        "mail-daemon",
    ];
    let is_daemon = daemons.iter().any(|daemon| sender.contains(daemon) || from.contains(daemon)) || has_null_path;
    let (subject, spoken) = (subject.to_lowercase(), spoken(text).to_lowercase());
    failed_words(&subject) || (is_daemon && (failed_words(&spoken) || Status::find(&spoken).is_some() || reply_code(&spoken).is_some()))
}

/// A complaint without the fields of RFC 5965: its subject says what it is.
pub(super) fn is_feedback(message: &Message<'_>, subject: &str) -> bool {
    let subject = subject.trim().to_lowercase();
    subject.starts_with("complaint about message from") && super::sender(message).to_lowercase().starts_with("staff@")
}

/// HTML without its tags: enough for what is looked for in it.
pub(super) fn of_html(html: &str) -> String {
    let mut out = String::with_capacity(html.len() / 2);
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        let tag = &rest[at..];
        let lower: String = tag.chars().take(8).collect::<String>().to_ascii_lowercase();
        let is_line = ["<br", "<p", "<div", "<tr", "<li", "</td", "<h"].iter().any(|name| lower.starts_with(name));
        out.push(if is_line { '\n' } else { ' ' });
        let skip = if lower.starts_with("<style") {
            "</style>"
        } else if lower.starts_with("<script") {
            "</script>"
        } else {
            ">"
        };
        rest = tag.find(skip).map_or("", |end| &tag[end + skip.len()..]);
    }
    out.push_str(rest);
    for (entity, text) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")] {
        out = out.replace(entity, text);
    }
    out
}
