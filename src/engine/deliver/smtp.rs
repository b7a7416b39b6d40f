//! The client's side of SMTP (RFC 5321), as far as a sender of bills needs it.
//!
//! Takes a connection, gives a session that sends one message after the other. The last dot is a step of its own, so that the caller can
//! write down that it is about to be sent; that is why this is not a library's transport. Must never retry, wait or decide.

use std::fmt;
use std::io::{self, Read, Write};

use crate::kit::base64;
use crate::kit::bounce::Status;

/// Longest line of a reply in bytes (RFC 5321, 4.5.3.1.5, has 512; servers write more).
const LINE_BYTES_MAX: usize = 4_096;
/// Most lines of a reply.
const LINES_MAX: usize = 256;

/// What a server answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Reply {
    /// 200–599.
    pub(super) code: u16,
    /// Its lines, without the code.
    pub(super) lines: Vec<String>,
}

impl Reply {
    pub(super) fn is_positive(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// 5xx: it will not be different next time.
    pub(super) fn is_permanent(&self) -> bool {
        self.code >= 500
    }

    /// The enhanced status code at its beginning (RFC 2034).
    pub(super) fn status(&self) -> Option<Status> {
        self.lines.iter().find_map(|line| Status::parse(line.split(' ').next().unwrap_or("")))
    }
}

impl fmt::Display for Reply {
    /// In one line, with nothing that a terminal would obey.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        let mut left = 500usize;
        for line in &self.lines {
            let text: String = line.chars().filter(|c| !c.is_control()).take(left).collect();
            left = left.saturating_sub(text.len());
            if !text.is_empty() {
                write!(f, " {text}")?;
            }
        }
        Ok(())
    }
}

/// Why a session cannot go on. What it was about was not accepted, unless the last dot was sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum SmtpError {
    /// The connection: refused, dropped, too slow.
    #[error("{}", broken(.0))]
    Io(#[from] io::Error),
    /// The server says that it cannot serve now.
    #[error("{0}")]
    Refused(Reply),
    /// What it says is not SMTP.
    #[error("the server does not speak SMTP: {0}")]
    Protocol(String),
    /// It lacks something that is asked for.
    #[error("{0}")]
    Lacks(String),
}

fn broken(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => "the server does not answer in time".into(),
        io::ErrorKind::UnexpectedEof => "the server closed the connection".into(),
        _ => format!("the connection broke: {error}"),
    }
}

/// What a server offers (RFC 5321, 4.1.1.1).
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Capabilities {
    /// Several commands at once (RFC 2920).
    pub(super) pipelining: bool,
    /// The largest message it takes (RFC 1870); 0: it does not say.
    pub(super) size: Option<u64>,
    /// Bytes above 127 (RFC 6152).
    pub(super) eight_bit: bool,
    /// Addresses beyond ASCII (RFC 6531).
    pub(super) smtputf8: bool,
    /// Envelope ids and wishes about reports (RFC 3461).
    pub(super) dsn: bool,
    /// TLS on the same connection (RFC 3207).
    pub(super) starttls: bool,
    /// Ways to log in (RFC 4954).
    pub(super) auth: Vec<String>,
}

/// Who a message goes to and where it comes back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Envelope<'a> {
    /// The return path; empty: none.
    pub(super) from: &'a str,
    /// The recipient.
    pub(super) to: &'a str,
    /// What reports call the message.
    pub(super) id: &'a str,
    /// Bytes of the message.
    pub(super) size: usize,
    /// Whether it has bytes above 127.
    pub(super) is_eight_bit: bool,
    /// Whether an address or a header is beyond ASCII.
    pub(super) needs_smtputf8: bool,
}

/// How the server takes an envelope.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Taken {
    /// It waits for the message.
    Waits,
    /// It does not want it, now (4xx) or ever (5xx).
    No(Reply),
}

/// What a session speaks over.
pub(super) trait Line: Read + Write {
    /// Whether the other side has closed it, as far as the system knows by now.
    fn is_gone(&self) -> bool;
}

