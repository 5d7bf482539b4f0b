//! Sealed blobs in a directory of this machine, or in a bucket ([`s3`]).
//!
//! In the directory it owns `tmp/{id}` for blobs that are being written and `blobs/{first two digits}/{id}` for committed ones, and nothing
//! else. Knows nothing of what is inside a blob but how long its head is. Every path is made of ids alone.
//!
//! Invariants: a name under `blobs/` stands for a whole blob that is on the disk, name included, since it appears by write,
//! fsync, rename and fsync of both directories; a file whose fsync failed is given up and never synced again, because the
//! system may have forgotten what it could not write.

mod direct;
mod erase;
mod layout;
mod local;
mod reader;
pub mod s3;
mod writer;

pub use local::LocalBlobs;
pub use reader::open_file;
