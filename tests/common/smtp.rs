//! A mail server on this machine that does what the local part of a recipient says, once; afterwards it takes the message.
#![allow(dead_code)]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the server has seen.
#[derive(Default)]
pub struct Seen {
    /// Recipients and messages that were accepted, dots undone.
    pub accepted: Vec<(String, Vec<u8>)>,
    /// Envelopes: what followed MAIL and RCPT.
    pub commands: Vec<String>,
    /// What was done wrong to whom.
    pub done: BTreeSet<String>,
    /// Connections.
    pub connections: usize,
}

/// The server.
pub struct Server {
    pub port: u16,
    pub seen: Arc<Mutex<Seen>>,
}

impl Server {
    /// Starts it; `greeting` is what each connection hears first, `extensions` what EHLO offers.
    pub fn start(greeting: &'static str, extensions: &'static [&'static str]) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let server = Server { port, seen: seen.clone() };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let seen = seen.clone();
                std::thread::spawn(move || {
                    seen.lock().expect("seen").connections += 1;
                    let _ = serve(stream, greeting, extensions, &seen);
                });
            }
        });
        server
    }

    pub fn accepted(&self) -> Vec<String> {
        let mut all: Vec<String> = self.seen.lock().expect("seen").accepted.iter().map(|(to, _)| to.clone()).collect();
        all.sort();
        all
    }
}

/// Whether the recipient wants this done, and it was not done yet.
fn wants(seen: &Mutex<Seen>, to: &str, what: &str) -> bool {
    to.starts_with(what) && seen.lock().expect("seen").done.insert(to.to_string())
}

fn serve(stream: TcpStream, greeting: &str, extensions: &[&str], seen: &Mutex<Seen>) -> std::io::Result<()> {
    let mut out = stream.try_clone()?;
    let mut lines = BufReader::new(stream);
    let mut say = |text: &str| out.write_all(format!("{text}\r\n").as_bytes());
    if greeting.starts_with("421 slow") {
        // No two connections end at the same time.
        let number = seen.lock().expect("seen").connections as u64;
        std::thread::sleep(Duration::from_millis(number * 97 % 400));
    }
    say(greeting)?;
    let (mut to, mut line) = (String::new(), Vec::new());
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let command = String::from_utf8_lossy(&line).trim_end().to_string();
        let word = command.split(' ').next().unwrap_or("").to_ascii_uppercase();
        match word.as_str() {
            "EHLO" => {
                for extension in extensions {
                    say(&format!("250-{extension}"))?;
                }
                say("250 HELP")?;
            }
            "MAIL" | "RCPT" => {
                seen.lock().expect("seen").commands.push(command.clone());
                if word == "RCPT" {
                    to = command.split(['<', '>']).nth(1).unwrap_or("").to_string();
                    if wants(seen, &to, "greylist") {
                        to.clear();
                        say("450 4.2.0 greylisted")?;
                        continue;
                    }
                    if to.starts_with("unknown") {
                        to.clear();
                        say("550 5.1.1 no such user")?;
                        continue;
                    }
                    if wants(seen, &to, "drop-early") {
                        return Ok(());
                    }
                }
                say("250 2.1.0 ok")?;
            }
            "DATA" if to.is_empty() => say("554 5.5.1 no valid recipients")?,
            "DATA" => {
                say("354 go on")?;
                if wants(seen, &to, "drop-data") {
                    return Ok(());
                }
                let mut message = Vec::new();
                loop {
                    line.clear();
                    if lines.read_until(b'\n', &mut line)? == 0 {
                        return Ok(());
                    }
                    if line == b".\r\n" {
                        break;
                    }
                    message.extend_from_slice(if line.starts_with(b".") { &line[1..] } else { &line });
                }
                if wants(seen, &to, "421-dot") {
                    return say("421 4.3.2 closing");
                }
                if wants(seen, &to, "451-dot") {
                    say("451 4.3.0 not now")?;
                    continue;
                }
                if wants(seen, &to, "lose") {
                    return Ok(());
                }
                if to.starts_with("552-dot") {
                    say("552 5.2.2 mailbox full")?;
                    continue;
                }
                seen.lock().expect("seen").accepted.push((to.clone(), message));
                if wants(seen, &to, "take-and-drop") {
                    return Ok(());
                }
                if wants(seen, &to, "stall") {
                    std::thread::sleep(Duration::from_millis(1_500));
                }
                say("250 2.0.0 accepted")?;
            }
            "RSET" => {
                to.clear();
                say("250 2.0.0 forgotten")?;
            }
            "AUTH" => say("535 5.7.8 wrong password")?,
            "QUIT" => return say("221 2.0.0 bye"),
            _ => say("502 5.5.2 what")?,
        }
    }
}
