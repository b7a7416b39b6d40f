//! DKIM signatures (RFC 6376, RFC 8301, RFC 8463).
//!
//! Takes the bytes of a message and a key, gives the header field that is put before them. Deterministic: RSA with PKCS #1 v1.5 and Ed25519
//! have no random part, and a time stands in it only if the caller gives one. Must never ask DNS, and never write a key.

mod canonical;
mod key;

use crate::base::hash::Hash;
use crate::kit::base64;

pub use canonical::{relaxed_body, relaxed_header};
pub use key::{DkimKey, KeyFault};

/// The fields that are signed where a message has them, in the order of `h=`. `from` is signed once more than it stands there, so that
/// nobody can add a second one (RFC 6376, 8.15).
const SIGNED: &[&str] = &[
    "from",
    "to",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "auto-submitted",
    "feedback-id",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
];

/// Why a message cannot be signed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DkimError {
    /// It has no `From`, or no end of its headers.
    #[error("the message has no headers that could be signed")]
    NoHeaders,
    /// The key refused.
    #[error("the key cannot sign: is it shorter than 2048 bits?")]
    Key,
}

/// Signs for one domain.
#[derive(Debug)]
pub struct Signer {
    domain: String,
    selector: String,
    key: DkimKey,
}

impl PartialEq for Signer {
    /// Whether both make the same signatures.
    fn eq(&self, other: &Signer) -> bool {
        self.dns_record() == other.dns_record()
    }
}

impl Eq for Signer {}

impl Signer {
    /// For the domain `d=` and the selector `s=`, both in A-labels.
    pub fn new(domain: &str, selector: &str, key: DkimKey) -> Signer {
        Signer { domain: domain.to_ascii_lowercase(), selector: selector.to_ascii_lowercase(), key }
    }

    /// The header field with its CRLF, to be put before `message`, which has CRLF at the end of each line. `timestamp` is `t=`, seconds since 1970.
    ///
    /// # Errors
    /// The message has no headers, or the key refuses.
    pub fn sign(&self, message: &[u8], timestamp: Option<i64>) -> Result<Vec<u8>, DkimError> {
        let (fields, body) = canonical::split(message).ok_or(DkimError::NoHeaders)?;
        if !fields.iter().any(|field| field.name().eq_ignore_ascii_case(b"from")) {
            return Err(DkimError::NoHeaders);
        }
        let body_hash = base64::encode(&Hash::of(&relaxed_body(body)).0);
        let mut names = Vec::new();
        let mut signed = Vec::with_capacity(1024);
        for name in SIGNED {
            // Repeated fields are taken from the bottom up (RFC 6376, 5.4.2).
            for field in fields.iter().rev().filter(|field| field.name().eq_ignore_ascii_case(name.as_bytes())) {
                names.push(*name);
                relaxed_header(field.bytes(), &mut signed);
            }
            if *name == "from" {
                names.push(name);
            }
        }
        let mut field = format!("DKIM-Signature: v=1; a={}; c=relaxed/relaxed; d={};\r\n\ts={};", self.key.algorithm(), self.domain, self.selector);
        if let Some(timestamp) = timestamp {
            field.push_str(&format!(" t={timestamp};"));
        }
        field.push_str("\r\n\th=");
        let mut column = 10;
        for (index, name) in names.iter().enumerate() {
            if index > 0 {
                field.push(':');
                column += 1;
            }
            if column + name.len() > 72 {
                field.push_str("\r\n\t ");
                column = 9;
            }
            field.push_str(name);
            column += name.len();
        }
        field.push_str(&format!(";\r\n\tbh={body_hash};\r\n\tb="));
        relaxed_header(field.as_bytes(), &mut signed);
        // The field itself is signed without its line end (RFC 6376, 3.7).
        signed.truncate(signed.len() - 2);
        let signature = base64::encode(&self.key.sign(&signed)?);
        for (index, chunk) in signature.as_bytes().chunks(68).enumerate() {
            if index > 0 {
                field.push_str("\r\n\t ");
            }
            field.extend(chunk.iter().map(|b| *b as char));
        }
        field.push_str("\r\n");
        Ok(field.into_bytes())
    }

