//! What messages say besides what their layouts show: senders, recipients, names of attachments, fields of web hooks.
//!
//! Takes `[email]`, `[sms]`, `[[webhook]]`, gives compiled settings. Must never write a message, and never keep a secret where the
//! frozen plan would: of a secret only its hash is a part of the plan.

use std::path::Path;
use std::sync::Arc;

use super::freeze::Frozen;
use super::keys_channels as keys;
use super::library::Part;
use super::paths::{folder_of, join};
use super::read::{Table, Text};
use super::smtp;
use super::template::{self, Template};
use crate::base::code;
use crate::base::date::Date;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::file;
use crate::base::hash::Hash;
use crate::kit::dkim::{DkimKey, Signer};
use crate::kit::expr::{Env, EvalError, Expr, Scope};
use crate::kit::mime::Address;
use crate::kit::mime::verp::{Returned, VerpKey};
use crate::model::channel::{Channel, DocumentKey};
use crate::model::message::ImageLinks;
use crate::streams::email::EmailStream;
use crate::streams::message::EmailParts;
use crate::streams::sms::SmsStream;
use crate::streams::webhook::WebhookStream;

/// Fewest bytes of a secret.
const SECRET_BYTES_MIN: usize = 16;
/// Most bytes of a secret.
const SECRET_BYTES_MAX: usize = 4096;
/// Most bytes of a file with a private key.
const KEY_BYTES_MAX: usize = 64 << 10;
/// Most letters of the name of a sender of text messages (3GPP TS 23.040, 9.1.2.5).
const SMS_NAME_MAX: usize = 11;

/// A secret of the job.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    /// Where it lies, as the job writes it, relative to its folder.
    pub path: String,
    /// Its bytes; a job that is read from a frozen copy has none.
    pub bytes: Option<Vec<u8>>,
}

impl std::fmt::Debug for Secret {
    /// The path alone.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secret({:?})", self.path)
    }
}

/// Messages by e-mail.
#[derive(Debug)]
pub struct EmailSettings {
    to: Template,
    to_name: Option<Template>,
    /// Sender and date.
    pub stream: EmailStream,
    /// Where bounces go.
    pub return_path: Address,
    /// What tokens are signed with.
    pub return_key: Option<Secret>,
    verp: Option<VerpKey>,
    attach: Option<Template>,
    /// Where pictures are.
    pub images: ImageLinks,
    marketing: Option<Expr>,
    unsubscribe_url: Option<Template>,
    unsubscribe_mail: Option<Template>,
    feedback_id: Option<Template>,
}

/// Text messages.
#[derive(Debug)]
pub struct SmsSettings {
    to: Template,
    /// The sender.
    pub stream: SmsStream,
    /// Where they are posted to.
    pub url: Option<String>,
    /// What requests are signed with.
    pub secret: Option<Secret>,
}

/// A web hook.
#[derive(Debug)]
pub struct HookSettings {
    /// The stream of its channel.
    pub stream: WebhookStream,
    /// Where documents are posted to.
    pub url: String,
    /// What requests are signed with.
    pub secret: Option<Secret>,
    to: Option<Template>,
    fields: Vec<(String, Expr)>,
}

/// Where secrets are looked for, and where their hashes are kept.
pub(super) struct Around<'a> {
    /// The folder of the job file.
    pub(super) folder: &'a Path,
    /// The frozen copy, if the job is one.
    pub(super) frozen: Option<&'a Frozen>,
    /// The files of the plan.
    pub(super) parts: &'a mut Vec<Part>,
}

