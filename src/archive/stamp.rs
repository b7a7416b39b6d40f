//! Time stamps (RFC 3161).
//!
//! Takes the imprint of a head, gives the request; takes an answer, an imprint and trusted certificates, gives when it was stamped and by whom, or why the
//! answer does not hold. Checked are: the status, the imprint, the signature and its attributes (RFC 5652, 5.4), the certificate the signature names
//! (RFC 5035), its one purpose, and its way to a trusted certificate at the time of the stamp. Revocation is not: a stamp that must hold for decades is
//! renewed before its certificate ends (RFC 4998).

use cms::cert::CertificateChoices;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerIdentifier, SignerInfo};
use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use serde_json::Value;
use x509_cert::Certificate;
use x509_cert::der::asn1::{AnyRef, ObjectIdentifier, OctetString};
use x509_cert::der::{Decode, Encode, Reader, SliceReader};
use x509_cert::ext::pkix::ExtendedKeyUsage;

use super::log::head_text;
use crate::base::date::Date;
use crate::base::hash::{Hash, hex};

/// Why an answer does not hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StampFault {
    /// It is no answer of an authority.
    #[error("it cannot be read as an answer of a time stamp authority")]
    Syntax,
    /// The authority said no.
    #[error("the authority refused the request")]
    Refused,
    /// It is about something else.
    #[error("it is not about a head of this archive")]
    OtherImprint,
    /// Its signature does not hold.
    #[error("its signature does not hold")]
    Signature,
    /// The certificate is not for time stamps.
    #[error("its certificate is not one for time stamps alone")]
    Purpose,
    /// The certificate leads to none that is trusted.
    #[error("its certificate leads to none of those that are trusted, or was not valid at the time")]
    Chain,
    /// It is signed in a way this program does not know.
    #[error("it is signed by an algorithm that is not known here")]
    Algorithm,
}

/// A stamp that holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stamped {
    /// Its number, hexadecimal.
    pub serial: String,
    /// When, ISO 8601.
    pub time: String,
    /// Whose certificate signed it.
    pub authority: String,
}

/// What is stamped of a head: the SHA-256 of the text that is signed.
pub fn imprint_of(head: &Value) -> Hash {
    let text = |name: &str| head[name].as_str().unwrap_or_default();
    let hash = |name: &str| Hash::parse_exactly(text(name)).unwrap_or(Hash([0; 32]));
    Hash::of(head_text(head["size"].as_u64().unwrap_or(0), &hash("root"), &hash("chain"), text("time")).as_bytes())
}

/// The request (2.4.1), without a nonce, so that it can be made and answered on different days; the certificate is asked for.
pub fn request(imprint: &Hash) -> Vec<u8> {
    const BEFORE: [u8; 24] = [0x30, 0x39, 2, 1, 1, 0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20];
    [&BEFORE[..], &imprint.0, &[1, 1, 0xff]].concat()
}

const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");

/// Checks an answer.
///
/// # Errors
/// What does not hold.
pub fn check(response: &[u8], imprint: &Hash, roots: &str) -> Result<Stamped, StampFault> {
    let syntax = |_| StampFault::Syntax;
    let (status, token) = read_response(response).map_err(syntax)?;
    // RFC 3161, 2.4.2: granted, or granted with changes.
    if status > 1 {
        return Err(StampFault::Refused);
    }
    let token = token.ok_or(StampFault::Refused)?;
    if token.content_type != SIGNED_DATA {
        return Err(StampFault::Syntax);
    }
    let signed: SignedData = token.content.decode_as().map_err(syntax)?;
    let content = signed.encap_content_info.econtent.as_ref().filter(|_| signed.encap_content_info.econtent_type == TST_INFO);
    let content: OctetString = content.ok_or(StampFault::Syntax)?.decode_as().map_err(syntax)?;
    let info = read_info(content.as_bytes()).ok_or(StampFault::Syntax)?;
    if info.imprint != imprint.0 {
        return Err(StampFault::OtherImprint);
    }
    let certificates: Vec<Certificate> = signed.certificates.iter().flat_map(|set| set.0.iter()).filter_map(certificate_of).collect();
    let signer = signed.signer_infos.0.iter().next().ok_or(StampFault::Syntax)?;
    let own = certificates.iter().find(|certificate| is_named(certificate, &signer.sid)).ok_or(StampFault::Signature)?;
    check_signature(signer, own, content.as_bytes())?;
    check_purpose(own)?;
    check_chain(own, &certificates, &roots_of(roots), &info.compact_time)?;
    Ok(Stamped { serial: hex(&info.serial), time: info.time, authority: own.tbs_certificate.subject.to_string() })
}

