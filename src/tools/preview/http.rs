//! As much of HTTP/1.1 (RFC 9112) as a page on the same machine needs.
//!
//! Takes connections to a loopback address, gives whole requests without ever waiting for one, and sends answers. One loop does it all:
//! composing a page takes less time than a second thread would be worth. Must never know what is asked for.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

/// Bytes of a request; ours have a few hundred.
const REQUEST_BYTES_MAX: usize = 16 << 10;
/// Connections at a time.
const CONNECTIONS_MAX: usize = 64;
/// A client that takes nothing for so long is given up.
const WRITE_TIMEOUT: Duration = Duration::from_secs(2);

/// Listens on the loopback address.
pub(super) struct Server {
    listener: TcpListener,
    port: u16,
    /// Connections whose request is not complete.
    open: Vec<(TcpStream, Vec<u8>)>,
    /// Connections that are told about changes.
    listeners: Vec<TcpStream>,
}

/// A request.
pub(super) struct Request {
    stream: TcpStream,
    /// The path, without the query.
    pub(super) path: String,
    query: Vec<(String, String)>,
}

/// An answer.
pub(super) struct Answer {
    status: &'static str,
    kind: &'static str,
    body: Vec<u8>,
}

impl Answer {
    pub(super) fn new(kind: &'static str, body: impl Into<Vec<u8>>) -> Answer {
        Answer { status: "200 OK", kind, body: body.into() }
    }

    pub(super) fn json(value: &serde_json::Value) -> Answer {
        Answer::new("application/json", value.to_string())
    }

    pub(super) fn refused(status: &'static str) -> Answer {
        Answer { status, kind: "text/plain; charset=utf-8", body: status.as_bytes().to_vec() }
    }
}

/// What a page may load: nothing but what comes from here.
const POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

impl Server {
    /// Listens on `port`, or on any that is free if it is 0.
    pub(super) fn bind(port: u16) -> std::io::Result<Server> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        Ok(Server { listener, port, open: Vec::new(), listeners: Vec::new() })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// The requests that are complete by now.
    pub(super) fn requests(&mut self) -> Vec<Request> {
        while let Ok((stream, peer)) = self.listener.accept() {
            // The address is bound to loopback; this says so again.
            if peer.ip().is_loopback() && self.open.len() < CONNECTIONS_MAX && stream.set_nonblocking(true).is_ok() {
                self.open.push((stream, Vec::new()));
            }
        }
        let mut requests = Vec::new();
        for (mut stream, mut bytes) in std::mem::take(&mut self.open) {
            let mut piece = [0; 4096];
            let is_open = loop {
                match stream.read(&mut piece) {
                    Ok(0) => break false,
                    Ok(length) => bytes.extend_from_slice(&piece[..length]),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break true,
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(_) => break false,
                }
                if bytes.len() > REQUEST_BYTES_MAX {
                    break true;
                }
            };
            if bytes.windows(4).any(|end| end == b"\r\n\r\n") {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                match read(&text, self.port) {
                    Ok((path, query)) => requests.push(Request { stream, path, query }),
                    Err(status) => send(stream, &Answer::refused(status)),
                }
            } else if bytes.len() > REQUEST_BYTES_MAX {
                send(stream, &Answer::refused("431 Request Header Fields Too Large"));
            } else if is_open {
                self.open.push((stream, bytes));
            }
        }
        requests
    }

    /// Keeps a connection that wants to be told about changes (server-sent events, HTML standard 9.2).
    pub(super) fn listen(&mut self, request: Request) {
        let mut stream = request.stream;
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\nretry: 300\n\n";
        if self.listeners.len() < CONNECTIONS_MAX && begin_writing(&stream).is_ok() && stream.write_all(head.as_bytes()).is_ok() {
            self.listeners.push(stream);
        }
    }

    /// Tells all that listen.
    pub(super) fn tell(&mut self, event: &str) {
        let message = format!("data: {event}\n\n");
        self.listeners.retain_mut(|stream| stream.write_all(message.as_bytes()).and_then(|()| stream.flush()).is_ok());
    }
}

