//! The key service: named keys that wrap the data keys of blobs.

use async_trait::async_trait;
use std::fmt::Debug;
use zeroize::Zeroizing;

/// Why the key service did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// No key, or no alias, of that name in this region (K2).
    #[error("KMS key does not exist with key id: {0}")]
    NotFound(String),
    /// The key is disabled (K8).
    #[error("{0} is disabled.")]
    Disabled(String),
    /// The wrapped key does not open under this key and context: damaged, or another key's.
    #[error("a wrapped key does not open under {0}")]
    Unwrap(String),
    #[error("the key service failed")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A fresh data key: the bytes to encrypt with, and the same bytes wrapped by the named key.
pub struct FreshDataKey {
    pub plain: Zeroizing<[u8; 32]>,
    pub wrapped: Vec<u8>,
}

impl Debug for FreshDataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FreshDataKey")
    }
}

/// What a blob says about itself when its data key is wrapped; the same is needed to unwrap it.
pub type EncryptionContext = [(String, String)];

/// Named keys. A key is named by its ARN here; other names are resolved first.
#[async_trait]
pub trait KeyService: Send + Sync + Debug {
    /// ARN of the key that a key id, key ARN, alias name or alias ARN names (K1).
    ///
    /// # Errors
    /// `NotFound`, `Disabled`, `Unavailable`.
    async fn resolve(&self, reference: &str) -> Result<String, KeyError>;

    /// ARN of the service's own key, made when it is first needed (K11).
    ///
    /// # Errors
    /// `Unavailable`.
    async fn default_key(&self) -> Result<String, KeyError>;

    /// # Errors
    /// `NotFound`, `Disabled`, `Unavailable`.
    async fn generate_data_key(&self, key_arn: &str, context: &EncryptionContext) -> Result<FreshDataKey, KeyError>;

    /// # Errors
    /// `NotFound`, `Disabled`, `Unwrap`, `Unavailable`.
    async fn unwrap_data_key(
        &self,
        key_arn: &str,
        wrapped: &[u8],
        context: &EncryptionContext,
    ) -> Result<Zeroizing<[u8; 32]>, KeyError>;
}

/// Seals small secrets of the catalog (secret access keys, node passwords) under the master key.
pub trait SecretBox: Send + Sync + Debug {
    /// Sealed text (hexadecimal) that opens only for the same `purpose`, for example `secret-access-key/AKIA…`.
    fn seal(&self, purpose: &str, secret: &[u8]) -> String;

    /// # Errors
    /// `Unwrap` when the text was changed, or sealed for another purpose or under another master key.
    fn open(&self, purpose: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>, KeyError>;
}
