//! The same stream under another data key and header, without unzipping.

use std::sync::Arc;

use crate::buffer::Buffer;
use crate::compression::Attempt;
use crate::error::SealError;
use crate::footer::Footer;
use crate::header::Header;
use crate::index::SegmentAt;
use crate::keys::{BlobKeys, DataKey};
use crate::opener::Opener;
use crate::writer::{Sealed, Segment, Writer};

/// Seals the stored segments of one blob again. Plaintext, digest and facts stay the same.
#[derive(Debug)]
pub struct Resealer {
    source: Arc<Footer>,
    writer: Writer,
}

impl Resealer {
    /// Begins a copy of the blob behind `source` and `footer`. The bytes are the head of the copy and go before all others.
    ///
    /// `key` must be fresh: for this copy and this attempt only.
    ///
    /// # Errors
    /// [`SealError::InvalidField`] when the header breaks the limits of the format or has another segment size than the source.
    pub fn new(
        source: Arc<Opener>,
        footer: Arc<Footer>,
        header: &Header,
        key: DataKey,
    ) -> Result<(Self, SegmentResealer, Vec<u8>), SealError> {
        if header.segment_size != source.header().segment_size {
            return Err(SealError::InvalidField { field: "segment size", rule: "that of the source" });
        }
        let (writer, head) = Writer::new(header, &key)?;
        let segments = SegmentResealer { source, keys: writer.keys() };
        Ok((Self { source: footer, writer }, segments, head))
    }

    /// Binds the next segment, and gives the bytes that come next in the copy.
    ///
    /// # Errors
    /// [`SealError::WrongSegment`] when it is not the next one.
    pub fn append(&mut self, segment: Segment) -> Result<Buffer, SealError> {
        self.writer.append(segment)
    }

    /// Place of a segment of the copy that was appended; `None` when it was not.
    #[must_use]
    pub fn segment(&self, number: u64) -> Option<SegmentAt> {
        self.writer.segment(number)
    }

    /// Ends the copy: gives its footer and tail.
    ///
    /// # Errors
    /// [`SealError::WrongSegment`] when segments of the source are missing.
    pub fn finish(self) -> Result<(Sealed, Vec<u8>), SealError> {
        let given = self.writer.count();
        if given != self.source.segment_count() {
            return Err(SealError::WrongSegment { given: self.source.segment_count(), expected: given });
        }
        self.writer.finish(self.source.sha256, &self.source.facts)
    }
}

/// Opens segments of the source and seals them for the copy, on any thread.
///
/// A number sealed twice gives the same bytes twice, since the source vouches for what lies under it.
#[derive(Clone, Debug)]
pub struct SegmentResealer {
    source: Arc<Opener>,
    keys: Arc<BlobKeys>,
}

impl SegmentResealer {
    /// Seals the segment of the source at `at`, whose stored bytes these are.
    ///
    /// # Errors
    /// [`SealError::Damaged`] in this segment of the source.
    pub fn reseal(&self, at: &SegmentAt, stored: Buffer) -> Result<Segment, SealError> {
        let body = self.source.open_stored(at, stored)?;
        Ok(Segment::seal(&self.keys, (at.number, at.last), (Attempt::Raw, at.kind), at.plain_bytes(), body))
    }
}
