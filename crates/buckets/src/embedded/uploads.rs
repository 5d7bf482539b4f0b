//! Multipart uploads. The parts of a completed upload become the body of the object as they lie.

use super::EmbeddedS3;
use super::blobs::{Stored, parts_of, release, release_parts, remove_part, to_its_end};
use super::buckets::{bucket_in, owner_of};
use super::checksums::{Algorithm, Checksums, Claims, Kind};
use super::conditions::WriteCondition;
use super::error::{Refusal, Trouble, refuse, unsupported};
use super::inputs::{algorithm, claimed, claims, described};
use super::objects::put_record;
use super::records::{Body, Described, ObjectRecord, PartRecord, UploadRecord};
use super::{s3_size, s3_time};
use bytes::Bytes;
use futures_util::Stream;
use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::*;
use s3s::{S3ErrorCode, S3Request, S3Result};
use valkeep_domain::time::Timestamp as Moment;
use valkeep_ports::catalog::{Scan, Tx};

/// Part numbers (S3 User Guide, "Amazon S3 multipart upload limits").
pub(super) const PART_NUMBERS: std::ops::RangeInclusive<u16> = 1..=10_000;

/// Smallest part that is not the last (same page): 5 MiB.
const MIN_PART_BYTES: u64 = 5 << 20;

/// Most parts of one ListParts answer ("ListParts", API reference).
const MAX_LISTED_PARTS: i32 = 1000;

/// The place of an upload, as every request on it names it.
#[derive(Clone, Debug)]
pub(super) struct At {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) upload: String,
}

/// A part as CompleteMultipartUpload names it.
#[derive(Clone, Debug)]
pub(super) struct NamedPart {
    pub(super) number: u16,
    pub(super) etag: String,
    pub(super) checksums: Checksums,
}

/// How an upload is to be completed.
#[derive(Clone, Debug)]
pub(super) struct Completion {
    pub(super) parts: Vec<NamedPart>,
    pub(super) condition: WriteCondition,
    /// Checksums of the whole.
    pub(super) claimed: Checksums,
    pub(super) size_bytes: Option<u64>,
}

fn no_such_upload() -> Refusal {
    refuse(
        S3ErrorCode::NoSuchUpload,
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or \
         completed.",
    )
}

fn upload_at(tx: &mut Tx<'_>, at: &At) -> Result<UploadRecord, Trouble> {
    let upload = tx.get::<UploadRecord>(&at.upload)?;
    let here = upload.filter(|upload| upload.bucket == at.bucket && upload.key == at.key);
    Ok(here.ok_or_else(no_such_upload)?)
}

impl EmbeddedS3 {
    pub(super) async fn begin_upload(
        &self,
        bucket: String,
        key: String,
        described: Described,
        checksum: Option<(Algorithm, Kind)>,
    ) -> Result<UploadRecord, Trouble> {
        let upload = UploadRecord {
            id: hex::encode(self.ids.random()),
            bucket,
            key,
            described,
            checksum: checksum.map(|(algorithm, _)| algorithm),
            checksum_kind: checksum.map(|(_, kind)| kind),
            begun_at: self.clock.now(),
        };
        let begun = upload.clone();
        let work = move |tx: &mut Tx<'_>| {
            bucket_in(tx, &upload.bucket, None)?;
            Ok::<_, Trouble>(tx.insert(&upload)?)
        };
        self.store.write(work).await?;
        Ok(begun)
    }

    async fn upload(&self, at: At) -> Result<UploadRecord, Trouble> {
        self.store.read(move |tx| upload_at(tx, &at)).await
    }

    /// Stores a part; one of the same number goes.
    pub(super) async fn store_part<S>(
        &self,
        at: At,
        number: u16,
        mut claims: Claims,
        body: S,
    ) -> Result<PartRecord, Trouble>
    where
        S: Stream<Item = Result<Bytes, Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
    {
        let upload = self.upload(at.clone()).await?;
        claims.also = Some(upload.checksum.unwrap_or(Algorithm::Crc64nvme));
        let s3 = self.clone();
        let work = async move {
            let stored = s3.store_body(&at.bucket, &at.key, &claims, body).await?;
            s3.show_part(at, number, stored).await
        };
        to_its_end(work).await
    }

    /// Gives a stored body to the upload, or leaves it to the sweeper.
    async fn show_part(&self, at: At, number: u16, stored: Stored) -> Result<PartRecord, Trouble> {
        let blob = stored.blob.id;
        let part = part_of(&at, number, &stored, self.clock.now());
        let shown = part.clone();
        let work = move |tx: &mut Tx<'_>| {
            upload_at(tx, &at)?;
            stored.own(tx)?;
            if let Some(there) = tx.get::<PartRecord>(&PartRecord::key_of(&at.upload, number))? {
                release(tx, there.blob)?;
            }
            Ok::<_, Trouble>(tx.put(&part)?)
        };
        match self.store.write(work).await {
            Ok(()) => Ok(shown),
            Err(trouble) => {
                self.forget(blob).await;
                Err(trouble)
            }
        }
    }

    /// Makes the object visible. Repeated after success, it succeeds again as long as the object stands.
    pub(super) async fn complete_upload(&self, at: At, completion: Completion) -> Result<ObjectRecord, Trouble> {
        let now = self.clock.now();
        self.store.write(move |tx| complete(tx, &at, &completion, now)).await
    }

    pub(super) async fn abort_upload(&self, at: At) -> Result<(), Trouble> {
        let work = move |tx: &mut Tx<'_>| {
            upload_at(tx, &at)?;
            release_parts(tx, &at.upload)?;
            tx.remove::<UploadRecord>(&at.upload)?;
            Ok(())
        };
        self.store.write(work).await
    }
}

