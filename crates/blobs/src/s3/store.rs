//! The store: open, begin, read, delete, list.

use super::bucket::{Begun, Bucket};
use super::claim::{ClaimError, claim};
use super::failure::RequestError;
use super::patience::Patience;
use super::reader::S3Reader;
use super::spool::SpoolDirectory;
use super::upload::Route;
use super::writer::S3Writer;
use crate::layout::{blocking, failed};
use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use valkeep_domain::ids::BlobId;
use valkeep_ports::blobs::{BlobError, BlobReader, BlobWriter, Blobs};

/// Pages of one list that are read at most: a thousand million blobs.
const MAX_PAGES: usize = 1_000_000;

/// How the store is used.
#[derive(Clone, Copy, Debug)]
pub struct Tuning {
    /// Size of the first parts of an upload, in bytes; S3 takes no smaller ones than 5 MiB.
    pub first_part_bytes: u64,
    /// For a blob that is being written: giving up loses it, and what waits lies on the disk.
    pub writing: Patience,
    /// For what somebody waits for.
    pub asking: Patience,
}

/// Our choice.
impl Default for Tuning {
    fn default() -> Self {
        Self {
            first_part_bytes: 16 << 20,
            writing: Patience::of(Duration::from_secs(15 * 60), Duration::from_secs(256)),
            asking: Patience::of(Duration::from_secs(30), Duration::from_secs(60)),
        }
    }
}

/// Where the blobs lie.
#[derive(Clone, Debug)]
pub struct S3Place {
    pub access: valkeep_s3::Access,
    pub bucket: String,
    /// What all keys of this store begin with.
    pub prefix: String,
    /// Directory on this machine for what is not yet at the store.
    pub spool: PathBuf,
}

/// Blobs below one prefix of a bucket.
#[derive(Debug)]
pub struct S3Blobs {
    bucket: Bucket,
    spool: Arc<SpoolDirectory>,
    tuning: Tuning,
}

/// Why the store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the spool directory {path} cannot be used")]
    Spool { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Claim(#[from] ClaimError),
}

impl S3Blobs {
    /// Opens the store for `owner` after proving that objects can be written, read back and deleted. Uploads and spool files
    /// of an earlier process go.
    ///
    /// # Errors
    /// What the bucket refuses, or that another owner uses the prefix.
    pub async fn open(place: S3Place, owner: &str, tuning: Tuning) -> Result<Self, OpenError> {
        let spool = SpoolDirectory::open(place.spool.clone())
            .map_err(|source| OpenError::Spool { path: place.spool, source })?;
        // Requests are repeated here, longer than the client would.
        let config = place.access.client_config().await.retry_config(RetryConfig::disabled());
        let bucket = Bucket::new(Client::from_conf(config.build()), place.bucket, place.prefix);
        claim(&bucket, owner, tuning.asking).await?;
        let blobs = Self { bucket, spool: Arc::new(spool), tuning };
        if let Err(error) = blobs.abort_uploads(None).await {
            tracing::warn!(%error, "uploads of an earlier process wait until the store is tidied up");
        }
        Ok(blobs)
    }

    /// Aborts the uploads of one blob, or of all. Nobody may be writing them.
    async fn abort_uploads(&self, of: Option<BlobId>) -> Result<(), RequestError> {
        self.abort_all(self.uploads(of).await?).await
    }

    async fn abort_all(&self, uploads: Vec<Begun>) -> Result<(), RequestError> {
        for upload in uploads {
            self.tuning.asking.of_request(|| self.bucket.abort(&upload)).await?;
            tracing::info!(blob = %upload.id, "an upload was aborted that nobody ended");
        }
        Ok(())
    }

    /// Uploads that nobody ended: of one blob, or of all.
    async fn uploads(&self, of: Option<BlobId>) -> Result<Vec<Begun>, RequestError> {
        let (mut uploads, mut after) = (Vec::new(), None);
        for _ in 0..MAX_PAGES {
            let (page, next) = self.tuning.asking.of_request(|| self.bucket.begun(of, after.clone())).await?;
            uploads.extend(page);
            if next.is_none() || next == after {
                break;
            }
            after = next;
        }
        Ok(uploads)
    }

    /// Every committed blob.
    async fn objects(&self) -> Result<Vec<BlobId>, RequestError> {
        let (mut blobs, mut after) = (Vec::new(), None);
        for _ in 0..MAX_PAGES {
            let (page, next) = self.tuning.asking.of_request(|| self.bucket.page(after.clone())).await?;
            blobs.extend(page);
            if next.is_none() || next == after {
                break;
            }
            after = next;
        }
        Ok(blobs)
    }

    async fn on_spool<T: Send + 'static>(
        &self,
        work: impl FnOnce(&SpoolDirectory) -> io::Result<T> + Send + 'static,
    ) -> Result<T, BlobError> {
        let spool = Arc::clone(&self.spool);
        blocking(move || work(&spool).map_err(failed)).await
    }
}

#[async_trait]
impl Blobs for S3Blobs {
    async fn create(&self, id: BlobId) -> Result<Box<dyn BlobWriter>, BlobError> {
        if self.tuning.asking.of_request(|| self.bucket.head(id)).await?.is_some() {
            return Err(BlobError::AlreadyExists(id));
        }
        let first_part_bytes = self.tuning.first_part_bytes;
        let spool = self.on_spool(move |spool| spool.begin(id, first_part_bytes)).await?;
        let bucket = self.bucket.clone();
        let route = Route { id, bucket, spool: Arc::clone(&spool.file), patience: self.tuning.writing };
        Ok(Box::new(S3Writer::new(spool, route)))
    }

    async fn open(&self, id: BlobId) -> Result<Box<dyn BlobReader>, BlobError> {
        let found = self.tuning.asking.of_request(|| self.bucket.head(id)).await?;
        let object = found.ok_or(BlobError::NotFound(id))?;
        Ok(Box::new(S3Reader { id, bucket: self.bucket.clone(), object, patience: self.tuning.asking }))
    }

    async fn delete(&self, id: BlobId) -> Result<(), BlobError> {
        self.on_spool(move |spool| spool.remove(id)).await?;
        self.abort_uploads(Some(id)).await?;
        Ok(self.tuning.asking.of_request(|| self.bucket.remove(id)).await?)
    }

    async fn list(&self) -> Result<Vec<BlobId>, BlobError> {
        let mut ids = self.on_spool(|spool| spool.blobs()).await?;
        ids.extend(self.uploads(None).await?.into_iter().map(|upload| upload.id));
        ids.extend(self.objects().await?);
        Ok(ids.into_iter().collect::<BTreeSet<_>>().into_iter().collect())
    }

    async fn tidy(&self) -> Result<(), BlobError> {
        let mut uploads = self.uploads(None).await?;
        // In this order: a blob has its spool file before its upload begins, and until it has ended.
        let written = self.on_spool(|spool| spool.blobs()).await?;
        uploads.retain(|upload| !written.contains(&upload.id));
        Ok(self.abort_all(uploads).await?)
    }
}
