//! Ed25519 signatures (RFC 8032) and the files in which their keys lie.
//!
//! Takes seeds, messages and PEM texts (RFC 7468, RFC 8410), gives signatures, public keys and PEM texts. Must never make a secret: seeds come from
//! the caller.

use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

/// What stands before the seed in a private key (RFC 8410, 7: PKCS #8, version 0).
const PRIVATE: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
/// What stands before the point in a public key (RFC 8410, 4).
const PUBLIC: [u8; 12] = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];

/// A key that signs.
pub struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    /// Of a seed.
    pub fn of_seed(seed: &[u8; 32]) -> Option<SigningKey> {
        Ed25519KeyPair::from_seed_unchecked(seed).ok().map(SigningKey)
    }

    /// Reads a private key file.
    pub fn of_pem(text: &str) -> Option<SigningKey> {
        let der = from_pem(text, "PRIVATE KEY")?;
        let seed: [u8; 32] = der.strip_prefix(&PRIVATE)?.try_into().ok()?;
        SigningKey::of_seed(&seed)
    }

    /// Its public key.
    pub fn public(&self) -> [u8; 32] {
        let mut out = [0; 32];
        out.copy_from_slice(self.0.public_key().as_ref());
        out
    }

    /// The signature of a message.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).as_ref().to_vec()
    }
}

/// Whether a signature is that of the message by this key.
pub fn verifies(public: &[u8], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, public).verify(message, signature).is_ok()
}

/// The private key file of a seed.
pub fn private_pem(seed: &[u8; 32]) -> String {
    to_pem(&[&PRIVATE[..], seed].concat(), "PRIVATE KEY")
}

/// The public key file.
pub fn public_pem(public: &[u8; 32]) -> String {
    to_pem(&[&PUBLIC[..], public].concat(), "PUBLIC KEY")
}

/// Reads a public key file.
pub fn public_of_pem(text: &str) -> Option<[u8; 32]> {
    from_pem(text, "PUBLIC KEY")?.strip_prefix(&PUBLIC)?.try_into().ok()
}

/// The bytes of some hexadecimal digits in lower case: one value has one way to be written, so that no changed letter goes unseen.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).filter(|_| !digit.is_ascii_uppercase()).map(|digit| digit as u8)).collect();
    digits.filter(|digits| digits.len() % 2 == 0).map(|digits| digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn to_pem(der: &[u8], label: &str) -> String {
    let mut text = String::new();
    for group in der.chunks(3) {
        let bits = group.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let is_there = place <= group.len();
            text.push(if is_there { char::from(LETTERS[(bits >> (18 - 6 * place) & 63) as usize]) } else { '=' });
        }
    }
    let lines: Vec<String> = text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// The bytes of a PEM text with this label.
pub fn from_pem(text: &str, label: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let (mut out, mut bits, mut count) = (Vec::new(), 0u32, 0);
    for letter in body.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        bits = bits << 6 | LETTERS.iter().position(|known| *known == letter)? as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_test_of_the_standard_holds() {
        // RFC 8032, 7.1, test 1.
        let seed: [u8; 32] = from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").expect("digits").try_into().expect("32");
        let key = SigningKey::of_seed(&seed).expect("a key");
        assert_eq!(crate::base::hash::hex(&key.public()), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        let signature = key.sign(b"");
        assert!(crate::base::hash::hex(&signature).starts_with("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"));
        assert!(verifies(&key.public(), b"", &signature) && !verifies(&key.public(), b"x", &signature));
    }

    #[test]
    fn keys_come_back_from_their_files() {
        let seed = [7; 32];
        let key = SigningKey::of_pem(&private_pem(&seed)).expect("a key");
        assert_eq!(public_of_pem(&public_pem(&key.public())), Some(key.public()));
        assert!(SigningKey::of_pem("nothing").is_none());
    }
}
