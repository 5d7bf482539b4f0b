//! The adapters in memory keep the contract that they stand in for.
#![cfg(all(feature = "memory", feature = "conformance"))]

use std::sync::Arc;
use valkeep_ports::catalog::Store;
use valkeep_ports::conformance;
use valkeep_ports::memory::{MemoryBlobs, MemoryCatalog};

#[tokio::test]
async fn the_catalog_in_memory_keeps_the_contract() {
    conformance::catalog(|| Store::new(Arc::new(MemoryCatalog::default()))).await;
}

#[tokio::test]
async fn blobs_in_memory_keep_the_contract() {
    conformance::blobs(|| Arc::new(MemoryBlobs::default())).await;
}
