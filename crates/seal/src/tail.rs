//! The last 32 bytes of a blob: where the footer lies.

use aws_lc_rs::digest::{SHA256, digest};

use crate::error::{Place, SealError};
use crate::fields::Fields;
use crate::footer::Footer;

const MAGIC: &[u8; 8] = b"valktail";
const CHECKED_BYTES: usize = 20;

/// Where the footer of a blob lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tail {
    /// First byte of the footer, counted from the start of the blob.
    pub footer_offset: u64,
    /// Length of the sealed footer, at most [`Footer::MAX_BYTES`].
    pub footer_bytes: u32,
}

impl Tail {
    /// Length of a tail.
    pub const BYTES: usize = 32;

    /// Reads the last 32 bytes of a blob that is `total_stored` bytes long.
    ///
    /// The answer is not authenticated yet, but lies inside the blob.
    ///
    /// # Errors
    /// [`SealError::Damaged`] in the tail when the bytes are not a tail, or not that of a blob of this length.
    pub fn decode(last: &[u8], total_stored: u64) -> Result<Self, SealError> {
        Self::parse(last).filter(|tail| tail.fits(total_stored)).ok_or(SealError::damaged(Place::Tail))
    }

    fn parse(last: &[u8]) -> Option<Self> {
        let mut fields = Fields(last);
        fields.array().filter(|magic| magic == MAGIC)?;
        let tail = Self { footer_offset: fields.u64()?, footer_bytes: fields.u32()? };
        // The bytes have one valid form, so the check is part of the comparison.
        (tail.encode() == last).then_some(tail)
    }

    fn fits(&self, total_stored: u64) -> bool {
        let end = self.footer_offset.checked_add(u64::from(self.footer_bytes) + Self::BYTES as u64);
        self.footer_bytes <= Footer::MAX_BYTES && end == Some(total_stored)
    }

    pub(crate) fn encode(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..16].copy_from_slice(&self.footer_offset.to_be_bytes());
        bytes[16..CHECKED_BYTES].copy_from_slice(&self.footer_bytes.to_be_bytes());
        let check = digest(&SHA256, &bytes[..CHECKED_BYTES]);
        bytes[CHECKED_BYTES..].copy_from_slice(&check.as_ref()[..Self::BYTES - CHECKED_BYTES]);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_must_point_into_a_blob_of_this_length() {
        let tail = Tail { footer_offset: 1_000, footer_bytes: 100 };
        assert_eq!(Tail::decode(&tail.encode(), 1_132), Ok(tail));
        for total in [0, 1_131, 1_133, u64::MAX] {
            assert_eq!(Tail::decode(&tail.encode(), total), Err(SealError::damaged(Place::Tail)), "{total}");
        }
    }

    #[test]
    fn announced_lengths_are_bounded() {
        for tail in [
            Tail { footer_offset: u64::MAX, footer_bytes: 100 },
            Tail { footer_offset: 0, footer_bytes: Footer::MAX_BYTES + 1 },
        ] {
            let total = tail.footer_offset.wrapping_add(u64::from(tail.footer_bytes) + 32);
            assert_eq!(Tail::decode(&tail.encode(), total), Err(SealError::damaged(Place::Tail)));
        }
    }
}
