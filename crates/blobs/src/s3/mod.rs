//! Sealed blobs in a bucket of an S3-compatible store.
//!
//! Owns the keys `{prefix}{id}` and `{prefix}owner` of the bucket, uploads of such keys, and the directory of the spool; nothing else is touched.
//!
//! Invariants: an object appears whole or not at all, and its length and mark were compared before it counts as committed; a
//! writer waits for the local disk, never for the store; a range is read from the object that was opened or not at all.
//! Uploads that a killed process left are aborted by the next start; others by the deletion of their blob; and every hour those
//! that nobody writes any more.

mod bucket;
mod claim;
mod failure;
mod part;
mod patience;
mod reader;
mod spool;
mod store;
mod upload;
mod writer;

pub use claim::ClaimError;
pub use failure::RequestError;
pub use patience::Patience;
pub use store::{OpenError, S3Blobs, S3Place, Tuning};