fn certificate_of(choice: &CertificateChoices) -> Option<Certificate> {
    match choice {
        CertificateChoices::Certificate(certificate) => Some(certificate.clone()),
        CertificateChoices::Other(_) => None,
    }
}

fn read_response(bytes: &[u8]) -> x509_cert::der::Result<(u8, Option<ContentInfo>)> {
    let mut reader = SliceReader::new(bytes)?;
    let whole: AnyRef<'_> = reader.decode()?;
    let mut reader = SliceReader::new(whole.value())?;
    let status: AnyRef<'_> = reader.decode()?;
    let status: u8 = SliceReader::new(status.value())?.decode()?;
    let token = if reader.is_finished() { None } else { Some(reader.decode()?) };
    Ok((status, token))
}

struct Info {
    imprint: Vec<u8>,
    serial: Vec<u8>,
    time: String,
    /// `YYYYMMDDHHMMSS`.
    compact_time: String,
}

/// TSTInfo (2.4.2).
fn read_info(bytes: &[u8]) -> Option<Info> {
    let whole = AnyRef::from_der(bytes).ok()?;
    let mut reader = SliceReader::new(whole.value()).ok()?;
    let _version: u8 = reader.decode().ok()?;
    let _policy: ObjectIdentifier = reader.decode().ok()?;
    let imprint: AnyRef<'_> = reader.decode().ok()?;
    let serial: AnyRef<'_> = reader.decode().ok()?;
    let time: AnyRef<'_> = reader.decode().ok()?;
    let mut inner = SliceReader::new(imprint.value()).ok()?;
    let algorithm: AnyRef<'_> = inner.decode().ok()?;
    let sha256 = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
    let named: ObjectIdentifier = SliceReader::new(algorithm.value()).ok()?.decode().ok()?;
    let hash: OctetString = inner.decode().ok().filter(|_| named == sha256)?;
    let text = std::str::from_utf8(time.value()).ok()?;
    let digits = text.get(..14).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()) && text.ends_with('Z'))?;
    let day = Date::parse_iso(&format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..8]))?;
    let time = format!("{day}T{}:{}:{}Z", &digits[8..10], &digits[10..12], &digits[12..14]);
    Some(Info { imprint: hash.into_bytes(), serial: serial.value().to_vec(), time, compact_time: digits.to_string() })
}

fn is_named(certificate: &Certificate, signer: &SignerIdentifier) -> bool {
    let tbs = &certificate.tbs_certificate;
    match signer {
        SignerIdentifier::IssuerAndSerialNumber(name) => tbs.issuer == name.issuer && tbs.serial_number == name.serial_number,
        SignerIdentifier::SubjectKeyIdentifier(_) => true,
    }
}

