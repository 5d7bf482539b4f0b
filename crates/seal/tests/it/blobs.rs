//! Whole blobs in memory, made and opened the way callers do.

use valkeep_seal::{
    BlobId, Compression, DataKey, Decoded, Footer, Header, Opener, Place, PlainDigest, ReadBack, SealError, Sealed,
    Sealer, SegmentSize, Tail, Zipper,
};

pub(crate) const SEGMENT: usize = 64 << 10;

pub(crate) fn header(id: u8) -> Header {
    Header {
        blob_id: BlobId([id; 16]),
        segment_size: SegmentSize::MIN,
        key_arn: "arn:aws:kms:eu-central-1:000000000000:key/0a1b2c3d".into(),
        wrapped_key: vec![id; 60],
        context: vec![("valkeep:blob".into(), BlobId([id; 16]).to_string())],
        subject: br#"{"snapshot":"nightly","shard":"0001"}"#.to_vec(),
    }
}

pub(crate) fn key(byte: u8) -> DataKey {
    DataKey::from_bytes([byte; 32])
}

/// Text that zstd likes, different from place to place.
pub(crate) fn compressible(bytes: usize) -> Vec<u8> {
    (0u32..).flat_map(|n| format!("key:{n:08} value of this key;").into_bytes()).take(bytes).collect()
}

/// Bytes that zstd cannot shorten (xorshift64).
pub(crate) fn random(bytes: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..bytes).map(|_| next()).collect()
}

pub(crate) fn seal_in<'a>(
    portions: impl IntoIterator<Item = &'a [u8]>,
    header: &Header,
    key: DataKey,
    compression: Compression,
) -> (Vec<u8>, Sealed) {
    let (mut sealer, mut blob) = Sealer::new(header, key, compression).unwrap();
    let (segments, mut zipper, mut digest) = (sealer.segments(), Zipper::default(), PlainDigest::new());
    let mut bind = |sealer: &mut Sealer, piece| {
        let (segment, plain) = segments.seal(piece, &mut zipper);
        digest.update(&plain);
        blob.extend_from_slice(&sealer.append(segment).unwrap());
    };
    for mut portion in portions {
        while let Some(piece) = sealer.push(&mut portion) {
            bind(&mut sealer, piece);
        }
    }
    let last = sealer.last();
    bind(&mut sealer, last);
    let (sealed, end) = sealer.finish(digest, br#"{"rdb":11}"#).unwrap();
    blob.extend(end);
    (blob, sealed)
}

pub(crate) fn seal(plain: &[u8], compression: Compression) -> Vec<u8> {
    seal_in([plain], &header(1), key(1), compression).0
}

/// Head and footer of a blob.
pub(crate) fn open_ends(blob: &[u8], key: &DataKey) -> Result<(Opener, Footer), SealError> {
    let head_bytes = match Header::decode(blob)? {
        Decoded::Complete { head_bytes, .. } => head_bytes,
        Decoded::NeedMore(_) => return Err(SealError::Damaged { place: Place::Header }),
    };
    let opener = Opener::new(&blob[..head_bytes], key)?;
    let total = blob.len() as u64;
    let tail = Tail::decode(&blob[blob.len().saturating_sub(Tail::BYTES)..], total)?;
    let offset = usize::try_from(tail.footer_offset).unwrap();
    let footer = opener.footer(&blob[offset..offset + tail.footer_bytes as usize], total)?;
    Ok((opener, footer))
}

/// The stored bytes of one segment.
pub(crate) fn stored<'a>(blob: &'a [u8], footer: &Footer, number: u64) -> &'a [u8] {
    let at = footer.segment(number).unwrap();
    let offset = usize::try_from(at.offset).unwrap();
    &blob[offset..offset + at.stored_bytes as usize]
}

/// The plaintext of the segment `number`, if these are its stored bytes.
pub(crate) fn open_one(opener: &Opener, footer: &Footer, number: u64, stored: &[u8]) -> Result<Vec<u8>, SealError> {
    opener.open_segment(&footer.segment(number).unwrap(), stored.to_vec().into()).map(|plain| plain.to_vec())
}

/// The stream of a blob, fully checked.
pub(crate) fn open(blob: &[u8], key: &DataKey) -> Result<Vec<u8>, SealError> {
    let (opener, footer) = open_ends(blob, key)?;
    let (mut plain, mut read) = (Vec::new(), ReadBack::of_stream());
    for number in 0..footer.segment_count() {
        let opened = open_one(&opener, &footer, number, stored(blob, &footer, number))?;
        read.take(&footer.segment(number).unwrap(), &opened)?;
        plain.extend(opened);
    }
    read.finish(&footer)?;
    Ok(plain)
}