fn part_of(at: &At, number: u16, stored: &Stored, now: Moment) -> PartRecord {
    PartRecord {
        upload: at.upload.clone(),
        number,
        blob: stored.blob.id,
        size_bytes: stored.size_bytes,
        etag: stored.etag.clone(),
        checksums: stored.checksums.clone(),
        modified_at: now,
    }
}

fn complete(tx: &mut Tx<'_>, at: &At, completion: &Completion, now: Moment) -> Result<ObjectRecord, Trouble> {
    let there = tx.get::<ObjectRecord>(&ObjectRecord::key_of(&at.bucket, &at.key))?;
    if let Some(done) =
        there.filter(|object| matches!(&object.body, Body::Parts { upload, .. } if *upload == at.upload))
    {
        return Ok(done);
    }
    let upload = upload_at(tx, at)?;
    let parts = choose(parts_of(tx, &at.upload)?, &completion.parts)?;
    let object = join(upload, &parts.chosen, now)?;
    object.checksums.confirm(&completion.claimed)?;
    if completion.size_bytes.is_some_and(|size| size != object.size_bytes) {
        let text = "The provided 'x-amz-mp-object-size' header does not match what was computed.";
        return Err(refuse(S3ErrorCode::InvalidRequest, text).into());
    }
    put_record(tx, &object, &completion.condition)?;
    for part in &parts.unused {
        remove_part(tx, part)?;
    }
    tx.remove::<UploadRecord>(&at.upload)?;
    Ok(object)
}

struct Choice {
    chosen: Vec<PartRecord>,
    unused: Vec<PartRecord>,
}

/// # Errors
/// `MalformedXML`, `InvalidPartOrder`, `InvalidPart`, `EntityTooSmall`.
fn choose(stored: Vec<PartRecord>, named: &[NamedPart]) -> Result<Choice, Refusal> {
    if named.is_empty() {
        return Err(refuse(S3ErrorCode::MalformedXML, "You must specify at least one part"));
    }
    if !named.is_sorted_by(|one, next| one.number < next.number) {
        let text = "The list of parts was not in ascending order. Parts must be ordered by part number.";
        return Err(refuse(S3ErrorCode::InvalidPartOrder, text));
    }
    let (mut chosen, mut unused, mut named) = (Vec::new(), Vec::new(), named.iter().peekable());
    for part in stored {
        match named.next_if(|wanted| wanted.number == part.number) {
            Some(wanted) if wanted.etag == part.etag && part.checksums.confirm(&wanted.checksums).is_ok() => {
                chosen.push(part);
            }
            Some(_) => return Err(invalid_part()),
            None => unused.push(part),
        }
    }
    if named.next().is_some() {
        return Err(invalid_part());
    }
    match chosen.split_last() {
        Some((_, rest)) if rest.iter().any(|part| part.size_bytes < MIN_PART_BYTES) => {
            Err(refuse(S3ErrorCode::EntityTooSmall, "Your proposed upload is smaller than the minimum allowed size"))
        }
        _ => Ok(Choice { chosen, unused }),
    }
}

fn invalid_part() -> Refusal {
    refuse(
        S3ErrorCode::InvalidPart,
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified \
         entity tag may not match the part's entity tag.",
    )
}

