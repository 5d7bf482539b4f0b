//! Every change of a stored blob is found, and the error names the place.

use valkeep_seal::{Compression, Decoded, Header, Opener, Place, SealError};

use crate::blobs::{SEGMENT, compressible, header, key, open, open_ends, open_one, random, seal, seal_in, stored};

fn damaged(place: Place) -> SealError {
    SealError::Damaged { place }
}

/// A small blob of three zipped segments, the first two of the same stored length.
fn small() -> Vec<u8> {
    seal(&vec![7; 2 * SEGMENT + 5_000], Compression::Zstd)
}

/// Where a byte of the blob belongs.
fn place_of(blob: &[u8], at: usize) -> Place {
    let (_, footer) = open_ends(blob, &key(1)).unwrap();
    let start = |number| footer.segment(number).map(|segment| usize::try_from(segment.offset).unwrap());
    if at < start(0).unwrap() {
        return Place::Header;
    }
    let after = |number| {
        let segment = footer.segment(number).unwrap();
        usize::try_from(segment.offset).unwrap() + segment.stored_bytes as usize
    };
    match (0..footer.segment_count()).find(|number| at < after(*number)) {
        Some(number) => Place::Segment(number),
        None if at < blob.len() - 32 => Place::Footer,
        None => Place::Tail,
    }
}

#[test]
fn every_flipped_byte_is_found_in_its_place() {
    let blob = small();
    assert!(blob.len() < 2_000, "{}", blob.len());
    for at in 0..blob.len() {
        let expected = match at {
            0..8 => SealError::NotABlob,
            8 => SealError::UnknownVersion(0x8001),
            9 => SealError::UnknownVersion(0x81),
            _ => damaged(place_of(&blob, at)),
        };
        for mask in [0x80, 0x01, 0xff] {
            let mut changed = blob.clone();
            changed[at] ^= mask;
            let refused = open(&changed, &key(1)).unwrap_err();
            if mask == 0x80 {
                assert_eq!(refused, expected, "byte {at}");
            }
        }
    }
}

#[test]
fn flips_are_found_in_segments_of_every_kind() {
    // Zipped, raw, and a short last one.
    let blob = seal(&[compressible(SEGMENT), random(SEGMENT + 9)].concat(), Compression::Adaptive);
    let (_, footer) = open_ends(&blob, &key(1)).unwrap();
    for number in 0..3 {
        let at = footer.segment(number).unwrap();
        let (start, bytes) = (usize::try_from(at.offset).unwrap(), at.stored_bytes as usize);
        // First byte, one within, and the first and last of the tag.
        for within in [0, bytes / 2, bytes - 16, bytes - 1] {
            let mut changed = blob.clone();
            changed[start + within] ^= 0x10;
            assert_eq!(open(&changed, &key(1)), Err(damaged(Place::Segment(number))), "{number} {within}");
        }
    }
}

#[test]
fn an_older_state_of_one_segment_is_found() {
    // The same blob, written twice over: another attempt has another data key.
    let (new, old) = (small(), seal_in([&vec![7; 2 * SEGMENT + 5_000][..]], &header(1), key(9), Compression::Zstd).0);
    let (_, footer) = open_ends(&new, &key(1)).unwrap();
    for number in 0..3 {
        let at = footer.segment(number).unwrap();
        let range = usize::try_from(at.offset).unwrap()..usize::try_from(at.offset).unwrap() + at.stored_bytes as usize;
        let mut changed = new.clone();
        changed[range.clone()].copy_from_slice(&old[range]);
        assert_eq!(open(&changed, &key(1)), Err(damaged(Place::Segment(number))));
    }
}

#[test]
fn every_cut_is_found() {
    let blob = small();
    for bytes in 0..blob.len() {
        assert!(open(&blob[..bytes], &key(1)).is_err(), "{bytes} bytes left");
    }
}

#[test]
fn bytes_put_in_anywhere_are_found() {
    let blob = small();
    for at in 0..=blob.len() {
        let changed = [&blob[..at], &[0], &blob[at..]].concat();
        assert!(open(&changed, &key(1)).is_err(), "at {at}");
    }
}

#[test]
fn a_blob_behind_a_blob_is_not_the_first_nor_the_second() {
    let twice = [small(), small()].concat();
    assert_eq!(open(&twice, &key(1)), Err(damaged(Place::Tail)));
}

