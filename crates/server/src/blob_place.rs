//! Where the snapshots of a directory lie: in it, or in a bucket.

use crate::config::{BlobStore, Config};
use crate::directory::Directory;
use crate::wiring::OpenError;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use valkeep_blobs::{LocalBlobs, s3};
use valkeep_ports::blobs::Blobs;
use valkeep_s3::Access;
use zeroize::Zeroizing;

/// Where the snapshots of a directory lie.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "store", rename_all = "lowercase")]
pub enum BlobPlace {
    #[default]
    Local,
    S3 {
        bucket: String,
        prefix: String,
    },
}

impl BlobPlace {
    /// The place that the configuration names.
    pub(crate) fn wanted(config: &Config) -> Self {
        match (config.blobs.store, &config.blobs.bucket) {
            (BlobStore::S3, Some(bucket)) => Self::S3 { bucket: bucket.clone(), prefix: config.blobs.prefix.clone() },
            (BlobStore::S3, None) | (BlobStore::Local, _) => Self::Local,
        }
    }

    /// Opens the blobs there. `owner` stands for the directory: no other one has it, and it comes back with the catalog.
    pub(crate) async fn open(
        &self,
        directory: &Directory,
        owner: &str,
        config: &Config,
    ) -> Result<Arc<dyn Blobs>, OpenError> {
        let Self::S3 { bucket, prefix } = self.clone() else {
            return Ok(Arc::new(LocalBlobs::open(directory.path())?));
        };
        let blobs = &config.blobs;
        let access = Access {
            endpoint: blobs.endpoint.clone(),
            region: blobs.region.clone().unwrap_or_else(|| config.region.clone()),
            credentials: blobs.access_key_id.clone().zip(blobs.secret_access_key.clone().map(Zeroizing::new)),
            path_style: blobs.path_style,
        };
        let place = s3::S3Place { access, bucket, prefix, spool: directory.file("spool") };
        let opened = s3::S3Blobs::open(place, owner, s3::Tuning::default()).await;
        Ok(Arc::new(opened.map_err(|error| OpenError::BlobsOnS3(Box::new(error)))?))
    }
}

impl std::fmt::Display for BlobPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Local => f.write_str("the data directory"),
            Self::S3 { bucket, prefix } => write!(f, "the bucket {bucket} under the prefix \"{prefix}\""),
        }
    }
}
