//! One HTTP request and what its answer means.
//!
//! Takes a URL, a secret and a body, gives whether it was taken, is to be tried again, or never will be. Must never follow a redirection: customer
//! data goes where the job says, and nowhere else.

use std::sync::Arc;
use std::time::Duration;

use reqwest::blocking::Client as Http;
use reqwest::redirect::Policy;

use crate::kit::signature::hmac_sha256_hex;

/// Bytes of an answer that are kept.
const ANSWER_BYTES_MAX: usize = 200;

/// What an answer means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Answer {
    /// It was taken.
    Taken(String),
    /// Not now.
    Later(String),
    /// Never.
    Never(String),
}

/// Posts to one URL.
pub(super) struct Client {
    http: Http,
    url: String,
    secret: Option<Vec<u8>>,
}

impl Client {
    /// A client with its own connections.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub(super) fn new(url: String, secret: Option<Vec<u8>>, timeout: Duration) -> Result<Client, String> {
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
        let tls = tls.with_root_certificates(roots).with_no_client_auth();
        let http = Http::builder().tls_backend_preconfigured(tls).redirect(Policy::none()).no_proxy().timeout(timeout).connect_timeout(timeout);
        let http = http.user_agent(concat!("pressrun/", env!("CARGO_PKG_VERSION"))).build().map_err(|error| error.to_string())?;
        Ok(Client { http, url, secret })
    }

    /// Posts a message. `seconds` since 1970 stand in its signature.
    pub(super) fn post(&self, id: &str, body: &[u8], seconds: u64) -> Answer {
        let mut request = self.http.post(&self.url).header("Content-Type", "application/json").header("Idempotency-Key", id);
        if let Some(secret) = &self.secret {
            let signature = hmac_sha256_hex(secret, &[seconds.to_string().as_bytes(), b".", body]);
            request = request.header("Pressrun-Signature", format!("t={seconds},v1={signature}"));
        }
        match request.body(body.to_vec()).send() {
            Ok(answer) => {
                let (code, text) = (answer.status(), said(answer));
                let told = if text.is_empty() { code.as_u16().to_string() } else { format!("{} {text}", code.as_u16()) };
                match code.as_u16() {
                    200..=299 => Answer::Taken(told),
                    408 | 425 | 429 | 500..=599 => Answer::Later(told),
                    _ => Answer::Never(told),
                }
            }
            // The URL is in the job already; what is wrong is what counts.
            Err(error) => Answer::Later(format!("no answer: {}", error.without_url())),
        }
    }
}

/// The beginning of an answer, in one line.
fn said(answer: reqwest::blocking::Response) -> String {
    use std::io::Read;
    let mut bytes = Vec::new();
    // An answer may be as long as it likes: the rest is not read.
    let _ = answer.take(ANSWER_BYTES_MAX as u64).read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(|char| !char.is_control()).collect()
}
