//! The contract of [`crate::blobs`].

use crate::blobs::{BlobError, Blobs};
use std::collections::BTreeSet;
use std::sync::Arc;
use valkeep_domain::ids::BlobId;

/// Runs the whole suite, each part on a fresh store.
///
/// # Panics
/// At the first broken promise.
pub async fn blobs(fresh: impl Fn() -> Arc<dyn Blobs>) {
    a_committed_blob_is_read_back(&*fresh()).await;
    an_empty_blob_is_a_blob(&*fresh()).await;
    any_range_is_read_exactly(&*fresh()).await;
    a_range_past_the_end_fails(&*fresh()).await;
    a_begun_blob_cannot_be_read(&*fresh()).await;
    a_dropped_writer_leaves_nothing_to_read(&*fresh()).await;
    a_begun_blob_can_be_begun_anew(&*fresh()).await;
    settled_bytes_are_the_first_ones(&*fresh()).await;
    a_committed_id_is_refused(&*fresh()).await;
    a_missing_blob_is_not_found(&*fresh()).await;
    delete_is_idempotent(&*fresh()).await;
    delete_takes_a_begun_blob(&*fresh()).await;
    list_names_begun_and_committed_blobs(&*fresh()).await;
}

const A: BlobId = BlobId([0xa1; 16]);
const B: BlobId = BlobId([0x0b; 16]);

async fn store(blobs: &dyn Blobs, id: BlobId, pieces: &[&[u8]]) {
    let mut writer = blobs.create(id).await.unwrap();
    for piece in pieces {
        writer.write(piece.to_vec().into()).await.unwrap();
    }
    writer.commit().await.unwrap();
}

async fn is_missing(blobs: &dyn Blobs, id: BlobId) -> bool {
    matches!(blobs.open(id).await, Err(BlobError::NotFound(missing)) if missing == id)
}

async fn a_committed_blob_is_read_back(blobs: &dyn Blobs) {
    let large = vec![7; 3 << 20];
    store(blobs, A, &[b"one", b"", &large, b"two"]).await;
    store(blobs, B, &[b"other"]).await;
    let reader = blobs.open(A).await.unwrap();
    assert_eq!(reader.len_bytes(), 6 + (3 << 20));
    assert_eq!(reader.read_at(0, 6 + (3 << 20)).await.unwrap(), [b"one", &large[..], b"two"].concat());
}

async fn an_empty_blob_is_a_blob(blobs: &dyn Blobs) {
    store(blobs, A, &[]).await;
    let reader = blobs.open(A).await.unwrap();
    assert_eq!(reader.len_bytes(), 0);
    assert_eq!(reader.read_at(0, 0).await.unwrap(), b"");
}

async fn any_range_is_read_exactly(blobs: &dyn Blobs) {
    store(blobs, A, &[b"0123", b"456789"]).await;
    let reader = blobs.open(A).await.unwrap();
    for (offset, len, expected) in [(0, 10, "0123456789"), (3, 2, "34"), (9, 1, "9"), (10, 0, ""), (4, 0, "")] {
        assert_eq!(reader.read_at(offset, len).await.unwrap(), expected.as_bytes(), "{offset}+{len}");
    }
}

async fn a_range_past_the_end_fails(blobs: &dyn Blobs) {
    store(blobs, A, &[b"0123456789"]).await;
    let reader = blobs.open(A).await.unwrap();
    for (offset, len) in [(0, 11), (10, 1), (11, 0), (u64::MAX, 1), (1, usize::MAX), (u64::MAX, usize::MAX)] {
        let outcome = reader.read_at(offset, len).await;
        assert!(matches!(outcome, Err(BlobError::Failed(_))), "{offset}+{len}: {outcome:?}");
    }
}

