//! Random access to a stored blob; the caller does the reading.

use crate::compression::unzip;
use crate::error::{Place, SealError};
use crate::footer::Footer;
use crate::header::{Decoded, Head, Header};
use crate::keys::{BlobKeys, DataKey};
use crate::segment::{Kind, TAG_BYTES};

/// Opens footer and segments of one blob. It exists only for a key that the head commits to.
#[derive(Debug)]
pub struct Opener {
    header: Header,
    head_bytes: u64,
    keys: BlobKeys,
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
        Ok(Self { header, head_bytes: head.len() as u64, keys })
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

    /// Opens the segment `number` and appends its plaintext to `out`. On an error `out` is as before.
    ///
    /// # Errors
    /// [`SealError::Damaged`] in this segment when it is not authentic, has another length, or does not exist.
    pub fn open_segment(
        &self,
        footer: &Footer,
        number: u64,
        stored: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), SealError> {
        let start = out.len();
        let opened = self.open_into(footer, number, stored, out);
        if opened.is_err() {
            out.truncate(start);
        }
        opened
    }

    fn open_into(&self, footer: &Footer, number: u64, stored: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        match self.kind(footer, number, stored)? {
            Kind::Raw => self.open_stored(footer, number, stored, out).map(|_| ()),
            Kind::Zstd => {
                let mut frame = Vec::new();
                self.open_stored(footer, number, stored, &mut frame)?;
                let at = footer.segment(number).ok_or(SealError::damaged(Place::Segment(number)))?;
                let plain_bytes =
                    usize::try_from(at.plain_range.end - at.plain_range.start).expect("a piece has at most 4 MiB");
                let start = out.len();
                out.resize(start + plain_bytes, 0);
                unzip(number, &frame, &mut out[start..])
            }
        }
    }

    /// Appends the stored form of a segment to `out`, still zipped if it is. On an error `out` may have grown.
    pub(crate) fn open_stored(
        &self,
        footer: &Footer,
        number: u64,
        stored: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<Kind, SealError> {
        let kind = self.kind(footer, number, stored)?;
        let start = out.len();
        out.resize(start + stored.len() - TAG_BYTES, 0);
        self.keys.open_segment(number, footer.index().is_last(number), kind, stored, &mut out[start..])?;
        Ok(kind)
    }

    /// The kind of a segment that exists and has the length of `stored`.
    fn kind(&self, footer: &Footer, number: u64, stored: &[u8]) -> Result<Kind, SealError> {
        footer
            .index()
            .entry(number)
            .filter(|entry| entry.stored_bytes() as usize == stored.len())
            .map(|entry| entry.kind())
            .ok_or(SealError::damaged(Place::Segment(number)))
    }
}
