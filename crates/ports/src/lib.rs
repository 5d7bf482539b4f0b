//! The traits between the application and its adapters. Their comments are the contract.

pub mod blobs;
pub mod buckets;
pub mod catalog;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod engines;
pub mod keys;
#[cfg(feature = "memory")]
pub mod memory;
pub mod records;
pub mod sealed;

use valkeep_domain::time::Timestamp;

/// The wall clock.
pub trait Clock: Send + Sync + std::fmt::Debug {
    fn now(&self) -> Timestamp;
}

/// Randomness that nobody can foresee.
pub trait Ids: Send + Sync + std::fmt::Debug {
    fn random(&self) -> [u8; 16];
}
