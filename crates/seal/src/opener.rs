//! Random access to a stored blob; the caller does the reading.

use crate::buffer::{Buffer, Buffers};
use crate::compression::unzip;
use crate::error::{Place, SealError};
use crate::footer::Footer;
use crate::header::{Decoded, Head, Header};
use crate::index::SegmentAt;
use crate::keys::{BlobKeys, DataKey};
use crate::segment::Kind;

/// Opens footer and segments of one blob. It exists only for a key that the head commits to.
#[derive(Debug)]
pub struct Opener {
    header: Header,
    head_bytes: u64,
    keys: BlobKeys,
    /// For what is unzipped.
    buffers: Buffers,
}

impl Opener {
    /// Takes the head, exactly, as [`Header::decode`] measured it, and the unwrapped data key.
    ///
    /// # Errors
    /// Those of [`Header::decode`]; [`SealError::Damaged`] in the header when `head` is too short or too long;
    /// [`SealError::WrongKey`].
    pub fn new(head: &[u8], key: &DataKey) -> Result<Self, SealError> {
        let header = match Header::decode(head)? {
            Decoded::Complete { header, head_bytes } if head_bytes == head.len() => header,
            Decoded::Complete { .. } | Decoded::NeedMore(_) => return Err(SealError::damaged(Place::Header)),
        };
        let parts = Head::split(head).ok_or(SealError::damaged(Place::Header))?;
        let keys = BlobKeys::derive(key, parts.header);
        keys.check_commitment(parts.commitment)?;
        Ok(Self { header, head_bytes: head.len() as u64, keys, buffers: Buffers::default() })
    }

    /// The header, authenticated.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Opens the stored footer of a blob that is `total_stored` bytes long.
    ///
    /// # Errors
    /// [`SealError::Damaged`] in the footer when it is not authentic, or when the parts of the blob do not add up to its length.
    pub fn footer(&self, stored: &[u8], total_stored: u64) -> Result<Footer, SealError> {
        let plain = self.keys.open_footer(stored)?;
        Footer::parse(&plain, self.header.segment_size, self.head_bytes, total_stored)
            .ok_or(SealError::damaged(Place::Footer))
    }

    /// Opens a segment, whose stored bytes these are, and gives its plaintext.
    ///
    /// # Errors
    /// [`SealError::Damaged`] in this segment when it is not authentic or has another length.
    pub fn open_segment(&self, at: &SegmentAt, stored: Buffer) -> Result<Buffer, SealError> {
        let body = self.open_stored(at, stored)?;
        match at.kind {
            Kind::Raw => Ok(body),
            Kind::Zstd => unzip(at.number, &body, at.plain_bytes(), &self.buffers),
        }
    }

    /// Opens a segment without unzipping, and gives its stored form.
    ///
    /// # Errors
    /// Those of [`Opener::open_segment`].
    pub fn open_stored(&self, at: &SegmentAt, mut stored: Buffer) -> Result<Buffer, SealError> {
        if stored.len() != at.stored_bytes as usize {
            return Err(SealError::damaged(Place::Segment(at.number)));
        }
        self.keys.open_segment(at, &mut stored)?;
        Ok(stored)
    }
}
