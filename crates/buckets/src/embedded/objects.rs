//! Operations that write and remove objects.

use super::access::Asker;
use super::blobs::{MAX_BODY_BYTES, Stored, release_body, to_its_end};
use super::buckets::bucket_in;
use super::checksums::{Algorithm, Claims};
use super::conditions::{ReadConditions, WriteCondition};
use super::error::{Trouble, refuse, unsupported};
use super::inputs::{algorithm, claims, described, refuse_extras};
use super::records::{Body, Described, ObjectRecord};
use super::{EmbeddedS3, s3_time};
use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Request, S3Result};
use valkeep_ports::catalog::Tx;

/// Most keys of one DeleteObjects ("DeleteObjects", API reference).
const MAX_DELETES: usize = 1000;

/// Makes an object visible in place of what is there.
pub(super) fn put_record(tx: &mut Tx<'_>, object: &ObjectRecord, condition: &WriteCondition) -> Result<(), Trouble> {
    let there = tx.get::<ObjectRecord>(&object_key(object))?;
    condition.check(there.as_ref())?;
    if let Some(there) = there {
        release_body(tx, &there.body)?;
    }
    Ok(tx.put(object)?)
}

fn object_key(object: &ObjectRecord) -> String {
    ObjectRecord::key_of(&object.bucket, &object.key)
}

/// Removes an object with its bytes; nothing there is success.
pub(super) fn remove_record(
    tx: &mut Tx<'_>,
    bucket: &str,
    key: &str,
    condition: &WriteCondition,
) -> Result<(), Trouble> {
    let at = ObjectRecord::key_of(bucket, key);
    let there = tx.get::<ObjectRecord>(&at)?;
    condition.check(there.as_ref())?;
    if let Some(there) = there {
        release_body(tx, &there.body)?;
        tx.remove::<ObjectRecord>(&at)?;
    }
    Ok(())
}

impl EmbeddedS3 {
    pub(super) async fn put(&self, mut request: S3Request<PutObjectInput>) -> S3Result<PutObjectOutput> {
        let described = described!(request.input);
        let claims = claims!(request);
        let input = request.input;
        if input.write_offset_bytes.is_some() {
            return Err(unsupported("appending").into());
        }
        let condition = WriteCondition::parse(input.if_match, input.if_none_match)?;
        self.bucket(&input.bucket, input.expected_bucket_owner).await?;
        let body = input.body.unwrap_or_else(|| s3s::Body::empty().into());
        let s3 = self.clone();
        let work = async move {
            let stored = s3.store_body(&input.bucket, &input.key, &claims, body).await?;
            s3.show_whole(input.bucket, input.key, described, stored, condition).await
        };
        let object = to_its_end(work).await?;
        let sums = &object.checksums;
        Ok(PutObjectOutput {
            checksum_crc32: sums.answer(Algorithm::Crc32),
            checksum_crc32c: sums.answer(Algorithm::Crc32c),
            checksum_crc64nvme: sums.answer(Algorithm::Crc64nvme),
            checksum_sha1: sums.answer(Algorithm::Sha1),
            checksum_sha256: sums.answer(Algorithm::Sha256),
            checksum_type: Some(ChecksumType::from_static(sums.kind.as_str())),
            e_tag: Some(ETag::Strong(object.etag)),
            server_side_encryption: Some(ServerSideEncryption::from_static(ServerSideEncryption::AES256)),
            ..Default::default()
        })
    }

