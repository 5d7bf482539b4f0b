//! What is read back is compared with what was sealed.

use valkeep_seal::{Compression, Footer, Opener, ReadBack, SealError};

use crate::blobs::{SEGMENT, compressible, header, key, open_ends, random, seal, seal_in, stored};

/// Reads `numbers` of a blob back.
fn take(read_back: &mut ReadBack, blob: &[u8], (opener, footer): &(Opener, Footer), numbers: std::ops::Range<u64>) {
    for number in numbers {
        let (at, stored) = (footer.segment(number).unwrap(), stored(blob, footer, number).to_vec().into());
        let opened =
            if read_back.unzips() { opener.open_segment(&at, stored) } else { opener.open_stored(&at, stored) };
        read_back.take(&at, &opened.unwrap()).unwrap();
    }
}

fn plain() -> Vec<u8> {
    [compressible(SEGMENT), random(SEGMENT), compressible(9)].concat()
}

#[test]
fn a_blob_that_reads_back_whole_is_proven() {
    let blob = seal(&plain(), Compression::Zstd);
    let ends = open_ends(&blob, &key(1)).unwrap();
    for mut read_back in [ReadBack::of_stream(), ReadBack::of_copy()] {
        take(&mut read_back, &blob, &ends, 0..3);
        assert_eq!(read_back.next_number(), 3);
        assert_eq!(read_back.finish(&ends.1), Ok(()));
    }
}

#[test]
fn segments_must_come_in_order_and_all_of_them() {
    let blob = seal(&plain(), Compression::Zstd);
    let ends = open_ends(&blob, &key(1)).unwrap();
    let mut read_back = ReadBack::of_copy();
    take(&mut read_back, &blob, &ends, 0..2);
    let at = ends.1.segment(1).unwrap();
    assert_eq!(read_back.take(&at, b""), Err(SealError::WrongSegment { given: 1, expected: 2 }));
    assert_eq!(read_back.finish(&ends.1), Err(SealError::WrongSegment { given: 3, expected: 2 }));
}

#[test]
fn other_places_than_those_of_the_footer_are_refused() {
    // The same stream, stored in two ways.
    let (one, two) = (seal(&plain(), Compression::Zstd), seal(&plain(), Compression::None));
    let (ends, others) = (open_ends(&one, &key(1)).unwrap(), open_ends(&two, &key(1)).unwrap());
    let mut read_back = ReadBack::of_stream();
    take(&mut read_back, &one, &ends, 0..3);
    assert_eq!(read_back.finish(&others.1).unwrap_err().to_string(), "sealed blob is damaged in its footer");
}

#[test]
fn another_stream_of_the_same_places_is_refused() {
    let sealed = |plain: &[u8]| seal_in([plain], &header(1), key(1), Compression::None).0;
    let (one, two) = (sealed(&[1; 9]), sealed(&[2; 9]));
    let (ends, others) = (open_ends(&one, &key(1)).unwrap(), open_ends(&two, &key(1)).unwrap());
    let mut read_back = ReadBack::of_stream();
    take(&mut read_back, &one, &ends, 0..1);
    assert_eq!(read_back.finish(&others.1), Err(SealError::WrongDigest));
}
