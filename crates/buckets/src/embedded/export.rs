//! The endpoint as the store that exports go to, without a detour over HTTP.

use super::EmbeddedS3;
use super::access::bucket_policy;
use super::buckets::no_such_bucket;
use super::checksums::{Checksums, Claims};
use super::conditions::WriteCondition;
use super::error::Trouble;
use super::objects::remove_record;
use super::records::{BucketRecord, Described, ObjectRecord, UploadRecord};
use super::uploads::{At, Completion, NamedPart};
use crate::EXPORT_METADATA;
use crate::checks::{Asked, BucketFacts, Voices, service_context};
use crate::completion::settle;
use bytes::Bytes;
use s3s::S3ErrorCode;
use std::collections::BTreeMap;
use valkeep_access::policy::Context;
use valkeep_domain::export::ExportRefusal;
use valkeep_domain::names::BucketName;
use valkeep_domain::time::Timestamp;
use valkeep_ports::buckets::{BucketError, Caller, ExportBuckets, Upload, UploadedPart};
use valkeep_ports::catalog::{Scan, Tx};

/// Most uploads of one key that are looked at for those of an export. Our choice.
const MAX_UNRECORDED: usize = 1_000;

impl From<Trouble> for BucketError {
    fn from(trouble: Trouble) -> Self {
        if matches!(&trouble, Trouble::Refused(refusal) if refusal.code == S3ErrorCode::NoSuchUpload) {
            Self::UploadGone
        } else if trouble.may_pass() {
            Self::Unavailable(Box::new(trouble))
        } else {
            Self::Failed(Box::new(trouble))
        }
    }
}

fn at(upload: &Upload) -> At {
    At { bucket: upload.bucket.to_string(), key: upload.key.clone(), upload: upload.upload_id.clone() }
}

fn facts(bucket: BucketRecord, caller: &Caller) -> Result<BucketFacts, BucketError> {
    let policy = bucket_policy(&bucket).map_err(|error| BucketError::Failed(Box::new(error)))?;
    Ok(BucketFacts {
        region: bucket.region,
        is_own: bucket.owner == caller.principal.account,
        grants: bucket.grants,
        policy,
    })
}

impl EmbeddedS3 {
    async fn object_at(&self, bucket: &str, key: &str) -> Result<Option<ObjectRecord>, Trouble> {
        let key = ObjectRecord::key_of(bucket, key);
        Ok(self.store.read(move |tx| tx.get::<ObjectRecord>(&key)).await?)
    }

    /// Aborts an upload; one that is gone is success.
    async fn abort_anyway(&self, at: At) -> Result<(), BucketError> {
        match self.abort_upload(at).await.map_err(BucketError::from) {
            Ok(()) | Err(BucketError::UploadGone) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

#[async_trait::async_trait]
impl ExportBuckets for EmbeddedS3 {
    async fn check(
        &self,
        bucket: &str,
        keys: &[String],
        caller: &Caller,
        context: &Context,
    ) -> Result<BucketName, BucketError> {
        let facts = self.find_bucket(bucket).await?.map(|bucket| facts(bucket, caller)).transpose()?;
        let asked = Asked {
            place: &self.place,
            bucket,
            keys,
            caller,
            voices: Voices::IdentityAndBucket,
            context,
            service_context: &service_context(&self.place, self.clock.now()),
        };
        let bucket = asked.judge(facts.as_ref())?;
        for key in keys {
            if self.object_at(bucket.as_str(), key).await?.is_some() {
                return Err(ExportRefusal::ObjectExists { bucket, key: key.clone() }.into());
            }
        }
        Ok(bucket)
    }

    async fn begin(&self, bucket: &BucketName, key: &str, export_id: &str) -> Result<Upload, BucketError> {
        let described = Described {
            content_type: Some("application/octet-stream".to_owned()),
            metadata: BTreeMap::from([(EXPORT_METADATA.to_owned(), export_id.to_owned())]),
            ..Described::default()
        };
        match self.begin_upload(bucket.to_string(), key.to_owned(), described, None).await {
            Ok(upload) => Ok(Upload {
                bucket: bucket.clone(),
                key: upload.key,
                upload_id: upload.id,
                export_id: export_id.to_owned(),
            }),
            Err(Trouble::Refused(refusal)) if refusal.code == no_such_bucket().code => {
                Err(ExportRefusal::NoSuchBucket(bucket.to_string()).into())
            }
            Err(trouble) => Err(trouble.into()),
        }
    }

    async fn abort_unrecorded(
        &self,
        bucket: &BucketName,
        key: &str,
        export_id: &str,
        _since: Timestamp,
    ) -> Result<(), BucketError> {
        let prefix = UploadRecord::index_prefix(bucket.as_str(), key);
        let scan = Scan::index(UploadRecord::BY_KEY, &prefix, MAX_UNRECORDED);
        let begun = self.store.read(move |tx| tx.scan::<UploadRecord>(&scan)).await.map_err(Trouble::from)?;
        for upload in begun {
            if upload.described.metadata.get(EXPORT_METADATA).is_some_and(|id| id == export_id) {
                let at = At { bucket: bucket.to_string(), key: upload.key, upload: upload.id };
                self.abort_anyway(at).await?;
            }
        }
        Ok(())
    }

    async fn upload_part(&self, upload: &Upload, number: u16, bytes: Bytes) -> Result<UploadedPart, BucketError> {
        let body = futures_util::stream::iter([Ok(bytes)]);
        let part = self.store_part(at(upload), number, Claims::default(), body).await?;
        Ok(UploadedPart { number, etag: part.etag })
    }

    async fn complete(&self, upload: &Upload, parts: &[UploadedPart]) -> Result<(), BucketError> {
        let named = |part: &UploadedPart| NamedPart {
            number: part.number,
            etag: part.etag.clone(),
            checksums: Checksums::default(),
        };
        let completion = Completion {
            parts: parts.iter().map(named).collect(),
            condition: WriteCondition::Absent,
            claimed: Checksums::default(),
            size_bytes: None,
        };
        let Err(trouble) = self.complete_upload(at(upload), completion).await else { return Ok(()) };
        let in_the_way = matches!(&trouble, Trouble::Refused(it) if it.code == S3ErrorCode::PreconditionFailed);
        // The object in the way may be gone at the next attempt.
        let open = if in_the_way { BucketError::Unavailable(Box::new(trouble)) } else { trouble.into() };
        settle(self, upload, open).await
    }

    async fn abort(&self, upload: &Upload) -> Result<(), BucketError> {
        self.abort_anyway(at(upload)).await
    }

    async fn exported_by(&self, bucket: &BucketName, key: &str) -> Result<Option<Option<String>>, BucketError> {
        let object = self.object_at(bucket.as_str(), key).await?;
        Ok(object.map(|mut object| object.described.metadata.remove(EXPORT_METADATA)))
    }

    async fn delete(&self, bucket: &BucketName, key: &str) -> Result<(), BucketError> {
        let (bucket, key) = (bucket.to_string(), key.to_owned());
        let work = move |tx: &mut Tx<'_>| remove_record(tx, &bucket, &key, &WriteCondition::Always);
        Ok(self.store.write::<_, Trouble>(work).await?)
    }
}