/// A session with a server.
pub(super) struct Session<W> {
    wire: W,
    buffer: Vec<u8>,
    at: usize,
    /// What it offers.
    pub(super) capabilities: Capabilities,
    needs_reset: bool,
    /// Messages sent in it.
    pub(super) messages: u32,
}

impl<W: Line> Session<W> {
    /// Waits for the greeting and says who we are.
    pub(super) fn open(wire: W, name: &str) -> Result<Session<W>, SmtpError> {
        let mut session = Session::plain(wire);
        let greeting = session.reply()?;
        if greeting.code != 220 {
            return Err(SmtpError::Refused(greeting));
        }
        session.hello(name)?;
        Ok(session)
    }

    /// A session on a connection that has greeted already, such as after STARTTLS.
    pub(super) fn again(wire: W, name: &str) -> Result<Session<W>, SmtpError> {
        let mut session = Session::plain(wire);
        session.hello(name)?;
        Ok(session)
    }

    fn plain(wire: W) -> Session<W> {
        Session { wire, buffer: Vec::new(), at: 0, capabilities: Capabilities::default(), needs_reset: false, messages: 0 }
    }

    fn hello(&mut self, name: &str) -> Result<(), SmtpError> {
        self.write(format!("EHLO {name}\r\n").as_bytes())?;
        let reply = self.reply()?;
        if reply.is_positive() {
            self.capabilities = Capabilities::read(&reply);
            return Ok(());
        }
        if reply.code == 421 {
            return Err(SmtpError::Refused(reply));
        }
        // A server of before 1995.
        self.write(format!("HELO {name}\r\n").as_bytes())?;
        let reply = self.reply()?;
        if reply.is_positive() { Ok(()) } else { Err(SmtpError::Refused(reply)) }
    }

    /// Asks for TLS; gives back the bare connection. What the server said before does not count any more (RFC 3207, 4.2).
    pub(super) fn start_tls(mut self) -> Result<W, SmtpError> {
        if !self.capabilities.starttls {
            return Err(SmtpError::Lacks("the server offers no STARTTLS".into()));
        }
        self.write(b"STARTTLS\r\n")?;
        let reply = self.reply()?;
        if reply.code != 220 {
            return Err(SmtpError::Refused(reply));
        }
        // Whatever follows in clear text was put there by somebody else (CVE-2011-0411).
        if self.at < self.buffer.len() {
            return Err(SmtpError::Protocol("it wrote something between STARTTLS and TLS".into()));
        }
        Ok(self.wire)
    }

    /// Logs in: PLAIN (RFC 4616) where it is offered, else LOGIN.
    pub(super) fn log_in(&mut self, user: &str, password: &str) -> Result<(), SmtpError> {
        let has = |method: &str| self.capabilities.auth.iter().any(|offered| offered == method);
        let reply = if has("PLAIN") {
            let secret = base64::encode(format!("\0{user}\0{password}").as_bytes());
            self.command(&format!("AUTH PLAIN {secret}\r\n"))?
        } else if has("LOGIN") {
            let mut reply = self.command("AUTH LOGIN\r\n")?;
            for word in [user, password] {
                if reply.code == 334 {
                    reply = self.command(&format!("{}\r\n", base64::encode(word.as_bytes())))?;
                }
            }
            reply
        } else {
            return Err(SmtpError::Lacks("the server offers neither AUTH PLAIN nor AUTH LOGIN".into()));
        };
        if reply.code == 235 { Ok(()) } else { Err(SmtpError::Refused(reply)) }
    }

