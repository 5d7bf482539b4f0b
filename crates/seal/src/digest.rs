//! The digest of a whole stream.

use aws_lc_rs::digest::{Context, SHA256};

use crate::error::SealError;
use crate::footer::Footer;

/// Running SHA-256 of a stream.
pub struct PlainDigest(Context);

impl Default for PlainDigest {
    fn default() -> Self {
        Self::new()
    }
}

impl PlainDigest {
    /// The digest of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    /// Takes the next plaintext of the stream, in any portions.
    pub fn update(&mut self, plain: &[u8]) {
        self.0.update(plain);
    }

    pub(crate) fn finish(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.0.finish().as_ref());
        bytes
    }
}

impl std::fmt::Debug for PlainDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PlainDigest(..)")
    }
}

/// Compares a whole opened stream with what the footer says of it.
///
/// Segments and their order are authenticated anyway; this finds what authentication cannot: a fault of the writer or of zstd.
#[derive(Debug)]
pub struct PlainCheck {
    digest: PlainDigest,
    expected: [u8; 32],
}

impl PlainCheck {
    /// For the stream that `footer` belongs to.
    #[must_use]
    pub fn new(footer: &Footer) -> Self {
        Self { digest: PlainDigest::new(), expected: footer.sha256 }
    }

    /// Takes the next plaintext of the stream, in any portions.
    pub fn update(&mut self, plain: &[u8]) {
        self.digest.update(plain);
    }

    /// Ends the stream.
    ///
    /// # Errors
    /// [`SealError::WrongDigest`] when it is not the stream that was sealed.
    pub fn finish(self) -> Result<(), SealError> {
        if self.digest.finish() == self.expected { Ok(()) } else { Err(SealError::WrongDigest) }
    }
}