impl Around<'_> {
    /// Who signs messages. Of the key, the plan has the record of DNS, which is public.
    fn signer(&mut self, table: &Table<'_>, from: &Address, faults: &mut Faults) -> Option<Arc<Signer>> {
        const KEPT: &str = "secrets/dkim.txt";
        let domain = table.text("domain", faults);
        let selector = table.required_text("selector", faults);
        let path = table.required_text("key", faults);
        let mut name = |text: &Option<Text>, usual: &str| {
            let Some(text) = text else { return usual.to_string() };
            if text.text.split('.').any(|label| label.is_empty() || !label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')) {
                let message = format!("`{}` is no name of DNS", text.text);
                faults.push(Diagnostic::error(&code::JOB_DELIVERY, text.part(0..text.text.len()), message));
            }
            text.text.clone()
        };
        let (domain, selector_name) = (name(&domain, from.domain()), name(&selector, ""));
        if let Some(frozen) = self.frozen {
            let bytes = file::read(&frozen.folder.join(KEPT), SECRET_BYTES_MAX).ok()?;
            self.parts.push(Part::new(KEPT.into(), bytes.into()));
            return None;
        }
        let (path, _) = path.zip(selector)?;
        let place = path.part(0..path.text.len());
        let full = join(self.folder, &path.text);
        let bytes = file::read(&full, KEY_BYTES_MAX).map_err(|error| faults.push(super::missing_file(error, place, &folder_of(&full)))).ok()?;
        let key = DkimKey::read(&bytes).map_err(|fault| {
            let hint = format!("`openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out {}` makes one", path.text);
            faults.push(Diagnostic::error(&code::JOB_DELIVERY, place, fault.to_string()).hint(hint));
        });
        let signer = Signer::new(&domain, &selector_name, key.ok()?);
        let (name, text) = signer.dns_record();
        self.parts.push(Part::new(KEPT.into(), format!("{name}\t{text}\n").into_bytes().into()));
        Some(Arc::new(signer))
    }

    fn secret(&mut self, table: &Table<'_>, key: &str, name: &str, faults: &mut Faults) -> Option<Secret> {
        let path = table.text(key, faults)?;
        let (place, kept) = (path.part(0..path.text.len()), format!("secrets/{name}.sha256"));
        if let Some(frozen) = self.frozen {
            let bytes = file::read(&frozen.folder.join(&kept), SECRET_BYTES_MAX).ok()?;
            self.parts.push(Part::new(kept, bytes.into()));
            return Some(Secret { path: path.text, bytes: None });
        }
        let full = join(self.folder, &path.text);
        let bytes = match file::read(&full, SECRET_BYTES_MAX) {
            Ok(bytes) => bytes,
            Err(error) => {
                faults.push(super::missing_file(error, place, &folder_of(&full)));
                return None;
            }
        };
        if bytes.len() < SECRET_BYTES_MIN {
            let fault = Diagnostic::error(&code::JOB_VALUE, place, format!("a secret of {} bytes can be guessed", bytes.len()));
            faults.push(fault.hint(format!("it needs at least {SECRET_BYTES_MIN}: `head -c 32 /dev/urandom > {}`", path.text)));
            return None;
        }
        self.parts.push(Part::new(kept, format!("{}\n", Hash::of(&bytes).hex()).into_bytes().into()));
        Some(Secret { path: path.text, bytes: Some(bytes) })
    }
}

