//! The service's rights on a bucket of a store without ACLs: found out by using them (E20).

use super::ExternalS3;
use super::errors::bucket_error;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use valkeep_domain::export::ExportRefusal;
use valkeep_domain::names::BucketName;
use valkeep_ports::buckets::BucketError;
use valkeep_s3::status;

impl ExternalS3 {
    /// Writes, reads and removes a tiny object under a random name.
    pub(super) async fn probe(&self, bucket: &BucketName) -> Result<(), BucketError> {
        let name: String = self.ids.random().iter().map(|byte| format!("{byte:02x}")).collect();
        let key = format!(".valkeep-probe-{name}");
        let (put, get, delete) = (self.client.put_object(), self.client.get_object(), self.client.delete_object());
        let written = put.bucket(bucket.as_str()).key(&key).body(ByteStream::from_static(b"probe")).send().await;
        written.map_err(|error| refused(error, ExportRefusal::WriteNotGranted(bucket.clone())))?;
        let read = get.bucket(bucket.as_str()).key(&key).send().await;
        // What was written goes, also when it cannot be read.
        let deleted = delete.bucket(bucket.as_str()).key(&key).send().await;
        read.map_err(|error| refused(error, ExportRefusal::ReadNotGranted(bucket.clone())))?;
        deleted.map_err(|error| refused(error, ExportRefusal::UserLacksPermissions))?;
        Ok(())
    }
}

fn refused<E>(error: SdkError<E, HttpResponse>, refusal: ExportRefusal) -> BucketError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    if status(&error) == Some(403) { refusal.into() } else { bucket_error(error) }
}
