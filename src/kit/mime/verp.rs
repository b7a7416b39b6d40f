//! Return paths that say which message came back (VERP), and cannot be made up.
//!
//! Takes a key and what a message is about, gives the token of its return path, and the other way round. Must never accept a token that
//! was not made with the key: whoever could forge one could have the mail of others stopped.

use std::fmt;

use ring::hmac;

use super::address::Address;
use crate::kit::base64::{decode_32, encode_32};

/// Bytes of the seal: 80 bits of HMAC-SHA-256 (RFC 2104, 5, allows to cut it to half; nobody can try many of them here).
const SEAL_BYTES: usize = 10;
/// Run, channel, record.
const ID_BYTES: usize = 6 + 1 + 5;
/// Letters of a token.
pub const TOKEN_LETTERS: usize = ((ID_BYTES + SEAL_BYTES) * 8).div_ceil(5);
/// Shortest key in bytes.
const KEY_BYTES_MIN: usize = 16;

/// What a return path is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Returned {
    /// The first bytes of the hash of the plan.
    pub run: [u8; 6],
    /// The number of the channel in the job.
    pub channel: u8,
    /// The record.
    pub record: u64,
}

/// Why a token says nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VerpFault {
    /// It has not the form of one.
    NoToken,
    /// Its seal is not that of the key: it is made up, or the key is another one.
    Forged,
}

impl fmt::Display for VerpFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            VerpFault::NoToken => "the address has no token of a return path",
            VerpFault::Forged => "the seal of the return path is not of this key: it is forged, or the key was changed",
        })
    }
}

/// The key of return paths.
pub struct VerpKey(hmac::Key);

impl fmt::Debug for VerpKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerpKey(…)")
    }
}

impl VerpKey {
    /// A key from the bytes of its file; white space around it is no part of it. `None`: shorter than 16 bytes.
    pub fn read(bytes: &[u8]) -> Option<VerpKey> {
        let bytes = bytes.trim_ascii();
        (bytes.len() >= KEY_BYTES_MIN).then(|| VerpKey(hmac::Key::new(hmac::HMAC_SHA256, bytes)))
    }

    /// The token of a return path: lower case letters and figures that survive systems which fold the case.
    pub fn token(&self, about: Returned) -> String {
        assert!(about.record < 1 << 40, "records are counted in 40 bits");
        let mut bytes = [0u8; ID_BYTES + SEAL_BYTES];
        bytes[..6].copy_from_slice(&about.run);
        bytes[6] = about.channel;
        bytes[7..ID_BYTES].copy_from_slice(&about.record.to_be_bytes()[3..]);
        let seal = self.seal(&bytes[..ID_BYTES]);
        bytes[ID_BYTES..].copy_from_slice(&seal);
        encode_32(&bytes)
    }

    /// What a token is about.
    ///
    /// # Errors
    /// It is none, or not of this key.
    pub fn open(&self, token: &str) -> Result<Returned, VerpFault> {
        if token.len() != TOKEN_LETTERS {
            return Err(VerpFault::NoToken);
        }
        let bytes = decode_32(token).filter(|bytes| bytes.len() == ID_BYTES + SEAL_BYTES).ok_or(VerpFault::NoToken)?;
        let (id, seal) = bytes.split_at(ID_BYTES);
        // What is compared is made by whoever sends; the time it takes must not tell him how much of it is right.
        let expected = self.seal(id);
        let differs = expected.iter().zip(seal).fold(0u8, |differs, (a, b)| differs | (a ^ b));
        if differs != 0 {
            return Err(VerpFault::Forged);
        }
        let (mut run, mut record) = ([0u8; 6], [0u8; 8]);
        run.copy_from_slice(&id[..6]);
        record[3..].copy_from_slice(&id[7..]);
        Ok(Returned { run, channel: id[6], record: u64::from_be_bytes(record) })
    }

    fn seal(&self, id: &[u8]) -> [u8; SEAL_BYTES] {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(b"pressrun return path 1");
        context.update(id);
        let tag = context.sign();
        let mut seal = [0u8; SEAL_BYTES];
        seal.copy_from_slice(&tag.as_ref()[..SEAL_BYTES]);
        seal
    }
}

/// Where mail that cannot be delivered comes back: `bounce+TOKEN@bounce.example`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReturnPath {
    prefix: String,
    domain: String,
}

impl ReturnPath {
    /// From the address that the job names, `bounce@bounce.example`. `None`: its local part leaves no room for a token, or is quoted.
    pub fn new(address: &Address) -> Option<ReturnPath> {
        let local = address.local();
        let fits = local.len() + 1 + TOKEN_LETTERS <= super::address::LOCAL_BYTES_MAX;
        (fits && local.is_ascii() && !local.starts_with('"'))
            .then(|| ReturnPath { prefix: format!("{}+", local.to_ascii_lowercase()), domain: address.domain().to_string() })
    }

    /// The address with a token.
    pub fn with(&self, token: &str) -> String {
        format!("{}{token}@{}", self.prefix, self.domain)
    }

    /// The token in an address, in whatever case a system has brought it.
    pub fn token_in<'a>(&self, address: &'a str) -> Option<&'a str> {
        let (local, domain) = address.rsplit_once('@')?;
        let prefix = local.get(..self.prefix.len())?;
        (domain.eq_ignore_ascii_case(&self.domain) && prefix.eq_ignore_ascii_case(&self.prefix)).then(|| &local[self.prefix.len()..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_back_and_cannot_be_made_up() {
        let key = VerpKey::read(b"0123456789abcdef0123456789abcdef\n").expect("a key");
        let about = Returned { run: [1, 2, 3, 4, 5, 255], channel: 2, record: (1 << 40) - 1 };
        let token = key.token(about);
        assert_eq!(token.len(), TOKEN_LETTERS);
        assert_eq!(key.token(about), token);
        assert_eq!(key.open(&token.to_uppercase()), Ok(about));
        let other = VerpKey::read(b"another key of sixteen bytes").expect("a key");
        assert_eq!(other.open(&token), Err(VerpFault::Forged));
        for at in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[at] = if forged[at] == b'a' { b'b' } else { b'a' };
            assert!(key.open(std::str::from_utf8(&forged).expect("ascii")).is_err(), "letter {at}");
        }
        assert_eq!(key.open("short"), Err(VerpFault::NoToken));
        assert!(VerpKey::read(b"  short  \n").is_none());
    }

    #[test]
    fn a_return_path_fits_an_envelope() {
        let path = ReturnPath::new(&Address::parse("Bounce@bounce.example").expect("an address")).expect("a path");
        let address = path.with(&"a".repeat(TOKEN_LETTERS));
        assert!(Address::parse(&address).is_ok());
        assert_eq!(path.token_in(&address.to_uppercase()), Some("A".repeat(TOKEN_LETTERS).as_str()));
        assert_eq!(path.token_in("other+abc@bounce.example"), None);
        assert_eq!(path.token_in("bounce+abc@elsewhere.example"), None);
        assert!(ReturnPath::new(&Address::parse("a.local.part.that.is.much.too.long@bounce.example").expect("an address")).is_none());
    }
}