/// RFC 5652, 5.4: what is signed are the attributes, which hold the digest of the content.
fn check_signature(signer: &SignerInfo, own: &Certificate, content: &[u8]) -> Result<(), StampFault> {
    let fault = |_| StampFault::Signature;
    let attributes = signer.signed_attrs.as_ref().ok_or(StampFault::Signature)?;
    let value = |oid: ObjectIdentifier| attributes.iter().find(|attribute| attribute.oid == oid).and_then(|attribute| attribute.values.iter().next());
    let digest = digest_of(&signer.digest_alg.oid, content).ok_or(StampFault::Algorithm)?;
    let stated: OctetString = value(MESSAGE_DIGEST).ok_or(StampFault::Signature)?.decode_as().map_err(fault)?;
    let kind: ObjectIdentifier = value(CONTENT_TYPE).ok_or(StampFault::Signature)?.decode_as().map_err(fault)?;
    if stated.as_bytes() != digest || kind != TST_INFO {
        return Err(StampFault::Signature);
    }
    // The attribute names the certificate by its hash, so that no other of the same key can be put in its place.
    let der = own.to_der().map_err(fault)?;
    let names = |hash: &[u8], attribute: Option<&x509_cert::der::Any>| {
        attribute.and_then(|value| value.to_der().ok()).is_some_and(|value| value.windows(hash.len()).any(|window| window == hash))
    };
    let sha1 = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, &der);
    let sha2 = [&ring::digest::SHA256, &ring::digest::SHA384, &ring::digest::SHA512].map(|algorithm| ring::digest::digest(algorithm, &der));
    let is_named = names(sha1.as_ref(), value(SIGNING_CERTIFICATE)) || sha2.iter().any(|hash| names(hash.as_ref(), value(SIGNING_CERTIFICATE_V2)));
    if !is_named {
        return Err(StampFault::Signature);
    }
    let message = attributes.to_der().map_err(fault)?;
    let algorithm = algorithm_of(&signer.signature_algorithm.oid, &signer.digest_alg.oid, own).ok_or(StampFault::Algorithm)?;
    verifies(own, algorithm, &message, signer.signature.as_bytes())
}

fn verifies(certificate: &Certificate, algorithm: &'static dyn VerificationAlgorithm, message: &[u8], signature: &[u8]) -> Result<(), StampFault> {
    let key = certificate.tbs_certificate.subject_public_key_info.subject_public_key.raw_bytes();
    UnparsedPublicKey::new(algorithm, key).verify(message, signature).map_err(|_| StampFault::Signature)
}

fn digest_of(oid: &ObjectIdentifier, bytes: &[u8]) -> Option<Vec<u8>> {
    let algorithm = match oid.to_string().as_str() {
        "2.16.840.1.101.3.4.2.1" => &ring::digest::SHA256,
        "2.16.840.1.101.3.4.2.2" => &ring::digest::SHA384,
        "2.16.840.1.101.3.4.2.3" => &ring::digest::SHA512,
        _ => return None,
    };
    Some(ring::digest::digest(algorithm, bytes).as_ref().to_vec())
}

/// The algorithm of a signature by its own name, or by that of its key and of the digest beside it.
fn algorithm_of(oid: &ObjectIdentifier, digest: &ObjectIdentifier, signer: &Certificate) -> Option<&'static dyn VerificationAlgorithm> {
    let curve = signer.tbs_certificate.subject_public_key_info.algorithm.parameters.as_ref().and_then(|any| any.decode_as::<ObjectIdentifier>().ok());
    let is_p384 = curve.is_some_and(|curve| curve.to_string() == "1.3.132.0.34");
    let digest = digest.to_string();
    Some(match (oid.to_string().as_str(), digest.as_str()) {
        ("1.2.840.113549.1.1.11", _) | ("1.2.840.113549.1.1.1", "2.16.840.1.101.3.4.2.1") => &signature::RSA_PKCS1_2048_8192_SHA256,
        ("1.2.840.113549.1.1.12", _) | ("1.2.840.113549.1.1.1", "2.16.840.1.101.3.4.2.2") => &signature::RSA_PKCS1_2048_8192_SHA384,
        ("1.2.840.113549.1.1.13", _) | ("1.2.840.113549.1.1.1", "2.16.840.1.101.3.4.2.3") => &signature::RSA_PKCS1_2048_8192_SHA512,
        ("1.2.840.10045.4.3.2", _) if is_p384 => &signature::ECDSA_P384_SHA256_ASN1,
        ("1.2.840.10045.4.3.2", _) => &signature::ECDSA_P256_SHA256_ASN1,
        ("1.2.840.10045.4.3.3", _) if is_p384 => &signature::ECDSA_P384_SHA384_ASN1,
        ("1.2.840.10045.4.3.3", _) => &signature::ECDSA_P256_SHA384_ASN1,
        ("1.3.101.112", _) => &signature::ED25519,
        _ => return None,
    })
}

