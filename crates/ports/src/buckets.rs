//! Buckets that exports go to: the embedded S3 endpoint or an external store.

use async_trait::async_trait;
use bytes::Bytes;
use std::fmt::Debug;
use std::sync::Arc;
use valkeep_access::policy::{Ask, Context, Decision, Policy, Principal, PrincipalId, evaluate};
use valkeep_domain::export::ExportRefusal;
use valkeep_domain::names::BucketName;
use valkeep_domain::time::Timestamp;

/// An authenticated caller with the policies that speak for it.
#[derive(Clone, Debug)]
pub struct Caller {
    pub principal: Principal,
    pub policies: Arc<[Arc<Policy>]>,
}

impl Caller {
    /// What the caller's own policies say.
    pub fn decide(&self, action: &str, resource: &str, context: &Context) -> Decision {
        let ask = Ask { principal: PrincipalId::Identity(&self.principal), action, resource, context };
        evaluate(self.policies.iter().map(AsRef::as_ref), &ask)
    }
}

/// Why a bucket did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum BucketError {
    /// One of the refusals of the page.
    #[error(transparent)]
    Refused(#[from] ExportRefusal),
    /// The upload is not known any more: completed, aborted or expired.
    #[error("the upload is gone")]
    UploadGone,
    /// May pass.
    #[error("the bucket cannot be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Will not pass by itself.
    #[error("the bucket refused the request")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A multipart upload that has begun.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Upload {
    pub bucket: BucketName,
    pub key: String,
    pub upload_id: String,
    /// What its object will carry, so that a completion that is repeated knows its own object.
    pub export_id: String,
}

/// A part that is stored.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct UploadedPart {
    /// From 1.
    pub number: u16,
    pub etag: String,
}

/// The store that exports go to.
#[async_trait]
pub trait ExportBuckets: Send + Sync + Debug {
    /// Judges bucket, caller and the service's grants, in the order E5-E13. Writes nothing. The conditions in `context`
    /// (time, source address, transport, region) are the caller's; the service's own rights have conditions of their own.
    ///
    /// # Errors
    /// `Refused` with the first refusal; `Unavailable`, `Failed`.
    async fn check(
        &self,
        bucket: &str,
        keys: &[String],
        caller: &Caller,
        context: &Context,
    ) -> Result<BucketName, BucketError>;

    /// Begins an upload whose object will carry `export_id` as user metadata.
    ///
    /// # Errors
    /// `Refused`, `Unavailable`, `Failed`.
    async fn begin(&self, bucket: &BucketName, key: &str, export_id: &str) -> Result<Upload, BucketError>;

    /// Aborts uploads of the key that an earlier [`Self::begin`] of this export made and nobody recorded. None of them was
    /// begun before `since`.
    ///
    /// # Errors
    /// `Unavailable`, `Failed`.
    async fn abort_unrecorded(
        &self,
        bucket: &BucketName,
        key: &str,
        export_id: &str,
        since: Timestamp,
    ) -> Result<(), BucketError>;

    /// Stores a part (at least 5 MiB, but for the last); repeating a number replaces the part.
    ///
    /// # Errors
    /// `UploadGone`, `Unavailable`, `Failed`.
    async fn upload_part(&self, upload: &Upload, number: u16, bytes: Bytes) -> Result<UploadedPart, BucketError>;

    /// Makes the object appear, whole, and only where no object is. Repeated, because the answer of an earlier attempt was
    /// lost, it succeeds: an object that carries the upload's own export id is no other object.
    ///
    /// # Errors
    /// `Refused(ObjectExists)` for an object of anybody else; `UploadGone`, `Unavailable`, `Failed`.
    async fn complete(&self, upload: &Upload, parts: &[UploadedPart]) -> Result<(), BucketError>;

    /// Forgets an upload with its parts. Idempotent.
    ///
    /// # Errors
    /// `Unavailable`, `Failed`.
    async fn abort(&self, upload: &Upload) -> Result<(), BucketError>;

    /// The `export_id` of the object that is there; `Some(None)` for an object of somebody else.
    ///
    /// # Errors
    /// `Unavailable`, `Failed`.
    async fn exported_by(&self, bucket: &BucketName, key: &str) -> Result<Option<Option<String>>, BucketError>;

    /// Removes an object that this service wrote.
    ///
    /// # Errors
    /// `Unavailable`, `Failed`.
    async fn delete(&self, bucket: &BucketName, key: &str) -> Result<(), BucketError>;
}
