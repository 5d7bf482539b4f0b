//! What goes in comes out: whole, in ranges, however it was pushed.

use proptest::prelude::*;
use valkeep_seal::{Compression, Footer, Header, Opener, PlainCheck, SealError, Sealer, Tail};

use crate::blobs::{SEGMENT, compressible, header, key, open, open_ends, random, seal, seal_in, stored};

const SIZES: [usize; 9] = [0, 1, 15, 16, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 3 * SEGMENT + 7];

#[test]
fn every_size_and_kind_comes_back() {
    for bytes in SIZES {
        for plain in [compressible(bytes), random(bytes)] {
            for compression in [Compression::Off, Compression::Zstd1] {
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
    let blob = seal(&mixed, Compression::Zstd1);
    let (_, footer) = open_ends(&blob, &key(1)).unwrap();
    let stored_bytes: Vec<usize> = (0..3).map(|number| stored(&blob, &footer, number).len()).collect();
    assert!(stored_bytes[0] < SEGMENT / 2, "{stored_bytes:?}");
    assert_eq!(stored_bytes[1..], [SEGMENT + 16, 10 + 16]);
}

#[test]
fn no_segment_leaves_before_it_is_known_not_to_be_the_last() {
    let (mut sealer, _) = Sealer::new(&header(1), key(1), Compression::Off).unwrap();
    let mut out = Vec::new();
    sealer.push(&random(SEGMENT), &mut out).unwrap();
    assert!(out.is_empty());
    sealer.push(&[0], &mut out).unwrap();
    assert_eq!(out.len(), SEGMENT + 16);
}

#[test]
fn a_segment_can_be_opened_alone_and_is_appended() {
    let plain = compressible(3 * SEGMENT + 7);
    let blob = seal(&plain, Compression::Zstd1);
    let (opener, footer) = open_ends(&blob, &key(1)).unwrap();
    let mut out = b"before".to_vec();
    opener.open_segment(&footer, 2, stored(&blob, &footer, 2), &mut out).unwrap();
    assert_eq!(out, [b"before", &plain[2 * SEGMENT..3 * SEGMENT]].concat());
}

#[test]
fn a_wrong_digest_is_found_at_the_end() {
    let blob = seal(b"stream", Compression::Off);
    let (_, footer) = open_ends(&blob, &key(1)).unwrap();
    let mut check = PlainCheck::new(&footer);
    check.update(b"strea");
    assert_eq!(check.finish(), Err(SealError::WrongDigest));
}

#[test]
fn too_long_facts_are_refused() {
    let (sealer, mut blob) = Sealer::new(&header(1), key(1), Compression::Off).unwrap();
    let refused = sealer.finish(&vec![0; Footer::MAX_FACTS_BYTES + 1], &mut blob).unwrap_err();
    assert!(matches!(refused, SealError::InvalidField { field: "facts", .. }));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn portions_do_not_matter(bytes in 0..4 * SEGMENT, cuts in prop::collection::vec(0..4 * SEGMENT, 0..12), zip in any::<bool>()) {
        let compression = if zip { Compression::Zstd1 } else { Compression::Off };
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
        let blob = seal(&plain, Compression::Off);
        let (opener, footer) = open_ends(&blob, &key(1)).unwrap();
        let numbers = footer.covering(start as u64..(start + length) as u64);
        let first = usize::try_from(numbers.start).unwrap() * SEGMENT;
        let mut covered = Vec::new();
        for number in numbers {
            opener.open_segment(&footer, number, stored(&blob, &footer, number), &mut covered).unwrap();
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
