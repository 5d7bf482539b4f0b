//! The head of a blob: header fields, key commitment, check.

use std::ops::RangeInclusive;

use aws_lc_rs::digest::{SHA256, digest};

use crate::blob_id::BlobId;
use crate::error::{Place, SealError};
use crate::fields::{Fields, put_sized};
use crate::keys::{BlobKeys, COMMITMENT_BYTES, DataKey};
use crate::segment::SegmentSize;

const MAGIC: &[u8; 8] = b"valkblob";
const VERSION: u16 = 1;
const CIPHER: u8 = 1;
/// Magic, version and head length: what a reader needs to learn how long the head is.
const PREFIX_BYTES: usize = 14;
/// Everything up to the first field of variable length.
const FIXED_BYTES: usize = 32;
const CHECK_BYTES: usize = 32;

const KEY_ARN_BYTES: RangeInclusive<usize> = 1..=2_048;
const WRAPPED_KEY_BYTES: RangeInclusive<usize> = 1..=6_144;
const MAX_CONTEXT_PAIRS: usize = 16;
const CONTEXT_NAME_BYTES: RangeInclusive<usize> = 1..=128;
const MAX_CONTEXT_VALUE_BYTES: usize = 2_048;
const MAX_SUBJECT_BYTES: usize = 65_535;

/// What a blob says of itself before its data: readable without a key, and bound to the key by the commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Random name of the blob.
    pub blob_id: BlobId,
    /// Plaintext bytes of each segment but the last.
    pub segment_size: SegmentSize,
    /// ARN of the key that wraps the data key; 1 to 2 048 bytes.
    pub key_arn: String,
    /// The wrapped data key as the key service gave it; 1 to 6 144 bytes.
    pub wrapped_key: Vec<u8>,
    /// Encryption context of the wrapping: at most 16 pairs with different names of 1 to 128 bytes and values of at most 2 048.
    pub context: Vec<(String, String)>,
    /// The caller's words on what the blob holds, enough to rebuild a lost catalog; at most 65 535 bytes. Not secret.
    pub subject: Vec<u8>,
}

/// What the first bytes of a blob gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// The head is longer than the bytes given; come again with this many bytes from the start of the blob.
    NeedMore(usize),
    /// The head is complete.
    Complete {
        /// Its fields. The check holds, but nothing is authenticated before [`Opener::new`](crate::Opener::new).
        header: Header,
        /// Length of the head, with commitment and check: where segment 0 starts.
        head_bytes: usize,
    },
}

impl Header {
    /// Longest head, with commitment and check.
    pub const MAX_BYTES: usize = FIXED_BYTES
        + (2 + *KEY_ARN_BYTES.end())
        + (2 + *WRAPPED_KEY_BYTES.end())
        + 1
        + MAX_CONTEXT_PAIRS * (2 + *CONTEXT_NAME_BYTES.end() + 2 + MAX_CONTEXT_VALUE_BYTES)
        + (2 + MAX_SUBJECT_BYTES)
        + COMMITMENT_BYTES
        + CHECK_BYTES;

    /// Longest subject.
    pub const MAX_SUBJECT_BYTES: usize = MAX_SUBJECT_BYTES;

    /// Reads the head from the first bytes of a blob; bytes behind it are ignored.
    ///
    /// # Errors
    /// [`SealError::NotABlob`], [`SealError::UnknownVersion`], or [`SealError::Damaged`] in the header.
    pub fn decode(prefix: &[u8]) -> Result<Decoded, SealError> {
        let mut fields = Fields(prefix);
        let (Some(magic), Some(version), Some(head_bytes)) = (fields.array(), fields.u16(), fields.u32()) else {
            return Ok(Decoded::NeedMore(PREFIX_BYTES));
        };
        if &magic != MAGIC {
            return Err(SealError::NotABlob);
        }
        if version != VERSION {
            return Err(SealError::UnknownVersion(version));
        }
        let head_bytes = head_bytes as usize;
        if head_bytes > Self::MAX_BYTES {
            return Err(SealError::damaged(Place::Header));
        }
        let Some(head) = prefix.get(..head_bytes) else { return Ok(Decoded::NeedMore(head_bytes)) };
        let header = Head::split(head)
            .filter(Head::check_holds)
            .and_then(|head| Self::parse(head.header))
            .ok_or(SealError::damaged(Place::Header))?;
        Ok(Decoded::Complete { header, head_bytes })
    }