/// Reads `[email]`.
pub(super) fn read_email(root: &Table<'_>, date: Date, around: &mut Around<'_>, scope: &mut Scope, faults: &mut Faults) -> Option<EmailSettings> {
    let table = root.table("email", &keys::EMAIL, faults)?;
    let to = table.required_text("to", faults).map(|text| Template::compile(&text, scope, faults));
    let from = table.required_text("from", faults).and_then(|text| read_address(&text, faults));
    let reply_to = table.text("reply-to", faults).and_then(|text| read_address(&text, faults));
    let return_path = table.text("return-path", faults).map(|text| read_address(&text, faults));
    let return_key = around.secret(&table, "return-key", "return-key", faults);
    let minutes = table.text("time", faults).map_or(Some(0), |text| read_time(&text, faults));
    let mut template = |name: &str, faults: &mut Faults| table.text(name, faults).map(|text| Template::compile(&text, scope, faults));
    let (to_name, attach, feedback_id) = (template("to-name", faults), template("attach", faults), template("feedback-id", faults));
    let (unsubscribe_url, unsubscribe_mail) = (template("unsubscribe-url", faults), template("unsubscribe-mail", faults));
    let marketing = table.text("marketing", faults).and_then(|text| template::compile_condition(&text, scope, faults));
    if table.has("marketing") && !table.has("unsubscribe-url") {
        table.missing("unsubscribe-url", faults);
    }
    let is_https = |text: &Text| text.text.starts_with("https://");
    for key in ["unsubscribe-url", "images"] {
        if let Some(text) = table.text(key, &mut Faults::new()).filter(|text| !(is_https(text) || key == "images" && text.text == "attached")) {
            let fault = Diagnostic::error(
                &code::JOB_VALUE,
                text.part(0..text.text.len()),
                format!("`{key}` is no address of the web that begins with https://"),
            );
            faults.push(fault.hint("mail programs open nothing else"));
        }
    }
    let images = table.text("images", faults).map(|text| text.text).filter(|text| text != "attached");
    let links = |from: &Address| match images {
        Some(url) => ImageLinks::Hosted { prefix: url.clone() },
        None => ImageLinks::Attached { domain: from.domain().to_string() },
    };
    let from_name = table.text("from-name", faults).map(|text| text.text).unwrap_or_default();
    let list_id = table.text("list-id", faults).map(|text| text.text);
    for key in ["marketing", "unsubscribe-mail"] {
        if table.has(key) && !table.has("return-key") {
            table.missing("return-key", faults);
            break;
        }
    }
    let from = from?;
    let return_path = match return_path {
        Some(address) => address?,
        None => from.clone(),
    };
    if let Some(smtp) = table.table("smtp", &smtp::SMTP, faults) {
        // Looked at here so that its faults are told before the run; a delivery reads it again.
        smtp::read(&smtp, &from, faults);
    }
    let signer = table.table("dkim", &smtp::DKIM, faults).and_then(|table| around.signer(&table, &from, faults));
    Some(EmailSettings {
        to: to?,
        to_name,
        images: links(&from),
        stream: EmailStream { from, from_name, reply_to, date, minutes: minutes?, list_id, signer },
        return_path,
        verp: return_key.as_ref().and_then(|key| VerpKey::read(key.bytes.as_deref()?)),
        return_key,
        attach,
        marketing,
        unsubscribe_url,
        unsubscribe_mail,
        feedback_id,
    })
}

/// Reads `[sms]`.
pub(super) fn read_sms(root: &Table<'_>, around: &mut Around<'_>, scope: &mut Scope, faults: &mut Faults) -> Option<SmsSettings> {
    let table = root.table("sms", &keys::SMS, faults)?;
    let to = table.required_text("to", faults).map(|text| Template::compile(&text, scope, faults));
    let from = table.required_text("from", faults);
    if let Some(from) = &from {
        let is_name =
            from.text.len() <= SMS_NAME_MAX && from.text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ') && !from.text.is_empty();
        let is_short = (3..=8).contains(&from.text.len()) && from.text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_name && !is_short && telephone(&from.text).is_err() {
            let fault = Diagnostic::error(&code::JOB_VALUE, from.part(0..from.text.len()), format!("`{}` is no sender of text messages", from.text));
            faults.push(fault.hint("a number such as +15551234567, a short code, or a name of at most 11 letters and digits"));
        }
    }
    let url = table.text("url", faults).and_then(|text| read_url(&text, faults));
    let secret = around.secret(&table, "secret", "sms", faults);
    Some(SmsSettings { to: to?, stream: SmsStream { from: from?.text }, url, secret })
}

/// Reads the web hooks.
pub(super) fn read_hooks(
    root: &Table<'_>,
    (job, date): (&str, Date),
    around: &mut Around<'_>,
    scope: &mut Scope,
    faults: &mut Faults,
) -> Vec<HookSettings> {
    let mut hooks: Vec<HookSettings> = Vec::new();
    for table in root.tables("webhook", &keys::WEBHOOK, faults) {
        let name = table.required_text("name", faults);
        let url = table.required_text("url", faults).and_then(|text| read_url(&text, faults));
        let to = table.text("to", faults).map(|text| Template::compile(&text, scope, faults));
        let mut fields = Vec::new();
        if let Some(list) = table.table("fields", &keys::WEBHOOK_FIELDS, faults) {
            for (field, ..) in list.entries() {
                let Some(text) = list.text(&field.value, faults) else { continue };
                fields.extend(template::compile_expression(&text, scope, faults).map(|expr| (field.value, expr)));
            }
        }
        let Some(name) = name else { continue };
        let is_name = name.text.starts_with(|first: char| first.is_ascii_lowercase())
            && name.text.len() <= 32
            && name.text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let is_taken = crate::model::channel::Channel::NAMES.contains(&name.text.as_str()) || hooks.iter().any(|hook| hook.stream.name == name.text);
        if !is_name || is_taken || ["none", "preference"].contains(&name.text.as_str()) {
            let fault =
                Diagnostic::error(&code::JOB_CHANNELS, name.part(0..name.text.len()), format!("`{}` cannot be the name of a channel", name.text));
            faults.push(fault.hint("small letters, digits and hyphens, and no channel has it already"));
            continue;
        }
        let secret = around.secret(&table, "secret", &format!("webhook-{}", name.text), faults);
        let Some(url) = url else { continue };
        let stream = WebhookStream { name: name.text, job: job.to_string(), date: date.to_string() };
        hooks.push(HookSettings { stream, url, secret, to, fields });
    }
    hooks
}

