//! Private keys of DKIM.
//!
//! Takes a PEM file as OpenSSL writes it, gives a key that signs. Must never show the private part.

use std::fmt;

use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};

use super::DkimError;
use crate::base::hash::Hash;
use crate::kit::base64;

/// Why bytes are no key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeyFault {
    /// No `-----BEGIN PRIVATE KEY-----`.
    #[error("the file has no private key: `-----BEGIN PRIVATE KEY-----` or `-----BEGIN RSA PRIVATE KEY-----` is looked for")]
    NoKey,
    /// Not Ed25519 or RSA of 2048 to 8192 bits.
    #[error("the key is neither Ed25519 nor RSA of 2048 bits or more")]
    Kind,
}

/// A private key.
pub enum DkimKey {
    /// RSA, for everybody (RFC 8301: 2048 bits or more).
    Rsa(Box<RsaKeyPair>),
    /// Ed25519 (RFC 8463): small and fast, not yet verified by all.
    Ed25519(Ed25519KeyPair),
}

impl fmt::Debug for DkimKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DkimKey({})", self.kind())
    }
}

impl DkimKey {
    /// Reads a PEM file: PKCS #8 (`openssl genpkey`) or PKCS #1 (`openssl genrsa -traditional`).
    ///
    /// # Errors
    /// It holds no such key.
    pub fn read(pem: &[u8]) -> Result<DkimKey, KeyFault> {
        let (label, der) = read_pem(pem).ok_or(KeyFault::NoKey)?;
        if label == "RSA PRIVATE KEY" {
            return RsaKeyPair::from_der(&der).map(|key| DkimKey::Rsa(Box::new(key))).map_err(|_| KeyFault::Kind);
        }
        if let Ok(key) = RsaKeyPair::from_pkcs8(&der) {
            return Ok(DkimKey::Rsa(Box::new(key)));
        }
        // OpenSSL writes version 1, without the public part, which `ring` then calculates.
        Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).map(DkimKey::Ed25519).map_err(|_| KeyFault::Kind)
    }

    /// `a=` of the signature.
    pub(super) fn algorithm(&self) -> &'static str {
        match self {
            DkimKey::Rsa(_) => "rsa-sha256",
            DkimKey::Ed25519(_) => "ed25519-sha256",
        }
    }

    /// `k=` of the DNS record.
    pub fn kind(&self) -> &'static str {
        match self {
            DkimKey::Rsa(_) => "rsa",
            DkimKey::Ed25519(_) => "ed25519",
        }
    }

    /// `p=` of the DNS record: a SubjectPublicKeyInfo for RSA (RFC 6376, 3.6.1), the bare key for Ed25519 (RFC 8463, 4).
    pub fn public(&self) -> Vec<u8> {
        match self {
            DkimKey::Ed25519(key) => key.public_key().as_ref().to_vec(),
            DkimKey::Rsa(key) => subject_public_key_info(key.public_key().as_ref()),
        }
    }

    pub(super) fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, DkimError> {
        match self {
            DkimKey::Ed25519(key) => Ok(key.sign(&Hash::of(bytes).0).as_ref().to_vec()),
            DkimKey::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                // The random numbers blind the calculation; PKCS #1 v1.5 itself has none, so the result is the same each time.
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), bytes, &mut signature).map_err(|_| DkimError::Key)?;
                Ok(signature)
            }
        }
    }
}

/// The first private key of a PEM file (RFC 7468).
fn read_pem(pem: &[u8]) -> Option<(String, Vec<u8>)> {
    let text = std::str::from_utf8(pem).ok()?;
    for label in ["PRIVATE KEY", "RSA PRIVATE KEY"] {
        if let Some((_, rest)) = text.split_once(&format!("-----BEGIN {label}-----")) {
            let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
            return Some((label.to_string(), base64::decode(body.as_bytes())?));
        }
    }
    None
}

/// RFC 8017, A.1: an RSAPublicKey in the wrapping of X.509.
fn subject_public_key_info(key: &[u8]) -> Vec<u8> {
    // SEQUENCE { OBJECT IDENTIFIER rsaEncryption, NULL }
    const ALGORITHM: &[u8] = &[0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let mut bits = vec![0];
    bits.extend_from_slice(key);
    let mut inner = ALGORITHM.to_vec();
    inner.extend(der(0x03, &bits));
    der(0x30, &inner)
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = content.len();
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let bytes = length.to_be_bytes();
        let significant = &bytes[bytes.iter().position(|b| *b != 0).unwrap_or(0)..];
        out.push(0x80 | significant.len() as u8);
        out.extend_from_slice(significant);
    }
    out.extend_from_slice(content);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_key_is_refused() {
        assert_eq!(DkimKey::read(b"").err(), Some(KeyFault::NoKey));
        assert_eq!(DkimKey::read(b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").err(), Some(KeyFault::Kind));
        assert_eq!(DkimKey::read(b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n").err(), Some(KeyFault::NoKey));
    }

    #[test]
    fn a_key_never_shows_itself() {
        let key = DkimKey::read(include_bytes!("testdata/ed25519.pem")).expect("a key");
        assert_eq!(format!("{key:?}"), "DkimKey(ed25519)");
    }
}
