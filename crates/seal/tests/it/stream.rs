//! What goes in comes out: whole, in ranges, however it was pushed.

use proptest::prelude::*;
use valkeep_seal::{Compression, Footer, Header, Opener, PlainDigest, ReadBack, SealError, Sealer, Tail, Zipper};

use crate::blobs::{SEGMENT, compressible, header, key, open, open_ends, open_one, random, seal, seal_in, stored};

const SIZES: [usize; 9] = [0, 1, 15, 16, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 3 * SEGMENT + 7];

#[test]
fn every_size_and_kind_comes_back() {
    for bytes in SIZES {
        for plain in [compressible(bytes), random(bytes)] {
            for compression in [Compression::None, Compression::Zstd, Compression::Adaptive] {
                let (blob, sealed) = seal_in([&plain[..]], &header(1), key(1), compression);
                assert_eq!(open(&blob, &key(1)).unwrap(), plain, "{bytes} {compression:?}");
                let (_, footer) = open_ends(&blob, &key(1)).unwrap();
                assert_eq!((sealed.plain_bytes, sealed.stored_bytes), (bytes as u64, blob.len() as u64));
                assert_eq!((footer.plain_bytes, footer.stored_bytes), (bytes as u64, blob.len() as u64));
                assert_eq!(footer.sha256, sealed.sha256);
                assert_eq!(footer.facts, br#"{"rdb":11}"#);
                assert_eq!(footer.segment_count(), bytes.div_ceil(SEGMENT).max(1) as u64);
            }
        }
    }
}

#[test]
fn zstd_is_used_only_where_it_saves_a_sixteenth() {
    let mixed = [compressible(SEGMENT), random(SEGMENT), compressible(10)].concat();
    let blob = seal(&mixed, Compression::Zstd);
    let (_, footer) = open_ends(&blob, &key(1)).unwrap();
    let stored_bytes: Vec<usize> = (0..3).map(|number| stored(&blob, &footer, number).len()).collect();
    assert!(stored_bytes[0] < SEGMENT / 2, "{stored_bytes:?}");
    assert_eq!(stored_bytes[1..], [SEGMENT + 16, 10 + 16]);
}

#[test]
fn no_segment_leaves_before_it_is_known_not_to_be_the_last() {
    let (mut sealer, _) = Sealer::new(&header(1), key(1), Compression::None).unwrap();
    assert!(sealer.push(&mut &random(SEGMENT)[..]).is_none());
    assert!(sealer.push(&mut &[][..]).is_none());
    assert!(sealer.push(&mut &[0][..]).is_some());
}

#[test]
fn a_segment_can_be_opened_alone() {
    let plain = compressible(3 * SEGMENT + 7);
    let blob = seal(&plain, Compression::Zstd);
    let (opener, footer) = open_ends(&blob, &key(1)).unwrap();
    let opened = open_one(&opener, &footer, 2, stored(&blob, &footer, 2)).unwrap();
    assert_eq!(opened, plain[2 * SEGMENT..3 * SEGMENT]);
}

#[test]
fn a_wrong_digest_is_found_at_the_end() {
    let blob = seal(b"stream", Compression::None);
    let (_, footer) = open_ends(&blob, &key(1)).unwrap();
    let mut read = ReadBack::of_stream();
    read.take(&footer.segment(0).unwrap(), b"strea").unwrap();
    assert_eq!(read.finish(&footer), Err(SealError::WrongDigest));
}

#[test]
fn segments_are_bound_in_order_only_and_all_of_them() {
    let begin = || Sealer::new(&header(1), key(1), Compression::None).unwrap().0;
    let plain = random(3 * SEGMENT);
    let mut sealer = begin();
    let (segments, mut zipper) = (sealer.segments(), Zipper::default());
    let mut rest = &plain[..];
    let first = segments.seal(sealer.push(&mut rest).unwrap(), &mut zipper).0;
    let second = segments.seal(sealer.push(&mut rest).unwrap(), &mut zipper).0;
    assert_eq!(sealer.append(second), Err(SealError::WrongSegment { given: 1, expected: 0 }));
    sealer.append(first).unwrap();
    let refused = sealer.finish(PlainDigest::new(), b"").unwrap_err();
    assert_eq!(refused, SealError::WrongSegment { given: 2, expected: 1 });
}

#[test]
fn data_that_stops_compressing_and_starts_again_is_stored_as_zstd_would() {
    let texts = |count: usize| compressible(count * SEGMENT);
    let plain = [texts(4), random(9 * SEGMENT), texts(6), random(2 * SEGMENT), texts(3), random(40 * SEGMENT)].concat();
    let (adaptive, always) = (seal(&plain, Compression::Adaptive), seal(&plain, Compression::Zstd));
    assert_eq!(open(&adaptive, &key(1)).unwrap(), plain);
    assert_eq!(adaptive.len(), always.len());
}

#[test]
fn a_hurried_source_is_stored_raw_until_it_is_not() {
    let plain = compressible(6 * SEGMENT);
    let (mut sealer, _) = Sealer::new(&header(1), key(1), Compression::Adaptive).unwrap();
    let (segments, mut zipper) = (sealer.segments(), Zipper::default());
    let mut rest = &plain[..];
    let mut zipped = Vec::new();
    for hurried in [false, true, true, false] {
        sealer.hurry(hurried);
        let piece = sealer.push(&mut rest).unwrap();
        let stored = sealer.append(segments.seal(piece, &mut zipper).0).unwrap();
        zipped.push(stored.len() < SEGMENT);
    }
    assert_eq!(zipped, [true, false, false, true]);
}

#[test]
fn too_long_facts_are_refused() {
    let (sealer, _) = Sealer::new(&header(1), key(1), Compression::None).unwrap();
    let refused = sealer.finish(PlainDigest::new(), &vec![0; Footer::MAX_FACTS_BYTES + 1]).unwrap_err();
    assert!(matches!(refused, SealError::InvalidField { field: "facts", .. }));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn portions_do_not_matter(bytes in 0..4 * SEGMENT, cuts in prop::collection::vec(0..4 * SEGMENT, 0..12), zip in any::<bool>()) {
        let compression = if zip { Compression::Zstd } else { Compression::None };
        let plain = compressible(bytes);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes)).chain([0, bytes]).collect();
        cuts.sort_unstable();
        let portions = cuts.windows(2).map(|pair| &plain[pair[0]..pair[1]]);
        let (blob, _) = seal_in(portions, &header(1), key(1), compression);
        prop_assert!(blob == seal(&plain, compression));
    }

    #[test]
    fn ranges_are_covered_exactly(bytes in 0..4 * SEGMENT, start in 0..5 * SEGMENT, length in 0..3 * SEGMENT) {
        let plain = random(bytes);
        let blob = seal(&plain, Compression::None);
        let (opener, footer) = open_ends(&blob, &key(1)).unwrap();
        let numbers = footer.covering(start as u64..(start + length) as u64);
        let first = usize::try_from(numbers.start).unwrap() * SEGMENT;
        let mut covered = Vec::new();
        for number in numbers {
            covered.extend(open_one(&opener, &footer, number, stored(&blob, &footer, number)).unwrap());
        }
        let wanted = plain.get(start..(start + length).min(bytes)).unwrap_or_default();
        let got = if wanted.is_empty() { &[] } else { &covered[start - first..start - first + wanted.len()] };
        prop_assert!(got == wanted);
        prop_assert!(covered.len() <= wanted.len() + 2 * SEGMENT);
    }

    #[test]
    fn hostile_bytes_are_refused_and_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let marked = |magic: &[u8]| [magic, &bytes].concat();
        prop_assert!(Tail::decode(&bytes, bytes.len() as u64).is_err());
        prop_assert!(Opener::new(&bytes, &key(1)).is_err());
        prop_assert!(Opener::new(&marked(b"valkblob\0\x01"), &key(1)).is_err());
        prop_assert!(Tail::decode(&marked(b"valktail"), bytes.len() as u64).is_err());
        prop_assert!(Header::decode(&marked(b"valkblob\0\x02\0\0\0\0")).is_err());
    }
}
