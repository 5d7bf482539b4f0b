//! S3 from both sides: the store that exports go to, and the embedded S3 endpoint.
//!
//! [`checks`] judges a bucket as the page does, without I/O. [`embedded`] is an S3 service over the catalog and the blob
//! store, and a store for exports itself; [`external`] is the same port over any other S3. Nothing here knows snapshots.

mod acl;
mod checks;
mod completion;
pub mod embedded;
#[cfg(test)]
mod export_tests;
pub mod external;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod trouble_tests;

/// User metadata of an object that an export wrote: the id of the export.
const EXPORT_METADATA: &str = "valkeep-export";
