//! A copy under another key: the same stream, nothing else in common.

use std::sync::Arc;

use valkeep_seal::{Compression, Footer, Header, Place, Resealer, SealError, Segment, SegmentResealer, SegmentSize};

use crate::blobs::{SEGMENT, compressible, header, key, open, open_ends, random, seal, stored};

fn begin(blob: &[u8], header: &Header) -> Result<(Resealer, SegmentResealer, Vec<u8>), SealError> {
    let (source, footer) = open_ends(blob, &key(1))?;
    Resealer::new(Arc::new(source), Arc::new(footer), header, key(2))
}

/// The segment `number` of the source, sealed for the copy.
fn resealed(blob: &[u8], footer: &Footer, segments: &SegmentResealer, number: u64) -> Result<Segment, SealError> {
    segments.reseal(&footer.segment(number).unwrap(), stored(blob, footer, number).to_vec().into())
}

fn reseal(blob: &[u8]) -> Result<Vec<u8>, SealError> {
    let (mut resealer, segments, mut copy) = begin(blob, &header(2))?;
    let (_, footer) = open_ends(blob, &key(1))?;
    for number in 0..footer.segment_count() {
        let segment = resealed(blob, &footer, &segments, number)?;
        copy.extend_from_slice(&resealer.append(segment)?);
    }
    let (sealed, end) = resealer.finish()?;
    copy.extend(end);
    assert_eq!(sealed.stored_bytes, copy.len() as u64);
    Ok(copy)
}

#[test]
fn a_copy_opens_under_its_own_key_only_and_says_the_same() {
    for bytes in [0, 1, SEGMENT, 3 * SEGMENT + 7] {
        let plain = [compressible(bytes / 2), random(bytes - bytes / 2)].concat();
        let blob = seal(&plain, Compression::Zstd);
        let copy = reseal(&blob).unwrap();
        assert_eq!(open(&copy, &key(2)).unwrap(), plain);
        assert_eq!(open(&copy, &key(1)), Err(SealError::WrongKey));
        let (_, before) = open_ends(&blob, &key(1)).unwrap();
        let (opener, after) = open_ends(&copy, &key(2)).unwrap();
        assert_eq!(opener.header(), &header(2));
        assert_eq!((after.plain_bytes, after.sha256, &after.facts), (before.plain_bytes, before.sha256, &before.facts));
        for number in 0..before.segment_count() {
            let (from, to) = (stored(&blob, &before, number), stored(&copy, &after, number));
            assert_eq!(from.len(), to.len());
            assert_ne!(from, to);
        }
    }
}

#[test]
fn damage_of_the_source_is_not_sealed_again() {
    let blob = seal(&random(2 * SEGMENT), Compression::None);
    let (_, footer) = open_ends(&blob, &key(1)).unwrap();
    let mut changed = blob.clone();
    changed[usize::try_from(footer.segment(1).unwrap().offset).unwrap()] ^= 1;
    assert_eq!(reseal(&changed), Err(SealError::Damaged { place: Place::Segment(1) }));
}

#[test]
fn a_copy_needs_every_segment_once() {
    let blob = seal(&random(SEGMENT + 1), Compression::None);
    let (_, footer) = open_ends(&blob, &key(1)).unwrap();
    let (mut resealer, segments, _) = begin(&blob, &header(2)).unwrap();
    resealer.append(resealed(&blob, &footer, &segments, 0).unwrap()).unwrap();
    let again = resealer.append(resealed(&blob, &footer, &segments, 0).unwrap());
    assert_eq!(again, Err(SealError::WrongSegment { given: 0, expected: 1 }));
    assert_eq!(resealer.finish().err(), Some(SealError::WrongSegment { given: 2, expected: 1 }));
}

#[test]
fn a_copy_keeps_the_segment_size() {
    let blob = seal(b"stream", Compression::None);
    let other = Header { segment_size: SegmentSize::MAX, ..header(2) };
    assert!(matches!(begin(&blob, &other).err(), Some(SealError::InvalidField { field: "segment size", .. })));
}
