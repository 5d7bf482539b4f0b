//! The digest of a whole stream.

use aws_lc_rs::digest::{Context, SHA256};

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
