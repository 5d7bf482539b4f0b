//! What is proven of a bucket before it is used: that it can be written, read and deleted from, and that the prefix is ours.
//!
//! The object `{prefix}owner` names the owner of the prefix. A second service on it would abort the uploads of the first.

use super::bucket::Bucket;
use super::failure::RequestError;
use super::patience::Patience;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::BucketVersioningStatus;
use std::error::Error;

/// Longest owner object that is read, in bytes.
const MAX_OWNER_BYTES: usize = 256;

/// Why a bucket is not used for blobs.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// The bucket does not do what blobs need.
    #[error("the bucket {bucket} cannot hold blobs")]
    Refused { bucket: String, source: RequestError },
    #[error(
        "the object {key} in the bucket {bucket} says that the prefix belongs to {found}, and this data directory is {owner}. \
         Choose another prefix; if that directory is gone for good, remove the object"
    )]
    Owned { bucket: String, key: String, found: String, owner: String },
}

/// Proves that the bucket can be used, and takes the prefix for `owner`.
pub(super) async fn claim(bucket: &Bucket, owner: &str, patience: Patience) -> Result<(), ClaimError> {
    let refused = |source| ClaimError::Refused { bucket: bucket.name().to_owned(), source };
    let found = patience.of_request(|| prove(bucket, owner)).await.map_err(refused)?;
    if found != owner {
        let (bucket, key) = (bucket.name().to_owned(), bucket.own("owner"));
        return Err(ClaimError::Owned { bucket, key, found, owner: owner.to_owned() });
    }
    warn_of_versions(bucket).await;
    Ok(())
}

/// Whose the prefix is, after every kind of request was done once.
async fn prove(bucket: &Bucket, owner: &str) -> Result<String, RequestError> {
    let key = bucket.own("owner");
    let found = match read(bucket, &key).await? {
        Some(found) => found,
        None => {
            write(bucket, &key, owner).await?;
            read(bucket, &key).await?.ok_or(RequestError::Wrong { doing: "reading back", found: "nothing" })?
        }
    };
    let probe = bucket.own(&format!("probe-{owner}"));
    write(bucket, &probe, owner).await?;
    let back = read(bucket, &probe).await;
    // What was written goes, also when it cannot be read.
    let deleted = bucket.client().delete_object().bucket(bucket.name()).key(&probe).send().await;
    if back?.as_deref() != Some(owner) {
        return Err(RequestError::Wrong { doing: "reading back", found: "other bytes than were written" });
    }
    deleted.map_err(|error| RequestError::refused("deleting an object", error))?;
    bucket.page(None).await?;
    bucket.begun(None, None).await?;
    Ok(found)
}

async fn write(bucket: &Bucket, key: &str, text: &str) -> Result<(), RequestError> {
    let put =
        bucket.client().put_object().bucket(bucket.name()).key(key).body(ByteStream::from(text.as_bytes().to_vec()));
    put.send().await.map(|_| ()).map_err(|error| RequestError::refused("writing an object", error))
}

async fn read(bucket: &Bucket, key: &str) -> Result<Option<String>, RequestError> {
    let doing = "reading an object";
    let mut answer = match bucket.client().get_object().bucket(bucket.name()).key(key).send().await {
        Ok(answer) => answer,
        Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_key()) => return Ok(None),
        Err(error) => return Err(RequestError::refused(doing, error)),
    };
    let mut bytes = Vec::new();
    while let Some(piece) = answer.body.try_next().await.map_err(|error| cut_off(doing, error))? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > MAX_OWNER_BYTES {
            return Err(RequestError::Wrong { doing, found: "an object that is not ours" });
        }
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

fn cut_off(doing: &'static str, error: impl Error + Send + Sync + 'static) -> RequestError {
    RequestError::CutOff { doing, source: Box::new(error) }
}

/// In a bucket that keeps versions, what is deleted stays readable under its version.
async fn warn_of_versions(bucket: &Bucket) {
    let Ok(answer) = bucket.client().get_bucket_versioning().bucket(bucket.name()).send().await else { return };
    if answer.status() == Some(&BucketVersioningStatus::Enabled) {
        tracing::warn!(
            bucket = bucket.name(),
            "the bucket keeps versions: bytes of deleted snapshots stay there until a lifecycle rule removes old versions"
        );
    }
}
