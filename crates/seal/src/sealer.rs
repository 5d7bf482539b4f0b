//! Plaintext in, a sealed blob out.

use crate::compression::{Compression, Compressor};
use crate::digest::PlainDigest;
use crate::error::SealError;
use crate::header::Header;
use crate::keys::DataKey;
use crate::writer::{Sealed, Writer};

/// Seals one stream.
#[derive(Debug)]
pub struct Sealer {
    writer: Writer,
    compressor: Compressor,
    digest: PlainDigest,
    segment_bytes: usize,
    plain_bytes: u64,
    /// Plaintext that is not sealed yet. A full piece waits here until it is known whether it is the last.
    pending: Vec<u8>,
}

impl Sealer {
    /// Begins a blob. The bytes are its head and go before all others.
    ///
    /// `key` must be fresh: for this blob and this attempt only.
    ///
    /// # Errors
    /// [`SealError::InvalidField`] when the header breaks the limits of the format.
    pub fn new(header: &Header, key: DataKey, compression: Compression) -> Result<(Self, Vec<u8>), SealError> {
        let (writer, head) = Writer::new(header, &key)?;
        let sealer = Self {
            writer,
            compressor: Compressor::new(compression, header.segment_size),
            digest: PlainDigest::new(),
            segment_bytes: header.segment_size.bytes_usize(),
            plain_bytes: 0,
            pending: Vec::new(),
        };
        Ok((sealer, head))
    }

    /// Takes the next plaintext, in any portions, and appends the segments that are complete to `out`.
    ///
    /// # Errors
    /// [`SealError::TooLong`] when the stream needs more than 2^24 segments. The blob cannot be finished then.
    pub fn push(&mut self, mut plain: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        self.digest.update(plain);
        self.plain_bytes += plain.len() as u64;
        while self.pending.len() + plain.len() > self.segment_bytes {
            let missing = self.segment_bytes - self.pending.len();
            let (taken, rest) = plain.split_at(missing);
            plain = rest;
            if self.pending.is_empty() {
                self.seal(taken, out)?;
            } else {
                self.pending.extend(taken);
                self.seal_pending(false, out)?;
            }
        }
        self.pending.extend(plain);
        Ok(())
    }

    /// Ends the stream: appends the last segment, the footer with `facts`, and the tail to `out`.
    ///
    /// # Errors
    /// [`SealError::InvalidField`] when the facts are longer than [`Footer::MAX_FACTS_BYTES`](crate::Footer::MAX_FACTS_BYTES);
    /// [`SealError::TooLong`] as in [`Sealer::push`].
    pub fn finish(mut self, facts: &[u8], out: &mut Vec<u8>) -> Result<Sealed, SealError> {
        self.seal_pending(true, out)?;
        self.writer.finish(self.plain_bytes, self.digest.finish(), facts, out)
    }

    fn seal(&mut self, plain: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        let (kind, body) = self.compressor.pack(plain);
        self.writer.segment(kind, body, false, out)
    }

    fn seal_pending(&mut self, last: bool, out: &mut Vec<u8>) -> Result<(), SealError> {
        let (kind, body) = self.compressor.pack(&self.pending);
        self.writer.segment(kind, body, last, out)?;
        self.pending.clear();
        Ok(())
    }
}