fn join(upload: UploadRecord, parts: &[PartRecord], now: Moment) -> Result<ObjectRecord, Refusal> {
    let mut md5 = Md5::new();
    for part in parts {
        md5.update(&hex::decode(&part.etag).map_err(|_| invalid_part())?);
    }
    let sums: Vec<_> = parts.iter().map(|part| (&part.checksums, part.size_bytes)).collect();
    Ok(ObjectRecord {
        bucket: upload.bucket,
        key: upload.key,
        body: Body::Parts { upload: upload.id, count: u16::try_from(parts.len()).unwrap_or(u16::MAX) },
        size_bytes: parts.iter().map(|part| part.size_bytes).sum(),
        etag: format!("{}-{}", hex::encode(md5.finalize()), parts.len()),
        checksums: Checksums::join(&sums, upload.checksum.zip(upload.checksum_kind)),
        described: upload.described,
        modified_at: now,
    })
}

/// # Errors
/// `InvalidArgument`.
fn part_number(number: i32) -> Result<u16, Refusal> {
    u16::try_from(number).ok().filter(|number| PART_NUMBERS.contains(number)).ok_or_else(|| {
        refuse(S3ErrorCode::InvalidArgument, "Part number must be an integer between 1 and 10000, inclusive")
    })
}

/// What the checksum of the object will be made of, when the client does not say ("Checking object integrity").
fn kind_of(algorithm: Algorithm, wanted: Option<Kind>) -> Result<Kind, Refusal> {
    match (algorithm, wanted) {
        (Algorithm::Sha1 | Algorithm::Sha256, Some(Kind::Full)) | (Algorithm::Crc64nvme, Some(Kind::Composite)) => {
            Err(refuse(S3ErrorCode::InvalidRequest, "The checksum type cannot be used with the checksum algorithm."))
        }
        (_, Some(kind)) => Ok(kind),
        (Algorithm::Crc64nvme, None) => Ok(Kind::Full),
        (Algorithm::Crc32 | Algorithm::Crc32c | Algorithm::Sha1 | Algorithm::Sha256, None) => Ok(Kind::Composite),
    }
}

impl EmbeddedS3 {
    pub(super) async fn create_upload(
        &self,
        mut input: CreateMultipartUploadInput,
    ) -> S3Result<CreateMultipartUploadOutput> {
        let described = described!(input);
        let wanted = input.checksum_type.as_ref().map(|kind| Kind::parse(kind.as_str())).transpose()?;
        let checksum = match algorithm(input.checksum_algorithm)? {
            Some(algorithm) => Some((algorithm, kind_of(algorithm, wanted)?)),
            None => None,
        };
        self.bucket(&input.bucket, input.expected_bucket_owner).await?;
        let upload = self.begin_upload(input.bucket, input.key, described, checksum).await?;
        Ok(CreateMultipartUploadOutput {
            bucket: Some(upload.bucket),
            checksum_algorithm: upload.checksum.map(|known| ChecksumAlgorithm::from_static(known.as_str())),
            checksum_type: upload.checksum_kind.map(|kind| ChecksumType::from_static(kind.as_str())),
            key: Some(upload.key),
            server_side_encryption: Some(ServerSideEncryption::from_static(ServerSideEncryption::AES256)),
            upload_id: Some(upload.id),
            ..Default::default()
        })
    }

    pub(super) async fn put_part(&self, mut request: S3Request<UploadPartInput>) -> S3Result<UploadPartOutput> {
        let claims = claims!(request);
        let input = request.input;
        if input.sse_customer_key.is_some() {
            return Err(unsupported("customer-provided encryption keys").into());
        }
        let number = part_number(input.part_number)?;
        self.bucket(&input.bucket, input.expected_bucket_owner).await?;
        let at = At { bucket: input.bucket, key: input.key, upload: input.upload_id };
        let body = input.body.unwrap_or_else(|| s3s::Body::empty().into());
        let part = self.store_part(at, number, claims, body).await?;
        Ok(UploadPartOutput {
            checksum_crc32: part.checksums.answer(Algorithm::Crc32),
            checksum_crc32c: part.checksums.answer(Algorithm::Crc32c),
            checksum_crc64nvme: part.checksums.answer(Algorithm::Crc64nvme),
            checksum_sha1: part.checksums.answer(Algorithm::Sha1),
            checksum_sha256: part.checksums.answer(Algorithm::Sha256),
            e_tag: Some(ETag::Strong(part.etag)),
            server_side_encryption: Some(ServerSideEncryption::from_static(ServerSideEncryption::AES256)),
            ..Default::default()
        })
    }

