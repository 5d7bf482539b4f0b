//! Any other S3 as the store that exports go to.

mod errors;
mod facts;
mod probe;

use crate::EXPORT_METADATA;
use crate::checks::{Asked, Voices, existing, service_context};
use crate::completion::{settle, stands};
use aws_sdk_s3::Client;
use aws_sdk_s3::operation::complete_multipart_upload::builders::CompleteMultipartUploadFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use errors::{bucket_error, error_in};
use std::sync::Arc;
use valkeep_access::policy::Context;
use valkeep_domain::arn::Place;
use valkeep_domain::export::ExportRefusal;
use valkeep_domain::names::BucketName;
use valkeep_domain::time::Timestamp;
use valkeep_ports::buckets::{BucketError, Caller, ExportBuckets, Upload, UploadedPart};
use valkeep_ports::{Clock, Ids};
use valkeep_s3::{Access, status};

/// How far the clock of the store may be behind ours. Our choice.
const CLOCK_DIFFERENCE_MS: i64 = 60_000;

/// How the service's own rights on a bucket are found out (E20).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grants {
    /// By the bucket's ACL and policy, as the page says.
    Judge,
    /// By writing, reading and removing a tiny object: for stores without ACLs and policies. Replaces E7-E12.
    Probe,
}

/// How to reach a store.
#[derive(Debug)]
pub struct ExternalSettings {
    pub access: Access,
    pub grants: Grants,
}

/// A store that speaks S3. The caller's own rights on it are judged by the caller's identity policies alone, as the
/// principals of the store are not those of this service.
pub struct ExternalS3 {
    client: Client,
    over_tls: bool,
    place: Place,
    grants: Grants,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl std::fmt::Debug for ExternalS3 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExternalS3").field("place", &self.place).field("grants", &self.grants).finish_non_exhaustive()
    }
}

impl ExternalS3 {
    /// A client for the store; nothing is sent yet. `place` is where the snapshots lie.
    pub async fn new(settings: ExternalSettings, place: Place, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        let over_tls = settings.access.endpoint.as_deref().is_none_or(|url| url.starts_with("https:"));
        let client = Client::from_conf(settings.access.client_config().await.build());
        Self { client, over_tls, place, grants: settings.grants, clock, ids }
    }

    async fn judge(
        &self,
        bucket: &str,
        keys: &[String],
        caller: &Caller,
        context: &Context,
    ) -> Result<BucketName, BucketError> {
        let facts = self.facts(bucket).await?;
        let asked = Asked {
            place: &self.place,
            bucket,
            keys,
            caller,
            voices: Voices::Identity,
            context,
            service_context: &service_context(&self.place, self.clock.now()),
        };
        Ok(asked.judge(facts.as_ref())?)
    }

    fn completion(&self, upload: &Upload, parts: &[UploadedPart]) -> CompleteMultipartUploadFluentBuilder {
        let part =
            |part: &UploadedPart| CompletedPart::builder().part_number(part.number.into()).e_tag(&part.etag).build();
        let list = CompletedMultipartUpload::builder().set_parts(Some(parts.iter().map(part).collect())).build();
        self.client
            .complete_multipart_upload()
            .bucket(upload.bucket.as_str())
            .key(&upload.key)
            .upload_id(&upload.upload_id)
            .multipart_upload(list)
    }

    /// For a store that knows no conditional completion: the window between look and completion stays open (E14c).
    async fn complete_after_look(&self, upload: &Upload, parts: &[UploadedPart]) -> Result<(), BucketError> {
        if stands(self, upload).await? {
            return Ok(());
        }
        match self.completion(upload, parts).send().await {
            Ok(_) => Ok(()),
            Err(error) => settle(self, upload, error_in(&upload.bucket)(error)).await,
        }
    }