    /// The name and the text of the TXT record that must stand in DNS.
    pub fn dns_record(&self) -> (String, String) {
        let name = format!("{}._domainkey.{}", self.selector, self.domain);
        (name, format!("v=DKIM1; k={}; p={}", self.key.kind(), base64::encode(&self.key.public())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ED25519: &[u8] = include_bytes!("testdata/ed25519.pem");
    const RSA: &[u8] = include_bytes!("testdata/rsa2048.pem");

    const MESSAGE: &[u8] = b"From: Bank <billing@bank.example>\r\nTo: Ann <ann@example.org>\r\nSubject: Your  statement\r\n of March\r\n\
        Date: Tue, 31 Mar 2026 07:00:00 +0000\r\nMessage-ID: <1@bank.example>\r\n\r\nHello  Ann \r\n\r\n\r\n";

    #[test]
    fn a_signature_is_the_same_each_time_and_covers_from_twice() {
        for (pem, algorithm) in [(ED25519, "a=ed25519-sha256"), (RSA, "a=rsa-sha256")] {
            let signer = Signer::new("bank.example", "s1", DkimKey::read(pem).expect("a key"));
            let field = signer.sign(MESSAGE, None).expect("a signature");
            assert_eq!(signer.sign(MESSAGE, None).expect("a signature"), field);
            let text = String::from_utf8(field).expect("ascii");
            assert!(text.contains(algorithm) && text.contains("h=from:from:to:subject:date:message-id;"), "{text}");
            assert!(!text.contains(" t=") && text.ends_with("\r\n") && text.split("\r\n").all(|line| line.len() <= 78), "{text}");
            assert!(!text.contains(" l="), "no length of the body is signed");
            let later = signer.sign(MESSAGE, Some(1_774_940_400)).expect("a signature");
            assert!(String::from_utf8(later).expect("ascii").contains(" t=1774940400;"));
        }
    }

    #[test]
    fn ring_verifies_what_ring_signs_over_the_canonical_form() {
        let key = DkimKey::read(ED25519).expect("a key");
        let public = ring::signature::UnparsedPublicKey::new(&ring::signature::ED25519, key.public());
        let signer = Signer::new("bank.example", "s1", key);
        let field = signer.sign(MESSAGE, None).expect("a signature");
        let text = String::from_utf8(field).expect("ascii");
        let (unsigned, b) = text.split_once("\tb=").expect("b=");
        let signature = base64::decode(b.as_bytes()).expect("base64");
        let (fields, _) = canonical::split(MESSAGE).expect("fields");
        let mut signed = Vec::new();
        for field in &fields {
            relaxed_header(field.bytes(), &mut signed);
        }
        relaxed_header(format!("{unsigned}\tb=").as_bytes(), &mut signed);
        signed.truncate(signed.len() - 2);
        // RFC 8463, 3: what Ed25519 signs is the SHA-256 of the canonical form.
        assert!(public.verify(&Hash::of(&signed).0, &signature).is_ok());
    }

    #[test]
    fn messages_without_headers_are_refused() {
        let signer = Signer::new("bank.example", "s1", DkimKey::read(ED25519).expect("a key"));
        assert_eq!(signer.sign(b"no headers at all", None), Err(DkimError::NoHeaders));
        assert_eq!(signer.sign(b"To: x@example.org\r\n\r\nbody\r\n", None), Err(DkimError::NoHeaders));
    }

    #[test]
    fn the_dns_record_tells_the_public_key() {
        let signer = Signer::new("Bank.example", "S1", DkimKey::read(ED25519).expect("a key"));
        let (name, text) = signer.dns_record();
        assert_eq!(name, "s1._domainkey.bank.example");
        assert!(text.starts_with("v=DKIM1; k=ed25519; p="));
        let signer = Signer::new("bank.example", "s1", DkimKey::read(RSA).expect("a key"));
        // A SubjectPublicKeyInfo of RSA begins so, whatever the key.
        assert!(signer.dns_record().1.starts_with("v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"), "{}", signer.dns_record().1);
    }
}
