//! Catalog and blobs of one process: the shared ones in memory, with calls that go wrong.

use super::faults::{Faults, Site};
use async_trait::async_trait;
use std::io;
use std::sync::Arc;
use valkeep_domain::ids::BlobId;
use valkeep_ports::blobs::{BlobError, BlobReader, BlobWriter, Blobs};
use valkeep_ports::catalog::{Catalog, CatalogError, Outcome, Unit};
use valkeep_ports::memory::{MemoryBlobs, MemoryCatalog};
use valkeep_seal::Buffer;

#[derive(Debug)]
pub(crate) struct FaultyCatalog {
    pub(crate) inner: Arc<MemoryCatalog>,
    pub(crate) faults: Arc<Faults>,
}

fn away() -> CatalogError {
    CatalogError::Unavailable("on purpose".into())
}

#[async_trait]
impl Catalog for FaultyCatalog {
    async fn write(&self, unit: Unit) -> Result<Outcome, CatalogError> {
        self.faults.around(Site::CatalogWrite, away, self.inner.write(unit)).await
    }

    async fn read(&self, unit: Unit) -> Result<Outcome, CatalogError> {
        self.faults.around(Site::CatalogRead, away, self.inner.read(unit)).await
    }
}

#[derive(Debug)]
pub(crate) struct FaultyBlobs {
    pub(crate) inner: Arc<MemoryBlobs>,
    pub(crate) faults: Arc<Faults>,
}

fn failed() -> BlobError {
    BlobError::Failed(io::Error::other("on purpose"))
}

#[async_trait]
impl Blobs for FaultyBlobs {
    async fn create(&self, id: BlobId) -> Result<Box<dyn BlobWriter>, BlobError> {
        let inner = self.faults.around(Site::BlobCreate, failed, self.inner.create(id)).await?;
        Ok(Box::new(FaultyWriter { inner, faults: Arc::clone(&self.faults) }))
    }

    async fn open(&self, id: BlobId) -> Result<Box<dyn BlobReader>, BlobError> {
        let inner = self.faults.around(Site::BlobOpen, failed, self.inner.open(id)).await?;
        Ok(Box::new(FaultyReader { inner, faults: Arc::clone(&self.faults) }))
    }

    async fn delete(&self, id: BlobId) -> Result<(), BlobError> {
        self.faults.around(Site::BlobDelete, failed, self.inner.delete(id)).await
    }

    async fn list(&self) -> Result<Vec<BlobId>, BlobError> {
        self.inner.list().await
    }
}

#[derive(Debug)]
struct FaultyWriter {
    inner: Box<dyn BlobWriter>,
    faults: Arc<Faults>,
}

#[async_trait]
impl BlobWriter for FaultyWriter {
    async fn write(&mut self, bytes: Buffer) -> Result<(), BlobError> {
        self.faults.around(Site::BlobWrite, failed, self.inner.write(bytes)).await
    }

    async fn commit(self: Box<Self>) -> Result<(), BlobError> {
        self.faults.around(Site::BlobCommit, failed, self.inner.commit()).await
    }
}

#[derive(Debug)]
struct FaultyReader {
    inner: Box<dyn BlobReader>,
    faults: Arc<Faults>,
}

#[async_trait]
impl BlobReader for FaultyReader {
    fn len_bytes(&self) -> u64 {
        self.inner.len_bytes()
    }

    async fn read_at(&self, offset_bytes: u64, len_bytes: usize) -> Result<Buffer, BlobError> {
        self.faults.around(Site::BlobRead, failed, self.inner.read_at(offset_bytes, len_bytes)).await
    }
}
