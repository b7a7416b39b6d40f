//! `[email.smtp]`: the server that messages are handed to, and how it is treated.
//!
//! Takes the job file as the run has frozen it, gives [`DeliverySettings`]. Passwords are not in it: they are in a file or in the environment.
//! Must never open a connection, and never read a secret.

use super::keys::{Section, key};
use super::read::{Table, Text, parse};
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::span::{Sources, Span};
use crate::kit::mime::address::{Address, domain_to_ascii};

/// How a connection is kept secret.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tls {
    /// It begins in clear text and must become TLS (RFC 3207).
    StartTls,
    /// TLS from the first byte (RFC 8314).
    Implicit,
    /// Clear text: to this machine only, or without a password.
    None,
}

/// The server and how it is treated.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SmtpSettings {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept secret.
    pub tls: Tls,
    /// How we call ourselves (EHLO).
    pub name: String,
    /// Who logs in.
    pub user: Option<String>,
    /// The file of the password.
    pub password_file: Option<String>,
    /// The environment variable of the password.
    pub password_env: Option<String>,
    /// Certificates to trust in place of those of browsers.
    pub ca: Option<String>,
    /// Connections at once.
    pub connections: usize,
    /// Messages of one connection.
    pub messages_per_connection: u32,
    /// Messages per minute to one domain; 0: as many as go.
    pub rate: u32,
    /// The same of single domains.
    pub rates: Vec<(String, u32)>,
    /// How long an answer may take, in milliseconds.
    pub timeout_ms: u64,
    /// Pauses before further tries, in milliseconds; the last one repeats.
    pub retry_ms: Vec<u64>,
    /// How long a message is tried, in milliseconds.
    pub expire_ms: u64,
}

/// What a delivery needs to know of a job.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeliverySettings {
    /// The sender.
    pub from: Address,
    /// Where bounces go.
    pub return_path: Address,
    /// The file of the key of return paths, as the job writes it.
    pub return_key: Option<String>,
    /// The server.
    pub smtp: Option<SmtpSettings>,
}

/// `[email]` as it is looked at here; its own keys are checked when the job is planned.
const EMAIL: Section = Section { header: "[email]", is_open: true, doc: "", keys: &[] };

/// `[email.smtp.rates]`.
pub(super) const RATES: Section = Section {
    header: "[email.smtp.rates]",
    is_open: true,
    doc: "Domains that want another rate than `rate`.",
    keys: &[key("DOMAIN", "a number", "", "\"example.org\" = 60", "Messages per minute.")],
};

/// `[email.dkim]`.
pub(super) const DKIM: Section = Section {
    header: "[email.dkim]",
    is_open: false,
    doc: "Signatures of messages (RFC 6376, relaxed/relaxed), put before them when they are written: the same each time. `pressrun deliver --dns` prints the record that DNS must have.",
    keys: &[
        key("domain", "a domain", "that of the sender", "\"bank.example\"", "`d=`: who signs. DMARC wants that of the sender, or one above it."),
        key("selector", "a name", "", "\"press2026\"", "`s=`: which key of the domain."),
        key(
            "key",
            "a file",
            "",
            "\"secrets/dkim.pem\"",
            "The private key, PEM: RSA of 2048 bits or more, or Ed25519. The file is not kept in the output folder.",
        ),
    ],
};

/// `[email.smtp]`.
pub(super) const SMTP: Section = Section {
    header: "[email.smtp]",
    is_open: false,
    doc: "The server that `pressrun deliver` hands messages to: your own relay, or that of a provider. Nothing of it changes what is composed.",
    keys: &[
        key("host", "a name", "", "\"smtp.bank.example\"", "The server."),
        key("port", "a number", "587; 465 with `tls = \"implicit\"`, 25 with \"none\"", "587", "Its port."),
        key(
            "tls",
            "`starttls`, `implicit` or `none`",
            "starttls",
            "\"implicit\"",
            "How the connection is kept secret. `starttls`: it must become TLS before anything is said. `none`: clear text, and no password unless the server is this machine.",
        ),
        key("ca", "a file", "those of browsers", "\"relay-ca.pem\"", "Certificates (PEM) that are trusted in their place, for a relay of one's own."),
        key("name", "a name", "the domain of the sender", "\"press.bank.example\"", "How the program calls itself (EHLO)."),
        key("user", "a text", "", "\"pressrun\"", "Who logs in (AUTH PLAIN or LOGIN)."),
        key("password-file", "a file", "", "\"secrets/smtp.password\"", "Its first line is the password. It never stands in the job itself."),
        key("password-env", "a text", "", "\"SMTP_PASSWORD\"", "The environment variable that has it, in place of a file."),
        key("connections", "1 to 64", "4", "8", "Connections at once."),
        key("messages-per-connection", "1 to 100000", "100", "50", "After so many messages a connection is closed and another one opened."),
        key("rate", "a number", "as many as go", "600", "Messages per minute to one domain of recipients."),
        key("rates", "a table", "", "", "Domains that want another rate."),
        key("timeout", "a time, as `30s`, `5min`", "5min", "\"2min\"", "How long an answer may take."),
        key(
            "retry",
            "times between commas",
            "15min, 1h, 4h, 8h",
            "\"15min, 1h, 4h, 8h\"",
            "After which pauses a message is tried again that the server did not want now (4xx); the last pause repeats.",
        ),
        key("expire", "a time", "72h", "\"24h\"", "How long a message is tried; then it has failed."),
    ],
};

