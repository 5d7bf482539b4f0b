//! The sealed end of a blob: sizes, digest, facts, index.

use std::ops::Range;

use crate::fields::{Fields, put_sized};
use crate::index::{Entry, Index, SegmentAt};
use crate::segment::{MAX_SEGMENTS, SegmentSize, TAG_BYTES};
use crate::tail::Tail;

const MAX_FACTS_BYTES: usize = 65_535;

/// Plaintext without facts and index: two sizes, digest, length of the facts, number of segments.
const FIXED_BYTES: usize = 8 + 8 + 32 + 2 + 4;

/// What the writer knew at the end, authenticated.
#[derive(Debug)]
pub struct Footer {
    /// Length of the stream.
    pub plain_bytes: u64,
    /// Length of the whole blob.
    pub stored_bytes: u64,
    /// SHA-256 of the stream.
    pub sha256: [u8; 32],
    /// The caller's words on the stream.
    pub facts: Vec<u8>,
    index: Index,
}

impl Footer {
    /// Longest sealed footer: about 64 MiB, for 2^24 segments.
    #[expect(clippy::cast_possible_truncation, reason = "the sum is 67 174 469")]
    pub const MAX_BYTES: u32 = (FIXED_BYTES + MAX_FACTS_BYTES + 4 * MAX_SEGMENTS as usize + TAG_BYTES) as u32;

    /// Longest facts.
    pub const MAX_FACTS_BYTES: usize = MAX_FACTS_BYTES;

    /// Number of segments, at least 1.
    #[must_use]
    pub fn segment_count(&self) -> u64 {
        self.index.count()
    }

    /// Place of the segment `number`, from 0; `None` behind the last.
    #[must_use]
    pub fn segment(&self, number: u64) -> Option<SegmentAt> {
        self.index.segment(number)
    }

    /// Numbers of the segments that hold `range` of the stream; what lies behind its end is left out.
    #[must_use]
    pub fn covering(&self, range: Range<u64>) -> Range<u64> {
        self.index.covering(&range)
    }

    pub(crate) fn index(&self) -> &Index {
        &self.index
    }

    /// Reads an opened footer of a blob with this head and length.
    pub(crate) fn parse(plain: &[u8], size: SegmentSize, head_bytes: u64, total_stored: u64) -> Option<Self> {
        let mut fields = Fields(plain);
        let plain_bytes = fields.u64()?;
        let stored_bytes = fields.u64()?;
        let sha256 = fields.array()?;
        let facts = fields.sized()?.to_vec();
        let count = fields.u32()? as usize;
        // The index is bounded by bytes that are already here, not by the count.
        let (codes, rest) = fields.take(count.checked_mul(4)?)?.as_chunks::<4>();
        fields.end().filter(|()| rest.is_empty())?;
        let entries: Vec<Entry> = codes.iter().map(|code| Entry::from_code(u32::from_be_bytes(*code))).collect();
        let index = Index::new(size, plain_bytes, head_bytes, &entries)?;
        let sum = index.end() + (plain.len() + TAG_BYTES + Tail::BYTES) as u64;
        (sum == stored_bytes && stored_bytes == total_stored).then_some(Self {
            plain_bytes,
            stored_bytes,
            sha256,
            facts,
            index,
        })
    }
}

/// Length of a sealed footer.
pub(crate) fn footer_bytes(facts: &[u8], segments: usize) -> usize {
    FIXED_BYTES + facts.len() + 4 * segments + TAG_BYTES
}

/// Appends the plaintext of a footer.
pub(crate) fn encode(
    plain_bytes: u64,
    stored_bytes: u64,
    sha256: &[u8; 32],
    facts: &[u8],
    entries: &[Entry],
    out: &mut Vec<u8>,
) {
    out.reserve(footer_bytes(facts, entries.len()));
    out.extend(plain_bytes.to_be_bytes());
    out.extend(stored_bytes.to_be_bytes());
    out.extend(sha256);
    put_sized(out, facts);
    let count = u32::try_from(entries.len()).expect("writers stop at 2^24 segments");
    out.extend(count.to_be_bytes());
    out.extend(entries.iter().flat_map(|entry| entry.code().to_be_bytes()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::Kind;

    #[test]
    fn the_largest_footer_has_the_stated_length() {
        assert_eq!(Footer::MAX_BYTES, 67_174_469);
    }

    fn encoded(plain_bytes: u64, stored_bytes: u64) -> Vec<u8> {
        let mut out = Vec::new();
        encode(plain_bytes, stored_bytes, &[0; 32], b"f", &[Entry::new(Kind::Raw, 5 + TAG_BYTES)], &mut out);
        out
    }

    #[test]
    fn sizes_must_add_up_even_when_the_writer_vouches_for_them() {
        let parses = |plain: &[u8], total| Footer::parse(plain, SegmentSize::MIN, 100, total).is_some();
        let total = (100 + 5 + TAG_BYTES + footer_bytes(b"f", 1) + Tail::BYTES) as u64;
        assert!(parses(&encoded(5, total), total));
        assert!(!parses(&encoded(5, total), total + 1));
        assert!(!parses(&encoded(5, total + 1), total + 1));
        assert!(!parses(&encoded(6, total), total));
        assert!(!parses(&encoded(u64::MAX, total), total));
        assert!(!parses(&[encoded(5, total), vec![0]].concat(), total + 1));
        for cut in 0..encoded(5, total).len() {
            assert!(!parses(&encoded(5, total)[..cut], total), "{cut}");
        }
    }

    #[test]
    fn an_announced_count_allocates_nothing() {
        let mut plain = encoded(5, 0);
        let count = plain.len() - 8;
        plain[count..count + 4].copy_from_slice(&u32::MAX.to_be_bytes());
        assert!(Footer::parse(&plain, SegmentSize::MIN, 100, 0).is_none());
    }
}
