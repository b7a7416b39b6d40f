//! Connections to a mail server: TCP, TLS, and the time they may take.
//!
//! Takes where the server is, gives a session that is logged in. Must never send a password in clear text to another machine.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::smtp::{Line, Session, SmtpError};
use crate::plan::smtp::{SmtpSettings, Tls};

/// A connection, in clear text or not.
pub(super) enum Wire {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Wire::Plain(stream) => stream.read(buffer),
            Wire::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Wire::Plain(stream) => stream.write(bytes),
            Wire::Tls(stream) => stream.write(bytes),
        }
    }
    fn flush(&mut self) -> io::Result<()> {
        match self {
            Wire::Plain(stream) => stream.flush(),
            Wire::Tls(stream) => stream.flush(),
        }
    }
}

impl Line for Wire {
    fn is_gone(&self) -> bool {
        let stream = match self {
            Wire::Plain(stream) => stream,
            Wire::Tls(stream) => &stream.sock,
        };
        if stream.set_nonblocking(true).is_err() {
            return true;
        }
        let seen = stream.peek(&mut [0]);
        let is_open = stream.set_nonblocking(false).is_ok();
        // Whoever waits says nothing; what TLS says on its own is no good-bye.
        !is_open || matches!(seen, Ok(0)) || seen.is_err_and(|error| error.kind() != io::ErrorKind::WouldBlock)
    }
}

/// Where messages go, and how to get there.
pub(super) struct Server {
    settings: SmtpSettings,
    password: Option<String>,
    tls: Option<Arc<ClientConfig>>,
}

impl Server {
    /// A server with the certificates that are trusted: those of `authorities` (PEM), or of all browsers.
    ///
    /// # Errors
    /// The certificates cannot be read, or a password would go out in clear text.
    pub(super) fn new(settings: SmtpSettings, password: Option<String>, authorities: Option<&[u8]>) -> Result<Server, String> {
        if settings.tls == Tls::None {
            if settings.user.is_some() && !is_loopback(&settings.host) {
                return Err(format!("the password for `{}` would go out in clear text: set `tls` in `[email.smtp]`", settings.host));
            }
            return Ok(Server { settings, password, tls: None });
        }
        let mut roots = RootCertStore::empty();
        match authorities {
            None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            Some(pem) => {
                for certificate in CertificateDer::pem_slice_iter(pem) {
                    let certificate = certificate.map_err(|error| format!("the certificates of `ca` cannot be read: {error}"))?;
                    roots.add(certificate).map_err(|error| format!("a certificate of `ca` cannot be used: {error}"))?;
                }
                if roots.is_empty() {
                    return Err("the file of `ca` has no certificate".into());
                }
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
        let tls = Arc::new(config.with_root_certificates(roots).with_no_client_auth());
        Ok(Server { settings, password, tls: Some(tls) })
    }

    /// Opens a session.
    pub(super) fn connect(&self) -> Result<Session<Wire>, SmtpError> {
        let settings = &self.settings;
        let timeout = Duration::from_millis(settings.timeout_ms);
        let mut session = match settings.tls {
            Tls::None => Session::open(Wire::Plain(self.dial(timeout)?), &settings.name)?,
            Tls::Implicit => Session::open(self.secure(self.dial(timeout)?)?, &settings.name)?,
            Tls::StartTls => {
                let session = Session::open(Wire::Plain(self.dial(timeout)?), &settings.name)?;
                match session.start_tls()? {
                    Wire::Plain(stream) => Session::again(self.secure(stream)?, &settings.name)?,
                    Wire::Tls(_) => return Err(SmtpError::Protocol("TLS in TLS".into())),
                }
            }
        };
        if let (Some(user), Some(password)) = (&settings.user, &self.password) {
            session.log_in(user, password)?;
        }
        Ok(session)
    }

    fn dial(&self, timeout: Duration) -> Result<TcpStream, SmtpError> {
        let mut last = io::Error::new(io::ErrorKind::NotFound, format!("`{}` has no address", self.settings.host));
        for address in (self.settings.host.as_str(), self.settings.port).to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, timeout) {
                Ok(stream) => {
                    stream.set_read_timeout(Some(timeout))?;
                    stream.set_write_timeout(Some(timeout))?;
                    // The last dot is a write of its own and must not wait for the one before it.
                    stream.set_nodelay(true)?;
                    return Ok(stream);
                }
                Err(error) => last = error,
            }
        }
        Err(last.into())
    }

    fn secure(&self, stream: TcpStream) -> Result<Wire, SmtpError> {
        let config = self.tls.clone().ok_or_else(|| SmtpError::Lacks("TLS is not set up".into()))?;
        let name = ServerName::try_from(self.settings.host.clone())
            .map_err(|_| SmtpError::Lacks(format!("`{}` is no name of a server", self.settings.host)))?;
        let connection = ClientConnection::new(config, name).map_err(|error| SmtpError::Lacks(error.to_string()))?;
        let mut stream = StreamOwned::new(connection, stream);
        // Now, so that a certificate that is not trusted is told as such.
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        Ok(Wire::Tls(Box::new(stream)))
    }
}

/// Whether a host is this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