    /// Aborts an upload; one that is gone is success.
    async fn abort_at(&self, bucket: &BucketName, key: &str, upload_id: &str) -> Result<(), BucketError> {
        let abort = self.client.abort_multipart_upload().bucket(bucket.as_str()).key(key).upload_id(upload_id);
        match abort.send().await.map_err(error_in(bucket)) {
            Ok(_) | Err(BucketError::UploadGone) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

#[async_trait::async_trait]
impl ExportBuckets for ExternalS3 {
    async fn check(
        &self,
        bucket: &str,
        keys: &[String],
        caller: &Caller,
        context: &Context,
    ) -> Result<BucketName, BucketError> {
        let bucket = match self.grants {
            Grants::Judge => self.judge(bucket, keys, caller, context).await?,
            Grants::Probe => {
                let (bucket, region) = existing(bucket, self.region_of(bucket).await?)?;
                if region.is_some_and(|region| region != self.place.region) {
                    return Err(ExportRefusal::OutsideRegion(bucket).into());
                }
                self.probe(&bucket).await?;
                bucket
            }
        };
        for key in keys {
            if self.exported_by(&bucket, key).await?.is_some() {
                return Err(ExportRefusal::ObjectExists { bucket, key: key.clone() }.into());
            }
        }
        Ok(bucket)
    }

    async fn begin(&self, bucket: &BucketName, key: &str, export_id: &str) -> Result<Upload, BucketError> {
        let begun = self
            .client
            .create_multipart_upload()
            .bucket(bucket.as_str())
            .key(key)
            .content_type("application/octet-stream")
            .metadata(EXPORT_METADATA, export_id)
            .send()
            .await;
        let begun = begun.map_err(error_in(bucket))?;
        let upload_id = begun.upload_id.ok_or_else(|| BucketError::Failed("the store gave no upload id".into()))?;
        Ok(Upload { bucket: bucket.clone(), key: key.to_owned(), upload_id, export_id: export_id.to_owned() })
    }

    async fn abort_unrecorded(
        &self,
        bucket: &BucketName,
        key: &str,
        _export_id: &str,
        since: Timestamp,
    ) -> Result<(), BucketError> {
        // A listing does not show metadata; the key is the export's own, and so are uploads of it in this time.
        let since_s = since.plus_ms(-CLOCK_DIFFERENCE_MS).ms().div_euclid(1000);
        let listed = self.client.list_multipart_uploads().bucket(bucket.as_str()).prefix(key).send().await;
        let listed = listed.map_err(error_in(bucket))?;
        for upload in listed.uploads() {
            let recent = upload.initiated().is_some_and(|at| at.secs() >= since_s);
            if let (true, Some(id)) = (recent && upload.key() == Some(key), upload.upload_id()) {
                self.abort_at(bucket, key, id).await?;
            }
        }
        Ok(())
    }

    async fn upload_part(&self, upload: &Upload, number: u16, bytes: Bytes) -> Result<UploadedPart, BucketError> {
        let request = self
            .client
            .upload_part()
            .bucket(upload.bucket.as_str())
            .key(&upload.key)
            .upload_id(&upload.upload_id)
            .part_number(number.into())
            .body(ByteStream::from(bytes))
            .customize();
        // TLS authenticates the bytes already; without it the store compares them with the SHA-256 that is signed.
        let request = if self.over_tls { request.disable_payload_signing() } else { request };
        let stored = request.send().await.map_err(error_in(&upload.bucket))?;
        let etag = stored.e_tag.ok_or_else(|| BucketError::Failed("the store gave no entity tag".into()))?;
        Ok(UploadedPart { number, etag })
    }

    async fn complete(&self, upload: &Upload, parts: &[UploadedPart]) -> Result<(), BucketError> {
        match self.completion(upload, parts).if_none_match("*").send().await {
            Ok(_) => Ok(()),
            Err(error) => match status(&error) {
                // The object in the way may be gone at the next attempt.
                Some(412) => settle(self, upload, BucketError::Unavailable(Box::new(error))).await,
                Some(501) => self.complete_after_look(upload, parts).await,
                // Also a success that cannot be read (moto_server 5.2.1 names the root element its own way).
                _ => settle(self, upload, error_in(&upload.bucket)(error)).await,
            },
        }
    }

    async fn abort(&self, upload: &Upload) -> Result<(), BucketError> {
        self.abort_at(&upload.bucket, &upload.key, &upload.upload_id).await
    }

    async fn exported_by(&self, bucket: &BucketName, key: &str) -> Result<Option<Option<String>>, BucketError> {
        match self.client.head_object().bucket(bucket.as_str()).key(key).send().await {
            Ok(object) => Ok(Some(object.metadata.and_then(|mut metadata| metadata.remove(EXPORT_METADATA)))),
            Err(error) if status(&error) == Some(404) => Ok(None),
            Err(error) => Err(bucket_error(error)),
        }
    }

    async fn delete(&self, bucket: &BucketName, key: &str) -> Result<(), BucketError> {
        let deleted = self.client.delete_object().bucket(bucket.as_str()).key(key).send().await;
        deleted.map(|_| ()).map_err(error_in(bucket))
    }
}
