//! Sealed streams over blobs in memory.
#![cfg(feature = "memory")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::ops::Range;
use valkeep_domain::ids::BlobId;
use valkeep_ports::blobs::Blobs as _;
use valkeep_ports::keys::{EncryptionContext, FreshDataKey, KeyError, KeyService};
use valkeep_ports::memory::MemoryBlobs;
use valkeep_ports::sealed::{NewBlob, SealedError, SealedReader, SealedWriter};
use valkeep_seal::Compression;
use zeroize::Zeroizing;

/// One key for all, wrapped as the context.
#[derive(Debug)]
struct OneKey;

#[async_trait::async_trait]
impl KeyService for OneKey {
    async fn resolve(&self, reference: &str) -> Result<String, KeyError> {
        Ok(reference.to_owned())
    }

    async fn default_key(&self) -> Result<String, KeyError> {
        Ok("key".to_owned())
    }

    async fn generate_data_key(&self, _: &str, context: &EncryptionContext) -> Result<FreshDataKey, KeyError> {
        Ok(FreshDataKey { plain: Zeroizing::new([7; 32]), wrapped: format!("{context:?}").into_bytes() })
    }

    async fn unwrap_data_key(
        &self,
        key_arn: &str,
        wrapped: &[u8],
        context: &EncryptionContext,
    ) -> Result<Zeroizing<[u8; 32]>, KeyError> {
        let known = wrapped == format!("{context:?}").as_bytes();
        if known { Ok(Zeroizing::new([7; 32])) } else { Err(KeyError::Unwrap(key_arn.to_owned())) }
    }
}

const BLOB: BlobId = BlobId([1; 16]);
const OTHER: BlobId = BlobId([2; 16]);

async fn sealed(blobs: &MemoryBlobs, subject_bytes: usize, plain: &[u8]) {
    let new = NewBlob {
        id: BLOB,
        key_arn: "key".to_owned(),
        context: vec![("name".to_owned(), "value".to_owned())],
        subject: vec![b's'; subject_bytes],
        compression: Compression::Zstd,
        read_behind: true,
    };
    let mut writer = SealedWriter::create(blobs, &OneKey, new).await.unwrap();
    for piece in plain.chunks(700_001) {
        writer.push(piece).await.unwrap();
    }
    let committed = writer.commit(b"facts").await.unwrap();
    let sealed = committed.read_back(blobs, &OneKey).await.unwrap();
    assert_eq!(sealed.plain_bytes, plain.len() as u64);
    assert_eq!(sealed.stored_bytes, blobs.open(BLOB).await.unwrap().len_bytes());
}

async fn read(blobs: &MemoryBlobs, range: Range<u64>) -> Vec<u8> {
    let mut pieces = SealedReader::open(blobs, &OneKey, BLOB).await.unwrap().pieces(range);
    let mut plain = Vec::new();
    while let Some(piece) = pieces.next().await.unwrap() {
        plain.extend(piece);
    }
    plain
}

/// Another blob with the bytes that `change` makes of the stored ones.
async fn stored_as(blobs: &MemoryBlobs, id: BlobId, change: impl Fn(&mut Vec<u8>)) {
    let reader = blobs.open(BLOB).await.unwrap();
    let mut stored = reader.read_at(0, usize::try_from(reader.len_bytes()).unwrap()).await.unwrap();
    change(&mut stored);
    blobs.delete(id).await.unwrap();
    let mut writer = blobs.create(id).await.unwrap();
    writer.write(stored).await.unwrap();
    writer.commit().await.unwrap();
}

#[tokio::test]
async fn every_range_of_a_stream_can_be_read() {
    let plain: Vec<u8> = (0..2_500_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    // A subject that makes the head longer than the first read.
    for subject_bytes in [0, 20_000] {
        let blobs = MemoryBlobs::default();
        sealed(&blobs, subject_bytes, &plain).await;
        for range in [0..2_500_000, 0..0, 5..6, 1_048_575..1_048_577, 2_499_999..9_999_999, 3_000_000..4_000_000] {
            let (start, end) = (range.start.min(2_500_000) as usize, range.end.min(2_500_000) as usize);
            assert!(read(&blobs, range.clone()).await == plain[start..end], "{range:?}");
        }
        let reader = SealedReader::open(&blobs, &OneKey, BLOB).await.unwrap();
        assert_eq!((reader.footer().facts.as_slice(), reader.header().subject.len()), (&b"facts"[..], subject_bytes));
    }
}

#[tokio::test]
async fn an_empty_stream_is_a_blob_too() {
    let blobs = MemoryBlobs::default();
    sealed(&blobs, 0, b"").await;
    assert_eq!(read(&blobs, 0..9).await, b"");
}

#[tokio::test]
async fn a_blob_under_another_id_and_a_cut_one_are_refused() {
    let blobs = MemoryBlobs::default();
    sealed(&blobs, 0, b"hello").await;
    stored_as(&blobs, OTHER, |_| ()).await;
    let opened = SealedReader::open(&blobs, &OneKey, OTHER).await;
    assert!(matches!(opened, Err(SealedError::Swapped { asked: OTHER, found: BLOB })));
    let whole = usize::try_from(blobs.open(BLOB).await.unwrap().len_bytes()).unwrap();
    for cut in [0, 1, 20, whole / 2, whole - 1] {
        stored_as(&blobs, OTHER, |stored| stored.truncate(cut)).await;
        assert!(SealedReader::open(&blobs, &OneKey, OTHER).await.is_err(), "{cut}");
    }
}