/// RFC 3161, 2.3: one purpose, and critical.
fn check_purpose(certificate: &Certificate) -> Result<(), StampFault> {
    let extensions = certificate.tbs_certificate.extensions.as_deref().unwrap_or_default();
    let usage = extensions.iter().find(|extension| extension.extn_id == KEY_USAGE && extension.critical);
    let purposes = usage.and_then(|usage| ExtendedKeyUsage::from_der(usage.extn_value.as_bytes()).ok());
    if purposes.is_some_and(|purposes| purposes.0 == [TIME_STAMPING]) { Ok(()) } else { Err(StampFault::Purpose) }
}

/// Certificates of a PEM file.
fn roots_of(text: &str) -> Vec<Certificate> {
    let mut roots = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("-----BEGIN CERTIFICATE-----") {
        rest = &rest[at..];
        roots.extend(crate::kit::sign::from_pem(rest, "CERTIFICATE").and_then(|der| Certificate::from_der(&der).ok()));
        rest = &rest[27..];
    }
    roots
}

/// Longest way to a trusted certificate.
const CHAIN_MAX: usize = 8;

/// Each certificate is signed by the next, all are valid at `time` (`YYYYMMDDHHMMSS`), and one is trusted.
fn check_chain(own: &Certificate, given: &[Certificate], roots: &[Certificate], time: &str) -> Result<(), StampFault> {
    let mut current = own.clone();
    for _ in 0..CHAIN_MAX {
        if !is_valid_at(&current, time) {
            return Err(StampFault::Chain);
        }
        if roots.contains(&current) {
            return Ok(());
        }
        let issuer = roots.iter().chain(given).find(|issuer| {
            issuer.tbs_certificate.subject == current.tbs_certificate.issuer && is_authority(issuer) && is_signed_by(&current, issuer)
        });
        current = issuer.ok_or(StampFault::Chain)?.clone();
    }
    Err(StampFault::Chain)
}

fn is_signed_by(certificate: &Certificate, issuer: &Certificate) -> bool {
    let oid = &certificate.signature_algorithm.oid;
    let Some((algorithm, message)) = algorithm_of(oid, oid, issuer).zip(certificate.tbs_certificate.to_der().ok()) else { return false };
    verifies(issuer, algorithm, &message, certificate.signature.raw_bytes()).is_ok()
}

/// RFC 5280, 4.2.1.9.
fn is_authority(certificate: &Certificate) -> bool {
    let extensions = certificate.tbs_certificate.extensions.as_deref().unwrap_or_default();
    let constraints = extensions.iter().find(|extension| extension.extn_id == BASIC_CONSTRAINTS);
    constraints
        .and_then(|constraints| x509_cert::ext::pkix::BasicConstraints::from_der(constraints.extn_value.as_bytes()).ok())
        .is_some_and(|constraints| constraints.ca)
}

fn is_valid_at(certificate: &Certificate, time: &str) -> bool {
    let compact = |time: x509_cert::time::Time| {
        let found = time.to_date_time();
        format!("{:04}{:02}{:02}{:02}{:02}{:02}", found.year(), found.month(), found.day(), found.hour(), found.minutes(), found.seconds())
    };
    let validity = &certificate.tbs_certificate.validity;
    compact(validity.not_before).as_str() <= time && time <= compact(validity.not_after).as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_that_of_openssl() {
        let expected = "30390201013031300d0609608648016503040201050004202cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b98240101ff";
        assert_eq!(hex(&request(&Hash::of(b"hello"))), expected);
    }

    #[test]
    fn what_is_no_answer_is_told() {
        for bytes in [&b""[..], b"0", &[0x30, 3, 0x30, 1, 2], &[0xff; 64]] {
            assert_eq!(check(bytes, &Hash::of(b"x"), ""), Err(StampFault::Syntax));
        }
        assert_eq!(check(&[0x30, 5, 0x30, 3, 2, 1, 2], &Hash::of(b"x"), ""), Err(StampFault::Refused));
    }
}