impl Request {
    /// A parameter of the query.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A number of the query.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.text(name)?.parse().ok()
    }

    pub(super) fn answer(self, answer: &Answer) {
        send(self.stream, answer);
    }
}

fn begin_writing(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(WRITE_TIMEOUT))
}

fn send(mut stream: TcpStream, answer: &Answer) {
    let head = format!(
        "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\
         Referrer-Policy: no-referrer\r\nCross-Origin-Resource-Policy: same-origin\r\nContent-Security-Policy: {POLICY}\r\nConnection: close\r\n\r\n",
        answer.status,
        answer.kind,
        answer.body.len()
    );
    // Whoever has gone needs no answer.
    let _ = begin_writing(&stream).and_then(|()| stream.write_all(head.as_bytes())).and_then(|()| stream.write_all(&answer.body));
}

type Target = (String, Vec<(String, String)>);

/// Reads a request and refuses what is not ours: another method, another host (a name of the attacker's that resolves to this machine), another
/// page that asks.
fn read(text: &str, port: u16) -> Result<Target, &'static str> {
    let mut lines = text.split("\r\n");
    let mut first = lines.next().unwrap_or("").split(' ');
    let (method, target, version) = (first.next().unwrap_or(""), first.next().unwrap_or(""), first.next().unwrap_or(""));
    if !version.starts_with("HTTP/1.") || !target.starts_with('/') {
        return Err("400 Bad Request");
    }
    if method != "GET" {
        return Err("405 Method Not Allowed");
    }
    let headers: Vec<(&str, &str)> = lines.take_while(|line| !line.is_empty()).filter_map(|line| line.split_once(':')).collect();
    let all = |name: &str| headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).collect::<Vec<_>>();
    let own = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
    let hosts = all("host");
    if hosts.len() != 1 || !own.iter().any(|own| own.eq_ignore_ascii_case(hosts[0])) {
        return Err("403 Forbidden");
    }
    if all("origin").iter().any(|origin| !own.iter().any(|own| *origin == format!("http://{own}"))) {
        return Err("403 Forbidden");
    }
    if all("sec-fetch-site").iter().any(|site| !matches!(*site, "same-origin" | "none")) {
        return Err("403 Forbidden");
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    Ok((path.to_string(), pairs.map(|(key, value)| (decode(key), decode(value))).collect()))
}

/// A text of a query (URL standard, 5.1).
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let pair = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok()).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match (bytes[at], pair) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_page_is_answered() {
        let check = |request: &str| read(&request.replace('\n', "\r\n"), 8000).map(|(path, _)| path);
        assert_eq!(check("GET /a?b=c HTTP/1.1\nHost: 127.0.0.1:8000\n\n"), Ok("/a".into()));
        assert_eq!(check("GET / HTTP/1.1\nhost: LOCALHOST:8000\nSec-Fetch-Site: none\n\n"), Ok("/".into()));
        assert_eq!(check("GET / HTTP/1.1\nHost: evil.example:8000\n\n"), Err("403 Forbidden"));
        assert_eq!(check("GET / HTTP/1.1\nHost: 127.0.0.1:8001\n\n"), Err("403 Forbidden"));
        assert_eq!(check("GET / HTTP/1.1\n\n"), Err("403 Forbidden"));
        assert_eq!(check("GET / HTTP/1.1\nHost: 127.0.0.1:8000\nHost: evil\n\n"), Err("403 Forbidden"));
        assert_eq!(check("GET / HTTP/1.1\nHost: 127.0.0.1:8000\nOrigin: http://evil.example\n\n"), Err("403 Forbidden"));
        assert_eq!(check("GET / HTTP/1.1\nHost: 127.0.0.1:8000\nSec-Fetch-Site: cross-site\n\n"), Err("403 Forbidden"));
        assert_eq!(check("POST / HTTP/1.1\nHost: 127.0.0.1:8000\n\n"), Err("405 Method Not Allowed"));
        assert_eq!(check("GET http://a/ HTTP/1.1\nHost: 127.0.0.1:8000\n\n"), Err("400 Bad Request"));
    }

    #[test]
    fn queries_are_decoded() {
        assert_eq!(decode("a+b%20%C3%A9%zz%"), "a b é%zz%");
    }
}