    /// Offers a message. With PIPELINING it takes one round trip.
    pub(super) fn offer(&mut self, envelope: &Envelope<'_>) -> Result<Taken, SmtpError> {
        let own = |code: u16, text: &str| Taken::No(Reply { code, lines: vec![text.to_string()] });
        if envelope.needs_smtputf8 && !self.capabilities.smtputf8 {
            return Ok(own(553, "5.6.7 the server takes no addresses beyond ASCII (SMTPUTF8)"));
        }
        if self.capabilities.size.is_some_and(|most| most > 0 && envelope.size as u64 > most) {
            return Ok(own(552, "5.3.4 the message is larger than the server takes (SIZE)"));
        }
        if envelope.is_eight_bit && !self.capabilities.eight_bit {
            return Ok(own(554, "5.6.3 the message has bytes above 127, the server takes none (8BITMIME)"));
        }
        let mut commands = Vec::with_capacity(4);
        if self.needs_reset {
            commands.push("RSET\r\n".to_string());
        }
        commands.push(self.mail_from(envelope));
        commands.push(self.rcpt_to(envelope));
        commands.push("DATA\r\n".to_string());
        self.needs_reset = true;
        if !self.capabilities.pipelining {
            for command in &commands {
                let reply = self.command(command)?;
                if command.starts_with("DATA") && reply.code == 354 {
                    return Ok(Taken::Waits);
                }
                if !reply.is_positive() {
                    return self.refused(reply);
                }
            }
            return Err(SmtpError::Protocol("it answers DATA with a success".into()));
        }
        self.write(commands.concat().as_bytes())?;
        let mut no = None;
        for command in &commands {
            let reply = self.reply()?;
            let is_data = command.starts_with("DATA");
            match (is_data, no.is_some()) {
                (true, false) if reply.code == 354 => return Ok(Taken::Waits),
                (true, true) if reply.code == 354 => {
                    // RFC 2920, 3.1: it waits for a message to nobody. It gets none.
                    self.write(b".\r\n")?;
                    self.reply()?;
                }
                (_, false) if !reply.is_positive() => {
                    if reply.code == 421 {
                        return Err(SmtpError::Refused(reply));
                    }
                    no = Some(reply);
                }
                _ => {}
            }
        }
        no.map_or_else(|| Err(SmtpError::Protocol("it answers DATA with a success".into())), |reply| Ok(Taken::No(reply)))
    }

    fn refused(&mut self, reply: Reply) -> Result<Taken, SmtpError> {
        if reply.code == 421 { Err(SmtpError::Refused(reply)) } else { Ok(Taken::No(reply)) }
    }

    fn mail_from(&self, envelope: &Envelope<'_>) -> String {
        let mut command = format!("MAIL FROM:<{}>", envelope.from);
        if self.capabilities.size.is_some() {
            command.push_str(&format!(" SIZE={}", envelope.size));
        }
        if envelope.is_eight_bit || envelope.needs_smtputf8 {
            command.push_str(" BODY=8BITMIME");
        }
        if envelope.needs_smtputf8 {
            command.push_str(" SMTPUTF8");
        }
        if self.capabilities.dsn && !envelope.id.is_empty() {
            command.push_str(&format!(" RET=HDRS ENVID={}", xtext(envelope.id)));
        }
        command + "\r\n"
    }

    fn rcpt_to(&self, envelope: &Envelope<'_>) -> String {
        let mut command = format!("RCPT TO:<{}>", envelope.to);
        if self.capabilities.dsn {
            command.push_str(" NOTIFY=FAILURE");
            if envelope.to.is_ascii() {
                command.push_str(&format!(" ORCPT=rfc822;{}", xtext(envelope.to)));
            }
        }
        command + "\r\n"
    }

    /// Writes the message without its last dot. Nothing is delivered by it: whoever stops here has sent nothing (RFC 5321, 4.2.5).
    pub(super) fn write_message(&mut self, message: &[u8]) -> Result<(), SmtpError> {
        debug_assert!(message.ends_with(b"\r\n"), "the dot stands on a line of its own");
        let mut at = 0;
        if message.starts_with(b".") {
            self.wire.write_all(b".")?;
        }
        for found in memchr::memmem::find_iter(message, b"\n.") {
            self.wire.write_all(&message[at..=found])?;
            self.wire.write_all(b".")?;
            at = found + 1;
        }
        self.wire.write_all(&message[at..])?;
        self.wire.flush()?;
        Ok(())
    }

