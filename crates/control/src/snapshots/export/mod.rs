//! CopySnapshot with a bucket (spec section 4).
//!
//! [`call`] judges everything that can be judged before a byte moves: the eight refusals of the page. The [`job`] brings
//! shard after shard into the bucket, each as one [`object`]: it begins an upload, records it, sends the [`parts`] side by
//! side (see [`sending`]), records what is stored, and completes the upload only when the whole stream was vouched for. An
//! object appears whole or not at all, and never where one is. A job that was cut short reads and checks every byte again,
//! and sends only the parts that are not on record; an upload that it had begun and not recorded is aborted by the next
//! begin.
//!
//! What a store took is not read back. Over plain HTTP every part is signed with its SHA-256, so that the store refuses
//! other bytes; over TLS the connection itself authenticates them. Entity tags are opaque, as S3 says.

mod call;
mod job;
mod object;
mod parts;
mod sending;

pub(crate) use job::{fail, run};
pub use parts::ExportPart;

use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;
use valkeep_domain::names::{BucketName, ExportName, SnapshotName};
use valkeep_domain::time::Timestamp;
use valkeep_ports::buckets::Upload;

/// How far an export is. The fields are stored. The parts of the upload have records of their own: see [`ExportPart`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportWork {
    pub source: SnapshotName,
    pub bucket: BucketName,
    pub target: ExportName,
    /// Shards whose object is in the bucket.
    pub done: u16,
    /// When an upload of the shard after those was first to begin. Whatever began since and is not recorded is a leftover.
    pub begun_since: Option<Timestamp>,
    /// That upload.
    pub upload: Option<OpenUpload>,
    /// Why it failed; what it left in the bucket is then still to be taken away.
    pub failed: Option<String>,
}

/// An upload with the size of its parts, which must not change while it goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenUpload {
    #[serde(flatten)]
    pub upload: Upload,
    /// Size of every part but the last, in bytes.
    pub part_bytes: NonZeroU32,
}

impl ExportWork {
    /// Where it goes: no two exports go to one place at the same time (E14c).
    pub(crate) fn place(&self) -> String {
        format!("{}/{}", self.bucket, self.target)
    }
}