async fn a_begun_blob_cannot_be_read(blobs: &dyn Blobs) {
    let mut writer = blobs.create(A).await.unwrap();
    writer.write(b"bytes".to_vec().into()).await.unwrap();
    assert!(is_missing(blobs, A).await);
    writer.commit().await.unwrap();
    assert!(!is_missing(blobs, A).await);
}

async fn a_dropped_writer_leaves_nothing_to_read(blobs: &dyn Blobs) {
    let mut writer = blobs.create(A).await.unwrap();
    writer.write(b"bytes".to_vec().into()).await.unwrap();
    drop(writer);
    assert!(is_missing(blobs, A).await);
}

async fn a_begun_blob_can_be_begun_anew(blobs: &dyn Blobs) {
    let mut writer = blobs.create(A).await.unwrap();
    writer.write(b"a longer first attempt".to_vec().into()).await.unwrap();
    drop(writer);
    store(blobs, A, &[b"second"]).await;
    let reader = blobs.open(A).await.unwrap();
    assert_eq!(reader.read_at(0, 6).await.unwrap(), b"second");
    assert_eq!(reader.len_bytes(), 6);
}

async fn settled_bytes_are_the_first_ones(blobs: &dyn Blobs) {
    let piece = |n: u8| vec![n; 1 << 20];
    let mut writer = blobs.create(A).await.unwrap();
    let (mut written, mut known) = (Vec::new(), 0);
    for n in 0..40 {
        writer.write(piece(n).into()).await.unwrap();
        written.extend(piece(n));
        let Some(settled) = writer.settled() else { continue };
        let len_bytes = usize::try_from(settled.len_bytes()).unwrap();
        assert!((known..=written.len()).contains(&len_bytes), "{len_bytes} of {} after {known}", written.len());
        assert_eq!(settled.read_at(known as u64, len_bytes - known).await.unwrap(), written[known..len_bytes]);
        assert!(matches!(settled.read_at(0, len_bytes + 1).await, Err(BlobError::Failed(_))));
        known = len_bytes;
    }
    let settled = writer.settled();
    writer.commit().await.unwrap();
    if let Some(settled) = settled {
        let len_bytes = usize::try_from(settled.len_bytes()).unwrap();
        assert_eq!(settled.read_at(0, len_bytes).await.unwrap(), written[..len_bytes]);
    }
    assert_eq!(blobs.open(A).await.unwrap().read_at(0, written.len()).await.unwrap(), written);
}

async fn a_committed_id_is_refused(blobs: &dyn Blobs) {
    store(blobs, A, &[b"first"]).await;
    let outcome = blobs.create(A).await;
    assert!(matches!(outcome, Err(BlobError::AlreadyExists(A))), "{outcome:?}");
    assert_eq!(blobs.open(A).await.unwrap().read_at(0, 5).await.unwrap(), b"first");
}

async fn a_missing_blob_is_not_found(blobs: &dyn Blobs) {
    store(blobs, B, &[b"other"]).await;
    assert!(is_missing(blobs, A).await);
}

async fn delete_is_idempotent(blobs: &dyn Blobs) {
    store(blobs, A, &[b"bytes"]).await;
    store(blobs, B, &[b"other"]).await;
    for _ in 0..2 {
        blobs.delete(A).await.unwrap();
        assert!(is_missing(blobs, A).await);
    }
    assert_eq!(blobs.list().await.unwrap(), [B]);
}

async fn delete_takes_a_begun_blob(blobs: &dyn Blobs) {
    drop(blobs.create(A).await.unwrap());
    blobs.delete(A).await.unwrap();
    assert!(blobs.list().await.unwrap().is_empty());
}

async fn list_names_begun_and_committed_blobs(blobs: &dyn Blobs) {
    assert!(blobs.list().await.unwrap().is_empty());
    store(blobs, A, &[b"bytes"]).await;
    let _writer = blobs.create(B).await.unwrap();
    let listed = blobs.list().await.unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!(BTreeSet::from_iter(listed), BTreeSet::from([A, B]));
}
