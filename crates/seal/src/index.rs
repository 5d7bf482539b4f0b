//! Where each segment of a blob lies.

use std::ops::Range;

use crate::segment::{Kind, MAX_SEGMENTS, SegmentSize, TAG_BYTES, zstd_limit};

const ZSTD_BIT: u32 = 1 << 31;

/// Entries between two remembered offsets: looking up an offset adds at most this many lengths.
const STRIDE: usize = 256;

/// Index entry of one segment: its kind and its stored length with the tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry(u32);

impl Entry {
    pub(crate) fn new(kind: Kind, stored_bytes: usize) -> Self {
        let stored = u32::try_from(stored_bytes).expect("a segment has at most 4 MiB and a tag");
        match kind {
            Kind::Raw => Self(stored),
            Kind::Zstd => Self(stored | ZSTD_BIT),
        }
    }

    pub(crate) fn from_code(code: u32) -> Self {
        Self(code)
    }

    pub(crate) fn code(self) -> u32 {
        self.0
    }

    pub(crate) fn kind(self) -> Kind {
        if self.0 & ZSTD_BIT == 0 { Kind::Raw } else { Kind::Zstd }
    }

    pub(crate) fn stored_bytes(self) -> u32 {
        self.0 & !ZSTD_BIT
    }

    /// Whether the format allows this length for a piece of `plain_bytes`.
    fn fits(self, plain_bytes: usize) -> bool {
        let stored = self.stored_bytes() as usize;
        match self.kind() {
            Kind::Raw => stored == plain_bytes + TAG_BYTES,
            Kind::Zstd => (TAG_BYTES + 1..=TAG_BYTES + zstd_limit(plain_bytes)).contains(&stored),
        }
    }
}

/// Place, extent and kind of one segment: all that is needed to read and open it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentAt {
    /// Its number, from 0.
    pub number: u64,
    /// First byte, counted from the start of the blob.
    pub offset: u64,
    /// Stored length with the tag: what to read.
    pub stored_bytes: u32,
    /// The part of the stream that it holds.
    pub plain_range: Range<u64>,
    pub(crate) kind: Kind,
    pub(crate) last: bool,
}

impl SegmentAt {
    /// Length of the piece of the stream that it holds.
    pub(crate) fn plain_bytes(&self) -> usize {
        usize::try_from(self.plain_range.end - self.plain_range.start).expect("a piece has at most 4 MiB")
    }

    pub(crate) fn entry(&self) -> Entry {
        Entry::new(self.kind, self.stored_bytes as usize)
    }
}

/// The segments of one blob, with lengths that fit the stream. 4 bytes each.
#[derive(Debug)]
pub(crate) struct Index {
    size: SegmentSize,
    plain_bytes: u64,
    entries: Vec<Entry>,
    /// Offset of every `STRIDE`-th segment.
    offsets: Vec<u64>,
    /// Where the last segment so far ends.
    end: u64,
    /// Whether the last one so far is the last of all.
    ended: bool,
}

impl Index {
    /// An index without segments; `start` is where segment 0 will lie.
    pub(crate) fn begin(size: SegmentSize, start: u64) -> Self {
        Self { size, plain_bytes: 0, entries: Vec::new(), offsets: Vec::new(), end: start, ended: false }
    }

    /// Appends the next segment, which holds `plain_bytes` of the stream. All but the last are full.
    pub(crate) fn push(&mut self, entry: Entry, plain_bytes: usize, last: bool) {
        if self.entries.len().is_multiple_of(STRIDE) {
            self.offsets.push(self.end);
        }
        self.end += u64::from(entry.stored_bytes());
        self.plain_bytes += plain_bytes as u64;
        self.entries.push(entry);
        self.ended = last;
    }

    /// `None` when count or lengths do not fit a stream of `plain_bytes`; `start` is where segment 0 lies.
    pub(crate) fn new(size: SegmentSize, plain_bytes: u64, start: u64, entries: &[Entry]) -> Option<Self> {
        let count = entries.len() as u64;
        if count > MAX_SEGMENTS || count != size.segments_of(plain_bytes) {
            return None;
        }
        let mut index = Self::begin(size, start);
        for (number, entry) in (1..).zip(entries) {
            let left = plain_bytes - index.plain_bytes;
            let piece_bytes = usize::try_from(left.min(size.bytes().into())).ok()?;
            if !entry.fits(piece_bytes) {
                return None;
            }
            index.push(*entry, piece_bytes, number == count);
        }
        Some(index)
    }