fn read_address(text: &Text, faults: &mut Faults) -> Option<Address> {
    Address::parse(&text.text)
        .inspect_err(|reason| {
            faults.push(Diagnostic::error(
                &code::JOB_VALUE,
                text.part(0..text.text.len()),
                format!("`{}` is no e-mail address: {reason}", text.text),
            ));
        })
        .ok()
}

/// Reads `06:30`.
fn read_time(text: &Text, faults: &mut Faults) -> Option<u16> {
    let number = |text: &str| (text.len() == 2).then(|| text.parse::<u16>().ok()).flatten();
    let found = text.text.split_once(':').and_then(|(hours, minutes)| Some((number(hours)?, number(minutes)?)));
    let found = found.filter(|(hours, minutes)| *hours < 24 && *minutes < 60).map(|(hours, minutes)| hours * 60 + minutes);
    if found.is_none() {
        let fault = Diagnostic::error(&code::JOB_VALUE, text.part(0..text.text.len()), format!("`{}` is no time of day", text.text));
        faults.push(fault.hint("write `06:30`; it is UTC"));
    }
    found
}

fn read_url(text: &Text, faults: &mut Faults) -> Option<String> {
    safe_url(&text.text)
        .inspect_err(|reason| {
            let fault = Diagnostic::error(&code::JOB_VALUE, text.part(0..text.text.len()), reason.clone());
            faults.push(fault.hint("https://…; http is allowed to this machine only"));
        })
        .ok()
}

/// An address of the web to which customer data may be posted: https, or http on this machine, without a user in it.
///
/// # Errors
/// Why it is none, in words.
pub fn safe_url(text: &str) -> Result<String, String> {
    let refused = || format!("`{text}` is no address to post customer data to");
    let url = reqwest::Url::parse(text).map_err(|_| refused())?;
    let is_local = match url.host_str() {
        Some("localhost") => true,
        Some(host) => host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback()),
        None => false,
    };
    let is_safe = url.scheme() == "https" || url.scheme() == "http" && is_local;
    if is_safe && url.username().is_empty() && url.password().is_none() { Ok(text.to_string()) } else { Err(refused()) }
}

/// A telephone number in the form of E.164: a plus sign and 8 to 15 digits.
///
/// # Errors
/// Why it is none, in words.
pub fn telephone(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("there is no telephone number".into());
    }
    let Some(rest) = text.strip_prefix('+') else { return Err(format!("`{}` has no `+` and country code", shown(text))) };
    let mut number = String::from("+");
    for char in rest.chars() {
        match char {
            '0'..='9' => number.push(char),
            ' ' | '-' | '(' | ')' | '.' | '/' | '\u{a0}' => {}
            _ => return Err(format!("`{}` has more than digits", shown(text))),
        }
    }
    match number.len() {
        9..=16 if !number.starts_with("+0") => Ok(number),
        _ => Err(format!("`{}` has {} digits and is no number of E.164", shown(text), number.len() - 1)),
    }
}

/// The beginning of a text of the record, for a message.
fn shown(text: &str) -> String {
    text.chars().take(40).map(|char| if char.is_control() { '\u{fffd}' } else { char }).collect()
}

