//! The proof that a blob is stored as it was sealed.

use aws_lc_rs::digest::{Context, SHA256};

use crate::digest::PlainDigest;
use crate::error::{Place, SealError};
use crate::footer::Footer;
use crate::index::{Entry, SegmentAt};

/// Takes what was read back of a blob, segment after segment, and compares it with the footer at the end. It can begin while
/// the blob is still written: the places come from the writer then, and the footer must name the same ones.
pub struct ReadBack {
    segments: u64,
    /// Over the index entries, so that it need not be kept twice.
    places: Context,
    /// Over the plaintext; `None` where opening is proof enough.
    stream: Option<PlainDigest>,
}

impl ReadBack {
    /// For a fresh stream: every segment must be opened and unzipped, and the digest is compared.
    #[must_use]
    pub fn of_stream() -> Self {
        Self { segments: 0, places: Context::new(&SHA256), stream: Some(PlainDigest::new()) }
    }

    /// For a copy that was sealed anew without unzipping: every segment must be opened, as stored.
    ///
    /// Opening proves that each one is, bit for bit, what was sealed for the copy; that is what the source's tag vouched for a
    /// moment before; and the source was unzipped and its digest compared when it was stored. Unzipping the same frames
    /// again would test zstd, not the storage.
    #[must_use]
    pub fn of_copy() -> Self {
        Self { stream: None, ..Self::of_stream() }
    }

    /// Whether segments are to be unzipped.
    #[must_use]
    pub fn unzips(&self) -> bool {
        self.stream.is_some()
    }

    /// Number of the segment that comes next.
    #[must_use]
    pub fn next_number(&self) -> u64 {
        self.segments
    }

    /// Takes the next segment: `opened` is its plaintext, or its stored form where nothing is unzipped.
    ///
    /// # Errors
    /// [`SealError::WrongSegment`] when it is not the next one.
    pub fn take(&mut self, at: &SegmentAt, opened: &[u8]) -> Result<(), SealError> {
        if at.number != self.segments {
            return Err(SealError::WrongSegment { given: at.number, expected: self.segments });
        }
        self.segments += 1;
        update(&mut self.places, at.entry());
        if let Some(stream) = &mut self.stream {
            stream.update(opened);
        }
        Ok(())
    }

    /// Ends the proof with the footer that was read back.
    ///
    /// # Errors
    /// [`SealError::WrongSegment`] when segments are missing; [`SealError::Damaged`] in the footer when it names other places;
    /// [`SealError::WrongDigest`].
    pub fn finish(self, footer: &Footer) -> Result<(), SealError> {
        if self.segments != footer.segment_count() {
            return Err(SealError::WrongSegment { given: footer.segment_count(), expected: self.segments });
        }
        let mut places = Context::new(&SHA256);
        footer.index().entries().iter().for_each(|entry| update(&mut places, *entry));
        if places.finish().as_ref() != self.places.finish().as_ref() {
            return Err(SealError::damaged(Place::Footer));
        }
        let agrees = self.stream.is_none_or(|stream| stream.finish() == footer.sha256);
        if agrees { Ok(()) } else { Err(SealError::WrongDigest) }
    }
}

fn update(places: &mut Context, entry: Entry) {
    places.update(&entry.code().to_be_bytes());
}

impl std::fmt::Debug for ReadBack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReadBack").field("segments", &self.segments).finish_non_exhaustive()
    }
}
