//! The same stream under another data key and header, without unzipping.

use crate::error::SealError;
use crate::footer::Footer;
use crate::header::Header;
use crate::index::SegmentAt;
use crate::keys::DataKey;
use crate::opener::Opener;
use crate::writer::{Sealed, Writer};

/// Seals the stored segments of one blob again, in order. Plaintext, digest and facts stay the same.
#[derive(Debug)]
pub struct Resealer {
    source: Opener,
    footer: Footer,
    writer: Writer,
    /// Stored form of the segment at hand; kept for its room.
    body: Vec<u8>,
}

impl Resealer {
    /// Begins a copy of the blob behind `source` and `footer`. The bytes are the head of the copy and go before all others.
    ///
    /// `key` must be fresh: for this copy and this attempt only.
    ///
    /// # Errors
    /// [`SealError::InvalidField`] when the header breaks the limits of the format or has another segment size than the source.
    pub fn new(source: Opener, footer: Footer, header: &Header, key: DataKey) -> Result<(Self, Vec<u8>), SealError> {
        if header.segment_size != source.header().segment_size {
            return Err(SealError::InvalidField { field: "segment size", rule: "that of the source" });
        }
        let (writer, head) = Writer::new(header, &key)?;
        Ok((Self { source, footer, writer, body: Vec::new() }, head))
    }

    /// The segment of the source that [`Resealer::push`] wants next; `None` when all are passed.
    #[must_use]
    pub fn next_segment(&self) -> Option<SegmentAt> {
        self.footer.segment(self.writer.count())
    }

    /// Takes the next stored segment of the source and appends the sealed one to `out`.
    ///
    /// # Errors
    /// [`SealError::Damaged`] in this segment of the source; [`SealError::WrongSegmentCount`] when all are passed.
    pub fn push(&mut self, stored: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        let number = self.writer.count();
        if number == self.footer.segment_count() {
            return Err(self.wrong_count(number + 1));
        }
        self.body.clear();
        let kind = self.source.open_stored(&self.footer, number, stored, &mut self.body)?;
        self.writer.segment(kind, &self.body, self.footer.index().is_last(number), out)
    }

    /// Ends the copy: appends its footer and tail to `out`.
    ///
    /// # Errors
    /// [`SealError::WrongSegmentCount`] when segments of the source are missing.
    pub fn finish(self, out: &mut Vec<u8>) -> Result<Sealed, SealError> {
        let given = self.writer.count();
        if given != self.footer.segment_count() {
            return Err(self.wrong_count(given));
        }
        self.writer.finish(self.footer.plain_bytes, self.footer.sha256, &self.footer.facts, out)
    }

    fn wrong_count(&self, given: u64) -> SealError {
        SealError::WrongSegmentCount { given, expected: self.footer.segment_count() }
    }
}
