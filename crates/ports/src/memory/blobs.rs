//! Blobs as vectors.

use super::lock;
use crate::blobs::{BlobError, BlobReader, BlobWriter, Blobs};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};
use valkeep_domain::ids::BlobId;
use valkeep_seal::Buffer;

/// A blob store without durability.
#[derive(Debug, Default)]
pub struct MemoryBlobs(Arc<Mutex<BTreeMap<BlobId, Stored>>>);

#[derive(Debug)]
enum Stored {
    Begun,
    Committed(Arc<[u8]>),
}

#[async_trait]
impl Blobs for MemoryBlobs {
    async fn create(&self, id: BlobId) -> Result<Box<dyn BlobWriter>, BlobError> {
        let mut blobs = lock(&self.0);
        if matches!(blobs.get(&id), Some(Stored::Committed(_))) {
            return Err(BlobError::AlreadyExists(id));
        }
        blobs.insert(id, Stored::Begun);
        Ok(Box::new(MemoryWriter { id, bytes: Arc::default(), blobs: Arc::clone(&self.0) }))
    }

    async fn open(&self, id: BlobId) -> Result<Box<dyn BlobReader>, BlobError> {
        match lock(&self.0).get(&id) {
            Some(Stored::Committed(bytes)) => Ok(Box::new(MemoryReader(Arc::clone(bytes)))),
            Some(Stored::Begun) | None => Err(BlobError::NotFound(id)),
        }
    }

    async fn delete(&self, id: BlobId) -> Result<(), BlobError> {
        lock(&self.0).remove(&id);
        Ok(())
    }

    async fn list(&self) -> Result<Vec<BlobId>, BlobError> {
        Ok(lock(&self.0).keys().copied().collect())
    }
}

#[derive(Debug)]
struct MemoryWriter {
    id: BlobId,
    bytes: Arc<Mutex<Vec<u8>>>,
    blobs: Arc<Mutex<BTreeMap<BlobId, Stored>>>,
}

#[async_trait]
impl BlobWriter for MemoryWriter {
    async fn write(&mut self, bytes: Buffer) -> Result<(), BlobError> {
        lock(&self.bytes).extend_from_slice(&bytes);
        Ok(())
    }

    fn settled(&self) -> Option<Box<dyn BlobReader>> {
        let len_bytes = lock(&self.bytes).len();
        Some(Box::new(MemorySettled { bytes: Arc::clone(&self.bytes), len_bytes }))
    }

    async fn commit(self: Box<Self>) -> Result<(), BlobError> {
        let bytes = lock(&self.bytes).as_slice().into();
        lock(&self.blobs).insert(self.id, Stored::Committed(bytes));
        Ok(())
    }
}

/// The bytes that a writer had when it was asked.
#[derive(Debug)]
struct MemorySettled {
    bytes: Arc<Mutex<Vec<u8>>>,
    len_bytes: usize,
}

#[async_trait]
impl BlobReader for MemorySettled {
    fn len_bytes(&self) -> u64 {
        self.len_bytes as u64
    }

    async fn read_at(&self, offset_bytes: u64, len_bytes: usize) -> Result<Buffer, BlobError> {
        let bytes = lock(&self.bytes);
        cut(bytes.get(..self.len_bytes).unwrap_or_default(), offset_bytes, len_bytes)
    }
}

#[derive(Debug)]
struct MemoryReader(Arc<[u8]>);

#[async_trait]
impl BlobReader for MemoryReader {
    fn len_bytes(&self) -> u64 {
        self.0.len() as u64
    }

    async fn read_at(&self, offset_bytes: u64, len_bytes: usize) -> Result<Buffer, BlobError> {
        cut(&self.0, offset_bytes, len_bytes)
    }
}

fn cut(bytes: &[u8], offset_bytes: u64, len_bytes: usize) -> Result<Buffer, BlobError> {
    let range = usize::try_from(offset_bytes).ok().and_then(|from| Some(from..from.checked_add(len_bytes)?));
    match range.and_then(|range| bytes.get(range)) {
        Some(bytes) => Ok(bytes.to_vec().into()),
        None => Err(BlobError::Failed(io::ErrorKind::UnexpectedEof.into())),
    }
}
