//! Secrets and the keys derived from them.

use std::fmt;

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use super::canonical::string_to_sign;
use super::claim::{Claim, Proof, RequestHead, Scope, check_coverage};
use super::{SignatureError, TERMINATOR};

/// A secret access key. It is wiped on drop and never printed.
pub struct SecretKey(Zeroizing<String>);

impl SecretKey {
    /// Takes over a secret.
    #[must_use]
    pub fn new(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }

    /// The secret itself, for code that must hand it on (the verifier of S3 requests, the sealing of the catalog).
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretKey(..)")
    }
}

/// The key of one secret for one [`Scope`]. It stays good for a day, so a server may keep it, under the access key
/// **and** the scope, until the secret changes.
pub struct SigningKey(hmac::Key);

impl SigningKey {
    /// Derives the key: a chain of MACs over day, region, service and terminator.
    #[must_use]
    pub fn derive(secret: &SecretKey, scope: &Scope) -> Self {
        let mut seed = Zeroizing::new(Vec::with_capacity(4 + secret.expose().len()));
        seed.extend_from_slice(b"AWS4");
        seed.extend_from_slice(secret.expose().as_bytes());
        let start = hmac::Key::new(hmac::HMAC_SHA256, &seed);
        let links = [scope.date.as_str(), &scope.region, &scope.service, TERMINATOR];
        Self(
            links
                .iter()
                .fold(start, |key, link| hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, link.as_bytes()).as_ref())),
        )
    }

    /// Proves a claim; see [`Claim::verify`]. The signatures are compared in constant time.
    ///
    /// # Errors
    /// `SignatureDoesNotMatch` when the region is not the expected one, when `head` carries a header that the claim does
    /// not cover, or when the signature differs.
    pub fn verify(
        &self,
        claim: &Claim,
        head: &RequestHead<'_>,
        expected_region: &str,
        payload_sha256_hex: &str,
    ) -> Result<Proof, SignatureError> {
        if claim.scope.region != expected_region {
            return Err(SignatureError::uncovered(format!(
                "Credential should be scoped to a valid region, not '{}'.",
                claim.scope.region
            )));
        }
        check_coverage(head, &claim.signed_headers)?;
        let text = string_to_sign(claim, head, payload_sha256_hex);
        match hmac::verify(&self.0, text.as_bytes(), &claim.signature) {
            Ok(()) => Ok(Proof::of(claim)),
            Err(_) => Err(SignatureError::mismatch()),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SigningKey(..)")
    }
}
