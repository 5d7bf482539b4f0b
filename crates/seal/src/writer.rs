//! What [`Sealer`](crate::Sealer) and [`Resealer`](crate::Resealer) share: segments sealed on any threads and bound in order,
//! then footer and tail.

use std::sync::Arc;

use crate::buffer::Buffer;
use crate::compression::Attempt;
use crate::error::SealError;
use crate::footer::{self, Footer};
use crate::header::Header;
use crate::index::{Entry, Index, SegmentAt};
use crate::keys::{BlobKeys, DataKey};
use crate::segment::{Kind, MAX_SEGMENTS};
use crate::tail::Tail;

/// What a finished blob is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Length of the stream.
    pub plain_bytes: u64,
    /// Length of the whole blob.
    pub stored_bytes: u64,
    /// SHA-256 of the stream.
    pub sha256: [u8; 32],
}

/// A sealed segment that is not bound into its blob yet.
#[derive(Debug)]
pub struct Segment {
    pub(crate) number: u64,
    pub(crate) last: bool,
    pub(crate) kind: Kind,
    pub(crate) attempt: Attempt,
    pub(crate) plain_bytes: usize,
    stored: Buffer,
}

impl Segment {
    /// Seals a stored form under its number.
    pub(crate) fn seal(
        keys: &BlobKeys,
        (number, last): (u64, bool),
        (attempt, kind): (Attempt, Kind),
        plain_bytes: usize,
        mut body: Buffer,
    ) -> Self {
        keys.seal_segment(number, last, kind, &mut body);
        Self { number, last, kind, attempt, plain_bytes, stored: body }
    }
}

/// Binds the parts of one blob behind its head.
#[derive(Debug)]
pub(crate) struct Writer {
    keys: Arc<BlobKeys>,
    index: Index,
}

impl Writer {
    /// A writer, and the head that goes before everything else.
    pub(crate) fn new(header: &Header, data_key: &DataKey) -> Result<(Self, Vec<u8>), SealError> {
        let (head, keys) = header.seal(data_key)?;
        Ok((Self { keys: Arc::new(keys), index: Index::begin(header.segment_size, head.len() as u64) }, head))
    }

    pub(crate) fn keys(&self) -> Arc<BlobKeys> {
        Arc::clone(&self.keys)
    }

    /// Segments so far.
    pub(crate) fn count(&self) -> u64 {
        self.index.count()
    }

    /// Place of a segment that was appended.
    pub(crate) fn segment(&self, number: u64) -> Option<SegmentAt> {
        self.index.segment(number)
    }

    /// Binds the next segment, and gives the bytes that come next in the blob.
    pub(crate) fn append(&mut self, segment: Segment) -> Result<Buffer, SealError> {
        if segment.number != self.count() {
            return Err(SealError::WrongSegment { given: segment.number, expected: self.count() });
        }
        if self.count() == MAX_SEGMENTS {
            return Err(SealError::TooLong);
        }
        let entry = Entry::new(segment.kind, segment.stored.len());
        self.index.push(entry, segment.plain_bytes, segment.last);
        Ok(segment.stored)
    }

    /// Seals the footer and ends the blob: gives what it ends with.
    pub(crate) fn finish(self, sha256: [u8; 32], facts: &[u8]) -> Result<(Sealed, Vec<u8>), SealError> {
        if facts.len() > Footer::MAX_FACTS_BYTES {
            return Err(SealError::InvalidField { field: "facts", rule: "at most 65535 bytes long" });
        }
        let (plain_bytes, footer_offset) = (self.index.plain_bytes(), self.index.end());
        let footer_bytes = footer::footer_bytes(facts, self.index.entries().len());
        let stored_bytes = footer_offset + (footer_bytes + Tail::BYTES) as u64;
        let mut out = Vec::with_capacity(footer_bytes + Tail::BYTES);
        footer::encode(plain_bytes, stored_bytes, &sha256, facts, self.index.entries(), &mut out);
        self.keys.seal_footer(&mut out);
        let footer_bytes = u32::try_from(footer_bytes).expect("writers stop at 2^24 segments");
        out.extend(Tail { footer_offset, footer_bytes }.encode());
        Ok((Sealed { plain_bytes, stored_bytes, sha256 }, out))
    }
}