impl EmailSettings {
    /// The address of the recipient, as it goes over the wire.
    pub(super) fn recipient(&self, env: &Env<'_, '_>) -> Result<String, String> {
        let mut text = String::new();
        self.to.write(env, &mut text).map_err(|error| error.to_string())?;
        match Address::parse(text.trim()) {
            Ok(address) => Ok(address.to_string()),
            Err(reason) if text.trim().is_empty() => Err(format!("no e-mail address: {reason}")),
            Err(reason) => Err(format!("the e-mail address `{}`: {reason}", shown(text.trim()))),
        }
    }

    /// Whether the message of a record is advertising.
    pub fn is_marketing(&self, env: &Env<'_, '_>) -> Result<bool, EvalError> {
        self.marketing.as_ref().map_or(Ok(false), |marketing| marketing.test(env))
    }

    /// The token of a message: it says which it is, signed with `return-key`; nothing without one.
    pub fn token(&self, key: &DocumentKey) -> Option<String> {
        let about = Returned { run: key.run, channel: Channel::EMAIL.0, record: key.record };
        self.verp.as_ref().map(|verp| verp.token(about))
    }

    /// Whether messages may have the document as an attachment.
    pub fn attaches(&self) -> bool {
        self.attach.is_some()
    }

    /// What the record says for its message.
    pub fn parts(&self, env: &Env<'_, '_>) -> Result<EmailParts, EvalError> {
        let written = |template: &Option<Template>| {
            let mut text = String::new();
            template.as_ref().map_or(Ok(()), |template| template.write(env, &mut text)).map(|()| text)
        };
        let is_marketing = self.is_marketing(env)?;
        let of_marketing = |template: &Option<Template>| if is_marketing { written(template) } else { Ok(String::new()) };
        Ok(EmailParts {
            to_name: written(&self.to_name)?,
            attach: written(&self.attach)?,
            is_marketing,
            unsubscribe_url: of_marketing(&self.unsubscribe_url)?,
            unsubscribe_mail: of_marketing(&self.unsubscribe_mail)?,
            feedback_id: written(&self.feedback_id)?,
        })
    }
}

impl SmsSettings {
    /// The number of the recipient.
    pub(super) fn recipient(&self, env: &Env<'_, '_>) -> Result<String, String> {
        let mut text = String::new();
        self.to.write(env, &mut text).map_err(|error| error.to_string())?;
        telephone(&text)
    }
}

impl HookSettings {
    /// Who a document is for.
    pub(super) fn recipient(&self, env: &Env<'_, '_>) -> Result<String, String> {
        let Some(to) = &self.to else { return Ok(String::new()) };
        let mut text = String::new();
        to.write(env, &mut text).map_err(|error| error.to_string())?;
        if text.trim().is_empty() { Err("`to` is empty".into()) } else { Ok(text.trim().to_string()) }
    }

    /// The fields of a record, each name with its value.
    ///
    /// # Errors
    /// An expression has no value.
    pub fn fields<'h>(&'h self, env: &Env<'_, '_>) -> Result<Vec<(&'h str, String)>, EvalError> {
        let value = |(name, expr): &'h (String, Expr)| {
            let mut text = String::new();
            expr.write_text(env, &mut text).map(|()| (name.as_str(), text))
        };
        self.fields.iter().map(value).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customer_data_goes_nowhere_in_clear_text() {
        for right in ["https://a.example/x?y=1", "http://localhost:8080/", "http://127.0.0.1/", "http://[::1]:9/"] {
            assert!(safe_url(right).is_ok(), "{right}");
        }
        for wrong in
            ["http://a.example/", "http://localhost:x@evil.example/", "http://[::ffff:8.8.8.8]/", "https://u:p@a.example/", "ftp://a.example/", "a"]
        {
            assert!(safe_url(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn telephone_numbers_are_those_of_e164() {
        assert_eq!(telephone(" +49 (170) 123-45.67 "), Ok("+491701234567".into()));
        for wrong in ["", "0170 1234567", "+49 170", "+0123456789", "+49170123456789012", "+49 170 x", "+49\u{202e}1701234567"] {
            assert!(telephone(wrong).is_err(), "{wrong}");
        }
    }
}
