//! GetObject and HeadObject.

use super::buckets::bucket_in;
use super::checksums::Algorithm;
use super::conditions::{ReadConditions, no_such_key};
use super::error::{Refusal, Trouble, refuse, unsupported};
use super::records::{Body, ObjectRecord};
use super::{EmbeddedS3, s3_size, s3_time};
use s3s::dto::*;
use s3s::{S3ErrorCode, S3Result};
use std::ops::Range as Span;
use valkeep_ports::catalog::Tx;

/// A wish for an object, or for a part of it; GetObject and HeadObject have the same.
#[derive(Debug)]
struct Wish {
    bucket: String,
    key: String,
    owner: Option<String>,
    conditions: ReadConditions,
    range: Option<Range>,
    part: Option<i32>,
    checksums: bool,
}

/// An object that is there and fulfils the conditions.
#[derive(Debug)]
struct Found {
    object: ObjectRecord,
    span: Span<u64>,
    /// `Content-Range` of a partial answer.
    content_range: Option<String>,
    parts_count: Option<i32>,
    checksums: bool,
}

macro_rules! wish {
    ($input:expr) => {{
        let input = $input;
        if input.sse_customer_algorithm.is_some() || input.sse_customer_key.is_some() {
            return Err(unsupported("customer-provided encryption keys").into());
        }
        if input.version_id.is_some_and(|version| version != "null") {
            return Err(refuse(S3ErrorCode::NoSuchVersion, "The specified version does not exist.").into());
        }
        Wish {
            bucket: input.bucket,
            key: input.key,
            owner: input.expected_bucket_owner,
            conditions: ReadConditions {
                if_match: input.if_match,
                if_none_match: input.if_none_match,
                if_modified_since: input.if_modified_since,
                if_unmodified_since: input.if_unmodified_since,
            },
            range: input.range,
            part: input.part_number,
            checksums: input.checksum_mode.is_some_and(|mode| mode.as_str() == ChecksumMode::ENABLED),
        }
    }};
}

/// The members that both answers have.
macro_rules! answer {
    ($output:ident, $found:expr, $body:expr) => {{
        let found = $found;
        let sum = |algorithm| found.object.checksums.answer(algorithm).filter(|_| found.checksums);
        let described = &found.object.described;
        $output {
            accept_ranges: Some("bytes".to_owned()),
            cache_control: described.cache_control.clone(),
            checksum_crc32: sum(Algorithm::Crc32),
            checksum_crc32c: sum(Algorithm::Crc32c),
            checksum_crc64nvme: sum(Algorithm::Crc64nvme),
            checksum_sha1: sum(Algorithm::Sha1),
            checksum_sha256: sum(Algorithm::Sha256),
            checksum_type: found.checksums.then(|| ChecksumType::from_static(found.object.checksums.kind.as_str())),
            content_disposition: described.content_disposition.clone(),
            content_encoding: described.content_encoding.clone(),
            content_language: described.content_language.clone(),
            content_length: Some(s3_size(found.span.end - found.span.start)),
            content_range: found.content_range.clone(),
            content_type: described.content_type.clone(),
            e_tag: Some(ETag::Strong(found.object.etag.clone())),
            expires: described.expires.clone(),
            last_modified: Some(s3_time(found.object.modified_at)),
            metadata: Some(described.metadata.clone().into_iter().collect()),
            parts_count: found.parts_count,
            server_side_encryption: Some(ServerSideEncryption::from_static(ServerSideEncryption::AES256)),
            ..$body
        }
    }};
}

impl EmbeddedS3 {
    pub(super) async fn get(&self, input: GetObjectInput) -> S3Result<GetObjectOutput> {
        let found = self.find(wish!(input)).await?;
        let body = self.read_body(&found.object, found.span.clone()).await?;
        Ok(answer!(GetObjectOutput, found, GetObjectOutput { body: Some(body), ..Default::default() }))
    }

    pub(super) async fn head(&self, input: HeadObjectInput) -> S3Result<HeadObjectOutput> {
        let found = self.find(wish!(input)).await?;
        Ok(answer!(HeadObjectOutput, found, HeadObjectOutput::default()))
    }

    /// The object under a key.
    ///
    /// # Errors
    /// `NoSuchBucket`, `NoSuchKey`, `AccessDenied` for an unexpected owner.
    pub(super) async fn object(
        &self,
        bucket: String,
        key: String,
        owner: Option<String>,
    ) -> Result<ObjectRecord, Trouble> {
        let work = move |tx: &mut Tx<'_>| {
            bucket_in(tx, &bucket, owner.as_deref())?;
            let object = tx.get::<ObjectRecord>(&ObjectRecord::key_of(&bucket, &key))?;
            Ok(object.ok_or_else(no_such_key)?)
        };
        self.store.read(work).await
    }

    async fn find(&self, wish: Wish) -> Result<Found, Trouble> {
        let object = self.object(wish.bucket, wish.key, wish.owner).await?;
        wish.conditions.check(&object)?;
        let whole = 0..object.size_bytes;
        let span = match (wish.range, wish.part) {
            (None, None) => whole.clone(),
            (Some(range), None) => range.check(object.size_bytes).map_err(|_| not_satisfiable())?,
            (None, Some(number)) => self.span_of_part(&object, number).await?,
            (Some(_), Some(_)) => {
                let text = "Cannot specify both Range header and partNumber query parameter";
                return Err(refuse(S3ErrorCode::InvalidRequest, text).into());
            }
        };
        let partial = wish.range.is_some() || (wish.part.is_some() && !span.is_empty());
        let content_range = || format!("bytes {}-{}/{}", span.start, span.end - 1, object.size_bytes);
        let parts_count = match object.body {
            Body::Parts { count, .. } if wish.part.is_some() => Some(count.into()),
            Body::Parts { .. } | Body::Whole { .. } => None,
        };
        Ok(Found {
            content_range: partial.then(content_range),
            parts_count,
            // The checksum of the whole says nothing of a part of it.
            checksums: wish.checksums && span == whole,
            span,
            object,
        })
    }

    async fn span_of_part(&self, object: &ObjectRecord, number: i32) -> Result<Span<u64>, Trouble> {
        let blobs = self.blobs_of(object).await?;
        let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        Ok(place.and_then(|place| blobs.get(place)).map(|(_, span)| span.clone()).ok_or_else(not_satisfiable)?)
    }
}

fn not_satisfiable() -> Refusal {
    refuse(S3ErrorCode::InvalidRange, "The requested range is not satisfiable")
}
