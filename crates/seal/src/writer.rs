//! What [`Sealer`](crate::Sealer) and [`Resealer`](crate::Resealer) share: sealed segments in order, then footer and tail.

use crate::error::SealError;
use crate::footer::{self, Footer};
use crate::header::Header;
use crate::index::Entry;
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

/// Writes the parts of one blob behind its head.
#[derive(Debug)]
pub(crate) struct Writer {
    keys: BlobKeys,
    entries: Vec<Entry>,
    stored_bytes: u64,
}

impl Writer {
    /// A writer, and the head that goes before everything else.
    pub(crate) fn new(header: &Header, data_key: &DataKey) -> Result<(Self, Vec<u8>), SealError> {
        let (head, keys) = header.seal(data_key)?;
        Ok((Self { keys, entries: Vec::new(), stored_bytes: head.len() as u64 }, head))
    }

    /// Segments so far.
    pub(crate) fn count(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Seals the next segment; `body` is its stored form.
    pub(crate) fn segment(&mut self, kind: Kind, body: &[u8], last: bool, out: &mut Vec<u8>) -> Result<(), SealError> {
        if self.count() == MAX_SEGMENTS {
            return Err(SealError::TooLong);
        }
        let start = out.len();
        out.extend(body);
        self.keys.seal_segment(self.count(), last, kind, out, start);
        let stored_bytes = out.len() - start;
        self.entries.push(Entry::new(kind, stored_bytes));
        self.stored_bytes += stored_bytes as u64;
        Ok(())
    }

    /// Seals the footer and ends the blob.
    pub(crate) fn finish(
        self,
        plain_bytes: u64,
        sha256: [u8; 32],
        facts: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<Sealed, SealError> {
        if facts.len() > Footer::MAX_FACTS_BYTES {
            return Err(SealError::InvalidField { field: "facts", rule: "at most 65535 bytes long" });
        }
        let footer_bytes = footer::footer_bytes(facts, self.entries.len());
        let stored_bytes = self.stored_bytes + (footer_bytes + Tail::BYTES) as u64;
        let start = out.len();
        footer::encode(plain_bytes, stored_bytes, &sha256, facts, &self.entries, out);
        self.keys.seal_footer(out, start);
        let footer_bytes = u32::try_from(footer_bytes).expect("writers stop at 2^24 segments");
        out.extend(Tail { footer_offset: self.stored_bytes, footer_bytes }.encode());
        Ok(Sealed { plain_bytes, stored_bytes, sha256 })
    }
}
