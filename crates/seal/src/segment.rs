//! Sizes and kinds of segments.

use crate::error::SealError;

/// Bytes that sealing adds to a segment or the footer: the tag of AES-GCM.
pub(crate) const TAG_BYTES: usize = 16;

/// Most segments of a blob: bounds the index to 64 MiB.
pub(crate) const MAX_SEGMENTS: u64 = 1 << 24;

/// Plaintext bytes of every segment but the last: a power of two from 64 KiB to 4 MiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentSize {
    log2: u8,
}

impl SegmentSize {
    /// 64 KiB, the smallest.
    pub const MIN: Self = Self { log2: 16 };
    /// 1 MiB: 0.002 % overhead, and small enough for range reads.
    pub const DEFAULT: Self = Self { log2: 20 };
    /// 4 MiB, the largest.
    pub const MAX: Self = Self { log2: 22 };

    /// A size in bytes.
    ///
    /// # Errors
    /// [`SealError::InvalidField`] when it is not a power of two within the limits.
    pub fn new(bytes: u32) -> Result<Self, SealError> {
        bytes
            .checked_ilog2()
            .filter(|_| bytes.is_power_of_two())
            .and_then(|log2| u8::try_from(log2).ok())
            .and_then(Self::from_log2)
            .ok_or(SealError::InvalidField { field: "segment size", rule: "a power of two from 64 KiB to 4 MiB" })
    }

    /// The size in bytes.
    #[must_use]
    pub fn bytes(self) -> u32 {
        1 << self.log2
    }

    pub(crate) fn from_log2(log2: u8) -> Option<Self> {
        (Self::MIN.log2..=Self::MAX.log2).contains(&log2).then_some(Self { log2 })
    }

    pub(crate) fn log2(self) -> u8 {
        self.log2
    }

    pub(crate) fn bytes_usize(self) -> usize {
        1 << self.log2
    }

    /// Segments of a stream: an empty one has one segment too.
    pub(crate) fn segments_of(self, plain_bytes: u64) -> u64 {
        plain_bytes.div_ceil(self.bytes().into()).max(1)
    }
}

/// How a segment's plaintext is stored below the encryption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Raw,
    Zstd,
}

impl Kind {
    /// The value that the associated data carries.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Raw => 0,
            Self::Zstd => 1,
        }
    }
}

/// Longest zstd frame that is worth storing for a piece: it saves at least 1/16, rounded up.
pub(crate) fn zstd_limit(plain_bytes: usize) -> usize {
    plain_bytes - plain_bytes.div_ceil(16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_powers_of_two_within_the_limits_are_sizes() {
        for bytes in [0, 1, 32 << 10, (64 << 10) + 1, 96 << 10, 8 << 20, u32::MAX] {
            assert!(SegmentSize::new(bytes).is_err(), "{bytes}");
        }
        for log2 in 16..=22 {
            assert_eq!(SegmentSize::new(1 << log2).unwrap().bytes(), 1 << log2);
        }
    }

    #[test]
    fn zstd_must_save_a_sixteenth_rounded_up() {
        let limits = [(0, 0), (1, 0), (15, 14), (16, 15), (17, 15), (1 << 20, 15 << 16)];
        assert_eq!(limits.map(|(plain, _)| (plain, zstd_limit(plain))), limits);
    }
}