    /// Makes an object of one stored body visible, or leaves the body to the sweeper.
    async fn show_whole(
        &self,
        bucket: String,
        key: String,
        described: Described,
        stored: Stored,
        condition: WriteCondition,
    ) -> Result<ObjectRecord, Trouble> {
        let blob = stored.blob.id;
        let object = ObjectRecord {
            bucket,
            key,
            body: Body::Whole { blob },
            size_bytes: stored.size_bytes,
            etag: stored.etag.clone(),
            checksums: stored.checksums.clone(),
            described,
            modified_at: self.clock.now(),
        };
        let shown = object.clone();
        let work = move |tx: &mut Tx<'_>| {
            bucket_in(tx, &object.bucket, None)?;
            stored.own(tx)?;
            put_record(tx, &object, &condition)
        };
        match self.store.write(work).await {
            Ok(()) => Ok(shown),
            Err(trouble) => {
                self.forget(blob).await;
                Err(trouble)
            }
        }
    }

    pub(super) async fn copy(&self, mut request: S3Request<CopyObjectInput>) -> S3Result<CopyObjectOutput> {
        let described = described!(request.input);
        let source = self.copy_source(&request).await?;
        let input = request.input;
        refuse_extras(&[("customer-provided encryption keys", input.copy_source_sse_customer_key.is_some())])?;
        let conditions = ReadConditions {
            if_match: input.copy_source_if_match,
            if_none_match: input.copy_source_if_none_match,
            if_modified_since: input.copy_source_if_modified_since,
            if_unmodified_since: input.copy_source_if_unmodified_since,
        };
        conditions.check_source(&source)?;
        let replace = input.metadata_directive.is_some_and(|wish| wish.as_str() == MetadataDirective::REPLACE);
        if source.bucket == input.bucket && source.key == input.key && !replace {
            let text = "This copy request is illegal because it is trying to copy an object to itself without changing \
                        the object's metadata, storage class, website redirect location or encryption attributes.";
            return Err(refuse(S3ErrorCode::InvalidRequest, text).into());
        }
        self.bucket(&input.bucket, input.expected_bucket_owner).await?;
        let claims = Claims {
            length_bytes: Some(source.size_bytes),
            also: algorithm(input.checksum_algorithm)?,
            ..Claims::default()
        };
        if source.size_bytes > MAX_BODY_BYTES {
            let text =
                "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120";
            return Err(refuse(S3ErrorCode::InvalidRequest, text).into());
        }
        let s3 = self.clone();
        let work = async move {
            let body = s3.read_body(&source, 0..source.size_bytes).await?;
            let stored = s3.store_body(&input.bucket, &input.key, &claims, body).await?;
            let described = if replace { described } else { source.described };
            s3.show_whole(input.bucket, input.key, described, stored, WriteCondition::Always).await
        };
        let object = to_its_end(work).await?;
        let sums = &object.checksums;
        let result = CopyObjectResult {
            checksum_crc32: sums.answer(Algorithm::Crc32),
            checksum_crc32c: sums.answer(Algorithm::Crc32c),
            checksum_crc64nvme: sums.answer(Algorithm::Crc64nvme),
            checksum_sha1: sums.answer(Algorithm::Sha1),
            checksum_sha256: sums.answer(Algorithm::Sha256),
            checksum_type: Some(ChecksumType::from_static(sums.kind.as_str())),
            e_tag: Some(ETag::Strong(object.etag.clone())),
            last_modified: Some(s3_time(object.modified_at)),
        };
        Ok(CopyObjectOutput {
            copy_object_result: Some(result),
            server_side_encryption: Some(ServerSideEncryption::from_static(ServerSideEncryption::AES256)),
            ..Default::default()
        })
    }

    /// The object to copy, if the caller may read it.
    async fn copy_source(&self, request: &S3Request<CopyObjectInput>) -> S3Result<ObjectRecord> {
        let CopySource::Bucket { bucket, key, version_id } = &request.input.copy_source else {
            return Err(unsupported("access points").into());
        };
        if version_id.as_deref().is_some_and(|version| version != "null") {
            return Err(refuse(S3ErrorCode::NoSuchVersion, "The specified version does not exist.").into());
        }
        let owner = request.input.expected_source_bucket_owner.clone();
        let record = self.bucket(bucket, owner.clone()).await?;
        let resource = format!("{}/{key}", self.bucket_arn(bucket));
        Asker::of(request)?.authorise("s3:GetObject", &resource, Some(&record))?;
        Ok(self.object(bucket.to_string(), key.to_string(), owner).await?)
    }

    pub(super) async fn remove(&self, input: DeleteObjectInput) -> S3Result<DeleteObjectOutput> {
        refuse_extras(&[
            ("multi-factor deletion", input.mfa.is_some()),
            (
                "conditions on size or time",
                input.if_match_size.is_some() || input.if_match_last_modified_time.is_some(),
            ),
            ("versions", input.version_id.is_some_and(|version| version != "null")),
        ])?;
        let condition = WriteCondition::parse(input.if_match, None)?;
        let work = move |tx: &mut Tx<'_>| {
            bucket_in(tx, &input.bucket, input.expected_bucket_owner.as_deref())?;
            remove_record(tx, &input.bucket, &input.key, &condition)
        };
        self.store.write(work).await?;
        Ok(DeleteObjectOutput::default())
    }

    pub(super) async fn remove_many(&self, request: S3Request<DeleteObjectsInput>) -> S3Result<DeleteObjectsOutput> {
        let asker = Asker::of(&request)?.clone();
        let input = request.input;
        refuse_extras(&[("multi-factor deletion", input.mfa.is_some())])?;
        if !(1..=MAX_DELETES).contains(&input.delete.objects.len()) {
            let text = "The XML you provided was not well-formed or did not validate against our published schema";
            return Err(refuse(S3ErrorCode::MalformedXML, text).into());
        }
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner).await?;
        let arn = self.bucket_arn(&bucket.name);
        let (mut deleted, mut errors) = (Vec::new(), Vec::new());
        for wish in input.delete.objects {
            let key = wish.key.clone();
            let may = asker.authorise("s3:DeleteObject", &format!("{arn}/{key}"), Some(&bucket));
            let done = match may {
                Ok(()) => self.remove_wish(&bucket.name, wish).await,
                Err(refused) => Err(refused),
            };
            match done {
                Ok(()) => deleted.push(DeletedObject { key: Some(key), ..Default::default() }),
                Err(error) => errors.push(Error {
                    code: Some(error.code().as_str().to_owned()),
                    key: Some(key),
                    message: error.message().map(str::to_owned),
                    version_id: None,
                }),
            }
        }
        let quiet = input.delete.quiet == Some(true);
        Ok(DeleteObjectsOutput { deleted: (!quiet).then_some(deleted), errors: Some(errors), request_charged: None })
    }

    async fn remove_wish(&self, bucket: &str, wish: ObjectIdentifier) -> Result<(), S3Error> {
        refuse_extras(&[
            ("versions", wish.version_id.is_some_and(|version| version != "null")),
            ("conditions on size or time", wish.size.is_some() || wish.last_modified_time.is_some()),
        ])?;
        let condition = WriteCondition::parse(wish.e_tag.map(ETagCondition::ETag), None)?;
        let bucket = bucket.to_owned();
        let work = move |tx: &mut Tx<'_>| remove_record(tx, &bucket, &wish.key, &condition);
        Ok(self.store.write(work).await?)
    }
}
