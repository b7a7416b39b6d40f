//! Keyed hashes of requests.
//!
//! Takes a key and parts of a text, gives the HMAC-SHA-256 of the parts together (RFC 2104). Must never print a key.

use ring::hmac;

use crate::base::hash::hex;

/// The HMAC-SHA-256 of the parts one after the other, hexadecimal.
pub fn hmac_sha256_hex(key: &[u8], parts: &[&[u8]]) -> String {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    parts.iter().for_each(|part| context.update(part));
    hex(context.sign().as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    #[test]
    fn the_test_case_of_the_standard_holds() {
        let found = hmac_sha256_hex(b"Jefe", &[b"what do ya want ", b"for nothing?"]);
        assert_eq!(found, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
