//! Sealed streams over blobs in memory.
#![cfg(feature = "memory")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use valkeep_domain::ids::BlobId;
use valkeep_ports::blobs::{BlobError, BlobReader, BlobWriter, Blobs};
use valkeep_ports::keys::{EncryptionContext, FreshDataKey, KeyError, KeyService};
use valkeep_ports::memory::MemoryBlobs;
use valkeep_ports::sealed::{Committed, NewBlob, ResealedBlob, SealedError, SealedReader, SealedWriter, reseal};
use valkeep_seal::{Buffer, Compression, Place, SealError};
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

/// Blobs in memory, some of whose reads give a flipped byte, or which cannot be read before the commit.
#[derive(Debug, Default)]
struct Watched {
    blobs: MemoryBlobs,
    settles: bool,
    /// Offset of a byte that is read wrong, before and after the commit.
    flip_settled: Option<u64>,
    flip_committed: Option<u64>,
    /// Where the reads before the commit ended, and those after it.
    settled_until: Arc<AtomicU64>,
    committed_reads: Arc<Mutex<Vec<u64>>>,
}

#[derive(Debug)]
struct WatchedWriter {
    writer: Box<dyn BlobWriter>,
    settles: bool,
    flip: Option<u64>,
    until: Arc<AtomicU64>,
}

#[derive(Debug)]
struct WatchedReader {
    reader: Box<dyn BlobReader>,
    flip: Option<u64>,
    until: Arc<AtomicU64>,
    offsets: Arc<Mutex<Vec<u64>>>,
}

#[async_trait::async_trait]
impl Blobs for Watched {
    async fn create(&self, id: BlobId) -> Result<Box<dyn BlobWriter>, BlobError> {
        let writer = self.blobs.create(id).await?;
        let (settles, flip, until) = (self.settles, self.flip_settled, Arc::clone(&self.settled_until));
        Ok(Box::new(WatchedWriter { writer, settles, flip, until }))
    }

    async fn open(&self, id: BlobId) -> Result<Box<dyn BlobReader>, BlobError> {
        let reader = self.blobs.open(id).await?;
        let offsets = Arc::clone(&self.committed_reads);
        Ok(Box::new(WatchedReader { reader, flip: self.flip_committed, until: Arc::default(), offsets }))
    }

    async fn delete(&self, id: BlobId) -> Result<(), BlobError> {
        self.blobs.delete(id).await
    }

    async fn list(&self) -> Result<Vec<BlobId>, BlobError> {
        self.blobs.list().await
    }
}

#[async_trait::async_trait]
impl BlobWriter for WatchedWriter {
    async fn write(&mut self, bytes: Buffer) -> Result<(), BlobError> {
        self.writer.write(bytes).await
    }

    fn settled(&self) -> Option<Box<dyn BlobReader>> {
        let (flip, until) = (self.flip, Arc::clone(&self.until));
        let reader = self.writer.settled().filter(|_| self.settles)?;
        Some(Box::new(WatchedReader { reader, flip, until, offsets: Arc::default() }))
    }

    async fn commit(self: Box<Self>) -> Result<(), BlobError> {
        self.writer.commit().await
    }
}

#[async_trait::async_trait]
impl BlobReader for WatchedReader {
    fn len_bytes(&self) -> u64 {
        self.reader.len_bytes()
    }

    async fn read_at(&self, offset_bytes: u64, len_bytes: usize) -> Result<Buffer, BlobError> {
        let mut bytes = self.reader.read_at(offset_bytes, len_bytes).await?;
        let flipped = self.flip.and_then(|at| at.checked_sub(offset_bytes)).and_then(|at| usize::try_from(at).ok());
        if let Some(byte) = flipped.and_then(|at| bytes.get_mut(at)) {
            *byte ^= 1;
        }
        self.until.fetch_max(offset_bytes + len_bytes as u64, Ordering::Relaxed);
        self.offsets.lock().unwrap().push(offset_bytes);
        Ok(bytes)
    }
}

const BLOB: BlobId = BlobId([1; 16]);
const OTHER: BlobId = BlobId([2; 16]);

async fn begun(blobs: &dyn Blobs, subject_bytes: usize) -> SealedWriter {
    let new = NewBlob {
        id: BLOB,
        key_arn: "key".to_owned(),
        context: vec![("name".to_owned(), "value".to_owned())],
        subject: vec![b's'; subject_bytes],
        compression: Compression::Zstd,
        read_behind: true,
    };
    SealedWriter::create(blobs, &OneKey, new).await.unwrap()
}

async fn committed(blobs: &dyn Blobs, subject_bytes: usize, plain: &[u8]) -> Result<Committed, SealedError> {
    let mut writer = begun(blobs, subject_bytes).await;
    for piece in plain.chunks(700_001) {
        writer.push(piece).await?;
    }
    writer.commit(b"facts").await
}

async fn sealed(blobs: &MemoryBlobs, subject_bytes: usize, plain: &[u8]) {
    let sealed = committed(blobs, subject_bytes, plain).await.unwrap().read_back(blobs, &OneKey).await.unwrap();
    assert_eq!(sealed.plain_bytes, plain.len() as u64);
    assert_eq!(sealed.stored_bytes, blobs.open(BLOB).await.unwrap().len_bytes());
}

async fn read(blobs: &dyn Blobs, range: Range<u64>) -> Vec<u8> {
    read_of(blobs, BLOB, range).await
}

async fn read_of(blobs: &dyn Blobs, id: BlobId, range: Range<u64>) -> Vec<u8> {
    let mut pieces = SealedReader::open(blobs, &OneKey, id).await.unwrap().pieces(range);
    let mut plain = Vec::new();
    while let Some(piece) = pieces.next().await.unwrap() {
        plain.extend_from_slice(&piece);
    }
    plain
}

