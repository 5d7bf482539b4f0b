//! The parts that a blob is uploaded in.

use aws_lc_rs::digest::{self, Context, SHA256};

/// Parts of one size, before it doubles. With [`MAX_PARTS`] and 16 MiB at first a blob may have 1.9 TiB.
const PARTS_OF_A_SIZE: u32 = 1_600;

/// Most parts of one upload ("Multipart upload limits", S3 user guide).
const MAX_PARTS: u32 = 10_000;

/// A stretch of the spool that is uploaded in one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// From 1.
    pub(super) number: u32,
    pub(super) offset_bytes: u64,
    pub(super) len_bytes: u64,
    /// SHA-256 of the bytes as they were given to be written, in lower-case hexadecimal.
    pub(super) sha256: String,
}

/// Cuts a stream into parts and digests them as it passes.
pub(super) struct Cutter {
    first_part_bytes: u64,
    number: u32,
    offset_bytes: u64,
    len_bytes: u64,
    digest: Context,
}

impl std::fmt::Debug for Cutter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cutter(part {} at {})", self.number, self.offset_bytes)
    }
}

/// The stream is longer than the parts of one upload may be.
#[derive(Debug, thiserror::Error)]
#[error("the blob is longer than one upload may be")]
pub(super) struct TooLong;

impl Cutter {
    /// `first_part_bytes`: size of the first parts; later ones are larger.
    pub(super) fn new(first_part_bytes: u64) -> Self {
        Self { first_part_bytes, number: 1, offset_bytes: 0, len_bytes: 0, digest: Context::new(&SHA256) }
    }

    /// Takes the next bytes of the stream; gives the parts that they fill.
    pub(super) fn take(&mut self, mut bytes: &[u8]) -> Result<Vec<Part>, TooLong> {
        let mut filled = Vec::new();
        while !bytes.is_empty() {
            let room = self.part_bytes() - self.len_bytes;
            let (now, later) = bytes.split_at(bytes.len().min(usize::try_from(room).unwrap_or(usize::MAX)));
            self.digest.update(now);
            self.len_bytes += now.len() as u64;
            bytes = later;
            if self.len_bytes == self.part_bytes() {
                filled.push(self.cut()?);
            }
        }
        Ok(filled)
    }

    /// The part that is not full, as the last one. Its length may be 0.
    pub(super) fn cut(&mut self) -> Result<Part, TooLong> {
        if self.number > MAX_PARTS {
            return Err(TooLong);
        }
        let digest = std::mem::replace(&mut self.digest, Context::new(&SHA256)).finish();
        let part = Part {
            number: self.number,
            offset_bytes: self.offset_bytes,
            len_bytes: self.len_bytes,
            sha256: hex(&digest),
        };
        self.number += 1;
        self.offset_bytes += self.len_bytes;
        self.len_bytes = 0;
        Ok(part)
    }

    /// Size of the part that is being filled.
    fn part_bytes(&self) -> u64 {
        self.first_part_bytes << ((self.number - 1) / PARTS_OF_A_SIZE)
    }

    /// Bytes that passed so far.
    pub(super) fn total_bytes(&self) -> u64 {
        self.offset_bytes + self.len_bytes
    }
}

fn hex(digest: &digest::Digest) -> String {
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_thousand_parts_hold_what_a_capture_may_bring() {
        let sizes = |number| Cutter { number, ..Cutter::new(16 << 20) }.part_bytes();
        assert!((1..=MAX_PARTS).map(sizes).sum::<u64>() > 3 << 39);
        // The largest part that S3 takes has 5 GiB.
        assert!(sizes(MAX_PARTS) <= 5 << 30);
    }

    #[test]
    fn parts_meet_end_to_end_however_the_stream_comes() {
        let stream: Vec<u8> = (0..(33 << 20) + 5_u32).map(|at| (at >> 7) as u8).collect();
        for piece in [1 << 20, 999_983, 40 << 20] {
            let mut cutter = Cutter::new(16 << 20);
            let mut parts: Vec<Part> = stream.chunks(piece).flat_map(|piece| cutter.take(piece).unwrap()).collect();
            assert_eq!(cutter.total_bytes(), stream.len() as u64);
            parts.push(cutter.cut().unwrap());
            let lengths: Vec<u64> = parts.iter().map(|part| part.len_bytes).collect();
            assert_eq!(lengths, [16 << 20, 16 << 20, (1 << 20) + 5]);
            for part in parts {
                let (from, len) = (part.offset_bytes as usize, part.len_bytes as usize);
                assert_eq!(part.sha256, hex(&digest::digest(&SHA256, &stream[from..from + len])), "{piece}");
            }
        }
    }

    #[test]
    fn a_stream_that_needs_more_parts_is_refused() {
        let mut cutter = Cutter { number: MAX_PARTS, ..Cutter::new(16 << 20) };
        assert!(cutter.cut().is_ok());
        assert!(cutter.cut().is_err());
    }
}
