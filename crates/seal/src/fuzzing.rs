//! The reader of sealed blobs, for programs that feed it with anything.
//!
//! The first byte of an input chooses what the others are: a blob, what follows a head, the plaintext of a footer or the frame
//! of a segment from a writer with the key, or changes of a blob that is in order. Nothing may panic or take memory by an
//! announced length; what was changed must be refused.

use std::ops::Range;

use crate::{
    BlobId, Buffers, Compression, DataKey, Decoded, Footer, Header, Opener, PlainDigest, ReadBack, SealError, Sealer,
    SegmentSize, Tail, Zipper,
};

/// The only data key here.
const KEY: [u8; 32] = [1; 32];

/// Takes any bytes.
pub fn blob(input: &[u8]) {
    let Some((what, bytes)) = input.split_first() else { return };
    match what % 5 {
        0 => drop(open(bytes)),
        1 => drop(open(&[&head().0[..], bytes].concat())),
        2 => vouched_footer(bytes),
        3 => vouched_frame(bytes),
        _ => changed(bytes),
    }
}

/// A footer that the key vouches for, whatever it says, names only places inside its blob.
fn vouched_footer(plain: &[u8]) {
    let (head, keys) = head();
    let mut sealed = plain.to_vec();
    keys.seal_footer(&mut sealed);
    let opener = opener(&head).expect("the head is in order");
    // The length that the footer itself names, and one that is made up.
    let named = plain.get(8..16).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_be_bytes);
    for total in [named, 1_000] {
        let Ok(footer) = opener.footer(&sealed, total) else { continue };
        let mut end = head.len() as u64;
        for number in 0..footer.segment_count() {
            let at = footer.segment(number).expect("it is one of those that there are");
            assert_eq!(at.offset, end);
            end += u64::from(at.stored_bytes);
        }
        assert!(end < total && footer.segment(footer.segment_count()).is_none());
        assert!(
            footer.covering(0..u64::MAX) == Range { start: 0, end: footer.segment_count() } || footer.plain_bytes == 0
        );
    }
}

/// A frame that the key vouches for gives the length of its piece or nothing.
fn vouched_frame(frame: &[u8]) {
    for plain_bytes in [1, 1_000, SegmentSize::MIN.bytes_usize()] {
        if let Ok(plain) = crate::compression::unzip(0, frame, plain_bytes, &Buffers::default()) {
            assert_eq!(plain.len(), plain_bytes);
        }
    }
}

/// Each two bytes of place and one of change are laid over a good blob.
fn changed(edits: &[u8]) {
    let good = good();
    let mut blob = good.clone();
    for edit in edits.as_chunks::<3>().0.iter().take(64) {
        let at = usize::from(u16::from_be_bytes([edit[0], edit[1]])) % blob.len();
        blob[at] ^= edit[2];
    }
    blob.truncate(blob.len() - edits.len() % 3);
    assert_eq!(open(&blob).is_ok(), blob == good);
}

fn header() -> Header {
    Header {
        blob_id: BlobId([1; 16]),
        segment_size: SegmentSize::MIN,
        key_arn: "key".to_owned(),
        wrapped_key: vec![2; 40],
        context: vec![("name".to_owned(), "value".to_owned())],
        subject: b"subject".to_vec(),
    }
}

fn head() -> (Vec<u8>, crate::keys::BlobKeys) {
    header().seal(&DataKey::from_bytes(KEY)).expect("the header is within the limits")
}

fn opener(head: &[u8]) -> Result<Opener, SealError> {
    Opener::new(head, &DataKey::from_bytes(KEY))
}

