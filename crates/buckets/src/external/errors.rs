//! What a failed request means to the export.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use valkeep_domain::export::ExportRefusal;
use valkeep_domain::names::BucketName;
use valkeep_ports::buckets::BucketError;
use valkeep_s3::{may_pass, status};

/// `UploadGone` for an unknown upload; `Unavailable` for what may pass; `Failed` for the rest.
pub(super) fn bucket_error<E>(error: SdkError<E, HttpResponse>) -> BucketError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    if error.code() == Some("NoSuchUpload") {
        return BucketError::UploadGone;
    }
    if may_pass(&error) { BucketError::Unavailable(Box::new(error)) } else { BucketError::Failed(Box::new(error)) }
}

/// The same for a request on a bucket that was there: `Refused(NoSuchBucket)` when it is not any more.
pub(super) fn error_in<E>(bucket: &BucketName) -> impl FnOnce(SdkError<E, HttpResponse>) -> BucketError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    move |error| match error.code() {
        Some("NoSuchBucket") => ExportRefusal::NoSuchBucket(bucket.to_string()).into(),
        _ => bucket_error(error),
    }
}

/// A refusal that tells something about the bucket, and no failure: forbidden, not there, not known to this store.
pub(super) fn tells<E>(error: &SdkError<E, HttpResponse>) -> bool {
    matches!(status(error), Some(403 | 404 | 405 | 501))
}
