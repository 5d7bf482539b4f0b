//! The traits between the application and its adapters. Their comments are the contract.

pub mod blobs;
pub mod catalog;
pub mod engines;
pub mod keys;

use valkeep_domain::time::Timestamp;

/// The wall clock.
pub trait Clock: Send + Sync + std::fmt::Debug {
    fn now(&self) -> Timestamp;
}

/// Randomness that nobody can foresee.
pub trait Ids: Send + Sync + std::fmt::Debug {
    fn random(&self) -> [u8; 16];
}