/// Bytes that zstd cannot shorten, so that each segment has a known place.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    })
    .take(bytes)
    .collect()
}

/// Another blob with the bytes that `change` makes of the stored ones.
async fn stored_as(blobs: &MemoryBlobs, id: BlobId, change: impl Fn(&mut Vec<u8>)) {
    let reader = blobs.open(BLOB).await.unwrap();
    let mut stored = reader.read_at(0, usize::try_from(reader.len_bytes()).unwrap()).await.unwrap().to_vec();
    change(&mut stored);
    blobs.delete(id).await.unwrap();
    let mut writer = blobs.create(id).await.unwrap();
    writer.write(stored.into()).await.unwrap();
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

const MIB: usize = 1 << 20;

/// Where the segment `number` of `BLOB` lies.
async fn place(blobs: &dyn Blobs, number: u64) -> u64 {
    SealedReader::open(blobs, &OneKey, BLOB).await.unwrap().footer().segment(number).unwrap().offset
}

#[tokio::test]
async fn what_settled_is_read_back_behind_the_writing_and_only_the_rest_after_it() {
    let plain = noise(40 * MIB);
    let blobs = Watched { settles: true, ..Watched::default() };
    let committed = committed(&blobs, 0, &plain).await.unwrap();
    committed.read_back(&blobs, &OneKey).await.unwrap();
    let settled_until = blobs.settled_until.load(Ordering::Relaxed);
    assert!(settled_until > 1 << 20, "{settled_until}");
    let reads = blobs.committed_reads.lock().unwrap().clone();
    // The head, then nothing that was read back already.
    assert!(reads.iter().all(|offset| *offset == 0 || *offset >= settled_until), "{reads:?}");
    assert!(read(&blobs, 0..u64::MAX).await == plain);
}

#[tokio::test]
async fn a_store_that_settles_nothing_is_read_back_after_the_commit() {
    let blobs = Watched::default();
    committed(&blobs, 0, &noise(5 * MIB)).await.unwrap().read_back(&blobs, &OneKey).await.unwrap();
    assert_eq!(blobs.settled_until.load(Ordering::Relaxed), 0);
    // Head, tail, footer, five segments.
    assert_eq!(blobs.committed_reads.lock().unwrap().len(), 8);
}

#[tokio::test]
async fn damage_behind_the_writing_is_told_with_its_place() {
    let plain = noise(40 * MIB);
    let good = Watched::default();
    drop(committed(&good, 0, &plain).await.unwrap());
    let flip = Some(place(&good, 1).await + 5);
    let blobs = Watched { settles: true, flip_settled: flip, ..Watched::default() };
    let refused = match committed(&blobs, 0, &plain).await {
        Ok(committed) => committed.read_back(&blobs, &OneKey).await.unwrap_err(),
        Err(refused) => refused,
    };
    let damaged = SealError::Damaged { place: Place::Segment(1) };
    assert!(matches!(&refused, SealedError::Seal(found) if *found == damaged), "{refused}");
}

#[tokio::test]
async fn damage_after_the_commit_is_told_with_its_place_in_every_region() {
    let plain = noise(2 * MIB + 9);
    let blobs = Watched::default();
    drop(committed(&blobs, 0, &plain).await.unwrap());
    let total = blobs.open(BLOB).await.unwrap().len_bytes();
    let mut cases = vec![(20, Place::Header), (total - 40, Place::Footer), (total - 1, Place::Tail)];
    for number in 0..3 {
        cases.push((place(&blobs, number).await + 3, Place::Segment(number)));
    }
    for (flip, place) in cases {
        let blobs = Watched { flip_committed: Some(flip), ..Watched::default() };
        let refused = committed(&blobs, 0, &plain).await.unwrap().read_back(&blobs, &OneKey).await.unwrap_err();
        assert!(
            matches!(&refused, SealedError::Seal(SealError::Damaged { place: found }) if *found == place),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn a_writer_that_is_dropped_at_any_moment_leaves_nothing_to_read() {
    let plain = noise(6 * MIB);
    for pushes in 0..6 {
        let blobs = MemoryBlobs::default();
        let mut writer = begun(&blobs, 0).await;
        for piece in plain.chunks(MIB).take(pushes) {
            writer.push(piece).await.unwrap();
        }
        drop(writer);
        assert!(matches!(blobs.open(BLOB).await, Err(BlobError::NotFound(BLOB))), "{pushes}");
    }
}

#[tokio::test]
async fn a_copy_under_another_key_is_read_back_as_it_was_sealed() {
    let plain = [vec![b'x'; 3 * MIB], noise(3 * MIB + 9)].concat();
    let new = || ResealedBlob {
        id: OTHER,
        key_arn: "other".to_owned(),
        context: vec![("name".to_owned(), "copy".to_owned())],
        subject: b"copy".to_vec(),
    };
    let blobs = Watched { settles: true, ..Watched::default() };
    committed(&blobs, 0, &plain).await.unwrap().read_back(&blobs, &OneKey).await.unwrap();
    let moved = AtomicU64::new(0);
    let count = |bytes| {
        moved.fetch_add(bytes, Ordering::Relaxed);
    };
    let copy = reseal(&blobs, &OneKey, BLOB, new(), count).await.unwrap();
    let sealed = copy.read_back(&blobs, &OneKey).await.unwrap();
    assert_eq!((sealed.plain_bytes, moved.into_inner()), (plain.len() as u64, plain.len() as u64));
    assert!(read_of(&blobs, OTHER, 0..u64::MAX).await == plain);
}