    pub(crate) fn count(&self) -> u64 {
        self.entries.len() as u64
    }

    pub(crate) fn plain_bytes(&self) -> u64 {
        self.plain_bytes
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    pub(crate) fn segment(&self, number: u64) -> Option<SegmentAt> {
        let at = usize::try_from(number).ok()?;
        let entry = self.entries.get(at)?;
        let near = at / STRIDE;
        let between: u64 = self.entries[near * STRIDE..at].iter().map(|entry| u64::from(entry.stored_bytes())).sum();
        Some(SegmentAt {
            number,
            offset: self.offsets[near] + between,
            stored_bytes: entry.stored_bytes(),
            plain_range: self.plain_range(number),
            kind: entry.kind(),
            last: self.ended && number + 1 == self.count(),
        })
    }

    /// Numbers of the segments that hold `range`, as far as the stream goes.
    pub(crate) fn covering(&self, range: &Range<u64>) -> Range<u64> {
        let end = range.end.min(self.plain_bytes);
        if range.start >= end {
            return 0..0;
        }
        let size = u64::from(self.size.bytes());
        range.start / size..end.div_ceil(size)
    }

    fn plain_range(&self, number: u64) -> Range<u64> {
        let size = u64::from(self.size.bytes());
        number * size..(number * size + size).min(self.plain_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIN: u64 = 64 << 10;

    fn raw(plain_bytes: u64) -> Entry {
        Entry::new(Kind::Raw, usize::try_from(plain_bytes).unwrap() + TAG_BYTES)
    }

    fn index(plain_bytes: u64) -> Index {
        let count = SegmentSize::MIN.segments_of(plain_bytes);
        let entries: Vec<Entry> = (0..count).map(|n| raw((plain_bytes - n * MIN).min(MIN))).collect();
        Index::new(SegmentSize::MIN, plain_bytes, 1_000, &entries).unwrap()
    }

    #[test]
    fn segments_follow_each_other_without_gaps() {
        let index = index(700 * MIN + 5);
        let mut offset = 1_000;
        for number in 0..701 {
            let at = index.segment(number).unwrap();
            assert_eq!(at.offset, offset);
            assert_eq!(at.plain_range.start, number * MIN);
            assert_eq!((at.number, at.last), (number, number == 700));
            offset += u64::from(at.stored_bytes);
        }
        assert_eq!(offset, index.end());
        assert_eq!(index.segment(701), None);
    }

    #[test]
    fn covering_names_exactly_the_segments_of_a_range() {
        let index = index(3 * MIN + 7);
        let end = 3 * MIN + 7;
        let cases = [
            (0..0, 0..0),
            (0..1, 0..1),
            (0..MIN, 0..1),
            (MIN - 1..MIN + 1, 0..2),
            (MIN..MIN, 0..0),
            (MIN..2 * MIN, 1..2),
            (0..end, 0..4),
            (end - 1..u64::MAX, 3..4),
            (end..u64::MAX, 0..0),
        ];
        for (range, segments) in cases {
            assert_eq!(index.covering(&range), segments, "{range:?}");
        }
    }

    #[test]
    fn lengths_that_do_not_fit_the_stream_are_refused() {
        let zstd = |stored| Entry::new(Kind::Zstd, stored);
        let limit = 15 * (64 << 10) / 16 + TAG_BYTES;
        let cases = [
            (0, vec![], false),
            (0, vec![raw(0)], true),
            (0, vec![zstd(17)], false),
            (1, vec![raw(0)], false),
            (1, vec![raw(1), raw(0)], false),
            (MIN, vec![raw(MIN)], true),
            (MIN, vec![raw(MIN), raw(0)], false),
            (MIN, vec![raw(MIN - 1)], false),
            (MIN, vec![zstd(16)], false),
            (MIN, vec![zstd(17)], true),
            (MIN, vec![zstd(limit)], true),
            (MIN, vec![zstd(limit + 1)], false),
            (u64::MAX, vec![raw(MIN)], false),
        ];
        for (plain_bytes, entries, fits) in cases {
            let built = Index::new(SegmentSize::MIN, plain_bytes, 0, &entries);
            assert_eq!(built.is_some(), fits, "{plain_bytes} {entries:?}");
        }
    }
}
