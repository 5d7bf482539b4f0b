//! What the catalog keeps of buckets, objects and uploads. Bodies never lie here, only the names of their blobs.

use super::checksums::Checksums;
use crate::acl::Grant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use valkeep_domain::ids::BlobId;
use valkeep_domain::time::Timestamp;
use valkeep_ports::catalog::{IndexEntry, Record, Table};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct BucketRecord {
    pub(crate) name: String,
    pub(crate) region: String,
    /// Account of the owner, twelve digits.
    pub(crate) owner: String,
    pub(crate) created_at: Timestamp,
    pub(crate) grants: Vec<Grant>,
    /// The policy as it was put.
    pub(crate) policy: Option<String>,
}

impl Record for BucketRecord {
    const TABLE: Table = Table::Bucket;

    fn key(&self) -> String {
        self.name.clone()
    }
}

/// Where the bytes of an object are.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub(crate) enum Body {
    /// One blob.
    Whole { blob: BlobId },
    /// The parts that are still there of a completed upload, in the order of their numbers.
    Parts { upload: String, count: u16 },
}

/// What a client says of an object and gets back word for word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Described {
    pub(crate) content_type: Option<String>,
    pub(crate) content_encoding: Option<String>,
    pub(crate) content_language: Option<String>,
    pub(crate) content_disposition: Option<String>,
    pub(crate) cache_control: Option<String>,
    pub(crate) expires: Option<s3s::dto::Timestamp>,
    /// `x-amz-meta-…`, without the prefix.
    pub(crate) metadata: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ObjectRecord {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) body: Body,
    pub(crate) size_bytes: u64,
    /// Without quotes.
    pub(crate) etag: String,
    pub(crate) checksums: Checksums,
    pub(crate) described: Described,
    pub(crate) modified_at: Timestamp,
}

impl ObjectRecord {
    /// A bucket name has no slash, so no two objects share this.
    pub(crate) fn key_of(bucket: &str, key: &str) -> String {
        format!("{bucket}/{key}")
    }
}

impl Record for ObjectRecord {
    const TABLE: Table = Table::Object;

    fn key(&self) -> String {
        Self::key_of(&self.bucket, &self.key)
    }
}

/// A multipart upload that is neither complete nor aborted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UploadRecord {
    /// 32 hexadecimal digits.
    pub(crate) id: String,
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) described: Described,
    /// What the client asked for when it began; `None` where it did not say.
    pub(crate) checksum: Option<super::checksums::Algorithm>,
    pub(crate) checksum_kind: Option<super::checksums::Kind>,
    pub(crate) begun_at: Timestamp,
}

impl UploadRecord {
    /// Index of uploads by bucket, key and id.
    pub(crate) const BY_KEY: &'static str = "key";

    /// Stands between key and id: sorts before nearly all that a key may go on with.
    pub(crate) const BEFORE_ID: char = '\u{1}';

    /// What the entries of all uploads of one key begin with.
    pub(crate) fn index_prefix(bucket: &str, key: &str) -> String {
        format!("{bucket}/{key}{}", Self::BEFORE_ID)
    }
}

impl Record for UploadRecord {
    const TABLE: Table = Table::Upload;

    fn key(&self) -> String {
        self.id.clone()
    }

    fn index(&self) -> Vec<IndexEntry> {
        let value = Self::index_prefix(&self.bucket, &self.key) + &self.id;
        vec![IndexEntry { index: Self::BY_KEY, value }]
    }
}

/// A part of an upload, or of the object that the upload became.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PartRecord {
    pub(crate) upload: String,
    /// From 1.
    pub(crate) number: u16,
    pub(crate) blob: BlobId,
    pub(crate) size_bytes: u64,
    /// MD5 in hexadecimal.
    pub(crate) etag: String,
    pub(crate) checksums: Checksums,
    pub(crate) modified_at: Timestamp,
}

impl PartRecord {
    pub(crate) fn key_of(upload: &str, number: u16) -> String {
        format!("{}{number:05}", Self::keys_of(upload))
    }

    /// What the keys of all parts of an upload begin with.
    pub(crate) fn keys_of(upload: &str) -> String {
        format!("{upload}/")
    }
}

impl Record for PartRecord {
    const TABLE: Table = Table::Part;

    fn key(&self) -> String {
        Self::key_of(&self.upload, self.number)
    }
}