/// A small blob of a zipped, a raw and a short segment... as small as the smallest segment size allows.
fn good() -> Vec<u8> {
    let (mut sealer, mut blob) = Sealer::new(&header(), DataKey::from_bytes(KEY), Compression::Adaptive)
        .expect("the header is within the limits");
    let (segments, mut zipper, mut digest) = (sealer.segments(), Zipper::default(), PlainDigest::new());
    let plain = vec![7; SegmentSize::MIN.bytes_usize() + 9];
    let mut rest = &plain[..];
    let mut pieces: Vec<_> = std::iter::from_fn(|| sealer.push(&mut rest)).collect();
    pieces.push(sealer.last());
    for piece in pieces {
        let (segment, plain) = segments.seal(piece, &mut zipper);
        digest.update(&plain);
        blob.extend_from_slice(&sealer.append(segment).expect("segments come in order"));
    }
    let (_, end) = sealer.finish(digest, b"facts").expect("the facts are short");
    blob.extend(end);
    blob
}

/// The stream of a blob, as a reader with the key opens it.
fn open(blob: &[u8]) -> Result<Vec<u8>, SealError> {
    let Decoded::Complete { head_bytes, .. } = Header::decode(blob)? else { return Err(SealError::NotABlob) };
    let opener = opener(&blob[..head_bytes])?;
    let total = blob.len() as u64;
    let tail = Tail::decode(&blob[blob.len().saturating_sub(Tail::BYTES)..], total)?;
    let footer_at = usize::try_from(tail.footer_offset).expect("it lies inside the blob");
    let footer: Footer = opener.footer(&blob[footer_at..blob.len() - Tail::BYTES], total)?;
    let (mut read, mut stream) = (ReadBack::of_stream(), Vec::new());
    for number in 0..footer.segment_count() {
        let at = footer.segment(number).expect("it is one of those that there are");
        let offset = usize::try_from(at.offset).expect("it lies inside the blob");
        let plain = opener.open_segment(&at, blob[offset..offset + at.stored_bytes as usize].to_vec().into())?;
        read.take(&at, &plain)?;
        stream.extend_from_slice(&plain);
    }
    read.finish(&footer).map(|()| stream)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seeds_and_some_bytes_of_every_sort_are_stood() {
        let seeds = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/seal");
        for seed in std::fs::read_dir(seeds).unwrap() {
            blob(&std::fs::read(seed.unwrap().path()).unwrap());
        }
        for what in 0..5 {
            for bytes in [&[][..], &[0; 3], &[0, 9, 1], &[255; 200]] {
                blob(&[&[what], bytes].concat());
            }
        }
    }

    /// `cargo test -p valkeep-seal --lib -- --ignored seeds`
    #[test]
    #[ignore = "writes into the source tree"]
    fn seeds_are_written() {
        let seeds = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/seal");
        std::fs::create_dir_all(&seeds).unwrap();
        let good = good();
        let (head, _) = head();
        let (opener, total) = (opener(&head).unwrap(), good.len() as u64);
        let tail = Tail::decode(&good[good.len() - Tail::BYTES..], total).unwrap();
        let footer_at = usize::try_from(tail.footer_offset).unwrap();
        assert!(opener.footer(&good[footer_at..good.len() - Tail::BYTES], total).is_ok());
        let mut footer = Vec::new();
        let entry = crate::index::Entry::new(crate::segment::Kind::Raw, 9 + 16);
        let stored = (head.len() + 25 + crate::footer::footer_bytes(b"facts", 1) + Tail::BYTES) as u64;
        crate::footer::encode(9, stored, &[0; 32], b"facts", &[entry], &mut footer);
        let frame = zstd::bulk::compress(&[7; 1_000], 1).unwrap();
        for (name, what, bytes) in [
            ("blob", 0, &good[..]),
            ("after-head", 1, &good[head.len()..]),
            ("footer", 2, &footer),
            ("frame", 3, &frame),
            ("unchanged", 4, &[]),
            ("head-changed", 4, &[0, 20, 1]),
            ("segment-changed", 4, &[1, 0, 128]),
            ("cut", 4, &[0, 20, 0, 0]),
        ] {
            std::fs::write(seeds.join(name), [&[what], bytes].concat()).unwrap();
        }
    }
}