/// Reads what a delivery needs from the job file of a run.
///
/// # Errors
/// Every fault of it.
pub fn read_delivery(text: &str, name: &str) -> Result<DeliverySettings, (Vec<Diagnostic>, Sources)> {
    let (mut sources, mut faults) = (Sources::default(), Faults::new());
    let file = sources.add(name, text.to_string());
    let settings = parse(text, file, &mut faults).and_then(|table| {
        let whole = Span::new(file, 0, 0);
        let root = Table::new(&table, whole, &EMAIL, text, &mut faults);
        if !root.has("email") {
            let fault = Diagnostic::error(&code::JOB_DELIVERY, whole, "the job has no `[email]`: there is nothing to deliver");
            faults.push(fault);
            return None;
        }
        let email = root.table("email", &EMAIL, &mut faults)?;
        let address = |key: &str, faults: &mut Faults| email.text(key, faults).and_then(|text| read_address(&text, faults));
        let from = address("from", &mut faults);
        let return_path = address("return-path", &mut faults);
        let return_key = email.text("return-key", &mut faults).map(|text| text.text);
        let from = from?;
        let smtp = email.table("smtp", &SMTP, &mut faults).and_then(|table| read(&table, &from, &mut faults));
        Some(DeliverySettings { return_path: return_path.unwrap_or_else(|| from.clone()), from, return_key, smtp })
    });
    match settings {
        Some(settings) if !faults.has_errors() => Ok(settings),
        _ => Err((faults.into_sorted(), sources)),
    }
}

/// Reads `[email.smtp]`.
pub(super) fn read(table: &Table<'_>, from: &Address, faults: &mut Faults) -> Option<SmtpSettings> {
    let host = table.required_text("host", faults);
    let tls = table.word("tls", &[("starttls", Tls::StartTls), ("implicit", Tls::Implicit), ("none", Tls::None)], faults).unwrap_or(Tls::StartTls);
    let usual = match tls {
        Tls::StartTls => 587,
        Tls::Implicit => 465,
        Tls::None => 25,
    };
    let port = table.integer("port", 1..=65_535, faults).unwrap_or(usual) as u16;
    let plain = |name: &str, faults: &mut Faults| table.text(name, faults).map(|text| text.text);
    let user = plain("user", faults);
    let (password_file, password_env) = (plain("password-file", faults), plain("password-env", faults));
    if user.is_some() != (password_file.is_some() || password_env.is_some()) {
        let missing = if user.is_some() { "password-file" } else { "user" };
        table.missing(missing, faults);
    }
    let name = table.text("name", faults);
    if let Some(name) = &name
        && domain_to_ascii(&name.text).is_err()
        && name.text != "localhost"
    {
        faults.push(Diagnostic::error(&code::JOB_DELIVERY, name.part(0..name.text.len()), format!("`{}` is no name of a machine", name.text)));
    }
    let mut rates = Vec::new();
    if let Some(list) = table.table("rates", &RATES, faults) {
        for (domain, ..) in list.entries() {
            let rate = list.integer(&domain.value, 1..=1_000_000, faults);
            rates.extend(domain_to_ascii(&domain.value).ok().zip(rate.map(|rate| rate as u32)));
        }
    }
    let time = |name: &str, usual: u64, faults: &mut Faults| table.text(name, faults).map_or(Some(usual), |text| read_time(&text, faults));
    let timeout_ms = time("timeout", 300_000, faults);
    let expire_ms = time("expire", 72 * HOUR, faults);
    let retry_ms = table.text("retry", faults).map_or(Some(vec![HOUR / 4, HOUR, 4 * HOUR, 8 * HOUR]), |text| {
        let times: Option<Vec<u64>> = text.text.split(',').map(|time| parse_time(time.trim())).collect();
        if times.is_none() {
            tell_time(&text, faults);
        }
        times
    });
    Some(SmtpSettings {
        host: host?.text,
        port,
        tls,
        name: name.map_or_else(|| from.domain().to_string(), |name| name.text),
        user,
        password_file,
        password_env,
        ca: plain("ca", faults),
        connections: table.integer("connections", 1..=64, faults).unwrap_or(4) as usize,
        messages_per_connection: table.integer("messages-per-connection", 1..=100_000, faults).unwrap_or(100) as u32,
        rate: table.integer("rate", 1..=1_000_000, faults).unwrap_or(0) as u32,
        rates,
        timeout_ms: timeout_ms?.max(1),
        retry_ms: retry_ms?,
        expire_ms: expire_ms?,
    })
}

