//! Plaintext in, a sealed blob out.
//!
//! The work of one stream may be shared out: [`Sealer::push`] cuts pieces, [`SegmentSealer::seal`] zips and seals each of them
//! on any thread, [`Sealer::append`] binds them in order. No number is sealed twice, since only the cut makes pieces and
//! sealing consumes them.

use std::fmt;
use std::sync::Arc;

use crate::buffer::{Buffer, Buffers};
use crate::compression::{Attempt, Chooser, Compression, Zipper};
use crate::digest::PlainDigest;
use crate::error::SealError;
use crate::header::Header;
use crate::index::SegmentAt;
use crate::keys::{BlobKeys, DataKey};
use crate::writer::{Sealed, Segment, Writer};

/// Seals one stream.
pub struct Sealer {
    writer: Writer,
    chooser: Chooser,
    segment_bytes: usize,
    /// Number of the piece that is being filled.
    number: u64,
    /// Plaintext that is not given out yet. A full piece waits here until it is known whether it is the last.
    pending: Buffer,
    /// For pieces and sealed segments.
    buffers: Buffers,
}

/// A piece of the stream: the plaintext of one segment.
pub struct Piece {
    number: u64,
    last: bool,
    attempt: Attempt,
    plain: Buffer,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").field("number", &self.number).finish_non_exhaustive()
    }
}

impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Piece").field("number", &self.number).finish_non_exhaustive()
    }
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
            chooser: Chooser::new(compression),
            segment_bytes: header.segment_size.bytes_usize(),
            number: 0,
            pending: Buffer::default(),
            buffers: Buffers::default(),
        };
        Ok((sealer, head))
    }

    /// What seals the pieces.
    #[must_use]
    pub fn segments(&self) -> SegmentSealer {
        SegmentSealer { keys: self.writer.keys(), buffers: self.buffers.clone() }
    }

    /// Takes from the front of `plain` until a piece is complete, and gives that piece; `None` when all was taken.
    pub fn push(&mut self, plain: &mut &[u8]) -> Option<Piece> {
        let (taken, rest) = plain.split_at(plain.len().min(self.segment_bytes - self.pending.len()));
        if self.pending.is_empty() {
            self.pending = self.buffers.take(self.segment_bytes);
        }
        self.pending.extend_from_slice(taken);
        *plain = rest;
        // A full piece leaves when more comes: then it is not the last.
        (!rest.is_empty()).then(|| self.cut(false))
    }

    /// Ends the stream: the last piece.
    pub fn last(&mut self) -> Piece {
        self.cut(true)
    }

    fn cut(&mut self, last: bool) -> Piece {
        let plain = std::mem::take(&mut self.pending);
        let piece = Piece { number: self.number, last, attempt: self.chooser.next(), plain };
        self.number += 1;
        piece
    }

    /// Says that the source waits for the sealing, or does so no longer: [`Compression::Adaptive`] stores pieces as they are
    /// meanwhile.
    pub fn hurry(&mut self, hurried: bool) {
        self.chooser.hurry(hurried);
    }

    /// Binds the next segment, and gives the bytes that come next in the blob.
    ///
    /// # Errors
    /// [`SealError::WrongSegment`] when it is not the next one; [`SealError::TooLong`] when the stream needs more than 2^24
    /// segments. The blob cannot be finished then.
    pub fn append(&mut self, segment: Segment) -> Result<Buffer, SealError> {
        self.chooser.learn(segment.attempt, segment.kind);
        self.writer.append(segment)
    }

    /// Place of a segment that was appended; `None` when it was not.
    #[must_use]
    pub fn segment(&self, number: u64) -> Option<SegmentAt> {
        self.writer.segment(number)
    }

    /// Ends the blob, all of whose segments were appended: gives the footer with `facts`, and the tail.
    ///
    /// # Errors
    /// [`SealError::InvalidField`] when the facts are longer than [`Footer::MAX_FACTS_BYTES`](crate::Footer::MAX_FACTS_BYTES);
    /// [`SealError::WrongSegment`] when segments are missing.
    pub fn finish(self, digest: PlainDigest, facts: &[u8]) -> Result<(Sealed, Vec<u8>), SealError> {
        if self.writer.count() != self.number {
            return Err(SealError::WrongSegment { given: self.number, expected: self.writer.count() });
        }
        self.writer.finish(digest.finish(), facts)
    }
}

/// Zips and seals pieces of one stream, on any thread.
#[derive(Clone, Debug)]
pub struct SegmentSealer {
    keys: Arc<BlobKeys>,
    buffers: Buffers,
}

impl SegmentSealer {
    /// Seals a piece; gives its plaintext back for the digest.
    pub fn seal(&self, piece: Piece, zipper: &mut Zipper) -> (Segment, Buffer) {
        let Piece { number, last, attempt, plain } = piece;
        let (kind, body) = zipper.pack(attempt, &plain, &self.buffers);
        (Segment::seal(&self.keys, (number, last), (attempt, kind), plain.len(), body), plain)
    }
}