    /// Whether the server has closed the connection: then the last dot need not be sent, and nothing is in doubt.
    pub(super) fn is_gone(&self) -> bool {
        self.wire.is_gone()
    }

    /// The last dot. From here to the reply nobody knows whether the message was taken.
    pub(super) fn finish(&mut self) -> Result<Reply, SmtpError> {
        self.write(b".\r\n")?;
        let reply = self.reply()?;
        self.needs_reset = false;
        self.messages += 1;
        Ok(reply)
    }

    /// Says good-bye; whether anybody hears it does not matter.
    pub(super) fn quit(mut self) {
        let _ = self.write(b"QUIT\r\n").and_then(|()| self.reply());
    }

    fn command(&mut self, command: &str) -> Result<Reply, SmtpError> {
        self.write(command.as_bytes())?;
        self.reply()
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), SmtpError> {
        self.wire.write_all(bytes)?;
        self.wire.flush()?;
        Ok(())
    }

    fn reply(&mut self) -> Result<Reply, SmtpError> {
        let mut reply = Reply { code: 0, lines: Vec::new() };
        loop {
            let line = self.line()?;
            let text = String::from_utf8_lossy(&line);
            let code = text.get(..3).and_then(|code| code.parse::<u16>().ok()).filter(|code| (200..600).contains(code));
            let Some(code) = code.filter(|_| line.len() == 3 || matches!(line[3], b' ' | b'-')) else {
                let shown: String = text.chars().filter(|c| !c.is_control()).take(80).collect();
                return Err(SmtpError::Protocol(format!("`{shown}`")));
            };
            reply.code = code;
            reply.lines.push(text.get(4..).unwrap_or("").to_string());
            if line.get(3) != Some(&b'-') {
                return Ok(reply);
            }
            if reply.lines.len() >= LINES_MAX {
                return Err(SmtpError::Protocol("a reply without end".into()));
            }
        }
    }

    fn line(&mut self) -> Result<Vec<u8>, SmtpError> {
        loop {
            if let Some(end) = memchr::memchr(b'\n', &self.buffer[self.at..]) {
                let line = self.buffer[self.at..self.at + end].to_vec();
                self.at += end + 1;
                return Ok(line.strip_suffix(b"\r").map(<[u8]>::to_vec).unwrap_or(line));
            }
            if self.buffer.len() - self.at > LINE_BYTES_MAX {
                return Err(SmtpError::Protocol("a line without end".into()));
            }
            self.buffer.drain(..self.at);
            self.at = 0;
            let mut piece = [0u8; 2_048];
            let count = match self.wire.read(&mut piece) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if count == 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
            self.buffer.extend_from_slice(&piece[..count]);
        }
    }
}

impl Capabilities {
    fn read(reply: &Reply) -> Capabilities {
        let mut found = Capabilities::default();
        for line in reply.lines.iter().skip(1) {
            let mut words = line.split([' ', '=']).map(str::to_ascii_uppercase);
            match words.next().unwrap_or_default().as_str() {
                "PIPELINING" => found.pipelining = true,
                "SIZE" => found.size = Some(words.next().and_then(|size| size.parse().ok()).unwrap_or(0)),
                "8BITMIME" => found.eight_bit = true,
                "SMTPUTF8" => found.smtputf8 = true,
                "DSN" => found.dsn = true,
                "STARTTLS" => found.starttls = true,
                "AUTH" => found.auth.extend(words),
                _ => {}
            }
        }
        found
    }
}

/// RFC 3461, 4: what is not printable, `+` and `=` are written in hexadecimal.
fn xtext(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        if (0x21..0x7f).contains(&b) && b != b'+' && b != b'=' {
            out.push(b as char);
        } else {
            out.push_str(&format!("+{b:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests;
