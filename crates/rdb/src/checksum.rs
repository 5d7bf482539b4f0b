//! The checksum of the file: CRC64 of all bytes, in pieces that pay.

use crc_fast::{CrcAlgorithm, Digest};

/// Bytes that are put together before they go through the CRC: each call costs as much as several hundred bytes.
const STAGE_BYTES: usize = 8192;

/// The CRC of a file under way.
#[derive(Debug)]
pub(crate) struct Crc {
    digest: Digest,
    staged: Vec<u8>,
}

impl Crc {
    pub(crate) fn new() -> Self {
        Self { digest: Digest::new(CrcAlgorithm::Crc64Redis), staged: Vec::with_capacity(STAGE_BYTES) }
    }

    #[inline]
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        if bytes.len() > STAGE_BYTES - self.staged.len() {
            self.flush();
        }
        if bytes.len() >= STAGE_BYTES {
            self.digest.update(bytes);
        } else {
            self.staged.extend_from_slice(bytes);
        }
    }

    /// Whether the file so far ends with its own CRC: that of such bytes is 0.
    pub(crate) fn is_settled(&mut self) -> bool {
        self.flush();
        self.digest.finalize() == 0
    }

    fn flush(&mut self) {
        self.digest.update(&self.staged);
        self.staged.clear();
    }
}
