//! What a failed request means to the export.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use valkeep_ports::buckets::BucketError;

/// HTTP status of the answer, if one came.
pub(super) fn status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

/// `UploadGone` for an unknown upload; `Unavailable` for no answer, throttling, conflicts and the server's own errors;
/// `Failed` for the rest.
pub(super) fn bucket_error<E>(error: SdkError<E, HttpResponse>) -> BucketError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    if error.code() == Some("NoSuchUpload") {
        return BucketError::UploadGone;
    }
    match status(&error) {
        None | Some(408 | 409 | 429 | 500 | 502..=599) => BucketError::Unavailable(Box::new(error)),
        // An answer of 200 that is cut off or no answer of S3 at all.
        Some(200..=299) => BucketError::Unavailable(Box::new(error)),
        Some(_) => BucketError::Failed(Box::new(error)),
    }
}

/// A refusal that tells something about the bucket, and no failure: forbidden, not there, not known to this store.
pub(super) fn tells<E>(error: &SdkError<E, HttpResponse>) -> bool {
    matches!(status(error), Some(403 | 404 | 405 | 501))
}
