//! What can be wrong with a blob, or with a wish to make one.

use std::fmt;

use thiserror::Error;

/// Why a blob was not opened, or not made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SealError {
    /// The bytes do not begin like a sealed blob.
    #[error("not a sealed blob")]
    NotABlob,
    /// A blob of a format version that this program does not know.
    #[error("sealed blob of unknown format version {0}")]
    UnknownVersion(u16),
    /// The data key is not the one that the blob was sealed with, or the head was changed on purpose.
    #[error("the data key does not belong to this blob")]
    WrongKey,
    /// Bytes are not what the writer wrote, or the writer broke the format.
    #[error("sealed blob is damaged in its {place}")]
    Damaged {
        /// The part that was refused.
        place: Place,
    },
    /// The stream as a whole is not the one that the footer describes.
    #[error("plaintext does not match the digest of its sealed blob")]
    WrongDigest,
    /// A field of a new blob is outside the limits of the format.
    #[error("{field} of a sealed blob must be {rule}")]
    InvalidField {
        /// The field.
        field: &'static str,
        /// What it must be.
        rule: &'static str,
    },
    /// The stream has more than 2^24 segments; larger segments hold more.
    #[error("stream is too long for its segment size")]
    TooLong,
    /// Segments were bound or read back in another order than theirs, or not all of them before the end.
    #[error("segment {given} of a sealed blob came where segment {expected} belongs")]
    WrongSegment {
        /// The segment that came, or the number of segments where the end came.
        given: u64,
        /// The one that was due.
        expected: u64,
    },
}

impl SealError {
    pub(crate) fn damaged(place: Place) -> Self {
        Self::Damaged { place }
    }
}

/// A part of a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Header fields, commitment or check.
    Header,
    /// The segment of this number, from 0.
    Segment(u64),
    /// The sealed footer, or the sums in it.
    Footer,
    /// The last 32 bytes.
    Tail,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header => f.write_str("header"),
            Self::Segment(number) => write!(f, "segment {number}"),
            Self::Footer => f.write_str("footer"),
            Self::Tail => f.write_str("tail"),
        }
    }
}