    fn parse(encoded: &[u8]) -> Option<Self> {
        let mut fields = Fields(encoded.get(PREFIX_BYTES..)?);
        fields.u8().filter(|cipher| *cipher == CIPHER)?;
        let header = Self {
            segment_size: SegmentSize::from_log2(fields.u8()?)?,
            blob_id: BlobId(fields.array()?),
            key_arn: fields.text()?,
            wrapped_key: fields.sized()?.to_vec(),
            context: (0..fields.u8()?).map(|_| Some((fields.text()?, fields.text()?))).collect::<Option<_>>()?,
            subject: fields.sized()?.to_vec(),
        };
        fields.end()?;
        header.check_limits().ok().map(|()| header)
    }

    /// The head of a new blob, and the keys that belong to it.
    pub(crate) fn seal(&self, data_key: &DataKey) -> Result<(Vec<u8>, BlobKeys), SealError> {
        self.check_limits()?;
        let mut head = self.encode();
        let keys = BlobKeys::derive(data_key, &head);
        head.extend(keys.commitment());
        head.extend(digest(&SHA256, &head).as_ref());
        Ok((head, keys))
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.head_bytes());
        out.extend(MAGIC);
        out.extend(VERSION.to_be_bytes());
        let head_bytes = u32::try_from(self.head_bytes()).expect("the limits of the format keep it below 2^17");
        out.extend(head_bytes.to_be_bytes());
        out.extend([CIPHER, self.segment_size.log2()]);
        out.extend(self.blob_id.0);
        put_sized(&mut out, self.key_arn.as_bytes());
        put_sized(&mut out, &self.wrapped_key);
        out.push(u8::try_from(self.context.len()).expect("at most 16 pairs"));
        for (name, value) in &self.context {
            put_sized(&mut out, name.as_bytes());
            put_sized(&mut out, value.as_bytes());
        }
        put_sized(&mut out, &self.subject);
        out
    }

    fn head_bytes(&self) -> usize {
        let context: usize = self.context.iter().map(|(name, value)| 4 + name.len() + value.len()).sum();
        let sized = [self.key_arn.len(), self.wrapped_key.len(), self.subject.len()].map(|bytes| 2 + bytes);
        FIXED_BYTES + sized.iter().sum::<usize>() + 1 + context + COMMITMENT_BYTES + CHECK_BYTES
    }

    fn check_limits(&self) -> Result<(), SealError> {
        let require =
            |holds: bool, field, rule| if holds { Ok(()) } else { Err(SealError::InvalidField { field, rule }) };
        require(KEY_ARN_BYTES.contains(&self.key_arn.len()), "wrapping key ARN", "1 to 2048 bytes long")?;
        require(WRAPPED_KEY_BYTES.contains(&self.wrapped_key.len()), "wrapped data key", "1 to 6144 bytes long")?;
        require(self.context.len() <= MAX_CONTEXT_PAIRS, "encryption context", "at most 16 pairs")?;
        for (at, (name, value)) in self.context.iter().enumerate() {
            require(CONTEXT_NAME_BYTES.contains(&name.len()), "context name", "1 to 128 bytes long")?;
            require(value.len() <= MAX_CONTEXT_VALUE_BYTES, "context value", "at most 2048 bytes long")?;
            let repeated = self.context[..at].iter().any(|(earlier, _)| earlier == name);
            require(!repeated, "context name", "given once")?;
        }
        require(self.subject.len() <= MAX_SUBJECT_BYTES, "subject", "at most 65535 bytes long")
    }
}

/// The parts of an encoded head.
pub(crate) struct Head<'a> {
    /// The fields from magic to subject: what the keys are bound to.
    pub(crate) header: &'a [u8],
    pub(crate) commitment: &'a [u8],
    checked: &'a [u8],
    check: &'a [u8],
}

impl<'a> Head<'a> {
    pub(crate) fn split(head: &'a [u8]) -> Option<Self> {
        let (checked, check) = head.split_at_checked(head.len().checked_sub(CHECK_BYTES)?)?;
        let (header, commitment) = checked.split_at_checked(checked.len().checked_sub(COMMITMENT_BYTES)?)?;
        Some(Self { header, commitment, checked, check })
    }

