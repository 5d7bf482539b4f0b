//! Blobs as vectors.

use super::lock;
use crate::blobs::{BlobError, BlobReader, BlobWriter, Blobs};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};
use valkeep_domain::ids::BlobId;

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
        Ok(Box::new(MemoryWriter { id, bytes: Vec::new(), blobs: Arc::clone(&self.0) }))
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
    bytes: Vec<u8>,
    blobs: Arc<Mutex<BTreeMap<BlobId, Stored>>>,
}

#[async_trait]
impl BlobWriter for MemoryWriter {
    async fn write(&mut self, bytes: Vec<u8>) -> Result<(), BlobError> {
        self.bytes.extend(bytes);
        Ok(())
    }

    async fn commit(self: Box<Self>) -> Result<(), BlobError> {
        lock(&self.blobs).insert(self.id, Stored::Committed(self.bytes.into()));
        Ok(())
    }
}

#[derive(Debug)]
struct MemoryReader(Arc<[u8]>);

#[async_trait]
impl BlobReader for MemoryReader {
    fn len_bytes(&self) -> u64 {
        self.0.len() as u64
    }

    async fn read_at(&self, offset_bytes: u64, len_bytes: usize) -> Result<Vec<u8>, BlobError> {
        let range = usize::try_from(offset_bytes).ok().and_then(|from| Some(from..from.checked_add(len_bytes)?));
        match range.and_then(|range| self.0.get(range)) {
            Some(bytes) => Ok(bytes.to_vec()),
            None => Err(BlobError::Failed(io::ErrorKind::UnexpectedEof.into())),
        }
    }
}