    pub(super) async fn finish_upload(
        &self,
        mut input: CompleteMultipartUploadInput,
    ) -> S3Result<CompleteMultipartUploadOutput> {
        let claimed = claimed!(input);
        let named = input.multipart_upload.and_then(|list| list.parts).unwrap_or_default();
        let completion = Completion {
            parts: named.into_iter().map(named_part).collect::<Result<_, _>>()?,
            condition: WriteCondition::parse(input.if_match, input.if_none_match)?,
            claimed,
            size_bytes: input.mpu_object_size.and_then(|size| u64::try_from(size).ok()),
        };
        self.bucket(&input.bucket, input.expected_bucket_owner).await?;
        let at = At { bucket: input.bucket, key: input.key, upload: input.upload_id };
        let object = self.complete_upload(at, completion).await?;
        Ok(CompleteMultipartUploadOutput {
            checksum_crc32: object.checksums.answer(Algorithm::Crc32),
            checksum_crc32c: object.checksums.answer(Algorithm::Crc32c),
            checksum_crc64nvme: object.checksums.answer(Algorithm::Crc64nvme),
            checksum_sha1: object.checksums.answer(Algorithm::Sha1),
            checksum_sha256: object.checksums.answer(Algorithm::Sha256),
            checksum_type: Some(ChecksumType::from_static(object.checksums.kind.as_str())),
            e_tag: Some(ETag::Strong(object.etag)),
            location: Some(format!("/{}/{}", object.bucket, object.key)),
            bucket: Some(object.bucket),
            key: Some(object.key),
            server_side_encryption: Some(ServerSideEncryption::from_static(ServerSideEncryption::AES256)),
            ..Default::default()
        })
    }

    pub(super) async fn abort(&self, input: AbortMultipartUploadInput) -> S3Result<AbortMultipartUploadOutput> {
        self.bucket(&input.bucket, input.expected_bucket_owner).await?;
        self.abort_upload(At { bucket: input.bucket, key: input.key, upload: input.upload_id }).await?;
        Ok(AbortMultipartUploadOutput::default())
    }

    pub(super) async fn parts(&self, input: ListPartsInput) -> S3Result<ListPartsOutput> {
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner).await?;
        let limit = usize::try_from(input.max_parts.unwrap_or(MAX_LISTED_PARTS).clamp(0, MAX_LISTED_PARTS));
        let limit = limit.unwrap_or(0);
        let marker = input.part_number_marker.unwrap_or(0);
        let at = At { bucket: input.bucket, key: input.key, upload: input.upload_id };
        let after = PartRecord::key_of(&at.upload, u16::try_from(marker).unwrap_or(0));
        let scan = Scan::keys(&PartRecord::keys_of(&at.upload), limit + 1).after(&after);
        let asked = at.clone();
        let work = move |tx: &mut Tx<'_>| Ok::<_, Trouble>((upload_at(tx, &asked)?, tx.scan::<PartRecord>(&scan)?));
        let (upload, mut parts) = self.store.read(work).await?;
        let more = parts.len() > limit && limit > 0;
        parts.truncate(limit);
        let last = parts.last().map_or(0, |part| part.number);
        Ok(ListPartsOutput {
            bucket: Some(at.bucket),
            checksum_algorithm: upload.checksum.map(|known| ChecksumAlgorithm::from_static(known.as_str())),
            checksum_type: upload.checksum_kind.map(|kind| ChecksumType::from_static(kind.as_str())),
            is_truncated: Some(more),
            key: Some(at.key),
            max_parts: Some(i32::try_from(limit).unwrap_or(MAX_LISTED_PARTS)),
            next_part_number_marker: more.then_some(last.into()),
            owner: Some(owner_of(&bucket.owner)),
            part_number_marker: Some(marker),
            parts: Some(parts.into_iter().map(listed).collect()),
            storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
            upload_id: Some(at.upload),
            ..Default::default()
        })
    }
}

fn named_part(mut part: CompletedPart) -> Result<NamedPart, Refusal> {
    let number = part_number(part.part_number.unwrap_or(0))?;
    let etag = part.e_tag.take().map(ETag::into_value).ok_or_else(invalid_part)?;
    Ok(NamedPart { number, etag, checksums: claimed!(part) })
}

fn listed(part: PartRecord) -> Part {
    Part {
        checksum_crc32: part.checksums.answer(Algorithm::Crc32),
        checksum_crc32c: part.checksums.answer(Algorithm::Crc32c),
        checksum_crc64nvme: part.checksums.answer(Algorithm::Crc64nvme),
        checksum_sha1: part.checksums.answer(Algorithm::Sha1),
        checksum_sha256: part.checksums.answer(Algorithm::Sha256),
        e_tag: Some(ETag::Strong(part.etag)),
        last_modified: Some(s3_time(part.modified_at)),
        part_number: Some(part.number.into()),
        size: Some(s3_size(part.size_bytes)),
    }
}
