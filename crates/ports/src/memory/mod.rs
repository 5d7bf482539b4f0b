//! Adapters that keep everything in memory: for tests only, since nothing survives and every write copies the whole.

mod blobs;
mod catalog;

pub use blobs::MemoryBlobs;
pub use catalog::MemoryCatalog;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The lock, also after a panic elsewhere: what it guards is only ever replaced whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
