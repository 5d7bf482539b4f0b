//! The data key of a blob, the keys derived from it, and their use.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{Digest, SHA256, digest};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use zeroize::Zeroizing;

use crate::buffer::Buffer;
use crate::error::{Place, SealError};
use crate::index::SegmentAt;
use crate::segment::{Kind, TAG_BYTES};

/// 256-bit key of one blob, wiped when dropped.
///
/// It must come fresh from a random source for each blob and each attempt to write it. Writers consume it and it is not `Clone`,
/// so that no value seals twice.
pub struct DataKey(Zeroizing<[u8; 32]>);

impl DataKey {
    /// Takes the key's bytes. The caller wipes its own copy.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl From<Zeroizing<[u8; 32]>> for DataKey {
    fn from(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(..)")
    }
}

/// Bytes of the key commitment in the head.
pub(crate) const COMMITMENT_BYTES: usize = 32;

/// What a data key and a header make together: they are bound to this header, so another header means other keys.
#[derive(Debug)]
pub(crate) struct BlobKeys {
    header_hash: Digest,
    segments: LessSafeKey,
    footer: LessSafeKey,
    commitment: [u8; COMMITMENT_BYTES],
}

impl BlobKeys {
    /// Derives the keys with HKDF-SHA256 (RFC 5869); `header` is the encoded fields, without commitment and check.
    pub(crate) fn derive(data_key: &DataKey, header: &[u8]) -> Self {
        const FIXED: &str = "HKDF-SHA256 gives up to 255 * 32 bytes; 32 are asked for";
        let header_hash = digest(&SHA256, header);
        let prk = Salt::new(HKDF_SHA256, header_hash.as_ref()).extract(&data_key.0[..]);
        let aead = |label: &[u8]| {
            let key: UnboundKey = prk.expand(&[label], &AES_256_GCM).expect(FIXED).into();
            LessSafeKey::new(key)
        };
        let mut commitment = [0; COMMITMENT_BYTES];
        prk.expand(&[b"valkeep blob v1 commitment"], HKDF_SHA256).expect(FIXED).fill(&mut commitment).expect(FIXED);
        Self {
            header_hash,
            segments: aead(b"valkeep blob v1 segments"),
            footer: aead(b"valkeep blob v1 footer"),
            commitment,
        }
    }

    pub(crate) fn commitment(&self) -> &[u8; COMMITMENT_BYTES] {
        &self.commitment
    }

    /// Compares with the commitment of a head, in constant time.
    pub(crate) fn check_commitment(&self, stored: &[u8]) -> Result<(), SealError> {
        verify_slices_are_equal(&self.commitment, stored).map_err(|_| SealError::WrongKey)
    }

    /// Seals the stored form of the segment `number` and appends its tag, for which there must be room.
    pub(crate) fn seal_segment(&self, number: u64, last: bool, kind: Kind, body: &mut Buffer) {
        let tag = seal(&self.segments, segment_nonce(number, last), &self.segment_aad(kind), body);
        body.extend_from_slice(&tag);
    }

    /// Opens the segment at `at` where its stored bytes lie, which are its stored form without tag then.
    pub(crate) fn open_segment(&self, at: &SegmentAt, stored: &mut Buffer) -> Result<(), SealError> {
        let body_bytes = open(&self.segments, segment_nonce(at.number, at.last), &self.segment_aad(at.kind), stored)
            .ok_or(SealError::damaged(Place::Segment(at.number)))?;
        stored.set_len(body_bytes);
        Ok(())
    }

    /// Seals the footer and appends its tag.
    pub(crate) fn seal_footer(&self, plain: &mut Vec<u8>) {
        let tag = seal(&self.footer, footer_nonce(), self.header_hash.as_ref(), plain);
        plain.extend(tag);
    }

    /// The plaintext of the footer.
    pub(crate) fn open_footer(&self, stored: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut plain = stored.to_vec();
        let plain_bytes = open(&self.footer, footer_nonce(), self.header_hash.as_ref(), &mut plain)
            .ok_or(SealError::damaged(Place::Footer))?;
        plain.truncate(plain_bytes);
        Ok(plain)
    }

    fn segment_aad(&self, kind: Kind) -> [u8; 33] {
        let mut aad = [0; 33];
        aad[..32].copy_from_slice(self.header_hash.as_ref());
        aad[32] = kind.code();
        aad
    }
}

/// STREAM: the number fixes the place, the last byte the end.
fn segment_nonce(number: u64, last: bool) -> Nonce {
    let mut nonce = [0; 12];
    nonce[3..11].copy_from_slice(&number.to_be_bytes());
    nonce[11] = last.into();
    Nonce::assume_unique_for_key(nonce)
}

/// The footer key seals one message only.
fn footer_nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

/// Encrypts in place; gives the tag.
fn seal(key: &LessSafeKey, nonce: Nonce, aad: &[u8], plain: &mut [u8]) -> [u8; TAG_BYTES] {
    let tag = key
        .seal_in_place_separate_tag(nonce, Aad::from(aad), plain)
        .expect("AES-GCM takes 64 GiB a message; segments and footer are far shorter");
    tag.as_ref().try_into().expect("the tag of AES-GCM has 16 bytes")
}

/// Decrypts in place what ends with its tag; gives the length of the plaintext.
fn open(key: &LessSafeKey, nonce: Nonce, aad: &[u8], stored: &mut [u8]) -> Option<usize> {
    key.open_in_place(nonce, Aad::from(aad), stored).ok().map(|plain| plain.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_shows_no_key() {
        assert_eq!(format!("{:?}", DataKey::from_bytes([7; 32])), "DataKey(..)");
    }

    #[test]
    fn every_header_bit_changes_the_commitment() {
        let key = DataKey::from_bytes([7; 32]);
        let keys = BlobKeys::derive(&key, &[0; 4]);
        for bit in 0..32 {
            let mut header = [0; 4];
            header[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(BlobKeys::derive(&key, &header).commitment(), keys.commitment());
        }
    }
}