const HOUR: u64 = 3_600_000;

/// Milliseconds of `500ms`, `30s`, `15min`, `4h`, `3d`. `None`: it is no such time.
pub fn parse_time(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = text[..digits].parse().ok()?;
    let unit = match text[digits..].trim() {
        "ms" => 1,
        "s" => 1_000,
        "min" | "m" => 60_000,
        "h" => HOUR,
        "d" => 24 * HOUR,
        _ => return None,
    };
    number.checked_mul(unit).filter(|time| *time <= 365 * 24 * HOUR)
}

fn read_time(text: &Text, faults: &mut Faults) -> Option<u64> {
    let time = parse_time(&text.text);
    if time.is_none() {
        tell_time(text, faults);
    }
    time
}

fn tell_time(text: &Text, faults: &mut Faults) {
    let fault = Diagnostic::error(&code::JOB_DELIVERY, text.part(0..text.text.len()), format!("`{}` is no time", text.text));
    faults.push(fault.hint("write `500ms`, `30s`, `15min`, `4h` or `3d`"));
}

fn read_address(text: &Text, faults: &mut Faults) -> Option<Address> {
    let read = Address::parse(&text.text);
    if let Err(fault) = &read {
        let message = format!("`{}` is no address of e-mail: {fault}", text.text);
        faults.push(Diagnostic::error(&code::JOB_DELIVERY, text.part(0..text.text.len()), message));
    }
    read.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOB: &str = "[email]\nfrom = \"billing@bank.example\"\nreturn-path = \"bounce@bank.example\"\nto = \"{x}\"\n";

    fn messages(text: &str) -> Vec<String> {
        let (faults, _) = read_delivery(text, "job.toml").expect_err("faults");
        faults.into_iter().map(|fault| fault.message).collect()
    }

    #[test]
    fn what_is_not_said_is_usual() {
        let settings = read_delivery(&format!("{JOB}[email.smtp]\nhost = \"mx\"\n"), "job.toml").unwrap_or_else(|(faults, _)| panic!("{faults:?}"));
        let smtp = settings.smtp.expect("a server");
        assert_eq!((smtp.port, smtp.tls, smtp.name.as_str(), smtp.connections), (587, Tls::StartTls, "bank.example", 4));
        assert_eq!((smtp.retry_ms[0], smtp.expire_ms, smtp.timeout_ms), (900_000, 259_200_000, 300_000));
        assert_eq!(settings.return_path.as_str(), "bounce@bank.example");
    }

    #[test]
    fn all_faults_are_told() {
        let found = messages(&format!("{JOB}[email.smtp]\nport = 0\nretry = \"1 fortnight\"\nuser = \"me\"\ntls = \"maybe\"\n"));
        assert!(found.len() >= 5, "{found:?}");
        assert!(messages("[job]\n")[0].contains("no `[email]`"));
    }

    #[test]
    fn times_are_read() {
        assert_eq!(parse_time("250ms"), Some(250));
        assert_eq!(parse_time("15min"), Some(900_000));
        assert_eq!(parse_time("3d"), Some(259_200_000));
        for wrong in ["", "5", "h", "1.5h", "-1s", "99999999999999d", "1 year"] {
            assert_eq!(parse_time(wrong), None, "{wrong}");
        }
    }
}