    fn check_holds(&self) -> bool {
        digest(&SHA256, self.checked).as_ref() == self.check
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        Header {
            blob_id: BlobId([3; 16]),
            segment_size: SegmentSize::DEFAULT,
            key_arn: "arn:aws:kms:eu-central-1:000000000000:key/1".into(),
            wrapped_key: vec![9; 40],
            context: vec![("b".into(), "2".into()), ("a".into(), String::new())],
            subject: b"{}".to_vec(),
        }
    }

    fn largest() -> Header {
        let pair = |n: usize| (format!("{n:0128}"), "v".repeat(2_048));
        Header {
            key_arn: "a".repeat(2_048),
            wrapped_key: vec![0; 6_144],
            context: (0..16).map(pair).collect(),
            subject: vec![0; 65_535],
            ..header()
        }
    }

    #[test]
    fn a_head_is_read_back_and_bytes_behind_it_are_ignored() {
        for header in [header(), largest()] {
            let (mut head, _) = header.seal(&DataKey::from_bytes([1; 32])).unwrap();
            let head_bytes = head.len();
            head.extend([0; 9]);
            assert_eq!(Header::decode(&head), Ok(Decoded::Complete { header, head_bytes }));
        }
    }

    #[test]
    fn the_largest_head_has_the_stated_length() {
        let (head, _) = largest().seal(&DataKey::from_bytes([1; 32])).unwrap();
        assert_eq!((head.len(), Header::MAX_BYTES), (108_710, 108_710));
    }

    #[test]
    fn a_short_prefix_asks_for_more() {
        let (head, _) = header().seal(&DataKey::from_bytes([1; 32])).unwrap();
        for cut in 0..head.len() {
            let expected = if cut < PREFIX_BYTES { PREFIX_BYTES } else { head.len() };
            assert_eq!(Header::decode(&head[..cut]), Ok(Decoded::NeedMore(expected)), "{cut}");
        }
    }

    #[test]
    fn fields_outside_the_limits_are_refused() {
        let pair = |name: &str, value: usize| (name.to_owned(), "v".repeat(value));
        let cases = [
            (Header { key_arn: String::new(), ..header() }, "wrapping key ARN"),
            (Header { key_arn: "a".repeat(2_049), ..header() }, "wrapping key ARN"),
            (Header { wrapped_key: vec![], ..header() }, "wrapped data key"),
            (Header { wrapped_key: vec![0; 6_145], ..header() }, "wrapped data key"),
            (Header { context: (0..17).map(|n| pair(&n.to_string(), 1)).collect(), ..header() }, "encryption context"),
            (Header { context: vec![pair("", 1)], ..header() }, "context name"),
            (Header { context: vec![pair(&"n".repeat(129), 1)], ..header() }, "context name"),
            (Header { context: vec![pair("n", 1), pair("n", 2)], ..header() }, "context name"),
            (Header { context: vec![pair("n", 2_049)], ..header() }, "context value"),
            (Header { subject: vec![0; 65_536], ..header() }, "subject"),
        ];
        for (header, name) in cases {
            let refused = header.seal(&DataKey::from_bytes([1; 32])).unwrap_err();
            assert!(matches!(refused, SealError::InvalidField { field, .. } if field == name), "{name}: {refused}");
        }
    }

    /// A header that only the check vouches for: its writer may have been hostile.
    fn with_check(mut checked: Vec<u8>) -> Vec<u8> {
        checked.extend(digest(&SHA256, &checked).as_ref());
        checked
    }

    #[test]
    fn a_well_checked_header_that_breaks_the_rules_is_damage() {
        let (head, _) = header().seal(&DataKey::from_bytes([1; 32])).unwrap();
        let checked = &head[..head.len() - CHECK_BYTES];
        for (at, value) in [(14, 0), (14, 2), (15, 15), (15, 23), (32, 255), (33, 0), (34, 0xff)] {
            let mut changed = checked.to_vec();
            changed[at] = value;
            assert_eq!(
                Header::decode(&with_check(changed)),
                Err(SealError::damaged(Place::Header)),
                "byte {at} = {value}"
            );
        }
    }

    #[test]
    fn announced_head_lengths_are_bounded() {
        let mut prefix = header().encode();
        for announced in [0, 1, 63, 64, 100, 108_711, u32::MAX] {
            prefix[10..PREFIX_BYTES].copy_from_slice(&announced.to_be_bytes());
            assert_eq!(Header::decode(&prefix), Err(SealError::damaged(Place::Header)), "{announced}");
        }
    }
}
