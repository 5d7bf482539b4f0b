//! What a completion came to whose own answer leaves it open: the same rule for every store.

use valkeep_domain::export::ExportRefusal;
use valkeep_ports::buckets::{BucketError, ExportBuckets, Upload};

/// Judges a completion that failed with `error`. When an object was in the way, the upload is gone or no answer came, an
/// earlier attempt may have succeeded and lost its answer; then the object that stands carries the upload's own export id.
///
/// # Errors
/// `Refused(ObjectExists)` for an object of anybody else; `error` when none stands, or when it leaves nothing open.
pub(crate) async fn settle(store: &dyn ExportBuckets, upload: &Upload, error: BucketError) -> Result<(), BucketError> {
    match error {
        BucketError::Refused(_) | BucketError::Failed(_) => Err(error),
        BucketError::UploadGone | BucketError::Unavailable(_) => match stands(store, upload).await? {
            true => Ok(()),
            false => Err(error),
        },
    }
}

/// Whether the object of the upload stands already.
///
/// # Errors
/// `Refused(ObjectExists)` when another one keeps its place; `Unavailable`, `Failed`.
pub(crate) async fn stands(store: &dyn ExportBuckets, upload: &Upload) -> Result<bool, BucketError> {
    match store.exported_by(&upload.bucket, &upload.key).await? {
        None => Ok(false),
        Some(Some(export_id)) if export_id == upload.export_id => Ok(true),
        Some(_) => Err(ExportRefusal::ObjectExists { bucket: upload.bucket.clone(), key: upload.key.clone() }.into()),
    }
}