#[test]
fn swapped_segments_are_found() {
    let blob = small();
    let (_, footer) = open_ends(&blob, &key(1)).unwrap();
    let (first, second) = (stored(&blob, &footer, 0), stored(&blob, &footer, 1));
    assert_eq!(first.len(), second.len());
    let start = usize::try_from(footer.segment(0).unwrap().offset).unwrap();
    let rest = start + first.len() + second.len();
    let swapped = [&blob[..start], second, first, &blob[rest..]].concat();
    assert_eq!(open(&swapped, &key(1)), Err(damaged(Place::Segment(0))));
}

#[test]
fn a_segment_opens_only_under_its_own_number() {
    let blob = seal(&random(3 * SEGMENT), Compression::None);
    let (opener, footer) = open_ends(&blob, &key(1)).unwrap();
    for (number, other) in [(0, 1), (1, 0), (1, 2), (2, 1), (0, 2)] {
        let refused = open_one(&opener, &footer, number, stored(&blob, &footer, other));
        assert_eq!(refused, Err(damaged(Place::Segment(number))));
    }
    for bytes in [0, 15, 16, SEGMENT] {
        assert_eq!(open_one(&opener, &footer, 2, &vec![0; bytes]), Err(damaged(Place::Segment(2))), "{bytes}");
    }
    assert_eq!(footer.segment(3), None);
}

#[test]
fn a_segment_of_another_blob_is_refused_even_under_the_same_data_key() {
    let plain = random(2 * SEGMENT);
    let (one, _) = seal_in([&plain[..]], &header(1), key(1), Compression::None);
    let (two, _) = seal_in([&plain[..]], &header(2), key(1), Compression::None);
    assert_eq!(one.len(), two.len());
    let (opener, footer) = open_ends(&one, &key(1)).unwrap();
    let refused = open_one(&opener, &footer, 0, stored(&two, &footer, 0));
    assert_eq!(refused, Err(damaged(Place::Segment(0))));
    let end = usize::try_from(footer.segment(1).unwrap().offset).unwrap();
    let spliced = [&one[..end], &two[end..]].concat();
    assert_eq!(open(&spliced, &key(1)), Err(damaged(Place::Footer)));
}

#[test]
fn a_dropped_last_segment_is_found() {
    let plain = random(2 * SEGMENT + 9);
    let (long, short) = (seal(&plain, Compression::None), seal(&plain[..2 * SEGMENT], Compression::None));
    let (opener, footer) = open_ends(&long, &key(1)).unwrap();
    let last = usize::try_from(footer.segment(2).unwrap().offset).unwrap();
    let dropped = [&long[..last], &long[last + 9 + 16..]].concat();
    assert_eq!(open(&dropped, &key(1)), Err(damaged(Place::Tail)));
    // A footer of a shorter stream, sealed under the same keys, does not make the second segment the last.
    let (_, shorter) = open_ends(&short, &key(1)).unwrap();
    let refused = open_one(&opener, &shorter, 1, stored(&long, &footer, 1));
    assert_eq!(refused, Err(damaged(Place::Segment(1))));
}

#[test]
fn a_footer_of_another_blob_is_refused() {
    let (one, two) = (small(), seal_in([&b"x"[..]], &header(2), key(2), Compression::None).0);
    let (opener, _) = open_ends(&one, &key(1)).unwrap();
    assert_eq!(opener.footer(&two, two.len() as u64).err(), Some(damaged(Place::Footer)));
    for short in 0..16 {
        assert_eq!(opener.footer(&vec![0; short], 9).err(), Some(damaged(Place::Footer)));
    }
}

#[test]
fn a_wrong_key_has_its_own_error() {
    assert_eq!(open(&small(), &key(2)), Err(SealError::WrongKey));
}

#[test]
fn a_blob_commits_to_one_key() {
    // The head of one key, with the body of another: neither key gets past both.
    let plain = compressible(SEGMENT);
    let (one, _) = seal_in([&plain[..]], &header(1), key(1), Compression::Zstd);
    let (two, _) = seal_in([&plain[..]], &header(1), key(2), Compression::Zstd);
    let Ok(Decoded::Complete { head_bytes, .. }) = Header::decode(&one) else { panic!("a whole head") };
    let mixed = [&one[..head_bytes], &two[head_bytes..]].concat();
    assert_eq!(open(&mixed, &key(2)), Err(SealError::WrongKey));
    assert_eq!(open(&mixed, &key(1)), Err(damaged(Place::Footer)));
}

#[test]
fn a_head_must_be_given_exactly() {
    let blob = small();
    let Ok(Decoded::Complete { head_bytes, .. }) = Header::decode(&blob) else { panic!("a whole head") };
    for bytes in [0, 13, 14, head_bytes - 1, head_bytes + 1] {
        assert_eq!(Opener::new(&blob[..bytes], &key(1)).err(), Some(damaged(Place::Header)), "{bytes}");
    }
}
